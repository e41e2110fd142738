//! How far the flows of one policy part, statement (10.1) of docs/theory.md.

use super::induction::shortened;
use super::rows::{add_slopes, contraction, errors};
use super::{Pairing, Radii, half, two};
use crate::interval::Box;
use smfg_kernel::Rational;

/// Distances of flows and of transition rows.
pub(super) struct Parting {
    /// Per stage, bound of `sum over s, a of |d'_t - d_t|`.
    pub(super) flow: Vec<Rational>,
    /// Per stage and pair, bound of `sum over s' of |P'_t(x') - P_t(x)|`; empty at the last stage.
    pub(super) rows: Vec<Vec<Rational>>,
    /// Per statistic, bound of `|x'_k - x_k|`.
    pub(super) reach: Vec<Rational>,
}

impl Parting {
    /// Forwards over the stages.
    pub(super) fn new(pairing: &Pairing, radii: Option<&Radii>, ends: &Box) -> Self {
        let model = &pairing.model;
        let initial = pairing.truth.as_ref().map_or(Rational::ZERO, |truth| {
            let laws = model.initial.iter().zip(&truth.initial);
            laws.fold(Rational::ZERO, |sum, (p, q)| sum + if p < q { q - p } else { p - q })
        });
        let (mut flow, mut rows) = (vec![initial], Vec::new());
        for (t, stage) in model.stages.iter().enumerate() {
            if stage.transition.is_none() {
                rows.push(Vec::new());
                continue;
            }
            let pairs = stage.pairs();
            let mut apart = match (pairing.truth.as_ref().map(|truth| &truth.stages[t]), radii) {
                (Some(truth), _) => errors(stage, truth, ends),
                // With one state there is one law.
                (None, Some(radii)) if stage.states() > 1 => {
                    vec![radii.transition.clone().min(two()); pairs]
                }
                (None, _) => vec![Rational::ZERO; pairs],
            };
            for (k, reach) in reach(pairing, &flow).iter().enumerate() {
                if !reach.is_zero() {
                    add_slopes(stage, k as u32, reach, ends, &mut apart);
                }
            }
            apart.iter_mut().for_each(|distance| *distance = distance.clone().min(two()));
            let before = flow.last().cloned().unwrap_or(Rational::ZERO);
            let carried = if before.is_zero() { before } else { before * contraction(stage, ends) };
            let next = carried + apart.iter().max().cloned().unwrap_or(Rational::ZERO);
            flow.push(shortened(next.min(two()), true));
            rows.push(apart);
        }
        let reach = reach(pairing, &flow);
        Parting { flow, rows, reach }
    }
}

/// `|x'_k - x_k|`: the difference of flows sums to 0, so half the range of the weights counts.
/// Flows not known yet are as far apart as flows can be.
fn reach(pairing: &Pairing, flow: &[Rational]) -> Vec<Rational> {
    let of = |(stage, (low, high)): &(usize, (Rational, Rational))| {
        (high - low) * half() * flow.get(*stage).cloned().unwrap_or_else(two)
    };
    pairing.statistics.iter().map(of).collect()
}
