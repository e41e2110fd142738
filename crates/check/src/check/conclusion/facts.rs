//! Bounds of one value, as a function of epsilon, that accepted certificates show.

use super::Hashed;
use super::unfounded::Unfounded;
use crate::certificate::{Scope, Selection};
use crate::check::verdict::Accepted;
use crate::exact::Rational;
use crate::game::Game;

/// A decision by its values; `None` stands for all decisions of a leader who has several.
pub(super) type Decision = Option<Vec<Rational>>;

/// The decision, or the decisions, of a scope. A list of one decision is that decision.
pub(super) fn decision_of(game: &Game, scope: &Scope) -> Result<Decision, Unfounded> {
    let said = |reason: &dyn std::fmt::Display| Unfounded::Scope(reason.to_string());
    match scope {
        Scope::All => Ok(match game.finite_decisions() {
            Some([only]) => Some(only.values.clone()),
            _ => None,
        }),
        Scope::Decision(index) => {
            let decisions = game.finite_decisions().unwrap_or_default();
            let decision = decisions.get(*index);
            decision.map(|decision| Some(decision.values.clone())).ok_or_else(|| {
                let count = decisions.len();
                said(&format_args!(
                    "the scope names decision {index}, the game has {count} in its list"
                ))
            })
        }
        Scope::Point(values) => {
            game.leader.admits(values).map_err(|error| {
                said(&format_args!("the point of the scope is no decision of the leader: {error}"))
            })?;
            Ok(Some(values.clone()))
        }
    }
}

/// The decision of a scope of one.
pub(super) fn one_decision(game: &Game, scope: &Scope) -> Result<Vec<Rational>, Unfounded> {
    decision_of(game, scope)?.ok_or(Unfounded::Several)
}

/// What certificates about one game and one objective show.
pub(super) struct Facts<'a> {
    pub(super) game: &'a Game,
    pub(super) hash: &'a str,
    accepted: Vec<(Decision, &'a Accepted)>,
}

impl<'a> Facts<'a> {
    /// Those about the game with this hash as its file describes it, and about the leader's reward
    /// or `of` in its place.
    pub(super) fn new(
        accepted: &'a [Accepted],
        (game, hash): Hashed<'a>,
        of: Option<&str>,
    ) -> Self {
        let own = |accepted: &&Accepted| {
            accepted.changes.is_empty()
                && accepted.claim.game_hash == hash
                && accepted.claim.of.as_deref() == of
        };
        let place = |accepted: &'a Accepted| {
            decision_of(game, &accepted.claim.scope).ok().map(|decision| (decision, accepted))
        };
        Facts { game, hash, accepted: accepted.iter().filter(own).filter_map(place).collect() }
    }

    /// Single decisions of which something is shown.
    pub(super) fn decisions(&self) -> impl Iterator<Item = &[Rational]> {
        self.accepted.iter().filter_map(|(decision, _)| decision.as_deref())
    }

    /// Lower and upper bound of the value at `epsilon`, as far as they are shown. The value falls
    /// with epsilon in the pessimistic and rises in the optimistic selection; from the
    /// exploitability `most` on, which no population exceeds, it is constant.
    pub(super) fn bounds(
        &self,
        decision: Option<&[Rational]>,
        selection: Selection,
        epsilon: &Rational,
        most: Option<&Rational>,
    ) -> (Option<Rational>, Option<Rational>) {
        let clamped = |epsilon: &'a Rational| {
            most.map_or_else(|| epsilon.clone(), |most| epsilon.min(most).clone())
        };
        let epsilon = most.map_or(epsilon, |most| epsilon.min(most));
        let (mut lower, mut upper): (Option<Rational>, Option<Rational>) = (None, None);
        let mut keep = |at: &'a Rational, low: &Rational, high: &Rational| {
            let at = clamped(at);
            let (below, above) = (at <= *epsilon, at >= *epsilon);
            let (lower_holds, upper_holds) = match selection {
                Selection::Pessimistic => (above, below),
                Selection::Optimistic => (below, above),
            };
            if lower_holds && lower.as_ref().is_none_or(|known| low > known) {
                lower = Some(low.clone());
            }
            if upper_holds && upper.as_ref().is_none_or(|known| high < known) {
                upper = Some(high.clone());
            }
        };
        let about = |(own, accepted): &&(Decision, &'a Accepted)| {
            own.as_deref() == decision && accepted.claim.selection == selection
        };
        for (_, accepted) in self.accepted.iter().filter(about) {
            // A curve has its bounds at each of its points; the claim repeats the first.
            keep(&accepted.claim.epsilon, &accepted.claim.lower, &accepted.claim.upper);
            accepted
                .curve
                .iter()
                .for_each(|point| keep(&point.epsilon, &point.lower, &point.upper));
        }
        (lower, upper)
    }
}
