//! Game files mean what they say: the example games against polynomials derived by hand, and games
//! of every class.

use smfg::exact::{Rational, Relation, ratio};
use smfg::game::{Aggregate, Class, DecisionSet, Game, Monomial, Polynomial, Variable, classify};
use std::path::{Path, PathBuf};

fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)
}

fn load(file: &str) -> Game {
    Game::load(data(file)).unwrap_or_else(|errors| panic!("{errors}"))
}

/// `sum coefficient * product of variables`.
fn polynomial(terms: &[(Rational, &[Variable])]) -> Polynomial {
    terms.iter().fold(Polynomial::zero(), |sum, (coefficient, variables)| {
        let monomial =
            variables.iter().fold(Monomial::one(), |product, v| product.times(&Monomial::of(*v)));
        sum.plus(&Polynomial::term(monomial, coefficient.clone()), &Rational::ONE)
    })
}

const U: Variable = Variable::Parameter(0);
const M: Variable = Variable::Aggregate(0);

#[test]
fn moral_hazard() {
    let game = load("moral_hazard.toml");
    assert_eq!(game.leader.parameters, ["wage"]);
    let DecisionSet::Polyhedral { polytope, .. } = &game.leader.decisions else {
        panic!("a polytope")
    };
    assert_eq!(
        (&polytope.lower[..], &polytope.upper[..]),
        (&[ratio(0, 1)][..], &[ratio(5, 4)][..])
    );
    let stage = &game.stages[0];
    assert_eq!(stage.reward.get(0), Polynomial::zero());
    assert_eq!(stage.reward.get(1), polynomial(&[(ratio(1, 1), &[U]), (ratio(-1, 4), &[])]));
    assert_eq!(stage.leader_reward.get(1), polynomial(&[(ratio(5, 4), &[]), (ratio(-1, 1), &[U])]));
    assert!(stage.transition.is_none() && game.payoff.is_zero() && game.aggregates.is_empty());
    assert_eq!(classify(&game).class, Class::C0);
}

#[test]
fn adoption() {
    let game = load("adoption.toml");
    let decisions = game.finite_decisions().expect("finite");
    let values: Vec<(Option<&str>, &Rational)> =
        decisions.iter().map(|d| (d.name.as_deref(), &d.values[0])).collect();
    assert_eq!(
        values,
        [
            (Some("none"), &ratio(0, 1)),
            (Some("half"), &ratio(1, 2)),
            (Some("enough"), &ratio(13, 20))
        ]
    );
    assert_eq!(*game.aggregates, [Aggregate { stage: 0, weights: vec![(0, 1, Rational::ONE)] }]);
    let stage = &game.stages[0];
    assert_eq!(stage.reward.get(0), Polynomial::zero());
    assert_eq!(
        stage.reward.get(1),
        polynomial(&[(ratio(1, 1), &[M]), (ratio(-1, 2), &[]), (ratio(1, 1), &[U])])
    );
    assert_eq!(game.payoff, polynomial(&[(ratio(3, 2), &[M]), (ratio(-1, 1), &[U, M])]));
    assert_eq!(classify(&game).class, Class::C1);
}

#[test]
fn epidemic() {
    let game = load("epidemic.toml");
    let [out, infected] = [0, 1].map(Variable::Aggregate);
    let of = |stage, weights: &[(u32, u32)]| Aggregate {
        stage,
        weights: weights.iter().map(|&(s, a)| (s, a, Rational::ONE)).collect(),
    };
    assert_eq!(*game.aggregates, [of(0, &[(0, 0)]), of(1, &[(1, 0), (1, 1)])]);
    assert_eq!(
        game.stages[0].reward.get(0),
        polynomial(&[(ratio(1, 1), &[]), (ratio(-1, 1), &[U])])
    );
    assert_eq!((1..4).map(|i| game.stages[0].reward.get(i)).filter(|p| !p.is_zero()).count(), 0);
    let last: Vec<Option<Rational>> =
        (0..4).map(|i| game.stages[1].reward.get(i).as_constant()).collect();
    assert_eq!(last, [0, 0, -1, -1].map(|p| Some(ratio(p, 1))));
    let transition = game.stages[0].transition.as_ref().expect("a transition");
    let states: Vec<Vec<usize>> = (0..4)
        .map(|pair| {
            transition
                .successors
                .of_pair(pair)
                .map(|entry| transition.successors.state(entry))
                .collect()
        })
        .collect();
    assert_eq!(states, [vec![0, 1], vec![0], vec![1], vec![1]]);
    assert_eq!(
        transition.probability.get(0),
        polynomial(&[(ratio(1, 1), &[]), (ratio(-4, 5), &[out])])
    );
    assert_eq!(transition.probability.get(1), polynomial(&[(ratio(4, 5), &[out])]));
    assert!(
        (2..5)
            .all(|entry| transition.probability.get(entry) == Polynomial::constant(Rational::ONE))
    );
    assert!(game.stages[1].transition.is_none());
    let leader: Vec<Option<Rational>> =
        (0..4).map(|i| game.stages[0].leader_reward.get(i).as_constant()).collect();
    assert_eq!(leader, [ratio(4, 5), ratio(0, 1), ratio(4, 5), ratio(0, 1)].map(Some));
    assert_eq!(game.payoff, polynomial(&[(ratio(-1, 1), &[infected])]));
    assert_eq!(classify(&game).class, Class::C3);
}

#[test]
fn inspection() {
    let game = load("inspection.toml");
    assert_eq!(game.leader.parameters, ["p[inspect]@0", "p[rest]@0"]);
    let DecisionSet::Polyhedral { polytope, .. } = &game.leader.decisions else {
        panic!("a polytope")
    };
    let [simplex] = &polytope.constraints[..] else { panic!("one constraint") };
    assert_eq!(
        (&simplex.coefficients[..], simplex.relation, &simplex.right_side),
        (&[Rational::ONE, Rational::ONE][..], Relation::Equal, &Rational::ONE)
    );
    assert_eq!(
        game.stages[0].reward.get(1),
        polynomial(&[(ratio(1, 1), &[]), (ratio(-2, 1), &[U])])
    );
    assert_eq!(game.payoff, polynomial(&[(ratio(-1, 1), &[U])]));
    assert_eq!(classify(&game).class, Class::C0);
}

#[test]
fn classes_of_generated_games() {
    for (file, class) in [
        ("free-3x3x2-K1-100.json", Class::C0),
        ("monotone-3x3x2-K1-100.json", Class::C1),
        ("crowd-3x3x2-K1-100.json", Class::C1),
        ("general-3x3x2-K1-100.json", Class::C1),
        ("pcoup-3x3x2-K1-100.json", Class::C3),
    ] {
        let game = load(file);
        assert_eq!(classify(&game).class, class, "{file}");
        assert_eq!((game.stages.len(), game.pairs()), (3, 18), "{file}");
    }
}
