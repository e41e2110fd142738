//! The lower bounds of polynomials ([3]), through `derive` without any row: never above a value
//! that is taken, and as good as documented.

use crate::game::{Game, polytope};
use crate::random::Random;
use crate::state::{LEAST, at, bound, open, reached};
use crate::text::{Terms, at_least, c, n, p, var};
use smfg_kernel::{Monomial, Place, Polynomial, Proof, Rational, Refusal, Row, Sense, Variable};
use std::collections::BTreeMap;

type Point = BTreeMap<Variable, Rational>;

/// The value of a polynomial at a point.
pub fn value(polynomial: &Polynomial, point: &Point) -> Rational {
    let mut sum = Rational::ZERO;
    for (monomial, coefficient) in polynomial.terms() {
        let mut product = coefficient.clone();
        for (variable, exponent) in monomial.factors() {
            for _ in 0..*exponent {
                product *= &point[variable];
            }
        }
        sum += product;
    }
    sum
}

fn less(polynomial: &Polynomial, number: &Rational) -> Polynomial {
    Polynomial::clone(polynomial).plus(&Polynomial::constant(number.clone()), &Rational::NEG_ONE)
}

fn shows(proof: &mut Proof, polynomial: Polynomial) -> Result<(), Refusal> {
    proof.derive(Row::of(Sense::AtLeast, polynomial), &c(""))
}

/// A random polynomial whose total degree is at most `degree`.
fn polynomial(random: &mut Random, variables: &[Variable], degree: u32) -> Polynomial {
    let mut result = Polynomial::zero();
    for _ in 0..=random.below(5) {
        let mut factors = Vec::new();
        for _ in 0..random.below(degree as usize + 1) {
            factors.push((*random.of(variables), 1));
        }
        result.add_term(Monomial::new(factors), random.fraction(3, 2));
    }
    result
}

/// All points whose coordinates are among these values.
fn points(axes: &[(Variable, Vec<Rational>)]) -> Vec<Point> {
    axes.iter().fold(vec![Point::new()], |points, (variable, values)| {
        let extended = |point: &Point| {
            let with = |value: &Rational| {
                let mut point = point.clone();
                point.insert(*variable, value.clone());
                point
            };
            values.iter().map(with).collect::<Vec<_>>()
        };
        points.iter().flat_map(extended).collect()
    })
}

fn binomial(n: u32, k: u32) -> Rational {
    (0..k).fold(Rational::ONE, |value, i| value * Rational::from(n - i) / Rational::from(i + 1))
}

/// The least Bernstein coefficient over a box, all of the polynomial in one block, by the formula
/// `b_I = sum over J <= I of a_J prod binomial(I, J) / binomial(e, J)`.
fn bernstein(polynomial: &Polynomial, ends: &BTreeMap<Variable, (Rational, Rational)>) -> Rational {
    let mut unit = Polynomial::zero();
    for (monomial, coefficient) in polynomial.terms() {
        let mut product = Polynomial::constant(coefficient.clone());
        for (variable, exponent) in monomial.factors() {
            let (lower, upper) = &ends[variable];
            let mut affine = Polynomial::constant(lower.clone());
            affine.add_term(Monomial::new(vec![(*variable, 1)]), upper - lower);
            for _ in 0..*exponent {
                product = product.times(&affine).expect("a small degree");
            }
        }
        unit = unit.plus(&product, &Rational::ONE);
    }
    let exponent = |monomial: &Monomial, variable: Variable| {
        monomial.factors().iter().find(|factor| factor.0 == variable).map_or(0, |factor| factor.1)
    };
    let degree = |variable: &Variable| {
        unit.terms().map(|term| exponent(term.0, *variable)).max().unwrap_or(0)
    };
    let degrees: Vec<(Variable, u32)> =
        ends.keys().map(|variable| (*variable, degree(variable))).collect();
    let axes: Vec<(Variable, Vec<Rational>)> = degrees
        .iter()
        .map(|(variable, degree)| (*variable, (0..=*degree).map(Rational::from).collect()))
        .collect();
    let coefficient = |index: &Point| {
        let mut sum = Rational::ZERO;
        for (monomial, value) in unit.terms() {
            let mut product = value.clone();
            for (variable, degree) in &degrees {
                let j = exponent(monomial, *variable);
                let i = (0..=*degree).find(|i| Rational::from(*i) == index[variable]);
                let i = i.expect("an index");
                product *= if j > i { Rational::ZERO } else { binomial(i, j) };
                product /= binomial(*degree, j);
            }
            sum += product;
        }
        sum
    };
    points(&axes).iter().map(coefficient).min().expect("a coefficient")
}

/// Boxes, some of them flat in a coordinate: between the Bernstein bound and the least value.
#[test]
fn boxes() {
    for number in 0..600 {
        let mut random = Random(number);
        let count = 1 + random.below(3);
        let mut ends = BTreeMap::new();
        for k in 0..count {
            let lower = random.fraction(2, 3);
            let width = random.fraction(2, 2);
            let width = if width < Rational::ZERO { -width } else { width };
            ends.insert(Variable::Parameter(k as u32), (lower.clone(), lower + width));
        }
        let texts: Vec<(String, String)> =
            ends.values().map(|(l, h)| (l.to_string(), h.to_string())).collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(l, h)| (&**l, &**h)).collect();
        let game = Game::one_site(polytope(&texts, &[]), &[("0", "0")], "0");
        let listing = game.listing();
        let variables: Vec<Variable> = ends.keys().copied().collect();
        let polynomial = polynomial(&mut random, &variables, 3);
        let axes: Vec<(Variable, Vec<Rational>)> = ends
            .iter()
            .map(|(variable, (lower, upper))| {
                let part = |k: u32| lower + (upper - lower) * Rational::from(k) / Rational::from(6);
                (*variable, (0..=6).map(part).collect())
            })
            .collect();
        let least = points(&axes).iter().map(|point| value(&polynomial, point)).min();
        let least = least.expect("a point");
        let fresh = || open(&listing, bound(LEAST, "0", &p("0"), Place::All));
        let beyond = less(&polynomial, &(&least + crate::state::little()));
        assert!(shows(&mut fresh(), beyond).is_err(), "case {number}: above a value");
        let bernstein = bernstein(&polynomial, &ends);
        let shown = shows(&mut fresh(), less(&polynomial, &bernstein));
        assert_eq!(shown, Ok(()), "case {number}: {polynomial:?}");
        // Affine in each coordinate: the least value is taken at a vertex.
        let affine = polynomial.terms().all(|(m, _)| m.degree() <= 1);
        if affine {
            assert_eq!(shows(&mut fresh(), less(&polynomial, &least)), Ok(()), "case {number}");
        }
    }
}

/// Quadratic polynomials of one coordinate have their least value, wherever the vertex lies.
#[test]
fn quadratics_of_one_coordinate() {
    let game = Game::one_site(polytope(&[("-1", "2")], &[]), &[("0", "0")], "0");
    let listing = game.listing();
    let shown = |text: &str| {
        shows(&mut open(&listing, bound(LEAST, "0", &p("0"), Place::All)), p(text)).is_ok()
    };
    // Vertex inside, at an end, outside, and the other curvature.
    for (text, least) in [
        ("u0^2", "0"),
        ("(u0-1/3)^2", "0"),
        ("3*(u0-1)^2-7", "-7"),
        ("(u0-2)^2", "0"),
        ("(u0+1)^2", "0"),
        ("(u0-3)^2", "1"),
        ("(u0+2)^2", "1"),
        ("0-u0^2", "-4"),
        ("0-(u0-1)^2", "-4"),
        ("u0-u0^2", "-2"),
    ] {
        assert!(shown(&format!("{text}-({least})")), "{text}");
        assert!(!shown(&format!("{text}-({least})-1/1000000000")), "{text}");
    }
}

/// Coordinates without an upper end: what is accepted holds far out too.
#[test]
fn coordinates_without_an_upper_end() {
    let game = Game::one_site(polytope(&[("-1", "1")], &[]), &[("0", "0")], "0");
    let listing = game.listing();
    let fresh = || {
        let mut proof = open(&listing, reached(LEAST, "0", &p("0"), Place::All));
        proof.scale().expect("class C0");
        proof.declare(at_least("0").value(0, 0, "1")).expect("a form");
        proof.ceiling(crate::text::fam("0.0=2")).expect("a ceiling");
        proof.derive(at_least("f0+1"), &c("b:0.0=1 j0=-1")).expect("v is at least -1");
        proof
    };
    let (mut accepted, far) = (0, [0, 1, 10, 1000]);
    let axis = |start: i32| far.iter().map(|y| Rational::from(start + y)).collect::<Vec<_>>();
    let sampled = points(&[
        (var("l"), axis(0)),
        (var("f0"), axis(-1)),
        (var("u0"), ["-1", "-1/2", "0", "1/2", "1"].map(n).to_vec()),
    ]);
    for number in 0..1500 {
        let mut random = Random(number);
        let mut polynomial = polynomial(&mut random, &[var("l"), var("f0"), var("u0")], 3);
        if random.once_in(2) {
            // Mostly positive coefficients, so that much is accepted.
            let shifted = polynomial.terms().map(|(m, value)| {
                let value = if *value < Rational::ZERO { -value.clone() } else { value.clone() };
                (m.clone(), value)
            });
            let shifted: Vec<_> = shifted.collect();
            polynomial =
                shifted.into_iter().fold(random.fraction(3, 1).into_constant(), |sum, t| {
                    sum.plus(&Polynomial::term(t.0, t.1), &Rational::ONE)
                });
        }
        if shows(&mut fresh(), polynomial.clone()).is_ok() {
            accepted += 1;
            for point in &sampled {
                assert!(value(&polynomial, point) >= Rational::ZERO, "case {number}");
            }
        }
    }
    assert!(accepted > 200, "{accepted}");
    let shown = |text: &str| shows(&mut fresh(), p(text));
    for good in ["l", "l^2+l*(1+u0)", "(f0+1)*l", "(f0+1)^2", "l*(1-u0)*(f0+1)+1-u0", "l*u0^2"] {
        assert_eq!(shown(good), Ok(()), "{good}");
    }
    for bad in ["0-l", "l-1/1000", "u0*l", "l*f0", "l^2-l", "(l-1)^2", "1000000-l"] {
        assert!(matches!(shown(bad), Err(Refusal::Inequality(_))), "{bad}");
    }
}

trait IntoConstant {
    fn into_constant(self) -> Polynomial;
}

impl IntoConstant for Rational {
    fn into_constant(self) -> Polynomial {
        Polynomial::constant(self)
    }
}

/// Barycentric coordinates: a polynomial `sum c_I multinomial(I) alpha^I` is at least its least
/// `c_I`, and nothing above a value is accepted.
#[test]
fn simplices() {
    for number in 0..600 {
        let mut random = Random(number);
        let count = 1 + random.below(3);
        let ends = vec![("0", "1"); count];
        let game = Game::one_site(polytope(&ends, &[]), &[("0", "0")], "0");
        let listing = game.listing();
        let fresh = || {
            let mut proof = open(&listing, bound(LEAST, "0", &p("0"), Place::All));
            proof.simplices().expect("a box");
            proof
        };
        let shares: Vec<Variable> = (0..=count).map(|k| Variable::Share(k as u32)).collect();
        let degree = 1 + random.below(3) as u32;
        let grid = compositions(6, shares.len());
        let barycentric = |parts: &Vec<u32>| -> Point {
            let share = |k: usize| Rational::from(parts[k]) / Rational::from(6);
            shares.iter().enumerate().map(|(k, name)| (*name, share(k))).collect()
        };
        let sampled: Vec<Point> = grid.iter().map(barycentric).collect();
        let least_at = |polynomial: &Polynomial| {
            sampled.iter().map(|point| value(polynomial, point)).min().expect("a point")
        };
        let (mut built, mut least) = (Polynomial::zero(), None);
        for index in compositions(degree, shares.len()) {
            let chosen = random.fraction(4, 2);
            let factors = shares.iter().copied().zip(index.iter().copied()).collect();
            let mut total = 0;
            let mut count = Rational::ONE;
            for part in &index {
                total += part;
                count *= binomial(total, *part);
            }
            built.add_term(Monomial::new(factors), &chosen * count);
            if least.as_ref().is_none_or(|least| chosen < *least) {
                least = Some(chosen);
            }
        }
        let least = least.expect("an index");
        assert_eq!(shows(&mut fresh(), less(&built, &least)), Ok(()), "case {number}");
        let any = polynomial(&mut random, &shares, 3);
        for polynomial in [&built, &any] {
            let beyond = less(polynomial, &(least_at(polynomial) + crate::state::little()));
            assert!(shows(&mut fresh(), beyond).is_err(), "case {number}");
        }
        // Affine in the parameters, too: least at a vertex of the simplex u0 >= u1 >= u2.
        let parameters: Vec<Variable> = (0..count).map(|k| Variable::Parameter(k as u32)).collect();
        let affine = self::polynomial(&mut random, &parameters, 1);
        let vertex = |ones: usize| -> Point {
            let one = |k: usize| if k < ones { Rational::ONE } else { Rational::ZERO };
            parameters.iter().enumerate().map(|(k, name)| (*name, one(k))).collect()
        };
        let least = (0..=count).map(|ones| value(&affine, &vertex(ones))).min().expect("one");
        assert_eq!(shows(&mut fresh(), less(&affine, &least)), Ok(()), "case {number}");
        let beyond = less(&affine, &(least + crate::state::little()));
        assert!(shows(&mut fresh(), beyond).is_err(), "case {number}");
    }
}

fn compositions(sum: u32, parts: usize) -> Vec<Vec<u32>> {
    if parts == 1 {
        return vec![vec![sum]];
    }
    let longer = |first: u32| {
        compositions(sum - first, parts - 1).into_iter().map(move |mut rest| {
            rest.insert(0, first);
            rest
        })
    };
    (0..=sum).flat_map(longer).collect()
}

/// On a segment the two barycentric coordinates are positive and have the sum 1.
#[test]
fn segments() {
    let listing = crate::models::two_payments().listing();
    let shown = |text: &str| {
        let place = crate::state::segment("0 1", "1 0");
        shows(&mut open(&listing, bound(LEAST, "0", &p("0"), place)), p(text))
    };
    for good in ["a0", "a1", "1-a0-a1", "a0+a1-1", "u0-a1", "u0+u1-1", "1-u0-u1", "u0*a0", "u0^3"] {
        assert_eq!(shown(good), Ok(()), "{good}");
    }
    for bad in ["a0-1/1000", "a1-a0", "a2", "u0-u1", "0-a0"] {
        assert!(shown(bad).is_err(), "{bad}");
    }
}

/// Beyond the limits of degrees and coefficients nothing is computed.
#[test]
fn limits() {
    let ends = vec![("0", "1"); 14];
    let game = Game::one_site(polytope(&ends, &[]), &[("0", "0")], "0");
    let listing = game.listing();
    let shown = |polynomial: Polynomial| {
        shows(&mut open(&listing, bound(LEAST, "0", &p("0"), Place::All)), polynomial)
    };
    let product = |count: u32| {
        let factors = (0..count).map(|k| (Variable::Parameter(k), 1)).collect();
        Polynomial::term(Monomial::new(factors), Rational::ONE)
    };
    assert_eq!(shown(product(12)), Ok(()));
    assert!(matches!(shown(product(13)), Err(Refusal::Limit(_))));
    let power = |exponent: u32| {
        Polynomial::term(Monomial::new(vec![(Variable::Parameter(0), exponent)]), Rational::ONE)
    };
    assert_eq!(shown(power(64)), Ok(()));
    assert!(matches!(shown(power(65)), Err(Refusal::Limit(_))));
    assert!(matches!(shown(power(u32::MAX)), Err(Refusal::Limit(_))));
    let at_a_point = open(&listing, bound(LEAST, "0", &p("0"), at(&"1 ".repeat(14))));
    drop(at_a_point);
}
