use smfg_kernel::*;
use std::sync::Arc;
fn col(support: Option<Vec<u32>>, n: Vec<i64>, d: u64) -> Arc<Column> {
    Arc::new(Column { support, coefficients: Arc::new(Scaled::from_small(n, d)) })
}
fn main() {
    let u = Variable::Parameter(0);
    let x = Variable::Statistic(0);
    let m = |v: &[Variable]| Monomial::new(v.iter().map(|v| (*v, 1)).collect());
    let q = |t: &str| parse_number(t).unwrap();
    let mut payoff = Polynomial::zero();
    payoff.add_term(m(&[x]), q("3/2"));
    payoff.add_term(m(&[u, x]), q("-1"));
    let stage = Stage {
        first: Arc::new(vec![0, 2]),
        reward: vec![
            (m(&[]), col(Some(vec![1]), vec![-1], 2)),
            (m(&[u]), col(Some(vec![1]), vec![1], 1)),
            (m(&[x]), col(Some(vec![1]), vec![1], 1)),
        ],
        leader_reward: vec![],
        transition: None,
    };
    let l = Listing::new(
        1,
        1,
        Scaled::from_small(vec![1], 1),
        Decisions::List(vec![vec![q("0")], vec![q("1/2")], vec![q("13/20")]]),
        vec![Statistic { stage: 0, weights: (*col(Some(vec![1]), vec![1], 1)).clone() }],
        vec![stage],
        payoff,
    )
    .unwrap();
    listing_text(&l, &mut |t| print!("{t}"));
}
