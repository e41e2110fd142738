//! Equilibria at eps = 0 of random tiny games against enumeration (crate::population_game).

use crate::dice::Dice;
use crate::population_game::{enumerate, leader_reward, random};
use smfg::certificate::{Claim, PairAt, Scope, Selection, Step, write_certificate};
use smfg::check::{check, check_equilibria};
use smfg::equilibrium::Control;
use smfg::equilibrium::support::{Limits, equilibria, solve_support};
use smfg::exact::{LinearConstraint, Polytope, Rational, Relation, parse_rational, ratio};
use smfg::game::Game;

/// Games compared.
const GAMES: usize = 300;
/// Most deterministic policies of a game: the enumeration grows like 4 to this power.
const MOST_POLICIES: usize = 8;

fn claim(game: &Game, selection: Selection, value: &Rational) -> Claim {
    Claim {
        game_hash: game.hash(),
        epsilon: Rational::ZERO,
        selection,
        scope: Scope::Decision(0),
        of: None,
        lower: value.clone(),
        upper: value.clone(),
    }
}

#[test]
fn least_and_greatest_reward() {
    let (mut compared, mut several, mut continua) = (0, 0, 0);
    for seed in 0.. {
        let tiny = random(seed);
        let Some(truth) = enumerate(&tiny, MOST_POLICIES) else { continue };
        let game = tiny.game();
        let instance = game.at(&[]);
        for (selection, expected) in
            [(Selection::Pessimistic, &truth.range.0), (Selection::Optimistic, &truth.range.1)]
        {
            let outcome =
                solve_support(&instance, selection, &Control::default(), &Limits::default())
                    .expect("an answer");
            let claim = claim(&game, selection, expected);
            let opening = [Step::Decision(0)];
            let steps = opening
                .iter()
                .chain(&outcome.proved.bound.steps)
                .chain(&outcome.proved.witness.steps);
            let text = write_certificate(Vec::new(), &claim, steps).expect("text");
            if let Err(error) = check(&game, text.as_slice()) {
                panic!(
                    "seed {seed}, {selection}, expected {expected}: {error}\n{}",
                    String::from_utf8_lossy(&text)
                );
            }
        }
        compared += 1;
        several += usize::from(truth.components.len() > 1);
        continua += usize::from(truth.components.iter().any(|component| component.len() > 1));
        if compared == GAMES {
            break;
        }
    }
    eprintln!("{compared} games, {several} with several components, {continua} with continua");
    assert!(
        several >= 25 && continua >= 35,
        "{several} games with several components, {continua} with continua"
    );
}

/// The masses of a vertex in the order of the enumeration, `[stage][state][cell]`.
fn flat(tiny: &crate::tiny::Tiny, pairs: &[PairAt], masses: &[Rational]) -> Vec<Rational> {
    let mut all = Vec::new();
    for (stage, rows) in tiny.stages.iter().enumerate() {
        for (state, row) in rows.iter().enumerate() {
            for cell in row {
                let own = pairs
                    .iter()
                    .position(|pair| *pair == PairAt { stage, state, action: cell.action });
                all.push(own.map_or(Rational::ZERO, |position| masses[position].clone()));
            }
        }
    }
    all
}

/// Whether `point` is a mixture of `vertices`.
fn in_hull(vertices: &[Vec<Rational>], point: &[Rational]) -> bool {
    let row = |coefficients: Vec<Rational>, right_side: Rational| LinearConstraint {
        coefficients,
        relation: Relation::Equal,
        right_side,
    };
    let mut constraints = vec![row(vec![Rational::ONE; vertices.len()], Rational::ONE)];
    for (coordinate, value) in point.iter().enumerate() {
        constraints.push(row(
            vertices.iter().map(|vertex| vertex[coordinate].clone()).collect(),
            value.clone(),
        ));
    }
    let count = vertices.len();
    let polytope = Polytope {
        lower: vec![Rational::ZERO; count],
        upper: vec![Rational::ONE; count],
        constraints,
    };
    polytope.least_value(&vec![Rational::ZERO; count]).is_ok()
}

#[test]
fn sets_of_equilibria() {
    let mut compared = 0;
    for seed in 1_000_000.. {
        let tiny = random(seed);
        let Some(truth) = enumerate(&tiny, MOST_POLICIES) else { continue };
        let game = tiny.game();
        let set =
            equilibria(&game.at(&[]), &Control::default(), &Limits::default()).expect("an answer");
        assert_eq!(set.components, truth.components.len(), "seed {seed}: components");
        let isolated = truth.components.iter().filter(|component| component.len() == 1).count();
        assert_eq!(set.isolated, isolated, "seed {seed}: isolated points");
        let polytopes: Vec<Vec<Vec<Rational>>> = set
            .polytopes
            .iter()
            .map(|polytope| {
                polytope
                    .vertices
                    .iter()
                    .map(|vertex| flat(&tiny, &polytope.support, &vertex.masses))
                    .collect()
            })
            .collect();
        // Every vertex is one of the enumeration, in one component per component, and nothing is
        // missing.
        for (own, polytope) in set.polytopes.iter().zip(&polytopes) {
            let home =
                truth.components.iter().position(|component| component.contains(&polytope[0]));
            let home =
                home.unwrap_or_else(|| panic!("seed {seed}: {:?} is no equilibrium", polytope[0]));
            assert!(
                polytope.iter().all(|vertex| truth.components[home].contains(vertex)),
                "seed {seed}"
            );
            for (other, vertices) in set.polytopes.iter().zip(&polytopes) {
                assert_eq!(
                    other.component == own.component,
                    truth.components[home].contains(&vertices[0]),
                    "seed {seed}"
                );
            }
        }
        for point in truth.components.iter().flatten() {
            assert!(
                polytopes.iter().any(|vertices| in_hull(vertices, point)),
                "seed {seed}: {point:?} is missing"
            );
        }
        let certificate = set.certificate(&game, 0).expect("text");
        let accepted = check_equilibria(&game, certificate.as_slice());
        let accepted = accepted.unwrap_or_else(|error| {
            panic!("seed {seed}: {error}\n{}", String::from_utf8_lossy(&certificate))
        });
        assert_eq!(
            accepted.unique(),
            truth.components.len() == 1 && isolated == 1,
            "seed {seed}: uniqueness"
        );
        compared += 1;
        if compared == GAMES {
            break;
        }
    }
}

/// One random alteration of a text.
fn alter(dice: &mut Dice, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let (i, j) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(6) {
        0 => {
            lines.remove(i);
        }
        1 => lines.swap(i, j),
        2 => {
            let line = lines[j].clone();
            lines.insert(i, line);
        }
        _ => {
            let mut words: Vec<String> = lines[i].split(' ').map(str::to_string).collect();
            let at = dice.below(words.len());
            let (head, number) = words[at]
                .rsplit_once(':')
                .map_or((String::new(), words[at].clone()), |(a, b)| (format!("{a}:"), b.into()));
            let other = match (dice.below(5), parse_rational(&number)) {
                (0, Ok(number)) => (-number).to_string(),
                (1, Ok(number)) => (number + ratio(1, 7)).to_string(),
                (2, Ok(number)) => (number * ratio(2, 1)).to_string(),
                (3, _) => format!("{},{},{}", dice.below(2), dice.below(2), dice.below(3)),
                _ => dice.below(3).to_string(),
            };
            words[at] = format!("{head}{other}");
            lines[i] = words.join(" ");
        }
    }
    lines.join("\n") + "\n"
}

/// Altered certificates are refused, or what they claim is still true.
#[test]
fn alterations() {
    let mut dice = Dice::new(5);
    let (mut altered, mut refused) = (0, 0);
    for seed in 2_000_000..2_000_120 {
        let tiny = random(seed);
        let Some(truth) = enumerate(&tiny, 6) else { continue };
        let game = tiny.game();
        let instance = game.at(&[]);
        let mut texts: Vec<String> = Vec::new();
        for (selection, value) in
            [(Selection::Pessimistic, &truth.range.0), (Selection::Optimistic, &truth.range.1)]
        {
            let outcome =
                solve_support(&instance, selection, &Control::default(), &Limits::default())
                    .expect("an answer");
            let claim = claim(&game, selection, value);
            let opening = [Step::Decision(0)];
            let steps = opening
                .iter()
                .chain(&outcome.proved.bound.steps)
                .chain(&outcome.proved.witness.steps);
            texts.push(
                String::from_utf8(write_certificate(Vec::new(), &claim, steps).expect("text"))
                    .expect("text"),
            );
        }
        for text in &texts {
            for _ in 0..20 {
                let mut other = alter(&mut dice, text);
                // Half of them claim more than the truth besides.
                if dice.once_in(2) {
                    let words = |line: &str| {
                        line.split(' ')
                            .skip(1)
                            .map(|word| parse_rational(word).expect("a number"))
                            .collect::<Vec<_>>()
                    };
                    let line =
                        text.lines().find(|line| line.starts_with("claim ")).expect("a claim");
                    let step = ratio(dice.below(3) as i64 - 1, 9);
                    let bounds = words(line);
                    other = other.replace(
                        line,
                        &format!("claim {} {}", &bounds[0] + &step, &bounds[1] + &step),
                    );
                }
                altered += 1;
                match check(&game, other.as_bytes()) {
                    Err(_) => refused += 1,
                    Ok(accepted) => {
                        let claim = &accepted.claim;
                        let value = if claim.selection == Selection::Pessimistic {
                            &truth.range.0
                        } else {
                            &truth.range.1
                        };
                        assert!(claim.epsilon.is_zero(), "{other}");
                        assert!(
                            claim.lower <= *value && *value <= claim.upper,
                            "{} <= {value} <= {}: {other}",
                            claim.lower,
                            claim.upper
                        );
                    }
                }
            }
        }
        let set =
            equilibria(&instance, &Control::default(), &Limits::default()).expect("an answer");
        let text = String::from_utf8(set.certificate(&game, 0).expect("text")).expect("text");
        for _ in 0..20 {
            let other = alter(&mut dice, &text);
            altered += 1;
            match check_equilibria(&game, other.as_bytes()) {
                Err(_) => refused += 1,
                Ok(accepted) => {
                    let unique = truth.components.len() == 1 && truth.components[0].len() == 1;
                    assert!(!accepted.unique() || unique, "{other}");
                    for pattern in &accepted.patterns {
                        for vertex in &pattern.vertices {
                            let point = flat(&tiny, &pattern.pairs, vertex);
                            let range = (leader_reward(&tiny, &point), &truth.range);
                            assert!(range.1.0 <= range.0 && range.0 <= range.1.1, "{other}");
                        }
                    }
                }
            }
        }
    }
    eprintln!("{altered} alterations, {refused} refused");
    assert!(altered >= 2_000 && refused >= 1_000, "{altered} alterations, {refused} refused");
}
