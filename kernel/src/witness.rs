//! Bounds of the followers' values ([7]), and steps that show that an equilibrium exists ([11] to
//! [14]).

use crate::prelude::*;

impl Proof {
    /// Adds the bound `v_t(s) <= a_t(s)`: for every pair of the site that may be selected, or for
    /// one that is optimal, `a_t(s) - r_i - sum P_i(s') a_{t+1}(s') >= 0`.
    pub fn ceiling(&mut self, values: Family) -> Done {
        self.bound(Side::Follower, false, values, None)
    }

    /// Adds the bound `v_t(s) >= a_t(s)`: for the pair that `choices` names, by stage and state,
    /// `r_i + sum P_i(s') a_{t+1}(s') - a_t(s) >= 0`.
    pub fn floor(&mut self, values: Family, choices: &[Vec<u32>]) -> Done {
        self.bound(Side::Follower, true, values, Some(choices))
    }

    /// Adds the bound `w_t(s) <= a_t(s)` of the leader's values, or with `floor` the other one: for
    /// the selected pair, or every pair that may be, `a_t(s) - sigma c_i - sum P_i(s') a_{t+1}(s')`
    /// is at least 0, or at most.
    pub fn lead_bound(&mut self, values: Family, floor: bool) -> Done {
        self.bound(Side::Leader, floor, values, None)
    }

    fn bound(
        &mut self,
        side: Side,
        floor: bool,
        values: Family,
        choices: Option<&[Vec<u32>]>,
    ) -> Done {
        let (region, led) = (self.top()?, side == Side::Leader);
        let has = if led { region.kind == Kind::Dual } else { region.kind != Kind::Decisions };
        require(has, "there are no values to bound")?;
        self.fits_family(&values, false)?;
        self.require_proper(region)?;
        for (t, stage) in (0u32..).zip(&self.listing.stages) {
            let mut slack = Vector::new(stage.pairs());
            stage.add_slack(&mut slack, floor, t, &values)?;
            if led {
                let rewards = &self.listing.lead()?[t as usize];
                slack.add(self.statement.pessimistic != floor, rewards, one(), same)?;
            } else {
                slack.add(!floor, &stage.reward, one(), same)?;
            }
            self.show_bound(slack, t, stage, choices)?;
        }
        self.take_bound(Bound { side, floor, values, earned: None })
    }

    /// Adds the bound `y_t(s) <= a_t(s) + lambda (v_t(s) - b_t(s))` of the pure policy that
    /// `choices` names, a pair per stage and state: `a` is what the leader gets at most, `b` what a
    /// follower earns at least. With the dual row and `z_i = v_t(s) - r_i - P_i v'` of the pair,
    ///
    /// ```text
    /// y_t(s) <= sigma c_i + lambda z_i + P_i y',    y' <= a' + lambda (v' - b')
    /// ```
    ///
    /// give it from `a_t(s) - sigma c_i - P_i a' - lambda (b_t(s) - r_i - P_i b') >= 0` ([14]).
    pub fn follow(&mut self, leader: Family, earned: Family, choices: &[Vec<u32>]) -> Done {
        let region = self.top()?;
        require(region.kind == Kind::Dual, "there are no dual values to bound")?;
        self.fits_family(&leader, false)?;
        self.fits_family(&earned, false)?;
        self.require_proper(region)?;
        let (earned_lambda, lambda) = (times_lambda(&earned), Variable::Multiplier);
        let lambda = columns(&Polynomial::variable(lambda));
        for (t, stage) in (0u32..).zip(&self.listing.stages) {
            let mut slack = Vector::new(stage.pairs());
            stage.add_slack(&mut slack, false, t, &leader)?;
            let rewards = &self.listing.lead()?[t as usize];
            slack.add(self.statement.pessimistic, rewards, one(), same)?;
            stage.add_slack(&mut slack, true, t, &earned_lambda)?;
            slack.add(false, &stage.reward, &lambda, same)?;
            self.show_bound(slack, t, stage, Some(choices))?;
        }
        let (side, floor) = (Side::Dual, false);
        self.take_bound(Bound { side, floor, values: leader, earned: Some(earned) })
    }

    /// Requires that the slack of a bound is at least 0 for the pairs that are chosen; without
    /// choices for all that are not passed over, of a state with optimal pairs for one of these.
    fn show_bound(
        &self,
        slack: Vector,
        t: u32,
        stage: &Stage,
        choices: Option<&[Vec<u32>]>,
    ) -> Done {
        let mut tested = vec![choices.is_none(); stage.pairs()];
        let region = self.top()?;
        let optimal = || region.optimal.range((t, 0)..=(t, u32::MAX)).map(|pair| pair.1 as usize);
        if let Some(choices) = choices {
            let chosen = choices.get(t as usize).map_or(&[][..], |chosen| chosen);
            require(chosen.len() == self.listing.states, "a pair per stage and state is needed")?;
            for (state, pair) in chosen.iter().map(|pair| *pair as usize).enumerate() {
                require(stage.of_state(state).contains(&pair), "a pair of another state")?;
                tested[pair] = true;
            }
        } else {
            let passed = region.passed.range((t, 0)..=(t, u32::MAX));
            passed.for_each(|pair| tested[pair.1 as usize] = false);
            optimal().for_each(|pair| tested[stage.of_state(stage.state_of(pair))].fill(false));
            optimal().for_each(|pair| tested[pair] = true);
        }
        let mut negative = slack.negative(&region.frame, |pair| !tested[pair])?;
        if choices.is_none() {
            // One of several optimal pairs is enough.
            let holds = optimal().filter(|pair| negative.binary_search(pair).is_err());
            let shown: BTreeSet<usize> = holds.map(|pair| stage.state_of(pair)).collect();
            negative.retain(|pair| !shown.contains(&stage.state_of(*pair)));
        }
        let first = negative.first();
        show(first.is_none(), &format!("the bound of values at stage {t}, pair {first:?}"))
    }

    /// The region on top, of decisions, and the value `q` that has to be reached there.
    fn decisions(&self) -> Done<(&Region, &Polynomial)> {
        match (&self.statement.claimed, self.top()?) {
            (Claimed::Reached(value) | Claimed::Below(value), region)
                if region.kind == Kind::Decisions =>
            {
                Ok((region, value))
            }
            _ => Err(Refusal::Step("no region of decisions at which a value is reached".into())),
        }
    }

    /// Gives the masses of a population at each decision of the region on top ([11]). Two regions
    /// are left: `loss - eps > 0`, then `sigma (J0 - q) > 0`; both are about this population.
    pub fn play(&mut self, masses: Family) -> Done {
        let mut region = self.decisions()?.0.clone();
        self.fits_family(&masses, true)?;
        self.family_nonnegative(&masses, |_, _| false)?;
        let none = Columns::new();
        let masses_at = |t: u32| masses.get(&t).unwrap_or(&none);
        for (k, weights) in (0u32..).zip(&self.listing.weights) {
            let Some((stage, _)) = self.listing.form(k) else { continue };
            let mut value = Vector::new(1);
            value.add(false, weights, masses_at(stage), dot)?;
            region.frame.define(Variable::Statistic(k), &value.get(0))?;
        }
        for (t, stage) in (0u32..).zip(&self.listing.stages) {
            // mu0(s), or the inflow, less the masses of the state's pairs
            let mut rest = Vector::new(self.listing.states);
            let before = t.checked_sub(1).map(|t| (masses_at(t), &self.listing.stages[t as usize]));
            if let Some((masses, before)) = before {
                if let Some(Transition { successors, probability }) = &before.transition {
                    rest.add(false, masses, probability, |masses, p| push(successors, masses, p))?;
                }
            } else {
                rest.add(false, &self.listing.law, one(), same)?;
            }
            rest.add(true, masses_at(t), one(), |masses, _| by_state(stage, masses))?;
            show(rest.vanishes(&region.frame)?, "masses that are no flow")?;
        }
        let masses = Arc::new(masses);
        region.masses = Some(Arc::clone(&masses));
        self.play_parts(region)?;
        // Where the statement is divided, or coordinates are used that it does not have, there is
        // no one population to show.
        let plain = |name: &Monomial| name.only(|v| matches!(v, Variable::Parameter(_)));
        let shown = !self.divided && masses.values().flatten().all(|column| plain(&column.0));
        self.witness = shown.then_some(masses);
        Ok(())
    }

    /// Gives a policy at each decision of the region on top ([11]), which leads to one population.
    /// Two regions are left as with masses; there `d_i = pi_i` times the mass of the site.
    pub fn play_policy(&mut self, policy: Family) -> Done {
        let mut region = self.decisions()?.0.clone();
        self.fits_family(&policy, true)?;
        self.family_nonnegative(&policy, |_, _| false)?;
        self.require_proper(&region)?;
        for (t, stage) in (0u32..).zip(&self.listing.stages) {
            // sum of pi_i over the pairs of each state, less 1
            let mut rest = Vector::new(self.listing.states);
            rest.add(true, one(), one(), |_, _| all(self.listing.states))?;
            let here = policy.get(&t).into_iter().flatten().cloned().collect();
            rest.add(false, &here, one(), |policy, _| by_state(stage, policy))?;
            show(rest.vanishes(&region.frame)?, "a policy that does not sum to 1")?;
            let early = |variable: Variable| match variable {
                Variable::Statistic(k) => self.listing.latest[k as usize] <= Some(t),
                _ => true,
            };
            let mut probability = stage.transition.iter().flat_map(|t| &t.probability);
            let early = probability.all(|column| column.0.only(early));
            require(early, "probabilities that depend on later statistics")?;
        }
        region.policy = Some(Arc::new(policy));
        self.play_parts(region)
    }

    fn play_parts(&mut self, mut region: Region) -> Done {
        region.kind = Kind::Play;
        let epsilon = Polynomial::constant(-self.statement.epsilon.clone());
        let loss = Row { loss: Rational::ONE, ..Row::of(Sense::Above, epsilon) };
        let value = self.decisions()?.1;
        let worse = worse(&self.statement.sigma(), value).negated(self.statement.counter());
        let objectives = [Arc::new(loss), Arc::new(worse)];
        self.cover(2, |index, part| {
            *part = Region { objective: Some(Arc::clone(&objectives[index])), ..region.clone() };
            Ok(())
        })
    }

    /// The equilibria with `sigma J0 > sigma q`, or `>=` to show `Below`, at the decisions of the
    /// region on top.
    fn better(&self) -> Done<Region> {
        let (region, value) = self.decisions()?;
        let sense = self.statement.counter();
        let objective = Row { sense, ..worse(&-self.statement.sigma(), value) };
        let objective = Some(Arc::new(objective));
        Ok(Region { kind: Kind::Equilibria, objective, ..region.clone() })
    }

    /// Uses that every decision has an eps-equilibrium ([12]): the region on top becomes one of
    /// the equilibria with `sigma J0 > sigma q`.
    pub fn exists(&mut self) -> Done {
        let region = self.better()?;
        self.require_proper(&region)?;
        self.cover(1, |_, part| {
            *part = region.clone();
            Ok(())
        })
    }

    /// Uses that an eps-equilibrium exists in a box of all statistics that are forms of masses
    /// where a map points inwards on its faces ([13]). The regions left are the equilibria in the
    /// box with `sigma J0 > sigma q`, and for each statistic `k` the responses with `x_k` at its
    /// lower end and `-(A (M d - x))_k > 0`, and with `x_k` at its upper end and `(A (M d - x))_k >
    /// 0`.
    pub fn exists_in(&mut self, ends: &[(Rational, Rational)], matrix: &[Vec<Rational>]) -> Done {
        let mut region = self.better()?;
        let all = 0..self.listing.statistics.len() as u32;
        let forms: Vec<u32> = all.filter(|k| self.listing.form(*k).is_some()).collect();
        let count = forms.len();
        let square = matrix.len() == count && matrix.iter().all(|row| row.len() == count);
        require(ends.len() == count && square, "ends of all statistics and a square matrix")?;
        require(is_nonsingular(matrix.to_vec())?, "a singular matrix")?;
        for (k, (lower, upper)) in forms.iter().zip(ends) {
            let range = self.listing.range(*k as usize);
            let inside = range.0 <= *lower && lower < upper && *upper <= range.1;
            require(inside, "ends that are not inside the range")?;
            let name = Variable::Statistic(*k);
            region.frame.set_ends(name, (Some(lower.clone()), Some(upper.clone())));
        }
        // Functions and flows at frozen statistics have to exist on the whole box.
        self.listing.show_functions(&region.frame, false)?;
        let response = Region { kind: Kind::Response, ..region.clone() };
        self.require_proper(&response)?;
        let maps =
            matrix.iter().map(|weights| self.map_row(&forms, weights)).collect::<Done<Vec<_>>>()?;
        self.cover(2 * count + 1, |index, part| {
            *part = if index == 0 { region.clone() } else { response.clone() };
            if let Some(index) = index.checked_sub(1) {
                let (k, upper) = (index / 2, index % 2 == 1);
                let (end, map) = match upper {
                    true => (&ends[k].1, maps[k].clone()),
                    false => (&ends[k].0, maps[k].negated(Sense::Above)),
                };
                part.frame.pin(Variable::Statistic(forms[k]), end.clone());
                part.objective = Some(Arc::new(map));
            }
            Ok(())
        })
    }

    /// `sum_j weight_j (M_j d - x_j) > 0`.
    fn map_row(&self, forms: &[u32], weights: &[Rational]) -> Done<Row> {
        let mut row = Row::of(Sense::Above, Polynomial::zero());
        for (j, weight) in forms.iter().zip(weights).filter(|(_, weight)| !weight.is_zero()) {
            let Some((stage, weights)) = self.listing.form(*j) else { continue };
            let statistic = Polynomial::variable(Variable::Statistic(*j));
            row.constant = row.constant.plus(&statistic, &-weight);
            charge(128 * weights.coefficients.len())?;
            row.mass.extend(weights.entries().map(|(pair, index)| {
                let value = weights.coefficients.get(index) * weight;
                (stage, pair as u32, Polynomial::constant(value))
            }));
        }
        Ok(row)
    }

    /// Uses the duality of linear programmes in class C0 ([14]): the region on top becomes one of
    /// multipliers `lambda` and values `v` and `y` with
    /// `mu0'y_0 + sigma (h - q) - lambda eps > 0`.
    pub fn scale(&mut self) -> Done {
        let (region, value) = self.decisions()?;
        let listing = &self.listing;
        let blind = |variable| listing.blind(variable);
        let independent = listing.stages.iter().all(|stage| {
            let probability = stage.transition.iter().flat_map(|t| &t.probability);
            let mut all = stage.reward.iter().chain(&stage.leader_reward).chain(probability);
            all.all(|column| column.0.only(blind))
        });
        // What the payoff adds linearly belongs to the pairs.
        let mut rest = Polynomial::zero();
        for (name, value) in listing.payoff.terms().filter(|term| listing.linear(term.0).is_none())
        {
            rest.add_term(name.clone(), value.clone());
        }
        require(independent && rest.only(blind), "data depend on the population")?;
        self.require_proper(region)?;
        let (sigma, lambda) = (self.statement.sigma(), Variable::Multiplier);
        let constant = rest.scaled(&sigma).plus(value, &-&sigma);
        let constant = constant.plus(&Polynomial::variable(lambda), &-&self.statement.epsilon);
        let mut objective = Row::of(self.statement.counter(), constant);
        for (state, mass) in (0u32..).zip(listing.initial.iter()) {
            objective.value.push((Side::Dual, 0, state, Polynomial::constant(mass)));
        }
        let objective = Arc::new(objective);
        self.cover(1, |_, part| {
            part.kind = Kind::Dual;
            part.objective = Some(Arc::clone(&objective));
            part.frame.set_ends(lambda, (Some(Rational::ZERO), None));
            Ok(())
        })
    }
}

impl Stage {
    /// Adds `a_t(s) - sum P_i(s') a_{t+1}(s')` for each pair, or subtracts it.
    fn add_slack(&self, slack: &mut Vector, minus: bool, t: u32, values: &Family) -> Done {
        let none = Columns::new();
        let values_at = |t: u32| values.get(&t).unwrap_or(&none);
        slack.add(minus, values_at(t), one(), |a, _| spread(self, a))?;
        let Some(Transition { successors, probability }) = &self.transition else { return Ok(()) };
        slack.add(!minus, values_at(t + 1), probability, |a, p| pull(successors, a, p))
    }
}

/// Whether elimination finds a pivot in every column.
fn is_nonsingular(mut rows: Vec<Vec<Rational>>) -> Done<bool> {
    for k in 0..rows.len() {
        let pivot = (k..rows.len()).find(|&j| !rows[j][k].is_zero());
        let Some(pivot) = pivot else { return Ok(false) };
        rows.swap(k, pivot);
        let (upper, lower) = rows.split_at_mut(k + 1);
        let lead = &upper[k];
        for row in lower.iter_mut().filter(|row| !row[k].is_zero()) {
            let factor = &row[k] / &lead[k];
            for (entry, value) in row.iter_mut().zip(lead) {
                *entry -= &factor * value;
                charge_number(entry)?;
            }
        }
    }
    Ok(true)
}
