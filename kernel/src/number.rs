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

/// The least common multiple, which costs as much as a product and a few divisions.
pub(crate) fn charged_multiple(a: &Natural, b: &Natural) -> Done<Natural> {
    charge(16 * words(a) * words(b))?;
    let multiple = least_common_multiple(a, b);
    limit_bits(&multiple)?;
    Ok(multiple)
}

fn words(value: &impl BitTest) -> usize {
    value.bit_len() / 64 + 1
}

/// Refuses a denominator that is too long.
pub(crate) fn limit_bits(value: &Natural) -> Done {
    limit(value.bit_len() <= MOST_BITS, "a number with too many digits")
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

#[expect(clippy::len_without_is_empty, reason = "it is never asked")]
impl Numerators {
    /// Number of entries.
    pub fn len(&self) -> usize {
        match self {
            Numerators::Small(values) => values.len(),
            Numerators::Big(values) => values.len(),
        }
    }

    /// Whether entry `index` is zero.
    pub fn is_zero_at(&self, index: usize) -> bool {
        match self {
            Numerators::Small(values) => values[index] == 0,
            Numerators::Big(values) => values[index].is_zero(),
        }
    }

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

    /// `numerators / denominator`, with the least denominator; a denominator of 0 counts as 1.
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

    /// `numerators / denominator`, with the least denominator; a denominator of 0 counts as 1.
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

    /// `numerators / denominator` as they are.
    pub(crate) fn unreduced(numerators: Numerators, denominator: Natural) -> Self {
        Scaled { denominator, numerators }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.numerators.len()
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
        (0..self.len()).all(|i| self.numerators.is_zero_at(i))
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

/// Numerators of sums, zero at first, whose denominator is kept elsewhere.
#[derive(Debug, Clone)]
pub(crate) enum Sums {
    Small(Vec<i128>),
    Big(Vec<Integer>),
}

impl Sums {
    pub(crate) fn new(len: usize) -> Done<Self> {
        charge(16 * len)?;
        Ok(Sums::Small(vec![0; len]))
    }

    pub(crate) fn get(&self, index: usize) -> Integer {
        match self {
            Sums::Small(sums) => Integer::from(sums[index]),
            Sums::Big(sums) => sums[index].clone(),
        }
    }

    /// `-1`, `0` or `1`.
    pub(crate) fn sign(&self, index: usize) -> i8 {
        match self {
            Sums::Small(sums) => sums[index].cmp(&0) as i8,
            Sums::Big(sums) => sums[index].cmp(&Integer::ZERO) as i8,
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Sums::Small(sums) => sums.iter().all(|sum| *sum == 0),
            Sums::Big(sums) => sums.iter().all(Integer::is_zero),
        }
    }

    pub(crate) fn into_numerators(self) -> Numerators {
        match self {
            Sums::Small(sums) => fitted(sums, |sum| i64::try_from(*sum).ok()),
            Sums::Big(sums) => fitted(sums, |sum| i64::try_from(sum).ok()),
        }
    }

    /// Adds `factor a_i b_j` at entry `k` for each term.
    pub(crate) fn add(
        &mut self,
        factor: &Integer,
        a: &Numerators,
        b: &Numerators,
        mut terms: impl Iterator<Item = Term>,
    ) -> Done {
        let (mut count, mut left) = (0, None);
        let numbers = (&mut *self, a, b, i128::try_from(factor));
        if let (Sums::Small(sums), Numerators::Small(x), Numerators::Small(y), Ok(factor)) = numbers
        {
            left = terms.find(|&(k, i, j)| {
                count += 1;
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
                return charge(count);
            }
        }
        let sums = self.unbounded()?;
        for (k, i, j) in left.into_iter().chain(terms) {
            let (x, y) = (a.get(i), b.get(j));
            charge(words(&x) * words(&y) * words(factor) + 8 * words(&sums[k]))?;
            sums[k] += factor * x * y;
        }
        Ok(())
    }

    /// Adds `factor other_k` at every entry `k`.
    pub(crate) fn add_multiple(&mut self, factor: &Integer, other: &Sums) -> Done {
        let small = match (other, i128::try_from(factor)) {
            (Sums::Small(others), Ok(factor)) => Some((others, factor)),
            _ => None,
        };
        self.update(
            |k, sum| small.and_then(|(others, f)| others[k].checked_mul(f)?.checked_add(sum)),
            |k, sum| {
                let other = other.get(k);
                charge(words(&other) * words(factor))?;
                *sum += factor * other;
                Ok(())
            },
        )
    }

    /// Multiplies every entry.
    pub(crate) fn scale(&mut self, factor: &Integer) -> Done {
        let small = i128::try_from(factor).ok();
        self.update(
            |_, sum| sum.checked_mul(small?),
            |_, sum| {
                charge(8 * words(sum) * words(factor))?;
                *sum *= factor;
                Ok(())
            },
        )
    }

    /// Makes every entry the lesser one of it and another.
    pub(crate) fn lower(&mut self, other: &Sums) -> Done {
        self.update(
            |k, sum| match other {
                Sums::Small(others) => Some(sum.min(others[k])),
                Sums::Big(_) => None,
            },
            |k, sum| {
                *sum = std::mem::take(sum).min(other.get(k));
                Ok(())
            },
        )
    }

    /// Changes every entry: as a machine integer up to the first one for which `small` fails, and
    /// as an unbounded integer from there on.
    fn update(
        &mut self,
        small: impl Fn(usize, i128) -> Option<i128>,
        big: impl Fn(usize, &mut Integer) -> Done,
    ) -> Done {
        let mut done = 0;
        if let Sums::Small(sums) = self {
            charge(sums.len())?;
            while let Some(sum) = sums.get_mut(done) {
                let Some(changed) = small(done, *sum) else { break };
                *sum = changed;
                done += 1;
            }
            if done == sums.len() {
                return Ok(());
            }
        }
        for (k, sum) in self.unbounded()?.iter_mut().enumerate().skip(done) {
            charge(8 * words(sum))?;
            big(k, sum)?;
        }
        Ok(())
    }

    /// The sums as unbounded integers.
    fn unbounded(&mut self) -> Done<&mut Vec<Integer>> {
        if let Sums::Small(sums) = self {
            charge(32 * sums.len())?;
            *self = Sums::Big(sums.iter().map(|&sum| Integer::from(sum)).collect());
        }
        match self {
            Sums::Big(sums) => Ok(sums),
            Sums::Small(_) => Err(Refusal::Limit("sums that were made unbounded".to_string())),
        }
    }
}
