//! What the names in formulas mean: the part of a game that its formulas can refer to.

use super::Expression;
use crate::exact::Rational;
use crate::game::Pairs;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A state or an action with its numeric attributes.
#[derive(Debug, Clone, Default)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// `s.attribute` or `a.attribute`.
    pub attributes: BTreeMap<String, Rational>,
}

/// One of several populations: its mass, and its states and actions among those of the game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subpopulation {
    /// Its name, an identifier.
    pub name: String,
    /// Its share of all followers; positive.
    pub mass: Rational,
    /// Positions of its states.
    pub states: Range<usize>,
    /// Positions of its actions.
    pub actions: Range<usize>,
    /// Whether the names of its states and actions in the game begin with its own and a dot, as
    /// they do where there are several populations.
    pub prefixed: bool,
}

impl Subpopulation {
    /// The name that a state or action of this population, called `name` in the game, has in it.
    #[must_use]
    pub fn own<'n>(&self, name: &'n str) -> &'n str {
        let own = self.prefixed.then(|| name.get(self.name.len() + 1..)).flatten();
        own.unwrap_or(name)
    }
}

/// What `p[...]` and `nu[...]` mean.
#[derive(Debug, Clone, Default)]
pub enum LeaderTerms {
    /// Nothing.
    #[default]
    None,
    /// The leader mixes over actions: `p[action]` at stage t is the parameter
    /// `first + (per_stage ? t : 0) * actions.len() + action`.
    Mixed {
        /// Names of her actions.
        actions: Vec<String>,
        /// Whether she mixes anew at every stage.
        per_stage: bool,
        /// Her first parameter.
        first: usize,
    },
    /// The leader has her own states: `nu[s0, a0]` at stage t is the parameter
    /// `first + (t * states.len() + s0) * actions.len() + a0`, and `nu[s0]` the sum over a0.
    Process {
        /// Names of her states.
        states: Vec<String>,
        /// Names of her actions.
        actions: Vec<String>,
        /// Her first parameter.
        first: usize,
    },
}

/// An aggregate given by a table and used by its name.
#[derive(Debug, Clone, Default)]
pub struct NamedAggregate {
    /// The stage at which it is taken; `None` for the stage of the formula or the one after `@`.
    pub stage: Option<usize>,
    /// `(state, action, weight)` in any order; weights of unavailable pairs are without effect,
    /// weights of one pair add up.
    pub weights: Vec<(u32, u32, Rational)>,
}

/// Everything that formulas of one game can name.
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    /// The followers' states.
    pub states: Vec<Entity>,
    /// The followers' actions.
    pub actions: Vec<Entity>,
    /// The available pairs of every stage.
    pub pairs: Vec<Arc<Pairs>>,
    /// Initial law, one entry per state, sum 1.
    pub initial: Vec<Rational>,
    /// Leader parameters used by their names; the k-th is `Variable::Parameter(k)`.
    pub parameters: Vec<String>,
    /// What `p[...]` and `nu[...]` mean.
    pub leader_terms: LeaderTerms,
    /// Aggregates used by their names.
    pub named_aggregates: BTreeMap<String, NamedAggregate>,
    /// Named formulas, in any order.
    pub defines: Vec<(String, Expression)>,
    /// The populations that the file names, in the order of their states and actions; none where
    /// it names none.
    pub populations: Vec<Subpopulation>,
}

/// Where a formula stands. What is `None` cannot be referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The current stage.
    pub stage: Option<usize>,
    /// The state whose attributes are `s.name`.
    pub state: Option<usize>,
    /// The action whose attributes are `a.name`.
    pub action: Option<usize>,
}

/// What the value of a formula can depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dependence {
    /// On the current stage: `t`, or a population or leader term without `@`.
    pub stage: bool,
    /// On the current state: `s.name`.
    pub state: bool,
    /// On the current action: `a.name`.
    pub action: bool,
}

impl Dependence {
    /// What either depends on.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Dependence {
            stage: self.stage || other.stage,
            state: self.state || other.state,
            action: self.action || other.action,
        }
    }

    /// `place` without what the value does not depend on.
    #[must_use]
    pub fn restrict(self, place: Place) -> Place {
        Place {
            stage: place.stage.filter(|_| self.stage),
            state: place.state.filter(|_| self.state),
            action: place.action.filter(|_| self.action),
        }
    }
}

/// Whether formulas give `name` a fixed meaning, so that no parameter, definition or named
/// aggregate can have it. (`s`, `a` and `p` are free: only `s.`, `a.` and `p[` mean something.)
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    matches!(name, "t" | "mu" | "mean" | "nu")
}
