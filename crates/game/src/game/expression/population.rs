//! Population averages as aggregates: simplified where they are known, each kept once.

use super::error::ExpressionErrorKind;
use super::limits::MOST_WEIGHTS;
use super::symbols::Symbols;
use super::value::Value;
use crate::exact::{Integer, Natural, Rational, least_common_multiple};
use crate::game::{Aggregate, Monomial, Pairs, Variable};
use dashu_base::BitTest;
use std::collections::BTreeMap;
use std::sync::Arc;

/// States or actions that a formula names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Members {
    All,
    One(u32),
    /// Increasing.
    Several(Arc<[u32]>),
}

impl Members {
    /// Their positions among `count`, increasing.
    fn positions(&self, count: usize) -> Box<dyn Iterator<Item = usize> + '_> {
        let below = move |&position: &usize| position < count;
        match self {
            Members::All => Box::new(0..count),
            Members::One(position) => Box::new(std::iter::once(*position as usize).filter(below)),
            Members::Several(positions) => {
                Box::new(positions.iter().map(|&position| position as usize).filter(below))
            }
        }
    }
}

/// The aggregates that formulas have used so far.
#[derive(Debug)]
pub(super) struct Population<'a> {
    symbols: &'a Symbols,
    /// Each aggregate once, with its number.
    numbers: BTreeMap<Aggregate, u32>,
    /// Least and greatest value of each aggregate.
    ranges: Vec<(Rational, Rational)>,
    /// Number of weights of all aggregates.
    weights: usize,
    /// Values of `mu[state, action]` by stage.
    masses: BTreeMap<(usize, Members, Members), Value>,
    /// Values of the named aggregates by stage.
    tables: BTreeMap<(usize, usize), Value>,
}

impl<'a> Population<'a> {
    pub(super) fn new(symbols: &'a Symbols) -> Self {
        Population {
            symbols,
            numbers: BTreeMap::new(),
            ranges: Vec::new(),
            weights: 0,
            masses: BTreeMap::new(),
            tables: BTreeMap::new(),
        }
    }

    /// The pairs of a stage that exists; none for others.
    pub(super) fn pairs(&self, stage: usize) -> Option<Arc<Pairs>> {
        self.symbols.pairs.get(stage).map(Arc::clone)
    }

    /// Mass in `states` playing `actions` at `stage`.
    pub(super) fn mass(
        &mut self,
        stage: usize,
        states: &Members,
        actions: &Members,
    ) -> Result<Value, ExpressionErrorKind> {
        let key = (stage, states.clone(), actions.clone());
        if let Some(value) = self.masses.get(&key) {
            return Ok(value.clone());
        }
        let mut weights = Vec::new();
        if let Some(pairs) = self.pairs(stage) {
            for state in states.positions(pairs.states()) {
                let weight = |action: usize| (state as u32, action as u32, Rational::ONE);
                match actions {
                    Members::All => {
                        let own = pairs.of_state(state).map(|pair| pairs.action(pair));
                        weights.extend(own.map(weight));
                    }
                    some => {
                        let own = some.positions(usize::MAX);
                        let own = own.filter(|&action| pairs.find(state, action).is_some());
                        weights.extend(own.map(weight));
                    }
                }
            }
        }
        let value = self.average(stage, weights)?.value(Monomial::one());
        self.masses.insert(key, value.clone());
        Ok(value)
    }

    /// The named aggregate `name`, the `table`-th in order, at `stage`.
    pub(super) fn table(
        &mut self,
        table: usize,
        name: &str,
        stage: usize,
    ) -> Result<Value, ExpressionErrorKind> {
        let key = (table, stage);
        if let Some(value) = self.tables.get(&key) {
            return Ok(value.clone());
        }
        let mut sums: BTreeMap<(u32, u32), Rational> = BTreeMap::new();
        if let (Some(pairs), Some(named)) =
            (self.pairs(stage), self.symbols.named_aggregates.get(name))
        {
            for (state, action, weight) in &named.weights {
                if (*state as usize) < pairs.states()
                    && pairs.find(*state as usize, *action as usize).is_some()
                {
                    *sums.entry((*state, *action)).or_default() += weight;
                }
            }
        }
        let weights = sums
            .into_iter()
            .filter(|(_, weight)| !weight.is_zero())
            .map(|((s, a), weight)| (s, a, weight))
            .collect();
        let value = self.average(stage, weights)?.value(Monomial::one());
        self.tables.insert(key, value.clone());
        Ok(value)
    }

    /// `sum weight * d_stage(state, action)` for weights of available pairs, nonzero, in increasing
    /// order.
    pub(super) fn average(
        &mut self,
        stage: usize,
        weights: Vec<(u32, u32, Rational)>,
    ) -> Result<Average, ExpressionErrorKind> {
        let Some(pairs) = self.pairs(stage) else { return Ok(Average::Known(Rational::ZERO)) };
        let Some((_, _, first)) = weights.first() else {
            return Ok(Average::Known(Rational::ZERO));
        };
        // The masses of a stage sum to 1,
        if weights.len() == pairs.len() && weights.iter().all(|(_, _, weight)| weight == first) {
            return Ok(Average::Known(first.clone()));
        }
        // those of a population to its mass.
        if let Some(known) = self.population_average(&pairs, &weights) {
            return Ok(Average::Known(known));
        }
        if stage == 0
            && let Some(known) = self.initial_average(&pairs, &weights)
        {
            return Ok(Average::Known(known));
        }
        let (scale, weights) = normalised(weights);
        let aggregate = Aggregate { stage, weights };
        let number = match self.numbers.get(&aggregate) {
            Some(number) => *number,
            None => {
                let next = self.numbers.len() as u32;
                self.weights += aggregate.weights.len();
                if self.weights > MOST_WEIGHTS {
                    return Err(ExpressionErrorKind::TooManyWeights);
                }
                self.ranges.push(aggregate.range(&pairs));
                self.numbers.insert(aggregate, next);
                next
            }
        };
        Ok(Average::Unknown(scale, Variable::Aggregate(number)))
    }

    /// The average when the weights depend only on the population, which nobody leaves.
    fn population_average(
        &self,
        pairs: &Pairs,
        weights: &[(u32, u32, Rational)],
    ) -> Option<Rational> {
        let populations = &self.symbols.populations;
        if populations.len() < 2 {
            return None;
        }
        let mut sum = Rational::ZERO;
        let mut rest = weights;
        for population in populations {
            let own =
                |place: &&(u32, u32, Rational)| population.states.contains(&(place.0 as usize));
            let (own, others) = rest.split_at(rest.iter().take_while(own).count());
            rest = others;
            let Some((_, _, first)) = own.first() else { continue };
            let count: usize =
                population.states.clone().map(|state| pairs.of_state(state).len()).sum();
            if own.len() != count || own.iter().any(|(_, _, other)| other != first) {
                return None;
            }
            sum += &population.mass * first;
        }
        rest.is_empty().then_some(sum)
    }

    /// The average at stage 0 when the weights depend only on the state, whose masses are the
    /// initial law.
    fn initial_average(&self, pairs: &Pairs, weights: &[(u32, u32, Rational)]) -> Option<Rational> {
        let mut sum = Rational::ZERO;
        let mut rest = weights;
        while let Some((state, _, weight)) = rest.first() {
            let count = rest.iter().take_while(|(other, _, _)| other == state).count();
            let (own, others) = rest.split_at(count);
            if count != pairs.of_state(*state as usize).len()
                || own.iter().any(|(_, _, other)| other != weight)
            {
                return None;
            }
            sum += self.symbols.initial.get(*state as usize)? * weight;
            rest = others;
        }
        Some(sum)
    }

    /// Least and greatest value of an aggregate over all populations.
    pub(super) fn range(&self, number: u32) -> Option<(Rational, Rational)> {
        self.ranges.get(number as usize).cloned()
    }

    /// All aggregates in the order of their numbers.
    pub(super) fn into_aggregates(self) -> Vec<Aggregate> {
        let mut numbered: Vec<(u32, Aggregate)> =
            self.numbers.into_iter().map(|(aggregate, number)| (number, aggregate)).collect();
        numbered.sort_unstable_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(_, aggregate)| aggregate).collect()
    }
}

/// A population average.
#[derive(Debug, Clone)]
pub(super) enum Average {
    /// The same for all populations.
    Known(Rational),
    /// A number times an aggregate.
    Unknown(Rational, Variable),
}

impl Average {
    /// The average times a product of other variables.
    pub(super) fn value(self, factor: Monomial) -> Value {
        match self {
            Average::Known(constant) => Value::term(factor, constant),
            Average::Unknown(scale, variable) => {
                Value::term(factor.times(&Monomial::of(variable)), scale)
            }
        }
    }
}

/// The weights as a number times weights that are the same for all proportional ones: the smallest
/// integers in proportion, the first positive, when they fit machine words, and otherwise the
/// weights divided by the first.
fn normalised(mut weights: Vec<(u32, u32, Rational)>) -> (Rational, Vec<(u32, u32, Rational)>) {
    let Some(first) = weights.first().map(|(_, _, weight)| weight.clone()) else {
        return (Rational::ONE, weights);
    };
    if !first.is_one() {
        for (_, _, weight) in &mut weights {
            *weight /= &first;
        }
    }
    // With first weight 1, the weights times their least common denominator have no common factor.
    let mut denominator = Natural::ONE;
    for (_, _, weight) in &weights {
        denominator = least_common_multiple(&denominator, weight.denominator());
        if denominator.bit_len() >= 63 {
            return (first, weights);
        }
    }
    if denominator.is_one() {
        return (first, weights);
    }
    let fits = |weight: &Rational| {
        (weight.numerator() * (&denominator / weight.denominator())).bit_len() < 64
    };
    if !weights.iter().all(|(_, _, weight)| fits(weight)) {
        return (first, weights);
    }
    let factor = Rational::from(Integer::from(denominator));
    for (_, _, weight) in &mut weights {
        *weight *= &factor;
    }
    (first / factor, weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{parse_rational, ratio};

    fn proportions(weights: &[&str]) -> (String, Vec<String>) {
        let weights =
            (0..).zip(weights).map(|(s, w)| (s, 0, parse_rational(w).expect(w))).collect();
        let (scale, weights) = normalised(weights);
        (scale.to_string(), weights.into_iter().map(|(_, _, w)| w.to_string()).collect())
    }

    #[test]
    fn one_spelling_for_proportional_weights() {
        for (weights, scale, expected) in [
            (&["1", "1"][..], "1", &["1", "1"][..]),
            (&["2", "2"], "2", &["1", "1"]),
            (&["-3", "6"], "-3", &["1", "-2"]),
            (&["1/2", "1/3"], "1/6", &["3", "2"]),
            (&["0.4", "-1"], "1/5", &["2", "-5"]),
            // Too large for machine words: in units of the first.
            (&["3", "1e30", "1/7"], "3", &["1", "1000000000000000000000000000000/3", "1/21"]),
            (
                &["1e-30", "2"],
                "1/1000000000000000000000000000000",
                &["1", "2000000000000000000000000000000"],
            ),
        ] {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            assert_eq!(proportions(weights), (scale.to_string(), expected), "{weights:?}");
        }
    }

    #[test]
    fn known_averages() {
        let pairs = Arc::new(Pairs::new(&[vec![0, 1], vec![1]]));
        let symbols = Symbols {
            pairs: vec![Arc::clone(&pairs), pairs],
            initial: vec![ratio(1, 3), ratio(2, 3)],
            ..Symbols::default()
        };
        let mut population = Population::new(&symbols);
        let mut known = |stage, weights: &[(u32, u32, i64)]| {
            let weights = weights.iter().map(|&(s, a, w)| (s, a, ratio(w, 1))).collect();
            match population.average(stage, weights).expect("small") {
                Average::Known(value) => Some(value),
                Average::Unknown(..) => None,
            }
        };
        assert_eq!(known(1, &[]), Some(ratio(0, 1)));
        assert_eq!(known(1, &[(0, 0, 5), (0, 1, 5), (1, 1, 5)]), Some(ratio(5, 1)));
        assert_eq!(known(1, &[(0, 0, 5), (0, 1, 5)]), None);
        assert_eq!(known(0, &[(0, 0, 6), (0, 1, 6), (1, 1, 3)]), Some(ratio(4, 1)));
        assert_eq!(known(0, &[(0, 1, 6), (1, 1, 3)]), None);
        assert_eq!(population.into_aggregates().len(), 2);
    }
}
