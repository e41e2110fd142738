//! The data of a game of two states as polynomials in one mass per stage ([16]).

use crate::prelude::*;
use crate::tube_link::{Data, fixed};

/// The mass of state 1 of a stage, in its polynomials.
const MASS: Variable = Variable::Share(0);

/// What a variable is at a stage: a number, or affine in the mass of state 1.
pub(crate) fn stage_value(
    listing: &Listing,
    frame: &Frame,
    t: Option<usize>,
    variable: Variable,
) -> Done<Polynomial> {
    let own = |k: u32| -> Option<Polynomial> {
        let (stage, weights) = listing.form(k).filter(|form| Some(form.0 as usize) == t)?;
        let of_state = |state: usize| {
            let pairs = listing.stages[stage as usize].of_state(state);
            let weight = |i: usize| weights.index(i).map(|index| weights.coefficients.get(index));
            let mut all = pairs.map(|i| weight(i).unwrap_or(Rational::ZERO));
            let first = all.next()?;
            all.all(|other| other == first).then_some(first)
        };
        let (a, b) = (of_state(0)?, of_state(1)?);
        Some(Polynomial::constant(a.clone()).plus(&Polynomial::variable(MASS), &(b - a)))
    };
    let value = match variable {
        Variable::Parameter(_) => frame.pinned(variable).cloned().map(Polynomial::constant),
        Variable::Statistic(k) => own(k),
        _ => None,
    };
    let reason = "a tube needs one decision, and data in the masses of the states of their stage";
    value.ok_or_else(|| Refusal::Step(reason.to_string()))
}

/// The payoff's part of each stage, and what is left of it.
pub(crate) fn payoffs(listing: &Listing, frame: &Frame) -> Done<(Vec<Polynomial>, Rational)> {
    let mut parts = vec![Polynomial::zero(); listing.stages.len()];
    let mut constant = Rational::ZERO;
    for (monomial, coefficient) in listing.payoff.terms() {
        let stage = |factor: &(Variable, u32)| match factor.0 {
            Variable::Statistic(k) => listing.form(k).map(|form| form.0 as usize),
            _ => None,
        };
        let t = monomial.factors().iter().find_map(stage);
        let own = monomial.replaced(&|variable| stage_value(listing, frame, t, variable))?;
        match t {
            Some(t) => parts[t] = std::mem::take(&mut parts[t]).plus(&own, coefficient),
            None => constant += own.as_constant().unwrap_or_default() * coefficient,
        }
    }
    Ok((parts, constant))
}

/// The entries of a vector of polynomials of a stage.
fn entries(
    columns: &Columns,
    len: usize,
    value: &impl Fn(Variable) -> Done<Polynomial>,
) -> Done<Vec<Polynomial>> {
    let mut entries = vec![Polynomial::zero(); len];
    for (monomial, column) in columns {
        let own = monomial.replaced(value)?;
        for (entry, index) in column.entries() {
            let coefficient = column.coefficients.get(index);
            charge(16 * own.size() + number_size(&coefficient))?;
            entries[entry] = std::mem::take(&mut entries[entry]).plus(&own, &coefficient);
        }
    }
    Ok(entries)
}

/// The numbers of a stage: `sigma` times the leader's rewards count, in these units.
pub(crate) fn stage_data(
    listing: &Listing,
    frame: &Frame,
    t: usize,
    payoff: &Polynomial,
    (sigma, units): (&Rational, &(Rational, Rational)),
) -> Done<Data> {
    let stage = &listing.stages[t];
    let value = |variable| stage_value(listing, frame, Some(t), variable);
    let rewards = entries(&stage.reward, stage.pairs(), &value)?;
    let paid = entries(&stage.leader_reward, stage.pairs(), &value)?;
    let mut next = vec![Polynomial::zero(); stage.pairs()];
    if let Some(Transition { successors, probability }) = &stage.transition {
        let probabilities = entries(probability, successors.len(), &value)?;
        for (i, next) in next.iter_mut().enumerate() {
            for entry in successors.of_pair(i).filter(|entry| successors.state(*entry) == 1) {
                *next = std::mem::take(next).plus(&probabilities[entry], &Rational::ONE);
            }
        }
    }
    let first = stage.of_state(0).end;
    let (mass, own) = (Polynomial::variable(MASS), Polynomial::constant(Rational::ONE));
    let rest = own.plus(&mass, &Rational::NEG_ONE);
    let mut exact: Vec<[Polynomial; 6]> = Vec::new();
    for (i, reward) in rewards.into_iter().enumerate() {
        let reward = reward.scaled(&(Rational::ONE / &units.0));
        let paid = paid[i].clone().plus(payoff, &Rational::ONE).scaled(&(sigma / &units.1));
        let share = if i < first { &rest } else { &mass };
        let (a, b, c) = (reward.times(share)?, next[i].times(share)?, paid.times(share)?);
        exact.push([reward, next[i].clone(), paid, a, b, c]);
    }
    let degree = exact.iter().flatten().map(Polynomial::degree).max().unwrap_or(0).max(1);
    let curve = |polynomial: &Polynomial| -> Done<Vec<i64>> {
        let mut curve = vec![0; degree as usize + 1];
        for (monomial, coefficient) in polynomial.terms() {
            curve[monomial.degree() as usize] = fixed(coefficient)?;
        }
        Ok(curve)
    };
    let mut curves = Vec::new();
    let mut alike = Vec::new();
    for (i, own) in exact.iter().enumerate() {
        let mut six: [Vec<i64>; 6] = Default::default();
        for (numbers, polynomial) in six.iter_mut().zip(own) {
            *numbers = curve(polynomial)?;
        }
        curves.push(six);
        let same = |k: &usize| exact[*k][1..3] == own[1..3];
        alike.push((0..=i).find(same).unwrap_or(i));
    }
    Ok(Data::new(first, curves, alike))
}
