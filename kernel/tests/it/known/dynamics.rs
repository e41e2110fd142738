//! Several stages: dynamics that depend on the population, paths of Bellman rows, policies.

use super::claims;
use crate::models::{epidemic, left_right};
use crate::state::{GREATEST, LEAST, at, bound, open, reached, tight};
use crate::text::{c, equal, fam, n, p, var};
use smfg_kernel::{Claimed, Name, Place, Polynomial, Proof, Refusal, Statement};

/// V_0 = 1/5: Bellman rows of a flow whose multipliers have degree 1 at the second stage.
#[test]
fn epidemic_without_slack() {
    let listing = epidemic().listing();
    let lower = tight("1/5", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "0", q, at("3/5")));
        proof.close(&c("o=1 e=1 b:0.0=1/2 b:0.1=1/2 b:1.0=1-2/5*x0 b:1.1=2/5*x0 k0=2/5 k1=1"))?;
        proof.finish()
    });
    let upper = tight("1/5", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "0", q, Place::All));
        proof.split(var("u0"), n("1/5"))?;
        proof.play(fam("0.0=1 1.0=1/5 1.1=4/5"))?;
        proof.ceiling(fam("0.0=1/5-u0 0.1=-1 1.1=-1"))?;
        proof.close(&c("o=1 v0:0.0=1"))?;
        proof.close(&c("o=1"))?;
        let first = "0.0=5/4*(1-u0) 0.1=5/4*u0-1/4";
        let second = "1.0=1-5/4*(1-u0)^2 1.1=5/4*(1-u0)^2";
        proof.play(fam(&format!("{first} {second}")))?;
        proof.ceiling(fam("0.1=-1 1.1=-1"))?;
        proof.close(&c("o=1 v0:0.0=1"))?;
        proof.close(&c("o=1"))?;
        proof.finish()
    });
    claims(&listing, "0", LEAST, &[lower, upper], "1/5", "1/5");
}

/// At eps = 1/16 and tax 3/5 the worst masses outside are 3/8 and 5/8: floors on two parts, flow
/// multipliers for the infected.
#[test]
fn epidemic_with_floors() {
    let listing = epidemic().listing();
    let lower = tight("3/16", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "1/16", q, at("3/5")));
        proof.split(var("x0"), n("1/2"))?;
        proof.floor(fam("0.0=2/5-4/5*x0 0.1=-1 1.1=-1"), &[vec![0, 2], vec![0, 1]])?;
        proof.close(&c(
            "o=9/10-4/5*x0 e=1/2-4/5*x0 v0:0.0=1/2-4/5*x0 k1=9/10-4/5*x0 f:1.1=2/5 f:0.1=2/5 \
             k0=13/25-16/25*x0",
        ))?;
        proof.floor(fam("0.1=-1 1.1=-1"), &[vec![1, 2], vec![0, 1]])?;
        proof.close(&c(
            "o=4/5*x0+1/10 e=4/5*x0-3/10 v0:0.0=4/5*x0-3/10 k1=4/5*x0+1/10 f:1.1=2/5 f:0.1=2/5 \
             k0=1/5",
        ))?;
        proof.finish()
    });
    assert_eq!(lower.value(), Some(n("3/16")));
    tight("3/16", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "1/16", q, at("3/5")));
        proof.play(fam("0.0=3/8 0.1=5/8 1.0=71/80 1.1=9/80"))?;
        proof.ceiling(fam("0.0=1/10 0.1=-1 1.1=-1"))?;
        proof.close(&c("o=1 v0:0.0=1"))?;
        proof.close(&c("o=1"))?;
        proof.finish()
    });
}

/// The same population as a policy: statistics are pinned stage by stage in both parts.
#[test]
fn epidemic_by_a_policy() {
    let listing = epidemic().listing();
    let pin = |proof: &mut Proof| {
        proof.derive(equal("x0-3/8"), &c("k0=-1 p:0.0=1 f:0.0=-3/8"))?;
        proof.derive(equal("x1-9/80"), &c("k1=-1 f:1.1=-1 f:0.1=-1 k0=3/10"))
    };
    tight("3/16", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "1/16", q, at("3/5")));
        proof.play_policy(fam("0.0=3/8 0.1=5/8 0.2=1 1.0=1 1.1=1"))?;
        pin(&mut proof)?;
        proof.ceiling(fam("0.0=1/10 0.1=-1 1.1=-1"))?;
        proof.close(&c("o=1 v0:0.0=1 k0=2/5 k1=-1"))?;
        pin(&mut proof)?;
        proof.close(&c("o=1 k0=-4/5"))?;
        proof.finish()
    });
}

/// `x1 = 4/5 x0^2`, and this times `x0` with a flow multiplier of degree 1.
#[test]
fn infections_are_a_function_of_those_outside() {
    let listing = epidemic().listing();
    let mut proof = open(&listing, bound(LEAST, "0", &p("0"), at("3/5")));
    let powers = c("k1=-1 f:1.1=-1 f:0.1=-1 k0=4/5*x0");
    proof.derive(equal("x1-4/5*x0^2"), &powers).expect("the flow");
    let powers = c("k1=-x0 f:1.1=-x0 f:0.1=-x0 k0=4/5*x0^2");
    proof.derive(equal("x0*x1-4/5*x0^3"), &powers).expect("the flow times x0");
    for wrong in ["x1-4/5*x0^2-1/1000000000", "x1-(4/5-1/1000000000)*x0^2"] {
        let powers = c("k1=-1 f:1.1=-1 f:0.1=-1 k0=4/5*x0");
        let result = proof.derive(equal(wrong), &powers);
        assert!(matches!(result, Err(Refusal::Inequality(_))), "{wrong}");
    }
    proof.substitute(var("x1"), Name::Row(0)).expect("an equation for x1");
    proof.derive(equal("x1-4/5*x0^2"), &c("")).expect("the same by substitution");
}

/// The least mass on the left at eps = 1/4 is 1/2, the greatest at eps = 5/12 is 5/6.
#[test]
fn left_right_range() {
    let listing = left_right().listing();
    let flows = "f:1.1=-x0 f:1.2=-2+2*x0 f:0.0=-2+2*x0 k0=3*x0-2";
    let range = |sigma, epsilon, q: &Polynomial, path: &str| {
        let mut proof = open(&listing, bound(sigma, epsilon, q, Place::Decision(0)));
        proof.close(&c(&format!("e=1 {path} {flows}")))?;
        proof.finish()
    };
    let left = "o=7/2-3*x0 b:0.0=1 b:1.1=1";
    let right = "o=3*x0+1/2 b:0.1=1 b:1.2=1";
    let least = tight("1/2", 1, |q| range(LEAST, "1/4", q, left));
    let greatest = tight("5/6", -1, |q| range(GREATEST, "5/12", q, right));
    let population = |sigma, epsilon, value, masses: &str, values: &str| {
        tight(value, if sigma { -1 } else { 1 }, |q| {
            let mut proof = open(&listing, reached(sigma, epsilon, q, Place::Decision(0)));
            proof.play(fam(masses))?;
            proof.ceiling(fam(values))?;
            proof.close(&c("o=1 v0:0.0=1"))?;
            proof.close(&c("o=1"))?;
            proof.finish()
        })
    };
    let half = "0.0=1/2 0.1=1/2 1.1=1/2 1.2=1/2";
    let low = population(LEAST, "1/4", "1/2", half, "0.0=-1/2 1.1=-1/2 1.2=-1");
    claims(&listing, "1/4", LEAST, &[least, low], "1/2", "1/2");
    let sixths = "0.0=5/6 0.1=1/6 1.1=5/6 1.2=1/6";
    let high = population(GREATEST, "5/12", "5/6", sixths, "0.0=-1/3 1.1=-5/6 1.2=-1/3");
    claims(&listing, "5/12", GREATEST, &[greatest, high], "5/6", "5/6");
}

/// The least mass as a row that holds at every eps-equilibrium.
#[test]
fn left_right_as_a_form() {
    let listing = left_right().listing();
    let flows = "f:1.1=-x0 f:1.2=-2+2*x0 f:0.0=-2+2*x0 k0=3*x0-2";
    tight("1/2", 1, |q| {
        let mut row = equal("x0");
        row.sense = smfg_kernel::Sense::AtLeast;
        row.constant = row.constant.plus(q, &n("-1"));
        let statement = Statement {
            claimed: Claimed::Form(row),
            pessimistic: true,
            epsilon: n("1/4"),
            place: Place::Decision(0),
            pattern: None,
        };
        let mut proof = open(&listing, statement);
        proof.close(&c(&format!("o=7/2-3*x0 e=1 b:0.0=1 b:1.1=1 {flows}")))?;
        proof.finish()
    });
}
