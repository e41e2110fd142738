//! What shows that a polynomial on the decisions of a simplex is not negative: rows of the decision
//! set, where the simplex reaches beyond it, and squares.
//!
//! With `n` vertices `sum_{v<w} alpha_v alpha_w = S - 1/2 sum_v (alpha_v - 1/n)^2`,
//! `S = (n - 1)/(2 n)`. So a polynomial whose coefficients lie below those of the affine function
//! with the same values at the vertices by at most those of `C sum_{v<w} alpha_v alpha_w` is at
//! least this affine function less `C S`, and what is between is `C/2` times those squares.

use super::bernstein::{Basis, Form};
use crate::exact::{LinearConstraint, Natural, Polytope, Rational, Relation, ratio};
use crate::game::{Point, Space};
use smfg_kernel::{Combination, Name, Polynomial, Square, Variable};

/// Largest multiplier that is looked for.
const LARGEST_BITS: usize = 80;

/// A row of the decision set, at least 0, and its values at the vertices.
struct Side {
    name: Name,
    at: Vec<Rational>,
}

/// Multipliers of rows of the decision set and of the squares.
#[derive(Debug, Default)]
pub(super) struct Slack {
    rows: Vec<(Name, Rational)>,
    /// `C`.
    bend: Rational,
    vertices: usize,
}

impl Slack {
    /// Adds the rows and squares to a combination.
    pub(super) fn add_to(self, combination: &mut Combination) {
        let rows = self.rows.into_iter();
        combination.rows.extend(rows.map(|(name, value)| (name, Polynomial::constant(value))));
        if self.bend.is_zero() {
            return;
        }
        let weight = Polynomial::constant(&self.bend * ratio(1, 2));
        let mean = Polynomial::constant(ratio(-1, self.vertices as u64));
        for vertex in 0..self.vertices as u32 {
            let share = Polynomial::variable(Variable::Share(vertex));
            let root = share.plus(&mean, &Rational::ONE);
            combination.squares.push(Square { weight: weight.clone(), root, pair: None });
        }
    }
}

/// Shows that `form` is at least 0 on the decisions of a simplex; `None` when this does not.
pub(super) fn slack(
    basis: &Basis,
    space: &Space<'_>,
    points: &[Point],
    form: &Form,
) -> Option<Slack> {
    let vertices = points.len();
    let nothing = || Slack { vertices, ..Slack::default() };
    if form.at.iter().all(|value| *value >= Rational::ZERO) {
        return Some(nothing());
    }
    let form = basis.elevated(form, form.degree.max(1))?;
    let level = basis.level(form.degree)?;
    let corner = |vertex: usize| {
        let at = |powers: &Vec<u32>| powers[vertex] as usize == form.degree;
        level.powers.iter().position(at).map(|index| form.at[index].clone())
    };
    let corners: Vec<Rational> = (0..vertices).map(corner).collect::<Option<_>>()?;
    // What the product of two coordinates, summed, has for coefficients.
    let product = |powers: &[u32]| {
        let total: i64 = powers.iter().map(|&p| i64::from(p)).sum();
        let own: i64 = powers.iter().map(|&p| i64::from(p) * i64::from(p)).sum();
        ratio((total * total - own) / 2, (total * (total - 1)).max(1) as u64)
    };
    let mut bend = Rational::ZERO;
    for (powers, value) in level.powers.iter().zip(&form.at) {
        let share = product(powers);
        if !share.is_zero() {
            let below = affine_at(&corners, powers) - value;
            bend = bend.max(below / share);
        }
    }
    let lost = &bend * ratio(vertices as i64 - 1, 2 * vertices as u64);
    if corners.iter().all(|value| *value >= lost) {
        return Some(Slack { bend, ..nothing() });
    }
    let sides = sides(space, points);
    if sides.is_empty() {
        return None;
    }
    // Multipliers m of the rows and C of the squares: at least 0 for every coefficient.
    let least = ratio(vertices as i64 - 1, 2 * vertices as u64);
    let rows = level.powers.iter().zip(&form.at).map(|(powers, value)| {
        let own = sides.iter().map(|side| affine_at(&side.at, powers));
        let squares = if form.degree >= 2 { &least - product(powers) } else { Rational::ONE };
        LinearConstraint {
            coefficients: own.chain([squares]).collect(),
            relation: Relation::AtMost,
            right_side: value.clone(),
        }
    });
    let count = sides.len() + 1;
    let polytope = Polytope {
        lower: vec![Rational::ZERO; count],
        upper: vec![Rational::from(Natural::ONE << LARGEST_BITS); count],
        constraints: rows.collect(),
    };
    let (_, found) = polytope.least_value(&vec![Rational::ONE; count]).ok()?;
    let chosen = sides.iter().zip(&found).filter(|(_, value)| !value.is_zero());
    let bend = found[count - 1].clone();
    Some(Slack {
        rows: chosen.map(|(side, value)| (side.name, value.clone())).collect(),
        bend: if form.degree >= 2 { bend } else { Rational::ZERO },
        vertices,
    })
}

/// `sum_v I_v / D value_v`.
fn affine_at(values: &[Rational], powers: &[u32]) -> Rational {
    let total: u32 = powers.iter().sum();
    let sum = values.iter().zip(powers).fold(Rational::ZERO, |sum, (value, &power)| {
        if power == 0 { sum } else { sum + value * Rational::from(power) }
    });
    sum / Rational::from(total.max(1))
}

/// The rows of the decision set that do not hold at all vertices.
fn sides(space: &Space<'_>, points: &[Point]) -> Vec<Side> {
    let polytope = space.polytope();
    let mut sides = Vec::new();
    let mut push = |name: Name, at: Vec<Rational>| {
        if at.iter().any(|value| *value < Rational::ZERO) {
            sides.push(Side { name, at });
        }
    };
    for (j, (lower, upper)) in polytope.lower.iter().zip(&polytope.upper).enumerate() {
        let parameter = Variable::Parameter(j as u32);
        push(Name::Lower(parameter), points.iter().map(|point| &point[j] - lower).collect());
        push(Name::Upper(parameter), points.iter().map(|point| upper - &point[j]).collect());
    }
    for (k, constraint) in polytope.constraints.iter().enumerate() {
        let over = |point: &Point| {
            let left = constraint.coefficients.iter().zip(point);
            left.fold(-&constraint.right_side, |sum, (a, x)| sum + a * x)
        };
        let at: Vec<Rational> = points.iter().map(over).collect();
        match constraint.relation {
            Relation::AtMost => {
                push(Name::Constraint(k as u32), at.into_iter().map(|value| -value).collect());
            }
            Relation::AtLeast => push(Name::Constraint(k as u32), at),
            Relation::Equal => {}
        }
    }
    sides
}
