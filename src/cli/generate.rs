//! `smfg generate`: benchmark instances.

use super::arguments::{
    Family, GridArguments, InstanceArguments, MeanFieldArguments, WrittenArguments,
};
use super::files::write_atomically;
use super::outputs::Outputs;
use super::progress::Indicator;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::generate::{
    GridFamily, GridParameters, MdpFamily, MdpParameters, MeanFieldFamily, MeanFieldParameters,
};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Writes an instance.
pub(super) fn run(family: &'static Family, watch: &'static Watch) -> Result<Answer, Failure> {
    match family {
        Family::Mdp(arguments) => {
            let instance = MdpFamily::new(parameters(arguments))?;
            write(&arguments.written, watch, |out| instance.write_json(out))
        }
        Family::MeanField(MeanFieldArguments { interaction, aggregates, instance: arguments }) => {
            let (base, interaction) = (parameters(arguments), (*interaction).into());
            let instance = MeanFieldFamily::new(MeanFieldParameters {
                base,
                interaction,
                aggregates: *aggregates,
            })?;
            write(&arguments.written, watch, |out| instance.write_json(out))
        }
        Family::Grid(arguments) => {
            let GridArguments { rows, columns, stages, congestion, slip, seed, written } =
                arguments;
            let instance = GridFamily::new(GridParameters {
                rows: *rows,
                columns: *columns,
                stages: *stages,
                congestion: congestion.clone(),
                slip: slip.clone(),
                seed: *seed,
            })?;
            write(written, watch, |out| instance.write_json(out))
        }
    }
}

/// To standard output, or to the file asked for.
fn write(
    arguments: &WrittenArguments,
    watch: &Watch,
    write_json: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Answer, Failure> {
    let path = arguments.output.as_ref();
    let outputs = Outputs::plan(&[], &[("--output", path)], arguments.force)?;
    let Some(path) = path else {
        watch.print(|out| write_json(out))?;
        return Ok(Answer::Proved);
    };
    let _indicator = Indicator::start(arguments.quiet, format!("writing {}", path.display()));
    outputs.about(&[])?;
    let stop = watch.interrupted();
    let written = write_atomically(path, |out| write_json(&mut Stoppable { out, stop }));
    if stop.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    written.map_err(|source| Failure::Write { path: path.clone(), source })?;
    Ok(Answer::Proved)
}

fn parameters(arguments: &InstanceArguments) -> MdpParameters {
    let InstanceArguments { stages, states, actions, successors, decisions, seed, .. } = *arguments;
    MdpParameters { stages, states, actions, successors, decisions, seed }
}

/// An output that fails when it is asked to stop, so that no half of a file stays behind.
struct Stoppable<'a> {
    out: &'a mut dyn Write,
    stop: &'a AtomicBool,
}

impl Write for Stoppable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
