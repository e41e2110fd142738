//! Best responses by backward induction at frozen numbers (docs/theory.md, equation (5)).

use crate::exact::{Integer, Mantissa, Natural, Rational, Rounding, Scaled, least_common_multiple};
use crate::game::{Numbers, Policy, StageNumbers, StagePolicy};

/// A linear form on the pairs, `leader * J0 data + reward * follower data`, to be made as large as
/// possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    /// Weight of the leader's reward.
    pub leader: Rational,
    /// Weight of the followers' reward.
    pub reward: Rational,
}

impl Objective {
    /// The followers' own reward.
    #[must_use]
    pub fn follower() -> Self {
        Objective { leader: Rational::ZERO, reward: Rational::ONE }
    }

    /// `sign * J0`.
    #[must_use]
    pub fn leader(sign: Rational) -> Self {
        Objective { leader: sign, reward: Rational::ZERO }
    }
}

/// A policy that maximises an objective, and the maximum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `max sum objective * d`.
    pub value: Rational,
    /// A maximiser, pure.
    pub policy: Policy,
}

/// The caller asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped on request")]
pub struct Stopped;

/// Why an induction on mantissas of one kind gives no answer.
enum Halt {
    Overflow,
    Stopped,
}

impl From<Stopped> for Halt {
    fn from(_: Stopped) -> Self {
        Halt::Stopped
    }
}

/// A pure policy that maximises `objective` over all flows, and among those `tie_break`; exact.
///
/// `keep_going` is asked once per stage.
///
/// # Errors
/// [`Stopped`] when `keep_going` answers no.
pub fn best_response(
    numbers: &Numbers,
    objective: &Objective,
    tie_break: Option<&Objective>,
    keep_going: &dyn Fn() -> bool,
) -> Result<Response, Stopped> {
    match respond::<i128>(numbers, objective, tie_break, keep_going) {
        Ok(response) => Ok(response),
        Err(Halt::Stopped) => Err(Stopped),
        Err(Halt::Overflow) => {
            respond::<Integer>(numbers, objective, tie_break, keep_going).map_err(|_| Stopped)
        }
    }
}

/// A bound of `max sum objective * d` on the side of `rounding`, in fixed point with `bits`
/// fractional bits.
///
/// # Errors
/// [`Stopped`] when `keep_going` answers no.
pub fn value_bound(
    numbers: &Numbers,
    objective: &Objective,
    bits: u32,
    rounding: Rounding,
    keep_going: &dyn Fn() -> bool,
) -> Result<Rational, Stopped> {
    match bound::<i128>(numbers, objective, bits, rounding, keep_going) {
        Ok(value) => Ok(value),
        Err(Halt::Stopped) => Err(Stopped),
        Err(Halt::Overflow) => {
            bound::<Integer>(numbers, objective, bits, rounding, keep_going).map_err(|_| Stopped)
        }
    }
}

/// `leader * c + reward * r` of a stage as integers over one denominator.
struct Weights<M> {
    leader: M,
    reward: M,
    denominator: Natural,
}

fn weights<M: Mantissa>(stage: &StageNumbers, objective: &Objective) -> Option<Weights<M>> {
    // What a weight of zero leaves out has no say in the denominator.
    let own = |weight: &Rational, values: &Scaled| match weight.is_zero() {
        true => Natural::ONE,
        false => weight.denominator() * values.denominator(),
    };
    let (leader, reward) =
        (own(&objective.leader, &stage.leader), own(&objective.reward, &stage.reward));
    let denominator = least_common_multiple(&leader, &reward);
    Some(Weights {
        leader: M::from_integer(&(objective.leader.numerator() * (&denominator / leader)))?,
        reward: M::from_integer(&(objective.reward.numerator() * (&denominator / reward)))?,
        denominator,
    })
}

/// One objective carried through the stages: values of the next stage, and the factors of this one.
struct Carried<M> {
    next: Vec<M>,
    weights: Weights<M>,
    expected: M,
}

impl<M: Mantissa> Carried<M> {
    /// Factors of the form and of the expected next value over the stage's new denominator,
    /// returned beside.
    fn prepare(
        stage: &StageNumbers,
        objective: &Objective,
        next: Vec<M>,
        next_denominator: Natural,
    ) -> Option<(Self, Natural)> {
        let mut weights = weights::<M>(stage, objective)?;
        let carried = match &stage.transition {
            Some((_, probability)) => probability.denominator() * &next_denominator,
            None => Natural::ONE,
        };
        let denominator = least_common_multiple(&weights.denominator, &carried);
        let widen = M::from_integer(&Integer::from(&denominator / &weights.denominator))?;
        for factor in [&mut weights.leader, &mut weights.reward] {
            let mut wide = M::zero();
            wide.add_product(factor, &widen)?;
            *factor = wide;
        }
        let expected = M::from_integer(&Integer::from(&denominator / carried))?;
        Some((Carried { next, weights, expected }, denominator))
    }

    fn pair_value(&self, stage: &StageNumbers, pair: usize) -> Option<M> {
        let mut value = M::zero();
        value.add_product_at(stage.leader.numerators(), pair, &self.weights.leader)?;
        value.add_product_at(stage.reward.numerators(), pair, &self.weights.reward)?;
        if let Some((successors, probability)) = &stage.transition {
            let mut expected = M::zero();
            for entry in successors.of_pair(pair) {
                expected.add_product_at(
                    probability.numerators(),
                    entry,
                    &self.next[successors.state(entry)],
                )?;
            }
            value.add_product(&self.expected, &expected)?;
        }
        Some(value)
    }
}

fn respond<M: Mantissa>(
    numbers: &Numbers,
    objective: &Objective,
    tie_break: Option<&Objective>,
    keep_going: &dyn Fn() -> bool,
) -> Result<Response, Halt> {
    let mut main: (Vec<M>, Natural) = (Vec::new(), Natural::ONE);
    let mut ties: (Vec<M>, Natural) = (Vec::new(), Natural::ONE);
    let mut policy = Vec::with_capacity(numbers.stages.len());
    for stage in numbers.stages.iter().rev() {
        if !keep_going() {
            return Err(Halt::Stopped);
        }
        let states = stage.pairs.states();
        let (carried, denominator) =
            Carried::prepare(stage, objective, main.0, main.1).ok_or(Halt::Overflow)?;
        let tie = match tie_break {
            Some(objective) => {
                Some(Carried::prepare(stage, objective, ties.0, ties.1).ok_or(Halt::Overflow)?)
            }
            None => None,
        };
        let (mut values, mut tie_values, mut actions) =
            (Vec::with_capacity(states), Vec::new(), Vec::with_capacity(states));
        for state in 0..states {
            let (value, tie_value, pair) =
                best_pair(stage, state, &carried, tie.as_ref().map(|(carried, _)| carried))
                    .ok_or(Halt::Overflow)?;
            values.push(value);
            tie_values.extend(tie_value);
            actions.push(stage.pairs.action(pair) as u32);
        }
        policy.push(StagePolicy::Pure(actions));
        main = (values, denominator);
        ties = (tie_values, tie.map_or(Natural::ONE, |(_, denominator)| denominator));
    }
    policy.reverse();
    Ok(Response {
        value: start_value(numbers, &main.0, &main.1).ok_or(Halt::Overflow)?,
        policy: Policy { stages: policy },
    })
}

/// The best pair of a state: its value, its tie-breaking value when there is a tie-break, its
/// number.
fn best_pair<M: Mantissa>(
    stage: &StageNumbers,
    state: usize,
    main: &Carried<M>,
    tie: Option<&Carried<M>>,
) -> Option<(M, Option<M>, usize)> {
    let mut best: Option<(M, Option<M>, usize)> = None;
    for pair in stage.pairs.of_state(state) {
        let value = main.pair_value(stage, pair)?;
        if best.as_ref().is_some_and(|(known, _, _)| value < *known) {
            continue;
        }
        let tie_value = match tie {
            Some(carried) => Some(carried.pair_value(stage, pair)?),
            None => None,
        };
        let better = best
            .as_ref()
            .is_none_or(|(known, known_tie, _)| value > *known || tie_value > *known_tie);
        if better {
            best = Some((value, tie_value, pair));
        }
    }
    best
}

/// `mu0' values`.
fn start_value<M: Mantissa>(
    numbers: &Numbers,
    values: &[M],
    denominator: &Natural,
) -> Option<Rational> {
    let mut sum = M::zero();
    for (state, value) in values.iter().enumerate() {
        sum.add_product_at(numbers.initial.numerators(), state, value)?;
    }
    Some(Rational::from_parts(sum.to_integer(), numbers.initial.denominator() * denominator))
}

fn bound<M: Mantissa>(
    numbers: &Numbers,
    objective: &Objective,
    bits: u32,
    rounding: Rounding,
    keep_going: &dyn Fn() -> bool,
) -> Result<Rational, Halt> {
    let unit = Natural::ONE << bits as usize;
    let scale = M::from_integer(&Integer::from(unit.clone())).ok_or(Halt::Overflow)?;
    let one = M::from_integer(&Integer::ONE).ok_or(Halt::Overflow)?;
    let mut next: Vec<M> = Vec::new();
    for stage in numbers.stages.iter().rev() {
        if !keep_going() {
            return Err(Halt::Stopped);
        }
        next =
            bound_stage(stage, objective, &next, (&scale, &one), rounding).ok_or(Halt::Overflow)?;
    }
    start_value(numbers, &next, &unit).ok_or(Halt::Overflow)
}

/// Values of one stage in fixed point; `(scale, one)` are `2^bits` and 1.
fn bound_stage<M: Mantissa>(
    stage: &StageNumbers,
    objective: &Objective,
    next: &[M],
    (scale, one): (&M, &M),
    rounding: Rounding,
) -> Option<Vec<M>> {
    let weights = weights::<M>(stage, objective)?;
    let form_divisor = M::from_integer(&Integer::from(weights.denominator))?;
    let expected_divisor = match &stage.transition {
        Some((_, probability)) => {
            M::from_integer(&Integer::from(probability.denominator().clone()))?
        }
        None => one.clone(),
    };
    let mut values = Vec::with_capacity(stage.pairs.states());
    for state in 0..stage.pairs.states() {
        let mut best: Option<M> = None;
        for pair in stage.pairs.of_state(state) {
            let mut form = M::zero();
            form.add_product_at(stage.leader.numerators(), pair, &weights.leader)?;
            form.add_product_at(stage.reward.numerators(), pair, &weights.reward)?;
            let mut value = form.scale(scale, &form_divisor, rounding)?;
            if let Some((successors, probability)) = &stage.transition {
                let mut expected = M::zero();
                for entry in successors.of_pair(pair) {
                    expected.add_product_at(
                        probability.numerators(),
                        entry,
                        &next[successors.state(entry)],
                    )?;
                }
                value.add_product(one, &expected.scale(one, &expected_divisor, rounding)?)?;
            }
            if best.as_ref().is_none_or(|known| value > *known) {
                best = Some(value);
            }
        }
        values.push(best?);
    }
    Some(values)
}
