//! Rows of the proof about regrets: differences of values, stage by stage backwards, as far as the
//! regrets that are wanted rest on them.

use super::data::BoxGame;
use super::differences::{Differences, Excess};
use super::dyadic::rational;
use crate::elaborate::proof::Proof;
use crate::exact::Rational;
use smfg_kernel::{
    Column, Columns, Combination, Family, Listing, Monomial, Name, Polynomial, Refusal, Row,
    Scaled, Sense, Side,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the wanted regrets rest on, per stage.
#[derive(Debug, Default)]
struct Needs {
    /// Pairs whose regret is a row.
    regrets: Vec<BTreeSet<usize>>,
    /// `(s, q)`: what `v(s) - v(q)` does not exceed is a row.
    above: Vec<BTreeSet<(usize, usize)>>,
}

/// Rows of the proof by what they are about.
struct Rows<'p> {
    proof: &'p mut Proof,
    listing: &'p Listing,
    game: &'p BoxGame,
    differences: &'p Differences,
    /// The number of the next row.
    next: u32,
    regrets: BTreeMap<(usize, usize), u32>,
    above: BTreeMap<(usize, usize, usize), u32>,
}

/// Shows what the regrets of some pairs, `(stage, pair)`, are at least, and the row that all
/// together are at most the loss, which is the last one. Returns the number of rows then.
pub(super) fn show_regrets(
    proof: &mut Proof,
    listing: &Listing,
    game: &BoxGame,
    differences: &Differences,
    wanted: &BTreeSet<(usize, usize)>,
    next: u32,
) -> Result<u32, Refusal> {
    let needs = needs(game, differences, wanted, &[]);
    let mut rows = Rows::new(proof, (listing, game, differences), next);
    for t in (0..game.stages.len()).rev() {
        rows.stage(t, &needs)?;
    }
    let used = rows.regrets.iter().filter(|(name, _)| wanted.contains(name));
    let list: Vec<(u32, u32, u32)> =
        used.map(|(&(t, pair), &row)| (t as u32, pair as u32, row)).collect();
    let next = rows.next;
    proof.regret(&list)?;
    Ok(next + 1)
}

/// Shows what the regrets of some pairs, `(stage, pair, most)`, are at most, and the row that the
/// loss is at most all together, which is the last one, where these are all pairs in use. Returns
/// the number of rows then.
pub(super) fn show_excess(
    proof: &mut Proof,
    listing: &Listing,
    game: &BoxGame,
    differences: &Differences,
    played: &[(usize, usize, f64)],
    next: u32,
) -> Result<u32, Refusal> {
    let needs = needs(game, differences, &BTreeSet::new(), played);
    let mut rows = Rows::new(proof, (listing, game, differences), next);
    let mut list: Vec<(u32, u32, u32)> = Vec::with_capacity(played.len());
    for t in (0..game.stages.len()).rev() {
        rows.stage(t, &needs)?;
        for &(_, pair, most) in played.iter().filter(|own| own.0 == t) {
            list.push((t as u32, pair as u32, rows.next));
            rows.excess(t, pair, most)?;
        }
    }
    let next = rows.next;
    proof.excess(&list)?;
    Ok(next + 1)
}

/// Forwards: a row rests on rows of the next stage.
fn needs(
    game: &BoxGame,
    differences: &Differences,
    wanted: &BTreeSet<(usize, usize)>,
    played: &[(usize, usize, f64)],
) -> Needs {
    let stages = game.stages.len();
    let mut needs =
        Needs { regrets: vec![BTreeSet::new(); stages], above: vec![BTreeSet::new(); stages + 1] };
    wanted.iter().for_each(|&(t, pair)| {
        needs.regrets[t].insert(pair);
    });
    let rest_on = |next: &mut BTreeSet<(usize, usize)>, excess: &Excess| {
        for gain in &excess.gains {
            if gain.up {
                next.insert((gain.place, excess.reference));
            }
            if gain.down {
                next.insert((excess.reference, gain.place));
            }
        }
    };
    for t in 0..stages {
        let stage = &game.stages[t];
        let mut next = BTreeSet::new();
        for &(_, i, _) in played.iter().filter(|own| own.0 == t) {
            for j in stage.pairs.of_state(stage.state[i]).filter(|&j| j != i) {
                rest_on(&mut next, &game.excess(differences, t, (j, i)));
            }
        }
        for &(s, q) in &needs.above[t] {
            for i in stage.pairs.of_state(s) {
                let Some(rival) = game.rival(differences, t, i, q) else { continue };
                rest_on(&mut next, &rival.excess);
                if rival.excess.most > differences.above[t][s][q] {
                    needs.regrets[t].insert(i);
                }
            }
        }
        for &i in &needs.regrets[t] {
            if let Some(rival) = game.rival(differences, t, i, stage.state[i]) {
                rest_on(&mut next, &rival.excess);
            }
        }
        needs.above[t + 1].extend(next);
    }
    needs
}

/// The polynomial of an entry.
fn entry(columns: &Columns, entry: usize, factor: &Rational) -> Polynomial {
    let mut result = Polynomial::zero();
    for (monomial, column) in columns {
        if let Some(index) = column.index(entry) {
            result.add_term(monomial.clone(), column.coefficients.get(index) * factor);
        }
    }
    result
}

/// Multipliers of the Bellman rows of some pairs of a stage.
fn bellman(t: usize, mut pairs: Vec<(u32, Rational)>) -> Family {
    pairs.sort_unstable_by_key(|pair| pair.0);
    let (support, values): (Vec<u32>, Vec<Rational>) = pairs.into_iter().unzip();
    let coefficients = Arc::new(Scaled::from_rationals(&values));
    let column = Column { support: Some(support), coefficients };
    Family::from([(t as u32, vec![(Monomial::one(), Arc::new(column))])])
}

impl<'p> Rows<'p> {
    fn new(
        proof: &'p mut Proof,
        (listing, game, differences): (&'p Listing, &'p BoxGame, &'p Differences),
        next: u32,
    ) -> Self {
        let (regrets, above) = (BTreeMap::new(), BTreeMap::new());
        Rows { proof, listing, game, differences, next, regrets, above }
    }

    /// The rows of a stage that those of the stages before rest on.
    fn stage(&mut self, t: usize, needs: &Needs) -> Result<(), Refusal> {
        for &pair in &needs.regrets[t] {
            self.regret(t, pair)?;
        }
        for &(s, q) in &needs.above[t] {
            self.difference(t, s, q)?;
        }
        Ok(())
    }

    /// `sign (z_i - zeta)`, at least 0.
    fn goal(&self, (t, i): (usize, usize), zeta: f64, sign: &Rational) -> Row {
        let stage = &self.listing.stages[t];
        let state = self.game.stages[t].state[i] as u32;
        let constant =
            entry(&stage.reward, i, &-sign).plus(&Polynomial::constant(rational(zeta)), &-sign);
        let mut goal = Row::of(Sense::AtLeast, constant);
        goal.value.push((Side::Follower, t as u32, state, Polynomial::constant(sign.clone())));
        if let Some(transition) = &stage.transition {
            for index in transition.successors.of_pair(i) {
                let probability = entry(&transition.probability, index, &-sign);
                let place = transition.successors.state[index];
                goal.value.push((Side::Follower, t as u32 + 1, place, probability));
            }
        }
        goal
    }

    /// The row `z_i - zeta_i >= 0`: `i` earns less than its rival, which earns at most the value.
    fn regret(&mut self, t: usize, i: usize) -> Result<(), Refusal> {
        let least = self.differences.regrets[t][i];
        let state = self.game.stages[t].state[i];
        let Some(rival) = self.game.rival(self.differences, t, i, state) else { return Ok(()) };
        let combination = Combination {
            rows: self.gains(t, (i, rival.pair), &rival.excess)?,
            bellman: bellman(t, vec![(rival.pair as u32, Rational::ONE)]),
            ..Combination::default()
        };
        self.proof.derive(self.goal((t, i), least, &Rational::ONE), &combination)?;
        self.regrets.insert((t, i), self.next);
        self.next += 1;
        Ok(())
    }

    /// The row `most - z_i >= 0`: the best pair of the state, whichever it is, earns `z_i` more.
    fn excess(&mut self, t: usize, i: usize, most: f64) -> Result<(), Refusal> {
        let state = self.game.stages[t].state[i];
        let mut combinations = Vec::new();
        for j in self.game.stages[t].pairs.of_state(state) {
            let rows = match j == i {
                true => Vec::new(),
                false => self.gains(t, (j, i), &self.game.excess(self.differences, t, (j, i)))?,
            };
            let bellman = bellman(t, vec![(j as u32, Rational::NEG_ONE)]);
            combinations.push(Combination { rows, bellman, ..Combination::default() });
        }
        let goal = self.goal((t, i), most, &Rational::NEG_ONE);
        self.proof.derive_over((t as u32, state as u32), goal, &combinations)?;
        self.next += 1;
        Ok(())
    }

    /// The row `U - (v_t(s) - v_t(q)) >= 0`, whichever pair of `s` is optimal.
    fn difference(&mut self, t: usize, s: usize, q: usize) -> Result<(), Refusal> {
        let most = self.differences.above[t][s][q];
        let mut goal = Row::of(Sense::AtLeast, Polynomial::constant(rational(most)));
        for (state, sign) in [(s, Rational::NEG_ONE), (q, Rational::ONE)] {
            let sign = Polynomial::constant(sign);
            goal.value.push((Side::Follower, t as u32, state as u32, sign));
        }
        let mut combinations = Vec::new();
        for i in self.game.stages[t].pairs.of_state(s) {
            let Some(rival) = self.game.rival(self.differences, t, i, q) else {
                return Err(Refusal::Step(format!("state {q} has no pair at stage {t}")));
            };
            let mut rows = self.gains(t, (i, rival.pair), &rival.excess)?;
            // A pair with a regret is not the optimal one: its regret would be 0.
            let mut times = Rational::ONE;
            let excess = rival.excess.most - most;
            if excess > 0.0
                && let Some(&row) = self.regrets.get(&(t, i))
            {
                let least = self.differences.regrets[t][i];
                let factor = rational((excess / least * 1024.0).ceil() / 1024.0 + 1.0);
                rows.push((Name::Row(row), Polynomial::constant(factor.clone())));
                times += factor;
            }
            let pairs = vec![(i as u32, -times), (rival.pair as u32, Rational::ONE)];
            let bellman = bellman(t, pairs);
            combinations.push(Combination { rows, bellman, ..Combination::default() });
        }
        self.proof.derive_over((t as u32, s as u32), goal, &combinations)?;
        self.above.insert((t, s, q), self.next);
        self.next += 1;
        Ok(())
    }

    /// The rows of the next stage that bound `Q_i - Q_j`, with their multipliers.
    fn gains(
        &self,
        t: usize,
        (i, j): (usize, usize),
        excess: &Excess,
    ) -> Result<Vec<(Name, Polynomial)>, Refusal> {
        let Some(transition) = &self.listing.stages[t].transition else { return Ok(Vec::new()) };
        let mut result = Vec::new();
        for gain in excess.gains.iter().filter(|gain| gain.up || gain.down) {
            let mut delta = Polynomial::zero();
            for (pair, sign) in [(i, Rational::ONE), (j, Rational::NEG_ONE)] {
                for index in transition.successors.of_pair(pair) {
                    if transition.successors.state[index] as usize == gain.place {
                        delta = delta
                            .plus(&entry(&transition.probability, index, &sign), &Rational::ONE);
                    }
                }
            }
            let c = Polynomial::constant(rational(gain.c));
            let (kappa, less) = (rational(gain.kappa), rational(gain.kappa - 1.0));
            let rows = [
                (gain.up, (t + 1, gain.place, excess.reference), kappa),
                (gain.down, (t + 1, excess.reference, gain.place), less),
            ];
            for (_, name, factor) in rows.into_iter().filter(|row| row.0) {
                let row = self.above.get(&name).copied().unwrap_or(u32::MAX);
                result.push((Name::Row(row), c.clone().plus(&delta, &factor)));
            }
        }
        Ok(result)
    }
}
