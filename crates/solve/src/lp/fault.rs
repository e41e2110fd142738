//! A dishonest solver, for tests only: what [`LpEngine`](super::LpEngine) answers on this thread is
//! spoilt on its way out.
//!
//! Compiled into the library's own tests and nothing else.

use super::programme::{LpBasis, LpPoint, LpStatus};
use std::cell::{Cell, RefCell};

/// A way to spoil a ray, given the number of rows.
type SpoilRay = fn(Option<Vec<f64>>, usize) -> Option<Vec<f64>>;

/// How answers are spoilt; `None` leaves them as they are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lie {
    /// The status of a run.
    pub(crate) status: Option<fn(LpStatus) -> LpStatus>,
    /// The point and the multipliers.
    pub(crate) point: Option<fn(LpPoint) -> Option<LpPoint>>,
    /// The ray.
    pub(crate) ray: Option<SpoilRay>,
    /// The basis.
    pub(crate) basis: Option<fn(LpBasis) -> LpBasis>,
}

/// Runs that are left, and what is done when none is.
type Runs = (usize, Box<dyn Fn()>);

thread_local! {
    static LIE: RefCell<Option<(Lie, usize)>> = const { RefCell::new(None) };
    static ANSWERS: Cell<usize> = const { Cell::new(0) };
    static TOLD: Cell<usize> = const { Cell::new(0) };
    static RUNS: RefCell<Option<Runs>> = const { RefCell::new(None) };
}

/// The same, and after `runs` runs of the engine `end` is called: a limit of work, which ends a
/// search at the same place on every machine.
pub(crate) fn lying_for<T>(
    lie: Lie,
    period: usize,
    runs: usize,
    end: impl Fn() + 'static,
    work: impl FnOnce() -> T,
) -> (T, usize) {
    RUNS.set(Some((runs, Box::new(end))));
    let result = lying(lie, period, work);
    RUNS.set(None);
    result
}

/// Runs `work` while every `period`-th answer on this thread is a lie; the result and the number of
/// lies told.
pub(crate) fn lying<T>(lie: Lie, period: usize, work: impl FnOnce() -> T) -> (T, usize) {
    LIE.set(Some((lie, period.max(1))));
    ANSWERS.set(0);
    TOLD.set(0);
    let result = work();
    LIE.set(None);
    (result, TOLD.get())
}

/// The lie that is due now, of the kind that `select` picks.
fn due<F>(select: impl FnOnce(Lie) -> Option<F>) -> Option<F> {
    let (lie, period) = LIE.with_borrow(|lie| *lie)?;
    let told = select(lie)?;
    ANSWERS.set(ANSWERS.get() + 1);
    if !ANSWERS.get().is_multiple_of(period) {
        return None;
    }
    TOLD.set(TOLD.get() + 1);
    Some(told)
}

pub(super) fn status(honest: LpStatus) -> LpStatus {
    RUNS.with_borrow_mut(|runs| match runs {
        Some((0, end)) => end(),
        Some((left, _)) => *left -= 1,
        None => {}
    });
    due(|lie| lie.status).map_or(honest, |lie| lie(honest))
}

pub(super) fn point(honest: Option<LpPoint>) -> Option<LpPoint> {
    match due(|lie| lie.point) {
        Some(lie) => honest.and_then(lie),
        None => honest,
    }
}

pub(super) fn ray(honest: Option<Vec<f64>>, rows: usize) -> Option<Vec<f64>> {
    match due(|lie| lie.ray) {
        Some(lie) => lie(honest, rows),
        None => honest,
    }
}

pub(super) fn basis(honest: Option<LpBasis>) -> Option<LpBasis> {
    match due(|lie| lie.basis) {
        Some(lie) => honest.map(lie),
        None => honest,
    }
}
