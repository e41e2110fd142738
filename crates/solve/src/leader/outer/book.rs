//! What is known of single decisions: the worst equilibria at several eps, and the policies that
//! they mix.

use super::approx::Approx;
use crate::certificate::{Part, Selection};
use crate::check::cover::{Judge, Judgement, Policies, Scalar, Tables, judge, relax};
use crate::equilibrium::dynamic_programming::{ApproxCache, Search};
use crate::equilibrium::{Control, InnerProblem, Problem, inner_search};
use crate::exact::{Natural, Rational, from_approx, from_short_dyadic, to_approx};
use crate::follower::{Objective, best_response, earnings};
use crate::game::{Game, Instance, NotQuadratic, Numbers, Point, Policy, Space};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// Highest level: eps itself is the margin.
pub(super) const LAST_LEVEL: u32 = 22;
/// Boxes without a worse equilibrium after which a response is taken as it is.
const PATIENCE: usize = 2;
/// Equilibria that are kept to be looked at first in the next search.
const REMEMBERED: usize = 4;
/// Most pairs of games whose best responses are computed exactly.
const MOST_EXACT_PAIRS: usize = 4096;
/// Fractional bits of a weight.
const WEIGHT_BITS: u32 = 40;

/// A mixture of policies of the book.
pub(super) type Weights = Vec<(usize, Rational)>;

/// The same in binary64.
type WeightsApprox = Vec<(usize, Approx)>;

/// What is known of a decision at one eps, in binary64.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Lower bound of the leader's reward at the worst equilibrium.
    pub(super) lower_approx: f64,
    /// The leader's reward at the equilibrium found.
    pub(super) upper_approx: f64,
    /// The equilibrium, where one was found.
    pub(super) mix: Option<Weights>,
}

/// What a search found at a decision.
enum Found {
    /// The game means nothing there.
    Nothing,
    /// In class C0: bounds of `sigma J0`, and the policies that lose at most and more than epsilon,
    /// between which the worst equilibrium mixes.
    Policies {
        interval_approx: (f64, f64),
        feasible: Option<Policy>,
        infeasible: Option<Policy>,
        inductions: usize,
        epsilon: Rational,
    },
    /// In other classes.
    Proved {
        bound_approx: f64,
        witness_approx: f64,
        parts: Option<Vec<Part>>,
        inductions: usize,
        lp_solves: usize,
    },
}

/// Decisions and policies of one solve.
pub(super) struct Book<'a> {
    pub(super) game: &'a Game,
    selection: Selection,
    epsilon: &'a Rational,
    gap: Rational,
    /// The followers' data do not depend on the population, and the leader's reward is linear in
    /// it.
    pub(super) linear: bool,
    outside_allowed: bool,
    /// Decisions at which the leader gets no more than this need no sharper bounds.
    pub(super) enough_approx: f64,
    judge: Judge<'a>,
    approx: Tables<Approx>,
    pub(super) policies: Vec<Policy>,
    approx_policies: Policies<Approx>,
    known: HashMap<String, usize>,
    pub(super) points: Vec<Point>,
    points_approx: Vec<Vec<Approx>>,
    /// Whether a point lies in the polytope.
    inside: Vec<bool>,
    positions: BTreeMap<Point, usize>,
    pub(super) answers: HashMap<(usize, u32), Option<Answer>>,
    /// Answers that were asked for and are not known, while they are only noted.
    wanted: Option<Vec<(usize, u32)>>,
    cache: ApproxCache,
    /// Loss and gain of single policies at single decisions.
    singles_approx: HashMap<(usize, usize), (f64, f64)>,
    /// Optimal policies of single decisions.
    pub(super) responses: HashMap<usize, usize>,
    /// Equilibria found last, the newest at the end.
    pub(super) recent: VecDeque<Weights>,
    /// The game at the decision looked at last.
    last: Option<(usize, Numbers)>,
    pub(super) inductions: usize,
    pub(super) lp_solves: usize,
}

impl<'a> Book<'a> {
    pub(super) fn new(
        game: &'a Game,
        selection: Selection,
        epsilon: &'a Rational,
        gap: &Rational,
        linear: bool,
    ) -> Self {
        Book {
            game,
            selection,
            epsilon,
            gap: gap / Rational::from(2u8),
            linear,
            outside_allowed: !game.transitions_see_the_leader(),
            enough_approx: f64::NEG_INFINITY,
            judge: Judge::new(game, epsilon),
            approx: Tables::new(game),
            policies: Vec::new(),
            approx_policies: Policies::default(),
            known: HashMap::new(),
            points: Vec::new(),
            points_approx: Vec::new(),
            inside: Vec::new(),
            positions: BTreeMap::new(),
            answers: HashMap::new(),
            wanted: None,
            cache: ApproxCache::default(),
            singles_approx: HashMap::new(),
            responses: HashMap::new(),
            recent: VecDeque::new(),
            last: None,
            inductions: 0,
            lp_solves: 0,
        }
    }

    /// Whether exact inductions cost little.
    pub(super) fn small(&self) -> bool {
        self.game.pairs() <= MOST_EXACT_PAIRS
    }

    /// Whether flows may be mixed.
    pub(super) fn fixed(&self) -> bool {
        self.judge.fixed_transitions()
    }

    pub(super) fn point(&self, position: usize) -> &Point {
        &self.points[position]
    }

    pub(super) fn point_approx(&self, position: usize) -> Vec<f64> {
        Approx::numbers(&self.points_approx[position])
    }

    pub(super) fn position(&mut self, point: &Point) -> usize {
        if let Some(&known) = self.positions.get(point) {
            return known;
        }
        let position = self.points.len();
        self.points.push(point.clone());
        self.points_approx.push(point.iter().map(Approx::of).collect());
        self.inside
            .push(self.game.leader.space().is_some_and(|space| space.polytope().contains(point)));
        self.positions.insert(point.clone(), position);
        position
    }

    /// Number of different decisions looked at.
    pub(super) fn decisions(&self) -> usize {
        self.answers.keys().map(|(position, _)| position).collect::<BTreeSet<_>>().len()
    }

    /// What must be kept from eps at a level: 0 at level 0, then doubling up to eps.
    pub(super) fn margin(&self, level: u32) -> Rational {
        if level == 0 {
            return Rational::ZERO;
        }
        self.epsilon / Rational::from(Natural::ONE << (LAST_LEVEL - level.min(LAST_LEVEL)) as usize)
    }

    /// The lowest level whose margin is at least `needed`.
    pub(super) fn level_for(&self, needed_approx: f64) -> Option<u32> {
        (1..=LAST_LEVEL).find(|&level| {
            to_approx(&self.margin(level)) >= needed_approx && !self.epsilon.is_zero()
        })
    }

    /// Judges a rule in binary64.
    fn judge_approx(&self, simplex: &[usize], rule: &[Weights]) -> Option<Judgement<f64>> {
        let (points, weights) = self.approximate(simplex, rule);
        let judged = judge(&self.approx, &points, &weights, &self.approx_policies)?;
        Some(Judgement {
            exploitability: Approx::numbers(&judged.exploitability),
            leader: Approx::numbers(&judged.leader),
        })
    }

    /// Greatest exploitability and leader's reward of a rule on a simplex, in binary64; `None` when
    /// it has no decision or the rule does not fit.
    pub(super) fn most_approx(
        &self,
        space: &Space<'_>,
        simplex: &[usize],
        rule: &[Weights],
    ) -> Option<(f64, f64)> {
        let judged = self.judge_approx(simplex, rule)?;
        let most = |values: &[f64]| self.greatest_approx(space, simplex, values);
        Some((most(&judged.exploitability)?, most(&judged.leader)?))
    }

    /// The leader's greatest reward as the checker computes it; `None` when the rule is no
    /// eps-equilibrium on all of the simplex, or that has no decision.
    pub(super) fn response_exactly(
        &self,
        space: &Space<'_>,
        simplex: &[usize],
        rule: &[Weights],
    ) -> Option<Rational> {
        let points = self.corners(simplex);
        let leader = self.judge.response(space, &points, rule).ok()??;
        space.greatest_on(&points, &leader)
    }

    /// What a rule gives the leader at most at each vertex of a simplex, on all of which it must be
    /// an eps-equilibrium, in exact numbers.
    pub(super) fn equilibrium_exactly(
        &self,
        space: &Space<'_>,
        simplex: &[usize],
        rule: &[Weights],
    ) -> Option<Vec<Rational>> {
        self.judge.equilibrium(space, &self.corners(simplex), rule).ok()?
    }

    /// Greatest bound of a multiplier on a simplex, in binary64.
    pub(super) fn relaxed_approx(
        &self,
        space: &Space<'_>,
        simplex: &[usize],
        multiplier: &Rational,
        rule: &[Weights],
    ) -> Option<f64> {
        let (points, weights) = self.approximate(simplex, rule);
        let values = relax(
            &self.approx,
            &points,
            &Approx::of(self.epsilon),
            &Approx::of(multiplier),
            &weights,
            &self.approx_policies,
        )?;
        self.greatest_approx(space, simplex, &Approx::numbers(&values))
    }

    /// The same exactly, as the checker computes it.
    pub(super) fn relaxed_exactly(
        &self,
        space: &Space<'_>,
        simplex: &[usize],
        multiplier: &Rational,
        rule: &[Weights],
    ) -> Option<Rational> {
        let points = self.corners(simplex);
        let values = self.judge.relaxed(&points, multiplier, rule)?;
        space.greatest_on(&points, &values)
    }

    fn approximate(
        &self,
        simplex: &[usize],
        rule: &[Weights],
    ) -> (Vec<Vec<Approx>>, Vec<WeightsApprox>) {
        let points = simplex.iter().map(|&position| self.points_approx[position].clone()).collect();
        let weights =
            rule.iter().map(|mix| mix.iter().map(|(p, w)| (*p, Approx::of(w))).collect()).collect();
        (points, weights)
    }

    /// Whether all vertices lie in the polytope.
    pub(super) fn all_inside(&self, simplex: &[usize]) -> bool {
        simplex.iter().all(|&position| self.inside[position])
    }

    /// Greatest value of an affine function on the decisions of a simplex.
    fn greatest_approx(&self, space: &Space<'_>, simplex: &[usize], values: &[f64]) -> Option<f64> {
        if self.all_inside(simplex) {
            return Some(values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        }
        let exact: Vec<Rational> =
            values.iter().map(|&value| from_approx(value)).collect::<Option<_>>()?;
        space.greatest_on(&self.corners(simplex), &exact).map(|value| to_approx(&value))
    }

    /// The points at these positions.
    pub(super) fn corners(&self, simplex: &[usize]) -> Vec<Point> {
        simplex.iter().map(|&position| self.points[position].clone()).collect()
    }

    /// What a rule gives the leader at a decision.
    pub(super) fn reward_exactly(&self, position: usize, rule: &[Weights]) -> Option<Rational> {
        self.judge.exactly(&[self.points[position].clone()], rule)?.leader.pop()
    }

    pub(super) fn policy(&mut self, policy: &Policy) -> Option<usize> {
        let key = format!("{policy:?}");
        if let Some(&known) = self.known.get(&key) {
            return Some(known);
        }
        let position = self.judge.push(policy)?;
        self.approx_policies.push(&self.approx, policy)?;
        self.policies.push(policy.clone());
        self.known.insert(key, position);
        Some(position)
    }

    /// The worst equilibrium of a decision at `eps - margin(level)`; `None` where the game means
    /// nothing, or time is up.
    pub(super) fn answer(
        &mut self,
        position: usize,
        level: u32,
        control: &Control,
    ) -> Option<Answer> {
        if let Some(known) = self.answers.get(&(position, level)) {
            return known.clone();
        }
        if let Some(wanted) = &mut self.wanted {
            wanted.push((position, level));
            return None;
        }
        if control.stopped() {
            return None;
        }
        let numbers = self.numbers(position);
        let found = self.explore(position, level, numbers.as_ref(), control);
        self.last = numbers.map(|numbers| (position, numbers));
        self.record(position, level, found)
    }

    /// From now on unknown answers are only noted, for [`Book::fetch`].
    pub(super) fn note(&mut self) {
        self.wanted = Some(Vec::new());
    }

    /// How many answers were noted.
    pub(super) fn noted(&self) -> usize {
        self.wanted.as_ref().map_or(0, Vec::len)
    }

    /// Finds the answers that were noted, side by side. Whether there were any, and time is left.
    pub(super) fn fetch(&mut self, control: &Control) -> bool {
        let mut levels: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
        for (position, level) in self.wanted.take().unwrap_or_default() {
            levels.entry(position).or_default().insert(level);
        }
        if levels.is_empty() || control.stopped() {
            return false;
        }
        let wanted: Vec<(usize, BTreeSet<u32>)> = levels.into_iter().collect();
        let one = |(position, levels): &(usize, BTreeSet<u32>)| -> Vec<Found> {
            let numbers = self.numbers_at(*position);
            levels
                .iter()
                .map(|&level| self.explore(*position, level, numbers.as_ref(), control))
                .collect()
        };
        let found: Vec<Vec<Found>> = wanted.par_iter().map(one).collect();
        if control.stopped() {
            return false;
        }
        for ((position, levels), found) in wanted.iter().zip(found) {
            for (&level, found) in levels.iter().zip(found) {
                self.record(*position, level, found);
            }
        }
        true
    }

    /// A policy that is optimal for a follower at a decision, up to roundings, where the followers'
    /// data see the leader alone.
    pub(super) fn best_response(&mut self, position: usize, control: &Control) -> Option<usize> {
        if let Some(&known) = self.responses.get(&position) {
            return Some(known);
        }
        if control.stopped() || !self.linear || (!self.outside_allowed && !self.inside[position]) {
            return None;
        }
        let numbers = self.numbers(position)?;
        let nothing = Rational::ZERO;
        let mut search = Search::new(
            &Problem { numbers: &numbers, epsilon: &nothing, selection: self.selection },
            &self.cache,
        );
        search.step(&|| true);
        self.inductions += search.inductions();
        let policy = search.best_response_policy();
        self.last = Some((position, numbers));
        let policy = self.policy(&policy?)?;
        self.responses.insert(position, policy);
        Some(policy)
    }

    /// The same, when it is known already.
    pub(super) fn known_response(&self, position: usize) -> Option<usize> {
        self.responses.get(&position).copied()
    }

    /// What a policy loses and gives to the leader at a decision, in binary64.
    pub(super) fn single_approx(&mut self, position: usize, policy: usize) -> Option<(f64, f64)> {
        if let Some(&known) = self.singles_approx.get(&(position, policy)) {
            return Some(known);
        }
        let judged = self.judge_approx(&[position], &[vec![(policy, Rational::ONE)]])?;
        let single = (judged.exploitability[0], judged.leader[0]);
        self.singles_approx.insert((position, policy), single);
        Some(single)
    }

    /// The same, taken out of the memory of the last one.
    fn numbers(&mut self, position: usize) -> Option<Numbers> {
        match self.last.take() {
            Some((known, numbers)) if known == position => Some(numbers),
            _ => self.numbers_at(position),
        }
    }

    /// The game at a decision, where it is linear.
    fn numbers_at(&self, position: usize) -> Option<Numbers> {
        if self.linear { self.game.at(&self.points[position]).mean_field_free().ok() } else { None }
    }

    /// Looks for the worst equilibrium of a decision, whose `numbers` are given where the game is
    /// linear; nothing is remembered.
    fn explore(
        &self,
        position: usize,
        level: u32,
        numbers: Option<&Numbers>,
        control: &Control,
    ) -> Found {
        if !self.outside_allowed && !self.inside[position] {
            return Found::Nothing;
        }
        let epsilon = self.epsilon - self.margin(level);
        match (self.linear, numbers) {
            (true, Some(numbers)) if epsilon.is_zero() && self.small() => {
                self.best_responses(numbers, epsilon, control).unwrap_or(Found::Nothing)
            }
            (true, Some(numbers)) => self.induce(numbers, epsilon, control),
            (true, None) => Found::Nothing,
            (false, _) => self
                .search(&self.game.at(&self.points[position]), &epsilon, level > 0, control)
                .unwrap_or(Found::Nothing),
        }
    }

    /// The worst equilibrium at eps = 0, exactly: binary64 does not see which responses are equally
    /// good, and one of them may be far worse for the leader.
    fn best_responses(
        &self,
        numbers: &Numbers,
        epsilon: Rational,
        control: &Control,
    ) -> Option<Found> {
        let (sign, sigma) = match self.selection {
            Selection::Pessimistic => (Rational::NEG_ONE, 1.0),
            Selection::Optimistic => (Rational::ONE, -1.0),
        };
        let keep_going = || !control.stopped();
        let response = best_response(
            numbers,
            &Objective::follower(),
            Some(&Objective::leader(sign)),
            &keep_going,
        )
        .ok()?;
        let (leader, _) = earnings(numbers, &response.policy, &keep_going).ok()?;
        let own_approx = sigma * to_approx(&leader);
        let interval_approx = (own_approx, own_approx);
        Some(Found::Policies {
            interval_approx,
            feasible: Some(response.policy),
            infeasible: None,
            inductions: 1,
            epsilon,
        })
    }

    fn induce(&self, numbers: &Numbers, epsilon: Rational, control: &Control) -> Found {
        let problem = Problem { numbers, epsilon: &epsilon, selection: self.selection };
        let mut search = Search::new(&problem, &self.cache);
        let keep_going = || !control.stopped();
        while !search.done() && keep_going() {
            search.step(&keep_going);
        }
        let (feasible, infeasible) = search.policies();
        Found::Policies {
            interval_approx: search.interval_approx(),
            feasible,
            infeasible,
            inductions: search.inductions(),
            epsilon,
        }
    }

    /// Searches until the bounds meet or the decision is no better than what is known; a `response`
    /// is wanted for its equilibrium alone, which need not be shown to be the worst.
    fn search(
        &self,
        instance: &Instance,
        epsilon: &Rational,
        response: bool,
        control: &Control,
    ) -> Result<Found, NotQuadratic> {
        let problem = InnerProblem { instance, selection: self.selection, epsilon, gap: &self.gap };
        let mut search = inner_search(&problem, control)?;
        search.suggest(
            &self
                .recent
                .iter()
                .flatten()
                .map(|(policy, _)| &self.policies[*policy])
                .collect::<Vec<_>>(),
        );
        let pessimistic = self.selection == Selection::Pessimistic;
        let (mut worst_approx, mut patience) = (f64::INFINITY, PATIENCE);
        while !search.done() && !control.stopped() {
            search.advance(control);
            let (_, found_approx) = search.interval_approx();
            let fruitless = found_approx.is_finite() && found_approx >= worst_approx;
            worst_approx = worst_approx.min(found_approx);
            patience = if fruitless { patience.saturating_sub(1) } else { PATIENCE };
            if pessimistic && (worst_approx <= self.enough_approx || (response && patience == 0)) {
                break;
            }
        }
        let (proved, counts) = (search.proved(), search.counts());
        Ok(Found::Proved {
            bound_approx: to_approx(&proved.bound.value),
            witness_approx: to_approx(&proved.witness.value),
            parts: proved.mixture().map(<[Part]>::to_vec),
            inductions: counts.inductions,
            lp_solves: counts.lp_solves,
        })
    }

    /// Remembers what was found at a decision.
    fn record(&mut self, position: usize, level: u32, found: Found) -> Option<Answer> {
        let answer = match found {
            Found::Nothing => None,
            Found::Policies { interval_approx, feasible, infeasible, inductions, epsilon } => {
                self.inductions += inductions;
                self.mixed_answer(position, interval_approx, (feasible, infeasible), &epsilon)
            }
            Found::Proved { bound_approx, witness_approx, parts, inductions, lp_solves } => {
                self.inductions += inductions;
                self.lp_solves += lp_solves;
                let mix = parts.and_then(|parts| self.mixture(&parts));
                if let Some(mix) = &mix {
                    self.recent.push_back(mix.clone());
                    if self.recent.len() > REMEMBERED {
                        self.recent.pop_front();
                    }
                }
                let (lower_approx, upper_approx) = match self.selection {
                    Selection::Pessimistic => (bound_approx, witness_approx),
                    Selection::Optimistic => (-witness_approx, -bound_approx),
                };
                Some(Answer { lower_approx, upper_approx, mix })
            }
        };
        self.answers.insert((position, level), answer.clone());
        answer
    }

    /// The mixture of a policy that loses less than epsilon and one that loses more.
    fn mixed_answer(
        &mut self,
        position: usize,
        (lower_approx, upper_approx): (f64, f64),
        (feasible, infeasible): (Option<Policy>, Option<Policy>),
        epsilon: &Rational,
    ) -> Option<Answer> {
        if self.selection == Selection::Optimistic {
            return Some(Answer {
                lower_approx: -upper_approx,
                upper_approx: -lower_approx,
                mix: None,
            });
        }
        let safe = self.policy(&feasible?)?;
        let own =
            |book: &Self, policy| book.judge_approx(&[position], &[vec![(policy, Rational::ONE)]]);
        let best = own(self, safe)?;
        let mut mix = vec![(safe, Rational::ONE)];
        let mut upper_approx = best.leader[0];
        if let Some(infeasible) = infeasible
            && !epsilon.is_zero()
        {
            let bad = self.policy(&infeasible)?;
            let worst = own(self, bad)?;
            let room = (to_approx(epsilon) - best.exploitability[0])
                / (worst.exploitability[0] - best.exploitability[0]);
            let scale = f64::powi(2.0, WEIGHT_BITS as i32);
            let share = (room.clamp(0.0, 1.0) * scale * (1.0 - 1e-11)).floor() / scale;
            if let Some(share) = from_short_dyadic(share, WEIGHT_BITS)
                .filter(|share| !share.is_zero() && worst.leader[0] < best.leader[0])
            {
                upper_approx += to_approx(&share) * (worst.leader[0] - best.leader[0]);
                mix = vec![(safe, Rational::ONE - &share), (bad, share)];
            }
        }
        Some(Answer { lower_approx, upper_approx, mix: Some(mix) })
    }

    fn mixture(&mut self, parts: &[Part]) -> Option<Weights> {
        parts.iter().map(|part| Some((self.policy(&part.policy)?, part.weight.clone()))).collect()
    }
}
