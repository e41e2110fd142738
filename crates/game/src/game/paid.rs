//! A game in which some followers are paid alone.
//!
//! When everybody but the members of one population earns nothing, nobody else can gain: the
//! exploitability of a play is then what these members gain together.

use super::instance::Instance;
use super::{Column, ColumnExt, Columns};
use crate::exact::{Integer, Numerators, Scaled};
use std::ops::Range;
use std::sync::Arc;

impl Instance {
    /// The same with the followers' rewards in the given states alone.
    #[must_use]
    pub fn paying_only(&self, states: &Range<usize>) -> Instance {
        let mut instance = self.clone();
        for stage in &mut instance.stages {
            let mut own = states.clone().map(|state| stage.pairs.of_state(state));
            let first = own.clone().next().map_or(0, |pairs| pairs.start);
            let last = own.next_back().map_or(0, |pairs| pairs.end);
            stage.reward = only(&stage.reward, &(first..last));
        }
        instance
    }
}

/// The coefficients of some entries, the others zero.
fn only(columns: &Columns, entries: &Range<usize>) -> Columns {
    let kept = columns.columns().iter().map(|(monomial, column)| {
        let coefficients = &column.coefficients;
        let keep = |index: usize| entries.contains(&column.position(index));
        let denominator = coefficients.denominator().clone();
        let numbers = match (coefficients.numerators(), u64::try_from(&denominator)) {
            (Numerators::Small(values), Ok(denominator)) => {
                let kept = (0..).zip(values.iter());
                let kept = kept.map(|(index, &value)| if keep(index) { value } else { 0 });
                Scaled::from_small(kept.collect(), denominator)
            }
            (numerators, _) => {
                let kept = (0..numerators.len())
                    .map(|index| if keep(index) { numerators.get(index) } else { Integer::ZERO });
                Scaled::from_integers(kept.collect(), denominator)
            }
        };
        let column = match &column.support {
            None => Column::dense(numbers),
            Some(support) => Column::sparse(columns.len(), support.clone(), numbers),
        };
        (monomial.clone(), Arc::new(column))
    });
    Columns::new(columns.len(), kept.collect())
}
