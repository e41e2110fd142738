//! Which pairs equilibria use.

use crate::models::adoption;
use crate::state::{GREATEST, LEAST, bound, open, tight};
use crate::text::{c, n};
use smfg_kernel::{Claimed, Place, Polynomial, Refusal, Statement};

fn patterns(decision: u32, patterns: &[&[(u32, u32)]]) -> Statement {
    let patterns = patterns.iter().map(|pattern| pattern.to_vec()).collect();
    Statement {
        claimed: Claimed::Patterns(patterns),
        pessimistic: true,
        epsilon: n("0"),
        place: Place::Decision(decision),
        pattern: None,
    }
}

/// With the last decision everyone adopts.
#[test]
fn one_pattern() {
    let listing = adoption().listing();
    let mut proof = open(&listing, patterns(2, &[&[(0, 1)]]));
    proof.case(0, 0).expect("cases");
    proof.case(0, 1).expect("cases");
    assert!(matches!(proof.within(0), Err(Refusal::Step(_))));
    proof.close(&c("m0=-1")).expect("someone does something");
    proof.within(0).expect("adopting alone");
    assert!(matches!(proof.within(0), Err(Refusal::Step(_))));
    proof.close(&c("b:0.1=1 b:0.0=-1")).expect("waiting is not optimal");
    proof.finish().expect("a theorem");
}

/// Without a subsidy there are three; a list without one of them is not complete.
#[test]
fn three_patterns() {
    let listing = adoption().listing();
    let all: [&[(u32, u32)]; 3] = [&[(0, 1)], &[(0, 0)], &[(0, 0), (0, 1)]];
    let attempt = |list: &[&[(u32, u32)]]| {
        let mut proof = open(&listing, patterns(0, list));
        proof.case(0, 0)?;
        proof.case(0, 1)?;
        proof.close(&c("m0=-1"))?;
        proof.within(0)?;
        proof.case(0, 1)?;
        proof.within(1)?;
        proof.within(2)?;
        proof.finish()
    };
    attempt(&all).expect("a theorem");
    assert!(matches!(attempt(&all[..2]), Err(Refusal::Step(_))));
    let swapped: [&[(u32, u32)]; 3] = [all[1], all[0], all[2]];
    assert!(matches!(attempt(&swapped), Err(Refusal::Step(_))));
}

/// The equilibrium that uses both pairs is x = 1/2, worth 3/4 without a subsidy.
#[test]
fn value_on_a_pattern() {
    let listing = adoption().listing();
    let attempt = |sigma: bool, q: &Polynomial| {
        let mut statement = bound(sigma, "0", q, Place::Decision(0));
        statement.pattern = Some(vec![(0, 0), (0, 1)]);
        let mut proof = open(&listing, statement);
        let (wait, adopt) = if sigma { ("3/2", "-3/2") } else { ("-3/2", "3/2") };
        proof.close(&c(&format!("o=1 b:0.0={wait} b:0.1={adopt}")))?;
        proof.finish()
    };
    let theorem = tight("3/4", 1, |q| attempt(LEAST, q));
    tight("3/4", -1, |q| attempt(GREATEST, q));
    // It says nothing of the value, which other equilibria count for.
    let scope = smfg_kernel::Scope::Decision(0);
    assert!(smfg_kernel::claim(&listing, &scope, &n("0"), LEAST, &[theorem]).is_none());
}
