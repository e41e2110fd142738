//! The answer of `verify`, and its text.

use super::decision::decision;
use super::number::{NumberText, interval};
use super::populations;
use super::table::{write_field, write_normalised, write_table};
use super::words::{action_name, plain, state_name};
use crate::claim::{Check, Horizon, PlayKind, Quantity, Subject, Verdict, Verification};
use crate::exact::Rational;
use crate::follower::Enclosed;
use crate::game::{Game, classify};
use std::io::{self, Write};

/// What `verify` prints.
#[derive(Debug, Clone)]
pub struct VerifyReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// The claim, judged without a solver.
    pub verification: &'a Verification,
    /// Range and loss, where they were asked for.
    #[cfg(feature = "solver")]
    pub comparison: Option<&'a crate::analysis::verification::Comparison>,
    /// Where the certificates were written, if they were.
    #[cfg(feature = "solver")]
    pub certificate_path: Option<String>,
}

impl VerifyReport<'_> {
    /// All checks: those of the evaluation, and that of the value where it was solved for.
    pub(super) fn checks(&self) -> Vec<&Check> {
        #[cfg_attr(not(feature = "solver"), allow(unused_mut))]
        let mut checks: Vec<&Check> = self.verification.checks.iter().collect();
        #[cfg(feature = "solver")]
        checks.extend(self.comparison.and_then(|comparison| comparison.check.as_ref()));
        checks
    }

    /// Whether a claimed value was left unjudged.
    pub(super) fn value_unjudged(&self) -> bool {
        let judged =
            self.checks().iter().any(|check| check.subject == Subject::Number(Quantity::Value));
        self.verification.claimed_value.is_some() && !judged
    }

    /// Whether everything claimed holds; a value that was not judged, because solving was declined,
    /// does not count.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.checks().iter().all(|check| check.verdict == Verdict::Holds)
    }

    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let VerifyReport { game, verification, .. } = self;
        let numbers = NumberText::default();
        let classification = classify(game);
        write_field(out, "game", &game.name)?;
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        write_field(
            out,
            "decision",
            &decision(game, &verification.decision.decision(game), &numbers),
        )?;
        write_normalised(out, game, &numbers)?;
        self.write_submitted(out, &numbers)?;
        let evaluation = &verification.evaluation;
        writeln!(out)?;
        write_field(out, "exploitability", &enclosed(&evaluation.exploitability, &numbers))?;
        write_field(out, "leader reward", &enclosed(&evaluation.leader_reward, &numbers))?;
        write_field(
            out,
            "follower value",
            &format!(
                "{}: what the best deviation earns",
                enclosed(&evaluation.follower_value, &numbers)
            ),
        )?;
        write_field(
            out,
            "follower reward",
            &format!("{}: what is earned", enclosed(&evaluation.follower_reward, &numbers)),
        )?;
        if let Some(bits) = evaluation.bits {
            write_field(
                out,
                "arithmetic",
                &format!("fixed point with {bits} fractional bits, rounded outwards"),
            )?;
        }
        populations::write(out, game, &verification.populations, &numbers)?;
        #[cfg(feature = "solver")]
        if let Some(comparison) = self.comparison {
            super::verify_range::write(
                out,
                game,
                verification,
                comparison,
                self.certificate_path.as_deref(),
                &numbers,
            )?;
        }
        self.write_checks(out, &numbers)?;
        numbers.write_note(out)
    }

    fn write_submitted(&self, out: &mut dyn Write, numbers: &NumberText) -> io::Result<()> {
        let play = &self.verification.play;
        let what = match self.verification.kind {
            PlayKind::Policy => "a policy",
            PlayKind::Occupation => "an occupation measure, and the policy read from it",
        };
        write_field(out, "submitted", what)?;
        let adjustment = &play.adjustment;
        if adjustment.rows > 0 {
            let rows = if self.verification.kind == PlayKind::Policy { "rows" } else { "stages" };
            let negative = if adjustment.negative > 0 {
                format!(", {} negative entries set to 0", adjustment.negative)
            } else {
                String::new()
            };
            let place =
                self.place_of_change().map_or_else(String::new, |place| format!(" ({place})"));
            let text = format!(
                "in {} {rows}{negative}; largest change {}{place}",
                adjustment.rows,
                numbers.exact(&adjustment.largest)
            );
            write_field(out, "normalised", &text)?;
        }
        match play.horizon {
            Horizon::AsGiven => {}
            Horizon::Dropped => write_field(
                out,
                "horizon",
                "the last stage of the array, after the last transition, was dropped",
            )?,
            Horizon::Completed => write_field(
                out,
                "horizon",
                "the last stage was missing and completed: actions have no effect there",
            )?,
        }
        if adjustment.filled > 0 {
            let rows = if play.horizon == Horizon::Completed {
                "rows without mass or of the completed stage"
            } else {
                "rows without mass"
            };
            write_field(
                out,
                "filled",
                &format!("the first available action in {} {rows}", adjustment.filled),
            )?;
        }
        Ok(())
    }

    /// What is compared, and of which population.
    fn subject(&self, check: &Check) -> String {
        let subject = check.subject.key().replace('_', " ");
        let populations = &self.game.vocabulary.populations;
        match check.population.and_then(|own| populations.get(own)) {
            Some(own) => format!("{subject} of {}", own.name),
            None => subject,
        }
    }

    fn place_of_change(&self) -> Option<String> {
        let place = self.verification.play.adjustment.place.as_ref()?;
        let [stage, state, action] = place.0.as_slice() else { return None };
        let (state, action) =
            (plain(state_name(self.game, *state)), plain(action_name(self.game, *action)));
        Some(format!("stage {stage}, state {state}, action {action}"))
    }

    fn write_checks(&self, out: &mut dyn Write, numbers: &NumberText) -> io::Result<()> {
        let checks = self.checks();
        writeln!(out)?;
        if checks.is_empty() && !self.value_unjudged() {
            return write_field(out, "claims", "none: the submitted array comes without numbers");
        }
        let mut rows: Vec<Vec<String>> =
            vec![["claimed", "", "verdict"].map(String::from).to_vec()];
        for check in &checks {
            rows.push(vec![
                self.subject(check),
                numbers.fraction(&check.claimed),
                sentence(check, numbers),
            ]);
        }
        if self.value_unjudged()
            && let Some(value) = &self.verification.claimed_value
        {
            rows.push(vec![
                "value".into(),
                numbers.fraction(value),
                "not judged: that needs the solver".into(),
            ]);
        }
        write_table(out, &rows)?;
        let failed = checks.iter().filter(|check| check.verdict == Verdict::Fails).count();
        let open = checks.iter().filter(|check| check.verdict == Verdict::Undecided).count();
        let text = match (failed, open) {
            (0, 0) => "what was judged of the claim holds".to_string(),
            (0, open) => format!("undecided: {open} of {} claimed numbers", checks.len()),
            (failed, _) => {
                format!("the claim fails: {failed} of {} claimed numbers are wrong", checks.len())
            }
        };
        writeln!(out)?;
        write_field(out, "verdict", &text)
    }
}

/// A number, or the interval around it.
pub(super) fn enclosed(number: &Enclosed, numbers: &NumberText) -> String {
    match number {
        Enclosed::Exact(value) => numbers.exact(value),
        Enclosed::Between(lower, upper) => format!("in {}", interval(lower, upper)),
    }
}

/// What there is to say about one claimed number.
fn sentence(check: &Check, numbers: &NumberText) -> String {
    let Some(actual) = &check.actual else {
        return "undecided: no value of the game was certified".into();
    };
    let is = enclosed(actual, numbers);
    let within = if check.tolerance.is_zero() {
        String::new()
    } else {
        format!(" within {}", numbers.fraction(&check.tolerance))
    };
    match (check.subject, check.verdict) {
        (Subject::Number(Quantity::Exploitability), verdict) => {
            exploitability(check, actual, verdict, &is, &within, numbers)
        }
        (Subject::Occupation, Verdict::Holds) => {
            format!("right{within}: it is the flow of its policy, up to {is}")
        }
        (Subject::Occupation, _) => {
            format!("wrong: it differs from the flow of its policy by {is}")
        }
        (_, Verdict::Holds) if actual == &Enclosed::Exact(check.claimed.clone()) => {
            "right, exactly".into()
        }
        (_, Verdict::Holds) => format!("right{within}: it is {is}"),
        (_, Verdict::Fails) => {
            let side = if *actual.upper() < check.claimed { "too high" } else { "too low" };
            format!("wrong, {side}: it is {is}")
        }
        (_, Verdict::Undecided) => format!("undecided: it is {is}, too wide to tell"),
    }
}

fn exploitability(
    check: &Check,
    actual: &Enclosed,
    verdict: Verdict,
    is: &str,
    within: &str,
    numbers: &NumberText,
) -> String {
    let positive = *actual.lower() > Rational::ZERO;
    match verdict {
        Verdict::Holds if check.claimed.is_zero() && positive => {
            format!("right{within}, but not 0: it is {is}, so the policy is no exact equilibrium")
        }
        Verdict::Holds if actual.upper() > &check.claimed => format!("right{within}: it is {is}"),
        Verdict::Holds if actual.upper().is_zero() => "right: it is 0, an exact equilibrium".into(),
        Verdict::Holds => format!("right: it is {is}, not more than claimed"),
        Verdict::Fails if check.claimed < Rational::ZERO => {
            format!("wrong: no exploitability is negative; it is {is}")
        }
        Verdict::Fails if check.claimed.is_zero() => {
            format!("wrong: the policy is no exact equilibrium, its exploitability is {is}")
        }
        Verdict::Fails => {
            format!("wrong, understated by {}: it is {is}", difference(check, actual, numbers))
        }
        Verdict::Undecided => format!("undecided: it is {is}, too wide to tell"),
    }
}

fn difference(check: &Check, actual: &Enclosed, numbers: &NumberText) -> String {
    match actual {
        Enclosed::Exact(value) => numbers.exact(&(value - &check.claimed)),
        Enclosed::Between(lower, _) => {
            format!("at least {}", numbers.exact(&(lower - &check.claimed)))
        }
    }
}
