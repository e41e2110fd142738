//! An array of `"tables"`: its axes, and the numbers read so far.

use super::TableError;
use super::growing::Growing;
use super::scalar::Scalar;
use super::stream::{Frame, Session};
use crate::exact::{Natural, Scaled};
use serde::de::Error;

/// Most numbers other than zero in one array.
const MOST_NUMBERS: usize = 200_000_000;

/// The axes of an array.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ArrayKind {
    /// `[state][action]`.
    Aggregate,
    /// `[stage][state][action]`.
    Reward,
    /// `[stage][state][action][next state]`.
    Transition,
}

/// Names of the axes; an array without stages has the last ones.
pub(super) const AXES: [&str; 4] = ["stage", "state", "action", "next state"];

impl ArrayKind {
    /// First and last axis.
    pub(super) fn axes(self) -> (usize, usize) {
        match self {
            ArrayKind::Aggregate => (1, 3),
            ArrayKind::Reward => (0, 3),
            ArrayKind::Transition => (0, 4),
        }
    }

    /// Number of axes, stages included.
    pub(super) fn depth(self) -> usize {
        let (first, end) = self.axes();
        end - first
    }

    /// Length of an axis; the last stage has no transitions.
    pub(super) fn size(self, axis: usize, frame: &Frame<'_>) -> usize {
        match (axis, self) {
            (0, ArrayKind::Transition) => frame.pairs.len().saturating_sub(1),
            (0, _) => frame.pairs.len(),
            (2, _) => frame.actions,
            _ => frame.states,
        }
    }
}

/// Positions and numbers of an array.
pub(super) struct Array {
    pub kind: ArrayKind,
    /// 0 with stages, 1 without; known from the first number on.
    pub first_axis: Option<usize>,
    keys: Vec<u64>,
    pub numbers: Growing,
}

impl Array {
    pub(super) fn new(kind: ArrayKind) -> Self {
        Array { kind, first_axis: None, keys: Vec::new(), numbers: Growing::new() }
    }

    /// Takes the number at a position; `at` has one index per axis, 0 for the stage of arrays
    /// without stages.
    pub(super) fn put<E: Error>(
        &mut self,
        session: &Session<'_>,
        at: [u64; 4],
        scalar: Scalar,
    ) -> Result<(), E> {
        let [stage, state, action, next] = at;
        if self.kind != ArrayKind::Aggregate {
            self.check_available(
                session,
                stage as usize,
                state as usize,
                action as usize,
                &scalar,
            )?;
        }
        let zero = match &scalar {
            Scalar::Null => true,
            Scalar::Integer(value) => *value == 0,
            Scalar::Number(value) => value.is_zero(),
        };
        if zero {
            return Ok(());
        }
        if self.keys.len() >= MOST_NUMBERS {
            return Err(session.stop(TableError::TooMany { most: MOST_NUMBERS }));
        }
        let nexts =
            if self.kind == ArrayKind::Transition { session.frame.states as u64 } else { 1 };
        self.keys.push(
            ((stage * session.frame.states as u64 + state) * session.frame.actions as u64 + action)
                * nexts
                + next,
        );
        let pushed = match scalar {
            Scalar::Integer(value) => self.numbers.push_integer(value),
            Scalar::Number(value) => self.numbers.push(value),
            Scalar::Null => Ok(()),
        };
        pushed.map_err(|problem| session.stop(problem))
    }

    /// A number belongs to an available pair, `null` or 0 to any other. Arrays without stages are
    /// checked per stage when they are used.
    fn check_available<E: Error>(
        &self,
        session: &Session<'_>,
        stage: usize,
        state: usize,
        action: usize,
        scalar: &Scalar,
    ) -> Result<(), E> {
        if self.first_axis == Some(1) {
            return Ok(());
        }
        let available =
            session.frame.pairs.get(stage).is_some_and(|pairs| pairs.find(state, action).is_some());
        let zero = matches!(scalar, Scalar::Null | Scalar::Integer(0))
            || matches!(scalar, Scalar::Number(value) if value.is_zero());
        match (available, scalar) {
            (true, Scalar::Null) => Err(session.stop(TableError::Missing { stage, state, action })),
            (false, _) if !zero => {
                Err(session.stop(TableError::Unavailable { stage, state, action }))
            }
            _ => Ok(()),
        }
    }

    /// Sorted keys and their numbers.
    pub(super) fn finish<E: Error>(
        self,
        session: &Session<'_>,
        denominator: Option<&Natural>,
    ) -> Result<(Vec<u64>, Scaled), E> {
        let sorted = self.keys.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        let (keys, order) = if sorted {
            (self.keys, None)
        } else {
            let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
            let key = |at: &u32| self.keys.get(*at as usize).copied().unwrap_or(0);
            order.sort_unstable_by_key(key);
            (order.iter().map(key).collect(), Some(order))
        };
        if let Some([twice, _]) = keys.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            let position = position(self.kind, *twice, &session.frame);
            return Err(session.stop(TableError::Repeated { position }));
        }
        let numbers = self
            .numbers
            .finish(order.as_deref(), denominator)
            .map_err(|problem| session.stop(problem))?;
        Ok((keys, numbers))
    }
}

fn position(kind: ArrayKind, key: u64, frame: &Frame<'_>) -> String {
    let (states, actions) = (frame.states.max(1) as u64, frame.actions.max(1) as u64);
    let (pair, next) = if kind == ArrayKind::Transition {
        (key / states, Some(key % states))
    } else {
        (key, None)
    };
    let (stage, state, action) = (pair / actions / states, pair / actions % states, pair % actions);
    let mut words =
        if kind == ArrayKind::Aggregate { String::new() } else { format!("stage {stage}, ") };
    words.push_str(&format!("state {state}, action {action}"));
    if let Some(next) = next {
        words.push_str(&format!(", next state {next}"));
    }
    words
}
