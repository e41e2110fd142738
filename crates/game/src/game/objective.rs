//! Another quantity in place of the leader's reward: any expression of the population and of the
//! leader's parameters.
//!
//! The expression stands where a `[[leader.payoff]]` without `stage` stands in a game file: names
//! of parameters and definitions mean what they mean there, and populations carry their stage,
//! `mu[infected]@3`. The followers are the same, so the eps-equilibria are: what is proved about
//! the game with another objective is the range of that quantity over them.

use super::canonical::{canonical, even};
use super::columns::Columns;
use super::expression::{
    DefineError, Entity, Evaluator, Expression, ExpressionError, LeaderTerms, NamedAggregate,
    Place, Subpopulation, Symbols,
};
use super::file::{ModelError, Shape, prove_domains};
use super::function::Function;
use super::model::{Aggregate, Game};
use super::polynomial::Variable;
use crate::exact::Rational;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What expressions can name besides the states, actions and parameters that the game itself lists.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Numeric attributes per state; states without an entry have none.
    pub state_attributes: Vec<BTreeMap<String, Rational>>,
    /// Numeric attributes per action.
    pub action_attributes: Vec<BTreeMap<String, Rational>>,
    /// What `p[...]` and `nu[...]` mean; where they mean something, parameters have no other name.
    pub leader_terms: LeaderTerms,
    /// Aggregates used by their names.
    pub named_aggregates: BTreeMap<String, NamedAggregate>,
    /// Named formulas, in any order.
    pub defines: Vec<(String, Expression)>,
    /// The populations that the file names; none where it names none.
    pub populations: Vec<Subpopulation>,
    /// What the leader's decisions have to meet.
    pub requirements: Vec<Requirement>,
    /// The largest change of a probability, where the file asked to have rows mended that sum to 1
    /// up to rounding.
    pub normalised: Option<Rational>,
}

/// A bound that every equilibrium of a decision, or the one chosen, has to keep
/// (`[[leader.require]]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// An expression as [`Game::with_objective`] takes it.
    pub value: String,
    /// The bound.
    pub limit: Limit,
}

/// A bound from above or from below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// At most this.
    AtMost(Rational),
    /// At least this.
    AtLeast(Rational),
}

impl Limit {
    /// Its key in a game file.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Limit::AtMost(_) => "at_most",
            Limit::AtLeast(_) => "at_least",
        }
    }

    /// The number.
    #[must_use]
    pub fn bound(&self) -> &Rational {
        match self {
            Limit::AtMost(bound) | Limit::AtLeast(bound) => bound,
        }
    }
}

impl Vocabulary {
    /// The part of `symbols` that a game does not keep elsewhere.
    #[must_use]
    pub fn of(symbols: &Symbols) -> Self {
        let attributes =
            |entities: &[Entity]| entities.iter().map(|entity| entity.attributes.clone()).collect();
        Vocabulary {
            state_attributes: attributes(&symbols.states),
            action_attributes: attributes(&symbols.actions),
            leader_terms: symbols.leader_terms.clone(),
            named_aggregates: symbols.named_aggregates.clone(),
            defines: symbols.defines.clone(),
            populations: symbols.populations.clone(),
            requirements: Vec::new(),
            normalised: None,
        }
    }
}

/// Why an expression is no objective of a game.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectiveError {
    /// The expression cannot be read, or has no value where it stands; with the column.
    #[error("{0}")]
    Expression(#[from] ExpressionError),
    /// Definitions of the game are wrong; those of game files never are.
    #[error("the definitions of the game: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Definitions(Vec<DefineError>),
    /// A function that has no value somewhere.
    #[error("{0}")]
    Domain(Box<ModelError>),
}

impl Game {
    /// The same followers and decisions with the leader's reward replaced by `expression`, in
    /// normal form: the game of the same file with the expression as its only `[[leader.payoff]]`.
    ///
    /// ```
    /// # let game = smfg_game::game::Game::parse_toml(r#"
    /// #     format = "smfg-game/1"
    /// #     name = "adoption"
    /// #     stages = 1
    /// #     states = ["firm"]
    /// #     actions = ["wait", "adopt"]
    /// #     initial = { firm = 1 }
    /// # "#).expect("a game");
    /// let adopters = game.with_objective("2 * mu[*, adopt]@0").expect("a population at a stage");
    /// assert_eq!(adopters.payoff.population_degree(), 1);
    /// let error = game.with_objective("2 * mu[*, adopt]").expect_err("which stage?");
    /// assert!(error.to_string().starts_with("column 5: "));
    /// ```
    ///
    /// # Errors
    /// [`ObjectiveError`] with the column of what does not fit.
    pub fn with_objective(&self, expression: &str) -> Result<Game, ObjectiveError> {
        let expression = Expression::parse(expression)?;
        let symbols = self.symbols();
        let mut evaluator = Evaluator::new(&symbols).map_err(ObjectiveError::Definitions)?;
        let value = evaluator.evaluate(&expression, Place::default())?;
        let mut aggregates: Vec<Aggregate> = self.aggregates.as_ref().clone();
        let numbers: BTreeMap<Aggregate, u32> = aggregates.iter().cloned().zip(0..).collect();
        let mut position = Vec::new();
        let (own_aggregates, own_functions) = evaluator.into_variables();
        for aggregate in own_aggregates {
            position.push(numbers.get(&aggregate).copied().unwrap_or(aggregates.len() as u32));
            if !numbers.contains_key(&aggregate) {
                aggregates.push(aggregate);
            }
        }
        let mut functions: Vec<Function> = self.functions.as_ref().clone();
        let mut place: Vec<u32> = Vec::new();
        let rename = |place: &[u32], variable: Variable| {
            let of = |list: &[u32], index: u32| list.get(index as usize).copied().unwrap_or(index);
            match variable {
                Variable::Aggregate(index) => Variable::Aggregate(of(&position, index)),
                Variable::Function(index) => Variable::Function(of(place, index)),
                parameter @ Variable::Parameter(_) => parameter,
            }
        };
        for function in own_functions {
            let argument = function.argument.renamed(&|variable| rename(&place, variable));
            let function = even(Function { argument, ..function });
            let same =
                |own: &Function| own.kind == function.kind && own.argument == function.argument;
            let known = functions.iter().position(same);
            place.push(known.unwrap_or(functions.len()) as u32);
            if known.is_none() {
                functions.push(function);
            }
        }
        let mut game = self.clone();
        game.functions = Arc::new(functions);
        for stage in &mut game.stages {
            stage.leader_reward = Columns::new(stage.pairs.len(), Vec::new());
        }
        game.payoff = value.renamed(&|variable| rename(&place, variable));
        game.aggregates = Arc::new(aggregates);
        prove_domains(&mut game, Shape::General).map_err(|errors| {
            let first = errors.into_iter().next().map(|(_, error)| error);
            ObjectiveError::Domain(Box::new(first.unwrap_or(ModelError::NoDecision)))
        })?;
        Ok(canonical(game))
    }

    /// What expressions about this game can name.
    fn symbols(&self) -> Symbols {
        let Vocabulary {
            state_attributes,
            action_attributes,
            leader_terms,
            named_aggregates,
            defines,
            populations,
            ..
        } = self.vocabulary.as_ref();
        let entities = |names: &[String], attributes: &[BTreeMap<String, Rational>]| {
            let entity = |(index, name): (usize, &String)| Entity {
                name: name.clone(),
                attributes: attributes.get(index).cloned().unwrap_or_default(),
            };
            names.iter().enumerate().map(entity).collect()
        };
        Symbols {
            states: entities(&self.states, state_attributes),
            actions: entities(&self.actions, action_attributes),
            pairs: self.stages.iter().map(|stage| Arc::clone(&stage.pairs)).collect(),
            initial: self.initial.clone(),
            parameters: if matches!(leader_terms, LeaderTerms::None) {
                self.leader.parameters.clone()
            } else {
                Vec::new()
            },
            leader_terms: leader_terms.clone(),
            named_aggregates: named_aggregates.clone(),
            defines: defines.clone(),
            populations: populations.clone(),
        }
    }
}
