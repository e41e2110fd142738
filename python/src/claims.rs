//! What is submitted for a judgement: an array and numbers.

use crate::arguments::{self, Parameters};
use crate::errors::{Failure, Kind};
use crate::evaluated::Evaluated;
use crate::game::Known;
use crate::task::Shared;
use pyo3::prelude::*;
use smfg::analysis::verification;
use smfg::claim::{Claim, Options, PlayKind, Quantity, read_array, verify};
use smfg::game::Game;
use smfg::leader::Settings;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// An array, given in one of three ways, and what is claimed of it.
#[derive(FromPyObject)]
pub struct Submitted {
    /// A claim file, or an array file.
    #[pyo3(item)]
    path: Option<PathBuf>,
    /// The bytes of an `.npy` file.
    #[pyo3(item)]
    npy: Option<Vec<u8>>,
    /// JSON of nested lists of numbers.
    #[pyo3(item)]
    json: Option<String>,
    /// `policy` or `occupation`, of an array that does not come from a file.
    #[pyo3(item)]
    kind: String,
    /// Claimed numbers by their keys.
    #[pyo3(item)]
    numbers: Vec<(String, String)>,
    /// Claimed exploitabilities of populations by their names.
    #[pyo3(item)]
    regrets: Vec<(String, String)>,
    /// The eps that is meant.
    #[pyo3(item)]
    epsilon: Option<String>,
    /// A decision by name.
    #[pyo3(item)]
    decision: Option<String>,
    /// A decision by its parameters.
    #[pyo3(item)]
    parameters: Option<Parameters>,
    /// Accepted deviation.
    #[pyo3(item)]
    tolerance: Option<String>,
    /// What the first axis counts.
    #[pyo3(item)]
    horizon: String,
    /// Arithmetic.
    #[pyo3(item)]
    precision: String,
}

impl Submitted {
    /// The claim, and how to read it.
    fn read(self, game: &Game) -> Result<(Claim, Options), Failure> {
        let options = Options {
            decision: arguments::given(self.decision.clone(), self.parameters.clone())?,
            tolerance: self
                .tolerance
                .as_deref()
                .map(|text| arguments::number("tolerance", text))
                .transpose()?,
            horizon: arguments::horizon(&self.horizon)?,
            precision: arguments::precision(&self.precision)?,
        };
        let mut claim = self.play(game)?;
        for (key, value) in &self.numbers {
            let quantity = Quantity::ALL.into_iter().find(|quantity| quantity.key() == key);
            let quantity = quantity.ok_or_else(|| {
                Failure::new(Kind::Argument, format!("nothing claimed is called {key}"))
            })?;
            claim = claim.claiming(quantity, arguments::number(key, value)?);
        }
        for (name, value) in &self.regrets {
            let value = arguments::number("exploitability", value)?;
            claim = claim.claiming_of(game, name, value)?;
        }
        if let Some(epsilon) = &self.epsilon {
            claim.epsilon = Some(arguments::number("epsilon", epsilon)?);
        }
        Ok((claim, options))
    }

    fn play(&self, game: &Game) -> Result<Claim, Failure> {
        let kind = [PlayKind::Policy, PlayKind::Occupation]
            .into_iter()
            .find(|kind| kind.key() == self.kind);
        let kind = kind.ok_or_else(|| {
            Failure::new(
                Kind::Argument,
                format!("kind: found {:?}, expected policy or occupation", self.kind),
            )
        })?;
        match (&self.path, &self.npy, &self.json) {
            (Some(path), _, _) => Ok(Claim::load(path, game)?),
            (_, Some(npy), _) => {
                let (_, array) = read_array(Cursor::new(npy), &[], game)
                    .map_err(|error| Failure::new(Kind::Claim, error))?;
                Ok(Claim::of(kind, array))
            }
            (_, _, Some(json)) => {
                let text = format!("{{\"format\": \"smfg-claim/1\", \"{}\": {json}}}", kind.key());
                Ok(Claim::parse(text.as_bytes(), Path::new(""), game)?)
            }
            _ => Err(Failure::new(Kind::Argument, "no array is given")),
        }
    }
}

/// Judges what is submitted without a solver.
pub fn evaluate(
    known: &Known,
    submitted: Submitted,
    shared: &Shared,
) -> Result<Evaluated, Failure> {
    let (claim, options) = submitted.read(&known.game)?;
    let judged = verify(&known.game, &claim, &options, &|| shared.keep_going())?;
    Ok(Evaluated::new(known, judged, None))
}

/// What the search beside a submitted equilibrium may cost.
pub struct Search {
    /// Whether the eps is what the play is found to be exploitable by, in place of what it claims.
    pub actual: bool,
    /// Accepted width of the bounds.
    pub gap: String,
    /// Seconds.
    pub time_limit: Option<f64>,
    /// Threads; all processors when absent.
    pub threads: Option<usize>,
}

/// Judges what is submitted, and certifies the range of its decision and the value of the game.
pub fn compare(
    known: &Known,
    submitted: Submitted,
    search: &Search,
    shared: &Shared,
) -> Result<Evaluated, Failure> {
    let (claim, options) = submitted.read(&known.game)?;
    let judged = verify(&known.game, &claim, &options, &|| shared.keep_going())?;
    let epsilon = if search.actual {
        judged.evaluation.exploitability.upper().clone()
    } else {
        judged.epsilon.clone()
    };
    let observe = |progress| shared.observe(progress);
    let settings = Settings {
        gap: arguments::gap(&search.gap)?,
        threads: arguments::threads(search.threads)?,
        observer: Some(&observe),
        ..shared.limited(Settings::new(epsilon), arguments::time_limit(search.time_limit)?)
    };
    let comparison = verification::compare(&known.game, &judged, &settings)?;
    Ok(Evaluated::new(known, judged, Some(comparison)))
}
