//! `smfg models`: the collection of instances.

use super::arguments::{Format, Output};
use super::limit_arguments::LimitArguments;
use super::outputs::{ForceArguments, Outputs};
use super::progress::Indicator;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::certificate::Selection;
use crate::check::check;
use crate::collection::report::{ModelsReport, Validated, ValidationReport};
use crate::collection::{Certificate, Index, Instance, Sizes, State, Value, index};
use crate::files::write_atomically;
use crate::game::{Game, classify, read_file};
use clap::{Args, ValueEnum};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Words for classes.
const CLASSES: [&str; 4] = ["C0", "C1", "C2", "C3"];
/// Most bytes of a certificate that is kept.
const MOST_BYTES: u64 = 1 << 30;

#[derive(Debug, Args)]
pub(super) struct ModelsArguments {
    /// Only the instance of this name, in full
    name: Option<String>,
    /// Only instances whose values are all known, or not
    #[arg(long, value_enum)]
    status: Option<StatusWord>,
    /// Only this class
    #[arg(long, value_name = "CLASS", ignore_case = true, value_parser = CLASSES)]
    class: Option<String>,
    /// Only instances of at most this many pairs of state and action
    #[arg(long, value_name = "N")]
    most_pairs: Option<usize>,
    /// Only instances of at least this many pairs of state and action
    #[arg(long, value_name = "N")]
    least_pairs: Option<usize>,
    /// Only instances with this word in name, title or source
    #[arg(long, value_name = "TEXT")]
    containing: Option<String>,
    /// Write the game file of the instance
    #[arg(long, value_name = "FILE", requires = "name", conflicts_with = "validate")]
    write: Option<PathBuf>,
    /// Make every game again and compare it with the index
    #[arg(long)]
    validate: bool,
    /// With --validate: check the certificates that the repository keeps, in its folder
    #[arg(long, value_name = "DIR", requires = "validate")]
    certificates: Option<PathBuf>,
    #[command(flatten)]
    force: ForceArguments,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatusWord {
    /// All values are known to a relative gap of at most 1/1000
    Closed,
    /// Some are not
    Open,
}

impl ModelsArguments {
    pub(super) fn limits(&self) -> (LimitArguments, Output) {
        (self.limits, self.output)
    }

    fn wants(&self, instance: &Instance) -> bool {
        let status = match self.status {
            None => true,
            Some(StatusWord::Closed) => instance.status == State::Closed,
            Some(StatusWord::Open) => instance.status == State::Open,
        };
        let pairs = instance.sizes.pairs;
        let contains = self.containing.as_ref().is_none_or(|word| {
            let word = word.to_lowercase();
            [&instance.id, &instance.title, &instance.source.text]
                .iter()
                .any(|text| text.to_lowercase().contains(&word))
        });
        status
            && contains
            && self.name.as_ref().is_none_or(|name| *name == instance.id)
            && self.class.as_ref().is_none_or(|class| class.eq_ignore_ascii_case(&instance.class))
            && self.most_pairs.is_none_or(|most| pairs <= most)
            && self.least_pairs.is_none_or(|least| pairs >= least)
    }
}

/// Lists, fetches or validates.
pub(super) fn run(
    arguments: &'static ModelsArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let index = index().map_err(Failure::Index)?;
    if let Some(name) = &arguments.name
        && index.find(name).is_none()
    {
        return Err(unknown(&index, name));
    }
    let instances: Vec<&Instance> =
        index.instances.iter().filter(|instance| arguments.wants(instance)).collect();
    if arguments.validate {
        return validate(arguments, &instances, watch);
    }
    if let (Some(path), [instance]) = (&arguments.write, instances.as_slice()) {
        return write(arguments, path, instance, watch);
    }
    let report = ModelsReport { instances: &instances, full: arguments.name.is_some() };
    watch.print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(Answer::Proved)
}

/// That there is no instance of a name, with those that share most of it.
fn unknown(index: &Index, name: &str) -> Failure {
    let near = index.instances.iter().map(|instance| instance.id.as_str());
    let start: String = name.chars().take(3).collect();
    let near: Vec<&str> =
        near.filter(|id| id.contains(name) || id.starts_with(&start)).take(5).collect();
    Failure::NoModel { name: name.into(), near: near.join(", ") }
}

/// Writes the game file of an instance.
fn write(
    arguments: &ModelsArguments,
    path: &PathBuf,
    instance: &Instance,
    watch: &Watch,
) -> Result<Answer, Failure> {
    let made = |source| Failure::Model { name: instance.id.clone(), source };
    let (extension, text) = instance.text().map_err(made)?;
    if !path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension)) {
        return Err(Failure::ModelExtension { path: path.clone(), extension });
    }
    let outputs = Outputs::plan(&[], &[("--write", Some(path))], arguments.force)?;
    outputs.about(&[])?;
    write_atomically(path, |out| out.write_all(text.as_bytes()))
        .map_err(|source| Failure::Write { path: path.clone(), source })?;
    watch.print(|out| writeln!(out, "{}", path.display()))?;
    Ok(Answer::Proved)
}

/// Makes every game again, and checks every certificate that is kept.
fn validate(
    arguments: &ModelsArguments,
    instances: &[&Instance],
    watch: &Watch,
) -> Result<Answer, Failure> {
    let indicator = Indicator::start(arguments.output.quiet, "validating the collection");
    let mut validated = Vec::new();
    for instance in instances {
        if !watch.going() {
            break;
        }
        watch.doing(format!("validating {}", instance.id));
        indicator.say(format!("validating {}", instance.id));
        validated.push(examine(instance, arguments.certificates.as_deref()));
    }
    drop(indicator);
    let report = ValidationReport { wanted: instances.len(), validated: &validated };
    watch.print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(if report.valid() { Answer::Proved } else { Answer::Unproved })
}

fn examine(instance: &Instance, folder: Option<&Path>) -> Validated {
    let mut validated = Validated { id: instance.id.clone(), checked: 0, faults: Vec::new() };
    let game = match instance.load() {
        Ok(game) => game,
        Err(error) => {
            validated.faults.push(error.to_string());
            return validated;
        }
    };
    let stated = [
        ("hash", instance.hash.clone(), game.hash()),
        ("class", instance.class.clone(), classify(&game).class.to_string()),
        ("sizes", format!("{:?}", instance.sizes), format!("{:?}", sizes(&game))),
    ];
    for (what, index, actual) in stated {
        if index != actual {
            validated.faults.push(format!("the {what} is {actual}, the index says {index}"));
        }
    }
    for value in &instance.values {
        let kept = folder.zip(value.certificate.file.as_ref());
        let Some((folder, file)) = kept else { continue };
        validated.checked += 1;
        if let Err(fault) = certified(&game, value, &folder.join(file)) {
            validated.faults.push(format!("{file}: {fault}"));
        }
    }
    validated
}

fn sizes(game: &Game) -> Sizes {
    Sizes {
        stages: game.stages.len(),
        states: game.states.len(),
        actions: game.actions.len(),
        pairs: game.pairs(),
        aggregates: game.aggregates.len(),
    }
}

/// That a file is the certificate of a value.
fn certified(game: &Game, value: &Value, path: &Path) -> Result<(), String> {
    let bytes = read_file(path, MOST_BYTES)
        .map_err(|error| error.to_string())?
        .map_err(|size| format!("{size} bytes are too many"))?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let Certificate { bytes: size, sha256, .. } = &value.certificate;
    if (bytes.len(), &digest) != (*size, sha256) {
        return Err("it is not the file that the index means".into());
    }
    let accepted = check(game, bytes.as_slice()).map_err(|rejection| rejection.to_string())?;
    let claim = &accepted.claim;
    let word = match claim.selection {
        Selection::Pessimistic => "pessimistic",
        Selection::Optimistic => "optimistic",
    };
    let proved = [claim.epsilon.to_string(), claim.lower.to_string(), claim.upper.to_string()];
    let stated = [&value.epsilon, &value.lower, &value.upper];
    if proved.iter().ne(stated) || word != value.selection {
        return Err("it proves another value than the index says".into());
    }
    Ok(())
}
