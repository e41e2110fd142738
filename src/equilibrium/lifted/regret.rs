//! Where in a box equilibria can be: regrets of single actions, and what they leave of the masses, stage by stage.
//!
//! Statement (Z) of docs/certificate.md in binary64. On a box an action that is worse by at least `z` in its state can carry at most
//! `eps / z` of the mass, and all of them share one eps.

use super::bound::Sum;
use super::model::{BoxData, Model, ONE, StageShape, Terms};
use super::stage_box::{Row, StageBox, Void};

/// Most numbers of one round; beyond it regrets are not tried.
const MOST_WORK: usize = 4_000_000;

/// What one round finds.
#[derive(Debug, Clone)]
pub(super) struct Confined {
    /// Ends of each statistic.
    pub(super) ends: Vec<(f64, f64)>,
    /// What `sigma J0` does not fall below among equilibria below the cut-off.
    pub(super) floor: f64,
}

/// Sums of the negative and of the positive coefficients besides the constant: the range of a polynomial on the box.
fn range_of(terms: &[(usize, f64)]) -> (f64, f64) {
    terms.iter().fold((0.0, 0.0), |(low, high), &(m, c)| if m == ONE { (low + c, high + c) } else { (low + c.min(0.0), high + c.max(0.0)) })
}

impl Model {
    /// Rough count of the numbers that a round computes.
    pub(super) fn regret_work(&self) -> usize {
        let of_stage = |shape: &StageShape| {
            let most = shape.successors.as_ref().map_or(0, |list| (0..shape.pairs.len()).map(|i| list.of_pair(i).len()).max().unwrap_or(0));
            let pairs = shape.pairs.len();
            pairs.saturating_mul(pairs).saturating_mul(1 + most * most)
        };
        self.shapes.iter().map(of_stage).fold(0, usize::saturating_add)
    }

    /// Whether a round of regrets is affordable beside a linear programme.
    pub(super) fn regrets_pay(&self) -> bool {
        self.regret_work() <= MOST_WORK
    }

    /// More than what the checker loses by rounding where it computes one number.
    pub(super) fn slack(&self) -> f64 {
        2f64.powi(8 - self.bits as i32)
    }

    /// What each action's regret does not fall below, per `[stage][pair]`.
    fn least_regrets(&self, data: &BoxData) -> Vec<Vec<f64>> {
        let mut regrets = vec![Vec::new(); self.shapes.len()];
        // `above[s][q]`: what `v(s) - v(q)` does not exceed at the next stage.
        let mut above: Vec<Vec<f64>> = Vec::new();
        let mut sum = Sum::default();
        let mut terms = Terms::new();
        for (t, shape) in self.shapes.iter().enumerate().rev() {
            let (count, stage) = (shape.pairs.len(), &data.stages[t]);
            let mut excess = vec![vec![0.0; count]; count];
            for i in 0..count {
                for j in (0..count).filter(|&j| j != i) {
                    stage.reward[i].iter().for_each(|&(m, c)| sum.add(m, c));
                    stage.reward[j].iter().for_each(|&(m, c)| sum.add(m, -c));
                    sum.take(&mut terms);
                    excess[i][j] = range_of(&terms).1 + self.slack();
                    if let Some(successors) = &shape.successors {
                        let mut shift: Vec<(usize, f64, f64)> = Vec::new();
                        let places = successors.of_pair(i).chain(successors.of_pair(j)).map(|entry| successors.state(entry));
                        for place in places {
                            if shift.iter().any(|&(known, _, _)| known == place) {
                                continue;
                            }
                            for (pair, sign) in [(i, 1.0), (j, -1.0)] {
                                for entry in successors.of_pair(pair).filter(|&entry| successors.state(entry) == place) {
                                    stage.probability[entry].iter().for_each(|&(m, c)| sum.add(m, sign * c));
                                }
                            }
                            sum.take(&mut terms);
                            let (low, high) = range_of(&terms);
                            shift.push((place, low, high));
                        }
                        excess[i][j] += most_gained(&shift, &above);
                    }
                }
            }
            let least = |i: usize, q: usize| shape.pairs.of_state(q).map(|j| excess[i][j]).fold(f64::INFINITY, f64::min);
            regrets[t] = (0..count).map(|i| (-least(i, shape.state[i])).max(0.0)).collect();
            let states = shape.pairs.states();
            let mut here = vec![vec![0.0; states]; states];
            for (s, row) in here.iter_mut().enumerate() {
                for (q, value) in row.iter_mut().enumerate().filter(|(q, _)| *q != s) {
                    let optimal = shape.pairs.of_state(s).filter(|&i| regrets[t][i] <= 0.0);
                    *value = optimal.map(|i| least(i, q)).fold(f64::NEG_INFINITY, f64::max);
                }
            }
            above = here;
        }
        regrets
    }

    /// One round on a box: where eps-equilibria with `sigma J0` below `cutoff` are.
    pub(super) fn confine(&self, data: &BoxData, cutoff: f64) -> Result<Confined, Void> {
        let regrets = self.least_regrets(data);
        let stages = self.shapes.len();
        let slack = self.slack();
        let of_stage = |shape: &StageShape| StageBox::new((0..shape.pairs.states()).map(|s| shape.pairs.of_state(s)).collect(), slack);
        let mut boxes: Vec<StageBox> = self.shapes.iter().map(of_stage).collect();
        for (s, &mass) in self.initial.iter().enumerate() {
            boxes[0].set_mass(s, mass, mass);
        }
        let leader: Vec<Vec<f64>> =
            data.stages.iter().map(|stage| stage.leader.iter().map(|terms| range_of(terms).0 - slack).collect()).collect();
        let payoff = range_of(&data.payoff).0 - slack;
        let probability: Vec<Vec<(f64, f64)>> = data
            .stages
            .iter()
            .map(|stage| {
                let clipped = |terms: &Terms| {
                    let (low, high) = range_of(terms);
                    ((low - slack).max(0.0), (high + slack).min(1.0))
                };
                stage.probability.iter().map(clipped).collect()
            })
            .collect();
        let weight = |t: usize, k: usize| -> Vec<f64> {
            let of_pair = |weights: &Vec<(usize, f64)>| weights.iter().find(|(own, _)| *own == k).map_or(0.0, |&(_, w)| w);
            self.shapes[t].weights.iter().map(of_pair).collect()
        };
        // Per stage: statistics in use, their weights, and the ranges of all sums.
        let mut statistics: Vec<Vec<(usize, Vec<f64>)>> = Vec::with_capacity(stages);
        for t in 0..stages {
            let used = (0..self.statistics).map(|k| (k, weight(t, k))).filter(|(_, w)| w.iter().any(|w| *w != 0.0));
            statistics.push(used.collect());
        }
        let mut parts = Parts::new(stages, self.statistics);
        for t in 0..stages {
            parts.update(t, &mut boxes[t], &regrets[t], &leader[t], &statistics[t])?;
        }
        for t in (0..stages).chain((0..stages).rev()) {
            let mut rows = Vec::new();
            for (k, weights) in &statistics[t] {
                let (low, high) = parts.others(*k, t);
                rows.push(Row { coefficients: weights.clone(), side: data.low[*k] - high });
                rows.push(Row { coefficients: weights.iter().map(|w| -w).collect(), side: low - data.low[*k] - data.width[*k] });
            }
            let spent: f64 = (0..stages).filter(|&other| other != t).map(|other| parts.regret[other]).sum();
            rows.push(Row { coefficients: regrets[t].iter().map(|z| -z).collect(), side: spent - self.epsilon });
            let elsewhere: f64 = (0..stages).filter(|&other| other != t).map(|other| parts.leader[other]).sum();
            if cutoff.is_finite() {
                rows.push(Row { coefficients: leader[t].iter().map(|c| -c).collect(), side: elsewhere + payoff - cutoff });
            }
            if let Some(successors) = &self.shapes[t].successors {
                let next = &boxes[t + 1];
                for place in 0..next.mass_low.len() {
                    let (low, high) = self.into(t, place, successors, &probability[t]);
                    rows.push(Row { coefficients: high, side: next.mass_low[place] });
                    rows.push(Row { coefficients: low.into_iter().map(|p| -p).collect(), side: -next.mass_high[place] });
                }
            }
            for row in &rows {
                boxes[t].apply(row)?;
            }
            parts.update(t, &mut boxes[t], &regrets[t], &leader[t], &statistics[t])?;
            if let Some(successors) = &self.shapes[t].successors {
                for place in 0..boxes[t + 1].mass_low.len() {
                    let (low, high) = self.into(t, place, successors, &probability[t]);
                    let least = boxes[t].least(|i| low[i])?;
                    let greatest = -boxes[t].least(|i| -high[i])?;
                    boxes[t + 1].set_mass(place, least, greatest);
                }
            }
        }
        let ends = (0..self.statistics)
            .map(|k| {
                let (low, high) = parts.others(k, stages);
                ((low - slack).max(data.low[k]), (high + slack).min(data.low[k] + data.width[k]))
            })
            .collect();
        Ok(Confined { ends, floor: parts.leader.iter().sum::<f64>() + payoff - slack * stages as f64 })
    }

    /// Ends of the probabilities with which pairs of stage `t` lead to a state.
    fn into(&self, t: usize, place: usize, successors: &crate::game::Successors, probability: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
        let count = self.shapes[t].pairs.len();
        let (mut low, mut high) = (vec![0.0; count], vec![0.0; count]);
        for pair in 0..count {
            for entry in successors.of_pair(pair).filter(|&entry| successors.state(entry) == place) {
                low[pair] += probability[entry].0;
                high[pair] += probability[entry].1;
            }
        }
        (low, high)
    }
}

/// The most that `sum of shift * v` can be, where the shifts sum to 0: relative to the state for which it is least.
fn most_gained(shift: &[(usize, f64, f64)], above: &[Vec<f64>]) -> f64 {
    let relative_to = |reference: usize| -> f64 {
        let part = |&(place, low, high): &(usize, f64, f64)| {
            if place == reference {
                return 0.0;
            }
            let (least, greatest) = (-above[reference][place], above[place][reference]);
            (low * least).max(low * greatest).max(high * least).max(high * greatest)
        };
        shift.iter().map(part).sum()
    };
    shift.iter().map(|&(place, _, _)| relative_to(place)).fold(f64::INFINITY, f64::min).min(if shift.is_empty() {
        0.0
    } else {
        f64::INFINITY
    })
}

/// Parts of the stages in the sums over stages.
struct Parts {
    regret: Vec<f64>,
    leader: Vec<f64>,
    /// `[stage][statistic]`.
    statistics: Vec<Vec<(f64, f64)>>,
}

impl Parts {
    fn new(stages: usize, statistics: usize) -> Self {
        Parts { regret: vec![0.0; stages], leader: vec![0.0; stages], statistics: vec![vec![(0.0, 0.0); statistics]; stages] }
    }

    fn update(
        &mut self,
        t: usize,
        masses: &mut StageBox,
        regrets: &[f64],
        leader: &[f64],
        statistics: &[(usize, Vec<f64>)],
    ) -> Result<(), Void> {
        self.regret[t] = masses.least(|i| regrets[i])?;
        self.leader[t] = masses.least(|i| leader[i])?;
        for (k, weights) in statistics {
            self.statistics[t][*k] = masses.range(|i| weights[i])?;
        }
        Ok(())
    }

    /// The range of a statistic over all stages but one.
    fn others(&self, k: usize, without: usize) -> (f64, f64) {
        let parts = self.statistics.iter().enumerate().filter(|(t, _)| *t != without).map(|(_, stage)| stage[k]);
        parts.fold((0.0, 0.0), |(low, high), part| (low + part.0, high + part.1))
    }
}
