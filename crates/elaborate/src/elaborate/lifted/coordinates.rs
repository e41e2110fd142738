//! The statistics of a reduced game as coordinates of a proof.
//!
//! A statistic that is one aggregate is that aggregate's coordinate. One that is a combination
//! `f = sum_j T_j m_j` of aggregates is declared as a form; then the first aggregate, whose weight
//! is 1, is replaced by `f` less the others, which leaves no aggregate in the data of the game.

use crate::elaborate::proof::Proof;
use crate::exact::Rational;
use crate::game::{ColumnExt, Reduced};
use smfg_kernel::{Combination, Name, Polynomial, Refusal, Row, Sense, Variable};

/// Names of the statistics.
#[derive(Debug, Clone)]
pub(super) struct Coordinates {
    pub(super) names: Vec<Variable>,
    /// Of each statistic, its aggregates with their weights.
    pub(super) rows: Vec<Vec<(u32, Rational)>>,
}

impl Coordinates {
    /// Declares what is no aggregate, with its range over all populations.
    pub(super) fn declare(proof: &mut Proof, game: &Reduced) -> Result<Self, Refusal> {
        let mut names = Vec::with_capacity(game.rows.len());
        for (k, row) in game.rows.iter().enumerate() {
            names.push(match row.as_slice() {
                [(aggregate, _)] => Variable::Statistic(*aggregate),
                _ => declare_form(proof, game, k)?,
            });
        }
        for (name, row) in names.iter().zip(&game.rows) {
            if let (Variable::Form(number), Some((pivot, _))) = (name, row.first()) {
                proof.substitute(Variable::Statistic(*pivot), Name::Form(*number))?;
            }
        }
        Ok(Coordinates { names, rows: game.rows.clone() })
    }
}

/// `low <= f <= high`: both follow from the links and the masses of the stages.
fn declare_form(proof: &mut Proof, game: &Reduced, k: usize) -> Result<Variable, Refusal> {
    let row = &game.rows[k];
    let mut form = Polynomial::zero();
    for (aggregate, weight) in row {
        form = form.plus(&Polynomial::variable(Variable::Statistic(*aggregate)), weight);
    }
    let name = proof.declare(Row::of(Sense::Equal, form))?;
    let Variable::Form(number) = name else { return Ok(name) };
    for sign in [Rational::ONE, Rational::NEG_ONE] {
        // sign f - end = -sign (form - f) + sign (links) + sum of masses that is not negative.
        let constant = |value: Rational| Polynomial::constant(value);
        let mut rows = vec![(Name::Form(number), constant(-&sign))];
        rows.extend(row.iter().map(|(j, weight)| (Name::Link(*j), constant(-(weight * &sign)))));
        let mut end = Rational::ZERO;
        for (t, column) in game.statistics[k].stages.iter().enumerate() {
            let values = (0..game.stages[t].pairs.len()).map(|pair| column.get(pair) * &sign);
            let least = values.min().unwrap_or(Rational::ZERO);
            if !least.is_zero() {
                rows.push((Name::Mass(t as u32), constant(-&least)));
            }
            end += least;
        }
        let goal = constant(-end).plus(&Polynomial::variable(name), &sign);
        let combination = Combination { rows, ..Combination::default() };
        proof.derive(Row::of(Sense::AtLeast, goal), &combination)?;
    }
    Ok(name)
}
