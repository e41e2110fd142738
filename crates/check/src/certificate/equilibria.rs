//! Certificates of sets of equilibria at eps = 0: the text that `smfg equilibria --certificate`
//! writes (docs/certificate.md, statement (Q)).

use super::read::ReadError;
use super::support::{
    Multipliers, PairAt, SupportStep, format_multipliers, parse_multipliers, parse_pair,
};
use super::token::{parse_index, parse_number, short};
use crate::exact::{Rational, format_rational};
use std::io::{self, BufRead, Read, Write};

/// First line of such a certificate: the kind and the version of the format.
pub const EQUILIBRIA: &str = "smfg-equilibria 1";
/// Longest accepted line.
const LONGEST_LINE: u64 = 1 << 28;
/// Most patterns and most vertices of a pattern that a reader keeps in memory.
const MOST_ITEMS: usize = 1 << 20;

/// The equilibria that use some pairs only and find all of these optimal: a polytope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The pairs, increasing.
    pub pairs: Vec<PairAt>,
    /// Masses of the pairs at each vertex.
    pub vertices: Vec<Vec<Rational>>,
    /// Per pair, why no equilibrium of the pattern has less, and none more, mass on it than the
    /// vertices.
    pub ranges: Vec<(Multipliers, Multipliers)>,
}

/// What a certificate of a set of equilibria says before its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquilibriaClaim {
    /// Canonical hash of the game.
    pub game_hash: String,
    /// The decision, by its position in the game file.
    pub decision: usize,
    /// Every equilibrium is in one of them.
    pub patterns: Vec<Pattern>,
}

/// Writes a certificate: the claim, and the tree that shows that there is nothing else.
///
/// # Errors
/// Those of `out`.
pub fn write_equilibria<W: Write>(
    mut out: W,
    claim: &EquilibriaClaim,
    tree: &[SupportStep],
) -> io::Result<W> {
    writeln!(out, "{EQUILIBRIA}")?;
    writeln!(out, "game {}", claim.game_hash)?;
    writeln!(out, "decision {}", claim.decision)?;
    writeln!(out, "patterns {}", claim.patterns.len())?;
    for pattern in &claim.patterns {
        let pairs: Vec<String> = pattern.pairs.iter().map(PairAt::to_string).collect();
        writeln!(out, "pattern {}", pairs.join(" "))?;
        writeln!(out, "vertices {}", pattern.vertices.len())?;
        for vertex in &pattern.vertices {
            let masses: Vec<String> = vertex.iter().map(format_rational).collect();
            writeln!(out, "vertex {}", masses.join(" "))?;
        }
        for (least, greatest) in &pattern.ranges {
            writeln!(out, "least {}", format_multipliers(least))?;
            writeln!(out, "greatest {}", format_multipliers(greatest))?;
        }
    }
    tree.iter().try_for_each(|step| writeln!(out, "{}", step.line()))?;
    writeln!(out, "end")?;
    out.flush()?;
    Ok(out)
}

/// Reads such a certificate from a stream.
pub struct EquilibriaReader<'a> {
    input: Box<dyn BufRead + 'a>,
    line: usize,
}

impl<'a> EquilibriaReader<'a> {
    /// Reads the claim.
    ///
    /// # Errors
    /// [`ReadError`] when it does not follow the grammar.
    pub fn start(input: impl BufRead + 'a) -> Result<(Self, EquilibriaClaim), ReadError> {
        let mut reader = EquilibriaReader { input: Box::new(input), line: 0 };
        let first = reader.next_line()?;
        if first != EQUILIBRIA {
            return Err(
                reader.syntax(format!("found `{}`, expected `{EQUILIBRIA}`", short(&first)))
            );
        }
        let game_hash = reader.field("game", |rest| Ok(rest.to_string()))?;
        let decision = reader.field("decision", parse_index)?;
        let count = reader.count("patterns")?;
        let mut patterns = Vec::new();
        for _ in 0..count {
            let pairs: Vec<PairAt> =
                reader.field("pattern", |rest| rest.split(' ').map(parse_pair).collect())?;
            let mut vertices = Vec::new();
            for _ in 0..reader.count("vertices")? {
                vertices.push(reader.field("vertex", |rest| {
                    let masses: Vec<Rational> =
                        rest.split(' ').map(parse_number).collect::<Result<_, _>>()?;
                    let (found, expected) = (masses.len(), pairs.len());
                    if found == expected {
                        Ok(masses)
                    } else {
                        Err(format!("found {found} masses, expected {expected}, one per pair"))
                    }
                })?);
            }
            let mut ranges = Vec::new();
            for _ in 0..pairs.len() {
                let mut multipliers = |name| {
                    reader
                        .field(name, |rest| parse_multipliers(&rest.split(' ').collect::<Vec<_>>()))
                };
                ranges.push((multipliers("least")?, multipliers("greatest")?));
            }
            patterns.push(Pattern { pairs, vertices, ranges });
        }
        Ok((reader, EquilibriaClaim { game_hash, decision, patterns }))
    }

    /// Number of the line read last, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The next step of the tree; `None` after the `end` line, behind which nothing may stand.
    ///
    /// # Errors
    /// [`ReadError`] when the next line does not follow the grammar.
    pub fn step(&mut self) -> Result<Option<SupportStep>, ReadError> {
        let line = self.next_line()?;
        if line == "end" {
            let mut rest = Vec::new();
            let more = self
                .input
                .by_ref()
                .take(1)
                .read_to_end(&mut rest)
                .map_err(|source| ReadError::Io { line: self.line, source })?;
            return if more == 0 {
                Ok(None)
            } else {
                Err(self.syntax("found text after `end`, expected the end of the file".into()))
            };
        }
        let mut words = line.split(' ');
        let rule = words.next().unwrap_or("");
        match SupportStep::parse(rule, &words.collect::<Vec<_>>()) {
            Some(step) => step.map(Some).map_err(|message| self.syntax(message)),
            None => Err(self
                .syntax(format!("found `{}`, expected a step of a tree, or `end`", short(&line)))),
        }
    }

    fn count(&mut self, name: &str) -> Result<usize, ReadError> {
        self.field(name, |rest| match parse_index(rest)? {
            count if count <= MOST_ITEMS => Ok(count),
            count => Err(format!("found {count} {name}, expected at most {MOST_ITEMS}")),
        })
    }

    fn field<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ReadError> {
        let line = self.next_line()?;
        match line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')) {
            Some(rest) => parse(rest).map_err(|message| self.syntax(message)),
            None => Err(self.syntax(format!("found `{}`, expected `{name} ...`", short(&line)))),
        }
    }

    fn syntax(&self, message: String) -> ReadError {
        ReadError::Syntax { line: self.line, message }
    }

    fn next_line(&mut self) -> Result<String, ReadError> {
        let mut line = String::new();
        let read = self
            .input
            .by_ref()
            .take(LONGEST_LINE)
            .read_line(&mut line)
            .map_err(|source| ReadError::Io { line: self.line + 1, source })?;
        if read == 0 || !line.ends_with('\n') {
            return Err(ReadError::Truncated { line: self.line });
        }
        self.line += 1;
        line.truncate(line.len() - 1);
        Ok(line)
    }
}
