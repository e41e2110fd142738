//! Values worked out by hand.

use super::*;
use smfg::game::expression::{Dependence, NamedAggregate};

#[test]
fn precedence_of_operators() {
    for (text, p, q) in [
        ("1 + 2 * 3", 7, 1),
        ("(1 + 2) * 3", 9, 1),
        ("7 - 2 - 1", 4, 1),
        ("8 / 4 / 2", 1, 1),
        ("8 / -4 / 2", -1, 1),
        ("-2^2", -4, 1),
        ("(-2)^2", 4, 1),
        ("2^3^2", 512, 1),
        ("2 * -3", -6, 1),
        ("2^-0", 1, 1),
        ("-2^-0 * 3", -3, 1),
        ("--3", 3, 1),
        ("+3 - +2", 1, 1),
        ("1/3 + 1/6", 1, 2),
        ("0.1 + 2.5e-1", 7, 20),
        ("0^0", 1, 1),
        ("t", 1, 1),
        ("s.wealth * a.effort + t", 4, 1),
        (" \t\n( 1 )\r\n", 1, 1),
    ] {
        assert_eq!(constant(text), ratio(p, q), "{text}");
    }
}

#[test]
fn parameters_expand() {
    let (found, aggregates) =
        value(&symbols(), "(toll - wage)^2 * s.wealth", place(0, 1, 0)).expect("a value");
    assert_eq!(
        found,
        sum(&[
            (ratio(3, 1), &[TOLL, TOLL]),
            (ratio(-6, 1), &[TOLL, WAGE]),
            (ratio(3, 1), &[WAGE, WAGE])
        ])
    );
    assert!(aggregates.is_empty());
}

#[test]
fn masses() {
    let symbols = symbols();
    let one = ratio(1, 1);
    let (found, aggregates) = value(&symbols, "mu[rich] * toll", place(1, 0, 0)).expect("a value");
    assert_eq!(found, sum(&[(one.clone(), &[TOLL, M0])]));
    assert_eq!(
        aggregates,
        [Aggregate { stage: 1, weights: vec![(1, 0, one.clone()), (1, 1, one.clone())] }]
    );
    let (found, aggregates) =
        value(&symbols, "mu[*, work] - mu[*, work]@(t+1)", place(1, 0, 0)).expect("a value");
    assert_eq!(found, sum(&[(one.clone(), &[M0]), (ratio(-1, 1), &[Variable::Aggregate(1)])]));
    assert_eq!(
        aggregates[1],
        Aggregate { stage: 2, weights: vec![(0, 1, one.clone()), (1, 1, one)] }
    );
    for (text, p, q) in [
        ("mu[*, *]", 1, 1),
        ("mu[*]", 1, 1),
        ("mu[rich]@0", 1, 2),
        ("mu[\"far left\", work]@2", 0, 1),
        ("mean(s.wealth)@0", 2, 1),
        ("mean(t + 1/2)@2", 3, 2),
        ("mu['far left', *]@0 + mu[rich, *]@0", 1, 2),
    ] {
        assert_eq!(constant(text), ratio(p, q), "{text}");
    }
}

#[test]
fn averages_are_linear_and_kept_once() {
    let (found, aggregates) = value(
        &symbols(),
        "mean((toll + 2) * s.wealth / 2) - mean(s.wealth) + 3 * mean(a.effort) - mu[*, work]",
        place(1, 0, 0),
    )
    .expect("a value");
    let wealth = Aggregate {
        stage: 1,
        weights: [(0, 0, 1), (0, 1, 1), (1, 0, 3), (1, 1, 3)]
            .map(|(s, a, w)| (s, a, ratio(w, 1)))
            .to_vec(),
    };
    let effort = Aggregate {
        stage: 1,
        weights: [(0, 1, 1), (1, 1, 1), (2, 1, 1)].map(|(s, a, w)| (s, a, ratio(w, 1))).to_vec(),
    };
    assert_eq!(aggregates, [wealth, effort]);
    assert_eq!(found, sum(&[(ratio(1, 2), &[TOLL, M0]), (ratio(2, 1), &[Variable::Aggregate(1)])]));
}

#[test]
fn definitions() {
    let mut symbols = symbols();
    let define = |name: &str, text: &str| (name.to_string(), Expression::parse(text).expect(text));
    // In any order, used inside and outside mean, doubling forty times.
    symbols.defines =
        vec![define("d40", "0*toll + 1"), define("gain", "s.wealth * rate"), define("rate", "1/2")];
    for k in (0..40).rev() {
        symbols.defines.push(define(&format!("d{k}"), &format!("d{} + d{}", k + 1, k + 1)));
    }
    let found = value(&symbols, "d0 + gain + mean(gain)@0", place(1, 1, 1)).expect("a value").0;
    assert_eq!(found.as_constant(), Some(Rational::from((1u64 << 40) + 1) + ratio(3, 2)));
}

#[test]
fn leader_terms() {
    let mut symbols = symbols();
    symbols.leader_terms = LeaderTerms::Mixed {
        actions: vec!["audit".into(), "sleep".into()],
        per_stage: true,
        first: 2,
    };
    let found = value(&symbols, "p[sleep] - p[audit]@0", place(1, 0, 0)).expect("a value").0;
    assert_eq!(
        found,
        sum(&[(ratio(1, 1), &[Variable::Parameter(5)]), (ratio(-1, 1), &[Variable::Parameter(2)])])
    );
    symbols.leader_terms = LeaderTerms::Process {
        states: vec!["s0".into(), "s1".into()],
        actions: vec!["x".into(), "y".into(), "z".into()],
        first: 2,
    };
    let found = value(&symbols, "nu[s1, y] + nu[s0]@0 + nu[*]", place(1, 0, 0)).expect("a value").0;
    let one = || ratio(1, 1);
    let variable = Variable::Parameter;
    // (1 * 2 + 1) * 3 + 1 + 2 = 12.
    let expected = [
        (one(), &[variable(12)][..]),
        (one(), &[variable(2)]),
        (one(), &[variable(3)]),
        (one(), &[variable(4)]),
        (one(), &[]),
    ];
    assert_eq!(found, sum(&expected));
}

#[test]
fn named_aggregates() {
    let mut symbols = symbols();
    let weights = vec![(1, 1, ratio(1, 2)), (0, 0, ratio(-1, 4)), (2, 1, ratio(5, 1))];
    symbols
        .named_aggregates
        .insert("heat".into(), NamedAggregate { stage: None, weights: weights.clone() });
    symbols.named_aggregates.insert("last heat".into(), NamedAggregate { stage: Some(2), weights });
    let (found, aggregates) =
        value(&symbols, "heat@2 + 'last heat'", place(1, 0, 0)).expect("a value");
    assert_eq!(
        aggregates,
        [Aggregate { stage: 2, weights: vec![(0, 0, ratio(1, 1)), (1, 1, ratio(-2, 1))] }]
    );
    assert_eq!(found, sum(&[(ratio(-1, 2), &[M0])]));
}

#[test]
fn short_names_stay_free() {
    let mut symbols = symbols();
    symbols.parameters = ["a", "s", "p", "my wage", "taxe_à_payer"].map(String::from).to_vec();
    let found = value(&symbols, "a + s*p + s.wealth + \"my wage\" + taxe_à_payer", place(0, 1, 0))
        .expect("a value")
        .0;
    let v = Variable::Parameter;
    let one = || ratio(1, 1);
    assert_eq!(
        found,
        sum(&[
            (one(), &[v(0)]),
            (one(), &[v(1), v(2)]),
            (ratio(3, 1), &[]),
            (one(), &[v(3)]),
            (one(), &[v(4)])
        ])
    );
}

#[test]
fn numbers_as_formulas() {
    let expression = Expression::constant(ratio(-3, 4));
    assert_eq!(expression.text(), "-3/4");
    let symbols = symbols();
    let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
    assert_eq!(
        evaluator.evaluate(&expression, Place::default()),
        Ok(Polynomial::constant(ratio(-3, 4)))
    );
    assert_eq!(evaluator.dependence(&expression), Dependence::default());
}

#[test]
fn dependence_on_the_place() {
    let mut symbols = symbols();
    symbols.defines =
        vec![("rich_share".into(), Expression::parse("mu[rich]").expect("a formula"))];
    symbols.leader_terms =
        LeaderTerms::Mixed { actions: vec!["audit".into()], per_stage: false, first: 2 };
    let mut evaluator = Evaluator::new(&symbols).expect("definitions");
    for (text, stage, state, action) in [
        ("toll + 1/2", false, false, false),
        ("t", true, false, false),
        ("s.wealth", false, true, false),
        ("a.effort * s.wealth", false, true, true),
        ("mu[rich]", true, false, false),
        ("mu[rich]@1", false, false, false),
        ("mu[rich]@(t-1)", true, false, false),
        ("rich_share", true, false, false),
        ("mean(s.wealth * a.effort)@2", false, false, false),
        ("mean(s.wealth * t)@2", true, false, false),
        ("mean(s.wealth)@(a.effort)", false, false, true),
        ("p[audit]", false, false, false),
    ] {
        let expression = Expression::parse(text).expect(text);
        assert_eq!(
            evaluator.dependence(&expression),
            Dependence { stage, state, action },
            "{text}"
        );
        // What a value does not depend on need not be given.
        let at = Place {
            stage: stage.then_some(1),
            state: state.then_some(1),
            action: action.then_some(1),
        };
        let anywhere = evaluator.evaluate(&expression, at).expect(text);
        assert_eq!(Ok(anywhere), evaluator.evaluate(&expression, place(1, 1, 1)), "{text}");
    }
}

#[test]
fn values_follow_the_place() {
    // One formula at many places, definitions between, in an order that changes everything at once.
    let mut symbols = symbols();
    let define = |name: &str, text: &str| (name.to_string(), Expression::parse(text).expect(text));
    symbols.defines = vec![
        define("x", "s.wealth + 10 * t"),
        define("y", "x + 100 * a.effort"),
        define("z", "x * 1000 + mean(x)@0"),
    ];
    let expression = Expression::parse("z + y").expect("a formula");
    let mut evaluator = Evaluator::new(&symbols).expect("definitions");
    for (stage, state, action) in [(0, 0, 0), (1, 1, 1), (0, 1, 1), (0, 1, 0), (2, 0, 1), (0, 0, 0)]
    {
        let x = [1, 3, 0][state] + 10 * stage as i64;
        // Mean wealth at stage 0 is 2; `t` is the stage of the formula, not the one after `@`.
        let expected = 1000 * x + (2 + 10 * stage as i64) + (x + 100 * action as i64);
        let found = evaluator.evaluate(&expression, place(stage, state, action)).expect("a value");
        assert_eq!(found.as_constant(), Some(ratio(expected, 1)), "{stage} {state} {action}");
    }
}

#[test]
fn long_chains_of_definitions() {
    let mut symbols = symbols();
    for k in 0..20_000 {
        let text = if k == 0 { "s.wealth".to_string() } else { format!("d{} + 1", k - 1) };
        symbols.defines.push((format!("d{k}"), Expression::parse(&text).expect("a formula")));
    }
    let found = value(&symbols, "d19999", place(0, 1, 0)).expect("a value").0;
    assert_eq!(found.as_constant(), Some(ratio(20_002, 1)));
}
