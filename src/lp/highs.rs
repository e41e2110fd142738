//! HiGHS through `good_lp`: the programme spelled as on the module's page.

use super::occupation::{Backend, LpFailure, LpSolution, OccupationLp};
use good_lp::constraint::ConstraintReference;
use good_lp::solvers::highs::{HighsParallelType, HighsProblem, HighsSolverType, highs};
use good_lp::{
    DualValues, Expression, ProblemVariables, ResolutionError, Solution, SolutionWithDual,
    SolverModel, Variable, constraint, variable,
};
use std::time::Duration;

/// Serial simplex of HiGHS, one thread, silent.
///
/// The simplex method ends in a vertex, from which [`crate::equilibrium::solve_lp`] reads two pure
/// policies.
#[derive(Debug, Clone, Copy, Default)]
pub struct HighsBackend;

/// Powers of two by which the objective and the equilibrium row are divided, so that the absolute
/// tolerances of HiGHS (1e-7) are relative to the game's rewards.
struct Scales {
    cost: f64,
    reward: f64,
}

impl Scales {
    fn of(lp: &OccupationLp) -> Self {
        let magnitude = |values: &mut dyn Iterator<Item = &f64>| {
            let largest = values.fold(0.0, |largest: f64, value| largest.max(value.abs()));
            // Subnormal rewards cannot be scaled in binary64; they are zero to HiGHS either way.
            if largest >= f64::MIN_POSITIVE { largest.log2().floor().exp2() } else { 1.0 }
        };
        Scales {
            cost: magnitude(&mut lp.stages.iter().flat_map(|stage| &stage.cost_approx)),
            reward: magnitude(&mut lp.stages.iter().flat_map(|stage| &stage.reward_approx)),
        }
    }
}

impl Backend for HighsBackend {
    fn minimise(
        &self,
        lp: &OccupationLp,
        time_limit: Option<Duration>,
    ) -> Result<LpSolution, LpFailure> {
        if !lp.is_finite() {
            return Err(LpFailure::OutOfRange);
        }
        let scales = Scales::of(lp);
        let mut variables = ProblemVariables::new();
        let occupation: Vec<Vec<Variable>> = lp
            .stages
            .iter()
            .map(|stage| variables.add_vector(variable().min(0.0), stage.pairs.len()))
            .collect();
        let objective =
            weighted(lp.stages.iter().map(|stage| &stage.cost_approx), &occupation, scales.cost);
        let mut model = quiet(variables.minimise(objective).using(highs), time_limit);
        let flow_rows = add_flow_rows(&mut model, lp, &occupation);
        let reward = weighted(
            lp.stages.iter().map(|stage| &stage.reward_approx),
            &occupation,
            scales.reward,
        );
        let equilibrium_row =
            model.add_constraint(constraint!(reward >= lp.required_reward_approx / scales.reward));

        let mut solution = model.solve().map_err(|error| failure(error, time_limit))?;
        let occupation_approx = occupation
            .iter()
            .map(|stage| stage.iter().map(|&d| solution.value(d)).collect())
            .collect();
        let duals = solution.compute_dual();
        let dual = |row: &ConstraintReference| duals.dual(row.clone());
        Ok(LpSolution {
            occupation_approx,
            flow_duals_approx: flow_rows
                .iter()
                .map(|rows| rows.iter().map(|row| dual(row) * scales.cost).collect())
                .collect(),
            multiplier_approx: dual(&equilibrium_row) * scales.cost / scales.reward,
        })
    }
}

fn quiet(model: HighsProblem, time_limit: Option<Duration>) -> HighsProblem {
    let model = model
        .set_threads(1)
        .set_parallel(HighsParallelType::Off)
        .set_solver(HighsSolverType::Simplex);
    match time_limit {
        Some(limit) => model.set_time_limit(limit.as_secs_f64()),
        None => model,
    }
}

/// `sum weights d / scale`.
fn weighted<'a>(
    weights: impl Iterator<Item = &'a Vec<f64>>,
    occupation: &[Vec<Variable>],
    scale: f64,
) -> Expression {
    let mut sum = Expression::with_capacity(occupation.iter().map(Vec::len).sum());
    for (weights, variables) in weights.zip(occupation) {
        for (&weight, &d) in weights.iter().zip(variables) {
            if weight != 0.0 {
                sum.add_mul(weight / scale, d);
            }
        }
    }
    sum
}

/// The flow equation of every `[stage][state]`: what stays equals what arrives.
fn add_flow_rows(
    model: &mut HighsProblem,
    lp: &OccupationLp,
    occupation: &[Vec<Variable>],
) -> Vec<Vec<ConstraintReference>> {
    let mut rows = Vec::with_capacity(lp.stages.len());
    let mut arrivals: Vec<Expression> =
        lp.initial_approx.iter().map(|&mass| Expression::from(mass)).collect();
    for (stage, d) in lp.stages.iter().zip(occupation) {
        let mut next = vec![Expression::from(0.0); stage.pairs.states()];
        if let Some((successors, probability)) = &stage.transition {
            for (pair, &mass) in d.iter().enumerate() {
                for entry in successors.of_pair(pair) {
                    next[successors.state(entry)].add_mul(probability[entry], mass);
                }
            }
        }
        let stays =
            |state: usize| stage.pairs.of_state(state).map(|pair| d[pair]).sum::<Expression>();
        rows.push(
            arrivals
                .into_iter()
                .enumerate()
                .map(|(state, arrives)| model.add_constraint(constraint!(stays(state) == arrives)))
                .collect(),
        );
        arrivals = next;
    }
    rows
}

/// `good_lp` reports the end of the time as the absence of a solution.
fn failure(error: ResolutionError, time_limit: Option<Duration>) -> LpFailure {
    match error {
        ResolutionError::Infeasible => LpFailure::Infeasible,
        ResolutionError::Unbounded => LpFailure::Unbounded,
        ResolutionError::Other("NoSolutionFound") if time_limit.is_some() => LpFailure::TimeLimit,
        ResolutionError::Other(word) => LpFailure::Solver { message: word.into() },
        ResolutionError::Str(message) => LpFailure::Solver { message },
    }
}
