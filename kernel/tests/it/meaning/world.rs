//! The points of a game at a decision, with exact values by backward induction.

use crate::game::Game;
use crate::random::Random;
use smfg_kernel::{
    Decisions, Family, Function, Grid, Monomial, Polynomial, Rational, Row, Sense, Side, Variable,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Numbers by stage and entry.
pub type Table = Vec<Vec<Rational>>;

/// Values of coordinates.
pub type At = BTreeMap<Variable, Rational>;

/// A point of a region; tables are empty where its kind has none.
#[derive(Debug, Clone)]
pub struct Point {
    pub at: At,
    pub d: Table,
    pub v: Table,
    /// `v_t(s) - r_i - sum P_i(s') v_{t+1}(s')` per pair.
    pub z: Table,
    /// Values of a dual solution.
    pub y: Table,
    /// In a dual region, the pair that is selected at each site, and the leader's values then.
    pub selected: Vec<Vec<usize>>,
    pub w: Table,
    pub loss: Rational,
    pub reward: Rational,
}

/// The value of a polynomial; panics where a coordinate is missing.
pub fn value(polynomial: &Polynomial, at: &At) -> Rational {
    let mut sum = Rational::ZERO;
    for (monomial, coefficient) in polynomial.terms() {
        sum += monomial_value(monomial, at) * coefficient;
    }
    sum
}

fn monomial_value(monomial: &Monomial, at: &At) -> Rational {
    let mut product = Rational::ONE;
    for (variable, exponent) in monomial.factors() {
        let base = at.get(variable).unwrap_or_else(|| panic!("{variable:?} is missing"));
        for _ in 0..*exponent {
            product *= base;
        }
    }
    product
}

/// The numbers of a family at a point, by stage and entry; absent ones are 0.
pub fn family_at(family: &Family, t: u32, entry: usize, at: &At) -> Rational {
    let mut sum = Rational::ZERO;
    for (monomial, column) in family.get(&t).into_iter().flatten() {
        if let Some(index) = column.index(entry) {
            sum += column.coefficients.get(index) * monomial_value(monomial, at);
        }
    }
    sum
}

/// The data of a game at a decision and statistics.
#[derive(Debug, Clone)]
pub struct Data {
    pub r: Table,
    pub c: Table,
    pub p: Vec<Vec<Vec<(usize, Rational)>>>,
    pub h: Rational,
}

impl Data {
    pub fn new(game: &Game, at: &At) -> Self {
        let table = |of: fn(&crate::game::Pair) -> &Polynomial| -> Table {
            let stage = |pairs: &Vec<crate::game::Pair>| {
                pairs.iter().map(|pair| value(of(pair), at)).collect()
            };
            game.stages.iter().map(stage).collect()
        };
        let successors = |t: usize, pair: &crate::game::Pair| -> Vec<(usize, Rational)> {
            let to = pair.to.iter().filter(|_| t + 1 < game.stages.len());
            to.map(|(state, probability)| (*state, value(probability, at))).collect()
        };
        let p = game.stages.iter().enumerate();
        let p = p.map(|(t, pairs)| pairs.iter().map(|pair| successors(t, pair)).collect());
        Data {
            r: table(|pair| &pair.reward),
            c: table(|pair| &pair.leader),
            p: p.collect(),
            h: value(&game.payoff, at),
        }
    }

    /// The data without a population, what a linear payoff adds being part of the rewards.
    pub fn without_population(game: &Game, at: &At) -> Self {
        let mut at = at.clone();
        for k in 0..game.statistics.len() {
            at.insert(Variable::Statistic(k as u32), Rational::ZERO);
        }
        game.complete(&mut at);
        let mut data = Data::new(game, &at);
        for (t, pairs) in game.stages.iter().enumerate() {
            data.c[t] = (0..pairs.len()).map(|i| value(&game.lead(t, i), &at)).collect();
        }
        data
    }

    /// `r_i + sum P_i(s') w_{t+1}(s')`, `r` any table of numbers per pair.
    pub fn ahead(&self, r: &Table, t: usize, pair: usize, w: &Table) -> Rational {
        let mut sum = r[t][pair].clone();
        for (state, probability) in &self.p[t][pair] {
            sum += probability * &w[t + 1][*state];
        }
        sum
    }
}

/// The best values by backward induction, the greatest where `greatest` is set, of rewards `r`.
pub fn induction(game: &Game, data: &Data, r: &Table, greatest: bool) -> Table {
    let mut w: Table = vec![vec![Rational::ZERO; game.states]; game.stages.len()];
    for t in (0..game.stages.len()).rev() {
        for s in 0..game.states {
            let ahead = game.pairs_of(t, s).map(|pair| data.ahead(r, t, pair, &w));
            let best = if greatest { ahead.max() } else { ahead.min() };
            w[t][s] = best.expect("a pair");
        }
    }
    w
}

impl Game {
    /// The pairs of a site.
    pub fn pairs_of(&self, t: usize, s: usize) -> std::ops::Range<usize> {
        let before = |s: usize| self.stages[t].iter().filter(|pair| pair.state < s).count();
        before(s)..before(s + 1)
    }

    /// The inflow of every state of a stage.
    pub fn inflow(&self, data: &Data, d: &Table, t: usize) -> Vec<Rational> {
        if t == 0 {
            return self.initial.clone();
        }
        let mut inflow = vec![Rational::ZERO; self.states];
        for (pair, mass) in d[t - 1].iter().enumerate() {
            for (state, probability) in &data.p[t - 1][pair] {
                inflow[*state] += probability * mass;
            }
        }
        inflow
    }

    /// `sum M_k(i) d_i`.
    pub fn statistic_of(&self, k: usize, d: &Table) -> Rational {
        let (stage, weights) = &self.statistics[k];
        let terms =
            weights.iter().map(|(pair, weight)| &d[*stage as usize][*pair as usize] * weight);
        terms.fold(Rational::ZERO, |sum, term| sum + term)
    }

    /// What the payoff adds to the leader's reward per unit of a statistic, where it is linear in
    /// the statistics; `None` elsewhere.
    pub fn slopes(&self) -> Option<Vec<Polynomial>> {
        let mut slopes = vec![Polynomial::zero(); self.statistics.len()];
        for (monomial, value) in self.payoff.terms() {
            let is_statistic = |f: &&(Variable, u32)| !self.is_blind(f.0);
            let seen: Vec<_> = monomial.factors().iter().filter(is_statistic).collect();
            match seen.as_slice() {
                [] => {}
                [(Variable::Statistic(k), 1)] if (*k as usize) < slopes.len() => {
                    let others = monomial.factors().iter().filter(|f| !is_statistic(f));
                    let rest = Monomial::new(others.copied().collect());
                    slopes[*k as usize].add_term(rest, value.clone());
                }
                _ => return None,
            }
        }
        Some(slopes)
    }

    /// The leader's reward of a pair with what a linear payoff adds.
    pub fn lead(&self, t: usize, i: usize) -> Polynomial {
        let slopes = self.slopes().expect("a payoff that is linear in the statistics");
        let mut lead = self.stages[t][i].leader.clone();
        for ((stage, weights), slope) in self.statistics.iter().zip(slopes) {
            let here =
                weights.iter().filter(|weight| (*stage as usize, weight.0 as usize) == (t, i));
            for (_, weight) in here {
                lead = lead.plus(&slope, weight);
            }
        }
        lead
    }

    /// Coordinates of a decision.
    pub fn at(&self, u: &[Rational]) -> At {
        let name = |k: usize| Variable::Parameter(k as u32);
        let mut at = u.iter().enumerate().map(|(k, value)| (name(k), value.clone())).collect();
        self.complete(&mut at);
        at
    }

    /// The coordinate of a function.
    pub fn function_name(&self, j: usize) -> Variable {
        Variable::Statistic((self.statistics.len() + j) as u32)
    }

    /// Whether a coordinate does not depend on masses.
    pub fn is_blind(&self, variable: Variable) -> bool {
        let Variable::Statistic(k) = variable else { return true };
        let function = (k as usize).checked_sub(self.statistics.len());
        function.is_some_and(|j| self.functions[j].1.only(|variable| self.is_blind(variable)))
    }

    /// The values of functions whose arguments are known; those that are rational. One without a
    /// value, at statistics that nothing is said of, is 0.
    pub fn complete(&self, at: &mut At) {
        for (j, (function, argument, _)) in self.functions.iter().enumerate() {
            if !argument.only(|variable| at.contains_key(&variable)) {
                continue;
            }
            let argument = value(argument, at);
            let result = match function {
                Function::Abs if argument < Rational::ZERO => -argument,
                Function::Abs => argument,
                Function::Inverse if argument.is_zero() => argument,
                Function::Inverse => Rational::ONE / argument,
                other => panic!("{other:?} is not rational"),
            };
            at.insert(self.function_name(j), result);
        }
    }
}

/// The value of the left side of a row.
pub fn row_value(row: &Row, point: &Point) -> Rational {
    let mut sum = value(&row.constant, &point.at);
    for (t, pair, coefficient) in &row.mass {
        sum += value(coefficient, &point.at) * &point.d[*t as usize][*pair as usize];
    }
    for (side, t, state, coefficient) in &row.value {
        let table = match side {
            Side::Follower => &point.v,
            Side::Dual => &point.y,
            Side::Leader => &point.w,
        };
        sum += value(coefficient, &point.at) * &table[*t as usize][*state as usize];
    }
    sum + &row.loss * &point.loss + &row.reward * &point.reward
}

/// Whether a row holds.
pub fn holds(row: &Row, point: &Point) -> bool {
    let left = row_value(row, point);
    match row.sense {
        Sense::AtLeast => left >= Rational::ZERO,
        Sense::Equal => left.is_zero(),
        Sense::Above => left > Rational::ZERO,
    }
}

/// A game with the points that have been enumerated.
pub struct World {
    pub game: Game,
    /// Policies, as shares of each site's pairs, that populations are made of.
    policies: Vec<Table>,
    populations: RefCell<BTreeMap<Vec<Rational>, Points>>,
}

/// Points that are shared.
pub type Points = Rc<Vec<Rc<Point>>>;

impl World {
    pub fn new(game: Game, random: &mut Random) -> Self {
        let policies = policies(&game, random);
        World { game, policies, populations: RefCell::default() }
    }

    /// The pure policies.
    pub fn pure(&self) -> impl Iterator<Item = &Table> {
        let is_pure = |table: &&Table| {
            table.iter().flatten().all(|share| share.is_zero() || *share == Rational::ONE)
        };
        self.policies.iter().filter(is_pure)
    }

    /// Some decisions.
    pub fn decisions(&self) -> Vec<Vec<Rational>> {
        match &self.game.decisions {
            Decisions::List(list) => list.clone(),
            Decisions::Polytope { ends, .. } => {
                let mut points = vec![Vec::new()];
                for (lower, upper) in ends {
                    let part =
                        |k: i32| lower + (upper - lower) * Rational::from(k) / Rational::from(4);
                    let longer = |point: &Vec<Rational>| {
                        let with = |k: i32| [point.clone(), vec![part(k)]].concat();
                        (0..=4).map(with).collect::<Vec<_>>()
                    };
                    points = points.iter().flat_map(longer).collect();
                }
                points.retain(|point| self.is_decision(point));
                points
            }
        }
    }

    /// Whether a point is a decision.
    pub fn is_decision(&self, u: &[Rational]) -> bool {
        match &self.game.decisions {
            Decisions::List(list) => list.iter().any(|decision| decision == u),
            Decisions::Polytope { ends, grids, rows } => {
                let at = self.game.at(u);
                let inside = ends.iter().zip(u).all(|(ends, u)| ends.0 <= *u && *u <= ends.1);
                let on_grid = grids.iter().zip(u).all(|(grid, u)| match grid {
                    Grid::Continuous => true,
                    Grid::Points { origin, step } => ((u - origin) / step).denominator().is_one(),
                });
                let in_rows = rows.iter().all(|(equal, row)| {
                    let value = value(row, &at);
                    if *equal { value.is_zero() } else { value >= Rational::ZERO }
                });
                inside && on_grid && in_rows
            }
        }
    }

    /// The populations of all policies at a decision that are flows with masses at least 0.
    pub fn populations(&self, u: &[Rational]) -> Points {
        if let Some(found) = self.populations.borrow().get(u) {
            return Rc::clone(found);
        }
        let made = self.policies.iter().filter_map(|policy| self.population(u, policy));
        let made: Points = Rc::new(made.map(Rc::new).collect());
        self.populations.borrow_mut().insert(u.to_vec(), Rc::clone(&made));
        made
    }

    /// The population of a policy, stage by stage; probabilities see statistics that are known.
    pub fn population(&self, u: &[Rational], policy: &Table) -> Option<Point> {
        let game = &self.game;
        let mut at = game.at(u);
        let d = self.forward(policy, &mut at, true)?;
        for k in 0..game.statistics.len() {
            at.insert(Variable::Statistic(k as u32), game.statistic_of(k, &d));
        }
        game.complete(&mut at);
        Some(self.with_values(at, d))
    }

    /// The masses of a policy; statistics are those of the masses so far where they are `known`
    /// in time alone, and given otherwise. None where a mass is negative.
    fn forward(&self, policy: &Table, at: &mut At, known: bool) -> Option<Table> {
        let game = &self.game;
        let mut d: Table = Vec::new();
        let mut inflow = game.initial.clone();
        for (t, pairs) in game.stages.iter().enumerate() {
            let mass = |(i, pair): (usize, &crate::game::Pair)| &inflow[pair.state] * &policy[t][i];
            d.push(pairs.iter().enumerate().map(mass).collect());
            if d[t].iter().any(|mass| *mass < Rational::ZERO) {
                return None;
            }
            for k in (0..game.statistics.len()).filter(|k| game.statistics[*k].0 as usize == t) {
                if known {
                    at.insert(Variable::Statistic(k as u32), game.statistic_of(k, &d));
                }
            }
            game.complete(at);
            inflow = vec![Rational::ZERO; game.states];
            if t + 1 == game.stages.len() {
                break;
            }
            for (pair, mass) in pairs.iter().zip(&d[t]).filter(|(_, mass)| !mass.is_zero()) {
                for (state, probability) in &pair.to {
                    inflow[*state] += value(probability, at) * mass;
                }
            }
        }
        Some(d)
    }

    /// The point with these masses, all else computed at the coordinates.
    pub fn with_values(&self, at: At, d: Table) -> Point {
        let game = &self.game;
        let data = Data::new(game, &at);
        let v = induction(game, &data, &data.r, true);
        let z = |t: usize, i: usize| &v[t][game.stages[t][i].state] - data.ahead(&data.r, t, i, &v);
        let z: Table = (0..game.stages.len())
            .map(|t| (0..game.stages[t].len()).map(|i| z(t, i)).collect())
            .collect();
        let dot = |a: &Table, b: &Table| {
            let terms = a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b);
            terms.fold(Rational::ZERO, |sum, term| sum + term)
        };
        let initial = game.initial.iter().zip(&v[0]).map(|(mass, value)| mass * value);
        let earned = initial.fold(Rational::ZERO, |sum, term| sum + term);
        let (loss, reward) = match d.is_empty() {
            true => (Rational::ZERO, Rational::ZERO),
            false => (earned - dot(&data.r, &d), &data.h + dot(&data.c, &d)),
        };
        let (y, w, selected) = (Table::new(), Table::new(), Vec::new());
        Point { at, d, v, z, y, selected, w, loss, reward }
    }

    /// Flows at frozen statistics, of all policies, with masses at least 0.
    pub fn responses(&self, at: &At) -> Vec<Point> {
        let flows = self.policies.iter();
        let flows = flows.filter_map(|policy| self.forward(policy, &mut at.clone(), false));
        flows.map(|d| self.with_values(at.clone(), d)).collect()
    }
}

/// Shares of pairs at every site: all pure ones, and some mixed ones.
fn policies(game: &Game, random: &mut Random) -> Vec<Table> {
    let sites: Vec<(usize, std::ops::Range<usize>)> = (0..game.stages.len())
        .flat_map(|t| (0..game.states).map(move |s| (t, s)))
        .map(|(t, s)| (t, game.pairs_of(t, s)))
        .collect();
    let empty: Table = game.stages.iter().map(|pairs| vec![Rational::ZERO; pairs.len()]).collect();
    let with = |choose: &mut dyn FnMut(usize, usize) -> Vec<Rational>| {
        let mut policy = empty.clone();
        for (number, (t, pairs)) in sites.iter().enumerate() {
            for (pair, share) in pairs.clone().zip(choose(number, pairs.len())) {
                policy[*t][pair] = share;
            }
        }
        policy
    };
    let unit = |chosen: usize, len: usize| {
        (0..len).map(|k| Rational::from(u8::from(k == chosen))).collect::<Vec<_>>()
    };
    let count: usize = sites.iter().map(|(_, pairs)| pairs.len()).product();
    let mut result = Vec::new();
    // Exact values need all pure policies; elsewhere some do.
    let all = super::exact::is_free(game) || count <= 16;
    for code in 0..if all { count } else { 16 } {
        let mut rest = if all { code } else { random.below(count) };
        result.push(with(&mut |_, len| {
            let chosen = rest % len;
            rest /= len;
            unit(chosen, len)
        }));
    }
    for _ in 0..20 {
        result.push(with(&mut |_, len| {
            if len != 2 || random.once_in(3) {
                return unit(random.below(len), len);
            }
            let share = Rational::from(1 + random.below(7)) / Rational::from(8);
            let share = if random.once_in(2) { share } else { crate::text::n("1/3") };
            vec![Rational::ONE - &share, share]
        }));
    }
    result
}
