//! One round of regrets on a box, statement (Z) of docs/certificate.md.
//!
//! Backwards, what the values of two states differ by at most, and what the regret of each action
//! is at least; then forwards and backwards through the stages, where masses can be when all
//! regrets together are at most eps and the leader gets less than is claimed.

use super::super::verdict::Fault;
use super::data::{BoxGame, Region};
use super::leaf::Claimed;
use super::monomials::ONE;
use super::numbers::{Enclosure, narrow};
use super::stage_box::{Row, StageBox, Void};

/// Most numbers of a round, most stages, and the largest weight of a mass: within them no sum is
/// out of range, beyond them the rule refuses.
const MOST_WORK: usize = 1 << 24;
const MOST_STAGES: usize = 1 << 10;
const LARGEST_WEIGHT: i64 = 1 << 60;

/// What a round leaves of a box.
#[derive(Debug)]
pub(super) enum Left {
    /// No equilibrium of interest.
    Nothing,
    /// Ends of the statistics, rounded outwards.
    Ends(Vec<(i64, i64)>),
}

/// Why there is no number: there is nothing within the bounds, or the numbers are out of range.
#[derive(Debug)]
enum Stop {
    /// No masses are within the bounds.
    Void,
    /// Out of range.
    Fault(Fault),
}

impl From<Void> for Stop {
    fn from(_: Void) -> Self {
        Stop::Void
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

/// The range of a polynomial on the box, from its enclosed terms.
fn add_range((low, high): &mut (i128, i128), monomial: u32, (least, greatest): (i128, i128)) {
    if monomial == ONE {
        *low += least;
        *high += greatest;
    } else {
        *low += least.min(0);
        *high += greatest.max(0);
    }
}

/// The range of `a - b`, terms in increasing order of their monomials.
fn difference(a: &[(u32, Enclosure)], b: &[(u32, Enclosure)]) -> (i128, i128) {
    let mut range = (0, 0);
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let number = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => x.0.min(y.0),
            (Some(x), None) => x.0,
            (None, Some(y)) => y.0,
            (None, None) => return range,
        };
        let mut part = (0, 0);
        while let Some(&(_, value)) = a.next_if(|term| term.0 == number) {
            part = (part.0 + i128::from(value.low), part.1 + i128::from(value.high));
        }
        while let Some(&(_, value)) = b.next_if(|term| term.0 == number) {
            part = (part.0 - i128::from(value.high), part.1 - i128::from(value.low));
        }
        add_range(&mut range, number, part);
    }
}

/// What `v(s) - v(q)` does not exceed, `[s][q]`, at one stage.
type Above = Vec<Vec<i64>>;

/// The most that `sum of shift * v` can be where the shifts sum to 0, over `2^(2 bits)`: relative
/// to the state for which it is least. `None` when out of range.
fn most_gained(shift: &[(usize, i64, i64)], above: &Above) -> Option<i128> {
    let relative_to = |reference: usize| -> Option<i128> {
        let part = |&(place, low, high): &(usize, i64, i64)| {
            if place == reference {
                return 0;
            }
            let (least, greatest) =
                (-i128::from(above[reference][place]), i128::from(above[place][reference]));
            let (low, high) = (i128::from(low), i128::from(high));
            (low * least).max(low * greatest).max(high * least).max(high * greatest)
        };
        shift.iter().map(part).try_fold(0i128, i128::checked_add)
    };
    let mut least: Option<i128> = None;
    for &(reference, _, _) in shift {
        let sum = relative_to(reference)?;
        least = Some(least.map_or(sum, |known| known.min(sum)));
    }
    Some(least.unwrap_or(0))
}

/// The least regret of each action, `[stage][pair]`.
fn least_regrets(game: &BoxGame) -> Result<Vec<Vec<i64>>, Fault> {
    let bits = game.bits;
    let one = 1i128 << bits;
    let mut regrets = vec![Vec::new(); game.stages.len()];
    let mut above: Above = Vec::new();
    for (t, stage) in game.stages.iter().enumerate().rev() {
        let pairs = &stage.pairs;
        // What the value of one action exceeds that of another by at most.
        let excess = |i: usize, j: usize| -> Result<i64, Fault> {
            if i == j {
                return Ok(0);
            }
            let mut most = difference(stage.reward.of(i), stage.reward.of(j)).1;
            if let Some((successors, table)) = &stage.transition {
                let mut shift: Vec<(usize, i64, i64)> = Vec::new();
                for place in successors
                    .of_pair(i)
                    .chain(successors.of_pair(j))
                    .map(|entry| successors.state(entry))
                {
                    if shift.iter().any(|&(known, _, _)| known == place) {
                        continue;
                    }
                    let leading = |pair: usize| {
                        successors
                            .of_pair(pair)
                            .filter(move |&entry| successors.state(entry) == place)
                    };
                    let (low, high) = match (
                        leading(i).next(),
                        leading(i).nth(1),
                        leading(j).next(),
                        leading(j).nth(1),
                    ) {
                        (Some(of_i), None, Some(of_j), None) => {
                            difference(table.of(of_i), table.of(of_j))
                        }
                        _ => {
                            let ranges = leading(i).map(|entry| difference(table.of(entry), &[]));
                            let ranges = ranges
                                .chain(leading(j).map(|entry| difference(&[], table.of(entry))));
                            ranges.fold((0, 0), |sum, range| (sum.0 + range.0, sum.1 + range.1))
                        }
                    };
                    // Both probabilities are between 0 and 1.
                    shift.push((
                        place,
                        narrow(low.clamp(-one, one))?,
                        narrow(high.clamp(-one, one))?,
                    ));
                }
                // Rounded up.
                most -= (-most_gained(&shift, &above).ok_or(Fault::TooLarge)?) >> bits;
            }
            narrow(most)
        };
        let least = |i: usize, state: usize| -> Result<i64, Fault> {
            pairs
                .of_state(state)
                .map(|j| excess(i, j))
                .reduce(|a, b| Ok(a?.min(b?)))
                .unwrap_or(Err(Fault::Shape))
        };
        let mut here = Vec::with_capacity(pairs.states());
        for s in 0..pairs.states() {
            let mut optimal = Vec::new();
            for i in pairs.of_state(s) {
                let regret = least(i, s)?.checked_neg().ok_or(Fault::TooLarge)?.max(0);
                if regret == 0 {
                    optimal.push(i);
                }
                regrets[t].push(regret);
            }
            let mut row = vec![0; pairs.states()];
            for (q, value) in row.iter_mut().enumerate().filter(|(q, _)| *q != s) {
                *value = optimal
                    .iter()
                    .map(|&i| least(i, q))
                    .reduce(|a, b| Ok(a?.max(b?)))
                    .unwrap_or(Err(Fault::Shape))?;
            }
            here.push(row);
        }
        above = here;
    }
    Ok(regrets)
}

/// What the masses of a stage are weighed with.
struct Weights {
    regret: Vec<i64>,
    /// Not above `sigma` times the leader's reward.
    leader: Vec<i64>,
    /// Statistics in use: `(k, weights rounded down, weights rounded up)`.
    statistics: Vec<(usize, Vec<i64>, Vec<i64>)>,
    /// Per next state, ends of the probabilities that lead there.
    into: Vec<(Vec<i64>, Vec<i64>)>,
}

/// Parts of the stages in sums over the stages, over `2^(2 bits)`.
struct Parts {
    regret: Vec<i128>,
    leader: Vec<i128>,
    /// `[stage][statistic]`.
    statistics: Vec<Vec<(i128, i128)>>,
}

impl Parts {
    fn update(&mut self, t: usize, masses: &mut StageBox, weights: &Weights) -> Result<(), Void> {
        self.regret[t] = masses.least(|i| i128::from(weights.regret[i]))?;
        self.leader[t] = masses.least(|i| i128::from(weights.leader[i]))?;
        for (k, low, high) in &weights.statistics {
            self.statistics[t][*k] =
                (masses.least(|i| i128::from(low[i]))?, masses.greatest(|i| i128::from(high[i]))?);
        }
        Ok(())
    }

    /// The range of a statistic over all stages, or all but one.
    fn statistic(&self, k: usize, without: Option<usize>) -> (i128, i128) {
        let parts = self
            .statistics
            .iter()
            .enumerate()
            .filter(|(t, _)| Some(*t) != without)
            .map(|(_, stage)| stage[k]);
        parts.fold((0, 0), |(low, high), part| (low + part.0, high + part.1))
    }
}

fn negated(values: &[i64]) -> Result<Vec<i64>, Fault> {
    values.iter().map(|value| value.checked_neg().ok_or(Fault::TooLarge)).collect()
}

fn without(parts: &[i128], t: usize) -> i128 {
    parts.iter().enumerate().filter(|(other, _)| *other != t).map(|(_, part)| part).sum()
}

fn weights_of(
    game: &BoxGame,
    claimed: &Claimed,
    region: &Region,
    t: usize,
    regret: Vec<i64>,
) -> Result<Weights, Fault> {
    let stage = &game.stages[t];
    let count = stage.pairs.len();
    let one = 1i64 << game.bits;
    let mut leader = Vec::with_capacity(count);
    for pair in 0..count {
        let terms = stage.leader.of(pair);
        leader.push(narrow(if claimed.sigma {
            difference(terms, &[]).0
        } else {
            difference(&[], terms).0
        })?);
    }
    let mut statistics: Vec<(usize, Vec<i64>, Vec<i64>)> = Vec::new();
    for k in 0..region.len() {
        if stage.weights.iter().flatten().any(|(own, _)| *own == k) {
            let of_pair = |pair: usize| {
                stage.weights[pair]
                    .iter()
                    .find(|(own, _)| *own == k)
                    .map_or(Enclosure::default(), |&(_, w)| w)
            };
            statistics.push((
                k,
                (0..count).map(|pair| of_pair(pair).low).collect(),
                (0..count).map(|pair| of_pair(pair).high).collect(),
            ));
        }
    }
    let mut into = Vec::new();
    if let Some((successors, table)) = &stage.transition {
        let states = game.stages.get(t + 1).map_or(0, |next| next.pairs.states());
        into = vec![(vec![0i64; count], vec![0i64; count]); states];
        for pair in 0..count {
            for entry in successors.of_pair(pair) {
                let (low, high) = difference(table.of(entry), &[]);
                let (lows, highs) = into.get_mut(successors.state(entry)).ok_or(Fault::Shape)?;
                // The probabilities at a population are between 0 and 1.
                lows[pair] = (lows[pair].saturating_add(narrow(low.max(0))?)).min(one);
                highs[pair] = (highs[pair].saturating_add(narrow(high.max(0))?)).min(one);
            }
        }
    }
    let all = statistics
        .iter()
        .flat_map(|(_, low, high)| low.iter().chain(high))
        .chain(&regret)
        .chain(&leader);
    if all.into_iter().any(|weight: &i64| weight.unsigned_abs() > LARGEST_WEIGHT as u64) {
        return Err(Fault::TooLarge);
    }
    Ok(Weights { regret, leader, statistics, into })
}

/// One round on `region`, to which `game` has been moved.
pub(super) fn confine(game: &BoxGame, claimed: &Claimed, region: &Region) -> Result<Left, Fault> {
    match round(game, claimed, region) {
        Ok(ends) => Ok(ends.map_or(Left::Nothing, Left::Ends)),
        Err(Stop::Void) => Ok(Left::Nothing),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// The ends; `None` when `sigma J0` is nowhere below what is claimed.
fn round(
    game: &BoxGame,
    claimed: &Claimed,
    region: &Region,
) -> Result<Option<Vec<(i64, i64)>>, Stop> {
    let bits = game.bits;
    let mut work = 0usize;
    for stage in &game.stages {
        let count = stage.pairs.len();
        let longest = |pair: usize| {
            stage.transition.as_ref().map_or(0, |(successors, _)| successors.of_pair(pair).len())
        };
        let most = (0..count).map(longest).max().unwrap_or(0);
        work = work.saturating_add(
            count.saturating_mul(count).saturating_mul(most.saturating_mul(most).saturating_add(1)),
        );
    }
    if work > MOST_WORK || game.stages.len() > MOST_STAGES {
        return Err(Fault::TooLarge.into());
    }
    let stages = game.stages.len();
    let regrets = least_regrets(game)?;
    let mut weights = Vec::with_capacity(stages);
    for (t, regret) in regrets.into_iter().enumerate() {
        weights.push(weights_of(game, claimed, region, t, regret)?);
    }
    let mut boxes: Vec<StageBox> = Vec::with_capacity(stages);
    for stage in &game.stages {
        boxes.push(StageBox::new(
            (0..stage.pairs.states()).map(|s| stage.pairs.of_state(s)).collect(),
            bits,
        ));
    }
    let Some(first) = boxes.first_mut() else { return Err(Fault::Shape.into()) };
    for (s, mass) in game.initial.iter().enumerate() {
        first.set_mass(s, mass.low, mass.high);
    }
    let payoff = if claimed.sigma {
        difference(game.payoff.of(0), &[]).0
    } else {
        difference(&[], game.payoff.of(0)).0
    };
    let payoff = i128::from(narrow(payoff)?) << bits;
    let value = i128::from(claimed.value.high) << bits;
    let epsilon = i128::from(claimed.epsilon.high) << bits;
    let mut parts = Parts {
        regret: vec![0; stages],
        leader: vec![0; stages],
        statistics: vec![vec![(0, 0); region.len()]; stages],
    };
    for (t, weights) in weights.iter().enumerate() {
        parts.update(t, &mut boxes[t], weights)?;
    }
    for t in (0..stages).chain((0..stages).rev()) {
        let own = &weights[t];
        let mut rows = Vec::new();
        for (k, low, high) in &own.statistics {
            let (least, greatest) = parts.statistic(*k, Some(t));
            rows.push(Row {
                coefficients: high.clone(),
                side: (i128::from(region[*k].0) << bits) - greatest,
            });
            rows.push(Row {
                coefficients: negated(low)?,
                side: least - (i128::from(region[*k].1) << bits),
            });
        }
        rows.push(Row {
            coefficients: negated(&own.regret)?,
            side: without(&parts.regret, t) - epsilon,
        });
        rows.push(Row {
            coefficients: negated(&own.leader)?,
            side: without(&parts.leader, t) + payoff - value,
        });
        for (place, (low, high)) in own.into.iter().enumerate() {
            let (least, greatest) = boxes[t + 1].mass(place);
            rows.push(Row { coefficients: high.clone(), side: i128::from(least) << bits });
            rows.push(Row { coefficients: negated(low)?, side: -(i128::from(greatest) << bits) });
        }
        for row in &rows {
            boxes[t].apply(row)?;
        }
        parts.update(t, &mut boxes[t], own)?;
        for (place, (low, high)) in own.into.iter().enumerate() {
            let least = boxes[t].least(|i| i128::from(low[i]))? >> bits;
            let greatest = -((-boxes[t].greatest(|i| i128::from(high[i]))?) >> bits);
            boxes[t + 1].set_mass(place, narrow(least)?, narrow(greatest)?);
        }
    }
    if parts.leader.iter().sum::<i128>() + payoff >= value {
        return Ok(None);
    }
    let mut ends = Vec::with_capacity(region.len());
    for (k, &(low, high)) in region.iter().enumerate() {
        let (least, greatest) = parts.statistic(k, None);
        ends.push((low.max(narrow(least >> bits)?), high.min(narrow(-((-greatest) >> bits))?)));
    }
    Ok(Some(ends))
}
