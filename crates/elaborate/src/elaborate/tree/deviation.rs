//! What a deviating policy earns against each population.

use super::line::Line;
use crate::check::flow::occupation;
use crate::exact::{Rational, Scaled};
use crate::game::{Policy, Quadratic};

/// A policy of a follower.
pub(super) struct Deviation {
    /// Its flow, which is a flow of multipliers of Bellman rows.
    pub(super) masses: Vec<Scaled>,
    /// `V(x)`, an affine function of the statistics.
    pub(super) earned: Line,
}

impl Deviation {
    /// `None` when the policy does not fit the game.
    pub(super) fn new(game: &Quadratic, policy: &Policy) -> Option<Self> {
        let masses = occupation(&game.initial, &game.stages, policy)?;
        let mut earned = Line::zero(game.coordinates.len());
        earned.constant = game.reward.value(&masses);
        for k in 0..game.statistics {
            earned.coefficients[k] = game.coordinates[game.statistics + k].value(&masses);
        }
        Some(Deviation { masses, earned })
    }

    /// `sum factor * masses` over some deviations, by stage.
    pub(super) fn mixed(parts: &[(Rational, &Deviation)]) -> Vec<Scaled> {
        let stages = parts.first().map_or(0, |(_, deviation)| deviation.masses.len());
        let of_stage = |t: usize| {
            let len = parts.first().map_or(0, |(_, deviation)| deviation.masses[t].len());
            let mut sum = vec![Rational::ZERO; len];
            for (factor, deviation) in parts {
                let masses = &deviation.masses[t];
                for (entry, sum) in sum.iter_mut().enumerate() {
                    if !masses.numerators().is_zero_at(entry) {
                        *sum += factor * masses.get(entry);
                    }
                }
            }
            Scaled::from_rationals(&sum)
        };
        (0..stages).map(of_stage).collect()
    }
}
