//! Bundles: several certificates about one game in one text.

use super::VERSION;
use std::io::{self, Write};

/// Name of the format, the first word of its first line.
pub const BUNDLE: &str = "smfg-bundle";

/// Writes a bundle of whole certificates, each ending with its `end` line.
///
/// # Errors
/// Those of `out`.
pub fn write_bundle<W: Write>(mut out: W, certificates: &[&[u8]]) -> io::Result<W> {
    writeln!(out, "{BUNDLE} {VERSION}")?;
    certificates.iter().try_for_each(|certificate| out.write_all(certificate))?;
    out.flush()?;
    Ok(out)
}
