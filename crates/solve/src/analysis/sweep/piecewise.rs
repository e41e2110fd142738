//! Continuous piecewise linear functions on one interval, exactly, with an owner per piece.

use crate::exact::Rational;

/// A continuous piecewise linear function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PiecewiseLinear {
    /// `(epsilon, value)`, increasing in epsilon, at least two; linear in between.
    pub(super) points: Vec<(Rational, Rational)>,
    /// Whose value it is on each piece, one fewer than points.
    pub(super) owners: Vec<usize>,
}

impl PiecewiseLinear {
    /// The function through `points`, all of it of one owner.
    pub(super) fn of(points: Vec<(Rational, Rational)>, owner: usize) -> Self {
        let owners = vec![owner; points.len().saturating_sub(1)];
        PiecewiseLinear { points, owners }
    }

    /// Its negative.
    pub(super) fn negated(mut self) -> Self {
        self.points.iter_mut().for_each(|(_, value)| *value = -std::mem::take(value));
        self
    }

    /// The larger of both at every epsilon; the first owner where they are equal. Both have the
    /// same first and last epsilon.
    pub(super) fn max(&self, other: &Self) -> Self {
        let mut result = Builder::default();
        let (mut i, mut j) = (0, 0);
        let mut left = self.points[0].0.clone();
        while i + 1 < self.points.len() && j + 1 < other.points.len() {
            let (own_end, other_end) = (&self.points[i + 1].0, &other.points[j + 1].0);
            let right = own_end.min(other_end).clone();
            let own = (self.piece_at(i, &left), self.piece_at(i, &right));
            let foreign = (other.piece_at(j, &left), other.piece_at(j, &right));
            result.larger((&left, &right), (own, self.owners[i]), (foreign, other.owners[j]));
            i += usize::from(*own_end == right);
            j += usize::from(*other_end == right);
            left = right;
        }
        result.function
    }

    /// The largest of several; `None` of none.
    pub(super) fn max_of(mut functions: Vec<Self>) -> Option<Self> {
        // Pairs, then pairs of pairs: every point is copied a logarithmic number of times.
        while functions.len() > 1 {
            functions = functions
                .chunks(2)
                .map(|pair| {
                    pair.get(1).map_or_else(|| pair[0].clone(), |second| pair[0].max(second))
                })
                .collect();
        }
        functions.pop()
    }

    /// The value on piece `index`, extended to any epsilon.
    fn piece_at(&self, index: usize, epsilon: &Rational) -> Rational {
        on_line(&self.points[index], &self.points[index + 1], epsilon)
    }

    /// The value at an epsilon of the interval.
    pub(super) fn at(&self, epsilon: &Rational) -> Rational {
        let index = self
            .points
            .partition_point(|(point, _)| point <= epsilon)
            .clamp(1, self.points.len() - 1)
            - 1;
        self.piece_at(index, epsilon)
    }

    /// The same function without points at which neither slope nor owner changes.
    pub(super) fn simplified(self) -> Self {
        let mut result = Builder::default();
        for (pair, owner) in self.points.windows(2).zip(&self.owners) {
            result.push(&pair[0], &pair[1], *owner);
        }
        result.function
    }
}

/// The line through two points, at `epsilon`.
pub(super) fn on_line(
    from: &(Rational, Rational),
    to: &(Rational, Rational),
    epsilon: &Rational,
) -> Rational {
    if *epsilon == from.0 {
        return from.1.clone();
    }
    if *epsilon == to.0 {
        return to.1.clone();
    }
    &from.1 + (&to.1 - &from.1) * (epsilon - &from.0) / (&to.0 - &from.0)
}

/// Grows a function piece by piece, joining pieces of one line and owner.
#[derive(Default)]
struct Builder {
    function: PiecewiseLinear,
}

/// Values at both ends of a piece, and whose they are.
type Owned = ((Rational, Rational), usize);

impl Builder {
    /// Adds the larger of two pieces over the same ends.
    fn larger(
        &mut self,
        (left, right): (&Rational, &Rational),
        (own, owner): Owned,
        (foreign, other): Owned,
    ) {
        let (at_left, at_right) = (&own.0 - &foreign.0, &own.1 - &foreign.1);
        let zero = Rational::ZERO;
        let (first, second) = ((own.0, own.1), (foreign.0, foreign.1));
        let point = |epsilon: &Rational, value: Rational| (epsilon.clone(), value);
        if at_left >= zero && at_right >= zero {
            self.push(&point(left, first.0), &point(right, first.1), owner);
        } else if at_left <= zero && at_right <= zero {
            self.push(&point(left, second.0), &point(right, second.1), other);
        } else {
            let share = &at_left / (&at_left - &at_right);
            let middle =
                (left + (right - left) * &share, &first.0 + (&first.1 - &first.0) * &share);
            let (start, end, before, after) = if at_left > zero {
                (first.0, second.1, owner, other)
            } else {
                (second.0, first.1, other, owner)
            };
            self.push(&point(left, start), &middle, before);
            self.push(&middle, &point(right, end), after);
        }
    }

    fn push(&mut self, from: &(Rational, Rational), to: &(Rational, Rational), owner: usize) {
        let PiecewiseLinear { points, owners } = &mut self.function;
        if let ([.., before, last], Some(known)) = (points.as_slice(), owners.last())
            && *known == owner
            && last == from
            && on_line(before, to, &last.0) == last.1
        {
            let end = points.len() - 1;
            points[end] = to.clone();
            return;
        }
        if points.is_empty() {
            points.push(from.clone());
        }
        points.push(to.clone());
        owners.push(owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    fn function(points: &[(i64, i64)], owner: usize) -> PiecewiseLinear {
        PiecewiseLinear::of(
            points.iter().map(|&(x, y)| (ratio(x, 1), ratio(y, 1))).collect(),
            owner,
        )
    }

    #[test]
    fn the_larger_of_two_has_their_crossings() {
        let (falling, rising) =
            (function(&[(0, 4), (2, 0), (4, 0)], 0), function(&[(0, 0), (4, 4)], 1));
        let larger = falling.max(&rising);
        let crossing = ratio(4, 3);
        assert_eq!(
            larger.points,
            [(ratio(0, 1), ratio(4, 1)), (crossing.clone(), crossing), (ratio(4, 1), ratio(4, 1))]
        );
        assert_eq!(larger.owners, [0, 1]);
        assert_eq!(larger.at(&ratio(3, 1)), ratio(3, 1));
    }

    #[test]
    fn equal_functions_belong_to_the_first() {
        let (one, two) = (function(&[(0, 1), (1, 1), (2, 1)], 3), function(&[(0, 1), (2, 1)], 5));
        let larger = PiecewiseLinear::max_of(vec![one, two]).expect("two functions").simplified();
        assert_eq!((larger.points.len(), larger.owners), (2, vec![3]));
    }
}
