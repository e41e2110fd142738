//! The text of a listing (docs/kernel.md, section 2) and its hash.

use crate::listing::{Column, Columns, Decisions, Grid, Listing};
use crate::number::{Numerators, Scaled};
use crate::polynomial::{Monomial, Polynomial, Variable};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The hash of the text of a listing.
pub(crate) fn hash(listing: &Listing) -> String {
    let mut digest = Sha256::new();
    listing_text(listing, &mut |text| digest.update(text.as_bytes()));
    digest_text(digest)
}

/// `sha256:` and a digest in hexadecimal digits.
pub(crate) fn digest_text(digest: Sha256) -> String {
    let mut result = String::from("sha256:");
    for byte in digest.finalize() {
        // Writing to a string does not fail.
        let _ = write!(result, "{byte:02x}");
    }
    result
}

/// Hands the text of a listing to `sink`, piece by piece.
pub fn listing_text(listing: &Listing, sink: &mut dyn FnMut(&str)) {
    let mut text = format!(
        "smfg-listing 1\nsizes {} {} {} {}\ninitial",
        listing.states,
        listing.parameters,
        listing.statistics.len(),
        listing.stages.len()
    );
    scaled(&mut text, &listing.initial);
    text.push('\n');
    decisions(&mut text, &listing.decisions);
    for statistic in &listing.statistics {
        let _ = write!(text, "statistic {}", statistic.stage);
        column(&mut text, &statistic.weights);
        text.push('\n');
        pass(&mut text, sink);
    }
    for stage in &listing.stages {
        text.push_str("stage");
        indices(&mut text, &stage.first[1..]);
        text.push('\n');
        columns(&mut text, "reward", &stage.reward, sink);
        columns(&mut text, "leader", &stage.leader_reward, sink);
        if let Some(transition) = &stage.transition {
            text.push_str("successors");
            indices(&mut text, &transition.successors.first[1..]);
            text.push_str("\nto");
            indices(&mut text, &transition.successors.state);
            text.push('\n');
            columns(&mut text, "probability", &transition.probability, sink);
        }
        pass(&mut text, sink);
    }
    let _ = writeln!(text, "payoff {}\nend", polynomial(&listing.payoff));
    sink(&text);
}

/// Hands over what has been written and starts anew.
fn pass(text: &mut String, sink: &mut dyn FnMut(&str)) {
    sink(text);
    text.clear();
}

fn decisions(text: &mut String, decisions: &Decisions) {
    match decisions {
        Decisions::List(list) => {
            let _ = writeln!(text, "list {}", list.len());
            for values in list {
                text.push_str("decision");
                for value in values {
                    let _ = write!(text, " {value}");
                }
                text.push('\n');
            }
        }
        Decisions::Polytope { ends, grids, rows } => {
            let _ = writeln!(text, "polytope {}", rows.len());
            for ((lower, upper), grid) in ends.iter().zip(grids) {
                let _ = write!(text, "parameter {lower} {upper}");
                if let Grid::Points { origin, step } = grid {
                    let _ = write!(text, " {origin} {step}");
                }
                text.push('\n');
            }
            for (equal, row) in rows {
                let sense = if *equal { "=" } else { ">" };
                let _ = writeln!(text, "row {sense} {}", polynomial(row));
            }
        }
    }
}

fn columns(text: &mut String, word: &str, columns: &Columns, sink: &mut dyn FnMut(&str)) {
    let mut sorted: Vec<_> = columns.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, values) in sorted {
        let _ = write!(text, "{word} {}", monomial(name));
        column(text, values);
        text.push('\n');
        pass(text, sink);
    }
}

/// Writes ` at` and the entries where there is a support, then the numbers.
pub fn column(text: &mut String, column: &Column) {
    if let Some(support) = &column.support {
        let _ = write!(text, " at {}", support.len());
        indices(text, support);
    }
    scaled(text, &column.coefficients);
}

fn indices(text: &mut String, values: &[u32]) {
    for value in values {
        let _ = write!(text, " {value}");
    }
}

/// The denominator and the numerators.
fn scaled(text: &mut String, values: &Scaled) {
    let _ = write!(text, " / {}", values.denominator());
    match values.numerators() {
        Numerators::Small(numerators) => {
            for numerator in numerators {
                let _ = write!(text, " {numerator}");
            }
        }
        Numerators::Big(numerators) => {
            for numerator in numerators {
                let _ = write!(text, " {numerator}");
            }
        }
    }
}

/// The name of a variable: `u0`, `x3`, `f1`, `a2`, `l`, `c4`.
#[must_use]
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

/// `1`, or factors such as `u0*x3^2`.
#[must_use]
pub fn monomial(monomial: &Monomial) -> String {
    if monomial.is_one() {
        return "1".to_string();
    }
    let factor = |&(name, exponent): &(Variable, u32)| match exponent {
        1 => variable(name),
        _ => format!("{}^{exponent}", variable(name)),
    };
    monomial.factors().iter().map(factor).collect::<Vec<_>>().join("*")
}

/// `0`, or terms such as `1/2*u0*x3^2` with `+` between them.
#[must_use]
pub fn polynomial(polynomial: &Polynomial) -> String {
    if polynomial.is_zero() {
        return "0".to_string();
    }
    let term = |(name, value): (&Monomial, &crate::number::Rational)| {
        if name.is_one() { value.to_string() } else { format!("{value}*{}", monomial(name)) }
    };
    polynomial.terms().map(term).collect::<Vec<_>>().join("+")
}
