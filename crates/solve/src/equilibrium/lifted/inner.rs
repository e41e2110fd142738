//! The search behind the face that all classes share, with its witnesses.
//!
//! For eps > 0 the incumbent's policy is the witness, its numbers enclosed in fixed point. At eps =
//! 0 a policy in binary64 is no equilibrium, and an exact one may be irrational: equilibria that are
//! pure or play simple fractions are looked for and shown, and besides a second search bounds `sigma
//! J0` from above over all equilibria, of which there is at least one.

use super::mixed::enclosed_equilibrium;
use super::population::Play;
use super::search::{LiftedSearch, TOLERANCES};
use crate::certificate::{Part, Selection, Step};
use crate::equilibrium::{Control, Counts, InnerSearch, Proof, Proved, range_of};
use crate::exact::{Rational, from_approx, from_short_dyadic};
use crate::follower::evaluate;
use crate::game::{Instance, Policy};

/// Fractional bits of a witness: so many, and more per stage.
const WITNESS_BITS: (u32, u32) = (96, 4);
/// Stages up to which the reward of a policy is computed exactly: its digits may double at every
/// stage.
const MOST_EXACT_STAGES: usize = 12;
/// Share of the gap that each of two searches may leave at eps = 0, where one bounds the witness of
/// the other.
const SHARE: f64 = 0.45;
/// What a witness claims above its value in binary64, in units of the game's scale.
const MARGIN: f64 = 1e-10;

/// The search for one decision with what it can show.
#[derive(Debug)]
pub struct LiftedProblem {
    pub(super) search: LiftedSearch,
    /// The search for the other sign, at eps = 0.
    pub(super) opposite: Option<LiftedSearch>,
    /// At eps = 0, the best equilibrium shown exactly and its `sigma J0`.
    pub(super) exact: Option<Proof>,
    /// `sigma J0` of the best pure equilibrium, and of the best incumbent, that was tried.
    pub(super) tried_pure: f64,
    pub(super) tried_incumbent: f64,
}

impl LiftedProblem {
    /// Prepares the search; `None` when the numbers of the game are out of range.
    #[must_use]
    pub fn new(
        instance: &Instance,
        selection: Selection,
        epsilon: &Rational,
        gap: f64,
    ) -> Option<Self> {
        let other = if selection == Selection::Pessimistic {
            Selection::Optimistic
        } else {
            Selection::Pessimistic
        };
        let share = if epsilon.is_zero() { SHARE * gap } else { gap };
        let search = LiftedSearch::new(instance, epsilon, selection, share)?;
        let opposite = if epsilon.is_zero() {
            Some(LiftedSearch::new(instance, epsilon, other, share)?)
        } else {
            None
        };
        Some(LiftedProblem {
            search,
            opposite,
            exact: None,
            tried_pure: f64::INFINITY,
            tried_incumbent: f64::INFINITY,
        })
    }

    /// Looks for equilibria near simple policies.
    pub(crate) fn begin(&mut self, control: &Control) {
        self.search.begin(control);
    }

    /// Looks for equilibria near the population of a policy.
    pub(crate) fn follow(&mut self, play: Play, control: &Control) {
        self.search.follow(play, control);
    }

    fn sigma(&self) -> Rational {
        if self.search.selection() == Selection::Pessimistic {
            Rational::ONE
        } else {
            Rational::NEG_ONE
        }
    }

    /// At eps = 0: shows the best equilibria that the two searches have met, those that are pure
    /// and those that play simple fractions.
    fn try_exact(&mut self) {
        let sides = || std::iter::once(&self.search).chain(&self.opposite);
        let sign = |search: &LiftedSearch| {
            if search.selection() == self.search.selection() { 1.0 } else { -1.0 }
        };
        let pure = sides()
            .filter_map(|search| {
                let (policy, leader) = search.pure_equilibrium()?;
                Some((policy, sign(search) * leader))
            })
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, leader)| *leader < self.tried_pure);
        let incumbent = sides()
            .map(|search| (search, sign(search) * search.interval().1))
            .filter(|(_, leader)| leader.is_finite())
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, leader)| *leader < self.tried_incumbent);
        let simple: Vec<Policy> = incumbent.map_or_else(Vec::new, |(search, _)| {
            TOLERANCES.iter().filter_map(|&tolerance| search.simple_incumbent(tolerance)).collect()
        });
        self.tried_incumbent = incumbent.map_or(self.tried_incumbent, |(_, leader)| leader);
        if let Some((policy, leader)) = pure {
            self.tried_pure = leader;
            let proof = if policy.stages.len() <= MOST_EXACT_STAGES {
                self.exact(policy)
            } else {
                self.enclosed(policy, leader)
            };
            self.keep(proof);
        }
        for policy in simple.into_iter().filter(|policy| policy.stages.len() <= MOST_EXACT_STAGES) {
            let proof = self.exact(policy);
            self.keep(proof);
        }
    }

    /// At eps = 0: shows a mixed equilibrium near an incumbent that is new, which takes its place:
    /// what an exploitability of nearly 0 buys would hide how near the bound is.
    fn try_mixed(&mut self) {
        let sigma = self.sigma();
        for side in [false, true] {
            let Some(own) = (if side { self.opposite.as_mut() } else { Some(&mut self.search) })
            else {
                continue;
            };
            let flow = own.new_incumbent().map(|population| population.flow.clone());
            let found = flow.and_then(|flow| enclosed_equilibrium(&own.instance, &sigma, &flow));
            if let Some((proof, flow)) = found {
                own.keep_enclosed(&flow);
                self.keep(Some(proof));
            }
        }
    }

    /// Keeps the proof of an equilibrium when it is the best one.
    fn keep(&mut self, proof: Option<Proof>) {
        let better =
            |proof: &Proof| self.exact.as_ref().is_none_or(|known| proof.value < known.value);
        if let Some(proof) = proof.filter(better) {
            self.exact = Some(proof);
        }
    }

    /// Whether an equilibrium that is shown exactly closes the gap.
    fn shown(&self) -> bool {
        let (lower, _) = self.search.interval();
        self.exact.as_ref().is_some_and(|proof| {
            let value = crate::exact::to_approx(&proof.value);
            value - lower <= self.search.width(value)
        })
    }

    /// The witness of an equilibrium whose reward is computed exactly.
    fn exact(&self, policy: Policy) -> Option<Proof> {
        let evaluation = evaluate(self.search.instance(), &policy, &|| true)
            .ok()
            .filter(|found| found.exploitability.is_zero())?;
        let value = self.sigma() * &evaluation.leader_reward;
        let parts = vec![Part { weight: Rational::ONE, policy }];
        Some(Proof {
            value,
            steps: vec![Step::PopulationWitness { value: evaluation.leader_reward, parts }],
        })
    }

    /// The witness of a policy whose numbers would be too long.
    fn enclosed(&self, policy: Policy, leader: f64) -> Option<Proof> {
        let claimed = leader + MARGIN * self.search.scale();
        let value = from_short_dyadic(claimed, 48).filter(|_| claimed.is_finite())?;
        let value = if crate::exact::to_approx(&value) < claimed {
            value + from_approx(2f64.powi(-47))?
        } else {
            value
        };
        let bits = WITNESS_BITS.0
            + WITNESS_BITS.1 * u32::try_from(policy.stages.len()).unwrap_or(1 << 12).min(1 << 12);
        let parts = vec![Part { weight: Rational::ONE, policy }];
        Some(Proof {
            steps: vec![Step::EnclosedWitness { value: self.sigma() * &value, bits, parts }],
            value,
        })
    }

    /// The incumbent of a game with eps > 0.
    fn witness(&self) -> Option<Proof> {
        let policy = self.search.policy_of_incumbent()?;
        self.enclosed(policy, self.search.interval().1)
    }
}

impl InnerSearch for LiftedProblem {
    fn advance(&mut self, control: &Control) {
        if self.opposite.is_some() {
            self.try_mixed();
        }
        if !self.search.done() {
            return self.search.advance(1, control);
        }
        if self.opposite.is_some() {
            self.try_exact();
        }
        if !self.shown()
            && let Some(opposite) = &mut self.opposite
        {
            opposite.advance(1, control);
        }
    }

    fn done(&self) -> bool {
        self.search.done()
            && (self.shown() || self.opposite.as_ref().is_none_or(LiftedSearch::done))
    }

    fn interval_approx(&self) -> (f64, f64) {
        let (lower, upper) = self.search.interval();
        match &self.opposite {
            None => (lower, upper),
            Some(opposite) => {
                let exact = self
                    .exact
                    .as_ref()
                    .map_or(f64::INFINITY, |proof| crate::exact::to_approx(&proof.value));
                (lower, exact.min(-opposite.interval().0))
            }
        }
    }

    fn proved(&mut self) -> Proved {
        let mut proved = range_of(self.search.instance(), self.search.selection());
        if let Some((value, steps)) = self.search.bound()
            && value > proved.bound.value
        {
            proved.bound = Proof { value, steps };
        }
        if let Some(opposite) = &self.opposite {
            if let Some((value, steps)) = opposite.ceiling()
                && -value.clone() < proved.witness.value
            {
                proved.witness = Proof { value: -value, steps };
            }
            self.try_mixed();
            self.try_exact();
            if let Some(exact) =
                self.exact.clone().filter(|exact| exact.value <= proved.witness.value)
            {
                proved.witness = exact;
            }
        } else if let Some(witness) =
            self.witness().filter(|witness| witness.value <= proved.witness.value)
        {
            proved.witness = witness;
        }
        proved
    }

    fn suggest(&mut self, policies: &[&Policy]) {
        self.search.suggest(policies);
    }

    fn counts(&self) -> Counts {
        let own = self.search.statistics();
        let other = self.opposite.as_ref().map(LiftedSearch::statistics).unwrap_or_default();
        Counts {
            nodes: own.nodes + other.nodes,
            lp_solves: own.lp_solves + other.lp_solves,
            inductions: 0,
        }
    }

    fn keep(&self, out: &mut String) -> bool {
        self.put(out);
        true
    }
}
