//! How much larger than the drift that a search finds are the bounds? At most four times.

use super::*;
use smfg::exact::to_approx;

/// A game of class C0 in which every state has a choice and every state can be reached.
fn game(dice: &mut Dice) -> Tiny {
    let (stages, states, actions) = (1 + dice.below(3), 1 + dice.below(3), 2 + dice.below(2));
    let number = |dice: &mut Dice| ratio(dice.below(129) as i64 - 64, 64);
    let law = |dice: &mut Dice| {
        let weights: Vec<i64> = (0..states).map(|_| 1 + dice.below(8) as i64).collect();
        let total: i64 = weights.iter().sum();
        weights
            .iter()
            .enumerate()
            .map(|(s, w)| (s, Form::constant(ratio(*w, total as u64))))
            .collect::<Vec<_>>()
    };
    let rows = (0..stages)
        .map(|t| {
            (0..states)
                .map(|_| {
                    (0..actions)
                        .map(|action| Cell {
                            action,
                            reward: Form::constant(number(dice)),
                            leader: Form::constant(number(dice)),
                            next: if t + 1 < stages { law(dice) } else { Vec::new() },
                        })
                        .collect()
                })
                .collect()
        })
        .collect();
    Tiny {
        actions,
        initial: dice.law(states),
        stages: rows,
        aggregates: Vec::new(),
        payoff: Form::default(),
        decisions: vec![Vec::new()],
    }
}

/// Values of states under best (`sign` 1) or worst play.
fn values(game: &Tiny, sign: i64) -> Vec<Vec<Rational>> {
    let mut values = vec![vec![Rational::ZERO; game.states()]];
    for rows in game.stages.iter().rev() {
        let next = values.last().expect("one").clone();
        let worth = |cell: &Cell| {
            cell.next
                .iter()
                .fold(cell.reward.at(&[], &[]), |sum, (s, p)| sum + p.at(&[], &[]) * &next[*s])
        };
        let best = |row: &Vec<Cell>| {
            row.iter().map(|cell| worth(cell) * ratio(sign, 1)).max().expect("an action")
                * ratio(sign, 1)
        };
        values.push(rows.iter().map(best).collect());
    }
    values.reverse();
    values
}

/// The exploitability of a pure policy, by backward induction: the oracle would enumerate all
/// policies each time.
fn exploitability(game: &Tiny, best: &[Vec<Rational>], choice: &[Vec<usize>]) -> Rational {
    let mut next = vec![Rational::ZERO; game.states()];
    for (rows, choice) in game.stages.iter().zip(choice).rev() {
        let worth = |(row, &a): (&Vec<Cell>, &usize)| {
            row[a]
                .next
                .iter()
                .fold(row[a].reward.at(&[], &[]), |sum, (s, p)| sum + p.at(&[], &[]) * &next[*s])
        };
        next = rows.iter().zip(choice).map(worth).collect();
    }
    let average = |values: &[Rational]| {
        game.initial.iter().zip(values).fold(Rational::ZERO, |sum, (p, v)| sum + p * v)
    };
    average(&best[0]) - average(&next)
}

/// The truth in which the pairs marked gain as much as the radii allow, and the others lose it;
/// `values` says which states are good.
fn pushed(
    game: &Tiny,
    radii: &Radii,
    marked: &dyn Fn(usize, usize, usize) -> bool,
    values: &[Vec<Rational>],
) -> Tiny {
    let mut truth = game.clone();
    for (t, rows) in truth.stages.iter_mut().enumerate() {
        for (s, row) in rows.iter_mut().enumerate() {
            for (a, cell) in row.iter_mut().enumerate() {
                let up = marked(t, s, a);
                let sign = if up { Rational::ONE } else { Rational::NEG_ONE };
                cell.reward = cell.reward.clone().and(&radii.reward * &sign, &[], &[]);
                let mut left = &radii.transition * ratio(1, 2);
                let mut order: Vec<usize> = (0..cell.next.len()).collect();
                order.sort_by(|&i, &j| {
                    (&values[t + 1][cell.next[i].0] * &sign)
                        .cmp(&(&values[t + 1][cell.next[j].0] * &sign))
                });
                let Some(&best) = order.last() else { continue };
                for &from in &order[..order.len() - 1] {
                    let mass = cell.next[from].1.at(&[], &[]).min(left.clone());
                    left -= &mass;
                    cell.next[from].1 = cell.next[from].1.clone().and(-mass.clone(), &[], &[]);
                    cell.next[best].1 = cell.next[best].1.clone().and(mass, &[], &[]);
                }
            }
        }
    }
    truth
}

/// The largest change of an exploitability that a search over policies and truths within the
/// radii finds.
fn search(dice: &mut Dice, game: &Tiny, radii: &Radii) -> Rational {
    let mut largest = Rational::ZERO;
    let tables = [values(game, 1), values(game, -1)];
    let pick = |dice: &mut Dice| -> Vec<Vec<usize>> {
        game.stages
            .iter()
            .map(|rows| rows.iter().map(|row| dice.below(row.len())).collect())
            .collect()
    };
    for _ in 0..60 {
        let policy = pick(dice);
        let own = exploitability(game, &tables[0], &policy);
        for table in &tables {
            // The policy's own pairs lose and all others gain, or the other way round.
            for loses in [true, false] {
                let truth = pushed(game, radii, &|t, s, a| (policy[t][s] == a) != loses, table);
                largest = largest
                    .max(magnitude(exploitability(&truth, &values(&truth, 1), &policy) - &own));
            }
        }
    }
    largest
}

/// Kappa is at most four times what the search finds, on every game; the ratios are printed.
#[test]
fn kappa_is_within_a_factor_four() {
    let mut dice = Dice::new(5);
    for (what, reward, transition) in [("rewards", 1, 0), ("transitions", 0, 1), ("both", 1, 1)] {
        let (mut worst, mut sum, mut count) = (0.0f64, 0.0, 0);
        for round in 0..60 {
            let game = game(&mut dice);
            let size = ratio(1, [100, 20][round % 2]);
            let radii = Radii {
                reward: &size * ratio(reward, 1),
                transition: &size * ratio(transition, 1),
                leader: ratio(0, 1),
            };
            let bound = ModelError::Radii(&radii).at(&game.game(), &[]).expect("radii").kappa;
            if bound.is_zero() {
                continue;
            }
            let found = search(&mut dice, &game, &radii);
            assert!(found <= bound, "{what}, game {round}: found {found}, kappa {bound}");
            let quotient = to_approx(&bound) / to_approx(&found);
            assert!(
                quotient <= 4.0,
                "{what}, game {round}: kappa is {quotient} times what was found"
            );
            worst = worst.max(quotient);
            sum += quotient;
            count += 1;
        }
        eprintln!(
            "{what}: kappa is {:.3} times the drift found on average, {worst:.3} at most, {count} games",
            sum / f64::from(count)
        );
    }
}

/// Against a second game: every pure policy is enumerated.
#[test]
fn kappa_against_a_game_is_within_a_factor_four() {
    let mut dice = Dice::new(6);
    let (mut worst, mut sum, mut count, mut exact) = (0.0f64, 0.0, 0, 0);
    for round in 0..80 {
        let model = game(&mut dice);
        let moving = round % 2 == 1;
        let radii = Radii {
            reward: ratio(1, 10),
            transition: if moving { ratio(1, 10) } else { ratio(0, 1) },
            leader: ratio(0, 1),
        };
        let truth = perturbed(&mut dice, &model, &radii);
        let bound = ModelError::Against(&truth.game())
            .at(&model.game(), &[])
            .expect("the same shape")
            .kappa;
        let mut found = Rational::ZERO;
        let best = (values(&model, 1), values(&truth, 1));
        for code in 0..model.policies().min(3000) {
            let mut rest = code;
            let choice: Vec<Vec<usize>> = model
                .stages
                .iter()
                .map(|rows| {
                    let mut take = |row: &Vec<Cell>| {
                        let action = rest % row.len();
                        rest /= row.len();
                        action
                    };
                    rows.iter().map(&mut take).collect()
                })
                .collect();
            let change =
                exploitability(&truth, &best.1, &choice) - exploitability(&model, &best.0, &choice);
            found = found.max(magnitude(change));
        }
        assert!(found <= bound, "game {round}: found {found}, kappa {bound}");
        exact += usize::from(found == bound);
        if !moving && model.policies() <= 3000 {
            assert_eq!(
                found, bound,
                "game {round}: with the same transitions the bound is attained by a pure policy"
            );
        }
        if found.is_zero() {
            continue;
        }
        let quotient = to_approx(&bound) / to_approx(&found);
        assert!(quotient <= 4.0, "game {round}: kappa is {quotient} times what was found");
        worst = worst.max(quotient);
        sum += quotient;
        count += 1;
    }
    eprintln!(
        "against: kappa is {:.3} times the largest drift on average, {worst:.3} at most, {count} games, {exact} exact",
        sum / f64::from(count)
    );
}
