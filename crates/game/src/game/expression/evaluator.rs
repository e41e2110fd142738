//! Programs to polynomials, place by place.

use super::Expression;
use super::defines::{self, DefineError, Definitions};
use super::error::{ExpressionError, ExpressionErrorKind};
use super::functions::Functions;
use super::limits::Work;
use super::names::Names;
use super::population::Population;
use super::program::{Operation, Owner};
use super::resolve::{Resolved, Resolver, Step};
use super::symbols::{Dependence, Place, Symbols};
use super::value::Value;
use crate::exact::Rational;
use crate::game::{Aggregate, Function, Monomial, Polynomial, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Formulas resolved at once; more are resolved again when they come back.
const MOST_RESOLVED: usize = 100_000;
/// Values of definitions and averages that are kept, in terms and words of coefficients.
const MOST_KEPT: usize = 1 << 20;

/// Evaluates the formulas of one game and collects the aggregates they use.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub(super) names: Names<'a>,
    definitions: Definitions,
    next_mean: usize,
    pub(super) population: Population<'a>,
    pub(super) functions: Functions,
    /// Resolved formulas by the address of their programs, which the formulas beside them keep
    /// alive.
    resolved: BTreeMap<usize, (Expression, Arc<Resolved>)>,
    /// The last value of every definition, at places of rules and at those of members inside
    /// `mean`.
    values: [Vec<Option<(Place, Value)>>; 2],
    /// Values of averages by number, stage and current stage.
    pub(super) means: BTreeMap<(usize, usize, Option<usize>), Value>,
    /// Weight of all values kept.
    pub(super) kept: usize,
    /// What the evaluation under way may still cost.
    pub(super) work: Work,
}

/// Where a program is evaluated: for a rule, or for a member of the population inside `mean`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
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
    /// All names that clash and all definitions that use unknown names or each other in a cycle;
    /// definitions that do not depend on stage, state and action are evaluated, so that their
    /// errors show here too.
    pub fn new(symbols: &'a Symbols) -> Result<Self, Vec<DefineError>> {
        let names = Names::new(symbols);
        let (definitions, next_mean) = defines::resolve(&names)?;
        let count = definitions.len();
        let mut evaluator = Evaluator {
            names,
            definitions,
            next_mean,
            population: Population::new(symbols),
            functions: Functions::default(),
            resolved: BTreeMap::new(),
            values: [vec![None; count], vec![None; count]],
            means: BTreeMap::new(),
            kept: 0,
            work: Work::new(),
        };
        evaluator.try_definitions()?;
        evaluator.forget();
        evaluator.population = Population::new(symbols);
        evaluator.functions = Functions::default();
        Ok(evaluator)
    }

    /// Evaluates the definitions that do not depend on their place. An error inside another
    /// definition is that one's.
    fn try_definitions(&mut self) -> Result<(), Vec<DefineError>> {
        let mut errors = Vec::new();
        for (definition, (name, _)) in self.names.symbols.defines.iter().enumerate() {
            let Some(Some(program)) = self.definitions.get(definition).cloned() else { continue };
            if program.dependence != Dependence::default() {
                continue;
            }
            self.begin();
            if let Err(error) = self.run(&program, Place::default(), Level::Rule)
                && !matches!(error.kind, ExpressionErrorKind::InDefinition { .. })
            {
                errors.push(DefineError { name: name.clone(), error });
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The value of `expression` at `place`, a polynomial in the leader's parameters, the
    /// aggregates and functions of these.
    ///
    /// # Errors
    /// [`ExpressionError`] for unknown names, for what is not defined at this place, and when the
    /// value is no polynomial or exceeds a limit.
    pub fn evaluate(
        &mut self,
        expression: &Expression,
        place: Place,
    ) -> Result<Polynomial, ExpressionError> {
        if let [instruction] = expression.program.instructions.as_slice()
            && let Operation::Number(value) = &instruction.operation
        {
            return Ok(Polynomial::constant(value.clone()));
        }
        let program = self.resolved(expression)?;
        self.begin();
        self.run(&program, place, Level::Rule).map(Value::into_polynomial)
    }

    /// What the value of `expression` can depend on; nothing when its names are unknown, which
    /// [`Self::evaluate`] reports.
    #[must_use]
    pub fn dependence(&self, expression: &Expression) -> Dependence {
        if let Some((_, program)) = self.resolved.get(&address(expression)) {
            return program.dependence;
        }
        let mut resolver =
            Resolver { names: &self.names, definitions: &self.definitions, next_mean: 0 };
        resolver.resolve(&expression.program).map(|program| program.dependence).unwrap_or_default()
    }

    /// The aggregates and the functions of all values; `Variable::Aggregate(k)` and
    /// `Variable::Function(k)` are the k-th. The stages and least arguments of functions are not
    /// worked out yet.
    #[must_use]
    pub fn into_variables(self) -> (Vec<Aggregate>, Vec<Function>) {
        (self.population.into_aggregates(), self.functions.into_list())
    }

    /// Number of functions so far.
    #[must_use]
    pub fn functions(&self) -> usize {
        self.functions.len()
    }

    /// Makes ready for one evaluation.
    fn begin(&mut self) {
        if self.kept > MOST_KEPT {
            self.forget();
        }
        self.work = Work::new();
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
        let mut resolver = Resolver {
            names: &self.names,
            definitions: &self.definitions,
            next_mean: self.next_mean,
        };
        let outcome = resolver.resolve(&expression.program);
        self.next_mean = resolver.next_mean;
        let program = Arc::new(outcome?);
        if self.resolved.len() >= MOST_RESOLVED {
            self.resolved.clear();
        }
        self.resolved.insert(address, (expression.clone(), Arc::clone(&program)));
        Ok(program)
    }

    /// Runs a program on a stack of values, and on a stack of frames those of the definitions it
    /// needs.
    pub(super) fn run(
        &mut self,
        program: &Arc<Resolved>,
        place: Place,
        level: Level,
    ) -> Result<Value, ExpressionError> {
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
        let Some((name, _)) =
            last.definition.and_then(|definition| self.names.symbols.defines.get(definition))
        else {
            return error;
        };
        let column =
            first.program.steps.get(first.next.saturating_sub(1)).map_or(0, |(column, _)| *column);
        error.seen_from(column, name)
    }

    fn definition(
        &self,
        level: Level,
        definition: usize,
        place: Place,
    ) -> Result<Known, ExpressionErrorKind> {
        let Some(Some(program)) = self.definitions.get(definition) else {
            return Err(ExpressionErrorKind::MissingOperand);
        };
        match self.values[level as usize].get(definition) {
            Some(Some((at, value))) if *at == program.dependence.restrict(place) => {
                Ok(Known::Value(value.clone()))
            }
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
    fn step(
        &mut self,
        step: &Step,
        column: usize,
        place: Place,
        stack: &mut Vec<Value>,
    ) -> Result<(), ExpressionError> {
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
                    Owner::State => place.state,
                    Owner::Action => place.action,
                };
                Value::Constant(self.names.value(*owner, *attribute, entity).map_err(at)?.clone())
            }
            Step::Parameter(parameter) => {
                Value::term(Monomial::of(Variable::Parameter(*parameter)), Rational::ONE)
            }
            Step::Definition(_) => return Err(at(ExpressionErrorKind::MissingOperand)),
            Step::Staged(staged) => {
                let stage = self.own_stage(staged, place).map_err(at)?;
                self.staged(staged, column, stage, place)?
            }
            Step::StagedAt(staged) => {
                let stage = pop(stack).and_then(|value| self.stage(&value)).map_err(at)?;
                self.staged(staged, column, stage, place)?
            }
            Step::Negate => {
                pop(stack).and_then(|value| value.negated(&mut self.work)).map_err(at)?
            }
            Step::Binary(binary) => {
                let right = pop(stack).map_err(at)?;
                let left = pop(stack).map_err(at)?;
                self.arithmetic(*binary, left, right).map_err(at)?
            }
            Step::Call(call, count) => {
                let first = stack.len().checked_sub(*count);
                let first = first.ok_or_else(|| at(ExpressionErrorKind::MissingOperand))?;
                let arguments = stack.split_off(first);
                self.call(*call, arguments).map_err(at)?
            }
        };
        stack.push(value);
        Ok(())
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
