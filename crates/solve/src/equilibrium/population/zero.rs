//! A bound at eps = 0 for monotone games, from an exact equilibrium and without a tree.
//!
//! Let `d*` be an equilibrium, `x*` its statistics, and let the followers' quadratic form be `- sum
//! |w_i| l_i^2` plus an affine form. With the deviations of `d*` itself, weighted by a large `A`,
//! and with `z* = V*(x*) - r(x*)` along the flow, every population `d` has
//!
//! ```text
//! Expl(d) >= z*'d + sum |w_i| (l_i(d) - l_i*)^2,
//! ```
//!
//! so that an equilibrium plays best responses to `x*` only and has `l_i = l_i*`. Multipliers
//! `kappa_i` of these equations, from a linear programme over best responses, give the bound up to
//! `sum kappa_i^2 / (4 A |w_i|)`.

use super::approx::{Choice, FIRST_COORDINATE, LEADER, REWARD};
use super::equilibrium::solve;
use super::exact_policies::{ExactGame, ExactValues};
use super::proof::preamble;
use super::relaxation::Relaxation;
use super::squares::{Decomposition, short};
use super::witness::{Population, Populations, verified};
use crate::certificate::{Arithmetic, Combination, Step, TreeStep};
use crate::equilibrium::{Control, Proof};
use crate::exact::{Integer, Natural, Rational, from_short_dyadic, ratio, to_approx};
use crate::follower::Dependence;
use crate::game::Policy;
use crate::lp::{LpEngine, LpStatus};

/// `log2 A` in the proof.
const WEIGHT_BITS: usize = 44;
/// `A` in the linear programme, where only its order of magnitude matters.
const PENALTY: f64 = 1e5;
/// Fractional bits of weights and points in the proof.
const POINT_BITS: usize = 110;
/// Most rounds of pricing.
const MOST_ROUNDS: usize = 2_000;
/// Distance of the claim from binary64.
const SAFETY: f64 = 3e-9;

/// Multipliers of the proof.
#[derive(Debug)]
pub(super) struct Direct {
    pub(super) bound: f64,
    pub(super) deviations: Vec<(Rational, Policy)>,
    pub(super) tangents: Vec<(usize, Rational)>,
}

impl Direct {
    /// The tree of one box.
    pub(super) fn proof(
        &self,
        sigma: &Rational,
        dependences: &[Dependence],
        split: &Decomposition,
    ) -> Proof {
        let value = from_short_dyadic(self.bound, super::VALUE_BITS).unwrap_or(Rational::ZERO);
        let mut steps = preamble(sigma * &value, Arithmetic::Exact, dependences, split);
        steps.extend(
            self.deviations
                .iter()
                .map(|(_, policy)| Step::Tree(TreeStep::Deviation(policy.clone()))),
        );
        steps.push(Step::Tree(TreeStep::Leaf(Combination {
            objective: Rational::ONE,
            deviations: self
                .deviations
                .iter()
                .enumerate()
                .map(|(j, (weight, _))| (j, weight.clone()))
                .collect(),
            tangents: self.tangents.clone(),
            ranges: Vec::new(),
        })));
        Proof { value, steps }
    }
}

/// The bound, when the game is monotone and an equilibrium is known.
pub(super) fn direct(
    exact: &ExactGame,
    relaxation: &mut Relaxation,
    split: &Decomposition,
    populations: &mut Populations,
    control: &Control,
) -> Option<Direct> {
    let monotone = split.squares.iter().all(|square| square.follower < Rational::ZERO)
        && split.follower_rest_approx == 0.0;
    if !monotone {
        return None;
    }
    let known = populations.best()?.clone();
    let Restricted { bound, duals, support } = restricted(relaxation, &known, control)?;
    let policies: Vec<Policy> = support
        .iter()
        .map(|&policy| relaxation.model.game.policy(&relaxation.policies[policy].choice))
        .collect();
    if let Some(worst) = with_roots_of(exact, split, &known, policies) {
        populations.add(worst);
    }
    let weight = Rational::from(Integer::ONE << WEIGHT_BITS);
    let mut lost = 0.0;
    let mut tangents = Vec::new();
    for (i, (square, dual)) in split.squares.iter().zip(duals).enumerate() {
        let root = square
            .coefficients
            .iter()
            .zip(&known.values.coordinates)
            .fold(Rational::ZERO, |sum, (c, x)| sum + c * x);
        let curvature = -(&weight * &square.follower) + exact.signed(&square.leader);
        if curvature <= Rational::ZERO {
            return None;
        }
        // 2 s t l - s t^2 with t = l* + shift has the slope 2 s shift beyond the tangent at l*, and
        // the leader's own square, which the programme held constant, has the slope 2 e l* there.
        let own = exact.signed(&square.leader) * &root * ratio(2, 1);
        let shift = (short(-dual)? - own) / (&curvature * ratio(2, 1));
        lost += to_approx(&(&curvature * &shift * &shift));
        tangents.push((i, dyadic(&(root + shift))));
    }
    let deviations = known
        .parts
        .iter()
        .map(|(share, policy)| (dyadic(&(share * &weight)), policy.clone()))
        .collect();
    Some(Direct { bound: bound - lost - SAFETY * (1.0 + bound.abs()), deviations, tangents })
}

/// The nearest number with [`POINT_BITS`] fractional bits.
fn dyadic(value: &Rational) -> Rational {
    let scale = Natural::ONE << POINT_BITS;
    Rational::from_parts((value * Rational::from(scale.clone())).round(), scale)
}

/// The answer of the linear programme over best responses.
struct Restricted {
    bound: f64,
    duals: Vec<f64>,
    /// Policies of its point.
    support: Vec<usize>,
}

/// The mixture of `policies` with the same forms of the squares as `known`, if it is an
/// equilibrium; exact.
fn with_roots_of(
    exact: &ExactGame,
    split: &Decomposition,
    known: &Population,
    policies: Vec<Policy>,
) -> Option<Population> {
    let values: Vec<ExactValues> =
        policies.iter().map(|policy| exact.values(policy)).collect::<Option<_>>()?;
    let root = |coefficients: &[Rational], coordinates: &[Rational]| {
        coefficients.iter().zip(coordinates).fold(Rational::ZERO, |sum, (c, x)| sum + c * x)
    };
    let mut rows = vec![vec![Rational::ONE; policies.len() + 1]];
    for square in &split.squares {
        let mut row: Vec<Rational> =
            values.iter().map(|own| root(&square.coefficients, &own.coordinates)).collect();
        row.push(root(&square.coefficients, &known.values.coordinates));
        rows.push(row);
    }
    let weights = solve(rows, policies.len())?;
    let parts: Vec<(Rational, Policy)> =
        weights.into_iter().zip(policies).filter(|(weight, _)| !weight.is_zero()).collect();
    parts
        .iter()
        .all(|(weight, _)| *weight > Rational::ZERO)
        .then(|| verified(exact, parts, &Rational::ZERO))?
}

/// `min sigma J0 + PENALTY z*'d` over flows with the forms of the squares as in the equilibrium:
/// bound and duals of these equations.
fn restricted(
    relaxation: &mut Relaxation,
    known: &Population,
    control: &Control,
) -> Option<Restricted> {
    let model = &relaxation.model;
    let (count, forms, statistics) = (model.squares.len(), model.game.forms(), model.statistics);
    let coordinates: Vec<f64> = known.values.coordinates.iter().map(to_approx).collect();
    let mut values = vec![0.0; forms];
    values[LEADER] = to_approx(&known.values.leader);
    values[REWARD] = to_approx(&known.values.reward);
    values[FIRST_COORDINATE..].copy_from_slice(&coordinates);
    let roots: Vec<f64> = (0..count).map(|i| model.root(i, &values)).collect();
    // sigma J0 with the squares held at their values.
    let (leader_constant, mut row) = model.leader_row();
    let constant = leader_constant
        + (0..count).map(|i| model.squares[i].leader * roots[i] * roots[i]).sum::<f64>();
    row[REWARD] -= PENALTY;
    for k in 0..statistics {
        row[FIRST_COORDINATE + statistics + k] -= PENALTY * coordinates[k];
    }
    let (_, best) = model.best_response(&values);
    let best = model.evaluated(best);
    let follower_value = model.deviation(&best.values, &values);
    let offset = constant;
    let constant = constant + PENALTY * follower_value;

    let mut lp = LpEngine::new();
    lp.add_row((1.0, 1.0), &[], &[]);
    for &root in &roots {
        lp.add_row((root, root), &[], &[]);
    }
    let rows: Vec<usize> = (0..=count).collect();
    // The equations may miss by rounding: slack at a price.
    for i in 0..count {
        lp.add_column(PENALTY, (0.0, f64::INFINITY), &[i + 1], &[1.0]);
        lp.add_column(PENALTY, (0.0, f64::INFINITY), &[i + 1], &[-1.0]);
    }
    let start: Vec<Choice> =
        known.parts.iter().filter_map(|(_, policy)| relaxation.model.game.choice(policy)).collect();
    let start: Vec<usize> = start.into_iter().map(|choice| relaxation.policy(choice)).collect();
    let mut columns = Vec::new();
    let mut costs = vec![PENALTY; 2 * count];
    let mut next = start;
    let mut answer: Option<Restricted> = None;
    for _ in 0..MOST_ROUNDS {
        if control.stopped() {
            break;
        }
        for policy in std::mem::take(&mut next) {
            if columns.contains(&policy) {
                continue;
            }
            columns.push(policy);
            let values = relaxation.policies[policy].values.clone();
            let cost =
                row.iter().zip(&values).map(|(c, v)| c * v).sum::<f64>() + PENALTY * follower_value;
            let mut entries = vec![1.0];
            entries.extend((0..count).map(|i| relaxation.model.root(i, &values)));
            lp.add_column(cost, (0.0, f64::INFINITY), &rows, &entries);
            costs.push(cost);
        }
        if lp.solve() != LpStatus::Optimal {
            break;
        }
        let Some(point) = lp.point() else { break };
        let duals = point.row_duals_approx[1..=count].to_vec();
        let mut factors = row.clone();
        for (square, dual) in relaxation.model.squares.iter().zip(&duals) {
            for (j, coefficient) in square.coefficients.iter().enumerate() {
                factors[FIRST_COORDINATE + j] -= dual * coefficient;
            }
        }
        let (least, choice) = relaxation.model.game.least(&factors);
        let bound = least
            + constant
            + duals.iter().zip(&roots).map(|(dual, root)| dual * root).sum::<f64>();
        let support = || {
            (0..columns.len())
                .filter(|&j| point.columns_approx[2 * count + j] > 1e-12)
                .map(|j| columns[j])
                .collect()
        };
        if answer.as_ref().is_none_or(|known| bound > known.bound) {
            answer = Some(Restricted { bound, duals, support: support() });
        }
        let policy = relaxation.policy(choice);
        let reached: f64 = point.columns_approx.iter().zip(&costs).map(|(x, cost)| x * cost).sum();
        if columns.contains(&policy) || reached + offset - bound < 1e-11 * (1.0 + bound.abs()) {
            break;
        }
        next.push(policy);
    }
    answer
}
