//! The optimum and the prices as conclusions, in the form in which the checker accepts them.

use super::price;
use crate::analysis::conclude::conclude;
use crate::analysis::sweep::{Sweep, SweepError};
use crate::certificate::{Claim, Conclusion, ConclusionClaim, PriceKind, Scope, Sense};
use crate::check::{Accepted, AcceptedBundle, Price};
use crate::game::Game;
use crate::leader::Settings;

/// What follows from both sides, the least and the greatest value, and from the optimum.
pub(super) fn concluded(
    settings: &Settings<'_>,
    (least, greatest): (&Sweep, &Sweep),
    optimum: &Claim,
    cost: bool,
) -> ConclusionClaim {
    let scope = settings
        .point
        .clone()
        .map_or_else(|| Scope::Decision(settings.decision.unwrap_or(0)), Scope::Point);
    let sense = if cost { Sense::Cost } else { Sense::Reward };
    let best = (optimum.lower.clone(), optimum.upper.clone());
    let (worst_side, best_side) = if cost { (greatest, least) } else { (least, greatest) };
    let of_side = |kind, side: &Sweep| {
        let first = side.points().first()?;
        let ratio = match price(&best, &(first.lower.clone(), first.upper.clone()), cost) {
            Price::Between(lower, upper) => Some((lower, upper)),
            Price::Infinite => None,
            Price::Meaningless => return None,
        };
        Some(Conclusion::Price {
            kind,
            sense,
            scope: scope.clone(),
            epsilon: first.epsilon.clone(),
            ratio,
        })
    };
    let optimum_line = Conclusion::Optimum {
        sense,
        scope: scope.clone(),
        lower: best.0.clone(),
        upper: best.1.clone(),
    };
    let prices =
        [of_side(PriceKind::Anarchy, worst_side), of_side(PriceKind::Stability, best_side)];
    ConclusionClaim {
        game_hash: optimum.game_hash.clone(),
        error: None,
        of: optimum.of.clone(),
        conclusions: std::iter::once(optimum_line).chain(prices.into_iter().flatten()).collect(),
    }
}

/// The element of a bundle, which the checker accepts after the certificates of both sides and of
/// the optimum.
pub(super) fn accepted(
    game: &Game,
    (least, greatest): (&Sweep, &Sweep),
    optimum: &Accepted,
    claim: &ConclusionClaim,
) -> Result<Vec<u8>, SweepError> {
    let sides = least.accepted().iter().chain(greatest.accepted()).chain(std::iter::once(optimum));
    conclude(
        game,
        None,
        AcceptedBundle { certificates: sides.cloned().collect(), ..AcceptedBundle::default() },
        claim,
    )
}

/// A price among conclusions; where none is stated, it has no meaning.
pub(super) fn stated_price(claim: &ConclusionClaim, wanted: PriceKind) -> Price {
    let stated = claim.conclusions.iter().find_map(|conclusion| match conclusion {
        Conclusion::Price { kind, ratio, .. } if *kind == wanted => Some(ratio.as_ref()),
        _ => None,
    });
    match stated {
        None => Price::Meaningless,
        Some(None) => Price::Infinite,
        Some(Some((lower, upper))) => Price::Between(lower.clone(), upper.clone()),
    }
}
