//! Parts that the JSON of several commands has.

use super::json::{Entries, Exact, end_text};
use crate::exact::Rounding;
use crate::follower::Enclosed;
use crate::game::{Decision, Game};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

#[derive(Serialize)]
pub(super) struct GameName<'a> {
    name: &'a str,
    hash: &'a str,
    /// Only where the file asked to have rows of probabilities mended: the largest change.
    #[serde(skip_serializing_if = "Option::is_none")]
    normalised_by: Option<Exact<'a>>,
}

impl<'a> GameName<'a> {
    pub(super) fn of(game: &'a Game, hash: &'a str) -> Self {
        let normalised_by = game.vocabulary.normalised.as_ref().map(Exact);
        GameName { name: &game.name, hash, normalised_by }
    }
}

pub(super) struct ChosenDecision<'a> {
    pub(super) game: &'a Game,
    pub(super) decision: Cow<'a, Decision>,
}

impl Serialize for ChosenDecision<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("name", &self.decision.name)?;
        let named =
            || self.game.leader.parameters.iter().zip(self.decision.values.iter().map(Exact));
        map.serialize_entry("parameters", &Entries(named))?;
        map.end()
    }
}

/// A string when the number is known exactly, else `{"lower", "upper"}`.
pub(super) struct Number<'a>(pub(super) &'a Enclosed);

impl Serialize for Number<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Enclosed::Exact(value) => Exact(value).serialize(serializer),
            Enclosed::Between(lower, upper) => {
                let ends = [end_text(lower, Rounding::Down), end_text(upper, Rounding::Up)];
                serializer.collect_map(["lower", "upper"].into_iter().zip(ends))
            }
        }
    }
}
