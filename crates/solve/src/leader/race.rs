//! Best-first race of the decisions of a finite leader.
//!
//! First in binary64: the decision with the largest upper bound is refined, until one that is
//! solved has it. Then in proofs: the winner is solved exactly, and every other decision gets a
//! witness that it does not do better; where the witness leaves doubt, it is solved exactly too.

use super::checkpoint::{Reached, Slot};
use super::settings::{Progress, Settings};
use crate::certificate::{Arithmetic, Selection};
use crate::equilibrium::dynamic_programming::{ApproxCache, Effort, Search, certify};
use crate::equilibrium::kept::{Kept, Words, put_proved, put_word, take_proved};
use crate::equilibrium::{Problem, Proved, range_proofs};
use crate::exact::{Rational, to_approx};
use crate::game::Numbers;
use rayon::prelude::*;

/// How far the proof of a decision went, in the state of a race.
const FULL: &str = "full";
const QUICK: &str = "quick";
const NONE: &str = "none";

/// What a state says of a decision: its interval in binary64, whether that is the last word, and
/// what is proved.
type Known = (((f64, f64), bool), Option<(Effort, Proved)>);

/// What is known of a decision.
pub(super) struct Contender {
    /// Position in the game file.
    pub(super) index: usize,
    /// What is proved.
    pub(super) proved: Proved,
    /// The game at the decision, as long as it is the only one.
    numbers: Option<Numbers>,
    search: Option<Search>,
    /// Bounds of the inner value of J0 in binary64.
    interval_approx: (f64, f64),
    /// Nothing more to find in binary64.
    settled: bool,
    /// Proofs asked for so far.
    effort: Option<Effort>,
}

impl Contender {
    /// Whether it was solved to the end.
    pub(super) fn solved(&self) -> bool {
        self.effort == Some(Effort::Full)
    }

    /// Whether it was looked at beyond the range of rewards.
    pub(super) fn examined(&self) -> bool {
        self.search.is_some() || self.effort.is_some()
    }

    /// Backward inductions in binary64.
    pub(super) fn inductions(&self) -> usize {
        self.search.as_ref().map_or(0, Search::inductions)
    }
}

/// The race: the game at each decision, on demand, and the contenders.
pub(super) struct Race<'a> {
    numbers: &'a (dyn Fn(usize) -> Numbers + Sync),
    settings: &'a Settings<'a>,
    arithmetic: &'a (dyn Fn(&Numbers) -> Arithmetic + Sync),
    cache: ApproxCache,
    pub(super) contenders: Vec<Contender>,
}

impl<'a> Race<'a> {
    pub(super) fn new(
        indices: &[usize],
        numbers: &'a (dyn Fn(usize) -> Numbers + Sync),
        arithmetic: &'a (dyn Fn(&Numbers) -> Arithmetic + Sync),
        settings: &'a Settings<'a>,
    ) -> Self {
        let contenders = indices
            .iter()
            .map(|&index| {
                let numbers = numbers(index);
                let proved = range_proofs(&problem(settings, &numbers));
                let (lower, upper) = interval(settings.selection, &proved);
                let interval_approx = (to_approx(&lower), to_approx(&upper));
                let numbers = (indices.len() == 1).then_some(numbers);
                Contender {
                    index,
                    proved,
                    numbers,
                    search: None,
                    interval_approx,
                    settled: false,
                    effort: None,
                }
            })
            .collect();
        Race { numbers, settings, arithmetic, cache: ApproxCache::default(), contenders }
    }

    /// Bounds of the value that are proved so far.
    pub(super) fn proved(&self) -> (Rational, Rational) {
        let sides = || self.contenders.iter().map(|c| interval(self.settings.selection, &c.proved));
        let lower = sides().map(|(lower, _)| lower).max().unwrap_or(Rational::ZERO);
        let upper = sides().map(|(_, upper)| upper).max().unwrap_or(Rational::ZERO);
        (lower, upper)
    }

    /// Runs to the end or until the control stops it, and keeps in `slot` what is known.
    pub(super) fn run(&mut self, slot: Option<&Slot<'_>>) {
        self.race(slot);
        self.prove(slot);
        self.keep(slot, self.settings.control.stopped());
    }

    /// Takes over what an earlier call knew of decisions of a game with so many stages and states;
    /// nothing when it cannot be read.
    pub(super) fn resume(&mut self, state: &str, shape: (usize, usize)) {
        let known = self.known(&mut Words::new(state), shape).unwrap_or_default();
        for (contender, known) in self.contenders.iter_mut().zip(known) {
            (contender.interval_approx, contender.settled) = known.0;
            if let Some((effort, proved)) = known.1 {
                (contender.effort, contender.proved) = (Some(effort), proved);
            }
        }
    }

    fn known(&self, words: &mut Words<'_>, shape: (usize, usize)) -> Option<Vec<Known>> {
        let mut known = Vec::with_capacity(self.contenders.len());
        for contender in &self.contenders {
            if usize::take(words)? != contender.index {
                return None;
            }
            let interval = Kept::take(words)?;
            let effort = match words.word()? {
                FULL => Some(Effort::Full),
                QUICK => Some(Effort::Quick),
                _ => None,
            };
            let proved = match effort {
                Some(effort) => Some((effort, take_proved(words, shape)?)),
                None => None,
            };
            known.push((interval, proved));
        }
        words.word().is_none().then_some(known)
    }

    /// Keeps what is known, if it is time or `now`.
    fn keep(&self, slot: Option<&Slot<'_>>, now: bool) {
        let Some(slot) = slot else { return };
        slot.keep_open(now, || {
            let mut state = String::new();
            for contender in &self.contenders {
                contender.index.put(&mut state);
                (contender.interval_approx, contender.settled).put(&mut state);
                match contender.effort {
                    None => put_word(&mut state, NONE),
                    Some(effort) => {
                        put_word(&mut state, if effort == Effort::Full { FULL } else { QUICK });
                        put_proved(&mut state, &contender.proved);
                    }
                }
            }
            let intervals = || self.contenders.iter().map(|c| c.interval_approx);
            let reached = Reached {
                lower_approx: intervals().map(|i| i.0).fold(f64::NEG_INFINITY, f64::max),
                upper_approx: intervals().map(|i| i.1).fold(f64::NEG_INFINITY, f64::max),
                parts: self.contenders.iter().filter(|c| c.settled || c.solved()).count(),
            };
            (state, reached)
        });
    }

    fn race(&mut self, slot: Option<&Slot<'_>>) {
        let control = &self.settings.race_control;
        while !control.stopped() {
            self.keep(slot, false);
            let best_lower = self
                .contenders
                .iter()
                .map(|c| c.interval_approx.0)
                .fold(f64::NEG_INFINITY, f64::max);
            let Some(first) = self.leading(|_| true) else { return };
            if self.contenders[first].settled {
                return;
            }
            self.report("refining", best_lower, self.contenders[first].interval_approx.1);
            let batch = self.batch(first, |c| !c.settled && c.interval_approx.1 > best_lower);
            self.in_parallel(&batch, |race, contender| race.refine(contender));
        }
    }

    /// The contender with the largest upper bound among those wanted; the first among equals.
    fn leading(&self, wanted: impl Fn(&Contender) -> bool) -> Option<usize> {
        let mut best: Option<usize> = None;
        for (position, contender) in self.contenders.iter().enumerate().filter(|(_, c)| wanted(c)) {
            if best
                .is_none_or(|b| contender.interval_approx.1 > self.contenders[b].interval_approx.1)
            {
                best = Some(position);
            }
        }
        best
    }

    /// `first` and, with more threads, those that would follow it.
    fn batch(&self, first: usize, wanted: impl Fn(&Contender) -> bool) -> Vec<usize> {
        let mut batch = vec![first];
        while batch.len() < self.settings.threads {
            let taken = batch.clone();
            let position = self.leading(|c| {
                wanted(c) && !taken.iter().any(|&p| self.contenders[p].index == c.index)
            });
            let Some(position) = position else { break };
            batch.push(position);
        }
        batch
    }

    /// Works on the contenders of a batch, which leave the list meanwhile.
    fn in_parallel(&mut self, batch: &[usize], work: impl Fn(&Self, &mut Contender) + Sync) {
        let mut sorted = batch.to_vec();
        sorted.sort_unstable();
        let mut taken: Vec<(usize, Contender)> = Vec::with_capacity(sorted.len());
        for &position in sorted.iter().rev() {
            taken.push((position, self.contenders.swap_remove(position)));
        }
        if let [(_, contender)] = taken.as_mut_slice() {
            work(self, contender);
        } else {
            let race = &*self;
            taken.par_iter_mut().for_each(|(_, contender)| work(race, contender));
        }
        // Undo the removals in reverse order: every contender returns to its position.
        for (position, contender) in taken.into_iter().rev() {
            self.contenders.push(contender);
            let last = self.contenders.len() - 1;
            self.contenders.swap(position, last);
        }
    }

    /// One step for one contender.
    fn refine(&self, contender: &mut Contender) {
        let keep_going = || !self.settings.race_control.stopped();
        if contender.search.is_none() {
            self.with_numbers(contender, |numbers, contender| {
                self.search_of(contender, numbers);
            });
        }
        let Some(search) = &mut contender.search else { return };
        search.step(&keep_going);
        let (lower, upper) = search.interval_approx();
        contender.settled = search.done();
        let (lower, upper) = match self.settings.selection {
            Selection::Pessimistic => (lower, upper),
            Selection::Optimistic => (-upper, -lower),
        };
        contender.interval_approx.0 = contender.interval_approx.0.max(lower);
        contender.interval_approx.1 = contender.interval_approx.1.min(upper);
    }

    /// Work on a contender that needs the game at its decision.
    fn with_numbers(&self, contender: &mut Contender, work: impl FnOnce(&Numbers, &mut Contender)) {
        match contender.numbers.take() {
            Some(kept) => {
                work(&kept, contender);
                contender.numbers = Some(kept);
            }
            None => work(&(self.numbers)(contender.index), contender),
        }
    }

    fn search_of<'b>(&self, contender: &'b mut Contender, numbers: &Numbers) -> &'b mut Search {
        contender
            .search
            .get_or_insert_with(|| Search::new(&problem(self.settings, numbers), &self.cache))
    }

    fn prove(&mut self, slot: Option<&Slot<'_>>) {
        if self.settings.control.stopped() {
            return;
        }
        if let Some(winner) = self.winner()
            && !self.contenders[winner].solved()
        {
            self.report_proved("proving the winner");
            self.in_parallel(&[winner], |race, contender| race.certify(contender, Effort::Full));
        }
        while !self.settings.control.stopped() {
            self.keep(slot, false);
            let (lower, _) = self.proved();
            let doubtful: Vec<usize> = (0..self.contenders.len())
                .filter(|&p| {
                    !self.contenders[p].solved()
                        && interval(self.settings.selection, &self.contenders[p].proved).1 > lower
                })
                .collect();
            let fresh: Vec<usize> = doubtful
                .iter()
                .copied()
                .filter(|&p| self.contenders[p].effort.is_none())
                .take(self.settings.threads)
                .collect();
            self.report_proved("proving the others");
            if !fresh.is_empty() {
                self.in_parallel(&fresh, |race, contender| race.certify(contender, Effort::Quick));
            } else if let Some(&position) = doubtful.first() {
                self.in_parallel(&[position], |race, contender| {
                    race.certify(contender, Effort::Full)
                });
            } else {
                break;
            }
        }
        // The range of the rewards may have proved the best decision, and its equilibrium is wanted
        // all the same.
        let proved: Vec<(usize, Proved)> =
            self.contenders.iter().map(|c| (c.index, c.proved.clone())).collect();
        if let Some(position) = best(&proved, self.settings.selection)
            && self.contenders[position].proved.mixture().is_none()
            && !self.contenders[position].solved()
            && !self.settings.control.stopped()
        {
            self.in_parallel(&[position], |race, contender| race.certify(contender, Effort::Full));
        }
    }

    /// The contender with the largest lower bound in binary64.
    fn winner(&self) -> Option<usize> {
        let lower = |p: usize| self.contenders[p].interval_approx.0;
        (0..self.contenders.len()).reduce(|best, p| if lower(p) > lower(best) { p } else { best })
    }

    fn certify(&self, contender: &mut Contender, effort: Effort) {
        self.with_numbers(contender, |numbers, contender| {
            let keep_going = || !self.settings.control.stopped();
            let search = self.search_of(contender, numbers);
            // A witness needs a first step; the exact end needs the whole climb.
            let steps = if effort == Effort::Full { usize::MAX } else { 2 };
            while !search.done() && search.inductions() < steps && keep_going() {
                search.step(&keep_going);
            }
            let problem = problem(self.settings, numbers);
            let arithmetic = (self.arithmetic)(numbers);
            let found = certify(&problem, search, arithmetic, effort, &self.settings.control);
            contender.proved.improve(found);
            contender.effort = Some(effort);
        });
    }

    fn report(&self, stage: &'static str, lower_approx: f64, upper_approx: f64) {
        if let Some(observer) = self.settings.observer {
            let open =
                self.contenders.iter().filter(|c| c.interval_approx.1 > lower_approx).count();
            observer(Progress {
                stage,
                lower_approx,
                upper_approx,
                open,
                decisions: self.contenders.len(),
            });
        }
    }

    fn report_proved(&self, stage: &'static str) {
        let (lower, upper) = self.proved();
        self.report(stage, to_approx(&lower), to_approx(&upper));
    }
}

/// Position of the largest proved lower bound; among equals the first with an equilibrium, if any.
pub(super) fn best(proved: &[(usize, Proved)], selection: Selection) -> Option<usize> {
    let rank = |p: usize| (interval(selection, &proved[p].1).0, proved[p].1.mixture().is_some());
    (0..proved.len()).reduce(|best, p| if rank(p) > rank(best) { p } else { best })
}

/// The inner problem at one decision.
pub(super) fn problem<'a>(settings: &'a Settings<'_>, numbers: &'a Numbers) -> Problem<'a> {
    Problem { numbers, epsilon: &settings.epsilon, selection: settings.selection }
}

/// Bounds of the inner value of J0 itself.
pub(super) fn interval(selection: Selection, proved: &Proved) -> (Rational, Rational) {
    let (bound, witness) = (proved.bound.value.clone(), proved.witness.value.clone());
    match selection {
        Selection::Pessimistic => (bound, witness),
        Selection::Optimistic => (-witness, -bound),
    }
}
