//! The steps of a proof as data.

use smfg_kernel::{Combination, Family, Name, Proof, Rational, Refusal, Row, Statement, Variable};

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    Derive(Row, Combination),
    DeriveOver((u32, u32), Row, Vec<Combination>),
    Close(Combination),
    CloseEmpty,
    Declare(Row),
    Substitute(Variable, Name),
    Split(Variable, Rational),
    Divide(Row),
    Grid(u32, Rational),
    Case(u32, u32),
    Choose((u32, u32)),
    Choice((u32, u32)),
    Regret(Vec<(u32, u32, u32)>),
    Excess(Vec<(u32, u32, u32)>),
    Prefer(u32, u32, u32, Combination),
    LeadBound(Family, bool),
    Within(u32),
    Ceiling(Family),
    Floor(Family, Vec<Vec<u32>>),
    Play(Family),
    PlayPolicy(Family),
    Exists,
    ExistsIn(Vec<(Rational, Rational)>, Vec<Vec<Rational>>),
    Scale,
    Simplices,
    Cut(u32, u32, Rational),
}

/// A statement and steps that are to prove it.
#[derive(Debug, Clone)]
pub struct Script {
    pub statement: Statement,
    pub steps: Vec<Step>,
}

impl Step {
    /// Takes the step.
    pub fn take(&self, proof: &mut Proof) -> Result<(), Refusal> {
        match self {
            Step::Derive(row, combination) => proof.derive(row.clone(), combination),
            Step::DeriveOver(site, row, combinations) => {
                proof.derive_over(*site, row.clone(), combinations)
            }
            Step::Close(combination) => proof.close(combination),
            Step::CloseEmpty => proof.close_empty(),
            Step::Declare(row) => proof.declare(row.clone()).map(|_| ()),
            Step::Substitute(variable, name) => proof.substitute(*variable, *name),
            Step::Split(variable, at) => proof.split(*variable, at.clone()),
            Step::Divide(row) => proof.divide(row),
            Step::Grid(parameter, value) => proof.grid(*parameter, value.clone()),
            Step::Case(t, pair) => proof.case(*t, *pair),
            Step::Choose(site) => proof.choose(*site),
            Step::Choice(site) => proof.choice(*site),
            Step::Regret(rows) => proof.regret(rows),
            Step::Excess(rows) => proof.excess(rows),
            Step::Prefer(t, pair, passed, combination) => {
                proof.prefer(*t, *pair, *passed, combination)
            }
            Step::LeadBound(values, floor) => proof.lead_bound(values.clone(), *floor),
            Step::Within(pattern) => proof.within(*pattern),
            Step::Ceiling(values) => proof.ceiling(values.clone()),
            Step::Floor(values, choices) => proof.floor(values.clone(), choices),
            Step::Play(masses) => proof.play(masses.clone()),
            Step::PlayPolicy(policy) => proof.play_policy(policy.clone()),
            Step::Exists => proof.exists(),
            Step::ExistsIn(ends, matrix) => proof.exists_in(ends, matrix),
            Step::Scale => proof.scale(),
            Step::Simplices => proof.simplices(),
            Step::Cut(i, j, share) => proof.cut(*i, *j, share.clone()),
        }
    }
}
