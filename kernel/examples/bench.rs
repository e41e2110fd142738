use smfg_kernel::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
fn col(n: Vec<i64>, d: u64) -> Arc<Column> {
    Arc::new(Column { support: None, coefficients: Arc::new(Scaled::from_small(n, d)) })
}
fn spa(s: Vec<u32>, n: Vec<i64>, d: u64) -> Arc<Column> {
    Arc::new(Column { support: Some(s), coefficients: Arc::new(Scaled::from_small(n, d)) })
}
struct R(u64);
impl R {
    fn n(&mut self, k: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % k
    }
}
fn q(t: &str) -> Rational {
    parse_number(t).unwrap()
}
fn main() {
    let (stages, states, acts, succ, stats) = (20usize, 2000usize, 4usize, 3usize, 3usize);
    let mut r = R(7);
    let pairs = states * acts;
    let x = |k: usize| Variable::Statistic(k as u32);
    let one = Monomial::one();
    let mx = |k: usize| Monomial::new(vec![(x(k), 1)]);
    let mut list = vec![];
    for t in 0..stages {
        let first: Vec<u32> = (0..=states).map(|s| (s * acts) as u32).collect();
        let mut reward =
            vec![(one.clone(), col((0..pairs).map(|_| r.n(200) as i64 - 100).collect(), 100))];
        for k in 0..stats {
            reward.push((mx(k), col((0..pairs).map(|_| r.n(200) as i64 - 100).collect(), 1000)));
        }
        let leader =
            vec![(one.clone(), col((0..pairs).map(|_| r.n(200) as i64 - 100).collect(), 100))];
        let transition = (t + 1 < stages).then(|| {
            let firsts: Vec<u32> = (0..=pairs).map(|p| (p * succ) as u32).collect();
            let state: Vec<u32> = (0..pairs * succ).map(|_| r.n(states as u64) as u32).collect();
            let mut p = vec![];
            for _ in 0..pairs {
                let a = r.n(500) as i64;
                let b = r.n(500) as i64;
                p.extend([a, b, 1000 - a - b]);
            }
            Transition {
                successors: Arc::new(Successors { first: firsts, state }),
                probability: vec![(one.clone(), col(p, 1000))],
            }
        });
        list.push(Stage { first: Arc::new(first), reward, leader_reward: leader, transition });
    }
    let statistics = (0..stats)
        .map(|k| Statistic {
            stage: k as u32,
            weights: (*spa(
                (0..pairs as u32).filter(|p| p % 7 == k as u32).collect(),
                vec![1; (0..pairs as u32).filter(|p| p % 7 == k as u32).count()],
                1,
            ))
            .clone(),
        })
        .collect();
    let mut init = vec![0; states];
    init[0] = 1;
    let t0 = Instant::now();
    let l = Arc::new(
        Listing::new(
            states,
            0,
            Scaled::from_small(init, 1),
            Decisions::List(vec![vec![]]),
            statistics,
            list,
            Polynomial::zero(),
        )
        .unwrap(),
    );
    println!("listing {:?}", t0.elapsed());
    let t0 = Instant::now();
    println!("{} hash {:?}", l.hash(), t0.elapsed());
    let st = Statement {
        claimed: Claimed::Bound(Polynomial::constant(q("-1000000"))),
        pessimistic: true,
        epsilon: q("1/10"),
        place: Place::Decision(0),
        pattern: None,
    };
    let t0 = Instant::now();
    let mut p = Proof::open(l.clone(), st).unwrap();
    println!("open {:?}", t0.elapsed());
    // ceiling: a_t = 2 (N - t)
    let fam: Family = (0..stages as u32)
        .map(|t| (t, vec![(one.clone(), col(vec![2 * (stages as i64 - t as i64); states], 1))]))
        .collect();
    let t0 = Instant::now();
    p.ceiling(fam).unwrap();
    println!("ceiling {:?}", t0.elapsed());
    // derive: a big constant, with flow multipliers (dense), mass rows and budget + bound
    for (name, quad) in [("flow affine", false), ("flow with x", true), ("quadratic", true)] {
        let mut c = Combination::default();
        for t in 0..stages as u32 {
            let mut cols: Columns = vec![(
                one.clone(),
                col((0..states).map(|_| r.n(1 << 20) as i64).collect(), 1 << 20),
            )];
            if quad {
                cols.push((
                    mx(0),
                    col((0..states).map(|_| r.n(1 << 20) as i64).collect(), 1 << 20),
                ));
                cols.push((
                    mx(1),
                    col((0..states).map(|_| r.n(1 << 20) as i64).collect(), 1 << 20),
                ));
            }
            c.flow.insert(t, cols);
            c.rows.push((Name::Mass(t), {
                let mut m = Polynomial::constant(q("1000"));
                if name == "quadratic" {
                    m.add_term(Monomial::new(vec![(x(0), 1), (x(1), 1)]), q("1"));
                    m.add_term(Monomial::new(vec![(x(2), 2)]), q("1"));
                }
                m
            }));
        }
        c.rows.push((Name::Objective, Polynomial::constant(q("1"))));
        let mut fam: Family = BTreeMap::new();
        fam.insert(0, vec![(one.clone(), spa(vec![0], vec![1], 1))]);
        let mut bound = Row::of(Sense::AtLeast, Polynomial::constant(q("10000000")));
        c.bounds = vec![];
        let t0 = Instant::now();
        let res = p.derive(bound, &c);
        println!("{name} {:?} {:?}", t0.elapsed(), res.is_ok());
        if let Err(e) = res {
            println!("{e}");
        }
    }
}
