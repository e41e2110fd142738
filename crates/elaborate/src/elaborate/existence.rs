//! A box of the statistics with an equilibrium (docs/certificate.md, (X)).

use super::Site;
use crate::certificate::ExistenceStep;
use crate::check::Fault;
use crate::check::existence::written_out;
use smfg_kernel::Theorem;

impl Site {
    /// That some eps-equilibrium has `sigma J0 <= sigma value`.
    pub(crate) fn existence(&self, step: &ExistenceStep) -> Result<Theorem, Fault> {
        let parts = written_out(&self.instance, &self.prover.sigma(), step)?;
        let mut proof = self.prover.reached(&step.value)?;
        proof.exists_in(&step.ends, &step.matrix)?;
        for part in parts {
            let rows = part.rows();
            proof.ceiling(part.ceiling)?;
            proof.floor(part.floor, &part.choices)?;
            for loss in part.losses {
                proof.derive(loss.goal, &loss.combination)?;
            }
            if !rows.is_empty() {
                proof.regret(&rows)?;
            }
            proof.close(&part.combination)?;
        }
        Ok(proof.finish()?)
    }
}
