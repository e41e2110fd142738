//! What `solve` writes the checker accepts.

use crate::oracle::Oracle;
use crate::random_tiny::mean_field_free;
use crate::reader::read;
use crate::selections::SELECTIONS;
use smfg::certificate::{Scope, write_certificate};
use smfg::check::check;
use smfg::exact::ratio;
use smfg::leader::{Precision, Settings, solve};

#[test]
fn every_certificate_of_solve_is_accepted() {
    for seed in 1000..1150 {
        let tiny = mean_field_free(seed);
        let (game, greatest) = (tiny.game(), Oracle::new(&tiny).greatest_exploitability());
        for (epsilon, selection) in [ratio(0, 1), &greatest * ratio(1, 11), greatest]
            .iter()
            .flat_map(|e| SELECTIONS.map(|s| (e, s)))
        {
            for precision in
                [Precision::Auto, Precision::Exact, Precision::Bits(5), Precision::Bits(64)]
            {
                let decision = (seed % 3 == 0).then_some(tiny.decisions.len() - 1);
                let settings =
                    Settings { selection, precision, decision, ..Settings::new(epsilon.clone()) };
                let outcome = solve(&game, &settings).expect("an answer");
                let at = format!("seed {seed}, eps {epsilon}, {selection}, {precision:?}");
                assert_eq!(outcome.statistics.refused_steps, 0, "{at}");
                let accepted = check(&game, outcome.certificate.as_slice())
                    .unwrap_or_else(|rejection| panic!("{at}: {rejection}"));
                assert_eq!(accepted, outcome.accepted, "{at}");
                assert_eq!(
                    (&accepted.claim.epsilon, accepted.claim.selection),
                    (epsilon, selection),
                    "{at}"
                );
                assert_eq!(
                    accepted.claim.scope,
                    decision.map_or(Scope::All, Scope::Decision),
                    "{at}"
                );
                assert_eq!(accepted.claim.game_hash, game.hash(), "{at}");
                // The text is in the writer's own spelling.
                let (claim, steps) =
                    read(&outcome.certificate, game.stages.len(), game.states.len());
                assert_eq!(
                    write_certificate(Vec::new(), &claim, &steps).expect("memory does not fail"),
                    outcome.certificate,
                    "{at}"
                );
            }
        }
    }
}
