//! AMPL's `.nl` format as text (D. M. Gay, Writing .nl files, 2005), as Couenne, SCIP, Ipopt and
//! the solvers of AMPL read it.
//!
//! The format numbers variables that occur in products before the others, and rows with products
//! before the others.

use super::lp::number;
use super::programme::{Programme, Relation, Row};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes a programme.
///
/// # Errors
/// Those of `out`.
pub fn write_nl(programme: &Programme, mut out: impl Write) -> io::Result<()> {
    let order = Order::of(programme);
    write_header(programme, &order, &mut out)?;
    for (position, &row) in order.rows.iter().enumerate() {
        writeln!(out, "C{position}")?;
        write_products(&order, &programme.rows[row], &mut out)?;
    }
    writeln!(out, "O0 {}\nn0", u8::from(programme.maximise))?;
    writeln!(out, "r")?;
    for &row in &order.rows {
        let row = &programme.rows[row];
        let kind = match row.relation {
            Relation::AtMost => 1,
            Relation::AtLeast => 2,
            Relation::Equal => 4,
        };
        writeln!(out, "{kind} {}", number(&row.right))?;
    }
    writeln!(out, "b")?;
    for &variable in &order.variables {
        let (least, greatest) = &programme.variables[variable].bounds;
        if least == greatest {
            writeln!(out, "4 {}", number(least))?;
        } else {
            writeln!(out, "0 {} {}", number(least), number(greatest))?;
        }
    }
    let columns: Vec<BTreeSet<usize>> =
        order.rows.iter().map(|&row| occurring(&programme.rows[row])).collect();
    let mut counts = vec![0; programme.variables.len()];
    columns.iter().flatten().for_each(|&variable| counts[variable] += 1);
    writeln!(out, "k{}", programme.variables.len().saturating_sub(1))?;
    let mut total = 0;
    for &variable in order.variables.iter().take(programme.variables.len().saturating_sub(1)) {
        total += counts[variable];
        writeln!(out, "{total}")?;
    }
    for (position, (&row, columns)) in order.rows.iter().zip(&columns).enumerate() {
        if columns.is_empty() {
            continue;
        }
        writeln!(out, "J{position} {}", columns.len())?;
        let mut entries: Vec<(usize, String)> = columns
            .iter()
            .map(|variable| {
                let linear = programme.rows[row].linear.get(variable);
                (order.place[*variable], linear.map_or_else(|| "0".into(), number))
            })
            .collect();
        entries.sort_unstable();
        for (place, coefficient) in entries {
            writeln!(out, "{place} {coefficient}")?;
        }
    }
    writeln!(out, "G0 1\n{} 1", order.place[programme.objective])
}

/// Positions in the order of the format.
struct Order {
    variables: Vec<usize>,
    /// Per variable of the programme, its position among them.
    place: Vec<usize>,
    rows: Vec<usize>,
    /// Variables that occur in products, and rows that have some.
    nonlinear: (usize, usize),
}

impl Order {
    fn of(programme: &Programme) -> Self {
        let mut in_product = vec![false; programme.variables.len()];
        for (first, second) in programme.rows.iter().flat_map(|row| row.quadratic.keys()) {
            in_product[*first] = true;
            in_product[*second] = true;
        }
        let (mut variables, linear): (Vec<usize>, Vec<usize>) =
            (0..programme.variables.len()).partition(|&variable| in_product[variable]);
        let (mut rows, plain): (Vec<usize>, Vec<usize>) =
            (0..programme.rows.len()).partition(|&row| !programme.rows[row].quadratic.is_empty());
        let nonlinear = (variables.len(), rows.len());
        variables.extend(linear);
        rows.extend(plain);
        let mut place = vec![0; variables.len()];
        variables.iter().enumerate().for_each(|(position, &variable)| place[variable] = position);
        Order { variables, place, rows, nonlinear }
    }
}

fn occurring(row: &Row) -> BTreeSet<usize> {
    let products = row.quadratic.keys().flat_map(|&(first, second)| [first, second]);
    row.linear.keys().copied().chain(products).collect()
}

fn write_header(programme: &Programme, order: &Order, out: &mut impl Write) -> io::Result<()> {
    let equations = programme.rows.iter().filter(|row| row.relation == Relation::Equal).count();
    let entries: usize = programme.rows.iter().map(|row| occurring(row).len()).sum();
    let about = programme.comments.first().map_or("", String::as_str);
    let (variables, rows) = order.nonlinear;
    writeln!(out, "g3 1 1 0\t# {about}")?;
    writeln!(
        out,
        " {} {} 1 0 {equations} 0\t# vars, constraints, objectives, ranges, eqns, lcons",
        programme.variables.len(),
        programme.rows.len()
    )?;
    writeln!(out, " {rows} 0\t# nonlinear constraints, objectives")?;
    writeln!(out, " 0 0\t# network constraints: nonlinear, linear")?;
    writeln!(out, " {variables} 0 0\t# nonlinear vars in constraints, objectives, both")?;
    writeln!(out, " 0 0 0 1\t# linear network variables; functions; arith, flags")?;
    writeln!(out, " 0 0 0 0 0\t# discrete variables: binary, integer, nonlinear (b,c,o)")?;
    writeln!(out, " {entries} 1\t# nonzeros in Jacobian, gradients")?;
    writeln!(out, " 0 0\t# max name lengths: constraints, variables")?;
    writeln!(out, " 0 0 0 0 0\t# common exprs: b,c,o,c1,o1")
}

/// The products of a row as an expression: `o54` is a sum of at least three, `o0` one of two, and
/// `o2` a product.
fn write_products(order: &Order, row: &Row, out: &mut impl Write) -> io::Result<()> {
    match row.quadratic.len() {
        0 => return writeln!(out, "n0"),
        1 => {}
        2 => writeln!(out, "o0")?,
        count => writeln!(out, "o54\n{count}")?,
    }
    for (&(first, second), coefficient) in &row.quadratic {
        let (first, second) = (order.place[first], order.place[second]);
        writeln!(out, "o2\nn{}\no2\nv{first}\nv{second}", number(coefficient))?;
    }
    Ok(())
}
