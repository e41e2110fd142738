//! Exactly rational eps-equilibria.

use super::exact_policies::{ExactGame, ExactValues};
use crate::certificate::Part;
use crate::exact::{Integer, Natural, Rational, from_approx, from_short_dyadic};
use crate::game::Policy;

/// Fractional bits of rounded weights.
const BITS: u32 = 46;
/// Pulls towards an equilibrium, each four times as far as the one before.
const PULLS: u32 = 20;
/// The first pull.
const FIRST_PULL: u32 = 44;
/// Distances from a weight in binary64 at which a simple fraction is taken for it: the weights of a
/// quadratic optimum are known to the square root of what is known of its value.
const NEARLY: [f64; 4] = [1e-9, 1e-7, 1e-5, 1e-3];

/// A mixture of policies that is an eps-equilibrium.
#[derive(Debug, Clone)]
pub(super) struct Population {
    /// `sigma J0`.
    pub(super) value: Rational,
    pub(super) parts: Vec<(Rational, Policy)>,
    pub(super) values: ExactValues,
}

impl Population {
    pub(super) fn parts(&self) -> Vec<Part> {
        self.parts
            .iter()
            .map(|(weight, policy)| Part { weight: weight.clone(), policy: policy.clone() })
            .collect()
    }
}

/// The eps-equilibria found.
#[derive(Debug, Default)]
pub(super) struct Populations {
    all: Vec<Population>,
}

impl Populations {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn add(&mut self, population: Population) {
        self.all.push(population);
    }

    /// All of them, in the order in which they were found.
    pub(super) fn all(&self) -> &[Population] {
        &self.all
    }

    /// The one with the least value.
    pub(super) fn best(&self) -> Option<&Population> {
        self.all.iter().reduce(|best, other| if other.value < best.value { other } else { best })
    }

    /// Makes a mixture in binary64 exact, pulled towards the equilibria known until it is an
    /// eps-equilibrium; whether that was reached.
    pub(super) fn round(
        &mut self,
        exact: &ExactGame,
        mixture: &[(f64, Policy)],
        epsilon: &Rational,
    ) -> bool {
        let Some(parts) = rounded(mixture) else { return false };
        let mut found: Option<Population> = None;
        let mut towards: Vec<Vec<(Rational, Policy)>> = vec![Vec::new()];
        towards.extend(self.all.iter().map(|population| population.parts.clone()));
        for anchor in &towards {
            let pulls = if anchor.is_empty() { 1 } else { PULLS };
            for pull in 0..pulls {
                let share = Rational::from_parts(
                    Integer::ONE,
                    Natural::ONE << FIRST_PULL.saturating_sub(2 * pull) as usize,
                );
                let mixed =
                    if anchor.is_empty() { parts.clone() } else { blend(&parts, anchor, &share) };
                if let Some(population) = verified(exact, mixed, epsilon) {
                    if found.as_ref().is_none_or(|known| population.value < known.value) {
                        found = Some(population);
                    }
                    break;
                }
            }
            if anchor.is_empty() && found.is_some() {
                break;
            }
        }
        let reached = found.is_some();
        self.all.extend(found);
        reached
    }
}

/// Weights that are the simplest fractions within `tolerance`; the heaviest policy has the rest.
fn simplest(mixture: &[(f64, Policy)], tolerance: f64) -> Option<Vec<(Rational, Policy)>> {
    shared_out(mixture, |weight| {
        if weight <= tolerance {
            return Some(Rational::ZERO);
        }
        Some(Rational::simplest_in(
            from_approx(weight - tolerance)?,
            from_approx(weight + tolerance)?,
        ))
    })
}

/// The best eps-equilibrium among the simple fractions next to a mixture in binary64.
pub(super) fn simplified(
    exact: &ExactGame,
    mixture: &[(f64, Policy)],
    epsilon: &Rational,
) -> Option<Population> {
    let near = NEARLY.iter().filter_map(|tolerance| simplest(mixture, *tolerance));
    near.filter_map(|parts| verified(exact, parts, epsilon))
        .reduce(|best, other| if other.value < best.value { other } else { best })
}

/// The population of one policy, if it is an eps-equilibrium.
pub(super) fn pure(exact: &ExactGame, policy: Policy, epsilon: &Rational) -> Option<Population> {
    verified(exact, vec![(Rational::ONE, policy)], epsilon)
}

/// The mixture, if it is an eps-equilibrium.
pub(super) fn verified(
    exact: &ExactGame,
    parts: Vec<(Rational, Policy)>,
    epsilon: &Rational,
) -> Option<Population> {
    let own: Vec<ExactValues> =
        parts.iter().map(|(_, policy)| exact.values(policy)).collect::<Option<_>>()?;
    let weighted: Vec<(Rational, &ExactValues)> =
        parts.iter().map(|(weight, _)| weight.clone()).zip(&own).collect();
    let values = ExactGame::mixed(&weighted);
    let (exploitability, _) = exact.exploitability(&values)?;
    (exploitability <= *epsilon).then(|| Population {
        value: exact.objective(&values.leader, &values.coordinates),
        parts,
        values,
    })
}

/// Weights as short dyadics that sum to one.
fn rounded(mixture: &[(f64, Policy)]) -> Option<Vec<(Rational, Policy)>> {
    shared_out(mixture, |weight| from_short_dyadic(weight, BITS))
}

/// Weights made exact by `exact`; the heaviest policy has what the others leave.
fn shared_out(
    mixture: &[(f64, Policy)],
    exact: impl Fn(f64) -> Option<Rational>,
) -> Option<Vec<(Rational, Policy)>> {
    let heaviest = (0..mixture.len()).max_by(|&a, &b| mixture[a].0.total_cmp(&mixture[b].0))?;
    let mut parts = Vec::new();
    let mut rest = Rational::ONE;
    for (position, (weight, policy)) in mixture.iter().enumerate() {
        let weight = exact(*weight)?;
        if position != heaviest && weight > Rational::ZERO {
            rest -= &weight;
            parts.push((weight, policy.clone()));
        }
    }
    (rest > Rational::ZERO).then(|| {
        parts.insert(0, (rest, mixture[heaviest].1.clone()));
        parts
    })
}

/// `(1 - share) a + share b`.
fn blend(
    a: &[(Rational, Policy)],
    b: &[(Rational, Policy)],
    share: &Rational,
) -> Vec<(Rational, Policy)> {
    let keep = Rational::ONE - share;
    let mut mixed: Vec<(Rational, Policy)> =
        a.iter().map(|(weight, policy)| (&keep * weight, policy.clone())).collect();
    for (weight, policy) in b {
        match mixed.iter_mut().find(|(_, own)| own == policy) {
            Some((own, _)) => *own += share * weight,
            None => mixed.push((share * weight, policy.clone())),
        }
    }
    mixed.retain(|(weight, _)| !weight.is_zero());
    mixed
}
