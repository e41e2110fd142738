//! `.npy` files: header and entries are read by `ndarray-npy`, numbers are made exact here.
//!
//! That crate believes what a file announces, so three things are looked at before it is called:
//! the length of the header, which it allocates; the brackets of the header, because the time of
//! its parser doubles with every list or dictionary that is open; and the shape, by which it
//! allocates the entries. Entries are read as integers of their bits: the crate has no float16.

use super::number::{NotFinite, decode_float};
use super::place::{Index, Shape, index_of};
use super::shape::ShapeError;
use crate::exact::{Integer, Rational};
use ndarray::{ArrayD, IxDyn, ShapeBuilder};
use ndarray_npy::ReadableElement;
use ndarray_npy::npy::header::{Header, ParseHeaderError, ReadHeaderError};
use py_literal::Value;
use rayon::prelude::*;
use std::io::{self, Read};

/// First bytes of an array file.
const MAGIC: &[u8] = b"\x93NUMPY";
/// Longest header, in bytes; numpy itself refuses longer ones than 10,000 unless told otherwise.
const LONGEST_HEADER: u64 = 1 << 16;
/// Most lists and dictionaries of a header: arrays of numbers have one, records a few.
const MOST_LISTS: usize = 4;
/// Most tuples of a header: arrays of numbers have one, records one for each field.
const MOST_TUPLES: usize = 256;

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
    #[error("version {major}.{minor} of the format, expected 1.0, 2.0 or 3.0")]
    Version {
        /// The first byte of the version.
        major: u8,
        /// The second.
        minor: u8,
    },
    /// A header that cannot be understood.
    #[error("the header is damaged: {0}")]
    Header(String),
    /// Pickled Python objects.
    #[error(
        "it holds pickled Python objects (dtype object), which are never loaded; \
         save numbers: np.save(file, np.asarray(policy, dtype=np.float64))"
    )]
    Objects,
    /// Numbers of a kind that is not read.
    #[error(
        "entries of dtype {descr}{what}, expected real numbers: \
         float16, float32, float64, integers or booleans"
    )]
    Kind {
        /// As the header writes it.
        descr: String,
        /// What that is.
        what: &'static str,
    },
    /// A shape that no array about the game has.
    #[error(transparent)]
    Shape(#[from] ShapeError),
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
    /// An entry that its kind does not have, such as a boolean 7.
    #[error("the entries are damaged: {0}")]
    Entries(String),
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

/// Reads an array whose shape is admitted by `admit`; entries are the exact numbers of the file.
pub(super) fn read_npy(
    mut input: impl Read,
    admit: &dyn Fn(&[usize]) -> Result<(), ShapeError>,
) -> Result<ArrayD<Rational>, ArrayError> {
    let header = read_header(&mut input)?;
    admit(&header.shape)?;
    let descr = match &header.type_descriptor {
        Value::String(descr) => descr.as_str(),
        Value::List(_) => return Err(refused(&header, " (records with named fields)")),
        _ => return Err(refused(&header, "")),
    };
    match descr {
        "<f2" | ">f2" => read(input, &header, |bits: u16| decode_float(bits.into(), 5, 10)),
        "<f4" | ">f4" => read(input, &header, |bits: u32| decode_float(bits.into(), 8, 23)),
        "<f8" | ">f8" => read(input, &header, |bits: u64| decode_float(bits, 11, 52)),
        "|b1" => read(input, &header, |bit: bool| integer(u8::from(bit))),
        "|i1" => read(input, &header, integer::<i8>),
        "<i2" | ">i2" => read(input, &header, integer::<i16>),
        "<i4" | ">i4" => read(input, &header, integer::<i32>),
        "<i8" | ">i8" => read(input, &header, integer::<i64>),
        "|u1" => read(input, &header, integer::<u8>),
        "<u2" | ">u2" => read(input, &header, integer::<u16>),
        "<u4" | ">u4" => read(input, &header, integer::<u32>),
        "<u8" | ">u8" => read(input, &header, integer::<u64>),
        _ => Err(match descr.trim_start_matches(['<', '>', '|', '=']).as_bytes() {
            b"f2" | b"f4" | b"f8" | [b'i' | b'u', ..] => {
                refused(&header, " (without an order of its bytes)")
            }
            [b'O', ..] => ArrayError::Objects,
            [b'c', ..] => refused(&header, " (complex numbers)"),
            [b'f', ..] => {
                refused(&header, " (extended precision, whose layout differs between machines)")
            }
            [b'S' | b'U' | b'a', ..] => refused(&header, " (text)"),
            [b'V', ..] => refused(&header, " (raw bytes)"),
            [b'M' | b'm', ..] => refused(&header, " (dates)"),
            _ => refused(&header, ""),
        }),
    }
}

fn integer<T>(value: T) -> Result<Rational, NotFinite>
where
    Integer: From<T>,
{
    Ok(Rational::from(Integer::from(value)))
}

/// The error about entries of a kind that is `what` in words.
fn refused(header: &Header, what: &'static str) -> ArrayError {
    let descr = header.type_descriptor.to_string();
    ArrayError::Kind { descr: descr.trim_matches('\'').chars().take(60).collect(), what }
}

fn read_header(input: &mut impl Read) -> Result<Header, ArrayError> {
    // Magic number, version, and the length of what follows: 10 bytes in version 1, 12 in others.
    let mut bytes = Vec::new();
    input.by_ref().take(12).read_to_end(&mut bytes)?;
    if !bytes.starts_with(MAGIC) {
        return Err(ArrayError::NotAnArray);
    }
    let damaged = |reason: &str| ArrayError::Header(reason.into());
    let length = match bytes[MAGIC.len()..] {
        [1, _, low, high, ..] => 10 + u64::from(u16::from_le_bytes([low, high])),
        [2 | 3, _, a, b, c, d] => 12 + u64::from(u32::from_le_bytes([a, b, c, d])),
        [major @ (0 | 4..), minor, ..] => return Err(ArrayError::Version { major, minor }),
        _ => return Err(damaged("it ends too early")),
    };
    if length > LONGEST_HEADER {
        return Err(damaged("it is longer than 65,536 bytes"));
    }
    input.by_ref().take(length.saturating_sub(12)).read_to_end(&mut bytes)?;
    let count = |brackets: &[u8]| bytes.iter().filter(|byte| brackets.contains(byte)).count();
    if count(b"[{") > MOST_LISTS || count(b"(") > MOST_TUPLES {
        return Err(damaged("it has more brackets than the header of an array of numbers"));
    }
    Header::from_reader(&mut bytes.as_slice()).map_err(|error| match error {
        ReadHeaderError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            damaged("it ends too early")
        }
        ReadHeaderError::Io(error) => error.into(),
        ReadHeaderError::Parse(ParseHeaderError::Version { major, minor }) => {
            ArrayError::Version { major, minor }
        }
        // The parser's own message draws the header in several lines.
        ReadHeaderError::Parse(ParseHeaderError::DictParse(_)) => damaged("it is no dictionary"),
        ReadHeaderError::Parse(error) => ArrayError::Header(error.to_string()),
    })
}

/// Reads entries of type `T`, of which `number` makes exact numbers.
fn read<T: ReadableElement + Copy + Send + Sync>(
    input: impl Read,
    header: &Header,
    number: impl Fn(T) -> Result<Rational, NotFinite> + Send + Sync,
) -> Result<ArrayD<Rational>, ArrayError> {
    let shape = || Shape(header.shape.clone());
    let expected =
        header.shape.iter().fold(size_of::<T>(), |size, &length| size.saturating_mul(length));
    let mut bytes = Vec::new();
    // One byte more tells whether the file goes on.
    input.take((expected as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() < expected {
        return Err(ArrayError::Truncated { found: bytes.len(), expected, shape: shape() });
    }
    if bytes.len() > expected {
        return Err(ArrayError::TooLong { shape: shape() });
    }
    // Floating-point numbers are read as the unsigned integers of their bits.
    let descr = match &header.type_descriptor {
        Value::String(descr) => Value::String(descr.replace('f', "u")),
        other => other.clone(),
    };
    let entries = T::read_to_end_exact_vec(bytes.as_slice(), &descr, expected / size_of::<T>())
        .map_err(|error| ArrayError::Entries(error.to_string()))?;
    drop(bytes);
    let order = IxDyn(&header.shape).set_f(header.layout.is_fortran());
    let misfit = |error: ndarray::ShapeError| ArrayError::Header(error.to_string());
    let stored = ArrayD::from_shape_vec(order, entries).map_err(misfit)?;
    let row_major: Vec<T> = stored.iter().copied().collect();
    // Made in parallel, looked at in order, so that the first error is the one reported.
    let numbers: Vec<_> = row_major.into_par_iter().map(number).collect();
    let numbers = numbers.into_iter().enumerate().map(|(position, number)| {
        number.map_err(|not_finite| ArrayError::NotFinite {
            place: index_of(&header.shape, position),
            word: not_finite.word(),
        })
    });
    let numbers = numbers.collect::<Result<_, _>>()?;
    ArrayD::from_shape_vec(IxDyn(&header.shape), numbers).map_err(misfit)
}
