//! Rows of a region and sums of their multiples, worked out from the tables of a game: goals that
//! follow by construction.

use super::shadow::{Kind, Region, Shadow};
use crate::game::Game;
use crate::random::Random;
use crate::text::family;
use smfg_kernel::{
    Combination, Decisions, Function, Monomial, Name, Polynomial, Rational, Row, Sense, Side,
    Square, Statement, Variable,
};
use std::collections::BTreeMap;

/// `constant + sum mass_i d_i + sum value_ts v_t(s)`.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    pub constant: Polynomial,
    pub mass: BTreeMap<(u32, u32), Polynomial>,
    pub value: BTreeMap<(Side, u32, u32), Polynomial>,
}

fn times(a: &Polynomial, b: &Polynomial) -> Polynomial {
    a.times(b).expect("a small product")
}

fn one() -> Polynomial {
    Polynomial::constant(Rational::ONE)
}

fn minus_one() -> Polynomial {
    Polynomial::constant(Rational::NEG_ONE)
}

impl Sum {
    fn of(constant: Polynomial) -> Self {
        Sum { constant, ..Sum::default() }
    }

    fn add_mass(&mut self, t: usize, i: usize, coefficient: &Polynomial) {
        let entry = self.mass.entry((t as u32, i as u32)).or_default();
        *entry = std::mem::take(entry).plus(coefficient, &Rational::ONE);
    }

    fn add_value(&mut self, side: Side, t: usize, s: usize, coefficient: &Polynomial) {
        let entry = self.value.entry((side, t as u32, s as u32)).or_default();
        *entry = std::mem::take(entry).plus(coefficient, &Rational::ONE);
    }

    /// Adds `multiplier * other`.
    pub fn add(&mut self, multiplier: &Polynomial, other: &Sum) {
        let product = times(multiplier, &other.constant);
        self.constant = std::mem::take(&mut self.constant).plus(&product, &Rational::ONE);
        for ((t, i), coefficient) in &other.mass {
            self.add_mass(*t as usize, *i as usize, &times(multiplier, coefficient));
        }
        for ((side, t, s), coefficient) in &other.value {
            self.add_value(*side, *t as usize, *s as usize, &times(multiplier, coefficient));
        }
    }

    /// The sum as a row.
    pub fn row(&self, sense: Sense) -> Row {
        let mut row = Row::of(sense, self.constant.clone());
        let masses = self.mass.iter().filter(|term| !term.1.is_zero());
        row.mass = masses.map(|((t, i), p)| (*t, *i, p.clone())).collect();
        let values = self.value.iter().filter(|term| !term.1.is_zero());
        row.value = values.map(|((side, t, s), p)| (*side, *t, *s, p.clone())).collect();
        row
    }
}

/// The rows of a game.
impl Game {
    /// A row with loss and reward written out.
    pub fn expanded(&self, row: &Row) -> Sum {
        let mut sum = Sum::of(row.constant.clone());
        for (t, i, coefficient) in &row.mass {
            sum.add_mass(*t as usize, *i as usize, coefficient);
        }
        for (side, t, s, coefficient) in &row.value {
            sum.add_value(*side, *t as usize, *s as usize, coefficient);
        }
        let (mut loss, mut reward) = (Sum::default(), Sum::of(self.payoff.clone()));
        for (s, mass) in self.initial.iter().enumerate() {
            loss.add_value(Side::Follower, 0, s, &Polynomial::constant(mass.clone()));
        }
        for (t, pairs) in self.stages.iter().enumerate() {
            for (i, pair) in pairs.iter().enumerate() {
                loss.add_mass(t, i, &times(&minus_one(), &pair.reward));
                reward.add_mass(t, i, &pair.leader);
            }
        }
        sum.add(&Polynomial::constant(row.loss.clone()), &loss);
        sum.add(&Polynomial::constant(row.reward.clone()), &reward);
        sum
    }

    /// `mu0(s)` or the inflow, less the masses of the site.
    pub fn flow_row(&self, t: usize, s: usize) -> Sum {
        let mut sum = Sum::default();
        if t == 0 {
            sum.constant = Polynomial::constant(self.initial[s].clone());
        } else {
            for (j, pair) in self.stages[t - 1].iter().enumerate() {
                for (_, probability) in pair.to.iter().filter(|next| next.0 == s) {
                    sum.add_mass(t - 1, j, probability);
                }
            }
        }
        for i in self.pairs_of(t, s) {
            sum.add_mass(t, i, &minus_one());
        }
        sum
    }

    /// `z_i`.
    pub fn bellman_row(&self, t: usize, i: usize) -> Sum {
        let pair = &self.stages[t][i];
        let mut sum = Sum::of(times(&minus_one(), &pair.reward));
        sum.add_value(Side::Follower, t, pair.state, &one());
        if t + 1 < self.stages.len() {
            for (s, probability) in &pair.to {
                let coefficient = times(&minus_one(), probability);
                sum.add_value(Side::Follower, t + 1, *s, &coefficient);
            }
        }
        sum
    }

    /// `sigma c_i + lambda z_i + sum P_i(s') y_{t+1}(s') - y_t(s)`, without `lambda` if optimal.
    pub fn dual_row(&self, t: usize, i: usize, sigma: &Rational, optimal: bool) -> Sum {
        let pair = &self.stages[t][i];
        let mut sum = Sum::of(Polynomial::zero().plus(&self.lead(t, i), sigma));
        sum.add_value(Side::Dual, t, pair.state, &minus_one());
        if t + 1 < self.stages.len() {
            for (s, probability) in &pair.to {
                sum.add_value(Side::Dual, t + 1, *s, probability);
            }
        }
        if !optimal {
            sum.add(&Polynomial::variable(Variable::Multiplier), &self.bellman_row(t, i));
        }
        sum
    }
}

impl Game {
    /// `w_t(s) - sigma c_i - sum P_i(s') w_{t+1}(s')`.
    pub fn lead_row(&self, t: usize, i: usize, sigma: &Rational) -> Sum {
        let pair = &self.stages[t][i];
        let mut sum = Sum::of(Polynomial::zero().plus(&self.lead(t, i), &-sigma));
        sum.add_value(Side::Leader, t, pair.state, &one());
        if t + 1 < self.stages.len() {
            for (s, probability) in &pair.to {
                let coefficient = times(&minus_one(), probability);
                sum.add_value(Side::Leader, t + 1, *s, &coefficient);
            }
        }
        sum
    }
}

fn sigma(statement: &Statement) -> Rational {
    if statement.pessimistic { Rational::ONE } else { Rational::NEG_ONE }
}

/// A named row of a region, where it has one that the shadow knows.
pub fn named(
    game: &Game,
    statement: &Statement,
    region: &Region,
    name: Name,
) -> Option<(Sense, Sum)> {
    let kind = region.kind;
    let masses = matches!(kind, Kind::Equilibria | Kind::Play | Kind::Response);
    let end = |variable: Variable, sign: i32| -> Option<Sum> {
        let ends = region.ends.get(&variable)?;
        let end = if sign > 0 { ends.0.as_ref()? } else { ends.1.as_ref()? };
        let sign = Rational::from(sign);
        let polynomial = Polynomial::variable(variable)
            .plus(&Polynomial::constant(end.clone()), &Rational::NEG_ONE);
        Some(Sum::of(Polynomial::zero().plus(&polynomial, &sign)))
    };
    match name {
        Name::Budget if matches!(kind, Kind::Equilibria | Kind::Response) => {
            let mut row = Row::of(Sense::AtLeast, Polynomial::constant(statement.epsilon.clone()));
            row.loss = Rational::NEG_ONE;
            Some((Sense::AtLeast, game.expanded(&row)))
        }
        Name::Objective => region.objective.as_ref().map(|row| (row.sense, game.expanded(row))),
        Name::Mass(t) if masses => {
            let mut sum = Sum::of(one());
            for i in 0..game.stages.get(t as usize)?.len() {
                sum.add_mass(t as usize, i, &minus_one());
            }
            Some((Sense::Equal, sum))
        }
        Name::Link(k) if matches!(kind, Kind::Equilibria | Kind::Play) => {
            let x = Polynomial::variable(Variable::Statistic(k));
            let mut sum = Sum::of(times(&minus_one(), &x));
            let (stage, weights) = game.statistics.get(k as usize)?;
            for (pair, weight) in weights {
                let weight = Polynomial::constant(weight.clone());
                sum.add_mass(*stage as usize, *pair as usize, &weight);
            }
            Some((Sense::Equal, sum))
        }
        Name::Form(k) => {
            let mut sum = game.expanded(region.forms.get(k as usize)?);
            let form = Polynomial::variable(Variable::Form(k));
            sum.constant = sum.constant.plus(&form, &Rational::NEG_ONE);
            Some((Sense::Equal, sum))
        }
        Name::Function(k) => {
            let j = (k as usize).checked_sub(game.statistics.len())?;
            let (function, argument, _) = game.functions.get(j)?;
            let own = Polynomial::variable(Variable::Statistic(k));
            if !masses && !game.is_blind(Variable::Statistic(k)) {
                return None;
            }
            let (left, right) = match function {
                Function::Abs => (times(&own, &own), times(argument, argument)),
                _ => (times(&own, argument), one()),
            };
            Some((Sense::Equal, Sum::of(left.plus(&right, &Rational::NEG_ONE))))
        }
        Name::Constraint(k) => match &game.decisions {
            Decisions::Polytope { rows, .. } => {
                let (equal, row) = rows.get(k as usize)?;
                let sense = if *equal { Sense::Equal } else { Sense::AtLeast };
                Some((sense, Sum::of(row.clone())))
            }
            Decisions::List(_) => None,
        },
        Name::Row(k) => {
            let row = region.rows.get(k as usize)?.as_ref()?;
            Some((row.sense, game.expanded(row)))
        }
        Name::Lower(variable) => Some((Sense::AtLeast, end(variable, 1)?)),
        Name::Upper(variable) => Some((Sense::AtLeast, end(variable, -1)?)),
        _ => None,
    }
}

/// A combination of rows of a region that has its signs, and the sum that it proves to be at least
/// 0, or 0 where equations alone are wanted.
pub fn combination(shadow: &Shadow, equations: bool, random: &mut Random) -> (Combination, Sum) {
    let (game, statement) = (&shadow.world.game, &shadow.statement);
    let region = shadow.regions.last().expect("a region");
    let (mut result, mut sum) = (Combination::default(), Sum::default());
    for _ in 0..random.below(4) {
        let name = match game.functions.len() {
            count if count > 0 && random.once_in(4) => {
                Name::Function((game.statistics.len() + random.below(count)) as u32)
            }
            _ => name(region, random),
        };
        let Some((sense, row)) = named(game, statement, region, name) else { continue };
        let multiplier = match sense {
            Sense::Equal => any(game, region, random),
            _ if equations => continue,
            _ => nonnegative(game, region, random),
        };
        sum.add(&multiplier, &row);
        result.rows.push((name, multiplier));
    }
    let masses = matches!(region.kind, Kind::Equilibria | Kind::Play | Kind::Response);
    let mut entries = Vec::new();
    for t in 0..game.stages.len() {
        for s in 0..game.states {
            if masses && random.once_in(3) {
                let multiplier = any(game, region, random);
                sum.add(&multiplier, &game.flow_row(t, s));
                entries.push((t as u32, s as u32, multiplier));
            }
        }
    }
    result.flow = family(entries);
    families(shadow, equations, random, &mut result, &mut sum);
    if !equations && random.once_in(3) {
        let (weight, root) = (nonnegative(game, region, random), any(game, region, random));
        let product = times(&weight, &times(&root, &root));
        let pair = (masses && random.once_in(2)).then(|| {
            let t = random.below(game.stages.len());
            (t as u32, random.below(game.stages[t].len()) as u32)
        });
        match pair {
            None => sum.constant = sum.constant.plus(&product, &Rational::ONE),
            Some((t, i)) => sum.add_mass(t as usize, i as usize, &product),
        }
        result.squares.push(Square { weight, root, pair });
    }
    (result, sum)
}

/// Bellman rows, rows of a policy, dual rows, and bounds of values.
fn families(
    shadow: &Shadow,
    equations: bool,
    random: &mut Random,
    result: &mut Combination,
    sum: &mut Sum,
) {
    let (game, statement) = (&shadow.world.game, &shadow.statement);
    let region = shadow.regions.last().expect("a region");
    let (mut bellman, mut policy, mut dual) = (Vec::new(), Vec::new(), Vec::new());
    let mut lead = Vec::new();
    for (t, i) in
        (0..game.stages.len()).flat_map(|t| (0..game.stages[t].len()).map(move |i| (t, i)))
    {
        let pair = (t as u32, i as u32);
        let optimal = region.optimal.contains(&pair);
        if region.kind != Kind::Decisions && random.once_in(4) && (optimal || !equations) {
            let multiplier = match optimal {
                true => any(game, region, random),
                false => nonnegative(game, region, random),
            };
            sum.add(&multiplier, &game.bellman_row(t, i));
            bellman.push((pair.0, pair.1, multiplier));
        }
        if let Some(shares) = region.policy.as_ref().filter(|_| random.once_in(3)) {
            let multiplier = any(game, region, random);
            let mut row = Sum::default();
            row.add_mass(t, i, &one());
            let mut share = Polynomial::zero();
            for (monomial, column) in shares.get(&pair.0).into_iter().flatten() {
                if let Some(index) = column.index(i) {
                    share.add_term(monomial.clone(), column.coefficients.get(index));
                }
            }
            for j in game.pairs_of(t, game.stages[t][i].state) {
                row.add_mass(t, j, &times(&minus_one(), &share));
            }
            sum.add(&multiplier, &row);
            policy.push((pair.0, pair.1, multiplier));
        }
        if region.kind == Kind::Dual && !equations && random.once_in(3) {
            let multiplier = nonnegative(game, region, random);
            sum.add(&multiplier, &game.dual_row(t, i, &sigma(statement), optimal));
            dual.push((pair.0, pair.1, multiplier));
        }
        if region.kind == Kind::Dual && optimal && random.once_in(2) {
            let multiplier = any(game, region, random);
            sum.add(&multiplier, &game.lead_row(t, i, &sigma(statement)));
            lead.push((pair.0, pair.1, multiplier));
        }
    }
    result.bellman = family(bellman);
    result.policy = family(policy);
    result.dual = family(dual);
    result.lead = family(lead);
    for (number, (side, floor, values)) in region.bounds.iter().enumerate() {
        // What `follow` shows is about several values.
        if equations || *side == Side::Dual || !random.once_in(2) {
            continue;
        }
        let (t, s) = (random.below(game.stages.len()), random.below(game.states));
        let multiplier = nonnegative(game, region, random);
        let sign = if *floor { minus_one() } else { one() };
        let mut row = Sum::default();
        for (monomial, column) in values.get(&(t as u32)).into_iter().flatten() {
            if let Some(index) = column.index(s) {
                row.constant.add_term(monomial.clone(), column.coefficients.get(index));
            }
        }
        row.add_value(*side, t, s, &minus_one());
        sum.add(&times(&sign, &multiplier), &row);
        result.bounds.push((number as u32, family([(t as u32, s as u32, multiplier)])));
    }
}

fn name(region: &Region, random: &mut Random) -> Name {
    let small = random.below(3) as u32;
    match random.below(10) {
        0 => Name::Budget,
        1 => Name::Objective,
        2 => Name::Mass(small),
        3 => Name::Link(small),
        4 => Name::Form(small),
        5 => Name::Constraint(small),
        6 | 7 => Name::Row(random.below(region.rows.len() + 1) as u32),
        _ => {
            let variable = *random.of(&coordinates(region));
            if random.once_in(2) { Name::Lower(variable) } else { Name::Upper(variable) }
        }
    }
}

/// Coordinates with ends that hold in the kernel's frame too.
fn coordinates(region: &Region) -> Vec<Variable> {
    let known = |variable: &Variable| match variable {
        Variable::Statistic(_) => {
            matches!(region.kind, Kind::Equilibria | Kind::Play | Kind::Response) && !region.masses
        }
        _ => true,
    };
    let mut found: Vec<Variable> =
        region.ends.keys().copied().filter(|variable| known(variable)).collect();
    if found.is_empty() {
        found.push(Variable::Parameter(0));
    }
    found
}

/// Any polynomial in the coordinates of a region.
pub fn any(game: &Game, region: &Region, random: &mut Random) -> Polynomial {
    let mut variables: Vec<Variable> =
        (0..game.parameters).map(|k| Variable::Parameter(k as u32)).collect();
    if matches!(region.kind, Kind::Equilibria | Kind::Play | Kind::Response) {
        let count = game.statistics.len() + game.functions.len();
        variables.extend((0..count).map(|k| Variable::Statistic(k as u32)));
    }
    variables.extend((0..region.shares).map(Variable::Share));
    let bounded =
        |variable: &&Variable| region.ends.get(*variable).is_some_and(|ends| ends.0.is_some());
    let others = region.ends.keys().filter(|v| !matches!(v, Variable::Parameter(_)));
    let others = others.filter(|v| !matches!(v, Variable::Statistic(_)));
    variables.extend(others.filter(bounded).copied());
    let mut result = Polynomial::constant(random.fraction(2, 2));
    if !variables.is_empty() && random.once_in(2) {
        let monomial = Monomial::new(vec![(*random.of(&variables), 1)]);
        result.add_term(monomial, random.fraction(2, 1));
    }
    result
}

/// A polynomial that is at least 0 on a region: a number, a distance from an end, a share.
pub fn nonnegative(game: &Game, region: &Region, random: &mut Random) -> Polynomial {
    let number = Polynomial::constant(Rational::from(random.below(3)));
    if region.shares > 0 && random.once_in(3) {
        let share =
            Polynomial::variable(Variable::Share(random.below(region.shares as usize) as u32));
        return number.plus(&share, &Rational::ONE);
    }
    if random.once_in(2) {
        return number;
    }
    let variable = *random.of(&coordinates(region));
    let substituted = region.substituted.contains(&variable);
    // Without a lower end nothing is known of a coordinate.
    let ends = region.ends.get(&variable).filter(|ends| !substituted && ends.0.is_some());
    let Some(ends) = ends else { return number };
    let x = Polynomial::variable(variable);
    let _ = game;
    match ends {
        (Some(lower), _) if random.once_in(2) => {
            let distance = x.plus(&Polynomial::constant(lower.clone()), &Rational::NEG_ONE);
            number.plus(&distance, &Rational::ONE)
        }
        (_, Some(upper)) => {
            let distance = Polynomial::constant(upper.clone()).plus(&x, &Rational::NEG_ONE);
            number.plus(&distance, &Rational::ONE)
        }
        _ => number,
    }
}
