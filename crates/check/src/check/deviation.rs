//! What a deviation earns against each population.

use super::flow::occupation;
use crate::exact::Rational;
use crate::game::{Policy, Quadratic};

/// `constant + sum_k slope_k x_k` over the statistics of the population.
pub(super) struct Deviation {
    pub(super) constant: Rational,
    pub(super) slopes: Vec<Rational>,
}

impl Deviation {
    /// What `policy` earns; `None` when it does not fit the game.
    pub(super) fn new(game: &Quadratic, policy: &Policy) -> Option<Self> {
        let masses = occupation(&game.initial, &game.stages, policy)?;
        let slopes = game.coordinates[game.statistics..2 * game.statistics]
            .iter()
            .map(|form| form.value(&masses))
            .collect();
        Some(Deviation { constant: game.reward.value(&masses), slopes })
    }
}
