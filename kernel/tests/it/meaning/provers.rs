//! Proofs that are valid by construction, about one decision.

use super::exact::{best, is_free};
use super::step::{Script, Step};
use super::world::{Data, Point, Table, World, induction};
use crate::random::Random;
use crate::text::family;
use smfg_kernel::{
    Claimed, Combination, Decisions, Family, Name, Place, Polynomial, Rational, Statement, Variable,
};

fn constant(value: &Rational) -> Polynomial {
    Polynomial::constant(value.clone())
}

/// A table of numbers as a family, zeros left out.
pub fn numbers(table: &Table) -> Family {
    let entries = table.iter().enumerate().flat_map(|(t, values)| {
        let values = values.iter().enumerate().filter(|(_, value)| !value.is_zero());
        values.map(move |(k, value)| (t as u32, k as u32, constant(value)))
    });
    family(entries.collect::<Vec<_>>())
}

/// A decision of a world, as a place and as values.
pub fn decision(world: &World, random: &mut Random) -> Option<(Place, Vec<Rational>)> {
    let decisions = world.decisions();
    if decisions.is_empty() {
        return None;
    }
    let k = random.below(decisions.len());
    let place = match &world.game.decisions {
        Decisions::List(_) if random.once_in(2) => Place::Decision(k as u32),
        _ => Place::Point(decisions[k].clone()),
    };
    Some((place, decisions[k].clone()))
}

/// An epsilon: 0, the loss of some population, or any.
pub fn epsilon(world: &World, u: &[Rational], random: &mut Random) -> Rational {
    let populations = world.populations(u);
    match random.below(5) {
        0 | 1 => Rational::ZERO,
        2 | 3 if !populations.is_empty() => random.of(&populations).loss.clone(),
        _ => Rational::from(random.below(9)) / Rational::from(8),
    }
}

pub fn statement(
    claimed: Claimed,
    pessimistic: bool,
    epsilon: &Rational,
    place: Place,
) -> Statement {
    Statement { claimed, pessimistic, epsilon: epsilon.clone(), place, pattern: None }
}

/// The data of a game of class C0 at a decision.
struct Free {
    data: Data,
    /// The followers' values, and the best pair of every site.
    v: Table,
    best: Vec<Vec<u32>>,
}

fn free(world: &World, u: &[Rational]) -> Free {
    let game = &world.game;
    let mut at = game.at(u);
    for k in 0..game.statistics.len() {
        at.insert(Variable::Statistic(k as u32), Rational::ZERO);
    }
    let data = Data::new(game, &at);
    let v = induction(game, &data, &data.r, true);
    let site = |t: usize, s: usize| {
        let best = game.pairs_of(t, s).find(|i| data.ahead(&data.r, t, *i, &v) == v[t][s]);
        best.expect("a best pair") as u32
    };
    let sites = |t: usize| (0..game.states).map(|s| site(t, s)).collect();
    let best = (0..game.stages.len()).map(sites).collect();
    Free { data, v, best }
}

/// Multipliers `factor mu0(s)` of a bound's first stage.
fn initial(world: &World, factor: &Polynomial) -> Family {
    let entries = world.game.initial.iter().enumerate();
    family(entries.map(|(s, mass)| (0, s as u32, Polynomial::zero().plus(factor, mass))))
}

/// Class C0, all equilibria: with floors, or with the Bellman rows of a best response's flow.
///
/// `sigma c_i - lambda r_i + sum P_i(s') w(s') - w_t(s) >= 0` for the least `w`.
pub fn all_equilibria(world: &World, random: &mut Random) -> Option<Script> {
    let (place, u) = decision(world, random)?;
    let epsilon = epsilon(world, &u, random);
    let pessimistic = random.once_in(2);
    let best = best(world, &u, pessimistic, &epsilon)?;
    let mut script = Script {
        statement: statement(
            Claimed::Bound(constant(&signed(&best.value, pessimistic))),
            pessimistic,
            &epsilon,
            place,
        ),
        steps: Vec::new(),
    };
    close_all(world, &u, pessimistic, &best.multiplier, random, &mut script.steps);
    Some(script)
}

fn signed(value: &Rational, pessimistic: bool) -> Rational {
    if pessimistic { value.clone() } else { -value.clone() }
}

/// The steps that close equilibria with less than the least reward.
fn close_all(
    world: &World,
    u: &[Rational],
    pessimistic: bool,
    multiplier: &Rational,
    random: &mut Random,
    steps: &mut Vec<Step>,
) {
    let game = &world.game;
    let free = free(world, u);
    let cost: Table = (0..game.stages.len())
        .map(|t| {
            let cost = |i: usize| {
                signed(&free.data.c[t][i], pessimistic) - multiplier * &free.data.r[t][i]
            };
            (0..game.stages[t].len()).map(cost).collect()
        })
        .collect();
    let w = induction(game, &free.data, &cost, false);
    let minus: Table = w.iter().map(|row| row.iter().map(|w| -w).collect()).collect();
    let mut combination = Combination {
        rows: vec![
            (Name::Objective, Polynomial::constant(Rational::ONE)),
            (Name::Budget, constant(multiplier)),
        ],
        flow: numbers(&minus),
        ..Combination::default()
    };
    if random.once_in(2) {
        steps.push(Step::Floor(numbers(&free.v), free.best.clone()));
        combination.bounds.push((0, initial(world, &constant(multiplier))));
    } else {
        // The flow of the best pairs, times the multiplier.
        let mut flow: Table =
            game.stages.iter().map(|pairs| vec![Rational::ZERO; pairs.len()]).collect();
        for t in 0..game.stages.len() {
            let inflow = game.inflow(&free.data, &flow, t);
            for (s, mass) in inflow.into_iter().enumerate() {
                flow[t][free.best[t][s] as usize] = mass;
            }
        }
        let scaled: Table =
            flow.iter().map(|row| row.iter().map(|mass| mass * multiplier).collect()).collect();
        combination.bellman = numbers(&scaled);
    }
    steps.push(Step::Close(combination));
}

/// Class C0, one equilibrium by duality.
pub fn by_duality(world: &World, random: &mut Random) -> Option<Script> {
    let (place, u) = decision(world, random)?;
    let epsilon = epsilon(world, &u, random);
    let pessimistic = random.once_in(2);
    let best = best(world, &u, pessimistic, &epsilon)?;
    let free = free(world, &u);
    let combination = Combination {
        rows: vec![(Name::Objective, Polynomial::constant(Rational::ONE))],
        dual: numbers(&best.d),
        bounds: vec![(0, initial(world, &Polynomial::variable(Variable::Multiplier)))],
        ..Combination::default()
    };
    let claimed = Claimed::Reached(constant(&signed(&best.value, pessimistic)));
    Some(Script {
        statement: statement(claimed, pessimistic, &epsilon, place),
        steps: vec![Step::Scale, Step::Ceiling(numbers(&free.v)), Step::Close(combination)],
    })
}

/// Class C0: an equilibrium exists, and all have at most the greatest reward.
pub fn by_existence(world: &World, random: &mut Random) -> Option<Script> {
    let (place, u) = decision(world, random)?;
    let epsilon = epsilon(world, &u, random);
    let pessimistic = random.once_in(2);
    let best = best(world, &u, !pessimistic, &epsilon)?;
    let claimed = Claimed::Reached(constant(&signed(&best.value, !pessimistic)));
    let mut script = Script {
        statement: statement(claimed, pessimistic, &epsilon, place),
        steps: vec![Step::Exists],
    };
    close_all(world, &u, !pessimistic, &best.multiplier, random, &mut script.steps);
    Some(script)
}

/// Any class: the masses of an enumerated eps-equilibrium.
pub fn by_masses(world: &World, random: &mut Random) -> Option<Script> {
    let (place, u) = decision(world, random)?;
    let populations = world.populations(&u);
    if populations.is_empty() {
        return None;
    }
    let point: &Point = &populations[random.below(populations.len())];
    // Ceilings need probabilities at least 0.
    let data = Data::new(&world.game, &point.at);
    if data.p.iter().flatten().flatten().any(|next| next.1 < Rational::ZERO) {
        return None;
    }
    let epsilon = &point.loss + Rational::from(random.below(2)) / Rational::from(8);
    let slack = Rational::from(random.below(2)) / Rational::from(8);
    let pessimistic = random.once_in(2);
    let q = &point.reward + if pessimistic { slack } else { -slack };
    let one = || Polynomial::constant(Rational::ONE);
    let objective = |bounds| Combination {
        rows: vec![(Name::Objective, one())],
        bounds,
        ..Combination::default()
    };
    Some(Script {
        statement: statement(Claimed::Reached(constant(&q)), pessimistic, &epsilon, place),
        steps: vec![
            Step::Play(numbers(&point.d)),
            Step::Ceiling(numbers(&point.v)),
            Step::Close(objective(vec![(0, initial(world, &one()))])),
            Step::Close(objective(Vec::new())),
        ],
    })
}

/// Class C0: a policy; rows of the policy times what a pair gains over it.
pub fn by_policy(world: &World, random: &mut Random) -> Option<Script> {
    if !is_free(&world.game) {
        return None;
    }
    let (place, u) = decision(world, random)?;
    let game = &world.game;
    let share = |random: &mut Random| Rational::from(random.below(5)) / Rational::from(4);
    let mut policy: Table =
        game.stages.iter().map(|pairs| vec![Rational::ONE; pairs.len()]).collect();
    for (t, shares) in policy.iter_mut().enumerate() {
        for s in 0..game.states {
            if let [first, other] = &mut shares[game.pairs_of(t, s)] {
                *other = share(random);
                *first = Rational::ONE - &*other;
            }
        }
    }
    let point = world.population(&u, &policy)?;
    let pessimistic = random.once_in(2);
    let free = free(world, &u);
    // Values of the policy for rewards `r`, and what each pair gains over them.
    let gains = |r: &Table| -> (Table, Table) {
        let mut w: Table = vec![vec![Rational::ZERO; game.states]; game.stages.len()];
        let mut gain = r.clone();
        for t in (0..game.stages.len()).rev() {
            for s in 0..game.states {
                let ahead: Vec<Rational> =
                    game.pairs_of(t, s).map(|i| free.data.ahead(r, t, i, &w)).collect();
                let terms = game.pairs_of(t, s).zip(&ahead).map(|(i, value)| &policy[t][i] * value);
                w[t][s] = terms.fold(Rational::ZERO, |sum, term| sum + term);
                for (i, value) in game.pairs_of(t, s).zip(ahead) {
                    gain[t][i] = value - &w[t][s];
                }
            }
        }
        (w, gain)
    };
    let scaled = |table: &Table, factor: &Rational| -> Table {
        table.iter().map(|row| row.iter().map(|value| value * factor).collect()).collect()
    };
    let one = || Polynomial::constant(Rational::ONE);
    let (earned, gain) = gains(&free.data.r);
    let loss = Combination {
        rows: vec![(Name::Objective, one())],
        flow: numbers(&scaled(&earned, &Rational::NEG_ONE)),
        policy: numbers(&gain),
        bounds: vec![(0, initial(world, &one()))],
        ..Combination::default()
    };
    let sign = signed(&Rational::ONE, pessimistic);
    let (paid, gain) = gains(&free.data.c);
    let reward = Combination {
        rows: vec![(Name::Objective, one())],
        flow: numbers(&scaled(&paid, &sign)),
        policy: numbers(&scaled(&gain, &-&sign)),
        ..Combination::default()
    };
    let claimed = Claimed::Reached(constant(&point.reward));
    Some(Script {
        statement: statement(claimed, pessimistic, &point.loss, place),
        steps: vec![
            Step::PlayPolicy(numbers(&policy)),
            Step::Ceiling(numbers(&free.v)),
            Step::Close(loss),
            Step::Close(reward),
        ],
    })
}
