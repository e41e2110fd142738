//! `variables` and `constraints` of the leader.

use super::document::Node;
use super::fields::{Fields, Found, boolean, list, text};
use super::leader::{Choice, LeaderDraft};
use super::names::{Kind, distinct, usable};
use super::numbers::Numbers;
use super::problem::{ModelError, ValueError};
use super::report::{At, Report};
use crate::exact::{Integer, LinearConstraint, Polytope, Rational, Relation};
use crate::game::expression::{Evaluator, Expression, ExpressionError, Place};
use crate::game::{DecisionSet, Grid, Variable};

/// Most variables: constraints are stored densely and solved by a dense exact simplex method.
const MOST_VARIABLES: usize = 1_000;
/// Most variables and constraints together when there are constraints.
const MOST_ROWS: usize = 400;

/// Bounds, grids and constraints before formulas are evaluated.
pub(super) struct VariablesDraft {
    at: At,
    lower: Vec<Rational>,
    upper: Vec<Rational>,
    grids: Vec<Grid>,
    constraints: Vec<ConstraintDraft>,
}

struct ConstraintDraft {
    at: At,
    left: Expression,
    relation: Relation,
    right: Expression,
    /// Characters before the right side.
    before_right: usize,
}

struct VariableDraft {
    at: At,
    name: String,
    lower: Rational,
    upper: Rational,
    grid: Grid,
}

/// Reads `variables` and `constraints`.
pub(super) fn variables(
    report: &mut Report,
    (at, node): Found<'_>,
    constraints: Option<Found<'_>>,
    numbers: &Numbers,
) -> Option<LeaderDraft> {
    let items = list(report, &at, node, "a list of variables")?;
    if items.is_empty() {
        report.push(&at, ValueError::Empty { expected: "at least one variable" });
        return None;
    }
    let places = items.iter().enumerate().map(|(index, item)| (at.entry(index, item), item));
    let read: Vec<Option<VariableDraft>> =
        places.map(|(at, item)| variable(report, at, item, numbers)).collect();
    let constraints =
        constraints.map_or(Some(Vec::new()), |(at, node)| read_constraints(report, &at, node));
    let read: Vec<VariableDraft> = read.into_iter().collect::<Option<_>>()?;
    if !distinct(
        report,
        Kind::Parameter,
        read.iter().map(|variable| (&variable.at, variable.name.as_str())),
    ) {
        return None;
    }
    let constraints = constraints?;
    let rows = read.len() + constraints.len();
    if read.len() > MOST_VARIABLES || (!constraints.is_empty() && rows > MOST_ROWS) {
        let most = if constraints.is_empty() { MOST_VARIABLES } else { MOST_ROWS };
        report.push(&at, ModelError::TooManyVariables { found: rows, most });
        return None;
    }
    let mut draft =
        VariablesDraft { at, lower: Vec::new(), upper: Vec::new(), grids: Vec::new(), constraints };
    let mut names = Vec::with_capacity(read.len());
    for variable in read {
        names.push(variable.name);
        draft.lower.push(variable.lower);
        draft.upper.push(variable.upper);
        draft.grids.push(variable.grid);
    }
    Some(LeaderDraft {
        named: names.clone(),
        parameters: names,
        choice: Choice::Variables(draft),
        ..LeaderDraft::default()
    })
}

fn variable(report: &mut Report, at: At, node: &Node, numbers: &Numbers) -> Option<VariableDraft> {
    let fields = Fields::of(report, at, node, &["name", "lower", "upper", "integer", "step"])?;
    let name = fields.require(report, "name", "the name of the variable");
    let name = name.and_then(|(at, node)| {
        let name = text(report, &at, node, "a name")?;
        usable(report, &at, Kind::Parameter, name).then(|| name.to_string())
    });
    let mut bound = |key| {
        fields
            .require(report, key, "a number")
            .and_then(|(at, node)| numbers.read(report, &at, node))
    };
    let (lower, upper) = (bound("lower"), bound("upper"));
    let integer = match fields.get("integer") {
        None => Some(false),
        Some((at, node)) => boolean(report, &at, node),
    };
    let step = match fields.get("step") {
        None => Some(None),
        Some((at, node)) => numbers.read(report, &at, node).and_then(|step| {
            if step > Rational::ZERO {
                return Some(Some(step));
            }
            report.push(&at, ModelError::StepNotPositive { found: step.to_string() });
            None
        }),
    };
    let (name, mut lower, mut upper) = (name?, lower?, upper?);
    let grid = match (integer?, step?) {
        (true, Some(_)) => {
            report.push(&fields.at, ModelError::IntegerAndStep { name });
            return None;
        }
        (true, None) => Grid::Integer,
        (false, Some(step)) => Grid::Step(step),
        (false, None) => Grid::Continuous,
    };
    let given = (lower.clone(), upper.clone());
    // Bounds move inwards to the grid, so that the box says what the grid allows.
    match &grid {
        Grid::Continuous => {}
        Grid::Integer => {
            (lower, upper) = (Rational::from(lower.ceil()), Rational::from(upper.floor()))
        }
        Grid::Step(step) => {
            let steps: Integer = ((&upper - &lower) / step).floor();
            upper = &lower + Rational::from(steps) * step;
        }
    }
    if lower > upper {
        let problem = ModelError::EmptyRange {
            name,
            lower: given.0.to_string(),
            upper: given.1.to_string(),
            integer: grid == Grid::Integer,
        };
        report.push(&fields.at, problem);
        return None;
    }
    Some(VariableDraft { at: fields.at, name, lower, upper, grid })
}

fn read_constraints(report: &mut Report, at: &At, node: &Node) -> Option<Vec<ConstraintDraft>> {
    let items = list(report, at, node, "a list of constraints such as \"a + b <= 1\"")?;
    let read: Vec<Option<ConstraintDraft>> = items
        .iter()
        .enumerate()
        .map(|(index, item)| constraint(report, at.entry(index, item), item))
        .collect();
    read.into_iter().collect()
}

/// `"left <= right"`, also with `>=`, `=` and `==`.
fn constraint(report: &mut Report, at: At, node: &Node) -> Option<ConstraintDraft> {
    let text = text(report, &at, node, "a constraint such as \"a + b <= 1\"")?;
    let operators = [
        ("<=", Relation::AtMost),
        (">=", Relation::AtLeast),
        ("==", Relation::Equal),
        ("=", Relation::Equal),
    ];
    let first = operators
        .into_iter()
        .filter_map(|(sign, relation)| Some((text.find(sign)?, sign, relation)))
        .min_by_key(|found| found.0);
    let parts = first.and_then(|(offset, sign, relation)| {
        Some((text.get(..offset)?, relation, text.get(offset + sign.len()..)?))
    });
    let Some((left, relation, right)) = parts else {
        report.push(&at, ValueError::NoRelation { found: super::document::quoted(text) });
        return None;
    };
    let before_right = text.chars().count() - right.chars().count();
    let mut side = |text: &str, before: usize| match Expression::parse(text) {
        Ok(expression) => Some(expression),
        Err(error) => {
            report.formula(&at, shifted(error, before));
            None
        }
    };
    let (left, right) = (side(left, 0), side(right, before_right));
    Some(ConstraintDraft { at: at.clone(), left: left?, relation, right: right?, before_right })
}

/// An error of a part of a text that begins after `before` characters.
fn shifted(mut error: ExpressionError, before: usize) -> ExpressionError {
    error.column += before;
    error
}

impl VariablesDraft {
    /// The polytope and the grids.
    pub(super) fn decision_set(
        &self,
        report: &mut Report,
        evaluator: &mut Evaluator<'_>,
    ) -> Option<DecisionSet> {
        let mut polytope = Polytope {
            lower: self.lower.clone(),
            upper: self.upper.clone(),
            constraints: Vec::new(),
        };
        let mut fine = true;
        for constraint in &self.constraints {
            match linear(report, evaluator, constraint, polytope.dimension()) {
                Some(constraint) => polytope.constraints.push(constraint),
                None => fine = false,
            }
        }
        if !fine {
            return None;
        }
        if polytope.least_value(&vec![Rational::ZERO; polytope.dimension()]).is_err() {
            report.push(&self.at, ModelError::NoDecision);
            return None;
        }
        Some(DecisionSet::Polyhedral { polytope, grids: self.grids.clone() })
    }
}

/// The constraint as a row: both sides affine in the variables and independent of the population.
fn linear(
    report: &mut Report,
    evaluator: &mut Evaluator<'_>,
    constraint: &ConstraintDraft,
    dimension: usize,
) -> Option<LinearConstraint> {
    let at = &constraint.at;
    let mut side = |expression: &Expression, before: usize| match evaluator
        .evaluate(expression, Place::default())
    {
        Ok(polynomial) => Some(polynomial),
        Err(error) => {
            report.formula(at, shifted(error, before));
            None
        }
    };
    let (left, right) =
        (side(&constraint.left, 0), side(&constraint.right, constraint.before_right));
    let difference = left?.plus(&right?, &Rational::NEG_ONE);
    let mut coefficients = vec![Rational::ZERO; dimension];
    let mut right_side = Rational::ZERO;
    for (monomial, coefficient) in difference.terms() {
        match monomial.factors() {
            [] => right_side -= coefficient,
            [(Variable::Parameter(index), 1)] => {
                *coefficients.get_mut(*index as usize)? = coefficient.clone()
            }
            _ => {
                report.push(at, ModelError::NotAffine);
                return None;
            }
        }
    }
    Some(LinearConstraint { coefficients, relation: constraint.relation, right_side })
}
