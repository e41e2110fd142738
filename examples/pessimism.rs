//! How much the leader loses to the worst equilibrium, as followers may err more.
//!
//!     cargo run --release --example pessimism -- models/queue_tolls.toml
//!
//! Solves a game for a few eps with both selections and prints values and decisions.

use smfg::certificate::Selection;
use smfg::exact::{Rounding, decimal, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, solve};
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let path: PathBuf =
        std::env::args_os().nth(1).map_or_else(|| "models/queue_tolls.toml".into(), PathBuf::from);
    let game = Game::load(&path)?;
    let decisions =
        game.finite_decisions().ok_or("the leader of this game has no list of decisions")?;
    println!(
        "{:>8}  {:>14}  {:<18}  {:>14}  {:<18}",
        "eps", "pessimistic", "decision", "optimistic", "decision"
    );
    for epsilon in [ratio(0, 1), ratio(1, 100), ratio(1, 20), ratio(1, 4), ratio(1, 1)] {
        let mut line = format!("{:>8}", epsilon.to_string());
        for selection in [Selection::Pessimistic, Selection::Optimistic] {
            let settings = Settings { selection, ..Settings::new(epsilon.clone()) };
            let outcome = solve(&game, &settings)?;
            let name = decisions[outcome.decision].name.as_deref().unwrap_or("-");
            line += &format!(
                "  {:>14}  {name:<18}",
                decimal(&outcome.accepted.claim.lower, 9, Rounding::Down)
            );
        }
        println!("{line}");
    }
    Ok(())
}
