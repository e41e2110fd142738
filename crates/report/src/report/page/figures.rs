//! Figures of results, inline in pages.

use super::numbers::ends_approx;
use crate::exact::{Rational, to_approx};
use crate::report::plot::{Area, AreaPicture, Band, Curve, Figure, Stroke};
use serde_json::Value;

/// Width and height in pixels: legible at the width of a phone.
const SIZE: (u32, u32) = (430, 310);

/// A picture with what is to be seen in it.
#[derive(Debug)]
pub(super) struct Drawn {
    /// A complete SVG document.
    pub(super) svg: String,
    /// A sentence.
    pub(super) caption: String,
}

/// The value over epsilon, or over a constant.
pub(super) fn function(document: &Value, y_label: &str) -> Option<Drawn> {
    let over = document["over"].as_str().unwrap_or("epsilon");
    let (bands, curves) = pieces(document, "", Stroke::Solid)?;
    let caption = match document["kind"].as_str() {
        Some("piecewise_linear") => "Every point of the curve is exact.",
        Some("points") => "Proved bounds at each value of the constant.",
        _ => "The function lies within the band: this is proved.",
    };
    let figure = Figure {
        title: String::new(),
        x_label: if over == "epsilon" { "ε".into() } else { over.to_string() },
        y_label: y_label.into(),
        bands,
        curves,
    };
    drawn(&figure, caption)
}

/// Both sides of a frontier and the optimum.
pub(super) fn frontier(document: &Value) -> Option<Drawn> {
    let (mut bands, mut curves) = pieces(&document["worst"], "worst equilibrium", Stroke::Solid)?;
    let best = pieces(&document["best"], "best equilibrium", Stroke::Solid)?;
    bands.extend(best.0);
    curves.extend(best.1);
    let all = bands.iter().flat_map(|band| &band.lower_approx);
    let all: Vec<f64> =
        all.chain(curves.iter().flat_map(|curve| &curve.points_approx)).map(|p| p.0).collect();
    let (lower, upper) = ends_approx(&document["optimum"])?;
    let last = all.iter().copied().fold(0.0, f64::max);
    let first = all.iter().copied().fold(last, f64::min);
    let middle = (lower + upper) / 2.0;
    curves.push(Curve {
        label: "optimum over all populations".into(),
        points_approx: vec![(first, middle), (last, middle)],
        stroke: Stroke::Dashed,
    });
    let y_label = document["objective"].as_str().unwrap_or("leader's reward").to_string();
    let figure = Figure { title: String::new(), x_label: "ε".into(), y_label, bands, curves };
    drawn(&figure, "Worst and best value over all populations with exploitability at most ε.")
}

/// A function as a curve where it is known exactly, else as a band.
fn pieces(document: &Value, label: &str, stroke: Stroke) -> Option<(Vec<Band>, Vec<Curve>)> {
    let points = document["points"].as_array()?;
    let bounds: Vec<(f64, f64, f64)> = points
        .iter()
        .filter_map(|point| {
            let at = point.get("epsilon").or_else(|| point.get("at"))?;
            let (lower, upper) = ends_approx(point)?;
            Some((ends_approx(at)?.0, lower, upper))
        })
        .collect();
    if bounds.is_empty() {
        return None;
    }
    Some(match document["kind"].as_str() {
        Some("staircase") => (vec![staircase(&bounds, label)], Vec::new()),
        Some("points") => {
            let dots = bounds.iter().flat_map(|&(at, lower, upper)| [(at, lower), (at, upper)]);
            let points_approx = dots.collect();
            (Vec::new(), vec![Curve { label: label.into(), points_approx, stroke: Stroke::Dots }])
        }
        _ => {
            let points_approx = bounds.iter().map(|&(at, lower, _)| (at, lower)).collect();
            (Vec::new(), vec![Curve { label: label.into(), points_approx, stroke }])
        }
    })
}

/// Between two points a function that falls or rises keeps within their bounds.
fn staircase(bounds: &[(f64, f64, f64)], label: &str) -> Band {
    let mut band = Band { label: label.into(), ..Band::default() };
    for pair in bounds.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let (lower, upper) = (from.1.min(to.1), from.2.max(to.2));
        band.lower_approx.extend([(from.0, lower), (to.0, lower)]);
        band.upper_approx.extend([(from.0, upper), (to.0, upper)]);
    }
    if let [(at, lower, upper)] = *bounds {
        band.lower_approx.push((at, lower));
        band.upper_approx.push((at, upper));
    }
    band
}

/// The bounds of each decision, over its only parameter or by its number.
pub(super) fn decisions(document: &Value, parameters: &[Vec<Rational>]) -> Option<Drawn> {
    let rows = document["decisions"].as_array()?;
    if rows.len() < 2 || rows.len() != parameters.len() {
        return None;
    }
    let name = document["decision"]["parameters"].as_object()?.keys().next().cloned();
    let single = parameters.iter().all(|values| values.len() == 1);
    let at = |index: usize| match parameters[index].as_slice() {
        [only] if single => to_approx(only),
        _ => index as f64 + 1.0,
    };
    let mut points: Vec<(f64, f64, f64)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if let Some((lower, upper)) = ends_approx(row) {
            points.push((at(index), lower, upper));
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let curve = |label: &str, of: fn(&(f64, f64, f64)) -> (f64, f64)| Curve {
        label: label.into(),
        points_approx: points.iter().map(of).collect(),
        stroke: Stroke::Dots,
    };
    let same = points.iter().all(|point| point.1 == point.2);
    let mut curves = vec![curve(if same { "" } else { "lower bound" }, |p| (p.0, p.1))];
    if !same {
        curves.push(curve("upper bound", |p| (p.0, p.2)));
    }
    let figure = Figure {
        title: String::new(),
        x_label: name.filter(|_| single).unwrap_or_else(|| "decision, by its number".into()),
        y_label: "value at the decision".into(),
        bands: Vec::new(),
        curves,
    };
    drawn(&figure, "What is proved of each decision of the leader.")
}

/// The mass of each state over the stages.
pub(super) fn flow(masses: &[(String, Vec<f64>)]) -> Option<Drawn> {
    let stages = masses.first().map_or(0, |(_, values)| values.len());
    if stages < 2 || masses.len() > 8 {
        return None;
    }
    let curve = |(name, values): &(String, Vec<f64>)| Curve {
        label: name.clone(),
        points_approx: values.iter().enumerate().map(|(t, mass)| (t as f64, *mass)).collect(),
        stroke: Stroke::Solid,
    };
    let figure = Figure {
        title: String::new(),
        x_label: "stage".into(),
        y_label: "mass of the population".into(),
        bands: Vec::new(),
        curves: masses.iter().map(curve).collect(),
    };
    drawn(&figure, "The population of this equilibrium: mass in each state at each stage.")
}

/// The cells of a map.
pub(super) fn map(document: &Value) -> Option<Drawn> {
    let end = |value: &Value| ends_approx(value).map(|ends| ends.0);
    let (x, y) = (&document["x"], &document["y"]);
    let window_approx = [end(&x["from"])?, end(&x["to"])?, end(&y["from"])?, end(&y["to"])?];
    let cells = document["cells"].as_array()?;
    let area = |status: &str, label: &str, colour: (u8, u8, u8)| {
        let mut rectangles: Vec<[f64; 4]> = Vec::new();
        for cell in cells.iter().filter(|cell| cell["status"] == status) {
            let side = |key: &str, index: usize| end(&cell[key][index]);
            let ends = [side("x", 0), side("x", 1), side("y", 0), side("y", 1)];
            let [Some(left), Some(right), Some(low), Some(high)] = ends else { continue };
            match rectangles.last_mut() {
                Some(last) if last[2..] == [low, high] && last[1] == left => last[1] = right,
                _ => rectangles.push([left, right, low, high]),
            }
        }
        Area { label: label.into(), colour, rectangles_approx: rectangles }
    };
    let label = |axis: &Value| axis["of"].as_str().unwrap_or_default().to_string();
    let picture = AreaPicture {
        title: String::new(),
        x_label: label(x),
        y_label: label(y),
        window_approx,
        areas: vec![
            area("inside", "holds an ε-equilibrium", (0, 114, 178)),
            area("undecided", "undecided", (230, 159, 0)),
            area("outside", "holds none", (226, 230, 234)),
        ],
    };
    let caption = "Blue cells each hold the two statistics of an ε-equilibrium, grey cells hold those of none; both are proved.";
    Some(Drawn { svg: picture.svg((430, 430)).ok()?, caption: caption.into() })
}

fn drawn(figure: &Figure, caption: &str) -> Option<Drawn> {
    Some(Drawn { svg: figure.svg_of_size(SIZE).ok()?, caption: caption.into() })
}
