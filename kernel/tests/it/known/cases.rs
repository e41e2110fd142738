//! One decision at a time: budgets with ceilings, floors, Bellman rows; cases at epsilon 0; splits.

use super::claims;
use crate::models::{
    adoption, audit, corner, inspection, leader_state, moral_hazard, pigou_latency, tie,
};
use crate::state::{GREATEST, LEAST, at, bound, open, proved, reached, tight};
use crate::text::{Terms, at_least, c, fam, n, p, var};
use smfg_kernel::{Place, Polynomial, Refusal};

/// The safe decision is worth 1/2 whatever the risky one promises.
#[test]
fn tie_at_any_epsilon() {
    let listing = tie().listing();
    for epsilon in ["0", "1/10", "1"] {
        let safe = tight("1/2", 1, |q| {
            let mut proof = open(&listing, bound(LEAST, epsilon, q, Place::Decision(0)));
            proof.close(&c("o=1"))?;
            proof.finish()
        });
        let best = |decision, value| {
            tight(value, -1, |q| {
                let mut proof =
                    open(&listing, reached(LEAST, epsilon, q, Place::Decision(decision)));
                proof.play(fam("0.0=1"))?;
                proof.ceiling(fam(""))?;
                proof.close(&c("o=1 v0:0.0=1"))?;
                proof.close(&c("o=1"))?;
                proof.finish()
            })
        };
        let theorems = [safe, best(0, "1/2"), best(1, "0")];
        claims(&listing, epsilon, LEAST, &theorems, "1/2", "1/2");
    }
}

/// The least share of work at wage 7/20 and eps = 1/100 is 9/10, by a floor or a Bellman row.
#[test]
fn moral_hazard_at_the_best_wage() {
    let listing = moral_hazard().listing();
    let at_wage = |q: &Polynomial| open(&listing, bound(LEAST, "1/100", q, at("7/20")));
    tight("81/100", 1, |q| {
        let mut proof = at_wage(q);
        proof.floor(fam("0.0=1/10"), &[vec![1]])?;
        proof.close(&c("o=1 e=9 v0:0.0=9"))?;
        proof.finish()
    });
    tight("81/100", 1, |q| {
        let mut proof = at_wage(q);
        proof.close(&c("o=1 e=9 b:0.1=9"))?;
        proof.finish()
    });
}

#[test]
fn inspection_at_the_best_frequency() {
    let listing = inspection().listing();
    tight("-7/10", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "1/50", q, at("3/5")));
        proof.close(&c("o=1 e=5 b:0.0=5"))?;
        proof.finish()
    });
}

/// `15/8 - s/4 + 3 eps/4` with `s = sqrt(26 eps) = 1/2`: flow multipliers of two states.
#[test]
fn audit_at_the_best_frequency() {
    let listing = audit().listing();
    let combination = c("o=1 e=23/4 b:0.0=23/8 b:0.2=23/8 f:0.0=15/4 f:0.1=79/8");
    tight("731/416", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "1/104", q, at("3/8")));
        proof.close(&combination)?;
        proof.finish()
    });
}

#[test]
fn leader_state_with_and_without_investment() {
    let listing = leader_state().listing();
    let lower = tight("7/5", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "1/10", q, Place::Decision(1)));
        proof.close(&c("o=1 e=6 b:0.0=6 b:1.1=6"))?;
        proof.finish()
    });
    let worst = |decision, value, population: &str, values: &str| {
        tight(value, -1, |q| {
            let mut proof = open(&listing, reached(LEAST, "1/10", q, Place::Decision(decision)));
            proof.play(fam(population))?;
            proof.ceiling(fam(values))?;
            proof.close(&c("o=1 v0:0.0=1"))?;
            proof.close(&c("o=1"))?;
            proof.finish()
        })
    };
    let invested = worst(1, "7/5", "0.0=1 1.0=1/5 1.1=4/5", "0.0=1/2 1.0=1/2");
    let not = worst(0, "0", "0.0=1 1.0=1", "");
    claims(&listing, "1/10", LEAST, &[lower, invested, not], "7/5", "7/5");
}

/// Waiting is unused, or optimal; the last decision leaves one equilibrium.
#[test]
fn adoption_by_cases() {
    let listing = adoption().listing();
    let lower = tight("17/20", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "0", q, Place::Decision(2)));
        proof.case(0, 0)?;
        proof.close(&c("o=1 k0=-17/20 m0=-17/20"))?;
        proof.close(&c("b:0.1=1 b:0.0=-1"))?;
        proof.finish()
    });
    let population = |sigma, decision, value, pair: &str, values: &str| {
        tight(value, if sigma { -1 } else { 1 }, |q| {
            let mut proof = open(&listing, reached(sigma, "0", q, Place::Decision(decision)));
            proof.play(fam(pair))?;
            proof.ceiling(fam(values))?;
            proof.close(&c("o=1 v0:0.0=1"))?;
            proof.close(&c("o=1"))?;
            proof.finish()
        })
    };
    let theorems = [
        lower,
        population(LEAST, 0, "0", "0.0=1", ""),
        population(LEAST, 1, "0", "0.0=1", ""),
        population(LEAST, 2, "17/20", "0.1=1", "0.0=23/20"),
    ];
    claims(&listing, "0", LEAST, &theorems, "17/20", "17/20");

    let greatest = |decision, value| {
        tight(value, -1, |q| {
            let mut proof = open(&listing, bound(GREATEST, "0", q, Place::Decision(decision)));
            proof.close(&c("o=1"))?;
            proof.finish()
        })
    };
    let theorems = [
        greatest(0, "3/2"),
        greatest(1, "1"),
        greatest(2, "17/20"),
        population(GREATEST, 0, "3/2", "0.1=1", "0.0=1/2"),
    ];
    claims(&listing, "0", GREATEST, &theorems, "3/2", "3/2");
}

/// At eps = 1/10 everyone may play the second action; below, at most a little mass does.
#[test]
fn corner_at_and_below_the_isolated_equilibrium() {
    let listing = corner().listing();
    let safe = tight("-1/2", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "1/10", q, Place::Decision(0)));
        proof.close(&c("o=1"))?;
        proof.finish()
    });
    let population = |epsilon, decision, value, masses: &str, values: &str| {
        tight(value, -1, |q| {
            let mut proof = open(&listing, reached(LEAST, epsilon, q, Place::Decision(decision)));
            proof.play(fam(masses))?;
            proof.ceiling(fam(values))?;
            proof.close(&c("o=1 v0:0.0=1"))?;
            proof.close(&c("o=1"))?;
            proof.finish()
        })
    };
    let at_tenth = [
        safe,
        population("1/10", 0, "-1/2", "0.0=1", "0.0=11/10"),
        population("1/10", 1, "-1", "0.1=1", "0.0=1/10"),
    ];
    claims(&listing, "1/10", LEAST, &at_tenth, "-1/2", "-1/2");

    let risky = tight("-1/20", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "21/400", q, Place::Decision(1)));
        proof.close(&c("o=21/20-x0 e=1 b:0.0=1 k0=11/10-x0 m0=11/10-x0"))?;
        proof.finish()
    });
    let below = [
        risky,
        population("21/400", 0, "-1/2", "0.0=1", "0.0=11/10"),
        population("21/400", 1, "-1/20", "0.0=19/20 0.1=1/20", "0.0=21/20"),
    ];
    claims(&listing, "21/400", LEAST, &below, "-1/20", "-1/20");
    // The population of eps = 1/10 is none of less.
    let refused = {
        let statement = reached(LEAST, "99/1000", &p("-1"), Place::Decision(1));
        let mut proof = open(&listing, statement);
        proof.play(fam("0.1=1")).expect("a flow");
        proof.ceiling(fam("0.0=1/10")).expect("a ceiling");
        proof.close(&c("o=1 v0:0.0=1"))
    };
    assert!(matches!(refused, Err(Refusal::Inequality(_))));
}

/// Where the game is monotone one region does: half of each Bellman row at eps = 0.
#[test]
fn pigou_in_one_region() {
    let listing = pigou_latency().listing();
    tight("-3/4", 1, |q| {
        let mut proof = open(&listing, bound(LEAST, "0", q, at("1/2")));
        proof.close(&c("o=1 e=1 b:0.0=1/2 b:0.1=1/2 k0=x0-1/2 m0=-1"))?;
        proof.finish()
    });
    // |x - 1/2| <= sqrt(eps) as a linear row, with a square.
    let derived = |goal: &str| {
        let mut proof = open(&listing, bound(LEAST, "1/16", &p("0"), at("1/2")));
        let combination = c("e=2 b:0.0=1 b:0.1=1 k0=2*(x0-1/2) m0=-2 s=2;x0-3/4");
        proof.derive(at_least(goal), &combination)
    };
    assert_eq!(derived("3/4-x0"), Ok(()));
    assert!(matches!(derived("3/4-1/1000000000-x0"), Err(Refusal::Inequality(_))));
}

/// `-3/4 - (sqrt(1/4 + 4 eps)/2 - 1/4)^2 = -49/64` at eps = 5/64: two parts, with multipliers that
/// are polynomials.
#[test]
fn pigou_in_two_parts() {
    let listing = pigou_latency().listing();
    let statement = |q: &Polynomial| bound(LEAST, "5/64", q, at("1/2"));
    let below = c("o=9/8-x0 e=5/8-x0 b:0.0=5/8-x0 k0=(5/8-x0)*(x0-1/2) m0=x0-5/8");
    let above = c("o=x0+1/8 e=x0-3/8 b:0.1=x0-3/8 k0=(x0-3/8)*(x0-1/2) m0=3/8-x0");
    tight("-49/64", 1, |q| {
        let mut proof = open(&listing, statement(q));
        proof.split(var("x0"), n("1/2"))?;
        proof.close(&below)?;
        proof.close(&above)?;
        proof.finish()
    });
    // The same by the sign of a form, and with a row of regrets in the second part.
    tight("-49/64", 1, |q| {
        let mut proof = open(&listing, statement(q));
        proof.divide(&at_least("x0-1/2"))?;
        proof.derive(at_least("1/2-x0"), &c("r0=1"))?;
        proof.close(&below)?;
        proof.derive(at_least("1").value(0, 0, "1"), &c("b:0.1=1"))?;
        proof.regret(&[(0, 0, 0)])?;
        proof.close(&c("o=x0+1/8 e=x0-3/8 r1=x0-3/8 k0=(x0-3/8)*(x0-1/2)"))?;
        proof.finish()
    });
}

/// The value is at most -1 where x >= 1/2, whichever link is optimal.
#[test]
fn pigou_over_a_site() {
    let listing = pigou_latency().listing();
    let derived = |constant: &str| {
        let mut proof = open(&listing, bound(LEAST, "0", &p("0"), at("1/2")));
        proof.split(var("x0"), n("1/2")).expect("a split");
        proof.close(&c("o=1")).expect_err("not empty");
        let goal = at_least(constant).value(0, 0, "-1");
        let over = |proof: &mut smfg_kernel::Proof| {
            proof.derive_over((0, 0), goal.clone(), &[c("b:0.0=-1"), c("b:0.1=-1")])
        };
        // Not in the part where x <= 1/2 ...
        assert!(matches!(over(&mut proof), Err(Refusal::Inequality(_))));
        proof.derive(at_least("x0-1/2"), &c("")).expect_err("not on this side");
        // ... which a statement about x >= 1/2 does not have.
        let mut proof = open(&listing, bound(LEAST, "0", &p("0"), at("1/2")));
        proof.divide(&at_least("1/2-x0")).expect("a division");
        proof.derive(at_least("x0-1/2"), &c("r0=1")).expect("the end");
        over(&mut proof)
    };
    assert_eq!(derived("-1"), Ok(()));
    assert!(matches!(derived("-1-1/1000000000"), Err(Refusal::Inequality(_))));
}

/// A theorem about one selection, epsilon or decision says nothing about the others.
#[test]
fn claims_do_not_mix() {
    let listing = adoption().listing();
    let make = |statement| {
        let mut proof = open(&listing, statement);
        proof.close(&c("o=1")).expect("a bound");
        proved(proof.finish())
    };
    let upper = make(bound(GREATEST, "0", &p("3/2"), Place::Decision(0)));
    let claim = |pessimistic| {
        let scope = smfg_kernel::Scope::Decision(0);
        smfg_kernel::claim(&listing, &scope, &n("0"), pessimistic, std::slice::from_ref(&upper))
    };
    assert!(claim(LEAST).is_none() && claim(GREATEST).is_none());
}
