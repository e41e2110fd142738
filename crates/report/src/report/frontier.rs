//! The answer of `frontier`: text, table, picture, and JSON, one object `smfg-frontier/1`.

use super::function_table::{name, quoted, row};
use super::json::{Bounds, end_text, write_document};
use super::number::{NumberText, interval};
use super::solve::write_statistics;
use super::solve_json::{CertificateNote, ChosenDecision, GameName, StatisticsNote, statistics};
use super::sweep::{only_decision, write_function, write_head};
use super::sweep_json::FunctionRows;
use super::table::write_field;
use crate::analysis::frontier::{FrontierOutcome, Price};
use crate::analysis::sweep::Sweep;
use crate::certificate::CurvePoint;
use crate::exact::{Rational, Rounding};
use crate::game::{Game, classify};
use crate::leader::{Settings, Statistics};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// What `frontier` prints.
#[derive(Debug, Clone, Copy)]
pub struct FrontierReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// What was asked for.
    pub settings: &'a Settings<'a>,
    /// What was found.
    pub outcome: &'a FrontierOutcome,
    /// Epsilons at which values are wanted besides.
    pub evaluated: &'a [Rational],
    /// Size of the certificates.
    pub bytes: usize,
    /// Where they were written, if they were.
    pub certificate_path: Option<&'a str>,
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    class: String,
    decision: Option<ChosenDecision<'a>>,
    /// Null for the leader's reward.
    objective: Option<&'a str>,
    /// Whether less of it is better.
    cost: bool,
    /// Best over all populations.
    optimum: Bounds<'a>,
    worst: FunctionRows<'a>,
    best: FunctionRows<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evaluated: Vec<serde_json::Value>,
    price_of_anarchy: PriceRow,
    price_of_stability: PriceRow,
    certificate: CertificateNote<'a>,
    statistics: StatisticsNote,
}

/// Bounds of a ratio; `upper` is null where there is none.
#[derive(Serialize)]
struct PriceRow {
    lower: Option<String>,
    upper: Option<String>,
    /// `ratio`, `infinite`, or `none` when the objective takes both signs.
    kind: &'static str,
}

impl PriceRow {
    fn new(price: &Price) -> Self {
        match price {
            Price::Between(lower, upper) => PriceRow {
                lower: Some(end_text(lower, Rounding::Down)),
                upper: upper.as_ref().map(|upper| end_text(upper, Rounding::Up)),
                kind: "ratio",
            },
            Price::Infinite => PriceRow { lower: None, upper: None, kind: "infinite" },
            Price::Meaningless => PriceRow { lower: None, upper: None, kind: "none" },
        }
    }
}

fn price_text(price: &Price, numbers: &NumberText) -> String {
    match price {
        Price::Between(lower, Some(upper)) if lower == upper => numbers.exact(lower),
        Price::Between(lower, Some(upper)) => format!("in {}", interval(lower, upper)),
        Price::Between(lower, None) => format!("at least {}", numbers.exact(lower)),
        Price::Infinite => "infinite: one of the two is 0, the other is not".into(),
        Price::Meaningless => "none: the objective takes both signs, or is 0".into(),
    }
}

impl FrontierReport<'_> {
    fn statistics(&self) -> Statistics {
        self.outcome.least.statistics().plus(&self.outcome.greatest.statistics())
    }

    /// Bounds of both sides at the epsilons asked for.
    fn rows(&self) -> impl Iterator<Item = (CurvePoint, CurvePoint)> {
        self.evaluated.iter().filter_map(|epsilon| {
            Some((self.outcome.worst().at(epsilon)?, self.outcome.best().at(epsilon)?))
        })
    }

    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let FrontierReport { game, settings, outcome, .. } = *self;
        let numbers = NumberText::default();
        write_head(out, game, settings, &numbers)?;
        let direction = if outcome.cost { "a cost: less is better" } else { "more is better" };
        let of = settings.objective.as_deref().unwrap_or("the leader's reward");
        write_field(out, "objective", &format!("{of}; {direction}"))?;
        let bounds = |lower: &Rational, upper: &Rational| {
            if lower == upper {
                numbers.exact(lower)
            } else {
                format!("in {}", interval(lower, upper))
            }
        };
        write_field(
            out,
            "optimum",
            &format!(
                "{} over all populations",
                bounds(&outcome.optimum.lower, &outcome.optimum.upper)
            ),
        )?;
        for (side, found) in [("worst", outcome.worst()), ("best", outcome.best())] {
            if let Some(first) = found.points().first() {
                let value = bounds(&first.lower, &first.upper);
                write_field(
                    out,
                    side,
                    &format!(
                        "{value} over the equilibria at epsilon {}",
                        numbers.fraction(&first.epsilon)
                    ),
                )?;
            }
        }
        write_field(
            out,
            "anarchy",
            &format!("price {}", price_text(&outcome.price_of_anarchy(), &numbers)),
        )?;
        write_field(
            out,
            "stability",
            &format!("price {}", price_text(&outcome.price_of_stability(), &numbers)),
        )?;
        for (side, found) in [("worst", outcome.worst()), ("best", outcome.best())] {
            writeln!(out)?;
            write_function(out, game, found, side, &numbers)?;
        }
        writeln!(out)?;
        write_statistics(out, &self.statistics(), self.bytes, self.certificate_path)?;
        numbers.write_note(out)
    }

    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let FrontierReport { game, settings, outcome, .. } = *self;
        let rows = self.rows().filter_map(|(worst, best)| {
            let bounds = |point: &'_ CurvePoint| serde_json::to_value(Bounds::new(&point.lower, &point.upper)).ok();
            Some(serde_json::json!({ "epsilon": worst.epsilon.to_string(), "worst": bounds(&worst)?, "best": bounds(&best)? }))
        });
        let decision =
            only_decision(game, settings).or_else(|| game.finite_decisions()?.first().cloned());
        let hash = game.hash();
        let document = Document {
            format: "smfg-frontier/1",
            command: "frontier",
            game: GameName::of(game, &hash),
            class: classify(game).class.to_string(),
            decision: decision
                .map(|decision| ChosenDecision { game, decision: Cow::Owned(decision) }),
            objective: settings.objective.as_deref(),
            cost: outcome.cost,
            optimum: Bounds::new(&outcome.optimum.lower, &outcome.optimum.upper),
            worst: FunctionRows { game, sweep: outcome.worst() },
            best: FunctionRows { game, sweep: outcome.best() },
            evaluated: rows.collect(),
            price_of_anarchy: PriceRow::new(&outcome.price_of_anarchy()),
            price_of_stability: PriceRow::new(&outcome.price_of_stability()),
            certificate: CertificateNote {
                checked: true,
                path: self.certificate_path,
                bytes: self.bytes,
            },
            statistics: statistics(&self.statistics()),
        };
        write_document(out, &document)
    }

    /// Writes a table of comma-separated values with a row per side and epsilon.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "side,epsilon,{}", super::function_table::COLUMNS)?;
        let chosen = only_decision(self.game, self.settings)
            .map(|decision| name(self.game, &decision))
            .unwrap_or_default();
        let mut side = |label: &str, points: &[CurvePoint]| {
            points
                .iter()
                .try_for_each(|point| writeln!(out, "{},{}", quoted(label), row(point, &chosen)))
        };
        if self.evaluated.is_empty() {
            side("worst", self.outcome.worst().points())?;
            return side("best", self.outcome.best().points());
        }
        let (worst, best): (Vec<CurvePoint>, Vec<CurvePoint>) = self.rows().unzip();
        side("worst", &worst)?;
        side("best", &best)
    }

    /// The picture of both sides.
    #[cfg(feature = "plot")]
    #[must_use]
    pub fn figure(&self) -> super::plot::Figure {
        let (mut curves, mut bands) = (Vec::new(), Vec::new());
        let mut draw = |sweep: &Sweep, label: &str| {
            super::function_table::draw(sweep, label, &mut curves, &mut bands)
        };
        draw(self.outcome.worst(), "worst");
        draw(self.outcome.best(), "best");
        let y_label = self.settings.objective.clone().unwrap_or_else(|| "leader's reward".into());
        super::plot::Figure {
            title: self.game.name.clone(),
            x_label: "exploitability at most".into(),
            y_label,
            curves,
            bands,
        }
    }
}
