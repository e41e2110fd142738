//! What a rule of the followers costs them, and gives the leader, on a whole simplex of decisions:
//! statement (V) of docs/certificate.md.
//!
//! A *rule* names a mixture of policies at each vertex. At the point with barycentric coordinates
//! `alpha` the followers play accordingly: where transitions are fixed, the occupation measure is
//! `sum_v alpha_v d^v`, otherwise each state's probabilities are `sum_v alpha_v pi^v`. Masses,
//! aggregates, rewards and transitions then are forms on the simplex, and so is an upper bound of
//! the followers' value: `V_t(s) <= sum_v alpha_v max_a Q^v + max_a high`.

use super::form::{Form, Products, zero};
use super::scalar::Scalar;
use super::tables::{Table, Tables};
use crate::exact::Rational;
use crate::game::{Monomial, Policy, StagePolicy, Variable};
use std::collections::BTreeMap;

/// The policies to which rules refer, as numbers: occupation measures where transitions are fixed,
/// else probabilities, per pair of all stages.
#[derive(Debug)]
pub struct Policies<N> {
    numbers: Vec<Vec<N>>,
}

/// A mixture `(policy, weight)` per vertex.
pub type Rule<N> = [Vec<(usize, N)>];

/// Upper bounds on a simplex: affine functions, by their values at the vertices.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement<N> {
    /// Of the exploitability.
    pub exploitability: Vec<N>,
    /// Of the leader's reward.
    pub leader: Vec<N>,
}

impl<N> Default for Policies<N> {
    fn default() -> Self {
        Policies { numbers: Vec::new() }
    }
}

impl<N: Scalar> Policies<N> {
    /// Adds a policy; `None` when it does not fit the game.
    pub fn push(&mut self, tables: &Tables<N>, policy: &Policy) -> Option<usize> {
        let shares = shares(tables, policy)?;
        self.numbers.push(if tables.fixed { occupation(tables, &shares)? } else { shares });
        Some(self.numbers.len() - 1)
    }
}

/// Probability per pair.
fn shares<N: Scalar>(tables: &Tables<N>, policy: &Policy) -> Option<Vec<N>> {
    if policy.stages.len() != tables.stages.len() {
        return None;
    }
    let mut result = vec![zero::<N>(); tables.pairs];
    for (stage, play) in tables.stages.iter().zip(&policy.stages) {
        if play.states() != stage.pairs.states() {
            return None;
        }
        for state in 0..stage.pairs.states() {
            match play {
                StagePolicy::Pure(actions) => {
                    let pair = stage.pairs.find(state, *actions.get(state)? as usize)?;
                    result[stage.first + pair] = N::of(&Rational::ONE);
                }
                StagePolicy::Mixed(rows) => {
                    let row = rows.get(state)?;
                    let mut total = Rational::ZERO;
                    for (action, probability) in row {
                        if *probability < Rational::ZERO {
                            return None;
                        }
                        total += probability;
                        let pair = stage.first + stage.pairs.find(state, *action as usize)?;
                        result[pair] = result[pair].plus(&N::of(probability));
                    }
                    if !total.is_one() {
                        return None;
                    }
                }
            }
        }
    }
    Some(result)
}

/// The occupation measure of a policy under fixed transitions.
fn occupation<N: Scalar>(tables: &Tables<N>, shares: &[N]) -> Option<Vec<N>> {
    let mut result = vec![zero::<N>(); tables.pairs];
    let mut masses = tables.initial.clone();
    for stage in &tables.stages {
        for state in 0..stage.pairs.states() {
            for pair in stage.pairs.of_state(state) {
                result[stage.first + pair] = masses.get(state)?.times(&shares[stage.first + pair]);
            }
        }
        let Some((successors, table)) = &stage.transition else { continue };
        let mut probability = vec![zero::<N>(); successors.len()];
        for (_, entries) in table {
            for (entry, value) in entries {
                probability[*entry] = probability[*entry].plus(value);
            }
        }
        masses = vec![zero(); masses.len()];
        for pair in 0..stage.pairs.len() {
            let mass = &result[stage.first + pair];
            for entry in successors.of_pair(pair).filter(|_| !mass.is_nothing()) {
                let arrival = &mut masses[successors.state(entry)];
                *arrival = arrival.plus(&mass.times(&probability[entry]));
            }
        }
    }
    Some(result)
}

/// The variables of a game on a simplex, and the monomials in them that were asked for.
struct Variables<'a, N> {
    vertices: usize,
    parameters: &'a [Form<N>],
    aggregates: Vec<Form<N>>,
    monomials: BTreeMap<Monomial, Form<N>>,
}

impl<N: Scalar> Variables<'_, N> {
    fn monomial(&mut self, monomial: &Monomial) -> Option<&Form<N>> {
        if !self.monomials.contains_key(monomial) {
            let mut product: Option<Form<N>> = None;
            for &(variable, exponent) in monomial.factors() {
                let form = match variable {
                    Variable::Parameter(j) => self.parameters.get(j as usize)?,
                    Variable::Aggregate(k) => self.aggregates.get(k as usize)?,
                    Variable::Function(_) => return None,
                };
                for _ in 0..exponent {
                    product =
                        Some(product.map_or_else(|| form.clone(), |product| product.times(form)));
                }
            }
            let mut form =
                product.unwrap_or_else(|| Form::constant(&N::of(&Rational::ONE), self.vertices));
            form.shorten();
            self.monomials.insert(monomial.clone(), form);
        }
        self.monomials.get(monomial)
    }

    /// Every entry of a table.
    fn entries(&mut self, table: &Table<N>, count: usize) -> Option<Vec<Form<N>>> {
        let mut result = vec![Form::constant(&zero(), self.vertices); count];
        for (monomial, entries) in table {
            let form = self.monomial(monomial)?;
            for (entry, coefficient) in entries {
                result.get_mut(*entry)?.add(coefficient, form);
            }
        }
        Some(result)
    }
}

/// Judges a rule on the simplex with the given vertices, a value per parameter each; `None` when
/// the rule does not fit: wrong counts, unknown policies, or a mixture where transitions are not
/// fixed.
#[must_use]
pub fn judge<N: Scalar>(
    tables: &Tables<N>,
    simplex: &[Vec<N>],
    rule: &Rule<N>,
    policies: &Policies<N>,
) -> Option<Judgement<N>> {
    Some(evaluate(tables, simplex, None, rule, policies)?.judgement)
}

/// With a multiplier `lambda >= 0`, an upper bound at each vertex, affine in between, of the
/// leader's reward at every eps-equilibrium, for games whose data see no population: `max_d (c +
/// lambda r)'d + k + lambda (eps - r'd_rule)`, because `r'd >= V* - eps` at an equilibrium and `V*
/// >= r'd_rule`. `None` when the rule does not fit or data see the population.
#[must_use]
pub fn relax<N: Scalar>(
    tables: &Tables<N>,
    simplex: &[Vec<N>],
    epsilon: &N,
    multiplier: &N,
    rule: &Rule<N>,
    policies: &Policies<N>,
) -> Option<Vec<N>> {
    if tables.sees_population() || multiplier.may_be_negative() {
        return None;
    }
    let Evaluation { most, earned, payoff, .. } =
        evaluate(tables, simplex, Some(multiplier), rule, policies)?;
    let mut bound = most;
    let one = N::of(&Rational::ONE);
    bound.add(&one, &payoff);
    bound.add(multiplier, &Form::constant(epsilon, simplex.len()));
    bound.add(&zero::<N>().minus(multiplier), &earned);
    Some(bound.at.iter().map(|value| value.plus(&bound.high)).collect())
}

/// What one pass over a simplex yields.
struct Evaluation<N> {
    judgement: Judgement<N>,
    /// Upper bound of the greatest that a follower can have: of rewards, or of the leader's gains
    /// and `lambda` times rewards.
    most: Form<N>,
    /// What the rule earns.
    earned: Form<N>,
    /// The leader's terms that are not weighted by followers.
    payoff: Form<N>,
}

fn evaluate<N: Scalar>(
    tables: &Tables<N>,
    simplex: &[Vec<N>],
    multiplier: Option<&N>,
    rule: &Rule<N>,
    policies: &Policies<N>,
) -> Option<Evaluation<N>> {
    let vertices = simplex.len();
    if vertices == 0
        || rule.len() != vertices
        || simplex.iter().any(|point| point.len() != tables.parameters)
        || tables.anticipates()
    {
        return None;
    }
    let parameters: Vec<Form<N>> = (0..tables.parameters)
        .map(|j| Form::exact(simplex.iter().map(|point| point[j].clone()).collect()))
        .collect();
    let played = played(tables, rule, policies)?;
    let nothing = || Form::constant(&zero(), vertices);
    let one = N::of(&Rational::ONE);
    let aggregates = vec![nothing(); tables.aggregates.len()];
    let mut variables =
        Variables { vertices, parameters: &parameters, aggregates, monomials: BTreeMap::new() };
    let (flow, transitions) = if tables.fixed {
        (played, Vec::new())
    } else {
        forwards(tables, &mut variables, &played)?
    };
    for (k, (_, weights)) in tables.aggregates.iter().enumerate() {
        let mut form = nothing();
        weights.iter().for_each(|(pair, weight)| form.add(weight, &flow[*pair]));
        variables.aggregates[k] = form;
    }
    variables.monomials.clear();
    let mut earned = Products::new(vertices);
    let mut leader = Products::new(vertices);
    let mut next: Vec<Form<N>> = Vec::new();
    for (t, stage) in tables.stages.iter().enumerate().rev() {
        let rewards = variables.entries(&stage.reward, stage.pairs.len())?;
        let gains = variables.entries(&stage.leader, stage.pairs.len())?;
        for (pair, (reward, gain)) in rewards.iter().zip(&gains).enumerate() {
            earned.add(reward, &flow[stage.first + pair]);
            leader.add(gain, &flow[stage.first + pair]);
        }
        let mut values = Vec::with_capacity(stage.pairs.states());
        for state in 0..stage.pairs.states() {
            let mut best: Option<Form<N>> = None;
            for pair in stage.pairs.of_state(state) {
                let mut value = match multiplier {
                    None => rewards[pair].clone(),
                    Some(multiplier) => {
                        let mut sum = gains[pair].clone();
                        sum.add(multiplier, &rewards[pair]);
                        sum
                    }
                };
                continuation(tables, t, pair, transitions.get(t), &next, &mut value)?;
                best = Some(match best {
                    None => value,
                    Some(best) => above(best, value),
                });
            }
            // The interval's upper end is part of the value from here on.
            let mut best = best?;
            let high = best.high.clone();
            best.at.iter_mut().for_each(|value| *value = value.plus(&high));
            best = Form::exact(best.at);
            best.shorten();
            let slack = best.high.clone();
            best.at.iter_mut().for_each(|value| *value = value.plus(&slack));
            values.push(Form::exact(best.at));
        }
        next = values;
    }
    let earned = earned.form();
    let mut most_earned = nothing();
    tables.initial.iter().zip(&next).for_each(|(mass, value)| most_earned.add(mass, value));
    let mut loss = most_earned.clone();
    loss.add(&N::of(&Rational::NEG_ONE), &earned);
    let mut payoff = nothing();
    for (monomial, coefficient) in &tables.payoff {
        payoff.add(coefficient, variables.monomial(monomial)?);
    }
    let mut gain = leader.form();
    gain.add(&one, &payoff);
    let most = |form: &Form<N>| form.at.iter().map(|value| value.plus(&form.high)).collect();
    let judgement = Judgement { exploitability: most(&loss), leader: most(&gain) };
    Some(Evaluation { judgement, most: most_earned, earned, payoff })
}

/// Occupation measures or probabilities at the vertices.
fn played<N: Scalar>(
    tables: &Tables<N>,
    rule: &Rule<N>,
    policies: &Policies<N>,
) -> Option<Vec<Form<N>>> {
    for mix in rule {
        for (policy, weight) in mix {
            if *policy >= policies.numbers.len() || weight.may_be_negative() {
                return None;
            }
        }
        // A search in rounded numbers checks its weights elsewhere; here they are exact, or nearly
        // so.
        if mix.is_empty() || (!tables.fixed && mix.len() > 1) {
            return None;
        }
    }
    let value = |mix: &Vec<(usize, N)>, pair: usize| {
        mix.iter().fold(zero::<N>(), |sum, (policy, weight)| {
            let own = &policies.numbers[*policy][pair];
            if own.is_nothing() { sum } else { sum.plus(&weight.times(own)) }
        })
    };
    Some(
        (0..tables.pairs)
            .map(|pair| Form::exact(rule.iter().map(|mix| value(mix, pair)).collect()))
            .collect(),
    )
}

/// Transition probabilities of a stage on the simplex.
type Probabilities<N> = Vec<Form<N>>;

/// Masses per pair, and transition probabilities per stage.
type Forwards<N> = (Vec<Form<N>>, Vec<Probabilities<N>>);

/// Masses and transition probabilities from probabilities per pair.
fn forwards<N: Scalar>(
    tables: &Tables<N>,
    variables: &mut Variables<'_, N>,
    shares: &[Form<N>],
) -> Option<Forwards<N>> {
    let vertices = variables.vertices;
    let mut masses: Vec<Form<N>> =
        tables.initial.iter().map(|mass| Form::constant(mass, vertices)).collect();
    let mut flow = Vec::with_capacity(tables.pairs);
    let mut transitions = Vec::with_capacity(tables.stages.len());
    for (t, stage) in tables.stages.iter().enumerate() {
        for (state, mass) in masses.iter().enumerate() {
            for pair in stage.pairs.of_state(state) {
                let mut own = mass.times(&shares[stage.first + pair]);
                own.shorten();
                flow.push(own);
            }
        }
        for (k, (_, weights)) in
            tables.aggregates.iter().enumerate().filter(|(_, (stage, _))| *stage == t)
        {
            let mut form = Form::constant(&zero(), vertices);
            weights.iter().for_each(|(pair, weight)| form.add(weight, &flow[*pair]));
            variables.aggregates[k] = form;
        }
        let Some((successors, table)) = &stage.transition else { continue };
        let probability = variables.entries(table, successors.len())?;
        let mut arrivals: Vec<Products<N>> =
            masses.iter().map(|_| Products::new(vertices)).collect();
        for pair in 0..stage.pairs.len() {
            for entry in successors.of_pair(pair) {
                arrivals[successors.state(entry)]
                    .add(&probability[entry], &flow[stage.first + pair]);
            }
        }
        masses = arrivals.into_iter().map(Products::form).collect();
        masses.iter_mut().for_each(Form::shorten);
        transitions.push(probability);
    }
    Some((flow, transitions))
}

/// Adds to `value` what a follower expects after `pair` at stage `t`.
fn continuation<N: Scalar>(
    tables: &Tables<N>,
    t: usize,
    pair: usize,
    probability: Option<&Probabilities<N>>,
    next: &[Form<N>],
    value: &mut Form<N>,
) -> Option<()> {
    let Some((successors, table)) = &tables.stages[t].transition else { return Some(()) };
    match probability {
        // Fixed: the coefficients of the monomial 1, sorted by entry.
        None => {
            for (_, entries) in table {
                let range = successors.of_pair(pair);
                let start = entries.partition_point(|(entry, _)| *entry < range.start);
                for (entry, weight) in
                    entries[start..].iter().take_while(|(entry, _)| *entry < range.end)
                {
                    value.add(weight, next.get(successors.state(*entry))?);
                }
            }
        }
        Some(probability) => {
            let mut sum = Products::new(value.at.len());
            for entry in successors.of_pair(pair) {
                sum.add(&probability[entry], next.get(successors.state(entry))?);
            }
            value.add(&N::of(&Rational::ONE), &sum.form());
        }
    }
    Some(())
}

/// A form that neither of two exceeds.
fn above<N: Scalar>(a: Form<N>, b: Form<N>) -> Form<N> {
    Form {
        at: a.at.into_iter().zip(b.at).map(|(x, y)| x.larger(y)).collect(),
        low: zero(),
        high: a.high.larger(b.high),
    }
}
