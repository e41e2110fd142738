//! Formulas as MathML, which browsers set without scripts.
//!
//! Everything that comes from a game file passes through [`escape`].

use crate::exact::{Integer, Rational};
use crate::game::expression::{Expression, Named, Tree};
use std::fmt::Write;

/// Precedences, from loose to tight.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const SIGN: u8 = 3;
const POWER: u8 = 4;
const ATOM: u8 = 5;

/// `text` with the characters that mean something in HTML replaced, and without control characters.
pub(super) fn escape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            '\'' => result.push_str("&#39;"),
            c if c.is_control() => result.push(' '),
            c => result.push(c),
        }
    }
    result
}

/// `content` as a formula within a line.
pub(super) fn math(content: &str) -> String {
    format!("<math>{content}</math>")
}

/// The formula that `text` spells; the text itself where it spells none.
pub(super) fn formula(text: &str) -> String {
    match Expression::parse(text) {
        Ok(expression) => math(&rendered(&expression.tree()).0),
        Err(_) => format!("<code>{}</code>", escape(text)),
    }
}

/// A number, fractions with a bar.
pub(super) fn number(value: &Rational) -> String {
    let negative = *value < Rational::ZERO;
    let (numerator, denominator) = value.clone().into_parts();
    let magnitude = if negative { -numerator } else { numerator };
    let digits = fraction(&magnitude, &denominator.to_string());
    if negative { format!("<mrow><mo>−</mo>{digits}</mrow>") } else { digits }
}

fn fraction(numerator: &Integer, denominator: &str) -> String {
    match denominator {
        "1" => format!("<mn>{numerator}</mn>"),
        _ => format!("<mfrac><mn>{numerator}</mn><mn>{denominator}</mn></mfrac>"),
    }
}

/// A name as an identifier: Greek letters by their names, what stands behind `_` as an index.
pub(super) fn identifier(name: &str) -> String {
    match name.split_once('_') {
        Some((head, tail)) if !head.is_empty() && !tail.is_empty() => {
            format!("<msub>{}<mtext>{}</mtext></msub>", letter(head), escape(tail))
        }
        _ => letter(name),
    }
}

/// A Greek letter, upright: few fonts have the slanted ones of formulas.
pub(super) fn greek(letter: &str) -> String {
    format!("<mi mathvariant=\"normal\">{letter}</mi>")
}

fn letter(name: &str) -> String {
    const GREEK: [(&str, &str); 14] = [
        ("alpha", "α"),
        ("beta", "β"),
        ("gamma", "γ"),
        ("delta", "δ"),
        ("epsilon", "ε"),
        ("eta", "η"),
        ("theta", "θ"),
        ("kappa", "κ"),
        ("lambda", "λ"),
        ("rho", "ρ"),
        ("sigma", "σ"),
        ("tau", "τ"),
        ("phi", "φ"),
        ("omega", "ω"),
    ];
    match GREEK.iter().find(|(word, _)| *word == name) {
        Some((_, symbol)) => greek(symbol),
        None => format!("<mi>{}</mi>", escape(name)),
    }
}

/// Markup of a tree, and how tightly its outermost operator binds.
fn rendered(tree: &Tree) -> (String, u8) {
    match tree {
        Tree::Number(value) => {
            let tight = if *value < Rational::ZERO { SIGN } else { ATOM };
            (number(value), tight)
        }
        Tree::Stage => ("<mi>t</mi>".into(), ATOM),
        Tree::Attribute(owner, name) => {
            (format!("{}{}", identifier(name), arguments(&[format!("<mi>{owner}</mi>")])), ATOM)
        }
        Tree::Term(named, stage) => (term(named, stage.as_deref()), ATOM),
        Tree::Negate(inner) => (format!("<mrow><mo>−</mo>{}</mrow>", within(inner, SIGN)), SIGN),
        Tree::Binary(operator, left, right) => binary(*operator, left, right),
        Tree::Call("sqrt", values) => {
            let inside: String = values.iter().map(grouped).collect();
            (format!("<msqrt>{inside}</msqrt>"), ATOM)
        }
        Tree::Call(name, values) => {
            let inside: Vec<String> = values.iter().map(|value| rendered(value).0).collect();
            let name = format!("<mi mathvariant=\"normal\">{name}</mi>");
            (format!("<mrow>{name}{}</mrow>", arguments(&inside)), ATOM)
        }
    }
}

fn binary(operator: char, left: &Tree, right: &Tree) -> (String, u8) {
    let row = |symbol: &str, own: u8, right_least: u8| {
        let sides = (within(left, own), within(right, right_least));
        (format!("<mrow>{}<mo>{symbol}</mo>{}</mrow>", sides.0, sides.1), own)
    };
    match operator {
        '+' => row("+", SUM, PRODUCT),
        '-' => row("−", SUM, PRODUCT),
        '*' => row("⋅", PRODUCT, SIGN),
        '/' => (format!("<mfrac>{}{}</mfrac>", grouped(left), grouped(right)), ATOM),
        _ => (format!("<msup>{}{}</msup>", within(left, ATOM), grouped(right)), POWER),
    }
}

/// `tree`, in parentheses where it binds less tightly than `least`.
fn within(tree: &Tree, least: u8) -> String {
    let (markup, own) = rendered(tree);
    // A fraction as the base of a power would be read as its numerator's.
    let base = least == ATOM && markup.starts_with("<mfrac");
    if own < least || base { parenthesised(&markup) } else { markup }
}

fn grouped(tree: &Tree) -> String {
    format!("<mrow>{}</mrow>", rendered(tree).0)
}

/// `markup` in parentheses, which grow with fractions alone: fonts without a table for mathematics
/// let others grow too far.
fn parenthesised(markup: &str) -> String {
    let grow = if markup.contains("<mfrac") { "" } else { " stretchy=\"false\"" };
    format!("<mrow><mo{grow}>(</mo>{markup}<mo{grow}>)</mo></mrow>")
}

/// `(x, y)`.
fn arguments(items: &[String]) -> String {
    parenthesised(&items.join("<mo>,</mo>"))
}

fn term(named: &Named, stage: Option<&Tree>) -> String {
    let at = stage.map(|stage| rendered(stage).0);
    let indexed = |head: String, at: Option<String>| match at {
        Some(at) => format!("<msub>{head}<mrow>{at}</mrow></msub>"),
        None => head,
    };
    let current = || at.clone().or_else(|| Some("<mi>t</mi>".into()));
    let place = |name: &Option<String>| match name {
        Some(name) => format!("<mtext>{}</mtext>", escape(name)),
        None => "<mo>⋅</mo>".into(),
    };
    let pair = |state: &Option<String>, action: &Option<String>| match action {
        Some(_) => arguments(&[place(state), place(action)]),
        None => arguments(&[place(state)]),
    };
    match named {
        Named::Name(name) => indexed(identifier(name), at),
        Named::Mass(state, action) => {
            format!("<mrow>{}{}</mrow>", indexed(greek("μ"), current()), pair(state, action))
        }
        Named::Mean(body, population) => {
            let mut markup = String::from("<mrow>");
            let letter = "<mi mathvariant=\"normal\">E</mi>";
            let letter = match population {
                None => letter.to_string(),
                Some(name) => {
                    format!("<msup>{letter}<mtext>{}</mtext></msup>", escape(name))
                }
            };
            markup.push_str(&indexed(letter, current()));
            let _ = write!(markup, "<mo>[</mo>{}<mo>]</mo></mrow>", rendered(body).0);
            markup
        }
        Named::Mixed(action) => {
            let action = place(&Some(action.clone()));
            format!(
                "<mrow>{}{}</mrow>",
                indexed("<mi>p</mi>".into(), current()),
                arguments(&[action])
            )
        }
        Named::Process(state, action) => {
            format!("<mrow>{}{}</mrow>", indexed(greek("ν"), current()), pair(state, action))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn fractions_powers_and_parentheses() {
        assert_eq!(
            formula("(wage - 1/4)^2"),
            "<math><msup><mrow><mo>(</mo><mrow><mi>wage</mi><mo>−</mo><mfrac><mrow><mn>1</mn></mrow>\
             <mrow><mn>4</mn></mrow></mfrac></mrow><mo>)</mo></mrow><mrow><mn>2</mn></mrow></msup></math>"
        );
        // A difference keeps the parentheses of its second operand.
        assert!(formula("a - (b - c)").contains("<mo>−</mo><mrow><mo stretchy=\"false\">(</mo>"));
        assert!(!formula("(a - b) - c").contains(">(</mo>"));
        assert!(formula("(1/2)^2").contains("<mo>(</mo><mfrac>"));
        assert_eq!(
            number(&ratio(-3, 4)),
            "<mrow><mo>−</mo><mfrac><mn>3</mn><mn>4</mn></mfrac></mrow>"
        );
    }

    #[test]
    fn populations_have_their_stage_as_an_index() {
        let markup = formula("mu[\"far left\", go]@2 * mean(s.wealth) + beta_0");
        assert!(markup.contains("μ</mi><mrow><mn>2</mn></mrow></msub>"), "{markup}");
        assert!(markup.contains("<mtext>far left</mtext><mo>,</mo><mtext>go</mtext>"), "{markup}");
        assert!(markup.contains("<mi>t</mi>") && markup.contains("<mi>wealth</mi>"), "{markup}");
        assert!(markup.contains("β</mi><mtext>0</mtext></msub>"), "{markup}");
    }

    #[test]
    fn names_cannot_leave_their_place() {
        let markup = formula("mu[\"<script>alert(1)</script>\"]@0");
        assert!(!markup.contains("<script") && markup.contains("&lt;script&gt;"), "{markup}");
        let broken = formula("<img src=x onerror=alert(1)>");
        assert!(!broken.contains("<img"), "{broken}");
        assert_eq!(escape("a\u{0}\"'&"), "a &quot;&#39;&amp;");
    }
}
