//! The value over the decisions that meet the requirements of the file.
//!
//! A requirement bounds an expression of the population. Pessimistically a decision meets it when
//! *every* eps-equilibrium does, which is decided by the greatest (least) value of the expression
//! over them; optimistically when *some* eps-equilibrium meets all requirements, and that one is
//! chosen. Both ends are what [`solve`] certifies about the expression in place of the leader's
//! reward, so the answer is a bundle of certificates, two or more per decision, and the comparisons
//! of their claims with the bounds of the file:
//!
//! * a decision is feasible when the claims show that it meets every requirement, infeasible when
//!   one shows that it breaks one, and open otherwise;
//! * the value is at least the largest lower bound of a feasible decision, and at most the largest
//!   upper bound of one that is not infeasible.

use super::grid_points::grid_points;
use super::outcome::{Equilibrium, Outcome, Statistics, Status, Termination};
use super::settings::{Settings, SolveError};
use super::solve::{has_long_flows, solve, status};
use crate::certificate::{Claim, Selection, write_bundle};
use crate::exact::{Rational, ratio};
use crate::follower::{enclose_play, evaluate, laws};
use crate::game::{Decision, DecisionSet, Game, Grid, Limit, Policy, Requirement};

/// By what the gap is divided each time that bounds do not tell, and how often.
const SHARPER: i64 = 1000;
const MOST_SHARPER: usize = 2;
/// Fractional bits where exact fractions would be too long.
const BITS: u32 = 128;

/// What is known of one decision.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Its position in the list, or among the points of the grid.
    pub index: usize,
    /// Its name and parameters.
    pub decision: Decision,
    /// Per requirement the certified end of the range of its expression that decides it.
    pub requirements: Vec<Outcome>,
    /// Whether it meets all requirements; `None` where that is not decided.
    pub feasible: Option<bool>,
    /// Bounds of its value; `None` where it is infeasible.
    pub value: Option<(Option<Rational>, Rational)>,
    /// The search for its value, and the equilibrium that is chosen.
    pub outcome: Option<Outcome>,
}

/// The value over the decisions that meet the requirements.
#[derive(Debug, Clone)]
pub struct RequiredOutcome {
    /// What is claimed, apart from the bounds.
    pub epsilon: Rational,
    /// Worst or best equilibrium.
    pub selection: Selection,
    /// Of a continuum: the decisions are those whose parameters without a grid are multiples of
    /// this.
    pub grid: Option<Rational>,
    /// All decisions in scope.
    pub decisions: Vec<Judged>,
    /// Position in [`RequiredOutcome::decisions`] of the feasible decision with the largest lower
    /// bound.
    pub best: Option<usize>,
    /// The value is at least this; `None` where no decision is known to be feasible.
    pub lower: Option<Rational>,
    /// The value is at most this; `None` where all decisions are infeasible, so that there is none.
    pub upper: Option<Rational>,
    /// How far it goes.
    pub status: Status,
    /// Why the search ended.
    pub termination: Termination,
    /// A bundle of all certificates.
    pub certificate: Vec<u8>,
    /// Counts and times of all searches.
    pub statistics: Statistics,
}

impl RequiredOutcome {
    /// Whether no decision meets the requirements, with proofs.
    #[must_use]
    pub fn infeasible(&self) -> bool {
        self.upper.is_none()
    }
}

/// Certified bounds of the value over the decisions that meet the requirements of the game.
///
/// # Errors
/// [`SolveError`] as for [`solve`], and for a leader with a continuum of decisions where neither
/// one is chosen nor all parameters have grids, of their own or `settings.decision_grid`.
pub fn solve_required(game: &Game, settings: &Settings<'_>) -> Result<RequiredOutcome, SolveError> {
    let decisions: Vec<(usize, Decision)> = match (&settings.point, game.finite_decisions()) {
        (Some(values), _) => {
            game.leader.admits(values)?;
            vec![(0, Decision { name: None, values: values.clone() })]
        }
        (None, None) => {
            grid_points(game, settings.decision_grid.as_ref())?.into_iter().enumerate().collect()
        }
        (None, Some(all)) => {
            let all = all.iter().cloned().enumerate();
            all.filter(|(index, _)| settings.decision.is_none_or(|only| only == *index)).collect()
        }
    };
    if let (Some(index), true) = (settings.decision, decisions.is_empty()) {
        let count = game.finite_decisions().map_or(0, <[_]>::len);
        return Err(SolveError::Decision { index, count });
    }
    let count = decisions.len();
    let mut judged = Vec::with_capacity(count);
    for (position, (index, decision)) in decisions.into_iter().enumerate() {
        let share = shared(settings, count - position);
        let listed = game.finite_decisions().is_some() && share.point.is_none();
        let one = Settings {
            decision: listed.then_some(index),
            point: (!listed).then(|| decision.values.clone()),
            decision_grid: None,
            keeper: None,
            ..share.clone()
        };
        judged.push(Judge { game, settings: &one, decision: &decision }.judge(index)?);
    }
    // Where variables without a grid were given one, the value is that over the grid.
    let continuous = match &game.leader.decisions {
        DecisionSet::Polyhedral { grids, .. } => grids.contains(&Grid::Continuous),
        DecisionSet::Finite(_) => false,
    };
    let grid = settings.decision_grid.clone().filter(|_| continuous && settings.point.is_none());
    concluded(settings, grid, judged)
}

/// One of so many parts of the time that is left.
fn shared<'a>(settings: &Settings<'a>, parts: usize) -> Settings<'a> {
    let Some(left) = settings.control.remaining() else { return settings.clone() };
    let control = settings.control.within(left / u32::try_from(parts.max(1)).unwrap_or(u32::MAX));
    Settings { race_control: control.clone(), control, ..settings.clone() }
}

/// Judges one decision.
struct Judge<'j, 'a> {
    game: &'j Game,
    /// About this decision alone.
    settings: &'j Settings<'a>,
    decision: &'j Decision,
}

impl Judge<'_, '_> {
    fn judge(&self, index: usize) -> Result<Judged, SolveError> {
        let requirements = &self.game.vocabulary.requirements;
        let parts = requirements.len() + 1;
        let mut outcomes = Vec::with_capacity(requirements.len());
        let mut verdicts = Vec::with_capacity(requirements.len());
        for (position, requirement) in requirements.iter().enumerate() {
            let settings = shared(self.settings, parts - position);
            let (outcome, verdict) = self.required(requirement, &settings)?;
            outcomes.push(outcome);
            verdicts.push(verdict);
        }
        if verdicts.contains(&Some(false)) {
            return Ok(self.judged(index, outcomes, Some(false), None));
        }
        let mut outcome = solve(self.game, self.settings)?;
        let (lower, upper) = bounds(&outcome.accepted.claim);
        if self.settings.selection == Selection::Pessimistic {
            let feasible = verdicts.iter().all(|verdict| *verdict == Some(true)).then_some(true);
            return Ok(self.judged(index, outcomes, feasible, Some((Some(lower), upper, outcome))));
        }
        // The equilibrium chosen has to meet all requirements itself.
        let chosen = self.chosen(&outcome, &outcomes);
        let reached = chosen.as_ref().map(|(reward, _)| reward.clone());
        outcome.equilibrium = chosen.map(|(_, equilibrium)| equilibrium);
        let feasible = reached.is_some().then_some(true);
        Ok(self.judged(index, outcomes, feasible, Some((reached, upper, outcome))))
    }

    /// What is known, with bounds of the value and the search for them.
    fn judged(
        &self,
        index: usize,
        requirements: Vec<Outcome>,
        feasible: Option<bool>,
        found: Option<(Option<Rational>, Rational, Outcome)>,
    ) -> Judged {
        let decision = self.decision.clone();
        let (value, outcome) = match found {
            None => (None, None),
            Some((lower, upper, outcome)) => (Some((lower, upper)), Some(outcome)),
        };
        Judged { index, decision, requirements, feasible, value, outcome }
    }

    /// The end of the range of a requirement's expression that decides it, and whether it is met:
    /// by every equilibrium (pessimistic), or by some (optimistic).
    fn required(
        &self,
        requirement: &Requirement,
        settings: &Settings<'_>,
    ) -> Result<(Outcome, Option<bool>), SolveError> {
        let most = matches!(requirement.limit, Limit::AtMost(_));
        let every = settings.selection == Selection::Pessimistic;
        // The greatest value decides whether all are at most the bound.
        let selection = if most == every { Selection::Optimistic } else { Selection::Pessimistic };
        let objective = Some(requirement.value.clone());
        let mut asked = Settings { selection, objective, ..settings.clone() };
        let mut outcome = solve(self.game, &asked)?;
        for _ in 0..MOST_SHARPER {
            if verdict(requirement, &outcome.accepted.claim).is_some() || asked.control.stopped() {
                break;
            }
            asked.gap = &asked.gap / ratio(SHARPER, 1);
            let sharper = solve(self.game, &asked)?;
            outcome =
                Outcome { statistics: outcome.statistics.plus(&sharper.statistics), ..sharper };
        }
        let verdict = verdict(requirement, &outcome.accepted.claim);
        Ok((outcome, verdict))
    }

    /// Of the equilibria found the best for the leader that meets all requirements, with a lower
    /// bound of her reward.
    fn chosen(&self, best: &Outcome, others: &[Outcome]) -> Option<(Rational, Equilibrium)> {
        let found = std::iter::once(best).chain(others).filter_map(|o| o.equilibrium.as_ref());
        let meets = |equilibrium: &&Equilibrium| {
            let own = equilibrium.policy.as_ref();
            own.is_some_and(|policy| {
                let requirements = self.game.vocabulary.requirements.iter();
                requirements.into_iter().all(|own| self.met_by(own, policy) == Some(true))
            })
        };
        let rewarded = found.filter(meets).filter_map(|equilibrium| {
            let policy = equilibrium.policy.as_ref()?;
            let (lower, upper) = self.reward(self.game, policy)?;
            let leader_reward = crate::follower::Enclosed::between(lower.clone(), upper);
            Some((lower, Equilibrium { leader_reward, ..equilibrium.clone() }))
        });
        rewarded.max_by(|one, other| one.0.cmp(&other.0))
    }

    /// Whether a play meets a requirement.
    fn met_by(&self, requirement: &Requirement, policy: &Policy) -> Option<bool> {
        let game = self.game.with_objective(&requirement.value).ok()?;
        let (lower, upper) = self.reward(&game, policy)?;
        match &requirement.limit {
            Limit::AtMost(bound) if upper <= *bound => Some(true),
            Limit::AtLeast(bound) if lower >= *bound => Some(true),
            Limit::AtMost(bound) if lower > *bound => Some(false),
            Limit::AtLeast(bound) if upper < *bound => Some(false),
            _ => None,
        }
    }

    /// Bounds of the leader's reward in `game` under a policy.
    fn reward(&self, game: &Game, policy: &Policy) -> Option<(Rational, Rational)> {
        let instance = game.at(&self.decision.values);
        if instance.functions.is_empty() && !has_long_flows(&instance) {
            let reward = evaluate(&instance, policy, &|| true).ok()?.leader_reward;
            return Some((reward.clone(), reward));
        }
        let laws = laws(&policy.stages).ok()?;
        let play = enclose_play(&instance, &laws, BITS, &|| true).ok()?;
        Some(play.enclosure.leader_reward)
    }
}

/// What the claim about an end of the range of a requirement's expression decides.
fn verdict(requirement: &Requirement, claim: &Claim) -> Option<bool> {
    let (lower, upper) = bounds(claim);
    match &requirement.limit {
        Limit::AtMost(bound) if upper <= *bound => Some(true),
        Limit::AtMost(bound) if lower > *bound => Some(false),
        Limit::AtLeast(bound) if lower >= *bound => Some(true),
        Limit::AtLeast(bound) if upper < *bound => Some(false),
        _ => None,
    }
}

fn bounds(claim: &Claim) -> (Rational, Rational) {
    (claim.lower.clone(), claim.upper.clone())
}

/// What follows for the value.
fn concluded(
    settings: &Settings<'_>,
    grid: Option<Rational>,
    decisions: Vec<Judged>,
) -> Result<RequiredOutcome, SolveError> {
    let lower_of = |own: &Judged| match (own.feasible, &own.value) {
        (Some(true), Some((lower, _))) => lower.clone(),
        _ => None,
    };
    let known = decisions.iter().enumerate().filter_map(|(at, own)| Some((lower_of(own)?, at)));
    // Of several as good ones the first.
    let best = known.max_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
    let upper = decisions.iter().filter_map(|own| own.value.as_ref().map(|value| value.1.clone()));
    let upper = upper.max();
    let lower = best.as_ref().map(|(lower, _)| lower.clone());
    let outcomes = || decisions.iter().flat_map(|own| own.requirements.iter().chain(&own.outcome));
    let certificates: Vec<&[u8]> = outcomes().map(|o| o.certificate.as_slice()).collect();
    let certificate = write_bundle(Vec::new(), &certificates)?;
    let statistics = outcomes().map(|o| o.statistics).reduce(|all, own| all.plus(&own));
    let status = match (&lower, &upper) {
        (_, None) => Status::Exact,
        (None, Some(_)) => Status::Limit,
        (Some(lower), Some(upper)) => {
            let claim = outcomes().next().map(|outcome| outcome.accepted.claim.clone());
            let (lower, upper) = (lower.clone(), upper.clone());
            claim.map_or(Status::Limit, |claim| {
                status(&Claim { lower, upper, ..claim }, &settings.gap)
            })
        }
    };
    let ends = outcomes().map(|outcome| outcome.termination);
    let termination = match status {
        Status::Exact | Status::WithinGap => Termination::Gap,
        Status::Limit => ends.fold(Termination::Gap, |all, own| match own {
            Termination::Gap => all,
            other => other,
        }),
    };
    Ok(RequiredOutcome {
        epsilon: settings.epsilon.clone(),
        selection: settings.selection,
        grid,
        best: best.map(|(_, at)| at),
        lower,
        upper,
        status,
        termination,
        certificate,
        statistics: statistics.unwrap_or_default(),
        decisions,
    })
}
