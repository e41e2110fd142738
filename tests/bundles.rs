//! Bundles: accepted when every certificate is, refused for the reason of the first that is not,
//! and never false after alterations.

mod small_games;

use serde::Deserialize;
use smfg::check::{check, check_bundle};
use smfg::game::Game;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
struct Corpus {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    /// The bundle itself, or
    whole: Option<String>,
    /// replacements in the valid one; `@EOF@` stands for its end.
    #[serde(default)]
    edits: Vec<(String, String)>,
    /// Part of the message.
    reason: String,
    /// Certificates accepted before.
    accepted: usize,
}

fn game() -> Game {
    Game::load(Path::new("tests/reject/game.toml")).expect("the game of the corpus")
}

fn valid(game: &Game) -> String {
    fs::read_to_string("tests/reject/valid.bundle")
        .expect("the valid bundle")
        .replace("@GAME@", &game.hash())
}

#[test]
fn the_unedited_bundle_is_valid() {
    let game = game();
    let accepted = check_bundle(&game, valid(&game).as_bytes()).expect("valid");
    let claims: Vec<String> = accepted
        .iter()
        .map(|a| format!("{:?} {} {}", a.claim.of, a.claim.lower, a.claim.upper))
        .collect();
    assert_eq!(
        claims,
        ["None 1 1", "Some(\"mu[a]@1\") 1 1", "Some(\"2 * fee * (1 - mu[a]@1)\") 0 1"]
    );
    // It is no single certificate, and a certificate is no bundle.
    assert!(check(&game, valid(&game).as_bytes()).is_err());
    let single = valid(&game).replacen("smfg-bundle 1\n", "", 1);
    assert!(check_bundle(&game, single.as_bytes()).is_err());
    assert!(
        check(&game, single.as_bytes())
            .expect_err("more follows")
            .to_string()
            .contains("found text after `end`")
    );
}

#[test]
fn every_edit_is_refused_for_its_reason() {
    let game = game();
    let corpus: Corpus =
        toml::from_str(&fs::read_to_string("tests/reject/bundles.toml").expect("the corpus"))
            .expect("a list of cases");
    assert!(corpus.case.len() >= 15);
    let mut wrong = Vec::new();
    for case in corpus.case {
        let mut bundle = case.whole.clone().unwrap_or_else(|| valid(&game) + "@EOF@");
        for (old, new) in &case.edits {
            let old = old.replace("@GAME@", &game.hash());
            assert!(bundle.contains(&old), "{}: `{old}` does not occur", case.name);
            bundle = bundle.replacen(&old, new, 1);
        }
        match check_bundle(&game, bundle.replace("@EOF@", "").as_bytes()) {
            Ok(_) => wrong.push(format!("{}: accepted", case.name)),
            Err(refused) => {
                let message = refused.to_string();
                if !message.contains(&case.reason) || refused.accepted.len() != case.accepted {
                    wrong.push(format!(
                        "{}: refused with `{message}` after {}",
                        case.name,
                        refused.accepted.len()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_expression_of_two_lines_is_not_written() {
    let game = game();
    let mut claim =
        check_bundle(&game, valid(&game).as_bytes()).expect("valid").swap_remove(1).claim;
    assert!(smfg::certificate::write_certificate(Vec::new(), &claim, &[]).is_ok());
    claim.of = Some("fee\nclaim 5 5".into());
    assert!(smfg::certificate::write_certificate(Vec::new(), &claim, &[]).is_err());
}

#[cfg(feature = "solver")]
mod alterations {
    use super::small_games::{Brute, game_of, random_numbers};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use smfg::certificate::{Claim, Scope, Selection};
    use smfg::check::{Accepted, check_bundle};
    use smfg::exact::{Rational, parse_rational, ratio};
    use smfg::game::Game;
    use smfg::leader::{Settings, range};
    use std::path::Path;

    /// Alterations of each bundle.
    const PER_BUNDLE: usize = 300;

    fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
        ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
    }

    /// What the claim is about, by enumeration of the policies at each decision in its scope.
    fn value(game: &Game, claim: &Claim) -> Rational {
        let objective = claim.of.as_deref().map(|of| game.with_objective(of).expect("accepted"));
        let game = objective.as_ref().unwrap_or(game);
        let points: Vec<Vec<Rational>> = match (&claim.scope, game.finite_decisions()) {
            (Scope::Point(values), _) => vec![values.clone()],
            (Scope::Decision(index), Some(list)) => vec![list[*index].values.clone()],
            (Scope::All, Some(list)) => {
                list.iter().map(|decision| decision.values.clone()).collect()
            }
            other => panic!("accepted with {other:?}"),
        };
        for point in &points {
            game.leader.admits(point).expect("a decision");
        }
        let inner = |point: &Vec<Rational>| {
            let value = Brute::new(&game.at(point).mean_field_free().expect("linear"))
                .value(&claim.epsilon, claim.selection);
            if claim.selection == Selection::Optimistic { -value } else { value }
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
        let load = |name: &str| {
            Game::load(Path::new(&format!("models/{name}.toml"))).expect("a shipped model")
        };
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
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        for _ in 0..5 {
            let numbers = random_numbers(&mut rng);
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

    fn alter(
        rng: &mut ChaCha8Rng,
        bundle: &str,
        others: &[String],
        expressions: &[String],
    ) -> String {
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
                let found =
                    range(game, &Settings { objective: objective.clone(), ..settings.clone() })
                        .expect("an answer");
                let text = String::from_utf8(found.certificate).expect("text");
                assert_true(
                    game,
                    &check_bundle(game, text.as_bytes()).expect("valid"),
                    "unaltered",
                );
                bundles.push((position, text));
            }
        }
        let texts: Vec<String> = bundles.iter().map(|(_, text)| text.clone()).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(77);
        let (mut refused, mut weaker) = (0, 0);
        for (position, bundle) in &bundles {
            let (game, _, expressions) = &questions[*position];
            for _ in 0..PER_BUNDLE {
                let mut text = alter(&mut rng, bundle, &texts, expressions);
                if below(&mut rng, 3) == 0 {
                    text = alter(&mut rng, &text, &texts, expressions);
                }
                if text == *bundle {
                    continue;
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
}
