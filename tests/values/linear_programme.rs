//! The linear programme over occupation measures against brute force, with honest and with lying
//! back ends.

use crate::dice::Dice;
use crate::enumeration::Outcomes;
use crate::selections::SELECTIONS;
use crate::small_games::{game_of, outcomes_of, random_numbers};
use smfg::certificate::{Arithmetic, Claim, Scope, Selection, Step, write_certificate};
use smfg::check::{Accepted, Rejection, check};
use smfg::equilibrium::dynamic_programming::{ApproxCache, Effort, Search, certify};
use smfg::equilibrium::{Control, LpError, LpOutcome, Problem, Proved, solve_lp, solve_lp_in};
use smfg::exact::{Natural, Rational, Scaled, ratio};
use smfg::game::Numbers;
use smfg::generate::{MdpFamily, MdpParameters};
use smfg::lp::{Backend, HighsBackend, LpFailure, LpSolution, OccupationLp};
use std::cell::RefCell;
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

fn check_outcome(
    numbers: &Numbers,
    problem: &Problem<'_>,
    outcome: &LpOutcome,
    value: &Rational,
    what: &str,
) {
    let proved = &outcome.proved;
    assert!(proved.bound.value <= *value, "{what}: bound {} above {value}", proved.bound.value);
    assert!(
        proved.witness.value >= *value,
        "{what}: witness {} below {value}",
        proved.witness.value
    );
    accepted(numbers, problem, proved).unwrap_or_else(|rejection| panic!("{what}: {rejection}"));
}

#[test]
fn exact_on_small_games() {
    let mut dice = Dice::new(1);
    let mut solved = 0;
    for game in 0..320 {
        let numbers = random_numbers(&mut dice);
        let outcomes = outcomes_of(&numbers);
        for epsilon in epsilons(&outcomes, &mut dice) {
            for selection in SELECTIONS {
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                let outcome = solve_lp(&problem, &HighsBackend, &Control::default())
                    .expect("epsilon is not negative");
                let value = problem.sigma() * outcomes.value(&epsilon, selection);
                let what = format!("game {game}, epsilon {epsilon}, {selection}");
                check_outcome(&numbers, &problem, &outcome, &value, &what);
                assert_eq!(outcome.failure, None, "{what}");
                assert_eq!(
                    (&outcome.proved.bound.value, &outcome.proved.witness.value),
                    (&value, &value),
                    "{what}"
                );
                assert!(matches!(outcome.proved.bound.steps[..], [Step::Dual { .. }]), "{what}");
                assert!(outcome.proved.mixture().is_some_and(|parts| parts.len() <= 2), "{what}");
                solved += 1;
            }
        }
    }
    assert_eq!(solved, 3200);
}

#[test]
fn rounded_proofs_are_close() {
    let mut dice = Dice::new(2);
    let close = ratio(1, 1_000_000);
    for game in 0..100 {
        let numbers = random_numbers(&mut dice);
        let outcomes = outcomes_of(&numbers);
        for epsilon in epsilons(&outcomes, &mut dice) {
            for selection in SELECTIONS {
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                for bits in [60, 90] {
                    let outcome = solve_lp_in(
                        &problem,
                        &HighsBackend,
                        &Control::default(),
                        Arithmetic::Rounded(bits),
                    )
                    .expect("not negative");
                    let value = problem.sigma() * outcomes.value(&epsilon, selection);
                    let what = format!("game {game}, epsilon {epsilon}, {selection}, {bits} bits");
                    check_outcome(&numbers, &problem, &outcome, &value, &what);
                    let proved = &outcome.proved;
                    assert!(
                        &proved.witness.value - &proved.bound.value <= close,
                        "{what}: {} {}",
                        proved.bound.value,
                        proved.witness.value
                    );
                }
            }
        }
    }
}

/// A way of being wrong.
#[derive(Debug, Clone, Copy)]
enum Lie {
    RandomDuals,
    SwappedSigns,
    NotANumber,
    Infinite,
    RandomPoint,
    WrongLengths,
    Infeasible,
    Unbounded,
    OutOfTime,
    ZeroMultiplier,
    HugeDuals,
    TinyMultiplier,
    HugePoint,
    Everything,
}

const LIES: [Lie; 14] = [
    Lie::RandomDuals,
    Lie::SwappedSigns,
    Lie::NotANumber,
    Lie::Infinite,
    Lie::RandomPoint,
    Lie::WrongLengths,
    Lie::Infeasible,
    Lie::Unbounded,
    Lie::OutOfTime,
    Lie::ZeroMultiplier,
    Lie::HugeDuals,
    Lie::TinyMultiplier,
    Lie::HugePoint,
    Lie::Everything,
];

/// Any 64 bits.
fn word(dice: &mut Dice) -> u64 {
    let low = dice.below(1 << 32) as u64;
    low | (dice.below(1 << 32) as u64) << 32
}

/// HiGHS, with its answer spoilt.
struct Liar {
    lie: Lie,
    dice: RefCell<Dice>,
}

impl Liar {
    fn uniform(&self) -> f64 {
        self.dice.borrow_mut().below(1 << 32) as f64 / f64::from(u32::MAX)
    }

    fn change(table: &mut [Vec<f64>], change: impl Fn(f64) -> f64) {
        table.iter_mut().flatten().for_each(|value| *value = change(*value));
    }
}

impl Backend for Liar {
    fn minimise(
        &self,
        lp: &OccupationLp,
        time_limit: Option<Duration>,
    ) -> Result<LpSolution, LpFailure> {
        let mut answer = HighsBackend.minimise(lp, time_limit)?;
        let (point, duals) = (&mut answer.occupation_approx, &mut answer.flow_duals_approx);
        match self.lie {
            Lie::RandomDuals => {
                Self::change(duals, |_| 4.0 * self.uniform() - 2.0);
                answer.multiplier_approx = 3.0 * self.uniform();
            }
            Lie::SwappedSigns => {
                Self::change(duals, |y| -y);
                Self::change(point, |d| -d);
                answer.multiplier_approx = -answer.multiplier_approx;
            }
            Lie::NotANumber => {
                Self::change(duals, |_| f64::NAN);
                Self::change(point, |_| f64::NAN);
                answer.multiplier_approx = f64::NAN;
            }
            Lie::Infinite => {
                Self::change(duals, |y| y / 0.0);
                Self::change(point, |_| f64::INFINITY);
                answer.multiplier_approx = f64::INFINITY;
            }
            Lie::RandomPoint => Self::change(point, |_| self.uniform()),
            Lie::WrongLengths => {
                let length = self.dice.borrow_mut().below(3);
                match self.dice.borrow_mut().below(4) {
                    0 => duals.truncate(length.min(duals.len() - 1)),
                    1 => point.push(Vec::new()),
                    2 => duals[0].push(1.0),
                    _ => point[0].clear(),
                }
            }
            Lie::Infeasible => return Err(LpFailure::Infeasible),
            Lie::Unbounded => return Err(LpFailure::Unbounded),
            Lie::OutOfTime => return Err(LpFailure::TimeLimit),
            Lie::ZeroMultiplier => answer.multiplier_approx = 0.0,
            Lie::HugeDuals => {
                Self::change(duals, |y| y * 1e300);
                answer.multiplier_approx *= 1e300;
            }
            Lie::TinyMultiplier => answer.multiplier_approx = f64::from_bits(1),
            Lie::HugePoint => Self::change(point, |d| (d + 0.5) * f64::MAX),
            Lie::Everything => {
                let any = |_| f64::from_bits(word(&mut self.dice.borrow_mut()));
                Self::change(duals, any);
                Self::change(point, any);
                answer.multiplier_approx = any(0.0);
            }
        }
        Ok(answer)
    }
}

#[test]
fn lies_prove_nothing_wrong() {
    let mut dice = Dice::new(3);
    for game in 0..60 {
        let numbers = random_numbers(&mut dice);
        let outcomes = outcomes_of(&numbers);
        for epsilon in epsilons(&outcomes, &mut dice) {
            for lie in LIES {
                let selection = *dice.pick(&SELECTIONS);
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                let liar = Liar { lie, dice: RefCell::new(Dice::new(word(&mut dice))) };
                let value = problem.sigma() * outcomes.value(&epsilon, selection);
                let what = format!("game {game}, epsilon {epsilon}, {selection}, {lie:?}");
                let rounded =
                    solve_lp_in(&problem, &liar, &Control::default(), Arithmetic::Rounded(60))
                        .expect("not negative");
                check_outcome(&numbers, &problem, &rounded, &value, &format!("{what}, rounded"));
                let exact = solve_lp(&problem, &liar, &Control::default()).expect("not negative");
                check_outcome(&numbers, &problem, &exact, &value, &what);
                // Exact pivots do not need the advice.
                assert_eq!(exact.proved.bound.value, exact.proved.witness.value, "{what}");
                let failure = match lie {
                    Lie::WrongLengths => Some(LpFailure::Shape),
                    Lie::Infeasible => Some(LpFailure::Infeasible),
                    Lie::Unbounded => Some(LpFailure::Unbounded),
                    Lie::OutOfTime => Some(LpFailure::TimeLimit),
                    _ => None,
                };
                assert_eq!(exact.failure, failure, "{what}");
            }
        }
    }
}

#[test]
fn duals_have_the_written_signs() {
    let mut dice = Dice::new(4);
    for _ in 0..100 {
        let numbers = random_numbers(&mut dice);
        let outcomes = outcomes_of(&numbers);
        let required = &outcomes.follower_value - ratio(1, 7);
        let lp = OccupationLp::new(&numbers, Selection::Optimistic, &required);
        let answer = HighsBackend.minimise(&lp, None).expect("feasible and bounded");
        assert!(answer.fits(&lp));
        assert!(answer.multiplier_approx >= -1e-9);
        let mut dual_value = answer.multiplier_approx * lp.required_reward_approx;
        dual_value += lp
            .initial_approx
            .iter()
            .zip(&answer.flow_duals_approx[0])
            .map(|(mass, y)| mass * y)
            .sum::<f64>();
        let mut primal_value = 0.0;
        for (t, stage) in lp.stages.iter().enumerate() {
            let next = answer.flow_duals_approx.get(t + 1).map(Vec::as_slice);
            for state in 0..stage.pairs.states() {
                for pair in stage.pairs.of_state(state) {
                    let reduced_cost =
                        stage.pair_value_approx(pair, 1.0, answer.multiplier_approx, next)
                            - answer.flow_duals_approx[t][state];
                    assert!(reduced_cost >= -1e-6);
                    assert!(answer.occupation_approx[t][pair] * reduced_cost <= 1e-6);
                    primal_value += stage.cost_approx[pair] * answer.occupation_approx[t][pair];
                }
            }
        }
        assert!((dual_value - primal_value).abs() <= 1e-6);
    }
}

/// The value by the other method, which shares only the followers' inductions.
fn by_dynamic_programming(problem: &Problem<'_>) -> Proved {
    let mut search = Search::new(problem, &ApproxCache::default());
    while !search.done() {
        search.step(&|| true);
    }
    certify(problem, &search, Arithmetic::Exact, Effort::Full, &Control::default())
}

fn mdp(stages: usize, states: usize, seed: u64) -> Numbers {
    let parameters =
        MdpParameters { stages, states, actions: 4, successors: 3, decisions: 1, seed };
    let game = MdpFamily::new(parameters).expect("sizes in range").game();
    game.at(&[]).mean_field_free().expect("class C0")
}

#[test]
fn agrees_with_dynamic_programming() {
    for seed in 0..3 {
        let numbers = mdp(7, 10, seed);
        for epsilon in [ratio(0, 1), ratio(1, 64), ratio(1, 3)] {
            for selection in SELECTIONS {
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                let value = by_dynamic_programming(&problem).bound.value;
                let what = format!("seed {seed}, epsilon {epsilon}, {selection}");
                let exact =
                    solve_lp(&problem, &HighsBackend, &Control::default()).expect("not negative");
                check_outcome(&numbers, &problem, &exact, &value, &what);
                assert_eq!(exact.proved.bound.value, exact.proved.witness.value, "{what}");
                let rounded = solve_lp_in(
                    &problem,
                    &HighsBackend,
                    &Control::default(),
                    Arithmetic::Rounded(64),
                )
                .expect("not negative");
                check_outcome(&numbers, &problem, &rounded, &value, &what);
                assert!(
                    &rounded.proved.witness.value - &rounded.proved.bound.value
                        <= ratio(1, 100_000_000),
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn a_solver_out_of_time_leaves_time_for_proofs() {
    let (numbers, epsilon) = (mdp(20, 40, 1), ratio(1, 64));
    let problem =
        Problem { numbers: &numbers, epsilon: &epsilon, selection: Selection::Pessimistic };
    let value = by_dynamic_programming(&problem).bound.value;
    for milliseconds in [1, 30, 400] {
        let deadline = Instant::now() + Duration::from_millis(milliseconds);
        let control = Control::new(Some(deadline), Arc::new(AtomicBool::new(false)));
        let outcome = solve_lp(&problem, &HighsBackend, &control).expect("not negative");
        assert!(
            matches!(outcome.failure, None | Some(LpFailure::TimeLimit | LpFailure::Stopped)),
            "{:?}",
            outcome.failure
        );
        check_outcome(&numbers, &problem, &outcome, &value, "out of time");
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
        for (exponent, failure) in [(12, None), (40, None), (400, Some(LpFailure::OutOfRange))] {
            let numbers = scaled(&small, &power(exponent), &(Rational::ONE / power(exponent)));
            let outcomes = outcomes_of(&numbers);
            let epsilon = Rational::ONE / (power(exponent) * ratio(7, 1));
            for selection in SELECTIONS {
                let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                let value = problem.sigma() * outcomes.value(&epsilon, selection);
                let what = format!("game {game}, 10^{exponent}, {selection}");
                let exact =
                    solve_lp(&problem, &HighsBackend, &Control::default()).expect("not negative");
                check_outcome(&numbers, &problem, &exact, &value, &what);
                assert_eq!(exact.proved.bound.value, exact.proved.witness.value, "{what}");
                let without_leader = numbers.stages.iter().all(|stage| stage.leader.is_zero());
                assert_eq!(exact.failure, failure.clone().filter(|_| !without_leader), "{what}");
                for bits in [1, 60, 200] {
                    let rounded = solve_lp_in(
                        &problem,
                        &HighsBackend,
                        &Control::default(),
                        Arithmetic::Rounded(bits),
                    )
                    .expect("not negative");
                    check_outcome(&numbers, &problem, &rounded, &value, &what);
                }
            }
        }
    }
}

#[test]
fn limits_are_outcomes() {
    let mut dice = Dice::new(5);
    let numbers = random_numbers(&mut dice);
    let outcomes = outcomes_of(&numbers);
    let epsilon = ratio(1, 7);
    for selection in SELECTIONS {
        let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
        let value = problem.sigma() * outcomes.value(&epsilon, selection);
        let stopped = Control::default();
        stopped.interrupt();
        let past = Control::new(Some(Instant::now()), Arc::new(AtomicBool::new(false)));
        assert_eq!(past.remaining(), Some(Duration::ZERO));
        for control in [stopped, past] {
            for arithmetic in [Arithmetic::Exact, Arithmetic::Rounded(60)] {
                let outcome = solve_lp_in(&problem, &HighsBackend, &control, arithmetic)
                    .expect("not negative");
                check_outcome(&numbers, &problem, &outcome, &value, "stopped");
                assert_eq!(outcome.failure, Some(LpFailure::Stopped));
            }
        }
    }
    let negative = ratio(-1, 1000);
    let problem =
        Problem { numbers: &numbers, epsilon: &negative, selection: Selection::Pessimistic };
    assert_eq!(
        solve_lp(&problem, &HighsBackend, &Control::default()),
        Err(LpError::NegativeEpsilon)
    );
}
