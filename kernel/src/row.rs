//! Rows, families of multipliers, and combinations of rows ([5], [6]).

use crate::prelude::*;

/// What a row says of its left side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sense {
    /// It is at least 0.
    #[default]
    AtLeast,
    /// It is 0.
    Equal,
    /// It is greater than 0.
    Above,
}

/// Whose values a coefficient belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The followers' values `v`.
    Follower,
    /// The values `y` of a dual region.
    Dual,
    /// The values `w` of the leader in a dual region, where followers play selected pairs.
    Leader,
}

/// `constant + sum mass_i d_i + sum value_ts v_t(s) + loss * loss + reward * J0`, with
/// `loss = mu0'v_0 - r'd` and `J0 = h + c'd`, compared with 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// What is said of it.
    pub sense: Sense,
    /// The part without masses and values.
    pub constant: Polynomial,
    /// `(stage, pair of the stage, coefficient)`.
    pub mass: Vec<(u32, u32, Polynomial)>,
    /// `(whose, stage, state, coefficient)`.
    pub value: Vec<(Side, u32, u32, Polynomial)>,
    /// Coefficient of the followers' loss.
    pub loss: Rational,
    /// Coefficient of the leader's reward.
    pub reward: Rational,
}

impl Row {
    /// `polynomial` compared with 0.
    pub fn of(sense: Sense, constant: Polynomial) -> Self {
        Row { sense, constant, ..Row::default() }
    }

    /// Whether it has neither masses nor values, also none in loss and reward.
    pub fn is_plain(&self) -> bool {
        self.is_massless() && self.value.is_empty()
    }

    pub(crate) fn is_massless(&self) -> bool {
        self.mass.is_empty() && self.loss.is_zero() && self.reward.is_zero()
    }

    /// The row times -1, with another sense.
    pub fn negated(&self, sense: Sense) -> Self {
        let minus = |polynomial: &Polynomial| polynomial.scaled(&Rational::NEG_ONE);
        Row {
            sense,
            constant: minus(&self.constant),
            mass: self.mass.iter().map(|(t, i, p)| (*t, *i, minus(p))).collect(),
            value: self.value.iter().map(|(w, t, s, p)| (*w, *t, *s, minus(p))).collect(),
            loss: -&self.loss,
            reward: -&self.reward,
        }
    }

    /// Its polynomials.
    pub(crate) fn polynomials(&self) -> impl Iterator<Item = &Polynomial> {
        let values = self.value.iter().map(|term| &term.3);
        std::iter::once(&self.constant).chain(self.mass.iter().map(|term| &term.2)).chain(values)
    }

    /// How many machine words it takes.
    pub(crate) fn size(&self) -> usize {
        self.polynomials().map(|polynomial| 32 + polynomial.size()).sum()
    }
}

/// Polynomials per stage: one for each state or each pair of the stage.
pub type Family = BTreeMap<u32, Columns>;

/// A row with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// `e`: the budget `eps - loss >= 0`.
    Budget,
    /// `o`: the objective, a strict row.
    Objective,
    /// `m`: the masses of a stage sum to 1.
    Mass(u32),
    /// `k`: a statistic's form less the statistic is 0.
    Link(u32),
    /// `j`: a declared form less its coordinate is 0.
    Form(u32),
    /// `c`: a row of the decision set.
    Constraint(u32),
    /// `w`: the equation of a statistic that is a root, an inverse or an absolute value.
    Function(u32),
    /// `r`: a row of the region.
    Row(u32),
    /// A coordinate less its lower end.
    Lower(Variable),
    /// The upper end less the coordinate.
    Upper(Variable),
}

/// `weight * root^2`, times the mass of a pair where one is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Square {
    /// At least 0 on the region.
    pub weight: Polynomial,
    /// Any polynomial.
    pub root: Polynomial,
    /// Stage and pair.
    pub pair: Option<(u32, u32)>,
}

/// Multipliers of rows: polynomials, at least 0 on the region for inequalities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Combination {
    /// Of named rows.
    pub rows: Vec<(Name, Polynomial)>,
    /// Of the flow equation of each state: `mu0(s)` or the inflow, less the masses of its pairs.
    pub flow: Family,
    /// Of the Bellman row of each pair: `z_i >= 0`.
    pub bellman: Family,
    /// Of the row of each pair in a region of a policy: `d_i - pi_i sum_site d = 0`.
    pub policy: Family,
    /// Of the row of each pair in a dual region.
    pub dual: Family,
    /// Of the row of each selected pair in a dual region:
    /// `w_t(s) - sigma c_i - sum P_i(s') w_{t+1}(s') = 0`.
    pub lead: Family,
    /// Of bounds of values: the number of the bound, and a multiplier per state.
    pub bounds: Vec<(u32, Family)>,
    /// Squares.
    pub squares: Vec<Square>,
}
