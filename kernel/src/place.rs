//! Places: which decisions a statement is about, and simplices that cover them ([15]).

use crate::error::{Refusal, inequality, step};
use crate::listing::{Decisions, Grid, Listing};
use crate::number::Rational;
use crate::polynomial::{Frame, Polynomial, Variable};
use crate::proof::{Kind, Proof, Region};
use crate::row::{Row, Sense};
use crate::theorem::{Claimed, Place, Scope, Theorem, at};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most free parameters whose box is divided into simplices.
const MOST_FREE: usize = 8;

/// A simplex of the free parameters of a place.
#[derive(Debug, Clone)]
pub(crate) struct Simplex {
    /// The free parameters.
    free: Vec<u32>,
    /// A value per free parameter for each vertex.
    vertices: Vec<Vec<Rational>>,
    /// What the other parameters are in the free ones.
    others: BTreeMap<Variable, Polynomial>,
}

/// The decision of a place with one, which need not be one of the listing yet.
pub(crate) fn point(listing: &Listing, place: &Place) -> Option<Vec<Rational>> {
    match (place, &listing.decisions) {
        (Place::Decision(k), Decisions::List(list)) => list.get(*k as usize).cloned(),
        (Place::Point(values), _) => Some(values.clone()),
        _ => None,
    }
}

/// The decision of a scope with one.
pub(crate) fn of_scope(listing: &Listing, scope: &Scope) -> Option<Vec<Rational>> {
    match scope {
        Scope::All => None,
        Scope::Decision(k) => point(listing, &Place::Decision(*k)),
        Scope::Point(values) => Some(values.clone()),
    }
}

/// Whether the points of a segment but for its first end are decisions: both ends lie in the
/// polytope, the second is a decision, and parameters on a grid do not move.
pub(crate) fn is_segment(listing: &Listing, from: &[Rational], to: &[Rational]) -> bool {
    let Decisions::Polytope { ends, grids, rows } = &listing.decisions else { return false };
    let still = |(k, grid): (usize, &Grid)| *grid == Grid::Continuous || from[k] == to[k];
    let within = |k: usize| ends[k].0 <= from[k] && from[k] <= ends[k].1;
    listing.is_decision(to)
        && from.len() == to.len()
        && grids.iter().enumerate().all(still)
        && (0..from.len()).all(within)
        && rows.iter().all(|(equal, row)| {
            at(row, from)
                .is_some_and(|value| if *equal { value.is_zero() } else { value >= Rational::ZERO })
        })
}

/// The frame of a place: its parameters, and the ranges of the statistics.
pub(crate) fn frame(listing: &Listing, place: &Place) -> Result<Frame, Refusal> {
    let mut frame = Frame { ends: listing.ends(), ..Frame::default() };
    match place {
        Place::All => {
            if matches!(listing.decisions, Decisions::List(_)) {
                return step("a list of decisions is taken one by one");
            }
        }
        Place::Segment { from, to } => {
            if from.len() != listing.parameters || !is_segment(listing, from, to) {
                return step("the points of the segment are not all decisions");
            }
            frame.shares = 2;
            for k in 0..from.len() {
                let name = Variable::Parameter(k as u32);
                let values = [&from[k], &to[k]];
                frame.substitutions.insert(name, barycentre(values.into_iter()));
            }
        }
        Place::Decision(_) | Place::Point(_) => {
            let Some(values) = point(listing, place).filter(|p| listing.is_decision(p)) else {
                return step("the place is no decision");
            };
            for (k, value) in values.into_iter().enumerate() {
                let name = Variable::Parameter(k as u32);
                frame.ends.insert(name, (Some(value.clone()), Some(value)));
            }
        }
    }
    Ok(frame)
}

/// `sum_k a_k value_k`.
fn barycentre<'a>(values: impl Iterator<Item = &'a Rational>) -> Polynomial {
    let mut sum = Polynomial::zero();
    for (k, value) in values.enumerate() {
        sum = sum.plus(&Polynomial::variable(Variable::Share(k as u32)), value);
    }
    sum
}

/// The value that theorems show together for every decision of a scope: the least of each decision,
/// the greatest of these.
pub(crate) fn covered(listing: &Listing, scope: &Scope, theorems: &[&Theorem]) -> Option<Rational> {
    let value = |theorem: &Theorem, point: &[Rational]| match &theorem.statement().claimed {
        Claimed::Bound(value) | Claimed::Reached(value) | Claimed::Below(value) => at(value, point),
        _ => None,
    };
    let best = |decision: &Vec<Rational>| {
        theorems
            .iter()
            .filter(|theorem| match &theorem.statement().place {
                Place::All => true,
                place => point(listing, place).as_ref() == Some(decision),
            })
            .filter_map(|theorem| value(theorem, decision))
            .min()
    };
    match (scope, &listing.decisions) {
        (Scope::All, Decisions::List(list)) => {
            list.iter().map(best).collect::<Option<Vec<Rational>>>()?.into_iter().max()
        }
        (Scope::All, Decisions::Polytope { .. }) => theorems
            .iter()
            .filter(|theorem| theorem.statement().place == Place::All)
            .filter_map(|theorem| theorem.value())
            .min(),
        _ => best(&of_scope(listing, scope)?),
    }
}

impl Proof {
    /// Refuses where something was derived already: it may speak of coordinates that will change.
    fn untouched(&self) -> Result<Region, Refusal> {
        let region = self.top()?;
        let kinds = matches!(region.kind, Kind::Decisions | Kind::Equilibria);
        if region.marks != (0, 0, 0) || !region.pending.is_empty() || !kinds {
            return step("simplices come before what is derived");
        }
        Ok(region.clone())
    }

    /// Divides the box of the free parameters of the region on top into simplices, one per order of
    /// these parameters, in the lexicographic order of the orders: a point whose coordinates,
    /// relative to the box, decrease in an order lies in its simplex. The vertices start with the
    /// lower ends; then one parameter after the other, in the order, goes to its upper end.
    ///
    /// # Errors
    /// [`Refusal`] when the region has simplices, or no free parameter, or too many.
    pub fn simplices(&mut self) -> Result<(), Refusal> {
        let region = self.untouched()?;
        if region.frame.shares != 0 {
            return step("the place is a simplex already");
        }
        let is_free = |k: &u32| {
            let name = Variable::Parameter(*k);
            region.frame.pinned(name).is_none() && !region.frame.substitutions.contains_key(&name)
        };
        let free: Vec<u32> = (0..self.listing.parameters as u32).filter(is_free).collect();
        if free.is_empty() || free.len() > MOST_FREE {
            return step("the place has no free parameter, or too many");
        }
        let ends = |k: u32| match region.frame.ends.get(&Variable::Parameter(k)) {
            Some((Some(lower), Some(upper))) => Ok((lower.clone(), upper.clone())),
            _ => step("a free parameter without ends"),
        };
        let ends = free.iter().map(|&k| ends(k)).collect::<Result<Vec<_>, Refusal>>()?;
        let mut parts = Vec::new();
        for order in orders(free.len()) {
            let mut vertex: Vec<Rational> = ends.iter().map(|ends| ends.0.clone()).collect();
            let mut vertices = vec![vertex.clone()];
            for place in order {
                vertex[place] = ends[place].1.clone();
                vertices.push(vertex.clone());
            }
            let others = region.frame.substitutions.clone();
            let simplex = Simplex { free: free.clone(), vertices, others };
            parts.push(with_simplex(&region, simplex)?);
        }
        self.cover(parts)
    }

    /// Divides the simplex of the region on top by the point `(1 - share) V_i + share V_j`: first
    /// the part in which it takes the place of vertex `i`, then that of vertex `j`.
    ///
    /// # Errors
    /// [`Refusal`] when there is no simplex, no such vertices, or the point is none between them.
    pub fn cut(&mut self, i: u32, j: u32, share: Rational) -> Result<(), Refusal> {
        let region = self.untouched()?;
        let Some(simplex) = region.simplex.clone() else {
            return step("the place is no simplex");
        };
        let (i, j) = (i as usize, j as usize);
        let count = simplex.vertices.len();
        if i >= count || j >= count || i == j || share <= Rational::ZERO || share >= Rational::ONE {
            return step("no point between two vertices");
        }
        let middle: Vec<Rational> = simplex.vertices[i]
            .iter()
            .zip(&simplex.vertices[j])
            .map(|(a, b)| a + (b - a) * &share)
            .collect();
        let part = |vertex: usize| {
            let mut part = Simplex::clone(&simplex);
            part.vertices[vertex] = middle.clone();
            with_simplex(&region, part)
        };
        let parts = vec![part(i)?, part(j)?];
        self.cover(parts)
    }
}

impl Proof {
    /// Forgets the simplex of the region on top, for the box around it: parameters are coordinates
    /// again. The rows, affine in the free parameters and at least 0 at all vertices, stay.
    ///
    /// # Errors
    /// [`Refusal`] when there is no simplex, or a row does not hold at a vertex.
    pub fn unfold(&mut self, rows: &[Polynomial]) -> Result<(), Refusal> {
        let mut region = self.untouched()?;
        let Some(simplex) = region.simplex.take() else {
            return step("the place is no simplex");
        };
        let is_free =
            |variable| matches!(variable, Variable::Parameter(k) if simplex.free.contains(&k));
        for row in rows {
            let affine = row.terms().all(|(monomial, _)| monomial.degree() <= 1);
            if !affine || !row.only(is_free) {
                return step("a row that is not affine in the free parameters");
            }
            for vertex in &simplex.vertices {
                let mut point = vec![Rational::ZERO; self.listing.parameters];
                for (&k, value) in simplex.free.iter().zip(vertex) {
                    point[k as usize] = value.clone();
                }
                if at(row, &point).is_none_or(|value| value < Rational::ZERO) {
                    return inequality("a row does not hold at a vertex of the simplex");
                }
            }
            region.pending.push(Row::of(Sense::AtLeast, row.clone()));
        }
        region.frame.shares = 0;
        region.frame.substitutions = simplex.others.clone();
        for (place, &k) in simplex.free.iter().enumerate() {
            let values = || simplex.vertices.iter().map(|vertex| &vertex[place]);
            if let (Some(least), Some(greatest)) = (values().min(), values().max()) {
                region.raise(Variable::Parameter(k), least.clone());
                region.reduce(Variable::Parameter(k), greatest.clone());
            }
        }
        self.replace(vec![region])
    }
}

/// The region on a simplex: parameters are affine in the barycentric coordinates.
fn with_simplex(region: &Region, simplex: Simplex) -> Result<Region, Refusal> {
    let mut part = region.clone();
    let frame = &mut part.frame;
    frame.shares = simplex.vertices.len() as u32;
    frame.substitutions = BTreeMap::new();
    for (place, &k) in simplex.free.iter().enumerate() {
        let values = simplex.vertices.iter().map(|vertex| &vertex[place]);
        frame.substitutions.insert(Variable::Parameter(k), barycentre(values));
    }
    let others = simplex
        .others
        .iter()
        .map(|(name, polynomial)| Ok((*name, frame.resolve(polynomial)?)))
        .collect::<Result<Vec<_>, Refusal>>()?;
    frame.substitutions.extend(others);
    part.simplex = Some(Arc::new(simplex));
    Ok(part)
}

/// The orders of `0..count`, lexicographically.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        orders = orders
            .into_iter()
            .flat_map(|order| {
                (0..count)
                    .filter(|k| !order.contains(k))
                    .map(|k| {
                        let mut longer = order.clone();
                        longer.push(k);
                        longer
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    orders
}
