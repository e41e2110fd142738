//! How rewards that are affine in statistics depend on them, as a quadratic form of each stage.
//!
//! At a stage `t`, `r_i = r0_i + sum_k x_k R_k(i)` with statistics `x_k = M_k d` of the same stage.
//! Where every `R_k` is a combination of the `M_l`, and of a constant,
//!
//! ```text
//! R_k = beta_k - sum_l q_lk M_l,      so that   sum_i (r_i - r0_i) d_i = sum_k beta_k x_k - x'q x,
//! ```
//!
//! and the game is monotone when `q + q'` is positive semidefinite at every stage.

use super::curves::{Curve, Parts, curves};
use super::squares::{Root, squares};
use crate::exact::{Rational, Scaled};
use crate::game::{Aggregate, Column, ColumnExt, Instance, InstanceStage, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Numbers by position.
pub type Sparse = BTreeMap<u32, Rational>;

/// What keeps a game from the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotMonotone {
    /// Transitions depend on the population.
    #[error("the transitions depend on the population")]
    Transition,
    /// Follower rewards that are not affine in the statistics of their own stage.
    #[error(
        "the followers' rewards are neither affine in the statistics of their own stage nor functions of affine arguments"
    )]
    Reward,
    /// A leader's reward that is not linear in the population.
    #[error("the leader's reward is not linear in the population")]
    Leader,
    /// Rewards whose coefficients are no combinations of those of the statistics.
    #[error("the rewards are no quadratic form of the statistics")]
    Form,
    /// A quadratic form with a negative value.
    #[error(
        "the quadratic form of the rewards is not positive semidefinite, or a function raises them"
    )]
    Indefinite,
}

/// The data of one stage.
#[derive(Debug, Clone)]
pub struct MonotoneStage {
    /// `r0` per pair.
    pub reward: Arc<Scaled>,
    /// The leader's reward per pair.
    pub leader: Arc<Scaled>,
    /// `R_k` of the statistics on which rewards depend.
    pub responses: Vec<(u32, Arc<Column>)>,
    /// `q` as `(l, k, value)`.
    pub coupling: Vec<(u32, u32, Rational)>,
    /// `beta`.
    pub constants: Sparse,
    /// Squares whose sum is `x'q x`.
    pub(crate) squares: Vec<Root>,
    /// Functions of statistics.
    pub curves: Vec<Curve>,
    /// Functions that see no population, with their coefficients.
    pub blind: Vec<(u32, Arc<Column>)>,
}

/// A monotone game.
#[derive(Debug, Clone)]
pub struct Monotone {
    /// The stages.
    pub stages: Vec<MonotoneStage>,
    /// The coefficient of each statistic in the leader's payoff.
    pub payoff: Sparse,
    /// Constant of the payoff.
    pub constant: Rational,
}

impl Monotone {
    /// The quadratic forms of a game.
    ///
    /// # Errors
    /// [`NotMonotone`] says what the rule does not cover.
    pub fn new(instance: &Instance) -> Result<Self, NotMonotone> {
        let (mut payoff, mut constant) = (Sparse::new(), Rational::ZERO);
        for (monomial, value) in instance.payoff.terms() {
            match monomial.factors() {
                [] => constant += value,
                [(Variable::Aggregate(k), 1)] => {
                    payoff.insert(*k, value.clone());
                }
                _ => return Err(NotMonotone::Leader),
            }
        }
        let blind = blind(instance);
        let stages = (0..instance.stages.len()).map(|t| stage(instance, t, &blind));
        Ok(Monotone { stages: stages.collect::<Result<_, _>>()?, payoff, constant })
    }

    /// Number of statistics on which rewards depend.
    #[must_use]
    pub fn statistics(&self) -> usize {
        self.stages.iter().map(|stage| stage.responses.len() + stage.curves.len()).sum()
    }
}

fn stage(instance: &Instance, t: usize, is_blind: &[bool]) -> Result<MonotoneStage, NotMonotone> {
    let own: &InstanceStage = &instance.stages[t];
    if own.transition.as_ref().is_some_and(|(_, p)| p.as_constants().is_none()) {
        return Err(NotMonotone::Transition);
    }
    let leader = own.leader_reward.as_constants().ok_or(NotMonotone::Leader)?;
    let mut reward = Arc::new(zeros(own.pairs.len()));
    let (mut responses, mut parts) = (Vec::new(), BTreeMap::<u32, Parts>::new());
    let mut blind = Vec::new();
    for (monomial, column) in own.reward.columns() {
        match monomial.factors() {
            [] => reward = Arc::new(spread(column, own.pairs.len())),
            [(Variable::Aggregate(k), 1)]
                if instance.aggregates.get(*k as usize).is_some_and(|a| a.stage == t) =>
            {
                if !column.coefficients.is_zero() {
                    responses.push((*k, Arc::clone(column)));
                }
            }
            [(Variable::Function(f), 1)] if is_blind.get(*f as usize) == Some(&true) => {
                blind.push((*f, Arc::clone(column)));
            }
            [(Variable::Function(f), 1)] => {
                parts.entry(*f).or_default().alone = Some(Arc::clone(column));
            }
            [(Variable::Aggregate(k), 1), (Variable::Function(f), 1)] => {
                parts.entry(*f).or_default().times.push((*k, Arc::clone(column)));
            }
            _ => return Err(NotMonotone::Reward),
        }
    }
    let curves = curves(instance, t, &parts)?;
    let mut span = Span::default();
    if !responses.is_empty() {
        for (l, aggregate) in instance.aggregates.iter().enumerate() {
            if aggregate.stage == t {
                span.insert(Some(l as u32), weights(aggregate, own));
            }
        }
    }
    let (mut coupling, mut constants) = (Vec::new(), Sparse::new());
    for (k, column) in &responses {
        for (label, value) in span.express(entries(column), own.pairs.len())? {
            match label {
                Some(l) => coupling.push((l, *k, -value)),
                None => {
                    constants.insert(*k, value);
                }
            }
        }
    }
    let squares = squares(&coupling).ok_or(NotMonotone::Indefinite)?;
    Ok(MonotoneStage { reward, leader, responses, coupling, constants, squares, curves, blind })
}

/// Which functions see no population: constants, if irrational ones.
fn blind(instance: &Instance) -> Vec<bool> {
    let mut known: Vec<bool> = Vec::with_capacity(instance.functions.len());
    for function in instance.functions.iter() {
        let constant = |variable| match variable {
            Variable::Function(inner) => known.get(inner as usize) == Some(&true),
            _ => false,
        };
        let all = function.argument.variables().into_iter().all(constant);
        known.push(all);
    }
    known
}

/// The nonzero entries of a column.
pub(super) fn entries(column: &Column) -> Sparse {
    let entries = column.entries().filter(|(_, value)| !value.is_zero());
    entries.map(|(i, value)| (i as u32, value)).collect()
}

fn zeros(len: usize) -> Scaled {
    Scaled::from_rationals(&vec![Rational::ZERO; len])
}

fn spread(column: &Column, len: usize) -> Scaled {
    if column.support.is_none() {
        return column.coefficients.as_ref().clone();
    }
    let mut values = vec![Rational::ZERO; len];
    for (i, value) in column.entries() {
        values[i] = value;
    }
    Scaled::from_rationals(&values)
}

/// `M_k` by pair.
pub(crate) fn weights(aggregate: &Aggregate, stage: &InstanceStage) -> Sparse {
    let entries = aggregate.weights.iter().filter_map(|(state, action, weight)| {
        let pair = stage.pairs.find(*state as usize, *action as usize)?;
        Some((pair as u32, weight.clone()))
    });
    entries.collect()
}

/// `own -= factor * other`, zeros left out.
pub(super) fn subtract(own: &mut Sparse, factor: &Rational, other: &Sparse) {
    for (k, value) in other {
        let entry = own.entry(*k).or_insert(Rational::ZERO);
        *entry -= factor * value;
        if entry.is_zero() {
            own.remove(k);
        }
    }
}

/// A column as a combination of labelled ones; the constant column has the label `None`.
type Labels = BTreeMap<Option<u32>, Rational>;

/// Independent columns in echelon form, by their first entry, which is 1.
#[derive(Debug, Default)]
struct Span {
    rows: BTreeMap<u32, (Sparse, Labels)>,
    constant: bool,
}

impl Span {
    fn insert(&mut self, label: Option<u32>, column: Sparse) {
        let (rest, used) = self.reduce(column);
        let Some((&pivot, lead)) = rest.first_key_value() else { return };
        let lead = lead.clone();
        let row = rest.into_iter().map(|(i, value)| (i, value / &lead)).collect();
        // rest = column - sum used, so that row = (column - sum used) / lead.
        let mut labels: Labels = used.into_iter().map(|(l, value)| (l, -value / &lead)).collect();
        *labels.entry(label).or_insert(Rational::ZERO) += Rational::ONE / &lead;
        self.rows.insert(pivot, (row, labels));
    }

    /// What is left of a column, and the combination that was taken off.
    fn reduce(&self, mut column: Sparse) -> (Sparse, Labels) {
        let mut used = Labels::new();
        let mut next = column.first_key_value().map(|(&i, _)| i);
        while let Some(place) = next {
            if let (Some(factor), Some((row, labels))) =
                (column.get(&place).cloned(), self.rows.get(&place))
            {
                subtract(&mut column, &factor, row);
                for (label, value) in labels {
                    *used.entry(*label).or_insert(Rational::ZERO) += &factor * value;
                }
            }
            next = column.range(place + 1..).next().map(|(&i, _)| i);
        }
        (column, used)
    }

    fn express(&mut self, column: Sparse, pairs: usize) -> Result<Labels, NotMonotone> {
        let (rest, used) = self.reduce(column.clone());
        if rest.is_empty() {
            return Ok(nonzero(used));
        }
        if !self.constant {
            self.constant = true;
            self.insert(None, (0..pairs as u32).map(|i| (i, Rational::ONE)).collect());
        }
        let (rest, used) = self.reduce(column);
        if rest.is_empty() { Ok(nonzero(used)) } else { Err(NotMonotone::Form) }
    }
}

fn nonzero(labels: Labels) -> Labels {
    labels.into_iter().filter(|(_, value)| !value.is_zero()).collect()
}
