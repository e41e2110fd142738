//! The search: level by level, from the whole window to the finest cells.

use super::cell::{Cell, Ellipse, scale};
use super::point::{Places, located};
use super::window::window;
use super::{CellStatus, MOST_CELLS, Map, MapClaim, MapError, MapQuestion, MappedCell};
use crate::exact::{Rational, ratio};
use crate::game::Game;
use crate::leader::{
    Outcome, Settings, SolveError, Statistics, Termination, admitted, range, solve,
};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Cells that are asked about side by side; what they show is used for the cells after them.
const BATCH: usize = 8;
/// Further divisions of a cell of the finest size, to decide it by its parts.
const EXTRA: u32 = 2;
/// Most cells of a level that share the time that is left: a cell has at least this part of it.
const SHARES: usize = 64;

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapState {
    /// Cells per side at the division in work.
    pub per_side: u32,
    /// Cells of it that are done.
    pub done: usize,
    /// Cells of it that are looked at.
    pub cells: usize,
}

/// Told about progress, and after every division about what is known so far.
pub type MapObserver<'a> = &'a dyn Fn(MapState, Option<&Map>);

/// The eps-equilibria of the decision that `settings` name, through two statistics.
/// `settings.selection`, `settings.objective` and `settings.gap` are without effect.
///
/// # Errors
/// [`MapError`] when the game is outside what is solved, no single decision is named, or a
/// statistic means nothing.
pub fn map(
    game: &Game,
    question: &MapQuestion,
    settings: &Settings<'_>,
    observer: MapObserver<'_>,
) -> Result<Map, MapError> {
    if !question.per_side.is_power_of_two() || question.per_side > MOST_CELLS {
        return Err(MapError::Cells(question.per_side));
    }
    let count = game.finite_decisions().map(<[_]>::len);
    if settings.point.is_none() && settings.decision.is_none() && count != Some(1) {
        return Err(SolveError::DecisionNeeded { count }.into());
    }
    let mut search = Search::start(game, question, settings)?;
    observer(MapState { per_side: 1, done: 0, cells: 1 }, Some(&search.map));
    search.run(observer)?;
    search.finish();
    Ok(search.map)
}

struct Search<'a> {
    game: &'a Game,
    question: &'a MapQuestion,
    settings: &'a Settings<'a>,
    places: Places,
    /// Of the finest cells.
    scale: (Rational, Rational),
    map: Map,
}

/// What was found when a cell was asked about.
struct Asked {
    claims: Vec<MapClaim>,
    statistics: Statistics,
}

impl<'a> Search<'a> {
    /// The ranges of both statistics, and the window.
    fn start(
        game: &'a Game,
        question: &'a MapQuestion,
        settings: &'a Settings<'a>,
    ) -> Result<Self, MapError> {
        let values = values(game, settings)?;
        let posed = |of: &String| match game.with_objective(of) {
            Ok(posed) => Ok(posed.at(&values)),
            Err(source) => Err(MapError::Statistic { expression: of.clone(), source }),
        };
        let places = Places { statistics: [posed(&question.of[0])?, posed(&question.of[1])?] };
        let mut claims = Vec::new();
        let mut statistics = Statistics::default();
        for (of, share) in question.of.iter().zip([8, 7]) {
            let control = settings.control.remaining().map_or_else(
                || settings.control.clone(),
                |left| settings.control.within(left / share),
            );
            let asked = Settings {
                objective: Some(of.clone()),
                gap: ratio(1, 10_000),
                race_control: control.clone(),
                control,
                observer: None,
                accepted: None,
                ..settings.clone()
            };
            let found = range(game, &asked)?;
            statistics = statistics.plus(&found.statistics());
            claims.extend([end(found.least), end(found.greatest)]);
        }
        let window = window(question.window.as_ref(), &claims)?;
        let mut map = Map {
            of: question.of.clone(),
            cells: Vec::new(),
            per_side: question.per_side,
            claims,
            termination: Termination::Gap,
            statistics,
            window,
        };
        let scale = scale(&map.window.part(question.per_side));
        map.cells = vec![judged(&map.claims, map.window.clone())];
        let mut search = Search { game, question, settings, places, scale, map };
        // The equilibria at the ends of the ranges are the first points of the map.
        let ends: Vec<Vec<u8>> =
            search.map.claims.iter().map(|claim| claim.certificate.clone()).collect();
        for certificate in ends {
            search.map.claims.extend(search.located(&certificate));
        }
        Ok(search)
    }

    fn located(&self, certificate: &[u8]) -> Option<MapClaim> {
        located(self.game, self.question, &self.places, &self.scale, certificate)
    }

    fn run(&mut self, observer: MapObserver<'_>) -> Result<(), MapError> {
        let mut per_side = 1;
        loop {
            let finest = per_side == self.question.per_side;
            let open: Vec<usize> = (0..self.map.cells.len())
                .filter(|&index| self.map.cells[index].status == CellStatus::Undecided)
                .collect();
            self.decide(&open, if finest { EXTRA } else { 0 }, &mut |search, done| {
                observer(MapState { per_side, done, cells: open.len() }, Some(&search.map));
            })?;
            if finest || self.settings.control.stopped() {
                return Ok(());
            }
            self.divide();
            per_side *= 2;
        }
    }

    /// Asks about the cells at these positions until they are decided, or there is no time.
    fn decide(
        &mut self,
        open: &[usize],
        extra: u32,
        report: &mut dyn FnMut(&Self, usize),
    ) -> Result<(), MapError> {
        let mut done = 0;
        for batch in open.chunks(BATCH) {
            if self.settings.control.stopped() {
                return Ok(());
            }
            let left = open.len() - done;
            self.decide_batch(batch, left, extra)?;
            done += batch.len();
            report(self, done);
        }
        Ok(())
    }

    fn decide_batch(&mut self, batch: &[usize], left: usize, extra: u32) -> Result<(), MapError> {
        self.judge_again(batch);
        let undecided = |search: &Self| -> Vec<usize> {
            let open = |&&index: &&usize| search.map.cells[index].status == CellStatus::Undecided;
            batch.iter().filter(open).copied().collect()
        };
        let mut parts: Vec<(usize, Vec<Cell>)> = undecided(self)
            .into_iter()
            .map(|index| (index, vec![self.map.cells[index].cell.clone()]))
            .collect();
        for round in 0..=extra {
            let cells: Vec<Cell> = parts.iter().flat_map(|(_, cells)| cells.clone()).collect();
            self.ask(&cells, left)?;
            self.judge_again(batch);
            let still = undecided(self);
            parts.retain(|(index, _)| still.contains(index));
            if round == extra || parts.is_empty() || self.settings.control.stopped() {
                break;
            }
            for (_, cells) in &mut parts {
                let quarters = cells.iter().flat_map(Cell::quarters);
                let open = |cell: &Cell| {
                    judged(&self.map.claims, cell.clone()).status == CellStatus::Undecided
                };
                *cells = quarters.filter(open).collect();
            }
            parts.retain(|(_, cells)| !cells.is_empty());
        }
        for &index in &undecided(self) {
            self.map.cells[index] = together(&self.map.claims, &self.map.cells[index], extra);
        }
        Ok(())
    }

    /// What is known by now of the cells that are not decided.
    fn judge_again(&mut self, batch: &[usize]) {
        for &index in batch {
            let cell = &self.map.cells[index];
            if cell.status == CellStatus::Undecided {
                self.map.cells[index] = judged(&self.map.claims, cell.cell.clone());
            }
        }
    }

    /// Finds the least distance of an equilibrium from the centre of each of these cells.
    fn ask(&mut self, cells: &[Cell], left: usize) -> Result<(), MapError> {
        let share = u32::try_from(left.div_ceil(BATCH).clamp(16, SHARES)).unwrap_or(16);
        let asked: Vec<Result<Asked, SolveError>> = if self.settings.threads > 1 {
            cells.par_iter().map(|cell| self.distance(cell, share)).collect()
        } else {
            cells.iter().map(|cell| self.distance(cell, share)).collect()
        };
        for found in asked {
            let Asked { claims, statistics } = found?;
            self.map.claims.extend(claims);
            self.map.statistics = self.map.statistics.plus(&statistics);
        }
        Ok(())
    }

    fn distance(&self, cell: &Cell, share: u32) -> Result<Asked, SolveError> {
        let Search { settings, map, .. } = self;
        let (centre, scale) = (cell.centre(), cell.scale());
        let control = settings
            .control
            .remaining()
            .map_or_else(|| settings.control.clone(), |left| settings.control.within(left / share));
        let question = Settings {
            objective: Some(Ellipse::expression(&map.of, &centre, &scale)),
            selection: crate::certificate::Selection::Pessimistic,
            gap: ratio(1, 50),
            race_control: control.clone(),
            control,
            threads: 1,
            observer: None,
            accepted: None,
            ..(*settings).clone()
        };
        let outcome = solve(self.game, &question)?;
        let statistics = outcome.statistics;
        let point = self.located(&outcome.certificate);
        let claim = outcome.accepted.claim;
        let (lower, upper) = (claim.lower.clone(), claim.upper.clone());
        let ellipse = Some(Ellipse { centre, scale, lower, upper });
        let own = MapClaim { claim, ellipse, certificate: outcome.certificate };
        Ok(Asked { claims: std::iter::once(own).chain(point).collect(), statistics })
    }

    /// Divides every cell that may hold an equilibrium.
    fn divide(&mut self) {
        let mut cells = Vec::new();
        for cell in std::mem::take(&mut self.map.cells) {
            match cell.status {
                CellStatus::Outside => cells.push(cell),
                CellStatus::Inside | CellStatus::Undecided => {
                    let quarters = cell.cell.quarters();
                    cells.extend(quarters.map(|quarter| judged(&self.map.claims, quarter)));
                }
            }
        }
        self.map.cells = cells;
    }

    /// Orders the cells, drops claims that no cell needs, and says why the search ended.
    fn finish(&mut self) {
        let map = &mut self.map;
        map.cells.sort_by(|a, b| {
            let key = |cell: &MappedCell| {
                let Cell { x, y } = cell.cell.clone();
                (std::cmp::Reverse(&x.1 - &x.0), y.0, x.0)
            };
            key(a).cmp(&key(b))
        });
        let needed: BTreeSet<usize> =
            (0..4).chain(map.cells.iter().flat_map(|cell| cell.evidence.clone())).collect();
        for cell in &mut map.cells {
            for index in &mut cell.evidence {
                *index = needed.range(..*index).count();
            }
        }
        let mut position = 0;
        map.claims.retain(|_| {
            position += 1;
            needed.contains(&(position - 1))
        });
        map.termination = if map.complete() {
            Termination::Gap
        } else if self.settings.control.interrupted() {
            Termination::Interrupted
        } else if self.settings.control.stopped() {
            Termination::TimeLimit
        } else {
            Termination::Gap
        };
    }
}

/// The decision in question.
fn values(game: &Game, settings: &Settings<'_>) -> Result<Vec<Rational>, SolveError> {
    let decisions = admitted(game, settings)?;
    let index = if settings.point.is_some() { 0 } else { settings.decision.unwrap_or(0) };
    Ok(decisions.get(index).map(|decision| decision.values.clone()).unwrap_or_default())
}

/// An end of the range of a statistic.
fn end(outcome: Outcome) -> MapClaim {
    MapClaim { claim: outcome.accepted.claim, ellipse: None, certificate: outcome.certificate }
}

/// What single claims show of a cell.
fn judged(claims: &[MapClaim], cell: Cell) -> MappedCell {
    for (index, claim) in claims.iter().enumerate() {
        let status = match (&claim.ellipse, index) {
            (Some(ellipse), _) if ellipse.excludes(&cell) => CellStatus::Outside,
            (Some(ellipse), _) if ellipse.lies_in(&cell) => CellStatus::Inside,
            (None, 0) if cell.x.1 < claim.claim.lower => CellStatus::Outside,
            (None, 1) if cell.x.0 > claim.claim.upper => CellStatus::Outside,
            (None, 2) if cell.y.1 < claim.claim.lower => CellStatus::Outside,
            (None, 3) if cell.y.0 > claim.claim.upper => CellStatus::Outside,
            _ => continue,
        };
        return MappedCell { cell, status, evidence: vec![index] };
    }
    MappedCell { cell, status: CellStatus::Undecided, evidence: Vec::new() }
}

/// What the parts of a cell show of it, divided at most `depth` times.
fn together(claims: &[MapClaim], whole: &MappedCell, depth: u32) -> MappedCell {
    let open = MappedCell { status: CellStatus::Undecided, evidence: Vec::new(), ..whole.clone() };
    let mut evidence = BTreeSet::new();
    let mut parts = vec![(whole.cell.clone(), depth)];
    while let Some((part, depth)) = parts.pop() {
        let found = judged(claims, part.clone());
        match found.status {
            CellStatus::Outside => evidence.extend(found.evidence),
            CellStatus::Inside => return MappedCell { cell: whole.cell.clone(), ..found },
            CellStatus::Undecided if depth == 0 => return open,
            CellStatus::Undecided => {
                parts.extend(part.quarters().map(|quarter| (quarter, depth - 1)));
            }
        }
    }
    let evidence = evidence.into_iter().collect();
    MappedCell { status: CellStatus::Outside, evidence, ..open }
}
