//! Bounds of the followers' values ([7]).

use crate::dual::add_values;
use crate::error::{Refusal, inequality, step};
use crate::listing::Stage;
use crate::number::Rational;
use crate::polynomial::Monomial;
use crate::proof::{Bound, Kind, Proof};
use crate::row::{Family, Side};
use crate::sum::{Lanes, lane, negative, single};

impl Proof {
    /// Adds the bound `v_t(s) <= a_t(s)`: for every pair of the site that may be selected, or for
    /// one that is optimal, `a_t(s) - r_i - sum P_i(s') a_{t+1}(s') >= 0`.
    ///
    /// # Errors
    /// [`Refusal`] when an inequality does not hold, or probabilities may be negative.
    pub fn ceiling(&mut self, values: Family) -> Result<(), Refusal> {
        self.bound(Side::Follower, false, values, None)
    }

    /// Adds the bound `v_t(s) >= a_t(s)`: for the pair that `choices` names, by stage and state,
    /// `r_i + sum P_i(s') a_{t+1}(s') - a_t(s) >= 0`.
    ///
    /// # Errors
    /// [`Refusal`] when an inequality does not hold, or probabilities may be negative.
    pub fn floor(&mut self, values: Family, choices: &[Vec<u32>]) -> Result<(), Refusal> {
        self.bound(Side::Follower, true, values, Some(choices))
    }

    /// Adds the bound `w_t(s) <= a_t(s)` of the leader's values, or with `floor` the other one: for
    /// the selected pair, or every pair that may be, `a_t(s) - sigma c_i - sum P_i(s') a_{t+1}(s')`
    /// is at least 0, or at most.
    ///
    /// # Errors
    /// [`Refusal`] when an inequality does not hold, or probabilities may be negative.
    pub fn lead_bound(&mut self, values: Family, floor: bool) -> Result<(), Refusal> {
        self.bound(Side::Leader, floor, values, None)
    }

    fn bound(
        &mut self,
        side: Side,
        floor: bool,
        values: Family,
        choices: Option<&[Vec<u32>]>,
    ) -> Result<(), Refusal> {
        let region = self.top()?;
        if region.kind == Kind::Decisions || side == Side::Leader && region.kind != Kind::Dual {
            return step("bounds of values where there are none");
        }
        self.fits_family(&values, false)?;
        self.require_proper(region)?;
        for (t, stage) in self.listing.stages.iter().enumerate() {
            let lanes = self.slack(t, stage, &values, (side, floor));
            let tested: Vec<bool> = match choices {
                Some(choices) => self.chosen(t, stage, choices)?,
                None => self.tested_pairs(t as u32, stage)?,
            };
            let failing = negative(&lanes, &region.frame, |pair| tested[pair], false)?;
            // One of several optimal pairs is enough.
            let optimal = |pair: usize| region.optimal.contains(&(t as u32, pair as u32));
            let shown = |pair: usize| {
                let mut pairs = stage.of_state(stage.state_of(pair));
                let holds = |i: usize| optimal(i) && failing.binary_search(&i).is_err();
                choices.is_none() && optimal(pair) && pairs.any(holds)
            };
            if let Some(pair) = failing.iter().find(|&&pair| !shown(pair)) {
                return inequality(format!("the bound of values at pair {pair} of stage {t}"));
            }
        }
        self.bounds.push(Bound { side, floor, values, earned: None });
        self.top_mut()?.marks.1 += 1;
        Ok(())
    }

    /// All pairs that are not passed over; of a state with optimal pairs these alone.
    fn tested_pairs(&self, t: u32, stage: &Stage) -> Result<Vec<bool>, Refusal> {
        let region = self.top()?;
        let mut tested = vec![true; stage.pairs()];
        for &(_, pair) in region.passed.range((t, 0)..=(t, u32::MAX)) {
            tested[pair as usize] = false;
        }
        let optimal = || region.optimal.range((t, 0)..=(t, u32::MAX)).map(|&(_, i)| i as usize);
        for pair in optimal() {
            tested[stage.of_state(stage.state_of(pair))].fill(false);
        }
        optimal().for_each(|pair| tested[pair] = true);
        Ok(tested)
    }

    /// `a_t(s) - r_i - sum P_i(s') a_{t+1}(s')` per pair, with `sigma c_i` for the leader's side, or
    /// with `floor` its negative.
    fn slack(
        &self,
        t: usize,
        stage: &Stage,
        values: &Family,
        (side, floor): (Side, bool),
    ) -> Lanes {
        let (sign, opposite) = match floor {
            true => (Rational::NEG_ONE, Rational::ONE),
            false => (Rational::ONE, Rational::NEG_ONE),
        };
        let lead = self.listing.lead(t);
        let (rewards, factor) = match side {
            Side::Leader => (&lead, &opposite * self.statement.sigma()),
            _ => (&stage.reward, opposite.clone()),
        };
        let (pairs, unit) = (stage.pairs(), Monomial::one());
        let mut lanes = Lanes::new();
        add_values(stage, values.get(&(t as u32)), false, &sign, &unit, &mut lanes);
        add_values(stage, values.get(&(t as u32 + 1)), true, &opposite, &unit, &mut lanes);
        for (monomial, column) in rewards {
            let entries =
                (0..column.coefficients.len()).map(|index| (column.position(index), index, 0));
            lane(&mut lanes, monomial.clone(), pairs).add(
                false,
                &column.coefficients,
                &single(&factor),
                entries,
            );
        }
        lanes
    }
}
