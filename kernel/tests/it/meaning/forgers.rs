//! Proofs whose numbers are moved as far as the kernel accepts them: the strongest value that it
//! accepts with these steps is found by halving, and is no stronger than the truth.

use super::alter;
use super::campaign::{Counts, count, each_game, run, script, setting};
use super::step::Script;
use super::world::World;
use crate::random::Random;
use smfg_kernel::{Claimed, Listing, Polynomial, Proof, Rational};
use std::sync::Arc;

fn accepts(listing: &Arc<Listing>, script: &Script) -> bool {
    let opened = Proof::open(Arc::clone(listing), script.statement.clone());
    let Ok(mut proof) = opened else { return false };
    script.steps.iter().all(|step| step.take(&mut proof).is_ok()) && proof.finish().is_ok()
}

/// The largest of 40 halvings of `most` by which a script may be moved; `None` where none is
/// accepted.
fn farthest(
    listing: &Arc<Listing>,
    most: &Rational,
    moved: impl Fn(&Rational) -> Script,
) -> Option<(Rational, Script)> {
    let mut found = None;
    let (mut low, mut high) = (Rational::ZERO, most.clone());
    for _ in 0..12 {
        let middle = (&low + &high) / Rational::from(2);
        let script = moved(&middle);
        if accepts(listing, &script) {
            found = Some((middle.clone(), script));
            low = middle;
        } else {
            high = middle;
        }
    }
    found
}

/// The script with its claim stronger by some amount.
fn stronger(script: &Script, by: &Rational) -> Script {
    let mut script = script.clone();
    let sigma = if script.statement.pessimistic { Rational::ONE } else { Rational::NEG_ONE };
    let shift = |value: &Polynomial, sign: &Rational| {
        value.clone().plus(&Polynomial::constant(by * sign), &Rational::ONE)
    };
    let claimed = match &script.statement.claimed {
        Claimed::Bound(value) => Claimed::Bound(shift(value, &sigma)),
        Claimed::Reached(value) => Claimed::Reached(shift(value, &-&sigma)),
        Claimed::Below(value) => Claimed::Below(shift(value, &-&sigma)),
        other => other.clone(),
    };
    script.statement.claimed = claimed;
    script
}

/// Numbers of the steps are moved as far as they may be, in turn with the claim.
fn forge(listing: &Arc<Listing>, script: &Script, random: &mut Random) -> (Script, bool) {
    let (mut forged, mut gained) = (script.clone(), false);
    let places = alter::count(&mut forged.steps);
    for _ in 0..4 {
        let claim = farthest(listing, &Rational::from(4), |by| stronger(&forged, by));
        if let Some((_, script)) = claim {
            (forged, gained) = (script, true);
        }
        if places == 0 {
            break;
        }
        let (place, sign) = (random.below(places), Rational::from(1 - 2 * random.below(2) as i32));
        let moved = |by: &Rational| {
            let mut script = forged.clone();
            alter::change(&mut script.steps, place, |value| value + by * &sign);
            script
        };
        if let Some((_, script)) = farthest(listing, &Rational::from(2), moved) {
            forged = script;
        }
    }
    (forged, gained)
}

#[test]
fn strongest_values() {
    let cases = setting("KERNEL_CASES", 20_000) / 80;
    let mut counts = Counts::new();
    each_game(cases, |world: &World, listing, random| {
        let Some((name, script)) = script(world, listing, random) else { return 0 };
        // One step is changed first, or none: what is refused then has no strongest value.
        let start = match random.once_in(2) {
            true => alter::altered(&script, world, random),
            false => script,
        };
        if !accepts(listing, &start) {
            count(&mut counts, "refused");
            return 1;
        }
        let (forged, gained) = forge(listing, &start, random);
        count(&mut counts, name);
        if gained {
            count(&mut counts, "stronger than stated");
        }
        let result = run(world, listing, &forged, true, false, random, &mut counts);
        assert_eq!(result, Ok(()), "{name}: {forged:?}");
        1
    });
    println!("{counts:#?}");
}
