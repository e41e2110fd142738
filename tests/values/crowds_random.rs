//! Random monotone games with 2 to 50 statistics of one or several stages, against a conic
//! programme of another solver.

use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::generate::{Interaction, MdpParameters, MeanFieldFamily, MeanFieldParameters};
use smfg::leader::{Settings, range};

/// Statistics, epsilon, and the ends of the range by Clarabel 0.11
/// (`tests/oracle/crowds/tables.py`), an interior point whose last digits are uncertain.
const ROWS: [(usize, &str, &str, &str); 12] = [
    (2, "1/50", "0.31089524", "0.67838880"),
    (3, "1/50", "0.31089742", "0.67832434"),
    (5, "1/50", "0.29685101", "0.69724772"),
    (8, "1/50", "0.41049866", "0.59230232"),
    (12, "1/50", "0.34139900", "0.56877545"),
    (20, "1/50", "0.28052973", "0.48180691"),
    (30, "1/50", "0.38284064", "0.53206306"),
    (50, "1/50", "0.30500066", "0.54107296"),
    (2, "1/10", "0.13521756", "0.89640285"),
    (5, "1/10", "0.09328516", "0.91458799"),
    (12, "1/10", "0.12762740", "0.74877545"),
    (50, "1/10", "0.15465704", "0.72782976"),
];

/// How far a value of the conic programme may be from an interval.
fn slack() -> Rational {
    ratio(1, 1_000_000)
}

fn game(aggregates: usize) -> Game {
    let base =
        MdpParameters { stages: 3, states: 4, actions: 4, successors: 3, decisions: 1, seed: 1 };
    let interaction = Interaction::Monotone;
    let family = MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates });
    family.expect("an instance").game().expect("a game")
}

#[test]
fn ends_are_those_of_a_conic_programme() {
    for (aggregates, epsilon, least, greatest) in ROWS {
        let gap = ratio(1, 1_000_000);
        let epsilon = parse_rational(epsilon).expect("an epsilon");
        let settings = Settings { gap: gap.clone(), ..Settings::new(epsilon) };
        let found = range(&game(aggregates), &settings).expect("class C1");
        for (outcome, value) in [(&found.least, least), (&found.greatest, greatest)] {
            let value = parse_rational(value).expect("a value");
            let claim = &outcome.accepted.claim;
            assert!(&claim.upper - &claim.lower <= gap, "{aggregates}: {claim:?}");
            assert!(claim.lower <= &value + &slack(), "{aggregates}: {claim:?}, {value}");
            assert!(claim.upper >= &value - &slack(), "{aggregates}: {claim:?}, {value}");
        }
    }
}
