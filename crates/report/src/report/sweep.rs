//! The answer of `sweep`, and its text.

use super::decision::{decision, parameters};
use super::number::{NumberText, interval, short_fraction};
use super::solve::write_statistics;
use super::table::{MOST_ROWS, write_field, write_table};
use super::words::plain;
use crate::analysis::sweep::{Jump, Sweep};
use crate::certificate::{CurvePoint, Selection};
use crate::exact::{Rational, truncated};
use crate::game::{Decision, Game, classify};
use crate::leader::{Outcome, Settings, Statistics};
use std::io::{self, Write};

/// Digits of decimals in tables.
const TABLE_DIGITS: usize = 10;

/// The value at one value of a constant.
#[derive(Debug)]
pub struct ParameterPoint {
    /// Value of the constant.
    pub at: Rational,
    /// The game with this value.
    pub game: Game,
    /// The answer.
    pub outcome: Outcome,
}

/// What was followed.
#[derive(Debug, Clone, Copy)]
pub enum Followed<'a> {
    /// The value over epsilon.
    Epsilon(&'a Sweep),
    /// The value over a constant of the game, at points.
    Constant {
        /// Its name.
        name: &'a str,
        /// Per value, the answer.
        points: &'a [ParameterPoint],
        /// Number of values asked for; the others are missing for want of time.
        wanted: usize,
    },
}

/// What `sweep` prints.
#[derive(Debug, Clone, Copy)]
pub struct SweepReport<'a> {
    /// The game of the file.
    pub game: &'a Game,
    /// What was asked for.
    pub settings: &'a Settings<'a>,
    /// What was found.
    pub followed: Followed<'a>,
    /// Epsilons at which values are wanted besides.
    pub evaluated: &'a [Rational],
    /// Size of the certificates.
    pub bytes: usize,
    /// Where they were written, if they were.
    pub certificate_path: Option<&'a str>,
}

impl SweepReport<'_> {
    /// Counts and times.
    pub(super) fn statistics(&self) -> Statistics {
        match self.followed {
            Followed::Epsilon(sweep) => sweep.statistics(),
            Followed::Constant { points, .. } => points
                .iter()
                .fold(Statistics::default(), |sum, point| sum.plus(&point.outcome.statistics)),
        }
    }

    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let numbers = NumberText::default();
        write_head(out, self.game, self.settings, &numbers)?;
        write_field(out, "selection", &self.settings.selection.to_string())?;
        match self.followed {
            Followed::Epsilon(sweep) => {
                write_function(out, self.game, sweep, "value", &numbers)?;
                if !self.evaluated.is_empty() {
                    writeln!(out, "\nvalues at {} points", self.evaluated.len())?;
                    let found: Vec<CurvePoint> =
                        self.evaluated.iter().filter_map(|epsilon| sweep.at(epsilon)).collect();
                    let rows = found.iter().map(|point| cells(point, String::new()));
                    write_rows(out, "epsilon", rows, found.len())?;
                }
            }
            Followed::Constant { name, points, wanted } => {
                write_field(out, "epsilon", &numbers.exact(&self.settings.epsilon))?;
                write_field(out, "constant", &values(name, points.len(), wanted))?;
                writeln!(out)?;
                let rows = points.iter().map(|point| {
                    let claim = &point.outcome.accepted.claim;
                    let best = super::decision::chosen(&point.game, &point.outcome);
                    let chosen = best
                        .map(|best| decision_cell(&point.game, &best, &numbers))
                        .unwrap_or_default();
                    let at = CurvePoint {
                        epsilon: point.at.clone(),
                        lower: claim.lower.clone(),
                        upper: claim.upper.clone(),
                    };
                    cells(&at, chosen)
                });
                write_rows(out, &plain(name), rows, points.len())?;
            }
        }
        writeln!(out)?;
        write_statistics(out, &self.statistics(), self.bytes, self.certificate_path)?;
        numbers.write_note(out)
    }
}

/// A constant, and at how many of its values the answer is there.
fn values(name: &str, found: usize, wanted: usize) -> String {
    let name = plain(name);
    if found == wanted {
        format!("{name}, {wanted} values")
    } else {
        format!("{name}, {found} of {wanted} values (limit)")
    }
}

/// Game, class, the decision if only one is asked about.
pub(super) fn write_head(
    out: &mut dyn Write,
    game: &Game,
    settings: &Settings<'_>,
    numbers: &NumberText,
) -> io::Result<()> {
    let classification = classify(game);
    write_field(out, "game", &game.name)?;
    write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
    let only = only_decision(game, settings);
    write_field(
        out,
        "decision",
        &only.map(|only| decision(game, &only, numbers)).unwrap_or_default(),
    )
}

/// The decision to which settings restrict the question.
pub(super) fn only_decision(game: &Game, settings: &Settings<'_>) -> Option<Decision> {
    match (&settings.point, settings.decision) {
        (Some(values), _) => Some(Decision { name: None, values: values.clone() }),
        (None, Some(index)) => game.finite_decisions()?.get(index).cloned(),
        (None, None) => None,
    }
}

/// A function of epsilon: what is known of it, its points, its jumps.
pub(super) fn write_function(
    out: &mut dyn Write,
    game: &Game,
    sweep: &Sweep,
    label: &str,
    numbers: &NumberText,
) -> io::Result<()> {
    let points = sweep.points();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
    if first.epsilon == last.epsilon {
        write_field(out, "epsilon", &numbers.exact(&first.epsilon))?;
    } else {
        write_field(
            out,
            "epsilon",
            &format!("from {} to {}", numbers.exact(&first.epsilon), numbers.exact(&last.epsilon)),
        )?;
    }
    let pieces = points.len().saturating_sub(1);
    let counted = if pieces == 1 { "1 piece".into() } else { format!("{pieces} pieces") };
    let kind = match sweep {
        Sweep::Curve(_) if sweep.exact() => format!("piecewise linear, {counted}, exact"),
        Sweep::Curve(_) => {
            format!("between two piecewise linear curves of {counted}; stopped before they met")
        }
        Sweep::Staircase(outcome) if pieces > 0 => {
            let direction = if outcome.selection == Selection::Pessimistic {
                "nonincreasing"
            } else {
                "nondecreasing"
            };
            let area = truncated(&outcome.area(), TABLE_DIGITS);
            let end = if outcome.complete {
                ""
            } else {
                "; stopped before it was as narrow as asked for"
            };
            format!("{direction}, enclosed between {} points, area {area}{end}", points.len())
        }
        Sweep::Staircase(_) => "at one epsilon".into(),
    };
    write_field(out, label, &kind)?;
    for jump in sweep.jumps() {
        write_field(out, "jump", &jump_text(jump, numbers))?;
    }
    writeln!(out)?;
    let rows = points.iter().enumerate().map(|(index, point)| {
        let chosen = sweep
            .decision(game, index)
            .map(|chosen| decision_cell(game, chosen, numbers))
            .unwrap_or_default();
        let slope = sweep.slope(index).map(|slope| format!("slope {}", short(&slope)));
        cells(
            point,
            slope
                .into_iter()
                .chain(Some(chosen).filter(|chosen| !chosen.is_empty()))
                .collect::<Vec<_>>()
                .join(", "),
        )
    });
    write_rows(out, "epsilon", rows, points.len())
}

fn jump_text(jump: &Jump, numbers: &NumberText) -> String {
    let Jump { from, to, least, most } = jump;
    let size = if least == most {
        format!("by {}", numbers.exact(least))
    } else {
        format!("by a number in {}", interval(least, most))
    };
    format!("between {} and {}, {size}", numbers.fraction(from), numbers.fraction(to))
}

fn decision_cell(game: &Game, chosen: &Decision, numbers: &NumberText) -> String {
    chosen.name.as_ref().map_or_else(|| parameters(game, chosen, numbers), |name| plain(name))
}

/// A fraction where it is short, else its leading digits.
fn short(value: &Rational) -> String {
    short_fraction(value, 24).unwrap_or_else(|| truncated(value, TABLE_DIGITS))
}

fn cells(point: &CurvePoint, chosen: String) -> Vec<String> {
    let upper = if point.lower == point.upper { "exact".into() } else { short(&point.upper) };
    vec![
        short(&point.epsilon),
        truncated(&point.epsilon, TABLE_DIGITS),
        short(&point.lower),
        upper,
        chosen,
    ]
}

fn write_rows(
    out: &mut dyn Write,
    first: &str,
    rows: impl Iterator<Item = Vec<String>>,
    count: usize,
) -> io::Result<()> {
    let heading = [first, "~", "at least", "at most", "from here on"].map(str::to_string).to_vec();
    let shown: Vec<Vec<String>> = std::iter::once(heading).chain(rows.take(MOST_ROWS)).collect();
    write_table(out, &shown)?;
    if count > MOST_ROWS {
        writeln!(out, "  ... {} more; --format json or --csv has all of them", count - MOST_ROWS)
    } else {
        Ok(())
    }
}
