//! The inner problem of a game at a decision, as rows and variables.

use super::programme::{Programme, Relation, Row};
use crate::certificate::Selection;
use crate::exact::Rational;
use crate::game::{
    Instance, Interval, Monomial, Pairs, Polynomial, Variable, interval_power, interval_product,
    polynomial_range,
};
use std::collections::BTreeMap;

/// What is sought over the equilibria of a decision.
#[derive(Debug, Clone)]
pub struct Question {
    /// Largest exploitability.
    pub epsilon: Rational,
    /// The least leader reward, or the greatest.
    pub selection: Selection,
}

/// Why there is no programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// A polynomial names something besides aggregates.
    #[error("a polynomial of the game depends on more than its population")]
    Unexpected,
    /// Functions that are no polynomials.
    #[error(
        "the game has functions such as logarithms, which these formats of polynomial programmes do not carry"
    )]
    Functions,
}

/// The programme of an instance.
///
/// # Errors
/// [`ExportError`] for data that depend on parameters still, and for functions.
pub fn inner_problem(instance: &Instance, question: &Question) -> Result<Programme, ExportError> {
    if !instance.functions.is_empty() {
        return Err(ExportError::Functions);
    }
    let mut build = Build::new(instance);
    build.masses_and_values()?;
    build.flow()?;
    build.bellman()?;
    build.budget(&question.epsilon)?;
    build.objective()?;
    build.programme.maximise = question.selection == Selection::Optimistic;
    Ok(build.programme)
}

struct Build<'a> {
    instance: &'a Instance,
    programme: Programme,
    /// Position of the variable of each aggregate.
    aggregates: Vec<usize>,
    /// Range of each aggregate.
    ranges: Vec<Interval>,
    /// Position of the variable of a product of aggregates.
    products: BTreeMap<Vec<usize>, usize>,
    /// Position of the variable of each pair, per stage.
    masses: Vec<Vec<usize>>,
    /// Position of the variable of each state, per stage.
    values: Vec<Vec<usize>>,
}

impl<'a> Build<'a> {
    fn new(instance: &'a Instance) -> Self {
        let mut programme = Programme::default();
        let mut ranges = Vec::new();
        let mut aggregates = Vec::new();
        for (k, aggregate) in instance.aggregates.iter().enumerate() {
            let pairs = instance.stages.get(aggregate.stage).map(|stage| stage.pairs.as_ref());
            let range = pairs.map_or((Rational::ZERO, Rational::ZERO), |p| aggregate.range(p));
            aggregates.push(programme.variable(format!("m_{k}"), range.clone()));
            ranges.push(range);
        }
        Build {
            instance,
            programme,
            aggregates,
            ranges,
            products: BTreeMap::new(),
            masses: Vec::new(),
            values: Vec::new(),
        }
    }

    fn range(&self, polynomial: &Polynomial) -> Interval {
        let of = |variable| match variable {
            Variable::Aggregate(k) => self.ranges.get(k as usize).cloned(),
            Variable::Parameter(_) | Variable::Function(_) => None,
        };
        polynomial_range(polynomial, &|variable| {
            of(variable).unwrap_or((Rational::ZERO, Rational::ZERO))
        })
    }

    /// The variables, and the rows of the aggregates.
    fn masses_and_values(&mut self) -> Result<(), ExportError> {
        let ranges = value_ranges(self.instance, &|polynomial| self.range(polynomial));
        for (t, stage) in self.instance.stages.iter().enumerate() {
            let pairs = &stage.pairs;
            let mut masses = Vec::with_capacity(pairs.len());
            for state in 0..pairs.states() {
                for pair in pairs.of_state(state) {
                    let name = format!("d_{t}_{state}_{}", pairs.action(pair));
                    masses.push(self.programme.variable(name, (Rational::ZERO, Rational::ONE)));
                }
            }
            self.masses.push(masses);
            let values = ranges[t].iter().enumerate();
            let values = values
                .map(|(s, range)| self.programme.variable(format!("v_{t}_{s}"), range.clone()))
                .collect();
            self.values.push(values);
        }
        for (k, aggregate) in self.instance.aggregates.iter().enumerate() {
            let mut row = Row::new(format!("aggregate_{k}"), Relation::Equal);
            row.add(&Rational::ONE, &[self.aggregates[k]]);
            let stage = self.instance.stages.get(aggregate.stage).ok_or(ExportError::Unexpected)?;
            for (state, action, weight) in &aggregate.weights {
                if let Some(pair) = stage.pairs.find(*state as usize, *action as usize) {
                    row.add(&-weight.clone(), &[self.masses[aggregate.stage][pair]]);
                }
            }
            self.programme.rows.push(row);
        }
        Ok(())
    }

    /// Masses are those of the initial law, then those that transitions bring.
    fn flow(&mut self) -> Result<(), ExportError> {
        let instance = self.instance;
        for (t, stage) in instance.stages.iter().enumerate() {
            let mut rows: Vec<Row> = (0..stage.pairs.states())
                .map(|state| {
                    let mut row = Row::new(format!("flow_{t}_{state}"), Relation::Equal);
                    for pair in stage.pairs.of_state(state) {
                        row.add(&Rational::ONE, &[self.masses[t][pair]]);
                    }
                    row
                })
                .collect();
            match t.checked_sub(1) {
                None => {
                    for (state, row) in rows.iter_mut().enumerate() {
                        row.add(&-instance.initial.get(state), &[]);
                    }
                }
                Some(before) => {
                    let Some((successors, probability)) = &instance.stages[before].transition
                    else {
                        return Err(ExportError::Unexpected);
                    };
                    for pair in 0..instance.stages[before].pairs.len() {
                        for entry in successors.of_pair(pair) {
                            let row = &mut rows[successors.state(entry)];
                            let factor = Some(self.masses[before][pair]);
                            self.add(row, &probability.get(entry), factor, true)?;
                        }
                    }
                }
            }
            self.programme.rows.append(&mut rows);
        }
        Ok(())
    }

    /// No action is worth more than its state.
    fn bellman(&mut self) -> Result<(), ExportError> {
        let instance = self.instance;
        for (t, stage) in instance.stages.iter().enumerate() {
            for state in 0..stage.pairs.states() {
                for pair in stage.pairs.of_state(state) {
                    let action = stage.pairs.action(pair);
                    let name = format!("bellman_{t}_{state}_{action}");
                    let mut row = Row::new(name, Relation::AtLeast);
                    row.add(&Rational::ONE, &[self.values[t][state]]);
                    self.add(&mut row, &stage.reward.get(pair), None, true)?;
                    if let Some((successors, probability)) = &stage.transition {
                        for entry in successors.of_pair(pair) {
                            let factor = Some(self.values[t + 1][successors.state(entry)]);
                            self.add(&mut row, &probability.get(entry), factor, true)?;
                        }
                    }
                    self.programme.rows.push(row);
                }
            }
        }
        Ok(())
    }

    /// Exploitability is at most eps.
    fn budget(&mut self, epsilon: &Rational) -> Result<(), ExportError> {
        let instance = self.instance;
        let mut row = Row::new("budget".into(), Relation::AtMost);
        row.add(&-epsilon.clone(), &[]);
        for (state, &value) in self.values.first().into_iter().flatten().enumerate() {
            row.add(&instance.initial.get(state), &[value]);
        }
        for (t, stage) in instance.stages.iter().enumerate() {
            for pair in 0..stage.pairs.len() {
                let factor = Some(self.masses[t][pair]);
                self.add(&mut row, &stage.reward.get(pair), factor, true)?;
            }
        }
        self.programme.rows.push(row);
        Ok(())
    }

    /// A variable for the leader's reward, and the row that it is that.
    fn objective(&mut self) -> Result<(), ExportError> {
        let instance = self.instance;
        let (mut least, mut greatest) = self.range(&instance.payoff);
        for stage in &instance.stages {
            let ranges = (0..stage.pairs.len()).map(|i| self.range(&stage.leader_reward.get(i)));
            let ranges: Vec<Interval> = ranges.collect();
            least += ranges.iter().map(|range| range.0.clone()).min().unwrap_or(Rational::ZERO);
            greatest += ranges.iter().map(|range| range.1.clone()).max().unwrap_or(Rational::ZERO);
        }
        let objective = self.programme.variable("leader_reward".into(), (least, greatest));
        self.programme.objective = objective;
        let mut row = Row::new("leader".into(), Relation::Equal);
        row.add(&Rational::ONE, &[objective]);
        self.add(&mut row, &instance.payoff, None, true)?;
        for (t, stage) in instance.stages.iter().enumerate() {
            for pair in 0..stage.pairs.len() {
                let factor = Some(self.masses[t][pair]);
                self.add(&mut row, &stage.leader_reward.get(pair), factor, true)?;
            }
        }
        self.programme.rows.push(row);
        Ok(())
    }

    /// Adds a polynomial of the aggregates, times a variable, with its sign turned or not.
    fn add(
        &mut self,
        row: &mut Row,
        polynomial: &Polynomial,
        factor: Option<usize>,
        minus: bool,
    ) -> Result<(), ExportError> {
        for (monomial, coefficient) in polynomial.terms() {
            let coefficient = if minus { -coefficient.clone() } else { coefficient.clone() };
            let mut product = self.product(monomial, factor.is_some())?;
            product.extend(factor);
            row.add(&coefficient, &product);
        }
        Ok(())
    }

    /// Variables whose product is a monomial: one at most when another factor follows, else two.
    fn product(&mut self, monomial: &Monomial, followed: bool) -> Result<Vec<usize>, ExportError> {
        let mut factors = Vec::new();
        for &(variable, exponent) in monomial.factors() {
            let Variable::Aggregate(k) = variable else { return Err(ExportError::Unexpected) };
            let k = k as usize;
            if k >= self.aggregates.len() {
                return Err(ExportError::Unexpected);
            }
            factors.extend(std::iter::repeat_n(k, exponent as usize));
        }
        let own = if followed { 1 } else { 2 };
        if factors.len() <= own {
            return Ok(factors.into_iter().map(|k| self.aggregates[k]).collect());
        }
        if followed {
            return Ok(vec![self.variable_of(&factors)]);
        }
        let last = factors.pop().map(|k| self.aggregates[k]);
        Ok(std::iter::once(self.variable_of(&factors)).chain(last).collect())
    }

    /// The variable of a product of aggregates, made with its row where it is new.
    fn variable_of(&mut self, factors: &[usize]) -> usize {
        if let [only] = factors {
            return self.aggregates[*only];
        }
        if let Some(&known) = self.products.get(factors) {
            return known;
        }
        let (last, rest) = (factors[factors.len() - 1], &factors[..factors.len() - 1]);
        let before = self.variable_of(rest);
        let bounds = self.range_of(factors);
        let name = format!("w_{}", self.products.len());
        let product = self.programme.variable(name.clone(), bounds);
        let mut row = Row::new(format!("product_{}", self.products.len()), Relation::Equal);
        row.add(&Rational::ONE, &[product]);
        row.add(&-Rational::ONE, &[before, self.aggregates[last]]);
        self.programme.rows.push(row);
        self.products.insert(factors.to_vec(), product);
        product
    }

    fn range_of(&self, factors: &[usize]) -> Interval {
        let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
        for &k in factors {
            *counts.entry(k).or_insert(0) += 1;
        }
        let one = (Rational::ONE, Rational::ONE);
        counts.iter().fold(one, |range, (&k, &exponent)| {
            interval_product(&range, &interval_power(&self.ranges[k], exponent))
        })
    }
}

/// Bounds of the optimal values, per stage and state, by an induction over intervals.
fn value_ranges(
    instance: &Instance,
    range: &dyn Fn(&Polynomial) -> Interval,
) -> Vec<Vec<Interval>> {
    let mut ranges: Vec<Vec<Interval>> = Vec::new();
    for stage in instance.stages.iter().rev() {
        let pairs: &Pairs = &stage.pairs;
        let own = (0..pairs.states()).map(|state| {
            let actions = pairs.of_state(state).map(|pair| {
                let (least, greatest) = range(&stage.reward.get(pair));
                let next = stage.transition.as_ref().zip(ranges.last());
                let next: Vec<&Interval> = next.map_or_else(Vec::new, |((successors, _), next)| {
                    successors.of_pair(pair).map(|entry| &next[successors.state(entry)]).collect()
                });
                let low = next.iter().map(|range| range.0.clone()).min().unwrap_or(Rational::ZERO);
                let high = next.iter().map(|range| range.1.clone()).max().unwrap_or(Rational::ZERO);
                (least + low, greatest + high)
            });
            let actions: Vec<Interval> = actions.collect();
            let greatest_of = |end: fn(&Interval) -> &Rational| {
                actions.iter().map(end).max().cloned().unwrap_or(Rational::ZERO)
            };
            (greatest_of(|range| &range.0), greatest_of(|range| &range.1))
        });
        let own: Vec<Interval> = own.collect();
        ranges.push(own);
    }
    ranges.reverse();
    ranges
}
