//! What is known of the coordinates of a region, and lower bounds of polynomials there ([3]).

use crate::prelude::*;

/// Most Bernstein coefficients of one block.
pub const MOST_COEFFICIENTS: usize = 1 << 12;

/// The ends of a coordinate; `None` where it has none.
pub type Ends = (Option<Rational>, Option<Rational>);

/// What is known of each coordinate: a number, a polynomial of others, or ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    /// The ends of coordinates.
    pub(crate) ends: BTreeMap<Variable, Ends>,
    /// Coordinates that are polynomials of others; these do not occur here themselves.
    pub(crate) substitutions: BTreeMap<Variable, Polynomial>,
    /// Number of barycentric coordinates, `Share(0)` to the last; they are at least 0 with sum 1.
    pub(crate) shares: u32,
}

fn is_share(variable: Variable) -> bool {
    matches!(variable, Variable::Share(_))
}

impl Frame {
    /// Leaves a coordinate one value.
    pub(crate) fn pin(&mut self, variable: Variable, value: Rational) {
        self.ends.insert(variable, (Some(value.clone()), Some(value)));
    }

    /// Says that a coordinate is a polynomial of others.
    pub(crate) fn define(&mut self, variable: Variable, value: &Polynomial) -> Done {
        match value.as_constant() {
            Some(number) => self.pin(variable, number),
            None => {
                let value = self.resolve(value)?;
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
    pub(crate) fn expand(&self, monomial: &Monomial) -> Done<Polynomial> {
        monomial.replaced(&|variable| self.unit(variable))
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
        let mut vector = Vector::new(1);
        vector.add(false, &columns(polynomial), one(), dot)?;
        let (far, near) = self.bounds(vector)?;
        let bounded = !far.iter().any(|least| least.is_negative(0));
        Ok(near.iter().map(|least| least.get(0)).min().filter(|_| bounded))
    }

    /// Lower bounds of the entries of a vector: of the coefficients of positive powers of
    /// coordinates without upper end, which have to be at least 0 and are left out then; and of the
    /// rest, of which the least one counts.
    pub(crate) fn bounds(&self, vector: Vector) -> Done<(Vec<Least>, Vec<Least>)> {
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
        let coefficients = bernstein(vector, &shares, parts, degree.unwrap_or(0))?;
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
        let sum = self.sum.get(entry).as_constant().unwrap_or_default();
        self.more.get(&entry).map_or(sum.clone(), |more| sum + more)
    }

    pub(crate) fn is_negative(&self, entry: usize) -> bool {
        let exact = self.more.contains_key(&entry);
        if exact { self.get(entry) < Rational::ZERO } else { self.sum.sign(entry) < 0 }
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
            for entry in 0..len {
                let term = |power| block.coefficient(&Monomial::new(vec![(*y, power)]), entry);
                let (b, a) = (term(1), term(2));
                if Rational::ZERO < -&b && -&b < Rational::from(2) * &a {
                    // Inside, -b^2 / 4a is the least value, where b / 2 is the least coefficient.
                    let more = -(&b * &b) / (Rational::from(4) * a) - b / Rational::from(2);
                    *least.more.entry(entry).or_default() += more;
                }
            }
        }
        let mut list = vec![block];
        for (variable, degree) in degrees {
            let coefficients = list.into_iter().map(|q| bernstein(q, &[variable], 2, degree));
            list = coefficients.collect::<Done<Vec<_>>>()?.concat();
            limit(list.len() <= MOST_COEFFICIENTS, "too many Bernstein coefficients")?;
        }
        least.sum.add(false, &Vector::least(list)?.into_columns(), one(), same)?;
    }
    Ok(least)
}

/// The coefficients `q_I` of a vector `sum_J a_J y^J` in `sum_I B_I q_I`, where the `y` of a group
/// and the rest, if `parts` counts one more, are at least 0 with sum 1, and `|J| <= degree`:
/// `q_I = sum over J <= I of a_J multinomial(I - J) / multinomial(I)`.
fn bernstein(vector: Vector, group: &[Variable], parts: usize, degree: u32) -> Done<Vec<Vector>> {
    let len = vector.len;
    let lanes = vector.into_columns();
    let coefficient = |index: Vec<u32>| {
        let mut q = Vector::new(len);
        for (name, column) in &lanes {
            let powers = group.iter().map(|variable| name.exponent(*variable));
            let mut left = index.clone();
            let fits = left.iter_mut().zip(powers).all(|(left, power)| {
                let fits = power <= *left;
                *left = left.saturating_sub(power);
                fits
            });
            if fits {
                let weight = Rational::from_parts(multinomial(&left).into(), multinomial(&index));
                let rest = name.parted(|variable| group.contains(&variable)).1;
                let weight = columns(&Polynomial::constant(weight));
                q.add(false, &vec![(rest, Arc::clone(column))], &weight, same)?;
            }
        }
        Ok(q)
    };
    compositions(degree, parts)?.into_iter().map(coefficient).collect()
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
