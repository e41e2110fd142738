//! Games of two states over many stages: tubes of regret.

use crate::models::model;
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::elaborate::prove;
use smfg::equilibrium::Control;
use smfg::exact::{Rational, ratio};
use smfg::game::Game;
use smfg::leader::{Outcome, Settings, solve};
use std::time::Duration;

fn solved(game: &Game, selection: Selection, epsilon: Rational, gap: Rational) -> Outcome {
    solve(game, &Settings { selection, gap, ..Settings::new(epsilon) }).expect("solved")
}

/// Least and greatest infected mass of the last of eleven stages at eps = 1/1000, by another
/// program: between .375422 and .375424, and between .583984 and .583985.
#[test]
fn infection_over_eleven_stages() {
    let game = model("susceptible_infected_11");
    for (selection, known) in
        [(Selection::Optimistic, (375_422, 375_424)), (Selection::Pessimistic, (583_984, 583_985))]
    {
        let outcome = solved(&game, selection, ratio(1, 1000), ratio(1, 400));
        let million = |value: i64| ratio(-value, 1_000_000);
        let (lower, upper) = (&outcome.accepted.claim.lower, &outcome.accepted.claim.upper);
        let what = format!("{selection}: {lower} {upper}");
        assert!(*lower <= million(known.0) && million(known.1) <= *upper, "{what}");
        assert!(upper - lower <= ratio(1, 400), "{what}");
        let text = String::from_utf8(outcome.certificate.clone()).expect("a text");
        assert!(text.contains("\ntube "), "{text}");
        prove(&game, outcome.certificate.as_slice()).expect("a proof");
        for (change, altered) in alterations(&text) {
            assert!(altered != text, "{change} changes nothing");
            assert!(check(&game, altered.as_bytes()).is_err(), "{change} was accepted");
            assert!(prove(&game, altered.as_bytes()).is_err(), "{change} was proved");
        }
    }
}

/// The certificate with another claim, or with a part of its tube missing.
fn alterations(text: &str) -> Vec<(&'static str, String)> {
    let line = text.lines().find(|line| line.starts_with("tube ")).expect("a tube");
    let words: Vec<&str> = line.split(' ').collect();
    let value: Rational = smfg::exact::parse_rational(words[1]).expect("a value");
    // Bounds are of J0 = -mass: from below where it is least, from above where it is greatest.
    let sign = if value < ratio(-1, 2) { ratio(1, 50) } else { ratio(-1, 50) };
    let stated = smfg::exact::format_rational(&(&value + &sign));
    let with = |words: &[&str]| text.replace(line, &words.join(" "));
    let claimed = text.replace(words[1], &stated);
    let rounds: usize = words[5].parse().expect("a number of rounds");
    let round = (words.len() - 6) / rounds;
    let last = words[words.len() - round..].to_vec();
    let (fewer, coarser) = ((rounds - 1).to_string(), "1".to_string());
    let mut shorter = words[..words.len() - round].to_vec();
    shorter[5] = &fewer;
    let mut single = words[..6 + round].to_vec();
    single[5] = &coarser;
    let mut idle = words.clone();
    idle[2] = "0";
    let mut falling = words.clone();
    falling.truncate(words.len() - round);
    falling.extend(last.iter().map(|word| if word.len() == 2 { "1" } else { word }));
    vec![
        ("another value", claimed),
        ("a round less", with(&shorter)),
        ("one round", with(&single)),
        ("no work", with(&idle)),
        ("levels that fall", with(&falling)),
        ("a larger eps", text.replace("epsilon 1/1000", "epsilon 1/10")),
    ]
}

/// An equilibrium has no regret, so that those of the table above bound it: at eps = 1/1000 the
/// infected mass is at least .375422 and at most .583985.
#[test]
fn no_regret_over_eleven_stages() {
    let game = model("susceptible_infected_11");
    let control = Control::default().within(Duration::from_secs(1));
    let settings = Settings { control, ..Settings::new(Rational::ZERO) };
    let outcome = solve(&game, &settings).expect("solved");
    let claim = &outcome.accepted.claim;
    let million = |value: i64| ratio(-value, 1_000_000);
    assert!(claim.lower <= million(375_422) && million(583_985) <= claim.upper, "{claim:?}");
    prove(&game, outcome.certificate.as_slice()).expect("a proof");
}
