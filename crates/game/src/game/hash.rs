//! The canonical hash of a game: SHA-256 of its normal form.
//!
//! Two files that mean the same game have the same hash, whether written in TOML or JSON, with
//! rules or tables. The title, the description and the source do not enter; names of states,
//! actions, parameters and decisions do. The byte stream is: text of length-prefixed strings,
//! numbers as 64-bit little-endian words, rationals as text; data vectors column by column in the
//! order of their monomials, nonzero entries only, over their least denominator. Functions come
//! last, and only where there are some.

use super::columns::{Column, Columns};
use super::function::{Function, FunctionKind};
use super::model::{DecisionSet, Game, Grid, Pairs, Stage};
use super::polynomial::{Monomial, Polynomial, Variable};
use crate::exact::{LinearConstraint, Numerators, Rational, Relation, format_rational};
use sha2::{Digest, Sha256};

/// Bytes gathered before they are hashed.
const CHUNK: usize = 1 << 16;
/// Bytes of the stream of a small game.
const SHORT: usize = 1 << 12;

/// First words of the stream; another layout gets another version.
const VERSION: &str = "smfg-canonical/1";

impl Game {
    /// `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut stream = Stream { hasher: Sha256::default(), buffer: Vec::with_capacity(SHORT) };
        stream.text(VERSION);
        stream.count(self.stages.len());
        stream.texts(&self.states);
        stream.texts(&self.actions);
        stream.rationals(&self.initial);
        stream.texts(&self.leader.parameters);
        stream.decisions(&self.leader.decisions);
        stream.count(self.aggregates.len());
        for aggregate in self.aggregates.iter() {
            stream.count(aggregate.stage);
            stream.count(aggregate.weights.len());
            for (state, action, weight) in &aggregate.weights {
                stream.count(*state as usize);
                stream.count(*action as usize);
                stream.rational(weight);
            }
        }
        for stage in &self.stages {
            stream.stage(stage);
        }
        stream.polynomial(&self.payoff);
        if !self.functions.is_empty() {
            stream.text("functions");
            stream.count(self.functions.len());
            for function in self.functions.iter() {
                stream.function(function);
            }
        }
        stream.finish()
    }
}

struct Stream {
    hasher: Sha256,
    buffer: Vec<u8>,
}

impl Stream {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
    }

    fn count(&mut self, count: usize) {
        self.bytes(&(count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn rational(&mut self, value: &Rational) {
        self.text(&format_rational(value));
    }

    fn rationals(&mut self, values: &[Rational]) {
        self.count(values.len());
        for value in values {
            self.rational(value);
        }
    }

    fn decisions(&mut self, decisions: &DecisionSet) {
        match decisions {
            DecisionSet::Finite(decisions) => {
                self.text("finite");
                self.count(decisions.len());
                for decision in decisions {
                    self.count(usize::from(decision.name.is_some()));
                    self.text(decision.name.as_deref().unwrap_or(""));
                    self.rationals(&decision.values);
                }
            }
            DecisionSet::Polyhedral { polytope, grids } => {
                self.text("polyhedral");
                self.rationals(&polytope.lower);
                self.rationals(&polytope.upper);
                self.count(polytope.constraints.len());
                for constraint in &polytope.constraints {
                    self.constraint(constraint);
                }
                self.count(grids.len());
                for grid in grids {
                    match grid {
                        Grid::Continuous => self.text("continuous"),
                        Grid::Integer => self.text("integer"),
                        Grid::Step(step) => {
                            self.text("step");
                            self.rational(step);
                        }
                    }
                }
            }
        }
    }

    fn constraint(&mut self, constraint: &LinearConstraint) {
        self.rationals(&constraint.coefficients);
        self.text(match constraint.relation {
            Relation::AtMost => "<=",
            Relation::Equal => "=",
            Relation::AtLeast => ">=",
        });
        self.rational(&constraint.right_side);
    }

    fn stage(&mut self, stage: &Stage) {
        self.pairs(&stage.pairs);
        self.columns(&stage.reward);
        self.columns(&stage.leader_reward);
        match &stage.transition {
            None => self.text("last"),
            Some(transition) => {
                self.text("transition");
                let successors = &transition.successors;
                for pair in 0..stage.pairs.len() {
                    let entries = successors.of_pair(pair);
                    self.count(entries.len());
                    for entry in entries {
                        self.count(successors.state(entry));
                    }
                }
                self.columns(&transition.probability);
            }
        }
    }

    fn pairs(&mut self, pairs: &Pairs) {
        for state in 0..pairs.states() {
            let of_state = pairs.of_state(state);
            self.count(of_state.len());
            for pair in of_state {
                self.count(pairs.action(pair));
            }
        }
    }

    fn columns(&mut self, columns: &Columns) {
        self.count(columns.columns().len());
        for (monomial, column) in columns.columns() {
            self.monomial(monomial);
            self.column(column);
        }
    }

    fn column(&mut self, column: &Column) {
        self.text(&column.coefficients.denominator().to_string());
        let position = |index: usize| column.position(index) as u64;
        match column.coefficients.numerators() {
            Numerators::Small(values) => {
                self.count(values.iter().filter(|value| **value != 0).count());
                for (index, value) in values.iter().enumerate().filter(|(_, value)| **value != 0) {
                    let mut entry = [0; 16];
                    entry[..8].copy_from_slice(&position(index).to_le_bytes());
                    entry[8..].copy_from_slice(&value.to_le_bytes());
                    self.bytes(&entry);
                }
            }
            Numerators::Big(values) => {
                self.count(values.iter().filter(|value| !value.is_zero()).count());
                for (index, value) in
                    values.iter().enumerate().filter(|(_, value)| !value.is_zero())
                {
                    self.bytes(&position(index).to_le_bytes());
                    self.text(&value.to_string());
                }
            }
        }
    }

    fn monomial(&mut self, monomial: &Monomial) {
        self.count(monomial.factors().len());
        for (variable, exponent) in monomial.factors() {
            match variable {
                Variable::Parameter(index) => {
                    self.text("u");
                    self.count(*index as usize);
                }
                Variable::Aggregate(index) => {
                    self.text("m");
                    self.count(*index as usize);
                }
                Variable::Function(index) => {
                    self.text("f");
                    self.count(*index as usize);
                }
            }
            self.count(*exponent as usize);
        }
    }

    fn function(&mut self, function: &Function) {
        match function.kind {
            FunctionKind::Root(degree) => {
                self.text("root");
                self.count(degree as usize);
            }
            FunctionKind::Exp => self.text("exp"),
            FunctionKind::Log => self.text("log"),
            FunctionKind::Inverse => self.text("inverse"),
            FunctionKind::Abs => self.text("abs"),
        }
        self.polynomial(&function.argument);
    }

    fn polynomial(&mut self, polynomial: &Polynomial) {
        self.count(polynomial.len());
        for (monomial, coefficient) in polynomial.terms() {
            self.monomial(monomial);
            self.rational(coefficient);
        }
    }

    fn finish(mut self) -> String {
        self.hasher.update(&self.buffer);
        let digest = self.hasher.finalize();
        let mut text = String::from("sha256:");
        for byte in digest {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        text
    }
}
