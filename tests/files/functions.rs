//! Functions in game files: what they mean, where they are proved to have values, and the errors of
//! those that have none.

use smfg::exact::{Rational, ratio};
use smfg::game::{Class, FunctionKind, Game, classify};

/// One stage of one state: a reward of `a`, further lines.
fn text(reward: &str, more: &str) -> String {
    format!(
        "format = \"smfg-game/1\"\nname = \"f\"\nstages = 1\nstates = [\"one\"]\nactions = [\"a\", \"b\"]\ninitial = {{ one = 1 }}\n[[reward]]\naction = \"a\"\nvalue = \"{reward}\"\n{more}"
    )
}

fn game(reward: &str, more: &str) -> Game {
    Game::parse_toml(&text(reward, more)).expect(reward)
}

fn kinds(game: &Game) -> Vec<FunctionKind> {
    game.functions.iter().map(|function| function.kind).collect()
}

#[test]
fn equal_formulas_are_one_function() {
    for (one, other) in [
        ("sqrt(mu[*, a])", "mu[*, a]^(1/2)"),
        ("mu[*, a]^(3/2)", "mu[*, a] * sqrt(mu[*, a])"),
        ("1 / (1 + mu[*, a])", "(mu[*, a] + 1)^-1"),
        ("max(mu[*, a], 1/2)", "-min(-mu[*, a], -1/2)"),
        ("exp(2 * mu[*, a]) / 2", "0.5 * exp(mu[*, a] + mu[*, a])"),
        // What is plainly negative is the inverse of what is positive.
        ("1 / (-1 - mu[*, a])", "-1 / (1 + mu[*, a])"),
        ("log(mu[*, a] + 1) + abs(mu[*, a])", "mu[*, a] + log(1 + mu[*, a])"),
        ("4^(3/2) * mu[*, a]", "8 * mu[*, a]"),
        ("sqrt(1/4) + abs(-2) + max(1, 3, 2) + exp(0) + log(1)", "13/2"),
        ("2^-1 + 4^(-1/2)", "1"),
    ] {
        assert_eq!(game(one, "").hash(), game(other, "").hash(), "{one} and {other}");
    }
    // Aggregates and functions that nothing uses are not part of a game.
    assert_eq!(game("0 * log(mu[*, a] + 1) + 1", "").hash(), game("1", "").hash());
    assert_ne!(game("log(mu[*, a] + 1)", "").hash(), game("log(mu[*, a] + 2)", "").hash());
    assert_ne!(game("log(mu[*, a] + 1)", "").hash(), game("exp(mu[*, a] + 1)", "").hash());
}

/// The argument is 1 + (1 - x)^2, and 0 by intervals.
#[test]
fn arguments_are_bounded_away_from_zero() {
    let own = game("1 / (2 - 2 * mu[*, a] + mu[*, a]^2)", "");
    assert_eq!(own.functions[0].ends, (ratio(1, 1), ratio(2, 1)));
    assert_eq!(own.functions[0].values, (ratio(1, 2), ratio(1, 1)));
}

/// Functions are ordered by nesting, whatever the order in which formulas name them.
#[test]
fn functions_are_nested_in_order() {
    let inner = "[[reward]]\naction = \"b\"\nvalue = \"exp(mu[*, a])\"\n";
    let own = game("log(2 + exp(mu[*, a])) + abs(mu[*, a] - 1/2)", inner);
    assert_eq!(kinds(&own), [FunctionKind::Exp, FunctionKind::Abs, FunctionKind::Log]);
    let own = own.functions.last().expect("three");
    assert_eq!(own.ends.0, ratio(3, 1));
    // log 3 <= w <= log(2 + e).
    assert!(
        own.values.0 > ratio(1_098_612, 1_000_000) && own.values.0 < ratio(1_098_613, 1_000_000)
    );
    assert!(
        own.values.1 > ratio(1_551_444, 1_000_000) && own.values.1 < ratio(1_551_445, 1_000_000)
    );
}

#[test]
fn classes() {
    for (reward, class) in [
        ("log(mu[*, a] + 1)", Class::C2),
        ("log(2) * mu[*, a]", Class::C2),
        ("1", Class::C0),
        ("mu[*, a]", Class::C1),
    ] {
        assert_eq!(classify(&game(reward, "")).class, class, "{reward}");
    }
    let of_leader = game("1", "[[leader.payoff]]\nvalue = \"sqrt(mu[*, a]@0)\"\n");
    assert_eq!(classify(&of_leader).class, Class::C0);
    let reason = classify(&game("-log(mu[*, a] + 1)", "")).reason;
    assert!(reason.contains("log("), "{reason}");
}

/// Rows of transitions may sum to 1 because quotients do.
#[test]
fn softmax_transitions() {
    let file = |to: &str| {
        format!(
            "format = \"smfg-game/1\"\nname = \"f\"\nstages = 2\nstates = [\"x\", \"y\", \"z\"]\nactions = [\"a\", \"b\"]\ninitial = {{ x = 1 }}\n[define]\nex = \"exp(mu[*, a])\"\ney = \"exp(-mu[*, b])\"\nez = \"exp(1/2)\"\nall = \"ex + ey + ez\"\n[[transition]]\nto = {to}\n"
        )
    };
    let good = file("{ x = \"ex / all\", y = \"ey / all\", z = \"ez / all\" }");
    let game = Game::parse_toml(&good).expect("a softmax");
    assert_eq!(classify(&game).class, Class::C3);
    let bad = file("{ x = \"ex / all\", y = \"ey / all\", z = \"ex / all\" }");
    let message = Game::parse_toml(&bad).expect_err("no law").to_string();
    assert!(message.contains("found probabilities that sum to"), "{message}");
    let logistic = file("{ x = \"1 / (1 + exp(mu[*, a] - 1/2))\", y = \"rest\" }");
    assert!(Game::parse_toml(&logistic).is_ok());
    let later = file("{ x = \"1 / (1 + exp(mu[*, a]@1))\", y = \"rest\" }");
    let message = Game::parse_toml(&later).expect_err("the future").to_string();
    assert!(message.contains("expected populations of stages up to 0 only"), "{message}");
}

/// Each is one error that says what is wrong; the first words are those of the rule.
#[test]
fn functions_without_values() {
    let leader = "[leader]\nvariables = [{ name = \"u\", lower = 0, upper = 2 }]\n";
    let listed = "[leader]\ndecisions = [{ name = \"low\", u = 0 }, { name = \"high\", u = 2 }]\n";
    let all = "when all followers in state \"one\" play \"b\" at stage 0";
    for (reward, more, expected) in [
        ("log(mu[*, a])", "", format!("`log(mu[one, a]@0)` has no value {all}: its argument is 0 there, expected one that is positive at every decision and population, such as `log(1/1000000 + mu[one, a]@0)`")),
        ("1 / mu[*, a]", "", format!("`1 / (mu[one, a]@0)` has no value {all}")),
        ("mu[*, a]^-2", "", format!("`1 / (mu[one, a]@0)` has no value {all}")),
        ("mu[*, a]^(-1/2)", "", "cannot show that the argument sqrt(mu[one, a]@0) of `1 / (sqrt(mu[one, a]@0))` is positive".into()),
        ("sqrt(mu[*, a] - 1/2)", "", format!("has no value {all}: its argument is -1/2 there, expected one that is not negative at every decision and population, such as `sqrt(max(-1/2 + mu[one, a]@0, 0))`")),
        ("(mu[*, a] - 1/2)^(1/3)", "", "`(-1/2 + mu[one, a]@0)^(1/3)` has no value".into()),
        ("log(mu[*, a] - mu[*, b])", "", "its argument is -1 there".into()),
        ("log(mu[*, a] * mu[*, b])", "", "cannot show that the argument mu[one, a]@0 * mu[one, b]@0 of `log(mu[one, a]@0 * mu[one, b]@0)` is positive at every decision and population: the best lower bound found is 0".into()),
        ("1 / (mu[*, a] - 1/2)", "", "its argument is -1/2 there, expected one that is positive".into()),
        ("log(u)", leader, "`log(u)` has no value at u = 0: its argument is 0 there".into()),
        ("log(u)", listed, "`log(u)` has no value at decision \"low\": its argument is 0 there".into()),
        ("1 / (u - 1)", listed, "has no value at decision \"low\": its argument is -1 there".into()),
        ("sqrt(mu[*, a] - u)", leader, "has no value at u = 2, when all followers".into()),
        ("log(log(mu[*, a] + 1))", "", "cannot show that the argument log(1 + mu[one, a]@0) of `log(log(1 + mu[one, a]@0))` is positive".into()),
        ("log(1 - exp(mu[*, a]))", "", "cannot show that the argument 1 + -1 * exp(mu[one, a]@0)".into()),
        ("exp(20000 * mu[*, a])", "", "`exp(20000 * mu[one, a]@0)` has values too large to compute with".into()),
        ("exp(exp(10 * mu[*, a]))", "", "has values too large to compute with".into()),
        ("1 / max(mu[*, a] - 1/2, mu[*, b] - 1/2)", "", "cannot show that the argument".into()),
        ("log(abs(mu[*, a] - 1/2))", "", "cannot show that the argument abs(-1/2 + mu[one, a]@0)".into()),
        ("log(min(mu[*, a], 1/2))", "", "cannot show that the argument".into()),
    ] {
        let errors = Game::parse_toml(&text(reward, more)).expect_err(reward);
        let message = errors.to_string();
        assert_eq!(errors.errors().len(), 1, "{reward}: {message}");
        assert!(message.contains("[[reward]] rule 1, value"), "{reward}: {message}");
        assert!(message.contains(&expected), "{reward}: {message}");
    }
    // What is proved to have values.
    for (reward, more) in [
        ("log(u + 1/10) + 1 / (u + 1)", leader),
        ("log(u + 1/10)", listed),
        ("log(mu[*, a] + mu[*, b])", ""),
        ("log(mu[*, a] * mu[*, b] + 1/100)", ""),
        ("1 / max(mu[*, a], 1/10)", ""),
        ("1 / max(mu[*, a], mu[*, b] - 1/2)", ""),
        ("sqrt(mu[*, a]^2 - 2 * mu[*, a] * mu[*, b] + mu[*, b]^2 + 1/1000)", ""),
        ("sqrt(1 - exp(-mu[*, a]))", ""),
        ("log(exp(mu[*, a]) + exp(mu[*, b]))", ""),
        ("mean(log(2 + 1))", ""),
    ] {
        game(reward, more);
    }
}

/// Functions in places that take numbers or affine formulas.
#[test]
fn places_without_functions() {
    let file = |initial: &str, leader: &str| {
        format!(
            "format = \"smfg-game/1\"\nname = \"f\"\nstages = 1\nstates = [\"one\", \"two\"]\nactions = [\"a\"]\ninitial = {{ one = {initial}, two = \"1/2\" }}\n[define]\nirrational = \"log(2)\"\n{leader}"
        )
    };
    for (initial, leader, expected) in [
        ("\"log(2)\"", "", "initial"),
        ("\"irrational\"", "", "initial"),
        (
            "\"1/2\"",
            "[leader]\nvariables = [{ name = \"u\", lower = 0, upper = \"exp(1)\" }]\n",
            "upper",
        ),
        (
            "\"1/2\"",
            "[leader]\nvariables = [{ name = \"u\", lower = 0, upper = 1 }]\nconstraints = [\"exp(u) <= 2\"]\n",
            "expected both sides to be affine in the leader's variables",
        ),
        (
            "\"1/2\"",
            "[leader]\nvariables = [{ name = \"u\", lower = 0, upper = 1 }]\nconstraints = [\"u <= log(2)\"]\n",
            "expected both sides to be affine in the leader's variables",
        ),
    ] {
        let message = Game::parse_toml(&file(initial, leader)).expect_err(expected).to_string();
        assert!(message.contains(expected), "{message}");
    }
    assert!(Game::parse_toml(&file("\"sqrt(1/4)\"", "")).is_ok());
}

/// Expressions in place of the leader's reward.
#[test]
fn objectives_with_functions() {
    let own = game("log(mu[*, a] + 1)", "");
    let of = own.with_objective("log(mu[*, a]@0 + 1) - sqrt(mu[*, b]@0)").expect("an expression");
    assert_eq!(of.functions.len(), 2);
    assert_eq!(of.hash(), {
        let payoff = "[[leader.payoff]]\nvalue = \"log(mu[*, a]@0 + 1) - sqrt(mu[*, b]@0)\"\n";
        game("log(mu[*, a] + 1)", payoff).hash()
    });
    let error = own.with_objective("1 / mu[*, a]@0").expect_err("no value at 0").to_string();
    assert!(error.contains("`1 / (mu[one, a]@0)` has no value"), "{error}");
    assert!(own.with_objective("floor(mu[*, a]@0)").is_err());
    assert_eq!(Rational::ZERO, own.payoff.as_constant().expect("no leader"));
}

/// A game with a chain of constants, the k-th of which is `step(k)`.
fn chain(count: usize, step: impl Fn(usize) -> String) -> String {
    let mut text = "format = \"smfg-game/1\"\nname = \"chain\"\nstages = 1\nstates = [\"x\"]\n\
        actions = [\"a\", \"b\"]\ninitial = { x = 1 }\n[define]\nq0 = \"exp(1/2)\"\nq1 = \"log(2)\"\n"
        .to_string();
    for k in 2..=count {
        text += &format!("q{k} = \"{}\"\n", step(k));
    }
    text + &format!("[[reward]]\naction = \"a\"\nvalue = \"q{count}\"\n")
}

/// Functions within functions are read and described without going down into all of them: not along
/// every path, of which there are as many as Fibonacci numbers, and not in as many calls as there
/// are functions.
#[test]
fn deep_functions_are_described_in_short() {
    let wide = |k: usize| format!("exp((q{} - q{}) / 10)", k - 1, k - 2);
    let deep = |k: usize| format!("exp(q{} / 10)", k - 1);
    for (last, text, count) in [(90, chain(90, wide), 91), (20_000, chain(20_000, deep), 20_000)] {
        let game = Game::parse_toml(&text).expect("a game");
        assert_eq!(game.functions.len(), count);
        let reason = classify(&game).reason;
        assert!(reason.contains("exp(...)") && reason.len() < 400, "{reason}");
        // Constants near 1 have no logarithm after 5 is taken away.
        let value = |formula: String| format!("value = \"{formula}\"");
        let wrong = text.replace(&value(format!("q{last}")), &value(format!("log(q{last} - 5)")));
        let errors = Game::parse_toml(&wrong).expect_err("no logarithm").to_string();
        assert!(errors.contains("exp(...)") && errors.len() < 2000, "{errors}");
    }
}
