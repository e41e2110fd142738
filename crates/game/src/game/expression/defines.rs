//! The definitions of a game: their names, their order, and their cycles.

use super::error::{ExpressionError, ExpressionErrorKind, shown};
use super::names::{Meaning, Names};
use super::program::{Operation, Term};
use super::resolve::{Resolved, Resolver};
use super::symbols::{Symbols, is_reserved};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is wrong with a definition, or with the name of a parameter or a named aggregate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}`: {error}")]
pub struct DefineError {
    /// The name of the definition.
    pub name: String,
    /// What is wrong, with a column of the definition's formula.
    pub error: ExpressionError,
}

/// The programs of the definitions in the order of the symbols, `None` while they are not resolved.
pub(super) type Definitions = Vec<Option<Arc<Resolved>>>;

/// The definitions with indices for names, and the number of the next average.
///
/// # Errors
/// Everything that is wrong with the names and the definitions, in the order of parameters, named
/// aggregates and definitions.
pub(super) fn resolve(names: &Names) -> Result<(Definitions, usize), Vec<DefineError>> {
    let symbols = names.symbols;
    let mut errors = clashes(symbols);
    let count = symbols.defines.len();
    let uses: Vec<Vec<(usize, usize)>> =
        symbols.defines.iter().map(|(_, formula)| used(names, formula)).collect();
    let order = order(&uses);
    let mut by_definition: Vec<(usize, ExpressionError)> = Vec::new();
    if order.len() < count {
        cycles(symbols, &uses, &order, &mut by_definition);
    }
    let mut resolved: Definitions = vec![None; count];
    let mut next_mean = 0;
    let in_order: BTreeSet<usize> = order.iter().copied().collect();
    // Those on or behind a cycle last: their names can still be checked.
    for definition in order.into_iter().chain((0..count).filter(|d| !in_order.contains(d))) {
        let Some((_, formula)) = symbols.defines.get(definition) else { continue };
        let mut resolver = Resolver { names, definitions: &resolved, next_mean };
        let outcome = resolver.resolve(&formula.program);
        next_mean = resolver.next_mean;
        match outcome {
            Ok(program) => {
                if let Some(slot) = resolved.get_mut(definition) {
                    *slot = Some(Arc::new(program));
                }
            }
            Err(error) => by_definition.push((definition, error)),
        }
    }
    by_definition.sort_by_key(|(definition, _)| *definition);
    for (definition, error) in by_definition {
        if let Some((name, _)) = symbols.defines.get(definition) {
            errors.push(DefineError { name: name.clone(), error });
        }
    }
    if errors.is_empty() { Ok((resolved, next_mean)) } else { Err(errors) }
}

/// Names that mean something else already.
fn clashes(symbols: &Symbols) -> Vec<DefineError> {
    let mut errors = Vec::new();
    let mut parameters = BTreeSet::new();
    let mut definitions = BTreeSet::new();
    let mut report = |name: &String, kind| {
        errors.push(DefineError { name: name.clone(), error: ExpressionError::new(0, kind) })
    };
    let duplicate = |name: &str, other| ExpressionErrorKind::Duplicate { name: shown(name), other };
    for name in &symbols.parameters {
        if is_reserved(name) {
            report(name, ExpressionErrorKind::Reserved { name: shown(name) });
        }
        if !parameters.insert(name.as_str()) {
            report(name, duplicate(name, "a parameter of the leader"));
        }
    }
    for (name, aggregate) in &symbols.named_aggregates {
        if is_reserved(name) {
            report(name, ExpressionErrorKind::Reserved { name: shown(name) });
        }
        if parameters.contains(name.as_str()) {
            report(name, duplicate(name, "a parameter of the leader"));
        }
        if let Some(stage) = aggregate.stage.filter(|&stage| stage >= symbols.pairs.len()) {
            report(
                name,
                ExpressionErrorKind::StageRange {
                    found: stage.to_string(),
                    last: symbols.pairs.len().saturating_sub(1),
                },
            );
        }
    }
    for (name, _) in &symbols.defines {
        if is_reserved(name) {
            report(name, ExpressionErrorKind::Reserved { name: shown(name) });
        }
        if parameters.contains(name.as_str()) {
            report(name, duplicate(name, "a parameter of the leader"));
        }
        if symbols.named_aggregates.contains_key(name) {
            report(name, duplicate(name, "a named aggregate"));
        }
        if !definitions.insert(name.as_str()) {
            report(name, duplicate(name, "a definition"));
        }
    }
    errors
}

/// The definitions that a formula uses, with the columns at which it does.
fn used(names: &Names, formula: &super::Expression) -> Vec<(usize, usize)> {
    let program = &formula.program;
    let mut uses = Vec::new();
    for instruction in program.instructions.iter().chain(program.bodies.iter().flatten()) {
        if let Operation::Term(Term::Name(name)) = &instruction.operation
            && let Some(Meaning::Definition(definition)) = names.meaning(name)
        {
            uses.push((definition, instruction.column));
        }
    }
    uses.sort_unstable();
    uses.dedup_by_key(|(definition, _)| *definition);
    uses
}

/// The definitions such that each comes after those it uses; those on or behind a cycle are
/// missing.
fn order(uses: &[Vec<(usize, usize)>]) -> Vec<usize> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); uses.len()];
    let mut open: Vec<usize> = uses.iter().map(Vec::len).collect();
    for (definition, used) in uses.iter().enumerate() {
        for (other, _) in used {
            if let Some(list) = users.get_mut(*other) {
                list.push(definition);
            }
        }
    }
    let mut order: Vec<usize> = (0..uses.len()).filter(|&d| open.get(d) == Some(&0)).collect();
    let mut done = 0;
    while let Some(definition) = order.get(done).copied() {
        done += 1;
        for user in users.get(definition).into_iter().flatten() {
            if let Some(count) = open.get_mut(*user) {
                *count -= 1;
                if *count == 0 {
                    order.push(*user);
                }
            }
        }
    }
    order
}

/// One error for each cycle that is met when every definition is followed to the first one it uses
/// that has no place in the order.
fn cycles(
    symbols: &Symbols,
    uses: &[Vec<(usize, usize)>],
    order: &[usize],
    errors: &mut Vec<(usize, ExpressionError)>,
) {
    let ordered: BTreeSet<usize> = order.iter().copied().collect();
    let next = |definition: usize| {
        uses.get(definition)?.iter().find(|(other, _)| !ordered.contains(other)).copied()
    };
    let mut seen: BTreeSet<usize> = ordered.clone();
    for start in 0..uses.len() {
        let mut path: Vec<(usize, usize)> = Vec::new();
        let mut at = start;
        while seen.insert(at) {
            let Some((other, column)) = next(at) else { break };
            path.push((at, column));
            at = other;
        }
        let Some(from) = path.iter().position(|(definition, _)| *definition == at) else {
            continue;
        };
        let cycle = path.get(from..).unwrap_or_default();
        let Some((first, column)) = cycle.first() else { continue };
        errors.push((
            *first,
            ExpressionError::new(
                *column,
                ExpressionErrorKind::Cycle { path: described(symbols, cycle) },
            ),
        ));
    }
}

fn described(symbols: &Symbols, cycle: &[(usize, usize)]) -> String {
    const LONGEST: usize = 10;
    let name = |(definition, _): &(usize, usize)| {
        symbols.defines.get(*definition).map(|(name, _)| format!("`{}`", shown(name)))
    };
    let mut names: Vec<String> = cycle.iter().take(LONGEST).filter_map(name).collect();
    if cycle.len() > LONGEST {
        names.push("...".into());
    }
    names.extend(cycle.first().and_then(name));
    names.join(" -> ")
}
