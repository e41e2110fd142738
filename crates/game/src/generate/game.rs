//! An instance in memory.

use super::data::{PROBABILITY_DENOMINATOR, REWARD_DENOMINATOR, RewardTable};
use super::mdp::MdpFamily;
use crate::exact::{Rational, Scaled, ratio};
use crate::game::ColumnExt;
use crate::game::{
    Column, Columns, Decision, DecisionSet, Game, Leader, Monomial, Pairs, Polynomial, Stage,
    Successors, Transition, Variable,
};
use std::sync::Arc;

impl MdpFamily {
    /// The game, without the detour of a game file: about 80 bytes per pair with 5 successors.
    #[must_use]
    pub fn game(&self) -> Game {
        let parameters = self.parameters();
        let pairs = Arc::new(Pairs::all(parameters.states, parameters.actions));
        let (masses, denominator) = self.initial();
        let stages = (0..parameters.stages)
            .map(|t| Stage {
                pairs: Arc::clone(&pairs),
                reward: self.reward_columns(RewardTable::Follower, RewardTable::FollowerPrice, t),
                leader_reward: self.reward_columns(
                    RewardTable::Leader,
                    RewardTable::LeaderPrice,
                    t,
                ),
                transition: (t < self.transition_stages()).then(|| self.transition(t)),
            })
            .collect();
        Game {
            name: self.name(),
            description: self.description(),
            source: String::new(),
            states: (0..parameters.states).map(|state| format!("s{state}")).collect(),
            actions: (0..parameters.actions).map(|action| format!("a{action}")).collect(),
            initial: masses
                .iter()
                .map(|&mass| Rational::from(mass) / Rational::from(denominator))
                .collect(),
            leader: self.leader(),
            aggregates: Arc::new(Vec::new()),
            functions: Arc::default(),
            stages,
            payoff: Polynomial::zero(),
            vocabulary: Arc::default(),
        }
    }

    fn leader(&self) -> Leader {
        if !self.priced() {
            let only = Decision { name: None, values: Vec::new() };
            return Leader { parameters: Vec::new(), decisions: DecisionSet::Finite(vec![only]) };
        }
        let count = self.parameters().decisions;
        let decision = |index: usize| Decision {
            name: Some(format!("d{index}")),
            values: vec![ratio(index as i64, count as u64)],
        };
        Leader {
            parameters: vec!["price".into()],
            decisions: DecisionSet::Finite((0..count).map(decision).collect()),
        }
    }

    fn reward_columns(&self, base: RewardTable, price: RewardTable, stage: usize) -> Columns {
        let column = |table| {
            let numerators = self.rewards(table, stage).collect();
            Arc::new(Column::dense(Scaled::from_small(numerators, u64::from(REWARD_DENOMINATOR))))
        };
        let mut columns = vec![(Monomial::one(), column(base))];
        if self.priced() {
            columns.push((Monomial::of(Variable::Parameter(0)), column(price)));
        }
        Columns::new(self.pairs_per_stage(), columns)
    }

    fn transition(&self, stage: usize) -> Transition {
        let (pairs, count) = (self.pairs_per_stage(), self.parameters().successors);
        let mut transitions = self.transitions(stage);
        let mut states = Vec::with_capacity(pairs * count);
        let mut numerators = Vec::with_capacity(pairs * count);
        for _ in 0..pairs {
            let (successors, probabilities) = transitions.next_pair();
            states.extend_from_slice(successors);
            numerators.extend(probabilities.iter().map(|&k| i64::from(k)));
        }
        let first = (0..=pairs).map(|pair| (pair * count) as u32).collect();
        let entries = states.len();
        let probability =
            Column::dense(Scaled::from_small(numerators, u64::from(PROBABILITY_DENOMINATOR)));
        Transition {
            successors: Arc::new(Successors::new(first, states)),
            probability: Columns::new(entries, vec![(Monomial::one(), Arc::new(probability))]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::mdp::MdpParameters;
    use super::*;
    use crate::game::{Class, classify};

    fn small(decisions: usize) -> Game {
        let parameters =
            MdpParameters { stages: 3, states: 6, actions: 2, successors: 3, decisions, seed: 11 };
        MdpFamily::new(parameters).expect("an instance").game()
    }

    #[test]
    fn instances_are_mean_field_free_decision_processes() {
        for decisions in [1, 4] {
            let game = small(decisions);
            assert_eq!(classify(&game).class, Class::C0);
            assert_eq!((game.pairs(), game.transition_entries()), (36, 72));
            assert_eq!(game.initial.iter().fold(Rational::ZERO, |sum, p| sum + p), Rational::ONE);
            let list = game.finite_decisions().expect("finite");
            assert_eq!(list.len(), decisions);
            for decision in list {
                let numbers = game.at(&decision.values).mean_field_free().expect("mean-field-free");
                for stage in &numbers.stages[..2] {
                    let (successors, probability) =
                        stage.transition.as_ref().expect("a transition");
                    for pair in 0..stage.pairs.len() {
                        let sum = successors
                            .of_pair(pair)
                            .fold(Rational::ZERO, |sum, entry| sum + probability.get(entry));
                        assert_eq!(sum, Rational::ONE);
                    }
                }
                assert!(numbers.stages[2].transition.is_none());
            }
        }
    }

    #[test]
    fn the_price_enters_both_rewards() {
        let game = small(4);
        assert_eq!(game.leader.parameters, ["price"]);
        let decisions = game.finite_decisions().expect("finite");
        assert_eq!(decisions[3].name.as_deref(), Some("d3"));
        assert_eq!(decisions[3].values, [ratio(3, 4)]);
        for stage in &game.stages {
            assert_eq!(stage.reward.columns().len(), 2);
            assert_eq!(stage.leader_reward.columns().len(), 2);
        }
        let nameless = small(1);
        assert_eq!(
            nameless.finite_decisions(),
            Some(&[Decision { name: None, values: vec![] }][..])
        );
        assert!(nameless.stages.iter().all(|stage| stage.reward.columns().len() == 1));
    }
}
