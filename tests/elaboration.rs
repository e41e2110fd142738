//! Certificates of the shipped models, elaborated into theorems of the kernel.
#![cfg(feature = "solver")]

use smfg::certificate::Selection;
use smfg::exact::{Rational, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, solve};
use std::path::Path;
use std::time::Instant;

/// What the kernel says of a solved game; the times of the check and of the elaboration.
fn elaborated(game: &Game, settings: &Settings) -> Option<Result<(f64, f64), String>> {
    let outcome = solve(game, settings).ok()?;
    let start = Instant::now();
    smfg::check::check(game, outcome.certificate.as_slice()).expect("checked by solve");
    let check = start.elapsed().as_secs_f64();
    let start = Instant::now();
    Some(match smfg::elaborate::prove(game, outcome.certificate.as_slice()) {
        Ok(_) => Ok((check, start.elapsed().as_secs_f64())),
        Err(rejection) => Err(rejection.to_string()),
    })
}

/// Every model, at three values of epsilon and in both selections. `SMFG_MODEL` chooses one.
#[test]
fn models() {
    let only = std::env::var("SMFG_MODEL").unwrap_or_default();
    let mut wrong = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir("models").expect("models").map(|e| e.expect("a file").path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "toml")) {
        let name = file.file_stem().expect("a name").to_string_lossy().to_string();
        if !name.contains(&only) || name.contains("infected_51") {
            continue;
        }
        let game = Game::load(Path::new(file)).expect("a model");
        for epsilon in [Rational::ZERO, ratio(1, 100), ratio(1, 8)] {
            for selection in [Selection::Pessimistic, Selection::Optimistic] {
                let settings = Settings {
                    selection,
                    time_limit: Some(std::time::Duration::from_secs(2)),
                    ..Settings::new(epsilon.clone())
                };
                let what = format!("{name} {epsilon} {selection}");
                match elaborated(&game, &settings) {
                    None => println!("{what}: not solved"),
                    Some(Ok((check, kernel))) => {
                        println!(
                            "{what}: check {:.2} ms, kernel {:.2} ms",
                            check * 1e3,
                            kernel * 1e3
                        );
                    }
                    Some(Err(reason)) => {
                        println!("{what}: {reason}");
                        wrong.push(what);
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
