//! Proofs: a stack of regions that have to be closed ([4]).
//!
//! A region is a set of points. A step replaces the region on top by regions that cover it, adds
//! what holds on it, or closes it. When the last one is closed, the statement is a theorem.

use crate::prelude::*;

/// Most machine words that open regions hold: ends, pairs, rows, forms and bounds of values.
pub const MOST_HELD: usize = 1 << 28;

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
    pub(crate) objective: Option<Arc<Row>>,
    pub(crate) masses: Option<Arc<Family>>,
    pub(crate) policy: Option<Arc<Family>>,
    /// The simplex of the place, in the parameters that are free.
    pub(crate) simplex: Option<Arc<crate::place::Simplex>>,
    /// How many rows, bounds of values and forms there are of it. Regions below it on the stack
    /// have fewer, and the same ones up to there.
    pub(crate) marks: (usize, usize, usize),
    /// Rows that will be its when it is on top.
    pub(crate) pending: Vec<Row>,
    /// Whether ends of a coordinate have passed each other.
    pub(crate) empty: bool,
    /// How many machine words it and all regions below it hold, about.
    pub(crate) held: usize,
}

impl Region {
    /// Whether its points have masses `d` and statistics `x`.
    pub(crate) fn has_masses(&self) -> bool {
        matches!(self.kind, Kind::Equilibria | Kind::Play | Kind::Response)
    }

    /// How many words are held with some more.
    fn held_with(&self, words: usize) -> Done<usize> {
        let held = self.held.saturating_add(words);
        limit(held <= MOST_HELD, "open regions that hold too much")?;
        charge(8 * words)?;
        Ok(held)
    }

    /// Takes a row in: as ends where it says `a x + b >= 0` or `= 0` of one coordinate, else as a
    /// row that waits.
    pub(crate) fn assume(&mut self, row: Row) {
        let (b, rest): (Vec<_>, Vec<_>) = row.constant.terms().partition(|term| term.0.is_one());
        let coordinate = match rest.as_slice() {
            [(name, a)] if row.is_plain() && row.sense != Sense::Above => Some((name.factors(), a)),
            _ => None,
        };
        match coordinate {
            Some((&[(variable, 1)], &a)) if !matches!(variable, Variable::Share(_)) => {
                let value = b.first().map_or(Rational::ZERO, |b| -b.1 / a);
                let (rising, equal) = (*a > Rational::ZERO, row.sense == Sense::Equal);
                if equal || rising {
                    self.raise(variable, value.clone());
                }
                if equal || !rising {
                    self.reduce(variable, value);
                }
            }
            _ => self.pending.push(row),
        }
    }

    /// Moves the lower end of a coordinate up.
    pub(crate) fn raise(&mut self, variable: Variable, value: Rational) {
        let (lower, upper) = self.frame.ends().get(&variable).cloned().unwrap_or_default();
        self.empty |= upper.as_ref().is_some_and(|upper| *upper < value);
        if lower.is_none_or(|lower| lower < value) {
            self.frame.set_ends(variable, (Some(value), upper));
        }
    }

    /// Moves the upper end of a coordinate down.
    pub(crate) fn reduce(&mut self, variable: Variable, value: Rational) {
        let (lower, upper) = self.frame.ends().get(&variable).cloned().unwrap_or_default();
        self.empty |= lower.as_ref().is_some_and(|lower| *lower > value);
        if upper.is_none_or(|upper| upper > value) {
            self.frame.set_ends(variable, (lower, Some(value)));
        }
    }
}

/// A bound of the values of all states ([7]).
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) side: Side,
    pub(crate) floor: bool,
    pub(crate) values: Family,
    /// Of a bound `y <= values + lambda (v - earned)` ([14]).
    pub(crate) earned: Option<Family>,
}

/// How many machine words a family takes, about.
fn size(family: &Family) -> usize {
    family.values().flatten().map(|column| 32 + 4 * column.1.coefficients.len()).sum()
}

/// A statement and the regions that are open. A step that is refused changes nothing.
#[derive(Debug)]
pub struct Proof {
    pub(crate) listing: Arc<Listing>,
    pub(crate) statement: Statement,
    open: Vec<Region>,
    pub(crate) rows: Vec<Row>,
    pub(crate) bounds: Vec<Bound>,
    /// Declared forms: `row + sum masses_i d_i`, which is 0.
    pub(crate) forms: Vec<(Row, Family)>,
    pub(crate) witness: Option<Arc<Family>>,
    /// Whether the statement itself has been divided into several regions.
    pub(crate) divided: bool,
}

impl Proof {
    /// Begins a proof: its first region is all that the statement is about. Refused when the place
    /// is none of the listing, or the statement has variables that its points do not have.
    pub fn open(listing: Arc<Listing>, statement: Statement) -> Done<Self> {
        let frame = crate::place::frame(&listing, &statement.place)?;
        require(statement.epsilon >= Rational::ZERO, "epsilon is negative")?;
        let (kind, objective) = statement.objective();
        let (mut unused, mut optimal) = (BTreeSet::new(), BTreeSet::new());
        if let Some(pattern) = &statement.pattern {
            let exact = statement.epsilon.is_zero() && kind == Kind::Equilibria;
            require(exact, "a pattern needs equilibria at epsilon 0")?;
            let pattern: BTreeSet<(u32, u32)> = pattern.iter().copied().collect();
            let stages = (0u32..).zip(&listing.stages);
            let pairs =
                stages.flat_map(|(t, stage)| (0..stage.pairs() as u32).map(move |i| (t, i)));
            (optimal, unused) = pairs.partition(|pair| pattern.contains(pair));
        }
        let region = Region {
            kind,
            frame,
            unused: Arc::new(unused),
            optimal: Arc::new(optimal),
            passed: Arc::default(),
            objective: objective.map(Arc::new),
            masses: None,
            policy: None,
            simplex: None,
            marks: (0, 0, 0),
            pending: Vec::new(),
            empty: false,
            held: 0,
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
            // The first end does not belong to it.
            proof.take(Row::of(Sense::Above, Polynomial::variable(Variable::Share(1))))?;
        }
        Ok(proof)
    }

    /// Number of regions that are open.
    pub fn open_regions(&self) -> usize {
        self.open.len()
    }

    /// How many rows, bounds of values and forms the region on top has.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.open.last().map_or((0, 0, 0), |region| region.marks)
    }

    /// Whether ends of a coordinate have passed each other in the region on top.
    pub fn is_empty(&self) -> bool {
        self.open.last().is_some_and(|region| region.empty)
    }

    /// The theorem, when no region is open.
    pub fn finish(self) -> Done<Theorem> {
        require(self.open.is_empty(), "there are open regions")?;
        let witness = self.witness.filter(|_| !self.divided);
        Ok(Theorem::new(self.listing, self.statement, witness))
    }

    /// The region on top.
    pub(crate) fn top(&self) -> Done<&Region> {
        self.open.last().ok_or_else(|| Refusal::Step("no region is open".to_string()))
    }

    pub(crate) fn top_mut(&mut self) -> Done<&mut Region> {
        self.open.last_mut().ok_or_else(|| Refusal::Step("no region is open".to_string()))
    }

    /// Takes the region on top away; what was derived on it goes with it.
    pub(crate) fn pop(&mut self) {
        self.open.pop();
        self.settle();
    }

    /// Drops what belongs to regions that are gone, and takes in the rows that wait.
    fn settle(&mut self) {
        let Some(region) = self.open.last_mut() else { return };
        self.rows.truncate(region.marks.0);
        self.bounds.truncate(region.marks.1);
        self.forms.truncate(region.marks.2);
        self.rows.append(&mut region.pending);
        region.marks.0 = self.rows.len();
    }

    /// Adds a row to the region on top, or moves its ends.
    pub(crate) fn take(&mut self, row: Row) -> Done {
        let region = self.top_mut()?;
        region.held = region.held_with(row.size())?;
        region.assume(row);
        self.settle();
        Ok(())
    }

    /// Adds a bound of values to the region on top.
    pub(crate) fn take_bound(&mut self, bound: Bound) -> Done {
        let region = self.top_mut()?;
        let earned = bound.earned.as_ref().map_or(0, size);
        region.held = region.held_with(size(&bound.values) + earned)?;
        region.marks.1 += 1;
        self.bounds.push(bound);
        Ok(())
    }

    /// Gives the left side of a row a name, the next coordinate `Form(k)`.
    pub fn declare(&mut self, row: Row) -> Done<Variable> {
        self.fits_points(&row)?;
        self.name_form(row, Family::new())
    }

    /// [`Proof::declare`] of `sum masses_i d_i`, by columns.
    pub fn declare_masses(&mut self, masses: Family) -> Done<Variable> {
        require(self.top()?.has_masses(), "masses that the points do not have")?;
        self.fits_family(&masses, true)?;
        self.name_form(Row::default(), masses)
    }

    fn name_form(&mut self, mut row: Row, masses: Family) -> Done<Variable> {
        let variable = Variable::Form(self.forms.len() as u32);
        row.sense = Sense::Equal;
        row.constant = row.constant.plus(&Polynomial::variable(variable), &Rational::NEG_ONE);
        let region = self.top_mut()?;
        region.held = region.held_with(row.size() + size(&masses))?;
        region.marks.2 += 1;
        self.forms.push((row, masses));
        Ok(variable)
    }

    /// Puts `count` parts that cover it in the place of the region on top; `change` makes each of
    /// them from a copy, and the first one will be on top.
    pub(crate) fn cover(
        &mut self,
        count: usize,
        change: impl Fn(usize, &mut Region) -> Done,
    ) -> Done {
        let region = self.top()?;
        let substituted = region.frame.substitutions().values().map(|p| 32 + p.size());
        let coordinates = 24 * region.frame.ends().len() + substituted.sum::<usize>();
        let pairs = region.unused.len() + region.optimal.len() + region.passed.len();
        let size = 200 + coordinates + 4 * pairs;
        region.held_with(size.saturating_mul(count))?;
        let part = |index: usize| {
            let mut part = region.clone();
            change(index, &mut part)?;
            part.held += size * (count - index);
            part.held = part.held_with(part.pending.iter().map(Row::size).sum())?;
            Ok(part)
        };
        let parts = (0..count).map(part).collect::<Done<Vec<Region>>>()?;
        self.divided |= parts.iter().filter(|part| part.kind == Kind::Decisions).count() > 1;
        self.open.pop();
        self.open.extend(parts.into_iter().rev());
        self.settle();
        Ok(())
    }

    /// Refuses a polynomial with a coordinate that the points of the region on top do not have.
    pub(crate) fn fits_polynomial(&self, polynomial: &Polynomial) -> Done {
        let region = self.top()?;
        limit(polynomial.degree() <= MOST_DEGREE, "a degree above 64")?;
        let known = polynomial.only(|variable| self.has(region, variable));
        require(known, "a coordinate that the points of the region do not have")
    }

    fn has(&self, region: &Region, variable: Variable) -> bool {
        match variable {
            Variable::Parameter(_) => self.listing.has(variable),
            Variable::Statistic(_) => {
                self.listing.has(variable) && (region.has_masses() || self.listing.blind(variable))
            }
            Variable::Form(k) => (k as usize) < region.marks.2,
            Variable::Share(k) => k < region.frame.shares(),
            Variable::Multiplier => region.kind == Kind::Dual,
            Variable::Choice(_) => region.frame.ends().contains_key(&variable),
        }
    }

    /// Refuses a row about what the points of the region on top do not have.
    pub(crate) fn fits(&self, row: &Row) -> Done {
        let region = self.top()?;
        row.polynomials().try_for_each(|polynomial| self.fits_polynomial(polynomial))?;
        let masses = row.is_massless() || region.has_masses();
        let pairs = row.mass.iter().all(|term| self.has_pair(term.0, term.1));
        let values = row.value.iter().all(|(side, t, state, _)| {
            let kind = if *side == Side::Follower { region.kind } else { Kind::Dual };
            kind == region.kind && kind != Kind::Decisions && self.pairs_of((*t, *state)).is_ok()
        });
        require(masses && pairs && values, "masses or values that the points do not have")
    }

    /// Refuses a row that does not fit, or that depends on which pairs are selected: parts of a
    /// region tell points apart, so that each part may choose selections of its own ([14]).
    pub(crate) fn fits_points(&self, row: &Row) -> Done {
        let selected = row.value.iter().any(|term| term.0 == Side::Leader);
        require(!selected, "the leader's values depend on the selection")?;
        self.fits(row)
    }

    pub(crate) fn has_pair(&self, t: u32, pair: u32) -> bool {
        self.listing.stages.get(t as usize).is_some_and(|stage| (pair as usize) < stage.pairs())
    }

    /// The pairs of a site.
    pub(crate) fn pairs_of(&self, (t, state): (u32, u32)) -> Done<Range<usize>> {
        let known =
            (t as usize) < self.listing.stages.len() && (state as usize) < self.listing.states;
        require(known, "there is no such site")?;
        Ok(self.listing.stages[t as usize].of_state(state as usize))
    }

    /// The objective and what the statement names must be about its place.
    fn fits_statement(&self) -> Done {
        match &self.statement.claimed {
            Claimed::Bound(value) | Claimed::Reached(value) | Claimed::Below(value) => {
                let known = value.only(|variable| matches!(variable, Variable::Parameter(_)));
                require(known, "a value has no variables but the parameters")?;
                self.fits_polynomial(value)
            }
            Claimed::Form(row) => {
                require(row.sense == Sense::AtLeast, "a form is stated to be at least 0")?;
                self.fits(row)
            }
            Claimed::Patterns(_) => require(self.statement.epsilon.is_zero(), "epsilon is not 0"),
        }
    }

    /// Refuses a family that does not fit, with an entry per pair or else per state.
    pub(crate) fn fits_family(&self, family: &Family, pairs: bool) -> Done {
        let region = self.top()?;
        let fits = family.iter().all(|(&t, columns)| {
            self.listing.stages.get(t as usize).is_some_and(|stage| {
                let len = if pairs { stage.pairs() } else { self.listing.states };
                columns_fit(columns, len, |variable| self.has(region, variable))
            })
        });
        require(fits, "columns that do not fit their stage")
    }

    /// Refuses a family with an entry that is not shown to be at least 0 on the region on top,
    /// exceptions apart. Only the entries that occur are looked at: most families are almost empty.
    pub(crate) fn family_nonnegative(
        &self,
        family: &Family,
        except: impl Fn(u32, usize) -> bool,
    ) -> Done {
        let frame = &self.top()?.frame;
        for (&t, columns) in family {
            let entries = columns.iter().flat_map(|column| column.1.entries());
            let mut entries: Vec<usize> = entries.map(|entry| entry.0).collect();
            entries.sort();
            entries.dedup();
            let place = |entry: usize| match entries.get(entry) {
                Some(same) if *same == entry => entry,
                _ => entries.partition_point(|other| *other < entry),
            };
            let mut values = Vector::new(entries.len());
            values.add(false, columns, one(), |column, _| {
                column.entries().map(|(entry, index)| (place(entry), index, 0))
            })?;
            let excused = |index: usize| except(t, entries[index]);
            let negative = values.negative(frame, excused)?;
            let first = negative.first().map(|index| entries[*index]);
            show(first.is_none(), &format!("the multiplier of {first:?} at stage {t}"))?;
        }
        Ok(())
    }

    /// Requires that all probabilities are at least 0 on a region ([2]). What holds of populations
    /// alone does not hold of the frozen statistics of a response.
    pub(crate) fn require_proper(&self, region: &Region) -> Done {
        let proper = region.kind != Kind::Response && self.listing.proper()
            || crate::proper::within(&self.listing, &region.frame, |_| false)?;
        show(proper, "a probability is not shown to be at least 0")
    }
}
