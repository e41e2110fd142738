//! What values of states differ by at most on a box, and what regrets are at least.
//!
//! `Q_i - Q_j = r_i - r_j + sum_q delta_q (v(q) - v(o))` with `delta = P_i - P_j` and any state `o`,
//! and `v(q) - v(o)` lies between `-U(o, q)` and `U(q, o)`. For `l <= delta <= h` and
//! `kappa = h / (h - l)`, the multipliers `kappa delta + c` and `kappa delta + c - delta` of these
//! two rows are not negative with `c = -kappa l`, and their sum with the bounds is the greatest
//! product.

use super::cube::lowest;
use super::data::{BoxGame, BoxStage};
use super::dyadic::{below, nearest};
use super::monomials::{Monomials, Sum, Terms};

/// Fractional bits of `kappa` and of `c`.
const SHARE_BITS: i32 = 20;
const SHIFT_BITS: i32 = 46;
/// Differences of probabilities closer to 0 have one sign.
const SIGN: f64 = 1e-12;
/// Regrets smaller than this many units are none.
const LEAST_REGRET: f64 = 64.0;

/// How a product of a difference of probabilities with one of values is bounded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gain {
    pub(super) place: usize,
    pub(super) kappa: f64,
    pub(super) c: f64,
    /// Whether `U(place, o)` and `U(o, place)` are used.
    pub(super) up: bool,
    pub(super) down: bool,
}

/// What the value of a pair exceeds that of another by at most.
#[derive(Debug, Clone)]
pub(super) struct Excess {
    pub(super) most: f64,
    pub(super) reference: usize,
    pub(super) gains: Vec<Gain>,
}

/// `[s][q]`: what `v(s) - v(q)` does not exceed.
type Above = Vec<Vec<f64>>;

/// Differences of values and regrets of all stages.
#[derive(Debug, Default)]
pub(super) struct Differences {
    pub(super) above: Vec<Above>,
    /// Per stage and pair.
    pub(super) regrets: Vec<Vec<f64>>,
}

/// The pair of a state that another pair exceeds least.
#[derive(Debug, Clone)]
pub(super) struct Rival {
    pub(super) pair: usize,
    pub(super) excess: Excess,
}

impl Gain {
    /// The multipliers for `low <= delta <= high`, and the greatest product.
    fn of(place: usize, (low, high): (f64, f64), up: f64, down: f64) -> (Self, f64) {
        let (kappa, c) = if low >= -SIGN {
            (1.0, 0.0)
        } else if high <= SIGN {
            (0.0, 0.0)
        } else {
            let kappa = nearest(high / (high - low), SHARE_BITS);
            let least = (-kappa * low).max((1.0 - kappa) * high);
            (kappa, -below(-least, SHIFT_BITS) + 2f64.powi(-SHIFT_BITS))
        };
        let at = |delta: f64| (kappa * delta + c) * up + (kappa * delta + c - delta) * down;
        let zero = low.abs() <= SIGN && high.abs() <= SIGN;
        let gain = Gain {
            place,
            kappa,
            c,
            up: (kappa != 0.0 || c != 0.0) && !zero,
            down: (kappa != 1.0 || c != 0.0) && !zero,
        };
        (gain, at(low).max(at(high)))
    }
}

/// Least and greatest value that the kernel finds for a polynomial.
fn range(terms: &Terms, monomials: &Monomials) -> (f64, f64) {
    let negated: Terms = terms.iter().map(|&(number, value)| (number, -value)).collect();
    (lowest(terms, monomials), -lowest(&negated, monomials))
}

impl BoxStage {
    /// What `Q_i` exceeds `Q_j` by at most, `above` being the differences at the next stage.
    fn excess(&self, monomials: &Monomials, (i, j): (usize, usize), above: &Above) -> Excess {
        let (mut sum, mut terms) = (Sum::default(), Terms::new());
        sum.add_terms(1.0, self.reward.of(i));
        sum.add_terms(-1.0, self.reward.of(j));
        sum.take(&mut terms);
        let most = range(&terms, monomials).1;
        let Some((successors, table)) = &self.transition else {
            return Excess { most, reference: 0, gains: Vec::new() };
        };
        let place = |entry: usize| successors.state[entry] as usize;
        let mut places: Vec<usize> =
            successors.of_pair(i).chain(successors.of_pair(j)).map(place).collect();
        places.sort_unstable();
        places.dedup();
        let mut shifts: Vec<(usize, (f64, f64))> = Vec::with_capacity(places.len());
        for own in places {
            for (pair, sign) in [(i, 1.0), (j, -1.0)] {
                for entry in successors.of_pair(pair).filter(|&entry| place(entry) == own) {
                    sum.add_terms(sign, table.of(entry));
                }
            }
            sum.take(&mut terms);
            shifts.push((own, range(&terms, monomials)));
        }
        let mut best: Option<Excess> = None;
        for &(reference, _) in &shifts {
            let mut total = most;
            let mut gains = Vec::with_capacity(shifts.len());
            for &(own, shift) in shifts.iter().filter(|shift| shift.0 != reference) {
                let (up, down) = (above[own][reference], above[reference][own]);
                let (gain, value) = Gain::of(own, shift, up, down);
                gains.push(gain);
                total += value;
            }
            if best.as_ref().is_none_or(|best| total < best.most) {
                best = Some(Excess { most: total, reference, gains });
            }
        }
        best.unwrap_or(Excess { most, reference: 0, gains: Vec::new() })
    }

    /// The pair of state `q` that pair `i` exceeds least.
    fn rival(&self, monomials: &Monomials, i: usize, q: usize, above: &Above) -> Option<Rival> {
        let mut best: Option<Rival> = None;
        for pair in self.pairs.of_state(q).filter(|&pair| pair != i) {
            let excess = self.excess(monomials, (i, pair), above);
            if best.as_ref().is_none_or(|best| excess.most < best.excess.most) {
                best = Some(Rival { pair, excess });
            }
        }
        best
    }
}

impl BoxGame {
    /// Backwards: differences of values, rounded up, and regrets, rounded down.
    pub(super) fn differences(&self) -> Differences {
        let (bits, margin) = (self.bits, self.unit() / 8.0);
        let mut result = Differences {
            above: vec![Above::new(); self.stages.len() + 1],
            regrets: vec![Vec::new(); self.stages.len()],
        };
        for (t, stage) in self.stages.iter().enumerate().rev() {
            let (states, next) = (stage.pairs.states(), &result.above[t + 1]);
            let regret = |i: usize| {
                let rival = stage.rival(&self.monomials, i, stage.state[i], next);
                let least = below(rival.map_or(0.0, |rival| -rival.excess.most) - margin, bits);
                if least > LEAST_REGRET * self.unit() { least } else { 0.0 }
            };
            let regrets: Vec<f64> = (0..stage.pairs.len()).map(regret).collect();
            let mut above = vec![vec![0.0; states]; states];
            for (s, row) in above.iter_mut().enumerate() {
                for (q, value) in row.iter_mut().enumerate().filter(|(q, _)| *q != s) {
                    let optimal = stage.pairs.of_state(s).filter(|&i| regrets[i] <= 0.0);
                    let most = optimal
                        .filter_map(|i| stage.rival(&self.monomials, i, q, next))
                        .map(|rival| rival.excess.most)
                        .fold(f64::NEG_INFINITY, f64::max);
                    *value = -below(-most - margin, bits);
                }
            }
            result.above[t] = above;
            result.regrets[t] = regrets;
        }
        result
    }

    /// The pair of state `q` that pair `i` of stage `t` exceeds least.
    pub(super) fn rival(
        &self,
        differences: &Differences,
        t: usize,
        i: usize,
        q: usize,
    ) -> Option<Rival> {
        self.stages[t].rival(&self.monomials, i, q, &differences.above[t + 1])
    }

    /// What pair `i` of stage `t` exceeds pair `j` by at most.
    pub(super) fn excess(
        &self,
        differences: &Differences,
        t: usize,
        (i, j): (usize, usize),
    ) -> Excess {
        self.stages[t].excess(&self.monomials, (i, j), &differences.above[t + 1])
    }
}
