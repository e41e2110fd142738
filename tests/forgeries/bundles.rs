//! Random alterations of bundles: refused, or accepted with claims that are still true.

use crate::dice::Dice;
use crate::dice::below;
use crate::models::model;
use crate::small_games::{game_of, outcomes_of, random_numbers};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use smfg::certificate::{Claim, Scope};
use smfg::check::{Accepted, check_bundle};
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, range};

/// Alterations of each bundle.
const PER_BUNDLE: usize = 300;

/// What the claim is about, by enumeration of the policies at each decision in its scope.
fn value(game: &Game, claim: &Claim) -> Rational {
    let objective = claim.of.as_deref().map(|of| game.with_objective(of).expect("accepted"));
    let game = objective.as_ref().unwrap_or(game);
    let points: Vec<Vec<Rational>> = match (&claim.scope, game.finite_decisions()) {
        (Scope::Point(values), _) => vec![values.clone()],
        (Scope::Decision(index), Some(list)) => vec![list[*index].values.clone()],
        (Scope::All, Some(list)) => list.iter().map(|decision| decision.values.clone()).collect(),
        other => panic!("accepted with {other:?}"),
    };
    for point in &points {
        game.leader.admits(point).expect("a decision");
    }
    let inner = |point: &Vec<Rational>| {
        outcomes_of(&game.at(point).mean_field_free().expect("linear"))
            .value(&claim.epsilon, claim.selection)
    };
    points.iter().map(inner).max().expect("a decision")
}

fn assert_true(game: &Game, accepted: &[Accepted], context: &str) {
    for Accepted { claim, .. } in accepted {
        let value = value(game, claim);
        assert!(
            claim.lower <= value && value <= claim.upper,
            "{} <= {value} <= {} is false: {context}",
            claim.lower,
            claim.upper
        );
    }
}

/// Games, with a decision and linear expressions that are written about them.
fn questions() -> Vec<(Game, Settings<'static>, Vec<String>)> {
    let load = |name: &str| model(name);
    let at = |epsilon| Settings::new(epsilon);
    let words = |list: &[&str]| list.iter().map(|text| (*text).to_string()).collect::<Vec<_>>();
    let work = words(&["mu[*, work]@0", "wage - mu[*, shirk]@0", "0"]);
    let mut questions = vec![
        (
            load("moral_hazard"),
            Settings { point: Some(vec![ratio(7, 20)]), ..at(ratio(1, 100)) },
            work.clone(),
        ),
        (load("moral_hazard_grid"), Settings { decision: Some(3), ..at(ratio(1, 25)) }, work),
        (
            load("inspection"),
            Settings { point: Some(vec![ratio(3, 5), ratio(2, 5)]), ..at(ratio(1, 50)) },
            words(&["mu[firm, violate]@0", "p[inspect]@0 - mu[*, comply]@0"]),
        ),
        (
            load("tie"),
            Settings { decision: Some(1), ..at(ratio(0, 1)) },
            words(&["mu[*, second]@0", "risk * mu[*, first]@0"]),
        ),
    ];
    let mut dice = Dice::new(11);
    for _ in 0..5 {
        let numbers = random_numbers(&mut dice);
        let last = numbers.stages.len() - 1;
        questions.push((
            game_of(&numbers),
            at(ratio(1, 7)),
            words(&[&format!("mu[s0]@{last}"), &format!("1/3 - mu[*, a0]@{last}")]),
        ));
    }
    questions
}

fn other_word(rng: &mut ChaCha8Rng, word: &str) -> String {
    let Ok(number) = parse_rational(word) else {
        return match below(rng, 6) {
            0 => "pessimistic".into(),
            1 => "optimistic".into(),
            2 => "all".into(),
            3 => "point".into(),
            4 => "decision".into(),
            _ => format!("{word}x"),
        };
    };
    match below(rng, 8) {
        0 => (number + ratio(1, 1 + u64::from(rng.next_u32() % 1000))).to_string(),
        1 => (number - ratio(1, 1 + u64::from(rng.next_u32() % 1000))).to_string(),
        2 => (-number).to_string(),
        3 => (number * ratio(1_000_001, 1_000_000)).to_string(),
        4 => (number * ratio(999_999, 1_000_000)).to_string(),
        5 => "0".into(),
        6 => "1".into(),
        _ => format!("{}/{}", below(rng, 10), 1 + below(rng, 10)),
    }
}

fn alter(rng: &mut ChaCha8Rng, bundle: &str, others: &[String], expressions: &[String]) -> String {
    let mut lines: Vec<String> = bundle.lines().map(str::to_string).collect();
    let (i, j) = (below(rng, lines.len()), below(rng, lines.len()));
    match below(rng, 9) {
        // Words of the line of an expression belong together.
        0..=3 if !lines[i].starts_with("of ") => {
            let mut words: Vec<String> = lines[i].split(' ').map(str::to_string).collect();
            let at = below(rng, words.len());
            words[at] = other_word(rng, &words[at]);
            lines[i] = words.join(" ");
        }
        4 => drop(lines.remove(i)),
        5 => lines.swap(i, j),
        6 => {
            let foreign: Vec<&str> = others[below(rng, others.len())].lines().collect();
            lines[i] = foreign[below(rng, foreign.len())].to_string();
        }
        7 => {
            let line = lines[i].clone();
            lines.insert(j, line);
        }
        _ => {
            // Another expression, or one where there was none.
            let of = format!("of {}", expressions[below(rng, expressions.len())]);
            let headers: Vec<usize> =
                (0..lines.len()).filter(|&k| lines[k].starts_with("scope ")).collect();
            let header = headers[below(rng, headers.len())];
            match lines.get_mut(header + 1) {
                Some(line) if line.starts_with("of ") => *line = of,
                _ => lines.insert(header + 1, of),
            }
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn no_alteration_makes_a_false_claim_acceptable() {
    let mut bundles: Vec<(usize, String)> = Vec::new();
    let questions = questions();
    for (position, (game, settings, expressions)) in questions.iter().enumerate() {
        for objective in
            std::iter::once(None).chain(expressions.iter().map(|text| Some(text.clone())))
        {
            let found = range(game, &Settings { objective: objective.clone(), ..settings.clone() })
                .expect("an answer");
            let text = String::from_utf8(found.certificate).expect("text");
            assert_true(game, &check_bundle(game, text.as_bytes()).expect("valid"), "unaltered");
            crate::proved::assert_bundle(game, None, text.as_bytes());
            bundles.push((position, text));
        }
    }
    let texts: Vec<String> = bundles.iter().map(|(_, text)| text.clone()).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(77);
    let (mut refused, mut weaker) = (0, 0);
    for (position, bundle) in &bundles {
        let (game, _, expressions) = &questions[*position];
        for round in 0..PER_BUNDLE {
            let mut text = alter(&mut rng, bundle, &texts, expressions);
            if below(&mut rng, 3) == 0 {
                text = alter(&mut rng, &text, &texts, expressions);
            }
            if text == *bundle {
                continue;
            }
            if round % 8 == 0 {
                crate::proved::assert_bundle(game, None, text.as_bytes());
            }
            match check_bundle(game, text.as_bytes()) {
                Err(rejection) => {
                    assert_true(game, &rejection.accepted, &text);
                    refused += 1;
                }
                Ok(accepted) => {
                    assert_true(game, &accepted, &text);
                    weaker += 1;
                }
            }
        }
    }
    eprintln!("{refused} refused, {weaker} accepted with true claims");
    assert!(refused >= 4_000 && weaker >= 100, "{refused} refused, {weaker} accepted");
}
