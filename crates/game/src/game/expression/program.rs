//! A parsed formula: operations in postfix order, names not resolved yet.

use crate::exact::Rational;

/// Operations in the order in which a stack machine performs them.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
    /// What stands inside each `mean(...)`.
    pub(super) bodies: Vec<Vec<Instruction>>,
}

/// An operation and the column that an error in it points at.
#[derive(Debug)]
pub(super) struct Instruction {
    pub(super) column: usize,
    pub(super) operation: Operation,
}

#[derive(Debug)]
pub(super) enum Operation {
    /// A number.
    Number(Rational),
    /// `t`.
    Stage,
    /// `s.name` or `a.name`.
    Attribute(Owner, String),
    /// A name or something of the population or the leader.
    Term(Term),
    /// A term at the stage on top of the stack.
    TermAt(Term),
    /// Sign change of the top of the stack.
    Negate,
    /// An operation on the two values on top of the stack.
    Binary(Binary),
    /// A function of so many values on top of the stack.
    Call(Call, usize),
}

/// Functions that formulas can call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Exp,
    Log,
    Sqrt,
    Abs,
    Min,
    Max,
}

impl Call {
    /// The function of this name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "exp" => Call::Exp,
            "log" => Call::Log,
            "sqrt" => Call::Sqrt,
            "abs" => Call::Abs,
            "min" => Call::Min,
            "max" => Call::Max,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Call::Exp => "exp",
            Call::Log => "log",
            Call::Sqrt => "sqrt",
            Call::Abs => "abs",
            Call::Min => "min",
            Call::Max => "max",
        }
    }

    /// Whether it takes any number of values from two on; others take one.
    pub(super) fn takes_several(self) -> bool {
        matches!(self, Call::Min | Call::Max)
    }
}

/// What may be followed by `@stage`, as far as the text alone can tell.
#[derive(Debug, Clone)]
pub(super) enum Term {
    /// A parameter, a definition or a named aggregate.
    Name(String),
    /// `mu[state, action]`.
    Mass(Selector, Selector),
    /// `mean(...)`, an index into the bodies of the program; of one population, whose name stands
    /// at a column.
    Mean(usize, Option<(String, usize)>),
    /// `p[action]`.
    Mixed(String),
    /// `nu[state, action]`.
    Process(Selector, Selector),
}

/// Whose attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    State,
    Action,
}

/// A place in `mu[...]` or `nu[...]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selector {
    /// `*`, or nothing.
    All,
    /// A name and its column.
    One(String, usize),
    /// `population.name` or `population.*`, and its column.
    Of { population: String, name: Option<String>, column: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

impl Binary {
    /// The operator that `symbol` spells.
    pub(super) fn of(symbol: char) -> Option<Self> {
        match symbol {
            '+' => Some(Binary::Add),
            '-' => Some(Binary::Subtract),
            '*' => Some(Binary::Multiply),
            '/' => Some(Binary::Divide),
            '^' => Some(Binary::Power),
            _ => None,
        }
    }

    /// How tightly it binds; a sign binds with [`SIGN_PRECEDENCE`].
    pub(super) fn precedence(self) -> u8 {
        match self {
            Binary::Add | Binary::Subtract => 1,
            Binary::Multiply | Binary::Divide => 2,
            Binary::Power => 4,
        }
    }
}

/// Between products and powers: `-x^2 = -(x^2)`, and `a / -b / c = (a / (-b)) / c`.
pub(super) const SIGN_PRECEDENCE: u8 = 3;
