//! What one point of a folder is worth. Whoever wrote its files is not trusted: the exact checker
//! reads the certificate, and the answer has to say the same as it.

use super::{Plan, answer_file, certificate_file};
use crate::certificate::{Claim, Reader, Scope, Selection, Step};
use crate::check::{Accepted, check_with};
use crate::claim::{self, Chosen, GivenDecision, Options};
use crate::exact::{Rational, parse_rational};
use crate::follower::Enclosed;
use crate::game::{Game, read_file};
use crate::report::{PointState, ProvedPoint};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io;
use std::path::Path;

/// Most bytes of an answer or a certificate.
const MOST_BYTES: u64 = 1 << 34;

/// A game file, and the game in it.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Source<'a> {
    /// The file.
    pub(in super::super) path: &'a Path,
    /// The game.
    pub(in super::super) game: &'a Game,
}

/// What is known of the point at the position `point` of `plan`, with its certificate where that is
/// valid. `going` is asked whether to go on with the evaluation of a long policy.
pub(in super::super) fn examine(
    folder: &Path,
    plan: &Plan,
    source: Source<'_>,
    point: usize,
    going: &dyn Fn() -> bool,
) -> (PointState, Vec<u8>) {
    let read = |path: &Path| -> Result<Option<Vec<u8>>, String> {
        match read_file(path, MOST_BYTES) {
            Ok(Ok(bytes)) => Ok(Some(bytes)),
            Ok(Err(size)) => Err(format!("{}: {size} bytes are too many", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    };
    let files = read(&answer_file(folder, point))
        .and_then(|answer| Ok(answer.zip(read(&certificate_file(folder, point))?)));
    let proved = match files {
        Ok(None) => return (PointState::Missing, Vec::new()),
        Ok(Some((answer, certificate))) => {
            let proved = prove(plan, source, point, (&answer, &certificate), going);
            proved.map(|proved| (proved, certificate))
        }
        Err(reason) => Err(reason),
    };
    match proved {
        Ok((proved, certificate)) => (PointState::Proved(Box::new(proved)), certificate),
        Err(reason) => (PointState::Refused(reason), Vec::new()),
    }
}

/// Checks the certificate, then the answer against it.
fn prove(
    plan: &Plan,
    source: Source<'_>,
    point: usize,
    (answer, certificate): (&[u8], &[u8]),
    going: &dyn Fn() -> bool,
) -> Result<ProvedPoint, String> {
    let Source { path, game } = source;
    let reload = |changes: &[(String, Rational)]| {
        Game::load_with(path, changes).map_err(|errors| errors.to_string())
    };
    let accepted = check_with(game, certificate, Some(&reload))
        .map_err(|rejection| format!("the certificate is refused: {rejection}"))?;
    if accepted.changes != plan.changes(point) {
        return Err("the certificate is about other values of constants".into());
    }
    let changed = match accepted.changes.as_slice() {
        [] => None,
        changes => Some(reload(changes)?),
    };
    let game = changed.as_ref().unwrap_or(game);
    asked(plan, game, point, &accepted.claim)?;
    let answer: Value = serde_json::from_slice(answer)
        .map_err(|error| format!("the answer cannot be read: {error}"))?;
    same_claim(plan, &accepted, &answer)?;
    let decision = reported_decision(game, &answer)?;
    if let Some(decision) = &decision {
        reaches(game, &accepted, decision, certificate)?;
    }
    evaluated(game, &accepted.claim, decision.as_ref(), &answer, going)?;
    Ok(ProvedPoint {
        closed: plan.closes(&accepted.claim.lower, &accepted.claim.upper),
        claim: accepted.claim,
        decision: decision.map(|decision| decision.decision(game)),
        bytes: certificate.len(),
        sha256: hexadecimal(&Sha256::digest(certificate)),
    })
}

/// That a claim is what the plan asks at a point.
fn asked(plan: &Plan, game: &Game, point: usize, claim: &Claim) -> Result<(), String> {
    let scope = match plan.chosen(game)? {
        None => Scope::All,
        Some(Chosen::Listed(index)) => Scope::Decision(index),
        Some(Chosen::Point(values)) => Scope::Point(values),
    };
    let other = if claim.epsilon != *plan.epsilon(point) {
        "epsilon"
    } else if claim.selection != plan.selection {
        "selection"
    } else if claim.scope != scope {
        "decision"
    } else if claim.of.is_some() {
        "objective"
    } else {
        return Ok(());
    };
    Err(format!("the certificate is about another {other} than the plan asks for"))
}

/// That the numbers of an answer are those that its certificate proves.
fn same_claim(plan: &Plan, accepted: &Accepted, answer: &Value) -> Result<(), String> {
    let Accepted { claim, .. } = accepted;
    let status = match (&claim.lower, &claim.upper) {
        (lower, upper) if lower == upper => "exact",
        (lower, upper) if plan.closes(lower, upper) => "within_gap",
        _ => "limit",
    };
    let words = [
        ("/format", "smfg-result/1"),
        ("/game/hash", claim.game_hash.as_str()),
        (
            "/selection",
            if claim.selection == Selection::Pessimistic { "pessimistic" } else { "optimistic" },
        ),
        ("/status", status),
    ];
    for (place, expected) in words {
        if answer.pointer(place).and_then(Value::as_str) != Some(expected) {
            return Err(differs(place));
        }
    }
    let numbers = [
        ("/epsilon", &claim.epsilon),
        ("/value/lower", &claim.lower),
        ("/value/upper", &claim.upper),
    ];
    for (place, expected) in numbers {
        if !answer.pointer(place).is_some_and(|found| says(found, expected)) {
            return Err(differs(place));
        }
    }
    if answer.get("attained").is_some_and(|found| found.as_bool() != accepted.attained) {
        return Err(differs("/attained"));
    }
    same_decisions(accepted, answer)
}

/// That the bounds per decision of an answer are those that its certificate proves.
fn same_decisions(accepted: &Accepted, answer: &Value) -> Result<(), String> {
    let proved = match accepted.claim.scope {
        Scope::All => accepted.decisions.as_slice(),
        Scope::Decision(only) => accepted.decisions.get(only..=only).unwrap_or_default(),
        Scope::Point(_) => &[],
    };
    let rows = answer.get("decisions").and_then(Value::as_array);
    let same = |row: &Value, (lower, upper): &(Option<Rational>, Option<Rational>)| {
        [("lower", lower), ("upper", upper)].into_iter().all(|(key, bound)| match bound {
            Some(bound) => row.get(key).is_some_and(|found| says(found, bound)),
            None => row.get(key).is_some_and(Value::is_null),
        })
    };
    match rows {
        Some(rows) if rows.len() == proved.len() => {
            let all = rows.iter().zip(proved).all(|(row, bounds)| same(row, bounds));
            if all { Ok(()) } else { Err(differs("/decisions")) }
        }
        _ => Err(differs("/decisions")),
    }
}

fn differs(place: &str) -> String {
    format!("the answer says something else than its certificate at {place}")
}

/// Whether JSON says a number: as `"p/q"`, or as bounds around one that is long.
fn says(found: &Value, expected: &Rational) -> bool {
    let number = |value: &Value| value.as_str().and_then(|text| parse_rational(text).ok());
    match (number(found), found.get("lower").and_then(number), found.get("upper").and_then(number))
    {
        (Some(number), ..) => number == *expected,
        (None, Some(lower), Some(upper)) => lower <= *expected && *expected <= upper,
        _ => false,
    }
}

/// The decision that an answer reports; its name and its parameters have to mean the same.
fn reported_decision(game: &Game, answer: &Value) -> Result<Option<Chosen>, String> {
    let Some(decision) = answer.get("decision").filter(|decision| !decision.is_null()) else {
        return Ok(None);
    };
    let name = decision.get("name").and_then(Value::as_str);
    if game.leader.parameters.is_empty() && name.is_none() {
        return Ok(None);
    }
    let number = |value: &Value| value.as_str().and_then(|text| parse_rational(text).ok());
    let entries = decision.get("parameters").and_then(Value::as_object);
    let entries = entries.ok_or_else(|| differs("/decision"))?;
    let parameters: Option<Vec<(String, Rational)>> =
        entries.iter().map(|(name, value)| Some((name.clone(), number(value)?))).collect();
    let parameters = parameters.ok_or_else(|| differs("/decision"))?;
    let given = name.map_or_else(
        || GivenDecision::Parameters(parameters.clone()),
        |name| GivenDecision::Text(name.into()),
    );
    let chosen = claim::choose_given(game, &given).map_err(|error| error.to_string())?;
    let named: Vec<(String, Rational)> =
        game.leader.parameters.iter().cloned().zip(chosen.decision(game).values).collect();
    if named == parameters { Ok(Some(chosen)) } else { Err(differs("/decision")) }
}

/// That the certificate shows the lower bound at the decision which an answer reports.
fn reaches(
    game: &Game,
    accepted: &Accepted,
    decision: &Chosen,
    certificate: &[u8],
) -> Result<(), String> {
    let shown = match decision {
        Chosen::Listed(index) => {
            let lower = accepted.decisions.get(*index).and_then(|(lower, _)| lower.as_ref());
            lower.is_some_and(|lower| *lower >= accepted.claim.lower)
        }
        Chosen::Point(values) => match &accepted.claim.scope {
            Scope::Point(asked) => asked == values,
            _ => names(game, certificate, values),
        },
    };
    if shown { Ok(()) } else { Err(differs("/decision")) }
}

/// Whether some steps of a certificate are about this decision of a polytope.
fn names(game: &Game, certificate: &[u8], values: &[Rational]) -> bool {
    let Ok((mut reader, _)) = Reader::start(certificate, game.stages.len(), game.states.len())
    else {
        return false;
    };
    while let Ok(Some(step)) = reader.step() {
        if matches!(&step, Step::At(at) if at == values) {
            return true;
        }
    }
    false
}

/// That the policy of an answer is an equilibrium, and worth what the answer says. A policy whose
/// exact numbers would be too long is judged by enclosures of them.
fn evaluated(
    game: &Game,
    asked: &Claim,
    decision: Option<&Chosen>,
    answer: &Value,
    going: &dyn Fn() -> bool,
) -> Result<(), String> {
    let Some(equilibrium) = answer.get("equilibrium").filter(|found| !found.is_null()) else {
        return Ok(());
    };
    let Some(policy) = equilibrium.get("policy").filter(|policy| !policy.is_null()) else {
        return Ok(());
    };
    let text = serde_json::json!({ "format": "smfg-claim/1", "policy": policy }).to_string();
    let wrong = |error: claim::ClaimError| format!("the equilibrium of the answer: {error}");
    let play = claim::Claim::parse(text.as_bytes(), Path::new(""), game).map_err(wrong)?;
    let decision = decision.map(|decision| match decision {
        Chosen::Listed(index) => {
            let listed = game.finite_decisions().and_then(|all| all.get(*index));
            let name = listed.and_then(|decision| decision.name.clone());
            name.map_or_else(|| parameters(game, decision), GivenDecision::Text)
        }
        Chosen::Point(_) => parameters(game, decision),
    });
    let options = Options { decision, tolerance: Some(Rational::ZERO), ..Options::default() };
    let judged = claim::verify(game, &play, &options, going).map_err(wrong)?.evaluation;
    if *judged.exploitability.lower() > asked.epsilon {
        return Err("the policy of the answer is no equilibrium at its epsilon".into());
    }
    let reward = equilibrium.get("leader_reward").unwrap_or(&Value::Null);
    if overlaps(reward, &judged.leader_reward) {
        Ok(())
    } else {
        Err("the leader's reward in the answer is not that of its policy".into())
    }
}

fn parameters(game: &Game, decision: &Chosen) -> GivenDecision {
    let values = decision.decision(game).values;
    GivenDecision::Parameters(game.leader.parameters.iter().cloned().zip(values).collect())
}

/// Whether JSON names a number, or bounds, that meet an enclosure.
fn overlaps(found: &Value, actual: &Enclosed) -> bool {
    let number = |value: &Value| value.as_str().and_then(|text| parse_rational(text).ok());
    let ends = match number(found) {
        Some(number) => Some((number.clone(), number)),
        None => found.get("lower").and_then(number).zip(found.get("upper").and_then(number)),
    };
    ends.is_some_and(|(lower, upper)| lower <= *actual.upper() && *actual.lower() <= upper)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
