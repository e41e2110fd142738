//! Logs as texts with something changed: a number, a word, a line dropped, doubled or moved, or the
//! listing of a game that is slightly different. Claims that are accepted have to be true.

use super::campaign::{Counts, check_claim, count, each_game, script, setting, which};
use super::world::World;
use crate::game::Game;
use crate::random::Random;
use smfg_kernel::{
    Claim, Listing, Polynomial, Proof, Rational, Scope, Theorem, check_log, claim, parse_number,
    text_of,
};
use std::sync::Arc;

/// The log of some proofs about a game, with the claims that their theorems show.
fn log(world: &World, listing: &Arc<Listing>, random: &mut Random) -> Option<String> {
    let (mut text, mut theorems): (String, Vec<Theorem>) = (String::new(), Vec::new());
    // The first three are about the same decision, epsilon and selection, which are drawn first.
    let seed = random.clone();
    for number in 0..6 {
        let found = match number {
            0..3 => which(number, world, listing, &mut seed.clone()),
            _ => script(world, listing, random),
        };
        let Some((_, script)) = found else { continue };
        let Ok(mut proof) = Proof::open(Arc::clone(listing), script.statement.clone()) else {
            continue;
        };
        if script.steps.iter().all(|step| step.take(&mut proof).is_ok())
            && let Ok(theorem) = proof.finish()
        {
            text += &script.text(&format!("t{}", theorems.len()));
            theorems.push(theorem);
        }
    }
    let mut claims = String::new();
    let places = [Scope::All].into_iter().chain(world.decisions().into_iter().map(Scope::Point));
    let names: Vec<String> = (0..theorems.len()).map(|k| format!("t{k}")).collect();
    for scope in places {
        for theorem in &theorems {
            let (epsilon, sign) = (&theorem.statement().epsilon, theorem.statement().pessimistic);
            if let Some(claim) = claim(listing, &scope, epsilon, sign, &theorems) {
                let (lower, upper) = (claim.lower(), claim.upper());
                let (sign, missed) = (text_of(&sign), text_of(&claim.missed()));
                let end = format!("{} {}", text_of(&scope), text_of(&names));
                claims += &format!("claim {sign} {epsilon} {lower} {upper} {missed} {end}\n");
            }
        }
    }
    (!claims.is_empty()).then(|| text + &claims)
}

fn shifted(value: Rational, random: &mut Random) -> Rational {
    let n = |text: &str| crate::text::n(text);
    let by = ["1/8", "-1/8", "1/1000000", "-1/1000000", "1", "-1", "1/3"];
    match random.below(10) {
        0 => -value,
        1 => Rational::ZERO,
        2 => value * n("2"),
        _ => value + n(random.of::<&str>(&by)),
    }
}

/// A number of a polynomial or a word that is one, changed; other words are left.
fn changed(word: &str, random: &mut Random) -> String {
    let mut parts: Vec<String> = word.split('+').map(str::to_string).collect();
    let k = random.below(parts.len());
    let (number, name) = parts[k].split_once('*').map_or((parts[k].as_str(), ""), |p| p);
    let Ok(value) = parse_number(number) else { return word.to_string() };
    let value = match value.denominator().is_one() && random.once_in(3) {
        true => Rational::from(random.below(4)),
        false => shifted(value, random),
    };
    parts[k] = match name {
        "" => value.to_string(),
        name => format!("{value}*{name}"),
    };
    parts.join("+")
}

/// Words that stand in the place of others.
const WORDS: [&str; 24] = [
    "o", "e", "m", "k", "j", "c", "r", "v", "y", "w", "lead", "dual", "bellman", "policy", "flow",
    "bound", "reached", "below", "+", "-", ">=", "=", ">", "x0",
];

/// A line that may be any step, about the first stages, pairs, states and rows.
fn any_line(random: &mut Random) -> String {
    let lines = [
        "empty",
        "within A",
        "declare constant 1*x0 .",
        "masses 1 A 1 1 - 2 1 1 0",
        "unfold 0",
        "substitute fA j A",
        "substitute xA r B",
        "split xA 1/2",
        "split uA 1/2",
        "split lA 1",
        "divide constant 1*uA+-1/2 .",
        "divide value 1 v A B 1 .",
        "grid A 1/2",
        "case A B",
        "choose A B",
        "choice A B",
        "prefer A 0 1 bellman 1 A 1 1 + 1 1 1 -1 .",
        "regret 0",
        "regret 1 A B A",
        "excess 0",
        "lead-bound 1 A 1 1 - 2 1 3 3 +",
        "ceiling 1 A 1 1 - 2 1 3 3",
        "floor 0 1 1 0",
        "exists",
        "scale",
        "simplices",
        "cut A B 1/2",
        "exists-in 1 1/8 7/8 1 1 1",
        "play 1 0 1 1 - 2 1 1 0",
        "policy 1 0 1 1 - 2 1 1 0",
        "derive loss 1 . .",
        "derive constant 1 . .",
        "over A B constant 1 . 2 . .",
    ];
    let digit = |random: &mut Random| random.below(2).to_string();
    let line = random.of(&lines).replace('A', &digit(random));
    line.replace('B', &digit(random))
}

/// One to three changes of lines and words; the first words of the lines that are changed.
fn altered(text: &str, random: &mut Random) -> (String, Vec<String>) {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut steps = Vec::new();
    for _ in 0..1 + random.below(3) {
        if lines.is_empty() {
            break;
        }
        let (k, other) = (random.below(lines.len()), random.below(lines.len()));
        steps.push(lines[k].split(' ').next().unwrap_or_default().to_string());
        match random.below(13) {
            0 => drop(lines.remove(k)),
            3 => {
                let line = any_line(random);
                steps.extend(line.split(' ').next().map(str::to_string));
                lines.insert(k, line);
            }
            1 => lines.insert(k, lines[other].clone()),
            2 => lines.swap(k, other),
            _ => {
                let mut words: Vec<String> = lines[k].split(' ').map(str::to_string).collect();
                let (i, j) = (random.below(words.len()), random.below(words.len()));
                match random.below(12) {
                    0 => words.swap(i, j),
                    1 => words[i] = random.of(&WORDS).to_string(),
                    2 => drop(words.remove(i)),
                    3 => words.insert(i, words[j].clone()),
                    _ => {
                        let numbers =
                            |word: &&mut String| word.bytes().any(|byte| byte.is_ascii_digit());
                        let mut found: Vec<&mut String> =
                            words.iter_mut().filter(numbers).collect();
                        if !found.is_empty() {
                            let k = random.below(found.len());
                            *found[k] = changed(found[k], random);
                        }
                    }
                }
                lines[k] = words.join(" ");
            }
        }
    }
    (lines.join("\n") + "\n", steps)
}

/// The game with one reward, or the payoff, changed.
fn nearby(game: &Game, random: &mut Random) -> Game {
    let mut game = game.clone();
    let t = random.below(game.stages.len());
    let i = random.below(game.stages[t].len());
    let change = Polynomial::constant(shifted(Rational::ZERO, random));
    let pair = &mut game.stages[t][i];
    let polynomial = match random.below(4) {
        0 => &mut game.payoff,
        1 => &mut pair.leader,
        _ => &mut pair.reward,
    };
    *polynomial = std::mem::take(polynomial).plus(&change, &Rational::ONE);
    game
}

/// The claims of a text that are accepted, up to the first line that is refused.
fn accepted(listing: &Arc<Listing>, text: &str) -> Vec<Claim> {
    let mut claims = Vec::new();
    let _ = check_log(listing, text.as_bytes(), |claim| claims.push(claim.clone()));
    claims
}

#[test]
fn altered_logs() {
    let cases = setting("KERNEL_CASES", 20_000) / 8;
    let mut counts = Counts::new();
    each_game(cases, |world, listing, random| {
        let Some(text) = log(world, listing, random) else { return 0 };
        let whole = accepted(listing, &text);
        assert_eq!(whole.len(), text.matches("claim ").count(), "{text}");
        count(&mut counts, "logs");
        let other = World::new(nearby(&world.game, random), random);
        let near = other.game.listing();
        let each = setting("KERNEL_ALTERATIONS", 40);
        for k in 0..each {
            let swapped = k % 8 == 0;
            let (world, listing) = if swapped { (&other, &near) } else { (world, listing) };
            let unchanged = (text.clone(), vec!["listing".to_string()]);
            let (altered, steps) = if k == 0 { unchanged } else { altered(&text, random) };
            let claims = accepted(listing, &altered);
            count(&mut counts, if claims.is_empty() { "refused" } else { "with claims" });
            count(&mut counts, if swapped { "altered: listing" } else { "altered logs" });
            for step in steps {
                count(&mut counts, &format!("altered: {step}"));
            }
            for claim in claims {
                let before = whole.contains(&claim);
                count(&mut counts, if before { "claims as before" } else { "other claims" });
                let result = check_claim(world, &claim);
                assert_eq!(result, Ok(()), "{claim}: {altered}");
            }
        }
        each
    });
    println!("{counts:#?}");
    // Many alterations of few games say little about how many are accepted.
    let few = cases < 5_000 || setting("KERNEL_ALTERATIONS", 40) > 100;
    assert!(few || counts["other claims"] * 100 > cases, "{counts:?}");
}
