//! Random games of one to three stages, two states and two actions, one or two statistics, degrees
//! up to 2, and at most one parameter (two on simplices).

use crate::game::{Game, Pair};
use crate::random::Random;
use crate::text::{n, p};
use smfg_kernel::{Decisions, Function, Grid, Monomial, Polynomial, Rational, Variable};

/// How the data depend on the population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Free,
    Affine,
    Quadratic,
    Dynamic,
}

/// A random game; one in three has one site with two pairs and `x0` the mass of the second.
pub fn game(random: &mut Random) -> Game {
    let class = *random.of(&[Class::Free, Class::Affine, Class::Quadratic, Class::Dynamic]);
    if random.once_in(3) {
        return one_site(class, random);
    }
    let stages = *random.of(&[1, 1, 2, 2, 2, 3]);
    let states = if stages == 1 { 1 + random.below(2) } else { 2 };
    let (parameters, decisions) = decisions(random);
    let initial = match states {
        1 => vec![Rational::ONE],
        _ => {
            let first = n(random.of::<&str>(&["1", "1/2", "1/3", "0"]));
            vec![first.clone(), Rational::ONE - first]
        }
    };
    let sizes: Vec<Vec<usize>> = (0..stages)
        .map(|_| (0..states).map(|_| if random.once_in(3) { 1 } else { 2 }).collect())
        .collect();
    let statistics: Vec<(u32, Vec<(u32, Rational)>)> = (0..1 + random.below(2))
        .map(|_| {
            let stage = random.below(stages);
            let count = sizes[stage].iter().sum::<usize>() as u32;
            let chosen = (0..count).filter(|_| random.once_in(2)).collect::<Vec<u32>>();
            let weight = |pair: u32, random: &mut Random| {
                (pair, n(random.of::<&str>(&["1", "1", "1/2", "-1", "2"])))
            };
            let weights = chosen.into_iter().map(|pair| weight(pair, random)).collect();
            (stage as u32, weights)
        })
        .collect();
    let game = Game {
        states,
        parameters,
        initial,
        decisions,
        statistics,
        functions: Vec::new(),
        stages: Vec::new(),
        payoff: Polynomial::zero(),
    };
    filled(game, &sizes, class, random)
}

/// A random game with functions whose values are rational: absolute values and inverses, of the
/// parameters, of statistics and of each other, in rewards, probabilities and the payoff.
pub fn with_functions(random: &mut Random) -> Game {
    let mut game = game(random);
    for _ in 0..1 + random.below(2) {
        add_function(&mut game, random);
    }
    let names: Vec<Variable> = (0..game.functions.len()).map(|j| game.function_name(j)).collect();
    let terms = |polynomial: &mut Polynomial, random: &mut Random| {
        if random.once_in(2) {
            let name = Monomial::new(vec![(*random.of(&names), 1)]);
            polynomial.add_term(name, random.fraction(2, 2));
        }
    };
    for pair in game.stages.iter_mut().flatten() {
        terms(&mut pair.reward, random);
        terms(&mut pair.leader, random);
    }
    terms(&mut game.payoff, random);
    // p w and 0 have the sum 1, as have (p - 1) w and w.
    for (j, (function, argument, _)) in game.functions.clone().iter().enumerate() {
        let name = game.function_name(j);
        let own = Polynomial::variable(name);
        for (t, pairs) in game.stages.iter_mut().enumerate() {
            let late = |variable| match variable {
                Variable::Statistic(k) => {
                    game.statistics.get(k as usize).is_none_or(|form| form.0 as usize > t)
                }
                _ => false,
            };
            if *function != Function::Inverse || !argument.only(|variable| !late(variable)) {
                continue;
            }
            for pair in pairs.iter_mut().filter(|pair| pair.to.len() == 2) {
                if random.once_in(3) {
                    let rest = argument.times(&own).expect("a product");
                    pair.to[0].1 = rest.plus(&own, &Rational::NEG_ONE);
                    pair.to[1].1 = own.clone();
                }
            }
        }
    }
    game
}

/// A function with ends that the listing has.
fn add_function(game: &mut Game, random: &mut Random) {
    let listing = game.listing();
    let count = game.statistics.len() + game.functions.len();
    let mut names: Vec<Variable> = (0..count).map(|k| Variable::Statistic(k as u32)).collect();
    names.extend((0..game.parameters).map(|k| Variable::Parameter(k as u32)));
    let name = *random.of(&names);
    let mut argument = Polynomial::zero().plus(&Polynomial::variable(name), &random.fraction(2, 2));
    if random.once_in(3) {
        argument = argument.plus(&Polynomial::variable(*random.of(&names)), &random.fraction(1, 2));
    }
    let function = *random.of(&[Function::Abs, Function::Inverse]);
    let shift = match function {
        Function::Abs => random.fraction(1, 2),
        // At least 1 is left where everything is smallest.
        _ => Rational::ONE - listing.range_of(&argument).expect("a range").0,
    };
    argument = argument.plus(&Polynomial::constant(shift), &Rational::ONE);
    game.functions.push((function, argument.clone(), None));
    let listing = game.listing();
    let (lower, upper) = listing.range(count);
    let slack = || n("1/8");
    let ends = if random.once_in(3) { (lower - slack(), upper + slack()) } else { (lower, upper) };
    game.functions.pop();
    game.functions.push((function, argument, Some(ends)));
}

fn one_site(class: Class, random: &mut Random) -> Game {
    let (parameters, decisions) = decisions(random);
    let game = Game {
        states: 1,
        parameters,
        initial: vec![Rational::ONE],
        decisions,
        statistics: vec![(0, vec![(1, Rational::ONE)])],
        functions: Vec::new(),
        stages: Vec::new(),
        payoff: Polynomial::zero(),
    };
    let class = if class == Class::Dynamic { Class::Affine } else { class };
    let mut game = filled(game, &[vec![2]], class, random);
    if class != Class::Free && !random.once_in(3) {
        // Both pairs are optimal at a multiple of 1/8, a stable equilibrium or an unstable one.
        let slope = n(random.of::<&str>(&["1", "-1", "2", "-2", "1/2"]));
        let root = Polynomial::constant(Rational::from(random.below(9)) / Rational::from(8));
        let gain = p("x0").plus(&root, &Rational::NEG_ONE);
        game.stages[0][1].reward = game.stages[0][0].reward.clone().plus(&gain, &slope);
    }
    game
}

/// Stages with these numbers of pairs per state, and a payoff.
fn filled(mut game: Game, sizes: &[Vec<usize>], class: Class, random: &mut Random) -> Game {
    let parameters: Vec<Variable> =
        (0..game.parameters).map(|k| Variable::Parameter(k as u32)).collect();
    let statistics: Vec<Variable> =
        (0..game.statistics.len()).map(|k| Variable::Statistic(k as u32)).collect();
    let both = [parameters.clone(), statistics.clone()].concat();
    let (variables, degree) = match class {
        Class::Free => (&parameters, 1 + random.below(2)),
        Class::Affine => (&both, 1),
        Class::Quadratic | Class::Dynamic => (&both, 2),
    };
    for (t, states) in sizes.iter().enumerate() {
        let mut pairs = Vec::new();
        for (state, count) in states.iter().enumerate() {
            for _ in 0..*count {
                let reward = polynomial(variables, degree, random);
                let leader = polynomial(variables, degree, random);
                let to = match t + 1 < sizes.len() {
                    true => successors(&game, t, class, random),
                    false => Vec::new(),
                };
                pairs.push(Pair { state, reward, leader, to });
            }
        }
        game.stages.push(pairs);
    }
    game.payoff = polynomial(variables, degree, random);
    if class == Class::Free && random.once_in(3) {
        // Linear in the statistics, which is then a part of the pairs' rewards.
        let mut factors = vec![(*random.of(&statistics), 1)];
        if !parameters.is_empty() && random.once_in(2) {
            factors.push((*random.of(&parameters), 1));
        }
        game.payoff.add_term(Monomial::new(factors), random.fraction(2, 2));
    }
    game
}

fn polynomial(variables: &[Variable], degree: usize, random: &mut Random) -> Polynomial {
    let mut result = Polynomial::constant(random.fraction(1, 2));
    for _ in 0..random.below(3) {
        let mut factors = Vec::new();
        for _ in 0..random.below(degree + 1) {
            if !variables.is_empty() {
                factors.push((*random.of(variables), 1));
            }
        }
        result.add_term(Monomial::new(factors), random.fraction(2, 2));
    }
    result
}

/// Successors whose probabilities have the sum 1: constants, or parts that a parameter or a
/// statistic of a stage so far decides; sometimes negative somewhere.
fn successors(
    game: &Game,
    t: usize,
    class: Class,
    random: &mut Random,
) -> Vec<(usize, Polynomial)> {
    let other = if game.states == 2 { 1 } else { 0 };
    let known = |k: &usize| game.statistics[*k].0 as usize <= t;
    let known: Vec<usize> = (0..game.statistics.len()).filter(known).collect();
    let share = if class == Class::Dynamic && !known.is_empty() && !random.once_in(3) {
        let x = random.of(&known);
        let text = random.of(&["x", "1/2*x", "1-x", "x^2", "1/2+1/4*x", "2*x", "x-x^2"]);
        p(&text.replace('x', &format!("x{x}")))
    } else if game.parameters > 0 && random.once_in(4) {
        p(random.of::<&str>(&["u0", "1-u0", "1/2*u0", "u0^2"]))
    } else {
        p(random.of::<&str>(&["0", "1", "1/2", "1/3", "3/4"]))
    };
    let rest = p("1").plus(&share, &Rational::NEG_ONE);
    let mut successors = vec![(0, rest), (other, share)];
    match random.below(8) {
        // A state twice, or the other order.
        0 => {
            let half = Polynomial::zero().plus(&successors[0].1, &n("1/2"));
            successors[0].1 = half.clone();
            successors.push((0, half));
        }
        1 => successors.swap(0, 1),
        _ => {}
    }
    successors
}

fn decisions(random: &mut Random) -> (usize, Decisions) {
    match random.below(6) {
        0 => (0, Decisions::List(vec![Vec::new()])),
        1 => (1, Decisions::List(["0", "1/2", "1"].iter().map(|u| vec![n(u)]).collect())),
        2 => {
            let grid = Grid::Points { origin: Rational::ZERO, step: n("1/4") };
            let ends = vec![(n("0"), n("1"))];
            (1, Decisions::Polytope { ends, grids: vec![grid], rows: Vec::new() })
        }
        3 => {
            let ends = vec![(n("0"), n("1")), (n("0"), n("1"))];
            let rows = match random.below(3) {
                0 => vec![(true, p("u0+u1-1"))],
                1 => vec![(false, p("3/2-u0-u1"))],
                _ => Vec::new(),
            };
            (2, Decisions::Polytope { ends, grids: vec![Grid::Continuous; 2], rows })
        }
        _ => {
            let ends = vec![(n("0"), n("1"))];
            let grids = vec![Grid::Continuous];
            (1, Decisions::Polytope { ends, grids, rows: Vec::new() })
        }
    }
}
