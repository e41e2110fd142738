//! The leader's decision set as a region of few coordinates, covered by simplices.
//!
//! Equations among the parameters leave some of them *free*; the others are affine functions of
//! these. The box of the free parameters holds every decision and falls into one simplex per order
//! of its coordinates (H. Freudenthal, *Simplizialzerlegungen von beschränkter Flachheit*, Annals
//! of Mathematics 43, 1942): a point whose coordinates, relative to the box, come in that order is
//! in it.

use super::model::{DecisionSet, Grid, Leader};
use crate::exact::{LinearConstraint, Polytope, Rational, Relation};

/// A decision, or any other point in the coordinates of decisions: a value per parameter.
pub type Point = Vec<Rational>;

/// The decision set of a leader with a polytope, in its free parameters.
#[derive(Debug, Clone)]
pub struct Space<'a> {
    polytope: &'a Polytope,
    grids: &'a [Grid],
    /// Parameters that determine the others.
    free: Vec<usize>,
    /// Per parameter its constant and its coefficient of each free parameter.
    affine: Vec<(Rational, Vec<Rational>)>,
}

impl Leader {
    /// Her decision set in its free parameters; `None` for a finite list.
    #[must_use]
    pub fn space(&self) -> Option<Space<'_>> {
        match &self.decisions {
            DecisionSet::Finite(_) => None,
            DecisionSet::Polyhedral { polytope, grids } => Some(Space::new(polytope, grids)),
        }
    }
}

impl<'a> Space<'a> {
    /// The decisions of `polytope` whose parameters lie on their grids.
    #[must_use]
    pub fn new(polytope: &'a Polytope, grids: &'a [Grid]) -> Self {
        let count = polytope.dimension();
        // Rows `coefficients | right side` of the equations, to be reduced so that each determines
        // its last parameter.
        let mut rows: Vec<Vec<Rational>> = Vec::new();
        let fixed = (0..count).filter(|&j| polytope.lower[j] == polytope.upper[j]).map(|j| {
            let mut row = vec![Rational::ZERO; count + 1];
            row[j] = Rational::ONE;
            row[count] = polytope.lower[j].clone();
            row
        });
        rows.extend(fixed);
        rows.extend(polytope.constraints.iter().filter(|c| c.relation == Relation::Equal).map(
            |c| {
                let mut row = c.coefficients.clone();
                row.resize(count, Rational::ZERO);
                row.push(c.right_side.clone());
                row
            },
        ));
        let mut pivots: Vec<(usize, Vec<Rational>)> = Vec::new();
        for mut row in rows {
            for (pivot, known) in &pivots {
                subtract(&mut row, known, *pivot);
            }
            let Some(pivot) = (0..count).rev().find(|&j| !row[j].is_zero()) else { continue };
            let lead = row[pivot].clone();
            row.iter_mut().for_each(|entry| *entry = &*entry / &lead);
            for (_, known) in &mut pivots {
                subtract(known, &row, pivot);
            }
            pivots.push((pivot, row));
        }
        let free: Vec<usize> =
            (0..count).filter(|j| !pivots.iter().any(|(pivot, _)| pivot == j)).collect();
        let affine = (0..count)
            .map(|j| match pivots.iter().find(|(pivot, _)| *pivot == j) {
                Some((_, row)) => {
                    (row[count].clone(), free.iter().map(|&k| -row[k].clone()).collect())
                }
                None => (
                    Rational::ZERO,
                    free.iter()
                        .map(|&k| if k == j { Rational::ONE } else { Rational::ZERO })
                        .collect(),
                ),
            })
            .collect();
        Space { polytope, grids, free, affine }
    }

    /// Number of free parameters.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.free.len()
    }

    /// The parameters that determine the others.
    #[must_use]
    pub fn free(&self) -> &[usize] {
        &self.free
    }

    /// Per parameter its constant and its coefficient of each free parameter.
    #[must_use]
    pub fn affine(&self) -> &[(Rational, Vec<Rational>)] {
        &self.affine
    }

    /// The decision set.
    #[must_use]
    pub fn polytope(&self) -> &'a Polytope {
        self.polytope
    }

    /// The point with these values of the free parameters.
    #[must_use]
    pub fn point(&self, free: &[Rational]) -> Point {
        let value = |(constant, row): &(Rational, Vec<Rational>)| {
            row.iter()
                .zip(free)
                .filter(|(a, _)| !a.is_zero())
                .fold(constant.clone(), |sum, (a, x)| sum + a * x)
        };
        self.affine.iter().map(value).collect()
    }

    /// The corners of the box of the free parameters, `2^dimension` of them, or as many as can be
    /// counted.
    pub fn corners(&self) -> impl Iterator<Item = Point> + '_ {
        let corner = |bits: usize| {
            let upper = |k: usize| bits.checked_shr(k as u32).is_some_and(|bits| bits & 1 == 1);
            let side = |(k, &j): (usize, &usize)| match upper(k) {
                true => &self.polytope.upper[j],
                false => &self.polytope.lower[j],
            };
            self.point(&self.free.iter().enumerate().map(side).cloned().collect::<Vec<_>>())
        };
        (0..1usize.checked_shl(self.dimension() as u32).unwrap_or(usize::MAX)).map(corner)
    }

    /// The simplices that cover the decisions, `dimension!` of them, in the lexicographic order of
    /// their coordinate orders.
    pub fn simplices(&self) -> impl Iterator<Item = Vec<Point>> + '_ {
        let mut order: Option<Vec<usize>> = Some((0..self.dimension()).collect());
        std::iter::from_fn(move || {
            let current = order.take()?;
            let mut free: Vec<Rational> =
                self.free.iter().map(|&j| self.polytope.lower[j].clone()).collect();
            let mut simplex = vec![self.point(&free)];
            for &k in &current {
                free[k] = self.polytope.upper[self.free[k]].clone();
                simplex.push(self.point(&free));
            }
            order = next_order(current);
            Some(simplex)
        })
    }

    /// The boxes on both sides of a value on the grid of a free parameter, up to it and from the
    /// next value on, where there is something on that side; `None` when the parameter has no grid
    /// or the value is not on it.
    #[must_use]
    pub fn beside(&self, parameter: usize, at: &Rational) -> Option<[Option<Polytope>; 2]> {
        let (origin, step) = self.grid_of(parameter)?;
        if !((at - origin) / &step).is_int() || !self.free.contains(&parameter) {
            return None;
        }
        let (mut below, mut above) = (self.polytope.clone(), self.polytope.clone());
        below.upper[parameter] = at.min(&below.upper[parameter]).clone();
        let next = at + step;
        above.lower[parameter] = next.max(above.lower[parameter].clone());
        let box_of =
            |part: Polytope| (part.lower[parameter] <= part.upper[parameter]).then_some(part);
        Some([box_of(below), box_of(above)])
    }

    /// A value of the grid of a parameter and the distance to the next one.
    fn grid_of(&self, parameter: usize) -> Option<(Rational, Rational)> {
        match self.grids.get(parameter)? {
            Grid::Continuous => None,
            Grid::Integer => Some((Rational::ZERO, Rational::ONE)),
            Grid::Step(step) => Some((self.polytope.lower[parameter].clone(), step.clone())),
        }
    }

    /// The first value on the grid of a parameter within its bounds, the last one, which is smaller
    /// where there are none, and the step between two; `None` when it has no grid.
    #[must_use]
    pub fn values_of(&self, parameter: usize) -> Option<(Rational, Rational, Rational)> {
        let (origin, step) = self.grid_of(parameter)?;
        let first = ((&self.polytope.lower[parameter] - &origin) / &step).ceil();
        let last = ((&self.polytope.upper[parameter] - &origin) / &step).floor();
        let value = |k| &origin + &step * Rational::from(k);
        Some((value(first), value(last), step.clone()))
    }

    /// A bound or an inequality of this decision set that no point of a box of the free parameters
    /// satisfies, of which `ends` gives the lower and the upper ends.
    #[must_use]
    pub fn broken_on(&self, ends: &Polytope) -> Option<Side> {
        let mut sides = (0..self.polytope.dimension())
            .flat_map(|j| [Side::Lower(j), Side::Upper(j)])
            .chain((0..self.polytope.constraints.len()).map(Side::Constraint));
        let broken = |side: &Side| {
            self.slack_of(*side).is_some_and(|(constant, coefficients)| {
                let most = |(k, a): (&usize, &Rational)| {
                    a * if *a > Rational::ZERO { &ends.upper[*k] } else { &ends.lower[*k] }
                };
                let greatest = self.free.iter().zip(&coefficients).map(most);
                greatest.fold(constant, |sum, term| sum + term) < Rational::ZERO
            })
        };
        sides.find(broken)
    }

    /// What a point has left of a side, which holds where this is at least 0: its constant and its
    /// coefficient of each free parameter. `None` for equations.
    fn slack_of(&self, side: Side) -> Option<(Rational, Vec<Rational>)> {
        let unit = |j: usize| {
            let mut row = vec![Rational::ZERO; self.polytope.dimension()];
            row[j] = Rational::ONE;
            row
        };
        let (row, sign, end) = match side {
            Side::Lower(j) => (unit(j), Rational::ONE, &self.polytope.lower[j]),
            Side::Upper(j) => (unit(j), Rational::NEG_ONE, &self.polytope.upper[j]),
            Side::Constraint(k) => {
                let LinearConstraint { coefficients, relation, right_side } =
                    &self.polytope.constraints[k];
                let sign = match relation {
                    Relation::AtLeast => Rational::ONE,
                    Relation::AtMost => Rational::NEG_ONE,
                    Relation::Equal => return None,
                };
                (coefficients.clone(), sign, right_side)
            }
        };
        let mut constant = -(&sign * end);
        let mut coefficients = vec![Rational::ZERO; self.free.len()];
        for (a, (own, slopes)) in row.iter().zip(&self.affine).filter(|(a, _)| !a.is_zero()) {
            constant += &sign * a * own;
            for (sum, slope) in coefficients.iter_mut().zip(slopes) {
                *sum += &sign * a * slope;
            }
        }
        Some((constant, coefficients))
    }

    /// The greatest value on the part of a simplex that lies in the polytope, of the affine
    /// function with these values at its vertices; `None` when no part does.
    #[must_use]
    pub fn greatest_on(&self, simplex: &[Point], values: &[Rational]) -> Option<Rational> {
        if simplex.iter().all(|point| self.polytope.contains(point)) {
            return values.iter().max().cloned();
        }
        // Over the barycentric coordinates `alpha`: a side binds only where some vertex lies beyond
        // it.
        let zero = || vec![Rational::ZERO; simplex.len()];
        let mut constraints = vec![LinearConstraint {
            coefficients: vec![Rational::ONE; simplex.len()],
            relation: Relation::Equal,
            right_side: Rational::ONE,
        }];
        let mut side = |coefficients: Vec<Rational>, relation: Relation, right_side: &Rational| {
            let broken = match relation {
                Relation::AtMost => coefficients.iter().any(|value| value > right_side),
                Relation::AtLeast => coefficients.iter().any(|value| value < right_side),
                Relation::Equal => coefficients.iter().any(|value| value != right_side),
            };
            if broken {
                constraints.push(LinearConstraint {
                    coefficients,
                    relation,
                    right_side: right_side.clone(),
                });
            }
        };
        for (j, (lower, upper)) in self.polytope.lower.iter().zip(&self.polytope.upper).enumerate()
        {
            let coordinate = || {
                simplex
                    .iter()
                    .map(|point| point.get(j).cloned().unwrap_or(Rational::ZERO))
                    .collect::<Vec<_>>()
            };
            side(coordinate(), Relation::AtLeast, lower);
            side(coordinate(), Relation::AtMost, upper);
        }
        for constraint in &self.polytope.constraints {
            let left = |point: &Point| {
                constraint
                    .coefficients
                    .iter()
                    .zip(point)
                    .fold(Rational::ZERO, |sum, (a, x)| sum + a * x)
            };
            side(simplex.iter().map(left).collect(), constraint.relation, &constraint.right_side);
        }
        let weights =
            Polytope { lower: zero(), upper: vec![Rational::ONE; simplex.len()], constraints };
        let negated: Vec<Rational> = values.iter().map(|value| -value.clone()).collect();
        weights.least_value(&negated).ok().map(|(least, _)| -least)
    }

    /// The decisions in the simplex with these vertices, in lexicographic order, where every free
    /// parameter is restricted to a grid and at most `most` grid points have to be looked at;
    /// `None` otherwise.
    #[must_use]
    pub fn decisions_in(&self, simplex: &[Point], most: usize) -> Option<Vec<Point>> {
        let mut ranges: Vec<Vec<Rational>> = Vec::new();
        let mut count = 1usize;
        for &j in &self.free {
            let values = || simplex.iter().filter_map(|point| point.get(j));
            let (least, greatest) = (values().min()?, values().max()?);
            let (origin, step) = self.grid_of(j)?;
            let first = ((least - &origin) / &step).ceil();
            let last = ((greatest - &origin) / &step).floor();
            if last < first {
                return Some(Vec::new());
            }
            let inside = usize::try_from(&last - &first).ok()?.checked_add(1)?;
            count = count.checked_mul(inside).filter(|&count| count <= most)?;
            let value =
                |k: usize| &origin + &step * (Rational::from(first.clone()) + Rational::from(k));
            ranges.push((0..inside).map(value).collect());
        }
        let inverse = Barycentre::new(self, simplex)?;
        let mut found = Vec::new();
        let mut position = vec![0usize; ranges.len()];
        for _ in 0..count {
            let free: Vec<Rational> =
                ranges.iter().zip(&position).map(|(range, &k)| range[k].clone()).collect();
            let point = self.point(&free);
            if inverse.holds(&free) && self.admits(&point) {
                found.push(point);
            }
            for (k, range) in position.iter_mut().zip(&ranges).rev() {
                *k += 1;
                if *k < range.len() {
                    break;
                }
                *k = 0;
            }
        }
        Some(found)
    }

    /// Whether a point satisfies bounds, grids and constraints.
    #[must_use]
    pub fn admits(&self, point: &[Rational]) -> bool {
        self.polytope.contains(point)
            && point.iter().zip(self.grids).zip(&self.polytope.lower).all(
                |((value, grid), lower)| match grid {
                    Grid::Continuous => true,
                    Grid::Integer => value.is_int(),
                    Grid::Step(step) => ((value - lower) / step).is_int(),
                },
            )
    }

    /// Restriction of each parameter.
    #[must_use]
    pub fn grids(&self) -> &'a [Grid] {
        self.grids
    }
}

/// A bound of a parameter, or one of the constraints of a decision set, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The lower bound of a parameter.
    Lower(usize),
    /// The upper bound of a parameter.
    Upper(usize),
    /// A constraint.
    Constraint(usize),
}

/// The inverse of the map from barycentric to free coordinates of a simplex.
struct Barycentre {
    origin: Vec<Rational>,
    /// Row `i` gives the weight of vertex `i + 1`.
    inverse: Vec<Vec<Rational>>,
}

impl Barycentre {
    /// `None` when the points are no simplex of full dimension.
    fn new(space: &Space<'_>, simplex: &[Point]) -> Option<Self> {
        let size = space.dimension();
        if simplex.len() != size + 1 {
            return None;
        }
        let free = |point: &Point| {
            space.free.iter().map(|&j| point.get(j).cloned()).collect::<Option<Vec<_>>>()
        };
        let origin = free(&simplex[0])?;
        let edges: Vec<Vec<Rational>> = simplex[1..].iter().map(free).collect::<Option<_>>()?;
        // Gauss-Jordan on `[edges as columns | identity]`.
        let mut rows: Vec<Vec<Rational>> = (0..size)
            .map(|k| {
                let unit = (0..size).map(|j| if j == k { Rational::ONE } else { Rational::ZERO });
                edges.iter().map(|edge| &edge[k] - &origin[k]).chain(unit).collect()
            })
            .collect();
        for column in 0..size {
            let pivot = (column..size).find(|&row| !rows[row][column].is_zero())?;
            rows.swap(column, pivot);
            let lead = rows[column][column].clone();
            rows[column].iter_mut().for_each(|entry| *entry = &*entry / &lead);
            let known = rows[column].clone();
            for (index, row) in rows.iter_mut().enumerate() {
                if index != column {
                    subtract(row, &known, column);
                }
            }
        }
        Some(Barycentre {
            origin,
            inverse: rows.into_iter().map(|row| row[size..].to_vec()).collect(),
        })
    }

    /// Whether the point with these free coordinates lies in the simplex.
    fn holds(&self, free: &[Rational]) -> bool {
        let mut rest = Rational::ONE;
        for row in &self.inverse {
            let weight = row
                .iter()
                .zip(free.iter().zip(&self.origin))
                .fold(Rational::ZERO, |sum, (a, (value, origin))| sum + a * (value - origin));
            if weight < Rational::ZERO {
                return false;
            }
            rest -= weight;
        }
        rest >= Rational::ZERO
    }
}

/// Clears entry `pivot` of `row` with `known`, whose entry there is 1.
fn subtract(row: &mut [Rational], known: &[Rational], pivot: usize) {
    if row[pivot].is_zero() {
        return;
    }
    let factor = row[pivot].clone();
    for (entry, value) in row.iter_mut().zip(known) {
        if !value.is_zero() {
            *entry -= &factor * value;
        }
    }
}

/// The next permutation in lexicographic order.
fn next_order(mut order: Vec<usize>) -> Option<Vec<usize>> {
    let descent = (1..order.len()).rev().find(|&k| order[k - 1] < order[k])?;
    let larger = (descent..order.len()).rev().find(|&k| order[k] > order[descent - 1])?;
    order.swap(descent - 1, larger);
    order[descent..].reverse();
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    fn leader(
        lower: &[i64],
        upper: &[i64],
        constraints: Vec<LinearConstraint>,
        grid: Grid,
    ) -> Leader {
        let whole = |values: &[i64]| values.iter().map(|&v| ratio(v, 1)).collect::<Vec<_>>();
        let count = lower.len();
        Leader {
            parameters: (0..count).map(|j| format!("u{j}")).collect(),
            decisions: DecisionSet::Polyhedral {
                polytope: Polytope { lower: whole(lower), upper: whole(upper), constraints },
                grids: vec![grid; count],
            },
        }
    }

    /// `p + q = 1` leaves one free parameter, and the other follows it.
    #[test]
    fn equations_leave_free_parameters() {
        let sum = LinearConstraint {
            coefficients: vec![ratio(1, 1), ratio(1, 1)],
            relation: Relation::Equal,
            right_side: ratio(1, 1),
        };
        let leader = leader(&[0, 0], &[1, 1], vec![sum], Grid::Continuous);
        let space = leader.space().expect("a polytope");
        assert_eq!(space.dimension(), 1);
        let all: Vec<_> = space.simplices().collect();
        assert_eq!(all, [vec![vec![ratio(0, 1), ratio(1, 1)], vec![ratio(1, 1), ratio(0, 1)]]]);
    }

    /// The simplices of a cube hold every grid point at least once, and every interior point of
    /// general position exactly once.
    #[test]
    fn simplices_cover_the_box() {
        let leader = leader(&[0, 0, 0], &[4, 4, 4], Vec::new(), Grid::Integer);
        let space = leader.space().expect("a polytope");
        let mut times = std::collections::BTreeMap::new();
        for simplex in space.simplices() {
            for point in space.decisions_in(&simplex, 1000).expect("few") {
                *times.entry(point).or_insert(0) += 1;
            }
        }
        assert_eq!(times.len(), 125);
        assert_eq!(times[&vec![ratio(1, 1), ratio(2, 1), ratio(3, 1)]], 1);
        assert_eq!(times[&vec![ratio(2, 1), ratio(2, 1), ratio(2, 1)]], 6);
        assert!(
            space.decisions_in(&space.corners().collect::<Vec<_>>(), 1000).is_none(),
            "eight corners are no simplex"
        );
    }

    /// The part of a triangle below a diagonal.
    #[test]
    fn values_on_a_part() {
        let below = LinearConstraint {
            coefficients: vec![ratio(1, 1), ratio(1, 1)],
            relation: Relation::AtMost,
            right_side: ratio(3, 2),
        };
        let leader = leader(&[0, 0], &[2, 2], vec![below], Grid::Continuous);
        let space = leader.space().expect("a polytope");
        let triangle = vec![
            vec![ratio(0, 1), ratio(0, 1)],
            vec![ratio(2, 1), ratio(0, 1)],
            vec![ratio(2, 1), ratio(2, 1)],
        ];
        let first = [ratio(0, 1), ratio(2, 1), ratio(2, 1)];
        assert_eq!(space.greatest_on(&triangle, &first), Some(ratio(3, 2)));
        let far = vec![
            vec![ratio(2, 1), ratio(0, 1)],
            vec![ratio(2, 1), ratio(1, 1)],
            vec![ratio(2, 1), ratio(2, 1)],
        ];
        assert_eq!(space.greatest_on(&far, &first), None);
    }
}
