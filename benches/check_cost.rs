//! What a check costs beside the solve that it checks: exact arithmetic up to 10,000 pairs, outward
//! rounding beyond.
//!
//! Solve is search and proof; check is everything that `check` does with the certificate, the
//! canonical hash of the game included. Neither contains the making of the game.

mod support;

use smfg::check::check;
use smfg::exact::to_approx;
use smfg::leader::{Precision, Settings, solve};
use std::time::{Duration, Instant};
use support::{epsilon, game, grouped, head, middle, row, time, two_digits};

/// Fractional bits of rounded arithmetic, those that `solve` takes by itself.
const BITS: u32 = 64;
const CASES: [(usize, Precision); 6] = [
    (1_000, Precision::Exact),
    (10_000, Precision::Exact),
    (1_000, Precision::Bits(BITS)),
    (10_000, Precision::Bits(BITS)),
    (100_000, Precision::Bits(BITS)),
    (1_000_000, Precision::Bits(BITS)),
];
/// Time for the repetitions of one row.
const BUDGET: Duration = Duration::from_secs(3);

fn main() {
    head(&[
        "pairs",
        "arithmetic",
        "solve",
        "check",
        "check / solve",
        "of the check, the hash of the game",
        "check, ns per pair",
        "gap proved",
        "certificate, bytes per pair",
    ]);
    for (pairs, precision) in CASES {
        let game = game(pairs);
        let mut settings = Settings::new(epsilon());
        settings.precision = precision;
        let outcome = solve(&game, &settings).expect("class C0");
        // In turns, so that a slow moment of the machine hits all.
        let mut rounds = Vec::new();
        let start = Instant::now();
        while rounds.len() < 5 || (start.elapsed() < BUDGET && rounds.len() < 101) {
            rounds.push([
                solve(&game, &settings).expect("class C0").statistics.seconds_approx,
                timed(|| check(&game, outcome.certificate.as_slice()).expect("accepted")),
                timed(|| game.hash()),
            ]);
        }
        let [solved, checked, hashed] =
            [0, 1, 2].map(|k| middle(rounds.iter().map(|round| round[k]).collect()));
        let claim = &outcome.accepted.claim;
        let gap = to_approx(&(&claim.upper - &claim.lower));
        let arithmetic = match precision {
            Precision::Bits(bits) => format!("rounded to {bits} bits"),
            _ => "exact".into(),
        };
        row(&[
            grouped(pairs),
            arithmetic,
            time(solved),
            time(checked),
            two_digits(checked / solved),
            format!("{:.0}%", 100.0 * hashed / checked),
            two_digits(checked / pairs as f64 * 1e9),
            if gap == 0.0 { "0".into() } else { format!("{gap:.0e}") },
            two_digits(outcome.certificate.len() as f64 / pairs as f64),
        ]);
    }
}

fn timed<T>(run: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    std::hint::black_box(run());
    start.elapsed().as_secs_f64()
}
