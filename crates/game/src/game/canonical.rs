//! Aggregates in canonical order: by stage, then by weights; those that nothing uses are dropped.

use super::{Aggregate, Columns, Game, Polynomial, Variable};
use std::sync::Arc;

/// Renames the aggregates of a game whose polynomials are numbered by `game.aggregates`.
pub(super) fn canonical(mut game: Game) -> Game {
    let mut used = vec![false; game.aggregates.len()];
    let mut note = |variable: Variable| {
        if let Variable::Aggregate(index) = variable
            && let Some(flag) = used.get_mut(index as usize)
        {
            *flag = true;
        }
    };
    for stage in &game.stages {
        let probability = stage.transition.as_ref().map(|transition| &transition.probability);
        for columns in
            [Some(&stage.reward), Some(&stage.leader_reward), probability].into_iter().flatten()
        {
            columns
                .columns()
                .iter()
                .flat_map(|(monomial, _)| monomial.factors())
                .for_each(|factor| note(factor.0));
        }
    }
    game.payoff.variables().into_iter().for_each(&mut note);
    let mut order: Vec<(&Aggregate, usize)> = game
        .aggregates
        .iter()
        .zip(0..)
        .filter(|(_, index)| used.get(*index) == Some(&true))
        .collect();
    order.sort();
    let mut position = vec![0u32; game.aggregates.len()];
    for (new, (_, old)) in (0..).zip(&order) {
        if let Some(slot) = position.get_mut(*old) {
            *slot = new;
        }
    }
    let rename = |variable: Variable| match variable {
        Variable::Aggregate(index) => {
            Variable::Aggregate(position.get(index as usize).copied().unwrap_or(0))
        }
        parameter => parameter,
    };
    let aggregates: Vec<Aggregate> =
        order.into_iter().map(|(aggregate, _)| aggregate.clone()).collect();
    let columns = |columns: &Columns| columns.renamed(&rename);
    for stage in &mut game.stages {
        stage.reward = columns(&stage.reward);
        stage.leader_reward = columns(&stage.leader_reward);
        if let Some(transition) = &mut stage.transition {
            transition.probability = columns(&transition.probability);
        }
    }
    game.payoff = Polynomial::renamed(&game.payoff, &rename);
    game.aggregates = Arc::new(aggregates);
    game
}
