//! Claim files, one per way of being right or wrong, with the verdicts and messages that they
//! deserve (tests/claims/cases.toml; make.py there writes the files). Exploitabilities come from
//! the closed form in tests/claims/road.toml.

use smfg::claim::{
    Claim, ClaimError, GivenDecision, HorizonConvention, Options, Verdict, Verification, verify,
};
use smfg::exact::parse_rational;
use smfg::follower::Enclosed;
use smfg::game::Game;
use std::collections::BTreeMap;
use std::path::Path;

const FOLDER: &str = "tests/claims";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    game: Option<String>,
    file: String,
    decision: Option<String>,
    horizon: Option<String>,
    tolerance: Option<String>,
    #[serde(default)]
    error: Vec<String>,
    holds: Option<Vec<bool>>,
    /// The actual number of the first check.
    actual: Option<String>,
    normalised: Option<String>,
    exploitability: Option<String>,
}

fn judged(game: &Game, case: &Case) -> Result<Verification, ClaimError> {
    let claim = Claim::load(Path::new(FOLDER).join(&case.file), game)?;
    let options = Options {
        decision: case.decision.clone().map(GivenDecision::Text),
        tolerance: case.tolerance.as_deref().map(|text| parse_rational(text).expect("a number")),
        horizon: if case.horizon.is_some() {
            HorizonConvention::LastIndex
        } else {
            HorizonConvention::Decisions
        },
        ..Options::default()
    };
    verify(game, &claim, &options, &|| true)
}

fn exact(text: &str) -> Enclosed {
    Enclosed::Exact(parse_rational(text).expect("a number"))
}

#[test]
fn every_claim_gets_what_it_deserves() {
    let text = std::fs::read_to_string(Path::new(FOLDER).join("cases.toml")).expect("the cases");
    let cases: BTreeMap<String, Case> = toml::from_str(&text).expect("cases");
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        let game = Game::load(Path::new(FOLDER).join(case.game.as_deref().unwrap_or("road.toml")))
            .expect("a game");
        if let Err(reason) = deserves(case, judged(&game, case)) {
            wrong.push(format!("{name}: {reason}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 100, "only {} cases", cases.len());
}

fn deserves(case: &Case, judged: Result<Verification, ClaimError>) -> Result<(), String> {
    let judged = match (judged, &case.holds) {
        (Err(error), None) => {
            let message = error.to_string();
            return match case.error.iter().find(|part| !message.contains(*part)) {
                Some(part) => Err(format!("`{part}` is not in `{message}`")),
                None if case.error.is_empty() => Err("no error is expected".into()),
                None => Ok(()),
            };
        }
        (Err(error), Some(_)) => return Err(format!("refused: {error}")),
        (Ok(_), None) => return Err("accepted, expected an error".into()),
        (Ok(judged), Some(_)) => judged,
    };
    let verdicts: Vec<bool> =
        judged.checks.iter().map(|check| check.verdict == Verdict::Holds).collect();
    let decided = judged.checks.iter().all(|check| check.verdict != Verdict::Undecided);
    let same = |what: &str, found: &Enclosed, expected: &Option<String>| match expected {
        Some(text) if *found != exact(text) => Err(format!("{what} is {found:?}, expected {text}")),
        _ => Ok(()),
    };
    if Some(&verdicts) != case.holds.as_ref() || !decided {
        return Err(format!("the checks are {:?}", judged.checks));
    }
    if let Some(check) = judged.checks.first() {
        same("the first check", check.actual.as_ref().expect("an evaluation"), &case.actual)?;
    }
    same("the exploitability", &judged.evaluation.exploitability, &case.exploitability)?;
    same("the change", &Enclosed::Exact(judged.play.adjustment.largest.clone()), &case.normalised)
}

/// Policies of MFGLib 0.3.0 as binary64 numbers, with exploitabilities computed elsewhere to 50
/// digits.
#[test]
fn exploitabilities_of_library_policies() {
    let mut wrong_zeros = 0;
    let mut compared = 0;
    for (game, policies) in [
        ("tests/claims/left_right.toml", "left_right"),
        ("tests/claims/rock_paper_scissors.toml", "rock_paper_scissors"),
        ("models/susceptible_infected_6.toml", "susceptible_infected"),
    ] {
        let game = Game::load(game).expect("a game");
        let text = std::fs::read_to_string(format!("{FOLDER}/reference/{policies}.json"))
            .expect("policies");
        let policies: Vec<serde_json::Value> = serde_json::from_str(&text).expect("policies");
        for policy in policies {
            let claim = serde_json::json!({"format": "smfg-claim/1", "policy": policy["policy"], "exploitability": policy["reported"]});
            let claim =
                Claim::parse(claim.to_string().as_bytes(), Path::new(""), &game).expect("a claim");
            let judged = verify(&game, &claim, &Options::default(), &|| true).expect("a policy");
            let expected = parse_rational(policy["exploitability"].as_str().expect("digits"))
                .expect("a number");
            let value = parse_rational(policy["value_best_response"].as_str().expect("digits"))
                .expect("a number");
            let close = parse_rational("1e-12").expect("a number");
            let name = format!("{}, {}", game.name, policy["solver"]);
            assert_eq!(
                judged.evaluation.exploitability.within(&close, &expected),
                Some(true),
                "{name}"
            );
            assert_eq!(
                judged.evaluation.follower_value.within(&close, &value),
                Some(true),
                "{name}"
            );
            compared += 1;
            let reported = parse_rational(&policy["reported"].to_string()).expect("a number");
            let verdict = judged.checks[0].verdict;
            // Where the true number is not within rounding of the reported one, the verdict follows
            // from the table alone.
            if reported < &expected - &close {
                assert_eq!(verdict, Verdict::Fails, "{name}");
            } else if reported > &expected + &close {
                assert_eq!(verdict, Verdict::Holds, "{name}");
            }
            wrong_zeros += usize::from(
                reported <= parse_rational("0").expect("0") && verdict == Verdict::Fails,
            );
        }
    }
    assert_eq!(compared, 33);
    // Reported as 0: 2.0e-8, 1.4e-7 and 2.7e-7; the fourth zero is an equilibrium.
    assert_eq!(wrong_zeros, 3);
}
