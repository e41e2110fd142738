//! The evaluation of a policy: exact where the fractions stay short, else enclosed as narrowly as
//! asked for.

use super::play::Play;
use crate::exact::{Natural, Rational, least_common_multiple, ratio};
use crate::follower::{
    Enclosed, EnclosedPlay, FollowerError, Law, Precision, enclose_play, evaluate,
};
use crate::game::{Columns, Instance, InstanceStage};
use dashu_base::BitTest;

/// Largest estimate of the work of an exact evaluation, in words of numbers, that is taken without
/// being asked for.
const EXACT_WORK: u128 = 1 << 24;
/// Largest estimate that is taken when a claim can be decided in no other way.
const DECIDING_WORK: u128 = 1 << 30;
/// Common denominators of a stage's probabilities that are longer, in bits, are never made.
const LONGEST_ROW: usize = 1 << 13;
/// A length beyond every limit of work.
const BEYOND: u128 = 1 << 100;
/// Fractional bits of the first enclosure: products of numbers below 32 with 64-bit numbers stay
/// machine integers.
const FIRST_BITS: u32 = 58;
/// Most fractional bits of an enclosure that is made without being asked for.
const MOST_BITS: u32 = 1 << 10;
/// Width of an enclosure relative to `max(1, |value|)`, as a power of ten.
const WIDTH_DIGITS: u32 = 12;

/// What a policy earns and how much better a follower could do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// What the best deviation earns less what a follower earns who plays like all; at least 0.
    pub exploitability: Enclosed,
    /// The leader's reward.
    pub leader_reward: Enclosed,
    /// What the best deviation earns.
    pub follower_value: Enclosed,
    /// What a follower earns who plays like all.
    pub follower_reward: Enclosed,
    /// For an occupation measure: the largest difference between its masses and those of its
    /// policy's flow.
    pub deviation: Option<Enclosed>,
    /// Fractional bits of the arithmetic; `None` when it was exact.
    pub bits: Option<u32>,
}

/// Evaluations of one play, each sharper than the one before.
pub(super) struct Evaluator<'a> {
    instance: &'a Instance,
    play: &'a Play,
    precision: Precision,
    /// Estimated work of an exact evaluation.
    work: u128,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(instance: &'a Instance, play: &'a Play, precision: Precision) -> Self {
        Evaluator { instance, play, precision, work: exact_work(instance, &play.laws) }
    }

    /// The first evaluation.
    pub(super) fn first(&self, keep_going: &dyn Fn() -> bool) -> Result<Evaluation, FollowerError> {
        match self.precision {
            Precision::Exact => self.exact(keep_going),
            Precision::Bits(bits) => self.enclosed(bits, keep_going),
            Precision::Auto if self.is_rational() && self.work <= EXACT_WORK => {
                self.exact(keep_going)
            }
            Precision::Auto => {
                let mut bits = FIRST_BITS;
                loop {
                    let found = self.enclosed(bits, keep_going)?;
                    if found.is_narrow() || bits >= MOST_BITS {
                        return Ok(found);
                    }
                    bits *= 2;
                }
            }
        }
    }

    /// A sharper one than `known`; `None` when there is none, or it is not asked for.
    pub(super) fn sharper(
        &self,
        known: &Evaluation,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<Evaluation>, FollowerError> {
        let (Some(bits), Precision::Auto) = (known.bits, self.precision) else { return Ok(None) };
        if bits < MOST_BITS {
            return self.enclosed(4 * bits, keep_going).map(Some);
        }
        if self.is_rational() && self.work <= DECIDING_WORK {
            self.exact(keep_going).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Whether everything is rational.
    fn is_rational(&self) -> bool {
        self.instance.functions.is_empty()
    }

    fn exact(&self, keep_going: &dyn Fn() -> bool) -> Result<Evaluation, FollowerError> {
        let found = evaluate(self.instance, self.play.policy(), keep_going)?;
        let deviation = self.play.masses.as_ref().map(|masses| {
            let stages = masses.iter().zip(&found.flow.occupation);
            let differences = stages.flat_map(|(given, own)| {
                given.iter().zip(own.iter()).map(|(given, own)| distance(given, &own, &own))
            });
            Enclosed::Exact(differences.map(|(_, most)| most).max().unwrap_or(Rational::ZERO))
        });
        Ok(Evaluation {
            exploitability: Enclosed::Exact(found.exploitability),
            leader_reward: Enclosed::Exact(found.leader_reward),
            follower_value: Enclosed::Exact(found.follower_value),
            follower_reward: Enclosed::Exact(found.follower_reward),
            deviation,
            bits: None,
        })
    }

    fn enclosed(
        &self,
        bits: u32,
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Evaluation, FollowerError> {
        let EnclosedPlay { enclosure, masses, bits } =
            enclose_play(self.instance, &self.play.laws, bits, keep_going)?;
        let deviation = self.play.masses.as_ref().map(|given| {
            let unit = Natural::ONE << bits as usize;
            let number = |mantissa: &crate::exact::Integer| {
                Rational::from_parts(mantissa.clone(), unit.clone())
            };
            let pairs = given.iter().flatten().zip(masses.iter().flatten());
            let (mut least, mut most) = (Rational::ZERO, Rational::ZERO);
            for (given, (low, high)) in pairs {
                let (near, far) = distance(given, &number(low), &number(high));
                least = least.max(near);
                most = most.max(far);
            }
            Enclosed::between(least, most)
        });
        let enclosed = |(lower, upper)| Enclosed::between(lower, upper);
        Ok(Evaluation {
            exploitability: enclosed(enclosure.exploitability),
            leader_reward: enclosed(enclosure.leader_reward),
            follower_value: enclosed(enclosure.follower_value),
            follower_reward: enclosed(enclosure.follower_reward),
            deviation,
            bits: Some(bits),
        })
    }
}

impl Evaluation {
    /// Whether every enclosure is narrow enough to be printed.
    fn is_narrow(&self) -> bool {
        let width = ratio(1, 10u64.pow(WIDTH_DIGITS));
        [&self.exploitability, &self.leader_reward, &self.follower_value, &self.follower_reward]
            .into_iter()
            .all(|number| {
                let scale = super::number::magnitude(number.lower()).max(Rational::ONE);
                number.upper() - number.lower() <= &width * scale
            })
    }
}

/// Least and greatest distance between `given` and a number from `low` to `high`.
fn distance(given: &Rational, low: &Rational, high: &Rational) -> (Rational, Rational) {
    let (below, above) = (low - given, given - high);
    let near = below.clone().max(above.clone()).max(Rational::ZERO);
    let far = (-below).max(-above);
    (near, far)
}

/// An estimate of the words that an exact evaluation writes: entries times the length of numbers,
/// which grows stage by stage.
fn exact_work(instance: &Instance, policy: &[Vec<Law>]) -> u128 {
    let bits = |n: &Natural| n.bit_len() as u128;
    let coefficients = |columns: &Columns| {
        columns
            .columns()
            .iter()
            .map(|(_, column)| bits(column.coefficients.denominator()))
            .sum::<u128>()
    };
    let degree = |columns: &Columns| u128::from(columns.population_degree());
    let mut length = bits(instance.initial.denominator());
    let mut work = 0u128;
    let mut values = 0u128;
    for (stage, play) in instance.stages.iter().zip(policy) {
        length = length.saturating_add(row_bits(play));
        let entries = stage.transition.as_ref().map_or(0, |(successors, _)| successors.len())
            + stage.pairs.len();
        let (own, moves) = stage_bits(stage, &coefficients, &degree, length);
        // Values backwards have the denominators of all later stages.
        values = values.saturating_add(own).saturating_add(moves);
        length = length.saturating_add(moves);
        work = work.saturating_add(
            (entries as u128).saturating_mul(1 + length.saturating_add(values) / 64),
        );
        // No limit is larger, and later stages only add.
        if work > DECIDING_WORK {
            break;
        }
    }
    work
}

/// Lengths of the rewards, and of the transition probabilities, of a stage at a population whose
/// masses have `length` bits.
fn stage_bits(
    stage: &InstanceStage,
    coefficients: &dyn Fn(&Columns) -> u128,
    degree: &dyn Fn(&Columns) -> u128,
    length: u128,
) -> (u128, u128) {
    let of = |columns: &Columns| {
        coefficients(columns).saturating_add(degree(columns).saturating_mul(length))
    };
    let moves = stage.transition.as_ref().map_or(0, |(_, columns)| of(columns));
    (of(&stage.reward).saturating_add(of(&stage.leader_reward)), moves)
}

/// Bits of the common denominator of a stage's probabilities, or a number too large for any limit.
fn row_bits(play: &[Law]) -> u128 {
    let mut common = Natural::ONE;
    for law in play {
        common = least_common_multiple(&common, law.denominator());
        if common.bit_len() > LONGEST_ROW {
            return BEYOND;
        }
    }
    common.bit_len() as u128
}
