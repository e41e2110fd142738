//! What the writer writes the reader reads.

use crate::dice::Dice;
use crate::reader::read;
use crate::selections::SELECTIONS;
use smfg::certificate::{
    Arithmetic, Claim, Part, Reader, Scope, Selection, Step, write_certificate,
};
use smfg::exact::{Integer, Natural, Rational, ratio};
use smfg::game::{Policy, StagePolicy};

fn number(dice: &mut Dice) -> Rational {
    let small = ratio(dice.below(2001) as i64 - 1000, 1 + dice.below(50) as u64);
    match dice.below(8) {
        0 => Rational::ZERO,
        // Beyond machine integers, both sides of the bar.
        1 => small * Rational::from(Integer::from(3).pow(200 + dice.below(200))),
        2 => small / Rational::from(Natural::from(7u8).pow(100 + dice.below(200))),
        _ => small,
    }
}

fn arithmetic(dice: &mut Dice) -> Arithmetic {
    if dice.once_in(2) {
        Arithmetic::Exact
    } else {
        Arithmetic::Rounded(*dice.pick(&[0, 1, 64, 4_096]))
    }
}

/// A stage of a policy; few different rows, so that runs occur.
fn stage(dice: &mut Dice, states: usize) -> StagePolicy {
    if dice.once_in(2) {
        return StagePolicy::Pure((0..states).map(|_| dice.below(3) as u32).collect());
    }
    let law = |dice: &mut Dice| match dice.below(4) {
        0 => vec![(0, Rational::ONE)],
        1 => vec![(2, Rational::ONE)],
        2 => vec![(0, ratio(1, 3)), (2, ratio(2, 3))],
        _ => vec![(0, ratio(1, 2)), (1, ratio(1, 6)), (4_000_000_000, ratio(1, 3))],
    };
    StagePolicy::Mixed((0..states).map(|_| law(dice)).collect())
}

fn step(dice: &mut Dice, stages: usize, states: usize) -> Step {
    let value = number(dice);
    match dice.below(5) {
        0 => Step::Decision(dice.below(1000)),
        1 => Step::DynamicProgramming {
            value,
            multiplier: number(dice),
            arithmetic: arithmetic(dice),
        },
        2 => Step::RangeBound { value },
        3 => Step::RangeWitness { value },
        _ => {
            let policy = |dice: &mut Dice| Policy {
                stages: (0..stages).map(|_| stage(dice, states)).collect(),
            };
            let parts = (0..1 + dice.below(4))
                .map(|_| Part { weight: number(dice), policy: policy(dice) })
                .collect();
            Step::Witness { value, arithmetic: arithmetic(dice), parts }
        }
    }
}

fn claim(dice: &mut Dice) -> Claim {
    let scope = match dice.below(3) {
        0 => Scope::All,
        1 => Scope::Decision(dice.below(1000)),
        _ => Scope::Point((0..1 + dice.below(3)).map(|_| number(dice)).collect()),
    };
    let of = dice
        .once_in(3)
        .then(|| format!("mu[s{}, a0]@{} ^ 2 - \"any text\"", dice.below(9), dice.below(9)));
    let hash = format!("sha256:{:064x}", dice.below(1 << 30));
    let (epsilon, lower, upper) = (number(dice), number(dice), number(dice));
    Claim { game_hash: hash, epsilon, selection: *dice.pick(&SELECTIONS), scope, of, lower, upper }
}

/// The shape in which a step is read: a stage whose rows are all single actions is pure.
fn as_read(step: &Step) -> Step {
    let pure = |stage: &StagePolicy| match stage {
        StagePolicy::Mixed(rows) if rows.iter().all(|row| row.len() == 1) => {
            StagePolicy::Pure(rows.iter().map(|row| row[0].0).collect())
        }
        other => other.clone(),
    };
    let mut step = step.clone();
    if let Step::Witness { parts, .. } = &mut step {
        for part in parts {
            part.policy.stages = part.policy.stages.iter().map(pure).collect();
        }
    }
    step
}

#[test]
fn what_is_written_is_read() {
    for seed in 0..1000 {
        let mut dice = Dice::new(seed);
        let (stages, states) = (1 + dice.below(4), 1 + dice.below(5));
        let claim = claim(&mut dice);
        let steps: Vec<Step> =
            (0..dice.below(8)).map(|_| step(&mut dice, stages, states)).collect();
        let text = write_certificate(Vec::new(), &claim, &steps).expect("memory does not fail");
        let (found, found_steps) = read(&text, stages, states);
        assert_eq!(found, claim, "seed {seed}");
        assert_eq!(found_steps, steps.iter().map(as_read).collect::<Vec<_>>(), "seed {seed}");
        let again =
            write_certificate(Vec::new(), &found, &found_steps).expect("memory does not fail");
        assert_eq!(again, text, "seed {seed}");
    }
}

#[test]
fn every_beginning_of_a_certificate_is_truncated_or_malformed() {
    let mut dice = Dice::new(5);
    let steps: Vec<Step> = (0..20).map(|_| step(&mut dice, 2, 3)).collect();
    let claim = claim(&mut dice);
    let text = write_certificate(Vec::new(), &claim, &steps).expect("memory does not fail");
    for length in 0..text.len() {
        let result = Reader::start(&text[..length], 2, 3).and_then(|(mut reader, _)| {
            while reader.step()?.is_some() {}
            Ok(())
        });
        assert!(result.is_err(), "{length} of {} bytes", text.len());
    }
}

#[test]
fn spellings_of_the_grammar() {
    let text = |play: &str| {
        format!(
            "smfg-certificate 1\ngame x\nepsilon 0.25\nselection optimistic\nscope decision 3\nclaim -1/2 1e2\n\
             decision 0\nwitness 2 rounded:7 1\npart 1\nplay {play}\nend\n"
        )
    };
    let policy = |play: &str| {
        let (claim, steps) = read(text(play).as_bytes(), 1, 4);
        assert_eq!(
            (claim.epsilon, claim.selection, claim.scope),
            (ratio(1, 4), Selection::Optimistic, Scope::Decision(3))
        );
        assert_eq!((claim.lower, claim.upper), (ratio(-1, 2), ratio(100, 1)));
        let Some(Step::Witness { parts, .. }) = steps.get(1) else { panic!("no witness") };
        parts[0].policy.stages[0].clone()
    };
    let one = |action| vec![(action, Rational::ONE)];
    let half = || vec![(0, ratio(1, 2)), (2, ratio(1, 2))];
    assert_eq!(policy("1 1 1 0"), StagePolicy::Pure(vec![1, 1, 1, 0]));
    assert_eq!(policy("1*3 0"), policy("1 1 1 0"));
    assert_eq!(policy("1*3 5*0 0"), policy("1 1 1 0"));
    assert_eq!(
        policy("1*2 0:1/2,2:1/2 0"),
        StagePolicy::Mixed(vec![one(1), one(1), half(), one(0)])
    );
    assert_eq!(policy("0:0.5,2:1/2*3 2"), StagePolicy::Mixed(vec![half(), half(), half(), one(2)]));
    let refused = [
        "1",
        "1*5",
        "1*3",
        "1*4 0",
        "",
        " 1*4",
        "1*4 ",
        "1**4",
        "1*-4",
        "a*4",
        "0:1/2,*4",
        "0:1:1*4",
        ":1*4",
        "0:x*4",
        "99999999999*4",
    ];
    for play in refused {
        let text = text(play);
        let (mut reader, _) = Reader::start(text.as_bytes(), 1, 4).expect("a header");
        reader.step().expect("the decision line");
        assert!(reader.step().is_err(), "`{play}`");
    }
}
