//! Proofs: a stack of regions that have to be closed, and the steps that close them.
//!
//! A region is a set of points ([4]). A step replaces the region on top by regions that cover it,
//! adds what holds on it, or closes it. When the last one is closed, the statement is a theorem.

use crate::error::{Refusal, inequality, step};
use crate::listing::{Decisions, Listing, columns_fit};
use crate::number::Rational;
use crate::polynomial::{Frame, MOST_DEGREE, Monomial, Polynomial, Variable};
use crate::row::{Combination, Family, Name, Row, Sense, Side};
use crate::sum::{Lanes, Sum, first_negative, vanish, vanishes};
use crate::theorem::{Claimed, Place, Statement, Theorem};
use crate::work::spend;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most regions that may be open at once, with what they hold counted.
pub const MOST_OPEN: usize = 1 << 24;

/// What the points of a region are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Decisions `u`: each has to have an eps-equilibrium with `sigma J0 <= sigma q(u)`.
    Decisions,
    /// Eps-equilibria.
    Equilibria,
    /// Populations that were given for each decision.
    Play,
    /// Flows at a frozen value of the statistics.
    Response,
    /// Solutions of a dual programme.
    Dual,
}

/// A region.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    pub(crate) kind: Kind,
    pub(crate) frame: Frame,
    pub(crate) unused: Arc<BTreeSet<(u32, u32)>>,
    /// In a dual region the pairs selected.
    pub(crate) optimal: Arc<BTreeSet<(u32, u32)>>,
    /// Pairs that are not selected: others are optimal wherever they are.
    pub(crate) passed: Arc<BTreeSet<(u32, u32)>>,
    /// The strict row that a counterexample satisfies; none where all equilibria count.
    pub(crate) objective: Option<Row>,
    pub(crate) masses: Option<Arc<Family>>,
    pub(crate) policy: Option<Arc<Family>>,
    /// Vertices of the simplex of the place, in the parameters that are free.
    pub(crate) simplex: Option<Arc<crate::place::Simplex>>,
    /// How many rows, bounds of values and forms there are of it.
    pub(crate) marks: (usize, usize, usize),
    /// Rows that will be its when it is on top.
    pub(crate) pending: Vec<Row>,
    /// Whether ends of a coordinate have passed each other.
    pub(crate) empty: bool,
}

impl Region {
    /// Whether its points have masses `d` and statistics `x`.
    pub(crate) fn has_masses(&self) -> bool {
        matches!(self.kind, Kind::Equilibria | Kind::Play | Kind::Response)
    }

    /// Takes a row in: as an end where it is about one coordinate, else as a row that waits.
    pub(crate) fn assume(&mut self, row: Row) {
        let Some((variable, value, lower, upper)) = end_of(&row) else {
            self.pending.push(row);
            return;
        };
        if lower {
            self.raise(variable, value.clone());
        }
        if upper {
            self.reduce(variable, value);
        }
    }

    /// Moves the lower end of a coordinate up.
    pub(crate) fn raise(&mut self, variable: Variable, value: Rational) {
        let ends = self.frame.ends.entry(variable).or_default();
        if ends.0.as_ref().is_none_or(|present| *present < value) {
            ends.0 = Some(value);
        }
        self.empty |= passed(ends);
    }

    /// Moves the upper end of a coordinate down.
    pub(crate) fn reduce(&mut self, variable: Variable, value: Rational) {
        let ends = self.frame.ends.entry(variable).or_default();
        if ends.1.as_ref().is_none_or(|present| *present > value) {
            ends.1 = Some(value);
        }
        self.empty |= passed(ends);
    }
}

fn passed(ends: &crate::polynomial::Ends) -> bool {
    matches!(ends, (Some(lower), Some(upper)) if lower > upper)
}

/// The coordinate that a row `a x + b >= 0` or `= 0` is about, the value `-b / a`, and whether this
/// is a lower end and an upper end.
fn end_of(row: &Row) -> Option<(Variable, Rational, bool, bool)> {
    if !row.is_plain() || row.sense == Sense::Above {
        return None;
    }
    let (mut linear, mut constant) = (None, Rational::ZERO);
    for (monomial, value) in row.constant.terms() {
        match monomial.factors() {
            [] => constant = value.clone(),
            [(variable, 1)] if linear.is_none() => linear = Some((*variable, value.clone())),
            _ => return None,
        }
    }
    let (variable, slope) = linear?;
    if matches!(variable, Variable::Share(_)) {
        return None;
    }
    let equal = row.sense == Sense::Equal;
    let rising = slope > Rational::ZERO;
    Some((variable, -constant / slope, equal || rising, equal || !rising))
}

/// A bound of the values of all states ([7]).
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) side: Side,
    pub(crate) floor: bool,
    pub(crate) values: Family,
    /// Of a bound `y <= values + lambda (v - earned)`.
    pub(crate) earned: Option<Family>,
}

/// A statement and the regions that are open.
#[derive(Debug)]
pub struct Proof {
    pub(crate) listing: Arc<Listing>,
    pub(crate) statement: Statement,
    pub(crate) open: Vec<Region>,
    pub(crate) rows: Vec<Row>,
    pub(crate) bounds: Vec<Bound>,
    /// Declared forms: `row + sum masses_i d_i`, which is 0.
    pub(crate) forms: Vec<(Row, Family)>,
    pub(crate) witness: Option<Arc<Family>>,
    /// Whether the statement itself has been divided into several regions.
    pub(crate) divided: bool,
}

impl Proof {
    /// Begins a proof: its first region is all that the statement is about.
    ///
    /// # Errors
    /// [`Refusal`] when the place is none of the listing, or the statement has variables that its
    /// points do not have.
    pub fn open(listing: Arc<Listing>, statement: Statement) -> Result<Self, Refusal> {
        let frame = crate::place::frame(&listing, &statement.place)?;
        if statement.epsilon < Rational::ZERO {
            return step("epsilon is negative");
        }
        let (kind, objective) = statement.objective();
        let (mut unused, mut optimal) = (BTreeSet::new(), BTreeSet::new());
        if let Some(pattern) = &statement.pattern {
            if !statement.epsilon.is_zero() || kind != Kind::Equilibria {
                return step("a pattern needs equilibria at epsilon 0");
            }
            let listed: BTreeSet<(u32, u32)> = pattern.iter().copied().collect();
            for (t, stage) in listing.stages.iter().enumerate() {
                for pair in (0..stage.pairs()).map(|pair| (t as u32, pair as u32)) {
                    if listed.contains(&pair) {
                        optimal.insert(pair);
                    } else {
                        unused.insert(pair);
                    }
                }
            }
        }
        let region = Region {
            kind,
            frame,
            unused: Arc::new(unused),
            optimal: Arc::new(optimal),
            passed: Arc::default(),
            objective,
            masses: None,
            policy: None,
            simplex: None,
            marks: (0, 0, 0),
            pending: Vec::new(),
            empty: false,
        };
        let mut proof = Proof {
            listing,
            statement,
            open: vec![region],
            rows: Vec::new(),
            bounds: Vec::new(),
            forms: Vec::new(),
            witness: None,
            divided: false,
        };
        proof.fits_statement()?;
        if let Place::Segment { .. } = proof.statement.place {
            let second = Polynomial::variable(Variable::Share(1));
            proof.open[0].pending.push(Row::of(Sense::Above, second));
            proof.settle();
        }
        Ok(proof)
    }

    /// Number of regions that are open.
    #[must_use]
    pub fn open_regions(&self) -> usize {
        self.open.len()
    }

    /// How many rows, bounds of values and forms the region on top has.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        self.open.last().map_or((0, 0, 0), |region| region.marks)
    }

    /// Whether ends of a coordinate have passed each other in the region on top.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.last().is_some_and(|region| region.empty)
    }

    /// The theorem, when no region is open.
    ///
    /// # Errors
    /// [`Refusal::Step`] when one is.
    pub fn finish(self) -> Result<Theorem, Refusal> {
        if !self.open.is_empty() {
            return step(format!("{} regions are open", self.open.len()));
        }
        let witness = self.witness.filter(|_| !self.divided);
        Ok(Theorem::new(self.listing, self.statement, witness))
    }

    /// The region on top.
    pub(crate) fn top(&self) -> Result<&Region, Refusal> {
        self.open.last().ok_or_else(|| Refusal::Step("no region is open".to_string()))
    }

    pub(crate) fn top_mut(&mut self) -> Result<&mut Region, Refusal> {
        self.open.last_mut().ok_or_else(|| Refusal::Step("no region is open".to_string()))
    }

    /// Takes the region on top away; what was derived on it goes with it.
    pub(crate) fn pop(&mut self) {
        self.open.pop();
        self.settle();
    }

    /// Drops what belongs to regions that are gone, and takes in the rows that wait.
    pub(crate) fn settle(&mut self) {
        let Some(region) = self.open.last_mut() else { return };
        self.rows.truncate(region.marks.0);
        self.bounds.truncate(region.marks.1);
        self.forms.truncate(region.marks.2);
        self.rows.append(&mut region.pending);
        region.marks.0 = self.rows.len();
    }

    /// Puts parts that cover it in the place of the region on top; the first one will be on top.
    pub(crate) fn replace(&mut self, parts: Vec<Region>) -> Result<(), Refusal> {
        let held = |region: &Region| {
            let pairs = region.unused.len() + region.optimal.len() + region.passed.len();
            region.frame.ends.len() + pairs + 1
        };
        // A coordinate with its ends is copied at the cost of several operations.
        spend(self.open.len() + 8 * parts.iter().map(held).sum::<usize>())?;
        let count: usize = self.open.iter().chain(&parts).map(held).sum();
        if count > MOST_OPEN {
            return Err(Refusal::Limit("too many open regions".to_string()));
        }
        self.open.pop();
        self.open.extend(parts.into_iter().rev());
        self.settle();
        Ok(())
    }

    /// Whether the points of the region on top have a coordinate.
    pub(crate) fn has(&self, region: &Region, variable: Variable) -> bool {
        match variable {
            Variable::Parameter(k) => (k as usize) < self.listing.parameters,
            Variable::Statistic(k) => {
                region.has_masses() && (k as usize) < self.listing.statistics.len()
            }
            Variable::Form(k) => (k as usize) < region.marks.2,
            Variable::Share(k) => k < region.frame.shares,
            Variable::Multiplier => region.kind == Kind::Dual,
            Variable::Choice(_) => region.frame.ends.contains_key(&variable),
        }
    }

    /// Refuses a polynomial with a coordinate that the points do not have.
    pub(crate) fn fits_polynomial(&self, polynomial: &Polynomial) -> Result<(), Refusal> {
        let region = self.top()?;
        if polynomial.terms().any(|(monomial, _)| monomial.degree() > MOST_DEGREE) {
            return Err(Refusal::Limit(format!("a degree above {MOST_DEGREE}")));
        }
        match polynomial.only(|variable| self.has(region, variable)) {
            true => Ok(()),
            false => step("a coordinate that the points of the region do not have"),
        }
    }

    /// Refuses a row about what the points do not have.
    pub(crate) fn fits(&self, row: &Row) -> Result<(), Refusal> {
        let region = self.top()?;
        for polynomial in row.polynomials() {
            self.fits_polynomial(polynomial)?;
        }
        let masses = !row.mass.is_empty() || !row.loss.is_zero() || !row.reward.is_zero();
        let sides = row.value.iter().all(|term| match term.0 {
            Side::Follower => region.kind != Kind::Decisions,
            Side::Dual | Side::Leader => region.kind == Kind::Dual,
        });
        if masses && !region.has_masses() || !sides {
            return step("masses or values that the points of the region do not have");
        }
        Ok(())
    }

    /// The objective and what the statement names must be about its place.
    fn fits_statement(&self) -> Result<(), Refusal> {
        let listing = &self.listing;
        match &self.statement.claimed {
            Claimed::Bound(value) | Claimed::Reached(value) | Claimed::Below(value) => {
                let parameters = |variable| matches!(variable, Variable::Parameter(k) if (k as usize) < listing.parameters);
                match value.only(parameters) {
                    true => self.fits_polynomial(value),
                    false => step("a value that is no polynomial in the leader's parameters"),
                }
            }
            Claimed::Form(row) if row.sense == Sense::AtLeast => self.fits(row),
            Claimed::Form(_) => step("a form that is not stated to be at least 0"),
            Claimed::Patterns(_) if self.statement.epsilon.is_zero() => Ok(()),
            Claimed::Patterns(_) => step("patterns need epsilon 0"),
        }
    }

    /// Refuses a family that does not fit, with an entry per pair or else per state.
    pub(crate) fn fits_family(&self, family: &Family, pairs: bool) -> Result<(), Refusal> {
        for (&t, columns) in family {
            let Some(stage) = self.listing.stages.get(t as usize) else {
                return step(format!("there is no stage {t}"));
            };
            let len = if pairs { stage.pairs() } else { self.listing.states };
            if !columns_fit(columns, len) {
                return step(format!("columns that do not fit stage {t}"));
            }
            for (monomial, _) in columns {
                self.fits_polynomial(&Polynomial::term(monomial.clone(), Rational::ONE))?;
            }
        }
        Ok(())
    }

    /// Refuses a family with an entry that is not shown to be at least 0, exceptions apart.
    pub(crate) fn family_nonnegative(
        &self,
        family: &Family,
        frame: &Frame,
        except: impl Fn(u32, u32) -> bool,
    ) -> Result<(), Refusal> {
        for (&t, columns) in family {
            let support = |column: &crate::listing::Column| {
                (0..column.coefficients.len()).map(|k| column.position(k)).collect::<Vec<_>>()
            };
            // Only the entries that occur are looked at: families are often almost empty.
            let mut entries: Vec<usize> =
                columns.iter().flat_map(|(_, column)| support(column)).collect();
            entries.sort_unstable();
            entries.dedup();
            for entry in entries {
                if except(t, entry as u32) {
                    continue;
                }
                let mut polynomial = Polynomial::zero();
                for (monomial, column) in columns {
                    if let Some(index) = column.index(entry) {
                        polynomial.add_term(monomial.clone(), column.coefficients.get(index));
                    }
                }
                if !frame.nonnegative(&polynomial)? {
                    return inequality(format!("the multiplier of {entry} at stage {t}"));
                }
            }
        }
        Ok(())
    }
}

/// What is left of `goal` less a combination of rows, and whether a strict row was used for sure.
pub(crate) struct Remainder<'a> {
    pub(crate) sum: Sum<'a>,
    pub(crate) strict: bool,
    /// Whether equations alone were used.
    pub(crate) equations: bool,
}

impl Proof {
    /// `goal` less the combination, after all multipliers were found to have their signs; `extra`
    /// are pairs that count as optimal here.
    pub(crate) fn remainder(
        &self,
        goal: &Row,
        combination: &Combination,
        extra: &BTreeSet<(u32, u32)>,
    ) -> Result<Remainder<'_>, Refusal> {
        let region = self.top()?;
        let one = Polynomial::constant(Rational::ONE);
        let mut sum = Sum::new(&self.listing);
        sum.add_row(&Rational::ONE, &one, goal)?;
        let (mut strict, mut equations) = (false, true);
        for (name, multiplier) in &combination.rows {
            self.fits_polynomial(multiplier)?;
            let sense = self.subtract_named(&mut sum, *name, multiplier)?;
            if sense == Sense::Equal {
                continue;
            }
            equations = false;
            let least = region.frame.lowest(multiplier)?;
            match least {
                Some(least) if least >= Rational::ZERO => {
                    strict |= sense == Sense::Above && least > Rational::ZERO;
                }
                _ => return inequality(format!("the multiplier of {name:?}")),
            }
        }
        equations &= self.subtract_families(&mut sum, combination, extra)?;
        for square in &combination.squares {
            self.fits_polynomial(&square.weight)?;
            self.fits_polynomial(&square.root)?;
            if !region.frame.nonnegative(&square.weight)? {
                return inequality("the weight of a square");
            }
            equations = false;
            let value = square.weight.times(&square.root.times(&square.root)?)?;
            let mut row = Row::of(Sense::AtLeast, Polynomial::zero());
            match square.pair {
                None => row.constant = value,
                Some((t, pair)) => row.mass.push((t, pair, value)),
            }
            self.fits(&row)?;
            sum.add_row(&Rational::NEG_ONE, &one, &row)?;
        }
        if let Some(masses) = &region.masses {
            sum.put_masses(masses);
        }
        Ok(Remainder { sum, strict, equations })
    }

    /// Subtracts `multiplier` times a named row, whose sense is returned.
    fn subtract_named(
        &self,
        sum: &mut Sum<'_>,
        name: Name,
        multiplier: &Polynomial,
    ) -> Result<Sense, Refusal> {
        let region = self.top()?;
        let missing = || Refusal::Step(format!("the region has no row {name:?}"));
        let mut subtract = |row: &Row| -> Result<Sense, Refusal> {
            sum.add_row(&Rational::NEG_ONE, multiplier, row)?;
            Ok(row.sense)
        };
        let ends = |variable: Variable| region.frame.ends.get(&variable).cloned();
        match name {
            Name::Budget if matches!(region.kind, Kind::Equilibria | Kind::Response) => {
                let epsilon = Polynomial::constant(self.statement.epsilon.clone());
                let mut row = Row::of(Sense::AtLeast, epsilon);
                row.loss = Rational::NEG_ONE;
                subtract(&row)
            }
            Name::Objective => subtract(region.objective.as_ref().ok_or_else(missing)?),
            Name::Mass(t) if region.has_masses() => {
                sum.subtract_stage_mass(t, multiplier)?;
                Ok(Sense::Equal)
            }
            Name::Link(k) if matches!(region.kind, Kind::Equilibria | Kind::Play) => {
                let statistic = self.listing.statistics.get(k as usize).ok_or_else(missing)?;
                let value = Polynomial::variable(Variable::Statistic(k));
                sum.add_row(&Rational::ONE, multiplier, &Row::of(Sense::Equal, value))?;
                let weights =
                    vec![(crate::polynomial::Monomial::one(), Arc::new(statistic.weights.clone()))];
                for (monomial, value) in multiplier.terms() {
                    let factor = crate::sum::single(&-value);
                    sum.add_masses(statistic.stage, &factor, monomial, &weights);
                }
                Ok(Sense::Equal)
            }
            Name::Form(k) if (k as usize) < region.marks.2 => {
                let (row, masses) = &self.forms[k as usize];
                for (monomial, value) in multiplier.terms() {
                    let factor = crate::sum::single(&-value);
                    for (&t, columns) in masses {
                        sum.add_masses(t, &factor, monomial, columns);
                    }
                }
                sum.add_row(&Rational::NEG_ONE, multiplier, row)?;
                Ok(Sense::Equal)
            }
            Name::Row(k) if (k as usize) < region.marks.0 => subtract(&self.rows[k as usize]),
            Name::Constraint(k) => match &self.listing.decisions {
                Decisions::Polytope { rows, .. } => {
                    let (equal, row) = rows.get(k as usize).ok_or_else(missing)?;
                    let sense = if *equal { Sense::Equal } else { Sense::AtLeast };
                    subtract(&Row::of(sense, row.clone()))
                }
                Decisions::List(_) => Err(missing()),
            },
            Name::Lower(variable) => match ends(variable) {
                Some((Some(lower), _)) => subtract(&Row::of(
                    Sense::AtLeast,
                    Polynomial::variable(variable)
                        .plus(&Polynomial::constant(lower), &Rational::NEG_ONE),
                )),
                _ => Err(missing()),
            },
            Name::Upper(variable) => match ends(variable) {
                Some((_, Some(upper))) => subtract(&Row::of(
                    Sense::AtLeast,
                    Polynomial::constant(upper)
                        .plus(&Polynomial::variable(variable), &Rational::NEG_ONE),
                )),
                _ => Err(missing()),
            },
            _ => Err(missing()),
        }
    }

    /// Subtracts the families; whether equations alone were used.
    fn subtract_families(
        &self,
        sum: &mut Sum<'_>,
        combination: &Combination,
        extra: &BTreeSet<(u32, u32)>,
    ) -> Result<bool, Refusal> {
        let region = self.top()?;
        let frame = &region.frame;
        let optimal = |t, pair| region.optimal.contains(&(t, pair)) || extra.contains(&(t, pair));
        let mut equations = true;
        if !combination.flow.is_empty() {
            if !region.has_masses() {
                return step("flow equations where there are no masses");
            }
            self.fits_family(&combination.flow, false)?;
            sum.subtract_flow(&combination.flow)?;
        }
        if !combination.bellman.is_empty() {
            if region.kind == Kind::Decisions {
                return step("Bellman rows where there are no values");
            }
            self.fits_family(&combination.bellman, true)?;
            self.family_nonnegative(&combination.bellman, frame, optimal)?;
            let all_optimal = combination.bellman.iter().all(|(t, columns)| {
                columns.iter().all(|(_, column)| {
                    (0..column.coefficients.len())
                        .all(|index| optimal(*t, column.position(index) as u32))
                })
            });
            equations &= all_optimal;
            let one = Polynomial::constant(Rational::ONE);
            sum.subtract_bellman(&combination.bellman, &one)?;
        }
        if !combination.policy.is_empty() {
            let Some(policy) = &region.policy else {
                return step("rows of a policy where there is none");
            };
            self.fits_family(&combination.policy, true)?;
            sum.subtract_policy(&combination.policy, policy)?;
        }
        if !combination.dual.is_empty() {
            if region.kind != Kind::Dual {
                return step("rows of a dual programme where there is none");
            }
            self.fits_family(&combination.dual, true)?;
            self.family_nonnegative(&combination.dual, frame, |_, _| false)?;
            equations = false;
            sum.subtract_dual(&combination.dual, &self.statement.sigma(), &region.optimal)?;
        }
        if !combination.lead.is_empty() {
            if region.kind != Kind::Dual {
                return step("rows of the leader's values where there are none");
            }
            self.fits_family(&combination.lead, true)?;
            let mut pairs = combination.lead.iter().flat_map(|(t, columns)| {
                let entries = |column: &crate::listing::Column| 0..column.coefficients.len();
                columns.iter().flat_map(move |(_, column)| {
                    entries(column).map(move |index| (*t, column.position(index) as u32))
                })
            });
            if !pairs.all(|(t, pair)| optimal(t, pair)) {
                return step("a row of the leader's values of a pair that is not selected");
            }
            sum.subtract_lead(&combination.lead, &self.statement.sigma())?;
        }
        for (number, family) in &combination.bounds {
            let bound =
                self.bounds.get(*number as usize).filter(|_| (*number as usize) < region.marks.1);
            let Some(bound) = bound else {
                return step(format!("there is no bound {number} of values"));
            };
            self.fits_family(family, false)?;
            self.family_nonnegative(family, frame, |_, _| false)?;
            equations = false;
            match &bound.earned {
                None => sum.subtract_bound(bound.side, family, &bound.values, bound.floor)?,
                Some(earned) => {
                    // a - y, and lambda times v - b, which is a floor of the followers' values.
                    sum.subtract_bound(Side::Dual, family, &bound.values, false)?;
                    let far = Monomial::new(vec![(Variable::Multiplier, 1)]);
                    let far = times(family, &far);
                    sum.subtract_bound(Side::Follower, &far, earned, true)?;
                }
            }
        }
        Ok(equations)
    }

    /// Requires that a remainder is at least 0: no values are left, no mass that is used has a
    /// negative coefficient, and the lower bound of the constant is returned.
    pub(crate) fn at_least(&self, remainder: &Remainder<'_>) -> Result<Rational, Refusal> {
        let region = self.top()?;
        let frame = &region.frame;
        for ((side, t), lanes) in &remainder.sum.value {
            if !vanish(lanes, frame)? {
                return inequality(format!("values ({side:?}) are left at stage {t}"));
            }
        }
        for (&t, lanes) in &remainder.sum.mass {
            let counts = |pair: usize| !region.unused.contains(&(t, pair as u32));
            if let Some(pair) = first_negative(lanes, frame, counts)? {
                return inequality(format!("the coefficient of pair {pair} at stage {t}"));
            }
        }
        match frame.lowest(&remainder.sum.constant)? {
            Some(least) if least >= Rational::ZERO => Ok(least),
            Some(least) => inequality(format!("the constant: {least}")),
            None => inequality("the constant has no lower bound"),
        }
    }

    /// Requires that a remainder is 0.
    pub(crate) fn is_zero(&self, remainder: &Remainder<'_>) -> Result<(), Refusal> {
        let frame = &self.top()?.frame;
        let all = |lanes: &Lanes| vanish(lanes, frame);
        for lanes in remainder.sum.value.values().chain(remainder.sum.mass.values()) {
            if !all(lanes)? {
                return inequality("an equation leaves something");
            }
        }
        match remainder.equations && vanishes(&remainder.sum.constant, frame)? {
            true => Ok(()),
            false => inequality("an equation leaves a constant, or uses an inequality"),
        }
    }

    /// Requires that all probabilities are at least 0 on a region ([2]). What holds of populations
    /// alone does not hold of the frozen statistics of a response.
    pub(crate) fn require_proper(&self, region: &Region) -> Result<(), Refusal> {
        if region.kind != Kind::Response && self.listing.proper() {
            return Ok(());
        }
        match crate::proper::within(&self.listing, &region.frame)? {
            true => Ok(()),
            false => inequality("a probability is not shown to be at least 0"),
        }
    }
}

/// A family times a monomial.
fn times(family: &Family, factor: &Monomial) -> Family {
    let scaled = |columns: &crate::listing::Columns| {
        columns.iter().map(|(name, column)| (name.times(factor), Arc::clone(column))).collect()
    };
    family.iter().map(|(t, columns)| (*t, scaled(columns))).collect()
}
