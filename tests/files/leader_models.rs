//! Shipped games whose leader chooses a point of a polytope, a grid or a process: they load, with
//! the class and size that `models/README.md` states.

use smfg::game::{Class, DecisionSet, Game, classify};
use std::path::Path;

/// File, class, parameters of the leader, stages.
const MODELS: [(&str, Class, usize, usize); 23] = [
    ("moral_hazard", Class::C0, 1, 1),
    ("inspection", Class::C0, 2, 1),
    ("epidemic", Class::C3, 1, 2),
    ("moral_hazard_noisy", Class::C0, 1, 1),
    ("moral_hazard_fine", Class::C0, 1, 1),
    ("audit_continuous", Class::C0, 1, 1),
    ("leader_state", Class::C0, 8, 2),
    ("pigou_latency_continuous", Class::C1, 1, 1),
    ("pigou_revenue_continuous", Class::C1, 1, 1),
    ("links_optimum_continuous", Class::C1, 3, 1),
    ("braess_continuous", Class::C1, 1, 3),
    ("braess_revenue_continuous", Class::C1, 1, 3),
    ("adoption_continuous", Class::C1, 1, 1),
    ("opinion_continuous", Class::C1, 1, 2),
    ("network_pricing", Class::C1, 3, 2),
    ("epidemic_stages", Class::C3, 2, 3),
    ("inspection_stages", Class::C0, 12, 6),
    ("tax_and_savings", Class::C1, 2, 3),
    ("subsidy_stages", Class::C1, 2, 3),
    ("sir_contacts", Class::C3, 2, 3),
    ("linear_quadratic", Class::C1, 2, 3),
    ("incentive_design", Class::C1, 2, 1),
    ("staffing", Class::C0, 2, 1),
];

#[test]
fn load_with_their_class() {
    for (name, class, parameters, stages) in MODELS {
        let game = Game::load(Path::new(&format!("models/{name}.toml")))
            .unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(
            (classify(&game).class, game.leader.parameters.len(), game.stages.len()),
            (class, parameters, stages),
            "{name}"
        );
        assert!(matches!(game.leader.decisions, DecisionSet::Polyhedral { .. }), "{name}");
    }
}
