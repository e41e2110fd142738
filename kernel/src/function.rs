//! Functions of one argument ([17]): comparisons of their values with numbers, lines above and
//! below them, enclosures.

use crate::prelude::*;
use dashu_base::BitTest;
use std::cmp::Ordering;

/// Arguments of exponentials are less than 2 to this power.
const MOST_EXPONENT: usize = 20;
/// Most bits to which an exponential is computed before a comparison is refused.
pub const MOST_PRECISION: usize = 1 << 16;

/// A function of one argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `e^p`.
    Exp,
    /// The natural logarithm of `p > 0`.
    Log,
    /// The root at least 0 of `p >= 0`, of this degree.
    Root(u32),
    /// `1/p` for `p > 0`.
    Inverse,
    /// `|p|`.
    Abs,
}

/// Two numbers, the lesser one first.
pub type Span = (Rational, Rational);

impl Function {
    pub(crate) fn has(self, at: &Rational) -> bool {
        match self {
            Function::Log | Function::Inverse => *at > Rational::ZERO,
            Function::Root(_) => *at >= Rational::ZERO,
            Function::Exp | Function::Abs => true,
        }
    }

    /// Its value at a number compared with another number.
    pub(crate) fn compare(self, at: &Rational, value: &Rational) -> Done<Ordering> {
        show(self.has(at), "an argument that is not shown to lie in the domain")?;
        charge_number(at)?;
        charge_number(value)?;
        Ok(match self {
            Function::Exp => compare_exp(at, value)?,
            Function::Log => compare_exp(value, at)?.reverse(),
            Function::Root(_) if *value < Rational::ZERO => Ordering::Greater,
            Function::Root(degree) => at.cmp(&power(value, degree)?),
            Function::Inverse => Rational::ONE.cmp(&(at * value)),
            Function::Abs => magnitude(at).cmp(value),
        })
    }

    /// Whether its values at arguments between two numbers are shown to lie between two others.
    pub(crate) fn maps(self, (least, most): &Span, (lower, upper): &Span) -> Done<bool> {
        let mut inside = true;
        for end in [least, most] {
            inside &= self.compare(end, lower)? != Ordering::Less;
            inside &= self.compare(end, upper)? != Ordering::Greater;
        }
        let folds = self == Function::Abs && *least < Rational::ZERO && *most > Rational::ZERO;
        Ok(inside && (!folds || *lower <= Rational::ZERO))
    }

    /// Whether its graph is above the line `a + b p`, or below it, for all arguments `p` that it
    /// has between two numbers.
    fn is_beyond(self, above: bool, a: &Rational, b: &Rational, ends: &Span) -> Done<bool> {
        let convex = !matches!(self, Function::Log | Function::Root(_));
        if convex != above || b.is_zero() && self != Function::Abs {
            // A chord, or a bound of a monotone function: the ends decide.
            let wrong = if above { Ordering::Less } else { Ordering::Greater };
            let holds = |p: &Rational| Ok(self.compare(p, &(a + b * p))? != wrong);
            return Ok(holds(&ends.0)? && holds(&ends.1)?);
        }
        let (zero, one) = (&Rational::ZERO, &Rational::ONE);
        Ok(match self {
            Function::Exp => b > zero && compare_exp(&(one - a / b), b)? != Ordering::Less,
            Function::Log => b > zero && compare_exp(&(a + one), &(one / b))? != Ordering::Less,
            Function::Root(degree) => {
                let (q, rest) = (Rational::from(degree), Rational::from(degree - 1));
                let foot = power(&(a * &q / rest), degree - 1)?;
                a >= zero && b > zero && foot * q * b >= *one
            }
            Function::Inverse => b <= zero && (a <= zero || a * a <= b * Rational::from(-4)),
            Function::Abs => a <= zero && magnitude(b) <= *one,
        })
    }
}

impl Data {
    /// Numbers between which a polynomial lies: by [3] on a frame and, where its points have
    /// populations, by least values over these ([2]).
    fn span(&self, frame: &Frame, argument: &Polynomial, populations: bool) -> Done<Span> {
        let least = |p: &Polynomial| -> Done<Option<Rational>> {
            let other = if populations { crate::proper::least(self, frame, p)? } else { None };
            Ok(frame.lowest(p)?.max(other))
        };
        match (least(argument)?, least(&argument.scaled(&Rational::NEG_ONE))?) {
            (Some(lower), Some(upper)) => Ok((lower, -upper)),
            _ => Err(Refusal::Inequality("an argument without ends".to_string())),
        }
    }

    /// The ends of statistics and parameters, in a list the least and the greatest value.
    pub(crate) fn everywhere(&self) -> Frame {
        let mut frame = Frame::of(self.ends());
        if let Decisions::List(list) = &self.decisions {
            for k in 0..self.parameters {
                let values = || list.iter().filter_map(|decision| decision.get(k)).cloned();
                frame.set_ends(Variable::Parameter(k as u32), (values().min(), values().max()));
            }
        }
        frame
    }

    /// Numbers between which a polynomial lies at all decisions and populations.
    pub fn range_of(&self, argument: &Polynomial) -> Done<Span> {
        self.span(&self.everywhere(), argument, true)
    }

    /// Refuses functions whose arguments are not shown to lie in the domain, or whose values not
    /// between their ends; those that depend on masses alone, on a frame without populations.
    pub(crate) fn show_functions(&self, frame: &Frame, populations: bool) -> Done {
        let latest = self.latest();
        for (k, statistic) in self.statistics.iter().enumerate() {
            let Statistic::Function { function, argument, ends } = statistic else { continue };
            if populations || latest[k].is_some() {
                let held = function.maps(&self.span(frame, argument, populations)?, ends)?;
                show(held, &format!("the ends of statistic {k} do not hold its values"))?;
            }
        }
        Ok(())
    }

    /// Per statistic the latest stage on whose masses it depends.
    pub(crate) fn latest(&self) -> Vec<Option<u32>> {
        let mut latest: Vec<Option<u32>> = Vec::with_capacity(self.statistics.len());
        for statistic in &self.statistics {
            latest.push(match statistic {
                Statistic::Masses { stage, .. } => Some(*stage),
                Statistic::Function { argument, .. } => {
                    let factors = argument.terms().flat_map(|term| term.0.factors());
                    let stage = |factor: &(Variable, u32)| match factor.0 {
                        Variable::Statistic(k) => latest.get(k as usize).copied().flatten(),
                        _ => None,
                    };
                    factors.filter_map(stage).max()
                }
            });
        }
        latest
    }
}

impl Proof {
    /// A statistic of the region on top that is a function, and its argument.
    fn function(&self, k: u32) -> Done<(Function, &Polynomial)> {
        self.fits_polynomial(&Polynomial::variable(Variable::Statistic(k)))?;
        match &self.listing.statistics[k as usize] {
            Statistic::Function { function, argument, .. } => Ok((*function, argument)),
            Statistic::Masses { .. } => Err(Refusal::Step("the statistic is no function".into())),
        }
    }

    /// The equation of a function that is algebraic, `w` its value.
    pub(crate) fn equation(&self, k: u32) -> Done<Option<Row>> {
        let (function, argument) = self.function(k)?;
        let power = |exponent| {
            Polynomial::term(Monomial::new(vec![(Variable::Statistic(k), exponent)]), Rational::ONE)
        };
        let (left, right) = match function {
            Function::Root(degree) => (power(degree), argument.clone()),
            Function::Inverse => (power(1).times(argument)?, power(0)),
            Function::Abs => (power(2), argument.times(argument)?),
            Function::Exp | Function::Log => return Ok(None),
        };
        Ok(Some(Row::of(Sense::Equal, left.plus(&right, &Rational::NEG_ONE))))
    }

    /// Adds the row `w - a - b p >= 0` of a function `w` of `p`, or with `above` false the row
    /// `a + b p - w >= 0`: a tangent, or a chord between the ends of `p`, or new ends ([17]).
    pub fn line(&mut self, k: u32, above: bool, a: &Rational, b: &Rational) -> Done {
        let (function, argument) = self.function(k)?;
        let region = self.top()?;
        let populations = region.has_masses() && region.kind != Kind::Response;
        let ends = self.listing.span(&region.frame, argument, populations)?;
        show(function.is_beyond(above, a, b, &ends)?, "a line that the function crosses")?;
        let line = Polynomial::constant(a.clone()).plus(argument, b);
        let sign = if above { Rational::ONE } else { Rational::NEG_ONE };
        let row = Polynomial::variable(Variable::Statistic(k)).plus(&line, &Rational::NEG_ONE);
        self.take(Row::of(Sense::AtLeast, row.scaled(&sign)))
    }

    /// Adds the row `T - P (1 + a - W) >= 0` for `P = e^W`, where `T >= e^a`: `W` is a logarithm of
    /// `P`, or `P` an exponential of `W` ([17]).
    pub fn entropy(&mut self, k: u32, a: &Rational, bound: &Rational) -> Done {
        let (function, argument) = self.function(k)?;
        let (own, one) = (Polynomial::variable(Variable::Statistic(k)), &Rational::ONE);
        let (power, exponent) = match function {
            Function::Exp => (&own, argument),
            Function::Log => (argument, &own),
            _ => return require(false, "no exponential and no logarithm"),
        };
        show(compare_exp(a, bound)? != Ordering::Greater, "a bound below the exponential")?;
        let rest = Polynomial::constant(a + one).plus(exponent, &Rational::NEG_ONE);
        let row = Polynomial::constant(bound.clone()).plus(&power.times(&rest)?, &-one);
        self.take(Row::of(Sense::AtLeast, row))
    }
}

pub(crate) fn magnitude(value: &Rational) -> Rational {
    if *value < Rational::ZERO { -value } else { value.clone() }
}

fn power(value: &Rational, exponent: u32) -> Done<Rational> {
    let mut product = Rational::ONE;
    for _ in 0..exponent {
        product *= value;
        charge_number(&product)?;
    }
    Ok(product)
}

/// `e^a` compared with a number.
fn compare_exp(a: &Rational, value: &Rational) -> Done<Ordering> {
    if *value <= Rational::ZERO {
        return Ok(Ordering::Greater);
    }
    if a.is_zero() {
        return Ok(Rational::ONE.cmp(value));
    }
    let mut bits = 64;
    while bits <= MOST_PRECISION {
        let (lower, upper) = enclose_exp(a, bits)?;
        charge(number_size(&lower) * number_size(value))?;
        if *value < lower {
            return Ok(Ordering::Greater);
        }
        if *value > upper {
            return Ok(Ordering::Less);
        }
        bits *= 2;
    }
    limit(false, "an exponential that is too close to a number").map(|()| Ordering::Equal)
}

/// Two numbers around `e^a`, about `2^-bits` of it apart.
pub(crate) fn enclose_exp(a: &Rational, bits: usize) -> Done<Span> {
    let size = magnitude(a).floor().bit_len();
    let within = size <= MOST_EXPONENT && bits <= MOST_PRECISION;
    limit(within, "an exponential of too large a number, or to too many bits")?;
    let (lower, upper) = (one_side(a, size, bits, false)?, one_side(a, size, bits, true)?);
    let inverse = |number: Rational| Rational::ONE / number;
    Ok(if *a < Rational::ZERO { (inverse(upper), inverse(lower)) } else { (lower, upper) })
}

/// A number below `e^|a|`, or above it: `|a| / 2^k < 1/4` by the exponential series in multiples of
/// `2^-width`, squared `k` times, all rounded to one side.
fn one_side(a: &Rational, size: usize, bits: usize, up: bool) -> Done<Rational> {
    let k = size + 2 + bits.isqrt();
    let width = bits + k + 16;
    charge((number_size(a) + width / 64).pow(2))?;
    let one_product = || charge((width / 64 + 1).pow(2) + 64);
    let unit = Natural::from(u8::from(up));
    let (numerator, denominator) = magnitude(a).into_parts();
    let scaled = (numerator.into_parts().1 << (width - k)) / denominator + &unit;
    let mut term = Natural::ONE << width;
    let mut sum = term.clone();
    for j in 1u32.. {
        one_product()?;
        term = ((term * &scaled) >> width) / j + &unit;
        sum += &term;
        if term <= unit {
            break;
        }
    }
    // The terms that are left out are less than a quarter of the last one, and half of that ...
    sum += &unit;
    let mut exponent = -(width as isize);
    for _ in 0..k {
        one_product()?;
        sum = sum.sqr();
        let extra = sum.bit_len().saturating_sub(width);
        sum = (sum >> extra) + &unit;
        exponent = 2 * exponent + extra as isize;
    }
    let shift = Natural::ONE << exponent.unsigned_abs();
    charge(exponent.unsigned_abs() / 8)?;
    let sum = Integer::from(sum);
    Ok(if exponent < 0 { Rational::from_parts(sum, shift) } else { Rational::from(sum * shift) })
}
