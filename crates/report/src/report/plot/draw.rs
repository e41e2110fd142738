//! Figures drawn with `plotters`.

use super::figure::{Figure, Stroke};
use plotters::prelude::*;

/// Width and height in pixels.
const SIZE: (u32, u32) = (800, 500);
/// Share of the range of values that stays free above and below the curves.
const MARGIN_APPROX: f64 = 0.05;
/// Colours of bands and curves, told apart also without colour vision (Okabe and Ito).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// Least and greatest coordinate.
type Range = (f64, f64);

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlotError {
    /// A figure without points has no axes.
    #[error("the figure has no point to draw")]
    Empty,
    /// Coordinates beyond what binary64 holds.
    #[error("the figure has a point that is not finite")]
    NotFinite,
    /// The drawing library.
    #[error("the picture could not be drawn: {0}")]
    Drawing(String),
}

impl Figure {
    /// The picture, a complete SVG document.
    ///
    /// # Errors
    /// [`PlotError`] when there is nothing to draw.
    pub fn svg(&self) -> Result<String, PlotError> {
        self.svg_of_size(SIZE)
    }

    /// The picture of this width and height in pixels, a complete SVG document.
    ///
    /// # Errors
    /// [`PlotError`] when there is nothing to draw.
    pub fn svg_of_size(&self, size: (u32, u32)) -> Result<String, PlotError> {
        let [x, y] = self.window()?;
        let mut text = String::new();
        {
            let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
            self.draw(&root, x, y).map_err(|error| PlotError::Drawing(error.to_string()))?;
            root.present().map_err(|error| PlotError::Drawing(error.to_string()))?;
        }
        text.push('\n');
        Ok(text)
    }

    /// Ranges of both axes.
    fn window(&self) -> Result<[Range; 2], PlotError> {
        let curves = self.curves.iter().flat_map(|curve| &curve.points_approx);
        let bands =
            self.bands.iter().flat_map(|band| band.lower_approx.iter().chain(&band.upper_approx));
        let points: Vec<(f64, f64)> = curves.chain(bands).copied().collect();
        if points.is_empty() {
            return Err(PlotError::Empty);
        }
        if points.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
            return Err(PlotError::NotFinite);
        }
        let range = |of: fn(&(f64, f64)) -> f64| {
            let values = || points.iter().map(of);
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
        };
        let (left, right) = range(|point| point.0);
        let (low, high) = range(|point| point.1);
        let free = |least: f64, most: f64, share: f64| {
            if most > least { share * (most - least) } else { 0.5 * least.abs().max(1.0) }
        };
        // Dots at the ends would be cut.
        let dots = self.curves.iter().any(|curve| curve.stroke == Stroke::Dots);
        let side = if right > left && !dots { 0.0 } else { free(left, right, MARGIN_APPROX) };
        let height = free(low, high, MARGIN_APPROX);
        Ok([(left - side, right + side), (low - height, high + height)])
    }

    /// The corner where the fewest points are, for the legend; the upper right one among equals.
    fn free_corner(&self, x: Range, y: Range) -> SeriesLabelPosition {
        let bands = self.bands.iter().flat_map(|band| [&band.lower_approx, &band.upper_approx]);
        let lines = self.curves.iter().map(|curve| &curve.points_approx).chain(bands);
        let mut points: Vec<(f64, f64)> = Vec::new();
        for line in lines {
            points.extend(line);
            for pair in line.windows(2) {
                let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
                let between = |step: u32| f64::from(step) / 16.0;
                points
                    .extend((1..16).map(between).map(|s| (x0 + s * (x1 - x0), y0 + s * (y1 - y0))));
            }
        }
        let share = |value: f64, range: Range| (value - range.0) / (range.1 - range.0);
        let corners = [
            (SeriesLabelPosition::UpperRight, true, true),
            (SeriesLabelPosition::UpperLeft, false, true),
            (SeriesLabelPosition::LowerRight, true, false),
            (SeriesLabelPosition::LowerLeft, false, false),
        ];
        let near = |right: bool, upper: bool| {
            let within = |&&(px, py): &&(f64, f64)| {
                let (across, up) = (share(px, x), share(py, y));
                let side = if right { across > 0.5 } else { across < 0.5 };
                side && if upper { up > 0.7 } else { up < 0.3 }
            };
            points.iter().filter(within).count()
        };
        let best = corners.into_iter().min_by_key(|&(_, right, upper)| near(right, upper));
        best.map_or(SeriesLabelPosition::UpperRight, |(position, ..)| position)
    }

    fn draw(
        &self,
        root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
        x: Range,
        y: Range,
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'_> as DrawingBackend>::ErrorType>> {
        root.fill(&WHITE)?;
        let mut builder = ChartBuilder::on(root);
        if !self.title.is_empty() {
            builder.caption(&self.title, ("sans-serif", 20));
        }
        let mut chart = builder
            .margin(12)
            .x_label_area_size(45)
            .y_label_area_size(75)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
        chart
            .configure_mesh()
            .x_desc(self.x_label.as_str())
            .y_desc(self.y_label.as_str())
            .light_line_style(TRANSPARENT)
            .draw()?;
        for (index, band) in self.bands.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            let outline: Vec<(f64, f64)> =
                band.lower_approx.iter().chain(band.upper_approx.iter().rev()).copied().collect();
            let drawn =
                chart.draw_series(std::iter::once(Polygon::new(outline, colour.mix(0.3))))?;
            if !band.label.is_empty() {
                drawn.label(band.label.as_str()).legend(move |(x, y)| {
                    Rectangle::new([(x, y - 5), (x + 18, y + 5)], colour.mix(0.3).filled())
                });
            }
            // A band without height is seen by its edges.
            for side in [&band.lower_approx, &band.upper_approx] {
                chart.draw_series(LineSeries::new(side.iter().copied(), colour.mix(0.6)))?;
            }
        }
        for (index, curve) in self.curves.iter().enumerate() {
            let colour = COLOURS[(index + self.bands.len()) % COLOURS.len()];
            let points = curve.points_approx.iter().copied();
            let drawn = match curve.stroke {
                Stroke::Solid => {
                    chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?
                }
                Stroke::Dashed => chart.draw_series(DashedLineSeries::new(
                    points,
                    8,
                    5,
                    colour.stroke_width(2),
                ))?,
                Stroke::Dots => {
                    chart.draw_series(points.map(|point| Circle::new(point, 3, colour.filled())))?
                }
            };
            if !curve.label.is_empty() {
                drawn.label(curve.label.as_str()).legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2))
                });
            }
        }
        let mut names =
            self.curves.iter().map(|c| &c.label).chain(self.bands.iter().map(|b| &b.label));
        if names.any(|name| !name.is_empty()) {
            chart
                .configure_series_labels()
                .position(self.free_corner(x, y))
                .background_style(WHITE.mix(0.8))
                .border_style(BLACK.mix(0.4))
                .draw()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plot::{Band, Curve};

    #[test]
    fn figures_without_finite_points_are_refused() {
        assert_eq!(Figure::default().svg(), Err(PlotError::Empty));
        let curve = Curve { points_approx: vec![(0.0, f64::NAN)], ..Curve::default() };
        assert_eq!(
            Figure { curves: vec![curve], ..Figure::default() }.svg(),
            Err(PlotError::NotFinite)
        );
    }

    #[test]
    fn curves_and_bands_appear_with_their_names_escaped() {
        let line = vec![(0.0, 1.0), (1.0, 0.5)];
        let curves = [Stroke::Solid, Stroke::Dashed, Stroke::Dots]
            .map(|stroke| Curve {
                label: format!("{stroke:?} <&>"),
                points_approx: line.clone(),
                stroke,
            })
            .to_vec();
        let bands = vec![Band {
            label: "proved".into(),
            lower_approx: line.clone(),
            upper_approx: vec![(0.0, 2.0), (1.0, 1.0)],
        }];
        let figure = Figure { title: "a < b".into(), curves, bands, ..Figure::default() };
        let svg = figure.svg().expect("a picture");
        assert!(
            svg.contains("a &lt; b")
                && svg.contains("Dots &lt;&amp;&gt;")
                && svg.contains("proved")
                && svg.contains("<polygon"),
            "{svg}"
        );
        assert_eq!(figure.svg().as_deref(), Ok(svg.as_str()), "the same figure is the same text");
    }

    #[test]
    fn a_single_point_has_axes() {
        let figure = Figure {
            curves: vec![Curve { points_approx: vec![(2.0, 3.0)], ..Curve::default() }],
            ..Figure::default()
        };
        assert!(figure.svg().is_ok());
    }
}
