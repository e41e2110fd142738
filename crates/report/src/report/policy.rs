//! Policies in results: dense rows for programs, reached states for people.

use super::cells::{approximate, cell};
use super::json::{Entries, Exact, List};
use super::words::{action_name, plain, state_name};
use crate::certificate::Part;
use crate::exact::{Rational, to_approx};
use crate::game::{Game, Numbers, Policy, StageNumbers, StagePolicy};
use serde::ser::{Serialize, SerializeSeq, Serializer};

/// `[stage][state][action]` probabilities as exact strings, 0 for actions that are not available.
pub(super) struct PolicyRows<'a> {
    pub(super) game: &'a Game,
    pub(super) policy: &'a Policy,
}

impl Serialize for PolicyRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let actions = self.game.actions.len();
        let stages = List(|| {
            self.policy.stages.iter().map(move |stage| {
                List(move || {
                    (0..stage.states()).map(move |state| ActionRow { stage, state, actions })
                })
            })
        });
        stages.serialize(serializer)
    }
}

struct ActionRow<'a> {
    stage: &'a StagePolicy,
    state: usize,
    actions: usize,
}

impl Serialize for ActionRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(Some(self.actions))?;
        for action in 0..self.actions {
            match self.stage {
                StagePolicy::Pure(played) => {
                    row.serialize_element(if played[self.state] as usize == action {
                        "1"
                    } else {
                        "0"
                    })?
                }
                StagePolicy::Mixed(_) => {
                    row.serialize_element(&Exact(&self.stage.probability(self.state, action)))?
                }
            }
        }
        row.end()
    }
}

/// `{"weight", "policy"}`, the policy as `[stage][state]` names of actions, or tables of
/// probabilities where it mixes.
pub(super) struct PartRows<'a> {
    pub(super) game: &'a Game,
    pub(super) part: &'a Part,
}

impl Serialize for PartRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let game = self.game;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("weight", &Exact(&self.part.weight))?;
        let stages = &self.part.policy.stages;
        map.serialize_entry(
            "policy",
            &List(|| stages.iter().map(|stage| NamedRow { game, stage })),
        )?;
        map.end()
    }
}

struct NamedRow<'a> {
    game: &'a Game,
    stage: &'a StagePolicy,
}

impl Serialize for NamedRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = |action: u32| action_name(self.game, action as usize);
        match self.stage {
            StagePolicy::Pure(actions) => {
                serializer.collect_seq(actions.iter().map(|&action| name(action)))
            }
            StagePolicy::Mixed(rows) => serializer.collect_seq(rows.iter().map(|row| {
                Entries(move || row.iter().map(move |(action, p)| (name(*action), Exact(p))))
            })),
        }
    }
}

/// What followers do where there are any: the first rows of a table, and how many more there are.
pub(super) struct Reached {
    /// Cells: stage, state, mass, actions with probabilities.
    pub(super) rows: Vec<Vec<String>>,
    /// Rows left out.
    pub(super) more: usize,
    /// Whether probabilities of actions are rounded.
    pub(super) rounded: bool,
}

/// A part of the population on its way through the stages.
struct Cohort<'a> {
    part: &'a Part,
    /// States with any mass; exact, unlike the masses.
    reached: Vec<bool>,
    mass_approx: Vec<f64>,
}

/// The states that the mixture `parts` reaches, with what is done there. Probabilities are those of
/// `policy`, when there is one, and rounded ones of the mixture otherwise.
pub(super) fn reached(
    game: &Game,
    numbers: &Numbers,
    parts: &[Part],
    policy: Option<&Policy>,
    most: usize,
) -> Reached {
    let initial: Vec<f64> = numbers.initial.iter().map(|p| to_approx(&p)).collect();
    let support: Vec<bool> =
        (0..initial.len()).map(|state| !numbers.initial.numerators().is_zero_at(state)).collect();
    let cohort = |part| Cohort { part, reached: support.clone(), mass_approx: initial.clone() };
    let mut cohorts: Vec<Cohort<'_>> = parts.iter().map(cohort).collect();
    let mut table = Reached { rows: Vec::new(), more: 0, rounded: policy.is_none() };
    for (t, stage) in numbers.stages.iter().enumerate() {
        for state in
            (0..stage.pairs.states()).filter(|&state| cohorts.iter().any(|c| c.reached[state]))
        {
            if table.rows.len() < most {
                table.rows.push(row(game, &cohorts, policy, t, state));
            } else {
                table.more += 1;
            }
        }
        let masses = table.rows.len() < most;
        for cohort in &mut cohorts {
            cohort.advance(t, stage, masses);
        }
    }
    table
}

fn row(
    game: &Game,
    cohorts: &[Cohort<'_>],
    policy: Option<&Policy>,
    t: usize,
    state: usize,
) -> Vec<String> {
    let share = |cohort: &Cohort<'_>| to_approx(&cohort.part.weight) * cohort.mass_approx[state];
    let mass: f64 = cohorts.iter().map(share).sum();
    let plays = match policy {
        Some(policy) => play(&policy.stages[t], state)
            .into_iter()
            .map(|(action, p)| (action, cell(&p)))
            .collect(),
        None => {
            let mut mixed: Vec<(u32, f64)> = Vec::new();
            for cohort in cohorts.iter().filter(|cohort| cohort.reached[state]) {
                for (action, p) in play(&cohort.part.policy.stages[t], state) {
                    let weight_approx = share(cohort) * to_approx(&p);
                    match mixed.iter_mut().find(|(a, _)| *a == action) {
                        Some((_, sum)) => *sum += weight_approx,
                        None => mixed.push((action, weight_approx)),
                    }
                }
            }
            mixed.sort_unstable_by_key(|(action, _)| *action);
            let only = mixed.len() == 1;
            mixed
                .into_iter()
                .map(|(action, sum)| {
                    (action, if only { "1".into() } else { approximate(sum / mass, 4) })
                })
                .collect::<Vec<_>>()
        }
    };
    let plays: Vec<String> = plays
        .into_iter()
        .map(|(action, p)| {
            let name = plain(action_name(game, action as usize));
            if p == "1" { name } else { format!("{name} {p}") }
        })
        .collect();
    vec![t.to_string(), plain(state_name(game, state)), approximate(mass, 4), plays.join(", ")]
}

/// Actions played in a state, with positive probabilities.
fn play(stage: &StagePolicy, state: usize) -> Vec<(u32, Rational)> {
    match stage {
        StagePolicy::Pure(actions) => vec![(actions[state], Rational::ONE)],
        StagePolicy::Mixed(rows) => {
            rows[state].iter().filter(|(_, p)| !p.is_zero()).cloned().collect()
        }
    }
}

impl Cohort<'_> {
    /// Moves to the next stage; masses only where they will be shown.
    fn advance(&mut self, t: usize, stage: &StageNumbers, masses: bool) {
        let Some((successors, probability)) = &stage.transition else { return };
        let states = self.reached.len();
        let (mut reached, mut mass_approx) = (vec![false; states], vec![0.0; states]);
        for state in (0..states).filter(|&state| self.reached[state]) {
            for (action, p) in play(&self.part.policy.stages[t], state) {
                let Some(pair) = stage.pairs.find(state, action as usize) else { continue };
                for entry in successors
                    .of_pair(pair)
                    .filter(|&entry| !probability.numerators().is_zero_at(entry))
                {
                    let next = successors.state(entry);
                    reached[next] = true;
                    if masses {
                        mass_approx[next] += self.mass_approx[state]
                            * to_approx(&p)
                            * to_approx(&probability.get(entry));
                    }
                }
            }
        }
        self.reached = reached;
        self.mass_approx = mass_approx;
    }
}
