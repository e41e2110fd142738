//! What claims, curves and drifts say together, statement (H) of docs/certificate.md.

use crate::curve::Curve;
use crate::drift::Drift;
use crate::interval::{Box, Interval, hull, parameters, statistics};
use crate::price::{Price, price};
use crate::scope_of;
use crate::table::Table;
use smfg_kernel::{Claim, Decisions, Listing, Rational, Scope};

/// Lower and upper bound, as far as they are shown.
type Shown = (Option<Rational>, Option<Rational>);

/// Which equilibrium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// The least value of the leader's reward.
    Pessimistic,
    /// The greatest.
    Optimistic,
}

/// What is proved of a model, and of a truth beside it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The model.
    pub model: &'a Listing,
    /// The truth, where it is a game.
    pub truth: Option<&'a Listing>,
    /// Claims about either.
    pub claims: &'a [Claim],
    /// Curves of either.
    pub curves: &'a [Curve],
    /// Drifts from the model.
    pub drifts: &'a [Drift],
}

/// A number that the loss of no population exceeds at a decision: a follower gains at most the range
/// of the rewards of each stage.
#[must_use]
pub fn greatest_loss(listing: &Listing, decision: &[Rational]) -> Rational {
    let ends = Box::new(parameters(listing, Some(decision)), statistics(listing));
    listing.stages.iter().fold(Rational::ZERO, |sum, stage| {
        let table = Table { len: stage.pairs(), columns: stage.reward.clone() };
        let range = hull(&ends.table(&table));
        sum + range.1 - range.0
    })
}

impl<'a> Facts<'a> {
    /// Bounds of the value of one decision, or with `None` of all, at `epsilon`. The value falls
    /// with epsilon in the pessimistic and rises in the optimistic selection; from the loss `most`
    /// on, which no population exceeds, it is constant.
    #[must_use]
    pub fn bounds(
        &self,
        listing: &Listing,
        decision: Option<&[Rational]>,
        selection: Selection,
        epsilon: &Rational,
        most: Option<&Rational>,
    ) -> Shown {
        let hash = listing.hash();
        let pessimistic = selection == Selection::Pessimistic;
        let clamped = |epsilon: &Rational| match most {
            Some(most) => epsilon.min(most).clone(),
            None => epsilon.clone(),
        };
        let epsilon = clamped(epsilon);
        let (mut lower, mut upper): Shown = (None, None);
        let mut keep = |at: &Rational, low: &Rational, high: &Rational| {
            let at = clamped(at);
            let (below, above) = (at <= epsilon, at >= epsilon);
            let (lower_holds, upper_holds) =
                if pessimistic { (above, below) } else { (below, above) };
            if lower_holds && lower.as_ref().is_none_or(|known| low > known) {
                lower = Some(low.clone());
            }
            if upper_holds && upper.as_ref().is_none_or(|known| high < known) {
                upper = Some(high.clone());
            }
        };
        let about = |own: &str, scope: &Scope, own_selection: bool| {
            own == hash
                && own_selection == pessimistic
                && scope_of(listing, scope).as_deref() == decision
        };
        for claim in self.claims {
            if about(claim.listing(), claim.scope(), claim.pessimistic()) {
                keep(claim.epsilon(), claim.lower(), claim.upper());
            }
        }
        for curve in self.curves {
            if about(curve.listing(), curve.scope(), curve.pessimistic()) {
                curve.points().iter().for_each(|p| keep(&p.epsilon, &p.lower, &p.upper));
            }
        }
        (lower, upper)
    }

    /// The drifts from the model to the truth of these facts that count for a decision: those
    /// against the truth where there is one, else those with these radii.
    fn covering(&self, decision: &[Rational]) -> Vec<&'a Drift> {
        let (model, truth) = (self.model.hash(), self.truth.map(Listing::hash));
        let counts = |drift: &&Drift| {
            drift.model() == model
                && drift.truth() == truth.as_deref()
                && drift.decision().is_none_or(|own| own == decision)
        };
        self.drifts.iter().filter(counts).collect()
    }

    /// The model's worst case at `epsilon + kappa`, less omega.
    fn worst(&self, decision: Option<&[Rational]>, epsilon: &Rational, drift: &Drift) -> Shown {
        let at = epsilon + drift.kappa();
        let shown = self.bounds(self.model, decision, Selection::Pessimistic, &at, None);
        let less = |bound: Rational| bound - drift.omega();
        (shown.0.map(less), shown.1.map(less))
    }

    /// In the truth, every `epsilon`-equilibrium of the decision gives the leader at least this:
    /// the best `V_{epsilon + kappa} - omega`. *Proof.* It is an `(epsilon + kappa)`-equilibrium of
    /// the model, and her reward changes by at most omega.
    #[must_use]
    pub fn guarantee(&self, decision: &[Rational], epsilon: &Rational) -> Option<Rational> {
        let drifts = self.covering(decision).into_iter();
        drifts.filter_map(|drift| self.worst(Some(decision), epsilon, drift).0).max()
    }

    /// Bounds of the largest `V_{epsilon + kappa}(u) - omega` over the decisions `u` of a scope and
    /// the drifts that cover them; `None` where a decision has no drift.
    #[must_use]
    pub fn relaxed(&self, scope: &Scope, epsilon: &Rational) -> Option<Shown> {
        let upper_at = |decision: &[Rational]| -> Option<Rational> {
            // A decision is worth at most what the best of all is.
            let upper = |drift: &&Drift| {
                let own = self.worst(Some(decision), epsilon, drift).1;
                let all = self.worst(None, epsilon, drift).1;
                own.into_iter().chain(all).min()
            };
            let uppers: Option<Vec<Rational>> = self.covering(decision).iter().map(upper).collect();
            uppers?.into_iter().max()
        };
        if let Some(decision) = scope_of(self.model, scope) {
            if self.covering(&decision).is_empty() {
                return None;
            }
            return Some((self.guarantee(&decision, epsilon), upper_at(&decision)));
        }
        let listed: &[Vec<Rational>] = match &self.model.decisions {
            Decisions::List(list) => list,
            Decisions::Polytope { .. } => &[],
        };
        let (model, truth) = (self.model.hash(), self.truth.map(Listing::hash));
        let everywhere: Vec<&Drift> = self
            .drifts
            .iter()
            .filter(|drift| drift.model() == model && drift.truth() == truth.as_deref())
            .filter(|drift| drift.decision().is_none())
            .collect();
        let covers = |decision: &Vec<Rational>| !self.covering(decision).is_empty();
        if everywhere.is_empty() && (listed.is_empty() || !listed.iter().all(covers)) {
            return None;
        }
        let singles = listed.iter().filter_map(|decision| self.guarantee(decision, epsilon));
        let points = self.points().into_iter().filter_map(|point| self.guarantee(&point, epsilon));
        let whole = everywhere.iter().filter_map(|drift| self.worst(None, epsilon, drift).0);
        let lower = singles.chain(points).chain(whole).max();
        // A drift at one decision alone does not bound the others, so that each of these needs
        // bounds of its own.
        let own_drift = self.drifts.iter().any(|drift| drift.decision().is_some());
        let whole: Option<Vec<Rational>> =
            everywhere.iter().map(|drift| self.worst(None, epsilon, drift).1).collect();
        let whole = whole.filter(|_| !own_drift).and_then(|uppers| uppers.into_iter().max());
        let each: Option<Vec<Rational>> = listed.iter().map(|d| upper_at(d)).collect();
        let each = each.and_then(|uppers| uppers.into_iter().max());
        let upper = match (whole, each) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Some((lower, upper))
    }

    /// Single decisions of the model of which something is claimed.
    fn points(&self) -> Vec<Vec<Rational>> {
        let own = |claim: &&Claim| claim.listing() == self.model.hash();
        let claims = self.claims.iter().filter(own);
        claims.filter_map(|claim| scope_of(self.model, claim.scope())).collect()
    }

    /// What a decision loses in the truth: the value over all decisions less its own. A drift has to
    /// cover it, so that both games have the same decisions. No loss is negative.
    #[must_use]
    pub fn loss(&self, decision: &[Rational], epsilon: &Rational) -> Option<Shown> {
        let truth = self.truth.filter(|_| !self.covering(decision).is_empty())?;
        let bounds = |decision: Option<&[Rational]>| {
            self.bounds(truth, decision, Selection::Pessimistic, epsilon, None)
        };
        let all = scope_of(truth, &Scope::All);
        let (best, here) = (bounds(all.as_deref()), bounds(Some(decision)));
        let difference = |a: Option<Rational>, b: Option<Rational>| Some(a? - b?);
        let least = difference(best.0, here.1).map_or(Rational::ZERO, |l| l.max(Rational::ZERO));
        Some((Some(least), difference(best.1, here.0)))
    }

    /// Bounds of `V'_{epsilon + 2 kappa} - omega` and of `V'_epsilon + omega`, between which
    /// `V_{epsilon + kappa}` lies; `None` unless a drift of at most `kappa` and `omega` covers the
    /// decision.
    #[must_use]
    pub fn sandwich(
        &self,
        decision: &[Rational],
        epsilon: &Rational,
        kappa: &Rational,
        omega: &Rational,
    ) -> Option<(Shown, Shown)> {
        let small = |drift: &&Drift| drift.kappa() <= kappa && drift.omega() <= omega;
        self.covering(decision).into_iter().find(small)?;
        let truth = self.truth?;
        let shifted = |epsilon: &Rational, by: &Rational| {
            let (lower, upper) =
                self.bounds(truth, Some(decision), Selection::Pessimistic, epsilon, None);
            (lower.map(|lower| lower + by), upper.map(|upper| upper + by))
        };
        Some((shifted(&(epsilon + kappa + kappa), &-omega), shifted(epsilon, omega)))
    }

    /// The best value of the leader's reward over all populations at a decision, less being better
    /// with `cost`. *Proof.* Every population is an equilibrium from the greatest loss on.
    #[must_use]
    pub fn optimum(&self, decision: &[Rational], cost: bool) -> Shown {
        let most = greatest_loss(self.model, decision);
        self.bounds(self.model, Some(decision), best(cost), &most, Some(&most))
    }

    /// The ratio of the optimum and the best (`stability`) or the worst equilibrium, where both are
    /// enclosed.
    #[must_use]
    pub fn price(
        &self,
        decision: &[Rational],
        epsilon: &Rational,
        stability: bool,
        cost: bool,
    ) -> Option<Price> {
        let most = greatest_loss(self.model, decision);
        let selection = if stability { best(cost) } else { best(!cost) };
        let enclosed = |(lower, upper): Shown| -> Option<Interval> { Some((lower?, upper?)) };
        let shown = self.bounds(self.model, Some(decision), selection, epsilon, Some(&most));
        let optimum = enclosed(self.optimum(decision, cost))?;
        Some(price(&optimum, &enclosed(shown)?, cost))
    }
}

/// The selection of the best equilibrium.
fn best(cost: bool) -> Selection {
    if cost { Selection::Pessimistic } else { Selection::Optimistic }
}
