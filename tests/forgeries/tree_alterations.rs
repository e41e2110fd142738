//! Altered and forged trees: refused, or accepted with a claim that is still true.
//!
//! The truth is known in closed form (crate::one_mass) for whatever eps, selection and scope an
//! altered certificate speaks of.

use crate::dice::Dice;
use crate::one_mass::{Enclosure, MODELS, OneMass};
use crate::selections::SELECTIONS;
use smfg::certificate::{Scope, Selection};
use smfg::check::{Accepted, Fault, Rejection, check};
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::follower::{Objective, best_response, form_values};
use smfg::game::{Policy, Quadratic, StagePolicy};
use smfg::generate::{Interaction, MdpParameters, MeanFieldFamily, MeanFieldParameters};
use smfg::leader::{Settings, solve};

/// Alterations of each certificate.
const PER_CERTIFICATE: usize = 25;
/// Forged trees.
const FORGED: usize = 2_500;
/// Most boxes that a forger leaves behind before she gives up.
const MOST_BOXES: usize = 9;

fn models() -> Vec<OneMass> {
    MODELS.into_iter().map(OneMass::new).collect()
}

/// What an accepted certificate says is true.
fn assert_true(model: &OneMass, accepted: &Accepted, context: &str) {
    let claim = &accepted.claim;
    assert_eq!(claim.of, None, "{context}");
    let scope: Vec<usize> = match claim.scope {
        Scope::All => (0..model.decisions()).collect(),
        Scope::Decision(index) => vec![index],
        Scope::Point(_) => panic!("a point: {context}"),
    };
    let within =
        |lower: Option<&Rational>, upper: Option<&Rational>, truth: &Enclosure, what: &str| {
            let true_claim = lower.is_none_or(|lower| *lower <= truth.1)
                && upper.is_none_or(|upper| truth.0 <= *upper);
            assert!(
                true_claim,
                "{}, {what}: {lower:?} <= {truth:?} <= {upper:?} is false: {context}",
                model.name
            );
        };
    let mut best: Option<Enclosure> = None;
    for index in scope {
        let truth = model.inner(index, &claim.epsilon, claim.selection);
        let (lower, upper) = &accepted.decisions[index];
        within(lower.as_ref(), upper.as_ref(), &truth, &format!("decision {index}"));
        best = Some(best.map_or(truth.clone(), |best| (best.0.max(truth.0), best.1.max(truth.1))));
    }
    within(Some(&claim.lower), Some(&claim.upper), &best.expect("a decision"), "value");
}

#[test]
fn closed_forms() {
    let square = |x: Rational| &x * &x;
    let model = |name| OneMass::new(name);
    let exact = |x: Rational| (x.clone(), x);
    let (zero, tenth) = (ratio(0, 1), ratio(1, 10));
    let adoption = model("adoption");
    let at_zero: Vec<Enclosure> =
        (0..3).map(|k| adoption.inner(k, &zero, Selection::Pessimistic)).collect();
    assert_eq!(at_zero, [exact(zero.clone()), exact(zero.clone()), exact(ratio(17, 20))]);
    assert_eq!(adoption.inner(0, &zero, Selection::Optimistic), exact(ratio(3, 2)));
    let corner = model("corner");
    assert_eq!(corner.inner(1, &tenth, Selection::Pessimistic), exact(ratio(-1, 1)));
    assert_eq!(corner.inner(0, &tenth, Selection::Pessimistic), exact(ratio(-1, 2)));
    // Just below 1/10 the equilibrium at x = 1 is gone.
    assert!(corner.inner(1, &ratio(999, 10_000), Selection::Pessimistic).0 > ratio(-11, 100));
    // Ends (5 - sqrt(1 + 12 eps)) / 6 and (1 + sqrt(1 + 3 eps)) / 3, and -3/4 - (sqrt(1/4 + 4
    // eps)/2 - 1/4)^2 at toll 1/2.
    for epsilon in [ratio(1, 100), ratio(1, 20), tenth] {
        let (least, _) = model("left_right").inner(0, &epsilon, Selection::Pessimistic);
        let (_, greatest) = model("left_right").inner(0, &epsilon, Selection::Optimistic);
        let distance = |x: Rational| if x < Rational::ZERO { -x } else { x };
        let tiny = ratio(1, 1_000_000_000_000_000_000);
        assert!(
            distance(
                square(ratio(5, 1) - ratio(6, 1) * least) - ratio(1, 1) - ratio(12, 1) * &epsilon
            ) < tiny
        );
        assert!(
            distance(
                square(ratio(3, 1) * greatest - ratio(1, 1)) - ratio(1, 1) - ratio(3, 1) * &epsilon
            ) < tiny
        );
        let (value, _) = model("pigou_latency").inner(4, &epsilon, Selection::Pessimistic);
        let loss = ratio(-3, 4) - value;
        // loss = (sqrt(D)/2 - 1/4)^2, so (loss - D/4 - 1/16)^2 = D/16 with D = 1/4 + 4 eps.
        let d = ratio(1, 4) + ratio(4, 1) * &epsilon;
        assert!(
            distance(square(loss - &d * ratio(1, 4) - ratio(1, 16)) - d * ratio(1, 16)) < tiny,
            "eps {epsilon}"
        );
    }
    assert_eq!(
        model("pigou_revenue").inner(3, &ratio(9, 125), Selection::Pessimistic),
        exact(ratio(24, 125))
    );
}

/// Another spelling of a number.
fn other_number(dice: &mut Dice, number: Rational) -> String {
    let small = ratio(1, *dice.pick(&[2_u64, 10, 1_000, 1_000_000, 1_000_000_000]));
    match dice.below(10) {
        0 | 1 => (number + small).to_string(),
        2 | 3 => (number - small).to_string(),
        4 => (-number).to_string(),
        5 => (number * ratio(2, 1)).to_string(),
        6 => (number * (Rational::ONE + small)).to_string(),
        7 => dice.below(4).to_string(),
        8 => "0".into(),
        _ => format!("{}/{}", dice.below(20), 1 + dice.below(20)),
    }
}

/// Alters one number of a line, whether it stands alone or in a list of positions and numbers.
fn alter_line(dice: &mut Dice, line: &str) -> String {
    let mut pieces: Vec<String> =
        line.split_inclusive([' ', ':', ',']).map(str::to_string).collect();
    for _ in 0..8 {
        let at = dice.below(pieces.len());
        let end = pieces[at]
            .chars()
            .last()
            .filter(|c| " :,".contains(*c))
            .map_or(String::new(), |c| c.to_string());
        let word = pieces[at].trim_end_matches([' ', ':', ',']);
        if let Ok(number) = parse_rational(word) {
            pieces[at] = other_number(dice, number) + &end;
            break;
        }
        let other = match word {
            "lower" => "upper",
            "upper" => "lower",
            "exact" => "rounded:3",
            "pessimistic" => "optimistic",
            "optimistic" => "pessimistic",
            "-" => "0:1/2",
            _ => continue,
        };
        pieces[at] = other.to_string() + &end;
        break;
    }
    pieces.concat()
}

/// Raises what is shown of `sigma J0` by an amount: claims, and the values of bounds.
fn strengthened(dice: &mut Dice, certificate: &str) -> String {
    let step =
        ratio(1, *dice.pick(&[4_u64, 100, 10_000, 1_000_000, 100_000_000, 1_000_000_000_000]));
    let up = certificate.contains("selection pessimistic");
    let moved = |word: &str| {
        parse_rational(word)
            .map_or(word.to_string(), |n| (if up { n + &step } else { n - &step }).to_string())
    };
    let lines = certificate.lines().map(|line| {
        let mut words: Vec<String> = line.split(' ').map(str::to_string).collect();
        let place = match words[0].as_str() {
            "claim" => 2 - usize::from(up),
            "tree" | "support-tree" => 1,
            _ => return line.to_string(),
        };
        words[place] = moved(&words[place]);
        words.join(" ")
    });
    lines.map(|line| line + "\n").collect()
}

/// One random alteration; `others` are certificates of other games and settings.
fn alter(dice: &mut Dice, certificate: &str, others: &[String]) -> String {
    let mut lines: Vec<String> = certificate.lines().map(str::to_string).collect();
    let steps: Vec<usize> = (0..lines.len())
        .filter(|k| {
            ["tree", "square", "dependence", "split", "tighten", "leaf", "support"]
                .iter()
                .any(|rule| lines[*k].starts_with(rule))
        })
        .collect();
    let any = dice.below(lines.len());
    let i = if steps.is_empty() || dice.once_in(5) { any } else { *dice.pick(&steps) };
    let j = dice.below(lines.len());
    match dice.below(12) {
        0..=5 => lines[i] = alter_line(dice, &lines[i]),
        6 => {
            // The header decides what is claimed.
            let header = 2 + dice.below(4);
            lines[header] = alter_line(dice, &lines[header]);
        }
        7 => {
            lines.remove(i);
        }
        8 => {
            let line = lines[i].clone();
            lines.insert(j, line);
        }
        9 => lines.swap(i, j),
        10 => {
            let foreign: Vec<&str> = others[dice.below(others.len())].lines().collect();
            lines[i] = dice.pick(&foreign).to_string();
        }
        _ => return strengthened(dice, certificate),
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

#[test]
fn no_alteration_makes_a_false_claim_acceptable() {
    let models = models();
    let mut certificates: Vec<(usize, String)> = Vec::new();
    for (position, model) in models.iter().enumerate() {
        for epsilon in [ratio(0, 1), ratio(1, 100), ratio(1, 20), ratio(1, 10), ratio(1, 4)] {
            for selection in SELECTIONS {
                for decision in std::iter::once(None).chain((0..model.decisions().min(3)).map(Some))
                {
                    let settings =
                        Settings { selection, decision, ..Settings::new(epsilon.clone()) };
                    let outcome = solve(&model.game, &settings).expect("an answer");
                    assert_eq!(outcome.statistics.refused_steps, 0);
                    assert_true(model, &outcome.accepted, "unaltered");
                    certificates
                        .push((position, String::from_utf8(outcome.certificate).expect("text")));
                }
            }
        }
    }
    let texts: Vec<String> = certificates.iter().map(|(_, text)| text.clone()).collect();
    let trees = texts.iter().filter(|text| text.contains("\ntree ")).count();
    let mut dice = Dice::new(2026);
    let (mut altered, mut refused, mut weaker) = (0, 0, 0);
    for (position, certificate) in &certificates {
        for _ in 0..PER_CERTIFICATE {
            let mut text = alter(&mut dice, certificate, &texts);
            while dice.once_in(3) {
                text = alter(&mut dice, &text, &texts);
            }
            if text == *certificate {
                continue;
            }
            altered += 1;
            match check(&models[*position].game, text.as_bytes()) {
                Err(_) => refused += 1,
                Ok(accepted) => {
                    assert_true(&models[*position], &accepted, &text);
                    weaker += 1;
                }
            }
        }
    }
    eprintln!(
        "{} certificates, {trees} with trees; {altered} alterations: {refused} refused, {weaker} accepted and true",
        texts.len()
    );
    assert!(
        trees >= 40 && altered >= 2_000 && refused >= 1_000 && weaker >= 100,
        "{trees} trees, {altered} altered, {refused} refused, {weaker} true"
    );
}

/// What is left of a quadratic form without its squares is bounded by the ranges of the
/// coordinates, which may be stored without their zeros.
#[test]
fn a_tree_without_squares() {
    for model in models() {
        let certificate = |value: &str| {
            format!(
                "smfg-certificate 1\ngame {}\nepsilon 1/10\nselection pessimistic\nscope decision 0\nclaim {value} 9\ndecision 0\nrange-witness 9\ntree {value} exact\nleaf 1 - - -\nend\n",
                model.game.hash()
            )
        };
        // Every leader's reward here lies between -3/2 and 3/2, whatever the masses: weak bounds
        // need no squares, strong ones are no bounds.
        let accepted = check(&model.game, certificate("-3").as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}", model.name));
        assert_true(&model, &accepted, "no squares");
        assert!(check(&model.game, certificate("2").as_bytes()).is_err(), "{}", model.name);
    }
}

/// A number that a misled linear programme might return.
fn number(dice: &mut Dice) -> Rational {
    let size = dice
        .pick(&[ratio(1, 1), ratio(1, 4), ratio(1, 100), ratio(10, 1), ratio(1_000, 1)])
        .clone();
    ratio(dice.below(41) as i64 - 20, 1 + dice.below(8) as u64) * size
}

fn magnitude(dice: &mut Dice) -> Rational {
    let number = number(dice);
    if number < Rational::ZERO { -number } else { number }
}

/// A list of up to two entries about `count` things.
fn list(dice: &mut Dice, count: usize, entry: fn(&mut Dice) -> Rational) -> String {
    if count == 0 || dice.once_in(4) {
        return "-".into();
    }
    let length = 1 + dice.below(2);
    let entries: Vec<String> =
        (0..length).map(|_| format!("{}:{}", dice.below(count), entry(dice))).collect();
    entries.join(",")
}

fn combination(dice: &mut Dice, deviations: usize, squares: usize) -> String {
    let omega = if dice.once_in(3) {
        ratio(0, 1)
    } else {
        dice.pick(&[ratio(1, 1), ratio(1, 1), ratio(1, 1000), ratio(5, 1)]).clone()
    };
    let point = |dice: &mut Dice| ratio(dice.below(65) as i64 - 32, 32);
    let kappas = if dice.once_in(2) { "-".into() } else { list(dice, squares, number) };
    format!("{omega} {} {} {kappas}", list(dice, deviations, magnitude), list(dice, squares, point))
}

/// A forger at work on one bound of one decision that is false.
struct Forgery<'a> {
    model: &'a OneMass,
    header: String,
    /// Lines of the tree so far.
    tree: String,
    squares: usize,
    deviations: usize,
}

/// What the checker makes of a tree.
enum Answer {
    Complete,
    /// Boxes are left.
    Open,
    Refused,
}

impl<'a> Forgery<'a> {
    fn new(dice: &mut Dice, model: &'a OneMass, dependences: &[String]) -> Self {
        let decision = dice.below(model.decisions());
        let selection = *dice.pick(&SELECTIONS);
        let epsilon = dice
            .pick(&[
                ratio(0, 1),
                ratio(1, 1000),
                ratio(1, 20),
                ratio(1, 10),
                ratio(1, 4),
                ratio(1, 1),
            ])
            .clone();
        let (least, greatest) = model.inner(decision, &epsilon, selection);
        let excess = ratio(1, *dice.pick(&[10_u64, 100, 10_000, 1_000_000, 1_000_000_000_000]));
        let (value, claim) = match selection {
            Selection::Pessimistic => {
                (&greatest + &excess, format!("claim {} 9\n", &greatest + &excess))
            }
            Selection::Optimistic => (&least - &excess, format!("claim -9 {}\n", &least - &excess)),
        };
        let far = if selection == Selection::Pessimistic { 9 } else { -9 };
        let header = format!(
            "smfg-certificate 1\ngame {}\nepsilon {epsilon}\nselection {selection}\nscope decision {decision}\n{claim}decision {decision}\nrange-witness {far}\n",
            model.game.hash()
        );
        let arithmetic = *dice.pick(&["exact", "exact", "exact", "rounded:60", "rounded:8"]);
        let mut tree = format!("tree {value} {arithmetic}\n");
        if !dice.once_in(3) {
            dependences.iter().for_each(|line| tree += &format!("{line}\n"));
        }
        let squares = 1 + dice.below(3);
        for _ in 0..squares {
            let weight = |dice: &mut Dice| {
                dice.pick(&[
                    ratio(1, 1),
                    ratio(-1, 1),
                    ratio(1, 4),
                    ratio(-1, 4),
                    ratio(3, 1),
                    ratio(-3, 1),
                    ratio(0, 1),
                    ratio(7, 5),
                ])
                .clone()
            };
            let form =
                *dice.pick(&["1 0 0", "1 0 0", "0 1 0", "1 1 0", "1 -1 0", "1/2 3/7 1", "0 0 1"]);
            tree += &format!("square {} {} {form}\n", weight(dice), weight(dice));
        }
        let mut forgery = Forgery { model, header, tree, squares, deviations: 0 };
        for _ in 0..1 + dice.below(3) {
            forgery.deviate(dice);
        }
        forgery
    }

    /// A deviation that plays the first action, the second or both.
    fn deviate(&mut self, dice: &mut Dice) {
        let first = *dice.pick(&["0", "1", "0:1/2,1:1/2"]);
        let rows = self.model.game.stages.iter().enumerate().map(|(t, stage)| {
            let words: Vec<&str> =
                (0..stage.pairs.states()).map(|_| if t == 0 { first } else { "0" }).collect();
            format!("play {}\n", words.join(" "))
        });
        self.tree += "deviation\n";
        self.tree += &rows.collect::<String>();
        self.deviations += 1;
    }

    fn ask(&self, line: &str) -> Answer {
        let text = format!("{}{}{line}\nend\n", self.header, self.tree);
        match check(&self.model.game, text.as_bytes()) {
            Ok(_) => Answer::Complete,
            Err(Rejection::Step { fault: Fault::OpenTree { .. }, .. }) => Answer::Open,
            Err(Rejection::Step { fault: Fault::NotShown { .. }, .. }) => Answer::Refused,
            Err(other) => panic!("a forgery is refused for another reason: {other}\n{text}"),
        }
    }

    /// Closes boxes as long as the checker agrees; the number closed, or `None` when the false
    /// claim is proved.
    fn work(&mut self, dice: &mut Dice) -> Option<usize> {
        let mut closed = 0;
        'boxes: for _ in 0..MOST_BOXES {
            for _ in 0..8 {
                let proof = combination(dice, self.deviations, self.squares);
                let (square, end) = (dice.below(self.squares), *dice.pick(&["lower", "upper"]));
                let at = ratio(dice.below(33) as i64 - 16, 16);
                let tighten = dice.once_in(4);
                let line = if tighten {
                    format!("tighten {square} {end} {at} {proof}")
                } else {
                    format!("leaf {proof}")
                };
                match self.ask(&line) {
                    Answer::Complete => return None,
                    Answer::Open => {
                        closed += usize::from(!tighten);
                        self.tree += &format!("{line}\n");
                        continue 'boxes;
                    }
                    Answer::Refused => {}
                }
            }
            let line = format!(
                "split {} {}",
                dice.below(self.squares),
                ratio(dice.below(33) as i64 - 16, 16)
            );
            self.tree += &format!("{line}\n");
        }
        Some(closed)
    }
}

#[test]
fn a_lying_linear_programme_proves_nothing_false() {
    let models = models();
    // What the solver writes about dependent coordinates.
    let dependences: Vec<Vec<String>> = models
        .iter()
        .map(|model| {
            let settings = Settings {
                decision: Some(0),
                selection: Selection::Optimistic,
                ..Settings::new(ratio(1, 20))
            };
            let outcome = solve(&model.game, &settings).expect("an answer");
            let text = String::from_utf8(outcome.certificate).expect("text");
            text.lines().filter(|line| line.starts_with("dependence")).map(str::to_string).collect()
        })
        .collect();
    assert!(dependences.iter().filter(|lines| !lines.is_empty()).count() >= 3, "{dependences:?}");
    let mut dice = Dice::new(41);
    let mut closed = 0;
    for forged in 0..FORGED {
        let position = dice.below(models.len());
        let mut forgery = Forgery::new(&mut dice, &models[position], &dependences[position]);
        match forgery.work(&mut dice) {
            Some(boxes) => closed += boxes,
            None => panic!(
                "forgery {forged} proves something false:\n{}{}",
                forgery.header, forgery.tree
            ),
        }
    }
    eprintln!("{FORGED} forged trees refused, {closed} of their boxes closed");
    assert!(closed >= FORGED, "only {closed} boxes closed: the forgeries are not near the truth");
}

/// A coordinate that is no constant, claimed to be what it is under one policy: the first action
/// everywhere, the last one, the best ones.
#[test]
fn dependences_that_do_not_hold_are_refused() {
    let mut refused = 0;
    for (interaction, seed) in
        [(Interaction::Monotone, 1), (Interaction::Crowd, 2), (Interaction::General, 3)]
    {
        let base =
            MdpParameters { stages: 3, states: 3, actions: 2, successors: 2, decisions: 1, seed };
        let family = MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates: 2 })
            .expect("sizes in range");
        let game = family.game().expect("a game");
        let outcome = solve(&game, &Settings::new(ratio(1, 8))).expect("class C1");
        let text = String::from_utf8(outcome.certificate).expect("text");
        let opening = text.lines().position(|line| line.starts_with("tree ")).expect("a tree") + 1;
        let quadratic =
            Quadratic::new(&game.at(&game.finite_decisions().expect("a finite leader")[0].values))
                .expect("class C1");
        let policy = |action: u32| Policy { stages: vec![StagePolicy::Pure(vec![action; 3]); 3] };
        for (j, form) in quadratic.coordinates.iter().enumerate() {
            let numbers = quadratic.numbers(form);
            let best = |sign: i64| {
                best_response(&numbers, &Objective::leader(ratio(sign, 1)), None, &|| true)
                    .expect("not stopped")
                    .policy
            };
            let policies = [policy(0), policy(1), best(1), best(-1)];
            let values: Vec<Rational> = policies
                .iter()
                .map(|policy| {
                    form_values(&numbers, &[form], policy, &|| true)
                        .expect("a policy of the game")
                        .remove(0)
                })
                .collect();
            if values.iter().all(|value| *value == values[0]) {
                continue;
            }
            for value in values {
                let unit: Vec<&str> = (0..quadratic.coordinates.len())
                    .map(|k| if k == j { "1" } else { "0" })
                    .collect();
                let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
                lines.insert(opening, format!("dependence {value} {}", unit.join(" ")));
                let rejection = check(&game, format!("{}\n", lines.join("\n")).as_bytes())
                    .expect_err("no constant");
                assert!(
                    matches!(
                        rejection,
                        Rejection::Step {
                            rule: "dependence",
                            fault: Fault::NotConstant { .. },
                            ..
                        }
                    ),
                    "{rejection}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused >= 24, "{refused} forged dependences");
}
