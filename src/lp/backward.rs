//! Backward induction in binary64 on the data of the programme: advice where duals are missing or
//! doubtful.

use super::occupation::{LpStage, OccupationLp};

impl OccupationLp {
    /// Values `v_t(s) = min over a of cost_weight sigma c - multiplier r + sum P v_{t+1}`, indexed
    /// `[stage][state]`, and the minimising action of each.
    #[must_use]
    pub fn backward_approx(
        &self,
        cost_weight: f64,
        multiplier: f64,
    ) -> (Vec<Vec<f64>>, Vec<Vec<u32>>) {
        let (mut values, mut actions): (Vec<Vec<f64>>, Vec<Vec<u32>>) = (Vec::new(), Vec::new());
        for stage in self.stages.iter().rev() {
            let next = values.last().map(Vec::as_slice);
            let states = stage.pairs.states();
            let (mut row, mut play) = (Vec::with_capacity(states), Vec::with_capacity(states));
            for state in 0..states {
                let best = stage
                    .pairs
                    .of_state(state)
                    .map(|pair| {
                        (stage.pair_value_approx(pair, cost_weight, multiplier, next), pair)
                    })
                    .min_by(|a, b| a.0.total_cmp(&b.0));
                let (value, action) =
                    best.map_or((0.0, 0), |(value, pair)| (value, stage.pairs.action(pair) as u32));
                row.push(value);
                play.push(action);
            }
            values.push(row);
            actions.push(play);
        }
        values.reverse();
        actions.reverse();
        (values, actions)
    }
}

impl LpStage {
    /// `cost_weight sigma c - multiplier r + sum P next` of one pair.
    #[must_use]
    pub fn pair_value_approx(
        &self,
        pair: usize,
        cost_weight: f64,
        multiplier: f64,
        next: Option<&[f64]>,
    ) -> f64 {
        let own = cost_weight * self.cost_approx[pair] - multiplier * self.reward_approx[pair];
        let expected = match (&self.transition, next) {
            (Some((successors, probability)), Some(next)) => successors
                .of_pair(pair)
                .map(|entry| probability[entry] * next[successors.state(entry)])
                .sum(),
            _ => 0.0,
        };
        own + expected
    }
}
