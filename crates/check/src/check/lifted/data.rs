//! The data of a game as polynomials in the coordinates of a box, `x_k = l_k + w_k lambda_k`.
//!
//! Which monomials occur does not depend on the box; their coefficients are enclosures, computed
//! anew for each box.

use super::super::verdict::Fault;
use super::monomials::Monomials;
use super::numbers::Enclosure;
use crate::game::ColumnExt;
use crate::game::{Columns, Monomial, Pairs, Reduced, Successors, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most terms that one monomial may expand to.
const MOST_EXPANDED: usize = 1 << 12;

/// Lower and upper end of each statistic, over `2^bits`.
pub(super) type Region = Vec<(i64, i64)>;

/// A game whose data can be moved to any box.
#[derive(Debug)]
pub(super) struct BoxGame {
    pub(super) bits: u32,
    pub(super) monomials: Monomials,
    pub(super) initial: Vec<Enclosure>,
    pub(super) stages: Vec<BoxStage>,
    /// The leader's payoff apart from what is weighted by followers; one entry.
    pub(super) payoff: Table,
    /// Range of each statistic over all populations.
    pub(super) root: Region,
    expansions: Expansions,
}

/// The data of one stage.
#[derive(Debug)]
pub(super) struct BoxStage {
    pub(super) pairs: Arc<Pairs>,
    pub(super) reward: Table,
    pub(super) leader: Table,
    pub(super) transition: Option<(Arc<Successors>, Table)>,
    /// Per pair, the weights of the statistics: `(k, weight)`.
    pub(super) weights: Vec<Vec<(usize, Enclosure)>>,
}

/// A polynomial per entry.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Terms of an entry: `terms[first[entry]..first[entry + 1]]`.
    first: Vec<usize>,
    terms: Vec<(u32, Enclosure)>,
    /// Where the coefficient of a term comes from: `(coefficient, expansion)` from `sources_first`
    /// on.
    sources_first: Vec<usize>,
    sources: Vec<(Enclosure, usize)>,
}

impl Table {
    /// The terms of `entry` on the current box.
    pub(super) fn of(&self, entry: usize) -> &[(u32, Enclosure)] {
        &self.terms[self.first[entry]..self.first[entry + 1]]
    }

    fn move_to(&mut self, expansions: &[Enclosure], bits: u32) -> Result<(), Fault> {
        for (position, term) in self.terms.iter_mut().enumerate() {
            let mut sum = Enclosure::default();
            for (coefficient, expansion) in
                &self.sources[self.sources_first[position]..self.sources_first[position + 1]]
            {
                sum = sum.plus(coefficient.times(expansions[*expansion], bits)?)?;
            }
            term.1 = sum;
        }
        Ok(())
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
    fn of(
        &mut self,
        monomial: &Monomial,
        monomials: &mut Monomials,
    ) -> Result<Vec<(u32, usize)>, Fault> {
        if let Some(known) = self.known.get(monomial) {
            return Ok(known.clone());
        }
        let mut choices: Vec<Vec<(usize, u32, u32)>> = vec![Vec::new()];
        for &(variable, exponent) in monomial.factors() {
            let Variable::Aggregate(k) = variable else { return Err(Fault::Shape) };
            if choices.len().saturating_mul(exponent as usize + 1) > MOST_EXPANDED {
                return Err(Fault::TooLarge);
            }
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
            result.push((monomials.number(lambda)?, self.list.len()));
            self.list.push(choice);
        }
        self.known.insert(monomial.clone(), result.clone());
        Ok(result)
    }

    fn at(&self, region: &Region, bits: u32) -> Result<Vec<Enclosure>, Fault> {
        let mut values = Vec::with_capacity(self.list.len());
        for choice in &self.list {
            let mut value = Enclosure::exact(1 << bits);
            for &(k, exponent, taken) in choice {
                let (low, high) = region[k];
                let width = high.checked_sub(low).ok_or(Fault::TooLarge)?;
                for step in 0..exponent {
                    value = value
                        .times(Enclosure::exact(if step < taken { width } else { low }), bits)?;
                }
                let binomial = binomial(exponent, taken).ok_or(Fault::TooLarge)?;
                let times = |n: i64| n.checked_mul(binomial).ok_or(Fault::TooLarge);
                value = Enclosure { low: times(value.low)?, high: times(value.high)? };
            }
            values.push(value);
        }
        Ok(values)
    }
}

fn binomial(n: u32, k: u32) -> Option<i64> {
    (0..k).try_fold(1i64, |product, i| {
        Some(product.checked_mul(i64::from(n - i))? / i64::from(i + 1))
    })
}

impl BoxGame {
    pub(super) fn new(game: &Reduced, bits: u32) -> Result<Self, Fault> {
        let mut monomials = Monomials::new(game.statistics.len())?;
        let mut expansions = Expansions::default();
        let mut root = Vec::new();
        for statistic in &game.statistics {
            let (least, greatest) = statistic.range();
            root.push((Enclosure::of(&least, bits)?.low, Enclosure::of(&greatest, bits)?.high));
        }
        let mut stages = Vec::with_capacity(game.stages.len());
        for (t, stage) in game.stages.iter().enumerate() {
            let mut weights = vec![Vec::new(); stage.pairs.len()];
            for (k, statistic) in game.statistics.iter().enumerate() {
                for (pair, weight) in statistic.stages[t].entries() {
                    weights[pair].push((k, Enclosure::of(&weight, bits)?));
                }
            }
            let mut table =
                |columns: &Columns| table(columns, bits, &mut monomials, &mut expansions);
            stages.push(BoxStage {
                pairs: Arc::clone(&stage.pairs),
                reward: table(&stage.reward)?,
                leader: table(&stage.leader_reward)?,
                transition: match &stage.transition {
                    None => None,
                    Some((successors, probability)) => {
                        Some((Arc::clone(successors), table(probability)?))
                    }
                },
                weights,
            });
        }
        let payoff = table(
            &Columns::from_polynomials(std::slice::from_ref(&game.payoff)),
            bits,
            &mut monomials,
            &mut expansions,
        )?;
        let initial =
            game.initial.iter().map(|mass| Enclosure::of(&mass, bits)).collect::<Result<_, _>>()?;
        Ok(BoxGame { bits, monomials, initial, stages, payoff, root, expansions })
    }

    /// Computes all coefficients on `region`.
    pub(super) fn move_to(&mut self, region: &Region) -> Result<(), Fault> {
        let values = self.expansions.at(region, self.bits)?;
        for stage in &mut self.stages {
            stage.reward.move_to(&values, self.bits)?;
            stage.leader.move_to(&values, self.bits)?;
            if let Some((_, table)) = &mut stage.transition {
                table.move_to(&values, self.bits)?;
            }
        }
        self.payoff.move_to(&values, self.bits)
    }
}

fn table(
    columns: &Columns,
    bits: u32,
    monomials: &mut Monomials,
    expansions: &mut Expansions,
) -> Result<Table, Fault> {
    // Per entry: monomial in lambda -> sources.
    let mut entries: Vec<BTreeMap<u32, Vec<(Enclosure, usize)>>> =
        vec![BTreeMap::new(); columns.len()];
    for (monomial, column) in columns.columns() {
        let expansion = expansions.of(monomial, monomials)?;
        for (entry, coefficient) in column.entries() {
            let coefficient = Enclosure::of(&coefficient, bits)?;
            for &(lambda, source) in &expansion {
                entries[entry].entry(lambda).or_default().push((coefficient, source));
            }
        }
    }
    let mut table = Table { first: vec![0], sources_first: vec![0], ..Table::default() };
    for entry in entries {
        for (lambda, sources) in entry {
            table.terms.push((lambda, Enclosure::default()));
            table.sources.extend(sources);
            table.sources_first.push(table.sources.len());
        }
        table.first.push(table.terms.len());
    }
    Ok(table)
}
