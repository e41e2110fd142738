//! The points of a sweep that several calls do: what a worker did, and what all of them left.

use super::decision::parameters;
use super::json::{Bounds, Exact, write_document};
use super::number::{NumberText, short_fraction, shorten_digits};
use super::shared_json::{ChosenDecision, GameName};
use super::table::{MOST_ROWS, write_field, write_table};
use super::words::plain;
use crate::certificate::{Claim, Selection};
use crate::exact::{Rational, Rounding, decimal, truncated};
use crate::game::{Decision, Game};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// Digits of decimals in tables.
const TABLE_DIGITS: usize = 10;
/// Longest fraction in tables, in characters.
const LONGEST: usize = 24;
/// Digits of decimals in tables for programs.
const CSV_DIGITS: usize = 15;

/// What is known of a point.
#[derive(Debug, Clone)]
pub enum PointState {
    /// Certificate or answer are not there.
    Missing,
    /// The call ended before the point was looked at.
    Unchecked,
    /// The certificate is invalid, or about something else, or the answer says something else.
    Refused(String),
    /// The certificate is valid, and the answer agrees with it.
    Proved(Box<ProvedPoint>),
}

/// What is proved at a point.
#[derive(Debug, Clone)]
pub struct ProvedPoint {
    /// The claim that the checker accepted.
    pub claim: Claim,
    /// Whether its bounds are as close as was asked for.
    pub closed: bool,
    /// The decision that reaches the lower bound, where there is a leader.
    pub decision: Option<Decision>,
    /// Size of the certificate.
    pub bytes: usize,
    /// Its hash, in hexadecimal digits.
    pub sha256: String,
}

impl ProvedPoint {
    /// The word for how far it goes, as in the answer of `solve`.
    fn status(&self) -> &'static str {
        match self.closed {
            _ if self.claim.lower == self.claim.upper => "exact",
            true => "within_gap",
            false => "limit",
        }
    }

    fn cells(&self, game: &Game, at: &Rational, numbers: &NumberText) -> Vec<String> {
        let Claim { lower, upper, .. } = &self.claim;
        let chosen = self.decision.as_ref().map(|chosen| {
            let named = chosen.name.as_ref().map(|name| plain(name));
            named.unwrap_or_else(|| parameters(game, chosen, numbers))
        });
        let upper = if lower == upper { "exact".into() } else { short(upper) };
        vec![short(at), short(lower), upper, chosen.unwrap_or_default()]
    }

    fn chosen<'a>(&'a self, game: &'a Game) -> Option<ChosenDecision<'a>> {
        let decision = Cow::Borrowed(self.decision.as_ref()?);
        Some(ChosenDecision { game, decision })
    }
}

fn short(value: &Rational) -> String {
    short_fraction(value, LONGEST).unwrap_or_else(|| truncated(value, TABLE_DIGITS))
}

/// A point that a worker left as it was, or solved.
#[derive(Debug, Clone)]
pub struct WorkedPoint {
    /// Position among all points, from 0.
    pub point: usize,
    /// Whether it was solved in this call; else it was proved already.
    pub solved: bool,
    /// What is proved now.
    pub proved: ProvedPoint,
}

/// What a worker prints.
#[derive(Debug, Clone, Copy)]
pub struct ShardReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// Name of what varies.
    pub over: &'a str,
    /// Its values at all points.
    pub values: &'a [Rational],
    /// Which share, from 1, of how many.
    pub shard: (usize, usize),
    /// Points of the share.
    pub wanted: usize,
    /// Where answers and certificates are.
    pub folder: &'a str,
    /// Those that are done.
    pub points: &'a [WorkedPoint],
}

#[derive(Serialize)]
struct WorkedRow<'a> {
    point: usize,
    at: Exact<'a>,
    done: &'static str,
    #[serde(flatten)]
    bounds: Bounds<'a>,
    status: &'static str,
    decision: Option<ChosenDecision<'a>>,
}

impl ShardReport<'_> {
    /// Writes the JSON object, `smfg-shard/1`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let row = |worked: &'_ WorkedPoint| -> Option<serde_json::Value> {
            let Claim { lower, upper, .. } = &worked.proved.claim;
            let row = WorkedRow {
                point: worked.point,
                at: Exact(self.values.get(worked.point)?),
                done: if worked.solved { "solved" } else { "skipped" },
                bounds: Bounds::new(lower, upper),
                status: worked.proved.status(),
                decision: worked.proved.chosen(self.game),
            };
            serde_json::to_value(row).ok()
        };
        let hash = self.game.hash();
        let points: Vec<serde_json::Value> = self.points.iter().filter_map(row).collect();
        let document = serde_json::json!({
            "format": "smfg-shard/1",
            "command": "sweep",
            "game": GameName::of(self.game, &hash),
            "over": self.over,
            "shard": format!("{}/{}", self.shard.0, self.shard.1),
            "folder": self.folder,
            "points": points,
            "missing": self.wanted.saturating_sub(self.points.len()),
        });
        write_document(out, &document)
    }

    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let numbers = NumberText::default();
        let solved = self.points.iter().filter(|worked| worked.solved).count();
        let (index, count) = self.shard;
        write_field(out, "game", &self.game.name)?;
        write_field(out, "shard", &format!("{index} of {count}, {} points", self.wanted))?;
        let mut words = format!("{solved} solved, {} proved before", self.points.len() - solved);
        if self.points.len() < self.wanted {
            words.push_str(&format!(", {} not reached", self.wanted - self.points.len()));
        }
        write_field(out, "points", &words)?;
        write_field(out, "folder", self.folder)?;
        writeln!(out)?;
        let rows = self.points.iter().filter_map(|worked| {
            let at = self.values.get(worked.point)?;
            let mut cells = worked.proved.cells(self.game, at, &numbers);
            cells.insert(0, worked.point.to_string());
            Some(cells)
        });
        write_points(out, self.over, rows, self.points.len())
    }
}

fn write_points(
    out: &mut dyn Write,
    over: &str,
    rows: impl Iterator<Item = Vec<String>>,
    count: usize,
) -> io::Result<()> {
    if count == 0 {
        return Ok(());
    }
    let heading = ["point", over, "at least", "at most", "decision"];
    let heading = heading.map(plain).to_vec();
    let shown: Vec<Vec<String>> = std::iter::once(heading).chain(rows.take(MOST_ROWS)).collect();
    write_table(out, &shown)?;
    if count > MOST_ROWS {
        writeln!(out, "  ... {} more; --format json has all of them", count - MOST_ROWS)?;
    }
    Ok(())
}

/// What `gather` prints.
#[derive(Debug, Clone, Copy)]
pub struct GatherReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// Worst or best equilibrium.
    pub selection: Selection,
    /// The only decision, in words.
    pub decision: Option<&'a str>,
    /// Accepted relative distance of bounds.
    pub gap: &'a Rational,
    /// Name of what varies.
    pub over: &'a str,
    /// Epsilon, where another thing varies.
    pub epsilon: Option<&'a Rational>,
    /// Values of what varies.
    pub values: &'a [Rational],
    /// What is known of each point.
    pub states: &'a [PointState],
    /// Where the certificates were written together, if they were.
    pub certificate_path: Option<&'a str>,
}

/// Positions of points by what is known of them.
#[derive(Debug, Default, Serialize)]
struct Tally {
    /// Proved to the gap.
    proved: usize,
    /// Valid, with bounds farther apart than asked for.
    open: Vec<usize>,
    missing: Vec<usize>,
    refused: Vec<usize>,
    unchecked: Vec<usize>,
}

#[derive(Serialize)]
struct GatherRow<'a> {
    point: usize,
    at: Exact<'a>,
    state: &'static str,
    #[serde(flatten)]
    proved: Option<ProvedRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct ProvedRow<'a> {
    game_hash: &'a str,
    epsilon: Exact<'a>,
    #[serde(flatten)]
    bounds: Bounds<'a>,
    status: &'static str,
    decision: Option<ChosenDecision<'a>>,
    certificate: HashedFile<'a>,
}

#[derive(Serialize)]
struct HashedFile<'a> {
    bytes: usize,
    sha256: &'a str,
}

impl GatherReport<'_> {
    fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for (point, state) in self.states.iter().enumerate() {
            match state {
                PointState::Proved(proved) if proved.closed => tally.proved += 1,
                PointState::Proved(_) => tally.open.push(point),
                PointState::Missing => tally.missing.push(point),
                PointState::Refused(_) => tally.refused.push(point),
                PointState::Unchecked => tally.unchecked.push(point),
            }
        }
        tally
    }

    /// Whether every point is proved to the gap.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.tally().proved == self.values.len()
    }

    fn row<'a>(&'a self, point: usize, at: &'a Rational, state: &'a PointState) -> GatherRow<'a> {
        let (word, proved, reason) = match state {
            PointState::Missing => ("missing", None, None),
            PointState::Unchecked => ("unchecked", None, None),
            PointState::Refused(reason) => ("refused", None, Some(reason.as_str())),
            PointState::Proved(proved) => ("valid", Some(&**proved), None),
        };
        let proved = proved.map(|proved| ProvedRow {
            game_hash: &proved.claim.game_hash,
            epsilon: Exact(&proved.claim.epsilon),
            bounds: Bounds::new(&proved.claim.lower, &proved.claim.upper),
            status: proved.status(),
            decision: proved.chosen(self.game),
            certificate: HashedFile { bytes: proved.bytes, sha256: &proved.sha256 },
        });
        GatherRow { point, at: Exact(at), state: word, proved, reason }
    }

    /// Writes the JSON object, `smfg-gather/1`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let hash = self.game.hash();
        let rows = self.values.iter().zip(self.states).enumerate();
        let rows: Vec<serde_json::Value> = rows
            .filter_map(|(point, (at, state))| {
                serde_json::to_value(self.row(point, at, state)).ok()
            })
            .collect();
        let tally = self.tally();
        let document = serde_json::json!({
            "format": "smfg-gather/1",
            "command": "gather",
            "game": GameName::of(self.game, &hash),
            "selection": self.selection.to_string(),
            "decision": self.decision,
            "gap": self.gap.to_string(),
            "over": self.over,
            "epsilon": self.epsilon.map(ToString::to_string),
            "complete": self.complete(),
            "proved": tally.proved,
            "open": tally.open,
            "missing": tally.missing,
            "refused": tally.refused,
            "unchecked": tally.unchecked,
            "points": rows,
            "certificate": self.certificate_path,
        });
        write_document(out, &document)
    }

    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let numbers = NumberText::default();
        let tally = self.tally();
        write_field(out, "game", &self.game.name)?;
        write_field(out, "game hash", &self.game.hash())?;
        write_field(out, "selection", &self.selection.to_string())?;
        write_field(out, "decision", self.decision.unwrap_or_default())?;
        let epsilon = self.epsilon.map(|epsilon| numbers.exact(epsilon)).unwrap_or_default();
        write_field(out, "epsilon", &epsilon)?;
        write_field(out, "over", &format!("{}, {} points", self.over, self.values.len()))?;
        write_field(out, "proved", &tally.proved.to_string())?;
        let groups = [
            ("open", &tally.open),
            ("missing", &tally.missing),
            ("refused", &tally.refused),
            ("unchecked", &tally.unchecked),
        ];
        for (label, points) in groups {
            write_field(out, label, &listed(points))?;
        }
        for (point, state) in self.states.iter().enumerate() {
            if let PointState::Refused(reason) = state {
                write_field(out, &format!("point {point}"), &shorten_digits(reason))?;
            }
        }
        write_field(out, "certificates", self.certificate_path.unwrap_or_default())?;
        writeln!(out)?;
        let proved = || {
            self.states.iter().enumerate().filter_map(|(point, state)| match state {
                PointState::Proved(proved) => Some((point, &**proved)),
                _ => None,
            })
        };
        let rows = proved().filter_map(|(point, proved)| {
            let mut cells = proved.cells(self.game, self.values.get(point)?, &numbers);
            cells.insert(0, point.to_string());
            Some(cells)
        });
        write_points(out, self.over, rows, proved().count())
    }

    /// Writes a table of comma-separated values: the points that are proved.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let named: String =
            self.over.chars().map(|c| if c == ',' || c == '"' { '_' } else { c }).collect();
        writeln!(out, "point,{},lower,upper,lower_decimal,upper_decimal,status", plain(&named))?;
        for (point, state) in self.states.iter().enumerate() {
            let (PointState::Proved(proved), Some(at)) = (state, self.values.get(point)) else {
                continue;
            };
            let Claim { lower, upper, .. } = &proved.claim;
            let down = decimal(lower, CSV_DIGITS, Rounding::Down);
            let up = decimal(upper, CSV_DIGITS, Rounding::Up);
            writeln!(out, "{point},{at},{lower},{upper},{down},{up},{}", proved.status())?;
        }
        Ok(())
    }
}

/// Positions as a list that stays short.
fn listed(points: &[usize]) -> String {
    if points.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = points.iter().take(MOST_ROWS).map(ToString::to_string).collect();
    let more = points.len().saturating_sub(MOST_ROWS);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} (points {}{rest})", points.len(), shown.join(", "))
}
