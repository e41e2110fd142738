//! One number of an array: an integer, a decimal, a text such as `"1/3"`, or `null`.

use super::TableError;
use super::stream::Session;
use crate::exact::{Rational, parse_rational};
use crate::game::file::from_json::NUMBER_TOKEN;
use crate::game::file::problem::ValueError;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use std::fmt;

/// A number or its absence.
pub(super) enum Scalar {
    Null,
    Integer(i64),
    Number(Rational),
}

pub(super) fn whole(value: u64) -> Scalar {
    i64::try_from(value).map_or_else(|_| Scalar::Number(Rational::from(value)), Scalar::Integer)
}

pub(super) fn spelled<E: Error>(session: &Session<'_>, text: &str) -> Result<Scalar, E> {
    parse_rational(text)
        .map(Scalar::Number)
        .map_err(|error| session.stop(ValueError::Number(error)))
}

/// A number that is no machine integer, which serde_json presents as a table of one key.
pub(super) fn long_number<'de, A: MapAccess<'de>>(
    session: &Session<'_>,
    entries: &mut A,
) -> Result<Scalar, A::Error> {
    match entries.next_key::<String>()? {
        Some(key) if key == NUMBER_TOKEN => spelled(session, &entries.next_value::<String>()?),
        _ => {
            Err(session
                .stop(TableError::Kind { message: "found a table, expected a number".into() }))
        }
    }
}

/// Reads one number.
pub(super) struct ScalarSeed<'l, 's>(pub &'l Session<'s>);

impl<'de> DeserializeSeed<'de> for ScalarSeed<'_, '_> {
    type Value = Scalar;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ScalarSeed<'_, '_> {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text such as \"1/3\", or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(whole(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        spelled(self.0, text)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Scalar, A::Error> {
        long_number(self.0, &mut entries)
    }
}
