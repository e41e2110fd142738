//! Sums of multiples of rows: one lane of numbers per stage and monomial.

use crate::error::Refusal;
use crate::listing::{Column, Columns, Listing, Stage, Transition};
use crate::number::{Lane, Rational, Scaled};
use crate::polynomial::{Frame, Monomial, Polynomial, Variable};
use crate::row::{Family, Row, Side};
use crate::work::spend;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Lanes by monomial.
pub(crate) type Lanes = BTreeMap<Monomial, Lane>;

/// `constant + sum mass_i d_i + sum value_ts v_t(s)` while it is added up.
pub(crate) struct Sum<'a> {
    listing: &'a Listing,
    pub(crate) constant: Polynomial,
    pub(crate) mass: BTreeMap<u32, Lanes>,
    pub(crate) value: BTreeMap<(Side, u32), Lanes>,
}

/// The column of one coefficient, for an entry or for all products.
pub(crate) fn single(value: &Rational) -> Scaled {
    Scaled::from_rationals(std::slice::from_ref(value))
}

pub(crate) fn lane(lanes: &mut Lanes, monomial: Monomial, len: usize) -> &mut Lane {
    lanes.entry(monomial).or_insert_with(|| Lane::new(len))
}

/// `(pair, index of the probability)` for every entry of a probability column.
pub(crate) fn walk<'a>(
    transition: &'a Transition,
    column: &'a Column,
    pairs: Range<usize>,
) -> impl Iterator<Item = (usize, usize)> + 'a {
    pairs.flat_map(move |pair| {
        column.indices(transition.successors.of_pair(pair)).map(move |index| (pair, index))
    })
}

impl<'a> Sum<'a> {
    pub(crate) fn new(listing: &'a Listing) -> Self {
        Sum { listing, constant: Polynomial::zero(), mass: BTreeMap::new(), value: BTreeMap::new() }
    }

    fn stage(&self, t: u32) -> Result<&'a Stage, Refusal> {
        spend(1)?;
        let listing = self.listing;
        listing
            .stages
            .get(t as usize)
            .ok_or_else(|| Refusal::Step(format!("there is no stage {t}")))
    }

    fn mass_lane(&mut self, t: u32, monomial: Monomial) -> &mut Lane {
        let pairs = self.listing.stages[t as usize].pairs();
        lane(self.mass.entry(t).or_default(), monomial, pairs)
    }

    fn value_lane(&mut self, side: Side, t: u32, monomial: Monomial) -> &mut Lane {
        let states = self.listing.states;
        lane(self.value.entry((side, t)).or_default(), monomial, states)
    }

    /// Adds `factor * multiplier * row`.
    pub(crate) fn add_row(
        &mut self,
        factor: &Rational,
        multiplier: &Polynomial,
        row: &Row,
    ) -> Result<(), Refusal> {
        let one = Scaled::from_small(vec![1], 1);
        let product = multiplier.times(&row.constant)?;
        self.constant = std::mem::take(&mut self.constant).plus(&product, factor);
        for (t, pair, coefficient) in &row.mass {
            if *pair as usize >= self.stage(*t)?.pairs() {
                return Err(Refusal::Step(format!("there is no pair {pair} at stage {t}")));
            }
            for (monomial, value) in multiplier.times(coefficient)?.terms() {
                let entry = std::iter::once((*pair as usize, 0, 0));
                let value = single(&(value * factor));
                self.mass_lane(*t, monomial.clone()).add(false, &value, &one, entry);
            }
        }
        for (side, t, state, coefficient) in &row.value {
            self.stage(*t)?;
            if *state as usize >= self.listing.states {
                return Err(Refusal::Step(format!("there is no state {state}")));
            }
            for (monomial, value) in multiplier.times(coefficient)?.terms() {
                let entry = std::iter::once((*state as usize, 0, 0));
                let value = single(&(value * factor));
                self.value_lane(*side, *t, monomial.clone()).add(false, &value, &one, entry);
            }
        }
        if !row.loss.is_zero() {
            self.add_loss(&Polynomial::zero().plus(multiplier, &(factor * &row.loss)));
        }
        if !row.reward.is_zero() {
            self.add_reward(&Polynomial::zero().plus(multiplier, &(factor * &row.reward)))?;
        }
        Ok(())
    }

    /// Adds `multiplier * (mu0'v_0 - sum r_i d_i)`.
    fn add_loss(&mut self, multiplier: &Polynomial) {
        let listing = self.listing;
        for (monomial, value) in multiplier.terms() {
            let factor = single(value);
            let entries = (0..listing.states).map(|s| (s, s, 0));
            self.value_lane(Side::Follower, 0, monomial.clone()).add(
                false,
                &listing.initial,
                &factor,
                entries,
            );
            for (t, stage) in listing.stages.iter().enumerate() {
                self.add_masses(t as u32, &single(&-value), monomial, &stage.reward);
            }
        }
    }

    /// Adds `multiplier * (h + sum c_i d_i)`.
    fn add_reward(&mut self, multiplier: &Polynomial) -> Result<(), Refusal> {
        let listing = self.listing;
        let payoff = multiplier.times(&listing.payoff)?;
        self.constant = std::mem::take(&mut self.constant).plus(&payoff, &Rational::ONE);
        for (monomial, value) in multiplier.terms() {
            for (t, stage) in listing.stages.iter().enumerate() {
                self.add_masses(t as u32, &single(value), monomial, &stage.leader_reward);
            }
        }
        Ok(())
    }

    /// Adds `factor * monomial * sum columns_i d_i` at a stage.
    pub(crate) fn add_masses(
        &mut self,
        t: u32,
        factor: &Scaled,
        monomial: &Monomial,
        columns: &Columns,
    ) {
        for (own, column) in columns {
            let entries =
                (0..column.coefficients.len()).map(|index| (column.position(index), index, 0));
            self.mass_lane(t, monomial.times(own)).add(
                false,
                &column.coefficients,
                factor,
                entries,
            );
        }
    }

    /// Subtracts `multiplier * (1 - sum of the masses of stage t)`.
    pub(crate) fn subtract_stage_mass(
        &mut self,
        t: u32,
        multiplier: &Polynomial,
    ) -> Result<(), Refusal> {
        let (pairs, one) = (self.stage(t)?.pairs(), Scaled::from_small(vec![1], 1));
        self.constant = std::mem::take(&mut self.constant).plus(multiplier, &Rational::NEG_ONE);
        for (monomial, value) in multiplier.terms() {
            let entries = (0..pairs).map(|pair| (pair, 0, 0));
            self.mass_lane(t, monomial.clone()).add(false, &single(value), &one, entries);
        }
        Ok(())
    }

    /// Subtracts the flow equations times `family`:
    /// `mu0(s)` or `sum P_j(s) d_j` of the stage before, less `sum over pairs i of s of d_i`.
    pub(crate) fn subtract_flow(&mut self, family: &Family) -> Result<(), Refusal> {
        let (listing, one) = (self.listing, Scaled::from_small(vec![1], 1));
        for (&t, columns) in family {
            let stage = self.stage(t)?;
            for (monomial, column) in columns {
                let of_state = |index: usize| stage.of_state(column.position(index));
                let entries = (0..column.coefficients.len())
                    .flat_map(|index| of_state(index).map(move |pair| (pair, index, 0)));
                self.mass_lane(t, monomial.clone()).add(false, &column.coefficients, &one, entries);
                if t == 0 {
                    let mut sum = Lane::new(1);
                    let entries = (0..column.coefficients.len())
                        .map(|index| (0, index, column.position(index)));
                    sum.add(true, &column.coefficients, &listing.initial, entries);
                    self.add_constant(monomial, &sum);
                    continue;
                }
                let before = &listing.stages[t as usize - 1];
                let Some(transition) = &before.transition else { continue };
                for (own, probability) in &transition.probability {
                    let entries = walk(transition, probability, 0..before.pairs()).filter_map(
                        |(pair, index)| {
                            let entry = probability.position(index);
                            let state = transition.successors.state[entry] as usize;
                            column.index(state).map(|place| (pair, place, index))
                        },
                    );
                    self.mass_lane(t - 1, monomial.times(own)).add(
                        true,
                        &column.coefficients,
                        &probability.coefficients,
                        entries,
                    );
                }
            }
        }
        Ok(())
    }

    fn add_constant(&mut self, monomial: &Monomial, sum: &Lane) {
        let value = Rational::from_parts(sum.get(0), sum.denominator().clone());
        self.constant.add_term(monomial.clone(), value);
    }

    /// Subtracts `family_i (v_t(s) - r_i - sum P_i(s') v_{t+1}(s'))` over the pairs.
    pub(crate) fn subtract_bellman(
        &mut self,
        family: &Family,
        factor: &Polynomial,
    ) -> Result<(), Refusal> {
        for (&t, columns) in family {
            for (multiple, scale) in factor.terms() {
                let scale = single(scale);
                for (monomial, column) in columns {
                    let monomial = monomial.times(multiple);
                    let values = scaled_by(column, &scale);
                    self.add_values(Side::Follower, t, &monomial, &values, true)?;
                    self.add_rewards(t, &monomial, &values, true)?;
                }
            }
        }
        Ok(())
    }

    /// Subtracts `family_i (sigma c_i + lambda z_i + sum P_i(s') y_{t+1}(s') - y_t(s))`, without
    /// `lambda z_i` for the pairs of `optimal`.
    pub(crate) fn subtract_dual(
        &mut self,
        family: &Family,
        sigma: &Rational,
        optimal: &BTreeSet<(u32, u32)>,
    ) -> Result<(), Refusal> {
        let multiplier = Polynomial::variable(Variable::Multiplier);
        for (&t, columns) in family {
            for (monomial, column) in columns {
                self.add_values(Side::Dual, t, monomial, column, false)?;
                let signed = scaled_by(column, &single(&-sigma));
                self.add_rewards(t, monomial, &signed, false)?;
            }
        }
        let mut others = Family::new();
        for (&t, columns) in family {
            for (monomial, column) in columns {
                let kept = (0..column.coefficients.len())
                    .filter(|&index| !optimal.contains(&(t, column.position(index) as u32)));
                let (support, values): (Vec<u32>, Vec<Rational>) = kept
                    .map(|index| (column.position(index) as u32, column.coefficients.get(index)))
                    .unzip();
                let coefficients = std::sync::Arc::new(Scaled::from_rationals(&values));
                let column = Column { support: Some(support), coefficients };
                others.entry(t).or_default().push((monomial.clone(), std::sync::Arc::new(column)));
            }
        }
        self.subtract_bellman(&others, &multiplier)
    }

    /// Subtracts `family_i (w_t(s) - sigma c_i - sum P_i(s') w_{t+1}(s'))`.
    pub(crate) fn subtract_lead(
        &mut self,
        family: &Family,
        sigma: &Rational,
    ) -> Result<(), Refusal> {
        for (&t, columns) in family {
            for (monomial, column) in columns {
                self.add_values(Side::Leader, t, monomial, column, true)?;
                let signed = scaled_by(column, &single(sigma));
                self.add_rewards(t, monomial, &signed, false)?;
            }
        }
        Ok(())
    }

    /// Adds `column_i (w_t(s) - sum P_i(s') w_{t+1}(s'))` or subtracts it, `w` the values of a side.
    fn add_values(
        &mut self,
        side: Side,
        t: u32,
        monomial: &Monomial,
        column: &Column,
        subtract: bool,
    ) -> Result<(), Refusal> {
        let (stage, one) = (self.stage(t)?, Scaled::from_small(vec![1], 1));
        let indices = || 0..column.coefficients.len();
        let entries = indices().map(|index| (stage.state_of(column.position(index)), index, 0));
        self.value_lane(side, t, monomial.clone()).add(
            subtract,
            &column.coefficients,
            &one,
            entries,
        );
        let Some(transition) = &stage.transition else { return Ok(()) };
        for (own, probability) in &transition.probability {
            let entries = indices().flat_map(|index| {
                let pair = column.position(index);
                walk(transition, probability, pair..pair + 1).map(move |(_, place)| {
                    let entry = probability.position(place);
                    (transition.successors.state[entry] as usize, index, place)
                })
            });
            self.value_lane(side, t + 1, monomial.times(own)).add(
                !subtract,
                &column.coefficients,
                &probability.coefficients,
                entries,
            );
        }
        Ok(())
    }

    /// Adds `sum column_i r_i` to the constant, the followers' rewards or else the leader's.
    fn add_rewards(
        &mut self,
        t: u32,
        monomial: &Monomial,
        column: &Column,
        followers: bool,
    ) -> Result<(), Refusal> {
        let stage = self.stage(t)?;
        let lead = if followers { Columns::new() } else { self.listing.lead(t as usize) };
        for (own, reward) in if followers { &stage.reward } else { &lead } {
            let mut sum = Lane::new(1);
            let entries = (0..column.coefficients.len()).filter_map(|index| {
                reward.index(column.position(index)).map(|place| (0, index, place))
            });
            sum.add(false, &column.coefficients, &reward.coefficients, entries);
            self.add_constant(&monomial.times(own), &sum);
        }
        Ok(())
    }

    /// Subtracts `family_i (d_i - pi_i sum of d_j over the pairs j of the site of i)`.
    pub(crate) fn subtract_policy(
        &mut self,
        family: &Family,
        policy: &Family,
    ) -> Result<(), Refusal> {
        let one = Scaled::from_small(vec![1], 1);
        for (&t, columns) in family {
            let stage = self.stage(t)?;
            for (monomial, column) in columns {
                let indices = || 0..column.coefficients.len();
                let entries = indices().map(|index| (column.position(index), index, 0));
                self.mass_lane(t, monomial.clone()).add(true, &column.coefficients, &one, entries);
                for (own, share) in policy.get(&t).into_iter().flatten() {
                    let entries = indices().flat_map(|index| {
                        let pair = column.position(index);
                        let site = stage.of_state(stage.state_of(pair));
                        share.index(pair).into_iter().flat_map(move |place| {
                            site.clone().map(move |other| (other, index, place))
                        })
                    });
                    self.mass_lane(t, monomial.times(own)).add(
                        false,
                        &column.coefficients,
                        &share.coefficients,
                        entries,
                    );
                }
            }
        }
        Ok(())
    }

    /// Subtracts `family_ts (bound_ts - w_t(s))`, or with `floor` times -1, `w` the values of a
    /// side.
    pub(crate) fn subtract_bound(
        &mut self,
        side: Side,
        family: &Family,
        bound: &Family,
        floor: bool,
    ) -> Result<(), Refusal> {
        let one = Scaled::from_small(vec![1], 1);
        for (&t, columns) in family {
            self.stage(t)?;
            for (monomial, column) in columns {
                let indices = || 0..column.coefficients.len();
                let entries = indices().map(|index| (column.position(index), index, 0));
                self.value_lane(side, t, monomial.clone()).add(
                    floor,
                    &column.coefficients,
                    &one,
                    entries,
                );
                for (own, value) in bound.get(&t).into_iter().flatten() {
                    let mut sum = Lane::new(1);
                    let entries = indices().filter_map(|index| {
                        value.index(column.position(index)).map(|place| (0, index, place))
                    });
                    sum.add(!floor, &column.coefficients, &value.coefficients, entries);
                    self.add_constant(&monomial.times(own), &sum);
                }
            }
        }
        Ok(())
    }

    /// Puts `d_i = masses_i` in place of the masses.
    pub(crate) fn put_masses(&mut self, masses: &Family) {
        for (t, lanes) in std::mem::take(&mut self.mass) {
            for (monomial, lane) in lanes {
                for (own, column) in masses.get(&t).into_iter().flatten() {
                    let mut sum = Lane::new(1);
                    let entries = (0..column.coefficients.len())
                        .map(|index| (0, column.position(index), index));
                    sum.add_lane(&lane, &column.coefficients, entries);
                    self.add_constant(&monomial.times(own), &sum);
                }
            }
        }
    }
}

fn scaled_by(column: &Column, factor: &Scaled) -> Column {
    if factor.get(0) == Rational::ONE {
        return column.clone();
    }
    let values: Vec<Rational> =
        column.coefficients.iter().map(|value| value * factor.get(0)).collect();
    let coefficients = std::sync::Arc::new(Scaled::from_rationals(&values));
    Column { support: column.support.clone(), coefficients }
}

/// Lanes in unit coordinates.
pub(crate) fn expanded(lanes: &Lanes, frame: &Frame) -> Result<Lanes, Refusal> {
    let mut result = Lanes::new();
    for (monomial, source) in lanes {
        for (unit, value) in frame.expand_monomial(monomial)?.terms() {
            spend(1)?;
            let entries = (0..source.len()).map(|index| (index, index, 0));
            lane(&mut result, unit.clone(), source.len()).add_lane(source, &single(value), entries);
        }
    }
    Ok(result)
}

/// The first entry that is not shown to be at least 0 over a frame, among those that count.
pub(crate) fn first_negative(
    lanes: &Lanes,
    frame: &Frame,
    counts: impl Fn(usize) -> bool,
) -> Result<Option<usize>, Refusal> {
    Ok(negative(lanes, frame, counts, true)?.first().copied())
}

/// The entries that are not shown to be at least 0 over a frame, among those that count; with
/// `stop` the first one alone.
pub(crate) fn negative(
    lanes: &Lanes,
    frame: &Frame,
    counts: impl Fn(usize) -> bool,
    stop: bool,
) -> Result<Vec<usize>, Refusal> {
    let mut found = Vec::new();
    let unit = expanded(lanes, frame)?;
    let moving: Vec<(&Monomial, &Lane)> =
        unit.iter().filter(|(monomial, lane)| !monomial.is_one() && !lane.is_zero()).collect();
    let constant = unit.get(&Monomial::one());
    let len = unit.values().next().map_or(0, Lane::len);
    for entry in 0..len {
        spend(1 + moving.len())?;
        if stop && !found.is_empty() {
            break;
        }
        let base = constant.map_or(0, |lane| lane.sign(entry));
        let still = moving.iter().all(|(_, lane)| lane.sign(entry) == 0);
        if (still && base >= 0) || !counts(entry) {
            continue;
        }
        if still {
            found.push(entry);
            continue;
        }
        let number =
            |lane: &Lane| Rational::from_parts(lane.get(entry), lane.denominator().clone());
        let mut terms: Vec<(&Monomial, Rational)> = moving
            .iter()
            .filter(|(_, lane)| lane.sign(entry) != 0)
            .map(|(monomial, lane)| (*monomial, number(lane)))
            .collect();
        let one = Monomial::one();
        if let Some(lane) = constant.filter(|_| base != 0) {
            terms.push((&one, number(lane)));
        }
        match frame.lowest_unit(terms)? {
            Some(least) if least >= Rational::ZERO => {}
            _ => found.push(entry),
        }
    }
    Ok(found)
}

/// Whether all polynomials of some lanes are 0 on a frame: as polynomials in unit coordinates, the
/// last barycentric one being 1 less the others.
pub(crate) fn vanish(lanes: &Lanes, frame: &Frame) -> Result<bool, Refusal> {
    if lanes.values().all(Lane::is_zero) {
        return Ok(true);
    }
    let unit = expanded(lanes, frame)?;
    let Some(last) = frame.shares.checked_sub(1) else {
        return Ok(unit.values().all(Lane::is_zero));
    };
    // In this frame all unit coordinates but the last barycentric one stand for themselves.
    let mut plain = Frame { shares: frame.shares, ..Frame::default() };
    for &(variable, _) in unit.keys().flat_map(Monomial::factors) {
        plain.ends.insert(variable, (Some(Rational::ZERO), Some(Rational::ONE)));
    }
    let mut rest = Polynomial::constant(Rational::ONE);
    for k in 0..last {
        plain.ends.remove(&Variable::Share(k));
        rest.add_term(Monomial::new(vec![(Variable::Share(k), 1)]), Rational::NEG_ONE);
    }
    plain.ends.remove(&Variable::Share(last));
    plain.substitutions.insert(Variable::Share(last), rest);
    Ok(expanded(&unit, &plain)?.values().all(Lane::is_zero))
}

/// Whether a polynomial is 0 on a frame.
pub(crate) fn vanishes(polynomial: &Polynomial, frame: &Frame) -> Result<bool, Refusal> {
    let one = Scaled::from_small(vec![1], 1);
    let mut lanes = Lanes::new();
    for (monomial, value) in polynomial.terms() {
        let entry = std::iter::once((0, 0, 0));
        lane(&mut lanes, monomial.clone(), 1).add(false, &single(value), &one, entry);
    }
    vanish(&lanes, frame)
}
