//! An equilibrium given as one policy whose population is only enclosed (docs/certificate.md, (I)).
//!
//! Statistics are enclosed forwards: each end is a linear function of the masses, whose value at the
//! start a backward induction bounds. Then the followers' value is bounded from above, and what the
//! policy earns and the leader gets by further inductions. All are intervals in fixed point.

use super::Site;
use super::family::{at_start, constants, number, objective};
use super::grid::{Grid, entries, greatest, least};
use crate::certificate::Part;
use crate::check::Fault;
use crate::elaborate::proof::Proof;
use crate::exact::{Natural, Rational, Scaled};
use crate::game::{FunctionKind, InstanceStage, Interval, StagePolicy, Variable};
use dashu_base::BitTest;
use smfg_kernel::{Combination, Monomial, Name, Polynomial, Row, Sense, Theorem};

/// Bits of the numbers of a population up to which it is computed exactly.
const MOST_EXACT_BITS: usize = 1 << 11;

/// Binary digits of values of functions beyond those of masses.
const FUNCTION_GUARD: u32 = 8;

/// A policy and what is known of its population.
struct Play<'s> {
    site: &'s Site,
    grid: Grid,
    /// Per stage and pair.
    shares: Vec<Scaled>,
    /// Enclosures of the aggregates.
    aggregates: Vec<Interval>,
    /// Enclosures of the functions, and in which order they were found.
    functions: Vec<Interval>,
    found: Vec<usize>,
    bits: u32,
    /// Per stage, enclosures of the entries of the transitions.
    probabilities: Vec<Vec<Interval>>,
    /// What shows the ends, in the order in which they are shown.
    ends: Vec<(Row, Combination)>,
}

/// Values of a policy from below: per stage, of the states and of the pairs.
struct Below {
    states: Vec<Scaled>,
    pairs: Vec<Scaled>,
}

impl Site {
    /// Some equilibrium has `sigma J0 <= sigma value`: the population of one policy.
    pub(crate) fn enclosed(
        &self,
        value: &Rational,
        bits: u32,
        parts: &[Part],
    ) -> Result<Theorem, Fault> {
        let [part] = parts else { return Err(Fault::Mixture { parts: parts.len() }) };
        if self.instance.functions.is_empty()
            && self.exact_bits(part) <= MOST_EXACT_BITS
            && let Ok(theorem) = self.population(value, parts)
        {
            return Ok(theorem);
        }
        if !part.weight.is_one() {
            return Err(Fault::Weights);
        }
        if part.policy.stages.len() != self.instance.stages.len() {
            return Err(Fault::NotAPolicy);
        }
        let mut play = Play::new(self, part, bits)?;
        play.forwards()?;
        let mut proof = self.prover.reached(value)?;
        proof.play_policy(constants(play.shares.iter().cloned()))?;
        play.show_ends(&mut proof)?;
        play.close_loss(&mut proof)?;
        play.show_ends(&mut proof)?;
        play.close_reward(&mut proof)?;
        Ok(proof.finish()?)
    }

    /// About how long the numbers of the exact population would be.
    fn exact_bits(&self, part: &Part) -> usize {
        let length = |value: &Natural| value.bit_len();
        let mut bits = length(self.instance.initial.denominator());
        for (stage, play) in self.instance.stages.iter().zip(&part.policy.stages) {
            if let StagePolicy::Mixed(rows) = play {
                let all = rows.iter().flatten().map(|(_, share)| length(share.denominator()));
                bits = bits.saturating_add(all.max().unwrap_or(0));
            }
            if let Some((_, probability)) = &stage.transition {
                let degree = probability.population_degree() as usize;
                let all = probability.columns().iter();
                let own = all.map(|(_, column)| length(column.coefficients.denominator()));
                bits = bits.saturating_mul(degree + 1).saturating_add(own.max().unwrap_or(0));
            }
        }
        bits
    }
}

impl<'s> Play<'s> {
    fn new(site: &'s Site, part: &Part, bits: u32) -> Result<Self, Fault> {
        let stages = site.instance.stages.iter().zip(&part.policy.stages);
        let shares = stages.map(|(stage, play)| shares(stage, play)).collect::<Result<_, _>>()?;
        let range = |aggregate: &crate::game::Aggregate| {
            aggregate.range(&site.instance.stages[aggregate.stage].pairs)
        };
        Ok(Play {
            site,
            grid: Grid::new(bits),
            shares,
            aggregates: site.instance.aggregates.iter().map(range).collect(),
            functions: vec![Interval::default(); site.instance.functions.len()],
            found: Vec::new(),
            bits,
            probabilities: Vec::new(),
            ends: Vec::new(),
        })
    }

    fn of(&self, variable: Variable) -> Interval {
        let known = match variable {
            Variable::Aggregate(k) => self.aggregates.get(k as usize).cloned(),
            Variable::Function(k) => self.functions.get(k as usize).cloned(),
            Variable::Parameter(_) => None,
        };
        known.unwrap_or((Rational::ZERO, Rational::ZERO))
    }

    /// Encloses the aggregates of one stage after the other, and the transitions with them.
    fn forwards(&mut self) -> Result<(), Fault> {
        for (t, stage) in self.site.instance.stages.iter().enumerate() {
            for k in 0..self.aggregates.len() {
                if self.site.instance.aggregates[k].stage == t {
                    self.enclose(k, t);
                }
            }
            for (k, function) in self.site.instance.functions.iter().enumerate() {
                if function.stage == t {
                    let (low, high) =
                        function.range(&|variable| self.of(variable), self.bits + FUNCTION_GUARD);
                    // No constant but 0 is shown to be below an absolute value.
                    let even = function.kind == FunctionKind::Abs;
                    self.functions[k] = (if even { Rational::ZERO } else { low }, high);
                    self.found.push(k);
                }
            }
            if let Some((_, probability)) = &stage.transition {
                let entries = entries(probability, &|variable| self.of(variable), &self.grid);
                self.probabilities.push(entries);
            }
        }
        Ok(())
    }

    /// The ends of aggregate `k` of stage `t`: the weights of the pairs, propagated backwards.
    fn enclose(&mut self, k: usize, t: usize) {
        let pairs = &self.site.instance.stages[t].pairs;
        let mut weights = vec![Rational::ZERO; pairs.len()];
        for (state, action, weight) in &self.site.instance.aggregates[k].weights {
            if let Some(pair) = pairs.find(*state as usize, *action as usize) {
                weights[pair] += weight;
            }
        }
        let name = Polynomial::variable(smfg_kernel::Variable::Statistic(k as u32));
        let mut ends = [Rational::ZERO, Rational::ZERO];
        for (end, sign) in ends.iter_mut().zip([Rational::ONE, Rational::NEG_ONE]) {
            let signed = weights.iter().map(|weight| weight * &sign).collect();
            let below = self.below(vec![(t, signed)], t + 1);
            *end = self.at_start(&below.states[0]);
            // sign x - end = -sign (M d - x) + sign M d - end
            let mut combination = below.combination();
            combination.rows.push((Name::Link(k as u32), number(-&sign)));
            let goal = Polynomial::constant(-&*end).plus(&name, &sign);
            self.ends.push((Row::of(Sense::AtLeast, goal), combination));
        }
        let [low, high] = ends;
        self.aggregates[k] = (low, -high);
    }

    /// What the policy collects from below where the pairs of some stages give these numbers, over
    /// stages before `end`.
    fn below(&self, given: Vec<(usize, Vec<Rational>)>, end: usize) -> Below {
        let mut given = given;
        let (mut states, mut all) = (Vec::with_capacity(end), Vec::with_capacity(end));
        let mut next: Vec<Rational> = Vec::new();
        for t in (0..end).rev() {
            let stage = &self.site.instance.stages[t];
            let mut pairs = match given.pop() {
                Some((own, values)) if own == t => values,
                other => {
                    given.extend(other);
                    vec![Rational::ZERO; stage.pairs.len()]
                }
            };
            if let (Some((successors, _)), false) = (&stage.transition, next.is_empty()) {
                for (pair, value) in pairs.iter_mut().enumerate() {
                    for entry in successors.of_pair(pair) {
                        let factor = &next[successors.state[entry] as usize];
                        *value += least(&self.probabilities[t][entry], factor);
                    }
                }
            }
            let pairs: Vec<Rational> = pairs.iter().map(|value| self.grid.below(value)).collect();
            next = (0..stage.pairs.states())
                .map(|state| {
                    let own = stage.pairs.of_state(state);
                    let sum = own.fold(Rational::ZERO, |sum, pair| {
                        sum + &pairs[pair] * self.shares[t].get(pair)
                    });
                    self.grid.below(&sum)
                })
                .collect();
            states.push(Scaled::from_rationals(&next));
            all.push(Scaled::from_rationals(&pairs));
        }
        states.reverse();
        all.reverse();
        Below { states, pairs: all }
    }

    fn at_start(&self, values: &Scaled) -> Rational {
        let initial = self.site.instance.initial.iter();
        initial.zip(values.iter()).fold(Rational::ZERO, |sum, (mass, value)| sum + mass * value)
    }

    fn show_ends(&self, proof: &mut Proof) -> Result<(), Fault> {
        for (goal, combination) in &self.ends {
            proof.derive(goal.clone(), combination)?;
        }
        for &k in &self.found {
            let (low, high) = &self.functions[k];
            let statistic = (self.aggregates.len() + k) as u32;
            proof.line(statistic, true, low, &Rational::ZERO)?;
            proof.line(statistic, false, high, &Rational::ZERO)?;
        }
        Ok(())
    }

    /// The least numbers of the entries of columns, times a sign, per stage.
    fn rewards(&self, followers: bool, sign: &Rational) -> Vec<(usize, Vec<Rational>)> {
        let stage = |(t, stage): (usize, &InstanceStage)| {
            let columns = if followers { &stage.reward } else { &stage.leader_reward };
            let entries = entries(columns, &|variable| self.of(variable), &self.grid);
            let signed = entries
                .into_iter()
                .map(|(low, high)| if *sign >= Rational::ZERO { low * sign } else { high * sign });
            (t, signed.collect())
        };
        self.site.instance.stages.iter().enumerate().map(stage).collect()
    }

    /// `loss <= eps`: with a ceiling `a` of the followers' values and values `p` of the policy from
    /// below, `eps - loss = eps - mu0'a_0 + mu0'p_0 + mu0'(a_0 - v_0) + sums that are not negative`.
    fn close_loss(&self, proof: &mut Proof) -> Result<(), Fault> {
        let stages = self.site.instance.stages.len();
        proof.ceiling(constants(self.above()))?;
        let below = self.below(self.rewards(true, &Rational::ONE), stages);
        let mut combination = below.combination();
        combination.rows.extend(objective().rows);
        let initial = &self.site.instance.initial;
        combination.bounds.push((0, at_start(&Monomial::one(), initial, &Rational::ONE)));
        match proof.close(&combination) {
            Ok(()) => Ok(()),
            Err(_) => self.close_by_regrets(proof),
        }
    }

    /// `loss <= eps`: it is at most the sum of masses times regrets of pairs that are played.
    fn close_by_regrets(&self, proof: &mut Proof) -> Result<(), Fault> {
        let (row, numbers) = self.site.excess(proof, &self.aggregates, &self.shares)?;
        let negated = |row: Vec<Rational>| row.into_iter().map(|number| -number).collect();
        let given = numbers.into_iter().map(negated).enumerate().collect();
        let stages = self.site.instance.stages.len();
        let mut combination = self.below(given, stages).combination();
        combination.rows.extend(objective().rows);
        combination.rows.push((Name::Row(row), number(Rational::ONE)));
        Ok(proof.close(&combination)?)
    }

    /// `sigma J0 <= sigma value`.
    fn close_reward(&self, proof: &mut Proof) -> Result<(), Fault> {
        let stages = self.site.instance.stages.len();
        let sign = -self.site.prover.sigma();
        let mut combination = self.below(self.rewards(false, &sign), stages).combination();
        combination.rows.extend(objective().rows);
        Ok(proof.close(&combination)?)
    }

    /// The followers' values from above, per stage.
    fn above(&self) -> Vec<Scaled> {
        let mut result = Vec::new();
        let mut next: Vec<Rational> = Vec::new();
        for (t, stage) in self.site.instance.stages.iter().enumerate().rev() {
            let rewards = entries(&stage.reward, &|variable| self.of(variable), &self.grid);
            let worth = |pair: usize| {
                let mut value = rewards[pair].1.clone();
                if let Some((successors, _)) = &stage.transition {
                    for entry in successors.of_pair(pair) {
                        let factor = &next[successors.state[entry] as usize];
                        value += greatest(&self.probabilities[t][entry], factor);
                    }
                }
                value
            };
            let most = |state: usize| {
                let all = stage.pairs.of_state(state).map(worth);
                self.grid.above(&all.max().unwrap_or(Rational::ZERO))
            };
            next = (0..stage.pairs.states()).map(most).collect();
            result.push(Scaled::from_rationals(&next));
        }
        result.reverse();
        result
    }
}

impl Below {
    /// Multipliers of the flow equations and of the policy: for a pair `i` of state `s` they leave
    /// `g_i + P_i y' - q_i >= 0` and `sum pi_j q_j - y_s >= 0`.
    fn combination(&self) -> Combination {
        let negated = |values: &Scaled| super::family::scaled(values, &Rational::NEG_ONE);
        Combination {
            flow: constants(self.states.iter().map(negated)),
            policy: constants(self.pairs.iter().cloned()),
            ..Combination::default()
        }
    }
}

/// Probability per pair of a stage.
fn shares(stage: &InstanceStage, play: &StagePolicy) -> Result<Scaled, Fault> {
    if play.states() != stage.pairs.states() {
        return Err(Fault::NotAPolicy);
    }
    let mut shares = vec![Rational::ZERO; stage.pairs.len()];
    let find = |state: usize, action: u32| {
        stage.pairs.find(state, action as usize).ok_or(Fault::NotAPolicy)
    };
    match play {
        StagePolicy::Pure(actions) => {
            for (state, &action) in actions.iter().enumerate() {
                shares[find(state, action)?] = Rational::ONE;
            }
        }
        StagePolicy::Mixed(rows) => {
            for (state, row) in rows.iter().enumerate() {
                for (action, probability) in row {
                    shares[find(state, *action)?] += probability;
                }
            }
        }
    }
    Ok(Scaled::from_rationals(&shares))
}
