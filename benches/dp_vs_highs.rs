//! The inner problem by dynamic programming against the simplex and interior-point methods of HiGHS
//! on the same linear programme, `min c'd` over flows `d >= 0` with `r'd >= V* - eps`.
//!
//! One thread each. Building the model is excluded on both sides. `SMFG_BENCH_TIME_LIMIT` is the
//! limit of a call of HiGHS in seconds (default 600).

mod support;

use highs::{ColProblem, HighsModelStatus, Model, Row, Sense};
use smfg::equilibrium::Problem;
use smfg::exact::{Rational, Scaled, to_approx};
use smfg::follower::{Objective, best_response};
use smfg::leader::{Settings, solve};
use std::time::{Duration, Instant};
use support::{
    epsilon, game, grouped, head, median, middle, numbers, problem, row, search, time, two_digits,
};

const SIZES: [usize; 3] = [1_000, 10_000, 45_000];
const DEFAULT_TIME_LIMIT: f64 = 600.0;
/// Calls shorter than this are made three times, and the median taken.
const SHORT: f64 = 20.0;
/// Relative difference of optimal values up to which two binary64 solvers agree.
const AGREEMENT: f64 = 1e-7;

/// A method of HiGHS: its name in the table and its options.
const METHODS: [(&str, &str, &str); 3] = [
    ("simplex", "simplex", "on"),
    ("interior point", "ipm", "on"),
    ("interior point, no crossover", "ipm", "off"),
];

/// What a call of HiGHS says.
struct Solved {
    seconds: f64,
    /// `None` when it did not reach the optimum.
    value: Option<f64>,
    status: HighsModelStatus,
}

fn main() {
    let limit = std::env::var("SMFG_BENCH_TIME_LIMIT")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(DEFAULT_TIME_LIMIT);
    let epsilon = epsilon();
    let mut rows = Vec::new();
    println!("Times:\n");
    let titles = ["pairs", "method", "time", "method / dp", "value, relative difference from dp"];
    head(&titles);
    for pairs in SIZES {
        let game = game(pairs);
        let numbers = numbers(&game);
        let problem = problem(&numbers, &epsilon);
        let (found, _) = search(&problem);
        let (lower, upper) = found.interval_approx();
        assert!(found.multiplier_approx() > 0.0, "the equilibrium row is active");
        assert!(upper - lower <= AGREEMENT, "the search has converged");
        let seconds = median(Duration::from_secs(5), || search(&problem).1);
        row(&[
            &grouped(pairs),
            "dp",
            &time(seconds),
            "1",
            &format!("{} backward inductions", found.inductions()),
        ]);
        let mut settings = Settings::new(epsilon.clone());
        settings.threads = 1;
        let whole = median(Duration::from_secs(1), || {
            let start = Instant::now();
            solve(&game, &settings).expect("class C0");
            start.elapsed().as_secs_f64()
        });
        row(&[
            &grouped(pairs),
            "dp, exact proof and its check",
            &time(whole),
            &two_digits(whole / seconds),
            "",
        ]);
        let mut ratios = Vec::new();
        let linear = linear_programme(&problem);
        for (name, solver, crossover) in METHODS {
            let mut solved = run_highs(&linear, solver, crossover, limit);
            if solved.seconds < SHORT {
                let again = (0..2).map(|_| run_highs(&linear, solver, crossover, limit).seconds);
                solved.seconds = middle(again.chain([solved.seconds]).collect());
            }
            let (sign, difference) = match solved.value {
                Some(value) => ("", agreement(value, upper)),
                None => ("> ", format!("{:?}", solved.status)),
            };
            let ratio = solved.seconds / seconds;
            row(&[
                &grouped(pairs),
                name,
                &format!("{sign}{}", time(solved.seconds)),
                &format!("{sign}{}", two_digits(ratio)),
                &difference,
            ]);
            ratios.push((sign, ratio, solved.seconds / whole));
        }
        rows.push((pairs, ratios));
    }
    println!(
        "\nTime of HiGHS over time of dp (in brackets: over dp with exact proof and check):\n"
    );
    let mut titles = vec!["pairs"];
    titles.extend(METHODS.map(|(name, _, _)| name));
    head(&titles);
    for (pairs, ratios) in rows {
        let mut cells = vec![grouped(pairs)];
        cells.extend(ratios.iter().map(|(sign, ratio, whole)| {
            format!("{sign}{} ({sign}{})", two_digits(*ratio), two_digits(*whole))
        }));
        row(&cells);
    }
}

fn agreement(value: f64, expected: f64) -> String {
    let difference = (value - expected).abs() / expected.abs().max(1.0);
    let verdict = if difference <= AGREEMENT { "" } else { ", above 1e-7" };
    format!("{difference:.0e}{verdict}")
}

fn run_highs(linear: &ColProblem, solver: &str, crossover: &str, limit: f64) -> Solved {
    let mut model = Model::new(linear.clone());
    model.make_quiet();
    model.set_sense(Sense::Minimise);
    model.set_option("solver", solver);
    model.set_option("run_crossover", crossover);
    model.set_option("parallel", "off");
    model.set_option("threads", 1);
    model.set_option("time_limit", limit);
    let start = Instant::now();
    let solved = model.solve();
    let seconds = start.elapsed().as_secs_f64();
    let status = solved.status();
    Solved {
        seconds,
        value: (status == HighsModelStatus::Optimal).then(|| solved.objective_value()),
        status,
    }
}

/// One column per pair, one row per stage and state, and the equilibrium row.
fn linear_programme(problem: &Problem<'_>) -> ColProblem {
    let numbers = problem.numbers;
    let value = best_response(numbers, &Objective::follower(), None, &|| true)
        .expect("never stopped")
        .value;
    let target = to_approx(&(value - problem.epsilon));
    let mut linear = ColProblem::new();
    let masses = approx(&numbers.initial);
    let equilibrium = linear.add_row(target..);
    let mut flow: Vec<Vec<Row>> = Vec::new();
    for t in 0..numbers.stages.len() {
        let mass = |state: usize| if t == 0 { masses[state] } else { 0.0 };
        flow.push(
            (0..masses.len()).map(|state| linear.add_row(mass(state)..=mass(state))).collect(),
        );
    }
    for (t, stage) in numbers.stages.iter().enumerate() {
        let (cost, reward) = (approx(&stage.leader), approx(&stage.reward));
        let transition = stage
            .transition
            .as_ref()
            .map(|(successors, probability)| (successors, approx(probability)));
        for state in 0..stage.pairs.states() {
            for pair in stage.pairs.of_state(state) {
                let mut column = vec![(equilibrium, reward[pair]), (flow[t][state], 1.0)];
                if let Some((successors, probability)) = &transition {
                    column.extend(
                        successors.of_pair(pair).map(|entry| {
                            (flow[t + 1][successors.state(entry)], -probability[entry])
                        }),
                    );
                }
                linear.add_column(cost[pair], 0.0.., column);
            }
        }
    }
    linear
}

fn approx(vector: &Scaled) -> Vec<f64> {
    vector.iter().map(|value: Rational| to_approx(&value)).collect()
}
