//! split, divide, grid, case, choose, choice, within, simplices, cut.

use super::{KINDS, Kind, equilibria, everywhere, of_each_kind, table};
use crate::models::{adoption, moral_hazard, moral_hazard_on_a_grid, two_payments};
use crate::state::{LEAST, at, bound, open, segment};
use crate::text::{Terms, at_least, c, n, p, var};
use smfg_kernel::{Claimed, Place, Proof, Rational, Refusal, Statement, Variable};

/// A step in each kind of region: `A` accepted, `S` refused as a step.
fn in_each_kind(step: impl Fn(&mut Proof) -> Result<(), Refusal>, expected: &str) {
    let mut proofs = of_each_kind();
    let rows = proofs.iter_mut().zip(expected.chars()).zip(KINDS).map(|((proof, c), kind)| {
        (kind, if c == 'A' { Kind::Accept } else { Kind::Step }, step(proof))
    });
    table(rows.collect());
}

#[test]
fn kinds() {
    // Decisions, equilibria, masses, policy, responses, dual.
    in_each_kind(|proof| proof.split(var("u0"), n("1/2")), "AAAAAA");
    in_each_kind(|proof| proof.split(var("x0"), n("1/2")), "SAAAAS");
    in_each_kind(|proof| proof.split(var("l"), n("1")), "SSSSSA");
    in_each_kind(|proof| proof.divide(&at_least("0").mass(0, 0, "1")), "SAAAAS");
    in_each_kind(|proof| proof.divide(&at_least("0").value(0, 0, "1")), "SAAAAA");
    in_each_kind(|proof| proof.divide(&at_least("u0-1/2")), "AAAAAA");
    in_each_kind(|proof| proof.case(0, 0), "SASSSS");
    in_each_kind(|proof| proof.choose((0, 0)), "SAAAAA");
    in_each_kind(|proof| proof.choice((0, 0)), "SAAAAA");
    in_each_kind(|proof| proof.within(0), "SSSSSS");
    in_each_kind(Proof::simplices, "SSSSSS");
    in_each_kind(Proof::exists, "ASSSSS");
    in_each_kind(Proof::scale, "ASSSSS");
    in_each_kind(|proof| proof.play(crate::text::fam("0.0=1/2 0.2=1/2 1.0=1/2 1.2=1/2")), "ASSSSS");
}

#[test]
fn parts_of_a_region() {
    let parts = |step: &dyn Fn(&mut Proof) -> Result<(), Refusal>| {
        let mut proof = equilibria("0");
        step(&mut proof).expect("a division");
        proof.open_regions()
    };
    assert_eq!(parts(&|proof| proof.split(var("x0"), n("1/2"))), 2);
    assert_eq!(parts(&|proof| proof.divide(&at_least("0").loss("1"))), 2);
    assert_eq!(parts(&|proof| proof.case(1, 2)), 2);
    assert_eq!(parts(&|proof| proof.choose((1, 0))), 2);
    assert_eq!(parts(&|proof| proof.choose((1, 1))), 1);
    assert_eq!(parts(&|proof| proof.choice((1, 0))), 1);
}

#[test]
fn case_and_choose() {
    table(vec![
        ("a pair", Kind::Accept, equilibria("0").case(1, 2)),
        ("no pair", Kind::Step, equilibria("0").case(1, 3)),
        ("no stage", Kind::Step, equilibria("0").case(2, 0)),
        ("a positive epsilon", Kind::Step, equilibria("1/1000").case(0, 0)),
        ("choices at any epsilon", Kind::Accept, equilibria("1").choose((0, 1))),
        ("no state", Kind::Step, equilibria("0").choose((0, 2))),
        ("no site", Kind::Step, equilibria("0").choice((2, 0))),
    ]);
}

/// The indicators of a site sum to 1, and where one is positive its pair is optimal.
#[test]
fn indicators() {
    let derive = |row: smfg_kernel::Row, item: &str| {
        let mut proof = equilibria("0");
        proof.choice((1, 0)).expect("indicators");
        proof.derive(row, &c(item))
    };
    // Pairs of stage 1 are counted from 4; those of state 0 are worth 1 and 1/2.
    table(vec![
        ("in the unit interval", Kind::Accept, derive(at_least("1-c4*c5"), "")),
        ("their sum", Kind::Accept, derive(at_least("c4+c5-1"), "r0=1")),
        ("another site", Kind::Step, derive(at_least("1-c0*c1"), "")),
        ("the worse is not chosen", Kind::Accept, derive(at_least("-c5"), "r2=-2 b:1.0=2*c5")),
        ("the better may be", Kind::Inequality, derive(at_least("-c4"), "r1=-2 b:1.1=2*c4")),
    ]);
}

#[test]
fn grid() {
    let game = moral_hazard_on_a_grid().listing();
    let grid = |parameter, value: &str| {
        open(&game, bound(LEAST, "0", &p("0"), Place::All)).grid(parameter, n(value))
    };
    let continuous = || {
        let listing = moral_hazard().listing();
        open(&listing, bound(LEAST, "0", &p("0"), Place::All)).grid(0, n("1/4"))
    };
    let from_a_list = || {
        let listing = adoption().listing();
        open(&listing, bound(LEAST, "0", &p("0"), Place::Decision(0))).grid(0, n("0"))
    };
    table(vec![
        ("a value", Kind::Accept, grid(0, "1/4")),
        ("a value outside the ends", Kind::Accept, grid(0, "-1/4")),
        ("no value of the grid", Kind::Step, grid(0, "1/3")),
        ("no parameter", Kind::Step, grid(1, "1/4")),
        ("a continuous parameter", Kind::Step, continuous()),
        ("a list", Kind::Step, from_a_list()),
    ]);
}

#[test]
fn simplices_and_cuts() {
    let square = two_payments().listing();
    let fresh = || open(&square, bound(LEAST, "0", &p("0"), Place::All));
    let touched = |touch: &dyn Fn(&mut Proof)| {
        let mut proof = fresh();
        touch(&mut proof);
        proof.simplices()
    };
    let cut = |i, j, share: &str| {
        let mut proof = fresh();
        proof.simplices()?;
        proof.cut(i, j, n(share))
    };
    let placed = |place| open(&square, bound(LEAST, "0", &p("0"), place)).simplices();
    let on_a_segment = || {
        let place = segment("0 0", "1 1");
        open(&square, bound(LEAST, "0", &p("0"), place)).cut(0, 1, n("1/2"))
    };
    let late = |late: &dyn Fn(&mut Proof) -> Result<(), Refusal>| {
        let mut proof = fresh();
        proof.simplices()?;
        late(&mut proof)
    };
    table(vec![
        ("a box", Kind::Accept, fresh().simplices()),
        (
            "a part of it",
            Kind::Accept,
            touched(&|proof| {
                proof.split(var("u0"), n("1/2")).expect("a split");
            }),
        ),
        (
            "after a row",
            Kind::Step,
            touched(&|proof| {
                proof.derive(at_least("u0*u1"), &c("")).expect("a row");
            }),
        ),
        (
            "after a form",
            Kind::Step,
            touched(&|proof| {
                proof.declare(at_least("u0")).expect("a form");
            }),
        ),
        (
            "after a ceiling",
            Kind::Step,
            touched(&|proof| {
                proof.ceiling(crate::text::fam("0.0=9")).expect("a ceiling");
            }),
        ),
        ("of a simplex", Kind::Step, touched(&|proof| proof.simplices().expect("a box"))),
        ("of a point", Kind::Step, placed(at("1/2 1/2"))),
        ("of a segment", Kind::Step, placed(segment("0 0", "1 1"))),
        ("an edge", Kind::Accept, cut(0, 2, "1/3")),
        ("a vertex twice", Kind::Step, cut(1, 1, "1/3")),
        ("no vertex", Kind::Step, cut(0, 3, "1/3")),
        ("an end", Kind::Step, cut(0, 1, "0")),
        ("the other end", Kind::Step, cut(0, 1, "1")),
        ("beyond it", Kind::Step, cut(0, 1, "3/2")),
        ("no simplex", Kind::Step, fresh().cut(0, 1, n("1/2"))),
        ("a segment", Kind::Step, on_a_segment()),
        ("a share", Kind::Step, late(&|proof| proof.split(var("a0"), n("1/2")))),
        ("a share as a row", Kind::Accept, late(&|proof| proof.divide(&at_least("a0-1/2")))),
    ]);
}

/// `k` free parameters have `k!` simplices; more than eight are too many.
#[test]
fn numbers_of_simplices() {
    let parts = |parameters: usize| {
        let ends = vec![("0", "1"); parameters];
        let decisions = crate::game::polytope(&ends, &[]);
        let game = crate::game::Game::one_site(decisions, &[("0", "0")], "0");
        let mut proof = open(&game.listing(), bound(LEAST, "0", &p("0"), Place::All));
        proof.simplices().map(|()| proof.open_regions())
    };
    assert_eq!([1, 2, 3, 4].map(parts), [Ok(1), Ok(2), Ok(6), Ok(24)]);
    assert!(matches!(parts(9), Err(Refusal::Step(_))));
    assert!(matches!(parts(0), Err(Refusal::Step(_))));
}

#[test]
fn within() {
    let listing = adoption().listing();
    let statement = |epsilon: &str| Statement {
        claimed: Claimed::Patterns(vec![vec![(0, 1)], vec![(0, 0)]]),
        pessimistic: true,
        epsilon: n(epsilon),
        place: Place::Decision(0),
        pattern: None,
    };
    let after = |steps: &dyn Fn(&mut Proof) -> Result<(), Refusal>, pattern| {
        let mut proof = open(&listing, statement("0"));
        steps(&mut proof).expect("steps");
        proof.within(pattern)
    };
    let unused_then_optimal = |proof: &mut Proof| {
        proof.case(0, 0)?;
        proof.case(0, 1)?;
        proof.close(&c("m0=-1"))
    };
    let positive = Proof::open(listing.clone(), statement("1/10")).map(|_| ());
    table(vec![
        ("unused and optimal", Kind::Accept, after(&unused_then_optimal, 0)),
        ("another pattern", Kind::Step, after(&unused_then_optimal, 1)),
        ("no pattern", Kind::Step, after(&unused_then_optimal, 2)),
        ("a pair may be used", Kind::Step, after(&|_| Ok(()), 0)),
        ("unused, not known optimal", Kind::Step, after(&|proof| proof.case(0, 0), 0)),
        ("a bound", Kind::Step, equilibria("0").within(0)),
        ("a positive epsilon", Kind::Step, positive),
    ]);
}

/// A division on a coordinate twice, at the same value: the second one has an empty part less.
#[test]
fn the_same_value_twice() {
    let mut proof = everywhere("0");
    proof.split(var("u0"), n("1/2")).expect("a split");
    proof.split(var("u0"), n("1/2")).expect("a split");
    assert_eq!(proof.open_regions(), 3);
    assert!(proof.close_empty().is_err());
    let _ = proof.close(&c("o=1"));
    // The part between is the point 1/2, where the coordinate is a number.
    proof.derive(crate::text::equal("u0-1/2"), &c("")).expect("u0 = 1/2");
    assert_eq!(Variable::Parameter(0), var("u0"));
    assert_eq!(Rational::ONE, n("1"));
}
