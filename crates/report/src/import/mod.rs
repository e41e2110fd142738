//! Games of other formats as game files.
//!
//! A finite game in normal form is a mean-field game with one state per player (docs/finite.md):
//! [`FiniteGame`] writes its game file, [`read_nfg`] reads the normal-form format of Gambit.

mod finite;
mod nfg;

pub use finite::{FiniteGame, FiniteGameError, MOST_PLAYERS, MOST_PROFILES, Player};
pub use nfg::{LARGEST_NFG, NfgError, NfgErrorKind, read_nfg};
