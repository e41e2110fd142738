//! Claims about several populations: an array per population, numbers per population.

use super::error::ClaimError;
use super::place::Shape;
use super::statement::{PlayKind, Quantity};
use crate::exact::Rational;
use crate::game::Game;
use crate::game::expression::Subpopulation;
use ndarray::{Array3, ArrayD, s};

/// The population called `name`, with its position.
pub(super) fn population<'g>(
    game: &'g Game,
    key: &'static str,
    name: &str,
) -> Result<(usize, &'g Subpopulation), ClaimError> {
    let populations = &game.vocabulary.populations;
    populations.iter().enumerate().find(|(_, own)| own.name == name).ok_or_else(|| {
        let names: Vec<&str> = populations.iter().map(|own| own.name.as_str()).collect();
        let expected = if names.is_empty() {
            "a claim about everybody: the game has no [[population]]".into()
        } else {
            format!("one of {}", names.join(", "))
        };
        ClaimError::Population { key, name: name.into(), expected }
    })
}

/// Claimed exploitabilities by the positions of populations.
pub(super) fn regrets(
    game: &Game,
    given: Vec<(String, Rational)>,
) -> Result<Vec<(usize, Rational)>, ClaimError> {
    let key = Quantity::Exploitability.key();
    let of_one = |(name, regret): (String, Rational)| Ok((population(game, key, &name)?.0, regret));
    let mut regrets: Vec<(usize, Rational)> =
        given.into_iter().map(of_one).collect::<Result<_, ClaimError>>()?;
    regrets.sort_by_key(|(position, _)| *position);
    Ok(regrets)
}

/// One array `[stage][state][action]` of all populations from one of each; actions of other
/// populations have 0.
pub(super) fn joined(
    game: &Game,
    kind: PlayKind,
    parts: Vec<(String, ArrayD<Rational>)>,
) -> Result<ArrayD<Rational>, ClaimError> {
    let key = kind.key();
    for (name, _) in &parts {
        population(game, key, name)?;
    }
    let stages = parts.first().map_or(0, |(_, part)| part.shape().first().copied().unwrap_or(0));
    let mut fitting = Vec::with_capacity(parts.len());
    for own in &game.vocabulary.populations {
        let part = parts.iter().find(|(name, _)| *name == own.name);
        let Some((name, part)) = part else {
            return Err(ClaimError::PopulationMissing { key, name: own.name.clone() });
        };
        // One stage more may be dropped later.
        let fits = part.shape() == [stages, own.states.len(), own.actions.len()]
            && stages <= game.stages.len() + 1;
        if !fits {
            return Err(ClaimError::PopulationShape {
                key,
                name: name.clone(),
                found: Shape(part.shape().to_vec()),
                expected: Shape(vec![game.stages.len(), own.states.len(), own.actions.len()]),
            });
        }
        fitting.push((own, part));
    }
    let axes = (stages, game.states.len(), game.actions.len());
    let mut play = Array3::from_elem(axes, Rational::ZERO);
    for (own, part) in fitting {
        play.slice_mut(s![.., own.states.clone(), own.actions.clone()]).assign(part);
    }
    Ok(play.into_dyn())
}
