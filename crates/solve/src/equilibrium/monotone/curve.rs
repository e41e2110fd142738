//! Functions of statistics in binary64: `r_i = .. - G_s h(p)`, `p = base + sum_s G_s phi(s)`.

use crate::check::monotone;
use crate::exact::to_approx;
use crate::game::FunctionKind;

/// Arguments of logarithms, inverses and roots are no less than this in derivatives.
const LEAST_ARGUMENT: f64 = 1e-12;
/// The least share of the curvature of a monotone game that is kept where exploitability bends the
/// other way.
const LEAST_BEND: f64 = 0.1;

/// A function in the rewards of a stage.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    kind: FunctionKind,
    base: f64,
    /// What arguments are at least.
    floor: f64,
    /// `G` by state, zeros left out.
    pub(crate) gradient: Vec<(usize, f64)>,
    /// `h = cost.0 w + cost.1 p w`.
    cost: (f64, f64),
}

impl Curve {
    /// The curve, `G` being given by state of the model.
    pub(crate) fn new(curve: &monotone::Curve, gradient: Vec<(usize, f64)>) -> Self {
        let cost = (to_approx(&curve.cost.0), to_approx(&curve.cost.1));
        let floor = curve.floor.as_ref().map_or(f64::NEG_INFINITY, |own| to_approx(&own.level));
        Curve { kind: curve.kind, base: to_approx(&curve.base), floor, gradient, cost }
    }

    /// Divides rewards.
    pub(crate) fn divide(&mut self, scale: f64) {
        self.cost.0 /= scale;
        self.cost.1 /= scale;
    }

    /// `p - base`.
    pub(crate) fn mass(&self, x: &[f64]) -> f64 {
        self.gradient.iter().map(|&(s, g)| g * x[s]).sum()
    }

    /// `h`, `h'` and `h''` at `p - base`.
    pub(crate) fn at(&self, mass: f64) -> [f64; 3] {
        let p = self.base + mass;
        let w = self.function(p);
        let (c, e) = self.cost;
        [
            c * w[0] + e * p * w[0],
            c * w[1] + e * (w[0] + p * w[1]),
            c * w[2] + e * (2.0 * w[1] + p * w[2]),
        ]
    }

    /// The function and its derivatives.
    fn function(&self, p: f64) -> [f64; 3] {
        let q = p.max(LEAST_ARGUMENT);
        match self.kind {
            FunctionKind::Exp => [p.exp(); 3],
            FunctionKind::Log if p < self.floor && self.floor > q => [self.floor.ln(), 0.0, 0.0],
            FunctionKind::Log => [q.ln(), 1.0 / q, -1.0 / (q * q)],
            FunctionKind::Inverse => [1.0 / q, -1.0 / (q * q), 2.0 / (q * q * q)],
            FunctionKind::Root(degree) => {
                let power = 1.0 / f64::from(degree);
                let root = q.powf(power);
                [root, power * root / q, power * (power - 1.0) * root / (q * q)]
            }
            FunctionKind::Abs => [p.abs(), p.signum(), 0.0],
        }
    }

    /// `h' G G'`, and what is to be added to twice that: `h'' G'(d - e) G G'`, kept from undoing
    /// it.
    pub(crate) fn second(&self, own: f64, other: f64) -> (f64, f64) {
        let [_, slope, bend] = self.at(own);
        (slope, (bend * (own - other)).max((LEAST_BEND - 2.0) * slope))
    }

    /// How much `h` varies over masses up to 1, times the largest weight.
    pub(crate) fn spread(&self) -> f64 {
        let most = self.gradient.iter().fold(0.0_f64, |most, (_, g)| most.max(g.abs()));
        let (low, high) = (self.at(0.0)[0], self.at(most)[0]);
        let steep = self.at(most)[1].abs() * most;
        let range = (high - low).abs().min(100.0 * steep.max(f64::MIN_POSITIVE));
        range * most
    }
}
