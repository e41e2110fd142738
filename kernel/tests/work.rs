//! Short lines that ask for much work are refused, honest proofs are far from the limit.

use smfg_kernel::{Failure, Refusal, check_log, read_listing};
use std::sync::Arc;

/// Two states, two actions, one stage; a statistic.
const LISTING: &str = "smfg-listing 1
sizes 1 1 1 1
initial / 1 1
list 1
decision 0
statistic 0 at 1 1 / 1 1
stage 2
reward 1 at 1 1 / 2 -1
reward u0 at 1 1 / 1 1
reward x0 at 1 1 / 1 1
payoff -1*u0*x0+3/2*x0
end
";

/// Why the kernel refuses a log, and the line.
fn refused(log: &str) -> (usize, String) {
    let listing = Arc::new(read_listing(LISTING.as_bytes()).expect("a listing"));
    match check_log(&listing, log.as_bytes(), |_| ()) {
        Err(Failure::Refused { line, reason: Refusal::Limit(reason), .. }) => (line, reason),
        other => panic!("{other:?}"),
    }
}

/// `first`, then `count` times `part`, then `last`, with `K` replaced by the number.
fn repeated(first: &str, part: &str, count: usize, last: &str) -> String {
    let parts: String = (0..count).map(|k| part.replace('K', &(k + 2).to_string())).collect();
    [first, &parts, last].concat()
}

const OPEN: &str = "equilibria a + 0 decision 0 : 0\n";

#[test]
fn a_row_that_is_used_again_and_again() {
    // A row of 2,000 coefficients of masses, 20,000 times in one combination.
    let row = repeated("divide 1", " d0,0=1/K", 2_000, "\n");
    let log = [OPEN, &row, &repeated("close", " r0=1", 20_000, "\n")].concat();
    let (line, reason) = refused(&log);
    assert!(line == 3 && reason.contains("more operations"), "{line}: {reason}");
}

#[test]
fn products_of_long_polynomials() {
    // 4,096 terms times 4,096 terms.
    let mut log = String::from(OPEN);
    for _ in 0..4 {
        log.push_str("declare 1*x0\n");
    }
    let mut sum = String::from("1");
    for k in 0..4096 {
        let [a, b, c, d] = [k % 8, k / 8 % 8, k / 64 % 8, k / 512];
        sum.push_str(&format!("+1*f0^{a}*f1^{b}*f2^{c}*f3^{d}"));
    }
    log.push_str(&format!("close square 1 {sum}\n"));
    let (line, reason) = refused(&log);
    assert!(line == 6 && reason.contains("more operations"), "{line}: {reason}");
}

#[test]
fn sums_whose_denominators_grow() {
    // 1/p for 20,000 different p: the sum has a denominator of tens of thousands of digits.
    let mut log = String::from(OPEN);
    log.push_str(&repeated("close", " o=1/K", 20_000, "\n"));
    let (line, reason) = refused(&log);
    assert!(line == 2 && reason.contains("more operations"), "{line}: {reason}");
}

#[test]
fn regions_that_are_divided_again_and_again() {
    // Each division copies what a region knows of 10^4 coordinates.
    let mut log = String::from(OPEN);
    for k in 0..10_000 {
        log.push_str(&format!("declare 0\nderive > 1*f{k} : j{k}=-1\n"));
    }
    log.push_str(&repeated("", "split f0 -K\nempty\n", 10_000, ""));
    let (_, reason) = refused(&log);
    assert!(reason.contains("more operations"), "{reason}");
}
