//! Trees of boxes of the population (docs/certificate.md, (T)).
//!
//! The forms of the squares are declared, and divided. Deviations become rows once per tree, or
//! multipliers of Bellman rows where the tree has one box.

mod combine;
mod coordinates;
mod deviation;
mod least;
mod line;

use super::Site;
use super::family::constants;
use super::statistics::{Rows, add_rows, beyond, declared, multipliers};
use crate::certificate::{Arithmetic, Combination, Reader, Step, TreeStep};
use crate::check::{Fault, Rejection};
use crate::elaborate::proof::Proof;
use crate::exact::Rational;
use crate::game::{Interval, Polynomial, Quadratic, Variable};
use combine::Target;
use coordinates::{Coordinates, flow};
use deviation::Deviation;
use least::Least;
use line::Line;
use smfg_kernel::{Name, Row, Sense, Side, Theorem};
use std::collections::BTreeMap;

/// A square `(sum coefficients_j X_j)^2` in the quadratic forms of followers and leader.
struct Square {
    follower: Rational,
    leader: Rational,
    coefficients: Vec<Rational>,
}

/// What the lines before the first box declare.
struct Tree<'a> {
    game: &'a Quadratic,
    least: Least<'a>,
    sigma: Rational,
    dependences: Vec<(Rational, Vec<Rational>)>,
    squares: Vec<Square>,
    deviations: Vec<Deviation>,
}

/// What squares leave of a quadratic form: an affine part, and products of two coordinates.
struct Remainder {
    affine: Line,
    rest: Vec<(usize, usize, Rational)>,
}

/// What the boxes of a tree share.
struct Root<'a> {
    coordinates: Coordinates<'a>,
    /// The forms of the squares in the coordinates that are left.
    lines: Vec<Line>,
    /// Their names where they have ends, and their rows where they were declared.
    roots: Vec<Option<(smfg_kernel::Variable, Option<Name>)>>,
    /// What deviations earn, in the coordinates that are left.
    earned: Vec<Line>,
    /// Their rows, if they have some.
    rows: Vec<Name>,
    follower: Remainder,
    leader: Remainder,
    /// Links that turn the linear part of the payoff into masses, with its coefficients.
    payoff: Vec<(Name, Rational)>,
    /// Greatest absolute values of the statistics.
    magnitudes: Vec<Rational>,
    /// Ends of the coordinates that occur in what squares leave.
    ranges: BTreeMap<usize, Interval>,
}

impl Site {
    /// `sigma J0 >= sigma value` by the steps of a tree that has just been opened.
    pub(crate) fn tree(
        &self,
        reader: &mut Reader<'_>,
        value: &Rational,
        arithmetic: Arithmetic,
    ) -> Result<Theorem, Rejection> {
        let opening = reader.line();
        let fail = |fault| Rejection::Step { line: opening, rule: "tree", fault };
        let mut proof = self.prover.bound(value).map_err(|refusal| fail(refusal.into()))?;
        self.tree_in(reader, arithmetic, &mut proof)?;
        proof.finish().map_err(|refusal| fail(refusal.into()))
    }

    /// Closes the region on top, of equilibria, by the steps of a tree that has just been opened.
    pub(crate) fn tree_in(
        &self,
        reader: &mut Reader<'_>,
        arithmetic: Arithmetic,
        proof: &mut Proof,
    ) -> Result<(), Rejection> {
        let opening = reader.line();
        let fail = |fault| Rejection::Step { line: opening, rule: "tree", fault };
        let steps = read(reader)?;
        let reduced = self.instance.reduced();
        let rows = reduced.rows.clone();
        let game = Quadratic::of(reduced).map_err(|error| fail(error.into()))?;
        let mut tree = Tree {
            game: &game,
            least: Least::new(&game),
            sigma: self.prover.sigma(),
            dependences: Vec::new(),
            squares: Vec::new(),
            deviations: Vec::new(),
        };
        let mut boxes = Vec::with_capacity(steps.len());
        for (line, step) in steps {
            let rule = step.rule();
            let fail = |fault| Rejection::Step { line, rule, fault };
            if !boxes.is_empty()
                && matches!(step, TreeStep::Dependence { .. } | TreeStep::Square { .. })
            {
                return Err(fail(Fault::OutsideTree));
            }
            match step {
                TreeStep::Open { .. } => return Err(fail(Fault::OutsideTree)),
                TreeStep::Dependence { constant, coefficients } => {
                    tree.fits(&coefficients).map_err(fail)?;
                    tree.dependences.push((constant, coefficients));
                }
                TreeStep::Square { follower, leader, coefficients } => {
                    tree.fits(&coefficients).map_err(fail)?;
                    tree.squares.push(Square { follower, leader, coefficients });
                }
                TreeStep::Deviation(ref policy) => {
                    let deviation = Deviation::new(tree.game, policy);
                    tree.deviations.push(deviation.ok_or_else(|| fail(Fault::NotAPolicy))?);
                }
                step => boxes.push((line, step)),
            }
        }
        let payoff = self.linear_payoff();
        let (root, region) = tree.root(&rows, payoff, &boxes, arithmetic, proof).map_err(fail)?;
        let mut open = vec![region];
        for (line, step) in &boxes {
            let fail = |fault| Rejection::Step { line: *line, rule: step.rule(), fault };
            tree.step(&root, step, arithmetic, &mut open, proof).map_err(fail)?;
        }
        Ok(())
    }

    /// The links of the statistics in which the payoff is linear, and the coefficients.
    fn linear_payoff(&self) -> Vec<(Name, Rational)> {
        let linear =
            |(monomial, value): (&crate::game::Monomial, &Rational)| match monomial.factors() {
                [(Variable::Aggregate(k), 1)] => Some((Name::Link(*k), value.clone())),
                _ => None,
            };
        self.instance.payoff.terms().filter_map(linear).collect()
    }
}

/// The steps of a tree, to its last box.
fn read(reader: &mut Reader<'_>) -> Result<Vec<(usize, TreeStep)>, Rejection> {
    let (mut steps, mut open) = (Vec::new(), 1usize);
    while open > 0 {
        let step = reader.step()?;
        let line = reader.line();
        let rule = step.as_ref().map_or("end", Step::rule);
        let Some(Step::Tree(step)) = step else {
            return Err(Rejection::Step { line, rule, fault: Fault::OpenTree { open } });
        };
        match step {
            TreeStep::Split { .. } => open += 1,
            TreeStep::Leaf(_) => open -= 1,
            _ => {}
        }
        steps.push((line, step));
    }
    Ok(steps)
}

/// The combination of a step.
fn combination_of(step: &TreeStep) -> Option<&Combination> {
    match step {
        TreeStep::Leaf(proof) | TreeStep::Tighten { proof, .. } => Some(proof),
        _ => None,
    }
}

impl<'a> Tree<'a> {
    fn fits(&self, coefficients: &[Rational]) -> Result<(), Fault> {
        if coefficients.len() == self.game.coordinates.len() { Ok(()) } else { Err(Fault::Shape) }
    }

    /// Declares the coordinates, the forms of the squares and the rows of the deviations; the root
    /// box.
    fn root(
        &self,
        rows: &[Vec<(u32, Rational)>],
        payoff: Vec<(Name, Rational)>,
        boxes: &[(usize, TreeStep)],
        arithmetic: Arithmetic,
        proof: &mut Proof,
    ) -> Result<(Root<'a>, Vec<Interval>), Fault> {
        let coordinates = Coordinates::new(self.game, rows, &self.least, &self.dependences, proof)?;
        let lines: Vec<Line> =
            self.squares.iter().map(|square| coordinates.rewritten(&square.coefficients)).collect();
        let follower =
            self.remainder(&coordinates, &lines, &self.game.follower_form, |s| &s.follower)?;
        let leader = self.remainder(&coordinates, &lines, &self.game.leader_form, |s| &s.leader)?;
        let of_rest = follower.rest.iter().chain(&leader.rest).flat_map(|(a, b, _)| [*a, *b]);
        let ranges = of_rest.map(|j| (j, self.game.coordinates[j].range())).collect();
        let magnitude = |k: usize| {
            let (low, high) = self.game.coordinates[k].range();
            high.max(-low)
        };
        let mut root = Root {
            magnitudes: (0..self.game.statistics).map(magnitude).collect(),
            roots: vec![None; lines.len()],
            earned: self.deviations.iter().map(|d| coordinates.insert(&d.earned)).collect(),
            rows: Vec::new(),
            coordinates,
            lines,
            follower,
            leader,
            payoff,
            ranges,
        };
        let region = self.declare_roots(&mut root, boxes, arithmetic, proof)?;
        let combinations = boxes.iter().filter_map(|(_, step)| combination_of(step));
        if combinations.filter(|proof| !proof.deviations.is_empty()).count() > 1 {
            self.derive_deviations(&mut root, proof)?;
        }
        Ok((root, region))
    }

    /// The affine part of a quadratic form without its squares, and the rest.
    fn remainder(
        &self,
        coordinates: &Coordinates<'_>,
        lines: &[Line],
        form: &Polynomial,
        weight: impl Fn(&Square) -> &Rational,
    ) -> Result<Remainder, Fault> {
        let mut left = coordinates.insert_polynomial(form)?;
        for (square, line) in self.squares.iter().zip(lines) {
            let weight = weight(square);
            if !weight.is_zero() {
                let root = line.game_polynomial();
                let product = root.times(&root).map_err(|_| Fault::Shape)?;
                left = left.plus(&product, &-weight);
            }
        }
        let mut affine = Line::zero(self.game.coordinates.len());
        let mut rest = Vec::new();
        for (monomial, value) in left.terms() {
            match monomial.factors() {
                [] => affine.constant += value,
                [(Variable::Aggregate(j), 1)] => affine.coefficients[*j as usize] += value,
                [(Variable::Aggregate(j), 2)] => {
                    rest.push((*j as usize, *j as usize, value.clone()));
                }
                [(Variable::Aggregate(i), 1), (Variable::Aggregate(j), 1)] => {
                    rest.push((*i as usize, *j as usize, value.clone()));
                }
                _ => return Err(Fault::Shape),
            }
        }
        Ok(Remainder { affine, rest })
    }

    /// Declares the forms of squares whose ends matter, with their extreme values over all flows as
    /// ends; the root box.
    fn declare_roots(
        &self,
        root: &mut Root<'a>,
        boxes: &[(usize, TreeStep)],
        arithmetic: Arithmetic,
        proof: &mut Proof,
    ) -> Result<Vec<Interval>, Fault> {
        let (needed, ranged) = self.needed(boxes);
        let mut region = vec![Interval::default(); self.squares.len()];
        for (i, line) in root.lines.iter().enumerate() {
            if !needed[i] && !ranged[i] {
                continue;
            }
            let mut range = Vec::with_capacity(2);
            for sign in [Rational::ONE, Rational::NEG_ONE] {
                let parts: Vec<_> =
                    line.parts(self.game).into_iter().map(|(c, form)| (c * &sign, form)).collect();
                let values = self.least.values(&parts, arithmetic == Arithmetic::Exact)?;
                let end = &line.constant + &sign * self.least.average(&values);
                range.push((sign, values, end));
            }
            if needed[i] {
                let name = match single(line) {
                    Some(j) => root.coordinates.names[j].map(|name| (name, None)),
                    None => None,
                };
                let name = match name {
                    Some(name) => name,
                    None => {
                        let row = Row::of(Sense::Equal, line.polynomial(&root.coordinates.names));
                        let (name, form) = declared(proof.declare(row)?)?;
                        (name, Some(form))
                    }
                };
                for (sign, values, end) in &range {
                    let mut rows: Rows = name.1.map(|form| (form, -sign)).into_iter().collect();
                    for (j, value) in line.terms() {
                        let own = &root.coordinates.conversions[j].rows;
                        add_rows(&mut rows, own, &-(value * sign));
                    }
                    let combination = smfg_kernel::Combination {
                        rows: multipliers(rows),
                        flow: flow(values),
                        ..Default::default()
                    };
                    proof.derive(beyond(name.0, sign, end), &combination)?;
                }
                root.roots[i] = Some(name);
            }
            let mut ends = range.into_iter().map(|(_, _, end)| end);
            if let (Some(low), Some(high)) = (ends.next(), ends.next()) {
                region[i] = (low, high);
            }
        }
        Ok(region)
    }

    /// The squares whose ends matter: their forms are divided or tightened, or the square is bounded
    /// from above. And those at the middle of whose range a tangent is taken.
    fn needed(&self, boxes: &[(usize, TreeStep)]) -> (Vec<bool>, Vec<bool>) {
        let mut needed = vec![false; self.squares.len()];
        let mut ranged = needed.clone();
        let mut mark = |i: usize| {
            if let Some(own) = needed.get_mut(i) {
                *own = true;
            }
        };
        for (_, step) in boxes {
            match step {
                TreeStep::Split { square, .. } | TreeStep::Tighten { square, .. } => mark(*square),
                _ => {}
            }
            let Some(proof) = combination_of(step) else { continue };
            proof.ranges.iter().for_each(|(i, _)| mark(*i));
            let total = proof.deviations.iter().fold(Rational::ZERO, |sum, (_, alpha)| sum + alpha);
            let weight = &proof.objective * &self.sigma;
            for (i, square) in self.squares.iter().enumerate() {
                let (convex, concave) = (&weight * &square.leader, &total * &square.follower);
                if convex < concave {
                    mark(i);
                }
                ranged[i] |= convex > concave && proof.tangents.iter().all(|(own, _)| *own != i);
            }
        }
        (needed, ranged)
    }

    /// `mu0'v_0 - V(x) >= 0` by the Bellman rows along the flow of each deviation.
    fn derive_deviations(&self, root: &mut Root<'a>, proof: &mut Proof) -> Result<(), Fault> {
        for (number, deviation) in self.deviations.iter().enumerate() {
            let mut row = Row::of(Sense::AtLeast, smfg_kernel::Polynomial::zero());
            let earned = root.earned[number].polynomial(&root.coordinates.names);
            row.constant = row.constant.plus(&earned, &Rational::NEG_ONE);
            for (state, mass) in self.game.initial.iter().enumerate() {
                if !mass.is_zero() {
                    let mass = smfg_kernel::Polynomial::constant(mass);
                    row.value.push((Side::Follower, 0, state as u32, mass));
                }
            }
            let combination = smfg_kernel::Combination {
                bellman: constants(deviation.masses.iter().cloned()),
                ..Default::default()
            };
            proof.derive(row, &combination)?;
            root.rows.push(Name::Row(number as u32));
        }
        Ok(())
    }

    /// Splits, tightens or closes the last box of `open`.
    fn step(
        &self,
        root: &Root<'a>,
        step: &TreeStep,
        arithmetic: Arithmetic,
        open: &mut Vec<Vec<Interval>>,
        proof: &mut Proof,
    ) -> Result<(), Fault> {
        let Some(mut region) = open.pop() else { return Err(Fault::OutsideTree) };
        let count = region.len();
        let unknown = |index| Fault::Unknown { what: "square", index, count };
        match step {
            TreeStep::Split { square, point } => {
                let (lower, upper) = region.get(*square).cloned().ok_or(unknown(*square))?;
                let (name, _) = root.roots[*square].ok_or(Fault::Shape)?;
                proof.split(name, point.clone())?;
                let mut above = region.clone();
                above[*square] = (point.clone().max(lower.clone()), upper.clone());
                region[*square] = (lower, point.clone().min(upper));
                open.extend([above, region]);
            }
            TreeStep::Tighten { square, end, value, proof: given } => {
                let (lower, upper) = region.get(*square).cloned().ok_or(unknown(*square))?;
                let target = Target::End(*square, *end, value);
                self.show(root, given, &region, &target, arithmetic, proof)?;
                region[*square] = match end {
                    crate::certificate::End::Lower => (lower.max(value.clone()), upper),
                    crate::certificate::End::Upper => (lower, upper.min(value.clone())),
                };
                open.push(region);
            }
            TreeStep::Leaf(given) => {
                self.show(root, given, &region, &Target::Nothing, arithmetic, proof)?;
            }
            _ => return Err(Fault::OutsideTree),
        }
        Ok(())
    }

    /// Derives an end or closes the box, with short numbers if they do.
    fn show(
        &self,
        root: &Root<'a>,
        given: &Combination,
        region: &[Interval],
        target: &Target<'_>,
        arithmetic: Arithmetic,
        proof: &mut Proof,
    ) -> Result<(), Fault> {
        if region.iter().any(|(low, high)| low > high) {
            return match target {
                Target::Nothing => Ok(proof.close_empty()?),
                Target::End(..) => Ok(()),
            };
        }
        let tries: &[bool] = if arithmetic == Arithmetic::Exact { &[true] } else { &[false, true] };
        let mut shown = Err(Fault::Shape);
        for &exact in tries {
            let (goal, combination) = self.combination(root, given, region, target, exact)?;
            shown = match target {
                Target::Nothing => proof.close(&combination),
                Target::End(..) => proof.derive(goal, &combination),
            }
            .map_err(Fault::from);
            if shown.is_ok() {
                break;
            }
        }
        shown
    }
}

/// The coordinate that a line is, if it is one.
fn single(line: &Line) -> Option<usize> {
    let mut terms = line.terms();
    match (terms.next(), terms.next()) {
        (Some((j, value)), None) if value.is_one() && line.constant.is_zero() => Some(j),
        _ => None,
    }
}
