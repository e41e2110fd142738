//! From the advice of a linear programme to its exact optimum.
//!
//! A policy is a point (follower reward, `sigma J0`). Between a point at or right of the required
//! reward `V* - eps` and one left of it, the mixture that earns exactly the required reward is an
//! eps-equilibrium, and the slope of the segment is a multiplier. Backward induction at this
//! multiplier either finds no policy below the line through both points, and then the mixture is
//! optimal and the values of the induction are flow duals without negative residuals; or it finds
//! one, which replaces the end of the segment on its side. Every pivot lowers the mixture's `sigma
//! J0`, or (where it is stuck at a policy that earns exactly the required reward) raises the
//! multiplier, so no policy comes twice.

use super::Situation;
use super::duals::{Least, equilibrium_term, least_cost};
use super::vertex::read_vertex;
use crate::certificate::{Arithmetic, Part, Step};
use crate::equilibrium::{Control, Problem, Proof, Proved};
use crate::exact::{Rational, from_approx};
use crate::follower::{Objective, best_response, earnings};
use crate::game::Policy;

/// Relative distance of the simple rational taken for the solver's multiplier, as a power of two:
/// its own accuracy.
const MULTIPLIER_BITS: usize = 30;
/// Most pivots. Without any advice random games need about 15.
const MOST_PIVOTS: usize = 1000;

/// A policy and what it earns.
#[derive(Debug, Clone)]
struct Point {
    /// `sigma J0`.
    value: Rational,
    /// `r'd`.
    reward: Rational,
    policy: Policy,
}

impl Point {
    /// `None` when stopped, or when the policy does not fit the game.
    fn new(problem: &Problem<'_>, control: &Control, policy: Policy) -> Option<Self> {
        let (leader, reward) = earnings(problem.numbers, &policy, &|| !control.stopped()).ok()?;
        Some(Point { value: problem.sigma() * leader, reward, policy })
    }
}

/// A policy that is an eps-equilibrium, and perhaps one that is not.
struct Segment {
    required: Rational,
    high: Point,
    low: Option<Point>,
}

impl Segment {
    /// Slope of `sigma J0` along the follower reward, or 0 when the eps-equilibrium is no worse
    /// than the other policy.
    fn slope(&self) -> Rational {
        match &self.low {
            Some(low) if low.value < self.high.value => {
                (&self.high.value - &low.value) / (&self.high.reward - &low.reward)
            }
            _ => Rational::ZERO,
        }
    }

    /// `sigma J0` of the best eps-equilibrium on the segment.
    fn value(&self) -> Rational {
        &self.high.value - self.slope() * (&self.high.reward - &self.required)
    }

    /// The segment with `point` as its end on that side.
    fn with(&self, point: Point) -> Self {
        let required = self.required.clone();
        if point.reward >= self.required {
            Segment { required, high: point, low: self.low.clone() }
        } else {
            Segment { required, high: self.high.clone(), low: Some(point) }
        }
    }

    /// Takes `point` when that lowers the value, or keeps it and makes the segment steeper.
    fn improve(&mut self, point: Point) -> bool {
        let other = self.with(point);
        let (value, known) = (other.value(), self.value());
        let better = value < known || (value == known && other.slope() > self.slope());
        if better {
            *self = other;
        }
        better
    }

    /// The best eps-equilibrium on the segment.
    fn witness(&self, sigma: &Rational) -> Proof {
        let value = self.value();
        let whole =
            |point: &Point| vec![Part { weight: Rational::ONE, policy: point.policy.clone() }];
        let parts = match &self.low {
            Some(low) if low.value < self.high.value && self.high.reward > self.required => {
                let weight = (&self.required - &low.reward) / (&self.high.reward - &low.reward);
                vec![
                    Part { weight: weight.clone(), policy: self.high.policy.clone() },
                    Part { weight: Rational::ONE - weight, policy: low.policy.clone() },
                ]
            }
            _ => whole(&self.high),
        };
        let step = Step::Witness { value: sigma * &value, arithmetic: Arithmetic::Exact, parts };
        Proof { value, steps: vec![step] }
    }
}

/// Improves `proved` by exact proofs; both sides are equal unless stopped.
pub(super) fn prove(situation: &Situation<'_>, proved: &mut Proved) {
    let Some(mut segment) = start(situation) else { return };
    let (problem, control) = (situation.problem, situation.control);
    let sigma = problem.sigma();
    let mut best: Option<(Rational, Rational, Least)> = None;
    let mut multiplier = first_multiplier(situation, &segment);
    for _ in 0..MOST_PIVOTS {
        let Some(least) = least_cost(problem, &multiplier, &|| !control.stopped()) else { break };
        let bound = &least.cost + equilibrium_term(problem, &multiplier, &situation.follower.lower);
        let policy = least.policy.clone();
        if best.as_ref().is_none_or(|(known, _, _)| bound > *known) {
            best = Some((bound.clone(), multiplier.clone(), least));
        }
        if bound >= segment.value() {
            break;
        }
        let Some(point) = Point::new(problem, control, policy) else { break };
        let improved = segment.improve(point);
        let next = segment.slope();
        if !improved && next == multiplier {
            break;
        }
        multiplier = next;
    }
    proved.witness = segment.witness(&sigma);
    if let Some((bound, multiplier, least)) = best
        && bound >= proved.bound.value
    {
        let flow_duals = least.values.iter().map(|stage| stage.iter().collect()).collect();
        let step = Step::Dual {
            value: sigma * &bound,
            multiplier,
            arithmetic: Arithmetic::Exact,
            flow_duals,
        };
        proved.bound = Proof { value: bound, steps: vec![step] };
    }
}

/// The followers' best response that is best for `sigma J0`, improved by the policies of the
/// vertex.
fn start(situation: &Situation<'_>) -> Option<Segment> {
    let (problem, control) = (situation.problem, situation.control);
    let tie_break = Objective::leader(-problem.sigma());
    let response =
        best_response(problem.numbers, &Objective::follower(), Some(&tie_break), &|| {
            !control.stopped()
        })
        .ok()?;
    let required = &response.value - problem.epsilon;
    let mut segment =
        Segment { required, high: Point::new(problem, control, response.policy)?, low: None };
    if let Some(advice) = situation.advice {
        let vertex = read_vertex(situation.lp, advice);
        let mut points: Vec<Point> = [vertex.main, vertex.other]
            .into_iter()
            .filter_map(|policy| Point::new(problem, control, policy))
            .collect();
        // The policy left of the required reward first: the other is judged by the segment to it.
        points.sort_by(|a, b| a.reward.cmp(&b.reward));
        for point in points {
            segment.improve(point);
        }
    }
    Some(segment)
}

/// The slope of the segment; while there is none, a simple rational at the solver's multiplier.
fn first_multiplier(situation: &Situation<'_>, segment: &Segment) -> Rational {
    let slope = segment.slope();
    if !slope.is_zero() {
        return slope;
    }
    let claimed = situation.advice.map(|advice| advice.multiplier_approx).filter(|m| *m > 0.0);
    match claimed.and_then(from_approx) {
        Some(claimed) => {
            let margin = &claimed / Rational::from(crate::exact::Natural::ONE << MULTIPLIER_BITS);
            Rational::simplest_in(&claimed - &margin, claimed + margin)
        }
        None => slope,
    }
}
