//! The state of a tree in words, for a later call that goes on with it.

use super::{Guide, Node, Tree};
use crate::certificate::{Amount, MultiplierStep};
use crate::check::multiplier::{Region, judge, parts};
use crate::equilibrium::kept::{Kept, Words, put_word};

/// The steps that divide a region; the others are no part of a state.
impl Kept for MultiplierStep {
    fn put(&self, out: &mut String) {
        match self {
            MultiplierStep::Split(at) => {
                put_word(out, "split");
                at.put(out);
            }
            MultiplierStep::Action(stage, state) => {
                put_word(out, "action");
                (*stage, *state).put(out);
            }
            MultiplierStep::Coordinate(index, at) => {
                put_word(out, "coordinate");
                (*index, *at).put(out);
            }
            _ => put_word(out, "other"),
        }
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(match words.word()? {
            "split" => MultiplierStep::Split(Kept::take(words)?),
            "action" => MultiplierStep::Action(Kept::take(words)?, Kept::take(words)?),
            "coordinate" => MultiplierStep::Coordinate(Kept::take(words)?, Kept::take(words)?),
            _ => return None,
        })
    }
}

impl Kept for Guide {
    fn put(&self, out: &mut String) {
        self.multiplier_approx.put(out);
        self.doubt_approx.put(out);
        self.spread_approx.put(out);
        self.excess_approx.put(out);
        self.point_approx.put(out);
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(Guide {
            multiplier_approx: Kept::take(words)?,
            doubt_approx: Kept::take(words)?,
            spread_approx: Kept::take(words)?,
            excess_approx: Kept::take(words)?,
            point_approx: Kept::take(words)?,
            // The next programme starts from nothing.
            basis: None,
        })
    }
}

/// What a state says of a region: its leaf, how it was divided, how to divide it.
type Known = ((Vec<Amount>, Vec<Amount>, Vec<Amount>), Option<(MultiplierStep, Vec<usize>)>);

impl Tree {
    /// Regions that were taken from the queue wait again.
    pub(in crate::leader::outer) fn put_back(&mut self, batch: &[(i64, usize)]) {
        let waiting = |&(bound, position): &(i64, usize)| (bound, std::cmp::Reverse(position));
        self.queue.extend(batch.iter().map(waiting));
    }

    /// Takes them from the queue again, being the first ones.
    pub(in crate::leader::outer) fn take_again(&mut self, batch: &[(i64, usize)]) {
        batch.iter().for_each(|_| {
            self.queue.pop();
        });
    }

    /// The state; `None` when a region was left without its whole, which is rare.
    pub(in crate::leader::outer) fn spelled(&self) -> Option<String> {
        let mut parents = vec![0usize; self.nodes.len()];
        let all = self.nodes.iter().filter_map(|node| node.children.as_ref());
        all.flat_map(|(_, children)| children).for_each(|&child| parents[child] += 1);
        if parents.iter().skip(1).any(|count| *count != 1) {
            return None;
        }
        let mut out = String::new();
        self.nodes.len().put(&mut out);
        for node in &self.nodes {
            let (rule, [low, high]) = &node.leaf;
            rule.put(&mut out);
            low.put(&mut out);
            high.put(&mut out);
            node.children.put(&mut out);
            node.guide.put(&mut out);
        }
        let mut queue: Vec<(usize, i64)> =
            self.queue.iter().map(|(bound, position)| (position.0, *bound)).collect();
        queue.sort_unstable();
        queue.put(&mut out);
        self.left.put(&mut out);
        Some(out)
    }

    /// Takes over a state of the same question; the tree must be new, and is of no use when this
    /// fails. Regions and their bounds are found again by the checker's own functions.
    pub(in crate::leader::outer) fn resume(&mut self, words: &mut Words<'_>) -> Option<()> {
        let count = usize::take(words)?;
        let mut regions: Vec<Option<Region>> = vec![Some(Region::all(&self.model))];
        self.nodes.clear();
        for position in 0..count {
            let (leaf, children): Known = Kept::take(words)?;
            let guide: Option<Guide> = Kept::take(words)?;
            // Parts come after the whole.
            let region = regions.get_mut(position)?.take()?;
            if let Some((step, children)) = &children {
                let parts = parts(&self.model, &region, step).ok()?;
                if parts.len() != children.len() {
                    return None;
                }
                for (&child, part) in children.iter().zip(parts) {
                    if child <= position || child >= count {
                        return None;
                    }
                    if regions.len() <= child {
                        regions.resize(child + 1, None);
                    }
                    if regions[child].replace(part).is_some() {
                        return None;
                    }
                }
            }
            let sites = region.sites(&self.model).ok()?;
            let (rule, low, high) = leaf;
            let own = judge(&self.model, &region, &sites, &rule, [&low, &high]).ok()?;
            if !guide.iter().all(|guide| self.fits(guide)) {
                return None;
            }
            self.nodes.push(Node { region, own, leaf: (rule, [low, high]), children, guide });
        }
        let queue: Vec<(usize, i64)> = Kept::take(words)?;
        if queue.iter().any(|(position, _)| *position >= count) {
            return None;
        }
        let open = |(position, bound)| (bound, std::cmp::Reverse(position));
        self.queue = queue.into_iter().map(open).collect();
        self.left = Kept::take(words)?;
        (count > 0).then_some(())
    }

    /// Whether a guide names sites and free parameters.
    fn fits(&self, guide: &Guide) -> bool {
        let dimension = self.model.dimension();
        guide.doubt_approx.iter().all(|(site, _)| *site < self.model.sites().len())
            && guide.spread_approx.len() == dimension
            && guide.point_approx.len() == dimension
    }
}
