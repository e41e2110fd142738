//! Depth-first search over patterns of complementarity.

use super::dominance::{Assumption, Assumptions, Dominance};
use super::model::Model;
use super::tree::Tree;
use super::{Control, Limits, SupportError};
use crate::certificate::{Multipliers, SupportStep};
use crate::exact::{Dictionary, DictionaryStatus, Rational};
use crate::game::AffineLeader;

/// What the search found.
#[derive(Debug)]
pub(super) struct Found {
    /// `min sigma J0` over all equilibria.
    pub(super) value: Rational,
    /// The masses of the pairs of an equilibrium that attains it.
    pub(super) masses: Vec<Rational>,
    /// The tree, in preorder.
    pub(super) steps: Vec<SupportStep>,
    /// Number of its nodes.
    pub(super) nodes: usize,
}

/// A node to be looked at.
struct Waiting {
    node: usize,
    dictionary: Dictionary,
    assumed: Assumptions,
}

/// The least `sigma J0` over the equilibria at eps = 0.
pub(super) fn search(
    model: &Model<'_>,
    sigma: &Rational,
    leader: &AffineLeader,
    control: &Control,
    limits: &Limits,
) -> Result<Found, SupportError> {
    let dominance = Dominance::new(model.game);
    let keep_going = || !control.stopped();
    let mut tree: Tree<Multipliers> = Tree::new();
    let mut incumbent: Option<(Rational, Vec<Rational>)> = None;
    let root = model.dictionary(sigma, Some(leader));
    // An objective with followers' values in it is not dual feasible: each node is made feasible
    // first.
    let objective = (!leader.share.is_zero()).then(|| root.objective());
    let mut stack =
        vec![Waiting { node: 0, dictionary: root, assumed: vec![Assumption::None; model.len()] }];
    while let Some(Waiting { mut node, mut dictionary, mut assumed }) = stack.pop() {
        if tree.len() > limits.nodes {
            return Err(SupportError::Nodes { limit: limits.nodes });
        }
        node = exclude_dominated(model, &dominance, &mut tree, node, &mut dictionary, &mut assumed);
        let cutoff = incumbent.as_ref().map(|(value, _)| value);
        match relax(&mut dictionary, objective.as_ref(), cutoff, &keep_going) {
            DictionaryStatus::Stopped => return Err(SupportError::Stopped),
            DictionaryStatus::Infeasible(row) => {
                tree.close(node, model.farkas_multipliers(&dictionary, row))
            }
            DictionaryStatus::Cutoff => tree.close(node, model.bound_multipliers(&dictionary)),
            status => {
                let point = dictionary.point();
                let bounded = status == DictionaryStatus::Optimal;
                let undecided = || (0..model.len()).find(|&i| assumed[i] == Assumption::None);
                match violated(model, &point).or_else(|| if bounded { None } else { undecided() }) {
                    None if !bounded => return Err(SupportError::Stopped),
                    None => {
                        tree.close(node, model.bound_multipliers(&dictionary));
                        incumbent =
                            Some((dictionary.value().clone(), point[..model.len()].to_vec()));
                    }
                    Some(pair) => {
                        let [unused, optimal] = tree.branch(node, pair);
                        // The child that the point is nearer to comes first: it is more likely to
                        // hold an equilibrium.
                        let optimal_first = point[model.len() + pair] < point[pair];
                        let children = [
                            (unused, pair, Assumption::Unused),
                            (optimal, model.len() + pair, Assumption::Optimal),
                        ];
                        let order = if optimal_first { [0, 1] } else { [1, 0] };
                        for (child, variable, assumption) in
                            order.map(|position| children[position])
                        {
                            let mut waiting = Waiting {
                                node: child,
                                dictionary: dictionary.clone(),
                                assumed: assumed.clone(),
                            };
                            waiting.dictionary.fix(variable);
                            waiting.assumed[pair] = assumption;
                            stack.push(waiting);
                        }
                    }
                }
            }
        }
    }
    let nodes = tree.len();
    let (value, masses) = incumbent.ok_or(SupportError::Stopped)?;
    let steps = tree.support_steps(model).ok_or(SupportError::Stopped)?;
    Ok(Found { value, masses, steps, nodes })
}

/// Optimises a node; an objective that is given is taken up once the dictionary is feasible.
fn relax(
    dictionary: &mut Dictionary,
    objective: Option<&(Vec<Rational>, Rational)>,
    cutoff: Option<&Rational>,
    keep_going: &dyn Fn() -> bool,
) -> DictionaryStatus {
    let Some((costs, constant)) = objective else {
        return dictionary.dual_simplex(cutoff, keep_going);
    };
    dictionary.set_objective(&vec![Rational::ZERO; costs.len()], &Rational::ZERO);
    match dictionary.dual_simplex(None, keep_going) {
        DictionaryStatus::Optimal => {}
        other => return other,
    }
    dictionary.set_objective(costs, constant);
    match dictionary.primal_simplex(keep_going) {
        DictionaryStatus::Optimal if cutoff.is_some_and(|cutoff| dictionary.value() >= cutoff) => {
            DictionaryStatus::Cutoff
        }
        other => other,
    }
}

/// Assumes of dominated pairs that nobody uses them, as long as there are any; returns the node in
/// which all of them are assumed.
pub(super) fn exclude_dominated<L: From<Multipliers>>(
    model: &Model<'_>,
    dominance: &Dominance,
    tree: &mut Tree<L>,
    mut node: usize,
    dictionary: &mut Dictionary,
    assumed: &mut Assumptions,
) -> usize {
    loop {
        let found = dominance.dominated(model, assumed);
        if found.is_empty() {
            return node;
        }
        for (pair, proof) in found {
            let [unused, optimal] = tree.branch(node, pair);
            tree.close(optimal, proof.into());
            assumed[pair] = Assumption::Unused;
            dictionary.fix(pair);
            node = unused;
        }
    }
}

/// The pair that violates complementarity most, the earliest among equals.
pub(super) fn violated(model: &Model<'_>, point: &[Rational]) -> Option<usize> {
    let n = model.len();
    let mut worst: Option<(&Rational, usize)> = None;
    for i in 0..n {
        let violation = (&point[i]).min(&point[n + i]);
        if !violation.is_zero() && worst.is_none_or(|(known, _)| violation > known) {
            worst = Some((violation, i));
        }
    }
    worst.map(|(_, i)| i)
}
