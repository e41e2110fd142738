//! Dynamic programming alone, from 10,000 to 10,000,000 pairs: time per pair and memory.
//!
//! Each size runs in a process of its own, so that peaks of memory are its own.

mod support;

use smfg::exact::to_approx;
use smfg::leader::{Settings, solve};
use std::process::Command;
use std::time::{Duration, Instant};
use support::{
    ACTIONS, STAGES, epsilon, game_of_stages, grouped, head, median, numbers, problem, row, search,
    time, two_digits,
};

/// Stages and pairs. The last has as many pairs as the one before it, and a tenth of its states per
/// stage.
const SIZES: [(usize, usize); 5] = [
    (STAGES, 10_000),
    (STAGES, 100_000),
    (STAGES, 1_000_000),
    (STAGES, 10_000_000),
    (100, 10_000_000),
];
/// Argument of a child process, before stages and pairs.
const CHILD: &str = "--child";

/// What a child measures, in the order in which it prints it.
const FIELDS: usize = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(position) = arguments.iter().position(|argument| argument == CHILD) {
        let number = |offset: usize| {
            arguments.get(position + offset).and_then(|text| text.parse().ok()).expect("a number")
        };
        return measure(number(1), number(2));
    }
    let program = std::env::current_exe().expect("this program");
    let rows: Vec<(String, usize, [f64; FIELDS])> = SIZES
        .iter()
        .map(|&(stages, pairs)| {
            let output = Command::new(&program)
                .args([CHILD, &stages.to_string(), &pairs.to_string()])
                .output()
                .expect("a child process");
            let text = String::from_utf8_lossy(&output.stdout);
            let fields: Vec<f64> =
                text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let fields = fields
                .try_into()
                .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
            let sizes = format!("{stages} x {} x {ACTIONS}", grouped(pairs / (stages * ACTIONS)));
            (sizes, pairs, fields)
        })
        .collect();
    println!("Search in binary64:\n");
    head(&[
        "stages x states x actions",
        "pairs",
        "backward inductions",
        "time",
        "ns per pair and induction",
        "per pair, over the first row",
        "peak memory, MiB",
    ]);
    let first = rows[0].2[1] / rows[0].1 as f64;
    for (sizes, pairs, [inductions, seconds, peak, ..]) in &rows {
        let per_pair = seconds / *pairs as f64;
        row(&[
            sizes.clone(),
            grouped(*pairs),
            format!("{inductions}"),
            time(*seconds),
            two_digits(per_pair / inductions * 1e9),
            two_digits(per_pair / first),
            two_digits(*peak),
        ]);
    }
    println!("\nThe whole of `solve`, with proof and check:\n");
    head(&[
        "stages x states x actions",
        "game",
        "search and proof",
        "check",
        "gap proved",
        "peak memory, MiB",
    ]);
    for (sizes, _, [_, _, _, built, solved, checked, gap, peak]) in &rows {
        row(&[
            sizes.clone(),
            time(*built),
            time(*solved),
            time(*checked),
            if *gap == 0.0 { "0".into() } else { format!("{gap:.0e}") },
            two_digits(*peak),
        ]);
    }
}

fn measure(stages: usize, pairs: usize) {
    let start = Instant::now();
    let game = game_of_stages(stages, pairs);
    let built = start.elapsed().as_secs_f64();
    let numbers = numbers(&game);
    let epsilon = epsilon();
    let problem = problem(&numbers, &epsilon);
    let mut inductions = 0;
    let seconds = median(Duration::from_secs(5), || {
        let (search, seconds) = search(&problem);
        inductions = search.inductions();
        seconds
    });
    let peak_of_search = peak_mebibytes();
    let outcome = solve(&game, &Settings::new(epsilon.clone())).expect("class C0");
    let (solved, checked) =
        (outcome.statistics.seconds_approx, outcome.statistics.check_seconds_approx);
    let gap = to_approx(&(&outcome.accepted.claim.upper - &outcome.accepted.claim.lower));
    println!(
        "{inductions} {seconds} {peak_of_search} {built} {solved} {checked} {gap} {}",
        peak_mebibytes()
    );
}

/// Largest resident memory of this process so far; 0 where the system does not tell.
fn peak_mebibytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let kibibytes: f64 =
        line.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    kibibytes / 1024.0
}
