//! Exact values at one decision in class C0, and certain lower bounds of games with one site.

use super::world::{Table, World};
use crate::game::Game;
use smfg_kernel::{Monomial, Polynomial, Rational, Variable};

/// The least `sigma J0` over eps-equilibria, a multiplier that proves it, and a population.
pub struct Best {
    pub value: Rational,
    pub multiplier: Rational,
    pub d: Table,
}

/// Whether no data depend on the population, but for a payoff that is linear in it.
pub fn is_free(game: &Game) -> bool {
    let sees = |polynomial: &Polynomial| {
        !polynomial.only(|variable| !matches!(variable, Variable::Statistic(_)))
    };
    let pair = |pair: &crate::game::Pair| {
        sees(&pair.reward) || sees(&pair.leader) || pair.to.iter().any(|next| sees(&next.1))
    };
    let free = game.functions.is_empty() && game.slopes().is_some();
    free && !game.stages.iter().flatten().any(pair)
}

/// In class C0 populations are the mixtures of those of pure policies, loss and reward are linear:
/// the least reward is that of a pure policy, or of two with the loss eps together.
pub fn best(world: &World, u: &[Rational], pessimistic: bool, epsilon: &Rational) -> Option<Best> {
    if !is_free(&world.game) {
        return None;
    }
    let sigma = if pessimistic { Rational::ONE } else { Rational::NEG_ONE };
    let mut points: Vec<(Rational, Rational, Table)> = Vec::new();
    for policy in world.pure() {
        let point = world.population(u, policy)?;
        points.push((point.loss, &sigma * point.reward, point.d));
    }
    let mut best: Option<(Rational, Table)> = None;
    let mut offer = |value: Rational, d: &dyn Fn() -> Table| {
        if best.as_ref().is_none_or(|best| value < best.0) {
            best = Some((value, d()));
        }
    };
    for (loss, value, d) in points.iter().filter(|point| point.0 <= *epsilon) {
        offer(value.clone(), &|| d.clone());
        for (more, other, e) in points.iter().filter(|point| point.0 > *epsilon) {
            let share = (epsilon - loss) / (more - loss);
            let mixed = value + (other - value) * &share;
            offer(mixed, &|| {
                let mix = |(d, e): (&Rational, &Rational)| d + (e - d) * &share;
                let stages = d.iter().zip(e);
                stages.map(|(d, e)| d.iter().zip(e).map(mix).collect()).collect()
            });
        }
    }
    let (value, d) = best?;
    let steepest = points.iter().filter(|point| point.0 > *epsilon);
    let steepest = steepest.map(|(loss, other, _)| (&value - other) / (loss - epsilon));
    let multiplier = steepest.max().filter(|slope| *slope > Rational::ZERO);
    Some(Best { value, multiplier: multiplier.unwrap_or(Rational::ZERO), d })
}

/// A number that `sigma J0` is at least at every eps-equilibrium, where one is at hand.
pub fn least(
    world: &World,
    u: &[Rational],
    pessimistic: bool,
    epsilon: &Rational,
) -> Option<Rational> {
    match best(world, u, pessimistic, epsilon) {
        Some(best) => Some(best.value),
        None => least_on_a_line(&world.game, u, pessimistic, epsilon),
    }
}

/// One site with two pairs: loss and reward are piecewise polynomials of the second share `s`, and
/// a polynomial `sum c_k s^k` moves by at most `sum k |c_k|` per unit on `[0, 1]`.
fn least_on_a_line(
    game: &Game,
    u: &[Rational],
    pessimistic: bool,
    epsilon: &Rational,
) -> Option<Rational> {
    let [pairs] = game.stages.as_slice() else { return None };
    if !game.functions.is_empty() {
        return None;
    }
    let ([first, second], 1) = (pairs.as_slice(), game.states) else { return None };
    let line = |k: usize| {
        let weight = |pair: u32| {
            let weights = &game.statistics[k].1;
            let found = weights.iter().find(|weight| weight.0 == pair);
            found.map_or(Rational::ZERO, |weight| weight.1.clone())
        };
        vec![weight(0), weight(1) - weight(0)]
    };
    let on_line = |polynomial: &Polynomial| {
        let mut sum = vec![Rational::ZERO];
        for (monomial, value) in polynomial.terms() {
            let mut product = vec![value.clone()];
            for (variable, exponent) in Monomial::factors(monomial) {
                let factor = match variable {
                    Variable::Parameter(k) => vec![u[*k as usize].clone()],
                    Variable::Statistic(k) => line(*k as usize),
                    _ => Vec::new(),
                };
                for _ in 0..*exponent {
                    product = times(&product, &factor);
                }
            }
            sum = plus(&sum, &product, &Rational::ONE);
        }
        sum
    };
    let share = vec![Rational::ZERO, Rational::ONE];
    let rest = vec![Rational::ONE, Rational::NEG_ONE];
    let gain = plus(&on_line(&second.reward), &on_line(&first.reward), &Rational::NEG_ONE);
    let losses = [times(&rest, &gain), plus(&[], &times(&share, &gain), &Rational::NEG_ONE)];
    let earned = plus(
        &times(&rest, &on_line(&first.leader)),
        &times(&share, &on_line(&second.leader)),
        &Rational::ONE,
    );
    let sigma = if pessimistic { Rational::ONE } else { Rational::NEG_ONE };
    let reward = plus(&[], &plus(&earned, &on_line(&game.payoff), &Rational::ONE), &sigma);
    let count = 128;
    let half = Rational::ONE / Rational::from(2 * count);
    let below = |line: &[Rational], middle: &Rational| {
        let mut value = Rational::ZERO;
        let mut slope = Rational::ZERO;
        for (k, c) in line.iter().enumerate().rev() {
            value = value * middle + c;
            let size = if *c < Rational::ZERO { -c.clone() } else { c.clone() };
            slope += size * Rational::from(k);
        }
        value - slope * &half
    };
    let mut least: Option<Rational> = None;
    for k in 0..count {
        let middle = Rational::from(2 * k + 1) * &half;
        if losses.iter().any(|loss| below(loss, &middle) > *epsilon) {
            continue;
        }
        let value = below(&reward, &middle);
        if least.as_ref().is_none_or(|least| value < *least) {
            least = Some(value);
        }
    }
    least
}

fn times(a: &[Rational], b: &[Rational]) -> Vec<Rational> {
    let mut product = vec![Rational::ZERO; (a.len() + b.len()).saturating_sub(1)];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            product[i + j] += x * y;
        }
    }
    product
}

fn plus(a: &[Rational], b: &[Rational], factor: &Rational) -> Vec<Rational> {
    let at = |line: &[Rational], k: usize| line.get(k).cloned().unwrap_or(Rational::ZERO);
    (0..a.len().max(b.len())).map(|k| at(a, k) + at(b, k) * factor).collect()
}
