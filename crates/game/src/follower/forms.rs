//! Exact values of linear forms of the occupation measure under a policy.

use super::FollowerError;
use super::flow::occupation;
use crate::exact::{Integer, Natural, Numerators, Rational};
use crate::game::{Column, LinearForm, Numbers, Policy, StagePolicy};
use dashu_base::Gcd;

/// The value of each form under `policy`, in their order; forms have a column per stage of
/// `numbers`.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game or `keep_going`, asked once per stage,
/// answers no.
pub fn form_values(
    numbers: &Numbers,
    forms: &[&LinearForm],
    policy: &Policy,
    keep_going: &dyn Fn() -> bool,
) -> Result<Vec<Rational>, FollowerError> {
    let small = PureFlow::new(numbers, policy)
        .and_then(|flow| forms.iter().map(|form| flow.value(form)).collect());
    if let Some(values) = small {
        return Ok(values);
    }
    let masses = occupation(numbers, policy, keep_going)?;
    Ok(forms.iter().map(|form| form.value(&masses)).collect())
}

/// The flow of a pure policy in machine integers.
struct PureFlow {
    /// Pair played in each state and its mass over the denominator of the stage, stage by stage.
    played: Vec<(usize, i128)>,
    stages: Vec<PureStage>,
}

struct PureStage {
    /// Where the stage ends among all that is played.
    end: usize,
    /// Denominator of its masses, a multiple of those before.
    denominator: i128,
}

impl PureFlow {
    /// `None` when the policy is not pure or does not fit, or a number is too large.
    fn new(numbers: &Numbers, policy: &Policy) -> Option<Self> {
        if policy.stages.len() != numbers.stages.len() {
            return None;
        }
        let mut masses: Vec<i128> =
            small(numbers.initial.numerators())?.iter().map(|&mass| i128::from(mass)).collect();
        let mut denominator = i128::try_from(numbers.initial.denominator()).ok()?;
        let mut flow = PureFlow {
            played: Vec::with_capacity(masses.len() * numbers.stages.len()),
            stages: Vec::new(),
        };
        for (stage, play) in numbers.stages.iter().zip(&policy.stages) {
            let StagePolicy::Pure(actions) = play else { return None };
            if actions.len() != stage.pairs.states() || actions.len() != masses.len() {
                return None;
            }
            let start = flow.played.len();
            for (state, (&action, &mass)) in actions.iter().zip(&masses).enumerate() {
                flow.played.push((stage.pairs.find(state, action as usize)?, mass));
            }
            flow.stages.push(PureStage { end: flow.played.len(), denominator });
            if let Some((successors, probability)) = &stage.transition {
                let own = small(probability.numerators())?;
                let mut next = vec![0i128; masses.len()];
                for &(pair, mass) in flow.played[start..].iter().filter(|(_, mass)| *mass != 0) {
                    for entry in successors.of_pair(pair) {
                        let sum = &mut next[successors.state(entry)];
                        *sum = sum.checked_add(mass.checked_mul(i128::from(own[entry]))?)?;
                    }
                }
                masses = next;
                denominator =
                    denominator.checked_mul(i128::try_from(probability.denominator()).ok()?)?;
            }
        }
        Some(flow)
    }

    /// The value of a form; `None` when a number is too large.
    fn value(&self, form: &LinearForm) -> Option<Rational> {
        let mut common: u64 = 1;
        for column in form.stages.iter().filter(|column| !column.coefficients.is_empty()) {
            let own = u64::try_from(column.coefficients.denominator()).ok()?;
            common = (common / common.gcd(own)).checked_mul(own)?;
        }
        let last = self.stages.last().map_or(1, |stage| stage.denominator);
        let (mut sum, mut start) = (0i128, 0);
        for (column, stage) in form.stages.iter().zip(&self.stages) {
            if !column.coefficients.is_empty() {
                let own = u64::try_from(column.coefficients.denominator()).ok()?;
                let widened = i128::from(common / own).checked_mul(last / stage.denominator)?;
                let value = weighted(column, &self.played[start..stage.end])?;
                sum = sum.checked_add(value.checked_mul(widened)?)?;
            }
            start = stage.end;
        }
        let denominator = last.checked_mul(i128::from(common))?;
        Some(Rational::from_parts(Integer::from(sum), Natural::from(denominator.unsigned_abs())))
    }
}

/// `sum_i coefficient(pair_i) mass_i` over the numerators.
fn weighted(column: &Column, played: &[(usize, i128)]) -> Option<i128> {
    let own = small(column.coefficients.numerators())?;
    played.iter().try_fold(0i128, |sum, &(pair, mass)| {
        let coefficient = match &column.support {
            None => own[pair],
            Some(support) => support.binary_search(&(pair as u32)).map_or(0, |index| own[index]),
        };
        sum.checked_add(mass.checked_mul(i128::from(coefficient))?)
    })
}

fn small(numerators: &Numerators) -> Option<&[i64]> {
    match numerators {
        Numerators::Small(values) => Some(values),
        Numerators::Big(_) => None,
    }
}
