//! Numbers, vectors of numbers, monomials and polynomials.

use crate::random::Random;
use crate::text::{n, p};
use smfg_kernel::{
    Integer, Monomial, Natural, Numerators, Polynomial, Rational, Refusal, Scaled, Variable,
    least_common_multiple, parse_number,
};

#[test]
fn texts_of_numbers() {
    for (text, numerator, denominator) in [
        ("0", 0, 1),
        ("-0", 0, 1),
        ("007", 7, 1),
        ("-7", -7, 1),
        ("6/4", 3, 2),
        ("-6/4", -3, 2),
        ("0/5", 0, 1),
        ("9223372036854775807", i64::MAX, 1),
        ("-9223372036854775808", i64::MIN, 1),
        ("1/18446744073709551615", 1, u64::MAX),
    ] {
        let expected = Rational::from(numerator) / Rational::from(denominator);
        assert_eq!(parse_number(text), Ok(expected), "{text}");
    }
    let malformed = [
        "", "-", "+1", "--1", "1/", "/2", "1/0", "0/0", "1/-2", "1/2/3", "1.5", "1e3", " 1", "1 ",
        "0x10", "1_000", "٣", "½", "nan", "inf", "1/ 2", "-/2",
    ];
    for text in malformed {
        assert!(matches!(parse_number(text), Err(Refusal::Text(_))), "{text:?}");
    }
}

#[test]
fn lengths_of_numbers() {
    let long = "9".repeat(1 << 16);
    let parsed = parse_number(&long).expect("the longest number");
    assert_eq!(parsed.to_string(), long);
    assert!(parse_number(&format!("1/{long}")).is_ok());
    for text in [format!("{long}9"), format!("1/{long}9"), "0".repeat((1 << 16) + 1)] {
        assert!(matches!(parse_number(&text), Err(Refusal::Text(_))));
    }
    // Messages name a part of what they refuse.
    let Err(Refusal::Text(message)) = parse_number(&"x".repeat(1 << 20)) else { panic!("a text") };
    assert!(message.len() < 200);
}

#[test]
fn numbers_are_printed_as_they_are_read() {
    let mut random = Random(1);
    for _ in 0..2000 {
        let mut digits = |count: usize| -> String {
            (0..=random.below(count)).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
        };
        let (numerator, denominator) = (digits(60), digits(60));
        let text = format!("-{numerator}/1{denominator}");
        let value = n(&text);
        assert_eq!(n(&value.to_string()), value);
        // p/q is the number whose product with q is p.
        assert_eq!(value * n(&format!("1{denominator}")), n(&format!("-{numerator}")));
    }
}

/// Equal vectors have equal representations, whichever way they were made.
#[test]
fn vectors_are_in_lowest_terms() {
    let mut random = Random(2);
    for case in 0..3000 {
        let huge = random.once_in(3);
        let len = random.below(5);
        let denominator = 1 + random.bits() % 60;
        let values: Vec<Rational> = (0..len)
            .map(|_| {
                let small = random.fraction(9, denominator);
                if huge { small * Rational::from(i128::MAX) } else { small }
            })
            .collect();
        let scaled = Scaled::from_rationals(&values);
        assert_eq!(scaled.iter().collect::<Vec<_>>(), values, "case {case}");
        assert_eq!((scaled.len(), scaled.is_empty()), (len, len == 0));
        assert_eq!(scaled.is_zero(), values.iter().all(|value| value.is_zero()));
        let least = values
            .iter()
            .fold(Natural::ONE, |least, value| least_common_multiple(&least, value.denominator()));
        assert_eq!(*scaled.denominator(), least, "case {case}");
        // With a common factor in everything.
        let factor = Natural::from(1 + random.bits() % 30);
        let numerators =
            (0..len).map(|k| scaled.numerators().get(k) * Integer::from(factor.clone()));
        let again = Scaled::from_integers(numerators.collect(), &least * &factor);
        assert_eq!(again, scaled, "case {case}");
        let small: Option<Vec<i64>> =
            (0..len).map(|k| i64::try_from(scaled.numerators().get(k)).ok()).collect();
        if let (Some(small), Ok(least)) = (small, u64::try_from(&least)) {
            assert!(matches!(scaled.numerators(), Numerators::Small(_)));
            assert_eq!(Scaled::from_small(small, least), scaled);
        } else {
            assert!(matches!(scaled.numerators(), Numerators::Big(_)) || huge);
        }
    }
}

#[test]
fn vectors_at_the_edges() {
    let edge = Scaled::from_small(vec![i64::MIN, i64::MAX, 0], 1);
    assert_eq!(edge.get(0), n("-9223372036854775808"));
    let even = Scaled::from_small(vec![i64::MIN, 2], 2);
    assert_eq!((even.get(0), even.get(1)), (n("-4611686018427387904"), n("1")));
    let whole = Scaled::from_small(vec![i64::MIN], 1 << 63);
    assert_eq!((whole.get(0), whole.denominator()), (n("-1"), &Natural::ONE));
    for zero in [
        Scaled::from_small(vec![0, 0], 7),
        Scaled::from_small(vec![0, 0], 0),
        Scaled::from_integers(vec![Integer::ZERO; 2], Natural::from(7u8)),
        Scaled::from_integers(vec![Integer::ZERO; 2], Natural::ZERO),
    ] {
        assert_eq!(zero, Scaled::from_rationals(&[Rational::ZERO, Rational::ZERO]));
        assert!(zero.is_zero());
    }
    // A denominator of 0 counts as 1.
    assert_eq!(Scaled::from_small(vec![3], 0).get(0), n("3"));
    assert_eq!(Scaled::from_integers(vec![Integer::from(3)], Natural::ZERO).get(0), n("3"));
    let nothing = Scaled::from_integers(Vec::new(), Natural::ZERO);
    assert_eq!(nothing, Scaled::from_rationals(&[]));
    // Denominators beyond machine integers, with numerators that are not.
    let fine = Scaled::from_rationals(&[n("1/18446744073709551557"), n("1/18446744073709551533")]);
    assert_eq!(fine.get(0) * n("18446744073709551557"), n("1"));
}

#[test]
fn least_common_multiples() {
    let natural = |value: u64| Natural::from(value);
    for (a, b, multiple) in [(1, 1, 1), (4, 6, 12), (6, 4, 12), (7, 1, 7), (1, 7, 7), (9, 9, 9)] {
        assert_eq!(least_common_multiple(&natural(a), &natural(b)), natural(multiple));
    }
}

#[test]
fn monomials_in_normal_form() {
    let (u, x) = (Variable::Parameter(0), Variable::Statistic(0));
    let monomial = |factors: &[(Variable, u32)]| Monomial::new(factors.to_vec());
    assert_eq!(monomial(&[(x, 1), (u, 2), (x, 3)]), monomial(&[(u, 2), (x, 4)]));
    assert_eq!(monomial(&[(u, 0)]), Monomial::one());
    assert_eq!(Monomial::default(), Monomial::one());
    assert_eq!(monomial(&[(u, 1), (x, 0)]), monomial(&[(u, 1)]));
    assert_eq!(monomial(&[(u, u32::MAX), (u, 1)]).degree(), u32::MAX);
    assert_eq!(monomial(&[(u, u32::MAX), (x, 1)]).degree(), u32::MAX);
    assert_eq!(
        monomial(&[(u, 1)]).times(&monomial(&[(u, 1), (x, 1)])),
        monomial(&[(u, 2), (x, 1)])
    );
    assert_eq!(monomial(&[(u, 1)]).times(&Monomial::one()), monomial(&[(u, 1)]));
    assert_eq!(Monomial::one().times(&monomial(&[(u, 1)])), monomial(&[(u, 1)]));
}

#[test]
fn polynomials_in_normal_form() {
    let zero = p("u0*x0-x0*u0");
    assert!(zero.is_zero() && zero.as_constant() == Some(Rational::ZERO));
    assert_eq!(zero, Polynomial::zero());
    assert_eq!(p("3").as_constant(), Some(n("3")));
    assert_eq!(p("3+u0").as_constant(), None);
    assert_eq!(p("u0").as_constant(), None);
    assert_eq!(p("(u0+x0)^2-u0^2-2*u0*x0-x0^2"), Polynomial::zero());
    assert_eq!(Polynomial::term(Monomial::one(), Rational::ZERO), Polynomial::zero());
    let power = p("u0^33");
    assert!(matches!(power.times(&power), Err(Refusal::Limit(_))));
    assert_eq!(p("u0^32").times(&p("u0^32")), Ok(p("u0^64")));
    assert_eq!(power.times(&Polynomial::zero()), Ok(Polynomial::zero()));
}
