//! Pessimistic and optimistic.

use smfg::certificate::Selection;

/// Both selections.
pub const SELECTIONS: [Selection; 2] = [Selection::Pessimistic, Selection::Optimistic];
