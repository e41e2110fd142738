//! A quadratic game in binary64: linear forms on pairs, and the pure policies that make them least.

use crate::exact::entries_to_approx;
use crate::game::{LinearForm, Pairs, Policy, Quadratic, StagePolicy};
use std::sync::Arc;

/// One stage: where its pairs start among all pairs, and where they lead.
#[derive(Debug)]
struct StageApprox {
    pairs: Arc<Pairs>,
    first: usize,
    /// First entry of each pair, successor state and probability of each entry; empty at the last
    /// stage.
    entries: Vec<u32>,
    states: Vec<u32>,
    probabilities: Vec<f64>,
}

/// The nonzero weights of a form, by position among all pairs.
#[derive(Debug)]
struct FormApprox {
    pairs: Vec<u32>,
    weights: Vec<f64>,
}

/// The game in binary64. Forms are numbered: the leader's `c`, the followers' `r0`, then the
/// coordinates.
#[derive(Debug)]
pub(super) struct GameApprox {
    initial: Vec<f64>,
    stages: Vec<StageApprox>,
    forms: Vec<FormApprox>,
    pairs: usize,
}

/// Position of the leader's linear form.
pub(super) const LEADER: usize = 0;
/// Position of the followers' linear form.
pub(super) const REWARD: usize = 1;
/// Position of the first coordinate.
pub(super) const FIRST_COORDINATE: usize = 2;

/// A pure policy: the pair played in each state, stage by stage, counted within the stage.
pub(super) type Choice = Vec<u32>;

impl GameApprox {
    pub(super) fn new(game: &Quadratic) -> Self {
        let mut first = 0;
        let mut stages = Vec::with_capacity(game.stages.len());
        for stage in &game.stages {
            let mut own = StageApprox {
                pairs: Arc::clone(&stage.pairs),
                first,
                entries: Vec::new(),
                states: Vec::new(),
                probabilities: Vec::new(),
            };
            if let Some((successors, probability)) = &stage.transition {
                own.entries = std::iter::once(0)
                    .chain((0..stage.pairs.len()).map(|pair| successors.of_pair(pair).end as u32))
                    .collect();
                own.states =
                    (0..successors.len()).map(|entry| successors.state(entry) as u32).collect();
                own.probabilities =
                    probability.as_constants().map(|p| entries_to_approx(&p)).unwrap_or_default();
            }
            first += stage.pairs.len();
            stages.push(own);
        }
        let form = |form: &LinearForm| {
            let mut result = FormApprox { pairs: Vec::new(), weights: Vec::new() };
            for (stage, column) in stages.iter().zip(&form.stages) {
                let weights = entries_to_approx(&column.coefficients).into_iter().enumerate();
                for (index, weight) in weights
                    .filter(|(index, _)| !column.coefficients.numerators().is_zero_at(*index))
                {
                    result.pairs.push((stage.first + column.position(index)) as u32);
                    result.weights.push(weight);
                }
            }
            result
        };
        let forms =
            [&game.leader, &game.reward].into_iter().chain(&game.coordinates).map(form).collect();
        GameApprox { initial: entries_to_approx(&game.initial), stages, forms, pairs: first }
    }

    /// Number of forms.
    pub(super) fn forms(&self) -> usize {
        self.forms.len()
    }

    /// Whether a form has no weights.
    pub(super) fn is_zero(&self, form: usize) -> bool {
        self.forms[form].pairs.is_empty()
    }

    /// `sum_j factors_j form_j`, a weight per pair.
    fn combine(&self, factors: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.pairs];
        for (form, &factor) in self.forms.iter().zip(factors).filter(|(_, factor)| **factor != 0.0)
        {
            for (&pair, &weight) in form.pairs.iter().zip(&form.weights) {
                sum[pair as usize] += factor * weight;
            }
        }
        sum
    }

    /// The least value of `sum_j factors_j form_j` over all flows, and a pure policy that attains
    /// it.
    pub(super) fn least(&self, factors: &[f64]) -> (f64, Choice) {
        let weights = self.combine(factors);
        let mut next: Vec<f64> = Vec::new();
        let mut choices: Vec<Vec<u32>> = Vec::with_capacity(self.stages.len());
        for stage in self.stages.iter().rev() {
            let states = stage.pairs.states();
            let (mut values, mut choice) = (Vec::with_capacity(states), Vec::with_capacity(states));
            for state in 0..states {
                let (mut best, mut played) = (f64::INFINITY, 0);
                for pair in stage.pairs.of_state(state) {
                    let value = weights[stage.first + pair] + stage.expected(pair, &next);
                    if value < best {
                        (best, played) = (value, pair);
                    }
                }
                values.push(best);
                choice.push(played as u32);
            }
            next = values;
            choices.push(choice);
        }
        choices.reverse();
        let value = self.initial.iter().zip(&next).map(|(mass, value)| mass * value).sum();
        (value, choices.concat())
    }

    /// The value of every form under a pure policy.
    pub(super) fn evaluate(&self, choice: &[u32]) -> Vec<f64> {
        let mut masses = self.initial.clone();
        let mut played = vec![0.0; self.pairs];
        let mut offset = 0;
        for stage in &self.stages {
            let states = stage.pairs.states();
            let mut next = vec![0.0; states];
            for state in 0..states {
                let pair = choice[offset + state] as usize;
                let mass = masses[state];
                played[stage.first + pair] = mass;
                if mass != 0.0 && !stage.entries.is_empty() {
                    for entry in stage.entries[pair] as usize..stage.entries[pair + 1] as usize {
                        next[stage.states[entry] as usize] += mass * stage.probabilities[entry];
                    }
                }
            }
            offset += states;
            masses = next;
        }
        let value = |form: &FormApprox| {
            form.pairs
                .iter()
                .zip(&form.weights)
                .map(|(&pair, weight)| weight * played[pair as usize])
                .sum()
        };
        self.forms.iter().map(value).collect()
    }

    /// A pure policy of the rest of the library in this form; `None` when it does not fit.
    pub(super) fn choice(&self, policy: &Policy) -> Option<Choice> {
        let mut choice = Vec::new();
        for (stage, play) in self.stages.iter().zip(&policy.stages) {
            let StagePolicy::Pure(actions) = play else { return None };
            for (state, &action) in actions.iter().enumerate() {
                choice.push(stage.pairs.find(state, action as usize)? as u32);
            }
        }
        Some(choice)
    }

    /// Whether a choice names a pair of every state of every stage.
    pub(super) fn fits(&self, choice: &[u32]) -> bool {
        let states = |stage: &StageApprox| {
            (0..stage.pairs.states()).map(|state| stage.pairs.of_state(state)).collect::<Vec<_>>()
        };
        let all: Vec<_> = self.stages.iter().flat_map(states).collect();
        all.len() == choice.len()
            && all.iter().zip(choice).all(|(pairs, &pair)| pairs.contains(&(pair as usize)))
    }

    /// The policy as the rest of the library knows it.
    pub(super) fn policy(&self, choice: &[u32]) -> Policy {
        let mut offset = 0;
        let mut stages = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let states = stage.pairs.states();
            let played = &choice[offset..offset + states];
            stages.push(StagePolicy::Pure(
                played.iter().map(|&pair| stage.pairs.action(pair as usize) as u32).collect(),
            ));
            offset += states;
        }
        Policy { stages }
    }
}

impl StageApprox {
    fn expected(&self, pair: usize, next: &[f64]) -> f64 {
        if self.entries.is_empty() {
            return 0.0;
        }
        let entries = self.entries[pair] as usize..self.entries[pair + 1] as usize;
        entries.map(|entry| self.probabilities[entry] * next[self.states[entry] as usize]).sum()
    }
}
