//! The text of a checkpoint: what it is about, what is left, and a sum over all of it.

use super::Asked;
use crate::leader::{Left, Reached};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// Words of the first line; the number changes with the meaning of what follows.
const FORMAT: &str = "smfg-checkpoint 1";
/// Longest file that is read.
const MOST_BYTES: u64 = 1 << 32;
/// Word before the sum, on the last line.
const SUM: &str = "sum ";

/// What a checkpoint is about, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    entries: Vec<(String, String)>,
}

impl Header {
    pub(super) fn of(asked: Asked<'_>) -> Self {
        let own = |name: &str, value: &str| {
            // A value is one line of plain words.
            let value: Vec<&str> = value.split_ascii_whitespace().collect();
            (name.to_string(), value.join(" "))
        };
        let mut entries = vec![
            own("program", env!("CARGO_PKG_VERSION")),
            own("command", asked.command),
            own("game", &asked.game),
        ];
        entries.extend(asked.options.iter().map(|(name, value)| own(name, value)));
        Header { entries }
    }

    /// Why another header is not this one.
    fn difference(&self, other: &Header) -> Option<String> {
        let name = |entry: Option<&(String, String)>| {
            entry.map_or("nothing".into(), |(name, value)| format!("{name} {value}"))
        };
        let count = self.entries.len().max(other.entries.len());
        (0..count).map(|i| (self.entries.get(i), other.entries.get(i))).find(|(a, b)| a != b).map(
            |(own, found)| {
                format!("it is of another call: found `{}`, expected `{}`", name(found), name(own))
            },
        )
    }
}

/// What is left of a call.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Seconds that were spent.
    pub(super) seconds: f64,
    /// What is left, by question.
    pub(super) parts: Vec<(String, Left)>,
}

/// Writes everything and counts it.
struct Summed<'a> {
    out: &'a mut dyn Write,
    sum: Sha256,
}

impl Write for Summed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a checkpoint.
pub(super) fn write(
    out: &mut dyn Write,
    header: &Header,
    seconds: f64,
    parts: &[(String, Left)],
) -> io::Result<()> {
    let mut summed = Summed { out, sum: Sha256::new() };
    writeln!(summed, "{FORMAT}")?;
    header.entries.iter().try_for_each(|(name, value)| writeln!(summed, "{name} {value}"))?;
    writeln!(summed, "seconds {seconds}")?;
    for (question, left) in parts {
        match left {
            Left::Open { state, reached } => {
                let Reached { lower_approx, upper_approx, parts } = reached;
                writeln!(summed, "open {lower_approx} {upper_approx} {parts}")?;
                writeln!(summed, "{question}\n{state}")?;
            }
            Left::Answered { certificate, witness } => {
                let lines = certificate.iter().filter(|byte| **byte == b'\n').count();
                writeln!(summed, "answered {lines}\n{question}\n{witness}")?;
                summed.write_all(certificate)?;
            }
        }
    }
    let sum = hexadecimal(summed.sum);
    writeln!(out, "{SUM}{sum}")
}

fn hexadecimal(sum: Sha256) -> String {
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what an earlier call left; nothing where no file is, or an empty one.
///
/// # Errors
/// Why the file is none, in words.
pub(super) fn read(path: &Path, expected: &Header) -> Result<Option<Contents>, String> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    if !found.is_file() {
        return Err("it is no regular file".into());
    }
    if found.len() > MOST_BYTES {
        return Err(format!("it has {} bytes, at most {MOST_BYTES} are read", found.len()));
    }
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text))
        .map_err(|error| error.to_string())?;
    if text.is_empty() { Ok(None) } else { parse(&text, expected).map(Some) }
}

fn parse(text: &str, expected: &Header) -> Result<Contents, String> {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    if first != FORMAT {
        return Err(match first.strip_prefix("smfg-checkpoint ") {
            Some(_) => format!("found `{first}`, this version reads `{FORMAT}`"),
            None => "it is no checkpoint".into(),
        });
    }
    let damaged = || "it is damaged: remove it to begin again".to_string();
    let mut entries = Vec::new();
    let seconds = loop {
        let (name, value) =
            lines.next().and_then(|line| line.split_once(' ')).ok_or_else(damaged)?;
        if name == "seconds" {
            break value.parse::<f64>().ok().filter(|s| *s >= 0.0).ok_or_else(damaged)?;
        }
        entries.push((name.to_string(), value.to_string()));
    };
    if let Some(difference) = expected.difference(&Header { entries }) {
        return Err(difference);
    }
    let body = text.trim_end_matches('\n').rfind('\n').ok_or_else(damaged)? + 1;
    let (body, sum) = text.split_at(body);
    let mut own = Sha256::new();
    own.update(body);
    if sum.trim_end() != format!("{SUM}{}", hexadecimal(own)) {
        return Err(damaged());
    }
    let parts = parts(&mut lines).ok_or_else(damaged)?;
    Ok(Contents { seconds, parts })
}

/// The parts up to the line with the sum.
fn parts(lines: &mut std::str::Lines<'_>) -> Option<Vec<(String, Left)>> {
    let mut parts = Vec::new();
    loop {
        let mut words = lines.next()?.split(' ');
        let left = match words.next()? {
            "open" => {
                let mut number = || words.next()?.parse::<f64>().ok();
                let (lower_approx, upper_approx) = (number()?, number()?);
                let reached =
                    Reached { lower_approx, upper_approx, parts: words.next()?.parse().ok()? };
                let question = lines.next()?.to_string();
                (question, Left::Open { state: lines.next()?.to_string(), reached })
            }
            "answered" => {
                let count: usize = words.next()?.parse().ok()?;
                let (question, witness) = (lines.next()?.to_string(), lines.next()?.to_string());
                let mut certificate = Vec::new();
                for _ in 0..count {
                    certificate.extend_from_slice(lines.next()?.as_bytes());
                    certificate.push(b'\n');
                }
                (question, Left::Answered { certificate, witness })
            }
            "sum" => return Some(parts),
            _ => return None,
        };
        parts.push(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(epsilon: &str) -> Header {
        Header::of(Asked {
            command: "solve",
            game: "sha256:00".into(),
            options: vec![("epsilon", epsilon.into())],
        })
    }

    fn example() -> String {
        let reached = Reached { lower_approx: f64::NEG_INFINITY, upper_approx: 1.5, parts: 3 };
        let parts = [
            ("first".to_string(), Left::Open { state: "1 2 ".into(), reached }),
            (
                "second".to_string(),
                Left::Answered { certificate: b"a\nb c\n".to_vec(), witness: String::new() },
            ),
        ];
        let mut text = Vec::new();
        write(&mut text, &header("1/2"), 2.5, &parts).expect("memory");
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn what_is_written_is_read() {
        let found = parse(&example(), &header("1/2")).expect("the same");
        assert_eq!(found.seconds, 2.5);
        assert_eq!(found.parts.len(), 2);
        let Left::Open { state, reached } = &found.parts[0].1 else { panic!("open") };
        assert_eq!((state.as_str(), reached.parts), ("1 2 ", 3));
        let Left::Answered { certificate, .. } = &found.parts[1].1 else { panic!("answered") };
        assert_eq!(certificate, b"a\nb c\n");
    }

    #[test]
    fn another_call_is_refused_by_name() {
        let refused = parse(&example(), &header("1/3")).expect_err("another epsilon");
        assert!(refused.contains("found `epsilon 1/2`, expected `epsilon 1/3`"), "{refused}");
    }

    #[test]
    fn every_damage_is_seen() {
        let text = example();
        for end in 0..text.len() - 1 {
            assert!(parse(&text[..end], &header("1/2")).is_err(), "cut at {end}");
        }
        for (at, _) in text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'7' { b'8' } else { b'7' };
            let other = String::from_utf8(other).expect("text");
            assert!(parse(&other, &header("1/2")).is_err(), "changed at {at}");
        }
    }
}
