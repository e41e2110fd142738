//! Whether the axes of an array are those of the game: `[stage][state][action]`, one entry per
//! decision stage.
//!
//! The commonest slips are named: axes in another order, states flattened or not, and a horizon
//! that counts differently by one.

use super::place::Shape;
use crate::game::{Game, Stage};

/// What the first axis of an array counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HorizonConvention {
    /// The stages at which followers act and earn: as many as the game has.
    #[default]
    Decisions,
    /// Times up to a last index. There may be one more than the game has stages, after its last
    /// transition, which is dropped; or one less, the stage after the last transition missing,
    /// which is completed when actions have no effect there.
    LastIndex,
}

/// How an array was brought to the stages of the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Horizon {
    /// It has the stages of the game.
    AsGiven,
    /// Its last stage was dropped.
    Dropped,
    /// Its last stage was missing, and actions have no effect there.
    Completed,
}

/// Why an array does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Another shape.
    #[error(
        "the array has the shape {found}, expected {expected} for [stage][state][action]{hint}"
    )]
    Shape {
        /// Its shape.
        found: Shape,
        /// Stages, states, actions of the game.
        expected: Shape,
        /// What may be the reason.
        hint: String,
    },
    /// A stage missing whose actions matter.
    #[error(
        "the array has {found} stages and the game {expected}: its last stage is missing, and cannot be completed, because there the \
         followers' action matters (stage {stage}, state {state:?}: {reason})"
    )]
    LastStage {
        /// Stages of the array.
        found: usize,
        /// Stages of the game.
        expected: usize,
        /// The last stage.
        stage: usize,
        /// A state in which actions differ.
        state: String,
        /// In what they differ.
        reason: &'static str,
    },
}

/// Stages, states and actions of a game.
pub(super) fn axes_of(game: &Game) -> [usize; 3] {
    [game.stages.len(), game.states.len(), game.actions.len()]
}

/// How `shape` fits the game.
pub(super) fn fit(
    game: &Game,
    shape: &[usize],
    convention: HorizonConvention,
) -> Result<Horizon, ShapeError> {
    let [stages, states, actions] = axes_of(game);
    if let [found, own_states, own_actions] = *shape
        && (own_states, own_actions) == (states, actions)
    {
        if found == stages {
            return Ok(Horizon::AsGiven);
        }
        if convention == HorizonConvention::LastIndex {
            if found == stages + 1 {
                return Ok(Horizon::Dropped);
            }
            if found.saturating_add(1) == stages {
                return complete(game, found);
            }
        }
    }
    Err(misfit(game, shape))
}

/// The error about an array of another shape than the game's.
pub(super) fn misfit(game: &Game, shape: &[usize]) -> ShapeError {
    let expected = axes_of(game);
    ShapeError::Shape {
        found: Shape(shape.to_vec()),
        expected: Shape(expected.to_vec()),
        hint: hint(shape, expected),
    }
}

/// Whether an array of this shape fits the game in one of the conventions, so that it is worth
/// reading.
pub(super) fn admit(game: &Game, shape: &[usize]) -> Result<(), ShapeError> {
    match fit(game, shape, HorizonConvention::LastIndex) {
        Err(error @ ShapeError::Shape { .. }) => Err(error),
        Ok(_) | Err(ShapeError::LastStage { .. }) => Ok(()),
    }
}

fn complete(game: &Game, found: usize) -> Result<Horizon, ShapeError> {
    let last = found;
    let Some(stage) = game.stages.get(last) else { return Ok(Horizon::Completed) };
    for state in 0..game.states.len() {
        if let Some(reason) = difference(game, last, stage, state) {
            let state = game.states.get(state).cloned().unwrap_or_default();
            return Err(ShapeError::LastStage {
                found,
                expected: game.stages.len(),
                stage: last,
                state,
                reason,
            });
        }
    }
    Ok(Horizon::Completed)
}

/// In what the actions of a state differ at a stage without transitions.
fn difference(game: &Game, t: usize, stage: &Stage, state: usize) -> Option<&'static str> {
    let mut pairs = stage.pairs.of_state(state);
    let first = pairs.next()?;
    for pair in pairs {
        if stage.reward.get(pair) != stage.reward.get(first) {
            return Some("actions earn differently");
        }
        if stage.leader_reward.get(pair) != stage.leader_reward.get(first) {
            return Some("actions are worth differently to the leader");
        }
        for aggregate in game.aggregates.iter().filter(|aggregate| aggregate.stage == t) {
            let weight = |pair: usize| {
                let action = stage.pairs.action(pair);
                aggregate
                    .weights
                    .iter()
                    .find(|(s, a, _)| *s as usize == state && *a as usize == action)
                    .map(|(_, _, weight)| weight)
            };
            if weight(pair) != weight(first) {
                return Some("formulas depend on the masses of its actions");
            }
        }
    }
    None
}

const AXES: [&str; 3] = ["stage", "state", "action"];

/// What may have happened.
fn hint(found: &[usize], expected: [usize; 3]) -> String {
    let [stages, states, actions] = expected;
    let product = |lengths: &[usize]| {
        lengths.iter().try_fold(1usize, |product, &length| product.checked_mul(length))
    };
    match *found {
        [first, s, a]
            if (s, a) == (states, actions)
                && (first == stages + 1 || first.saturating_add(1) == stages) =>
        {
            horizon_hint(first, stages)
        }
        [_, _, _] => {
            let orders = [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
            // Axis k of the array is axis order[k] of the game.
            let fits = |order: &[usize; 3], slack: usize| {
                let length = |axis: usize| {
                    if axis == 0 {
                        expected[axis].wrapping_add(slack).wrapping_sub(1)
                    } else {
                        expected[axis]
                    }
                };
                (0..3).all(|k| found[k] == length(order[k]))
            };
            let named =
                |order: &[usize; 3]| format!("[{}]", order.map(|axis| AXES[axis]).join("]["));
            // Position in the array of each axis of the game.
            let back = |order: &[usize; 3]| {
                AXES.map(|axis| {
                    order
                        .map(|k| AXES[k])
                        .iter()
                        .position(|own| *own == axis)
                        .unwrap_or(0)
                        .to_string()
                })
                .join(", ")
            };
            for (slack, note) in [(1, ""), (2, " with one stage more"), (0, " with one stage less")]
            {
                let orders: Vec<&[usize; 3]> =
                    orders.iter().filter(|order| fits(order, slack)).collect();
                if let Some(first) = orders.first() {
                    let all: Vec<String> = orders.iter().map(|order| named(order)).collect();
                    return format!(
                        "; it would fit as {}{note}: transpose the axes, in numpy policy.transpose({})",
                        all.join(" or "),
                        back(first)
                    );
                }
            }
            String::new()
        }
        [s, a] if (s, a) == (states, actions) => {
            format!(
                "; one table for all stages is to be repeated: in numpy np.broadcast_to(policy, ({stages}, {states}, {actions}))"
            )
        }
        _ if product(found).is_some_and(|count| Some(count) == product(&expected)) => format!(
            "; it has as many entries: if the states or actions have several axes each, in the order of the game file, \
             reshape it, in numpy policy.reshape({stages}, {states}, {actions})"
        ),
        _ => String::new(),
    }
}

fn horizon_hint(found: usize, stages: usize) -> String {
    let last = stages.wrapping_sub(1);
    let choice = if found > stages {
        format!(
            "(a) the array has a stage after the last transition, at which the game lets nobody earn: \
             --horizon-convention last-index drops stage {stages}; \
             (b) its last index T = {stages} is a stage like others, so that the game file has one too few: set stages = T + 1 = {found} there"
        )
    } else {
        format!(
            "(a) the array stops before the last stage of the game, t = {last}, at which followers still earn: \
             --horizon-convention last-index completes it when actions have no effect there; \
             (b) the game file took the last index for the number of stages plus one: set stages = {found} there"
        )
    };
    format!("; the number of stages is off by one, for one of two reasons: {choice}")
}
