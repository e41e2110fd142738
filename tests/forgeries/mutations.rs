//! Random alterations of certificates: refused, or accepted with a claim that is still true.
//!
//! The truth is found by enumerating deterministic policies and pairwise mixtures
//! ([`crate::enumeration`]), for whatever eps, selection and scope the altered certificate speaks of.

use crate::dice::Dice;
use crate::dice::below;
use crate::enumeration::Outcomes;
use crate::models::model;
use crate::small_games::{game_of, outcomes_of, random_numbers};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use smfg::certificate::{Scope, Selection};
use smfg::check::{Accepted, check};
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{Precision, Settings, solve};

/// Alterations of each certificate.
const PER_CERTIFICATE: usize = 90;

/// A game with the earnings of all its deterministic policies, per decision.
struct Truth {
    game: Game,
    outcomes: Vec<Outcomes>,
}

impl Truth {
    fn new(game: Game) -> Self {
        let decisions = game.finite_decisions().expect("a finite leader");
        let outcomes = decisions
            .iter()
            .map(|d| outcomes_of(&game.at(&d.values).mean_field_free().expect("class C0")))
            .collect();
        Truth { game, outcomes }
    }

    fn inner(&self, index: usize, epsilon: &Rational, selection: Selection) -> Rational {
        self.outcomes[index].value(epsilon, selection)
    }

    /// What an accepted certificate says is true.
    fn assert_true(&self, accepted: &Accepted, context: &str) {
        let claim = &accepted.claim;
        // Alterations write neither the line of an expression nor a point.
        assert_eq!(claim.of, None, "{context}");
        let scope: Vec<usize> = match claim.scope {
            Scope::All => (0..self.outcomes.len()).collect(),
            Scope::Decision(index) => vec![index],
            Scope::Point(_) => panic!("a point: {context}"),
        };
        let inner: Vec<Rational> =
            scope.iter().map(|&index| self.inner(index, &claim.epsilon, claim.selection)).collect();
        let value = inner.iter().max().expect("a decision");
        assert!(
            claim.lower <= *value && *value <= claim.upper,
            "{} <= {value} <= {} is false: {context}",
            claim.lower,
            claim.upper
        );
        for (&index, value) in scope.iter().zip(&inner) {
            let (lower, upper) = &accepted.decisions[index];
            assert!(
                lower.as_ref().is_none_or(|l| l <= value),
                "decision {index}: {lower:?} <= {value}: {context}"
            );
            assert!(
                upper.as_ref().is_none_or(|u| value <= u),
                "decision {index}: {value} <= {upper:?}: {context}"
            );
        }
    }
}

fn truths() -> Vec<Truth> {
    let mut games: Vec<Game> = ["tie", "audit", "moral_hazard_grid", "inspection_grid"]
        .iter()
        .map(|name| model(name))
        .collect();
    let mut dice = Dice::new(7);
    for _ in 0..8 {
        games.push(game_of(&random_numbers(&mut dice)));
    }
    games.into_iter().map(Truth::new).collect()
}

/// Another spelling in place of a word of a line.
fn other_word(rng: &mut ChaCha8Rng, word: &str) -> String {
    if let Ok(number) = parse_rational(word) {
        let small = ratio(1, 1 + u64::from(rng.next_u32() % 1000));
        return match below(rng, 11) {
            0 => (number + small).to_string(),
            1 => (number - small).to_string(),
            2 => (-number).to_string(),
            3 => (number * ratio(2, 1)).to_string(),
            4 => (number * ratio(999_999, 1_000_000)).to_string(),
            5 => (number * ratio(1_000_001, 1_000_000)).to_string(),
            6 => "0".into(),
            7 => "1".into(),
            8 => below(rng, 4).to_string(),
            9 => format!("{number}*2"),
            _ => format!("{}/{}", below(rng, 20), 1 + below(rng, 20)),
        };
    }
    match below(rng, 8) {
        0 => "exact".into(),
        1 => format!("rounded:{}", below(rng, 80)),
        2 => "pessimistic".into(),
        3 => "optimistic".into(),
        4 => "all".into(),
        5 => format!("{}:1/2,{}:1/2", below(rng, 3), below(rng, 3)),
        6 => format!("{word}x"),
        _ => String::new(),
    }
}

fn alter_line(rng: &mut ChaCha8Rng, line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_string).collect();
    let at = below(rng, words.len());
    words[at] = other_word(rng, &words[at]);
    words.join(" ")
}

/// One random alteration of a certificate; `others` are certificates of other games.
fn alter(rng: &mut ChaCha8Rng, certificate: &str, others: &[String]) -> String {
    let mut lines: Vec<String> = certificate.lines().map(str::to_string).collect();
    let (i, j) = (below(rng, lines.len()), below(rng, lines.len()));
    match below(rng, 12) {
        0..=4 => lines[i] = alter_line(rng, &lines[i]),
        5 => {
            // The header decides what is claimed.
            let header = (2 + below(rng, 4)).min(lines.len() - 1);
            lines[header] = alter_line(rng, &lines[header]);
        }
        6 => {
            lines.remove(i);
        }
        7 => {
            let line = lines[i].clone();
            lines.insert(j.min(lines.len()), line);
        }
        8 => lines.swap(i, j),
        9 => {
            // A line of another certificate.
            let other = &others[below(rng, others.len())];
            let foreign: Vec<&str> = other.lines().collect();
            lines[i] = foreign[below(rng, foreign.len())].to_string();
        }
        10 => {
            let mut bytes = certificate.as_bytes().to_vec();
            let at = below(rng, bytes.len());
            bytes[at] = (bytes[at] ^ (1 << below(rng, 7))) & 0x7f;
            return String::from_utf8_lossy(&bytes).into_owned();
        }
        _ => return certificate[..below(rng, certificate.len())].to_string(),
    }
    lines.join("\n") + "\n"
}

#[test]
fn no_alteration_makes_a_false_claim_acceptable() {
    let truths = truths();
    let mut certificates: Vec<(usize, String)> = Vec::new();
    for (position, truth) in truths.iter().enumerate() {
        for epsilon in [ratio(0, 1), ratio(1, 50), ratio(1, 3)] {
            for selection in [Selection::Pessimistic, Selection::Optimistic] {
                for precision in [Precision::Exact, Precision::Bits(64)] {
                    let settings =
                        Settings { selection, precision, ..Settings::new(epsilon.clone()) };
                    let outcome = solve(&truth.game, &settings).expect("an answer");
                    truth.assert_true(&outcome.accepted, "unaltered");
                    certificates
                        .push((position, String::from_utf8(outcome.certificate).expect("text")));
                }
            }
        }
    }
    let texts: Vec<String> = certificates.iter().map(|(_, text)| text.clone()).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(2026);
    let (mut altered, mut refused, mut weaker) = (0, 0, 0);
    for (position, certificate) in &certificates {
        let truth = &truths[*position];
        for _ in 0..PER_CERTIFICATE {
            let mut text = alter(&mut rng, certificate, &texts);
            if below(&mut rng, 3) == 0 {
                text = alter(&mut rng, &format!("{}\n", text.trim_end()), &texts);
            }
            if text == *certificate {
                continue;
            }
            altered += 1;
            match check(&truth.game, text.as_bytes()) {
                Err(_) => refused += 1,
                Ok(accepted) => {
                    truth.assert_true(&accepted, &text);
                    weaker += 1;
                }
            }
        }
    }
    eprintln!("{altered} alterations: {refused} refused, {weaker} accepted with a true claim");
    assert!(
        altered >= 10_000 && refused >= 5_000 && weaker >= 100,
        "{altered} altered, {refused} refused, {weaker} true"
    );
}

#[test]
fn a_certificate_serves_no_other_game() {
    let truths = truths();
    for (position, truth) in truths.iter().enumerate() {
        let outcome = solve(&truth.game, &Settings::new(ratio(1, 50))).expect("an answer");
        for (other, another) in truths.iter().enumerate() {
            assert_eq!(
                check(&another.game, outcome.certificate.as_slice()).is_ok(),
                other == position
            );
        }
    }
}

#[test]
fn stronger_claims_are_refused() {
    for truth in truths() {
        for selection in [Selection::Pessimistic, Selection::Optimistic] {
            let settings = Settings { selection, ..Settings::new(ratio(1, 50)) };
            let outcome = solve(&truth.game, &settings).expect("an answer");
            let text = String::from_utf8(outcome.certificate).expect("text");
            let claim = &outcome.accepted.claim;
            let honest = format!("claim {} {}\n", claim.lower, claim.upper);
            assert!(check(&truth.game, text.as_bytes()).is_ok());
            for power in [1u64, 1_000, 1_000_000_000, 1_000_000_000_000_000_000] {
                let step = ratio(1, power);
                for false_claim in [
                    format!("claim {} {}\n", &claim.lower + &step, &claim.upper + &step),
                    format!("claim {} {}\n", &claim.lower - &step, &claim.upper - &step),
                ] {
                    let text = text.replacen(&honest, &false_claim, 1);
                    assert!(check(&truth.game, text.as_bytes()).is_err(), "{false_claim}");
                }
            }
        }
    }
}
