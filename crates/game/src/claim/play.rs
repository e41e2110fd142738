//! From an array to a policy: signs, sums, unavailable actions, each within the tolerance or an
//! error.

use super::error::ClaimError;
use super::number::magnitude;
use super::place::Index;
use super::shape::{Horizon, axes_of, misfit};
use super::statement::{Claim, PlayKind};
use crate::exact::{Integer, Natural, Rational, least_common_multiple, truncated};
use crate::follower::Law;
use crate::game::{Game, Pairs, Policy, StagePolicy};
use dashu_base::PowerOfTwo;
use ndarray::{ArrayView2, ArrayView3, Axis, s};
use rayon::prelude::*;
use std::sync::OnceLock;

/// Significant digits of numbers in messages.
const DIGITS: usize = 12;

/// The policy that was submitted, and what was done to make it one.
#[derive(Debug, Clone)]
pub struct Play {
    /// `[stage][state]`: what is done there.
    pub laws: Vec<Vec<Law>>,
    /// The same as fractions in lowest terms, once asked for.
    policy: OnceLock<Policy>,
    /// What was changed.
    pub adjustment: Adjustment,
    /// For an occupation measure: the masses `[stage][pair]` after normalisation.
    pub(super) masses: Option<Vec<Vec<Rational>>>,
    /// How the stages were brought to those of the game.
    pub horizon: Horizon,
}

impl Play {
    /// The policy; its rows sum to 1 exactly.
    pub fn policy(&self) -> &Policy {
        let stage = |laws: &Vec<Law>| StagePolicy::Mixed(laws.iter().map(Law::row).collect());
        self.policy.get_or_init(|| Policy { stages: self.laws.iter().map(stage).collect() })
    }
}

/// What normalisation changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Adjustment {
    /// Largest change of an entry.
    pub largest: Rational,
    /// Where it was made: stage, state and action.
    pub place: Option<Index>,
    /// Rows of a policy, or stages of an occupation measure, that were changed.
    pub rows: usize,
    /// Negative entries that were set to 0.
    pub negative: usize,
    /// Rows of states that nobody reaches, filled with an available action: in occupation measures
    /// and completed stages.
    pub filled: usize,
}

impl Adjustment {
    /// Those of a later stage.
    fn add(&mut self, later: Adjustment) {
        if later.largest > self.largest {
            self.largest = later.largest;
            self.place = later.place;
        }
        self.rows += later.rows;
        self.negative += later.negative;
        self.filled += later.filled;
    }
}

/// Entries of one row of the array on the available pairs, negative ones cut.
struct Row {
    /// Over `denominator`.
    weights: Vec<Integer>,
    denominator: Natural,
    /// Their sum.
    sum: Integer,
    /// Largest entry that was cut, with the position of its action.
    cut: Option<(Rational, usize)>,
    negative: usize,
}

/// Reads the play of `claim` as a policy.
pub(super) fn read_play(
    game: &Game,
    claim: &Claim,
    horizon: Horizon,
    tolerance: &Rational,
) -> Result<Play, ClaimError> {
    let play = claim.play.view();
    let entries = play.into_dimensionality().map_err(|_| misfit(game, claim.play.shape()))?;
    let reader = Reader { game, claim, entries, tolerance };
    let stages = axes_of(game)[0] - usize::from(horizon == Horizon::Completed);
    let one = |t: usize| {
        let mut adjustment = Adjustment::default();
        let (stage, masses) = match claim.kind {
            PlayKind::Policy => (reader.policy_stage(t, &mut adjustment)?, None),
            PlayKind::Occupation => reader
                .occupation_stage(t, &mut adjustment)
                .map(|(stage, masses)| (stage, Some(masses)))?,
        };
        Ok::<_, ClaimError>((stage, masses, adjustment))
    };
    let read: Vec<_> = (0..stages).into_par_iter().map(one).collect();
    let mut play = Play {
        laws: Vec::new(),
        policy: OnceLock::new(),
        adjustment: Adjustment::default(),
        masses: None,
        horizon,
    };
    // In the order of the stages, so that the first error is the one reported.
    for stage in read {
        let (stage, masses, adjustment) = stage?;
        play.laws.push(stage);
        if let Some(masses) = masses {
            play.masses.get_or_insert_default().push(masses);
        }
        play.adjustment.add(adjustment);
    }
    if let Some(stage) = game.stages.get(stages) {
        let rows = (0..stage.pairs.states()).map(|state| any_action(&stage.pairs, state)).collect();
        play.adjustment.filled += stage.pairs.states();
        play.laws.push(rows);
    }
    Ok(play)
}

/// The first available action.
fn any_action(pairs: &Pairs, state: usize) -> Law {
    Law::certain(pairs.of_state(state).next().map_or(0, |pair| pairs.action(pair) as u32))
}

impl Row {
    /// `|sum - 1|`, over its denominator.
    fn off(&self) -> Integer {
        let difference = &self.sum - Integer::from(self.denominator.clone());
        if difference < Integer::ZERO { -difference } else { difference }
    }
}

/// Numerators over the least common denominator. Those of floating-point numbers are powers of two.
fn over_one_denominator(values: &[&Rational]) -> (Vec<Integer>, Natural) {
    if values.iter().all(|value| value.denominator().is_power_of_two()) {
        let shift = |value: &Rational| value.denominator().trailing_zeros().unwrap_or(0);
        let longest = values.iter().map(|value| shift(value)).max().unwrap_or(0);
        let weights =
            values.iter().map(|value| value.numerator() << (longest - shift(value))).collect();
        return (weights, Natural::ONE << longest);
    }
    let denominator =
        values.iter().fold(Natural::ONE, |d, value| least_common_multiple(&d, value.denominator()));
    (
        values
            .iter()
            .map(|value| value.numerator() * (&denominator / value.denominator()))
            .collect(),
        denominator,
    )
}

struct Reader<'a> {
    game: &'a Game,
    claim: &'a Claim,
    /// The claim's array: stages, states, actions.
    entries: ArrayView3<'a, Rational>,
    tolerance: &'a Rational,
}

impl Reader<'_> {
    fn names(&self, t: usize, state: usize, action: Option<usize>) -> String {
        let name = |names: &[String], index: usize| {
            names.get(index).map_or_else(String::new, |name| format!("{name:?}"))
        };
        let mut text = format!("stage {t}, state {}", name(&self.game.states, state));
        if let Some(action) = action {
            text.push_str(&format!(", action {}", name(&self.game.actions, action)));
        }
        text
    }

    /// The entries of a state, judged one by one.
    fn row(&self, t: usize, state: usize) -> Result<Row, ClaimError> {
        let entries = self.entries.slice(s![t, state, ..]);
        let pairs = &self.game.stages[t].pairs;
        let what = self.claim.kind.key();
        let mut cut: Option<(Rational, usize)> = None;
        let mut negative = 0;
        let mut kept: Vec<&Rational> = Vec::with_capacity(entries.len());
        let zero = Rational::ZERO;
        let mut available = pairs.of_state(state).map(|pair| pairs.action(pair)).peekable();
        for (action, value) in entries.iter().enumerate() {
            let is_available = available.next_if_eq(&action).is_some();
            if *value >= zero && (is_available || value.is_zero()) {
                if is_available {
                    kept.push(value);
                }
                continue;
            }
            let (size, is_negative) = (magnitude(value), *value < zero);
            if size > *self.tolerance {
                let (place, at) =
                    (Index(vec![t, state, action]), self.names(t, state, Some(action)));
                let (value, tolerance) = (short(value), short(self.tolerance));
                return Err(if is_negative {
                    ClaimError::Negative { what, place, at, value, tolerance }
                } else {
                    ClaimError::Unavailable { what, place, at, value, tolerance }
                });
            }
            negative += usize::from(is_negative);
            if cut.as_ref().is_none_or(|(largest, _)| size > *largest) {
                cut = Some((size, action));
            }
            if is_available {
                kept.push(&zero);
            }
        }
        let (weights, denominator) = over_one_denominator(&kept);
        let sum = weights.iter().fold(Integer::ZERO, |sum, weight| sum + weight);
        Ok(Row { weights, denominator, sum, cut, negative })
    }

    fn policy_stage(&self, t: usize, adjustment: &mut Adjustment) -> Result<Vec<Law>, ClaimError> {
        let pairs = &self.game.stages[t].pairs;
        let mut rows = Vec::with_capacity(pairs.states());
        for state in 0..pairs.states() {
            let row = self.row(t, state)?;
            // How far the sum is from 1, over the row's denominator.
            let off = row.off();
            let too_far = off != Integer::ZERO
                && Rational::from_parts(off.clone(), row.denominator.clone()) > *self.tolerance;
            if too_far {
                return Err(self.row_sum(t, state, row.sum, row.denominator));
            }
            adjustment.negative += row.negative;
            let mut change = row.cut.clone();
            if !off.is_zero() {
                // Every entry is divided by the sum: the largest changes most.
                let largest = row.weights.iter().enumerate().max_by_key(|(_, weight)| *weight);
                if let Some((position, weight)) = largest {
                    let total = &row.denominator * row.sum.clone().into_parts().1;
                    let moved = Rational::from_parts(weight * off, total);
                    let action =
                        pairs.of_state(state).nth(position).map_or(0, |pair| pairs.action(pair));
                    if change.as_ref().is_none_or(|(known, _)| moved > *known) {
                        change = Some((moved, action));
                    }
                }
            }
            if let Some((size, action)) = change {
                adjustment.rows += 1;
                if size > adjustment.largest {
                    adjustment.largest = size;
                    adjustment.place = Some(Index(vec![t, state, action]));
                }
            }
            let law = law(pairs, state, row.weights);
            rows.push(law.ok_or_else(|| self.row_sum(t, state, row.sum, row.denominator))?);
        }
        Ok(rows)
    }

    fn row_sum(&self, t: usize, state: usize, sum: Integer, denominator: Natural) -> ClaimError {
        let place = Index(vec![t, state]);
        let (sum, tolerance) =
            (short(&Rational::from_parts(sum, denominator)), short(self.tolerance));
        ClaimError::RowSum {
            place,
            at: self.names(t, state, None),
            sum,
            tolerance,
            hint: self.hint(),
        }
    }

    fn occupation_stage(
        &self,
        t: usize,
        adjustment: &mut Adjustment,
    ) -> Result<(Vec<Law>, Vec<Rational>), ClaimError> {
        let pairs = &self.game.stages[t].pairs;
        let rows =
            (0..pairs.states()).map(|state| self.row(t, state)).collect::<Result<Vec<_>, _>>()?;
        let total = rows.iter().fold(Rational::ZERO, |sum, row| {
            sum + Rational::from_parts(row.sum.clone(), row.denominator.clone())
        });
        let off = &total - Rational::ONE;
        if magnitude(&off) > *self.tolerance || total.is_zero() {
            let (sum, tolerance) = (short(&total), short(self.tolerance));
            return Err(ClaimError::StageMass { place: Index(vec![t]), stage: t, sum, tolerance });
        }
        let mut masses = Vec::with_capacity(pairs.len());
        let mut laws = Vec::with_capacity(rows.len());
        let mut changed = false;
        for (state, row) in rows.into_iter().enumerate() {
            adjustment.negative += row.negative;
            let mut note = |size: Rational, action: usize| {
                changed |= !size.is_zero();
                if size > adjustment.largest {
                    adjustment.largest = size;
                    adjustment.place = Some(Index(vec![t, state, action]));
                }
            };
            if let Some((size, action)) = &row.cut {
                note(size.clone(), *action);
            }
            for (pair, weight) in pairs.of_state(state).zip(&row.weights) {
                let given = Rational::from_parts(weight.clone(), row.denominator.clone());
                if off.is_zero() {
                    masses.push(given);
                } else {
                    let mass = &given / &total;
                    note(magnitude(&(&mass - given)), pairs.action(pair));
                    masses.push(mass);
                }
            }
            laws.push(law(pairs, state, row.weights).unwrap_or_else(|| {
                adjustment.filled += 1;
                any_action(pairs, state)
            }));
        }
        adjustment.rows += usize::from(changed);
        Ok((laws, masses))
    }

    /// Whether the array looks like something else than conditional probabilities.
    fn hint(&self) -> &'static str {
        let sum_to_one = |entries: &mut dyn Iterator<Item = &Rational>| {
            let sum = entries.fold(-Rational::ONE, |sum, value| sum + value);
            magnitude(&sum) <= *self.tolerance
        };
        let stages = || self.entries.axis_iter(Axis(0));
        if stages().all(|stage| sum_to_one(&mut stage.iter())) {
            return "; the entries of every stage sum to 1, so this looks like an occupation measure: use the key `occupation`";
        }
        let [_, states, actions] = axes_of(self.game);
        let across = |stage: ArrayView2<'_, Rational>| {
            stage.columns().into_iter().all(|column| sum_to_one(&mut column.iter()))
        };
        if states == actions && stages().all(across) {
            return "; the sums over states are 1, so states and actions seem to be exchanged: transpose the last two axes";
        }
        ""
    }
}

/// The actions of a state with probabilities proportional to `weights`; `None` when none is
/// positive.
fn law(pairs: &Pairs, state: usize, weights: Vec<Integer>) -> Option<Law> {
    let actions = pairs.of_state(state).map(|pair| pairs.action(pair) as u32);
    let (actions, weights) = actions.zip(weights).filter(|(_, weight)| !weight.is_zero()).unzip();
    Law::proportional(actions, weights)
}

/// A number in a message: as a decimal where that is exact, else its leading digits.
pub(super) fn short(value: &Rational) -> String {
    truncated(value, DIGITS)
}
