//! Lines below what functions of statistics add to exploitability.
//!
//! With the budget times `A` and a deviation `E` that has `G'E = g` and the mass `m`, a curve leaves
//!
//! ```text
//! N = h (A (p - base) - g) - gamma (A - m) w,     h = c w + e p w,
//! ```
//!
//! which is at least `at + slope p` by rows about the function. With `kappa = c (A base + g) +
//! gamma (A - m)`:
//!
//! * `w = log p`: `p w >= (1 + a) p - T` for `T >= e^a`, and a line for `-kappa w`;
//! * `w = e^p`: `p w >= (1 + a) w - T`, and a line for `(c A (1 + a) - kappa) w`;
//! * `w = 1/p`: `p w = 1`, and a line for `-kappa w`;
//! * `w^q = p`: `N` is a polynomial in `w`, and `N - at - slope w^q = Q(w) (w - s)^2`.

use super::curves::{Curve, Floor};
use crate::exact::{Rational, functions, ratio};
use crate::game::FunctionKind;
use smfg_kernel::{Monomial, Polynomial, Square, Variable};

/// Binary digits of values of functions at points of tangents.
const BITS: u32 = 60;
/// Of what floors are off at most.
const TINY_BITS: u32 = 8;
/// Roots at which tangents are taken are no less than 2 to minus this.
const LEAST_ROOT: u32 = 24;

/// A row about a function that a proof states before its combination.
#[derive(Debug, Clone)]
pub enum Bend {
    /// `w - a - b p >= 0`, or `a + b p - w >= 0`.
    Line {
        /// The statistic `w`.
        statistic: u32,
        /// Whether the function is above the line.
        above: bool,
        /// The line at 0.
        at: Rational,
        /// Its slope.
        slope: Rational,
    },
    /// `T - P (1 + a - W) >= 0` for `P = e^W`, `T >= e^a`.
    Entropy {
        /// The statistic.
        statistic: u32,
        /// `a`.
        at: Rational,
        /// `T`.
        bound: Rational,
    },
}

impl Bend {
    /// States the row in a proof.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub fn state(&self, proof: &mut smfg_kernel::Proof) -> Result<(), smfg_kernel::Refusal> {
        match self {
            Bend::Line { statistic, above, at, slope } => proof.line(*statistic, *above, at, slope),
            Bend::Entropy { statistic, at, bound } => proof.entropy(*statistic, at, bound),
        }
    }
}

/// What bounds a curve from below.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// Rows with their multipliers, not negative.
    pub(super) bends: Vec<(Bend, Polynomial)>,
    /// The multiplier of the equation of the function.
    pub(super) equation: Polynomial,
    pub(super) squares: Vec<Square>,
    /// `at + slope p`.
    pub(super) at: Rational,
    pub(super) slope: Rational,
}

/// What a deviation does to a curve.
pub(super) struct Played {
    /// `A`.
    pub(super) budget: Rational,
    /// `g`.
    pub(super) gradient: Rational,
    /// `A - m`.
    pub(super) missing: Rational,
}

/// The bound with its tangents at `point`, an argument; `greatest` is the greatest value of the
/// function. `None` where none is known.
pub(super) fn bound(
    curve: &Curve,
    statistic: u32,
    played: &Played,
    greatest: &Rational,
    point: Option<&Rational>,
) -> Option<Bound> {
    let point = point.unwrap_or(&curve.ends.1).clone();
    let point = point.max(curve.least().clone()).min(curve.ends.1.clone());
    let absolute = statistic - curve.function;
    let mut own = Bending { curve, statistic, played, absolute, greatest, bound: Bound::default() };
    match curve.kind {
        FunctionKind::Log => own.log(&point)?,
        FunctionKind::Exp => own.exp(&point)?,
        FunctionKind::Inverse => own.inverse(&point)?,
        FunctionKind::Root(degree) => own.root(&point, degree)?,
        FunctionKind::Abs => return None,
    }
    Some(own.bound)
}

struct Bending<'a> {
    curve: &'a Curve,
    statistic: u32,
    played: &'a Played,
    /// The statistic of the first function, and the greatest value of this one.
    absolute: u32,
    greatest: &'a Rational,
    bound: Bound,
}

impl Bending<'_> {
    fn kappa(&self) -> Rational {
        let Played { budget, gradient, missing } = self.played;
        let (cost, base) = (&self.curve.cost.0, &self.curve.base);
        cost * (budget * base + gradient) + &self.curve.constant * missing
    }

    fn entropy(&mut self, at: Rational, bound: Rational, multiplier: &Rational) {
        let bend = Bend::Entropy { statistic: self.statistic, at, bound };
        self.push(bend, multiplier.clone());
    }

    fn push(&mut self, bend: Bend, multiplier: Rational) {
        self.bound.bends.push((bend, Polynomial::constant(multiplier)));
    }

    /// `factor w` from below by a line.
    fn line(&mut self, factor: &Rational, (at, slope): (Rational, Rational)) {
        if factor.is_zero() {
            return;
        }
        let above = *factor > Rational::ZERO;
        self.bound.at += factor * &at;
        self.bound.slope += factor * &slope;
        let bend = Bend::Line { statistic: self.statistic, above, at, slope };
        self.push(bend, factor.clone().max(-factor));
    }

    /// The chord between the ends of the argument, rounded below the function or above it.
    fn chord(&self, above: bool) -> Option<(Rational, Rational)> {
        let (low, high) = &self.curve.arguments();
        let value = |end: &Rational| {
            let (lower, upper) = self.curve.kind.enclose(&(end.clone(), end.clone()), BITS).ok()?;
            Some(if above { lower } else { upper })
        };
        let (first, last) = (value(low)?, value(high)?);
        let width = high - low;
        if width.is_zero() {
            return None;
        }
        let slope = (last - &first) / width;
        Some((first - &slope * low, slope))
    }

    fn log(&mut self, point: &Rational) -> Option<()> {
        let (low, _) = functions::rounded(&functions::log(point, BITS)?, BITS);
        let weight = &self.played.budget * &self.curve.cost.0;
        self.bound.at -= &weight * point;
        self.bound.slope += &weight * (Rational::ONE + &low);
        self.entropy(low.clone(), point.clone(), &weight);
        let factor = -self.kappa();
        let line = if factor < Rational::ZERO { tangent_of_log(point)? } else { self.chord(true)? };
        let steep = &weight * (Rational::ONE + &low) + &factor * &line.1;
        self.line(&factor, line);
        if let Some(floor) = &self.curve.floor {
            self.above_floor(floor, &weight, steep)?;
        }
        Some(())
    }

    /// What is missing where the argument `P` of the logarithm is `max(p, c)`: with `e = P - p` and
    /// an end `H >= 0` of `w`, `A c p w = A c (P w + e (H - w) - H e)`, and `P` in the lines is
    /// `p + e`, `0 <= e <= c` or a little more. `steep` is what the lines multiply `P` with.
    fn above_floor(&mut self, floor: &Floor, weight: &Rational, steep: Rational) -> Option<()> {
        let Floor { level, function, reversed, half } = floor;
        let absolute = self.absolute + function;
        let sign = if *reversed { Rational::NEG_ONE } else { Rational::ONE };
        let least = Bend::Line {
            statistic: absolute,
            above: true,
            at: Rational::ZERO,
            slope: sign.clone(),
        };
        let high = self.greatest.clone().max(Rational::ZERO);
        let factor = half * weight;
        let mut multiplier = Polynomial::constant(&factor * &high);
        multiplier.add_term(Monomial::new(vec![(Variable::Statistic(self.statistic), 1)]), -factor);
        let steep = steep - weight * high;
        if steep >= Rational::ZERO {
            multiplier = multiplier.plus(&Polynomial::constant(half * steep), &Rational::ONE);
            self.bound.bends.push((least, multiplier));
            return Some(());
        }
        self.bound.bends.push((least, multiplier));
        // |D| <= D + 2 |D| at the least D, rounded up: the sum of many lines has short numbers.
        let low = (&self.curve.ends.0 - level) / (ratio(2, 1) * half);
        let twice = (-low).max(Rational::ZERO) * ratio(2, 1);
        let (_, start) = functions::rounded(&(twice.clone(), twice), TINY_BITS);
        let bend = Bend::Line { statistic: absolute, above: false, at: start.clone(), slope: sign };
        self.push(bend, -(half * &steep));
        self.bound.at += steep * half * start;
        Some(())
    }

    fn exp(&mut self, point: &Rational) -> Option<()> {
        let (low, high) = functions::rounded(&functions::exp(point, BITS)?, BITS);
        let weight = &self.played.budget * &self.curve.cost.0;
        self.bound.at -= &weight * &high;
        self.entropy(point.clone(), high, &weight);
        let factor = &weight * (Rational::ONE + point) - self.kappa();
        let line = if factor > Rational::ZERO {
            (&low * (Rational::ONE - point), low)
        } else {
            self.chord(false)?
        };
        self.line(&factor, line);
        Some(())
    }

    fn inverse(&mut self, point: &Rational) -> Option<()> {
        let weight = &self.played.budget * &self.curve.cost.0;
        self.bound.at += &weight;
        self.bound.equation = Polynomial::constant(weight);
        let factor = -self.kappa();
        let line = if factor > Rational::ZERO {
            let root = short_inverse(point)?;
            (ratio(2, 1) * &root, -(&root * &root))
        } else {
            self.chord(false)?
        };
        self.line(&factor, line);
        Some(())
    }

    /// `N` as a polynomial in `w`, less a line in `w^q` that touches it at `s`.
    fn root(&mut self, point: &Rational, degree: u32) -> Option<()> {
        let Played { budget, gradient, missing } = self.played;
        let Curve { cost: (alone, product), base, constant, .. } = self.curve;
        let least = Rational::ONE / Rational::from(1u64 << LEAST_ROOT);
        let near = functions::root(point, degree, BITS)?.0.max(least);
        let q = degree as usize;
        let offset = -(budget * base + gradient);
        // Coefficients by power of w.
        let mut own = vec![Rational::ZERO; 2 * q + 2];
        own[1] += alone * &offset - constant * missing;
        own[q + 1] += alone * budget + product * &offset;
        own[2 * q + 1] += product * budget;
        let power = |exponent: usize| (0..exponent).fold(Rational::ONE, |p, _| p * &near);
        let value = own.iter().rev().fold(Rational::ZERO, |sum, c| sum * &near + c);
        let derived = own.iter().enumerate().skip(1).rev();
        let derivative =
            derived.fold(Rational::ZERO, |sum, (k, c)| sum * &near + c * Rational::from(k as u64));
        let slope = derivative / (Rational::from(degree) * power(q - 1));
        let at = value - &slope * power(q);
        own[0] -= &at;
        own[q] -= &slope;
        let quotient = divided(divided(own, &near), &near);
        let w =
            |exponent: u32| Monomial::new(vec![(Variable::Statistic(self.statistic), exponent)]);
        let mut weight = Polynomial::zero();
        for (k, value) in quotient.into_iter().enumerate() {
            let name = if k == 0 { Monomial::one() } else { w(k as u32) };
            weight.add_term(name, value);
        }
        let mut root = Polynomial::constant(-near);
        root.add_term(w(1), Rational::ONE);
        self.bound.squares.push(Square { weight, root, pair: None });
        // N in p and w is n_0 + n_1 p + n_2 p^2 with n_j = .. w.
        let mut equation = Polynomial::constant(slope.clone());
        equation.add_term(w(1), -(alone * budget + product * &offset));
        equation.add_term(w(degree + 1), -(product * budget));
        let argument = argument(self.curve);
        let third = Polynomial::term(w(1), -(product * budget)).times(&argument).ok()?;
        self.bound.equation = equation.plus(&third, &Rational::ONE);
        (self.bound.at, self.bound.slope) = (at, slope);
        Some(())
    }
}

/// `1/point` or a little less. Binary fractions: sums of lines for many functions have short numbers
/// when all their slopes are, and take most of the kernel's time when each has a denominator of its
/// own.
fn short_inverse(point: &Rational) -> Option<Rational> {
    let inverse = (!point.is_zero()).then(|| Rational::ONE / point)?;
    let (low, _) = functions::rounded(&(inverse.clone(), inverse), BITS);
    (low > Rational::ZERO).then_some(low)
}

/// A line above the logarithm that touches it near a point.
fn tangent_of_log(point: &Rational) -> Option<(Rational, Rational)> {
    let slope = short_inverse(point)?;
    let touching = functions::log(&(Rational::ONE / &slope), BITS)?;
    let (_, value) = functions::rounded(&touching, BITS);
    Some((value - Rational::ONE, slope))
}

/// `p` in the statistics.
pub(super) fn argument(curve: &Curve) -> Polynomial {
    let mut argument = Polynomial::constant(curve.base.clone());
    for (k, beta) in &curve.form {
        argument.add_term(Monomial::new(vec![(Variable::Statistic(*k), 1)]), beta.clone());
    }
    argument
}

/// A polynomial that vanishes at `root` divided by `w - root`.
fn divided(polynomial: Vec<Rational>, root: &Rational) -> Vec<Rational> {
    let mut quotient = vec![Rational::ZERO; polynomial.len().saturating_sub(1)];
    let mut carry = Rational::ZERO;
    for k in (0..quotient.len()).rev() {
        carry = &polynomial[k + 1] + carry * root;
        quotient[k] = carry.clone();
    }
    quotient
}
