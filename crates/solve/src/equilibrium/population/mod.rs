//! The inner problem with fixed transitions and affine rewards (docs/theory.md, statement (T)).
//!
//! Everything that matters about a population is a handful of linear forms of it. A relaxation over
//! mixtures of policies, priced and separated by backward induction, bounds the leader's reward on
//! boxes of these forms; branch and bound closes the gap to populations found by a convex-concave
//! procedure and made exactly rational. The work is done in binary64; what a search has found is
//! turned into steps that the checker accepts.

mod approx;
mod equilibrium;
mod exact_policies;
mod lemke_howson;
mod local;
mod master;
mod model;
mod near_equilibrium;
mod proof;
mod relaxation;
mod search;
mod squares;
mod state;
mod witness;
mod zero;

use super::arithmetic::rounded_bits;
use super::inner::BOXES;
use super::{Control, Counts, InnerSearch, Proof, Proved};
use crate::certificate::{Arithmetic, Selection, Step};
use crate::exact::{Rational, from_short_dyadic, to_approx};
use crate::follower::{Dependence, affine_hull};
use crate::game::{Instance, NotQuadratic, Policy, Quadratic};
use approx::{FIRST_COORDINATE, GameApprox};
use dashu_base::BitTest;
use equilibrium::{ExactEquilibrium, equilibrium, supported};
use exact_policies::ExactGame;
use local::Incumbent;
use model::Model;
use near_equilibrium::near_equilibrium;
use relaxation::Relaxation;
use search::Search;
use squares::{Decomposition, decompose};
use witness::{Population, Populations};

/// Share of the gap that search may leave; the rest is for the rounding of proofs.
const SEARCHED: f64 = 0.8;
/// Boxes after which exact equilibria are looked for from the last point: every power of two, and
/// each of the first few.
const EVERY: usize = 8;
/// Boxes between two looks at the other decisions.
const BOXES_AT_ONCE: usize = 4;
/// Distance of bounds within which an exact value is tried, relative to `max(1, |value|)`; the most
/// bits of its denominator, beyond which it comes from rounded numbers and not from a vertex; and
/// the most boxes of its tree.
const SHARP: f64 = 1e-7;
const SHARP_BITS: usize = 96;
const SHARP_BOXES: usize = 9;
/// Fractional bits of claimed bounds.
const VALUE_BITS: u32 = 44;
/// Work of an operation in exact numbers beside one in binary64.
const EXACT: usize = 32;

/// A search for the worst eps-equilibrium of one decision, a few boxes at a time.
#[derive(Debug)]
pub struct PopulationSearch {
    exact: ExactGame,
    dependences: Vec<Dependence>,
    split: Decomposition,
    search: Search,
    populations: Populations,
    range: (Rational, Rational),
    epsilon: Rational,
    sigma: Rational,
    /// Policies whose pure populations were looked at.
    examined: usize,
    /// A proof that needs no tree, at eps = 0.
    direct: Option<zero::Direct>,
    /// Value of the near equilibrium from which populations are pulled, and its policies, as long
    /// as no exact equilibrium was asked for.
    anchor: Option<(f64, Vec<usize>)>,
    /// Boxes between two looks at the other decisions.
    at_once: usize,
}

impl PopulationSearch {
    /// Prepares the search of `min sigma J0` over the eps-equilibria of `instance`; `gap` is
    /// relative to `max(1, |value|)`.
    ///
    /// # Errors
    /// [`NotQuadratic`] when the game is not of class C0 or C1, or the leader's reward is of higher
    /// degree.
    pub fn new(
        instance: &Instance,
        selection: Selection,
        epsilon: &Rational,
        gap: &Rational,
        control: &Control,
    ) -> Result<Self, NotQuadratic> {
        let (mut own, start) = Self::prepared(instance, selection, epsilon, gap, control)?;
        own.find_anchor(&start, control);
        own.examine_pure();
        if own.epsilon.is_zero() {
            own.direct = zero::direct(
                &own.exact,
                &mut own.search.relaxation,
                &own.split,
                &mut own.populations,
                control,
            );
        }
        Ok(own)
    }

    /// The search before it looks for anything, and the policies to begin with.
    fn prepared(
        instance: &Instance,
        selection: Selection,
        epsilon: &Rational,
        gap: &Rational,
        control: &Control,
    ) -> Result<(Self, Vec<usize>), NotQuadratic> {
        let sigma = match selection {
            Selection::Pessimistic => Rational::ONE,
            Selection::Optimistic => Rational::NEG_ONE,
        };
        if !instance.functions.is_empty() {
            return Err(NotQuadratic::Functions);
        }
        let reduced = instance.reduced();
        let (least, greatest) = reduced.leader_range();
        let range = if sigma > Rational::ZERO { (least, greatest) } else { (-greatest, -least) };
        let exact = ExactGame::new(Quadratic::of(reduced)?, sigma.clone());
        let game = GameApprox::new(&exact.game);
        let corners = Corners::new(&game);
        let policies: Vec<Policy> =
            corners.choices.iter().map(|choice| game.policy(choice)).collect();
        let hull = affine_hull(&exact.game, &policies, &control.counting(EXACT * game.work()));
        let dependences = hull.map(|hull| hull.dependences).unwrap_or_default();
        let split = decompose(
            &exact.game.follower_form,
            &exact.game.leader_form,
            &dependences,
            &corners.widths,
            &corners.magnitudes,
        );
        let model = Model::new(&exact.game, game, &split, &sigma, epsilon);
        let mut relaxation = Relaxation::new(model);
        for choice in corners.choices {
            let policy = relaxation.policy(choice);
            relaxation.add_column(policy);
        }
        let start: Vec<usize> = (0..relaxation.policies.len()).collect();
        let tolerance = SEARCHED * to_approx(gap);
        let search = Search::new(relaxation, Incumbent::new(), tolerance);
        let populations = Populations::new();
        let own = PopulationSearch {
            exact,
            dependences,
            split,
            search,
            populations,
            range,
            epsilon: epsilon.clone(),
            sigma,
            examined: 0,
            direct: None,
            anchor: None,
            at_once: BOXES_AT_ONCE,
        };
        Ok((own, start))
    }
}

impl InnerSearch for PopulationSearch {
    fn advance(&mut self, control: &Control) {
        for _ in 0..self.at_once {
            if self.done() || control.stopped() {
                return;
            }
            self.search.step(control);
            self.examine_pure();
            if self.epsilon.is_zero()
                && let Some(point) = self.search.last_point.take()
            {
                self.look_near(&point.weights, control);
            }
        }
    }

    fn box_by_box(&mut self) {
        self.at_once = 1;
    }

    fn done(&self) -> bool {
        let (bound, witness) = self.interval_approx();
        self.search.done() || witness - bound <= self.search.tolerance(witness)
    }

    fn interval_approx(&self) -> (f64, f64) {
        let bound = self.search.bound().max(to_approx(&self.range.0));
        let direct = self.direct.as_ref().map_or(f64::NEG_INFINITY, |direct| direct.bound);
        (bound.max(direct), self.search.incumbent.value.min(to_approx(&self.range.1)))
    }

    fn suggest(&mut self, policies: &[&Policy]) {
        let relaxation = &mut self.search.relaxation;
        for policy in policies {
            if let Some(choice) = relaxation.model.game.choice(policy) {
                let position = relaxation.policy(choice);
                relaxation.add_column(position);
                relaxation.add_deviation(position);
            }
        }
    }

    fn counts(&self) -> Counts {
        let relaxation = &self.search.relaxation;
        Counts {
            nodes: self.search.processed(),
            lp_solves: relaxation.solves(),
            inductions: relaxation.inductions,
        }
    }

    fn proved(&mut self) -> Proved {
        self.search.take_back();
        let witness = self.witness().unwrap_or_else(|| Proof {
            value: self.range.1.clone(),
            steps: vec![Step::RangeWitness { value: &self.sigma * &self.range.1 }],
        });
        Proved { bound: self.bound(&witness.value), witness }
    }

    fn sharp(&self, proved: &Proved) -> Option<Proof> {
        self.sharp_bound(proved)
    }

    fn keep(&self, out: &mut String) -> bool {
        self.put(out);
        true
    }
}

impl PopulationSearch {
    /// Multipliers rounded to simple fractions: right when the optimum is at a vertex of a game
    /// with simple numbers.
    fn sharp_bound(&self, Proved { bound, witness }: &Proved) -> Option<Proof> {
        let near = to_approx(&(&witness.value - &bound.value))
            < SHARP * to_approx(&witness.value).abs().max(1.0);
        let tree = matches!(bound.steps.first(), Some(Step::Tree(_)));
        let simple = witness.value.denominator().bit_len() <= SHARP_BITS;
        let wanted = near
            && tree
            && simple
            && witness.value != bound.value
            && self.search.boxes() <= SHARP_BOXES;
        if !wanted {
            return None;
        }
        let value = to_approx(&witness.value);
        let proves = |near: &f64| proof::may_prove(&self.search, value, *near);
        proof::NEAR_POINTS.into_iter().find(proves).map(|near_points| {
            let mut steps = proof::preamble(
                &self.sigma * &witness.value,
                Arithmetic::Exact,
                &self.dependences,
                &self.split,
            );
            steps.extend(proof::simple(proof::boxes(&self.search), near_points));
            Proof { value: witness.value.clone(), steps }
        })
    }

    fn bound(&self, witness: &Rational) -> Proof {
        let range = || Proof {
            value: self.range.0.clone(),
            steps: vec![Step::RangeBound { value: &self.sigma * &self.range.0 }],
        };
        let bound = self.search.bound();
        if let Some(direct) = &self.direct
            && direct.bound >= bound
        {
            return direct.proof(&self.sigma, &self.dependences, &self.split);
        }
        let Some(value) = from_short_dyadic(self.search.safe_bound(), VALUE_BITS) else {
            return range();
        };
        if value <= self.range.0 {
            return range();
        }
        // What is claimed cannot exceed a witness, whatever binary64 says.
        let value = value.min(witness.clone());
        let mut steps = proof::preamble(
            &self.sigma * &value,
            self.arithmetic(),
            &self.dependences,
            &self.split,
        );
        steps.extend(proof::boxes(&self.search));
        Proof { value, steps }
    }

    /// Of the boxes: what their bounds keep back for rounding is far more than what fixed point
    /// loses.
    fn arithmetic(&self) -> Arithmetic {
        if self.epsilon.is_zero() {
            return Arithmetic::Exact;
        }
        let game = &self.exact.game;
        let bits = |form| rounded_bits(&game.numbers(form), &self.epsilon);
        Arithmetic::Rounded(bits(&game.reward).max(bits(&game.leader)))
    }

    fn witness(&mut self) -> Option<Proof> {
        let incumbent = &self.search.incumbent;
        // Where nothing better than the near equilibrium was found, the exact one may be the
        // optimum.
        if self
            .anchor
            .as_ref()
            .is_some_and(|(value, _)| *value <= incumbent.value + self.search.tolerance(*value))
        {
            self.confirm_anchor();
        }
        let incumbent = &self.search.incumbent;
        if incumbent.value.is_finite() && !self.epsilon.is_zero() {
            let mixture: Vec<(f64, Policy)> = incumbent
                .weights
                .iter()
                .map(|(policy, weight)| (*weight, self.policy(*policy)))
                .collect();
            let rounded = self.populations.round(&self.exact, &mixture, &self.epsilon);
            if !rounded && self.anchor.is_some() {
                self.confirm_anchor();
                self.populations.round(&self.exact, &mixture, &self.epsilon);
            }
        }
        let best = self.populations.best()?;
        let value = best.value.clone();
        let steps =
            vec![Step::PopulationWitness { value: &self.sigma * &value, parts: best.parts() }];
        Some(Proof { value, steps })
    }

    fn policy(&self, policy: usize) -> Policy {
        let relaxation = &self.search.relaxation;
        relaxation.model.game.policy(&relaxation.policies[policy].choice)
    }

    /// A first equilibrium to pull populations to: near enough at eps > 0, exact where that fails
    /// or eps = 0.
    fn find_anchor(&mut self, start: &[usize], control: &Control) {
        let relaxation = &mut self.search.relaxation;
        let near = if self.epsilon.is_zero() {
            None
        } else {
            near_equilibrium(relaxation, start, control)
        };
        match near {
            Some(weights) => {
                let policies: Vec<usize> = weights.iter().map(|(policy, _)| *policy).collect();
                for &policy in &policies {
                    relaxation.add_column(policy);
                }
                self.search.incumbent.consider(relaxation, &weights);
                self.anchor = Some((relaxation.model.leader(&relaxation.mix(&weights)), policies));
                self.search.incumbent.add_anchor(weights);
            }
            None => {
                let policies: Vec<Policy> =
                    start.iter().map(|&policy| self.policy(policy)).collect();
                self.find_equilibria(&policies, control);
            }
        }
    }

    /// The exact equilibrium behind the near one, once.
    fn confirm_anchor(&mut self) {
        if let Some((_, policies)) = self.anchor.take() {
            let start: Vec<Policy> =
                policies.into_iter().map(|policy| self.policy(policy)).collect();
            self.find_equilibria(&start, &Control::default());
        }
    }

    /// At eps = 0: exact equilibria near a point of the relaxation, with the same policies; on
    /// paths from these only now and then, and where a box cannot be closed.
    fn look_near(&mut self, weights: &[(usize, f64)], control: &Control) {
        let mixture: Vec<(f64, Policy)> =
            weights.iter().map(|(p, weight)| (*weight, self.policy(*p))).collect();
        let processed = self.search.processed();
        let gave_up = self.search.gave_up();
        let often = processed <= EVERY || processed.is_power_of_two();
        if (gave_up || !often)
            && let Some(found) = supported(&self.exact, &mixture)
        {
            self.keep_equilibrium(found);
        }
        if !gave_up && !often {
            return;
        }
        // The optimum of an affine reward is at a vertex, which rounding does not find.
        if self.split.squares.iter().any(|square| !square.leader.is_zero()) {
            let near = witness::simplified(&self.exact, &mixture, &self.epsilon);
            near.into_iter().for_each(|population| self.take(population));
        }
        let start: Vec<Policy> = mixture.into_iter().map(|(_, policy)| policy).collect();
        self.find_equilibria(&start, control);
    }

    /// Exact equilibria on a few paths from the given policies.
    fn find_equilibria(&mut self, start: &[Policy], control: &Control) {
        let keep_going = control.counting(EXACT * self.search.relaxation.model.game.work());
        let labels = if self.epsilon.is_zero() { start.len().clamp(1, 4) } else { 1 };
        for label in 0..labels {
            let Some(found) = equilibrium(&self.exact, start, label, &keep_going) else {
                continue;
            };
            self.keep_equilibrium(found);
        }
    }

    fn keep_equilibrium(&mut self, found: ExactEquilibrium) {
        let ExactEquilibrium { parts, values } = found;
        let value = self.exact.objective(&values.leader, &values.coordinates);
        self.take(Population { value, parts, values });
    }

    /// Keeps an exact eps-equilibrium.
    fn take(&mut self, population: Population) {
        let relaxation = &mut self.search.relaxation;
        let mut weights = Vec::new();
        for (weight, policy) in &population.parts {
            let Some(choice) = relaxation.model.game.choice(policy) else { return };
            let position = relaxation.policy(choice);
            relaxation.add_column(position);
            weights.push((position, to_approx(weight)));
        }
        self.search.incumbent.add_equilibrium(to_approx(&population.value), weights);
        self.populations.add(population);
    }

    /// Keeps the population of a policy that may mix, when it is an eps-equilibrium in exact numbers.
    pub(super) fn offer(&mut self, policy: &Policy) {
        let parts = vec![(Rational::ONE, policy.clone())];
        if let Some(population) = witness::verified(&self.exact, parts, &self.epsilon) {
            let value = to_approx(&population.value);
            if value < self.search.incumbent.value {
                self.search.incumbent.value = value;
                self.search.incumbent.weights.clear();
            }
            self.populations.add(population);
        }
    }

    /// Pure populations; of those that may be eps-equilibria with nothing to spare only exact
    /// numbers can tell.
    fn examine_pure(&mut self) {
        while self.examined < self.search.relaxation.policies.len() {
            let position = self.examined;
            self.examined += 1;
            let relaxation = &mut self.search.relaxation;
            let values = relaxation.policies[position].values.clone();
            let (exploitability, _) = relaxation.best_response(&values);
            let near = 1e-9 * (1.0 + relaxation.model.epsilon);
            if exploitability > relaxation.model.epsilon + near
                || relaxation.model.leader(&values) >= self.search.incumbent.value
            {
                continue;
            }
            if exploitability <= relaxation.model.epsilon - near {
                self.search.incumbent.consider(relaxation, &[(position, 1.0)]);
                continue;
            }
            let policy = self.policy(position);
            if let Some(population) = witness::pure(&self.exact, policy, &self.epsilon) {
                self.take(population);
            }
        }
    }
}

/// Extreme policies of every form, and the ranges of the coordinates.
struct Corners {
    choices: Vec<approx::Choice>,
    widths: Vec<f64>,
    magnitudes: Vec<f64>,
}

impl Corners {
    fn new(game: &GameApprox) -> Self {
        let (mut choices, mut widths, mut magnitudes) = (Vec::new(), Vec::new(), Vec::new());
        for form in 0..game.forms() {
            let mut factors = vec![0.0; game.forms()];
            let mut end = |sign: f64| {
                factors[form] = sign;
                game.least(&factors)
            };
            let ((low, lowest), (high, highest)) = (end(1.0), end(-1.0));
            if form >= FIRST_COORDINATE {
                widths.push(-high - low);
                magnitudes.push(low.abs().max(high.abs()));
            }
            if !game.is_zero(form) {
                choices.extend([lowest, highest]);
            }
        }
        choices.sort_unstable();
        choices.dedup();
        if choices.is_empty() {
            choices.push(game.least(&vec![0.0; game.forms()]).1);
        }
        Corners { choices, widths, magnitudes }
    }
}
