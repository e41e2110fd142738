//! Games that tests write.

use crate::folder::Folder;
use std::fmt::Write;

/// A game of many stages whose rationals grow long; as TOML, so that it needs no tables.
pub fn long_game(folder: &Folder, stages: usize, decisions: usize) -> String {
    let (states, actions) = (20, 3);
    let mut text = format!("format = \"smfg-game/1\"\nname = \"long\"\nstages = {stages}\n");
    let names = |letter: char, n: usize| {
        (0..n).map(|k| format!("\"{letter}{k}\"")).collect::<Vec<_>>().join(", ")
    };
    writeln!(
        text,
        "states = [{}]\nactions = [{}]\ninitial = {{ s0 = 1 }}\n[leader]",
        names('s', states),
        names('a', actions)
    )
    .expect("memory");
    let list: Vec<String> =
        (0..decisions).map(|k| format!("{{ name = \"d{k}\", price = \"{k}/7\" }}")).collect();
    writeln!(text, "decisions = [{}]", list.join(", ")).expect("memory");
    for state in 0..states {
        for action in 0..actions {
            let place = format!("state = \"s{state}\"\naction = \"a{action}\"");
            let (reward, leader) = ((state * 7 + action * 11) % 13, (state * 5 + action * 3) % 17);
            writeln!(text, "[[reward]]\n{place}\nvalue = \"{reward}/13 - price * {action}\"")
                .expect("memory");
            writeln!(text, "[[leader.reward]]\n{place}\nvalue = \"{leader}/17 + price\"")
                .expect("memory");
            let next = |k: usize| (state * 3 + action * 5 + k * 7 + 1) % states;
            let to = format!(
                "{{ s{} = \"331/1009\", s{} = \"257/1009\", s{} = \"rest\" }}",
                next(0),
                next(1),
                next(2)
            );
            writeln!(text, "[[transition]]\n{place}\nto = {to}").expect("memory");
        }
    }
    let path = folder.file("long.toml");
    std::fs::write(&path, text).expect("written");
    path
}
