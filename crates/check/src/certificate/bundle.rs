//! Bundles: several certificates about one game in one text.

use super::VERSION;
use crate::exact::{Rational, format_rational};
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

/// The same certificate, said of the game file in which constants have these values; its hash must
/// be that of the game so read.
#[must_use]
pub fn with_changes(certificate: &[u8], changes: &[(String, Rational)]) -> Vec<u8> {
    let first =
        certificate.iter().position(|&byte| byte == b'\n').map_or(certificate.len(), |end| end + 1);
    let (head, rest) = certificate.split_at(first);
    let lines: String = changes
        .iter()
        .map(|(name, value)| format!("with {name} {}\n", format_rational(value)))
        .collect();
    [head, lines.as_bytes(), rest].concat()
}
