use smfg_kernel::*;
use std::sync::Arc;
use std::time::Instant;
fn col(n: Vec<i64>, d: u64) -> Arc<Column> {
    Arc::new(Column { support: None, coefficients: Arc::new(Scaled::from_small(n, d)) })
}
fn q(t: &str) -> Rational {
    parse_number(t).unwrap()
}
fn main() {
    let x = |k: u32| Monomial::new(vec![(Variable::Statistic(k), 1)]);
    let one = Monomial::one();
    for pairs in [3usize, 10, 50] {
        let stage = Stage {
            first: Arc::new(vec![0, pairs as u32]),
            reward: vec![
                (one.clone(), col((0..pairs as i64).collect(), 7)),
                (x(0), col((0..pairs as i64).rev().collect(), 3)),
                (x(1), col(vec![-1; pairs], 5)),
            ],
            leader_reward: vec![(one.clone(), col((0..pairs as i64).collect(), 9))],
            transition: None,
        };
        let st = |k: usize| Statistic {
            stage: 0,
            weights: Column {
                support: None,
                coefficients: Arc::new(Scaled::from_small(
                    (0..pairs as i64).map(|i| i % (k as i64 + 2)).collect(),
                    4,
                )),
            },
        };
        let mut payoff = Polynomial::zero();
        payoff.add_term(x(0), q("1"));
        payoff.add_term(Monomial::new(vec![(Variable::Statistic(0), 2)]), q("-1/3"));
        let l = Arc::new(
            Listing::new(
                1,
                0,
                Scaled::from_small(vec![1], 1),
                Decisions::List(vec![vec![]]),
                vec![st(0), st(1)],
                vec![stage],
                payoff,
            )
            .unwrap(),
        );
        let statement = Statement {
            claimed: Claimed::Bound(Polynomial::constant(q("-10"))),
            pessimistic: true,
            epsilon: q("1/10"),
            place: Place::Decision(0),
            pattern: None,
        };
        let mut p = Proof::open(l.clone(), statement).unwrap();
        let t0 = Instant::now();
        let mut ok = 0;
        for i in 0..2000 {
            let mut c = Combination::default();
            c.rows.push((Name::Objective, Polynomial::constant(q("1"))));
            c.rows.push((Name::Budget, Polynomial::constant(q("1"))));
            let mut m = Polynomial::constant(q("1/2"));
            m.add_term(x(0), q("1/3"));
            m.add_term(x(1), q("-1/7"));
            c.rows.push((Name::Link(0), m.clone()));
            c.rows.push((Name::Link(1), m.clone()));
            c.rows.push((Name::Mass(0), Polynomial::constant(q("50"))));
            c.bellman.insert(
                0,
                vec![(
                    one.clone(),
                    Arc::new(Column {
                        support: Some(vec![0]),
                        coefficients: Arc::new(Scaled::from_small(vec![1], 1)),
                    }),
                )],
            );
            let goal = Row::of(
                Sense::AtLeast,
                Polynomial::term(x(0), q("1"))
                    .plus(&Polynomial::constant(q("1000")), &Rational::ONE)
                    .plus(&Polynomial::constant(Rational::from(i)), &Rational::ONE),
            );
            let mut goal = goal;
            goal.mass.push((0, 0, Polynomial::constant(q("1"))));
            ok += p.derive(goal, &c).is_ok() as usize;
            if i % 100 == 99 {
                p.split(Variable::Statistic(0), q("1/8")).unwrap();
            }
        }
        println!("{pairs} pairs: {:?} per derive, {ok}", t0.elapsed() / 2000);
    }
}
