//! Listings and logs as texts: what is written is what is read, and docs/kernel.md has an example.

use smfg_kernel::{
    Column, Combination, Failure, Family, Monomial, Name, Place, Polynomial, Rational, Row, Scaled,
    Sense, Side, Square, Statement, Text, Variable, check_log, listing_text, parse_number,
    read_listing, text_of, value_of,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The blocks of the example in docs/kernel.md: a listing, then a log.
fn example() -> (String, String) {
    let page = include_str!("../../docs/kernel.md");
    let (_, example) = page.split_once("## Example\n").expect("an example");
    let mut blocks = vec![String::new()];
    for line in example.lines() {
        match line.strip_prefix("    ") {
            Some(line) => *blocks.last_mut().unwrap() += &format!("{line}\n"),
            None if !blocks.last().unwrap().is_empty() => blocks.push(String::new()),
            None => {}
        }
    }
    (blocks[0].clone(), blocks[1].clone())
}

/// `sha256sum` of the listing.
const HASH: &str = "sha256:bd159e8ea4d267d78f5c6c9f662d58401ec8ca3d2a4d4b33da9b27582d6ec808";

fn claims(listing: &str, log: &str) -> Result<Vec<String>, Failure> {
    let listing = Arc::new(read_listing(listing.as_bytes())?);
    let mut claims = Vec::new();
    check_log(&listing, log.as_bytes(), |claim| claims.push(claim.to_string()))?;
    Ok(claims)
}

#[test]
fn the_hash_of_the_file_is_the_hash_of_the_listing() {
    let (text, _) = example();
    let listing = read_listing(text.as_bytes()).unwrap();
    let mut written = String::new();
    listing_text(&listing, &mut |part| written.push_str(part));
    assert_eq!(written, text);
    assert_eq!(listing.hash(), HASH);
}

#[test]
fn the_example_is_accepted() {
    let (listing, log) = example();
    let expected = format!("claim {HASH} + 0 17/20 17/20 decision 2");
    assert_eq!(claims(&listing, &log).unwrap(), [expected]);
}

/// Other texts of the same listing, and texts of none.
#[test]
fn only_the_text_that_is_written_is_read() {
    let (text, _) = example();
    for (from, to) in [
        ("13/20", "26/40"),
        (" 2 -1\n", " 4 -2\n"),
        ("u0 + 1 1 1 1 1\nx0 + 1 1 1 1 1\n", "x0 + 1 1 1 1 1\nu0 + 1 1 1 1 1\n"),
        ("u0 + 1 1 1 1 1\n", "u0 + 1 1 1 1 1\nu0 + 1 1 1 1 1\n"),
        ("u0 + 1 1 1 1 1\n", ""),
        ("0 -\n", "0 - "),
        ("0 -\n", "0  -\n"),
        ("0 -\n", "0 -\r\n"),
        ("-1*u0*x0+3/2*x0\n", "3/2*x0+-1*u0*x0\n"),
        ("-1*u0*x0+3/2*x0\n", "-1*u0*x0+3/2*x0"),
        ("-1*u0*x0+3/2*x0\n", "-1*u0*x0+3/2*x0\n\n"),
        ("list 3", "list 03"),
        ("list 3", "list 4294967295"),
        ("smfg-listing-1 1", "smfg-listing-1 4294967295"),
        ("stage 2 0 2", "stage 2 1 2"),
        ("stage 2 0 2", "stage 2 0 0"),
        ("+ 1 1 1 2 -1", "+ 1 7 1 2 -1"),
        ("x0 + 1", "x1 + 1"),
    ] {
        let altered = text.replacen(from, to, 1);
        assert_ne!(altered, text);
        assert!(read_listing(altered.as_bytes()).is_err(), "{from:?} -> {to:?}");
    }
}

#[test]
fn altered_logs_are_refused_where_they_are_wrong() {
    let (listing, log) = example();
    for (from, to, line) in [
        ("bound 17/20", "bound 9/10", 3),
        ("reached 17/20", "reached 4/5", 8),
        ("17/20 17/20 - decision 2", "43/50 17/20 - decision 2", 10),
        ("17/20 17/20 - decision 2", "17/20 17/20 - decision 1", 10),
        ("17/20 17/20 - decision 2", "17/20 17/20 + decision 2", 10),
        ("2 low best", "1 low", 10),
        ("2 low best", "3 low best best", 0),
        ("2 low best", "2 low worst", 10),
        ("case 0 0", "case 0 2", 2),
        ("case 0 0", "case 0 0 ", 2),
        ("case 0 0\n", "", 2),
        ("exists\n", "exists\nexists\n", 8),
        ("prove best", "prove low", 9),
        ("rows 1 o 1 .", "rows 1 o 1", 8),
        ("rows 1 o 1 .", "rows 1 o 1 . .", 8),
        ("rows 1 o 1 .", "rows 1 o 1 rows 1 o 1 .", 8),
        ("end\nclaim", "claim", 9),
    ] {
        let altered = log.replacen(from, to, 1);
        assert_ne!(altered, log);
        match (line, claims(&listing, &altered)) {
            (0, Ok(_)) => {}
            (line, Err(Failure::Refused(at, ..))) if line == at => {}
            (_, result) => panic!("{from:?} -> {to:?}: {result:?}"),
        }
    }
    let open = log.split_once("end\n").unwrap().0;
    assert!(claims(&listing, open).is_err(), "a proof that does not end");
}

fn same<T: Text + PartialEq + std::fmt::Debug>(value: &T) {
    let text = text_of(value) + "\n";
    assert_eq!(value_of::<T>(text.as_bytes()).unwrap(), *value, "{text}");
}

#[test]
fn values_are_read_as_they_are_written() {
    let n = |text: &str| parse_number(text).unwrap();
    let p = |text: &str| value_of::<Polynomial>(format!("{text}\n").as_bytes()).unwrap();
    let big = "123456789012345678901234567890";
    let column = |support: Option<Vec<u32>>, values: &[Rational]| {
        Arc::new(Column { support, coefficients: Arc::new(Scaled::from_rationals(values)) })
    };
    let monomial = Monomial::new(vec![(Variable::Choice(7), 2), (Variable::Multiplier, 1)]);
    let family: Family = BTreeMap::from([
        (0, vec![(Monomial::one(), column(None, &[n("1/3"), n(big), n("-5")]))]),
        (9, vec![(monomial, column(Some(vec![4]), &[n("-7/2")]))]),
    ]);
    same(&family);
    let row = Row {
        sense: Sense::Above,
        constant: p("1/2+-3*u0*x1^2+1*f3*a2"),
        mass: vec![(1, 2, p("0")), (0, 0, p("5"))],
        value: vec![
            (Side::Follower, 3, 4, p("1*x0")),
            (Side::Dual, 0, 0, p("1*l")),
            (Side::Leader, 0, 0, p("1")),
        ],
        loss: n("-1"),
        reward: n("7/3"),
    };
    same(&row);
    same(&Row::default());
    let names = [
        Name::Budget,
        Name::Objective,
        Name::Mass(3),
        Name::Link(4),
        Name::Form(5),
        Name::Constraint(6),
        Name::Row(7),
        Name::Lower(Variable::Form(1)),
        Name::Upper(Variable::Statistic(2)),
    ];
    let weight = p("1/2*u0");
    let squares = vec![
        Square { weight: weight.clone(), root: p("1*x0+-1/3"), pair: None },
        Square { weight, root: p("2"), pair: Some((5, 6)) },
    ];
    same(&Combination {
        rows: names.iter().map(|name| (*name, p("1+2*x0"))).collect(),
        flow: family.clone(),
        bellman: family.clone(),
        policy: family.clone(),
        dual: family.clone(),
        lead: family.clone(),
        bounds: vec![(0, family.clone()), (3, family)],
        squares,
    });
    same(&Combination::default());
    for claimed in ["bound 1*u0", "reached 3", "below 3", "form loss 1 .", "patterns 2 1 0 0 0"] {
        for place in ["all", "decision 3", "point 2 1/2 -1", "segment 1 0 1 1"] {
            for pattern in ["-", "+ 2 0 1 5 6"] {
                let text = format!("{claimed} - 1/10 {place} {pattern}\n");
                let statement: Statement = value_of(text.as_bytes()).unwrap();
                assert_eq!(text_of(&statement) + "\n", text);
            }
        }
    }
    assert_eq!(text_of(&Place::All), "all");
}
