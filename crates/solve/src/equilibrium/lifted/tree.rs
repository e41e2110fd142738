//! The tree of the search and the steps of its certificate.

use super::relaxation::Start;
use crate::certificate::{LiftedMultipliers, LiftedStep, Step};
use crate::exact::Rational;

/// A box of the search.
#[derive(Debug)]
pub(super) struct Node {
    /// The box, narrowed by `tightened`.
    pub(super) region: Vec<(i64, i64)>,
    /// Proved narrowings, in order.
    pub(super) tightened: Vec<LiftedStep>,
    /// What is proved, if anything.
    pub(super) proof: Option<BoxProof>,
    /// The parent's bound, before the node has its own.
    pub(super) inherited: f64,
    /// The cut: statistic, point, lower and upper child.
    pub(super) split: Option<(usize, i64, usize, usize)>,
    /// Where its programme starts.
    pub(super) start: Start,
    /// A narrowing that left nothing.
    pub(super) empty: bool,
    /// Whether narrowing took little from the parent, so that it is not tried here.
    pub(super) stiff: bool,
    /// Generations, this one included once it is cut, since the last one with a linear programme.
    pub(super) unsolved: usize,
}

/// How a box is closed.
#[derive(Debug, Clone)]
pub(super) enum Closing {
    /// By a combination of facts.
    Leaf(LiftedMultipliers),
    /// By regrets.
    Void,
}

/// A bound proved on the box that a node was after some of its narrowings.
#[derive(Debug, Clone)]
pub(super) struct BoxProof {
    pub(super) closing: Closing,
    /// Of `sigma J0`; infinite when no equilibrium is in the box.
    pub(super) bound: f64,
    /// Steps of `tightened` that come before.
    pub(super) after: usize,
}

impl Node {
    pub(super) fn new(region: Vec<(i64, i64)>, inherited: f64, start: Start) -> Self {
        Node {
            region,
            tightened: Vec::new(),
            proof: None,
            inherited,
            split: None,
            start,
            empty: false,
            stiff: false,
            unsolved: 0,
        }
    }

    /// Keeps a proof on the present box when it is better.
    pub(super) fn keep(&mut self, closing: Closing, bound: f64) {
        if bound > self.proof.as_ref().map_or(f64::NEG_INFINITY, |proof| proof.bound) {
            self.proof = Some(BoxProof { closing, bound, after: self.tightened.len() });
        }
    }

    /// The bound proved on the node's own box.
    pub(super) fn own(&self) -> f64 {
        if self.empty {
            f64::INFINITY
        } else {
            self.proof.as_ref().map_or(f64::NEG_INFINITY, |proof| proof.bound)
        }
    }
}

/// What the tree proves: per node the better of its own bound and of what its children prove.
pub(super) fn values(nodes: &[Node]) -> Vec<f64> {
    let mut values: Vec<f64> = nodes.iter().map(Node::own).collect();
    // Children come after their parents.
    for (index, node) in nodes.iter().enumerate().rev() {
        if let Some((_, _, lower, upper)) = node.split {
            values[index] = values[index].max(values[lower].min(values[upper]));
        }
    }
    values
}

/// The steps of a tree that shows `claimed`, an approximation of `sigma value`, in preorder; `None`
/// when it does not.
pub(super) fn steps(
    nodes: &[Node],
    policies: &[Vec<Vec<u32>>],
    open: LiftedStep,
    claimed: f64,
) -> Option<Vec<Step>> {
    let values = values(nodes);
    if values.first().is_none_or(|value| *value < claimed) {
        return None;
    }
    let mut steps = vec![Step::Lifted(open)];
    // Only policies that are used, numbered in the order of the text.
    let mut numbers: Vec<Option<usize>> = vec![None; policies.len()];
    let mut named = 0;
    let mut stack = vec![0];
    while let Some(index) = stack.pop() {
        let node = &nodes[index];
        let mut emit = |steps: &mut Vec<Step>, mut step: LiftedStep| {
            if let LiftedStep::Tighten { multipliers, .. } | LiftedStep::Leaf(multipliers) =
                &mut step
            {
                for term in &mut multipliers.deviations {
                    let number = numbers[term.policy].unwrap_or_else(|| {
                        steps.push(Step::Lifted(LiftedStep::Policy(policies[term.policy].clone())));
                        named += 1;
                        named - 1
                    });
                    numbers[term.policy] = Some(number);
                    term.policy = number;
                }
            }
            steps.push(Step::Lifted(step));
        };
        let sufficient = node.proof.as_ref().filter(|proof| proof.bound >= claimed);
        let before = sufficient.map_or(node.tightened.len(), |proof| proof.after);
        for step in &node.tightened[..before] {
            emit(&mut steps, step.clone());
        }
        match (sufficient, node.split) {
            (Some(proof), _) => {
                let step = match &proof.closing {
                    Closing::Leaf(multipliers) => LiftedStep::Leaf(multipliers.clone()),
                    Closing::Void => LiftedStep::Void,
                };
                emit(&mut steps, step);
            }
            (None, _) if node.empty => {}
            (None, Some((statistic, point, lower, upper))) => {
                emit(&mut steps, LiftedStep::Split { statistic, point });
                stack.push(upper);
                stack.push(lower);
            }
            (None, None) => return None,
        }
    }
    Some(steps)
}

/// The step that opens a tree.
pub(super) fn opening(value: Rational, bits: u32, ceiling: bool) -> LiftedStep {
    LiftedStep::Open { value, bits, ceiling }
}
