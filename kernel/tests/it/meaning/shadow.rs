//! The regions of a proof as sets of enumerated points. After every step that the kernel accepts,
//! what it claims is compared with the points, and the parts get theirs.

use super::step::Step;
use super::world::{At, Data, Point, Table, World, family_at, holds, induction, row_value, value};
use crate::game::Game;
use crate::text::n;
use smfg_kernel::{
    Claimed, Combination, Decisions, Ends, Family, Grid, Place, Polynomial, Rational, Row, Sense,
    Side, Statement, Theorem, Variable,
};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What the points of a region are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Decisions,
    Equilibria,
    Play,
    Response,
    Dual,
}

/// A region.
#[derive(Debug, Clone)]
pub struct Region {
    pub kind: Kind,
    pub points: Vec<Rc<Point>>,
    pub objective: Option<Row>,
    /// Rows in the kernel's order; `None` where the shadow does not know them.
    pub rows: Vec<Option<Row>>,
    pub forms: Vec<Row>,
    pub bounds: Vec<(Side, bool, Family)>,
    pub ends: BTreeMap<Variable, Ends>,
    pub substituted: BTreeSet<Variable>,
    pub unused: BTreeSet<(u32, u32)>,
    /// In a dual region the pairs selected.
    pub optimal: BTreeSet<(u32, u32)>,
    pub passed: BTreeSet<(u32, u32)>,
    pub choices: BTreeSet<(u32, u32)>,
    pub policy: Option<Family>,
    pub masses: bool,
    /// The free parameters and the vertices in these.
    simplex: Option<(Vec<u32>, Vec<Vec<Rational>>)>,
    pub shares: u32,
}

/// A proof whose steps are followed.
pub struct Shadow<'a> {
    pub world: &'a World,
    pub statement: Statement,
    pub regions: Vec<Region>,
}

fn sigma(statement: &Statement) -> Rational {
    if statement.pessimistic { Rational::ONE } else { Rational::NEG_ONE }
}

/// `sign (q - J0) > 0`.
fn worse(sign: &Rational, value: &Polynomial) -> Row {
    let mut row = Row::of(Sense::Above, Polynomial::zero().plus(value, sign));
    row.reward = -sign;
    row
}

fn negative(row: &Row, sense: Sense) -> Row {
    let minus = |p: &Polynomial| Polynomial::zero().plus(p, &Rational::NEG_ONE);
    Row {
        sense,
        constant: minus(&row.constant),
        mass: row.mass.iter().map(|(t, i, p)| (*t, *i, minus(p))).collect(),
        value: row.value.iter().map(|(side, t, s, p)| (*side, *t, *s, minus(p))).collect(),
        loss: -&row.loss,
        reward: -&row.reward,
    }
}

/// The one coordinate that a plain row `a x + b` is about, with `-b / a` and the sign of `a`.
pub fn about_one(row: &Row) -> Option<(Variable, Rational, bool)> {
    let masses = !row.mass.is_empty() || !row.value.is_empty();
    if masses || !row.loss.is_zero() || !row.reward.is_zero() || row.sense == Sense::Above {
        return None;
    }
    let mut slope = None;
    let mut constant = Rational::ZERO;
    for (monomial, value) in row.constant.terms() {
        match monomial.factors() {
            [] => constant = value.clone(),
            [(variable, 1)] if slope.is_none() && !matches!(variable, Variable::Share(_)) => {
                slope = Some((*variable, value.clone()));
            }
            _ => return None,
        }
    }
    let (variable, slope) = slope?;
    Some((variable, -constant / &slope, slope > Rational::ZERO))
}

impl Region {
    fn at_most(&mut self, variable: Variable, value: &Rational) {
        let ends = self.ends.entry(variable).or_default();
        if ends.1.as_ref().is_none_or(|present| present > value) {
            ends.1 = Some(value.clone());
        }
    }

    fn at_least(&mut self, variable: Variable, value: &Rational) {
        let ends = self.ends.entry(variable).or_default();
        if ends.0.as_ref().is_none_or(|present| present < value) {
            ends.0 = Some(value.clone());
        }
    }

    /// Takes a row in that holds at all of its points.
    fn assume(&mut self, row: Row) {
        let Some((variable, value, rising)) = about_one(&row) else {
            self.rows.push(Some(row));
            return;
        };
        if rising || row.sense == Sense::Equal {
            self.at_least(variable, &value);
        }
        if !rising || row.sense == Sense::Equal {
            self.at_most(variable, &value);
        }
    }

    fn keep(&mut self, keep: impl Fn(&Point) -> bool) {
        self.points.retain(|point| keep(point));
    }
}

impl<'a> Shadow<'a> {
    /// The first region of a statement that the kernel has opened.
    pub fn new(world: &'a World, statement: &Statement) -> Self {
        let mut shadow = Shadow { world, statement: statement.clone(), regions: Vec::new() };
        let game = &world.game;
        let mut ends: BTreeMap<Variable, Ends> = BTreeMap::new();
        for (k, (stage, weights)) in game.statistics.iter().enumerate() {
            let mut values: Vec<Rational> = weights.iter().map(|weight| weight.1.clone()).collect();
            if values.len() < game.stages[*stage as usize].len() {
                values.push(Rational::ZERO);
            }
            let range = (values.iter().min().cloned(), values.iter().max().cloned());
            ends.insert(Variable::Statistic(k as u32), range);
        }
        for (j, (_, _, range)) in game.functions.iter().enumerate() {
            let (lower, upper) = range.clone().expect("ends that are given");
            ends.insert(game.function_name(j), (Some(lower), Some(upper)));
        }
        if let Decisions::Polytope { ends: parameters, .. } = &game.decisions {
            for (k, (lower, upper)) in parameters.iter().enumerate() {
                let range = (Some(lower.clone()), Some(upper.clone()));
                ends.insert(Variable::Parameter(k as u32), range);
            }
        }
        let decisions = shadow.decisions_of(&statement.place);
        if let [only] = decisions.as_slice()
            && !matches!(statement.place, Place::All | Place::Segment { .. })
        {
            for (name, value) in only {
                if let Variable::Parameter(_) = name {
                    ends.insert(*name, (Some(value.clone()), Some(value.clone())));
                }
            }
        }
        let mut region = Region {
            kind: Kind::Decisions,
            points: Vec::new(),
            objective: None,
            rows: Vec::new(),
            forms: Vec::new(),
            bounds: Vec::new(),
            ends,
            substituted: BTreeSet::new(),
            unused: BTreeSet::new(),
            optimal: BTreeSet::new(),
            passed: BTreeSet::new(),
            choices: BTreeSet::new(),
            policy: None,
            masses: false,
            simplex: None,
            shares: 0,
        };
        if let Place::Segment { .. } = statement.place {
            region.shares = 2;
            let second = Polynomial::variable(Variable::Share(1));
            region.rows.push(Some(Row::of(Sense::Above, second)));
            let parameters = (0..game.parameters).map(|k| Variable::Parameter(k as u32));
            region.substituted.extend(parameters);
        }
        let at_decision = |at: At| {
            let none = Table::new;
            let (loss, reward) = (Rational::ZERO, Rational::ZERO);
            let (d, v, z, y, w) = (none(), none(), none(), none(), none());
            Rc::new(Point { at, d, v, z, y, selected: Vec::new(), w, loss, reward })
        };
        region.points = decisions.into_iter().map(at_decision).collect();
        match &statement.claimed {
            Claimed::Reached(_) | Claimed::Below(_) => {}
            Claimed::Bound(q) => {
                shadow.make_equilibria(&mut region, Some(worse(&sigma(statement), q)));
            }
            Claimed::Form(row) => {
                shadow.make_equilibria(&mut region, Some(negative(row, Sense::Above)));
            }
            Claimed::Patterns(_) => shadow.make_equilibria(&mut region, None),
        }
        if let Some(pattern) = &statement.pattern {
            let inside = |t: usize, i: usize| pattern.contains(&(t as u32, i as u32));
            for (t, pairs) in game.stages.iter().enumerate() {
                for i in 0..pairs.len() {
                    let pair = (t as u32, i as u32);
                    if inside(t, i) { &mut region.optimal } else { &mut region.unused }
                        .insert(pair);
                }
            }
            region.keep(|point| follows(point, pattern));
        }
        shadow.regions.push(region);
        shadow
    }

    /// Coordinates of enumerated decisions of a place.
    fn decisions_of(&self, place: &Place) -> Vec<At> {
        let game = &self.world.game;
        match place {
            Place::All => self.world.decisions().iter().map(|u| game.at(u)).collect(),
            Place::Point(u) => vec![game.at(u)],
            Place::Decision(k) => match &game.decisions {
                Decisions::List(list) => vec![game.at(&list[*k as usize])],
                Decisions::Polytope { .. } => Vec::new(),
            },
            Place::Segment { from, to } => {
                let at = |share: &str| {
                    let share = n(share);
                    let rest = Rational::ONE - &share;
                    let mix = |(a, b): (&Rational, &Rational)| a * &rest + b * &share;
                    let mut at = game.at(&from.iter().zip(to).map(mix).collect::<Vec<_>>());
                    at.insert(Variable::Share(0), rest);
                    at.insert(Variable::Share(1), share);
                    at
                };
                ["1/100", "1/4", "1/2", "1"].map(at).to_vec()
            }
        }
    }

    fn parameters(&self, at: &At) -> Vec<Rational> {
        (0..self.world.game.parameters)
            .map(|k| at[&Variable::Parameter(k as u32)].clone())
            .collect()
    }

    /// Turns decisions into the eps-equilibria that satisfy an objective.
    fn make_equilibria(&self, region: &mut Region, objective: Option<Row>) {
        region.kind = Kind::Equilibria;
        let mut points = Vec::new();
        for decision in &region.points {
            let populations = self.world.populations(&self.parameters(&decision.at));
            for population in populations.iter() {
                if population.loss > self.statement.epsilon {
                    continue;
                }
                let mut point = Point::clone(population);
                point.at.extend(decision.at.iter().map(|(k, v)| (*k, v.clone())));
                if objective.as_ref().is_none_or(|row| holds(row, &point)) {
                    points.push(Rc::new(point));
                }
            }
        }
        region.points = points;
        region.objective = objective;
    }

    fn top(&mut self) -> &mut Region {
        self.regions.last_mut().expect("a region")
    }

    fn replace(&mut self, parts: Vec<Region>) {
        self.regions.pop();
        self.regions.extend(parts.into_iter().rev());
    }

    fn pop_empty(&mut self, what: &str) -> Result<(), String> {
        let region = self.regions.pop().expect("a region");
        match region.points.first() {
            None => Ok(()),
            Some(point) => Err(format!("{what} closes a region with the point {point:?}")),
        }
    }

    /// Follows a step that the kernel has accepted; the error says which point contradicts it.
    pub fn follow(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Derive(row, _) | Step::DeriveOver(_, row, _) => {
                if let Some(point) = self.top().points.iter().find(|point| !holds(row, point)) {
                    return Err(format!("the row does not hold at {point:?}"));
                }
                self.top().assume(row.clone());
            }
            Step::Close(_) => return self.pop_empty("a combination"),
            Step::CloseEmpty => return self.pop_empty("ends that have passed"),
            Step::Within(number) => {
                let Claimed::Patterns(patterns) = &self.statement.claimed else {
                    return Err("patterns of a statement without".to_string());
                };
                let pattern = patterns[*number as usize].clone();
                let region = self.regions.pop().expect("a region");
                if let Some(point) = region.points.iter().find(|point| !follows(point, &pattern)) {
                    return Err(format!("the pattern is not that of {point:?}"));
                }
            }
            Step::Declare(row) => {
                let region = self.top();
                let variable = Variable::Form(region.forms.len() as u32);
                for point in &mut region.points {
                    let value = row_value(row, point);
                    Rc::make_mut(point).at.insert(variable, value);
                }
                region.forms.push(row.clone());
            }
            Step::Masses(masses) => {
                let mut row = Row::of(Sense::Equal, Polynomial::zero());
                for (t, columns) in masses {
                    for (monomial, column) in columns {
                        for index in 0..column.coefficients.len() {
                            let value = column.coefficients.get(index);
                            let value = Polynomial::term(monomial.clone(), value);
                            row.mass.push((*t, column.position(index) as u32, value));
                        }
                    }
                }
                return self.follow(&Step::Declare(row));
            }
            Step::Unfold(rows) => {
                let region = self.top();
                let (free, vertices) = region.simplex.take().ok_or("no simplex to unfold")?;
                region.shares = 0;
                for (place, k) in free.iter().enumerate() {
                    let name = Variable::Parameter(*k);
                    region.substituted.remove(&name);
                    let values = || vertices.iter().map(|vertex| &vertex[place]);
                    region.at_least(name, values().min().expect("a vertex"));
                    region.at_most(name, values().max().expect("a vertex"));
                }
                for row in rows {
                    let row = Row::of(Sense::AtLeast, row.clone());
                    if let Some(point) = region.points.iter().find(|point| !holds(&row, point)) {
                        return Err(format!("a row of the simplex does not hold at {point:?}"));
                    }
                    region.rows.push(Some(row));
                }
            }
            Step::Follow(leader, earned, _) => {
                let (stages, states) = (self.world.game.stages.len(), self.world.game.states);
                let region = self.top();
                for point in &region.points {
                    for (t, s) in (0..stages).flat_map(|t| (0..states).map(move |s| (t, s))) {
                        let of = |family| family_at(family, t as u32, s, &point.at);
                        let multiplier = &point.at[&Variable::Multiplier];
                        let most = of(leader) + multiplier * (&point.v[t][s] - of(earned));
                        if point.y[t][s] > most {
                            return Err(format!(
                                "y of ({t}, {s}) is more than {most} at {point:?}"
                            ));
                        }
                    }
                }
                region.bounds.push((Side::Dual, false, leader.clone()));
            }
            Step::Substitute(variable, _) => {
                self.top().substituted.insert(*variable);
            }
            Step::Regret(rows) => self.regret(rows)?,
            Step::Excess(rows) => self.excess(rows)?,
            Step::Ceiling(values) => self.bound(Side::Follower, values, false)?,
            Step::Floor(values, _) => self.bound(Side::Follower, values, true)?,
            Step::LeadBound(values, floor) => self.bound(Side::Leader, values, *floor)?,
            Step::Choice(site) => self.choice(*site),
            Step::Play(masses) => self.play(masses)?,
            Step::PlayPolicy(policy) => self.play_policy(policy)?,
            Step::Exists => {
                let mut region = self.top().clone();
                let objective = worse(&-sigma(&self.statement), &self.reached());
                let objective = Row { sense: self.counter(), ..objective };
                self.make_equilibria(&mut region, Some(objective));
                self.replace(vec![region]);
            }
            Step::ExistsIn(ends, matrix) => self.exists_in(ends, matrix),
            Step::Scale => self.scale(),
            Step::Line(k, above, a, b) => {
                let j = *k as usize - self.world.game.statistics.len();
                let argument = &self.world.game.functions[j].1;
                let line = Polynomial::constant(a.clone()).plus(argument, b);
                let own = Polynomial::variable(Variable::Statistic(*k));
                let row = own.plus(&line, &Rational::NEG_ONE);
                let sign = if *above { Rational::ONE } else { Rational::NEG_ONE };
                let row = Row::of(Sense::AtLeast, Polynomial::zero().plus(&row, &sign));
                return self.follow(&Step::Derive(row, Combination::default()));
            }
            Step::Entropy(..) => return Err("an entropy of rational functions".to_string()),
            _ => self.divide(step)?,
        }
        Ok(())
    }

    /// The divisions of a region into parts.
    fn divide(&mut self, step: &Step) -> Result<(), String> {
        let region = self.top().clone();
        let mut parts = Vec::new();
        match step {
            Step::Split(variable, at) => {
                let (mut lower, mut upper) = (region.clone(), region.clone());
                lower.keep(|point| point.at[variable] <= *at);
                lower.at_most(*variable, at);
                upper.keep(|point| point.at[variable] >= *at);
                upper.at_least(*variable, at);
                parts.extend([lower, upper]);
            }
            Step::Divide(row) => {
                let (mut below, mut above) = (region.clone(), region.clone());
                below.keep(|point| row_value(row, point) < Rational::ZERO);
                below.assume(negative(row, Sense::Above));
                above.keep(|point| row_value(row, point) >= Rational::ZERO);
                above.assume(Row { sense: Sense::AtLeast, ..row.clone() });
                parts.extend([below, above]);
            }
            Step::Grid(parameter, value) => {
                let name = Variable::Parameter(*parameter);
                let Decisions::Polytope { grids, .. } = &self.world.game.decisions else {
                    return Err("a grid of a list".to_string());
                };
                let Grid::Points { step, .. } = &grids[*parameter as usize] else {
                    return Err("a grid of a continuous parameter".to_string());
                };
                let next = value + step;
                let (mut lower, mut upper) = (region.clone(), region.clone());
                lower.keep(|point| point.at[&name] <= *value);
                lower.at_most(name, value);
                upper.keep(|point| point.at[&name] >= next);
                upper.at_least(name, &next);
                parts.extend([lower, upper]);
            }
            Step::Case(t, i) => {
                let (mut unused, mut optimal) = (region.clone(), region.clone());
                unused.keep(|point| point.d[*t as usize][*i as usize].is_zero());
                unused.unused.insert((*t, *i));
                optimal.keep(|point| point.z[*t as usize][*i as usize].is_zero());
                optimal.optimal.insert((*t, *i));
                parts.extend([unused, optimal]);
            }
            Step::Choose((t, s)) => {
                for i in self.world.game.pairs_of(*t as usize, *s as usize) {
                    if region.passed.contains(&(*t, i as u32)) {
                        continue;
                    }
                    let mut part = region.clone();
                    part.keep(|point| match point.selected.get(*t as usize) {
                        Some(selected) => selected[*s as usize] == i,
                        None => point.z[*t as usize][i].is_zero(),
                    });
                    part.optimal.insert((*t, i as u32));
                    parts.push(part);
                }
            }
            Step::Prefer(t, i, passed, _) => {
                let z = |point: &Point, i: &u32| point.z[*t as usize][*i as usize].clone();
                let wrong =
                    |point: &&Rc<Point>| z(point, passed).is_zero() && !z(point, i).is_zero();
                if let Some(point) = region.points.iter().find(wrong) {
                    return Err(format!("pair {i} is not optimal, {passed} is, at {point:?}"));
                }
                let state = self.world.game.stages[*t as usize][*passed as usize].state;
                let mut part = region.clone();
                part.keep(|point| {
                    let selected = point.selected.get(*t as usize);
                    selected.is_none_or(|selected| selected[state] != *passed as usize)
                });
                part.passed.insert((*t, *passed));
                parts.push(part);
            }
            Step::Simplices => parts = self.simplices(&region),
            Step::Cut(i, j, share) => {
                let (free, vertices) = region.simplex.clone().ok_or("a cut without a simplex")?;
                let (a, b) = (&vertices[*i as usize], &vertices[*j as usize]);
                let middle: Vec<Rational> =
                    a.iter().zip(b).map(|(a, b)| a + (b - a) * share).collect();
                for vertex in [*i, *j] {
                    let mut vertices = vertices.clone();
                    vertices[vertex as usize] = middle.clone();
                    parts.push(on_simplex(&region, free.clone(), vertices));
                }
            }
            other => return Err(format!("no division: {other:?}")),
        }
        for point in &region.points {
            let parameters = |other: &Point| {
                point.d == other.d && point.y == other.y && self.same_decision(point, other)
            };
            if !parts.iter().any(|part| part.points.iter().any(|other| parameters(other))) {
                return Err(format!("no part has the point {point:?}"));
            }
        }
        self.replace(parts);
        Ok(())
    }

    fn same_decision(&self, a: &Point, b: &Point) -> bool {
        self.parameters(&a.at) == self.parameters(&b.at)
    }

    fn simplices(&self, region: &Region) -> Vec<Region> {
        let free: Vec<u32> = (0..self.world.game.parameters as u32)
            .filter(|k| {
                let name = Variable::Parameter(*k);
                let ends = region.ends.get(&name);
                let flat = ends.is_some_and(|ends| ends.0.is_some() && ends.0 == ends.1);
                !flat && !region.substituted.contains(&name)
            })
            .collect();
        let end = |k: usize, upper: bool| {
            let ends = &region.ends[&Variable::Parameter(free[k])];
            if upper { ends.1.clone() } else { ends.0.clone() }.expect("an end")
        };
        let orders: Vec<Vec<usize>> = match free.len() {
            1 => vec![vec![0]],
            2 => vec![vec![0, 1], vec![1, 0]],
            _ => panic!("games have at most two parameters"),
        };
        let part = |order: &Vec<usize>| {
            let mut vertex: Vec<Rational> = (0..free.len()).map(|k| end(k, false)).collect();
            let mut vertices = vec![vertex.clone()];
            for &k in order {
                vertex[k] = end(k, true);
                vertices.push(vertex.clone());
            }
            on_simplex(region, free.clone(), vertices)
        };
        orders.iter().map(part).collect()
    }

    fn reached(&self) -> Polynomial {
        match &self.statement.claimed {
            Claimed::Reached(value) | Claimed::Below(value) => value.clone(),
            other => panic!("no value that is reached: {other:?}"),
        }
    }

    /// How the objective of a counterexample is compared with 0.
    fn counter(&self) -> Sense {
        match &self.statement.claimed {
            Claimed::Below(_) => Sense::AtLeast,
            _ => Sense::Above,
        }
    }

    /// Values that bound those of all points.
    fn bound(&mut self, side: Side, values: &Family, floor: bool) -> Result<(), String> {
        let (stages, states) = (self.world.game.stages.len(), self.world.game.states);
        let region = self.top();
        for point in &region.points {
            for (t, s) in (0..stages).flat_map(|t| (0..states).map(move |s| (t, s))) {
                let bound = family_at(values, t as u32, s, &point.at);
                let v = if side == Side::Leader { &point.w[t][s] } else { &point.v[t][s] };
                if if floor { bound > *v } else { bound < *v } {
                    return Err(format!("the bound of ({t}, {s}) does not hold at {point:?}"));
                }
            }
        }
        region.bounds.push((side, floor, values.clone()));
        Ok(())
    }

    /// The row `loss - sum zeta_i d_i`, where the rows `z_i - zeta_i` are known and `zeta_i` has
    /// no values.
    fn regret(&mut self, rows: &[(u32, u32, u32)]) -> Result<(), String> {
        self.regrets(rows, &Rational::ONE)
    }

    /// The row `sum zeta_i d_i - loss`, from rows `zeta_i - z_i`.
    fn excess(&mut self, rows: &[(u32, u32, u32)]) -> Result<(), String> {
        self.regrets(rows, &Rational::NEG_ONE)
    }

    fn regrets(&mut self, rows: &[(u32, u32, u32)], sign: &Rational) -> Result<(), String> {
        let game = &self.world.game;
        let region = self.regions.last_mut().expect("a region");
        let mut result = Some(Row::of(Sense::AtLeast, Polynomial::zero()));
        for (t, i, number) in rows {
            let Some(row) = &region.rows[*number as usize] else {
                result = None;
                break;
            };
            let mut rest = game.expanded(row);
            let minus = Polynomial::constant(-sign);
            rest.add(&minus, &game.bellman_row(*t as usize, *i as usize));
            let free = rest.value.values().chain(rest.mass.values()).all(Polynomial::is_zero);
            if let Some(result) = result.as_mut().filter(|_| free) {
                result.mass.push((*t, *i, rest.constant));
            } else {
                result = None;
                break;
            }
        }
        if let Some(row) = &mut result {
            row.loss = sign.clone();
            if let Some(point) = region.points.iter().find(|point| !holds(row, point)) {
                return Err(format!("regrets {row:?} at {point:?}"));
            }
        }
        region.rows.push(result);
        Ok(())
    }

    /// Whether ends of a coordinate have passed each other in some region: there bounds are those
    /// of a box the wrong way round, and what is valid may be refused.
    pub fn has_passed(&self) -> bool {
        let passed = |ends: &Ends| matches!(ends, (Some(lower), Some(upper)) if lower > upper);
        self.regions.iter().any(|region| region.ends.values().any(passed))
    }

    /// Each point once for every optimal pair of the site.
    fn choice(&mut self, site: (u32, u32)) {
        let game = &self.world.game;
        let pairs = game.pairs_of(site.0 as usize, site.1 as usize);
        let before: usize = game.stages[..site.0 as usize].iter().map(Vec::len).sum();
        let name = |i: usize| Variable::Choice((before + i) as u32);
        let first = pairs.start;
        let region = self.top();
        let dual = region.kind == Kind::Dual;
        region.rows.extend(vec![None; 1 + pairs.len() * (1 + usize::from(dual))]);
        for i in pairs.clone() {
            region.ends.insert(name(i), (Some(Rational::ZERO), Some(Rational::ONE)));
            region.choices.insert((site.0, i as u32));
        }
        let mut points = Vec::new();
        for point in std::mem::take(&mut region.points) {
            if point.at.contains_key(&name(first)) {
                points.push(point);
                continue;
            }
            let optimal = pairs.clone().filter(|i| point.z[site.0 as usize][*i].is_zero());
            for chosen in optimal {
                let mut point = Point::clone(&point);
                for i in pairs.clone() {
                    point.at.insert(name(i), Rational::from(u8::from(i == chosen)));
                }
                points.push(Rc::new(point));
            }
        }
        region.points = points;
    }

    /// The two parts of populations that were given.
    fn play_parts(&mut self, mut region: Region, points: Vec<Rc<Point>>) {
        region.kind = Kind::Play;
        let value = self.reached();
        let mut loss = Row::of(Sense::Above, Polynomial::constant(-self.statement.epsilon.clone()));
        loss.loss = Rational::ONE;
        let worse = negative(&worse(&sigma(&self.statement), &value), self.counter());
        let part = |objective: Row| {
            let points = points.iter().filter(|point| holds(&objective, point)).cloned().collect();
            Region { points, objective: Some(objective.clone()), ..region.clone() }
        };
        let parts = vec![part(loss), part(worse)];
        self.replace(parts);
    }

    fn play(&mut self, masses: &Family) -> Result<(), String> {
        let world = self.world;
        let game = &world.game;
        let mut region = self.top().clone();
        let mut points = Vec::new();
        for decision in &region.points {
            let of_stage = |(t, pairs): (usize, &Vec<crate::game::Pair>)| {
                let mass = |i| family_at(masses, t as u32, i, &decision.at);
                (0..pairs.len()).map(mass).collect()
            };
            let d: Table = game.stages.iter().enumerate().map(of_stage).collect();
            let mut at = decision.at.clone();
            for k in 0..game.statistics.len() {
                at.insert(Variable::Statistic(k as u32), game.statistic_of(k, &d));
            }
            game.complete(&mut at);
            check_flow(world, &at, &d)?;
            points.push(Rc::new(world.with_values(at, d)));
        }
        region.masses = true;
        self.play_parts(region, points);
        Ok(())
    }

    fn play_policy(&mut self, policy: &Family) -> Result<(), String> {
        let world = self.world;
        let game = &world.game;
        let mut region = self.top().clone();
        let mut points = Vec::new();
        for decision in &region.points {
            let of_stage = |(t, pairs): (usize, &Vec<crate::game::Pair>)| {
                let share = |i| family_at(policy, t as u32, i, &decision.at);
                (0..pairs.len()).map(share).collect()
            };
            let shares: Table = game.stages.iter().enumerate().map(of_stage).collect();
            for (t, s) in (0..shares.len()).flat_map(|t| (0..game.states).map(move |s| (t, s))) {
                let site = &shares[t][game.pairs_of(t, s)];
                let sum = site.iter().fold(Rational::ZERO, |sum, share| sum + share);
                if sum != Rational::ONE || site.iter().any(|share| *share < Rational::ZERO) {
                    return Err(format!("no policy at {decision:?}"));
                }
            }
            let population = world.population(&self.parameters(&decision.at), &shares);
            let mut point = population.ok_or("a policy without a population")?;
            point.at.extend(decision.at.iter().map(|(k, v)| (*k, v.clone())));
            check_flow(world, &point.at, &point.d)?;
            points.push(Rc::new(point));
        }
        region.policy = Some(policy.clone());
        self.play_parts(region, points);
        Ok(())
    }

    fn exists_in(&mut self, ends: &[(Rational, Rational)], matrix: &[Vec<Rational>]) {
        let game = &self.world.game;
        let decisions = self.top().clone();
        let name = |k: usize| Variable::Statistic(k as u32);
        let mut inside = decisions.clone();
        let objective = worse(&-sigma(&self.statement), &self.reached());
        let objective = Row { sense: self.counter(), ..objective };
        self.make_equilibria(&mut inside, Some(objective));
        for (k, (lower, upper)) in ends.iter().enumerate() {
            inside.keep(|point| *lower <= point.at[&name(k)] && point.at[&name(k)] <= *upper);
            inside.ends.insert(name(k), (Some(lower.clone()), Some(upper.clone())));
        }
        let mut parts = vec![inside];
        for k in 0..ends.len() {
            for upper in [false, true] {
                let end = if upper { &ends[k].1 } else { &ends[k].0 };
                let mut face = Region { points: Vec::new(), ..decisions.clone() };
                face.kind = Kind::Response;
                face.ends = parts[0].ends.clone();
                face.ends.insert(name(k), (Some(end.clone()), Some(end.clone())));
                for decision in &decisions.points {
                    for frozen in frozen(ends, k, end) {
                        let mut at = decision.at.clone();
                        at.extend(frozen.iter().enumerate().map(|(j, x)| (name(j), x.clone())));
                        game.complete(&mut at);
                        for point in self.world.responses(&at) {
                            let image = (0..ends.len()).map(|j| {
                                let gap = game.statistic_of(j, &point.d) - &frozen[j];
                                &matrix[k][j] * gap
                            });
                            let image = image.fold(Rational::ZERO, |sum, term| sum + term);
                            let outwards =
                                if upper { image > Rational::ZERO } else { image < Rational::ZERO };
                            if outwards && point.loss <= self.statement.epsilon {
                                face.points.push(Rc::new(point));
                            }
                        }
                    }
                }
                parts.push(face);
            }
        }
        self.replace(parts);
    }

    /// Dual solutions of several multipliers at each decision, with slack in some of their rows.
    fn scale(&mut self) {
        let game = &self.world.game;
        let (sigma, q) = (sigma(&self.statement), self.reached());
        let mut region = self.top().clone();
        region.kind = Kind::Dual;
        let mut points = Vec::new();
        for decision in &region.points {
            let mut multipliers = ["0", "1/3", "1", "5/2", "10"].map(n).to_vec();
            let u = self.parameters(&decision.at);
            let exact = super::exact::best(
                self.world,
                &u,
                self.statement.pessimistic,
                &self.statement.epsilon,
            );
            multipliers.extend(exact.map(|best| best.multiplier));
            let data = Data::without_population(game, &decision.at);
            let at = decision.at.clone();
            for multiplier in multipliers {
                let mut frozen = at.clone();
                for k in 0..game.statistics.len() {
                    frozen.insert(Variable::Statistic(k as u32), Rational::ZERO);
                }
                game.complete(&mut frozen);
                let mut point = self.world.with_values(frozen, Table::new());
                let cost: Table = (0..game.stages.len())
                    .map(|t| {
                        let cost = |i| &sigma * &data.c[t][i] + &multiplier * &point.z[t][i];
                        (0..game.stages[t].len()).map(cost).collect()
                    })
                    .collect();
                point.y = induction(game, &data, &cost, false);
                point.at = at.clone();
                point.at.insert(Variable::Multiplier, multiplier.clone());
                for slack in ["0", "1/8"] {
                    let mut point = point.clone();
                    for (s, y) in point.y[0].iter_mut().enumerate() {
                        if s == 0 {
                            *y -= n(slack);
                        }
                    }
                    let first = game.initial.iter().zip(&point.y[0]).map(|(mass, y)| mass * y);
                    let first = first.fold(Rational::ZERO, |sum, term| sum + term);
                    let gap = first + &sigma * (&data.h - value(&q, &point.at))
                        - &multiplier * &self.statement.epsilon;
                    if match self.counter() {
                        Sense::Above => gap > Rational::ZERO,
                        _ => gap >= Rational::ZERO,
                    } {
                        let signed = |c: &Rational| c * &sigma;
                        let c = data.c.iter().map(|row| row.iter().map(signed).collect());
                        points.extend(selections(game, &data, &c.collect(), &point));
                    }
                }
            }
        }
        region.points = points;
        region.objective = None;
        region.ends.insert(Variable::Multiplier, (Some(Rational::ZERO), None));
        self.replace(vec![region]);
    }

    /// Compares a theorem with all enumerated points.
    pub fn check(&self, theorem: &Theorem) -> Result<(), String> {
        let statement = theorem.statement();
        for decision in self.decisions_of(&statement.place) {
            let u = self.parameters(&decision);
            let populations = self.world.populations(&u);
            let equilibria = populations.iter().filter(|point| point.loss <= statement.epsilon);
            for point in equilibria {
                let counts =
                    statement.pattern.as_ref().is_none_or(|pattern| follows(point, pattern));
                let fine = match &statement.claimed {
                    Claimed::Bound(q) => !holds(&worse(&sigma(statement), q), point),
                    Claimed::Form(row) => row_value(row, point) >= Rational::ZERO,
                    Claimed::Patterns(patterns) => {
                        patterns.iter().any(|pattern| follows(point, pattern))
                    }
                    Claimed::Reached(_) | Claimed::Below(_) => true,
                };
                if counts && !fine {
                    return Err(format!("{statement:?} is contradicted by {point:?}"));
                }
            }
            if let Claimed::Reached(q) | Claimed::Below(q) = &statement.claimed {
                self.check_reached(theorem, &u, &value(q, &decision), &decision)?;
            }
        }
        Ok(())
    }

    fn check_reached(
        &self,
        theorem: &Theorem,
        u: &[Rational],
        q: &Rational,
        decision: &At,
    ) -> Result<(), String> {
        let statement = theorem.statement();
        let sigma = sigma(statement);
        let least = super::exact::least(self.world, u, statement.pessimistic, &statement.epsilon);
        let strict = matches!(statement.claimed, Claimed::Below(_));
        let target = &sigma * q;
        if least.is_some_and(|least| least > target || strict && least == target) {
            return Err(format!("{statement:?} is not reached at {u:?}"));
        }
        let Some(masses) = theorem.witness() else { return Ok(()) };
        let game = &self.world.game;
        let of_stage = |(t, pairs): (usize, &Vec<crate::game::Pair>)| {
            (0..pairs.len()).map(|i| family_at(masses, t as u32, i, decision)).collect()
        };
        let d: Table = game.stages.iter().enumerate().map(of_stage).collect();
        let mut at = decision.clone();
        for k in 0..game.statistics.len() {
            at.insert(Variable::Statistic(k as u32), game.statistic_of(k, &d));
        }
        game.complete(&mut at);
        check_flow(self.world, &at, &d)?;
        let point = self.world.with_values(at, d);
        let reward = &sigma * &point.reward;
        if point.loss > statement.epsilon || reward > target || strict && reward == target {
            return Err(format!("{statement:?} has the witness {point:?}"));
        }
        Ok(())
    }
}

/// A dual point once for every way to select an optimal pair per site (some of them, where there
/// are many), with the leader's values `w_t(s) = sigma c_i + sum P_i(s') w_{t+1}(s')` of each.
fn selections(game: &Game, data: &Data, c: &Table, point: &Point) -> Vec<Rc<Point>> {
    let stages = game.stages.len();
    let mut ways: Vec<Vec<Vec<usize>>> = vec![vec![Vec::new(); stages]];
    for (t, s) in (0..stages).flat_map(|t| (0..game.states).map(move |s| (t, s))) {
        let optimal: Vec<usize> =
            game.pairs_of(t, s).filter(|i| point.z[t][*i].is_zero()).collect();
        let longer = |way: &Vec<Vec<usize>>| {
            let with = |i: &usize| {
                let mut way = way.clone();
                way[t].push(*i);
                way
            };
            optimal.iter().map(with).collect::<Vec<_>>()
        };
        ways = ways.iter().flat_map(longer).collect();
        ways.truncate(64);
    }
    let with = |selected: Vec<Vec<usize>>| {
        let mut point = point.clone();
        let mut w: Table = vec![vec![Rational::ZERO; game.states]; stages];
        for (t, s) in (0..stages).rev().flat_map(|t| (0..game.states).map(move |s| (t, s))) {
            w[t][s] = data.ahead(c, t, selected[t][s], &w);
        }
        (point.w, point.selected) = (w, selected);
        Rc::new(point)
    };
    ways.into_iter().map(with).collect()
}

/// Whether a point uses pairs of a pattern alone, all of which are optimal.
fn follows(point: &Point, pattern: &[(u32, u32)]) -> bool {
    let used = point.d.iter().enumerate().all(|(t, masses)| {
        masses
            .iter()
            .enumerate()
            .all(|(i, mass)| mass.is_zero() || pattern.contains(&(t as u32, i as u32)))
    });
    let exists = |t: u32, i: u32| point.z.get(t as usize).and_then(|z| z.get(i as usize));
    used && pattern.iter().all(|(t, i)| exists(*t, *i).is_none_or(|z| z.is_zero()))
}

fn check_flow(world: &World, at: &At, d: &Table) -> Result<(), String> {
    let game = &world.game;
    let data = Data::new(game, at);
    for t in 0..game.stages.len() {
        let inflow = game.inflow(&data, d, t);
        for (s, inflow) in inflow.iter().enumerate() {
            let masses = &d[t][game.pairs_of(t, s)];
            let sum = masses.iter().fold(Rational::ZERO, |sum, mass| sum + mass);
            if sum != *inflow || masses.iter().any(|mass| *mass < Rational::ZERO) {
                return Err(format!("no flow: {d:?} at {at:?}"));
            }
        }
    }
    Ok(())
}

/// Statistics of a face of a box: each other one at its ends and between them.
fn frozen(ends: &[(Rational, Rational)], k: usize, end: &Rational) -> Vec<Vec<Rational>> {
    let mut points = vec![Vec::new()];
    for (j, (lower, upper)) in ends.iter().enumerate() {
        let values = match j == k {
            true => vec![end.clone()],
            false => vec![lower.clone(), (lower + upper) / Rational::from(2), upper.clone()],
        };
        let longer = |point: &Vec<Rational>| {
            let with = |x: &Rational| [point.clone(), vec![x.clone()]].concat();
            values.iter().map(with).collect::<Vec<_>>()
        };
        points = points.iter().flat_map(longer).collect();
    }
    points
}

/// The points of a region that lie in a simplex, with their barycentric coordinates.
fn on_simplex(region: &Region, free: Vec<u32>, vertices: Vec<Vec<Rational>>) -> Region {
    let mut part = region.clone();
    part.points = Vec::new();
    for point in &region.points {
        let target: Vec<Rational> =
            free.iter().map(|k| point.at[&Variable::Parameter(*k)].clone()).collect();
        let Some(shares) = barycentric(&vertices, &target) else { continue };
        let mut point = Point::clone(point);
        for (k, share) in shares.into_iter().enumerate() {
            point.at.insert(Variable::Share(k as u32), share);
        }
        part.points.push(Rc::new(point));
    }
    part.shares = vertices.len() as u32;
    part.substituted.extend(free.iter().map(|k| Variable::Parameter(*k)));
    part.simplex = Some((free, vertices));
    part
}

/// Shares of the vertices, where all are at least 0: on a line or in a plane.
fn barycentric(vertices: &[Vec<Rational>], target: &[Rational]) -> Option<Vec<Rational>> {
    let shares = match (vertices, target) {
        ([a, b], [x]) => {
            let second = (x - &a[0]) / (&b[0] - &a[0]);
            vec![Rational::ONE - &second, second]
        }
        ([a, b, c], [x, y]) => {
            let area = |p: [&Rational; 2], q: [&Rational; 2], r: [&Rational; 2]| {
                (q[0] - p[0]) * (r[1] - p[1]) - (r[0] - p[0]) * (q[1] - p[1])
            };
            let (a, b, c) = ([&a[0], &a[1]], [&b[0], &b[1]], [&c[0], &c[1]]);
            let whole = area(a, b, c);
            let t = [x, y];
            vec![area(t, b, c) / &whole, area(a, t, c) / &whole, area(a, b, t) / &whole]
        }
        _ => panic!("simplices of one or two parameters"),
    };
    shares.iter().all(|share| *share >= Rational::ZERO).then_some(shares)
}
