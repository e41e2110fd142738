//! What a rule and multipliers of facts show on a region.

use super::super::lifted::numbers::Enclosure;
use super::super::verdict::Fault;
use super::model::{Form, Model, add_multiple, minus};
use super::region::{Region, Site};
use crate::certificate::Amount;

/// Facts per pair.
pub const FACTS: usize = 3;

/// An affine function of the decision, the followers' values and the leader's, and of which pair is
/// played at a site.
struct Sum {
    decision: Form,
    value: Vec<Enclosure>,
    leader: Vec<Enclosure>,
    /// Coefficient of "this pair is played", never positive.
    played: Vec<i64>,
}

/// What flows where a rule is followed.
struct Flow {
    /// Mass per pair.
    mass: Vec<Enclosure>,
    /// Mass per site that plays the best response from there on.
    leaving: Vec<Enclosure>,
    /// `sum d r` and `sum d c`.
    reward: Form,
    leader: Form,
}

/// Shows an upper bound, over `2^bits`, of the value at the decisions of a region whose best
/// multiplier is in it.
///
/// # Errors
/// [`Fault`] when the rule is none, a fact does not hold, or the multipliers have no end and the
/// rule may lose more than epsilon.
pub fn judge(
    model: &Model,
    region: &Region,
    sites: &[Site],
    rule: &[Amount],
    facts: [&[Amount]; 2],
) -> Result<i64, Fault> {
    let flow = flow(model, rule)?;
    let mut bound = greatest(model, region, sites, &flow, (true, region.least), facts[0])?;
    match region.greatest {
        Some(end) => {
            bound = bound.max(greatest(model, region, sites, &flow, (true, end), facts[1])?)
        }
        None => {
            let unit = 1i64 << model.bits;
            if greatest(model, region, sites, &flow, (false, unit), facts[1])? > 0 {
                return Err(Fault::Unlimited);
            }
        }
    }
    Ok(bound)
}

/// Masses, from the first stage on.
fn flow(model: &Model, rule: &[Amount]) -> Result<Flow, Fault> {
    let unit = 1i64 << model.bits;
    let mut probability = vec![0i64; model.pairs.len()];
    for &(pair, amount) in rule {
        let own = probability.get_mut(pair).ok_or(Fault::Unknown {
            what: "pair",
            index: pair,
            count: model.pairs.len(),
        })?;
        if *own != 0 || amount < 0 || amount > unit {
            return Err(Fault::NotAPolicy);
        }
        *own = amount;
    }
    let width = model.constant.len();
    let mut arriving = vec![Enclosure::default(); model.sites.len()];
    arriving.iter_mut().zip(&model.initial).for_each(|(own, mass)| *own = *mass);
    let mut flow = Flow {
        mass: vec![Enclosure::default(); model.pairs.len()],
        leaving: vec![Enclosure::default(); model.sites.len()],
        reward: vec![Enclosure::default(); width],
        leader: vec![Enclosure::default(); width],
    };
    for (site, pairs) in model.sites.iter().enumerate() {
        let mut rest = unit;
        for pair in pairs.clone().filter(|&pair| probability[pair] != 0) {
            rest = rest
                .checked_sub(probability[pair])
                .filter(|&rest| rest >= 0)
                .ok_or(Fault::NotAPolicy)?;
            let mass = arriving[site].times(Enclosure::exact(probability[pair]), model.bits)?;
            flow.mass[pair] = mass;
            add_multiple(&mut flow.reward, mass, &model.pairs[pair].reward, model.bits)?;
            add_multiple(&mut flow.leader, mass, &model.pairs[pair].leader, model.bits)?;
            for (state, law) in model.pairs[pair].next.iter().enumerate() {
                let next = arriving.get_mut(model.following(site, state)).ok_or(Fault::Shape)?;
                *next = next.plus(mass.times(*law, model.bits)?)?;
            }
        }
        flow.leaving[site] = arriving[site].times(Enclosure::exact(rest), model.bits)?;
    }
    Ok(flow)
}

/// The greatest value on the region of the leader's reward (or 0) plus a multiple of `V* - r'd -
/// eps`, with what the facts add.
fn greatest(
    model: &Model,
    region: &Region,
    sites: &[Site],
    flow: &Flow,
    (objective, multiplier): (bool, i64),
    facts: &[Amount],
) -> Result<i64, Fault> {
    let bits = model.bits;
    let lambda = Enclosure::exact(multiplier);
    let minus_lambda = Enclosure::exact(multiplier.checked_neg().ok_or(Fault::TooLarge)?);
    let mut sum = Sum {
        decision: vec![Enclosure::default(); model.constant.len()],
        value: vec![Enclosure::default(); model.sites.len()],
        leader: vec![Enclosure::default(); model.sites.len()],
        played: vec![0; model.pairs.len()],
    };
    if objective {
        for ((own, constant), leader) in
            sum.decision.iter_mut().zip(&model.constant).zip(&flow.leader)
        {
            *own = constant.plus(*leader)?;
        }
        sum.leader.copy_from_slice(&flow.leaving);
    }
    add_multiple(&mut sum.decision, minus_lambda, &flow.reward, bits)?;
    sum.decision[0] = sum.decision[0].plus(minus_lambda.times(model.epsilon, bits)?)?;
    for (own, mass) in sum.value.iter_mut().zip(&model.initial) {
        *own = own.plus(lambda.times(*mass, bits)?)?;
    }
    for (own, leaving) in sum.value.iter_mut().zip(&flow.leaving) {
        *own = own.plus(minus_lambda.times(*leaving, bits)?)?;
    }
    for &(fact, amount) in facts {
        if amount < 0 {
            return Err(Fault::NegativeMultiplier);
        }
        sum.add_fact(model, sites, fact, amount)?;
    }
    let mut bound = model.range(&sum.decision, &region.low, &region.high)?;
    for (site, known) in sites.iter().enumerate() {
        bound = bound.plus(sum.value[site].times(known.value, bits)?)?;
        bound = bound.plus(sum.leader[site].times(known.leader, bits)?)?;
        let most = known.active.iter().map(|&pair| sum.played[pair]).max().unwrap_or(0);
        bound = bound.plus(Enclosure::exact(most))?;
    }
    Ok(bound.high)
}

impl Sum {
    /// Adds a multiple of what is not negative on the region.
    fn add_fact(
        &mut self,
        model: &Model,
        sites: &[Site],
        fact: usize,
        amount: i64,
    ) -> Result<(), Fault> {
        let bits = model.bits;
        let weight = Enclosure::exact(amount);
        let against = Enclosure::exact(-amount);
        let pair = fact / FACTS;
        if pair >= model.pairs.len() {
            let side = model
                .sides
                .get(fact - FACTS * model.pairs.len())
                .ok_or(Fault::NotAFact { index: fact })?;
            return add_multiple(&mut self.decision, weight, side, bits);
        }
        let site = model.site[pair];
        let known = &sites[site];
        let active = known.active.iter().position(|&active| active == pair);
        let own = &model.pairs[pair];
        match (fact % FACTS, active) {
            // The value is at least what the pair earns.
            (0, _) => {
                self.value[site] = self.value[site].plus(weight)?;
                add_multiple(&mut self.decision, against, &own.reward, bits)?;
                self.follow(model, site, &own.next, against, false)
            }
            // The value is at most what the pair earns if it is played, and at most the excess more
            // if another one is.
            (1, Some(position)) => {
                self.value[site] = minus(self.value[site], weight)?;
                add_multiple(&mut self.decision, weight, &own.reward, bits)?;
                self.follow(model, site, &own.next, weight, false)?;
                self.unless_played(pair, amount, known.excess[position], bits)
            }
            // The same for what the leader earns.
            (2, Some(position)) => {
                self.leader[site] = minus(self.leader[site], weight)?;
                add_multiple(&mut self.decision, weight, &own.leader, bits)?;
                self.follow(model, site, &own.next, weight, true)?;
                self.unless_played(pair, amount, known.leader_excess[position], bits)
            }
            _ => Err(Fault::NotAFact { index: fact }),
        }
    }

    /// What comes after a pair.
    fn follow(
        &mut self,
        model: &Model,
        site: usize,
        next: &[Enclosure],
        weight: Enclosure,
        leader: bool,
    ) -> Result<(), Fault> {
        let values = if leader { &mut self.leader } else { &mut self.value };
        for (state, law) in next.iter().enumerate() {
            let own = values.get_mut(model.following(site, state)).ok_or(Fault::Shape)?;
            *own = own.plus(weight.times(*law, model.bits)?)?;
        }
        Ok(())
    }

    /// `amount * excess * (1 - played)`, not less.
    fn unless_played(
        &mut self,
        pair: usize,
        amount: i64,
        excess: i64,
        bits: u32,
    ) -> Result<(), Fault> {
        let most = Enclosure::exact(amount).times(Enclosure::exact(excess), bits)?.high;
        self.decision[0] = self.decision[0].plus(Enclosure::exact(most))?;
        self.played[pair] = self.played[pair].checked_sub(most).ok_or(Fault::TooLarge)?;
        Ok(())
    }
}
