//! Places and lengths of axes of arrays, as messages write them.

use std::fmt;

/// Index of the entry at `position` of a row-major array.
#[must_use]
pub(super) fn index_of(shape: &[usize], position: usize) -> Index {
    let mut rest = position;
    let mut index = vec![0; shape.len()];
    for (entry, &length) in index.iter_mut().zip(shape).rev() {
        *entry = rest % length.max(1);
        rest /= length.max(1);
    }
    Index(index)
}

/// A place in an array, written `[0][2][1]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index(pub Vec<usize>);

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|i| write!(f, "[{i}]"))
    }
}

/// Lengths of axes, written `(10, 3, 2)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape(pub Vec<usize>);

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<String> = self.0.iter().map(usize::to_string).collect();
        write!(f, "({})", lengths.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(index_of(&[2, 3, 4], 23), Index(vec![1, 2, 3]));
        assert_eq!(index_of(&[2, 3, 4], 5).to_string(), "[0][1][1]");
        assert_eq!(index_of(&[], 0), Index(Vec::new()));
        assert_eq!(Shape(vec![10, 3]).to_string(), "(10, 3)");
    }
}
