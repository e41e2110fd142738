//! The state of a search in words, for a later call that goes on with it.

use super::inner::LiftedProblem;
use super::least::Affine;
use super::population::{Play, Population};
use super::relaxation::{Cut, Start};
use super::search::{LiftedSearch, LiftedStatistics};
use super::tree::{BoxProof, Closing, Node};
use crate::certificate::{LiftedMultipliers, LiftedStep};
use crate::equilibrium::Proof;
use crate::equilibrium::inner::{InnerProblem, LIFTED};
use crate::equilibrium::kept::{Kept, Words, kept, put_steps, put_word, take_steps};
use crate::exact::to_approx;
use std::collections::BTreeMap;

/// Largest status of a row or column in a basis.
const MOST_STATUS: i32 = 4;

kept!(LiftedStatistics { nodes, lp_solves, iterations });
kept!(Start { columns, rows, cuts, region });
kept!(BoxProof { closing, bound, after });
kept!(Node { region, tightened, proof, inherited, split, start, empty, stiff, unsolved });

impl Kept for Closing {
    fn put(&self, out: &mut String) {
        match self {
            Closing::Leaf(multipliers) => {
                put_word(out, "leaf");
                multipliers.put(out);
            }
            Closing::Void => put_word(out, "void"),
        }
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        match words.word()? {
            "leaf" => Some(Closing::Leaf(Kept::take(words)?)),
            "void" => Some(Closing::Void),
            _ => None,
        }
    }
}

impl Kept for Cut {
    fn put(&self, out: &mut String) {
        match self {
            // The floor is computed anew on every box.
            Cut::Deviation { policy, reference, .. } => {
                put_word(out, "deviation");
                policy.put(out);
                reference.put(out);
            }
            Cut::Below { at, monomial } => {
                put_word(out, "below");
                (*at, *monomial).put(out);
            }
            Cut::Above { at, coordinates } => {
                put_word(out, "above");
                (*at, *coordinates).put(out);
            }
            Cut::Tangent { at, coordinate, point } => {
                put_word(out, "tangent");
                (*at, *coordinate, *point).put(out);
            }
            Cut::Square { coordinate, point } => {
                put_word(out, "square");
                (*coordinate, *point).put(out);
            }
        }
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(match words.word()? {
            "deviation" => Cut::Deviation {
                policy: Kept::take(words)?,
                reference: Kept::take(words)?,
                floor: Affine::default(),
            },
            "below" => Cut::Below { at: Kept::take(words)?, monomial: Kept::take(words)? },
            "above" => Cut::Above { at: Kept::take(words)?, coordinates: Kept::take(words)? },
            "tangent" => Cut::Tangent {
                at: Kept::take(words)?,
                coordinate: Kept::take(words)?,
                point: Kept::take(words)?,
            },
            "square" => Cut::Square { coordinate: Kept::take(words)?, point: Kept::take(words)? },
            _ => return None,
        })
    }
}

impl LiftedProblem {
    /// Appends the state.
    pub(super) fn put(&self, out: &mut String) {
        put_word(out, LIFTED);
        self.exact.is_some().put(out);
        if let Some(exact) = &self.exact {
            exact.value.put(out);
            put_steps(out, &exact.steps);
        }
        (self.tried_pure, self.tried_incumbent).put(out);
        self.search.put(out);
        if let Some(opposite) = &self.opposite {
            opposite.put(out);
        }
    }

    /// The search whose state the next words are, after the first one.
    pub(in crate::equilibrium) fn resumed(
        problem: &InnerProblem<'_>,
        words: &mut Words<'_>,
    ) -> Option<Self> {
        let gap = to_approx(problem.gap);
        let mut own =
            LiftedProblem::new(problem.instance, problem.selection, problem.epsilon, gap)?;
        if bool::take(words)? {
            let value = Kept::take(words)?;
            let steps = take_steps(words, problem.shape()).filter(|steps| !steps.is_empty())?;
            own.exact = Some(Proof { value, steps });
        }
        (own.tried_pure, own.tried_incumbent) = Kept::take(words)?;
        own.search.take(words)?;
        if let Some(opposite) = &mut own.opposite {
            opposite.take(words)?;
        }
        Some(own)
    }
}

/// Whether a range lies in another one, so that its width is a number.
fn inside((&(low, high), &(least, greatest)): (&(i64, i64), &(i64, i64))) -> bool {
    let within = |end: i64| (least..=greatest).contains(&end);
    within(low) && within(high)
}

/// What a population is computed from.
fn play(population: &Option<Population>) -> Option<Play> {
    population.as_ref().map(|population| population.play.clone())
}

impl LiftedSearch {
    fn put(&self, out: &mut String) {
        self.nodes.put(out);
        self.open.put(out);
        for population in [&self.incumbent, &self.pure, &self.simple] {
            play(population).put(out);
        }
        self.seen.put(out);
        (self.pure_searches, self.since_improved, self.started).put(out);
        self.policies.put(out);
        (self.least_done, self.least_cutoff, self.nearly_zero, self.by_regrets).put(out);
        self.statistics.put(out);
    }

    /// Takes over a state of the same game.
    fn take(&mut self, words: &mut Words<'_>) -> Option<()> {
        self.nodes = Kept::take(words)?;
        self.open = Kept::take(words)?;
        let plays: [Option<Play>; 3] = [Kept::take(words)?, Kept::take(words)?, Kept::take(words)?];
        self.seen = Kept::take(words)?;
        (self.pure_searches, self.since_improved, self.started) = Kept::take(words)?;
        self.policies = Kept::take(words)?;
        (self.least_done, self.least_cutoff, self.nearly_zero, self.by_regrets) =
            Kept::take(words)?;
        self.statistics = Kept::take(words)?;
        if !self.fits() || !plays.iter().flatten().all(|play| self.plays(play)) {
            return None;
        }
        let [incumbent, pure, simple] =
            plays.map(|play| play.map(|play| self.model.population(play)));
        (self.incumbent, self.pure, self.simple) = (incumbent, pure, simple);
        let numbered = self.policies.iter().cloned().zip(0..);
        self.known = numbered.collect::<BTreeMap<_, _>>();
        Some(())
    }

    /// Whether there is a probability per pair.
    fn plays(&self, play: &Play) -> bool {
        let shapes = &self.model.shapes;
        play.len() == shapes.len()
            && play.iter().zip(shapes).all(|(row, shape)| {
                row.len() == shape.pairs.len() && row.iter().all(|p| (0.0..=1.0).contains(p))
            })
    }

    /// Whether all positions point into the tree and the game.
    fn fits(&self) -> bool {
        let mut parents = vec![0usize; self.nodes.len()];
        for (position, node) in self.nodes.iter().enumerate() {
            if !self.node_fits(node) {
                return false;
            }
            let Some((statistic, _, lower, upper)) = node.split else { continue };
            for child in [lower, upper] {
                // Parts come after the whole, and are parts of one box only.
                if child <= position
                    || child >= self.nodes.len()
                    || statistic >= self.model.statistics
                {
                    return false;
                }
                parents[child] += 1;
            }
        }
        let open = |index: &usize| self.nodes.get(*index).is_some_and(|n| n.split.is_none());
        !self.nodes.is_empty()
            && parents.iter().all(|count| *count <= 1)
            && self.open.iter().all(open)
            && self.policies.iter().chain(&self.seen).all(|policy| self.chooses(policy))
    }

    /// Whether a policy names a pair of every state of every stage.
    fn chooses(&self, policy: &[Vec<usize>]) -> bool {
        let shapes = &self.model.shapes;
        policy.len() == shapes.len()
            && policy.iter().zip(shapes).all(|(row, shape)| {
                row.len() == shape.pairs.states()
                    && row.iter().enumerate().all(|(s, p)| shape.pairs.of_state(s).contains(p))
            })
    }

    fn node_fits(&self, node: &Node) -> bool {
        let statistics = self.model.statistics;
        let step = |step: &LiftedStep| match step {
            LiftedStep::Tighten { statistic, multipliers, .. } => {
                *statistic < statistics && self.multipliers_fit(multipliers)
            }
            LiftedStep::Confine(ends) => ends.iter().all(|end| end.statistic < statistics),
            _ => true,
        };
        let closing = |proof: &BoxProof| {
            proof.after <= node.tightened.len()
                && match &proof.closing {
                    Closing::Leaf(multipliers) => self.multipliers_fit(multipliers),
                    Closing::Void => true,
                }
        };
        let ordered = node.empty || node.region.iter().all(|(low, high)| low <= high);
        node.region.len() == statistics
            && ordered
            && node.region.iter().zip(&self.model.root).all(inside)
            && node.tightened.iter().all(step)
            && node.proof.iter().all(closing)
            && self.start_fits(&node.start)
    }

    fn multipliers_fit(&self, multipliers: &LiftedMultipliers) -> bool {
        multipliers.deviations.iter().all(|term| term.policy < self.policies.len())
    }

    fn start_fits(&self, start: &Start) -> bool {
        let (statistics, layout) = (self.model.statistics, &self.relaxation.layout);
        let status = |status: &i32| (0..=MOST_STATUS).contains(status);
        let at = |&(t, pair): &(usize, usize)| {
            layout.columns.get(t).is_some_and(|stage| pair < stage.len())
        };
        let region =
            start.region.len() == statistics || (start.region.is_empty() && start.cuts.is_empty());
        let cut = |cut: &Cut| match cut {
            Cut::Deviation { policy, reference, .. } => {
                *policy < self.policies.len() && reference.len() == statistics
            }
            Cut::Below { at: place, monomial: (m, k) } => {
                at(place) && *m < self.model.monomials.len() && *k < statistics
            }
            Cut::Above { at: place, coordinates: (k, j) } => {
                at(place) && *k < statistics && *j < statistics
            }
            Cut::Tangent { at: place, coordinate, point } => {
                at(place) && *coordinate < statistics && point.is_finite()
            }
            Cut::Square { coordinate, point } => *coordinate < statistics && point.is_finite(),
        };
        region
            && start.region.iter().zip(&self.model.root).all(inside)
            && start.columns.iter().chain(&start.rows).all(status)
            && start.cuts.iter().all(|(own, place)| cut(own) && status(place))
    }
}
