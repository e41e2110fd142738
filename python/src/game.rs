//! A game, and the questions that can be asked about it.

use crate::analyses::{self, Errors, Interval};
use crate::answers::{self, Question};
use crate::arguments::Parameters;
use crate::certificates;
use crate::claims::{self, Search, Submitted};
use crate::errors::{Failure, Kind};
use crate::evaluated::Evaluated;
use crate::maps::{self, Shown};
use crate::task::{self, Shared};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use smfg::game::expression::Subpopulation;
use smfg::game::{Game, classify};
use smfg::report::InfoReport;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// A game, and its hash once that is known.
#[derive(Clone)]
pub struct Known {
    /// The game.
    pub game: Arc<Game>,
    hash: Arc<OnceLock<String>>,
}

impl Known {
    /// `sha256:...`
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| self.game.hash())
    }
}

/// A game in normal form.
#[pyclass(frozen, module = "smfg._native")]
pub struct NativeGame {
    known: Known,
}

/// JSON, and a certificate.
type Answer<'py> = (String, Bound<'py, PyBytes>);

fn of(game: Result<Game, smfg::game::GameErrors>) -> Result<NativeGame, Failure> {
    game.map(|game| NativeGame { known: Known { game: Arc::new(game), hash: Arc::default() } })
        .map_err(|errors| Failure::new(Kind::Game, errors))
}

fn bytes(py: Python<'_>, (json, certificate): (String, Vec<u8>)) -> Answer<'_> {
    (json, PyBytes::new(py, &certificate))
}

impl NativeGame {
    /// Asks `question` in a thread of its own.
    fn answer<'py>(
        &self,
        py: Python<'py>,
        progress: Option<&Bound<'py, PyAny>>,
        question: impl FnOnce(&Game, &Shared) -> Result<answers::Answer, Failure> + Send + 'static,
    ) -> PyResult<Answer<'py>> {
        let game = Arc::clone(&self.known.game);
        task::run(py, progress, move |shared| question(&game, shared))
            .map(|answer| bytes(py, answer))
    }
}

#[pymethods]
impl NativeGame {
    /// Reads a game file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        task::run(py, None, move |_| of(Game::load(path)))
    }

    /// The game that a text describes; `json` says that it is JSON and not TOML.
    #[staticmethod]
    fn parse(py: Python<'_>, text: String, json: bool) -> PyResult<Self> {
        task::run(py, None, move |_| {
            of(if json { Game::parse_json(&text) } else { Game::parse_toml(&text) })
        })
    }

    #[getter]
    fn name(&self) -> &str {
        &self.known.game.name
    }

    #[getter]
    fn description(&self) -> &str {
        &self.known.game.description
    }

    #[getter]
    fn source(&self) -> &str {
        &self.known.game.source
    }

    /// `sha256:...`
    fn hash(&self, py: Python<'_>) -> PyResult<String> {
        let known = self.known.clone();
        task::run(py, None, move |_| Ok(known.hash().into()))
    }

    #[getter]
    fn stages(&self) -> usize {
        self.known.game.stages.len()
    }

    #[getter]
    fn states(&self) -> Vec<String> {
        self.known.game.states.clone()
    }

    #[getter]
    fn actions(&self) -> Vec<String> {
        self.known.game.actions.clone()
    }

    #[getter]
    fn initial(&self) -> Vec<String> {
        self.known.game.initial.iter().map(ToString::to_string).collect()
    }

    /// `C0` to `C3`, and why.
    fn class_and_reason(&self) -> (String, String) {
        let found = classify(&self.known.game);
        (found.class.to_string(), found.reason)
    }

    #[getter]
    fn parameters(&self) -> Vec<String> {
        self.known.game.leader.parameters.clone()
    }

    /// Name and values of each decision of a finite leader; `None` for a continuum.
    fn decisions(&self) -> Option<Vec<(Option<String>, Vec<String>)>> {
        let decisions = self.known.game.finite_decisions()?;
        Some(
            decisions
                .iter()
                .map(|decision| {
                    (
                        decision.name.clone(),
                        decision.values.iter().map(ToString::to_string).collect(),
                    )
                })
                .collect(),
        )
    }

    /// By how much rows of probabilities were mended at most, where that was asked for.
    fn normalised_by(&self) -> Option<String> {
        self.known.game.vocabulary.normalised.as_ref().map(ToString::to_string)
    }

    /// Names, masses, states and actions of the populations that the file names, under their own
    /// names.
    fn populations(&self) -> Vec<(String, String, Vec<String>, Vec<String>)> {
        let game = &self.known.game;
        let row = |own: &Subpopulation| {
            let called = |names: &[String], positions: Range<usize>| {
                let names = names.get(positions).unwrap_or_default();
                names.iter().map(|name| own.own(name).to_string()).collect()
            };
            let states = called(&game.states, own.states.clone());
            let actions = called(&game.actions, own.actions.clone());
            (own.name.clone(), own.mass.to_string(), states, actions)
        };
        game.vocabulary.populations.iter().map(row).collect()
    }

    /// Positions of the available actions of a state at a stage.
    fn available(&self, stage: usize, state: usize) -> Vec<usize> {
        let Some(stage) = self.known.game.stages.get(stage) else { return Vec::new() };
        if state >= stage.pairs.states() {
            return Vec::new();
        }
        stage.pairs.of_state(state).map(|pair| stage.pairs.action(pair)).collect()
    }

    /// What `smfg info --format json` prints.
    fn info(&self, py: Python<'_>, expand: bool) -> PyResult<String> {
        let game = Arc::clone(&self.known.game);
        task::run(py, None, move |_| {
            let report = InfoReport { game: &game, solvable: Ok(()), expand };
            answers::text(|out| report.write_json(out))
        })
    }

    /// What `smfg solve --format json` prints, and the certificate.
    fn solve<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        selection: String,
        decision_grid: Option<String>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Answer<'py>> {
        self.answer(py, progress, move |game, shared| {
            answers::solve(game, &question, &selection, decision_grid.as_deref(), shared)
        })
    }

    /// What `smfg solve --robust --format json` prints, and the bundle.
    fn robust<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        errors: Errors,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Answer<'py>> {
        self.answer(py, progress, move |game, shared| {
            analyses::robust(game, &question, &errors, shared)
        })
    }

    /// What `smfg range --format json` prints, and the bundle of certificates.
    fn range<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        of: Option<String>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Answer<'py>> {
        self.answer(py, progress, move |game, shared| {
            answers::range(game, &question, of.as_deref(), shared)
        })
    }

    /// What `smfg sweep --format json` prints, and the certificates.
    fn sweep<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        selection: String,
        interval: Interval,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Answer<'py>> {
        self.answer(py, progress, move |game, shared| {
            analyses::sweep(game, &question, &selection, &interval, shared)
        })
    }

    /// What `smfg sweep --parameter --format json` prints, and the certificates; `path` is the file
    /// of the game.
    #[expect(clippy::too_many_arguments, reason = "what a caller in Python passes")]
    fn sweep_constant<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        selection: String,
        path: PathBuf,
        name: String,
        values: Vec<String>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Answer<'py>> {
        self.answer(py, progress, move |game, shared| {
            let constant = (name.as_str(), values.as_slice());
            analyses::sweep_constant(game, &path, &question, &selection, constant, shared)
        })
    }

    /// What `smfg frontier --format json` prints, and the certificates.
    fn frontier<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        objective: Option<String>,
        cost: bool,
        interval: Interval,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Answer<'py>> {
        self.answer(py, progress, move |game, shared| {
            analyses::frontier(game, &question, (objective.as_deref(), cost), &interval, shared)
        })
    }

    /// What `smfg map --format json` prints, and the bundle.
    fn map<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        shown: Shown,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Answer<'py>> {
        self.answer(py, progress, move |game, shared| maps::map(game, &question, &shown, shared))
    }

    /// What `smfg sensitivity --format json` prints, and the bundle.
    fn sensitivity<'py>(
        &self,
        py: Python<'py>,
        question: Question,
        errors: Errors,
        against: Option<PyRef<'py, NativeGame>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Answer<'py>> {
        let truth = against.map(|truth| Arc::clone(&truth.known.game));
        self.answer(py, progress, move |game, shared| {
            analyses::sensitivity(game, &question, &errors, truth.as_deref(), shared)
        })
    }

    /// What `smfg equilibria --format json` prints, and the certificate.
    #[pyo3(signature = (*, decision, parameters, time_limit, nodes, pairs))]
    fn equilibria<'py>(
        &self,
        py: Python<'py>,
        decision: Option<String>,
        parameters: Option<Parameters>,
        time_limit: Option<f64>,
        nodes: Option<usize>,
        pairs: Option<usize>,
    ) -> PyResult<Answer<'py>> {
        let game = Arc::clone(&self.known.game);
        let work = move |shared: &task::Shared| {
            answers::equilibria(&game, decision, parameters, time_limit, (nodes, pairs), shared)
        };
        task::run(py, None, work).map(|answer| bytes(py, answer))
    }

    /// What `smfg check --format json` prints; `against` is the second game of a bundle about two.
    fn check(
        &self,
        py: Python<'_>,
        certificate: Vec<u8>,
        against: Option<PyRef<'_, NativeGame>>,
        path: Option<PathBuf>,
    ) -> PyResult<String> {
        let game = Arc::clone(&self.known.game);
        let other = against.map(|other| Arc::clone(&other.known.game));
        task::run(py, None, move |_| {
            certificates::check_any(&game, other.as_deref(), path.as_deref(), &certificate)
        })
    }

    /// Evaluates a submitted play, and compares the numbers claimed of it.
    fn evaluate(&self, py: Python<'_>, submitted: Submitted) -> PyResult<Evaluated> {
        let known = self.known.clone();
        task::run(py, None, move |shared| claims::evaluate(&known, submitted, shared))
    }

    /// Evaluates a submitted play, and certifies the range of its decision and the value of the
    /// game.
    #[pyo3(signature = (submitted, *, actual, gap, time_limit, threads, progress))]
    #[expect(clippy::too_many_arguments, reason = "the keywords of the Python function")]
    fn verify(
        &self,
        py: Python<'_>,
        submitted: Submitted,
        actual: bool,
        gap: String,
        time_limit: Option<f64>,
        threads: Option<usize>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Evaluated> {
        let (known, search) = (self.known.clone(), Search { actual, gap, time_limit, threads });
        task::run(py, progress, move |shared| claims::compare(&known, submitted, &search, shared))
    }
}
