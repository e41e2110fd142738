//! A listing: the normal form of a game, without names, and its hash (docs/kernel.md, section 1).
//!
//! Stages `t < N`, states `s`, pairs `i` of a stage numbered state by state. Rewards `r_i`,
//! probabilities `P_i(s')`, the leader's rewards `c_i` and payoff `h` are polynomials in her
//! parameters `u` and the statistics `x_k = sum M_k(i) d_i` of the occupation measure `d`.

use crate::error::Refusal;
use crate::number::{Rational, Scaled};
use crate::polynomial::{Ends, Frame, Monomial, Polynomial, Variable};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Most stages, states, parameters, statistics, and pairs or successors of a stage.
pub const MOST_ENTRIES: usize = 1 << 31;

/// Coefficients of one monomial, an entry of a vector of polynomials each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Entries with a coefficient, increasing; `None` when every entry has one.
    pub support: Option<Vec<u32>>,
    /// One coefficient per entry of the support.
    pub coefficients: Arc<Scaled>,
}

impl Column {
    /// The entry that coefficient `index` belongs to.
    #[must_use]
    pub fn position(&self, index: usize) -> usize {
        self.support.as_ref().map_or(index, |support| support[index] as usize)
    }

    /// The index of the coefficient of an entry, where it has one.
    #[must_use]
    pub fn index(&self, entry: usize) -> Option<usize> {
        match &self.support {
            None => (entry < self.coefficients.len()).then_some(entry),
            Some(support) => support.binary_search(&u32::try_from(entry).ok()?).ok(),
        }
    }

    /// The indices of the coefficients of the entries in a range.
    pub(crate) fn indices(&self, entries: Range<usize>) -> Range<usize> {
        match &self.support {
            None => entries,
            Some(support) => {
                support.partition_point(|entry| (*entry as usize) < entries.start)
                    ..support.partition_point(|entry| (*entry as usize) < entries.end)
            }
        }
    }

    fn fits(&self, len: usize) -> bool {
        match &self.support {
            None => self.coefficients.len() == len,
            Some(support) => {
                support.len() == self.coefficients.len()
                    && support.windows(2).all(|pair| pair[0] < pair[1])
                    && support.last().is_none_or(|last| (*last as usize) < len)
            }
        }
    }
}

/// A vector of polynomials: monomials, no two equal, with their coefficients.
pub type Columns = Vec<(Monomial, Arc<Column>)>;

/// Whether columns belong to a vector of `len` polynomials and name no monomial twice.
pub(crate) fn columns_fit(columns: &Columns, len: usize) -> bool {
    let mut monomials: Vec<&Monomial> = columns.iter().map(|column| &column.0).collect();
    monomials.sort_unstable();
    monomials.windows(2).all(|pair| pair[0] != pair[1])
        && columns.iter().all(|column| column.1.fits(len))
}

/// `x = sum weight * d_i` over pairs of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic {
    /// The stage of the pairs.
    pub stage: u32,
    /// Weights of the pairs of that stage, none of them 0.
    pub weights: Column,
}

/// Successor states of the pairs of a stage, pair by pair.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Successors {
    /// Where the entries of each pair begin; one more than there are pairs, the last is the number
    /// of entries.
    pub first: Vec<u32>,
    /// The state of each entry.
    pub state: Vec<u32>,
}

impl Successors {
    /// The successors per pair.
    #[must_use]
    pub fn new(first: Vec<u32>, state: Vec<u32>) -> Self {
        Successors { first, state }
    }

    /// The state of an entry.
    #[must_use]
    pub fn state(&self, entry: usize) -> usize {
        self.state[entry] as usize
    }

    /// Number of entries.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never asked")]
    pub fn len(&self) -> usize {
        self.state.len()
    }

    /// The entries of a pair.
    #[must_use]
    pub fn of_pair(&self, pair: usize) -> Range<usize> {
        self.first[pair] as usize..self.first[pair + 1] as usize
    }
}

/// Where the pairs of a stage lead.
#[derive(Debug, Clone)]
pub struct Transition {
    /// The successors.
    pub successors: Arc<Successors>,
    /// A probability per entry.
    pub probability: Columns,
}

/// The data of a stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Where the pairs of each state begin; one more than there are states.
    pub first: Arc<Vec<u32>>,
    /// Followers' reward per pair.
    pub reward: Columns,
    /// Leader's reward per pair and unit of mass.
    pub leader_reward: Columns,
    /// `None` at the last stage alone.
    pub transition: Option<Transition>,
}

impl Stage {
    /// The pairs of a state.
    #[must_use]
    pub fn of_state(&self, state: usize) -> Range<usize> {
        self.first[state] as usize..self.first[state + 1] as usize
    }

    /// Number of pairs.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.first.last().map_or(0, |last| *last as usize)
    }

    /// The state of a pair.
    #[must_use]
    pub fn state_of(&self, pair: usize) -> usize {
        self.first.partition_point(|first| *first as usize <= pair) - 1
    }
}

/// The values that a parameter may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grid {
    /// Every value between its ends.
    Continuous,
    /// `origin + k step`, `k` an integer.
    Points {
        /// One of the values.
        origin: Rational,
        /// The distance of two neighbours, positive.
        step: Rational,
    },
}

/// What the leader may choose.
#[derive(Debug, Clone)]
pub enum Decisions {
    /// One of a list: a value per parameter each.
    List(Vec<Vec<Rational>>),
    /// Points between ends that satisfy linear rows.
    Polytope {
        /// Lower and upper end of each parameter.
        ends: Vec<(Rational, Rational)>,
        /// The values that each parameter may take.
        grids: Vec<Grid>,
        /// Affine forms of the parameters: `true` when they are 0, `false` when at least 0.
        rows: Vec<(bool, Polynomial)>,
    },
}

/// A game without names, which was found to be one. It cannot be changed, so that its hash stays
/// true.
///
/// ```compile_fail
/// fn change(listing: &mut smfg_kernel::Listing) {
///     listing.payoff = smfg_kernel::Polynomial::zero();
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Listing {
    data: Data,
    proper: OnceLock<bool>,
    hash: OnceLock<String>,
}

impl std::ops::Deref for Listing {
    type Target = Data;

    fn deref(&self) -> &Data {
        &self.data
    }
}

/// What a listing holds.
#[derive(Debug, Clone)]
pub struct Data {
    /// Number of states.
    pub states: usize,
    /// Number of the leader's parameters.
    pub parameters: usize,
    /// Law over the states at stage 0.
    pub initial: Scaled,
    /// What the leader may choose.
    pub decisions: Decisions,
    /// The statistics.
    pub statistics: Vec<Statistic>,
    /// The stages.
    pub stages: Vec<Stage>,
    /// What the leader's reward has besides the followers' part.
    pub payoff: Polynomial,
}

/// The statistic of a monomial that has one, once, and the rest.
pub(crate) fn linear(monomial: &Monomial) -> Option<(usize, Monomial)> {
    let is_statistic = |factor: &&(Variable, u32)| matches!(factor.0, Variable::Statistic(_));
    let mut statistics = monomial.factors().iter().filter(is_statistic);
    let (Some((Variable::Statistic(k), 1)), None) = (statistics.next(), statistics.next()) else {
        return None;
    };
    let rest = monomial.factors().iter().filter(|factor| !is_statistic(factor)).copied();
    Some((*k as usize, Monomial::new(rest.collect())))
}

impl Listing {
    /// The listing with these parts.
    ///
    /// # Errors
    /// [`Refusal::Listing`] when sizes disagree, the initial law is none, or the probabilities of a
    /// pair do not sum to 1 as polynomials.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        states: usize,
        parameters: usize,
        initial: Scaled,
        decisions: Decisions,
        statistics: Vec<Statistic>,
        stages: Vec<Stage>,
        payoff: Polynomial,
    ) -> Result<Self, Refusal> {
        let data = Data { states, parameters, initial, decisions, statistics, stages, payoff };
        let listing = Listing { data, proper: OnceLock::new(), hash: OnceLock::new() };
        listing.validate()?;
        Ok(listing)
    }

    fn validate(&self) -> Result<(), Refusal> {
        let wrong = |what: &str| Err(Refusal::Listing(what.to_string()));
        let sizes = [self.states, self.parameters, self.statistics.len(), self.stages.len()];
        if sizes.iter().any(|size| *size >= MOST_ENTRIES) || self.stages.is_empty() {
            return wrong("no stage, or too many of something");
        }
        let law = self.initial.iter().fold(Rational::ZERO, |sum, mass| sum + mass);
        let negative = self.initial.iter().any(|mass| mass < Rational::ZERO);
        if self.initial.len() != self.states || negative || law != Rational::ONE {
            return wrong("the initial law is not one over the states");
        }
        for (t, stage) in self.stages.iter().enumerate() {
            self.validate_stage(t, stage)?;
        }
        for statistic in &self.statistics {
            let Some(stage) = self.stages.get(statistic.stage as usize) else {
                return wrong("a statistic of a stage that there is not");
            };
            if !statistic.weights.fits(stage.pairs()) {
                return wrong("weights of a statistic that do not fit its stage");
            }
        }
        let low = |monomial: &Monomial| monomial.degree() <= crate::polynomial::MOST_DEGREE;
        if !self.payoff.only(|variable| self.has(variable))
            || !self.payoff.terms().all(|term| low(term.0))
        {
            return wrong("the payoff has a variable that there is not, or its degree is too high");
        }
        self.validate_decisions()
    }

    fn has(&self, variable: Variable) -> bool {
        match variable {
            Variable::Parameter(k) => (k as usize) < self.parameters,
            Variable::Statistic(k) => (k as usize) < self.statistics.len(),
            _ => false,
        }
    }

    fn validate_stage(&self, t: usize, stage: &Stage) -> Result<(), Refusal> {
        let wrong = |what: &str| Err(Refusal::Listing(format!("stage {t}: {what}")));
        let first = &stage.first;
        if first.len() != self.states + 1
            || first[0] != 0
            || first.windows(2).any(|pair| pair[0] >= pair[1])
            || stage.pairs() >= MOST_ENTRIES
        {
            return wrong("every state needs a pair, and a place for its first one");
        }
        let here = |columns: &Columns| {
            columns.iter().all(|column| {
                column.0.factors().iter().all(|factor| self.has(factor.0))
                    && column.0.degree() <= crate::polynomial::MOST_DEGREE
            })
        };
        let mut vectors =
            vec![(&stage.reward, stage.pairs()), (&stage.leader_reward, stage.pairs())];
        match &stage.transition {
            Some(transition) => {
                let successors = &transition.successors;
                if t + 1 == self.stages.len()
                    || successors.first.len() != stage.pairs() + 1
                    || successors.first[0] != 0
                    || successors.first.windows(2).any(|pair| pair[0] > pair[1])
                    || successors.first.last().map(|last| *last as usize)
                        != Some(successors.state.len())
                    || successors.state.iter().any(|state| *state as usize >= self.states)
                {
                    return wrong("successors that do not fit");
                }
                vectors.push((&transition.probability, successors.state.len()));
            }
            None if t + 1 == self.stages.len() => {}
            None => return wrong("no transition, and not the last stage"),
        }
        if vectors.iter().any(|(columns, len)| !columns_fit(columns, *len) || !here(columns)) {
            return wrong("columns that do not fit");
        }
        match &stage.transition {
            Some(transition) if !sums_to_one(transition, stage.pairs()) => {
                wrong("probabilities that do not sum to 1")
            }
            _ => Ok(()),
        }
    }

    fn validate_decisions(&self) -> Result<(), Refusal> {
        let wrong = |what: &str| Err(Refusal::Listing(what.to_string()));
        match &self.decisions {
            Decisions::List(list) => {
                if list.is_empty() || list.iter().any(|values| values.len() != self.parameters) {
                    return wrong("a decision without a value per parameter");
                }
            }
            Decisions::Polytope { ends, grids, rows } => {
                if ends.len() != self.parameters || grids.len() != self.parameters {
                    return wrong("a parameter without ends or grid");
                }
                let is_parameter =
                    |variable| self.has(variable) && matches!(variable, Variable::Parameter(_));
                let affine = |row: &Polynomial| row.terms().all(|(m, _)| m.degree() <= 1);
                if rows.iter().any(|row| !affine(&row.1) || !row.1.only(is_parameter)) {
                    return wrong("a row of the decision set that is not affine in the parameters");
                }
                let bad = |grid: &Grid| matches!(grid, Grid::Points { step, .. } if *step <= Rational::ZERO);
                if grids.iter().any(bad) {
                    return wrong("a grid whose step is not positive");
                }
            }
        }
        Ok(())
    }

    /// Whether a point is a decision: in the list, or between the ends, on the grids and in the
    /// rows.
    #[must_use]
    pub fn is_decision(&self, point: &[Rational]) -> bool {
        if point.len() != self.parameters {
            return false;
        }
        match &self.decisions {
            Decisions::List(list) => list.iter().any(|decision| decision == point),
            Decisions::Polytope { grids, rows, .. } => {
                let ends = |k: usize| (Some(point[k].clone()), Some(point[k].clone()));
                let at = |k: usize| (Variable::Parameter(k as u32), ends(k));
                let frame = Frame { ends: (0..point.len()).map(at).collect(), ..Frame::default() };
                let within = |k: usize| self.within(k, &point[k], grids);
                (0..point.len()).all(within)
                    && rows.iter().all(|(equal, row)| {
                        let value = frame.expand(row).ok().and_then(|row| row.as_constant());
                        value.is_some_and(|value| {
                            if *equal { value.is_zero() } else { value >= Rational::ZERO }
                        })
                    })
            }
        }
    }

    fn within(&self, k: usize, value: &Rational, grids: &[Grid]) -> bool {
        let Decisions::Polytope { ends, .. } = &self.decisions else { return false };
        let on_grid = match &grids[k] {
            Grid::Continuous => true,
            Grid::Points { origin, step } => ((value - origin) / step).is_int(),
        };
        ends[k].0 <= *value && *value <= ends[k].1 && on_grid
    }

    /// The leader's reward per pair of a stage, with what the payoff adds linearly to it.
    pub(crate) fn lead(&self, t: usize) -> Columns {
        let mut columns = self.stages[t].leader_reward.clone();
        for (monomial, value) in self.payoff.terms() {
            let Some((k, rest)) = linear(monomial) else { continue };
            let Statistic { stage, weights } = &self.statistics[k];
            if *stage as usize == t {
                let values: Vec<Rational> =
                    weights.coefficients.iter().map(|weight| weight * value).collect();
                let coefficients = Arc::new(Scaled::from_rationals(&values));
                let support = weights.support.clone();
                columns.push((rest, Arc::new(Column { support, coefficients })));
            }
        }
        columns
    }

    /// Least and greatest value of a statistic when its stage has mass 1.
    #[must_use]
    pub fn range(&self, k: usize) -> (Rational, Rational) {
        let statistic = &self.statistics[k];
        let mut values: Vec<Rational> = statistic.weights.coefficients.iter().collect();
        if values.len() < self.stages[statistic.stage as usize].pairs() {
            values.push(Rational::ZERO);
        }
        let least = values.iter().min().cloned().unwrap_or(Rational::ZERO);
        let greatest = values.into_iter().max().unwrap_or(Rational::ZERO);
        (least, greatest)
    }

    /// The ends of the statistics, and of the parameters of a polytope.
    #[must_use]
    pub fn ends(&self) -> BTreeMap<Variable, Ends> {
        let mut all = BTreeMap::new();
        for k in 0..self.statistics.len() {
            let (lower, upper) = self.range(k);
            all.insert(Variable::Statistic(k as u32), (Some(lower), Some(upper)));
        }
        if let Decisions::Polytope { ends, .. } = &self.decisions {
            for (k, (lower, upper)) in ends.iter().enumerate() {
                let ends = (Some(lower.clone()), Some(upper.clone()));
                all.insert(Variable::Parameter(k as u32), ends);
            }
        }
        all
    }

    /// Whether all probabilities are at least 0 over all decisions and populations ([2]); decided
    /// once.
    pub(crate) fn proper(&self) -> bool {
        *self.proper.get_or_init(|| crate::proper::everywhere(self))
    }

    /// Number of all entries: of states, parameters, pairs, successors, vectors and rows.
    pub(crate) fn entries(&self) -> u64 {
        let of = |columns: &Columns| -> usize {
            columns.iter().map(|(_, column)| 1 + column.coefficients.len()).sum()
        };
        let stage = |stage: &Stage| {
            let transition = stage.transition.as_ref();
            let moves = transition.map_or(0, |t| t.successors.state.len() + of(&t.probability));
            stage.pairs() + of(&stage.reward) + of(&stage.leader_reward) + moves
        };
        let statistics: usize =
            self.statistics.iter().map(|statistic| 1 + statistic.weights.coefficients.len()).sum();
        let decisions = match &self.decisions {
            Decisions::List(list) => list.len() * self.parameters.max(1),
            Decisions::Polytope { rows, .. } => {
                self.parameters + rows.iter().map(|(_, row)| row.terms().count()).sum::<usize>()
            }
        };
        let stages: usize = self.stages.iter().map(stage).sum();
        let payoff = self.payoff.terms().count();
        (self.states + stages + statistics + decisions + payoff) as u64
    }

    /// SHA-256 of the listing's text, `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        self.hash.get_or_init(|| crate::write::hash(self)).clone()
    }
}

/// Whether the probabilities of every pair sum to 1 as polynomials.
fn sums_to_one(transition: &Transition, pairs: usize) -> bool {
    let successors = &transition.successors;
    let one = Scaled::from_small(vec![1], 1);
    let constant = transition.probability.iter().any(|(monomial, _)| monomial.is_one());
    constant
        && transition.probability.iter().all(|(monomial, column)| {
            let mut sums = crate::number::Lane::new(pairs);
            let entries = (0..pairs).flat_map(|pair| {
                column.indices(successors.of_pair(pair)).map(move |index| (pair, index, 0))
            });
            sums.add(false, &column.coefficients, &one, entries);
            if monomial.is_one() {
                let unit = Scaled::from_small(vec![1], 1);
                sums.add(true, &unit, &one, (0..pairs).map(|pair| (pair, 0, 0)));
            }
            sums.is_zero()
        })
}
