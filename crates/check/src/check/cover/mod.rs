//! Leader rule for a polytope of decisions, statement (V) of docs/certificate.md: pieces that cover
//! it, each with an upper bound of the value.

mod fixed;
mod form;
mod judge;
mod range;
mod response;
mod scalar;
mod tables;

pub use judge::{Judge, Refused};
pub use range::leader_range_on;
pub use response::{Judgement, Policies, Rule, judge, relax};
pub use scalar::Scalar;
pub use tables::Tables;

use super::verdict::{Fault, Rejection};
use crate::certificate::{Claim, CoverStep, Mix, Reader, Selection, Step};
use crate::exact::{Polytope, Rational};
use crate::game::{Game, Point, Space};
use dashu_base::BitTest;

/// Most decisions of a grid that a piece may be searched for.
pub const MOST_GRID_POINTS: usize = 4096;
/// Most free parameters of a box that falls into simplices.
pub const MOST_DIMENSIONS: usize = 8;

/// Checks the steps of a joined game on a piece: an upper bound of the leader's reward.
pub(super) type CheckJoined<'a> =
    &'a dyn Fn(&mut Reader<'_>, &[Point]) -> Result<Rational, Rejection>;

/// Most pieces that may be open.
const MOST_OPEN: usize = 1 << 16;
/// Most binary digits of the numbers of a vertex: each cut adds those of its share.
const MOST_BITS: usize = 1 << 13;

/// An upper bound of the leader's value over some decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upper {
    pub(super) bound: Rational,
    /// Whether some decision may have this value; `false` when it is shown that all have less.
    pub(super) reached: bool,
}

impl Upper {
    /// For the decisions of both.
    fn with(self, other: Option<Upper>) -> Upper {
        match other {
            Some(other) if other.bound > self.bound => other,
            Some(other) if other.bound == self.bound => {
                Upper { reached: self.reached || other.reached, ..self }
            }
            _ => self,
        }
    }

    /// The sharper one of two bounds for the same decisions.
    pub(super) fn sharper(self, other: Option<Upper>) -> Upper {
        match other {
            Some(other) if other.bound < self.bound => other,
            Some(other) if other.bound == self.bound => {
                Upper { reached: self.reached && other.reached, ..self }
            }
            _ => self,
        }
    }
}

/// Checks a cover that has just been opened, to its last piece. The answer is an upper bound of
/// `sup_u` of the leader's reward at the worst (or the best) equilibrium; `joined` checks the steps
/// of a joined game on a piece.
pub(super) fn check_cover(
    reader: &mut Reader<'_>,
    game: &Game,
    claim: &Claim,
    joined: CheckJoined<'_>,
) -> Result<Upper, Rejection> {
    let opening = reader.line();
    let fail = move |line, rule, fault| Rejection::Step { line, rule, fault };
    let Some(space) = game.leader.space() else { return Err(fail(opening, "cover", Fault::Shape)) };
    let judge = Judge::new(game, &claim.epsilon);
    let mut cover = Cover { game, claim, space: &space, judge, joined, upper: None };
    let mut boxes = vec![space.polytope().clone()];
    while let Some(ends) = boxes.pop() {
        let part = Space::new(&ends, space.grids());
        let step = cover.step(reader, boxes.len() + 1)?;
        let line = reader.line();
        match step {
            CoverStep::Split(parameter, at) => {
                let fault = |fault| fail(line, "cover-split", fault);
                let [below, above] =
                    part.beside(parameter, &at).ok_or_else(|| fault(Fault::Shape))?;
                boxes.extend(above);
                boxes.extend(below);
                if boxes.len() > MOST_OPEN {
                    return Err(fault(Fault::Beyond { what: "open boxes", most: MOST_OPEN }));
                }
            }
            CoverStep::Empty => {
                if space.broken_on(&ends).is_none() {
                    return Err(fail(line, "cover-empty", Fault::NotOutside));
                }
            }
            CoverStep::Range if part.dimension() > MOST_DIMENSIONS => {
                let bound = leader_range_on(game, &box_ends(&ends)).1;
                cover.upper = Some(Upper { bound, reached: true }.with(cover.upper.take()));
            }
            _ if part.dimension() > MOST_DIMENSIONS => {
                return Err(fail(opening, "cover", Fault::TooLarge));
            }
            first => cover.pieces(reader, &part, first)?,
        }
    }
    cover.upper.ok_or_else(|| fail(opening, "cover", Fault::Shape))
}

/// The lower and the upper ends of the parameters of a box: all that a range depends on.
#[must_use]
pub fn box_ends(ends: &Polytope) -> [Point; 2] {
    [ends.lower.clone(), ends.upper.clone()]
}

/// The two parts of a simplex, cut on the edge between vertices `i` and `j` at `share` of the way:
/// with the point of the cut in place of `j`, and in place of `i`. `None` when there is no such
/// edge, or the point is one of its ends.
#[must_use]
pub fn cut(
    piece: &[Point],
    i: usize,
    j: usize,
    share: &Rational,
) -> Option<(Vec<Point>, Vec<Point>)> {
    if i == j || *share <= Rational::ZERO || *share >= Rational::ONE {
        return None;
    }
    let at: Point =
        piece.get(i)?.iter().zip(piece.get(j)?).map(|(x, y)| x + share * (y - x)).collect();
    let (mut with_i, mut with_j) = (piece.to_vec(), piece.to_vec());
    with_i[j] = at.clone();
    with_j[i] = at;
    Some((with_i, with_j))
}

/// The digits of the longest number of a vertex.
fn piece_bits(piece: &[Point]) -> usize {
    let bits = |value: &Rational| value.numerator().bit_len() + value.denominator().bit_len();
    piece.iter().flatten().map(bits).max().unwrap_or(0)
}

/// The vertices of a piece at which an affine bound is greatest, and that bound.
#[must_use]
pub fn greatest_face(values: &[Rational]) -> (Vec<usize>, Option<Rational>) {
    let greatest = values.iter().max().cloned();
    let face =
        (0..values.len()).filter(|&vertex| Some(&values[vertex]) == greatest.as_ref()).collect();
    (face, greatest)
}

/// What all pieces share, and the bound so far.
struct Cover<'a> {
    game: &'a Game,
    claim: &'a Claim,
    space: &'a Space<'a>,
    judge: Judge<'a>,
    joined: CheckJoined<'a>,
    upper: Option<Upper>,
}

impl Cover<'_> {
    /// The next step that is about a box or a piece, `open` of which are left; takes in the
    /// policies before it.
    fn step(&mut self, reader: &mut Reader<'_>, open: usize) -> Result<CoverStep, Rejection> {
        loop {
            let step = reader.step()?;
            let fail = |rule, fault| Rejection::Step { line: reader.line(), rule, fault };
            match step {
                Some(Step::Cover(CoverStep::Policy(policy))) => {
                    let known = self.judge.push(&policy);
                    known.ok_or_else(|| fail("cover-policy", Fault::NotAPolicy))?;
                }
                Some(Step::Cover(step)) => return Ok(step),
                _ => return Err(fail("cover", Fault::OpenTree { open })),
            }
        }
    }

    /// Checks the pieces of a box that is not divided any more, the step of whose first simplex is
    /// `first`, and takes in their bounds.
    fn pieces(
        &mut self,
        reader: &mut Reader<'_>,
        part: &Space<'_>,
        first: CoverStep,
    ) -> Result<(), Rejection> {
        let mut roots = part.simplices();
        let mut open: Vec<Vec<Point>> = Vec::new();
        let mut first = Some(first);
        while let Some(piece) = open.pop().or_else(|| roots.next()) {
            let step = match first.take() {
                Some(step) => step,
                None => self.step(reader, open.len() + 1)?,
            };
            let line = reader.line();
            let rule = step.rule();
            if let CoverStep::Cut(i, j, share) = step {
                let fault = |fault| Rejection::Step { line, rule, fault };
                let (with_first, with_second) =
                    cut(&piece, i, j, &share).ok_or_else(|| fault(Fault::Shape))?;
                if piece_bits(&with_first).max(piece_bits(&with_second)) > MOST_BITS {
                    let what = "binary digits of the numbers of a vertex";
                    return Err(fault(Fault::Beyond { what, most: MOST_BITS }));
                }
                open.push(with_first);
                open.push(with_second);
                if open.len() > MOST_OPEN {
                    return Err(fault(Fault::Beyond { what: "open pieces", most: MOST_OPEN }));
                }
                continue;
            }
            if let Some(bound) = self.closed(reader, &piece, step)? {
                self.upper = Some(bound.with(self.upper.take()));
            }
        }
        Ok(())
    }

    /// The bound of a piece by the step that closes it, whose line was read last; `None` where
    /// there is no decision.
    fn closed(
        &self,
        reader: &mut Reader<'_>,
        piece: &[Point],
        step: CoverStep,
    ) -> Result<Option<Upper>, Rejection> {
        let (line, rule) = (reader.line(), step.rule());
        let fault = |fault| Rejection::Step { line, rule, fault };
        let bound = match step {
            CoverStep::Outside => {
                let nothing = vec![Rational::ZERO; piece.len()];
                if self.space.greatest_on(piece, &nothing).is_some() {
                    return Err(fault(Fault::NotOutside));
                }
                None
            }
            CoverStep::Response(rule) => self.response(piece, &rule).map_err(fault)?,
            CoverStep::Below(rule, below) => {
                let bound = self.below(piece, &rule, &below).map_err(fault)?;
                return Ok(Some(Upper { bound, reached: false }));
            }
            CoverStep::Multiplier(multiplier, rule) => {
                self.multiplier(piece, &multiplier, &rule).map_err(fault)?
            }
            CoverStep::Decisions => self.decisions(reader, piece)?,
            CoverStep::Range => Some(leader_range_on(self.game, piece).1),
            CoverStep::Joined => Some((self.joined)(reader, piece)?),
            CoverStep::Open
            | CoverStep::Split(..)
            | CoverStep::Empty
            | CoverStep::Cut(..)
            | CoverStep::Policy(_)
            | CoverStep::Decision(_)
            | CoverStep::End => return Err(fault(Fault::Shape)),
        };
        Ok(bound.map(|bound| Upper { bound, reached: true }))
    }

    /// Upper bound of the leader's reward at the worst equilibrium anywhere on a simplex: what the
    /// rule gives her, when it is an eps-equilibrium everywhere. `None` when the simplex holds no
    /// decision.
    fn response(&self, piece: &[Point], rule: &[Mix]) -> Result<Option<Rational>, Fault> {
        self.is_allowed(rule)?;
        let leader = self.judge.response(self.space, piece, rule)?;
        Ok(leader.and_then(|leader| self.space.greatest_on(piece, &leader)))
    }

    /// Whether responses say anything, and consist of laws.
    fn is_allowed(&self, rule: &[Mix]) -> Result<(), Fault> {
        match self.claim.selection {
            Selection::Optimistic => Err(Fault::NotPessimistic),
            Selection::Pessimistic if !rule.iter().all(is_law) => Err(Fault::Weights),
            Selection::Pessimistic => Ok(()),
        }
    }

    /// A bound that the value does not reach anywhere on a simplex, statement (N): what a rule
    /// gives the leader at most at some vertex; on the face of the vertices where it does, another
    /// rule gives her less.
    fn below(&self, piece: &[Point], rule: &[Mix], below: &[Mix]) -> Result<Rational, Fault> {
        self.is_allowed(rule)?;
        self.is_allowed(below)?;
        let leader = self.judge.equilibrium(self.space, piece, rule)?.ok_or(Fault::Shape)?;
        let (face, Some(greatest)) = greatest_face(&leader) else { return Err(Fault::Shape) };
        let face: Vec<Point> = face.into_iter().map(|vertex| piece[vertex].clone()).collect();
        let there = self.judge.equilibrium(self.space, &face, below)?;
        match there.and_then(|leader| self.space.greatest_on(&face, &leader)) {
            Some(most) if most >= greatest => Err(Fault::NotBelow),
            _ => Ok(greatest),
        }
    }

    /// Upper bound of the leader's reward at any equilibrium anywhere on a simplex, by a multiplier
    /// of the equilibrium row.
    fn multiplier(
        &self,
        piece: &[Point],
        multiplier: &Rational,
        rule: &[Mix],
    ) -> Result<Option<Rational>, Fault> {
        if !rule.iter().all(is_law) {
            return Err(Fault::Weights);
        }
        if *multiplier < Rational::ZERO {
            return Err(Fault::NegativeMultiplier);
        }
        let values = self.judge.relaxed(piece, multiplier, rule).ok_or(Fault::Shape)?;
        Ok(self.space.greatest_on(piece, &values))
    }

    /// A response at each decision of a piece with few of them.
    fn decisions(
        &self,
        reader: &mut Reader<'_>,
        piece: &[Point],
    ) -> Result<Option<Rational>, Rejection> {
        let opening = reader.line();
        let fail = |line, fault| Rejection::Step { line, rule: "cover-decisions", fault };
        let decisions = self
            .space
            .decisions_in(piece, MOST_GRID_POINTS)
            .ok_or_else(|| fail(opening, Fault::NotFew))?;
        let mut upper: Option<Rational> = None;
        for decision in decisions {
            let step = reader.step()?;
            let line = reader.line();
            let bound = match step {
                Some(Step::Cover(CoverStep::Decision(mix))) => {
                    self.response(&[decision], &[mix]).map_err(|fault| fail(line, fault))?
                }
                Some(Step::Cover(CoverStep::Joined)) => Some((self.joined)(reader, &[decision])?),
                _ => return Err(fail(line, Fault::Shape)),
            };
            upper = upper.max(bound);
        }
        Ok(upper)
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Shape => Fault::Shape,
            Refused::Exploitable(exploitability) => Fault::NotAnEquilibrium { exploitability },
        }
    }
}

/// Weights are not negative and sum to 1.
fn is_law(mix: &Mix) -> bool {
    let total = mix.iter().fold(Rational::ZERO, |sum, (_, weight)| sum + weight);
    total.is_one() && mix.iter().all(|(_, weight)| *weight >= Rational::ZERO)
}
