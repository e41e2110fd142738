//! Claims about curves: hand-made invalid ones are refused for the reason written beside them,
//! altered ones never prove anything false.
//!
//! The game of the corpus, tests/reject/game.toml: under `free` the worst best response gives the
//! leader 0, under `paid` every policy gives 1.

use crate::dice::Dice;
use crate::models::model;
use crate::oracle::Oracle;
use crate::random_tiny::mean_field_free;
use crate::selections::SELECTIONS;
use smfg::analysis::sweep::{curve, has_curve};
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::exact::{Rational, ratio};
use smfg::leader::Settings;

/// A chord of upper bounds is convex from above only: at the middle of a piece that bends, a claim
/// must not follow from its ends alone.
#[test]
fn lower_bounds_need_lines_over_the_whole_piece() {
    let game = model("moral_hazard_grid");
    let settings = Settings::new(Rational::ZERO);
    let outcome = curve(&game, &settings, &Rational::ZERO, &ratio(1, 4)).expect("class C0");
    let text = String::from_utf8(outcome.certificate).expect("text");
    let points = &outcome.accepted.curve;
    // Without an inner breakpoint the lower chord lies above the convex value: it must be refused.
    for point in &points[1..points.len() - 1] {
        let shorter = text.replacen(&format!("value {point}\n"), "", 1).replacen(
            &format!("curve {}", points.len()),
            &format!("curve {}", points.len() - 1),
            1,
        );
        let refused =
            check(&game, shorter.as_bytes()).expect_err("the chord is above the value").to_string();
        assert!(refused.contains("the lower bounds of the curve"), "{refused}");
    }
}

/// Certificates of random games with random words replaced: what is still accepted is true at the
/// points and between them.
#[test]
fn altered_curves_prove_nothing_false() {
    let (mut refused, mut accepted) = (0, 0);
    for seed in 0..60 {
        let tiny = mean_field_free(seed);
        let (game, oracle) = (tiny.game(), Oracle::new(&tiny));
        let to = oracle.greatest_exploitability() + ratio(1, 4);
        let mut dice = Dice::new(seed ^ 0xa1fe);
        for selection in SELECTIONS {
            let settings = Settings { selection, ..Settings::new(Rational::ZERO) };
            if !has_curve(&game, &settings) {
                continue;
            }
            let text = String::from_utf8(
                curve(&game, &settings, &Rational::ZERO, &to).expect("class C0").certificate,
            )
            .expect("text");
            for _ in 0..25 {
                let altered = altered(&text, &mut dice);
                let proved = crate::proved::proved_curve(&game, altered.as_bytes());
                let proved = proved.map(|curve| {
                    let points = curve.points().iter();
                    let only = match *curve.scope() {
                        smfg_kernel::Scope::Decision(only) => Some(only as usize),
                        _ => None,
                    };
                    let points =
                        points.map(|p| (p.epsilon.clone(), [p.lower.clone(), p.upper.clone()]));
                    let pessimistic = curve.pessimistic();
                    (pessimistic, only, points.collect::<Vec<_>>())
                });
                let checked = check(&game, altered.as_bytes()).ok().map(|claimed| {
                    let points = claimed.curve.iter();
                    let only = match claimed.claim.scope {
                        smfg::certificate::Scope::Decision(only) => Some(only),
                        _ => None,
                    };
                    let points =
                        points.map(|p| (p.epsilon.clone(), [p.lower.clone(), p.upper.clone()]));
                    let pessimistic = claimed.claim.selection == Selection::Pessimistic;
                    (pessimistic, only, points.collect::<Vec<_>>())
                });
                match checked {
                    None => refused += 1,
                    Some(_) => accepted += 1,
                }
                for (pessimistic, only, points) in checked.into_iter().chain(proved) {
                    let selection =
                        if pessimistic { Selection::Pessimistic } else { Selection::Optimistic };
                    let value = |epsilon: &Rational| {
                        let inner = oracle.inner(epsilon, selection);
                        let scoped = |index: &usize| only.is_none_or(|only| *index == only);
                        let indices = (0..tiny.decisions.len()).filter(scoped);
                        indices.map(|index| inner[index].clone()).max().expect("a decision")
                    };
                    for pair in points.windows(2) {
                        for share in [Rational::ZERO, ratio(1, 3), ratio(1, 2), Rational::ONE] {
                            let mix = |a: &Rational, b: &Rational| a + (b - a) * &share;
                            let truth = value(&mix(&pair[0].0, &pair[1].0));
                            let [lower, upper] =
                                [0, 1].map(|side| mix(&pair[0].1[side], &pair[1].1[side]));
                            assert!(
                                lower <= truth && truth <= upper,
                                "seed {seed}: {lower} {truth} {upper}"
                            );
                        }
                    }
                }
            }
        }
    }
    assert!(refused > 500 && accepted > 100, "{refused} refused, {accepted} accepted");
}

/// One number of the text replaced by another one, or one line dropped or said twice.
fn altered(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let line = 2 + dice.below(lines.len() - 2);
    match dice.below(4) {
        0 => drop(lines.remove(line)),
        1 => lines.insert(line, lines[line].clone()),
        _ => {
            let mut words: Vec<String> = lines[line].split(' ').map(str::to_string).collect();
            let word = dice.below(words.len());
            let number = words[word]
                .parse::<i64>()
                .map(|n| ratio(n, 1))
                .ok()
                .or_else(|| smfg::exact::parse_rational(&words[word]).ok());
            let Some(number) = number else { return text.into() };
            let changes = [
                &number + ratio(1, 3),
                &number - ratio(1, 3),
                &number * ratio(1, 2),
                &number * ratio(2, 1),
                Rational::ZERO,
                Rational::ONE,
            ];
            words[word] = dice.pick(&changes).to_string();
            lines[line] = words.join(" ");
        }
    }
    lines.join("\n") + "\n"
}
