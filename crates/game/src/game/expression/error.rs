//! What can be wrong with a formula, and where.

use super::limits::{
    LONGEST_FORMULA, MOST_BITS, MOST_DEGREE, MOST_NESTING, MOST_SIZE, MOST_WEIGHTS,
};
use crate::exact::NumberError;
use crate::game::{MOST_TERMS, TooManyTerms};
use std::fmt;

/// Why a formula has no value, with the place in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// Column of the formula's text, counted in characters from 1; 0 when the formula as a whole is
    /// meant.
    pub column: usize,
    /// What was found and what was expected.
    pub kind: ExpressionErrorKind,
}

impl ExpressionError {
    pub(super) fn new(column: usize, kind: ExpressionErrorKind) -> Self {
        ExpressionError { column, kind }
    }

    /// The same error seen from column `column` of a formula that uses the definition `name`; the
    /// innermost definition is the one that is named.
    pub(super) fn seen_from(self, column: usize, name: &str) -> Self {
        let kind = match self.kind {
            kind @ ExpressionErrorKind::InDefinition { .. } => kind,
            kind => ExpressionErrorKind::InDefinition {
                name: shown(name),
                column: self.column,
                kind: Box::new(kind),
            },
        };
        ExpressionError { column, kind }
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.column == 0 {
            write!(f, "{}", self.kind)
        } else {
            write!(f, "column {}: {}", self.column, self.kind)
        }
    }
}

impl std::error::Error for ExpressionError {}

/// What is wrong with a formula. Texts quoted from the formula are shortened, control characters in
/// them escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionErrorKind {
    /// More characters than a formula may have.
    #[error("found a formula of {length} characters, expected at most {LONGEST_FORMULA}")]
    TooLong {
        /// Number of characters.
        length: usize,
    },
    /// A token in a place where it makes no sense.
    #[error("found {found}, expected {expected}")]
    Unexpected {
        /// The token.
        found: String,
        /// What could stand here.
        expected: &'static str,
    },
    /// The formula ends inside parentheses or brackets.
    #[error("found {found}, expected `{closing}` to match the `{opening}` in column {opened}")]
    Unclosed {
        /// The token.
        found: String,
        /// The parenthesis or bracket that is open.
        opening: char,
        /// What closes it.
        closing: char,
        /// Where it was opened.
        opened: usize,
    },
    /// A quoted name without closing quote.
    #[error("the quoted name has no closing {quote}")]
    UnclosedQuote {
        /// The quote that opened it.
        quote: char,
    },
    /// A number that cannot be read.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Parentheses too deep.
    #[error("parentheses are nested more than {MOST_NESTING} deep")]
    Nesting,
    /// A function that formulas do not have.
    #[error("the function `{name}` is not available{hint}")]
    Function {
        /// Name of the function.
        name: String,
        /// Which there are, or which one is near.
        hint: String,
    },
    /// A function with jumps.
    #[error(
        "`{name}` jumps, and a game whose rewards or transitions jump with the population need not have an equilibrium: expected continuous functions (a steep `1 / (1 + exp(-k * x))` or `min` and `max` are such)"
    )]
    Jump {
        /// Name of the function or sign.
        name: String,
    },
    /// A function with another number of arguments.
    #[error("`{name}` takes {}, found {found}", if *.several { "two values or more" } else { "one value" })]
    Arguments {
        /// Name of the function.
        name: &'static str,
        /// Whether it takes several.
        several: bool,
        /// How many there are.
        found: usize,
    },
    /// A number at which a function has no value.
    #[error("{function}({found}) has no value{}", if .function == "log" { ": expected a positive number" } else { ": expected a number that is not negative" })]
    NoValue {
        /// The function.
        function: String,
        /// The number.
        found: String,
    },
    /// A fraction as an exponent that is too long.
    #[error(
        "found exponent {found}, expected a fraction with a denominator of at most 64 and a numerator of at most {most}"
    )]
    FractionalExponent {
        /// The exponent.
        found: String,
        /// Largest numerator.
        most: u32,
    },
    /// `mu`, `mean` or a named aggregate inside `mean`.
    #[error(
        "{term} cannot be used inside mean(...), which averages attributes: only attributes, constants, `t` and leader parameters can"
    )]
    PopulationInsideMean {
        /// The population term.
        term: String,
    },
    /// `@` after something that does not live at a stage.
    #[error(
        "`@` cannot follow {what}: it follows mu[...], mean(...), p[...], nu[...] and named aggregates"
    )]
    NotAtStage {
        /// What stands before it.
        what: String,
    },
    /// A name that nothing has.
    #[error("`{name}` is not known{hint}")]
    UnknownName {
        /// The name.
        name: String,
        /// Near matches or what names there are.
        hint: String,
    },
    /// A state or action that does not exist.
    #[error("no {what} is named `{name}`{hint}")]
    UnknownMember {
        /// `state`, `action`, `state of the leader` or `action of the leader`.
        what: &'static str,
        /// The name.
        name: String,
        /// Near matches or what names there are.
        hint: String,
    },
    /// An attribute that no state or no action has.
    #[error("no {what} has an attribute `{attribute}`{hint}")]
    UnknownAttribute {
        /// `state` or `action`.
        what: &'static str,
        /// The attribute.
        attribute: String,
        /// Near matches or what attributes there are.
        hint: String,
    },
    /// An attribute that others have, but not this state or action.
    #[error("the {what} `{name}` has no attribute `{attribute}`")]
    MissingAttribute {
        /// `state` or `action`.
        what: &'static str,
        /// Its name.
        name: String,
        /// The attribute.
        attribute: String,
    },
    /// `s.x` where no state is meant.
    #[error(
        "`s.{attribute}` needs a state: it can be used where a rule is applied to a state, and inside mean(...)"
    )]
    NeedsState {
        /// The attribute.
        attribute: String,
    },
    /// `a.x` where no action is meant.
    #[error(
        "`a.{attribute}` needs an action: it can be used where a rule is applied to an action, and inside mean(...)"
    )]
    NeedsAction {
        /// The attribute.
        attribute: String,
    },
    /// `t` where there is no current stage.
    #[error("the current stage is not defined here, so `t` has no value")]
    NeedsCurrentStage,
    /// A population or leader term without `@` where there is no current stage.
    #[error("the current stage is not defined here: write {term}@stage")]
    NeedsStage {
        /// The term.
        term: String,
    },
    /// `p[...]` for a leader who does not mix.
    #[error(
        "`p[...]` is the probability of a leader's action, and the leader of this game has no `mixed` actions"
    )]
    NotMixed,
    /// `nu[...]` for a leader without a process.
    #[error(
        "`nu[...]` is the law of the leader's state, and the leader of this game has no `process`"
    )]
    NoProcess,
    /// A stage that is no integer.
    #[error("found stage {found}, expected an integer constant")]
    StageNotInteger {
        /// The value.
        found: String,
    },
    /// A stage that does not exist.
    #[error("found stage {found}, expected a stage between 0 and {last}")]
    StageRange {
        /// The value.
        found: String,
        /// The last stage.
        last: usize,
    },
    /// Division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// An exponent that depends on parameters or the population.
    #[error("the exponent is not constant: x^y with y that varies is written exp(y * log(x))")]
    ExponentNotConstant,
    /// An exponent that is no small number.
    #[error("found exponent {found}, expected a number of size at most {most}")]
    Exponent {
        /// The value.
        found: String,
        /// The largest one, of a number or of anything else.
        most: u32,
    },
    /// A polynomial of too high a degree.
    #[error("the polynomial has degree {degree}, expected at most {MOST_DEGREE}")]
    Degree {
        /// Its degree.
        degree: u64,
    },
    /// A polynomial with too many terms.
    #[error("the polynomial has more than {MOST_TERMS} terms when expanded")]
    TooManyTerms,
    /// A number with too many digits.
    #[error("a number has more than {MOST_BITS} binary digits")]
    NumberTooLong,
    /// A polynomial whose coefficients have too many digits together.
    #[error("the coefficients of the polynomial have more than {MOST_SIZE} binary digits in all")]
    PolynomialTooLong,
    /// A formula that takes too long to expand.
    #[error("the formula takes too many operations to expand")]
    TooMuchWork,
    /// Aggregates that take too much memory.
    #[error("the aggregates of the population have more than {MOST_WEIGHTS} weights in all")]
    TooManyWeights,
    /// An operator without its operands.
    #[error("an operator lacks an operand")]
    MissingOperand,
    /// An error inside a definition that the formula uses.
    #[error("in the definition of `{name}`, column {column}: {kind}")]
    InDefinition {
        /// The definition.
        name: String,
        /// Column of its text.
        column: usize,
        /// What is wrong there; never again an error inside a definition.
        kind: Box<ExpressionErrorKind>,
    },
    /// A word that means something else in formulas.
    #[error("`{name}` has a fixed meaning in formulas, expected another name")]
    Reserved {
        /// The word.
        name: String,
    },
    /// Two things with one name.
    #[error("`{name}` is already {other}, expected another name")]
    Duplicate {
        /// The name.
        name: String,
        /// What has it already.
        other: &'static str,
    },
    /// A definition that uses itself.
    #[error("the definition uses itself: {path}")]
    Cycle {
        /// The names from the definition back to itself.
        path: String,
    },
}

impl From<TooManyTerms> for ExpressionErrorKind {
    fn from(_: TooManyTerms) -> Self {
        ExpressionErrorKind::TooManyTerms
    }
}

/// `text` fit for a message: control characters escaped, at most 40 characters.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut result = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            result.push_str("...");
            break;
        }
        if character.is_control() {
            result.extend(character.escape_default())
        } else {
            result.push(character)
        }
    }
    result
}
