//! What kind of interaction an affine reward is, decided exactly (docs/theory.md, statement (8)).
//!
//! With `r(d)'d = r0'd + q(d)`, `q = sum_k x_k g_k`, exploitability is a maximum of affine
//! functions minus an affine function and `q`. On the tangent space of the flows, the differences
//! of flows, two things decide: the signs of `q`, and whether the bilinear form `b(d, d') = sum_k
//! x_k(d) g_k(d')`, what a reaction to `d` changes in the reward of `d'`, is symmetric.

use super::dependence::affine_hull;
use super::inertia::inertia;
use crate::exact::{Rational, ratio};
use crate::game::{Columns, Instance, Polynomial, Quadratic};
use std::fmt;

/// Kinds of interaction, the most benign first; a game is of the first that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interaction {
    /// `q` vanishes on the tangent space: exploitability is convex and piecewise linear.
    Linear,
    /// `q` is concave there (Lasry and Lions): exploitability is convex.
    Monotone,
    /// `b` is symmetric there: the followers' rewards are the gradient of a potential.
    Potential,
    /// None of these.
    General,
}

impl fmt::Display for Interaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Interaction::Linear => "linear",
            Interaction::Monotone => "monotone",
            Interaction::Potential => "potential",
            Interaction::General => "general",
        })
    }
}

/// The interaction of a game of class C0 or C1 at one decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Structure {
    /// Its kind.
    pub kind: Interaction,
    /// Number of directions in which exploitability is not convex: positive squares of `q` on the
    /// tangent space.
    pub nonconvex: usize,
    /// Whether there is a potential.
    pub symmetric: bool,
}

impl Structure {
    /// Why the kind is what it is, in a sentence.
    #[must_use]
    pub fn reason(&self) -> String {
        let potential = if self.symmetric { "; they also have a potential" } else { "" };
        let directions = match self.nonconvex {
            1 => "one direction".to_string(),
            many => format!("{many} directions"),
        };
        match self.kind {
            Interaction::Linear => {
                "what all followers earn together is affine in the population: exploitability is convex, piecewise linear".into()
            }
            Interaction::Monotone => {
                format!(
                    "what followers earn by a change decreases as others make it (Lasry-Lions), so that exploitability is convex{potential}"
                )
            }
            Interaction::Potential => format!("the followers' rewards have a potential; exploitability is not convex in {directions}"),
            Interaction::General => format!("the followers' rewards have no potential; exploitability is not convex in {directions}"),
        }
    }
}

/// The interaction between followers in `instance`; at most `most_statistics` statistics are gone
/// into.
///
/// `None` when rewards are not affine, transitions not fixed, there are too many statistics, or
/// `keep_going` answers no.
#[must_use]
pub fn structure(
    instance: &Instance,
    most_statistics: usize,
    keep_going: &dyn Fn() -> bool,
) -> Option<Structure> {
    let game = Quadratic::new(&without_leader(instance)).ok()?;
    let count = game.statistics;
    if count > most_statistics {
        return None;
    }
    let tangents = affine_hull(&game, &[], keep_going)?.tangents;
    // b(v, w) for tangent vectors v, w in the coordinates x_0.., g_0..
    let product = |v: &[Rational], w: &[Rational]| {
        (0..count).fold(Rational::ZERO, |sum, k| sum + &v[k] * &w[count + k])
    };
    let bilinear: Vec<Vec<Rational>> =
        tangents.iter().map(|v| tangents.iter().map(|w| product(v, w)).collect()).collect();
    let symmetric = (0..tangents.len()).all(|i| (0..i).all(|j| bilinear[i][j] == bilinear[j][i]));
    let half = ratio(1, 2);
    let form = (0..tangents.len())
        .map(|i| (0..tangents.len()).map(|j| (&bilinear[i][j] + &bilinear[j][i]) * &half).collect())
        .collect();
    let (nonconvex, concave) = inertia(form);
    let kind = match (nonconvex, concave) {
        (0, 0) => Interaction::Linear,
        (0, _) => Interaction::Monotone,
        _ if symmetric => Interaction::Potential,
        _ => Interaction::General,
    };
    Some(Structure { kind, nonconvex, symmetric })
}

/// The game of a leader who earns nothing: what she sees of the population does not matter to the
/// followers.
fn without_leader(instance: &Instance) -> Instance {
    let mut own = instance.clone();
    own.payoff = Polynomial::zero();
    for stage in &mut own.stages {
        stage.leader_reward = Columns::new(stage.pairs.len(), Vec::new());
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Game;

    /// One stage, one state, actions `a0, a1, ..`; rewards per action.
    fn structure_of(rewards: &[&str]) -> Option<Structure> {
        let actions: Vec<String> = (0..rewards.len()).map(|i| format!("\"a{i}\"")).collect();
        let mut text = format!(
            "format = \"smfg-game/1\"\nname = \"t\"\nstages = 1\nstates = [\"one\"]\nactions = [{}]\ninitial = {{ one = 1 }}\n",
            actions.join(", ")
        );
        for (i, reward) in rewards.iter().enumerate() {
            text += &format!("[[reward]]\naction = \"a{i}\"\nvalue = \"{reward}\"\n");
        }
        let game = Game::parse_toml(&text).expect("a game");
        structure(&game.at(&[]), 10, &|| true)
    }

    fn found(kind: Interaction, nonconvex: usize, symmetric: bool) -> Option<Structure> {
        Some(Structure { kind, nonconvex, symmetric })
    }

    #[test]
    fn one_road_with_a_cost_is_monotone() {
        // q = -x^2 on the segment x in [0, 1].
        assert_eq!(structure_of(&["-1", "-mu[one, a1]"]), found(Interaction::Monotone, 0, true));
    }

    #[test]
    fn skew_rewards_are_linear() {
        // Rock, paper, scissors with payoffs 1 and -1: A' = -A, so x'Ax = 0; b is not symmetric.
        let (a, b, c) = ("mu[one, a0]", "mu[one, a1]", "mu[one, a2]");
        let rewards = [format!("{c} - {b}"), format!("{a} - {c}"), format!("{b} - {a}")];
        let rewards: Vec<&str> = rewards.iter().map(String::as_str).collect();
        assert_eq!(structure_of(&rewards), found(Interaction::Linear, 0, false));
    }

    #[test]
    fn a_common_term_is_no_interaction() {
        // Every action is changed by the same amount: g is constant on flows.
        assert_eq!(
            structure_of(&["3*mu[one, a1]", "1 + 3*mu[one, a1]"]),
            found(Interaction::Linear, 0, true)
        );
    }

    #[test]
    fn company_that_pays_has_a_potential() {
        // q = x0^2 + x1^2 + x2^2 on a triangle: two directions.
        assert_eq!(
            structure_of(&["mu[one, a0]", "mu[one, a1]", "mu[one, a2]"]),
            found(Interaction::Potential, 2, true)
        );
        // x0^2 - 4 x1^2 with x2 = 1 - x0 - x1 free of reward: one direction each way.
        assert_eq!(
            structure_of(&["mu[one, a0]", "-4*mu[one, a1]", "0"]),
            found(Interaction::Potential, 1, true)
        );
    }

    #[test]
    fn rock_paper_scissors_with_a_prize() {
        // Winning pays 2, losing costs 1: x'Ax = x0 x1 + x1 x2 + x2 x0 = (1 - |x|^2) / 2, concave
        // on the triangle.
        let (a, b, c) = ("mu[one, a0]", "mu[one, a1]", "mu[one, a2]");
        let words = |win: i64, loss: i64| {
            [
                format!("{win}*{c} - {loss}*{b}"),
                format!("{win}*{a} - {loss}*{c}"),
                format!("{win}*{b} - {loss}*{a}"),
            ]
        };
        let prize = words(2, 1);
        assert_eq!(
            structure_of(&prize.each_ref().map(String::as_str)),
            found(Interaction::Monotone, 0, false)
        );
        // Losing costs more: (|x|^2 - 1) / 2, convex in both directions, and no potential.
        let fine = words(1, 2);
        assert_eq!(
            structure_of(&fine.each_ref().map(String::as_str)),
            found(Interaction::General, 2, false)
        );
    }

    #[test]
    fn other_classes_and_many_statistics_are_left_out() {
        assert_eq!(structure_of(&["mu[one, a0]^2", "0"]), None);
        let game = Game::parse_toml(
            "format = \"smfg-game/1\"\nname = \"t\"\nstages = 1\nstates = [\"one\"]\nactions = [\"a\", \"b\"]\ninitial = { one = 1 }\n[[reward]]\naction = \"a\"\nvalue = \"mu[one, a]\"\n",
        )
        .expect("a game");
        assert_eq!(structure(&game.at(&[]), 0, &|| true), None);
        assert_eq!(structure(&game.at(&[]), 1, &|| false), None);
    }
}
