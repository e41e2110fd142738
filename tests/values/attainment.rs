//! Whether a supremum over a continuum of decisions is reached: closed forms, enumeration of all
//! pure policies on random games, and forged and altered certificates.

use crate::altered::altered;
use crate::dice::below;
use crate::models::model;
use crate::polytopes::random_game;
use crate::solved::solved;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::equilibrium::Control;
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::follower::evaluate;
use smfg::game::{Game, Policy, StagePolicy};
use smfg::leader::{Outcome, Settings, Status};
use std::time::Duration;

/// The rows of the reference at eps = 0: what is said of attainment is what the closed forms say,
/// and the suprema that are not reached are exact.
#[test]
fn attainment_of_the_reference() {
    let text = std::fs::read_to_string("tests/oracle/leader_values.json").expect("the values");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let (mut missed, mut reached) = (0, 0);
    for row in rows.iter().filter(|row| row["epsilon"] == "0" && row["selection"] == "pessimistic")
    {
        let name = row["model"].as_str().expect("a name");
        let outcome = solved(
            &model(name),
            &Settings { gap: ratio(1, 1_000_000), ..Settings::new(Rational::ZERO) },
        );
        let attained = row["attained"].as_bool().expect("a word");
        if outcome.point.is_none() {
            continue;
        }
        let Some(found) = outcome.accepted.attained else {
            assert!(attained, "{name}: that no decision reaches the supremum is not shown");
            continue;
        };
        assert_eq!(found, attained, "{name}");
        let value = parse_rational(row["value"].as_str().expect("a number")).expect("a fraction");
        assert_eq!(outcome.accepted.claim.upper, value, "{name}");
        *(if found { &mut reached } else { &mut missed }) += 1;
    }
    assert!(missed >= 6 && reached >= 4, "{missed} not reached, {reached} reached");
}

/// The pure policies of a random game, two stages, two states, two actions.
fn pure_policies() -> Vec<Policy> {
    let stage = |bits: u32| StagePolicy::Pure(vec![bits & 1, bits >> 1 & 1]);
    (0..16).map(|bits| Policy { stages: vec![stage(bits & 3), stage(bits >> 2)] }).collect()
}

/// The worst pure equilibrium of a decision at eps = 0: in class C0 the worst of all.
fn worst(game: &Game, point: &[Rational]) -> Rational {
    let instance = game.at(point);
    let evaluations = pure_policies()
        .into_iter()
        .map(|policy| evaluate(&instance, &policy, &|| true).expect("evaluated"));
    evaluations
        .filter(|e| e.exploitability.is_zero())
        .map(|e| e.leader_reward)
        .min()
        .expect("in class C0 some pure policy is optimal")
}

/// The ends of the segment that a certificate names.
fn segment(certificate: &[u8]) -> Option<(Vec<Rational>, Vec<Rational>)> {
    let text = String::from_utf8(certificate.to_vec()).expect("text");
    let line = text.lines().find_map(|line| line.strip_prefix("limit "))?.to_string();
    let (from, through) = line.split_once(" through ")?;
    let numbers = |words: &str| {
        words.split(' ').map(|word| parse_rational(word).expect("a number")).collect()
    };
    Some((numbers(from), numbers(through)))
}

/// `from + share * (through - from)`
fn between(from: &[Rational], through: &[Rational], share: &Rational) -> Vec<Rational> {
    from.iter().zip(through).map(|(a, b)| a + share * (b - a)).collect()
}

/// A decision of the unit box.
fn random_point(rng: &mut ChaCha8Rng, parameters: usize) -> Vec<Rational> {
    (0..parameters).map(|_| ratio(below(rng, 257) as i64, 256)).collect()
}

/// How often, and for how long, a search may begin: games joined with their leader get shares of
/// the time, and where other tests take the processors a cover may divide pieces without end that
/// one of these would have closed.
const ATTEMPTS: u32 = 6;
const ATTEMPT: Duration = Duration::from_secs(15);

/// The answer of the first attempt that closes the gap, of the last one if none does.
fn closed(game: &Game) -> Outcome {
    let attempt = |_| {
        let control = Control::default().within(ATTEMPT);
        let settings = Settings {
            gap: ratio(1, 1000),
            control: control.clone(),
            race_control: control,
            ..Settings::new(Rational::ZERO)
        };
        solved(game, &settings)
    };
    let mut outcomes = (0..ATTEMPTS).map(attempt).skip_while(|o| o.status == Status::Limit);
    outcomes.next().unwrap_or_else(|| attempt(0))
}

/// Random games of class C0 with one to three parameters: a supremum that is not reached is the
/// limit of values of decisions and above that of every decision tried, the corner among them; one
/// that is reached is the value of the decision.
#[test]
fn suprema_of_random_games() {
    let mut rng = ChaCha8Rng::seed_from_u64(83);
    let (mut missed, mut reached, mut open) = (0, 0, 0);
    for case in 0..90 {
        let parameters = 1 + case % 3;
        let game =
            Game::parse_toml(&random_game(&mut rng, parameters, false, false)).expect("a game");
        let outcome = closed(&game);
        assert_ne!(outcome.status, Status::Limit, "case {case}");
        let claim = &outcome.accepted.claim;
        match outcome.accepted.attained {
            None => open += 1,
            Some(true) => {
                reached += 1;
                assert_eq!(
                    worst(&game, &outcome.point.clone().expect("a point")),
                    claim.upper,
                    "case {case}"
                );
            }
            Some(false) => {
                missed += 1;
                let (from, through) = segment(&outcome.certificate).expect("a segment");
                let near = worst(&game, &between(&from, &through, &ratio(1, 1 << 40)));
                assert!(
                    &claim.upper - near < ratio(1, 1 << 30),
                    "case {case}: values do not tend to {}",
                    claim.upper
                );
                assert!(worst(&game, &from) < claim.upper, "case {case}: the corner reaches it");
                for _ in 0..200 {
                    let close = between(
                        &from,
                        &random_point(&mut rng, parameters),
                        &ratio(1, 1 << below(&mut rng, 30)),
                    );
                    assert!(
                        worst(&game, &close) < claim.upper,
                        "case {case}: {close:?} reaches it"
                    );
                }
            }
        }
        let missing = outcome.accepted.attained == Some(false);
        for _ in 0..200 {
            let point = random_point(&mut rng, parameters);
            let value = worst(&game, &point);
            assert!(
                value < claim.upper || (value == claim.upper && !missing),
                "case {case}: {point:?} is worth {value}"
            );
        }
    }
    println!("{missed} not reached, {reached} reached, {open} open");
    assert!(
        missed >= 20 && reached >= 20 && open <= 9,
        "{missed} not reached, {reached} reached, {open} open"
    );
}

/// Certificates by hand about moral hazard, where working is the only equilibrium above wage 1/4
/// and shirking below: refused, or accepted without a word about the supremum.
#[test]
fn forged_suprema() {
    let game = model("moral_hazard");
    let text = |epsilon: &str, upper: &str, body: &str| {
        let head = format!(
            "smfg-certificate 1\ngame {}\nepsilon {epsilon}\nselection pessimistic\nscope all\n",
            game.hash()
        );
        format!("{head}claim 0 {upper}\nat 1\nrange-bound 0\n{body}\nend\n")
    };
    let cover = |work: &str| {
        format!(
            "cover\ncover-policy\nplay 0\ncover-policy\nplay 1\ncover-cut 0 1 1/5\n{work}\ncover-response 0:1 0:1"
        )
    };
    let limit = "limit 1/4 through 1\nplay 1";
    let said = |text: &str| check(&game, text.as_bytes()).map(|accepted| accepted.attained);
    let refused = |text: &str| said(text).expect_err("false").to_string();
    // The honest one: on [1/4, 5/4] all work, except that at 1/4 they may shirk.
    let below = "cover-below 1:1 1:1 below 0:1";
    assert_eq!(
        said(&text("0", "1", &format!("{limit}\n{}", cover(below)))).expect("true"),
        Some(false)
    );
    assert_eq!(
        said(&text("0", "1", &format!("{}\n{limit}", cover(below)))).expect("true"),
        Some(false)
    );
    // Less is shown: no limit, a bound that may be reached, a weaker bound, a limit below it.
    assert_eq!(said(&text("0", "1", &cover(below))).expect("true"), None);
    assert_eq!(
        said(&text("0", "1", &format!("{limit}\n{}", cover("cover-response 1:1 1:1"))))
            .expect("true"),
        None
    );
    assert_eq!(
        said(&text("0", "11/10", &format!("{limit}\n{}", cover(below)))).expect("true"),
        None
    );
    assert_eq!(
        said(&text("0", "1", &format!("limit 1/2 through 1\nplay 1\n{}", cover(below))))
            .expect("true"),
        None
    );
    // Shirking is worth less at 1/4, but no equilibrium at 5/4, where it is not asked about;
    // working at 1/4 is worth as much.
    assert!(
        refused(&text("0", "1", &cover("cover-below 1:1 1:1 below 1:1")))
            .contains("as much as the first")
    );
    assert!(
        refused(&text("0", "1", &cover("cover-below 1:1 1:1 below 0:1 0:1")))
            .contains("does not fit")
    );
    assert!(
        refused(&text("0", "1", &cover("cover-below 0:1 0:1 below 1:1 1:1")))
            .contains("exploitability")
    );
    assert!(refused(&text("0", "1", &cover("cover-below 1:1 1:1"))).contains("expected two rules"));
    // Working is not the only equilibrium up to 1/4, nor an equilibrium below; shirking is none
    // above.
    for (segment, action) in [
        ("1 through 1/4", 1),
        ("0 through 1", 1),
        ("0 through 1/4", 1),
        ("1/4 through 1", 0),
        ("1/5 through 1/2", 1),
    ] {
        let own = format!("limit {segment}\nplay {action}\n{}", cover(below));
        assert!(refused(&text("0", "1", &own)).contains("may be as good"), "{segment} {action}");
    }
    // Shirking is the only equilibrium below 1/4, and worth 0.
    assert_eq!(
        said(&text("0", "1", &format!("limit 1/4 through 0\nplay 0\n{}", cover(below))))
            .expect("true"),
        None
    );
    for segment in ["1/4 through 3/2", "-1 through 1", "1/4 1/4 through 1 1", "1/4 through"] {
        let own = text("0", "1", &format!("limit {segment}\nplay 1\n{}", cover(below)));
        assert!(said(&own).is_err(), "{segment}");
    }
    assert!(
        refused(&text(
            "0",
            "1",
            &format!("limit 1/4 through 1\nplay 0:1/2,1:1/2\n{}", cover(below))
        ))
        .contains("policy")
    );
    assert!(
        refused(&text("1/100", "1", &format!("{limit}\n{}", cover("cover-range"))))
            .contains("epsilon = 0 only")
    );
    let optimistic = text("0", "1", limit)
        .replace("pessimistic", "optimistic")
        .replace("range-bound", "range-witness");
    assert!(refused(&optimistic).contains("pessimistic selection only"));
    // Cuts at the ends of an edge or beyond leave something out.
    for share in ["0", "1", "-1/5", "6/5"] {
        let own = cover(below).replace("cover-cut 0 1 1/5", &format!("cover-cut 0 1 {share}"));
        assert!(refused(&text("0", "1", &own)).contains("does not fit"), "{share}");
    }
    // A grid has no limits.
    let fine = model("moral_hazard_fine");
    let own = text("0", "1", limit).replace(&game.hash(), &fine.hash());
    assert!(
        check(&fine, own.as_bytes())
            .expect_err("false")
            .to_string()
            .contains("restricted to a grid")
    );
}

/// Adopters gain from one another: adopting is the only equilibrium above a subsidy of 1/2 only,
/// although an equilibrium from 0 on.
#[test]
fn strategic_complements_are_not_forgotten() {
    let game = model("adoption_continuous");
    let limit = |from: &str| {
        let head = format!(
            "smfg-certificate 1\ngame {}\nepsilon 0\nselection pessimistic\nscope all\nclaim 0 2\nat 1\nrange-bound 0\n",
            game.hash()
        );
        format!("{head}limit {from} through 1\nplay 1\ncover\ncover-range\nend\n")
    };
    assert!(check(&game, limit("1/2").as_bytes()).is_ok());
    for from in ["0", "1/4", "49/100"] {
        let reason = check(&game, limit(from).as_bytes())
            .expect_err("waiting is an equilibrium, too")
            .to_string();
        assert!(reason.contains("may be as good at stage 0 in state 0"), "{reason}");
    }
}

/// Altered certificates never say anything else of the supremum.
#[test]
fn altered_suprema_claim_nothing_false() {
    let mut rng = ChaCha8Rng::seed_from_u64(19);
    let (mut refused, mut silent, mut same) = (0, 0, 0);
    for name in [
        "moral_hazard",
        "moral_hazard_noisy",
        "inspection",
        "audit_continuous",
        "adoption_continuous",
        "opinion_continuous",
    ] {
        let game = model(name);
        let outcome =
            solved(&game, &Settings { gap: ratio(1, 1_000_000), ..Settings::new(Rational::ZERO) });
        let truth = &outcome.accepted.claim;
        let text = String::from_utf8(outcome.certificate.clone()).expect("text");
        assert_eq!(outcome.accepted.attained, Some(false), "{name}");
        for _ in 0..400 {
            let Ok(found) = check(&game, altered(&mut rng, &text).as_bytes()) else {
                refused += 1;
                continue;
            };
            let comparable = found.claim.epsilon.is_zero()
                && found.claim.selection == Selection::Pessimistic
                && found.claim.scope == truth.scope;
            match found.attained {
                Some(attained) if comparable => {
                    assert!(
                        !attained && found.claim.upper == truth.upper,
                        "{name}: {} attained: {attained}",
                        found.claim.upper
                    );
                    same += 1;
                }
                _ => silent += 1,
            }
        }
    }
    assert!(
        refused > 1000 && silent > 0 && same > 50,
        "{refused} refused, {silent} silent, {same} the same"
    );
}
