//! A small game as tables of polynomials, and the listing of it.

use crate::text::{columns, n, p};
use smfg_kernel::{
    Column, Data, Decisions, Function, Grid, Listing, Polynomial, Rational, Refusal, Scaled, Stage,
    Statistic, Successors, Transition,
};
use std::sync::Arc;

/// A pair: what a state's followers may do at a stage.
#[derive(Debug, Clone)]
pub struct Pair {
    pub state: usize,
    pub reward: Polynomial,
    pub leader: Polynomial,
    pub to: Vec<(usize, Polynomial)>,
}

/// A pair with its followers' and leader's reward, and `state:probability` of its successors.
pub fn pair(state: usize, reward: &str, leader: &str, to: &str) -> Pair {
    let successor = |item: &str| {
        let (state, probability) = item.split_once(':').expect("state:probability");
        (state.parse().expect("a state"), p(probability))
    };
    let to = to.split_whitespace().map(successor).collect();
    Pair { state, reward: p(reward), leader: p(leader), to }
}

/// Least and greatest value.
pub type Ends = (Rational, Rational);

/// A game as tables.
#[derive(Debug, Clone)]
pub struct Game {
    pub states: usize,
    pub parameters: usize,
    pub initial: Vec<Rational>,
    pub decisions: Decisions,
    /// Stage, and weights of its pairs.
    pub statistics: Vec<(u32, Vec<(u32, Rational)>)>,
    /// Statistics after these: functions of arguments, with ends where these are given.
    pub functions: Vec<(Function, Polynomial, Option<Ends>)>,
    /// Pairs of each stage, state by state.
    pub stages: Vec<Vec<Pair>>,
    pub payoff: Polynomial,
}

/// Decisions from a list; values of one decision are separated by blanks.
pub fn list(decisions: &[&str]) -> Decisions {
    let values = |text: &&str| text.split_whitespace().map(n).collect();
    Decisions::List(decisions.iter().map(values).collect())
}

/// Decisions between ends, without grids; `rows` are affine forms at least 0.
pub fn polytope(ends: &[(&str, &str)], rows: &[&str]) -> Decisions {
    Decisions::Polytope {
        ends: ends.iter().map(|(lower, upper)| (n(lower), n(upper))).collect(),
        grids: vec![Grid::Continuous; ends.len()],
        rows: rows.iter().map(|row| (false, p(row))).collect(),
    }
}

impl Game {
    /// A game of one stage and one state, whose pairs have these rewards and leader's rewards.
    pub fn one_site(decisions: Decisions, pairs: &[(&str, &str)], payoff: &str) -> Self {
        let parameters = match &decisions {
            Decisions::List(list) => list[0].len(),
            Decisions::Polytope { ends, .. } => ends.len(),
        };
        let stage = pairs.iter().map(|(reward, leader)| pair(0, reward, leader, "")).collect();
        Game {
            states: 1,
            parameters,
            initial: vec![Rational::ONE],
            decisions,
            statistics: Vec::new(),
            functions: Vec::new(),
            stages: vec![stage],
            payoff: p(payoff),
        }
    }

    /// With the statistic `sum weight d_i` over pairs of a stage.
    pub fn statistic(mut self, stage: u32, weights: &[(u32, &str)]) -> Self {
        let weights = weights.iter().map(|(pair, weight)| (*pair, n(weight))).collect();
        self.statistics.push((stage, weights));
        self
    }

    /// With a function of an argument, whose ends are enclosures to 64 bits.
    pub fn function(mut self, function: Function, argument: &str) -> Self {
        self.functions.push((function, p(argument), None));
        self
    }

    /// With a function of an argument and its ends.
    pub fn between(mut self, function: Function, argument: &str, ends: (&str, &str)) -> Self {
        self.functions.push((function, p(argument), Some((n(ends.0), n(ends.1)))));
        self
    }

    /// Its listing.
    pub fn listing(&self) -> Arc<Listing> {
        Arc::new(self.try_listing().unwrap_or_else(|refusal| panic!("{refusal}")))
    }

    /// Its listing, where it has one.
    pub fn try_listing(&self) -> Result<Listing, Refusal> {
        let statistic = |(stage, weights): &(u32, Vec<(u32, Rational)>)| {
            let (support, values): (Vec<u32>, Vec<Rational>) = weights.iter().cloned().unzip();
            let coefficients = Arc::new(Scaled::from_rationals(&values));
            let weights = Column { support: Some(support), coefficients };
            Statistic::Masses { stage: *stage, weights }
        };
        let mut data = Data {
            states: self.states,
            parameters: self.parameters,
            initial: Scaled::from_rationals(&self.initial),
            decisions: self.decisions.clone(),
            statistics: self.statistics.iter().map(statistic).collect(),
            stages: self.stages.iter().enumerate().map(|(t, pairs)| self.stage(t, pairs)).collect(),
            payoff: self.payoff.clone(),
        };
        for (function, argument, ends) in &self.functions {
            let (function, argument) = (*function, argument.clone());
            data.statistics.push(match ends.clone() {
                Some(ends) => Statistic::Function { function, argument, ends },
                None => data.function(function, argument, 64)?,
            });
        }
        Listing::of(data)
    }

    fn stage(&self, t: usize, pairs: &[Pair]) -> Stage {
        let first = (0..=self.states)
            .map(|s| pairs.iter().filter(|pair| pair.state < s).count() as u32)
            .collect();
        let numbered = |polynomial: fn(&Pair) -> &Polynomial| {
            let entry = move |(i, pair)| (i as u32, polynomial(pair).clone());
            columns(pairs.len(), pairs.iter().enumerate().map(entry))
        };
        let (mut starts, mut state, mut probability) = (vec![0], Vec::new(), Vec::new());
        for (next, value) in pairs.iter().flat_map(|pair| &pair.to) {
            probability.push((state.len() as u32, value.clone()));
            state.push(*next as u32);
        }
        for pair in pairs {
            starts.push(starts.last().copied().unwrap_or(0) + pair.to.len() as u32);
        }
        let transition = (t + 1 < self.stages.len()).then(|| Transition {
            probability: columns(state.len(), probability),
            successors: Arc::new(Successors { first: starts, state }),
        });
        Stage {
            first: Arc::new(first),
            reward: numbered(|pair| &pair.reward),
            leader_reward: numbered(|pair| &pair.leader),
            transition,
        }
    }
}
