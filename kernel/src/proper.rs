//! Whether probabilities are at least 0 ([2]).

use crate::prelude::*;

/// Over all decisions and populations: each entry by [3] over the ends of parameters and
/// statistics, or by its least value over populations.
pub(crate) fn everywhere(listing: &Listing) -> bool {
    let frame = Frame::of(listing.ends());
    within(listing, &frame, |p| least(listing, p).is_some_and(|p| p >= Rational::ZERO)) == Ok(true)
}

/// Over a frame, entries apart that are excused.
pub(crate) fn within(
    listing: &Listing,
    frame: &Frame,
    excused: impl Fn(&Polynomial) -> bool,
) -> Done<bool> {
    for Transition { successors, probability } in
        listing.stages.iter().filter_map(|stage| stage.transition.as_ref())
    {
        let mut all = Vector::new(successors.len());
        all.add(false, probability, one(), same)?;
        if !all.clone().negative(frame, |entry| excused(&all.get(entry)))?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `c + sum_k a_k x_k` is at least `c + sum_t min over pairs i of t of sum_k a_k M_k(i)`.
fn least(listing: &Listing, polynomial: &Polynomial) -> Option<Rational> {
    let mut least = Rational::ZERO;
    let mut sums: BTreeMap<u32, Vec<Rational>> = BTreeMap::new();
    for (monomial, value) in polynomial.terms() {
        match monomial.factors() {
            [] => least += value,
            [(Variable::Statistic(k), 1)] => {
                let Statistic { stage, weights } = &listing.statistics[*k as usize];
                let zeros = || vec![Rational::ZERO; listing.stages[*stage as usize].pairs()];
                let sums = sums.entry(*stage).or_insert_with(zeros);
                for (pair, index) in weights.entries() {
                    sums[pair] += weights.coefficients.get(index) * value;
                }
            }
            _ => return None,
        }
    }
    let minima = sums.into_values().filter_map(|sums| sums.into_iter().min());
    Some(minima.fold(least, |sum, least| sum + least))
}
