//! The family `mdp`: random games of class C0, finite-horizon decision processes of any size.

/// Most transition entries of an instance, `stages * states * actions * successors`: 12 bytes each
/// in memory, and every index fits 32 bits.
pub const MOST_ENTRIES: u64 = 1 << 30;
/// Most decisions of an instance.
pub const MOST_DECISIONS: usize = 1 << 16;

/// Sizes and seed of an instance of the family `mdp`.
///
/// ```
/// use smfg_game::generate::{MdpFamily, MdpParameters};
/// let parameters = MdpParameters { stages: 3, states: 4, actions: 2, successors: 2, decisions: 1, seed: 7 };
/// let family = MdpFamily::new(parameters)?;
/// assert_eq!(family.game().pairs(), 24);
/// # Ok::<(), smfg_game::generate::MdpError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MdpParameters {
    /// Stages.
    pub stages: usize,
    /// States, named `s0`, `s1`, ...
    pub states: usize,
    /// Actions, named `a0`, `a1`, ..., every one available everywhere.
    pub actions: usize,
    /// Successor states of each pair with positive probability.
    pub successors: usize,
    /// Decisions of the leader, named `d0`, `d1`, ...; with 1 the game has no leader section.
    pub decisions: usize,
    /// Seed.
    pub seed: u64,
}

/// Why there is no instance with given parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MdpError {
    /// A size is zero.
    #[error("the number of {parameter} is 0, expected at least 1")]
    Zero {
        /// The parameter.
        parameter: &'static str,
    },
    /// More successors than there are states or units of probability.
    #[error(
        "{successors} successors per state and action, expected at most {most}: they are distinct states, each with a multiple of 1/1024"
    )]
    Successors {
        /// The parameter.
        successors: usize,
        /// The most that these states allow.
        most: usize,
    },
    /// More decisions than [`MOST_DECISIONS`].
    #[error("{decisions} decisions, expected at most {MOST_DECISIONS}")]
    Decisions {
        /// The parameter.
        decisions: usize,
    },
    /// More transition entries than [`MOST_ENTRIES`].
    #[error(
        "stages * states * actions * successors is above {MOST_ENTRIES}, the most that an instance may have"
    )]
    TooLarge,
}

/// An instance of the family `mdp`.
///
/// All data depend on the stage. Of every pair at every stage but the last: `successors` distinct
/// states, the set uniform; probabilities `k/1024`, positive, the composition of 1024 uniform.
/// Rewards of followers and leader: `k/64`, k uniform in `-64..=64`. The initial law is dyadic and
/// positive everywhere. With `n > 1` decisions the leader has one parameter, `price`, of value
/// `i/n` at decision `i`; a second number `k/64` times `price` is added to each reward of followers
/// and leader.
///
/// The random numbers are the 32-bit words of ChaCha8 (64-bit block counter, 64-bit stream number):
/// key = the seed as 8 bytes, least significant first, then 24 zero bytes; stream number = `table *
/// 2^32 + stage`, with tables 0 initial law, 1 and 2 reward and its price coefficient, 3 and 4 the
/// leader's, 5 transitions; pairs in the order `[state][action]`. A word w gives `floor(w n /
/// 2^32)` in `0..n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdpFamily {
    parameters: MdpParameters,
}

impl MdpFamily {
    /// The instance with these parameters.
    ///
    /// # Errors
    /// [`MdpError`] names the parameter and what was expected.
    pub fn new(parameters: MdpParameters) -> Result<Self, MdpError> {
        let MdpParameters { stages, states, actions, successors, decisions, .. } = parameters;
        let sizes = [
            ("stages", stages),
            ("states", states),
            ("actions", actions),
            ("successors", successors),
            ("decisions", decisions),
        ];
        if let Some(&(parameter, _)) = sizes.iter().find(|(_, size)| *size == 0) {
            return Err(MdpError::Zero { parameter });
        }
        let most = states.min(super::data::PROBABILITY_DENOMINATOR as usize);
        if successors > most {
            return Err(MdpError::Successors { successors, most });
        }
        if decisions > MOST_DECISIONS {
            return Err(MdpError::Decisions { decisions });
        }
        let entries = [states, actions, successors]
            .iter()
            .fold(stages as u64, |product, &size| product.saturating_mul(size as u64));
        if entries > MOST_ENTRIES {
            return Err(MdpError::TooLarge);
        }
        Ok(MdpFamily { parameters })
    }

    /// The parameters.
    #[must_use]
    pub fn parameters(&self) -> &MdpParameters {
        &self.parameters
    }

    /// Name of the game: family, sizes and seed.
    #[must_use]
    pub fn name(&self) -> String {
        let MdpParameters { stages, states, actions, successors, decisions, seed } =
            self.parameters;
        format!("mdp-{stages}x{states}x{actions}-k{successors}-u{decisions}-{seed}")
    }

    /// Description of the game.
    #[must_use]
    pub(super) fn description(&self) -> String {
        let MdpParameters { successors, decisions, seed, .. } = self.parameters;
        format!(
            "Random decision process, {successors} successors per state and action, {decisions} decisions, seed {seed}."
        )
    }

    /// Whether the leader has a choice, and with it the parameter `price`.
    pub(super) fn priced(&self) -> bool {
        self.parameters.decisions > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: MdpParameters =
        MdpParameters { stages: 3, states: 4, actions: 2, successors: 2, decisions: 2, seed: 7 };

    #[test]
    fn errors_name_the_parameter() {
        let error = |parameters| MdpFamily::new(parameters).expect_err("refused");
        assert_eq!(
            error(MdpParameters { stages: 0, ..SMALL }),
            MdpError::Zero { parameter: "stages" }
        );
        assert_eq!(
            error(MdpParameters { states: 0, ..SMALL }),
            MdpError::Zero { parameter: "states" }
        );
        assert_eq!(
            error(MdpParameters { actions: 0, ..SMALL }),
            MdpError::Zero { parameter: "actions" }
        );
        assert_eq!(
            error(MdpParameters { successors: 0, ..SMALL }),
            MdpError::Zero { parameter: "successors" }
        );
        assert_eq!(
            error(MdpParameters { decisions: 0, ..SMALL }),
            MdpError::Zero { parameter: "decisions" }
        );
        assert_eq!(
            error(MdpParameters { successors: 5, ..SMALL }),
            MdpError::Successors { successors: 5, most: 4 }
        );
        let wide = MdpParameters { states: 5_000, successors: 1_025, ..SMALL };
        assert_eq!(error(wide), MdpError::Successors { successors: 1_025, most: 1_024 });
        assert_eq!(
            error(MdpParameters { decisions: 65_537, ..SMALL }),
            MdpError::Decisions { decisions: 65_537 }
        );
        assert_eq!(error(MdpParameters { states: 1 << 28, ..SMALL }), MdpError::TooLarge);
        assert_eq!(
            error(MdpParameters { stages: usize::MAX, states: usize::MAX, ..SMALL }),
            MdpError::TooLarge
        );
    }

    #[test]
    fn limits_are_allowed() {
        for parameters in [
            SMALL,
            MdpParameters {
                stages: 1,
                states: 1,
                actions: 1,
                successors: 1,
                decisions: 1,
                seed: u64::MAX,
            },
            MdpParameters { states: 2_000, successors: 1_024, ..SMALL },
            MdpParameters { decisions: 65_536, ..SMALL },
            MdpParameters {
                stages: 10,
                states: 200_000,
                actions: 5,
                successors: 5,
                decisions: 1,
                seed: 0,
            },
        ] {
            let family = MdpFamily::new(parameters).expect("an instance");
            assert_eq!(*family.parameters(), parameters);
        }
    }

    #[test]
    fn names_tell_instances_apart() {
        let family = MdpFamily::new(SMALL).expect("an instance");
        assert_eq!(family.name(), "mdp-3x4x2-k2-u2-7");
    }
}
