//! The eps-equilibria of one decision through two statistics.

use crate::answers::{Answer, Question, settings, text};
use crate::arguments::{self, number};
use crate::errors::{Failure, Kind};
use crate::task::Shared;
use pyo3::prelude::*;
use smfg::analysis::map::{MapError, MapQuestion, MapState, map as search};
use smfg::exact::Rational;
use smfg::game::Game;
use smfg::leader::{Progress, Settings};
use smfg::report::MapReport;

/// What is shown: a dictionary, numbers as texts.
#[derive(FromPyObject)]
pub struct Shown {
    /// The statistic across.
    #[pyo3(item)]
    pub x: String,
    /// The statistic upwards.
    #[pyo3(item)]
    pub y: String,
    /// Cells per side at the finest division.
    #[pyo3(item)]
    pub cells: u32,
    /// Left, right, lower and upper end of the window.
    #[pyo3(item)]
    pub window: Option<[String; 4]>,
}

impl Shown {
    fn question(&self, game: &Game) -> Result<MapQuestion, Failure> {
        let statistic = |of: &str| {
            let found = arguments::objective(game, Some(of))?;
            found.ok_or_else(|| Failure::new(Kind::Internal, "an expression was lost"))
        };
        let window = self.window.as_ref().map(|ends| -> Result<_, Failure> {
            let end = |text: &String| number("window", text);
            let [left, right, low, high] = ends;
            let axes: [(Rational, Rational); 2] =
                [(end(left)?, end(right)?), (end(low)?, end(high)?)];
            Ok(axes)
        });
        Ok(MapQuestion {
            of: [statistic(&self.x)?, statistic(&self.y)?],
            per_side: self.cells,
            window: window.transpose()?,
        })
    }
}

/// The map.
pub fn map(
    game: &Game,
    question: &Question,
    shown: &Shown,
    shared: &Shared,
) -> Result<Answer, Failure> {
    let given = arguments::given(question.decision.clone(), question.parameters.clone())?;
    arguments::one_decision(game, given.as_ref())?;
    let asked = shown.question(game)?;
    let limit = arguments::time_limit(question.time_limit)?;
    let settings: Settings<'_> = shared.limited(settings(game, question)?, limit);
    let observe = |state: MapState, _: Option<&_>| {
        shared.observe(Progress {
            stage: "mapping",
            lower_approx: f64::NAN,
            upper_approx: f64::NAN,
            open: state.cells - state.done,
            decisions: state.cells,
        });
    };
    let found = search(game, &asked, &settings, &observe)?;
    let certificate = found.bundle().map_err(|error| Failure::new(Kind::Internal, error))?;
    let report = MapReport {
        game,
        settings: &settings,
        map: &found,
        bytes: certificate.len(),
        certificate_path: None,
    };
    Ok((text(|out| report.write_json(out))?, certificate))
}

impl From<MapError> for Failure {
    fn from(error: MapError) -> Self {
        match error {
            MapError::Solve(error) => error.into(),
            MapError::Statistic { .. } => Failure::new(Kind::Expression, error),
            MapError::Cells(_) | MapError::Window(..) => Failure::new(Kind::Argument, error),
        }
    }
}
