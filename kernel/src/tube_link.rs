//! One step of a tube: from the masses of a column to a row of differences of values ([16]).

use crate::prelude::*;

/// Bits after the point.
pub(crate) const BITS: u32 = 44;
pub(crate) const ONE: i64 = 1 << BITS;
/// Coefficients are less than this, and differences of values less than the next one: products of
/// both and of a multiplier of regret fit.
const LARGEST: i128 = 1 << 56;
const MOST_VALUE: i128 = 1 << 52;
/// Costs of a stage are at most this, and leader's rewards at least minus this.
pub(crate) const MOST_COST: i64 = 1 << 50;
/// The least difference of two probabilities that is divided by.
const LEAST_SLOPE: i128 = 1 << (BITS - 24);
/// Slopes are less than this.
const MOST_SLOPE: i128 = 1 << 56;

/// What a pair has: its reward, its probability of state 1, the leader's reward; then the same
/// times the mass of its state.
pub(crate) type Curves = Vec<[Vec<i64>; 6]>;
const REWARD: usize = 0;
const NEXT: usize = 1;
const PAYOFF: usize = 2;
/// What is multiplied by the mass of the state comes so many places later.
const OF_MASS: usize = 3;

/// The greatest integer that is not above a number times `2^BITS`.
pub(crate) fn fixed(value: &Rational) -> Done<i64> {
    charge_number(value)?;
    let integer = (value * Rational::from(Integer::ONE << BITS as usize)).floor();
    let integer = i64::try_from(&integer).ok().filter(|n| i128::from(n.abs()) < LARGEST);
    integer.ok_or_else(|| Refusal::Limit("a number of a tube that is too large".to_string()))
}

/// The polynomials of one stage in the mass of state 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Data {
    /// How many pairs state 0 has: they come first.
    pub(crate) first: usize,
    pub(crate) curves: Curves,
    /// For each pair the first one that leads to the same and pays the leader the same.
    alike: Vec<usize>,
    /// Whether the leader's reward is not 0.
    pub(crate) pays: bool,
    /// What a step costs, about.
    pub(crate) effort: usize,
}

impl Data {
    pub(crate) fn new(first: usize, curves: Curves, alike: Vec<usize>) -> Self {
        let pays = curves.iter().any(|curve| curve[PAYOFF].iter().any(|c| *c != 0));
        let effort = 16 * curves.len().pow(2) * curves.first().map_or(1, |c| c[0].len());
        Data { first, curves, alike, pays, effort }
    }
}

/// A column of masses, and the polynomials in what the mass exceeds its left end by.
pub(crate) struct Column {
    curves: Curves,
    index: i64,
    level: u32,
}

/// Slopes that are added to what a step costs: `next` times the mass that follows, less `own` times
/// the mass. Along a path they cancel.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tilt {
    pub(crate) own: i64,
    pub(crate) next: i64,
}

impl Column {
    pub(crate) fn of(data: &Data, index: i64, level: u32) -> Done<Column> {
        charge(data.effort)?;
        let shift = |curve: &Vec<i64>| shifted(curve, index, level);
        let each = |curves: &[Vec<i64>; 6]| -> Done<[Vec<i64>; 6]> {
            let mut own: [Vec<i64>; 6] = Default::default();
            for (own, curve) in own.iter_mut().zip(curves) {
                *own = shift(curve)?;
            }
            Ok(own)
        };
        let curves = data.curves.iter().map(each).collect::<Done<Curves>>()?;
        Ok(Column { curves, index, level })
    }
}

/// The polynomial `p(a + y)`, `a = index / 2^level`, but for errors of at most `n (n - 1) / 2`
/// units of its value on `0 <= y <= 1 - a`, for `n` coefficients.
fn shifted(curve: &[i64], index: i64, level: u32) -> Done<Vec<i64>> {
    let mut own = curve.to_vec();
    for k in 0..own.len() {
        for j in (k..own.len() - 1).rev() {
            let sum = i128::from(own[j]) + ((i128::from(own[j + 1]) * i128::from(index)) >> level);
            limit(sum.abs() < LARGEST, "a number of a tube that is too large")?;
            own[j] = sum as i64;
        }
    }
    Ok(own)
}

/// The pairs of a stage over a column of masses and an interval of differences of values.
pub(crate) struct Pairs<'a> {
    curves: &'a [[Vec<i64>; 6]],
    alike: &'a [usize],
    first: usize,
    index: i64,
    level: u32,
    /// Number of coefficients.
    size: usize,
    ends: [i64; 2],
    /// What a curve may be wrong by, and the same for one times a difference of values.
    error: i128,
    product: i128,
}

/// What a step may cost, as a function of the mass that follows.
#[derive(Default)]
pub(crate) struct Link {
    /// Ends of the mass that follows.
    next: (i64, i64),
    /// The pairs that the states may play.
    pairs: Vec<(usize, usize)>,
    /// Slope and height of lines below the regret, and below its mixture with the leader's reward.
    pub(crate) pieces: [Vec<(i64, i64)>; 2],
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(data: &'a Data, column: &'a Column, ends: [i64; 2]) -> Self {
        let Column { curves, index, level } = column;
        let size = curves.first().map_or(1, |curves| curves[0].len());
        let error = (size * (size + 1) / 2) as i128;
        let product = error * (1 + (i128::from(ends[0].abs().max(ends[1].abs())) >> BITS)) + 1;
        Pairs {
            curves,
            alike: &data.alike,
            first: data.first,
            index: *index,
            level: *level,
            size,
            ends,
            error,
            product,
        }
    }

    /// A lower bound over the column of a polynomial with these coefficients.
    fn least(&self, coefficient: impl Fn(usize) -> i128) -> i128 {
        let rest =
            (1..self.size).map(|d| coefficient(d).min(0) >> (self.level * d as u32).min(127));
        coefficient(0) + rest.sum::<i128>()
    }

    /// Bounds of by how much pair `i` earns more than pair `j`.
    fn difference(&self, i: usize, j: usize) -> (i128, i128) {
        let (a, b) = (&self.curves[i], &self.curves[j]);
        let reward = |d: usize| i128::from(a[REWARD][d]) - i128::from(b[REWARD][d]);
        let next = |d: usize| i128::from(a[NEXT][d]) - i128::from(b[NEXT][d]);
        let ends = self.ends.map(|value| {
            let sum = move |d| reward(d) + ((next(d) * i128::from(value)) >> BITS);
            (self.least(sum), -self.least(move |d| -sum(d)))
        });
        let error = 2 * self.error + 2 * self.product + self.size as i128;
        (ends[0].0.min(ends[1].0) - error, ends[0].1.max(ends[1].1) + error)
    }

    /// The pairs of a state.
    fn of_state(&self, state: usize) -> Range<usize> {
        if state == 0 { 0..self.first } else { self.first..self.curves.len() }
    }

    /// Ends of the difference of the values of the two states.
    pub(crate) fn values(&self) -> Done<(i64, i64)> {
        let mut least = i128::MIN;
        let mut above = vec![i128::MIN; self.first];
        for j in self.of_state(1) {
            let mut lowest = i128::MAX;
            for i in self.of_state(0) {
                let (low, high) = self.difference(j, i);
                lowest = lowest.min(low);
                above[i] = above[i].max(high);
            }
            least = least.max(lowest);
        }
        let greatest = above.into_iter().min().unwrap_or(i128::MAX);
        let fits = least > -MOST_VALUE && greatest < MOST_VALUE;
        limit(fits, "a difference of values that is too large")?;
        Ok((least as i64, greatest as i64))
    }

    /// A lower bound of the leader's reward of the stage.
    pub(crate) fn payoff(&self) -> i128 {
        let of = |i: usize, j: usize| {
            let (a, b) = (&self.curves[i][OF_MASS + PAYOFF], &self.curves[j][OF_MASS + PAYOFF]);
            self.least(|d| i128::from(a[d]) + i128::from(b[d])) - 2 * self.error
        };
        let each = self.of_state(0).flat_map(|i| self.of_state(1).map(move |j| of(i, j)));
        each.min().unwrap_or(0)
    }

    /// What the steps of the column cost.
    pub(crate) fn link(&self, weight: Option<u32>, tilt: Tilt, link: &mut Link) -> Done {
        let (others, used) = self.others();
        link.pairs.clear();
        for i in self.of_state(0).filter(|i| used[*i]) {
            link.pairs.extend(self.of_state(1).filter(|j| used[*j]).map(|j| (i, j)));
        }
        let pairs = &link.pairs;
        let mass = |i: usize, d: usize| i128::from(self.curves[i][OF_MASS + NEXT][d]);
        let (mut low, mut high) = (i128::MAX, i128::MIN);
        for &(i, j) in pairs {
            low = low.min(self.least(|d| mass(i, d) + mass(j, d)));
            high = high.max(-self.least(|d| -mass(i, d) - mass(j, d)));
        }
        let within = |value: i128| value.clamp(0, i128::from(ONE)) as i64;
        link.next = (within(low - 2 * self.error), within(high + 2 * self.error));
        let kinds = [Some((1, 0)), weight.map(|weight| (i128::from(weight), 1))];
        for (pieces, kind) in link.pieces.iter_mut().zip(kinds) {
            pieces.clear();
            let Some(kind) = kind else { continue };
            let tilt = if kind.1 > 0 { tilt } else { Tilt::default() };
            let mut line = |slope: i64| {
                let own = |&(i, j): &(usize, usize)| [(i, others[i]), (j, others[j])];
                let lines = pairs.iter().map(|both| self.line((slope, tilt.own), kind, own(both)));
                let height = lines.min().unwrap_or(0).min(LARGEST);
                if height > -LARGEST {
                    pieces.push((slope + tilt.next, height as i64));
                }
            };
            if kind.1 > 0 {
                line(0);
            }
            for state in [0, 1] {
                for i in self.of_state(state).filter(|i| used[*i]) {
                    for j in (i + 1..self.of_state(state).end).filter(|j| used[*j]) {
                        self.slopes(i, j, kind).into_iter().flatten().for_each(&mut line);
                    }
                }
            }
        }
        Ok(())
    }

    /// For each pair one of its state that earns more, or itself; and whether it has to be looked
    /// at: not where another one that leads to the same earns more.
    fn others(&self) -> (Vec<usize>, Vec<bool>) {
        let mut others: Vec<usize> = (0..self.curves.len()).collect();
        let mut used = vec![true; self.curves.len()];
        for state in [0, 1] {
            for i in self.of_state(state) {
                let mut most = 0;
                for k in self.of_state(state).filter(|k| *k != i) {
                    let more = self.difference(k, i).0;
                    used[i] &= self.alike[i] != self.alike[k] || more <= 0;
                    if more > most {
                        (most, others[i]) = (more, k);
                    }
                }
            }
        }
        (others, used)
    }

    /// A lower bound of the mass of each state times (`kind.0` its regret, plus `kind.1` the
    /// leader's reward, less `slope` the probability of state 1), less `fall` the mass of state 1,
    /// where state 0 plays the first pair and state 1 the second; the pairs beside them earn at
    /// most the best.
    fn line(
        &self,
        (slope, fall): (i64, i64),
        kind: (i128, i128),
        pairs: [(usize, usize); 2],
    ) -> i128 {
        let part = |which: usize, d: usize| -> i128 {
            let of = |i: usize| i128::from(self.curves[i][OF_MASS + which][d]);
            match which {
                PAYOFF => kind.1 * pairs.iter().map(|pair| of(pair.0)).sum::<i128>(),
                _ => kind.0 * pairs.iter().map(|pair| of(pair.1) - of(pair.0)).sum::<i128>(),
            }
        };
        let next = |d: usize| -> i128 {
            pairs.iter().map(|pair| i128::from(self.curves[pair.0][OF_MASS + NEXT][d])).sum()
        };
        let at = |value: i64| {
            self.least(|d| {
                let moving = (part(NEXT, d) * i128::from(value)) >> BITS;
                let down = (next(d) * -i128::from(slope)) >> BITS;
                let fallen = match d {
                    0 => (-i128::from(fall) * i128::from(self.index)) >> self.level,
                    1 => -i128::from(fall),
                    _ => 0,
                };
                part(REWARD, d) + part(PAYOFF, d) + moving + down + fallen
            })
        };
        let steep = 1 + (i128::from(slope.abs()) >> BITS);
        let curves = self.error * (4 * kind.0 + 2 * kind.1 + 2 * steep);
        at(self.ends[0]).min(at(self.ends[1])) - curves - 4 * kind.0 * self.product
    }

    /// Slopes of cost over the probability of state 1 from one pair to another, of which the
    /// corners of the box have the least and the greatest.
    fn slopes(&self, i: usize, j: usize, kind: (i128, i128)) -> [Option<i64>; 2] {
        let (a, b) = (&self.curves[i], &self.curves[j]);
        let mut ends = (i128::MAX, i128::MIN);
        for right in [false, true] {
            let at = |which: usize| {
                let terms = (0..if right { self.size } else { 1 }).map(|d| {
                    let own = i128::from(a[which][d]) - i128::from(b[which][d]);
                    own >> (self.level * d as u32).min(127)
                });
                terms.sum::<i128>()
            };
            let next = at(NEXT);
            if next.abs() < LEAST_SLOPE {
                return [None; 2];
            }
            for value in self.ends {
                let earned = at(REWARD) + ((next * i128::from(value)) >> BITS);
                let slope = ((kind.1 * at(PAYOFF) - kind.0 * earned) << BITS) / next;
                ends = (ends.0.min(slope), ends.1.max(slope));
            }
        }
        if ends.0 < -MOST_SLOPE || ends.1 > MOST_SLOPE {
            return [None; 2];
        }
        match kind.1 {
            0 if ends.0 > 0 => [Some(ends.0 as i64), None],
            0 if ends.1 < 0 => [Some(ends.1 as i64), None],
            0 => [None; 2],
            _ => [Some(ends.0 as i64), Some(ends.1 as i64)],
        }
    }
}

impl Link {
    /// The first and the last cell of a level that can follow at a regret of at most `room`.
    pub(crate) fn reach(&self, level: u32, room: i64) -> (i64, i64) {
        let digits = BITS - level;
        let last = (1i64 << level) - 1;
        let (mut low, mut high) =
            ((self.next.0 >> digits).min(last), (self.next.1 >> digits).min(last));
        for &(slope, height) in &self.pieces[0] {
            // slope * end + height <= room, up to one unit
            let most = i128::from(room) - i128::from(height) + 1;
            if slope > 0 {
                let end = ((most << BITS).div_euclid(i128::from(slope))) >> digits;
                high = high.min(end.clamp(-1, i128::from(last)) as i64);
            }
            if slope < 0 {
                let end = ((-most << BITS).div_euclid(-i128::from(slope))) >> digits;
                low = low.max((end - 1).clamp(0, i128::from(last) + 1) as i64);
            }
        }
        (low, high)
    }

    /// A lower bound of the cost where the mass that follows is in a cell: of regret, or mixed.
    pub(crate) fn cost(&self, kind: usize, cell: i64, level: u32) -> i64 {
        let (low, high) = (cell << (BITS - level), (cell + 1) << (BITS - level));
        let least = if kind == 0 { 0 } else { i128::MIN };
        let cost = self.pieces[kind].iter().fold(least, |most, &(slope, height)| {
            let end = if slope < 0 { high } else { low };
            let line = (i128::from(slope) * i128::from(end)) >> BITS;
            most.max(line + i128::from(height))
        });
        cost.clamp(-2 * i128::from(MOST_COST), i128::from(MOST_COST)) as i64
    }
}
