//! Boxes that a step of the certificate does not close at once with the kernel's bounds: they are
//! confined further or halved, and the step is tried on each part.

use super::Tree;
use super::combine::{Combined, Multipliers};
use super::confine::Found;
use super::data::Region;
use super::differences::Differences;
use super::dyadic::{end_bits, nearest, rational};
use super::monomials::{Monomials, ONE};
use crate::certificate::LiftedMultipliers;
use crate::check::Fault;
use crate::exact::Rational;
use smfg_kernel::{Combination, Name, Polynomial, Row, Sense};

/// Most times that the box of one step is halved, and most times in a row.
const MOST_HALVINGS: usize = 256;
const MOST_DEPTH: usize = 24;
/// Share of what is left of a range by which an end may lie farther out than the certificate's.
const BEHIND: f64 = 1e-3;
/// Most rounds of regrets for one step.
pub(super) const MOST_ROUNDS: usize = 4;
/// A round that takes less than this share of a range from it has not moved it.
const WORTHWHILE: f64 = 0.02;
/// Coordinates, those of the widest ranges, that are tried before one is halved.
const MOST_TRIED: usize = 6;

/// A side of a box: the statistic, and whether it is its upper end.
pub(super) type Side = (usize, bool);

/// An end that is to be shown: `sign x_k >= least`.
#[derive(Debug, Clone, Copy)]
struct End {
    side: Side,
    least: f64,
}

/// How a box is closed: by a combination, or in two parts, cut at a value of a coordinate.
#[derive(Debug)]
enum Parts {
    Whole(Box<Combination>),
    Halves { k: usize, at: f64, parts: Box<[Parts; 2]> },
}

impl End {
    fn sign(self) -> f64 {
        if self.side.1 { -1.0 } else { 1.0 }
    }
}

/// `sign x_k` in the coordinates of a box.
fn goal(side: Option<Side>, region: &[(f64, f64)]) -> Vec<(u32, f64)> {
    let Some((k, upper)) = side else { return Vec::new() };
    let (sign, (low, high)) = (if upper { -1.0 } else { 1.0 }, region[k]);
    vec![(ONE, sign * low), (Monomials::coordinate(k), sign * (high - low))]
}

impl Tree<'_> {
    /// Closes the last open box of the proof by the multipliers of a leaf.
    pub(super) fn close_by_multipliers(&mut self, given: &LiftedMultipliers) -> Result<(), Fault> {
        self.here()?;
        let multipliers = self.rounded(given)?;
        let combined = self.game.combined(&self.context, &multipliers, &[], &[]);
        let Err(refusal) = self.proof.close(&combined.combination) else { return Ok(()) };
        let region = self.game.region.clone();
        let mut left = MOST_HALVINGS;
        match self.plan(region, &multipliers, None, (&mut left, MOST_DEPTH)) {
            Some(parts) => self.close_parts(&parts),
            None => Err(refusal.into()),
        }
    }

    /// Moves an end to where the certificate has it, or as far as the multipliers show it.
    pub(super) fn show_end(
        &mut self,
        side: Side,
        bound: i64,
        keeps: bool,
        given: &LiftedMultipliers,
    ) -> Result<(), Fault> {
        let multipliers = self.rounded(given)?;
        let goal = goal(Some(side), &self.game.region);
        let combined = self.game.combined(&self.context, &multipliers, &[], &goal);
        let (k, upper) = side;
        let sign = if upper { -1.0 } else { 1.0 };
        let stated = sign * bound as f64 * 2f64.powi(-(self.bits as i32));
        let mut region = self.top()?.shown.clone();
        let (known, other) = if upper { (-region[k].1, -region[k].0) } else { region[k] };
        let least = stated.min(other);
        let behind = if keeps { BEHIND * (other - least) } else { 0.0 };
        let mut left = MOST_HALVINGS;
        if combined.least < least - behind && least > known {
            // What lies beyond the end is closed in parts.
            *(if upper { &mut region[k].0 } else { &mut region[k].1 }) = sign * least;
            let end = End { side, least };
            if let Some(parts) = self.plan(region, &multipliers, Some(end), (&mut left, MOST_DEPTH))
            {
                if least < other {
                    return self.cut_off(end, &parts);
                }
                self.top()?.closed = true;
                return self.close_parts(&parts);
            }
        }
        self.move_end(side, Some(bound), combined.least, keeps, &combined.combination)
    }

    /// Closes what lies beyond an end.
    fn cut_off(&mut self, end: End, parts: &Parts) -> Result<(), Fault> {
        let (k, upper) = end.side;
        let (sign, least) = (rational(end.sign()), rational(end.least));
        let form = |factor: &Rational| {
            Polynomial::constant(-&least * factor)
                .plus(&Polynomial::variable(self.context.names[k]), &(&sign * factor))
        };
        let (inside, beyond) = (form(&Rational::ONE), form(&Rational::NEG_ONE));
        self.proof.divide(&Row::of(Sense::AtLeast, inside))?;
        let rows = self.top()?.rows;
        let own = (Name::Row(rows), Polynomial::constant(Rational::ONE));
        let combination = Combination { rows: vec![own], ..Combination::default() };
        self.proof.derive(Row::of(Sense::AtLeast, beyond), &combination)?;
        self.close_parts(parts)?;
        let shown = &mut self.top()?.shown[k];
        *(if upper { &mut shown.1 } else { &mut shown.0 }) = end.sign() * end.least;
        Ok(())
    }

    /// How multipliers close a box, or what of it lies beyond an end: in as many parts as it takes,
    /// `left` of them at most.
    fn plan(
        &mut self,
        region: Region,
        multipliers: &Multipliers,
        end: Option<End>,
        (left, depth): (&mut usize, usize),
    ) -> Option<Parts> {
        self.current = false;
        let wanted = end.map_or(0.0, |end| end.least);
        self.game.move_to(region.clone());
        let goal = goal(end.map(|end| end.side), &region);
        let mut combined = self.game.combined(&self.context, multipliers, &[], &goal);
        if combined.least >= wanted {
            if let Some(End { side: (k, upper), .. }) = end {
                let name = self.context.names[k];
                let name = if upper { Name::Lower(name) } else { Name::Upper(name) };
                combined.combination.rows.push((name, Polynomial::constant(Rational::ONE)));
            }
            return Some(Parts::Whole(Box::new(combined.combination)));
        }
        if *left == 0 || depth == 0 {
            return None;
        }
        *left -= 1;
        let (k, at) = self.better_halves(&region, multipliers, end)?;
        let (mut lower, mut upper) = (region.clone(), region);
        (lower[k].1, upper[k].0) = (at, at);
        let lower = self.plan(lower, multipliers, end, (&mut *left, depth - 1))?;
        let upper = self.plan(upper, multipliers, end, (left, depth - 1))?;
        Some(Parts::Halves { k, at, parts: Box::new([lower, upper]) })
    }

    /// The coordinate, and where it is cut, whose halves the multipliers bound best.
    fn better_halves(
        &mut self,
        whole: &Region,
        multipliers: &Multipliers,
        end: Option<End>,
    ) -> Option<(usize, f64)> {
        let mut best: Option<(f64, (usize, f64))> = None;
        for k in self.widest(whole).into_iter().take(MOST_TRIED) {
            let at = middle(whole[k]);
            let mut least = f64::INFINITY;
            for half in [(whole[k].0, at), (at, whole[k].1)] {
                let mut region = whole.clone();
                region[k] = half;
                let goal = goal(end.map(|end| end.side), &region);
                self.game.move_to(region);
                let combined = self.game.combined(&self.context, multipliers, &[], &goal);
                least = least.min(combined.least);
            }
            if best.is_none_or(|best| least > best.0) {
                best = Some((least, (k, at)));
            }
        }
        best.map(|best| best.1)
    }

    fn close_parts(&mut self, parts: &Parts) -> Result<(), Fault> {
        match parts {
            Parts::Whole(combination) => self.proof.close(combination)?,
            Parts::Halves { k, at, parts } => {
                self.proof.split(self.context.names[*k], rational(*at))?;
                parts.iter().try_for_each(|part| self.close_parts(part))?;
            }
        }
        Ok(())
    }

    /// Closes the last open box of the proof by regrets.
    pub(super) fn close_by_regrets(&mut self) -> Result<(), Fault> {
        let depth = self.open.len();
        for _ in 0..=2 * MOST_HALVINGS {
            match self.without_equilibria()? {
                true if self.open.len() == depth => return Ok(()),
                true => self.pop(),
                false => {
                    let region = self.top()?.shown.clone();
                    let k = *self.widest(&region).first().ok_or(Fault::NotVoid)?;
                    self.halve(k)?;
                }
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
            let goal = goal(Some((k, upper)), &self.game.region);
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

    /// The coordinates with a width, those of the widest ranges, as shares of the root box, first.
    fn widest(&self, region: &Region) -> Vec<usize> {
        let share = |k: usize| {
            let (low, high) = self.root[k];
            (region[k].1 - region[k].0) / (high - low).max(f64::MIN_POSITIVE)
        };
        let mut order: Vec<usize> = (0..region.len()).filter(|&k| share(k) > 0.0).collect();
        order.sort_by(|&a, &b| share(b).total_cmp(&share(a)).then(a.cmp(&b)));
        order
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
