//! The LP format of CPLEX, with quadratic rows, as SCIP, Gurobi, COPT and HiGHS read it.

use super::programme::{Programme, Relation, Row};
use crate::exact::{Rational, to_approx};
use std::io::{self, Write};

/// Terms on a line; the format ends lines at 510 characters.
const TERMS: usize = 8;

/// Writes a programme.
///
/// # Errors
/// Those of `out`.
pub fn write_lp(programme: &Programme, mut out: impl Write) -> io::Result<()> {
    for line in &programme.comments {
        writeln!(out, "\\ {line}")?;
    }
    let name = |variable: usize| programme.variables[variable].name.as_str();
    writeln!(out, "{}", if programme.maximise { "Maximize" } else { "Minimize" })?;
    writeln!(out, " obj: {}", name(programme.objective))?;
    writeln!(out, "Subject To")?;
    for row in &programme.rows {
        write_row(programme, row, &mut out)?;
    }
    writeln!(out, "Bounds")?;
    for variable in &programme.variables {
        let (least, greatest) = &variable.bounds;
        writeln!(out, " {} <= {} <= {}", number(least), variable.name, number(greatest))?;
    }
    writeln!(out, "End")
}

fn write_row(programme: &Programme, row: &Row, out: &mut impl Write) -> io::Result<()> {
    let name = |variable: usize| programme.variables[variable].name.as_str();
    let mut terms: Vec<String> = row
        .linear
        .iter()
        .filter(|(_, coefficient)| !coefficient.is_zero())
        .map(|(&variable, coefficient)| signed(coefficient, name(variable)))
        .collect();
    let products = row.quadratic.iter().filter(|(_, coefficient)| !coefficient.is_zero());
    let mut products: Vec<String> = products
        .map(|(&(first, second), coefficient)| match first == second {
            true => signed(coefficient, &format!("{} ^2", name(first))),
            false => signed(coefficient, &format!("{} * {}", name(first), name(second))),
        })
        .collect();
    if let Some(first) = products.first_mut() {
        first.insert_str(0, "+ [ ");
        if let Some(last) = products.last_mut() {
            last.push_str(" ]");
        }
    }
    terms.append(&mut products);
    if terms.is_empty() {
        // A row without terms is none of the format; this one says nothing of any variable.
        terms.push(format!("0 {}", name(programme.objective)));
    }
    write!(out, " {}:", row.name)?;
    for (position, term) in terms.iter().enumerate() {
        if position > 0 && position.is_multiple_of(TERMS) {
            write!(out, "\n  ")?;
        }
        write!(out, " {term}")?;
    }
    let relation = match row.relation {
        Relation::Equal => "=",
        Relation::AtLeast => ">=",
        Relation::AtMost => "<=",
    };
    writeln!(out, " {relation} {}", number(&row.right))
}

fn signed(coefficient: &Rational, what: &str) -> String {
    let sign = if *coefficient < Rational::ZERO { "-" } else { "+" };
    let size =
        if *coefficient < Rational::ZERO { -coefficient.clone() } else { coefficient.clone() };
    if size.is_one() {
        format!("{sign} {what}")
    } else {
        format!("{sign} {} {what}", number(&size))
    }
}

/// The nearest number of binary64, in the fewest digits that mean it.
pub(super) fn number(value: &Rational) -> String {
    format!("{:?}", to_approx(value)).replace(".0e", "e").trim_end_matches(".0").to_string()
}
