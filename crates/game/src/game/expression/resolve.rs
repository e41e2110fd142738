//! Programs with names to programs with indices.

use super::error::{ExpressionError, ExpressionErrorKind, shown};
use super::names::{Meaning, Member, Names};
use super::population::Members;
use super::program::{Binary, Call, Instruction, Operation, Owner, Program, Term};
use super::symbols::{Dependence, LeaderTerms};
use crate::exact::Rational;
use std::sync::Arc;

/// A program whose names are resolved.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) steps: Vec<(usize, Step)>,
    /// What the value can depend on.
    pub(super) dependence: Dependence,
    /// Whether the population occurs, so that the formula cannot stand inside `mean`.
    pub(super) population: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Number(Rational),
    Stage,
    /// An attribute, by its index among those of states or of actions.
    Attribute(Owner, usize),
    Parameter(u32),
    Definition(usize),
    Staged(Staged),
    /// At the stage on top of the stack.
    StagedAt(Staged),
    Negate,
    Binary(Binary),
    /// A function of so many values on top of the stack.
    Call(Call, usize),
}

/// What lives at a stage.
#[derive(Debug, Clone)]
pub(super) enum Staged {
    /// Mass in some states, playing some actions.
    Mass(Members, Members),
    /// A named aggregate.
    Table(usize),
    /// Probability of a leader's action.
    Mixed(u32),
    /// Probability of a leader's state and action.
    Process(Option<u32>, Option<u32>),
    /// Average over everybody, or over the population at a position, with a number that no other
    /// average of the evaluator has.
    Mean(usize, Arc<Resolved>, Option<usize>),
}

impl Staged {
    /// How it is written, for messages.
    pub(super) fn term(&self, names: &Names) -> String {
        match self {
            Staged::Mass(..) => "mu[...]".into(),
            Staged::Table(table) => {
                names.tables.get(*table).map(|name| shown(name)).unwrap_or_default()
            }
            Staged::Mixed(_) => "p[...]".into(),
            Staged::Process(..) => "nu[...]".into(),
            Staged::Mean(..) => "mean(...)".into(),
        }
    }
}

/// What resolution needs to know.
pub(super) struct Resolver<'r, 'a> {
    pub(super) names: &'r Names<'a>,
    /// The definitions resolved so far; those that a program uses must be among them.
    pub(super) definitions: &'r [Option<Arc<Resolved>>],
    /// Number of the next average.
    pub(super) next_mean: usize,
}

impl Resolver<'_, '_> {
    /// The program with indices for names.
    pub(super) fn resolve(&mut self, program: &Program) -> Result<Resolved, ExpressionError> {
        let mut bodies = Vec::with_capacity(program.bodies.len());
        for body in &program.bodies {
            let body = self.block(body, None)?;
            bodies.push(Arc::new(body));
        }
        self.block(&program.instructions, Some(&bodies))
    }

    /// One block of instructions; `bodies` is `None` inside `mean`.
    fn block(
        &mut self,
        instructions: &[Instruction],
        bodies: Option<&[Arc<Resolved>]>,
    ) -> Result<Resolved, ExpressionError> {
        let mut block =
            Resolved { steps: Vec::with_capacity(instructions.len()), ..Resolved::default() };
        for Instruction { column, operation } in instructions {
            let at = |kind| ExpressionError::new(*column, kind);
            let step = match operation {
                Operation::Number(value) => Step::Number(value.clone()),
                Operation::Stage => {
                    block.dependence.stage = true;
                    Step::Stage
                }
                Operation::Attribute(owner, name) => {
                    match owner {
                        Owner::State => block.dependence.state = true,
                        Owner::Action => block.dependence.action = true,
                    }
                    Step::Attribute(*owner, self.names.attribute(*owner, name).map_err(at)?)
                }
                Operation::Negate => Step::Negate,
                Operation::Binary(binary) => Step::Binary(*binary),
                Operation::Call(call, count) => Step::Call(*call, *count),
                Operation::Term(Term::Name(name)) => match self.names.plain(name).map_err(at)? {
                    Meaning::Parameter(parameter) => Step::Parameter(parameter),
                    Meaning::Definition(definition) => {
                        self.definition(definition, name, bodies, &mut block).map_err(at)?
                    }
                    Meaning::Table(table) => {
                        block.dependence.stage |= self.table_stage(table).is_none();
                        Step::Staged(
                            self.staged(Staged::Table(table), name, bodies, &mut block)
                                .map_err(at)?,
                        )
                    }
                },
                Operation::TermAt(Term::Name(name)) => match self.names.plain(name).map_err(at)? {
                    Meaning::Table(table) if self.table_stage(table).is_none() => Step::StagedAt(
                        self.staged(Staged::Table(table), name, bodies, &mut block).map_err(at)?,
                    ),
                    meaning => {
                        let what = match meaning {
                            Meaning::Parameter(_) => "the parameter",
                            Meaning::Definition(_) => "the definition",
                            Meaning::Table(_) => "an aggregate with a stage of its own,",
                        };
                        return Err(at(ExpressionErrorKind::NotAtStage {
                            what: format!("{what} `{}`", shown(name)),
                        }));
                    }
                },
                Operation::Term(term) => {
                    let staged = self.bracketed(*column, term, bodies, &mut block)?;
                    block.dependence.stage |= !self.same_at_all_stages(&staged);
                    Step::Staged(staged)
                }
                Operation::TermAt(term) => {
                    Step::StagedAt(self.bracketed(*column, term, bodies, &mut block)?)
                }
            };
            block.steps.push((*column, step));
        }
        Ok(block)
    }

    fn definition(
        &self,
        definition: usize,
        name: &str,
        bodies: Option<&[Arc<Resolved>]>,
        block: &mut Resolved,
    ) -> Result<Step, ExpressionErrorKind> {
        // A definition that failed to resolve has been reported already.
        if let Some(Some(resolved)) = self.definitions.get(definition) {
            if resolved.population && bodies.is_none() {
                let term = format!("`{}`, which depends on the population,", shown(name));
                return Err(ExpressionErrorKind::PopulationInsideMean { term });
            }
            block.population |= resolved.population;
            block.dependence = block.dependence.or(resolved.dependence);
        }
        Ok(Step::Definition(definition))
    }

    fn table_stage(&self, table: usize) -> Option<usize> {
        let name = self.names.tables.get(table)?;
        self.names.symbols.named_aggregates.get(*name)?.stage
    }

    fn same_at_all_stages(&self, staged: &Staged) -> bool {
        matches!(
            (staged, &self.names.symbols.leader_terms),
            (Staged::Mixed(_), LeaderTerms::Mixed { per_stage: false, .. })
        )
    }

    /// A population term, which is refused inside `mean`.
    fn staged(
        &self,
        staged: Staged,
        name: &str,
        bodies: Option<&[Arc<Resolved>]>,
        block: &mut Resolved,
    ) -> Result<Staged, ExpressionErrorKind> {
        if bodies.is_none() {
            return Err(ExpressionErrorKind::PopulationInsideMean {
                term: format!("`{}`", shown(name)),
            });
        }
        block.population = true;
        Ok(staged)
    }

    fn bracketed(
        &mut self,
        column: usize,
        term: &Term,
        bodies: Option<&[Arc<Resolved>]>,
        block: &mut Resolved,
    ) -> Result<Staged, ExpressionError> {
        let at = |kind| ExpressionError::new(column, kind);
        let inside = |(column, kind)| ExpressionError::new(column, kind);
        match term {
            Term::Name(name) => {
                Err(at(ExpressionErrorKind::NotAtStage { what: format!("`{}`", shown(name)) }))
            }
            Term::Mass(state, action) => {
                let state = self.names.members(Member::State, state).map_err(inside)?;
                let action = self.names.members(Member::Action, action).map_err(inside)?;
                self.staged(Staged::Mass(state, action), "mu[...]", bodies, block).map_err(at)
            }
            Term::Mean(index, population) => {
                let body = bodies.and_then(|bodies| bodies.get(*index));
                let body = body.ok_or_else(|| {
                    at(ExpressionErrorKind::PopulationInsideMean { term: "mean(...)".into() })
                })?;
                // State and action are those of the averaged member; the stage is that of the
                // formula.
                block.dependence.stage |= body.dependence.stage;
                let population = match population {
                    None => None,
                    Some((name, column)) => Some(
                        self.names
                            .population(name)
                            .map_err(|kind| ExpressionError::new(*column, kind))?,
                    ),
                };
                let number = self.next_mean;
                self.next_mean += 1;
                let mean = Staged::Mean(number, Arc::clone(body), population);
                self.staged(mean, "mean(...)", bodies, block).map_err(at)
            }
            Term::Mixed(action) => match &self.names.symbols.leader_terms {
                LeaderTerms::Mixed { .. } => {
                    self.names.index(Member::LeaderAction, action).map(Staged::Mixed).map_err(at)
                }
                _ => Err(at(ExpressionErrorKind::NotMixed)),
            },
            Term::Process(state, action) => match &self.names.symbols.leader_terms {
                LeaderTerms::Process { .. } => {
                    let state = self.names.member(Member::LeaderState, state).map_err(inside)?;
                    let action = self.names.member(Member::LeaderAction, action).map_err(inside)?;
                    Ok(Staged::Process(state, action))
                }
                _ => Err(at(ExpressionErrorKind::NoProcess)),
            },
        }
    }
}
