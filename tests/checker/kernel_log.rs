//! Logs that are written in process are the logs that the kernel reads.

use smfg::elaborate::log::{self, Recorded, Sink};
use smfg_kernel::{
    Claimed, Column, Columns, Combination, Family, Listing, Monomial, Name, Place, Polynomial,
    Rational, Scaled, Scope, Statement, check_log, claim, read_listing,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The listing of models/adoption.toml and the log of the example in docs/kernel.md.
const LISTING: &str = "smfg-listing-1 1 1 1 1 1 list 3 1 0 1 1/2 1 13/20 1 statistic 0 + 1 1 1 1 1
1 stage 2 0 2 3 1 + 1 1 1 2 -1
u0 + 1 1 1 1 1
x0 + 1 1 1 1 1
0 -
-1*u0*x0+3/2*x0
";
const LOG: &str = "prove low bound 17/20 + 0 decision 2 -
case 0 0
close rows 3 o 1 k 0 -17/20 m 0 -17/20 .
close bellman 1 0 1 1 - 2 1 -1 1 .
end
prove best reached 17/20 + 0 decision 2 -
exists
close rows 1 o 1 .
end
claim + 0 17/20 17/20 - decision 2 2 low best
";

fn number(p: i64, q: i64) -> Rational {
    Rational::from(p) / Rational::from(q)
}

fn constant(p: i64, q: i64) -> Polynomial {
    Polynomial::constant(number(p, q))
}

fn statement(claimed: Claimed) -> Statement {
    let place = Place::Decision(2);
    Statement { claimed, pessimistic: true, epsilon: Rational::ZERO, place, pattern: None }
}

#[test]
fn the_example_is_written_as_it_is_read() {
    let listing: Arc<Listing> = Arc::new(read_listing(LISTING.as_bytes()).unwrap());
    let text = Rc::new(RefCell::new(String::new()));
    let lines = Rc::clone(&text);
    let sink: Sink = Rc::new(RefCell::new(move |line: &str| lines.borrow_mut().push_str(line)));
    let objective = |value| (Name::Objective, constant(value, 1));

    let what = statement(Claimed::Bound(constant(17, 20)));
    let mut proof =
        Recorded::open(Arc::clone(&listing), "low", what, Some(Rc::clone(&sink))).unwrap();
    proof.case(0, 0).unwrap();
    let rows =
        vec![objective(1), (Name::Link(0), constant(-17, 20)), (Name::Mass(0), constant(-17, 20))];
    proof.close(&Combination { rows, ..Combination::default() }).unwrap();
    let coefficients = Arc::new(Scaled::from_small(vec![-1, 1], 1));
    let columns: Columns =
        vec![(Monomial::one(), Arc::new(Column { support: None, coefficients }))];
    let bellman = Family::from([(0, columns)]);
    proof.close(&Combination { bellman, ..Combination::default() }).unwrap();
    let low = proof.finish().unwrap();

    let what = statement(Claimed::Reached(constant(17, 20)));
    let mut proof =
        Recorded::open(Arc::clone(&listing), "best", what, Some(Rc::clone(&sink))).unwrap();
    proof.exists().unwrap();
    proof.close(&Combination { rows: vec![objective(1)], ..Combination::default() }).unwrap();
    let best = proof.finish().unwrap();

    let scope = Scope::Decision(2);
    let shown = claim(&listing, &scope, &Rational::ZERO, true, &[low, best]).unwrap();
    let mut text = text.borrow().clone();
    text.push_str(&log::claim(&shown, &["low", "best"]));
    text.push('\n');
    assert_eq!(text, LOG);
    let mut accepted = Vec::new();
    check_log(&listing, text.as_bytes(), |claim| accepted.push(claim.clone())).unwrap();
    assert_eq!(accepted, [shown]);
}
