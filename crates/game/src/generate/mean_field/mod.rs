//! The family `mean-field`: random games of the classes C1 and C3.

mod data;
mod json;

use super::mdp::{MdpError, MdpFamily, MdpParameters};
use crate::game::{Game, GameErrors};
use std::fmt;

/// Most aggregates of an instance.
pub const MOST_AGGREGATES: usize = 64;

/// How the followers of an instance react to their population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interaction {
    /// Playing with the crowd costs: rewards fall with the aggregates to which a pair belongs.
    /// Class C1, monotone.
    Monotone,
    /// Playing with the crowd pays: rewards rise with them. Class C1.
    Crowd,
    /// Every reward depends on about half of the aggregates, with either sign. Class C1.
    General,
    /// Rewards as in `General`, and transitions that depend on aggregates of this stage and earlier
    /// ones. Class C3.
    Dynamics,
}

impl Interaction {
    /// The word for it on the command line and in names of games.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Interaction::Monotone => "monotone",
            Interaction::Crowd => "crowd",
            Interaction::General => "general",
            Interaction::Dynamics => "dynamics",
        }
    }
}

impl fmt::Display for Interaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Sizes and seed of an instance of the family `mean-field`.
///
/// ```
/// use smfg_game::game::{Class, classify};
/// use smfg_game::generate::{Interaction, MdpParameters, MeanFieldFamily, MeanFieldParameters};
/// let base = MdpParameters { stages: 3, states: 4, actions: 2, successors: 2, decisions: 2, seed: 7 };
/// let family = MeanFieldFamily::new(MeanFieldParameters { base, interaction: Interaction::Crowd, aggregates: 2 })?;
/// assert_eq!(classify(&family.game()?).class, Class::C1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MeanFieldParameters {
    /// Sizes and seed of the decision process underneath; at least 2 actions.
    pub base: MdpParameters,
    /// How the followers react to their population.
    pub interaction: Interaction,
    /// Aggregates, `m0`, `m1`, ...; at least 1.
    pub aggregates: usize,
}

/// Why there is no instance with given parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeanFieldError {
    /// The decision process underneath does not exist.
    #[error(transparent)]
    Base(#[from] MdpError),
    /// No aggregates, or too many.
    #[error("{aggregates} aggregates, expected 1 to {MOST_AGGREGATES}")]
    Aggregates {
        /// The parameter.
        aggregates: usize,
    },
    /// One action: nothing to choose.
    #[error(
        "{actions} action, expected at least 2: an aggregate counts followers by what they choose"
    )]
    Actions {
        /// The parameter.
        actions: usize,
    },
    /// Transitions that cannot depend on anything.
    #[error(
        "the interaction `dynamics` has transitions between states: expected at least 2 stages and 2 states"
    )]
    NoTransitions,
}

/// An instance of the family `mean-field`.
///
/// Initial law, transitions, rewards, prices and the leader's side are those of [`MdpFamily`] with
/// the same sizes and seed. Added to it are K aggregates
///
/// ```text
/// m_k = 1/L sum over stages t in a window of length L, states s in S_k, actions a in A_k of d_t(s,a),     between 0 and 1,
/// ```
///
/// L a power of two up to 8, window and sets uniform, half of the states and half of the actions
/// (at least one); and
///
/// * `monotone`, `crowd`: `-c_k m_k`, or `+c_k m_k`, in the rewards of the pairs of `S_k` and `A_k`
///   in the window, `c_k` in 1/8, ..., 8/8. The followers' total reward contains `-L c_k m_k^2`, or
///   plus;
/// * `general`: `c m_k` in every reward for every k, where c is 0 in half of the cases and else
///   uniform among `k/8`, k in `-8..=8` without 0;
/// * `dynamics`: the same; windows end before the last stage; and for every pair at a stage where a
///   window has ended (that stage included), one of these aggregates, one successor of probability
///   `p/1024` and another state: the share `c/1024 m_k`, c in `1..=p`, goes to the state instead.
///
/// Small games may have aggregates that coincide. Random numbers as for [`MdpFamily`], with tables
/// 6 windows, sets and `c_k`, by k in place of the stage; 7 transitions, four words per pair; `16 +
/// k` rewards, one word per pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeanFieldFamily {
    parameters: MeanFieldParameters,
    base: MdpFamily,
}

impl MeanFieldFamily {
    /// The instance with these parameters.
    ///
    /// # Errors
    /// [`MeanFieldError`] names the parameter and what was expected.
    pub fn new(parameters: MeanFieldParameters) -> Result<Self, MeanFieldError> {
        let MeanFieldParameters { base, interaction, aggregates } = parameters;
        let family = MdpFamily::new(base)?;
        if aggregates == 0 || aggregates > MOST_AGGREGATES {
            return Err(MeanFieldError::Aggregates { aggregates });
        }
        if base.actions < 2 {
            return Err(MeanFieldError::Actions { actions: base.actions });
        }
        if interaction == Interaction::Dynamics && (base.stages < 2 || base.states < 2) {
            return Err(MeanFieldError::NoTransitions);
        }
        Ok(MeanFieldFamily { parameters, base: family })
    }

    /// The parameters.
    #[must_use]
    pub fn parameters(&self) -> &MeanFieldParameters {
        &self.parameters
    }

    /// Name of the game: interaction, sizes and seed.
    #[must_use]
    pub fn name(&self) -> String {
        let MeanFieldParameters { base, interaction, aggregates } = self.parameters;
        let MdpParameters { stages, states, actions, successors, decisions, seed } = base;
        format!(
            "{interaction}-{stages}x{states}x{actions}-K{aggregates}-k{successors}-u{decisions}-{seed}"
        )
    }

    fn description(&self) -> String {
        let MeanFieldParameters { base, interaction, aggregates } = self.parameters;
        let MdpParameters { successors, decisions, seed, .. } = base;
        format!(
            "Random mean-field game, interaction {interaction}, {aggregates} aggregates, \
             {successors} successors per state and action, {decisions} decisions, seed {seed}."
        )
    }

    /// The game, by way of its file.
    ///
    /// # Errors
    /// Those of the reader, for instances beyond the limits of game files (docs/model.md).
    pub fn game(&self) -> Result<Game, GameErrors> {
        let mut text = Vec::new();
        // Memory takes everything, and what is written is ASCII.
        let _ = self.write_json(&mut text);
        Game::parse_json(&String::from_utf8_lossy(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: MeanFieldParameters = MeanFieldParameters {
        base: MdpParameters {
            stages: 3,
            states: 4,
            actions: 2,
            successors: 2,
            decisions: 2,
            seed: 7,
        },
        interaction: Interaction::Dynamics,
        aggregates: 2,
    };

    #[test]
    fn errors_name_the_parameter() {
        let error = |parameters| MeanFieldFamily::new(parameters).expect_err("refused");
        let with = |change: fn(&mut MdpParameters)| {
            let mut parameters = SMALL;
            change(&mut parameters.base);
            parameters
        };
        assert_eq!(
            error(with(|base| base.states = 0)),
            MeanFieldError::Base(MdpError::Zero { parameter: "states" })
        );
        assert_eq!(error(with(|base| base.actions = 1)), MeanFieldError::Actions { actions: 1 });
        assert_eq!(error(with(|base| base.stages = 1)), MeanFieldError::NoTransitions);
        let lonely = with(|base| (base.states, base.successors) = (1, 1));
        assert_eq!(error(lonely), MeanFieldError::NoTransitions);
        assert!(
            MeanFieldFamily::new(MeanFieldParameters {
                interaction: Interaction::General,
                ..lonely
            })
            .is_ok()
        );
        assert_eq!(
            error(MeanFieldParameters { aggregates: 0, ..SMALL }),
            MeanFieldError::Aggregates { aggregates: 0 }
        );
        assert_eq!(
            error(MeanFieldParameters { aggregates: 65, ..SMALL }),
            MeanFieldError::Aggregates { aggregates: 65 }
        );
    }

    #[test]
    fn names_tell_instances_apart() {
        assert_eq!(
            MeanFieldFamily::new(SMALL).expect("an instance").name(),
            "dynamics-3x4x2-K2-k2-u2-7"
        );
    }
}
