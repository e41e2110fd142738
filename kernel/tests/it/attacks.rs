//! Ways to a false theorem that were tried: each has to be refused, and what is refused has to
//! leave the proof as it was.

use crate::game::{Game, list, pair, polytope};
use crate::models::{adoption, epidemic, moral_hazard};
use crate::state::{LEAST, at, bound, open, reached};
use crate::text::{Terms, at_least, c, equal, fam, n, p, var};
use smfg_kernel::{
    Claimed, Decisions, Name, Place, Polynomial, Rational, Refusal, Sense, Statement, Variable,
};

/// From state 0 a mass `x + 1` moves to state 1, where `x` is: no population is a flow. In a box
/// with `x > 0` no flow has masses at least 0, and all faces are empty.
fn without_population() -> Game {
    let stages = vec![
        vec![pair(0, "0", "0", "0:-x0 1:1+x0"), pair(1, "0", "0", "1:1")],
        vec![pair(0, "0", "0", ""), pair(1, "0", "0", "")],
    ];
    let game = Game {
        states: 2,
        parameters: 0,
        initial: vec![Rational::ONE, Rational::ZERO],
        decisions: list(&[""]),
        statistics: Vec::new(),
        functions: Vec::new(),
        stages,
        payoff: p("0"),
    };
    game.statistic(1, &[(1, "1")])
}

/// Existence in a box where probabilities may be negative is refused, and then nothing of it is
/// left: its regions could all be closed.
#[test]
fn existence_with_negative_probabilities() {
    let listing = without_population().listing();
    let mut proof = open(&listing, reached(LEAST, "0", &p("-1"), Place::Decision(0)));
    let box_of_statistics = [(n("1/4"), n("3/4"))];
    let result = proof.exists_in(&box_of_statistics, &[vec![n("1")]]);
    assert!(matches!(result, Err(Refusal::Inequality(_))), "{result:?}");
    assert_eq!(proof.open_regions(), 1);
    // What closed them.
    let _ = proof.close(&c("k0=1 f:1.1=1 f:0.0=1"));
    for _ in 0..2 {
        let _ = proof.close(&c("f:1.0=-1 f:0.0=-x0"));
    }
    assert!(proof.finish().is_err());
}

/// A refused substitution leaves those that there were.
#[test]
fn refused_substitutions_change_nothing() {
    let listing = epidemic().listing();
    let mut proof = open(&listing, bound(LEAST, "0", &p("0"), Place::All));
    proof.declare(at_least("x0^40")).expect("a form");
    proof.substitute(var("f0"), Name::Form(0)).expect("f0 = x0^40");
    proof.derive(at_least("1-f0"), &c("")).expect("x0 is at most 1");
    proof.declare(at_least("x0+u0^2")).expect("a form");
    // x0 = f1 - u0^2 would make f0 a polynomial of degree 80.
    let result = proof.substitute(var("x0"), Name::Form(1));
    assert!(matches!(result, Err(Refusal::Limit(_))), "{result:?}");
    proof.derive(at_least("2-f0-f0^1*x0"), &c("")).expect("f0 is x0^40 still");
}

/// Powers beyond the limit are refused where a number is put in their place.
#[test]
fn powers_of_numbers_are_not_cut_off() {
    let listing = moral_hazard().listing();
    let mut proof = open(&listing, bound(LEAST, "0", &p("0"), Place::All));
    proof.declare(at_least("2")).expect("a form");
    proof.substitute(var("f0"), Name::Form(0)).expect("f0 = 2");
    let monomial = smfg_kernel::Monomial::new(vec![(Variable::Form(0), 100)]);
    let power = Polynomial::term(monomial, Rational::ONE);
    let declared = proof.declare(smfg_kernel::Row::of(Sense::AtLeast, power));
    let replaced = declared.and_then(|form| proof.substitute(form, Name::Form(1)));
    assert!(matches!(replaced, Err(Refusal::Limit(_))), "{replaced:?}");
}

/// A form is stated to be at least 0; a statement that reads otherwise is refused, as its proof
/// would show less than it says.
#[test]
fn forms_are_at_least_zero() {
    let listing = moral_hazard().listing();
    let form = |sense| {
        let mut row = at_least("0").mass(0, 0, "1");
        row.sense = sense;
        let claimed = Claimed::Form(row);
        let (epsilon, place) = (n("0"), Place::All);
        let statement = Statement { claimed, pessimistic: true, epsilon, place, pattern: None };
        smfg_kernel::Proof::open(listing.clone(), statement).map(|_| ())
    };
    assert_eq!(form(Sense::AtLeast), Ok(()));
    for sense in [Sense::Equal, Sense::Above] {
        assert!(matches!(form(sense), Err(Refusal::Step(_))), "{sense:?}");
    }
}

/// A value of a degree that no row can have would be evaluated in claims alone.
#[test]
fn values_and_payoffs_have_a_limited_degree() {
    let monomial = smfg_kernel::Monomial::new(vec![(Variable::Parameter(0), u32::MAX)]);
    let power = Polynomial::term(monomial, Rational::ONE);
    let listing = moral_hazard().listing();
    for statement in
        [bound(LEAST, "0", &power, Place::All), reached(LEAST, "0", &power, Place::All)]
    {
        let result = smfg_kernel::Proof::open(listing.clone(), statement).map(|_| ());
        assert!(matches!(result, Err(Refusal::Limit(_))), "{result:?}");
    }
    let mut game = moral_hazard();
    game.payoff = power;
    assert!(matches!(game.try_listing(), Err(Refusal::Listing(_))));
}

/// Indicators of a site that are declared again are the same indicators; their ends start anew.
#[test]
fn choices_declared_twice() {
    let listing = moral_hazard().listing();
    let mut proof = open(&listing, bound(LEAST, "1/100", &p("81/100"), Place::All));
    proof.choice((0, 0)).expect("indicators");
    proof.split(var("c0"), n("1/2")).expect("a split");
    proof.derive(at_least("1/2-c0"), &c("")).expect("the end");
    proof.choice((0, 0)).expect("the same again");
    let result = proof.derive(at_least("1/4-c0^2"), &c(""));
    assert!(matches!(result, Err(Refusal::Inequality(_))), "{result:?}");
    proof.derive(equal("c0+c1-1"), &c("r3=1")).expect("their sum");
    assert!(matches!(proof.derive(equal("c0+c1-1"), &c("r7=1")), Err(Refusal::Step(_))));
}

/// Coordinates of one kind of region are none of another.
#[test]
fn coordinates_belong_to_their_region() {
    let listing = moral_hazard().listing();
    let mut proof = open(&listing, bound(LEAST, "1/100", &p("81/100"), Place::All));
    for other in ["l", "c0", "f0", "a0", "x0", "u1"] {
        let result = proof.split(var(other), n("1/2"));
        assert!(matches!(result, Err(Refusal::Step(_))), "{other}");
        let result = proof.close(&c(&format!("o={other}")));
        assert!(matches!(result, Err(Refusal::Step(_))), "{other}");
    }
    let listing = adoption().listing();
    let mut proof = open(&listing, reached(LEAST, "0", &p("0"), Place::Decision(0)));
    for masses in ["0.0=x0 0.1=1-x0", "0.0=c0 0.1=1-c0", "0.0=a0 0.1=a1"] {
        assert!(matches!(proof.play(fam(masses)), Err(Refusal::Step(_))), "{masses}");
    }
    // Decisions have no statistics, whose ends an existence proof would take for granted.
    assert!(matches!(proof.split(var("x0"), n("1/2")), Err(Refusal::Step(_))));
    assert!(matches!(proof.derive(at_least("x0"), &c("")), Err(Refusal::Step(_))));
    assert!(matches!(proof.divide(&at_least("x0-1/2")), Err(Refusal::Step(_))));
}

/// Cases of eps = 0 are none of larger epsilons, nor of responses and populations.
#[test]
fn cases_need_equilibria_without_slack() {
    let listing = adoption().listing();
    let mut proof = open(&listing, bound(LEAST, "1/1000000", &p("0"), Place::Decision(0)));
    assert!(matches!(proof.case(0, 0), Err(Refusal::Step(_))));
    let mut proof = open(&listing, reached(LEAST, "0", &p("0"), Place::Decision(0)));
    assert!(matches!(proof.case(0, 0), Err(Refusal::Step(_))));
    proof.play(fam("0.0=1")).expect("a flow");
    assert!(matches!(proof.case(0, 0), Err(Refusal::Step(_))));
    let mut proof = open(&listing, reached(LEAST, "0", &p("0"), Place::Decision(0)));
    proof.exists_in(&[(n("1/4"), n("3/4"))], &[vec![n("1")]]).expect("a box");
    for part in 0..3 {
        assert_eq!(proof.case(0, 0).is_ok(), part == 0, "part {part}");
        if part == 0 {
            proof.close(&c("k0=-1 m0=-1")).expect("all adopt");
            proof.case(0, 1).expect("cases");
            proof.close(&c("k0=1")).expect("none adopts");
            proof.close(&c("o=1 b:0.0=-3/2 b:0.1=3/2")).expect_err("J0 is 3/4");
            break;
        }
    }
}

/// Responses have no links: their statistics are frozen, not those of their masses.
#[test]
fn responses_have_no_links() {
    let listing = adoption().listing();
    let mut proof = open(&listing, reached(LEAST, "0", &p("2"), Place::Decision(0)));
    proof.exists_in(&[(n("1/4"), n("3/4"))], &[vec![n("1")]]).expect("a box");
    proof.close(&c("o=1")).expect("J0 is at most 9/8");
    let result = proof.close(&c("o=1 k0=1"));
    assert!(matches!(result, Err(Refusal::Step(_))), "{result:?}");
}

/// A box of statistics outside their ranges, or flat, is refused, and so is a singular matrix.
#[test]
fn boxes_lie_inside_the_ranges() {
    let listing = adoption().listing();
    let mut proof = open(&listing, reached(LEAST, "0", &p("2"), Place::Decision(0)));
    for (lower, upper) in [("-1/4", "3/4"), ("1/4", "5/4"), ("1/2", "1/2"), ("3/4", "1/4")] {
        let result = proof.exists_in(&[(n(lower), n(upper))], &[vec![n("1")]]);
        assert!(matches!(result, Err(Refusal::Step(_))), "{lower} {upper}");
    }
    let one = [(n("1/4"), n("3/4"))];
    for matrix in [vec![], vec![vec![]], vec![vec![n("0")]], vec![vec![n("1"), n("1")]]] {
        assert!(matches!(proof.exists_in(&one, &matrix), Err(Refusal::Step(_))), "{matrix:?}");
    }
    assert!(matches!(proof.exists_in(&[], &[]), Err(Refusal::Step(_))));
    assert_eq!(proof.open_regions(), 1);
}

/// A segment whose points are not all decisions, or that moves a parameter on a grid.
#[test]
fn segments_of_decisions() {
    let refused = |game: &Game, from: &str, to: &str| {
        let statement = bound(LEAST, "0", &p("0"), crate::state::segment(from, to));
        let result = smfg_kernel::Proof::open(game.listing(), statement).map(|_| ());
        assert!(matches!(result, Err(Refusal::Step(_))), "{from} {to}");
    };
    let game = moral_hazard();
    for (from, to) in [("-1/4", "1"), ("0", "3/2"), ("3/2", "0"), ("", ""), ("0 0", "1 1")] {
        refused(&game, from, to);
    }
    refused(&crate::models::moral_hazard_on_a_grid(), "0", "1/4");
    refused(&adoption(), "0", "1/2");
    let mut triangle = crate::models::two_payments();
    triangle.decisions = polytope(&[("0", "1"), ("0", "1")], &["1-u0-u1"]);
    refused(&triangle, "0 0", "1 1");
    refused(&triangle, "1 1", "0 0");
    let on_the_line = bound(LEAST, "0", &p("0"), crate::state::segment("1 0", "0 1"));
    assert!(smfg_kernel::Proof::open(triangle.listing(), on_the_line).is_ok());
}

/// A set of decisions whose ends have passed each other is empty: it has no claim.
#[test]
fn empty_sets_of_decisions() {
    let mut game = moral_hazard();
    game.decisions = polytope(&[("1", "0")], &[]);
    let listing = game.listing();
    let statement = bound(LEAST, "0", &p("0"), at("1/2"));
    assert!(smfg_kernel::Proof::open(listing.clone(), statement).is_err());
    let mut proof = open(&listing, reached(LEAST, "0", &p("0"), Place::All));
    proof.play(fam("0.0=1")).expect("a flow");
    assert_eq!(proof.open_regions(), 2);
    let scope = smfg_kernel::Scope::Point(vec![n("1/2")]);
    assert!(smfg_kernel::claim(&listing, &scope, &n("0"), LEAST, &[]).is_none());
}

/// Zero probabilities, statistics without weights, states without mass, doubled decisions.
#[test]
fn degenerate_data() {
    let stages = vec![
        vec![pair(0, "0", "0", "0:1 1:0 1:0"), pair(1, "1", "7", "1:1/2 1:1/2")],
        vec![pair(0, "0", "1", ""), pair(1, "1000", "1000", "")],
    ];
    let game = Game {
        states: 2,
        parameters: 0,
        initial: vec![Rational::ONE, Rational::ZERO],
        decisions: Decisions::List(vec![Vec::new(), Vec::new()]),
        statistics: vec![(0, Vec::new()), (1, vec![(0, n("0")), (1, n("0"))])],
        functions: Vec::new(),
        stages,
        payoff: p("x0+x1"),
    };
    let listing = game.listing();
    assert_eq!(listing.range(0), (n("0"), n("0")));
    for decision in 0..2 {
        for sigma in [true, false] {
            let value = p("1");
            let mut proof = open(&listing, bound(sigma, "0", &value, Place::Decision(decision)));
            let sign = if sigma { "-" } else { "" };
            // State 1 is never reached: its pairs' coefficients are made at least 0 by the flow.
            let flows = "f:0.0=1 f:0.1=1007 f:1.0=1 f:1.1=1000";
            let signed: Vec<String> =
                flows.split(' ').map(|item| item.replace('=', &format!("={sign}"))).collect();
            proof.close(&c(&format!("o=1 {}", signed.join(" ")))).expect("one population");
            let theorem = proof.finish().expect("a theorem");
            assert_eq!(theorem.value(), Some(n("1")));
        }
    }
}

/// Numbers at the edge of u32 name nothing and stop nothing.
#[test]
fn names_that_there_are_not() {
    let listing = adoption().listing();
    let most = u32::MAX;
    let fresh = || open(&listing, bound(LEAST, "0", &p("0"), Place::Decision(0)));
    let mut proof = fresh();
    assert!(proof.case(most, 0).is_err() && proof.case(0, most).is_err());
    assert!(proof.choose((most, 0)).is_err() && proof.choose((0, most)).is_err());
    assert!(proof.choice((most, 0)).is_err() && proof.choice((0, most)).is_err());
    assert!(proof.within(most).is_err() && proof.grid(most, n("0")).is_err());
    assert!(proof.cut(most, 0, n("1/2")).is_err());
    assert!(proof.regret(&[(most, 0, 0)]).is_err() && proof.regret(&[(0, 0, most)]).is_err());
    assert!(proof.excess(&[(most, 0, 0)]).is_err() && proof.excess(&[(0, 0, most)]).is_err());
    assert!(proof.derive_over((0, most), at_least("1"), &[]).is_err());
    for item in ["m", "k", "j", "c", "r"] {
        assert!(proof.close(&c(&format!("{item}{most}=1"))).is_err(), "{item}");
    }
    for kind in ["f", "b", "p", "y", "v0"] {
        assert!(proof.close(&c(&format!("{kind}:{most}.0=1"))).is_err(), "{kind} at a stage");
        assert!(proof.close(&c(&format!("{kind}:0.{most}=1"))).is_err(), "{kind} of an entry");
    }
    for row in [
        at_least("0").mass(most, 0, "1"),
        at_least("0").mass(0, most, "1"),
        at_least("0").value(most, 0, "1"),
        at_least("0").value(0, most, "1"),
    ] {
        assert!(proof.derive(row.clone(), &c("")).is_err());
        // Dividing by what there is not leaves two parts, none of which can use it.
        let mut divided = fresh();
        if divided.divide(&row).is_ok() {
            assert!(divided.close(&c("r0=1")).is_err());
        }
        let mut declared = fresh();
        if declared.declare(row).is_ok() {
            assert!(declared.close(&c("j0=1")).is_err());
        }
    }
    let place = Place::Decision(most);
    assert!(smfg_kernel::Proof::open(listing.clone(), bound(LEAST, "0", &p("0"), place)).is_err());
    assert_eq!(proof.open_regions(), 1);
}

/// Three choices in state 0, of which the first two have the masses `x0`, `x1`; a mass
/// `1 - x0 - x1` of them moves on. This is at least 0 for every population, not in every box.
fn proper_for_populations_alone() -> Game {
    let choice = || pair(0, "0", "0", "0:x0+x1 1:1-x0-x1");
    let stages = vec![
        vec![choice(), choice(), choice(), pair(1, "0", "0", "1:1")],
        vec![pair(0, "0", "0", ""), pair(1, "0", "0", "")],
    ];
    let game = Game {
        states: 2,
        parameters: 0,
        initial: vec![Rational::ONE, Rational::ZERO],
        decisions: list(&[""]),
        statistics: Vec::new(),
        functions: Vec::new(),
        stages,
        payoff: p("0"),
    };
    game.statistic(0, &[(0, "1")]).statistic(0, &[(1, "1")])
}

/// Frozen statistics need not be those of a population: at `x0 + x1 > 1` no flow has masses at
/// least 0, every face closes, and so does the box itself.
#[test]
fn existence_in_a_box_without_populations() {
    let listing = proper_for_populations_alone().listing();
    let matrix = [vec![n("1"), n("0")], vec![n("0"), n("1")]];
    let fresh = || open(&listing, reached(LEAST, "0", &p("-1"), Place::Decision(0)));
    let mut proof = fresh();
    let far = [(n("3/5"), n("9/10")), (n("3/5"), n("9/10"))];
    let result = proof.exists_in(&far, &matrix);
    assert!(matches!(result, Err(Refusal::Inequality(_))), "{result:?}");
    for _ in 0..5 {
        let _ = proof.close(&c("f:1.1=1 f:0.1=1 f:0.0=-1/5"));
    }
    assert!(proof.finish().is_err());
    let near = [(n("1/5"), n("1/2")), (n("1/5"), n("1/2"))];
    assert_eq!(fresh().exists_in(&near, &matrix), Ok(()));
    assert_eq!(fresh().exists(), Ok(()));
}
