//! The best of an objective over all populations, exactly, where it is a concave quadratic function
//! (as a cost: convex).
//!
//! With fixed transitions the flows are a polytope whose vertices backward induction finds. At the
//! optimum `X` every square of the objective may be replaced by its tangent at `X`; what is left is
//! linear, and its optimum over all flows is the same: a tree of one leaf (statement (T) of
//! docs/certificate.md) proves the value.

use super::quadratic_programme::{ActiveSet, Quadric, dot};
use crate::certificate::{Arithmetic, Combination, Part, Step, TreeStep};
use crate::equilibrium::{Proof, Proved};
use crate::exact::{Rational, ratio};
use crate::follower::{Dependence, Objective, affine_hull, best_response, occupation};
use crate::game::{Instance, LinearForm, Numbers, Policy, Quadratic, Variable};

/// Most policies that are mixed on the way.
const MOST_ROUNDS: usize = 400;

/// `min sigma J0` over all populations with its proof; `None` when the objective is not of this
/// kind, or `keep_going` answers no.
pub(super) fn exact_optimum(
    instance: &Instance,
    sigma: &Rational,
    keep_going: &dyn Fn() -> bool,
) -> Option<Proved> {
    let game = Quadratic::new(instance).ok()?;
    let problem = Problem::new(&game, sigma, keep_going)?;
    let squares = problem.quadric.squares()?;
    let first = problem.least(&game.combine(&[(sigma.clone(), &game.leader)]))?;
    let (cost, x) = problem.values(&first)?;
    let mut set = ActiveSet::new(cost, x, first);
    for _ in 0..MOST_ROUNDS {
        let (cost, x) = set.mixture();
        let gradient = problem.quadric.gradient(&x);
        let policy = problem.least(&problem.form(&gradient))?;
        let (own_cost, own_x) = problem.values(&policy)?;
        if &own_cost + dot(&gradient, &own_x) >= &cost + dot(&gradient, &x) {
            let value = cost + problem.quadric.value(&x);
            let parts = set
                .points
                .into_iter()
                .map(|point| Part { weight: point.weight, policy: point.origin })
                .collect();
            let witness = Step::PopulationWitness { value: sigma * &value, parts };
            let bound =
                Proof { steps: problem.leaf(sigma * &value, &squares, &x), value: value.clone() };
            return Some(Proved { bound, witness: Proof { value, steps: vec![witness] } });
        }
        set.add(&problem.quadric, own_cost, own_x, policy)?;
    }
    None
}

struct Problem<'a> {
    game: &'a Quadratic,
    sigma: Rational,
    dependences: Vec<Dependence>,
    /// Coordinates that no dependence solves, in which the quadratic part of `sigma J0` is written.
    free: Vec<usize>,
    quadric: Quadric,
    numbers: Numbers,
    keep_going: &'a dyn Fn() -> bool,
}

impl<'a> Problem<'a> {
    fn new(
        game: &'a Quadratic,
        sigma: &Rational,
        keep_going: &'a dyn Fn() -> bool,
    ) -> Option<Self> {
        let numbers = game.numbers(&game.combine(&[]));
        let dependences = affine_hull(game, &[], keep_going)?.dependences;
        let count = game.coordinates.len();
        let free: Vec<usize> = (0..count)
            .filter(|j| dependences.iter().all(|dependence| dependence.solved != *j))
            .collect();
        let quadric = reduced(&full(game, sigma)?, &dependences, &free);
        Some(Problem {
            game,
            sigma: sigma.clone(),
            dependences,
            free,
            quadric,
            numbers,
            keep_going,
        })
    }

    /// A policy with the least value of a form.
    fn least(&self, form: &LinearForm) -> Option<Policy> {
        let numbers = self.game.numbers(form);
        best_response(&numbers, &Objective::leader(Rational::NEG_ONE), None, self.keep_going)
            .ok()
            .map(|response| response.policy)
    }

    /// `sigma` times the linear part of the objective, and the free coordinates, under a policy.
    fn values(&self, policy: &Policy) -> Option<(Rational, Vec<Rational>)> {
        let masses = occupation(&self.numbers, policy, self.keep_going).ok()?;
        let x = self.free.iter().map(|&j| self.game.coordinates[j].value(&masses)).collect();
        Some((&self.sigma * self.game.leader.value(&masses), x))
    }

    /// The linear part of `sigma J0` and a combination of the free coordinates.
    fn form(&self, weights: &[Rational]) -> LinearForm {
        let coordinates =
            weights.iter().cloned().zip(self.free.iter().map(|&j| &self.game.coordinates[j]));
        let parts: Vec<(Rational, &LinearForm)> =
            std::iter::once((self.sigma.clone(), &self.game.leader)).chain(coordinates).collect();
        self.game.combine(&parts)
    }

    /// A tree of one leaf, with tangents at `x`.
    fn leaf(
        &self,
        value: Rational,
        squares: &[(Rational, Vec<Rational>)],
        x: &[Rational],
    ) -> Vec<Step> {
        let mut steps = vec![TreeStep::Open { value, arithmetic: Arithmetic::Exact }];
        // A coordinate whose form is zero occurs nowhere.
        let occurs = |d: &&Dependence| {
            !d.constant.is_zero() || d.coefficients.iter().filter(|c| !c.is_zero()).count() > 1
        };
        steps.extend(self.dependences.iter().filter(occurs).map(|dependence| {
            TreeStep::Dependence {
                constant: dependence.constant.clone(),
                coefficients: dependence.coefficients.clone(),
            }
        }));
        for (weight, form) in squares {
            let mut coefficients = vec![Rational::ZERO; self.game.coordinates.len()];
            self.free
                .iter()
                .zip(form)
                .for_each(|(&j, coefficient)| coefficients[j] = coefficient.clone());
            steps.push(TreeStep::Square {
                follower: Rational::ZERO,
                leader: &self.sigma * weight,
                coefficients,
            });
        }
        let tangents =
            squares.iter().enumerate().map(|(index, (_, form))| (index, dot(form, x))).collect();
        steps.push(TreeStep::Leaf(Combination {
            objective: Rational::ONE,
            tangents,
            ..Combination::default()
        }));
        steps.into_iter().map(Step::Tree).collect()
    }
}

/// `sigma` times the polynomial part of the objective, in all coordinates.
fn full(game: &Quadratic, sigma: &Rational) -> Option<Quadric> {
    let count = game.coordinates.len();
    let mut quadric = Quadric {
        constant: Rational::ZERO,
        linear: vec![Rational::ZERO; count],
        matrix: vec![vec![Rational::ZERO; count]; count],
    };
    for (monomial, coefficient) in game.leader_form.terms() {
        let coefficient = sigma * coefficient;
        match *monomial.factors() {
            [] => quadric.constant += coefficient,
            [(Variable::Aggregate(j), 1)] => quadric.linear[j as usize] += coefficient,
            [(Variable::Aggregate(j), 2)] => quadric.matrix[j as usize][j as usize] += coefficient,
            [(Variable::Aggregate(i), 1), (Variable::Aggregate(j), 1)] => {
                let half = coefficient * ratio(1, 2);
                quadric.matrix[i as usize][j as usize] += &half;
                quadric.matrix[j as usize][i as usize] += half;
            }
            _ => return None,
        }
    }
    Some(quadric)
}

/// The same function of the free coordinates `y`, with all coordinates `T y + offset`.
fn reduced(quadric: &Quadric, dependences: &[Dependence], free: &[usize]) -> Quadric {
    let count = quadric.linear.len();
    let mut offset = vec![Rational::ZERO; count];
    let mut columns = vec![vec![Rational::ZERO; count]; free.len()];
    columns.iter_mut().zip(free).for_each(|(column, &j)| column[j] = Rational::ONE);
    for dependence in dependences {
        offset[dependence.solved] = dependence.constant.clone();
        columns.iter_mut().zip(free).for_each(|(column, &j)| {
            column[dependence.solved] = -dependence.coefficients[j].clone()
        });
    }
    let slope = quadric.gradient(&offset);
    let images: Vec<Vec<Rational>> = columns
        .iter()
        .map(|column| quadric.matrix.iter().map(|row| dot(row, column)).collect())
        .collect();
    Quadric {
        constant: quadric.value(&offset),
        linear: columns.iter().map(|column| dot(&slope, column)).collect(),
        matrix: columns
            .iter()
            .map(|column| images.iter().map(|image| dot(column, image)).collect())
            .collect(),
    }
}
