//! Formulas as trees, for those who print them.

use super::Expression;
use super::program::{Binary, Instruction, Operation, Owner, Program, Selector, Term};
use crate::exact::Rational;

/// A formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// A number.
    Number(Rational),
    /// `t`.
    Stage,
    /// `s.name` or `a.name`: the letter, and the name.
    Attribute(char, String),
    /// What is named, and the stage after `@`, if there is one.
    Term(Named, Option<Box<Tree>>),
    /// A sign change.
    Negate(Box<Tree>),
    /// `+`, `-`, `*`, `/` or `^` between two formulas.
    Binary(char, Box<Tree>, Box<Tree>),
    /// A function of some formulas.
    Call(&'static str, Vec<Tree>),
}

/// What a formula names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A parameter, a definition or a named aggregate.
    Name(String),
    /// `mu[state, action]`; `None` for `*` or nothing.
    Mass(Option<String>, Option<String>),
    /// `mean(...)`, of one population where that is named.
    Mean(Box<Tree>, Option<String>),
    /// `p[action]` of the leader.
    Mixed(String),
    /// `nu[state, action]` of the leader.
    Process(Option<String>, Option<String>),
}

impl Expression {
    /// The formula as a tree.
    ///
    /// ```
    /// use smfg_game::game::expression::{Expression, Tree};
    /// let formula = Expression::parse("-wage^2").expect("a formula");
    /// assert!(matches!(formula.tree(), Tree::Negate(power) if matches!(*power, Tree::Binary('^', ..))));
    /// ```
    #[must_use]
    pub fn tree(&self) -> Tree {
        tree(&self.program, &self.program.instructions)
    }
}

/// The tree of a postfix program. The parser leaves one value on the stack; a program without any
/// would be 0.
fn tree(program: &Program, instructions: &[Instruction]) -> Tree {
    let mut stack: Vec<Tree> = Vec::new();
    for Instruction { operation, .. } in instructions {
        if let Operation::Call(call, count) = operation {
            let arguments = stack.split_off(stack.len().saturating_sub(*count));
            stack.push(Tree::Call(call.name(), arguments));
            continue;
        }
        let mut pop = || Box::new(stack.pop().unwrap_or(Tree::Number(Rational::ZERO)));
        let next = match operation {
            Operation::Number(value) => Tree::Number(value.clone()),
            Operation::Stage => Tree::Stage,
            Operation::Attribute(Owner::State, name) => Tree::Attribute('s', name.clone()),
            Operation::Attribute(Owner::Action, name) => Tree::Attribute('a', name.clone()),
            Operation::Term(term) => Tree::Term(named(program, term), None),
            Operation::TermAt(term) => {
                let stage = pop();
                Tree::Term(named(program, term), Some(stage))
            }
            Operation::Negate => Tree::Negate(pop()),
            Operation::Binary(operator) => {
                let right = pop();
                Tree::Binary(symbol(*operator), pop(), right)
            }
            Operation::Call(..) => continue,
        };
        stack.push(next);
    }
    stack.pop().unwrap_or(Tree::Number(Rational::ZERO))
}

fn named(program: &Program, term: &Term) -> Named {
    let place = |selector: &Selector| match selector {
        Selector::All => None,
        Selector::One(name, _) => Some(name.clone()),
        Selector::Of { population, name, .. } => {
            Some(format!("{population}.{}", name.as_deref().unwrap_or("*")))
        }
    };
    match term {
        Term::Name(name) => Named::Name(name.clone()),
        Term::Mass(state, action) => Named::Mass(place(state), place(action)),
        // `mean` cannot stand within `mean`: this goes one level deep.
        Term::Mean(body, population) => {
            let body = program.bodies.get(*body).map_or(&[][..], Vec::as_slice);
            let population = population.as_ref().map(|(name, _)| name.clone());
            Named::Mean(Box::new(tree(program, body)), population)
        }
        Term::Mixed(action) => Named::Mixed(action.clone()),
        Term::Process(state, action) => Named::Process(place(state), place(action)),
    }
}

fn symbol(operator: Binary) -> char {
    match operator {
        Binary::Add => '+',
        Binary::Subtract => '-',
        Binary::Multiply => '*',
        Binary::Divide => '/',
        Binary::Power => '^',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    fn parsed(text: &str) -> Tree {
        Expression::parse(text).expect("a formula").tree()
    }

    #[test]
    fn operands_keep_their_order() {
        let number = |n: i64| Box::new(Tree::Number(ratio(n, 1)));
        let inner = Box::new(Tree::Binary('-', number(5), number(3)));
        assert_eq!(parsed("(5 - 3) / 2"), Tree::Binary('/', inner, number(2)));
    }

    #[test]
    fn terms_keep_names_and_stages() {
        let mass = Named::Mass(Some("far left".into()), Some("go".into()));
        let stage = Tree::Number(ratio(2, 1));
        assert_eq!(parsed("mu[\"far left\", go]@2"), Tree::Term(mass, Some(Box::new(stage))));
        let own = Box::new(Tree::Attribute('s', "wealth".into()));
        assert_eq!(parsed("mean(s.wealth)"), Tree::Term(Named::Mean(own, None), None));
        assert_eq!(parsed("mu[*, go]"), Tree::Term(Named::Mass(None, Some("go".into())), None));
    }
}
