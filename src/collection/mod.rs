//! The collection of instances that comes with the program: games with certified values, where
//! they are from, and what else is known of them.
//!
//! `models/index.json` is the index, `models/index.toml` the same for people; both are made by
//! `scripts/fill-index` from `models/sources.toml` and certified values. Games are files of this
//! package, finite games that are imported, or members of a random family.

mod files;
pub mod report;

use crate::game::{Game, GameErrors};
use crate::generate::{
    Interaction, MdpError, MdpFamily, MdpParameters, MeanFieldError, MeanFieldFamily,
    MeanFieldParameters,
};
use crate::import::{FiniteGameError, NfgError, read_nfg};
use serde::{Deserialize, Serialize};

/// Name of the format of the index.
pub const FORMAT: &str = "smfg-models/1";

/// All instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// [`FORMAT`].
    pub format: String,
    /// Sorted by their names.
    pub instances: Vec<Instance>,
}

/// A game with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Short name, unique.
    pub id: String,
    /// Title of the game.
    pub title: String,
    /// How the game is made.
    pub game: Made,
    /// Hash of the game.
    pub hash: String,
    /// `C0` to `C3`.
    pub class: String,
    /// Numbers that describe its size.
    pub sizes: Sizes,
    /// `none`, `4 decisions`, `2 parameters`.
    pub leader: String,
    /// Where the game is from.
    pub source: Source,
    /// Licence of the file.
    pub licence: String,
    /// Whether all of its values are known to a relative gap of at most 1/1000.
    pub status: State,
    /// Number of equilibria at eps = 0, where it is certified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equilibria: Option<Count>,
    /// What else is said of its values, and by how much that is off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<String>,
    /// Certified values.
    pub values: Vec<Value>,
}

/// How the game of an instance is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Made {
    /// It is this file of the package.
    File(String),
    /// From this file of the package in Gambit's normal-form format.
    Import(String),
    /// A member of a random family.
    Generate(Family),
}

/// Parameters of a random family, as options of `smfg generate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// `monotone`, `crowd`, `general` or `dynamics`; none for decision processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<String>,
    /// Aggregates, of a mean-field game.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregates: Option<usize>,
    /// Stages.
    pub stages: usize,
    /// States.
    pub states: usize,
    /// Actions.
    pub actions: usize,
    /// Successor states of each state and action.
    pub successors: usize,
    /// Decisions of the leader.
    pub decisions: usize,
    /// Seed.
    pub seed: u64,
}

/// Numbers that describe how large a game is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Stages.
    pub stages: usize,
    /// States.
    pub states: usize,
    /// Actions.
    pub actions: usize,
    /// Available state-action pairs at all stages.
    pub pairs: usize,
    /// Statistics through which the population acts.
    pub aggregates: usize,
}

/// Where a game is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// In words.
    pub text: String,
    /// Digital object identifier of the publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
    /// Its number at arXiv.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arxiv: Option<String>,
}

/// Whether values are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// All are, to a relative gap of at most 1/1000.
    Closed,
    /// Some are not: their best bounds are given.
    Open,
}

impl State {
    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            State::Closed => "closed",
            State::Open => "open",
        }
    }
}

/// A number of equilibria.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Isolated ones.
    pub isolated: usize,
    /// Connected components, isolated ones among them.
    pub components: usize,
    /// Under this decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// The same number from elsewhere, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
}

/// A certified value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// Largest exploitability.
    pub epsilon: String,
    /// `pessimistic` or `optimistic`.
    pub selection: String,
    /// Lower bound, exact.
    pub lower: String,
    /// Upper bound, exact.
    pub upper: String,
    /// `exact`, `within_gap` or `limit`.
    pub status: String,
    /// Relative gap that was reached: 0, 1/1000000 or 1/1000; none where it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// Whether some decision reaches a supremum over a polytope of them, where it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attained: Option<bool>,
    /// The same value from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
    /// What makes the certificate, `GAME` standing for the game file.
    pub command: String,
    /// The certificate.
    pub certificate: Certificate,
}

/// A value that is known from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Lower end.
    pub lower: String,
    /// Upper end.
    pub upper: String,
    /// Where from.
    pub from: String,
}

/// A certificate, by its contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Its file in the repository; large ones are not kept, and `command` makes them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Size.
    pub bytes: usize,
    /// Hash, in hexadecimal digits.
    pub sha256: String,
}

/// Why the game of an instance cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    /// The package does not have the file.
    #[error("the package has no file {0}")]
    NoFile(String),
    /// The family has no such kind of interaction.
    #[error("there is no interaction {0}")]
    Interaction(String),
    /// The parameters of a decision process.
    #[error("{0}")]
    Mdp(#[from] MdpError),
    /// The parameters of a mean-field game.
    #[error("{0}")]
    MeanField(#[from] MeanFieldError),
    /// The finite game.
    #[error("{0}")]
    Nfg(#[from] NfgError),
    /// The finite game.
    #[error("{0}")]
    Finite(#[from] FiniteGameError),
    /// The game file.
    #[error("{0}")]
    Game(#[from] GameErrors),
    /// A family that cannot be written.
    #[error("cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// A family that is no text.
    #[error("cannot be written: {0}")]
    Text(#[from] std::string::FromUtf8Error),
}

/// The index of the package.
///
/// # Errors
/// What is wrong with it; a test holds that nothing is.
pub fn index() -> Result<Index, serde_json::Error> {
    serde_json::from_str(index_text())
}

/// The index of the package as JSON.
#[must_use]
pub fn index_text() -> &'static str {
    files::INDEX
}

impl Index {
    /// The instance of a name.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.id == id)
    }
}

impl Instance {
    /// Extension and text of the game file.
    ///
    /// # Errors
    /// [`CollectionError`]; a test holds that there is none.
    pub fn text(&self) -> Result<(&'static str, String), CollectionError> {
        match &self.game {
            Made::File(path) => {
                let json = path.ends_with(".json");
                Ok((if json { "json" } else { "toml" }, file(path)?.into()))
            }
            Made::Import(path) => Ok(("json", read_nfg(file(path)?)?.to_json()?)),
            Made::Generate(family) => Ok(("json", family.text()?)),
        }
    }

    /// The game.
    ///
    /// # Errors
    /// [`CollectionError`]; a test holds that there is none.
    pub fn load(&self) -> Result<Game, CollectionError> {
        let (extension, text) = self.text()?;
        let game =
            if extension == "json" { Game::parse_json(&text) } else { Game::parse_toml(&text) };
        Ok(game?)
    }
}

fn file(path: &str) -> Result<&'static str, CollectionError> {
    let found = files::FILES.iter().find(|(name, _)| *name == path);
    found.map(|(_, text)| *text).ok_or_else(|| CollectionError::NoFile(path.into()))
}

impl Family {
    fn text(&self) -> Result<String, CollectionError> {
        let Family { stages, states, actions, successors, decisions, seed, .. } = *self;
        let base = MdpParameters { stages, states, actions, successors, decisions, seed };
        let mut text = Vec::new();
        match &self.interaction {
            None => MdpFamily::new(base)?.write_json(&mut text)?,
            Some(word) => {
                let parameters = MeanFieldParameters {
                    base,
                    interaction: interaction(word)?,
                    aggregates: self.aggregates.unwrap_or(1),
                };
                MeanFieldFamily::new(parameters)?.write_json(&mut text)?;
            }
        }
        Ok(String::from_utf8(text)?)
    }
}

fn interaction(word: &str) -> Result<Interaction, CollectionError> {
    Ok(match word {
        "monotone" => Interaction::Monotone,
        "crowd" => Interaction::Crowd,
        "general" => Interaction::General,
        "dynamics" => Interaction::Dynamics,
        other => return Err(CollectionError::Interaction(other.into())),
    })
}
