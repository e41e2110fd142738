//! Trees over complementarity at eps = 0 (docs/certificate.md, (S)): a pair is unused, or optimal.
//!
//! A leaf has a weight `omega` of the objective and multipliers `y_i` of the Bellman rows. Where the
//! leader's reward is `c'd + share r(d)'d + k`, what the followers earn is `mu0'v_0` less the loss,
//! which is neither positive nor negative. With `e_i` the coefficients of the masses that result and
//! `kappa` those of the values,
//!
//! ```text
//! -omega (objective) - share (loss) - sum y_i z_i = e'd + sum kappa_t(s) v_t(s) + constant;
//! ```
//!
//! the least value of `e'd` over the flows that avoid unused pairs gives the multipliers of the flow
//! equations, and values stand between a floor and a ceiling.

mod bounds;
mod node;
mod sets;

pub use sets::{ProvedEquilibria, ProvedPattern, prove_equilibria};

use super::Site;
use super::family::number;
use super::statistics::{Named, Rows, add_rows, multipliers, name_statistics};
use crate::certificate::{Multipliers, Reader, Step, SupportStep};
use crate::check::{Fault, Rejection};
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Scaled};
use crate::game::{Affine, AffineLeader, Instance, LinearForm, NotAffine, Variable};
use bounds::flow;
use node::{Entries, Node, position};
use smfg_kernel::{Column, Combination, Family, Monomial, Name, Polynomial, Theorem};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A game at a decision, entry by entry.
struct Support {
    affine: Affine,
    forms: Vec<LinearForm>,
    rows: Vec<Vec<(u32, Rational)>>,
}

/// What is combined with Bellman rows.
struct Base {
    rows: Vec<(Name, Polynomial)>,
    /// The coefficients of the masses that the rows leave.
    form: Entries,
    /// The coefficient of `mu0'v_0` that they leave.
    earned: Rational,
}

impl Support {
    fn new(instance: &Instance) -> Result<Self, NotAffine> {
        let affine = Affine::new(instance)?;
        let reduced = instance.reduced();
        Ok(Support { affine, forms: reduced.statistics, rows: reduced.rows })
    }

    fn name(&self, proof: &mut Proof) -> Result<Vec<Named>, Fault> {
        name_statistics(&self.forms, &self.rows, proof)
    }

    /// Closes the region on top, which is about `node`.
    fn close(
        &self,
        node: &Node<'_>,
        given: &Multipliers,
        base: Base,
        statistics: &[Named],
        proof: &mut Proof,
    ) -> Result<(), Fault> {
        if node.least(&node.zero()).is_none() {
            let flow = flow(&node.stuck());
            return Ok(proof.close(&Combination { flow, ..Combination::default() })?);
        }
        let game = &self.affine;
        let states = game.initial.len();
        let mut values = vec![vec![Rational::ZERO; states]; game.stages.len() + 1];
        for (value, mass) in values[0].iter_mut().zip(&game.initial) {
            *value += &base.earned * mass;
        }
        let mut slopes = vec![Rational::ZERO; game.statistics];
        let mut bellman: BTreeMap<usize, BTreeMap<usize, Rational>> = BTreeMap::new();
        for (pair, multiplier) in &given.losses {
            let (t, i) = position(game, *pair)?;
            let stage = &game.stages[t];
            stage.slopes[i].iter().for_each(|(k, slope)| slopes[*k] += multiplier * slope);
            values[t][pair.state] -= multiplier;
            stage.next[i].iter().for_each(|(next, p)| values[t + 1][*next] += multiplier * p);
            *bellman.entry(t).or_default().entry(i).or_insert(Rational::ZERO) += multiplier;
        }
        let mut rows = Rows::new();
        let mut form = base.form;
        for (statistic, slope) in statistics.iter().zip(&slopes) {
            add_rows(&mut rows, &statistic.rows, &-slope);
        }
        for (row, stage) in form.iter_mut().zip(&game.stages) {
            for (entry, weights) in row.iter_mut().zip(&stage.weights) {
                weights.iter().for_each(|(k, weight)| *entry += &slopes[*k] * weight);
            }
        }
        let least = node.least(&form).ok_or(Fault::Shape)?;
        let mut combination = Combination {
            rows: base.rows,
            flow: flow(&least),
            bellman: bellman.iter().map(|(t, row)| (*t as u32, sparse(row.iter()))).collect(),
            ..Combination::default()
        };
        combination.rows.extend(multipliers(rows));
        if values.iter().flatten().any(|value| !value.is_zero()) {
            node.enclose(statistics, proof)?;
            values.pop();
            for (number, sign) in [(0, Rational::NEG_ONE), (1, Rational::ONE)] {
                combination.bounds.push((number, part(&values, &sign)));
            }
        }
        Ok(proof.close(&combination)?)
    }
}

/// A sparse column of constants.
fn sparse<'a>(entries: impl Iterator<Item = (&'a usize, &'a Rational)>) -> smfg_kernel::Columns {
    let (support, values): (Vec<u32>, Vec<Rational>) =
        entries.map(|(entry, value)| (*entry as u32, value.clone())).unzip();
    let coefficients = Arc::new(Scaled::from_rationals(&values));
    vec![(Monomial::one(), Arc::new(Column { support: Some(support), coefficients }))]
}

/// The entries of one sign, as positive numbers.
fn part(values: &Entries, sign: &Rational) -> Family {
    let mut family = Family::new();
    for (t, row) in values.iter().enumerate() {
        let signed = row.iter().map(|value| value * sign).enumerate();
        let row: BTreeMap<usize, Rational> =
            signed.filter(|(_, value)| *value > Rational::ZERO).collect();
        if !row.is_empty() {
            family.insert(t as u32, sparse(row.iter()));
        }
    }
    family
}

impl Site {
    /// `sigma J0 >= sigma value` by the steps of a tree that has just been opened.
    pub(crate) fn support_tree(
        &self,
        reader: &mut Reader<'_>,
        value: &Rational,
    ) -> Result<Theorem, Rejection> {
        let opening = reader.line();
        let fail = |fault| Rejection::Step { line: opening, rule: "support-tree", fault };
        if !self.prover.epsilon().is_zero() {
            return Err(fail(Fault::PositiveEpsilon));
        }
        let support = Support::new(&self.instance).map_err(|error| fail(error.into()))?;
        let mut proof = self.prover.bound(value).map_err(|refusal| fail(refusal.into()))?;
        let statistics = support.name(&mut proof).map_err(fail)?;
        let shares = self.shares(&support, &statistics).map_err(fail)?;
        proof.regret(&[]).map_err(|refusal| fail(refusal.into()))?;
        let mut node = Node::root(&support.affine);
        loop {
            let step = reader.step()?;
            let line = reader.line();
            let rule = step.as_ref().map_or("end", Step::rule);
            let fail = |fault| Rejection::Step { line, rule, fault };
            match step {
                Some(Step::Support(SupportStep::Branch(pair))) => {
                    let (t, i) = position(&support.affine, pair).map_err(fail)?;
                    node.branch((t, i)).map_err(fail)?;
                    proof.case(t as u32, i as u32).map_err(|refusal| fail(refusal.into()))?;
                }
                Some(Step::Support(SupportStep::Leaf(given))) => {
                    let base = shares.base(&support, &given.objective, &self.prover.sigma());
                    support.close(&node, &given, base, &statistics, &mut proof).map_err(fail)?;
                    if !node.advance() {
                        break;
                    }
                }
                Some(Step::Support(_)) => return Err(fail(Fault::OutsideTree)),
                _ => return Err(fail(Fault::OpenTree { open: node.open() })),
            }
        }
        proof.finish().map_err(|refusal| fail(refusal.into()))
    }

    /// How the leader's reward becomes affine in masses and values.
    fn shares(&self, support: &Support, statistics: &[Named]) -> Result<Shares, Fault> {
        let leader = support.affine.leader.as_ref().ok_or(NotAffine::Leader)?;
        let mut products: BTreeMap<Name, Polynomial> = BTreeMap::new();
        for (monomial, value) in self.instance.payoff.terms() {
            if let [(Variable::Aggregate(k), 1)] = monomial.factors() {
                let row = products.entry(Name::Link(*k)).or_default();
                *row = std::mem::take(row).plus(&number(value.clone()), &Rational::ONE);
            }
        }
        let reduced = self.instance.reduced();
        for (k, statistic) in statistics.iter().enumerate() {
            let name = crate::game::Monomial::of(Variable::Aggregate(k as u32));
            let mut left: Vec<Rational> = Vec::new();
            for (stage, own) in reduced.stages.iter().zip(&support.affine.stages) {
                let slope = stage.leader_reward.columns().iter().find(|(m, _)| *m == name);
                left.extend((0..own.pairs.len()).map(|i| {
                    let follower = own.slopes[i].iter().find(|(other, _)| *other == k);
                    let earned = follower.map_or(Rational::ZERO, |(_, slope)| slope.clone());
                    let given = slope.map_or(Rational::ZERO, |(_, column)| {
                        crate::game::ColumnExt::get(column.as_ref(), i)
                    });
                    given - &leader.share * earned
                }));
            }
            if left.iter().all(Rational::is_zero) {
                continue;
            }
            let weights = spanned(&support.affine, &left).ok_or(NotAffine::Leader)?;
            let factor = Polynomial::variable(statistic.name);
            for (other, weight) in statistics.iter().zip(&weights) {
                for (row, value) in &other.rows {
                    let entry = products.entry(*row).or_default();
                    *entry = std::mem::take(entry).plus(&factor, &(weight * value));
                }
            }
        }
        Ok(Shares { leader: leader.clone(), products })
    }
}

/// How the leader's reward becomes affine in masses and values.
struct Shares {
    leader: AffineLeader,
    /// Multiples of rows that turn products of statistics with masses into products of statistics,
    /// and the payoff's linear part into masses, for the reward less the share of what is earned.
    products: BTreeMap<Name, Polynomial>,
}

impl Shares {
    /// The objective with a weight, made affine.
    fn base(&self, support: &Support, objective: &Rational, sigma: &Rational) -> Base {
        let weight = objective * sigma;
        let earned = &weight * &self.leader.share;
        let mut rows = Vec::new();
        if !objective.is_zero() {
            rows.push((Name::Objective, number(objective.clone())));
            // The linear part of the payoff stands before its coefficient; products of a statistic
            // with masses behind theirs.
            for (name, polynomial) in &self.products {
                let mut signed = Polynomial::zero();
                for (monomial, value) in polynomial.terms() {
                    let sign = if monomial.is_one() { -&weight } else { weight.clone() };
                    signed.add_term(monomial.clone(), value * sign);
                }
                rows.push((*name, signed));
            }
        }
        if earned > Rational::ZERO {
            rows.push((Name::Budget, number(earned.clone())));
        } else if earned < Rational::ZERO {
            rows.push((Name::Row(0), number(-earned.clone())));
        }
        let row = |row: &Vec<Rational>| row.iter().map(|c| &weight * c).collect();
        let form = match objective.is_zero() {
            true => support
                .affine
                .stages
                .iter()
                .map(|stage| vec![Rational::ZERO; stage.pairs.len()])
                .collect(),
            false => self.leader.entries.iter().map(row).collect(),
        };
        Base { rows, form, earned }
    }
}

/// Factors of the statistics' weights that make up a form over all pairs, if some do.
fn spanned(game: &Affine, form: &[Rational]) -> Option<Vec<Rational>> {
    let weights = game.stages.iter().flat_map(|stage| &stage.weights);
    let mut rows: Vec<Vec<Rational>> = Vec::with_capacity(form.len());
    for (own, value) in weights.zip(form) {
        let mut row = vec![Rational::ZERO; game.statistics + 1];
        own.iter().for_each(|(k, weight)| row[*k] = weight.clone());
        row[game.statistics] = value.clone();
        rows.push(row);
    }
    let mut factors = vec![Rational::ZERO; game.statistics];
    let (mut pivots, mut top) = (Vec::new(), 0);
    for k in 0..game.statistics {
        let Some(pivot) = (top..rows.len()).find(|&i| !rows[i][k].is_zero()) else { continue };
        rows.swap(top, pivot);
        let lead = rows[top][k].clone();
        rows[top].iter_mut().for_each(|value| *value = &*value / &lead);
        let known = rows[top].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != top && !row[k].is_zero() {
                let factor = row[k].clone();
                row.iter_mut().zip(&known).for_each(|(value, known)| *value -= &factor * known);
            }
        }
        pivots.push(k);
        top += 1;
    }
    if rows[top..].iter().any(|row| !row[game.statistics].is_zero()) {
        return None;
    }
    for (row, k) in rows.iter().zip(pivots) {
        factors[k] = row[game.statistics].clone();
    }
    Some(factors)
}
