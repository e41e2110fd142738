//! Numbers: rationals, vectors of rationals over one denominator, and sums of products of these.
//!
//! Every number is exact. Machine integers are used while they fit, with checked operations, and
//! unbounded integers from the first one that does not.

use crate::prelude::*;
use dashu_base::{BitTest, Gcd};

/// An integer of any size.
pub type Integer = dashu_int::IBig;
/// A natural number of any size.
pub type Natural = dashu_int::UBig;
/// A rational number in lowest terms, its denominator positive.
pub type Rational = dashu_ratio::RBig;

/// Most decimal digits of a numerator or of a denominator in a text.
pub const MOST_DIGITS: usize = 1 << 16;
/// Most bits of a numerator or a denominator that is computed.
pub const MOST_BITS: usize = 1 << 20;

/// The rational number that a text `p` or `p/q` spells: decimal digits, `p` with or without a
/// minus sign, `q` positive. The fraction need not be in lowest terms.
pub fn parse(text: &str) -> Done<Rational> {
    let natural = |digits: &str| {
        let decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
        let short = digits.len() <= MOST_DIGITS;
        Natural::from_str_radix(if decimal && short { digits } else { "" }, 10).ok()
    };
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (above, below) = unsigned.split_once('/').unwrap_or((unsigned, "1"));
    match (natural(above), natural(below)) {
        (Some(above), Some(below)) if !below.is_zero() => {
            let sign = if unsigned.len() < text.len() { Integer::NEG_ONE } else { Integer::ONE };
            Ok(Rational::from_parts(sign * above, below))
        }
        _ => Err(Refusal::Text(format!("`{:.40}` is no number p or p/q", text))),
    }
}

/// Least common multiple of two positive numbers.
pub fn least_common_multiple(a: &Natural, b: &Natural) -> Natural {
    if a == b || b.is_one() { a.clone() } else { a / a.gcd(b) * b }
}

fn words(value: &Integer) -> usize {
    value.bit_len() / 64 + 1
}

/// How many machine words a number takes.
pub(crate) fn number_size(value: &Rational) -> usize {
    (value.numerator().bit_len() + value.denominator().bit_len()) / 64 + 2
}

/// Counts what a sum or product with this number costs, and refuses one that is too long.
pub(crate) fn charge_number(value: &Rational) -> Done {
    let bits = value.numerator().bit_len().max(value.denominator().bit_len());
    limit(bits <= MOST_BITS, "a number with too many digits")?;
    // Fractions are reduced, which costs the square of their length.
    charge(number_size(value).pow(2))
}

/// Numerators of a [`Scaled`] vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numerators {
    /// All fit a machine integer.
    Small(Vec<i64>),
    /// At least one does not.
    Big(Vec<Integer>),
}

impl Numerators {
    /// Entry `index` as an integer.
    pub fn get(&self, index: usize) -> Integer {
        match self {
            Numerators::Small(values) => Integer::from(values[index]),
            Numerators::Big(values) => values[index].clone(),
        }
    }
}

/// A vector of rationals `numerators[i] / denominator`.
///
/// The denominator is the least possible and the numerators are machine integers whenever all fit,
/// so that equal vectors have equal representations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaled {
    denominator: Natural,
    numerators: Numerators,
}

impl Scaled {
    /// The vector with these entries.
    pub fn from_rationals(values: &[Rational]) -> Self {
        let denominator =
            values.iter().fold(Natural::ONE, |d, v| least_common_multiple(&d, v.denominator()));
        let numerator = |v: &Rational| v.numerator() * (&denominator / v.denominator());
        Self::from_integers(values.iter().map(numerator).collect(), denominator)
    }

    /// `numerators / denominator`, reduced to the least denominator; a denominator of 0 counts as 1.
    pub fn from_small(mut numerators: Vec<i64>, denominator: u64) -> Self {
        let denominator = denominator.max(1);
        let reduce = |common: u64, n: &i64| match common {
            1 => None,
            _ if *n == 0 => Some(common),
            _ => Some(common.gcd(n.unsigned_abs())),
        };
        let common = numerators.iter().try_fold(denominator, reduce).unwrap_or(1);
        if common > 1 {
            // A common factor of 2^63 leaves 0 and -1, so that the quotients fit.
            numerators.iter_mut().for_each(|n| *n = (i128::from(*n) / i128::from(common)) as i64);
        }
        let numerators = Numerators::Small(numerators);
        Scaled { denominator: Natural::from(denominator / common), numerators }
    }

    /// `numerators / denominator`, reduced to the least denominator; a denominator of 0 counts as 1.
    pub fn from_integers(mut numerators: Vec<Integer>, denominator: Natural) -> Self {
        let denominator = if denominator.is_zero() { Natural::ONE } else { denominator };
        let reduce = |common: Natural, n: &Integer| match common.is_one() {
            true => None,
            false if n.is_zero() => Some(common),
            false => Some(common.gcd(&n.clone().into_parts().1)),
        };
        let common = numerators.iter().try_fold(denominator.clone(), reduce);
        let common = common.unwrap_or(Natural::ONE);
        if !common.is_one() {
            numerators.iter_mut().for_each(|n| *n /= &common);
        }
        let numerators = fitted(numerators, |value| i64::try_from(value).ok());
        Scaled { denominator: denominator / common, numerators }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        match &self.numerators {
            Numerators::Small(values) => values.len(),
            Numerators::Big(values) => values.len(),
        }
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entry `index`.
    pub fn get(&self, index: usize) -> Rational {
        Rational::from_parts(self.numerators.get(index), self.denominator.clone())
    }

    /// The common denominator.
    pub fn denominator(&self) -> &Natural {
        &self.denominator
    }

    /// The numerators.
    pub fn numerators(&self) -> &Numerators {
        &self.numerators
    }

    /// Whether every entry is zero.
    pub fn is_zero(&self) -> bool {
        (0..self.len()).all(|i| self.numerators.get(i).is_zero())
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = Rational> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }
}

/// Numerators as machine integers if all fit.
fn fitted<T: Into<Integer>>(values: Vec<T>, small: impl Fn(&T) -> Option<i64>) -> Numerators {
    match values.iter().map(small).collect() {
        Some(values) => Numerators::Small(values),
        None => Numerators::Big(values.into_iter().map(Into::into).collect()),
    }
}

/// A term `a_i b_j` of the sum at entry `k`: `(k, i, j)`.
pub(crate) type Term = (usize, usize, usize);

/// A vector of sums over one denominator, zero at first: where combinations are added up.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    denominator: Natural,
    sums: Sums,
}

#[derive(Debug, Clone)]
enum Sums {
    Small(Vec<i128>),
    Big(Vec<Integer>),
}

impl Lane {
    pub(crate) fn new(len: usize) -> Done<Self> {
        charge(16 * len)?;
        Ok(Lane { denominator: Natural::ONE, sums: Sums::Small(vec![0; len]) })
    }

    pub(crate) fn get(&self, index: usize) -> Rational {
        let numerator = match &self.sums {
            Sums::Small(sums) => Integer::from(sums[index]),
            Sums::Big(sums) => sums[index].clone(),
        };
        Rational::from_parts(numerator, self.denominator.clone())
    }

    /// `-1`, `0` or `1`.
    pub(crate) fn sign(&self, index: usize) -> i8 {
        match &self.sums {
            Sums::Small(sums) => sums[index].cmp(&0) as i8,
            Sums::Big(sums) => sums[index].cmp(&Integer::ZERO) as i8,
        }
    }

    /// The sums, not reduced to the least denominator.
    pub(crate) fn into_scaled(self) -> Scaled {
        let numerators = match self.sums {
            Sums::Small(sums) => fitted(sums, |sum| i64::try_from(*sum).ok()),
            Sums::Big(sums) => Numerators::Big(sums),
        };
        Scaled { denominator: self.denominator, numerators }
    }

    /// Adds `a_i b_j`, or subtracts it, at entry `k` for each term.
    pub(crate) fn add(
        &mut self,
        minus: bool,
        a: &Scaled,
        b: &Scaled,
        terms: impl Iterator<Item = Term>,
    ) -> Done {
        let factor = self.widen(&(&a.denominator * &b.denominator))?;
        let factor = if minus { -factor } else { factor };
        let mut count = 0;
        let mut terms = terms.inspect(|_| count += 1);
        let mut left = None;
        let numbers = (&mut self.sums, &a.numerators, &b.numerators, i128::try_from(&factor));
        if let (Sums::Small(sums), Numerators::Small(x), Numerators::Small(y), Ok(factor)) = numbers
        {
            left = terms.find(|&(k, i, j)| {
                // A product of two machine words fits 127 bits.
                let product = i128::from(x[i]) * i128::from(y[j]);
                let product = match factor {
                    1 => Some(product),
                    -1 => Some(-product),
                    _ => product.checked_mul(factor),
                };
                let sum = product.and_then(|product| sums[k].checked_add(product));
                sum.map(|sum| sums[k] = sum).is_none()
            });
            if left.is_none() {
                drop(terms);
                return charge(count);
            }
        }
        let sums = self.unbounded()?;
        for (k, i, j) in left.into_iter().chain(terms) {
            let (x, y) = (a.numerators.get(i), b.numerators.get(j));
            charge(words(&x) * words(&y) * words(&factor) + 8 * words(&sums[k]))?;
            sums[k] += &factor * x * y;
        }
        Ok(())
    }

    /// Makes the denominator a multiple of `wanted`; how often that is in it.
    fn widen(&mut self, wanted: &Natural) -> Done<Integer> {
        let denominator = least_common_multiple(&self.denominator, wanted);
        limit(denominator.bit_len() <= MOST_BITS, "a denominator with too many digits")?;
        let factor = Integer::from(&denominator / &self.denominator);
        if !factor.is_one() {
            let scaled = match (&self.sums, i128::try_from(&factor)) {
                (Sums::Small(sums), Ok(factor)) => {
                    sums.iter().map(|sum| sum.checked_mul(factor)).collect::<Option<Vec<i128>>>()
                }
                _ => None,
            };
            match scaled {
                Some(sums) => self.sums = Sums::Small(sums),
                None => {
                    for sum in self.unbounded()? {
                        charge(8 * words(sum) * words(&factor))?;
                        *sum *= &factor;
                    }
                }
            }
            self.denominator = denominator;
        }
        Ok(Integer::from(&self.denominator / wanted))
    }

    /// The sums as unbounded integers.
    fn unbounded(&mut self) -> Done<&mut Vec<Integer>> {
        if let Sums::Small(sums) = &self.sums {
            charge(32 * sums.len())?;
            self.sums = Sums::Big(sums.iter().map(|&sum| Integer::from(sum)).collect());
        }
        match &mut self.sums {
            Sums::Big(sums) => Ok(sums),
            Sums::Small(_) => Err(Refusal::Limit("sums that were made unbounded".to_string())),
        }
    }
}
