//! Monotone games with a statistic in every state and stage, against a conic programme and against
//! each other.

use smfg::check::check;
use smfg::elaborate::prove;
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{RangeOutcome, Settings, range};

/// A file of `tests/data/field`, epsilon, and the ends of the range by Clarabel 0.11
/// (`tests/oracle/crowds/conic.py`), an interior point whose last digits are uncertain.
const ROWS: [(&str, &str, &str, &str); 6] = [
    ("grid_3x3x5.json", "1/100", "0.134624559", "1.172308489"),
    ("grid_3x3x5.json", "1/10", "-1.032685238", "2.012033955"),
    ("line_20.toml", "1/100", "0.327902723", "0.330225247"),
    ("line_20.toml", "1/10", "0.325734420", "0.337336127"),
    ("beach_20.toml", "1/100", "0.232639971", "0.237360546"),
    ("beach_20.toml", "1/10", "0.226027292", "0.250488292"),
];

fn load(file: &str) -> Game {
    Game::load(format!("tests/data/field/{file}")).expect(file)
}

fn ends(game: &Game, epsilon: &Rational) -> RangeOutcome {
    let gap = ratio(1, 1_000_000);
    let found = range(game, &Settings { gap: gap.clone(), ..Settings::new(epsilon.clone()) });
    let found = found.expect("a range");
    for outcome in [&found.least, &found.greatest] {
        let claim = &outcome.accepted.claim;
        let most = claim.lower.clone().max(-&claim.lower).max(Rational::ONE) * ratio(2, 1);
        assert!(&claim.upper - &claim.lower <= &gap * most, "{claim:?}");
        prove(game, outcome.certificate.as_slice()).expect("a theorem of the kernel");
    }
    found
}

#[test]
fn ends_of_crowds_are_those_of_a_conic_programme() {
    for (file, epsilon, least, greatest) in ROWS {
        let found = ends(&load(file), &parse_rational(epsilon).expect("an epsilon"));
        for (outcome, value) in [(&found.least, least), (&found.greatest, greatest)] {
            let value = parse_rational(value).expect("a value");
            let claim = &outcome.accepted.claim;
            let slack = ratio(1, 1_000_000);
            assert!(claim.lower <= &value + &slack, "{file}: {} above {value}", claim.lower);
            assert!(claim.upper >= &value - &slack, "{file}: {} below {value}", claim.upper);
        }
    }
}

/// At eps = 0 the masses of the states are unique, so that both ends are one value, which lies
/// within the ends at every eps > 0.
#[test]
fn at_zero_both_ends_are_one_value() {
    for file in ["grid_3x3x5.json", "line_20.toml"] {
        let game = load(file);
        let zero = ends(&game, &Rational::ZERO);
        let (least, greatest) = (&zero.least.accepted.claim, &zero.greatest.accepted.claim);
        let slack = ratio(2, 1_000_000);
        assert!(&greatest.upper - &least.lower <= slack, "{file}");
        let some = ends(&game, &ratio(1, 1000));
        assert!(some.least.accepted.claim.lower <= least.upper, "{file}");
        assert!(some.greatest.accepted.claim.upper >= greatest.lower, "{file}");
    }
}

/// Ten places with two roads each, a tenth of the followers in each place: the first road costs the
/// share `x` of the place that takes it, the second 1/2. By hand, `Expl` is the mean of `x (x -
/// 1/2)` over places with `x > 1/2`. It is convex, so that the greatest total on first roads at eps
/// = 1/16 has one share everywhere: `x = (1/2 + sqrt(1/2)) / 2`.
#[test]
fn ten_pairs_of_roads_by_hand() {
    let states: Vec<String> = (0..10).map(|k| format!("\"s{k}\"")).collect();
    let initial: Vec<String> = (0..10).map(|k| format!("s{k} = \"1/10\"")).collect();
    let rewards: String = (0..10)
        .map(|k| {
            format!(
                "[[reward]]\nstate = \"s{k}\"\naction = \"first\"\nvalue = \"-10 * mu[s{k}, first]\"\n\
                 [[reward]]\nstate = \"s{k}\"\naction = \"second\"\nvalue = \"-1/2\"\n"
            )
        })
        .collect();
    let payoff = "[[leader.reward]]\naction = \"first\"\nvalue = \"1\"\n";
    let text = format!(
        "format = \"smfg-game/1\"\nname = \"roads\"\nstages = 1\nstates = [{}]\n\
         actions = [\"first\", \"second\"]\ninitial = {{ {} }}\n{rewards}{payoff}",
        states.join(", "),
        initial.join(", ")
    );
    let game = Game::parse_toml(&text).expect("a game");
    let found = ends(&game, &ratio(1, 16));
    let claim = &found.greatest.accepted.claim;
    let value = parse_rational("0.6035533905932737").expect("a value");
    assert!(claim.lower <= value && value <= claim.upper, "{claim:?}");
    let text = String::from_utf8_lossy(&found.certificate).into_owned();
    assert!(text.contains("\nmonotone "), "not closed in one region");
}

/// The same step with a value beyond the witness, or with another multiplier, deviation or point
/// beside the value that it showed, is refused by the kernel: the value is nearly the best one.
#[test]
fn altered_steps_are_refused() {
    let game = load("grid_3x3x5.json");
    let found = ends(&game, &ratio(1, 100));
    let text = String::from_utf8(found.least.certificate).expect("text");
    check(&game, text.as_bytes()).expect("unaltered");
    let step = text.lines().find(|line| line.starts_with("monotone ")).expect("a step");
    let words: Vec<&str> = step.split(' ').collect();
    let [_, value, multiplier, tangents] = words.as_slice() else { panic!("{step}") };
    let more = |word: &str, by: Rational| {
        let number = parse_rational(word).expect("a number") + by;
        smfg::exact::format_rational(&number)
    };
    let (first, _) = tangents.split_once(',').expect("several points");
    let (place, point) = first.split_once(':').expect("a point");
    let moved = format!("{place}:{}", more(point, ratio(1, 20)));
    let altered = [
        format!("monotone {} {multiplier} {tangents}", more(value, ratio(1, 1_000_000))),
        format!("monotone {value} {} {tangents}", more(multiplier, ratio(1, 2))),
        format!("monotone {value} -{multiplier} {tangents}"),
        format!("monotone {value} {multiplier} {}", tangents.replace(first, &moved)),
        format!("monotone {value} {multiplier} -"),
    ];
    for own in altered {
        let certificate = text.replace(step, &own);
        assert!(check(&game, certificate.as_bytes()).is_err(), "{own}");
    }
    let play = text.lines().find(|line| line.starts_with("play ")).expect("a policy");
    let other = format!("play 0*{}", game.states.len());
    let certificate = text.replacen(play, &other, 1);
    assert!(check(&game, certificate.as_bytes()).is_err(), "another deviation");
}
