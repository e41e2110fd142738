//! Proofs that are valid by construction, about one decision.

use super::exact::{best, is_free};
use super::step::{Script, Step};
use super::world::{Data, Point, Table, World, induction};
use crate::random::Random;
use crate::text::family;
use smfg_kernel::{
    Claimed, Combination, Decisions, Family, Name, Place, Polynomial, Rational, Row, Sense, Side,
    Statement, Variable,
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
    let data = Data::without_population(game, &game.at(u));
    let v = induction(game, &data, &data.r, true);
    let site = |t: usize, s: usize| {
        let best = game.pairs_of(t, s).find(|i| data.ahead(&data.r, t, *i, &v) == v[t][s]);
        best.expect("a best pair") as u32
    };
    let sites = |t: usize| (0..game.states).map(|s| site(t, s)).collect();
    let best = (0..game.stages.len()).map(sites).collect();
    Free { data, v, best }
}

/// Links with `factor` times what the payoff has of each statistic.
fn links(world: &World, factor: &Rational) -> Vec<(Name, Polynomial)> {
    let slopes = world.game.slopes().expect("a payoff that is linear in the statistics");
    let slopes = (0u32..).zip(slopes).filter(|slope| !slope.1.is_zero());
    slopes.map(|(k, slope)| (Name::Link(k), Polynomial::zero().plus(&slope, factor))).collect()
}

/// A value that is reached, or one below which the value is.
fn reached_or_below(value: &Rational, pessimistic: bool, random: &mut Random) -> Claimed {
    let slack =
        signed(&(Rational::ONE / Rational::from(1u32 << (3 * random.below(9)))), pessimistic);
    match random.once_in(3) {
        true => Claimed::Below(constant(&(value + slack))),
        false => Claimed::Reached(constant(value)),
    }
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
    combination.rows.extend(links(world, &signed(&Rational::NEG_ONE, pessimistic)));
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

/// Class C0, a pure policy: `y <= a + lambda (v - b)`, `a` what it gives the leader, `b` what it
/// earns.
pub fn by_following(world: &World, random: &mut Random) -> Option<Script> {
    if !is_free(&world.game) {
        return None;
    }
    let (place, u) = decision(world, random)?;
    let pessimistic = random.once_in(2);
    let (game, free) = (&world.game, free(world, &u));
    let policy = random.of(&world.pure().collect::<Vec<_>>()).to_vec();
    let point = world.population(&u, &policy)?;
    let sign = signed(&Rational::ONE, pessimistic);
    let gains: Table =
        free.data.c.iter().map(|row| row.iter().map(|c| c * &sign).collect()).collect();
    let pair_of = |t: usize, s: usize| {
        let mut pairs = game.pairs_of(t, s);
        pairs.find(|i| !policy[t][*i].is_zero()).expect("a pair that is played")
    };
    let values = |r: &Table| {
        let mut w: Table = vec![vec![Rational::ZERO; game.states]; game.stages.len()];
        for (t, s) in
            (0..game.stages.len()).rev().flat_map(|t| (0..game.states).map(move |s| (t, s)))
        {
            w[t][s] = free.data.ahead(r, t, pair_of(t, s), &w);
        }
        w
    };
    let choices = (0..game.stages.len())
        .map(|t| (0..game.states).map(|s| pair_of(t, s) as u32).collect())
        .collect();
    let lambda = Polynomial::variable(Variable::Multiplier);
    let one = Polynomial::constant(Rational::ONE);
    let combination = Combination {
        rows: vec![(Name::Objective, one.clone())],
        bounds: vec![(0, initial(world, &lambda)), (1, initial(world, &one))],
        ..Combination::default()
    };
    let claimed = reached_or_below(&point.reward, pessimistic, random);
    Some(Script {
        statement: statement(claimed, pessimistic, &point.loss, place),
        steps: vec![
            Step::Scale,
            Step::Ceiling(numbers(&free.v)),
            Step::Follow(numbers(&values(&gains)), numbers(&values(&free.data.r)), choices),
            Step::Close(combination),
        ],
    })
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
    let claimed = reached_or_below(&signed(&best.value, pessimistic), pessimistic, random);
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
    let value = signed(&best.value, !pessimistic);
    let claimed = reached_or_below(&value, pessimistic, random);
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
    let claimed = reached_or_below(&q, pessimistic, random);
    let one = || Polynomial::constant(Rational::ONE);
    let objective = |bounds| Combination {
        rows: vec![(Name::Objective, one())],
        bounds,
        ..Combination::default()
    };
    Some(Script {
        statement: statement(claimed, pessimistic, &epsilon, place),
        steps: vec![
            Step::Play(numbers(&point.d)),
            Step::Ceiling(numbers(&point.v)),
            Step::Close(objective(vec![(0, initial(world, &one()))])),
            Step::Close(objective(Vec::new())),
        ],
    })
}

/// Class C0: a policy; rows of the policy times what a pair gains over it, or with `excess` times
/// what it loses.
pub fn by_policy(world: &World, excess: bool, random: &mut Random) -> Option<Script> {
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
    let mut reward = Combination {
        rows: vec![(Name::Objective, one())],
        flow: numbers(&scaled(&paid, &sign)),
        policy: numbers(&scaled(&gain, &-&sign)),
        ..Combination::default()
    };
    reward.rows.extend(links(world, &sign));
    let claimed = reached_or_below(&point.reward, pessimistic, random);
    let mut steps = vec![Step::PlayPolicy(numbers(&policy)), Step::Ceiling(numbers(&free.v))];
    if !excess {
        steps.push(Step::Close(loss));
    } else {
        // `sum zeta_i d_i - loss >= 0`, `zeta_i` the regrets, which are known exactly.
        steps.push(Step::Floor(numbers(&free.v), free.best.clone()));
        let mut list = Vec::new();
        for (t, shares) in policy.iter().enumerate() {
            for i in (0..shares.len()).filter(|i| !shares[*i].is_zero()) {
                let (goal, items) = regret_row(world, &free, (t, i), &Rational::NEG_ONE);
                list.push((t as u32, i as u32, list.len() as u32));
                steps.push(Step::Derive(goal, items));
            }
        }
        let number = list.len() as u32;
        steps.push(Step::Excess(list));
        let (regrets, gain) = gains(&regrets(world, &free));
        steps.push(Step::Close(Combination {
            rows: vec![(Name::Objective, one()), (Name::Row(number), one())],
            flow: numbers(&regrets),
            policy: numbers(&scaled(&gain, &Rational::NEG_ONE)),
            ..Combination::default()
        }));
    }
    steps.push(Step::Close(reward));
    Some(Script { statement: statement(claimed, pessimistic, &point.loss, place), steps })
}

/// `z_i` of every pair.
fn regrets(world: &World, free: &Free) -> Table {
    let game = &world.game;
    let regret = |t: usize, i: usize| {
        &free.v[t][game.stages[t][i].state] - free.data.ahead(&free.data.r, t, i, &free.v)
    };
    let stage = |t: usize| (0..game.stages[t].len()).map(|i| regret(t, i)).collect();
    (0..game.stages.len()).map(stage).collect()
}

/// The row `sign (z_i - zeta_i) >= 0`, `zeta_i` the regret itself, from a ceiling (bound 0) and a
/// floor (bound 1) that are the values.
fn regret_row(
    world: &World,
    free: &Free,
    (t, i): (usize, usize),
    sign: &Rational,
) -> (Row, Combination) {
    let game = &world.game;
    let zeta = &regrets(world, free)[t][i];
    let mut goal = super::rows::Sum::default();
    goal.add(&constant(sign), &game.bellman_row(t, i));
    goal.constant = goal.constant.plus(&constant(zeta), &-sign);
    // With sign -1: v is at most its ceiling, the next ones are at least their floors.
    let up = u32::from(*sign < Rational::ZERO);
    let here = family([(t as u32, game.stages[t][i].state as u32, constant(&Rational::ONE))]);
    let mut next: Table = vec![vec![Rational::ZERO; game.states]; game.stages.len()];
    for (state, probability) in &free.data.p[t][i] {
        next[t + 1][*state] += probability;
    }
    let bounds = vec![(1 - up, here), (up, numbers(&next))];
    (goal.row(Sense::AtLeast), Combination { bounds, ..Combination::default() })
}

/// Class C0 at eps 0: the pairs that are best for the leader among the optimal ones are selected,
/// all others passed over, or chosen and found not to be optimal.
pub fn by_selection(world: &World, random: &mut Random) -> Option<Script> {
    let (place, u) = decision(world, random)?;
    let pessimistic = random.once_in(2);
    let sigma = signed(&Rational::ONE, pessimistic);
    let best = best(world, &u, pessimistic, &Rational::ZERO)?;
    let (game, free) = (&world.game, free(world, &u));
    let zeta = regrets(world, &free);
    let gains: Table =
        free.data.c.iter().map(|row| row.iter().map(|c| c * &sigma).collect()).collect();
    let mut w: Table = vec![vec![Rational::ZERO; game.states]; game.stages.len()];
    let mut steps = vec![
        Step::Scale,
        Step::Ceiling(numbers(&free.v)),
        Step::Floor(numbers(&free.v), free.best.clone()),
    ];
    let (mut kept, mut chosen) = (Vec::new(), Vec::new());
    for (t, s) in (0..game.stages.len()).rev().flat_map(|t| (0..game.states).map(move |s| (t, s))) {
        let ahead = |i: &usize| free.data.ahead(&gains, t, *i, &w);
        let optimal = game.pairs_of(t, s).filter(|i| zeta[t][*i].is_zero());
        let selected = optimal.min_by_key(ahead).expect("an optimal pair");
        w[t][s] = ahead(&selected);
        let mut open = vec![selected];
        for passed in game.pairs_of(t, s).filter(|i| *i != selected) {
            if zeta[t][passed] > Rational::ZERO && random.once_in(3) {
                open.push(passed);
                continue;
            }
            let (_, combination) = regret_row(world, &free, (t, selected), &Rational::NEG_ONE);
            steps.push(Step::Prefer(t as u32, selected as u32, passed as u32, combination));
        }
        open.sort();
        kept.push(((t, s), open.clone(), selected));
        if open.len() > 1 {
            chosen.push(((t, s), open, selected));
        }
    }
    // Parts in which a pair that is not optimal is selected: z_i = 0 less z_i >= zeta_i.
    let contradiction = |t: usize, i: usize| {
        let (_, mut combination) = regret_row(world, &free, (t, i), &Rational::ONE);
        combination.bellman =
            family([(t as u32, i as u32, Polynomial::constant(Rational::NEG_ONE))]);
        Step::Close(combination)
    };
    let mut after = Vec::new();
    for ((t, s), open, selected) in chosen {
        steps.push(Step::Choose((t as u32, s as u32)));
        let before = open.iter().filter(|i| **i < selected);
        steps.extend(before.map(|i| contradiction(t, *i)));
        after.push(open.iter().filter(|i| **i > selected).map(|i| contradiction(t, *i)).collect());
    }
    // `w - y >= 0`, backwards: one combination per pair that is not passed over.
    let one = || Polynomial::constant(Rational::ONE);
    let mut numbers_of = std::collections::BTreeMap::new();
    for (number, ((t, s), open, selected)) in (0u32..).zip(kept) {
        let mut goal = Row::of(Sense::AtLeast, Polynomial::zero());
        goal.value.push((Side::Leader, t as u32, s as u32, one()));
        goal.value.push((Side::Dual, t as u32, s as u32, constant(&Rational::NEG_ONE)));
        let combination = |i: &usize| {
            let entry = |value: Polynomial| family([(t as u32, *i as u32, value)]);
            let next = free.data.p[t][*i].iter();
            let row = |(state, p): &(usize, Rational)| {
                (Name::Row(numbers_of[&(t + 1, *state)]), constant(p))
            };
            // Where the region has the pair optimal, its dual row has no multiple of z_i.
            let lambda = Polynomial::variable(Variable::Multiplier);
            let known = open.len() > 1 && *i == selected;
            let factor = if known { Rational::ZERO } else { Rational::NEG_ONE };
            Combination {
                rows: next.map(row).collect(),
                lead: entry(one()),
                dual: entry(one()),
                bellman: entry(Polynomial::zero().plus(&lambda, &factor)),
                ..Combination::default()
            }
        };
        let combinations = open.iter().map(combination).collect();
        steps.push(Step::DeriveOver((t as u32, s as u32), goal, combinations));
        numbers_of.insert((t, s), number);
    }
    let floors = u32::from(random.once_in(4));
    steps.extend((0..floors).map(|_| Step::LeadBound(numbers(&w), true)));
    steps.push(Step::LeadBound(numbers(&w), false));
    let rows =
        (0..game.states).map(|s| (Name::Row(numbers_of[&(0, s)]), constant(&game.initial[s])));
    let rows = [(Name::Objective, one())].into_iter().chain(rows).collect();
    let bounds = vec![(2 + floors, initial(world, &one()))];
    steps.push(Step::Close(Combination { rows, bounds, ..Combination::default() }));
    steps.extend(after.into_iter().rev().flat_map(|steps: Vec<Step>| steps));
    let claimed = reached_or_below(&signed(&best.value, pessimistic), pessimistic, random);
    let epsilon = Rational::from(random.below(2)) / Rational::from(8);
    Some(Script { statement: statement(claimed, pessimistic, &epsilon, place), steps })
}
