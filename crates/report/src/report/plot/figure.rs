//! What a picture shows.

use crate::exact::{Rational, to_approx};

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stroke {
    /// A line through the points.
    #[default]
    Solid,
    /// A dashed line through the points.
    Dashed,
    /// The points alone.
    Dots,
}

/// A named curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// Its name in the legend.
    pub label: String,
    /// Its points, from left to right.
    pub points_approx: Vec<(f64, f64)>,
    /// How it is drawn.
    pub stroke: Stroke,
}

/// The area between two curves, such as between proved bounds of a function.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Band {
    /// Its name in the legend.
    pub label: String,
    /// The lower curve, from left to right.
    pub lower_approx: Vec<(f64, f64)>,
    /// The upper curve, from left to right.
    pub upper_approx: Vec<(f64, f64)>,
}

/// Curves and bands over one pair of axes.
///
/// ```
/// use smfg_report::report::plot::{Curve, Figure};
/// let curve = Curve { label: "value".into(), points_approx: vec![(0.0, 1.0), (0.5, 0.25)], ..Curve::default() };
/// let figure = Figure { title: "moral hazard".into(), x_label: "epsilon".into(), y_label: "value".into(), curves: vec![curve], bands: Vec::new() };
/// let picture = figure.svg().expect("finite points");
/// assert!(picture.starts_with("<svg") && picture.contains("moral hazard"));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figure {
    /// Above the picture.
    pub title: String,
    /// Below the horizontal axis.
    pub x_label: String,
    /// Beside the vertical axis.
    pub y_label: String,
    /// Drawn first.
    pub bands: Vec<Band>,
    /// Drawn over the bands.
    pub curves: Vec<Curve>,
}

/// The corners of a function that keeps each value up to the next abscissa; `last` is where the
/// last step ends.
#[must_use]
pub fn staircase_approx(steps: &[(Rational, Rational)], last: &Rational) -> Vec<(f64, f64)> {
    let ends = steps.iter().skip(1).map(|(from, _)| from).chain(std::iter::once(last));
    steps
        .iter()
        .zip(ends)
        .flat_map(|((from, value), to)| {
            [(to_approx(from), to_approx(value)), (to_approx(to), to_approx(value))]
        })
        .collect()
}
