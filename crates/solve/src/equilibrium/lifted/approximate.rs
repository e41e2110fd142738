//! The game at frozen statistics in binary64, in all its statistics, for flows that use a few pairs.

use crate::exact::to_approx;
use crate::game::{
    ColumnExt, Columns, Instance, InstanceStage, Monomial, Pairs, Polynomial, Successors, Variable,
};
use std::sync::Arc;

/// Masses less than this count as none.
const NOBODY: f64 = 1e-9;

/// Factors of a monomial: statistic, exponent.
type Factors = Vec<(usize, i32)>;

/// A vector of polynomials: entries by monomial.
struct Vector {
    count: usize,
    terms: Vec<(Factors, Vec<(usize, f64)>)>,
}

fn factors(monomial: &Monomial) -> Factors {
    let factor = |&(variable, exponent): &(Variable, u32)| match variable {
        Variable::Aggregate(k) => Some((k as usize, exponent as i32)),
        Variable::Parameter(_) | Variable::Function(_) => None,
    };
    monomial.factors().iter().filter_map(factor).collect()
}

fn value(factors: &Factors, x: &[f64]) -> f64 {
    factors.iter().map(|&(k, exponent)| x[k].powi(exponent)).product()
}

impl Vector {
    fn new(columns: &Columns) -> Self {
        let terms = columns.columns().iter().map(|(monomial, column)| {
            let entries = column.entries().map(|(i, value)| (i, to_approx(&value)));
            (factors(monomial), entries.collect())
        });
        Vector { count: columns.len(), terms: terms.collect() }
    }

    fn at(&self, x: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.count];
        for (factors, entries) in &self.terms {
            let factor = value(factors, x);
            entries.iter().for_each(|(i, coefficient)| sum[*i] += factor * coefficient);
        }
        sum
    }
}

struct Stage {
    pairs: Arc<Pairs>,
    reward: Vector,
    leader: Vector,
    transition: Option<(Arc<Successors>, Vector)>,
}

/// The pairs that an equilibrium uses.
pub(super) struct Support {
    /// The pair of each `[stage][state]`; where two are used, the first one.
    chosen: Vec<Vec<usize>>,
    /// Stage, state and second pair.
    mixed: Vec<(usize, usize, usize)>,
}

/// The game.
pub(super) struct Approximate {
    initial: Vec<f64>,
    stages: Vec<Stage>,
    /// Stage and weights of each statistic.
    weights: Vec<(usize, Vec<(usize, f64)>)>,
    payoff: Vec<(Factors, f64)>,
}

impl Approximate {
    pub(super) fn new(instance: &Instance) -> Self {
        let stage = |stage: &InstanceStage| Stage {
            pairs: Arc::clone(&stage.pairs),
            reward: Vector::new(&stage.reward),
            leader: Vector::new(&stage.leader_reward),
            transition: stage
                .transition
                .as_ref()
                .map(|(successors, p)| (Arc::clone(successors), Vector::new(p))),
        };
        let weights = instance.aggregates.iter().map(|aggregate| {
            let pairs = &instance.stages[aggregate.stage].pairs;
            let entries = aggregate.weights.iter().filter_map(|(state, action, weight)| {
                Some((pairs.find(*state as usize, *action as usize)?, to_approx(weight)))
            });
            (aggregate.stage, entries.collect())
        });
        let payoff = |polynomial: &Polynomial| {
            polynomial.terms().map(|(monomial, c)| (factors(monomial), to_approx(c))).collect()
        };
        Approximate {
            initial: instance.initial.iter().map(|mass| to_approx(&mass)).collect(),
            stages: instance.stages.iter().map(stage).collect(),
            weights: weights.collect(),
            payoff: payoff(&instance.payoff),
        }
    }

    /// `M d`.
    pub(super) fn statistics(&self, flow: &[Vec<f64>]) -> Vec<f64> {
        let sum = |(stage, weights): &(usize, Vec<(usize, f64)>)| {
            weights.iter().map(|(pair, weight)| weight * flow[*stage][*pair]).sum()
        };
        self.weights.iter().map(sum).collect()
    }

    /// The pairs that a flow uses with more than a share `unused` of their site, and the masses of
    /// second ones; where nobody is, best responses. `None` where three are used.
    pub(super) fn support(&self, flow: &[Vec<f64>], unused: f64) -> Option<(Support, Vec<f64>)> {
        let x = self.statistics(flow);
        let mut chosen = Vec::with_capacity(self.stages.len());
        let (mut mixed, mut masses) = (Vec::new(), Vec::new());
        let mut next: Vec<f64> = Vec::new();
        for (t, stage) in self.stages.iter().enumerate().rev() {
            let worths = self.worths(stage, &x, &next);
            let (mut own, mut values) = (Vec::new(), Vec::new());
            for s in 0..self.initial.len() {
                let pairs = stage.pairs.of_state(s);
                let best = pairs.clone().max_by(|&i, &j| worths[i].total_cmp(&worths[j]))?;
                values.push(worths[best]);
                let total: f64 = pairs.clone().map(|pair| flow[t][pair]).sum();
                if total < NOBODY {
                    own.push(best);
                    continue;
                }
                let mut used: Vec<usize> =
                    pairs.filter(|&pair| flow[t][pair] > unused * total).collect();
                used.sort_by(|&i, &j| flow[t][j].total_cmp(&flow[t][i]));
                own.push(*used.first()?);
                match used.as_slice() {
                    [_] => {}
                    &[_, second] => {
                        mixed.push((t, s, second));
                        masses.push(flow[t][second]);
                    }
                    _ => return None,
                }
            }
            chosen.push(own);
            next = values;
        }
        chosen.reverse();
        Some((Support { chosen, mixed }, masses))
    }

    /// `r_i + P_i v'` at frozen statistics.
    fn worths(&self, stage: &Stage, x: &[f64], next: &[f64]) -> Vec<f64> {
        let mut worths = stage.reward.at(x);
        if let Some((successors, p)) = &stage.transition {
            let p = p.at(x);
            for (pair, worth) in worths.iter_mut().enumerate() {
                let later = successors.of_pair(pair);
                *worth += later.map(|entry| p[entry] * next[successors.state(entry)]).sum::<f64>();
            }
        }
        worths
    }

    /// What second pairs earn more than first ones.
    pub(super) fn differences(&self, x: &[f64], support: &Support) -> Vec<f64> {
        let mut differences = vec![0.0; support.mixed.len()];
        let mut next: Vec<f64> = Vec::new();
        for (t, stage) in self.stages.iter().enumerate().rev() {
            let worths = self.worths(stage, x, &next);
            let own = support.mixed.iter().zip(&mut differences).filter(|(site, _)| site.0 == t);
            for (&(_, s, second), difference) in own {
                *difference = worths[second] - worths[support.chosen[t][s]];
            }
            next = support.chosen[t].iter().map(|&pair| worths[pair]).collect();
        }
        differences
    }

    /// The statistics and the flow at frozen statistics, given the masses of second pairs.
    pub(super) fn image(
        &self,
        x: &[f64],
        support: &Support,
        seconds: &[f64],
    ) -> (Vec<f64>, Vec<Vec<f64>>) {
        let mut masses = self.initial.clone();
        let mut flow = Vec::with_capacity(self.stages.len());
        for (t, stage) in self.stages.iter().enumerate() {
            let mut d = vec![0.0; stage.pairs.len()];
            support.chosen[t].iter().zip(&masses).for_each(|(&pair, mass)| d[pair] = *mass);
            for (&(_, s, second), mass) in
                support.mixed.iter().zip(seconds).filter(|(site, _)| site.0 == t)
            {
                d[support.chosen[t][s]] -= mass;
                d[second] = *mass;
            }
            if let Some((successors, p)) = &stage.transition {
                let p = p.at(x);
                masses = vec![0.0; masses.len()];
                for (pair, mass) in d.iter().enumerate().filter(|(_, mass)| **mass != 0.0) {
                    for entry in successors.of_pair(pair) {
                        masses[successors.state(entry)] += mass * p[entry];
                    }
                }
            }
            flow.push(d);
        }
        (self.statistics(&flow), flow)
    }

    /// Whether both pairs are used wherever two may be.
    pub(super) fn is_inside(&self, support: &Support, flow: &[Vec<f64>]) -> bool {
        let used = |&(t, s, second): &(usize, usize, usize)| {
            flow[t][second] > 0.0 && flow[t][support.chosen[t][s]] > 0.0
        };
        support.mixed.iter().all(used)
    }

    /// The masses of the sites where two pairs are used.
    pub(super) fn site_masses(&self, support: &Support, flow: &[Vec<f64>]) -> Vec<f64> {
        let mass = |&(t, s, second): &(usize, usize, usize)| {
            flow[t][second] + flow[t][support.chosen[t][s]]
        };
        support.mixed.iter().map(mass).collect()
    }

    /// `J0`.
    pub(super) fn reward(&self, x: &[f64], flow: &[Vec<f64>]) -> f64 {
        let stages =
            self.stages.iter().zip(flow).map(|(stage, d)| {
                stage.leader.at(x).iter().zip(d).map(|(c, d)| c * d).sum::<f64>()
            });
        let payoff = self.payoff.iter().map(|(factors, c)| c * value(factors, x));
        stages.sum::<f64>() + payoff.sum::<f64>()
    }
}
