//! What the whole curve over epsilon costs beside single solves: 1,000 points read off the exact
//! curve, its certificate checked.

mod support;

use smfg::analysis::sweep::{curve, equidistant};
use smfg::certificate::Selection;
use smfg::exact::{Rational, ratio};
use smfg::game::Game;
use smfg::generate::{MdpFamily, MdpParameters};
use smfg::leader::{Settings, solve};
use std::time::{Duration, Instant};
use support::{head, middle, row, time, two_digits};

/// Points of the sweep.
const POINTS: usize = 1000;
/// Single solves, spread over the interval, whose mean is compared with.
const SINGLE: usize = 11;
/// Time for the repetitions of one row.
const BUDGET: Duration = Duration::from_secs(5);

fn mdp(states: usize, decisions: usize) -> Game {
    let parameters = MdpParameters {
        stages: 10,
        states,
        actions: 5,
        successors: 5,
        decisions,
        seed: support::SEED,
    };
    MdpFamily::new(parameters).expect("sizes in range").game()
}

fn model(name: &str) -> Game {
    Game::load(format!("models/{name}.toml")).expect("a model")
}

fn main() {
    head(&[
        "game",
        "epsilon",
        "vertices",
        "exact inductions",
        "points of the curve",
        "1,000 points, checked",
        "one solve, checked",
        "ratio",
    ]);
    let cases: [(&str, Game, Rational); 6] = [
        ("moral_hazard_grid", model("moral_hazard_grid"), ratio(1, 4)),
        ("queue_tolls", model("queue_tolls"), ratio(1, 2)),
        ("mdp, 250 pairs, 3 decisions", mdp(5, 3), ratio(1, 2)),
        ("mdp, 500 pairs, 3 decisions", mdp(10, 3), ratio(1, 2)),
        ("mdp, 1,000 pairs", mdp(20, 1), ratio(1, 50)),
        ("mdp, 5,000 pairs", mdp(100, 1), ratio(1, 50)),
    ];
    for (name, game, to) in cases {
        let settings =
            Settings { selection: Selection::Pessimistic, ..Settings::new(Rational::ZERO) };
        let singles = equidistant(&Rational::ZERO, &to, SINGLE);
        let points = equidistant(&Rational::ZERO, &to, POINTS);
        let (mut sweeps, mut solves, mut shape) = (Vec::new(), Vec::new(), (0, 0, 0));
        let start = Instant::now();
        // In turns, so that a slow moment of the machine hits both.
        while sweeps.len() < 3 || (start.elapsed() < BUDGET && sweeps.len() < 101) {
            let begin = Instant::now();
            let outcome = curve(&game, &settings, &Rational::ZERO, &to).expect("class C0");
            let found = points.iter().filter_map(|epsilon| outcome.at(epsilon)).count();
            sweeps.push(begin.elapsed().as_secs_f64());
            assert!(outcome.exact() && found == POINTS);
            shape = (outcome.vertices, outcome.inductions, outcome.accepted.curve.len());
            let begin = Instant::now();
            singles.iter().for_each(|epsilon| {
                drop(solve(&game, &Settings::new(epsilon.clone())).expect("class C0"))
            });
            solves.push(begin.elapsed().as_secs_f64() / SINGLE as f64);
        }
        let (sweep, single) = (middle(sweeps), middle(solves));
        row(&[
            name.into(),
            format!("0 to {to}"),
            shape.0.to_string(),
            shape.1.to_string(),
            shape.2.to_string(),
            time(sweep),
            time(single),
            two_digits(sweep / single),
        ]);
    }
}
