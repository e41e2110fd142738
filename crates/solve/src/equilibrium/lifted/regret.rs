//! Where in a box equilibria can be: regrets of single actions, and what they leave of the masses,
//! stage by stage.
//!
//! Statement (Z) of docs/certificate.md in binary64. On a box an action that is worse by at least
//! `z` in its state can carry at most `eps / z` of the mass, and all of them share one eps.

use super::bound::Sum;
use super::model::{BoxData, Model, ONE, StageShape, Terms};
use super::stage_box::{Row, StageBox, Void};

/// Most numbers of one round, and most stages; beyond them regrets are not tried.
const MOST_WORK: usize = 4_000_000;
const MOST_STAGES: usize = 1 << 10;

/// What one round finds.
#[derive(Debug, Clone)]
pub(super) struct Confined {
    /// Ends of each statistic.
    pub(super) ends: Vec<(f64, f64)>,
    /// What `sigma J0` does not fall below among equilibria below the cut-off.
    pub(super) floor: f64,
}

/// Sums of the negative and of the positive coefficients besides the constant: the range of a
/// polynomial on the box.
fn range_of(terms: &[(usize, f64)]) -> (f64, f64) {
    terms.iter().fold((0.0, 0.0), |(low, high), &(m, c)| {
        if m == ONE { (low + c, high + c) } else { (low + c.min(0.0), high + c.max(0.0)) }
    })
}

impl Model {
    /// Rough count of the numbers that a round computes.
    fn regret_work(&self) -> usize {
        let of_stage = |shape: &StageShape| {
            let most = shape.successors.as_ref().map_or(0, |list| {
                (0..shape.pairs.len()).map(|i| list.of_pair(i).len()).max().unwrap_or(0)
            });
            let pairs = shape.pairs.len();
            pairs.saturating_mul(pairs).saturating_mul(1 + most * most)
        };
        self.shapes.iter().map(of_stage).fold(0, usize::saturating_add)
    }

    /// Whether a round of regrets is affordable beside a linear programme.
    pub(super) fn regrets_pay(&self) -> bool {
        self.shapes.len() <= MOST_STAGES && self.regret_work() <= MOST_WORK
    }

    /// More than what the checker loses by rounding where it computes one number.
    fn slack(&self) -> f64 {
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
            for (i, row) in excess.iter_mut().enumerate() {
                for (j, value) in row.iter_mut().enumerate().filter(|(j, _)| *j != i) {
                    stage.reward[i].iter().for_each(|&(m, c)| sum.add(m, c));
                    stage.reward[j].iter().for_each(|&(m, c)| sum.add(m, -c));
                    sum.take(&mut terms);
                    *value = range_of(&terms).1 + self.slack();
                    if let Some(successors) = &shape.successors {
                        let mut shift: Vec<(usize, f64, f64)> = Vec::new();
                        let places = successors
                            .of_pair(i)
                            .chain(successors.of_pair(j))
                            .map(|entry| successors.state(entry));
                        for place in places {
                            if shift.iter().any(|&(known, _, _)| known == place) {
                                continue;
                            }
                            for (pair, sign) in [(i, 1.0), (j, -1.0)] {
                                for entry in successors
                                    .of_pair(pair)
                                    .filter(|&entry| successors.state(entry) == place)
                                {
                                    stage.probability[entry]
                                        .iter()
                                        .for_each(|&(m, c)| sum.add(m, sign * c));
                                }
                            }
                            sum.take(&mut terms);
                            let (low, high) = range_of(&terms);
                            shift.push((
                                place,
                                (low - self.slack()).max(-1.0),
                                (high + self.slack()).min(1.0),
                            ));
                        }
                        *value += most_gained(&shift, &above);
                    }
                }
            }
            let least = |i: usize, q: usize| {
                shape.pairs.of_state(q).map(|j| excess[i][j]).fold(f64::INFINITY, f64::min)
            };
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

    /// What the masses of each stage are weighed with on a box.
    fn weights(&self, data: &BoxData) -> Vec<Weights> {
        let slack = self.slack();
        let of_stage = |(t, regret): (usize, Vec<f64>)| {
            let (shape, stage) = (&self.shapes[t], &data.stages[t]);
            let leader = stage.leader.iter().map(|terms| range_of(terms).0 - slack).collect();
            let mut statistics: Vec<(usize, Vec<f64>)> = Vec::new();
            for (pair, weights) in shape.weights.iter().enumerate() {
                for &(k, weight) in weights {
                    let known =
                        statistics.iter().position(|(own, _)| *own == k).unwrap_or_else(|| {
                            statistics.push((k, vec![0.0; shape.pairs.len()]));
                            statistics.len() - 1
                        });
                    statistics[known].1[pair] = weight;
                }
            }
            let mut into = Vec::new();
            if let Some(successors) = &shape.successors {
                let none = vec![0.0; shape.pairs.len()];
                into = vec![(none.clone(), none); self.shapes[t + 1].pairs.states()];
                for pair in 0..shape.pairs.len() {
                    for entry in successors.of_pair(pair) {
                        let (low, high) = range_of(&stage.probability[entry]);
                        let (lows, highs) = &mut into[successors.state(entry)];
                        lows[pair] += (low - slack).max(0.0);
                        highs[pair] += (high + slack).min(1.0);
                    }
                }
            }
            Weights { regret, leader, statistics, into }
        };
        self.least_regrets(data).into_iter().enumerate().map(of_stage).collect()
    }

    /// One round on a box: where eps-equilibria with `sigma J0` below `cutoff` are.
    pub(super) fn confine(&self, data: &BoxData, cutoff: f64) -> Result<Confined, Void> {
        let (stages, slack) = (self.shapes.len(), self.slack());
        let weights = self.weights(data);
        let of_stage = |shape: &StageShape| {
            StageBox::new(
                (0..shape.pairs.states()).map(|s| shape.pairs.of_state(s)).collect(),
                slack,
            )
        };
        let mut boxes: Vec<StageBox> = self.shapes.iter().map(of_stage).collect();
        for (s, &mass) in self.initial.iter().enumerate() {
            boxes[0].set_mass(s, mass, mass);
        }
        let payoff = range_of(&data.payoff).0 - slack;
        let mut parts = Parts::new(stages, self.statistics);
        for (t, weights) in weights.iter().enumerate() {
            parts.update(t, &mut boxes[t], weights)?;
        }
        for t in (0..stages).chain((0..stages).rev()) {
            let own = &weights[t];
            let mut rows = Vec::new();
            for (k, weights) in &own.statistics {
                let (low, high) = parts.statistic(*k, Some(t));
                rows.push(Row { coefficients: weights.clone(), side: data.low[*k] - high });
                rows.push(Row {
                    coefficients: negated(weights),
                    side: low - data.low[*k] - data.width[*k],
                });
            }
            rows.push(Row {
                coefficients: negated(&own.regret),
                side: without(&parts.regret, t) - self.epsilon,
            });
            if cutoff.is_finite() {
                rows.push(Row {
                    coefficients: negated(&own.leader),
                    side: without(&parts.leader, t) + payoff - cutoff,
                });
            }
            for (place, (low, high)) in own.into.iter().enumerate() {
                let (least, greatest) =
                    (boxes[t + 1].mass_low[place], boxes[t + 1].mass_high[place]);
                rows.push(Row { coefficients: high.clone(), side: least });
                rows.push(Row { coefficients: negated(low), side: -greatest });
            }
            for row in &rows {
                boxes[t].apply(row)?;
            }
            parts.update(t, &mut boxes[t], own)?;
            for (place, (low, high)) in own.into.iter().enumerate() {
                let least = boxes[t].least(|i| low[i])?;
                let greatest = -boxes[t].least(|i| -high[i])?;
                boxes[t + 1].set_mass(place, least, greatest);
            }
        }
        let end = |k: usize| {
            let (low, high) = parts.statistic(k, None);
            ((low - slack).max(data.low[k]), (high + slack).min(data.low[k] + data.width[k]))
        };
        let floor = parts.leader.iter().sum::<f64>() + payoff - slack * stages as f64;
        Ok(Confined { ends: (0..self.statistics).map(end).collect(), floor })
    }
}

fn negated(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| -value).collect()
}

fn without(parts: &[f64], t: usize) -> f64 {
    parts.iter().enumerate().filter(|(other, _)| *other != t).map(|(_, part)| part).sum()
}

/// The most that `sum of shift * v` can be, where the shifts sum to 0: relative to the state for
/// which it is least.
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
    shift.iter().map(|&(place, _, _)| relative_to(place)).reduce(f64::min).unwrap_or(0.0)
}

/// What the masses of a stage are weighed with.
struct Weights {
    regret: Vec<f64>,
    /// Not above `sigma` times the leader's reward.
    leader: Vec<f64>,
    /// Statistics in use with their weights.
    statistics: Vec<(usize, Vec<f64>)>,
    /// Per next state, ends of the probabilities that lead there.
    into: Vec<(Vec<f64>, Vec<f64>)>,
}

/// Parts of the stages in sums over the stages.
struct Parts {
    regret: Vec<f64>,
    leader: Vec<f64>,
    /// `[stage][statistic]`.
    statistics: Vec<Vec<(f64, f64)>>,
}

impl Parts {
    fn new(stages: usize, statistics: usize) -> Self {
        Parts {
            regret: vec![0.0; stages],
            leader: vec![0.0; stages],
            statistics: vec![vec![(0.0, 0.0); statistics]; stages],
        }
    }

    fn update(&mut self, t: usize, masses: &mut StageBox, weights: &Weights) -> Result<(), Void> {
        self.regret[t] = masses.least(|i| weights.regret[i])?;
        self.leader[t] = masses.least(|i| weights.leader[i])?;
        for (k, weights) in &weights.statistics {
            self.statistics[t][*k] = masses.range(|i| weights[i])?;
        }
        Ok(())
    }

    /// The range of a statistic over all stages, or all but one.
    fn statistic(&self, k: usize, without: Option<usize>) -> (f64, f64) {
        let parts = self
            .statistics
            .iter()
            .enumerate()
            .filter(|(t, _)| Some(*t) != without)
            .map(|(_, stage)| stage[k]);
        parts.fold((0.0, 0.0), |(low, high), part| (low + part.0, high + part.1))
    }
}
