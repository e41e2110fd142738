//! A game whose rewards are affine in the decision, exactly, and numbers of a region as the kernel
//! takes them.

use crate::check::Fault;
use crate::exact::{Integer, Natural, Rational, Relation, Rounding, Scaled, divide};
use crate::game::{ColumnExt, Columns, Game, Space, Variable as Own};
use smfg_kernel::{Column, Family, Monomial, Name, Polynomial, Variable};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Affine in the free parameters: the constant, then a coefficient per parameter.
pub(super) type Form = Vec<Rational>;

/// A pair of a state and an action at a stage.
pub(super) struct Pair {
    pub(super) site: usize,
    pub(super) reward: Form,
    pub(super) leader: Form,
    /// Site at the next stage, and probability.
    pub(super) next: Vec<(usize, Rational)>,
}

/// The game; sites and pairs are numbered as those of [`crate::check::multiplier::Model`].
pub(super) struct Data {
    pub(super) states: usize,
    pub(super) pairs: Vec<Pair>,
    pub(super) sites: Vec<Range<usize>>,
    pub(super) initial: Vec<Rational>,
    /// The free parameters.
    pub(super) free: Vec<u32>,
    /// Rows that are at least 0 at decisions.
    pub(super) sides: Vec<(Name, Form)>,
    /// Where the pairs of a stage begin.
    first: Vec<usize>,
}

impl Data {
    pub(super) fn new(game: &Game, space: &Space<'_>) -> Result<Self, Fault> {
        let states = game.states.len();
        let (mut pairs, mut sites, mut first) = (Vec::new(), Vec::new(), Vec::new());
        for stage in &game.stages {
            first.push(pairs.len());
            let reward = forms(space, &stage.reward)?;
            let mut leader = forms(space, &stage.leader_reward)?;
            add_payoff(game, space, first.len() - 1, &mut leader)?;
            let laws = match &stage.transition {
                None => None,
                Some(transition) => {
                    let constants = transition.probability.as_constants();
                    Some((&transition.successors, constants.ok_or(Fault::NotAffineInDecision)?))
                }
            };
            let after = sites.len() + states;
            for state in 0..states {
                let own = stage.pairs.of_state(state);
                let site = sites.len();
                sites.push(pairs.len()..pairs.len() + own.len());
                for pair in own {
                    let next = laws.iter().flat_map(|(successors, probability)| {
                        let entries = successors.of_pair(pair);
                        entries.map(|e| (after + successors.state(e), probability.get(e)))
                    });
                    let next = next.filter(|(_, p)| !p.is_zero()).collect();
                    let (reward, leader) = (reward[pair].clone(), leader[pair].clone());
                    pairs.push(Pair { site, reward, leader, next });
                }
            }
        }
        let initial = game.initial.clone();
        let free = space.free().iter().map(|&j| j as u32).collect();
        Ok(Data { states, pairs, sites, initial, free, sides: sides(space), first })
    }

    /// Stage and state of a site.
    pub(super) fn place(&self, site: usize) -> (u32, u32) {
        ((site / self.states) as u32, (site % self.states) as u32)
    }

    /// Stage of a pair, and its number there.
    pub(super) fn position(&self, pair: usize) -> (u32, u32) {
        let (t, _) = self.place(self.pairs[pair].site);
        (t, (pair - self.first[t as usize]) as u32)
    }

    /// A form as a polynomial in the parameters.
    pub(super) fn polynomial(&self, form: &[Rational]) -> Polynomial {
        let mut result = Polynomial::constant(form[0].clone());
        for (&j, value) in self.free.iter().zip(&form[1..]) {
            result.add_term(Monomial::new(vec![(Variable::Parameter(j), 1)]), value.clone());
        }
        result
    }

    /// A form per site.
    pub(super) fn values(&self, forms: &[Form]) -> Family {
        let of = |site: usize| (self.place(site), self.polynomial(&forms[site]));
        family((0..self.sites.len()).map(of))
    }
}

/// Polynomials at `(stage, entry)`, entries of a stage increasing.
pub(super) fn family(entries: impl Iterator<Item = ((u32, u32), Polynomial)>) -> Family {
    let mut parts: BTreeMap<(u32, Monomial), Vec<(u32, Rational)>> = BTreeMap::new();
    for ((t, entry), polynomial) in entries {
        for (monomial, value) in polynomial.terms() {
            parts.entry((t, monomial.clone())).or_default().push((entry, value.clone()));
        }
    }
    let mut result = Family::new();
    for ((t, monomial), entries) in parts {
        let (support, values): (Vec<u32>, Vec<Rational>) = entries.into_iter().unzip();
        let coefficients = Arc::new(Scaled::from_rationals(&values));
        let column = Arc::new(Column { support: Some(support), coefficients });
        result.entry(t).or_default().push((monomial, column));
    }
    result
}

/// Adds to the leader's reward of the pairs of a stage what the payoff adds linearly to it.
fn add_payoff(game: &Game, space: &Space<'_>, t: usize, leader: &mut [Form]) -> Result<(), Fault> {
    for (monomial, value) in game.payoff.terms() {
        let (seen, rest): (Vec<_>, Vec<_>) =
            monomial.factors().iter().partition(|factor| matches!(factor.0, Own::Aggregate(_)));
        let [(Own::Aggregate(k), 1)] = seen.as_slice() else { continue };
        let aggregate = &game.aggregates[*k as usize];
        if aggregate.stage != t {
            continue;
        }
        let form = monomial_form(space, &rest)?;
        for (state, action, share) in &aggregate.weights {
            let pair = game.stages[t].pairs.find(*state as usize, *action as usize);
            let own = &mut leader[pair.ok_or(Fault::Shape)?];
            own.iter_mut().zip(&form).for_each(|(own, part)| *own += share * value * part);
        }
    }
    Ok(())
}

/// A monomial in the parameters, of degree 1 at most.
fn monomial_form(space: &Space<'_>, factors: &[(Own, u32)]) -> Result<Form, Fault> {
    match factors {
        [] => {
            let mut one = vec![Rational::ZERO; space.dimension() + 1];
            one[0] = Rational::ONE;
            Ok(one)
        }
        [(Own::Parameter(j), 1)] => Ok(joined(&space.affine()[*j as usize])),
        _ => Err(Fault::NotAffineInDecision),
    }
}

/// Every entry of columns, which see no population.
fn forms(space: &Space<'_>, columns: &Columns) -> Result<Vec<Form>, Fault> {
    let width = space.dimension() + 1;
    let mut rows = vec![vec![Rational::ZERO; width]; columns.len()];
    for (monomial, column) in columns.columns() {
        let form = monomial_form(space, monomial.factors())?;
        for (entry, coefficient) in column.entries() {
            let terms = rows[entry].iter_mut().zip(&form);
            terms
                .filter(|(_, value)| !value.is_zero())
                .for_each(|(own, v)| *own += &coefficient * v);
        }
    }
    Ok(rows)
}

fn joined((constant, coefficients): &(Rational, Vec<Rational>)) -> Form {
    std::iter::once(constant).chain(coefficients).cloned().collect()
}

/// The rows of the decision set besides the ends of free parameters, in the order of
/// [`crate::check::multiplier::Model::sides`].
fn sides(space: &Space<'_>) -> Vec<(Name, Form)> {
    let polytope = space.polytope();
    let mut sides = Vec::new();
    let mut side = |name: Name, form: &[Rational], negated: bool, offset: &Rational| {
        let sign = |value: &Rational| if negated { -value } else { value.clone() };
        let mut side: Form = form.iter().map(sign).collect();
        side[0] += -sign(offset);
        sides.push((name, side));
    };
    for (j, affine) in space.affine().iter().enumerate() {
        if !space.free().contains(&j) && affine.1.iter().any(|c| !c.is_zero()) {
            let name = Variable::Parameter(j as u32);
            side(Name::Lower(name), &joined(affine), false, &polytope.lower[j]);
            side(Name::Upper(name), &joined(affine), true, &polytope.upper[j]);
        }
    }
    for (k, constraint) in polytope.constraints.iter().enumerate() {
        if constraint.relation == Relation::Equal {
            continue;
        }
        let mut sum = vec![Rational::ZERO; space.dimension() + 1];
        for (coefficient, affine) in constraint.coefficients.iter().zip(space.affine()) {
            sum.iter_mut().zip(joined(affine)).for_each(|(own, value)| *own += coefficient * value);
        }
        let negated = constraint.relation == Relation::AtMost;
        side(Name::Constraint(k as u32), &sum, negated, &constraint.right_side);
    }
    sides
}

/// The number over `2^bits` next to a value.
pub(super) fn rounded(value: &Rational, bits: u32, rounding: Rounding) -> Rational {
    let unit = Natural::ONE << bits as usize;
    let scaled = value.numerator() * Integer::from(unit.clone());
    let amount = divide(&scaled, &Integer::from(value.denominator().clone()), rounding);
    Rational::from_parts(amount, unit)
}

/// A box of the free parameters.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    pub(super) low: Vec<Rational>,
    pub(super) high: Vec<Rational>,
}

impl Ends {
    /// The greatest, or least, value of every term of a form but the constant.
    pub(super) fn terms<'a>(
        &'a self,
        form: &'a [Rational],
        greatest: bool,
    ) -> impl Iterator<Item = Rational> + 'a {
        form[1..].iter().zip(self.low.iter().zip(&self.high)).map(move |(value, (low, high))| {
            match value.is_zero() {
                true => Rational::ZERO,
                false if (*value > Rational::ZERO) == greatest => value * high,
                false => value * low,
            }
        })
    }

    /// The greatest, or least, value of a form.
    pub(super) fn extreme(&self, form: &[Rational], greatest: bool) -> Rational {
        self.terms(form, greatest).fold(form[0].clone(), |sum, term| sum + term)
    }
}
