//! The judgement of a claim without a solver: what the submitted play is worth, and whether the
//! claimed numbers are right.

use super::decision::{Chosen, GivenDecision, choose_given, decisions_of};
use super::error::ClaimError;
use super::evaluation::{Evaluation, Evaluator};
use super::play::{Play, read_play};
use super::shape::{HorizonConvention, fit};
use super::statement::{Claim, PlayKind, Quantity};
use crate::exact::{Rational, ratio};
use crate::follower::{Enclosed, FollowerError, Precision, Subplay, enclose_subplays, subplays};
use crate::game::expression::Subpopulation;
use crate::game::{Game, Instance};

/// How a claim is read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A decision in place of the claim's.
    pub decision: Option<GivenDecision>,
    /// A tolerance in place of the claim's.
    pub tolerance: Option<Rational>,
    /// What the first axis of the array counts.
    pub horizon: HorizonConvention,
    /// Arithmetic of the evaluation.
    pub precision: Precision,
}

/// Whether something claimed is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Holds,
    /// It is not.
    Fails,
    /// What is proved does not tell.
    Undecided,
}

impl Verdict {
    /// From an answer that may be missing.
    #[must_use]
    pub fn of(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Verdict::Holds,
            Some(false) => Verdict::Fails,
            None => Verdict::Undecided,
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A claimed number.
    Number(Quantity),
    /// A claimed occupation measure: its largest difference from the flow of its policy, which
    /// should be 0.
    Occupation,
}

impl Subject {
    /// Its name in reports.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Subject::Number(quantity) => quantity.key(),
            Subject::Occupation => PlayKind::Occupation.key(),
        }
    }
}

/// A claimed number beside the actual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is compared.
    pub subject: Subject,
    /// What was claimed.
    pub claimed: Rational,
    /// What it is; `None` when nothing is known of it.
    pub actual: Option<Enclosed>,
    /// Accepted difference.
    pub tolerance: Rational,
    /// Whether it is right.
    pub verdict: Verdict,
    /// The population whose exploitability it is, by position; `None` for everybody.
    pub population: Option<usize>,
}

impl Check {
    /// `subject` is claimed to be `claimed` within `tolerance`.
    #[must_use]
    pub fn equal(
        subject: Subject,
        claimed: Rational,
        actual: Enclosed,
        tolerance: Rational,
    ) -> Self {
        let verdict = Verdict::of(actual.within(&tolerance, &claimed));
        Check { subject, claimed, actual: Some(actual), tolerance, verdict, population: None }
    }

    /// Nothing is known of what is claimed.
    #[must_use]
    pub fn unknown(subject: Subject, claimed: Rational, tolerance: Rational) -> Self {
        let verdict = Verdict::Undecided;
        Check { subject, claimed, actual: None, tolerance, verdict, population: None }
    }

    /// The exploitability is claimed to be at most `claimed`, which no negative number is.
    #[must_use]
    pub fn exploitability(claimed: Rational, actual: Enclosed, tolerance: Rational) -> Self {
        let answer = if claimed < Rational::ZERO {
            Some(false)
        } else {
            actual.at_most(&(&claimed + &tolerance))
        };
        Check {
            subject: Subject::Number(Quantity::Exploitability),
            claimed,
            actual: Some(actual),
            tolerance,
            verdict: Verdict::of(answer),
            population: None,
        }
    }
}

/// What a claim is worth.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The decision.
    pub decision: Chosen,
    /// What the array means.
    pub kind: PlayKind,
    /// The policy, normalised, and what that changed.
    pub play: Play,
    /// Exploitability and rewards.
    pub evaluation: Evaluation,
    /// The same play from the view of each population of the file, in its order.
    pub populations: Vec<Subplay>,
    /// Claimed numbers that need no solver, in the order of [`Quantity::ALL`], and the occupation.
    pub checks: Vec<Check>,
    /// The claimed value of the game, which needs one.
    pub claimed_value: Option<Rational>,
    /// The eps that the claim means: its own, or the claimed exploitability where that is not
    /// negative, or 0.
    pub epsilon: Rational,
    /// Accepted difference of rewards and values.
    pub tolerance: Rational,
}

/// The tolerance of rows, rewards and values where none is stated: what binary32 loses.
#[must_use]
pub fn default_tolerance() -> Rational {
    ratio(1, 1_000_000)
}

/// Judges `claim` about `game` in exact arithmetic.
///
/// Rows of a policy that sum to 1 within the tolerance, and entries that are negative by no more,
/// are normalised exactly;
/// [`Adjustment`](super::Adjustment) says by how much. The exploitability is compared with the
/// tolerance that the claim or `options` state, and with none otherwise, because it is itself a
/// bound.
///
/// `keep_going` is asked once per stage of the inductions.
///
/// ```
/// use smfg_game::claim::{Claim, Options, Verdict, verify};
/// use smfg_game::exact::ratio;
/// use smfg_game::follower::Enclosed;
/// use smfg_game::game::Game;
///
/// let game = Game::parse_toml(r#"
///     format = "smfg-game/1"
///     name = "crowded road"
///     stages = 1
///     states = ["home"]
///     actions = ["bridge", "tunnel"]
///     initial = { home = 1 }
///     [[reward]]
///     action = "bridge"
///     value = "-mu[*, bridge]"
///     [[reward]]
///     action = "tunnel"
///     value = "-1/2"
/// "#).expect("a game");
/// let text = br#"{"format": "smfg-claim/1", "policy": [[[0.75, 0.25]]], "exploitability": 0}"#;
/// let claim = Claim::parse(text, std::path::Path::new(""), &game).expect("a claim");
/// let judged = verify(&game, &claim, &Options::default(), &|| true).expect("a policy");
/// assert_eq!(judged.evaluation.exploitability, Enclosed::Exact(ratio(3, 16)));
/// assert_eq!(judged.checks[0].verdict, Verdict::Fails);
/// ```
///
/// # Errors
/// [`ClaimError`] says what does not fit, and where.
pub fn verify(
    game: &Game,
    claim: &Claim,
    options: &Options,
    keep_going: &dyn Fn() -> bool,
) -> Result<Verification, ClaimError> {
    let decision = decide(game, options.decision.as_ref().or(claim.decision.as_ref()))?;
    let stated = options.tolerance.as_ref().or(claim.tolerance.as_ref()).cloned();
    let tolerance = stated.clone().unwrap_or_else(default_tolerance);
    if tolerance < Rational::ZERO || tolerance >= Rational::ONE {
        return Err(ClaimError::Tolerance(tolerance));
    }
    let horizon = fit(game, claim.play.shape(), options.horizon)?;
    let play = read_play(game, claim, horizon, &tolerance)?;
    let instance = game.at(&decision.decision(game).values);
    let evaluator = Evaluator::new(&instance, &play, options.precision);
    let mut evaluation = evaluator.first(keep_going)?;
    let loose = stated.unwrap_or(Rational::ZERO);
    let mut populations = seen_by_populations(game, &instance, &play, &evaluation, keep_going)?;
    let mut checks = compare(claim, (&evaluation, &populations), &tolerance, &loose);
    while checks.iter().any(|check| check.verdict == Verdict::Undecided) {
        let Some(sharper) = evaluator.sharper(&evaluation, keep_going)? else { break };
        evaluation = sharper;
        populations = seen_by_populations(game, &instance, &play, &evaluation, keep_going)?;
        checks = compare(claim, (&evaluation, &populations), &tolerance, &loose);
    }
    let claimed_value = claim.number(Quantity::Value).cloned();
    let stated = claim.number(Quantity::Exploitability).cloned();
    let epsilon = claim.epsilon.clone().or(stated).or_else(|| mean_claimed(game, claim));
    let epsilon = epsilon.unwrap_or(Rational::ZERO).max(Rational::ZERO);
    Ok(Verification {
        decision,
        kind: claim.kind,
        play,
        evaluation,
        populations,
        checks,
        claimed_value,
        epsilon,
        tolerance,
    })
}

fn decide(game: &Game, given: Option<&GivenDecision>) -> Result<Chosen, ClaimError> {
    match (given, game.finite_decisions()) {
        (Some(given), _) => Ok(choose_given(game, given)?),
        (None, Some([_])) => Ok(Chosen::Listed(0)),
        (None, _) => Err(ClaimError::DecisionNeeded { expected: decisions_of(game) }),
    }
}

/// The play from the view of each population, in the arithmetic of its evaluation.
fn seen_by_populations(
    game: &Game,
    instance: &Instance,
    play: &Play,
    evaluation: &Evaluation,
    keep_going: &dyn Fn() -> bool,
) -> Result<Vec<Subplay>, FollowerError> {
    let populations = &game.vocabulary.populations;
    match evaluation.bits {
        None if populations.is_empty() => Ok(Vec::new()),
        None => subplays(instance, populations, play.policy(), keep_going),
        Some(bits) => enclose_subplays(instance, populations, &play.laws, bits, keep_going),
    }
}

/// The exploitability that claims about every population make together.
fn mean_claimed(game: &Game, claim: &Claim) -> Option<Rational> {
    let populations = &game.vocabulary.populations;
    let of_one = |(index, own): (usize, &Subpopulation)| {
        let stated = claim.regrets.iter().find(|(at, _)| *at == index);
        stated.map(|(_, regret)| regret * &own.mass)
    };
    let parts: Option<Vec<Rational>> = populations.iter().enumerate().map(of_one).collect();
    let parts = parts.filter(|parts| !parts.is_empty())?;
    Some(parts.into_iter().fold(Rational::ZERO, |sum, part| sum + part))
}

fn compare(
    claim: &Claim,
    (evaluation, populations): (&Evaluation, &[Subplay]),
    tolerance: &Rational,
    loose: &Rational,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for (quantity, claimed) in &claim.numbers {
        let equal = |actual: &Enclosed| {
            Check::equal(
                Subject::Number(*quantity),
                claimed.clone(),
                actual.clone(),
                tolerance.clone(),
            )
        };
        checks.push(match quantity {
            Quantity::Exploitability => Check::exploitability(
                claimed.clone(),
                evaluation.exploitability.clone(),
                loose.clone(),
            ),
            Quantity::LeaderReward => equal(&evaluation.leader_reward),
            Quantity::FollowerValue => equal(&evaluation.follower_value),
            Quantity::FollowerReward => equal(&evaluation.follower_reward),
            Quantity::Value => continue,
        });
    }
    for (population, claimed) in &claim.regrets {
        let Some(actual) = populations.get(*population) else { continue };
        let check = Check::exploitability(claimed.clone(), actual.regret.clone(), loose.clone());
        checks.push(Check { population: Some(*population), ..check });
    }
    if let Some(deviation) = &evaluation.deviation {
        checks.push(Check::equal(
            Subject::Occupation,
            Rational::ZERO,
            deviation.clone(),
            tolerance.clone(),
        ));
    }
    checks
}
