//! `smfg sweep --out DIR [--shard I/N]`: solves at a share of the points.

use super::super::arguments::Format;
use super::super::files::write_atomically;
use super::super::load::loaded;
use super::super::pace::describe;
use super::super::progress::Indicator;
use super::super::solve::{chosen, ended};
use super::super::sweep_arguments::SweepArguments;
use super::super::watch::{Watch, Words};
use super::super::{Answer, Failure};
use super::examine::{Source, examine};
use super::plan::{Over, Plan};
use super::{Shard, answer_file, certificate_file};
use crate::analysis::sweep::equidistant;
use crate::certificate::with_changes;
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Outcome, Progress, Settings, solve};
use crate::report::{PointState, ProvedPoint, ShardReport, SolveReport, WorkedPoint};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The points that are done, shared with what is printed when the next one does not end.
type Points = Arc<Mutex<Vec<WorkedPoint>>>;

/// Works on a share of the points, and says what was done.
pub(in super::super) fn run(
    arguments: &'static SweepArguments,
    folder: &'static Path,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    let indicator =
        Indicator::start(arguments.output.quiet, format!("reading {}", arguments.game.display()));
    let game = loaded(&arguments.game, watch)?;
    let plan: &'static Plan = Box::leak(Box::new(planned(arguments, game)?));
    plan.establish(folder, &arguments.game, arguments.files.force.force)?;
    let points = Points::default();
    watch.keep({
        let points = Arc::clone(&points);
        move |_| {
            let points = points.lock().unwrap_or_else(PoisonError::into_inner);
            let mut text = Vec::new();
            write(arguments, game, (plan, shard), (folder, &points), &mut text).ok()?;
            Some(Words { text, file: None })
        }
    });
    let mine: Vec<usize> = shard.positions(plan.len()).collect();
    for (done, &point) in mine.iter().enumerate() {
        if done > 0 && !watch.going() {
            break;
        }
        let what = format!("{} = {}", plan.name(), plan.values()[point]);
        watch.doing(format!("solving at {what}"));
        indicator.say(what.clone());
        let observe =
            |progress: Progress| indicator.say(format!("{what}: {}", describe(&progress)));
        let task = Task { arguments, folder, plan, game, point, left: mine.len() - done };
        let worked = task.work(watch, &observe)?;
        points.lock().unwrap_or_else(PoisonError::into_inner).push(worked);
    }
    drop(indicator);
    let points = points.lock().unwrap_or_else(PoisonError::into_inner);
    watch.print(|out| write(arguments, game, (plan, shard), (folder, &points), out))?;
    let proved = points.len() == mine.len() && points.iter().all(|worked| worked.proved.closed);
    Ok(if proved { Answer::Proved } else { Answer::Unproved })
}

fn write(
    arguments: &SweepArguments,
    game: &Game,
    (plan, shard): (&Plan, Shard),
    (folder, points): (&Path, &[WorkedPoint]),
    out: &mut dyn Write,
) -> io::Result<()> {
    let report = ShardReport {
        game,
        over: plan.name(),
        values: plan.values(),
        shard: (shard.index, shard.count),
        wanted: shard.positions(plan.len()).count(),
        folder: &folder.display().to_string(),
        points,
    };
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}

/// The question of a call.
fn planned(arguments: &SweepArguments, game: &Game) -> Result<Plan, Failure> {
    let interval = &arguments.epsilon;
    let over = match (&arguments.parameter, arguments.points) {
        (Some(_), _) if interval.from != interval.to => return Err(Failure::OneEpsilon),
        (Some(varied), _) => Over::Constant {
            name: varied.name.clone(),
            values: varied.values.clone(),
            epsilon: interval.from.clone(),
        },
        (None, _) if interval.from == interval.to => Over::Epsilon(vec![interval.from.clone()]),
        (None, Some(count)) => {
            let count = usize::try_from(count).unwrap_or(2);
            Over::Epsilon(equidistant(&interval.from, &interval.to, count))
        }
        (None, None) => return Err(Failure::PointsNeeded),
    };
    // A decision that the game does not have is refused before the folder is made.
    chosen(game, arguments.decision.as_deref())?;
    let json = arguments.game.extension().is_some_and(|found| found.eq_ignore_ascii_case("json"));
    Ok(Plan {
        game: if json { "game.json".into() } else { "game.toml".into() },
        game_hash: game.hash(),
        selection: arguments.selection.into(),
        decision: arguments.decision.clone(),
        gap: arguments.effort.gap.clone(),
        over,
    })
}

/// One point.
struct Task<'a> {
    arguments: &'static SweepArguments,
    folder: &'a Path,
    plan: &'a Plan,
    game: &'static Game,
    point: usize,
    /// Points that share the rest of the time, this one included.
    left: usize,
}

impl Task<'_> {
    /// Leaves a point that is proved to the gap; solves at any other, and keeps the closer bounds.
    fn work(
        &self,
        watch: &Watch,
        observe: &(dyn Fn(Progress) + Sync),
    ) -> Result<WorkedPoint, Failure> {
        let Task { folder, plan, game, point, .. } = *self;
        let source = Source { path: &self.arguments.game, game };
        let before = match examine(folder, plan, source, point, &|| watch.going()).0 {
            PointState::Proved(proved) => Some(*proved),
            _ => None,
        };
        match before {
            Some(proved) if proved.closed => Ok(WorkedPoint { point, solved: false, proved }),
            before => {
                let changes = plan.changes(point);
                let changed = match changes.as_slice() {
                    [] => None,
                    changes => Some(Game::load_with(&self.arguments.game, changes)?),
                };
                let game = changed.as_ref().unwrap_or(game);
                let outcome = self.solved(game, watch, observe)?;
                let claim = &outcome.accepted.claim;
                let width = |lower: &Rational, upper: &Rational| upper - lower;
                match before {
                    Some(proved)
                        if width(&proved.claim.lower, &proved.claim.upper)
                            <= width(&claim.lower, &claim.upper) =>
                    {
                        Ok(WorkedPoint { point, solved: true, proved })
                    }
                    _ => self.written(game, &changes, &outcome),
                }
            }
        }
    }

    fn solved(
        &self,
        game: &Game,
        watch: &Watch,
        observe: &(dyn Fn(Progress) + Sync),
    ) -> Result<Outcome, Failure> {
        let Task { arguments, plan, point, .. } = *self;
        let (decision, at) = chosen(game, arguments.decision.as_deref())?;
        let base = Settings {
            selection: plan.selection,
            decision,
            point: at,
            ..Settings::new(plan.epsilon(point).clone())
        };
        let settings = arguments.effort.applied(base, watch);
        let left = u32::try_from(self.left).unwrap_or(u32::MAX);
        let control = settings
            .control
            .remaining()
            .map_or_else(|| settings.control.clone(), |time| settings.control.within(time / left));
        let race_control = control.clone();
        let settings = Settings { control, race_control, observer: Some(observe), ..settings };
        Ok(ended(solve(game, &settings)?, watch.reason()))
    }

    /// Writes the certificate, then the answer that names it.
    fn written(
        &self,
        game: &Game,
        changes: &[(String, Rational)],
        outcome: &Outcome,
    ) -> Result<WorkedPoint, Failure> {
        let Task { folder, plan, point, .. } = *self;
        let certificate = match changes {
            [] => outcome.certificate.clone(),
            changes => with_changes(&outcome.certificate, changes),
        };
        let path = certificate_file(folder, point);
        write_atomically(&path, |out| out.write_all(&certificate))
            .map_err(|source| Failure::Write { path: path.clone(), source })?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let report = SolveReport { game, outcome, certificate_path: name.as_deref() };
        let path = answer_file(folder, point);
        write_atomically(&path, |out| report.write_json(out))
            .map_err(|source| Failure::Write { path, source })?;
        let claim = outcome.accepted.claim.clone();
        let proved = ProvedPoint {
            closed: plan.closes(&claim.lower, &claim.upper),
            claim,
            decision: report.decision(),
            bytes: certificate.len(),
            sha256: String::new(),
        };
        Ok(WorkedPoint { point, solved: true, proved })
    }
}
