//! What is left of a search for a later call.

use super::settings::Settings;
use crate::certificate::Scope;
use crate::exact::format_rational;
use std::fmt;

/// How far a search is, in numbers that are shown to the user and not believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// Lower bound of the value.
    pub lower_approx: f64,
    /// Upper bound of the value.
    pub upper_approx: f64,
    /// Boxes, pieces or decisions worked on.
    pub parts: usize,
}

/// What is left of a search.
#[derive(Debug, Clone, PartialEq)]
pub enum Left {
    /// The state of a search that has not ended.
    Open {
        /// The state, in words on one line.
        state: String,
        /// How far it is.
        reached: Reached,
    },
    /// An answer that the checker accepted.
    Answered {
        /// The certificate.
        certificate: Vec<u8>,
        /// The equilibrium at the best decision, in words on one line, where the certificate has
        /// none.
        witness: String,
    },
}

/// Keeps what is left of searches, by what they are asked.
///
/// What it hands out is not trusted: an answer is checked again, and a search that began with a
/// state and ends without closing the gap begins again without it.
pub trait Keeper: Sync {
    /// What an earlier call left of a question.
    fn found(&self, question: &str) -> Option<Left>;
    /// Whether it is time to keep a state: often, as long as that costs little.
    fn due(&self) -> bool;
    /// Keeps what is left of a question in place of what was left before: at the next occasion, or
    /// `now`, when there may be no other.
    fn keep(&self, question: &str, left: Left, now: bool);
    /// Drops what was left of a question.
    fn forget(&self, question: &str);
}

/// One question of a keeper.
#[derive(Clone)]
pub(super) struct Slot<'a> {
    keeper: &'a dyn Keeper,
    question: String,
}

impl fmt::Debug for Slot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("question", &self.question).finish_non_exhaustive()
    }
}

impl<'a> Slot<'a> {
    /// What `settings` ask about the game with this hash; `None` when nothing is to be kept.
    pub(super) fn of(hash: &str, settings: &Settings<'a>, scope: &Scope) -> Option<Self> {
        let keeper = settings.keeper?;
        let scope = match scope {
            Scope::All => "all".into(),
            Scope::Decision(index) => format!("decision {index}"),
            Scope::Point(values) => {
                let numbers: Vec<String> = values.iter().map(format_rational).collect();
                format!("point {}", numbers.join(","))
            }
        };
        let question = format!(
            "{hash} {} {} {scope} gap {} {:?} {:?}",
            settings.selection,
            format_rational(&settings.epsilon),
            format_rational(&settings.gap),
            settings.covering,
            settings.precision,
        );
        Some(Slot { keeper, question })
    }

    /// What an earlier call left.
    pub(super) fn found(&self) -> Option<Left> {
        self.keeper.found(&self.question)
    }

    /// Whether it is time to keep a state.
    pub(super) fn due(&self) -> bool {
        self.keeper.due()
    }

    /// Keeps a state where it is time to do so, or `now`.
    pub(super) fn keep_open(&self, now: bool, state: impl FnOnce() -> (String, Reached)) {
        if now || self.keeper.due() {
            let (state, reached) = state();
            self.keeper.keep(&self.question, Left::Open { state, reached }, now);
        }
    }

    /// Keeps an answer.
    pub(super) fn keep_answer(&self, certificate: &[u8], witness: String) {
        let certificate = certificate.to_vec();
        self.keeper.keep(&self.question, Left::Answered { certificate, witness }, false);
    }

    /// Drops what was left.
    pub(super) fn forget(&self) {
        self.keeper.forget(&self.question);
    }
}
