//! Rule `tree`, statement (T) of docs/certificate.md: boxes of the population that together hold no
//! better equilibrium.
//!
//! The followers' quadratic form is split into squares of linear forms. On a box, which bounds
//! these forms, a square is bounded from below by a tangent or from above by a secant, so that what
//! is to be shown becomes affine in the occupation measure, and its least value over all flows is
//! one backward induction.

use super::deviation::Deviation;
use super::fixed_flow::FixedFlow;
use super::induction::{Choice, Form, value};
use super::situation::Situation;
use super::verdict::{Fault, Rejection};
use crate::certificate::{Arithmetic, Combination, End, Indexed, Reader, Step, TreeStep};
use crate::exact::{Rational, Rounding, ratio};
use crate::game::{
    Interval, LinearForm, Monomial, Polynomial, Quadratic, Variable, polynomial_range,
};
use std::collections::BTreeMap;

/// Most squares of a tree: as many as a form has statistics suffice.
const MOST_SQUARES: usize = 1 << 12;
/// Most ranges that open boxes may have together.
const MOST_OPEN: usize = 1 << 22;

/// Ranges of the forms of all squares.
type Region = Vec<Interval>;

/// A square `(sum coefficients_j form_j + constant)^2` in the quadratic forms of followers and
/// leader.
struct Square {
    /// The affine form under the square, in the coordinates that are left.
    form: Polynomial,
    line: Line,
    follower: Rational,
    leader: Rational,
}

/// What the lines before the first box declare.
struct Tree<'a> {
    game: &'a Quadratic,
    arithmetic: Arithmetic,
    epsilon: &'a Rational,
    sigma: &'a Rational,
    /// The value of `sigma J0` to be shown.
    value: &'a Rational,
    /// Coordinate -> what it equals in the other coordinates.
    dependences: Vec<(u32, Polynomial)>,
    squares: Vec<Square>,
    deviations: Vec<Deviation>,
    /// What is known once all is declared.
    root: Option<Root>,
    /// In rounded arithmetic, the flows on machine integers.
    fixed: Option<FixedFlow>,
}

/// What the boxes of a tree share.
struct Root {
    /// The statistics in the coordinates that are left.
    statistics: Vec<Line>,
    /// The quadratic forms of followers and leader without their squares.
    follower: Remainder,
    leader: Remainder,
}

/// What squares leave of a quadratic form: an affine part, and a range of the rest over all flows.
struct Remainder {
    affine: Line,
    range: Interval,
}

/// What a combination bounds from below.
enum Target<'a> {
    /// `omega (sigma J0 - value)`.
    Objective,
    /// `form - value` or `value - form` of a square, besides.
    Range(usize, End, &'a Rational),
}

/// Checks the steps of a tree that has just been opened, to its last box.
pub(super) fn check_tree(
    reader: &mut Reader<'_>,
    situation: &mut Situation<'_>,
    value: &Rational,
    arithmetic: Arithmetic,
) -> Result<(), Rejection> {
    let (epsilon, sigma) = (situation.epsilon(), situation.sigma().clone());
    let opening = reader.line();
    let game = situation.quadratic().map_err(|fault| Rejection::Step {
        line: opening,
        rule: "tree",
        fault,
    })?;
    let fixed = match arithmetic {
        Arithmetic::Rounded(bits) => FixedFlow::new(&game.numbers(&game.leader), bits),
        Arithmetic::Exact => None,
    };
    let mut tree = Tree {
        game,
        arithmetic,
        epsilon,
        sigma: &sigma,
        value,
        dependences: Vec::new(),
        squares: Vec::new(),
        deviations: Vec::new(),
        root: None,
        fixed,
    };
    let mut open: Option<Vec<Region>> = None;
    loop {
        let step = reader.step()?;
        let line = reader.line();
        let rule = step.as_ref().map_or("end", Step::rule);
        let fail = |fault| Rejection::Step { line, rule, fault };
        let Some(Step::Tree(step)) = step else {
            return Err(fail(Fault::OpenTree { open: open.map_or(1, |open| open.len()) }));
        };
        match (&step, &mut open) {
            (TreeStep::Deviation(policy), _) => {
                tree.deviations.push(
                    Deviation::new(tree.game, policy).ok_or_else(|| fail(Fault::NotAPolicy))?,
                );
            }
            (TreeStep::Dependence { constant, coefficients }, None) => {
                tree.add_dependence(constant, coefficients).map_err(fail)?
            }
            (TreeStep::Square { follower, leader, coefficients }, None) => {
                tree.add_square(follower, leader, coefficients).map_err(fail)?;
            }
            (TreeStep::Open { .. } | TreeStep::Dependence { .. } | TreeStep::Square { .. }, _) => {
                return Err(fail(Fault::OutsideTree));
            }
            (TreeStep::Split { .. } | TreeStep::Tighten { .. } | TreeStep::Leaf(_), regions) => {
                let regions = match regions {
                    Some(regions) => regions,
                    none => none.insert(vec![tree.root().map_err(fail)?]),
                };
                tree.step(&step, regions).map_err(fail)?;
                if regions.is_empty() {
                    return Ok(());
                }
            }
        }
    }
}

impl Tree<'_> {
    /// Splits, tightens or closes the last box of `open`.
    fn step(&self, step: &TreeStep, open: &mut Vec<Region>) -> Result<(), Fault> {
        let Some(mut region) = open.pop() else { return Err(Fault::OutsideTree) };
        match step {
            TreeStep::Split { square, point } => {
                let count = region.len();
                let (lower, upper) = region.get(*square).cloned().ok_or(Fault::Unknown {
                    what: "square",
                    index: *square,
                    count,
                })?;
                let mut above = region.clone();
                above[*square] = (point.clone().max(lower.clone()), upper.clone());
                region[*square] = (lower, point.clone().min(upper));
                open.push(above);
                open.push(region);
                if open.len().saturating_mul(count) > MOST_OPEN {
                    return Err(Fault::Beyond { what: "ranges of open boxes", most: MOST_OPEN });
                }
            }
            TreeStep::Tighten { square, end, value, proof } => {
                let count = region.len();
                let (lower, upper) = region.get(*square).cloned().ok_or(Fault::Unknown {
                    what: "square",
                    index: *square,
                    count,
                })?;
                self.show(proof, &region, &Target::Range(*square, *end, value))?;
                region[*square] = match end {
                    End::Lower => (lower.max(value.clone()), upper),
                    End::Upper => (lower, upper.min(value.clone())),
                };
                open.push(region);
            }
            TreeStep::Leaf(proof) => self.show(proof, &region, &Target::Objective)?,
            _ => return Err(Fault::OutsideTree),
        }
        Ok(())
    }

    fn add_dependence(
        &mut self,
        constant: &Rational,
        coefficients: &[Rational],
    ) -> Result<(), Fault> {
        self.fits(coefficients)?;
        let (least, greatest) = self.extremes(&self.form_of(coefficients))?;
        if least != *constant || greatest != *constant {
            return Err(Fault::NotConstant { claimed: constant.clone(), least, greatest });
        }
        let equation = self
            .rewritten(coefficients)
            .plus(&Polynomial::constant(constant.clone()), &Rational::NEG_ONE);
        // What follows from the dependences before it says nothing new.
        let linear =
            equation.terms().filter_map(|(monomial, coefficient)| match monomial.factors() {
                [(Variable::Aggregate(j), 1)] => Some((*j, coefficient.clone())),
                _ => None,
            });
        let Some((coordinate, coefficient)) = linear.last() else { return Ok(()) };
        let mut solved = Polynomial::zero().plus(&equation, &(Rational::NEG_ONE / &coefficient));
        solved.add_term(Monomial::of(Variable::Aggregate(coordinate)), Rational::ONE);
        for (_, known) in &mut self.dependences {
            *known = insert(known, &[(coordinate, solved.clone())])?;
        }
        self.dependences.push((coordinate, solved));
        Ok(())
    }

    fn add_square(
        &mut self,
        follower: &Rational,
        leader: &Rational,
        coefficients: &[Rational],
    ) -> Result<(), Fault> {
        self.fits(coefficients)?;
        if self.squares.len() == MOST_SQUARES {
            return Err(Fault::Beyond { what: "squares", most: MOST_SQUARES });
        }
        let form = self.rewritten(coefficients);
        let line = self.line(&form);
        self.squares.push(Square {
            form,
            line,
            follower: follower.clone(),
            leader: leader.clone(),
        });
        Ok(())
    }

    /// The root box: the ranges of all forms over the flows.
    fn root(&mut self) -> Result<Region, Fault> {
        let mut follower = insert(&self.game.follower_form, &self.dependences)?;
        let mut leader = insert(&self.game.leader_form, &self.dependences)?;
        for square in &self.squares {
            let product = square.form.times(&square.form).map_err(|_| Fault::Shape)?;
            follower = follower.plus(&product, &-square.follower.clone());
            leader = leader.plus(&product, &-square.leader.clone());
        }
        self.root = Some(Root {
            statistics: (0..self.game.statistics).map(|k| self.line(&self.coordinate(k))).collect(),
            follower: self.remainder(&follower)?,
            leader: self.remainder(&leader)?,
        });
        self.squares.iter().map(|square| self.range(&square.line)).collect()
    }

    /// Splits off the affine part of a polynomial and bounds the rest by the ranges of the
    /// coordinates in it.
    fn remainder(&self, polynomial: &Polynomial) -> Result<Remainder, Fault> {
        let (mut affine, mut rest) = (Polynomial::zero(), Polynomial::zero());
        for (monomial, coefficient) in polynomial.terms() {
            let part = if monomial.population_degree() > 1 { &mut rest } else { &mut affine };
            part.add_term(monomial.clone(), coefficient.clone());
        }
        let mut ranges: BTreeMap<Variable, Interval> = BTreeMap::new();
        for variable in rest.variables() {
            if let Variable::Aggregate(j) = variable {
                ranges.insert(
                    variable,
                    self.range(&self.line(&Polynomial::variable(Variable::Aggregate(j))))?,
                );
            }
        }
        let zero = (Rational::ZERO, Rational::ZERO);
        let range = polynomial_range(&rest, &|variable| {
            ranges.get(&variable).cloned().unwrap_or_else(|| zero.clone())
        });
        Ok(Remainder { affine: self.line(&affine), range })
    }

    /// Shows that the combination is not negative on all flows of the box (positive, when it has no
    /// weight on its target).
    fn show(&self, proof: &Combination, region: &Region, target: &Target<'_>) -> Result<(), Fault> {
        if proof.objective < Rational::ZERO {
            return Err(Fault::NegativeMultiplier);
        }
        let Some(root) = &self.root else { return Err(Fault::OutsideTree) };
        let weight = &proof.objective * self.sigma;
        // omega (sigma J0 - value), without its squares and without c'd.
        let mut affine = Line::zero(self.game.coordinates.len());
        affine.add(&root.leader.affine, &weight);
        affine.constant += least_multiple(&weight, &root.leader.range);
        affine.constant -= &proof.objective * self.value;
        // sum alpha (deviation - eps - r0'd - quadratic form), without squares and r0'd.
        let mut total = Rational::ZERO;
        for (deviation, alpha) in indexed(&proof.deviations, &self.deviations, "deviation")? {
            if *alpha < Rational::ZERO {
                return Err(Fault::NegativeMultiplier);
            }
            total += alpha;
            affine.constant += alpha * (&deviation.constant - self.epsilon);
            for (statistic, slope) in root.statistics.iter().zip(&deviation.slopes) {
                affine.add(statistic, &(alpha * slope));
            }
        }
        affine.add(&root.follower.affine, &-total.clone());
        affine.constant += least_multiple(&-total.clone(), &root.follower.range);
        for (position, (square, range)) in self.squares.iter().zip(region).enumerate() {
            let curvature = &weight * &square.leader - &total * &square.follower;
            if curvature.is_zero() {
                continue;
            }
            // s l^2 >= s (2 t l - t^2) when s > 0, and >= s ((low + high) l - low high) when s < 0.
            let (slope, constant) = if curvature > Rational::ZERO {
                let point = proof
                    .tangents
                    .iter()
                    .find(|(index, _)| *index == position)
                    .map(|(_, point)| point.clone());
                let point = point.unwrap_or_else(|| (&range.0 + &range.1) * ratio(1, 2));
                (&point * ratio(2, 1), -(&point * &point))
            } else {
                (&range.0 + &range.1, -(&range.0 * &range.1))
            };
            affine.add(&square.line, &(&curvature * slope));
            affine.constant += curvature * constant;
        }
        for (position, kappa) in &proof.ranges {
            let count = region.len();
            let Some((low, high)) = region.get(*position) else {
                return Err(Fault::Unknown { what: "square", index: *position, count });
            };
            let end = if *kappa > Rational::ZERO { low } else { high };
            affine.add(&self.squares[*position].line, &-kappa.clone());
            affine.constant += kappa * end;
        }
        let mut strict = proof.objective.is_zero();
        if let Target::Range(square, end, claimed) = target {
            strict = false;
            let sign = if *end == End::Lower { Rational::ONE } else { Rational::NEG_ONE };
            affine.add(&self.squares[*square].line, &sign);
            affine.constant -= &sign * *claimed;
        }
        let mut parts = self.parts(&affine);
        parts.extend([(weight, &self.game.leader), (-total, &self.game.reward)]);
        let least = self.least(&parts)? + affine.constant;
        if least > Rational::ZERO || (!strict && least.is_zero()) {
            Ok(())
        } else {
            Err(Fault::NotShown { least, strict })
        }
    }

    fn fits(&self, coefficients: &[Rational]) -> Result<(), Fault> {
        if coefficients.len() == self.game.coordinates.len() { Ok(()) } else { Err(Fault::Shape) }
    }

    /// Coordinate `j` in the coordinates that are left.
    fn coordinate(&self, j: usize) -> Polynomial {
        let known = self.dependences.iter().find(|(own, _)| *own as usize == j);
        known.map_or_else(
            || Polynomial::variable(Variable::Aggregate(j as u32)),
            |(_, polynomial)| polynomial.clone(),
        )
    }

    /// `sum coefficients_j coordinate_j` in the coordinates that are left.
    fn rewritten(&self, coefficients: &[Rational]) -> Polynomial {
        let nonzero =
            coefficients.iter().enumerate().filter(|(_, coefficient)| !coefficient.is_zero());
        nonzero.fold(Polynomial::zero(), |sum, (j, coefficient)| {
            sum.plus(&self.coordinate(j), coefficient)
        })
    }

    fn form_of(&self, coefficients: &[Rational]) -> LinearForm {
        let parts: Vec<(Rational, &LinearForm)> =
            coefficients.iter().cloned().zip(&self.game.coordinates).collect();
        self.game.combine(&parts)
    }

    /// An affine polynomial in the coordinates.
    fn line(&self, affine: &Polynomial) -> Line {
        let mut line = Line::zero(self.game.coordinates.len());
        for (monomial, coefficient) in affine.terms() {
            match monomial.factors() {
                [(Variable::Aggregate(j), 1)] => line.coefficients[*j as usize] += coefficient,
                _ => line.constant += coefficient,
            }
        }
        line
    }

    /// A line without its constant as a combination of linear forms on pairs.
    fn parts(&self, line: &Line) -> Vec<(Rational, &LinearForm)> {
        let terms = line.coefficients.iter().zip(&self.game.coordinates);
        terms
            .filter(|(coefficient, _)| !coefficient.is_zero())
            .map(|(coefficient, form)| (coefficient.clone(), form))
            .collect()
    }

    /// Least and greatest value of a line over all flows, or numbers outside them.
    fn range(&self, line: &Line) -> Result<Interval, Fault> {
        let parts = self.parts(line);
        let opposite: Vec<(Rational, &LinearForm)> =
            parts.iter().map(|(factor, form)| (-factor.clone(), *form)).collect();
        Ok((self.least(&parts)? + &line.constant, &line.constant - self.least(&opposite)?))
    }

    /// The least value of a combination of forms over all flows, or a number below it.
    fn least(&self, parts: &[(Rational, &LinearForm)]) -> Result<Rational, Fault> {
        if let Some(least) = self.fixed.as_ref().and_then(|fixed| fixed.least(parts)) {
            return Ok(least);
        }
        let leader = Form { leader: Rational::ONE, reward: Rational::ZERO };
        let numbers = self.game.numbers(&self.game.combine(parts));
        value(&numbers, &leader, Choice::Least, self.arithmetic, Rounding::Down).ok_or(Fault::Shape)
    }

    /// Least and greatest value of a form over all flows.
    fn extremes(&self, form: &LinearForm) -> Result<Interval, Fault> {
        let leader = Form { leader: Rational::ONE, reward: Rational::ZERO };
        let numbers = self.game.numbers(form);
        let end = |choice| value(&numbers, &leader, choice, Arithmetic::Exact, Rounding::Down);
        // Where no action matters both ends are one.
        if let Some(constant) = end(Choice::Any) {
            return Ok((constant.clone(), constant));
        }
        Ok((end(Choice::Least).ok_or(Fault::Shape)?, end(Choice::Greatest).ok_or(Fault::Shape)?))
    }
}

/// `constant + sum_j coefficients_j coordinate_j`.
struct Line {
    constant: Rational,
    coefficients: Vec<Rational>,
}

impl Line {
    fn zero(coordinates: usize) -> Self {
        Line { constant: Rational::ZERO, coefficients: vec![Rational::ZERO; coordinates] }
    }

    /// Adds `factor * other`.
    fn add(&mut self, other: &Line, factor: &Rational) {
        if !other.constant.is_zero() {
            self.constant += factor * &other.constant;
        }
        for (own, coefficient) in self
            .coefficients
            .iter_mut()
            .zip(&other.coefficients)
            .filter(|(_, coefficient)| !coefficient.is_zero())
        {
            *own += factor * coefficient;
        }
    }
}

/// The least product of `factor` with a number of `range`.
fn least_multiple(factor: &Rational, range: &Interval) -> Rational {
    (factor * &range.0).min(factor * &range.1)
}

/// The items that a list names, with their numbers.
fn indexed<'a, 'b, T>(
    list: &'b [Indexed],
    items: &'a [T],
    what: &'static str,
) -> Result<Vec<(&'a T, &'b Rational)>, Fault> {
    let count = items.len();
    list.iter()
        .map(|(index, number)| {
            Ok((items.get(*index).ok_or(Fault::Unknown { what, index: *index, count })?, number))
        })
        .collect()
}

/// A polynomial of degree two at most with coordinates replaced by affine polynomials.
fn insert(polynomial: &Polynomial, replaced: &[(u32, Polynomial)]) -> Result<Polynomial, Fault> {
    let mut result = Polynomial::zero();
    for (monomial, coefficient) in polynomial.terms() {
        let mut product = Polynomial::constant(coefficient.clone());
        for &(variable, exponent) in monomial.factors() {
            let factor = replaced
                .iter()
                .find(|(own, _)| variable == Variable::Aggregate(*own))
                .map(|(_, polynomial)| polynomial.clone());
            let factor = factor.unwrap_or_else(|| Polynomial::variable(variable));
            for _ in 0..exponent {
                product = product.times(&factor).map_err(|_| Fault::Shape)?;
            }
        }
        result = result.plus(&product, &Rational::ONE);
    }
    Ok(result)
}
