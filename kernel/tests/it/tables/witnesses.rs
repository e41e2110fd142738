//! play, play_policy, exists, exists_in, scale.

use super::{Kind, plain, table};
use crate::models::{adoption, epidemic};
use crate::state::{LEAST, at, bound, open, reached};
use crate::text::{fam, n, p};
use smfg_kernel::{Place, Proof};

fn fresh() -> Proof {
    open(&plain(), reached(LEAST, "0", &p("0"), at("1/2")))
}

fn everywhere() -> Proof {
    open(&plain(), reached(LEAST, "0", &p("0"), Place::All))
}

#[test]
fn play() {
    let play = |masses: &str| fresh().play(fam(masses));
    let all = |masses: &str| everywhere().play(fam(masses));
    let equilibria = open(&plain(), bound(LEAST, "0", &p("0"), at("1/2"))).play(fam(""));
    table(vec![
        ("a flow", Kind::Accept, play("0.0=1/2 0.3=1/2 1.0=1/4 1.1=1/2 1.2=1/4")),
        ("too much at stage 0", Kind::Inequality, play("0.0=3/4 0.3=1/2 1.0=1/2 1.1=1/2 1.2=1/4")),
        ("too little at stage 1", Kind::Inequality, play("0.0=1/2 0.3=1/2 1.0=1/4 1.1=1/2")),
        ("in another state", Kind::Inequality, play("0.0=1/2 0.3=1/2 1.0=1/4 1.1=1/4 1.2=1/2")),
        ("a negative mass", Kind::Inequality, play("0.0=3/4 0.1=-1/4 0.3=1/2 1.0=7/8 1.2=1/8")),
        ("no masses", Kind::Inequality, play("")),
        ("no pair", Kind::Step, play("0.0=1/2 0.4=1/2 1.0=1")),
        ("no stage", Kind::Step, play("0.0=1/2 0.3=1/2 1.0=3/4 1.2=1/4 2.0=1")),
        ("for all decisions", Kind::Accept, all("0.0=1/2 0.3=1/2 1.0=1/2+1/2*(1-u0) 1.2=1/2*u0")),
        ("for one alone", Kind::Inequality, all("0.0=1/2 0.3=1/2 1.0=3/4 1.2=1/4")),
        (
            "negative for some",
            Kind::Inequality,
            all("0.0=1/2-u0 0.1=u0 0.2=1/2 1.0=1/2-1/2*u0 1.2=1/2+1/2*u0"),
        ),
        ("equilibria", Kind::Step, equilibria),
    ]);
}

#[test]
fn play_policy() {
    let play = |policy: &str| fresh().play_policy(fam(policy));
    let pure = "0.0=1 0.2=1 1.0=1 1.2=1";
    let mut game = epidemic();
    game.stages[0][0].to = vec![(0, p("1-x1")), (1, p("x1"))];
    let later = open(&game.listing(), reached(LEAST, "0", &p("0"), at("1/2")))
        .play_policy(fam("0.0=1 0.2=1 1.0=1 1.1=1"));
    let mut game = epidemic();
    game.stages[0][0].to = vec![(0, p("1-2*x0")), (1, p("2*x0"))];
    let improper = open(&game.listing(), reached(LEAST, "0", &p("0"), at("1/2")))
        .play_policy(fam("0.0=1 0.2=1 1.0=1 1.1=1"));
    table(vec![
        ("a pure policy", Kind::Accept, play(pure)),
        ("a mixed one", Kind::Accept, play("0.0=1/3 0.1=2/3 0.2=1 1.0=1/2 1.1=1/2 1.2=1")),
        ("not 1 at a site", Kind::Inequality, play("0.0=1/3 0.1=1/3 0.2=1 1.0=1 1.2=1")),
        ("nothing at a site", Kind::Inequality, play("0.0=1 0.2=1 1.0=1")),
        ("negative", Kind::Inequality, play("0.0=4/3 0.1=-1/3 0.2=1 1.0=1 1.2=1")),
        ("no pair", Kind::Step, play("0.0=1 0.2=1 1.0=1 1.2=1 1.3=0+1")),
        (
            "for all decisions",
            Kind::Accept,
            everywhere().play_policy(fam("0.0=u0 0.1=1-u0 0.2=1 1.0=1 1.2=1")),
        ),
        ("probabilities of later statistics", Kind::Step, later),
        ("negative probabilities", Kind::Inequality, improper),
    ]);
}

#[test]
fn exists() {
    let mut game = epidemic();
    let proper = open(&game.listing(), reached(LEAST, "0", &p("0"), at("1/2"))).exists();
    game.stages[0][0].to = vec![(0, p("1-2*x0")), (1, p("2*x0"))];
    let improper = open(&game.listing(), reached(LEAST, "0", &p("0"), at("1/2"))).exists();
    let equilibria = open(&plain(), bound(LEAST, "0", &p("0"), at("1/2"))).exists();
    table(vec![
        ("proper", Kind::Accept, proper),
        ("not proper", Kind::Inequality, improper),
        ("equilibria", Kind::Step, equilibria),
    ]);
}

#[test]
fn exists_in() {
    let two = |lower: &str, upper: &str, matrix: [[&str; 2]; 2]| {
        let ends = [(n("1/4"), n("1/2")), (n(lower), n(upper))];
        fresh().exists_in(&ends, &matrix.map(|row| row.map(n).to_vec()))
    };
    let unit = [["1", "0"], ["0", "1"]];
    let equilibria = open(&plain(), bound(LEAST, "0", &p("0"), at("1/2"))).exists_in(&[], &[]);
    table(vec![
        ("inside", Kind::Accept, two("1/4", "1/2", unit)),
        ("the whole range", Kind::Accept, two("0", "1", unit)),
        ("below the range", Kind::Step, two("-1/1000", "1", unit)),
        ("above the range", Kind::Step, two("0", "1001/1000", unit)),
        ("flat", Kind::Step, two("1/2", "1/2", unit)),
        ("singular", Kind::Step, two("1/4", "1/2", [["1", "2"], ["2", "4"]])),
        ("a pivot that is found", Kind::Accept, two("1/4", "1/2", [["0", "2"], ["2", "4"]])),
        ("zero", Kind::Step, two("1/4", "1/2", [["0", "0"], ["0", "0"]])),
        ("one end too few", Kind::Step, fresh().exists_in(&[(n("0"), n("1"))], &[])),
        ("equilibria", Kind::Step, equilibria),
    ]);
}

/// Masses and policies of the class C0 alone.
#[test]
fn scale() {
    let at_decision = |game: crate::game::Game| {
        open(&game.listing(), reached(LEAST, "0", &p("0"), at("1/2"))).scale()
    };
    let mut in_payoff = crate::models::moral_hazard().statistic(0, &[(0, "1")]);
    in_payoff.payoff = p("x0^2");
    let mut linear = crate::models::moral_hazard().statistic(0, &[(0, "1")]);
    linear.payoff = p("u0*x0");
    let mut in_leader = crate::models::moral_hazard().statistic(0, &[(0, "1")]);
    in_leader.stages[0][0].leader = p("u0*x0");
    let not_used = crate::models::moral_hazard().statistic(0, &[(0, "1")]);
    let mut improper = crate::models::leader_state();
    improper.states = 2;
    improper.initial = vec![n("1"), n("0")];
    let stay = |next: &str| crate::game::pair(0, "0", "0", next);
    improper.stages = vec![
        vec![stay("0:2-u0 1:u0-1"), crate::game::pair(1, "0", "0", "1:1")],
        vec![stay(""), crate::game::pair(1, "0", "0", "")],
    ];
    let improper = |decision| {
        let listing = improper.listing();
        open(&listing, reached(LEAST, "0", &p("0"), Place::Decision(decision))).scale()
    };
    let adoption = adoption().listing();
    let equilibria = open(&plain(), bound(LEAST, "0", &p("0"), at("1/2"))).scale();
    table(vec![
        ("free of the population", Kind::Accept, fresh().scale()),
        ("a statistic that is not used", Kind::Accept, at_decision(not_used)),
        (
            "rewards",
            Kind::Step,
            open(&adoption, reached(LEAST, "0", &p("0"), Place::Decision(0))).scale(),
        ),
        ("probabilities", Kind::Step, at_decision(epidemic())),
        ("leader's rewards", Kind::Step, at_decision(in_leader)),
        ("payoff", Kind::Step, at_decision(in_payoff)),
        ("linear payoff", Kind::Accept, at_decision(linear)),
        ("negative probabilities", Kind::Inequality, improper(0)),
        ("probabilities at the edge", Kind::Accept, improper(1)),
        ("equilibria", Kind::Step, equilibria),
    ]);
}
