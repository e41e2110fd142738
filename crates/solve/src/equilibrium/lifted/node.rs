//! One box: relaxation, proof, narrowing, populations, branching.

use super::least::reference_of;
use super::model::{BoxData, ONE};
use super::relaxation::{Cut, Goal, Start};
use super::search::LiftedSearch;
use super::tree::{Closing, Node};
use crate::certificate::{Ends, LiftedStep, REFERENCE_BITS};
use crate::equilibrium::Control;
use crate::lp::{LpPoint, LpStatus};

/// Rounds of separation per relaxation.
const MOST_ROUNDS: usize = 30;
/// Times a box is narrowed and solved again before it is cut.
const MOST_NARROWINGS: usize = 6;
/// A narrowing is kept when it takes at least this share of the range.
const WORTHWHILE: f64 = 0.02;
/// The relaxation is solved again when the box has lost at least this share of its volume.
const AGAIN: f64 = 0.3;
/// When less than this share of the volume is lost, the children are not narrowed.
const STIFF: f64 = 0.9;
/// Local searches from so many boxes in a row without anything better found, then only at every so
/// many boxes.
const PERSISTENT: usize = 4;
const SELDOM: usize = 8;
/// Deviation rows violated by less, in units of the game's scale, are not added.
const VIOLATION: f64 = 1e-9;
/// What is kept back from narrowings and from proofs that a box is empty, in units of the game's
/// scale.
const MARGIN: f64 = 1e-9;
/// Boxes narrower than this share of the root box are not cut.
const NARROWEST: f64 = 1e-9;
/// Ratio of ranges, relative to the root box, beyond which the wider one is cut.
const MOST_UNEVEN: f64 = 16.0;
/// Rounds of regrets per box.
const MOST_CONFINEMENTS: usize = 4;
/// Share of boxes closed by regrets, lately, from which on linear programmes are solved only for
/// one in so many generations of boxes.
const ENOUGH_BY_REGRETS: f64 = 0.2;
const ONCE_IN: usize = 4;
/// Weight of the last box in what happened lately.
const LATELY: f64 = 0.05;
/// Radii of the first steps of local searches, as shares of the ranges of statistics.
const LEAST_RADIUS: f64 = 1e-5;
const GREATEST_RADIUS: f64 = 0.1;
/// No cut closer to the end of a range than this share.
const CLOSEST: f64 = 0.15;

/// How the relaxation of a box ended.
enum Outcome {
    /// Nothing more to do: its bound suffices, or it is empty.
    Closed,
    /// A point whose box is to be narrowed or cut.
    Point(LpPoint),
    /// No answer.
    Unsolved,
}

impl LiftedSearch {
    /// Solves the relaxation of a box, narrows it, and closes it or cuts it in two.
    pub(super) fn solve_node(&mut self, index: usize, control: &Control) {
        let mut start = std::mem::take(&mut self.nodes[index].start);
        if self.nodes[index].inherited >= self.target() {
            // The parent's own proof suffices by now.
            return;
        }
        if self.regrets {
            let closed = self.confine(index, control);
            self.by_regrets += LATELY * (f64::from(u8::from(closed)) - self.by_regrets);
            if closed {
                return;
            }
            let unsolved = self.nodes[index].unsolved + 1;
            if self.by_regrets > ENOUGH_BY_REGRETS && unsolved < ONCE_IN && !control.stopped() {
                self.nodes[index].unsolved = unsolved;
                return self.branch(index, &Outcome::Unsolved, &start);
            }
        }
        self.nodes[index].unsolved = 0;
        let mut last = Outcome::Unsolved;
        // Where it was in vain one generation is left out.
        let skip = std::mem::take(&mut self.nodes[index].stiff);
        for round in 0..MOST_NARROWINGS {
            let region = self.nodes[index].region.clone();
            let data = self.model.on_box(&region);
            last = self.relax(index, &data, &start, control);
            let Outcome::Point(point) = &last else { break };
            if control.stopped() {
                break;
            }
            start = self.relaxation.start(&region);
            if round == 0 {
                if self.since_improved < PERSISTENT || self.since_improved.is_multiple_of(SELDOM) {
                    let flow = self.flow_of(&point.columns_approx);
                    self.populations(&flow, &region);
                }
                self.since_improved += 1;
            }
            if skip {
                break;
            }
            let seen = self.coordinates(&point.columns_approx);
            let left = self.narrow(index, &data, seen, control);
            self.nodes[index].stiff = left > STIFF;
            if self.nodes[index].own() >= self.target() {
                last = Outcome::Closed;
                break;
            }
            if left > 1.0 - AGAIN {
                break;
            }
        }
        if !matches!(last, Outcome::Closed) && !control.stopped() {
            self.branch(index, &last, &start);
        }
    }

    /// Makes a box smaller by rounds of regrets; whether its bound suffices then.
    fn confine(&mut self, index: usize, control: &Control) -> bool {
        for _ in 0..MOST_CONFINEMENTS {
            let region = self.nodes[index].region.clone();
            let data = self.model.on_box(&region);
            let cutoff = self.target();
            let Ok(confined) = self.model.confine(&data, cutoff) else {
                self.least_cutoff = self.least_cutoff.min(cutoff);
                self.nodes[index].keep(Closing::Void, f64::INFINITY);
                return true;
            };
            self.nodes[index].keep(Closing::Void, confined.floor.min(cutoff));
            if self.nodes[index].own() >= cutoff {
                return true;
            }
            let mut ends = Vec::new();
            for (k, (&(low, high), &(least, greatest))) in
                region.iter().zip(&confined.ends).enumerate()
            {
                let short = |end| self.model.short(end, high - low);
                let least = self.model.floor(least).map_or(low, |end| short(end).max(low));
                let greatest =
                    self.model.floor(-greatest).map_or(high, |end| (-short(end)).min(high));
                let gained =
                    ((least - low) + (high - greatest)) as f64 / (high - low).max(1) as f64;
                if gained >= WORTHWHILE && least <= greatest {
                    ends.push(Ends { statistic: k, low: least, high: greatest });
                }
            }
            if ends.is_empty() || control.stopped() {
                break;
            }
            self.least_cutoff = self.least_cutoff.min(cutoff);
            let node = &mut self.nodes[index];
            ends.iter().for_each(|end| node.region[end.statistic] = (end.low, end.high));
            node.tightened.push(LiftedStep::Confine(ends));
        }
        false
    }

    /// Solves the relaxation with separation, and proves its bound.
    fn relax(&mut self, index: usize, data: &BoxData, start: &Start, control: &Control) -> Outcome {
        let mut start = start.clone();
        for (cut, _) in start.cuts.iter_mut() {
            if let Cut::Deviation { policy, reference, floor } = cut {
                *reference = moved(reference, &start.region, &self.nodes[index].region);
                *floor = self.model.deviation_floor(data, &self.policies[*policy], reference);
            }
        }
        self.relaxation.load(&mut self.model, data, &start);
        let mut best: Option<LpPoint> = None;
        for _ in 0..MOST_ROUNDS {
            match self.relaxation.solve(Goal::Objective) {
                LpStatus::Optimal => {}
                LpStatus::Infeasible => {
                    let ray = self.relaxation.farkas();
                    let multipliers =
                        ray.and_then(|ray| self.relaxation.multipliers(&self.model, &ray, true));
                    if let Some(multipliers) = multipliers
                        && self.model.combination(data, &self.policies, &multipliers, None)
                            > MARGIN * self.model.scale
                        && multipliers.objective == 0
                    {
                        self.nodes[index].keep(Closing::Leaf(multipliers), f64::INFINITY);
                        return Outcome::Closed;
                    }
                    break;
                }
                _ => break,
            }
            let Some(point) = self.relaxation.point() else { break };
            let value = point.columns_approx[self.relaxation.layout.objective];
            let enough = value >= self.target() + MARGIN * self.model.scale;
            let added = if enough || control.stopped() {
                0
            } else {
                self.relaxation.separate(&mut self.model, data, &point.columns_approx)
                    + self.separate_deviations(data, &point.columns_approx)
            };
            best = Some(point);
            if added == 0 {
                break;
            }
        }
        let Some(point) = best else { return Outcome::Unsolved };
        if let Some(multipliers) =
            self.relaxation.multipliers(&self.model, &point.row_duals_approx, false)
            && multipliers.objective > 0
        {
            let omega = self.model.real(multipliers.objective);
            let bound = self.model.combination(data, &self.policies, &multipliers, None) / omega;
            self.nodes[index].keep(Closing::Leaf(multipliers), bound);
            if bound >= self.target() {
                return Outcome::Closed;
            }
        }
        Outcome::Point(point)
    }

    /// The coordinates of a point of the relaxation.
    fn coordinates(&self, columns: &[f64]) -> Vec<f64> {
        let at = |k: usize| {
            self.relaxation
                .layout
                .scalar(k + 1)
                .map_or(0.5, |column| columns[column].clamp(0.0, 1.0))
        };
        (0..self.model.statistics).map(at).collect()
    }

    /// Adds violated deviation rows: the best response at the point, and known ones linearised
    /// there.
    fn separate_deviations(&mut self, data: &BoxData, columns: &[f64]) -> usize {
        let lambda = self.coordinates(columns);
        let x: Vec<f64> =
            lambda.iter().enumerate().map(|(k, t)| data.low[k] + data.width[k] * t).collect();
        let frozen = self.model.frozen(&x);
        let (_, response) = self.model.best_response(&frozen);
        let response = self.policy(response);
        let mut earned = 0.0;
        for (t, stage) in data.stages.iter().enumerate() {
            for (pair, terms) in stage.reward.iter().enumerate() {
                for &(m, c) in terms {
                    earned += self
                        .relaxation
                        .layout
                        .column(t, pair, m)
                        .map_or(0.0, |column| c * columns[column]);
                }
            }
        }
        let mut tried = vec![response];
        for cut in &self.relaxation.cuts {
            if let Cut::Deviation { policy, .. } = cut
                && !tried.contains(policy)
            {
                tried.push(*policy);
            }
        }
        let reference = reference_of(&lambda);
        let mut added = 0;
        for policy in tried {
            let floor = self.model.deviation_floor(data, &self.policies[policy], &reference);
            if floor.at(&lambda) - earned - self.model.epsilon > VIOLATION * self.model.scale {
                let cut = Cut::Deviation { policy, reference: reference.clone(), floor };
                self.relaxation.add_cut(cut, &mut self.model, data);
                added += 1;
            }
        }
        added
    }

    /// The masses in a point of the relaxation.
    fn flow_of(&self, columns: &[f64]) -> Vec<Vec<f64>> {
        let of_stage = |stage: &Vec<Vec<(usize, usize)>>| {
            stage
                .iter()
                .map(|monomials| monomials.first().map_or(0.0, |&(_, column)| columns[column]))
                .collect()
        };
        self.relaxation.layout.columns.iter().map(of_stage).collect()
    }

    /// Local search from a point of the relaxation, no further at first than the box is wide: a
    /// small box is about one optimum.
    fn populations(&mut self, flow: &[Vec<f64>], region: &[(i64, i64)]) {
        let first: Vec<Vec<usize>> = self
            .model
            .shapes
            .iter()
            .map(|shape| (0..shape.pairs.states()).map(|s| shape.pairs.of_state(s).start).collect())
            .collect();
        let response = self.model.population(self.model.play_of_flow(flow, &first)).response;
        let start = self.model.population(self.model.play_of_flow(flow, &response));
        let share = |(&(low, high), &(least, greatest)): (&(i64, i64), &(i64, i64))| {
            (high - low) as f64 / (greatest - least).max(1) as f64
        };
        let widest = region.iter().zip(&self.model.root).map(share).fold(0.0, f64::max);
        self.pull(&start);
        self.improve(start, widest.clamp(LEAST_RADIUS, GREATEST_RADIUS));
    }

    /// Narrows the box by two programmes per statistic; the share of its volume that is left.
    ///
    /// `seen` is a point of the relaxation below the cut-off: an end that such a point touches
    /// cannot be moved.
    fn narrow(&mut self, index: usize, data: &BoxData, seen: Vec<f64>, control: &Control) -> f64 {
        let Some(incumbent) = &self.incumbent else { return 1.0 };
        let cutoff = incumbent.leader - 0.5 * self.width(incumbent.leader);
        let mut left = 1.0;
        let mut region = self.nodes[index].region.clone();
        let mut shown = Vec::new();
        let mut reached: Vec<(f64, f64)> =
            seen.into_iter().map(|lambda| (lambda, lambda)).collect();
        for k in 0..self.model.statistics {
            for upper in [false, true] {
                if control.stopped() || data.width[k] <= 0.0 {
                    continue;
                }
                if (upper && reached[k].1 > 1.0 - WORTHWHILE)
                    || (!upper && reached[k].0 < WORTHWHILE)
                {
                    continue;
                }
                let sign = if upper { -1.0 } else { 1.0 };
                let (duals, empty) =
                    match self.relaxation.solve(Goal::Statistic { k, sign, cutoff }) {
                        LpStatus::Optimal => {
                            let point = self.relaxation.point();
                            if let Some(point) = &point {
                                for (ends, lambda) in
                                    reached.iter_mut().zip(self.coordinates(&point.columns_approx))
                                {
                                    *ends = (ends.0.min(lambda), ends.1.max(lambda));
                                }
                            }
                            (point.map(|point| point.row_duals_approx), false)
                        }
                        LpStatus::Infeasible => (self.relaxation.farkas(), true),
                        _ => (None, false),
                    };
                let Some(mut duals) = duals else { continue };
                if !empty {
                    duals.iter_mut().for_each(|y| *y *= data.width[k]);
                }
                let Some(multipliers) = self.relaxation.multipliers(&self.model, &duals, empty)
                else {
                    continue;
                };
                let omega = self.model.real(multipliers.objective);
                if empty {
                    let least = self.model.combination(data, &self.policies, &multipliers, None);
                    if omega > 0.0 {
                        self.nodes[index].keep(Closing::Leaf(multipliers), least / omega);
                    } else if least > MARGIN * self.model.scale {
                        self.nodes[index].keep(Closing::Leaf(multipliers), f64::INFINITY);
                    }
                    if self.nodes[index].own() >= self.target() {
                        return 0.0;
                    }
                    continue;
                }
                let least =
                    self.model.combination(data, &self.policies, &multipliers, Some((k, sign)))
                        - omega * cutoff;
                let (low, high) = self.nodes[index].region[k];
                // sign * x_k >= least on what is of interest.
                let Some(bound) = self
                    .model
                    .floor(least - MARGIN * self.model.scale)
                    .map(|n| self.model.short(n, high - low))
                    .map(|n| if upper { -n } else { n })
                else {
                    continue;
                };
                let gained = (if upper { high - bound } else { bound - low }) as f64
                    / (high - low).max(1) as f64;
                if gained >= WORTHWHILE {
                    self.least_cutoff = self.least_cutoff.min(cutoff);
                    left *= 1.0 - gained.min(1.0);
                    if upper {
                        region[k].1 = bound;
                    } else {
                        region[k].0 = bound;
                    }
                    shown.push(LiftedStep::Tighten { statistic: k, upper, bound, multipliers });
                }
            }
        }
        if !shown.is_empty() {
            let node = &mut self.nodes[index];
            node.tightened.extend(shown);
            node.tightened.push(LiftedStep::Narrow);
            node.empty = region.iter().any(|(low, high)| low > high);
            node.region = region;
        }
        left
    }

    /// Cuts the box in two: the statistic whose products are farthest from the truth, near the
    /// point of the relaxation.
    fn branch(&mut self, index: usize, outcome: &Outcome, start: &Start) {
        let region = self.nodes[index].region.clone();
        let widths: Vec<f64> =
            region.iter().map(|&(low, high)| self.model.real(high - low)).collect();
        let relative: Vec<f64> = widths
            .iter()
            .zip(&self.model.root)
            .map(|(width, &(low, high))| width / self.model.real(high - low).max(1e-300))
            .collect();
        let mut scores = relative.iter().map(|share| 1e-9 * share).collect::<Vec<f64>>();
        let mut hint = None;
        if let Outcome::Point(point) = outcome {
            let lambda = self.coordinates(&point.columns_approx);
            for columns in self.relaxation.layout.columns.iter().flatten() {
                let mass = columns.first().map_or(0.0, |&(_, column)| point.columns_approx[column]);
                for &(m, column) in columns.iter().filter(|(m, _)| *m != ONE) {
                    let error = (point.columns_approx[column]
                        - self.model.monomials.value(m, &lambda) * mass)
                        .abs();
                    for (k, _) in self.model.monomials.exponents(m) {
                        scores[k] += error * relative[k];
                    }
                }
            }
            for &(m, column) in &self.relaxation.layout.scalars {
                let error =
                    (point.columns_approx[column] - self.model.monomials.value(m, &lambda)).abs();
                for (k, _) in self.model.monomials.exponents(m) {
                    scores[k] += error * relative[k];
                }
            }
            hint = Some(lambda);
        }
        let Some(k) = (0..scores.len())
            .filter(|&k| region[k].1 - region[k].0 > 1)
            .max_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(b.cmp(&a)))
        else {
            return;
        };
        // A range far wider than the one with the largest errors has to be cut some time, or its
        // errors never vanish.
        let widest = (0..relative.len())
            .max_by(|&a, &b| relative[a].total_cmp(&relative[b]).then(b.cmp(&a)))
            .unwrap_or(k);
        let k = if relative[widest] > MOST_UNEVEN * relative[k] { widest } else { k };
        if relative[k] < NARROWEST {
            return;
        }
        let (low, high) = region[k];
        let share = hint
            .as_ref()
            .map_or(0.5, |lambda| (0.75 * lambda[k] + 0.125).clamp(CLOSEST, 1.0 - CLOSEST));
        // At the ends of a range products are exact: where the incumbent is well inside, the cut
        // goes through it.
        let width = self.model.real(high - low).max(f64::MIN_POSITIVE);
        let known = self
            .incumbent
            .as_ref()
            .map(|population| (population.x[k] - self.model.real(low)) / width);
        let share = known.filter(|t| (CLOSEST..=1.0 - CLOSEST).contains(t)).unwrap_or(share);
        let point = low + ((high - low) as f64 * share) as i64;
        let point = self.model.short(point, high - low).clamp(low, high);
        let inherited = self.nodes[index].own().max(self.nodes[index].inherited);
        let mut children = [region.clone(), region];
        children[0][k].1 = point;
        children[1][k].0 = point;
        let first = self.nodes.len();
        let (stiff, unsolved) = (self.nodes[index].stiff, self.nodes[index].unsolved);
        for child in children {
            self.open.push(self.nodes.len());
            let mut node = Node::new(child, inherited, start.clone());
            node.stiff = stiff;
            node.unsolved = unsolved;
            self.nodes.push(node);
        }
        self.nodes[index].split = Some((k, point, first, first + 1));
    }
}

/// A reference point of one box in the coordinates of another.
fn moved(reference: &[u32], from: &[(i64, i64)], to: &[(i64, i64)]) -> Vec<u32> {
    let unit = f64::from(1u32 << REFERENCE_BITS);
    let ends = from.iter().zip(to);
    type Interval = (i64, i64);
    let one = |(&t, (&(low, high), &(new_low, new_high))): (&u32, (&Interval, &Interval))| {
        let value = low as f64 + (high - low) as f64 * f64::from(t) / unit;
        let share = (value - new_low as f64) / ((new_high - new_low).max(1)) as f64;
        (share.clamp(0.0, 1.0) * unit).round() as u32
    };
    reference.iter().zip(ends).map(one).collect()
}
