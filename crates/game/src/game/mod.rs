//! Games: the normal form, its numbers at a decision, and the game files that describe it.

mod affine;
mod canonical;
mod class;
mod columns;
pub mod expression;
mod file;
mod function;
mod hash;
mod instance;
mod interval;
mod joined;
pub mod listing;
mod membership;
mod model;
mod nearest;
mod objective;
mod paid;
mod policy;
mod polynomial;
mod quadratic;
mod reduced;
mod space;

pub use affine::{Affine, AffineLeader, AffineStage, NotAffine};
pub use class::{Class, Classification, MOST_NESTED, classify, describe};
pub use columns::{Column, ColumnExt, Columns, combine};
pub use file::{
    DocumentError, GameError, GameErrors, Kind, ModelError, Outline, Position, Problem, TableError,
    ValueError, Where, open_file, read_file,
};
pub use function::{
    Function, FunctionKind, OutsideDomain, RANGE_BITS, function_ranges, with_functions,
};
pub use instance::{Instance, InstanceStage, NotMeanFieldFree, Numbers, Ranges, StageNumbers};
pub use interval::{
    Interval, column_ranges, extremes, interval_power, interval_product, monomial_range,
    polynomial_range,
};
pub use joined::JoinedError;
pub use listing::{instance_listing, listing};
pub use membership::NotADecision;
pub use model::{
    Aggregate, Decision, DecisionSet, Game, Grid, Leader, Pairs, Stage, Successors, Transition,
};
pub use objective::{Limit, ObjectiveError, Requirement, Vocabulary};
pub use policy::{Policy, StagePolicy};
pub use polynomial::{MOST_TERMS, Monomial, Polynomial, TooManyTerms, Variable, power};
pub use quadratic::{NotQuadratic, Quadratic};
pub use reduced::{LinearForm, Reduced};
pub use space::{Point, Side, Space};
