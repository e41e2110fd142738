//! Steps that show that an equilibrium exists ([11] to [14]).

use crate::error::{Refusal, inequality, step};
use crate::number::{Rational, Scaled};
use crate::polynomial::{Monomial, Polynomial, Variable};
use crate::proof::{Kind, Proof, Region};
use crate::row::{Family, Row, Sense, Side};
use crate::sum::{Lanes, lane, vanish, walk};
use crate::theorem::{Claimed, worse};
use crate::work::{spend, weight};
use std::sync::Arc;

impl Proof {
    /// The region on top, of decisions, and the value `q` that has to be reached there.
    fn decisions(&self) -> Result<(Region, Polynomial), Refusal> {
        match (&self.statement.claimed, self.top()?) {
            (Claimed::Reached(value) | Claimed::Below(value), region)
                if region.kind == Kind::Decisions =>
            {
                Ok((region.clone(), value.clone()))
            }
            _ => step("the region is not one of decisions at which a value is reached"),
        }
    }

    /// What a counterexample's objective is compared with 0 by: an equilibrium that is to be below
    /// the value may not even be there.
    fn missing(&self) -> Sense {
        match self.statement.claimed {
            Claimed::Below(_) => Sense::AtLeast,
            _ => Sense::Above,
        }
    }

    /// Gives the masses of a population at each decision of the region on top ([11]). Two regions
    /// are left: `loss - eps > 0`, then `sigma (J0 - q) > 0`; both are about this population.
    ///
    /// # Errors
    /// [`Refusal`] when masses may be negative or are no flow.
    pub fn play(&mut self, masses: Family) -> Result<(), Refusal> {
        let (mut region, value) = self.decisions()?;
        self.fits_family(&masses, true)?;
        self.family_nonnegative(&masses, &region.frame, |_, _| false)?;
        for k in 0..self.listing.statistics.len() {
            let polynomial = self.statistic_of(k, &masses);
            let name = Variable::Statistic(k as u32);
            match polynomial.as_constant() {
                Some(number) => {
                    region.frame.ends.insert(name, (Some(number.clone()), Some(number)));
                }
                None => {
                    region.frame.ends.remove(&name);
                    let resolved = region.frame.resolve(&polynomial)?;
                    region.frame.substitutions.insert(name, resolved);
                }
            }
        }
        for t in 0..self.listing.stages.len() {
            if !vanish(&self.imbalance(t, &masses), &region.frame)? {
                return inequality(format!("the masses are no flow at stage {t}"));
            }
        }
        let masses = Arc::new(masses);
        region.masses = Some(Arc::clone(&masses));
        self.play_parts(region, &value)?;
        // Where the statement is divided, or coordinates are used that it does not have, there is
        // no one population to show.
        let parameters = |variable: Variable| matches!(variable, Variable::Parameter(_));
        let plain = |monomial: &Monomial| monomial.factors().iter().all(|f| parameters(f.0));
        let shown = masses.values().flatten().all(|column| plain(&column.0));
        self.witness = Some(masses).filter(|_| shown && !self.divided);
        Ok(())
    }

    /// Gives a policy at each decision of the region on top ([11]), which leads to one population.
    /// Two regions are left as with masses; there `d_i = pi_i` times the mass of the site.
    ///
    /// # Errors
    /// [`Refusal`] when it is no policy, or its population is not determined stage by stage.
    pub fn play_policy(&mut self, policy: Family) -> Result<(), Refusal> {
        let (mut region, value) = self.decisions()?;
        self.fits_family(&policy, true)?;
        self.family_nonnegative(&policy, &region.frame, |_, _| false)?;
        self.require_proper(&region)?;
        let one = Scaled::from_small(vec![1], 1);
        for (t, stage) in self.listing.stages.iter().enumerate() {
            let mut lanes = Lanes::new();
            let unit = crate::polynomial::Monomial::one();
            let states = self.listing.states;
            lane(&mut lanes, unit, states).add(true, &one, &one, (0..states).map(|s| (s, 0, 0)));
            for (monomial, column) in policy.get(&(t as u32)).into_iter().flatten() {
                let entries = (0..column.coefficients.len())
                    .map(|index| (stage.state_of(column.position(index)), index, 0));
                lane(&mut lanes, monomial.clone(), states).add(
                    false,
                    &column.coefficients,
                    &one,
                    entries,
                );
            }
            if !vanish(&lanes, &region.frame)? {
                return inequality(format!("the policy does not sum to 1 at stage {t}"));
            }
            let later = |variable: Variable| match variable {
                Variable::Statistic(k) => self.listing.statistics[k as usize].stage as usize > t,
                _ => false,
            };
            let probability = stage.transition.iter().flat_map(|t| &t.probability);
            if probability.flat_map(|(m, _)| m.factors()).any(|factor| later(factor.0)) {
                return step(format!("probabilities of stage {t} depend on later statistics"));
            }
        }
        region.policy = Some(Arc::new(policy));
        self.play_parts(region, &value)
    }

    fn play_parts(&mut self, mut region: Region, value: &Polynomial) -> Result<(), Refusal> {
        region.kind = Kind::Play;
        let epsilon = Polynomial::constant(-self.statement.epsilon.clone());
        let mut loss = Row::of(Sense::Above, epsilon);
        loss.loss = Rational::ONE;
        let worse = worse(&self.statement.sigma(), value).negated(self.missing());
        let with = |objective| Region { objective: Some(objective), ..region.clone() };
        let parts = vec![with(loss), with(worse)];
        self.replace(parts)
    }

    /// `sum M_k(i) masses_i`.
    fn statistic_of(&self, k: usize, masses: &Family) -> Polynomial {
        let statistic = &self.listing.statistics[k];
        let weights = &statistic.weights;
        let mut result = Polynomial::zero();
        for (monomial, column) in masses.get(&statistic.stage).into_iter().flatten() {
            let mut sum = crate::number::Lane::new(1);
            let entries = (0..weights.coefficients.len()).filter_map(|index| {
                column.index(weights.position(index)).map(|place| (0, index, place))
            });
            sum.add(false, &weights.coefficients, &column.coefficients, entries);
            let value = Rational::from_parts(sum.get(0), sum.denominator().clone());
            result.add_term(monomial.clone(), value);
        }
        result
    }

    /// `mu0(s)`, or the inflow, less the masses of the state's pairs.
    fn imbalance(&self, t: usize, masses: &Family) -> Lanes {
        let (listing, one) = (&self.listing, Scaled::from_small(vec![1], 1));
        let (stage, states) = (&listing.stages[t], listing.states);
        let mut lanes = Lanes::new();
        for (monomial, column) in masses.get(&(t as u32)).into_iter().flatten() {
            let entries = (0..column.coefficients.len())
                .map(|index| (stage.state_of(column.position(index)), index, 0));
            lane(&mut lanes, monomial.clone(), states).add(
                true,
                &column.coefficients,
                &one,
                entries,
            );
        }
        if t == 0 {
            let unit = crate::polynomial::Monomial::one();
            let entries = (0..states).map(|s| (s, s, 0));
            lane(&mut lanes, unit, states).add(false, &listing.initial, &one, entries);
            return lanes;
        }
        let before = &listing.stages[t - 1];
        let Some(transition) = &before.transition else { return lanes };
        for (monomial, column) in masses.get(&(t as u32 - 1)).into_iter().flatten() {
            for (factor, probability) in &transition.probability {
                let entries =
                    walk(transition, probability, 0..before.pairs()).filter_map(|(pair, index)| {
                        let entry = probability.position(index);
                        let state = transition.successors.state[entry] as usize;
                        column.index(pair).map(|place| (state, place, index))
                    });
                lane(&mut lanes, monomial.times(factor), states).add(
                    false,
                    &column.coefficients,
                    &probability.coefficients,
                    entries,
                );
            }
        }
        lanes
    }

    /// Uses that every decision has an eps-equilibrium ([12]): the region on top becomes one of
    /// the equilibria with `sigma J0 > sigma q`.
    ///
    /// # Errors
    /// [`Refusal`] where probabilities may be negative.
    pub fn exists(&mut self) -> Result<(), Refusal> {
        let (mut region, value) = self.decisions()?;
        self.require_proper(&region)?;
        region.kind = Kind::Equilibria;
        let sense = self.missing();
        region.objective = Some(Row { sense, ..worse(&-self.statement.sigma(), &value) });
        self.replace(vec![region])
    }

    /// Uses that an eps-equilibrium exists in a box of all statistics where a map points inwards on
    /// its faces ([13]). The regions left are the equilibria in the box with `sigma J0 > sigma q`,
    /// and for each statistic `k` the responses with `x_k` at its lower end and
    /// `-(A (M d - x))_k > 0`, and with `x_k` at its upper end and `(A (M d - x))_k > 0`.
    ///
    /// # Errors
    /// [`Refusal`] when the box is not inside the ranges, or the matrix `A` is singular.
    pub fn exists_in(
        &mut self,
        ends: &[(Rational, Rational)],
        matrix: &[Vec<Rational>],
    ) -> Result<(), Refusal> {
        let (mut region, value) = self.decisions()?;
        let count = self.listing.statistics.len();
        let square = matrix.len() == count && matrix.iter().all(|row| row.len() == count);
        if ends.len() != count || !square || !is_nonsingular(matrix.to_vec())? {
            return step("ends of all statistics and a nonsingular matrix are needed");
        }
        for (k, (lower, upper)) in ends.iter().enumerate() {
            let range = self.listing.range(k);
            if *lower < range.0 || lower >= upper || *upper > range.1 {
                return step(format!("the ends of statistic {k} are not inside its range"));
            }
            let name = Variable::Statistic(k as u32);
            region.frame.ends.insert(name, (Some(lower.clone()), Some(upper.clone())));
        }
        // Flows at frozen statistics have to exist on the whole box.
        region.kind = Kind::Response;
        self.require_proper(&region)?;
        region.kind = Kind::Equilibria;
        let sense = self.missing();
        region.objective = Some(Row { sense, ..worse(&-self.statement.sigma(), &value) });
        let mut parts = vec![region.clone()];
        for k in 0..count {
            let map = self.map_row(&matrix[k]);
            let name = Variable::Statistic(k as u32);
            for (end, row) in [
                (&ends[k].0, map.negated(Sense::Above)),
                (&ends[k].1, Row { sense: Sense::Above, ..map.clone() }),
            ] {
                let mut face = region.clone();
                face.kind = Kind::Response;
                face.frame.ends.insert(name, (Some(end.clone()), Some(end.clone())));
                face.objective = Some(row);
                parts.push(face);
            }
        }
        self.replace(parts)
    }

    /// `sum_j weight_j (M_j d - x_j)`.
    fn map_row(&self, weights: &[Rational]) -> Row {
        let mut row = Row::of(Sense::AtLeast, Polynomial::zero());
        for (j, weight) in weights.iter().enumerate().filter(|(_, weight)| !weight.is_zero()) {
            let statistic = &self.listing.statistics[j];
            let name = Polynomial::variable(Variable::Statistic(j as u32));
            row.constant = row.constant.plus(&name, &-weight);
            for index in 0..statistic.weights.coefficients.len() {
                let pair = statistic.weights.position(index) as u32;
                let value = statistic.weights.coefficients.get(index) * weight;
                row.mass.push((statistic.stage, pair, Polynomial::constant(value)));
            }
        }
        row
    }

    /// Uses the duality of linear programmes in class C0 ([14]): the region on top becomes one of
    /// multipliers `lambda` and values `v` and `y` with
    /// `mu0'y_0 + sigma (h - q) - lambda eps > 0`.
    ///
    /// # Errors
    /// [`Refusal`] where data depend on the population, or probabilities may be negative.
    pub fn scale(&mut self) -> Result<(), Refusal> {
        let (mut region, value) = self.decisions()?;
        let listing = &self.listing;
        let sees = |monomial: &crate::polynomial::Monomial| {
            monomial.factors().iter().any(|factor| matches!(factor.0, Variable::Statistic(_)))
        };
        let sighted = listing.stages.iter().any(|stage| {
            let probability = stage.transition.iter().flat_map(|t| &t.probability);
            stage.reward.iter().chain(&stage.leader_reward).chain(probability).any(|c| sees(&c.0))
        });
        // What the payoff adds linearly belongs to the pairs.
        let mut rest = Polynomial::zero();
        for (monomial, value) in listing.payoff.terms() {
            if crate::listing::linear(monomial).is_none() {
                rest.add_term(monomial.clone(), value.clone());
            }
        }
        if sighted || rest.terms().any(|(monomial, _)| sees(monomial)) {
            return step("data depend on the population");
        }
        self.require_proper(&region)?;
        let sigma = self.statement.sigma();
        let mut constant = Polynomial::zero().plus(&rest, &sigma).plus(&value, &-&sigma);
        let epsilon = Polynomial::constant(self.statement.epsilon.clone());
        let multiplier = Polynomial::variable(Variable::Multiplier);
        constant = constant.plus(&multiplier.times(&epsilon)?, &Rational::NEG_ONE);
        let mut objective = Row::of(self.missing(), constant);
        for (state, mass) in listing.initial.iter().enumerate().filter(|(_, m)| !m.is_zero()) {
            objective.value.push((Side::Dual, 0, state as u32, Polynomial::constant(mass)));
        }
        region.kind = Kind::Dual;
        region.objective = Some(objective);
        region.frame.ends.insert(Variable::Multiplier, (Some(Rational::ZERO), None));
        self.replace(vec![region])
    }
}

/// Whether elimination finds a pivot in every column.
fn is_nonsingular(mut rows: Vec<Vec<Rational>>) -> Result<bool, Refusal> {
    for k in 0..rows.len() {
        let Some(pivot) = (k..rows.len()).find(|&j| !rows[j][k].is_zero()) else {
            return Ok(false);
        };
        rows.swap(k, pivot);
        let (upper, lower) = rows.split_at_mut(k + 1);
        let lead = &upper[k];
        for row in lower.iter_mut().filter(|row| !row[k].is_zero()) {
            let factor = &row[k] / &lead[k];
            for (entry, value) in row.iter_mut().zip(lead) {
                spend(weight(entry))?;
                *entry -= &factor * value;
            }
        }
    }
    Ok(true)
}
