//! Whether probabilities are at least 0 ([2]).

use crate::error::Refusal;
use crate::listing::{Listing, Transition};
use crate::number::Rational;
use crate::polynomial::{Frame, Polynomial, Variable};
use crate::work::note;

/// Over all decisions and populations, by one of two bounds for each entry: [3] over the ends of
/// parameters and statistics, or the least value over populations where it is affine in the
/// statistics alone.
pub(crate) fn everywhere(listing: &Listing) -> bool {
    let frame = Frame { ends: listing.ends(), ..Frame::default() };
    listing.stages.iter().filter_map(|stage| stage.transition.as_ref()).all(|transition| {
        each_entry(transition, |probability| {
            frame.nonnegative(probability).unwrap_or(false)
                || least_over_populations(listing, probability)
                    .is_some_and(|least| least >= Rational::ZERO)
        })
    })
}

/// Over a frame.
///
/// # Errors
/// [`Refusal`] as [`Frame::lowest`].
pub(crate) fn within(listing: &Listing, frame: &Frame) -> Result<bool, Refusal> {
    let mut problem = None;
    let proper = listing.stages.iter().filter_map(|stage| stage.transition.as_ref()).all(|t| {
        each_entry(t, |probability| match frame.nonnegative(probability) {
            Ok(shown) => shown,
            Err(refusal) => {
                problem.get_or_insert(refusal);
                false
            }
        })
    });
    problem.map_or(Ok(proper), Err)
}

/// Whether all probabilities of a stage pass a test; constants are compared with 0.
fn each_entry(transition: &Transition, mut test: impl FnMut(&Polynomial) -> bool) -> bool {
    let entries = transition.successors.state.len();
    if let [(monomial, column)] = transition.probability.as_slice()
        && monomial.is_one()
    {
        return column.coefficients.iter().all(|value| value >= Rational::ZERO);
    }
    (0..entries).all(|entry| {
        let mut polynomial = Polynomial::zero();
        note(transition.probability.len());
        for (monomial, column) in &transition.probability {
            if let Some(index) = column.index(entry) {
                polynomial.add_term(monomial.clone(), column.coefficients.get(index));
            }
        }
        match polynomial.as_constant() {
            Some(value) => value >= Rational::ZERO,
            None => test(&polynomial),
        }
    })
}

/// `c + sum_k a_k x_k` is at least `c + sum_t min over pairs i of t of sum_k a_k M_k(i)`.
fn least_over_populations(listing: &Listing, polynomial: &Polynomial) -> Option<Rational> {
    let mut least = Rational::ZERO;
    let mut terms: Vec<(usize, &Rational)> = Vec::new();
    for (monomial, value) in polynomial.terms() {
        match monomial.factors() {
            [] => least += value,
            [(Variable::Statistic(k), 1)] => terms.push((*k as usize, value)),
            _ => return None,
        }
    }
    for (t, stage) in listing.stages.iter().enumerate() {
        let here = terms.iter().filter(|term| listing.statistics[term.0].stage as usize == t);
        if here.clone().next().is_none() {
            continue;
        }
        let of_pair = |pair: usize| {
            here.clone().fold(Rational::ZERO, |sum, (k, value)| {
                let weights = &listing.statistics[*k].weights;
                match weights.index(pair) {
                    Some(index) => sum + weights.coefficients.get(index) * *value,
                    None => sum,
                }
            })
        };
        least += (0..stage.pairs()).map(of_pair).min()?;
    }
    Some(least)
}
