//! The answer of `models`: the collection, one instance of it, and whether it is in order.

use super::{FORMAT, Instance, Made, Value};
use crate::report::layout::{plain, write_document, write_field, write_table};
use std::io::{self, Write};

/// Longest number in text, in characters.
const LONGEST: usize = 24;

/// What `models` prints of instances.
#[derive(Debug, Clone, Copy)]
pub struct ModelsReport<'a> {
    /// The instances.
    pub instances: &'a [&'a Instance],
    /// Everything about each, instead of a line.
    pub full: bool,
}

impl ModelsReport<'_> {
    /// Writes the JSON object, as the index.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let document = serde_json::json!({ "format": FORMAT, "instances": self.instances });
        write_document(out, &document)
    }

    /// Writes a table, or everything about each instance.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.full {
            return self.instances.iter().try_for_each(|instance| write_instance(out, instance));
        }
        let heading = ["name", "class", "pairs", "leader", "status", "title"];
        let mut rows = vec![heading.map(str::to_string).to_vec()];
        rows.extend(self.instances.iter().map(|instance| {
            vec![
                instance.id.clone(),
                instance.class.clone(),
                instance.sizes.pairs.to_string(),
                instance.leader.clone(),
                instance.status.word().into(),
                plain(&instance.title),
            ]
        }));
        write_table(out, &rows)?;
        writeln!(out, "\n{} instances; smfg models NAME says more", self.instances.len())
    }
}

fn write_instance(out: &mut dyn Write, instance: &Instance) -> io::Result<()> {
    let sizes = &instance.sizes;
    write_field(out, "name", &instance.id)?;
    write_field(out, "title", &instance.title)?;
    write_field(out, "game", &made(&instance.game))?;
    write_field(out, "game hash", &instance.hash)?;
    write_field(out, "class", &instance.class)?;
    let words = format!(
        "{} stages, {} states, {} actions, {} pairs, {} aggregates",
        sizes.stages, sizes.states, sizes.actions, sizes.pairs, sizes.aggregates
    );
    write_field(out, "sizes", &words)?;
    write_field(out, "leader", &instance.leader)?;
    write_field(out, "source", &instance.source.text)?;
    write_field(out, "doi", instance.source.doi.as_deref().unwrap_or_default())?;
    write_field(out, "arxiv", instance.source.arxiv.as_deref().unwrap_or_default())?;
    write_field(out, "licence", &instance.licence)?;
    if let Some(count) = &instance.equilibria {
        let under = count.decision.as_ref().map(|name| format!(" under decision {name}"));
        let known = count.known.as_ref().map(|known| format!("; {known}"));
        let words = format!(
            "{} isolated, {} components at epsilon 0{}{}",
            count.isolated,
            count.components,
            under.unwrap_or_default(),
            known.unwrap_or_default()
        );
        write_field(out, "equilibria", &words)?;
    }
    for words in &instance.elsewhere {
        write_field(out, "elsewhere", words)?;
    }
    write_field(out, "status", instance.status.word())?;
    writeln!(out)?;
    let heading = ["selection", "epsilon", "at least", "at most", "status", "known from elsewhere"];
    let mut rows = vec![heading.map(str::to_string).to_vec()];
    rows.extend(instance.values.iter().map(cells));
    write_table(out, &rows)
}

fn cells(value: &Value) -> Vec<String> {
    let upper = if value.lower == value.upper { "exact".into() } else { short(&value.upper) };
    let status = match &value.gap {
        Some(gap) if value.status != "exact" => format!("gap {gap}"),
        None => "open".into(),
        Some(_) => value.status.clone(),
    };
    let known = value.known.as_ref().map(|known| {
        if known.lower == known.upper {
            format!("{} ({})", short(&known.lower), known.from)
        } else {
            format!("{} to {} ({})", short(&known.lower), short(&known.upper), known.from)
        }
    });
    vec![
        value.selection.clone(),
        value.epsilon.clone(),
        short(&value.lower),
        upper,
        status,
        known.unwrap_or_default(),
    ]
}

/// A number of the index as it is, or some digits of a long one.
fn short(number: &str) -> String {
    match crate::exact::parse_rational(number) {
        Ok(value) if number.len() > LONGEST => crate::exact::truncated(&value, 10),
        _ => number.to_string(),
    }
}

fn made(made: &Made) -> String {
    match made {
        Made::File(path) => path.clone(),
        Made::Import(path) => format!("imported from {path}"),
        Made::Generate(family) => {
            let interaction = family.interaction.as_ref();
            let kind = interaction.map_or_else(
                || "mdp".to_string(),
                |word| {
                    let aggregates = family.aggregates.unwrap_or(1);
                    format!("mean-field --interaction {word} --aggregates {aggregates}")
                },
            );
            let sizes = format!(
                "--stages {} --states {} --actions {} --successors {} --decisions {}",
                family.stages, family.states, family.actions, family.successors, family.decisions
            );
            format!("smfg generate {kind} {sizes} --seed {}", family.seed)
        }
    }
}

/// What was found of an instance.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Validated {
    /// Its name.
    pub id: String,
    /// Certificates that were checked.
    pub checked: usize,
    /// What is wrong.
    pub faults: Vec<String>,
}

/// What `models --validate` prints.
#[derive(Debug, Clone, Copy)]
pub struct ValidationReport<'a> {
    /// Instances that were to be validated.
    pub wanted: usize,
    /// Those that were.
    pub validated: &'a [Validated],
}

impl ValidationReport<'_> {
    /// Whether all were validated, and nothing is wrong.
    #[must_use]
    pub fn valid(&self) -> bool {
        self.validated.len() == self.wanted
            && self.validated.iter().all(|instance| instance.faults.is_empty())
    }

    fn checked(&self) -> usize {
        self.validated.iter().map(|instance| instance.checked).sum()
    }

    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let document = serde_json::json!({
            "format": "smfg-models-validation/1",
            "valid": self.valid(),
            "instances": self.validated.len(),
            "wanted": self.wanted,
            "certificates": self.checked(),
            "faults": self
                .validated
                .iter()
                .filter(|instance| !instance.faults.is_empty())
                .collect::<Vec<_>>(),
        });
        write_document(out, &document)
    }

    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", if self.valid() { "valid" } else { "invalid" })?;
        let words = format!("{} of {}", self.validated.len(), self.wanted);
        write_field(out, "instances", &words)?;
        write_field(out, "certificates", &format!("{} checked", self.checked()))?;
        for instance in self.validated {
            for fault in &instance.faults {
                write_field(out, &instance.id, fault)?;
            }
        }
        Ok(())
    }
}
