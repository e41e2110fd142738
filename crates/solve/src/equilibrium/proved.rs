//! The inner problem and what is proved about it.

use crate::certificate::{Part, Selection, Step};
use crate::exact::{Integer, Rational};
use crate::game::{Instance, Numbers};

/// `min sigma J0(d)` over the eps-equilibria `d` of a mean-field-free game at one decision.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    /// Rewards and transitions; the leader's are not multiplied by sigma.
    pub numbers: &'a Numbers,
    /// Largest exploitability.
    pub epsilon: &'a Rational,
    /// Worst or best equilibrium for the leader.
    pub selection: Selection,
}

impl Proof {
    /// Whether one of the steps is of this rule.
    #[must_use]
    pub fn uses(&self, rule: &str) -> bool {
        self.steps.iter().any(|step| step.rule() == rule)
    }
}

impl Problem<'_> {
    /// 1 for the pessimistic, -1 for the optimistic selection.
    #[must_use]
    pub fn sigma(&self) -> Rational {
        match self.selection {
            Selection::Pessimistic => Rational::ONE,
            Selection::Optimistic => Rational::NEG_ONE,
        }
    }
}

/// A value of `sigma J0` and the steps of a certificate that show it.
///
/// The first step states the leader's reward itself, `sigma * value`; a tree has further steps, its
/// nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The value of `sigma J0`.
    pub value: Rational,
    /// The steps, at least one.
    pub steps: Vec<Step>,
}

/// `bound.value <= min sigma J0 <= witness.value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Shown for every eps-equilibrium.
    pub bound: Proof,
    /// Shown by an eps-equilibrium.
    pub witness: Proof,
}

impl Proved {
    /// Keeps the better of both sides; among equal witnesses the other one, which may name an
    /// equilibrium where this one only bounds.
    pub fn improve(&mut self, other: Proved) {
        if other.bound.value > self.bound.value {
            self.bound = other.bound;
        }
        if other.witness.value <= self.witness.value {
            self.witness = other.witness;
        }
    }

    /// The mixture of policies of the witness, when it is one.
    #[must_use]
    pub fn mixture(&self) -> Option<&[Part]> {
        match self.witness.steps.as_slice() {
            [
                Step::Witness { parts, .. }
                | Step::PopulationWitness { parts, .. }
                | Step::EnclosedWitness { parts, .. },
            ] => Some(parts),
            _ => None,
        }
    }
}

/// What the extreme entries of the leader's reward show, in a game of any class.
#[must_use]
pub fn range_of(instance: &Instance, selection: Selection) -> Proved {
    let (least, greatest) = instance.leader_range();
    from_range(least, greatest, selection)
}

/// What the extreme entries of the leader's reward show, without any computation on flows.
#[must_use]
pub fn range_proofs(problem: &Problem<'_>) -> Proved {
    let mut least = problem.numbers.leader_constant.clone();
    let mut greatest = least.clone();
    for stage in &problem.numbers.stages {
        let numerators = stage.leader.numerators();
        let entries = || (0..stage.leader.len()).map(|pair| numerators.get(pair));
        let over = |n: Option<Integer>| {
            Rational::from_parts(n.unwrap_or(Integer::ZERO), stage.leader.denominator().clone())
        };
        least += over(entries().min());
        greatest += over(entries().max());
    }
    from_range(least, greatest, problem.selection)
}

fn from_range(least: Rational, greatest: Rational, selection: Selection) -> Proved {
    let (sigma, bound, witness) = match selection {
        Selection::Pessimistic => (Rational::ONE, least, greatest),
        Selection::Optimistic => (Rational::NEG_ONE, greatest, least),
    };
    Proved {
        bound: Proof { value: &sigma * &bound, steps: vec![Step::RangeBound { value: bound }] },
        witness: Proof {
            value: sigma * &witness,
            steps: vec![Step::RangeWitness { value: witness }],
        },
    }
}
