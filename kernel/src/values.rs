//! Bounds of the followers' values ([7]).

use crate::dual::add_values;
use crate::error::{Refusal, inequality, step};
use crate::listing::Stage;
use crate::number::Rational;
use crate::polynomial::Monomial;
use crate::proof::{Bound, Kind, Proof};
use crate::row::Family;
use crate::sum::{Lanes, first_negative, lane, single};

impl Proof {
    /// Adds the bound `v_t(s) <= a_t(s)`: for every pair of the site, or for one that is optimal,
    /// `a_t(s) - r_i - sum P_i(s') a_{t+1}(s') >= 0`.
    ///
    /// # Errors
    /// [`Refusal`] when an inequality does not hold, or probabilities may be negative.
    pub fn ceiling(&mut self, values: Family) -> Result<(), Refusal> {
        self.bound(values, None)
    }

    /// Adds the bound `v_t(s) >= a_t(s)`: for the pair that `choices` names, by stage and state,
    /// `r_i + sum P_i(s') a_{t+1}(s') - a_t(s) >= 0`.
    ///
    /// # Errors
    /// [`Refusal`] when an inequality does not hold, or probabilities may be negative.
    pub fn floor(&mut self, values: Family, choices: &[Vec<u32>]) -> Result<(), Refusal> {
        self.bound(values, Some(choices))
    }

    fn bound(&mut self, values: Family, choices: Option<&[Vec<u32>]>) -> Result<(), Refusal> {
        let region = self.top()?;
        if region.kind == Kind::Decisions {
            return step("bounds of values where there are none");
        }
        self.fits_family(&values, false)?;
        self.require_proper(region)?;
        for (t, stage) in self.listing.stages.iter().enumerate() {
            let lanes = self.slack(t, stage, &values, choices.is_some());
            let tested: Vec<bool> = match choices {
                Some(choices) => self.chosen(t, stage, choices)?,
                None => self.tested_pairs(t as u32, stage)?,
            };
            if let Some(pair) = first_negative(&lanes, &region.frame, |pair| tested[pair])? {
                return inequality(format!("the bound of values at pair {pair} of stage {t}"));
            }
        }
        self.bounds.push(Bound { floor: choices.is_some(), values, earned: None });
        self.top_mut()?.marks.1 += 1;
        Ok(())
    }

    /// All pairs; of a state with optimal pairs the first of these alone.
    fn tested_pairs(&self, t: u32, stage: &Stage) -> Result<Vec<bool>, Refusal> {
        let region = self.top()?;
        let mut tested = vec![true; stage.pairs()];
        let mut last = None;
        for &(_, pair) in region.optimal.range((t, 0)..=(t, u32::MAX)) {
            let state = stage.state_of(pair as usize);
            if last == Some(state) {
                continue;
            }
            last = Some(state);
            tested[stage.of_state(state)].fill(false);
            tested[pair as usize] = true;
        }
        Ok(tested)
    }

    /// `a_t(s) - r_i - sum P_i(s') a_{t+1}(s')` per pair, or its negative.
    fn slack(&self, t: usize, stage: &Stage, values: &Family, negate: bool) -> Lanes {
        let (sign, opposite) = match negate {
            true => (Rational::NEG_ONE, Rational::ONE),
            false => (Rational::ONE, Rational::NEG_ONE),
        };
        let (pairs, unit) = (stage.pairs(), Monomial::one());
        let mut lanes = Lanes::new();
        add_values(stage, values.get(&(t as u32)), false, &sign, &unit, &mut lanes);
        add_values(stage, values.get(&(t as u32 + 1)), true, &opposite, &unit, &mut lanes);
        for (monomial, column) in &stage.reward {
            let entries =
                (0..column.coefficients.len()).map(|index| (column.position(index), index, 0));
            lane(&mut lanes, monomial.clone(), pairs).add(
                false,
                &column.coefficients,
                &single(&opposite),
                entries,
            );
        }
        lanes
    }
}
