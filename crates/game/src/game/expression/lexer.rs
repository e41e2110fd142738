//! Characters to tokens, one at a time.

use super::error::{ExpressionError, ExpressionErrorKind, shown};
use super::limits::checked;
use crate::exact::{Rational, parse_rational};
use std::str::Chars;

/// A token and the column of its first character.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) column: usize,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A number, and how it is spelled.
    Number(Rational, String),
    /// An identifier: a letter or `_`, then letters, digits and `_`.
    Name(String),
    /// A quoted name, without its quotes.
    Quoted(String),
    /// Any other character; the parser knows which make sense.
    Symbol(char),
    /// The end of the formula.
    End,
}

impl TokenKind {
    /// The token in words, for messages.
    pub(super) fn found(&self) -> String {
        match self {
            TokenKind::Number(_, text) | TokenKind::Name(text) => format!("`{}`", shown(text)),
            TokenKind::Quoted(name) => format!("`\"{}\"`", shown(name)),
            TokenKind::Symbol(symbol) => format!("`{}`", shown(&symbol.to_string())),
            TokenKind::End => "the end of the formula".into(),
        }
    }
}

/// The tokens of a formula.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    rest: Chars<'t>,
    /// Column of the next character.
    column: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Lexer { rest: text.chars(), column: 1 }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn advance(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.column += usize::from(next.is_some());
        next
    }

    /// The longest run of accepted characters, appended to `taken`.
    fn take_while(&mut self, taken: &mut String, accepted: fn(char) -> bool) {
        while let Some(character) = self.peek().filter(|&c| accepted(c)) {
            taken.push(character);
            self.advance();
        }
    }

    /// The next token; [`TokenKind::End`] again and again at the end.
    pub(super) fn next(&mut self) -> Result<Token, ExpressionError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.advance();
        }
        let column = self.column;
        let kind = match self.peek() {
            None => TokenKind::End,
            Some(c) if c.is_ascii_digit() => {
                self.number().map_err(|kind| ExpressionError::new(column, kind))?
            }
            Some(c) if starts_name(c) => {
                let mut name = String::new();
                self.take_while(&mut name, continues_name);
                TokenKind::Name(name)
            }
            Some(quote @ ('"' | '\'')) => {
                self.quoted(quote).map_err(|kind| ExpressionError::new(column, kind))?
            }
            Some(symbol) => {
                self.advance();
                TokenKind::Symbol(symbol)
            }
        };
        Ok(Token { column, kind })
    }

    /// Digits, fraction, exponent; the value is that of [`parse_rational`].
    fn number(&mut self) -> Result<TokenKind, ExpressionErrorKind> {
        let is_digit: fn(char) -> bool = |c| c.is_ascii_digit();
        let mut text = String::new();
        self.take_while(&mut text, is_digit);
        if self.peek() == Some('.') {
            text.extend(self.advance());
            self.take_while(&mut text, is_digit);
        }
        if self.exponent_follows() {
            text.extend(self.advance());
            text.extend(self.advance());
            self.take_while(&mut text, is_digit);
        }
        let value = checked(parse_rational(&text)?)?;
        Ok(TokenKind::Number(value, text))
    }

    /// Whether `e5`, `e+5` or `e-5` comes next.
    fn exponent_follows(&self) -> bool {
        let mut ahead = self.rest.clone();
        matches!(ahead.next(), Some('e' | 'E'))
            && match ahead.next() {
                Some('+' | '-') => ahead.next().is_some_and(|c| c.is_ascii_digit()),
                Some(c) => c.is_ascii_digit(),
                None => false,
            }
    }

    fn quoted(&mut self, quote: char) -> Result<TokenKind, ExpressionErrorKind> {
        self.advance();
        let mut name = String::new();
        loop {
            match self.advance() {
                Some(c) if c == quote => return Ok(TokenKind::Quoted(name)),
                Some(c) => name.push(c),
                None => return Err(ExpressionErrorKind::UnclosedQuote { quote }),
            }
        }
    }
}

fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether `name` is an identifier, which formulas can use without quotes.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    name.chars().next().is_some_and(starts_name) && name.chars().all(continues_name)
}

/// `name` as formulas write it: in quotes unless it is an identifier, so that two lists of names
/// never look alike.
#[must_use]
pub fn spelled(name: &str) -> String {
    match (is_identifier(name), name.contains('"')) {
        (true, _) => name.to_string(),
        (false, false) => format!("\"{name}\""),
        (false, true) => format!("'{name}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(usize, String)> {
        let mut lexer = Lexer::new(text);
        let mut found = Vec::new();
        loop {
            let token = lexer.next().expect(text);
            if token.kind == TokenKind::End {
                return found;
            }
            found.push((token.column, token.kind.found()));
        }
    }

    #[test]
    fn longest_tokens() {
        let spelled = |text: &str| {
            tokens(text)
                .into_iter()
                .map(|(column, found)| format!("{column}{found}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(spelled("1e3x"), "1`1e3` 4`x`");
        assert_eq!(spelled("2e+1 2e+ 2e"), "1`2e+1` 6`2` 7`e` 8`+` 10`2` 11`e`");
        assert_eq!(spelled("s.x1_é@'a b'"), "1`s` 2`.` 3`x1_é` 7`@` 8`\"a b\"`");
        assert_eq!(spelled("\u{a0}\u{7}"), "2`\\u{7}`");
    }

    #[test]
    fn identifiers() {
        assert!(["x", "_1", "état", "far_left"].into_iter().all(is_identifier));
        assert!(!["", "1x", "far left", "a-b", "a.b", "\"x\""].into_iter().any(is_identifier));
    }
}
