//! `smfg map` as users call it.

use crate::folder::Folder;
use crate::program::{answer, run};
use serde_json::Value;
use smfg::exact::{Rational, parse_rational};

const ROCK: &str = "models/rock_paper_scissors.toml";

fn number(value: &Value) -> Rational {
    parse_rational(value.as_str().expect("a text")).expect("a number")
}

fn pair(value: &Value) -> (Rational, Rational) {
    (number(&value[0]), number(&value[1]))
}

/// Whether all of a cell is below the least or above the greatest value of a statistic that a claim
/// states.
fn beyond(claim: &Value, (x, y): &(Vec<Rational>, Vec<Rational>)) -> bool {
    let ends = if claim["of"] == "mu[rock]@1" { x } else { y };
    match claim["selection"].as_str() {
        Some("pessimistic") => ends[1] < number(&claim["lower"]),
        _ => ends[0] > number(&claim["upper"]),
    }
}

/// What the claims of a map show of a cell, worked out anew: an end of the range of a statistic, the
/// form of a claim in the corners of the cell against its lower bound, or its ellipse against the
/// edges.
fn shows(claim: &Value, cell: &(Vec<Rational>, Vec<Rational>), status: &str) -> bool {
    if claim["centre"].is_null() {
        return status == "outside" && beyond(claim, cell);
    }
    let (x, y) = cell;
    let (centre, scale) = (pair(&claim["centre"]), pair(&claim["scale"]));
    let term = |end: &Rational, centre: &Rational, scale: &Rational| {
        scale * (end - centre) * (end - centre)
    };
    let terms = |ends: &[Rational], centre: &Rational, scale: &Rational| -> Vec<Rational> {
        ends.iter().map(|end| term(end, centre, scale)).collect()
    };
    let (across, upwards) = (terms(x, &centre.0, &scale.0), terms(y, &centre.1, &scale.1));
    if status == "outside" {
        let lower = number(&claim["lower"]);
        return across.iter().all(|a| upwards.iter().all(|b| a + b < lower));
    }
    let upper = number(&claim["upper"]);
    let within = x[0] <= centre.0 && centre.0 <= x[1] && y[0] <= centre.1 && centre.1 <= y[1];
    within && across.iter().chain(&upwards).all(|value| *value >= upper)
}

/// Whether some claims together show that a cell is outside: one for it, or for each quarter.
fn covered(claims: &[&Value], cell: &(Vec<Rational>, Vec<Rational>), depth: u32) -> bool {
    if claims.iter().any(|claim| shows(claim, cell, "outside")) {
        return true;
    }
    let half = |ends: &[Rational]| {
        let middle = (&ends[0] + &ends[1]) / Rational::from(2);
        [vec![ends[0].clone(), middle.clone()], vec![middle, ends[1].clone()]]
    };
    depth > 0
        && half(&cell.0).iter().all(|x| {
            half(&cell.1).iter().all(|y| covered(claims, &(x.clone(), y.clone()), depth - 1))
        })
}

#[test]
fn every_cell_follows_from_certificates_that_check() {
    let folder = Folder::new();
    let (file, picture) = (&folder.file("rock.bundle"), &folder.file("rock.svg"));
    let question = [
        "map",
        ROCK,
        "--of",
        "mu[rock]@1",
        "--of",
        "mu[paper]@1",
        "--epsilon",
        "1/10",
        "--cells",
        "8",
        "--threads",
        "1",
        "--certificate",
        file,
        "--plot",
        picture,
    ];
    let (_, out, err) = run(&[&question[..], &["--format", "json"]].concat());
    assert_eq!(err, "");
    let map = crate::program::json(&out);
    let verdict = answer(&["check", ROCK, file]);
    let proved = verdict["claims"].as_array().expect("a list");
    let claims = map["claims"].as_array().expect("a list");
    // The claims of the map are those of the bundle, in the same order.
    assert_eq!(claims.len(), proved.len());
    for (stated, checked) in claims.iter().zip(proved) {
        for key in ["of", "lower", "upper", "selection"] {
            assert_eq!(stated[key], checked[key]);
        }
    }
    let (mut inside, mut outside) = (0, 0);
    for cell in map["cells"].as_array().expect("a list") {
        let ends = |key: &str| cell[key].as_array().expect("two").iter().map(number).collect();
        let place: (Vec<Rational>, Vec<Rational>) = (ends("x"), ends("y"));
        let evidence: Vec<&Value> = cell["claims"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|index| {
                &claims[usize::try_from(index.as_u64().expect("a position")).expect("small")]
            })
            .collect();
        match cell["status"].as_str() {
            Some("inside") => {
                inside += 1;
                assert!(evidence.len() == 1 && shows(evidence[0], &place, "inside"), "{cell}");
            }
            Some("outside") => {
                outside += 1;
                assert!(covered(&evidence, &place, 2), "{cell}");
            }
            _ => {}
        }
    }
    assert_eq!((map["inside"].as_u64(), map["outside"].as_u64()), (Some(inside), Some(outside)));
    assert!(inside > 4 && outside > 4, "{inside} {outside}");
    let svg = std::fs::read_to_string(picture).expect("written");
    assert!(svg.starts_with("<svg") && svg.contains("rock, paper, scissors"), "{svg}");
}

#[test]
fn the_two_equilibria_of_a_subsidy_of_one_half() {
    let map = answer(&[
        "map",
        "models/adoption.toml",
        "--decision",
        "half",
        "--of",
        "mu[*, adopt]@0",
        "--of",
        "mu[*, wait]@0",
        "--cells",
        "8",
        "--window=-1/16:17/16,-1/16:17/16",
    ]);
    // Subsidy 1/2: waiting gives 0 and adopting the mass of adopters, so that adopting is best
    // whenever someone does: nobody, or everybody.
    assert_eq!((&map["status"], map["inside"].as_u64()), (&"complete".into(), Some(2)));
    let cells = map["cells"].as_array().expect("a list");
    let corners: Vec<(String, String)> = cells
        .iter()
        .filter(|cell| cell["status"] == "inside")
        .map(|cell| (cell["x"][0].to_string(), cell["y"][0].to_string()))
        .collect();
    assert_eq!(corners.len(), 2);
    assert!(corners.iter().any(|(x, _)| x == "\"-1/16\""), "{corners:?}");
    assert!(corners.iter().any(|(_, y)| y == "\"-1/16\""), "{corners:?}");
}

#[test]
fn what_cannot_be_mapped() {
    let of = ["--of", "mu[rock]@1"];
    for (arguments, expected) in [
        (vec!["map", ROCK, of[0], of[1]], "--of: given 1 times, expected two statistics"),
        (vec!["map", ROCK, of[0], of[1], "--of", "mu[stone]@1"], "no state is named `stone`"),
        (vec!["map", "models/adoption.toml", "--of", "1", "--of", "2"], "--decision"),
        (vec!["map", ROCK, of[0], of[1], of[0], "1", "--cells", "3"], "a power of two"),
        (vec!["map", ROCK, of[0], of[1], of[0], "1", "--window", "1:0,0:1"], "A:B,C:D"),
    ] {
        let (status, out, err) = run(&arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(expected), "{err}");
    }
}

#[test]
fn without_time_nothing_is_claimed_that_is_not_proved() {
    let (status, out, _) = run(&[
        "map",
        ROCK,
        "--of",
        "mu[rock]@1",
        "--of",
        "mu[paper]@1",
        "--time-limit",
        "0",
        "--format",
        "json",
    ]);
    let map = crate::program::json(&out);
    assert_eq!((status, &map["status"]), (1, &"limit".into()));
    assert_eq!(map["cells"].as_array().map(Vec::len), Some(1));
    assert_eq!(map["undecided"].as_u64(), Some(1));
}
