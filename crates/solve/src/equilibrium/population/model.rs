//! The inner problem of a quadratic game in binary64, and what multipliers prove about a box of it.
//!
//! The same inequalities as rule `tree` of the checker (docs/certificate.md, statement (T)): what
//! is found here is proved there.

use super::approx::{Choice, FIRST_COORDINATE, GameApprox, LEADER, REWARD};
use super::squares::Decomposition;
use crate::exact::{Rational, to_approx};
use crate::game::Quadratic;

/// A square `(sum coefficients_j coordinate_j)^2` and its weights.
#[derive(Debug, Clone)]
pub(super) struct SquareApprox {
    /// Weight in the followers' quadratic form.
    pub(super) follower: f64,
    /// Weight in `sigma` times the leader's.
    pub(super) leader: f64,
    pub(super) coefficients: Vec<f64>,
}

/// A pure policy and the value of every form under it.
#[derive(Debug, Clone)]
pub(super) struct PolicyApprox {
    pub(super) choice: Choice,
    pub(super) values: Vec<f64>,
}

/// Ranges of the forms of all squares.
pub(super) type Region = Vec<(f64, f64)>;

/// A box and how squares are bounded from above on it.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) region: Region,
    /// `s_i <= slope l_i + side`; infinite where nothing is said.
    pub(super) lines: Vec<(f64, f64)>,
}

impl Cell {
    /// A box with the secants of its ranges: valid for every population in it.
    pub(super) fn outer(region: &Region) -> Self {
        Cell {
            region: region.clone(),
            lines: region.iter().map(|&(low, high)| (low + high, -low * high)).collect(),
        }
    }

    /// All populations, with tangents at the given points: an inner approximation where squares are
    /// concave. `None`: no line.
    pub(super) fn inner(points: &[Option<f64>]) -> Self {
        let line = |point: &Option<f64>| {
            point.map_or((0.0, f64::INFINITY), |point| (2.0 * point, -point * point))
        };
        Cell {
            region: vec![(f64::NEG_INFINITY, f64::INFINITY); points.len()],
            lines: points.iter().map(line).collect(),
        }
    }
}

/// Multipliers in binary64; the fields are those of [`crate::certificate::Combination`].
#[derive(Debug, Clone, Default)]
pub(super) struct Multipliers {
    pub(super) objective: f64,
    /// `(policy, weight)`.
    pub(super) deviations: Vec<(usize, f64)>,
    /// A point per square.
    pub(super) tangents: Vec<f64>,
    /// A number per square.
    pub(super) ranges: Vec<f64>,
}

impl Multipliers {
    /// Their size: what the rounding of one part in 2^44 is multiplied with.
    pub(super) fn magnitude(&self) -> f64 {
        let total: f64 = self.deviations.iter().map(|(_, alpha)| alpha).sum();
        self.objective + total + self.ranges.iter().map(|kappa| kappa.abs()).sum::<f64>()
    }
}

/// What is bounded from below.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal {
    /// `sigma J0`, or nothing when the multiplier of the objective is zero.
    Objective,
    /// `sign * form` of a square, among populations with `sigma J0 <= cutoff`.
    Range {
        square: usize,
        sign: f64,
        cutoff: f64,
        /// Bounds below this are of no use.
        worth: f64,
    },
}

/// The inner problem `min sigma J0` over the eps-equilibria of one decision.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) game: GameApprox,
    pub(super) statistics: usize,
    pub(super) squares: Vec<SquareApprox>,
    pub(super) epsilon: f64,
    sigma: f64,
    /// Constant and coefficient per coordinate.
    follower_affine: (f64, Vec<f64>),
    leader_affine: (f64, Vec<f64>),
    follower_rest: f64,
    leader_rest: f64,
}

impl Model {
    pub(super) fn new(
        quadratic: &Quadratic,
        game: GameApprox,
        split: &Decomposition,
        sigma: &Rational,
        epsilon: &Rational,
    ) -> Self {
        let sigma = to_approx(sigma);
        let squares = split
            .squares
            .iter()
            .map(|square| SquareApprox {
                follower: to_approx(&square.follower),
                leader: sigma * to_approx(&square.leader),
                coefficients: square.coefficients.iter().map(to_approx).collect(),
            })
            .collect();
        let (constant, coefficients) = &split.leader_affine;
        Model {
            game,
            statistics: quadratic.statistics,
            squares,
            epsilon: to_approx(epsilon),
            sigma,
            follower_affine: split.follower_affine.clone(),
            leader_affine: (
                sigma * constant,
                coefficients.iter().map(|value| sigma * value).collect(),
            ),
            follower_rest: split.follower_rest_approx,
            leader_rest: split.leader_rest_approx,
        }
    }

    /// The policy with its values.
    pub(super) fn evaluated(&self, choice: Choice) -> PolicyApprox {
        let values = self.game.evaluate(&choice);
        PolicyApprox { choice, values }
    }

    /// The form of a square at values of the forms.
    pub(super) fn root(&self, square: usize, values: &[f64]) -> f64 {
        self.squares[square]
            .coefficients
            .iter()
            .zip(&values[FIRST_COORDINATE..])
            .map(|(c, x)| c * x)
            .sum()
    }

    /// The followers' quadratic form `sum_k x_k g_k`.
    fn follower_form(&self, values: &[f64]) -> f64 {
        (0..self.statistics)
            .map(|k| values[FIRST_COORDINATE + k] * values[FIRST_COORDINATE + self.statistics + k])
            .sum()
    }

    /// `sigma J0` at values of the forms.
    pub(super) fn leader(&self, values: &[f64]) -> f64 {
        let (constant, coefficients) = &self.leader_affine;
        let affine: f64 =
            coefficients.iter().zip(&values[FIRST_COORDINATE..]).map(|(c, x)| c * x).sum();
        let squares: f64 = (0..self.squares.len())
            .map(|i| self.squares[i].leader * self.root(i, values).powi(2))
            .sum();
        self.sigma * values[LEADER] + constant + affine + squares
    }

    /// What the population with these values earns.
    pub(super) fn earned(&self, values: &[f64]) -> f64 {
        values[REWARD] + self.follower_form(values)
    }

    /// What a deviation with values `deviation` earns against the population with values `values`.
    pub(super) fn deviation(&self, deviation: &[f64], values: &[f64]) -> f64 {
        let k = self.statistics;
        let slopes = &deviation[FIRST_COORDINATE + k..FIRST_COORDINATE + 2 * k];
        deviation[REWARD]
            + slopes
                .iter()
                .zip(&values[FIRST_COORDINATE..])
                .map(|(slope, x)| slope * x)
                .sum::<f64>()
    }

    /// The best response to the population with these values, and the population's exploitability.
    pub(super) fn best_response(&self, values: &[f64]) -> (f64, Choice) {
        let mut factors = vec![0.0; self.game.forms()];
        factors[REWARD] = -1.0;
        for k in 0..self.statistics {
            factors[FIRST_COORDINATE + self.statistics + k] = -values[FIRST_COORDINATE + k];
        }
        let (least, choice) = self.game.least(&factors);
        (-least - self.earned(values), choice)
    }

    /// Coefficients of the quadratic part of the followers' side in row form: `r0'd + affine` per
    /// form, for a deviation row.
    pub(super) fn follower_row(&self) -> (f64, Vec<f64>) {
        let mut row = vec![0.0; self.game.forms()];
        row[REWARD] = 1.0;
        for (j, coefficient) in self.follower_affine.1.iter().enumerate() {
            row[FIRST_COORDINATE + j] += coefficient;
        }
        (self.follower_affine.0, row)
    }

    /// `sigma J0` without its squares: a constant and a coefficient per form.
    pub(super) fn leader_row(&self) -> (f64, Vec<f64>) {
        let mut row = vec![0.0; self.game.forms()];
        row[LEADER] = self.sigma;
        for (j, coefficient) in self.leader_affine.1.iter().enumerate() {
            row[FIRST_COORDINATE + j] += coefficient;
        }
        (self.leader_affine.0, row)
    }

    /// Total weight of the deviations.
    pub(super) fn total(multipliers: &Multipliers) -> f64 {
        multipliers.deviations.iter().map(|(_, alpha)| alpha).sum()
    }

    /// What is subtracted from a bound for the part of the forms that the squares leave over in
    /// binary64.
    pub(super) fn rest(&self, m: &Multipliers) -> f64 {
        m.objective * self.leader_rest + Self::total(m) * self.follower_rest
    }

    /// Weight of a square in what the multipliers bound: convex when positive.
    pub(super) fn curvature(&self, square: usize, objective: f64, total: f64) -> f64 {
        objective * self.squares[square].leader - total * self.squares[square].follower
    }

    /// What the multipliers prove on the box, and the policy that is least under them.
    pub(super) fn bound(
        &self,
        policies: &[PolicyApprox],
        m: &Multipliers,
        cell: &Cell,
        goal: Goal,
    ) -> (f64, Choice) {
        let (leader_constant, leader_row) = self.leader_row();
        let (follower_constant, follower_row) = self.follower_row();
        let total = Self::total(m);
        let mut constant =
            m.objective * leader_constant - total * (follower_constant + self.epsilon);
        constant -= self.rest(m);
        let mut factors: Vec<f64> = leader_row
            .iter()
            .zip(&follower_row)
            .map(|(l, f)| m.objective * l - total * f)
            .collect();
        let k = self.statistics;
        for (policy, alpha) in &m.deviations {
            let values = &policies[*policy].values;
            constant += alpha * values[REWARD];
            for j in 0..k {
                factors[FIRST_COORDINATE + j] += alpha * values[FIRST_COORDINATE + k + j];
            }
        }
        for (i, square) in self.squares.iter().enumerate() {
            let curvature = self.curvature(i, m.objective, total);
            let (mut slope, mut own) = if curvature > 0.0 {
                let point = m.tangents[i];
                (2.0 * curvature * point, -curvature * point * point)
            } else if curvature < 0.0 && cell.lines[i].1.is_finite() {
                (curvature * cell.lines[i].0, curvature * cell.lines[i].1)
            } else {
                (0.0, 0.0)
            };
            let kappa = m.ranges[i];
            slope -= kappa;
            let (low, high) = cell.region[i];
            let end = if kappa > 0.0 { low } else { high };
            if end.is_finite() {
                own += kappa * end;
            }
            if let Goal::Range { square, sign, .. } = goal
                && square == i
            {
                slope += sign;
            }
            constant += own;
            for (j, coefficient) in square.coefficients.iter().enumerate() {
                factors[FIRST_COORDINATE + j] += slope * coefficient;
            }
        }
        if let Goal::Range { cutoff, .. } = goal {
            constant -= m.objective * cutoff;
        }
        let (least, choice) = self.game.least(&factors);
        (least + constant, choice)
    }
}
