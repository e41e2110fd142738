//! Compares crates for exact numbers on the kernels of smfg and prints a Markdown table.
//!
//! Every crate computes the same values, which is checked before anything is timed. The
//! crates take turns within each round, so that a slow moment of the machine hits all.

mod data;
mod kernels;
mod numbers;

use std::fmt::Display;
use std::hint::black_box;
use std::time::{Duration, Instant};

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use data::{ENTRY_DENOMINATOR, PROBABILITY_BITS, Process, REWARD_DENOMINATOR, STAGES};
use kernels::SCALE_BITS;
use numbers::{Integer, Rational};

/// Repetitions of a batch; the median of them is reported.
const ROUNDS: usize = 51;
/// Fast kernels are repeated to last this long, far above the clock's resolution.
const BATCH: Duration = Duration::from_millis(5);
const CRATES: [&str; 5] = ["dashu", "malachite", "num", "rug (GMP)", "i128, checked"];

/// One kernel in one crate.
struct Case {
    answer: String,
    run: Box<dyn Fn()>,
}

fn case<T: 'static>(run: impl Fn() -> T + 'static, show: impl Fn(&T) -> String) -> Case {
    let answer = show(&run());
    Case {
        answer,
        run: Box::new(move || drop(black_box(run()))),
    }
}

/// A row of the table: a kernel and its cases, in the order of [`CRATES`].
struct Row {
    kernel: &'static str,
    cases: [Option<Case>; CRATES.len()],
}

fn list<T: Display>(values: &[T]) -> String {
    values
        .iter()
        .map(T::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

fn rational_induction<Q: Rational + 'static>() -> Case {
    let process = data::convert(
        &data::process(),
        |reward| Q::new(reward, REWARD_DENOMINATOR),
        |weight| Q::new(weight, 1 << PROBABILITY_BITS),
    );
    case(move || kernels::rational_induction(&process), |v| list(v))
}

fn integer_induction<Z: Integer + 'static>() -> Case {
    let process = data::convert(&data::process(), Z::new, Z::new);
    case(move || kernels::integer_induction(&process), |v| list(v))
}

/// `sign * n / REWARD_DENOMINATOR` in units of `2^-64`, rounded down.
fn mantissa<Z: Integer>(sign: i64, n: i64) -> Z {
    let exact = i128::from(sign * n) << SCALE_BITS;
    let rounded = exact.div_euclid(REWARD_DENOMINATOR.into());
    let [high, low] = [rounded >> 32, rounded & 0xffff_ffff].map(|half| half as i64);
    let mut value = Z::new(high).shl(32);
    value.add_product(&Z::new(low), &Z::new(1));
    value
}

fn rounded_bounds<Z: Integer + 'static>() -> Case {
    let convert =
        |sign| -> Process<Z> { data::convert(&data::process(), |n| mantissa(sign, n), Z::new) };
    let (process, negated) = (convert(1), convert(-1));
    let show = |v: &Vec<(Z, Z)>| {
        list(
            &v.iter()
                .map(|(lower, upper)| format!("{lower} {upper}"))
                .collect::<Vec<_>>(),
        )
    };
    case(move || kernels::rounded_bounds(&process, &negated), show)
}

fn rational_elimination<Q: Rational + 'static>() -> Case {
    let entry = |n: &i64| Q::new(*n, ENTRY_DENOMINATOR);
    let matrix = data::matrix()
        .iter()
        .map(|row| row.iter().map(entry).collect())
        .collect();
    case(move || kernels::rational_elimination(&matrix), Q::to_string)
}

fn integer_elimination<Z: Integer + 'static>() -> Case {
    let entry = |n: &i64| Z::new(*n);
    let matrix = data::matrix()
        .iter()
        .map(|row| row.iter().map(entry).collect())
        .collect();
    case(move || kernels::integer_elimination(&matrix), Z::to_string)
}

macro_rules! rationals {
    ($kernel:ident) => {{
        #[cfg(feature = "gmp")]
        let rug = Some($kernel::<rug::Rational>());
        #[cfg(not(feature = "gmp"))]
        let rug = None;
        let malachite = $kernel::<malachite_q::Rational>();
        let num = $kernel::<num_rational::BigRational>();
        [
            Some($kernel::<RBig>()),
            Some(malachite),
            Some(num),
            rug,
            None,
        ]
    }};
}

macro_rules! integers {
    ($kernel:ident, $native:expr) => {{
        #[cfg(feature = "gmp")]
        let rug = Some($kernel::<rug::Integer>());
        #[cfg(not(feature = "gmp"))]
        let rug = None;
        let malachite = $kernel::<malachite_nz::integer::Integer>();
        let num = $kernel::<num_bigint::BigInt>();
        [
            Some($kernel::<IBig>()),
            Some(malachite),
            Some(num),
            rug,
            $native,
        ]
    }};
}

fn rows() -> [Row; 5] {
    [
        Row {
            kernel: "(a) induction, rationals",
            cases: rationals!(rational_induction),
        },
        Row {
            kernel: "(b) induction, integers over 1000 * 1024^t",
            cases: integers!(integer_induction, Some(integer_induction::<i128>())),
        },
        Row {
            kernel: "(c) induction, bounds rounded to 2^-64",
            cases: integers!(rounded_bounds, Some(rounded_bounds::<i128>())),
        },
        Row {
            kernel: "(d) elimination 30x30, rationals",
            cases: rationals!(rational_elimination),
        },
        Row {
            kernel: "(e) elimination 30x30, integers (Bareiss)",
            cases: integers!(integer_elimination, None),
        },
    ]
}

/// All crates agree, and so do the kernels that compute the same thing.
fn check(rows: &[Row; 5]) {
    for row in rows {
        let mut answers = row.cases.iter().flatten().map(|c| &c.answer);
        let first = answers.next().expect("a crate");
        assert!(
            answers.all(|answer| answer == first),
            "{}: crates disagree",
            row.kernel
        );
    }
    let [a, b, c, d, e] = rows.each_ref().map(|row| {
        let dashu = row.cases[0].as_ref().expect("dashu runs every kernel");
        dashu
            .answer
            .split(' ')
            .map(|n| n.parse::<RBig>().expect("a number"))
            .collect::<Vec<_>>()
    });
    let over = |n: &RBig, denominator: UBig| n / RBig::from(denominator);
    let power = |base: i64, exponent| UBig::from(base.unsigned_abs()).pow(exponent);
    let stages = UBig::ONE << (PROBABILITY_BITS * STAGES);
    for (state, exact) in a.iter().enumerate() {
        assert_eq!(
            *exact,
            over(&b[state], power(REWARD_DENOMINATOR, 1) * &stages)
        );
        let scale = UBig::ONE << SCALE_BITS;
        let [lower, upper] = [0, 1].map(|i| over(&c[2 * state + i], scale.clone()));
        assert!(lower <= *exact && *exact <= upper && lower < upper);
    }
    assert_eq!(
        d[0],
        over(&e[0], power(ENTRY_DENOMINATOR, data::MATRIX_SIZE))
    );
}

/// Seconds per run: median over rounds for each crate, and the largest relative
/// interquartile range among them.
fn measure(row: &Row) -> ([Option<f64>; CRATES.len()], f64) {
    let batch = |run: &dyn Fn()| {
        run();
        let start = Instant::now();
        run();
        BATCH.as_nanos().div_ceil(start.elapsed().as_nanos().max(1))
    };
    let runs = row
        .cases
        .each_ref()
        .map(|c| c.as_ref().map(|c| (&c.run, batch(&c.run))));
    let mut seconds: [Vec<f64>; CRATES.len()] = Default::default();
    for _ in 0..ROUNDS {
        for (samples, run) in seconds.iter_mut().zip(&runs) {
            if let Some((run, repetitions)) = run {
                let start = Instant::now();
                for _ in 0..*repetitions {
                    run();
                }
                samples.push(start.elapsed().as_secs_f64() / *repetitions as f64);
            }
        }
    }
    let mut spread = 0.0_f64;
    let medians = seconds.map(|mut samples| {
        samples.sort_by(f64::total_cmp);
        let median = *samples.get(ROUNDS / 2)?;
        spread = spread.max((samples[3 * ROUNDS / 4] - samples[ROUNDS / 4]) / median);
        Some(median)
    });
    (medians, spread)
}

fn cell(seconds: Option<f64>, reference: f64) -> String {
    let Some(seconds) = seconds else {
        return "-".into();
    };
    let (amount, unit) = if seconds >= 1e-3 {
        (seconds * 1e3, "ms")
    } else {
        (seconds * 1e6, "us")
    };
    let digits = if amount >= 100.0 {
        0
    } else if amount >= 10.0 {
        1
    } else {
        2
    };
    format!("{amount:.digits$} {unit} ({:.2})", seconds / reference)
}

fn main() {
    let rows = rows();
    check(&rows);
    println!("| kernel | {} |", CRATES.join(" | "));
    println!("|---|{}", "---|".repeat(CRATES.len()));
    let mut spread = 0.0_f64;
    for row in &rows {
        let (medians, row_spread) = measure(row);
        spread = spread.max(row_spread);
        let reference = medians[0].expect("dashu runs every kernel");
        let cells = medians.map(|seconds| cell(seconds, reference)).join(" | ");
        println!("| {} | {cells} |", row.kernel);
    }
    println!();
    println!("Median of {ROUNDS} rounds; in brackets relative to dashu.");
    println!(
        "Largest interquartile range: {:.0}% of its median.",
        spread * 100.0
    );
}
