//! A game at one decision in binary64: polynomials in the statistics `x`, and their coefficients on
//! a box.
//!
//! The same numbers as in the rule of the checker, without its enclosures: what the search finds
//! with them is proved with multipliers whose bound is computed by the same formula
//! ([`super::bound`]).

use crate::certificate::MOST_TREE_BITS;
use crate::exact::{Integer, Natural, Rational, Rounding, divide, to_approx};
use crate::game::ColumnExt;
use crate::game::{Columns, Monomial, Pairs, Reduced, Successors, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bits of an end of a box below its width.
const SHORT_BITS: u32 = 20;

/// Number of the monomial 1; `lambda_k` has number `k + 1`.
pub(super) const ONE: usize = 0;

/// Numbered monomials in the coordinates of a box (or in `x`).
#[derive(Debug, Clone)]
pub(super) struct Monomials {
    list: Vec<Monomial>,
    numbers: BTreeMap<Monomial, usize>,
    /// `products[a][b]` for `a <= b`, when known.
    products: Vec<Vec<usize>>,
}

impl Monomials {
    fn new(statistics: usize) -> Self {
        let mut monomials =
            Monomials { list: Vec::new(), numbers: BTreeMap::new(), products: Vec::new() };
        monomials.number(Monomial::one());
        for k in 0..statistics {
            monomials.number(Monomial::of(Variable::Aggregate(k as u32)));
        }
        monomials
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    fn number(&mut self, monomial: Monomial) -> usize {
        if let Some(&known) = self.numbers.get(&monomial) {
            return known;
        }
        self.list.push(monomial.clone());
        self.numbers.insert(monomial, self.list.len() - 1);
        self.list.len() - 1
    }

    pub(super) fn product(&mut self, a: usize, b: usize) -> usize {
        let (a, b) = (a.min(b), a.max(b));
        if a == ONE {
            return b;
        }
        if self.products.len() <= a {
            self.products.resize(a + 1, Vec::new());
        }
        if self.products[a].len() <= b {
            self.products[a].resize(b + 1, usize::MAX);
        }
        if self.products[a][b] == usize::MAX {
            let product = self.list[a].times(&self.list[b]);
            self.products[a][b] = self.number(product);
        }
        self.products[a][b]
    }

    /// `(k, exponent)` of a monomial.
    pub(super) fn exponents(&self, number: usize) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.list[number].factors().iter().map(|&(variable, exponent)| match variable {
            // Lifted games have no functions.
            Variable::Aggregate(k) | Variable::Parameter(k) | Variable::Function(k) => {
                (k as usize, exponent)
            }
        })
    }

    pub(super) fn degree(&self, number: usize) -> u64 {
        self.list[number].degree()
    }

    /// The two coordinates of a monomial of degree two, in increasing order.
    pub(super) fn pair(&self, number: usize) -> Option<(usize, usize)> {
        let factors: Vec<(usize, u32)> = self.exponents(number).collect();
        match *factors.as_slice() {
            [(k, 2)] => Some((k, k)),
            [(k, 1), (j, 1)] => Some((k, j)),
            _ => None,
        }
    }

    /// A monomial without one factor `lambda_k`.
    pub(super) fn without(&mut self, number: usize, k: usize) -> usize {
        let mut rest = Monomial::one();
        let mut dropped = false;
        let factors: Vec<(usize, u32)> = self.exponents(number).collect();
        for (own, exponent) in factors {
            let times = if own == k && !dropped { exponent - 1 } else { exponent };
            dropped |= own == k;
            for _ in 0..times {
                rest = rest.times(&Monomial::of(Variable::Aggregate(own as u32)));
            }
        }
        self.number(rest)
    }

    /// The value of a monomial at a point.
    pub(super) fn value(&self, number: usize, point: &[f64]) -> f64 {
        self.exponents(number).map(|(k, exponent)| point[k].powi(exponent as i32)).product()
    }
}

/// `(monomial, coefficient)`.
pub(super) type Terms = Vec<(usize, f64)>;

/// The data of one stage, one polynomial per pair or successor.
#[derive(Debug, Clone)]
pub(super) struct StagePolynomials {
    pub(super) reward: Vec<Terms>,
    /// `sigma` times the leader's reward.
    pub(super) leader: Vec<Terms>,
    /// Per entry of the successors.
    pub(super) probability: Vec<Terms>,
}

/// What does not change from box to box.
#[derive(Debug, Clone)]
pub(super) struct StageShape {
    pub(super) pairs: Arc<Pairs>,
    pub(super) state: Vec<usize>,
    pub(super) successors: Option<Arc<Successors>>,
    /// Weights of the statistics per pair: `(k, weight)`.
    pub(super) weights: Vec<Vec<(usize, f64)>>,
    /// Coordinates on which the transitions, and which the rewards, depend.
    pub(super) moves_with: Vec<usize>,
    pub(super) pays_with: Vec<usize>,
}

/// A game at one decision.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) statistics: usize,
    pub(super) initial: Vec<f64>,
    pub(super) shapes: Vec<StageShape>,
    /// The data in `x`.
    pub(super) stages: Vec<StagePolynomials>,
    /// `sigma` times the payoff, in `x`.
    pub(super) payoff: Terms,
    pub(super) monomials: Monomials,
    pub(super) epsilon: f64,
    /// 1 or -1.
    pub(super) sigma: f64,
    /// Ranges of the statistics over all populations, over `2^bits`, and the fractional bits of
    /// certificates.
    pub(super) root: Vec<(i64, i64)>,
    pub(super) bits: u32,
    /// Magnitude of what is computed: stages times the largest coefficient, at least 1.
    pub(super) scale: f64,
}

impl Model {
    /// Coefficients that one induction over a box goes through.
    pub(super) fn work(&self) -> usize {
        let entries =
            |shape: &StageShape| shape.successors.as_ref().map_or(0, |successors| successors.len());
        let of_stage = |shape: &StageShape| shape.pairs.len() + entries(shape);
        4 * (1 + self.statistics) * self.shapes.iter().map(of_stage).sum::<usize>()
    }

    pub(super) fn new(game: &Reduced, epsilon: &Rational, sigma: f64) -> Option<Self> {
        let statistics = game.statistics.len();
        let mut monomials = Monomials::new(statistics);
        let (mut shapes, mut stages) = (Vec::new(), Vec::new());
        let mut largest: f64 = 1.0;
        for (t, stage) in game.stages.iter().enumerate() {
            let pairs = Arc::clone(&stage.pairs);
            let mut state = vec![0; pairs.len()];
            for s in 0..pairs.states() {
                pairs.of_state(s).for_each(|pair| state[pair] = s);
            }
            let mut weights = vec![Vec::new(); pairs.len()];
            for (k, statistic) in game.statistics.iter().enumerate() {
                for (pair, weight) in statistic.stages[t].entries() {
                    weights[pair].push((k, to_approx(&weight)));
                }
            }
            let reward = polynomials(&stage.reward, &mut monomials);
            let leader: Vec<Terms> = polynomials(&stage.leader_reward, &mut monomials);
            let leader: Vec<Terms> = leader
                .into_iter()
                .map(|terms| terms.into_iter().map(|(m, c)| (m, sigma * c)).collect())
                .collect();
            let (successors, probability) = match &stage.transition {
                None => (None, Vec::new()),
                Some((successors, probability)) => {
                    (Some(Arc::clone(successors)), polynomials(probability, &mut monomials))
                }
            };
            for terms in reward.iter().chain(&leader) {
                largest = largest.max(terms.iter().map(|(_, c)| c.abs()).sum());
            }
            let moves_with = coordinates(&probability, &monomials);
            let mut pays_with = coordinates(&reward, &monomials);
            pays_with.extend(coordinates(&leader, &monomials));
            pays_with.sort_unstable();
            pays_with.dedup();
            shapes.push(StageShape { pairs, state, successors, weights, moves_with, pays_with });
            stages.push(StagePolynomials { reward, leader, probability });
        }
        let payoff: Terms = polynomials(
            &Columns::from_polynomials(std::slice::from_ref(&game.payoff)),
            &mut monomials,
        )
        .remove(0);
        let payoff: Terms = payoff.into_iter().map(|(m, c)| (m, sigma * c)).collect();
        let mut reach: f64 = 1.0;
        for statistic in &game.statistics {
            let (least, greatest) = statistic.range();
            reach = reach.max(to_approx(&least).abs()).max(to_approx(&greatest).abs());
        }
        let scale = largest * game.stages.len() as f64 * reach.max(1.0)
            + payoff.iter().map(|(_, c)| c.abs()).sum::<f64>();
        if !scale.is_finite() {
            return None;
        }
        // Numbers up to 2^10 times the scale must fit 63 bits.
        let bits =
            (52 - scale.log2().ceil() as i64).clamp(8, i64::from(MOST_TREE_BITS).min(46)) as u32;
        let root = game.statistics.iter().map(|statistic| {
            let (least, greatest) = statistic.range();
            Some((fixed(&least, bits, Rounding::Down)?, fixed(&greatest, bits, Rounding::Up)?))
        });
        Some(Model {
            statistics,
            initial: game.initial.iter().map(|mass| to_approx(&mass)).collect(),
            shapes,
            stages,
            payoff,
            monomials,
            epsilon: to_approx(epsilon),
            sigma,
            root: root.collect::<Option<_>>()?,
            bits,
            scale,
        })
    }

    /// `n / 2^bits`.
    pub(super) fn real(&self, n: i64) -> f64 {
        n as f64 * 2f64.powi(-(self.bits as i32))
    }

    /// The largest integer `n` with `n / 2^bits <= value`; `None` when it does not fit.
    pub(super) fn floor(&self, value: f64) -> Option<i64> {
        let scaled = (value * 2f64.powi(self.bits as i32)).floor();
        (scaled.abs() < 9e18).then_some(scaled as i64)
    }

    /// The nearest multiple of `2^-bits`.
    pub(super) fn nearest(&self, value: f64) -> Option<i64> {
        let scaled = (value * 2f64.powi(self.bits as i32)).round();
        (scaled.abs() < 9e18).then_some(scaled as i64)
    }

    /// A multiple of a power of two that is not above `n`, near it for a box of width `width`:
    /// boxes have short ends, which proofs compute with.
    pub(super) fn short(&self, n: i64, width: i64) -> i64 {
        let bits = width.max(1).ilog2().saturating_sub(SHORT_BITS);
        (n >> bits) << bits
    }

    /// The data on a box.
    pub(super) fn on_box(&mut self, region: &[(i64, i64)]) -> BoxData {
        let low: Vec<f64> = region.iter().map(|&(low, _)| self.real(low)).collect();
        let width: Vec<f64> = region.iter().map(|&(low, high)| self.real(high - low)).collect();
        let mut expansions: BTreeMap<usize, Terms> = BTreeMap::new();
        let monomials = &mut self.monomials;
        let mut map = |terms: &Terms| -> Terms {
            let mut result: Terms = Vec::new();
            for &(monomial, coefficient) in terms {
                let expansion = expansions
                    .entry(monomial)
                    .or_insert_with(|| expand(monomials, monomial, &low, &width));
                for &(lambda, factor) in expansion.iter() {
                    match result.iter_mut().find(|(own, _)| *own == lambda) {
                        Some((_, sum)) => *sum += coefficient * factor,
                        None => result.push((lambda, coefficient * factor)),
                    }
                }
            }
            result
        };
        let stages = self
            .stages
            .iter()
            .map(|stage| StagePolynomials {
                reward: stage.reward.iter().map(&mut map).collect(),
                leader: stage.leader.iter().map(&mut map).collect(),
                probability: stage.probability.iter().map(&mut map).collect(),
            })
            .collect();
        BoxData { payoff: map(&self.payoff), stages, low, width }
    }
}

/// The data of a model in the coordinates of a box.
#[derive(Debug, Clone)]
pub(super) struct BoxData {
    pub(super) stages: Vec<StagePolynomials>,
    pub(super) payoff: Terms,
    pub(super) low: Vec<f64>,
    pub(super) width: Vec<f64>,
}

/// `prod (l_k + w_k lambda_k)^e_k`, every term also when its coefficient is zero, so that the shape
/// does not depend on the box.
fn expand(monomials: &mut Monomials, monomial: usize, low: &[f64], width: &[f64]) -> Terms {
    let factors: Vec<(usize, u32)> = monomials.exponents(monomial).collect();
    let mut result: Terms = vec![(ONE, 1.0)];
    for (k, exponent) in factors {
        for _ in 0..exponent {
            let mut next: Terms = Vec::new();
            for &(own, coefficient) in &result {
                let raised = monomials.product(own, k + 1);
                for (number, value) in
                    [(own, coefficient * low[k]), (raised, coefficient * width[k])]
                {
                    match next.iter_mut().find(|(known, _)| *known == number) {
                        Some((_, sum)) => *sum += value,
                        None => next.push((number, value)),
                    }
                }
            }
            result = next;
        }
    }
    result
}

fn polynomials(columns: &Columns, monomials: &mut Monomials) -> Vec<Terms> {
    let mut entries: Vec<Terms> = vec![Vec::new(); columns.len()];
    for (monomial, column) in columns.columns() {
        let number = monomials.number(monomial.clone());
        for (entry, coefficient) in column.entries() {
            entries[entry].push((number, to_approx(&coefficient)));
        }
    }
    entries
}

fn coordinates(entries: &[Terms], monomials: &Monomials) -> Vec<usize> {
    let mut all: Vec<usize> = entries
        .iter()
        .flatten()
        .flat_map(|&(m, _)| monomials.exponents(m).map(|(k, _)| k))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn fixed(value: &Rational, bits: u32, rounding: Rounding) -> Option<i64> {
    let scaled = value.numerator() * Integer::from(Natural::ONE << bits as usize);
    i64::try_from(&divide(&scaled, &Integer::from(value.denominator().clone()), rounding)).ok()
}
