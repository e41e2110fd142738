//! Cells, ellipses, and which of them lie in which.

use crate::exact::{Rational, format_rational, ratio};

/// A rectangle, its boundary included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Ends of the first statistic.
    pub x: (Rational, Rational),
    /// Ends of the second statistic.
    pub y: (Rational, Rational),
}

impl Cell {
    /// Its middle.
    #[must_use]
    pub fn centre(&self) -> (Rational, Rational) {
        (middle(&self.x), middle(&self.y))
    }

    /// Its width and height.
    #[must_use]
    pub fn size(&self) -> (Rational, Rational) {
        (&self.x.1 - &self.x.0, &self.y.1 - &self.y.0)
    }

    /// Width and height of its cells when each side is divided into `per_side`.
    #[must_use]
    pub fn part(&self, per_side: u32) -> (Rational, Rational) {
        let (width, height) = self.size();
        (width / Rational::from(per_side), height / Rational::from(per_side))
    }

    /// The four quarters, the lower ones first.
    #[must_use]
    pub fn quarters(&self) -> [Cell; 4] {
        let (x, y) = self.centre();
        let halves = |ends: &(Rational, Rational), middle: Rational| {
            [(ends.0.clone(), middle.clone()), (middle, ends.1.clone())]
        };
        let [left, right] = halves(&self.x, x);
        let [low, high] = halves(&self.y, y);
        [
            Cell { x: left.clone(), y: low.clone() },
            Cell { x: right.clone(), y: low },
            Cell { x: left, y: high.clone() },
            Cell { x: right, y: high },
        ]
    }

    /// The coefficients of the form that is 1 in the middle of each edge and 2 in the corners, 0 in
    /// the centre.
    #[must_use]
    pub fn scale(&self) -> (Rational, Rational) {
        scale(&self.size())
    }
}

/// The coefficients for a cell of this width and height.
pub(super) fn scale((width, height): &(Rational, Rational)) -> (Rational, Rational) {
    let inverse_square = |side: &Rational| ratio(4, 1) / (side * side);
    (inverse_square(width), inverse_square(height))
}

fn middle(ends: &(Rational, Rational)) -> Rational {
    (&ends.0 + &ends.1) / Rational::from(2)
}

/// What is known of the form `a (X - p)^2 + b (Y - q)^2` over the eps-equilibria: none has less
/// than `lower`, and one has at most `upper`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ellipse {
    /// `(p, q)`.
    pub centre: (Rational, Rational),
    /// `(a, b)`, both positive.
    pub scale: (Rational, Rational),
    /// Proved lower bound of the least value.
    pub lower: Rational,
    /// Proved upper bound of the least value.
    pub upper: Rational,
}

impl Ellipse {
    /// The form as an expression of the statistics `of`.
    #[must_use]
    pub fn expression(
        of: &[String; 2],
        centre: &(Rational, Rational),
        scale: &(Rational, Rational),
    ) -> String {
        let term = |of: &str, centre: &Rational, scale: &Rational| {
            format!("({}) * (({of}) - ({}))^2", format_rational(scale), format_rational(centre))
        };
        let (x, y) = (term(&of[0], &centre.0, &scale.0), term(&of[1], &centre.1, &scale.1));
        format!("{x} + {y}")
    }

    /// Whether no eps-equilibrium has its statistics in `cell`: the form is less than `lower` in
    /// every corner, and so in the whole cell, since it is convex.
    #[must_use]
    pub fn excludes(&self, cell: &Cell) -> bool {
        let greatest = |ends: &(Rational, Rational), centre: &Rational, scale: &Rational| {
            square(&ends.0, centre, scale).max(square(&ends.1, centre, scale))
        };
        greatest(&cell.x, &self.centre.0, &self.scale.0)
            + greatest(&cell.y, &self.centre.1, &self.scale.1)
            < self.lower
    }

    /// Whether some eps-equilibrium has its statistics in `cell`: the ellipse on which the form is
    /// `upper` lies in it.
    #[must_use]
    pub fn lies_in(&self, cell: &Cell) -> bool {
        let reaches = |ends: &(Rational, Rational), centre: &Rational, scale: &Rational| {
            let between = ends.0 <= *centre && *centre <= ends.1;
            between
                && square(&ends.0, centre, scale) >= self.upper
                && square(&ends.1, centre, scale) >= self.upper
        };
        reaches(&cell.x, &self.centre.0, &self.scale.0)
            && reaches(&cell.y, &self.centre.1, &self.scale.1)
    }
}

/// `scale (end - centre)^2`.
fn square(end: &Rational, centre: &Rational, scale: &Rational) -> Rational {
    let distance = end - centre;
    scale * &distance * &distance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(x: (i64, i64), y: (i64, i64)) -> Cell {
        let number = |n: i64| ratio(n, 1);
        Cell { x: (number(x.0), number(x.1)), y: (number(y.0), number(y.1)) }
    }

    /// The circle of radius 5 around (0, 0) is empty, that of radius 6 is not.
    fn ring() -> Ellipse {
        Ellipse {
            centre: (Rational::ZERO, Rational::ZERO),
            scale: (Rational::ONE, Rational::ONE),
            lower: ratio(25, 1),
            upper: ratio(36, 1),
        }
    }

    #[test]
    fn cells_with_every_corner_in_the_empty_circle_are_outside() {
        assert!(ring().excludes(&cell((-2, 3), (-3, 3))));
        // A corner on the circle itself, where an equilibrium may lie.
        assert!(!ring().excludes(&cell((0, 3), (0, 4))));
        assert!(!ring().excludes(&cell((-4, 0), (0, 4))));
    }

    #[test]
    fn cells_around_the_other_circle_are_inside() {
        assert!(ring().lies_in(&cell((-6, 6), (-6, 7))));
        assert!(!ring().lies_in(&cell((-6, 6), (-6, 5))));
        // The circle reaches over the left edge, although the centre is in the cell.
        assert!(!ring().lies_in(&cell((-1, 8), (-8, 8))));
        assert!(!ring().lies_in(&cell((7, 20), (-8, 8))));
    }

    #[test]
    fn quarters_and_scales() {
        let whole = cell((0, 4), (0, 2));
        let quarters = whole.quarters();
        assert_eq!(quarters[0], cell((0, 2), (0, 1)));
        assert_eq!(quarters[3], cell((2, 4), (1, 2)));
        assert_eq!(whole.part(2), quarters[1].size());
        // 1 in the middle of an edge, 2 in a corner.
        let scale = whole.scale();
        let form = Ellipse { centre: whole.centre(), scale, ..ring() };
        let edge = Ellipse { upper: Rational::ONE, ..form.clone() };
        assert!(
            edge.lies_in(&whole)
                && !Ellipse { upper: ratio(101, 100), ..form.clone() }.lies_in(&whole)
        );
        assert!(Ellipse { lower: ratio(201, 100), ..form.clone() }.excludes(&whole));
        assert!(!Ellipse { lower: ratio(2, 1), ..form }.excludes(&whole));
    }
}
