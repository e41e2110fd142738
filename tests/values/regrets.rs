//! Rule (Z): regrets confine the boxes of a tree. Games over many stages, enumeration, forged
//! lines, alterations.

use crate::dice::below;
use crate::enumeration::{CellNumbers, Tables};
use crate::evaluation::{Play, evaluate, evaluate_with};
use crate::models::model;
use crate::selections::SELECTIONS;
use crate::tiny::{Cell, Form, Tiny, TinyAggregate};
use crate::tree_certificates::{alter, eighth, ends, solve_lifted, strengthen};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use smfg::certificate::Selection;
use smfg::check::{Fault, Rejection, check};
use smfg::exact::{Rational, ratio, to_approx};
use smfg::game::Game;

fn susceptible_infected(stages: usize) -> Game {
    model(&format!("susceptible_infected_{stages}"))
}

/// The leader's reward is minus the infected mass of the last stage. Its least and greatest mass
/// over policies of exploitability at most 1/1000 were found by sequential quadratic programming
/// from 60 random policies in another program.
#[test]
fn eleven_stages_to_a_ten_thousandth() {
    let game = susceptible_infected(11);
    for (selection, expected) in
        [(Selection::Pessimistic, -0.583_983_803), (Selection::Optimistic, -0.375_424_224)]
    {
        let (proved, text) = solve_lifted(&game, 0, &ratio(1, 1000), selection, 1e-4);
        let (least, greatest) = ends(&proved, selection);
        assert!(to_approx(&(&greatest - &least)) <= 1e-4, "{selection}: {least} to {greatest}");
        assert!(
            to_approx(&least) <= expected + 1e-8 && to_approx(&greatest) >= expected - 1e-8,
            "{selection}: {least} to {greatest}"
        );
        assert!(text.contains("\nlifted-confine ") && text.contains("\nlifted-void\n"));
    }
}

/// Two states, two actions, some stages: the second state is entered in proportion to its own mass,
/// more or less by action.
fn contagion(rng: &mut ChaCha8Rng, stages: usize) -> Tiny {
    let aggregates = (0..stages)
        .map(|t| TinyAggregate {
            stage: t,
            weights: vec![(1, 0, ratio(1, 1)), (1, 1, ratio(1, 1))],
        })
        .collect();
    let recovery = eighth(rng, 1, 4);
    let contact = [eighth(rng, 4, 8), eighth(rng, 0, 1)];
    let cost = eighth(rng, 1, 4);
    let stage = |t: usize| {
        let cell = |state: usize, action: usize| {
            let constant = |value: Rational| Form::constant(value);
            let paid =
                ratio(-(state as i64), 1) - if action == 1 { cost.clone() } else { Rational::ZERO };
            let next = match (t + 1 < stages, state) {
                (false, _) => Vec::new(),
                (true, 0) => {
                    let entered = contact[action].clone();
                    let stays = constant(ratio(1, 1)).and(-entered.clone(), &[], &[t]);
                    vec![(0, stays), (1, Form::default().and(entered, &[], &[t]))]
                }
                (true, _) => vec![
                    (0, constant(recovery.clone())),
                    (1, constant(ratio(1, 1) - recovery.clone())),
                ],
            };
            let leader = if t + 1 == stages && state == 1 { ratio(-1, 1) } else { Rational::ZERO };
            Cell { action, reward: constant(paid), leader: constant(leader), next }
        };
        (0..2).map(|state| (0..2).map(|action| cell(state, action)).collect()).collect()
    };
    Tiny {
        actions: 2,
        initial: vec![ratio(1, 2), ratio(1, 2)],
        stages: (0..stages).map(stage).collect(),
        aggregates,
        payoff: Form::default(),
        decisions: vec![Vec::new()],
    }
}

const STAGES: usize = 5;

/// The greatest reward of a policy in a frozen population, by backward induction.
fn best_reward(tables: &Tables) -> Rational {
    let mut next = vec![Rational::ZERO; tables.initial.len()];
    for rows in tables.cells.iter().rev() {
        let worth = |cell: &CellNumbers| {
            cell.next.iter().fold(cell.reward.clone(), |sum, (state, p)| sum + p * &next[*state])
        };
        next = rows.iter().map(|row| row.iter().map(worth).max().expect("an action")).collect();
    }
    tables.initial.iter().zip(&next).fold(Rational::ZERO, |sum, (mass, value)| sum + mass * value)
}

/// What mixing in thirds in the first state earns the leader, with the exploitability; in the
/// second state the first action is never worse.
fn enumerated(tiny: &Tiny) -> Vec<(Rational, Rational)> {
    let thirds = 3u64;
    let code = |code: u64| {
        let play = (0..STAGES as u32).map(|t| {
            let p = ratio((code / (thirds + 1).pow(t) % (thirds + 1)) as i64, thirds);
            vec![vec![(0, ratio(1, 1) - &p), (1, p)], vec![(0, ratio(1, 1))]]
        });
        let play: Play = play.collect();
        let evaluated = evaluate_with(tiny, 0, &play, best_reward);
        // Every deterministic policy as a response, now and then: a thousand of them.
        assert!(!code.is_multiple_of(50) || evaluated == evaluate(tiny, 0, &play));
        (evaluated.exploitability, evaluated.leader_reward)
    };
    // The action of the last stage moves nobody; distance there only costs.
    (0..(thirds + 1).pow(STAGES as u32 - 1)).map(code).collect()
}

/// No policy that is an eps-equilibrium lies outside what is proved, and what is proved is narrow.
#[test]
fn enumerated_policies_stay_within_the_bounds() {
    let mut rng = ChaCha8Rng::seed_from_u64(31);
    let (mut within, mut confined, mut void) = (0, 0, 0);
    for round in 0..20 {
        let tiny = contagion(&mut rng, STAGES);
        let game = tiny.game();
        let policies = enumerated(&tiny);
        for epsilon in [ratio(1, 20), ratio(1, 200)] {
            for selection in SELECTIONS {
                let (proved, text) = solve_lifted(&game, 0, &epsilon, selection, 1e-5);
                let (least, greatest) = ends(&proved, selection);
                assert!(
                    to_approx(&(&greatest - &least)) <= 1e-5,
                    "round {round}, eps = {epsilon}, {selection}: {least} to {greatest}"
                );
                for (_, leader) in
                    policies.iter().filter(|(exploitability, _)| *exploitability <= epsilon)
                {
                    within += 1;
                    match selection {
                        Selection::Pessimistic => {
                            assert!(*leader >= least, "round {round}: {leader} is below {least}")
                        }
                        Selection::Optimistic => assert!(
                            *leader <= greatest,
                            "round {round}: {leader} is above {greatest}"
                        ),
                    }
                }
                confined += text.matches("\nlifted-confine ").count();
                void += text.matches("\nlifted-void\n").count();
            }
        }
    }
    assert!(
        within > 500 && confined > 20 && void > 20,
        "{within} policies, {confined} confined and {void} void boxes"
    );
}

/// Lines that say more than regrets show are refused, with the reason.
#[test]
fn forged_lines() {
    let game = susceptible_infected(6);
    let (_, text) = solve_lifted(&game, 0, &ratio(1, 1000), Selection::Pessimistic, 1e-6);
    let lines: Vec<&str> = text.lines().collect();
    let open = lines.iter().position(|line| line.starts_with("lifted-tree ")).expect("a tree");
    let with = |line: &str| {
        let forged: Vec<&str> = lines[..=open]
            .iter()
            .copied()
            .chain([line])
            .chain(lines[open + 1..].iter().copied())
            .collect();
        check(&game, (forged.join("\n") + "\n").as_bytes())
            .map(|_| ())
            .expect_err("a forged line")
            .to_string()
    };
    assert!(with("lifted-void").contains("the regrets leave part of the box"));
    assert!(with("lifted-confine 0:1:2").contains("do not confine statistic 0 to the stated ends"));
    assert!(with("lifted-confine 99:0:1").contains("99"));
    assert!(with("lifted-confine 0:1").contains("expected K:LOW:HIGH"));
    // Ends that no round reaches: the closest that is accepted may not exclude the populations of
    // known equilibria.
    let fault = |rejection: Rejection| {
        matches!(
            rejection,
            Rejection::Step { fault: Fault::NotConfined { .. } | Fault::NotVoid, .. }
        )
    };
    let first =
        lines.iter().position(|line| line.starts_with("lifted-confine ")).expect("a confined box");
    let mut forged: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
    let words: Vec<&str> = lines[first].split(' ').collect();
    let parts: Vec<i64> =
        words[1].split(':').map(|part| part.parse().expect("an integer")).collect();
    let middle = (parts[1] + parts[2]) / 2;
    forged[first] = format!("lifted-confine {}:{}:{}", parts[0], middle, parts[2]);
    assert!(fault(
        check(&game, (forged.join("\n") + "\n").as_bytes()).expect_err("half a box is gone")
    ));
}

/// A certificate with a line changed, or with stronger claims besides, is refused, or what it then
/// claims is still true.
#[test]
fn altered_rounds_claim_nothing_false() {
    let mut rng = ChaCha8Rng::seed_from_u64(32);
    let (mut refused, mut accepted) = (0, 0);
    for round in 0..10 {
        let game = contagion(&mut rng, STAGES).game();
        let selection = SELECTIONS[round % 2];
        let (proved, text) = solve_lifted(&game, 0, &ratio(1, 100), selection, 1e-5);
        let (least, greatest) = ends(&proved, selection);
        let lines: Vec<&str> = text.lines().collect();
        let regrets: Vec<usize> = (0..lines.len())
            .filter(|&at| {
                ["lifted-confine", "lifted-void", "lifted-split"]
                    .iter()
                    .any(|rule| lines[at].starts_with(rule))
            })
            .collect();
        for _ in 0..240 {
            let mut altered: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
            let at = regrets[below(&mut rng, regrets.len())];
            match below(&mut rng, 6) {
                0 => altered[at] = "lifted-void".into(),
                _ => alter(&mut rng, &mut altered, at),
            }
            if below(&mut rng, 4) == 0 {
                strengthen(&mut rng, &mut altered);
            }
            match check(&game, (altered.join("\n") + "\n").as_bytes()) {
                Err(_) => refused += 1,
                Ok(verdict) => {
                    accepted += 1;
                    let claim = verdict.claim;
                    assert!(
                        claim.lower <= greatest && claim.upper >= least,
                        "accepted {} to {}",
                        claim.lower,
                        claim.upper
                    );
                }
            }
        }
    }
    assert!(refused > 1000 && accepted > 20, "{refused} refused, {accepted} accepted");
}

/// At eps = 0 the bounds are the extreme equilibria, known by shooting to 7 digits
/// (models/README.md).
#[test]
fn extreme_equilibria() {
    let game = susceptible_infected(6);
    for (selection, expected) in
        [(Selection::Pessimistic, -0.581_129_8), (Selection::Optimistic, -0.516_546_8)]
    {
        let (proved, _) = solve_lifted(&game, 0, &Rational::ZERO, selection, 1e-6);
        let bound = if selection == Selection::Pessimistic {
            to_approx(&proved.bound.value)
        } else {
            -to_approx(&proved.bound.value)
        };
        assert!((bound - expected).abs() < 2e-6, "{selection}: {bound}");
    }
}
