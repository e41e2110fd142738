//! Where a number comes from: bounds of masses as combinations of rows, in binary64.
//!
//! Every bound that is propagated through the stages is a nonnegative combination of rows of the
//! game and of bounds before it. What the last one rests on, added up backwards, are multipliers of
//! the rows alone; the kernel is given these, and checks the sum.

/// What a bound rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Source {
    /// A bound before it.
    Fact(u32),
    /// The link of a statistic: form less statistic.
    Link(u32),
    /// The flow equation of a state at a stage: inflow less its masses.
    Flow(u32, u32),
    /// All regrets together are at most eps.
    Regret,
    /// The leader gets less than is claimed.
    Objective,
}

/// A combination: sources with multipliers, at least 0 but for those of equations.
pub(super) type Parts = Vec<(Source, f64)>;

/// All bounds so far.
#[derive(Debug, Default)]
pub(super) struct Facts {
    list: Vec<Parts>,
}

/// Multipliers of rows.
#[derive(Debug)]
pub(super) struct Totals {
    pub(super) links: Vec<f64>,
    /// Per stage and state.
    pub(super) flow: Vec<Vec<f64>>,
    pub(super) regret: f64,
    pub(super) objective: f64,
}

impl Facts {
    pub(super) fn add(&mut self, parts: Parts) -> Source {
        self.list.push(parts);
        Source::Fact(self.list.len() as u32 - 1)
    }

    /// The rows that a combination rests on.
    pub(super) fn totals(&self, parts: &Parts, links: usize, sizes: &[usize]) -> Totals {
        let mut totals = Totals {
            links: vec![0.0; links],
            flow: sizes.iter().map(|states| vec![0.0; *states]).collect(),
            regret: 0.0,
            objective: 0.0,
        };
        let mut weights = vec![0.0; self.list.len()];
        let mut spread = |parts: &Parts, factor: f64, weights: &mut Vec<f64>| {
            for &(source, value) in parts {
                let value = factor * value;
                match source {
                    Source::Fact(number) => weights[number as usize] += value,
                    Source::Link(k) => totals.links[k as usize] += value,
                    Source::Flow(t, s) => totals.flow[t as usize][s as usize] += value,
                    Source::Regret => totals.regret += value,
                    Source::Objective => totals.objective += value,
                }
            }
        };
        spread(parts, 1.0, &mut weights);
        // A bound rests on bounds before it.
        for number in (0..self.list.len()).rev() {
            let weight = weights[number];
            if weight > 0.0 {
                spread(&self.list[number], weight, &mut weights);
            }
        }
        totals
    }
}
