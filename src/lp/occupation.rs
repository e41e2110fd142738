//! The linear programme as data, and what a back end answers.

use crate::certificate::Selection;
use crate::exact::{Rational, Scaled, to_approx};
use crate::game::{Numbers, Pairs, Successors};
use std::sync::Arc;
use std::time::Duration;

/// The linear programme of the module's page, in binary64 and in the units of the game.
#[derive(Debug, Clone)]
pub struct OccupationLp {
    /// `mu0`, one entry per state.
    pub initial_approx: Vec<f64>,
    /// One entry per stage.
    pub stages: Vec<LpStage>,
    /// `V* - eps`, right side of the equilibrium row.
    pub required_reward_approx: f64,
}

/// The data of one stage.
#[derive(Debug, Clone)]
pub struct LpStage {
    /// The available pairs.
    pub pairs: Arc<Pairs>,
    /// `sigma c_t` per pair.
    pub cost_approx: Vec<f64>,
    /// `r_t` per pair.
    pub reward_approx: Vec<f64>,
    /// Successor states and the probability of each entry; `None` at the last stage.
    pub transition: Option<(Arc<Successors>, Vec<f64>)>,
}

/// A point and multipliers, as a back end gives them: possibly inaccurate, possibly nonsense.
#[derive(Debug, Clone, PartialEq)]
pub struct LpSolution {
    /// `d`, indexed `[stage][pair]`.
    pub occupation_approx: Vec<Vec<f64>>,
    /// `y`, indexed `[stage][state]`, signs as on the module's page.
    pub flow_duals_approx: Vec<Vec<f64>>,
    /// `lambda`, at least 0 at an optimum.
    pub multiplier_approx: f64,
}

/// Why there is no solution. None of these says anything about the game: its programme always has
/// an optimum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LpFailure {
    /// The back end says that no point is feasible.
    #[error("the solver reports an infeasible programme, which has a solution")]
    Infeasible,
    /// The back end says that the objective has no lower bound.
    #[error("the solver reports an unbounded programme, which is bounded")]
    Unbounded,
    /// Time ran out before a feasible point was found.
    #[error("the solver reached its time limit")]
    TimeLimit,
    /// A number of the game is beyond the range of binary64.
    #[error("a number of the linear programme is beyond the range of binary64")]
    OutOfRange,
    /// The solution has other sizes than the programme.
    #[error("the solver's answer does not have the sizes of the programme")]
    Shape,
    /// The caller asked to stop before the programme was built.
    #[error("stopped before the linear programme was solved")]
    Stopped,
    /// The solver gives up, in its own words.
    #[error("the solver gives no solution: {message}")]
    Solver {
        /// What the solver says.
        message: String,
    },
}

/// Something that solves [`OccupationLp`] in floating point.
pub trait Backend {
    /// A point and multipliers close to optimal, as close as the solver gets within `time_limit`;
    /// any feasible point when time runs out.
    ///
    /// # Errors
    /// [`LpFailure`] when the solver has no point to show.
    fn minimise(
        &self,
        lp: &OccupationLp,
        time_limit: Option<Duration>,
    ) -> Result<LpSolution, LpFailure>;
}

impl OccupationLp {
    /// The programme of `numbers`; `required_reward` is `V* - eps`.
    #[must_use]
    pub fn new(numbers: &Numbers, selection: Selection, required_reward: &Rational) -> Self {
        let sigma = match selection {
            Selection::Pessimistic => 1.0,
            Selection::Optimistic => -1.0,
        };
        let approx =
            |vector: &Scaled| vector.iter().map(|value| to_approx(&value)).collect::<Vec<f64>>();
        let stages = numbers
            .stages
            .iter()
            .map(|stage| LpStage {
                pairs: Arc::clone(&stage.pairs),
                cost_approx: approx(&stage.leader).into_iter().map(|c| sigma * c).collect(),
                reward_approx: approx(&stage.reward),
                transition: stage
                    .transition
                    .as_ref()
                    .map(|(successors, p)| (Arc::clone(successors), approx(p))),
            })
            .collect();
        OccupationLp {
            initial_approx: approx(&numbers.initial),
            stages,
            required_reward_approx: to_approx(required_reward),
        }
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.stages.iter().map(|stage| stage.pairs.len()).sum()
    }

    /// Whether every number is finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        let all = |values: &[f64]| values.iter().all(|v| v.is_finite());
        self.required_reward_approx.is_finite()
            && all(&self.initial_approx)
            && self.stages.iter().all(|stage| {
                all(&stage.cost_approx)
                    && all(&stage.reward_approx)
                    && stage.transition.as_ref().is_none_or(|(_, p)| all(p))
            })
    }
}

impl LpSolution {
    /// Whether it has a number per pair and per state of every stage of `lp`.
    #[must_use]
    pub fn fits(&self, lp: &OccupationLp) -> bool {
        let stages = lp.stages.len();
        self.occupation_approx.len() == stages
            && self.flow_duals_approx.len() == stages
            && lp
                .stages
                .iter()
                .zip(&self.occupation_approx)
                .all(|(stage, d)| d.len() == stage.pairs.len())
            && lp
                .stages
                .iter()
                .zip(&self.flow_duals_approx)
                .all(|(stage, y)| y.len() == stage.pairs.states())
    }
}
