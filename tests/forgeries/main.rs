//! Nothing false is accepted: certificates and bundles of honest solves, altered at random, and
//! forged ones.

mod bundles;
mod conclusions;
mod curves;
mod forged_steps;
mod mutations;
mod one_mass;
mod tree_alterations;

// Shared with other test programs.
#[path = "../shared/dice.rs"]
mod dice;
#[path = "../shared/enumeration.rs"]
mod enumeration;
#[path = "../shared/evaluation.rs"]
mod evaluation;
#[path = "../shared/models.rs"]
mod models;
#[path = "../shared/oracle.rs"]
mod oracle;
#[path = "../shared/proved.rs"]
mod proved;
#[path = "../shared/random_tiny.rs"]
mod random_tiny;
#[path = "../shared/selections.rs"]
mod selections;
#[path = "../shared/small_games.rs"]
mod small_games;
#[path = "../shared/tiny.rs"]
mod tiny;
