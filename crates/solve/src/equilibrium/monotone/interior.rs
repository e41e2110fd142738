//! The interior point on the normalised saddle problem.
//!
//! With `delta` the inverse of the multiplier of the budget, `B d = B e = b` the flow equations and
//! `H d` the loss of reward at `d`,
//!
//! ```text
//! min over d, max over e of   delta cost'd + (r0 - H d)'(e - d)
//! w = delta cost - r0 - H'e + (H + H')d - B'y >= 0,    z = -B'n - r0 + H d >= 0,
//! d w = e z = mu   per pair.
//! ```
//!
//! `n` is minus the followers' values. For eps > 0, `delta` becomes an unknown near the solution,
//! with target `E := -b'n - r0'd + d'H d = eps + (number of pairs) mu`; on the path `E` is about
//! `Expl(d) + (number of pairs) mu`.

use super::dense::axpy;
use super::model::{Model, Table};
use super::newton::{Both, Newton, Point, balance};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The budget of the equilibria that the bound is about.
    pub(crate) epsilon: f64,
    /// `delta` where it is fixed; where it starts otherwise.
    pub(crate) delta: f64,
    /// Whether `delta` stays.
    pub(crate) fixed: bool,
    /// Wanted distance of bound and witness.
    pub(crate) gap: f64,
}

/// A bound of `cost'd` and what shows it.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) value: f64,
    pub(crate) delta: f64,
    /// A flow.
    pub(crate) deviation: Table,
    /// A flow at whose statistics tangents are taken.
    pub(crate) flow: Table,
}

/// A flow with its exploitability.
#[derive(Debug, Clone)]
pub(crate) struct Witness {
    pub(crate) value: f64,
    pub(crate) exploitability: f64,
    pub(crate) flow: Table,
}

/// What was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) bound: Option<Bound>,
    pub(crate) witness: Option<Witness>,
    /// The flow with the least exploitability.
    pub(crate) near: Option<Witness>,
    pub(crate) iterations: usize,
    /// The flow that is nearest to the saddle, and how near it is.
    pub(crate) nearest: Option<Witness>,
    pub(crate) apart: f64,
    /// Whether `delta` grew without end: the budget does not bind.
    pub(crate) slack: bool,
    /// A point in the middle of the way, from which runs for other costs may start.
    pub(crate) middle: Option<State>,
}

impl Default for Found {
    fn default() -> Self {
        Found {
            bound: None,
            witness: None,
            near: None,
            iterations: 0,
            nearest: None,
            apart: f64::INFINITY,
            slack: false,
            middle: None,
        }
    }
}

impl Found {
    /// Whether bound and witness are as close as is wanted.
    pub(crate) fn closed(&self, gap: f64) -> bool {
        match (&self.bound, &self.witness) {
            (Some(bound), Some(witness)) => witness.value - bound.value <= gap,
            _ => false,
        }
    }

    /// Keeps the better bound and the better witness.
    pub(crate) fn improve(&mut self, other: Found) {
        let better =
            |own: &Option<Bound>, new: &Bound| own.as_ref().is_none_or(|own| new.value > own.value);
        if let Some(bound) = other.bound.filter(|bound| better(&self.bound, bound)) {
            self.bound = Some(bound);
        }
        let better = |own: &Option<Witness>, new: &Witness| {
            own.as_ref().is_none_or(|own| new.value < own.value)
        };
        if let Some(witness) = other.witness.filter(|witness| better(&self.witness, witness)) {
            self.witness = Some(witness);
        }
        self.iterations += other.iterations;
    }
}

const MOST_ITERATIONS: usize = 80;
/// Halvings of a change of `delta`.
const MOST_PARTS: usize = 4;
/// A budget with a multiplier below the inverse of this hardly binds.
const MOST_DELTA: f64 = 1e3;
/// Complementarity in the middle of the way.
const MIDDLE: f64 = 1e-3;
/// The least complementarity that is aimed at, relative to what the wanted gap allows: beyond it
/// nothing is gained, and digits are lost.
const LEAST_SHARE: f64 = 0.1;
/// Complementarity relative to the budget at which the right `delta` is foreseen: later a change
/// would leave only short steps.
const FORESIGHT: f64 = 100.0;
/// A change of `delta` should leave this share of the step that is possible without it, as long as
/// complementarity is more than this share of the budget.
const KEPT_STEP: f64 = 0.3;
const EARLY: f64 = 0.5;
/// Steps without a better gap before the end, and where `delta` is fixed: a smaller one follows.
const PATIENCE: usize = 6;
const PATIENCE_FIXED: usize = 2;

/// Flow and deviation with their slacks and multipliers.
#[derive(Debug, Clone)]
pub(crate) struct State {
    d: Both,
    w: Both,
    y: Both,
    delta: f64,
}

/// Number by number.
fn zip(a: &Table, b: &Table, f: impl Fn(f64, f64) -> f64) -> Table {
    a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect()).collect()
}

fn map(a: &Table, f: impl Fn(f64) -> f64) -> Table {
    a.iter().map(|a| a.iter().map(|a| f(*a)).collect()).collect()
}

fn largest(a: &Table) -> f64 {
    a.iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()))
}

fn add(a: &mut Table, factor: f64, b: &Table) {
    a.iter_mut().zip(b).for_each(|(a, b)| axpy(factor, b, a));
}

/// `Y_t(s) - P_i Y_{t+1}` per pair.
fn differences(model: &Model, y: &Table) -> Table {
    let stage = |t: usize| {
        let stage = &model.stages[t];
        let mut own = vec![0.0; stage.pairs()];
        for s in 0..stage.states() {
            for i in stage.of_state(s) {
                let later = y.get(t + 1).map_or(0.0, |next| {
                    stage.of_pair(i).iter().map(|&(q, p)| p * next[q]).sum::<f64>()
                });
                own[i] = y[t][s] - later;
            }
        }
        own
    };
    (0..model.stages.len()).map(stage).collect()
}

/// The greatest step that keeps numbers positive.
fn longest(a: &Table, change: &Table) -> f64 {
    let entries = a.iter().flatten().zip(change.iter().flatten());
    entries.fold(1.0, |step: f64, (x, dx)| if *dx < 0.0 { step.min(-x / dx) } else { step })
}

pub(crate) struct Interior<'a> {
    model: &'a Model,
    target: Target,
    state: State,
    free: bool,
    /// Whether `delta` needs no guess.
    foreseen: bool,
    count: f64,
    cost: Table,
    reward: Table,
    newton: Newton<'a>,
    stopped: &'a dyn Fn() -> bool,
}

impl<'a> Interior<'a> {
    pub(crate) fn new(model: &'a Model, target: Target, stopped: &'a dyn Fn() -> bool) -> Self {
        let (cost, reward) = (model.costs(), model.rewards());
        let count = model.pairs() as f64;
        let ones = map(&reward, |_| 1.0);
        let least = 1e-3 / (count / model.stages.len() as f64);
        let d = map(&model.flow(&ones), |x| x.max(least));
        let stages = model.stages.len();
        let lift = |values: &mut Table, factor: f64| {
            for (t, row) in values.iter_mut().enumerate() {
                row.iter_mut().for_each(|v| *v += factor * (stages - t) as f64);
            }
        };
        let at = model.reward_at(&d);
        let (_, mut v) = model.greatest(&at);
        lift(&mut v, 0.1);
        let n = map(&v, |v| -v);
        let z = zip(&differences(model, &n), &at, |a, r| (-a - r).max(1e-2));
        let table = zip(&cost, &at, |c, r| target.delta * c - r);
        let (_, mut y) = model.least(&table);
        lift(&mut y, -0.1);
        let w = zip(&table, &differences(model, &y), |a, b| (a - b).max(1e-2));
        let state = State { d: [d.clone(), d], w: [w, z], y: [y, n], delta: target.delta };
        let newton = Newton::new(model);
        Interior {
            model,
            target,
            state,
            free: false,
            foreseen: target.fixed,
            count,
            cost,
            reward,
            newton,
            stopped,
        }
    }

    /// Starts at a point of another run, whose costs or whose `delta` were different.
    pub(crate) fn start_at(&mut self, state: &State) {
        self.state = State { delta: self.target.delta, ..state.clone() };
    }

    /// Residuals `f` per pair and `p` per state, and `E`.
    fn residuals(&self) -> (Point, f64, Both) {
        let (model, state) = (self.model, &self.state);
        let masses = [model.masses(&state.d[0]), model.masses(&state.d[1])];
        let mut push: Both = Default::default();
        for (t, stage) in model.stages.iter().enumerate() {
            let (mut own, mut other) = (vec![0.0; stage.states()], vec![0.0; stage.states()]);
            stage.couple(1.0, &masses[0][t], &mut own);
            other.copy_from_slice(&own);
            stage.couple_back(1.0, &masses[0][t], &mut own);
            stage.couple_back(-1.0, &masses[1][t], &mut own);
            for curve in &stage.curves {
                let mass = curve.mass(&masses[0][t]);
                let [value, slope, _] = curve.at(mass);
                let steep = value + slope * (mass - curve.mass(&masses[1][t]));
                for &(s, g) in &curve.gradient {
                    own[s] += g * steep;
                    other[s] += g * value;
                }
            }
            push[0].push(own);
            push[1].push(other);
        }
        let mut pairs: Both = Default::default();
        let mut states: Both = Default::default();
        for flow in 0..2 {
            let base = match flow {
                0 => zip(&self.cost, &self.reward, |c, r| state.delta * c - r),
                _ => map(&self.reward, |r| -r),
            };
            let wanted = model.spread(&base, &push[flow], 1.0);
            let wanted = zip(&wanted, &differences(model, &state.y[flow]), |a, b| a - b);
            pairs[flow] = zip(&state.w[flow], &wanted, |w, wanted| w - wanted);
            let mut rest: Table =
                model.stages.iter().map(|stage| vec![0.0; stage.states()]).collect();
            rest[0].copy_from_slice(&model.initial);
            balance(model, &state.d[flow], &masses[flow], &mut rest);
            states[flow] = rest;
        }
        let start: f64 = model.initial.iter().zip(&state.y[1][0]).map(|(a, b)| a * b).sum();
        let energy =
            -start - Model::dot(&self.reward, &state.d[0]) + Model::dot(&masses[0], &push[1]);
        (Point { pairs, states }, energy, push)
    }

    /// Runs to the end.
    pub(crate) fn run(mut self) -> Found {
        let mut found = Found::default();
        let (mut best, mut since) = (f64::INFINITY, 0);
        for iteration in 0..MOST_ITERATIONS {
            if (self.stopped)() {
                break;
            }
            found.iterations = iteration;
            let (mut rest, energy, push) = self.residuals();
            let state = &self.state;
            let products =
                Model::dot(&state.d[0], &state.w[0]) + Model::dot(&state.d[1], &state.w[1]);
            let mu = products / (2.0 * self.count);
            let tables = rest.pairs.iter().chain(&rest.states);
            let infeasible = tables.map(largest).fold(0.0, f64::max);
            let total = self.count * mu;
            if total < MIDDLE && found.middle.is_none() {
                found.middle = Some(self.state.clone());
            }
            let epsilon = self.target.epsilon;
            if !self.target.fixed
                && !self.free
                && total < 5.0 * epsilon
                && infeasible < 0.05 * epsilon
            {
                self.free = true;
            }
            if !self.foreseen && !self.free && total < FORESIGHT * epsilon {
                self.foreseen = true;
                // What the flow loses grows about as the square of `delta`.
                let factor = (epsilon / (energy - total).max(0.0)).sqrt().clamp(0.5, 2.0);
                self.state.delta *= factor;
                rest = self.residuals().0;
            }
            if (self.target.fixed || self.free) && total < 1e-3 * self.state.delta.min(1.0) {
                let gap = self.judge(&mut found);
                if gap <= self.target.gap {
                    break;
                }
                since += 1;
                if gap < 0.9 * best {
                    (best, since) = (gap, 0);
                }
                let patience = if self.target.fixed { PATIENCE_FIXED } else { PATIENCE };
                if since > patience {
                    break;
                }
            }
            if self.free && self.state.delta > MOST_DELTA {
                found.slack = true;
                break;
            }
            if !self.step(rest, energy, &push, mu, infeasible) {
                break;
            }
        }
        found
    }

    /// Notes what the present point shows, with and without the pairs that its flows leave; how far
    /// its bound and its flow are apart, in the leader's units.
    fn judge(&self, found: &mut Found) -> f64 {
        let state = &self.state;
        let saddle = self.judge_flows([&state.d[0], &state.d[1]], found);
        let cleaned = [self.cleaned(0), self.cleaned(1)];
        let saddle = saddle.min(self.judge_flows([&cleaned[0], &cleaned[1]], found));
        let bound = found.bound.as_ref().map_or(f64::NEG_INFINITY, |bound| bound.value);
        match &found.witness {
            _ if self.target.fixed => saddle,
            Some(witness) => witness.value - bound,
            None => f64::INFINITY,
        }
    }

    /// Notes what weights of the flow and of the deviation show; what is left between the two sides
    /// of the saddle at this `delta`.
    fn judge_flows(&self, weights: [&Table; 2], found: &mut Found) -> f64 {
        let (model, target, delta) = (self.model, &self.target, self.state.delta);
        let [flow, deviation] = weights.map(|weights| model.flow(weights));
        let value = model.bound(target.epsilon, &deviation, &model.masses(&flow), delta);
        let exploitability = model.exploitability(&flow);
        let own = Model::dot(&self.cost, &flow);
        if found.bound.as_ref().is_none_or(|known| value > known.value) {
            let flow = flow.clone();
            found.bound = Some(Bound { value, delta, deviation, flow });
        }
        let saddle = own + (exploitability - target.epsilon) / delta - value;
        let witness = Witness { value: own, exploitability, flow };
        if saddle < found.apart {
            found.nearest = Some(witness.clone());
            found.apart = saddle;
        }
        let feasible = exploitability <= target.epsilon;
        if feasible && found.witness.as_ref().is_none_or(|known| own < known.value) {
            found.witness = Some(witness.clone());
        }
        if found.near.as_ref().is_none_or(|known| exploitability < known.exploitability) {
            found.near = Some(witness);
        }
        saddle
    }

    /// The weights of a flow without the pairs that it leaves.
    fn cleaned(&self, flow: usize) -> Table {
        let (d, w) = (&self.state.d[flow], &self.state.w[flow]);
        zip(d, w, |d, w| if d < 1e-3 * w { 0.0 } else { d })
    }

    /// The exploitability that the witness aims at: a little below the budget, so that the flow is
    /// an equilibrium in spite of errors.
    fn aim(&self) -> f64 {
        let Target { epsilon, gap, .. } = self.target;
        epsilon - (0.2 * gap * self.state.delta).min(1e-3 * epsilon)
    }

    /// The longest step, at most 1, after which nothing is negative.
    fn reach(&self, point: &Point, slack: &Both) -> f64 {
        let state = &self.state;
        (0..2).fold(1.0, |step: f64, flow| {
            step.min(longest(&state.d[flow], &point.pairs[flow]))
                .min(longest(&state.w[flow], &slack[flow]))
        })
    }

    /// One step of Mehrotra's predictor and corrector; whether it went anywhere.
    fn step(&mut self, rest: Point, energy: f64, push: &Both, mu: f64, infeasible: f64) -> bool {
        let model = self.model;
        let masses = [0, 1].map(|flow| model.masses(&self.state.d[flow]));
        let near = model.near(&masses[0], &masses[1]);
        let diagonal =
            [0, 1].map(|flow| zip(&self.state.w[flow], &self.state.d[flow], |w, d| w / d));
        if !self.newton.factor(diagonal.clone(), near.clone(), self.stopped) {
            return false;
        }
        let newton = &self.newton;
        let column = self.free.then(|| {
            let zero: Table = map(&self.cost, |_| 0.0);
            let none: Table = model.stages.iter().map(|stage| vec![0.0; stage.states()]).collect();
            newton.solve(&Point {
                pairs: [map(&self.cost, |c| -c), zero],
                states: [none.clone(), none],
            })
        });
        // Gradient of E in d: -r0 + (H + H')d.
        let mut slope = push[1].clone();
        let stages = model.stages.iter().zip(&near);
        for (((stage, near), slope), masses) in stages.zip(&mut slope).zip(&masses[0]) {
            stage.couple_back(1.0, masses, slope);
            near.couple_back(1.0, masses, slope);
        }
        let gradient = model.spread(&map(&self.reward, |r| -r), &slope, 1.0);
        let change = |point: &Point| {
            let start: f64 =
                model.initial.iter().zip(&point.states[1][0]).map(|(a, b)| a * b).sum();
            Model::dot(&gradient, &point.pairs[0]) - start
        };
        let (short, epsilon) = (self.aim() - energy, self.target.epsilon);
        // What the exploitability lacks of its aim, about.
        let missing = short + self.count * mu;
        let move_by = |state: &State, products: &Both, share: f64, total: f64| {
            let pairs = [0, 1].map(|flow| {
                let quotient = zip(&products[flow], &state.d[flow], |c, d| c / d);
                zip(&rest.pairs[flow], &quotient, |r, q| share * r + q)
            });
            let states = [0, 1].map(|flow| map(&rest.states[flow], |r| share * r));
            let mut point = newton.solve(&Point { pairs, states });
            let slacks = |point: &Point| {
                [0, 1].map(|flow| {
                    let quotient = zip(&products[flow], &state.d[flow], |c, d| c / d);
                    let fall = zip(&diagonal[flow], &point.pairs[flow], |a, b| a * b);
                    zip(&quotient, &fall, |q, f| q - f)
                })
            };
            let Some(column) = &column else {
                let slack = slacks(&point);
                return (point, slack, 0.0);
            };
            let wanted = (short + self.count * total - change(&point)) / change(column);
            // Far from the path the slope may have the wrong sign.
            let wanted = if wanted * missing < 0.0 && missing.abs() > 0.05 * epsilon {
                state.delta * missing.signum()
            } else {
                wanted
            };
            let mut delta = wanted.clamp(-0.6 * state.delta, 1.5 * state.delta);
            let free = self.reach(&point, &slacks(&point));
            point.add(delta, column);
            let mut slack = slacks(&point);
            // A change that leaves hardly any step is made in parts.
            for _ in 0..MOST_PARTS {
                let early = self.count * mu > EARLY * epsilon;
                if !early || self.reach(&point, &slack) >= KEPT_STEP * free {
                    break;
                }
                delta *= 0.5;
                point.add(-delta, column);
                slack = slacks(&point);
            }
            (point, slack, delta)
        };
        let state = &self.state;
        let products = [0, 1].map(|flow| zip(&state.d[flow], &state.w[flow], |d, w| -d * w));
        let (point, slack, _) = move_by(state, &products, 1.0, 0.0);
        let step = self.reach(&point, &slack);
        let mut after = 0.0;
        for (flow, slack) in slack.iter().enumerate() {
            let d = zip(&state.d[flow], &point.pairs[flow], |a, b| a + step * b);
            let w = zip(&state.w[flow], slack, |a, b| a + step * b);
            after += Model::dot(&d, &w);
        }
        after /= 2.0 * self.count;
        let mut centre = (after / mu).clamp(0.0, 1.0).powi(3).max(1e-5);
        let least = LEAST_SHARE * self.target.gap * state.delta;
        centre = centre.max((least / (self.count * mu)).min(1.0));
        if self.free {
            // Complementarity waits for the budget: later `delta` could not move.
            centre = centre.max((0.05 * missing.abs() / (self.count * mu)).min(1.0));
        }
        let corrected = [0, 1].map(|flow| {
            let second = zip(&point.pairs[flow], &slack[flow], |a, b| centre * mu - a * b);
            zip(&products[flow], &second, |a, b| a + b)
        });
        let share = if infeasible > 1e-9 { (1.0 - centre).max(0.5) } else { 1.0 };
        let (point, slack, delta) = move_by(state, &corrected, share, centre * mu);
        let mut step = self.reach(&point, &slack);
        if step < 1.0 {
            step = (step * (1.0 - mu.sqrt()).max(0.9)).min(1.0);
        }
        let finite = step.is_finite() && delta.is_finite() && step > 1e-10;
        if !finite {
            return false;
        }
        let tiny = 1e-300;
        for (flow, slack) in slack.iter().enumerate() {
            add(&mut self.state.d[flow], step, &point.pairs[flow]);
            add(&mut self.state.w[flow], step, slack);
            add(&mut self.state.y[flow], step, &point.states[flow]);
            self.state.d[flow] = map(&self.state.d[flow], |x| x.max(tiny));
            self.state.w[flow] = map(&self.state.w[flow], |x| x.max(tiny));
        }
        self.state.delta += step * delta;
        true
    }
}
