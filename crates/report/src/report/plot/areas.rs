//! Coloured rectangles over a window.

use super::PlotError;
use plotters::prelude::*;

/// Rectangles that mean the same.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Area {
    /// Their name in the legend.
    pub label: String,
    /// Red, green and blue.
    pub colour: (u8, u8, u8),
    /// Left, right, lower and upper end of each.
    pub rectangles_approx: Vec<[f64; 4]>,
}

/// Areas over one pair of axes.
///
/// ```
/// use smfg_report::report::plot::{Area, AreaPicture};
/// let area = Area { label: "proved".into(), colour: (0, 114, 178), rectangles_approx: vec![[0.0, 0.5, 0.0, 1.0]] };
/// let picture = AreaPicture { title: "half".into(), window_approx: [0.0, 1.0, 0.0, 1.0], areas: vec![area], ..AreaPicture::default() };
/// assert!(picture.svg((300, 300)).expect("finite").contains("proved"));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AreaPicture {
    /// Above the picture.
    pub title: String,
    /// Below the horizontal axis.
    pub x_label: String,
    /// Beside the vertical axis.
    pub y_label: String,
    /// Left, right, lower and upper end of what is shown.
    pub window_approx: [f64; 4],
    /// What is shown.
    pub areas: Vec<Area>,
}

impl AreaPicture {
    /// The picture, a complete SVG document of this width and height in pixels.
    ///
    /// # Errors
    /// [`PlotError`] for numbers that are not finite, or a window without inner points.
    pub fn svg(&self, size: (u32, u32)) -> Result<String, PlotError> {
        let [left, right, low, high] = self.window_approx;
        let ends = self.areas.iter().flat_map(|area| area.rectangles_approx.iter().flatten());
        if self.window_approx.iter().chain(ends).any(|end| !end.is_finite()) {
            return Err(PlotError::NotFinite);
        }
        if left >= right || low >= high {
            return Err(PlotError::Empty);
        }
        let mut text = String::new();
        {
            let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
            let failed = |error: &dyn std::fmt::Display| PlotError::Drawing(error.to_string());
            self.draw(&root).map_err(|error| failed(&error))?;
            root.present().map_err(|error| failed(&error))?;
        }
        // Without it, seams show between neighbours.
        let text = text.replacen("<svg ", "<svg shape-rendering=\"crispEdges\" ", 1);
        Ok(text + "\n")
    }

    fn draw(
        &self,
        root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'_> as DrawingBackend>::ErrorType>> {
        let [left, right, low, high] = self.window_approx;
        root.fill(&WHITE)?;
        let (width, height) = root.dim_in_pixel();
        // The names of the areas stand below the axes, where they hide nothing.
        let (upper, legend) = root.split_vertically(height.saturating_sub(30));
        let mut chart = ChartBuilder::on(&upper)
            .caption(&self.title, ("sans-serif", 18))
            .margin(8)
            .x_label_area_size(42)
            .y_label_area_size(62)
            .build_cartesian_2d(left..right, low..high)?;
        for area in &self.areas {
            let (red, green, blue) = area.colour;
            let colour = RGBColor(red, green, blue);
            let drawn = area.rectangles_approx.iter().map(|[left, right, low, high]| {
                Rectangle::new([(*left, *low), (*right, *high)], colour.filled())
            });
            chart.draw_series(drawn)?;
        }
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc(self.x_label.as_str())
            .y_desc(self.y_label.as_str())
            .x_labels(6)
            .y_labels(6)
            .label_style(("sans-serif", 14))
            .draw()?;
        let named: Vec<&Area> =
            self.areas.iter().filter(|area| !area.rectangles_approx.is_empty()).collect();
        let share = (width as i32 - 40) / named.len().max(1) as i32;
        for (area, start) in named.iter().zip((0..).map(|index| 20 + share * index)) {
            let (red, green, blue) = area.colour;
            let corners = [(start, 6), (start + 14, 20)];
            legend.draw(&Rectangle::new(corners, RGBColor(red, green, blue).filled()))?;
            legend.draw(&Rectangle::new(corners, BLACK.mix(0.5)))?;
            legend.draw(&Text::new(area.label.clone(), (start + 20, 7), ("sans-serif", 14)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_and_names_appear_escaped() {
        let area = Area {
            label: "<in>".into(),
            colour: (1, 2, 3),
            rectangles_approx: vec![[0.0, 0.5, 0.0, 1.0], [0.5, 1.0, 0.0, 0.25]],
        };
        let picture = AreaPicture {
            title: "a & b".into(),
            window_approx: [0.0, 1.0, 0.0, 1.0],
            areas: vec![area],
            ..AreaPicture::default()
        };
        let svg = picture.svg((400, 400)).expect("a picture");
        // Two rectangles and the one of the legend.
        assert_eq!(svg.matches("#010203").count(), 3, "{svg}");
        assert!(svg.contains("&lt;in&gt;") && svg.contains("a &amp; b"), "{svg}");
    }

    #[test]
    fn windows_without_points_are_refused() {
        assert_eq!(AreaPicture::default().svg((9, 9)), Err(PlotError::Empty));
        let window_approx = [0.0, f64::INFINITY, 0.0, 1.0];
        let picture = AreaPicture { window_approx, ..AreaPicture::default() };
        assert_eq!(picture.svg((9, 9)), Err(PlotError::NotFinite));
    }
}
