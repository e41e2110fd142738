//! Columns of the relaxation: which monomials of the box coordinates multiply which masses.
//!
//! For a pair `i` of stage `t` there is a column `lambda^m d_i` for every monomial `m` that the
//! multipliers of its rows can produce, and a column `Lambda_m` for `lambda^m` alone. The flow
//! equations of a stage are multiplied by the monomials of its *base*: 1 and coordinates (the
//! level-2 products of docs/theory.md, statement (M)).

use super::model::{BoxData, Model, ONE};
use std::collections::BTreeSet;

/// Up to this many statistics every flow equation is multiplied by every coordinate.
const DENSE_STATISTICS: usize = 3;

/// The columns of the relaxation of a game.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Per stage, the monomials that multiply its flow equations: 1 and coordinates.
    pub(super) bases: Vec<Vec<usize>>,
    /// Per statistic, the monomials that multiply its link.
    pub(super) link_bases: Vec<Vec<usize>>,
    /// `[stage][pair]`: `(monomial, column)`, monomials increasing.
    pub(super) columns: Vec<Vec<Vec<(usize, usize)>>>,
    /// `(monomial, column)` of the monomials alone, without 1.
    pub(super) scalars: Vec<(usize, usize)>,
    /// The column of the objective.
    pub(super) objective: usize,
    /// Per stage, monomials of degree one or two whose stage mass is stated by a row of its own.
    pub(super) masses: Vec<Vec<usize>>,
}

impl Layout {
    pub(super) fn new(model: &mut Model, data: &BoxData) -> Self {
        let stages = model.shapes.len();
        let all: Vec<usize> = (0..model.statistics).collect();
        let dense = model.statistics <= DENSE_STATISTICS;
        let near = |t: usize| -> BTreeSet<usize> {
            if dense {
                return all.iter().copied().collect();
            }
            let shape = &model.shapes[t];
            let before =
                t.checked_sub(1).map_or(&[][..], |t| model.shapes[t].moves_with.as_slice());
            shape.moves_with.iter().chain(&shape.pays_with).chain(before).copied().collect()
        };
        let with_one = |set: BTreeSet<usize>| -> Vec<usize> {
            std::iter::once(ONE).chain(set.into_iter().map(|k| k + 1)).collect()
        };
        let bases: Vec<Vec<usize>> = (0..stages).map(|t| with_one(near(t))).collect();
        let link_bases: Vec<Vec<usize>> = (0..model.statistics)
            .map(|k| {
                let mut set: BTreeSet<usize> = BTreeSet::from([k]);
                for t in 0..stages {
                    if model.shapes[t].weights.iter().flatten().any(|(own, _)| *own == k) {
                        set.extend(near(t));
                    }
                }
                with_one(set)
            })
            .collect();

        let mut needed: Vec<Vec<BTreeSet<usize>>> = Vec::with_capacity(stages);
        let mut scalars: BTreeSet<usize> = (1..=model.statistics).collect();
        scalars.extend(data.payoff.iter().map(|&(m, _)| m));
        for (k, base) in link_bases.iter().enumerate() {
            scalars.extend(base.iter().map(|&b| model.monomials.product(b, k + 1)));
        }
        for t in 0..stages {
            let shape = model.shapes[t].clone();
            let mut sets = Vec::with_capacity(shape.pairs.len());
            for pair in 0..shape.pairs.len() {
                let mut set: BTreeSet<usize> = BTreeSet::from([ONE]);
                set.extend(
                    data.stages[t].leader[pair]
                        .iter()
                        .chain(&data.stages[t].reward[pair])
                        .map(|&(m, _)| m),
                );
                set.extend(&bases[t]);
                if let Some(successors) = &shape.successors {
                    for entry in successors.of_pair(pair) {
                        for &(m, _) in &data.stages[t].probability[entry] {
                            set.extend(bases[t + 1].iter().map(|&b| model.monomials.product(b, m)));
                        }
                    }
                }
                for (k, _) in &shape.weights[pair] {
                    set.extend(&link_bases[*k]);
                }
                sets.push(close(set, model));
            }
            needed.push(sets);
        }
        // A monomial of degree one or two that one pair of a stage has, all have: then its stage
        // mass is `Lambda_m`.
        let mut masses = Vec::with_capacity(stages);
        for (t, sets) in needed.iter_mut().enumerate() {
            let union: BTreeSet<usize> = sets
                .iter()
                .flatten()
                .copied()
                .filter(|&m| m != ONE && model.monomials.degree(m) <= 2)
                .collect();
            for set in sets {
                set.extend(&union);
            }
            let implied = |m: usize| (0..=t).all(|earlier| bases[earlier].contains(&m));
            masses.push(union.iter().copied().filter(|&m| !implied(m)).collect());
            scalars.extend(&union);
        }
        let mut scalars: Vec<usize> = close(scalars, model).into_iter().collect();
        scalars.retain(|&m| m != ONE);

        let mut count = 0;
        let mut number = || {
            count += 1;
            count - 1
        };
        let columns = needed
            .iter()
            .map(|stage| {
                stage.iter().map(|set| set.iter().map(|&m| (m, number())).collect()).collect()
            })
            .collect();
        let scalars = scalars.into_iter().map(|m| (m, number())).collect();
        let objective = number();
        Layout { bases, link_bases, columns, scalars, objective, masses }
    }

    /// Number of columns.
    pub(super) fn len(&self) -> usize {
        self.objective + 1
    }

    /// The column of `lambda^m d_pair`.
    pub(super) fn column(&self, t: usize, pair: usize, m: usize) -> Option<usize> {
        let columns = &self.columns[t][pair];
        columns.binary_search_by_key(&m, |&(own, _)| own).ok().map(|position| columns[position].1)
    }

    /// The column of `Lambda_m`, `m` not 1.
    pub(super) fn scalar(&self, m: usize) -> Option<usize> {
        self.scalars
            .binary_search_by_key(&m, |&(own, _)| own)
            .ok()
            .map(|position| self.scalars[position].1)
    }
}

/// The set with all divisors of its monomials.
fn close(mut set: BTreeSet<usize>, model: &mut Model) -> BTreeSet<usize> {
    let mut open: Vec<usize> = set.iter().copied().collect();
    while let Some(m) = open.pop() {
        let factors: Vec<usize> = model.monomials.exponents(m).map(|(k, _)| k).collect();
        for k in factors {
            let divisor = model.monomials.without(m, k);
            if set.insert(divisor) {
                open.push(divisor);
            }
        }
    }
    set
}
