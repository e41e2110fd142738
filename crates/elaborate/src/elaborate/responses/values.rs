//! Bounds of the followers' values and of the leader's on a box of decisions.
//!
//! At a site both bounds have one linear part, that of the pair that stands for all, rounded; the
//! constants make up for it and for the other pairs that may be selected.

use super::Fault;
use super::data::{Data, Ends, Form, rounded};
use crate::check::multiplier::Site;
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Rounding};
use smfg_kernel::{Combination, Polynomial};

/// Fractional bits of the coefficients of bounds.
const BITS: u32 = 60;

/// Two bounds of the values of one side at all sites, the upper one first.
pub(super) struct Bounds {
    forms: [Vec<Form>; 2],
    /// The pair of each site that stands for all.
    references: Vec<usize>,
    /// The number of the upper one in the proof, once it is there; the lower one is the next.
    number: Option<u32>,
    leader: bool,
}

impl Bounds {
    /// The bounds on a box; `tested` are the pairs of each site that may be selected.
    pub(super) fn new(
        data: &Data,
        ends: &Ends,
        sites: &[Site],
        tested: &[Vec<usize>],
        leader: bool,
    ) -> Self {
        let nothing = || vec![Form::new(); data.sites.len()];
        let mut forms = [nothing(), nothing()];
        let mut references = vec![0; data.sites.len()];
        for site in (0..data.sites.len()).rev() {
            let worth = |pair: usize, upper: bool| {
                let own = &data.pairs[pair];
                let mut sum = if leader { own.leader.clone() } else { own.reward.clone() };
                for (next, share) in &own.next {
                    let after = sum.iter_mut().zip(&forms[usize::from(!upper)][*next]);
                    after.filter(|(_, v)| !v.is_zero()).for_each(|(s, v)| *s += share * v);
                }
                sum
            };
            let tested = &tested[site];
            let reference = Some(sites[site].reference).filter(|pair| tested.contains(pair));
            let reference = reference.unwrap_or(tested[0]);
            references[site] = reference;
            let mut form = worth(reference, true);
            for value in &mut form[1..] {
                *value = rounded(value, BITS, Rounding::Down);
            }
            let over = |pair: usize, upper: bool| {
                let mut gap = worth(pair, upper);
                gap[1..].iter_mut().zip(&form[1..]).for_each(|(own, value)| *own -= value);
                ends.extreme(&gap, upper)
            };
            let highest = tested.iter().map(|&pair| over(pair, true)).max().unwrap_or_default();
            let lowest = match leader {
                true => tested.iter().map(|&pair| over(pair, false)).min().unwrap_or_default(),
                false => over(reference, false),
            };
            let mut lower = form.clone();
            form[0] = rounded(&highest, BITS, Rounding::Up);
            lower[0] = rounded(&lowest, BITS, Rounding::Down);
            (forms[0][site], forms[1][site]) = (form, lower);
        }
        Bounds { forms, references, number: None, leader }
    }

    /// The bound that a positive, or negative, multiple of a value does not pass.
    fn form(&self, site: usize, upper: bool) -> &Form {
        &self.forms[usize::from(!upper)][site]
    }

    /// Adds the bounds to the proof, where they are not yet.
    pub(super) fn state(&mut self, data: &Data, proof: &mut Proof) -> Result<(), Fault> {
        if self.number.is_some() {
            return Ok(());
        }
        let number = proof.counts().1 as u32;
        let [upper, lower] = [0, 1].map(|k| data.values(&self.forms[k]));
        if self.leader {
            proof.lead_bound(upper, false)?;
            proof.lead_bound(lower, true)?;
        } else {
            proof.ceiling(upper)?;
            let of_stage = |stage: &[usize]| {
                stage.iter().map(|&pair| data.position(pair).1).collect::<Vec<u32>>()
            };
            let choices: Vec<Vec<u32>> =
                self.references.chunks(data.states).map(of_stage).collect();
            proof.floor(lower, &choices)?;
        }
        self.number = Some(number);
        Ok(())
    }
}

/// Multiples of values, by site.
pub(super) type Multiples = Vec<(usize, Rational)>;

/// Adds up multiples of values of the same site.
pub(super) fn collected(mut multiples: Multiples) -> Multiples {
    multiples.sort_by_key(|(site, _)| *site);
    multiples.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1 += &later.1;
        }
        same
    });
    multiples.retain(|(_, value)| !value.is_zero());
    multiples
}

impl Bounds {
    /// Adds to a form the greatest, or least, that multiples of values can be.
    pub(super) fn add_extreme(&self, multiples: &Multiples, greatest: bool, form: &mut Form) {
        for (site, factor) in multiples {
            let upper = (*factor > Rational::ZERO) == greatest;
            let bound = form.iter_mut().zip(self.form(*site, upper));
            bound.for_each(|(own, value)| *own += factor * value);
        }
    }

    /// Rows of the bounds that take `factor` times multiples of values away from the sum of the rows
    /// of a combination, in which the multiples are: `(upper, site, multiplier)`.
    pub(super) fn rows(
        &self,
        multiples: &Multiples,
        factor: &Polynomial,
        rows: &mut Vec<(bool, usize, Polynomial)>,
    ) {
        for (site, value) in multiples {
            let upper = *value > Rational::ZERO;
            let size = if upper { value.clone() } else { -value };
            rows.push((upper, *site, Polynomial::zero().plus(factor, &size)));
        }
    }

    /// Adds rows of the bounds to a combination.
    pub(super) fn add_rows(
        &self,
        data: &Data,
        rows: Vec<(bool, usize, Polynomial)>,
        combination: &mut Combination,
    ) {
        let Some(number) = self.number else { return };
        for upper in [true, false] {
            let mut per_site = std::collections::BTreeMap::<usize, Polynomial>::new();
            for (_, site, value) in rows.iter().filter(|row| row.0 == upper) {
                let sum = per_site.entry(*site).or_insert_with(Polynomial::zero);
                *sum = std::mem::take(sum).plus(value, &Rational::ONE);
            }
            let entries = per_site.into_iter().map(|(site, value)| (data.place(site), value));
            let family = super::data::family(entries);
            if !family.is_empty() {
                combination.bounds.push((number + u32::from(!upper), family));
            }
        }
    }
}
