//! derive, derive_over, close, close_empty, declare, substitute, regret.

use super::{Kind, equilibria, everywhere, of_each_kind, table};
use crate::text::{Terms, at_least, c, equal, n, p, var};
use smfg_kernel::{Name, Proof, Row, Sense};

#[test]
fn derive() {
    let fresh = |row: Row, item: &str| equilibria("0").derive(row, &c(item));
    let above = Row::of(Sense::Above, p("1"));
    table(vec![
        ("what holds on the box", Kind::Accept, fresh(at_least("x0-x0^2"), "")),
        ("what does not", Kind::Inequality, fresh(at_least("x0-1/2"), "")),
        ("a mass", Kind::Accept, fresh(at_least("0").mass(0, 0, "x0"), "")),
        ("minus a mass", Kind::Inequality, fresh(at_least("1").mass(0, 0, "-1"), "")),
        ("the stage's mass", Kind::Accept, fresh(at_least("1").mass(0, 0, "-1"), "m0=1")),
        ("a value without rows", Kind::Inequality, fresh(at_least("9").value(0, 0, "1"), "")),
        ("a value of zero", Kind::Accept, fresh(at_least("9").value(0, 0, "x0-x0"), "")),
        (
            "an equation",
            Kind::Accept,
            fresh(
                equal("1").mass(0, 0, "-1").mass(0, 1, "-1").mass(0, 2, "-1").mass(0, 3, "-1"),
                "m0=1",
            ),
        ),
        ("an equation with masses left", Kind::Inequality, fresh(equal("1"), "m0=1")),
        ("an equation by inequalities", Kind::Inequality, fresh(equal("x0"), "<x0=1")),
        ("an equation by a square", Kind::Inequality, fresh(equal("x0^2"), "s=1;x0")),
        ("an equation that is none", Kind::Inequality, fresh(equal("1/2-x0"), "")),
        ("a strict row", Kind::Step, fresh(above, "")),
        ("a pinned coordinate", Kind::Accept, fresh(equal("u0-1/2"), "")),
    ]);
}

/// A row about one coordinate moves its end, where it is the tighter one.
#[test]
fn ends_move_inwards() {
    let mut proof = equilibria("0");
    proof.derive(at_least("3-2*x0"), &c("")).expect("a weaker end");
    proof.derive(at_least("1-x0"), &c("")).expect("the end of before");
    proof.derive(at_least("2/3-x0"), &c("m0=1 k0=1 f:0.0=-1 f:0.1=-1")).expect_err("1/2");
    proof.derive(at_least("1/2-x0"), &c("k0=1 f:0.0=1")).expect("the mass of state 0");
    proof.derive(at_least("1/4-x0^2"), &c("")).expect("the new end");
    assert!(matches!(proof.close(&c("r0=1")), Err(smfg_kernel::Refusal::Inequality(_))));
    // Only what is not about one coordinate alone is a row.
    assert!(matches!(proof.close(&c("r1=1")), Err(smfg_kernel::Refusal::Step(_))));
    proof.close_empty().expect_err("the ends have not passed each other");
}

#[test]
fn close() {
    let closing = |epsilon: &str, item: &str| equilibria(epsilon).close(&c(item));
    let empty = |item: &str| {
        let mut proof = equilibria("0");
        proof.split(var("x0"), n("1/2"))?;
        proof.derive(at_least("x0-x0-1+2*x0"), &c(item))
    };
    let strict = |multiplier: &str| {
        let mut proof = everywhere("0");
        proof.divide(&at_least("1/2-u0").mass(0, 0, "0"))?;
        proof.derive(equal("u0-u0^2"), &c("")).ok();
        proof.close(&c(&format!("r0={multiplier}")))
    };
    let mut finished = equilibria("0");
    let objective = c("o=1");
    table(vec![
        ("nothing", Kind::Inequality, closing("0", "")),
        ("equations alone", Kind::Inequality, closing("0", "m0=0 k0=0")),
        ("a strict row is enough", Kind::Accept, finished.close(&objective)),
        ("no region is left", Kind::Step, finished.close(&objective)),
        ("a strict row without weight", Kind::Inequality, closing("0", "o=0")),
        ("a strict row whose weight may vanish", Kind::Inequality, closing("0", "o=x0")),
        ("a form's strict row that may hold", Kind::Inequality, strict("1")),
        ("an end that is not derived", Kind::Inequality, empty("")),
    ]);
    finished.finish().expect("J0 is at least 0");
}

#[test]
fn close_empty() {
    let passed = |upper: &str, lower: &str| {
        let mut proof = equilibria("0");
        proof.split(var("x0"), n(upper))?;
        proof.split(var("x0"), n(lower))?;
        // The upper part of the lower part.
        proof.close(&c("o=1"))?;
        proof.close_empty()
    };
    table(vec![
        ("no ends have passed", Kind::Step, equilibria("0").close_empty()),
        ("the ends meet", Kind::Step, passed("1/2", "1/2")),
        ("the ends have passed", Kind::Accept, passed("1/4", "1/2")),
        ("the ends have not passed", Kind::Step, passed("1/2", "1/4")),
    ]);
}

#[test]
fn derive_over() {
    let over = |site, row: Row, items: &[&str]| {
        let items: Vec<_> = items.iter().map(|item| c(item)).collect();
        equilibria("0").derive_over(site, row, &items)
    };
    // At stage 1 and u0 = 1/2 the pairs of state 0 are worth 1 and 1/2.
    let value = |constant: &str| at_least(constant).value(1, 0, "-1");
    let both = ["b:1.0=-1", "b:1.1=-1"];
    let decisions = || of_each_kind().remove(0).derive_over((1, 0), at_least("1"), &[c(""), c("")]);
    table(vec![
        ("its greatest pair", Kind::Accept, over((1, 0), value("1"), &both)),
        ("below it", Kind::Inequality, over((1, 0), value("999/1000"), &both)),
        ("one combination too few", Kind::Step, over((1, 0), value("1"), &both[..1])),
        ("the other order", Kind::Inequality, over((1, 0), value("1"), &["b:1.1=-1", "b:1.0=-1"])),
        ("another site", Kind::Inequality, over((0, 0), value("1"), &both)),
        ("no site", Kind::Step, over((2, 0), value("1"), &both)),
        ("no state", Kind::Step, over((1, 2), value("1"), &both)),
        ("no values", Kind::Step, decisions()),
    ]);
}

#[test]
fn declare() {
    let declare = |row: Row| equilibria("0").declare(row).map(|_| ());
    let in_decisions = |row: Row| of_each_kind().remove(0).declare(row).map(|_| ());
    table(vec![
        (
            "masses, values, loss, reward",
            Kind::Accept,
            declare(at_least("x0").mass(0, 0, "x0").value(0, 0, "1").loss("1").reward("1")),
        ),
        ("the form itself", Kind::Step, declare(at_least("f0"))),
        ("a form of parameters", Kind::Accept, in_decisions(at_least("u0^2"))),
        ("masses of decisions", Kind::Step, in_decisions(at_least("0").mass(0, 0, "1"))),
        ("the reward at decisions", Kind::Step, in_decisions(at_least("0").reward("1"))),
    ]);
    // A form that has no ends cannot bound anything, until it has.
    let mut proof = equilibria("0");
    proof.declare(at_least("0").mass(0, 0, "1").mass(0, 1, "1")).expect("a form");
    table(vec![
        ("no ends", Kind::Step, proof.derive(at_least("1-f0-f0^2"), &c(""))),
        ("its upper end", Kind::Accept, proof.derive(at_least("1/2-f0"), &c("j0=1 f:0.0=1"))),
        ("no lower end", Kind::Step, proof.derive(at_least("1-f0-f0^2"), &c(""))),
        ("a wrong end", Kind::Inequality, proof.derive(at_least("f0-3/4"), &c("j0=-1 f:0.0=-1"))),
        ("its lower end", Kind::Accept, proof.derive(at_least("f0-1/2"), &c("j0=-1 f:0.0=-1"))),
        ("both", Kind::Accept, proof.derive(at_least("3/4-f0-f0^2"), &c(""))),
        ("beyond", Kind::Inequality, proof.derive(at_least("f0^2-1/3"), &c(""))),
    ]);
}

#[test]
fn substitute() {
    let with = |prepare: &dyn Fn(&mut Proof), variable: &str, name: Name| {
        let mut proof = equilibria("0");
        prepare(&mut proof);
        proof.substitute(var(variable), name)
    };
    let none = |_: &mut Proof| ();
    let form = |proof: &mut Proof| {
        proof.declare(at_least("x0^2")).expect("a form");
    };
    let mass = |proof: &mut Proof| {
        proof.declare(at_least("0").mass(0, 0, "1")).expect("a form");
    };
    let inequality = |proof: &mut Proof| {
        proof.derive(at_least("x0+x1"), &c("")).expect("a row");
    };
    let twice = |proof: &mut Proof| {
        form(proof);
        proof.substitute(var("f0"), Name::Form(0)).expect("once");
    };
    let quadratic = |proof: &mut Proof| {
        form(proof);
        proof.declare(at_least("x0+x0^2")).expect("a form");
    };
    let mut line = crate::models::two_payments();
    line.decisions = match crate::game::polytope(&[("0", "1"), ("0", "1")], &[]) {
        smfg_kernel::Decisions::Polytope { ends, grids, .. } => {
            let rows = vec![(true, p("u0+u1-1")), (false, p("u0"))];
            smfg_kernel::Decisions::Polytope { ends, grids, rows }
        }
        list @ smfg_kernel::Decisions::List(_) => list,
    };
    let line = line.listing();
    let on_the_line = |variable: &str, number| {
        let statement = crate::state::bound(true, "0", &p("0"), smfg_kernel::Place::All);
        crate::state::open(&line, statement).substitute(var(variable), Name::Constraint(number))
    };
    let segment = {
        let place = crate::state::segment("1 0", "0 1");
        let mut proof = crate::state::open(&line, crate::state::bound(true, "0", &p("0"), place));
        proof.substitute(var("u0"), Name::Constraint(0))
    };
    table(vec![
        ("a form", Kind::Accept, with(&form, "f0", Name::Form(0))),
        ("a form of masses", Kind::Step, with(&mass, "f0", Name::Form(0))),
        ("no form", Kind::Step, with(&none, "f0", Name::Form(0))),
        ("an inequality", Kind::Step, with(&inequality, "x0", Name::Row(0))),
        ("no row", Kind::Step, with(&none, "x0", Name::Row(0))),
        ("the budget", Kind::Step, with(&none, "x0", Name::Budget)),
        ("twice", Kind::Step, with(&twice, "f0", Name::Form(0))),
        ("a square of the coordinate", Kind::Step, with(&form, "x0", Name::Form(0))),
        ("the coordinate and its square", Kind::Step, with(&quadratic, "x0", Name::Form(1))),
        ("a coordinate that does not occur", Kind::Step, with(&form, "x1", Name::Form(0))),
        ("an equation of decisions", Kind::Accept, on_the_line("u1", 0)),
        ("an inequality of decisions", Kind::Step, on_the_line("u0", 1)),
        ("no row of decisions", Kind::Step, on_the_line("u0", 2)),
        ("a parameter of a segment", Kind::Step, segment),
    ]);
}

#[test]
fn regret() {
    // z of the second pair of state 0 at stage 1 is at least 1/2 where u0 = 1/2.
    let with = |row: Row, item: &str, list: &[(u32, u32, u32)]| {
        let mut proof = equilibria("0");
        proof.derive(row, &c(item)).expect("a row");
        proof.regret(list)
    };
    let row = || at_least("-1").value(1, 0, "1");
    let item = "b:1.0=1";
    let equation = equal("0").value(1, 0, "0");
    let decisions = of_each_kind().remove(0).regret(&[]);
    let dual = of_each_kind().remove(5).regret(&[]);
    table(vec![
        ("none", Kind::Accept, equilibria("0").regret(&[])),
        ("one", Kind::Accept, with(row(), item, &[(1, 1, 0)])),
        ("a pair twice", Kind::Step, with(row(), item, &[(1, 1, 0), (1, 1, 0)])),
        (
            "a row for two pairs of a state",
            Kind::Accept,
            with(row(), item, &[(1, 1, 0), (1, 0, 0)]),
        ),
        ("a pair of another state", Kind::Step, with(row(), item, &[(1, 2, 0)])),
        ("a pair of another stage", Kind::Step, with(row(), item, &[(0, 1, 0)])),
        ("no pair", Kind::Step, with(row(), item, &[(1, 3, 0)])),
        ("no row", Kind::Step, with(row(), item, &[(1, 1, 1)])),
        (
            "twice the row",
            Kind::Step,
            with(at_least("-2").value(1, 0, "2"), "b:1.0=2", &[(1, 1, 0)]),
        ),
        ("a row with masses", Kind::Step, with(row().mass(0, 0, "1"), item, &[(1, 1, 0)])),
        ("an equation", Kind::Step, with(equation, "", &[(1, 1, 0)])),
        ("no masses", Kind::Step, decisions),
        ("no masses of duals", Kind::Step, dual),
    ]);
}

/// The row of regrets says what it should: at u0 = 1/2 a loss of 1/2 per mass of the pair.
#[test]
fn regrets_are_those_of_the_rows() {
    let mut proof = equilibria("1/8");
    proof.derive(at_least("-1").value(1, 0, "1"), &c("b:1.0=1")).expect("a row");
    proof.regret(&[(1, 1, 0)]).expect("regrets");
    let mass = |most: &str| at_least(most).mass(1, 1, "-1");
    table(vec![
        ("a quarter", Kind::Accept, proof.derive(mass("1/4"), &c("e=2 r1=2"))),
        ("less", Kind::Inequality, proof.derive(mass("249/1000"), &c("e=2 r1=2"))),
        ("without the row", Kind::Inequality, proof.derive(mass("1/4"), &c("e=2"))),
    ]);
}

/// At u0 = 1/2 the policy that plays the first pairs loses nothing: every pair in use needs a row,
/// and these say so.
#[test]
fn excess() {
    let proof = || {
        let mut proof = of_each_kind().remove(3);
        let rows = [
            (at_least("1").value(1, 0, "-1"), (1, 0), vec!["b:1.0=-1", "b:1.1=-1"]),
            (at_least("0").value(1, 1, "-1"), (1, 1), vec!["b:1.2=-1"]),
            (
                at_least("0").value(0, 0, "-1").value(1, 0, "1"),
                (0, 0),
                vec!["b:0.0=-1", "b:0.1=-1 b:1.0=1/2 r1=1/2"],
            ),
            (
                at_least("1").value(0, 1, "-1").value(1, 1, "1"),
                (0, 1),
                vec!["b:0.2=-1", "b:0.3=-1 b:1.2=1/2 r0=1/2"],
            ),
        ];
        for (row, site, parts) in rows {
            let parts: Vec<_> = parts.into_iter().map(c).collect();
            proof.derive_over(site, row, &parts).expect("a row");
        }
        proof
    };
    let list = [(0, 0, 2), (0, 2, 3), (1, 0, 0), (1, 2, 1)];
    let closed = |list: &[(u32, u32, u32)]| {
        let mut proof = proof();
        proof.excess(list)?;
        proof.close(&c("o=1 r4=1"))
    };
    let unused = |extra: &[(u32, u32, u32)]| closed(&[&list, extra].concat());
    let sides = {
        let mut proof = equilibria("0");
        proof.derive(at_least("-1").value(1, 0, "1"), &c("b:1.0=1")).expect("a row");
        proof.excess(&[(1, 1, 0)])
    };
    table(vec![
        ("all that are played", Kind::Accept, closed(&list)),
        ("one is missing", Kind::Step, closed(&list[..3])),
        ("none", Kind::Step, closed(&[])),
        ("a row of another pair", Kind::Step, unused(&[(1, 1, 1)])),
        ("the row of a pair twice", Kind::Step, unused(&[(1, 0, 0)])),
        ("a bound from below", Kind::Step, sides),
        ("the wrong kind of sum", Kind::Step, proof().regret(&list)),
        ("no masses", Kind::Step, of_each_kind().remove(0).excess(&[])),
    ]);
}
