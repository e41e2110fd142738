//! Steps that divide regions, and facts about optimal pairs ([8], [9], [14]).

use crate::prelude::*;

impl Proof {
    /// Replaces a coordinate, from here on, by what an equation says it is: a row of the decision
    /// set, of a form or of the region that has no masses and values, with a number as the
    /// coefficient of the coordinate, which occurs nowhere else in it.
    pub fn substitute(&mut self, variable: Variable, name: Name) -> Done {
        let region = self.top()?;
        let named = matches!(name, Name::Row(_) | Name::Form(_) | Name::Constraint(_));
        let row =
            self.row(name)?.filter(|row| named && row.is_plain() && row.sense == Sense::Equal);
        let Some(row) = row else { return require(false, "there is no equation of coordinates") };
        let name = Monomial::new(vec![(variable, 1)]);
        let resolved = region.frame.resolve(&row.constant)?;
        let slope = resolved.terms().find(|term| *term.0 == name).map(|term| term.1.clone());
        let Some(slope) = slope else { return require(false, "the coordinate is not in the row") };
        let rest = resolved.plus(&Polynomial::variable(variable), &-&slope);
        let free = !matches!(variable, Variable::Share(_))
            && !region.frame.substitutions().contains_key(&variable)
            && region.simplex.is_none()
            && rest.only(|other| other != variable);
        require(free, "the equation does not determine the coordinate, or it is replaced already")?;
        let mut frame = Frame::default();
        let value = rest.scaled(&(Rational::NEG_ONE / slope));
        frame.put(BTreeMap::from([(variable, value)]), 0);
        let mut all = frame.substitutions().clone();
        for (other, present) in region.frame.substitutions() {
            all.insert(*other, frame.resolve(present)?);
        }
        let shares = region.frame.shares();
        self.top_mut()?.frame.put(all, shares);
        Ok(())
    }

    /// Divides the region on top at a value of a coordinate, which belongs to both parts; the lower
    /// part comes first.
    pub fn split(&mut self, variable: Variable, at: Rational) -> Done {
        self.fits_polynomial(&Polynomial::variable(variable))?;
        let share = matches!(variable, Variable::Share(_));
        require(!share, "a simplex is divided by cutting it")?;
        self.part(variable, &at, &at)
    }

    /// The part with the coordinate at most `lower`, then the part with it at least `upper`.
    fn part(&mut self, variable: Variable, lower: &Rational, upper: &Rational) -> Done {
        self.cover(2, |index, region| {
            match index {
                0 => region.reduce(variable, lower.clone()),
                _ => region.raise(variable, upper.clone()),
            }
            Ok(())
        })
    }

    /// Divides the region on top by the sign of a form `G`: first `-G > 0`, then `G >= 0`.
    pub fn divide(&mut self, row: &Row) -> Done {
        self.fits_points(row)?;
        self.cover(2, |index, region| {
            region.assume(match index {
                0 => row.negated(Sense::Above),
                _ => Row { sense: Sense::AtLeast, ..row.clone() },
            });
            Ok(())
        })
    }

    /// Divides the region on top between a value of a parameter's grid and the next one.
    pub fn grid(&mut self, parameter: u32, value: Rational) -> Done {
        let grid = match &self.listing.decisions {
            Decisions::Polytope { grids, .. } => grids.get(parameter as usize),
            Decisions::List(_) => None,
        };
        match grid {
            Some(grid @ Grid::Points { step, .. }) if grid.has(&value) => {
                let next = &value + step;
                self.part(Variable::Parameter(parameter), &value, &next)
            }
            _ => require(false, "the value is not on a grid of the parameter"),
        }
    }

    /// Divides the region on top, at epsilon 0: the pair is unused, or it is optimal, as
    /// `z_i d_i = 0`.
    pub fn case(&mut self, t: u32, pair: u32) -> Done {
        let exact = self.top()?.kind == Kind::Equilibria && self.statement.epsilon.is_zero();
        require(exact, "cases need equilibria at epsilon 0")?;
        require(self.has_pair(t, pair), "there is no such pair")?;
        self.cover(2, |index, region| {
            let set = if index == 0 { &mut region.unused } else { &mut region.optimal };
            Arc::make_mut(set).insert((t, pair));
            Ok(())
        })
    }

    /// Divides the region on top into one part per pair of a site that is not passed over, which is
    /// selected there, and so optimal.
    pub fn choose(&mut self, site: (u32, u32)) -> Done {
        let pairs = self.selectable(site)?;
        require(self.top()?.kind != Kind::Decisions, "choices need values")?;
        self.cover(pairs.len(), |index, region| {
            Arc::make_mut(&mut region.optimal).insert((site.0, pairs[index] as u32));
            Ok(())
        })
    }

    /// Passes over a pair of a site none of which is selected yet ([9]): where it is optimal, the
    /// combination shows `-z_i >= 0` of another pair that may be selected, which is in its place.
    pub fn prefer(&mut self, t: u32, pair: u32, passed: u32, items: &Combination) -> Done {
        let fits = self.has_pair(t, pair) && self.has_pair(t, passed) && pair != passed;
        require(fits && self.top()?.kind != Kind::Decisions, "pairs of a stage, and values")?;
        let site = (t, self.listing.stages[t as usize].state_of(pair as usize) as u32);
        let (open, optimal) = (self.selectable(site)?, &self.top()?.optimal);
        let free = self.pairs_of(site)?.all(|i| !optimal.contains(&(t, i as u32)));
        let both =
            open.contains(&(pair as usize)) && self.pairs_of(site)?.contains(&(passed as usize));
        require(both && free, "two pairs of one site are needed, of which none is selected yet")?;
        // What is subtracted is z_i.
        let mut goal = Sum::new(&self.listing);
        goal.subtract_bellman(&single(t, pair as usize, &Polynomial::constant(Rational::ONE)))?;
        self.follows(&goal.into_row(Sense::AtLeast), items, Some((t, passed)))?;
        self.cover(1, |_, region| {
            Arc::make_mut(&mut region.passed).insert((t, passed));
            Ok(())
        })
    }

    /// The pairs of a site that are not passed over.
    pub(crate) fn selectable(&self, site: (u32, u32)) -> Done<Vec<usize>> {
        let passed = &self.top()?.passed;
        let kept = |pair: &usize| !passed.contains(&(site.0, *pair as u32));
        Ok(self.pairs_of(site)?.filter(kept).collect())
    }

    /// Declares the indicator of one optimal pair of a site ([14]): a coordinate `pi_i` in [0, 1]
    /// per pair `i`, `Choice(number of the pair among all pairs)`, with the rows
    /// `sum pi_i - 1 = 0`, then per pair `pi_i z_i = 0` and, in a dual region,
    /// `pi_i (sigma c_i + sum P_i(s') y_{t+1}(s') - y_t(s)) >= 0`.
    pub fn choice(&mut self, site: (u32, u32)) -> Done {
        let pairs = self.pairs_of(site)?;
        let dual = self.top()?.kind == Kind::Dual;
        require(self.top()?.kind != Kind::Decisions, "choices need values")?;
        let before = self.listing.stages.iter().take(site.0 as usize);
        let before: usize = before.map(|stage| stage.pairs()).sum();
        limit(before + pairs.end < 1 << 32, "too many pairs")?;
        let name = |pair: usize| Variable::Choice((before + pair) as u32);
        let mut rows = vec![Row::of(Sense::Equal, Polynomial::constant(Rational::NEG_ONE))];
        for pair in pairs.clone() {
            let indicator = Polynomial::variable(name(pair));
            let total = std::mem::take(&mut rows[0].constant);
            rows[0].constant = total.plus(&indicator, &Rational::ONE);
            // What is subtracted with this factor is added.
            let family = single(site.0, pair, &indicator.scaled(&Rational::NEG_ONE));
            let mut sum = Sum::new(&self.listing);
            sum.subtract_bellman(&family)?;
            rows.push(sum.into_row(Sense::Equal));
            if dual {
                let mut sum = Sum::new(&self.listing);
                sum.subtract_dual(&family, self.statement.pessimistic, |_, _| true)?;
                rows.push(sum.into_row(Sense::AtLeast));
            }
        }
        self.cover(1, |_, region| {
            for pair in pairs.clone() {
                region.frame.set_ends(name(pair), (Some(Rational::ZERO), Some(Rational::ONE)));
            }
            region.pending = rows.clone();
            Ok(())
        })
    }

    /// Adds the row `loss - sum zeta_i d_i >= 0` ([8]) from rows `z_i - zeta_i >= 0` of the region,
    /// `(stage, pair, number of the row)`, at most one per pair. With none it is `loss >= 0`.
    pub fn regret(&mut self, rows: &[(u32, u32, u32)]) -> Done {
        self.sum_regrets(rows, false)
    }

    /// Adds the row `sum zeta_i d_i - loss >= 0` ([8]) from rows `zeta_i - z_i >= 0` of the region,
    /// `(stage, pair, number of the row)`, exactly one for every pair that may carry mass.
    pub fn excess(&mut self, rows: &[(u32, u32, u32)]) -> Done {
        let region = self.top()?;
        self.require_proper(region)?;
        let given: BTreeSet<(u32, u32)> = rows.iter().map(|row| (row.0, row.1)).collect();
        for (t, dead) in (0u32..).zip(self.dead_pairs(region)?) {
            let policy = region.policy.as_ref().map(|policy| policy.get(&t));
            let played = |pair: usize| {
                policy.is_none_or(|columns| {
                    columns.into_iter().flatten().any(|(_, column)| {
                        let index = column.index(pair);
                        index.is_some_and(|k| !column.coefficients.numerators().is_zero_at(k))
                    })
                })
            };
            let shown = |i: usize| dead[i] || given.contains(&(t, i as u32)) || !played(i);
            require((0..dead.len()).all(shown), "a pair that may carry mass has no row")?;
        }
        self.sum_regrets(rows, true)
    }

    fn sum_regrets(&mut self, rows: &[(u32, u32, u32)], above: bool) -> Done {
        let region = self.top()?;
        require(region.has_masses(), "regrets need masses")?;
        // Rows are sign (z_i - zeta_i) >= 0.
        let sign = if above { Rational::NEG_ONE } else { Rational::ONE };
        let mut result = Row::of(Sense::AtLeast, Polynomial::zero());
        result.loss = sign.clone();
        let sign = Polynomial::constant(sign);
        let one = Polynomial::constant(Rational::ONE);
        let mut seen = BTreeSet::new();
        for &(t, pair, number) in rows {
            let usable = self.has_pair(t, pair) && seen.insert((t, pair));
            let row = self.row(Name::Row(number))?.filter(|row| row.sense != Sense::Equal);
            let Some(row) = row.filter(|_| usable) else {
                return require(false, "rows about the regrets of different pairs are needed");
            };
            // The row less sign z_i is -sign zeta_i.
            let mut sum = Sum::new(&self.listing);
            sum.add_row(false, &one, &row)?;
            sum.subtract_bellman(&single(t, pair as usize, &sign))?;
            let rest = sum.parts.remove(&Part::Constant).map(|constant| constant.get(0));
            for vector in sum.parts.into_values() {
                let gone = vector.vanishes(&region.frame)?;
                require(gone, "a row about more than its pair's regret")?;
            }
            result.mass.push((t, pair, rest.unwrap_or_default()));
        }
        self.take(result)
    }

    /// Closes the region on top where all equilibria belong to a pattern of the statement: its
    /// pairs are optimal, and every other pair carries no mass.
    pub fn within(&mut self, pattern: u32) -> Done {
        let pattern = match &self.statement.claimed {
            Claimed::Patterns(patterns) => patterns.get(pattern as usize),
            _ => None,
        };
        let Some(pattern) = pattern else { return require(false, "there is no such pattern") };
        let (region, listing) = (self.top()?, &self.listing);
        let pattern: BTreeSet<(u32, u32)> = pattern.iter().copied().collect();
        let optimal = pattern.is_subset(&region.optimal);
        require(optimal, "a pair of the pattern is not known to be optimal")?;
        self.require_proper(region)?;
        let dead = self.dead_pairs(region)?;
        // Forwards: which states flows reach without these.
        let initial = |s: usize| listing.initial.numerators().get(s) != Integer::ZERO;
        let mut reached: Vec<bool> = (0..listing.states).map(initial).collect();
        for (t, stage) in (0u32..).zip(&listing.stages) {
            let (dead, led) = (&dead[t as usize], stage.successors()?);
            let used = |pair: usize| reached[stage.state_of(pair)] && !dead[pair];
            let inside = |pair: usize| !used(pair) || pattern.contains(&(t, pair as u32));
            require((0..stage.pairs()).all(inside), "a pair outside the pattern may be used")?;
            let next: BTreeSet<usize> = led.iter().filter(|e| used(e.0)).map(|e| e.1).collect();
            reached = (0..listing.states).map(|state| next.contains(&state)).collect();
        }
        self.pop();
        Ok(())
    }

    /// Per stage which pairs carry no mass: those that are unused, or lead for sure to a state all
    /// of whose pairs carry none, as the inflow `sum P_j(s) d_j` is 0 there.
    fn dead_pairs(&self, region: &Region) -> Done<Vec<Vec<bool>>> {
        let listing = &self.listing;
        let mut empty = vec![false; listing.states];
        let mut dead = vec![Vec::new(); listing.stages.len()];
        for (t, stage) in listing.stages.iter().enumerate().rev() {
            charge(8 * (stage.pairs() + listing.states))?;
            let unused = |pair| region.unused.contains(&(t as u32, pair));
            dead[t] = (0..stage.pairs() as u32).map(unused).collect();
            for (pair, state, certain) in stage.successors()? {
                dead[t][pair] |= certain && empty[state];
            }
            let is_dead = |state| stage.of_state(state).all(|pair: usize| dead[t][pair]);
            empty = (0..listing.states).map(is_dead).collect::<Vec<bool>>();
        }
        Ok(dead)
    }
}

impl Stage {
    /// Pairs with their successors and whether these have a probability that is a positive number;
    /// those whose probability is 0 are left out.
    fn successors(&self) -> Done<Vec<(usize, usize, bool)>> {
        let Some(Transition { successors, probability }) = &self.transition else {
            return Ok(Vec::new());
        };
        let mut chance = Vector::new(successors.len());
        chance.add(false, probability, one(), same)?;
        let positive = |p: &Polynomial| p.as_constant().is_some_and(|p| p > Rational::ZERO);
        let of_pair = |pair: usize| successors.of_pair(pair).map(move |entry| (pair, entry));
        let entries = (0..self.pairs()).flat_map(of_pair).map(|(i, e)| (i, e, chance.get(e)));
        let led = entries.filter(|(_, _, p)| !p.is_zero());
        Ok(led.map(|(pair, e, p)| (pair, successors.state(e), positive(&p))).collect())
    }
}

/// The family with a polynomial at one pair.
fn single(t: u32, pair: usize, polynomial: &Polynomial) -> Family {
    let at = |coefficients: Arc<Scaled>| {
        Arc::new(Column { support: Some(vec![pair as u32]), coefficients })
    };
    let columns = columns(polynomial);
    let columns = columns.iter().map(|(name, c)| (name.clone(), at(Arc::clone(&c.coefficients))));
    Family::from([(t, columns.collect())])
}
