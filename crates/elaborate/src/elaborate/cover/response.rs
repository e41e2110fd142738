//! Pieces that are closed by what the followers may do on them, or by a multiplier.

use super::bernstein::Form;
use super::population::{Data, Population, family};
use super::slack::{Slack, slack};
use super::{Cover, Piece};
use crate::certificate::{Arithmetic, Mix};
use crate::check::Fault;
use crate::check::induction;
use crate::elaborate::family::{at_start, number, objective};
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Scaled};
use smfg_kernel::{Combination, Monomial, Name};

/// Fractional bits of values that are tried first.
const BITS: u32 = 60;

const FOLLOWERS: induction::Form =
    induction::Form { leader: Rational::ZERO, reward: Rational::ONE };

/// Shows that a form is at least 0 on the decisions of a region, by rows of the decision set and a
/// multiple of its last row.
pub(super) type Shows<'s> = dyn Fn(&Form) -> Option<(Slack, Rational)> + 's;

impl Cover<'_> {
    /// Fixed point first, except where it would show nothing: at eps = 0 nobody may lose anything.
    fn arithmetics(&self) -> Vec<Arithmetic> {
        match self.claim.epsilon.is_zero() {
            true => vec![Arithmetic::Exact],
            false => vec![Arithmetic::Rounded(BITS), Arithmetic::Exact],
        }
    }

    /// Closes the region on top: a population that is an eps-equilibrium at all of its decisions
    /// and gives the leader no more than the bound.
    ///
    /// With `a` a ceiling of the followers' values and `d` the masses,
    /// `eps - loss = eps - mu0'a_0 + r'd + mu0'(a_0 - v_0)`.
    pub(super) fn response(
        &self,
        proof: &mut Proof,
        piece: &Piece<'_>,
        rule: &[Mix],
    ) -> Result<(), Fault> {
        let below = |rest: &Form| {
            let rows = slack(piece.basis, &self.space, piece.points.as_slice(), rest)?;
            Some((rows, Rational::ZERO))
        };
        self.respond(proof, piece, rule, (&below, &below))
    }

    /// The same, with what shows that a form is at least 0: of the followers' budget, and of the
    /// bound less the leader's reward. It gives rows, and a multiplier of the last row of the region.
    pub(super) fn respond(
        &self,
        proof: &mut Proof,
        piece: &Piece<'_>,
        rule: &[Mix],
        (within, below): (&Shows<'_>, &Shows<'_>),
    ) -> Result<(), Fault> {
        let (basis, points) = (piece.basis, piece.points.as_slice());
        let population = self.policies.population(basis, points, rule).ok_or(Fault::Shape)?;
        let data = Data::new(self.game, basis, points).at(&population);
        let earned = data.earned(&population, false).ok_or(Fault::Shape)?;
        let rest = self.left(&data, &population).ok_or(Fault::Shape)?;
        let below = below(&rest).ok_or(Fault::NotBelow)?;
        let mut least = None;
        for arithmetic in self.arithmetics() {
            let above = data.greatest(&FOLLOWERS, arithmetic).ok_or(Fault::Shape)?;
            let most = data.average(above.first().ok_or(Fault::Shape)?);
            let loss = basis.plus(&most, &Rational::NEG_ONE, &earned).ok_or(Fault::Shape)?;
            let budget = basis.constant(self.claim.epsilon.clone());
            let rest = basis.plus(&budget, &Rational::NEG_ONE, &loss).ok_or(Fault::Shape)?;
            if let Some(within) = within(&rest) {
                least = Some((above, within));
                break;
            }
        }
        let exploitability = self.claim.epsilon.clone();
        let (above, within) = least.ok_or(Fault::NotAnEquilibrium { exploitability })?;
        let last = proof.counts().0.checked_sub(1).map(|row| Name::Row(row as u32));
        proof.play(population.family(basis).ok_or(Fault::Shape)?)?;
        proof.ceiling(family(basis, &above).ok_or(Fault::Shape)?)?;
        let initial = vec![(0, self.initial(&Rational::ONE))];
        for ((rows, multiplier), bounds) in [(within, initial), (below, Vec::new())] {
            let mut combination = Combination { bounds, ..objective() };
            rows.add_to(&mut combination);
            if let Some(last) = last.filter(|_| !multiplier.is_zero()) {
                combination.rows.push((last, number(multiplier)));
            }
            proof.close(&combination)?;
        }
        Ok(())
    }

    /// The bound less the leader's reward at a population.
    pub(super) fn left(&self, data: &Data<'_>, population: &Population) -> Option<Form> {
        let bound = data.basis.constant(self.claim.upper.clone());
        data.basis.plus(&bound, &Rational::NEG_ONE, &self.given(data, population)?)
    }

    /// The leader's reward at a population.
    fn given(&self, data: &Data<'_>, population: &Population) -> Option<Form> {
        let payoff = data.polynomial(&self.game.payoff)?;
        data.basis.plus(&payoff, &Rational::ONE, &data.earned(population, true)?)
    }

    fn initial(&self, factor: &Rational) -> smfg_kernel::Family {
        let initial = Scaled::from_rationals(&self.game.initial);
        at_start(&Monomial::one(), &initial, factor)
    }

    /// Closes the region on top, of all equilibria with `J0 > bound`, in a game whose data see no
    /// population: with `lambda` the multiplier of the budget, `d` the masses of the rule and `W`
    /// the greatest values of `c + lambda r`,
    ///
    /// ```text
    /// bound - J0 = lambda (eps - loss) + lambda sum_i d_i z_i + sum_i m_i + rest,
    /// m_i = W_t(s) - c_i - lambda r_i - P_i W_{t+1} >= 0,
    /// rest = bound - h - lambda eps + lambda r'd - mu0'W_0,
    /// ```
    ///
    /// where `sum_i d_i z_i = mu0'v_0 - r'd`.
    pub(super) fn multiplier(
        &self,
        proof: &mut Proof,
        piece: &Piece<'_>,
        multiplier: &Rational,
        rule: &[Mix],
    ) -> Result<(), Fault> {
        let (basis, points) = (piece.basis, piece.points.as_slice());
        let population = self.policies.population(basis, points, rule).ok_or(Fault::Shape)?;
        let data = Data::new(self.game, basis, points);
        let form = induction::Form { leader: Rational::ONE, reward: multiplier.clone() };
        let mut shown = None;
        for arithmetic in [Arithmetic::Rounded(BITS), Arithmetic::Exact] {
            let above = data.greatest(&form, arithmetic).ok_or(Fault::Shape)?;
            let rest = self.relaxed(&data, &population, multiplier, &above);
            let rest = rest.ok_or(Fault::Shape)?;
            if let Some(below) = slack(basis, &self.space, points, &rest) {
                shown = Some((above, below));
                break;
            }
        }
        let (above, below) = shown.ok_or(Fault::NotBelow)?;
        let mut combination = Combination {
            rows: vec![
                (Name::Objective, number(Rational::ONE)),
                (Name::Budget, number(multiplier.clone())),
            ],
            flow: family(basis, &above).ok_or(Fault::Shape)?,
            ..Combination::default()
        };
        if !multiplier.is_zero() {
            let masses = population.family(basis).ok_or(Fault::Shape)?;
            combination.bellman = super::super::family::times(&masses, multiplier);
        }
        below.add_to(&mut combination);
        Ok(proof.close(&combination)?)
    }

    fn relaxed(
        &self,
        data: &Data<'_>,
        population: &Population,
        multiplier: &Rational,
        above: &[super::bernstein::Vector],
    ) -> Option<Form> {
        let basis = data.basis;
        let offset = &self.claim.upper - multiplier * &self.claim.epsilon;
        let rest = basis.constant(offset);
        let payoff = data.polynomial(&self.game.payoff)?;
        let rest = basis.plus(&rest, &Rational::NEG_ONE, &payoff)?;
        let rest = basis.plus(&rest, multiplier, &data.earned(population, false)?)?;
        basis.plus(&rest, &Rational::NEG_ONE, &data.average(above.first()?))
    }
}
