//! Leaves: a rule of the followers against the selected pairs, and multipliers at both ends.
//!
//! With the masses `d` of a rule and the masses `b` that leave it, the rows
//! `mu0'y_0 + sigma (h - q) - lambda eps > 0`, `d_i` times the dual ones and `b` times `w - y >= 0`
//! sum to `L - q > 0`,
//!
//! ```text
//! L = c'd + b'w + h + lambda (mu0'v_0 - r'd - b'v - eps)
//! ```
//!
//! To be closed at `l <= lambda <= m`, `L` is `(m - lambda)/(m - l)` times its value at `l` and
//! the rest times that at `m`; so are the multipliers of the other rows. Without `m` it is its value
//! at `l` and `lambda - l` times its slope.

use super::data::{Form, family, rounded};
use super::values::{Bounds, Multiples, collected};
use super::{Fault, Open, Tree};
use crate::certificate::Amount;
use crate::check::multiplier::{FACTS, Region, Site};
use crate::elaborate::family::number;
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Rounding};
use smfg_kernel::{Combination, Name, Polynomial, Row, Sense, Side, Variable};
use std::collections::BTreeMap;

/// Fractional bits of masses, and of constants of rows.
const BITS: u32 = 60;

/// Where a rule is followed.
struct Flow {
    /// Masses per pair.
    mass: Vec<Rational>,
    /// Masses per site that leave the rule.
    leaving: Vec<Rational>,
}

/// An end of the multipliers.
struct End<'f> {
    /// The multiplier there, or none for the slope.
    at: Option<Rational>,
    /// By which its rows are multiplied.
    share: Polynomial,
    facts: &'f [Amount],
}

/// Multiples of regrets `z_i` and of `C_i - w`, `C_i = sigma c_i + P_i w'`.
#[derive(Default)]
struct Terms {
    regrets: Vec<(usize, Rational)>,
    leads: Vec<(usize, Rational)>,
}

/// Multipliers of rows by what they belong to.
#[derive(Default)]
struct Rows {
    named: BTreeMap<Name, Polynomial>,
    dual: BTreeMap<usize, Polynomial>,
    regrets: BTreeMap<usize, Polynomial>,
    leads: BTreeMap<usize, Polynomial>,
    /// Of the bounds of the followers' values, and of the leader's.
    values: [Vec<(bool, usize, Polynomial)>; 2],
}

/// Adds `factor * polynomial` to the multiplier of a row.
fn add<K: Ord>(rows: &mut BTreeMap<K, Polynomial>, key: K, p: &Polynomial, factor: &Rational) {
    let sum = rows.entry(key).or_insert_with(Polynomial::zero);
    *sum = std::mem::take(sum).plus(p, factor);
}

impl Tree {
    /// Closes the region on top by a leaf.
    pub(super) fn leaf(
        &self,
        proof: &mut Proof,
        (region, sites): (&Region, &[Site]),
        open: &Open,
        (rule, facts): (&[Amount], &[Vec<Amount>; 2]),
    ) -> Result<(), Fault> {
        let flow = self.flow(rule)?;
        let tested = self.selectable(region, open);
        let mut bounds =
            [false, true].map(|leader| Bounds::new(&self.data, &open.ends, sites, &tested, leader));
        for bounds in &mut bounds {
            bounds.state(&self.data, proof)?;
        }
        let (whole, ends) = self.ends(region, facts);
        let mut rows = Rows::default();
        self.add_dual(region, &flow, &whole, &mut rows);
        for end in &ends {
            self.add_end(proof, (region, &tested, open), &bounds, &flow, end, &mut rows)?;
        }
        let placed = |entries: BTreeMap<usize, Polynomial>| {
            family(entries.into_iter().map(|(pair, value)| (self.data.position(pair), value)))
        };
        let mut combination = Combination {
            rows: rows.named.into_iter().collect(),
            bellman: placed(rows.regrets),
            dual: placed(rows.dual),
            lead: placed(rows.leads),
            ..Combination::default()
        };
        for (values, bounds) in rows.values.into_iter().zip(&bounds) {
            bounds.add_rows(&self.data, values, &mut combination);
        }
        Ok(proof.close(&combination)?)
    }

    /// By what the dual rows are multiplied, and the ends.
    fn ends<'f>(&self, region: &Region, facts: &'f [Vec<Amount>; 2]) -> (Rational, Vec<End<'f>>) {
        let least = self.number(region.least);
        let multiplier = Polynomial::variable(Variable::Multiplier);
        let above = multiplier.clone().plus(&number(least.clone()), &Rational::NEG_ONE);
        let end = |at, share, k: usize| End { at, share, facts: &facts[k] };
        let one = number(Rational::ONE);
        match region.greatest.map(|greatest| self.number(greatest)) {
            Some(most) if most <= least => (Rational::ONE, vec![end(Some(least), one, 0)]),
            Some(most) => {
                let below = number(most.clone()).plus(&multiplier, &Rational::NEG_ONE);
                let whole = &most - &least;
                (whole, vec![end(Some(least), below, 0), end(Some(most), above, 1)])
            }
            None => (Rational::ONE, vec![end(Some(least), one, 0), end(None, above, 1)]),
        }
    }

    /// Masses of a rule, those of its pairs rounded down.
    fn flow(&self, rule: &[Amount]) -> Result<Flow, Fault> {
        let mut probability = vec![Rational::ZERO; self.data.pairs.len()];
        for &(pair, amount) in rule {
            *probability.get_mut(pair).ok_or(Fault::NotAPolicy)? = self.number(amount);
        }
        let mut arriving = self.data.initial.clone();
        arriving.resize(self.data.sites.len(), Rational::ZERO);
        let mut flow = Flow { mass: vec![Rational::ZERO; probability.len()], leaving: Vec::new() };
        for (site, pairs) in self.data.sites.iter().enumerate() {
            let mut rest = arriving[site].clone();
            for pair in pairs.clone().filter(|&pair| !probability[pair].is_zero()) {
                // Where everything is played, nothing leaves by rounding.
                let mass = match probability[pair].is_one() {
                    true => arriving[site].clone(),
                    false => rounded(&(&arriving[site] * &probability[pair]), BITS, Rounding::Down),
                };
                rest -= &mass;
                for (next, share) in &self.data.pairs[pair].next {
                    arriving[*next] += share * &mass;
                }
                flow.mass[pair] = mass;
            }
            flow.leaving.push(rest);
        }
        Ok(flow)
    }

    /// The objective, the dual rows of the rule, and `w - y >= 0` where it is left. The dual rows of
    /// selected pairs lack `lambda z_i`, which is 0.
    fn add_dual(&self, region: &Region, flow: &Flow, whole: &Rational, rows: &mut Rows) {
        let one = number(Rational::ONE);
        let multiplier = Polynomial::variable(Variable::Multiplier);
        add(&mut rows.named, Name::Objective, &one, whole);
        for (pair, mass) in flow.mass.iter().enumerate().filter(|(_, mass)| !mass.is_zero()) {
            let factor = mass * whole;
            add(&mut rows.dual, pair, &one, &factor);
            if region.chosen[self.data.pairs[pair].site] == Some(pair) {
                add(&mut rows.regrets, pair, &multiplier, &factor);
            }
        }
        for (site, mass) in flow.leaving.iter().enumerate().filter(|(_, mass)| !mass.is_zero()) {
            add(&mut rows.named, self.lead(site), &one, &(mass * whole));
        }
    }

    /// The rows of the facts at an end, and the bounds of values that are left there.
    fn add_end(
        &self,
        proof: &mut Proof,
        (region, tested, open): (&Region, &[Vec<usize>], &Open),
        bounds: &[Bounds; 2],
        flow: &Flow,
        end: &End<'_>,
        rows: &mut Rows,
    ) -> Result<(), Fault> {
        // All multiples of regrets and of C_i - w in the sum of the rows.
        let mut all = Terms::default();
        let mut at_sites = BTreeMap::<usize, Terms>::new();
        for &(fact, amount) in end.facts {
            let (pair, amount) = (fact / FACTS, self.number(amount));
            let Some(own) = self.data.pairs.get(pair) else {
                let name = self.side(fact - FACTS * self.data.pairs.len())?;
                add(&mut rows.named, name, &end.share, &amount);
                continue;
            };
            let terms = at_sites.entry(own.site).or_default();
            match fact % FACTS {
                0 => {
                    add(&mut rows.regrets, pair, &end.share, &amount);
                    all.regrets.push((pair, amount));
                }
                1 => terms.regrets.push((pair, -amount)),
                _ => terms.leads.push((pair, amount)),
            }
        }
        for (site, terms) in at_sites {
            if region.chosen[site].is_some() {
                // Equations: of regrets, and of w - C_i.
                for (pair, value) in &terms.regrets {
                    add(&mut rows.regrets, *pair, &end.share, value);
                }
                for (pair, value) in &terms.leads {
                    add(&mut rows.leads, *pair, &end.share, &-value);
                }
            } else if !terms.regrets.is_empty() || !terms.leads.is_empty() {
                let name = self.row(proof, (site, &tested[site]), open, bounds, &terms)?;
                add(&mut rows.named, name, &end.share, &Rational::ONE);
            }
            all.regrets.extend(terms.regrets);
            all.leads.extend(terms.leads);
        }
        let mut leaving: Multiples = Vec::new();
        for (pair, mass) in flow.mass.iter().enumerate().filter(|(_, mass)| !mass.is_zero()) {
            let factor = end.at.as_ref().map_or(mass.clone(), |at| at * mass);
            all.regrets.push((pair, factor));
        }
        if end.at.is_some() {
            leaving.extend(flow.leaving.iter().cloned().enumerate());
        }
        let [followers, mut leader] = self.multiples(&all);
        leader.extend(leaving);
        for ((multiples, bounds), rows) in
            [followers, leader].into_iter().zip(bounds).zip(&mut rows.values)
        {
            bounds.rows(&collected(multiples), &end.share, rows);
        }
        Ok(())
    }

    /// Multiples of values of both sides: `z_i = v - r_i - P_i v'`, `C_i - w = c_i + P_i w' - w`.
    fn multiples(&self, terms: &Terms) -> [Multiples; 2] {
        let of = |entries: &[(usize, Rational)], sign: &Rational| {
            let mut result: Multiples = Vec::new();
            for (pair, value) in entries {
                let (own, value) = (&self.data.pairs[*pair], value * sign);
                let after = own.next.iter().map(|(next, share)| (*next, -share * &value));
                result.extend(after);
                result.push((own.site, value));
            }
            result
        };
        [of(&terms.regrets, &Rational::ONE), of(&terms.leads, &Rational::NEG_ONE)]
    }

    /// Derives that multiples of regrets and of `C_i - w` at a site are at least `-K` whichever pair
    /// `j` is selected: then `z_j = 0` and `w = C_j`, and differences `Q_i - Q_j`, `C_i - C_j` are
    /// left. The number `K` is the least one.
    fn row(
        &self,
        proof: &mut Proof,
        (site, tested): (usize, &[usize]),
        open: &Open,
        bounds: &[Bounds; 2],
        terms: &Terms,
    ) -> Result<Name, Fault> {
        let total = |entries: &[(usize, Rational)]| {
            entries.iter().fold(Rational::ZERO, |sum, (_, value)| sum + value)
        };
        let totals = [total(&terms.regrets), total(&terms.leads)];
        let mut form = self.constants(terms);
        let (mut least, mut combinations) = (None::<Rational>, Vec::new());
        for &pair in tested {
            // The terms less those of the selected pair.
            let own = |total: &Rational| (pair, -total);
            let mut less = Terms::default();
            less.regrets.extend(terms.regrets.iter().cloned().chain([own(&totals[0])]));
            less.leads.extend(terms.leads.iter().cloned().chain([own(&totals[1])]));
            let mut rest = self.constants(&less);
            let place = self.data.position(pair);
            let entry = |value: Rational| family([(place, number(value))].into_iter());
            let mut combination = Combination {
                bellman: entry(totals[0].clone()),
                lead: entry(-&totals[1]),
                ..Combination::default()
            };
            for (multiples, bounds) in self.multiples(&less).into_iter().zip(bounds) {
                let multiples = collected(multiples);
                bounds.add_extreme(&multiples, false, &mut rest);
                let negated = multiples.iter().map(|(site, value)| (*site, -value)).collect();
                let mut rows = Vec::new();
                bounds.rows(&negated, &number(Rational::ONE), &mut rows);
                bounds.add_rows(&self.data, rows, &mut combination);
            }
            let value = open.ends.extreme(&rest, false);
            least = Some(least.map_or(value.clone(), |least| least.min(value)));
            combinations.push(combination);
        }
        form[0] -= rounded(&least.unwrap_or_default(), BITS, Rounding::Down);
        let mut row = Row::of(Sense::AtLeast, self.data.polynomial(&form));
        for (multiples, side) in
            self.multiples(terms).into_iter().zip([Side::Follower, Side::Leader])
        {
            for (site, value) in collected(multiples) {
                let (t, state) = self.data.place(site);
                row.value.push((side, t, state, number(value)));
            }
        }
        let name = Name::Row(proof.counts().0 as u32);
        proof.derive_over(self.data.place(site), row, &combinations)?;
        Ok(name)
    }

    /// What terms have besides values: `-r_i` per regret, `c_i` per `C_i - w`.
    fn constants(&self, terms: &Terms) -> Form {
        let mut form = vec![Rational::ZERO; self.data.free.len() + 1];
        let mut subtract = |own: &Form, factor: &Rational| {
            form.iter_mut().zip(own).for_each(|(sum, value)| *sum -= factor * value);
        };
        for (pair, value) in &terms.regrets {
            subtract(&self.data.pairs[*pair].reward, value);
        }
        for (pair, value) in &terms.leads {
            subtract(&self.data.pairs[*pair].leader, &-value);
        }
        form
    }
}
