//! Values that no decision reaches.

use crate::models::moral_hazard;
use crate::state::{LEAST, at, bound, little, open, proved, reached, segment};
use crate::text::{at_least, c, fam, n, p, var};
use smfg_kernel::{
    Claimed, Listing, Place, Polynomial, Proof, Refusal, Scope, Statement, Theorem, claim,
};
use std::sync::Arc;

/// At every wage some equilibrium gives the leader less than `value`: above 1/4 all work for their
/// wage, up to 1/4 nobody has to.
fn below(listing: &Arc<Listing>, value: &Polynomial) -> Result<Theorem, Refusal> {
    let claimed = Claimed::Below(value.clone());
    let statement = Statement { claimed, ..reached(LEAST, "0", value, Place::All) };
    let mut proof = open(listing, statement);
    proof.split(var("u0"), n("1/4"))?;
    let nobody = |proof: &mut Proof| {
        proof.play(fam("0.0=1"))?;
        proof.ceiling(fam(""))?;
        proof.close(&c("o=1 v0:0.0=1"))?;
        proof.close(&c("o=1"))
    };
    nobody(&mut proof)?;
    proof.divide(&at_least("1/4-u0"))?;
    proof.play(fam("0.1=1"))?;
    proof.ceiling(fam("0.0=u0-1/4"))?;
    proof.close(&c("o=1 v0:0.0=1"))?;
    proof.close(&c("o=1 r0=1"))?;
    nobody(&mut proof)?;
    proof.finish()
}

#[test]
fn a_supremum_that_is_not_reached() {
    let listing = moral_hazard().listing();
    let less = p("1").plus(&Polynomial::constant(little()), &n("-1"));
    assert!(matches!(below(&listing, &less), Err(Refusal::Inequality(_))));
    let strict = proved(below(&listing, &p("1")));
    // 5/4 less the wage, on the wages between 1/4 and 1/2 but for the first.
    let mut proof = open(&listing, bound(LEAST, "0", &p("5/4-u0"), segment("1/4", "1/2")));
    proof.case(0, 0).expect("epsilon 0");
    proof.close(&c("o=1 f:0.0=u0-5/4")).expect("all work");
    proof.close(&c("b:0.1=1 b:0.0=-1 r0=1/4")).expect("shirking is not optimal");
    let near = proved(proof.finish());
    let conclude =
        |theorems: &[Theorem]| claim(&listing, &Scope::All, &n("0"), true, theorems).expect("both");
    let shown = conclude(&[strict.clone(), near.clone()]);
    assert_eq!((shown.lower(), shown.upper(), shown.missed()), (&n("1"), &n("1"), true));
    assert!(shown.to_string().contains(" 1 1 missed all"), "{shown}");
    assert!(shown.weakened(&n("0"), &n("2")).expect("weaker").missed());
    // A larger epsilon keeps it, a smaller one has no theorem.
    assert!(
        claim(&listing, &Scope::All, &n("-1"), true, &[strict.clone(), near.clone()]).is_none()
    );
}

/// What is reached somewhere is not missed.
#[test]
fn a_value_that_is_reached() {
    let listing = moral_hazard().listing();
    // At the wage 1/2 all work, for 3/4.
    let steps = |claimed: Claimed| {
        let statement = Statement { claimed, ..reached(LEAST, "0", &p("3/4"), at("1/2")) };
        let mut proof = open(&listing, statement);
        proof.play(fam("0.1=1"))?;
        proof.ceiling(fam("0.0=1/4"))?;
        proof.close(&c("o=1 v0:0.0=1"))?;
        proof.close(&c("o=1"))?;
        proof.finish()
    };
    assert!(matches!(steps(Claimed::Below(p("3/4"))), Err(Refusal::Inequality(_))));
    let reached = proved(steps(Claimed::Reached(p("3/4"))));
    let over = proved(steps(Claimed::Below(p("4/5"))));
    let mut proof = open(&listing, bound(LEAST, "0", &p("3/4"), at("1/2")));
    proof.case(0, 0).expect("epsilon 0");
    proof.close(&c("o=1 f:0.0=-3/4")).expect("all work");
    proof.close(&c("b:0.1=1 b:0.0=-1")).expect("shirking is not optimal");
    let bound = proved(proof.finish());
    let scope = Scope::Point(vec![n("1/2")]);
    let both = [bound, reached, over];
    let missed = |theorems: &[Theorem]| {
        let shown = claim(&listing, &scope, &n("0"), true, theorems).expect("both sides");
        (shown.upper().clone(), shown.missed())
    };
    assert_eq!(missed(&both), (n("3/4"), false));
    assert_eq!(missed(&[both[0].clone(), both[2].clone()]), (n("4/5"), true));
}
