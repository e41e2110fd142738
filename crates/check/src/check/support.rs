//! Rule `support-tree`, statement (S) of docs/certificate.md: every equilibrium at eps = 0 leaves
//! each pair unused or finds it optimal.
//!
//! A node assumes of some pairs that nobody uses them (`d_i = 0`) and of some that they are optimal
//! (`z_i = 0`, where `z_t(s,a) = v_t(s) - r_t(s,a;x) - sum P v_{t+1}` is the loss against the
//! followers' values `v = V*(x)`). With multipliers of losses and of the leader's reward, what is
//! to be shown becomes affine in `(d, v)`; its least value over the flows that avoid the unused
//! pairs is one backward induction, and values stand between an induction upwards and one
//! downwards.

use super::situation::Situation;
use super::verdict::{Fault, Rejection};
use crate::certificate::{Multipliers, PairAt, Reader, Step, SupportStep};
use crate::exact::Rational;
use crate::game::{Affine, Interval, NotAffine};

/// What a node assumes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assumption {
    /// Nothing.
    None,
    /// `d_i = 0`.
    Unused,
    /// `z_i = 0`.
    Optimal,
}

/// A node of a tree over complementarity, and the way to it.
pub(super) struct Node<'a> {
    game: &'a Affine,
    /// `[stage][pair]`.
    assumed: Vec<Vec<Assumption>>,
    /// The pairs branched on, from the root, with their place in `assumed`.
    path: Vec<(usize, usize)>,
}

/// Numbers of a linear form of the occupation measure, `[stage][pair]`.
type Entries = Vec<Vec<Rational>>;

/// Checks the steps of a tree that has just been opened, to its last leaf: `sigma J0 >= value` on
/// all equilibria.
pub(super) fn check_support_tree(
    reader: &mut Reader<'_>,
    situation: &mut Situation<'_>,
    value: &Rational,
) -> Result<(), Rejection> {
    let opening = reader.line();
    let fail = |fault| Rejection::Step { line: opening, rule: "support-tree", fault };
    if !situation.epsilon().is_zero() {
        return Err(fail(Fault::PositiveEpsilon));
    }
    let sigma = situation.sigma().clone();
    let game = situation.affine().map_err(fail)?;
    let mut node = Node::root(game);
    loop {
        let step = reader.step()?;
        let line = reader.line();
        let rule = step.as_ref().map_or("end", Step::rule);
        let fail = |fault| Rejection::Step { line, rule, fault };
        match step {
            Some(Step::Support(SupportStep::Branch(pair))) => node.branch(pair).map_err(fail)?,
            Some(Step::Support(SupportStep::Leaf(proof))) => {
                node.show(&proof, &sigma, value).map_err(fail)?;
                if !node.advance() {
                    return Ok(());
                }
            }
            Some(Step::Support(_)) => return Err(fail(Fault::OutsideTree)),
            _ => return Err(fail(Fault::OpenTree { open: node.open() })),
        }
    }
}

impl<'a> Node<'a> {
    /// The root, which assumes nothing.
    pub(super) fn root(game: &'a Affine) -> Self {
        let assumed =
            game.stages.iter().map(|stage| vec![Assumption::None; stage.pairs.len()]).collect();
        Node { game, assumed, path: Vec::new() }
    }

    /// The node at which the members are optimal and nothing else is used.
    pub(super) fn pattern(game: &'a Affine, members: &[Vec<bool>]) -> Self {
        let assume = |member: &bool| if *member { Assumption::Optimal } else { Assumption::Unused };
        Node {
            game,
            assumed: members.iter().map(|row| row.iter().map(assume).collect()).collect(),
            path: Vec::new(),
        }
    }

    /// Goes to the first child, in which nobody uses the pair.
    pub(super) fn branch(&mut self, pair: PairAt) -> Result<(), Fault> {
        let (t, i) = self.position(pair)?;
        if self.assumed[t][i] != Assumption::None {
            return Err(Fault::Assumed);
        }
        self.assumed[t][i] = Assumption::Unused;
        self.path.push((t, i));
        Ok(())
    }

    /// Leaves a closed node for the next one in preorder; whether there is one.
    pub(super) fn advance(&mut self) -> bool {
        while let Some((t, i)) = self.path.pop() {
            if self.assumed[t][i] == Assumption::Unused {
                self.assumed[t][i] = Assumption::Optimal;
                self.path.push((t, i));
                return true;
            }
            self.assumed[t][i] = Assumption::None;
        }
        false
    }

    /// Number of nodes not yet closed.
    pub(super) fn open(&self) -> usize {
        1 + self.path.iter().filter(|(t, i)| self.assumed[*t][*i] == Assumption::Unused).count()
    }

    /// What is assumed of a pair.
    pub(super) fn assumption(&self, t: usize, i: usize) -> Assumption {
        self.assumed[t][i]
    }

    /// The place of a pair in the tables.
    pub(super) fn position(&self, pair: PairAt) -> Result<(usize, usize), Fault> {
        let PairAt { stage, state, action } = pair;
        let pairs = &self.game.stages.get(stage).ok_or(Fault::Shape)?.pairs;
        if state >= pairs.states() || u32::try_from(action).is_err() {
            return Err(Fault::Shape);
        }
        Ok((stage, pairs.find(state, action).ok_or(Fault::NotAPolicy)?))
    }

    /// Shows `sigma J0 >= value` at this node, or that it holds no equilibrium.
    fn show(&self, proof: &Multipliers, sigma: &Rational, value: &Rational) -> Result<(), Fault> {
        let leader = self.game.leader.as_ref().ok_or(NotAffine::Leader)?;
        let weight = &proof.objective * sigma;
        let form =
            leader.entries.iter().map(|row| row.iter().map(|c| &weight * c).collect()).collect();
        let constant = &weight * &leader.constant - &proof.objective * value;
        self.conclude(proof, form, constant, &(weight * &leader.share))
    }

    /// Shows that `form'd + earned mu0'v_0 + constant`, which has the factor `proof.objective`, is
    /// not negative at this node; when the factor is zero, that no equilibrium is at this node.
    pub(super) fn conclude(
        &self,
        proof: &Multipliers,
        form: Entries,
        constant: Rational,
        earned: &Rational,
    ) -> Result<(), Fault> {
        let strict = proof.objective.is_zero();
        match self.least(proof, form, constant, earned)? {
            None => Ok(()),
            Some(least) if least > Rational::ZERO || (!strict && least.is_zero()) => Ok(()),
            Some(least) => Err(Fault::NotShown { least, strict }),
        }
    }

    /// A number that `form'd + earned mu0'v_0 + constant - sum x_i z_i` does not fall below at this
    /// node; `None` when no flow avoids the unused pairs.
    fn least(
        &self,
        proof: &Multipliers,
        mut form: Entries,
        mut constant: Rational,
        earned: &Rational,
    ) -> Result<Option<Rational>, Fault> {
        if proof.objective < Rational::ZERO {
            return Err(Fault::NegativeMultiplier);
        }
        // Coefficients of the values v_t(s) and of the statistics.
        let mut values: Vec<Vec<Rational>> = (0..=self.game.stages.len())
            .map(|_| vec![Rational::ZERO; self.game.initial.len()])
            .collect();
        values[0]
            .iter_mut()
            .zip(&self.game.initial)
            .for_each(|(value, mass)| *value += earned * mass);
        let mut statistics = vec![Rational::ZERO; self.game.statistics];
        for (pair, multiplier) in &proof.losses {
            let (t, i) = self.position(*pair)?;
            if *multiplier < Rational::ZERO && self.assumed[t][i] != Assumption::Optimal {
                return Err(Fault::NegativeMultiplier);
            }
            let stage = &self.game.stages[t];
            constant += multiplier * &stage.reward[i];
            stage.slopes[i].iter().for_each(|(k, slope)| statistics[*k] += multiplier * slope);
            values[t][pair.state] -= multiplier;
            stage.next[i].iter().for_each(|(state, p)| values[t + 1][*state] += multiplier * p);
        }
        if statistics.iter().any(|coefficient| !coefficient.is_zero()) {
            for (row, stage) in form.iter_mut().zip(&self.game.stages) {
                for (entry, weights) in row.iter_mut().zip(&stage.weights) {
                    weights.iter().for_each(|(k, weight)| *entry += &statistics[*k] * weight);
                }
            }
        }
        let Some(least) = self.least_flow(&form) else { return Ok(None) };
        let mut least = least + constant;
        if values.iter().flatten().any(|coefficient| !coefficient.is_zero()) {
            let Some(enclosure) = self.enclosure()? else { return Ok(None) };
            for (coefficient, (low, high)) in
                values.iter().zip(&enclosure).flat_map(|(a, b)| a.iter().zip(b))
            {
                if !coefficient.is_zero() {
                    least += (coefficient * low).min(coefficient * high);
                }
            }
        }
        Ok(Some(least))
    }

    /// The least value of `form'd` over the flows that avoid the unused pairs; `None` when there is
    /// none.
    fn least_flow(&self, form: &Entries) -> Option<Rational> {
        let states = self.game.initial.len();
        // After the last stage there is nothing to come, and no way to get stuck.
        let mut after: Vec<Option<Rational>> = vec![Some(Rational::ZERO); states];
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            let mut here: Vec<Option<Rational>> = vec![None; states];
            for (state, best) in here.iter_mut().enumerate() {
                for i in stage
                    .pairs
                    .of_state(state)
                    .filter(|&i| self.assumed[t][i] != Assumption::Unused)
                {
                    let Some(sum) = expected(&stage.next[i], &after) else { continue };
                    let candidate = sum + &form[t][i];
                    if best.as_ref().is_none_or(|best| candidate < *best) {
                        *best = Some(candidate);
                    }
                }
            }
            after = here;
        }
        let start: Vec<(usize, Rational)> = self
            .game
            .initial
            .iter()
            .cloned()
            .enumerate()
            .filter(|(_, mass)| !mass.is_zero())
            .collect();
        expected(&start, &after)
    }

    /// Per stage and state, between what `V*(x)` lies for the populations of this node; `None` when
    /// there are none.
    fn enclosure(&self) -> Result<Option<Vec<Vec<Interval>>>, Fault> {
        let mut ranges: Vec<Interval> = Vec::with_capacity(self.game.statistics);
        for k in 0..self.game.statistics {
            let form = |sign: &Rational| -> Entries {
                let weight = |weights: &Vec<(usize, Rational)>| {
                    weights
                        .iter()
                        .find(|(own, _)| *own == k)
                        .map_or(Rational::ZERO, |(_, weight)| sign * weight)
                };
                self.game
                    .stages
                    .iter()
                    .map(|stage| stage.weights.iter().map(weight).collect())
                    .collect()
            };
            match (
                self.least_flow(&form(&Rational::ONE)),
                self.least_flow(&form(&Rational::NEG_ONE)),
            ) {
                (Some(least), Some(negated)) => ranges.push((least, -negated)),
                _ => return Ok(None),
            }
        }
        let states = self.game.initial.len();
        let mut rows = vec![vec![(Rational::ZERO, Rational::ZERO); states]];
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            let after = &rows[rows.len() - 1];
            let mut here: Vec<Interval> = Vec::with_capacity(states);
            for state in 0..states {
                let mut own: Option<Interval> = None;
                let mut ceiling: Option<Rational> = None;
                for i in stage.pairs.of_state(state) {
                    let (mut low, mut high) = (stage.reward[i].clone(), stage.reward[i].clone());
                    for (k, slope) in &stage.slopes[i] {
                        let (a, b) = (slope * &ranges[*k].0, slope * &ranges[*k].1);
                        low += (&a).min(&b);
                        high += a.max(b);
                    }
                    for (next, p) in &stage.next[i] {
                        low += p * &after[*next].0;
                        high += p * &after[*next].1;
                    }
                    if self.assumed[t][i] == Assumption::Optimal
                        && ceiling.as_ref().is_none_or(|known| high < *known)
                    {
                        ceiling = Some(high.clone());
                    }
                    own = Some(match own {
                        None => (low, high),
                        Some((least, greatest)) => (least.max(low), greatest.max(high)),
                    });
                }
                let (low, high) = own.ok_or(Fault::Shape)?;
                here.push((low, ceiling.map_or(high.clone(), |ceiling| ceiling.min(high))));
            }
            rows.push(here);
        }
        rows.reverse();
        Ok(Some(rows))
    }

    /// The pairs that can carry mass at this node: reached, unused by no assumption, and leading to
    /// no state where everything is unused.
    pub(super) fn possible(&self) -> Vec<Vec<bool>> {
        let states = self.game.initial.len();
        let mut open = vec![true; states];
        let mut possible: Vec<Vec<bool>> = Vec::with_capacity(self.game.stages.len());
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            let alive = |i: usize| {
                self.assumed[t][i] != Assumption::Unused
                    && stage.next[i].iter().all(|(state, _)| open[*state])
            };
            let row: Vec<bool> = (0..stage.pairs.len()).map(alive).collect();
            open = (0..states).map(|state| stage.pairs.of_state(state).any(|i| row[i])).collect();
            possible.push(row);
        }
        possible.reverse();
        let mut reached: Vec<bool> = self.game.initial.iter().map(|mass| !mass.is_zero()).collect();
        for (row, stage) in possible.iter_mut().zip(&self.game.stages) {
            let mut after = vec![false; states];
            for (state, reached) in reached.iter().enumerate() {
                for i in stage.pairs.of_state(state) {
                    row[i] &= *reached;
                    if row[i] {
                        stage.next[i].iter().for_each(|(next, _)| after[*next] = true);
                    }
                }
            }
            reached = after;
        }
        possible
    }
}

/// `sum p value`; `None` when a state has none.
fn expected(law: &[(usize, Rational)], values: &[Option<Rational>]) -> Option<Rational> {
    let mut sum = Rational::ZERO;
    for (state, p) in law {
        sum += p * values[*state].as_ref()?;
    }
    Some(sum)
}
