//! Rewards per stage: every matching rule adds up.

use super::evaluate::{Context, Stopped, groups};
use super::gather::{Gather, total};
use super::problem::ModelError;
use super::report::At;
use super::rules::RewardRule;
use super::segments::{Segment, segments};
use super::selector::Stages;
use super::tables::{Part, reward_parts};
use crate::game::expression::{Dependence, Place};
use crate::game::{Columns, Pairs};
use std::collections::HashMap;
use std::sync::Arc;

/// One vector of rewards per stage, from tables and rules. Rules that do not depend on the stage
/// are evaluated once for all stages with the same rules and pairs.
pub(super) fn rewards(
    context: &mut Context<'_, '_>,
    rules: &[RewardRule],
    parts: &[Part],
    pairs: &[Arc<Pairs>],
    actions: usize,
) -> Result<Vec<Columns>, Stopped> {
    let dependence: Vec<Dependence> =
        rules.iter().map(|rule| context.evaluator.dependence(&rule.value.expression)).collect();
    let mut task = Task {
        context,
        rules,
        dependence: &dependence,
        actions,
        matched: vec![false; rules.len()],
        broken: vec![false; rules.len()],
    };
    let of = |wanted: Group| {
        (0..)
            .zip(rules.iter().zip(&dependence))
            .filter(move |(_, (rule, on))| Group::of(rule, **on) == wanted)
            .map(|(index, (rule, _))| (index, &rule.places.stages))
    };
    let (fixed_tables, moving_tables): (Vec<&Part>, Vec<&Part>) =
        parts.iter().partition(|part| part.constant_over_stages(task.context));
    let mut known_tables: HashMap<*const Pairs, Columns> = HashMap::new();
    let everywhere: Vec<u32> = of(Group::Everywhere).map(|(index, _)| index).collect();
    let (Some(fixed), Some(moving)) =
        (segments(pairs.len(), of(Group::Somewhere)), segments(pairs.len(), of(Group::Moving)))
    else {
        return Err(task
            .context
            .stop(&At::document(), ModelError::TooMuchWork { what: "the reward rules" }));
    };
    let mut cache: HashMap<(usize, *const Pairs), Columns> = HashMap::new();
    let mut result = Vec::with_capacity(pairs.len());
    let (mut fixed, mut moving) = (Cursor::new(&fixed), Cursor::new(&moving));
    for (stage, pairs) in pairs.iter().enumerate() {
        let mut parts: Vec<Columns> = Vec::new();
        for (segment, rules) in [(usize::MAX, everywhere.as_slice()), fixed.at(stage)] {
            let key = (segment, Arc::as_ptr(pairs));
            let part = match cache.get(&key) {
                Some(part) => part.clone(),
                None => {
                    let part = task.sum(rules, stage, pairs)?;
                    cache.insert(key, part.clone());
                    part
                }
            };
            parts.push(part);
        }
        parts.push(task.sum(moving.at(stage).1, stage, pairs)?);
        let tables = match (fixed_tables.is_empty(), known_tables.get(&Arc::as_ptr(pairs))) {
            (true, _) => Columns::new(pairs.len(), Vec::new()),
            (false, Some(known)) => known.clone(),
            (false, None) => {
                let sum = reward_parts(task.context, &fixed_tables, stage, pairs, actions)?;
                known_tables.insert(Arc::as_ptr(pairs), sum.clone());
                sum
            }
        };
        parts.push(tables);
        if !moving_tables.is_empty() {
            parts.push(reward_parts(task.context, &moving_tables, stage, pairs, actions)?);
        }
        let parts: Vec<&Columns> = parts.iter().filter(|part| !part.columns().is_empty()).collect();
        let sum = match parts.as_slice() {
            [only] => (*only).clone(),
            several => total(pairs.len(), several),
        };
        result.push(task.context.share(sum));
    }
    for (rule, _) in rules.iter().zip(&task.matched).filter(|(_, matched)| !**matched) {
        task.context.report.push(&rule.at, ModelError::MatchesNothing);
    }
    Ok(result)
}

/// How a rule's value varies over stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    /// The same at every stage.
    Everywhere,
    /// The same at the stages it is about.
    Somewhere,
    /// It depends on the stage.
    Moving,
}

impl Group {
    fn of(rule: &RewardRule, dependence: Dependence) -> Self {
        match (&rule.places.stages, dependence.stage) {
            (_, true) => Group::Moving,
            (Stages::All, false) => Group::Everywhere,
            (Stages::Ranges(_), false) => Group::Somewhere,
        }
    }
}

/// Walks through segments by increasing stage.
pub(super) struct Cursor<'s> {
    segments: &'s [Segment],
    passed: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(segments: &'s [Segment]) -> Self {
        Cursor { segments, passed: 0 }
    }

    /// The segment of `stage` and its rules.
    pub(super) fn at(&mut self, stage: usize) -> (usize, &'s [u32]) {
        while let [first, rest @ ..] = self.segments {
            if first.last >= stage {
                return (self.passed, &first.rules);
            }
            self.segments = rest;
            self.passed += 1;
        }
        (self.passed, &[])
    }
}

struct Task<'t, 'c, 's> {
    context: &'t mut Context<'c, 's>,
    rules: &'t [RewardRule],
    dependence: &'t [Dependence],
    actions: usize,
    /// Rules that have applied somewhere.
    matched: Vec<bool>,
    /// Rules with a reported error, which are not tried again.
    broken: Vec<bool>,
}

impl Task<'_, '_, '_> {
    fn sum(&mut self, rules: &[u32], stage: usize, pairs: &Pairs) -> Result<Columns, Stopped> {
        let mut gather = Gather::new(pairs.len());
        for &index in rules {
            let index = index as usize;
            let (Some(rule), Some(dependence)) =
                (self.rules.get(index), self.dependence.get(index))
            else {
                continue;
            };
            if self.broken.get(index) == Some(&true) {
                continue;
            }
            for (state, action, targets) in groups(&rule.places, *dependence, pairs, self.actions) {
                self.context.spend(targets.len())?;
                set(&mut self.matched, index);
                let place = Place { stage: Some(stage), state, action };
                let Some(value) = self.context.value(&rule.value, place) else {
                    set(&mut self.broken, index);
                    break;
                };
                if let Err(problem) = gather.add(&value, &targets) {
                    return Err(self.context.stop(&rule.at, problem));
                }
            }
        }
        gather.finish().map_err(|problem| self.context.stop(&At::document(), problem))
    }
}

fn set(flags: &mut [bool], index: usize) {
    if let Some(flag) = flags.get_mut(index) {
        *flag = true;
    }
}
