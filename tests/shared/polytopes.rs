//! Random games whose leader chooses from a box.

use crate::dice::below;
use rand_chacha::ChaCha8Rng;
use std::fmt::Write as _;

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
