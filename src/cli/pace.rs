//! Progress in words, with an estimate of the time that is left.

use super::limit_arguments::LimitArguments;
use crate::exact::{Rational, to_approx};
use crate::leader::Progress;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Shortest time from which something is estimated, in seconds.
const PATIENCE: f64 = 2.0;
/// Longest estimate that means anything, as a multiple of the time so far.
const FARTHEST: f64 = 1000.0;

/// How fast a gap closes.
#[derive(Debug)]
pub(super) struct Pace {
    start: Instant,
    /// Accepted gap, relative to `max(1, |value|)`.
    gap: f64,
    limit: Option<f64>,
    /// Seconds and the gap then, each sample at least a tenth later than the one before.
    samples: Mutex<Vec<(f64, f64)>>,
}

impl Pace {
    /// Begins now.
    pub(super) fn start(gap: &Rational, limits: LimitArguments) -> Self {
        Pace {
            start: Instant::now(),
            gap: to_approx(gap),
            limit: limits.time_limit.map(|limit| limit.as_secs_f64()),
            samples: Mutex::default(),
        }
    }

    /// Progress in words.
    pub(super) fn describe(&self, progress: &Progress) -> String {
        let Progress { lower_approx, upper_approx, .. } = *progress;
        let gap = upper_approx - lower_approx;
        let mut text = describe(progress);
        let scale = lower_approx.abs().max(upper_approx.abs()).max(1.0);
        let seconds = self.start.elapsed().as_secs_f64();
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = left(&mut samples, (seconds, gap), self.gap * scale) {
            let left = self.limit.map_or(left, |limit| left.min((limit - seconds).max(0.0)));
            text.push_str(&format!(", about {left:.0} s left"));
        }
        text
    }
}

/// Progress in words.
pub(super) fn describe(progress: &Progress) -> String {
    let Progress { stage, lower_approx, upper_approx, open, decisions } = *progress;
    let gap = upper_approx - lower_approx;
    format!(
        "{stage}: value about {lower_approx:.6} to {upper_approx:.6}, gap {gap:.1e}, \
         {open} of {decisions} decisions open"
    )
}

/// Seconds until the gap is `wanted`, when it goes on to close as it did since half of the time;
/// `None` where it does not close.
fn left(samples: &mut Vec<(f64, f64)>, now: (f64, f64), wanted: f64) -> Option<f64> {
    let (seconds, gap) = now;
    if !gap.is_finite() || gap <= 0.0 || wanted <= 0.0 {
        return None;
    }
    // Another search has begun.
    if samples.last().is_some_and(|(_, before)| gap > *before) {
        samples.clear();
    }
    if samples.last().is_none_or(|(last, _)| seconds > 1.1 * last + 0.01) {
        samples.push(now);
    }
    let (then, wider) = *samples.iter().find(|(then, _)| *then >= seconds / 2.0)?;
    let rate = (wider / gap).ln() / (seconds - then);
    let left = (gap / wanted).ln().max(0.0) / rate;
    (seconds > PATIENCE && rate > 0.0 && left <= FARTHEST * seconds).then_some(left)
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn a_gap_that_halves_every_second_is_closed_when_it_is() {
        let mut samples = Vec::new();
        let mut last = None;
        for tenth in 1..=100 {
            let seconds = f64::from(tenth) / 10.0;
            last = left(&mut samples, (seconds, 0.5f64.powf(seconds)), 0.5f64.powi(25));
        }
        // After 10 s the gap is 2^-10: 15 s more.
        let last = last.expect("an estimate");
        assert!((last - 15.0).abs() < 0.1, "{last}");
    }

    #[test]
    fn nothing_is_said_of_a_gap_that_stays() {
        let mut samples = Vec::new();
        for second in 1..100 {
            assert_eq!(left(&mut samples, (f64::from(second), 0.5), 1e-6), None);
        }
        assert_eq!(left(&mut samples, (200.0, f64::INFINITY), 1e-6), None);
    }
}
