//! Values of games of class C0 with a linear leader, by enumeration; tests/values/brute_force.rs says
//! why it is complete.

use crate::enumeration::Outcomes;
use crate::tiny::Tiny;
use smfg::certificate::Selection;
use smfg::exact::Rational;

impl Outcomes {
    /// The largest exploitability of a deterministic policy, and so of any.
    pub fn greatest_exploitability(&self) -> Rational {
        &self.follower_value
            - self.points.iter().map(|point| &point.0).min().expect("a policy exists")
    }

    /// Least (greatest) leader's reward over deterministic policies and mixtures of two with
    /// exploitability at most `epsilon`.
    ///
    /// A policy that another one matches in both coordinates is left out: in a mixture the other
    /// one serves as well.
    pub fn value(&self, epsilon: &Rational, selection: Selection) -> Rational {
        let sigma =
            if selection == Selection::Pessimistic { Rational::ONE } else { Rational::NEG_ONE };
        let required = &self.follower_value - epsilon;
        let mut points: Vec<(Rational, Rational)> =
            self.points.iter().map(|(r, c)| (r.clone(), &sigma * c)).collect();
        points.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut undominated: Vec<(Rational, Rational)> = Vec::new();
        for point in points {
            if undominated.last().is_none_or(|last| point.1 < last.1) {
                undominated.push(point);
            }
        }
        let mut best: Option<Rational> = None;
        let mut offer = |value: Rational| {
            best = Some(best.take().map_or(value.clone(), |known| known.min(value)))
        };
        for (high, cost) in undominated.iter().filter(|point| point.0 >= required) {
            offer(cost.clone());
            for (low, low_cost) in undominated.iter().filter(|point| point.0 < required) {
                let share = (&required - low) / (high - low);
                offer(&share * cost + (Rational::ONE - &share) * low_cost);
            }
        }
        sigma * best.expect("a best response is an equilibrium")
    }
}

/// The answers for a whole game.
pub struct Oracle {
    /// One entry per decision.
    pub outcomes: Vec<Outcomes>,
}

impl Oracle {
    pub fn new(game: &Tiny) -> Self {
        Oracle {
            outcomes: (0..game.decisions.len())
                .map(|decision| Outcomes::new(game, decision))
                .collect(),
        }
    }

    /// The inner values, decision by decision.
    pub fn inner(&self, epsilon: &Rational, selection: Selection) -> Vec<Rational> {
        self.outcomes.iter().map(|outcomes| outcomes.value(epsilon, selection)).collect()
    }

    /// The value of the game: the largest inner value.
    pub fn value(&self, epsilon: &Rational, selection: Selection) -> Rational {
        self.inner(epsilon, selection).into_iter().max().expect("a decision exists")
    }

    /// The largest exploitability over decisions and policies.
    pub fn greatest_exploitability(&self) -> Rational {
        self.outcomes
            .iter()
            .map(Outcomes::greatest_exploitability)
            .max()
            .expect("a decision exists")
    }
}
