//! Certificates of the set of all equilibria at eps = 0, statement (Q) of docs/certificate.md.
//!
//! A tree over complementarity whose leaves hold no equilibrium or lie within a claimed pattern
//! shows that the equilibria are the union of the patterns; vertices are verified to be equilibria
//! of their pattern, and the masses of every pair to lie between the vertices'.

use super::support::{Assumption, Node};
use super::verdict::{Fault, Rejection};
use crate::certificate::{EquilibriaReader, Pattern, SupportStep};
use crate::exact::Rational;
use crate::game::{Affine, Game};
use std::collections::BTreeMap;
use std::io::BufRead;

/// An accepted set of equilibria.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedEquilibria {
    /// The decision, by its position in the game file.
    pub decision: usize,
    /// The patterns whose union is the set of equilibria.
    pub patterns: Vec<Pattern>,
    /// Nodes of the tree.
    pub nodes: usize,
}

impl AcceptedEquilibria {
    /// Whether it is proved that there is exactly one equilibrium.
    #[must_use]
    pub fn unique(&self) -> bool {
        let mut points = self.patterns.iter().map(|pattern| match pattern.vertices.as_slice() {
            [only] => Some(
                pattern
                    .pairs
                    .iter()
                    .zip(only)
                    .filter(|(_, mass)| !mass.is_zero())
                    .collect::<BTreeMap<_, _>>(),
            ),
            _ => None,
        });
        // Several patterns may hold the same point.
        points
            .next()
            .flatten()
            .is_some_and(|first| points.all(|point| point.as_ref() == Some(&first)))
    }
}

/// Checks a certificate of the set of equilibria of `game` at one decision.
///
/// # Errors
/// [`Rejection`] names the line, the rule and the reason.
pub fn check_equilibria(
    game: &Game,
    certificate: impl BufRead,
) -> Result<AcceptedEquilibria, Rejection> {
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
    let affine = Affine::new(&game.at(&decision.values)).map_err(|error| claimed(error.into()))?;
    let patterns = claim
        .patterns
        .iter()
        .map(|pattern| check_pattern(&affine, pattern))
        .collect::<Result<Vec<_>, _>>()
        .map_err(claimed)?;
    let (mut node, mut nodes, mut complete) = (Node::root(&affine), 0, false);
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
                node.branch(pair).map_err(fail)?;
                continue;
            }
            SupportStep::Leaf(proof) => {
                if !proof.objective.is_zero() {
                    return Err(fail(Fault::NotEmpty));
                }
                let nothing = affine
                    .stages
                    .iter()
                    .map(|stage| vec![Rational::ZERO; stage.pairs.len()])
                    .collect();
                node.conclude(&proof, nothing, Rational::ZERO, &Rational::ZERO).map_err(fail)?;
            }
            SupportStep::Within(index) => {
                let count = patterns.len();
                let pattern = patterns
                    .get(index)
                    .ok_or_else(|| fail(Fault::Unknown { what: "pattern", index, count }))?;
                within(&node, pattern).map_err(fail)?;
            }
        }
        complete = !node.advance();
    }
    if !complete {
        return Err(Rejection::Step {
            line: reader.line(),
            rule: "end",
            fault: Fault::OpenTree { open: node.open() },
        });
    }
    Ok(AcceptedEquilibria { decision: index, patterns: claim.patterns, nodes })
}

/// Per `[stage][pair]`, whether a pair belongs to a pattern.
type Members = Vec<Vec<bool>>;

/// Every equilibrium of the node uses pairs of the pattern only and finds all of them optimal.
fn within(node: &Node<'_>, pattern: &Members) -> Result<(), Fault> {
    for (t, (possible, members)) in node.possible().iter().zip(pattern).enumerate() {
        for (i, (possible, member)) in possible.iter().zip(members).enumerate() {
            if (*possible && !member) || (*member && node.assumption(t, i) != Assumption::Optimal) {
                return Err(Fault::OutsidePattern);
            }
        }
    }
    Ok(())
}

/// Checks the vertices and the ranges of a pattern.
fn check_pattern(game: &Affine, pattern: &Pattern) -> Result<Members, Fault> {
    let root = Node::root(game);
    let mut members: Members =
        game.stages.iter().map(|stage| vec![false; stage.pairs.len()]).collect();
    let places =
        pattern.pairs.iter().map(|pair| root.position(*pair)).collect::<Result<Vec<_>, _>>()?;
    for (t, i) in &places {
        if std::mem::replace(&mut members[*t][*i], true) {
            return Err(Fault::Assumed);
        }
    }
    if pattern.vertices.is_empty() || pattern.ranges.len() != places.len() {
        return Err(Fault::Shape);
    }
    for masses in &pattern.vertices {
        let mut occupation: Vec<Vec<Rational>> =
            game.stages.iter().map(|stage| vec![Rational::ZERO; stage.pairs.len()]).collect();
        for ((t, i), mass) in places.iter().zip(masses) {
            occupation[*t][*i] = mass.clone();
        }
        is_equilibrium(game, &occupation, &members)?;
    }
    let node = Node::pattern(game, &members);
    for (position, ((t, i), (least, greatest))) in places.iter().zip(&pattern.ranges).enumerate() {
        let masses = || pattern.vertices.iter().map(|vertex| &vertex[position]);
        for (proof, sign, bound) in
            [(least, Rational::ONE, masses().min()), (greatest, Rational::NEG_ONE, masses().max())]
        {
            let bound = bound.ok_or(Fault::Shape)?;
            if proof.objective <= Rational::ZERO {
                return Err(Fault::NegativeMultiplier);
            }
            let weight = &proof.objective * sign;
            let mut form: Vec<Vec<Rational>> =
                game.stages.iter().map(|stage| vec![Rational::ZERO; stage.pairs.len()]).collect();
            form[*t][*i] = weight.clone();
            node.conclude(proof, form, -(weight * bound), &Rational::ZERO)?;
        }
    }
    Ok(members)
}

/// The masses are a flow, and every member is optimal against it.
fn is_equilibrium(
    game: &Affine,
    occupation: &[Vec<Rational>],
    members: &Members,
) -> Result<(), Fault> {
    let mut masses = game.initial.clone();
    let mut statistics = vec![Rational::ZERO; game.statistics];
    for (stage, row) in game.stages.iter().zip(occupation) {
        let mut after = vec![Rational::ZERO; masses.len()];
        for (state, mass) in masses.iter().enumerate() {
            let mut total = Rational::ZERO;
            for i in stage.pairs.of_state(state) {
                if row[i] < Rational::ZERO {
                    return Err(Fault::NotAFlow);
                }
                total += &row[i];
                stage.next[i].iter().for_each(|(next, p)| after[*next] += p * &row[i]);
                stage.weights[i].iter().for_each(|(k, weight)| statistics[*k] += weight * &row[i]);
            }
            if total != *mass {
                return Err(Fault::NotAFlow);
            }
        }
        masses = after;
    }
    let mut after = vec![Rational::ZERO; masses.len()];
    for (stage, members) in game.stages.iter().zip(members).rev() {
        let mut here = Vec::with_capacity(after.len());
        for state in 0..after.len() {
            let value = |i: usize| {
                let own = stage.slopes[i]
                    .iter()
                    .fold(stage.reward[i].clone(), |sum, (k, slope)| sum + slope * &statistics[*k]);
                stage.next[i].iter().fold(own, |sum, (next, p)| sum + p * &after[*next])
            };
            let values: Vec<(usize, Rational)> =
                stage.pairs.of_state(state).map(|i| (i, value(i))).collect();
            let best = values.iter().map(|(_, value)| value).max().cloned().ok_or(Fault::Shape)?;
            if values.iter().any(|(i, value)| members[*i] && *value != best) {
                return Err(Fault::NotOptimal);
            }
            here.push(best);
        }
        after = here;
    }
    Ok(())
}
