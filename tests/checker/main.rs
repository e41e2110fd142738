//! The trusted half, without a solver: evaluations, drift, the rules of the checker, what it
//! accepts and for which reason it refuses.

mod bundles;
mod certificates;
mod claim_mutations;
mod claims_and_verdicts;
mod corpus;
mod curves;
mod dear;
mod drift;
mod drift_bundles;
mod enclosed_play;
mod follower;
mod identity;
mod judging;
mod kernel_log;
mod reject;

// Shared with other test programs.
#[path = "../shared/dice.rs"]
mod dice;
#[path = "../shared/enumeration.rs"]
mod enumeration;
#[path = "../shared/evaluation.rs"]
mod evaluation;
#[path = "../shared/models.rs"]
mod models;
#[path = "../shared/polytopes.rs"]
mod polytopes;
#[path = "../shared/proved.rs"]
mod proved;
#[path = "../shared/random_tiny.rs"]
mod random_tiny;
#[path = "../shared/reader.rs"]
mod reader;
#[path = "../shared/selections.rs"]
mod selections;
#[path = "../shared/tiny.rs"]
mod tiny;
