//! The leader's values where followers play selected pairs, and pairs that are passed over.

use crate::game::Game;
use crate::models::moral_hazard;
use crate::state::{LEAST, bound, open, reached, tight};
use crate::text::{at_least, c, fam, n, p, var};
use smfg_kernel::{Listing, Place, Proof, Refusal, Row, Side};
use std::sync::Arc;

/// `w - y` at the first site.
fn lead() -> Row {
    let mut row = at_least("0");
    row.value.push((Side::Leader, 0, 0, p("1")));
    row.value.push((Side::Dual, 0, 0, p("-1")));
    row
}

/// At eps = 0 the leader gets at most 5/4 less the wage from those who work, which nobody does at
/// wages below 1/4: `y <= w <= 1`.
#[test]
fn moral_hazard_by_selection() {
    let listing = moral_hazard().listing();
    tight("1", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "0", q, Place::All));
        proof.scale()?;
        let own = |pair: u32| c(&format!("w:0.{pair}=1 y:0.{pair}=1 b:0.{pair}=-l"));
        proof.derive_over((0, 0), lead(), &[own(0), own(1)])?;
        proof.split(var("u0"), n("1/4"))?;
        proof.prefer(0, 0, 1, &c("b:0.1=-1"))?;
        proof.lead_bound(fam(""), false)?;
        proof.close(&c("o=1 r0=1 v0:0.0=1"))?;
        proof.lead_bound(fam("0.0=1"), false)?;
        proof.close(&c("o=1 r0=1 v0:0.0=1"))?;
        proof.finish()
    });
}

/// Followers may also idle, which costs them 1/10 and would be worth 9 to the leader.
fn with_idlers() -> Arc<Listing> {
    let decisions = crate::game::polytope(&[("0", "5/4")], &[]);
    let pairs = [("0", "0"), ("u0-1/4", "5/4-u0"), ("-1/10", "9")];
    Game::one_site(decisions, &pairs, "0").listing()
}

#[test]
fn nobody_idles() {
    let listing = with_idlers();
    tight("16/25", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "1/25", q, Place::All));
        proof.scale()?;
        proof.prefer(0, 0, 2, &c("b:0.2=-1"))?;
        proof.choose((0, 0))?;
        assert_eq!(proof.open_regions(), 2);
        proof.close(&c("o=1 y:0.0=1"))?;
        proof.split(var("u0"), n("29/100"))?;
        proof.close(&c("o=1 y:0.0=1 b:0.1=-l"))?;
        proof.close(&c("o=u0-1/4 y:0.0=1/25 y:0.1=u0-29/100 b:0.1=-1/25*l"))?;
        proof.finish()
    });
}

/// A dual region of the game with idlers.
fn dual() -> Proof {
    let mut proof = open(&with_idlers(), reached(LEAST, "0", &p("1"), Place::All));
    proof.scale().expect("no population");
    proof
}

#[test]
fn what_is_not_shown_is_refused() {
    let inequality = |result: Result<(), Refusal>| matches!(result, Err(Refusal::Inequality(_)));
    let step = |result: Result<(), Refusal>| matches!(result, Err(Refusal::Step(_)));
    // Work is better than shirking at some wages, worse at others.
    assert!(inequality(dual().prefer(0, 0, 1, &c("b:0.1=-1"))));
    assert!(inequality(dual().prefer(0, 1, 0, &c("b:0.0=-1"))));
    // Only where the pair passed over is optimal has it no regret.
    assert!(inequality(dual().prefer(0, 0, 2, &c("b:0.1=-1"))));
    assert!(step(dual().prefer(0, 0, 0, &c(""))) && step(dual().prefer(0, 0, 3, &c(""))));
    assert!(step(dual().prefer(1, 0, 1, &c(""))));
    // One that is passed over stands for no other, nor does any once a pair is selected.
    let mut proof = dual();
    proof.prefer(0, 0, 2, &c("b:0.2=-1")).expect("never best");
    assert!(step(proof.prefer(0, 2, 0, &c("b:0.0=-1"))));
    proof.choose((0, 0)).expect("values");
    assert!(step(proof.prefer(0, 1, 0, &c("b:0.0=-1"))));
    // A row of the leader's values needs a selected pair, and a region that has them.
    let mut row = at_least("1");
    row.value.push((Side::Leader, 0, 0, p("-1")));
    assert!(step(dual().derive(row.clone(), &c("w:0.0=-1"))));
    let mut proof = dual();
    proof.choose((0, 0)).expect("values");
    assert!(step(proof.derive(row.clone(), &c("w:0.1=-1"))));
    proof.derive(row.clone(), &c("w:0.0=-1")).expect("those who shirk give nothing");
    // Some pair gives 9, another nothing.
    assert!(inequality(dual().lead_bound(fam("0.0=8"), false)));
    assert!(inequality(dual().lead_bound(fam("0.0=1/10"), true)));
    dual().lead_bound(fam("0.0=9"), false).expect("the greatest reward");
    dual().lead_bound(fam(""), true).expect("the least");
    let mut equilibria = open(&with_idlers(), reached(LEAST, "0", &p("1"), Place::All));
    equilibria.exists().expect("no population");
    assert!(step(equilibria.lead_bound(fam("0.0=9"), false)));
    assert!(step(equilibria.derive(row, &c("w:0.0=-1"))));
}

/// Followers are indifferent, one action gives the leader 0, the other 1. Were points told apart by
/// the leader's value at 1/2, each part could pass over the action whose value lies in it, and both
/// would be empty.
#[test]
fn no_division_by_what_depends_on_the_selection() {
    let pairs = [("0", "0"), ("0", "1")];
    let listing = Game::one_site(crate::game::list(&["0"]), &pairs, "0").listing();
    let mut proof = open(&listing, reached(LEAST, "0", &p("-1"), Place::Decision(0)));
    proof.scale().expect("no population");
    let mut row = at_least("-1/2");
    row.value.push((Side::Leader, 0, 0, p("1")));
    assert!(matches!(proof.divide(&row), Err(Refusal::Step(_))));
    assert!(matches!(proof.declare(row), Err(Refusal::Step(_))));
    proof.prefer(0, 0, 1, &c("b:0.1=-1")).expect("indifferent");
}

/// Of two optimal pairs one that earns no more than the ceiling is enough, whichever it is.
#[test]
fn ceilings_by_any_optimal_pair() {
    let pairs = [("x0", "0"), ("1/2", "0")];
    let game = Game::one_site(crate::game::list(&["0"]), &pairs, "0").statistic(0, &[(0, "1")]);
    let mut proof = open(&game.listing(), bound(LEAST, "0", &p("0"), Place::Decision(0)));
    let half = || fam("0.0=1/2");
    assert!(matches!(proof.ceiling(half()), Err(Refusal::Inequality(_))));
    proof.choose((0, 0)).expect("values");
    proof.choose((0, 0)).expect("values");
    assert!(matches!(proof.ceiling(half()), Err(Refusal::Inequality(_))));
    proof.close(&c("o=1")).expect("nothing is below 0");
    proof.ceiling(half()).expect("the second pair is optimal, too");
    assert!(matches!(proof.ceiling(fam("0.0=1/4")), Err(Refusal::Inequality(_))));
}
