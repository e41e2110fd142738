//! The answer of `map`: text, picture, and JSON, one object `smfg-map/1`.

use super::decision::decision;
use super::json::{Bounds, Exact, List, write_document};
use super::number::{NumberText, interval};
use super::plot::{Area, AreaPicture};
use super::solve::write_statistics;
use super::solve_json::{
    CertificateNote, ChosenDecision, GameName, StatisticsNote, statistics, termination,
};
use super::sweep::only_decision;
use super::table::write_field;
use super::words::plain;
use crate::analysis::map::{Cell, CellStatus, Ellipse, Map, MapClaim, MappedCell};
use crate::exact::{Rational, to_approx};
use crate::game::{Game, classify};
use crate::leader::Settings;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// What `map` prints.
#[derive(Debug, Clone, Copy)]
pub struct MapReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// What was asked for.
    pub settings: &'a Settings<'a>,
    /// What was found.
    pub map: &'a Map,
    /// Size of the bundle of certificates.
    pub bytes: usize,
    /// Where it was written, if it was.
    pub certificate_path: Option<&'a str>,
}

#[derive(Serialize)]
struct Document<'a, C: Serialize, P: Serialize> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    epsilon: Exact<'a>,
    class: String,
    decision: Option<ChosenDecision<'a>>,
    x: Axis<'a>,
    y: Axis<'a>,
    cells_per_side: u32,
    status: &'static str,
    inside: usize,
    outside: usize,
    undecided: usize,
    cells: C,
    claims: P,
    certificate: CertificateNote<'a>,
    statistics: StatisticsNote,
    termination: &'static str,
}

/// A statistic, its certified range, and the part of it that is shown.
#[derive(Serialize)]
struct Axis<'a> {
    of: &'a str,
    least: Option<Bounds<'a>>,
    greatest: Option<Bounds<'a>>,
    from: Exact<'a>,
    to: Exact<'a>,
}

#[derive(Serialize)]
struct CellRow<'a> {
    x: [Exact<'a>; 2],
    y: [Exact<'a>; 2],
    status: &'static str,
    /// Positions in `claims`, and so in the bundle of certificates.
    claims: &'a [usize],
}

/// What one certificate shows of the form `scale[0] (X - centre[0])^2 + scale[1] (Y -
/// centre[1])^2`.
#[derive(Serialize)]
struct ClaimRow<'a> {
    of: Option<&'a str>,
    selection: String,
    centre: Option<[Exact<'a>; 2]>,
    scale: Option<[Exact<'a>; 2]>,
    lower: Exact<'a>,
    upper: Exact<'a>,
}

impl MapReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let MapReport { game, settings, map, bytes, certificate_path } = *self;
        let only = only_decision(game, settings);
        let hash = game.hash();
        let document = Document {
            format: "smfg-map/1",
            command: "map",
            game: GameName::of(game, &hash),
            epsilon: Exact(&settings.epsilon),
            class: classify(game).class.to_string(),
            decision: only.map(|decision| ChosenDecision { game, decision: Cow::Owned(decision) }),
            x: axis(map, 0, &map.window.x),
            y: axis(map, 1, &map.window.y),
            cells_per_side: map.per_side,
            status: if map.complete() { "complete" } else { "limit" },
            inside: map.count(CellStatus::Inside),
            outside: map.count(CellStatus::Outside),
            undecided: map.count(CellStatus::Undecided),
            cells: List(|| map.cells.iter().map(cell_row)),
            claims: List(|| map.claims.iter().map(claim_row)),
            certificate: CertificateNote { checked: true, path: certificate_path, bytes },
            statistics: statistics(&map.statistics),
            termination: termination(map.termination),
        };
        write_document(out, &document)
    }

    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let MapReport { game, settings, map, bytes, certificate_path } = *self;
        let numbers = NumberText::default();
        let classification = classify(game);
        write_field(out, "game", &game.name)?;
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        write_field(out, "epsilon", &numbers.exact(&settings.epsilon))?;
        let only = only_decision(game, settings);
        let words = only.map(|only| decision(game, &only, &numbers)).unwrap_or_default();
        write_field(out, "decision", &words)?;
        for (index, name) in ["across", "upwards"].into_iter().enumerate() {
            write_field(out, name, &plain(&map.of[index]))?;
            if let (Some(least), Some(greatest)) = ends(map, index) {
                let within = interval(&least.claim.lower, &greatest.claim.upper);
                write_field(out, "  range within", &within)?;
            }
        }
        let shape = format!("{0} x {0}", map.per_side);
        write_field(out, "finest cells", &shape)?;
        for (status, meaning) in [
            (CellStatus::Inside, "an eps-equilibrium has its statistics in each"),
            (CellStatus::Outside, "no eps-equilibrium has its statistics there"),
            (CellStatus::Undecided, "neither is proved"),
        ] {
            let line = format!("{} cells: {meaning}", map.count(status));
            write_field(out, word(status), &line)?;
        }
        let state = if map.complete() {
            "complete: every cell is decided"
        } else {
            "limit: cells are left that are not decided, or could be divided"
        };
        write_field(out, "status", state)?;
        write_statistics(out, &map.statistics, bytes, certificate_path)
    }

    /// The picture, a complete SVG document.
    ///
    /// # Errors
    /// [`super::plot::PlotError`] when numbers are beyond binary64.
    pub fn svg(&self) -> Result<String, super::plot::PlotError> {
        self.picture().svg((640, 640))
    }

    fn picture(&self) -> AreaPicture {
        let MapReport { game, settings, map, .. } = *self;
        let area = |status: CellStatus, label: &str, colour| Area {
            label: label.into(),
            colour,
            rectangles_approx: rectangles_approx(map, status),
        };
        let epsilon = NumberText::default().fraction(&settings.epsilon);
        AreaPicture {
            title: format!("{}, \u{3b5} = {epsilon}", plain(&game.name)),
            x_label: plain(&map.of[0]),
            y_label: plain(&map.of[1]),
            window_approx: rectangle_approx(&map.window),
            areas: vec![
                area(CellStatus::Inside, "holds an \u{3b5}-equilibrium", (0, 114, 178)),
                area(CellStatus::Undecided, "undecided", (230, 159, 0)),
                area(CellStatus::Outside, "holds none", (226, 230, 234)),
            ],
        }
    }
}

/// The certificates of both ends of a statistic.
fn ends(map: &Map, index: usize) -> (Option<&MapClaim>, Option<&MapClaim>) {
    (map.claims.get(2 * index), map.claims.get(2 * index + 1))
}

fn axis<'a>(map: &'a Map, index: usize, window: &'a (Rational, Rational)) -> Axis<'a> {
    let (least, greatest) = ends(map, index);
    let bounds = |end: &'a MapClaim| Bounds::new(&end.claim.lower, &end.claim.upper);
    Axis {
        of: &map.of[index],
        least: least.map(bounds),
        greatest: greatest.map(bounds),
        from: Exact(&window.0),
        to: Exact(&window.1),
    }
}

fn cell_row(mapped: &MappedCell) -> CellRow<'_> {
    let Cell { x, y } = &mapped.cell;
    CellRow {
        x: [Exact(&x.0), Exact(&x.1)],
        y: [Exact(&y.0), Exact(&y.1)],
        status: word(mapped.status),
        claims: &mapped.evidence,
    }
}

fn claim_row(claim: &MapClaim) -> ClaimRow<'_> {
    let pair = |of: fn(&Ellipse) -> &(Rational, Rational)| {
        claim.ellipse.as_ref().map(of).map(|(x, y)| [Exact(x), Exact(y)])
    };
    ClaimRow {
        of: claim.claim.of.as_deref(),
        selection: claim.claim.selection.to_string(),
        centre: pair(|ellipse| &ellipse.centre),
        scale: pair(|ellipse| &ellipse.scale),
        lower: Exact(&claim.claim.lower),
        upper: Exact(&claim.claim.upper),
    }
}

/// The word for a status, in JSON and in text.
fn word(status: CellStatus) -> &'static str {
    match status {
        CellStatus::Inside => "inside",
        CellStatus::Outside => "outside",
        CellStatus::Undecided => "undecided",
    }
}

fn rectangle_approx(cell: &Cell) -> [f64; 4] {
    [&cell.x.0, &cell.x.1, &cell.y.0, &cell.y.1].map(to_approx)
}

/// Cells with this status, neighbours in a row as one rectangle.
fn rectangles_approx(map: &Map, status: CellStatus) -> Vec<[f64; 4]> {
    let mut result: Vec<[f64; 4]> = Vec::new();
    for cell in map.cells.iter().filter(|cell| cell.status == status) {
        let next = rectangle_approx(&cell.cell);
        match result.last_mut() {
            Some(last) if last[2..] == next[2..] && last[1] == next[0] => last[1] = next[1],
            _ => result.push(next),
        }
    }
    result
}
