//! Statements and theorems ([4]), and claims about the value of a game ([15]).

use crate::place::{covered, is_segment, point};
use crate::prelude::*;

/// The decisions that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// One of a list, counted from 0.
    Decision(u32),
    /// One point, a value per parameter.
    Point(Vec<Rational>),
    /// All decisions of a polytope.
    All,
    /// The decisions `from + s (to - from)`, `0 < s <= 1`.
    Segment {
        /// The end that does not belong to it, a value per parameter.
        from: Vec<Rational>,
        /// The end that does.
        to: Vec<Rational>,
    },
}

/// What is claimed at every decision of the place, with `sigma` and `eps` of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// No eps-equilibrium has `sigma J0 < sigma q(u)`.
    Bound(Polynomial),
    /// Some eps-equilibrium has `sigma J0 <= sigma q(u)`.
    Reached(Polynomial),
    /// Some eps-equilibrium has `sigma J0 < sigma q(u)`.
    Below(Polynomial),
    /// The row, at least 0, holds at every eps-equilibrium.
    Form(Row),
    /// Every equilibrium at epsilon 0 uses pairs of one of these patterns alone, all of whose pairs
    /// are optimal.
    Patterns(Vec<Vec<(u32, u32)>>),
}

/// What a proof is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is claimed.
    pub claimed: Claimed,
    /// Whether `sigma = 1`, as for the pessimistic value; `-1` otherwise.
    pub pessimistic: bool,
    /// Largest loss of an equilibrium.
    pub epsilon: Rational,
    /// Where.
    pub place: Place,
    /// Where given, only equilibria at epsilon 0 count that use these pairs alone while all of them
    /// are optimal.
    pub pattern: Option<Vec<(u32, u32)>>,
}

impl Statement {
    /// `sigma`.
    pub fn sigma(&self) -> Rational {
        if self.pessimistic { Rational::ONE } else { Rational::NEG_ONE }
    }

    /// The kind of the first region and the strict row of a counterexample.
    pub(crate) fn objective(&self) -> (Kind, Option<Row>) {
        match &self.claimed {
            Claimed::Bound(value) => (Kind::Equilibria, Some(worse(&self.sigma(), value))),
            Claimed::Reached(_) | Claimed::Below(_) => (Kind::Decisions, None),
            Claimed::Form(row) => (Kind::Equilibria, Some(row.negated(Sense::Above))),
            Claimed::Patterns(_) => (Kind::Equilibria, None),
        }
    }

    /// The value `q` at a decision.
    pub(crate) fn value_at(&self, decision: &[Rational]) -> Option<Rational> {
        match &self.claimed {
            Claimed::Bound(value) | Claimed::Reached(value) | Claimed::Below(value) => {
                value.at(decision)
            }
            _ => None,
        }
    }

    /// How the objective of a counterexample to `Reached` or `Below` is compared with 0.
    pub(crate) fn counter(&self) -> Sense {
        let strict = matches!(self.claimed, Claimed::Below(_));
        if strict { Sense::AtLeast } else { Sense::Above }
    }
}

/// `sigma (q - J0) > 0`.
pub(crate) fn worse(sigma: &Rational, value: &Polynomial) -> Row {
    Row { reward: -sigma, ..Row::of(Sense::Above, value.scaled(sigma)) }
}

/// A statement that has been proved. Only [`Proof::finish`](crate::Proof::finish) makes one.
#[derive(Debug, Clone)]
pub struct Theorem {
    listing: Arc<Listing>,
    statement: Statement,
    witness: Option<Arc<Family>>,
}

impl Theorem {
    pub(crate) fn new(
        listing: Arc<Listing>,
        statement: Statement,
        witness: Option<Arc<Family>>,
    ) -> Self {
        Theorem { listing, statement, witness }
    }

    /// The game.
    pub fn listing(&self) -> &Arc<Listing> {
        &self.listing
    }

    /// What is proved.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The masses of an equilibrium that shows a `Reached`, where one population was given for the
    /// whole place.
    pub fn witness(&self) -> Option<&Family> {
        self.witness.as_deref()
    }

    /// The value `q`, where it is one number.
    pub fn value(&self) -> Option<Rational> {
        self.statement.value_at(&[])
    }
}

/// `lower <= V <= upper`, the pessimistic or the optimistic value over decisions ([15]). Only
/// [`claim`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    listing: String,
    scope: Scope,
    epsilon: Rational,
    pessimistic: bool,
    lower: Rational,
    upper: Rational,
    missed: bool,
}

/// The decisions over which a value is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// One of a list, counted from 0.
    Decision(u32),
    /// One point, a value per parameter.
    Point(Vec<Rational>),
}

impl Scope {
    /// The place with the same decisions, whether they are a list or not.
    pub(crate) fn place(&self) -> Place {
        match self {
            Scope::All => Place::All,
            Scope::Decision(k) => Place::Decision(*k),
            Scope::Point(values) => Place::Point(values.clone()),
        }
    }
}

impl Claim {
    /// The hash of the listing that the claim is about.
    pub fn listing(&self) -> &str {
        &self.listing
    }

    /// The decisions.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Largest loss of an equilibrium.
    pub fn epsilon(&self) -> &Rational {
        &self.epsilon
    }

    /// Whether it is the pessimistic value.
    pub fn pessimistic(&self) -> bool {
        self.pessimistic
    }

    /// The value is at least this.
    pub fn lower(&self) -> &Rational {
        &self.lower
    }

    /// The value is at most this.
    pub fn upper(&self) -> &Rational {
        &self.upper
    }

    /// Whether the value of every decision of the scope is less than the upper bound.
    pub fn missed(&self) -> bool {
        self.missed
    }

    /// The claim without what it says of values that are missed, unless asked for.
    pub(crate) fn with_missed(mut self, missed: bool) -> Option<Claim> {
        let shown = self.missed || !missed;
        self.missed = missed;
        shown.then_some(self)
    }

    /// The claim with weaker numbers, where they are weaker.
    pub fn weakened(mut self, lower: &Rational, upper: &Rational) -> Option<Claim> {
        let weaker = *lower <= self.lower && self.upper <= *upper;
        (self.lower, self.upper) = (lower.clone(), upper.clone());
        weaker.then_some(self)
    }
}

/// `claim HASH SIGN EPS LOWER UPPER [missed] SCOPE`.
impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, scope) = (text_of(&self.pessimistic), text_of(&self.scope));
        let Claim { listing, epsilon, lower, upper, .. } = self;
        let missed = if self.missed { "missed " } else { "" };
        write!(f, "claim {listing} {sign} {epsilon} {lower} {upper} {missed}{scope}")
    }
}

/// The strongest claim that theorems about one listing show together.
///
/// The pessimistic value is at least the `q` of a `Bound` at one decision of the scope and at most
/// the greatest `q` of `Reached` on places that cover the scope; the optimistic value is at least
/// the `q` of a `Reached` at one decision and at most the greatest `q` of `Bound` that cover it. A
/// `Bound` holds for smaller epsilons too, a `Reached` for larger ones. A `Bound` on a segment
/// shows its value at the end that does not belong to it, the supremum near it. Where theorems
/// `Below` alone show the upper bound of the pessimistic value, every decision's is less.
///
/// `None` when a side has no theorem.
pub fn claim(
    listing: &Arc<Listing>,
    scope: &Scope,
    epsilon: &Rational,
    pessimistic: bool,
    theorems: &[Theorem],
) -> Option<Claim> {
    let about = |theorem: &&Theorem, single: bool| {
        let statement = &theorem.statement;
        let right = match &statement.claimed {
            Claimed::Bound(_) => single == pessimistic && statement.epsilon >= *epsilon,
            Claimed::Reached(_) | Claimed::Below(_) => {
                single != pessimistic && statement.epsilon <= *epsilon
            }
            _ => false,
        };
        let plain = statement.pattern.is_none() && statement.pessimistic == pessimistic;
        Arc::ptr_eq(&theorem.listing, listing) && right && plain
    };
    let single = theorems.iter().filter(|theorem| about(theorem, true));
    let lower = single.filter_map(|theorem| value_within(theorem, scope)).max()?;
    let mut cover: Vec<&Theorem> =
        theorems.iter().filter(|theorem| about(theorem, false)).collect();
    let upper = covered(listing, scope, &cover)?;
    cover.retain(|theorem| matches!(theorem.statement.claimed, Claimed::Below(_)));
    let strictly = covered(listing, scope, &cover);
    let missed = pessimistic && strictly.is_some_and(|value| value <= upper);
    let (listing, epsilon) = (listing.hash(), epsilon.clone());
    Some(Claim { listing, scope: scope.clone(), epsilon, pessimistic, lower, upper, missed })
}

/// What a theorem about some decision of the scope says of the value from below.
fn value_within(theorem: &Theorem, scope: &Scope) -> Option<Rational> {
    let Theorem { listing, statement, .. } = theorem;
    if let (Place::Segment { from, to }, Scope::All) = (&statement.place, scope) {
        let bound = matches!(statement.claimed, Claimed::Bound(_)) && statement.pessimistic;
        return statement.value_at(from).filter(|_| bound && is_segment(listing, from, to));
    }
    let decision = point(listing, &statement.place)?;
    let inside = *scope == Scope::All || point(listing, &scope.place())? == decision;
    statement.value_at(&decision).filter(|_| inside && listing.is_decision(&decision))
}
