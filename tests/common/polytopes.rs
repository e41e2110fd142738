//! Random games of leaders with a box of decisions, and altered certificates.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use smfg::exact::{parse_rational, ratio};
use std::fmt::Write as _;

/// A number below `n`.
pub fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
}

/// A random game of class C0 or C1 with `parameters` variables, two stages, two states, two
/// actions.
pub fn random_game(
    rng: &mut ChaCha8Rng,
    parameters: usize,
    population: bool,
    integer: bool,
) -> String {
    let mut text = String::from(
        "format = \"smfg-game/1\"\nname = \"random\"\nstages = 2\nstates = [\"x\", \"y\"]\nactions = [\"a\", \"b\"]\ninitial = { x = \"1/3\", y = \"2/3\" }\n[leader]\nvariables = [",
    );
    for j in 0..parameters {
        let (upper, kind) = if integer { (8, ", integer = true") } else { (1, "") };
        let _ = write!(
            text,
            "{}{{ name = \"u{j}\", lower = 0, upper = {upper}{kind} }}",
            if j == 0 { "" } else { ", " }
        );
    }
    text.push_str("]\n");
    let unit = if integer { 80 } else { 10 };
    let mut coefficient = || below(rng, 21) as i64 - 10;
    for stage in 0..2 {
        for state in ["x", "y"] {
            for action in ["a", "b"] {
                for table in ["reward", "leader.reward"] {
                    let _ = write!(
                        text,
                        "[[{table}]]\nstage = {stage}\nstate = \"{state}\"\naction = \"{action}\"\nvalue = \"{}/10",
                        coefficient()
                    );
                    for j in 0..parameters {
                        let _ = write!(text, " + ({}/{unit}) * u{j}", coefficient());
                    }
                    if population && table == "reward" {
                        let _ = write!(text, " + ({}/10) * mu[x]", coefficient());
                    }
                    text.push_str("\"\n");
                }
            }
        }
    }
    for state in ["x", "y"] {
        for (action, share) in [("a", "1/4"), ("b", "3/5")] {
            let _ = write!(
                text,
                "[[transition]]\nstage = 0\nstate = \"{state}\"\naction = \"{action}\"\nto = {{ x = \"{share}\", y = \"rest\" }}\n"
            );
        }
    }
    text
}

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
