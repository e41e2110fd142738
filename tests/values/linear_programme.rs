//! The inner problem of class C0 against enumeration, and against linear programmes over occupation
//! measures solved by microlp, which shares nothing with the program.

use crate::dice::Dice;
use crate::enumeration::Outcomes;
use crate::selections::SELECTIONS;
use crate::small_games::{game_of, outcomes_of, random_numbers};
use good_lp::solvers::microlp::microlp;
use good_lp::{
    Expression, ProblemVariables, Solution, SolverModel, Variable, constraint, variable,
};
use smfg::certificate::{Arithmetic, Claim, Scope, Step, write_certificate};
use smfg::check::{Accepted, Rejection, check};
use smfg::equilibrium::dynamic_programming::{ApproxCache, Effort, Search, certify};
use smfg::equilibrium::{Control, Problem, Proved};
use smfg::exact::{Natural, Rational, Scaled, ratio, to_approx};
use smfg::game::Numbers;
use smfg::generate::{MdpFamily, MdpParameters};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// None, small, medium, exactly that of some policy, larger than any.
fn epsilons(outcomes: &Outcomes, dice: &mut Dice) -> Vec<Rational> {
    let policy = dice.pick(&outcomes.points);
    vec![
        ratio(0, 1),
        ratio(1, 1000),
        ratio(1, 7),
        &outcomes.follower_value - &policy.0,
        ratio(1000, 1),
    ]
}

/// The checker's opinion of a certificate made of the two steps of `proved`.
fn accepted(
    numbers: &Numbers,
    problem: &Problem<'_>,
    proved: &Proved,
) -> Result<Accepted, Box<Rejection>> {
    let game = game_of(numbers);
    let (bound, witness) =
        (problem.sigma() * &proved.bound.value, problem.sigma() * &proved.witness.value);
    let claim = Claim {
        game_hash: game.hash(),
        epsilon: problem.epsilon.clone(),
        selection: problem.selection,
        scope: Scope::All,
        of: None,
        lower: bound.clone().min(witness.clone()),
        upper: bound.max(witness),
    };
    let steps = [vec![Step::Decision(0)], proved.bound.steps.clone(), proved.witness.steps.clone()]
        .concat();
    let text = write_certificate(Vec::new(), &claim, &steps).expect("memory does not fail");
    check(&game, text.as_slice()).map_err(Box::new)
}

/// The value lies between the bounds, whose steps the checker accepts.
fn assert_proved(
    numbers: &Numbers,
    problem: &Problem<'_>,
    proved: &Proved,
    value: &Rational,
    what: &str,
) {
    assert!(proved.bound.value <= *value, "{what}: bound {} above {value}", proved.bound.value);
    let witness = &proved.witness.value;
    assert!(witness >= value, "{what}: witness {witness} below {value}");
    accepted(numbers, problem, proved).unwrap_or_else(|rejection| panic!("{what}: {rejection}"));
}

fn solved(problem: &Problem<'_>, arithmetic: Arithmetic, control: &Control) -> Proved {
    let mut search = Search::new(problem, &ApproxCache::default());
    while !search.done() && !control.stopped() {
        search.step(&|| !control.stopped());
    }
    certify(problem, &search, arithmetic, Effort::Full, control)
}

#[test]
fn exact_on_small_games() {
    let mut dice = Dice::new(1);
    let mut solves = 0;
    for game in 0..320 {
        let numbers = random_numbers(&mut dice);
        let outcomes = outcomes_of(&numbers);
        for epsilon in epsilons(&outcomes, &mut dice) {
            for selection in SELECTIONS {
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                let proved = solved(&problem, Arithmetic::Exact, &Control::default());
                let value = problem.sigma() * outcomes.value(&epsilon, selection);
                let what = format!("game {game}, epsilon {epsilon}, {selection}");
                assert_proved(&numbers, &problem, &proved, &value, &what);
                assert_eq!(
                    (&proved.bound.value, &proved.witness.value),
                    (&value, &value),
                    "{what}"
                );
                assert!(proved.mixture().is_some_and(|parts| parts.len() <= 2), "{what}");
                solves += 1;
            }
        }
    }
    assert_eq!(solves, 3200);
}

#[test]
fn rounded_proofs_are_close() {
    let mut dice = Dice::new(2);
    for game in 0..100 {
        let numbers = random_numbers(&mut dice);
        let outcomes = outcomes_of(&numbers);
        for epsilon in epsilons(&outcomes, &mut dice) {
            for selection in SELECTIONS {
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                for bits in [60, 90] {
                    let arithmetic = Arithmetic::Rounded(bits);
                    let proved = solved(&problem, arithmetic, &Control::default());
                    let value = problem.sigma() * outcomes.value(&epsilon, selection);
                    let what = format!("game {game}, epsilon {epsilon}, {selection}, {bits} bits");
                    assert_proved(&numbers, &problem, &proved, &value, &what);
                    // At eps = 0 only exact numbers show an equilibrium (docs/theory.md).
                    let width = &proved.witness.value - &proved.bound.value;
                    assert!(
                        epsilon.is_zero() || width <= ratio(1, 1_000_000),
                        "{what}: {} {}",
                        proved.bound.value,
                        proved.witness.value
                    );
                }
            }
        }
    }
}

/// The least value of `sum_t (leader c_t + reward r_t)'d_t` over flows `d >= 0`,
///
/// ```text
/// sum_a d_0(s,a) = mu0(s),   sum_a d_{t+1}(s',a) = sum_{s,a} P_t(s'|s,a) d_t(s,a),
/// ```
///
/// that earn the followers at least `required`.
fn least(numbers: &Numbers, leader: f64, reward: f64, required: Option<f64>) -> f64 {
    let approx = |vector: &Scaled| vector.iter().map(|x| to_approx(&x)).collect::<Vec<f64>>();
    let mut variables = ProblemVariables::new();
    let flow: Vec<Vec<Variable>> = numbers
        .stages
        .iter()
        .map(|stage| variables.add_vector(variable().min(0), stage.pairs.len()))
        .collect();
    let earned = |leader: f64, reward: f64| {
        let mut sum = Expression::from(0.0);
        for (stage, d) in numbers.stages.iter().zip(&flow) {
            let (c, r) = (approx(&stage.leader), approx(&stage.reward));
            for (pair, &d) in d.iter().enumerate() {
                sum.add_mul(leader * c[pair] + reward * r[pair], d);
            }
        }
        sum
    };
    let objective = earned(leader, reward);
    let mut model = variables.minimise(objective.clone()).using(microlp);
    if let Some(required) = required {
        model = model.with(constraint!(earned(0.0, 1.0) >= required));
    }
    let mut arrivals: Vec<Expression> =
        approx(&numbers.initial).into_iter().map(Expression::from).collect();
    for (stage, d) in numbers.stages.iter().zip(&flow) {
        for (state, arrives) in arrivals.iter().enumerate() {
            let stays: Expression = stage.pairs.of_state(state).map(|pair| d[pair]).sum();
            model = model.with(constraint!(stays == arrives.clone()));
        }
        if let Some((successors, probability)) = &stage.transition {
            let probability = approx(probability);
            arrivals = vec![Expression::from(0.0); arrivals.len()];
            for (pair, &d) in d.iter().enumerate() {
                for entry in successors.of_pair(pair) {
                    arrivals[successors.state(entry)].add_mul(probability[entry], d);
                }
            }
        }
    }
    model.solve().expect("feasible and bounded").eval(objective)
}

fn mdp(stages: usize, states: usize, seed: u64) -> Numbers {
    let parameters =
        MdpParameters { stages, states, actions: 4, successors: 3, decisions: 1, seed };
    let game = MdpFamily::new(parameters).expect("sizes in range").game();
    game.at(&[]).mean_field_free().expect("class C0")
}

/// Accuracy of the values of a linear programme in binary64.
const CLOSE: f64 = 1e-7;

#[test]
fn agrees_with_linear_programmes() {
    for seed in 0..3 {
        let numbers = mdp(7, 10, seed);
        let follower_value = -least(&numbers, 0.0, -1.0, None);
        for epsilon in [ratio(1, 1000), ratio(1, 64), ratio(1, 3)] {
            for selection in SELECTIONS {
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                let sigma = to_approx(&problem.sigma());
                let required = follower_value - to_approx(&epsilon);
                let value = least(&numbers, sigma, 0.0, Some(required))
                    + sigma * to_approx(&numbers.leader_constant);
                let what = format!("seed {seed}, epsilon {epsilon}, {selection}");
                let exact = solved(&problem, Arithmetic::Exact, &Control::default());
                assert_proved(&numbers, &problem, &exact, &exact.bound.value, &what);
                assert_eq!(exact.bound.value, exact.witness.value, "{what}");
                let found = to_approx(&exact.bound.value);
                assert!((found - value).abs() <= CLOSE, "{what}: {found} and {value}");
                let rounded = solved(&problem, Arithmetic::Rounded(64), &Control::default());
                assert_proved(&numbers, &problem, &rounded, &exact.bound.value, &what);
                let width = &rounded.witness.value - &rounded.bound.value;
                assert!(width <= ratio(1, 100_000_000), "{what}");
            }
        }
    }
}

/// `numbers` with the leader's rewards times `leader` and the followers' times `reward`.
fn scaled(numbers: &Numbers, leader: &Rational, reward: &Rational) -> Numbers {
    let times = |vector: &Scaled, factor: &Rational| {
        let entries: Vec<Rational> = vector.iter().map(|entry| entry * factor).collect();
        Arc::new(Scaled::from_rationals(&entries))
    };
    let mut result = numbers.clone();
    for stage in &mut result.stages {
        stage.leader = times(&stage.leader, leader);
        stage.reward = times(&stage.reward, reward);
    }
    result.leader_constant *= leader;
    result
}

#[test]
fn rewards_of_any_size() {
    let mut dice = Dice::new(6);
    let power = |exponent: usize| Rational::from(Natural::from(10u8).pow(exponent));
    for game in 0..20 {
        let small = random_numbers(&mut dice);
        for exponent in [12, 40, 400] {
            let numbers = scaled(&small, &power(exponent), &(Rational::ONE / power(exponent)));
            let outcomes = outcomes_of(&numbers);
            let epsilon = Rational::ONE / (power(exponent) * ratio(7, 1));
            for selection in SELECTIONS {
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                let value = problem.sigma() * outcomes.value(&epsilon, selection);
                let what = format!("game {game}, 10^{exponent}, {selection}");
                let exact = solved(&problem, Arithmetic::Exact, &Control::default());
                assert_proved(&numbers, &problem, &exact, &value, &what);
                assert_eq!(exact.bound.value, exact.witness.value, "{what}");
                for bits in [1, 60, 200] {
                    let arithmetic = Arithmetic::Rounded(bits);
                    let rounded = solved(&problem, arithmetic, &Control::default());
                    assert_proved(&numbers, &problem, &rounded, &value, &what);
                }
            }
        }
    }
}

#[test]
fn limits_are_outcomes() {
    let (numbers, epsilon) = (mdp(7, 10, 1), ratio(1, 64));
    for selection in SELECTIONS {
        let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
        let value = solved(&problem, Arithmetic::Exact, &Control::default()).bound.value;
        let stopped = Control::default();
        stopped.interrupt();
        let until = |end: Instant| Control::new(Some(end), Arc::new(AtomicBool::new(false)));
        assert_eq!(until(Instant::now()).remaining(), Some(Duration::ZERO));
        for milliseconds in [0, 1, 30] {
            for arithmetic in [Arithmetic::Exact, Arithmetic::Rounded(60)] {
                let late = until(Instant::now() + Duration::from_millis(milliseconds));
                for control in [stopped.clone(), late] {
                    let proved = solved(&problem, arithmetic, &control);
                    assert_proved(&numbers, &problem, &proved, &value, "stopped");
                }
            }
        }
    }
}
