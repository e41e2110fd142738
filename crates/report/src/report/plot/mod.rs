//! Curves as SVG pictures, for answers that are functions of a number.
//!
//! A [`Figure`] is plain data in binary64, drawn from exact results: where nothing else is said, a
//! picture shows what is proved and proves nothing. The same figure gives the same text on every
//! machine.

mod areas;
mod draw;
mod figure;

pub use areas::{Area, AreaPicture};
pub use draw::PlotError;
pub use figure::{Band, Curve, Figure, Stroke, staircase_approx};
