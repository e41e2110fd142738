//! Proofs as elaborators write them: steps of the kernel, or of the game joined with its leader in
//! words of the game itself.
//!
//! Boxes of a joined game may have ends that the piece has not, and be empty there: then there is
//! nothing to derive, and they are closed as they are.

use super::joined::View;
use super::log::Recorded;
use smfg_kernel::{Combination, Family, Refusal, Row, Theorem, Variable};
use std::ops::{Deref, DerefMut};

/// A proof of the kernel. While it has a view, its steps speak of a joined game.
pub(crate) struct Proof {
    kernel: Recorded,
    view: Option<View>,
}

impl From<Recorded> for Proof {
    fn from(kernel: Recorded) -> Self {
        Proof { kernel, view: None }
    }
}

/// Steps that say the same in both games.
impl Deref for Proof {
    type Target = Recorded;

    fn deref(&self) -> &Self::Target {
        &self.kernel
    }
}

impl DerefMut for Proof {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.kernel
    }
}

impl Proof {
    /// Whether the steps speak of a box of a joined game that the piece does not meet.
    fn misses(&self) -> bool {
        self.view.is_some() && self.kernel.is_empty()
    }

    /// From here on the steps speak of a joined game, or no longer.
    pub(crate) fn see(&mut self, view: Option<View>) {
        self.view = view;
    }

    /// In a joined game, per stage, from which pair on a square times the mass is refused.
    pub(crate) fn squared(&self) -> Option<Vec<usize>> {
        self.view.as_ref().map(View::squared)
    }

    pub(crate) fn finish(self) -> Result<Theorem, Refusal> {
        self.kernel.finish()
    }

    pub(crate) fn derive(&mut self, goal: Row, combination: &Combination) -> Result<(), Refusal> {
        if self.misses() {
            return Ok(());
        }
        let Some(view) = &mut self.view else { return self.kernel.derive(goal, combination) };
        let (row, own) = view.goal(&goal)?;
        let combination = view.combination(&own, combination)?;
        let before = self.kernel.counts().0;
        self.kernel.derive(row, &combination)?;
        view.derived(own, before, self.kernel.counts().0);
        Ok(())
    }

    pub(crate) fn derive_over(
        &mut self,
        site: (u32, u32),
        goal: Row,
        combinations: &[Combination],
    ) -> Result<(), Refusal> {
        if self.misses() {
            return Ok(());
        }
        let Some(view) = &mut self.view else {
            return self.kernel.derive_over(site, goal, combinations);
        };
        let (row, own) = view.goal(&goal)?;
        let combinations: Vec<Combination> = combinations
            .iter()
            .map(|combination| view.combination(&own, combination))
            .collect::<Result<_, Refusal>>()?;
        let before = self.kernel.counts().0;
        self.kernel.derive_over(site, row, &combinations)?;
        view.derived(own, before, self.kernel.counts().0);
        Ok(())
    }

    pub(crate) fn close(&mut self, combination: &Combination) -> Result<(), Refusal> {
        if self.misses() {
            return self.kernel.close_empty();
        }
        match &self.view {
            None => self.kernel.close(combination),
            Some(view) => {
                let combination = view.combination(&Default::default(), combination)?;
                self.kernel.close(&combination)
            }
        }
    }

    pub(crate) fn declare(&mut self, row: Row) -> Result<Variable, Refusal> {
        let Some(view) = &mut self.view else { return self.kernel.declare(row) };
        let (row, own) = view.form(&row)?;
        let variable = self.kernel.declare(row)?;
        view.declared(own, variable);
        Ok(variable)
    }

    pub(crate) fn declare_masses(&mut self, masses: Family) -> Result<Variable, Refusal> {
        let Some(view) = &mut self.view else { return self.kernel.declare_masses(masses) };
        let (row, own) = view.form(&row_of(&masses))?;
        let variable = self.kernel.declare(row)?;
        view.declared(own, variable);
        Ok(variable)
    }

    pub(crate) fn substitute(
        &mut self,
        variable: Variable,
        name: smfg_kernel::Name,
    ) -> Result<(), Refusal> {
        match &self.view {
            None => self.kernel.substitute(variable, name),
            Some(view) => {
                let (own, name) = (view.variable(variable), view.name(name));
                match self.kernel.substitute(own, name) {
                    // Others determine the parameter already: the equation says what one of them
                    // is, or nothing.
                    Err(_) if matches!(own, Variable::Parameter(_)) => {
                        let mut others = view.parameters();
                        let _ = others.find(|&other| self.kernel.substitute(other, name).is_ok());
                        Ok(())
                    }
                    answer => answer,
                }
            }
        }
    }

    /// Divides by the sign of a form of coordinates alone.
    pub(crate) fn divide(&mut self, row: &Row) -> Result<(), Refusal> {
        let Some(view) = &mut self.view else { return self.kernel.divide(row) };
        let (row, own) = view.form(row)?;
        let before = self.kernel.counts().0;
        self.kernel.divide(&row)?;
        view.derived(own, before, self.kernel.counts().0);
        Ok(())
    }

    pub(crate) fn split(
        &mut self,
        variable: Variable,
        at: smfg_kernel::Rational,
    ) -> Result<(), Refusal> {
        let variable = self.view.as_ref().map_or(variable, |view| view.variable(variable));
        self.kernel.split(variable, at)
    }

    pub(crate) fn regret(&mut self, rows: &[(u32, u32, u32)]) -> Result<(), Refusal> {
        if self.misses() {
            return Ok(());
        }
        match &mut self.view {
            None => self.kernel.regret(rows),
            Some(view) => {
                let (rows, own) = view.regrets(rows);
                let before = self.kernel.counts().0;
                self.kernel.regret(&rows)?;
                view.derived(own, before, self.kernel.counts().0);
                Ok(())
            }
        }
    }

    pub(crate) fn ceiling(&mut self, values: Family) -> Result<(), Refusal> {
        if self.misses() {
            return Ok(());
        }
        let values = self.view.as_ref().map(|view| view.values(&values)).unwrap_or(values);
        self.kernel.ceiling(values)
    }

    pub(crate) fn floor(&mut self, values: Family, choices: &[Vec<u32>]) -> Result<(), Refusal> {
        if self.misses() {
            return Ok(());
        }
        match &self.view {
            None => self.kernel.floor(values, choices),
            Some(view) => self.kernel.floor(view.values(&values), &view.choices(choices)),
        }
    }
}

/// The row of a form of the masses.
fn row_of(masses: &Family) -> Row {
    let mut row = Row::of(smfg_kernel::Sense::Equal, smfg_kernel::Polynomial::zero());
    for (t, columns) in masses {
        for (monomial, column) in columns {
            for index in 0..column.coefficients.len() {
                let value = column.coefficients.get(index);
                let value = smfg_kernel::Polynomial::term(monomial.clone(), value);
                row.mass.push((*t, column.position(index) as u32, value));
            }
        }
    }
    row
}
