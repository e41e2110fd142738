//! Linear programmes side by side, the same ones by the same engine in every run.

use crate::lp::{LpEngine, Pricing};
use rayon::prelude::*;

/// An engine per thread.
pub(super) struct Engines {
    engines: Vec<LpEngine>,
}

impl Engines {
    /// One engine for each of `threads`, at least one.
    pub(super) fn new(threads: usize, pricing: Pricing) -> Self {
        let engine = || {
            let mut engine = LpEngine::new();
            engine.set_pricing(pricing);
            engine
        };
        Engines { engines: (0..threads.max(1)).map(|_| engine()).collect() }
    }

    /// How many programmes are solved side by side.
    pub(super) fn width(&self) -> usize {
        self.engines.len()
    }

    /// Programmes solved.
    pub(super) fn solves(&self) -> usize {
        self.engines.iter().map(LpEngine::solves).sum()
    }

    /// What `work` makes of each task, in their order.
    pub(super) fn map<T: Sync, R: Send>(
        &mut self,
        tasks: &[T],
        work: impl Fn(&mut LpEngine, &T) -> R + Sync,
    ) -> Vec<R> {
        let share = tasks.len().div_ceil(self.engines.len()).max(1);
        let of_engine = |engine: &mut LpEngine, tasks: &[T]| {
            tasks.iter().map(|task| work(engine, task)).collect::<Vec<R>>()
        };
        if tasks.len() < 2 {
            return self
                .engines
                .first_mut()
                .map(|engine| of_engine(engine, tasks))
                .unwrap_or_default();
        }
        let parts: Vec<Vec<R>> = self
            .engines
            .par_iter_mut()
            .zip(tasks.par_chunks(share))
            .map(|(engine, tasks)| of_engine(engine, tasks))
            .collect();
        parts.into_iter().flatten().collect()
    }
}
