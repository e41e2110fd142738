//! The bound of one side: rounds of a tube, each on finer cells.

use super::path;
use crate::certificate::{Step, TubeStep};
use crate::equilibrium::lifted::Play;
use crate::equilibrium::{Control, Proof};
use crate::exact::{Rational, from_approx, to_approx};
use crate::game::{ColumnExt, Instance, instance_listing};
use smfg_kernel::{
    Cell, Claimed, Listing, Place, Polynomial, Round, Statement, TUBE_WORK, Tables, Tube, counted,
};
use std::time::Instant;

/// Halvings of a mass in the first round.
const FIRST_LEVEL: u32 = 5;
/// Most halvings.
const MOST_LEVEL: u32 = 20;
/// Halvings that all stages have sooner or later.
const COMMON_LEVEL: u32 = 6;
/// Stages around the one that pays that are divided as often, and how many halvings less each stage
/// farther away has.
const NEAR: usize = 4;
const RATE: f64 = 0.4;
/// How often differences of values are halved less than masses.
const VALUE_LEVELS: u32 = 1;
/// Most cells before a round, which may make four of each.
const MOST_CELLS: usize = 1_000_000;
/// By how much a round takes longer than the one before, at least and at most.
const GROWTH: (f64, f64) = (1.5, 4.0);
/// Largest multiplier of the regret.
const MOST_WEIGHT: u32 = 1 << 12;
/// Multipliers of the regret, at first, where several stages pay.
const WEIGHTS: [u32; 3] = [1, 4, 16];

/// The rounds of one side.
pub(super) struct Side {
    tables: Tables,
    units: (Rational, Rational),
    /// Whether small values of J0 are looked for.
    pessimistic: bool,
    /// Pairs of state 0 per stage, and the mass of state 1 at first.
    first: Vec<usize>,
    initial: f64,
    /// Whether all stages are divided alike, to look for paths.
    even: bool,
    /// The stages at which the leader is paid.
    paying: Vec<usize>,
    rounds: Vec<Round>,
    /// Slopes of the leader's reward that is still due, over the mass, where several stages pay.
    slopes: Vec<Rational>,
    /// What is shown of `sigma J0`, and what it has cost.
    bound: Option<Rational>,
    aimed: Option<Rational>,
    work: u64,
    seconds: f64,
    growth: f64,
    done: bool,
    /// The last round was beyond what a proof may take, or stopped: its cells are of no use.
    beyond: bool,
}

/// A power of two that is not less.
fn power(value: f64) -> Option<Rational> {
    from_approx(2f64.powi(value.abs().max(1e-9).log2().ceil() as i32))
}

/// The greatest difference of the values of both states, roughly.
fn reach(tables: &Tables, first: &[usize]) -> f64 {
    let (mut ends, mut most) = ((0.0, 0.0), 0f64);
    for (t, &first) in first.iter().enumerate().rev() {
        let curves: Vec<[&[i64]; 3]> = tables.curves(t).collect();
        let mut next = (f64::INFINITY, f64::NEG_INFINITY);
        for mass in (0..=16).map(|k| f64::from(k) / 16.0) {
            for ahead in [ends.0, ends.1] {
                let earned = |own: &[&[i64]; 3]| {
                    path::value(own[0], mass) + ahead * path::value(own[1], mass)
                };
                let best = |part: &[[&[i64]; 3]]| {
                    part.iter().map(earned).fold(f64::NEG_INFINITY, f64::max)
                };
                let own = best(&curves[first..]) - best(&curves[..first]);
                next = (next.0.min(own), next.1.max(own));
            }
        }
        ends = next;
        most = most.max(ends.0.abs()).max(ends.1.abs());
    }
    most
}

impl Side {
    /// Prepares the search for small values of `J0`, or large ones; `None` where tubes are not for
    /// the game.
    pub(super) fn new(
        instance: &Instance,
        epsilon: &Rational,
        pessimistic: bool,
        even: bool,
    ) -> Option<Self> {
        let listing: Listing = instance_listing(instance).ok()?;
        let (least, greatest) = instance.leader_range();
        let worst = if pessimistic { &greatest } else { &least };
        let statement = Statement {
            claimed: Claimed::Bound(Polynomial::constant(worst.clone())),
            pessimistic,
            epsilon: epsilon.clone(),
            place: Place::Decision(0),
            pattern: None,
        };
        let first: Vec<usize> =
            instance.stages.iter().map(|stage| stage.pairs.of_state(0).end).collect();
        let pay = power(to_approx(&least).abs().max(to_approx(&greatest).abs()))?;
        let rough = Rational::from(instance.stages.len() as u64);
        let rough = rough * power(instance.stages.iter().map(scale).fold(1e-9, f64::max))?;
        let tables = Tables::new(&listing, &statement, &(rough.clone(), pay.clone())).ok()?;
        let unit = power(reach(&tables, &first) * to_approx(&rough))?;
        let units = (unit, pay);
        let tables = Tables::new(&listing, &statement, &units).ok()?;
        let pays = |t: &usize| tables.curves(*t).any(|own| own[2].iter().any(|c| *c != 0));
        let paying: Vec<usize> = (0..first.len()).filter(pays).collect();
        Some(Side {
            tables,
            units,
            pessimistic,
            first,
            initial: to_approx(&instance.initial.get(1)),
            even,
            paying,
            rounds: Vec::new(),
            slopes: Vec::new(),
            bound: None,
            aimed: None,
            work: 0,
            seconds: 0.0,
            growth: GROWTH.1,
            done: false,
            beyond: false,
        })
    }

    /// Whether nothing more can be done.
    pub(super) fn done(&self) -> bool {
        self.done
    }

    /// A bound of `sigma J0` from below.
    pub(super) fn bound(&self) -> f64 {
        self.bound.as_ref().map_or(f64::NEG_INFINITY, to_approx)
    }

    /// How many rounds there were.
    pub(super) fn rounds(&self) -> usize {
        self.rounds.len()
    }

    /// From now on `sigma J0 < target` is asked for.
    pub(super) fn aim(&mut self, target: f64) {
        let short = (target * 2f64.powi(40)).floor() * 2f64.powi(-40);
        let Some(value) = from_approx(short).filter(|_| short.is_finite()) else { return };
        if self.aimed.as_ref().is_none_or(|aimed| value < *aimed) {
            let own = if self.pessimistic { value.clone() } else { -value.clone() };
            if self.tables.aim(&own, self.pessimistic).is_ok() {
                self.aimed = Some(value);
            }
        }
    }

    /// The next round.
    fn next(&self) -> Round {
        let k = FIRST_LEVEL + self.rounds.len() as u32;
        let level = |t: usize| -> u32 {
            let ([paying], false) = (self.paying.as_slice(), self.even) else { return k };
            let far = paying.abs_diff(t).saturating_sub(NEAR) as f64;
            let own = (f64::from(k) - RATE * far).floor().max(0.0) as u32;
            own.max(k.min(COMMON_LEVEL))
        };
        let less = if self.even { 0 } else { VALUE_LEVELS };
        let levels = (0..self.first.len()).map(level).map(|own| (own, own - less));
        let mut weights = match (self.paying.len(), self.tables.weight()) {
            (0 | 1, _) => Vec::new(),
            (_, 0) => WEIGHTS.to_vec(),
            (_, own) => vec![own.div_ceil(2), own, (2 * own).min(MOST_WEIGHT)],
        };
        weights.dedup();
        Round { weights, slopes: self.slopes.clone(), levels: levels.collect() }
    }

    /// A round, unless it would take longer than there is; whether there was one.
    pub(super) fn advance(&mut self, control: &Control) -> bool {
        let late =
            control.remaining().is_some_and(|left| left.as_secs_f64() < self.growth * self.seconds);
        let high = FIRST_LEVEL + self.rounds.len() as u32 >= MOST_LEVEL;
        // A proof may take so much work, and the next round takes about `growth` times this one's.
        let heavy = proved(self.work) as f64 * (1.0 + self.growth) > f64::from(TUBE_WORK);
        self.done |= high || heavy || self.tables.count() > MOST_CELLS;
        if self.done || late {
            return false;
        }
        let (round, start) = (self.next(), Instant::now());
        let (answer, work) = counted(|| self.tables.round(&round, &|| !control.stopped()));
        let seconds = start.elapsed().as_secs_f64();
        self.growth = (seconds / self.seconds.max(1e-3)).clamp(GROWTH.0, GROWTH.1);
        self.seconds = seconds;
        if answer.is_err() || proved(self.work + work) > u64::from(TUBE_WORK) {
            (self.done, self.beyond) = (true, true);
            return true;
        }
        self.work += work;
        self.rounds.push(round);
        control.spend(work as usize / 4);
        let empty = self.tables.is_empty();
        let shown = if empty { self.aimed.clone() } else { self.tables.bound().ok() };
        self.done = empty;
        if self.paying.len() > 1 && !empty {
            self.tilt();
        }
        if shown.is_some() && shown > self.bound {
            self.bound = shown;
        }
        true
    }

    /// Slopes that level what is due: of least squares over the cells of each stage.
    fn tilt(&mut self) {
        let Some(round) = self.rounds.last() else { return };
        let slope = |t: usize| -> Option<f64> {
            let level = round.levels[t];
            let cells = self.tables.cells(t).ok()?;
            let count = cells.len() as f64;
            let point = |cell: &Cell| {
                let x = cell.column as f64 * 0.5f64.powi(level.0 as i32);
                let y = cell.row as f64 * 0.5f64.powi(level.1 as i32);
                [x, y, cell.due as f64 / (1u64 << 44) as f64]
            };
            let points: Vec<[f64; 3]> = cells.iter().map(point).collect();
            let mean = |k: usize| points.iter().map(|p| p[k]).sum::<f64>() / count;
            let means = [mean(0), mean(1), mean(2)];
            let moment = |a: usize, b: usize| {
                let own = |p: &[f64; 3]| (p[a] - means[a]) * (p[b] - means[b]);
                points.iter().map(own).sum::<f64>() / count
            };
            let determinant = moment(0, 0) * moment(1, 1) - moment(0, 1).powi(2);
            let alone = moment(0, 0) * moment(1, 1) * 1e-6;
            if determinant > alone {
                let part = moment(0, 2) * moment(1, 1) - moment(1, 2) * moment(0, 1);
                return Some(part / determinant);
            }
            (moment(0, 0) > 0.0).then(|| moment(0, 2) / moment(0, 0))
        };
        let old = |t: usize| self.slopes.get(t).map_or(0.0, to_approx);
        let short = |value: f64| from_approx((value * 4096.0).round() / 4096.0);
        let slopes = (0..self.first.len()).map(|t| {
            let own = if t == 0 { 0.0 } else { old(t) + slope(t).unwrap_or(0.0) };
            short(own.clamp(-64.0, 64.0)).unwrap_or(Rational::ZERO)
        });
        self.slopes = slopes.collect();
    }

    /// Policies near paths through the cells that are left.
    pub(super) fn plays(&self) -> Vec<Play> {
        let usable = !self.beyond && !self.tables.is_empty();
        let Some(round) = self.rounds.last().filter(|_| usable) else {
            return Vec::new();
        };
        let paths = path::paths(&self.tables, self.first.len(), self.paying.len() > 1);
        let play = |path: &Vec<(i64, i64)>| {
            path::play(&self.tables, round, (path, &self.first), self.initial)
        };
        paths.iter().map(play).collect()
    }

    /// The proof of the bound; of a ceiling for the other sign.
    pub(super) fn proof(&self, ceiling: bool) -> Option<Proof> {
        let bound = self.bound.clone()?;
        let work = u32::try_from(proved(self.work)).ok()?;
        let tube = Tube { work, units: self.units.clone(), rounds: self.rounds.clone() };
        let value = if self.pessimistic { bound.clone() } else { -bound.clone() };
        let step = TubeStep { value, ceiling, tube };
        // A ceiling is a witness for the other sign.
        let value = if ceiling { -bound } else { bound };
        Some(Proof { value, steps: vec![Step::Tube(step)] })
    }
}

/// The operations that a proof may take, in units of `2^20`, where the search took so many.
fn proved(work: u64) -> u64 {
    ((work + work / 4) >> 20) + 16
}

/// The largest reward of a stage, roughly.
fn scale(stage: &crate::game::InstanceStage) -> f64 {
    let columns = stage.reward.columns().iter();
    let entries = columns.flat_map(|(_, column)| column.entries());
    entries.map(|(_, value)| to_approx(&value).abs()).fold(0.0, f64::max)
}
