//! Sums of multiples of rows: one lane of numbers per stage and monomial ([6]).
//!
//! All sums over the pairs of a stage are of one kind: products of two columns, each of which has
//! an entry per pair, per state, or per successor of a pair, are added up along index maps
//! ([`Vector::add`]). The maps are the functions at the end.

use crate::prelude::*;
use std::collections::btree_map::Entry;
use std::sync::LazyLock;

/// The constant polynomial 1.
pub(crate) fn one() -> &'static Columns {
    static ONE: LazyLock<Columns> = LazyLock::new(|| columns(&Polynomial::constant(Rational::ONE)));
    &ONE
}

/// A polynomial as a vector with one entry.
pub(crate) fn columns(polynomial: &Polynomial) -> Columns {
    let column = |value: &Rational| {
        let coefficients = Scaled::from_rationals(std::slice::from_ref(value));
        Arc::new(Column { support: None, coefficients: Arc::new(coefficients) })
    };
    polynomial.terms().map(|(name, value)| (name.clone(), column(value))).collect()
}

/// A vector of polynomials while it is added up, over one denominator.
#[derive(Debug, Clone)]
pub(crate) struct Vector {
    pub(crate) len: usize,
    denominator: Natural,
    lanes: BTreeMap<Monomial, Sums>,
}

impl Vector {
    pub(crate) fn new(len: usize) -> Self {
        Vector { len, denominator: Natural::ONE, lanes: BTreeMap::new() }
    }

    /// Adds `a_i b_j`, or subtracts it, at entry `k` for each `(k, i, j)` that `terms` gives for a
    /// column of `a` and one of `b`: `i` and `j` are indices of their coefficients.
    pub(crate) fn add<'c, I: Iterator<Item = Term>>(
        &mut self,
        minus: bool,
        a: &'c Columns,
        b: &'c Columns,
        terms: impl Fn(&'c Column, &'c Column) -> I,
    ) -> Done {
        for (name, x) in a {
            for (other, y) in b {
                // What short columns cost before any of their entries is looked at.
                charge(128)?;
                let (p, q) = (&x.coefficients, &y.coefficients);
                let factor = self.widen(&(p.denominator() * q.denominator()))?;
                let factor = if minus { -factor } else { factor };
                let lane = self.lane(name.product(other)?)?;
                lane.add(&factor, p.numerators(), q.numerators(), terms(x, y))?;
            }
        }
        Ok(())
    }

    /// Adds a vector of the same length.
    pub(crate) fn add_vector(&mut self, other: &Vector) -> Done {
        let factor = self.widen(&other.denominator)?;
        for (name, lane) in &other.lanes {
            self.lane(name.clone())?.add_multiple(&factor, lane)?;
        }
        Ok(())
    }

    /// The sums of a monomial, zero at first.
    fn lane(&mut self, name: Monomial) -> Done<&mut Sums> {
        Ok(match self.lanes.entry(name) {
            Entry::Occupied(present) => present.into_mut(),
            Entry::Vacant(place) => place.insert(Sums::new(self.len)?),
        })
    }

    /// Makes the denominator a multiple of `wanted`; how often that is in it.
    fn widen(&mut self, wanted: &Natural) -> Done<Integer> {
        if self.denominator == *wanted {
            return Ok(Integer::ONE);
        }
        let denominator = charged_multiple(&self.denominator, wanted)?;
        let factor = Integer::from(&denominator / &self.denominator);
        if !factor.is_one() {
            self.lanes.values_mut().try_for_each(|lane| lane.scale(&factor))?;
            self.denominator = denominator;
        }
        Ok(Integer::from(&self.denominator / wanted))
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.lanes.values().all(Sums::is_zero)
    }

    /// The monomials that occur.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Monomial> {
        self.lanes.keys()
    }

    /// The variables with their largest exponents.
    pub(crate) fn variables(&self) -> BTreeMap<Variable, u32> {
        let mut degrees: BTreeMap<Variable, u32> = BTreeMap::new();
        for &(variable, exponent) in self.names().flat_map(Monomial::factors) {
            let degree = degrees.entry(variable).or_default();
            *degree = (*degree).max(exponent);
        }
        degrees
    }

    /// The coefficient of a monomial at an entry.
    pub(crate) fn coefficient(&self, name: &Monomial, entry: usize) -> Rational {
        let numerator = self.lanes.get(name).map_or(Integer::ZERO, |lane| lane.get(entry));
        Rational::from_parts(numerator, self.denominator.clone())
    }

    /// An entry as a polynomial.
    pub(crate) fn get(&self, entry: usize) -> Polynomial {
        let mut result = Polynomial::zero();
        for name in self.names() {
            result.add_term(name.clone(), self.coefficient(name, entry));
        }
        result
    }

    /// The sign of the coefficient of a monomial at an entry.
    pub(crate) fn sign(&self, name: &Monomial, entry: usize) -> i8 {
        self.lanes.get(name).map_or(0, |lane| lane.sign(entry))
    }

    pub(crate) fn into_columns(self) -> Columns {
        let column = |lane: Sums| {
            let scaled = Scaled::unreduced(lane.into_numerators(), self.denominator.clone());
            Arc::new(Column { support: None, coefficients: Arc::new(scaled) })
        };
        self.lanes.into_iter().map(|(name, lane)| (name, column(lane))).collect()
    }

    /// The lanes that are not 0, under new names and apart by the second part of what `by` gives.
    pub(crate) fn parted<K: Ord>(
        self,
        by: impl Fn(&Monomial) -> (Monomial, K),
    ) -> BTreeMap<K, Vector> {
        let mut parts = BTreeMap::new();
        for (name, lane) in self.lanes.into_iter().filter(|lane| !lane.1.is_zero()) {
            let (name, key) = by(&name);
            let denominator = &self.denominator;
            let empty = || Vector { denominator: denominator.clone(), ..Vector::new(self.len) };
            parts.entry(key).or_insert_with(empty).lanes.insert(name, lane);
        }
        parts
    }

    /// The least of each entry among vectors of numbers over one denominator.
    pub(crate) fn least(list: Vec<Vector>) -> Done<Vector> {
        let mut list = list.into_iter();
        let mut least = list.next().unwrap_or_else(|| Vector::new(0));
        let zero = Sums::new(least.len)?;
        for other in list {
            limit(other.denominator == least.denominator, "several denominators")?;
            let other = other.lanes.get(&Monomial::one()).unwrap_or(&zero);
            least.lane(Monomial::one())?.lower(other)?;
        }
        Ok(least)
    }

    /// The vector with a sum of integer multiples of monomials, over `divisor`, in place of the
    /// monomials: `by` gives the sum for a monomial and its number.
    pub(crate) fn mapped(
        &self,
        divisor: &Natural,
        by: impl Fn(usize, &Monomial) -> Vec<(Monomial, Integer)>,
    ) -> Done<Vector> {
        let denominator = &self.denominator * divisor;
        limit_bits(&denominator)?;
        let mut result = Vector { denominator, ..Vector::new(self.len) };
        for (number, (name, lane)) in self.lanes.iter().enumerate() {
            for (name, factor) in by(number, name) {
                result.lane(name)?.add_multiple(&factor, lane)?;
            }
        }
        Ok(result)
    }

    /// The vector with a polynomial in place of each monomial.
    pub(crate) fn replaced(&self, by: impl Fn(&Monomial) -> Done<Arc<Unit>>) -> Done<Vector> {
        charge(256 * (1 + self.lanes.len()))?;
        let units = self.names().map(by).collect::<Done<Vec<Arc<Unit>>>>()?;
        let mut denominators = units.iter().map(|unit| unit.coefficients.denominator());
        let common = denominators.try_fold(Natural::ONE, |a, b| charged_multiple(&a, b))?;
        self.mapped(&common, |number, _| {
            let Unit { names, coefficients } = units[number].as_ref();
            let factor = Integer::from(&common / coefficients.denominator());
            let value = |k: usize| &factor * coefficients.numerators().get(k);
            names.iter().enumerate().map(|(k, name)| (name.clone(), value(k))).collect()
        })
    }

    /// The entries that are not shown to be at least 0 over a frame, but for those excused: all at
    /// once, then the rest one by one, as blocks and degrees of one entry may be smaller.
    pub(crate) fn negative(
        self,
        frame: &Frame,
        excused: impl Fn(usize) -> bool,
    ) -> Done<Vec<usize>> {
        let (far, near) = frame.bounds(&self)?;
        charge(self.len * (far.len() + near.len()))?;
        let below = |entry: &usize| far.iter().chain(&near).any(|least| least.is_negative(*entry));
        let mut found = Vec::new();
        for entry in (0..self.len).filter(|entry| below(entry) && !excused(*entry)) {
            charge(1 << 10)?;
            let alone = self.len > 1 && frame.lowest(&self.get(entry))? >= Some(Rational::ZERO);
            found.extend(Some(entry).filter(|_| !alone));
        }
        Ok(found)
    }

    /// Whether all entries are 0 on a frame: as polynomials in unit coordinates, the last
    /// barycentric one being 1 less the others.
    pub(crate) fn vanishes(self, frame: &Frame) -> Done<bool> {
        if self.is_zero() {
            return Ok(true);
        }
        let unit = self.replaced(|monomial| frame.expand(monomial))?;
        let Some(last) = frame.shares().checked_sub(1) else { return Ok(unit.is_zero()) };
        let others = (0..last).map(|k| Polynomial::variable(Variable::Share(k)));
        let one = Polynomial::constant(Rational::ONE);
        let rest = others.fold(one, |rest, share| rest.plus(&share, &Rational::NEG_ONE));
        let free = |variable| match variable {
            Variable::Share(k) if k == last => Ok(rest.clone()),
            _ => Ok(Polynomial::variable(variable)),
        };
        let by = |monomial: &Monomial| Ok(Arc::new(Unit::of(&monomial.replaced(&free)?)));
        Ok(unit.replaced(by)?.is_zero())
    }
}

/// A polynomial over one denominator.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) names: Vec<Monomial>,
    pub(crate) coefficients: Scaled,
}

impl Unit {
    pub(crate) fn of(polynomial: &Polynomial) -> Self {
        let (names, values): (Vec<Monomial>, Vec<Rational>) =
            polynomial.terms().map(|(name, value)| (name.clone(), value.clone())).unzip();
        Unit { names, coefficients: Scaled::from_rationals(&values) }
    }
}

/// What a coefficient of a row stands before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// 1.
    Constant,
    /// The masses of the pairs of a stage.
    Mass(u32),
    /// The values of a side at the states of a stage.
    Value(Side, u32),
}

/// `constant + sum mass_i d_i + sum value_ts v_t(s)` while it is added up. Stages, pairs and states
/// of what is added are known to exist, and families to fit their stages.
#[derive(Debug, Clone)]
pub(crate) struct Sum<'a> {
    listing: &'a Listing,
    /// A denominator that all parts will have at least.
    start: Natural,
    pub(crate) parts: BTreeMap<Part, Vector>,
}

impl<'a> Sum<'a> {
    pub(crate) fn new(listing: &'a Listing) -> Self {
        Sum { listing, start: Natural::ONE, parts: BTreeMap::new() }
    }

    /// With the denominators of multipliers that will be used, unless these are long, so that sums
    /// are brought to a common one once.
    pub(crate) fn expecting<'m>(self, multipliers: impl Iterator<Item = &'m Polynomial>) -> Self {
        let mut numbers = multipliers.flat_map(Polynomial::terms).map(|term| term.1.denominator());
        let common = numbers
            .try_fold(1u64, |a, b| u64::try_from(least_common_multiple(&Natural::from(a), b)).ok());
        Sum { start: common.map_or(Natural::ONE, Natural::from), ..self }
    }

    /// A part, 0 at first.
    pub(crate) fn at(&mut self, part: Part) -> &mut Vector {
        let len = match part {
            Part::Constant => 1,
            Part::Mass(t) => self.listing.stages[t as usize].pairs(),
            Part::Value(..) => self.listing.states,
        };
        let start = || Vector { denominator: self.start.clone(), ..Vector::new(len) };
        self.parts.entry(part).or_insert_with(start)
    }

    /// Adds `multiplier * row`, or subtracts it.
    pub(crate) fn add_row(&mut self, minus: bool, multiplier: &Polynomial, row: &Row) -> Done {
        let (listing, factor) = (self.listing, columns(multiplier));
        self.at(Part::Constant).add(minus, &factor, &columns(&row.constant), dot)?;
        let masses = row.mass.iter().map(|(t, pair, value)| (Part::Mass(*t), *pair, value));
        let values = row.value.iter().map(|(w, t, s, value)| (Part::Value(*w, *t), *s, value));
        for (part, entry, value) in masses.chain(values) {
            let terms = |_, _| std::iter::once((entry as usize, 0, 0));
            self.at(part).add(minus, &factor, &columns(value), terms)?;
        }
        // loss = mu0'v_0 - sum r_i d_i
        if !row.loss.is_zero() {
            let factor = columns(&multiplier.scaled(&row.loss));
            self.at(Part::Value(Side::Follower, 0)).add(minus, &listing.law, &factor, same)?;
            for (t, stage) in (0u32..).zip(&listing.stages) {
                self.at(Part::Mass(t)).add(!minus, &stage.reward, &factor, same)?;
            }
        }
        // J0 = h + sum c_i d_i
        if !row.reward.is_zero() {
            let factor = columns(&multiplier.scaled(&row.reward));
            self.at(Part::Constant).add(minus, &factor, &columns(&listing.payoff), dot)?;
            for (t, stage) in (0u32..).zip(&listing.stages) {
                self.at(Part::Mass(t)).add(minus, &stage.leader_reward, &factor, same)?;
            }
        }
        charge(listing.stages.len())
    }

    /// Subtracts `multiplier * (sum of weights_i d_i - statistic k)`.
    pub(crate) fn subtract_link(&mut self, k: u32, multiplier: &Polynomial) -> Done {
        let listing = self.listing;
        let Some((stage, _)) = listing.form(k) else { return require(false, "no form of masses") };
        let statistic = columns(&Polynomial::variable(Variable::Statistic(k)));
        let factor = columns(multiplier);
        self.at(Part::Constant).add(false, &factor, &statistic, dot)?;
        self.at(Part::Mass(stage)).add(true, &listing.weights[k as usize], &factor, same)
    }

    /// Subtracts `multiplier * (1 - sum of the masses of stage t)`.
    pub(crate) fn subtract_mass(&mut self, t: u32, multiplier: &Polynomial) -> Done {
        let (factor, pairs) = (columns(multiplier), self.listing.stages[t as usize].pairs());
        self.at(Part::Constant).add(true, &factor, one(), dot)?;
        self.at(Part::Mass(t)).add(false, &factor, one(), |_, _| all(pairs))
    }

    /// Subtracts the flow equations times `family`:
    /// `mu0(s)` or `sum P_j(s) d_j` of the stage before, less `sum over pairs i of s of d_i`.
    pub(crate) fn subtract_flow(&mut self, family: &Family) -> Done {
        let listing = self.listing;
        for (&t, y) in family {
            let stage = &listing.stages[t as usize];
            self.at(Part::Mass(t)).add(false, y, one(), |y, _| spread(stage, y))?;
            if t == 0 {
                self.at(Part::Constant).add(true, y, &listing.law, dot)?;
            } else if let Some(transition) = &listing.stages[t as usize - 1].transition {
                let Transition { successors, probability } = transition;
                let terms = |y, p| pull(successors, y, p);
                self.at(Part::Mass(t - 1)).add(true, y, probability, terms)?;
            }
        }
        Ok(())
    }

    /// Subtracts `family_i (v_t(s) - r_i - sum P_i(s') v_{t+1}(s'))` over the pairs.
    pub(crate) fn subtract_bellman(&mut self, family: &Family) -> Done {
        let listing = self.listing;
        self.subtract_values(Side::Follower, false, family, |t| (false, &listing.stages[t].reward))
    }

    /// Subtracts `family_i (sigma c_i + lambda z_i + sum P_i(s') y_{t+1}(s') - y_t(s))`, without
    /// `lambda z_i` for the pairs that are optimal.
    pub(crate) fn subtract_dual(
        &mut self,
        family: &Family,
        pessimistic: bool,
        optimal: impl Fn(u32, usize) -> bool,
    ) -> Done {
        let lead = self.listing.lead()?;
        self.subtract_values(Side::Dual, true, family, |t| (pessimistic, &lead[t]))?;
        let mut others = times_lambda(family);
        for (t, columns) in &mut others {
            for (_, column) in columns {
                let kept = column.entries().filter(|entry| !optimal(*t, entry.0));
                let (support, values): (Vec<u32>, Vec<Rational>) =
                    kept.map(|(pair, k)| (pair as u32, column.coefficients.get(k))).unzip();
                let coefficients = Arc::new(Scaled::from_rationals(&values));
                *column = Arc::new(Column { support: Some(support), coefficients });
            }
        }
        self.subtract_bellman(&others)
    }

    /// Subtracts `family_i (w_t(s) - sigma c_i - sum P_i(s') w_{t+1}(s'))` over the pairs.
    pub(crate) fn subtract_lead(&mut self, family: &Family, pessimistic: bool) -> Done {
        let lead = self.listing.lead()?;
        self.subtract_values(Side::Leader, false, family, |t| (!pessimistic, &lead[t]))
    }

    /// Subtracts `family_i (w_t(s) - sum P_i(s') w_{t+1}(s'))` over the pairs, with `negated` times
    /// -1, where `w` are the values of a side; and adds `family_i` times the rewards, or subtracts
    /// it.
    fn subtract_values(
        &mut self,
        side: Side,
        negated: bool,
        family: &Family,
        rewards: impl Fn(usize) -> (bool, &'a Columns),
    ) -> Done {
        for (&t, w) in family {
            let stage = &self.listing.stages[t as usize];
            self.at(Part::Value(side, t)).add(!negated, w, one(), |w, _| by_state(stage, w))?;
            if let Some(Transition { successors, probability }) = &stage.transition {
                let terms = |w, p| push(successors, w, p);
                self.at(Part::Value(side, t + 1)).add(negated, w, probability, terms)?;
            }
            let (minus, rewards) = rewards(t as usize);
            self.at(Part::Constant).add(minus, w, rewards, dot)?;
        }
        Ok(())
    }

    /// Subtracts `family_i (d_i - pi_i sum of d_j over the pairs j of the site of i)`.
    pub(crate) fn subtract_policy(&mut self, family: &Family, policy: &Family) -> Done {
        for (&t, columns) in family {
            let stage = &self.listing.stages[t as usize];
            self.at(Part::Mass(t)).add(true, columns, one(), same)?;
            // sum of family_i pi_i over the pairs of each state
            let mut shares = Vector::new(self.listing.states);
            let policy = policy.get(&t).cloned().unwrap_or_default();
            shares.add(false, columns, &policy, |family, policy| {
                let of_policy = |i| policy.index(family.position(i));
                by_state(stage, family).filter_map(move |(s, i, _)| Some((s, i, of_policy(i)?)))
            })?;
            let shares = shares.into_columns();
            self.at(Part::Mass(t)).add(false, &shares, one(), |shares, _| spread(stage, shares))?;
        }
        Ok(())
    }

    /// Subtracts `family_ts (bound_ts - w_t(s))`, or with `floor` times -1, `w` the values of a
    /// side.
    pub(crate) fn subtract_bound(
        &mut self,
        side: Side,
        family: &Family,
        bound: &Family,
        floor: bool,
    ) -> Done {
        for (&t, columns) in family {
            self.at(Part::Value(side, t)).add(floor, columns, one(), same)?;
            let bound = bound.get(&t).cloned().unwrap_or_default();
            self.at(Part::Constant).add(!floor, columns, &bound, dot)?;
        }
        Ok(())
    }

    /// Adds `factor * sum of family_i d_i`, or subtracts it.
    pub(crate) fn add_masses(&mut self, minus: bool, factor: &Columns, family: &Family) -> Done {
        family.iter().try_for_each(|(t, c)| self.at(Part::Mass(*t)).add(minus, c, factor, same))
    }

    /// Puts `d_i = masses_i` in place of the masses.
    pub(crate) fn put_masses(mut self, masses: &Family) -> Done<Self> {
        for (part, vector) in std::mem::take(&mut self.parts) {
            if let Part::Mass(t) = part {
                let masses = masses.get(&t).cloned().unwrap_or_default();
                self.at(Part::Constant).add(false, &vector.into_columns(), &masses, dot)?;
            } else {
                self.parts.insert(part, vector);
            }
        }
        Ok(self)
    }

    /// The sum as a row.
    pub(crate) fn into_row(self, sense: Sense) -> Row {
        let mut row = Row::of(sense, Polynomial::zero());
        for (part, vector) in self.parts {
            let entries = (0..vector.len).map(|entry| (entry as u32, vector.get(entry)));
            for (entry, value) in entries.filter(|(_, value)| !value.is_zero()) {
                match part {
                    Part::Constant => row.constant = value,
                    Part::Mass(t) => row.mass.push((t, entry, value)),
                    Part::Value(side, t) => row.value.push((side, t, entry, value)),
                }
            }
        }
        row
    }
}

/// A family times the multiplier of a dual region.
pub(crate) fn times_lambda(family: &Family) -> Family {
    let lambda = Monomial::new(vec![(Variable::Multiplier, 1)]);
    let times =
        |(name, column): &(Monomial, Arc<Column>)| (name.times(&lambda), Arc::clone(column));
    family.iter().map(|(t, columns)| (*t, columns.iter().map(times).collect())).collect()
}

/// 1 at every entry.
pub(crate) fn all(len: usize) -> impl Iterator<Item = Term> {
    (0..len).map(|entry| (entry, 0, 0))
}

/// Each entry of a column, times a number.
pub(crate) fn same(a: &Column, _: &Column) -> impl Iterator<Item = Term> {
    a.entries().map(|(entry, index)| (entry, index, 0))
}

/// The scalar product of two columns.
pub(crate) fn dot<'c>(a: &'c Column, b: &'c Column) -> impl Iterator<Item = Term> + 'c {
    let swapped = b.coefficients.len() < a.coefficients.len();
    let (short, long) = if swapped { (b, a) } else { (a, b) };
    short.entries().filter_map(move |(entry, index)| {
        let other = long.index(entry)?;
        Some(if swapped { (0, other, index) } else { (0, index, other) })
    })
}

/// From states to all of their pairs.
pub(crate) fn spread(stage: &Stage, a: &Column) -> impl Iterator<Item = Term> {
    a.entries().flat_map(|(state, index)| stage.of_state(state).map(move |pair| (pair, index, 0)))
}

/// From pairs to their states.
pub(crate) fn by_state(stage: &Stage, a: &Column) -> impl Iterator<Item = Term> {
    let mut state = 0;
    a.entries().map(move |(pair, index)| {
        while stage.first[state + 1] as usize <= pair {
            state += 1;
        }
        (state, index, 0)
    })
}

/// From pairs, with probabilities, to the states that they lead to.
pub(crate) fn push(to: &Successors, a: &Column, p: &Column) -> impl Iterator<Item = Term> {
    a.entries().flat_map(move |(pair, index)| {
        let entries = p.indices(to.of_pair(pair));
        entries.map(move |k| (to.state[p.position(k)] as usize, index, k))
    })
}

/// From states, with probabilities, to the pairs that lead to them.
pub(crate) fn pull(to: &Successors, a: &Column, p: &Column) -> impl Iterator<Item = Term> {
    let mut pair = 0;
    p.entries().filter_map(move |(entry, k)| {
        while to.first[pair + 1] as usize <= entry {
            pair += 1;
        }
        Some((pair, a.index(to.state(entry))?, k))
    })
}
