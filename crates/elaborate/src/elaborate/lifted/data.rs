//! The data of a game as polynomials in the coordinates of a box, `x_k = l_k + w_k lambda_k`, in
//! binary64.
//!
//! Which monomials occur does not depend on the box; their coefficients are computed anew for each
//! box.

use super::monomials::{Monomials, Terms};
use crate::exact::{Rational, to_approx};
use crate::game::{ColumnExt, Columns, Monomial, Pairs, Reduced, Successors, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lower and upper end of each statistic.
pub(super) type Region = Vec<(f64, f64)>;

/// Fractional bits of multipliers relative to the size of the game's numbers.
const PRECISION: i32 = 38;

/// A game whose data can be moved to any box.
#[derive(Debug)]
pub(super) struct BoxGame {
    /// Multipliers are multiples of `2^-bits`.
    pub(super) bits: i32,
    pub(super) epsilon: f64,
    /// `sigma` of what a tree shows: no equilibrium of interest has a smaller `sigma J0`.
    pub(super) sigma: f64,
    /// `sigma` times the bound.
    pub(super) value: f64,
    pub(super) monomials: Monomials,
    pub(super) initial: Vec<f64>,
    pub(super) stages: Vec<BoxStage>,
    /// Per stage, from which pair on squares are not to be used; all may be where there is none.
    pub(super) squared: Vec<usize>,
    /// The leader's payoff apart from what is weighted by followers; one entry.
    pub(super) payoff: Table,
    /// The box that the data are on.
    pub(super) region: Region,
    expansions: Expansions,
}

/// The data of one stage.
#[derive(Debug)]
pub(super) struct BoxStage {
    pub(super) pairs: Arc<Pairs>,
    /// The state of each pair.
    pub(super) state: Vec<usize>,
    pub(super) reward: Table,
    pub(super) leader: Table,
    pub(super) transition: Option<(Arc<Successors>, Table)>,
    /// Per pair, the weights of the statistics: `(k, weight)`.
    pub(super) weights: Vec<Vec<(usize, f64)>>,
}

/// A polynomial per entry.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Terms of an entry: `terms[first[entry]..first[entry + 1]]`.
    first: Vec<usize>,
    terms: Terms,
    /// Where the coefficient of a term comes from: `(coefficient, expansion)` from `sources_first`
    /// on.
    sources_first: Vec<usize>,
    sources: Vec<(f64, usize)>,
}

impl Table {
    /// The terms of `entry` on the current box.
    pub(super) fn of(&self, entry: usize) -> &[(u32, f64)] {
        &self.terms[self.first[entry]..self.first[entry + 1]]
    }

    fn move_to(&mut self, expansions: &[f64]) {
        for (position, term) in self.terms.iter_mut().enumerate() {
            let range = self.sources_first[position]..self.sources_first[position + 1];
            term.1 = self.sources[range].iter().map(|&(c, e)| c * expansions[e]).sum();
        }
    }

    /// Largest sum of absolute values of an entry's coefficients in `x`.
    fn largest(columns: &Columns) -> f64 {
        let mut sums = vec![0.0; columns.len()];
        for (_, column) in columns.columns() {
            column.entries().for_each(|(entry, value)| sums[entry] += to_approx(&value).abs());
        }
        sums.into_iter().fold(0.0, f64::max)
    }
}

/// How `prod x_k^e_k` expands: its coefficient on `prod lambda_k^f_k` is `prod binomial(e_k, f_k)
/// l_k^(e_k - f_k) w_k^f_k`.
#[derive(Debug, Default)]
struct Expansions {
    /// `(k, e_k, f_k)`.
    list: Vec<Vec<(usize, u32, u32)>>,
    known: BTreeMap<Monomial, Vec<(u32, usize)>>,
}

impl Expansions {
    /// `(monomial in lambda, expansion)` for a monomial in `x`.
    fn of(&mut self, monomial: &Monomial, monomials: &mut Monomials) -> Vec<(u32, usize)> {
        if let Some(known) = self.known.get(monomial) {
            return known.clone();
        }
        let mut choices: Vec<Vec<(usize, u32, u32)>> = vec![Vec::new()];
        for &(variable, exponent) in monomial.factors() {
            let (Variable::Aggregate(k) | Variable::Parameter(k) | Variable::Function(k)) =
                variable;
            let longer = |choice: &Vec<(usize, u32, u32)>, taken| {
                choice.iter().copied().chain([(k as usize, exponent, taken)]).collect()
            };
            choices = choices
                .iter()
                .flat_map(|choice| (0..=exponent).map(move |taken| longer(choice, taken)))
                .collect();
        }
        let mut result = Vec::new();
        for choice in choices {
            let mut lambda = Monomial::one();
            for &(k, _, taken) in &choice {
                for _ in 0..taken {
                    lambda = lambda.times(&Monomial::of(Variable::Aggregate(k as u32)));
                }
            }
            result.push((monomials.number(lambda), self.list.len()));
            self.list.push(choice);
        }
        self.known.insert(monomial.clone(), result.clone());
        result
    }

    fn at(&self, region: &[(f64, f64)]) -> Vec<f64> {
        let factor = |&(k, exponent, taken): &(usize, u32, u32)| {
            let (low, high) = region[k];
            let ways = (0..taken).fold(1.0, |c, i| c * f64::from(exponent - i) / f64::from(i + 1));
            ways * low.powi((exponent - taken) as i32) * (high - low).powi(taken as i32)
        };
        self.list.iter().map(|choice| choice.iter().map(factor).product()).collect()
    }
}

impl BoxGame {
    /// The data of a game; `sigma` is true for 1, `value` is `sigma` times the bound.
    pub(super) fn new(game: &Reduced, epsilon: &Rational, sigma: bool, value: &Rational) -> Self {
        let mut monomials = Monomials::new(game.statistics.len());
        let mut expansions = Expansions::default();
        let ends = game.statistics.iter().map(|statistic| statistic.range());
        let root: Region = ends.map(|(low, high)| (to_approx(&low), to_approx(&high))).collect();
        let mut largest: f64 = 1.0;
        let mut stages = Vec::with_capacity(game.stages.len());
        for (t, stage) in game.stages.iter().enumerate() {
            let mut weights = vec![Vec::new(); stage.pairs.len()];
            for (k, statistic) in game.statistics.iter().enumerate() {
                for (pair, weight) in statistic.stages[t].entries() {
                    weights[pair].push((k, to_approx(&weight)));
                }
            }
            let states = 0..stage.pairs.states();
            let of_state = |s: usize| std::iter::repeat_n(s, stage.pairs.of_state(s).len());
            let mut table = |columns: &Columns| table(columns, &mut monomials, &mut expansions);
            let transition = stage.transition.as_ref();
            stages.push(BoxStage {
                pairs: Arc::clone(&stage.pairs),
                state: states.flat_map(of_state).collect(),
                reward: table(&stage.reward),
                leader: table(&stage.leader_reward),
                transition: transition.map(|(list, p)| (Arc::clone(list), table(p))),
                weights,
            });
            largest = largest.max(Table::largest(&stage.reward));
            largest = largest.max(Table::largest(&stage.leader_reward));
        }
        let payoff = Columns::from_polynomials(std::slice::from_ref(&game.payoff));
        let reach = root.iter().fold(1.0, |most: f64, (low, high)| most.max(-low).max(*high));
        let scale = largest * stages.len() as f64 * reach + Table::largest(&payoff);
        let mut result = BoxGame {
            bits: (PRECISION - scale.log2().ceil() as i32).clamp(8, 46),
            epsilon: to_approx(epsilon),
            sigma: if sigma { 1.0 } else { -1.0 },
            value: to_approx(value),
            payoff: table(&payoff, &mut monomials, &mut expansions),
            monomials,
            initial: game.initial.iter().map(|mass| to_approx(&mass)).collect(),
            stages,
            squared: Vec::new(),
            region: root.clone(),
            expansions,
        };
        result.move_to(root);
        result
    }

    /// Computes all coefficients on `region`.
    pub(super) fn move_to(&mut self, region: Region) {
        let values = self.expansions.at(&region);
        for stage in &mut self.stages {
            stage.reward.move_to(&values);
            stage.leader.move_to(&values);
            if let Some((_, table)) = &mut stage.transition {
                table.move_to(&values);
            }
        }
        self.payoff.move_to(&values);
        self.region = region;
    }

    /// What multipliers are multiples of.
    pub(super) fn unit(&self) -> f64 {
        2f64.powi(-self.bits)
    }
}

fn table(columns: &Columns, monomials: &mut Monomials, expansions: &mut Expansions) -> Table {
    // Per entry: monomial in lambda -> sources.
    let mut entries: Vec<BTreeMap<u32, Vec<(f64, usize)>>> = vec![BTreeMap::new(); columns.len()];
    for (monomial, column) in columns.columns() {
        let expansion = expansions.of(monomial, monomials);
        for (entry, coefficient) in column.entries() {
            let coefficient = to_approx(&coefficient);
            for &(lambda, source) in &expansion {
                entries[entry].entry(lambda).or_default().push((coefficient, source));
            }
        }
    }
    let mut table = Table { first: vec![0], sources_first: vec![0], ..Table::default() };
    for entry in entries {
        for (lambda, sources) in entry {
            table.terms.push((lambda, 0.0));
            table.sources.extend(sources);
            table.sources_first.push(table.sources.len());
        }
        table.first.push(table.terms.len());
    }
    table
}
