//! What a check costs beside the solve that it checks: exact arithmetic up to 10,000 pairs, outward rounding beyond.

mod support;

use smfg::exact::to_approx;
use smfg::leader::{Precision, Settings, solve};
use support::{epsilon, game, grouped, head, row, time, two_digits};

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

fn main() {
    head(&["pairs", "arithmetic", "solve", "check", "check / solve", "check, ns per pair", "gap proved", "certificate, bytes per pair"]);
    for (pairs, precision) in CASES {
        let game = game(pairs);
        let mut settings = Settings::new(epsilon());
        settings.precision = precision;
        let mut outcomes: Vec<_> = (0..3).map(|_| solve(&game, &settings).expect("class C0")).collect();
        outcomes.sort_by(|a, b| a.statistics.check_seconds_approx.total_cmp(&b.statistics.check_seconds_approx));
        let outcome = &outcomes[outcomes.len() / 2];
        let (solved, checked) = (outcome.statistics.seconds_approx, outcome.statistics.check_seconds_approx);
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
            two_digits(checked / pairs as f64 * 1e9),
            if gap == 0.0 { "0".into() } else { format!("{gap:.0e}") },
            two_digits(outcome.certificate.len() as f64 / pairs as f64),
        ]);
    }
}
