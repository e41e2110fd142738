//! What the checker answers.

use super::conclusion::Unfounded;
use super::flow::NoFlow;
use super::monotone::NotMonotone;
use crate::certificate::{Claim, CurvePoint, ReadError};
use crate::drift::NoDrift;
use crate::exact::Rational;
use crate::game::{NotADecision, NotAffine, NotMeanFieldFree, NotQuadratic, ObjectiveError};

/// A step that does not hold, or a claim that the steps do not show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The kernel refuses a step of the elaborated proof.
    #[error("the kernel refuses: {0}")]
    Refused(#[from] smfg_kernel::Refusal),
    /// A rule whose steps are not elaborated.
    #[error("the rule `{0}` is not elaborated")]
    NotElaborated(&'static str),
    /// The multiplier of the equilibrium row is negative.
    #[error("the multiplier is negative, expected at least 0")]
    NegativeMultiplier,
    /// The step claims more than its rule yields.
    #[error("the step claims {claimed}, the rule yields {computed}")]
    Overstated {
        /// What the step says.
        claimed: Rational,
        /// What the rule yields.
        computed: Rational,
    },
    /// The weights of a mixture.
    #[error("the weights of the mixture are not positive numbers that sum to 1")]
    Weights,
    /// A row of a policy is no law, or plays an action that is not available.
    #[error("a policy plays an action that is not available, or its probabilities are not a law")]
    NotAPolicy,
    /// Exact masses with more digits than are computed with.
    #[error(
        "the exact flow of a policy has fractions too long to compute with; `enclosed-witness` rounds"
    )]
    LongFlow,
    /// The mixture can be exploited by more than eps.
    #[error("the exploitability of the witness is {exploitability}, above epsilon")]
    NotAnEquilibrium {
        /// Its exploitability, or an upper bound of it.
        exploitability: Rational,
    },
    /// A step does not fit the sizes of the game.
    #[error("the step does not fit the stages and states of the game")]
    Shape,
    /// A step before the first `decision` line.
    #[error("the step stands before any `decision` line")]
    NoDecision,
    /// A position behind the last decision, or outside the scope.
    #[error("decision {index} is not in the scope of the claim")]
    OutsideScope {
        /// The position.
        index: usize,
    },
    /// A mixture of several policies where transitions depend on the population, so that a mixture
    /// of flows is no flow.
    #[error(
        "the witness mixes {parts} policies, expected one: the transitions depend on the population"
    )]
    Mixture {
        /// How many.
        parts: usize,
    },
    /// A tree over complementarity at a positive eps.
    #[error("the rule holds for epsilon = 0 only")]
    PositiveEpsilon,
    /// A branch on a pair of which the node already assumes something.
    #[error("the node already assumes something of this pair")]
    Assumed,
    /// A leaf of a set of equilibria that is not shown empty.
    #[error(
        "the leaf has a weight on the leader's reward, expected 0: it must hold no equilibrium"
    )]
    NotEmpty,
    /// A leaf that does not lie within the pattern it names.
    #[error(
        "the node may use a pair outside the pattern, or does not assume that all its pairs are optimal"
    )]
    OutsidePattern,
    /// The masses of a vertex.
    #[error("the masses of a vertex are no flow of the followers")]
    NotAFlow,
    /// A vertex at which a pair of its pattern is not optimal.
    #[error("a pair of the pattern is not optimal at one of its vertices")]
    NotOptimal,
    /// A step of one epsilon in a claim about a curve, or the other way round.
    #[error("the step has no place in a claim about {}", if *.curve { "a curve" } else { "one epsilon" })]
    Elsewhere {
        /// Whether the claim is about a curve.
        curve: bool,
    },
    /// A game with functions such as logarithms.
    #[error("the rule is about polynomials, and the game has other functions")]
    Functions,
    /// No rule of affine games covers this decision.
    #[error("the rule does not apply: {0}")]
    NotAffine(#[from] NotAffine),
    /// A piece that is not beyond a side of the decision set.
    #[error("the piece does not lie beyond this side of the decision set")]
    NotOutside,
    /// A piece with too many decisions to name them.
    #[error("the piece has a continuum of decisions, or too many")]
    NotFew,
    /// A response shows nothing about the best equilibrium.
    #[error("the rule holds for the pessimistic selection only")]
    NotPessimistic,
    /// A piece on which the joined game cannot be made, or has no bound.
    #[error("the game joined with the leader on the piece: {0}")]
    Joined(String),
    /// Transitions that are no constants, or rewards that are not affine in the decision.
    #[error(
        "the rule needs transitions that are constants, and rewards that are affine in the decision and see no population"
    )]
    NotAffineInDecision,
    /// Transitions that are no constants, or rewards that are not affine in the decision, or not in
    /// the population.
    #[error(
        "the rule needs transitions that are constants, and rewards that are affine in the decision and in the population"
    )]
    NotBiaffine,
    /// A segment between points that are no decisions, or that leaves the grid.
    #[error(
        "the segment does not lie in the decision set, or changes a parameter that is restricted to a grid"
    )]
    NotASegment,
    /// A policy that is not optimal, or not the only optimal one where it should be.
    #[error(
        "another action than that of the policy may be as good at stage {stage} in state {state} (from 0)"
    )]
    NotTheOnlyOptimum {
        /// The stage.
        stage: usize,
        /// The state.
        state: usize,
    },
    /// A second response that gives the leader as much as the first.
    #[error(
        "the second response may give the leader as much as the first where that gives her the most"
    )]
    NotBelow,
    /// A fact that the region does not have.
    #[error("fact {index} does not hold on the region, as far as the rule knows")]
    NotAFact {
        /// Its number.
        index: usize,
    },
    /// A rule that loses more than eps where multipliers have no end.
    #[error(
        "the multipliers of the region have no end, and the rule may lose more than epsilon there"
    )]
    Unlimited,
    /// A step of a tree where no tree is open.
    #[error("the step stands outside a tree")]
    OutsideTree,
    /// Another step where the tree is not complete.
    #[error("the tree is not complete: {open} of its boxes are still to be shown empty")]
    OpenTree {
        /// Boxes left.
        open: usize,
    },
    /// A position behind the last square, deviation or coordinate.
    #[error("{what} {index} does not exist, there are {count}")]
    Unknown {
        /// What is counted.
        what: &'static str,
        /// The position.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The coordinate forms combine to something that is not constant on all flows.
    #[error(
        "the combination of forms lies between {least} and {greatest} on the flows, expected the constant {claimed}"
    )]
    NotConstant {
        /// The constant claimed.
        claimed: Rational,
        /// Least value.
        least: Rational,
        /// Greatest value.
        greatest: Rational,
    },
    /// The multipliers prove less than nothing.
    #[error("the combination is at least {least} on the box, expected {}", if *.strict { "more than 0" } else { "at least 0" })]
    NotShown {
        /// What the rule yields.
        least: Rational,
        /// Whether zero does not suffice.
        strict: bool,
    },
    /// Regrets do not confine a statistic as closely as is claimed.
    #[error("the regrets do not confine statistic {statistic} to the stated ends")]
    NotConfined {
        /// Its position.
        statistic: usize,
    },
    /// Regrets leave something of a box.
    #[error("the regrets leave part of the box")]
    NotVoid,
    /// The multipliers of a leaf prove less than nothing.
    #[error("the combination is at least {missing}/2^{bits} on the box, expected {}", if *.strict { "more than 0" } else { "at least 0" })]
    Short {
        /// What the rule yields, over `2^bits`.
        missing: i128,
        /// Fractional bits.
        bits: u32,
        /// Whether zero does not suffice.
        strict: bool,
    },
    /// A number does not fit the fixed point of a tree, or the game has more monomials than the
    /// rule handles.
    #[error("a number or a polynomial is too large for the arithmetic of the tree")]
    TooLarge,
    /// More than is checked, so that memory and time stay in proportion to the text.
    #[error("found more than {most} {what}, the most that are checked")]
    Beyond {
        /// What is counted.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// The game is outside what a rule is about.
    #[error("the rule does not apply: {0}")]
    NotQuadratic(#[from] NotQuadratic),
    /// The game is not monotone, or outside what the rule is about.
    #[error("the rule does not apply: {0}")]
    NotMonotone(#[from] NotMonotone),
    /// No rule covers this decision's class.
    #[error("the rule does not apply: {0}")]
    NotMeanFieldFree(#[from] NotMeanFieldFree),
}

/// Why a certificate is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// The kernel finds no game in the normal form.
    #[error("the kernel refuses the game: {0}")]
    NoListing(smfg_kernel::Refusal),
    /// The text does not follow the grammar.
    #[error("{0}")]
    Unreadable(#[from] ReadError),
    /// It is about another game.
    #[error("the certificate is about the game {found}, the game given is {expected}")]
    OtherGame {
        /// Hash in the certificate.
        found: String,
        /// Hash of the game.
        expected: String,
    },
    /// eps is negative.
    #[error("epsilon is negative")]
    NegativeEpsilon,
    /// The leader's decisions are not a finite list.
    #[error(
        "the certificate covers a finite list of decisions, and the leader of this game has a continuum"
    )]
    NotFinite,
    /// The scope names a decision that does not exist.
    #[error("the scope names decision {index}, the game has {count}")]
    UnknownScope {
        /// The position named.
        index: usize,
        /// Number of decisions.
        count: usize,
    },
    /// The scope is a point that the leader may not choose.
    #[error("the point of the scope is no decision of the leader: {0}")]
    NotADecision(#[from] NotADecision),
    /// The expression of the claim means nothing in this game.
    #[error("the expression of the claim: {0}")]
    Objective(#[from] ObjectiveError),
    /// A step fails.
    #[error("line {line}: rule {rule}: {fault}")]
    Step {
        /// Last line of the step.
        line: usize,
        /// Name of the rule.
        rule: &'static str,
        /// What is wrong.
        fault: Fault,
    },
    /// The steps hold and show less than the claim.
    #[error("the lower bound {claimed} is not shown: {}", or_none(.shown))]
    LowerNotShown {
        /// The claim.
        claimed: Rational,
        /// What the steps show, if anything.
        shown: Option<Rational>,
    },
    /// The steps hold and show less than the claim.
    #[error("the upper bound {claimed} is not shown: {}", or_none(.shown))]
    UpperNotShown {
        /// The claim.
        claimed: Rational,
        /// What the steps show, if anything.
        shown: Option<Rational>,
    },
    /// A negative radius of an error.
    #[error("a radius of the model's error is negative")]
    NegativeRadius,
    /// A statement about a second game, which is not given.
    #[error(
        "the bundle compares the game with the game {found}, which is not given: `--against FILE`"
    )]
    NoTruth {
        /// Hash in the statement.
        found: String,
    },
    /// A statement about another second game.
    #[error(
        "the bundle compares the game with the game {found}, the second game given is {expected}"
    )]
    OtherTruth {
        /// Hash in the statement.
        found: String,
        /// Hash of the second game.
        expected: String,
    },
    /// Two games of different shapes.
    #[error(transparent)]
    NoDrift(#[from] NoDrift),
    /// A bound of the drift that is too small.
    #[error("rule drift: {what} {claimed} is not shown: the rule yields {computed}")]
    DriftNotShown {
        /// `kappa` or `omega`.
        what: &'static str,
        /// The claim.
        claimed: Rational,
        /// What the rule yields.
        computed: Rational,
    },
    /// A conclusion that does not follow.
    #[error("conclusion {}: rule {rule}: {reason}", .index + 1)]
    Conclusion {
        /// Its position in its element, from 0.
        index: usize,
        /// Name of the rule.
        rule: &'static str,
        /// Why it does not follow.
        reason: Unfounded,
    },
    /// The points of a curve.
    #[error("the points of the curve do not start at its epsilon and increase")]
    CurvePoints,
    /// A piece of a curve on which the steps show less than the claim.
    #[error("the {} bounds of the curve from epsilon {from} to {to} are not shown", if *.upper { "upper" } else { "lower" })]
    PieceNotShown {
        /// Where the piece begins.
        from: Rational,
        /// Where it ends.
        to: Rational,
        /// Which bounds.
        upper: bool,
    },
    /// Constants with other values, where the game file is not at hand.
    #[error(
        "the certificate is about the game file with {name} = {value}, which is not at hand here"
    )]
    Changed {
        /// The constant.
        name: String,
        /// Its value.
        value: Rational,
    },
    /// Constants with other values of which no game can be made.
    #[error("the game file with the constants of the certificate: {0}")]
    Unchangeable(String),
    /// A bundle without certificates.
    #[error("the bundle holds no certificate")]
    EmptyBundle,
    /// A decision without any step that bounds it from above.
    #[error("decision {index} is not covered")]
    NotCovered {
        /// Position of the decision.
        index: usize,
    },
}

fn or_none(value: &Option<Rational>) -> String {
    value
        .as_ref()
        .map_or_else(|| "the steps show none".into(), |value| format!("the steps show {value}"))
}

/// An accepted certificate: its claim, and the interval that its steps show for each decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What is proved.
    pub claim: Claim,
    /// Per decision, lower and upper bound of its inner value where shown.
    pub decisions: Vec<(Option<Rational>, Option<Rational>)>,
    /// Of a leader with a polytope of decisions: whether the supremum is `claim.upper` and some
    /// decision reaches it (`true`) or none does (`false`); `None` where neither is shown.
    pub attained: Option<bool>,
    /// The points of a curve, of which `claim` is the first: its bounds hold on the lines between
    /// them. Empty for a claim about one epsilon.
    pub curve: Vec<CurvePoint>,
    /// Constants of the game file and the values that they have in the game that the claim is
    /// about.
    pub changes: Vec<(String, Rational)>,
    /// Whether it is about the second of two games.
    pub second: bool,
}

impl Accepted {
    /// The claim alone.
    pub(super) fn of(claim: Claim) -> Self {
        Accepted {
            claim,
            decisions: Vec::new(),
            attained: None,
            curve: Vec::new(),
            changes: Vec::new(),
            second: false,
        }
    }
}

impl From<NoFlow> for Fault {
    fn from(reason: NoFlow) -> Self {
        match reason {
            NoFlow::Misfit => Fault::NotAPolicy,
            NoFlow::TooLong => Fault::LongFlow,
        }
    }
}
