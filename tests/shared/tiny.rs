//! A game in plain tables: the tests' own description, from which the library's normal form is
//! built.

use smfg::exact::Rational;
use smfg::game::{
    Aggregate, Columns, Decision, DecisionSet, Game, Leader, Monomial, Pairs, Polynomial, Stage,
    Successors, Transition, Variable,
};
use std::sync::Arc;

/// `coefficient * prod u_k * prod m_k`; an index that occurs twice is squared.
#[derive(Debug, Clone)]
pub struct Term {
    pub coefficient: Rational,
    pub parameters: Vec<usize>,
    pub aggregates: Vec<usize>,
}

/// A sum of terms.
#[derive(Debug, Clone, Default)]
pub struct Form(pub Vec<Term>);

impl Form {
    pub fn constant(value: Rational) -> Self {
        Form::default().and(value, &[], &[])
    }

    /// Adds a term.
    pub fn and(
        mut self,
        coefficient: Rational,
        parameters: &[usize],
        aggregates: &[usize],
    ) -> Self {
        self.0.push(Term {
            coefficient,
            parameters: parameters.to_vec(),
            aggregates: aggregates.to_vec(),
        });
        self
    }

    /// The value at given parameters and aggregates.
    pub fn at(&self, parameters: &[Rational], aggregates: &[Rational]) -> Rational {
        self.0.iter().fold(Rational::ZERO, |sum, term| {
            let mut product = term.coefficient.clone();
            for &k in &term.parameters {
                product *= &parameters[k];
            }
            for &k in &term.aggregates {
                product *= &aggregates[k];
            }
            sum + product
        })
    }

    pub fn scaled(&self, factor: &Rational) -> Self {
        let scale = |term: &Term| Term { coefficient: &term.coefficient * factor, ..term.clone() };
        Form(self.0.iter().map(scale).collect())
    }

    fn polynomial(&self) -> Polynomial {
        let mut sum = Polynomial::zero();
        for term in &self.0 {
            let parameters = term.parameters.iter().map(|&k| Variable::Parameter(k as u32));
            let aggregates = term.aggregates.iter().map(|&k| Variable::Aggregate(k as u32));
            let monomial = parameters
                .chain(aggregates)
                .fold(Monomial::one(), |product, v| product.times(&Monomial::of(v)));
            sum.add_term(monomial, term.coefficient.clone());
        }
        sum
    }
}

/// An available action in a state at a stage.
#[derive(Debug, Clone)]
pub struct Cell {
    pub action: usize,
    pub reward: Form,
    pub leader: Form,
    /// Successor states with their probabilities; empty at the last stage.
    pub next: Vec<(usize, Form)>,
}

/// `m = sum weight * d_stage(state, action)`.
#[derive(Debug, Clone)]
pub struct TinyAggregate {
    pub stage: usize,
    pub weights: Vec<(usize, usize, Rational)>,
}

/// A game with a finite leader.
#[derive(Debug, Clone)]
pub struct Tiny {
    /// Number of action names.
    pub actions: usize,
    pub initial: Vec<Rational>,
    /// `[stage][state]`: the available actions, increasing.
    pub stages: Vec<Vec<Vec<Cell>>>,
    pub aggregates: Vec<TinyAggregate>,
    /// The part of the leader's reward that followers do not weigh.
    pub payoff: Form,
    /// A value per parameter, decision by decision.
    pub decisions: Vec<Vec<Rational>>,
}

impl Tiny {
    pub fn states(&self) -> usize {
        self.initial.len()
    }

    /// Number of deterministic policies.
    pub fn policies(&self) -> usize {
        self.stages
            .iter()
            .flatten()
            .fold(1, |product: usize, row| product.saturating_mul(row.len()))
    }

    /// The game in the library's normal form.
    pub fn game(&self) -> Game {
        let parameters = self.decisions.first().map_or(0, Vec::len);
        let decisions = self
            .decisions
            .iter()
            .enumerate()
            .map(|(k, values)| Decision { name: Some(format!("u{k}")), values: values.clone() });
        let aggregate = |own: &TinyAggregate| {
            let mut weights: Vec<(u32, u32, Rational)> =
                own.weights.iter().map(|(s, a, w)| (*s as u32, *a as u32, w.clone())).collect();
            weights.sort();
            Aggregate { stage: own.stage, weights }
        };
        let last = self.stages.len() - 1;
        Game {
            name: "tiny".into(),
            description: String::new(),
            source: String::new(),
            states: (0..self.states()).map(|s| format!("s{s}")).collect(),
            actions: (0..self.actions).map(|a| format!("a{a}")).collect(),
            initial: self.initial.clone(),
            leader: Leader {
                parameters: (0..parameters).map(|k| format!("p{k}")).collect(),
                decisions: DecisionSet::Finite(decisions.collect()),
            },
            aggregates: Arc::new(self.aggregates.iter().map(aggregate).collect()),
            stages: self
                .stages
                .iter()
                .enumerate()
                .map(|(t, rows)| stage(rows, t == last))
                .collect(),
            payoff: self.payoff.polynomial(),
            functions: Default::default(),
            vocabulary: Arc::default(),
        }
    }
}

fn stage(rows: &[Vec<Cell>], last: bool) -> Stage {
    let actions: Vec<Vec<u32>> =
        rows.iter().map(|row| row.iter().map(|cell| cell.action as u32).collect()).collect();
    let cells = || rows.iter().flatten();
    let columns = |form: fn(&Cell) -> &Form| {
        Columns::from_polynomials(&cells().map(|cell| form(cell).polynomial()).collect::<Vec<_>>())
    };
    let transition = (!last).then(|| {
        let (mut first, mut state, mut probability) = (vec![0u32], Vec::new(), Vec::new());
        for cell in cells() {
            for (next, form) in &cell.next {
                state.push(*next as u32);
                probability.push(form.polynomial());
            }
            first.push(state.len() as u32);
        }
        Transition {
            successors: Arc::new(Successors::new(first, state)),
            probability: Columns::from_polynomials(&probability),
        }
    });
    Stage {
        pairs: Arc::new(Pairs::new(&actions)),
        reward: columns(|cell| &cell.reward),
        leader_reward: columns(|cell| &cell.leader),
        transition,
    }
}
