//! The normal-form format of Gambit, `.nfg`.
//!
//! ```text
//! NFG 1 R "title" { "Alice" "Bob" } { { "up" "down" } { "left" "right" } } "comment"
//! ```
//!
//! Numbers of strategies may stand for their names, `{ 2 2 }`; the comment may be missing. Then
//! come either the payoffs of all players, profile by profile, the first player's strategy changing
//! fastest; or a list of outcomes, `{ { "name" 1, 2 } ... }`, and the number of an outcome for each
//! profile, 0 for one in which everybody gets 0. White space does not matter outside quotation
//! marks. Numbers are integers, decimals or fractions, and exact.

use super::finite::{FiniteGame, FiniteGameError, Player, profiles};
use crate::exact::{NumberError, Rational, parse_rational};
use std::iter::Peekable;
use std::vec::IntoIter;

/// Largest text, in bytes: the payoffs of the largest game take less.
pub const LARGEST_NFG: u64 = 16 << 20;

/// Why a text is not a normal form, and on which line.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct NfgError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: NfgErrorKind,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum NfgErrorKind {
    /// Something else was expected.
    #[error("found {found}, expected {expected}")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
    /// More than is read.
    #[error("found {bytes} bytes, expected at most {LARGEST_NFG}")]
    TooLong {
        /// Size of the file.
        bytes: u64,
    },
    /// Bytes that are no UTF-8.
    #[error("found bytes that are no text in UTF-8")]
    NoText,
    /// A quotation mark without a second one.
    #[error("found a text without closing quotation mark")]
    Open,
    /// Not a number.
    #[error("{what}: {source}")]
    Number {
        /// Which number.
        what: &'static str,
        /// Why.
        source: NumberError,
    },
    /// An outcome that is not in the list.
    #[error("found outcome {found}, expected a number from 0 to {outcomes}")]
    Outcome {
        /// What stands there.
        found: String,
        /// How many there are.
        outcomes: usize,
    },
    /// The game itself.
    #[error("{0}")]
    Game(#[from] FiniteGameError),
}

/// The game that a text in the format `.nfg` describes.
///
/// Players and strategies without a name are called by their number.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn read_nfg(text: &str) -> Result<FiniteGame, NfgError> {
    Reader::new(text)?.game()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Text(String),
    Word(String),
}

struct Reader {
    tokens: Peekable<IntoIter<(usize, Token)>>,
    last_line: usize,
}

fn fail<T>(line: usize, kind: impl Into<NfgErrorKind>) -> Result<T, NfgError> {
    Err(NfgError { line, kind: kind.into() })
}

impl Reader {
    fn new(text: &str) -> Result<Self, NfgError> {
        let (tokens, last_line) = tokens(text)?;
        Ok(Reader { tokens: tokens.into_iter().peekable(), last_line })
    }

    fn game(mut self) -> Result<FiniteGame, NfgError> {
        self.word("NFG", "`NFG`, with which a normal form of Gambit begins")?;
        self.word("1", "the version of the format, `1`")?;
        let (line, numbers) = self.next();
        if !matches!(&numbers, Some(Token::Word(word)) if word == "R" || word == "D") {
            return unexpected(line, numbers, "`R` or `D`");
        }
        let title = self.text("the title, in quotation marks")?.1;
        let players_line = self.line();
        let names = self.names()?;
        let players = self.strategies(names)?;
        if matches!(self.tokens.peek(), Some((_, Token::Text(_)))) {
            self.tokens.next();
        }
        let count = profiles(players.iter().map(|player| player.strategies.len()))
            .or_else(|error| fail(players_line, error))?;
        let payoffs = if matches!(self.tokens.peek(), Some((_, Token::Open))) {
            let outcomes = self.outcomes(players.len())?;
            self.chosen(count, &outcomes)?
        } else {
            (0..count).map(|_| self.payoffs(players.len())).collect::<Result<_, _>>()?
        };
        if let Some((line, token)) = self.tokens.next() {
            let expected = format!("the end, after {count} profiles");
            return unexpected(line, Some(token), &expected);
        }
        FiniteGame::new(title, players, payoffs).or_else(|error| fail(players_line, error))
    }

    /// `{ "Alice" "Bob" }`
    fn names(&mut self) -> Result<Vec<String>, NfgError> {
        self.open("`{` before the names of the players")?;
        let mut names = Vec::new();
        while !self.closed() {
            let name = self.text("the name of a player in quotation marks, or `}`")?.1;
            let number = names.len() + 1;
            names.push(if name.is_empty() { format!("player {number}") } else { name });
        }
        Ok(names)
    }

    /// `{ 2 3 }` or `{ { "up" "down" } { "left" "middle" "right" } }`
    fn strategies(&mut self, names: Vec<String>) -> Result<Vec<Player>, NfgError> {
        self.open("`{` before the strategies")?;
        let mut players: Vec<Player> = Vec::new();
        for name in names {
            // A number of a few digits stands for many names: too many of them are not made.
            let line = self.line();
            let sizes = players.iter().map(|player| player.strategies.len());
            profiles(sizes.chain([1])).or_else(|error| fail(line, error))?;
            let strategies = match self.next() {
                (_, Some(Token::Open)) => self.labels()?,
                (line, Some(Token::Word(word))) => match word.parse::<usize>() {
                    Ok(count) if (1..=super::MOST_PROFILES).contains(&count) => {
                        (1..=count).map(|number| number.to_string()).collect()
                    }
                    _ => {
                        return unexpected(line, Some(Token::Word(word)), "a number of strategies");
                    }
                },
                (line, other) => {
                    let expected = format!("the strategies of {name}, `{{ ... }}` or their number");
                    return unexpected(line, other, &expected);
                }
            };
            players.push(Player { name, strategies });
        }
        let (line, token) = self.next();
        match token {
            Some(Token::Close) => Ok(players),
            other => unexpected(line, other, "`}` after the strategies of the last player"),
        }
    }

    /// The names of the strategies of one player, after `{`.
    fn labels(&mut self) -> Result<Vec<String>, NfgError> {
        let mut labels = Vec::new();
        while !self.closed() {
            let label = self.text("the name of a strategy in quotation marks, or `}`")?.1;
            let number = labels.len() + 1;
            labels.push(if label.is_empty() { number.to_string() } else { label });
        }
        Ok(labels)
    }

    /// `{ { "name" 1, 2 } ... }`
    fn outcomes(&mut self, players: usize) -> Result<Vec<Vec<Rational>>, NfgError> {
        self.open("`{` before the outcomes")?;
        let mut outcomes = Vec::new();
        while !self.closed() {
            self.open("`{` before an outcome, or `}` after the last")?;
            self.text("the name of the outcome, in quotation marks")?;
            outcomes.push(self.payoffs(players)?);
            let (line, token) = self.next();
            if token != Some(Token::Close) {
                let expected = format!("`}}` after the {players} payoffs of an outcome");
                return unexpected(line, token, &expected);
            }
        }
        Ok(outcomes)
    }

    /// The payoffs of `count` profiles, by the numbers of their outcomes.
    fn chosen(
        &mut self,
        count: usize,
        outcomes: &[Vec<Rational>],
    ) -> Result<Vec<Vec<Rational>>, NfgError> {
        let nothing = vec![Rational::ZERO; outcomes.first().map_or(0, Vec::len)];
        let mut payoffs = Vec::with_capacity(count);
        for _ in 0..count {
            let (line, token) = self.next();
            let Some(Token::Word(word)) = token else {
                let expected = format!("{count} numbers of outcomes, one per profile");
                return unexpected(line, token, &expected);
            };
            let row = match word.parse::<usize>() {
                Ok(0) => Some(&nothing),
                Ok(number) => outcomes.get(number - 1),
                Err(_) => None,
            };
            let Some(row) = row else {
                let outcomes = outcomes.len();
                return fail(line, NfgErrorKind::Outcome { found: word, outcomes });
            };
            payoffs.push(row.clone());
        }
        Ok(payoffs)
    }

    /// One number per player.
    fn payoffs(&mut self, players: usize) -> Result<Vec<Rational>, NfgError> {
        (0..players).map(|_| self.number()).collect()
    }

    fn number(&mut self) -> Result<Rational, NfgError> {
        let (line, token) = self.next();
        let Some(Token::Word(word)) = token else { return unexpected(line, token, "a payoff") };
        // The format also writes .5 for one half.
        let (sign, digits) = match word.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", word.strip_prefix('+').unwrap_or(&word)),
        };
        let zero = if digits.starts_with('.') { "0" } else { "" };
        parse_rational(&format!("{sign}{zero}{digits}"))
            .or_else(|source| fail(line, NfgErrorKind::Number { what: "a payoff", source }))
    }

    fn next(&mut self) -> (usize, Option<Token>) {
        self.tokens.next().map_or((self.last_line, None), |(line, token)| (line, Some(token)))
    }

    fn line(&mut self) -> usize {
        self.tokens.peek().map_or(self.last_line, |(line, _)| *line)
    }

    /// Takes a closing brace, if one is next.
    fn closed(&mut self) -> bool {
        self.tokens.next_if(|(_, token)| *token == Token::Close).is_some()
    }

    fn open(&mut self, expected: &str) -> Result<(), NfgError> {
        match self.next() {
            (_, Some(Token::Open)) => Ok(()),
            (line, other) => unexpected(line, other, expected),
        }
    }

    fn word(&mut self, wanted: &str, expected: &str) -> Result<(), NfgError> {
        match self.next() {
            (_, Some(Token::Word(word))) if word == wanted => Ok(()),
            (line, other) => unexpected(line, other, expected),
        }
    }

    fn text(&mut self, expected: &str) -> Result<(usize, String), NfgError> {
        match self.next() {
            (line, Some(Token::Text(text))) => Ok((line, text)),
            (line, other) => unexpected(line, other, expected),
        }
    }
}

fn unexpected<T>(line: usize, token: Option<Token>, expected: &str) -> Result<T, NfgError> {
    let found = match token {
        None => "the end of the file".into(),
        Some(Token::Open) => "`{`".into(),
        Some(Token::Close) => "`}`".into(),
        Some(Token::Text(text)) => format!("the text {:?}", shortened(&text)),
        Some(Token::Word(word)) => format!("`{}`", shortened(&word)),
    };
    fail(line, NfgErrorKind::Unexpected { found, expected: expected.into() })
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Tokens with their lines, and the last line.
fn tokens(text: &str) -> Result<(Vec<(usize, Token)>, usize), NfgError> {
    let mut found = Vec::new();
    let mut line = 1;
    // A byte-order mark is not part of the text.
    let mut rest = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\n' => line += 1,
            '{' => found.push((line, Token::Open)),
            '}' => found.push((line, Token::Close)),
            '"' => {
                let (start, mut quoted) = (line, String::new());
                loop {
                    match rest.next() {
                        Some('"') => break,
                        Some('\\') if matches!(rest.peek(), Some('"' | '\\')) => {
                            quoted.extend(rest.next());
                        }
                        Some(character) => {
                            line += usize::from(character == '\n');
                            quoted.push(character);
                        }
                        None => return fail(start, NfgErrorKind::Open),
                    }
                }
                found.push((start, Token::Text(quoted)));
            }
            ',' => {}
            _ if next.is_whitespace() => {}
            _ => {
                let mut word = String::from(next);
                while let Some(character) = rest.next_if(|character| {
                    !character.is_whitespace() && !['{', '}', '"', ','].contains(character)
                }) {
                    word.push(character);
                }
                found.push((line, Token::Word(word)));
            }
        }
    }
    Ok((found, line))
}
