//! A listing: the normal form of a game, without names, and its hash ([1]).
//!
//! Stages `t < N`, states `s`, pairs `i` of a stage numbered state by state. Rewards `r_i`,
//! probabilities `P_i(s')`, the leader's rewards `c_i` and payoff `h` are polynomials in her
//! parameters `u` and the statistics `x_k = sum M_k(i) d_i` of the occupation measure `d`.

use crate::prelude::*;
use std::sync::OnceLock;

/// Fewer states, parameters, statistics, stages, and pairs of a stage than this.
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
    pub fn position(&self, index: usize) -> usize {
        self.support.as_ref().map_or(index, |support| support[index] as usize)
    }

    /// The index of the coefficient of an entry, where it has one.
    pub fn index(&self, entry: usize) -> Option<usize> {
        match &self.support {
            None => (entry < self.coefficients.len()).then_some(entry),
            Some(support) => support.binary_search(&u32::try_from(entry).ok()?).ok(),
        }
    }

    /// The indices of the coefficients of the entries in a range.
    pub(crate) fn indices(&self, entries: Range<usize>) -> Range<usize> {
        let Some(support) = &self.support else { return entries };
        let place = |end: usize| support.partition_point(|entry| (*entry as usize) < end);
        place(entries.start)..place(entries.end)
    }

    /// The entries with the indices of their coefficients.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.coefficients.len()).map(|index| (self.position(index), index))
    }

    fn fits(&self, len: usize) -> bool {
        let Some(support) = &self.support else { return self.coefficients.len() == len };
        support.len() == self.coefficients.len()
            && support.windows(2).all(|pair| pair[0] < pair[1])
            && support.last().is_none_or(|last| (*last as usize) < len)
    }
}

/// A vector of polynomials: monomials, no two equal, with their coefficients.
pub type Columns = Vec<(Monomial, Arc<Column>)>;

/// Whether columns are a vector of `len` polynomials in variables that `has` allows, of bounded
/// degree, and name no monomial twice.
pub(crate) fn columns_fit(columns: &Columns, len: usize, has: impl Fn(Variable) -> bool) -> bool {
    let mut names: Vec<&Monomial> = columns.iter().map(|column| &column.0).collect();
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
        && columns.iter().all(|column| column.1.fits(len))
        && names.iter().all(|name| name.degree() <= MOST_DEGREE && name.only(&has))
}

/// What a coordinate `x` of the population is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statistic {
    /// `sum weight * d_i` over pairs of one stage.
    Masses {
        /// The stage of the pairs.
        stage: u32,
        /// Weights of the pairs of that stage.
        weights: Column,
    },
    /// A function of the parameters and of statistics before it.
    Function {
        /// The function.
        function: Function,
        /// Its argument, in the domain at all decisions and populations.
        argument: Polynomial,
        /// Ends between which its values lie there.
        ends: (Rational, Rational),
    },
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
    pub fn new(first: Vec<u32>, state: Vec<u32>) -> Self {
        Successors { first, state }
    }

    /// The state of an entry.
    pub fn state(&self, entry: usize) -> usize {
        self.state[entry] as usize
    }

    /// Number of entries.
    #[expect(clippy::len_without_is_empty, reason = "it is never asked")]
    pub fn len(&self) -> usize {
        self.state.len()
    }

    /// The entries of a pair.
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
    pub fn of_state(&self, state: usize) -> Range<usize> {
        self.first[state] as usize..self.first[state + 1] as usize
    }

    /// Number of pairs.
    pub fn pairs(&self) -> usize {
        self.first.last().map_or(0, |last| *last as usize)
    }

    /// The state of a pair.
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

impl Grid {
    /// Whether a value is on the grid.
    pub(crate) fn has(&self, value: &Rational) -> bool {
        match self {
            Grid::Continuous => true,
            Grid::Points { origin, step } => ((value - origin) / step).is_int(),
        }
    }
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
    /// The initial law, and the weights of each statistic, as vectors of polynomials.
    pub(crate) law: Columns,
    pub(crate) weights: Vec<Columns>,
    /// The latest stage on whose masses each statistic depends.
    pub(crate) latest: Vec<Option<u32>>,
    lead: OnceLock<Vec<Columns>>,
    proper: OnceLock<bool>,
    hash: OnceLock<(String, usize)>,
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

impl Listing {
    /// The listing with these parts. Refused when sizes disagree, the initial law is none, or the
    /// probabilities of a pair do not sum to 1 as polynomials.
    pub fn new(
        states: usize,
        parameters: usize,
        initial: Scaled,
        decisions: Decisions,
        statistics: Vec<Statistic>,
        stages: Vec<Stage>,
        payoff: Polynomial,
    ) -> Done<Self> {
        Self::of(Data { states, parameters, initial, decisions, statistics, stages, payoff })
    }

    /// The listing of these data; refused like [`Listing::new`].
    pub fn of(mut data: Data) -> Done<Self> {
        for stage in &mut data.stages {
            let probability = stage.transition.as_mut().map(|p| &mut p.probability);
            for columns in
                [&mut stage.reward, &mut stage.leader_reward].into_iter().chain(probability)
            {
                columns.sort_by(|a, b| a.0.cmp(&b.0));
            }
        }
        data.validate()?;
        let constant = |column: Column| vec![(Monomial::one(), Arc::new(column))];
        let initial = Arc::new(data.initial.clone());
        let law = constant(Column { support: None, coefficients: initial });
        let forms = 0..data.statistics.len() as u32;
        let form = |k| data.form(k).map_or(Columns::new(), |form| constant(form.1.clone()));
        let (weights, latest) = (forms.map(form).collect(), data.latest());
        let (lead, proper, hash) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(Listing { data, law, weights, latest, lead, proper, hash })
    }

    /// Whether a variable does not depend on the population.
    pub(crate) fn blind(&self, variable: Variable) -> bool {
        match variable {
            Variable::Statistic(k) => self.latest.get(k as usize) == Some(&None),
            _ => true,
        }
    }

    /// The form of masses in a monomial that has one, once, and the rest.
    pub(crate) fn linear(&self, name: &Monomial) -> Option<(u32, Monomial)> {
        let (rest, statistics) = name.parted(|variable| self.blind(variable));
        match statistics.factors() {
            [(Variable::Statistic(k), 1)] => self.form(*k).map(|_| (*k, rest)),
            _ => None,
        }
    }

    /// The leader's rewards per pair of each stage, with what the payoff adds linearly to them
    /// ([14]). A monomial may occur several times.
    pub(crate) fn lead(&self) -> Done<&[Columns]> {
        if self.lead.get().is_none() {
            let mut lead: Vec<Columns> =
                self.stages.iter().map(|stage| stage.leader_reward.clone()).collect();
            for (name, value) in self.payoff.terms() {
                let Some((k, rest)) = self.linear(name) else { continue };
                let Some((stage, weights)) = self.form(k) else { continue };
                charge(64 * number_size(value) * weights.coefficients.len())?;
                let products: Vec<Rational> =
                    weights.coefficients.iter().map(|weight| weight * value).collect();
                let coefficients = Arc::new(Scaled::from_rationals(&products));
                let support = weights.support.clone();
                lead[stage as usize].push((rest, Arc::new(Column { support, coefficients })));
            }
            // Another thread may have set it to the same meanwhile.
            let _ = self.lead.set(lead);
        }
        Ok(self.lead.get().map_or(&[], |lead| lead))
    }

    /// Whether all probabilities are at least 0 over all decisions and populations ([2]); decided
    /// once.
    pub(crate) fn proper(&self) -> bool {
        *self.proper.get_or_init(|| crate::proper::everywhere(self))
    }

    /// SHA-256 of the listing's text, `sha256:` and 64 hexadecimal digits.
    pub fn hash(&self) -> String {
        self.hash.get_or_init(|| crate::text::hash(self)).0.clone()
    }

    /// Number of bytes of the listing's text.
    pub(crate) fn bytes(&self) -> usize {
        self.hash.get_or_init(|| crate::text::hash(self)).1
    }
}

/// Refuses what is no listing.
fn listed(condition: bool, reason: &str) -> Done {
    if condition { Ok(()) } else { Err(Refusal::Listing(reason.to_string())) }
}

impl Data {
    fn validate(&self) -> Done {
        let sizes = [self.states, self.parameters, self.statistics.len(), self.stages.len()];
        listed(sizes.iter().all(|size| *size < MOST_ENTRIES), "too many of something")?;
        listed(!self.stages.is_empty(), "no stage")?;
        let masses = || (0..self.initial.len()).map(|s| self.initial.numerators().get(s));
        let is_law = masses().all(|mass| mass >= Integer::ZERO)
            && masses().sum::<Integer>() == Integer::from(self.initial.denominator().clone());
        listed(is_law && self.initial.len() == self.states, "the initial law is not one")?;
        for (t, stage) in self.stages.iter().enumerate() {
            self.validate_stage(stage, t + 1 == self.stages.len())
                .map_err(|refusal| Refusal::Listing(format!("stage {t}: {refusal}")))?;
        }
        for (k, statistic) in self.statistics.iter().enumerate() {
            let fits = match statistic {
                Statistic::Masses { stage, weights } => {
                    let stage = self.stages.get(*stage as usize);
                    stage.is_some_and(|stage| weights.fits(stage.pairs()))
                }
                Statistic::Function { function, argument, ends } => {
                    let early = |v| !matches!(v, Variable::Statistic(j) if j as usize >= k);
                    let whole =
                        !matches!(function, Function::Root(q) if !(2..=MOST_DEGREE).contains(q));
                    let known = argument.only(|v| self.has(v) && early(v));
                    known && whole && argument.degree() <= MOST_DEGREE && ends.0 <= ends.1
                }
            };
            listed(fits, "a statistic that does not fit its stage, or is no function")?;
        }
        let known = self.payoff.only(|v| self.has(v)) && self.payoff.degree() <= MOST_DEGREE;
        listed(known, "the payoff has an unknown variable, or too high a degree")?;
        let (ends, grids, rows) = match &self.decisions {
            Decisions::Polytope { ends, grids, rows } => (ends, grids, rows),
            Decisions::List(list) => {
                let fit = list.iter().all(|values| values.len() == self.parameters);
                listed(fit && !list.is_empty(), "a decision without all its values")?;
                return self.validate_functions();
            }
        };
        let fit = ends.len() == self.parameters && grids.len() == self.parameters;
        let known = |v| matches!(v, Variable::Parameter(_)) && self.has(v);
        let affine = rows.iter().all(|row| row.1.degree() <= 1 && row.1.only(known));
        let rising = |grid: &Grid| match grid {
            Grid::Continuous => true,
            Grid::Points { step, .. } => *step > Rational::ZERO,
        };
        let rising = grids.iter().all(rising);
        listed(fit && affine && rising, "ends, grids or affine rows that do not fit")?;
        self.validate_functions()
    }

    fn validate_functions(&self) -> Done {
        self.show_functions(&self.everywhere(), true)
            .map_err(|refusal| Refusal::Listing(format!("a function: {refusal}")))
    }

    /// The stage and the weights of a statistic that is a form of masses.
    pub fn form(&self, k: u32) -> Option<(u32, &Column)> {
        match self.statistics.get(k as usize)? {
            Statistic::Masses { stage, weights } => Some((*stage, weights)),
            Statistic::Function { .. } => None,
        }
    }

    /// Whether there is a parameter or statistic.
    pub(crate) fn has(&self, variable: Variable) -> bool {
        match variable {
            Variable::Parameter(k) => (k as usize) < self.parameters,
            Variable::Statistic(k) => (k as usize) < self.statistics.len(),
            _ => false,
        }
    }

    fn validate_stage(&self, stage: &Stage, last: bool) -> Done {
        let starts = |first: &[u32], count: usize, end: usize| {
            first.len() == count + 1 && first[0] == 0 && first[count] as usize == end
        };
        let (first, pairs) = (&stage.first, stage.pairs());
        let every = first.windows(2).all(|pair| pair[0] < pair[1]) && pairs < MOST_ENTRIES;
        listed(starts(first, self.states, pairs) && every, "every state needs a pair")?;
        let fit = |columns, len| columns_fit(columns, len, |variable| self.has(variable));
        let rewards = fit(&stage.reward, pairs) && fit(&stage.leader_reward, pairs);
        listed(rewards, "rewards that do not fit")?;
        let Some(Transition { successors, probability }) = &stage.transition else {
            return listed(last, "no transition, and not the last stage");
        };
        let entries = successors.len();
        let good = starts(&successors.first, pairs, entries)
            && successors.first.windows(2).all(|pair| pair[0] <= pair[1])
            && successors.state.iter().all(|state| (*state as usize) < self.states);
        listed(good && !last, "successors that do not fit")?;
        listed(fit(probability, entries), "probabilities that do not fit")?;
        // sum_s' P_i(s') - 1, for every pair
        let mut sums = Vector::new(pairs);
        sums.add(false, probability, one(), |p, _| {
            let of_pair =
                move |pair| p.indices(successors.of_pair(pair)).map(move |k| (pair, k, 0));
            (0..pairs).flat_map(of_pair)
        })?;
        sums.add(true, one(), one(), |_, _| all(pairs))?;
        // For the value w of 1/p, a polynomial in w times a power of p has p's in place of w's; the
        // latest w first, since what is in p is earlier.
        let inverse = |(variable, degree): (&Variable, &u32)| {
            let Variable::Statistic(k) = variable else { return None };
            match self.statistics.get(*k as usize)? {
                Statistic::Function { function: Function::Inverse, argument, .. } => {
                    Some((*variable, *degree, argument))
                }
                _ => None,
            }
        };
        let mut before = Variable::Statistic(u32::MAX);
        while let Some((own, degree, argument)) =
            sums.variables().range(..before).rev().find_map(inverse)
        {
            before = own;
            sums = sums.replaced(|name| {
                let (inverses, rest) = name.parted(|variable| variable == own);
                let mut product = Polynomial::term(rest, Rational::ONE);
                for _ in inverses.degree()..degree {
                    product = product.times(argument)?;
                }
                Ok(Arc::new(Unit::of(&product)))
            })?;
        }
        listed(sums.is_zero(), "probabilities that do not sum to 1")
    }

    /// Whether a point is a decision: in the list, or between the ends, on the grids and in the
    /// rows.
    pub fn is_decision(&self, point: &[Rational]) -> bool {
        match &self.decisions {
            Decisions::List(list) => list.iter().any(|decision| decision == point),
            Decisions::Polytope { grids, .. } => {
                self.is_between(point) && grids.iter().zip(point).all(|(grid, u)| grid.has(u))
            }
        }
    }

    /// Whether a point of a polytope is between the ends and in the rows.
    pub(crate) fn is_between(&self, point: &[Rational]) -> bool {
        let Decisions::Polytope { ends, rows, .. } = &self.decisions else { return false };
        let holds = |(equal, row): &(bool, Polynomial)| {
            row.at(point).is_some_and(|value| value.is_zero() || !equal && value > Rational::ZERO)
        };
        point.len() == self.parameters
            && ends.iter().zip(point).all(|(ends, value)| ends.0 <= *value && *value <= ends.1)
            && rows.iter().all(holds)
    }

    /// Least and greatest value of a statistic when its stage has mass 1, or its ends.
    pub fn range(&self, k: usize) -> (Rational, Rational) {
        let (stage, weights) = match &self.statistics[k] {
            Statistic::Masses { stage, weights } => (stage, weights),
            Statistic::Function { ends, .. } => return ends.clone(),
        };
        let numbers = &weights.coefficients;
        let complete = numbers.len() == self.stages[*stage as usize].pairs();
        let rest = Some(Integer::ZERO).filter(|_| !complete);
        let values = || (0..numbers.len()).map(|i| numbers.numerators().get(i)).chain(rest.clone());
        let over = |value: Option<Integer>| {
            Rational::from_parts(value.unwrap_or_default(), numbers.denominator().clone())
        };
        (over(values().min()), over(values().max()))
    }

    /// The ends of the statistics, and of the parameters of a polytope.
    pub fn ends(&self) -> BTreeMap<Variable, Ends> {
        let parameters: &[(Rational, Rational)] = match &self.decisions {
            Decisions::Polytope { ends, .. } => ends,
            Decisions::List(_) => &[],
        };
        let parameters = (0u32..).map(Variable::Parameter).zip(parameters.iter().cloned());
        let ranges = (0..self.statistics.len()).map(|k| self.range(k));
        let statistics = (0u32..).map(Variable::Statistic).zip(ranges);
        let both = parameters.chain(statistics);
        both.map(|(name, (lower, upper))| (name, (Some(lower), Some(upper)))).collect()
    }
}
