//! Certificates of trees of boxes, and what alters them.

use crate::dice::below;
use rand_chacha::ChaCha8Rng;
use smfg::certificate::{Claim, Scope, Selection, Step, write_certificate};
use smfg::check::check;
use smfg::equilibrium::lifted::LiftedProblem;
use smfg::equilibrium::{Control, InnerSearch, Proved};
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;

/// A multiple of 1/8.
pub fn eighth(rng: &mut ChaCha8Rng, least: i64, greatest: i64) -> Rational {
    ratio(least + below(rng, (greatest - least + 1) as usize) as i64, 8)
}

/// What is proved of decision `index`, as a certificate.
pub fn certificate(
    game: &Game,
    index: usize,
    epsilon: &Rational,
    selection: Selection,
    proved: &Proved,
) -> String {
    let (bound, witness) = (proved.bound.value.clone(), proved.witness.value.clone());
    let (lower, upper) =
        if selection == Selection::Pessimistic { (bound, witness) } else { (-witness, -bound) };
    let claim = Claim {
        game_hash: game.hash(),
        epsilon: epsilon.clone(),
        selection,
        of: None,
        scope: Scope::Decision(index),
        lower,
        upper,
    };
    let first = Step::Decision(index);
    let steps = std::iter::once(&first).chain(&proved.bound.steps).chain(&proved.witness.steps);
    String::from_utf8(write_certificate(Vec::new(), &claim, steps).expect("memory")).expect("text")
}

/// Solves a decision to `gap`; what is proved, with the certificate that `check` has accepted.
pub fn solve_lifted(
    game: &Game,
    index: usize,
    epsilon: &Rational,
    selection: Selection,
    gap: f64,
) -> (Proved, String) {
    let instance = game.at(&game.finite_decisions().expect("a finite leader")[index].values);
    let mut search =
        LiftedProblem::new(&instance, selection, epsilon, gap).expect("numbers in range");
    let control = Control::default();
    while !search.done() {
        search.advance(&control);
    }
    let proved = search.proved();
    let text = certificate(game, index, epsilon, selection, &proved);
    check(game, text.as_bytes()).unwrap_or_else(|rejection| panic!("{}: {rejection}", game.name));
    (proved, text)
}

/// Ends of J0 that hold the value.
pub fn ends(proved: &Proved, selection: Selection) -> (Rational, Rational) {
    match selection {
        Selection::Pessimistic => (proved.bound.value.clone(), proved.witness.value.clone()),
        Selection::Optimistic => (-proved.witness.value.clone(), -proved.bound.value.clone()),
    }
}

/// Moves the ends of the claim, and of the steps that state them, inwards.
pub fn strengthen(rng: &mut ChaCha8Rng, lines: &mut [String]) {
    let step = ratio(1, [4, 100, 10_000, 100_000][below(rng, 4)]);
    for line in lines.iter_mut().filter(|line| line.starts_with("claim ")) {
        let ends: Vec<Rational> =
            line.split(' ').skip(1).filter_map(|word| parse_rational(word).ok()).collect();
        if let [lower, upper] = ends.as_slice() {
            *line = format!("claim {} {}", lower + &step, upper - &step);
        }
    }
    for line in lines.iter_mut() {
        for rule in ["lifted-tree ", "lifted-ceiling ", "enclosed-witness "] {
            let Some(rest) = line.strip_prefix(rule) else { continue };
            let (value, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            if let Ok(value) = parse_rational(value) {
                let moved = if below(rng, 2) == 0 { value + &step } else { value - &step };
                *line = format!("{rule}{moved} {rest}").trim_end().to_string();
                break;
            }
        }
    }
}

/// Changes a number, removes or doubles a line.
pub fn alter(rng: &mut ChaCha8Rng, lines: &mut Vec<String>, at: usize) {
    match below(rng, 8) {
        0 => {
            lines.remove(at);
        }
        1 => {
            let line = lines[at].clone();
            lines.insert(at, line);
        }
        _ => {
            let numbers: Vec<(usize, usize)> = number_positions(&lines[at]);
            let Some(&(start, end)) = numbers.get(below(rng, numbers.len().max(1))) else {
                return;
            };
            let value: i128 = lines[at][start..end].parse().expect("digits");
            let shift = 1i128 << below(rng, 46);
            let new = match below(rng, 5) {
                0 => -value,
                1 => value + shift,
                2 => value - shift,
                3 => 0,
                _ => value * 2,
            };
            let new = if start > 0 && lines[at].as_bytes()[start - 1] == b'/' {
                new.abs().max(1)
            } else {
                new
            };
            lines[at].replace_range(start..end, &new.to_string());
        }
    }
}

/// Where the integers of a line stand, their sign included.
pub fn number_positions(line: &str) -> Vec<(usize, usize)> {
    let bytes = line.as_bytes();
    let (mut positions, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        let sign = usize::from(bytes[at] == b'-');
        let digits = bytes[at + sign..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 0
            && (start == 0 || matches!(bytes[start - 1], b' ' | b',' | b':' | b'/' | b'*'))
        {
            positions.push((start, start + sign + digits));
            at = start + sign + digits;
        } else {
            at += 1;
        }
    }
    positions
}
