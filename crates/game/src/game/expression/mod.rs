//! The language of formulas in game files.
//!
//! A formula is built from
//!
//! | | |
//! |---|---|
//! | numbers | `3`, `0.25`, `1e-3`; `1/3` is a division |
//! | operators, from loose to tight | `+ -`, `* /`, sign, `^` (to the right); `( )` |
//! | names | leader parameters, definitions, named aggregates; a name that is no identifier is quoted: `"my wage"` |
//! | `t` | the current stage |
//! | `s.wealth`, `a.effort` | attributes of the rule's own state and action |
//! | `mu[I]`, `mu[I, protect]`, `mu[*, protect]` | mass of the population at the current stage |
//! | `mu[trucks.depot]`, `mu[trucks.*, go]` | the same of one of several populations |
//! | `mean(s.wealth * a.effort)` | average of an expression of attributes over the population at the current stage |
//! | `mean(trucks: s.load)` | average over the members of one of several populations |
//! | `p[audit]`, `nu[s0]`, `nu[s0, a0]` | probabilities of the leader's action, state, and both |
//! | `mu[I]@2`, `mean(...)@(t-1)` | the same at another stage; also after `p[...]`, `nu[...]` and named aggregates |
//! | `log(x)`, `exp(x)`, `sqrt(x)`, `abs(x)`, `min(x, y)`, `max(x, y, z)` | functions |
//!
//! Inside `mean`, `s.` and `a.` are the attributes of the averaged member; `t`, names and leader
//! probabilities mean what they mean outside, also before an `@`. Exponents are integers, at most 64
//! of what is no number, or fractions. A value is a polynomial in the leader's parameters, the
//! population's aggregates and functions of these; whether functions have values everywhere is
//! proved when the game is complete.
//!
//! A text becomes a postfix program with an explicit stack of operators (`parser`); its names are
//! resolved once (`resolve`); evaluation runs it on a stack of values (`evaluator`). Nothing
//! recurses on input, and every formula has bounded cost (`limits`).

mod defines;
mod error;
mod evaluator;
mod functions;
mod hints;
mod lexer;
mod limits;
mod names;
mod parser;
mod population;
mod program;
mod resolve;
mod staged;
mod symbols;
mod tree;
mod value;

pub use defines::DefineError;
pub use error::{ExpressionError, ExpressionErrorKind};
pub use evaluator::Evaluator;
pub use lexer::{is_identifier, spelled};
pub(super) use limits::bits;
pub use limits::{
    LONGEST_FORMULA, MOST_BITS, MOST_DEGREE, MOST_EXPONENT, MOST_NESTING, MOST_SIZE, MOST_WEIGHTS,
};
pub use symbols::{
    Dependence, Entity, LeaderTerms, NamedAggregate, Place, Subpopulation, Symbols, is_reserved,
};
pub use tree::{Named, Tree};

use crate::exact::{Rational, format_rational};
use program::{Instruction, Operation, Program};
use std::sync::Arc;

/// A parsed formula; names are not resolved yet. Clones share the program.
///
/// ```
/// use smfg_game::game::expression::{Evaluator, Expression, Place, Symbols};
/// let symbols = Symbols::default();
/// let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
/// let value = evaluator.evaluate(&Expression::parse("-2^2 + 1/4").expect("a formula"), Place::default());
/// assert_eq!(value.expect("a value").as_constant(), Some(smfg_game::exact::ratio(-15, 4)));
/// ```
#[derive(Debug, Clone)]
pub struct Expression {
    text: Arc<str>,
    program: Arc<Program>,
}

impl Expression {
    /// The formula that `text` spells.
    ///
    /// # Errors
    /// [`ExpressionError`] with the column of the first token that does not fit.
    pub fn parse(text: &str) -> Result<Expression, ExpressionError> {
        let program = parser::parse(text)?;
        Ok(Expression { text: text.into(), program: Arc::new(program) })
    }

    /// A number as a formula.
    #[must_use]
    pub fn constant(value: Rational) -> Expression {
        let text = format_rational(&value).into();
        let instructions = vec![Instruction { column: 1, operation: Operation::Number(value) }];
        Expression { text, program: Arc::new(Program { instructions, bodies: Vec::new() }) }
    }

    /// The text of the formula.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}
