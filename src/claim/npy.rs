//! `.npy` files: a magic number, a header that is a Python dictionary, and the entries.
//!
//! The header is read by hand because nothing in it may cost more than it says: no recursion, no
//! allocation by what it announces. The format is that of `numpy.lib.format`, versions 1 to 3.

use super::array::{Array, Index, Shape, index_of};
use super::npy_header::{Header, parse_header};
use rayon::prelude::*;
use std::io::{self, Read};

/// First bytes of an array file.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// Longest header, in bytes; numpy itself refuses longer ones than 10,000 unless told otherwise.
const LONGEST_HEADER: u64 = 1 << 16;
/// Entries that are read at a time.
const PART: usize = 1 << 12;
/// Most entries of an array.
pub(super) const MOST_ENTRIES: usize = 1 << 24;

/// Why a file is not read as an array of numbers.
#[derive(Debug, thiserror::Error)]
pub enum ArrayError {
    /// The file cannot be read, or a compressed one is damaged.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// No array file at all.
    #[error(
        "no .npy data: it does not begin with the bytes of an array file (was it saved by np.save?)"
    )]
    NotAnArray,
    /// A format version that is not known.
    #[error("version {0} of the format, expected 1, 2 or 3")]
    Version(u8),
    /// A header that cannot be understood.
    #[error("the header is damaged: {0}")]
    Header(&'static str),
    /// Pickled Python objects.
    #[error(
        "it holds pickled Python objects (dtype object), which are never loaded; \
         save numbers: np.save(file, np.asarray(policy, dtype=np.float64))"
    )]
    Objects,
    /// Numbers of a kind that is not read.
    #[error(
        "entries of dtype {descr}{what}, expected real numbers: float16, float32, float64, integers or booleans"
    )]
    Kind {
        /// As the header writes it.
        descr: String,
        /// What that is.
        what: &'static str,
    },
    /// More entries than are read.
    #[error("the header announces the shape {shape}, expected at most {MOST_ENTRIES} entries")]
    TooLarge {
        /// The shape.
        shape: Shape,
    },
    /// The file ends too early.
    #[error("truncated: {found} bytes of entries, expected {expected} for the shape {shape}")]
    Truncated {
        /// Bytes there are.
        found: usize,
        /// Bytes of all entries.
        expected: usize,
        /// The shape.
        shape: Shape,
    },
    /// The file goes on after the last entry.
    #[error("bytes follow the last entry of the shape {shape}")]
    TooLong {
        /// The shape.
        shape: Shape,
    },
    /// NaN or an infinity.
    #[error("entry {place} is {word}, expected a finite number")]
    NotFinite {
        /// Where.
        place: Index,
        /// `NaN`, `infinity` or `-infinity`.
        word: &'static str,
    },
    /// An archive that is no zip file, or damaged.
    #[error("the archive is damaged: {0}")]
    Archive(String),
    /// An archive without a choice of its array.
    #[error(
        "the archive holds {names}, expected an array `policy` or `occupation`, or a single array"
    )]
    Names {
        /// Names of its arrays.
        names: String,
    },
}

/// Reads an array; entries are the exact binary numbers.
pub(super) fn read_npy(mut input: impl Read) -> Result<Array, ArrayError> {
    let header = read_header(&mut input)?;
    let shape = || Shape(header.shape.clone());
    let too_large = || ArrayError::TooLarge { shape: shape() };
    let count = header
        .shape
        .iter()
        .try_fold(1usize, |product, &length| product.checked_mul(length))
        .ok_or_else(too_large)?;
    if count > MOST_ENTRIES {
        return Err(too_large());
    }
    let expected = count * header.encoding.bytes;
    let mut bytes = Vec::new();
    // One byte more tells whether the file goes on.
    input.take(expected as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() < expected {
        return Err(ArrayError::Truncated { found: bytes.len(), expected, shape: shape() });
    }
    if bytes.len() > expected {
        return Err(ArrayError::TooLong { shape: shape() });
    }
    decode(&header, &bytes, count)
}

fn read_header(input: &mut impl Read) -> Result<Header, ArrayError> {
    let mut start = [0u8; 8];
    input.read_exact(&mut start).map_err(|error| early(error, ArrayError::NotAnArray))?;
    if !start.starts_with(MAGIC) {
        return Err(ArrayError::NotAnArray);
    }
    let short = |error| early(error, ArrayError::Header("it ends too early"));
    let length = match start[6] {
        1 => {
            let mut length = [0u8; 2];
            input.read_exact(&mut length).map_err(short)?;
            u64::from(u16::from_le_bytes(length))
        }
        2 | 3 => {
            let mut length = [0u8; 4];
            input.read_exact(&mut length).map_err(short)?;
            u64::from(u32::from_le_bytes(length))
        }
        other => return Err(ArrayError::Version(other)),
    };
    if length > LONGEST_HEADER {
        return Err(ArrayError::Header("it is longer than 65,536 bytes"));
    }
    let mut text = Vec::new();
    input.by_ref().take(length).read_to_end(&mut text)?;
    if (text.len() as u64) < length {
        return Err(ArrayError::Header("it ends too early"));
    }
    parse_header(&text)
}

/// `otherwise` for a file that ends too early.
fn early(error: io::Error, otherwise: ArrayError) -> ArrayError {
    if error.kind() == io::ErrorKind::UnexpectedEof { otherwise } else { error.into() }
}

fn decode(header: &Header, bytes: &[u8], count: usize) -> Result<Array, ArrayError> {
    let Header { shape, encoding, fortran_order } = header;
    // Distance in the file between neighbours along each axis.
    let mut stride = vec![0; shape.len()];
    let mut step = 1;
    let axes: Vec<usize> =
        if *fortran_order { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
    for axis in axes {
        stride[axis] = step;
        step *= shape[axis];
    }
    let one = |position: usize| {
        let mut rest = position;
        let mut at = 0;
        for (stride, &length) in stride.iter().zip(shape).rev() {
            at += rest % length * stride;
            rest /= length;
        }
        let entry = bytes
            .get(at * encoding.bytes..(at + 1) * encoding.bytes)
            .ok_or(ArrayError::Header("shape and size differ"))?;
        encoding.decode(entry).map_err(|not_finite| ArrayError::NotFinite {
            place: index_of(shape, position),
            word: not_finite.word(),
        })
    };
    // In order, so that the first error is the one reported.
    let parts: Vec<Result<Vec<_>, ArrayError>> = (0..count.div_ceil(PART))
        .into_par_iter()
        .map(|part| (part * PART..count.min((part + 1) * PART)).map(one).collect())
        .collect();
    let mut entries = Vec::with_capacity(count);
    for part in parts {
        entries.append(&mut part?);
    }
    Ok(Array { shape: shape.clone(), entries })
}
