//! The nodes of a tree over complementarity, and the flows that they leave.

use crate::certificate::PairAt;
use crate::check::Fault;
use crate::exact::Rational;
use crate::game::Affine;

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

/// A node of a tree, and the way to it.
pub(super) struct Node<'a> {
    pub(super) game: &'a Affine,
    /// `[stage][pair]`.
    pub(super) assumed: Vec<Vec<Assumption>>,
    /// The pairs branched on, from the root.
    path: Vec<(usize, usize)>,
}

/// Numbers of a linear form of the masses, `[stage][pair]`.
pub(super) type Entries = Vec<Vec<Rational>>;

impl<'a> Node<'a> {
    /// The root, which assumes nothing.
    pub(super) fn root(game: &'a Affine) -> Self {
        let row = |stage: &crate::game::AffineStage| vec![Assumption::None; stage.pairs.len()];
        Node { game, assumed: game.stages.iter().map(row).collect(), path: Vec::new() }
    }

    /// The node at which some pairs are optimal and nothing else is used.
    pub(super) fn pattern(game: &'a Affine, pairs: &[(usize, usize)]) -> Self {
        let row = |stage: &crate::game::AffineStage| vec![Assumption::Unused; stage.pairs.len()];
        let mut assumed: Vec<Vec<Assumption>> = game.stages.iter().map(row).collect();
        pairs.iter().for_each(|&(t, i)| assumed[t][i] = Assumption::Optimal);
        Node { game, assumed, path: Vec::new() }
    }

    /// Goes to the first child, in which nobody uses the pair.
    pub(super) fn branch(&mut self, (t, i): (usize, usize)) -> Result<(), Fault> {
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

    /// Numbers of the form that is zero.
    pub(super) fn zero(&self) -> Entries {
        self.assumed.iter().map(|row| vec![Rational::ZERO; row.len()]).collect()
    }

    /// The least values of a form over the flows that avoid unused pairs, such that for every other
    /// pair `form_i + P_i W_{t+1} - W_t(s) >= 0`; `None` when there is no such flow.
    pub(super) fn least(&self, form: &Entries) -> Option<Entries> {
        let (count, states) = (self.game.stages.len(), self.game.initial.len());
        let mut best: Vec<Vec<Option<Rational>>> = vec![vec![None; states]; count];
        best.push(vec![Some(Rational::ZERO); states]);
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            for state in 0..states {
                let pairs = stage.pairs.of_state(state).filter(|&i| self.may_use(t, i));
                let worth = pairs
                    .filter_map(|i| Some(&form[t][i] + expected(&stage.next[i], &best[t + 1])?));
                best[t][state] = worth.min();
            }
        }
        let stuck =
            |(mass, value): (&Rational, &Option<Rational>)| !mass.is_zero() && value.is_none();
        if self.game.initial.iter().zip(&best[0]).any(stuck) {
            return None;
        }
        Some(self.beyond_reach(form, best))
    }

    /// Values of the states from which no flow goes on: as great as the pairs that lead to them ask
    /// for. No flow comes there, so that they count for nothing.
    fn beyond_reach(&self, form: &Entries, best: Vec<Vec<Option<Rational>>>) -> Entries {
        let mut values: Entries = Vec::with_capacity(best.len());
        let dead: Vec<Vec<bool>> =
            best.iter().map(|row| row.iter().map(Option::is_none).collect()).collect();
        for row in best {
            values.push(row.into_iter().map(|value| value.unwrap_or(Rational::ZERO)).collect());
        }
        for (t, stage) in self.game.stages.iter().enumerate() {
            for state in 0..self.game.initial.len() {
                for i in stage.pairs.of_state(state).filter(|&i| self.may_use(t, i)) {
                    let (mut missing, mut share) =
                        (&values[t][state] - &form[t][i], Rational::ZERO);
                    for (next, p) in &stage.next[i] {
                        missing -= p * &values[t + 1][*next];
                        if dead[t + 1][*next] {
                            share += p;
                        }
                    }
                    if missing > Rational::ZERO && !share.is_zero() {
                        let more = missing / share;
                        for (next, _) in stage.next[i].iter().filter(|(s, _)| dead[t + 1][*s]) {
                            values[t + 1][*next] += &more;
                        }
                    }
                }
            }
        }
        values.pop();
        values
    }

    /// The least probability with which a policy that avoids unused pairs comes to a state where
    /// it has none: at least that, minus the flow equations show that there is no flow where it is
    /// positive.
    pub(super) fn stuck(&self) -> Entries {
        let states = self.game.initial.len();
        let mut values = vec![vec![Rational::ZERO; states]];
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            let after = &values[values.len() - 1];
            let least = |state: usize| {
                let pairs = stage.pairs.of_state(state).filter(|&i| self.may_use(t, i));
                let worth = pairs.map(|i| {
                    stage.next[i]
                        .iter()
                        .fold(Rational::ZERO, |sum, (next, p)| sum + p * &after[*next])
                });
                worth.min().unwrap_or(Rational::ONE)
            };
            let row = (0..states).map(least).collect();
            values.push(row);
        }
        values.reverse();
        values.pop();
        values
    }

    fn may_use(&self, t: usize, i: usize) -> bool {
        self.assumed[t][i] != Assumption::Unused
    }
}

/// The place of a pair in the tables.
pub(super) fn position(game: &Affine, pair: PairAt) -> Result<(usize, usize), Fault> {
    let PairAt { stage, state, action } = pair;
    let pairs = &game.stages.get(stage).ok_or(Fault::Shape)?.pairs;
    if state >= pairs.states() || u32::try_from(action).is_err() {
        return Err(Fault::Shape);
    }
    Ok((stage, pairs.find(state, action).ok_or(Fault::NotAPolicy)?))
}

/// `sum p value`; `None` when a state has none.
fn expected(law: &[(usize, Rational)], values: &[Option<Rational>]) -> Option<Rational> {
    let mut sum = Rational::ZERO;
    for (state, p) in law {
        sum += p * values[*state].as_ref()?;
    }
    Some(sum)
}
