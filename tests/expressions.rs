//! Formulas of game files: their values against polynomials worked out by hand and against direct evaluation at
//! random points, their errors with column and wording, their limits.

use proptest::prelude::*;
use smfg::exact::{Rational, ratio};
use smfg::game::expression::{
    Dependence, Entity, Evaluator, Expression, ExpressionErrorKind, LONGEST_FORMULA, LeaderTerms, NamedAggregate, Place, Symbols,
};
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
    let wealth =
        Aggregate { stage: 1, weights: [(0, 0, 1), (0, 1, 1), (1, 0, 3), (1, 1, 3)].map(|(s, a, w)| (s, a, ratio(w, 1))).to_vec() };
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

#[test]
fn short_names_stay_free() {
    let mut symbols = symbols();
    symbols.parameters = ["a", "s", "p", "my wage", "taxe_à_payer"].map(String::from).to_vec();
    let found = value(&symbols, "a + s*p + s.wealth + \"my wage\" + taxe_à_payer", place(0, 1, 0)).expect("a value").0;
    let v = Variable::Parameter;
    let one = || ratio(1, 1);
    assert_eq!(found, sum(&[(one(), &[v(0)]), (one(), &[v(1), v(2)]), (ratio(3, 1), &[]), (one(), &[v(3)]), (one(), &[v(4)])]));
}

#[test]
fn numbers_as_formulas() {
    let expression = Expression::constant(ratio(-3, 4));
    assert_eq!(expression.text(), "-3/4");
    let symbols = symbols();
    let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
    assert_eq!(evaluator.evaluate(&expression, Place::default()), Ok(Polynomial::constant(ratio(-3, 4))));
    assert_eq!(evaluator.dependence(&expression), Dependence::default());
}

#[test]
fn dependence_on_the_place() {
    let mut symbols = symbols();
    symbols.defines = vec![("rich_share".into(), Expression::parse("mu[rich]").expect("a formula"))];
    symbols.leader_terms = LeaderTerms::Mixed { actions: vec!["audit".into()], per_stage: false, first: 2 };
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
        assert_eq!(evaluator.dependence(&expression), Dependence { stage, state, action }, "{text}");
        // What a value does not depend on need not be given.
        let at = Place { stage: stage.then_some(1), state: state.then_some(1), action: action.then_some(1) };
        let anywhere = evaluator.evaluate(&expression, at).expect(text);
        assert_eq!(Ok(anywhere), evaluator.evaluate(&expression, place(1, 1, 1)), "{text}");
    }
}

#[test]
fn values_follow_the_place() {
    // One formula at many places, definitions between, in an order that changes everything at once.
    let mut symbols = symbols();
    let define = |name: &str, text: &str| (name.to_string(), Expression::parse(text).expect(text));
    symbols.defines = vec![define("x", "s.wealth + 10 * t"), define("y", "x + 100 * a.effort"), define("z", "x * 1000 + mean(x)@0")];
    let expression = Expression::parse("z + y").expect("a formula");
    let mut evaluator = Evaluator::new(&symbols).expect("definitions");
    for (stage, state, action) in [(0, 0, 0), (1, 1, 1), (0, 1, 1), (0, 1, 0), (2, 0, 1), (0, 0, 0)] {
        let x = [1, 3, 0][state] + 10 * stage as i64;
        // Mean wealth at stage 0 is 2; `t` is the stage of the formula, not the one after `@`.
        let expected = 1000 * x + (2 + 10 * stage as i64) + (x + 100 * action as i64);
        let found = evaluator.evaluate(&expression, place(stage, state, action)).expect("a value");
        assert_eq!(found.as_constant(), Some(ratio(expected, 1)), "{stage} {state} {action}");
    }
}

/// The message of the error in `text` at stage 1, in state rich, for action work.
fn message(symbols: &Symbols, text: &str) -> String {
    value(symbols, text, place(1, 1, 1)).expect_err(text)
}

#[test]
fn misspelled_formulas() {
    let symbols = symbols();
    let value = "expected a number, a name or `(`";
    let operator = "expected an operator `+`, `-`, `*`, `/`, `^` or the end of the formula";
    for (text, expected) in [
        ("", format!("column 1: found the end of the formula, {value}")),
        ("   ", format!("column 4: found the end of the formula, {value}")),
        ("1 +", format!("column 4: found the end of the formula, {value}")),
        ("* 2", format!("column 1: found `*`, {value}")),
        ("toll ** 2", "column 7: found `*`, expected a number, a name or `(` (powers are written x^2)".into()),
        ("()", format!("column 2: found `)`, {value}")),
        ("2 toll", format!("column 3: found `toll`, {operator}")),
        ("toll wage", format!("column 6: found `wage`, {operator}")),
        ("2(3)", format!("column 2: found `(`, {operator}")),
        ("(1 2)", "column 4: found `2`, expected an operator `+`, `-`, `*`, `/`, `^` or `)`".into()),
        ("(1 + 2", "column 7: found the end of the formula, expected `)` to match the `(` in column 1".into()),
        ("2 * (toll + mean(s.wealth)", "column 27: found the end of the formula, expected `)` to match the `(` in column 5".into()),
        ("1 + 2)", format!("column 6: found `)` without `(`, {operator}")),
        ("toll <= 1", format!("column 6: found `<`, {operator}")),
        ("1 \u{2212} 2", format!("column 3: found `\u{2212}`, {operator}")),
        ("é + \u{1b}", format!("column 5: found `\\u{{1b}}`, {value}")),
        (".5", format!("column 1: found `.`, {value}")),
        ("1 + 2.", "column 5: found `2.`, expected an integer, a decimal or a fraction p/q".into()),
        ("1e999", "column 1: found `1e999`, expected a decimal exponent between -308 and 308".into()),
        ("toll + \"my wage", "column 8: the quoted name has no closing \"".into()),
        ("min(toll, 1)", "column 1: the function `min` is not available (formulas are polynomials)".into()),
        ("1 + exp(t)", "column 5: the function `exp` is not available (formulas are polynomials)".into()),
        ("mu", "column 3: found the end of the formula, expected `[` after `mu`".into()),
        ("mean [1]", "column 6: found `[`, expected `(` after `mean`".into()),
        ("nu(1)", "column 3: found `(`, expected `[` after `nu`".into()),
        ("mu[]", "column 4: found `]`, expected a name or `*` (names that are not identifiers are quoted: mu[\"far left\"])".into()),
        ("mu[0]", "column 4: found `0`, expected a name or `*` (names that are not identifiers are quoted: mu[\"far left\"])".into()),
        (
            "mu[far left]",
            "column 8: found `left`, expected `,` or `]` (names that are not identifiers are quoted: mu[\"far left\"])".into(),
        ),
        ("mu[rich, work, rest]", "column 14: found `,`, expected `]` (names that are not identifiers are quoted: mu[\"far left\"])".into()),
        ("mu[rich", "column 8: found the end of the formula, expected `]` to match the `[` in column 3".into()),
        ("p[*]", "column 3: found `*`, expected the name of an action of the leader".into()),
        ("s.", "column 3: found the end of the formula, expected the name of an attribute".into()),
        ("s.1", "column 3: found `1`, expected the name of an attribute".into()),
        ("x.wealth", "column 2: found `.`, expected an operator (attributes are written s.name and a.name)".into()),
        ("toll[1]", "column 5: found `[`, expected an operator (only mu[...], p[...] and nu[...] take brackets)".into()),
        (
            "mu[rich]@t",
            "column 10: found `t`, expected a stage after `@`: an integer such as @2 or a formula in parentheses such as @(t-1)".into(),
        ),
        (
            "mu[rich]@-1",
            "column 10: found `-`, expected a stage after `@`: an integer such as @2 or a formula in parentheses such as @(t-1)".into(),
        ),
        ("(toll)@1", "column 7: `@` cannot follow this: it follows mu[...], mean(...), p[...], nu[...] and named aggregates".into()),
        ("mu[rich]@1@2", "column 11: `@` cannot follow this: it follows mu[...], mean(...), p[...], nu[...] and named aggregates".into()),
        (
            "mean(1 + mean(s.wealth))",
            "column 10: mean(...) cannot be used inside mean(...), which averages attributes: \
             only attributes, constants, `t` and leader parameters can"
                .into(),
        ),
    ] {
        assert_eq!(message(&symbols, text), expected, "{text}");
    }
}

#[test]
fn names_that_mean_nothing() {
    let mut symbols = symbols();
    symbols.named_aggregates.insert("heat".into(), NamedAggregate { stage: Some(2), weights: Vec::new() });
    symbols.defines = vec![("crowd".into(), Expression::parse("mu[rich]").expect("a formula"))];
    for (text, expected) in [
        ("1 + wgae", "column 5: `wgae` is not known; did you mean `wage`?"),
        (
            "xyzzy",
            "column 1: `xyzzy` is not known; the names here are the leader's parameters `toll`, `wage`, the definitions `crowd`, \
             the named aggregates `heat`, the stage `t`",
        ),
        ("rich", "column 1: `rich` is not known; did you mean `mu[rich]`?"),
        ("'far left'", "column 1: `far left` is not known; did you mean `mu[\"far left\"]`?"),
        ("work", "column 1: `work` is not known; did you mean `mu[*, work]`?"),
        ("wealth", "column 1: `wealth` is not known; did you mean `s.wealth`?"),
        ("effort", "column 1: `effort` is not known; did you mean `a.effort`?"),
        ("mu[rihc]", "column 4: no state is named `rihc`; did you mean `rich`?"),
        ("mu[rich, nap]", "column 10: no action is named `nap`; expected one of `rest`, `work`"),
        ("s.welth", "column 1: no state has an attribute `welth`; did you mean `wealth`?"),
        ("a.wealth", "column 1: no action has an attribute `wealth`; expected one of `effort`"),
        ("0 * mean(s.house)", "column 10: the state `poor` has no attribute `house`"),
        ("p[audit]", "column 1: `p[...]` is the probability of a leader's action, and the leader of this game has no `mixed` actions"),
        ("nu[audit]", "column 1: `nu[...]` is the law of the leader's state, and the leader of this game has no `process`"),
        ("toll@1", "column 1: `@` cannot follow the parameter `toll`: it follows mu[...], mean(...), p[...], nu[...] and named aggregates"),
        (
            "crowd@1",
            "column 1: `@` cannot follow the definition `crowd`: it follows mu[...], mean(...), p[...], nu[...] and named aggregates",
        ),
        (
            "heat@1",
            "column 1: `@` cannot follow an aggregate with a stage of its own, `heat`: \
             it follows mu[...], mean(...), p[...], nu[...] and named aggregates",
        ),
        (
            "mean(2 * mu[rich])",
            "column 10: mu[...] cannot be used inside mean(...), which averages attributes: \
             only attributes, constants, `t` and leader parameters can",
        ),
        (
            "mean(crowd)",
            "column 6: `crowd`, which depends on the population, cannot be used inside mean(...), which averages attributes: \
             only attributes, constants, `t` and leader parameters can",
        ),
        (
            "mean(heat)",
            "column 6: `heat` cannot be used inside mean(...), which averages attributes: \
             only attributes, constants, `t` and leader parameters can",
        ),
    ] {
        assert_eq!(message(&symbols, text), expected, "{text}");
    }
    symbols.leader_terms = LeaderTerms::Mixed { actions: vec!["audit".into()], per_stage: true, first: 2 };
    assert_eq!(message(&symbols, "p[audti]"), "column 1: no action of the leader is named `audti`; did you mean `audit`?");
    assert_eq!(message(&symbols, "audit"), "column 1: `audit` is not known; did you mean `p[audit]`?");
    symbols.leader_terms = LeaderTerms::Process { states: vec!["calm".into()], actions: vec!["audit".into()], first: 2 };
    assert_eq!(message(&symbols, "nu[clam]"), "column 4: no state of the leader is named `clam`; did you mean `calm`?");
    assert_eq!(message(&symbols, "nu[calm, x]"), "column 10: no action of the leader is named `x`; expected one of `audit`");
}

#[test]
fn values_that_do_not_exist() {
    let symbols = symbols();
    for (text, expected) in [
        ("1 / 0", "column 3: division by zero"),
        ("toll / (wage - wage)", "column 6: division by zero"),
        ("1 / toll", "column 3: division by an expression that is not constant (formulas are polynomials)"),
        ("toll / mu[rich]", "column 6: division by an expression that is not constant (formulas are polynomials)"),
        ("2^toll", "column 2: the exponent is not constant (formulas are polynomials)"),
        ("toll^-1", "column 5: found exponent -1, expected an integer between 0 and 64"),
        ("toll^(1/2)", "column 5: found exponent 1/2, expected an integer between 0 and 64"),
        ("toll^65", "column 5: found exponent 65, expected an integer between 0 and 64"),
        ("toll^40 * wage^40", "column 9: the polynomial has degree 80, expected at most 64"),
        ("mean(toll^64 * s.wealth)", "column 1: the polynomial has degree 65, expected at most 64"),
        ("mu[rich]@3", "column 1: found stage 3, expected a stage between 0 and 2"),
        ("mu[rich]@(t-2)", "column 1: found stage -1, expected a stage between 0 and 2"),
        ("mean(s.wealth)@99999999999999999999", "column 1: found stage 99999999999999999999, expected a stage between 0 and 2"),
        ("mu[rich]@1.5", "column 1: found stage 3/2, expected an integer constant"),
        ("mu[rich]@(toll)", "column 1: found stage that is not constant, expected an integer constant"),
    ] {
        assert_eq!(message(&symbols, text), expected, "{text}");
    }
}

#[test]
fn what_a_place_does_not_define() {
    let mut symbols = symbols();
    symbols.named_aggregates.insert("heat".into(), NamedAggregate { stage: None, weights: Vec::new() });
    symbols.leader_terms = LeaderTerms::Mixed { actions: vec!["audit".into()], per_stage: true, first: 2 };
    let nowhere = |text: &str| value(&symbols, text, Place::default()).expect_err(text);
    for (text, expected) in [
        ("s.wealth", "column 1: `s.wealth` needs a state: it can be used where a rule is applied to a state, and inside mean(...)"),
        ("2 * a.effort", "column 5: `a.effort` needs an action: it can be used where a rule is applied to an action, and inside mean(...)"),
        ("t", "column 1: the current stage is not defined here, so `t` has no value"),
        ("mu[rich]", "column 1: the current stage is not defined here: write mu[...]@stage"),
        ("1 - mean(s.wealth)", "column 5: the current stage is not defined here: write mean(...)@stage"),
        ("mean(s.wealth * t)@1", "column 17: the current stage is not defined here, so `t` has no value"),
        ("p[audit]", "column 1: the current stage is not defined here: write p[...]@stage"),
        ("heat", "column 1: the current stage is not defined here: write heat@stage"),
    ] {
        assert_eq!(nowhere(text), expected, "{text}");
    }
    let at = Place { stage: Some(3), state: Some(9), action: None };
    assert_eq!(value(&symbols, "mu[rich]", at).expect_err("stage"), "column 1: found stage 3, expected a stage between 0 and 2");
    assert!(value(&symbols, "s.wealth", at).expect_err("state").contains("needs a state"));
    let in_far_left = value(&symbols, "1 + s.house", place(0, 2, 0)).expect_err("attribute");
    assert_eq!(in_far_left, "column 5: the state `far left` has no attribute `house`");
}

/// The errors of definitions, as `name: message`.
fn definition_errors(parameters: &[&str], definitions: &[(&str, &str)]) -> Vec<String> {
    let mut symbols = symbols();
    symbols.parameters = parameters.iter().map(|name| (*name).to_string()).collect();
    symbols.named_aggregates.insert("heat".into(), NamedAggregate::default());
    symbols.defines = definitions.iter().map(|(name, text)| ((*name).to_string(), Expression::parse(text).expect(text))).collect();
    let errors = Evaluator::new(&symbols).err().unwrap_or_default();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn wrong_definitions_are_reported_together() {
    let found = definition_errors(
        &["toll", "mu", "toll"],
        &[
            ("heat", "1"),
            ("toll", "2"),
            ("t", "3"),
            ("twice", "4"),
            ("twice", "5"),
            ("a1", "1 + b1"),
            ("b1", "2 * c1 - zerro"),
            ("c1", "mean(a1)"),
            ("self", "self + 1"),
            ("behind", "b1 + mu[rihc]"),
            ("zero", "1 / 0"),
            ("user", "zero + 1"),
            ("fine", "s.wealth / 0"),
        ],
    );
    let expected = [
        "`mu`: `mu` has a fixed meaning in formulas, expected another name",
        "`toll`: `toll` is already a parameter of the leader, expected another name",
        "`heat`: `heat` is already a named aggregate, expected another name",
        "`toll`: `toll` is already a parameter of the leader, expected another name",
        "`t`: `t` has a fixed meaning in formulas, expected another name",
        "`twice`: `twice` is already a definition, expected another name",
        "`a1`: column 5: the definition uses itself: `a1` -> `b1` -> `c1` -> `a1`",
        "`b1`: column 10: `zerro` is not known; did you mean `zero`?",
        "`self`: column 1: the definition uses itself: `self` -> `self`",
        "`behind`: column 9: no state is named `rihc`; did you mean `rich`?",
    ];
    assert_eq!(found, expected);
    let late = definition_errors(&[], &[("zero", "1 / 0"), ("user", "zero + 1"), ("later", "s.wealth / 0")]);
    assert_eq!(late, ["`zero`: column 3: division by zero"]);
}

#[test]
fn errors_inside_definitions_name_the_innermost() {
    let mut symbols = symbols();
    let define = |name: &str, text: &str| (name.to_string(), Expression::parse(text).expect(text));
    symbols.defines = vec![define("inner", "1 + s.house"), define("outer", "2 * (inner)"), define("average", "3 + mean(inner)")];
    let found = value(&symbols, "5 + outer", place(0, 0, 0)).expect_err("no house");
    assert_eq!(found, "column 5: in the definition of `inner`, column 5: the state `poor` has no attribute `house`");
    let found = value(&symbols, "average", place(0, 0, 0)).expect_err("no house");
    assert_eq!(found, "column 1: in the definition of `inner`, column 5: the state `poor` has no attribute `house`");
    let found = value(&symbols, "1 - mean(inner)", place(0, 0, 0)).expect_err("no house");
    assert_eq!(found, "column 10: in the definition of `inner`, column 5: the state `poor` has no attribute `house`");
}

#[test]
fn excessive_formulas_are_refused() {
    let symbols = symbols();
    let kind = |text: &str| {
        let expression = match Expression::parse(text) {
            Ok(expression) => expression,
            Err(error) => return error.kind,
        };
        let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
        evaluator.evaluate(&expression, place(1, 1, 1)).expect_err("refused").kind
    };
    use ExpressionErrorKind as Kind;
    assert!(matches!(kind("10^64^64"), Kind::Exponent { .. }));
    assert!(matches!(kind("(toll+1)^64^64"), Kind::Exponent { .. }));
    assert!(matches!(kind("2^(2^60)"), Kind::Exponent { .. }));
    assert!(matches!(kind("((10^64)^64)^64"), Kind::NumberTooLong));
    assert!(matches!(kind(&"9".repeat(90_000)), Kind::NumberTooLong));
    assert!(matches!(kind("((toll+1)^33)^2"), Kind::Degree { degree: 66 }));
    assert!(matches!(kind("(1+toll+wage+mu[rich]+mu[poor])^40"), Kind::TooManyTerms));
    assert!(matches!(
        kind("(1+toll+wage+mu[rich]+mu[poor])^16 * (1+toll+wage+mu[rich]+mu[poor])^16"),
        Kind::TooManyTerms | Kind::TooMuchWork
    ));
    let slow = vec!["(1+toll+wage+mu[rich])^20*(1-toll-wage+mu[rich])^20"; 1000].join("+");
    assert!(matches!(kind(&slow), Kind::TooMuchWork));
    assert!(matches!(kind(&"1+".repeat(LONGEST_FORMULA)), Kind::TooLong { length: 200_000 }));
    assert!(matches!(kind(&"(".repeat(LONGEST_FORMULA)), Kind::Nesting));
    assert!(matches!(kind(&"mean(".repeat(1000)), Kind::PopulationInsideMean { .. }));
    assert!(matches!(kind(&"mu[rich]@(".repeat(1000)), Kind::Nesting));
    let signs = format!("{}1", "-".repeat(99_999));
    assert_eq!(constant(&signs), ratio(-1, 1));
    let powers = format!("1{}", "^1".repeat(49_999));
    assert_eq!(constant(&powers), ratio(1, 1));
    let nested = format!("{}1{}", "(".repeat(200), ")".repeat(200));
    assert_eq!(constant(&nested), ratio(1, 1));
    let sum = format!("1{}", "+1".repeat(49_999));
    assert_eq!(constant(&sum), ratio(50_000, 1));
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

/// Formulas as trees, with the value they have at a point.
#[derive(Debug, Clone)]
enum Tree {
    Number(i64, u64),
    Parameter(usize),
    Wealth,
    Effort,
    Stage,
    Mass(Option<usize>, Option<usize>, usize),
    Mean(Box<Tree>, usize),
    Negative(Box<Tree>),
    Add(Box<Tree>, Box<Tree>),
    Subtract(Box<Tree>, Box<Tree>),
    Multiply(Box<Tree>, Box<Tree>),
    Divide(Box<Tree>, i64),
    Power(Box<Tree>, u32),
}

/// Masses of (state, action) per stage, and the parameters.
#[derive(Debug, Clone)]
struct Point {
    masses: Vec<Vec<Rational>>,
    parameters: Vec<Rational>,
}

const WEALTH: [i64; 3] = [1, 3, 0];
const STATES: [&str; 3] = ["poor", "rich", "\"far left\""];
const ACTIONS: [&str; 2] = ["rest", "work"];

impl Tree {
    fn value(&self, point: &Point, at: (usize, usize, usize)) -> Rational {
        let (stage, state, action) = at;
        match self {
            Tree::Number(p, q) => ratio(*p, *q),
            Tree::Parameter(k) => point.parameters[*k].clone(),
            Tree::Wealth => ratio(WEALTH[state], 1),
            Tree::Effort => ratio(action as i64, 1),
            Tree::Stage => ratio(stage as i64, 1),
            Tree::Mass(s, a, t) => {
                let chosen = |i: usize| s.is_none_or(|s| s == i / 2) && a.is_none_or(|a| a == i % 2);
                (0..6).filter(|&i| chosen(i)).map(|i| point.masses[*t][i].clone()).fold(Rational::ZERO, |x, y| x + y)
            }
            Tree::Mean(body, t) => {
                (0..6).map(|i| &point.masses[*t][i] * body.value(point, (stage, i / 2, i % 2))).fold(Rational::ZERO, |x, y| x + y)
            }
            Tree::Negative(x) => -x.value(point, at),
            Tree::Add(x, y) => x.value(point, at) + y.value(point, at),
            Tree::Subtract(x, y) => x.value(point, at) - y.value(point, at),
            Tree::Multiply(x, y) => x.value(point, at) * y.value(point, at),
            Tree::Divide(x, q) => x.value(point, at) / ratio(*q, 1),
            Tree::Power(x, n) => (0..*n).fold(Rational::ONE, |product, _| product * x.value(point, at)),
        }
    }

    /// The text with as few parentheses as the grammar needs where `binding` is how tightly the surroundings bind.
    fn text(&self, binding: u8) -> String {
        let (own, text) = match self {
            Tree::Number(p, 1) if *p >= 0 => (9, p.to_string()),
            Tree::Number(p, q) if *p >= 0 => (2, format!("{p}/{q}")),
            Tree::Number(p, q) => (2, format!("{p} / {q}")),
            Tree::Parameter(k) => (9, ["toll", "wage"][*k].to_string()),
            Tree::Wealth => (9, "s.wealth".to_string()),
            Tree::Effort => (9, "a . effort".to_string()),
            Tree::Stage => (9, "t".to_string()),
            Tree::Mass(s, None, t) => (9, format!("mu[{}]@{t}", s.map_or("*", |s| STATES[s]))),
            Tree::Mass(s, Some(a), t) => (9, format!("mu[{}, {}]@({t} + 1 - 1)", s.map_or("*", |s| STATES[s]), ACTIONS[*a])),
            Tree::Mean(body, t) => (9, format!("mean({})@{t}", body.text(0))),
            Tree::Negative(x) => (3, format!("-{}", x.text(3))),
            Tree::Add(x, y) => (1, format!("{} + {}", x.text(1), y.text(2))),
            Tree::Subtract(x, y) => (1, format!("{}-{}", x.text(1), y.text(2))),
            Tree::Multiply(x, y) => (2, format!("{}*{}", x.text(2), y.text(3))),
            Tree::Divide(x, q) => (2, format!("{} / {}", x.text(2), if *q < 0 { format!("({q})") } else { q.to_string() })),
            Tree::Power(x, n) => (4, format!("{}^{n}", x.text(5))),
        };
        if own < binding { format!("({text})") } else { text }
    }
}

fn leaf(population: bool) -> BoxedStrategy<Tree> {
    let plain = prop_oneof![
        (-20i64..20, 1u64..7).prop_map(|(p, q)| Tree::Number(p, q)),
        (0usize..2).prop_map(Tree::Parameter),
        Just(Tree::Wealth),
        Just(Tree::Effort),
        Just(Tree::Stage),
    ];
    if !population {
        return plain.boxed();
    }
    let mass = (proptest::option::of(0usize..3), proptest::option::of(0usize..2), 0usize..3).prop_map(|(s, a, t)| Tree::Mass(s, a, t));
    let mean = (tree(false), 0usize..3).prop_map(|(body, t)| Tree::Mean(Box::new(body), t));
    prop_oneof![3 => plain, 2 => mass, 1 => mean].boxed()
}

fn tree(population: bool) -> BoxedStrategy<Tree> {
    leaf(population)
        .prop_recursive(if population { 4 } else { 3 }, 24, 2, |inner| {
            let two = (inner.clone(), inner.clone());
            prop_oneof![
                inner.clone().prop_map(|x| Tree::Negative(Box::new(x))),
                two.clone().prop_map(|(x, y)| Tree::Add(Box::new(x), Box::new(y))),
                two.clone().prop_map(|(x, y)| Tree::Subtract(Box::new(x), Box::new(y))),
                two.prop_map(|(x, y)| Tree::Multiply(Box::new(x), Box::new(y))),
                (inner.clone(), prop_oneof![-5i64..0, 1i64..6]).prop_map(|(x, q)| Tree::Divide(Box::new(x), q)),
                (inner, 0u32..4).prop_map(|(x, n)| Tree::Power(Box::new(x), n)),
            ]
        })
        .boxed()
}

/// Populations that respect the initial law at stage 0 and the pair that is unavailable at stage 2.
fn point() -> impl Strategy<Value = Point> {
    (proptest::collection::vec(1i64..9, 18), proptest::collection::vec((-9i64..9, 1u64..4), 2)).prop_map(|(raw, parameters)| {
        let mut masses = Vec::new();
        for t in 0..3 {
            let mut row: Vec<i64> = raw[6 * t..6 * t + 6].to_vec();
            if t == 2 {
                row[5] = 0;
            }
            let total: i64 = row.iter().sum();
            let law = [ratio(1, 2), ratio(1, 2), ratio(0, 1)];
            let mass = |i: usize| {
                let own = row[i / 2 * 2] + row[i / 2 * 2 + 1];
                if t == 0 { &law[i / 2] * ratio(row[i], own as u64) } else { ratio(row[i], total as u64) }
            };
            masses.push((0..6).map(mass).collect());
        }
        Point { masses, parameters: parameters.into_iter().map(|(p, q)| ratio(p, q)).collect() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn formulas_agree_with_direct_evaluation(tree in tree(true), point in point(), stage in 0usize..3, state in 0usize..3, action in 0usize..2) {
        let text = tree.text(0);
        let symbols = symbols();
        let expression = Expression::parse(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
        let polynomial = match evaluator.evaluate(&expression, place(stage, state, action)) {
            Ok(polynomial) => polynomial,
            Err(error) if matches!(error.kind, ExpressionErrorKind::Degree { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(format!("{text}: {error}"))),
        };
        let aggregates = evaluator.into_aggregates();
        for (k, aggregate) in aggregates.iter().enumerate() {
            prop_assert!(!aggregates[..k].contains(aggregate), "{text}: aggregate twice");
            prop_assert!(aggregate.weights.iter().all(|(_, _, w)| !w.is_zero()));
            prop_assert!(aggregate.weights.windows(2).all(|w| (w[0].0, w[0].1) < (w[1].0, w[1].1)));
            prop_assert!(aggregate.weights.iter().all(|(s, a, _)| symbols.pairs[aggregate.stage].find(*s as usize, *a as usize).is_some()));
        }
        let number = |variable| Some(match variable {
            Variable::Parameter(k) => point.parameters[k as usize].clone(),
            Variable::Aggregate(k) => {
                let aggregate = &aggregates[k as usize];
                let mass = |s: &u32, a: &u32| &point.masses[aggregate.stage][(2 * s + a) as usize];
                aggregate.weights.iter().map(|(s, a, w)| mass(s, a) * w).fold(Rational::ZERO, |x, y| x + y)
            }
        });
        prop_assert_eq!(polynomial.substitute(&number).as_constant(), Some(tree.value(&point, (stage, state, action))), "{}", text);
    }

    #[test]
    fn any_tokens_are_read_without_panic(tokens in proptest::collection::vec(0usize..36, 0..24)) {
        const TOKENS: [&str; 36] = [
            "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "@", ".", "1", "2.5", "1e3", "t", "s", "a", "mu", "mean(", "p", "nu[", "mu[rich]",
            "mean(s.wealth)", "toll", "\"far left\"", "'", "rich", "work", "@(t-1)", "@2", " ", "é", "\u{0}", "^0", "s.wealth",
        ];
        let text: String = tokens.iter().map(|&i| TOKENS[i]).collect();
        read(&text)?;
    }

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        read(&text)?;
    }
}

/// Parses and evaluates; errors point into the text.
fn read(text: &str) -> Result<(), TestCaseError> {
    let symbols = symbols();
    let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
    let outcome = Expression::parse(text).and_then(|expression| evaluator.evaluate(&expression, place(1, 1, 1)));
    if let Err(error) = outcome {
        prop_assert!((1..=text.chars().count() + 1).contains(&error.column), "{error}");
    }
    Ok(())
}
