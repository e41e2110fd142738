//! How far the flows of one policy part, statement (10.1) of docs/theory.md.

use super::kernel::{add_slopes, contraction, errors, two};
use super::pairing::Pairing;
use super::radii::Radii;
use crate::exact::{Rational, Rounding, ratio};
use crate::game::{Interval, Variable};

/// Distances of flows and of transition rows.
pub(super) struct Parting {
    /// Per stage, bound of `sum over s, a of |d'_t - d_t|`.
    pub(super) flow: Vec<Rational>,
    /// Per stage and pair, bound of `sum over s' of |P'_t(m') - P_t(m)|`; empty at the last stage.
    pub(super) kernel: Vec<Vec<Rational>>,
    /// Per aggregate, bound of `|m'_k - m_k|`.
    pub(super) reach: Vec<Rational>,
}

impl Parting {
    /// Forwards over the stages.
    pub(super) fn new(
        pairing: &Pairing,
        radii: Option<&Radii>,
        ranges: &[Interval],
        of: &dyn Fn(Variable) -> Interval,
    ) -> Self {
        let model = &pairing.model;
        let initial = pairing.truth.as_ref().map_or(Rational::ZERO, |truth| {
            model
                .initial
                .iter()
                .zip(&truth.initial)
                .fold(Rational::ZERO, |sum, (p, q)| sum + if p < q { q - p } else { p - q })
        });
        let mut flow = vec![initial];
        let mut kernel = Vec::with_capacity(model.stages.len());
        for (t, stage) in model.stages.iter().enumerate() {
            if stage.transition.is_none() {
                kernel.push(Vec::new());
                continue;
            }
            let truth = pairing.truth.as_ref().and_then(|truth| truth.stages.get(t));
            let pairs = stage.pairs.len();
            let mut own = match (truth, radii) {
                (Some(truth), _) => errors(stage, truth, of),
                // With one state there is one law.
                (None, Some(radii)) if stage.pairs.states() > 1 => {
                    vec![radii.transition.clone().min(two()); pairs]
                }
                (None, _) => vec![Rational::ZERO; pairs],
            };
            for (k, reach) in reach(pairing, ranges, &flow)
                .iter()
                .enumerate()
                .filter(|(_, reach)| !reach.is_zero())
            {
                add_slopes(stage, k as u32, reach, of, &mut own);
            }
            own.iter_mut().for_each(|distance| *distance = distance.clone().min(two()));
            let apart = flow.last().cloned().unwrap_or(Rational::ZERO);
            let carried = if apart.is_zero() { apart } else { apart * contraction(stage, of) };
            let next = carried + own.iter().max().cloned().unwrap_or(Rational::ZERO);
            flow.push(super::induction::shortened(next.min(two()), Rounding::Up));
            kernel.push(own);
        }
        let reach = reach(pairing, ranges, &flow);
        Parting { flow, kernel, reach }
    }
}

/// `|m'_k - m_k|`: the difference of flows sums to 0, so half the range of the weights counts.
/// Flows not known yet are as far apart as flows can be.
fn reach(pairing: &Pairing, ranges: &[Interval], flow: &[Rational]) -> Vec<Rational> {
    let of = |(aggregate, (low, high)): (&crate::game::Aggregate, &Interval)| {
        let apart = flow.get(aggregate.stage).cloned().unwrap_or_else(two);
        (high - low) * ratio(1, 2) * apart
    };
    pairing.aggregates.iter().zip(ranges).map(of).collect()
}
