//! Whether probabilities are at least 0 ([2]).

use crate::prelude::*;

/// Over all decisions and populations: each entry by [3] over the ends of parameters and
/// statistics, or by its least value over populations.
pub(crate) fn everywhere(listing: &Listing) -> bool {
    let frame = Frame::of(listing.ends());
    let shown =
        |p: &Polynomial| least(listing, &frame, p).is_ok_and(|least| least >= Some(Rational::ZERO));
    within(listing, &frame, shown) == Ok(true)
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

/// Over populations, `sum_k a_k x_k` is at least `sum_t min over pairs i of t of sum_k a_k M_k(i)`;
/// the rest of a polynomial by [3].
pub(crate) fn least(data: &Data, frame: &Frame, polynomial: &Polynomial) -> Done<Option<Rational>> {
    let mut rest = Polynomial::zero();
    let mut sums: BTreeMap<u32, Vec<Rational>> = BTreeMap::new();
    for (monomial, value) in polynomial.terms() {
        let form = match monomial.factors() {
            [(Variable::Statistic(k), 1)] => data.form(*k),
            _ => None,
        };
        let Some((stage, weights)) = form else {
            rest.add_term(monomial.clone(), value.clone());
            continue;
        };
        let zeros = || vec![Rational::ZERO; data.stages[stage as usize].pairs()];
        let sums = sums.entry(stage).or_insert_with(zeros);
        charge(16 * sums.len() + 64 * number_size(value) * weights.coefficients.len())?;
        for (pair, index) in weights.entries() {
            sums[pair] += weights.coefficients.get(index) * value;
        }
    }
    let minima = sums.into_values().filter_map(|sums| sums.into_iter().min());
    Ok(frame.lowest(&rest)?.map(|rest| minima.fold(rest, |sum, least| sum + least)))
}
