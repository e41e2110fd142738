//! Random formulas: printed, parsed and expanded they have the value that the tree has at a random
//! point; and no text panics.

use super::*;
use proptest::prelude::*;
use smfg::game::expression::ExpressionErrorKind;

/// Formulas as trees, with the value they have at a point.
#[derive(Debug, Clone)]
enum Tree {
    Number(i64, u64),
    Parameter(usize),
    Wealth,
    Effort,
    Stage,
    Mass(Option<usize>, Option<usize>, usize),
    Mean(Box<Tree>, usize),
    Negative(Box<Tree>),
    Add(Box<Tree>, Box<Tree>),
    Subtract(Box<Tree>, Box<Tree>),
    Multiply(Box<Tree>, Box<Tree>),
    Divide(Box<Tree>, i64),
    Power(Box<Tree>, u32),
}

/// Masses of (state, action) per stage, and the parameters.
#[derive(Debug, Clone)]
struct Point {
    masses: Vec<Vec<Rational>>,
    parameters: Vec<Rational>,
}

const WEALTH: [i64; 3] = [1, 3, 0];
const STATES: [&str; 3] = ["poor", "rich", "\"far left\""];
const ACTIONS: [&str; 2] = ["rest", "work"];

impl Tree {
    fn value(&self, point: &Point, at: (usize, usize, usize)) -> Rational {
        let (stage, state, action) = at;
        match self {
            Tree::Number(p, q) => ratio(*p, *q),
            Tree::Parameter(k) => point.parameters[*k].clone(),
            Tree::Wealth => ratio(WEALTH[state], 1),
            Tree::Effort => ratio(action as i64, 1),
            Tree::Stage => ratio(stage as i64, 1),
            Tree::Mass(s, a, t) => {
                let chosen =
                    |i: usize| s.is_none_or(|s| s == i / 2) && a.is_none_or(|a| a == i % 2);
                (0..6)
                    .filter(|&i| chosen(i))
                    .map(|i| point.masses[*t][i].clone())
                    .fold(Rational::ZERO, |x, y| x + y)
            }
            Tree::Mean(body, t) => (0..6)
                .map(|i| &point.masses[*t][i] * body.value(point, (stage, i / 2, i % 2)))
                .fold(Rational::ZERO, |x, y| x + y),
            Tree::Negative(x) => -x.value(point, at),
            Tree::Add(x, y) => x.value(point, at) + y.value(point, at),
            Tree::Subtract(x, y) => x.value(point, at) - y.value(point, at),
            Tree::Multiply(x, y) => x.value(point, at) * y.value(point, at),
            Tree::Divide(x, q) => x.value(point, at) / ratio(*q, 1),
            Tree::Power(x, n) => {
                (0..*n).fold(Rational::ONE, |product, _| product * x.value(point, at))
            }
        }
    }

    /// The text with as few parentheses as the grammar needs where `binding` is how tightly the
    /// surroundings bind.
    fn text(&self, binding: u8) -> String {
        let (own, text) = match self {
            Tree::Number(p, 1) if *p >= 0 => (9, p.to_string()),
            Tree::Number(p, q) if *p >= 0 => (2, format!("{p}/{q}")),
            Tree::Number(p, q) => (2, format!("{p} / {q}")),
            Tree::Parameter(k) => (9, ["toll", "wage"][*k].to_string()),
            Tree::Wealth => (9, "s.wealth".to_string()),
            Tree::Effort => (9, "a . effort".to_string()),
            Tree::Stage => (9, "t".to_string()),
            Tree::Mass(s, None, t) => (9, format!("mu[{}]@{t}", s.map_or("*", |s| STATES[s]))),
            Tree::Mass(s, Some(a), t) => {
                (9, format!("mu[{}, {}]@({t} + 1 - 1)", s.map_or("*", |s| STATES[s]), ACTIONS[*a]))
            }
            Tree::Mean(body, t) => (9, format!("mean({})@{t}", body.text(0))),
            Tree::Negative(x) => (3, format!("-{}", x.text(3))),
            Tree::Add(x, y) => (1, format!("{} + {}", x.text(1), y.text(2))),
            Tree::Subtract(x, y) => (1, format!("{}-{}", x.text(1), y.text(2))),
            Tree::Multiply(x, y) => (2, format!("{}*{}", x.text(2), y.text(3))),
            Tree::Divide(x, q) => (
                2,
                format!(
                    "{} / {}",
                    x.text(2),
                    if *q < 0 { format!("({q})") } else { q.to_string() }
                ),
            ),
            Tree::Power(x, n) => (4, format!("{}^{n}", x.text(5))),
        };
        if own < binding { format!("({text})") } else { text }
    }
}

fn leaf(population: bool) -> BoxedStrategy<Tree> {
    let plain = prop_oneof![
        (-20i64..20, 1u64..7).prop_map(|(p, q)| Tree::Number(p, q)),
        (0usize..2).prop_map(Tree::Parameter),
        Just(Tree::Wealth),
        Just(Tree::Effort),
        Just(Tree::Stage),
    ];
    if !population {
        return plain.boxed();
    }
    let mass = (proptest::option::of(0usize..3), proptest::option::of(0usize..2), 0usize..3)
        .prop_map(|(s, a, t)| Tree::Mass(s, a, t));
    let mean = (tree(false), 0usize..3).prop_map(|(body, t)| Tree::Mean(Box::new(body), t));
    prop_oneof![3 => plain, 2 => mass, 1 => mean].boxed()
}

fn tree(population: bool) -> BoxedStrategy<Tree> {
    leaf(population)
        .prop_recursive(if population { 4 } else { 3 }, 24, 2, |inner| {
            let two = (inner.clone(), inner.clone());
            prop_oneof![
                inner.clone().prop_map(|x| Tree::Negative(Box::new(x))),
                two.clone().prop_map(|(x, y)| Tree::Add(Box::new(x), Box::new(y))),
                two.clone().prop_map(|(x, y)| Tree::Subtract(Box::new(x), Box::new(y))),
                two.prop_map(|(x, y)| Tree::Multiply(Box::new(x), Box::new(y))),
                (inner.clone(), prop_oneof![-5i64..0, 1i64..6])
                    .prop_map(|(x, q)| Tree::Divide(Box::new(x), q)),
                (inner, 0u32..4).prop_map(|(x, n)| Tree::Power(Box::new(x), n)),
            ]
        })
        .boxed()
}

/// Populations that respect the initial law at stage 0 and the pair that is unavailable at stage 2.
fn point() -> impl Strategy<Value = Point> {
    (proptest::collection::vec(1i64..9, 18), proptest::collection::vec((-9i64..9, 1u64..4), 2))
        .prop_map(|(raw, parameters)| {
            let mut masses = Vec::new();
            for t in 0..3 {
                let mut row: Vec<i64> = raw[6 * t..6 * t + 6].to_vec();
                if t == 2 {
                    row[5] = 0;
                }
                let total: i64 = row.iter().sum();
                let law = [ratio(1, 2), ratio(1, 2), ratio(0, 1)];
                let mass = |i: usize| {
                    let own = row[i / 2 * 2] + row[i / 2 * 2 + 1];
                    if t == 0 {
                        &law[i / 2] * ratio(row[i], own as u64)
                    } else {
                        ratio(row[i], total as u64)
                    }
                };
                masses.push((0..6).map(mass).collect());
            }
            Point { masses, parameters: parameters.into_iter().map(|(p, q)| ratio(p, q)).collect() }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn formulas_agree_with_direct_evaluation(tree in tree(true), point in point(), stage in 0usize..3, state in 0usize..3, action in 0usize..2) {
        let text = tree.text(0);
        let symbols = symbols();
        let expression = Expression::parse(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
        let polynomial = match evaluator.evaluate(&expression, place(stage, state, action)) {
            Ok(polynomial) => polynomial,
            Err(error) if matches!(error.kind, ExpressionErrorKind::Degree { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(format!("{text}: {error}"))),
        };
        let aggregates = evaluator.into_variables().0;
        for (k, aggregate) in aggregates.iter().enumerate() {
            prop_assert!(!aggregates[..k].contains(aggregate), "{text}: aggregate twice");
            prop_assert!(aggregate.weights.iter().all(|(_, _, w)| !w.is_zero()));
            prop_assert!(aggregate.weights.windows(2).all(|w| (w[0].0, w[0].1) < (w[1].0, w[1].1)));
            prop_assert!(aggregate.weights.iter().all(|(s, a, _)| symbols.pairs[aggregate.stage].find(*s as usize, *a as usize).is_some()));
        }
        let number = |variable| Some(match variable {
            Variable::Parameter(k) => point.parameters[k as usize].clone(),
            Variable::Aggregate(k) => {
                let aggregate = &aggregates[k as usize];
                let mass = |s: &u32, a: &u32| &point.masses[aggregate.stage][(2 * s + a) as usize];
                aggregate.weights.iter().map(|(s, a, w)| mass(s, a) * w).fold(Rational::ZERO, |x, y| x + y)
            }
            Variable::Function(_) => return None,
        });
        prop_assert_eq!(polynomial.substitute(&number).as_constant(), Some(tree.value(&point, (stage, state, action))), "{}", text);
    }

    #[test]
    fn any_tokens_are_read_without_panic(tokens in proptest::collection::vec(0usize..36, 0..24)) {
        const TOKENS: [&str; 36] = [
            "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "@", ".", "1", "2.5", "1e3", "t", "max(", "log(", "mu", "mean(", "p", "nu[", "mu[rich]",
            "mean(s.wealth)", "toll", "\"far left\"", "'", "rich", "work", "@(t-1)", "@2", " ", "é", "\u{0}", "^0", "s.wealth",
        ];
        let text: String = tokens.iter().map(|&i| TOKENS[i]).collect();
        read(&text)?;
    }

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        read(&text)?;
    }
}

/// Parses and evaluates; errors point into the text.
fn read(text: &str) -> Result<(), TestCaseError> {
    let symbols = symbols();
    let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
    let outcome = Expression::parse(text)
        .and_then(|expression| evaluator.evaluate(&expression, place(1, 1, 1)));
    if let Err(error) = outcome {
        prop_assert!((1..=text.chars().count() + 1).contains(&error.column), "{error}");
    }
    Ok(())
}
