//! Formulas of game files against polynomials worked out by hand.

use smfg::exact::{Rational, ratio};
use smfg::game::expression::{Entity, Evaluator, Expression, LeaderTerms, NamedAggregate, Place, Symbols};
use smfg::game::{Aggregate, Monomial, Pairs, Polynomial, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

fn entity(name: &str, attributes: &[(&str, Rational)]) -> Entity {
    Entity { name: name.into(), attributes: attributes.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect() }
}

/// Three stages; states poor (wealth 1), rich (wealth 3, house 1), `far left` (no attribute); actions rest (effort 0) and
/// work (effort 1); working is unavailable in `far left` at stage 2. Leader: toll, wage.
fn symbols() -> Symbols {
    let all = Arc::new(Pairs::all(3, 2));
    Symbols {
        states: vec![
            entity("poor", &[("wealth", ratio(1, 1))]),
            entity("rich", &[("wealth", ratio(3, 1)), ("house", ratio(1, 1))]),
            entity("far left", &[("wealth", ratio(0, 1))]),
        ],
        actions: vec![entity("rest", &[("effort", ratio(0, 1))]), entity("work", &[("effort", ratio(1, 1))])],
        pairs: vec![Arc::clone(&all), all, Arc::new(Pairs::new(&[vec![0, 1], vec![0, 1], vec![0]]))],
        initial: vec![ratio(1, 2), ratio(1, 2), ratio(0, 1)],
        parameters: vec!["toll".into(), "wage".into()],
        leader_terms: LeaderTerms::None,
        named_aggregates: BTreeMap::new(),
        defines: Vec::new(),
    }
}

fn place(stage: usize, state: usize, action: usize) -> Place {
    Place { stage: Some(stage), state: Some(state), action: Some(action) }
}

fn value(symbols: &Symbols, text: &str, place: Place) -> Result<(Polynomial, Vec<Aggregate>), String> {
    let expression = Expression::parse(text).map_err(|e| e.to_string())?;
    let mut evaluator = Evaluator::new(symbols).map_err(|errors| format!("{errors:?}"))?;
    let value = evaluator.evaluate(&expression, place).map_err(|e| e.to_string())?;
    Ok((value, evaluator.into_aggregates()))
}

fn constant(text: &str) -> Rational {
    value(&symbols(), text, place(1, 1, 1)).expect(text).0.as_constant().expect(text)
}

fn sum(terms: &[(Rational, &[Variable])]) -> Polynomial {
    let mut polynomial = Polynomial::zero();
    for (coefficient, factors) in terms {
        let monomial = factors.iter().fold(Monomial::one(), |m, v| m.times(&Monomial::of(*v)));
        polynomial.add_term(monomial, coefficient.clone());
    }
    polynomial
}

const TOLL: Variable = Variable::Parameter(0);
const WAGE: Variable = Variable::Parameter(1);
const M0: Variable = Variable::Aggregate(0);

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
    let (found, aggregates) = value(&symbols(), "(toll - wage)^2 * s.wealth", place(0, 1, 0)).expect("a value");
    assert_eq!(found, sum(&[(ratio(3, 1), &[TOLL, TOLL]), (ratio(-6, 1), &[TOLL, WAGE]), (ratio(3, 1), &[WAGE, WAGE])]));
    assert!(aggregates.is_empty());
}

#[test]
fn masses() {
    let symbols = symbols();
    let one = ratio(1, 1);
    let (found, aggregates) = value(&symbols, "mu[rich] * toll", place(1, 0, 0)).expect("a value");
    assert_eq!(found, sum(&[(one.clone(), &[TOLL, M0])]));
    assert_eq!(aggregates, [Aggregate { stage: 1, weights: vec![(1, 0, one.clone()), (1, 1, one.clone())] }]);
    let (found, aggregates) = value(&symbols, "mu[*, work] - mu[*, work]@(t+1)", place(1, 0, 0)).expect("a value");
    assert_eq!(found, sum(&[(one.clone(), &[M0]), (ratio(-1, 1), &[Variable::Aggregate(1)])]));
    assert_eq!(aggregates[1], Aggregate { stage: 2, weights: vec![(0, 1, one.clone()), (1, 1, one)] });
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
    let (found, aggregates) =
        value(&symbols(), "mean((toll + 2) * s.wealth / 2) - mean(s.wealth) + 3 * mean(a.effort) - mu[*, work]", place(1, 0, 0))
            .expect("a value");
    let wealth = Aggregate { stage: 1, weights: [(0, 0, 1), (0, 1, 1), (1, 0, 3), (1, 1, 3)].map(|(s, a, w)| (s, a, ratio(w, 1))).to_vec() };
    let effort = Aggregate { stage: 1, weights: [(0, 1, 1), (1, 1, 1), (2, 1, 1)].map(|(s, a, w)| (s, a, ratio(w, 1))).to_vec() };
    assert_eq!(aggregates, [wealth, effort]);
    assert_eq!(found, sum(&[(ratio(1, 2), &[TOLL, M0]), (ratio(2, 1), &[Variable::Aggregate(1)])]));
}

#[test]
fn definitions() {
    let mut symbols = symbols();
    let define = |name: &str, text: &str| (name.to_string(), Expression::parse(text).expect(text));
    // In any order, used inside and outside mean, doubling forty times.
    symbols.defines = vec![define("d40", "0*toll + 1"), define("gain", "s.wealth * rate"), define("rate", "1/2")];
    for k in (0..40).rev() {
        symbols.defines.push(define(&format!("d{k}"), &format!("d{} + d{}", k + 1, k + 1)));
    }
    let found = value(&symbols, "d0 + gain + mean(gain)@0", place(1, 1, 1)).expect("a value").0;
    assert_eq!(found.as_constant(), Some(Rational::from((1u64 << 40) + 1) + ratio(3, 2)));
}

#[test]
fn leader_terms() {
    let mut symbols = symbols();
    symbols.leader_terms = LeaderTerms::Mixed { actions: vec!["audit".into(), "sleep".into()], per_stage: true, first: 2 };
    let found = value(&symbols, "p[sleep] - p[audit]@0", place(1, 0, 0)).expect("a value").0;
    assert_eq!(found, sum(&[(ratio(1, 1), &[Variable::Parameter(5)]), (ratio(-1, 1), &[Variable::Parameter(2)])]));
    symbols.leader_terms =
        LeaderTerms::Process { states: vec!["s0".into(), "s1".into()], actions: vec!["x".into(), "y".into(), "z".into()], first: 2 };
    let found = value(&symbols, "nu[s1, y] + nu[s0]@0 + nu[*]", place(1, 0, 0)).expect("a value").0;
    let one = || ratio(1, 1);
    let variable = Variable::Parameter;
    // (1 * 2 + 1) * 3 + 1 + 2 = 12.
    let expected = [(one(), &[variable(12)][..]), (one(), &[variable(2)]), (one(), &[variable(3)]), (one(), &[variable(4)]), (one(), &[])];
    assert_eq!(found, sum(&expected));
}

#[test]
fn named_aggregates() {
    let mut symbols = symbols();
    let weights = vec![(1, 1, ratio(1, 2)), (0, 0, ratio(-1, 4)), (2, 1, ratio(5, 1))];
    symbols.named_aggregates.insert("heat".into(), NamedAggregate { stage: None, weights: weights.clone() });
    symbols.named_aggregates.insert("last heat".into(), NamedAggregate { stage: Some(2), weights });
    let (found, aggregates) = value(&symbols, "heat@2 + 'last heat'", place(1, 0, 0)).expect("a value");
    assert_eq!(aggregates, [Aggregate { stage: 2, weights: vec![(0, 0, ratio(1, 1)), (1, 1, ratio(-2, 1))] }]);
    assert_eq!(found, sum(&[(ratio(-1, 2), &[M0])]));
}
