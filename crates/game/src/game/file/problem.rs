//! What can be wrong with a game file, layer by layer: the document, its values, the model they
//! describe.

use super::names::Kind;
use super::probabilities::Where;
use super::tables::TableError;
use crate::exact::NumberError;
use crate::game::expression::ExpressionErrorKind;

/// What was found, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is no document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A value is not of the kind that its key takes.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A formula has no value.
    #[error(transparent)]
    Formula(#[from] ExpressionErrorKind),
    /// An array of `"tables"` is not what the game needs.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The values do not describe a game.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Why a file is no TOML or JSON document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The file cannot be read.
    #[error("cannot be read: {message}")]
    Unreadable {
        /// What the operating system says.
        message: String,
    },
    /// The extension says nothing.
    #[error("found extension \"{found}\", expected .toml or .json")]
    Extension {
        /// The extension, may be empty.
        found: String,
    },
    /// A file larger than the format's limit.
    #[error("found {bytes} bytes, expected at most {most} bytes of {format}")]
    TooLarge {
        /// Size of the file.
        bytes: u64,
        /// Largest size.
        most: u64,
        /// TOML or JSON.
        format: &'static str,
    },
    /// Bytes that are no text.
    #[error("found bytes that are no UTF-8 text, from byte {offset} on")]
    NotText {
        /// Where they begin.
        offset: usize,
    },
    /// The parser's verdict.
    #[error("no valid {format}: {message}")]
    Syntax {
        /// TOML or JSON.
        format: &'static str,
        /// What the parser says.
        message: String,
    },
    /// A key given twice.
    #[error("found the key \"{key}\" twice, expected distinct keys")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// Nesting beyond what any game needs.
    #[error("found values nested deeper than {most} levels")]
    TooDeep {
        /// The limit.
        most: usize,
    },
    /// More values than memory should hold.
    #[error("found more than {most} values, expected large arrays in \"tables\"")]
    TooManyValues {
        /// The limit.
        most: usize,
    },
}

/// Why a value is not what its key takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// A format this library does not read.
    #[error("found {found}, expected \"{expected}\"")]
    Format {
        /// What the file says.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A value of another kind.
    #[error("found {found}, expected {expected}")]
    WrongKind {
        /// The value.
        found: String,
        /// What the key takes.
        expected: &'static str,
    },
    /// A key nobody reads.
    #[error("found the unknown key \"{key}\"{}, expected one of: {known}", did_you_mean(.suggestion.as_ref()))]
    UnknownKey {
        /// The key.
        key: String,
        /// The nearest known key.
        suggestion: Option<String>,
        /// All known keys.
        known: String,
    },
    /// A key that must be there.
    #[error("the key \"{key}\" is missing, expected {expected}")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// A discount factor that is none.
    #[error("found {found}, expected a discount factor from 0 to 1")]
    Discount {
        /// The number.
        found: String,
    },
    /// A discount factor whose powers are too long.
    #[error(
        "its powers over {stages} stages have too many digits; expected at most {most} stages, or \
         a shorter factor"
    )]
    LongDiscount {
        /// Stages of the game.
        stages: usize,
        /// Most stages with this factor.
        most: usize,
    },
    /// A number that cannot be read.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A formula where a number is needed.
    #[error("found \"{found}\", expected a number or a formula of defined constants")]
    NotConstant {
        /// The formula.
        found: String,
    },
    /// A list or table without entries.
    #[error("found nothing, expected {expected}")]
    Empty {
        /// What is needed.
        expected: &'static str,
    },
    /// A name that nothing has.
    #[error("no {kind} is named \"{name}\"{}", did_you_mean(.suggestion.as_ref()))]
    UnknownName {
        /// What was to be named.
        kind: Kind,
        /// The name.
        name: String,
        /// The nearest name.
        suggestion: Option<String>,
    },
    /// A name that nothing in the populations of a rule has.
    #[error("no {kind} of {populations} is named \"{name}\"{}", did_you_mean(.suggestion.as_ref()))]
    UnknownOf {
        /// What was to be named.
        kind: Kind,
        /// The populations.
        populations: String,
        /// The name.
        name: String,
        /// The nearest name.
        suggestion: Option<String>,
    },
    /// States, actions or an initial law beside populations.
    #[error("found \"{key}\" beside [[population]], expected it in every [[population]]")]
    BesidePopulations {
        /// The key.
        key: &'static str,
    },
    /// A population without followers.
    #[error("found the mass {found}, expected a positive number: the share of all followers")]
    PopulationMass {
        /// The mass.
        found: String,
    },
    /// Populations that are not everybody, or more.
    #[error("found populations whose masses sum to {sum}, expected a sum of exactly 1")]
    PopulationMasses {
        /// The sum.
        sum: String,
    },
    /// Two things with one name.
    #[error("found the {kind} \"{name}\" twice, expected distinct names")]
    DuplicateName {
        /// What is named.
        kind: Kind,
        /// The name.
        name: String,
    },
    /// A name that is empty, too long, or contains control characters.
    #[error("found the {kind} name \"{name}\", expected 1 to {longest} printable characters")]
    BadName {
        /// What is named.
        kind: Kind,
        /// The name.
        name: String,
        /// Longest name.
        longest: usize,
    },
    /// A word of the formula language.
    #[error("found the {kind} name \"{name}\", which has a fixed meaning in formulas")]
    Reserved {
        /// What is named.
        kind: Kind,
        /// The word.
        name: String,
    },
    /// A name that formulas could not refer to.
    #[error("found the {kind} name \"{name}\", expected letters, digits and _, the first no digit")]
    NotAnIdentifier {
        /// What is named.
        kind: Kind,
        /// The name.
        name: String,
    },
    /// Something listed twice.
    #[error("found {what} twice in one list")]
    Repeated {
        /// What.
        what: String,
    },
    /// A stage that does not exist.
    #[error("found stage {found}, expected a stage between 0 and {last}")]
    NoSuchStage {
        /// The stage.
        found: usize,
        /// The last stage.
        last: usize,
    },
    /// A range whose ends are exchanged.
    #[error("found the range \"{first}..{last}\", expected the smaller stage first")]
    ReversedRange {
        /// Where it begins.
        first: usize,
        /// Where it ends.
        last: usize,
    },
    /// A law whose masses do not sum to 1.
    #[error("found masses that sum to {sum}, expected a sum of exactly 1")]
    LawSum {
        /// The sum.
        sum: String,
    },
    /// A negative mass.
    #[error("found the mass {found}, expected a number that is not negative")]
    NegativeMass {
        /// The mass.
        found: String,
    },
    /// Two probabilities that are what the others leave.
    #[error("found \"rest\" a second time, expected at most one")]
    TwoRests,
    /// Two ways of saying what the leader may choose.
    #[error(
        "found both \"{first}\" and \"{second}\", expected at most one of decisions, variables, mixed, process"
    )]
    TwoKinds {
        /// One.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A requirement without a bound.
    #[error("found no bound, expected at_most or at_least, or both")]
    NoLimit,
    /// Constraints of a leader without variables.
    #[error("found constraints without variables")]
    ConstraintsAlone,
    /// A constraint without a comparison.
    #[error("found \"{found}\", expected a comparison with <=, >= or =")]
    NoRelation {
        /// The text.
        found: String,
    },
    /// A game beyond the limit.
    #[error("found {0} stages x {1} states x {2} actions, expected at most {most} triples", .sizes[0], .sizes[1], .sizes[2])]
    TooManyTriples {
        /// Stages, states, actions.
        sizes: [usize; 3],
        /// The limit.
        most: u64,
    },
}

fn expected_constants(constants: &[String]) -> String {
    if constants.is_empty() {
        "a file that defines one".into()
    } else {
        format!("one of: {}", constants.join(", "))
    }
}

fn did_you_mean(suggestion: Option<&String>) -> String {
    suggestion.map(|name| format!(" (did you mean \"{name}\"?)")).unwrap_or_default()
}

fn after_space(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" {words}") }
}

fn sign(strict: bool) -> &'static str {
    if strict { "positive" } else { "not negative" }
}

fn after_comma(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(", {words}") }
}

/// Why the values do not describe a game.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A constant that is to have another value, and is none of the file.
    #[error("no [define] of the file names a constant \"{name}\"{}, expected {}", did_you_mean(.suggestion.as_ref()), expected_constants(.constants))]
    NoConstant {
        /// The name.
        name: String,
        /// The nearest constant.
        suggestion: Option<String>,
        /// The names of the constants.
        constants: Vec<String>,
    },
    /// A state without actions.
    #[error("stage {stage}, state \"{state}\": found no available action, expected at least one")]
    NoAction {
        /// The stage.
        stage: usize,
        /// The state.
        state: String,
    },
    /// A rule that applies nowhere.
    #[error("the rule matches no available action of any state and stage it could apply to")]
    MatchesNothing,
    /// A pair that no transition rule matches.
    #[error(
        "stage {stage}, state \"{state}\", action \"{action}\": no [[transition]] rule matches"
    )]
    Unmatched {
        /// The stage.
        stage: usize,
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// Probabilities that do not sum to 1.
    #[error(
        "{here}: found probabilities that sum to {sum}, expected a sum that is identically 1 (one of them may be \"rest\")"
    )]
    ProbabilitySum {
        /// Where.
        here: Where,
        /// The sum.
        sum: String,
    },
    /// A probability that is negative somewhere.
    #[error("{here}: found the probability {value} of \"{successor}\"{}, expected none to be negative", after_comma(.place))]
    NegativeProbability {
        /// Where.
        here: Where,
        /// The successor.
        successor: String,
        /// The probability.
        value: String,
        /// A decision and a population at which it is attained; empty when the probability is
        /// constant.
        place: String,
    },
    /// A probability that could not be shown to be non-negative.
    #[error(
        "{here}: cannot show that the probability {formula} of \"{successor}\" is never negative: the best lower bound found over \
         all decisions and populations is {bound}"
    )]
    UnprovedProbability {
        /// Where.
        here: Where,
        /// The successor.
        successor: String,
        /// Its probability.
        formula: String,
        /// The bound.
        bound: String,
    },
    /// A function without a value somewhere.
    #[error(
        "`{function}` has no value{}: its argument is {value} there, expected one that is {} at every decision and population, such as `{remedy}`", after_space(.place), sign(*.strict)
    )]
    NoValue {
        /// The function.
        function: String,
        /// Its argument.
        argument: String,
        /// What that is worth.
        value: String,
        /// A decision and a population at which it is; empty where it always is.
        place: String,
        /// Whether it has to be positive.
        strict: bool,
        /// What would do.
        remedy: String,
    },
    /// A function whose argument could not be shown to be in the domain.
    #[error(
        "cannot show that the argument {argument} of `{function}` is {} at every decision and population: the best lower bound found is {bound}; `{remedy}` would do", sign(*.strict)
    )]
    UnprovedDomain {
        /// The function.
        function: String,
        /// Its argument.
        argument: String,
        /// The bound.
        bound: String,
        /// Whether it has to be positive.
        strict: bool,
        /// What would do.
        remedy: String,
    },
    /// An exponential of too large a number.
    #[error(
        "`{function}` has values too large to compute with, expected an argument of size at most 2^14"
    )]
    ValueTooLarge {
        /// The function.
        function: String,
    },
    /// A transition that looks into the future.
    #[error("{here}: found {aggregate}, expected populations of stages up to {} only", .here.stage)]
    FuturePopulation {
        /// Where.
        here: Where,
        /// The population term.
        aggregate: String,
    },
    /// A decision that leaves a parameter open.
    #[error(
        "the decision \"{decision}\" gives no value for the parameter \"{parameter}\" of other decisions"
    )]
    MissingParameter {
        /// The decision.
        decision: String,
        /// The parameter.
        parameter: String,
    },
    /// Bounds that leave nothing.
    #[error("\"{name}\": found lower = {lower} and upper = {upper}, between which there is no {}", if *.integer { "integer" } else { "number" })]
    EmptyRange {
        /// The variable.
        name: String,
        /// Its lower bound.
        lower: String,
        /// Its upper bound.
        upper: String,
        /// Whether integers are wanted.
        integer: bool,
    },
    /// A grid of step zero or less.
    #[error("found the step {found}, expected a positive number")]
    StepNotPositive {
        /// The step.
        found: String,
    },
    /// Two grids for one variable.
    #[error("\"{name}\": found both integer = true and a step, expected at most one of them")]
    IntegerAndStep {
        /// The variable.
        name: String,
    },
    /// No decision satisfies the constraints.
    #[error("no decision satisfies all bounds and constraints")]
    NoDecision,
    /// A constraint that is not linear.
    #[error(
        "found products, powers or population terms, expected both sides to be affine in the leader's variables"
    )]
    NotAffine,
    /// More variables than the exact simplex method should be given.
    #[error("found {found} variables and constraints, expected at most {most}")]
    TooManyVariables {
        /// How many there are.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// A leader with too many parameters.
    #[error(
        "found a leader with {coefficients} coefficients in her constraints, expected at most {most}"
    )]
    LeaderTooLarge {
        /// How many there are.
        coefficients: usize,
        /// The limit.
        most: usize,
    },
    /// A probability of the leader's process that is no number.
    #[error(
        "found a probability that depends on the population or on the leader, expected a constant"
    )]
    ProcessNotConstant,
    /// Probabilities of the leader's process that do not sum to 1.
    #[error("stage {stage}: found probabilities that sum to {sum}, expected a sum of exactly 1")]
    ProcessSum {
        /// The stage.
        stage: usize,
        /// The sum.
        sum: String,
    },
    /// A negative probability in the leader's process.
    #[error(
        "stage {stage}: found the probability {value} of \"{state}\", expected a number that is not negative"
    )]
    ProcessNegative {
        /// The stage.
        stage: usize,
        /// The successor.
        state: String,
        /// Its probability.
        value: String,
    },
    /// A transition to another population.
    #[error("{here}: found the successor \"{successor}\", expected a state of the same population")]
    LeavesPopulation {
        /// Where.
        here: Where,
        /// The successor.
        successor: String,
    },
    /// More transition entries than memory should hold.
    #[error("found more than {most} transition entries")]
    TooManyEntries {
        /// The limit.
        most: usize,
    },
    /// More terms of polynomials than memory should hold.
    #[error("found more than {most} terms of polynomials at one stage")]
    TooManyTerms {
        /// The limit.
        most: usize,
    },
    /// Rules that take too long to apply.
    #[error("{what} apply to too many places")]
    TooMuchWork {
        /// Which rules.
        what: &'static str,
    },
    /// Numbers without a common denominator of a bearable size.
    #[error(
        "the least common denominator of {entries} numbers has {bits} binary digits, which takes too much memory"
    )]
    DenominatorTooLarge {
        /// Its length.
        bits: u64,
        /// How many numbers.
        entries: usize,
    },
}
