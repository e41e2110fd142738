//! Functions of one argument ([17]): enclosures, what a listing must show, lines, and values of
//! games that have them. Expected numbers come from mpmath (kernel/tests/functions.py).

use crate::game::{Game, list, pair, polytope};
use crate::random::Random;
use crate::state::{GREATEST, LEAST, bound, open, proved, reached};
use crate::text::{at_least, c, equal, n, p};
use smfg_kernel::{
    Function, Place, Polynomial, Proof, Rational, Refusal, Theorem, Variable, enclose,
};

/// The numbers between which a decimal text says a value lies: its last digit may be wrong.
fn digits(text: &str) -> (Rational, Rational) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').expect("a point");
    let exponent: i64 = exponent.parse::<i64>().expect("an exponent") - fraction.len() as i64;
    let scale = n(&format!("1{}", "0".repeat(exponent.unsigned_abs() as usize)));
    let scale = if exponent < 0 { Rational::ONE / scale } else { scale };
    let value = n(&format!("{whole}{fraction}"));
    // Digits that are 0 at the end are left out: the 198th digit counts.
    let most = n(&format!("1{}", "0".repeat(198)));
    let unit = if value < Rational::ZERO { -&value } else { value.clone() } / most;
    ((&value - &unit) * &scale, (value + unit) * scale)
}

/// Encloses every value of a table to several numbers of bits.
fn check_table(table: &str) {
    for line in table.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let (name, x, value) = (words[0], n(words[words.len() - 2]), words[words.len() - 1]);
        let function = match name {
            "exp" => Function::Exp,
            "log" => Function::Log,
            "root" => Function::Root(words[1].parse().expect("a degree")),
            "inverse" => Function::Inverse,
            _ => Function::Abs,
        };
        let (least, most) = digits(value);
        for bits in [10, 64, 600] {
            let (lower, upper) = enclose(function, &x, bits).expect("an enclosure");
            assert!(lower <= upper && lower <= most && least <= upper, "{line}: {bits} bits");
            let width = (upper - lower) * Rational::from(2).pow(bits as isize - 1);
            let size = if most < Rational::ZERO { -&least } else { most.clone() };
            assert!(width <= size, "{line}: {bits} bits are too wide");
        }
    }
}

#[test]
fn enclosures() {
    check_table(include_str!("functions.txt"));
}

/// A table of any length, made by kernel/tests/functions.py.
#[test]
#[ignore = "takes the table that SMFG_FUNCTIONS names"]
fn a_long_table() {
    let name = std::env::var("SMFG_FUNCTIONS").expect("the name of a table");
    check_table(&std::fs::read_to_string(name).expect("a table"));
}

#[test]
fn enclosures_that_are_refused() {
    let huge = format!("1{}", "0".repeat(10));
    for (function, x, bits) in [
        (Function::Log, "0", 64),
        (Function::Log, "-1", 64),
        (Function::Inverse, "0", 64),
        (Function::Inverse, "-1/2", 64),
        (Function::Root(2), "-1/1000", 64),
        (Function::Exp, "1048576", 64),
        (Function::Exp, huge.as_str(), 64),
        (Function::Exp, "-1048576", 64),
        (Function::Exp, "1/2", 1 << 16),
        (Function::Log, "3", 1 << 17),
    ] {
        let result = enclose(function, &n(x), bits);
        assert!(result.is_err(), "{function:?} {x} {bits}");
    }
    let (lower, upper) = enclose(Function::Exp, &n("1048575"), 64).expect("the largest argument");
    assert!(lower < upper);
}

/// One site with two pairs, `x0` the mass of the second, and a parameter in [0, 1].
fn two() -> Game {
    Game::one_site(polytope(&[("0", "1")], &[]), &[("0", "0"), ("0", "0")], "x0")
        .statistic(0, &[(1, "1")])
}

#[test]
fn listings_with_functions() {
    let with = |function, argument: &str, ends: Option<(&str, &str)>| {
        let game = match ends {
            Some(ends) => two().between(function, argument, ends),
            None => two().function(function, argument),
        };
        game.try_listing().map(|_| ())
    };
    use Function::*;
    for (function, argument, ends) in [
        (Exp, "x0-1", None),
        (Exp, "x0-1", Some(("9/25", "1"))),
        (Log, "x0+1/1000000", None),
        (Log, "2", None),
        (Log, "1+u0*x0", None),
        (Root(2), "x0", Some(("0", "1"))),
        (Root(64), "1/2*x0^64", None),
        (Inverse, "1+x0", Some(("1/2", "1"))),
        (Inverse, "1+x0", Some(("0", "7"))),
        (Abs, "x0-1/2", Some(("0", "1/2"))),
        (Abs, "x0+1/2", Some(("1/2", "3/2"))),
    ] {
        assert_eq!(with(function, argument, ends), Ok(()), "{function:?} {argument}");
    }
    for (function, argument, ends) in [
        // Outside the domain.
        (Log, "x0", None),
        (Log, "x0", Some(("-1000", "0"))),
        (Log, "x0-1/2", Some(("-1000", "0"))),
        (Root(2), "x0-1/1000000", Some(("0", "1"))),
        (Inverse, "x0", Some(("0", "1000"))),
        (Inverse, "x0-2", Some(("-1", "1"))),
        // Ends that do not hold the values.
        (Exp, "x0-1", Some(("37/100", "1"))),
        (Exp, "x0-1", Some(("9/25", "999/1000"))),
        (Exp, "x0-1", Some(("1", "9/25"))),
        (Root(2), "x0", Some(("1/1000", "1"))),
        (Inverse, "1+x0", Some(("1/2", "999/1000"))),
        (Abs, "x0-1/2", Some(("1/1000", "1/2"))),
        (Abs, "x0-1/2", Some(("0", "499/1000"))),
        // Arguments that are not known: itself, a later one, forms; degrees.
        (Exp, "x1", Some(("0", "9"))),
        (Exp, "x2", Some(("0", "9"))),
        (Exp, "u1", Some(("0", "9"))),
        (Exp, "f0", Some(("0", "9"))),
        (Exp, "a0", Some(("0", "9"))),
        (Root(0), "x0", Some(("0", "1"))),
        (Root(1), "x0", Some(("0", "1"))),
        (Root(65), "x0", Some(("0", "1"))),
        (Exp, "2000000*x0", Some(("0", "9"))),
    ] {
        let result = with(function, argument, ends);
        assert!(result.is_err(), "{function:?} {argument} {ends:?}");
    }
    // Of a later statistic.
    let later = two().between(Exp, "x2", ("0", "9")).between(Exp, "x0", ("0", "9"));
    assert!(matches!(later.try_listing(), Err(Refusal::Listing(_))));
    let chain = two().function(Exp, "x0").function(Log, "x1").function(Inverse, "x1+x2^2");
    assert!(chain.try_listing().is_ok());
    // What is positive for populations alone: the masses of three pairs.
    let three = Game::one_site(list(&[""]), &[("0", "0"), ("0", "0"), ("0", "0")], "0")
        .statistic(0, &[(0, "1")])
        .statistic(0, &[(1, "1")]);
    let positive = three.clone().function(Log, "3/2-x0-x1");
    assert!(positive.try_listing().is_ok());
    assert!(three.function(Log, "1-x0-x1").try_listing().is_err());
}

/// Listings with functions have one text, which is read; others are not.
#[test]
fn texts_of_functions() {
    let game = two()
        .between(Function::Exp, "x0-1", ("1/3", "1"))
        .between(Function::Root(3), "x1", ("0", "1"))
        .between(Function::Inverse, "x1+u0", ("0", "4"))
        .between(Function::Log, "2", ("2/3", "7/10"))
        .between(Function::Abs, "x0-x1", ("0", "1"));
    let listing = game.listing();
    let mut text = String::new();
    smfg_kernel::listing_text(&listing, &mut |part| text.push_str(part));
    let again = smfg_kernel::read_listing(text.as_bytes()).expect("the same listing");
    assert_eq!(again.hash(), listing.hash());
    assert!(text.contains("\nfunction exp -1+1*x0 1/3 1\nfunction root 3 1*x1 0 1\n"), "{text}");
    for (from, to) in [
        ("exp -1+1*x0", "exp 1*x0"),
        ("exp -1+1*x0", "exp 1*x0+-1"),
        ("exp -1+1*x0", "log -1+1*x0"),
        ("exp -1+1*x0", "sin -1+1*x0"),
        ("exp -1+1*x0", "exp -1+1*x5"),
        ("x0 1/3 1", "x0 2/6 1"),
        ("x0 1/3 1", "x0 1/2 1"),
        ("x0 1/3 1", "x0 1/3"),
        ("root 3", "root"),
        ("root 3", "root 03"),
        ("root 3", "root 1"),
        ("root 3", "root 4294967295"),
        ("root 3", "root -3"),
        ("2/3 7/10", "7/10 7/10"),
        ("2/3 7/10", "2/3 2/3"),
        ("abs", "exp"),
    ] {
        let altered = text.replacen(from, to, 1);
        assert_ne!(altered, text);
        let result = smfg_kernel::read_listing(altered.as_bytes());
        assert!(result.is_err(), "{from:?} -> {to:?}");
    }
    // Another function, or other ends, are another listing.
    let other = text.replacen("x0 1/3 1", "x0 1/4 1", 1);
    let other = smfg_kernel::read_listing(other.as_bytes()).expect("a listing");
    assert_ne!(other.hash(), listing.hash());
}

/// A proof about the equilibria of a game with one function of an argument.
fn about(function: Function, argument: &str) -> Proof {
    open(&two().function(function, argument).listing(), bound(LEAST, "0", &p("-9"), Place::All))
}

/// Lines: each is accepted, and refused a little beyond.
#[test]
fn lines() {
    use Function::*;
    // Where the slope or the value at a point is e, 1/e, log 2, the last digits decide.
    for (function, argument, above, (a, b), wrong) in [
        // Tangents: e^p >= 1 + p, e p; log p <= p - 1, -1 + log 2 + p / 2 (log 2 = .6931472).
        (Exp, "x0", true, ("1", "1"), ("1000001/1000000", "1")),
        (Exp, "x0", true, ("0", "2718281/1000000"), ("0", "2718282/1000000")),
        (Exp, "x0", true, ("-9", "1"), ("2", "1")),
        (Log, "1+x0", false, ("-1", "1"), ("-1000001/1000000", "1")),
        (Log, "1+x0", false, ("-3068528/10000000", "1/2"), ("-3068529/10000000", "1/2")),
        // Roots: sqrt p <= 1/4 + p, cube root p <= 2/3 + p/3.
        (Root(2), "x0", false, ("1/4", "1"), ("249999/1000000", "1")),
        (Root(3), "x0", false, ("2/3", "1/3"), ("666666/1000000", "1/3")),
        // 1/p >= 2 - p, 1 - p/4.
        (Inverse, "1+x0", true, ("2", "-1"), ("2000001/1000000", "-1")),
        (Inverse, "1+x0", true, ("1", "-1/4"), ("1000001/1000000", "-1/4")),
        (Abs, "x0-1/2", true, ("0", "1"), ("1/1000000", "1")),
        (Abs, "x0-1/2", true, ("0", "-1"), ("1/1000000", "-1")),
        // Chords between the ends.
        (Exp, "x0", false, ("1", "17182819/10000000"), ("999999/1000000", "17182819/10000000")),
        (
            Log,
            "1+x0",
            true,
            ("-6931471/10000000", "6931471/10000000"),
            ("-6931470/10000000", "6931471/10000000"),
        ),
        (Root(2), "x0", true, ("0", "1"), ("1/1000000", "1")),
        (Root(2), "1/4*x0", true, ("0", "2"), ("1/1000000", "2")),
        (Inverse, "1+x0", false, ("3/2", "-1/2"), ("1499999/1000000", "-1/2")),
        (Abs, "x0-1/4", false, ("3/8", "1/2"), ("374999/1000000", "1/2")),
        // New ends.
        (Exp, "x0", true, ("1", "0"), ("1000001/1000000", "0")),
        (Exp, "x0", false, ("2718282/1000000", "0"), ("2718281/1000000", "0")),
        (Log, "1+x0", true, ("0", "0"), ("1/1000000", "0")),
        (Log, "1+x0", false, ("6931472/10000000", "0"), ("6931471/10000000", "0")),
        (Root(2), "x0+1", false, ("14142136/10000000", "0"), ("14142135/10000000", "0")),
        (Inverse, "1+x0", true, ("1/2", "0"), ("500001/1000000", "0")),
        (Inverse, "1+x0", false, ("1", "0"), ("999999/1000000", "0")),
        (Abs, "x0-1/4", false, ("3/4", "0"), ("749999/1000000", "0")),
        (Abs, "x0-1/4", true, ("0", "0"), ("1/1000000", "0")),
    ] {
        let what = format!("{function:?} {argument} {above} {a} {b}");
        let mut proof = about(function, argument);
        let result = proof.line(1, above, &n(a), &n(b));
        assert_eq!(result, Ok(()), "{what}");
        let mut proof = about(function, argument);
        let counts = proof.counts();
        let result = proof.line(1, above, &n(wrong.0), &n(wrong.1));
        assert!(matches!(result, Err(Refusal::Inequality(_))), "{what}: {result:?}");
        assert_eq!(proof.counts(), counts);
    }
}

/// The rows that lines add are those that are documented, and hold.
#[test]
fn rows_of_lines() {
    let mut proof = about(Function::Exp, "x0+u0");
    proof.line(1, true, &n("1"), &n("1")).expect("a tangent");
    proof.derive(at_least("x1-1-x0-u0"), &c("r0=1")).expect("the row");
    proof.derive(at_least("x1-1001/1000-x0-u0"), &c("r0=1")).expect_err("more than the row");
    proof.line(1, false, &n("1"), &n("4")).expect("a chord over [0, 2]");
    proof.derive(at_least("1+4*x0+4*u0-x1"), &c("r2=1")).expect("the row");
    proof.entropy(1, &n("0"), &n("1")).expect("1 >= P (1 - W)");
    proof.derive(at_least("1-x1*(1-x0-u0)"), &c("r4=1")).expect("the row");
    proof.entropy(1, &n("1"), &n("2718282/1000000")).expect("T >= e");
    proof.entropy(1, &n("1"), &n("2718281/1000000")).expect_err("T < e");
    // A smaller range of the argument, and new ends of the value.
    proof.derive(at_least("1/2-x0"), &c("")).expect_err("x0 up to 1");
    proof.split(Variable::Statistic(0), n("1/2")).expect("a split");
    proof.line(1, false, &n("4482/1000"), &n("0")).expect("e^(3/2)");
    proof.line(1, false, &n("4481/1000"), &n("0")).expect_err("less than e^(3/2)");
    proof.derive(at_least("4482/1000-x1"), &c("")).expect("the new end");
    proof.derive(at_least("4481/1000-x1"), &c("")).expect_err("beyond it");
}

#[test]
fn equations_of_functions() {
    let mut root = about(Function::Root(3), "x0");
    root.derive(equal("x1^3-x0"), &c("w1=1")).expect("w^3 = p");
    root.derive(equal("x1^2-x0"), &c("w1=1")).expect_err("not w^2 = p");
    let mut inverse = about(Function::Inverse, "1+x0");
    inverse.derive(equal("x1+x0*x1-1"), &c("w1=1")).expect("w p = 1");
    let mut abs = about(Function::Abs, "x0-1/3");
    abs.derive(equal("x1^2-(x0-1/3)^2"), &c("w1=1")).expect("w^2 = p^2");
    for mut proof in [about(Function::Exp, "x0"), about(Function::Log, "1+x0")] {
        let result = proof.derive(equal("0"), &c("w1=1"));
        assert!(matches!(result, Err(Refusal::Step(_))), "{result:?}");
    }
    // The form of a function is not its row, and a form has no equation, no line.
    for name in ["k1", "w0", "w2"] {
        let result = inverse.derive(equal("0"), &c(&format!("{name}=1")));
        assert!(matches!(result, Err(Refusal::Step(_))), "{name}: {result:?}");
    }
    for k in [0, 2, u32::MAX] {
        let zero = &Rational::ZERO;
        assert!(matches!(inverse.line(k, true, &n("-9"), zero), Err(Refusal::Step(_))), "{k}");
        assert!(matches!(inverse.entropy(k, zero, &n("9")), Err(Refusal::Step(_))), "{k}");
    }
    assert!(matches!(inverse.entropy(1, &n("0"), &n("9")), Err(Refusal::Step(_))));
}

/// Whatever line is accepted holds at points of the range, by enclosures to many bits.
#[test]
fn lines_that_are_accepted_hold() {
    use Function::*;
    let mut random = Random(21);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..4000 {
        let function = *random.of(&[Exp, Log, Root(2), Root(3), Root(5), Inverse, Abs]);
        let shift = match function {
            Exp | Abs => random.fraction(2, 4),
            _ => Rational::from(random.below(4)) / Rational::from(4) + n("1/8"),
        };
        let argument = p("x0").plus(&Polynomial::constant(shift.clone()), &Rational::ONE);
        let mut game = two();
        game.functions.push((function, argument, None));
        let above = random.once_in(2);
        // A tangent or a chord of binary64, moved by little, or anything.
        let wrong =
            random.fraction(1, 1 << 20) / Rational::from(random.of(&[1i64, 1 << 10]).to_owned());
        let at = |x: &Rational| {
            let (lower, upper) = enclose(function, &(x + &shift), 40).expect("an enclosure");
            (lower + upper) / Rational::from(2)
        };
        let (x, y) = match random.below(3) {
            0 => (n("0"), n("1")),
            1 => (n("1/3"), n("1/3") + n("1/1000000")),
            _ => (n("1/2"), n("1/2") + random.fraction(1, 8) / Rational::from(3) + n("1/1000")),
        };
        let slope = match random.below(4) {
            0 => Rational::ZERO,
            _ => (at(&y) - at(&x)) / (&y - &x),
        };
        let meets = if slope.is_zero() && random.once_in(2) { n("1") } else { x };
        let a = at(&meets) - &slope * (&meets + &shift) + wrong;
        let mut proof = open(&game.listing(), bound(LEAST, "0", &p("-9"), Place::All));
        if proof.line(1, above, &a, &slope).is_err() {
            refused += 1;
            continue;
        }
        accepted += 1;
        for k in 0..=32 {
            let p = Rational::from(k) / Rational::from(32) + &shift;
            let line = &a + &slope * &p;
            let (lower, upper) = enclose(function, &p, 200).expect("an enclosure");
            let holds = if above { upper >= line } else { lower <= line };
            assert!(holds, "{function:?} at {p} {above} {a} {slope}");
        }
    }
    assert!(accepted > 300 && refused > 300, "{accepted} {refused}");
}

/// What the last step of a proof says for values a little around a decimal number: the weaker is
/// proved, the stronger is refused; `stronger` is 1 where greater values are.
fn between(value: &str, stronger: i64, steps: impl Fn(&Rational) -> Result<Theorem, Refusal>) {
    let little = n("1/1000000000000") * Rational::from(stronger);
    proved(steps(&(n_of(value) - &little)));
    let result = steps(&(n_of(value) + little));
    assert!(matches!(result, Err(Refusal::Inequality(_))), "{result:?}");
}

/// A decimal number between 0 and 1.
fn n_of(text: &str) -> Rational {
    let digits = text.strip_prefix("0.").expect("a number below 1");
    n(&format!("{digits}/1{}", "0".repeat(digits.len())))
}

/// Two actions with rewards `-log(mu + 1)`: `x1 = log(1 + x0)`, `x2 = log(2 - x0)`, `x0` the mass
/// of action 0, which is what the leader gets.
fn crowd() -> Game {
    Game::one_site(list(&[""]), &[("-x1", "0"), ("-x2", "0")], "x0")
        .statistic(0, &[(0, "1")])
        .between(Function::Log, "1+x0", ("0", "7/10"))
        .between(Function::Log, "2-x0", ("0", "7/10"))
}

/// The least mass of action 0 at `epsilon`, by tangents where that mass is `root`: the loss is
/// `(1 - x0)(x2 - x1) = Y1 x1 - 2 x1 + Y2 x2 - x2` with `Y1 = 1 + x0`, `Y2 = 2 - x0`.
fn least_crowd(epsilon: &str, root: &Rational, q: &Rational) -> Result<Theorem, Refusal> {
    let listing = crowd().listing();
    let value = Polynomial::constant(q.clone());
    let mut proof = open(&listing, bound(LEAST, epsilon, &value, Place::Decision(0)));
    let mut multiplier = Rational::ZERO;
    for (k, argument, weight, sign) in [
        (1, Rational::ONE + root, n("2"), Rational::ONE),
        (2, n("2") - root, n("1"), Rational::NEG_ONE),
    ] {
        let a = enclose(Function::Log, &argument, 100)?.0;
        let (below, above) = enclose(Function::Exp, &a, 100)?;
        proof.entropy(k, &a, &above)?;
        let slope = Rational::ONE / &below;
        proof.line(k, false, &(&a - Rational::ONE), &slope)?;
        multiplier += sign * (weight * slope - a - Rational::ONE);
    }
    let rows = "e=1 b:0.0=1 k0=x1-x2 m0=-x2 r0=1 r1=2 r2=1 r3=1";
    let mut items = c(rows);
    items.rows.push((smfg_kernel::Name::Objective, Polynomial::constant(multiplier)));
    proof.close(&items)?;
    proof.finish()
}

#[test]
fn log_crowd_aversion() {
    // (1 - x)(log(2 - x) - log(1 + x)) = 1/100 at x =
    let root = "0.48542531494825409921135745933350405818787015861025";
    between(root, 1, |q| least_crowd("1/100", &n_of(root), q));
    // At epsilon 0 the mass is 1/2; a tangent a little below it proves what lies below that.
    for below in ["1/100", "1/1000000000"] {
        let s = n("1/2") - n(below);
        proved(least_crowd("0", &s, &s));
        let refused = least_crowd("0", &s, &n("1/2"));
        assert!(matches!(refused, Err(Refusal::Inequality(_))), "{refused:?}");
    }
    // More loss than the tangents are for.
    let refused = least_crowd("1/90", &n_of(root), &(n_of(root) - n("1/1000000000000")));
    assert!(matches!(refused, Err(Refusal::Inequality(_))), "{refused:?}");
}

/// All go from state 0 to state 1 with probability `1 / (1 + e^x)`, `x` the mass that is there
/// then: a softmax, `e^x w` and `w`, whose sum is 1 by the equation of `w` alone.
fn softmax() -> Game {
    let stages = vec![
        vec![pair(0, "0", "0", "0:x1*x2 1:x2"), pair(1, "0", "0", "1:1")],
        vec![pair(0, "0", "0", ""), pair(1, "0", "0", "")],
    ];
    let game = Game {
        states: 2,
        parameters: 0,
        initial: vec![Rational::ONE, Rational::ZERO],
        decisions: list(&[""]),
        statistics: Vec::new(),
        functions: Vec::new(),
        stages,
        payoff: p("x0"),
    };
    game.statistic(1, &[(1, "1")]).between(Function::Exp, "x0", ("1", "3")).between(
        Function::Inverse,
        "1+x1",
        ("1/4", "1/2"),
    )
}

/// `x (1 + e^x) = 1` at `x =`
const SOFTMAX: &str = "0.40105813754154703565062537500645662909560698650460";

/// Derives `x2 = x0` and closes a region of equilibria where `x0` is at most `q`, or at least.
fn close_softmax(proof: &mut Proof, q: &Rational, most: bool) -> Result<(), Refusal> {
    proof.derive(equal("x2-x0"), &c("f:1.1=1 k0=1 f:0.0=x2 f:0.1=1"))?;
    let sign = if most { 1 } else { -1 };
    let row = Polynomial::constant(q.clone()).plus(&p("x0"), &Rational::NEG_ONE);
    let row = Polynomial::zero().plus(&row, &Rational::from(sign));
    proof.derive(smfg_kernel::Row::of(smfg_kernel::Sense::AtLeast, row), &c("o=1"))?;
    let (below, above) = enclose(Function::Exp, q, 80)?;
    proof.line(1, !most, if most { &above } else { &below }, &Rational::ZERO)?;
    proof.close(&c(&format!("w2={sign} r0={}", if most { "-(1+x1)" } else { "1+x1" })))
}

#[test]
fn softmax_transitions() {
    let listing = softmax().listing();
    let value = |q: &Rational| Polynomial::constant(q.clone());
    between(SOFTMAX, 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "0", &value(q), Place::Decision(0)));
        close_softmax(&mut proof, q, true)?;
        proof.finish()
    });
    between(SOFTMAX, -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "0", &value(q), Place::Decision(0)));
        proof.exists()?;
        close_softmax(&mut proof, q, false)?;
        proof.finish()
    });
    // Probabilities whose sum is 1 by no equation, or by one of a function that is no inverse.
    for (to, function) in [
        ("0:x1*x2 1:2*x2", Function::Inverse),
        ("0:x1*x2 1:x2^2", Function::Inverse),
        ("0:x1*x2 1:x2", Function::Log),
        ("0:1-x2 1:x1*x2", Function::Inverse),
    ] {
        let mut game = softmax();
        game.stages[0][0] = pair(0, "0", "0", to);
        game.functions[1] = (function, p("1+x1"), Some((n("0"), n("2"))));
        assert!(matches!(game.try_listing(), Err(Refusal::Listing(_))), "{to} {function:?}");
    }
}

/// The fixed point again, between faces of a box.
#[test]
fn a_softmax_equilibrium_in_a_box() {
    let listing = softmax().listing();
    let attempt = |lower: &str, upper: &str, matrix: &str, q: &str| {
        let value = p(q);
        let mut proof = open(&listing, reached(LEAST, "0", &value, Place::Decision(0)));
        let ends = [(n(lower), n(upper))];
        proof.exists_in(&ends, &[vec![n(matrix)]])?;
        // x0 is less than q in the box.
        proof.close(&c("o=1"))?;
        for (end, above) in [(&ends[0].0, true), (&ends[0].1, false)] {
            // x0 is the end: e^x, then 1 / (1 + e^x), by new ends.
            let exp = enclose(Function::Exp, end, 60)?;
            proof.line(1, !above, if above { &exp.1 } else { &exp.0 }, &Rational::ZERO)?;
            let inverse = Rational::ONE / (Rational::ONE + if above { &exp.1 } else { &exp.0 });
            proof.line(2, above, &inverse, &Rational::ZERO)?;
            let sign = if above { "-1" } else { "1" };
            let rows = "o=1 f:1.1=S f:0.0=S*x2 f:0.1=S".replace('S', sign);
            proof.close(&c(&rows))?;
        }
        proof.finish()
    };
    proved(attempt("2/5", "41/100", "1", "41/100"));
    for (lower, upper, matrix, q) in [
        // The fixed point is not in the box, or the map points outwards, or x0 may be more.
        ("41/100", "1/2", "1", "1/2"),
        ("3/10", "2/5", "1", "2/5"),
        ("2/5", "41/100", "-1", "41/100"),
        ("2/5", "41/100", "1", "409/1000"),
    ] {
        let result = attempt(lower, upper, matrix, q);
        assert!(matches!(result, Err(Refusal::Inequality(_))), "{lower} {upper}: {result:?}");
    }
    // The box and the matrix are about masses alone.
    let mut proof = open(&listing, reached(LEAST, "0", &p("1"), Place::Decision(0)));
    let ends = vec![(n("2/5"), n("41/100")), (n("1"), n("3")), (n("1/4"), n("1/2"))];
    let unit = |k: usize| (0..3).map(|j| Rational::from(u8::from(j == k))).collect::<Vec<_>>();
    let result = proof.exists_in(&ends, &[unit(0), unit(1), unit(2)]);
    assert!(matches!(result, Err(Refusal::Step(_))), "{result:?}");
}

/// Where a domain holds for populations alone, frozen statistics may leave it: a box is accepted
/// only inside.
#[test]
fn boxes_outside_the_domain() {
    let game = Game::one_site(list(&[""]), &[("0", "0"), ("-x2", "0"), ("0", "0")], "0")
        .statistic(0, &[(0, "1")])
        .statistic(0, &[(1, "1")])
        .between(Function::Log, "3/2-x0-x1", ("-1", "1"));
    let listing = game.listing();
    let unit = [vec![n("1"), n("0")], vec![n("0"), n("1")]];
    let attempt = |upper: &str| {
        let mut proof = open(&listing, reached(LEAST, "0", &p("1"), Place::Decision(0)));
        proof.exists_in(&[(n("0"), n(upper)), (n("0"), n(upper))], &unit)
    };
    assert_eq!(attempt("1/2"), Ok(()));
    for upper in ["1", "3/4", "7/10"] {
        // At 7/10 the logarithm exists, and is less than the stated end.
        assert!(matches!(attempt(upper), Err(Refusal::Inequality(_))), "{upper}");
    }
}

/// Supply earns `1/(1+x) - x`, `x` its mass: `x = (sqrt 5 - 1) / 2` at epsilon 0.
#[test]
fn a_quotient() {
    let listing = Game::one_site(list(&[""]), &[("0", "0"), ("x1-x0", "0")], "x0")
        .statistic(0, &[(1, "1")])
        .between(Function::Inverse, "1+x0", ("1/2", "1"))
        .listing();
    let steps = |rows: &str, q: &Rational| {
        let value = Polynomial::constant(q.clone());
        let mut proof = open(&listing, bound(LEAST, "0", &value, Place::Decision(0)));
        proof.derive(at_least("0").minus(q), &c("o=1"))?;
        proof.case(0, 0)?;
        proof.close(&c("k0=-1 m0=-1"))?;
        proof.close(&c(rows))?;
        proof.finish()
    };
    let rows = "b:0.1=1+x0 b:0.0=-1-x0 w1=1";
    between("0.61803398874989484820458683436563811772030917980576", 1, |q| steps(rows, q));
    for wrong in ["b:0.1=1+x0 b:0.0=-1-x0 w1=2", "b:0.1=1 b:0.0=-1 w1=1", "w1=1"] {
        assert!(steps(wrong, &n("6/10")).is_err(), "{wrong}");
    }
}

trait Minus {
    /// The row that `x0` is at most a number.
    fn minus(self, q: &Rational) -> Self;
}

impl Minus for smfg_kernel::Row {
    fn minus(mut self, q: &Rational) -> Self {
        self.constant = Polynomial::constant(q.clone()).plus(&p("x0"), &Rational::NEG_ONE);
        self
    }
}

/// Latencies `x^(3/2)` and 1/2: at epsilon 0 the mass of the first link is `(1/4)^(1/3)`.
#[test]
fn a_power_with_a_fraction() {
    let listing = Game::one_site(list(&[""]), &[("-x1", "0"), ("-1/2", "0")], "-x0")
        .statistic(0, &[(0, "1")])
        .between(Function::Root(2), "x0^3", ("0", "1"))
        .listing();
    // J0 = -x0 is never below minus the root: if more used the first link, it would be optimal.
    between("0.62996052494743658238360530363911417528512573235075", -1, |x| {
        let value = Polynomial::constant(-x);
        let mut proof = open(&listing, bound(LEAST, "0", &value, Place::Decision(0)));
        let beyond = Polynomial::constant(-x).plus(&p("x0"), &Rational::ONE);
        proof.derive(smfg_kernel::Row::of(smfg_kernel::Sense::AtLeast, beyond), &c("o=1"))?;
        let latency = enclose(Function::Root(2), &(x * x * x), 80)?.0;
        proof.line(1, true, &latency, &Rational::ZERO)?;
        proof.case(0, 0)?;
        proof.close(&c("k0=1"))?;
        proof.close(&c("b:0.0=-1 b:0.1=1"))?;
        proof.finish()
    });
}

/// Numbers that are functions of nothing, or of the decision: in regions of decisions, and of dual
/// values where no datum depends on the population.
#[test]
fn irrational_constants() {
    let listing = Game::one_site(list(&[""]), &[("0", "0"), ("x1", "x1")], "0")
        .statistic(0, &[(1, "1")])
        .between(Function::Log, "2", ("69/100", "7/10"))
        .listing();
    let attempt = |q: &str, a: &str| {
        let mut proof = open(&listing, reached(LEAST, "0", &p(q), Place::Decision(0)));
        proof.line(1, false, &n(a), &Rational::ZERO)?;
        proof.scale()?;
        // y <= c_1 where the second pair is optimal
        proof.close(&c("o=1 y:0.1=1"))?;
        proof.finish()
    };
    assert!(attempt("7/10", "7/10").is_err(), "lambda z_1 is left");
    let all = |q: &str, a: &str| {
        let mut proof = open(&listing, reached(LEAST, "0", &p(q), Place::Decision(0)));
        proof.line(1, false, &n(a), &Rational::ZERO)?;
        proof.scale()?;
        proof.choose((0, 0))?;
        proof.close(&c("b:0.1=1 b:0.0=-1"))?;
        proof.close(&c("o=1 y:0.1=1"))?;
        proof.finish()
    };
    proved(all("6931472/10000000", "6931472/10000000"));
    assert!(all("6931471/10000000", "6931472/10000000").is_err());
    assert!(all("6931471/10000000", "6931471/10000000").is_err());
    // A function of the population is none of the decisions'.
    let mut proof = open(&crowd().listing(), reached(LEAST, "0", &p("1"), Place::Decision(0)));
    let result = proof.line(1, false, &n("9"), &Rational::ZERO);
    assert!(matches!(result, Err(Refusal::Step(_))), "{result:?}");
    let result = proof.scale();
    assert!(matches!(result, Err(Refusal::Step(_))), "{result:?}");
    // Nor is it a linear part of the payoff.
    let mut game = crowd();
    (game.stages[0], game.payoff) = (vec![pair(0, "0", "0", ""), pair(0, "0", "0", "")], p("x1"));
    let mut proof = open(&game.listing(), reached(LEAST, "0", &p("1"), Place::Decision(0)));
    assert!(matches!(proof.scale(), Err(Refusal::Step(_))));
}

/// Populations that are given: the value of the function is enclosed there.
#[test]
fn functions_of_a_population() {
    let listing = crowd().listing();
    let attempt = |q: &str, a: &str| {
        let mut proof = open(&listing, reached(GREATEST, "1/100", &p(q), Place::Decision(0)));
        proof.play(crate::text::fam("0.0=51/100 0.1=49/100"))?;
        for part in 0..2 {
            if part == 1 {
                proof.close(&c("o=1"))?;
                break;
            }
            // loss = .51 x1 + .49 x2 + max(-x1, -x2): z = 0 for one of the pairs
            proof.line(1, true, &n("4121/10000"), &Rational::ZERO)?;
            proof.line(1, false, &n(a), &Rational::ZERO)?;
            proof.line(2, true, &n("3987/10000"), &Rational::ZERO)?;
            proof.line(2, false, &n("3988/10000"), &Rational::ZERO)?;
            proof.choose((0, 0))?;
            proof.close(&c("o=1 b:0.0=-1"))?;
            proof.close(&c("o=1 b:0.1=-1"))?;
        }
        proof.finish()
    };
    // log 1.51 = .41210965, log 1.49 = .39877612
    proved(attempt("51/100", "4122/10000"));
    assert!(attempt("511/1000", "4122/10000").is_err(), "not its mass");
    assert!(attempt("51/100", "4121/10000").is_err(), "less than the logarithm");
}
