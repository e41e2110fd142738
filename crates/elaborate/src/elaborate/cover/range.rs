//! Pieces that are closed by the extreme entries of the leader's reward.

use super::{Cover, Piece};
use crate::check::Fault;
use crate::elaborate::family::{number, objective};
use crate::elaborate::proof::Proof;
use crate::exact::Rational;
use crate::game::{
    Interval, RANGE_BITS, Variable, column_ranges, extremes, function_ranges, with_functions,
};
use smfg_kernel::Name;

impl Cover<'_> {
    /// Closes the region on top, of all equilibria with `J0 > bound`: with `b_t` the greatest
    /// leader's reward of stage `t`,
    /// `bound - J0 = sum_i (b_t - c_i) d_i + (bound - h - sum_t b_t)`.
    pub(super) fn range(&self, proof: &mut Proof, piece: &Piece<'_>) -> Result<(), Fault> {
        let form = |variable: Variable| -> Interval {
            let range = match variable {
                Variable::Parameter(j) => {
                    let values = || piece.points.iter().filter_map(|point| point.get(j as usize));
                    values().min().cloned().zip(values().max().cloned())
                }
                Variable::Aggregate(k) => {
                    let aggregate = &self.game.aggregates[k as usize];
                    Some(aggregate.range(&self.game.stages[aggregate.stage].pairs))
                }
                Variable::Function(_) => None,
            };
            range.unwrap_or((Rational::ZERO, Rational::ZERO))
        };
        let functions = function_ranges(&self.game.functions, &form, RANGE_BITS);
        let of = |variable: Variable| with_functions(&form, &functions, variable);
        let mut combination = objective();
        for (t, stage) in self.game.stages.iter().enumerate() {
            let (_, above) = column_ranges(&stage.leader_reward, &of);
            let greatest = extremes(&above).1;
            if !greatest.is_zero() {
                combination.rows.push((Name::Mass(t as u32), number(greatest)));
            }
        }
        Ok(proof.close(&combination)?)
    }
}
