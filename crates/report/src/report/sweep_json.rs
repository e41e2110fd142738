//! `sweep --format json`: one object, `smfg-sweep/1`.

use super::json::{Bounds, Exact, List, write_document};
use super::solve_json::{
    CertificateNote, ChosenDecision, GameName, StatisticsNote, statistics, status,
};
use super::sweep::{Followed, SweepReport, only_decision};
use crate::analysis::sweep::{Jump, Sweep};
use crate::certificate::CurvePoint;
use crate::game::{Decision, Game, classify};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a, F: Serialize> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    selection: String,
    class: String,
    /// The decision to which the question is restricted; null for all of them.
    decision: Option<ChosenDecision<'a>>,
    /// Null for the leader's reward.
    of: Option<&'a str>,
    #[serde(flatten)]
    followed: F,
    certificate: CertificateNote<'a>,
    statistics: StatisticsNote,
}

/// A function of epsilon in JSON.
pub(super) struct FunctionRows<'a> {
    pub(super) game: &'a Game,
    pub(super) sweep: &'a Sweep,
}

#[derive(Serialize)]
struct PointRow<'a> {
    epsilon: Exact<'a>,
    #[serde(flatten)]
    bounds: Bounds<'a>,
    /// Of the piece that begins here, where the function is known exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    slope: Option<serde_json::Value>,
    decision: Option<ChosenDecision<'a>>,
}

#[derive(Serialize)]
struct JumpRow<'a> {
    from: Exact<'a>,
    to: Exact<'a>,
    least: Exact<'a>,
    most: Exact<'a>,
}

impl Serialize for FunctionRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let FunctionRows { game, sweep } = *self;
        let kind = if matches!(sweep, Sweep::Curve(_)) { "piecewise_linear" } else { "staircase" };
        let state = match (sweep.exact(), sweep.complete()) {
            (true, _) => "exact",
            (false, true) => "within_gap",
            (false, false) => "limit",
        };
        let row = |(index, point): (usize, &'_ CurvePoint)| {
            serde_json::to_value(point_row(game, sweep, index, point))
        };
        let jump = |jump: &'_ Jump| serde_json::to_value(jump_row(jump));
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("kind", kind)?;
        map.serialize_entry("status", state)?;
        map.serialize_entry(
            "points",
            &List(|| sweep.points().iter().enumerate().filter_map(|entry| row(entry).ok())),
        )?;
        map.serialize_entry(
            "jumps",
            &List(|| sweep.jumps().iter().filter_map(|entry| jump(entry).ok())),
        )?;
        map.end()
    }
}

fn point_row<'a>(
    game: &'a Game,
    sweep: &'a Sweep,
    index: usize,
    point: &'a CurvePoint,
) -> PointRow<'a> {
    let decision = sweep
        .decision(game, index)
        .map(|decision| ChosenDecision { game, decision: Cow::Borrowed(decision) });
    PointRow {
        epsilon: Exact(&point.epsilon),
        bounds: Bounds::new(&point.lower, &point.upper),
        slope: sweep.slope(index).and_then(|slope| serde_json::to_value(Exact(&slope)).ok()),
        decision,
    }
}

fn jump_row(jump: &Jump) -> JumpRow<'_> {
    JumpRow {
        from: Exact(&jump.from),
        to: Exact(&jump.to),
        least: Exact(&jump.least),
        most: Exact(&jump.most),
    }
}

#[derive(Serialize)]
struct OverEpsilon<'a> {
    over: &'static str,
    from: Option<Exact<'a>>,
    to: Option<Exact<'a>>,
    #[serde(flatten)]
    function: FunctionRows<'a>,
    /// Bounds at the points asked for by --points.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evaluated: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct OverConstant<'a> {
    over: &'a str,
    epsilon: Exact<'a>,
    kind: &'static str,
    points: Vec<ConstantRow<'a>>,
    /// Values asked for and not reached in time.
    #[serde(skip_serializing_if = "is_zero")]
    missing: usize,
}

// The signature is what `skip_serializing_if` asks for.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Serialize)]
struct ConstantRow<'a> {
    at: Exact<'a>,
    game_hash: &'a str,
    #[serde(flatten)]
    bounds: Bounds<'a>,
    status: &'static str,
    decision: Option<ChosenDecision<'a>>,
}

impl SweepReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let hash = self.game.hash();
        match self.followed {
            Followed::Epsilon(sweep) => {
                let point = |epsilon| sweep.at(epsilon);
                let evaluated = self.evaluated.iter().filter_map(point).filter_map(|point| {
                    let row = PointRow {
                        epsilon: Exact(&point.epsilon),
                        bounds: Bounds::new(&point.lower, &point.upper),
                        slope: None,
                        decision: None,
                    };
                    serde_json::to_value(row).ok()
                });
                let followed = OverEpsilon {
                    over: "epsilon",
                    from: sweep.points().first().map(|point| Exact(&point.epsilon)),
                    to: sweep.points().last().map(|point| Exact(&point.epsilon)),
                    function: FunctionRows { game: self.game, sweep },
                    evaluated: evaluated.collect(),
                };
                write_document(out, &self.document(&hash, followed))
            }
            Followed::Constant { name, points, wanted } => {
                let row = |point: &'_ super::sweep::ParameterPoint| -> Option<Decision> {
                    super::decision::chosen(&point.game, &point.outcome).map(Cow::into_owned)
                };
                let rows = points.iter().map(|point| {
                    let claim = &point.outcome.accepted.claim;
                    ConstantRow {
                        at: Exact(&point.at),
                        game_hash: &claim.game_hash,
                        bounds: Bounds::new(&claim.lower, &claim.upper),
                        status: status(point.outcome.status),
                        decision: row(point).map(|decision| ChosenDecision {
                            game: &point.game,
                            decision: Cow::Owned(decision),
                        }),
                    }
                });
                let followed = OverConstant {
                    over: name,
                    epsilon: Exact(&self.settings.epsilon),
                    kind: "points",
                    points: rows.collect(),
                    missing: wanted.saturating_sub(points.len()),
                };
                write_document(out, &self.document(&hash, followed))
            }
        }
    }

    fn document<'a, F: Serialize>(&'a self, hash: &'a str, followed: F) -> Document<'a, F> {
        let decision = only_decision(self.game, self.settings);
        Document {
            format: "smfg-sweep/1",
            command: "sweep",
            game: GameName::of(self.game, hash),
            selection: self.settings.selection.to_string(),
            class: classify(self.game).class.to_string(),
            decision: decision
                .map(|decision| ChosenDecision { game: self.game, decision: Cow::Owned(decision) }),
            of: self.settings.objective.as_deref(),
            followed,
            certificate: CertificateNote {
                checked: true,
                path: self.certificate_path,
                bytes: self.bytes,
            },
            statistics: statistics(&self.statistics()),
        }
    }
}
