//! Texts of listings, statements and steps (docs/kernel.md, section 2): a sequence of words.
//!
//! What is read reserves no memory but for the words that are there.

use crate::prelude::*;
use sha2::{Digest, Sha256};
use std::io::Read;

/// Most bytes of a word.
const MOST_BYTES: usize = 1 << 24;
/// Operations that every text may take, and those for each of its bytes.
const WORK: u64 = 1 << 28;
const WORK_OF_BYTE: usize = 1 << 11;

/// Words that are handed on, with a blank or a new line between them.
pub struct Output<'a> {
    text: String,
    first: bool,
    /// Where the text of a listing goes; other texts have one line, which is kept.
    sink: Option<&'a mut dyn FnMut(&str)>,
}

impl Output<'_> {
    /// Adds a word.
    pub fn word(&mut self, word: &str) {
        if !std::mem::take(&mut self.first) {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }

    /// Ends a line of a listing.
    fn line(&mut self) {
        if let Some(sink) = self.sink.as_mut().filter(|_| !self.first) {
            self.text.push('\n');
            sink(&self.text);
            self.text.clear();
            self.first = true;
        }
    }
}

/// The words of a text, read one at a time.
pub struct Words<'a> {
    source: &'a mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    word: String,
    /// Whether what is read may have more than one line.
    across: bool,
    /// Whether the last word ended its line.
    end: bool,
    /// Number of the line, counted from 1.
    line: usize,
    /// What the line is about, for messages.
    pub(crate) about: String,
    /// Of all that was read from the source.
    digest: Sha256,
    /// Why the source could not be read.
    error: Option<std::io::Error>,
}

fn malformed<T>(what: &str, word: &str) -> Done<T> {
    Err(Refusal::Text(format!("`{word:.40}` is no {what}")))
}

impl<'a> Words<'a> {
    fn new(source: &'a mut dyn Read, across: bool) -> Self {
        let (buffer, word, about) = (Vec::new(), String::new(), "listing".to_string());
        let (digest, error) = (Sha256::new(), None);
        Words { source, buffer, at: 0, word, across, end: true, line: 0, about, digest, error }
    }

    /// The next byte, which stays; `None` at the end of the source.
    fn peek(&mut self) -> Option<u8> {
        if self.at == self.buffer.len() {
            self.buffer.resize(1 << 16, 0);
            let count = self.source.read(&mut self.buffer);
            self.buffer.truncate(*count.as_ref().unwrap_or(&0));
            self.error = count.err().or(self.error.take());
            self.digest.update(&self.buffer);
            self.at = 0;
        }
        self.buffer.get(self.at).copied()
    }

    /// Begins a line; `false` at the end of the source.
    pub(crate) fn begin(&mut self) -> bool {
        let more = self.peek().is_some();
        self.line += usize::from(more);
        self.end = !more;
        more
    }

    /// Refuses words that are left in the line.
    pub(crate) fn finish_line(&self) -> Done {
        if self.end { Ok(()) } else { malformed("end of the line", &self.word) }
    }

    /// The next word.
    pub fn take(&mut self) -> Done<&str> {
        if self.end && !self.across {
            return malformed("line: it ends too early", &self.word);
        }
        self.line += usize::from(self.end);
        self.end = false;
        self.word.clear();
        loop {
            let byte = self.peek();
            self.at += 1;
            match byte {
                Some(b' ') => break,
                Some(b'\n') => {
                    self.end = true;
                    break;
                }
                Some(byte) if byte.is_ascii_graphic() && self.word.len() < MOST_BYTES => {
                    self.word.push(byte as char);
                }
                _ => return malformed("word with an end", &self.word),
            }
        }
        allow(WORK_OF_BYTE * (1 + self.word.len()));
        charge(64 + self.word.len())?;
        Ok(&self.word)
    }

    fn expect(&mut self, word: &str) -> Done {
        if self.take()? == word { Ok(()) } else { malformed(word, &self.word) }
    }
}

/// What can be written as words, and read.
pub trait Text: Sized {
    /// Adds the words.
    fn write(&self, out: &mut Output<'_>);
    /// Reads them.
    fn read(words: &mut Words<'_>) -> Done<Self>;
}

/// The value that a text says, and nothing else.
pub fn value_of<T: Text>(mut text: &[u8]) -> Result<T, Failure> {
    read_all(&mut text, true, |words| {
        let value = T::read(words)?;
        if words.peek().is_none() { Ok(value) } else { malformed("end of the text", &words.word) }
    })
}

/// The words of a value, on one line.
pub fn text_of(value: &impl Text) -> String {
    let mut out = Output { text: String::new(), first: true, sink: None };
    value.write(&mut out);
    out.text
}

/// Types of one word each: how it is written, and read.
macro_rules! word {
    ($($type:ty: $value:ident => $write:expr, $word:ident => $read:expr;)*) => { $(
        impl Text for $type {
            fn write(&self, out: &mut Output<'_>) {
                let $value = self;
                out.word(&$write);
            }
            fn read(words: &mut Words<'_>) -> Done<Self> {
                let $word = words.take()?;
                $read
            }
        }
    )* };
}

/// Types whose fields follow each other, some after a word.
macro_rules! record {
    ($($type:ident $($label:literal)? { $($field:ident),* })*) => { $(
        impl Text for $type {
            fn write(&self, out: &mut Output<'_>) {
                $(out.word($label);)?
                $(self.$field.write(out);)*
                out.line();
            }
            fn read(words: &mut Words<'_>) -> Done<Self> {
                $(words.expect($label)?;)?
                Ok($type { $($field: Text::read(words)?),* })
            }
        }
    )* };
}

/// Types whose fields have their names before them, once, or are left out, up to a point.
macro_rules! labelled {
    ($($type:ident { $($field:ident),* })*) => { $(
        impl Text for $type {
            fn write(&self, out: &mut Output<'_>) {
                let usual = $type::default();
                $(if self.$field != usual.$field {
                    out.word(stringify!($field));
                    self.$field.write(out);
                })*
                out.word(".");
            }
            fn read(words: &mut Words<'_>) -> Done<Self> {
                let (mut result, usual) = ($type::default(), $type::default());
                loop {
                    match words.take()? {
                        $(stringify!($field) if result.$field == usual.$field => {
                            result.$field = Text::read(words)?;
                        })*
                        "." => return Ok(result),
                        other => return malformed("field", other),
                    }
                }
            }
        }
    )* };
}

/// Types with several forms: a word, then the fields of the form; a line each where that is said.
macro_rules! forms {
    ($($type:ident $($line:ident)? {
        $($word:literal $form:ident { $($field:tt: $name:ident),* })*
    })*) => { $(
        impl Text for $type {
            fn write(&self, out: &mut Output<'_>) {
                match self {
                    $($type::$form { $($field: $name),* } => {
                        out.word($word);
                        $($name.write(out);)*
                    })*
                }
                $(out.$line();)?
            }
            fn read(words: &mut Words<'_>) -> Done<Self> {
                match words.take()? {
                    $($word => Ok($type::$form { $($field: Text::read(words)?),* }),)*
                    other => malformed(stringify!($type), other),
                }
            }
        }
    )* };
}

word! {
    String: name => name.as_str(), word => Ok(word.to_string());
    u32: value => value.to_string(), word => index(word);
    usize: value => value.to_string(), word => index(word).map(|value| value as usize);
    bool: sign => if *sign { "+" } else { "-" }, word => match word {
        "+" => Ok(true),
        "-" => Ok(false),
        _ => malformed("sign", word),
    };
    Rational: value => value.to_string(), word => parse(word);
    Variable: name => variable(*name), word => read_variable(word);
    Monomial: name => monomial(name), word => read_monomial(word);
    Polynomial: sum => polynomial(sum), word => read_polynomial(word);
}

record! {
    Data "smfg-listing-1" { states, parameters, initial, decisions, statistics, stages, payoff }
    Stage "stage" { first, reward, leader_reward, transition }
    Transition { successors, probability }
    Successors { first, state }
    Column { support, coefficients }
    Statement { claimed, pessimistic, epsilon, place, pattern }
    Square { weight, root, pair }
    Round { weights, slopes, levels }
    Tube { work, units, rounds }
}

labelled! {
    Row { sense, constant, mass, value, loss, reward }
    Combination { rows, flow, bellman, policy, dual, lead, bounds, squares }
}

forms! {
    Decisions {
        "list" List { 0: list } "polytope" Polytope { ends: ends, grids: grids, rows: rows }
    }
    Statistic line {
        "statistic" Masses { stage: stage, weights: weights }
        "function" Function { function: function, argument: argument, ends: ends }
    }
    Function { "exp" Exp {} "log" Log {} "root" Root { 0: degree } "inverse" Inverse {} "abs" Abs {} }
    Grid { "continuous" Continuous {} "points" Points { origin: origin, step: step } }
    Place {
        "all" All {} "decision" Decision { 0: k } "point" Point { 0: values }
        "segment" Segment { from: from, to: to }
    }
    Scope { "all" All {} "decision" Decision { 0: k } "point" Point { 0: values } }
    Claimed {
        "bound" Bound { 0: value } "reached" Reached { 0: value } "below" Below { 0: value }
        "form" Form { 0: row } "patterns" Patterns { 0: list }
    }
    Sense { ">=" AtLeast {} "=" Equal {} ">" Above {} }
    Side { "v" Follower {} "y" Dual {} "w" Leader {} }
    Name {
        "e" Budget {} "o" Objective {} "m" Mass { 0: t } "k" Link { 0: k } "j" Form { 0: k }
        "c" Constraint { 0: k } "w" Function { 0: k } "r" Row { 0: k }
        "lower" Lower { 0: name } "upper" Upper { 0: name }
    }
}

impl<T: Text> Text for Arc<T> {
    fn write(&self, out: &mut Output<'_>) {
        T::write(self, out);
    }

    fn read(words: &mut Words<'_>) -> Done<Self> {
        Ok(Arc::new(T::read(words)?))
    }
}

impl<T: Text> Text for Option<T> {
    fn write(&self, out: &mut Output<'_>) {
        self.is_some().write(out);
        self.iter().for_each(|value| value.write(out));
    }

    fn read(words: &mut Words<'_>) -> Done<Self> {
        Ok(if bool::read(words)? { Some(T::read(words)?) } else { None })
    }
}

impl<T: Text> Text for Vec<T> {
    fn write(&self, out: &mut Output<'_>) {
        self.len().write(out);
        self.iter().for_each(|value| value.write(out));
    }

    fn read(words: &mut Words<'_>) -> Done<Self> {
        (0..u32::read(words)?).map(|_| T::read(words)).collect()
    }
}

impl<T: Text> Text for BTreeMap<u32, T> {
    fn write(&self, out: &mut Output<'_>) {
        self.len().write(out);
        for (key, value) in self {
            key.write(out);
            value.write(out);
        }
    }

    fn read(words: &mut Words<'_>) -> Done<Self> {
        let list: Vec<(u32, T)> = Text::read(words)?;
        let increasing = list.windows(2).all(|pair| pair[0].0 < pair[1].0);
        limit(increasing, "stages that do not increase")?;
        Ok(list.into_iter().collect())
    }
}

macro_rules! tuple {
    ($($($name:ident $place:tt)*;)*) => { $(
        impl<$($name: Text),*> Text for ($($name),*) {
            fn write(&self, out: &mut Output<'_>) {
                $(self.$place.write(out);)*
            }
            fn read(words: &mut Words<'_>) -> Done<Self> {
                Ok(($($name::read(words)?),*))
            }
        }
    )* };
}

tuple! {
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
}

impl Text for Scaled {
    fn write(&self, out: &mut Output<'_>) {
        self.len().write(out);
        out.word(&self.denominator().to_string());
        match self.numerators() {
            Numerators::Small(values) => values.iter().for_each(|v| out.word(&v.to_string())),
            Numerators::Big(values) => values.iter().for_each(|v| out.word(&v.to_string())),
        }
    }

    fn read(words: &mut Words<'_>) -> Done<Self> {
        let integer = |word: &str| match parse(word)?.into_parts() {
            (value, one) if one.is_one() => Ok(value),
            _ => malformed("integer", word),
        };
        let count = u32::read(words)?;
        let (_, denominator) = integer(words.take()?)?.into_parts();
        // Machine integers are read without a detour, until one number is longer.
        let (mut small, mut big) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let word = words.take()?;
            match word.parse::<i64>() {
                Ok(value) if big.is_empty() => small.push(value),
                _ => {
                    big.extend(small.drain(..).map(Integer::from));
                    big.push(integer(word)?);
                }
            }
        }
        Ok(match u64::try_from(&denominator) {
            Ok(denominator) if big.is_empty() => Scaled::from_small(small, denominator),
            _ => {
                big.extend(small.into_iter().map(Integer::from));
                Scaled::from_integers(big, denominator)
            }
        })
    }
}

/// A natural number below 2^32, in decimal digits.
fn index(word: &str) -> Done<u32> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| digits).map_or_else(|| malformed("index", word), Ok)
}

/// The name of a variable: `u0`, `x3`, `f1`, `a2`, `l`, `c4`.
pub fn variable(variable: Variable) -> String {
    match variable {
        Variable::Parameter(k) => format!("u{k}"),
        Variable::Statistic(k) => format!("x{k}"),
        Variable::Form(k) => format!("f{k}"),
        Variable::Share(k) => format!("a{k}"),
        Variable::Multiplier => "l".to_string(),
        Variable::Choice(k) => format!("c{k}"),
    }
}

fn read_variable(word: &str) -> Done<Variable> {
    let (kind, number) = word.split_at_checked(1).unwrap_or_default();
    match kind {
        "u" => index(number).map(Variable::Parameter),
        "x" => index(number).map(Variable::Statistic),
        "f" => index(number).map(Variable::Form),
        "a" => index(number).map(Variable::Share),
        "c" => index(number).map(Variable::Choice),
        "l" if number.is_empty() => Ok(Variable::Multiplier),
        _ => malformed("variable", word),
    }
}

/// `1`, or factors such as `u0*x3^2`.
pub fn monomial(monomial: &Monomial) -> String {
    let factor = |&(name, exponent): &(Variable, u32)| match exponent {
        1 => variable(name),
        _ => format!("{}^{exponent}", variable(name)),
    };
    let factors: Vec<String> = monomial.factors().iter().map(factor).collect();
    if factors.is_empty() { "1".to_string() } else { factors.join("*") }
}

fn read_monomial(word: &str) -> Done<Monomial> {
    let factor = |factor: &str| {
        let (name, exponent) = factor.split_once('^').unwrap_or((factor, "1"));
        Ok((read_variable(name)?, index(exponent)?))
    };
    let factors = word.split('*').filter(|_| word != "1").map(factor);
    Ok(Monomial::new(factors.collect::<Done<Vec<_>>>()?))
}

/// `0`, or terms such as `1/2*u0*x3^2` with `+` between them.
pub fn polynomial(polynomial: &Polynomial) -> String {
    let term = |(name, value): (&Monomial, &Rational)| match name.is_one() {
        true => value.to_string(),
        false => format!("{value}*{}", monomial(name)),
    };
    let terms: Vec<String> = polynomial.terms().map(term).collect();
    if terms.is_empty() { "0".to_string() } else { terms.join("+") }
}

fn read_polynomial(word: &str) -> Done<Polynomial> {
    let term = |term: &str| {
        let (value, name) = term.split_once('*').unwrap_or((term, "1"));
        Ok((read_monomial(name)?, parse(value)?))
    };
    Polynomial::sum(word.split('+').map(term).collect::<Done<Vec<_>>>()?)
}

/// Hands the text of a listing to `sink`, piece by piece.
pub fn listing_text(listing: &Data, sink: &mut dyn FnMut(&str)) {
    listing.write(&mut Output { text: String::new(), first: true, sink: Some(sink) });
}

/// The hash of the text of a listing, and the number of its bytes.
pub(crate) fn hash(listing: &Data) -> (String, usize) {
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    listing_text(listing, &mut |text| {
        digest.update(text.as_bytes());
        bytes += text.len();
    });
    (hexadecimal(digest), bytes)
}

fn hexadecimal(digest: Sha256) -> String {
    let digits: Vec<String> = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{}", digits.concat())
}

/// Why a text was not accepted.
#[derive(Debug)]
pub enum Failure {
    /// It could not be read.
    Input(std::io::Error),
    /// A line was refused: its number counted from 1, its first word, and why.
    Refused(usize, String, Refusal),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Input(error) => write!(f, "cannot be read: {error}"),
            Failure::Refused(line, word, reason) => write!(f, "line {line}, {word:.40}: {reason}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Reads a source line by line, or the whole of it, with `read`.
pub(crate) fn read_all<T>(
    source: &mut dyn Read,
    across: bool,
    read: impl FnOnce(&mut Words<'_>) -> Done<T>,
) -> Result<T, Failure> {
    let mut words = Words::new(source, across);
    begin_text(WORK);
    let result = read(&mut words);
    begin_text(u64::MAX);
    match (words.error, result) {
        (Some(error), _) => Err(Failure::Input(error)),
        (None, Ok(result)) => Ok(result),
        (None, Err(reason)) => Err(Failure::Refused(words.line, words.about, reason)),
    }
}

/// Reads the text of a listing. It has to be the text that [`listing_text`] writes, byte by byte,
/// which is found by comparing hashes: the hash of the file is the hash of the listing.
pub fn read_listing(mut source: impl Read) -> Result<Listing, Failure> {
    read_all(&mut source, true, |words| {
        let listing = Listing::of(Data::read(words)?)?;
        let same = words.peek().is_none() && hexadecimal(words.digest.clone()) == listing.hash();
        let refusal = Refusal::Text("not the text that is written of this listing".to_string());
        if same { Ok(listing) } else { Err(refusal) }
    })
}
