//! Random tiny games, reproducible by seed, with every kind of trouble on purpose: ties, zero and
//! huge rewards, unavailable and duplicate actions, states without mass, several initial states,
//! leaders who agree or disagree with the followers, payoffs on aggregates, transitions that depend
//! on the decision, repeated decisions.

use crate::dice::Dice;
use crate::tiny::{Cell, Form, Tiny, TinyAggregate};
use smfg::exact::{Rational, ratio};

/// Most deterministic policies of a random game: every one of them is evaluated.
const MOST_POLICIES: usize = 600;

/// What the numbers of a reward look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Zero,
    Signs,
    Thirds,
    Fractions,
    Decimals,
    Huge,
    Copy,
    Opposite,
}

const FOLLOWER_KINDS: [Kind; 8] = [
    Kind::Zero,
    Kind::Signs,
    Kind::Signs,
    Kind::Thirds,
    Kind::Thirds,
    Kind::Fractions,
    Kind::Decimals,
    Kind::Huge,
];
const LEADER_KINDS: [Kind; 9] = [
    Kind::Zero,
    Kind::Signs,
    Kind::Thirds,
    Kind::Thirds,
    Kind::Fractions,
    Kind::Decimals,
    Kind::Huge,
    Kind::Copy,
    Kind::Opposite,
];

fn number(dice: &mut Dice, kind: Kind) -> Rational {
    match kind {
        Kind::Zero | Kind::Copy | Kind::Opposite => ratio(0, 1),
        Kind::Signs => ratio(dice.below(3) as i64 - 1, 1),
        Kind::Thirds => ratio(dice.below(9) as i64 - 4, 3),
        Kind::Fractions => ratio(dice.below(61) as i64 - 30, 1 + dice.below(12) as u64),
        Kind::Decimals => ratio(dice.below(2001) as i64 - 1000, 1000),
        // Products of a few of these leave machine integers.
        Kind::Huge => {
            ratio(dice.below(1 << 30) as i64 - (1 << 29), 1_000_003)
                * ratio(1 + dice.below(1 << 20) as i64, 65_537)
        }
    }
}

fn reward(dice: &mut Dice, kind: Kind, parameters: usize) -> Form {
    let mut form = Form::constant(number(dice, kind));
    for k in 0..parameters {
        if dice.once_in(2) {
            form = form.and(number(dice, kind), &[k], &[]);
        }
    }
    if parameters > 0 && dice.once_in(4) {
        form = form.and(number(dice, kind), &[dice.below(parameters), dice.below(parameters)], &[]);
    }
    form
}

/// A law over the states, or `(1 - w) law + w law'` with a parameter or an aggregate in [0,1] as
/// `w`.
fn transition(
    dice: &mut Dice,
    states: usize,
    parameters: usize,
    aggregates: &[usize],
) -> Vec<(usize, Form)> {
    let law = if dice.once_in(3) {
        let target = dice.below(states);
        (0..states).map(|s| ratio(i64::from(s == target), 1)).collect()
    } else {
        dice.law(states)
    };
    let mut forms: Vec<Form> = law.iter().map(|p| Form::constant(p.clone())).collect();
    let weight: Option<(Vec<usize>, Vec<usize>)> = if parameters > 0 && dice.once_in(3) {
        Some((vec![dice.below(parameters)], Vec::new()))
    } else if !aggregates.is_empty() && dice.once_in(2) {
        Some((Vec::new(), vec![*dice.pick(aggregates)]))
    } else {
        None
    };
    let depends = weight.is_some();
    if let Some((u, m)) = weight {
        let other = dice.law(states);
        for ((form, p), q) in forms.iter_mut().zip(&law).zip(other) {
            *form = form.clone().and(q - p, &u, &m);
        }
    }
    // Entries that are zero are kept now and then.
    let keep_zeros = dice.once_in(4);
    (0..states).zip(forms).filter(|(s, _)| keep_zeros || depends || !law[*s].is_zero()).collect()
}

fn sizes(dice: &mut Dice) -> (usize, usize, usize) {
    (1 + dice.below(3), 1 + dice.below(3), 1 + dice.below(3))
}

/// A random game of class C0 whose leader's reward is linear in the population.
pub fn mean_field_free(seed: u64) -> Tiny {
    random_tiny(seed, false)
}

/// A random game whose rewards and transitions may depend on the population, then of any class, or
/// do not.
pub fn random_tiny(seed: u64, population: bool) -> Tiny {
    let mut dice = Dice::new(seed);
    let size = sizes(&mut dice);
    build(&mut dice, size, population)
}

fn build(
    dice: &mut Dice,
    (stages, states, actions): (usize, usize, usize),
    population: bool,
) -> Tiny {
    let parameters = dice.below(3);
    let (follower_kind, leader_kind) = (*dice.pick(&FOLLOWER_KINDS), *dice.pick(&LEADER_KINDS));
    let mut game = Tiny {
        actions,
        initial: dice.law(states),
        stages: vec![vec![Vec::new(); states]; stages],
        aggregates: Vec::new(),
        payoff: Form::default(),
        decisions: decisions(dice, parameters),
    };
    available_actions(dice, &mut game);
    game.aggregates = (0..dice.below(3) + usize::from(population))
        .map(|_| aggregate(dice, &game, population))
        .collect();
    for t in 0..stages {
        // Transitions see aggregates of stages up to theirs.
        let seen: Vec<usize> = (0..game.aggregates.len())
            .filter(|&k| population && game.aggregates[k].stage <= t)
            .collect();
        let aggregates = game.aggregates.len();
        for cell in game.stages[t].iter_mut().flatten() {
            cell.reward = reward(dice, follower_kind, parameters);
            cell.leader = match leader_kind {
                Kind::Copy => cell.reward.clone(),
                Kind::Opposite => cell.reward.scaled(&ratio(-1, 1)),
                kind => reward(dice, kind, parameters),
            };
            if population && dice.once_in(2) {
                let coefficient = number(dice, Kind::Thirds);
                let power = 1 + usize::from(dice.once_in(4));
                let factors = vec![dice.below(aggregates); power];
                cell.reward = cell.reward.clone().and(coefficient, &[], &factors);
            }
            if population && dice.once_in(3) {
                cell.leader = cell.leader.clone().and(
                    number(dice, Kind::Thirds),
                    &[],
                    &[dice.below(aggregates)],
                );
            }
            if t + 1 < stages {
                cell.next = transition(dice, states, parameters, &seen);
            }
        }
    }
    duplicate_actions(dice, &mut game);
    let aggregates = game.aggregates.len();
    game.payoff = payoff(dice, parameters, aggregates, population);
    game
}

/// One to four decisions with parameters in [0,1]; now and then one of them twice.
fn decisions(dice: &mut Dice, parameters: usize) -> Vec<Vec<Rational>> {
    let count = if parameters == 0 { 1 + usize::from(dice.once_in(4)) } else { 1 + dice.below(4) };
    let value = |dice: &mut Dice| {
        dice.pick(&[ratio(0, 1), ratio(1, 4), ratio(1, 3), ratio(1, 2), ratio(7, 10), ratio(1, 1)])
            .clone()
    };
    (0..count).map(|_| (0..parameters).map(|_| value(dice)).collect()).collect()
}

fn available_actions(dice: &mut Dice, game: &mut Tiny) {
    let sometimes_missing = dice.once_in(2);
    let actions = game.actions;
    for row in game.stages.iter_mut().flatten() {
        let sure = dice.below(actions);
        for action in 0..actions {
            if action == sure || !sometimes_missing || !dice.once_in(3) {
                row.push(Cell {
                    action,
                    reward: Form::default(),
                    leader: Form::default(),
                    next: Vec::new(),
                });
            }
        }
    }
    while game.policies() > MOST_POLICIES {
        let (t, s) = (dice.below(game.stages.len()), dice.below(game.states()));
        let row = &mut game.stages[t][s];
        if row.len() > 1 {
            row.remove(dice.below(row.len()));
        }
    }
}

/// Weights on the pairs of a stage, in [0,1] when transitions may use them.
fn aggregate(dice: &mut Dice, game: &Tiny, shares: bool) -> TinyAggregate {
    let stage = dice.below(game.stages.len());
    let mut weights = Vec::new();
    for (state, row) in game.stages[stage].iter().enumerate() {
        for cell in row {
            let weight = if shares {
                ratio(dice.below(3) as i64, 2)
            } else {
                ratio(dice.below(7) as i64 - 3, 2)
            };
            if !weight.is_zero() {
                weights.push((state, cell.action, weight));
            }
        }
    }
    TinyAggregate { stage, weights }
}

/// Now and then an action is made equal to the one before it.
fn duplicate_actions(dice: &mut Dice, game: &mut Tiny) {
    if !dice.once_in(4) {
        return;
    }
    for row in game.stages.iter_mut().flatten() {
        if row.len() > 1 {
            let at = 1 + dice.below(row.len() - 1);
            row[at] = Cell { action: row[at].action, ..row[at - 1].clone() };
        }
    }
}

fn payoff(dice: &mut Dice, parameters: usize, aggregates: usize, population: bool) -> Form {
    let mut payoff = Form::default();
    if dice.once_in(2) {
        payoff = reward(dice, Kind::Thirds, parameters);
    }
    for k in 0..aggregates {
        if dice.once_in(2) {
            payoff = payoff.and(number(dice, Kind::Thirds), &[], &[k]);
        }
        if parameters > 0 && dice.once_in(3) {
            payoff = payoff.and(number(dice, Kind::Thirds), &[dice.below(parameters)], &[k]);
        }
        if population && dice.once_in(3) {
            payoff = payoff.and(number(dice, Kind::Thirds), &[], &[k, dice.below(aggregates)]);
        }
    }
    payoff
}
