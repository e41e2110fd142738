//! Listings: malformed ones are refused, one reason each; hashes tell all others apart.

use crate::models::{adoption, epidemic, moral_hazard_on_a_grid, two_payments};
use crate::text::{columns, n, p};
use smfg_kernel::{
    Column, Decisions, Grid, Listing, Monomial, Polynomial, Rational, Refusal, Scaled, Stage,
    Statistic, Successors, Transition, Variable, listing_text,
};
use std::sync::Arc;

/// The parts of a listing, to be changed.
#[derive(Clone)]
struct Parts {
    states: usize,
    parameters: usize,
    initial: Scaled,
    decisions: Decisions,
    statistics: Vec<Statistic>,
    stages: Vec<Stage>,
    payoff: Polynomial,
}

impl Parts {
    fn of(listing: &Listing) -> Self {
        Parts {
            states: listing.states,
            parameters: listing.parameters,
            initial: listing.initial.clone(),
            decisions: listing.decisions.clone(),
            statistics: listing.statistics.clone(),
            stages: listing.stages.clone(),
            payoff: listing.payoff.clone(),
        }
    }

    fn listing(self) -> Result<Listing, Refusal> {
        let Parts { states, parameters, initial, decisions, statistics, stages, payoff } = self;
        Listing::new(states, parameters, initial, decisions, statistics, stages, payoff)
    }

    fn form(&mut self, k: usize) -> (&mut u32, &mut Column) {
        match &mut self.statistics[k] {
            Statistic::Masses { stage, weights } => (stage, weights),
            other => panic!("{other:?}"),
        }
    }

    fn transition(&mut self) -> &mut Transition {
        self.stages[0].transition.as_mut().expect("a transition")
    }

    fn successors(&mut self, change: impl FnOnce(&mut Successors)) {
        change(Arc::make_mut(&mut self.transition().successors));
    }

    fn first(&mut self, first: &[u32]) {
        self.stages[0].first = Arc::new(first.to_vec());
    }
}

fn initial(values: &[&str]) -> Scaled {
    Scaled::from_rationals(&values.iter().map(|value| n(value)).collect::<Vec<_>>())
}

/// A change of the epidemic, by its name.
type Change = (&'static str, Box<dyn Fn(&mut Parts)>);

fn change(name: &'static str, change: impl Fn(&mut Parts) + 'static) -> Change {
    (name, Box::new(change))
}

fn refused(base: &Parts, changes: Vec<Change>) {
    assert!(base.clone().listing().is_ok());
    for (name, change) in changes {
        let mut parts = base.clone();
        change(&mut parts);
        let result = parts.listing().map(|_| ());
        assert!(matches!(result, Err(Refusal::Listing(_))), "{name}: {result:?}");
    }
}

fn with_monomial(factors: Vec<(Variable, u32)>) -> impl Fn(&mut Parts) {
    move |parts| {
        let values = Column { support: Some(vec![0]), coefficients: Arc::new(initial(&["1"])) };
        parts.stages[0].reward.push((Monomial::new(factors.clone()), Arc::new(values)));
    }
}

#[test]
fn sizes_and_laws() {
    let base = Parts::of(&epidemic().listing());
    refused(
        &base,
        vec![
            change("no stages", |parts| parts.stages.clear()),
            change("no states", |parts| {
                parts.states = 0;
                parts.initial = initial(&[]);
            }),
            change("a law of one state", |parts| parts.initial = initial(&["1"])),
            change("a law of three states", |parts| parts.initial = initial(&["1", "0", "0"])),
            change("a negative mass", |parts| parts.initial = initial(&["2", "-1"])),
            change("a law of sum 1/2", |parts| parts.initial = initial(&["1/2", "0"])),
            change("a law of sum 3/2", |parts| parts.initial = initial(&["1", "1/2"])),
            change("too many states", |parts| parts.states = 1 << 31),
            change("too many parameters", |parts| parts.parameters = 1 << 31),
        ],
    );
}

#[test]
fn stages() {
    let base = Parts::of(&epidemic().listing());
    refused(
        &base,
        vec![
            change("a state too few", |parts| parts.first(&[0, 3])),
            change("a state too many", |parts| parts.first(&[0, 1, 2, 3])),
            change("no first pair", |parts| parts.first(&[1, 2, 3])),
            change("a state without a pair", |parts| parts.first(&[0, 3, 3])),
            change("states out of order", |parts| parts.first(&[0, 3, 2])),
            change("pairs too few", |parts| parts.first(&[0, 1, 2])),
            change("pairs too many", |parts| parts.first(&[0, 2, 4])),
            change("too many pairs", |parts| parts.stages[1].first = Arc::new(vec![0, 1, 1 << 31])),
            change("a transition at the end", |parts| {
                parts.stages[1].transition = parts.stages[0].transition.clone();
            }),
            change("no transition before", |parts| parts.stages[0].transition = None),
            change("no last stage", |parts| drop(parts.stages.pop())),
            change("a dense column too short", |parts| {
                let column = Column { support: None, coefficients: Arc::new(initial(&["1", "2"])) };
                parts.stages[0].reward[0].1 = Arc::new(column);
            }),
            change("an entry that there is not", |parts| {
                parts.stages[0].reward = columns(9, [(3, p("1"))]);
            }),
            change("entries out of order", |parts| {
                let coefficients = Arc::new(initial(&["1", "2"]));
                let column = Column { support: Some(vec![1, 0]), coefficients };
                parts.stages[0].leader_reward[0].1 = Arc::new(column);
            }),
            change("an entry twice", |parts| {
                let coefficients = Arc::new(initial(&["1", "2"]));
                let column = Column { support: Some(vec![1, 1]), coefficients };
                parts.stages[0].leader_reward[0].1 = Arc::new(column);
            }),
            change("entries without values", |parts| {
                let coefficients = Arc::new(initial(&["1"]));
                let column = Column { support: Some(vec![0, 1]), coefficients };
                parts.stages[0].leader_reward[0].1 = Arc::new(column);
            }),
            change("a monomial twice", |parts| {
                let again = parts.stages[0].reward[0].clone();
                parts.stages[0].reward.push(again);
            }),
            change("no parameter", with_monomial(vec![(Variable::Parameter(1), 1)])),
            change("no statistic", with_monomial(vec![(Variable::Statistic(2), 1)])),
            change("a form", with_monomial(vec![(Variable::Form(0), 1)])),
            change("a share", with_monomial(vec![(Variable::Share(0), 1)])),
            change("a multiplier", with_monomial(vec![(Variable::Multiplier, 1)])),
            change("a choice", with_monomial(vec![(Variable::Choice(0), 1)])),
            change("a degree of 65", with_monomial(vec![(Variable::Parameter(0), 65)])),
            change(
                "a sum of 65",
                with_monomial(vec![(Variable::Parameter(0), 33), (Variable::Statistic(0), 32)]),
            ),
            change(
                "a degree beyond u32",
                with_monomial(vec![
                    (Variable::Parameter(0), u32::MAX),
                    (Variable::Statistic(0), 2),
                ]),
            ),
        ],
    );
}

#[test]
fn transitions() {
    let base = Parts::of(&epidemic().listing());
    let probability = |entries: Vec<(u32, &'static str)>| {
        move |parts: &mut Parts| {
            let entries = entries.iter().map(|(entry, text)| (*entry, p(text)));
            parts.transition().probability = columns(4, entries);
        }
    };
    refused(
        &base,
        vec![
            change("a pair too few", |parts| parts.successors(|s| s.first.truncate(3))),
            change("a pair too many", |parts| parts.successors(|s| s.first.push(4))),
            change("no first entry", |parts| parts.successors(|s| s.first[0] = 1)),
            change("pairs out of order", |parts| parts.successors(|s| s.first[1] = 4)),
            change("entries too few", |parts| parts.successors(|s| s.state.truncate(3))),
            change("entries too many", |parts| parts.successors(|s| s.state.push(0))),
            change("no state", |parts| parts.successors(|s| s.state[0] = 2)),
            change("u32::MAX entries", |parts| parts.successors(|s| s.first[3] = u32::MAX)),
            change("nothing", |parts| parts.transition().probability.clear()),
            change("a sum of 1/2", probability(vec![(0, "1/2"), (2, "1"), (3, "1")])),
            change("a sum of 2", probability(vec![(0, "1"), (1, "1"), (2, "1"), (3, "1")])),
            change("a sum for one decision", probability(vec![(0, "u0"), (2, "1"), (3, "1")])),
            change(
                "a sum where x0 = 0",
                probability(vec![(0, "1-x0"), (1, "4/5*x0"), (2, "1"), (3, "1")]),
            ),
            change(
                "the entries of another pair",
                probability(vec![(0, "1"), (1, "1"), (2, "0"), (3, "1")]),
            ),
        ],
    );
}

#[test]
fn statistics_payoff_decisions() {
    let base = Parts::of(&epidemic().listing());
    let rows = |rows: Vec<(bool, &'static str)>| {
        move |parts: &mut Parts| {
            let Decisions::Polytope { rows: present, .. } = &mut parts.decisions else { return };
            *present = rows.iter().map(|(equal, text)| (*equal, p(text))).collect();
        }
    };
    let grid = |step: &'static str| {
        move |parts: &mut Parts| {
            let Decisions::Polytope { grids, .. } = &mut parts.decisions else { return };
            grids[0] = Grid::Points { origin: Rational::ZERO, step: n(step) };
        }
    };
    refused(
        &base,
        vec![
            change("a statistic of no stage", |parts| *parts.form(0).0 = 2),
            change("a statistic of no pair", |parts| {
                parts.form(0).1.support = Some(vec![3]);
            }),
            change("weights too few", |parts| parts.form(0).1.support = None),
            change("a payoff of no statistic", |parts| parts.payoff = p("x2")),
            change("a payoff of no parameter", |parts| parts.payoff = p("u1")),
            change("a payoff of a form", |parts| parts.payoff = p("f0")),
            change("no decision", |parts| parts.decisions = Decisions::List(Vec::new())),
            change("a decision without values", |parts| {
                parts.decisions = Decisions::List(vec![vec![n("1")], Vec::new()]);
            }),
            change("too few ends", |parts| parts.parameters = 2),
            change("too few grids", |parts| {
                let Decisions::Polytope { grids, .. } = &mut parts.decisions else { return };
                grids.clear();
            }),
            change("a grid without a step", grid("0")),
            change("a grid of negative step", grid("-1")),
            change("a row of degree 2", rows(vec![(false, "u0^2")])),
            change("a row of statistics", rows(vec![(true, "x0")])),
            change("a row of no parameter", rows(vec![(false, "u0"), (false, "u1")])),
        ],
    );
}

/// Each number, index and name that a listing has changes its hash.
#[test]
fn hashes_differ() {
    let mut hashes = std::collections::BTreeSet::new();
    let mut add = |parts: Parts, name: &str| {
        let listing = parts.listing().unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert!(hashes.insert(listing.hash()), "{name}");
    };
    let base = Parts::of(&epidemic().listing());
    add(base.clone(), "itself");
    let changes = vec![
        change("law", |parts| parts.initial = initial(&["1/2", "1/2"])),
        change("ends", |parts| {
            let Decisions::Polytope { ends, .. } = &mut parts.decisions else { return };
            ends[0].1 = n("2");
        }),
        change("grid", |parts| {
            let Decisions::Polytope { grids, .. } = &mut parts.decisions else { return };
            grids[0] = Grid::Points { origin: n("0"), step: n("1") };
        }),
        change("origin", |parts| {
            let Decisions::Polytope { grids, .. } = &mut parts.decisions else { return };
            grids[0] = Grid::Points { origin: n("1"), step: n("1") };
        }),
        change("row", |parts| {
            let Decisions::Polytope { rows, .. } = &mut parts.decisions else { return };
            rows.push((false, p("u0")));
        }),
        change("equation", |parts| {
            let Decisions::Polytope { rows, .. } = &mut parts.decisions else { return };
            rows.push((true, p("u0")));
        }),
        change("list", |parts| parts.decisions = Decisions::List(vec![vec![n("1/2")]])),
        change("longer list", |parts| {
            parts.decisions = Decisions::List(vec![vec![n("1/2")], vec![n("1/2")]]);
        }),
        change("statistic", |parts| *parts.form(1).0 = 0),
        change("weight", |parts| {
            parts.form(1).1.coefficients = Arc::new(initial(&["2"]));
        }),
        change("order of statistics", |parts| parts.statistics.swap(0, 1)),
        change("reward", |parts| parts.stages[1].reward = columns(2, [(1, p("-2"))])),
        change("whose reward", |parts| parts.stages[1].reward = columns(2, [(0, p("-1"))])),
        change("leader's", |parts| parts.stages[1].leader_reward = columns(2, [(1, p("-1"))])),
        change("successor", |parts| parts.successors(|s| s.state[3] = 0)),
        change("order of successors", |parts| parts.successors(|s| s.state.swap(0, 1))),
        change("payoff", |parts| parts.payoff = p("-x1^2")),
        change("parameter in the payoff", |parts| parts.payoff = p("-u0")),
    ];
    for (name, change) in changes {
        let mut parts = base.clone();
        change(&mut parts);
        add(parts, name);
    }
    for (name, game) in
        [("adoption", adoption()), ("grid", moral_hazard_on_a_grid()), ("square", two_payments())]
    {
        add(Parts::of(&game.listing()), name);
    }
}

/// The order in which columns are given does not matter.
#[test]
fn hashes_agree() {
    let mut parts = Parts::of(&epidemic().listing());
    parts.stages[0].reward.reverse();
    parts.transition().probability.reverse();
    let listing = parts.listing().expect("a listing");
    assert_eq!(listing.hash(), epidemic().listing().hash());
    assert_eq!(listing.clone().hash(), listing.hash());
}

/// The text of a listing, whose SHA-256 is the hash (computed with another program).
#[test]
fn text_and_hash() {
    let mut text = String::new();
    listing_text(&epidemic().listing(), &mut |part| text.push_str(part));
    let expected = "smfg-listing-1 2 1 2 1 1 0 polytope 1 0 1 1 continuous 0 2 \
        statistic 0 + 1 0 1 1 1\n\
        statistic 1 + 1 1 1 1 1\n\
        2 stage 3 0 2 3 2 1 + 1 0 1 1 1\n\
        u0 + 1 0 1 1 -1\n\
        1 1 + 1 0 1 5 4\n\
        + 4 0 2 3 4 4 0 1 0 1\n\
        2 1 + 3 0 2 3 3 1 1 1 1\n\
        x0 + 2 0 1 2 5 -4 4\n\
        stage 3 0 1 2 1 1 + 1 1 1 1 -1\n\
        0 -\n\
        -1*x1\n";
    assert_eq!(text, expected);
    assert_eq!(epidemic().listing().hash(), HASH);
}

const HASH: &str = "sha256:5394a6a00dc95801bcb60119f62cf2885255ac60c874cabe8c39335c1e5636ee";
