//! Race of a finite leader's decisions when inner problems are searched box by box.
//!
//! The decision with the largest upper bound is worked on, until one whose gap is closed has it:
//! decisions that cannot win any more are left where they are. Bounds are those of binary64 until
//! the end, when every search shows what it has.

use super::checkpoint::{Reached, Slot};
use super::settings::{Progress, Settings};
use crate::certificate::Selection;
use crate::equilibrium::kept::{Kept, Words, put_word};
use crate::equilibrium::{
    Control, Counts, InnerProblem, InnerSearch, Proof, Proved, inner_search, resumed_search,
};
use crate::exact::to_approx;
use crate::game::{Instance, NotQuadratic};
use rayon::prelude::*;

/// Whether a search begins with a state or anew, in the state of a contest.
const SEARCHED: &str = "searched";
const ANEW: &str = "anew";

/// A decision and its search.
struct Entrant {
    index: usize,
    search: Box<dyn InnerSearch>,
}

impl Entrant {
    /// Bounds of the inner value of J0 in binary64.
    fn interval_approx(&self, selection: Selection) -> (f64, f64) {
        let (bound, witness) = self.search.interval_approx();
        match selection {
            Selection::Pessimistic => (bound, witness),
            Selection::Optimistic => (-witness, -bound),
        }
    }
}

/// What is shown at some moment of a contest: of every decision, by position, and what was done.
pub(super) struct Finish {
    pub(super) proved: Vec<(usize, Proved)>,
    /// Better bounds, of the same decisions, that the checker may refuse.
    pub(super) sharp: Vec<Option<Proof>>,
    pub(super) counts: Counts,
    pub(super) solved: usize,
}

/// What is asked of a decision.
fn problem<'a>(instance: &'a Instance, settings: &'a Settings<'_>) -> InnerProblem<'a> {
    InnerProblem {
        instance,
        selection: settings.selection,
        epsilon: &settings.epsilon,
        gap: &settings.gap,
    }
}

/// A contest between decisions, which can go on after what it has was proved.
pub(super) struct Contest<'a> {
    entrants: Vec<Entrant>,
    settings: &'a Settings<'a>,
    /// Where the state is kept.
    slot: Option<Slot<'a>>,
}

impl<'a> Contest<'a> {
    /// A contest between the decisions at the given positions; what is done before the first box
    /// ends when `control` stops.
    ///
    /// # Errors
    /// [`NotQuadratic`] when no search fits the game.
    pub(super) fn new(
        indices: &[usize],
        instance: &dyn Fn(usize) -> Instance,
        settings: &'a Settings<'a>,
        control: &Control,
    ) -> Result<Self, NotQuadratic> {
        let mut entrants: Vec<Entrant> = Vec::with_capacity(indices.len());
        for &index in indices {
            let instance = instance(index);
            let problem = problem(&instance, settings);
            let search = inner_search(&problem, control)?;
            entrants.push(Entrant { index, search });
        }
        Ok(Contest { entrants, settings, slot: None })
    }

    /// The contest whose state `state` is; `None` when it is none of these decisions.
    pub(super) fn resumed(
        indices: &[usize],
        instance: &dyn Fn(usize) -> Instance,
        settings: &'a Settings<'a>,
        control: &Control,
        state: &str,
    ) -> Option<Self> {
        let words = &mut Words::new(state);
        let mut entrants: Vec<Entrant> = Vec::with_capacity(indices.len());
        for &index in indices {
            if usize::take(words)? != index {
                return None;
            }
            let instance = instance(index);
            let problem = problem(&instance, settings);
            let search = match words.word()? {
                SEARCHED => resumed_search(&problem, words)?,
                _ => inner_search(&problem, control).ok()?,
            };
            entrants.push(Entrant { index, search });
        }
        words.word().is_none().then_some(Contest { entrants, settings, slot: None })
    }

    /// Keeps the state in `slot` from time to time.
    pub(super) fn kept_in(mut self, slot: Option<&Slot<'a>>) -> Self {
        if slot.is_some() {
            self.entrants.iter_mut().for_each(|entrant| entrant.search.box_by_box());
        }
        Contest { slot: slot.cloned(), ..self }
    }

    /// Keeps the state, if it is time or `now`.
    pub(super) fn keep(&self, now: bool) {
        let Some(slot) = &self.slot else { return };
        slot.keep_open(now, || {
            let mut state = String::new();
            for entrant in &self.entrants {
                entrant.index.put(&mut state);
                let mut own = String::new();
                let kept = entrant.search.keep(&mut own);
                put_word(&mut state, if kept { SEARCHED } else { ANEW });
                state.push_str(if kept { &own } else { "" });
            }
            let (lower_approx, upper_approx) = self.bounds_approx();
            let parts = self.entrants.iter().map(|entrant| entrant.search.counts().nodes).sum();
            (state, Reached { lower_approx, upper_approx, parts })
        });
    }

    /// Bounds of the value in binary64.
    fn bounds_approx(&self) -> (f64, f64) {
        let intervals = || self.entrants.iter().map(|e| e.interval_approx(self.settings.selection));
        (
            intervals().map(|interval| interval.0).fold(f64::NEG_INFINITY, f64::max),
            intervals().map(|interval| interval.1).fold(f64::NEG_INFINITY, f64::max),
        )
    }

    /// What is shown by now.
    pub(super) fn finish(&mut self) -> Finish {
        let mut counts = Counts::default();
        let mut proved = Vec::with_capacity(self.entrants.len());
        let mut sharp = Vec::with_capacity(self.entrants.len());
        let solved = self.entrants.iter().filter(|entrant| entrant.search.done()).count();
        for entrant in &mut self.entrants {
            let own = entrant.search.counts();
            counts.nodes += own.nodes.max(1);
            counts.lp_solves += own.lp_solves;
            counts.inductions += own.inductions;
            let own = entrant.search.proved();
            sharp.push(entrant.search.sharp(&own));
            proved.push((entrant.index, own));
        }
        Finish { proved, sharp, counts, solved }
    }

    /// Works until the gap is closed, nothing is left to be done, or `control` stops it: whether
    /// it was stopped.
    pub(super) fn run(&mut self, control: &Control) -> bool {
        let gap = to_approx(&self.settings.gap);
        while !control.stopped() {
            self.keep(false);
            let Contest { entrants, settings, .. } = self;
            let intervals: Vec<(f64, f64)> = entrants
                .iter()
                .map(|entrant| entrant.interval_approx(settings.selection))
                .collect();
            let lower =
                intervals.iter().map(|interval| interval.0).fold(f64::NEG_INFINITY, f64::max);
            let upper =
                intervals.iter().map(|interval| interval.1).fold(f64::NEG_INFINITY, f64::max);
            let tolerance = gap * lower.abs().max(upper.abs()).max(1.0) * 0.5;
            // The leading decision is worked on to its end, which may be an exact value, also when
            // its bounds are close already.
            let leading = (0..entrants.len())
                .reduce(|best, e| if intervals[e].1 > intervals[best].1 { e } else { best });
            let mut wanted: Vec<usize> = (0..entrants.len())
                .filter(|&e| {
                    !entrants[e].search.done()
                        && (intervals[e].1 > lower + tolerance || leading == Some(e))
                })
                .collect();
            // Stable: equal bounds keep the order of the game file.
            wanted.sort_by(|&a, &b| intervals[b].1.total_cmp(&intervals[a].1));
            report(settings, lower, upper, wanted.len(), entrants.len());
            wanted.truncate(settings.threads.max(1));
            match wanted.as_slice() {
                [] => return false,
                [only] => entrants[*only].search.advance(control),
                several => {
                    entrants
                        .par_iter_mut()
                        .enumerate()
                        .filter(|(e, _)| several.contains(e))
                        .for_each(|(_, entrant)| entrant.search.advance(control));
                }
            }
        }
        true
    }
}

fn report(
    settings: &Settings<'_>,
    lower_approx: f64,
    upper_approx: f64,
    open: usize,
    decisions: usize,
) {
    if let Some(observer) = settings.observer {
        observer(Progress { stage: "searching", lower_approx, upper_approx, open, decisions });
    }
}
