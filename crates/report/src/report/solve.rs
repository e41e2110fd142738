//! The answer of `solve`, and its text.

use super::cells::{approximate, bound_cell, count};
use super::decision::{chosen, decision, parameters};
use super::number::{NumberText, interval};
use super::policy::reached;
use super::populations::{self, of_equilibrium};
use super::solve_json::status;
use super::structure;
use super::table::{MOST_ROWS, write_field, write_normalised, write_table};
use super::words::{plain, scope_of};
use crate::certificate::Selection;
use crate::exact::{Rational, Rounding};
use crate::follower::flow;
use crate::game::{Class, Decision, Game, Instance, Numbers, classify};
use crate::leader::{
    Enclosed, Equilibrium, Existence, Outcome, Statistics, Status, Termination, has_long_flows,
};
use std::borrow::Cow;
use std::io::{self, Write};

/// What `solve` prints.
#[derive(Debug, Clone, Copy)]
pub struct SolveReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// The answer.
    pub outcome: &'a Outcome,
    /// Where the certificate was written, if it was.
    pub certificate_path: Option<&'a str>,
}

/// Whether the decision reported is shown to reach the supremum over a polytope of decisions, or no
/// decision is; `Some(None)` where neither is shown, `None` for other leaders, where the best
/// decision always does.
pub(super) fn attained(outcome: &Outcome) -> Option<Option<bool>> {
    outcome.point.as_ref().map(|_| outcome.accepted.attained)
}

impl SolveReport<'_> {
    /// The decision that the answer is about, or that was found best.
    #[must_use]
    pub fn decision(&self) -> Option<Decision> {
        chosen(self.game, self.outcome).map(Cow::into_owned)
    }

    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let numbers = NumberText::default();
        self.write_question(out, &numbers)?;
        self.write_value(out, &numbers)?;
        match &self.outcome.equilibrium {
            Some(equilibrium) => {
                let which = match self.outcome.accepted.claim.selection {
                    Selection::Pessimistic => "the worst",
                    Selection::Optimistic => "the best",
                };
                let found =
                    if self.outcome.status == Status::Exact { which } else { "the witness" };
                writeln!(out)?;
                write_field(out, "equilibrium", &format!("{found} at this decision"))?;
                self.write_equilibrium(out, equilibrium, "leader reward", &numbers)?;
            }
            None => write_field(out, "equilibrium", &existence(&self.outcome.existence))?,
        }
        self.write_decisions(out)?;
        write_statistics(
            out,
            &self.outcome.statistics,
            self.outcome.certificate.len(),
            self.certificate_path,
        )?;
        numbers.write_note(out)
    }

    fn write_question(&self, out: &mut dyn Write, numbers: &NumberText) -> io::Result<()> {
        let claim = &self.outcome.accepted.claim;
        let classification = classify(self.game);
        write_field(out, "game", &self.game.name)?;
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        write_normalised(out, self.game, numbers)?;
        write_structure(out, self.game, self.outcome)?;
        write_field(out, "epsilon", &numbers.exact(&claim.epsilon))?;
        let meaning = match claim.selection {
            Selection::Pessimistic => "the worst equilibrium for the leader",
            Selection::Optimistic => "the best equilibrium for the leader",
        };
        write_field(out, "selection", &format!("{}: {meaning}", claim.selection))
    }

    fn write_value(&self, out: &mut dyn Write, numbers: &NumberText) -> io::Result<()> {
        let claim = &self.outcome.accepted.claim;
        if claim.lower == claim.upper {
            write_field(out, "value", &numbers.exact(&claim.lower))?;
        } else {
            write_field(out, "value", &format!("in {}", interval(&claim.lower, &claim.upper)))?;
            write_field(out, "  at least", &numbers.exact(&claim.lower))?;
            write_field(out, "  at most", &numbers.exact(&claim.upper))?;
        }
        write_status(out, self.game, self.outcome.status, self.outcome.termination)?;
        let chosen = chosen(self.game, self.outcome);
        let note = if scope_of(self.game, &claim.scope).is_some() {
            ", the only one considered"
        } else {
            ""
        };
        let text = chosen.map(|chosen| format!("{}{note}", decision(self.game, &chosen, numbers)));
        write_field(out, "decision", &text.unwrap_or_default())?;
        match attained(self.outcome) {
            None => Ok(()),
            Some(Some(true)) => write_field(out, "supremum", "reached by this decision"),
            Some(Some(false)) => write_field(
                out,
                "supremum",
                &format!("{}, which no decision reaches", numbers.exact(&claim.upper)),
            ),
            Some(None) => write_field(
                out,
                "supremum",
                "within the bounds; whether a decision reaches it is not shown",
            ),
        }
    }

    /// An equilibrium at the decision of the outcome: its exploitability, what it is worth under
    /// the name `value`, and its policy.
    pub(super) fn write_equilibrium(
        &self,
        out: &mut dyn Write,
        equilibrium: &Equilibrium,
        value: &str,
        numbers: &NumberText,
    ) -> io::Result<()> {
        write_field(out, "exploitability", &enclosed(&equilibrium.exploitability, numbers))?;
        write_field(out, value, &enclosed(&equilibrium.leader_reward, numbers))?;
        let plays = of_equilibrium(self.game, self.outcome, equilibrium);
        populations::write(out, self.game, plays.as_deref().unwrap_or_default(), numbers)?;
        if equilibrium.mixture.len() > 1 {
            let weights: Vec<String> =
                equilibrium.mixture.iter().map(|part| numbers.fraction(&part.weight)).collect();
            write_field(
                out,
                "mixture",
                &format!("of {} policies, weights {}", weights.len(), weights.join(", ")),
            )?;
        }
        let Some(chosen) = chosen(self.game, self.outcome) else { return Ok(()) };
        let instance = self.game.at(&chosen.values);
        if has_long_flows(&instance) {
            // The masses would have too many digits; the policy itself is short.
            return write_field(out, "policy", "--format json and the certificate have it");
        }
        let Some(data) = numbers_at(&instance, equilibrium) else { return Ok(()) };
        let table =
            reached(self.game, &data, &equilibrium.mixture, equilibrium.policy.as_ref(), MOST_ROWS);
        let heading = if table.rounded {
            "actions (rounded probabilities)"
        } else {
            "actions (probabilities)"
        };
        let mut rows: Vec<Vec<String>> =
            vec![["stage", "state", "mass ~", heading].map(String::from).to_vec()];
        rows.extend(table.rows);
        write_table(out, &rows)?;
        write_more(out, table.more, "state reached", "states reached")
    }

    fn write_decisions(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(decisions) = self.game.finite_decisions() else { return Ok(()) };
        let bounds = &self.outcome.accepted.decisions;
        let shown: Vec<usize> =
            (0..bounds.len()).filter(|&index| bounds[index] != (None, None)).collect();
        if shown.len() < 2 {
            return Ok(());
        }
        let numbers = NumberText::default();
        let mut rows: Vec<Vec<String>> =
            vec![["decision", "at least", "at most", ""].map(String::from).to_vec()];
        for &index in shown.iter().take(MOST_ROWS) {
            let (lower, upper) = &bounds[index];
            let name =
                decisions.get(index).map_or_else(String::new, |decision| match &decision.name {
                    Some(name) => plain(name),
                    None => parameters(self.game, decision, &numbers),
                });
            let cell = |side: &Option<_>, rounding| {
                side.as_ref().map_or_else(|| "?".into(), |value| bound_cell(value, rounding))
            };
            let mut remarks = Vec::new();
            if lower == upper {
                remarks.push("exact");
            }
            if index == self.outcome.decision {
                remarks.push("best");
            }
            rows.push(vec![
                name,
                cell(lower, Rounding::Down),
                cell(upper, Rounding::Up),
                remarks.join(", "),
            ]);
        }
        writeln!(out)?;
        write_table(out, &rows)?;
        write_more(out, shown.len().saturating_sub(MOST_ROWS), "decision", "decisions")
    }
}

/// The numbers of an instance at the population of an equilibrium, where they are rational.
fn numbers_at(instance: &Instance, equilibrium: &Equilibrium) -> Option<Numbers> {
    if let Ok(numbers) = instance.mean_field_free() {
        return Some(numbers);
    }
    if !instance.functions.is_empty() {
        return None;
    }
    let mut aggregates = vec![Rational::ZERO; instance.aggregates.len()];
    for part in &equilibrium.mixture {
        let flow = flow(instance, &part.policy).ok()?;
        aggregates
            .iter_mut()
            .zip(flow.aggregates)
            .for_each(|(sum, value)| *sum += &part.weight * value);
    }
    Some(instance.at_population(&aggregates))
}

/// The last lines: the certificate, counts and times.
pub(super) fn write_statistics(
    out: &mut dyn Write,
    statistics: &Statistics,
    bytes: usize,
    path: Option<&str>,
) -> io::Result<()> {
    let place = path.map_or_else(String::new, |path| format!(", {path}"));
    writeln!(out)?;
    write_field(out, "certificate", &format!("checked ({}{place})", count(bytes, "byte")))?;
    let mut parts = vec![
        format!("{} examined", count(statistics.nodes, "decision")),
        format!("{} solved", statistics.decisions_solved),
        count(statistics.inductions, "induction"),
        format!("{} s", approximate(statistics.seconds_approx, 3)),
        format!("check {} s", approximate(statistics.check_seconds_approx, 3)),
    ];
    if statistics.lp_solves > 0 {
        parts.insert(2, count(statistics.lp_solves, "linear programme"));
    }
    if statistics.refused_steps > 0 {
        parts.push(format!(
            "{} refused and replaced",
            count(statistics.refused_steps, "proof step")
        ));
    }
    write_field(out, "statistics", &parts.join(", "))
}

/// The interaction of the followers at the decision of an outcome, in class C1.
pub(super) fn write_structure(
    out: &mut dyn Write,
    game: &Game,
    outcome: &Outcome,
) -> io::Result<()> {
    let own =
        chosen(game, outcome).and_then(|decision| structure::at_decision(game, &decision.values));
    own.map_or(Ok(()), |own| structure::write(out, &[(own, 1)]))
}

/// How far an answer goes, and why not further.
pub(super) fn write_status(
    out: &mut dyn Write,
    game: &Game,
    reached: Status,
    termination: Termination,
) -> io::Result<()> {
    let why = match (reached, termination) {
        (Status::Exact, _) => "",
        (_, Termination::TimeLimit) => " (time limit)",
        (_, Termination::MemoryLimit) => " (memory limit)",
        (_, Termination::Interrupted) => " (interrupted)",
        (Status::WithinGap, Termination::Gap) => "",
        (Status::Limit, Termination::Gap) if classify(game).class == Class::C0 => {
            " (the rest is rounding in the proof; try --precision exact or more bits)"
        }
        (Status::Limit, Termination::Gap) => {
            " (the search ended: its relaxation cannot be tightened further)"
        }
    };
    write_field(out, "status", &format!("{}{why}", status(reached)))
}

/// What is known of an equilibrium that is not shown as a policy.
pub(super) fn existence(existence: &Existence) -> String {
    match existence {
        Existence::Range => "none found: the bounds follow from the range of the leader's reward",
        Existence::Every => "none found: none is worse than the bound, and there is one",
        Existence::Inside(ends) => {
            let ends = ends.iter().enumerate();
            let ends: Vec<String> =
                ends.map(|(k, (low, high))| format!("m{k} in {}", interval(low, high))).collect();
            return format!(
                "not rational; one has {} (`smfg info --expand` names these)",
                ends.join(", ")
            );
        }
    }
    .to_string()
}

fn enclosed(number: &Enclosed, numbers: &NumberText) -> String {
    match number {
        Enclosed::Exact(value) => numbers.exact(value),
        Enclosed::Between(lower, upper) => format!("in {}", interval(lower, upper)),
    }
}

fn write_more(out: &mut dyn Write, more: usize, one: &str, many: &str) -> io::Result<()> {
    match more {
        0 => Ok(()),
        1 => writeln!(out, "  ... and 1 more {one}"),
        _ => writeln!(out, "  ... and {more} more {many}"),
    }
}
