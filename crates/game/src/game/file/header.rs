//! The head of a game file: format, name, sizes, states, actions and the initial law.

use super::document::{Node, Value, quoted};
use super::fields::{Fields, Found, natural, table, text, wrong};
use super::names::{Kind, Names};
use super::numbers::Numbers;
use super::populations::{Members, Populations, members};
use super::problem::ValueError;
use super::report::{At, Report};
use super::rules::Scope;
use crate::exact::Rational;
use crate::game::expression::{Entity, bits};

/// The format this library reads.
pub(super) const FORMAT: &str = "smfg-game/1";
/// Most triples of stage, state and action.
pub(super) const MOST_TRIPLES: u64 = 200_000_000;
/// Most stages: each costs memory of its own, whatever the number of states.
pub(super) const MOST_STAGES: usize = 1_000_000;

/// Most binary digits of the last power of a discount factor, numerator and denominator together.
const MOST_DISCOUNT_BITS: usize = 1 << 14;

/// Keys of a game file.
pub(super) const KEYS: [&str; 15] = [
    "format",
    "name",
    "description",
    "source",
    "stages",
    "states",
    "actions",
    "initial",
    "population",
    "discount",
    "define",
    "available",
    "reward",
    "transition",
    "leader",
];

/// What the head of the file says.
pub(super) struct Header {
    pub name: String,
    pub description: String,
    pub source: String,
    pub stages: usize,
    pub states: Vec<Entity>,
    pub actions: Vec<Entity>,
    pub state_names: Names,
    pub action_names: Names,
    pub initial: Vec<Rational>,
    /// Where the file names populations; states and actions are those of all of them.
    pub populations: Populations,
    /// What stage `t` pays counts with its power `t`.
    pub discount: Rational,
}

impl Header {
    /// What rules may refer to.
    pub(super) fn scope(&self) -> Scope<'_> {
        Scope {
            stages: self.stages,
            states: &self.state_names,
            actions: &self.action_names,
            populations: &self.populations,
        }
    }

    /// Its powers from 0 on.
    pub(super) fn discounts(&self) -> impl Iterator<Item = Rational> + '_ {
        std::iter::successors(Some(Rational::ONE), |power| Some(power * &self.discount))
    }
}

/// Whether the file is in the format this library reads. Nothing else is worth saying when it is
/// not.
pub(super) fn format(report: &mut Report, fields: &Fields<'_>) -> bool {
    let Some((at, node)) = fields.require(report, "format", "format = \"smfg-game/1\"") else {
        return false;
    };
    match &node.value {
        Value::Text(found) if found == FORMAT => true,
        other => {
            report.push(&at, ValueError::Format { found: other.to_string(), expected: FORMAT });
            false
        }
    }
}

/// Reads the head.
pub(super) fn header(
    report: &mut Report,
    fields: &Fields<'_>,
    numbers: &Numbers,
) -> Option<Header> {
    let name = fields.require(report, "name", "the name of the game, a text");
    let name = name.and_then(|(at, node)| text(report, &at, node, "the name of the game, a text"));
    let mut optional = |key| match fields.get(key) {
        None => Some(String::new()),
        Some((at, node)) => text(report, &at, node, "a text").map(str::to_string),
    };
    let (description, source) = (optional("description"), optional("source"));
    let stages = fields
        .require(report, "stages", "the number of stages")
        .and_then(|found| stages(report, found));
    let members = members(report, fields, numbers);
    let (Members { states, actions, initial, populations }, stages) = (members?, stages?);
    let names = |kind, entities: &[Entity]| {
        Names::new(kind, entities.iter().map(|entity| entity.name.clone()))
    };
    let discount = match fields.get("discount") {
        None => Some(Rational::ONE),
        Some(found) => discount(report, found, stages, numbers),
    };
    let triples = (states.len() as u64)
        .checked_mul(actions.len() as u64)
        .and_then(|pairs| pairs.checked_mul(stages as u64));
    if triples.is_none_or(|triples| triples > MOST_TRIPLES) {
        let sizes = [stages, states.len(), actions.len()];
        report.push(&At::document(), ValueError::TooManyTriples { sizes, most: MOST_TRIPLES });
        return None;
    }
    Some(Header {
        name: name?.to_string(),
        description: description?,
        source: source?,
        stages,
        action_names: names(Kind::Action, &actions),
        state_names: names(Kind::State, &states),
        states,
        actions,
        initial,
        populations,
        discount: discount?,
    })
}

/// A discount factor, whose powers over all stages are not too long.
fn discount(
    report: &mut Report,
    (at, node): Found<'_>,
    stages: usize,
    numbers: &Numbers,
) -> Option<Rational> {
    let discount = numbers.read(report, &at, node)?;
    if discount < Rational::ZERO || discount > Rational::ONE {
        report.push(&at, ValueError::Discount { found: quoted(&discount.to_string()) });
        return None;
    }
    let digits = bits(&discount).saturating_mul(stages - 1);
    if !discount.is_one() && !discount.is_zero() && digits > MOST_DISCOUNT_BITS {
        let most = 1 + MOST_DISCOUNT_BITS / bits(&discount);
        report.push(&at, ValueError::LongDiscount { stages, most });
        return None;
    }
    Some(discount)
}

fn stages(report: &mut Report, (at, node): Found<'_>) -> Option<usize> {
    let stages = natural(report, &at, node, "the number of stages, an integer from 1 to 1000000")?;
    if (1..=MOST_STAGES).contains(&stages) {
        return Some(stages);
    }
    wrong(report, &at, &node.value, "the number of stages, an integer from 1 to 1000000")
}

/// A law over names: a table of probabilities, absent names having none, or the one name that has
/// them all.
pub(super) fn law(
    report: &mut Report,
    (at, node): Found<'_>,
    names: &Names,
    numbers: &Numbers,
) -> Option<Vec<Rational>> {
    let mut law = vec![Rational::ZERO; names.len()];
    if let Value::Text(name) = &node.value {
        let position = names.find(report, &at, name)? as usize;
        *law.get_mut(position)? = Rational::ONE;
        return Some(law);
    }
    let mut fine = true;
    for entry in table(report, &at, node, "a table of names and their probabilities")? {
        let here = at.key(&entry.key, entry.node.mark);
        let position = names.find(report, &here, &entry.key);
        let mass = mass(report, &here, &entry.node, numbers);
        match (position.and_then(|position| law.get_mut(position as usize)), mass) {
            (Some(slot), Some(mass)) => *slot = mass,
            _ => fine = false,
        }
    }
    let sum = law.iter().fold(Rational::ZERO, |sum, mass| sum + mass);
    if fine && !sum.is_one() {
        report.push(&at, ValueError::LawSum { sum: quoted(&sum.to_string()) });
        return None;
    }
    fine.then_some(law)
}

fn mass(report: &mut Report, at: &At, node: &Node, numbers: &Numbers) -> Option<Rational> {
    let mass = numbers.read(report, at, node)?;
    if mass < Rational::ZERO {
        report.push(at, ValueError::NegativeMass { found: quoted(&mass.to_string()) });
        return None;
    }
    Some(mass)
}
