//! Proof that transitions are probabilities: every row sums to 1 identically, and no entry is
//! negative at any decision and population.
//!
//! Constants are compared. What is affine in the parameters and aggregates is minimised exactly:
//! over the decisions, and over the masses of each stage. Everything else is bounded below by its
//! Bernstein coefficients, on the box of all ranges ([`enclosure`](super::enclosure)) and, where
//! that does not do, with the masses of a stage together, whose sum is 1
//! ([`simplices`](super::simplices)).

use super::least::Shape;
use super::problem::ModelError;
use super::report::{At, Report};
use super::signs::{Lower, Signs};
use super::words;
use crate::exact::{Integer, Numerators, Rational};
use crate::game::ColumnExt;
use crate::game::{
    Column, Columns, FunctionKind, Game, Monomial, Pairs, Polynomial, Successors, Transition,
    Variable,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Who is responsible for the transition of a stage, state and action: the rule that wins there.
pub(super) type Blame<'b> = &'b dyn Fn(usize, usize, usize) -> At;

/// Proves all transitions of a game, or reports what is wrong, once per rule and kind of error.
pub(super) fn prove(report: &mut Report, game: &Game, shape: Shape, blame: Blame<'_>) {
    let mut prover = Prover::new(report, game, shape, blame);
    let mut proved: HashSet<(*const Successors, Vec<(Monomial, *const Column)>)> = HashSet::new();
    for (t, stage) in game.stages.iter().enumerate() {
        let Some(transition) = &stage.transition else { continue };
        prover.no_future(t, &stage.pairs, transition);
        let columns = transition
            .probability
            .columns()
            .iter()
            .map(|(monomial, column)| (monomial.clone(), Arc::as_ptr(column)));
        if proved.insert((Arc::as_ptr(&transition.successors), columns.collect())) {
            prover.stage(t, &stage.pairs, transition);
        }
    }
}

/// What is known of the sign of a polynomial.
#[derive(Debug, Clone)]
enum Verdict {
    NotNegative,
    Negative { value: Rational, place: String },
    Open { bound: Rational },
}

struct Prover<'p> {
    report: &'p mut Report,
    game: &'p Game,
    blame: Blame<'p>,
    signs: Signs<'p>,
    known: HashMap<Vec<(Monomial, Rational)>, Verdict>,
    /// Places already reported, with the kind of error.
    reported: BTreeSet<(String, &'static str)>,
}

impl<'p> Prover<'p> {
    fn new(report: &'p mut Report, game: &'p Game, shape: Shape, blame: Blame<'p>) -> Self {
        let mut signs = Signs::new(game, shape);
        signs.add_functions();
        Prover { report, game, blame, signs, known: HashMap::new(), reported: BTreeSet::new() }
    }

    /// Reports a problem of the transition at a place, once per rule and kind.
    fn complain(
        &mut self,
        kind: &'static str,
        stage: usize,
        state: usize,
        action: usize,
        problem: impl FnOnce(Where) -> ModelError,
    ) {
        let at = (self.blame)(stage, state, action);
        if self.reported.insert((at.place().to_string(), kind)) {
            let name =
                |names: &[String], index: usize| names.get(index).cloned().unwrap_or_default();
            let here = Where {
                stage,
                state: name(&self.game.states, state),
                action: name(&self.game.actions, action),
            };
            self.report.push(&at, problem(here));
        }
    }

    /// Transitions of stage `t` may use aggregates of stages up to `t`.
    fn no_future(&mut self, t: usize, pairs: &Pairs, transition: &Transition) {
        let game = self.game;
        let of_later_stage = |variable: &Variable| match variable {
            Variable::Aggregate(index) => {
                let later = game.aggregates.get(*index as usize).filter(|m| m.stage > t);
                later.map(|later| words::aggregate(game, later))
            }
            Variable::Function(index) => {
                let later = game.functions.get(*index as usize).filter(|own| own.stage > t);
                later.map(|later| words::function(game, later))
            }
            Variable::Parameter(_) => None,
        };
        for (monomial, column) in transition.probability.columns() {
            let Some(later) =
                monomial.factors().iter().find_map(|(variable, _)| of_later_stage(variable))
            else {
                continue;
            };
            let Some((entry, _)) = column.entries().next() else { continue };
            let Some((state, pair)) = owner(pairs, &transition.successors, entry) else { continue };
            let aggregate = later;
            self.complain("future", t, state, pairs.action(pair), |here| {
                ModelError::FuturePopulation { here, aggregate }
            });
        }
    }

    fn stage(&mut self, t: usize, pairs: &Pairs, transition: &Transition) {
        let terms = Terms::of(&transition.probability);
        for state in 0..pairs.states() {
            for pair in pairs.of_state(state) {
                let entries = transition.successors.of_pair(pair);
                let wrong = terms.wrong_sum(entries.clone());
                if let Some(sum) = wrong.filter(|sum| !is_one(self.game, sum)) {
                    let sum = words::polynomial(self.game, &sum);
                    self.complain("sum", t, state, pairs.action(pair), |here| {
                        ModelError::ProbabilitySum { here, sum }
                    });
                }
                for entry in entries {
                    if !terms.plainly_not_negative(entry) {
                        self.entry(
                            t,
                            state,
                            pairs.action(pair),
                            transition.successors.state(entry),
                            &terms.polynomial(entry),
                        );
                    }
                }
            }
        }
    }

    fn entry(
        &mut self,
        stage: usize,
        state: usize,
        action: usize,
        next: usize,
        probability: &Polynomial,
    ) {
        let verdict = self.verdict(probability);
        let successor = self.game.states.get(next).cloned().unwrap_or_default();
        match verdict {
            Verdict::NotNegative => {}
            Verdict::Negative { value, place } => {
                let value = value.to_string();
                let problem =
                    |here| ModelError::NegativeProbability { here, successor, value, place };
                self.complain("negative", stage, state, action, problem);
            }
            Verdict::Open { bound } => {
                let (bound, formula) =
                    (bound.to_string(), words::polynomial(self.game, probability));
                let problem =
                    |here| ModelError::UnprovedProbability { here, successor, formula, bound };
                self.complain("open", stage, state, action, problem);
            }
        }
    }

    fn verdict(&mut self, probability: &Polynomial) -> Verdict {
        if let Some(constant) = probability.as_constant() {
            return judged(constant, String::new());
        }
        let key: Vec<(Monomial, Rational)> =
            probability.terms().map(|(m, c)| (m.clone(), c.clone())).collect();
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let verdict = self.work_out(probability);
        self.known.insert(key, verdict.clone());
        verdict
    }

    /// The sign over all decisions and populations; of a finite leader decision by decision.
    fn work_out(&mut self, probability: &Polynomial) -> Verdict {
        let game = self.game;
        let Some(decisions) = game.finite_decisions() else { return self.sign(probability) };
        let uses_parameters =
            probability.variables().iter().any(|v| matches!(v, Variable::Parameter(_)));
        for decision in decisions {
            let value = |variable: Variable| match variable {
                Variable::Parameter(index) => decision.values.get(index as usize).cloned(),
                Variable::Aggregate(_) | Variable::Function(_) => None,
            };
            match self.sign(&probability.substitute(&value)) {
                Verdict::NotNegative if uses_parameters => {}
                Verdict::NotNegative => return Verdict::NotNegative,
                Verdict::Negative { value, place } => {
                    let decision = decision
                        .name
                        .as_ref()
                        .filter(|_| uses_parameters)
                        .map(|name| format!("at decision \"{name}\""));
                    let words: Vec<String> = decision
                        .into_iter()
                        .chain(Some(place).filter(|place| !place.is_empty()))
                        .collect();
                    return Verdict::Negative { value, place: words.join(", ") };
                }
                open => return open,
            }
        }
        Verdict::NotNegative
    }

    fn sign(&mut self, polynomial: &Polynomial) -> Verdict {
        match self.signs.least(polynomial) {
            Lower::Attained { value, place } => judged(value, place),
            Lower::Bound(bound) if bound < Rational::ZERO => Verdict::Open { bound },
            Lower::Bound(_) => Verdict::NotNegative,
        }
    }
}

fn judged(value: Rational, place: String) -> Verdict {
    if value < Rational::ZERO { Verdict::Negative { value, place } } else { Verdict::NotNegative }
}

/// Whether a polynomial is 1 because inverses are: a polynomial in `w = 1/p` times a power of `p`
/// has powers of `p` in place of those of `w`.
fn is_one(game: &Game, sum: &Polynomial) -> bool {
    let mut rest = sum.clone().plus(&Polynomial::constant(Rational::ONE), &Rational::NEG_ONE);
    for (k, function) in game.functions.iter().enumerate().rev() {
        if function.kind != FunctionKind::Inverse {
            continue;
        }
        let own = Variable::Function(k as u32);
        let power = |monomial: &Monomial| {
            monomial.factors().iter().find(|factor| factor.0 == own).map_or(0, |factor| factor.1)
        };
        let Some(most) = rest.terms().map(|(monomial, _)| power(monomial)).max() else { break };
        let mut cleared = Polynomial::zero();
        for (monomial, value) in rest.terms() {
            let (_, left) = monomial.substitute(&|v| (v == own).then_some(Rational::ONE));
            let mut term = Polynomial::term(left, value.clone());
            for _ in power(monomial)..most {
                let Ok(product) = term.times(&function.argument) else { return false };
                term = product;
            }
            cleared = cleared.plus(&term, &Rational::ONE);
        }
        rest = cleared;
    }
    rest.is_zero()
}

/// Where a transition is wrong, in the names of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Where {
    /// The stage.
    pub stage: usize,
    /// The state.
    pub state: String,
    /// The action.
    pub action: String,
}

impl std::fmt::Display for Where {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "stage {}, state \"{}\", action \"{}\"", self.stage, self.state, self.action)
    }
}

/// The state and pair to which a transition entry belongs.
fn owner(pairs: &Pairs, successors: &Successors, entry: usize) -> Option<(usize, usize)> {
    let states =
        (0..pairs.states()).flat_map(|state| pairs.of_state(state).map(move |pair| (state, pair)));
    states.into_iter().find(|(_, pair)| successors.of_pair(*pair).contains(&entry))
}

fn is_negative(numerators: &Numerators, index: usize) -> bool {
    match numerators {
        Numerators::Small(values) => values.get(index).is_some_and(|value| *value < 0),
        Numerators::Big(values) => values.get(index).is_some_and(|value| *value < Integer::ZERO),
    }
}

/// Columns read entry by entry.
struct Terms<'c> {
    columns: &'c [(Monomial, Arc<Column>)],
    /// The only column, when it is dense and its monomial is 1.
    plain: Option<&'c Column>,
    /// Otherwise: for each entry the columns with a coefficient there, and the positions within
    /// them.
    first: Vec<usize>,
    terms: Vec<(u32, u32)>,
}

impl<'c> Terms<'c> {
    fn of(columns: &'c Columns) -> Self {
        if let [(monomial, column)] = columns.columns()
            && monomial.is_one()
            && column.support.is_none()
        {
            return Terms {
                columns: columns.columns(),
                plain: Some(column),
                first: Vec::new(),
                terms: Vec::new(),
            };
        }
        let nonzero = || {
            (0u32..).zip(columns.columns()).flat_map(|(at, (_, column))| {
                let numerators = column.coefficients.numerators();
                let positions =
                    (0..numerators.len()).filter(|&index| !numerators.is_zero_at(index));
                positions.map(move |index| {
                    (
                        column
                            .support
                            .as_ref()
                            .and_then(|s| s.get(index))
                            .map_or(index, |&e| e as usize),
                        at,
                        index as u32,
                    )
                })
            })
        };
        let mut first = vec![0usize; columns.len() + 1];
        for (entry, _, _) in nonzero() {
            if let Some(count) = first.get_mut(entry + 1) {
                *count += 1;
            }
        }
        let mut before = 0;
        for count in &mut first {
            before += *count;
            *count = before;
        }
        let mut next = first.clone();
        let mut terms = vec![(0, 0); before];
        for (entry, at, index) in nonzero() {
            if let Some(place) = next.get_mut(entry) {
                if let Some(slot) = terms.get_mut(*place) {
                    *slot = (at, index);
                }
                *place += 1;
            }
        }
        Terms { columns: columns.columns(), plain: None, first, terms }
    }

    fn of_entry(&self, entry: usize) -> &[(u32, u32)] {
        let ends = self.first.get(entry).zip(self.first.get(entry + 1));
        ends.and_then(|(&from, &to)| self.terms.get(from..to)).unwrap_or_default()
    }

    /// Whether the entry is a constant that is not negative.
    fn plainly_not_negative(&self, entry: usize) -> bool {
        let not_negative =
            |column: &Column, index: usize| !is_negative(column.coefficients.numerators(), index);
        match (self.plain, self.of_entry(entry)) {
            (Some(column), _) => not_negative(column, entry),
            (None, []) => true,
            (None, [(at, index)]) => self
                .columns
                .get(*at as usize)
                .is_some_and(|(m, column)| m.is_one() && not_negative(column, *index as usize)),
            _ => false,
        }
    }

    fn polynomial(&self, entry: usize) -> Polynomial {
        if let Some(column) = self.plain {
            return Polynomial::constant(column.get(entry));
        }
        let mut polynomial = Polynomial::zero();
        for &(at, index) in self.of_entry(entry) {
            if let Some((monomial, column)) = self.columns.get(at as usize) {
                polynomial.add_term(monomial.clone(), column.coefficients.get(index as usize));
            }
        }
        polynomial
    }

    /// The sum of entries, when it is not identically 1.
    fn wrong_sum(&self, entries: std::ops::Range<usize>) -> Option<Polynomial> {
        let mut sums: BTreeMap<u32, Integer> = BTreeMap::new();
        for entry in entries.clone() {
            match self.plain {
                Some(column) => {
                    *sums.entry(0).or_default() += column.coefficients.numerators().get(entry)
                }
                None => {
                    for &(at, index) in self.of_entry(entry) {
                        if let Some((_, column)) = self.columns.get(at as usize) {
                            *sums.entry(at).or_default() +=
                                column.coefficients.numerators().get(index as usize);
                        }
                    }
                }
            }
        }
        sums.retain(|_, sum| !sum.is_zero());
        let only = (sums.len() == 1).then(|| sums.first_key_value()).flatten();
        let one = only.and_then(|(at, sum)| Some((self.columns.get(*at as usize)?, sum)));
        if one.is_some_and(|((monomial, column), sum)| {
            monomial.is_one() && *sum == Integer::from(column.coefficients.denominator().clone())
        }) {
            return None;
        }
        Some(entries.fold(Polynomial::zero(), |sum, entry| {
            sum.plus(&self.polynomial(entry), &Rational::ONE)
        }))
    }
}
