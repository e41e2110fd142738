//! What is found is right: values and equilibria against closed forms, enumeration and other
//! programs, and certificates that the checker accepts.

mod altered;
mod attainment;
mod best_response_trees;
mod brute_force;
mod certificates;
mod crowds;
mod crowds_random;
mod elaboration;
mod equilibria_exist;
mod existence;
mod frontier;
mod functions;
mod grids;
mod invariances;
mod known_values;
mod leaders;
mod lifted;
mod linear_programme;
mod oracle_games;
mod population_game;
mod populations;
mod pure_equilibria;
mod quadratic_properties;
mod quadratic_values;
mod range;
mod regrets;
mod requirements;
mod rewritten;
mod sensitivity;
mod solved;
mod support;
mod support_brute_force;
mod sweep;
mod tree_certificates;
mod tubes;

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
#[path = "../shared/small_games.rs"]
mod small_games;
#[path = "../shared/tiny.rs"]
mod tiny;
