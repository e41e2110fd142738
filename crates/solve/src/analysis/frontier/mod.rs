//! Exploitability against a social objective, for one decision of the leader.
//!
//! Among the populations that a mean-field game may settle in, a planner may prefer some: the
//! question of MESOB (Guo, Li, Nabi, Salhab, Zhang, MESOB: Balancing equilibria and social
//! optimality, arXiv 2307.07911), which trades the objective against exploitability. Here for every
//! level eps of exploitability the worst and the best value over all eps-equilibria are found,
//! exactly or enclosed, and at the least eps they are compared with the best over all populations:
//! the prices of anarchy and of stability.

mod conclusions;
mod optimum;
mod quadratic_programme;

pub use crate::check::{Bounds, Price, greatest_exploitability, price};

use crate::analysis::sweep::{Resolution, Sweep, SweepError, sweep};
use crate::certificate::{Claim, ConclusionClaim, PriceKind, Selection, Step, write_certificate};
use crate::check::{Accepted, check};
use crate::exact::Rational;
use crate::game::{Game, Instance};
use crate::leader::{Settings, SolveError, admitted, scope, solve};

/// Both sides of the trade-off, and the optimum.
#[derive(Debug, Clone)]
pub struct FrontierOutcome {
    /// The least value over eps-equilibria, as a function of eps.
    pub least: Sweep,
    /// The greatest value.
    pub greatest: Sweep,
    /// Whether less is better.
    pub cost: bool,
    /// The best value over all populations.
    pub optimum: Claim,
    /// Its certificate, whose epsilon no population exceeds.
    pub optimum_certificate: Vec<u8>,
    /// The optimum and the prices, as the checker accepted them.
    pub conclusions: ConclusionClaim,
    /// The same as an element of a bundle.
    pub conclusion_element: Vec<u8>,
}

impl FrontierOutcome {
    /// The worst side.
    #[must_use]
    pub fn worst(&self) -> &Sweep {
        if self.cost { &self.greatest } else { &self.least }
    }

    /// The best side.
    #[must_use]
    pub fn best(&self) -> &Sweep {
        if self.cost { &self.least } else { &self.greatest }
    }

    /// Price of anarchy at the least epsilon: the worst equilibrium against the optimum.
    #[must_use]
    pub fn price_of_anarchy(&self) -> Price {
        conclusions::stated_price(&self.conclusions, PriceKind::Anarchy)
    }

    /// Price of stability at the least epsilon: the best equilibrium against the optimum.
    #[must_use]
    pub fn price_of_stability(&self) -> Price {
        conclusions::stated_price(&self.conclusions, PriceKind::Stability)
    }

    /// All elements of the bundle: the certificates, then the conclusions.
    #[must_use]
    pub fn elements(&self) -> Vec<&[u8]> {
        let mut all = self.certificates();
        all.push(&self.conclusion_element);
        all
    }

    /// The certificates of both sides and of the optimum.
    #[must_use]
    pub fn certificates(&self) -> Vec<&[u8]> {
        let mut all = self.least.certificates();
        all.extend(self.greatest.certificates());
        all.push(&self.optimum_certificate);
        all
    }
}

/// The trade-off at the decision that `settings` name, for `settings.objective` or the leader's
/// reward, over an interval of epsilons.
///
/// # Errors
/// [`SweepError`] when the game is outside what is solved, or no single decision is named.
pub fn frontier(
    game: &Game,
    settings: &Settings<'_>,
    interval: (&Rational, &Rational),
    resolution: &Resolution,
    cost: bool,
) -> Result<FrontierOutcome, SweepError> {
    let count = game.finite_decisions().map(<[_]>::len);
    if settings.point.is_none() && settings.decision.is_none() && count != Some(1) {
        return Err(SolveError::DecisionNeeded { count }.into());
    }
    let control = &settings.control;
    // Three questions share the time.
    let part = |share: u32| {
        control.remaining().map_or_else(|| control.clone(), |time| control.within(time / share))
    };
    let asked = |selection, share| Settings {
        selection,
        control: part(share),
        race_control: part(share),
        ..settings.clone()
    };
    let best = if cost { Selection::Pessimistic } else { Selection::Optimistic };
    let (optimum, optimum_certificate) = social_optimum(game, &asked(best, 3))?;
    let least = sweep(game, &asked(Selection::Pessimistic, 2), interval, resolution)?;
    let greatest = sweep(game, &asked(Selection::Optimistic, 1), interval, resolution)?;
    let claim = conclusions::concluded(settings, (&least, &greatest), &optimum.claim, cost);
    let conclusion_element = conclusions::accepted(game, (&least, &greatest), &optimum, &claim)?;
    Ok(FrontierOutcome {
        least,
        greatest,
        cost,
        optimum: optimum.claim,
        optimum_certificate,
        conclusions: claim,
        conclusion_element,
    })
}

/// The best over all populations: over the eps-equilibria of an eps that no population exceeds.
fn social_optimum(game: &Game, settings: &Settings<'_>) -> Result<(Accepted, Vec<u8>), SweepError> {
    let objective = settings
        .objective
        .as_deref()
        .map(|expression| game.with_objective(expression))
        .transpose()
        .map_err(SolveError::from)?;
    let posed = objective.as_ref().unwrap_or(game);
    let decisions = admitted(posed, settings)?;
    let index = settings.decision.unwrap_or(0);
    let Some(decision) = decisions.get(index) else {
        return Err(SolveError::Decision { index, count: decisions.len() }.into());
    };
    let instance = posed.at(&decision.values);
    let settings = Settings {
        epsilon: greatest_exploitability(&game.at(&decision.values)),
        ..settings.clone()
    };
    if let Some(proved) = exact((game, posed), &instance, &settings, index)? {
        return Ok(proved);
    }
    let outcome = solve(game, &settings)?;
    Ok((outcome.accepted, outcome.certificate))
}

/// The exact optimum, where the checker accepts one; `posed` is the game with the objective.
fn exact(
    (game, posed): (&Game, &Game),
    instance: &Instance,
    settings: &Settings<'_>,
    index: usize,
) -> Result<Option<(Accepted, Vec<u8>)>, SweepError> {
    let sigma = if settings.selection == Selection::Pessimistic {
        Rational::ONE
    } else {
        Rational::NEG_ONE
    };
    let keep_going = || !settings.control.stopped();
    let Some(proved) = optimum::exact_optimum(instance, &sigma, &keep_going) else {
        return Ok(None);
    };
    let value = &sigma * &proved.bound.value;
    let claim = Claim {
        game_hash: posed.hash(),
        epsilon: settings.epsilon.clone(),
        selection: settings.selection,
        scope: scope(&Settings { decision: Some(index), ..settings.clone() }),
        of: settings.objective.clone(),
        lower: value.clone(),
        upper: value,
    };
    let start = Step::Decision(if settings.point.is_some() { 0 } else { index });
    let steps = std::iter::once(&start).chain(&proved.bound.steps).chain(&proved.witness.steps);
    let certificate = write_certificate(Vec::new(), &claim, steps)?;
    Ok(check(game, certificate.as_slice()).ok().map(|accepted| (accepted, certificate)))
}
