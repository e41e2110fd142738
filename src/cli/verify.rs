//! `smfg verify`: what another solver says, against exact arithmetic and certified values.

use super::arguments::Format;
use super::load::loaded;
use super::progress::Indicator;
use super::verify_arguments::VerifyArguments;
use super::watch::{Watch, Words};
use super::{Answer, Failure};
use crate::claim::{Claim, GivenDecision, Options, PlayKind, Verification, verify};
use crate::game::Game;
use crate::report::VerifyReport;
use std::io::{self, Write};

/// Judges the claim and prints what it is worth.
pub(super) fn run(
    arguments: &'static VerifyArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    #[cfg(feature = "solver")]
    let certificate = arguments.search.certificate.as_ref().filter(|_| !arguments.no_solve);
    #[cfg(feature = "solver")]
    let outputs = super::outputs::Outputs::plan(
        &[&arguments.game, &arguments.claim],
        &[("--certificate", certificate)],
        arguments.search.force,
    )?;
    let indicator =
        Indicator::start(arguments.output.quiet, format!("reading {}", arguments.game.display()));
    let game = loaded(&arguments.game, watch)?;
    #[cfg(feature = "solver")]
    outputs.about(&[game])?;
    indicator.say(format!("judging {}", arguments.claim.display()));
    watch.doing(format!("judging {}", arguments.claim.display()));
    let judged: &'static Verification = Box::leak(Box::new(judge(game, arguments, watch)?));
    watch.keep(move |_| {
        let mut text = Vec::new();
        write(arguments, &evaluated(game, judged), &mut text).ok()?;
        Some(Words { text, file: None })
    });
    #[cfg(feature = "solver")]
    let comparison = match arguments.no_solve {
        true => None,
        false => Some(compared(game, judged, arguments, watch, &indicator)?),
    };
    drop(indicator);
    let report = VerifyReport {
        #[cfg(feature = "solver")]
        comparison: comparison.as_ref(),
        #[cfg(feature = "solver")]
        certificate_path: certificate.map(|path| path.display().to_string()),
        ..evaluated(game, judged)
    };
    let printed = watch.print(|out| write(arguments, &report, out));
    let answer = if report.holds() { Answer::Proved } else { Answer::Unproved };
    #[cfg(feature = "solver")]
    let answer = {
        if let Some(comparison) = &comparison {
            outputs.write(watch, certificate, |out| out.write_all(&comparison.certificate));
        }
        outputs.completed(answer)
    };
    printed.map(|()| answer)
}

/// What is said without a search.
fn evaluated<'a>(game: &'a Game, judged: &'a Verification) -> VerifyReport<'a> {
    VerifyReport {
        game,
        verification: judged,
        #[cfg(feature = "solver")]
        comparison: None,
        #[cfg(feature = "solver")]
        certificate_path: None,
    }
}

fn write(
    arguments: &VerifyArguments,
    report: &VerifyReport<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}

fn judge(game: &Game, arguments: &VerifyArguments, watch: &Watch) -> Result<Verification, Failure> {
    let mut claim = Claim::load(&arguments.claim, game)?;
    if arguments.occupation {
        claim.kind = PlayKind::Occupation;
    }
    let options = Options {
        decision: arguments.decision.clone().map(GivenDecision::Text),
        tolerance: arguments.tolerance.clone(),
        horizon: arguments.horizon_convention.into(),
        precision: arguments.precision,
    };
    verify(game, &claim, &options, &|| watch.going())
        .map_err(|error| watch.left().unwrap_or_else(|| error.into()))
}

/// The range of the decision and the value of the game.
#[cfg(feature = "solver")]
fn compared(
    game: &Game,
    judged: &Verification,
    arguments: &VerifyArguments,
    watch: &Watch,
    indicator: &Indicator,
) -> Result<crate::analysis::verification::Comparison, Failure> {
    use super::pace::describe;
    use super::solve::{limited, threads};
    use super::verify_arguments::EpsilonWord;
    use crate::leader::{Progress, Settings};

    indicator.say("starting the search");
    watch.doing("looking for the range and the value; without them the claim is evaluated");
    let search = &arguments.search;
    let epsilon = match &search.epsilon {
        Some(EpsilonWord::Number(epsilon)) => epsilon.clone(),
        Some(EpsilonWord::Actual) => judged.evaluation.exploitability.upper().clone(),
        None => judged.epsilon.clone(),
    };
    let observe = |progress: Progress| indicator.say(describe(&progress));
    let settings = Settings {
        gap: search.gap.clone(),
        threads: threads(search.threads),
        observer: Some(&observe),
        ..limited(Settings::new(epsilon), watch)
    };
    Ok(crate::analysis::verification::compare(game, judged, &settings)?)
}
