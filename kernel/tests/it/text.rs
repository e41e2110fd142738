//! Short texts for polynomials, families and combinations, so that a proof fits a few lines.
//!
//! `u0 x0 f0 a0 l c0` are a parameter, a statistic, a form, a share, the multiplier, a choice.

use smfg_kernel::{
    Column, Columns, Combination, Family, Monomial, Name, Polynomial, Rational, Row, Scaled, Sense,
    Side, Square, Variable, parse_number,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The number that a text spells.
pub fn n(text: &str) -> Rational {
    parse_number(text).unwrap_or_else(|refusal| panic!("{text}: {refusal}"))
}

/// The variable with a short name.
pub fn var(text: &str) -> Variable {
    let number = || text[1..].parse().unwrap_or_else(|_| panic!("no variable {text}"));
    match &text[..1] {
        "u" => Variable::Parameter(number()),
        "x" => Variable::Statistic(number()),
        "f" => Variable::Form(number()),
        "a" => Variable::Share(number()),
        "l" => Variable::Multiplier,
        "c" => Variable::Choice(number()),
        _ => panic!("no variable {text}"),
    }
}

/// The polynomial that a text such as `(3/2-u0)*x0^2-1` spells.
pub fn p(text: &str) -> Polynomial {
    let compact: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut reader = Reader { text: &compact, at: 0 };
    let result = reader.sum();
    assert_eq!(reader.at, compact.len(), "{text}: no polynomial");
    result
}

struct Reader<'a> {
    text: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, wanted: char) -> bool {
        let found = self.text.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, part: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.text.get(self.at).is_some_and(|c| part(*c)) {
            self.at += 1;
        }
        self.text[start..self.at].iter().collect()
    }

    fn sum(&mut self) -> Polynomial {
        let mut sum = Polynomial::zero();
        let mut sign = if self.take('-') { Rational::NEG_ONE } else { Rational::ONE };
        loop {
            sum = sum.plus(&self.product(), &sign);
            sign = match () {
                () if self.take('+') => Rational::ONE,
                () if self.take('-') => Rational::NEG_ONE,
                () => return sum,
            };
        }
    }

    fn product(&mut self) -> Polynomial {
        let mut product = self.power();
        while self.take('*') {
            product = product.times(&self.power()).expect("a product within the limits");
        }
        product
    }

    fn power(&mut self) -> Polynomial {
        let base = if self.take('(') {
            let inner = self.sum();
            assert!(self.take(')'), "a bracket that is not closed");
            inner
        } else if self.text.get(self.at).is_some_and(char::is_ascii_digit) {
            Polynomial::constant(n(&self.word(|c| c.is_ascii_digit() || c == '/')))
        } else {
            Polynomial::variable(var(&self.word(char::is_alphanumeric)))
        };
        if !self.take('^') {
            return base;
        }
        let exponent: u32 = self.word(|c| c.is_ascii_digit()).parse().expect("an exponent");
        (0..exponent).fold(Polynomial::constant(Rational::ONE), |power, _| {
            power.times(&base).expect("a power within the limits")
        })
    }
}

/// Columns of a vector of polynomials, entry by entry; dense where every entry has the monomial.
pub fn columns(len: usize, entries: impl IntoIterator<Item = (u32, Polynomial)>) -> Columns {
    let mut by_monomial: BTreeMap<Monomial, BTreeMap<u32, Rational>> = BTreeMap::new();
    for (entry, polynomial) in entries {
        for (monomial, value) in polynomial.terms() {
            let before = by_monomial.entry(monomial.clone()).or_default();
            *before.entry(entry).or_insert(Rational::ZERO) += value;
        }
    }
    let column = |entries: BTreeMap<u32, Rational>| {
        let (support, values): (Vec<u32>, Vec<Rational>) = entries.into_iter().unzip();
        let support = (support.len() != len).then_some(support);
        Arc::new(Column { support, coefficients: Arc::new(Scaled::from_rationals(&values)) })
    };
    by_monomial.into_iter().map(|(monomial, entries)| (monomial, column(entries))).collect()
}

/// A family of polynomials by stage and entry.
pub fn family(entries: impl IntoIterator<Item = (u32, u32, Polynomial)>) -> Family {
    let mut stages: BTreeMap<u32, Vec<(u32, Polynomial)>> = BTreeMap::new();
    for (t, entry, polynomial) in entries {
        stages.entry(t).or_default().push((entry, polynomial));
    }
    stages.into_iter().map(|(t, entries)| (t, columns(usize::MAX, entries))).collect()
}

fn place(text: &str) -> (u32, u32) {
    let (t, entry) = text.split_once('.').unwrap_or_else(|| panic!("no stage.entry: {text}"));
    (t.parse().expect("a stage"), entry.parse().expect("an entry"))
}

/// The family that a text such as `0.0=1-u0 0.1=u0` spells: stage, entry, polynomial.
pub fn fam(text: &str) -> Family {
    family(text.split_whitespace().map(|item| {
        let (name, value) = item.split_once('=').expect("stage.entry=polynomial");
        let (t, entry) = place(name);
        (t, entry, p(value))
    }))
}

/// The combination that a text spells: `e o m0 k0 j0 c0 w0 r0 <x0 >x0` are named rows, `f:t.s b:t.i
/// p:t.i y:t.i` flow, Bellman, policy and dual rows, `v0:t.s` a bound of values, `s=weight;root`
/// and `s:t.i=weight;root` squares; each with `=` and a polynomial.
pub fn c(text: &str) -> Combination {
    let mut result = Combination::default();
    let mut families: BTreeMap<String, Vec<(u32, u32, Polynomial)>> = BTreeMap::new();
    for item in text.split_whitespace() {
        let (name, value) = item.split_once('=').unwrap_or_else(|| panic!("no value: {item}"));
        if let Some(pair) = name.strip_prefix('s') {
            let (weight, root) = value.split_once(';').expect("weight;root");
            let pair = pair.strip_prefix(':').map(place);
            result.squares.push(Square { weight: p(weight), root: p(root), pair });
        } else if let Some((kind, at)) = name.split_once(':') {
            let (t, entry) = place(at);
            families.entry(kind.to_string()).or_default().push((t, entry, p(value)));
        } else {
            result.rows.push((name_of(name), p(value)));
        }
    }
    for (kind, entries) in families {
        match kind.as_str() {
            "f" => result.flow = family(entries),
            "b" => result.bellman = family(entries),
            "p" => result.policy = family(entries),
            "y" => result.dual = family(entries),
            "w" => result.lead = family(entries),
            _ => {
                let number = kind.strip_prefix('v').and_then(|number| number.parse().ok());
                result.bounds.push((number.expect("a bound"), family(entries)));
            }
        }
    }
    result
}

/// The named row with a short name.
pub fn name_of(text: &str) -> Name {
    let number = || text[1..].parse().unwrap_or_else(|_| panic!("no row {text}"));
    match &text[..1] {
        "e" => Name::Budget,
        "o" => Name::Objective,
        "m" => Name::Mass(number()),
        "k" => Name::Link(number()),
        "j" => Name::Form(number()),
        "c" => Name::Constraint(number()),
        "w" => Name::Function(number()),
        "r" => Name::Row(number()),
        "<" => Name::Lower(var(&text[1..])),
        ">" => Name::Upper(var(&text[1..])),
        _ => panic!("no row {text}"),
    }
}

/// `polynomial >= 0`, to which terms are added below.
pub fn at_least(text: &str) -> Row {
    Row::of(Sense::AtLeast, p(text))
}

/// `polynomial = 0`, to which terms are added below.
pub fn equal(text: &str) -> Row {
    Row::of(Sense::Equal, p(text))
}

/// Terms added to a row.
pub trait Terms {
    /// Plus `coefficient * d_i`.
    fn mass(self, t: u32, pair: u32, coefficient: &str) -> Self;
    /// Plus `coefficient * v_t(s)`.
    fn value(self, t: u32, state: u32, coefficient: &str) -> Self;
    /// Plus `coefficient * loss`.
    fn loss(self, coefficient: &str) -> Self;
    /// Plus `coefficient * J0`.
    fn reward(self, coefficient: &str) -> Self;
}

impl Terms for Row {
    fn mass(mut self, t: u32, pair: u32, coefficient: &str) -> Self {
        self.mass.push((t, pair, p(coefficient)));
        self
    }
    fn value(mut self, t: u32, state: u32, coefficient: &str) -> Self {
        self.value.push((Side::Follower, t, state, p(coefficient)));
        self
    }
    fn loss(mut self, coefficient: &str) -> Self {
        self.loss = n(coefficient);
        self
    }
    fn reward(mut self, coefficient: &str) -> Self {
        self.reward = n(coefficient);
        self
    }
}
