//! Programs to polynomials, place by place.

use super::Expression;
use super::defines::{self, DefineError};
use super::error::{ExpressionError, ExpressionErrorKind, shown};
use super::limits::Work;
use super::names::Names;
use super::population::Population;
use super::program::Operation;
use super::resolve::{Resolved, Resolver, Staged, Step};
use super::symbols::{Dependence, LeaderTerms, Place, Symbols};
use super::value::{Terms, Value, small_integer};
use crate::exact::{Rational, format_rational};
use crate::game::{Aggregate, Monomial, Polynomial, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Formulas resolved at once; more are resolved again when they come back.
const MOST_RESOLVED: usize = 100_000;
/// Values of definitions and averages that are kept, in terms and words of coefficients.
const MOST_KEPT: usize = 1 << 21;

/// Evaluates the formulas of one game and collects the aggregates they use.
#[derive(Debug)]
pub struct Evaluator<'a> {
    names: Names<'a>,
    definitions: Vec<Option<Arc<Resolved>>>,
    next_mean: usize,
    population: Population<'a>,
    /// Resolved formulas by the address of their programs, which the formulas beside them keep alive.
    resolved: BTreeMap<usize, (Expression, Arc<Resolved>)>,
    /// The last value of every definition, at places of rules and at those of members inside `mean`.
    values: [Vec<Option<(Place, Value)>>; 2],
    /// Values of averages by number, stage and current stage.
    means: BTreeMap<(usize, usize, Option<usize>), Value>,
    /// Weight of all values kept.
    kept: usize,
    work: Work,
}

/// Where a program is evaluated: for a rule, or for a member of the population inside `mean`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Rule = 0,
    Member = 1,
}

/// A program under evaluation.
struct Frame {
    program: Arc<Resolved>,
    next: usize,
    /// The definition whose program it is.
    definition: Option<usize>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator for the formulas of the game with these symbols.
    ///
    /// # Errors
    /// All names that clash and all definitions that use unknown names or each other in a cycle; definitions that
    /// do not depend on stage, state and action are evaluated, so that their errors show here too.
    pub fn new(symbols: &'a Symbols) -> Result<Self, Vec<DefineError>> {
        let names = Names::new(symbols);
        let (definitions, next_mean) = defines::resolve(&names)?;
        let count = definitions.len();
        let mut evaluator = Evaluator {
            names,
            definitions,
            next_mean,
            population: Population::new(symbols),
            resolved: BTreeMap::new(),
            values: [vec![None; count], vec![None; count]],
            means: BTreeMap::new(),
            kept: 0,
            work: Work::new(),
        };
        evaluator.try_definitions()?;
        evaluator.forget();
        evaluator.population = Population::new(symbols);
        Ok(evaluator)
    }

    /// Evaluates the definitions that do not depend on their place. An error inside another definition is that one's.
    fn try_definitions(&mut self) -> Result<(), Vec<DefineError>> {
        let mut errors = Vec::new();
        for (definition, (name, _)) in self.names.symbols.defines.iter().enumerate() {
            let Some(Some(program)) = self.definitions.get(definition).cloned() else { continue };
            if program.dependence != Dependence::default() {
                continue;
            }
            self.work = Work::new();
            if let Err(error) = self.run(&program, Place::default(), Level::Rule)
                && !matches!(error.kind, ExpressionErrorKind::InDefinition { .. })
            {
                errors.push(DefineError { name: name.clone(), error });
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The value of `expression` at `place`, a polynomial in the leader's parameters and in the aggregates.
    ///
    /// # Errors
    /// [`ExpressionError`] for unknown names, for what is not defined at this place, and when the value is no
    /// polynomial or exceeds a limit.
    pub fn evaluate(&mut self, expression: &Expression, place: Place) -> Result<Polynomial, ExpressionError> {
        if let [instruction] = expression.program.instructions.as_slice()
            && let Operation::Number(value) = &instruction.operation
        {
            return Ok(Polynomial::constant(value.clone()));
        }
        let program = self.resolved(expression)?;
        if self.kept > MOST_KEPT {
            self.forget();
        }
        self.work = Work::new();
        self.run(&program, place, Level::Rule).map(Value::into_polynomial)
    }

    /// What the value of `expression` can depend on; nothing when its names are unknown, which [`Self::evaluate`] reports.
    #[must_use]
    pub fn dependence(&self, expression: &Expression) -> Dependence {
        if let Some((_, program)) = self.resolved.get(&address(expression)) {
            return program.dependence;
        }
        let mut resolver = Resolver { names: &self.names, definitions: &self.definitions, next_mean: 0 };
        resolver.resolve(&expression.program).map(|program| program.dependence).unwrap_or_default()
    }

    /// The aggregates of all values; `Variable::Aggregate(k)` is the k-th.
    #[must_use]
    pub fn into_aggregates(self) -> Vec<Aggregate> {
        self.population.into_aggregates()
    }

    /// Forgets values, not aggregates.
    fn forget(&mut self) {
        self.values.iter_mut().flatten().for_each(|slot| *slot = None);
        self.means.clear();
        self.kept = 0;
    }

    fn resolved(&mut self, expression: &Expression) -> Result<Arc<Resolved>, ExpressionError> {
        let address = address(expression);
        if let Some((_, program)) = self.resolved.get(&address) {
            return Ok(Arc::clone(program));
        }
        let mut resolver = Resolver { names: &self.names, definitions: &self.definitions, next_mean: self.next_mean };
        let outcome = resolver.resolve(&expression.program);
        self.next_mean = resolver.next_mean;
        let program = Arc::new(outcome?);
        if self.resolved.len() >= MOST_RESOLVED {
            self.resolved.clear();
        }
        self.resolved.insert(address, (expression.clone(), Arc::clone(&program)));
        Ok(program)
    }

    /// Runs a program on a stack of values, and on a stack of frames those of the definitions it needs.
    fn run(&mut self, program: &Arc<Resolved>, place: Place, level: Level) -> Result<Value, ExpressionError> {
        let mut stack: Vec<Value> = Vec::new();
        let mut frames = vec![Frame { program: Arc::clone(program), next: 0, definition: None }];
        while let Some(frame) = frames.last_mut() {
            let Some((column, step)) = frame.program.steps.get(frame.next) else {
                if let (Some(definition), Some(value)) = (frame.definition, stack.last()) {
                    let place = frame.program.dependence.restrict(place);
                    self.keep_definition(level, definition, place, value);
                }
                frames.pop();
                continue;
            };
            frame.next += 1;
            let outcome = match step {
                Step::Definition(definition) => match self.definition(level, *definition, place) {
                    Ok(Known::Value(value)) => {
                        stack.push(value);
                        Ok(())
                    }
                    Ok(Known::Program(program)) => {
                        let definition = Some(*definition);
                        frames.push(Frame { program, next: 0, definition });
                        Ok(())
                    }
                    Err(kind) => Err(ExpressionError::new(*column, kind)),
                },
                step => self.step(step, *column, place, &mut stack),
            };
            outcome.map_err(|error| self.seen_from_formula(error, &frames))?;
        }
        stack.pop().ok_or_else(|| ExpressionError::new(0, ExpressionErrorKind::MissingOperand))
    }

    /// An error of the last frame as an error of the first.
    fn seen_from_formula(&self, error: ExpressionError, frames: &[Frame]) -> ExpressionError {
        let (Some(first), Some(last)) = (frames.first(), frames.last()) else { return error };
        let Some((name, _)) = last.definition.and_then(|definition| self.names.symbols.defines.get(definition)) else { return error };
        let column = first.program.steps.get(first.next.saturating_sub(1)).map_or(0, |(column, _)| *column);
        error.seen_from(column, name)
    }

    fn definition(&self, level: Level, definition: usize, place: Place) -> Result<Known, ExpressionErrorKind> {
        let Some(Some(program)) = self.definitions.get(definition) else { return Err(ExpressionErrorKind::MissingOperand) };
        match self.values[level as usize].get(definition) {
            Some(Some((at, value))) if *at == program.dependence.restrict(place) => Ok(Known::Value(value.clone())),
            _ => Ok(Known::Program(Arc::clone(program))),
        }
    }

    fn keep_definition(&mut self, level: Level, definition: usize, place: Place, value: &Value) {
        if let Some(slot) = self.values[level as usize].get_mut(definition) {
            let before = slot.as_ref().map_or(0, |(_, value)| value.weight());
            self.kept = self.kept - before + value.weight();
            *slot = Some((place, value.clone()));
        }
    }

    /// One step other than a definition.
    fn step(&mut self, step: &Step, column: usize, place: Place, stack: &mut Vec<Value>) -> Result<(), ExpressionError> {
        let at = |kind| ExpressionError::new(column, kind);
        self.work.spend(1).map_err(at)?;
        let value = match step {
            Step::Number(value) => Value::Constant(value.clone()),
            Step::Stage => match place.stage {
                Some(stage) => Value::Constant(Rational::from(stage as u64)),
                None => return Err(at(ExpressionErrorKind::NeedsCurrentStage)),
            },
            Step::Attribute(owner, attribute) => {
                let entity = match owner {
                    super::program::Owner::State => place.state,
                    super::program::Owner::Action => place.action,
                };
                Value::Constant(self.names.value(*owner, *attribute, entity).map_err(at)?.clone())
            }
            Step::Parameter(parameter) => Value::term(Monomial::of(Variable::Parameter(*parameter)), Rational::ONE),
            Step::Definition(_) => return Err(at(ExpressionErrorKind::MissingOperand)),
            Step::Staged(staged) => {
                let stage = self.own_stage(staged, place).map_err(at)?;
                self.staged(staged, column, stage, place)?
            }
            Step::StagedAt(staged) => {
                let stage = pop(stack).and_then(|value| self.stage(&value)).map_err(at)?;
                self.staged(staged, column, stage, place)?
            }
            Step::Negate => pop(stack).and_then(|value| value.negated(&mut self.work)).map_err(at)?,
            Step::Binary(binary) => {
                let right = pop(stack).map_err(at)?;
                let left = pop(stack).map_err(at)?;
                Value::combine(*binary, left, right, &mut self.work).map_err(at)?
            }
        };
        stack.push(value);
        Ok(())
    }

    /// The stage of a term without `@`.
    fn own_stage(&self, staged: &Staged, place: Place) -> Result<usize, ExpressionErrorKind> {
        let fixed = match staged {
            Staged::Table(table) => {
                let name = self.names.tables.get(*table);
                name.and_then(|name| self.names.symbols.named_aggregates.get(*name)?.stage)
            }
            Staged::Mixed(_) => match self.names.symbols.leader_terms {
                LeaderTerms::Mixed { per_stage: false, .. } => Some(0),
                _ => None,
            },
            _ => None,
        };
        match fixed.or(place.stage) {
            Some(stage) => self.existing(stage, || stage.to_string()),
            None => Err(ExpressionErrorKind::NeedsStage { term: staged.term(&self.names) }),
        }
    }

    /// The stage after `@`.
    fn stage(&self, value: &Value) -> Result<usize, ExpressionErrorKind> {
        let Value::Constant(constant) = value else {
            return Err(ExpressionErrorKind::StageNotInteger { found: "that is not constant".into() });
        };
        let found = || shown(&format_rational(constant));
        if !constant.is_int() {
            return Err(ExpressionErrorKind::StageNotInteger { found: found() });
        }
        self.existing(small_integer(constant).unwrap_or(usize::MAX), found)
    }

    fn existing(&self, stage: usize, found: impl Fn() -> String) -> Result<usize, ExpressionErrorKind> {
        let stages = self.names.symbols.pairs.len();
        if stage < stages {
            Ok(stage)
        } else {
            Err(ExpressionErrorKind::StageRange { found: found(), last: stages.saturating_sub(1) })
        }
    }

    /// A term at a stage that exists.
    fn staged(&mut self, staged: &Staged, column: usize, stage: usize, place: Place) -> Result<Value, ExpressionError> {
        let at = |kind| ExpressionError::new(column, kind);
        match staged {
            Staged::Mass(state, action) => self.population.mass(stage, *state, *action).map_err(at),
            Staged::Table(table) => {
                let name = self.names.tables.get(*table).copied().unwrap_or_default();
                self.population.table(*table, name, stage).map_err(at)
            }
            Staged::Mixed(action) => self.mixed(*action, stage).map_err(at),
            Staged::Process(state, action) => self.process(*state, *action, stage).map_err(at),
            Staged::Mean(number, body) => self.mean(*number, body, column, stage, place),
        }
    }

    /// `p[action]`.
    fn mixed(&self, action: u32, stage: usize) -> Result<Value, ExpressionErrorKind> {
        let LeaderTerms::Mixed { actions, per_stage, first } = &self.names.symbols.leader_terms else {
            return Err(ExpressionErrorKind::NotMixed);
        };
        let row = if *per_stage { stage } else { 0 };
        parameter(*first, row, actions.len(), action as usize).map(|variable| Value::term(Monomial::of(variable), Rational::ONE))
    }

    /// `nu[state, action]`, summed over what is not given; over everything it is 1.
    fn process(&mut self, state: Option<u32>, action: Option<u32>, stage: usize) -> Result<Value, ExpressionErrorKind> {
        let LeaderTerms::Process { states, actions, first } = &self.names.symbols.leader_terms else {
            return Err(ExpressionErrorKind::NoProcess);
        };
        if state.is_none() && action.is_none() {
            return Ok(Value::Constant(Rational::ONE));
        }
        let (state_count, action_count) = (states.len(), actions.len());
        let range = |selected: Option<u32>, count: usize| match selected {
            Some(index) => index as usize..index as usize + 1,
            None => 0..count,
        };
        let mut sum = Terms::default();
        for state in range(state, state_count) {
            for action in range(action, action_count) {
                let row = stage.saturating_mul(state_count).saturating_add(state);
                let variable = parameter(*first, row, action_count, action)?;
                sum.add(Monomial::of(variable), Rational::ONE, &mut self.work)?;
            }
        }
        Ok(sum.into_value())
    }

    /// `mean(body)` at `stage`: by linearity, one aggregate per product of leader parameters in the body.
    fn mean(
        &mut self,
        number: usize,
        body: &Arc<Resolved>,
        column: usize,
        stage: usize,
        place: Place,
    ) -> Result<Value, ExpressionError> {
        let at = |kind| ExpressionError::new(column, kind);
        let current = place.stage.filter(|_| body.dependence.stage);
        let key = (number, stage, current);
        if let Some(value) = self.means.get(&key) {
            return Ok(value.clone());
        }
        let Some(pairs) = self.population.pairs(stage) else { return Ok(Value::Constant(Rational::ZERO)) };
        self.work.allow_members(pairs.len());
        let mut weights: BTreeMap<Monomial, Vec<(u32, u32, Rational)>> = BTreeMap::new();
        let mut last: Option<(Place, Value)> = None;
        for state in 0..pairs.states() {
            for pair in pairs.of_state(state) {
                let action = pairs.action(pair);
                let member = body.dependence.restrict(Place { stage: place.stage, state: Some(state), action: Some(action) });
                let value = match &last {
                    Some((at, value)) if *at == member => value.clone(),
                    _ => self.run(body, member, Level::Member)?,
                };
                let mut put = |monomial: &Monomial, weight: &Rational| match weights.get_mut(monomial) {
                    Some(column) => column.push((state as u32, action as u32, weight.clone())),
                    None => {
                        weights.insert(monomial.clone(), vec![(state as u32, action as u32, weight.clone())]);
                    }
                };
                self.work.spend(value.weight()).map_err(at)?;
                match &value {
                    Value::Constant(constant) if constant.is_zero() => {}
                    Value::Constant(constant) => put(&Monomial::one(), constant),
                    Value::Polynomial(terms) => terms.iter().for_each(|(monomial, coefficient)| put(monomial, coefficient)),
                }
                last = Some((member, value));
            }
        }
        let mut sum = Value::Constant(Rational::ZERO);
        for (factor, weights) in weights {
            let average = self.population.average(stage, weights).map_err(at)?;
            let term = average.value(factor);
            sum = Value::combine(super::program::Binary::Add, sum, term, &mut self.work).map_err(at)?;
        }
        self.kept += sum.weight();
        self.means.insert(key, sum.clone());
        Ok(sum)
    }
}

/// What is known of a definition at a place.
enum Known {
    Value(Value),
    Program(Arc<Resolved>),
}

fn address(expression: &Expression) -> usize {
    Arc::as_ptr(&expression.program) as usize
}

fn pop(stack: &mut Vec<Value>) -> Result<Value, ExpressionErrorKind> {
    stack.pop().ok_or(ExpressionErrorKind::MissingOperand)
}

/// The parameter `first + row * columns + column`.
fn parameter(first: usize, row: usize, columns: usize, column: usize) -> Result<Variable, ExpressionErrorKind> {
    let index = row.checked_mul(columns).and_then(|offset| offset.checked_add(column)?.checked_add(first));
    let index = index.and_then(|index| u32::try_from(index).ok());
    index.map(Variable::Parameter).ok_or(ExpressionErrorKind::TooManyTerms)
}
