//! `sensitivity --plot`: guarantees against the size of the error.

use super::plot::{Curve, Figure, PlotError, Stroke};
use super::sensitivity::SensitivityReport;
use crate::analysis::sensitivity::{Profile, ProfilePoint};
use crate::drift::ModelError;
use crate::exact::{Rational, to_approx};

impl SensitivityReport<'_> {
    /// The picture: what the best and the naive decision guarantee, between no error and all of it,
    /// and what the naive one promises.
    ///
    /// # Errors
    /// [`PlotError`] when a value is beyond what binary64 holds.
    pub fn svg(&self, profile: &Profile) -> Result<String, PlotError> {
        let curve = |label: &str, stroke, value: &dyn Fn(&ProfilePoint) -> Rational| Curve {
            label: label.into(),
            points_approx: profile
                .points
                .iter()
                .map(|point| (to_approx(&point.scale), to_approx(&value(point))))
                .collect(),
            stroke,
        };
        let promised = &self.outcome.naive.accepted.claim.lower;
        let mut curves = vec![
            curve("guaranteed by the relaxed decision", Stroke::Solid, &|point| {
                point.relaxed.value().0
            }),
            curve("guaranteed by the naive decision", Stroke::Dashed, &|point| {
                let naive = point.relaxed.decisions.get(point.naive_position);
                naive.map_or(Rational::ZERO, |naive| naive.guarantee().0)
            }),
            curve("promised by the model at face value", Stroke::Dots, &|_| promised.clone()),
        ];
        if let Some(value) = &self.outcome.true_value {
            let value = &value.accepted.claim.lower;
            curves.push(curve("value of the true game", Stroke::Solid, &|_| value.clone()));
        }
        let x_label = match self.error {
            ModelError::Radii(_) => "size of the error, as a share of what is stated",
            ModelError::Against(_) => "drift, as a share of what the two games have",
        };
        let figure = Figure {
            title: self.game.name.clone(),
            x_label: x_label.into(),
            y_label: "leader's reward".into(),
            bands: Vec::new(),
            curves,
        };
        figure.svg()
    }
}
