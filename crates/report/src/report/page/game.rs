//! A game in words and formulas, for pages: what its file says, in the order in which a paper says
//! it.

use super::mathml::{escape, formula, identifier, math};
use super::numbers::shown;
use crate::exact::Rational;
use crate::game::{Game, Outline, classify};
use minijinja::Value;
use serde::Serialize;

/// Most entries of a list that a page shows; the others are counted.
pub(super) const MOST_ROWS: usize = 60;

/// What the template prints of a game. Fields of [`Value`] are markup.
#[derive(Debug, Serialize)]
pub(super) struct GameView {
    name: String,
    file: String,
    hash: String,
    /// Paragraphs.
    description: Vec<String>,
    source: String,
    class: String,
    class_reason: String,
    stages: usize,
    states: Entities,
    actions: Entities,
    pairs: usize,
    /// The factor with whose powers stages count.
    discount: Option<Value>,
    defines: Vec<(Value, Value)>,
    available: Vec<(String, String)>,
    rewards: Rules,
    transitions: Rules,
    leader: LeaderView,
    tables: bool,
    mean_field: bool,
}

/// States or actions with their attributes.
#[derive(Debug, Serialize)]
struct Entities {
    count: usize,
    /// Names of attributes that some of them have.
    attributes: Vec<String>,
    rows: Vec<EntityRow>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct EntityRow {
    name: String,
    attributes: Vec<Value>,
    initial: Option<Value>,
}

/// Rules of a file.
#[derive(Debug, Default, Serialize)]
struct Rules {
    rows: Vec<RuleRow>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct RuleRow {
    place: String,
    value: Value,
}

#[derive(Debug, Default, Serialize)]
struct LeaderView {
    /// `none`, `decisions`, `variables`, `mixed` or `process`.
    kind: &'static str,
    parameters: Vec<Value>,
    /// A name and a value per parameter.
    decisions: Vec<(String, Vec<Value>)>,
    more: usize,
    variables: Vec<VariableRow>,
    constraints: Vec<Value>,
    actions: Vec<String>,
    rewards: Rules,
    payoffs: Rules,
}

#[derive(Debug, Serialize)]
struct VariableRow {
    name: Value,
    lower: Value,
    upper: Value,
    grid: Option<Value>,
}

/// `markup` for the template.
pub(super) fn safe(markup: String) -> Value {
    Value::from_safe_string(markup)
}

impl GameView {
    /// The view of `game`, whose file reads `outline`.
    pub(super) fn new(game: &Game, outline: &Outline, file: &str) -> Self {
        let classification = classify(game);
        let initial = |index: usize| game.initial.get(index);
        GameView {
            name: game.name.clone(),
            file: file.to_string(),
            hash: game.hash(),
            description: paragraphs(&game.description),
            source: game.source.clone(),
            class: classification.class.to_string(),
            class_reason: without_aggregates(&classification.reason),
            stages: game.stages.len(),
            states: entities(&game.states, outline.get("states"), &initial),
            actions: entities(&game.actions, outline.get("actions"), &|_| None),
            pairs: game.stages.iter().map(|stage| stage.pairs.len()).sum(),
            discount: outline
                .get("discount")
                .and_then(Outline::text)
                .map(|text| safe(formula(text))),
            defines: defines(outline.get("define")),
            available: available(outline.get("available")),
            rewards: rules(outline.get("reward")),
            transitions: transitions(outline.get("transition")),
            leader: leader(game, outline.get("leader")),
            tables: outline.get("reward").is_none() && outline.get("transition").is_none(),
            mean_field: !game.aggregates.is_empty(),
        }
    }
}

/// What stands between empty lines, each on one line.
fn paragraphs(text: &str) -> Vec<String> {
    let one_line = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    text.split("\n\n").map(one_line).filter(|part| !part.is_empty()).collect()
}

/// A reason without the numbers of aggregates, which a page does not list.
fn without_aggregates(reason: &str) -> String {
    let end = [", through m", " through m"].iter().find_map(|words| reason.find(words));
    reason[..end.unwrap_or(reason.len())].to_string()
}

fn entities<'a>(
    names: &[String],
    outline: Option<&Outline>,
    initial: &dyn Fn(usize) -> Option<&'a Rational>,
) -> Entities {
    let written = outline.map(Outline::entries).unwrap_or_default();
    let mut attributes: Vec<String> = Vec::new();
    for entry in written {
        if let Outline::Table(keys) = entry {
            for (key, _) in keys.iter().filter(|(key, _)| key != "name") {
                if !attributes.contains(key) {
                    attributes.push(key.clone());
                }
            }
        }
    }
    let value = |index: usize, key: &String| {
        let found = written.get(index).and_then(|entry| entry.get(key)).and_then(Outline::text);
        safe(found.map_or_else(String::new, formula))
    };
    let row = |(index, name): (usize, &String)| EntityRow {
        name: name.clone(),
        attributes: attributes.iter().map(|key| value(index, key)).collect(),
        initial: initial(index).filter(|mass| !mass.is_zero()).map(|mass| safe(shown(mass))),
    };
    Entities {
        count: names.len(),
        rows: names.iter().enumerate().take(MOST_ROWS).map(row).collect(),
        more: names.len().saturating_sub(MOST_ROWS),
        attributes,
    }
}

fn defines(outline: Option<&Outline>) -> Vec<(Value, Value)> {
    let Some(Outline::Table(entries)) = outline else { return Vec::new() };
    let pair = |(name, value): &(String, Outline)| {
        let value = value.text().map(formula).unwrap_or_default();
        (safe(math(&identifier(name))), safe(value))
    };
    entries.iter().take(MOST_ROWS).map(pair).collect()
}

/// `a`, `a or b`, for a name or a list of names.
fn names(outline: &Outline) -> String {
    match outline {
        Outline::Scalar(name) => name.replace("..", " to "),
        Outline::List(entries) => {
            let words: Vec<String> = entries.iter().map(names).collect();
            words.join(", ")
        }
        Outline::Table(_) => String::new(),
    }
}

/// Where a rule applies, in words.
fn place(rule: &Outline) -> String {
    let mut words = Vec::new();
    for key in ["population", "state", "action"] {
        if let Some(selector) = rule.get(key) {
            words.push(format!("{key} {}", names(selector)));
        }
    }
    if let Some(selector) = rule.get("stage") {
        words.push(format!("stage {}", names(selector)));
    }
    words.join("; ")
}

fn available(outline: Option<&Outline>) -> Vec<(String, String)> {
    let rules = outline.map(Outline::entries).unwrap_or_default();
    let row = |rule: &Outline| (place(rule), rule.get("actions").map(names).unwrap_or_default());
    rules.iter().take(MOST_ROWS).map(row).collect()
}

fn rules(outline: Option<&Outline>) -> Rules {
    listed(outline, |rule| rule.get("value").and_then(Outline::text).map(formula))
}

fn transitions(outline: Option<&Outline>) -> Rules {
    listed(outline, |rule| match rule.get("to")? {
        Outline::Table(entries) => {
            let part = |(state, value): &(String, Outline)| {
                let value = value.text().unwrap_or_default();
                let value = if value == "rest" { "the rest".into() } else { formula(value) };
                format!("{}: {value}", escape(state))
            };
            let parts: Vec<String> = entries.iter().map(part).collect();
            Some(parts.join("<br>"))
        }
        one => Some(format!("{}: {}", escape(one.text()?), formula("1"))),
    })
}

fn listed(outline: Option<&Outline>, value: impl Fn(&Outline) -> Option<String>) -> Rules {
    let all = outline.map(Outline::entries).unwrap_or_default();
    let row = |rule: &Outline| RuleRow {
        place: place(rule),
        value: safe(value(rule).unwrap_or_default()),
    };
    Rules {
        rows: all.iter().take(MOST_ROWS).map(row).collect(),
        more: all.len().saturating_sub(MOST_ROWS),
    }
}

fn leader(game: &Game, outline: Option<&Outline>) -> LeaderView {
    let Some(outline) = outline else {
        return LeaderView { kind: "none", ..LeaderView::default() };
    };
    let kinds = ["decisions", "variables", "mixed", "process"];
    let kind = kinds.into_iter().find(|kind| outline.get(kind).is_some()).unwrap_or("none");
    let mut view = LeaderView {
        kind,
        rewards: rules(outline.get("reward")),
        payoffs: rules(outline.get("payoff")),
        ..LeaderView::default()
    };
    match kind {
        "decisions" => {
            let all = game.finite_decisions().unwrap_or_default();
            let parameters = game.leader.parameters.iter();
            view.parameters = parameters.map(|name| safe(math(&identifier(name)))).collect();
            let row = |decision: &crate::game::Decision| {
                let values = decision.values.iter().map(|value| safe(shown(value))).collect();
                (decision.name.clone().unwrap_or_default(), values)
            };
            view.decisions = all.iter().take(MOST_ROWS).map(row).collect();
            view.more = all.len().saturating_sub(MOST_ROWS);
        }
        "variables" => {
            let written = outline.get("variables").map(Outline::entries).unwrap_or_default();
            view.variables = written.iter().take(MOST_ROWS).map(variable).collect();
            let constraints = outline.get("constraints").map(Outline::entries).unwrap_or_default();
            let texts = constraints.iter().filter_map(Outline::text);
            view.constraints = texts.map(|text| safe(constraint(text))).collect();
        }
        "mixed" | "process" => {
            let own = outline.get(kind).and_then(|own| own.get("actions"));
            let entries = own.map(Outline::entries).unwrap_or_default();
            view.actions = entries.iter().filter_map(Outline::text).map(str::to_string).collect();
        }
        _ => {}
    }
    view
}

fn variable(written: &Outline) -> VariableRow {
    let text = |key: &str| written.get(key).and_then(Outline::text);
    let grid = match (text("integer"), text("step")) {
        (Some("true"), _) => Some(safe("whole numbers".into())),
        (_, Some(step)) => Some(safe(format!("steps of {}", formula(step)))),
        _ => None,
    };
    VariableRow {
        name: safe(math(&identifier(text("name").unwrap_or_default()))),
        lower: safe(text("lower").map(formula).unwrap_or_default()),
        upper: safe(text("upper").map(formula).unwrap_or_default()),
        grid,
    }
}

/// Two formulas and the relation between them.
fn constraint(text: &str) -> String {
    for (symbol, shown) in [("<=", "≤"), (">=", "≥"), ("==", "="), ("=", "=")] {
        if let Some((left, right)) = text.split_once(symbol) {
            return format!("{} {shown} {}", formula(left.trim()), formula(right.trim()));
        }
    }
    escape(text)
}
