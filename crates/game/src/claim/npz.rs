//! `.npz` files: zip archives of arrays.

use super::npy::{ArrayError, read_npy};
use super::shape::ShapeError;
use crate::exact::Rational;
use ndarray::ArrayD;
use std::io::{Read, Seek};
use zip::ZipArchive;

/// First bytes of a zip archive.
pub(super) const MAGIC: &[u8] = b"PK";
/// Most names that a message lists.
const MOST_LISTED: usize = 12;

/// Reads the array of an archive: the first of `wanted` that it has, or the only one. Its name
/// comes beside it.
pub(super) fn read_npz(
    input: impl Read + Seek,
    wanted: &[&str],
    admit: &dyn Fn(&[usize]) -> Result<(), ShapeError>,
) -> Result<(String, ArrayD<Rational>), ArrayError> {
    let mut archive = ZipArchive::new(input).map_err(damaged)?;
    let files: Vec<String> = archive.file_names().map(str::to_string).collect();
    let arrays: Vec<(&str, &String)> =
        files.iter().filter_map(|file| Some((file.strip_suffix(".npy")?, file))).collect();
    let named = |name: &&str| arrays.iter().find(|(own, _)| own == name);
    let chosen = match (wanted.iter().find_map(named), arrays.as_slice()) {
        (Some(found), _) => found,
        (None, [only]) => only,
        (None, several) => {
            let mut names: Vec<String> = several
                .iter()
                .take(MOST_LISTED)
                .map(|(name, _)| format!("`{}`", name.escape_default()))
                .collect();
            if several.len() > MOST_LISTED {
                names.push(format!("{} more", several.len() - MOST_LISTED));
            }
            let names = if names.is_empty() { "no array".into() } else { names.join(", ") };
            return Err(ArrayError::Names { names });
        }
    };
    let file = archive.by_name(chosen.1).map_err(damaged)?;
    Ok((chosen.0.to_string(), read_npy(file, admit)?))
}

fn damaged(error: zip::result::ZipError) -> ArrayError {
    match error {
        zip::result::ZipError::Io(error) => error.into(),
        other => ArrayError::Archive(other.to_string()),
    }
}
