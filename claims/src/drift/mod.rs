//! Drift: by how much losses and the leader's reward can differ between a model and a truth.
//!
//! Two games with the same stages, states, pairs and decisions; one policy `pi`, played in both.
//! With `d` and `x` its flow and statistics in the model, `d'` and `x'` in the truth,
//!
//! ```text
//! |loss'(pi) - loss(pi)| <= kappa,      |J0'(d') - J0(d)| <= omega      for every policy pi,
//! ```
//!
//! at one decision or for all at once, from stated radii of the errors or from both games.
//! Statement (10) of docs/theory.md has the derivation; the files are its steps: how far flows part
//! (`flows`, `rows`), what a frozen population makes of it (`spread`, `induction`), and the sum
//! (`bound`). Polynomials are enclosed by intervals; everything else is a formula.

mod bound;
mod flows;
mod induction;
mod rows;
mod spread;

use crate::interval::{Box, Interval, parameters};
use crate::table::Side;
use smfg_kernel::{Decisions, Listing, Rational, Scope, Statistic};

/// Radii of the errors, at every stage alike, over all pairs, decisions and populations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Radii {
    /// `|r - r'|` of the followers' reward.
    pub reward: Rational,
    /// `sum over s' of |P - P'|`.
    pub transition: Rational,
    /// `|c - c'|` of the leader's reward per unit of mass, together with what her payoff adds at
    /// the stage.
    pub leader: Rational,
}

/// How the truth may differ from the model.
#[derive(Debug, Clone, Copy)]
pub enum Error<'a> {
    /// By at most these radii; the initial law is the same.
    Radii(&'a Radii),
    /// The truth is this game.
    Against(&'a Listing),
}

/// In what two games differ that keeps them from being compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Stages, states, or the numbers of pairs.
    Shape,
    /// The leader's parameters or decisions.
    Decisions,
    /// A radius is negative.
    Radius,
    /// Functions of the population, whose changes are not bounded here.
    Functions,
}

/// A bound of the drift, which only [`drift`] makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    model: String,
    truth: Option<String>,
    radii: Option<Radii>,
    decision: Option<Vec<Rational>>,
    kappa: Rational,
    omega: Rational,
}

impl Drift {
    /// Hash of the model.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }
    /// Hash of the truth, where it is a game.
    #[must_use]
    pub fn truth(&self) -> Option<&str> {
        self.truth.as_deref()
    }
    /// The radii, where the truth is any game within them.
    #[must_use]
    pub fn radii(&self) -> Option<&Radii> {
        self.radii.as_ref()
    }
    /// The decision at which it holds; `None` for all of them.
    #[must_use]
    pub fn decision(&self) -> Option<&[Rational]> {
        self.decision.as_deref()
    }
    /// Bound of the change of the followers' loss, for every policy.
    #[must_use]
    pub fn kappa(&self) -> &Rational {
        &self.kappa
    }
    /// Bound of the change of the leader's reward, for every policy.
    #[must_use]
    pub fn omega(&self) -> &Rational {
        &self.omega
    }

    /// The drift with larger numbers, where they are at least as large.
    #[must_use]
    pub fn weakened(mut self, kappa: &Rational, omega: &Rational) -> Option<Drift> {
        let weaker = self.kappa <= *kappa && self.omega <= *omega;
        (self.kappa, self.omega) = (kappa.clone(), omega.clone());
        weaker.then_some(self)
    }
}

/// The drift over a scope: at one decision, or one bound for all of them.
///
/// # Errors
/// [`Difference`] when the games cannot be compared.
pub fn drift(model: &Listing, error: Error<'_>, scope: &Scope) -> Result<Drift, Difference> {
    without_functions(model)?;
    let (truth, radii) = match error {
        Error::Radii(radii) => {
            let negative = |radius: &Rational| *radius < Rational::ZERO;
            if [&radii.reward, &radii.transition, &radii.leader].into_iter().any(negative) {
                return Err(Difference::Radius);
            }
            (None, Some(radii))
        }
        Error::Against(truth) => {
            without_functions(truth)?;
            comparable(model, truth)?;
            (Some(truth), None)
        }
    };
    let decision = crate::scope_of(model, scope);
    let at = |decision: Option<&[Rational]>| {
        let pairing = Pairing::new(model, truth, decision);
        bound::bound(&pairing, radii, parameters(model, decision))
    };
    let (kappa, omega) = match (&decision, &model.decisions) {
        (None, Decisions::List(list)) => {
            let zero = (Rational::ZERO, Rational::ZERO);
            list.iter().fold(zero, |most, decision| {
                let (kappa, omega) = at(Some(decision));
                (most.0.max(kappa), most.1.max(omega))
            })
        }
        _ => at(decision.as_deref()),
    };
    Ok(Drift {
        model: model.hash(),
        truth: truth.map(Listing::hash),
        radii: radii.cloned(),
        decision,
        kappa,
        omega,
    })
}

fn without_functions(listing: &Listing) -> Result<(), Difference> {
    let forms = (0..listing.statistics.len() as u32).all(|k| listing.form(k).is_some());
    if forms { Ok(()) } else { Err(Difference::Functions) }
}

/// Whether policies and decisions of one game are those of the other.
fn comparable(model: &Listing, truth: &Listing) -> Result<(), Difference> {
    let shapes = model.stages.iter().zip(&truth.stages).all(|(a, b)| a.first == b.first);
    if model.stages.len() != truth.stages.len() || model.states != truth.states || !shapes {
        return Err(Difference::Shape);
    }
    let same = match (&model.decisions, &truth.decisions) {
        (Decisions::List(a), Decisions::List(b)) => a == b,
        (
            Decisions::Polytope { ends, grids, rows },
            Decisions::Polytope { ends: e, grids: g, rows: r },
        ) => ends == e && grids == g && rows == r,
        _ => false,
    };
    if same { Ok(()) } else { Err(Difference::Decisions) }
}

/// The model and the truth side by side, in the same statistics.
pub(crate) struct Pairing {
    pub(crate) model: Side,
    pub(crate) truth: Option<Side>,
    /// The statistics to which the variables of both refer, with their ranges.
    pub(crate) statistics: Vec<(usize, Interval)>,
}

impl Pairing {
    fn new(model: &Listing, truth: Option<&Listing>, decision: Option<&[Rational]>) -> Self {
        let mut all: Vec<(&Listing, usize)> =
            (0..model.statistics.len()).map(|k| (model, k)).collect();
        let own: Vec<u32> = (0..model.statistics.len() as u32).collect();
        // Each statistic of the truth is one of the model that has not been taken, or a new one.
        let mut taken = vec![false; all.len()];
        let mut names: Vec<u32> = Vec::new();
        let statistic =
            |(listing, k): &(&'_ Listing, usize)| -> Statistic { listing.statistics[*k].clone() };
        for (k, wanted) in truth.iter().flat_map(|truth| truth.statistics.iter().enumerate()) {
            let same = |place: &usize| !taken[*place] && statistic(&all[*place]) == *wanted;
            let place = (0..all.len()).find(same).unwrap_or_else(|| {
                all.extend(truth.map(|truth| (truth, k)));
                all.len() - 1
            });
            taken.resize(all.len(), false);
            taken[place] = true;
            names.push(place as u32);
        }
        let statistics =
            all.iter().map(|(listing, k)| (stage_of(listing, *k), listing.range(*k))).collect();
        Pairing {
            model: Side::new(model, decision, &own),
            truth: truth.map(|truth| Side::new(truth, decision, &names)),
            statistics,
        }
    }

    /// The ends of all variables.
    pub(crate) fn ends(&self, parameters: Vec<Interval>) -> Box {
        Box::new(parameters, self.statistics.iter().map(|statistic| statistic.1.clone()).collect())
    }
}

fn stage_of(listing: &Listing, k: usize) -> usize {
    listing.form(k as u32).map_or(0, |form| form.0 as usize)
}

/// The larger distance that two laws can have.
pub(crate) fn two() -> Rational {
    Rational::from(2u8)
}

/// One half.
pub(crate) fn half() -> Rational {
    Rational::ONE / two()
}
