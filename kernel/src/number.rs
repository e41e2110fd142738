//! Numbers: rationals, vectors of rationals over one denominator, and sums of products of these.
//!
//! Every number is exact. Machine integers are used while they fit, with checked operations, and
//! unbounded integers from the first one that does not.

use crate::error::Refusal;
use crate::work::note;
use dashu_base::{BitTest, Gcd};

/// An integer of any size.
pub type Integer = dashu_int::IBig;
/// A natural number of any size.
pub type Natural = dashu_int::UBig;
/// A rational number in lowest terms, its denominator positive.
pub type Rational = dashu_ratio::RBig;

/// Most decimal digits of a numerator or of a denominator in a text.
pub const MOST_DIGITS: usize = 1 << 16;

/// The rational number that a text `p` or `p/q` spells: decimal digits, `p` with or without a
/// minus sign, `q` positive. The fraction need not be in lowest terms.
///
/// # Errors
/// [`Refusal`] when the text is something else.
pub fn parse(text: &str) -> Result<Rational, Refusal> {
    let malformed = || Refusal::Text(format!("`{}` is no number p or p/q", shortened(text)));
    let natural = |digits: &str| {
        if digits.is_empty() || digits.len() > MOST_DIGITS {
            return Err(malformed());
        }
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed());
        }
        match digits.parse::<u64>() {
            Ok(small) => Ok(Natural::from(small)),
            Err(_) => Natural::from_str_radix(digits, 10).map_err(|_| malformed()),
        }
    };
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (Integer::NEG_ONE, rest),
        None => (Integer::ONE, text),
    };
    let (numerator, denominator) = match rest.split_once('/') {
        Some((numerator, denominator)) => (natural(numerator)?, natural(denominator)?),
        None => (natural(rest)?, Natural::ONE),
    };
    if denominator.is_zero() {
        return Err(malformed());
    }
    Ok(Rational::from_parts(sign * Integer::from(numerator), denominator))
}

/// The first characters of a text, for messages.
#[must_use]
pub fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Least common multiple of two positive numbers.
#[must_use]
pub fn least_common_multiple(a: &Natural, b: &Natural) -> Natural {
    if a == b || b.is_one() {
        return a.clone();
    }
    if a.is_one() {
        return b.clone();
    }
    a * (b / a.gcd(b))
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
    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Numerators::Small(values) => values.len(),
            Numerators::Big(values) => values.len(),
        }
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entry `index` as an integer.
    #[must_use]
    pub fn get(&self, index: usize) -> Integer {
        match self {
            Numerators::Small(values) => Integer::from(values[index]),
            Numerators::Big(values) => values[index].clone(),
        }
    }

    /// Whether entry `index` is zero.
    #[must_use]
    pub fn is_zero_at(&self, index: usize) -> bool {
        match self {
            Numerators::Small(values) => values[index] == 0,
            Numerators::Big(values) => values[index].is_zero(),
        }
    }

    fn from_integers(values: Vec<Integer>) -> Self {
        let small: Option<Vec<i64>> = values.iter().map(|v| i64::try_from(v).ok()).collect();
        match small {
            Some(values) => Numerators::Small(values),
            None => Numerators::Big(values),
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
    #[must_use]
    pub fn from_rationals(values: &[Rational]) -> Self {
        Self::from_small_rationals(values).unwrap_or_else(|| {
            let denominator =
                values.iter().fold(Natural::ONE, |d, v| least_common_multiple(&d, v.denominator()));
            let numerators =
                values.iter().map(|v| v.numerator() * (&denominator / v.denominator())).collect();
            // The lcm of lowest-terms denominators is already the least common denominator.
            Scaled { denominator, numerators: Numerators::from_integers(numerators) }
        })
    }

    /// [`Scaled::from_rationals`] on machine integers; `None` when something does not fit.
    fn from_small_rationals(values: &[Rational]) -> Option<Self> {
        let mut denominator = 1u64;
        for value in values {
            let single = u64::try_from(value.denominator()).ok()?;
            denominator = (denominator / denominator.gcd(single)).checked_mul(single)?;
        }
        let numerator = |value: &Rational| {
            let widen =
                i64::try_from(denominator / u64::try_from(value.denominator()).ok()?).ok()?;
            i64::try_from(value.numerator()).ok()?.checked_mul(widen)
        };
        let numerators = values.iter().map(numerator).collect::<Option<Vec<i64>>>()?;
        Some(Scaled {
            denominator: Natural::from(denominator),
            numerators: Numerators::Small(numerators),
        })
    }

    /// `numerators / denominator`, reduced to the least denominator; a denominator of 0 counts as 1.
    #[must_use]
    pub fn from_small(numerators: Vec<i64>, denominator: u64) -> Self {
        let denominator = denominator.max(1);
        let common = numerators
            .iter()
            .filter(|n| **n != 0)
            .fold(denominator, |g, n| if g == 1 { 1 } else { g.gcd(n.unsigned_abs()) });
        let numerators = if common == 1 {
            numerators
        } else {
            numerators.into_iter().map(|n| (i128::from(n) / i128::from(common)) as i64).collect()
        };
        Scaled {
            denominator: Natural::from(denominator / common),
            numerators: Numerators::Small(numerators),
        }
    }

    /// `numerators / denominator`, reduced to the least denominator; a denominator of 0 counts as 1.
    #[must_use]
    pub fn from_integers(numerators: Vec<Integer>, denominator: Natural) -> Self {
        let denominator = if denominator.is_zero() { Natural::ONE } else { denominator };
        let mut common = denominator.clone();
        for n in numerators.iter().filter(|n| !n.is_zero()) {
            if common.is_one() {
                break;
            }
            common = common.gcd(&n.clone().into_parts().1);
        }
        let numerators = if common.is_one() {
            numerators
        } else {
            numerators.into_iter().map(|n| n / &common).collect()
        };
        Scaled {
            denominator: denominator / common,
            numerators: Numerators::from_integers(numerators),
        }
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numerators.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numerators.is_empty()
    }

    /// Entry `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Rational {
        Rational::from_parts(self.numerators.get(index), self.denominator.clone())
    }

    /// The common denominator.
    #[must_use]
    pub fn denominator(&self) -> &Natural {
        &self.denominator
    }

    /// The numerators.
    #[must_use]
    pub fn numerators(&self) -> &Numerators {
        &self.numerators
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = Rational> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }

    /// Whether every entry is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        (0..self.len()).all(|i| self.numerators.is_zero_at(i))
    }
}

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
    pub(crate) fn new(len: usize) -> Self {
        Lane { denominator: Natural::ONE, sums: Sums::Small(vec![0; len]) }
    }

    pub(crate) fn len(&self) -> usize {
        match &self.sums {
            Sums::Small(sums) => sums.len(),
            Sums::Big(sums) => sums.len(),
        }
    }

    pub(crate) fn denominator(&self) -> &Natural {
        &self.denominator
    }

    /// The numerator of entry `index`.
    pub(crate) fn get(&self, index: usize) -> Integer {
        match &self.sums {
            Sums::Small(sums) => Integer::from(sums[index]),
            Sums::Big(sums) => sums[index].clone(),
        }
    }

    /// `-1`, `0` or `1`.
    pub(crate) fn sign(&self, index: usize) -> i8 {
        match &self.sums {
            Sums::Small(sums) => sums[index].signum() as i8,
            Sums::Big(sums) if sums[index].is_zero() => 0,
            Sums::Big(sums) if sums[index] > Integer::ZERO => 1,
            Sums::Big(_) => -1,
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        match &self.sums {
            Sums::Small(sums) => sums.iter().all(|sum| *sum == 0),
            Sums::Big(sums) => sums.iter().all(Integer::is_zero),
        }
    }

    /// Adds `a[i] b[j]`, or subtracts it, at entry `k` for each term `(k, i, j)`.
    pub(crate) fn add(
        &mut self,
        subtract: bool,
        a: &Scaled,
        b: &Scaled,
        terms: impl Iterator<Item = (usize, usize, usize)>,
    ) {
        let factor = self.make_room(&(a.denominator() * b.denominator()), subtract);
        let (x, y) = (a.numerators(), b.numerators());
        let mut count = 0;
        let mut terms = terms.inspect(|_| count += 1);
        let mut overflow = None;
        if let (Sums::Small(sums), Numerators::Small(x), Numerators::Small(y), Ok(factor)) =
            (&mut self.sums, x, y, i128::try_from(&factor))
        {
            overflow = terms.by_ref().find(|&(k, i, j)| {
                // A product of two machine words fits 127 bits.
                let product = (i128::from(x[i]) * i128::from(y[j])).checked_mul(factor);
                match product.and_then(|product| sums[k].checked_add(product)) {
                    Some(sum) => {
                        sums[k] = sum;
                        false
                    }
                    None => true,
                }
            });
            if overflow.is_none() {
                drop(terms);
                note(count);
                return;
            }
        }
        let sums = self.widen();
        for (k, i, j) in overflow.into_iter().chain(&mut terms) {
            sums[k] += &factor * x.get(i) * y.get(j);
        }
        drop(terms);
        note(count * self.words());
    }

    /// Adds `lane[i] b[j]` at entry `k` for each term `(k, i, j)`.
    pub(crate) fn add_lane(
        &mut self,
        lane: &Lane,
        b: &Scaled,
        terms: impl Iterator<Item = (usize, usize, usize)>,
    ) {
        let factor = self.make_room(&(&lane.denominator * b.denominator()), false);
        let mut count = 0;
        let mut terms = terms.inspect(|_| count += 1);
        let mut overflow = None;
        if let (Sums::Small(sums), Sums::Small(x), Numerators::Small(y), Ok(factor)) =
            (&mut self.sums, &lane.sums, b.numerators(), i128::try_from(&factor))
        {
            overflow = terms.by_ref().find(|&(k, i, j)| {
                let product =
                    x[i].checked_mul(i128::from(y[j])).and_then(|p| p.checked_mul(factor));
                match product.and_then(|product| sums[k].checked_add(product)) {
                    Some(sum) => {
                        sums[k] = sum;
                        false
                    }
                    None => true,
                }
            });
            if overflow.is_none() {
                drop(terms);
                note(count);
                return;
            }
        }
        let sums = self.widen();
        for (k, i, j) in overflow.into_iter().chain(&mut terms) {
            sums[k] += &factor * lane.get(i) * b.numerators().get(j);
        }
        drop(terms);
        note(count * self.words());
    }

    /// Operations of a sum with one entry, by the words of the denominator.
    fn words(&self) -> usize {
        1 + self.denominator.bit_len() / 64
    }

    /// Makes the denominator a multiple of `wanted`; how often that is in it, negated when asked.
    fn make_room(&mut self, wanted: &Natural, negate: bool) -> Integer {
        let denominator = least_common_multiple(&self.denominator, wanted);
        if denominator != self.denominator {
            let widen = Integer::from(&denominator / &self.denominator);
            note(self.len() * self.words());
            let small = i128::try_from(&widen).ok();
            let scaled = match (&self.sums, small) {
                (Sums::Small(sums), Some(widen)) => {
                    sums.iter().map(|sum| sum.checked_mul(widen)).collect::<Option<Vec<i128>>>()
                }
                _ => None,
            };
            match scaled {
                Some(sums) => self.sums = Sums::Small(sums),
                None => self.widen().iter_mut().for_each(|sum| *sum *= &widen),
            }
            self.denominator = denominator;
        }
        let factor = Integer::from(&self.denominator / wanted);
        if negate { -factor } else { factor }
    }

    fn widen(&mut self) -> &mut Vec<Integer> {
        if let Sums::Small(sums) = &self.sums {
            self.sums = Sums::Big(sums.iter().map(|&sum| Integer::from(sum)).collect());
        }
        match &mut self.sums {
            Sums::Big(sums) => sums,
            Sums::Small(_) => unreachable!("the sums were made unbounded above"),
        }
    }
}
