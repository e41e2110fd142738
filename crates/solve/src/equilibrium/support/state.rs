//! The state of an enumeration of equilibria in words, for a later call that goes on with it.

use super::dominance::{Assumption, Assumptions, Dominance};
use super::enumerate::{Leaf, Progress, Waiting};
use super::model::Model;
use super::tree::{Node, Tree};
use crate::certificate::Pattern;
use crate::equilibrium::kept::{Kept, Words, put_word};
use crate::exact::{Dictionary, DictionaryStatus};
use std::fmt;

/// Told that there is a state of a tree with so many nodes, which it may have spelled, and whether
/// it is the last one, from which a later call has nothing left to find.
pub type Keep<'a> = &'a dyn Fn(usize, bool, &dyn Fn() -> String);

/// The state of an earlier call, and where states for a later one go.
#[derive(Clone, Copy, Default)]
pub struct Keeping<'a> {
    /// The state of an earlier call; one that does not fit is passed over.
    pub state: Option<&'a str>,
    /// Who is told about states.
    pub keep: Option<Keep<'a>>,
}

impl fmt::Debug for Keeping<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeping").finish_non_exhaustive()
    }
}

impl Keeping<'_> {
    pub(super) fn keep(&self, progress: &Progress, patterns: &[Pattern], last: bool) {
        if let Some(keep) = self.keep {
            // The patterns leave the state while they grow.
            let known = if patterns.is_empty() { &progress.patterns } else { patterns };
            keep(progress.tree.len(), last, &|| progress.spelled(known));
        }
    }
}

impl Kept for Node<Leaf> {
    fn put(&self, out: &mut String) {
        match self {
            Node::Open => put_word(out, "open"),
            Node::Branch { pair, children } => {
                put_word(out, "branch");
                (*pair, children[0], children[1]).put(out);
            }
            Node::Closed(Leaf::Empty(proof)) => {
                put_word(out, "empty");
                proof.put(out);
            }
            Node::Closed(Leaf::Within(index)) => {
                put_word(out, "within");
                index.put(out);
            }
        }
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(match words.word()? {
            "open" => Node::Open,
            "branch" => {
                let (pair, first, second) = Kept::take(words)?;
                Node::Branch { pair, children: [first, second] }
            }
            "empty" => Node::Closed(Leaf::Empty(Kept::take(words)?)),
            "within" => Node::Closed(Leaf::Within(Kept::take(words)?)),
            _ => return None,
        })
    }
}

impl Progress {
    fn spelled(&self, patterns: &[Pattern]) -> String {
        let mut out = String::new();
        self.tree.nodes().len().put(&mut out);
        self.tree.nodes().iter().for_each(|node| node.put(&mut out));
        self.supports.put(&mut out);
        self.stack.iter().map(|waiting| waiting.node).collect::<Vec<_>>().put(&mut out);
        patterns.len().put(&mut out);
        patterns.iter().for_each(|pattern| pattern.put(&mut out));
        out
    }

    /// The enumeration at a state: programmes on the way to the nodes that wait are solved again,
    /// as they were then.
    pub(super) fn read(
        state: &str,
        model: &Model<'_>,
        root: &Dictionary,
        dominance: &Dominance,
    ) -> Option<Self> {
        let words = &mut Words::new(state);
        let nodes: Vec<Node<Leaf>> = Kept::take(words)?;
        let supports: Vec<Vec<usize>> = Kept::take(words)?;
        let waiting: Vec<usize> = Kept::take(words)?;
        let patterns: Vec<Pattern> = Kept::take(words)?;
        let named = supports.iter().flatten().all(|&i| i < model.len());
        let listed = patterns.len() <= supports.len()
            && patterns.iter().zip(&supports).all(|(pattern, support)| {
                pattern.pairs.iter().copied().eq(support.iter().map(|&i| model.name(i)))
                    && pattern.vertices.iter().all(|vertex| vertex.len() == support.len())
                    && pattern.ranges.len() == support.len()
            });
        if words.word().is_some() || !named || !listed {
            return None;
        }
        let parents = parents(&nodes, (model.len(), supports.len()))?;
        let open = nodes.iter().filter(|node| matches!(node, Node::Open)).count();
        let mut wanted = vec![false; nodes.len()];
        for &node in &waiting {
            // What is open waits, once.
            if !matches!(nodes.get(node)?, Node::Open) || std::mem::replace(&mut wanted[node], true)
            {
                return None;
            }
        }
        if open != waiting.len() {
            return None;
        }
        // Whether something waits below.
        for node in (1..nodes.len()).rev().filter(|&node| parents[node] != node) {
            if wanted[node] {
                wanted[parents[node]] = true;
            }
        }
        let again = Again { model, dominance, nodes: &nodes, wanted: &wanted };
        let mut found = again.below(root)?;
        let mut stack = Vec::with_capacity(waiting.len());
        for node in waiting {
            let position = found.iter().position(|waiting| waiting.node == node)?;
            stack.push(found.swap_remove(position));
        }
        Some(Progress { tree: Tree::of(nodes), supports, stack, patterns })
    }
}

/// The parent of each node, the root its own; `None` when they are no tree, or name pairs or
/// patterns that are none.
fn parents(nodes: &[Node<Leaf>], (pairs, patterns): (usize, usize)) -> Option<Vec<usize>> {
    let mut parents = vec![None; nodes.len()];
    *parents.first_mut()? = Some(0);
    for (position, node) in nodes.iter().enumerate() {
        match node {
            Node::Branch { pair, children } => {
                for &child in children {
                    let free = child > position && *pair < pairs && parents.get(child)?.is_none();
                    if !free {
                        return None;
                    }
                    parents[child] = Some(position);
                }
            }
            Node::Closed(Leaf::Within(index)) if *index >= patterns => return None,
            _ => {}
        }
    }
    parents.into_iter().collect()
}

/// Goes the ways to the nodes that wait again.
struct Again<'a> {
    model: &'a Model<'a>,
    dominance: &'a Dominance,
    nodes: &'a [Node<Leaf>],
    /// Nodes that wait, and those above them.
    wanted: &'a [bool],
}

impl Again<'_> {
    /// The nodes that wait, with the dictionaries that they had.
    fn below(&self, root: &Dictionary) -> Option<Vec<Waiting>> {
        let mut found = Vec::new();
        let assumed = vec![Assumption::None; self.model.len()];
        let mut stack = vec![Waiting { node: 0, dictionary: root.clone(), assumed }];
        while let Some(waiting) = stack.pop() {
            if !self.wanted[waiting.node] {
                continue;
            }
            if matches!(self.nodes[waiting.node], Node::Open) {
                found.push(waiting);
                continue;
            }
            let Waiting { node, mut dictionary, mut assumed } = waiting;
            let node = self.undominated(node, &mut dictionary, &mut assumed)?;
            let Node::Branch { pair, children } = &self.nodes[node] else { return None };
            if dictionary.dual_simplex(None, &|| true) != DictionaryStatus::Optimal {
                return None;
            }
            let parts =
                [(*pair, Assumption::Unused), (self.model.len() + pair, Assumption::Optimal)];
            for (&child, (variable, assumption)) in children.iter().zip(parts) {
                let mut part = Waiting {
                    node: child,
                    dictionary: dictionary.clone(),
                    assumed: assumed.clone(),
                };
                part.dictionary.fix(variable);
                part.assumed[*pair] = assumption;
                stack.push(part);
            }
        }
        Some(found)
    }

    /// Assumes again that nobody uses what is dominated; the node below.
    fn undominated(
        &self,
        mut node: usize,
        dictionary: &mut Dictionary,
        assumed: &mut Assumptions,
    ) -> Option<usize> {
        loop {
            let found = self.dominance.dominated(self.model, assumed);
            if found.is_empty() {
                return Some(node);
            }
            for (dominated, _) in found {
                match &self.nodes[node] {
                    Node::Branch { pair, children } if *pair == dominated => node = children[0],
                    _ => return None,
                }
                assumed[dominated] = Assumption::Unused;
                dictionary.fix(dominated);
            }
        }
    }
}
