//! The inner problem of one decision against the number of aggregates and the number of pairs:
//! nodes, times, what was proved.
//!
//! A row that needs more than `SMFG_BENCH_TIME_LIMIT` seconds (60 when not set) ends with the
//! bounds proved so far.

mod support;

use smfg::equilibrium::Control;
use smfg::exact::{ratio, to_approx};
use smfg::game::classify;
use smfg::generate::{Interaction, MdpParameters, MeanFieldFamily, MeanFieldParameters};
use smfg::leader::{Settings, SolveError, Status, solve};
use std::time::{Duration, Instant};
use support::{SEED, grouped, head, row, time};

/// Stages, states and actions by number of aggregates.
const AGGREGATES: [usize; 4] = [1, 2, 3, 4];
const FIXED: (usize, usize, usize) = (6, 6, 4);
const MOVING: (usize, usize, usize) = (4, 4, 3);
/// Stages, states and actions from 20 to 20,000 pairs with fixed transitions, and to 500 with
/// transitions that depend on the population.
const FIXED_SIZES: [(usize, usize, usize); 7] =
    [(2, 5, 2), (4, 5, 3), (5, 10, 4), (10, 20, 5), (10, 60, 5), (10, 160, 5), (10, 400, 5)];
const MOVING_SIZES: [(usize, usize, usize); 6] =
    [(2, 5, 2), (3, 5, 3), (4, 5, 5), (5, 8, 5), (6, 11, 5), (10, 10, 5)];
/// Aggregates of the tables by size.
const SIZE_AGGREGATES: usize = 2;

fn main() {
    let limit = std::env::var("SMFG_BENCH_TIME_LIMIT")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(60.0);
    println!(
        "By number of aggregates K, {}, and {} with `dynamics`:\n",
        sizes(FIXED),
        sizes(MOVING)
    );
    columns();
    for (interaction, size) in [
        (Interaction::Monotone, FIXED),
        (Interaction::Crowd, FIXED),
        (Interaction::General, FIXED),
        (Interaction::Dynamics, MOVING),
    ] {
        for aggregates in AGGREGATES {
            measure(interaction, size, aggregates, limit);
        }
    }
    println!("\nBy number of pairs, K = {SIZE_AGGREGATES}:\n");
    columns();
    for interaction in
        [Interaction::Monotone, Interaction::Crowd, Interaction::General, Interaction::Dynamics]
    {
        let list: &[_] =
            if interaction == Interaction::Dynamics { &MOVING_SIZES } else { &FIXED_SIZES };
        for &size in list {
            measure(interaction, size, SIZE_AGGREGATES, limit);
        }
    }
}

fn sizes((stages, states, actions): (usize, usize, usize)) -> String {
    format!("{stages} x {} x {actions}", grouped(states))
}

fn columns() {
    head(&[
        "interaction",
        "stages x states x actions",
        "pairs",
        "K",
        "nodes",
        "LPs",
        "inductions",
        "solve",
        "check",
        "status",
        "width proved",
    ]);
}

/// One game, one row.
fn measure(interaction: Interaction, size: (usize, usize, usize), aggregates: usize, limit: f64) {
    let (stages, states, actions) = size;
    let base = MdpParameters {
        stages,
        states,
        actions,
        successors: states.min(4),
        decisions: 2,
        seed: SEED,
    };
    let family = MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates })
        .expect("sizes in range");
    let game = family.game().expect("a game");
    let mut settings = Settings::new(ratio(1, 16));
    settings.decision = Some(0);
    settings.race_control =
        Control::new(Some(Instant::now() + Duration::from_secs_f64(limit)), Default::default());
    let mut cells =
        vec![interaction.to_string(), sizes(size), grouped(game.pairs()), aggregates.to_string()];
    match solve(&game, &settings) {
        Ok(outcome) => {
            let (statistics, claim) = (outcome.statistics, &outcome.accepted.claim);
            let width = to_approx(&(&claim.upper - &claim.lower));
            let status = match outcome.status {
                Status::Exact => "exact",
                Status::WithinGap => "within gap",
                Status::Limit => "limit",
            };
            cells.extend(
                [statistics.nodes, statistics.lp_solves, statistics.inductions].map(grouped),
            );
            cells.extend([
                time(statistics.seconds_approx),
                time(statistics.check_seconds_approx),
                status.into(),
                if width == 0.0 { "0".into() } else { format!("{width:.0e}") },
            ]);
        }
        Err(SolveError::Class { .. }) => {
            cells.extend(vec![String::new(); 5]);
            cells.extend([
                format!("class {} is not supported", classify(&game).class),
                String::new(),
            ]);
        }
        Err(error) => panic!("{}: {error}", family.name()),
    }
    row(&cells);
}
