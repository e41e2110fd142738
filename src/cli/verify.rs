//! `smfg verify`: what another solver says, against exact arithmetic and certified values.

use super::arguments::Format;
use super::progress::Indicator;
use super::verify_arguments::VerifyArguments;
use super::{Answer, Failure, print};
use crate::claim::{Claim, GivenDecision, Options, PlayKind, Verification, verify};
use crate::game::Game;
use crate::report::VerifyReport;

/// Judges the claim and prints what it is worth.
pub(super) fn run(arguments: &VerifyArguments) -> Result<Answer, Failure> {
    #[cfg(feature = "solver")]
    if let Some(path) = arguments.search.certificate.as_ref().filter(|_| !arguments.no_solve) {
        super::files::probe(path)?;
    }
    let note = "interrupted: the bounds proved so far follow; once more to leave at once";
    let interrupted = super::interrupt::install((!arguments.output.quiet).then_some(note));
    let indicator =
        Indicator::start(arguments.output.quiet, format!("reading {}", arguments.game.display()));
    let game = Game::load(&arguments.game)?;
    indicator.say(format!("judging {}", arguments.claim.display()));
    let keep_going = || !interrupted.load(std::sync::atomic::Ordering::Relaxed);
    let judged = judge(&game, arguments, &keep_going)?;
    #[cfg(feature = "solver")]
    let comparison = if arguments.no_solve {
        None
    } else {
        Some(compared(&game, &judged, arguments, &interrupted, &indicator)?)
    };
    drop(indicator);
    #[cfg(feature = "solver")]
    let path = arguments.search.certificate.as_ref().filter(|_| comparison.is_some());
    #[cfg(feature = "solver")]
    if let (Some(path), Some(comparison)) = (path, &comparison) {
        super::files::write_atomically(path, |out| out.write_all(&comparison.certificate))?;
    }
    let report = VerifyReport {
        game: &game,
        verification: &judged,
        #[cfg(feature = "solver")]
        comparison: comparison.as_ref(),
        #[cfg(feature = "solver")]
        certificate_path: path.map(|path| path.display().to_string()),
    };
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(if report.holds() { Answer::Proved } else { Answer::Unproved })
}

fn judge(
    game: &Game,
    arguments: &VerifyArguments,
    keep_going: &dyn Fn() -> bool,
) -> Result<Verification, Failure> {
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
    match verify(game, &claim, &options, keep_going) {
        Err(_) if !keep_going() => Err(Failure::Interrupted),
        judged => Ok(judged?),
    }
}

/// The range of the decision and the value of the game.
#[cfg(feature = "solver")]
fn compared(
    game: &Game,
    judged: &Verification,
    arguments: &VerifyArguments,
    interrupted: &std::sync::Arc<std::sync::atomic::AtomicBool>,
    indicator: &Indicator,
) -> Result<crate::analysis::verification::Comparison, Failure> {
    use super::solve::{describe, limited, threads};
    use super::verify_arguments::EpsilonWord;
    use crate::leader::{Progress, Settings};

    indicator.say("starting the search");
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
        ..limited(Settings::new(epsilon), search.time_limit, interrupted)
    };
    Ok(crate::analysis::verification::compare(game, judged, &settings)?)
}
