//! Formulas of game files: their values against polynomials worked out by hand and against direct
//! evaluation at random points, their errors with column and wording, their limits.

mod errors;
mod random;
mod values;

use smfg::exact::{Rational, ratio};
use smfg::game::expression::{Entity, Evaluator, Expression, LeaderTerms, Place, Symbols};
use smfg::game::{Aggregate, Monomial, Pairs, Polynomial, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

fn entity(name: &str, attributes: &[(&str, Rational)]) -> Entity {
    Entity {
        name: name.into(),
        attributes: attributes.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect(),
    }
}

/// Three stages; states poor (wealth 1), rich (wealth 3, house 1), `far left` (no attribute);
/// actions rest (effort 0) and work (effort 1); working is unavailable in `far left` at stage 2.
/// Leader: toll, wage.
fn symbols() -> Symbols {
    let all = Arc::new(Pairs::all(3, 2));
    Symbols {
        states: vec![
            entity("poor", &[("wealth", ratio(1, 1))]),
            entity("rich", &[("wealth", ratio(3, 1)), ("house", ratio(1, 1))]),
            entity("far left", &[("wealth", ratio(0, 1))]),
        ],
        actions: vec![
            entity("rest", &[("effort", ratio(0, 1))]),
            entity("work", &[("effort", ratio(1, 1))]),
        ],
        pairs: vec![
            Arc::clone(&all),
            all,
            Arc::new(Pairs::new(&[vec![0, 1], vec![0, 1], vec![0]])),
        ],
        initial: vec![ratio(1, 2), ratio(1, 2), ratio(0, 1)],
        parameters: vec!["toll".into(), "wage".into()],
        leader_terms: LeaderTerms::None,
        named_aggregates: BTreeMap::new(),
        defines: Vec::new(),
        populations: Vec::new(),
    }
}

fn place(stage: usize, state: usize, action: usize) -> Place {
    Place { stage: Some(stage), state: Some(state), action: Some(action) }
}

fn value(
    symbols: &Symbols,
    text: &str,
    place: Place,
) -> Result<(Polynomial, Vec<Aggregate>), String> {
    let expression = Expression::parse(text).map_err(|e| e.to_string())?;
    let mut evaluator = Evaluator::new(symbols).map_err(|errors| format!("{errors:?}"))?;
    let value = evaluator.evaluate(&expression, place).map_err(|e| e.to_string())?;
    Ok((value, evaluator.into_variables().0))
}

fn constant(text: &str) -> Rational {
    value(&symbols(), text, place(1, 1, 1)).expect(text).0.as_constant().expect(text)
}

fn sum(terms: &[(Rational, &[Variable])]) -> Polynomial {
    let mut polynomial = Polynomial::zero();
    for (coefficient, factors) in terms {
        let monomial = factors.iter().fold(Monomial::one(), |m, v| m.times(&Monomial::of(*v)));
        polynomial.add_term(monomial, coefficient.clone());
    }
    polynomial
}

const TOLL: Variable = Variable::Parameter(0);
const WAGE: Variable = Variable::Parameter(1);
const M0: Variable = Variable::Aggregate(0);
