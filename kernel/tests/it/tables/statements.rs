//! open, finish, claim.

use super::{Kind, plain, table};
use crate::models::{adoption, moral_hazard, moral_hazard_on_a_grid, tie};
use crate::state::{GREATEST, LEAST, at, bound, open, proved, reached, segment};
use crate::text::{Terms, at_least, c, fam, n, p};
use smfg_kernel::{Claimed, Listing, Place, Proof, Scope, Statement, Theorem, claim};
use std::sync::Arc;

#[test]
fn opening() {
    let attempt = |listing: &Arc<Listing>, statement: Statement| {
        Proof::open(Arc::clone(listing), statement).map(|_| ())
    };
    let (listing, list) = (plain(), adoption().listing());
    let grid = moral_hazard_on_a_grid().listing();
    let about = |place| bound(LEAST, "0", &p("u0"), place);
    let valued = |value: &str| bound(LEAST, "0", &p(value), Place::All);
    let form = |row| Statement { claimed: Claimed::Form(row), ..valued("0") };
    let pattern = |statement| Statement { pattern: Some(vec![(0, 0)]), ..statement };
    table(vec![
        ("all", Kind::Accept, attempt(&listing, about(Place::All))),
        ("a point", Kind::Accept, attempt(&listing, about(at("1/2")))),
        ("a point outside", Kind::Step, attempt(&listing, about(at("3/2")))),
        ("a point of another size", Kind::Step, attempt(&listing, about(at("1/2 1/2")))),
        ("a number of no list", Kind::Step, attempt(&listing, about(Place::Decision(0)))),
        ("all of a list", Kind::Step, attempt(&list, about(Place::All))),
        ("one of a list", Kind::Accept, attempt(&list, about(Place::Decision(2)))),
        ("none of a list", Kind::Step, attempt(&list, about(Place::Decision(3)))),
        ("a point of a list", Kind::Accept, attempt(&list, about(at("13/20")))),
        ("no point of a list", Kind::Step, attempt(&list, about(at("1/4")))),
        ("a segment of a list", Kind::Step, attempt(&list, about(segment("0", "1/2")))),
        ("a value of the grid", Kind::Accept, attempt(&grid, about(at("3/4")))),
        ("no value of the grid", Kind::Step, attempt(&grid, about(at("1/3")))),
        ("a negative epsilon", Kind::Step, attempt(&listing, bound(LEAST, "-1", &p("0"), at("0")))),
        ("a value of statistics", Kind::Step, attempt(&listing, valued("x0"))),
        ("a value of no parameter", Kind::Step, attempt(&listing, valued("u1"))),
        ("a form", Kind::Accept, attempt(&listing, form(at_least("x0").mass(0, 0, "1")))),
        ("a form with no coordinate", Kind::Step, attempt(&listing, form(at_least("l")))),
        ("a pattern", Kind::Accept, attempt(&listing, pattern(valued("0")))),
        (
            "a pattern of witnesses",
            Kind::Step,
            attempt(&listing, pattern(reached(LEAST, "0", &p("0"), Place::All))),
        ),
        (
            "a pattern with slack",
            Kind::Step,
            attempt(&listing, pattern(bound(LEAST, "1", &p("0"), Place::All))),
        ),
    ]);
}

#[test]
fn finishing() {
    let mut proof = open(&plain(), bound(LEAST, "0", &p("0"), at("1/2")));
    proof.case(0, 0).expect("cases");
    proof.close(&c("o=1")).expect("J0 is at least 0");
    assert_eq!(proof.open_regions(), 1);
    assert!(matches!(proof.finish(), Err(smfg_kernel::Refusal::Step(_))));
}

/// `J0 >= value` at a decision of the tie, for an epsilon.
fn lower(listing: &Arc<Listing>, epsilon: &str, decision: u32, value: &str) -> Theorem {
    let statement = bound(LEAST, epsilon, &p(value), Place::Decision(decision));
    let mut proof = open(listing, statement);
    proof.close(&c("o=1")).expect("a bound");
    proved(proof.finish())
}

/// A population with `J0 <= value` at a decision of the tie.
fn upper(listing: &Arc<Listing>, epsilon: &str, decision: u32, value: &str) -> Theorem {
    let mut proof = open(listing, reached(LEAST, epsilon, &p(value), Place::Decision(decision)));
    proof.play(fam("0.0=1")).expect("a flow");
    proof.ceiling(fam("")).expect("a ceiling");
    proof.close(&c("o=1 v0:0.0=1")).expect("no loss");
    proof.close(&c("o=1")).expect("the reward");
    proved(proof.finish())
}

/// The best of several theorems at each decision, the greatest over decisions.
#[test]
fn claims_cover_their_scope() {
    let listing = tie().listing();
    let all = |epsilon: &str, theorems: &[Theorem]| {
        claim(&listing, &Scope::All, &n(epsilon), LEAST, theorems)
            .map(|claim| (claim.lower().clone(), claim.upper().clone()))
    };
    let low = lower(&listing, "1", 0, "1/2");
    let worse = lower(&listing, "1", 0, "1/4");
    let (first, second) = (upper(&listing, "0", 0, "1/2"), upper(&listing, "0", 1, "1/3"));
    let weak = upper(&listing, "0", 0, "3/4");
    let half = Some((n("1/2"), n("1/2")));
    assert_eq!(all("0", &[low.clone(), first.clone(), second.clone()]), half);
    assert_eq!(all("1/2", &[worse, low.clone(), weak, second.clone(), first.clone()]), half);
    // A side without theorems, or a decision without one.
    assert_eq!(all("0", std::slice::from_ref(&low)), None);
    assert_eq!(all("0", &[first.clone(), second.clone()]), None);
    assert_eq!(all("0", &[low.clone(), first.clone(), first.clone()]), None);
    // A bound at eps = 1 says nothing of larger ones, a population at eps = 0 of all.
    assert_eq!(all("2", &[low.clone(), first.clone(), second.clone()]), None);
    let late = upper(&listing, "1/2", 1, "0");
    assert_eq!(all("1/4", &[low.clone(), first.clone(), late.clone()]), None);
    assert_eq!(all("1/2", &[low.clone(), first.clone(), late]), half);
    assert_eq!(all("-1", &[low.clone(), first.clone(), second.clone()]), None);
    // The other selection.
    assert!(claim(&listing, &Scope::All, &n("0"), GREATEST, &[low, first, second]).is_none());
}

/// A theorem is about the listing that was given, not about one that looks the same.
#[test]
fn claims_are_about_one_listing() {
    let (listing, twin) = (tie().listing(), tie().listing());
    assert_eq!(listing.hash(), twin.hash());
    let theorems = |listing: &Arc<Listing>| {
        [lower(listing, "0", 0, "1/2"), upper(listing, "0", 0, "1/2"), upper(listing, "0", 1, "0")]
    };
    let mixed = [&theorems(&listing)[..1], &theorems(&twin)[1..]].concat();
    assert!(claim(&listing, &Scope::All, &n("0"), LEAST, &theorems(&listing)).is_some());
    assert!(claim(&listing, &Scope::All, &n("0"), LEAST, &mixed).is_none());
    assert!(claim(&twin, &Scope::All, &n("0"), LEAST, &mixed).is_none());
}

/// Scopes of one decision: by its number, by its values, and none for what is no decision.
#[test]
fn claims_about_one_decision() {
    let listing = tie().listing();
    let theorems = [
        lower(&listing, "0", 0, "1/2"),
        upper(&listing, "0", 0, "1/2"),
        lower(&listing, "0", 1, "0"),
        upper(&listing, "0", 1, "0"),
    ];
    let value = |scope: Scope| {
        claim(&listing, &scope, &n("0"), LEAST, &theorems)
            .map(|claim| (claim.lower().clone(), claim.upper().clone()))
    };
    assert_eq!(value(Scope::Decision(0)), Some((n("1/2"), n("1/2"))));
    assert_eq!(value(Scope::Decision(1)), Some((n("0"), n("0"))));
    assert_eq!(value(Scope::Point(vec![n("1")])), Some((n("0"), n("0"))));
    assert_eq!(value(Scope::Decision(2)), None);
    assert_eq!(value(Scope::Point(vec![n("1/2")])), None);
    assert_eq!(value(Scope::Point(vec![])), None);
}

/// Values that depend on the decision are taken where the scope is one; the greatest over all is
/// not looked for.
#[test]
fn values_that_depend_on_the_decision() {
    let listing = moral_hazard().listing();
    let reach = |value: &str| {
        let mut proof = open(&listing, reached(LEAST, "1", &p(value), Place::All));
        proof.play(fam("0.0=1")).expect("a flow");
        proof.ceiling(fam("0.0=1")).expect("a ceiling");
        proof.close(&c("o=1 v0:0.0=1")).expect("a loss of at most 1");
        proof.close(&c("o=1")).expect("no reward");
        proved(proof.finish())
    };
    let low = |place: &str| {
        let mut proof = open(&listing, bound(LEAST, "1", &p("0"), at(place)));
        proof.close(&c("o=1")).expect("a bound");
        proved(proof.finish())
    };
    let value = |scope: Scope, theorems: &[Theorem]| {
        claim(&listing, &scope, &n("1"), LEAST, theorems).map(|claim| claim.upper().clone())
    };
    let point = || Scope::Point(vec![n("1/2")]);
    assert_eq!(value(point(), &[low("1/2"), reach("u0")]), Some(n("1/2")));
    assert_eq!(value(point(), &[low("1/2"), reach("u0"), reach("1/3")]), Some(n("1/3")));
    assert_eq!(value(Scope::All, &[low("1/2"), reach("u0")]), None);
    assert_eq!(value(Scope::All, &[low("1/2"), reach("u0"), reach("2/3")]), Some(n("2/3")));
    assert_eq!(value(point(), &[low("1/4"), reach("1/3")]), None);
    // Theorems about a segment say something of the whole alone, and of its first end there.
    let statement = bound(LEAST, "1", &p("-u0"), segment("1/8", "1/2"));
    let mut proof = open(&listing, statement);
    proof.close(&c("o=1")).expect("a bound");
    let segment = proved(proof.finish());
    let lower = |scope: Scope| {
        claim(&listing, &scope, &n("1"), LEAST, &[segment.clone(), reach("0")])
            .map(|claim| claim.lower().clone())
    };
    assert_eq!(lower(Scope::All), Some(n("-1/8")));
    for point in ["1/8", "1/4", "1/2"] {
        assert_eq!(lower(Scope::Point(vec![n(point)])), None);
    }
}
