//! Games in which one mass `x` in [0,1] describes the population, with their values in closed form.
//!
//! One choice between two actions; whoever plays the second earns `g(x) = g0 + g1 x` more than with
//! the first, where `x` is the mass on the second. The exploitability is `(1 - x) g+ + x (-g)+`, so
//! that the eps-equilibria are the x with `(1 - x) g <= eps` and `-x g <= eps`; the leader's reward
//! is quadratic in x. Its extreme values over this compact set are at 0, 1, roots of the two
//! quadratics, or where its derivative is 0.

use crate::models::model;
use smfg::certificate::Selection;
use smfg::exact::{Rational, ratio};
use smfg::game::Game;

/// Models of this kind, and the tables by which `OneMass` knows them.
pub const MODELS: [&str; 5] =
    ["adoption", "corner", "pigou_latency", "pigou_revenue", "left_right"];

/// A number between two rationals, which are equal when it is known exactly.
pub type Enclosure = (Rational, Rational);

/// `c0 + c1 x + c2 x^2`.
type Quadratic = [Rational; 3];

/// One of the models with, per decision, `[g0, g1, 0]` and the leader's reward.
pub struct OneMass {
    pub name: &'static str,
    pub game: Game,
    decisions: Vec<(Quadratic, Quadratic)>,
}

fn integers(values: [i64; 3]) -> Quadratic {
    values.map(|value| ratio(value, 1))
}

impl OneMass {
    /// The tables are written down by hand from the game files.
    pub fn new(name: &'static str) -> Self {
        let game = model(name);
        let table = |parameters: &[Rational]| -> (Quadratic, Quadratic) {
            let u = parameters.first().cloned().unwrap_or(Rational::ZERO);
            let zero = Rational::ZERO;
            match name {
                "adoption" => (
                    [u.clone() - ratio(1, 2), ratio(1, 1), zero.clone()],
                    [zero.clone(), ratio(3, 2) - u, zero],
                ),
                "corner" => (
                    [ratio(-11, 10), ratio(1, 1), zero.clone()],
                    [-(Rational::ONE - &u) * ratio(1, 2), -u, zero],
                ),
                "pigou_latency" => ([Rational::ONE - u, ratio(-1, 1), zero], integers([-1, 1, -1])),
                "pigou_revenue" => {
                    ([Rational::ONE - &u, ratio(-1, 1), zero.clone()], [zero.clone(), u, zero])
                }
                "left_right" => (integers([2, -3, 0]), integers([0, 1, 0])),
                other => panic!("no table of {other}"),
            }
        };
        let decisions = game
            .finite_decisions()
            .expect("a finite leader")
            .iter()
            .map(|decision| table(&decision.values))
            .collect();
        OneMass { name, game, decisions }
    }

    pub fn decisions(&self) -> usize {
        self.decisions.len()
    }

    /// The least (pessimistic) or greatest (optimistic) reward of the leader over the
    /// eps-equilibria of a decision.
    pub fn inner(&self, decision: usize, epsilon: &Rational, selection: Selection) -> Enclosure {
        let ([g0, g1, _], reward) = &self.decisions[decision];
        // (1 - x) g - eps and -x g - eps.
        let conditions: [Quadratic; 2] =
            [[g0 - epsilon, g1 - g0, -g1.clone()], [-epsilon.clone(), -g0.clone(), -g1.clone()]];
        let mut candidates: Vec<(Enclosure, Option<usize>)> =
            [Rational::ZERO, Rational::ONE].into_iter().map(|x| ((x.clone(), x), None)).collect();
        for (own, condition) in conditions.iter().enumerate() {
            candidates.extend(roots(condition).into_iter().map(|root| (root, Some(own))));
        }
        let slope = [reward[1].clone(), &reward[2] * ratio(2, 1), Rational::ZERO];
        candidates.extend(roots(&slope).into_iter().map(|root| (root, None)));
        let inside = |(x, own): &(Enclosure, Option<usize>)| {
            let in_range = x.0 >= Rational::ZERO && x.1 <= Rational::ONE;
            in_range
                && conditions
                    .iter()
                    .enumerate()
                    .all(|(k, condition)| *own == Some(k) || not_positive(condition, x))
        };
        let values =
            candidates.iter().filter(|candidate| inside(candidate)).map(|(x, _)| image(reward, x));
        let better = |one: Enclosure, other: Enclosure| match selection {
            Selection::Pessimistic => (one.0.min(other.0), one.1.min(other.1)),
            Selection::Optimistic => (one.0.max(other.0), one.1.max(other.1)),
        };
        values.reduce(better).expect("an eps-equilibrium exists")
    }
}

/// Whether the quadratic is at most 0 at a number; the sign is the same on its whole enclosure.
fn not_positive(quadratic: &Quadratic, x: &Enclosure) -> bool {
    let (least, greatest) = image(quadratic, x);
    let decided = least > Rational::ZERO || greatest <= Rational::ZERO;
    assert!(decided, "the sign at {} is not decided", x.0);
    greatest <= Rational::ZERO
}

/// Encloses the value at a number in [0,1], term by term.
fn image(quadratic: &Quadratic, x: &Enclosure) -> Enclosure {
    let (mut least, mut greatest) = (quadratic[0].clone(), quadratic[0].clone());
    for (coefficient, ends) in
        [(&quadratic[1], x.clone()), (&quadratic[2], (&x.0 * &x.0, &x.1 * &x.1))]
    {
        let (one, other) = (coefficient * ends.0, coefficient * ends.1);
        least += one.clone().min(other.clone());
        greatest += one.max(other);
    }
    (least, greatest)
}

/// The real roots of a quadratic, of a linear function, or none when it is constant.
fn roots(quadratic: &Quadratic) -> Vec<Enclosure> {
    let [c, b, a] = quadratic;
    if a.is_zero() {
        let root = || -c.clone() / b;
        return if b.is_zero() { Vec::new() } else { vec![(root(), root())] };
    }
    let discriminant = b * b - ratio(4, 1) * a * c;
    if discriminant < Rational::ZERO {
        return Vec::new();
    }
    let (least, greatest) = square_root(&discriminant);
    let double = a * ratio(2, 1);
    let ordered =
        |one: Rational, other: Rational| if one <= other { (one, other) } else { (other, one) };
    vec![
        ordered((-b.clone() - &least) / &double, (-b.clone() - &greatest) / &double),
        ordered((least - b) / &double, (greatest - b) / &double),
    ]
}

/// Exact for squares of fractions with small numerators and denominators, else enclosed to about
/// 1e-36.
fn square_root(square: &Rational) -> Enclosure {
    let exact = |n: u64| Some(n.isqrt()).filter(|root| root * root == n);
    let small = |text: String| text.parse::<u64>().ok().filter(|n| *n <= 10_000_000_000);
    let parts = (small(square.numerator().to_string()), small(square.denominator().to_string()));
    if let (Some(numerator), Some(denominator)) = parts
        && let (Some(numerator), Some(denominator)) = (exact(numerator), exact(denominator))
    {
        let root = ratio(i64::try_from(numerator).expect("small"), denominator);
        return (root.clone(), root);
    }
    let (mut least, mut greatest) = (Rational::ZERO, square.clone().max(Rational::ONE));
    for _ in 0..122 {
        let middle = (&least + &greatest) * ratio(1, 2);
        if &middle * &middle <= *square {
            least = middle;
        } else {
            greatest = middle;
        }
    }
    (least, greatest)
}
