//! Steps that derive rows, close regions, and divide them ([6], [8], [9], [10]).

use crate::error::{Refusal, inequality, step};
use crate::listing::{Decisions, Grid};
use crate::number::{Integer, Rational};
use crate::polynomial::{Frame, Monomial, Polynomial, Variable};
use crate::proof::{Kind, Proof, Region};
use crate::row::{Combination, Family, Name, Row, Sense, Side};
use crate::sum::{Sum, vanish};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Proof {
    /// Adds the row `goal` to the region on top, or moves an end where it is about one coordinate:
    /// what is left of it after the combination is at least 0; 0 when the row is an equation.
    ///
    /// # Errors
    /// [`Refusal`] when this is not shown.
    pub fn derive(&mut self, goal: Row, combination: &Combination) -> Result<(), Refusal> {
        self.fits(&goal)?;
        self.show(&goal, combination, &BTreeSet::new())?;
        self.take(goal)
    }

    /// Adds a row that holds whichever pair of a site is selected: one combination per pair that is
    /// not passed over, in their order, each of which may use that the pair is optimal.
    ///
    /// # Errors
    /// [`Refusal`] when one of them does not show it.
    pub fn derive_over(
        &mut self,
        site: (u32, u32),
        goal: Row,
        combinations: &[Combination],
    ) -> Result<(), Refusal> {
        self.fits(&goal)?;
        let pairs = self.selectable(site)?;
        if pairs.len() != combinations.len() || self.top()?.kind == Kind::Decisions {
            return step("one combination per pair of the site is needed, and values");
        }
        for (pair, combination) in pairs.into_iter().zip(combinations) {
            self.show(&goal, combination, &BTreeSet::from([(site.0, pair as u32)]))?;
        }
        self.take(goal)
    }

    fn show(
        &self,
        goal: &Row,
        combination: &Combination,
        extra: &BTreeSet<(u32, u32)>,
    ) -> Result<(), Refusal> {
        let remainder = self.remainder(goal, combination, extra)?;
        match goal.sense {
            Sense::AtLeast => self.at_least(&remainder).map(|_| ()),
            Sense::Equal => self.is_zero(&remainder),
            Sense::Above => step("strict rows are not derived"),
        }
    }

    fn take(&mut self, row: Row) -> Result<(), Refusal> {
        self.top_mut()?.assume(row);
        self.settle();
        Ok(())
    }

    /// Closes the region on top: a combination of its rows is negative for every point.
    ///
    /// # Errors
    /// [`Refusal`] when this is not shown.
    pub fn close(&mut self, combination: &Combination) -> Result<(), Refusal> {
        let goal = Row::of(Sense::AtLeast, Polynomial::zero());
        let remainder = self.remainder(&goal, combination, &BTreeSet::new())?;
        let (least, strict) = (self.at_least(&remainder)?, remainder.strict);
        if least.is_zero() && !strict {
            return inequality("nothing of the combination is positive for sure");
        }
        self.pop();
        Ok(())
    }

    /// Closes the region on top when ends of a coordinate have passed each other.
    ///
    /// # Errors
    /// [`Refusal`] when none have.
    pub fn close_empty(&mut self) -> Result<(), Refusal> {
        if !self.top()?.empty {
            return step("no ends of a coordinate have passed each other");
        }
        self.pop();
        Ok(())
    }

    /// Gives the left side of a row a name, the next coordinate `Form(k)`.
    ///
    /// # Errors
    /// [`Refusal`] when the points do not have what it is about.
    pub fn declare(&mut self, row: Row) -> Result<Variable, Refusal> {
        self.fits_points(&row)?;
        self.add_form(row, Family::new())
    }

    /// [`Proof::declare`] of `sum masses_i d_i`, by columns.
    ///
    /// # Errors
    /// [`Refusal`] when the points have no masses, or columns do not fit.
    pub fn declare_masses(&mut self, masses: Family) -> Result<Variable, Refusal> {
        if !self.top()?.has_masses() {
            return step("masses that the points of the region do not have");
        }
        self.fits_family(&masses, true)?;
        self.add_form(Row::of(Sense::Equal, Polynomial::zero()), masses)
    }

    /// Refuses a row that does not fit, or that depends on which pairs are selected: parts of a
    /// region tell points apart, so that each part may choose selections of its own ([9]).
    fn fits_points(&self, row: &Row) -> Result<(), Refusal> {
        match row.value.iter().any(|term| term.0 == Side::Leader) {
            true => step("the leader's values depend on the selection"),
            false => self.fits(row),
        }
    }

    fn add_form(&mut self, mut row: Row, masses: Family) -> Result<Variable, Refusal> {
        let number = self.top()?.marks.2;
        let variable = Variable::Form(
            u32::try_from(number).map_err(|_| Refusal::Limit("too many forms".to_string()))?,
        );
        row.sense = Sense::Equal;
        row.constant.add_term(Monomial::new(vec![(variable, 1)]), Rational::NEG_ONE);
        self.forms.push((row, masses));
        self.top_mut()?.marks.2 += 1;
        Ok(variable)
    }

    /// Replaces a coordinate, from here on, by what an equation says it is: a row of the decision
    /// set, of a form or of the region that has no masses and values, with a number as the
    /// coefficient of the coordinate.
    ///
    /// # Errors
    /// [`Refusal`] when the row is something else.
    pub fn substitute(&mut self, variable: Variable, name: Name) -> Result<(), Refusal> {
        let region = self.top()?;
        let row = match name {
            Name::Row(k) if (k as usize) < region.marks.0 => self.rows[k as usize].clone(),
            Name::Form(k) if (k as usize) < region.marks.2 => match &self.forms[k as usize] {
                (row, masses) if masses.is_empty() => row.clone(),
                _ => return step("the form has masses"),
            },
            Name::Constraint(k) => match &self.listing.decisions {
                Decisions::Polytope { rows, .. } => match rows.get(k as usize) {
                    Some((true, row)) => Row::of(Sense::Equal, row.clone()),
                    _ => return step("there is no such equation"),
                },
                Decisions::List(_) => return step("there is no such equation"),
            },
            _ => return step("there is no such equation"),
        };
        if !row.is_plain()
            || row.sense != Sense::Equal
            || matches!(variable, Variable::Share(_))
            || region.frame.substitutions.contains_key(&variable)
            || region.simplex.is_some()
        {
            return step("the coordinate cannot be replaced by this row");
        }
        let (mut slope, mut rest) = (Rational::ZERO, Polynomial::zero());
        for (monomial, value) in region.frame.resolve(&row.constant)?.terms() {
            match monomial.factors() {
                [(other, 1)] if *other == variable => slope = value.clone(),
                _ => rest.add_term(monomial.clone(), value.clone()),
            }
        }
        if slope.is_zero() || !rest.only(|other| other != variable) {
            return step("the row does not determine the coordinate");
        }
        let value = Polynomial::zero().plus(&rest, &(Rational::NEG_ONE / slope));
        let mut frame = Frame::default();
        frame.substitutions.insert(variable, value);
        for (k, present) in &region.frame.substitutions {
            let changed = frame.resolve(present)?;
            frame.substitutions.insert(*k, changed);
        }
        self.top_mut()?.frame.substitutions = frame.substitutions;
        Ok(())
    }

    /// Divides the region on top at a value of a coordinate, which belongs to both parts; the lower
    /// part comes first.
    ///
    /// # Errors
    /// [`Refusal`] when the points do not have the coordinate.
    pub fn split(&mut self, variable: Variable, at: Rational) -> Result<(), Refusal> {
        self.fits_polynomial(&Polynomial::variable(variable))?;
        if matches!(variable, Variable::Share(_)) {
            return step("barycentric coordinates are divided by cutting the simplex");
        }
        let (mut lower, mut upper) = (self.top()?.clone(), self.top()?.clone());
        lower.reduce(variable, at.clone());
        upper.raise(variable, at);
        self.cover(vec![lower, upper])
    }

    /// Divides the region on top by the sign of a form `G`: first `-G > 0`, then `G >= 0`.
    ///
    /// # Errors
    /// [`Refusal`] when the points do not have what it is about.
    pub fn divide(&mut self, row: &Row) -> Result<(), Refusal> {
        self.fits_points(row)?;
        let (mut below, mut above) = (self.top()?.clone(), self.top()?.clone());
        below.assume(row.negated(Sense::Above));
        above.assume(Row { sense: Sense::AtLeast, ..row.clone() });
        self.cover(vec![below, above])
    }

    /// Divides the region on top between a value of a parameter's grid and the next one.
    ///
    /// # Errors
    /// [`Refusal`] when the value is not on a grid of the parameter.
    pub fn grid(&mut self, parameter: u32, value: Rational) -> Result<(), Refusal> {
        let next = match &self.listing.decisions {
            Decisions::Polytope { grids, .. } => match grids.get(parameter as usize) {
                Some(Grid::Points { origin, step }) if ((&value - origin) / step).is_int() => {
                    &value + step
                }
                _ => return step("the value is not on a grid of the parameter"),
            },
            Decisions::List(_) => return step("a list of decisions has no grids"),
        };
        let (mut lower, mut upper) = (self.top()?.clone(), self.top()?.clone());
        lower.reduce(Variable::Parameter(parameter), value);
        upper.raise(Variable::Parameter(parameter), next);
        self.cover(vec![lower, upper])
    }

    /// Divides the region on top, at epsilon 0: the pair is unused, or it is optimal.
    ///
    /// # Errors
    /// [`Refusal`] where `z_i d_i = 0` is not known.
    pub fn case(&mut self, t: u32, pair: u32) -> Result<(), Refusal> {
        if self.top()?.kind != Kind::Equilibria || !self.statement.epsilon.is_zero() {
            return step("cases need equilibria at epsilon 0");
        }
        if self.listing.stages.get(t as usize).is_none_or(|stage| pair as usize >= stage.pairs()) {
            return step("there is no such pair");
        }
        let (mut unused, mut optimal) = (self.top()?.clone(), self.top()?.clone());
        Arc::make_mut(&mut unused.unused).insert((t, pair));
        Arc::make_mut(&mut optimal.optimal).insert((t, pair));
        self.cover(vec![unused, optimal])
    }

    /// Divides the region on top into one part per pair of a site that is not passed over, which is
    /// selected there, and so optimal.
    ///
    /// # Errors
    /// [`Refusal`] where there are no values.
    pub fn choose(&mut self, site: (u32, u32)) -> Result<(), Refusal> {
        let pairs = self.selectable(site)?;
        if self.top()?.kind == Kind::Decisions {
            return step("choices need values");
        }
        let part = |pair: usize| -> Result<Region, Refusal> {
            let mut part = self.top()?.clone();
            Arc::make_mut(&mut part.optimal).insert((site.0, pair as u32));
            Ok(part)
        };
        let parts = pairs.into_iter().map(part).collect::<Result<Vec<Region>, Refusal>>()?;
        self.cover(parts)
    }

    /// Passes over a pair of a site none of which is selected yet ([9]): where it is optimal, the
    /// combination shows `-z_i >= 0` of another pair that may be selected, which is in its place.
    ///
    /// # Errors
    /// [`Refusal`] when this is not shown.
    pub fn prefer(
        &mut self,
        t: u32,
        pair: u32,
        passed: u32,
        combination: &Combination,
    ) -> Result<(), Refusal> {
        let region = self.top()?;
        let stage = self.listing.stages.get(t as usize);
        let fits = stage.filter(|stage| pair.max(passed) < stage.pairs() as u32);
        let Some(stage) = fits.filter(|_| region.kind != Kind::Decisions) else {
            return step("pairs need a stage, and values");
        };
        let state = stage.state_of(pair as usize) as u32;
        let open = self.selectable((t, state))?.contains(&(pair as usize));
        let selected =
            stage.of_state(state as usize).any(|i| region.optimal.contains(&(t, i as u32)));
        if pair == passed || stage.state_of(passed as usize) as u32 != state || !open || selected {
            return step("two pairs of one site are needed, of which none is selected yet");
        }
        let one = Polynomial::constant(Rational::ONE);
        let regret = self.pair_row(t, pair as usize, Side::Follower, &one)?;
        let goal = regret.negated(Sense::AtLeast);
        self.show(&goal, combination, &BTreeSet::from([(t, passed)]))?;
        Arc::make_mut(&mut self.top_mut()?.passed).insert((t, passed));
        Ok(())
    }

    /// The pairs of a site that are not passed over.
    fn selectable(&self, site: (u32, u32)) -> Result<Vec<usize>, Refusal> {
        let passed = &self.top()?.passed;
        let kept = |&pair: &usize| !passed.contains(&(site.0, pair as u32));
        Ok(self.pairs_of(site)?.filter(kept).collect())
    }

    /// Replaces the region on top by parts that cover it.
    pub(crate) fn cover(&mut self, parts: Vec<Region>) -> Result<(), Refusal> {
        self.divided |= self.top()?.kind == Kind::Decisions;
        self.replace(parts)
    }

    /// Declares the indicator of one optimal pair of a site ([14]): a coordinate `pi_i` in [0, 1]
    /// per pair `i`, `Choice(number of the pair among all pairs)`, with the rows
    /// `sum pi_i - 1 = 0`, then per pair `pi_i z_i = 0` and, in a dual region,
    /// `pi_i (sigma c_i + sum P_i(s') y_{t+1}(s') - y_t(s)) >= 0`.
    ///
    /// # Errors
    /// [`Refusal`] where there are no values.
    pub fn choice(&mut self, site: (u32, u32)) -> Result<(), Refusal> {
        let pairs = self.pairs_of(site)?;
        let region = self.top()?;
        if region.kind == Kind::Decisions {
            return step("choices need values");
        }
        let before: usize =
            self.listing.stages.iter().take(site.0 as usize).map(|stage| stage.pairs()).sum();
        let dual = region.kind == Kind::Dual;
        let mut rows = vec![Row::of(Sense::Equal, Polynomial::constant(Rational::NEG_ONE))];
        let mut names = Vec::new();
        for pair in pairs {
            let number = u32::try_from(before + pair)
                .map_err(|_| Refusal::Limit("too many pairs".to_string()))?;
            let name = Variable::Choice(number);
            rows[0].constant.add_term(Monomial::new(vec![(name, 1)]), Rational::ONE);
            let indicator = Polynomial::variable(name);
            rows.push(self.pair_row(site.0, pair, Side::Follower, &indicator)?);
            if dual {
                rows.push(self.pair_row(site.0, pair, Side::Dual, &indicator)?);
            }
            names.push(name);
        }
        let region = self.top_mut()?;
        for name in names {
            region.frame.ends.insert(name, (Some(Rational::ZERO), Some(Rational::ONE)));
        }
        region.pending.extend(rows);
        self.settle();
        Ok(())
    }

    /// `factor z_i = 0`, or of the dual side `factor (sigma c_i + sum P_i y_{t+1} - y_t) >= 0`.
    fn pair_row(
        &self,
        t: u32,
        pair: usize,
        side: Side,
        factor: &Polynomial,
    ) -> Result<Row, Refusal> {
        let stage = &self.listing.stages[t as usize];
        let dual = side == Side::Dual;
        let sense = if dual { Sense::AtLeast } else { Sense::Equal };
        let sign = if dual { Rational::NEG_ONE } else { Rational::ONE };
        let mut row = Row::of(sense, Polynomial::zero());
        let state = stage.state_of(pair) as u32;
        row.value.push((side, t, state, Polynomial::zero().plus(factor, &sign)));
        let lead = self.listing.lead(t as usize);
        let (rewards, weight) = match dual {
            true => (&lead, self.statement.sigma()),
            false => (&stage.reward, Rational::NEG_ONE),
        };
        for (monomial, column) in rewards {
            if let Some(index) = column.index(pair) {
                let value = column.coefficients.get(index) * &weight;
                let term = Polynomial::term(monomial.clone(), value);
                row.constant = row.constant.plus(&factor.times(&term)?, &Rational::ONE);
            }
        }
        let Some(transition) = &stage.transition else { return Ok(row) };
        for (monomial, column) in &transition.probability {
            for (_, index) in crate::sum::walk(transition, column, pair..pair + 1) {
                let state = transition.successors.state[column.position(index)];
                let value = -column.coefficients.get(index) * &sign;
                let term = Polynomial::term(monomial.clone(), value);
                row.value.push((side, t + 1, state, factor.times(&term)?));
            }
        }
        Ok(row)
    }

    /// The pairs of a site.
    pub(crate) fn pairs_of(&self, site: (u32, u32)) -> Result<std::ops::Range<usize>, Refusal> {
        match self.listing.stages.get(site.0 as usize) {
            Some(stage) if (site.1 as usize) < self.listing.states => {
                Ok(stage.of_state(site.1 as usize))
            }
            _ => step("there is no such site"),
        }
    }

    /// Adds the row `loss - sum zeta_i d_i >= 0` ([8]) from rows `z_i - zeta_i >= 0` of the region,
    /// `(stage, pair, number of the row)`, at most one per pair. With none it is `loss >= 0`.
    ///
    /// # Errors
    /// [`Refusal`] when a row is something else.
    pub fn regret(&mut self, rows: &[(u32, u32, u32)]) -> Result<(), Refusal> {
        self.sum_regrets(rows, false)
    }

    /// Adds the row `sum zeta_i d_i - loss >= 0` ([8]) from rows `zeta_i - z_i >= 0` of the region,
    /// `(stage, pair, number of the row)`, exactly one for every pair that may carry mass.
    ///
    /// # Errors
    /// [`Refusal`] when a row is something else, or a pair has none.
    pub fn excess(&mut self, rows: &[(u32, u32, u32)]) -> Result<(), Refusal> {
        let region = self.top()?;
        self.require_proper(region)?;
        let mut dead = self.dead_pairs(region);
        for (t, row) in dead.iter_mut().enumerate() {
            let Some(policy) = &region.policy else { break };
            let columns = policy.get(&(t as u32));
            for (pair, dead) in row.iter_mut().enumerate() {
                *dead |= columns.into_iter().flatten().all(|(_, column)| {
                    let index = column.index(pair);
                    index.is_none_or(|k| column.coefficients.numerators().is_zero_at(k))
                });
            }
        }
        let given: BTreeSet<(u32, u32)> = rows.iter().map(|&(t, i, _)| (t, i)).collect();
        for (t, row) in dead.iter().enumerate() {
            for pair in (0..row.len()).filter(|pair| !row[*pair]) {
                if !given.contains(&(t as u32, pair as u32)) {
                    return step(format!("pair {pair} at stage {t} has no row"));
                }
            }
        }
        self.sum_regrets(rows, true)
    }

    fn sum_regrets(&mut self, rows: &[(u32, u32, u32)], above: bool) -> Result<(), Refusal> {
        let region = self.top()?;
        if !region.has_masses() {
            return step("regrets need masses");
        }
        // Rows are sign (z_i - zeta_i) >= 0.
        let sign = if above { Rational::NEG_ONE } else { Rational::ONE };
        let mut result = Row::of(Sense::AtLeast, Polynomial::zero());
        result.loss = sign.clone();
        let mut seen = BTreeSet::new();
        for &(t, pair, number) in rows {
            let row = self.rows.get(number as usize).filter(|_| (number as usize) < region.marks.0);
            let Some(row) = row else { return step(format!("there is no row {number}")) };
            let stage = self.listing.stages.get(t as usize);
            let exists = stage.is_some_and(|stage| (pair as usize) < stage.pairs());
            if !exists || !seen.insert((t, pair)) || row.sense == Sense::Equal {
                return step("rows about the regrets of different pairs are needed");
            }
            let one = Polynomial::constant(Rational::ONE);
            let mut sum = Sum::new(&self.listing);
            sum.add_row(&Rational::ONE, &one, row)?;
            let bellman = self.pair_row(t, pair as usize, Side::Follower, &one)?;
            sum.add_row(&-&sign, &one, &bellman)?;
            for lanes in sum.value.values().chain(sum.mass.values()) {
                if !vanish(lanes, &region.frame)? {
                    return step(format!("row {number} is not about the regret of the pair"));
                }
            }
            // The row less sign z_i is -sign zeta_i.
            result.mass.push((t, pair, sum.constant));
        }
        self.take(result)
    }

    /// Pairs that carry no mass: unused ones, and those with a successor of positive constant
    /// probability all of whose pairs carry none, as the inflow `sum P_j(s) d_j` is 0 there.
    fn dead_pairs(&self, region: &Region) -> Vec<Vec<bool>> {
        let listing = &self.listing;
        let mut alive = vec![true; listing.states];
        let mut dead: Vec<Vec<bool>> = Vec::new();
        for (t, stage) in listing.stages.iter().enumerate().rev() {
            let certain = |entry: usize| {
                let columns = stage.transition.iter().flat_map(|t| &t.probability);
                let mut sum = Polynomial::zero();
                for (monomial, column) in columns {
                    if let Some(index) = column.index(entry) {
                        sum.add_term(monomial.clone(), column.coefficients.get(index));
                    }
                }
                sum.as_constant().is_some_and(|value| value > Rational::ZERO)
            };
            let is_dead = |pair: usize| {
                region.unused.contains(&(t as u32, pair as u32))
                    || stage.transition.as_ref().is_some_and(|transition| {
                        let mut entries = transition.successors.of_pair(pair);
                        entries.any(|e| !alive[transition.successors.state(e)] && certain(e))
                    })
            };
            let row: Vec<bool> = (0..stage.pairs()).map(is_dead).collect();
            alive = (0..listing.states)
                .map(|state| stage.of_state(state).any(|pair| !row[pair]))
                .collect();
            dead.push(row);
        }
        dead.reverse();
        dead
    }

    /// Closes the region on top where all equilibria belong to a pattern of the statement: its
    /// pairs are optimal, and every other pair carries no mass ([`Proof::dead_pairs`]) or is out of
    /// reach of flows that avoid these.
    ///
    /// # Errors
    /// [`Refusal`] when this is not so.
    pub fn within(&mut self, pattern: u32) -> Result<(), Refusal> {
        let crate::theorem::Claimed::Patterns(patterns) = &self.statement.claimed else {
            return step("the statement has no patterns");
        };
        let Some(pattern) = patterns.get(pattern as usize) else {
            return step("there is no such pattern");
        };
        let (region, listing) = (self.top()?, &self.listing);
        let pattern: BTreeSet<(u32, u32)> = pattern.iter().copied().collect();
        if !pattern.is_subset(&region.optimal) {
            return step("a pair of the pattern is not known to be optimal");
        }
        self.require_proper(region)?;
        let dead = self.dead_pairs(region);
        let mut reached: Vec<bool> = (0..listing.states)
            .map(|s| listing.initial.numerators().get(s) != Integer::ZERO)
            .collect();
        for (t, stage) in listing.stages.iter().enumerate() {
            let mut next = vec![false; listing.states];
            for pair in 0..stage.pairs() {
                let name = (t as u32, pair as u32);
                if !reached[stage.state_of(pair)] || dead[t][pair] {
                    continue;
                }
                if !pattern.contains(&name) {
                    return step(format!("pair {pair} at stage {t} may be used"));
                }
                if let Some(transition) = &stage.transition {
                    // An entry whose probability is 0 as a polynomial leads nowhere.
                    let leads = |entry: &usize| {
                        transition.probability.iter().any(|(_, column)| {
                            let index = column.index(*entry);
                            index.is_some_and(|k| !column.coefficients.numerators().is_zero_at(k))
                        })
                    };
                    for entry in transition.successors.of_pair(pair).filter(leads) {
                        next[transition.successors.state[entry] as usize] = true;
                    }
                }
            }
            reached = next;
        }
        self.pop();
        Ok(())
    }
}
