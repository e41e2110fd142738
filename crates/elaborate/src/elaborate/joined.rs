//! The game joined with its leader on a piece, in words of the game itself.
//!
//! In the joined game half of the mass are the followers and half sits in one more state, which at
//! stage 0 has a pair per vertex of the piece; parameters are statistics of what it plays. With
//! primes for the joined game, at a decision `u = sum_k alpha_k V_k`,
//!
//! ```text
//! d'_i = d_i / 2,   v'_t(s) = 2 v_t(s),   x' = x or a parameter,   loss' = loss,   J0' = J0,
//! ```
//!
//! the pairs of the leader's state have the masses `alpha_k / 2` at stage 0 and `1/2` after it, and
//! its value is 0. So every row of the joined game is one of the game, or 0. A combination leaves
//! these masses with coefficients `q_k` of its own, which are at least 0: they are multipliers of
//! `alpha_k >= 0`, rows of the region when its simplex has been unfolded.

use super::family::scaled;
use crate::exact::{Rational, Scaled, ratio};
use crate::game::{Aggregate, Game, Point};
use smfg_kernel::{
    Column, Columns, Combination, Family, Monomial, Name, Polynomial, Refusal, Row, Square,
    Variable,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Coefficients of the masses of the leader's pairs, by stage and position among them.
type Leading = BTreeMap<(u32, u32), Polynomial>;

/// What a row of the joined game has besides what it says in the game: its scale there, and the
/// leader's masses.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    scale: Rational,
    leading: Leading,
}

impl Default for Own {
    fn default() -> Self {
        Own { scale: Rational::ONE, leading: Leading::new() }
    }
}

/// The translation.
#[derive(Debug)]
pub(crate) struct View {
    /// What each statistic of the joined game is.
    names: Vec<Variable>,
    /// Per statistic that is a parameter, twice its value at each vertex.
    values: BTreeMap<u32, Vec<Rational>>,
    /// Number of parameters.
    parameters: u32,
    /// States of the game: the number of the leader's state.
    states: usize,
    /// Pairs of the game, and of the leader's state, per stage.
    pairs: Vec<(usize, usize)>,
    /// The barycentric coordinates, in the parameters; 1 for a single point.
    shares: Vec<Polynomial>,
    /// The number of the first of their rows, where they have some.
    facets: Option<u32>,
    /// Rows of the region when the view began.
    rows: u32,
    forms: BTreeMap<u32, Leading>,
    derived: BTreeMap<u32, Own>,
}

impl View {
    /// The view of `joined`, which is `game` joined on `points`. `shares` are the barycentric
    /// coordinates; where they are rows of the region, `facets` is the number of the first, and
    /// `rows` how many rows the region has.
    pub(crate) fn new(
        game: &Game,
        joined: &Game,
        points: &[Point],
        shares: Vec<Polynomial>,
        facets: Option<u32>,
        rows: usize,
    ) -> Option<Self> {
        let states = game.states.len();
        let own = |aggregate: &Aggregate| {
            let two = ratio(2, 1);
            game.aggregates.iter().position(|other| {
                let doubled = other.weights.iter().map(|(s, a, w)| (*s, *a, w * &two));
                other.stage == aggregate.stage && doubled.eq(aggregate.weights.iter().cloned())
            })
        };
        let (mut names, mut values) = (Vec::new(), BTreeMap::new());
        for (number, aggregate) in joined.aggregates.iter().enumerate() {
            let leading = aggregate.weights.iter().any(|entry| entry.0 as usize == states);
            if !leading {
                names.push(Variable::Statistic(own(aggregate)? as u32));
                continue;
            }
            let mut twice = vec![Rational::ZERO; points.len()];
            for (_, action, weight) in &aggregate.weights {
                *twice.get_mut(*action as usize)? = weight.clone();
            }
            let is = |j: &usize| {
                points.iter().zip(&twice).all(|(point, own)| &point[*j] * ratio(2, 1) == *own)
            };
            let parameter = (0..game.leader.parameters.len()).find(is)?;
            names.push(Variable::Parameter(parameter as u32));
            values.insert(number as u32, twice);
        }
        let of_stage = |(t, stage): (usize, &crate::game::Stage)| {
            (stage.pairs.len(), if t == 0 { points.len() } else { 1 })
        };
        Some(View {
            names,
            values,
            parameters: game.leader.parameters.len() as u32,
            states,
            pairs: game.stages.iter().enumerate().map(of_stage).collect(),
            shares,
            facets,
            rows: rows as u32,
            forms: BTreeMap::new(),
            derived: BTreeMap::new(),
        })
    }

    pub(crate) fn variable(&self, variable: Variable) -> Variable {
        match variable {
            Variable::Statistic(k) => self.names.get(k as usize).copied().unwrap_or(variable),
            other => other,
        }
    }

    /// The parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = Variable> + use<> {
        (0..self.parameters).map(Variable::Parameter)
    }

    fn monomial(&self, monomial: &Monomial) -> Monomial {
        let factors = monomial.factors().iter();
        Monomial::new(factors.map(|(name, power)| (self.variable(*name), *power)).collect())
    }

    pub(crate) fn polynomial(&self, polynomial: &Polynomial) -> Polynomial {
        let mut result = Polynomial::zero();
        for (monomial, value) in polynomial.terms() {
            result.add_term(self.monomial(monomial), value.clone());
        }
        result
    }

    pub(crate) fn name(&self, name: Name) -> Name {
        match name {
            Name::Row(k) => Name::Row(k + self.rows),
            Name::Lower(variable) => Name::Lower(self.variable(variable)),
            Name::Upper(variable) => Name::Upper(self.variable(variable)),
            Name::Link(k) => match self.names.get(k as usize) {
                Some(Variable::Statistic(own)) => Name::Link(*own),
                _ => name,
            },
            other => other,
        }
    }

    /// The mass of a pair of the leader's state.
    fn mass(&self, (t, k): (u32, u32)) -> Polynomial {
        let half = ratio(1, 2);
        match self.shares.get(k as usize).filter(|_| t == 0) {
            Some(share) => Polynomial::zero().plus(share, &half),
            None => Polynomial::constant(half),
        }
    }

    /// A row times `scale`, and what it has of the leader's masses.
    fn row(&self, row: &Row, scale: &Rational) -> Result<(Row, Leading), Refusal> {
        let (half, twice) = (scale * ratio(1, 2), scale * ratio(2, 1));
        let scaled = |polynomial: &Polynomial, factor: &Rational| {
            Polynomial::zero().plus(&self.polynomial(polynomial), factor)
        };
        let mut result = Row::of(row.sense, scaled(&row.constant, scale));
        result.loss = &row.loss * scale;
        result.reward = &row.reward * scale;
        let mut leading = Leading::new();
        for (t, pair, value) in &row.mass {
            let own = self.pairs.get(*t as usize).map_or(0, |pairs| pairs.0) as u32;
            if *pair < own {
                result.mass.push((*t, *pair, scaled(value, &half)));
                continue;
            }
            let place = (*t, pair - own);
            let product = self.mass(place).times(&self.polynomial(value))?;
            result.constant = result.constant.plus(&product, scale);
            add(&mut leading, place, value, &Rational::ONE);
        }
        for (side, t, state, value) in &row.value {
            if (*state as usize) < self.states {
                result.value.push((*side, *t, *state, scaled(value, &twice)));
            }
        }
        Ok((result, leading))
    }

    /// A row that is to be derived. Rows with values are halved: a regret is that of the game.
    pub(crate) fn goal(&self, row: &Row) -> Result<(Row, Own), Refusal> {
        let scale = if row.value.is_empty() { Rational::ONE } else { ratio(1, 2) };
        let (row, leading) = self.row(row, &scale)?;
        Ok((row, Own { scale, leading }))
    }

    /// A row that is to be declared.
    pub(crate) fn form(&self, row: &Row) -> Result<(Row, Own), Refusal> {
        let (row, leading) = self.row(row, &Rational::ONE)?;
        Ok((row, Own { scale: Rational::ONE, leading }))
    }

    /// Notes what was derived: a row, if the region has more of them than before.
    pub(crate) fn derived(&mut self, own: Own, before: usize, after: usize) {
        if after > before {
            self.derived.insert(before as u32, own);
        }
    }

    /// Notes a form that was declared.
    pub(crate) fn declared(&mut self, own: Own, variable: Variable) {
        if let Variable::Form(number) = variable {
            self.forms.insert(number, own.leading);
        }
    }

    /// Regrets: `loss - sum zeta_i d_i`.
    pub(crate) fn regrets(&self, rows: &[(u32, u32, u32)]) -> (Vec<(u32, u32, u32)>, Own) {
        let moved = rows.iter().filter(|(t, pair, _)| self.is_own(*t, *pair));
        (moved.map(|(t, pair, row)| (*t, *pair, row + self.rows)).collect(), Own::default())
    }

    /// Per stage, from which pair on a square times the mass is refused. The leader's masses are
    /// barycentric coordinates at stage 0, which may be negative in the box around a simplex of
    /// several dimensions.
    pub(crate) fn squared(&self) -> Vec<usize> {
        let free = |t: usize| t > 0 || self.shares.len() <= 2;
        let of_stage = |(t, pairs): (usize, &(usize, usize))| match free(t) {
            true => pairs.0 + pairs.1,
            false => pairs.0,
        };
        self.pairs.iter().enumerate().map(of_stage).collect()
    }

    fn is_own(&self, t: u32, pair: u32) -> bool {
        self.pairs.get(t as usize).is_some_and(|pairs| (pair as usize) < pairs.0)
    }

    /// Bounds of values.
    pub(crate) fn values(&self, values: &Family) -> Family {
        self.family(values, &ratio(1, 2), false)
    }

    pub(crate) fn choices(&self, choices: &[Vec<u32>]) -> Vec<Vec<u32>> {
        choices.iter().map(|row| row.iter().take(self.states).copied().collect()).collect()
    }

    /// A family times `factor`, without what belongs to the leader's state.
    fn family(&self, family: &Family, factor: &Rational, pairs: bool) -> Family {
        let of_stage = |(t, columns): (&u32, &Columns)| {
            let own = match pairs {
                true => self.pairs.get(*t as usize).map_or(0, |pairs| pairs.0),
                false => self.states,
            };
            let column = |(name, column): &(Monomial, Arc<Column>)| {
                (self.monomial(name), Arc::new(first(column, own, factor)))
            };
            (*t, columns.iter().map(column).collect())
        };
        family.iter().map(of_stage).collect()
    }

    /// The combination that shows in the game what another one shows in the joined game.
    pub(crate) fn combination(
        &self,
        goal: &Own,
        given: &Combination,
    ) -> Result<Combination, Refusal> {
        let (scale, minus) = (&goal.scale, Rational::NEG_ONE);
        let mut leading = goal.leading.clone();
        let mut rows: Vec<(Name, Polynomial)> = Vec::new();
        for (name, multiplier) in &given.rows {
            let mut factor = scale.clone();
            let mut known: Option<&Leading> = None;
            match name {
                Name::Mass(t) => {
                    factor *= ratio(1, 2);
                    let count = self.pairs.get(*t as usize).map_or(0, |pairs| pairs.1) as u32;
                    for k in 0..count {
                        add(&mut leading, (*t, k), multiplier, &Rational::ONE);
                    }
                }
                Name::Link(number) => {
                    if let Some(values) = self.values.get(number) {
                        for (k, value) in (0u32..).zip(values) {
                            add(&mut leading, (0, k), multiplier, &-value);
                        }
                        continue;
                    }
                }
                Name::Form(number) => known = self.forms.get(number),
                Name::Row(number) => {
                    if let Some(own) = self.derived.get(&(number + self.rows)) {
                        factor /= &own.scale;
                        known = Some(&own.leading);
                    }
                }
                _ => {}
            }
            for (place, value) in known.into_iter().flatten() {
                add(&mut leading, *place, &value.times(multiplier)?, &minus);
            }
            let multiplier = Polynomial::zero().plus(&self.polynomial(multiplier), &factor);
            rows.push((self.name(*name), multiplier));
        }
        self.add_flow(&given.flow, &mut leading);
        let twice = scale * ratio(2, 1);
        let mut result = Combination {
            rows,
            flow: self.family(&given.flow, &(scale * ratio(1, 2)), false),
            bellman: self.family(&given.bellman, &twice, true),
            ..Combination::default()
        };
        for (number, family) in &given.bounds {
            result.bounds.push((*number, self.family(family, &twice, false)));
        }
        for square in &given.squares {
            let (factor, share) = match square.pair {
                None => (scale.clone(), None),
                Some((t, pair)) if self.is_own(t, pair) => (scale * ratio(1, 2), None),
                // The leader's masses are known: the square is one with another weight, no longer
                // what is left of the mass.
                Some((0, pair)) => {
                    let place = pair as usize - self.pairs[0].0;
                    let value = square.weight.times(&square.root.times(&square.root)?)?;
                    add(&mut leading, (0, place as u32), &value, &minus);
                    (scale * ratio(1, 2), self.shares.get(place))
                }
                Some(_) => (scale * ratio(1, 2), None),
            };
            let mut weight = Polynomial::zero().plus(&self.polynomial(&square.weight), &factor);
            if let Some(share) = share {
                weight = weight.times(share)?;
            }
            let pair = square.pair.filter(|&(t, pair)| self.is_own(t, pair));
            result.squares.push(Square { weight, root: self.polynomial(&square.root), pair });
        }
        if let Some(first) = self.facets {
            for ((_, k), value) in leading.iter().filter(|((t, _), _)| *t == 0) {
                let half = scale * ratio(1, 2);
                let value = Polynomial::zero().plus(&self.polynomial(value), &half);
                if !value.is_zero() {
                    result.rows.push((Name::Row(first + k), value));
                }
            }
        }
        Ok(result)
    }

    /// What flow equations leave of the leader's masses: those of her state at stage `t` have its
    /// pairs, and those of the stage before lead there.
    fn add_flow(&self, flow: &Family, leading: &mut Leading) {
        for (t, columns) in flow {
            for (monomial, column) in columns {
                let Some(index) = column.index(self.states) else { continue };
                let value = Polynomial::term(monomial.clone(), column.coefficients.get(index));
                let count = |t: usize| self.pairs.get(t).map_or(0, |pairs| pairs.1) as u32;
                for k in 0..count(*t as usize) {
                    add(leading, (*t, k), &value, &Rational::ONE);
                }
                let Some(before) = t.checked_sub(1) else { continue };
                for k in 0..count(before as usize) {
                    add(leading, (before, k), &value, &Rational::NEG_ONE);
                }
            }
        }
    }
}

fn add(leading: &mut Leading, place: (u32, u32), value: &Polynomial, factor: &Rational) {
    let own = leading.entry(place).or_default();
    *own = std::mem::take(own).plus(value, factor);
}

/// The first entries of a column, times `factor`.
fn first(column: &Column, len: usize, factor: &Rational) -> Column {
    let kept = match &column.support {
        None => column.coefficients.len().min(len),
        Some(support) => support.partition_point(|entry| (*entry as usize) < len),
    };
    let support = column.support.as_ref().map(|support| support[..kept].to_vec());
    let coefficients = match kept == column.coefficients.len() {
        true => scaled(&column.coefficients, factor),
        false => {
            let values: Vec<Rational> =
                (0..kept).map(|index| column.coefficients.get(index) * factor).collect();
            Scaled::from_rationals(&values)
        }
    };
    Column { support, coefficients: Arc::new(coefficients) }
}
