//! Trees of boxes of the population's statistics (docs/certificate.md, (M), (Z) and (C)).
//!
//! The boxes of the proof are those of the certificate with ends rounded outwards to short numbers;
//! multipliers are rounded too, and what they show is computed anew in binary64.

mod combine;
mod confine;
mod cube;
mod data;
mod differences;
mod dyadic;
mod excess;
mod facts;
mod floor;
mod monomials;
mod parts;
mod regrets;
mod stage_box;

use super::Site;
use super::statistics::name_statistics;
use crate::certificate::{
    AffineForm, Ends, LiftedMultipliers, LiftedStep, MOST_TREE_BITS, REFERENCE_BITS, Reader, Step,
};
use crate::check::{Fault, Rejection};
use crate::elaborate::proof::Proof;
use crate::exact::Rational;
use crate::game::Variable;
use combine::{Combined, Context, Deviation, Multipliers};
use confine::Found;
use cube::Affine;
use data::{BoxGame, Region};
use differences::Differences;
use dyadic::{Short, below, end_bits, nearest, rational};
use parts::{MOST_ROUNDS, Side};
use regrets::show_regrets;
use smfg_kernel::{Combination, Listing, Polynomial, Row, Sense, Theorem};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Share of a range by which an end may be farther out than that of the certificate.
const BEHIND: f64 = 0.01;

/// Most policies that one tree may name.
const MOST_POLICIES: usize = 1 << 16;

/// A box that is open.
#[derive(Debug, Clone)]
struct Open {
    /// The box of the certificate, over `2^bits`.
    stated: Vec<(i64, i64)>,
    /// The box of the proof.
    shown: Region,
    /// Bounds of values and rows that the proof has here.
    bounds: u32,
    rows: u32,
    /// Whether the proof has closed it already, so that its steps are only read.
    closed: bool,
}

/// A tree that is being elaborated.
struct Tree<'p> {
    proof: &'p mut Proof,
    listing: Arc<Listing>,
    game: BoxGame,
    context: Context,
    bits: u32,
    /// The box of all values of the statistics.
    root: Region,
    policies: Vec<Vec<Vec<u32>>>,
    open: Vec<Open>,
    /// The last open box with the ends stated since it was opened or narrowed.
    narrower: Option<Vec<(i64, i64)>>,
    /// Whether the data of the game are those of the last open box.
    current: bool,
    /// Floors of the last open box: policy, reference point, number and value at the start.
    floors: Vec<(usize, Vec<u32>, u32, Short)>,
}

impl Site {
    /// Elaborates the steps of a tree that has just been opened, up to the one that closes its last
    /// box.
    pub(crate) fn lifted_tree(
        &self,
        reader: &mut Reader<'_>,
        value: &Rational,
        bits: u32,
        ceiling: bool,
    ) -> Result<Theorem, Rejection> {
        let opening = reader.line();
        let rule = if ceiling { "lifted-ceiling" } else { "lifted-tree" };
        let at_opening = |fault| Rejection::Step { line: opening, rule, fault };
        let refused = |refusal: smfg_kernel::Refusal| at_opening(refusal.into());
        // A ceiling is a bound for the other sign, of equilibria that exist.
        let mut proof = match ceiling {
            false => self.prover.bound(value),
            true => self.prover.reached(value),
        }
        .map_err(refused)?;
        let sigma = self.prover.sigma();
        if ceiling {
            proof.exists().map_err(refused)?;
        }
        let sigma = if ceiling { -sigma } else { sigma };
        self.boxes_in(reader, (value, &sigma), bits, &mut proof)?;
        proof.finish().map_err(refused)
    }

    /// Closes the region on top, of equilibria, by the steps of a tree that has just been opened.
    pub(crate) fn lifted_in(
        &self,
        reader: &mut Reader<'_>,
        value: &Rational,
        bits: u32,
        proof: &mut Proof,
    ) -> Result<(), Rejection> {
        self.boxes_in(reader, (value, &self.prover.sigma()), bits, proof)
    }

    fn boxes_in(
        &self,
        reader: &mut Reader<'_>,
        (value, sigma): (&Rational, &Rational),
        bits: u32,
        proof: &mut Proof,
    ) -> Result<(), Rejection> {
        let opening = reader.line();
        let at_opening = |fault| Rejection::Step { line: opening, rule: "lifted-tree", fault };
        let mut tree = Tree::new(self, (value, sigma), bits, proof).map_err(at_opening)?;
        while !tree.open.is_empty() {
            let step = reader.step()?;
            let line = reader.line();
            let rule = step.as_ref().map_or("end", Step::rule);
            let fail = |fault| Rejection::Step { line, rule, fault };
            let Some(Step::Lifted(step)) = step else {
                return Err(fail(Fault::OpenTree { open: tree.open.len() }));
            };
            tree.step(&step).map_err(fail)?;
        }
        Ok(())
    }
}

impl<'p> Tree<'p> {
    fn new(
        site: &Site,
        (value, sigma): (&Rational, &Rational),
        bits: u32,
        proof: &'p mut Proof,
    ) -> Result<Self, Fault> {
        if bits > MOST_TREE_BITS {
            return Err(Fault::TooLarge);
        }
        let reduced = site.instance.reduced();
        let names = name_statistics(&reduced.statistics, &reduced.rows, proof)?;
        let positive = *sigma > Rational::ZERO;
        let mut game = BoxGame::new(&reduced, site.prover.epsilon(), positive, &(value * sigma));
        if let Some(squared) = proof.squared() {
            game.monomials.parabolas = false;
            game.squared = squared;
        }
        let linear =
            site.instance.payoff.terms().filter_map(|(monomial, value)| match monomial.factors() {
                [(Variable::Aggregate(k), 1)] => Some((*k, value.clone())),
                _ => None,
            });
        let context = Context {
            names: names.into_iter().map(|named| named.name).collect(),
            rows: reduced.rows,
            payoff: linear.collect(),
            initial: Arc::clone(&site.instance.initial),
        };
        let unit = 2f64.powi(bits as i32);
        let stated =
            |&(low, high): &(f64, f64)| ((low * unit).floor() as i64, (high * unit).ceil() as i64);
        let open = Open {
            stated: game.region.iter().map(stated).collect(),
            shown: game.region.clone(),
            bounds: 0,
            rows: 0,
            closed: false,
        };
        Ok(Tree {
            proof,
            listing: Arc::clone(site.prover.listing()),
            root: game.region.clone(),
            game,
            context,
            bits,
            policies: Vec::new(),
            open: vec![open],
            narrower: None,
            current: true,
            floors: Vec::new(),
        })
    }

    fn step(&mut self, step: &LiftedStep) -> Result<(), Fault> {
        match step {
            LiftedStep::Open { .. } => Err(Fault::OpenTree { open: self.open.len() }),
            LiftedStep::Policy(policy) => self.name(policy),
            LiftedStep::Split { statistic, point } => self.split(*statistic, *point),
            LiftedStep::Tighten { statistic, upper, bound, multipliers } => {
                self.tighten((*statistic, *upper), *bound, multipliers)
            }
            LiftedStep::Narrow => self.narrow(),
            LiftedStep::Confine(ends) => self.confine(ends),
            LiftedStep::Void => self.void(),
            LiftedStep::Leaf(multipliers) => {
                if !self.top()?.closed {
                    self.close_by_multipliers(multipliers)?;
                }
                self.pop();
                Ok(())
            }
        }
    }

    /// Gives a policy the next number.
    fn name(&mut self, policy: &[Vec<u32>]) -> Result<(), Fault> {
        if self.policies.len() >= MOST_POLICIES {
            return Err(Fault::TooLarge);
        }
        if policy.len() != self.game.stages.len() {
            return Err(Fault::Shape);
        }
        let stage = |(t, actions): (usize, &Vec<u32>)| -> Result<Vec<u32>, Fault> {
            let pairs = &self.game.stages[t].pairs;
            if actions.len() != pairs.states() {
                return Err(Fault::Shape);
            }
            let pair = |(s, &a): (usize, &u32)| pairs.find(s, a as usize).map(|pair| pair as u32);
            actions.iter().enumerate().map(pair).collect::<Option<_>>().ok_or(Fault::NotAPolicy)
        };
        let pairs = policy.iter().enumerate().map(stage).collect::<Result<_, _>>()?;
        self.policies.push(pairs);
        Ok(())
    }

    fn top(&mut self) -> Result<&mut Open, Fault> {
        self.open.last_mut().ok_or(Fault::OutsideTree)
    }

    fn unknown(&self, statistic: usize) -> Fault {
        Fault::Unknown { what: "statistic", index: statistic, count: self.game.region.len() }
    }

    fn split(&mut self, statistic: usize, point: i64) -> Result<(), Fault> {
        let (unit, unknown) = (2f64.powi(-(self.bits as i32)), self.unknown(statistic));
        let top = self.top()?;
        let Some(stated) = top.stated.get_mut(statistic) else { return Err(unknown) };
        let (low, high) = *stated;
        let point = point.clamp(low, high);
        *stated = (point, high);
        let shown = &mut top.shown[statistic];
        let at = (point as f64 * unit).clamp(shown.0, shown.1);
        let mut lower = top.clone();
        lower.stated[statistic] = (low, point);
        lower.shown[statistic].1 = at;
        top.shown[statistic].0 = at;
        let closed = top.closed;
        self.open.push(lower);
        if !closed {
            self.proof.split(self.context.names[statistic], rational(at))?;
        }
        self.changed();
        Ok(())
    }

    fn tighten(
        &mut self,
        (statistic, upper): (usize, bool),
        bound: i64,
        multipliers: &LiftedMultipliers,
    ) -> Result<(), Fault> {
        let unknown = self.unknown(statistic);
        self.here()?;
        let top = self.open.last_mut().ok_or(Fault::OutsideTree)?;
        if statistic >= top.stated.len() {
            return Err(unknown);
        }
        let stated = self.narrower.get_or_insert_with(|| top.stated.clone());
        let ends = &mut stated[statistic];
        if upper {
            ends.1 = ends.1.min(bound);
        } else {
            ends.0 = ends.0.max(bound);
        }
        // A box that the certificate keeps is kept.
        let keeps = ends.0 <= ends.1;
        if top.closed {
            return Ok(());
        }
        self.show_end((statistic, upper), bound, keeps, multipliers)
    }

    /// Moves an end: `sign x_k >= least` is shown by a combination, whose goal is still to be
    /// completed with the end. That of the certificate is taken where it is shown.
    fn move_end(
        &mut self,
        (statistic, upper): (usize, bool),
        bound: Option<i64>,
        least: f64,
        keeps: bool,
        combination: &Combination,
    ) -> Result<(), Fault> {
        let sign = if upper { -1.0 } else { 1.0 };
        let unit = 2f64.powi(-(self.bits as i32));
        let stated = bound.map_or(f64::INFINITY, |bound| sign * bound as f64 * unit);
        let top = self.open.last_mut().ok_or(Fault::OutsideTree)?;
        let shown = &mut top.shown[statistic];
        let (known, other) = if upper { (-shown.1, -shown.0) } else { (shown.0, shown.1) };
        let mut end = below(least, end_bits(shown.1 - shown.0));
        if stated <= least {
            end = stated;
        }
        if keeps {
            end = end.min(other);
        }
        if end <= known {
            return Ok(());
        }
        *(if upper { &mut shown.1 } else { &mut shown.0 }) = sign * end;
        let name = self.context.names[statistic];
        let goal =
            Polynomial::constant(rational(-end)).plus(&Polynomial::variable(name), &rational(sign));
        Ok(self.proof.derive(Row::of(Sense::AtLeast, goal), combination)?)
    }

    /// Rows of the regrets that some combinations rest on; the number of the one about all.
    fn regrets(&mut self, combined: &[&Combined], known: &Differences) -> Result<u32, Fault> {
        let wanted: BTreeSet<(usize, usize)> =
            combined.iter().flat_map(|combined| combined.regrets.iter().copied()).collect();
        if !combined.iter().any(|combined| combined.uses_regrets()) {
            return Ok(0);
        }
        let top = self.open.last_mut().ok_or(Fault::OutsideTree)?;
        let next = top.rows;
        top.rows = show_regrets(self.proof, &self.listing, &self.game, known, &wanted, next)?;
        Ok(top.rows - 1)
    }

    /// Moves ends by rounds of regrets, one if it moves them as far as those of the certificate.
    fn confine(&mut self, claimed: &[Ends]) -> Result<(), Fault> {
        let before = self.top()?.stated.clone();
        self.state(claimed)?;
        for _ in 0..MOST_ROUNDS {
            let sides = self.behind(claimed, &before)?;
            if sides.is_empty() || self.top()?.closed {
                break;
            }
            self.here()?;
            let differences = self.game.differences();
            match self.game.confine(&differences.regrets) {
                Found::Nothing(multipliers) => {
                    // More than the certificate says.
                    self.close_by(&multipliers, &differences)?;
                    self.top()?.closed = true;
                }
                Found::Ends(found) => {
                    let moved = self.ends(&found, sides.into_iter(), &differences);
                    if !self.move_ends(&moved, &differences)? {
                        break;
                    }
                }
            }
        }
        self.changed();
        Ok(())
    }

    /// Sides that the certificate moves farther than the proof has.
    fn behind(&mut self, claimed: &[Ends], before: &[(i64, i64)]) -> Result<Vec<Side>, Fault> {
        let unit = 2f64.powi(-(self.bits as i32));
        let top = self.top()?;
        let mut sides = Vec::new();
        for &Ends { statistic: k, low, high } in claimed {
            let (from, to) = top.shown[k];
            let least = BEHIND * (to - from);
            if low > before[k].0 && from < low as f64 * unit - least {
                sides.push((k, false));
            }
            if high < before[k].1 && to > high as f64 * unit + least {
                sides.push((k, true));
            }
        }
        Ok(sides)
    }

    /// Takes ends as those of the certificate's box.
    fn state(&mut self, claimed: &[Ends]) -> Result<(), Fault> {
        let count = self.game.region.len();
        let top = self.top()?;
        for &Ends { statistic, low, high } in claimed {
            let unknown = Fault::Unknown { what: "statistic", index: statistic, count };
            let ends = top.stated.get_mut(statistic).ok_or(unknown)?;
            *ends = (ends.0.max(low), ends.1.min(high));
            if ends.0 > ends.1 {
                return Err(Fault::NotVoid);
            }
        }
        Ok(())
    }

    /// Closes the last open box by one round of regrets.
    fn void(&mut self) -> Result<(), Fault> {
        if !self.top()?.closed {
            self.close_by_regrets()?;
        }
        self.pop();
        Ok(())
    }

    fn close_by(&mut self, multipliers: &Multipliers, known: &Differences) -> Result<(), Fault> {
        let combined = self.game.combined(&self.context, multipliers, &known.regrets, &[]);
        let row = self.regrets(&[&combined], known)?;
        Ok(self.proof.close(&combined.with_regrets(row))?)
    }

    fn narrow(&mut self) -> Result<(), Fault> {
        let narrower = self.narrower.take().ok_or(Fault::OutsideTree)?;
        let empty = narrower.iter().any(|(low, high)| low > high);
        let top = self.top()?;
        top.stated = narrower;
        if empty {
            if !top.closed && self.proof.close_empty().is_err() {
                self.close_by_regrets()?;
            }
            self.pop();
        }
        self.changed();
        Ok(())
    }

    /// The last open box is closed.
    fn pop(&mut self) {
        self.open.pop();
        self.changed();
    }

    /// Forgets what was known of the last open box, which is another one now.
    fn changed(&mut self) {
        self.narrower = None;
        self.current = false;
        self.floors.clear();
    }

    /// Moves the data of the game to the last open box.
    fn here(&mut self) -> Result<(), Fault> {
        let region = &self.open.last().ok_or(Fault::OutsideTree)?.shown;
        if !self.current {
            self.game.move_to(region.clone());
            self.current = true;
        }
        Ok(())
    }

    /// The multipliers of the certificate, rounded.
    fn rounded(&mut self, given: &LiftedMultipliers) -> Result<Multipliers, Fault> {
        let (unit, bits) = (2f64.powi(-(self.bits as i32)), self.game.bits);
        let count = self.game.region.len();
        if given.objective < 0 {
            return Err(Fault::NegativeMultiplier);
        }
        if !(given.flow.is_empty() || given.flow.len() == self.game.stages.len()) {
            return Err(Fault::Shape);
        }
        let top = self.open.last().ok_or(Fault::OutsideTree)?;
        let real = |&(low, high): &(i64, i64)| (low as f64 * unit, high as f64 * unit);
        let stated: Region = top.stated.iter().map(real).collect();
        let affine = |form: &AffineForm| -> Result<Affine, Fault> {
            if let Some(&(index, _)) = form.linear.iter().find(|term| term.0 >= count) {
                return Err(Fault::Unknown { what: "statistic", index, count });
            }
            let slopes = form.linear.iter().map(|&(k, slope)| (k, slope as f64 * unit));
            Ok(Affine { constant: form.constant as f64 * unit, slopes: slopes.collect() })
        };
        let short = |form: &AffineForm| Ok(Short::of_affine(&affine(form)?, &stated, bits));
        let mut result = Multipliers {
            objective: nearest(given.objective as f64 * unit, bits).max(0.0),
            ..Multipliers::default()
        };
        for row in &given.flow {
            if row.len() != self.game.initial.len() {
                return Err(Fault::Shape);
            }
            result.flow.push(row.iter().map(short).collect::<Result<_, Fault>>()?);
        }
        for (k, form) in &given.links {
            if *k >= count || result.links.iter().any(|(own, _)| own == k) {
                return Err(Fault::Shape);
            }
            result.links.push((*k, short(form)?));
        }
        for &(t, k, j, value) in &given.products {
            if k >= count || j >= count || t >= self.game.stages.len() {
                return Err(Fault::Shape);
            }
            let form = Short::of_product((k, j, value as f64 * unit), &stated, bits);
            result.products.entry(t).or_default().add(&form);
        }
        for term in &given.deviations {
            let form = affine(&term.weight)?;
            let weight = self.game.nonnegative(&form, &stated);
            if weight.is_zero() {
                continue;
            }
            let (number, start) = self.floor(term.policy, &term.reference, &stated)?;
            result.deviations.push(Deviation { number, start, weight });
        }
        result.rounded_for = stated;
        Ok(result)
    }

    /// The number of the floor of a policy at a reference point, and its value at the start.
    fn floor(
        &mut self,
        policy: usize,
        reference: &[u32],
        stated: &[(f64, f64)],
    ) -> Result<(u32, Short), Fault> {
        let known = |own: &&(usize, Vec<u32>, u32, Short)| own.0 == policy && own.1 == reference;
        if let Some((_, _, number, start)) = self.floors.iter().find(known) {
            return Ok((*number, start.clone()));
        }
        let count = self.policies.len();
        let unknown = Fault::Unknown { what: "policy", index: policy, count };
        let pairs = self.policies.get(policy).ok_or(unknown)?;
        let unit = f64::from(1u32 << REFERENCE_BITS);
        // From the box of the certificate to that of the proof.
        let place = |(k, &(low, high)): (usize, &(f64, f64))| {
            let t = reference.get(k).map_or(0.5, |&t| f64::from(t) / unit);
            let (from, to) = self.game.region[k];
            let share = (low + t * (high - low) - from) / (to - from);
            if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 }
        };
        let point: Vec<f64> = stated.iter().enumerate().map(place).collect();
        let floor = self.game.floor(pairs, &point);
        let values = dyadic::family(
            &floor.values,
            1.0,
            &self.context.names,
            &self.game.region,
            self.game.bits,
        );
        self.proof.floor(values, pairs)?;
        let top = self.open.last_mut().ok_or(Fault::OutsideTree)?;
        let number = top.bounds;
        top.bounds += 1;
        self.floors.push((policy, reference.to_vec(), number, floor.start.clone()));
        Ok((number, floor.start))
    }
}
