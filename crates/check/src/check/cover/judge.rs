//! What a rule shows about a simplex: first in enclosures, and exactly where these do not decide.

use super::fixed::Fixed;
use super::response::{Judgement, Policies, Rule, judge, relax};
use super::scalar::Scalar;
use super::tables::Tables;
use crate::certificate::Arithmetic;
use crate::check::induction::{Choice, Form, value};
use crate::exact::{Rational, Rounding};
use crate::game::{Game, Point, Policy, Space};

/// Pairs times stages of games that are judged exactly throughout at eps = 0, where values are
/// simple fractions.
const SMALL: usize = 256;

/// A rule that is no eps-equilibrium on all of a simplex, or does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Wrong counts, unknown policies, or mixtures where transitions are not fixed.
    Shape,
    /// Followers may lose this much.
    Exploitable(Rational),
}

/// A game and the policies to which rules refer.
#[derive(Debug)]
pub struct Judge<'a> {
    game: &'a Game,
    epsilon: Rational,
    /// Transitions are constants, no data see the population, and all others are affine in the
    /// decision.
    plain: bool,
    policies: Vec<Policy>,
    exact: Tables<Rational>,
    exact_policies: Policies<Rational>,
    fixed: Tables<Fixed>,
    fixed_policies: Policies<Fixed>,
}

impl<'a> Judge<'a> {
    /// No policies yet.
    #[must_use]
    pub fn new(game: &'a Game, epsilon: &Rational) -> Self {
        let exact = Tables::new(game);
        Judge {
            game,
            epsilon: epsilon.clone(),
            plain: exact.fixed() && exact.is_affine(),
            policies: Vec::new(),
            exact,
            exact_policies: Policies::default(),
            fixed: Tables::new(game),
            fixed_policies: Policies::default(),
        }
    }

    /// Whether transitions depend neither on the decision nor on the population, so that flows may
    /// be mixed.
    #[must_use]
    pub fn fixed_transitions(&self) -> bool {
        self.exact.fixed()
    }

    /// Adds a policy; `None` when it does not fit the game.
    pub fn push(&mut self, policy: &Policy) -> Option<usize> {
        self.fixed_policies.push(&self.fixed, policy)?;
        self.policies.push(policy.clone());
        self.exact_policies.push(&self.exact, policy)
    }

    /// Bounds of what a rule costs the followers and gives the leader at each vertex, exactly;
    /// `None` when it does not fit.
    #[must_use]
    pub fn exactly(&self, simplex: &[Point], rule: &Rule<Rational>) -> Option<Judgement<Rational>> {
        let same = rule.len() == simplex.len() && rule.windows(2).all(|pair| pair[0] == pair[1]);
        if self.plain
            && same
            && let Some(mix) = rule.first()
            && let Some(judged) = self.everywhere(simplex, mix)
        {
            return Some(judged);
        }
        judge(&self.exact, simplex, rule, &self.exact_policies)
    }

    /// The same for one mixture on all of a simplex in a plain game, whose flow does not move: the
    /// followers' value is convex in the decision and all else affine, so that inductions at the
    /// vertices say it all. Their numbers have common denominators, which are not reduced at every
    /// step.
    fn everywhere(
        &self,
        simplex: &[Point],
        mix: &[(usize, Rational)],
    ) -> Option<Judgement<Rational>> {
        let mut judged = Judgement { exploitability: Vec::new(), leader: Vec::new() };
        let reward = Form { leader: Rational::ZERO, reward: Rational::ONE };
        let leader = Form { leader: Rational::ONE, reward: Rational::ZERO };
        for point in simplex {
            let numbers = self.game.at(point).mean_field_free().ok()?;
            let exact = |form: &Form, choice| {
                value(&numbers, form, choice, Arithmetic::Exact, Rounding::Down)
            };
            let mut exploitability = exact(&reward, Choice::Greatest)?;
            let mut gain = numbers.leader_constant.clone();
            for (policy, weight) in mix {
                let policy = Choice::Policy(self.policies.get(*policy)?);
                exploitability -= weight * exact(&reward, policy)?;
                gain += weight * exact(&leader, policy)?;
            }
            judged.exploitability.push(exploitability);
            judged.leader.push(gain);
        }
        Some(judged)
    }

    /// What a rule gives the leader at most at each vertex of a simplex, on all decisions of which
    /// it is an eps-equilibrium; `None` when the simplex holds none.
    ///
    /// Where eps is positive, enclosures are good enough but for bounds near eps. At 0 it takes
    /// exact numbers to see that nothing is lost.
    ///
    /// # Errors
    /// [`Refused`] when the rule does not fit or is no eps-equilibrium.
    pub fn response(
        &self,
        space: &Space<'_>,
        simplex: &[Point],
        rule: &Rule<Rational>,
    ) -> Result<Option<Vec<Rational>>, Refused> {
        if let Some(judged) = self.enclosed(simplex, rule) {
            match space.greatest_on(simplex, &judged.exploitability) {
                Some(exploitability) if exploitability > self.epsilon => {}
                Some(_) => return Ok(Some(judged.leader)),
                None => return Ok(None),
            }
        }
        self.equilibrium(space, simplex, rule)
    }

    /// The same, in exact numbers alone.
    ///
    /// # Errors
    /// [`Refused`] when the rule does not fit or is no eps-equilibrium.
    pub fn equilibrium(
        &self,
        space: &Space<'_>,
        simplex: &[Point],
        rule: &Rule<Rational>,
    ) -> Result<Option<Vec<Rational>>, Refused> {
        let judged = self.exactly(simplex, rule).ok_or(Refused::Shape)?;
        match space.greatest_on(simplex, &judged.exploitability) {
            Some(exploitability) if exploitability > self.epsilon => {
                Err(Refused::Exploitable(exploitability))
            }
            Some(_) => Ok(Some(judged.leader)),
            None => Ok(None),
        }
    }

    /// Upper bounds of the leader's reward at every eps-equilibrium, at the vertices of a simplex,
    /// by a multiplier; `None` when the rule does not fit or data see the population.
    #[must_use]
    pub fn relaxed(
        &self,
        simplex: &[Point],
        multiplier: &Rational,
        rule: &Rule<Rational>,
    ) -> Option<Vec<Rational>> {
        if !self.epsilon.is_zero() || self.game.pairs() * self.game.stages.len() > SMALL {
            let (points, own) = enclosures(simplex, rule);
            let (epsilon, lambda) = (Fixed::of(&self.epsilon), Fixed::of(multiplier));
            let values =
                relax(&self.fixed, &points, &epsilon, &lambda, &own, &self.fixed_policies)?;
            if let Some(values) = upper_ends(&values) {
                return Some(values);
            }
        }
        relax(&self.exact, simplex, &self.epsilon, multiplier, rule, &self.exact_policies)
    }

    /// Upper ends of enclosures; `None` at eps = 0, when the rule does not fit, and when numbers
    /// are too large.
    fn enclosed(&self, simplex: &[Point], rule: &Rule<Rational>) -> Option<Judgement<Rational>> {
        if self.epsilon.is_zero() {
            return None;
        }
        let (points, own) = enclosures(simplex, rule);
        let judged = judge(&self.fixed, &points, &own, &self.fixed_policies)?;
        Some(Judgement {
            exploitability: upper_ends(&judged.exploitability)?,
            leader: upper_ends(&judged.leader)?,
        })
    }
}

/// Vertices and a mixture for each.
type Enclosures = (Vec<Vec<Fixed>>, Vec<Vec<(usize, Fixed)>>);

fn enclosures(simplex: &[Point], rule: &Rule<Rational>) -> Enclosures {
    let points = simplex.iter().map(|point| point.iter().map(Fixed::of).collect()).collect();
    let mix = |mix: &Vec<(usize, Rational)>| {
        mix.iter().map(|(policy, weight)| (*policy, Fixed::of(weight))).collect()
    };
    (points, rule.iter().map(mix).collect())
}

fn upper_ends(values: &[Fixed]) -> Option<Vec<Rational>> {
    values.iter().map(Fixed::upper).collect()
}
