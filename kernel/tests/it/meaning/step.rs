//! The steps of a proof as data.

use smfg_kernel::{
    Combination, Family, Name, Polynomial, Proof, Rational, Refusal, Row, Statement, Variable,
    text_of,
};

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    Derive(Row, Combination),
    DeriveOver((u32, u32), Row, Vec<Combination>),
    Close(Combination),
    CloseEmpty,
    Declare(Row),
    Masses(Family),
    Unfold(Vec<Polynomial>),
    Follow(Family, Family, Vec<Vec<u32>>),
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
    Line(u32, bool, Rational, Rational),
    Entropy(u32, Rational, Rational),
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

/// The line of a log with these words.
macro_rules! line {
    ($word:literal $(, $value:expr)*) => { words(&[$word.to_string() $(, text_of($value))*]) };
}

fn words(words: &[String]) -> String {
    words.join(" ") + "\n"
}

impl Script {
    /// The proof as lines of a log, its theorem under a name.
    pub fn text(&self, name: &str) -> String {
        let first = format!("prove {name} {}\n", text_of(&self.statement));
        let steps: String = self.steps.iter().map(Step::line).collect();
        first + &steps + "end\n"
    }
}

impl Step {
    /// The first word of its line.
    pub fn word(&self) -> String {
        self.line().split_whitespace().next().unwrap_or_default().to_string()
    }

    /// The step as a line of a log.
    pub fn line(&self) -> String {
        match self {
            Step::Derive(row, items) => line!("derive", row, items),
            Step::DeriveOver(site, row, items) => line!("over", site, row, items),
            Step::Close(items) => line!("close", items),
            Step::CloseEmpty => line!("empty"),
            Step::Declare(row) => line!("declare", row),
            Step::Masses(masses) => line!("masses", masses),
            Step::Unfold(rows) => line!("unfold", rows),
            Step::Follow(leader, earned, choices) => line!("follow", leader, earned, choices),
            Step::Substitute(variable, name) => line!("substitute", variable, name),
            Step::Split(variable, at) => line!("split", variable, at),
            Step::Divide(row) => line!("divide", row),
            Step::Grid(parameter, value) => line!("grid", parameter, value),
            Step::Case(t, pair) => line!("case", t, pair),
            Step::Choose(site) => line!("choose", site),
            Step::Choice(site) => line!("choice", site),
            Step::Regret(rows) => line!("regret", rows),
            Step::Excess(rows) => line!("excess", rows),
            Step::Prefer(t, pair, passed, items) => line!("prefer", t, pair, passed, items),
            Step::LeadBound(values, floor) => line!("lead-bound", values, floor),
            Step::Within(pattern) => line!("within", pattern),
            Step::Ceiling(values) => line!("ceiling", values),
            Step::Floor(values, choices) => line!("floor", values, choices),
            Step::Play(masses) => line!("play", masses),
            Step::PlayPolicy(policy) => line!("policy", policy),
            Step::Exists => line!("exists"),
            Step::ExistsIn(ends, matrix) => line!("exists-in", ends, matrix),
            Step::Line(k, above, a, b) => line!("line", k, above, a, b),
            Step::Entropy(k, a, bound) => line!("entropy", k, a, bound),
            Step::Scale => line!("scale"),
            Step::Simplices => line!("simplices"),
            Step::Cut(i, j, share) => line!("cut", i, j, share),
        }
    }

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
            Step::Masses(masses) => proof.declare_masses(masses.clone()).map(|_| ()),
            Step::Unfold(rows) => proof.unfold(rows),
            Step::Follow(leader, earned, choices) => {
                proof.follow(leader.clone(), earned.clone(), choices)
            }
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
            Step::Line(k, above, a, b) => proof.line(*k, *above, a, b),
            Step::Entropy(k, a, bound) => proof.entropy(*k, a, bound),
            Step::Scale => proof.scale(),
            Step::Simplices => proof.simplices(),
            Step::Cut(i, j, share) => proof.cut(*i, *j, share.clone()),
        }
    }
}
