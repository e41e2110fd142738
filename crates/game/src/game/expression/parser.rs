//! Tokens to a program in postfix order, with an explicit stack of operators (E. W. Dijkstra's
//! shunting yard).

use super::error::{ExpressionError, ExpressionErrorKind, shown};
use super::lexer::{Lexer, Token, TokenKind};
use super::limits::{LONGEST_FORMULA, MOST_NESTING};
use super::program::{
    Binary, Call, Instruction, Operation, Owner, Program, SIGN_PRECEDENCE, Selector, Term,
};

const VALUE: &str = "a number, a name or `(`";
const OPERATOR: &str = "an operator `+`, `-`, `*`, `/`, `^` or the end of the formula";
const OPERATOR_INSIDE: &str = "an operator `+`, `-`, `*`, `/`, `^` or `)`";
const STAGE: &str =
    "a stage after `@`: an integer such as @2 or a formula in parentheses such as @(t-1)";
const MEMBER: &str = "a name or `*` (names that are not identifiers are quoted: mu[\"far left\"])";

/// An operator that waits for its right operand, or an open parenthesis.
#[derive(Debug)]
enum Waiting {
    Sign,
    Binary(Binary),
    /// `(` of any kind.
    Open(Opening),
}

/// What a closing parenthesis completes.
#[derive(Debug)]
enum Opening {
    Group,
    /// `mean(`: the column of the word, where its body starts in the program, and the population
    /// before a colon with its column.
    Mean(usize, usize, Option<(String, usize)>),
    /// `@(` after a term, with the column of the term.
    Stage(usize, Term),
    /// `log(` and the like: the column of the word, and how many values came before a comma.
    Call(usize, Call, usize),
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The next token.
    token: Token,
    program: Program,
    /// Operators and parentheses with their columns.
    waiting: Vec<(usize, Waiting)>,
    /// Number of open parentheses.
    depth: usize,
    /// Whether a `mean(` is open.
    inside_mean: bool,
}

/// The program of a formula.
pub(super) fn parse(text: &str) -> Result<Program, ExpressionError> {
    let length = text.chars().count();
    if length > LONGEST_FORMULA {
        return Err(ExpressionError::new(0, ExpressionErrorKind::TooLong { length }));
    }
    let mut lexer = Lexer::new(text);
    let token = lexer.next()?;
    let mut parser = Parser {
        lexer,
        token,
        program: Program::default(),
        waiting: Vec::new(),
        depth: 0,
        inside_mean: false,
    };
    loop {
        // Signs and open parentheses leave the parser in front of an operand.
        while !parser.operand()? {}
        // Closing parentheses leave it behind one.
        while !parser.operator()? {
            if parser.token.kind == TokenKind::End {
                return parser.finish();
            }
        }
    }
}

impl Parser<'_> {
    /// Moves on; the token that was next.
    fn advance(&mut self) -> Result<Token, ExpressionError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn next_is(&self, symbol: char) -> bool {
        self.token.kind == TokenKind::Symbol(symbol)
    }

    /// The error that the next token is not what was expected.
    fn unexpected(&self, expected: &'static str) -> ExpressionError {
        ExpressionError::new(
            self.token.column,
            ExpressionErrorKind::Unexpected { found: self.token.kind.found(), expected },
        )
    }

    fn emit(&mut self, column: usize, operation: Operation) {
        self.program.instructions.push(Instruction { column, operation });
    }

    fn open(&mut self, column: usize, opening: Opening) -> Result<(), ExpressionError> {
        self.depth += 1;
        if self.depth > MOST_NESTING {
            return Err(ExpressionError::new(column, ExpressionErrorKind::Nesting));
        }
        self.waiting.push((column, Waiting::Open(opening)));
        Ok(())
    }

    /// Reads what can stand in front of an operator; whether it was a whole operand.
    fn operand(&mut self) -> Result<bool, ExpressionError> {
        let column = self.token.column;
        match &self.token.kind {
            TokenKind::Number(value, _) => {
                let value = value.clone();
                self.advance()?;
                self.emit(column, Operation::Number(value));
                Ok(true)
            }
            TokenKind::Symbol('-') => {
                self.advance()?;
                self.waiting.push((column, Waiting::Sign));
                Ok(false)
            }
            TokenKind::Symbol('+') => {
                self.advance()?;
                Ok(false)
            }
            TokenKind::Symbol('(') => {
                self.advance()?;
                self.open(column, Opening::Group)?;
                Ok(false)
            }
            TokenKind::Name(name) => {
                let name = name.clone();
                self.advance()?;
                self.named(column, name)
            }
            TokenKind::Quoted(name) => {
                let name = name.clone();
                self.advance()?;
                self.term(column, Term::Name(name))
            }
            TokenKind::Symbol('*') if matches!(self.waiting.last(), Some((at, Waiting::Binary(Binary::Multiply))) if at + 1 == column) => {
                Err(self.unexpected("a number, a name or `(` (powers are written x^2)"))
            }
            _ => Err(self.unexpected(VALUE)),
        }
    }

    /// Reads on after an unquoted name; whether a whole operand was read.
    fn named(&mut self, column: usize, name: String) -> Result<bool, ExpressionError> {
        match (name.as_str(), &self.token.kind) {
            ("s", TokenKind::Symbol('.')) => self.attribute(column, Owner::State),
            ("a", TokenKind::Symbol('.')) => self.attribute(column, Owner::Action),
            ("mean", TokenKind::Symbol('(')) => {
                self.refuse_inside_mean(column, "mean(...)")?;
                let opened = self.advance()?.column;
                self.inside_mean = true;
                let start = self.program.instructions.len();
                self.open(opened, Opening::Mean(column, start, None))?;
                Ok(false)
            }
            ("mu", TokenKind::Symbol('[')) => {
                self.refuse_inside_mean(column, "mu[...]")?;
                let (state, action) = self.members()?;
                self.term(column, Term::Mass(state, action))
            }
            ("nu", TokenKind::Symbol('[')) => {
                let (state, action) = self.members()?;
                self.term(column, Term::Process(state, action))
            }
            ("p", TokenKind::Symbol('[')) => {
                let opened = self.advance()?.column;
                let action = match &self.token.kind {
                    TokenKind::Name(action) | TokenKind::Quoted(action) => action.clone(),
                    _ => return Err(self.unexpected("the name of an action of the leader")),
                };
                self.advance()?;
                self.close_bracket(
                    opened,
                    "`]` (names that are not identifiers are quoted: p[\"pay back\"])",
                )?;
                self.term(column, Term::Mixed(action))
            }
            ("mean", _) => Err(self.unexpected("`(` after `mean`")),
            ("mu", _) => Err(self.unexpected("`[` after `mu`")),
            ("nu", _) => Err(self.unexpected("`[` after `nu`")),
            ("t", TokenKind::Symbol('(' | '[' | '.')) => Err(self.unexpected(OPERATOR)),
            ("t", _) => {
                self.emit(column, Operation::Stage);
                Ok(true)
            }
            (_, TokenKind::Symbol('(')) => match Call::of(&name) {
                Some(call) => {
                    let opened = self.advance()?.column;
                    self.open(opened, Opening::Call(column, call, 0))?;
                    Ok(false)
                }
                None => Err(ExpressionError::new(column, no_function(&name))),
            },
            (_, TokenKind::Symbol('[')) => {
                Err(self.unexpected("an operator (only mu[...], p[...] and nu[...] take brackets)"))
            }
            (_, TokenKind::Symbol('.')) => {
                Err(self.unexpected("an operator (attributes are written s.name and a.name)"))
            }
            _ => self.term(column, Term::Name(name)),
        }
    }

    fn refuse_inside_mean(&self, column: usize, term: &str) -> Result<(), ExpressionError> {
        if self.inside_mean {
            return Err(ExpressionError::new(
                column,
                ExpressionErrorKind::PopulationInsideMean { term: term.into() },
            ));
        }
        Ok(())
    }

    fn attribute(&mut self, column: usize, owner: Owner) -> Result<bool, ExpressionError> {
        self.advance()?;
        match &self.token.kind {
            TokenKind::Name(name) | TokenKind::Quoted(name) => {
                let name = name.clone();
                self.advance()?;
                self.emit(column, Operation::Attribute(owner, name));
                Ok(true)
            }
            _ => Err(self.unexpected("the name of an attribute")),
        }
    }

    /// `[member]` or `[member, member]`, the bracket being next.
    fn members(&mut self) -> Result<(Selector, Selector), ExpressionError> {
        let opened = self.advance()?.column;
        let state = self.member()?;
        if !self.next_is(',') {
            self.close_bracket(
                opened,
                "`,` or `]` (names that are not identifiers are quoted: mu[\"far left\"])",
            )?;
            return Ok((state, Selector::All));
        }
        self.advance()?;
        let action = self.member()?;
        self.close_bracket(
            opened,
            "`]` (names that are not identifiers are quoted: mu[\"far left\"])",
        )?;
        Ok((state, action))
    }

    /// `*`, `name`, `population.name` or `population.*`.
    fn member(&mut self) -> Result<Selector, ExpressionError> {
        let column = self.token.column;
        let Some(name) = self.star_or_name()? else { return Ok(Selector::All) };
        if !self.next_is('.') {
            return Ok(Selector::One(name, column));
        }
        self.advance()?;
        let own = self.star_or_name()?;
        Ok(Selector::Of { population: name, name: own, column })
    }

    /// A name, or `None` for `*`.
    fn star_or_name(&mut self) -> Result<Option<String>, ExpressionError> {
        let name = match &self.token.kind {
            TokenKind::Symbol('*') => None,
            TokenKind::Name(name) | TokenKind::Quoted(name) => Some(name.clone()),
            _ => return Err(self.unexpected(MEMBER)),
        };
        self.advance()?;
        Ok(name)
    }

    /// `:` after the name of a population, `mean(trucks: ...)`, after which a value must follow.
    fn colon(&mut self) -> Result<bool, ExpressionError> {
        let instructions = &mut self.program.instructions;
        if let Some((_, Waiting::Open(Opening::Mean(_, start, population)))) =
            self.waiting.last_mut()
            && population.is_none()
            && instructions.len() == *start + 1
            && let Some(Instruction { column, operation: Operation::Term(Term::Name(name)) }) =
                instructions.last()
        {
            *population = Some((name.clone(), *column));
            instructions.pop();
            self.advance()?;
            return Ok(true);
        }
        Err(self.unexpected(self.expected_operator()))
    }

    fn close_bracket(
        &mut self,
        opened: usize,
        expected: &'static str,
    ) -> Result<(), ExpressionError> {
        if self.next_is(']') {
            self.advance()?;
            return Ok(());
        }
        Err(if self.token.kind == TokenKind::End {
            self.unclosed('[', ']', opened)
        } else {
            self.unexpected(expected)
        })
    }

    /// The error that the next token comes before a closing parenthesis or bracket.
    fn unclosed(&self, opening: char, closing: char, opened: usize) -> ExpressionError {
        let kind = ExpressionErrorKind::Unclosed {
            found: self.token.kind.found(),
            opening,
            closing,
            opened,
        };
        ExpressionError::new(self.token.column, kind)
    }

    /// A term that has been read and the `@stage` that may follow it; whether a whole operand was
    /// read.
    fn term(&mut self, column: usize, term: Term) -> Result<bool, ExpressionError> {
        if !self.next_is('@') {
            self.emit(column, Operation::Term(term));
            return Ok(true);
        }
        self.advance()?;
        let at = self.token.column;
        match &self.token.kind {
            TokenKind::Number(value, _) => {
                let value = value.clone();
                self.advance()?;
                self.emit(at, Operation::Number(value));
                self.emit(column, Operation::TermAt(term));
                Ok(true)
            }
            TokenKind::Symbol('(') => {
                self.advance()?;
                self.open(at, Opening::Stage(column, term))?;
                Ok(false)
            }
            _ => Err(self.unexpected(STAGE)),
        }
    }

    /// Reads what can stand behind an operand; whether an operand must follow. At the end of the
    /// formula it reads nothing.
    fn operator(&mut self) -> Result<bool, ExpressionError> {
        let column = self.token.column;
        let TokenKind::Symbol(symbol) = self.token.kind else {
            if self.token.kind == TokenKind::End {
                return Ok(false);
            }
            return Err(self.unexpected(self.expected_operator()));
        };
        if let Some(binary) = Binary::of(symbol) {
            self.advance()?;
            // Powers group to the right, everything else to the left.
            let binding = binary.precedence() + u8::from(binary == Binary::Power);
            self.reduce(binding);
            self.waiting.push((column, Waiting::Binary(binary)));
            return Ok(true);
        }
        match symbol {
            ')' => self.close(column).map(|whole| !whole),
            ',' => self.comma(column),
            ':' => self.colon(),
            '<' | '>' | '=' | '!' => {
                let name = symbol.to_string();
                Err(ExpressionError::new(column, ExpressionErrorKind::Jump { name }))
            }
            '@' => {
                let what = "this".to_string();
                Err(ExpressionError::new(column, ExpressionErrorKind::NotAtStage { what }))
            }
            _ => Err(self.unexpected(self.expected_operator())),
        }
    }

    fn expected_operator(&self) -> &'static str {
        if self.depth > 0 { OPERATOR_INSIDE } else { OPERATOR }
    }

    /// Performs the waiting operators that bind at least as tightly as `binding`, back to the last
    /// open parenthesis.
    fn reduce(&mut self, binding: u8) {
        while let Some((column, top)) = self.waiting.last() {
            let (operation, precedence) = match top {
                Waiting::Open(_) => break,
                Waiting::Sign => (Operation::Negate, SIGN_PRECEDENCE),
                Waiting::Binary(binary) => (Operation::Binary(*binary), binary.precedence()),
            };
            if precedence < binding {
                break;
            }
            let column = *column;
            self.waiting.pop();
            self.emit(column, operation);
        }
    }

    /// A comma between the values of a function, after which a value must follow.
    fn comma(&mut self, column: usize) -> Result<bool, ExpressionError> {
        self.reduce(0);
        match self.waiting.last_mut() {
            Some((_, Waiting::Open(Opening::Call(at, call, count)))) => {
                *count += 1;
                if !call.takes_several() {
                    let (name, several, found) = (call.name(), false, *count + 1);
                    let kind = ExpressionErrorKind::Arguments { name, several, found };
                    return Err(ExpressionError::new(*at, kind));
                }
                self.advance()?;
                Ok(true)
            }
            _ => {
                let found = "`,`".into();
                let kind =
                    ExpressionErrorKind::Unexpected { found, expected: self.expected_operator() };
                Err(ExpressionError::new(column, kind))
            }
        }
    }

    /// A closing parenthesis; whether a whole operand was read.
    fn close(&mut self, column: usize) -> Result<bool, ExpressionError> {
        self.reduce(0);
        let Some((_, Waiting::Open(opening))) = self.waiting.pop() else {
            let kind = ExpressionErrorKind::Unexpected {
                found: "`)` without `(`".into(),
                expected: OPERATOR,
            };
            return Err(ExpressionError::new(column, kind));
        };
        self.depth -= 1;
        self.advance()?;
        match opening {
            Opening::Group => Ok(true),
            Opening::Stage(column, term) => {
                self.emit(column, Operation::TermAt(term));
                Ok(true)
            }
            Opening::Call(column, call, before) => {
                let found = before + 1;
                if call.takes_several() && found < 2 {
                    let (name, several) = (call.name(), true);
                    let kind = ExpressionErrorKind::Arguments { name, several, found };
                    return Err(ExpressionError::new(column, kind));
                }
                self.emit(column, Operation::Call(call, found));
                Ok(true)
            }
            Opening::Mean(column, start, population) => {
                self.inside_mean = false;
                let body =
                    self.program.instructions.split_off(start.min(self.program.instructions.len()));
                self.program.bodies.push(body);
                self.term(column, Term::Mean(self.program.bodies.len() - 1, population))
            }
        }
    }

    /// The program, the end of the formula being next.
    fn finish(mut self) -> Result<Program, ExpressionError> {
        self.reduce(0);
        match self.waiting.last() {
            None => Ok(self.program),
            Some((opened, _)) => Err(self.unclosed('(', ')', *opened)),
        }
    }
}

/// Why there is no function of this name.
fn no_function(name: &str) -> ExpressionErrorKind {
    const JUMPS: [&str; 12] = [
        "floor",
        "ceil",
        "ceiling",
        "round",
        "trunc",
        "int",
        "sign",
        "sgn",
        "step",
        "heaviside",
        "if",
        "mod",
    ];
    const KNOWN: &str = "log, exp, sqrt, abs, min and max";
    if JUMPS.contains(&name.to_ascii_lowercase().as_str()) {
        return ExpressionErrorKind::Jump { name: shown(name) };
    }
    let hint = match name.to_ascii_lowercase().as_str() {
        "ln" => "; the natural logarithm is written `log`".to_string(),
        "log2" | "log10" => format!("; write log(x) / log({})", name.get(3..).unwrap_or("2")),
        "pow" => "; powers are written x^y".to_string(),
        "softmax" => "; write exp(x) / (exp(x) + exp(y)), or 1 / (1 + exp(y - x))".to_string(),
        "tanh" => "; write 1 - 2 / (1 + exp(2 * x))".to_string(),
        _ => format!("; the functions of formulas are {KNOWN}"),
    };
    ExpressionErrorKind::Function { name: shown(name), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The program in words.
    fn postfix(text: &str) -> String {
        let program = parse(text).expect(text);
        let word = |instruction: &Instruction| match &instruction.operation {
            Operation::Number(value) => value.to_string(),
            Operation::Stage => "t".into(),
            Operation::Attribute(Owner::State, name) => format!("s.{name}"),
            Operation::Attribute(Owner::Action, name) => format!("a.{name}"),
            Operation::Term(Term::Name(name)) => name.clone(),
            Operation::Term(_) => "term".into(),
            Operation::TermAt(_) => "term@".into(),
            Operation::Negate => "neg".into(),
            Operation::Binary(binary) => format!("{binary:?}"),
            Operation::Call(call, count) => format!("{}/{count}", call.name()),
        };
        let block = |block: &Vec<Instruction>| block.iter().map(word).collect::<Vec<_>>().join(" ");
        program
            .bodies
            .iter()
            .chain([&program.instructions])
            .map(block)
            .collect::<Vec<_>>()
            .join(" | ")
    }

    #[test]
    fn operators_wait_for_their_operands() {
        for (text, expected) in [
            ("x + y * z", "x y z Multiply Add"),
            ("x - y - z", "x y Subtract z Subtract"),
            ("x ^ y ^ z", "x y z Power Power"),
            ("-x ^ -y * z", "x y neg Power neg z Multiply"),
            ("x / -y / z", "x y neg Divide z Divide"),
            ("mu[I]@(t - 1) * 2", "t 1 Subtract term@ 2 Multiply"),
            ("1 + mean(s.x * -a.y)@2 ^ 3", "s.x a.y neg Multiply | 1 2 term@ 3 Power Add"),
            ("mean(s.x)@(t+1) - mean(t)", "s.x | t | t 1 Add term@ term Subtract"),
        ] {
            assert_eq!(postfix(text), expected, "{text}");
        }
    }

    #[test]
    fn columns_count_characters() {
        let error = parse("é + \"ü\" + #").expect_err("no value");
        assert_eq!(error.column, 11);
    }
}
