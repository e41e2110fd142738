//! Dense arrays: lists of lists of numbers.

use super::TableError;
use super::array::{AXES, Array};
use super::scalar::{Scalar, long_number, spelled, whole};
use super::stream::Session;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Nested arrays of numbers.
pub(super) struct Dense<'s> {
    pub session: &'s Session<'s>,
    pub array: Array,
}

impl<'de> DeserializeSeed<'de> for Dense<'_> {
    type Value = Array;

    fn deserialize<D: serde::Deserializer<'de>>(
        mut self,
        deserializer: D,
    ) -> Result<Array, D::Error> {
        let level = Level { session: self.session, array: &mut self.array, depth: 0, at: [0; 4] };
        let found = deserializer.deserialize_any(level)?;
        if found != Found::List {
            return Err(self.session.stop(TableError::Kind {
                message: "found a number, expected nested lists of numbers".into(),
            }));
        }
        Ok(self.array)
    }
}

#[derive(PartialEq, Eq)]
enum Found {
    Number,
    List,
}

/// One level of nested arrays: `depth` lists around, `at` the indices within them. The recursion
/// ends at the number of axes.
struct Level<'l, 's> {
    session: &'l Session<'s>,
    array: &'l mut Array,
    depth: usize,
    at: [usize; 4],
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_> {
    type Value = Found;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Level<'_, '_> {
    fn number<E: Error>(self, scalar: Scalar) -> Result<Found, E> {
        let full = self.array.kind.depth();
        let (first, _) = self.array.kind.axes();
        let axis = match self.array.first_axis {
            Some(axis) => axis,
            None => {
                let axis = if self.depth == full { first } else { first + 1 };
                self.array.first_axis = Some(axis);
                axis
            }
        };
        if self.depth + axis != first + full || (first == 1 && axis == 2) {
            return Err(self.session.stop(TableError::Depth { found: self.depth, expected: full }));
        }
        let mut at = [0u64; 4];
        for (slot, index) in at.iter_mut().skip(axis).zip(self.at) {
            *slot = index as u64;
        }
        // The axes within are checked when the lists end; an index beyond its axis is an error
        // already here.
        for (index, (axis, name)) in at.iter().zip(AXES.iter().enumerate()) {
            let size = self.array.kind.size(axis, &self.session.frame);
            if axis < self.array.kind.axes().1
                && axis >= self.array.first_axis.unwrap_or(0)
                && *index >= size as u64
            {
                return Err(self.session.stop(TableError::Length {
                    axis: name,
                    found: *index as usize + 1,
                    expected: size,
                }));
            }
        }
        self.array.put(self.session, at, scalar)?;
        Ok(Found::Number)
    }
}

impl<'de> Visitor<'de> for Level<'_, '_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text such as \"1/3\", null, or a list of these")
    }

    fn visit_unit<E: Error>(self) -> Result<Found, E> {
        self.number(Scalar::Null)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Found, E> {
        self.number(whole(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Found, E> {
        self.number(Scalar::Integer(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Found, E> {
        let value = spelled(self.session, text)?;
        self.number(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Found, A::Error> {
        let value = long_number(self.session, &mut entries)?;
        self.number(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found, A::Error> {
        let (session, array, depth, mut at) = (self.session, self.array, self.depth, self.at);
        let full = array.kind.depth();
        if depth >= full {
            return Err(session.stop(TableError::Depth { found: depth + 1, expected: full }));
        }
        let mut count = 0;
        loop {
            if let Some(index) = at.get_mut(depth) {
                *index = count;
            }
            if items
                .next_element_seed(Level { session, array: &mut *array, depth: depth + 1, at })?
                .is_none()
            {
                break;
            }
            count += 1;
        }
        // Which axis this is, is known once a number has been seen.
        let axis = array.first_axis.unwrap_or(array.kind.axes().0) + depth;
        let expected = array.kind.size(axis, &session.frame);
        if count != expected {
            return Err(session.stop(TableError::Length {
                axis: AXES.get(axis).copied().unwrap_or("?"),
                found: count,
                expected,
            }));
        }
        Ok(Found::List)
    }
}
