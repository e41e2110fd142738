//! What a part of a region knows: rows, bounds and forms of one part are gone in the next.

use crate::models::{adoption, moral_hazard};
use crate::state::{LEAST, at, bound, open};
use crate::text::{Terms, at_least, c, fam, n, p, var};
use smfg_kernel::{Place, Proof, Refusal, Variable};

fn divided() -> Proof {
    let listing = moral_hazard().listing();
    let mut proof = open(&listing, bound(LEAST, "1/100", &p("81/100"), at("7/20")));
    proof.derive(at_least("1/100").value(0, 0, "-1").mass(0, 1, "1/10"), &c("e=1")).expect("e");
    proof.divide(&at_least("-1/2").mass(0, 1, "1")).expect("a form");
    proof
}

/// Rows are numbered from those of the parent; the first row of both parts is the dividing one.
#[test]
fn rows_of_a_part_go_with_it() {
    let mut proof = divided();
    proof.derive(at_least("1").mass(0, 0, "1"), &c("")).expect("a row of the first part");
    proof.close(&c("r1=1 r0=10 b:0.1=10")).expect("r0 gives d1 >= 9/10 against d1 < 1/2");
    // The second part: r0 and r1 only.
    assert!(matches!(proof.close(&c("r2=1")), Err(Refusal::Step(_))));
    proof.close(&c("o=1 r0=9 b:0.1=9")).expect("the row of the parent");
    assert_eq!(proof.open_regions(), 0);
    proof.finish().expect("a theorem");
}

#[test]
fn bounds_and_forms_of_a_part_go_with_it() {
    let mut proof = divided();
    proof.ceiling(fam("0.0=1/10")).expect("a ceiling");
    let form = proof.declare(at_least("0").mass(0, 1, "1")).expect("a form");
    assert_eq!(form, Variable::Form(0));
    proof.close(&c("r1=1 r0=10 b:0.1=10")).expect("the first part");
    assert!(matches!(proof.close(&c("v0:0.0=1")), Err(Refusal::Step(_))));
    assert!(matches!(proof.close(&c("j0=1")), Err(Refusal::Step(_))));
    assert!(matches!(proof.close(&c("o=f0")), Err(Refusal::Step(_))));
    assert!(matches!(proof.split(var("f0"), n("0")), Err(Refusal::Step(_))));
    // Numbers are given anew, to other bounds and forms.
    proof.floor(fam("0.0=1/10"), &[vec![1]]).expect("a floor");
    assert_eq!(proof.declare(at_least("0").mass(0, 0, "1")), Ok(Variable::Form(0)));
    proof.close(&c("o=1 e=9 v0:0.0=9 j0=0")).expect("the second part");
    proof.finish().expect("a theorem");
}

/// Ends, unused and optimal pairs of a part are not those of the next one.
#[test]
fn ends_and_cases_of_a_part_go_with_it() {
    let listing = adoption().listing();
    let mut proof = open(&listing, bound(LEAST, "0", &p("17/20"), Place::Decision(2)));
    proof.split(var("x0"), n("1/2")).expect("a split");
    proof.case(0, 0).expect("cases");
    proof.close(&c("k0=-1 m0=-1")).expect("all adopt, yet x <= 1/2");
    proof.close(&c("b:0.1=1 b:0.0=-1")).expect("waiting is not optimal");
    // Now x >= 1/2; waiting may be used.
    let result = proof.close(&c("o=1 k0=-17/20 m0=-17/20"));
    assert!(matches!(result, Err(Refusal::Inequality(_))));
    let result = proof.close(&c("b:0.1=1 b:0.0=-1"));
    assert!(matches!(result, Err(Refusal::Inequality(_))));
    assert_eq!(proof.open_regions(), 1);
}
