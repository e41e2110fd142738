//! One decision of a mean-field-free game: all mixtures of what its policies give to both sides,
//! exactly.
//!
//! With `x = V* - r'd` the loss of the followers and `y = sigma J0`, the flows are a polygon in the
//! plane, and
//!
//! ```text
//! min { y : x <= eps } = max over lambda >= 0 of  min over flows (y + lambda x) - lambda eps,
//! ```
//!
//! the lower left boundary of that polygon: a convex nonincreasing function of eps, docs/theory.md,
//! statements (D) and (6). Each right side takes one backward induction, which answers with a
//! vertex. The slope between two known vertices either finds one between them or shows that they
//! are neighbours (Eisner and Severance, Mathematical techniques for efficient record segmentation
//! in large shared databases, Journal of the ACM 23(4), 1976).
//!
//! Guided by binary64, an induction only proposes a policy, which is then evaluated exactly; that
//! two vertices are neighbours is left to the checker to confirm, which takes the exact induction
//! that this needs anyway.

use super::piecewise::{PiecewiseLinear, on_line};
use crate::equilibrium::dynamic_programming::{ApproxCache, ApproxNumbers, Preference};
use crate::equilibrium::kept::{Kept, Words, kept};
use crate::exact::{Rational, from_approx, to_approx};
use crate::follower::{FollowerError, Objective, Stopped, best_response, earnings};
use crate::game::{Numbers, Policy};

/// Relative slack of numbers in binary64: far above the error of an induction, far below what
/// matters.
const SLACK_APPROX: f64 = 1e-9;

/// A pure policy with what it gives.
#[derive(Debug, Clone)]
pub(super) struct Vertex {
    /// `V* - r'd`.
    pub(super) loss: Rational,
    /// `sigma J0`.
    pub(super) value: Rational,
    pub(super) policy: Policy,
}

kept!(Vertex { loss, value, policy });

/// `sigma J0 >= at_zero - multiplier eps` on all eps-equilibria.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) multiplier: Rational,
    pub(super) at_zero: Rational,
}

kept!(Line { multiplier, at_zero });

impl Line {
    pub(super) fn at(&self, epsilon: &Rational) -> Rational {
        &self.at_zero - &self.multiplier * epsilon
    }
}

/// The part of the boundary that is known, or believed where binary64 guides.
#[derive(Debug)]
pub(super) struct Hull {
    numbers: Numbers,
    /// Proposes vertices; without it each induction is exact.
    guide: Option<ApproxNumbers>,
    sigma: Rational,
    /// `mu0'V*_0`.
    follower_value: Rational,
    /// Vertices from loss 0 to the least `sigma J0`, increasing in loss and decreasing in value.
    pub(super) vertices: Vec<Vertex>,
    /// Per pair of neighbours: nothing lies between them.
    closed: Vec<bool>,
    /// Lines, by decreasing multiplier.
    pub(super) lines: Vec<Line>,
    /// Backward inductions in rationals.
    pub(super) inductions: usize,
}

/// What an induction found between two neighbours.
struct Between {
    /// Below the chord.
    vertex: Option<Vertex>,
    line: Line,
}

impl Hull {
    /// Both ends: the best response that is best for `-sigma J0`, and the least `sigma J0` over all
    /// flows. `guided`: by binary64.
    pub(super) fn new(
        numbers: Numbers,
        sigma: &Rational,
        guided: bool,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Self, FollowerError> {
        let towards_leader = Objective::leader(-sigma.clone());
        let own =
            best_response(&numbers, &Objective::follower(), Some(&towards_leader), keep_going)?;
        let last =
            best_response(&numbers, &towards_leader, Some(&Objective::follower()), keep_going)?;
        let least = sigma * &numbers.leader_constant - last.value;
        let guide = guided.then(|| ApproxNumbers::new(&numbers, sigma, &ApproxCache::default()));
        let mut hull = Hull {
            numbers,
            guide,
            sigma: sigma.clone(),
            follower_value: own.value,
            vertices: Vec::new(),
            closed: Vec::new(),
            lines: vec![Line { multiplier: Rational::ZERO, at_zero: least }],
            inductions: 2,
        };
        let first = hull.evaluate(own.policy, keep_going)?;
        let last = hull.evaluate(last.policy, keep_going)?;
        let flat = first.value == last.value;
        hull.vertices.push(first);
        if !flat {
            hull.vertices.push(last);
            hull.closed.push(false);
        }
        Ok(hull)
    }

    /// Appends what is known.
    pub(super) fn put(&self, out: &mut String) {
        self.follower_value.put(out);
        self.vertices.put(out);
        self.closed.put(out);
        self.lines.put(out);
        self.inductions.put(out);
    }

    /// What an earlier call knew, guided by binary64; the checker confirms it or not.
    pub(super) fn resumed(
        numbers: Numbers,
        sigma: &Rational,
        words: &mut Words<'_>,
    ) -> Option<Self> {
        let guide = Some(ApproxNumbers::new(&numbers, sigma, &ApproxCache::default()));
        let hull = Hull {
            numbers,
            guide,
            sigma: sigma.clone(),
            follower_value: Kept::take(words)?,
            vertices: Kept::take(words)?,
            closed: Kept::take(words)?,
            lines: Kept::take(words)?,
            inductions: Kept::take(words)?,
        };
        let falling =
            |pair: &[Vertex]| pair[0].loss < pair[1].loss && pair[0].value > pair[1].value;
        let fits = hull.vertices.len() == hull.closed.len() + 1
            && hull.vertices.windows(2).all(falling)
            && !hull.lines.is_empty();
        fits.then_some(hull)
    }

    fn evaluate(
        &self,
        policy: Policy,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Vertex, FollowerError> {
        let (leader, reward) = earnings(&self.numbers, &policy, keep_going)?;
        Ok(Vertex { loss: &self.follower_value - reward, value: leader * &self.sigma, policy })
    }

    /// Whether something may still lie between two neighbours that matter from `from` to `to`.
    pub(super) fn open(&self, from: &Rational, to: &Rational) -> bool {
        (0..self.closed.len()).any(|pair| self.wanted(pair, from, to))
    }

    fn wanted(&self, pair: usize, from: &Rational, to: &Rational) -> bool {
        !self.closed[pair] && self.vertices[pair + 1].loss > *from && self.vertices[pair].loss < *to
    }

    /// One induction per open pair of neighbours between `from` and `to`.
    pub(super) fn refine(
        &mut self,
        from: &Rational,
        to: &Rational,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<(), FollowerError> {
        // From the last to the first: a new vertex moves only those behind it.
        for pair in (0..self.closed.len()).rev() {
            if self.wanted(pair, from, to) {
                self.divide(pair, keep_going)?;
            }
        }
        Ok(())
    }

    fn divide(&mut self, pair: usize, keep_going: &dyn Fn() -> bool) -> Result<(), FollowerError> {
        let (near, far) = (&self.vertices[pair], &self.vertices[pair + 1]);
        let multiplier = (&near.value - &far.value) / (&far.loss - &near.loss);
        let chord = Line { at_zero: &near.value + &multiplier * &near.loss, multiplier };
        let Between { vertex, line } = match &self.guide {
            Some(guide) => self.proposed(guide, pair, chord, keep_going)?,
            None => {
                let between = self.found(chord, keep_going)?;
                self.inductions += 1;
                between
            }
        };
        match vertex {
            Some(vertex) => {
                self.vertices.insert(pair + 1, vertex);
                self.closed.insert(pair + 1, false);
            }
            None => self.closed[pair] = true,
        }
        let place = self.lines.partition_point(|known| known.multiplier > line.multiplier);
        self.lines.insert(place, line);
        Ok(())
    }

    /// By an exact induction.
    fn found(&self, chord: Line, keep_going: &dyn Fn() -> bool) -> Result<Between, FollowerError> {
        let objective = Objective { leader: -self.sigma.clone(), reward: chord.multiplier.clone() };
        let response = best_response(&self.numbers, &objective, None, keep_going)?;
        let at_zero = &self.sigma * &self.numbers.leader_constant - response.value
            + &chord.multiplier * &self.follower_value;
        let vertex = if at_zero == chord.at_zero {
            None
        } else {
            Some(self.evaluate(response.policy, keep_going)?)
        };
        Ok(Between { vertex, line: Line { multiplier: chord.multiplier, at_zero } })
    }

    /// By an induction in binary64: a vertex is evaluated exactly, a line is what the checker will
    /// have to confirm.
    fn proposed(
        &self,
        guide: &ApproxNumbers,
        pair: usize,
        chord: Line,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Between, FollowerError> {
        let multiplier_approx = to_approx(&chord.multiplier);
        let point =
            guide.respond(Preference::Lagrangian(multiplier_approx), keep_going).ok_or(Stopped)?;
        let loss_approx = to_approx(&self.follower_value) - point.reward_approx;
        let value_approx =
            point.cost_approx + to_approx(&(&self.sigma * &self.numbers.leader_constant));
        let least_approx = value_approx + multiplier_approx * loss_approx;
        let slack_approx = SLACK_APPROX
            * (1.0 + value_approx.abs() + (multiplier_approx * point.reward_approx).abs());
        let (near_approx, far_approx) =
            (to_approx(&self.vertices[pair].loss), to_approx(&self.vertices[pair + 1].loss));
        let room_approx = SLACK_APPROX * (far_approx - near_approx);
        let inside =
            loss_approx > near_approx + room_approx && loss_approx < far_approx - room_approx;
        if inside || least_approx < to_approx(&chord.at_zero) - slack_approx {
            let vertex = self.evaluate(guide.policy(&point), keep_going)?;
            let between = vertex.loss > self.vertices[pair].loss
                && vertex.loss < self.vertices[pair + 1].loss;
            if between
                && &vertex.value + &chord.multiplier * &vertex.loss < chord.at_zero
                && let (Some(multiplier), Some(at_zero)) =
                    (from_approx(multiplier_approx), from_approx(least_approx - slack_approx))
            {
                return Ok(Between { vertex: Some(vertex), line: Line { multiplier, at_zero } });
            }
        }
        Ok(Between { vertex: None, line: chord })
    }

    /// The chords of the vertices from `from` to `to`: what mixtures reach.
    pub(super) fn inner(&self, from: &Rational, to: &Rational, owner: usize) -> PiecewiseLinear {
        let corner = |vertex: &Vertex| (vertex.loss.clone(), vertex.value.clone());
        let value = |epsilon: &Rational| {
            let after = self.vertices.partition_point(|vertex| vertex.loss <= *epsilon);
            match (self.vertices.get(after.wrapping_sub(1)), self.vertices.get(after)) {
                (Some(near), Some(far)) => on_line(&corner(near), &corner(far), epsilon),
                (Some(last), None) => last.value.clone(),
                // The first vertex has loss 0.
                (None, _) => self.vertices[0].value.clone(),
            }
        };
        let between = self
            .vertices
            .iter()
            .filter(|vertex| vertex.loss > *from && vertex.loss < *to)
            .map(corner);
        let ends = |epsilon: &Rational| std::iter::once((epsilon.clone(), value(epsilon)));
        PiecewiseLinear::of(ends(from).chain(between).chain(ends(to)).collect(), owner)
    }

    /// The lines that are largest somewhere from `from` to `to`, steepest first, each with the
    /// epsilon from which on it is.
    pub(super) fn largest_lines(&self, from: &Rational, to: &Rational) -> Vec<(&Line, Rational)> {
        let mut largest: Vec<(&Line, Rational)> = Vec::new();
        for line in &self.lines {
            let mut since = from.clone();
            while let Some((before, start)) = largest.last() {
                let gain = &before.multiplier - &line.multiplier;
                let meet = if gain.is_zero() {
                    from.clone()
                } else {
                    (&before.at_zero - &line.at_zero) / gain
                };
                if meet > *start {
                    since = meet;
                    break;
                }
                largest.pop();
            }
            if since < *to {
                largest.push((line, since));
            }
        }
        largest
    }

    /// The largest line from `from` to `to`: what no eps-equilibrium falls below.
    pub(super) fn outer(&self, from: &Rational, to: &Rational, owner: usize) -> PiecewiseLinear {
        let largest = self.largest_lines(from, to);
        let end = largest.last().map(|(line, _)| (to.clone(), line.at(to)));
        let points = largest.into_iter().map(|(line, since)| (since.clone(), line.at(&since)));
        PiecewiseLinear::of(points.chain(end).collect(), owner)
    }

    /// The vertices whose chords lie over the epsilons from `from` to `to`.
    pub(super) fn vertices_over(&self, from: &Rational, to: &Rational) -> &[Vertex] {
        let start = self.vertices.partition_point(|vertex| vertex.loss <= *from).saturating_sub(1);
        let end = self.vertices.partition_point(|vertex| vertex.loss < *to);
        &self.vertices[start..(end + 1).min(self.vertices.len())]
    }
}
