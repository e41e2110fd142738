//! The supremum itself at eps = 0, statement (N) of docs/certificate.md, where followers' rewards
//! are affine in the decision and transitions are constants.
//!
//! Near the best decision the followers often have one equilibrium, a pure policy, on a polyhedron
//! of decisions, and the leader's reward grows towards one of its corners, at which another policy
//! is as good for them and worse for her. Pieces with the greatest bounds are cut where policies
//! stop being equilibria, until none has a bound above the value at the corner.

use super::FIRST_TURN;
use super::book::Weights;
use super::corner::Corner;
use super::pieces::{Bounded, Cover, Division, Leaf, Piece};
use crate::certificate::{Selection, Step};
use crate::check::cover::{cut, greatest_face};
use crate::check::limit::is_affine_in_the_decision;
use crate::equilibrium::Control;
use crate::exact::{Rational, ratio, to_approx};
use crate::follower::{Objective, best_response, earnings, flow};
use crate::game::{Columns, Game, Grid, Instance, Monomial, Numbers, Point, Policy};
use std::cell::Cell;
use std::collections::HashMap;

/// Most cuts of a piece, one after another.
const MOST_CUTS: usize = 60;
/// Effort of exact judgements, entries of the game times stages and vertices, that is allowed for
/// each piece; a crossing counts as so many vertices.
const EFFORT_OF_A_PIECE: usize = 60_000;
const CROSSING_EFFORT: usize = 8;
/// Most corners, each better than the one before.
const MOST_CORNERS: usize = 30;
/// Most replies that are looked at to find where a policy stops being an equilibrium.
const MOST_REPLIES: usize = 400;
/// Most decisions on the way to a corner that are looked at.
const MOST_HALVINGS: usize = 60;
/// Bounds within this of the supremum, relative to it, are looked at.
const NEAR_APPROX: f64 = 1e-8;
/// A greater exploitability in binary64 is no rounding.
const SURE_APPROX: f64 = 1e-9;
/// Values closer than this are compared exactly.
const ROUNDING_APPROX: f64 = 1e-11;

/// The supremum of the leader's value.
pub(super) struct Supremum {
    pub(super) value: Rational,
    /// A step that shows it to be a limit of values, unless the best decision reaches it.
    pub(super) limit: Option<Step>,
}

/// A point inside an edge of a simplex.
struct CutAt {
    edge: (usize, usize),
    /// Of the way from the first end to the second.
    share: Rational,
    /// What is as good for followers from there on as the policy that stops being an equilibrium.
    reply: Option<Policy>,
}

/// Why pieces were not settled.
enum Unsettled {
    /// A decision is worth more than the corner.
    Better(Point),
    /// Too many pieces, or no time.
    GivenUp,
}

/// What stands in place of some pieces.
struct SettledPieces {
    /// Pieces of the cover, and the positions of what stands in their place.
    roots: Vec<(usize, usize)>,
    pieces: Vec<Piece>,
}

/// The cutting of the pieces with the greatest bounds.
struct Settling {
    supremum: Rational,
    corner_policy: usize,
    /// Policies of the worst equilibria of single decisions.
    responses: HashMap<usize, Vec<usize>>,
    /// Policies that close the pieces around a decision.
    nearby: HashMap<usize, Vec<usize>>,
    /// All policies that were worst somewhere.
    pool: Vec<usize>,
    pieces: Vec<Piece>,
    /// Most pieces.
    most: usize,
    /// Effort of exact judgements so far.
    spent: Cell<usize>,
}

impl Settling {
    fn spend(&self, effort: usize) {
        self.spent.set(self.spent.get() + effort);
    }
}

impl Cover<'_> {
    /// At eps = 0, cuts at the middle and cuts at which policies stop being equilibria, in turns
    /// that grow: the former show where the latter matter, but bounds stay too large on all pieces
    /// that a change of equilibria goes through. Ends when the gap is closed, or nothing more can
    /// be done.
    pub(super) fn settle_in_turns(
        &mut self,
        control: &Control,
        report: &dyn Fn(f64, f64, usize),
    ) -> Option<Supremum> {
        if self.roots.is_empty() {
            self.begin(control);
        }
        let mut turn = FIRST_TURN;
        loop {
            let supremum = self.settle(turn, control);
            if supremum.is_some() || self.closed() || control.stopped() {
                return supremum;
            }
            let before = self.pieces.len();
            self.run(control, before + turn, report);
            if self.pieces.len() == before {
                return None;
            }
            turn *= 2;
        }
    }

    /// Looks for the supremum, with at most so many new pieces for each candidate; the pieces then
    /// show no more than it. `None` leaves the pieces as they were.
    pub(super) fn settle(&mut self, most: usize, control: &Control) -> Option<Supremum> {
        let game = self.book.game;
        let continuous =
            self.space.free().iter().all(|&j| self.space.grids()[j] == Grid::Continuous);
        if !self.epsilon.is_zero()
            || self.selection != Selection::Pessimistic
            || !continuous
            || !self.book.fixed()
            || !self.book.small()
            || !is_affine_in_the_decision(game)
            || !leader_is_affine(game)
        {
            return None;
        }
        let (_, mut through) = self.best.clone()?;
        for _ in 0..MOST_CORNERS {
            let corner = self.corner(&through, control)?;
            match self.settle_at(&corner, most, control) {
                Ok(pieces) => return self.concluded(corner, through, pieces, control),
                Err(Unsettled::Better(decision)) => through = decision,
                Err(Unsettled::GivenUp) => return None,
            }
        }
        None
    }

    /// Puts the pieces in place, and says how the supremum is shown.
    fn concluded(
        &mut self,
        corner: Corner,
        through: Point,
        pieces: SettledPieces,
        control: &Control,
    ) -> Option<Supremum> {
        let position = self.book.position(&corner.point);
        let there_approx = self.book.answer(position, 0, control)?.lower_approx;
        let near_approx = near_approx(&corner.value);
        self.adopt(pieces);
        // Bounds of larger pieces that are as great give way to those of their parts.
        let coarse =
            |piece: &&mut Piece| piece.division.is_some() && piece.own_approx >= near_approx;
        self.pieces.iter_mut().filter(coarse).for_each(|piece| piece.own_approx = f64::INFINITY);
        if there_approx >= below_approx(&corner.value, ROUNDING_APPROX) {
            self.best = Some((there_approx, corner.point));
            return Some(Supremum { value: corner.value, limit: None });
        }
        self.approach(&corner, &through, control);
        let policy = self.book.policies[corner.policy].clone();
        Some(Supremum {
            value: corner.value,
            limit: Some(Step::Limit { from: corner.point, through, policy }),
        })
    }

    /// Takes a decision on the way to a corner that is worth nearly as much, unless there is one.
    fn approach(&mut self, corner: &Corner, through: &Point, control: &Control) {
        let enough_approx = below_approx(&corner.value, to_approx(self.gap) / 8.0);
        let mut share = ratio(1, 2);
        for _ in 0..MOST_HALVINGS {
            if self.lower_approx() >= enough_approx || control.stopped() {
                return;
            }
            let point: Point = corner
                .point
                .iter()
                .zip(through)
                .map(|(from, to)| from + &share * (to - from))
                .collect();
            let position = self.book.position(&point);
            self.try_decision(position, control);
            share *= ratio(1, 2);
        }
    }

    /// Cuts the pieces with the greatest bounds until none is above the value at a corner.
    fn settle_at(
        &mut self,
        corner: &Corner,
        most: usize,
        control: &Control,
    ) -> Result<SettledPieces, Unsettled> {
        let mut task = Settling {
            supremum: corner.value.clone(),
            corner_policy: corner.policy,
            responses: HashMap::new(),
            nearby: HashMap::new(),
            pool: Vec::new(),
            pieces: Vec::new(),
            most,
            spent: Cell::new(0),
        };
        let near_approx = near_approx(&corner.value);
        let leaves = self.leaves();
        for &leaf in &leaves {
            if let Leaf::Response(rule) = &self.pieces[leaf].leaf {
                for &vertex in &self.pieces[leaf].simplex {
                    task.nearby
                        .entry(vertex)
                        .or_default()
                        .extend(rule.iter().flatten().map(|(policy, _)| *policy));
                }
            }
        }
        let near: Vec<usize> = leaves
            .into_iter()
            .filter(|&leaf| self.pieces[leaf].own_approx >= near_approx)
            .collect();
        let mut roots = Vec::new();
        for leaf in near {
            let simplex = self.pieces[leaf].simplex.clone();
            roots.push((leaf, self.divide(simplex, 0, &mut task, control)?));
        }
        Ok(SettledPieces { roots, pieces: task.pieces })
    }

    /// The pieces that bound the value, each decision in one of them.
    fn leaves(&self) -> Vec<usize> {
        let mut leaves = Vec::new();
        let mut stack = self.roots.clone();
        while let Some(position) = stack.pop() {
            match &self.pieces[position].division {
                Some(division) => stack.extend(division.parts),
                None => leaves.push(position),
            }
        }
        leaves
    }

    /// Puts what was found for each piece in its place.
    fn adopt(&mut self, SettledPieces { roots, pieces }: SettledPieces) {
        let first = self.pieces.len();
        for (leaf, root) in roots {
            let root = &pieces[root];
            self.pieces[leaf].leaf = root.leaf.clone();
            self.pieces[leaf].own_approx = root.own_approx;
            self.pieces[leaf].division =
                root.division.as_ref().map(|division| division.moved(first));
        }
        self.pieces.extend(pieces.into_iter().map(|piece| {
            let division = piece.division.map(|division| division.moved(first));
            Piece { division, ..piece }
        }));
    }

    /// Closes a simplex with a bound of at most the supremum, or cuts it. Its position among the
    /// pieces of `task`.
    fn divide(
        &mut self,
        simplex: Vec<usize>,
        depth: usize,
        task: &mut Settling,
        control: &Control,
    ) -> Result<usize, Unsettled> {
        if control.stopped()
            || depth > MOST_CUTS
            || task.pieces.len() >= task.most
            || task.spent.get() > task.most * EFFORT_OF_A_PIECE
        {
            return Err(Unsettled::GivenUp);
        }
        let candidates = self.candidates(&simplex, task, control)?;
        let (closed, face) = match self.far_below(&simplex, task, control) {
            Some(leaf) => (Some(leaf), Vec::new()),
            None => self.close(&simplex, &candidates, task),
        };
        let doubtful = matches!(closed, Some((Leaf::Response(_), _))) && face.len() > 1;
        let all: Vec<usize> = (0..simplex.len()).collect();
        let at = match &closed {
            Some(_) if !doubtful => None,
            Some(_) => self.crossing(&simplex, &face, &candidates, task),
            None => {
                let longest = || {
                    self.longest(&simplex).map(|edge| CutAt {
                        edge,
                        share: ratio(1, 2),
                        reply: None,
                    })
                };
                Some(
                    self.crossing(&simplex, &all, &candidates, task)
                        .or_else(longest)
                        .ok_or(Unsettled::GivenUp)?,
                )
            }
        };
        let own = task.pieces.len();
        let Some(CutAt { edge: (i, j), share, reply }) = at else {
            let (leaf, own_approx) = closed.ok_or(Unsettled::GivenUp)?;
            task.pieces.push(Piece { simplex, own_approx, leaf, division: None });
            return Ok(own);
        };
        let (with_i, _) =
            cut(&self.book.corners(&simplex), i, j, &share).ok_or(Unsettled::GivenUp)?;
        let middle = self.book.position(&with_i[j]);
        let reply = reply.and_then(|reply| self.book.policy(&reply));
        task.nearby.entry(middle).or_default().extend(reply);
        let mut parts = [0; 2];
        task.pieces.push(Piece {
            simplex: simplex.clone(),
            own_approx: f64::INFINITY,
            leaf: Leaf::Range,
            division: None,
        });
        for (part, other) in parts.iter_mut().zip([j, i]) {
            let mut simplex = simplex.clone();
            simplex[other] = middle;
            *part = self.divide(simplex, depth + 1, task, control)?;
        }
        task.pieces[own].division = Some(Division { i, j, share, parts });
        Ok(own)
    }

    /// Policies that may be equilibria on a simplex: those that are worst at its vertices or close
    /// pieces around them, and that of the corner.
    fn candidates(
        &mut self,
        simplex: &[usize],
        task: &mut Settling,
        control: &Control,
    ) -> Result<Vec<usize>, Unsettled> {
        let mut candidates = vec![task.corner_policy];
        for &vertex in simplex {
            if !task.responses.contains_key(&vertex) {
                self.try_decision(vertex, control);
                let answer = self.book.answer(vertex, 0, control).ok_or(Unsettled::GivenUp)?;
                let point = self.book.point(vertex);
                if answer.lower_approx > below_approx(&task.supremum, -ROUNDING_APPROX)
                    && self.space.admits(point)
                {
                    return Err(Unsettled::Better(point.clone()));
                }
                let mut found: Vec<usize> =
                    answer.mix.unwrap_or_default().into_iter().map(|(policy, _)| policy).collect();
                found.extend(task.nearby.get(&vertex).into_iter().flatten());
                task.pool.extend(&found);
                task.responses.insert(vertex, found);
            }
            candidates.extend(task.responses.get(&vertex).into_iter().flatten());
        }
        candidates.sort_unstable();
        candidates.dedup();
        task.pool.sort_unstable();
        task.pool.dedup();
        Ok(candidates)
    }

    /// A closing of a simplex on which even the best equilibria are worth less than the supremum.
    fn far_below(
        &mut self,
        simplex: &[usize],
        task: &Settling,
        control: &Control,
    ) -> Option<(Leaf, f64)> {
        if !self.book.linear {
            return None;
        }
        let mut bounded = Bounded { own_approx: f64::INFINITY, leaf: Leaf::Range };
        self.relax(simplex, &mut bounded, control);
        (bounded.own_approx < near_approx(&task.supremum))
            .then_some((bounded.leaf, bounded.own_approx))
    }

    /// The best closing of a simplex by one policy, with its bound, and the face on which it gives
    /// the supremum.
    fn close(
        &self,
        simplex: &[usize],
        candidates: &[usize],
        task: &Settling,
    ) -> (Option<(Leaf, f64)>, Vec<usize>) {
        if self.is_outside(simplex) {
            return (Some((Leaf::Outside, f64::NEG_INFINITY)), Vec::new());
        }
        let points = self.book.corners(simplex);
        let mut at_supremum: (Option<(Leaf, f64)>, Vec<usize>) = (None, Vec::new());
        for &policy in candidates.iter().chain(&task.pool) {
            let Some(leader) = self.equilibrium(simplex, policy, task) else { continue };
            let Some(most) =
                self.space.greatest_on(&points, &leader).filter(|most| *most <= task.supremum)
            else {
                continue;
            };
            let own_approx = to_approx(&most);
            let rule = everywhere(policy, simplex.len());
            if most < task.supremum {
                return (Some((Leaf::Response(rule), own_approx)), Vec::new());
            }
            let (face, greatest) = greatest_face(&leader);
            if at_supremum.0.is_some() || greatest.as_ref() != Some(&task.supremum) {
                if at_supremum.0.is_none() {
                    at_supremum = (Some((Leaf::Response(rule), own_approx)), Vec::new());
                }
                continue;
            }
            let on_face: Vec<usize> = face.iter().map(|&vertex| simplex[vertex]).collect();
            let lower = |&&other: &&usize| {
                let leader = self.equilibrium(&on_face, other, task);
                let most = leader.and_then(|leader| {
                    self.space.greatest_on(&self.book.corners(&on_face), &leader)
                });
                most.is_some_and(|most| most < task.supremum)
            };
            if let Some(&below) = candidates.iter().chain(&task.pool).find(lower) {
                return (
                    Some((Leaf::Below(rule, everywhere(below, face.len())), own_approx)),
                    Vec::new(),
                );
            }
            at_supremum = (Some((Leaf::Response(rule), own_approx)), face);
        }
        at_supremum
    }

    /// What a policy gives the leader at the vertices of a simplex, on which it must be an
    /// equilibrium.
    fn equilibrium(
        &self,
        simplex: &[usize],
        policy: usize,
        task: &Settling,
    ) -> Option<Vec<Rational>> {
        let (exploitability_approx, _) =
            self.book.most_approx(self.space, simplex, &everywhere(policy, simplex.len()))?;
        if exploitability_approx > SURE_APPROX {
            return None;
        }
        task.spend(self.size() * simplex.len());
        self.book.equilibrium_exactly(self.space, simplex, &everywhere(policy, simplex.len()))
    }

    /// An edge between two of the given vertices inside which a candidate stops being an
    /// equilibrium, and where: of all, the one farthest from both ends.
    fn crossing(
        &self,
        simplex: &[usize],
        vertices: &[usize],
        candidates: &[usize],
        task: &Settling,
    ) -> Option<CutAt> {
        let mut farthest_approx = 0.0;
        let mut found = None;
        for &policy in candidates {
            let (inside, outside): (Vec<usize>, Vec<usize>) = vertices
                .iter()
                .partition(|&&vertex| self.equilibrium(&[simplex[vertex]], policy, task).is_some());
            for (&i, &j) in inside.iter().flat_map(|i| outside.iter().map(move |j| (i, j))) {
                let (a, b) = (self.book.point(simplex[i]), self.book.point(simplex[j]));
                task.spend(CROSSING_EFFORT * self.size());
                let Some((share, reply)) =
                    last_optimum(self.book.game, &self.book.policies[policy], a, b)
                else {
                    continue;
                };
                let nearer = to_approx(&share).min(1.0 - to_approx(&share));
                let distance_approx =
                    nearer * self.squared_length_approx(simplex[i], simplex[j]).sqrt();
                if distance_approx > farthest_approx {
                    (farthest_approx, found) =
                        (distance_approx, Some(CutAt { edge: (i, j), share, reply }));
                }
            }
        }
        found
    }

    /// What an exact judgement costs per vertex: numbers are longer, the more stages there are.
    fn size(&self) -> usize {
        let game = self.book.game;
        (game.pairs() + game.transition_entries()) * game.stages.len()
    }

    fn squared_length_approx(&self, a: usize, b: usize) -> f64 {
        self.book
            .point_approx(a)
            .iter()
            .zip(self.book.point_approx(b))
            .map(|(x, y)| (x - y) * (x - y))
            .sum()
    }

    /// The longest edge.
    fn longest(&self, simplex: &[usize]) -> Option<(usize, usize)> {
        let length = |&(i, j): &(usize, usize)| self.squared_length_approx(simplex[i], simplex[j]);
        let edges = (0..simplex.len()).flat_map(|i| (i + 1..simplex.len()).map(move |j| (i, j)));
        edges.max_by(|a, b| length(a).total_cmp(&length(b)))
    }
}

/// Bounds from here on are compared with the supremum exactly.
fn near_approx(supremum: &Rational) -> f64 {
    below_approx(supremum, NEAR_APPROX)
}

/// A value less `share` of its size, or of 1 where that is more.
fn below_approx(value: &Rational, share: f64) -> f64 {
    let value_approx = to_approx(value);
    value_approx - share * value_approx.abs().max(1.0)
}

/// The same policy at every vertex.
fn everywhere(policy: usize, vertices: usize) -> Vec<Weights> {
    vec![vec![(policy, Rational::ONE)]; vertices]
}

/// The game at the population of a policy, where its numbers are rational.
pub(super) fn against(instance: &Instance, policy: &Policy) -> Option<Numbers> {
    if !instance.functions.is_empty() {
        return None;
    }
    Some(instance.at_population(&flow(instance, policy).ok()?.aggregates))
}

/// How far on the way from `a`, where it is an equilibrium, to `b` a policy stays one: a share of
/// the way, and what ends it. What another policy earns more against its population is affine on
/// the way, so each best reply says where the policy has stopped at the latest.
fn last_optimum(
    game: &Game,
    policy: &Policy,
    a: &Point,
    b: &Point,
) -> Option<(Rational, Option<Policy>)> {
    let at = |share: &Rational| -> Option<Numbers> {
        let point: Point = a.iter().zip(b).map(|(x, y)| x + share * (y - x)).collect();
        against(&game.at(&point), policy)
    };
    let start = at(&Rational::ZERO)?;
    let (mut share, mut last) = (Rational::ONE, None);
    for _ in 0..MOST_REPLIES {
        let here = at(&share)?;
        let reply = best_response(&here, &Objective::follower(), None, &|| true).ok()?.policy;
        let more = |numbers: &Numbers| -> Option<Rational> {
            let earned =
                |policy| earnings(numbers, policy, &|| true).ok().map(|(_, earned)| earned);
            Some(earned(&reply)? - earned(policy)?)
        };
        let (before, after) = (more(&start)?, more(&here)?);
        if after <= Rational::ZERO {
            return Some((share, last));
        }
        share = &share * (-&before / (after - &before));
        last = Some(reply);
        if share.is_zero() {
            return Some((share, last));
        }
    }
    None
}

/// Whether the leader's reward is affine in the decision, for each population.
fn leader_is_affine(game: &Game) -> bool {
    let affine = |monomial: &Monomial| monomial.degree() - monomial.population_degree() <= 1;
    let columns =
        |columns: &Columns| columns.columns().iter().all(|(monomial, _)| affine(monomial));
    game.stages.iter().all(|stage| columns(&stage.leader_reward))
        && game.payoff.terms().all(|(monomial, _)| affine(monomial))
}
