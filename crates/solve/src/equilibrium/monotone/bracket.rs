//! The multiplier of the budget between two values, where one run does not find it.
//!
//! At a fixed `delta` the saddle has a flow `d(delta)` whose exploitability rises with `delta`, and
//! its value is a bound for every budget. The best bound is where the exploitability passes the
//! budget; there flows of both sides, mixed so that the budget is kept, are witnesses:
//! exploitability is convex.

use super::interior::{Found, Interior, Target, Witness};
use super::model::{Model, Table};

/// Least and greatest `delta` that are tried.
const LEAST_DELTA: f64 = 1e-9;
const MOST_DELTA: f64 = 1e7;
/// Most values of `delta`.
const MOST_ROUNDS: usize = 60;
/// Halvings of a share.
const HALVINGS: usize = 50;
/// What a mixture leaves of the budget, relative to it and to the rewards.
const MARGIN: (f64, f64) = (1e-9, 2e-12);

/// A flow at some `delta`.
struct End {
    delta: f64,
    flow: Witness,
}

/// What is known on both sides of the budget.
pub(super) struct Bracket<'a> {
    model: &'a Model,
    target: Target,
    within: Option<End>,
    beyond: Option<End>,
    next: f64,
}

impl<'a> Bracket<'a> {
    /// Begins near the `delta` of what was found.
    pub(super) fn new(model: &'a Model, target: Target, found: &Found) -> Self {
        let delta = found.bound.as_ref().map(|bound| bound.delta);
        let next = delta.filter(|delta| delta.is_finite()).unwrap_or(target.delta);
        Bracket { model, target, within: None, beyond: None, next }
    }

    /// Improves what was found until the gap is closed, or nothing is left to be gained.
    pub(super) fn run(mut self, found: &mut Found, stopped: &dyn Fn() -> bool) {
        for _ in 0..MOST_ROUNDS {
            if stopped() || found.closed(self.target.gap) {
                return;
            }
            let gap = 0.3 * self.target.gap;
            let target = Target { delta: self.next, fixed: true, gap, ..self.target };
            let mut own = Interior::new(self.model, target, stopped).run();
            let Some(last) = own.nearest.take() else { return };
            found.improve(own);
            let side =
                if last.exploitability <= self.aim() { &mut self.within } else { &mut self.beyond };
            *side = Some(End { delta: self.next, flow: last });
            self.mix(found);
            match self.choose() {
                Some(delta) => self.next = delta,
                None => return,
            }
        }
    }

    fn aim(&self) -> f64 {
        let epsilon = self.target.epsilon;
        epsilon - (MARGIN.0 * epsilon).max(MARGIN.1)
    }

    /// The next `delta`: beyond the only side known, or between the two, where the logarithm of the
    /// exploitability would be that of the budget if it were a line, and in the middle in turn.
    fn choose(&self) -> Option<f64> {
        match (&self.within, &self.beyond) {
            (Some(end), None) => Some(end.delta * 8.0).filter(|delta| *delta < MOST_DELTA),
            (None, Some(end)) => Some(end.delta / 8.0).filter(|delta| *delta > LEAST_DELTA),
            (Some(a), Some(b)) if b.delta > a.delta * (1.0 + 1e-13) => {
                let loss = |end: &End| end.flow.exploitability.max(1e-300).ln();
                let share = (self.aim().ln() - loss(a)) / (loss(b) - loss(a));
                let share = if share.is_finite() { share.clamp(0.1, 0.9) } else { 0.5 };
                Some((a.delta.ln() + share * (b.delta.ln() - a.delta.ln())).exp())
            }
            _ => None,
        }
    }

    /// The mixture of both sides that just keeps the budget.
    fn mix(&self, found: &mut Found) {
        let (Some(within), Some(beyond)) = (&self.within, &self.beyond) else { return };
        let mixture = |share: f64| -> Table {
            let rows = within.flow.flow.iter().zip(&beyond.flow.flow);
            let entry = |(a, b): (&f64, &f64)| (1.0 - share) * a + share * b;
            rows.map(|(a, b)| a.iter().zip(b).map(entry).collect()).collect()
        };
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.model.exploitability(&mixture(middle)) <= self.aim() {
                low = middle;
            } else {
                high = middle;
            }
        }
        let flow = mixture(low);
        let exploitability = self.model.exploitability(&flow);
        let value = Model::dot(&self.model.costs(), &flow);
        let witness = Some(Witness { value, exploitability, flow });
        found.improve(Found { witness, ..Found::default() });
    }
}
