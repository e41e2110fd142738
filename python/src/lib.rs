//! `smfg._native`: what the Python package `smfg` calls.
//!
//! Games stay here; numbers cross as texts `"p/q"`, answers as the JSON that the program prints,
//! arrays as the bytes of `.npy` files. The Python side makes fractions and dataclasses of them.
//! Whatever takes long runs in a thread of its own, without the interpreter's lock.

mod analyses;
mod answers;
mod arguments;
mod certificates;
mod claims;
mod collection;
mod errors;
mod evaluated;
mod game;
mod made;
mod maps;
mod task;
mod worker;

use pyo3::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<game::NativeGame>()?;
    module.add_class::<evaluated::Evaluated>()?;
    module.add_function(wrap_pyfunction!(collection::collection, module)?)?;
    module.add_function(wrap_pyfunction!(collection::collected_game, module)?)?;
    module.add_function(wrap_pyfunction!(made::import_nfg, module)?)?;
    module.add_function(wrap_pyfunction!(made::finite_game, module)?)?;
    module.add_function(wrap_pyfunction!(made::generate, module)?)?;
    module.add_function(wrap_pyfunction!(made::generate_grid, module)?)?;
    module.add_function(wrap_pyfunction!(made::run_program, module)?)
}
