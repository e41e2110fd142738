//! Whatever the linear-programming back end answers, `solve` prints no wrong bound.
//!
//! Known values: tests/oracle/c0_values.json, computed by an independent program.
use smfg::certificate::Selection;
use smfg::exact::{Rational, parse_rational};
use smfg::leader::{Method, Precision, Settings, Status, solve};
use smfg::lp::{Backend, HighsBackend, LpFailure, LpSolution, OccupationLp};
use std::time::Duration;

/// A way to spoil an honest answer.
type Spoil = fn(LpSolution) -> Result<LpSolution, LpFailure>;

struct Liar(Spoil);

impl Backend for Liar {
    fn minimise(
        &self,
        lp: &OccupationLp,
        time_limit: Option<Duration>,
    ) -> Result<LpSolution, LpFailure> {
        (self.0)(HighsBackend.minimise(lp, time_limit)?)
    }
}

fn every(numbers: &mut [Vec<f64>], change: impl Fn(f64) -> f64) {
    numbers.iter_mut().flatten().for_each(|x| *x = change(*x));
}

const LIES: [(&str, Spoil); 12] = [
    ("infeasible", |_| Err(LpFailure::Infeasible)),
    ("unbounded", |_| Err(LpFailure::Unbounded)),
    ("other failure", |_| Err(LpFailure::Solver { message: "out of luck".into() })),
    ("NaN duals", |mut s| {
        every(&mut s.flow_duals_approx, |_| f64::NAN);
        Ok(s)
    }),
    ("NaN multiplier", |mut s| {
        s.multiplier_approx = f64::NAN;
        Ok(s)
    }),
    ("infinite point", |mut s| {
        every(&mut s.occupation_approx, |_| f64::INFINITY);
        Ok(s)
    }),
    ("duals raised", |mut s| {
        every(&mut s.flow_duals_approx, |y| y + 1.0);
        Ok(s)
    }),
    ("duals negated", |mut s| {
        every(&mut s.flow_duals_approx, |y| -y);
        s.multiplier_approx = -s.multiplier_approx;
        Ok(s)
    }),
    ("multiplier doubled", |mut s| {
        s.multiplier_approx = 2.0 * s.multiplier_approx + 1.0;
        Ok(s)
    }),
    ("point of nobody", |mut s| {
        every(&mut s.occupation_approx, |_| 0.0);
        Ok(s)
    }),
    ("point turned round", |mut s| {
        s.occupation_approx.iter_mut().for_each(|stage| stage.reverse());
        Ok(s)
    }),
    ("wrong sizes", |mut s| {
        s.occupation_approx.pop();
        s.flow_duals_approx.push(vec![1e300]);
        Ok(s)
    }),
];

struct Known {
    model: String,
    epsilon: Rational,
    selection: Selection,
    value: Rational,
}

fn known_values() -> Vec<Known> {
    let text =
        std::fs::read_to_string("tests/oracle/c0_values.json").expect("the values are shipped");
    let values: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
    let small = ["tie", "audit", "moral_hazard_grid", "inspection_grid", "maintenance"];
    let string = |v: &serde_json::Value, key: &str| {
        v[key].as_str().expect("a string").trim_end_matches(".toml").to_string()
    };
    values
        .iter()
        .map(|v| Known {
            model: string(v, "model"),
            epsilon: parse_rational(&string(v, "epsilon")).expect("a number"),
            selection: if string(v, "selection") == "optimistic" {
                Selection::Optimistic
            } else {
                Selection::Pessimistic
            },
            value: parse_rational(&string(v, "value")).expect("a number"),
        })
        .filter(|known| small.contains(&known.model.as_str()))
        .collect()
}

#[test]
fn no_lie_becomes_a_bound() {
    let known = known_values();
    assert!(known.len() >= 20, "only {} known values", known.len());
    for Known { model, epsilon, selection, value } in known {
        let game = crate::models::model(&model);
        for (name, lie) in LIES {
            for precision in [Precision::Exact, Precision::Bits(64)] {
                let liar = Liar(lie);
                let mut settings = Settings::new(epsilon.clone());
                settings.selection = selection;
                settings.method = Method::LinearProgramme;
                settings.precision = precision;
                settings.backend = Some(&liar);
                let outcome = solve(&game, &settings).expect("an answer");
                let claim = &outcome.accepted.claim;
                assert!(
                    claim.lower <= value && value <= claim.upper,
                    "{model}, eps {epsilon}, {selection}, {name}, {precision:?}: {} <= {value} <= {} fails",
                    claim.lower,
                    claim.upper
                );
                assert_eq!(
                    outcome.status == Status::Exact,
                    claim.lower == claim.upper,
                    "{model}, {name}"
                );
            }
        }
    }
}
