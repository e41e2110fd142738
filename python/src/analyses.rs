//! Questions that take several searches, with answers as the JSON that the program prints.

use crate::answers::{Answer, Question, settings, text};
use crate::arguments::{self, number};
use crate::errors::{Failure, Kind};
use crate::task::Shared;
use pyo3::prelude::*;
use smfg::analysis::frontier::frontier as follow_objective;
use smfg::analysis::sensitivity::sensitivity as analyse;
use smfg::analysis::sensitivity::{SensitivityError, robust as solve_robust};
use smfg::analysis::sweep::{Resolution, SweepError, equidistant, sweep as follow_value};
use smfg::certificate::{with_changes, write_bundle};
use smfg::drift::{ModelError, Radii};
use smfg::exact::Rational;
use smfg::game::Game;
use smfg::leader::{Settings, solve};
use smfg::report::SweepReport;
use smfg::report::{Followed, FrontierReport, ParameterPoint, RobustReport, SensitivityReport};
use std::path::Path;

/// An interval of epsilon and how closely functions on it are enclosed: a dictionary, numbers as
/// texts.
#[derive(FromPyObject)]
pub struct Interval {
    /// Right end; the left one is the epsilon of the question.
    #[pyo3(item)]
    pub to: String,
    /// Values at so many equidistant points besides.
    #[pyo3(item)]
    pub points: Option<usize>,
    /// Accepted distance of lower and upper curve.
    #[pyo3(item)]
    pub width: String,
    /// Length of an interval that is not divided further.
    #[pyo3(item)]
    pub jump_precision: String,
    /// Most points of an enclosure.
    #[pyo3(item)]
    pub most_points: usize,
}

impl Interval {
    fn resolution(&self) -> Result<Resolution, Failure> {
        Ok(Resolution {
            width: number("width", &self.width)?,
            jump_precision: number("jump_precision", &self.jump_precision)?,
            most_points: self.most_points,
        })
    }

    fn evaluated(&self, from: &Rational, to: &Rational) -> Vec<Rational> {
        self.points.map(|count| equidistant(from, to, count.max(2))).unwrap_or_default()
    }
}

/// What the search is asked, with progress and a time limit from now on.
fn asked<'a>(
    game: &Game,
    question: &Question,
    selection: Option<&str>,
    shared: &Shared,
) -> Result<Settings<'a>, Failure> {
    let settings = settings(game, question)?;
    let selection = selection.map_or(Ok(settings.selection), arguments::selection)?;
    let limit = arguments::time_limit(question.time_limit)?;
    Ok(shared.limited(Settings { selection, ..settings }, limit))
}

/// One certificate as it is, several as a bundle.
fn bundle(certificates: &[&[u8]]) -> Result<Vec<u8>, Failure> {
    match certificates {
        [only] => Ok(only.to_vec()),
        several => {
            write_bundle(Vec::new(), several).map_err(|error| Failure::new(Kind::Internal, error))
        }
    }
}

/// The value over an interval of epsilon.
pub fn sweep(
    game: &Game,
    question: &Question,
    selection: &str,
    interval: &Interval,
    shared: &Shared,
) -> Result<Answer, Failure> {
    let settings = asked(game, question, Some(selection), shared)?;
    let to = number("epsilon", &interval.to)?;
    let observe = |progress| shared.observe(progress);
    let observed = Settings { observer: Some(&observe), ..settings.clone() };
    let ends = (&settings.epsilon, &to);
    let found = follow_value(game, &observed, ends, &interval.resolution()?)?;
    let certificate = bundle(&found.certificates())?;
    let evaluated = interval.evaluated(&settings.epsilon, &to);
    let report = SweepReport {
        game,
        settings: &settings,
        followed: Followed::Epsilon(&found),
        evaluated: &evaluated,
        bytes: certificate.len(),
        certificate_path: None,
    };
    Ok((text(|out| report.write_json(out))?, certificate))
}

/// The value at several values of a constant of the game in the file `path`.
pub fn sweep_constant(
    game: &Game,
    path: &Path,
    question: &Question,
    selection: &str,
    (name, values): (&str, &[String]),
    shared: &Shared,
) -> Result<Answer, Failure> {
    let original = asked(game, question, Some(selection), shared)?;
    let observe = |progress| shared.observe(progress);
    let (mut points, mut certificates) = (Vec::new(), Vec::new());
    for value in values {
        let value = number(name, value)?;
        let changes = [(name.to_string(), value.clone())];
        let game =
            Game::load_with(path, &changes).map_err(|errors| Failure::new(Kind::Game, errors))?;
        let left = u32::try_from(values.len() - points.len()).unwrap_or(u32::MAX);
        let control = original
            .control
            .remaining()
            .map_or_else(|| original.control.clone(), |time| original.control.within(time / left));
        // The decision is looked up in each game: its list may use the constant.
        let asked = Settings {
            selection: original.selection,
            race_control: control.clone(),
            control,
            observer: Some(&observe),
            ..settings(&game, question)?
        };
        let outcome = solve(&game, &asked)?;
        certificates.push(with_changes(&outcome.certificate, &changes));
        points.push(ParameterPoint { at: value, game, outcome });
    }
    let parts: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let certificate =
        write_bundle(Vec::new(), &parts).map_err(|error| Failure::new(Kind::Internal, error))?;
    let report = SweepReport {
        game,
        settings: &original,
        followed: Followed::Constant { name, points: &points, wanted: values.len() },
        evaluated: &[],
        bytes: certificate.len(),
        certificate_path: None,
    };
    Ok((text(|out| report.write_json(out))?, certificate))
}

/// Exploitability against a social objective.
pub fn frontier(
    game: &Game,
    question: &Question,
    (objective, cost): (Option<&str>, bool),
    interval: &Interval,
    shared: &Shared,
) -> Result<Answer, Failure> {
    let given = arguments::given(question.decision.clone(), question.parameters.clone())?;
    arguments::one_decision(game, given.as_ref())?;
    let objective = arguments::objective(game, objective)?;
    let settings = Settings { objective, ..asked(game, question, None, shared)? };
    let to = number("epsilon", &interval.to)?;
    let observe = |progress| shared.observe(progress);
    let observed = Settings { observer: Some(&observe), ..settings.clone() };
    let ends = (&settings.epsilon, &to);
    let outcome = follow_objective(game, &observed, ends, &interval.resolution()?, cost)?;
    let certificate = bundle(&outcome.elements())?;
    let evaluated = interval.evaluated(&settings.epsilon, &to);
    let report = FrontierReport {
        game,
        settings: &settings,
        outcome: &outcome,
        evaluated: &evaluated,
        bytes: certificate.len(),
        certificate_path: None,
    };
    Ok((text(|out| report.write_json(out))?, certificate))
}

/// Errors of a model: a dictionary, numbers as texts.
#[derive(FromPyObject)]
pub struct Errors {
    /// Of rewards.
    #[pyo3(item)]
    pub reward: String,
    /// Of rows of transition probabilities.
    #[pyo3(item)]
    pub transition: String,
    /// Of the leader's data.
    #[pyo3(item)]
    pub leader: String,
}

impl Errors {
    fn radii(&self) -> Result<Radii, Failure> {
        let radius = |name: &str, text: &str| {
            let radius = number(name, text)?;
            if radius < Rational::ZERO {
                let message = format!("{name}: found {radius}, expected at least 0");
                return Err(Failure::new(Kind::Argument, message));
            }
            Ok(radius)
        };
        Ok(Radii {
            reward: radius("reward_error", &self.reward)?,
            transition: radius("transition_error", &self.transition)?,
            leader: radius("leader_error", &self.leader)?,
        })
    }
}

/// What decisions guarantee when the model errs, or against the true game.
pub fn sensitivity(
    game: &Game,
    question: &Question,
    errors: &Errors,
    truth: Option<&Game>,
    shared: &Shared,
) -> Result<Answer, Failure> {
    let radii = errors.radii()?;
    let error = truth.map_or(ModelError::Radii(&radii), ModelError::Against);
    let observe = |progress| shared.observe(progress);
    let settings = Settings { observer: Some(&observe), ..asked(game, question, None, shared)? };
    let outcome = analyse(game, &error, &settings)?;
    let report = SensitivityReport { game, error, outcome: &outcome, certificate_path: None };
    Ok((text(|out| report.write_json(out))?, outcome.certificate.clone()))
}

/// The decision with the best guarantee against errors of the model.
pub fn robust(
    game: &Game,
    question: &Question,
    errors: &Errors,
    shared: &Shared,
) -> Result<Answer, Failure> {
    let observe = |progress| shared.observe(progress);
    let settings = Settings { observer: Some(&observe), ..asked(game, question, None, shared)? };
    let outcome = solve_robust(game, &errors.radii()?, &settings)?;
    let epsilon = &settings.epsilon;
    let report = RobustReport { game, epsilon, outcome: &outcome, certificate_path: None };
    Ok((text(|out| report.write_json(out))?, outcome.certificate.clone()))
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Solve(error) => error.into(),
            SweepError::Interval { .. } => Failure::new(Kind::Argument, error),
            SweepError::Stopped => Failure::new(Kind::Unsupported, error),
            _ => Failure::new(Kind::Internal, error),
        }
    }
}

impl From<SensitivityError> for Failure {
    fn from(error: SensitivityError) -> Self {
        match error {
            SensitivityError::Solve(error) => error.into(),
            SensitivityError::NoDrift(_) => Failure::new(Kind::Argument, error),
            _ => Failure::new(Kind::Internal, error),
        }
    }
}
