//! The state of a cover in words, for a later call that goes on with it: decisions, policies and
//! what is known of them, and the pieces.

use super::book::{Answer, Book, Weights};
use super::multiplier::Tree;
use super::pieces::{AtDecision, Cover, Division, Leaf, Open, Piece};
use crate::certificate::Step;
use crate::equilibrium::kept::{Kept, Words, kept, put_steps, put_word, take_steps};
use crate::exact::Rational;
use crate::game::{Game, Point, Policy};
use crate::leader::checkpoint::{Reached, Slot};
use std::collections::VecDeque;

/// Whether the state of a tree follows that of the pieces.
const TREE: &str = "tree";
const NO_TREE: &str = "none";

kept!(Answer { lower_approx, upper_approx, mix });
kept!(Division { i, j, share, parts });

impl Kept for [usize; 2] {
    fn put(&self, out: &mut String) {
        (self[0], self[1]).put(out);
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        let (first, second) = Kept::take(words)?;
        Some([first, second])
    }
}

/// Steps about the game joined with the leader, and their bound.
fn put_joined(out: &mut String, steps: &[Step], bound: &Rational) {
    put_word(out, "joined");
    put_steps(out, steps);
    bound.put(out);
}

fn take_joined(words: &mut Words<'_>, game: &Game) -> Option<(Vec<Step>, Rational)> {
    // The leader is one more state.
    let shape = (game.stages.len(), game.states.len() + 1);
    Some((take_steps(words, shape)?, Kept::take(words)?))
}

fn put_leaf(out: &mut String, leaf: &Leaf) {
    match leaf {
        Leaf::Range => put_word(out, "range"),
        Leaf::Outside => put_word(out, "outside"),
        Leaf::Response(rule) => {
            put_word(out, "response");
            rule.put(out);
        }
        Leaf::Below(rule, below) => {
            put_word(out, "below");
            rule.put(out);
            below.put(out);
        }
        Leaf::Multiplier(multiplier, rule) => {
            put_word(out, "multiplier");
            multiplier.put(out);
            rule.put(out);
        }
        Leaf::Joined(steps, bound) => put_joined(out, steps, bound),
        Leaf::Decisions(decisions) => {
            put_word(out, "decisions");
            decisions.len().put(out);
            for (position, decision) in decisions {
                position.put(out);
                match decision {
                    AtDecision::Response(mix) => {
                        put_word(out, "response");
                        mix.put(out);
                    }
                    AtDecision::Joined(steps, bound) => put_joined(out, steps, bound),
                }
            }
        }
    }
}

fn take_leaf(words: &mut Words<'_>, game: &Game) -> Option<Leaf> {
    Some(match words.word()? {
        "range" => Leaf::Range,
        "outside" => Leaf::Outside,
        "response" => Leaf::Response(Kept::take(words)?),
        "below" => Leaf::Below(Kept::take(words)?, Kept::take(words)?),
        "multiplier" => Leaf::Multiplier(Kept::take(words)?, Kept::take(words)?),
        "joined" => {
            let (steps, bound) = take_joined(words, game)?;
            Leaf::Joined(steps, bound)
        }
        "decisions" => {
            let mut decisions = Vec::new();
            for _ in 0..usize::take(words)? {
                let position = Kept::take(words)?;
                let decision = match words.word()? {
                    "response" => AtDecision::Response(Kept::take(words)?),
                    "joined" => {
                        let (steps, bound) = take_joined(words, game)?;
                        AtDecision::Joined(steps, bound)
                    }
                    _ => return None,
                };
                decisions.push((position, decision));
            }
            Leaf::Decisions(decisions)
        }
        _ => return None,
    })
}

impl Book<'_> {
    fn put(&self, out: &mut String) {
        self.points.put(out);
        self.policies.put(out);
        // In an order of their own, so that the same state has the same words.
        let mut answers: Vec<_> = self.answers.iter().collect();
        answers.sort_by_key(|(key, _)| **key);
        answers.len().put(out);
        answers.into_iter().for_each(|(key, answer)| {
            key.put(out);
            answer.put(out);
        });
        let mut responses: Vec<(usize, usize)> =
            self.responses.iter().map(|(position, policy)| (*position, *policy)).collect();
        responses.sort_unstable();
        responses.put(out);
        self.recent.iter().cloned().collect::<Vec<Weights>>().put(out);
        (self.inductions, self.lp_solves).put(out);
    }

    /// Takes over a state of the same game; the book must be new.
    fn take(&mut self, words: &mut Words<'_>) -> Option<()> {
        let points: Vec<Point> = Kept::take(words)?;
        let dimension = self.game.leader.parameters.len();
        for (expected, point) in points.iter().enumerate() {
            if point.len() != dimension || self.position(point) != expected {
                return None;
            }
        }
        let policies: Vec<Policy> = Kept::take(words)?;
        for (expected, policy) in policies.iter().enumerate() {
            if self.policy(policy)? != expected {
                return None;
            }
        }
        for _ in 0..usize::take(words)? {
            let (position, level): (usize, u32) = Kept::take(words)?;
            let answer: Option<Answer> = Kept::take(words)?;
            let mix = answer.iter().flat_map(|answer| &answer.mix);
            if position >= points.len() || !mix.into_iter().all(|mix| self.knows(mix)) {
                return None;
            }
            self.answers.insert((position, level), answer);
        }
        let responses: Vec<(usize, usize)> = Kept::take(words)?;
        let recent: Vec<Weights> = Kept::take(words)?;
        let fits =
            responses.iter().all(|(p, policy)| *p < points.len() && *policy < policies.len())
                && recent.iter().all(|mix| self.knows(mix));
        self.responses = responses.into_iter().collect();
        self.recent = VecDeque::from(recent);
        (self.inductions, self.lp_solves) = Kept::take(words)?;
        fits.then_some(())
    }

    /// Whether a mixture is one of known policies.
    fn knows(&self, mix: &Weights) -> bool {
        mix.iter().all(|(policy, _)| *policy < self.policies.len())
    }
}

impl Cover<'_> {
    /// Keeps the state with that of a tree from whose queue `batch` was taken, if it is time.
    pub(super) fn keep_with(&mut self, tree: &mut Tree, batch: &[(i64, usize)]) {
        if !self.slot.as_ref().is_some_and(Slot::due) {
            return;
        }
        tree.put_back(batch);
        self.tree = tree.spelled();
        tree.take_again(batch);
        self.keep();
    }

    /// Keeps the state, if it is time, with that of a tree as it was when it was last kept.
    pub(super) fn keep(&self) {
        let Some(slot) = &self.slot else { return };
        slot.keep_open(false, || {
            let upper_approx = self.queue.peek().map_or(f64::INFINITY, |open| open.bound_approx);
            let reached = Reached {
                lower_approx: self.lower_approx(),
                upper_approx,
                parts: self.pieces.len(),
            };
            (self.state(), reached)
        });
    }

    fn state(&self) -> String {
        let mut out = String::new();
        self.book.put(&mut out);
        self.pieces.len().put(&mut out);
        for piece in &self.pieces {
            piece.simplex.put(&mut out);
            piece.own_approx.put(&mut out);
            put_leaf(&mut out, &piece.leaf);
            piece.division.put(&mut out);
        }
        self.roots.put(&mut out);
        let mut queue: Vec<(usize, f64)> =
            self.queue.iter().map(|open| (open.piece, open.bound_approx)).collect();
        queue.sort_by_key(|(piece, _)| *piece);
        queue.put(&mut out);
        self.best.put(&mut out);
        (self.fruitless, self.pause).put(&mut out);
        match &self.tree {
            Some(tree) => {
                put_word(&mut out, TREE);
                out.push_str(tree);
            }
            None => put_word(&mut out, NO_TREE),
        }
        out
    }

    /// Takes over a state of the same question, with that of a tree; both must be new, and are of
    /// no use when this fails.
    pub(super) fn resume(&mut self, tree: Option<&mut Tree>, state: &str) -> Option<()> {
        let words = &mut Words::new(state);
        self.book.take(words)?;
        for _ in 0..usize::take(words)? {
            self.pieces.push(Piece {
                simplex: Kept::take(words)?,
                own_approx: Kept::take(words)?,
                leaf: take_leaf(words, self.book.game)?,
                division: Kept::take(words)?,
            });
        }
        self.roots = Kept::take(words)?;
        let queue: Vec<(usize, f64)> = Kept::take(words)?;
        self.best = Kept::take(words)?;
        (self.fruitless, self.pause) = Kept::take(words)?;
        if words.word()? == TREE {
            tree?.resume(words)?;
        }
        if !self.fits(&queue) || words.word().is_some() {
            return None;
        }
        let open = |(piece, bound_approx)| Open { bound_approx, piece };
        self.queue = queue.into_iter().map(open).collect();
        Some(())
    }

    /// Whether all positions point to points, policies and pieces.
    fn fits(&self, queue: &[(usize, f64)]) -> bool {
        let points = self.book.points.len();
        let corners = self.space.dimension() + 1;
        let rule = |rule: &Vec<Weights>| {
            rule.len() == corners && rule.iter().all(|mix| self.book.knows(mix))
        };
        let leaf = |leaf: &Leaf| match leaf {
            Leaf::Range | Leaf::Outside | Leaf::Joined(..) => true,
            Leaf::Response(own) | Leaf::Multiplier(_, own) => rule(own),
            Leaf::Below(own, below) => rule(own) && rule(below),
            Leaf::Decisions(decisions) => decisions.iter().all(|(position, at)| {
                *position < points
                    && match at {
                        AtDecision::Response(mix) => self.book.knows(mix),
                        AtDecision::Joined(..) => true,
                    }
            }),
        };
        let mut parents = vec![0usize; self.pieces.len()];
        for &root in &self.roots {
            match parents.get_mut(root) {
                Some(count) => *count += 1,
                None => return false,
            }
        }
        for (position, piece) in self.pieces.iter().enumerate() {
            let own = piece.simplex.len() == corners
                && piece.simplex.iter().all(|&point| point < points)
                && leaf(&piece.leaf);
            if !own {
                return false;
            }
            let Some(division) = &piece.division else { continue };
            let between = Rational::ZERO < division.share && division.share < Rational::ONE;
            if division.i >= corners || division.j >= corners || !between {
                return false;
            }
            for part in division.parts {
                // Parts come after the whole, and are parts of one piece only.
                if part <= position || part >= self.pieces.len() {
                    return false;
                }
                parents[part] += 1;
            }
        }
        let decision = self.best.iter().all(|(_, point)| self.space.admits(point));
        decision
            && parents.iter().all(|count| *count == 1)
            && queue.iter().all(|(piece, _)| *piece < self.pieces.len())
    }
}
