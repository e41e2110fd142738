//! The collection of instances that comes with the package.

use crate::errors::{Failure, Kind};
use pyo3::prelude::*;

/// The index, as JSON.
#[pyfunction]
pub fn collection() -> &'static str {
    smfg::collection::index_text()
}

/// Extension and text of the game file of an instance.
#[pyfunction]
pub fn collected_game(py: Python<'_>, name: &str) -> PyResult<(&'static str, String)> {
    let index = smfg::collection::index()
        .map_err(|error| Failure::new(Kind::Internal, error.to_string()).raise(py))?;
    let Some(instance) = index.find(name) else {
        let words = format!("the collection has no instance '{name}'; smfg.models.list() has all");
        return Err(Failure::new(Kind::Argument, words).raise(py));
    };
    instance.text().map_err(|error| Failure::new(Kind::Internal, error.to_string()).raise(py))
}
