//! Bounds of the followers' values ([7]).

use crate::error::{Refusal, inequality, step};
use crate::listing::Stage;
use crate::number::Scaled;
use crate::proof::{Bound, Kind, Proof};
use crate::row::Family;
use crate::sum::{Lanes, first_negative, lane, walk};

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
                Some(choices) => {
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
                    tested
                }
                None => self.tested_pairs(t as u32, stage)?,
            };
            if let Some(pair) = first_negative(&lanes, &region.frame, |pair| tested[pair])? {
                return inequality(format!("the bound of values at pair {pair} of stage {t}"));
            }
        }
        self.bounds.push(Bound { floor: choices.is_some(), values });
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
        let one = Scaled::from_small(vec![1], 1);
        let pairs = stage.pairs();
        let mut lanes = Lanes::new();
        for (monomial, column) in values.get(&(t as u32)).into_iter().flatten() {
            let entries = (0..column.coefficients.len()).flat_map(|index| {
                stage.of_state(column.position(index)).map(move |pair| (pair, index, 0))
            });
            lane(&mut lanes, monomial.clone(), pairs).add(
                negate,
                &column.coefficients,
                &one,
                entries,
            );
        }
        for (monomial, column) in &stage.reward {
            let entries =
                (0..column.coefficients.len()).map(|index| (column.position(index), index, 0));
            lane(&mut lanes, monomial.clone(), pairs).add(
                !negate,
                &column.coefficients,
                &one,
                entries,
            );
        }
        let Some(transition) = &stage.transition else { return lanes };
        for (monomial, column) in values.get(&(t as u32 + 1)).into_iter().flatten() {
            for (factor, probability) in &transition.probability {
                let entries =
                    walk(transition, probability, 0..pairs).filter_map(|(pair, index)| {
                        let entry = probability.position(index);
                        let state = transition.successors.state[entry] as usize;
                        column.index(state).map(|place| (pair, place, index))
                    });
                lane(&mut lanes, monomial.times(factor), pairs).add(
                    !negate,
                    &column.coefficients,
                    &probability.coefficients,
                    entries,
                );
            }
        }
        lanes
    }
}
