//! Proofs that are found by trying steps: what the kernel refuses is left out.

use super::provers::{decision, epsilon, numbers, statement};
use super::step::{Script, Step};
use super::world::{At, Data, Table, World, induction};
use crate::random::Random;
use crate::text::{at_least, c, family};
use smfg_kernel::{
    Claimed, Combination, Decisions, Listing, Name, Place, Polynomial, Proof, Rational, Row, Sense,
    Statement, Variable,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A proof together with the steps that were accepted.
struct Attempt {
    proof: Proof,
    steps: Vec<Step>,
    /// Steps that may still be tried.
    budget: usize,
}

impl Attempt {
    fn new(listing: &Arc<Listing>, statement: &Statement, budget: usize) -> Option<Self> {
        let proof = Proof::open(Arc::clone(listing), statement.clone()).ok()?;
        Some(Attempt { proof, steps: Vec::new(), budget })
    }

    fn tries(&mut self, step: Step) -> bool {
        self.budget = self.budget.saturating_sub(1);
        let accepted = self.budget > 0 && step.take(&mut self.proof).is_ok();
        if accepted {
            self.steps.push(step);
        }
        accepted
    }
}

fn sign(pessimistic: bool) -> Rational {
    if pessimistic { Rational::ONE } else { Rational::NEG_ONE }
}

fn constant(value: &Rational) -> Polynomial {
    Polynomial::constant(value.clone())
}

/// One site, two pairs, `x0` the mass of the second, eps = 0: a bound by cases and cells.
pub fn by_cases(world: &World, listing: &Arc<Listing>, random: &mut Random) -> Option<Script> {
    if !is_line(world) {
        return None;
    }
    let (place, u) = decision(world, random)?;
    let pessimistic = random.once_in(2);
    let populations = world.populations(&u);
    let equilibria = populations.iter().filter(|point| point.loss.is_zero());
    let sign = sign(pessimistic);
    let least = equilibria.map(|point| &sign * &point.reward).min()?;
    let slack = Rational::from(random.below(3)) / Rational::from(8);
    let q = (least - slack) * &sign;
    let statement = statement(Claimed::Bound(constant(&q)), pessimistic, &Rational::ZERO, place);
    let mut attempt = Attempt::new(listing, &statement, 120)?;
    attempt.tries(Step::Case(0, 0));
    // All play the second pair.
    attempt.tries(Step::Derive(at_least("x0-1"), c("k0=-1 m0=-1")));
    if !close_reward(world, &mut attempt, &sign) {
        attempt.tries(Step::Case(0, 1));
        attempt.tries(Step::Close(c("m0=-1")));
        attempt.tries(Step::Close(c("b:0.0=1 b:0.1=-1")));
    }
    attempt.tries(Step::Case(0, 1));
    attempt.tries(Step::Derive(at_least("0-x0"), c("k0=1")));
    if !close_reward(world, &mut attempt, &sign) {
        attempt.tries(Step::Close(c("b:0.1=1 b:0.0=-1")));
    }
    cells(world, &mut attempt, &sign, &(Rational::ZERO, Rational::ONE));
    let open = attempt.proof.open_regions();
    (open == 0).then_some(Script { statement, steps: attempt.steps })
}

fn is_line(world: &World) -> bool {
    let game = &world.game;
    let second = game
        .statistics
        .first()
        .is_some_and(|statistic| statistic.0 == 0 && statistic.1 == [(1, Rational::ONE)]);
    game.states == 1 && game.stages.len() == 1 && game.stages[0].len() == 2 && second
}

/// The reward as a polynomial of `x0`, by multiples of the mass and the link.
fn close_reward(world: &World, attempt: &mut Attempt, sign: &Rational) -> bool {
    let pairs = &world.game.stages[0];
    let minus = |p: &Polynomial, factor: &Rational| Polynomial::zero().plus(p, factor);
    let mass = minus(&pairs[0].leader, &-sign);
    let link = minus(&pairs[1].leader, sign).plus(&mass, &Rational::ONE);
    attempt.tries(Step::Close(Combination {
        rows: vec![
            (Name::Objective, Polynomial::constant(Rational::ONE)),
            (Name::Mass(0), mass),
            (Name::Link(0), link),
        ],
        ..Combination::default()
    }))
}

/// Both pairs are optimal: cells in which the rewards differ, or the leader has enough.
fn cells(world: &World, attempt: &mut Attempt, sign: &Rational, cell: &(Rational, Rational)) {
    for close in ["b:0.0=1 b:0.1=-1", "b:0.0=-1 b:0.1=1"] {
        if attempt.tries(Step::Close(c(close))) {
            return;
        }
    }
    if close_reward(world, attempt, sign) || attempt.budget == 0 {
        return;
    }
    let middle = (&cell.0 + &cell.1) / Rational::from(2);
    if attempt.tries(Step::Split(Variable::Statistic(0), middle.clone())) {
        cells(world, attempt, sign, &(cell.0.clone(), middle.clone()));
        cells(world, attempt, sign, &(middle, cell.1.clone()));
    }
}

/// One site, two pairs: an equilibrium between two values of `x0` at which the better pair differs.
pub fn in_a_box(world: &World, listing: &Arc<Listing>, random: &mut Random) -> Option<Script> {
    if !is_line(world) || world.game.statistics.len() != 1 {
        return None;
    }
    let (place, u) = decision(world, random)?;
    let gain = |x: &Rational| {
        let mut at = world.game.at(&u);
        at.insert(Variable::Statistic(0), x.clone());
        let data = Data::new(&world.game, &at);
        &data.r[0][1] - &data.r[0][0]
    };
    // Roots are often multiples of 1/8, which are inside these cells.
    let odd = |k: usize| Rational::from(2 * k + 1) / Rational::from(16);
    let cells: Vec<usize> = (0..7)
        .filter(|k| {
            let (a, b) = (gain(&odd(*k)), gain(&odd(k + 1)));
            a > Rational::ZERO && b < Rational::ZERO || a < Rational::ZERO && b > Rational::ZERO
        })
        .collect();
    if cells.is_empty() {
        return None;
    }
    let k = *random.of(&cells);
    let (low, high) = (odd(k), odd(k + 1));
    let pessimistic = random.once_in(2);
    let sign = sign(pessimistic);
    // A population of the cell and some slack.
    let shares = vec![vec![Rational::ONE - &low, low.clone()]];
    let point = world.population(&u, &shares)?;
    let q = point.reward + &sign * Rational::from(random.below(3)) / Rational::from(2);
    let stable = gain(&low) > Rational::ZERO;
    let orientation = if stable { Rational::ONE } else { Rational::NEG_ONE };
    let claimed = Claimed::Reached(constant(&q));
    let statement = statement(claimed, pessimistic, &Rational::ZERO, place);
    let mut attempt = Attempt::new(listing, &statement, 120)?;
    attempt.tries(Step::ExistsIn(vec![(low.clone(), high.clone())], vec![vec![orientation]]));
    attempt.tries(Step::Case(0, 0));
    attempt.tries(Step::Derive(at_least("x0-1"), c("k0=-1 m0=-1")));
    if !attempt.tries(Step::CloseEmpty) {
        close_reward(world, &mut attempt, &-&sign);
    }
    attempt.tries(Step::Case(0, 1));
    attempt.tries(Step::Derive(at_least("0-x0"), c("k0=1")));
    if !attempt.tries(Step::CloseEmpty) {
        close_reward(world, &mut attempt, &-&sign);
    }
    self::cells(world, &mut attempt, &-&sign, &(low.clone(), high.clone()));
    // On a face the loss of the worse pair is |gain| per mass: none of it is played.
    for x in [&low, &high] {
        let gain = gain(x);
        let (better, weight) = match gain > Rational::ZERO {
            true => ("1", Rational::ONE / &gain),
            false => ("0", Rational::NEG_ONE / &gain),
        };
        let rewards = &world.game.stages[0];
        let worse = if better == "1" { &rewards[0].reward } else { &rewards[1].reward };
        let mass = Polynomial::zero().plus(worse, &weight);
        let shift = if better == "1" { Rational::ZERO } else { Rational::ONE };
        let mut combination = c(&format!("o=1 b:0.{better}={weight}"));
        combination.rows.push((Name::Budget, constant(&weight)));
        combination.rows.push((Name::Mass(0), mass.plus(&constant(&Rational::ONE), &shift)));
        attempt.tries(Step::Close(combination));
    }
    let open = attempt.proof.open_regions();
    (open == 0).then_some(Script { statement, steps: attempt.steps })
}

/// The ends of a box, statistics and free parameters.
type Box = BTreeMap<Variable, (Rational, Rational)>;

/// A corner of a box, and its middle.
fn corners(ends: &Box) -> Vec<At> {
    let mut points = vec![At::new()];
    for (variable, (lower, upper)) in ends {
        let longer = |point: &At| {
            [lower, upper].map(|end| {
                let mut point = point.clone();
                point.insert(*variable, end.clone());
                point
            })
        };
        points = points.iter().flat_map(longer).collect();
    }
    let middle = ends
        .iter()
        .map(|(variable, (lower, upper))| (*variable, (lower + upper) / Rational::from(2)));
    points.push(middle.collect());
    points
}

/// A bound over boxes of statistics and parameters with numbers as floors, by halving.
pub fn by_boxes(world: &World, listing: &Arc<Listing>, random: &mut Random) -> Option<Script> {
    let game = &world.game;
    if game.stages.len() > 2 || game.statistics.len() + game.parameters > 3 {
        return None;
    }
    let (mut place, u) = decision(world, random)?;
    let mut ends = Box::new();
    let everywhere = matches!(game.decisions, Decisions::Polytope { .. }) && random.once_in(3);
    let decisions = if everywhere { world.decisions() } else { vec![u.clone()] };
    for k in 0..game.parameters {
        let range = match &game.decisions {
            Decisions::Polytope { ends, .. } if everywhere => ends[k].clone(),
            _ => (u[k].clone(), u[k].clone()),
        };
        ends.insert(Variable::Parameter(k as u32), range);
    }
    if everywhere {
        place = Place::All;
    }
    for k in 0..game.statistics.len() {
        ends.insert(Variable::Statistic(k as u32), listing.range(k));
    }
    let epsilon = epsilon(world, &u, random);
    let pessimistic = random.once_in(2);
    let sign = sign(pessimistic);
    let least = decisions.iter().flat_map(|u| {
        let populations = world.populations(u);
        let equilibria = populations.iter().filter(|point| point.loss <= epsilon);
        equilibria.map(|point| &sign * &point.reward).collect::<Vec<_>>()
    });
    let slack = Rational::from(1 + random.below(6)) / Rational::from(4);
    let q = (least.min()? - slack) * &sign;
    let statement = statement(Claimed::Bound(constant(&q)), pessimistic, &epsilon, place);
    let multiplier = Rational::from(random.below(4));
    let mut attempt = Attempt::new(listing, &statement, 150)?;
    halves(world, &mut attempt, &sign, &multiplier, &ends, 0);
    let open = attempt.proof.open_regions();
    (open == 0).then_some(Script { statement, steps: attempt.steps })
}

fn halves(
    world: &World,
    attempt: &mut Attempt,
    sign: &Rational,
    multiplier: &Rational,
    ends: &Box,
    depth: usize,
) {
    let before = attempt.proof.open_regions();
    if attempt.budget == 0 {
        return;
    }
    for step in close_box(world, sign, multiplier, ends) {
        attempt.tries(step);
    }
    if attempt.proof.open_regions() < before || depth > 6 {
        return;
    }
    let width = |(lower, upper): &(Rational, Rational)| upper - lower;
    let widest = ends
        .iter()
        .max_by_key(|(_, range)| width(range))
        .filter(|(_, range)| width(range) > Rational::ZERO);
    let Some((variable, range)) = widest else { return };
    let middle = (&range.0 + &range.1) / Rational::from(2);
    if !attempt.tries(Step::Split(*variable, middle.clone())) {
        return;
    }
    for part in [(range.0.clone(), middle.clone()), (middle.clone(), range.1.clone())] {
        let mut half = ends.clone();
        half.insert(*variable, part);
        halves(world, attempt, sign, multiplier, &half, depth + 1);
    }
}

/// Floors and a combination that close a box, where its corners are any guide.
fn close_box(world: &World, sign: &Rational, multiplier: &Rational, ends: &Box) -> Vec<Step> {
    let game = &world.game;
    let data: Vec<Data> = corners(ends).iter().map(|at| Data::new(game, at)).collect();
    // Floors: at each site the pair whose worst case over the corners is best.
    let zero: Table = vec![vec![Rational::ZERO; game.states]; game.stages.len()];
    let (mut floor, mut choices) = (zero.clone(), vec![vec![0; game.states]; game.stages.len()]);
    for t in (0..game.stages.len()).rev() {
        for s in 0..game.states {
            let worst = |i: usize| data.iter().map(|d| d.ahead(&d.r, t, i, &floor)).min();
            let best = game.pairs_of(t, s).max_by_key(|i| worst(*i)).expect("a pair");
            choices[t][s] = best as u32;
            floor[t][s] = worst(best).expect("a corner");
        }
    }
    // `w` is at most `sigma c - lambda r + P w'` over the corners.
    let cost = |d: &Data| -> Table {
        let stage = |t: usize| {
            let cost = |i: usize| sign * &d.c[t][i] - multiplier * &d.r[t][i];
            (0..game.stages[t].len()).map(cost).collect()
        };
        (0..game.stages.len()).map(stage).collect()
    };
    let costs: Vec<Table> = data.iter().map(cost).collect();
    let mut w = zero;
    for t in (0..game.stages.len()).rev() {
        for s in 0..game.states {
            let all = data.iter().zip(&costs).flat_map(|(d, cost)| {
                let w = &w;
                game.pairs_of(t, s).map(move |i| d.ahead(cost, t, i, w)).collect::<Vec<_>>()
            });
            w[t][s] = all.min().expect("a pair");
        }
    }
    let minus: Table = w.iter().map(|row| row.iter().map(|w| -w).collect()).collect();
    let first = game.initial.iter().enumerate();
    let first = family(first.map(|(s, mass)| (0, s as u32, constant(&(mass * multiplier)))));
    let combination = Combination {
        rows: vec![
            (Name::Objective, Polynomial::constant(Rational::ONE)),
            (Name::Budget, constant(multiplier)),
        ],
        flow: numbers(&minus),
        bounds: vec![(0, first)],
        ..Combination::default()
    };
    let plain = Combination {
        rows: vec![(Name::Objective, Polynomial::constant(Rational::ONE))],
        flow: numbers(&minus),
        ..Combination::default()
    };
    if multiplier.is_zero() {
        return vec![Step::Close(plain)];
    }
    vec![Step::Floor(numbers(&floor), choices), Step::Close(combination)]
}

/// Dynamics free of the population: a pure population on each piece of the decisions, pieces made
/// by splits, grids, simplices and cuts; eps is generous.
pub fn on_pieces(world: &World, listing: &Arc<Listing>, random: &mut Random) -> Option<Script> {
    let game = &world.game;
    let Decisions::Polytope { ends, grids, .. } = &game.decisions else { return None };
    let fixed = |p: &Polynomial| p.as_constant().is_some();
    let moves = |pair: &crate::game::Pair| pair.to.iter().any(|next| !fixed(&next.1));
    if game.stages.iter().flatten().any(moves) || world.decisions().is_empty() {
        return None;
    }
    let pessimistic = random.once_in(2);
    let sign = sign(pessimistic);
    let policies: Vec<Table> =
        (0..4).map(|_| random.of(&world.pure().collect::<Vec<_>>()).to_vec()).collect();
    // The greatest loss and the worst reward of these populations over the box, with some slack.
    let mut epsilon = Rational::ZERO;
    let mut worst: Option<Rational> = None;
    for u in world.decisions() {
        for policy in &policies {
            let point = world.population(&u, policy)?;
            epsilon = epsilon.max(point.loss);
            let value = &sign * point.reward;
            worst = Some(worst.map_or(value.clone(), |worst| worst.max(value)));
        }
    }
    epsilon += Rational::from(1 + random.below(3));
    let q = (worst? + Rational::from(random.below(2))) * &sign;
    let claimed = Claimed::Reached(constant(&q));
    let statement = statement(claimed, pessimistic, &epsilon, Place::All);
    let mut attempt = Attempt::new(listing, &statement, 150)?;
    if random.once_in(2) {
        let k = random.below(ends.len()) as u32;
        let at = Rational::from(random.below(5)) / Rational::from(4);
        match &grids[k as usize] {
            smfg_kernel::Grid::Points { .. } => attempt.tries(Step::Grid(k, at)),
            smfg_kernel::Grid::Continuous => attempt.tries(Step::Split(Variable::Parameter(k), at)),
        };
    }
    if random.once_in(2) && game.parameters < 3 {
        attempt.tries(Step::Simplices);
    }
    while attempt.budget > 0 && attempt.proof.open_regions() > 0 {
        if random.once_in(2) && attempt.proof.open_regions() < 8 {
            let count = game.parameters + 1;
            let share = Rational::from(1 + random.below(3)) / Rational::from(4);
            let (i, j) = (random.below(count) as u32, random.below(count) as u32);
            attempt.tries(Step::Cut(i, j, share));
        }
        let policy = random.of(&policies);
        let point = world.population(&world.decisions()[0], policy)?;
        attempt.tries(Step::Play(numbers(&point.d)));
        let all: Box = (0..game.parameters)
            .map(|k| (Variable::Parameter(k as u32), ends[k].clone()))
            .collect();
        let mut values: Table = vec![vec![Rational::ZERO; game.states]; game.stages.len()];
        for mut at in corners(&all) {
            for k in 0..game.statistics.len() {
                let x = game.statistic_of(k, &point.d);
                at.insert(Variable::Statistic(k as u32), x);
            }
            let data = Data::new(game, &at);
            for (row, here) in values.iter_mut().zip(induction(game, &data, &data.r, true)) {
                for (value, here) in row.iter_mut().zip(here) {
                    if here > *value {
                        *value = here;
                    }
                }
            }
        }
        let margin = Rational::from(random.below(2));
        for (t, row) in values.iter_mut().enumerate() {
            let left = Rational::from(game.stages.len() - t);
            row.iter_mut().for_each(|value| *value += &margin * &left);
        }
        attempt.tries(Step::Ceiling(numbers(&values)));
        let first = game.initial.iter().enumerate();
        let first = family(first.map(|(s, mass)| (0, s as u32, constant(mass))));
        let mut close = c("o=1");
        close.bounds.push((0, first));
        if !attempt.tries(Step::Close(close)) || !attempt.tries(Step::Close(c("o=1"))) {
            return None;
        }
    }
    let open = attempt.proof.open_regions();
    (open == 0).then_some(Script { statement, steps: attempt.steps })
}

/// A statement about a segment, a form, a pattern or a list of patterns; `q` is any number.
pub fn any_statement(world: &World, random: &mut Random) -> Option<Statement> {
    let (mut place, u) = decision(world, random)?;
    if let Decisions::Polytope { .. } = world.game.decisions {
        let decisions = world.decisions();
        match random.below(4) {
            0 => place = Place::All,
            1 => {
                let from = random.of(&decisions).clone();
                place = Place::Segment { from, to: u.clone() };
            }
            _ => {}
        }
    }
    let epsilon = epsilon(world, &u, random);
    let q = constant(&random.fraction(2, 4));
    let pairs: Vec<(u32, u32)> = world
        .game
        .stages
        .iter()
        .enumerate()
        .flat_map(|(t, pairs)| (0..pairs.len()).map(move |i| (t as u32, i as u32)))
        .collect();
    let mut some = || pairs.iter().copied().filter(|_| random.once_in(2)).collect::<Vec<_>>();
    let (pattern, patterns) = (some(), vec![some(), some()]);
    let mut row = Row::of(Sense::AtLeast, constant(&random.fraction(2, 4)));
    row.mass.push((0, 0, constant(&random.fraction(2, 2))));
    row.loss = random.fraction(1, 1);
    let claimed = match random.below(5) {
        0 => Claimed::Form(row),
        1 if epsilon.is_zero() => Claimed::Patterns(patterns),
        2 | 3 => Claimed::Reached(q),
        _ => Claimed::Bound(q),
    };
    let equilibria = !matches!(claimed, Claimed::Reached(_));
    let mut statement = statement(claimed, random.once_in(2), &epsilon, place);
    if epsilon.is_zero() && equilibria && random.once_in(4) {
        statement.pattern = Some(pattern);
    }
    Some(statement)
}
