//! Trees over decisions, multipliers and best responses (docs/certificate.md, (A)).
//!
//! In a dual region let followers play the selected pairs, which are optimal, and let `w` be what the
//! leader then earns: `y <= w`. The regions of the certificate become regions of the proof: boxes of
//! the free parameters, intervals of the multiplier, and selected pairs. What the certificate's
//! rule computes on a region, bounds of values, narrower boxes and pairs that others dominate, is
//! computed here with exact numbers, which are at least as good, and stated.
//!
//! What a leaf leaves is affine in the free parameters and in the multiplier each, so that the kernel
//! compares its values at all corners: with more than eleven free parameters these are too many, and
//! it refuses.

mod data;
mod leaf;
mod narrow;
mod values;

use super::family::number;
use super::prover::{Journal, Prover};
use crate::certificate::{Claim, MultiplierStep, Reader, Selection, Step};
use crate::check::multiplier::{Model, Region, Site, narrowed};
use crate::check::{Fault, Rejection};
use crate::elaborate::proof::Proof;
use crate::exact::{Integer, Natural, Rational};
use crate::game::{Game, Space};
use data::{Data, Ends};
use smfg_kernel::{
    Combination, Listing, Name, Place, Polynomial, Row, Sense, Side, Theorem, Variable,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use values::Bounds;

/// What all regions share.
pub(super) struct Tree {
    data: Data,
    model: Model,
    bits: u32,
}

/// A region of the proof.
#[derive(Debug, Clone)]
struct Open {
    ends: Ends,
    /// Pairs that are not selected.
    passed: BTreeSet<usize>,
}

/// A region that waits.
struct Part {
    /// As a step made it.
    region: Region,
    /// What the certificate's rule leaves of it: nothing where no step is about it.
    left: Option<Region>,
    /// Of the proof; none where it is closed.
    open: Option<Open>,
    /// Whether the rule narrows its box.
    narrow: bool,
}

/// Elaborates a tree that has just been opened, to its last leaf: every decision has an equilibrium
/// that gives the leader no more than the claim's upper bound.
pub(super) fn elaborate(
    reader: &mut Reader<'_>,
    game: &Game,
    (journal, listing): (&Journal, &Arc<Listing>),
    claim: &Claim,
    bits: u32,
) -> Result<Theorem, Rejection> {
    let line = reader.line();
    let at_opening = |fault| Rejection::Step { line, rule: "multiplier-tree", fault };
    let refused = |refusal: smfg_kernel::Refusal| at_opening(refusal.into());
    if claim.selection != Selection::Pessimistic {
        return Err(at_opening(Fault::NotPessimistic));
    }
    let space = game.leader.space().ok_or_else(|| at_opening(Fault::Shape))?;
    let model = Model::new(game, &space, &claim.epsilon, bits).map_err(at_opening)?;
    let tree = Tree { data: Data::new(game, &space).map_err(at_opening)?, model, bits };
    let prover = Prover::new(journal, listing, claim, Place::All);
    let mut proof = prover.reached(&claim.upper).map_err(refused)?;
    super::cover::replace_determined(&mut proof, &space);
    proof.scale().map_err(refused)?;
    tree.leads(&mut proof).map_err(at_opening)?;
    let region = Region::all(&tree.model);
    let open = Open { ends: tree.all(&space), passed: BTreeSet::new() };
    let (left, open) = (Some(region.clone()), Some(open));
    let mut waiting = vec![Part { region, left, open, narrow: false }];
    while let Some(part) = waiting.pop() {
        let (left, open) = tree.surface(&mut proof, part).map_err(at_opening)?;
        let Some(region) = left else {
            match open {
                Some(_) => return Err(at_opening(Fault::NotOutside)),
                None => continue,
            }
        };
        let step = reader.step()?;
        let (line, rule) = (reader.line(), step.as_ref().map_or("end", Step::rule));
        let fail = |fault| Rejection::Step { line, rule, fault };
        let Some(Step::Multiplier(step)) = step else {
            return Err(fail(Fault::OpenTree { open: waiting.len() + 1 }));
        };
        let parts = tree.step(&mut proof, &region, open, &step).map_err(fail)?;
        waiting.extend(parts.into_iter().rev());
    }
    proof.finish().map_err(refused)
}

impl Tree {
    fn number(&self, amount: i64) -> Rational {
        Rational::from_parts(Integer::from(amount), Natural::ONE << self.bits as usize)
    }

    /// The box of all decisions.
    fn all(&self, space: &Space<'_>) -> Ends {
        let of = |side: &[Rational]| space.free().iter().map(|&j| side[j].clone()).collect();
        Ends { low: of(&space.polytope().lower), high: of(&space.polytope().upper) }
    }

    /// Derives `w_t(s) - y_t(s) >= 0` at every site, from the last one on: the row `r` of site `s` is
    /// the one with number `sites - 1 - s`. For the selected pair `i`
    ///
    /// ```text
    /// w - y = (w - sigma c_i - P_i w') + (sigma c_i + P_i y' - y) + P_i (w' - y')
    /// ```
    fn leads(&self, proof: &mut Proof) -> Result<(), Fault> {
        let data = &self.data;
        for site in (0..data.sites.len()).rev() {
            let place = data.place(site);
            let mut row = Row::of(Sense::AtLeast, Polynomial::zero());
            for (side, sign) in [(Side::Leader, Rational::ONE), (Side::Dual, Rational::NEG_ONE)] {
                row.value.push((side, place.0, place.1, number(sign)));
            }
            let one = |pair| [(data.position(pair), number(Rational::ONE))].into_iter();
            // The dual row has the multiple of a regret that is 0.
            let far = Polynomial::zero()
                .plus(&Polynomial::variable(Variable::Multiplier), &Rational::NEG_ONE);
            let combination = |pair: usize| Combination {
                rows: (data.pairs[pair].next.iter())
                    .map(|(next, share)| (self.lead(*next), number(share.clone())))
                    .collect(),
                lead: data::family(one(pair)),
                dual: data::family(one(pair)),
                bellman: data::family([(data.position(pair), far.clone())].into_iter()),
                ..Combination::default()
            };
            let combinations: Vec<Combination> =
                data.sites[site].clone().map(combination).collect();
            proof.derive_over(place, row, &combinations)?;
        }
        Ok(())
    }

    /// The row `w - y >= 0` of a site.
    fn lead(&self, site: usize) -> Name {
        Name::Row((self.data.sites.len() - 1 - site) as u32)
    }

    /// Pairs that may be selected at each site.
    fn selectable(&self, region: &Region, open: &Open) -> Vec<Vec<usize>> {
        let of = |(site, pairs): (usize, &std::ops::Range<usize>)| match region.chosen[site] {
            Some(pair) => vec![pair],
            None => pairs.clone().filter(|pair| !open.passed.contains(pair)).collect(),
        };
        self.data.sites.iter().enumerate().map(of).collect()
    }

    /// What is left of a part that is on top now.
    fn surface(
        &self,
        proof: &mut Proof,
        part: Part,
    ) -> Result<(Option<Region>, Option<Open>), Fault> {
        let Part { region, left, open, narrow } = part;
        let open = match open {
            Some(_) if proof.is_empty() => {
                proof.close_empty()?;
                None
            }
            Some(open) if narrow => self.narrow(proof, region, open)?,
            open => open,
        };
        Ok((left, open))
    }

    /// Takes a step on a region, of the proof too where it is open there; the parts that it leaves.
    fn step(
        &self,
        proof: &mut Proof,
        region: &Region,
        open: Option<Open>,
        step: &MultiplierStep,
    ) -> Result<Vec<Part>, Fault> {
        match step {
            MultiplierStep::Leaf { rule, facts } => {
                if let Some(mut open) = open {
                    let sites = region.sites(&self.model)?;
                    self.pass_over(proof, (region, &sites), &mut open, None)?;
                    self.leaf(proof, (region, &sites), &open, (rule, facts))?;
                }
                Ok(Vec::new())
            }
            MultiplierStep::Split(at) => {
                let halves = region.split(*at);
                if open.is_some() {
                    let least = halves[1].least;
                    proof.split(Variable::Multiplier, self.number(least))?;
                }
                let part = |half: Region| {
                    let (left, open) = (Some(half.clone()), open.clone());
                    Part { region: half, left, open, narrow: false }
                };
                Ok(halves.into_iter().map(part).collect())
            }
            MultiplierStep::Coordinate(index, at) => self.cut(proof, region, open, (*index, *at)),
            MultiplierStep::Action(stage, state) => {
                let site = stage.checked_mul(self.data.states).and_then(|s| s.checked_add(*state));
                let site = site.filter(|&site| site < self.data.sites.len());
                self.choose(proof, region, open, site.ok_or(Fault::Shape)?)
            }
            MultiplierStep::Open(_) => Err(Fault::Shape),
        }
    }

    fn cut(
        &self,
        proof: &mut Proof,
        region: &Region,
        open: Option<Open>,
        (index, at): (usize, i64),
    ) -> Result<Vec<Part>, Fault> {
        let halves = region.cut(index, at).ok_or(Fault::Shape)?;
        let at = self.number(halves[0].high[index]);
        let mut opened = [open.clone(), open];
        if let [Some(lower), Some(upper)] = &mut opened {
            proof.split(Variable::Parameter(self.data.free[index]), at.clone())?;
            let end = &mut lower.ends.high[index];
            *end = at.clone().min(end.clone());
            let end = &mut upper.ends.low[index];
            *end = at.max(end.clone());
        }
        self.parts(halves.into_iter().zip(opened).collect())
    }

    fn choose(
        &self,
        proof: &mut Proof,
        region: &Region,
        mut open: Option<Open>,
        site: usize,
    ) -> Result<Vec<Part>, Fault> {
        if region.chosen[site].is_some() {
            return Err(Fault::Assumed);
        }
        let sites = region.sites(&self.model)?;
        if let Some(open) = &mut open {
            self.pass_over(proof, (region, &sites), open, Some(site))?;
            proof.choose(self.data.place(site))?;
        }
        let part = |pair: usize| {
            let open = open.clone().filter(|open| !open.passed.contains(&pair));
            (region.with(site, pair), open)
        };
        self.parts(sites[site].active.iter().map(|&pair| part(pair)).collect())
    }

    /// Parts that are narrowed, as the certificate's rule does it.
    fn parts(&self, parts: Vec<(Region, Option<Open>)>) -> Result<Vec<Part>, Fault> {
        let mut result = Vec::with_capacity(parts.len());
        for (region, open) in parts {
            let left = region.clone().narrowed(&self.model)?;
            result.push(Part { region, left, open, narrow: true });
        }
        if result.iter().all(|part| part.left.is_none())
            && let Some(first) = result.first_mut()
        {
            // So that there is something to read.
            let all = vec![first.region.clone()];
            first.left = narrowed(&self.model, all)?.into_iter().next();
        }
        Ok(result)
    }

    /// Passes over the pairs that others dominate, at one site or at all.
    fn pass_over(
        &self,
        proof: &mut Proof,
        (region, sites): (&Region, &[Site]),
        open: &mut Open,
        only: Option<usize>,
    ) -> Result<(), Fault> {
        let mut bounds: Option<Bounds> = None;
        for (site, known) in sites.iter().enumerate() {
            if only.is_some_and(|only| only != site) || region.chosen[site].is_some() {
                continue;
            }
            let pairs = self.data.sites[site].clone();
            // A dominating pair may be dominated itself: the last pairs of a chain go first.
            let mut left: Vec<usize> = pairs
                .filter(|pair| !known.active.contains(pair) && !open.passed.contains(pair))
                .collect();
            while !left.is_empty() {
                let bounds = bounds.get_or_insert_with(|| {
                    let tested = self.selectable(region, open);
                    Bounds::new(&self.data, &open.ends, sites, &tested, false)
                });
                let before = left.len();
                for passed in std::mem::take(&mut left) {
                    let mut better = known.active.iter().filter(|p| !open.passed.contains(p));
                    match better.find(|&&pair| self.dominates(&open.ends, bounds, pair, passed)) {
                        Some(&pair) => {
                            bounds.state(&self.data, proof)?;
                            self.prefer(proof, bounds, pair, passed)?;
                            open.passed.insert(passed);
                        }
                        None => left.push(passed),
                    }
                }
                if left.len() == before {
                    break;
                }
            }
        }
        Ok(())
    }
}
