//! Leaders whose parameters lie on grids: values by enumeration, mixed decision sets by hand.

use crate::solved::solved;
use smfg::check::{Rejection, check};
use smfg::elaborate::prove;
use smfg::equilibrium::Control;
use smfg::exact::{Rational, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, Status};
use std::fmt::Write;
use std::time::Duration;

fn settings(epsilon: Rational) -> Settings<'static> {
    let control = Control::default().within(Duration::from_secs(120));
    Settings { control: control.clone(), race_control: control, ..Settings::new(epsilon) }
}

/// A packer with a knapsack, from whom the leader takes away up to `budget` items.
struct Interdiction {
    weights: Vec<usize>,
    values: Vec<i64>,
    capacity: usize,
    budget: u32,
}

impl Interdiction {
    /// The game: an item a stage, the weight packed so far as state, a binary per item.
    fn game(&self) -> Game {
        let Interdiction { weights, values, capacity, budget } = self;
        let items = weights.len();
        let names: Vec<String> = (1..=items).map(|i| format!("x{i}")).collect();
        let binary =
            |name: &String| format!("{{ name = '{name}', lower = 0, upper = 1, integer = true }}");
        let states: Vec<String> = (0..=*capacity).map(|used| format!("'u{used}'")).collect();
        let mut text = format!(
            "format = 'smfg-game/1'\nname = 'interdiction'\nstages = {items}\nstates = [{}]\n\
             actions = ['leave', 'take']\ninitial = 'u0'\n[leader]\nvariables = [{}]\n\
             constraints = ['{} <= {budget}']\n",
            states.join(", "),
            names.iter().map(binary).collect::<Vec<_>>().join(", "),
            names.join(" + "),
        );
        for (stage, (&weight, value)) in weights.iter().zip(values).enumerate() {
            let full = states[capacity + 1 - weight..].join(", ");
            let name = &names[stage];
            writeln!(
                text,
                "[[available]]\nstage = {stage}\nstate = [{full}]\nactions = ['leave']\n\
                 [[reward]]\nstage = {stage}\naction = 'take'\nvalue = '{value} * (1 - {name})'\n\
                 [[leader.reward]]\nstage = {stage}\naction = 'take'\n\
                 value = '-{value} * (1 - {name})'"
            )
            .expect("text");
            if stage + 1 == items {
                continue;
            }
            for used in 0..=*capacity {
                let rule = format!("[[transition]]\nstage = {stage}\nstate = 'u{used}'\n");
                writeln!(text, "{rule}to = 'u{used}'").expect("text");
                if used + weight <= *capacity {
                    let next = used + weight;
                    writeln!(text, "{rule}action = 'take'\nto = 'u{next}'").expect("text");
                }
            }
        }
        Game::parse_toml(&text).expect("a game")
    }

    /// Minus the least that the packer can pack, over all sets of items taken away.
    fn value(&self) -> i64 {
        let sets = (0u32..1 << self.weights.len()).filter(|set| set.count_ones() <= self.budget);
        -sets.map(|set| self.packed(set)).min().expect("some set")
    }

    /// The most that can be packed without the items of a set.
    fn packed(&self, gone: u32) -> i64 {
        let mut best = vec![0; self.capacity + 1];
        for (item, (&weight, &value)) in self.weights.iter().zip(&self.values).enumerate() {
            if gone >> item & 1 == 0 {
                for room in (weight..=self.capacity).rev() {
                    best[room] = best[room].max(best[room - weight] + value);
                }
            }
        }
        best[self.capacity]
    }
}

/// Binaries are looked at one by one, the feasible ones alone: six to fourteen items, as many as no
/// simplices could cover.
#[test]
fn interdictions_by_enumeration() {
    let weights = [3, 2, 4, 1, 5, 3, 2, 4, 1, 2, 3, 5, 2, 4];
    let values = [6, 4, 9, 5, 4, 9, 3, 7, 2, 5, 8, 6, 4, 7];
    for (items, budget, feasible) in [(6, 2, 22), (8, 3, 93), (10, 3, 176), (14, 2, 106)] {
        let instance = Interdiction {
            weights: weights[..items].to_vec(),
            values: values[..items].to_vec(),
            capacity: 2 * items,
            budget,
        };
        let game = instance.game();
        let outcome = solved(&game, &settings(Rational::ZERO));
        assert_eq!(outcome.status, Status::Exact, "{items} items");
        assert_eq!(outcome.accepted.claim.upper, ratio(instance.value(), 1), "{items} items");
        assert!(outcome.statistics.decisions_solved <= feasible, "{items} items");
        if items <= 8 {
            prove(&game, outcome.certificate.as_slice()).expect("the kernel proves it, too");
        }
    }
}

/// A certificate that leaves out decisions, or calls boxes empty that are not, is refused.
#[test]
fn forged_boxes() {
    let instance =
        Interdiction { weights: vec![1, 1, 1], values: vec![2, 3, 4], capacity: 2, budget: 1 };
    let game = instance.game();
    let outcome = solved(&game, &settings(Rational::ZERO));
    assert_eq!(outcome.accepted.claim.upper, ratio(-5, 1));
    let text = String::from_utf8(outcome.certificate).expect("text");
    assert!(text.contains("cover-split 0 0\n") && text.contains("cover-empty\n"), "{text}");
    let refused = |text: &str| match check(&game, text.as_bytes()) {
        Err(rejection) => rejection.to_string(),
        Ok(accepted) => panic!("accepted: {:?}", accepted.claim),
    };
    // A box with decisions.
    let at = text.find("cover-response").expect("a response");
    let end = at + text[at..].find('\n').expect("a line");
    let empty = format!("{}cover-empty{}", &text[..at], &text[end..]);
    assert!(refused(&empty).contains("cover-empty"));
    // Values beside the grid, parameters that do not exist, a box that has one value already.
    for split in ["cover-split 0 1/2", "cover-split 7 0", "cover-split 0 0\ncover-split 0 0"] {
        assert!(check(&game, text.replacen("cover-split 0 0", split, 1).as_bytes()).is_err());
    }
    // A part that is left out.
    let cut = text.replacen("cover-empty\n", "", 1);
    assert!(matches!(check(&game, cut.as_bytes()), Err(Rejection::Step { .. })));
}

/// One of two lines is opened, `x` is 0 or 1, at a price `y`: whoever comes gains `1/2 + x/4 - y`
/// and brings the leader `y - x/8`, and `2 x (1 - x)` more, which would be 1/2 halfway between.
#[test]
fn mixed_decisions_branch_on_integers() {
    let text = "format = 'smfg-game/1'\nname = 'two lines'\nstages = 1\nstates = ['rider']\n\
        actions = ['stay', 'come']\ninitial = 'rider'\n[leader]\n\
        variables = [{ name = 'x', lower = 0, upper = 1, integer = true }, \
        { name = 'y', lower = 0, upper = 1 }]\n\
        [[reward]]\naction = 'come'\nvalue = '1/2 + x / 4 - y'\n\
        [[leader.reward]]\naction = 'come'\nvalue = 'y - x / 8 + 2 * x * (1 - x)'\n";
    let game = Game::parse_toml(text).expect("a game");
    // A share s may stay away from a gain g as long as s g <= 1/100. At x = 1 the leader has
    // (1 - s) (5/8 - g) with g = 3/4 - y, most at g = sqrt(5/8)/10; at x = 0 less than 2/5.
    let outcome = solved(&game, &Settings { gap: ratio(1, 1000), ..settings(ratio(1, 100)) });
    assert_ne!(outcome.status, Status::Limit);
    let gain = (0.625f64).sqrt() / 10.0;
    let value = (1.0 - 0.01 / gain) * (0.625 - gain);
    let claim = &outcome.accepted.claim;
    let approx = |number: &Rational| smfg::exact::to_approx(number);
    assert!(approx(&claim.lower) <= value + 1e-9 && value <= approx(&claim.upper) + 1e-9);
    assert_eq!(outcome.point.expect("a decision")[0], Rational::ONE);
    prove(&game, outcome.certificate.as_slice()).expect("the kernel proves it, too");
}

/// A hundred thousand decisions of two integers in a game with congestion: tolls on two of three
/// links, whose equilibrium is unique and found by trying all sets of links.
#[test]
fn a_hundred_thousand_tolls() {
    let text = "format = 'smfg-game/1'\nname = 'tolls'\nstages = 1\nstates = ['trip']\n\
        actions = ['a', 'b', 'c']\ninitial = 'trip'\n[leader]\n\
        variables = [{ name = 'tb', lower = 0, upper = 316, integer = true }, \
        { name = 'tc', lower = 0, upper = 316, integer = true }]\n\
        [[reward]]\naction = 'a'\nvalue = '-1 - mu[*, a]'\n\
        [[reward]]\naction = 'b'\nvalue = '-1/4 - mu[*, b] - tb / 300'\n\
        [[reward]]\naction = 'c'\nvalue = '-1/2 - 1/2 * mu[*, c] - tc / 300'\n\
        [[leader.payoff]]\nvalue = 'tb / 300 * mu[*, b]@0 + tc / 300 * mu[*, c]@0'\n";
    let game = Game::parse_toml(text).expect("a game");
    let outcome = solved(&game, &Settings { gap: ratio(1, 10_000), ..settings(Rational::ZERO) });
    let claim = &outcome.accepted.claim;
    let best = (0..317)
        .flat_map(|p| (0..317).map(move |q| revenue(f64::from(p) / 300.0, f64::from(q) / 300.0)))
        .fold(f64::NEG_INFINITY, f64::max);
    let approx = |number: &Rational| smfg::exact::to_approx(number);
    println!("{} of 100489 decisions examined", outcome.statistics.decisions_solved);
    assert_ne!(outcome.status, Status::Limit);
    assert!(approx(&claim.lower) <= best + 1e-9 && best <= approx(&claim.upper) + 1e-9);
    assert!(outcome.statistics.decisions_solved < 5000);
}

/// What tolls `p` and `q` earn where costs `1 + a`, `1/4 + b + p`, `1/2 + c/2 + q` of the links
/// used are equal and no more than those of the others.
fn revenue(p: f64, q: f64) -> f64 {
    let links = [(1.0, 1.0), (0.25 + p, 1.0), (0.5 + q, 0.5)];
    for used in 1..8usize {
        let of = |k: &usize| used >> k & 1 == 1;
        let slope: f64 = (0..3).filter(of).map(|k| 1.0 / links[k].1).sum();
        let free: f64 = (0..3).filter(of).map(|k| links[k].0 / links[k].1).sum();
        let cost = (1.0 + free) / slope;
        let fits = (0..3).all(|k| (links[k].0 <= cost + 1e-12) == of(&k) || links[k].0 == cost);
        if fits {
            let flow = |k: usize| ((cost - links[k].0) / links[k].1).max(0.0);
            return p * flow(1) + q * flow(2);
        }
    }
    unreachable!("some links are used")
}
