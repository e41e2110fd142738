//! Trees of multipliers and best responses over a polytope of decisions: against simplices, against
//! grids of decisions, altered and forged.
use crate::dice::below;
use crate::models::model;
use crate::solved::solved;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use smfg::certificate::{MultiplierStep, Selection};
use smfg::check::check;
use smfg::check::multiplier::{Model, Region, number, parts};
use smfg::elaborate::prove;
use smfg::equilibrium::Control;
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{Covering, Outcome, Settings, Status};
use std::fmt::Write as _;
use std::time::Duration;

/// A random game of class C0: two stages (or three), two states, three actions, rewards affine in
/// `parameters` variables, and a constraint among them.
fn random_game(rng: &mut ChaCha8Rng, parameters: usize, stages: usize, constrained: bool) -> Game {
    let mut text = format!(
        "format = \"smfg-game/1\"\nname = \"random\"\nstages = {stages}\nstates = [\"x\", \"y\"]\nactions = [\"a\", \"b\", \"c\"]\ninitial = {{ x = \"1/3\", y = \"2/3\" }}\n[leader]\nvariables = ["
    );
    for j in 0..parameters {
        let _ = write!(
            text,
            "{}{{ name = \"u{j}\", lower = -1, upper = 1 }}",
            if j == 0 { "" } else { ", " }
        );
    }
    text.push_str("]\n");
    if constrained {
        let sum: Vec<String> = (0..parameters).map(|j| format!("u{j}")).collect();
        let _ = writeln!(text, "constraints = [\"{} <= 1/2\"]", sum.join(" + "));
    }
    let mut coefficient = || below(rng, 21) as i64 - 10;
    for stage in 0..stages {
        for state in ["x", "y"] {
            for (action, share) in [("a", "1/4"), ("b", "3/5"), ("c", "1")] {
                for table in ["reward", "leader.reward"] {
                    let _ = write!(
                        text,
                        "[[{table}]]\nstage = {stage}\nstate = \"{state}\"\naction = \"{action}\"\nvalue = \"{}/10",
                        coefficient()
                    );
                    for j in 0..parameters {
                        let _ = write!(text, " + ({}/20) * u{j}", coefficient());
                    }
                    text.push_str("\"\n");
                }
                if stage + 1 < stages {
                    let _ = write!(
                        text,
                        "[[transition]]\nstage = {stage}\nstate = \"{state}\"\naction = \"{action}\"\nto = {{ x = \"{share}\", y = \"rest\" }}\n"
                    );
                }
            }
        }
    }
    // A payoff of the population that moves with the decision, and one that does not see it.
    let _ = write!(
        text,
        "[[leader.payoff]]\nstage = 0\nvalue = \"({}/10) * u0 * mu[x] + ({}/10) * u0\"\n",
        coefficient(),
        coefficient()
    );
    Game::parse_toml(&text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn settings(epsilon: Rational, covering: Covering) -> Settings<'static> {
    let control = Control::default().within(Duration::from_secs(60));
    Settings {
        covering,
        gap: ratio(1, 500),
        control: control.clone(),
        race_control: control,
        ..Settings::new(epsilon)
    }
}

fn text_of(outcome: &Outcome) -> String {
    String::from_utf8(outcome.certificate.clone()).expect("text")
}

/// Decisions of a grid with the given number of steps, at which `constrained` games have their
/// constraint.
fn grid(parameters: usize, steps: usize, constrained: bool) -> Vec<Vec<Rational>> {
    let point = |index: usize| -> Vec<Rational> {
        (0..parameters)
            .map(|j| {
                ratio(2 * (index / (steps + 1).pow(j as u32) % (steps + 1)) as i64, steps as u64)
                    - Rational::ONE
            })
            .collect()
    };
    let admits = |point: &Vec<Rational>| {
        !constrained || point.iter().fold(Rational::ZERO, |sum, x| sum + x) <= ratio(1, 2)
    };
    (0..(steps + 1).pow(parameters as u32)).map(point).filter(admits).collect()
}

/// The greatest lower bound of the value at the decisions of a grid, each solved by itself,
/// exactly.
fn best_of_grid(game: &Game, epsilon: &Rational, points: Vec<Vec<Rational>>) -> Rational {
    let own = |point| {
        solved(game, &Settings { point: Some(point), ..settings(epsilon.clone(), Covering::Auto) })
            .accepted
            .claim
            .lower
    };
    points.into_iter().map(own).max().expect("decisions")
}

/// Whether each pair, counted stage by stage, is optimal for a follower at a decision: an induction
/// in fractions.
fn optimal_pairs(game: &Game, decision: &[Rational]) -> Vec<bool> {
    let numbers = game.at(decision).mean_field_free().expect("class C0");
    let mut next: Vec<Rational> = Vec::new();
    let mut optimal: Vec<Vec<bool>> = Vec::new();
    for stage in numbers.stages.iter().rev() {
        let brings = |pair: usize| {
            let after =
                stage.transition.as_ref().map_or(Rational::ZERO, |(successors, probability)| {
                    successors
                        .of_pair(pair)
                        .map(|entry| probability.get(entry) * &next[successors.state(entry)])
                        .fold(Rational::ZERO, |a, b| a + b)
                });
            stage.reward.get(pair) + after
        };
        let values: Vec<Rational> = (0..stage.pairs.states())
            .map(|state| stage.pairs.of_state(state).map(brings).max().expect("a pair"))
            .collect();
        optimal.push(
            (0..stage.pairs.states())
                .flat_map(|state| stage.pairs.of_state(state).map(move |pair| (state, pair)))
                .map(|(state, pair)| brings(pair) == values[state])
                .collect(),
        );
        next = values;
    }
    optimal.into_iter().rev().flatten().collect()
}

/// When a region is divided at a site, its decisions stay: boxes shrink and parts vanish only where
/// chosen pairs are not optimal.
#[test]
fn narrowed_regions_lose_no_decision() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut smaller, mut gone, mut followed) = (0, 0, 0);
    for case in 0..60 {
        let (parameters, constrained) = (1 + case % 3, case % 4 == 1);
        let game = random_game(&mut rng, parameters, 2 + case % 2, constrained);
        let space = game.leader.space().expect("a polytope");
        let model = Model::new(&game, &space, &ratio(1, 10), 40).expect("a model");
        let decisions = grid(parameters, [64, 12, 6][parameters - 1], constrained);
        let mut alive: Vec<(Vec<Rational>, Vec<bool>)> =
            decisions.into_iter().map(|u| (u.clone(), optimal_pairs(&game, &u))).collect();
        let contains = |region: &Region, (decision, optimal): &(Vec<Rational>, Vec<bool>)| {
            let ends = region.low.iter().zip(&region.high);
            let inside = decision
                .iter()
                .zip(ends)
                .all(|(x, (low, high))| number(*low, 40) <= *x && *x <= number(*high, 40));
            inside && region.chosen.iter().flatten().all(|&pair| optimal[pair])
        };
        let mut region = Region::all(&model);
        loop {
            let sites = region.sites(&model).expect("a region");
            let open: Vec<usize> =
                (0..sites.len()).filter(|&site| sites[site].active.len() > 1).collect();
            if open.is_empty() {
                break;
            }
            let site = open[below(&mut rng, open.len())];
            let step = MultiplierStep::Action(site / model.states(), site % model.states());
            let found = parts(&model, &region, &step).expect("parts");
            smaller += found
                .iter()
                .filter(|part| (&part.low, &part.high) != (&region.low, &region.high))
                .count();
            gone += sites[site].active.len() - found.len();
            for known in &alive {
                assert!(
                    found.iter().any(|part| contains(part, known)),
                    "case {case}: {:?} is lost at {step:?}",
                    known.0
                );
            }
            region = found[below(&mut rng, found.len())].clone();
            alive.retain(|known| contains(&region, known));
            followed += alive.len();
        }
    }
    assert!(
        smaller > 100 && gone > 20 && followed > 1000,
        "{smaller} smaller boxes, {gone} parts gone, {followed} decisions followed"
    );
}

/// Trees and simplices bound the same value; no decision of a grid beats a tree, or what it found
/// by more than the gap.
#[test]
fn trees_agree_with_simplices_and_grids() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut closed = 0;
    for case in 0..12 {
        let (parameters, stages, constrained) = (1 + case % 3, 2 + case % 2, case % 4 == 1);
        let game = random_game(&mut rng, parameters, stages, constrained);
        for epsilon in [ratio(1, 5), ratio(1, 40)] {
            let tree = solved(&game, &settings(epsilon.clone(), Covering::BestResponses));
            let simplices = solved(&game, &settings(epsilon.clone(), Covering::Simplices));
            let (claim, other) = (&tree.accepted.claim, &simplices.accepted.claim);
            assert!(text_of(&tree).contains("multiplier-tree"), "case {case}: no tree");
            let shown = prove(&game, tree.certificate.as_slice());
            let shown = shown.unwrap_or_else(|refused| panic!("case {case}: {refused}"));
            assert!(*shown.upper() <= tree.accepted.claim.upper, "case {case}: {shown}");
            assert!(!text_of(&simplices).contains("multiplier-tree"), "case {case}");
            let context = format!(
                "case {case} at {epsilon}: [{}, {}] and [{}, {}]",
                claim.lower, claim.upper, other.lower, other.upper
            );
            assert!(claim.lower <= other.upper && other.lower <= claim.upper, "{context}");
            closed += usize::from(tree.status != Status::Limit);
            let best = best_of_grid(
                &game,
                &epsilon,
                grid(parameters, [12, 6, 3][parameters - 1], constrained),
            );
            assert!(best <= claim.upper, "{context}: {best} is found by a grid");
        }
    }
    assert_eq!(closed, 24, "trees that met the gap");
}

/// One number, word or line changed.
fn altered(rng: &mut ChaCha8Rng, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let first = lines.iter().position(|line| line.starts_with("multiplier-tree")).expect("a tree");
    // The tree, nearly always.
    let line = if below(rng, 20) == 0 {
        below(rng, lines.len())
    } else {
        first + below(rng, lines.len() - first - 1)
    };
    match below(rng, 8) {
        0 => {
            lines.remove(line);
        }
        1 => {
            let copy = lines[line].clone();
            lines.insert(line, copy);
        }
        2 if line + 1 < lines.len() => lines.swap(line, line + 1),
        3 => {
            // What another line says.
            let other = first + below(rng, lines.len() - first - 1);
            lines[line] = lines[other].clone();
        }
        _ => {
            let mut words: Vec<String> = lines[line].split(' ').map(str::to_string).collect();
            let word = below(rng, words.len());
            let mut entries: Vec<String> = words[word].split(',').map(str::to_string).collect();
            let entry = below(rng, entries.len());
            let number = below(rng, entries[entry].split(':').count());
            let mut numbers: Vec<String> = entries[entry].split(':').map(str::to_string).collect();
            numbers[number] = match (numbers[number].parse::<i64>(), below(rng, 7)) {
                (Ok(value), 0) => (value + 1).to_string(),
                (Ok(value), 1) => (value / 2).to_string(),
                (Ok(value), 2) => value.wrapping_mul(2).to_string(),
                (Ok(value), 3) => (-value).to_string(),
                (Ok(_), 4) => i64::MAX.to_string(),
                (Ok(value), 5) => (value - value / 100).to_string(),
                _ => "0".into(),
            };
            entries[entry] = numbers.join(":");
            if below(rng, 6) == 0 {
                entries.remove(entry);
            }
            words[word] = if entries.is_empty() { "-".into() } else { entries.join(",") };
            lines[line] = words.join(" ");
        }
    }
    lines.join("\n") + "\n"
}

/// Altered trees are refused, or accepted with a claim that a grid of decisions does not
/// contradict; every other one claims something false from the start.
#[test]
fn altered_trees_claim_nothing_false() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut refused, mut accepted, mut tempting) = (0, 0, 0);
    for case in 0..8 {
        let parameters = 1 + case % 2;
        let game = random_game(&mut rng, parameters, 2, false);
        let epsilon = [ratio(1, 5), ratio(1, 40)][case % 2].clone();
        let outcome = solved(&game, &settings(epsilon.clone(), Covering::BestResponses));
        let claim = outcome.accepted.claim.clone();
        let best = best_of_grid(&game, &epsilon, grid(parameters, [24, 10][parameters - 1], false))
            .max(claim.lower.clone());
        let text = text_of(&outcome);
        // Below what some decision reaches: the lower bound is left out of it by a claim that the
        // range of the reward shows.
        let false_upper = &best - ratio(1, 1_000_000);
        let line = format!("claim {} {}", claim.lower, claim.upper);
        assert!(text.contains(&line));
        let tempting_text =
            text.replace(&line, &format!("claim {} {false_upper}", &false_upper - ratio(1, 10)));
        assert!(
            check(&game, tempting_text.as_bytes()).is_err(),
            "case {case}: false from the start"
        );
        for round in 0..250 {
            let start = if round % 2 == 0 { &text } else { &tempting_text };
            match check(&game, altered(&mut rng, start).as_bytes()) {
                Err(_) => {
                    refused += 1;
                    tempting += round % 2;
                }
                Ok(found) => {
                    accepted += 1;
                    let same = found.claim.epsilon == claim.epsilon
                        && found.claim.selection == claim.selection;
                    assert!(
                        !same || found.claim.upper >= best,
                        "case {case}: {} is claimed, {best} is reached",
                        found.claim.upper
                    );
                }
            }
        }
    }
    assert!(
        refused + accepted == 2000 && refused > 1000 && tempting > 900,
        "{refused} refused, {accepted} accepted, {tempting} false ones refused"
    );
}

/// Trees by hand, with the reason why they are refused. Moral hazard: with eps = 1/100 the value is
/// 81/100, of a leader who pays a wage.
#[test]
fn forged_trees_are_refused() {
    let game = model("moral_hazard");
    let written = |selection: &str, upper: &str, body: &str| {
        format!(
            "smfg-certificate 1\ngame {}\nepsilon 1/100\nselection {selection}\nscope all\nclaim 0 {upper}\nat 1\nrange-bound 0\nmultiplier-tree {body}\nend\n",
            game.hash()
        )
    };
    let verdict =
        |upper: &str, body: &str| check(&game, written("pessimistic", upper, body).as_bytes());
    let refused = |upper: &str, body: &str| verdict(upper, body).expect_err("false").to_string();
    // Best responses, whatever they are, give her 1 at most less the wage of those who work.
    assert!(verdict("5/4", "40\nmultiplier-leaf - - -").is_ok());
    assert!(
        refused("1/2", "40\nmultiplier-leaf - - -").contains("the upper bound 1/2 is not shown")
    );
    assert!(
        refused("5/4", "40\nmultiplier-split 5\nmultiplier-leaf - - -").contains("not complete: 1")
    );
    assert!(
        refused("5/4", "40\nmultiplier-split -5\nmultiplier-leaf - - -\nmultiplier-leaf - -1:3 -")
            .contains("expected a position")
    );
    assert!(refused("5/4", "40\nmultiplier-leaf - 0:-1 -").contains("negative"));
    assert!(
        refused("5/4", "40\nmultiplier-leaf 0:1099511627777 - -")
            .contains("not available, or its probabilities")
    );
    assert!(
        refused("5/4", "40\nmultiplier-leaf 0:1099511627776,1:1 - -")
            .contains("not available, or its probabilities")
    );
    assert!(
        refused("5/4", "40\nmultiplier-leaf 0:1,0:1 - -")
            .contains("not available, or its probabilities")
    );
    assert!(refused("5/4", "40\nmultiplier-leaf 99:1 - -").contains("pair 99 does not exist"));
    assert!(refused("5/4", "40\nmultiplier-leaf - 999:1 -").contains("fact 999 does not hold"));
    // One action, whatever the wage: not within eps everywhere, so nothing holds for multipliers
    // without end.
    assert!(refused("5/4", "40\nmultiplier-leaf 0:1099511627776 - -").contains("no end"));
    assert!(
        refused("5/4", "40\nmultiplier-action 0 7\nmultiplier-leaf - - -").contains("does not fit")
    );
    assert!(
        refused("5/4", "40\nmultiplier-action 7 0\nmultiplier-leaf - - -").contains("does not fit")
    );
    assert!(
        refused("5/4", "40\nmultiplier-action 0 0\nmultiplier-action 0 0\nmultiplier-leaf - - -")
            .contains("already assumes")
    );
    assert!(
        refused("5/4", "40\nmultiplier-coordinate 3 0\nmultiplier-leaf - - -")
            .contains("free parameter 3 does not exist")
    );
    assert!(
        refused("5/4", "40\nmultiplier-tree 40\nmultiplier-leaf - - -").contains("does not fit")
    );
    assert!(refused("5/4", "99\nmultiplier-leaf - - -").contains("large"));
    let optimistic = written("optimistic", "5/4", "40\nmultiplier-leaf - - -")
        .replace("at 1\nrange-bound 0\n", "");
    let optimistic = check(&game, optimistic.as_bytes()).expect_err("false").to_string();
    assert!(optimistic.contains("pessimistic selection only"));
    // A population in the rewards, or transitions that see the leader: none of the rule's games.
    let other = model("adoption_continuous");
    let text = written("pessimistic", "5/4", "40\nmultiplier-leaf - - -")
        .replace(&game.hash(), &other.hash())
        .replace("at 1\nrange-bound 0\n", "");
    assert!(
        check(&other, text.as_bytes())
            .expect_err("false")
            .to_string()
            .contains("affine in the decision")
    );
}

/// Six free parameters: the mixed leader of six stages, to 1e-2, and decisions of a coarse grid
/// below the bound.
#[test]
fn six_dimensions_are_closed() {
    let game = model("inspection_stages");
    let epsilon = ratio(1, 20);
    let outcome = solved(
        &game,
        &Settings { gap: ratio(1, 100), ..settings(epsilon.clone(), Covering::Auto) },
    );
    assert_ne!(outcome.status, Status::Limit);
    assert_eq!(outcome.accepted.claim.selection, Selection::Pessimistic);
    let claim = &outcome.accepted.claim;
    let allowed = ratio(1, 100) * claim.lower.clone().max(-claim.lower.clone());
    assert!(&claim.upper - &claim.lower <= allowed, "{} to {}", claim.lower, claim.upper);
    // Inspected with probability 1/3 + x, a clean firm loses what it gains by violating: all stages
    // alike, x around 1/8.
    for share in ["1/3", "2/5", "9/20", "1/2", "11/20"] {
        let share = parse_rational(share).expect("a number");
        let point: Vec<Rational> =
            (0..6).flat_map(|_| [share.clone(), Rational::ONE - &share]).collect();
        let own = solved(
            &game,
            &Settings { point: Some(point), ..settings(epsilon.clone(), Covering::Auto) },
        );
        assert!(own.accepted.claim.lower <= claim.upper);
    }
}
