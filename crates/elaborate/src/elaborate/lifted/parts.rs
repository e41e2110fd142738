//! Boxes that a step of the certificate does not close at once with the kernel's bounds: they are
//! confined further or halved, and the step is tried on each half.

use super::Tree;
use super::combine::{Combined, Multipliers};
use super::confine::Found;
use super::data::Region;
use super::differences::Differences;
use super::dyadic::{end_bits, nearest, rational};
use super::monomials::{Monomials, ONE};
use crate::certificate::LiftedMultipliers;
use crate::check::Fault;

/// Most times that the box of one step is halved.
const MOST_HALVINGS: usize = 128;
/// Most rounds of regrets for one step.
pub(super) const MOST_ROUNDS: usize = 4;
/// A round that takes less than this share of a range from it has not moved it.
const WORTHWHILE: f64 = 0.02;
/// Coordinates, those of the widest ranges, that are tried before one is halved.
const MOST_TRIED: usize = 6;

/// A side of a box: the statistic, and whether it is its upper end.
pub(super) type Side = (usize, bool);

impl Tree<'_> {
    /// Closes the last open box of the proof by the multipliers of a leaf.
    pub(super) fn close_by_multipliers(&mut self, given: &LiftedMultipliers) -> Result<(), Fault> {
        let depth = self.open.len();
        for _ in 0..=2 * MOST_HALVINGS {
            self.here()?;
            let multipliers = self.rounded(given)?;
            let Combined { combination, .. } =
                self.game.combined(&self.context, &multipliers, &[], &[]);
            match self.proof.close(&combination) {
                Ok(()) if self.open.len() == depth => return Ok(()),
                Ok(()) => self.pop(),
                Err(refusal) => match self.better_halves(&multipliers)? {
                    Some(k) => self.halve(k)?,
                    None => return Err(refusal.into()),
                },
            }
        }
        Err(Fault::TooLarge)
    }

    /// Closes the last open box of the proof by regrets.
    pub(super) fn close_by_regrets(&mut self) -> Result<(), Fault> {
        let depth = self.open.len();
        for _ in 0..=2 * MOST_HALVINGS {
            match self.without_equilibria()? {
                true if self.open.len() == depth => return Ok(()),
                true => self.pop(),
                false => match self.widest().first() {
                    Some(&k) => self.halve(k)?,
                    None => return Err(Fault::NotVoid),
                },
            }
        }
        Err(Fault::NotVoid)
    }

    /// Rounds of regrets as long as they move ends; whether they have closed the box.
    fn without_equilibria(&mut self) -> Result<bool, Fault> {
        for _ in 0..MOST_ROUNDS {
            self.here()?;
            let differences = self.game.differences();
            match self.game.confine(&differences.regrets) {
                Found::Nothing(multipliers) => {
                    self.close_by(&multipliers, &differences)?;
                    return Ok(true);
                }
                Found::Ends(found) => {
                    let sides = (0..self.game.region.len()).flat_map(|k| [(k, false), (k, true)]);
                    let moved = self.ends(&found, sides, &differences);
                    if !self.move_ends(&moved, &differences)? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(false)
    }

    /// What a round of regrets shows of some sides.
    pub(super) fn ends(
        &mut self,
        found: &[[Multipliers; 2]],
        sides: impl Iterator<Item = Side>,
        differences: &Differences,
    ) -> Vec<(Side, Combined)> {
        let mut result = Vec::new();
        for (k, upper) in sides {
            let Some(of_sides) = found.get(k) else { continue };
            let (low, high) = self.game.region[k];
            let sign = if upper { -1.0 } else { 1.0 };
            let goal = [(ONE, sign * low), (Monomials::coordinate(k), sign * (high - low))];
            let multipliers = &of_sides[usize::from(upper)];
            let combined =
                self.game.combined(&self.context, multipliers, &differences.regrets, &goal);
            let gain = combined.least - if upper { -high } else { low };
            if gain > WORTHWHILE * (high - low) {
                result.push(((k, upper), combined));
            }
        }
        result
    }

    /// Moves ends as far as they were shown; whether there were any.
    pub(super) fn move_ends(
        &mut self,
        moved: &[(Side, Combined)],
        differences: &Differences,
    ) -> Result<bool, Fault> {
        let all: Vec<&Combined> = moved.iter().map(|(_, combined)| combined).collect();
        let row = self.regrets(&all, differences)?;
        for (side, combined) in moved {
            let combination = combined.with_regrets(row);
            self.move_end(*side, None, combined.least, true, &combination)?;
        }
        self.changed();
        Ok(!moved.is_empty())
    }

    /// The coordinates of ranges with a width, the widest ones, as shares of the root box, first.
    fn widest(&self) -> Vec<usize> {
        let Some(top) = self.open.last() else { return Vec::new() };
        let share = |k: usize| {
            let (low, high) = self.root[k];
            (top.shown[k].1 - top.shown[k].0) / (high - low).max(f64::MIN_POSITIVE)
        };
        let mut order: Vec<usize> = (0..top.shown.len()).filter(|&k| share(k) > 0.0).collect();
        order.sort_by(|&a, &b| share(b).total_cmp(&share(a)).then(a.cmp(&b)));
        order
    }

    /// The coordinate whose halves the multipliers bound best.
    fn better_halves(&mut self, multipliers: &Multipliers) -> Result<Option<usize>, Fault> {
        let whole: Region = self.top()?.shown.clone();
        let mut best: Option<(f64, usize)> = None;
        for k in self.widest().into_iter().take(MOST_TRIED) {
            let at = middle(whole[k]);
            let mut least = f64::INFINITY;
            for half in [(whole[k].0, at), (at, whole[k].1)] {
                let mut region = whole.clone();
                region[k] = half;
                self.game.move_to(region);
                let combined = self.game.combined(&self.context, multipliers, &[], &[]);
                least = least.min(combined.least);
            }
            if best.is_none_or(|best| least > best.0) {
                best = Some((least, k));
            }
        }
        self.current = false;
        Ok(best.map(|best| best.1))
    }

    /// Cuts the last open box of the proof in two halves.
    fn halve(&mut self, k: usize) -> Result<(), Fault> {
        let top = self.top()?;
        let at = middle(top.shown[k]);
        let mut lower = top.clone();
        lower.shown[k].1 = at;
        top.shown[k].0 = at;
        self.open.push(lower);
        self.proof.split(self.context.names[k], rational(at))?;
        self.changed();
        Ok(())
    }
}

/// A short number near the middle of a range.
fn middle((low, high): (f64, f64)) -> f64 {
    nearest(0.5 * (low + high), end_bits(high - low)).clamp(low, high)
}
