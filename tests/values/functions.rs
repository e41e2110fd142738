//! Games with functions against values computed elsewhere: closed forms, and 50 digits by mpmath
//! 1.3 (`mp.dps = 60`), each with the expression that it comes from.

use smfg::check::check;
use smfg::elaborate::prove;
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::follower::{FollowerError, Law, enclose_play, evaluate, laws};
use smfg::game::{Game, Policy, StagePolicy};
use smfg::leader::{RangeOutcome, Settings, range, solve};

/// One stage, one state, actions `a` and `b` with these rewards; the leader sees the mass on `a`.
fn two(a: &str, b: &str) -> Game {
    let text = format!(
        "format = \"smfg-game/1\"\nname = \"two\"\nstages = 1\nstates = [\"one\"]\nactions = [\"a\", \"b\"]\ninitial = {{ one = 1 }}\n[[reward]]\naction = \"a\"\nvalue = \"{a}\"\n[[reward]]\naction = \"b\"\nvalue = \"{b}\"\n[[leader.payoff]]\nvalue = \"mu[*, a]@0\"\n"
    );
    Game::parse_toml(&text).expect(a)
}

fn number(text: &str) -> Rational {
    parse_rational(text).expect(text)
}

fn ends(game: &Game, epsilon: &Rational, gap: &Rational) -> RangeOutcome {
    let settings = Settings { gap: gap.clone(), ..Settings::new(epsilon.clone()) };
    let found = range(game, &settings).expect("a range");
    for outcome in [&found.least, &found.greatest] {
        check(game, outcome.certificate.as_slice()).expect("accepted");
        prove(game, outcome.certificate.as_slice()).expect("a theorem of the kernel");
    }
    found
}

/// At eps = 0 the mass on `a` is unique in these games.
#[test]
fn equilibria_of_two_actions() {
    let gap = ratio(1, 1_000_000_000);
    for (a, b, value) in [
        // x + 1/10 = (11/10 - x)^2: (16/5 - sqrt(29/5)) / 2.
        (
            "-log(mu[*, a] + 1/10)",
            "-2 * log(mu[*, b] + 1/10)",
            "0.3958405421207704519871758969621391947574647594946166",
        ),
        // log(x + 1/10) = -1/2: exp(-1/2) - 1/10.
        ("-log(mu[*, a] + 1/10)", "1/2", "0.506530659712633423603799534991180453441918135487187"),
        // (11/10 - exp(-1/3)/10) / (1 + exp(-1/3)).
        (
            "-log(mu[*, a] + 1/10)",
            "-log(mu[*, b] + 1/10) - 1/3",
            "0.5990842477547776122396735367534754708634158125391126",
        ),
        // x = (11/10 - x) exp(1/3), the floor being far below.
        (
            "-log(max(mu[*, a], 1e-20))",
            "-log(mu[*, b] + 1/10) - 1/3",
            "0.6408272271085461445530340753573525149581311614941865",
        ),
        // Pigou's roads with latency x^(3/2) and 1/2: (1/2)^(2/3).
        ("-mu[*, a]^(3/2)", "-1/2", "0.629960524947436582383605303639114175285125732350754"),
        // Supply at the price 1/(1 + x) with the cost x: (sqrt(5) - 1) / 2.
        (
            "1 / (1 + mu[*, a]) - mu[*, a]",
            "0",
            "0.6180339887498948482045868343656381177203091798057629",
        ),
        // exp(x) = 2: log 2.
        ("-exp(mu[*, a])", "-2", "0.6931471805599453094172321214581765680755001343602553"),
        // sqrt(x) = 1/2, by hand.
        ("-sqrt(mu[*, a])", "-1/2", "1/4"),
    ] {
        let game = two(a, b);
        let (found, value) = (ends(&game, &Rational::ZERO, &gap), number(value));
        for outcome in [&found.least, &found.greatest] {
            let claim = &outcome.accepted.claim;
            assert!(claim.lower <= value && value <= claim.upper, "{a}: {claim:?}");
        }
        let (low, high) = (&found.least.accepted.claim.lower, &found.greatest.accepted.claim.upper);
        assert!(high - low <= &gap * ratio(8, 1), "{a}: {low} {high}");
    }
}

/// With `-log(x + c)` against 0 and `x + c > 1`, exploitability is `x log(x + c)`; below, it is
/// `-(1 - x) log(x + c)`. By mpmath's findroot, for c = 1/2: the two roots of 1/100.
#[test]
fn ends_at_a_positive_epsilon() {
    let game = two("-log(mu[*, a] + 1/2)", "0");
    let gap = ratio(1, 1_000_000);
    let found = ends(&game, &ratio(1, 100), &gap);
    for (outcome, value) in [
        (&found.least, "0.4809195447317893030124715370011986535414"),
        (&found.greatest, "0.5194380792567094183350325938296533800253"),
    ] {
        let (claim, value) = (&outcome.accepted.claim, number(value));
        assert!(claim.lower <= value && value <= claim.upper, "{claim:?}");
        assert!(&claim.upper - &claim.lower <= &gap * ratio(2, 1), "{claim:?}");
    }
}

fn mixed(row: &[(u32, Rational)]) -> Vec<Vec<Law>> {
    laws(&[StagePolicy::Mixed(vec![row.to_vec()])]).expect("a law")
}

/// `3/4 (log(17/20) - 2 log(7/20))`, to as many digits as are asked for.
#[test]
fn exploitability_of_a_policy() {
    let game = two("-log(mu[*, a] + 1/10)", "-2 * log(mu[*, b] + 1/10)");
    let (instance, row) = (game.at(&[]), [(0, ratio(3, 4)), (1, ratio(1, 4))]);
    let value = number("1.452843989624685347605539530346980888992976382308288");
    let digit = number("1e-50");
    for bits in [20, 60, 150] {
        let play = enclose_play(&instance, &mixed(&row), bits, &|| true).expect("a policy");
        let (low, high) = play.enclosure.exploitability;
        assert!(low <= &value + &digit && &value - &digit <= high, "{bits}: {low} {high}");
        let width =
            Rational::ONE / Rational::from(smfg::exact::Natural::ONE << (bits as usize - 6));
        assert!(high - low <= width, "{bits}");
    }
    let policy = Policy { stages: vec![StagePolicy::Mixed(vec![row.to_vec()])] };
    assert_eq!(evaluate(&instance, &policy, &|| true).err(), Some(FollowerError::Functions));
}

/// `x = 1 / (1 + exp(1 - 2 m))` arrive, `m = 3/4` follow `a`: the leader's reward is exp(1/2)
/// over 1 + exp(1/2), by mpmath.
#[test]
fn softmax_dynamics() {
    let text = "format = \"smfg-game/1\"\nname = \"s\"\nstages = 2\nstates = [\"x\", \"y\"]\nactions = [\"a\", \"b\"]\ninitial = { x = 1 }\n[define]\nlike = \"exp(2 * mu[*, a])\"\n[[transition]]\nto = { x = \"like / (like + exp(1))\", y = \"exp(1) / (like + exp(1))\" }\n[[leader.payoff]]\nvalue = \"mu[x]@1\"\n";
    let game = Game::parse_toml(text).expect("a game");
    let row = vec![(0, ratio(3, 4)), (1, ratio(1, 4))];
    let stage = StagePolicy::Mixed(vec![row.clone(), row]);
    let policy = laws(&[stage.clone(), stage]).expect("laws");
    let play = enclose_play(&game.at(&[]), &policy, 120, &|| true).expect("a policy");
    let (low, high) = play.enclosure.leader_reward;
    let value = number("0.6224593312018545646389005657455084787532");
    assert!(low <= value && value <= &high + number("1e-39"), "{low} {high}");
    assert!(high - low <= number("1e-30"));
    // No engine takes such dynamics: the extreme rewards are stated.
    let found = solve(&game, &Settings::new(Rational::ZERO)).expect("bounds");
    assert!(found.accepted.claim.lower <= value && value <= found.accepted.claim.upper);
}

/// Five places in a row over four stages, with the reward `-log(mass + 1/100)` of each place and
/// costs of moving: a tenth of those who arrive is carried one place on.
fn crowd() -> Game {
    let (places, mut rules) = (5, String::new());
    for i in 0..places {
        rules += &format!(
            "[[reward]]\nstate = \"s{i}\"\nvalue = \"-log(mu[s{i}] + 1/100) - (s.place - 2)^2 / 25\"\n"
        );
        for (action, step) in [("left", -1), ("stay", 0), ("right", 1)] {
            let to = (i + step).clamp(0, places - 1);
            let next = (to + 1).min(places - 1);
            let law = if to == next {
                format!("\"s{to}\"")
            } else {
                format!("{{ s{to} = \"9/10\", s{next} = \"1/10\" }}")
            };
            rules +=
                &format!("[[transition]]\nstate = \"s{i}\"\naction = \"{action}\"\nto = {law}\n");
        }
    }
    let states: Vec<String> =
        (0..places).map(|i| format!("{{ name = \"s{i}\", place = {i} }}")).collect();
    let text = format!(
        "format = \"smfg-game/1\"\nname = \"crowd\"\nstages = 4\nstates = [{}]\n\
         actions = [\"left\", \"stay\", \"right\"]\ninitial = {{ s0 = \"1/2\", s1 = \"1/2\" }}\n\
         [[reward]]\naction = \"left\"\nvalue = \"-1/20\"\n\
         [[reward]]\naction = \"right\"\nvalue = \"-1/20\"\n{rules}\
         [[leader.reward]]\nstage = 3\nvalue = \"s.place / 5\"\n",
        states.join(", ")
    );
    Game::parse_toml(&text).expect("a game")
}

/// At eps = 0 the flow minimises a convex function, `sum y log y - y` of `y = mass + 1/100` and the
/// costs; Clarabel 0.11 by cvxpy, gaps 1e-12.
#[test]
fn logarithmic_crowd_aversion() {
    let (game, gap) = (crowd(), ratio(1, 100_000));
    let found = ends(&game, &Rational::ZERO, &gap);
    let (value, slack) = (number("0.38513040326"), number("1e-8"));
    for outcome in [&found.least, &found.greatest] {
        let claim = &outcome.accepted.claim;
        assert!(claim.lower <= &value + &slack && &value - &slack <= claim.upper, "{claim:?}");
        assert!(&claim.upper - &claim.lower <= &gap * ratio(2, 1), "{claim:?}");
    }
    let some = ends(&game, &ratio(1, 100), &gap);
    assert!(some.least.accepted.claim.lower < value && value < some.greatest.accepted.claim.upper);
    for outcome in [&some.least, &some.greatest] {
        let claim = &outcome.accepted.claim;
        assert!(&claim.upper - &claim.lower <= &gap * ratio(2, 1), "{claim:?}");
    }
}

/// Cats like to be where mice are, who do not like it: what both earn from it cancels, so
/// that the game is monotone. Both avoid their own kind, whose mass cannot be 1 as the kernel has
/// it. With `x` cats and `y` mice on `l`:
///
/// ```text
/// 2 y - 13/15 = log(3 x + 1/10) - log(11/10 - 3 x)
/// 1/3 - 2 x = log(3 y/2 + 1/10) - log(11/10 - 3 y/2)
/// ```
#[test]
fn crowds_of_two_populations() {
    let mut text = "format = \"smfg-game/1\"\nname = \"chase\"\nstages = 1\n\
        leader = { payoff = [{ value = \"mu[cats.*, l]@0\" }] }\n"
        .to_string();
    for (name, mass) in [("cats", "1/3"), ("mice", "2/3")] {
        text += &format!(
            "[[population]]\nname = \"{name}\"\nmass = \"{mass}\"\nstates = [\"one\"]\n\
            actions = [\"l\", \"r\"]\ninitial = \"one\"\n"
        );
    }
    for (name, action, value) in [
        ("cats", "l", "mu[mice.*, l] - log(3 * mu[cats.*, l] + 1/10) - 1/5"),
        ("cats", "r", "mu[mice.*, r] - log(3 * mu[cats.*, r] + 1/10)"),
        ("mice", "l", "-mu[cats.*, l] - log(3/2 * mu[mice.*, l] + 1/10)"),
        ("mice", "r", "-mu[cats.*, r] - log(3/2 * mu[mice.*, r] + 1/10)"),
    ] {
        text += &format!(
            "[[reward]]\npopulation = \"{name}\"\naction = \"{action}\"\nvalue = \"{value}\"\n"
        );
    }
    let game = Game::parse_toml(&text).expect("a game");
    let gap = ratio(1, 1_000_000);
    let found = ends(&game, &Rational::ZERO, &gap);
    let value = number("0.14819685921501733995311169846101486953509486346443");
    for outcome in [&found.least, &found.greatest] {
        let claim = &outcome.accepted.claim;
        assert!(claim.lower <= value && value <= claim.upper, "{claim:?}");
        assert!(&claim.upper - &claim.lower <= &gap * ratio(2, 1), "{claim:?}");
    }
}

/// Each constant of a chain sees the two before it: what is asked of all is asked of each once, not
/// of every path through the chain. Constants near 1 and mu at most 1 make `a` the better action.
#[test]
fn chains_of_constants() {
    let mut text = "format = \"smfg-game/1\"\nname = \"chain\"\nstages = 1\nstates = [\"one\"]\n\
        actions = [\"a\", \"b\"]\ninitial = { one = 1 }\n[define]\nq0 = \"exp(1/2)\"\n\
        q1 = \"log(2)\"\n"
        .to_string();
    for k in 2..=60 {
        text += &format!("q{k} = \"exp((q{} - q{}) / 10)\"\n", k - 1, k - 2);
    }
    text += "[[reward]]\naction = \"a\"\nvalue = \"q60 + 1 - mu[*, a]\"\n\
        [[leader.payoff]]\nvalue = \"mu[*, a]@0\"\n";
    let game = Game::parse_toml(&text).expect("a game");
    let found = ends(&game, &Rational::ZERO, &ratio(1, 1_000_000));
    assert!(found.least.accepted.claim.lower >= ratio(999, 1000));
    assert!(found.greatest.accepted.claim.upper <= Rational::ONE);
}
