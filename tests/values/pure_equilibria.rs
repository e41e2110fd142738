//! Pure equilibria of games with mean-field dynamics at eps = 0: found, shown exactly, and judged
//! by the recursions of the game itself.
//!
//! Susceptible-infected: `I_0 = 3/5`, `I_t+1 = 7/10 I_t + 81/100 I_t (1 - I_t) p_t` with `p_t` the
//! probability of going out, and the difference of the values of the two states `D_N-1 = 1`, `D_t =
//! 1 + 7/10 D_t+1 - min(81/100 I_t D_t+1, 1/2)`; going out is best where the first is smaller.
use crate::models::model;
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::equilibrium::Control;
use smfg::exact::{Rational, ratio, to_approx};
use smfg::game::{Game, Policy};
use smfg::leader::{Enclosed, Outcome, Settings, solve};
use std::time::Duration;

fn game(stages: usize) -> Game {
    model(&format!("susceptible_infected_{stages}"))
}

/// An answer with an equilibrium; its bounds need not have met. The search would use any limit, so
/// it gets a short one, and longer ones where a machine is busy.
fn solved(game: &Game, selection: Selection) -> Outcome {
    let answers = [2, 8, 32].map(Duration::from_secs).into_iter().map(|limit| {
        let control = Control::default().within(limit);
        let settings = Settings {
            selection,
            control: control.clone(),
            race_control: control,
            ..Settings::new(Rational::ZERO)
        };
        solve(game, &settings).expect("an answer")
    });
    answers.into_iter().find(|answer| answer.equilibrium.is_some()).expect("a witness")
}

fn out_probabilities(policy: &Policy) -> Vec<Rational> {
    policy.stages.iter().map(|stage| stage.probability(0, 0)).collect()
}

/// Exploitability and the infected mass of the last stage.
fn judged(out: &[Rational]) -> (Rational, Rational) {
    let least = |a: Rational| a.min(ratio(1, 2));
    let mut infected = vec![ratio(3, 5)];
    for p in &out[..out.len() - 1] {
        let i = infected.last().expect("a stage").clone();
        infected.push(ratio(7, 10) * &i + ratio(81, 100) * &i * (Rational::ONE - &i) * p);
    }
    // In the last stage distance costs 1/2 and changes nothing.
    let last = out.len() - 1;
    let mut exploitability =
        (Rational::ONE - &infected[last]) * (Rational::ONE - &out[last]) * ratio(1, 2);
    let mut difference = Rational::ONE;
    for t in (0..last).rev() {
        let risk = ratio(81, 100) * &infected[t] * &difference;
        let cost = least(risk.clone());
        let regret = &out[t] * (risk - &cost) + (Rational::ONE - &out[t]) * (ratio(1, 2) - &cost);
        exploitability += (Rational::ONE - &infected[t]) * regret;
        difference = Rational::ONE + ratio(7, 10) * difference - cost;
    }
    (exploitability, infected[last].clone())
}

#[test]
fn exact_equilibria_of_6_and_11_stages() {
    for stages in [6, 11] {
        let game = game(stages);
        for selection in [Selection::Pessimistic, Selection::Optimistic] {
            let outcome = solved(&game, selection);
            let equilibrium = outcome.equilibrium.as_ref().expect("a witness");
            assert_eq!(
                equilibrium.exploitability,
                Enclosed::Exact(Rational::ZERO),
                "{stages} stages, {selection}"
            );
            let (exploitability, last) =
                judged(&out_probabilities(equilibrium.policy.as_ref().expect("one policy")));
            assert!(exploitability.is_zero(), "{stages} stages, {selection}: {exploitability}");
            assert_eq!(
                equilibrium.leader_reward,
                Enclosed::Exact(-last),
                "{stages} stages, {selection}"
            );
        }
    }
}

/// With 51 stages exact masses have 2^50 digits: the witness is enclosed, and accepted at eps = 0
/// because every action is strictly best.
#[test]
fn an_equilibrium_of_51_stages() {
    let game = game(51);
    let outcome = solved(&game, Selection::Pessimistic);
    let equilibrium = outcome.equilibrium.as_ref().expect("a witness");
    assert_eq!(equilibrium.exploitability, Enclosed::Exact(Rational::ZERO));
    let out = out_probabilities(equilibrium.policy.as_ref().expect("one policy"));
    let played: Vec<f64> = out.iter().map(to_approx).collect();
    let last = strict_at_every_stage(&played).expect("every action is strictly best");
    assert!(-last <= to_approx(&outcome.accepted.claim.upper));

    // With one action exchanged nothing is accepted, unless that happens to be an equilibrium too,
    // and no worse than claimed.
    let text = String::from_utf8(outcome.certificate.clone()).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    let plays: Vec<usize> = (0..lines.len()).filter(|&k| lines[k].starts_with("play ")).collect();
    let plays = &plays[plays.len() - 51..];
    let mut refused = 0;
    for (stage, &k) in plays.iter().enumerate() {
        let exchanged = lines[k].split(' ').enumerate().map(|(word, text)| match (word, text) {
            (1, "0") => "1".to_string(),
            (1, "1") => "0".to_string(),
            (1, text) if text.starts_with("0*") => {
                format!("1 0{}", if text == "0*2" { "" } else { &text[1..] })
            }
            (_, text) => text.to_string(),
        });
        let line = exchanged.collect::<Vec<String>>().join(" ");
        assert_ne!(line, lines[k]);
        let mut altered = lines.clone();
        altered[k] = &line;
        if check(&game, (altered.join("\n") + "\n").as_bytes()).is_err() {
            refused += 1;
            continue;
        }
        let mut other = played.clone();
        other[stage] = 1.0 - other[stage];
        let last = strict_at_every_stage(&other)
            .unwrap_or_else(|| panic!("{line} in line {k} is accepted and no equilibrium"));
        assert!(-last <= to_approx(&outcome.accepted.claim.upper) + 1e-9, "{line} in line {k}");
    }
    assert!(refused >= 40, "only {refused} of 51 are refused");
}

/// The infected mass at the last of 51 stages when the susceptible go out with these probabilities,
/// 0 or 1, if that is strictly best at every stage.
fn strict_at_every_stage(played: &[f64]) -> Option<f64> {
    let mut infected = vec![0.6];
    for p in &played[..50] {
        let i: f64 = infected[infected.len() - 1];
        infected.push(0.7 * i + 0.81 * i * (1.0 - i) * p);
    }
    let mut difference = 1.0;
    let mut best = played[50] == 1.0;
    for t in (0..50).rev() {
        let risk: f64 = 0.81 * infected[t] * difference;
        best &= (risk - 0.5).abs() > 1e-9 && (played[t] == 1.0) == (risk < 0.5);
        difference = 1.0 + 0.7 * difference - risk.min(0.5);
    }
    best.then(|| infected[50])
}
