//! `smfg solve --robust`: the decision with the best guarantee against model errors.

use super::arguments::Format;
use super::load::loaded;
use super::outputs::Outputs;
use super::progress::Indicator;
use super::solve::{answer, asked, describe};
use super::solve_arguments::SolveArguments;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::analysis::sensitivity::robust;
use crate::drift::Radii;
use crate::leader::{Progress, Settings};
use crate::report::RobustReport;

/// Solves and prints the answer.
pub(super) fn run(
    arguments: &'static SolveArguments,
    radii: &Radii,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let certificate = arguments.certificate.as_ref();
    let outputs =
        Outputs::plan(&[&arguments.game], &[("--certificate", certificate)], arguments.force)?;
    let (game, outcome) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        outputs.about(&[game])?;
        let observe = |progress: Progress| indicator.say(describe(&progress));
        let settings = asked(game, arguments, watch)?;
        watch.doing("solving the relaxed game");
        indicator.say("solving the relaxed game");
        let outcome = robust(game, radii, &Settings { observer: Some(&observe), ..settings })?;
        (game, outcome)
    };
    let path = certificate.map(|path| path.display().to_string());
    let report = RobustReport {
        game,
        epsilon: &arguments.epsilon,
        outcome: &outcome,
        certificate_path: path.as_deref(),
    };
    let printed = watch.print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    });
    outputs.write(watch, certificate, |out| out.write_all(&outcome.certificate));
    printed?;
    Ok(outputs.completed(answer(outcome.status())))
}
