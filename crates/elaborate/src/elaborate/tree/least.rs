//! Multipliers of the flow equations: the least values of linear forms over all flows.
//!
//! With `W_t(s)` at most the least over the pairs `i` of `f_i + P_i W_{t+1}`, the flow equations times
//! `-W` leave masses `f_i + P_i W_{t+1} - W_t(s) >= 0` of a form `f` and the constant `mu0'W_0`.

use crate::certificate::Arithmetic;
use crate::check::Fault;
use crate::check::fixed_flow::FixedFlow;
use crate::check::induction::{Choice, Form, tables};
use crate::exact::{Natural, Numerators, Rational, Rounding, Scaled, ScaledExt, to_approx};
use crate::game::{ColumnExt, LinearForm, Quadratic};
use smfg_kernel::Column;

/// Binary digits of rounded values, their sign not counted.
const VALUE_BITS: i32 = 61;
/// The form of the leader in numbers made for one form.
const FORM: Form = Form { leader: Rational::ONE, reward: Rational::ZERO };

/// Inductions of one game.
pub(super) struct Least<'a> {
    game: &'a Quadratic,
    fixed: Option<FixedFlow>,
}

impl<'a> Least<'a> {
    pub(super) fn new(game: &'a Quadratic) -> Self {
        Least { game, fixed: FixedFlow::new(&game.numbers(&game.leader), 0) }
    }

    /// The values `W` of `sum factor * form`, exact or rounded down.
    pub(super) fn values(
        &self,
        parts: &[(Rational, &LinearForm)],
        exact: bool,
    ) -> Result<Vec<Scaled>, Fault> {
        if !exact && let Some(values) = self.rounded(parts) {
            return Ok(values);
        }
        let numbers = self.game.numbers(&self.game.combine(parts));
        tables(&numbers, &FORM, Choice::Least, Arithmetic::Exact, Rounding::Down)
            .ok_or(Fault::Shape)
    }

    /// On machine integers, with as many bits as fit.
    fn rounded(&self, parts: &[(Rational, &LinearForm)]) -> Option<Vec<Scaled>> {
        let fixed = self.fixed.as_ref()?;
        let largest = parts.iter().map(|(factor, form)| to_approx(factor).abs() * size(form));
        let bits = VALUE_BITS - largest.sum::<f64>().max(f64::MIN_POSITIVE).log2().ceil() as i32;
        let bits = u32::try_from(bits.min(VALUE_BITS)).ok()?;
        let of_stage = |t: usize| {
            parts.iter().map(|(factor, form)| Some((factor.clone(), form.stages.get(t)?))).collect()
        };
        let values = fixed.values_by_stage(bits, &of_stage)?;
        let short = |values: Vec<i128>| {
            let values = values.into_iter().map(i64::try_from).collect::<Result<_, _>>().ok()?;
            Some(Scaled::from_small(values, 1 << bits))
        };
        values.into_iter().map(short).collect()
    }

    /// `mu0'W_0`.
    pub(super) fn average(&self, values: &[Scaled]) -> Rational {
        values.first().map_or(Rational::ZERO, |first| self.game.initial.dot(first))
    }

    /// The values of a form that is the same on all flows, and what of it is left on pairs that no
    /// flow reaches, in absolute value; `None` where it is not the same.
    pub(super) fn constant(&self, form: &LinearForm) -> Option<(Vec<Scaled>, Option<LinearForm>)> {
        let numbers = self.game.numbers(form);
        if let Some(values) =
            tables(&numbers, &FORM, Choice::Any, Arithmetic::Exact, Rounding::Down)
        {
            return Some((values, None));
        }
        let reached = self.reached();
        let states = self.game.initial.len();
        let mut rows: Vec<Scaled> = Vec::new();
        let mut loose: Vec<Column> = Vec::new();
        for ((t, stage), column) in self.game.stages.iter().enumerate().zip(&form.stages).rev() {
            let probability = stage.transition.as_ref();
            let probability = probability
                .and_then(|(successors, p)| Some((successors.as_ref(), p.as_constants()?)));
            let worth = |pair: usize| {
                let mut sum = column.get(pair);
                if let (Some((successors, p)), Some(next)) = (&probability, rows.last()) {
                    for entry in successors.of_pair(pair) {
                        sum += p.get(entry) * next.get(successors.state(entry));
                    }
                }
                sum
            };
            let mut values = vec![Rational::ZERO; states];
            let mut left = Vec::new();
            for (state, value) in values.iter_mut().enumerate() {
                let mut pairs = stage.pairs.of_state(state).map(|pair| (pair, worth(pair)));
                if reached[t][state] {
                    *value = pairs.next()?.1;
                    if pairs.any(|(_, other)| other != *value) {
                        return None;
                    }
                } else {
                    left.extend(pairs.filter(|(_, other)| !other.is_zero()));
                }
            }
            rows.push(Scaled::from_rationals(&values));
            let (support, sizes): (Vec<u32>, Vec<Rational>) =
                left.into_iter().map(|(pair, size)| (pair as u32, size.clone().max(-size))).unzip();
            let sizes = Scaled::from_rationals(&sizes);
            loose.push(Column::sparse(stage.pairs.len(), support, sizes));
        }
        rows.reverse();
        loose.reverse();
        Some((rows, Some(LinearForm { stages: loose })))
    }

    /// The states that flows reach, by stage.
    fn reached(&self) -> Vec<Vec<bool>> {
        let states = self.game.initial.len();
        let initial = self.game.initial.numerators();
        let mut rows = vec![(0..states).map(|s| !initial.is_zero_at(s)).collect::<Vec<bool>>()];
        for (t, stage) in self.game.stages.iter().enumerate() {
            let Some((successors, probability)) = &stage.transition else { break };
            let probability = probability.as_constants();
            let possible = |entry: usize| {
                probability.as_ref().is_none_or(|p| !p.numerators().is_zero_at(entry))
            };
            let mut next = vec![false; states];
            for state in (0..states).filter(|&state| rows[t][state]) {
                let entries = stage.pairs.of_state(state).flat_map(|i| successors.of_pair(i));
                for entry in entries.filter(|&entry| possible(entry)) {
                    next[successors.state(entry)] = true;
                }
            }
            rows.push(next);
        }
        rows
    }
}

/// At least the greatest absolute value of a form over all populations, in binary64.
fn size(form: &LinearForm) -> f64 {
    let of_column = |column: &Column| {
        let denominator = to_approx(&Rational::from(column.coefficients.denominator().clone()));
        match column.coefficients.numerators() {
            Numerators::Small(values) => {
                values.iter().map(|value| value.unsigned_abs()).max().unwrap_or(0) as f64
                    / denominator
            }
            Numerators::Big(values) => {
                values
                    .iter()
                    .map(|value| {
                        to_approx(&Rational::from_parts(value.clone(), Natural::ONE)).abs()
                    })
                    .fold(0.0, f64::max)
                    / denominator
            }
        }
    };
    form.stages.iter().map(of_column).sum()
}
