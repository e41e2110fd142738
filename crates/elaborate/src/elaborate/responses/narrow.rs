//! Narrower boxes, and pairs that others dominate.

use super::data::{Ends, Form, family, rounded};
use super::values::{Bounds, Multiples, collected};
use super::{Fault, Open, Tree};
use crate::check::multiplier::{ROUNDS, Region};
use crate::elaborate::family::number;
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Rounding};
use smfg_kernel::{Combination, Monomial, Name, Polynomial, Row, Sense, Variable};

/// What is at least 0 on a region.
#[derive(Clone, Copy)]
enum Fact {
    /// A row of the decision set, by its number.
    Side(usize),
    /// `Q_i - Q_j`, the pair `i` being selected.
    Gap { selected: usize, other: usize },
}

impl Tree {
    /// Narrows the box of the region on top, as the certificate's rule does it; nothing when it is
    /// closed.
    pub(super) fn narrow(
        &self,
        proof: &mut Proof,
        mut region: Region,
        mut open: Open,
    ) -> Result<Option<Open>, Fault> {
        for _ in 0..ROUNDS {
            let sites = region.sites(&self.model)?;
            let tested = self.selectable(&region, &open);
            let mut bounds = Bounds::new(&self.data, &open.ends, &sites, &tested, false);
            for fact in self.facts(&region) {
                if !self.narrow_by(proof, &mut bounds, &mut open.ends, fact)? {
                    return Ok(None);
                }
            }
            if region.round(&self.model)? != Some(true) {
                break;
            }
        }
        Ok(Some(open))
    }

    /// Facts in the order in which the certificate's rule looks at them.
    fn facts(&self, region: &Region) -> Vec<Fact> {
        let mut facts: Vec<Fact> = (0..self.data.sides.len()).map(Fact::Side).collect();
        let count = self.data.sites.len();
        let last_first = (0..count / self.data.states).rev();
        for stage in last_first {
            for site in stage * self.data.states..(stage + 1) * self.data.states {
                let Some(selected) = region.chosen[site] else { continue };
                let others = self.data.sites[site].clone().filter(|&other| other != selected);
                facts.extend(others.map(|other| Fact::Gap { selected, other }));
            }
        }
        facts
    }

    /// What a fact is at most, an affine form, and the multiples of the followers' values in it.
    fn greatest(&self, bounds: &Bounds, fact: Fact) -> (Form, Multiples) {
        match fact {
            Fact::Side(k) => (self.data.sides[k].1.clone(), Vec::new()),
            Fact::Gap { selected, other } => {
                let (mut form, multiples) = self.gap(selected, other);
                bounds.add_extreme(&multiples, true, &mut form);
                (form, multiples)
            }
        }
    }

    /// `Q_i - Q_j` as a form and multiples of values.
    fn gap(&self, pair: usize, other: usize) -> (Form, Multiples) {
        let (own, other) = (&self.data.pairs[pair], &self.data.pairs[other]);
        let form = own.reward.iter().zip(&other.reward).map(|(a, b)| a - b).collect();
        let after = own.next.iter().cloned();
        let before = other.next.iter().map(|(site, share)| (*site, -share));
        (form, collected(after.chain(before).collect()))
    }

    /// `factor` times a fact, with the bounds that take its values away.
    fn rows(
        &self,
        bounds: &Bounds,
        fact: Fact,
        multiples: &Multiples,
        factor: &Rational,
    ) -> Combination {
        let mut combination = Combination::default();
        match fact {
            Fact::Side(k) => {
                combination.rows.push((self.data.sides[k].0, number(factor.clone())));
            }
            Fact::Gap { selected, other } => {
                // z_j - z_i, and z_i = 0
                let entries = [(selected, -factor), (other, factor.clone())];
                let mut entries = entries.map(|(i, m)| (self.data.position(i), number(m)));
                entries.sort_by_key(|(position, _)| *position);
                combination.bellman = family(entries.into_iter());
                let mut rows = Vec::new();
                bounds.rows(multiples, &number(factor.clone()), &mut rows);
                bounds.add_rows(&self.data, rows, &mut combination);
            }
        }
        combination
    }

    /// Moves ends to where a fact can be at least 0; whether anything is left.
    fn narrow_by(
        &self,
        proof: &mut Proof,
        bounds: &mut Bounds,
        ends: &mut Ends,
        fact: Fact,
    ) -> Result<bool, Fault> {
        let (form, multiples) = self.greatest(bounds, fact);
        let terms: Vec<Rational> = ends.terms(&form, true).collect();
        let greatest = terms.iter().fold(form[0].clone(), |sum, term| sum + term);
        let gap = matches!(fact, Fact::Gap { .. });
        if greatest < Rational::ZERO {
            if gap {
                bounds.state(&self.data, proof)?;
            }
            proof.close(&self.rows(bounds, fact, &multiples, &Rational::ONE))?;
            return Ok(false);
        }
        for (k, (coefficient, term)) in form[1..].iter().zip(&terms).enumerate() {
            if coefficient.is_zero() {
                continue;
            }
            let end = -(&greatest - term) / coefficient;
            let rising = *coefficient > Rational::ZERO;
            let end = match rising {
                true => Some(rounded(&end, self.bits, Rounding::Down)).filter(|e| *e > ends.low[k]),
                false => Some(rounded(&end, self.bits, Rounding::Up)).filter(|e| *e < ends.high[k]),
            };
            let Some(end) = end else { continue };
            if gap {
                bounds.state(&self.data, proof)?;
            }
            let factor = Rational::ONE / if rising { coefficient.clone() } else { -coefficient };
            let sign = if rising { Rational::ONE } else { Rational::NEG_ONE };
            let name = Monomial::new(vec![(Variable::Parameter(self.data.free[k]), 1)]);
            let mut goal = Polynomial::term(name, sign.clone());
            goal.add_term(Monomial::one(), -&end * sign);
            let goal = Row::of(Sense::AtLeast, goal);
            proof.derive(goal, &self.rows(bounds, fact, &multiples, &factor))?;
            if rising {
                ends.low[k] = end;
            } else {
                ends.high[k] = end;
            }
            if proof.is_empty() {
                proof.close_empty()?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a pair earns at least as much as another one on the whole box.
    pub(super) fn dominates(
        &self,
        ends: &Ends,
        bounds: &Bounds,
        pair: usize,
        other: usize,
    ) -> bool {
        let (mut form, multiples) = self.gap(pair, other);
        bounds.add_extreme(&multiples, false, &mut form);
        ends.extreme(&form, false) >= Rational::ZERO
    }

    /// Passes over a pair that another one dominates: `-z_b = Q_b - Q_j` where `j` is optimal.
    pub(super) fn prefer(
        &self,
        proof: &mut Proof,
        bounds: &Bounds,
        pair: usize,
        passed: usize,
    ) -> Result<(), Fault> {
        let (_, multiples) = self.gap(pair, passed);
        let one = [(self.data.position(passed), number(Rational::NEG_ONE))];
        let mut combination =
            Combination { bellman: family(one.into_iter()), ..Combination::default() };
        // Bounds from below: the multiples are in the goal.
        let negated: Multiples = multiples.iter().map(|(site, value)| (*site, -value)).collect();
        let mut rows = Vec::new();
        bounds.rows(&negated, &number(Rational::ONE), &mut rows);
        bounds.add_rows(&self.data, rows, &mut combination);
        let (t, better) = self.data.position(pair);
        Ok(proof.prefer(t, better, self.data.position(passed).1, &combination)?)
    }

    /// The row of the region named by a fact of the decision set.
    pub(super) fn side(&self, index: usize) -> Result<Name, Fault> {
        let side = self.data.sides.get(index);
        side.map(|side| side.0).ok_or(Fault::NotAFact { index })
    }
}
