//! What is computed with vectors over one denominator besides what the kernel does.

use super::{Integer, Natural, Numerators, Rational, Scaled};
use dashu_base::Gcd;

/// Sums, products and places of [`Scaled`] vectors.
pub trait ScaledExt: Sized {
    /// `len` zeros.
    #[must_use]
    fn zeros(len: usize) -> Self;

    /// The vector of length `len` with entry `i` at `places[i]`, which are distinct, and zeros
    /// elsewhere.
    #[must_use]
    fn placed(&self, len: usize, places: &[usize]) -> Self;

    /// The vector of length `len` whose entry `k` is the sum of `self[i] other[j]` over the terms
    /// `(k, i, j)`.
    #[must_use]
    fn sums_of_products(
        &self,
        other: &Self,
        len: usize,
        terms: impl Iterator<Item = (usize, usize, usize)> + Clone,
    ) -> Self;

    /// `sum_i self_i other_i`.
    #[must_use]
    fn dot(&self, other: &Self) -> Rational;
}

impl ScaledExt for Scaled {
    fn zeros(len: usize) -> Self {
        Scaled::from_small(vec![0; len], 1)
    }

    fn placed(&self, len: usize, places: &[usize]) -> Self {
        match (self.numerators(), u64::try_from(self.denominator())) {
            (Numerators::Small(values), Ok(denominator)) => {
                let mut placed = vec![0; len];
                places.iter().zip(values).for_each(|(&place, &value)| placed[place] = value);
                Scaled::from_small(placed, denominator)
            }
            (values, _) => {
                let mut placed = vec![Integer::ZERO; len];
                places.iter().enumerate().for_each(|(i, &place)| placed[place] = values.get(i));
                Scaled::from_integers(placed, self.denominator().clone())
            }
        }
    }

    fn sums_of_products(
        &self,
        other: &Self,
        len: usize,
        terms: impl Iterator<Item = (usize, usize, usize)> + Clone,
    ) -> Self {
        if let Some(sums) = small_sums(self, other, len, terms.clone()) {
            return sums;
        }
        let mut sums = vec![Integer::ZERO; len];
        for (k, i, j) in terms {
            sums[k] += self.numerators().get(i) * other.numerators().get(j);
        }
        Scaled::from_integers(sums, self.denominator() * other.denominator())
    }

    fn dot(&self, other: &Self) -> Rational {
        let (a, b) = (self.numerators(), other.numerators());
        let sum = match (a, b) {
            (Numerators::Small(a), Numerators::Small(b)) => a
                .iter()
                .zip(b)
                .try_fold(0i128, |sum, (&a, &b)| sum.checked_add(i128::from(a) * i128::from(b))),
            _ => None,
        };
        let carrying = || (0..self.len().min(other.len())).filter(|&i| !a.is_zero_at(i));
        let products = || carrying().map(|i| a.get(i) * b.get(i));
        let sum = sum.map_or_else(
            || products().fold(Integer::ZERO, |sum, product| sum + product),
            Integer::from,
        );
        Rational::from_parts(sum, self.denominator() * other.denominator())
    }
}

/// [`ScaledExt::sums_of_products`] on machine integers; `None` when something does not fit.
fn small_sums(
    first: &Scaled,
    second: &Scaled,
    len: usize,
    terms: impl Iterator<Item = (usize, usize, usize)>,
) -> Option<Scaled> {
    let (Numerators::Small(a), Numerators::Small(b)) = (first.numerators(), second.numerators())
    else {
        return None;
    };
    let denominator = i128::try_from(first.denominator())
        .ok()?
        .checked_mul(i128::try_from(second.denominator()).ok()?)?;
    let mut sums = vec![0i128; len];
    for (k, i, j) in terms {
        sums[k] = sums[k].checked_add(i128::from(a[i]) * i128::from(b[j]))?;
    }
    Some(from_wide(sums, denominator))
}

/// `numerators / denominator` of a positive denominator.
fn from_wide(numerators: Vec<i128>, denominator: i128) -> Scaled {
    let mut common = denominator.unsigned_abs();
    for &n in numerators.iter().filter(|n| **n != 0) {
        if common == 1 {
            break;
        }
        common = common.gcd(n.unsigned_abs());
    }
    let divided = |n: i128| if common == 1 { n } else { n / common as i128 };
    let small: Option<Vec<i64>> =
        numerators.iter().map(|&n| i64::try_from(divided(n)).ok()).collect();
    match (small, u64::try_from(denominator.unsigned_abs() / common)) {
        (Some(values), Ok(denominator)) => Scaled::from_small(values, denominator),
        _ => Scaled::from_integers(
            numerators.into_iter().map(Integer::from).collect(),
            Natural::from(denominator.unsigned_abs()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn one_representation_per_vector() {
        let entries = [ratio(1, 2), ratio(-3, 4), ratio(0, 1)];
        let direct = Scaled::from_rationals(&entries);
        assert_eq!(direct, Scaled::from_small(vec![4, -6, 0], 8));
        let big = [4, -6, 0].map(Integer::from).to_vec();
        assert_eq!(direct, Scaled::from_integers(big, Natural::from(8u8)));
        assert_eq!(direct.iter().collect::<Vec<_>>(), entries);
    }

    /// Machine integers, their overflow and unbounded ones against rationals one by one.
    #[test]
    fn products_and_places() {
        let big = Rational::from(Integer::from(1) << 100);
        let vectors = [
            vec![ratio(1, 6), ratio(-3, 4), Rational::ZERO],
            vec![ratio(i64::MAX, 7), ratio(i64::MAX, 11), ratio(i64::MIN, 1)],
            vec![ratio(1, u64::MAX), ratio(1, u64::MAX - 1), ratio(5, 3)],
            vec![big.clone(), ratio(1, 3), -big],
        ];
        let terms = [(0, 0, 1), (1, 2, 2), (0, 1, 0), (1, 1, 1), (1, 0, 0)];
        for a in &vectors {
            let own = Scaled::from_rationals(a);
            assert_eq!(own.iter().collect::<Vec<_>>(), *a);
            let placed = [a[2].clone(), Rational::ZERO, a[0].clone(), a[1].clone()];
            assert_eq!(own.placed(4, &[2, 3, 0]), Scaled::from_rationals(&placed));
            for b in &vectors {
                let other = Scaled::from_rationals(b);
                let sum = |k| {
                    terms
                        .iter()
                        .filter(|t| t.0 == k)
                        .fold(Rational::ZERO, |sum, &(_, i, j)| sum + &a[i] * &b[j])
                };
                let expected = Scaled::from_rationals(&[sum(0), sum(1), sum(2)]);
                assert_eq!(own.sums_of_products(&other, 3, terms.iter().copied()), expected);
                assert_eq!(
                    own.dot(&other),
                    (0..3).fold(Rational::ZERO, |sum, i| sum + &a[i] * &b[i])
                );
            }
        }
    }

    #[test]
    fn zeros_have_denominator_one() {
        assert_eq!(Scaled::from_small(vec![0, 0], 12), Scaled::zeros(2));
        assert!(Scaled::zeros(2).is_zero());
    }

    #[test]
    fn large_numerators_are_kept() {
        let big = Rational::from(Integer::from(1) << 100);
        let vector = Scaled::from_rationals(&[big.clone(), ratio(1, 3)]);
        assert_eq!(vector.get(0), big);
        assert_eq!(vector.get(1), ratio(1, 3));
    }
}
