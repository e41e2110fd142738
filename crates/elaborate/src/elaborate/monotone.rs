//! Monotone games in one region (docs/certificate.md, (O)).

use super::Site;
use super::proof::Proof;
use crate::certificate::MonotoneStep;
use crate::check::Fault;
use crate::check::monotone::{Bend, written_out};
use smfg_kernel::{Refusal, Theorem};

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
        for end in &closing.ends {
            state(&mut proof, end)?;
        }
        proof.ceiling(closing.ceiling)?;
        proof.floor(closing.floor, &closing.choices)?;
        for bend in &closing.bends {
            state(&mut proof, bend)?;
        }
        proof.close(&closing.combination)?;
        Ok(proof.finish()?)
    }
}

/// States a row about a function.
fn state(proof: &mut Proof, bend: &Bend) -> Result<(), Refusal> {
    match bend {
        Bend::Line { statistic, above, at, slope } => proof.line(*statistic, *above, at, slope),
        Bend::Entropy { statistic, at, bound } => proof.entropy(*statistic, at, bound),
    }
}
