//! Tables of text with aligned columns.

use super::number::NumberText;
use super::words::plain;
use crate::game::Game;
use std::io::{self, Write};

/// Rows that text shows of a table; the rest are counted.
pub(super) const MOST_ROWS: usize = 40;

/// Writes rows of cells, two spaces in front of each cell, all columns but the last padded.
pub fn write_table(out: &mut dyn Write, rows: &[Vec<String>]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("  {cell:<width$}"));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes by how much rows of probabilities were mended, where the file asked for it.
pub(super) fn write_normalised(
    out: &mut dyn Write,
    game: &Game,
    numbers: &NumberText,
) -> io::Result<()> {
    let Some(most) = &game.vocabulary.normalised else { return Ok(()) };
    let text = format!("probabilities of the file, by at most {}", numbers.exact(most));
    write_field(out, "normalised", &text)
}

/// Writes `label` and `text` as a line of a summary; an empty text is left out.
pub fn write_field(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    if text.is_empty() { Ok(()) } else { writeln!(out, "{label:<15} {}", plain(text)) }
}
