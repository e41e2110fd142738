//! Claims as JSON (`smfg-claim/1`): keys, exact numbers, nested lists.

use super::bare_words::find_bare_word;
use super::decision::GivenDecision;
use super::error::DocumentError;
use super::place::index_of;
use super::statement::{PlayKind, Quantity};
use crate::exact::{NumberError, Rational, parse_rational};
use ndarray::{ArrayD, IxDyn};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Name of the format.
pub(super) const FORMAT: &str = "smfg-claim/1";
/// All keys of a claim.
const KEYS: &str = "format, decision, policy, occupation, exploitability, leader_reward, follower_value, follower_reward, value, epsilon, tolerance";

/// What a document says; arrays in files are still to be read.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) decision: Option<GivenDecision>,
    pub(super) kind: PlayKind,
    pub(super) play: Source,
    pub(super) numbers: Vec<(Quantity, Rational)>,
    pub(super) epsilon: Option<Rational>,
    pub(super) tolerance: Option<Rational>,
}

/// Where an array comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// From the document itself.
    Inline(ArrayD<Rational>),
    /// From the file with this path.
    File(String),
}

/// Reads the text of a claim.
pub(super) fn read_document(bytes: &[u8]) -> Result<Document, DocumentError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| DocumentError::NotText { offset: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Entries(entries) =
        serde_json::from_str(text).map_err(|error| match find_bare_word(text) {
            Some((place, word)) => DocumentError::Word { place, word },
            None => DocumentError::Syntax { message: error.to_string() },
        })?;
    let mut document = Partial {
        format: None,
        decision: None,
        policy: None,
        occupation: None,
        numbers: Vec::new(),
        epsilon: None,
        tolerance: None,
    };
    for (position, (key, value)) in entries.iter().enumerate() {
        if entries[..position].iter().any(|(earlier, _)| earlier == key) {
            return Err(DocumentError::Twice { key: key.clone() });
        }
        document.take(key, value)?;
    }
    document.finish()
}

/// The entries of the outer object, keys that stand twice included.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the keys of a claim")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// What was read so far.
struct Partial {
    format: Option<String>,
    decision: Option<GivenDecision>,
    policy: Option<Source>,
    occupation: Option<Source>,
    numbers: Vec<(Quantity, Rational)>,
    epsilon: Option<Rational>,
    tolerance: Option<Rational>,
}

impl Partial {
    fn take(&mut self, key: &str, value: &Value) -> Result<(), DocumentError> {
        match key {
            "format" => {
                self.format = Some(value.as_str().map_or_else(|| kind_of(value), str::to_string))
            }
            "decision" => self.decision = decision(value)?,
            "policy" => self.policy = Some(source("policy", value)?),
            "occupation" => self.occupation = Some(source("occupation", value)?),
            "epsilon" => self.epsilon = Some(number("epsilon", value)?),
            "tolerance" => self.tolerance = Some(number("tolerance", value)?),
            _ => match Quantity::ALL.into_iter().find(|quantity| quantity.key() == key) {
                Some(quantity) => self.numbers.push((quantity, number(key, value)?)),
                None => {
                    return Err(DocumentError::UnknownKey { found: key.into(), expected: KEYS });
                }
            },
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Document, DocumentError> {
        if self.format.as_deref() != Some(FORMAT) {
            let found = self.format.map_or_else(
                || "missing".into(),
                |found| format!("\"{}\"", found.escape_default()),
            );
            return Err(DocumentError::Format { found });
        }
        let (kind, play) = match (self.policy, self.occupation) {
            (Some(policy), None) => (PlayKind::Policy, policy),
            (None, Some(occupation)) => (PlayKind::Occupation, occupation),
            (None, None) => return Err(DocumentError::Play { found: "neither" }),
            (Some(_), Some(_)) => return Err(DocumentError::Play { found: "both" }),
        };
        self.numbers.sort_by_key(|(quantity, _)| *quantity);
        let Partial { decision, numbers, epsilon, tolerance, .. } =
            Partial { policy: None, occupation: None, ..self };
        Ok(Document { decision, kind, play, numbers, epsilon, tolerance })
    }
}

fn kind_of(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => shortened(&number.to_string()),
        Value::String(text) => format!("\"{}\"", shortened(text).escape_default()),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 40 {
        text.chars().take(37).chain("...".chars()).collect()
    } else {
        text.into()
    }
}

fn number(place: &str, value: &Value) -> Result<Rational, DocumentError> {
    let refused = |found: String| DocumentError::Kind {
        place: place.into(),
        found,
        expected: "a finite number, or \"p/q\"",
    };
    let explained = |error: NumberError| refused(format!("{} ({error})", kind_of(value)));
    match value {
        Value::Number(number) => parse_rational(&number.to_string()).map_err(explained),
        Value::String(text) => parse_rational(text).map_err(|_| refused(kind_of(value))),
        other => Err(refused(kind_of(other))),
    }
}

/// `null` means the only decision of a game without a leader.
fn decision(value: &Value) -> Result<Option<GivenDecision>, DocumentError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(GivenDecision::Text(text.clone()))),
        Value::Object(object) => {
            let parameters = object.iter().map(|(name, value)| {
                Ok((name.clone(), number(&format!("decision, {name}"), value)?))
            });
            Ok(Some(GivenDecision::Parameters(parameters.collect::<Result<_, DocumentError>>()?)))
        }
        other => Err(DocumentError::Kind {
            place: "decision".into(),
            found: kind_of(other),
            expected: "a name, or an object of parameters",
        }),
    }
}

fn source(key: &str, value: &Value) -> Result<Source, DocumentError> {
    match value {
        Value::String(path) => Ok(Source::File(path.clone())),
        Value::Array(_) => Ok(Source::Inline(array(key, value)?)),
        other => {
            let expected = "nested lists of numbers, or the path of an .npy or .npz file";
            Err(DocumentError::Kind { place: key.into(), found: kind_of(other), expected })
        }
    }
}

/// Nested lists of one depth and equal lengths, read depth by depth.
fn array(key: &str, value: &Value) -> Result<ArrayD<Rational>, DocumentError> {
    let mut shape = Vec::new();
    let mut level: Vec<&Value> = vec![value];
    while let Some(Value::Array(first)) = level.first() {
        let expected = first.len();
        let mut inner = Vec::new();
        for (position, value) in level.iter().enumerate() {
            let place = || format!("{key}{}", index_of(&shape, position));
            let Value::Array(entries) = value else {
                return Err(DocumentError::Kind {
                    place: place(),
                    found: kind_of(value),
                    expected: "a list, as in the places before it",
                });
            };
            if entries.len() != expected {
                return Err(DocumentError::Ragged {
                    place: place(),
                    found: entries.len(),
                    expected,
                });
            }
            inner.extend(entries);
        }
        shape.push(expected);
        level = inner;
    }
    let entries = level
        .iter()
        .enumerate()
        .map(|(position, value)| number(&format!("{key}{}", index_of(&shape, position)), value))
        .collect::<Result<_, _>>()?;
    ArrayD::from_shape_vec(IxDyn(&shape), entries).map_err(|error| DocumentError::Kind {
        place: key.into(),
        found: error.to_string(),
        expected: "nested lists of numbers",
    })
}
