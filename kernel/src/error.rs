//! Why the kernel refuses.

/// A refusal: what was given does not show what it claims. Nothing is changed by a refused step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A text that the grammar does not have.
    Text(String),
    /// A listing that is no game.
    Listing(String),
    /// A step that does not apply to the region.
    Step(String),
    /// An inequality that does not hold.
    Inequality(String),
    /// More than the stated limits allow.
    Limit(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, what) = match self {
            Refusal::Text(what) => ("text", what),
            Refusal::Listing(what) => ("listing", what),
            Refusal::Step(what) => ("step", what),
            Refusal::Inequality(what) => ("inequality", what),
            Refusal::Limit(what) => ("limit", what),
        };
        write!(f, "{kind}: {what}")
    }
}

impl std::error::Error for Refusal {}

/// A refused step, with the reason.
pub(crate) fn step<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Step(reason.into()))
}

/// An inequality that does not hold, with where.
pub(crate) fn inequality<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Inequality(reason.into()))
}
