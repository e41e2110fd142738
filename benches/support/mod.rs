//! What the benches share: instances by size, the inner search, medians, Markdown.

// Each bench is a crate of its own and uses a part of this.
#![allow(dead_code)]

use smfg::certificate::Selection;
use smfg::equilibrium::Problem;
use smfg::equilibrium::dynamic_programming::{ApproxCache, Search};
use smfg::exact::{Rational, ratio};
use smfg::game::{Game, Numbers};
use smfg::generate::{MdpFamily, MdpParameters};
use std::time::{Duration, Instant};

/// Stages of an instance, unless said otherwise.
pub const STAGES: usize = 10;
/// Actions of every instance.
pub const ACTIONS: usize = 5;
/// Successors of every pair.
pub const SUCCESSORS: usize = 5;
/// Seed of every instance.
pub const SEED: u64 = 1;

/// The instance with `pairs` pairs over [`STAGES`] stages, a multiple of 50, and one decision.
pub fn game(pairs: usize) -> Game {
    game_of_stages(STAGES, pairs)
}

/// The instance with `pairs` pairs over `stages` stages and one decision.
pub fn game_of_stages(stages: usize, pairs: usize) -> Game {
    let states = pairs / (stages * ACTIONS);
    let parameters = MdpParameters {
        stages,
        states,
        actions: ACTIONS,
        successors: SUCCESSORS,
        decisions: 1,
        seed: SEED,
    };
    MdpFamily::new(parameters).expect("sizes in range").game()
}

/// The numbers of the only decision.
pub fn numbers(game: &Game) -> Numbers {
    game.at(&[]).mean_field_free().expect("class C0")
}

/// A fiftieth of the largest reward of a stage: the equilibrium row is active, and far from V*.
pub fn epsilon() -> Rational {
    ratio(1, 50)
}

/// The pessimistic problem at [`epsilon`].
pub fn problem<'a>(numbers: &'a Numbers, epsilon: &'a Rational) -> Problem<'a> {
    Problem { numbers, epsilon, selection: Selection::Pessimistic }
}

/// A finished search with the seconds it took, setting it up excluded.
pub fn search(problem: &Problem<'_>) -> (Search, f64) {
    let mut search = Search::new(problem, &ApproxCache::default());
    let start = Instant::now();
    while !search.done() {
        search.step(&|| true);
    }
    (search, start.elapsed().as_secs_f64())
}

/// The median of `run`, which returns seconds: at least 3 times and for about `budget`, at most 101
/// times.
pub fn median(budget: Duration, mut run: impl FnMut() -> f64) -> f64 {
    let start = Instant::now();
    let mut seconds = Vec::new();
    while seconds.len() < 3 || (start.elapsed() < budget && seconds.len() < 101) {
        seconds.push(run());
    }
    middle(seconds)
}

/// The median.
pub fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Two significant digits, the precision that a shared machine allows.
pub fn two_digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let magnitude = value.abs().log10().floor() as i32;
    let unit = 10f64.powi(magnitude - 1);
    let rounded = (value / unit).round() * unit;
    format!("{rounded:.*}", (1 - magnitude).max(0) as usize)
}

/// Seconds in a readable unit.
pub fn time(seconds: f64) -> String {
    match seconds {
        // What rounds to 1,000 of a unit is 1 of the next.
        s if s < 0.995e-3 => format!("{} us", two_digits(s * 1e6)),
        s if s < 0.995 => format!("{} ms", two_digits(s * 1e3)),
        s => format!("{} s", two_digits(s)),
    }
}

/// A number with its thousands apart.
pub fn grouped(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Prints a row of a Markdown table.
pub fn row<S: AsRef<str>>(cells: &[S]) {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    println!("| {} |", cells.join(" | "));
}

/// Prints the head of a Markdown table.
pub fn head(cells: &[&str]) {
    row(cells);
    println!("|{}", "---|".repeat(cells.len()));
}
