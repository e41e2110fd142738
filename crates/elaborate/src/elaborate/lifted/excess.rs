//! What a policy loses at most, by the regrets of the pairs that it plays.

use super::data::{BoxGame, Region};
use super::dyadic::{below, rational};
use super::regrets::show_excess;
use crate::elaborate::Site;
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Scaled, to_approx};
use crate::game::{Column, ColumnExt, Interval, LinearForm, Reduced};
use smfg_kernel::Refusal;

impl Site {
    /// The game with every aggregate as a statistic.
    fn with_all_aggregates(&self) -> Reduced {
        let (stages, payoff) = self.instance.with_payoff_per_pair();
        let form = |aggregate: &crate::game::Aggregate| {
            let mut form = LinearForm::zero(&stages);
            let pairs = &stages[aggregate.stage].pairs;
            let mut weights = vec![Rational::ZERO; pairs.len()];
            for (state, action, weight) in &aggregate.weights {
                if let Some(pair) = pairs.find(*state as usize, *action as usize) {
                    weights[pair] += weight;
                }
            }
            form.stages[aggregate.stage] = Column::dense(Scaled::from_rationals(&weights));
            form
        };
        let aggregates = self.instance.aggregates.iter();
        Reduced {
            initial: self.instance.initial.clone(),
            statistics: aggregates.clone().map(form).collect(),
            rows: (0u32..).zip(aggregates).map(|(k, _)| vec![(k, Rational::ONE)]).collect(),
            stages,
            payoff,
        }
    }

    /// Derives that the loss is at most the sum of the masses of the pairs in use, times numbers,
    /// on a region of a policy whose aggregates are enclosed. Returns the row and the numbers, per
    /// stage and pair.
    pub(crate) fn excess(
        &self,
        proof: &mut Proof,
        aggregates: &[Interval],
        shares: &[Scaled],
    ) -> Result<(u32, Vec<Vec<Rational>>), Refusal> {
        let reduced = self.with_all_aggregates();
        let mut game = BoxGame::new(&reduced, self.prover.epsilon(), true, &Rational::ZERO);
        let region: Region =
            aggregates.iter().map(|(low, high)| (to_approx(low), to_approx(high))).collect();
        game.move_to(region);
        let differences = game.differences();
        let mut played = Vec::new();
        let mut numbers: Vec<Vec<Rational>> = Vec::with_capacity(game.stages.len());
        for (t, stage) in game.stages.iter().enumerate() {
            let mut row = vec![Rational::ZERO; stage.pairs.len()];
            for (i, number) in row.iter_mut().enumerate() {
                if shares[t].get(i).is_zero() {
                    continue;
                }
                let others = stage.pairs.of_state(stage.state[i]).filter(|&j| j != i);
                let most = others
                    .map(|j| game.excess(&differences, t, (j, i)).most + game.unit() / 8.0)
                    .fold(0.0, f64::max);
                let most = -below(-most, game.bits);
                played.push((t, i, most));
                *number = rational(most);
            }
            numbers.push(row);
        }
        let next = proof.counts().0 as u32;
        let listing = self.prover.listing().clone();
        let rows = show_excess(proof, &listing, &game, &differences, &played, next)?;
        Ok((rows - 1, numbers))
    }
}
