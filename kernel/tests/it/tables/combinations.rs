//! Which rows which region has.

use super::{KINDS, Kind, of_each_kind, table};
use crate::state::{GREATEST, bound, open};
use crate::text::{Terms, at_least, c, p};
use smfg_kernel::{Combination, Row, Side};

/// Requires that `0 >= 0` follows with a combination, `A`, or is refused as a step, in each kind.
fn in_each_kind(name: &str, row: &Row, combination: &Combination, expected: &str) {
    let mut proofs = of_each_kind();
    let rows = proofs.iter_mut().zip(expected.chars()).zip(KINDS).map(|((proof, c), kind)| {
        let expected = if c == 'A' { Kind::Accept } else { Kind::Step };
        (kind, expected, proof.derive(row.clone(), combination))
    });
    println!("{name}");
    table(rows.collect());
}

#[test]
fn rows_of_each_kind() {
    // Decisions, equilibria, masses, policy, responses, dual.
    for (item, expected) in [
        ("e=0", "SASSAS"),
        ("o=0", "SAAAAA"),
        ("m0=0", "SAAAAS"),
        ("m2=0", "SSSSSS"),
        ("k0=0", "SAAASS"),
        ("k2=0", "SSSSSS"),
        ("j0=0", "SSSSSS"),
        ("c0=0", "AAAAAA"),
        ("c1=0", "SSSSSS"),
        ("r0=0", "SSSSSS"),
        ("<u0=0", "AAAAAA"),
        (">u0=0", "AAAAAA"),
        ("<l=0", "SSSSSA"),
        (">l=0", "SSSSSS"),
        ("<a0=0", "SSSSSS"),
        ("f:0.0=0", "SAAAAS"),
        ("b:0.0=0", "SAAAAA"),
        ("p:0.0=0", "SSSASS"),
        ("y:0.0=0", "SSSSSA"),
        ("v0:0.0=0", "SSSSSS"),
        ("s=1;1/2*u0", "AAAAAA"),
        ("s=1;x0", "SAAAAS"),
        ("s=0;l", "SSSSSA"),
    ] {
        in_each_kind(item, &at_least("1"), &c(item), expected);
    }
    let mass = at_least("0").mass(0, 0, "1");
    in_each_kind("the square of a mass", &mass, &c("s:0.0=1;u0"), "SAAAAS");
    in_each_kind("no pair", &at_least("1"), &c("s:0.9=1;u0"), "SSSSSS");
}

#[test]
fn terms_of_each_kind() {
    let dual = {
        let mut row = at_least("0");
        row.value.push((Side::Dual, 0, 0, p("0")));
        row
    };
    for (name, row, expected) in [
        ("mass", at_least("0").mass(0, 0, "1"), "SAAAAS"),
        ("value", at_least("0").value(0, 0, "0"), "SAAAAA"),
        ("dual value", dual, "SSSSSA"),
        ("loss", at_least("2").loss("0"), "AAAAAA"),
        ("statistic", at_least("2-x0"), "SAAAAS"),
        ("multiplier", at_least("l"), "SSSSSA"),
        ("parameter", at_least("1-u0"), "AAAAAA"),
        ("form", at_least("1-f0"), "SSSSSS"),
        ("choice", at_least("1-c0"), "SSSSSS"),
        ("share", at_least("1-a0"), "SSSSSS"),
    ] {
        in_each_kind(name, &row, &c(""), expected);
    }
}

/// Signs: multipliers of inequalities are at least 0 on the region, those of equations are any.
#[test]
fn signs_of_multipliers() {
    let optimal = |item: &str| {
        let mut proof = super::equilibria("0");
        proof.case(0, 0).expect("cases");
        proof.derive(at_least("1"), &c(item))
    };
    let mut second = super::equilibria("0");
    second.choose((0, 0)).expect("choices");
    let with_bound = |item: &str| {
        let mut proof = super::equilibria("0");
        proof.ceiling(crate::text::fam("0.0=20 0.1=20 1.0=9 1.1=9")).expect("a ceiling");
        proof.derive(at_least("100"), &c(item))
    };
    let fresh = |item: &str| super::equilibria("1").derive(at_least("100"), &c(item));
    let dual = |item: &str| of_each_kind().remove(5).derive(at_least("100"), &c(item));
    table(vec![
        ("negative budget", Kind::Inequality, fresh("e=-1")),
        ("negative objective", Kind::Inequality, fresh("o=-1")),
        ("budget of either sign", Kind::Inequality, fresh("e=x0-1/2")),
        ("negative mass equation", Kind::Accept, fresh("m0=-1 f:0.0=1 f:0.1=1")),
        ("negative link", Kind::Accept, fresh("k0=-1")),
        ("negative constraint", Kind::Inequality, fresh("c0=-1")),
        ("negative lower end", Kind::Inequality, fresh("<x0=-1")),
        ("negative upper end", Kind::Inequality, fresh(">x0=-1")),
        ("negative flow", Kind::Inequality, fresh("f:0.0=-200 f:0.1=200")),
        ("negative Bellman row", Kind::Inequality, fresh("b:0.0=-1")),
        ("Bellman row of either sign", Kind::Inequality, fresh("b:0.0=x0-1/2")),
        ("negative Bellman row of an unused pair", Kind::Inequality, optimal("b:0.0=-1")),
        ("values are left", Kind::Inequality, fresh("b:0.0=1")),
        (
            "an optimal pair",
            Kind::Accept,
            second.derive(at_least("1").value(0, 0, "-1").value(1, 0, "1"), &c("b:0.0=-1")),
        ),
        (
            "another pair of its site",
            Kind::Inequality,
            second.derive(at_least("1").value(0, 0, "-1").value(1, 0, "1"), &c("b:0.1=-1")),
        ),
        ("negative bound", Kind::Inequality, with_bound("v0:0.0=-1")),
        ("bound of values that are left", Kind::Inequality, with_bound("v0:0.0=1")),
        ("negative square", Kind::Inequality, fresh("s=-1;x0")),
        ("square of either sign", Kind::Inequality, fresh("s=x0-1/2;x0")),
        ("negative dual row", Kind::Inequality, dual("y:0.0=-1")),
        ("dual row of either sign", Kind::Inequality, dual("y:0.0=l-1")),
        ("a degree above the limit", Kind::Limit, fresh("o=x0^64")),
        ("a product above the limit", Kind::Limit, fresh("s=1;x0^33")),
    ]);
}

/// Families name each monomial once, and entries that there are.
#[test]
fn families_fit() {
    let listing = super::plain();
    let attempt = |family: smfg_kernel::Family| {
        let mut proof = open(&listing, bound(GREATEST, "0", &p("0"), crate::state::at("1/2")));
        let combination = Combination { flow: family, ..Combination::default() };
        proof.derive(at_least("100").mass(0, 0, "9").mass(0, 1, "9"), &combination)
    };
    let good = crate::text::fam("0.0=1");
    let mut doubled = good.clone();
    let columns = doubled.get_mut(&0).expect("a stage");
    let again = columns[0].clone();
    columns.push(again);
    let column = |support: Option<Vec<u32>>, values: Vec<i64>| {
        let coefficients = std::sync::Arc::new(smfg_kernel::Scaled::from_small(values, 1));
        let column = smfg_kernel::Column { support, coefficients };
        let one = smfg_kernel::Monomial::one();
        smfg_kernel::Family::from([(0, vec![(one, std::sync::Arc::new(column))])])
    };
    table(vec![
        ("one entry", Kind::Accept, attempt(good)),
        ("dense", Kind::Accept, attempt(column(None, vec![1, 0]))),
        ("dense, too short", Kind::Step, attempt(column(None, vec![1]))),
        ("dense, too long", Kind::Step, attempt(column(None, vec![1, 0, 0]))),
        ("support out of order", Kind::Step, attempt(column(Some(vec![1, 0]), vec![0, 1]))),
        ("an entry twice", Kind::Step, attempt(column(Some(vec![0, 0]), vec![1, 1]))),
        ("more entries than values", Kind::Step, attempt(column(Some(vec![0, 1]), vec![1]))),
        ("an entry that there is not", Kind::Step, attempt(column(Some(vec![2]), vec![1]))),
        ("a monomial twice", Kind::Step, attempt(doubled)),
        ("a stage that there is not", Kind::Step, attempt(crate::text::fam("2.0=1"))),
        ("a coordinate that there is not", Kind::Step, attempt(crate::text::fam("0.0=l"))),
    ]);
}
