//! The end of a search in rationals.
//!
//! The two policies of the search are evaluated exactly and the climb goes on with exact
//! multipliers until the induction at the multiplier finds nothing better than the line through
//! both: a finite number of steps, usually one. The optimum is then the rational number at which
//! the line meets `V* - eps`.

use super::{Effort, EndError, Search};
use crate::certificate::{Arithmetic, Part, Step};
use crate::equilibrium::{Control, Problem, Proof, Proved};
use crate::exact::{Integer, Natural, Rational, from_short_dyadic};
use crate::follower::{Objective, best_response, earnings};
use crate::game::Policy;

/// Bits of a multiplier that need not be exact.
const MULTIPLIER_BITS: u32 = 40;

/// A pure policy with what it earns exactly: `sigma J0` and `r'd`.
struct Point {
    cost: Rational,
    reward: Rational,
    policy: Policy,
}

struct End<'a> {
    problem: &'a Problem<'a>,
    control: &'a Control,
    sigma: Rational,
    /// `V* - eps`.
    target: Rational,
}

/// Proves the optimum from the policies of `search` (with [`Effort::Full`]: lower side equal to
/// upper side), or one bound and one witness.
pub(super) fn finish(
    problem: &Problem<'_>,
    search: &Search,
    effort: Effort,
    control: &Control,
) -> Result<Proved, EndError> {
    let keep_going = || !control.stopped();
    let sigma = problem.sigma();
    let own = best_response(
        problem.numbers,
        &Objective::follower(),
        Some(&Objective::leader(-sigma.clone())),
        &keep_going,
    )?;
    let end = End { problem, control, target: &own.value - problem.epsilon, sigma };
    let mut feasible = end.evaluate(own.policy)?;
    let mut infeasible: Option<Point> = None;
    let (first, second) = search.policies();
    for policy in [first, second].into_iter().flatten() {
        let point = end.evaluate(policy)?;
        if point.reward < end.target {
            infeasible = Some(point);
        } else if point.cost < feasible.cost {
            feasible = point;
        }
    }
    // A policy that earns less for both sides is no help.
    infeasible = infeasible.filter(|point| point.cost < feasible.cost);
    match effort {
        Effort::Quick => end.quick(search, &feasible, infeasible.as_ref()),
        Effort::Full => end.climb(feasible, infeasible),
    }
}

impl End<'_> {
    fn evaluate(&self, policy: Policy) -> Result<Point, EndError> {
        let (leader, reward) =
            earnings(self.problem.numbers, &policy, &|| !self.control.stopped())?;
        Ok(Point { cost: leader * &self.sigma, reward, policy })
    }

    /// `min over flows of sigma J0 - lambda r'd` and a minimiser; at lambda = 0 the one with the
    /// largest `r'd`.
    fn least(&self, multiplier: &Rational) -> Result<(Rational, Policy), EndError> {
        let objective = Objective { leader: -self.sigma.clone(), reward: multiplier.clone() };
        let tie_break = multiplier.is_zero().then(Objective::follower);
        let keep_going = || !self.control.stopped();
        let response =
            best_response(self.problem.numbers, &objective, tie_break.as_ref(), &keep_going)?;
        Ok((&self.sigma * &self.problem.numbers.leader_constant - response.value, response.policy))
    }

    fn bound(&self, multiplier: Rational, least: &Rational) -> Proof {
        let value = least + &multiplier * &self.target;
        let step = Step::DynamicProgramming {
            value: &value * &self.sigma,
            multiplier,
            arithmetic: Arithmetic::Exact,
        };
        Proof { value, steps: vec![step] }
    }

    /// The mixture of both policies whose exploitability is exactly eps.
    fn witness(&self, feasible: &Point, infeasible: Option<&Point>) -> Proof {
        let mixture = infeasible.map(|point| {
            ((&self.target - &point.reward) / (&feasible.reward - &point.reward), point)
        });
        let (value, parts) = match mixture {
            Some((share, point)) if !share.is_one() => {
                let rest = Rational::ONE - &share;
                let value = &share * &feasible.cost + &rest * &point.cost;
                let part = |weight, policy: &Policy| Part { weight, policy: policy.clone() };
                (value, vec![part(share, &feasible.policy), part(rest, &point.policy)])
            }
            _ => (
                feasible.cost.clone(),
                vec![Part { weight: Rational::ONE, policy: feasible.policy.clone() }],
            ),
        };
        let step =
            Step::Witness { value: &value * &self.sigma, arithmetic: Arithmetic::Exact, parts };
        Proof { value, steps: vec![step] }
    }

    fn quick(
        &self,
        search: &Search,
        feasible: &Point,
        infeasible: Option<&Point>,
    ) -> Result<Proved, EndError> {
        let multiplier = from_short_dyadic(search.multiplier_approx(), MULTIPLIER_BITS)
            .unwrap_or(Rational::ZERO)
            .max(Rational::ZERO);
        let (least, _) = self.least(&multiplier)?;
        Ok(Proved {
            bound: self.bound(multiplier, &least),
            witness: self.witness(feasible, infeasible),
        })
    }

    fn climb(
        &self,
        mut feasible: Point,
        mut infeasible: Option<Point>,
    ) -> Result<Proved, EndError> {
        loop {
            let multiplier = match &infeasible {
                None => Rational::ZERO,
                Some(point) => self.multiplier(&feasible, point),
            };
            let (least, policy) = self.least(&multiplier)?;
            let line = &feasible.cost - &multiplier * &feasible.reward;
            if least == line {
                let witness =
                    self.witness(&feasible, infeasible.as_ref().filter(|_| !multiplier.is_zero()));
                return Ok(Proved { bound: self.bound(multiplier, &least), witness });
            }
            let point = self.evaluate(policy)?;
            if point.reward >= self.target {
                // The policies of the search are optimal up to rounding only: the new one may be
                // better for both sides.
                infeasible = infeasible.filter(|known| known.cost < point.cost);
                feasible = point;
            } else {
                infeasible = Some(point);
            }
        }
    }

    /// The multiplier at which both policies tie. At eps = 0 every larger one proves the same
    /// bound, because no policy earns more than V*: the next power of two is shorter and rarely
    /// needs another round.
    fn multiplier(&self, feasible: &Point, infeasible: &Point) -> Rational {
        let slope = (&feasible.cost - &infeasible.cost) / (&feasible.reward - &infeasible.reward);
        if !self.problem.epsilon.is_zero() {
            return slope;
        }
        let mut power = Rational::ONE;
        let two = Rational::from(Integer::from(2));
        while power <= slope {
            power *= &two;
        }
        let half = Rational::from_parts(Integer::ONE, Natural::from(2u8));
        while &power * &half > slope
            && power > Rational::from_parts(Integer::ONE, Natural::ONE << 64)
        {
            power *= &half;
        }
        power * two
    }
}
