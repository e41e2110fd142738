//! Radii of the errors of a model.

use crate::exact::{NumberError, Rational, parse_rational};

/// Radii of the errors, at every stage alike, over all pairs (s, a), decisions and populations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Radii {
    /// `|r - r'|` of the followers' reward.
    pub reward: Rational,
    /// `sum over s' of |P - P'|`.
    pub transition: Rational,
    /// `|g - g'|` of the leader's reward per unit of mass, together with what her payoff adds at
    /// the stage.
    pub leader: Rational,
}

/// Why a text states no radii.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RadiiError {
    /// A word that is none of the three.
    #[error("found `{found}`, expected reward=D, transition=D, leader=D, separated by commas")]
    Word {
        /// The word.
        found: String,
    },
    /// The same radius twice.
    #[error("found {name} twice")]
    Twice {
        /// Its name.
        name: &'static str,
    },
    /// No number.
    #[error("{name}: {source}")]
    Number {
        /// Name of the radius.
        name: &'static str,
        /// What is wrong.
        source: NumberError,
    },
    /// A negative number.
    #[error("{name}: found {value}, expected a number at least 0")]
    Negative {
        /// Name of the radius.
        name: &'static str,
        /// The number.
        value: Rational,
    },
}

impl Radii {
    /// No error at all.
    #[must_use]
    pub fn zero() -> Self {
        Radii { reward: Rational::ZERO, transition: Rational::ZERO, leader: Rational::ZERO }
    }

    /// `reward=1/100,transition=0.01,leader=0`; what is not named is 0.
    ///
    /// # Errors
    /// [`RadiiError`] says which word is wrong.
    pub fn parse(text: &str) -> Result<Self, RadiiError> {
        let (mut radii, mut seen) = (Radii::zero(), Vec::new());
        for word in text.split(',') {
            let unknown = || RadiiError::Word { found: word.chars().take(40).collect() };
            let (name, value) = word.split_once('=').ok_or_else(unknown)?;
            let (name, slot) = match name.trim() {
                "reward" => ("reward", &mut radii.reward),
                "transition" => ("transition", &mut radii.transition),
                "leader" => ("leader", &mut radii.leader),
                _ => return Err(unknown()),
            };
            if seen.contains(&name) {
                return Err(RadiiError::Twice { name });
            }
            seen.push(name);
            *slot = parse_rational(value).map_err(|source| RadiiError::Number { name, source })?;
            if *slot < Rational::ZERO {
                return Err(RadiiError::Negative { name, value: slot.clone() });
            }
        }
        Ok(radii)
    }

    /// All radii multiplied by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: &Rational) -> Self {
        Radii {
            reward: &self.reward * factor,
            transition: &self.transition * factor,
            leader: &self.leader * factor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn words() {
        let radii = Radii::parse("leader=0.5, reward=1/100").expect("radii");
        assert_eq!(
            radii,
            Radii { reward: ratio(1, 100), transition: ratio(0, 1), leader: ratio(1, 2) }
        );
        for (text, message) in [
            ("", "found ``"),
            ("reward", "found `reward`"),
            ("rewards=1", "found `rewards=1`"),
            ("reward=1,reward=2", "reward twice"),
            ("transition=-1", "transition: found -1"),
            ("leader=x", "leader: found `x`"),
        ] {
            let error = Radii::parse(text).expect_err(text).to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
