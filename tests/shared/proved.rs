//! Bundles and curves that the kernel proves, beside what the checker accepts.

use smfg::check::{check, check_models};
use smfg::elaborate::{prove_bundle, prove_curve};
use smfg::game::Game;
use smfg_claims::Curve;

/// Requires that a bundle is proved where it is accepted, with as many elements, and refused where
/// it is refused.
#[allow(dead_code)]
pub fn assert_bundle(game: &Game, other: Option<&Game>, bundle: &[u8]) {
    let text = || String::from_utf8_lossy(bundle);
    match (check_models(game, other, None, bundle), prove_bundle(game, other, None, bundle)) {
        (Ok(accepted), Ok(proved)) => {
            assert_eq!(accepted.certificates.len(), proved.claims.len() + proved.curves.len());
            assert_eq!(accepted.conclusions, proved.conclusions);
            let stated = accepted.drifts.iter().map(|drift| drift.bounds.len()).sum::<usize>();
            assert_eq!(stated, proved.drifts.len());
        }
        (Err(_), Err(_)) => {}
        (Ok(_), Err(refused)) => panic!("accepted and not proved: {refused}\n{}", text()),
        (Err(refused), Ok(_)) => panic!("proved and not accepted: {refused}\n{}", text()),
    }
}

/// Requires that a certificate about an interval of epsilons is proved where it is accepted, and
/// returns what is proved. More may be: decisions with the same values count as one.
#[allow(dead_code)]
pub fn proved_curve(game: &Game, certificate: &[u8]) -> Option<Curve> {
    let text = || String::from_utf8_lossy(certificate);
    let accepted = check(game, certificate).map(|accepted| accepted.curve);
    match (accepted, prove_curve(game, certificate)) {
        (Ok(accepted), Ok(proved)) => {
            let same = accepted
                .iter()
                .zip(proved.points())
                .all(|(a, b)| (&a.epsilon, &a.lower, &a.upper) == (&b.epsilon, &b.lower, &b.upper));
            assert!(same && accepted.len() == proved.points().len(), "{}", text());
            Some(proved)
        }
        (Err(_), proved) => proved.ok(),
        // An alteration may have made it a claim about one epsilon.
        (Ok(accepted), Err(_)) if accepted.is_empty() => None,
        (Ok(_), Err(refused)) => panic!("accepted and not proved: {refused}\n{}", text()),
    }
}
