//! Which of the classes C0 to C3 a game belongs to (docs/model.md, table 1).

use super::function::Function;
use super::model::{Game, Stage};
use super::polynomial::{Monomial, Variable};
use std::fmt;

/// How the population enters the followers' data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Rewards and transitions do not depend on the population.
    C0,
    /// Transitions do not, rewards are affine in the aggregates.
    C1,
    /// Transitions do not, rewards are polynomials or other functions of the aggregates.
    C2,
    /// Transitions depend on the population.
    C3,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::C0 => "C0",
            Class::C1 => "C1",
            Class::C2 => "C2",
            Class::C3 => "C3",
        })
    }
}

/// A class and the first fact of the game that puts it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    /// The class.
    pub class: Class,
    /// Why, in a sentence.
    pub reason: String,
}

/// The class of a game, over all decisions of the leader. Terms of a reward that all states and
/// actions of a stage have in common cannot matter to the followers, and do not count.
#[must_use]
pub fn classify(game: &Game) -> Classification {
    for (t, stage) in game.stages.iter().enumerate() {
        let Some(transition) = &stage.transition else { continue };
        if let Some((monomial, _)) =
            transition.probability.columns().iter().find(|(m, _)| m.population_degree() > 0)
        {
            let reason = format!(
                "the transition at stage {t} depends on the population through {}",
                describe(game, monomial)
            );
            return Classification { class: Class::C3, reason };
        }
    }
    let mut affine: Option<String> = None;
    for (t, stage) in game.stages.iter().enumerate() {
        for (monomial, _) in stage.reward.without_common().columns() {
            if has_function(monomial) {
                let reason = format!(
                    "transitions do not depend on the population; the reward at stage {t} has a function that is no polynomial, through {}",
                    describe(game, monomial)
                );
                return Classification { class: Class::C2, reason };
            }
            match monomial.population_degree() {
                0 => {}
                1 => {
                    affine.get_or_insert_with(|| {
                        format!(
                            "transitions do not depend on the population; the reward at stage {t} is affine in it, through {}",
                            describe(game, monomial)
                        )
                    });
                }
                _ => {
                    let reason = format!(
                        "transitions do not depend on the population; the reward at stage {t} is polynomial in it, through {}",
                        describe(game, monomial)
                    );
                    return Classification { class: Class::C2, reason };
                }
            }
        }
    }
    let depends = |stage: &Stage| stage.reward.population_degree() > 0;
    if affine.is_none() && game.stages.iter().any(depends) {
        affine = Some(
            "transitions do not depend on the population, and rewards only in terms that all \
             states and actions of a stage have in common"
                .into(),
        );
    }
    match affine {
        Some(reason) => Classification { class: Class::C1, reason },
        None => Classification {
            class: Class::C0,
            reason: "the followers' rewards and transitions do not depend on the population".into(),
        },
    }
}

fn has_function(monomial: &Monomial) -> bool {
    monomial.factors().iter().any(|(variable, _)| matches!(variable, Variable::Function(_)))
}

/// Functions within functions up to which they are written out.
pub const MOST_NESTED: usize = 3;

/// A monomial in words: parameters by name, aggregates `m_k` with their stage, functions of these.
#[must_use]
pub fn describe(game: &Game, monomial: &Monomial) -> String {
    described(game, monomial, 0)
}

fn described(game: &Game, monomial: &Monomial, nested: usize) -> String {
    if monomial.is_one() {
        return "1".into();
    }
    let factors: Vec<String> = monomial
        .factors()
        .iter()
        .map(|(variable, exponent)| {
            let name = match variable {
                Variable::Parameter(k) => game.leader.parameters[*k as usize].clone(),
                Variable::Aggregate(k) => {
                    format!("m{k} (stage {})", game.aggregates[*k as usize].stage)
                }
                Variable::Function(k) => function(game, *k as usize, nested),
            };
            if *exponent == 1 { name } else { format!("{name}^{exponent}") }
        })
        .collect();
    factors.join(" * ")
}

/// `log(1/2 * m0 (stage 1) + 1)`, shortened where it is long or deep.
fn function(game: &Game, k: usize, nested: usize) -> String {
    const MOST_TERMS: usize = 4;
    let Some(Function { kind, argument, .. }) = game.functions.get(k) else { return String::new() };
    if nested >= MOST_NESTED {
        return format!("{kind}(...)");
    }
    let describe = |monomial: &Monomial| described(game, monomial, nested + 1);
    let mut terms: Vec<String> = argument
        .terms()
        .take(MOST_TERMS)
        .map(|(monomial, coefficient)| match (monomial.is_one(), coefficient.is_one()) {
            (true, _) => coefficient.to_string(),
            (false, true) => describe(monomial),
            (false, false) => format!("{coefficient} * {}", describe(monomial)),
        })
        .collect();
    if argument.len() > MOST_TERMS {
        terms.push("...".into());
    }
    format!("{kind}({})", terms.join(" + "))
}
