//! From a document to a game: names, then rules, then their formulas, then the normal form.

use super::availability::pairs;
use super::document::{Mark, Node, quoted};
use super::domains::prove_domains;
use super::evaluate::{Context, Stopped};
use super::fields::{Fields, Formula, formula, table};
use super::header::{Header, KEYS, format, header};
use super::leader::{Choice, LeaderDraft, leader};
use super::names::{Kind, usable};
use super::numbers::Numbers;
use super::populations::stay;
use super::probabilities::prove;
use super::problem::ModelError;
use super::process::{MOST_COEFFICIENTS, simplices};
use super::report::{At, Report};
use super::rewards::rewards;
use super::rules::{
    PayoffRule, RequireRule, RewardRule, TransitionRule, available_rules, reward_rules,
    transition_rules,
};
use super::tables::{Frame, Tables, read};
use super::transitions::transitions;
use crate::exact::Rational;
use crate::game::canonical::canonical;
use crate::game::expression::{Evaluator, Expression, Place, Symbols};
use crate::game::nearest::nearest;
use crate::game::{
    Decision, DecisionSet, Game, Leader, Pairs, Polynomial, Requirement, Stage, Vocabulary,
};
use std::sync::Arc;

/// Everything the file says, formulas not evaluated.
struct Draft {
    header: Header,
    pairs: Vec<Arc<Pairs>>,
    rewards: Vec<RewardRule>,
    transitions: Vec<TransitionRule>,
    leader: LeaderDraft,
    defines: Vec<(String, Formula)>,
    /// Whether every transition rule could be read.
    complete: bool,
    tables: Tables,
}

/// The game a document describes, with the tables in the text `tables` and other values of some
/// constants; `None` when something is wrong, which is reported.
pub(super) fn build(
    report: &mut Report,
    node: &Node,
    tables: Option<&str>,
    changes: &[(String, Rational)],
) -> Option<Game> {
    let draft = draft(report, node, tables, changes)?;
    let header = &draft.header;
    let symbols = Symbols {
        states: header.states.clone(),
        actions: header.actions.clone(),
        pairs: draft.pairs.clone(),
        initial: header.initial.clone(),
        parameters: draft.leader.named.clone(),
        leader_terms: draft.leader.terms.clone(),
        named_aggregates: draft.tables.aggregates.clone(),
        defines: draft
            .defines
            .iter()
            .map(|(name, formula)| (name.clone(), formula.expression.clone()))
            .collect(),
        populations: header.populations.parts().to_vec(),
    };
    let evaluator = match Evaluator::new(&symbols) {
        Ok(evaluator) => evaluator,
        Err(errors) => {
            for error in errors {
                let define = draft.defines.iter().find(|(name, _)| *name == error.name);
                report.formula(
                    define.map_or(&At::document(), |(_, formula)| &formula.at),
                    error.error,
                );
            }
            return None;
        }
    };
    let mut context = Context::new(evaluator, report);
    context.normalised = draft.tables.normalise.then_some(Rational::ZERO);
    let game = evaluate(&mut context, &draft).ok()?;
    let origins = std::mem::take(&mut context.origins);
    let normalised = context.normalised.take();
    let (aggregates, functions) = context.evaluator.into_variables();
    if !report.clean() {
        return None;
    }
    let requirements = requirements(&draft.leader.requirements);
    let vocabulary = Arc::new(Vocabulary { requirements, normalised, ..Vocabulary::of(&symbols) });
    let (aggregates, functions) = (Arc::new(aggregates), Arc::new(functions));
    let mut game = Game { aggregates, functions, vocabulary, ..game };
    let shape = draft.leader.shape(draft.header.stages);
    if let Err(errors) = prove_domains(&mut game, shape) {
        for (index, error) in errors {
            report.push(origins.get(index).unwrap_or(&At::document()), error);
        }
        return None;
    }
    let game = canonical(game);
    let blame = |stage, state, action| winner(&draft.transitions, stage, state, action);
    stay(report, &game, &blame);
    prove(report, &game, shape, &blame);
    Some(game)
}

/// The transition rule that wins at a stage, state and action; the tables where none does.
fn winner(rules: &[TransitionRule], stage: usize, state: usize, action: usize) -> At {
    let matches = |rule: &&TransitionRule| {
        rule.places.stages.contains(stage)
            && rule.places.states.contains(state)
            && rule.places.actions.contains(action)
    };
    rules.iter().rev().find(matches).map_or_else(
        || At::document().key("tables", Mark::default()).key("transition", Mark::default()),
        |rule| rule.at.clone(),
    )
}

/// Reads everything that can be read without evaluating formulas.
fn draft(
    report: &mut Report,
    node: &Node,
    tables: Option<&str>,
    changes: &[(String, Rational)],
) -> Option<Draft> {
    let at = At::document();
    let fields = Fields::of(report, at, node, &KEYS)?;
    if !format(report, &fields) {
        return None;
    }
    let mut defines = defines(report, &fields);
    if !change(report, defines.as_deref_mut().unwrap_or_default(), changes) {
        return None;
    }
    let numbers = Numbers::new(defines.as_deref().unwrap_or_default());
    let header = header(report, &fields, &numbers)?;
    let scope = header.scope();
    let available = available_rules(report, fields.get("available"), &scope);
    let before = report.count();
    let rewards = reward_rules(report, "reward", fields.get("reward"), &scope);
    let transitions = transition_rules(report, "transition", fields.get("transition"), &scope);
    let complete = report.count() == before;
    let leader = leader(report, fields.get("leader"), &scope, &numbers);
    let pairs = available.and_then(|rules| {
        let (states, actions) = (&header.state_names, &header.action_names);
        pairs(report, &rules, header.stages, states, actions, &header.populations)
    });
    let pairs = pairs?;
    let tables = match tables {
        None => Tables::default(),
        Some(text) => read(
            report,
            text,
            Frame { states: header.states.len(), actions: header.actions.len(), pairs: &pairs },
        )?,
    };
    Some(Draft {
        tables,
        pairs,
        rewards,
        transitions,
        leader: leader?,
        defines: defines?,
        complete,
        header,
    })
}

fn defines(report: &mut Report, fields: &Fields<'_>) -> Option<Vec<(String, Formula)>> {
    let Some((at, node)) = fields.get("define") else { return Some(Vec::new()) };
    let mut defines = Vec::new();
    let mut fine = true;
    for entry in table(report, &at, node, "a table of names and formulas")? {
        let here = at.key(&entry.key, entry.node.mark);
        let named = usable(report, &here, Kind::Define, &entry.key);
        match formula(report, here, &entry.node) {
            Some(formula) if named => defines.push((entry.key.clone(), formula)),
            _ => fine = false,
        }
    }
    fine.then_some(defines)
}

/// Gives constants other values; whether all of them are constants of the file.
fn change(
    report: &mut Report,
    defines: &mut [(String, Formula)],
    changes: &[(String, Rational)],
) -> bool {
    if changes.is_empty() {
        return true;
    }
    let numbers = Numbers::new(defines);
    let constants: Vec<String> = numbers.constants().map(str::to_string).collect();
    let mut fine = true;
    for (name, value) in changes {
        match defines.iter_mut().find(|(own, _)| own == name && constants.contains(own)) {
            Some((_, formula)) => formula.expression = Expression::constant(value.clone()),
            None => {
                let suggestion =
                    nearest(name, constants.iter().map(String::as_str)).map(str::to_string);
                report.push(
                    &At::document(),
                    ModelError::NoConstant {
                        name: quoted(name),
                        suggestion,
                        constants: constants.clone(),
                    },
                );
                fine = false;
            }
        }
    }
    fine
}

/// Evaluates all formulas. The aggregates of the game are filled in afterwards.
fn evaluate(context: &mut Context<'_, '_>, draft: &Draft) -> Result<Game, Stopped> {
    let Draft { header, pairs, leader, tables, .. } = draft;
    let scope = header.scope();
    let actions = header.actions.len();
    let reward = rewards(context, &draft.rewards, &tables.reward, pairs, actions)?;
    let leader_reward = rewards(context, &leader.rewards, &tables.leader_reward, pairs, actions)?;
    let mut transition = transitions(
        context,
        &draft.transitions,
        &tables.transition,
        pairs,
        &scope,
        draft.complete,
    )?
    .into_iter();
    let payoff = payoff(context, &leader.payoffs, header);
    for rule in &leader.requirements {
        // The expression is read again when it is asked about; here its slips are found.
        context.value(&rule.value, Place::default());
    }
    let decisions = decision_set(context, &leader.choice)?;
    let stages = pairs
        .iter()
        .zip(reward.into_iter().zip(leader_reward))
        .zip(header.discounts())
        .map(|((pairs, (reward, leader_reward)), discount)| Stage {
            pairs: Arc::clone(pairs),
            reward: reward.scaled(&discount),
            leader_reward: leader_reward.scaled(&discount),
            transition: transition.next(),
        })
        .collect();
    Ok(Game {
        name: header.name.clone(),
        description: header.description.clone(),
        source: header.source.clone(),
        states: header.state_names.list().to_vec(),
        actions: header.action_names.list().to_vec(),
        initial: header.initial.clone(),
        leader: Leader { parameters: leader.parameters.clone(), decisions },
        aggregates: Arc::default(),
        functions: Arc::default(),
        stages,
        payoff,
        vocabulary: Arc::default(),
    })
}

/// Requirements one by one, with expressions on one line, as certificates keep them.
fn requirements(rules: &[RequireRule]) -> Vec<Requirement> {
    let of_rule = |rule: &RequireRule| {
        let value = rule.value.expression.text().replace(char::is_control, " ");
        let limits = rule.limits.iter();
        limits.map(|limit| Requirement { value: value.clone(), limit: limit.clone() }).collect()
    };
    rules.iter().flat_map(|rule| -> Vec<Requirement> { of_rule(rule) }).collect()
}

fn payoff(context: &mut Context<'_, '_>, rules: &[PayoffRule], header: &Header) -> Polynomial {
    let mut payoff = Polynomial::zero();
    if rules.is_empty() {
        return payoff;
    }
    let discounts: Vec<Rational> = header.discounts().take(header.stages).collect();
    for rule in rules {
        let places: Vec<Place> = match &rule.stages {
            None => vec![Place::default()],
            Some(chosen) => {
                let chosen =
                    chosen.ranges(header.stages).into_iter().flat_map(|(first, last)| first..=last);
                chosen.map(|stage| Place { stage: Some(stage), ..Place::default() }).collect()
            }
        };
        for place in places {
            match context.value(&rule.value, place) {
                Some(value) => {
                    let discount = place.stage.and_then(|stage| discounts.get(stage));
                    payoff = payoff.plus(&value, discount.unwrap_or(&Rational::ONE));
                }
                None => break,
            }
        }
    }
    payoff
}

fn decision_set(context: &mut Context<'_, '_>, choice: &Choice) -> Result<DecisionSet, Stopped> {
    let set = match choice {
        Choice::None => {
            Some(DecisionSet::Finite(vec![Decision { name: None, values: Vec::new() }]))
        }
        Choice::Decisions(decisions) => Some(DecisionSet::Finite(decisions.clone())),
        Choice::Variables(draft) => draft.decision_set(context.report, &mut context.evaluator),
        Choice::Mixed { groups, actions } => {
            let set = simplices(*groups, *actions);
            if set.is_none() {
                let coefficients = groups.saturating_mul(*groups).saturating_mul(*actions);
                return Err(context.stop(
                    &At::document(),
                    ModelError::LeaderTooLarge { coefficients, most: MOST_COEFFICIENTS },
                ));
            }
            set
        }
        Choice::Process(draft) => draft.decision_set(context.report, &mut context.evaluator),
    };
    set.ok_or(Stopped)
}
