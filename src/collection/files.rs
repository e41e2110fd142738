//! The index and the files that it names, in the program. Made by `scripts/fill-index`.

/// The index.
pub(super) const INDEX: &str = include_str!("../../models/index.json");

/// Path and text of every file.
pub(super) const FILES: &[(&str, &str)] = &[];
