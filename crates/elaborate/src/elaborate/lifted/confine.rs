//! One round of regrets on a box (docs/certificate.md, (Z)): backwards what regrets are at least,
//! then forwards and backwards through the stages where masses can be.

use super::combine::Multipliers;
use super::cube::lowest;
use super::data::BoxGame;
use super::dyadic::{Short, nearest};
use super::facts::{Facts, Parts, Source, Totals};
use super::monomials::Terms;
use super::stage_box::{MassRow, StageBox, Void};

/// What a round finds, as combinations of rows.
#[derive(Debug)]
pub(super) enum Found {
    /// A combination that is negative.
    Nothing(Multipliers),
    /// For each statistic, what shows its lower end and its upper end.
    Ends(Vec<[Multipliers; 2]>),
}

/// What the masses of a stage are weighed with.
struct Weights {
    regret: Vec<f64>,
    /// Not above `sigma` times the leader's reward.
    leader: Vec<f64>,
    /// Statistics in use with their weights.
    statistics: Vec<(usize, Vec<f64>)>,
    /// Per next state, ends of the probabilities that lead there.
    into: Vec<(Vec<f64>, Vec<f64>)>,
}

/// What a stage contributes to a sum over the stages at least, and what this rests on.
type Part = (f64, Option<Source>);

/// Parts of the stages in sums over the stages.
struct AllParts {
    regret: Vec<Part>,
    leader: Vec<Part>,
    /// `[statistic][stage]`: least, and least of the negative.
    statistics: Vec<Vec<[Part; 2]>>,
}

/// The sum of the parts of all stages but one.
fn rest<'p>(parts: impl Iterator<Item = &'p Part>, except: Option<usize>) -> (f64, Parts) {
    let kept = parts.enumerate().filter(|(t, _)| Some(*t) != except);
    let (mut value, mut used) = (0.0, Parts::new());
    for (_, part) in kept {
        value += part.0;
        used.extend(part.1.map(|source| (source, 1.0)));
    }
    (value, used)
}

fn least_of(terms: &[(u32, f64)], game: &BoxGame) -> f64 {
    lowest(terms, &game.monomials)
}

fn greatest_of(terms: &[(u32, f64)], game: &BoxGame) -> f64 {
    let negated: Terms = terms.iter().map(|&(number, value)| (number, -value)).collect();
    -lowest(&negated, &game.monomials)
}

fn weights(game: &BoxGame, t: usize, regret: &[f64]) -> Weights {
    let (stage, count) = (&game.stages[t], game.stages[t].pairs.len());
    let leader = |pair: usize| {
        let terms = stage.leader.of(pair);
        if game.sigma > 0.0 { least_of(terms, game) } else { -greatest_of(terms, game) }
    };
    let mut statistics: Vec<(usize, Vec<f64>)> = Vec::new();
    for (pair, weights) in stage.weights.iter().enumerate() {
        for &(k, weight) in weights {
            let place = statistics.iter().position(|(own, _)| *own == k).unwrap_or_else(|| {
                statistics.push((k, vec![0.0; count]));
                statistics.len() - 1
            });
            statistics[place].1[pair] = weight;
        }
    }
    let mut into = Vec::new();
    if let Some((successors, table)) = &stage.transition {
        let states = game.stages.get(t + 1).map_or(0, |next| next.pairs.states());
        into = vec![(vec![0.0; count], vec![0.0; count]); states];
        for pair in 0..count {
            for entry in successors.of_pair(pair) {
                let (lows, highs) = &mut into[successors.state[entry] as usize];
                lows[pair] += least_of(table.of(entry), game).max(0.0);
                highs[pair] += greatest_of(table.of(entry), game).min(1.0);
            }
        }
    }
    let leader = (0..count).map(leader).collect();
    Weights { regret: regret.to_vec(), leader, statistics, into }
}

/// A round in progress.
struct Round<'g> {
    game: &'g BoxGame,
    weights: Vec<Weights>,
    boxes: Vec<StageBox>,
    parts: AllParts,
    facts: Facts,
    payoff: f64,
}

impl BoxGame {
    /// One round, with these regrets per stage and pair.
    pub(super) fn confine(&self, regrets: &[Vec<f64>]) -> Found {
        let mut round = Round::new(self, regrets);
        match round.run() {
            Ok(()) => {
                let ends = (0..self.region.len()).map(|k| [round.end(k, 0), round.end(k, 1)]);
                Found::Ends(ends.collect())
            }
            Err(Void(parts)) => Found::Nothing(round.multipliers(&parts)),
        }
    }
}

impl<'g> Round<'g> {
    fn new(game: &'g BoxGame, regrets: &[Vec<f64>]) -> Self {
        let stages = game.stages.len();
        let pairs = |t: usize| {
            let pairs = &game.stages[t].pairs;
            (0..pairs.states()).map(|s| pairs.of_state(s)).collect()
        };
        let mut boxes: Vec<StageBox> = (0..stages).map(|t| StageBox::new(pairs(t))).collect();
        let mut facts = Facts::default();
        for (s, &mass) in game.initial.iter().enumerate() {
            let flow = Source::Flow(0, s as u32);
            boxes[0].mass_low[s] = (mass, Some(facts.add(vec![(flow, -1.0)])));
            boxes[0].mass_high[s] = (mass, Some(facts.add(vec![(flow, 1.0)])));
        }
        let payoff = game.payoff.of(0);
        Round {
            game,
            weights: (0..stages).map(|t| weights(game, t, &regrets[t])).collect(),
            boxes,
            parts: AllParts {
                regret: vec![(0.0, None); stages],
                leader: vec![(0.0, None); stages],
                statistics: vec![vec![[(0.0, None); 2]; stages]; game.region.len()],
            },
            facts,
            payoff: if game.sigma > 0.0 {
                least_of(payoff, game)
            } else {
                -greatest_of(payoff, game)
            },
        }
    }

    /// Forwards and backwards; an error when no masses are left.
    fn run(&mut self) -> Result<(), Void> {
        let stages = self.boxes.len();
        for t in 0..stages {
            self.update(t)?;
        }
        for t in (0..stages).chain((0..stages).rev()) {
            for row in self.rows(t) {
                self.boxes[t].apply(&row, &mut self.facts)?;
            }
            self.update(t)?;
            self.pass_on(t)?;
        }
        let (least, mut parts) = rest(self.parts.leader.iter(), None);
        if least + self.payoff >= self.game.value {
            parts.push((Source::Objective, 1.0));
            return Err(Void(parts));
        }
        Ok(())
    }

    /// What is said of the masses of a stage by the other stages.
    fn rows(&self, t: usize) -> Vec<MassRow> {
        let own = &self.weights[t];
        let negated = |values: &[f64]| values.iter().map(|value| -value).collect::<Vec<f64>>();
        let mut rows = Vec::new();
        for (k, weights) in &own.statistics {
            let (low, high) = self.game.region[*k];
            let link = Source::Link(*k as u32);
            for (side, sign, end) in [(1, 1.0, low), (0, -1.0, -high)] {
                // sign M d >= end, the other stages at most what they are.
                let stages = self.parts.statistics[*k].iter().map(|parts| &parts[side]);
                let (value, mut parts) = rest(stages, Some(t));
                parts.push((link, sign));
                let coefficients = weights.iter().map(|weight| sign * weight).collect();
                rows.push(MassRow { coefficients, side: end + value, parts });
            }
        }
        let (value, mut parts) = rest(self.parts.regret.iter(), Some(t));
        parts.push((Source::Regret, 1.0));
        let side = value - self.game.epsilon;
        rows.push(MassRow { coefficients: negated(&own.regret), side, parts });
        let (value, mut parts) = rest(self.parts.leader.iter(), Some(t));
        parts.push((Source::Objective, 1.0));
        let side = value + self.payoff - self.game.value;
        rows.push(MassRow { coefficients: negated(&own.leader), side, parts });
        for (place, (low, high)) in own.into.iter().enumerate() {
            let flow = Source::Flow(t as u32 + 1, place as u32);
            let next = &self.boxes[t + 1];
            let (least, greatest) = (next.mass_low[place], next.mass_high[place]);
            let with = |source: Option<Source>, sign: f64| {
                source.map(|source| (source, 1.0)).into_iter().chain([(flow, sign)]).collect()
            };
            let parts = with(least.1, 1.0);
            rows.push(MassRow { coefficients: high.clone(), side: least.0, parts });
            let parts = with(greatest.1, -1.0);
            rows.push(MassRow { coefficients: negated(low), side: -greatest.0, parts });
        }
        rows
    }

    /// What a stage contributes to the sums.
    fn update(&mut self, t: usize) -> Result<(), Void> {
        let (own, masses, facts) = (&self.weights[t], &mut self.boxes[t], &mut self.facts);
        let (value, parts) = masses.least(|i| own.regret[i])?;
        self.parts.regret[t] = (value, Some(facts.add(parts)));
        let (value, parts) = masses.least(|i| own.leader[i])?;
        self.parts.leader[t] = (value, Some(facts.add(parts)));
        for (k, weights) in &own.statistics {
            let (value, parts) = masses.least(|i| weights[i])?;
            let least = (value, Some(facts.add(parts)));
            let (value, parts) = masses.least(|i| -weights[i])?;
            self.parts.statistics[*k][t] = [least, (value, Some(facts.add(parts)))];
        }
        Ok(())
    }

    /// What of a stage reaches the next one.
    fn pass_on(&mut self, t: usize) -> Result<(), Void> {
        for (place, (low, high)) in self.weights[t].into.iter().enumerate() {
            let flow = Source::Flow(t as u32 + 1, place as u32);
            let (value, mut parts) = self.boxes[t].least(|i| low[i])?;
            let (negative, mut others) = self.boxes[t].least(|i| -high[i])?;
            let next = &mut self.boxes[t + 1];
            if value > next.mass_low[place].0 {
                parts.push((flow, -1.0));
                next.mass_low[place] = (value, Some(self.facts.add(parts)));
            }
            if -negative < next.mass_high[place].0 {
                others.push((flow, 1.0));
                next.mass_high[place] = (-negative, Some(self.facts.add(others)));
            }
        }
        Ok(())
    }

    /// What shows an end of a statistic: side 0 its lower end.
    fn end(&self, k: usize, side: usize) -> Multipliers {
        let stages = self.parts.statistics[k].iter().map(|parts| &parts[side]);
        let (_, mut parts) = rest(stages, None);
        parts.push((Source::Link(k as u32), if side == 0 { -1.0 } else { 1.0 }));
        self.multipliers(&parts)
    }

    fn multipliers(&self, parts: &Parts) -> Multipliers {
        let sizes: Vec<usize> = self.game.stages.iter().map(|stage| stage.pairs.states()).collect();
        let Totals { links, flow, regret, objective } =
            self.facts.totals(parts, self.game.region.len(), &sizes);
        let bits = self.game.bits;
        let short = |value: f64| Short::constant(nearest(value, bits));
        let links = links.into_iter().enumerate().filter(|link| link.1 != 0.0);
        Multipliers {
            objective: nearest(objective, bits).max(0.0),
            links: links.map(|(k, value)| (k, short(-value))).collect(),
            flow: flow.iter().map(|row| row.iter().map(|value| short(-value)).collect()).collect(),
            rounded_for: self.game.region.clone(),
            regret: nearest(regret, bits).max(0.0),
            ..Multipliers::default()
        }
    }
}
