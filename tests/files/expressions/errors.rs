//! Every way in which a formula or a definition can be wrong, with column and wording.

use super::*;
use smfg::game::expression::{ExpressionErrorKind, LONGEST_FORMULA, NamedAggregate};

/// The message of the error in `text` at stage 1, in state rich, for action work.
fn message(symbols: &Symbols, text: &str) -> String {
    value(symbols, text, place(1, 1, 1)).expect_err(text)
}

#[test]
fn misspelled_formulas() {
    let symbols = symbols();
    let value = "expected a number, a name or `(`";
    let operator = "expected an operator `+`, `-`, `*`, `/`, `^` or the end of the formula";
    let jumps = "jumps, and a game whose rewards or transitions jump with the population need not have an equilibrium: expected continuous functions (a steep `1 / (1 + exp(-k * x))` or `min` and `max` are such)";
    let functions = "the functions of formulas are log, exp, sqrt, abs, min and max";
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
        ("1 + mean(t", "column 11: found the end of the formula, expected `)` to match the `(` in column 9".into()),
        ("1 + 2)", format!("column 6: found `)` without `(`, {operator}")),
        ("toll <= 1", format!("column 6: `<` {jumps}")),
        ("1 + floor(toll)", format!("column 5: `floor` {jumps}")),
        ("Round(toll)", format!("column 1: `Round` {jumps}")),
        ("if(toll, 1, 2)", format!("column 1: `if` {jumps}")),
        ("1 \u{2212} 2", format!("column 3: found `\u{2212}`, {operator}")),
        ("é + \u{1b}", format!("column 5: found `\\u{{1b}}`, {value}")),
        (".5", format!("column 1: found `.`, {value}")),
        ("1 + 2.", "column 5: found `2.`, expected an integer, a decimal or a fraction p/q".into()),
        ("1e999", "column 1: found `1e999`, expected a decimal exponent between -308 and 308".into()),
        ("toll + \"my wage", "column 8: the quoted name has no closing \"".into()),
        ("1 + cosh(t)", format!("column 5: the function `cosh` is not available; {functions}")),
        ("ln(t)", "column 1: the function `ln` is not available; the natural logarithm is written `log`".into()),
        ("log10(t)", "column 1: the function `log10` is not available; write log(x) / log(10)".into()),
        ("pow(t, 2)", "column 1: the function `pow` is not available; powers are written x^y".into()),
        ("2 * log(toll, 10)", "column 5: `log` takes one value, found 2".into()),
        ("max(toll)", "column 1: `max` takes two values or more, found 1".into()),
        ("min()", format!("column 5: found `)`, {value}")),
        ("min(1, )", format!("column 8: found `)`, {value}")),
        ("min(1, 2", "column 9: found the end of the formula, expected `)` to match the `(` in column 4".into()),
        ("sqrt 2", format!("column 6: found `2`, {operator}")),
        ("(1, 2)", "column 3: found `,`, expected an operator `+`, `-`, `*`, `/`, `^` or `)`".into()),
        ("1, 2", format!("column 2: found `,`, {operator}")),
        ("exp(1)@2", "column 7: `@` cannot follow this: it follows mu[...], mean(...), p[...], nu[...] and named aggregates".into()),
        ("mean(log(mu[rich]))", "column 10: mu[...] cannot be used inside mean(...), which averages attributes: only attributes, constants, `t` and leader parameters can".into()),
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
    symbols
        .named_aggregates
        .insert("heat".into(), NamedAggregate { stage: Some(2), weights: Vec::new() });
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
        (
            "p[audit]",
            "column 1: `p[...]` is the probability of a leader's action, and the leader of this game has no `mixed` actions",
        ),
        (
            "nu[audit]",
            "column 1: `nu[...]` is the law of the leader's state, and the leader of this game has no `process`",
        ),
        (
            "toll@1",
            "column 1: `@` cannot follow the parameter `toll`: it follows mu[...], mean(...), p[...], nu[...] and named aggregates",
        ),
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
    symbols.leader_terms =
        LeaderTerms::Mixed { actions: vec!["audit".into()], per_stage: true, first: 2 };
    assert_eq!(
        message(&symbols, "p[audti]"),
        "column 1: no action of the leader is named `audti`; did you mean `audit`?"
    );
    assert_eq!(
        message(&symbols, "audit"),
        "column 1: `audit` is not known; did you mean `p[audit]`?"
    );
    symbols.leader_terms = LeaderTerms::Process {
        states: vec!["calm".into()],
        actions: vec!["audit".into()],
        first: 2,
    };
    assert_eq!(
        message(&symbols, "nu[clam]"),
        "column 4: no state of the leader is named `clam`; did you mean `calm`?"
    );
    assert_eq!(
        message(&symbols, "nu[calm, x]"),
        "column 10: no action of the leader is named `x`; expected one of `audit`"
    );
}

#[test]
fn values_that_do_not_exist() {
    let symbols = symbols();
    for (text, expected) in [
        ("1 / 0", "column 3: division by zero"),
        ("toll / (wage - wage)", "column 6: division by zero"),
        (
            "2^toll",
            "column 2: the exponent is not constant: x^y with y that varies is written exp(y * log(x))",
        ),
        ("log(0)", "column 1: log(0) has no value: expected a positive number"),
        ("1 + log(-1/2)", "column 5: log(-1/2) has no value: expected a positive number"),
        ("sqrt(1 - 3)", "column 1: sqrt(-2) has no value: expected a number that is not negative"),
        ("(-8)^(1/3)", "column 5: root 3(-8) has no value: expected a number that is not negative"),
        ("0^(-1/2)", "column 2: division by zero"),
        ("0^-1", "column 2: division by zero"),
        (
            "toll^(1/65)",
            "column 5: found exponent 1/65, expected a fraction with a denominator of at most 64 and a numerator of at most 64",
        ),
        ("toll^65", "column 5: found exponent 65, expected a number of size at most 64"),
        ("toll^(131/2)", "column 5: found exponent 65, expected a number of size at most 64"),
        ("toll^-65", "column 5: found exponent 65, expected a number of size at most 64"),
        (
            "2^1000001",
            "column 2: found exponent 1000001, expected a number of size at most 1000000",
        ),
        ("toll^40 * wage^40", "column 9: the polynomial has degree 80, expected at most 64"),
        ("mean(toll^64 * s.wealth)", "column 1: the polynomial has degree 65, expected at most 64"),
        ("mu[rich]@3", "column 1: found stage 3, expected a stage between 0 and 2"),
        ("mu[rich]@(t-2)", "column 1: found stage -1, expected a stage between 0 and 2"),
        (
            "mean(s.wealth)@99999999999999999999",
            "column 1: found stage 99999999999999999999, expected a stage between 0 and 2",
        ),
        ("mu[rich]@1.5", "column 1: found stage 3/2, expected an integer constant"),
        (
            "mu[rich]@(toll)",
            "column 1: found stage that is not constant, expected an integer constant",
        ),
    ] {
        assert_eq!(message(&symbols, text), expected, "{text}");
    }
}

#[test]
fn what_a_place_does_not_define() {
    let mut symbols = symbols();
    symbols
        .named_aggregates
        .insert("heat".into(), NamedAggregate { stage: None, weights: Vec::new() });
    symbols.leader_terms =
        LeaderTerms::Mixed { actions: vec!["audit".into()], per_stage: true, first: 2 };
    let nowhere = |text: &str| value(&symbols, text, Place::default()).expect_err(text);
    for (text, expected) in [
        (
            "s.wealth",
            "column 1: `s.wealth` needs a state: it can be used where a rule is applied to a state, and inside mean(...)",
        ),
        (
            "2 * a.effort",
            "column 5: `a.effort` needs an action: it can be used where a rule is applied to an action, and inside mean(...)",
        ),
        ("t", "column 1: the current stage is not defined here, so `t` has no value"),
        ("mu[rich]", "column 1: the current stage is not defined here: write mu[...]@stage"),
        (
            "1 - mean(s.wealth)",
            "column 5: the current stage is not defined here: write mean(...)@stage",
        ),
        (
            "mean(s.wealth * t)@1",
            "column 17: the current stage is not defined here, so `t` has no value",
        ),
        ("p[audit]", "column 1: the current stage is not defined here: write p[...]@stage"),
        ("heat", "column 1: the current stage is not defined here: write heat@stage"),
    ] {
        assert_eq!(nowhere(text), expected, "{text}");
    }
    let at = Place { stage: Some(3), state: Some(9), action: None };
    assert_eq!(
        value(&symbols, "mu[rich]", at).expect_err("stage"),
        "column 1: found stage 3, expected a stage between 0 and 2"
    );
    assert!(value(&symbols, "s.wealth", at).expect_err("state").contains("needs a state"));
    let in_far_left = value(&symbols, "1 + s.house", place(0, 2, 0)).expect_err("attribute");
    assert_eq!(in_far_left, "column 5: the state `far left` has no attribute `house`");
}

/// The errors of definitions, as `name: message`.
fn definition_errors(parameters: &[&str], definitions: &[(&str, &str)]) -> Vec<String> {
    let mut symbols = symbols();
    symbols.parameters = parameters.iter().map(|name| (*name).to_string()).collect();
    symbols.named_aggregates.insert("heat".into(), NamedAggregate::default());
    symbols.defines = definitions
        .iter()
        .map(|(name, text)| ((*name).to_string(), Expression::parse(text).expect(text)))
        .collect();
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
    let late = definition_errors(
        &[],
        &[("zero", "1 / 0"), ("user", "zero + 1"), ("later", "s.wealth / 0")],
    );
    assert_eq!(late, ["`zero`: column 3: division by zero"]);
}

#[test]
fn errors_inside_definitions_name_the_innermost() {
    let mut symbols = symbols();
    let define = |name: &str, text: &str| (name.to_string(), Expression::parse(text).expect(text));
    symbols.defines = vec![
        define("inner", "1 + s.house"),
        define("outer", "2 * (inner)"),
        define("average", "3 + mean(inner)"),
    ];
    let found = value(&symbols, "5 + outer", place(0, 0, 0)).expect_err("no house");
    assert_eq!(
        found,
        "column 5: in the definition of `inner`, column 5: the state `poor` has no attribute `house`"
    );
    let found = value(&symbols, "average", place(0, 0, 0)).expect_err("no house");
    assert_eq!(
        found,
        "column 1: in the definition of `inner`, column 5: the state `poor` has no attribute `house`"
    );
    let found = value(&symbols, "1 - mean(inner)", place(0, 0, 0)).expect_err("no house");
    assert_eq!(
        found,
        "column 10: in the definition of `inner`, column 5: the state `poor` has no attribute `house`"
    );
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
