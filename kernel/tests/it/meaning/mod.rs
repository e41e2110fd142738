//! What statements and steps mean, independently of the kernel: points of small games are
//! enumerated with exact values, and whatever the kernel accepts is compared with them.
//!
//! - `world`: the points of a game: populations, responses and dual solutions at a decision;
//! - `step`: the steps of a proof as data;
//! - `shadow`: the regions of a proof as sets of points;
//! - `rows`: rows of regions and sums of their multiples, from the tables of a game;
//! - `games`: random games; `exact`: their exact values in class C0;
//! - `provers`: proofs that are valid by construction; `search`: proofs found by trying;
//! - `alter`: proofs with something changed; `logs`: texts with something changed;
//! - `forgers`: proofs whose numbers are moved as far as the kernel accepts them;
//! - `campaign`: the tests.

mod alter;
mod campaign;
mod exact;
mod forgers;
mod games;
mod logs;
mod provers;
mod rows;
mod search;
mod shadow;
mod step;
mod world;
