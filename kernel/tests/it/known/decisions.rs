//! Statements about all decisions: pieces with their own populations, simplices, grids, rows of
//! the decision set, and suprema that are not attained.

use super::claims;
use crate::game::{Game, polytope};
use crate::models::{
    adoption_continuous, audit, inspection, moral_hazard, moral_hazard_on_a_grid, pigou_latency,
    two_payments,
};
use crate::state::{GREATEST, LEAST, at, bound, open, reached, segment, tight};
use crate::text::{at_least, c, fam, n, p, var};
use smfg_kernel::{Decisions, Listing, Name, Place, Polynomial, Proof, Refusal, Theorem};
use std::sync::Arc;

/// A population on the region on top, with values that bound the followers'.
fn piece(proof: &mut Proof, masses: &str, values: &str, initial: &str) -> Result<(), Refusal> {
    proof.play(fam(masses))?;
    proof.ceiling(fam(values))?;
    proof.close(&c(&format!("o=1 {initial}")))?;
    proof.close(&c("o=1"))
}

/// `reached` at all decisions by pieces of one parameter that start at the given ends.
fn pieces(
    listing: &Arc<Listing>,
    epsilon: &str,
    value: &str,
    initial: &str,
    parts: &[(&str, &str, &str)],
) -> Theorem {
    tight(value, -1, |q| {
        let mut proof = open(listing, reached(LEAST, epsilon, q, Place::All));
        for (k, (_, masses, values)) in parts.iter().enumerate() {
            if let Some(next) = parts.get(k + 1) {
                proof.split(var("u0"), n(next.0))?;
            }
            piece(&mut proof, masses, values, initial)?;
        }
        proof.finish()
    })
}

const ONE: &str = "v0:0.0=1";

#[test]
fn moral_hazard_over_all_wages() {
    let listing = moral_hazard().listing();
    let upper = pieces(
        &listing,
        "1/100",
        "81/100",
        ONE,
        &[
            ("0", "0.0=1", ""),
            ("1/4", "0.0=9/20-u0 0.1=u0+11/20", "0.0=u0-1/4"),
            ("9/20", "0.1=1", "0.0=u0-1/4"),
        ],
    );
    let lower = tight("81/100", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "1/100", q, at("7/20")));
        proof.close(&c("o=1 e=9 b:0.1=9"))?;
        proof.finish()
    });
    claims(&listing, "1/100", LEAST, &[lower, upper], "81/100", "81/100");
}

/// Masses affine in the barycentric coordinates of two simplices that share the best wage.
#[test]
fn moral_hazard_on_simplices() {
    let listing = moral_hazard().listing();
    tight("81/100", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "1/100", q, Place::All));
        proof.split(var("u0"), n("1/4"))?;
        piece(&mut proof, "0.0=1", "", ONE)?;
        proof.split(var("u0"), n("9/20"))?;
        proof.simplices()?;
        proof.cut(0, 1, n("1/2"))?;
        piece(&mut proof, "0.0=1/10*a0 0.1=9/10*a0+a1", "0.0=u0-1/4", ONE)?;
        piece(&mut proof, "0.0=1/5*a0+1/10*a1 0.1=4/5*a0+9/10*a1", "0.0=u0-1/4", ONE)?;
        piece(&mut proof, "0.1=1", "0.0=u0-1/4", ONE)?;
        assert_eq!(proof.open_regions(), 0);
        proof.finish()
    });
}

#[test]
fn inspection_over_all_frequencies() {
    let listing = inspection().listing();
    let upper = pieces(
        &listing,
        "1/50",
        "-7/10",
        ONE,
        &[
            ("0", "0.1=1", "0.0=1-2*u0"),
            ("1/2", "0.0=3/10+u0 0.1=7/10-u0", ""),
            ("7/10", "0.0=1", ""),
        ],
    );
    let lower = tight("-7/10", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "1/50", q, at("3/5")));
        proof.close(&c("o=1 e=5 b:0.0=5"))?;
        proof.finish()
    });
    claims(&listing, "1/50", LEAST, &[lower, upper], "-7/10", "-7/10");
}

#[test]
fn audit_over_all_frequencies() {
    let listing = audit().listing();
    let both = "v0:0.0=1/2 v0:0.1=1/2";
    let upper = pieces(
        &listing,
        "1/104",
        "731/416",
        both,
        &[
            ("0", "0.1=1/2 0.2=1/2", "0.0=2-4*u0 0.1=2"),
            ("1/4", "0.0=1/2-1/13*(1-2*u0) 0.1=1/13*(1-2*u0) 0.2=1/2", "0.0=1 0.1=2"),
            ("1/2", "0.0=1/2 0.2=1/2", "0.0=1 0.1=2"),
        ],
    );
    let lower = tight("731/416", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "1/104", q, at("3/8")));
        proof.close(&c("o=1 e=23/4 b:0.0=23/8 b:0.2=23/8 f:0.0=15/4 f:0.1=79/8"))?;
        proof.finish()
    });
    claims(&listing, "1/104", LEAST, &[lower, upper], "731/416", "731/416");
}

#[test]
fn pigou_over_all_tolls() {
    let listing = pigou_latency().listing();
    pieces(
        &listing,
        "5/64",
        "-49/64",
        ONE,
        &[
            ("0", "0.0=1-u0 0.1=u0", "0.0=-1"),
            ("3/8", "0.0=5/8 0.1=3/8", "0.0=-1"),
            ("1/2", "0.0=3/8 0.1=5/8", "0.0=-3/8-u0"),
            ("5/8", "0.0=1-u0 0.1=u0", "0.0=-1"),
        ],
    );
}

/// sup 1 at eps = 0: a segment that starts at wage 1/4, where shirking is an equilibrium too.
#[test]
fn moral_hazard_without_slack() {
    let listing = moral_hazard().listing();
    let lower = tight("5/4-u0", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "0", q, segment("1/4", "5/4")));
        proof.case(0, 0)?;
        proof.close(&c("o=1 m0=u0-5/4"))?;
        proof.close(&c("b:0.1=1 b:0.0=-1 r0=1"))?;
        proof.finish()
    });
    let zero = [("0", "0.0=1", ""), ("1/4", "0.1=1", "0.0=u0-1/4")];
    let upper = pieces(&listing, "0", "1", ONE, &zero);
    claims(&listing, "0", LEAST, &[lower, upper], "1", "1");

    // At the end itself the strict row is missing.
    let mut proof = open(&listing, bound(LEAST, "0", &p("5/4-u0"), at("1/4")));
    proof.case(0, 0).expect("cases");
    proof.close(&c("o=1 m0=u0-5/4")).expect("working");
    assert!(matches!(proof.close(&c("b:0.1=1 b:0.0=-1")), Err(Refusal::Inequality(_))));

    let best = tight("1", 1, |q| {
        let mut proof = open(&listing, reached(GREATEST, "0", q, at("1/4")));
        piece(&mut proof, "0.1=1", "", ONE)?;
        proof.finish()
    });
    let above = tight("1", -1, |q| {
        let mut proof = open(&listing, bound(GREATEST, "0", q, Place::All));
        proof.case(0, 1)?;
        proof.close(&c("o=1"))?;
        proof.derive(at_least("u0-1/4"), &c("b:0.0=1 b:0.1=-1"))?;
        proof.close(&c("o=1 m0=1"))?;
        proof.finish()
    });
    claims(&listing, "0", GREATEST, &[best, above], "1", "1");
}

/// sup (1 - w)^2 as w, the subsidy less 1/2, tends to eps = 1/10: not attained either.
#[test]
fn adoption_with_any_subsidy() {
    let listing = adoption_continuous().listing();
    let above = |q: &Polynomial, multiplier: &str| {
        let statement = bound(LEAST, "1/10", q, segment("3/5", "6/5"));
        let mut proof = open(&listing, statement);
        proof.close(&c(&format!(
            "o=x0 e=3/2-u0 b:0.1=3/2-u0 k0=-(3/2-u0)*(x0-1/2+u0) r0={multiplier}"
        )))?;
        proof.finish()
    };
    let lower = tight("(3/2-u0)^2", 1, |q| above(q, "3/5*(3/2-u0)"));
    assert!(above(&p("(3/2-u0)^2"), "(3/5+1/1000000000)*(3/2-u0)").is_err());
    let upper = pieces(
        &listing,
        "1/10",
        "81/100",
        ONE,
        &[
            ("0", "0.0=1", "0.0=1/10"),
            ("3/5", "0.0=7/10-u0 0.1=3/10+u0", "0.0=2*u0-1/5"),
            ("7/10", "0.1=1", "0.0=1/2+u0"),
        ],
    );
    claims(&listing, "1/10", LEAST, &[lower, upper], "81/100", "81/100");
}

/// sup 15/8 of the audits at eps = 0.
#[test]
fn audit_without_slack() {
    let listing = audit().listing();
    let lower = tight("2-1/2*u0", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "0", q, segment("1/4", "1")));
        proof.case(0, 1)?;
        proof.case(0, 3)?;
        proof.close(&c("o=1 f:0.0=-2 f:0.1=u0-2"))?;
        proof.close(&c("b:0.2=1 b:0.3=-1"))?;
        proof.close(&c("b:0.0=1 b:0.1=-1 r0=3"))?;
        proof.finish()
    });
    let both = "v0:0.0=1/2 v0:0.1=1/2";
    let parts =
        [("0", "0.1=1/2 0.2=1/2", "0.0=2-4*u0 0.1=2"), ("1/4", "0.0=1/2 0.2=1/2", "0.0=1 0.1=2")];
    let upper = pieces(&listing, "0", "15/8", both, &parts);
    claims(&listing, "0", LEAST, &[lower, upper], "15/8", "15/8");
}

/// Wages that are multiples of 1/4: nothing lies between 1/4 and 1/2, and 3/4 is attained.
#[test]
fn moral_hazard_with_few_wages() {
    let listing = moral_hazard_on_a_grid().listing();
    let upper = |q: &Polynomial, value: &str| {
        let mut proof = open(&listing, reached(LEAST, "0", q, Place::All));
        proof.grid(0, n(value))?;
        piece(&mut proof, "0.0=1", "", ONE)?;
        piece(&mut proof, "0.1=1", "0.0=u0-1/4", ONE)?;
        proof.finish()
    };
    let covered = tight("3/4", -1, |q| upper(q, "1/4"));
    assert!(matches!(upper(&p("3/4"), "0"), Err(Refusal::Inequality(_))));
    assert!(matches!(upper(&p("3/4"), "3/8"), Err(Refusal::Step(_))));
    let lower = tight("3/4", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "0", q, at("1/2")));
        proof.close(&c("o=1 e=3 b:0.1=3"))?;
        proof.finish()
    });
    claims(&listing, "0", LEAST, &[lower, covered], "3/4", "3/4");
}

/// The square of two payments as two simplices, each cut on the line where followers are
/// indifferent.
#[test]
fn two_payments_on_simplices() {
    let listing = two_payments().listing();
    let upper = tight("1", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "0", q, Place::All));
        proof.simplices()?;
        for _ in 0..2 {
            proof.cut(0, 2, n("1/2"))?;
            piece(&mut proof, "0.1=1", "0.0=u0+u1-1", ONE)?;
            piece(&mut proof, "0.0=1", "", ONE)?;
        }
        proof.finish()
    });
    let lower = tight("2-u0-u1", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "0", q, segment("1/2 1/2", "1 1")));
        proof.case(0, 0)?;
        proof.close(&c("o=1 m0=u0+u1-2"))?;
        proof.close(&c("b:0.1=1 b:0.0=-1 r0=1"))?;
        proof.finish()
    });
    claims(&listing, "0", LEAST, &[lower, upper], "1", "1");
}

/// An equation between parameters is substituted; without it the product with masses is missing.
#[test]
fn two_payments_on_a_line() {
    let mut game = Game::clone(&two_payments());
    let Decisions::Polytope { ends, grids, .. } = polytope(&[("0", "1"), ("0", "1")], &[]) else {
        unreachable!("a polytope")
    };
    game.decisions = Decisions::Polytope { ends, grids, rows: vec![(true, p("u0+u1-1"))] };
    let listing = game.listing();
    let close = |q: &Polynomial, substituted: bool| {
        let mut proof = open(&listing, bound(GREATEST, "0", q, Place::All));
        if substituted {
            proof.substitute(var("u1"), Name::Constraint(0))?;
        }
        proof.close(&c("o=1 m0=1"))?;
        proof.finish()
    };
    tight("1", -1, |q| close(q, true));
    assert!(close(&p("1"), false).is_err());
    // A constant times the equation does as well where no masses are involved.
    let mut proof = open(&listing, bound(GREATEST, "0", &p("u0+u1"), Place::All));
    proof.derive(at_least("1-u0-u1"), &c("c0=-1")).expect("the equation");
}
