//! Functions of a number as tables of comma-separated values and as curves of a picture.

#[cfg(feature = "plot")]
use super::plot::{Band, Curve};
use super::sweep::{Followed, SweepReport};
use crate::analysis::sweep::Sweep;
use crate::certificate::CurvePoint;
#[cfg(feature = "plot")]
use crate::exact::to_approx;
use crate::exact::{Rational, Rounding, decimal};
use crate::game::{Decision, Game};
use std::io::{self, Write};

/// Digits of decimals.
const DIGITS: usize = 15;

/// Columns: the abscissa and both bounds as fractions, the same as decimals rounded outwards, the
/// decision.
pub(super) const COLUMNS: &str = "lower,upper,lower_decimal,upper_decimal,decision";

/// One row, without what identifies it.
pub(super) fn row(point: &CurvePoint, decision: &str) -> String {
    let CurvePoint { epsilon, lower, upper } = point;
    let (down, up) = (decimal(lower, DIGITS, Rounding::Down), decimal(upper, DIGITS, Rounding::Up));
    format!("{epsilon},{lower},{upper},{down},{up},{}", quoted(decision))
}

/// A field of text: in quotes when it needs them, quotes doubled.
pub(super) fn quoted(text: &str) -> String {
    let needs = |c: char| matches!(c, ',' | '"' | '\n' | '\r');
    if text.contains(needs) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}

/// Name of a decision, or its parameters.
pub(super) fn name(game: &Game, decision: &Decision) -> String {
    decision.name.clone().unwrap_or_else(|| {
        let words = game
            .leader
            .parameters
            .iter()
            .zip(&decision.values)
            .map(|(name, value)| format!("{name}={value}"));
        words.collect::<Vec<_>>().join(",")
    })
}

impl SweepReport<'_> {
    /// Writes a table of comma-separated values: the points asked for, else those at which bounds
    /// are stated.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.followed {
            Followed::Epsilon(sweep) => {
                writeln!(out, "epsilon,{COLUMNS}")?;
                if self.evaluated.is_empty() {
                    return sweep.points().iter().enumerate().try_for_each(|(index, point)| {
                        let decision = sweep
                            .decision(self.game, index)
                            .map(|decision| name(self.game, decision))
                            .unwrap_or_default();
                        writeln!(out, "{}", row(point, &decision))
                    });
                }
                self.evaluated
                    .iter()
                    .filter_map(|epsilon| sweep.at(epsilon))
                    .try_for_each(|point| writeln!(out, "{}", row(&point, "")))
            }
            Followed::Constant { name: constant, points, .. } => {
                writeln!(out, "{},{COLUMNS}", quoted(constant))?;
                points.iter().try_for_each(|point| {
                    let claim = &point.outcome.accepted.claim;
                    let chosen = super::decision::chosen(&point.game, &point.outcome);
                    let decision =
                        chosen.map(|decision| name(&point.game, &decision)).unwrap_or_default();
                    let at = CurvePoint {
                        epsilon: point.at.clone(),
                        lower: claim.lower.clone(),
                        upper: claim.upper.clone(),
                    };
                    writeln!(out, "{}", row(&at, &decision))
                })
            }
        }
    }

    /// The picture of the function.
    #[cfg(feature = "plot")]
    #[must_use]
    pub fn figure(&self) -> super::plot::Figure {
        let (mut curves, mut bands) = (Vec::new(), Vec::new());
        let x_label = match self.followed {
            Followed::Epsilon(sweep) => {
                draw(sweep, "value", &mut curves, &mut bands);
                "epsilon"
            }
            Followed::Constant { name, points, .. } => {
                let side = |of: fn(&crate::certificate::Claim) -> &Rational| {
                    points
                        .iter()
                        .map(|point| {
                            (to_approx(&point.at), to_approx(of(&point.outcome.accepted.claim)))
                        })
                        .collect()
                };
                curves.push(Curve {
                    label: "at least".into(),
                    points_approx: side(|claim| &claim.lower),
                    ..Curve::default()
                });
                curves.push(Curve {
                    label: "at most".into(),
                    points_approx: side(|claim| &claim.upper),
                    stroke: super::plot::Stroke::Dashed,
                });
                name
            }
        };
        let y_label = self.settings.objective.clone().unwrap_or_else(|| "leader's value".into());
        super::plot::Figure {
            title: self.game.name.clone(),
            x_label: x_label.into(),
            y_label,
            curves,
            bands,
        }
    }
}

/// A function as a line where it is known, else as the band that encloses it.
#[cfg(feature = "plot")]
pub(super) fn draw(sweep: &Sweep, label: &str, curves: &mut Vec<Curve>, bands: &mut Vec<Band>) {
    let points = sweep.points();
    let mut lower: Vec<(f64, f64)> = Vec::new();
    let mut upper: Vec<(f64, f64)> = Vec::new();
    for (index, pair) in points.windows(2).enumerate() {
        let Some(piece) = sweep.piece(index) else { continue };
        for (point, (least, most)) in pair.iter().zip([&piece.left, &piece.right]) {
            let x = to_approx(&point.epsilon);
            lower.push((x, to_approx(least)));
            upper.push((x, to_approx(most)));
        }
    }
    if let ([only], true) = (points, lower.is_empty()) {
        lower.push((to_approx(&only.epsilon), to_approx(&only.lower)));
        upper.push((to_approx(&only.epsilon), to_approx(&only.upper)));
    }
    if sweep.exact() {
        let stroke =
            if lower.len() == 1 { super::plot::Stroke::Dots } else { super::plot::Stroke::Solid };
        curves.push(Curve { label: label.into(), points_approx: lower, stroke });
    } else {
        bands.push(Band { label: label.into(), lower_approx: lower, upper_approx: upper });
    }
}
