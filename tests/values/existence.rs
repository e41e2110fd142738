//! Mixed equilibria whose numbers are irrational: shown to exist in a box, statement (X).

use smfg::certificate::Selection;
use smfg::check::check;
use smfg::elaborate::prove;
use smfg::exact::{Rational, format_rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{Existence, Outcome, Settings, Status, solve};

/// Who goes finds room with the share that stays; who stays earns the square of the crowd: `1 - x =
/// x^2`, the golden section, and `J0 = x (1 - x) = sqrt(5) - 2`.
const GOLDEN: &str = r#"
format = "smfg-game/1"
name = "golden section"
stages = 2
states = ["home", "town", "field"]
actions = ["go", "stay"]
initial = { home = 1 }
reward = [
    { stage = 0, action = "stay", value = "mu[home, go]^2" },
    { stage = 1, state = "town", value = 1 },
]
transition = [
    { state = "home", action = "go", to = { town = "1 - mu[home, go]", field = "mu[home, go]" } },
    { state = "home", action = "stay", to = "field" },
    { state = "town", to = "field" },
    { state = "field", to = "field" },
]
[[leader.payoff]]
value = "mu[town]@1"
"#;

/// `x = 1/sqrt(2)` is the only equilibrium.
const ROOT: &str = r#"
format = "smfg-game/1"
name = "root"
stages = 1
states = ["place"]
actions = ["come", "leave"]
initial = { place = 1 }
reward = [{ action = "come", value = "1 - 2 * mu[*, come]^2" }]
[[leader.payoff]]
value = "mu[*, come]@0"
"#;

/// Nobody, everybody, and the one between from which responses lead away: it has the largest
/// reward, `(1 - x) x` at `x = 1/sqrt(2)`.
const HILL: &str = r#"
format = "smfg-game/1"
name = "hill"
stages = 1
states = ["place"]
actions = ["come", "leave"]
initial = { place = 1 }
reward = [{ action = "come", value = "2 * mu[*, come]^2 - 1" }]
[[leader.payoff]]
value = "(1 - mu[*, come]@0) * mu[*, come]@0"
"#;

/// Games, and their values to fifteen digits.
const ROWS: [(&str, Selection, &str); 5] = [
    (GOLDEN, Selection::Pessimistic, "0.236067977499790"),
    (GOLDEN, Selection::Optimistic, "0.236067977499790"),
    (ROOT, Selection::Pessimistic, "0.707106781186548"),
    (ROOT, Selection::Optimistic, "0.707106781186548"),
    (HILL, Selection::Optimistic, "0.207106781186548"),
];

fn solved((text, selection, value): (&str, Selection, &str)) -> (Game, Outcome, Rational) {
    let game = Game::parse_toml(text).expect("a game");
    let settings = Settings { selection, ..Settings::new(Rational::ZERO) };
    let outcome = solve(&game, &settings).expect("solved");
    (game, outcome, parse_rational(value).expect("a value"))
}

#[test]
fn roots_are_enclosed() {
    let digits = ratio(1, 1_000_000_000_000_000);
    for row in ROWS {
        let (game, outcome, value) = solved(row);
        let claim = &outcome.accepted.claim;
        let what = format!("{} {}: [{}, {}]", game.name, row.1, claim.lower, claim.upper);
        assert!(claim.lower <= &value + &digits && &value - &digits <= claim.upper, "{what}");
        assert!(&claim.upper - &claim.lower <= ratio(1, 1_000_000), "{what}");
        assert_eq!(outcome.status, Status::WithinGap, "{what}");
        let Existence::Inside(ends) = &outcome.existence else {
            panic!("{what}: {:?}", outcome.existence)
        };
        assert!(ends.iter().all(|(low, high)| low < high), "{what}");
        prove(&game, outcome.certificate.as_slice()).expect("a proof of the kernel");
    }
}

/// Numbers of the step changed one by one, and the box moved to where there is no equilibrium: what
/// is accepted still is true.
#[test]
fn altered_boxes_prove_nothing_false() {
    let digits = ratio(1, 1_000_000_000_000_000);
    let (mut refused, mut accepted) = (0, 0);
    for row in ROWS {
        let (game, outcome, value) = solved(row);
        let text = String::from_utf8(outcome.certificate).expect("a text");
        let line = text.lines().find(|line| line.starts_with("exists-in ")).expect("a step");
        let words: Vec<&str> = line.split(' ').collect();
        let statistics = game.aggregates.len();
        let mut changed: Vec<Vec<String>> = Vec::new();
        let own: Vec<String> = words.iter().map(|word| (*word).to_string()).collect();
        for (at, word) in words.iter().enumerate().skip(1) {
            let number = parse_rational(word).expect("a number");
            let others = [
                -number.clone(),
                Rational::ZERO,
                &number * ratio(2, 1),
                &number + ratio(1, 1000),
                &number - ratio(1, 1000),
                &number + ratio(1, 10_000_000_000),
            ];
            for other in others.into_iter().filter(|other| *other != number) {
                let mut words = own.clone();
                words[at] = format_rational(&other);
                changed.push(words);
            }
        }
        // The whole box beside itself, and a larger one beside that.
        for k in 0..statistics {
            let end = |side: usize| parse_rational(words[2 + 2 * k + side]).expect("an end");
            let width = end(1) - end(0);
            for shift in [-3, -1, 1, 3] {
                let mut words = own.clone();
                for side in 0..2 {
                    words[2 + 2 * k + side] =
                        format_rational(&(end(side) + &width * ratio(shift, 1)));
                }
                changed.push(words);
            }
        }
        for words in changed {
            // The claim has the value of the step.
            let value_of = |words: &[String]| words[1].clone();
            let altered =
                text.replace(line, &words.join(" ")).replace(&value_of(&own), &value_of(&words));
            match check(&game, altered.as_bytes()) {
                Err(_) => refused += 1,
                Ok(found) => {
                    accepted += 1;
                    let claim = &found.claim;
                    let inside = claim.lower <= &value + &digits && &value - &digits <= claim.upper;
                    assert!(inside, "{}: [{}, {}]", game.name, claim.lower, claim.upper);
                    prove(&game, altered.as_bytes()).expect("the kernel agrees");
                }
            }
        }
    }
    assert!(refused > 100 && accepted > 10, "{refused} refused, {accepted} accepted");
}

/// The smallest value that is accepted is not below that of the equilibrium.
#[test]
fn nothing_better_than_the_equilibrium_is_accepted() {
    for row in ROWS {
        let (game, outcome, value) = solved(row);
        let text = String::from_utf8(outcome.certificate).expect("a text");
        let line = text.lines().find(|line| line.starts_with("exists-in ")).expect("a step");
        let stated = line.split(' ').nth(1).expect("a value");
        let accepts = |by: &Rational| {
            let sign = if row.1 == Selection::Pessimistic { ratio(-1, 1) } else { Rational::ONE };
            let better = parse_rational(stated).expect("a value") + sign * by;
            let altered = text.replace(stated, &format_rational(&better));
            check(&game, altered.as_bytes()).is_ok()
        };
        assert!(accepts(&Rational::ZERO), "{}", game.name);
        let (mut yes, mut no) = (Rational::ZERO, Rational::ONE);
        assert!(!accepts(&no), "{}", game.name);
        for _ in 0..60 {
            let middle = (&yes + &no) * ratio(1, 2);
            if accepts(&middle) { yes = middle } else { no = middle }
        }
        let short = parse_rational(stated).expect("a value") - value;
        let most = short.clone().max(-short) + ratio(1, 1_000_000_000_000_000);
        assert!(yes <= most, "{}: {yes} above {most}", game.name);
    }
}
