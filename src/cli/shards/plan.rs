//! The question that all workers of a sweep answer, as the folder states it.

#[cfg(feature = "solver")]
use super::super::files::write_atomically;
use crate::certificate::Selection;
use crate::claim::{Chosen, choose};
use crate::exact::{Rational, parse_rational};
use crate::game::{Game, read_file};
use serde::{Deserialize, Serialize};
#[cfg(feature = "solver")]
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the format.
const FORMAT: &str = "smfg-points/1";
/// Most bytes of a plan.
const MOST_BYTES: u64 = 1 << 28;
/// What `over` says of a sweep over epsilon.
const EPSILON: &str = "epsilon";

/// Why a folder holds no plan, or another one.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum PlanError {
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[cfg(feature = "solver")]
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[cfg(feature = "solver")]
    #[error(
        "{}: it answers another question than this call: {what}; --force replaces it",
        path.display()
    )]
    Other { path: PathBuf, what: String },
    #[error("{}: its game has the hash {found}, the plan is about {expected}", path.display())]
    OtherGame { path: PathBuf, found: String, expected: String },
}

/// What is asked at every point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Plan {
    /// File name of the game in the folder.
    pub(in super::super) game: String,
    /// Hash of the game of that file.
    pub(in super::super) game_hash: String,
    /// Worst or best equilibrium.
    pub(in super::super) selection: Selection,
    /// The only decision, in words.
    pub(in super::super) decision: Option<String>,
    /// Accepted relative distance of the bounds.
    pub(in super::super) gap: Rational,
    /// What varies.
    pub(in super::super) over: Over,
}

/// What varies from point to point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Over {
    /// Epsilon has these values.
    Epsilon(Vec<Rational>),
    /// A constant of the game file has these values.
    Constant {
        /// Its name.
        name: String,
        /// Its values.
        values: Vec<Rational>,
        /// Epsilon.
        epsilon: Rational,
    },
}

/// A plan in JSON.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    game: String,
    game_hash: String,
    selection: String,
    decision: Option<String>,
    gap: String,
    over: String,
    epsilon: Option<String>,
    points: Vec<String>,
}

impl Plan {
    /// Number of points.
    pub(in super::super) fn len(&self) -> usize {
        self.values().len()
    }

    /// What varies, per point.
    pub(in super::super) fn values(&self) -> &[Rational] {
        match &self.over {
            Over::Epsilon(values) | Over::Constant { values, .. } => values,
        }
    }

    /// Name of what varies.
    pub(in super::super) fn name(&self) -> &str {
        match &self.over {
            Over::Epsilon(_) => EPSILON,
            Over::Constant { name, .. } => name,
        }
    }

    /// Epsilon at a point.
    pub(in super::super) fn epsilon(&self, point: usize) -> &Rational {
        match &self.over {
            Over::Epsilon(values) => &values[point],
            Over::Constant { epsilon, .. } => epsilon,
        }
    }

    /// The constants that a point changes.
    pub(in super::super) fn changes(&self, point: usize) -> Vec<(String, Rational)> {
        match &self.over {
            Over::Epsilon(_) => Vec::new(),
            Over::Constant { name, values, .. } => vec![(name.clone(), values[point].clone())],
        }
    }

    /// The only decision, of `game`.
    ///
    /// # Errors
    /// A sentence for a plan that names none of this game.
    pub(in super::super) fn chosen(&self, game: &Game) -> Result<Option<Chosen>, String> {
        let chosen = self.decision.as_ref().map(|given| choose(game, given));
        chosen.transpose().map_err(|error| error.to_string())
    }

    /// Whether bounds are as close as the plan accepts.
    pub(in super::super) fn closes(&self, lower: &Rational, upper: &Rational) -> bool {
        let magnitude = |x: &Rational| if *x < Rational::ZERO { -x.clone() } else { x.clone() };
        let scale = magnitude(lower).max(magnitude(upper)).max(Rational::ONE);
        upper - lower <= &self.gap * scale
    }

    /// The plan of a folder.
    ///
    /// # Errors
    /// [`PlanError`].
    pub(in super::super) fn read(folder: &Path) -> Result<Plan, PlanError> {
        let path = folder.join("plan.json");
        let unreadable = |reason: String| PlanError::Unreadable { path: path.clone(), reason };
        let bytes = read_file(&path, MOST_BYTES)
            .map_err(|source| PlanError::Read { path: path.clone(), source })?
            .map_err(|size| unreadable(format!("{size} bytes are more than a plan has")))?;
        let document: Document =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        Plan::from_document(document).map_err(unreadable)
    }

    /// Makes the folder and puts plan and game file into it, or finds the same plan there.
    ///
    /// # Errors
    /// [`PlanError`].
    #[cfg(feature = "solver")]
    pub(in super::super) fn establish(
        &self,
        folder: &Path,
        game: &Path,
        force: bool,
    ) -> Result<(), PlanError> {
        let write = |path: PathBuf| move |source| PlanError::Write { path, source };
        fs::create_dir_all(folder).map_err(write(folder.into()))?;
        let path = folder.join("plan.json");
        match Plan::read(folder) {
            Ok(other) if other == *self && folder.join(&self.game).exists() => return Ok(()),
            Ok(other) if other != *self && !force => {
                return Err(PlanError::Other { path, what: self.difference(&other).into() });
            }
            Err(PlanError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            Err(error) if !force => return Err(error),
            _ => {}
        }
        let own = folder.join(&self.game);
        let text =
            fs::read(game).map_err(|source| PlanError::Read { path: game.into(), source })?;
        write_atomically(&own, |out| out.write_all(&text)).map_err(write(own.clone()))?;
        let document = self.document();
        write_atomically(&path, |out| {
            serde_json::to_writer_pretty(&mut *out, &document)?;
            out.write_all(b"\n")
        })
        .map_err(write(path.clone()))
    }

    /// The game of the plan: that of `given`, or of the file in the folder.
    ///
    /// # Errors
    /// [`PlanError::OtherGame`] for one with another hash.
    pub(in super::super) fn confirm(&self, game: &Game, path: &Path) -> Result<(), PlanError> {
        let found = game.hash();
        if found == self.game_hash {
            return Ok(());
        }
        Err(PlanError::OtherGame { path: path.into(), found, expected: self.game_hash.clone() })
    }

    /// In what two plans differ.
    #[cfg(feature = "solver")]
    fn difference(&self, other: &Plan) -> &'static str {
        if self.game_hash != other.game_hash {
            "another game"
        } else if self.over != other.over {
            "other points"
        } else if (self.selection, &self.decision) != (other.selection, &other.decision) {
            "another selection or decision"
        } else if self.gap != other.gap {
            "another gap"
        } else {
            "another kind of game file"
        }
    }

    #[cfg(feature = "solver")]
    fn document(&self) -> Document {
        let epsilon = match &self.over {
            Over::Epsilon(_) => None,
            Over::Constant { epsilon, .. } => Some(epsilon.to_string()),
        };
        Document {
            format: FORMAT.into(),
            game: self.game.clone(),
            game_hash: self.game_hash.clone(),
            selection: self.selection.to_string(),
            decision: self.decision.clone(),
            gap: self.gap.to_string(),
            over: self.name().into(),
            epsilon,
            points: self.values().iter().map(ToString::to_string).collect(),
        }
    }

    fn from_document(document: Document) -> Result<Plan, String> {
        if document.format != FORMAT {
            return Err(format!("found the format \"{}\", expected \"{FORMAT}\"", document.format));
        }
        let number = |text: &String| parse_rational(text).map_err(|error| error.to_string());
        let values = document.points.iter().map(number).collect::<Result<Vec<_>, _>>()?;
        let over = match document.epsilon {
            None if document.over == EPSILON => Over::Epsilon(values),
            None => return Err("the key `epsilon` is missing".into()),
            Some(epsilon) => {
                Over::Constant { name: document.over, values, epsilon: number(&epsilon)? }
            }
        };
        let selection = [Selection::Pessimistic, Selection::Optimistic]
            .into_iter()
            .find(|selection| selection.to_string() == document.selection)
            .ok_or("expected the selection `pessimistic` or `optimistic`")?;
        // The name is used as a path: it must not lead out of the folder.
        if !["game.toml", "game.json"].contains(&document.game.as_str()) {
            return Err("expected the game `game.toml` or `game.json`".into());
        }
        Ok(Plan {
            game: document.game,
            game_hash: document.game_hash,
            selection,
            decision: document.decision,
            gap: number(&document.gap)?,
            over,
        })
    }
}
