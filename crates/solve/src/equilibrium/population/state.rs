//! The state of a search in words, for a later call that goes on with it.

use super::local::Incumbent;
use super::model::Multipliers;
use super::search::{Lemma, Node, Search, Split};
use super::witness::verified;
use super::zero::Direct;
use super::{BOXES, PopulationSearch};
use crate::equilibrium::Control;
use crate::equilibrium::inner::InnerProblem;
use crate::equilibrium::kept::{Kept, Words, kept, put_word};
use crate::exact::Rational;
use crate::game::Policy;

kept!(Multipliers { objective, deviations, tangents, ranges });
kept!(Lemma { square, sign, value, multipliers });
kept!(Split { square, point, children });
kept!(Node { region, lemmas, bound, leaf, leaf_lemmas, split, processed, retried });
kept!(Incumbent { value, weights, anchors });
kept!(Direct { bound, deviations, tangents });

impl PopulationSearch {
    /// Appends the state.
    pub(super) fn put(&self, out: &mut String) {
        let Search { nodes, open, relaxation, incumbent, processed, given_up, .. } = &self.search;
        put_word(out, BOXES);
        relaxation.policies.len().put(out);
        relaxation.policies.iter().for_each(|policy| policy.choice.put(out));
        relaxation.master.contents().put(out);
        nodes.put(out);
        open.put(out);
        given_up.put(out);
        processed.put(out);
        incumbent.put(out);
        self.populations.all().len().put(out);
        self.populations.all().iter().for_each(|population| population.parts.put(out));
        self.examined.put(out);
        self.direct.put(out);
        self.anchor.put(out);
    }

    /// The search whose state the next words are, after the first one.
    pub(in crate::equilibrium) fn resumed(
        problem: &InnerProblem<'_>,
        words: &mut Words<'_>,
    ) -> Option<Self> {
        let (mut own, _) = Self::prepared(
            problem.instance,
            problem.selection,
            problem.epsilon,
            problem.gap,
            &Control::default(),
        )
        .ok()?;
        let choices: Vec<Vec<u32>> = Kept::take(words)?;
        let contents: (Vec<usize>, Vec<usize>, Vec<(usize, f64)>) = Kept::take(words)?;
        let search = &mut own.search;
        search.nodes = Kept::take(words)?;
        search.open = Kept::take(words)?;
        search.given_up = Kept::take(words)?;
        search.processed = Kept::take(words)?;
        search.incumbent = Kept::take(words)?;
        let populations: Vec<Vec<(Rational, Policy)>> = Kept::take(words)?;
        own.examined = Kept::take(words)?;
        own.direct = Kept::take(words)?;
        own.anchor = Kept::take(words)?;
        let sizes = (choices.len(), own.search.relaxation.model.squares.len());
        let game = &own.search.relaxation.model.game;
        let known = |policy: &usize| *policy < sizes.0;
        let fits = choices.iter().all(|choice| game.fits(choice))
            && contents.0.iter().chain(&contents.1).all(known)
            && contents.2.iter().all(|(square, _)| *square < sizes.1)
            && own.search.fits(sizes)
            && own.anchor.iter().all(|(_, policies)| policies.iter().all(known))
            && own.direct.iter().all(|d| d.tangents.iter().all(|(square, _)| *square < sizes.1));
        if !fits {
            return None;
        }
        own.search.relaxation.restore(choices, contents);
        for parts in populations {
            let shares = || parts.iter().map(|(share, _)| share);
            let whole = shares().all(|share| *share > Rational::ZERO)
                && shares().fold(Rational::ZERO, |sum, share| sum + share) == Rational::ONE;
            // In exact numbers, as when it was found.
            let population = if whole { verified(&own.exact, parts, &own.epsilon) } else { None };
            own.populations.add(population?);
        }
        Some(own)
    }
}

impl Search {
    /// Whether all positions point into the tree, the policies and the squares, of which there are
    /// so many.
    fn fits(&self, (policies, squares): (usize, usize)) -> bool {
        let multipliers = |m: &Multipliers| {
            let whole = m.tangents.len() == squares && m.ranges.len() == squares;
            let none = m.tangents.is_empty() && m.ranges.is_empty() && m.objective == 0.0;
            (whole || none) && m.deviations.iter().all(|(policy, _)| *policy < policies)
        };
        let lemma = |lemma: &Lemma| lemma.square < squares && multipliers(&lemma.multipliers);
        let mut parents = vec![0usize; self.nodes.len()];
        for (position, node) in self.nodes.iter().enumerate() {
            let own = node.region.len() == squares
                && node
                    .region
                    .iter()
                    .all(|(low, high)| low.is_finite() && high.is_finite() && low <= high)
                && node.leaf_lemmas <= node.lemmas.len()
                && node.lemmas.iter().all(lemma)
                && multipliers(&node.leaf);
            if !own {
                return false;
            }
            let Some(Split { square, children: (below, above), .. }) = node.split else { continue };
            for child in [below, above] {
                // Parts come after the whole, and are parts of one box only.
                if child <= position || child >= self.nodes.len() || square >= squares {
                    return false;
                }
                parents[child] += 1;
            }
        }
        let weights = |weights: &Vec<(usize, f64)>| weights.iter().all(|(p, _)| *p < policies);
        let open =
            |position: &usize| self.nodes.get(*position).is_some_and(|node| node.split.is_none());
        !self.nodes.is_empty()
            && parents.iter().all(|count| *count <= 1)
            && self.open.iter().chain(&self.given_up).all(open)
            && weights(&self.incumbent.weights)
            && self.incumbent.anchors.iter().all(weights)
    }
}
