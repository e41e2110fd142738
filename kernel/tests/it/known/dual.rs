//! Witnesses by the duality of linear programmes, with an optimal pair chosen or its indicator.

use crate::game::Game;
use crate::models::{audit, moral_hazard};
use crate::state::{LEAST, at, open, reached, tight};
use crate::text::{c, fam, n, var};
use smfg_kernel::{Listing, Name, Place};
use std::sync::Arc;

/// All wages without a population: (1 - g) eps/g of a dual solution, g the wage less 1/4.
#[test]
fn moral_hazard_by_choosing() {
    by_choosing(&moral_hazard().listing());
}

/// The same where what those who work give is said by the payoff, of their mass.
#[test]
fn moral_hazard_by_a_linear_payoff() {
    let decisions = crate::game::polytope(&[("0", "5/4")], &[]);
    let pairs = [("0", "0"), ("u0-1/4", "0")];
    let game = Game::one_site(decisions, &pairs, "(5/4-u0)*x0").statistic(0, &[(1, "1")]);
    by_choosing(&game.listing());
}

fn by_choosing(listing: &Arc<Listing>) {
    tight("16/25", -1, |q| {
        let mut proof = open(listing, reached(LEAST, "1/25", q, Place::All));
        proof.scale()?;
        proof.choose((0, 0))?;
        proof.close(&c("o=1 y:0.0=1"))?;
        proof.split(var("u0"), n("29/100"))?;
        proof.close(&c("o=1 y:0.0=1 b:0.1=-l"))?;
        proof.close(&c("o=u0-1/4 y:0.0=1/25 y:0.1=u0-29/100 b:0.1=-1/25*l"))?;
        proof.finish()
    });
}

/// At eps = 0 in one region: indicators of the optimal pair, one of them substituted.
#[test]
fn moral_hazard_by_indicators() {
    let listing = moral_hazard().listing();
    tight("1", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "0", q, Place::All));
        proof.scale()?;
        proof.choice((0, 0))?;
        proof.substitute(var("c1"), Name::Row(0))?;
        proof.close(&c("o=1 r2=1 r4=1 b:0.0=c1 r3=-1"))?;
        proof.finish()
    });
}

/// One decision: the multiplier of the worst population, which is the dual rows' combination.
#[test]
fn audit_by_duality() {
    let listing = audit().listing();
    tight("731/416", -1, |q| {
        let mut proof = open(&listing, reached(LEAST, "1/104", q, at("3/8")));
        proof.scale()?;
        proof.ceiling(fam("0.0=1 0.1=2"))?;
        // 1/52 of the low income lies.
        let weights = "y:0.0=25/52 y:0.1=1/52 y:0.2=1/2";
        proof.close(&c(&format!("o=1 {weights} v0:0.0=1/2*l v0:0.1=1/2*l")))?;
        proof.finish()
    });
}
