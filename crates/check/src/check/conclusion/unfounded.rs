//! Why a conclusion does not follow.

use crate::exact::Rational;

/// Why a conclusion does not follow from the elements of the bundle before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfounded {
    /// `epsilon` is negative.
    #[error("epsilon is negative")]
    NegativeEpsilon,
    /// A conclusion about two models without an error, or with an expression.
    #[error(
        "the conclusion is about a model and a truth: it needs a line `errors` or `against`, and no `of`"
    )]
    WithoutError,
    /// A conclusion about populations of one game, with an error.
    #[error("the conclusion is about one game: it stands under no line `errors` or `against`")]
    WithError,
    /// A scope that is no decision of the leader.
    #[error("{0}")]
    Scope(String),
    /// Several decisions where one is meant.
    #[error("the conclusion is about one decision, and the scope has several")]
    Several,
    /// No drift for a decision.
    #[error("no drift with this error that covers {}, stands before it", if *.all { "every decision of the scope" } else { "the decision" })]
    NoDrift {
        /// Whether the scope has several decisions.
        all: bool,
    },
    /// The drift accepted is larger.
    #[error(
        "no drift of at most kappa {kappa} and omega {omega} at this decision stands before it"
    )]
    LargerDrift {
        /// The claim.
        kappa: Rational,
        /// The claim.
        omega: Rational,
    },
    /// There is no second game.
    #[error("the conclusion is about a second game: it needs a line `against`")]
    NoTruth,
    /// A lower bound that the certificates before it do not show.
    #[error("the lower bound {claimed} does not follow: {}", or_none(.shown))]
    Lower {
        /// The claim.
        claimed: Rational,
        /// What follows, if anything.
        shown: Option<Rational>,
    },
    /// An upper bound that the certificates before it do not show.
    #[error("the upper bound {claimed} does not follow: {}", or_none(.shown))]
    Upper {
        /// The claim.
        claimed: Rational,
        /// What follows, if anything.
        shown: Option<Rational>,
    },
    /// A ratio of numbers of both signs, or of two that may be 0.
    #[error(
        "the ratio has no meaning: the bounds before it have both signs, or both numbers are 0"
    )]
    Meaningless,
    /// A ratio of two numbers of which one is not bounded.
    #[error("the ratio does not follow: {what} is not enclosed by the certificates before it")]
    NotEnclosed {
        /// Which of the two.
        what: &'static str,
    },
    /// An infinite ratio that may be finite.
    #[error("the ratio is not shown to be infinite")]
    Finite,
}

fn or_none(value: &Option<Rational>) -> String {
    value.as_ref().map_or_else(
        || "the elements before it show none".into(),
        |value| format!("the elements before it show {value}"),
    )
}
