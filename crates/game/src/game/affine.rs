//! A game with fixed transitions and affine follower rewards, entry by entry.
//!
//! ```text
//! r_t(s,a; x) = r0_t(s,a) + sum_k x_k R_k,t(s,a),     x_k = sum_t sum_i w_k,t(i) d_t(i),     J0 = c'd + share r(d)'d + constant.
//! ```
//!
//! The leader's reward has this form when it is linear, and when its quadratic part is a multiple
//! of that of the followers' reward: total latency is an example. At an equilibrium for eps = 0 the
//! followers earn `r(d)'d = mu0'V*_0`, which is linear in their values.
//!
//! The statistics `x_k` are those of [`super::Reduced`]. Everything is a rational: the form is for
//! games small enough that their equilibria at eps = 0 can be told apart one by one.

use super::columns::Columns;
use super::instance::Instance;
use super::model::Pairs;
use super::polynomial::{Monomial, Polynomial, Variable};
use super::reduced::Reduced;
use crate::exact::Rational;
use crate::game::ColumnExt;
use std::sync::Arc;

/// A game at one decision; see the page of the module.
#[derive(Debug, Clone)]
pub struct Affine {
    /// Initial law over the states.
    pub initial: Vec<Rational>,
    /// One entry per stage.
    pub stages: Vec<AffineStage>,
    /// Number of statistics.
    pub statistics: usize,
    /// The leader's reward, when it has the form above.
    pub leader: Option<AffineLeader>,
}

/// The data of one stage, all vectors indexed by pair.
#[derive(Debug, Clone)]
pub struct AffineStage {
    /// The available pairs.
    pub pairs: Arc<Pairs>,
    /// `r0`.
    pub reward: Vec<Rational>,
    /// `(k, R_k)`, coefficients nonzero.
    pub slopes: Vec<Vec<(usize, Rational)>>,
    /// `(k, w_k)`, weights nonzero.
    pub weights: Vec<Vec<(usize, Rational)>>,
    /// `(successor, probability)`, probabilities positive; empty at the last stage.
    pub next: Vec<Vec<(usize, Rational)>>,
}

/// The leader's reward.
#[derive(Debug, Clone)]
pub struct AffineLeader {
    /// `c`, `[stage][pair]`.
    pub entries: Vec<Vec<Rational>>,
    /// Multiple of what the followers earn.
    pub share: Rational,
    /// The constant.
    pub constant: Rational,
}

/// Most pairs of a game whose quadratic parts are compared entry by entry.
const MOST_COMPARED: usize = 400;

/// What keeps a game from being affine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAffine {
    /// Transitions depend on the population.
    #[error("the transitions depend on the population")]
    Transition,
    /// Follower rewards of degree two or more.
    #[error("the followers' rewards are not affine in the population")]
    Reward,
    /// A leader reward that is neither linear nor linear up to a multiple of what the followers
    /// earn.
    #[error(
        "the leader's reward is not linear in the population, and its quadratic part is no multiple of the followers'"
    )]
    Leader,
    /// Functions that are no polynomials.
    #[error("the game has functions that are no polynomials")]
    Functions,
}

impl Affine {
    /// The entries of `instance`.
    ///
    /// # Errors
    /// [`NotAffine`] names what is of a higher degree.
    pub fn new(instance: &Instance) -> Result<Self, NotAffine> {
        if !instance.functions.is_empty() {
            return Err(NotAffine::Functions);
        }
        let reduced = instance.reduced();
        let mut stages = Vec::with_capacity(reduced.stages.len());
        for (t, stage) in reduced.stages.iter().enumerate() {
            let pairs = Arc::clone(&stage.pairs);
            if stage.reward.population_degree() > 1 {
                return Err(NotAffine::Reward);
            }
            let (reward, slopes) = split(&stage.reward);
            let mut weights = vec![Vec::new(); pairs.len()];
            for (k, form) in reduced.statistics.iter().enumerate() {
                for (pair, weight) in form.stages[t].entries() {
                    weights[pair].push((k, weight));
                }
            }
            let mut next = vec![Vec::new(); pairs.len()];
            if let Some((successors, probability)) = &stage.transition {
                let probability = probability.as_constants().ok_or(NotAffine::Transition)?;
                for (pair, list) in next.iter_mut().enumerate() {
                    let entries = successors
                        .of_pair(pair)
                        .map(|entry| (successors.state(entry), probability.get(entry)));
                    list.extend(entries.filter(|(_, p)| !p.is_zero()));
                }
            }
            stages.push(AffineStage { pairs, reward, slopes, weights, next });
        }
        let leader = leader(&reduced, &stages);
        Ok(Affine {
            initial: reduced.initial.iter().collect(),
            stages,
            statistics: reduced.statistics.len(),
            leader,
        })
    }

    /// Number of pairs over all stages.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.stages.iter().map(|stage| stage.pairs.len()).sum()
    }
}

/// The leader's reward as `c'd + share r(d)'d + constant`, if it has this form.
fn leader(reduced: &Reduced, stages: &[AffineStage]) -> Option<AffineLeader> {
    if reduced.stages.iter().any(|stage| stage.leader_reward.population_degree() > 1)
        || reduced.payoff.population_degree() > 2
    {
        return None;
    }
    let tables: Vec<Table> =
        reduced.stages.iter().map(|stage| split(&stage.leader_reward)).collect();
    let constant = reduced
        .payoff
        .terms()
        .find(|(monomial, _)| monomial.is_one())
        .map_or(Rational::ZERO, |(_, value)| value.clone());
    let linear = tables.iter().all(|(_, slopes)| slopes.iter().all(Vec::is_empty))
        && reduced.payoff.population_degree() == 0;
    if linear {
        return Some(AffineLeader {
            entries: tables.into_iter().map(|(entries, _)| entries).collect(),
            share: Rational::ZERO,
            constant,
        });
    }
    let weights: Vec<&[(usize, Rational)]> =
        stages.iter().flat_map(|stage| stage.weights.iter().map(Vec::as_slice)).collect();
    if weights.len() > MOST_COMPARED {
        return None;
    }
    let own: Vec<&[(usize, Rational)]> =
        tables.iter().flat_map(|(_, slopes)| slopes.iter().map(Vec::as_slice)).collect();
    let followers: Vec<&[(usize, Rational)]> =
        stages.iter().flat_map(|stage| stage.slopes.iter().map(Vec::as_slice)).collect();
    let mut share: Option<Rational> = None;
    for i in 0..weights.len() {
        for j in i..weights.len() {
            let leader = symmetric(own[i], own[j], weights[i], weights[j])
                + product(&reduced.payoff, weights[i], weights[j]);
            let follower = symmetric(followers[i], followers[j], weights[i], weights[j]);
            match &share {
                _ if follower.is_zero() && leader.is_zero() => {}
                _ if follower.is_zero() => return None,
                Some(share) if leader != share * &follower => return None,
                Some(_) => {}
                None => share = Some(leader / follower),
            }
        }
    }
    let share = share?;
    let less = |((entries, _), stage): (&(Vec<Rational>, _), &AffineStage)| {
        entries.iter().zip(&stage.reward).map(|(c, r)| c - &share * r).collect()
    };
    let entries = tables.iter().zip(stages).map(less).collect();
    Some(AffineLeader { entries, share, constant })
}

fn inner_product(a: &[(usize, Rational)], b: &[(usize, Rational)]) -> Rational {
    let pairs =
        a.iter().flat_map(|(k, x)| b.iter().filter(move |(l, _)| l == k).map(move |(_, y)| x * y));
    pairs.fold(Rational::ZERO, |sum, value| sum + value)
}

/// The coefficient of `d_i d_j` in `sum_k x_k slopes_k'd`, twice it when `i = j`.
fn symmetric(
    slopes_i: &[(usize, Rational)],
    slopes_j: &[(usize, Rational)],
    weights_i: &[(usize, Rational)],
    weights_j: &[(usize, Rational)],
) -> Rational {
    inner_product(slopes_i, weights_j) + inner_product(slopes_j, weights_i)
}

/// The coefficient of `d_i d_j` in the quadratic terms of a polynomial in the statistics, twice it
/// when `i = j`.
fn product(
    payoff: &Polynomial,
    weights_i: &[(usize, Rational)],
    weights_j: &[(usize, Rational)],
) -> Rational {
    let weight = |weights: &[(usize, Rational)], variable: Variable| {
        let of = |k: usize| {
            weights
                .iter()
                .find(|(own, _)| *own == k)
                .map_or(Rational::ZERO, |(_, weight)| weight.clone())
        };
        match variable {
            Variable::Aggregate(k) => of(k as usize),
            Variable::Parameter(_) | Variable::Function(_) => Rational::ZERO,
        }
    };
    let mut sum = Rational::ZERO;
    for (monomial, coefficient) in payoff.terms() {
        let (k, l) = match monomial.factors() {
            [(k, 2)] => (*k, *k),
            [(k, 1), (l, 1)] => (*k, *l),
            _ => continue,
        };
        sum += coefficient
            * (weight(weights_i, k) * weight(weights_j, l)
                + weight(weights_i, l) * weight(weights_j, k));
    }
    sum
}

/// Per pair, a constant and the coefficients of single statistics.
type Table = (Vec<Rational>, Vec<Vec<(usize, Rational)>>);

/// The constants and the coefficients of single statistics.
fn split(columns: &Columns) -> Table {
    let mut constants = vec![Rational::ZERO; columns.len()];
    let mut slopes = vec![Vec::new(); columns.len()];
    for (monomial, column) in columns.columns() {
        for (pair, coefficient) in column.entries() {
            match statistic(monomial) {
                None => constants[pair] += coefficient,
                Some(k) => slopes[pair].push((k, coefficient)),
            }
        }
    }
    (constants, slopes)
}

fn statistic(monomial: &Monomial) -> Option<usize> {
    monomial.factors().iter().find_map(|(variable, _)| match variable {
        Variable::Aggregate(k) => Some(*k as usize),
        Variable::Parameter(_) | Variable::Function(_) => None,
    })
}
