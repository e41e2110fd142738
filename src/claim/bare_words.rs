//! Words that JSON does not know, such as the `NaN` and `Infinity` that many programs write, and
//! where they stand.

/// A container that is open at some position of the text.
enum Open {
    /// A list, with the position of the current entry.
    List(usize),
    /// An object, with the current key.
    Object(String),
}

/// The first word that is no JSON, and its place: `policy[0][2][1]`. `None` when there is none, or
/// the text is damaged in another way before it.
pub(super) fn find_bare_word(text: &str) -> Option<(String, String)> {
    let mut open: Vec<Open> = Vec::new();
    // The last string that ended: a key when a colon follows.
    let mut last = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut taken = first.len_utf8();
        match first {
            '[' => open.push(Open::List(0)),
            '{' => open.push(Open::Object(String::new())),
            ']' | '}' => {
                open.pop();
            }
            ',' => {
                if let Some(Open::List(position)) = open.last_mut() {
                    *position += 1;
                }
            }
            ':' => {
                if let Some(Open::Object(key)) = open.last_mut() {
                    *key = std::mem::take(&mut last);
                }
            }
            '"' => {
                taken = string_length(rest)?;
                last = rest[1..taken - 1].to_string();
            }
            _ if first.is_ascii_alphabetic() || first == '-' => {
                let word = |c: char| c.is_ascii_alphanumeric() || "+-._#".contains(c);
                taken = rest.find(|c: char| !word(c)).unwrap_or(rest.len()).max(taken);
                let found = &rest[..taken];
                let letters = found.trim_start_matches('-');
                let known = matches!(found, "true" | "false" | "null")
                    || letters.starts_with(|c: char| c.is_ascii_digit());
                if !known {
                    return Some((place(&open), found.chars().take(40).collect()));
                }
            }
            // Numbers, with their exponents.
            _ if first.is_ascii_digit() => {
                taken = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && !"+-.#".contains(c))
                    .unwrap_or(rest.len())
                    .max(taken);
                // `1.#QNAN`, as some C libraries print it.
                if rest[..taken].contains('#') {
                    return Some((place(&open), rest[..taken].chars().take(40).collect()));
                }
            }
            _ => {}
        }
        rest = &rest[taken..];
    }
    None
}

/// Bytes of the string at the start of `text`, with both quotes.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (position, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(position + 1),
            _ => {}
        }
    }
    None
}

fn place(open: &[Open]) -> String {
    let mut text = String::new();
    for level in open {
        match level {
            Open::List(position) => text.push_str(&format!("[{position}]")),
            Open::Object(key) if text.is_empty() => text.push_str(key),
            Open::Object(key) => text.push_str(&format!(".{key}")),
        }
    }
    if text.is_empty() { "the text".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_words() {
        for (text, place, word) in [
            (r#"{"policy": [[[0.5, 0.5]], [[1e-3, NaN]]]}"#, "policy[1][0][1]", "NaN"),
            (r#"{"a,[": 1, "policy": [["NaN", -Infinity]]}"#, "policy[0][1]", "-Infinity"),
            (r#"{"decision": {"toll": inf}}"#, "decision.toll", "inf"),
            ("nan", "the text", "nan"),
            (r#"{"policy": [2.5, 1.#QNAN, nan]}"#, "policy[1]", "1.#QNAN"),
        ] {
            assert_eq!(find_bare_word(text), Some((place.to_string(), word.to_string())), "{text}");
        }
        for text in [r#"{"a": [true, null, -1, 2E5, "NaN"]}"#, "", r#"{"unfinished"#, "\"\\"] {
            assert_eq!(find_bare_word(text), None, "{text}");
        }
    }
}
