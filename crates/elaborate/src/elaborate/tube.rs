//! Tubes of regret (docs/certificate.md, (Y)): one step of the kernel.

use super::Site;
use crate::certificate::TubeStep;
use crate::check::Fault;
use smfg_kernel::Theorem;

impl Site {
    /// `sigma J0 >= sigma value` at all eps-equilibria; or, of a ceiling, that some equilibrium has
    /// `sigma J0 <= sigma value`, because none has more.
    pub(crate) fn tube(&self, step: &TubeStep) -> Result<Theorem, Fault> {
        let mut proof = if step.ceiling {
            let mut proof = self.prover.reached(&step.value)?;
            proof.exists()?;
            proof
        } else {
            self.prover.bound(&step.value)?
        };
        proof.tube(&step.tube)?;
        Ok(proof.finish()?)
    }
}
