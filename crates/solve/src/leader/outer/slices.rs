//! Decisions with a grid, one value after another: a tree of boxes that ends where every parameter
//! with a grid has one value. What is left of a box then, a *slice*, is a decision, or a polytope
//! of the other parameters, which simplices cover.
//!
//! A box on which one bound or constraint fails everywhere has no decision and is left at once, so
//! that as a rule no more boxes are looked at than there are decisions times parameters.

use crate::certificate::CoverStep;
use crate::check::cover::MOST_DIMENSIONS;
use crate::exact::{Polytope, Rational, Relation, ratio, to_approx};
use crate::game::{Grid, Point, Space};

/// Most slices.
const MOST_SLICES: usize = 1 << 17;
/// Parameters up to which a grid with many values is covered by simplices.
const FEW_PARAMETERS: usize = 3;
/// Number of decisions up to which they are taken one by one also where there are few parameters.
const FEW_DECISIONS: usize = 64;

/// More than the roundings of a side in binary64, relative to its numbers.
const ROUNDING_APPROX: f64 = 1e-9;

/// A box of the tree.
#[derive(Debug)]
pub(super) enum Part {
    /// Divided at a value of the grid of a parameter; a side without values has no part.
    Split { parameter: usize, at: Rational, parts: [Option<usize>; 2] },
    /// It has no decision.
    Empty,
    /// One value of each parameter with a grid.
    Slice(Polytope),
}

/// The boxes; parts come after the whole, and the first is the box of all decisions.
#[derive(Debug)]
pub(super) struct Slices {
    pub(super) parts: Vec<Part>,
}

impl Slices {
    /// The slices of a decision set; `None` where simplices suit it better: without grids, or where
    /// there are few parameters and many decisions, or too many slices.
    pub(super) fn of(space: &Space<'_>) -> Option<Self> {
        let on_grid = |j: &usize| space.grids()[*j] != Grid::Continuous;
        let (discrete, continuous): (Vec<usize>, Vec<usize>) =
            space.free().iter().partition(|j| on_grid(j));
        // A parameter that others determine has its value on the grid by chance alone.
        let determined = (0..space.grids().len()).filter(|j| !space.free().contains(j));
        let fixed = |j: &usize| space.polytope().lower[*j] == space.polytope().upper[*j];
        if discrete.is_empty()
            || continuous.len() > MOST_DIMENSIONS
            || determined.filter(on_grid).any(|j| !fixed(&j))
        {
            return None;
        }
        let simplices_suit = continuous.is_empty() && discrete.len() <= FEW_PARAMETERS;
        let most = if simplices_suit { FEW_DECISIONS } else { MOST_SLICES };
        Self::within(space, &discrete, most)
    }

    /// At most `most` slices, by dividing boxes depth first.
    fn within(space: &Space<'_>, discrete: &[usize], most: usize) -> Option<Self> {
        let mut parts: Vec<Part> = vec![Part::Empty];
        let mut open = vec![(0, space.polytope().clone())];
        let (mut slices, most_parts) = (0, most.saturating_mul(4 * discrete.len()));
        let sides = SidesApprox::of(space);
        while let Some((position, ends)) = open.pop() {
            if sides.fail_on(&ends) {
                continue;
            }
            let Some((parameter, at, step)) = next_split(space, &ends, discrete) else {
                parts[position] = Part::Slice(ends);
                slices += 1;
                if slices > most {
                    return None;
                }
                continue;
            };
            let mut positions = [None; 2];
            for (place, side) in positions.iter_mut().zip(beside(ends, parameter, &at, &step)) {
                if let Some(side) = side {
                    *place = Some(parts.len());
                    open.push((parts.len(), side));
                    parts.push(Part::Empty);
                }
            }
            parts[position] = Part::Split { parameter, at, parts: positions };
            if parts.len() > most_parts {
                return None;
            }
        }
        Some(Slices { parts })
    }

    /// The boxes in the order in which certificates have them, by position.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.parts.len());
        let mut open = vec![0];
        while let Some(position) = open.pop() {
            order.push(position);
            if let Part::Split { parts, .. } = &self.parts[position] {
                open.extend(parts.iter().rev().flatten());
            }
        }
        order
    }

    /// The step of a certificate for a box that is no slice.
    pub(super) fn step(&self, position: usize) -> Option<CoverStep> {
        match &self.parts[position] {
            Part::Split { parameter, at, .. } => Some(CoverStep::Split(*parameter, at.clone())),
            Part::Empty => Some(CoverStep::Empty),
            Part::Slice(_) => None,
        }
    }

    /// The simplices that cover a slice; of a decision, itself. Other boxes have none.
    pub(super) fn simplices_of(&self, position: usize, space: &Space<'_>) -> Vec<Vec<Point>> {
        match &self.parts[position] {
            Part::Slice(ends) => Space::new(ends, space.grids()).simplices().collect(),
            _ => Vec::new(),
        }
    }

    /// The simplices that cover the slices, in the order of certificates.
    pub(super) fn simplices<'s>(
        &'s self,
        space: &'s Space<'_>,
    ) -> impl Iterator<Item = Vec<Point>> + 's {
        self.in_order().into_iter().flat_map(|position| self.simplices_of(position, space))
    }

    /// Some decision, if one is found at once.
    pub(super) fn some_decision(&self, space: &Space<'_>) -> Option<Point> {
        let nothing = vec![Rational::ZERO; space.grids().len()];
        let of_part = |part: &Part| match part {
            Part::Slice(ends) => ends.least_value(&nothing).ok().map(|(_, point)| point),
            _ => None,
        };
        self.parts.iter().filter_map(of_part).find(|point| space.admits(point))
    }
}

/// Whether there are too many free parameters for simplices: her decisions are searched for good
/// ones, and bounded as a whole.
pub(in crate::leader) fn is_wide(space: &Space<'_>) -> bool {
    space.dimension() > MOST_DIMENSIONS && Slices::of(space).is_none()
}

/// A parameter with a grid that has no single value in a box yet, a value of its grid and the step
/// to the next one: the last value below the box, where no value is its lower end, and otherwise
/// one in the middle. Ends of a box are those of the decision set, or values of the grid.
fn next_split(
    space: &Space<'_>,
    ends: &Polytope,
    discrete: &[usize],
) -> Option<(usize, Rational, Rational)> {
    let &j = discrete.iter().find(|&&j| ends.lower[j] != ends.upper[j])?;
    let (first, last, step) = space.values_of(j)?;
    let (lower, upper) = (&ends.lower[j], &ends.upper[j]);
    if *lower < first {
        return Some((j, first - &step, step));
    }
    let last = last.min(upper.clone());
    let half = Rational::from(((last - lower) / &step * ratio(1, 2)).ceil()) - Rational::ONE;
    Some((j, lower + &step * half.max(Rational::ZERO), step))
}

/// The boxes on both sides of a value of a grid, where there is something.
fn beside(
    ends: Polytope,
    parameter: usize,
    at: &Rational,
    step: &Rational,
) -> [Option<Polytope>; 2] {
    let (mut below, mut above) = (ends.clone(), ends);
    below.upper[parameter] = at.min(&below.upper[parameter]).clone();
    above.lower[parameter] = (at + step).max(above.lower[parameter].clone());
    [below, above].map(|part| (part.lower[parameter] <= part.upper[parameter]).then_some(part))
}

/// Bounds of determined parameters and inequalities in binary64: what is left of each at a point of
/// the free parameters, a constant and a coefficient of each.
struct SidesApprox<'a> {
    free: &'a [usize],
    rows: Vec<(f64, Vec<f64>)>,
}

impl<'a> SidesApprox<'a> {
    fn of(space: &'a Space<'_>) -> Self {
        let polytope = space.polytope();
        let affine: Vec<(f64, Vec<f64>)> = space
            .affine()
            .iter()
            .map(|(constant, row)| (to_approx(constant), row.iter().map(to_approx).collect()))
            .collect();
        let mut rows = Vec::new();
        let mut side = |row: &[(usize, f64)], sign: f64, end: &Rational| {
            let mut left = (-sign * to_approx(end), vec![0.0; space.dimension()]);
            for &(j, a) in row {
                left.0 += sign * a * affine[j].0;
                left.1
                    .iter_mut()
                    .zip(&affine[j].1)
                    .for_each(|(sum, slope)| *sum += sign * a * slope);
            }
            rows.push(left);
        };
        for j in (0..polytope.dimension()).filter(|j| !space.free().contains(j)) {
            side(&[(j, 1.0)], 1.0, &polytope.lower[j]);
            side(&[(j, 1.0)], -1.0, &polytope.upper[j]);
        }
        for constraint in &polytope.constraints {
            let row: Vec<(usize, f64)> =
                constraint.coefficients.iter().map(to_approx).enumerate().collect();
            match constraint.relation {
                Relation::AtLeast => side(&row, 1.0, &constraint.right_side),
                Relation::AtMost => side(&row, -1.0, &constraint.right_side),
                Relation::Equal => {}
            }
        }
        SidesApprox { free: space.free(), rows }
    }

    /// Whether some side surely fails on all of a box.
    fn fail_on(&self, ends: &Polytope) -> bool {
        let ends: Vec<(f64, f64)> = self
            .free
            .iter()
            .map(|&j| (to_approx(&ends.lower[j]), to_approx(&ends.upper[j])))
            .collect();
        self.rows.iter().any(|(constant, coefficients)| {
            let most = |(a, (low, high)): (&f64, &(f64, f64))| (a * low).max(a * high);
            let greatest: f64 = coefficients.iter().zip(&ends).map(most).sum();
            let size: f64 = coefficients.iter().map(|a| a.abs()).sum::<f64>() + constant.abs();
            constant + greatest < -ROUNDING_APPROX * size
        })
    }
}
