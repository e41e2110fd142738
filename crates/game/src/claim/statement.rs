//! A claim: what another solver says about one decision and what the followers play.

use super::decision::GivenDecision;
use super::document::{Source, read_document};
use super::error::ClaimError;
use super::npy::{ArrayError, read_npy};
use super::npz::{self, read_npz};
use super::populations::{joined, population, regrets};
use super::shape::admit;
use crate::exact::Rational;
use crate::game::{Game, open_file, read_file};
use ndarray::ArrayD;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Largest claim in JSON, in bytes; larger arrays belong into array files.
const LARGEST_JSON: u64 = 1 << 28;

/// What an array means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayKind {
    /// Conditional probabilities `pi_t(a|s)`.
    Policy,
    /// Masses `d_t(s,a)`.
    Occupation,
}

impl PlayKind {
    /// Its key in a claim.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            PlayKind::Policy => "policy",
            PlayKind::Occupation => "occupation",
        }
    }
}

/// A number that can be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// What one follower could gain by deviating alone.
    Exploitability,
    /// The leader's reward when the followers play what is submitted.
    LeaderReward,
    /// What the best deviation earns.
    FollowerValue,
    /// What a follower earns who plays like all.
    FollowerReward,
    /// The pessimistic value of the game.
    Value,
}

impl Quantity {
    /// All of them, in the order of a report.
    pub const ALL: [Quantity; 5] = [
        Quantity::Exploitability,
        Quantity::LeaderReward,
        Quantity::FollowerValue,
        Quantity::FollowerReward,
        Quantity::Value,
    ];

    /// Its key in a claim.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Quantity::Exploitability => "exploitability",
            Quantity::LeaderReward => "leader_reward",
            Quantity::FollowerValue => "follower_value",
            Quantity::FollowerReward => "follower_reward",
            Quantity::Value => "value",
        }
    }
}

/// What another solver says.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The leader's decision; `None` means the only one of the game.
    pub decision: Option<GivenDecision>,
    /// What the array means.
    pub kind: PlayKind,
    /// Axes `[stage][state][action]`, in the orders of the game file.
    pub play: ArrayD<Rational>,
    /// Claimed numbers, in the order of [`Quantity::ALL`], each at most once.
    pub numbers: Vec<(Quantity, Rational)>,
    /// The eps of the equilibria that are meant, where it is not the claimed exploitability.
    pub epsilon: Option<Rational>,
    /// Claimed exploitabilities of populations, per member, by their positions.
    pub regrets: Vec<(usize, Rational)>,
    /// Accepted deviation of numbers, row sums and signs.
    pub tolerance: Option<Rational>,
}

impl Claim {
    /// A claim of nothing but an array.
    #[must_use]
    pub fn of(kind: PlayKind, play: ArrayD<Rational>) -> Self {
        Claim {
            decision: None,
            kind,
            play,
            numbers: Vec::new(),
            epsilon: None,
            regrets: Vec::new(),
            tolerance: None,
        }
    }

    /// Claims `value` for `quantity`, in place of an earlier claim.
    #[must_use]
    pub fn claiming(mut self, quantity: Quantity, value: Rational) -> Self {
        self.numbers.retain(|(own, _)| *own != quantity);
        self.numbers.push((quantity, value));
        self.numbers.sort_by_key(|(quantity, _)| *quantity);
        self
    }

    /// Claims that a member of the population called `name` could gain at most `value`.
    ///
    /// # Errors
    /// [`ClaimError`] when the game names no such population.
    pub fn claiming_of(
        mut self,
        game: &Game,
        name: &str,
        value: Rational,
    ) -> Result<Self, ClaimError> {
        let (position, _) = population(game, "exploitability", name)?;
        self.regrets.retain(|(own, _)| *own != position);
        self.regrets.push((position, value));
        self.regrets.sort_by_key(|(own, _)| *own);
        Ok(self)
    }

    /// The number claimed for `quantity`.
    #[must_use]
    pub fn number(&self, quantity: Quantity) -> Option<&Rational> {
        self.numbers.iter().find(|(own, _)| *own == quantity).map(|(_, value)| value)
    }

    /// Reads a claim about `game`: `.json`, or an array `.npy` or `.npz` that is a policy unless
    /// the archive names it `occupation`. An array of a shape that does not fit the game is refused
    /// before its entries are read.
    ///
    /// # Errors
    /// [`ClaimError`] says what is wrong with the file, and where.
    pub fn load(path: impl AsRef<Path>, game: &Game) -> Result<Claim, ClaimError> {
        let path = path.as_ref();
        let extension = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default()
            .to_ascii_lowercase();
        match extension.as_str() {
            "json" => {
                let unreadable =
                    |source| ClaimError::Unreadable { path: path.to_path_buf(), source };
                let too_large = |bytes| ClaimError::TooLarge {
                    path: path.to_path_buf(),
                    bytes,
                    most: LARGEST_JSON,
                };
                let bytes = read_file(path, LARGEST_JSON).map_err(unreadable)?;
                let bytes = bytes.map_err(too_large)?;
                Claim::parse(&bytes, path.parent().unwrap_or(Path::new("")), game)
            }
            "npy" | "npz" => {
                let wanted = [PlayKind::Policy.key(), PlayKind::Occupation.key()];
                let (name, play) = load_array(path, &wanted, game)?;
                let kind = if name.as_deref() == Some(PlayKind::Occupation.key()) {
                    PlayKind::Occupation
                } else {
                    PlayKind::Policy
                };
                Ok(Claim::of(kind, play))
            }
            _ => Err(ClaimError::Extension { path: path.to_path_buf() }),
        }
    }

    /// Reads the JSON of a claim about `game`; paths in it are relative to `folder`.
    ///
    /// # Errors
    /// [`ClaimError`] says what is wrong, and where.
    pub fn parse(bytes: &[u8], folder: &Path, game: &Game) -> Result<Claim, ClaimError> {
        let document = read_document(bytes)?;
        let play = match document.play {
            Source::Inline(array) => array,
            Source::Parts(parts) => joined(game, document.kind, parts)?,
            Source::File(path) => load_array(&folder.join(path), &[document.kind.key()], game)?.1,
        };
        let (decision, kind) = (document.decision, document.kind);
        Ok(Claim {
            decision,
            kind,
            play,
            numbers: document.numbers,
            epsilon: document.epsilon,
            regrets: regrets(game, document.regrets)?,
            tolerance: document.tolerance,
        })
    }
}

/// An array about `game` from the bytes of an `.npy` or `.npz` file, whatever its name; of an
/// archive the first of `wanted`, or the only one, with its name.
///
/// # Errors
/// [`ArrayError`] says what is wrong with them.
pub fn read_array(
    mut input: impl Read + Seek,
    wanted: &[&str],
    game: &Game,
) -> Result<(Option<String>, ArrayD<Rational>), ArrayError> {
    let fits = |shape: &[usize]| admit(game, shape);
    let mut start = Vec::new();
    input.by_ref().take(npz::MAGIC.len() as u64).read_to_end(&mut start)?;
    input.seek(SeekFrom::Start(0))?;
    if start == npz::MAGIC {
        let (name, array) = read_npz(input, wanted, &fits)?;
        Ok((Some(name), array))
    } else {
        Ok((None, read_npy(input, &fits)?))
    }
}

fn load_array(
    path: &Path,
    wanted: &[&str],
    game: &Game,
) -> Result<(Option<String>, ArrayD<Rational>), ClaimError> {
    let file = BufReader::with_capacity(1 << 16, open(path)?);
    read_array(file, wanted, game)
        .map_err(|source| ClaimError::Array { path: PathBuf::from(path), source })
}

fn open(path: &Path) -> Result<File, ClaimError> {
    open_file(path).map_err(|source| ClaimError::Unreadable { path: path.to_path_buf(), source })
}
