//! Errors of the library as exceptions of `smfg`, by the class names of `smfg._errors`.

use pyo3::prelude::*;
use pyo3::types::PyType;

/// The exceptions that the native module raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A game file.
    Game,
    /// A decision that is none of the game's, or a missing one.
    Decision,
    /// A formula in place of the leader's reward.
    Expression,
    /// A game outside what is solved.
    Unsupported,
    /// A claim or an array.
    Claim,
    /// A number or an option.
    Argument,
    /// The program itself.
    Internal,
}

/// An error as a value that may cross threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    message: String,
}

impl Failure {
    /// `what` as an exception of `kind`.
    pub fn new(kind: Kind, what: impl ToString) -> Self {
        Failure { kind, message: what.to_string() }
    }

    /// The exception.
    pub fn raise(self, py: Python<'_>) -> PyErr {
        let name = match self.kind {
            Kind::Game => "GameError",
            Kind::Decision => "DecisionError",
            Kind::Expression => "ExpressionError",
            Kind::Unsupported => "UnsupportedError",
            Kind::Claim => "ClaimError",
            Kind::Argument => "ArgumentError",
            Kind::Internal => "InternalError",
        };
        let class = py
            .import("smfg._errors")
            .and_then(|module| module.getattr(name))
            .and_then(|class| Ok(class.cast_into::<PyType>()?));
        match class {
            Ok(class) => PyErr::from_type(class, self.message),
            Err(error) => error,
        }
    }
}

impl From<smfg::leader::SolveError> for Failure {
    fn from(error: smfg::leader::SolveError) -> Self {
        use smfg::leader::SolveError;
        let kind = match &error {
            SolveError::Class(_)
            | SolveError::Requirements
            | SolveError::RequirementsOfContinuum => Kind::Unsupported,
            SolveError::NoDecision
            | SolveError::Point(_)
            | SolveError::DecisionNeeded { .. }
            | SolveError::Decision { .. } => Kind::Decision,
            SolveError::Objective(_) => Kind::Expression,
            SolveError::Epsilon(_) => Kind::Argument,
            SolveError::Refused(_) | SolveError::Write(_) => Kind::Internal,
        };
        Failure::new(kind, error)
    }
}

impl From<smfg::claim::ClaimError> for Failure {
    fn from(error: smfg::claim::ClaimError) -> Self {
        use smfg::claim::ClaimError;
        let kind = match &error {
            ClaimError::Decision(_) | ClaimError::DecisionNeeded { .. } => Kind::Decision,
            _ => Kind::Claim,
        };
        Failure::new(kind, error)
    }
}
