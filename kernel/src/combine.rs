//! Combinations of rows ([6]): what is left of a goal, and whether it is at least 0.

use crate::prelude::*;

/// What is left of a goal less a combination of rows.
struct Remainder<'a> {
    sum: Sum<'a>,
    /// Whether a strict row has a positive multiplier.
    strict: bool,
    /// Whether equations alone were used.
    equations: bool,
}

impl Proof {
    /// Adds the row `goal` to the region on top, or moves an end where it is about one coordinate:
    /// what is left of it after the combination is at least 0; 0 when the row is an equation.
    pub fn derive(&mut self, goal: Row, combination: &Combination) -> Done {
        self.follows(&goal, combination, None)?;
        self.take(goal)
    }

    /// Adds a row that holds whichever pair of a site is selected ([10]): one combination per pair
    /// that is not passed over, in their order, each of which may use that the pair is optimal.
    pub fn derive_over(
        &mut self,
        site: (u32, u32),
        goal: Row,
        combinations: &[Combination],
    ) -> Done {
        let pairs = self.selectable(site)?;
        let fits = pairs.len() == combinations.len() && self.top()?.kind != Kind::Decisions;
        require(fits, "a combination per pair of the site is needed, and values")?;
        for (pair, combination) in pairs.into_iter().zip(combinations) {
            self.follows(&goal, combination, Some((site.0, pair as u32)))?;
        }
        self.take(goal)
    }

    pub(crate) fn follows(
        &self,
        goal: &Row,
        items: &Combination,
        optimal: Option<(u32, u32)>,
    ) -> Done {
        self.fits(goal)?;
        let remainder = self.remainder(Some(goal), items, optimal)?;
        match goal.sense {
            Sense::AtLeast => self.at_least(remainder).map(|_| ()),
            Sense::Equal => self.is_zero(remainder),
            Sense::Above => require(false, "strict rows are not derived"),
        }
    }

    /// Closes the region on top: a combination of its rows is negative for every point.
    pub fn close(&mut self, combination: &Combination) -> Done {
        let remainder = self.remainder(None, combination, None)?;
        let strict = remainder.strict;
        let positive = self.at_least(remainder)? > Rational::ZERO || strict;
        show(positive, "nothing of the combination is positive for sure")?;
        self.pop();
        Ok(())
    }

    /// Closes the region on top when ends of a coordinate have passed each other.
    pub fn close_empty(&mut self) -> Done {
        require(self.top()?.empty, "no ends of a coordinate have passed each other")?;
        self.pop();
        Ok(())
    }

    /// `goal` less the combination, after all multipliers were found to have their signs; one more
    /// pair may count as optimal.
    fn remainder(
        &self,
        goal: Option<&Row>,
        combination: &Combination,
        optimal: Option<(u32, u32)>,
    ) -> Done<Remainder<'_>> {
        let region = self.top()?;
        let one = Polynomial::constant(Rational::ONE);
        let multipliers = combination.rows.iter().map(|row| &row.1);
        let mut sum = Sum::new(&self.listing).expecting(multipliers);
        goal.map_or(Ok(()), |goal| sum.add_row(false, &one, goal))?;
        let (mut strict, mut equations) = (false, combination.squares.is_empty());
        for (name, multiplier) in &combination.rows {
            self.fits_polynomial(multiplier)?;
            let sense = self.subtract_named(&mut sum, *name, multiplier)?;
            if sense != Sense::Equal {
                equations = false;
                let least = region.frame.lowest(multiplier)?;
                if least.as_ref().is_none_or(|least| *least < Rational::ZERO) {
                    return Err(Refusal::Inequality(format!("the multiplier of {name:?}")));
                }
                strict |= sense == Sense::Above && least > Some(Rational::ZERO);
            }
        }
        equations &= self.subtract_families(&mut sum, combination, optimal)?;
        for Square { weight, root, pair } in &combination.squares {
            self.fits_polynomial(weight)?;
            self.fits_polynomial(root)?;
            let least = region.frame.lowest(weight)?;
            show(least >= Some(Rational::ZERO), "the weight of a square")?;
            let value = weight.times(&root.times(root)?)?;
            let mut row = Row::of(Sense::AtLeast, Polynomial::zero());
            match pair {
                None => row.constant = value,
                Some((t, pair)) => row.mass.push((*t, *pair, value)),
            }
            self.fits(&row)?;
            sum.add_row(true, &one, &row)?;
        }
        if let Some(masses) = &region.masses {
            sum = sum.put_masses(masses)?;
        }
        Ok(Remainder { sum, strict, equations })
    }

    /// Subtracts `multiplier` times a named row, whose sense is returned.
    fn subtract_named(
        &self,
        sum: &mut Sum<'_>,
        name: Name,
        multiplier: &Polynomial,
    ) -> Done<Sense> {
        let (region, listing) = (self.top()?, &self.listing);
        let linked = region.has_masses() && region.kind != Kind::Response;
        match name {
            Name::Mass(t) if region.has_masses() && (t as usize) < listing.stages.len() => {
                sum.subtract_mass(t, multiplier)?;
            }
            Name::Link(k) if linked && listing.form(k).is_some() => {
                sum.subtract_link(k, multiplier)?;
            }
            Name::Form(k) if (k as usize) < region.marks.2 => {
                let (row, masses) = &self.forms[k as usize];
                sum.add_row(true, multiplier, row)?;
                sum.add_masses(true, &columns(multiplier), masses)?;
            }
            _ => {
                let Some(row) = self.row(name)? else {
                    return Err(Refusal::Step(format!("the region has no row {name:?}")));
                };
                sum.add_row(true, multiplier, &row)?;
                return Ok(row.sense);
            }
        }
        Ok(Sense::Equal)
    }

    /// The row of the region on top with a name, other than one with columns of masses.
    pub(crate) fn row(&self, name: Name) -> Done<Option<Row>> {
        let region = self.top()?;
        let ends = |variable| region.frame.ends().get(&variable).cloned().unwrap_or_default();
        let less =
            |a: Polynomial, b: Polynomial| Row::of(Sense::AtLeast, a.plus(&b, &Rational::NEG_ONE));
        Ok(match (name, &self.listing.decisions) {
            (Name::Budget, _) if matches!(region.kind, Kind::Equilibria | Kind::Response) => {
                let epsilon = Polynomial::constant(self.statement.epsilon.clone());
                Some(Row { loss: Rational::NEG_ONE, ..Row::of(Sense::AtLeast, epsilon) })
            }
            (Name::Objective, _) => region.objective.as_deref().cloned(),
            (Name::Form(k), _) => {
                let form = self.forms[..region.marks.2].get(k as usize);
                form.filter(|form| form.1.is_empty()).map(|form| form.0.clone())
            }
            (Name::Function(k), _) => self.equation(k)?,
            (Name::Row(k), _) => self.rows[..region.marks.0].get(k as usize).cloned(),
            (Name::Constraint(k), Decisions::Polytope { rows, .. }) => {
                let sense = |equal: bool| if equal { Sense::Equal } else { Sense::AtLeast };
                rows.get(k as usize).map(|(equal, row)| Row::of(sense(*equal), row.clone()))
            }
            (Name::Lower(x), _) => {
                ends(x).0.map(|end| less(Polynomial::variable(x), Polynomial::constant(end)))
            }
            (Name::Upper(x), _) => {
                ends(x).1.map(|end| less(Polynomial::constant(end), Polynomial::variable(x)))
            }
            _ => None,
        })
    }

    /// Subtracts the families; whether equations alone were used.
    fn subtract_families(
        &self,
        sum: &mut Sum<'_>,
        combination: &Combination,
        extra: Option<(u32, u32)>,
    ) -> Done<bool> {
        let Region { kind, optimal, policy: given, marks, .. } = self.top()?;
        let is_optimal =
            |t, i: usize| optimal.contains(&(t, i as u32)) || extra == Some((t, i as u32));
        let Combination { flow, bellman, policy, dual, lead, bounds, .. } = combination;
        let has = |family: &Family, condition: bool, pairs: bool| {
            require(family.is_empty() || condition, "rows that the region does not have")?;
            self.fits_family(family, pairs)
        };
        has(flow, self.top()?.has_masses(), false)?;
        sum.subtract_flow(flow)?;
        has(bellman, *kind != Kind::Decisions, true)?;
        self.family_nonnegative(bellman, is_optimal)?;
        sum.subtract_bellman(bellman)?;
        has(policy, given.is_some(), true)?;
        sum.subtract_policy(policy, given.as_deref().unwrap_or(&Family::new()))?;
        has(dual, *kind == Kind::Dual, true)?;
        self.family_nonnegative(dual, |_, _| false)?;
        let selected = |t, i: usize| optimal.contains(&(t, i as u32));
        sum.subtract_dual(dual, self.statement.pessimistic, selected)?;
        has(lead, *kind == Kind::Dual, true)?;
        require(pairs_of(lead).all(|(t, i)| is_optimal(t, i)), "a pair that is not selected")?;
        sum.subtract_lead(lead, self.statement.pessimistic)?;
        for (number, family) in bounds {
            let Some(bound) = self.bounds[..marks.1].get(*number as usize) else {
                return require(false, "there is no such bound of values").map(|()| false);
            };
            has(family, true, false)?;
            self.family_nonnegative(family, |_, _| false)?;
            let Bound { side, floor, values, earned } = bound;
            match earned {
                None => sum.subtract_bound(*side, family, values, *floor)?,
                Some(earned) => {
                    // a - y, and lambda times v - b
                    sum.subtract_bound(Side::Dual, family, values, false)?;
                    sum.subtract_bound(Side::Follower, &times_lambda(family), earned, true)?;
                }
            }
        }
        let equal = pairs_of(bellman).all(|(t, i)| is_optimal(t, i));
        Ok(dual.is_empty() && bounds.is_empty() && equal)
    }

    /// Requires that a remainder is at least 0: no values are left, no mass that is used has a
    /// negative coefficient, and the lower bound of the constant is returned.
    fn at_least(&self, remainder: Remainder<'_>) -> Done<Rational> {
        let Region { frame, unused, .. } = self.top()?;
        let mut least = Some(Rational::ZERO);
        for (part, vector) in remainder.sum.parts {
            match part {
                Part::Constant => least = frame.lowest(&vector.get(0))?,
                Part::Value(..) => {
                    show(vector.vanishes(frame)?, &format!("values are left: {part:?}"))?;
                }
                Part::Mass(t) => {
                    let excused = |pair: usize| unused.contains(&(t, pair as u32));
                    let negative = vector.negative(frame, excused)?;
                    let first = negative.first();
                    show(first.is_none(), &format!("a coefficient: {part:?} {first:?}"))?;
                }
            }
        }
        show(least >= Some(Rational::ZERO), "the constant is not shown to be at least 0")?;
        Ok(least.unwrap_or_default())
    }

    /// Requires that a remainder is 0.
    fn is_zero(&self, remainder: Remainder<'_>) -> Done {
        let frame = &self.top()?.frame;
        let mut zero = remainder.equations;
        for vector in remainder.sum.parts.into_values() {
            zero &= vector.vanishes(frame)?;
        }
        show(zero, "an equation leaves something, or uses an inequality")
    }
}

/// The pairs that a family has entries of.
fn pairs_of(family: &Family) -> impl Iterator<Item = (u32, usize)> + '_ {
    let columns = family.iter().flat_map(|(t, columns)| columns.iter().map(move |c| (*t, c)));
    columns.flat_map(|(t, (_, column))| column.entries().map(move |entry| (t, entry.0)))
}
