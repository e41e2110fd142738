//! What is known of the coordinates of a region, and lower bounds of polynomials there ([3]).

use crate::prelude::*;
use std::cell::RefCell;

/// Most Bernstein coefficients of one block.
pub const MOST_COEFFICIENTS: usize = 1 << 12;
/// Most monomials, and terms of each, that are kept in unit coordinates.
const MOST_KNOWN: usize = 1 << 8;

/// The ends of a coordinate; `None` where it has none.
pub type Ends = (Option<Rational>, Option<Rational>);

/// What is known of each coordinate: a number, a polynomial of others, or ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    /// The ends of coordinates.
    ends: BTreeMap<Variable, Ends>,
    /// Coordinates that are polynomials of others; these do not occur here themselves.
    substitutions: BTreeMap<Variable, Polynomial>,
    /// Number of barycentric coordinates, `Share(0)` to the last; they are at least 0 with sum 1.
    shares: u32,
    known: Known,
}

/// Monomials in unit coordinates that were computed since the frame was changed last.
#[derive(Debug, Default)]
struct Known(RefCell<BTreeMap<Monomial, Arc<Unit>>>);

impl Clone for Known {
    /// A copy of a frame is made to be changed.
    fn clone(&self) -> Self {
        Known::default()
    }
}

fn is_share(variable: Variable) -> bool {
    matches!(variable, Variable::Share(_))
}

impl Frame {
    /// A frame with these ends.
    pub(crate) fn of(ends: BTreeMap<Variable, Ends>) -> Self {
        Frame { ends, ..Frame::default() }
    }

    /// The ends of coordinates.
    pub(crate) fn ends(&self) -> &BTreeMap<Variable, Ends> {
        &self.ends
    }

    /// Gives a coordinate ends.
    pub(crate) fn set_ends(&mut self, variable: Variable, ends: Ends) {
        self.known = Known::default();
        self.ends.insert(variable, ends);
    }

    /// Leaves a coordinate one value.
    pub(crate) fn pin(&mut self, variable: Variable, value: Rational) {
        self.set_ends(variable, (Some(value.clone()), Some(value)));
    }

    /// What has been substituted.
    pub(crate) fn substitutions(&self) -> &BTreeMap<Variable, Polynomial> {
        &self.substitutions
    }

    /// Says what is substituted, and how many barycentric coordinates there are.
    pub(crate) fn put(&mut self, substitutions: BTreeMap<Variable, Polynomial>, shares: u32) {
        self.known = Known::default();
        (self.substitutions, self.shares) = (substitutions, shares);
    }

    /// Number of barycentric coordinates.
    pub(crate) fn shares(&self) -> u32 {
        self.shares
    }

    /// Says that a coordinate is a polynomial of others.
    pub(crate) fn define(&mut self, variable: Variable, value: &Polynomial) -> Done {
        match value.as_constant() {
            Some(number) => self.pin(variable, number),
            None => {
                let value = self.resolve(value)?;
                self.known = Known::default();
                self.ends.remove(&variable);
                self.substitutions.insert(variable, value);
            }
        }
        Ok(())
    }

    /// The value of a coordinate whose ends are equal.
    pub(crate) fn pinned(&self, variable: Variable) -> Option<&Rational> {
        let (lower, upper) = self.ends.get(&variable)?;
        lower.as_ref().filter(|_| lower == upper)
    }

    /// A coordinate in unit coordinates, which bear the names of coordinates: a number where its
    /// ends are equal, else what has been substituted for it, a barycentric coordinate as it is,
    /// `l + w y` with `0 <= y <= 1`, and `l + y` with `0 <= y` where there is no upper end.
    fn unit(&self, variable: Variable) -> Done<Polynomial> {
        match self.substitutions.get(&variable).filter(|_| self.pinned(variable).is_none()) {
            // Substituted coordinates do not occur in what is substituted.
            Some(polynomial) => polynomial.replaced(&|other| self.unit_of_free(other)),
            None => self.unit_of_free(variable),
        }
    }

    fn unit_of_free(&self, variable: Variable) -> Done<Polynomial> {
        let name = Polynomial::variable(variable);
        match self.ends.get(&variable) {
            _ if is_share(variable) => Ok(name),
            Some((Some(lower), upper)) => {
                let width = upper.as_ref().map_or(Rational::ONE, |upper| upper - lower);
                Ok(Polynomial::constant(lower.clone()).plus(&name, &width))
            }
            _ => Err(Refusal::Step(format!("{variable:?} has no lower end"))),
        }
    }

    /// A monomial in unit coordinates.
    pub(crate) fn expand(&self, monomial: &Monomial) -> Done<Arc<Unit>> {
        if let Some(unit) = self.known.0.borrow().get(monomial) {
            return Ok(Arc::clone(unit));
        }
        let polynomial = monomial.replaced(&|variable| self.unit(variable))?;
        let unit = Arc::new(Unit::of(&polynomial));
        let mut known = self.known.0.borrow_mut();
        if unit.names.len() <= MOST_KNOWN && known.len() < MOST_KNOWN {
            known.insert(monomial.clone(), Arc::clone(&unit));
        }
        Ok(unit)
    }

    /// A polynomial with its substituted coordinates replaced.
    pub(crate) fn resolve(&self, polynomial: &Polynomial) -> Done<Polynomial> {
        polynomial.replaced(&|variable| {
            let present = self.substitutions.get(&variable).cloned();
            Ok(present.unwrap_or_else(|| Polynomial::variable(variable)))
        })
    }

    /// A lower bound of a polynomial; `None` when there is none at hand.
    pub(crate) fn lowest(&self, polynomial: &Polynomial) -> Done<Option<Rational>> {
        if let Some(value) = polynomial.as_constant() {
            return Ok(Some(value));
        }
        let mut vector = Vector::new(1);
        vector.add(false, &columns(polynomial), one(), dot)?;
        let (far, near) = self.bounds(&vector)?;
        let bounded = !far.iter().any(|least| least.is_negative(0));
        Ok(near.iter().map(|least| least.get(0)).min().filter(|_| bounded))
    }

    /// Lower bounds of the entries of a vector: of the coefficients of positive powers of
    /// coordinates without upper end, which have to be at least 0 and are left out then; and of the
    /// rest, of which the least one counts.
    pub(crate) fn bounds(&self, vector: &Vector) -> Done<(Vec<Least>, Vec<Least>)> {
        let unit = vector.replaced(|monomial| self.expand(monomial))?;
        let ends = |variable: &Variable| self.ends.get(variable);
        let near = |v: Variable| is_share(v) || ends(&v).is_some_and(|ends| ends.1.is_some());
        let len = unit.len;
        let mut parts = unit.parted(|name| name.parted(near));
        let rest = parts.remove(&Monomial::one()).unwrap_or_else(|| Vector::new(len));
        let far = parts.into_values().map(|part| self.over_simplex(part));
        Ok((far.collect::<Done<Vec<_>>>()?.concat(), self.over_simplex(rest)?))
    }

    /// Lower bounds over the simplex and the cube: those over the cube of the `q_I` in
    /// `sum_I B_I q_I`, `B_I` the Bernstein polynomials of the barycentric coordinates.
    fn over_simplex(&self, vector: Vector) -> Done<Vec<Least>> {
        let mut shares: Vec<Variable> = vector.variables().into_keys().collect();
        shares.retain(|variable| is_share(*variable));
        if shares.is_empty() {
            return Ok(vec![over_cube(vector)?]);
        }
        // Those that do not occur count as one, their sum.
        let parts = shares.len() + usize::from(shares.len() < self.shares as usize);
        let degree = vector.names().map(|name| name.parted(is_share).0.degree()).max();
        let coefficients = bernstein(&vector, &shares, parts, degree.unwrap_or(0))?;
        coefficients.into_iter().map(over_cube).collect()
    }
}

/// Lower bounds of the entries of a vector: a sum, and what some entries have more.
#[derive(Clone)]
pub(crate) struct Least {
    sum: Vector,
    more: BTreeMap<usize, Rational>,
}

impl Least {
    fn get(&self, entry: usize) -> Rational {
        let sum = self.sum.coefficient(&Monomial::one(), entry);
        self.more.get(&entry).map_or(sum.clone(), |more| sum + more)
    }

    pub(crate) fn is_negative(&self, entry: usize) -> bool {
        // What an entry has more is positive.
        let below = self.sum.sign(&Monomial::one(), entry) < 0;
        below && (!self.more.contains_key(&entry) || self.get(entry) < Rational::ZERO)
    }
}

/// The constant and a bound of each block of monomials that share coordinates: the least Bernstein
/// coefficient, or of `a y^2 + b y` the least value on `0 <= y <= 1`.
fn over_cube(vector: Vector) -> Done<Least> {
    // The name of the block of each coordinate.
    let mut names: BTreeMap<Variable, Variable> =
        vector.variables().into_keys().map(|variable| (variable, variable)).collect();
    for pair in vector.names().flat_map(|name| name.factors().windows(2)) {
        let (kept, dropped) = (names[&pair[0].0], names[&pair[1].0]);
        if kept != dropped {
            charge(names.len())?;
            names.values_mut().filter(|name| **name == dropped).for_each(|name| *name = kept);
        }
    }
    let len = vector.len;
    let block = |name: &Monomial| name.factors().first().map(|factor| names[&factor.0]);
    let mut blocks = vector.parted(|name| (name.clone(), block(name)));
    let constant = blocks.remove(&None).unwrap_or_else(|| Vector::new(len));
    let mut least = Least { sum: constant, more: BTreeMap::new() };
    for block in blocks.into_values() {
        let degrees = block.variables();
        if let (1, Some((y, 2))) = (degrees.len(), degrees.first_key_value()) {
            let [first, second] = [1, 2].map(|power| Monomial::new(vec![(*y, power)]));
            for entry in 0..len {
                if block.sign(&first, entry) >= 0 || block.sign(&second, entry) <= 0 {
                    continue;
                }
                let (b, a) = (block.coefficient(&first, entry), block.coefficient(&second, entry));
                if -&b < Rational::from(2) * &a {
                    // Inside, -b^2 / 4a is the least value, where b / 2 is the least coefficient.
                    let more = -(&b * &b) / (Rational::from(4) * a) - b / Rational::from(2);
                    *least.more.entry(entry).or_default() += more;
                }
            }
        }
        let mut list = vec![block];
        for (variable, degree) in degrees {
            let coefficients = list.iter().map(|q| bernstein(q, &[variable], 2, degree));
            list = coefficients.collect::<Done<Vec<_>>>()?.concat();
            limit(list.len() <= MOST_COEFFICIENTS, "too many Bernstein coefficients")?;
        }
        least.sum.add_vector(&Vector::least(list)?)?;
    }
    Ok(least)
}

/// The coefficients `q_I` of a vector `sum_J a_J y^J` in `sum_I B_I q_I`, where the `y` of a group
/// and the rest, if `parts` counts one more, are at least 0 with sum 1, and `|J| <= degree`:
/// `q_I = sum over J <= I of a_J multinomial(I - J) / multinomial(I)`, over one denominator.
fn bernstein(vector: &Vector, group: &[Variable], parts: usize, degree: u32) -> Done<Vec<Vector>> {
    let indices = compositions(degree, parts)?;
    let counts: Vec<Natural> = indices.iter().map(|index| multinomial(index)).collect();
    let common = counts.iter().fold(Natural::ONE, |a, b| least_common_multiple(&a, b));
    let coefficient = |(index, count): (Vec<u32>, Natural)| {
        vector.mapped(&common, |_, name| {
            let mut left = index.clone();
            for (left, variable) in left.iter_mut().zip(group) {
                match left.checked_sub(name.exponent(*variable)) {
                    Some(rest) => *left = rest,
                    None => return Vec::new(),
                }
            }
            let rest = name.parted(|variable| group.contains(&variable)).1;
            vec![(rest, Integer::from(multinomial(&left) * (&common / &count)))]
        })
    };
    indices.into_iter().zip(counts).map(coefficient).collect()
}

/// All lists of `parts` natural numbers with the given sum.
fn compositions(sum: u32, parts: usize) -> Done<Vec<Vec<u32>>> {
    let mut lists: Vec<(Vec<u32>, u32)> = vec![(Vec::new(), sum)];
    for part in 1..=parts {
        let mut longer = Vec::new();
        for (list, rest) in lists {
            let choices = if part == parts { rest..=rest } else { 0..=rest };
            longer.extend(choices.map(|value| ([&list[..], &[value]].concat(), rest - value)));
            limit(longer.len() <= MOST_COEFFICIENTS, "too many Bernstein coefficients")?;
        }
        lists = longer;
    }
    Ok(lists.into_iter().map(|(list, _)| list).collect())
}

/// `(sum of the entries)! / product of the entries'!`.
fn multinomial(entries: &[u32]) -> Natural {
    let (mut result, mut total) = (Natural::ONE, 0);
    for &entry in entries {
        for i in 1..=entry {
            // binomial(total + i, i), a natural number at every step
            result = result * Natural::from(total + i) / Natural::from(i);
        }
        total += entry;
    }
    result
}
