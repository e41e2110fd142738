//! Claims as JSON (`smfg-claim/1`): keys, exact numbers, nested lists.

use super::decision::GivenDecision;
use super::error::DocumentError;
use super::place::index_of;
use super::statement::{PlayKind, Quantity};
use crate::exact::{NumberError, Rational, parse_rational};
use ndarray::{ArrayD, IxDyn};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
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
    /// Claimed exploitabilities by population.
    pub(super) regrets: Vec<(String, Rational)>,
    pub(super) tolerance: Option<Rational>,
}

/// Where an array comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// From the document itself.
    Inline(ArrayD<Rational>),
    /// From the file with this path.
    File(String),
    /// One array per population.
    Parts(Vec<(String, ArrayD<Rational>)>),
}

/// Reads the text of a claim.
pub(super) fn read_document(bytes: &[u8]) -> Result<Document, DocumentError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| DocumentError::NotText { offset: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Entries(entries) = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| explained(text, &error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| explained(text, "", &error))?;
    let mut document = Partial {
        format: None,
        decision: None,
        policy: None,
        occupation: None,
        numbers: Vec::new(),
        epsilon: None,
        regrets: Vec::new(),
        tolerance: None,
    };
    for (key, value) in &entries {
        document.take(key, value)?;
    }
    document.finish()
}

/// What an error at the place `path` of the document means. The commonest is a bare word, such as
/// the `NaN` and `Infinity` that many programs write.
fn explained(text: &str, path: &str, error: &serde_json::Error) -> DocumentError {
    let message = error.to_string();
    if error.is_data() {
        return DocumentError::Data { message };
    }
    match bare_word(text, error) {
        Some(word) => {
            let place = if path.trim_matches('.').is_empty() { "the text" } else { path };
            DocumentError::Word { place: place.into(), word: shortened(word) }
        }
        None => DocumentError::Syntax { message },
    }
}

/// The word outside strings at which JSON ends to be JSON.
fn bare_word<'t>(text: &'t str, error: &serde_json::Error) -> Option<&'t str> {
    let line = text.split('\n').nth(error.line().checked_sub(1)?)?;
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._#".contains(byte);
    let (before, after) = line.as_bytes().split_at_checked(error.column().checked_sub(1)?)?;
    let start = before.iter().rposition(|byte| !is_letter(byte)).map_or(0, |last| last + 1);
    let length = after.iter().position(|byte| !is_letter(byte)).unwrap_or(after.len());
    let word = line.get(start..before.len() + length)?;
    let in_string = line[..start].ends_with(['"', '\\']);
    let is_json = serde_json::from_str::<IgnoredAny>(word).is_ok();
    (error.is_syntax() && length > 0 && !in_string && !is_json).then_some(word)
}

/// The entries of the outer object, whose keys are distinct.
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
                let mut entries: Vec<(String, Value)> = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if entries.iter().any(|(earlier, _)| *earlier == key) {
                        return Err(A::Error::custom(format!("the key `{key}` stands twice")));
                    }
                    entries.push((key, map.next_value()?));
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
    regrets: Vec<(String, Rational)>,
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
            "exploitability" if value.is_object() => self.regrets = by_population(key, value)?,
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
        let Partial { decision, numbers, epsilon, regrets, tolerance, .. } =
            Partial { policy: None, occupation: None, ..self };
        Ok(Document { decision, kind, play, numbers, epsilon, regrets, tolerance })
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

/// A number per population.
fn by_population(key: &str, value: &Value) -> Result<Vec<(String, Rational)>, DocumentError> {
    let entries = value.as_object().into_iter().flatten();
    let read =
        entries.map(|(name, value)| Ok((name.clone(), number(&format!("{key}, {name}"), value)?)));
    read.collect()
}

fn source(key: &str, value: &Value) -> Result<Source, DocumentError> {
    match value {
        Value::String(path) => Ok(Source::File(path.clone())),
        Value::Array(_) => Ok(Source::Inline(array(key, value)?)),
        Value::Object(object) => {
            let parts = object.iter().map(|(name, value)| {
                let key = format!("{key}, {name}");
                match value {
                    Value::Array(_) => Ok((name.clone(), array(&key, value)?)),
                    other => Err(DocumentError::Kind {
                        place: key,
                        found: kind_of(other),
                        expected: "nested lists of numbers, the part of this population",
                    }),
                }
            });
            Ok(Source::Parts(parts.collect::<Result<_, _>>()?))
        }
        other => {
            let expected = "nested lists of numbers, the path of an .npy or .npz file, or an \
                            object of lists by population";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_words() {
        for (text, found) in [
            (r#"{"policy": [[[0.5, 0.5]], [[1e-3, NaN]]]}"#, "policy[1][0][1]: found NaN,"),
            (r#"{"a,[": 1, "policy": [["NaN", -Infinity]]}"#, "policy[0][1]: found -Infinity,"),
            ("{\"decision\":\n {\"toll\":\n  inf}}", "decision.toll: found inf,"),
            ("nan", "the text: found nan,"),
            ("{} nan", "the text: found nan,"),
            (r#"{"policy": [2.5, 1.#QNAN, nan]}"#, "policy[1]: found 1.#QNAN,"),
            (r#"{"policy": [0.5 0.5]}"#, "no JSON: expected `,` or `]` at line 1 column 17"),
            (r#"{"policy": ["\q"]}"#, "no JSON: invalid escape"),
            ("{\"policy\": \"a\nb\"}", "no JSON: control character"),
            (r#"{"a": [true, null, -1, 2E5, "NaN"]}"#, "unknown key `a`"),
            ("", "no JSON: EOF"),
            (r#"{"unfinished"#, "no JSON: EOF"),
            (r#"{"value": 1, "value": 2}"#, "the key `value` stands twice at line 1 column 20"),
        ] {
            let message = read_document(text.as_bytes()).expect_err(text).to_string();
            assert!(message.starts_with(found), "{text}: {message}");
        }
    }
}
