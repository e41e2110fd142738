//! Polynomials in the coordinates of a region, and boxes in which they are bounded.

use crate::error::{Refusal, step};
use crate::number::{Integer, Natural, Rational};
use crate::work::{note, spend, weight};
use std::collections::BTreeMap;

/// Largest exponent of one variable, and largest sum of exponents of a monomial.
pub const MOST_DEGREE: u32 = 64;
/// Most terms of a polynomial that is computed.
pub const MOST_TERMS: usize = 1 << 16;
/// Most Bernstein coefficients of one block.
pub const MOST_COEFFICIENTS: usize = 1 << 12;

/// A coordinate of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// Parameter of the leader.
    Parameter(u32),
    /// Statistic of the population.
    Statistic(u32),
    /// A form that was declared.
    Form(u32),
    /// Barycentric coordinate of the simplex of a place.
    Share(u32),
    /// The multiplier `lambda` of a dual region.
    Multiplier,
    /// Indicator of an optimal pair.
    Choice(u32),
}

/// A product of powers of variables, variables increasing, exponents positive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Monomial(Vec<(Variable, u32)>);

impl Monomial {
    /// The empty product 1.
    #[must_use]
    pub fn one() -> Self {
        Monomial(Vec::new())
    }

    /// The product of these powers; variables may repeat, exponents 0 count for nothing.
    #[must_use]
    pub fn new(mut factors: Vec<(Variable, u32)>) -> Self {
        factors.retain(|factor| factor.1 > 0);
        factors.sort_unstable();
        factors.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        Monomial(factors)
    }

    /// The factors, variables increasing.
    #[must_use]
    pub fn factors(&self) -> &[(Variable, u32)] {
        &self.0
    }

    /// Whether this is the empty product.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    /// Sum of the exponents.
    #[must_use]
    pub fn degree(&self) -> u32 {
        self.0.iter().fold(0, |sum, factor| sum.saturating_add(factor.1))
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Monomial) -> Monomial {
        if other.is_one() {
            return self.clone();
        }
        Monomial::new(self.0.iter().chain(&other.0).copied().collect())
    }

    /// The factors for which `part` holds, and the others.
    fn parted(&self, part: impl Fn(Variable) -> bool) -> (Monomial, Monomial) {
        let (inside, outside) = self.0.iter().partition(|factor| part(factor.0));
        (Monomial(inside), Monomial(outside))
    }
}

/// A polynomial: nonzero coefficients of monomials.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Polynomial {
    terms: BTreeMap<Monomial, Rational>,
}

impl Polynomial {
    /// Zero.
    #[must_use]
    pub fn zero() -> Self {
        Self::default()
    }

    /// A constant.
    #[must_use]
    pub fn constant(value: Rational) -> Self {
        Self::term(Monomial::one(), value)
    }

    /// A variable.
    #[must_use]
    pub fn variable(variable: Variable) -> Self {
        Self::term(Monomial::new(vec![(variable, 1)]), Rational::ONE)
    }

    /// `coefficient * monomial`.
    #[must_use]
    pub fn term(monomial: Monomial, coefficient: Rational) -> Self {
        let mut result = Self::zero();
        result.add_term(monomial, coefficient);
        result
    }

    /// Adds `coefficient * monomial`.
    pub fn add_term(&mut self, monomial: Monomial, coefficient: Rational) {
        if coefficient.is_zero() {
            return;
        }
        let sum = match self.terms.remove(&monomial) {
            Some(present) => present + coefficient,
            None => coefficient,
        };
        // Finding and placing a monomial takes as long as several additions.
        note(weight(&sum) + 4 * (1 + monomial.0.len()));
        if !sum.is_zero() {
            self.terms.insert(monomial, sum);
        }
    }

    /// Monomials in increasing order with their coefficients, which are not 0.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, &Rational)> {
        self.terms.iter()
    }

    /// Whether this is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value when no variable occurs.
    #[must_use]
    pub fn as_constant(&self) -> Option<Rational> {
        match self.terms.len() {
            0 => Some(Rational::ZERO),
            1 => self.terms.get(&Monomial::one()).cloned(),
            _ => None,
        }
    }

    /// Whether all variables satisfy `allowed`.
    pub fn only(&self, allowed: impl Fn(Variable) -> bool) -> bool {
        self.terms.keys().all(|monomial| monomial.0.iter().all(|factor| allowed(factor.0)))
    }

    /// `self + factor * other`.
    #[must_use]
    pub fn plus(mut self, other: &Polynomial, factor: &Rational) -> Self {
        for (monomial, coefficient) in &other.terms {
            self.add_term(monomial.clone(), coefficient * factor);
        }
        self
    }

    /// The product.
    ///
    /// # Errors
    /// [`Refusal::Limit`] beyond [`MOST_TERMS`] or [`MOST_DEGREE`].
    pub fn times(&self, other: &Polynomial) -> Result<Self, Refusal> {
        let mut product = Self::zero();
        for (a, x) in &self.terms {
            spend(other.terms.len())?;
            for (b, y) in &other.terms {
                let monomial = a.times(b);
                if monomial.degree() > MOST_DEGREE {
                    return Err(Refusal::Limit(format!("a degree above {MOST_DEGREE}")));
                }
                product.add_term(monomial, x * y);
            }
            if product.terms.len() > MOST_TERMS {
                return Err(Refusal::Limit(format!("more than {MOST_TERMS} terms")));
            }
        }
        Ok(product)
    }
}

/// The ends of a coordinate; `None` where it has none.
pub type Ends = (Option<Rational>, Option<Rational>);

/// What is known of each coordinate: a number, a polynomial of others, or ends.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The ends of coordinates.
    pub(crate) ends: BTreeMap<Variable, Ends>,
    /// Coordinates that are polynomials of others; these do not occur here themselves.
    pub(crate) substitutions: BTreeMap<Variable, Polynomial>,
    /// Number of barycentric coordinates, `Share(0)` to the last; they are at least 0 with sum 1.
    pub(crate) shares: u32,
}

impl Frame {
    /// Whether two equal ends leave one value, which is returned.
    #[must_use]
    pub fn pinned(&self, variable: Variable) -> Option<&Rational> {
        match self.ends.get(&variable) {
            Some((Some(lower), Some(upper))) if lower == upper => Some(lower),
            _ => None,
        }
    }

    /// Whether the coordinate has no upper end.
    fn unbounded(&self, variable: Variable) -> bool {
        !matches!(variable, Variable::Share(_))
            && self.ends.get(&variable).is_none_or(|ends| ends.1.is_none())
    }

    /// The coordinate in unit coordinates: `l + w y` with `0 <= y <= 1`, `l + y` with `0 <= y`
    /// where there is no upper end, a number where the ends are equal, and the barycentric
    /// coordinates as they are. The unit coordinate bears the name of the coordinate.
    fn expression(&self, variable: Variable) -> Result<Polynomial, Refusal> {
        if let Some(value) = self.pinned(variable) {
            return Ok(Polynomial::constant(value.clone()));
        }
        if let Some(polynomial) = self.substitutions.get(&variable) {
            return self.expand(polynomial);
        }
        if let Variable::Share(_) = variable {
            return Ok(Polynomial::variable(variable));
        }
        let Some((Some(lower), upper)) = self.ends.get(&variable) else {
            return step(format!("{variable:?} has no lower end"));
        };
        let width = upper.as_ref().map_or(Rational::ONE, |upper| upper - lower);
        let mut result = Polynomial::constant(lower.clone());
        result.add_term(Monomial::new(vec![(variable, 1)]), width);
        Ok(result)
    }

    /// A monomial in unit coordinates.
    pub(crate) fn expand_monomial(&self, monomial: &Monomial) -> Result<Polynomial, Refusal> {
        let mut product = Polynomial::constant(Rational::ONE);
        for &(variable, exponent) in monomial.factors() {
            if exponent > MOST_DEGREE {
                return Err(Refusal::Limit(format!("a degree above {MOST_DEGREE}")));
            }
            spend(exponent as usize)?;
            let base = self.expression(variable)?;
            for _ in 0..exponent {
                product = product.times(&base)?;
            }
        }
        Ok(product)
    }

    /// A polynomial in unit coordinates.
    pub(crate) fn expand(&self, polynomial: &Polynomial) -> Result<Polynomial, Refusal> {
        let mut sum = Polynomial::zero();
        for (monomial, coefficient) in polynomial.terms() {
            spend(weight(coefficient))?;
            sum = sum.plus(&self.expand_monomial(monomial)?, coefficient);
        }
        Ok(sum)
    }

    /// A polynomial with its substituted coordinates replaced.
    pub(crate) fn resolve(&self, polynomial: &Polynomial) -> Result<Polynomial, Refusal> {
        let mut sum = Polynomial::zero();
        for (monomial, coefficient) in polynomial.terms() {
            let mut product = Polynomial::constant(coefficient.clone());
            for &(variable, exponent) in monomial.factors() {
                let factor = self.substitutions.get(&variable).cloned();
                let factor = factor.unwrap_or_else(|| Polynomial::variable(variable));
                for _ in 0..exponent.min(MOST_DEGREE + 1) {
                    product = product.times(&factor)?;
                }
            }
            sum = sum.plus(&product, &Rational::ONE);
        }
        Ok(sum)
    }

    /// A lower bound of a polynomial over the frame; `None` when there is none at hand.
    ///
    /// # Errors
    /// [`Refusal`] for coordinates without lower end, and beyond the limits.
    pub fn lowest(&self, polynomial: &Polynomial) -> Result<Option<Rational>, Refusal> {
        let expanded = self.expand(polynomial)?;
        let terms: Vec<(&Monomial, Rational)> =
            expanded.terms().map(|(monomial, value)| (monomial, value.clone())).collect();
        self.lowest_unit(terms)
    }

    /// Whether a polynomial is shown to be at least 0.
    ///
    /// # Errors
    /// As [`Frame::lowest`].
    pub fn nonnegative(&self, polynomial: &Polynomial) -> Result<bool, Refusal> {
        if let Some(value) = polynomial.as_constant() {
            return Ok(value >= Rational::ZERO);
        }
        Ok(self.lowest(polynomial)?.is_some_and(|least| least >= Rational::ZERO))
    }

    /// A lower bound of a polynomial in unit coordinates.
    ///
    /// First, the coefficients of positive powers of coordinates without upper end must be at least
    /// 0, and these terms are left out. Then the barycentric coordinates: a polynomial of degree `D`
    /// in them is `sum_I B_I q_I`, `B_I = multinomial(D, I) alpha^I`, and its lower bound the least
    /// one of the `q_I`.
    pub(crate) fn lowest_unit(
        &self,
        terms: Vec<(&Monomial, Rational)>,
    ) -> Result<Option<Rational>, Refusal> {
        let is_far = |variable| self.unbounded(variable);
        let mut far: BTreeMap<Monomial, Vec<(Monomial, Rational)>> = BTreeMap::new();
        let mut near: Vec<(Monomial, Rational)> = Vec::new();
        for (monomial, value) in terms {
            let (outside, inside) = monomial.parted(is_far);
            if outside.is_one() {
                near.push((inside, value));
            } else {
                far.entry(outside).or_default().push((inside, value));
            }
        }
        for coefficient in far.into_values() {
            match lowest_over_simplex(coefficient, self.shares)? {
                Some(least) if least >= Rational::ZERO => {}
                _ => return Ok(None),
            }
        }
        lowest_over_simplex(near, self.shares)
    }
}

/// The bound over barycentric coordinates of bounds over the cube.
fn lowest_over_simplex(
    terms: Vec<(Monomial, Rational)>,
    count: u32,
) -> Result<Option<Rational>, Refusal> {
    let is_share = |variable| matches!(variable, Variable::Share(_));
    if terms.iter().all(|(monomial, _)| monomial.0.iter().all(|factor| !is_share(factor.0))) {
        return lowest_over_cube(terms).map(Some);
    }
    let parted: Vec<(Monomial, Monomial, Rational)> = terms
        .into_iter()
        .map(|(monomial, value)| {
            let (shares, rest) = monomial.parted(is_share);
            (shares, rest, value)
        })
        .collect();
    // Barycentric coordinates that do not occur count as one, their sum.
    let mut shares: Vec<Variable> =
        parted.iter().flat_map(|term| term.0.0.iter().map(|factor| factor.0)).collect();
    shares.sort_unstable();
    shares.dedup();
    if shares.last().is_none_or(|last| *last >= Variable::Share(count)) {
        return step("a barycentric coordinate that the simplex does not have");
    }
    let parts = if shares.len() < count as usize { shares.len() + 1 } else { shares.len() };
    let degree = parted.iter().map(|term| term.0.degree()).max().unwrap_or(0);
    let mut least: Option<Rational> = None;
    for index in compositions(degree, parts)? {
        spend(parted.len() * parts)?;
        // q_I = sum over J <= I of a_J multinomial(D - |J|, I - J) / multinomial(D, I)
        let whole = multinomial(&index);
        let mut terms: Vec<(Monomial, Rational)> = Vec::new();
        for (part, rest, value) in &parted {
            let mut remaining = index.clone();
            let fits = part.0.iter().all(|(variable, exponent)| {
                let Ok(place) = shares.binary_search(variable) else { return false };
                let enough = remaining[place] >= *exponent;
                remaining[place] = remaining[place].saturating_sub(*exponent);
                enough
            });
            if fits {
                let weight =
                    Rational::from_parts(Integer::from(multinomial(&remaining)), whole.clone());
                terms.push((rest.clone(), value * weight));
            }
        }
        let bound = lowest_over_cube(terms)?;
        if least.as_ref().is_none_or(|least| bound < *least) {
            least = Some(bound);
        }
    }
    Ok(least)
}

/// All lists of `parts` natural numbers with the given sum.
fn compositions(sum: u32, parts: usize) -> Result<Vec<Vec<u32>>, Refusal> {
    let mut lists: Vec<(Vec<u32>, u32)> = vec![(Vec::new(), sum)];
    for part in 0..parts {
        let mut longer = Vec::new();
        for (list, rest) in lists {
            let choices = if part + 1 == parts { rest..=rest } else { 0..=rest };
            for value in choices {
                let mut next = list.clone();
                next.push(value);
                longer.push((next, rest - value));
            }
        }
        if longer.len() > MOST_COEFFICIENTS {
            return Err(Refusal::Limit(format!("more than {MOST_COEFFICIENTS} coefficients")));
        }
        lists = longer;
    }
    Ok(lists.into_iter().map(|(list, _)| list).collect())
}

/// `(sum of the entries)! / product of the entries'!`.
fn multinomial(entries: &[u32]) -> Natural {
    let mut result = Natural::ONE;
    let mut total = 0;
    for &entry in entries {
        total += entry;
        result *= binomial(total, entry);
    }
    result
}

fn binomial(n: u32, k: u32) -> Natural {
    (0..k).fold(Natural::ONE, |value, i| value * Natural::from(n - i) / Natural::from(i + 1))
}

/// The constant and the least Bernstein coefficient of each block of monomials that share
/// coordinates, over the unit cube. Blocks of one coordinate and degree two are minimised exactly.
fn lowest_over_cube(terms: Vec<(Monomial, Rational)>) -> Result<Rational, Refusal> {
    let mut sum = Rational::ZERO;
    let mut blocks: Vec<Vec<(Monomial, Rational)>> = Vec::new();
    for (placed, (monomial, value)) in terms.into_iter().enumerate() {
        spend(weight(&value) + placed * monomial.0.len())?;
        if monomial.is_one() {
            sum += value;
            continue;
        }
        let meets = |block: &Vec<(Monomial, Rational)>| {
            block
                .iter()
                .any(|(other, _)| other.0.iter().any(|a| monomial.0.iter().any(|b| a.0 == b.0)))
        };
        let (met, apart): (Vec<_>, Vec<_>) = blocks.into_iter().partition(meets);
        let mut block: Vec<(Monomial, Rational)> = met.into_iter().flatten().collect();
        block.push((monomial, value));
        blocks = apart;
        blocks.push(block);
    }
    for block in &blocks {
        sum += lowest_of_block(block)?;
    }
    Ok(sum)
}

fn lowest_of_block(block: &[(Monomial, Rational)]) -> Result<Rational, Refusal> {
    let mut degrees: BTreeMap<Variable, u32> = BTreeMap::new();
    for &(variable, exponent) in block.iter().flat_map(|(monomial, _)| monomial.factors()) {
        let degree = degrees.entry(variable).or_default();
        *degree = (*degree).max(exponent);
    }
    if degrees.len() == 1 && degrees.values().all(|degree| *degree <= 2) {
        return Ok(lowest_quadratic(block));
    }
    // Coefficients a_J of the block, the last coordinate fastest.
    let mut size = 1usize;
    for degree in degrees.values() {
        size = size.saturating_mul(*degree as usize + 1);
        if size > MOST_COEFFICIENTS {
            return Err(Refusal::Limit(format!("more than {MOST_COEFFICIENTS} coefficients")));
        }
    }
    let rounds: u32 = degrees.values().sum();
    spend(size * rounds as usize + block.len() * degrees.len())?;
    let mut values = vec![Rational::ZERO; size];
    for (monomial, value) in block {
        let mut place = 0;
        for (variable, degree) in &degrees {
            let exponent = monomial.0.iter().find(|factor| factor.0 == *variable);
            place = place * (*degree as usize + 1) + exponent.map_or(0, |factor| factor.1 as usize);
        }
        values[place] += value;
    }
    // b_I = sum over J <= I of a_J product binomial(I_j, J_j) / binomial(e_j, J_j), one coordinate
    // after the other.
    let mut stride = size;
    for degree in degrees.values() {
        let count = *degree as usize + 1;
        let span = stride;
        stride /= count;
        for start in (0..size).step_by(span) {
            for offset in start..start + stride {
                bernstein(&mut values, offset, stride, *degree);
            }
        }
    }
    Ok(values.into_iter().min().unwrap_or(Rational::ZERO))
}

/// Power to Bernstein coefficients along one coordinate of degree `degree`.
fn bernstein(values: &mut [Rational], offset: usize, stride: usize, degree: u32) {
    for j in 0..=degree {
        let divisor = Rational::from(binomial(degree, j));
        let entry = &mut values[offset + j as usize * stride];
        *entry = &*entry / divisor;
    }
    // The triangle of sums turns a_j / binomial(e, j) into sum_j binomial(i, j) a_j / binomial(e, j).
    for round in 1..=degree as usize {
        for i in (round..=degree as usize).rev() {
            let lower = values[offset + (i - 1) * stride].clone();
            values[offset + i * stride] += lower;
        }
    }
}

/// The least value of `a y^2 + b y` on `0 <= y <= 1`.
fn lowest_quadratic(block: &[(Monomial, Rational)]) -> Rational {
    let coefficient = |degree: u32| {
        block
            .iter()
            .filter(|(monomial, _)| monomial.degree() == degree)
            .fold(Rational::ZERO, |sum, (_, value)| sum + value)
    };
    let (a, b) = (coefficient(2), coefficient(1));
    let inside = b < Rational::ZERO && -&b < Rational::from(2) * &a;
    if inside {
        return -(&b * &b) / (Rational::from(4) * a);
    }
    (a + b).min(Rational::ZERO)
}
