//! Sets of all equilibria at eps = 0 (docs/certificate.md, (Q)).
//!
//! One theorem says that all equilibria are in some patterns. For each pattern, each vertex is an
//! equilibrium, and the mass of each pair lies between the least and the greatest of the vertices.

use super::node::{Entries, Node, position};
use super::{Base, Support};
use crate::certificate::{Arithmetic, EquilibriaReader, Multipliers, Pattern, SupportStep};
use crate::check::induction::{Choice, tables};
use crate::check::{Fault, Rejection};
use crate::elaborate::family::{at_start, constants, number, objective};
use crate::elaborate::free::{FOLLOWERS, worth};
use crate::elaborate::listing;
use crate::elaborate::prover::Prover;
use crate::exact::{Rational, Rounding, Scaled, ScaledExt};
use crate::game::{Aggregate, Game, Instance};
use smfg_kernel::{Claimed, Listing, Monomial, Name, Place, Polynomial, Row, Sense, Theorem};
use std::io::BufRead;
use std::sync::Arc;

/// A pattern and what is proved about it.
#[derive(Debug, Clone)]
pub struct ProvedPattern {
    /// The pattern.
    pub pattern: Pattern,
    /// Per vertex: it is an equilibrium.
    pub vertices: Vec<Theorem>,
    /// Per pair: its least and its greatest mass.
    pub ranges: Vec<(Theorem, Theorem)>,
}

/// The set of all equilibria at one decision.
#[derive(Debug, Clone)]
pub struct ProvedEquilibria {
    /// The decision, by its position in the game file.
    pub decision: usize,
    /// Every equilibrium is in one of the patterns.
    pub complete: Theorem,
    /// The patterns.
    pub patterns: Vec<ProvedPattern>,
    /// Nodes of the tree.
    pub nodes: usize,
}

/// What the proofs about one decision have in common.
struct Set {
    support: Support,
    instance: Instance,
    prover: Prover,
}

/// Elaborates a certificate of the set of equilibria of `game` at one decision.
///
/// # Errors
/// [`Rejection`] names the line, the rule and the reason.
pub fn prove_equilibria(
    game: &Game,
    certificate: impl BufRead,
) -> Result<ProvedEquilibria, Rejection> {
    let (mut reader, claim) = EquilibriaReader::start(certificate)?;
    let expected = game.hash();
    if claim.game_hash != expected {
        return Err(Rejection::OtherGame { found: claim.game_hash, expected });
    }
    let decisions = game.finite_decisions().ok_or(Rejection::NotFinite)?;
    let (index, count) = (claim.decision, decisions.len());
    let decision = decisions.get(index).ok_or(Rejection::UnknownScope { index, count })?;
    let line = reader.line();
    let claimed = |fault| Rejection::Step { line, rule: "pattern", fault };
    let listing: Arc<Listing> = Arc::new(listing(game).map_err(Rejection::NoListing)?);
    let instance = game.at(&decision.values);
    let support = Support::new(&instance).map_err(|error| claimed(error.into()))?;
    let prover = Prover::exact(&listing, Place::Decision(index as u32));
    let set = Set { support, instance, prover };
    let patterns = claim.patterns.into_iter().map(|pattern| set.pattern(pattern));
    let patterns = patterns.collect::<Result<Vec<_>, Fault>>().map_err(claimed)?;
    let (complete, nodes) = set.complete(&mut reader, &patterns)?;
    Ok(ProvedEquilibria { decision: index, complete, patterns, nodes })
}

impl Set {
    /// Every equilibrium is in one of the patterns, by a tree over complementarity.
    fn complete(
        &self,
        reader: &mut EquilibriaReader<'_>,
        patterns: &[ProvedPattern],
    ) -> Result<(Theorem, usize), Rejection> {
        let line = reader.line();
        let fail = |fault| Rejection::Step { line, rule: "pattern", fault };
        let pairs = patterns.iter().map(|pattern| self.pairs(&pattern.pattern));
        let pairs = pairs.collect::<Result<Vec<_>, Fault>>().map_err(fail)?;
        let named = pairs.iter().map(|pairs| pairs.iter().map(|&(t, i)| (t as u32, i as u32)));
        let claimed = Claimed::Patterns(named.map(Iterator::collect).collect());
        let mut proof = self.prover.open(claimed, None).map_err(|error| fail(error.into()))?;
        let statistics = self.support.name(&mut proof).map_err(fail)?;
        let (mut node, mut nodes, mut complete) = (Node::root(&self.support.affine), 0, false);
        while let Some(step) = reader.step()? {
            let (line, rule) = (reader.line(), step.rule());
            let fail = |fault| Rejection::Step { line, rule, fault };
            if complete {
                return Err(fail(Fault::OutsideTree));
            }
            nodes += 1;
            match step {
                SupportStep::Open { .. } => return Err(fail(Fault::OutsideTree)),
                SupportStep::Branch(pair) => {
                    let (t, i) = position(&self.support.affine, pair).map_err(fail)?;
                    node.branch((t, i)).map_err(fail)?;
                    proof.case(t as u32, i as u32).map_err(|error| fail(error.into()))?;
                    continue;
                }
                SupportStep::Leaf(given) => {
                    if !given.objective.is_zero() {
                        return Err(fail(Fault::NotEmpty));
                    }
                    let base = Base::of(node.zero());
                    self.support
                        .close(&node, &given, base, &statistics, &mut proof)
                        .map_err(fail)?;
                }
                SupportStep::Within(index) => {
                    proof.within(index as u32).map_err(|error| fail(error.into()))?;
                }
            }
            complete = !node.advance();
        }
        let (line, rule) = (reader.line(), "end");
        if !complete {
            let fault = Fault::OpenTree { open: node.open() };
            return Err(Rejection::Step { line, rule, fault });
        }
        let theorem =
            proof.finish().map_err(|error| Rejection::Step { line, rule, fault: error.into() })?;
        Ok((theorem, nodes))
    }

    /// The pairs of a pattern by stage, no two of them equal.
    fn pairs(&self, pattern: &Pattern) -> Result<Vec<(usize, usize)>, Fault> {
        let places = pattern.pairs.iter().map(|pair| position(&self.support.affine, *pair));
        let places = places.collect::<Result<Vec<_>, Fault>>()?;
        let mut sorted = places.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Fault::Assumed);
        }
        Ok(places)
    }

    fn pattern(&self, pattern: Pattern) -> Result<ProvedPattern, Fault> {
        let pairs = self.pairs(&pattern)?;
        if pattern.vertices.is_empty() || pattern.ranges.len() != pairs.len() {
            return Err(Fault::Shape);
        }
        let vertices = pattern.vertices.iter().map(|masses| self.vertex(&pattern, &pairs, masses));
        let vertices = vertices.collect::<Result<Vec<_>, Fault>>()?;
        let mut ranges = Vec::with_capacity(pairs.len());
        for (position, (least, greatest)) in pattern.ranges.iter().enumerate() {
            let masses = || pattern.vertices.iter().map(|vertex| &vertex[position]);
            let low = masses().min().ok_or(Fault::Shape)?;
            let high = masses().max().ok_or(Fault::Shape)?;
            ranges.push((
                self.end(&pairs, position, least, &Rational::ONE, low)?,
                self.end(&pairs, position, greatest, &Rational::NEG_ONE, high)?,
            ));
        }
        Ok(ProvedPattern { pattern, vertices, ranges })
    }

    /// In the pattern, `sign` times the mass of a pair is at least `sign * value`.
    fn end(
        &self,
        pairs: &[(usize, usize)],
        position: usize,
        given: &Multipliers,
        sign: &Rational,
        value: &Rational,
    ) -> Result<Theorem, Fault> {
        if given.objective <= Rational::ZERO {
            return Err(Fault::NegativeMultiplier);
        }
        let (t, i) = pairs[position];
        let mut row = Row::of(Sense::AtLeast, number(-(sign * value)));
        row.mass.push((t as u32, i as u32, number(sign.clone())));
        let pattern = pairs.iter().map(|&(t, i)| (t as u32, i as u32)).collect();
        let mut proof = self.prover.open(Claimed::Form(row), Some(pattern))?;
        let statistics = self.support.name(&mut proof)?;
        let node = Node::pattern(&self.support.affine, pairs);
        let mut base = Base::of(node.zero());
        base.form[t][i] = &given.objective * sign;
        base.rows.push((Name::Objective, number(given.objective.clone())));
        self.support.close(&node, given, base, &statistics, &mut proof)?;
        Ok(proof.finish()?)
    }

    /// The masses of the pairs of a pattern are an equilibrium at which all of them are optimal.
    fn vertex(
        &self,
        pattern: &Pattern,
        pairs: &[(usize, usize)],
        masses: &[Rational],
    ) -> Result<Theorem, Fault> {
        let stages = &self.instance.stages;
        let mut entries: Entries =
            stages.iter().map(|stage| vec![Rational::ZERO; stage.pairs.len()]).collect();
        for (&(t, i), mass) in pairs.iter().zip(masses) {
            entries[t][i] = mass.clone();
        }
        let numbers = self.instance.at_population(&self.statistics(&entries));
        let masses: Vec<Scaled> = entries.iter().map(|row| Scaled::from_rationals(row)).collect();
        let reached = numbers.stages.iter().zip(&masses);
        let reached = reached.fold(numbers.leader_constant.clone(), |sum, (stage, masses)| {
            sum + masses.dot(&stage.leader)
        });
        let values =
            tables(&numbers, &FOLLOWERS, Choice::Greatest, Arithmetic::Exact, Rounding::Up)
                .ok_or(Fault::Shape)?;
        for (&(t, i), pair) in pairs.iter().zip(&pattern.pairs) {
            if worth(&numbers, t, i, &values) != values[t].get(pair.state) {
                return Err(Fault::NotOptimal);
            }
        }
        let mut proof = self.prover.open(Claimed::Reached(number(reached)), None)?;
        proof.play(constants(masses))?;
        proof.ceiling(constants(values))?;
        let mut combination = objective();
        let weights = at_start(&Monomial::one(), &numbers.initial, &Rational::ONE);
        combination.bounds.push((0, weights));
        proof.close(&combination)?;
        proof.close(&objective())?;
        Ok(proof.finish()?)
    }

    /// The aggregates of some masses.
    fn statistics(&self, masses: &Entries) -> Vec<Rational> {
        let value = |aggregate: &Aggregate| {
            let pairs = &self.instance.stages[aggregate.stage].pairs;
            let weights = aggregate.weights.iter();
            weights.fold(Rational::ZERO, |sum, (state, action, weight)| {
                match pairs.find(*state as usize, *action as usize) {
                    Some(pair) => sum + weight * &masses[aggregate.stage][pair],
                    None => sum,
                }
            })
        };
        self.instance.aggregates.iter().map(value).collect()
    }
}

impl Base {
    /// A form alone.
    fn of(form: Entries) -> Self {
        Base { rows: Vec::<(Name, Polynomial)>::new(), form, earned: Rational::ZERO }
    }
}
