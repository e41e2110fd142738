//! Proofs with something changed: numbers, names, pairs, order, statements.

use super::step::{Script, Step};
use super::world::World;
use crate::random::Random;
use smfg_kernel::{
    Claimed, Column, Combination, Family, Name, Place, Polynomial, Rational, Row, Scaled, Sense,
    Variable,
};
use std::sync::Arc;

/// One to three changes.
pub fn altered(script: &Script, world: &World, random: &mut Random) -> Script {
    let mut script = script.clone();
    for _ in 0..1 + random.below(3) {
        match random.below(10) {
            0 | 1 => statement(&mut script, world, random),
            2 => order(&mut script.steps, random),
            3 | 4 => names(&mut script.steps, random),
            _ => numbers(&mut script.steps, random),
        }
    }
    script
}

fn perturbed(value: Rational, random: &mut Random) -> Rational {
    let of = |text: &str| crate::text::n(text);
    match random.below(9) {
        0 => value + of("1/8"),
        1 => value - of("1/8"),
        2 => -value,
        3 => Rational::ZERO,
        4 => value * of("2"),
        5 => value + of("1/1000000"),
        6 => value - of("1/1000000"),
        7 => value + Rational::ONE,
        _ => value - Rational::ONE,
    }
}

fn statement(script: &mut Script, world: &World, random: &mut Random) {
    let statement = &mut script.statement;
    match random.below(6) {
        0 => statement.pessimistic = !statement.pessimistic,
        1 => {
            statement.epsilon = perturbed(statement.epsilon.clone(), random);
        }
        2 if random.once_in(2) => {
            statement.claimed = match statement.claimed.clone() {
                Claimed::Reached(value) => Claimed::Below(value),
                Claimed::Below(value) => Claimed::Reached(value),
                other => other,
            };
        }
        2 => {
            let decisions = world.decisions();
            if !decisions.is_empty() {
                statement.place = Place::Point(random.of(&decisions).clone());
            }
        }
        _ => match &mut statement.claimed {
            Claimed::Bound(value) | Claimed::Reached(value) | Claimed::Below(value) => {
                let change = perturbed(Rational::ZERO, random);
                *value = value.clone().plus(&Polynomial::constant(change), &Rational::ONE);
            }
            Claimed::Form(row) => {
                row.constant = row
                    .constant
                    .clone()
                    .plus(&Polynomial::constant(perturbed(Rational::ZERO, random)), &Rational::ONE)
            }
            Claimed::Patterns(patterns) => {
                if let Some(pattern) = patterns.first_mut() {
                    pattern.pop();
                }
            }
        },
    }
}

fn order(steps: &mut Vec<Step>, random: &mut Random) {
    if steps.is_empty() {
        return;
    }
    let k = random.below(steps.len());
    match random.below(3) {
        0 => drop(steps.remove(k)),
        1 => steps.insert(k, steps[k].clone()),
        _ => {
            let other = random.below(steps.len());
            steps.swap(k, other);
        }
    }
}

/// Changes one number of the steps.
fn numbers(steps: &mut [Step], random: &mut Random) {
    let count = count(steps);
    if count > 0 {
        change(steps, random.below(count), |value| perturbed(value, random));
    }
}

/// How many numbers steps have.
pub fn count(steps: &mut [Step]) -> usize {
    let mut count = 0;
    for step in steps {
        edit(step, &mut |value| {
            count += 1;
            value
        });
    }
    count
}

/// Changes the number of steps with this place among all.
pub fn change(steps: &mut [Step], place: usize, mut by: impl FnMut(Rational) -> Rational) {
    let mut k = 0;
    for step in steps {
        edit(step, &mut |value| {
            k += 1;
            if k == place + 1 { by(value) } else { value }
        });
    }
}

type Change<'a> = &'a mut dyn FnMut(Rational) -> Rational;

fn edit(step: &mut Step, change: Change) {
    match step {
        Step::Derive(row, combination) => {
            edit_row(row, change);
            edit_combination(combination, change);
        }
        Step::DeriveOver(_, row, combinations) => {
            edit_row(row, change);
            combinations.iter_mut().for_each(|item| edit_combination(item, change));
        }
        Step::Close(combination) | Step::Prefer(_, _, _, combination) => {
            edit_combination(combination, change);
        }
        Step::Declare(row) | Step::Divide(row) => edit_row(row, change),
        Step::Split(_, value) | Step::Grid(_, value) | Step::Cut(_, _, value) => {
            *value = change(value.clone());
        }
        Step::Ceiling(family)
        | Step::Floor(family, _)
        | Step::LeadBound(family, _)
        | Step::Play(family)
        | Step::PlayPolicy(family) => edit_family(family, change),
        Step::Masses(family) => edit_family(family, change),
        Step::Follow(leader, earned, _) => {
            edit_family(leader, change);
            edit_family(earned, change);
        }
        Step::Unfold(rows) => rows.iter_mut().for_each(|row| edit_polynomial(row, change)),
        Step::ExistsIn(ends, matrix) => {
            for (lower, upper) in ends {
                *lower = change(lower.clone());
                *upper = change(upper.clone());
            }
            for entry in matrix.iter_mut().flatten() {
                *entry = change(entry.clone());
            }
        }
        Step::Line(_, _, a, b) | Step::Entropy(_, a, b) => {
            *a = change(a.clone());
            *b = change(b.clone());
        }
        _ => {}
    }
}

fn edit_polynomial(polynomial: &mut Polynomial, change: Change) {
    let mut result = Polynomial::zero();
    for (monomial, value) in polynomial.terms() {
        result.add_term(monomial.clone(), change(value.clone()));
    }
    *polynomial = result;
}

fn edit_row(row: &mut Row, change: Change) {
    edit_polynomial(&mut row.constant, change);
    row.mass.iter_mut().for_each(|term| edit_polynomial(&mut term.2, change));
    row.value.iter_mut().for_each(|term| edit_polynomial(&mut term.3, change));
    row.loss = change(row.loss.clone());
    row.reward = change(row.reward.clone());
}

fn edit_family(family: &mut Family, change: Change) {
    for (_, column) in family.values_mut().flatten() {
        let values: Vec<Rational> = column.coefficients.iter().map(&mut *change).collect();
        let coefficients = Arc::new(Scaled::from_rationals(&values));
        *column = Arc::new(Column { support: column.support.clone(), coefficients });
    }
}

fn edit_combination(combination: &mut Combination, change: Change) {
    combination.rows.iter_mut().for_each(|row| edit_polynomial(&mut row.1, change));
    for family in families(combination) {
        edit_family(family, change);
    }
    for square in &mut combination.squares {
        edit_polynomial(&mut square.weight, change);
        edit_polynomial(&mut square.root, change);
    }
}

fn families(combination: &mut Combination) -> impl Iterator<Item = &mut Family> {
    [
        &mut combination.flow,
        &mut combination.bellman,
        &mut combination.policy,
        &mut combination.dual,
        &mut combination.lead,
    ]
    .into_iter()
    .chain(combination.bounds.iter_mut().map(|bound| &mut bound.1))
}

/// Changes one name: of a row, of a pair, of a coordinate, of the sense of a row.
fn names(steps: &mut [Step], random: &mut Random) {
    if steps.is_empty() {
        return;
    }
    let k = random.below(steps.len());
    let small = |random: &mut Random| random.below(3) as u32;
    match &mut steps[k] {
        Step::Derive(row, combination) => {
            if random.once_in(2) {
                row.sense = *random.of(&[Sense::AtLeast, Sense::Equal, Sense::Above]);
            }
            rename(combination, random);
        }
        Step::DeriveOver(site, _, combinations) => {
            combinations.reverse();
            if random.once_in(2) {
                *site = (small(random), small(random));
            }
        }
        Step::Close(combination) => rename(combination, random),
        Step::Split(variable, _) | Step::Substitute(variable, _) => {
            *variable = coordinate(random);
        }
        Step::Case(t, i) | Step::Choose((t, i)) | Step::Choice((t, i)) => {
            (*t, *i) = (small(random), small(random));
        }
        Step::Grid(k, _) | Step::Within(k) => *k = small(random),
        Step::Cut(i, j, _) => (*i, *j) = (small(random), small(random)),
        Step::Masses(family) => moved(family, random),
        Step::Floor(_, choices) | Step::Follow(_, _, choices) => {
            let t = random.below(choices.len().max(1));
            if let Some(choice) = choices.get_mut(t).and_then(|row| row.first_mut()) {
                *choice = small(random);
            }
        }
        Step::Play(family) | Step::PlayPolicy(family) | Step::Ceiling(family) => {
            moved(family, random);
        }
        Step::LeadBound(family, floor) => {
            *floor ^= random.once_in(2);
            moved(family, random);
        }
        Step::Prefer(t, i, passed, combination) => match random.below(3) {
            0 => std::mem::swap(i, passed),
            1 => (*t, *i, *passed) = (small(random), small(random), small(random)),
            _ => rename(combination, random),
        },
        Step::Line(k, above, ..) => (*k, *above) = (small(random), !*above),
        Step::Regret(rows) | Step::Excess(rows) => {
            if let Some(row) = rows.first_mut() {
                *row = (small(random), small(random), small(random));
            }
        }
        _ => {}
    }
}

fn coordinate(random: &mut Random) -> Variable {
    let number = random.below(2) as u32;
    *random.of(&[
        Variable::Parameter(number),
        Variable::Statistic(number),
        Variable::Form(number),
        Variable::Share(number),
        Variable::Choice(number),
        Variable::Multiplier,
    ])
}

fn rename(combination: &mut Combination, random: &mut Random) {
    let number = random.below(3) as u32;
    let name = *random.of(&[
        Name::Budget,
        Name::Objective,
        Name::Mass(number),
        Name::Link(number),
        Name::Form(number),
        Name::Constraint(number),
        Name::Row(number),
        Name::Lower(Variable::Statistic(number)),
        Name::Upper(Variable::Statistic(number)),
        Name::Lower(Variable::Parameter(number)),
        Name::Upper(Variable::Parameter(number)),
    ]);
    let rows = combination.rows.len();
    if rows > 0 && random.once_in(2) {
        let k = random.below(rows);
        combination.rows[k].0 = name;
        return;
    }
    match random.below(4) {
        0 if random.once_in(2) => std::mem::swap(&mut combination.dual, &mut combination.lead),
        0 => std::mem::swap(&mut combination.bellman, &mut combination.dual),
        1 => combination.bounds.iter_mut().for_each(|bound| bound.0 = number),
        _ => {
            let mut all: Vec<&mut Family> =
                families(combination).filter(|family| !family.is_empty()).collect();
            if !all.is_empty() {
                let k = random.below(all.len());
                moved(all[k], random);
            }
        }
    }
}

/// An entry of a family under another number.
fn moved(family: &mut Family, random: &mut Random) {
    let mut columns: Vec<_> = family.values_mut().flatten().collect();
    if columns.is_empty() {
        return;
    }
    let k = random.below(columns.len());
    let column = &mut columns[k].1;
    let mut support: Vec<u32> =
        (0..column.coefficients.len()).map(|index| column.position(index) as u32).collect();
    if support.is_empty() {
        return;
    }
    let k = random.below(support.len());
    support[k] = random.below(4) as u32;
    let coefficients = Arc::clone(&column.coefficients);
    *column = Arc::new(Column { support: Some(support), coefficients });
}
