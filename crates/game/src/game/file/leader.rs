//! `[leader]`: what she may choose, as it stands in the file.

use super::document::Node;
use super::fields::{Fields, Found, boolean, list, table, text};
use super::least::Shape;
use super::names::{Kind, Names, distinct, plain_names, usable, valid};
use super::numbers::Numbers;
use super::problem::{ModelError, ValueError};
use super::process::{ProcessDraft, process};
use super::report::{At, Report};
use super::rules::{
    PayoffRule, RequireRule, RewardRule, Scope, payoff_rules, require_rules, reward_rules,
};
use super::variables::{VariablesDraft, variables};
use crate::exact::Rational;
use crate::game::Decision;
use crate::game::expression::{LeaderTerms, spelled};
use std::collections::BTreeMap;

/// Most parameters of a leader.
pub(super) const MOST_PARAMETERS: usize = 1_000_000;

/// The leader before formulas are evaluated.
#[derive(Default)]
pub(super) struct LeaderDraft {
    /// Parameters that formulas use by their names.
    pub named: Vec<String>,
    /// All parameters.
    pub parameters: Vec<String>,
    pub terms: LeaderTerms,
    pub choice: Choice,
    pub rewards: Vec<RewardRule>,
    pub payoffs: Vec<PayoffRule>,
    pub requirements: Vec<RequireRule>,
}

/// How the file says what she may choose.
#[derive(Default)]
pub(super) enum Choice {
    #[default]
    None,
    Decisions(Vec<Decision>),
    Variables(VariablesDraft),
    /// One simplex of so many actions per group.
    Mixed {
        groups: usize,
        actions: usize,
    },
    Process(ProcessDraft),
}

impl LeaderDraft {
    /// What is known of her decisions besides the polytope.
    pub(super) fn shape(&self, stages: usize) -> Shape {
        match &self.terms {
            LeaderTerms::Process { states, actions, .. } => {
                Shape::Process(stages, states.len(), actions.len())
            }
            _ => Shape::General,
        }
    }
}

const KINDS: [&str; 4] = ["decisions", "variables", "mixed", "process"];
const KEYS: [&str; 8] =
    ["decisions", "variables", "constraints", "mixed", "process", "reward", "payoff", "require"];

/// Reads the leader; `None` when her parameters are not known, so that no formula can be evaluated.
pub(super) fn leader(
    report: &mut Report,
    found: Option<Found<'_>>,
    scope: &Scope<'_>,
    numbers: &Numbers,
) -> Option<LeaderDraft> {
    let Some((at, node)) = found else { return Some(LeaderDraft::default()) };
    let fields = Fields::of(report, at, node, &KEYS)?;
    let rewards = reward_rules(report, "leader.reward", fields.get("reward"), scope);
    let payoffs = payoff_rules(report, fields.get("payoff"), scope.stages);
    let requirements = require_rules(report, fields.get("require"), numbers);
    let given: Vec<&'static str> =
        KINDS.into_iter().filter(|kind| fields.get(kind).is_some()).collect();
    if let [first, second, ..] = given.as_slice() {
        report.push(&fields.at, ValueError::TwoKinds { first, second });
        return None;
    }
    if let (Some((at, _)), None) = (fields.get("constraints"), fields.get("variables")) {
        report.push(&at, ValueError::ConstraintsAlone);
        return None;
    }
    let mut draft = match given.first().and_then(|kind| Some((*kind, fields.get(kind)?))) {
        None => LeaderDraft::default(),
        Some(("decisions", found)) => decisions(report, found, numbers)?,
        Some(("variables", found)) => variables(report, found, fields.get("constraints"), numbers)?,
        Some(("mixed", found)) => mixed(report, found, scope.stages)?,
        Some((_, found)) => process(report, found, scope.stages, numbers)?,
    };
    draft.rewards = rewards;
    draft.payoffs = payoffs;
    draft.requirements = requirements;
    Some(draft)
}

/// `decisions = [ { name = "low", toll = 0 }, ... ]`. Parameters are taken in the order of their
/// names, so that the order of keys within a table means nothing.
fn decisions(report: &mut Report, (at, node): Found<'_>, numbers: &Numbers) -> Option<LeaderDraft> {
    let items = list(report, &at, node, "a list of decisions")?;
    if items.is_empty() {
        report.push(&at, ValueError::Empty { expected: "at least one decision" });
        return None;
    }
    let mut parameters: BTreeMap<String, ()> = BTreeMap::new();
    let mut read: Vec<(At, String, BTreeMap<String, Rational>)> = Vec::with_capacity(items.len());
    let mut fine = true;
    for (index, item) in items.iter().enumerate() {
        let here = at.entry(index, item);
        match decision(report, &here, item, &mut parameters, numbers) {
            Some((name, values)) => read.push((here, name, values)),
            None => fine = false,
        }
    }
    fine &= distinct(report, Kind::Decision, read.iter().map(|(at, name, _)| (at, name.as_str())));
    let parameters: Vec<String> = parameters.into_keys().collect();
    let mut decisions = Vec::with_capacity(read.len());
    for (here, name, mut values) in read {
        for parameter in &parameters {
            if !values.contains_key(parameter) {
                let problem = ModelError::MissingParameter {
                    decision: name.clone(),
                    parameter: parameter.clone(),
                };
                report.push(&here, problem);
                fine = false;
            }
        }
        let values = parameters
            .iter()
            .map(|parameter| values.remove(parameter).unwrap_or(Rational::ZERO))
            .collect();
        decisions.push(Decision { name: Some(name), values });
    }
    fine.then(|| LeaderDraft {
        named: parameters.clone(),
        parameters,
        choice: Choice::Decisions(decisions),
        ..LeaderDraft::default()
    })
}

/// The name and the values of one decision. Parameters are noted even when their values are wrong,
/// so that other decisions are not blamed.
fn decision(
    report: &mut Report,
    at: &At,
    node: &Node,
    parameters: &mut BTreeMap<String, ()>,
    numbers: &Numbers,
) -> Option<(String, BTreeMap<String, Rational>)> {
    let mut name = None;
    let mut values = BTreeMap::new();
    let mut fine = true;
    for entry in table(report, at, node, "a table of a name and a value per parameter")? {
        let here = at.key(&entry.key, entry.node.mark);
        if entry.key == "name" {
            name = text(report, &here, &entry.node, "a name")
                .filter(|name| valid(report, &here, Kind::Decision, name));
            fine &= name.is_some();
        } else if usable(report, &here, Kind::Parameter, &entry.key) {
            parameters.insert(entry.key.clone(), ());
            match numbers.read(report, &here, &entry.node) {
                Some(value) => drop(values.insert(entry.key.clone(), value)),
                None => fine = false,
            }
        } else {
            fine = false;
        }
    }
    if name.is_none() && fine {
        report
            .push(at, ValueError::MissingKey { key: "name", expected: "the name of the decision" });
    }
    let name = name?.to_string();
    fine.then_some((name, values))
}

/// `mixed = { actions = [...], per_stage = true }`.
fn mixed(report: &mut Report, (at, node): Found<'_>, stages: usize) -> Option<LeaderDraft> {
    let fields = Fields::of(report, at, node, &["actions", "per_stage"])?;
    let actions = fields.require(report, "actions", "a list of the leader's actions");
    let actions: Option<Names> =
        actions.and_then(|found| plain_names(report, found, Kind::LeaderAction));
    let per_stage = match fields.get("per_stage") {
        None => Some(false),
        Some((at, node)) => boolean(report, &at, node),
    };
    let (actions, per_stage) = (actions?, per_stage?);
    let groups = if per_stage { stages } else { 1 };
    if groups.saturating_mul(actions.len()) > MOST_PARAMETERS {
        let coefficients = groups.saturating_mul(actions.len());
        report.push(&fields.at, ModelError::LeaderTooLarge { coefficients, most: MOST_PARAMETERS });
        return None;
    }
    let name = |group: usize, action: &String| {
        let action = spelled(action);
        if per_stage { format!("p[{action}]@{group}") } else { format!("p[{action}]") }
    };
    let parameters = (0..groups)
        .flat_map(|group| actions.list().iter().map(move |action| name(group, action)))
        .collect();
    let count = actions.len();
    Some(LeaderDraft {
        parameters,
        terms: LeaderTerms::Mixed { actions: actions.list().to_vec(), per_stage, first: 0 },
        choice: Choice::Mixed { groups, actions: count },
        ..LeaderDraft::default()
    })
}
