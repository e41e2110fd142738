//! Witnesses without a population: an equilibrium exists, in general or in a box.

use crate::models::{adoption, epidemic};
use crate::state::{GREATEST, LEAST, open, reached, tight};
use crate::text::{c, n, p};
use smfg_kernel::{Place, Refusal};

/// What holds at every equilibrium is reached, as one exists.
#[test]
fn adoption_has_an_equilibrium() {
    let listing = adoption().listing();
    tight("17/20", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "0", q, Place::Decision(2)));
        proof.exists()?;
        proof.close(&c("o=1"))?;
        proof.finish()
    });
    tight("17/20", 1, |q| {
        let mut proof = open(&listing, reached(GREATEST, "0", q, Place::Decision(2)));
        proof.exists()?;
        proof.case(0, 0)?;
        proof.close(&c("o=1 k0=-17/20 m0=-17/20"))?;
        proof.close(&c("b:0.1=1 b:0.0=-1"))?;
        proof.finish()
    });
}

/// The unstable equilibrium x = 1/2 without a subsidy, worth 3/4, between the faces x = 1/4 and
/// x = 3/4, at which the best response leaves the box. With `A = 1` the faces do not close.
#[test]
fn adoption_has_an_unstable_equilibrium() {
    let listing = adoption().listing();
    let ends = [(n("1/4"), n("3/4"))];
    let attempt = |sigma: bool, q: &smfg_kernel::Polynomial, matrix: &str| {
        let mut proof = open(&listing, reached(sigma, "0", q, Place::Decision(0)));
        proof.exists_in(&ends, &[vec![n(matrix)]])?;
        // In the box both pairs are used, so both are optimal and x = 1/2.
        proof.case(0, 0)?;
        proof.close(&c("k0=-1 m0=-1"))?;
        proof.case(0, 1)?;
        proof.close(&c("k0=1"))?;
        let sign = if sigma { "" } else { "-" };
        proof.close(&c(&format!("o=1 b:0.0={sign}(-3/2) b:0.1={sign}(3/2)")))?;
        proof.close(&c("o=1 e=4 b:0.0=4"))?;
        proof.close(&c("o=1 e=4 b:0.1=4"))?;
        proof.finish()
    };
    tight("3/4", -1, |q| attempt(LEAST, q, "-1"));
    tight("3/4", 1, |q| attempt(GREATEST, q, "-1"));
    assert!(matches!(attempt(LEAST, &p("3/4"), "1"), Err(Refusal::Inequality(_))));
    assert!(matches!(attempt(LEAST, &p("3/4"), "0"), Err(Refusal::Step(_))));
}

/// Dynamics: everyone at home or out is no equilibrium of the epidemic at tax 3/5, and every
/// equilibrium has J0 >= 1/5; so one with J0 >= 1/5 exists.
#[test]
fn epidemic_has_an_equilibrium() {
    let listing = epidemic().listing();
    tight("1/5", 1, |q| {
        let mut proof = open(&listing, reached(GREATEST, "0", q, crate::state::at("3/5")));
        proof.exists()?;
        proof.close(&c("o=1 e=1 b:0.0=1/2 b:0.1=1/2 b:1.0=1-2/5*x0 b:1.1=2/5*x0 k0=2/5 k1=1"))?;
        proof.finish()
    });
}
