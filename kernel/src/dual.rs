//! Bounds of the values of a dual region by a pure policy ([14]).
//!
//! Let the pair `i` of a site be chosen. With the dual row of `i` and `z_i = v_t(s) - r_i - P_i v'`,
//!
//! ```text
//! y_t(s) <= sigma c_i + lambda z_i + P_i y',    y' <= a' + lambda (v' - b')
//! ```
//!
//! give `y_t(s) <= a_t(s) + lambda (v_t(s) - b_t(s))` as soon as
//! `a_t(s) - sigma c_i - P_i a' + lambda (r_i + P_i b' - b_t(s)) >= 0`. By induction over the stages,
//! `P >= 0`: `a` is what the leader gets from the policy at most, `b` what a follower earns at least.

use crate::error::{Refusal, inequality, step};
use crate::listing::{Columns, Stage};
use crate::number::{Rational, Scaled};
use crate::polynomial::{Monomial, Variable};
use crate::proof::{Bound, Kind, Proof};
use crate::row::{Family, Side};
use crate::sum::{Lanes, first_negative, lane, single, walk};

impl Proof {
    /// Adds the bound `y_t(s) <= a_t(s) + lambda (v_t(s) - b_t(s))` of the pure policy that
    /// `choices` names, a pair per stage and state.
    ///
    /// # Errors
    /// [`Refusal`] when an inequality does not hold, or probabilities may be negative.
    pub fn follow(
        &mut self,
        leader: Family,
        earned: Family,
        choices: &[Vec<u32>],
    ) -> Result<(), Refusal> {
        let region = self.top()?;
        if region.kind != Kind::Dual {
            return step("bounds of dual values where there are none");
        }
        self.fits_family(&leader, false)?;
        self.fits_family(&earned, false)?;
        self.require_proper(region)?;
        let sigma = self.statement.sigma();
        for (t, stage) in self.listing.stages.iter().enumerate() {
            let chosen = self.chosen(t, stage, choices)?;
            let pairs = stage.pairs();
            let (unit, far) = (Monomial::one(), Monomial::new(vec![(Variable::Multiplier, 1)]));
            let mut lanes = Lanes::new();
            let spread = |family: &Family,
                          next: bool,
                          sign: &Rational,
                          times: &Monomial,
                          lanes: &mut Lanes| {
                let columns = family.get(&(t as u32 + u32::from(next)));
                add_values(stage, columns, next, sign, times, lanes);
            };
            spread(&leader, false, &Rational::ONE, &unit, &mut lanes);
            spread(&leader, true, &Rational::NEG_ONE, &unit, &mut lanes);
            spread(&earned, false, &Rational::NEG_ONE, &far, &mut lanes);
            spread(&earned, true, &Rational::ONE, &far, &mut lanes);
            let lead = self.listing.lead(t);
            for (columns, sign, times) in
                [(&lead, -&sigma, &unit), (&stage.reward, Rational::ONE, &far)]
            {
                for (monomial, column) in columns {
                    let entries = (0..column.coefficients.len())
                        .map(|index| (column.position(index), index, 0));
                    lane(&mut lanes, monomial.times(times), pairs).add(
                        false,
                        &column.coefficients,
                        &single(&sign),
                        entries,
                    );
                }
            }
            if let Some(pair) = first_negative(&lanes, &region.frame, |pair| chosen[pair])? {
                return inequality(format!("the bound of dual values at pair {pair} of stage {t}"));
            }
        }
        let (side, floor) = (Side::Dual, false);
        self.bounds.push(Bound { side, floor, values: leader, earned: Some(earned) });
        self.top_mut()?.marks.1 += 1;
        Ok(())
    }

    /// Which pairs of a stage are chosen, one per state.
    pub(crate) fn chosen(
        &self,
        t: usize,
        stage: &Stage,
        choices: &[Vec<u32>],
    ) -> Result<Vec<bool>, Refusal> {
        let chosen = choices.get(t).filter(|row| row.len() == self.listing.states);
        let Some(chosen) = chosen else {
            return step("a pair per stage and state is needed");
        };
        let mut tested = vec![false; stage.pairs()];
        for (state, &pair) in chosen.iter().enumerate() {
            if !stage.of_state(state).contains(&(pair as usize)) {
                return step(format!("pair {pair} is none of state {state}"));
            }
            tested[pair as usize] = true;
        }
        Ok(tested)
    }
}

/// Adds `sign * times * w(s)` of the pair's state, or with `next` of its successors on average.
pub(crate) fn add_values(
    stage: &Stage,
    columns: Option<&Columns>,
    next: bool,
    sign: &Rational,
    times: &Monomial,
    lanes: &mut Lanes,
) {
    let (pairs, negate) = (stage.pairs(), *sign < Rational::ZERO);
    let one = Scaled::from_small(vec![1], 1);
    for (monomial, column) in columns.into_iter().flatten() {
        let monomial = monomial.times(times);
        if !next {
            let entries = (0..column.coefficients.len()).flat_map(|index| {
                stage.of_state(column.position(index)).map(move |pair| (pair, index, 0))
            });
            lane(lanes, monomial, pairs).add(negate, &column.coefficients, &one, entries);
            continue;
        }
        let Some(transition) = &stage.transition else { return };
        for (factor, probability) in &transition.probability {
            let entries = walk(transition, probability, 0..pairs).filter_map(|(pair, index)| {
                let state = transition.successors.state(probability.position(index));
                column.index(state).map(|place| (pair, place, index))
            });
            lane(lanes, monomial.times(factor), pairs).add(
                negate,
                &column.coefficients,
                &probability.coefficients,
                entries,
            );
        }
    }
}
