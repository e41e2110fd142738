//! Backward induction, one-sided and exact to the stated precision.
//!
//! For a linear form `w = alpha * leader + beta * reward` on the pairs of a game the induction
//! computes
//!
//! ```text
//! V_t(s) = extreme over a of  w_t(s,a) + sum_s' P_t(s'|s,a) V_{t+1}(s'),     V_N = 0,
//! ```
//!
//! or the same with the actions of a given policy. In exact arithmetic the values of a stage are
//! integers over one denominator, which grows from stage to stage; in rounded arithmetic the
//! denominator is `2^bits` at every stage and each operation is rounded in one direction, so that
//! the result is a bound on that side.

use crate::certificate::Arithmetic;
use crate::exact::{Integer, Mantissa, Natural, Rational, Rounding, Scaled, least_common_multiple};
use crate::game::{Numbers, Policy, StageNumbers, StagePolicy};

/// `leader * J0 data + reward * follower data`, without the leader's constant.
#[derive(Debug, Clone)]
pub struct Form {
    pub leader: Rational,
    pub reward: Rational,
}

/// Which action is taken.
#[derive(Debug, Clone, Copy)]
pub enum Choice<'a> {
    Greatest,
    Least,
    /// Any, as long as all actions of every state are worth the same.
    Any,
    Policy(&'a Policy),
}

/// `mu0' V_0`, exact or on the side of `rounding`. `None` when a policy plays an action that is not
/// available, or when not all actions are worth the same and [`Choice::Any`] says so.
pub(super) fn value(
    numbers: &Numbers,
    form: &Form,
    choice: Choice<'_>,
    arithmetic: Arithmetic,
    rounding: Rounding,
) -> Option<Rational> {
    if let Choice::Policy(policy) = choice
        && !plays_available_actions(numbers, policy)
    {
        return None;
    }
    // Machine integers first; unbounded ones never fail.
    run::<i128>(numbers, form, choice, arithmetic, rounding, &mut |_| {})
        .or_else(|| run::<Integer>(numbers, form, choice, arithmetic, rounding, &mut |_| {}))
}

/// The values of [`value`] at every stage and state.
pub fn tables(
    numbers: &Numbers,
    form: &Form,
    choice: Choice<'_>,
    arithmetic: Arithmetic,
    rounding: Rounding,
) -> Option<Vec<Scaled>> {
    if let Choice::Policy(policy) = choice
        && !plays_available_actions(numbers, policy)
    {
        return None;
    }
    fn tables_of<M: Mantissa>(
        numbers: &Numbers,
        form: &Form,
        choice: Choice<'_>,
        arithmetic: Arithmetic,
        rounding: Rounding,
    ) -> Option<Vec<Scaled>> {
        let mut tables = Vec::with_capacity(numbers.stages.len());
        run::<M>(numbers, form, choice, arithmetic, rounding, &mut |values| {
            let mantissas = values.mantissas.iter().map(Mantissa::to_integer).collect();
            tables.push(Scaled::from_integers(mantissas, values.denominator.clone()));
        })?;
        tables.reverse();
        Some(tables)
    }
    tables_of::<i128>(numbers, form, choice, arithmetic, rounding)
        .or_else(|| tables_of::<Integer>(numbers, form, choice, arithmetic, rounding))
}

fn plays_available_actions(numbers: &Numbers, policy: &Policy) -> bool {
    policy.stages.len() == numbers.stages.len()
        && policy.stages.iter().zip(&numbers.stages).all(|(play, stage)| {
            play.states() == stage.pairs.states()
                && match play {
                    StagePolicy::Pure(actions) => actions
                        .iter()
                        .enumerate()
                        .all(|(state, &action)| stage.pairs.find(state, action as usize).is_some()),
                    StagePolicy::Mixed(rows) => rows.iter().enumerate().all(|(state, row)| {
                        row.iter()
                            .all(|(action, _)| stage.pairs.find(state, *action as usize).is_some())
                    }),
                }
        })
}

/// Values of a stage: mantissas over one denominator.
pub(super) struct Values<M> {
    pub(super) mantissas: Vec<M>,
    pub(super) denominator: Natural,
}

fn run<M: Mantissa>(
    numbers: &Numbers,
    form: &Form,
    choice: Choice<'_>,
    arithmetic: Arithmetic,
    rounding: Rounding,
    stage_done: &mut dyn FnMut(&Values<M>),
) -> Option<Rational> {
    let mut next: Option<Values<M>> = None;
    for (t, stage) in numbers.stages.iter().enumerate().rev() {
        let step = Step::new(stage, form, next.as_ref(), arithmetic, rounding)?;
        let states = stage.pairs.states();
        next = Some(match choice {
            Choice::Policy(policy) => follow(&step, &policy.stages[t], states)?,
            Choice::Greatest | Choice::Least | Choice::Any => {
                let mut mantissas = Vec::with_capacity(states);
                for state in 0..states {
                    let mut best: Option<M> = None;
                    for pair in stage.pairs.of_state(state) {
                        let candidate = step.pair_value(pair)?;
                        let better = match (&best, choice) {
                            (None, _) => true,
                            (Some(best), Choice::Any) if candidate != *best => return None,
                            (Some(_), Choice::Any) => false,
                            (Some(best), Choice::Least) => candidate < *best,
                            (Some(best), _) => candidate > *best,
                        };
                        if better {
                            best = Some(candidate);
                        }
                    }
                    mantissas.push(best?);
                }
                Values { mantissas, denominator: step.denominator }
            }
        });
        next.as_ref().map(&mut *stage_done);
    }
    average(&numbers.initial, &next?)
}

/// `law' values`, exactly.
pub(super) fn average<M: Mantissa>(law: &Scaled, values: &Values<M>) -> Option<Rational> {
    let mut sum = M::zero();
    for (state, value) in values.mantissas.iter().enumerate() {
        sum.add_product_at(law.numerators(), state, value)?;
    }
    Some(Rational::from_parts(sum.to_integer(), law.denominator() * &values.denominator))
}

/// One stage of the induction: what a pair is worth, given the values of the next stage.
pub(super) struct Step<'a, M> {
    stage: &'a StageNumbers,
    next: Option<&'a Values<M>>,
    leader: M,
    reward: M,
    /// Exact arithmetic: factor of the expected next value. Rounded: unused.
    carry: M,
    /// Rounded arithmetic: divisors of the form and of the expected next value, and `2^bits`.
    rounded: Option<(M, M, M)>,
    rounding: Rounding,
    /// Denominator of the pair values.
    pub(super) denominator: Natural,
}

impl<'a, M: Mantissa> Step<'a, M> {
    pub(super) fn new(
        stage: &'a StageNumbers,
        form: &Form,
        next: Option<&'a Values<M>>,
        arithmetic: Arithmetic,
        rounding: Rounding,
    ) -> Option<Self> {
        // A form that a factor of zero leaves out has no say in the denominator.
        let own = |factor: &Rational, values: &Scaled| match factor.is_zero() {
            true => Natural::ONE,
            false => factor.denominator() * values.denominator(),
        };
        let leader_denominator = own(&form.leader, &stage.leader);
        let reward_denominator = own(&form.reward, &stage.reward);
        let form_denominator = least_common_multiple(&leader_denominator, &reward_denominator);
        let leader = form.leader.numerator() * (&form_denominator / leader_denominator);
        let reward = form.reward.numerator() * (&form_denominator / reward_denominator);
        let one = || M::from_integer(&Integer::ONE);
        let natural = |n: &Natural| M::from_integer(&Integer::from(n.clone()));
        let probability_denominator =
            stage.transition.as_ref().map_or(Natural::ONE, |(_, p)| p.denominator().clone());
        match arithmetic {
            Arithmetic::Exact => {
                let carried = match next {
                    Some(next) if stage.transition.is_some() => {
                        &probability_denominator * &next.denominator
                    }
                    _ => Natural::ONE,
                };
                let denominator = least_common_multiple(&form_denominator, &carried);
                let widen = Integer::from(&denominator / form_denominator);
                Some(Step {
                    stage,
                    next,
                    leader: M::from_integer(&(leader * &widen))?,
                    reward: M::from_integer(&(reward * &widen))?,
                    carry: natural(&(&denominator / carried))?,
                    rounded: None,
                    rounding,
                    denominator,
                })
            }
            Arithmetic::Rounded(bits) => {
                let unit = Natural::ONE << bits as usize;
                Some(Step {
                    stage,
                    next,
                    leader: M::from_integer(&leader)?,
                    reward: M::from_integer(&reward)?,
                    carry: one()?,
                    rounded: Some((
                        natural(&form_denominator)?,
                        natural(&probability_denominator)?,
                        natural(&unit)?,
                    )),
                    rounding,
                    denominator: unit,
                })
            }
        }
    }

    /// `w(pair) + sum P V_next` over [`Step::denominator`].
    pub(super) fn pair_value(&self, pair: usize) -> Option<M> {
        let mut form = M::zero();
        form.add_product_at(self.stage.leader.numerators(), pair, &self.leader)?;
        form.add_product_at(self.stage.reward.numerators(), pair, &self.reward)?;
        let mut expected = M::zero();
        if let (Some((successors, probability)), Some(next)) = (&self.stage.transition, self.next) {
            for entry in successors.of_pair(pair) {
                expected.add_product_at(
                    probability.numerators(),
                    entry,
                    &next.mantissas[successors.state(entry)],
                )?;
            }
        }
        match &self.rounded {
            None => {
                form.add_product(&self.carry, &expected)?;
                Some(form)
            }
            Some((form_divisor, expected_divisor, unit)) => {
                let mut sum = form.scale(unit, form_divisor, self.rounding)?;
                let expected = expected.scale(&self.carry, expected_divisor, self.rounding)?;
                sum.add_product(&self.carry, &expected)?;
                Some(sum)
            }
        }
    }
}

/// The values of a stage under a policy.
fn follow<M: Mantissa>(step: &Step<'_, M>, play: &StagePolicy, states: usize) -> Option<Values<M>> {
    let one = M::from_integer(&Integer::ONE)?;
    let pair_of = |state: usize, action: u32| step.stage.pairs.find(state, action as usize);
    match play {
        StagePolicy::Pure(actions) => {
            let mut mantissas = Vec::with_capacity(states);
            for (state, &action) in actions.iter().enumerate() {
                mantissas.push(step.pair_value(pair_of(state, action)?)?);
            }
            Some(Values { mantissas, denominator: step.denominator.clone() })
        }
        StagePolicy::Mixed(rows) => {
            let common = |row: &[(u32, Rational)]| {
                row.iter()
                    .fold(Natural::ONE, |d, (_, p)| least_common_multiple(&d, p.denominator()))
            };
            // Exact values need one denominator for the whole stage; rounded ones are divided state
            // by state.
            let shared = match step.rounded {
                None => Some(
                    rows.iter()
                        .fold(Natural::ONE, |d, row| least_common_multiple(&d, &common(row))),
                ),
                Some(_) => None,
            };
            let mut mantissas = Vec::with_capacity(states);
            for (state, row) in rows.iter().enumerate() {
                let divisor = shared.clone().unwrap_or_else(|| common(row));
                let mut sum = M::zero();
                for (action, probability) in row {
                    let share = probability.numerator() * (&divisor / probability.denominator());
                    sum.add_product(
                        &M::from_integer(&share)?,
                        &step.pair_value(pair_of(state, *action)?)?,
                    )?;
                }
                if shared.is_none() {
                    sum =
                        sum.scale(&one, &M::from_integer(&Integer::from(divisor))?, step.rounding)?;
                }
                mantissas.push(sum);
            }
            let denominator = shared
                .map_or_else(|| step.denominator.clone(), |shared| shared * &step.denominator);
            Some(Values { mantissas, denominator })
        }
    }
}
