//! ceiling and floor.

use super::{Kind, equilibria, everywhere, of_each_kind, table};
use crate::models::epidemic;
use crate::state::{LEAST, bound, open};
use crate::text::{c, fam, n, var};
use smfg_kernel::{Place, Proof, Refusal};

// At u0 = 1/2: v_1 = (1, 0), v_0 = (1, 1): 0 + 1 against 1/2 + 1/2, and 1 + 0 against 1/2.
const VALUES: &str = "0.0=1 0.1=1 1.0=1";
const BEST: [[u32; 2]; 2] = [[0, 2], [0, 2]];

fn choices(rows: &[[u32; 2]]) -> Vec<Vec<u32>> {
    rows.iter().map(|row| row.to_vec()).collect()
}

#[test]
fn ceiling() {
    let fresh = |values: &str| equilibria("0").ceiling(fam(values));
    let after = |steps: &dyn Fn(&mut Proof) -> Result<(), Refusal>, values: &str| {
        let mut proof = equilibria("0");
        steps(&mut proof).expect("steps");
        proof.ceiling(fam(values))
    };
    let decisions = of_each_kind().remove(0).ceiling(fam(VALUES));
    table(vec![
        ("the values", Kind::Accept, fresh(VALUES)),
        ("above them", Kind::Accept, fresh("0.0=2 0.1=3/2 1.0=3/2 1.1=1/4")),
        ("below at stage 0", Kind::Inequality, fresh("0.0=999/1000 0.1=1 1.0=1")),
        ("below at stage 1", Kind::Inequality, fresh("0.0=1 0.1=1 1.0=999/1000")),
        ("above later, not before", Kind::Inequality, fresh("0.0=1 0.1=1 1.0=1001/1000")),
        (
            "an optimal pair is enough",
            Kind::Accept,
            after(
                &|proof| {
                    proof.choose((1, 0))?;
                    proof.close(&c("o=1"))
                },
                "0.0=3/4 0.1=1 1.0=1/2",
            ),
        ),
        (
            "unless it is another",
            Kind::Inequality,
            after(&|proof| proof.choose((1, 0)), "0.0=3/4 0.1=1 1.0=1/2"),
        ),
        ("no stage", Kind::Step, fresh("0.0=1 0.1=1 1.0=1 2.0=1")),
        ("no state", Kind::Step, fresh("0.0=1 0.1=1 1.0=1 1.2=1")),
        ("a coordinate that there is not", Kind::Step, fresh("0.0=1+l 0.1=1 1.0=1")),
        ("no values", Kind::Step, decisions),
        (
            "over all decisions",
            Kind::Accept,
            everywhere("0").ceiling(fam("0.0=3/2+u0 0.1=2 1.0=1")),
        ),
        ("not over all", Kind::Inequality, everywhere("0").ceiling(fam(VALUES))),
    ]);
}

#[test]
fn floor() {
    let fresh =
        |values: &str, rows: &[[u32; 2]]| equilibria("0").floor(fam(values), &choices(rows));
    let short = equilibria("0").floor(fam(VALUES), &[vec![0], vec![0, 2]]);
    table(vec![
        ("the values", Kind::Accept, fresh(VALUES, &BEST)),
        ("below them", Kind::Accept, fresh("0.0=-1/2 0.1=-1/2 1.1=-1", &BEST)),
        ("above at stage 0", Kind::Inequality, fresh("0.0=1001/1000 0.1=1 1.0=1", &BEST)),
        ("above at stage 1", Kind::Inequality, fresh("0.0=1 0.1=1 1.0=1001/1000", &BEST)),
        ("a worse pair", Kind::Inequality, fresh(VALUES, &[[0, 2], [1, 2]])),
        ("an equal pair", Kind::Accept, fresh(VALUES, &[[1, 2], [0, 2]])),
        ("a pair of the other state", Kind::Step, fresh(VALUES, &[[2, 2], [0, 2]])),
        ("a stage too few", Kind::Step, fresh(VALUES, &BEST[..1])),
        ("a state too few", Kind::Step, short),
    ]);
}

/// With dynamics the probabilities have to be at least 0 where values are bounded.
#[test]
fn probabilities_at_least_zero() {
    let mut game = epidemic();
    // The infection takes place with probability 2 x: too much above x = 1/2.
    game.stages[0][0].to = vec![(0, crate::text::p("1-2*x0")), (1, crate::text::p("2*x0"))];
    let listing = game.listing();
    let part = |lower: bool| {
        let mut proof = open(&listing, bound(LEAST, "0", &crate::text::p("-1"), Place::All));
        proof.split(var("x0"), n("1/2")).expect("a split");
        if !lower {
            proof.close(&c("o=1 k1=1 m1=1")).expect("J0 is at least -1");
        }
        proof.ceiling(fam("0.0=1"))
    };
    let whole =
        open(&listing, bound(LEAST, "0", &crate::text::p("-1"), Place::All)).ceiling(fam("0.0=1"));
    table(vec![
        ("where they are", Kind::Accept, part(true)),
        ("where they are not", Kind::Inequality, part(false)),
        ("over all", Kind::Inequality, whole),
    ]);
}
