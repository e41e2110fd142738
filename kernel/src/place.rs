//! Places: which decisions a statement is about, and simplices that cover them ([15]).

use crate::prelude::*;

/// Most free parameters whose box is divided into simplices.
const MOST_FREE: usize = 8;

/// A simplex of the free parameters of a place.
#[derive(Debug, Clone)]
pub(crate) struct Simplex {
    /// The free parameters.
    free: Vec<Variable>,
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

/// Whether the points of a segment but for its first end are decisions: both ends lie in the
/// polytope, the second is a decision, and parameters on a grid do not move.
pub(crate) fn is_segment(listing: &Listing, from: &[Rational], to: &[Rational]) -> bool {
    let Decisions::Polytope { grids, .. } = &listing.decisions else { return false };
    let mut moves = grids.iter().zip(from.iter().zip(to));
    listing.is_between(from)
        && listing.is_decision(to)
        && moves.all(|(grid, (from, to))| *grid == Grid::Continuous || from == to)
}

/// The frame of a place: its parameters, and the ranges of the statistics.
pub(crate) fn frame(listing: &Listing, place: &Place) -> Done<Frame> {
    let mut frame = Frame::of(listing.ends());
    let parameters = (0u32..).map(Variable::Parameter);
    match place {
        Place::All => {
            let listed = matches!(listing.decisions, Decisions::List(_));
            require(!listed, "a list of decisions is taken one by one")?;
        }
        Place::Segment { from, to } => {
            require(is_segment(listing, from, to), "points of the segment that are no decisions")?;
            let values = from.iter().zip(to).map(|(from, to)| barycentre([from, to]));
            frame.put(parameters.zip(values).collect(), 2);
        }
        Place::Decision(_) | Place::Point(_) => {
            let decision = point(listing, place).filter(|point| listing.is_decision(point));
            require(decision.is_some(), "the place is no decision")?;
            let values = decision.into_iter().flatten();
            parameters.zip(values).for_each(|(name, value)| frame.pin(name, value));
        }
    }
    Ok(frame)
}

/// `sum_k a_k value_k`.
fn barycentre<'a>(values: impl IntoIterator<Item = &'a Rational>) -> Polynomial {
    let shares = (0u32..).map(|k| Polynomial::variable(Variable::Share(k)));
    shares.zip(values).fold(Polynomial::zero(), |sum, (share, value)| sum.plus(&share, value))
}

/// The value that theorems show together for every decision of a scope: the least of each decision,
/// the greatest of these.
pub(crate) fn covered(listing: &Listing, scope: &Scope, theorems: &[&Theorem]) -> Option<Rational> {
    let on_all = |theorem: &&&Theorem| theorem.statement().place == Place::All;
    let best = |decision: &Vec<Rational>| {
        let about = |theorem: &&&Theorem| {
            on_all(theorem) || point(listing, &theorem.statement().place).as_ref() == Some(decision)
        };
        let values = theorems.iter().filter(about);
        values.filter_map(|theorem| theorem.statement().value_at(decision)).min()
    };
    match (scope, &listing.decisions) {
        (Scope::All, Decisions::List(list)) => {
            list.iter().map(best).collect::<Option<Vec<Rational>>>()?.into_iter().max()
        }
        (Scope::All, _) => theorems.iter().filter(on_all).filter_map(|t| t.value()).min(),
        _ => best(&point(listing, &scope.place())?),
    }
}

impl Proof {
    /// Refuses where something was derived already: it may speak of coordinates that will change.
    fn untouched(&self) -> Done<&Region> {
        let region = self.top()?;
        let kinds = matches!(region.kind, Kind::Decisions | Kind::Equilibria);
        require(kinds && region.marks == (0, 0, 0), "simplices come before what is derived")?;
        Ok(region)
    }

    /// Divides the box of the free parameters of the region on top into simplices, one per order of
    /// these parameters, in the lexicographic order of the orders: a point whose coordinates,
    /// relative to the box, decrease in an order lies in its simplex. The vertices start with the
    /// lower ends; then one parameter after the other, in the order, goes to its upper end.
    /// Refused when the region has simplices, or no free parameter, or too many.
    pub fn simplices(&mut self) -> Done {
        let frame = &self.untouched()?.frame;
        require(frame.shares() == 0, "the place is a simplex already")?;
        let (mut free, mut ends) = (Vec::new(), Vec::new());
        for name in (0..self.listing.parameters as u32).map(Variable::Parameter) {
            if let Some((Some(lower), Some(upper))) = frame.ends().get(&name)
                && lower != upper
                && !frame.substitutions().contains_key(&name)
            {
                free.push(name);
                ends.push((lower.clone(), upper.clone()));
            }
        }
        let count = free.len();
        require((1..=MOST_FREE).contains(&count), "no free parameter, or too many")?;
        let others = frame.substitutions().clone();
        let orders = orders(count);
        self.cover(orders.len(), |index, part| {
            let mut vertex: Vec<Rational> = ends.iter().map(|ends| ends.0.clone()).collect();
            let mut vertices = vec![vertex.clone()];
            for &place in &orders[index] {
                vertex[place] = ends[place].1.clone();
                vertices.push(vertex.clone());
            }
            part.put_on(Simplex { free: free.clone(), vertices, others: others.clone() })
        })
    }

    /// Divides the simplex of the region on top by the point `(1 - share) V_i + share V_j`: first
    /// the part in which it takes the place of vertex `i`, then that of vertex `j`.
    pub fn cut(&mut self, i: u32, j: u32, share: Rational) -> Done {
        let simplex = self.untouched()?.simplex.clone();
        let vertex = |k: u32| simplex.as_ref().and_then(|simplex| simplex.vertices.get(k as usize));
        let (Some(simplex), Some(a), Some(b)) = (&simplex, vertex(i), vertex(j)) else {
            return require(false, "the place has no such vertices");
        };
        let inside = Rational::ZERO < share && share < Rational::ONE && i != j;
        require(inside, "no point between two vertices")?;
        let middle: Vec<Rational> = a.iter().zip(b).map(|(a, b)| a + (b - a) * &share).collect();
        self.cover(2, |index, part| {
            let mut simplex = Simplex::clone(simplex);
            simplex.vertices[[i, j][index] as usize] = middle.clone();
            part.put_on(simplex)
        })
    }

    /// Forgets the simplex of the region on top, for the box around it: parameters are coordinates
    /// again. Rows that are affine in the free parameters and at least 0 at all vertices stay.
    pub fn unfold(&mut self, rows: &[Polynomial]) -> Done {
        let Some(simplex) = self.untouched()?.simplex.clone() else {
            return require(false, "the place is no simplex");
        };
        let Simplex { free, vertices, others } = simplex.as_ref();
        for row in rows {
            let affine = row.degree() <= 1 && row.only(|variable| free.contains(&variable));
            require(affine, "a row that is not affine in the free parameters")?;
            for vertex in vertices {
                let values = free.iter().copied().zip(vertex.iter().cloned());
                let mut frame = Frame::default();
                values.for_each(|(name, value)| frame.pin(name, value));
                let value = frame.lowest(row)?;
                show(value >= Some(Rational::ZERO), "a row that does not hold at a vertex")?;
            }
        }
        self.cover(1, |_, region| {
            region.simplex = None;
            region.frame.put(others.clone(), 0);
            for (place, name) in free.iter().enumerate() {
                let values = || vertices.iter().map(|vertex| vertex[place].clone());
                values().min().into_iter().for_each(|least| region.raise(*name, least));
                values().max().into_iter().for_each(|greatest| region.reduce(*name, greatest));
            }
            // Numbered in any case, so that facets keep their numbers.
            region.pending.extend(rows.iter().map(|row| Row::of(Sense::AtLeast, row.clone())));
            Ok(())
        })
    }
}

impl Region {
    /// Makes the parameters affine in the barycentric coordinates of a simplex.
    fn put_on(&mut self, simplex: Simplex) -> Done {
        let values = |place: usize| simplex.vertices.iter().map(move |vertex| &vertex[place]);
        let free = simplex.free.iter().enumerate();
        let free = free.map(|(place, name)| (*name, barycentre(values(place))));
        let mut frame = Frame::default();
        frame.put(free.collect(), 0);
        let mut all = frame.substitutions().clone();
        for (name, polynomial) in &simplex.others {
            // It has no substituted coordinates but the free ones.
            all.insert(*name, frame.resolve(polynomial)?);
        }
        self.frame.put(all, simplex.vertices.len() as u32);
        self.simplex = Some(Arc::new(simplex));
        Ok(())
    }
}

/// The orders of `0..count`, lexicographically.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        let longer = |order: Vec<usize>| {
            let others = (0..count).filter(|k| !order.contains(k)).collect::<Vec<usize>>();
            others.into_iter().map(move |k| [&order[..], &[k]].concat())
        };
        orders = orders.into_iter().flat_map(longer).collect();
    }
    orders
}
