//! Monotone games in one region (docs/certificate.md, (O)).

use super::Site;
use crate::certificate::MonotoneStep;
use crate::check::Fault;
use crate::check::monotone::written_out;
use smfg_kernel::Theorem;

impl Site {
    /// `sigma J0 >= sigma value` at all eps-equilibria; or, of a ceiling, that some equilibrium has
    /// `sigma J0 <= sigma value`, because none has more.
    pub(crate) fn monotone(&self, step: &MonotoneStep) -> Result<Theorem, Fault> {
        let sigma = self.prover.sigma();
        let sign = if step.ceiling { -sigma } else { sigma };
        let closing = written_out(&self.instance, self.prover.epsilon(), &sign, step)?;
        let mut proof = if step.ceiling {
            let mut proof = self.prover.reached(&step.value)?;
            proof.exists()?;
            proof
        } else {
            self.prover.bound(&step.value)?
        };
        proof.ceiling(closing.ceiling)?;
        proof.floor(closing.floor, &closing.choices)?;
        proof.close(&closing.combination)?;
        Ok(proof.finish()?)
    }
}
