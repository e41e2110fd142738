//! All equilibria at eps = 0: the patterns of complementarity that hold any, and their polytopes.

use super::dominance::{Assumption, Assumptions, Dominance};
use super::model::Model;
use super::search::{exclude_dominated, violated};
use super::state::Keeping;
use super::tree::Tree;
use super::vertices::{contains, meet, projected_vertices};
use super::{Control, Limits, SupportError, fitting};
use crate::certificate::{
    EquilibriaClaim, Multipliers, PairAt, Pattern, SupportStep, write_equilibria,
};
use crate::exact::{Dictionary, DictionaryStatus, Rational};
use crate::game::{Affine, Game, Instance, Policy};
use std::collections::BTreeMap;
use std::io;

/// Most rays that the enumeration of the vertices of one polytope may meet.
const MOST_RAYS: usize = 4_000;
/// Most polytopes.
const MOST_PATTERNS: usize = 2_000;

/// The equilibria of one decision at eps = 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquilibriumSet {
    /// Their union is the set; none lies in another.
    pub polytopes: Vec<EquilibriumPolytope>,
    /// Number of connected components.
    pub components: usize,
    /// Number of components that are single points.
    pub isolated: usize,
    /// Nodes of the tree that shows that there are no others.
    pub nodes: usize,
    /// The proof: see [`EquilibriumSet::certificate`].
    patterns: Vec<Pattern>,
    steps: Vec<SupportStep>,
}

/// A polytope of equilibria.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquilibriumPolytope {
    /// The pairs that its equilibria may use, all of them optimal.
    pub support: Vec<PairAt>,
    /// Its vertices.
    pub vertices: Vec<EquilibriumVertex>,
    /// Position of its connected component.
    pub component: usize,
}

/// A vertex of a polytope of equilibria.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquilibriumVertex {
    /// The masses of the pairs of the support.
    pub masses: Vec<Rational>,
    /// A policy with these masses.
    pub policy: Policy,
}

/// What a leaf of the tree says.
#[derive(Debug)]
pub(super) enum Leaf {
    Empty(Multipliers),
    Within(usize),
}

impl From<Multipliers> for Leaf {
    fn from(proof: Multipliers) -> Self {
        Leaf::Empty(proof)
    }
}

/// A node to be looked at.
pub(super) struct Waiting {
    pub(super) node: usize,
    pub(super) dictionary: Dictionary,
    pub(super) assumed: Assumptions,
}

/// How far the enumeration is.
pub(super) struct Progress {
    pub(super) tree: Tree<Leaf>,
    /// The supports of the patterns that leaves name.
    pub(super) supports: Vec<Vec<usize>>,
    /// Nodes to be looked at, the next one last.
    pub(super) stack: Vec<Waiting>,
    /// The first patterns, with their vertices.
    pub(super) patterns: Vec<Pattern>,
}

/// The equilibria of `instance` at eps = 0.
///
/// # Errors
/// [`SupportError`] when the game is not affine, too large, has too many equilibria to list, or
/// `control` says stop.
pub fn equilibria(
    instance: &Instance,
    control: &Control,
    limits: &Limits,
) -> Result<EquilibriumSet, SupportError> {
    equilibria_kept(instance, control, limits, &Keeping::default())
}

/// The same, from the state of an earlier call and with states for a later one.
///
/// # Errors
/// As for [`equilibria`].
pub fn equilibria_kept(
    instance: &Instance,
    control: &Control,
    limits: &Limits,
    keeping: &Keeping<'_>,
) -> Result<EquilibriumSet, SupportError> {
    let game = Affine::new(instance)?;
    let model = fitting(&game, limits)?;
    let keep_going = || !control.stopped();
    let root = model.dictionary(&Rational::ONE, None);
    let dominance = Dominance::new(model.game);
    let resumed = keeping.state.and_then(|state| Progress::read(state, &model, &root, &dominance));
    let mut progress = resumed.unwrap_or_else(|| Progress::start(&model, &root));
    find_patterns(&model, &dominance, &mut progress, (control, limits), keeping)?;
    let mut known = std::mem::take(&mut progress.patterns);
    let supports = progress.supports.clone();
    // Masses of all pairs of the model at the vertices.
    let mut polytopes: Vec<Vec<Vec<Rational>>> = Vec::with_capacity(supports.len());
    for (support, pattern) in supports.iter().zip(&known) {
        polytopes.push(pattern.vertices.iter().map(|v| whole(v, support, model.len())).collect());
    }
    for support in supports.iter().skip(known.len()).collect::<Vec<_>>() {
        let mut dictionary = root.clone();
        (0..model.len())
            .for_each(|i| dictionary.fix(if support.contains(&i) { model.len() + i } else { i }));
        if dictionary.dual_simplex(None, &keep_going) != DictionaryStatus::Optimal {
            return Err(SupportError::Stopped);
        }
        let vertices = projected_vertices(&dictionary, model.len(), MOST_RAYS)
            .ok_or(SupportError::Vertices { limit: MOST_RAYS })?;
        let ranges = support
            .iter()
            .map(|&i| ranges(&model, &mut dictionary, i, &keep_going))
            .collect::<Option<_>>();
        let masses = |vertex: &Vec<Rational>| support.iter().map(|&i| vertex[i].clone()).collect();
        known.push(Pattern {
            pairs: support.iter().map(|&i| model.name(i)).collect(),
            vertices: vertices.iter().map(masses).collect(),
            ranges: ranges.ok_or(SupportError::Stopped)?,
        });
        polytopes.push(vertices);
        keeping.keep(&progress, &known, false);
        if control.stopped() {
            return Err(SupportError::Stopped);
        }
    }
    keeping.keep(&progress, &known, true);
    let (tree, patterns) = (progress.tree, known);
    let nodes = tree.len();
    let step = |leaf: &Leaf| match leaf {
        Leaf::Empty(proof) => SupportStep::Leaf(proof.clone()),
        Leaf::Within(index) => SupportStep::Within(*index),
    };
    let steps = tree
        .steps(|pair| SupportStep::Branch(model.name(pair)), step)
        .ok_or(SupportError::Stopped)?;
    let maximal = maximal(&polytopes);
    let component = components(&polytopes, &maximal);
    let count = component.iter().max().map_or(0, |last| last + 1);
    let is_point = |c: &usize| {
        let mut inside = maximal.iter().zip(&component).filter(|(_, own)| **own == *c);
        matches!((inside.next(), inside.next()), (Some((k, _)), None) if polytopes[*k].len() == 1)
    };
    let isolated = (0..count).filter(is_point).count();
    let describe = |(&k, &component): (&usize, &usize)| {
        let support: Vec<usize> = supports[k].clone();
        let vertices = polytopes[k].iter().map(|vertex| EquilibriumVertex {
            masses: support.iter().map(|&i| vertex[i].clone()).collect(),
            policy: super::policy(&model, vertex),
        });
        EquilibriumPolytope {
            support: support.iter().map(|&i| model.name(i)).collect(),
            vertices: vertices.collect(),
            component,
        }
    };
    let listed = maximal.iter().zip(&component).map(describe).collect();
    Ok(EquilibriumSet { polytopes: listed, components: count, isolated, nodes, patterns, steps })
}

impl EquilibriumSet {
    /// The text that shows that there are no other equilibria.
    ///
    /// # Errors
    /// Those of writing to memory, which has none.
    pub fn certificate(&self, game: &Game, decision: usize) -> io::Result<Vec<u8>> {
        let claim =
            EquilibriaClaim { game_hash: game.hash(), decision, patterns: self.patterns.clone() };
        write_equilibria(Vec::new(), &claim, &self.steps)
    }
}

/// The masses of all pairs of the model where only those of a support have any.
fn whole(masses: &[Rational], support: &[usize], pairs: usize) -> Vec<Rational> {
    let mut all = vec![Rational::ZERO; pairs];
    support.iter().zip(masses).for_each(|(&i, mass)| all[i] = mass.clone());
    all
}

impl Progress {
    /// Before anything is known.
    fn start(model: &Model<'_>, root: &Dictionary) -> Self {
        let first = Waiting {
            node: 0,
            dictionary: root.clone(),
            assumed: vec![Assumption::None; model.len()],
        };
        Progress {
            tree: Tree::new(),
            supports: Vec::new(),
            stack: vec![first],
            patterns: Vec::new(),
        }
    }
}

/// Completes the tree, and the supports of the patterns that its leaves name.
fn find_patterns(
    model: &Model<'_>,
    dominance: &Dominance,
    progress: &mut Progress,
    (control, limits): (&Control, &Limits),
    keeping: &Keeping<'_>,
) -> Result<(), SupportError> {
    let keep_going = || !control.stopped();
    let numbered = progress.supports.iter().cloned().zip(0..);
    let mut known: BTreeMap<Vec<usize>, usize> = numbered.collect();
    while !progress.stack.is_empty() {
        keeping.keep(progress, &[], false);
        let Progress { tree, supports, stack, .. } = &mut *progress;
        let Some(Waiting { mut node, mut dictionary, mut assumed }) = stack.pop() else { break };
        if tree.len() > limits.nodes {
            return Err(SupportError::Nodes { limit: limits.nodes });
        }
        node = exclude_dominated(model, dominance, tree, node, &mut dictionary, &mut assumed);
        match dictionary.dual_simplex(None, &keep_going) {
            DictionaryStatus::Infeasible(row) => {
                tree.close(node, model.farkas_multipliers(&dictionary, row).into());
                continue;
            }
            DictionaryStatus::Optimal => {}
            _ => return Err(SupportError::Stopped),
        }
        let possible = possible(model, &assumed);
        let undecided = |i: &usize| possible[*i] && assumed[*i] == Assumption::None;
        let next = violated(model, &dictionary.point())
            .filter(undecided)
            .or_else(|| (0..model.len()).find(undecided));
        match next {
            None => {
                let support: Vec<usize> = (0..model.len()).filter(|&i| possible[i]).collect();
                let index = *known.entry(support.clone()).or_insert(supports.len());
                if index == supports.len() {
                    supports.push(support);
                }
                if supports.len() > MOST_PATTERNS {
                    return Err(SupportError::Patterns { limit: MOST_PATTERNS });
                }
                tree.close(node, Leaf::Within(index));
            }
            Some(pair) => {
                let [unused, optimal] = tree.branch(node, pair);
                let children = [
                    (unused, pair, Assumption::Unused),
                    (optimal, model.len() + pair, Assumption::Optimal),
                ];
                for (child, variable, assumption) in children {
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
    Ok(())
}

/// The pairs that can carry mass: reached, not assumed to be unused, and leading to no state where
/// everything is.
fn possible(model: &Model<'_>, assumed: &Assumptions) -> Vec<bool> {
    let states = model.game.initial.len();
    let mut possible = vec![false; model.len()];
    let mut open = vec![true; states];
    for (stage, groups) in model.game.stages.iter().zip(&model.groups).rev() {
        for i in groups.iter().flat_map(Clone::clone) {
            let leads = stage.next[model.places[i].pair].iter().all(|(next, _)| open[*next]);
            possible[i] = assumed[i] != Assumption::Unused && leads;
        }
        open = groups.iter().map(|group| group.clone().any(|i| possible[i])).collect();
    }
    let mut reached: Vec<bool> = model.game.initial.iter().map(|mass| !mass.is_zero()).collect();
    for (stage, groups) in model.game.stages.iter().zip(&model.groups) {
        let mut after = vec![false; states];
        for (state, group) in groups.iter().enumerate() {
            for i in group.clone() {
                possible[i] &= reached[state];
                if possible[i] {
                    stage.next[model.places[i].pair]
                        .iter()
                        .for_each(|(next, _)| after[*next] = true);
                }
            }
        }
        reached = after;
    }
    possible
}

/// Multipliers for the least and the greatest mass of a pair over the polytope of a feasible
/// dictionary.
fn ranges(
    model: &Model<'_>,
    dictionary: &mut Dictionary,
    i: usize,
    keep_going: &dyn Fn() -> bool,
) -> Option<(Multipliers, Multipliers)> {
    let mut side = |sign: Rational| {
        let mut costs = vec![Rational::ZERO; 2 * model.len()];
        costs[i] = sign;
        dictionary.set_objective(&costs, &Rational::ZERO);
        (dictionary.primal_simplex(keep_going) == DictionaryStatus::Optimal)
            .then(|| model.bound_multipliers(dictionary))
    };
    Some((side(Rational::ONE)?, side(Rational::NEG_ONE)?))
}

/// The polytopes that lie in no other one; of equal ones the first.
fn maximal(polytopes: &[Vec<Vec<Rational>>]) -> Vec<usize> {
    let inside =
        |a: usize, b: usize| polytopes[a].iter().all(|vertex| contains(&polytopes[b], vertex));
    let covered = |k: usize| {
        (0..polytopes.len())
            .any(|other| other != k && inside(k, other) && (other < k || !inside(other, k)))
    };
    (0..polytopes.len()).filter(|&k| !covered(k)).collect()
}

/// The component of each listed polytope, numbered in order of appearance: polytopes that share a
/// point are connected.
fn components(polytopes: &[Vec<Vec<Rational>>], listed: &[usize]) -> Vec<usize> {
    let mut component: Vec<usize> = (0..listed.len()).collect();
    for a in 0..listed.len() {
        for b in 0..a {
            if component[a] != component[b] && meet(&polytopes[listed[a]], &polytopes[listed[b]]) {
                let (old, new) = (component[a].max(component[b]), component[a].min(component[b]));
                component.iter_mut().filter(|own| **own == old).for_each(|own| *own = new);
            }
        }
    }
    let mut seen: Vec<usize> = Vec::new();
    component
        .into_iter()
        .map(|own| {
            seen.iter().position(|known| *known == own).unwrap_or_else(|| {
                seen.push(own);
                seen.len() - 1
            })
        })
        .collect()
}
