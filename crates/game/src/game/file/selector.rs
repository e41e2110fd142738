//! Selectors of rules: which stages, states and actions a rule is about.

use super::document::{Node, Value, quoted};
use super::fields::{Found, wrong};
use super::populations::Lookup;
use super::problem::ValueError;
use super::report::{At, Report};
use std::collections::BTreeSet;

/// Names a rule selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selection {
    /// No selector: all of them.
    All,
    /// These, increasing.
    These(Vec<u32>),
}

impl Selection {
    /// The selector `found`: a name, or a list of names.
    pub(super) fn read(
        report: &mut Report,
        found: Option<Found<'_>>,
        names: &Lookup<'_>,
    ) -> Option<Self> {
        let Some((at, node)) = found else { return Some(names.everything()) };
        match &node.value {
            Value::Text(name) => Some(Selection::These(names.find(report, &at, name)?)),
            Value::List(items) => {
                let mut chosen = BTreeSet::new();
                let mut fine = true;
                for (index, item) in items.iter().enumerate() {
                    let here = at.entry(index, item);
                    let found = match &item.value {
                        Value::Text(name) => {
                            names.find(report, &here, name).map(|positions| (name, positions))
                        }
                        other => wrong(report, &here, other, "a name"),
                    };
                    match found {
                        Some((name, positions)) => {
                            let before = chosen.len();
                            let count = positions.len();
                            chosen.extend(positions);
                            if chosen.len() < before + count {
                                report.push(&here, ValueError::Repeated { what: quoted(name) });
                                fine = false;
                            }
                        }
                        None => fine = false,
                    }
                }
                if items.is_empty() {
                    report.push(&at, ValueError::Empty { expected: "at least one name" });
                    return None;
                }
                fine.then(|| Selection::These(chosen.into_iter().collect()))
            }
            other => wrong(report, &at, other, "a name or a list of names"),
        }
    }

    /// The selected positions among `count`, increasing.
    pub(super) fn positions(&self, count: usize) -> Box<dyn Iterator<Item = usize> + '_> {
        match self {
            Selection::All => Box::new(0..count),
            Selection::These(positions) => {
                Box::new(positions.iter().map(|&position| position as usize))
            }
        }
    }

    /// Whether `position` is selected.
    pub(super) fn contains(&self, position: usize) -> bool {
        match self {
            Selection::All => true,
            Selection::These(positions) => u32::try_from(position)
                .is_ok_and(|position| positions.binary_search(&position).is_ok()),
        }
    }
}

/// Stages a rule selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stages {
    /// No selector: all of them.
    All,
    /// Ranges of stages, both ends included, increasing and disjoint.
    Ranges(Vec<(usize, usize)>),
}

const EXPECTED: &str = "a stage such as 3, a range such as \"2..5\", or a list of these";

impl Stages {
    /// The selector `found` in a game of `count` stages.
    pub(super) fn read(
        report: &mut Report,
        found: Option<Found<'_>>,
        count: usize,
    ) -> Option<Self> {
        let Some((at, node)) = found else { return Some(Stages::All) };
        let mut ranges = Vec::new();
        match &node.value {
            Value::List(items) => {
                if items.is_empty() {
                    report.push(&at, ValueError::Empty { expected: "at least one stage" });
                    return None;
                }
                let read: Vec<Option<(usize, usize)>> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| range(report, &at.entry(index, item), item, count))
                    .collect();
                ranges.extend(read.into_iter().collect::<Option<Vec<_>>>()?);
            }
            _ => ranges.push(range(report, &at, node, count)?),
        }
        ranges.sort_unstable();
        if let Some(pair) = ranges.windows(2).find(|pair| matches!(pair, [a, b] if b.0 <= a.1)) {
            let stage = pair.last().map_or(0, |range| range.0);
            report.push(&at, ValueError::Repeated { what: format!("stage {stage}") });
            return None;
        }
        Some(Stages::Ranges(ranges))
    }

    /// The selected ranges in a game of `count` stages.
    pub(super) fn ranges(&self, count: usize) -> Vec<(usize, usize)> {
        match self {
            Stages::All if count == 0 => Vec::new(),
            Stages::All => vec![(0, count - 1)],
            Stages::Ranges(ranges) => ranges.clone(),
        }
    }

    /// Whether `stage` is selected.
    pub(super) fn contains(&self, stage: usize) -> bool {
        match self {
            Stages::All => true,
            Stages::Ranges(ranges) => {
                let after = ranges.partition_point(|&(first, _)| first <= stage);
                after
                    .checked_sub(1)
                    .and_then(|at| ranges.get(at))
                    .is_some_and(|&(_, last)| stage <= last)
            }
        }
    }
}

/// A stage, or `"first..last"`.
fn range(report: &mut Report, at: &At, node: &Node, count: usize) -> Option<(usize, usize)> {
    let (first, last) = match &node.value {
        Value::Number(spelled) => match spelled.parse::<usize>() {
            Ok(stage) => (stage, stage),
            Err(_) => return wrong(report, at, &node.value, EXPECTED),
        },
        Value::Text(text) => {
            let ends = text
                .split_once("..")
                .and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
            match ends {
                Some(ends) => ends,
                None => return wrong(report, at, &node.value, EXPECTED),
            }
        }
        other => return wrong(report, at, other, EXPECTED),
    };
    if first > last {
        report.push(at, ValueError::ReversedRange { first, last });
        return None;
    }
    if last >= count {
        report.push(at, ValueError::NoSuchStage { found: last, last: count.saturating_sub(1) });
        return None;
    }
    Some((first, last))
}
