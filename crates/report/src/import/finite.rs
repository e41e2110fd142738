//! Finite games in normal form as mean-field games.
//!
//! The `k` players are `k` states of mass `1/k`, in which followers stay: one stage, no transition.
//! A mixed strategy `x_i` is then `x_i(a) = k mu[i, a]`, and the payoff of player `i` from action
//! `a` is a polynomial of degree `k - 1` in the population,
//!
//! ```text
//! r(i, a; mu) = sum over profiles b with b_i = a of
//!                   payoff_i(b) k^(k-1) product over j != i of mu[j, b_j].
//! ```
//!
//! What a follower of state `i` can gain is the regret of player `i`, so that exploitability, an
//! average over the population, is the mean of the players' regrets.

use crate::exact::{Rational, format_rational};
use crate::game::expression::{LONGEST_FORMULA, MOST_DEGREE, spelled};
use crate::game::{Game, GameErrors};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Most profiles of pure strategies: a polynomial of a game has at most as many terms.
pub const MOST_PROFILES: usize = 20_000;
/// Most players: the payoff of one is a polynomial of degree one less.
pub const MOST_PLAYERS: usize = MOST_DEGREE as usize + 1;
/// Most characters of the name of a player or a strategy: names of formulas are made of two.
const LONGEST_NAME: usize = 90;

/// A player and her pure strategies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// Her name.
    pub name: String,
    /// Names of her strategies, at least one, all different.
    pub strategies: Vec<String>,
}

/// A finite game in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiniteGame {
    title: String,
    players: Vec<Player>,
    /// `[profile][player]`; the strategy of the first player changes fastest.
    payoffs: Vec<Vec<Rational>>,
}

/// Why there is no such game, or none that can be written.
#[derive(Debug, thiserror::Error)]
pub enum FiniteGameError {
    /// Nobody plays.
    #[error("found no players, expected at least one")]
    NoPlayers,
    /// A player cannot play.
    #[error("player {player}: found no strategies, expected at least one")]
    NoStrategies {
        /// Name of the player.
        player: String,
    },
    /// Two of one name.
    #[error("{what} {name:?} is there twice, expected different names")]
    Twice {
        /// `player`, or `strategy` with the name of its player.
        what: String,
        /// The name.
        name: String,
    },
    /// A name that formulas cannot spell.
    #[error(
        "{what} {name:?}: expected a name of 1 to {LONGEST_NAME} characters, without control \
         characters and with one kind of quotation marks at most"
    )]
    Name {
        /// `player`, or `strategy` with the name of its player.
        what: String,
        /// The name, shortened.
        name: String,
    },
    /// More than a game file can say.
    #[error("found more than {MOST_PROFILES} profiles of pure strategies, the most that are read")]
    TooLarge,
    /// More than polynomials have degrees.
    #[error("found more than {MOST_PLAYERS} players, the most that are read")]
    TooManyPlayers,
    /// A payoff that takes more than a formula may.
    #[error(
        "the payoff of {player} from {strategy} is a formula of more than {LONGEST_FORMULA} \
         characters, the most that are read"
    )]
    LongFormula {
        /// Name of the player.
        player: String,
        /// Name of the strategy.
        strategy: String,
    },
    /// Payoffs that do not match the strategies.
    #[error("found payoffs of {found} profiles, expected {expected}")]
    Profiles {
        /// Rows given.
        found: usize,
        /// The product of the numbers of strategies.
        expected: usize,
    },
    /// Payoffs that do not match the players.
    #[error("profile {profile}: found {found} payoffs, expected {expected}, one per player")]
    Payoffs {
        /// Position of the profile, from 0.
        profile: usize,
        /// Payoffs given.
        found: usize,
        /// Number of players.
        expected: usize,
    },
    /// The game file is refused.
    #[error("the game file of this game is refused: {0}")]
    File(#[from] GameErrors),
}

impl FiniteGame {
    /// A game from its payoffs `[profile][player]`, in the order in which the strategy of the first
    /// player changes fastest.
    ///
    /// # Errors
    /// When names or sizes do not fit.
    pub fn new(
        title: impl Into<String>,
        players: Vec<Player>,
        payoffs: Vec<Vec<Rational>>,
    ) -> Result<Self, FiniteGameError> {
        if players.is_empty() {
            return Err(FiniteGameError::NoPlayers);
        }
        names("player", players.iter().map(|player| &player.name))?;
        for Player { name, strategies } in &players {
            if strategies.is_empty() {
                return Err(FiniteGameError::NoStrategies { player: name.clone() });
            }
            names(&format!("player {name}: strategy"), strategies.iter())?;
        }
        let expected = profiles(players.iter().map(|player| player.strategies.len()))?;
        if payoffs.len() != expected {
            return Err(FiniteGameError::Profiles { found: payoffs.len(), expected });
        }
        let wrong = payoffs.iter().position(|row| row.len() != players.len());
        if let Some(profile) = wrong {
            let (found, expected) = (payoffs[profile].len(), players.len());
            return Err(FiniteGameError::Payoffs { profile, found, expected });
        }
        Ok(FiniteGame { title: title.into(), players, payoffs })
    }

    /// The game file as JSON, which is known to be read as a game.
    ///
    /// The leader earns the sum of the players' payoffs; the definitions `"payoff of NAME"` are
    /// there for other questions.
    ///
    /// # Errors
    /// When the formulas are too long for a game file.
    pub fn to_json(&self) -> Result<String, FiniteGameError> {
        let text = format!("{:#}\n", self.document()?);
        Game::parse_json(&text)?;
        Ok(text)
    }

    fn document(&self) -> Result<Value, FiniteGameError> {
        let mut actions: Vec<&str> = Vec::new();
        let mut known = BTreeSet::new();
        for strategy in self.players.iter().flat_map(|player| &player.strategies) {
            if known.insert(strategy) {
                actions.push(strategy);
            }
        }
        let states: Vec<&str> = self.players.iter().map(|player| player.name.as_str()).collect();
        let mass = format_rational(&(Rational::ONE / Rational::from(states.len())));
        let initial: Map<String, Value> =
            states.iter().map(|name| (name.to_string(), json!(mass))).collect();
        let (mut available, mut define) = (Vec::new(), Map::new());
        let (mut reward, mut earned) = (Vec::new(), Vec::new());
        for (i, Player { name, strategies }) in self.players.iter().enumerate() {
            if strategies.len() < actions.len() {
                available.push(json!({"state": name, "actions": strategies}));
            }
            let mut terms = Vec::new();
            for (index, strategy) in strategies.iter().enumerate() {
                let utility = format!("{name} from {strategy}");
                define.insert(utility.clone(), json!(self.utility(i, index)?));
                let utility = spelled(&utility);
                let place =
                    |value: String| json!({"state": name, "action": strategy, "value": value});
                reward.push(place(utility.clone()));
                earned.push(place(format!("{} * {utility}", states.len())));
                terms.push(format!("{} * {utility}", self.mass(i, index)));
            }
            let payoff = format!("{} * ({})", states.len(), terms.join(" + "));
            define.insert(format!("payoff of {name}"), json!(payoff));
        }
        let mut document = json!({
            "format": "smfg-game/1",
            "name": if self.title.is_empty() { "finite game" } else { &self.title },
            "description": "A finite game in normal form: one state per player. Exploitability is \
                            the mean of the players' regrets; the leader earns the sum of their \
                            payoffs.",
            "stages": 1,
            "states": states,
            "actions": actions,
            "initial": initial,
            "define": define,
            "available": available,
            "reward": reward,
            "leader": {"reward": earned},
        });
        if available.is_empty()
            && let Some(keys) = document.as_object_mut()
        {
            keys.shift_remove("available");
        }
        Ok(document)
    }

    /// What player `i` earns from her strategy `a`, as a formula of the population.
    ///
    /// # Errors
    /// [`FiniteGameError::LongFormula`], as soon as it is too long.
    fn utility(&self, i: usize, a: usize) -> Result<String, FiniteGameError> {
        let count = self.players.len();
        let scale = (1..count).fold(Rational::ONE, |scale, _| scale * Rational::from(count));
        let mut formula = String::new();
        let mut profile = vec![0; count];
        for payoffs in &self.payoffs {
            if profile[i] == a && !payoffs[i].is_zero() {
                let coefficient = &payoffs[i] * &scale;
                let negative = coefficient < Rational::ZERO;
                let size = if negative { -coefficient } else { coefficient };
                formula += match (formula.is_empty(), negative) {
                    (true, false) => "",
                    (true, true) => "-",
                    (false, false) => " + ",
                    (false, true) => " - ",
                };
                formula += &format_rational(&size);
                for j in (0..count).filter(|&j| j != i) {
                    formula += &format!(" * {}", self.mass(j, profile[j]));
                }
            }
            if formula.len() > LONGEST_FORMULA {
                let Player { name, strategies } = &self.players[i];
                let (player, strategy) = (name.clone(), strategies[a].clone());
                return Err(FiniteGameError::LongFormula { player, strategy });
            }
            self.advance(&mut profile);
        }
        Ok(if formula.is_empty() { "0".into() } else { formula })
    }

    /// The mass of the followers in the state of player `i` that play her strategy `a`.
    fn mass(&self, i: usize, a: usize) -> String {
        let Player { name, strategies } = &self.players[i];
        format!("mu[{}, {}]@0", spelled(name), spelled(&strategies[a]))
    }

    /// The next profile, the first player's strategy changing fastest.
    fn advance(&self, profile: &mut [usize]) {
        for (strategy, player) in profile.iter_mut().zip(&self.players) {
            *strategy += 1;
            if *strategy < player.strategies.len() {
                return;
            }
            *strategy = 0;
        }
    }
}

/// The number of profiles of players with so many strategies.
///
/// # Errors
/// When there are too many of either.
pub(super) fn profiles(strategies: impl Iterator<Item = usize>) -> Result<usize, FiniteGameError> {
    let mut count = 1usize;
    for (player, strategies) in strategies.enumerate() {
        if player == MOST_PLAYERS {
            return Err(FiniteGameError::TooManyPlayers);
        }
        count = count
            .checked_mul(strategies)
            .filter(|count| *count <= MOST_PROFILES)
            .ok_or(FiniteGameError::TooLarge)?;
    }
    Ok(count)
}

fn names<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Result<(), FiniteGameError> {
    let mut known = BTreeSet::new();
    for name in names {
        let length = name.chars().count();
        let quotable = !(name.contains('"') && name.contains('\''));
        if length == 0 || length > LONGEST_NAME || name.contains(char::is_control) || !quotable {
            let name = name.chars().take(LONGEST_NAME).collect();
            return Err(FiniteGameError::Name { what: what.into(), name });
        }
        if !known.insert(name) {
            return Err(FiniteGameError::Twice { what: what.into(), name: name.clone() });
        }
    }
    Ok(())
}
