//! Random proofs, and random changes of them: whatever is accepted is compared with points.
//!
//! `KERNEL_CASES` is the number of proofs of each test (20000 when it is not set), `KERNEL_SEED`
//! the number of the first game.

use super::alter::altered;
use super::exact::least;
use super::provers::{
    all_equilibria, by_duality, by_existence, by_following, by_masses, by_policy, by_selection,
    numbers,
};
use super::rows::{any, combination, nonnegative};
use super::search::{any_statement, by_boxes, by_cases, in_a_box, on_pieces};
use super::shadow::{Kind, Shadow};
use super::step::{Script, Step};
use super::world::{World, value};
use super::{games, rows};
use crate::game::Game;
use crate::random::Random;
use smfg_kernel::{
    Claim, Combination, Decisions, Function, Listing, Name, Polynomial, Proof, Rational, Refusal,
    Row, Scope, Sense, Variable, claim,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often what happened.
pub type Counts = BTreeMap<String, usize>;

pub fn count(counts: &mut Counts, name: &str) {
    *counts.entry(name.to_string()).or_default() += 1;
}

pub fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// Runs a script; all that is accepted is followed by the shadow. With `valid` everything has to be
/// accepted. Constructed rows are derived in between where `between` is set.
pub fn run(
    world: &World,
    listing: &Arc<Listing>,
    script: &Script,
    valid: bool,
    between: bool,
    random: &mut Random,
    counts: &mut Counts,
) -> Result<(), String> {
    let opened = Proof::open(Arc::clone(listing), script.statement.clone());
    let Ok(mut proof) = opened else {
        count(counts, "statement refused");
        return if valid { Err("the statement is refused".to_string()) } else { Ok(()) };
    };
    let mut shadow = Shadow::new(world, &script.statement);
    for step in &script.steps {
        if between && random.once_in(2) && proof.open_regions() > 0 {
            let constructed = constructed(&shadow, random);
            take(&constructed, &mut proof, &mut shadow, true, counts)?;
        }
        take(step, &mut proof, &mut shadow, valid, counts)?;
    }
    match proof.finish() {
        Ok(theorem) => {
            count(counts, "theorem");
            shadow.check(&theorem)
        }
        Err(Refusal::Step(_)) if !valid => Ok(()),
        Err(refusal) => Err(format!("the proof is not complete: {refusal}")),
    }
}

fn take(
    step: &Step,
    proof: &mut Proof,
    shadow: &mut Shadow,
    valid: bool,
    counts: &mut Counts,
) -> Result<(), String> {
    let result = step.take(proof);
    match &result {
        Ok(()) => {
            let points = shadow.regions.last().is_some_and(|region| !region.points.is_empty());
            count(counts, if points { "step accepted, with points" } else { "step accepted" });
            count(counts, &format!("accepted: {}", step.word()));
            shadow.follow(step)?;
        }
        Err(Refusal::Limit(_)) => count(counts, "limit"),
        Err(refusal) => {
            count(counts, "step refused");
            count(counts, &format!("refused: {}", step.word()));
            if valid && !shadow.has_passed() {
                return Err(format!("{refusal}: {step:?}"));
            }
        }
    }
    match proof.open_regions() == shadow.regions.len() {
        true => Ok(()),
        false => Err(format!("{} regions are open after {result:?}", proof.open_regions())),
    }
}

/// A row that follows by construction, with its combination.
fn constructed(shadow: &Shadow, random: &mut Random) -> Step {
    let equations = random.once_in(4);
    let (combination, mut sum) = combination(shadow, equations, random);
    let game = &shadow.world.game;
    let region = shadow.regions.last().expect("a region");
    if !equations {
        let more = nonnegative(game, region, random);
        sum.constant = sum.constant.plus(&more, &Rational::ONE);
        if matches!(region.kind, Kind::Equilibria | Kind::Play | Kind::Response) {
            let t = random.below(game.stages.len());
            let pair = (t as u32, random.below(game.stages[t].len()) as u32);
            let more = nonnegative(game, region, random);
            let entry = sum.mass.entry(pair).or_default();
            *entry = std::mem::take(entry).plus(&more, &Rational::ONE);
        }
    }
    let sense = if equations { Sense::Equal } else { Sense::AtLeast };
    Step::Derive(sum.row(sense), combination)
}

/// A step at random; whether it has to be accepted.
fn wander(shadow: &Shadow, random: &mut Random) -> (Step, bool) {
    let world = shadow.world;
    let game = &world.game;
    let region = shadow.regions.last().expect("a region");
    let t = random.below(game.stages.len());
    let pair = (t as u32, random.below(game.stages[t].len()) as u32);
    let site = (t as u32, random.below(game.states) as u32);
    let eighth = |random: &mut Random| Rational::from(random.below(9)) / Rational::from(8);
    let step = match random.below(19) {
        0..=4 => return (constructed(shadow, random), true),
        5 => Step::Close(combination(shadow, false, random).0),
        6 => {
            let ends: Vec<Variable> = region.ends.keys().copied().collect();
            let variable = if ends.is_empty() { Variable::Parameter(0) } else { *random.of(&ends) };
            Step::Split(variable, eighth(random))
        }
        7 => {
            let (_, sum) = combination(shadow, false, random);
            Step::Divide(sum.row(Sense::AtLeast))
        }
        8 => Step::Case(pair.0, pair.1),
        9 => Step::Choose(site),
        10 => Step::Choice(site),
        11 => {
            let mut row = Row::of(Sense::AtLeast, any(game, region, random));
            if region.kind == Kind::Equilibria && random.once_in(2) {
                row.mass.push((pair.0, pair.1, any(game, region, random)));
                row.reward = random.fraction(1, 1);
                row.loss = random.fraction(1, 1);
            }
            Step::Declare(row)
        }
        12 => {
            let form = random.below(region.forms.len() + 1) as u32;
            let row = random.below(region.rows.len() + 1) as u32;
            match random.below(3) {
                0 => Step::Substitute(Variable::Form(form), Name::Form(form)),
                1 => Step::Substitute(Variable::Statistic(0), Name::Row(row)),
                _ => Step::Substitute(Variable::Parameter(1), Name::Constraint(0)),
            }
        }
        13 => return regret_or_over(shadow, site, random),
        14 => {
            let table = |random: &mut Random| {
                let row = |_| (0..game.states).map(|_| random.fraction(3, 1)).collect();
                numbers(&(0..game.stages.len()).map(row).collect())
            };
            match random.once_in(2) {
                true => Step::Ceiling(table(random)),
                false => {
                    let choice = |t: usize, s: usize| game.pairs_of(t, s).start as u32;
                    let row = |t: usize| (0..game.states).map(|s| choice(t, s)).collect();
                    let choices = (0..game.stages.len()).map(row).collect();
                    Step::Floor(table(random), choices)
                }
            }
        }
        15 => match random.below(6) {
            0 => Step::CloseEmpty,
            1 => Step::Within(random.below(3) as u32),
            2 => Step::Simplices,
            3 => {
                let parameter = Polynomial::variable(Variable::Parameter(0));
                let row = |random: &mut Random| {
                    let constant = Polynomial::constant(random.fraction(2, 2));
                    constant.plus(&parameter, &random.fraction(2, 1))
                };
                Step::Unfold((0..random.below(2)).map(|_| row(random)).collect())
            }
            4 => Step::Masses(crate::text::family([(pair.0, pair.1, any(game, region, random))])),
            _ => Step::Cut(random.below(3) as u32, random.below(3) as u32, eighth(random)),
        },
        16 => Step::Grid(0, Rational::from(random.below(5)) / Rational::from(4)),
        17 => prefer_or_lead(shadow, site, random),
        _ => return (witness(shadow, random), false),
    };
    (step, false)
}

/// A pair that stands for another one, or bounds of the leader's values.
fn prefer_or_lead(shadow: &Shadow, (t, s): (u32, u32), random: &mut Random) -> Step {
    let game = &shadow.world.game;
    let pairs: Vec<u32> = game.pairs_of(t as usize, s as usize).map(|i| i as u32).collect();
    if random.once_in(2) {
        let (pair, passed) = (*random.of(&pairs), *random.of(&pairs));
        // Where rewards are equal, or better for sure, this is all that there is to show.
        let (_, rest) = (pair, combination(shadow, false, random).0);
        let bellman = crate::text::family([(t, passed, Polynomial::constant(Rational::NEG_ONE))]);
        let plain = Combination { bellman, ..Combination::default() };
        let items = if random.once_in(3) { rest } else { plain };
        return Step::Prefer(t, pair, passed, items);
    }
    let floor = random.once_in(2);
    let value = |random: &mut Random| {
        let size = Rational::from(random.below(24)) / Rational::from(4);
        if floor { -size } else { size }
    };
    let stages = 0..game.stages.len();
    let row = |random: &mut Random| (0..game.states).map(|_| value(random)).collect();
    Step::LeadBound(numbers(&stages.map(|_| row(random)).collect()), floor)
}

/// A row for regrets of a pair at the last stage, or a row over the pairs of a site.
fn regret_or_over(shadow: &Shadow, site: (u32, u32), random: &mut Random) -> (Step, bool) {
    let game = &shadow.world.game;
    let region = shadow.regions.last().expect("a region");
    let known: Vec<(u32, u32, u32)> = region
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.as_ref().is_some_and(|row| !row.value.is_empty()))
        .flat_map(|(number, _)| {
            let last = game.stages.len() - 1;
            let pairs = 0..game.stages[last].len();
            pairs.map(move |i| (last as u32, i as u32, number as u32))
        })
        .collect();
    if !known.is_empty() && random.once_in(2) {
        return (Step::Regret(vec![*random.of(&known)]), false);
    }
    if random.once_in(3) {
        return (Step::Regret(Vec::new()), false);
    }
    if random.once_in(4) {
        // Rows of every pair, whatever these are about.
        let count = region.rows.len().max(1);
        let mut list = Vec::new();
        for t in 0..game.stages.len() {
            for i in 0..game.stages[t].len() {
                list.push((t as u32, i as u32, random.below(count) as u32));
            }
        }
        return (Step::Excess(list), false);
    }
    let pairs = game.pairs_of(site.0 as usize, site.1 as usize);
    let chosen = pairs.start + random.below(pairs.len());
    let row = game.bellman_row(site.0 as usize, chosen);
    let bellman =
        crate::text::family([(site.0, chosen as u32, Polynomial::constant(Rational::ONE))]);
    let combination = Combination { bellman, ..Combination::default() };
    if random.once_in(2) {
        return (Step::Derive(row.row(Sense::AtLeast), combination), false);
    }
    // `max` of the site's pairs by their rows as equations: v is at most this and a number more.
    let mut over = rows::Sum::default();
    over.add(&Polynomial::constant(Rational::NEG_ONE), &row);
    over.constant =
        over.constant.plus(&Polynomial::constant(random.fraction(2, 2)), &Rational::ONE);
    let item = |i: usize| Combination {
        bellman: crate::text::family([(site.0, i as u32, Polynomial::constant(Rational::NEG_ONE))]),
        ..Combination::default()
    };
    let pairs = pairs.filter(|i| !region.passed.contains(&(site.0, *i as u32)));
    (Step::DeriveOver(site, over.row(Sense::AtLeast), pairs.map(item).collect()), false)
}

/// A witness step at random.
fn witness(shadow: &Shadow, random: &mut Random) -> Step {
    let world = shadow.world;
    let game = &world.game;
    let decisions = world.decisions();
    match random.below(5) {
        0 => Step::Exists,
        1 => Step::Scale,
        2 => {
            let ends = (0..game.statistics.len())
                .map(|_| {
                    let lower = random.below(7);
                    let upper = lower + 1 + random.below(2);
                    (
                        Rational::from(lower) / Rational::from(8),
                        Rational::from(upper) / Rational::from(8),
                    )
                })
                .collect();
            let entry = |j: usize, k: usize, random: &mut Random| match j == k {
                true => Rational::from(1 - 2 * random.below(2) as i32),
                false => Rational::ZERO,
            };
            let count = game.statistics.len();
            let row =
                |j: usize, random: &mut Random| (0..count).map(|k| entry(j, k, random)).collect();
            let matrix = (0..count).map(|j| row(j, random)).collect();
            Step::ExistsIn(ends, matrix)
        }
        3 if !decisions.is_empty() => {
            let policies: Vec<_> = world.pure().cloned().collect();
            Step::PlayPolicy(numbers(random.of(&policies)))
        }
        _ => {
            let point = decisions.first().map(|u| world.populations(u));
            match point.filter(|points| !points.is_empty()) {
                Some(points) => Step::Play(numbers(&random.of(&points).d)),
                None => Step::Exists,
            }
        }
    }
}

/// A script of one of the provers.
pub fn script(
    world: &World,
    listing: &Arc<Listing>,
    random: &mut Random,
) -> Option<(&'static str, Script)> {
    which(random.below(15), world, listing, random)
}

/// A script of the prover with a number.
pub fn which(
    number: usize,
    world: &World,
    listing: &Arc<Listing>,
    random: &mut Random,
) -> Option<(&'static str, Script)> {
    Some(match number {
        0 => ("all equilibria", all_equilibria(world, random)?),
        1 => ("duality", by_duality(world, random)?),
        2 => ("existence", by_existence(world, random)?),
        3 => ("masses", by_masses(world, random)?),
        4 => ("selection", by_selection(world, random)?),
        5 => ("excess", by_policy(world, true, random)?),
        6 => ("policy", by_policy(world, false, random)?),
        7 => ("cases", by_cases(world, listing, random)?),
        8 => ("in a box", in_a_box(world, listing, random)?),
        9 => ("boxes", by_boxes(world, listing, random)?),
        10 => ("following", by_following(world, random)?),
        _ => ("pieces", on_pieces(world, listing, random)?),
    })
}

/// Each game with its listing, its points and its generator.
pub fn each_game(cases: usize, each: impl FnMut(&World, &Arc<Listing>, &mut Random) -> usize) {
    each_of(cases, games::game, each);
}

fn each_of(
    cases: usize,
    make: impl Fn(&mut Random) -> Game,
    mut each: impl FnMut(&World, &Arc<Listing>, &mut Random) -> usize,
) {
    let mut seed = setting("KERNEL_SEED", 0) as u64;
    let mut done = 0;
    while done < cases {
        seed += 1;
        let mut random = Random(seed.wrapping_mul(0x5851_F42D_4C95_7F2D));
        let game = make(&mut random);
        let listing = game.listing();
        let world = World::new(game, &mut random);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            each(&world, &listing, &mut random)
        }));
        match outcome {
            Ok(count) => done += count.max(1),
            Err(panic) => {
                eprintln!("game {seed}: {:?}", world.game);
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// Proofs that are valid by construction are accepted, also with derived rows in between; changed
/// ones are refused, or still right.
#[test]
fn valid_and_altered_proofs() {
    let cases = setting("KERNEL_CASES", 20_000);
    let mut counts = Counts::new();
    each_game(cases, |world, listing, random| {
        let mut done = 0;
        for _ in 0..3 {
            let Some((name, script)) = script(world, listing, random) else { continue };
            // Those that name rows, and those that are not found a second time with others.
            let fixed =
                matches!(name, "pieces" | "in a box" | "boxes" | "cases" | "selection" | "excess");
            count(&mut counts, name);
            for between in [false, true] {
                if between && fixed {
                    continue;
                }
                let result = run(world, listing, &script, true, between, random, &mut counts);
                assert_eq!(result, Ok(()), "{name}: {script:?}");
                done += 1;
            }
            for _ in 0..16 {
                let altered = altered(&script, world, random);
                let result = run(world, listing, &altered, false, false, random, &mut counts);
                assert_eq!(result, Ok(()), "{name}, altered: {altered:?}");
                done += 1;
            }
        }
        done
    });
    println!("{counts:#?}");
    for name in [
        "all equilibria",
        "duality",
        "existence",
        "masses",
        "policy",
        "selection",
        "excess",
        "following",
        "cases",
        "in a box",
        "boxes",
        "pieces",
        "theorem",
    ] {
        let seen = counts.get(name).copied().unwrap_or(0);
        assert!(cases < 5_000 || seen * 2_000 > cases, "{name} in {counts:?}");
    }
}

/// Claims drawn from all theorems about a game, whatever decision, epsilon and selection these are
/// about, hold at the enumerated equilibria and agree with exact values.
#[test]
fn claims_of_many_theorems() {
    let cases = setting("KERNEL_CASES", 20_000) / 4;
    let mut counts = Counts::new();
    each_game(cases, |world, listing, random| {
        let mut theorems = Vec::new();
        for _ in 0..8 {
            let Some((_, script)) = script(world, listing, random) else { continue };
            for script in [script.clone(), altered(&script, world, random)] {
                let Ok(mut proof) = Proof::open(Arc::clone(listing), script.statement.clone())
                else {
                    continue;
                };
                for step in &script.steps {
                    let _ = step.take(&mut proof);
                }
                theorems.extend(proof.finish());
            }
        }
        let mut scopes = vec![Scope::All];
        for (k, u) in world.decisions().into_iter().enumerate() {
            scopes.extend([Scope::Decision(k as u32), Scope::Point(u)]);
        }
        let epsilons: Vec<Rational> =
            theorems.iter().map(|theorem| theorem.statement().epsilon.clone()).collect();
        for scope in &scopes {
            for (epsilon, pessimistic) in epsilons.iter().flat_map(|e| [(e, true), (e, false)]) {
                count(&mut counts, "claims asked for");
                let claim = claim(listing, scope, epsilon, pessimistic, &theorems);
                let Some(claim) = claim else { continue };
                count(&mut counts, "claims");
                let result = check_claim(world, &claim);
                assert_eq!(result, Ok(()), "{claim:?} from {theorems:?}");
            }
        }
        theorems.len()
    });
    println!("{counts:#?}");
    assert!(counts.get("claims").is_some_and(|claims| claims * 50 > cases), "{counts:?}");
}

/// Compares a claim with points. The value of a decision is at most the reward of an enumerated
/// equilibrium (pessimistic) or at least (optimistic); `least` bounds it from the other side.
pub fn check_claim(world: &World, claim: &Claim) -> Result<(), String> {
    if claim.lower() > claim.upper() {
        return Err("its numbers cross".to_string());
    }
    let pessimistic = claim.pessimistic();
    let decisions = match claim.scope() {
        Scope::All => world.decisions(),
        Scope::Point(u) => vec![u.clone()],
        Scope::Decision(k) => vec![world.decisions()[*k as usize].clone()],
    };
    let sign = if pessimistic { Rational::ONE } else { Rational::NEG_ONE };
    let mut values = Vec::new();
    for u in &decisions {
        let populations = world.populations(u);
        let equilibria = populations.iter().filter(|point| point.loss <= *claim.epsilon());
        let seen = equilibria.map(|point| &sign * &point.reward).min();
        let certain = least(world, u, pessimistic, claim.epsilon());
        // The value at this decision lies between these two, times the sign.
        values.push((certain, seen));
    }
    let (above, below): (Vec<_>, Vec<_>) = match pessimistic {
        true => values.into_iter().map(|(certain, seen)| (seen, certain)).unzip(),
        false => {
            let minus = |value: Option<Rational>| value.map(|value| -value);
            values.into_iter().map(|(certain, seen)| (minus(certain), minus(seen))).unzip()
        }
    };
    // On a polytope other decisions than these may be better.
    let finite =
        !matches!((&world.game.decisions, claim.scope()), (Decisions::Polytope { .. }, Scope::All));
    let highest = above.into_iter().collect::<Option<Vec<Rational>>>();
    if let Some(highest) = highest.and_then(|values| values.into_iter().max())
        && finite
        && *claim.lower() > highest
    {
        return Err(format!("the value is at most {highest}"));
    }
    if claim.missed() && below.iter().flatten().any(|lowest| lowest >= claim.upper()) {
        return Err("its upper end is not missed".to_string());
    }
    match below.into_iter().flatten().max() {
        Some(lowest) if *claim.upper() < lowest => Err(format!("the value is at least {lowest}")),
        _ => Ok(()),
    }
}

/// Steps at random from statements at random, most of them false.
#[test]
fn random_walks() {
    let mut counts = Counts::new();
    each_game(setting("KERNEL_CASES", 20_000), |world, listing, random| {
        walks(world, listing, random, &mut counts)
    });
    println!("{counts:#?}");
}

/// The same in games with functions.
#[test]
fn random_walks_with_functions() {
    let cases = setting("KERNEL_CASES", 20_000) / 4;
    let mut counts = Counts::new();
    each_of(cases, games::with_functions, |world, listing, random| {
        walks(world, listing, random, &mut counts)
    });
    println!("{counts:#?}");
    for name in ["accepted: line", "refused: line", "accepted: close", "accepted: exists-in"] {
        assert!(cases < 5_000 || counts.contains_key(name), "{name} in {counts:?}");
    }
}

fn walks(world: &World, listing: &Arc<Listing>, random: &mut Random, counts: &mut Counts) -> usize {
    let mut done = 0;
    for _ in 0..16 {
        let Some(statement) = any_statement(world, random) else { continue };
        let opened = Proof::open(Arc::clone(listing), statement.clone());
        let Ok(mut proof) = opened else { continue };
        let mut shadow = Shadow::new(world, &statement);
        let (mut steps, most) = (Vec::new(), 2 + random.below(12));
        while proof.open_regions() > 0 && steps.len() < most {
            let (step, valid) = match world.game.functions.is_empty() || !random.once_in(4) {
                true => wander(&shadow, random),
                false => (line(world, random), false),
            };
            steps.push(step.clone());
            let result = take(&step, &mut proof, &mut shadow, valid, counts);
            assert_eq!(result, Ok(()), "{statement:?} {steps:?}");
        }
        if let Ok(theorem) = proof.finish() {
            count(counts, "theorem");
            assert_eq!(shadow.check(&theorem), Ok(()), "{steps:?}");
        }
        done += 1;
    }
    done
}

/// A tangent or chord, or nearly one, of a function.
fn line(world: &World, random: &mut Random) -> Step {
    let game = &world.game;
    let j = random.below(game.functions.len());
    let (function, argument, _) = &game.functions[j];
    let k = (game.statistics.len() + j) as u32;
    let mut at = || {
        let decisions = world.decisions();
        let points = world.populations(random.of::<Vec<Rational>>(&decisions));
        if points.is_empty() { Rational::ONE } else { value(argument, &random.of(&points).at) }
    };
    let (p, q) = (at(), at());
    let f = |p: &Rational| match function {
        Function::Inverse => Rational::ONE / p,
        _ if *p < Rational::ZERO => -p,
        _ => p.clone(),
    };
    let slope = match random.below(3) {
        0 => Rational::ZERO,
        1 if p != q => (f(&q) - f(&p)) / (&q - &p),
        _ if *function == Function::Inverse => -(f(&p) * f(&p)),
        _ => Rational::from(1 - 2 * random.below(2) as i32),
    };
    let moved = match random.below(4) {
        0 => random.fraction(1, 8),
        1 => random.fraction(1, 1_000_000),
        _ => Rational::ZERO,
    };
    let a = f(&p) - &slope * p + moved;
    if random.once_in(16) {
        return Step::Entropy(k, a, slope);
    }
    Step::Line(k, random.once_in(2), a, slope)
}
