//! Texts of the worst kind end with a clear refusal after the work that is allowed: here they have
//! no end at all, so that nothing but the limit ends them.

use smfg_kernel::{Failure, Listing, Refusal, check_log, limit_work, read_listing};
use std::io::Read;
use std::sync::Arc;

/// A text that begins with `first` and then repeats `again`; how many bytes were read.
struct Endless {
    first: Vec<u8>,
    again: Vec<u8>,
    read: usize,
}

impl Endless {
    fn new(first: &str, again: &str) -> Self {
        Endless { first: first.into(), again: again.into(), read: 0 }
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = match self.first.get(self.read) {
                Some(byte) => *byte,
                None => self.again[(self.read - self.first.len()) % self.again.len()],
            };
            self.read += 1;
        }
        Ok(buffer.len())
    }
}

/// Operations that the texts of these tests may cost, less than a tenth of a second of them.
const WORK: u64 = 1 << 25;

/// The text of a game with one state, and one pair per stage that earns 1 and is worth 1.
fn stages(count: usize) -> String {
    let stage = "stage 2 0 1 1 1 - 1 1 1\n1 1 - 1 1 1\n";
    let next = "+ 2 0 1 1 0\n1 1 - 1 1 1\n";
    let first = format!("smfg-listing-1 1 0 1 1 1 list 1 0 0 {count} ");
    first + &format!("{stage}{next}").repeat(count - 1) + stage + "-\n0\n"
}

fn game(count: usize) -> Arc<Listing> {
    Arc::new(read_listing(stages(count).as_bytes()).expect("a listing"))
}

/// What `read` makes of a text without an end, and how many bytes it read.
fn refusal<T>(
    first: &str,
    again: &str,
    read: impl FnOnce(&mut Endless) -> Result<T, Failure>,
) -> (Refusal, usize) {
    let mut source = Endless::new(first, again);
    limit_work(WORK);
    let result = read(&mut source);
    limit_work(u64::MAX);
    match result {
        Err(Failure::Refused(_, _, reason)) => (reason, source.read),
        Err(Failure::Input(error)) => panic!("{again:.60}: {error}"),
        Ok(_) => panic!("{again:.60}: accepted"),
    }
}

/// How many bytes are read of a log before the limit ends it.
fn bytes_of_log(listing: &Arc<Listing>, first: &str, again: &str) -> usize {
    let (reason, bytes) = refusal(first, again, |source| check_log(listing, source, |_| {}));
    assert!(matches!(reason, Refusal::Limit(_)), "{again:.60}: {reason}");
    bytes
}

const BOUND: &str = "prove a bound 9 + 0 decision 0 -\n";

#[test]
fn logs_without_an_end() {
    let (small, large) = (game(3), game(10_000));
    let long = "9".repeat(60_000);
    let numbers = format!("declare constant 1/{long} .\n");
    for again in [
        // Cheap lines that keep a row, nothing, a bound of values, a form.
        "regret 0\n",
        "derive . .\n",
        "floor 1 0 1 1 - 1 1 -9 3 1 0 1 0 1 0\n",
        "declare constant 1 .\n",
        // Divisions: one region more each time.
        "divide constant 1 .\n",
        "case 0 0\n",
        "choose 0 0\n",
        // Long numbers.
        &numbers,
    ] {
        assert!(bytes_of_log(&small, BOUND, again) as u64 <= WORK, "{again:.60}");
    }
    // A short line that is a pass over all stages: far fewer of them are read.
    let pass = "derive loss 1 . rows 1 r 0 1 .\n";
    let first = format!("{BOUND}regret 0\n");
    let (few, many) = (bytes_of_log(&large, &first, pass), bytes_of_log(&small, &first, pass));
    // What is read at once is 2^16 bytes.
    assert!(few <= 1 << 18 && many > 2 * few, "{few} and {many} bytes");
}

#[test]
fn listings_without_an_end() {
    let text = stages(3);
    let (first, _) = text.split_once(" 3 ").expect("three stages");
    let many = format!("{first} 4294967295 ");
    let stage = "stage 2 0 1 1 1 - 1 1 1\n1 1 - 1 1 1\n+ 2 0 1 1 0\n1 1 - 1 1 1\n";
    let long = format!("{} ", "7".repeat(60_000));
    for (first, again) in [
        (many.as_str(), stage),
        (&format!("{many}stage 4294967295 0 "), "1 "),
        ("smfg-listing-1 4294967295 0 4294967295 1 ", "1 "),
        ("smfg-listing-1 4294967295 0 4294967295 1 ", &long),
    ] {
        let (reason, bytes) = refusal(first, again, |source| read_listing(source));
        assert!(matches!(reason, Refusal::Limit(_)), "{again:.60}: {reason}");
        assert!(bytes as u64 <= WORK, "{again:.60}");
    }
}

/// A word has at most 2^24 bytes.
#[test]
fn words_without_an_end() {
    let listing = game(3);
    let most = (1 << 24) + (1 << 17);
    let read = |source: &mut Endless| check_log(&listing, source, |_| {});
    for (first, again) in [("", "x"), (BOUND, "1"), (&format!("{BOUND}split x0 "), "1/3")] {
        let (reason, bytes) = refusal(first, again, read);
        assert!(matches!(reason, Refusal::Text(_)) && bytes <= most, "{again}: {reason}");
    }
    let (reason, bytes) = refusal("smfg-listing-1 ", "1", |source| read_listing(source));
    assert!(matches!(reason, Refusal::Text(_)) && bytes <= most, "{reason}");
}

/// A listing is read once, and the number of its stages costs in proportion.
#[test]
fn many_stages_are_read_in_proportion() {
    let text = stages(20_000);
    // Less than 2^12 operations per line of a stage; a square of the stages would be far more.
    limit_work(20_000 << 12);
    let listing = Arc::new(read_listing(text.as_bytes()).expect("within the limit"));
    // A pass over all stages is within 2^12 per stage, too.
    limit_work(20_000 << 12);
    let log = format!("{BOUND}regret 0\nderive loss 1 . rows 1 r 0 1 .\n");
    let result = check_log(&listing, log.as_bytes(), |_| {});
    limit_work(u64::MAX);
    match result {
        Err(Failure::Refused(_, _, Refusal::Step(reason))) => assert!(reason.contains("ends")),
        other => panic!("{other:?}"),
    }
}

/// `first`, then `count` times `part`, then `last`, with `K` replaced by the number.
fn repeated(first: &str, part: &str, count: usize, last: &str) -> String {
    let parts: String = (0..count).map(|k| part.replace('K', &(k + 2).to_string())).collect();
    [first, &parts, last].concat()
}

/// The example of docs/kernel.md.
const ADOPTION: &str = "smfg-listing-1 1 1 1 1 1 list 3 1 0 1 1/2 1 13/20 1 statistic 0 + 1 1 1 1 1
1 stage 2 0 2 3 1 + 1 1 1 2 -1
u0 + 1 1 1 1 1
x0 + 1 1 1 1 1
0 -
-1*u0*x0+3/2*x0
";

/// Why a log about `adoption` is refused after more work than its length allows, and the line.
fn refused(log: &str) -> (usize, String) {
    let listing = Arc::new(read_listing(ADOPTION.as_bytes()).expect("a listing"));
    let log = format!("prove a bound 0 + 0 decision 0 -\n{log}");
    match check_log(&listing, log.as_bytes(), |_| {}) {
        Err(Failure::Refused(line, _, Refusal::Limit(reason))) => (line, reason),
        other => panic!("{log:.90}: {other:?}"),
    }
}

#[test]
fn a_row_that_is_used_again_and_again() {
    // A row of 1,000 coefficients of masses, 10,000 times in one combination.
    let row = repeated("divide mass 1000", " 0 0 1/K", 1_000, " .\n");
    let (line, reason) = refused(&(row + &repeated("close rows 10000", " r 0 1", 10_000, " .\n")));
    assert!(line == 3 && reason.contains("more operations"), "{line}: {reason}");
}

#[test]
fn products_of_long_polynomials() {
    // 1,000 terms times as many.
    let forms = "declare constant 1*x0 .\n".repeat(3);
    let mut sum = String::from("1");
    for k in 0..1_000 {
        let [a, b, c] = [k % 16, k / 16 % 16, k / 256];
        sum += &format!("+1/{}*f0^{a}*f1^{b}*f2^{c}", k + 3);
    }
    let (line, reason) = refused(&format!("{forms}close squares 1 1 {sum} - .\n"));
    assert!(line == 5 && reason.contains("more operations"), "{line}: {reason}");
}

#[test]
fn sums_whose_denominators_grow() {
    // 1/k for 60,000 different k: the sum has a denominator of tens of thousands of digits.
    let (line, reason) = refused(&repeated("close rows 60000", " o 1/K", 60_000, " .\n"));
    assert!(line == 2 && reason.contains("more operations"), "{line}: {reason}");
}

#[test]
fn regions_that_are_divided_again_and_again() {
    // Each division copies what a region knows of 2,000 coordinates.
    let known = (0..2_000)
        .map(|k| format!("declare .\nderive constant 1*f{k} . rows 1 j {k} -1 .\n"))
        .collect::<String>();
    let (_, reason) = refused(&(known + &repeated("", "split f0 -K\nempty\n", 5_000, "")));
    assert!(reason.contains("more operations"), "{reason}");
}

/// Twice the text may take twice the work: lines that are a pass over the game are not refused,
/// however many there are.
#[test]
fn lines_that_are_a_pass_over_the_game() {
    let listing = game(1_000);
    let pass = "derive loss 1 . rows 1 r 0 1 .\n".repeat(2_000);
    let log = format!("{BOUND}regret 0\n{pass}");
    match check_log(&listing, log.as_bytes(), |_| {}) {
        Err(Failure::Refused(_, _, Refusal::Step(reason))) => assert!(reason.contains("ends")),
        other => panic!("{other:?}"),
    }
}
