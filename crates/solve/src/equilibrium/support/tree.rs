//! A tree over complementarity while it grows, and its text in preorder.

use super::model::Model;
use crate::certificate::{Multipliers, SupportStep};

/// A node: not yet looked at, split on a pair, or closed by `L`.
#[derive(Debug)]
pub(super) enum Node<L> {
    Open,
    /// First child: nobody uses the pair; second child: it is optimal.
    Branch {
        pair: usize,
        children: [usize; 2],
    },
    Closed(L),
}

/// Nodes, the root first.
#[derive(Debug)]
pub(super) struct Tree<L> {
    nodes: Vec<Node<L>>,
}

impl<L> Tree<L> {
    pub(super) fn new() -> Self {
        Tree { nodes: vec![Node::Open] }
    }

    /// The tree with these nodes.
    pub(super) fn of(nodes: Vec<Node<L>>) -> Self {
        Tree { nodes }
    }

    /// The nodes, the root first.
    pub(super) fn nodes(&self) -> &[Node<L>] {
        &self.nodes
    }

    /// Number of nodes.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Splits an open node; its children are open.
    pub(super) fn branch(&mut self, node: usize, pair: usize) -> [usize; 2] {
        let children = [self.nodes.len(), self.nodes.len() + 1];
        self.nodes.extend([Node::Open, Node::Open]);
        self.nodes[node] = Node::Branch { pair, children };
        children
    }

    /// Closes an open node.
    pub(super) fn close(&mut self, node: usize, leaf: L) {
        self.nodes[node] = Node::Closed(leaf);
    }

    /// The steps of the nodes in preorder; `None` when one is open.
    pub(super) fn steps<S>(
        &self,
        branch: impl Fn(usize) -> S,
        close: impl Fn(&L) -> S,
    ) -> Option<Vec<S>> {
        let (mut steps, mut waiting) = (Vec::with_capacity(self.nodes.len()), vec![0]);
        while let Some(node) = waiting.pop() {
            match &self.nodes[node] {
                Node::Open => return None,
                Node::Branch { pair, children } => {
                    steps.push(branch(*pair));
                    waiting.extend([children[1], children[0]]);
                }
                Node::Closed(leaf) => steps.push(close(leaf)),
            }
        }
        Some(steps)
    }
}

impl Tree<Multipliers> {
    /// The steps of a certificate, without the one that opens the tree.
    pub(super) fn support_steps(&self, model: &Model<'_>) -> Option<Vec<SupportStep>> {
        self.steps(
            |pair| SupportStep::Branch(model.name(pair)),
            |leaf| SupportStep::Leaf(leaf.clone()),
        )
    }
}
