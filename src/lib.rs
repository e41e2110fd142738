//! Certified values of finite Stackelberg mean-field games.
//!
//! A leader commits to a decision `u`; identical followers settle into an eps-Nash equilibrium. The
//! pessimistic value is
//!
//! ```text
//! V_eps = max over u of  min { J0(u, d) : d a flow of the followers at u, Expl(u, d) <= eps }
//! ```
//!
//! with `d` the occupation measure of the population, `Expl` its exploitability and `J0` the
//! leader's reward (docs/model.md). `leader::solve` bounds it from both sides, and [`check::check`]
//! accepts or refuses the proof in exact rational arithmetic.
//!
//! ```
//! # #[cfg(feature = "solver")] {
//! use smfg::exact::ratio;
//! use smfg::game::Game;
//! use smfg::leader::{Settings, Status, solve};
//!
//! let game = Game::parse_toml(
//!     r#"
//!     format = "smfg-game/1"
//!     name = "moral hazard"
//!     stages = 1
//!     states = ["worker"]
//!     actions = [{ name = "shirk", effort = 0 }, { name = "work", effort = 1 }]
//!     initial = { worker = 1 }
//!     [leader]
//!     decisions = [{ name = "low", wage = "3/10" }, { name = "high", wage = "7/20" }]
//!     [[reward]]
//!     value = "a.effort * (wage - 1/4)"
//!     [[leader.reward]]
//!     value = "a.effort * (5/4 - wage)"
//!     "#,
//! )
//! .unwrap();
//! let outcome = solve(&game, &Settings::new(ratio(1, 100))).unwrap();
//! assert_eq!(outcome.status, Status::Exact);
//! assert_eq!(outcome.accepted.claim.lower, ratio(81, 100)); // (1 - sqrt eps)^2
//! assert_eq!(outcome.decision, 1);
//!
//! // The certificate convinces a checker that knows nothing of the solver.
//! let accepted = smfg::check::check(&game, outcome.certificate.as_slice()).unwrap();
//! assert_eq!(accepted.claim.upper, ratio(81, 100));
//! # }
//! ```
//!
//! Trusted: [`exact`], [`game`], [`follower`], [`drift`], [`claim`], [`certificate`], [`check`].
//! Untrusted, feature `solver`: `lp`, `equilibrium`, `leader`, `analysis`. ARCHITECTURE.md has the
//! plan of the house.

pub use smfg_check::{certificate, check};
pub use smfg_elaborate::elaborate;
pub use smfg_game::{claim, drift, exact, follower, game, generate};
pub use smfg_report::{export, import, report};
#[cfg(feature = "solver")]
pub use smfg_solve::{analysis, equilibrium, leader, lp};

#[cfg(feature = "solver")]
pub mod checkpoint;
#[cfg(feature = "cli")]
pub mod cli;
pub mod collection;
#[cfg(any(feature = "cli", feature = "solver"))]
mod files;
