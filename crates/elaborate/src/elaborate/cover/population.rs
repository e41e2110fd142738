//! What the followers do on a simplex of decisions, and what they and the leader earn there.

use super::bernstein::{Basis, Form, Vector};
use crate::certificate::{Arithmetic, Mix};
use crate::check::flow::flow;
use crate::check::induction::{self, Choice, tables};
use crate::exact::{Integer, Natural, Rational, Rounding, Scaled, ScaledExt};
use crate::game::{
    Column, ColumnExt, Columns, Game, Monomial, Numbers, Point, Policy, Polynomial, StageNumbers,
    Successors, Variable, combine,
};
use smfg_kernel::Family;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The policies to which rules refer.
pub(super) struct Policies<'g> {
    game: &'g Game,
    /// Transitions are constants: flows may be mixed.
    fixed: bool,
    list: Vec<(Policy, Option<Vec<Scaled>>)>,
}

/// Polynomials on the simplex: masses per stage and pair, and the statistics.
pub(super) struct Population {
    pub(super) masses: Vec<Vector>,
    statistics: Vec<Form>,
}

/// The game on a simplex, at a population.
pub(super) struct Data<'a> {
    pub(super) game: &'a Game,
    pub(super) basis: &'a Basis,
    parameters: Vec<Form>,
    statistics: Vec<Form>,
}

impl<'g> Policies<'g> {
    pub(super) fn new(game: &'g Game) -> Self {
        let constant = |columns: &Columns| columns.as_constants().is_some();
        let fixed = game
            .stages
            .iter()
            .all(|stage| stage.transition.as_ref().is_none_or(|t| constant(&t.probability)));
        Policies { game, fixed, list: Vec::new() }
    }

    /// Adds a policy; `None` when it does not fit the game.
    pub(super) fn push(&mut self, policy: &Policy) -> Option<()> {
        let occupation = match self.fixed {
            true => {
                let nowhere = vec![Rational::ZERO; self.game.leader.parameters.len()];
                Some(flow(&self.game.at(&nowhere), policy).ok()?.occupation)
            }
            false => None,
        };
        self.list.push((policy.clone(), occupation));
        Some(())
    }

    /// What a rule leads to on the simplex with these vertices; `None` when it does not fit.
    pub(super) fn population(
        &self,
        basis: &Basis,
        points: &[Point],
        rule: &[Mix],
    ) -> Option<Population> {
        if rule.len() != points.len() || rule.iter().any(Vec::is_empty) {
            return None;
        }
        let same = rule.windows(2).all(|pair| pair[0] == pair[1]);
        let rule = if same { &rule[..1] } else { rule };
        match self.fixed {
            true => self.mixed(basis, rule),
            false => self.led(basis, points, rule),
        }
    }

    /// Where transitions are constants: mixtures of flows.
    fn mixed(&self, basis: &Basis, rule: &[Mix]) -> Option<Population> {
        let degree = usize::from(rule.len() > 1);
        let stages = 0..self.game.stages.len();
        let of_vertex = |t: usize, mix: &Mix| {
            let columns: Vec<(Rational, Column)> = mix
                .iter()
                .map(|(policy, weight)| {
                    let occupation = self.list.get(*policy)?.1.as_ref()?;
                    Some((weight.clone(), Column::dense(occupation[t].clone())))
                })
                .collect::<Option<_>>()?;
            let parts: Vec<(Rational, &Column)> =
                columns.iter().map(|(weight, column)| (weight.clone(), column)).collect();
            Some(combine(self.game.stages[t].pairs.len(), &parts))
        };
        let masses: Vec<Vector> = stages
            .map(|t| {
                let at = rule.iter().map(|mix| of_vertex(t, mix)).collect::<Option<_>>()?;
                Some(Vector { degree, at })
            })
            .collect::<Option<_>>()?;
        let statistics = self.statistics(basis, &masses)?;
        Some(Population { masses, statistics })
    }

    fn statistics(&self, basis: &Basis, masses: &[Vector]) -> Option<Vec<Form>> {
        (0..self.game.aggregates.len())
            .map(|k| statistic(self.game, basis, k, masses.get(self.game.aggregates[k].stage)?))
            .collect()
    }

    /// Where transitions move: policies, forwards through the stages.
    fn led(&self, basis: &Basis, points: &[Point], rule: &[Mix]) -> Option<Population> {
        let game = self.game;
        let mut data = Data::new(game, basis, points);
        let mut masses: Vec<Vector> = Vec::with_capacity(game.stages.len());
        let mut arrived: Vec<Form> =
            game.initial.iter().map(|mass| basis.constant(mass.clone())).collect();
        for (t, stage) in game.stages.iter().enumerate() {
            let mut own = Vec::with_capacity(stage.pairs.len());
            for (state, mass) in arrived.iter().enumerate() {
                for pair in stage.pairs.of_state(state) {
                    let action = stage.pairs.action(pair);
                    let shares = rule.iter().map(|mix| self.share(mix, t, state, action));
                    let share = basis.affine(shares.collect::<Option<_>>()?);
                    own.push(basis.times(mass, &share)?);
                }
            }
            let own = basis.gathered(&own)?;
            for k in (0..game.aggregates.len()).filter(|&k| game.aggregates[k].stage == t) {
                data.statistics[k] = statistic(game, basis, k, &own)?;
            }
            if let Some(transition) = &stage.transition {
                let probability = data.vector(&transition.probability, None)?;
                let successors = &transition.successors;
                arrived = arriving(basis, &own, successors, &probability, arrived.len())?;
            }
            masses.push(own);
        }
        Some(Population { masses, statistics: data.statistics })
    }

    fn share(&self, mix: &Mix, t: usize, state: usize, action: usize) -> Option<Rational> {
        let [(policy, weight)] = mix.as_slice() else { return None };
        let stage = self.list.get(*policy)?.0.stages.get(t)?;
        (weight.is_one() && state < stage.states()).then(|| stage.probability(state, action))
    }
}

fn statistic(game: &Game, basis: &Basis, k: usize, masses: &Vector) -> Option<Form> {
    let aggregate = game.aggregates.get(k)?;
    let pairs = &game.stages.get(aggregate.stage)?.pairs;
    let of = |values: &Scaled| {
        aggregate.weights.iter().fold(Rational::ZERO, |sum, (state, action, weight)| {
            match pairs.find(*state as usize, *action as usize) {
                Some(pair) => sum + weight * values.get(pair),
                None => sum,
            }
        })
    };
    let at: Vec<Rational> = masses.at.iter().map(of).collect();
    Some(if masses.degree == 1 { basis.affine(at) } else { Form { degree: masses.degree, at } })
}

fn arriving(
    basis: &Basis,
    masses: &Vector,
    successors: &Successors,
    probability: &Vector,
    states: usize,
) -> Option<Vec<Form>> {
    let mut arrived: Vec<Form> = vec![basis.constant(Rational::ZERO); states];
    for pair in (0..masses.at.first()?.len()).filter(|&pair| !masses.vanishes(pair)) {
        let mass = masses.entry(pair);
        for entry in successors.of_pair(pair) {
            let more = basis.times(&mass, &probability.entry(entry))?;
            let own = &mut arrived[successors.state(entry)];
            *own = basis.plus(own, &Rational::ONE, &more)?;
        }
    }
    Some(arrived)
}

impl Vector {
    /// One of the polynomials.
    fn entry(&self, index: usize) -> Form {
        Form { degree: self.degree, at: self.at.iter().map(|values| values.get(index)).collect() }
    }

    fn vanishes(&self, index: usize) -> bool {
        self.at.iter().all(|values| values.numerators().is_zero_at(index))
    }
}

impl Population {
    /// The masses as the kernel takes them.
    pub(super) fn family(&self, basis: &Basis) -> Option<Family> {
        family(basis, &self.masses)
    }
}

/// Vectors per stage as the kernel takes them.
pub(super) fn family(basis: &Basis, stages: &[Vector]) -> Option<Family> {
    let stages = stages.iter().enumerate();
    stages.map(|(t, vector)| Some((t as u32, basis.columns(vector)?))).collect()
}

impl<'a> Data<'a> {
    /// Without population: statistics are 0.
    pub(super) fn new(game: &'a Game, basis: &'a Basis, points: &[Point]) -> Self {
        let value = |j: usize| {
            let value = |point: &Point| point.get(j).cloned().unwrap_or(Rational::ZERO);
            basis.affine(points.iter().map(value).collect())
        };
        let parameters = (0..game.leader.parameters.len()).map(value).collect();
        let statistics = vec![basis.constant(Rational::ZERO); game.aggregates.len()];
        Data { game, basis, parameters, statistics }
    }

    /// The same at a population.
    pub(super) fn at(mut self, population: &Population) -> Self {
        self.statistics.clone_from(&population.statistics);
        self
    }

    fn monomial(&self, monomial: &Monomial) -> Option<Form> {
        let mut product = self.basis.constant(Rational::ONE);
        for &(variable, exponent) in monomial.factors() {
            let form = match variable {
                Variable::Parameter(j) => self.parameters.get(j as usize)?,
                Variable::Aggregate(k) => self.statistics.get(k as usize)?,
                Variable::Function(_) => return None,
            };
            for _ in 0..exponent {
                product = self.basis.times(&product, form)?;
            }
        }
        Some(product)
    }

    pub(super) fn polynomial(&self, polynomial: &Polynomial) -> Option<Form> {
        let mut sum = self.basis.constant(Rational::ZERO);
        for (monomial, coefficient) in polynomial.terms() {
            sum = self.basis.plus(&sum, coefficient, &self.monomial(monomial)?)?;
        }
        Some(sum)
    }

    /// A vector of polynomials; of this degree where one is given.
    fn vector(&self, columns: &Columns, degree: Option<usize>) -> Option<Vector> {
        let form = |monomial: &Monomial| match degree {
            Some(degree) => self.basis.elevated(&self.monomial(monomial)?, degree),
            None => self.monomial(monomial),
        };
        let mut parts: Vec<(Form, &Column)> = Vec::new();
        for (monomial, column) in columns.columns() {
            parts.push((form(monomial)?, column));
        }
        let nothing = Column::sparse(usize::MAX, Vec::new(), Scaled::zeros(0));
        if parts.is_empty() {
            parts.push((form(&Monomial::one())?, &nothing));
        }
        self.basis.vector(columns.len(), &parts)
    }

    /// `sum_i columns_i d_i` over all stages.
    pub(super) fn earned(&self, population: &Population, leader: bool) -> Option<Form> {
        let mut sums: BTreeMap<&Monomial, Form> = BTreeMap::new();
        for (stage, masses) in self.game.stages.iter().zip(&population.masses) {
            let columns = if leader { &stage.leader_reward } else { &stage.reward };
            for (monomial, column) in columns.columns() {
                let at = masses.at.iter().map(|values| column.value(values)).collect();
                let own = Form { degree: masses.degree, at };
                let sum = match sums.remove(monomial) {
                    Some(sum) => self.basis.plus(&sum, &Rational::ONE, &own)?,
                    None => own,
                };
                sums.insert(monomial, sum);
            }
        }
        let mut total = self.basis.constant(Rational::ZERO);
        for (monomial, sum) in sums {
            let product = self.basis.times(&sum, &self.monomial(monomial)?)?;
            total = self.basis.plus(&total, &Rational::ONE, &product)?;
        }
        Some(total)
    }

    /// `mu0' values`.
    pub(super) fn average(&self, values: &Vector) -> Form {
        let initial = Scaled::from_rationals(&self.game.initial);
        Form {
            degree: values.degree,
            at: values.at.iter().map(|values| initial.dot(values)).collect(),
        }
    }

    /// Per stage an upper bound of the greatest `leader c + reward r` that a follower can have from
    /// each state on: the greatest coefficients over the pairs, backwards through the stages.
    pub(super) fn greatest(
        &self,
        form: &induction::Form,
        arithmetic: Arithmetic,
    ) -> Option<Vec<Vector>> {
        let constants = |stage: &crate::game::Stage| match &stage.transition {
            None => Some(None),
            Some(transition) => transition
                .probability
                .as_constants()
                .map(|p| Some((Arc::clone(&transition.successors), p))),
        };
        let transitions: Option<Vec<_>> = self.game.stages.iter().map(constants).collect();
        match transitions {
            Some(transitions) => self.by_coefficient(form, arithmetic, &transitions),
            None => self.by_products(form, arithmetic),
        }
    }

    /// Where transitions are constants, coefficients of one index are an ordinary game.
    fn by_coefficient(
        &self,
        form: &induction::Form,
        arithmetic: Arithmetic,
        transitions: &[Option<(Arc<Successors>, Arc<Scaled>)>],
    ) -> Option<Vec<Vector>> {
        let sides = |stage: &'a crate::game::Stage| {
            let own = (!form.reward.is_zero()).then_some(&stage.reward);
            let leader = (!form.leader.is_zero()).then_some(&stage.leader_reward);
            own.into_iter().chain(leader)
        };
        let mut degree = 0;
        for columns in self.game.stages.iter().flat_map(sides) {
            for (monomial, _) in columns.columns() {
                degree = degree.max(self.monomial(monomial)?.degree);
            }
        }
        let mut stages = Vec::with_capacity(self.game.stages.len());
        for stage in &self.game.stages {
            let rewards = self.vector(&stage.reward, (!form.reward.is_zero()).then_some(degree));
            let leader =
                self.vector(&stage.leader_reward, (!form.leader.is_zero()).then_some(degree));
            stages.push((rewards?, leader?));
        }
        let count = self.basis.level(degree)?.powers.len();
        let mut result: Vec<Vector> =
            self.game.stages.iter().map(|_| Vector { degree, at: Vec::new() }).collect();
        let initial = Arc::new(Scaled::from_rationals(&self.game.initial));
        for index in 0..count {
            let at =
                |vector: &Vector| Arc::new(vector.at.get(index).unwrap_or(&vector.at[0]).clone());
            let stage = |(k, (reward, leader)): (usize, &(Vector, Vector))| StageNumbers {
                pairs: Arc::clone(&self.game.stages[k].pairs),
                reward: at(reward),
                leader: at(leader),
                transition: transitions[k].clone(),
            };
            let numbers = Numbers {
                initial: Arc::clone(&initial),
                stages: stages.iter().enumerate().map(stage).collect(),
                leader_constant: Rational::ZERO,
            };
            let values = tables(&numbers, form, Choice::Greatest, arithmetic, Rounding::Up)?;
            result.iter_mut().zip(values).for_each(|(own, values)| own.at.push(values));
        }
        Some(result)
    }

    fn by_products(&self, form: &induction::Form, arithmetic: Arithmetic) -> Option<Vec<Vector>> {
        let basis = self.basis;
        let mut result: Vec<Vector> = Vec::new();
        let mut next: Vec<Form> = Vec::new();
        for stage in self.game.stages.iter().rev() {
            let rewards = self.vector(&stage.reward, None)?;
            let leader = self.vector(&stage.leader_reward, None)?;
            let probability = match &stage.transition {
                Some(transition) => Some(self.vector(&transition.probability, None)?),
                None => None,
            };
            let worth = |pair: usize| {
                let zero = basis.constant(Rational::ZERO);
                let own = basis.plus(&zero, &form.reward, &rewards.entry(pair))?;
                let mut own = match form.leader.is_zero() {
                    true => own,
                    false => basis.plus(&own, &form.leader, &leader.entry(pair))?,
                };
                if let (Some(transition), Some(probability)) = (&stage.transition, &probability) {
                    for entry in transition.successors.of_pair(pair) {
                        let follows = next.get(transition.successors.state(entry))?;
                        let more = basis.times(&probability.entry(entry), follows)?;
                        own = basis.plus(&own, &Rational::ONE, &more)?;
                    }
                }
                Some(own)
            };
            let mut values = Vec::with_capacity(stage.pairs.states());
            for state in 0..stage.pairs.states() {
                let pairs: Vec<Form> =
                    stage.pairs.of_state(state).map(worth).collect::<Option<_>>()?;
                values.push(rounded_up(above(basis, &pairs)?, arithmetic));
            }
            result.push(basis.gathered(&values)?);
            next = values;
        }
        result.reverse();
        Some(result)
    }
}

/// The greatest coefficients of some polynomials.
fn above(basis: &Basis, forms: &[Form]) -> Option<Form> {
    let degree = forms.iter().map(|form| form.degree).max()?;
    let mut greatest: Option<Form> = None;
    for form in forms {
        let form = basis.elevated(form, degree)?;
        greatest = Some(match greatest {
            None => form,
            Some(known) => Form {
                degree,
                at: known.at.into_iter().zip(form.at).map(|(a, b)| a.max(b)).collect(),
            },
        });
    }
    greatest
}

fn rounded_up(mut form: Form, arithmetic: Arithmetic) -> Form {
    if let Arithmetic::Rounded(bits) = arithmetic {
        let unit = Natural::ONE << bits as usize;
        for value in &mut form.at {
            let units: Integer = (&*value * Rational::from(unit.clone())).ceil();
            *value = Rational::from_parts(units, unit.clone());
        }
    }
    form
}
