//! The header of an array file: `{'descr': '<f8', 'fortran_order': False, 'shape': (10, 3, 2), }`.

use super::npy::ArrayError;
use super::number::{Encoding, Kind};

/// Most axes; numpy has no more.
const MOST_AXES: usize = 64;

/// What a header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) encoding: Encoding,
    /// Whether the first axis runs fastest in the file.
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
}

/// Reads the dictionary; its keys stand in any order.
pub(super) fn parse_header(text: &[u8]) -> Result<Header, ArrayError> {
    let mut scanner = Scanner { rest: text };
    let (mut encoding, mut fortran_order, mut shape) = (None, None, None);
    scanner.expect(b'{', "it is no dictionary")?;
    loop {
        if scanner.take(b'}') {
            break;
        }
        let key = scanner.string()?;
        scanner.expect(b':', "a key without a value")?;
        match key {
            b"descr" => encoding = Some(scanner.descr()?),
            b"fortran_order" => fortran_order = Some(scanner.boolean()?),
            b"shape" => shape = Some(scanner.tuple()?),
            _ => return Err(ArrayError::Header("an unknown key")),
        }
        if !scanner.take(b',') {
            scanner.expect(b'}', "the dictionary does not end")?;
            break;
        }
    }
    match (encoding, fortran_order, shape) {
        (Some(encoding), Some(fortran_order), Some(shape)) => {
            Ok(Header { encoding, fortran_order, shape })
        }
        _ => Err(ArrayError::Header("one of descr, fortran_order and shape is missing")),
    }
}

struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while let Some((first, rest)) = self.rest.split_first() {
            if !first.is_ascii_whitespace() {
                return Some(*first);
            }
            self.rest = rest;
        }
        None
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn expect(&mut self, wanted: u8, otherwise: &'static str) -> Result<(), ArrayError> {
        if self.take(wanted) { Ok(()) } else { Err(ArrayError::Header(otherwise)) }
    }

    /// The bytes up to the first that `ends`.
    fn until(&mut self, ends: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self.rest.iter().position(|&byte| ends(byte)).unwrap_or(self.rest.len());
        let (found, rest) = self.rest.split_at(length);
        self.rest = rest;
        found
    }

    /// A string in quotes, without escapes.
    fn string(&mut self) -> Result<&'a [u8], ArrayError> {
        let quote = match self.peek() {
            Some(quote @ (b'\'' | b'"')) => quote,
            _ => return Err(ArrayError::Header("a string was expected")),
        };
        self.rest = &self.rest[1..];
        let found = self.until(|byte| byte == quote);
        self.expect(quote, "a string does not end")?;
        Ok(found)
    }

    fn boolean(&mut self) -> Result<bool, ArrayError> {
        self.peek();
        match self.until(|byte| !byte.is_ascii_alphabetic()) {
            b"True" => Ok(true),
            b"False" => Ok(false),
            _ => Err(ArrayError::Header("fortran_order is neither True nor False")),
        }
    }

    fn tuple(&mut self) -> Result<Vec<usize>, ArrayError> {
        self.expect(b'(', "the shape is no tuple")?;
        let mut shape = Vec::new();
        while !self.take(b')') {
            self.peek();
            let digits = self.until(|byte| !byte.is_ascii_digit());
            let length = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
            shape.push(
                length.ok_or(ArrayError::Header("a length of the shape is no machine integer"))?,
            );
            // Python 2 wrote long integers as 3L.
            self.take(b'L');
            if !self.take(b',') {
                self.expect(b')', "the shape does not end")?;
                break;
            }
            if shape.len() > MOST_AXES {
                return Err(ArrayError::Header("more than 64 axes"));
            }
        }
        Ok(shape)
    }

    /// The kind of the entries.
    fn descr(&mut self) -> Result<Encoding, ArrayError> {
        if self.peek() == Some(b'[') {
            let descr = String::from_utf8_lossy(&self.rest[..self.rest.len().min(60)])
                .trim_end()
                .to_string();
            return Err(ArrayError::Kind { descr, what: " (records with named fields)" });
        }
        let descr = self.string()?;
        let refused = |what| ArrayError::Kind {
            descr: String::from_utf8_lossy(&descr[..descr.len().min(40)]).into_owned(),
            what,
        };
        let (order, code) = match descr.split_first() {
            Some((order @ (b'<' | b'>' | b'|' | b'='), code)) => (*order, code),
            _ => (b'=', descr),
        };
        let kind = match code {
            b"f2" => (Kind::Float { exponent: 5, fraction: 10 }, 2),
            b"f4" => (Kind::Float { exponent: 8, fraction: 23 }, 4),
            b"f8" => (Kind::Float { exponent: 11, fraction: 52 }, 8),
            b"b1" => (Kind::Bool, 1),
            b"i1" => (Kind::Signed, 1),
            b"i2" => (Kind::Signed, 2),
            b"i4" => (Kind::Signed, 4),
            b"i8" => (Kind::Signed, 8),
            b"u1" => (Kind::Unsigned, 1),
            b"u2" => (Kind::Unsigned, 2),
            b"u4" => (Kind::Unsigned, 4),
            b"u8" => (Kind::Unsigned, 8),
            [b'O', ..] => return Err(ArrayError::Objects),
            [b'c', ..] => return Err(refused(" (complex numbers)")),
            [b'f', ..] => {
                return Err(refused(
                    " (extended precision, whose layout differs between machines)",
                ));
            }
            [b'S' | b'U' | b'a', ..] => return Err(refused(" (text)")),
            [b'V', ..] => return Err(refused(" (raw bytes)")),
            [b'M' | b'm', ..] => return Err(refused(" (dates)")),
            _ => return Err(refused("")),
        };
        let big_endian = match order {
            b'>' => true,
            b'<' => false,
            // Where the order is that of the machine which wrote the file, only single bytes are
            // certain.
            _ if kind.1 == 1 => false,
            _ => return Err(refused(" (without an order of its bytes)")),
        };
        Ok(Encoding { kind: kind.0, bytes: kind.1, big_endian })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let header =
            parse_header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (10, 3, 2), }     \n")
                .expect("a header");
        assert_eq!(
            (header.shape.as_slice(), header.fortran_order, header.encoding.bytes),
            ([10, 3, 2].as_slice(), false, 8)
        );
        let header = parse_header(b"{\"shape\":(5L,),\"fortran_order\":True,\"descr\":'>i2'}")
            .expect("a header");
        assert_eq!(
            (header.shape.as_slice(), header.fortran_order, header.encoding.big_endian),
            ([5].as_slice(), true, true)
        );
        assert_eq!(
            parse_header(b"{'descr':'|u1','fortran_order':False,'shape':()}")
                .expect("a header")
                .shape,
            Vec::<usize>::new()
        );
    }

    #[test]
    fn refused() {
        for text in [
            "",
            "{",
            "{'descr': '<f8'}",
            "{'descr': '<f8', 'fortran_order': Maybe, 'shape': ()}",
            "[1]",
            "{'shape': (1, -2)}",
            "{'x': 1}",
        ] {
            assert!(matches!(parse_header(text.as_bytes()), Err(ArrayError::Header(_))), "{text}");
        }
        for (descr, word) in [
            ("'<c16'", "complex"),
            ("'<f16'", "extended"),
            ("[('a', '<f8')]", "records"),
            ("'<U3'", "text"),
            ("'f8'", "order"),
        ] {
            let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,)}}");
            let error = parse_header(text.as_bytes()).expect_err("refused").to_string();
            assert!(error.contains(word), "{error}");
        }
        assert!(matches!(
            parse_header(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"),
            Err(ArrayError::Objects)
        ));
    }
}
