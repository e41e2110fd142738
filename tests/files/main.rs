//! What files say: games and formulas mean what is written in them, malformed ones are refused,
//! generated ones are of their class, and the pages and the source keep their word.

mod expressions;
mod functions;
mod fuzz_corpus;
mod game_files;
mod generated_games;
mod imports;
mod leader_models;
mod malformed;
mod malformed_constructs;
mod mean_field_games;
mod model_reference;
mod normalise;
mod outline;
mod populations;
mod schema;
