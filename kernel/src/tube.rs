//! Tubes of regret ([16]): games of two states, stage by stage.
//!
//! An equilibrium is a path of masses, forwards, and of differences of values, backwards. Cells of
//! the plane of both cover each stage; per cell two tables have the least regret spent up to it and
//! still needed from it on. Cells that would need more than eps go, others are divided; a stage
//! without cells closes the region. Numbers are integers over `2^BITS`, every rounding outwards.

use crate::prelude::*;
use crate::tube_data::{payoffs, stage_data, stage_value};
use crate::tube_link::{BITS, Column, Data, Link, MOST_COST, Pairs, Tilt, fixed};

/// Most halvings of a mass, and of a difference of values.
pub(crate) const MOST_LEVEL: u32 = 24;
/// Most cells of all stages at a time.
const MOST_CELLS: usize = 1 << 24;
/// Largest multiplier of regret.
const MOST_WEIGHT: u32 = 1 << 12;
/// Most operations of a step, in units of `2^20`.
pub const TUBE_WORK: u32 = 1 << 15;
/// Most stages: costs of a stage are at most `MOST_COST`, so that sums fit.
const MOST_STAGES: usize = 1 << 11;
/// What a cell costs that cannot be reached.
const NEVER: i64 = i64::MAX;

/// What a step `tube` is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tube {
    /// How many operations it may take, in units of `2^20`.
    pub work: u32,
    /// What counts as 1 of the followers' rewards, and of the leader's.
    pub units: (Rational, Rational),
    /// The rounds, one after the other until a stage has no cells.
    pub rounds: Vec<Round>,
}

/// One round: cells are divided, then judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Multipliers of the regret: the leader's reward plus so many times the regret is bounded.
    /// None where regret alone is.
    pub weights: Vec<u32>,
    /// What is added to that sum per stage: a slope times the mass of state 1 at the next stage,
    /// less the slope of this one times its mass. None where all are 0, as the first has to be.
    pub slopes: Vec<Rational>,
    /// Per stage, how often the mass and the unit of the difference of values are halved.
    pub levels: Vec<(u32, u32)>,
}

/// The cells of one stage: rows of equal differences of values, from left to right the masses.
#[derive(Debug, Default)]
struct Cells {
    level: (u32, u32),
    /// The first row, counted from the difference 0.
    start: i64,
    /// Per row the first column, the first one after it, and where its cells begin.
    rows: Vec<(i64, i64, usize)>,
    alive: Vec<bool>,
    /// Regret spent and needed, then mixed with the leader's reward.
    tables: [Vec<i64>; 4],
}

/// Places of [`Cells::tables`].
const SPENT: usize = 0;
const NEEDED: usize = 1;
const PAID: usize = 2;
const DUE: usize = 3;

impl Cells {
    /// Cells of some rows, which have the columns that `columns` says; all are alive.
    fn of(level: (u32, u32), start: i64, columns: &[(i64, i64)]) -> Done<Self> {
        let (mut rows, mut count) = (Vec::with_capacity(columns.len()), 0);
        for &(first, end) in columns {
            rows.push((first, end, count));
            count += (end - first).max(0) as usize;
        }
        limit(count <= MOST_CELLS && columns.len() <= MOST_CELLS, "a tube of too many cells")?;
        charge(64 * (count + columns.len()))?;
        let tables = std::array::from_fn(|_| vec![NEVER; count]);
        Ok(Cells { level, start, rows, alive: vec![true; count], tables })
    }

    /// The place of a cell that is there and alive.
    fn place(&self, column: i64, row: i64) -> Option<usize> {
        let row = usize::try_from(row - self.start).ok()?;
        let &(first, end, offset) = self.rows.get(row)?;
        let place = (first <= column && column < end).then(|| offset + (column - first) as usize);
        place.filter(|place| self.alive[*place])
    }

    /// Row, column and place of each cell that is alive.
    fn each(&self) -> impl Iterator<Item = (i64, i64, usize)> + '_ {
        let row = move |(j, &(first, end, offset)): (usize, &(i64, i64, usize))| {
            let cell = move |i: i64| (self.start + j as i64, i, offset + (i - first) as usize);
            (first..end).map(cell)
        };
        self.rows.iter().enumerate().flat_map(row).filter(move |cell| self.alive[cell.2])
    }

    /// The first column with a cell that is alive, and the first one after the last.
    fn columns(&self) -> (i64, i64) {
        self.each().fold((i64::MAX, i64::MIN), |(a, b), cell| (a.min(cell.1), b.max(cell.1 + 1)))
    }

    /// The least entries of two tables over the rows of one column.
    fn least(&self, column: i64, (first, last): (i64, i64), kinds: [usize; 2]) -> [i64; 2] {
        let mut least = [NEVER; 2];
        for row in first.max(self.start)..=last.min(self.start + self.rows.len() as i64 - 1) {
            if let Some(place) = self.place(column, row) {
                for (least, kind) in least.iter_mut().zip(kinds) {
                    *least = (*least).min(self.tables[kind][place]);
                }
            }
        }
        least
    }

    /// Lowers what the cells of a column and some rows still need.
    fn lower(&mut self, column: i64, (first, last): (i64, i64), least: [i64; 2]) {
        for row in first.max(self.start)..=last.min(self.start + self.rows.len() as i64 - 1) {
            if let Some(place) = self.place(column, row) {
                for (kind, least) in [NEEDED, DUE].into_iter().zip(least) {
                    self.tables[kind][place] = self.tables[kind][place].min(least);
                }
            }
        }
    }

    /// The cells that are left, divided.
    fn divided(&self, level: (u32, u32)) -> Done<Cells> {
        let rising = self.level.0 <= level.0 && self.level.1 <= level.1;
        require(rising && level.0.max(level.1) <= MOST_LEVEL, "levels that fall, or too high")?;
        let (wide, high) = (1i64 << (level.0 - self.level.0), 1i64 << (level.1 - self.level.1));
        let used = self.each().fold((i64::MAX, i64::MIN), |u, c| (u.0.min(c.0), u.1.max(c.0)));
        let mut columns = Vec::new();
        for row in used.0..=used.1 {
            let (first, end, offset) = self.rows[(row - self.start) as usize];
            let alive = |i: &i64| self.alive[offset + (i - first) as usize];
            let ends = (first..end).find(alive).zip((first..end).rev().find(alive));
            let ends = ends.map_or((0, 0), |(a, b)| (wide * a, wide * (b + 1)));
            columns.extend((0..high).map(|_| ends));
        }
        let mut cells = Cells::of(level, high * used.0, &columns)?;
        for place in cells.each().collect::<Vec<_>>() {
            let old = self.place(place.1.div_euclid(wide), place.0.div_euclid(high));
            cells.alive[place.2] = old.is_some();
        }
        Ok(cells)
    }
}

/// The tables of a tube: what a search may build, too. They prove nothing by themselves.
#[derive(Debug)]
pub struct Tables {
    data: Vec<Arc<Data>>,
    /// Eps, what `sigma J0` less `constant` has to be less than, and the mass of state 1 at first.
    epsilon: i64,
    target: i64,
    initial: i64,
    /// Ends of the differences of values per stage.
    ends: Vec<(i64, i64)>,
    cells: Vec<Cells>,
    /// Slopes of the round, and one after the last stage, 0.
    slopes: Vec<i64>,
    constant: Rational,
    unit: Rational,
    /// `sigma J0` is not less, by the last round, where payoffs are mixed with regret.
    mixed: i64,
    /// The multiplier of regret that has shown that.
    weight: u32,
}

impl Tables {
    /// Tables of the eps-equilibria of a decision with `sigma J0 < sigma value`, before any round;
    /// with the other sign where the statement says that a value is reached.
    /// Refused unless there are two states and the data of a stage are polynomials in the masses of
    /// the states of that stage.
    pub fn new(listing: &Listing, what: &Statement, units: &(Rational, Rational)) -> Done<Self> {
        let frame = crate::place::frame(listing, &what.place)?;
        let (value, sigma) = match &what.claimed {
            Claimed::Bound(value) => (value, what.sigma()),
            // Where one exists that is not better, it is enough that none is worse.
            Claimed::Reached(value) => (value, -what.sigma()),
            _ => return Err(Refusal::Step("a tube shows a bound".to_string())),
        };
        let positive = units.0 > Rational::ZERO && units.1 > Rational::ZERO;
        let few = listing.states == 2 && listing.stages.len() <= MOST_STAGES;
        require(few && positive, "a tube needs two states, and few stages")?;
        let (payoffs, constant) = payoffs(listing, &frame)?;
        let at = |variable| stage_value(listing, &frame, None, variable);
        let value = value.replaced(&at)?.as_constant().unwrap_or_default();
        let mut data: Vec<Arc<Data>> = Vec::new();
        for (t, payoff) in payoffs.iter().enumerate() {
            let own = stage_data(listing, &frame, t, payoff, (&sigma, units))?;
            // Stages alike share their numbers.
            let same = data.last().filter(|last| ***last == own).cloned();
            data.push(same.unwrap_or_else(|| Arc::new(own)));
        }
        let above = |value: Rational| fixed(&-value).map(|value| -value);
        let below = &sigma * (value - &constant);
        Ok(Tables {
            data,
            epsilon: above(&what.epsilon / &units.0)?,
            target: above(below / &units.1)?,
            initial: fixed(&listing.initial.get(1))?,
            ends: Vec::new(),
            cells: Vec::new(),
            slopes: vec![0; listing.stages.len() + 1],
            constant: sigma * constant,
            unit: units.1.clone(),
            mixed: i64::MIN,
            weight: 0,
        })
    }

    /// From now on less than `value` is asked for, a number in place of the statement's; a greater
    /// one changes nothing.
    pub fn aim(&mut self, value: &Rational, pessimistic: bool) -> Done {
        let signed = if pessimistic { value.clone() } else { -value };
        let target = -fixed(&((&self.constant - signed) / &self.unit))?;
        self.target = self.target.min(target);
        Ok(())
    }

    /// Per pair of a stage its reward, its probability of state 1 and the leader's reward: the
    /// coefficients of polynomials in the mass of state 1, over `2^44`.
    pub fn curves(&self, t: usize) -> impl Iterator<Item = [&[i64]; 3]> {
        self.data[t].curves.iter().map(|own| [&own[0][..], &own[1][..], &own[2][..]])
    }

    /// Whether a stage has no cell: there is no such equilibrium.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().any(|cells| cells.alive.iter().all(|alive| !alive))
    }

    /// How many cells are alive.
    pub fn count(&self) -> usize {
        self.cells.iter().map(|cells| cells.alive.iter().filter(|alive| **alive).count()).sum()
    }

    /// A round. It costs operations that are counted, and is refused, for good, when `go` says no.
    pub fn round(&mut self, round: &Round, go: &dyn Fn() -> bool) -> Done {
        if self.is_empty() {
            return Ok(());
        }
        let stages = self.data.len();
        let fits =
            round.slopes.is_empty() || round.slopes.len() == stages && round.slopes[0].is_zero();
        require(round.levels.len() == stages && fits, "a level per stage is needed, or a slope")?;
        self.slopes = round.slopes.iter().map(fixed).collect::<Done<_>>()?;
        self.slopes.resize(stages + 1, 0);
        if self.cells.is_empty() {
            self.begin(&round.levels)?;
        } else {
            let mut count = 0;
            for (cells, level) in self.cells.iter_mut().zip(&round.levels) {
                *cells = cells.divided(*level)?;
                count += cells.alive.len();
                limit(count <= MOST_CELLS, "a tube of too many cells")?;
            }
        }
        self.cut()?;
        if round.weights.is_empty() {
            self.judge(None, go)?;
        }
        for weight in &round.weights {
            self.judge(Some(*weight), go)?;
        }
        self.cut()
    }

    /// The first cells: all masses, and all differences of values that a path can have.
    fn begin(&mut self, levels: &[(u32, u32)]) -> Done {
        require(levels.iter().all(|l| l.0.max(l.1) <= MOST_LEVEL), "a level above 24")?;
        self.ends = vec![(0, 0)];
        for (data, level) in self.data.iter().zip(levels).rev() {
            let next = *self.ends.last().unwrap_or(&(0, 0));
            let mut ends = (i64::MAX, i64::MIN);
            for i in 0..1i64 << level.0 {
                let column = Column::of(data, i, level.0)?;
                let own = Pairs::new(data, &column, [next.0, next.1]).values()?;
                ends = (ends.0.min(own.0), ends.1.max(own.1));
            }
            self.ends.push(ends);
        }
        self.ends.reverse();
        let mut count = 0i128;
        for (t, (level, ends)) in levels.iter().zip(&self.ends).enumerate() {
            let (first, last) = (ends.0 >> (BITS - level.1), ends.1 >> (BITS - level.1));
            let wide = 1i64 << level.0;
            let start = (self.initial >> (BITS - level.0)).min(wide - 1);
            let columns = if t == 0 { (start, start + 1) } else { (0, wide) };
            count += (last - first + 1) as i128 * i128::from(columns.1 - columns.0);
            limit(count <= MOST_CELLS as i128, "a tube of too many cells")?;
            self.cells.push(Cells::of(*level, first, &vec![columns; (last - first + 1) as usize])?);
        }
        // After the last stage there is one cell.
        self.cells.push(Cells::of((0, 0), 0, &[(0, 1)])?);
        Ok(())
    }

    /// Drops masses of which the leader's reward is too large, whatever the other stages do.
    fn cut(&mut self) -> Done {
        let (mut least, mut sum) = (Vec::new(), 0i128);
        for (cells, data) in self.cells.iter().zip(&self.data) {
            let (first, end) = if data.pays { cells.columns() } else { (0, 0) };
            let mut own = Vec::new();
            for i in first..end {
                let column = Column::of(data, i, cells.level.0)?;
                own.push(Pairs::new(data, &column, [0, 0]).payoff());
            }
            sum += own.iter().min().unwrap_or(&0);
            least.push((first, own));
        }
        for (cells, (first, own)) in self.cells.iter_mut().zip(&least) {
            let Some(lowest) = own.iter().min() else { continue };
            for (_, i, place) in cells.each().collect::<Vec<_>>() {
                let total = sum - lowest + own[(i - first) as usize];
                cells.alive[place] = total < i128::from(self.target);
            }
        }
        Ok(())
    }

    /// Makes the tables, and drops cells that need too much.
    fn judge(&mut self, weight: Option<u32>, go: &dyn Fn() -> bool) -> Done {
        let stages = self.data.len();
        if self.is_empty() {
            return Ok(());
        }
        let most = match weight {
            None => NEVER,
            Some(weight) => {
                let most = i128::from(weight) * i128::from(self.epsilon) + i128::from(self.target);
                let fits = weight <= MOST_WEIGHT && most < i128::from(NEVER / 2);
                limit(fits, "a multiplier of regret that is too large")?;
                most as i64
            }
        };
        for cells in &mut self.cells {
            cells.tables.iter_mut().for_each(|table| table.fill(NEVER));
        }
        for kind in [SPENT, PAID] {
            self.cells[0].tables[kind].fill(0);
        }
        for t in 0..stages {
            limit(go(), "the time that there is")?;
            self.sweep(t, weight, most, true)?;
        }
        for kind in [NEEDED, DUE] {
            self.cells[stages].tables[kind].fill(0);
        }
        self.prune(stages, most);
        for t in (0..stages).rev() {
            limit(go(), "the time that there is")?;
            self.sweep(t, weight, most, false)?;
            self.prune(t, most);
        }
        if let Some(weight) = weight {
            let [_, _, paid, due] = &self.cells[0].tables;
            let totals = self.cells[0].each().map(|(_, _, k)| paid[k].saturating_add(due[k]));
            let least = totals.min().unwrap_or(most);
            let shown = least - i64::from(weight) * self.epsilon;
            if shown > self.mixed {
                (self.mixed, self.weight) = (shown, weight);
            }
        }
        Ok(())
    }

    /// Drops the cells of a stage whose regrets are more than eps, or that pay too much.
    fn prune(&mut self, t: usize, most: i64) {
        let Cells { alive, tables: [spent, needed, paid, due], .. } = &mut self.cells[t];
        for (k, alive) in alive.iter_mut().enumerate() {
            let reached = spent[k] != NEVER && needed[k] != NEVER;
            *alive &= reached && spent[k] + needed[k] <= self.epsilon;
            *alive &=
                most == NEVER || paid[k] != NEVER && due[k] != NEVER && paid[k] + due[k] < most;
        }
    }

    /// The row of a stage as an interval of differences of values.
    fn row(&self, t: usize, row: i64) -> [i64; 2] {
        let digits = BITS - self.cells[t].level.1;
        let (least, greatest) = self.ends[t];
        [(row << digits).max(least), ((row + 1) << digits).min(greatest)]
    }

    /// From one stage to the next, or back: what the cells spend, or still need.
    fn sweep(&mut self, t: usize, weight: Option<u32>, most: i64, forward: bool) -> Done {
        let data = Arc::clone(&self.data[t]);
        let level = self.cells[t].level;
        let range = self.cells[t].columns();
        let columns = (range.0..range.1)
            .map(|i| Column::of(&data, i, level.0))
            .collect::<Done<Vec<Column>>>()?;
        let mut link = Link::default();
        let tilt = Tilt { own: self.slopes[t], next: self.slopes[t + 1] };
        for row in 0..self.cells[t + 1].rows.len() {
            let (first, end, offset) = self.cells[t + 1].rows[row];
            if first >= end {
                continue;
            }
            let ends = self.row(t + 1, self.cells[t + 1].start + row as i64);
            let (from, to) = self.cells.split_at_mut(t + 1);
            let (from, to) = (&mut from[t], &mut to[0]);
            let mut operations = 0;
            for (i, column) in (range.0..).zip(&columns) {
                let pairs = Pairs::new(&data, column, ends);
                let values = pairs.values()?;
                operations += data.effort;
                let rows = (values.0 >> (BITS - level.1), values.1 >> (BITS - level.1));
                let base = from.least(i, rows, [SPENT, PAID]);
                if base[0] == NEVER {
                    continue;
                }
                pairs.link(weight, tilt, &mut link)?;
                operations += data.effort * (1 + link.pieces[0].len() + link.pieces[1].len());
                let room = self.epsilon - base[0];
                let (low, high) = link.reach(to.level.0, room);
                let (low, high) = (low.max(first), high.min(end - 1));
                operations += 8 * (high - low + 1).max(0) as usize;
                let mut best = [NEVER; 2];
                for p in low..=high {
                    let place = offset + (p - first) as usize;
                    if !to.alive[place] {
                        continue;
                    }
                    let cost = link.cost(0, p, to.level.0);
                    if cost > room {
                        continue;
                    }
                    let mixed = if weight.is_some() { link.cost(1, p, to.level.0) } else { 0 };
                    limit(mixed >= -MOST_COST, "leader's rewards that are too large")?;
                    let table = &mut to.tables;
                    if forward {
                        table[SPENT][place] = table[SPENT][place].min(base[0] + cost);
                        table[PAID][place] = table[PAID][place].min(base[1] + mixed);
                    } else if cost + table[NEEDED][place] <= room
                        && (most == NEVER || base[1] + mixed + table[DUE][place] < most)
                    {
                        best[0] = best[0].min(cost + table[NEEDED][place]);
                        best[1] = best[1].min(mixed + table[DUE][place]);
                    }
                }
                if best[0] < NEVER {
                    from.lower(i, rows, best);
                }
            }
            charge(operations)?;
        }
        Ok(())
    }
}

/// A cell that is left, its tables in units over `2^44`.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// Place on the grid of masses.
    pub column: i64,
    /// Place on the grid of differences of values.
    pub row: i64,
    /// Regret spent before it.
    pub spent: i64,
    /// Regret needed from it on.
    pub needed: i64,
    /// The same mixed with the leader's reward, where several stages pay.
    pub mixed: i64,
    /// What is due of that.
    pub due: i64,
    /// The leader's reward of the stage.
    pub payoff: i128,
}

/// What a search reads in tables. Steps need none of it.
impl Tables {
    /// No equilibrium of this kind has a `sigma J0` that is less, by the cells that are left.
    pub fn bound(&self) -> Done<Rational> {
        let mut sum = 0i128;
        for (cells, data) in self.cells.iter().zip(&self.data).filter(|both| both.1.pays) {
            let (first, end) = cells.columns();
            let mut own = Vec::new();
            for i in first..end {
                let column = Column::of(data, i, cells.level.0)?;
                own.push(Pairs::new(data, &column, [0, 0]).payoff());
            }
            sum += own.into_iter().min().unwrap_or(0);
        }
        let sum = sum.max(i128::from(self.mixed));
        let units =
            Rational::from(Integer::from(sum)) / Rational::from(Integer::ONE << BITS as usize);
        Ok(&self.constant + units * &self.unit)
    }

    /// The multiplier of regret that has shown the most.
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// The cells of a stage that are left.
    pub fn cells(&self, t: usize) -> Done<Vec<Cell>> {
        let (cells, data) = (&self.cells[t], &self.data[t]);
        let (first, end) = cells.columns();
        let mut paid = Vec::new();
        for i in first..end {
            let column = Column::of(data, i, cells.level.0)?;
            paid.push(Pairs::new(data, &column, [0, 0]).payoff());
        }
        let cell = |(row, column, k): (i64, i64, usize)| {
            let [spent, needed, mixed, due] =
                [SPENT, NEEDED, PAID, DUE].map(|n| cells.tables[n][k]);
            let payoff = paid[(column - first) as usize];
            Cell { column, row, spent, needed, mixed, due, payoff }
        };
        Ok(cells.each().map(cell).collect())
    }

    /// The cell of stage `t` from which a cell of stage `t + 1` is reached at the least cost.
    pub fn before(&self, t: usize, (column, row): (i64, i64)) -> Done<Option<(i64, i64)>> {
        let (from, to) = (&self.cells[t], &self.cells[t + 1]);
        let (ends, mut link) = (self.row(t + 1, row), Link::default());
        let mut best: Option<(i64, (i64, i64))> = None;
        let range = from.columns();
        for i in range.0..range.1 {
            let own = Column::of(&self.data[t], i, from.level.0)?;
            let pairs = Pairs::new(&self.data[t], &own, ends);
            let values = pairs.values()?;
            let digits = BITS - from.level.1;
            let least = |j: &i64| from.least(i, (*j, *j), [SPENT, SPENT])[0];
            let rows = (values.0 >> digits)..=(values.1 >> digits);
            let Some(j) = rows.min_by_key(least).filter(|j| least(j) < NEVER) else { continue };
            pairs.link(None, Tilt::default(), &mut link)?;
            let (low, high) = link.reach(to.level.0, self.epsilon);
            let total = least(&j) + link.cost(0, column, to.level.0);
            if (low..=high).contains(&column) && best.is_none_or(|best| total < best.0) {
                best = Some((total, (i, j)));
            }
        }
        Ok(best.map(|best| best.1))
    }
}

impl Proof {
    /// Closes a region of equilibria: the tables of a tube leave no cell at some stage.
    pub fn tube(&mut self, tube: &Tube) -> Done {
        require(self.top()?.kind == Kind::Equilibria, "a tube closes a region of equilibria")?;
        limit(tube.work <= TUBE_WORK, "a tube of too many operations")?;
        let empty = allotted((tube.work as usize) << 20, || {
            let mut tables = Tables::new(&self.listing, &self.statement, &tube.units)?;
            for round in &tube.rounds {
                tables.round(round, &|| true)?;
            }
            Ok(tables.is_empty())
        })?;
        show(empty, "cells of a tube are left")?;
        self.pop();
        Ok(())
    }
}
