//! Given populations: masses and policies, and the masses that a theorem keeps.

use crate::models::{inspection, moral_hazard};
use crate::state::{LEAST, at, open, proved, reached, tight};
use crate::text::{c, fam, n, p, var};
use smfg_kernel::{Place, Refusal};

#[test]
fn inspection_by_a_policy() {
    let listing = inspection().listing();
    tight("-7/10", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "1/50", q, at("3/5")));
        proof.play_policy(fam("0.0=9/10 0.1=1/10"))?;
        proof.ceiling(fam(""))?;
        proof.close(&c("o=1 v0:0.0=1 p:0.1=-1/5 m0=1/50"))?;
        proof.close(&c("o=1 p:0.1=1 m0=-1/10"))?;
        proof.finish()
    });
}

/// A theorem keeps the population where one was given for the whole place.
#[test]
fn witnesses_are_kept() {
    let listing = moral_hazard().listing();
    let masses = fam("0.0=1/10 0.1=9/10");
    let one = || {
        let mut proof = open(&listing, reached(LEAST, "1/100", &p("81/100"), at("7/20")));
        proof.play(masses.clone())?;
        proof.ceiling(fam("0.0=1/10"))?;
        proof.close(&c("o=1 v0:0.0=1"))?;
        proof.close(&c("o=1"))?;
        proof.finish()
    };
    assert_eq!(proved(one()).witness(), Some(&masses));
    let existing = || {
        let mut proof = open(&listing, reached(LEAST, "1/100", &p("1"), at("7/20")));
        proof.exists()?;
        proof.close(&c("o=1 m0=9/10"))?;
        proof.finish()
    };
    assert_eq!(proved(existing()).witness(), None);
    // Two populations for two pieces: none is that of the whole.
    let pieces = || {
        let mut proof = open(&listing, reached(LEAST, "0", &p("1"), Place::All));
        proof.split(var("u0"), n("1/4"))?;
        for (masses, values) in [("0.0=1", ""), ("0.1=1", "0.0=u0-1/4")] {
            proof.play(fam(masses))?;
            proof.ceiling(fam(values))?;
            proof.close(&c("o=1 v0:0.0=1"))?;
            proof.close(&c("o=1"))?;
        }
        proof.finish()
    };
    assert_eq!(proved(pieces()).witness(), None);
}

/// A population that depends on the decision has to be one for every decision of the place.
#[test]
fn populations_of_all_decisions() {
    let listing = moral_hazard().listing();
    let play = |masses: &str| {
        let mut proof = open(&listing, reached(LEAST, "0", &p("1"), Place::All));
        proof.play(fam(masses))
    };
    assert_eq!(play("0.0=1-4/5*u0 0.1=4/5*u0"), Ok(()));
    for wrong in ["0.0=1-u0 0.1=u0", "0.0=1-4/5*u0", "0.0=1-4/5*u0 0.1=4/5*u0+1/1000000000"] {
        assert!(matches!(play(wrong), Err(Refusal::Inequality(_))), "{wrong}");
    }
}
