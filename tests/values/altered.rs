//! Alterations of certificates about a box of decisions.

use crate::dice::below;
use rand_chacha::ChaCha8Rng;
use smfg::exact::{parse_rational, ratio};

/// One number or word of a text changed.
pub fn altered(rng: &mut ChaCha8Rng, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let line = below(rng, lines.len());
    match below(rng, 5) {
        0 => {
            lines.remove(line);
        }
        1 => {
            let copy = lines[line].clone();
            lines.insert(line, copy);
        }
        2 if line + 1 < lines.len() => lines.swap(line, line + 1),
        _ => {
            let mut words: Vec<String> = lines[line].split(' ').map(str::to_string).collect();
            let word = below(rng, words.len());
            let changes =
                ["0", "1", "-1", "1/2", "99/100", "3", "0:1", "1:1", "0:1/2,1:1/2", "2:1"];
            words[word] = match below(rng, 3) {
                0 => changes[below(rng, changes.len())].to_string(),
                1 => words[word]
                    .replace(|c: char| c.is_ascii_digit(), &format!("{}", below(rng, 10))),
                _ => match parse_rational(&words[word]) {
                    Ok(value) => (value * ratio(below(rng, 5) as i64 + 8, 10)).to_string(),
                    Err(_) => changes[below(rng, changes.len())].to_string(),
                },
            };
            lines[line] = words.join(" ");
        }
    }
    lines.join("\n") + "\n"
}
