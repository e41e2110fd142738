//! Sparse arrays: lists of entries `[index, ..., number]`.

use super::TableError;
use super::array::{AXES, Array};
use super::scalar::{Scalar, ScalarSeed};
use super::stream::Session;
use serde::de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// A list of entries `[indices..., number]`.
pub(super) struct Sparse<'s> {
    pub session: &'s Session<'s>,
    pub array: Array,
}

impl<'de> DeserializeSeed<'de> for Sparse<'_> {
    type Value = Array;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Array, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Sparse<'_> {
    type Value = Array;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entries [index, ..., number]")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Array, A::Error> {
        let indices = Cell::new(None);
        while items
            .next_element_seed(EntrySeed {
                session: self.session,
                array: &mut self.array,
                indices: &indices,
            })?
            .is_some()
        {}
        Ok(self.array)
    }
}

/// One entry. The first one tells how many indices there are.
struct EntrySeed<'l, 's> {
    session: &'l Session<'s>,
    array: &'l mut Array,
    indices: &'l Cell<Option<usize>>,
}

impl<'de> DeserializeSeed<'de> for EntrySeed<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EntrySeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry [index, ..., number]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let (session, array) = (self.session, self.array);
        let full = array.kind.depth();
        let (first, end) = array.kind.axes();
        let wrong = |found: usize| session.stop(TableError::Entry { found, expected: full });
        let mut at = [0u64; 4];
        let scalar = match self.indices.get() {
            Some(indices) => {
                for (read, slot) in at.iter_mut().skip(end - indices).take(indices).enumerate() {
                    *slot = items.next_element::<u64>()?.ok_or_else(|| wrong(read))?;
                }
                items.next_element_seed(ScalarSeed(session))?.ok_or_else(|| wrong(indices))?
            }
            None => {
                let mut values: Vec<Scalar> = Vec::new();
                while let Some(value) = items.next_element_seed(ScalarSeed(session))? {
                    values.push(value);
                    if values.len() > full + 1 {
                        return Err(wrong(values.len()));
                    }
                }
                let found = values.len();
                let indices = found.saturating_sub(1);
                let (Some(value), true) =
                    (values.pop(), indices == full || (first == 0 && indices + 1 == full))
                else {
                    return Err(wrong(found));
                };
                for (slot, value) in at.iter_mut().skip(end - indices).zip(&values) {
                    *slot = match value {
                        Scalar::Integer(index) if *index >= 0 => index.unsigned_abs(),
                        _ => {
                            return Err(session.stop(TableError::Kind {
                                message: "found a value that is no index, expected natural numbers before the last value".into(),
                            }));
                        }
                    };
                }
                self.indices.set(Some(indices));
                array.first_axis = Some(end - indices);
                value
            }
        };
        if items.next_element::<IgnoredAny>()?.is_some() {
            return Err(wrong(full + 2));
        }
        for (axis, (index, name)) in
            at.iter().zip(AXES).enumerate().take(end).skip(array.first_axis.unwrap_or(first))
        {
            let size = array.kind.size(axis, &session.frame);
            if *index >= size as u64 {
                return Err(session.stop(TableError::Index { axis: name, found: *index, size }));
            }
        }
        array.put(session, at, scalar)
    }
}
