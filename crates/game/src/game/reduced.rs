//! A game at one decision in the fewest statistics of the population.
//!
//! The aggregates of a game file are sums over one stage. What the followers and the leader react
//! to is often less: an average over a window of stages enters as several aggregates that always
//! stand together. A combination of aggregates that no polynomial of the game depends on is
//! invisible, so every polynomial is a function of `x = T m`, where the rows of `T` span all
//! gradients of all polynomials (docs/theory.md, statement (7)). In reduced echelon form `T` is the
//! identity on its pivot columns, and the polynomials in `x` are those in `m` with the other
//! aggregates set to zero.

use super::columns::{Column, Columns, combine};
use super::instance::{Instance, InstanceStage};
use super::interval::extremes;
use super::model::{Aggregate, Pairs};
use super::polynomial::{Monomial, Polynomial, Variable};
use crate::exact::ScaledExt;
use crate::exact::{Rational, Scaled};
use crate::game::ColumnExt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A linear form of the occupation measure, `sum_t sum_i weight_t(i) d_t(i)` over stages `t` and
/// pairs `i`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinearForm {
    /// Weight per pair, one column per stage.
    pub stages: Vec<Column>,
}

impl LinearForm {
    /// The form that is zero on `stages`.
    #[must_use]
    pub fn zero(stages: &[InstanceStage]) -> Self {
        LinearForm { stages: stages.iter().map(|stage| zero_column(stage.pairs.len())).collect() }
    }

    /// `sum_j factor_j form_j`; all forms must have the sizes of `stages`.
    #[must_use]
    pub fn combination(stages: &[InstanceStage], parts: &[(Rational, &LinearForm)]) -> Self {
        let of_stage = |(t, stage): (usize, &InstanceStage)| {
            let columns: Vec<(Rational, &Column)> = parts
                .iter()
                .filter(|(factor, _)| !factor.is_zero())
                .map(|(factor, form)| (factor.clone(), &form.stages[t]))
                .filter(|(_, column)| !column.coefficients.is_zero())
                .collect();
            Column::dense(combine(stage.pairs.len(), &columns))
        };
        LinearForm { stages: stages.iter().enumerate().map(of_stage).collect() }
    }

    /// Whether every weight is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.stages.iter().all(|column| column.coefficients.is_zero())
    }

    /// The value at an occupation measure, `[stage][pair]`.
    #[must_use]
    pub fn value(&self, occupation: &[Scaled]) -> Rational {
        self.stages
            .iter()
            .zip(occupation)
            .map(|(column, masses)| column.value(masses))
            .fold(Rational::ZERO, |sum, value| sum + value)
    }

    /// Least and greatest value over all populations: the mass of each stage is 1.
    #[must_use]
    pub fn range(&self) -> (Rational, Rational) {
        let (mut least, mut greatest) = (Rational::ZERO, Rational::ZERO);
        for column in &self.stages {
            let (mut low, mut high) = extremes(&column.coefficients);
            if column.support.is_some() {
                (low, high) = (low.min(Rational::ZERO), high.max(Rational::ZERO));
            }
            least += low;
            greatest += high;
        }
        (least, greatest)
    }
}

/// A game at one decision whose data are polynomials in few statistics.
#[derive(Debug, Clone)]
pub struct Reduced {
    /// Initial law over the states.
    pub initial: Arc<Scaled>,
    /// The statistics `x_k`, as linear forms of the occupation measure.
    pub statistics: Vec<LinearForm>,
    /// The rows of `T`: `(aggregate, coefficient)`, aggregates increasing, the first coefficient 1.
    pub rows: Vec<Vec<(u32, Rational)>>,
    /// The stages; `Variable::Aggregate(k)` stands for `x_k`. What the leader's payoff adds
    /// linearly is part of her reward per pair.
    pub stages: Vec<InstanceStage>,
    /// The rest of the leader's payoff: a constant and terms of degree two or more in `x`.
    pub payoff: Polynomial,
}

impl Instance {
    /// The stages with what the leader's payoff adds linearly as part of her reward per pair, and
    /// the rest of the payoff.
    #[must_use]
    pub fn with_payoff_per_pair(&self) -> (Vec<InstanceStage>, Polynomial) {
        let (linear, payoff) = split_payoff(&self.payoff);
        let mut stages: Vec<InstanceStage> = self.stages.clone();
        for (k, weight) in &linear {
            let Some(aggregate) = self.aggregates.get(*k as usize) else { continue };
            let Some(stage) = stages.get_mut(aggregate.stage) else { continue };
            let column = scaled_column(&aggregate_column(aggregate, &stage.pairs), weight);
            let mut columns = stage.leader_reward.columns().to_vec();
            columns.push((Monomial::one(), Arc::new(column)));
            stage.leader_reward = Columns::new(stage.pairs.len(), columns);
        }
        (stages, payoff)
    }

    /// The same game in its fewest statistics, for a game without functions; what all followers of
    /// a stage earn alike from the population is left out of their rewards.
    #[must_use]
    pub fn reduced(&self) -> Reduced {
        let (mut stages, payoff) = self.with_payoff_per_pair();
        for stage in &mut stages {
            stage.reward = stage.reward.without_common();
        }
        let mut span = Span::default();
        for stage in &stages {
            span.add_columns(&stage.reward);
            span.add_columns(&stage.leader_reward);
            if let Some((_, probability)) = &stage.transition {
                span.add_columns(probability);
            }
        }
        span.add_polynomial(&payoff);
        let position: BTreeMap<u32, u32> =
            span.rows.keys().enumerate().map(|(k, &pivot)| (pivot, k as u32)).collect();
        let zero = |variable: Variable| match variable {
            Variable::Aggregate(j) if !position.contains_key(&j) => Some(Rational::ZERO),
            _ => None,
        };
        let rename = |variable: Variable| match variable {
            Variable::Aggregate(j) => Variable::Aggregate(position.get(&j).copied().unwrap_or(j)),
            Variable::Parameter(_) | Variable::Function(_) => variable,
        };
        let rewrite = |columns: &Columns| columns.substitute(&zero).renamed(&rename);
        for stage in &mut stages {
            stage.reward = rewrite(&stage.reward);
            stage.leader_reward = rewrite(&stage.leader_reward);
            stage.transition = stage
                .transition
                .take()
                .map(|(successors, probability)| (successors, rewrite(&probability)));
        }
        let statistics =
            span.rows.values().map(|row| statistic(row, &self.aggregates, &stages)).collect();
        let rows = span.rows.into_values().map(|row| row.into_iter().collect()).collect();
        Reduced {
            initial: Arc::clone(&self.initial),
            statistics,
            rows,
            stages,
            payoff: payoff.substitute(&zero).renamed(&rename),
        }
    }
}

/// The linear terms of the payoff, and the rest.
fn split_payoff(payoff: &Polynomial) -> (Vec<(u32, Rational)>, Polynomial) {
    let (mut linear, mut rest) = (Vec::new(), Polynomial::zero());
    for (monomial, coefficient) in payoff.terms() {
        match monomial.factors() {
            [(Variable::Aggregate(k), 1)] => linear.push((*k, coefficient.clone())),
            _ => rest.add_term(monomial.clone(), coefficient.clone()),
        }
    }
    (linear, rest)
}

fn zero_column(len: usize) -> Column {
    Column::sparse(len, Vec::new(), Scaled::zeros(0))
}

/// Weights of an aggregate on the pairs of its stage.
fn aggregate_column(aggregate: &Aggregate, pairs: &Pairs) -> Column {
    let entries: Vec<(usize, &Rational)> = aggregate
        .weights
        .iter()
        .filter_map(|(state, action, weight)| {
            pairs.find(*state as usize, *action as usize).map(|pair| (pair, weight))
        })
        .collect();
    let support = entries.iter().map(|(pair, _)| *pair as u32).collect();
    let weights: Vec<Rational> = entries.iter().map(|(_, weight)| (*weight).clone()).collect();
    Column::sparse(pairs.len(), support, Scaled::from_rationals(&weights))
}

fn scaled_column(column: &Column, factor: &Rational) -> Column {
    let weights: Vec<Rational> = column.coefficients.iter().map(|weight| weight * factor).collect();
    Column {
        support: column.support.clone(),
        coefficients: Arc::new(Scaled::from_rationals(&weights)),
    }
}

/// `sum_j row_j m_j` as a linear form.
fn statistic(
    row: &BTreeMap<u32, Rational>,
    aggregates: &[Aggregate],
    stages: &[InstanceStage],
) -> LinearForm {
    let mut parts: Vec<Vec<(Rational, Column)>> = vec![Vec::new(); stages.len()];
    for (j, weight) in row {
        if let Some(aggregate) = aggregates.get(*j as usize)
            && let Some(stage) = stages.get(aggregate.stage)
        {
            parts[aggregate.stage]
                .push((weight.clone(), aggregate_column(aggregate, &stage.pairs)));
        }
    }
    let column = |(stage, parts): (&InstanceStage, &Vec<(Rational, Column)>)| match parts.as_slice()
    {
        [] => zero_column(stage.pairs.len()),
        [(factor, only)] => scaled_column(only, factor),
        _ => {
            let parts: Vec<(Rational, &Column)> =
                parts.iter().map(|(factor, column)| (factor.clone(), column)).collect();
            Column::dense(combine(stage.pairs.len(), &parts))
        }
    };
    LinearForm { stages: stages.iter().zip(&parts).map(column).collect() }
}

/// Rows of `T` in reduced echelon form, by pivot.
#[derive(Debug, Default)]
struct Span {
    rows: BTreeMap<u32, BTreeMap<u32, Rational>>,
    /// Pivots of the rows that once had more entries than the pivot: no others have to be reduced.
    long: Vec<u32>,
}

/// Numbers of a gradient, on average, up to which gradients are taken one by one.
const SHORT: usize = 4;

impl Span {
    /// Adds the gradients of every entry.
    fn add_columns(&mut self, columns: &Columns) {
        // Monomial of the derivative -> the aggregates that have it, with what it is multiplied
        // with.
        let mut derivatives: BTreeMap<Monomial, Vec<(u32, Rational, &Column)>> = BTreeMap::new();
        for (monomial, column) in columns.columns() {
            for (k, exponent, derivative) in monomial.derivatives() {
                derivatives.entry(derivative).or_default().push((
                    k,
                    Rational::from(exponent),
                    column,
                ));
            }
        }
        for parts in derivatives.into_values() {
            if let [(k, _, column)] = parts.as_slice() {
                // All gradients are multiples of one unit vector.
                if !column.coefficients.is_zero() {
                    self.add(BTreeMap::from([(*k, Rational::ONE)]));
                }
                continue;
            }
            let support = |(_, _, column): &(u32, Rational, &Column)| column.coefficients.len();
            if parts.iter().map(support).sum::<usize>() <= SHORT * columns.len() {
                self.add_each(&parts);
                continue;
            }
            while let Some(entry) = self.outside(columns.len(), &parts) {
                let gradient =
                    parts.iter().map(|(k, exponent, column)| (*k, column.get(entry) * exponent));
                self.add(gradient.filter(|(_, value)| !value.is_zero()).collect());
            }
        }
    }

    /// Adds the gradients one by one, which is best where they are short.
    fn add_each(&mut self, parts: &[(u32, Rational, &Column)]) {
        let mut gradients: BTreeMap<usize, BTreeMap<u32, Rational>> = BTreeMap::new();
        for (k, exponent, column) in parts {
            for (place, value) in column.coefficients.iter().enumerate() {
                if !value.is_zero() {
                    let entry = column.position(place);
                    gradients.entry(entry).or_default().insert(*k, value * exponent);
                }
            }
        }
        gradients.into_values().for_each(|gradient| self.add(gradient));
    }

    /// The first entry whose gradient is not spanned. In reduced form a gradient is spanned when it
    /// is the combination of the rows whose factors are its own numbers at their pivots; all
    /// entries at once, these are equations between columns.
    fn outside(&self, len: usize, parts: &[(u32, Rational, &Column)]) -> Option<usize> {
        let rows: Vec<(&BTreeMap<u32, Rational>, &Rational, &Column)> = parts
            .iter()
            .filter_map(|(k, exponent, column)| Some((self.rows.get(k)?, exponent, *column)))
            .collect();
        let own = parts.iter().map(|(k, _, _)| *k);
        let targets: BTreeSet<u32> =
            own.chain(rows.iter().flat_map(|(row, _, _)| row.keys().copied())).collect();
        let first = |target: &u32| {
            let combined = rows.iter().filter_map(|(row, exponent, column)| {
                Some((row.get(target)? * *exponent, *column))
            });
            let given = parts
                .iter()
                .filter(|(k, _, _)| k == target)
                .map(|(_, exponent, column)| (-exponent.clone(), *column));
            let missing = combine(len, &combined.chain(given).collect::<Vec<_>>());
            (0..missing.len()).find(|&entry| !missing.numerators().is_zero_at(entry))
        };
        targets.iter().filter(|target| !self.rows.contains_key(target)).filter_map(first).min()
    }

    fn add_polynomial(&mut self, polynomial: &Polynomial) {
        self.add_columns(&Columns::from_polynomials(std::slice::from_ref(polynomial)));
    }

    /// Adds one gradient.
    fn add(&mut self, mut row: BTreeMap<u32, Rational>) {
        let pivots: Vec<u32> = row.keys().copied().filter(|k| self.rows.contains_key(k)).collect();
        for pivot in pivots {
            // Rows are reduced: no elimination brings back an earlier pivot.
            if let (Some(known), Some(factor)) = (self.rows.get(&pivot), row.get(&pivot).cloned()) {
                subtract(&mut row, known, &factor);
            }
        }
        let Some((&pivot, lead)) = row.iter().next() else { return };
        let lead = lead.clone();
        row.values_mut().for_each(|value| *value = &*value / &lead);
        for long in &self.long {
            let Some(known) = self.rows.get_mut(long) else { continue };
            if let Some(factor) = known.get(&pivot).cloned() {
                subtract(known, &row, &factor);
            }
        }
        if row.len() > 1 {
            self.long.push(pivot);
        }
        self.rows.insert(pivot, row);
    }
}

/// `row -= factor * other`, zeros removed.
fn subtract(row: &mut BTreeMap<u32, Rational>, other: &BTreeMap<u32, Rational>, factor: &Rational) {
    for (k, value) in other {
        let entry = row.entry(*k).or_insert(Rational::ZERO);
        *entry -= factor * value;
        if entry.is_zero() {
            row.remove(k);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::exact::{Rational, ratio};
    use crate::game::Game;

    /// A reward that sees the average of a mass over two stages has one statistic, not two.
    #[test]
    fn a_window_is_one_statistic() {
        let text = r#"
            format = "smfg-game/1"
            name = "window"
            stages = 2
            states = ["a", "b"]
            actions = ["stay", "go"]
            initial = { a = 1 }
            [define]
            crowd = "1/2 * mu[a, go]@0 + 1/2 * mu[a, go]@1"
            [[reward]]
            state = "a"
            action = "go"
            value = "3 * crowd - 1 + 2 * crowd^2"
            [[transition]]
            to = "a"
            [[leader.payoff]]
            value = "mu[b]@1 + 5"
        "#;
        let game = Game::parse_toml(text).expect("loads");
        let reduced = game.at(&[]).reduced();
        assert_eq!(reduced.statistics.len(), 1);
        assert_eq!(reduced.statistics[0].range(), (Rational::ZERO, ratio(2, 1)));
        assert_eq!(reduced.stages[0].reward.population_degree(), 2);
        assert_eq!(reduced.payoff.as_constant(), Some(ratio(5, 1)));
        // With x = mu@0 + mu@1 the reward is 3/2 x - 1 + 1/2 x^2.
        let at = reduced.stages[1].reward.substitute(&|_| Some(ratio(2, 1)));
        assert_eq!(at.as_constants().map(|numbers| numbers.get(1)), Some(ratio(4, 1)));
        assert_eq!(
            reduced.stages[1].leader_reward.as_constants().map(|numbers| numbers.get(3)),
            Some(Rational::ONE)
        );
    }
}
