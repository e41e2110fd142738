//! A game whose transitions are constants and whose rewards are affine in the decision, in fixed
//! point.

use super::super::lifted::numbers::{Enclosure, narrow};
use super::super::verdict::Fault;
use crate::exact::{Rational, Relation};
use crate::game::ColumnExt;
use crate::game::{Columns, Game, Monomial, Space, Variable};
use std::ops::Range;

/// Most fractional bits: products of two numbers must fit 128 bits.
pub const MOST_BITS: u32 = 52;
/// Most numbers that a model may hold.
const MOST_NUMBERS: usize = 1 << 22;
/// Most products that comparing the pairs of every site may take.
const MOST_PRODUCTS: usize = 1 << 28;

/// Affine in the free parameters: the constant, then a coefficient per parameter.
pub type Form = Vec<Enclosure>;

/// A pair of a state and an action at a stage.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The action.
    pub action: usize,
    /// What a follower earns.
    pub reward: Form,
    /// What the leader earns per unit of mass.
    pub leader: Form,
    /// Probability of each state of the next stage; empty at the last stage.
    pub next: Vec<Enclosure>,
}

/// The game; a *site* is a state at a stage, sites and pairs are numbered stage by stage and state
/// by state.
#[derive(Debug, Clone)]
pub struct Model {
    pub(super) bits: u32,
    pub(super) states: usize,
    pub(super) pairs: Vec<Pair>,
    /// Pairs of each site.
    pub(super) sites: Vec<Range<usize>>,
    /// Site of each pair.
    pub(super) site: Vec<usize>,
    /// Mass of each state at the first stage.
    pub(super) initial: Vec<Enclosure>,
    /// Constant of the leader's reward.
    pub(super) constant: Form,
    pub(super) epsilon: Enclosure,
    /// Not negative at decisions.
    pub(super) sides: Vec<Form>,
    /// Ends of the free parameters.
    pub(super) low: Vec<i64>,
    pub(super) high: Vec<i64>,
}

impl Model {
    /// The model of `game`, whose decisions are those of `space`.
    ///
    /// # Errors
    /// [`Fault::NotAffineInDecision`] when the game is another one, [`Fault::TooLarge`] when
    /// numbers or sizes are too large.
    pub fn new(
        game: &Game,
        space: &Space<'_>,
        epsilon: &Rational,
        bits: u32,
    ) -> Result<Self, Fault> {
        if bits > MOST_BITS {
            return Err(Fault::TooLarge);
        }
        let width = space.dimension() + 1;
        let states = game.states.len();
        let count = game.pairs();
        let numbers = states.checked_add(2 * width).and_then(|per| per.checked_mul(count.max(1)));
        if numbers.is_none_or(|numbers| numbers > MOST_NUMBERS) {
            return Err(Fault::TooLarge);
        }
        let all_states = game.stages.iter().flat_map(|stage| {
            (0..stage.pairs.states()).map(|state| stage.pairs.of_state(state).len())
        });
        let comparisons = all_states
            .fold(0usize, |sum, actions| sum.saturating_add(actions.saturating_mul(actions)));
        if comparisons.saturating_mul(states + width) > MOST_PRODUCTS {
            return Err(Fault::TooLarge);
        }
        let reader = Reader { space, width };
        let (constant, per_aggregate) = reader.payoff(game)?;
        let form = |exact: &[Rational]| {
            exact.iter().map(|value| Enclosure::of(value, bits)).collect::<Result<Form, Fault>>()
        };
        let (mut pairs, mut sites, mut site) =
            (Vec::with_capacity(count), Vec::new(), Vec::with_capacity(count));
        for (t, stage) in game.stages.iter().enumerate() {
            let reward = reader.columns(&stage.reward)?;
            let mut leader = reader.columns(&stage.leader_reward)?;
            for (aggregate, weight) in game
                .aggregates
                .iter()
                .zip(&per_aggregate)
                .filter(|(aggregate, _)| aggregate.stage == t)
            {
                for (state, action, share) in &aggregate.weights {
                    let pair =
                        stage.pairs.find(*state as usize, *action as usize).ok_or(Fault::Shape)?;
                    let row = leader.get_mut(pair).ok_or(Fault::Shape)?;
                    row.iter_mut().zip(weight).for_each(|(own, weight)| *own += share * weight);
                }
            }
            let laws = match &stage.transition {
                Some(transition) => {
                    let constants =
                        transition.probability.as_constants().ok_or(Fault::NotAffineInDecision)?;
                    Some((&transition.successors, constants))
                }
                None => None,
            };
            let base = pairs.len();
            for state in 0..stage.pairs.states() {
                let own = stage.pairs.of_state(state);
                if own.is_empty() {
                    return Err(Fault::Shape);
                }
                sites.push(base + own.start..base + own.end);
                for pair in own {
                    let mut next =
                        vec![Enclosure::exact(0); if laws.is_some() { states } else { 0 }];
                    if let Some((successors, probability)) = &laws {
                        for entry in successors.of_pair(pair) {
                            let place =
                                next.get_mut(successors.state(entry)).ok_or(Fault::Shape)?;
                            *place = place.plus(Enclosure::of(&probability.get(entry), bits)?)?;
                        }
                    }
                    site.push(sites.len() - 1);
                    pairs.push(Pair {
                        action: stage.pairs.action(pair),
                        reward: form(&reward[pair])?,
                        leader: form(&leader[pair])?,
                        next,
                    });
                }
            }
            if stage.pairs.states() != states || (laws.is_none() && t + 1 < game.stages.len()) {
                return Err(Fault::Shape);
            }
        }
        let initial = game
            .initial
            .iter()
            .map(|value| Enclosure::of(value, bits))
            .collect::<Result<Vec<_>, _>>()?;
        let sides = reader.sides().iter().map(|side| form(side)).collect::<Result<Vec<_>, _>>()?;
        let polytope = space.polytope();
        let end = |side: &[Rational], upper: bool| {
            let one = |&j: &usize| {
                let end = Enclosure::of(side.get(j).ok_or(Fault::Shape)?, bits)?;
                Ok(if upper { end.high } else { end.low })
            };
            space.free().iter().map(one).collect::<Result<Vec<i64>, Fault>>()
        };
        let (low, high) = (end(&polytope.lower, false)?, end(&polytope.upper, true)?);
        if game.stages.is_empty() || game.initial.len() != states {
            return Err(Fault::Shape);
        }
        let epsilon = Enclosure::of(epsilon, bits)?;
        Ok(Model {
            bits,
            states,
            pairs,
            sites,
            site,
            initial,
            constant: form(&constant)?,
            epsilon,
            sides,
            low,
            high,
        })
    }

    /// Fractional bits of all numbers.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Number of states.
    #[must_use]
    pub fn states(&self) -> usize {
        self.states
    }

    /// Number of free parameters.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.low.len()
    }

    /// The pairs.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// The pairs of each site.
    #[must_use]
    pub fn sites(&self) -> &[Range<usize>] {
        &self.sites
    }

    /// The site at the next stage that a successor state of `site` is.
    #[must_use]
    pub fn following(&self, site: usize, state: usize) -> usize {
        (site / self.states + 1) * self.states + state
    }

    /// Mass of each state at the first stage.
    #[must_use]
    pub fn initial(&self) -> &[Enclosure] {
        &self.initial
    }

    /// Constant of the leader's reward.
    #[must_use]
    pub fn constant(&self) -> &[Enclosure] {
        &self.constant
    }

    /// Forms that are not negative at decisions.
    #[must_use]
    pub fn sides(&self) -> &[Form] {
        &self.sides
    }

    /// The range of a form over a box of the free parameters.
    pub(super) fn range(
        &self,
        form: &[Enclosure],
        low: &[i64],
        high: &[i64],
    ) -> Result<Enclosure, Fault> {
        let mut sum = form.first().copied().unwrap_or_default();
        for ((coefficient, &low), &high) in form.iter().skip(1).zip(low).zip(high) {
            sum = sum.plus(coefficient.times(Enclosure { low, high }, self.bits)?)?;
        }
        Ok(sum)
    }
}

/// `a - b`
pub(super) fn minus(a: Enclosure, b: Enclosure) -> Result<Enclosure, Fault> {
    let difference = |a: i64, b: i64| narrow(i128::from(a) - i128::from(b));
    Ok(Enclosure { low: difference(a.low, b.high)?, high: difference(a.high, b.low)? })
}

/// `sum += factor * form`
pub(super) fn add_multiple(
    sum: &mut [Enclosure],
    factor: Enclosure,
    form: &[Enclosure],
    bits: u32,
) -> Result<(), Fault> {
    for (own, value) in sum.iter_mut().zip(form) {
        *own = own.plus(factor.times(*value, bits)?)?;
    }
    Ok(())
}

/// Forms in the free parameters, exactly.
struct Reader<'a> {
    space: &'a Space<'a>,
    width: usize,
}

impl Reader<'_> {
    fn nothing(&self) -> Vec<Rational> {
        vec![Rational::ZERO; self.width]
    }

    /// A monomial without population, of degree 1 at most.
    fn monomial(&self, monomial: &[(Variable, u32)]) -> Result<Vec<Rational>, Fault> {
        let mut form = self.nothing();
        match monomial {
            [] => form[0] = Rational::ONE,
            [(Variable::Parameter(j), 1)] => {
                let (constant, coefficients) =
                    self.space.affine().get(*j as usize).ok_or(Fault::Shape)?;
                form[0] = constant.clone();
                form.iter_mut()
                    .skip(1)
                    .zip(coefficients)
                    .for_each(|(own, value)| *own = value.clone());
            }
            _ => return Err(Fault::NotAffineInDecision),
        }
        Ok(form)
    }

    fn columns(&self, columns: &Columns) -> Result<Vec<Vec<Rational>>, Fault> {
        let mut rows = vec![self.nothing(); columns.len()];
        for (monomial, column) in columns.columns() {
            let form = self.monomial(monomial.factors())?;
            for (entry, coefficient) in column.entries() {
                let row = rows.get_mut(entry).ok_or(Fault::Shape)?;
                row.iter_mut().zip(&form).for_each(|(own, value)| *own += &coefficient * value);
            }
        }
        Ok(rows)
    }

    /// The constant of the payoff, and the coefficient of each aggregate in it.
    fn payoff(&self, game: &Game) -> Result<(Vec<Rational>, Vec<Vec<Rational>>), Fault> {
        let mut constant = self.nothing();
        let mut per_aggregate = vec![self.nothing(); game.aggregates.len()];
        for (monomial, coefficient) in game.payoff.terms() {
            let (seen, rest) = split(monomial);
            let form = self.monomial(&rest)?;
            let target = match seen.as_slice() {
                [] => &mut constant,
                [k] => per_aggregate.get_mut(*k).ok_or(Fault::Shape)?,
                _ => return Err(Fault::NotAffineInDecision),
            };
            target.iter_mut().zip(&form).for_each(|(own, value)| *own += coefficient * value);
        }
        Ok((constant, per_aggregate))
    }

    /// What is not negative at decisions besides the distances from the ends of free parameters.
    fn sides(&self) -> Vec<Vec<Rational>> {
        let polytope = self.space.polytope();
        let mut sides = Vec::new();
        let mut side = |form: &[Rational], negated: bool, offset: &Rational| {
            let mut side: Vec<Rational> = form
                .iter()
                .map(|value| if negated { -value.clone() } else { value.clone() })
                .collect();
            side[0] += if negated { offset.clone() } else { -offset.clone() };
            sides.push(side);
        };
        let form = |(constant, coefficients): &(Rational, Vec<Rational>)| {
            std::iter::once(constant).chain(coefficients).cloned().collect::<Vec<Rational>>()
        };
        for (j, affine) in
            self.space.affine().iter().enumerate().filter(|(j, _)| !self.space.free().contains(j))
        {
            if affine.1.iter().any(|coefficient| !coefficient.is_zero()) {
                side(&form(affine), false, &polytope.lower[j]);
                side(&form(affine), true, &polytope.upper[j]);
            }
        }
        for constraint in
            polytope.constraints.iter().filter(|constraint| constraint.relation != Relation::Equal)
        {
            let mut sum = self.nothing();
            for (coefficient, affine) in constraint.coefficients.iter().zip(self.space.affine()) {
                sum.iter_mut()
                    .zip(form(affine))
                    .for_each(|(own, value)| *own += coefficient * value);
            }
            side(&sum, constraint.relation == Relation::AtMost, &constraint.right_side);
        }
        sides
    }
}

/// The aggregates of a monomial, one entry per power, and the rest.
fn split(monomial: &Monomial) -> (Vec<usize>, Vec<(Variable, u32)>) {
    let mut seen = Vec::new();
    let mut rest = Vec::new();
    for &(variable, exponent) in monomial.factors() {
        match variable {
            Variable::Aggregate(k) => {
                seen.extend(std::iter::repeat_n(k as usize, exponent.min(2) as usize))
            }
            Variable::Parameter(_) | Variable::Function(_) => rest.push((variable, exponent)),
        }
    }
    (seen, rest)
}
