//! A log: the steps of proofs as a text, one line each (docs/kernel.md has the grammar).
//!
//! A statement opens a proof, `end` finishes it and keeps its theorem under a name, `claim` draws
//! a conclusion from theorems. Between lines nothing is kept but the proof and the theorems.

use crate::error::Refusal;
use crate::listing::Listing;
use crate::number::parse;
use crate::proof::Proof;
use crate::read::{Failure, Lines, Words, index, monomial, pair, polynomial, text, variable};
use crate::row::{Combination, Family, Name, Row, Sense, Side, Square};
use crate::theorem::{Claim, Claimed, Place, Scope, Statement, Theorem, claim};
use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::Arc;

/// Checks a log about a listing, line by line; `accept` is told each claim that it shows.
///
/// # Errors
/// [`Failure`] when the source cannot be read, or a line is refused. Claims that were accepted
/// before stay true.
pub fn check_log(
    listing: &Arc<Listing>,
    source: impl BufRead,
    mut accept: impl FnMut(&Claim),
) -> Result<(), Failure> {
    let entries = usize::try_from(listing.entries()).unwrap_or(usize::MAX);
    let mut log =
        Log { listing: Arc::clone(listing), entries, proof: None, theorems: BTreeMap::new() };
    let mut lines = Lines::metered(source, listing.entries());
    lines.each(|words| match words.peek() {
        Some("claim") => log.claim(words).map(|claim| accept(&claim)),
        _ => log.line(words),
    })?;
    match log.proof {
        None => Ok(()),
        Some(_) => Err(lines.refused(text("the log ends within a proof"))),
    }
}

struct Log {
    listing: Arc<Listing>,
    /// Of the listing.
    entries: usize,
    proof: Option<(String, Proof)>,
    theorems: BTreeMap<String, Theorem>,
}

impl Log {
    fn line(&mut self, words: &mut Words) -> Result<(), Refusal> {
        let word = words.next()?;
        match (word, self.proof.take()) {
            ("equilibria" | "reached" | "below" | "form" | "patterns", None) => {
                let name = words.next()?.to_string();
                if self.theorems.contains_key(&name) {
                    return Err(text(format!("there is a theorem {name} already")));
                }
                let statement = statement(word, words)?;
                self.proof = Some((name, Proof::open(Arc::clone(&self.listing), statement)?));
            }
            ("end", Some((name, proof))) => {
                self.theorems.insert(name, proof.finish()?);
            }
            (_, Some((name, mut proof))) => {
                step(word, words, &mut proof)?;
                self.proof = Some((name, proof));
            }
            (_, None) => return Err(text("no statement that is being proved, and no new one")),
        }
        Ok(())
    }

    /// `claim SIGN EPS LOWER UPPER [missed] SCOPE : NAME...`
    fn claim(&mut self, words: &mut Words) -> Result<Claim, Refusal> {
        words.expect("claim")?;
        let pessimistic = sign(words)?;
        let [epsilon, lower, upper] = [words.number()?, words.number()?, words.number()?];
        let missed = words.takes("missed");
        let scope = match place(words)? {
            Place::All => Scope::All,
            Place::Decision(k) => Scope::Decision(k),
            Place::Point(values) => Scope::Point(values),
            Place::Segment { .. } => return Err(text("a claim about a segment")),
        };
        words.expect(":")?;
        let mut theorems = Vec::new();
        while words.peek().is_some() {
            let name = words.next()?;
            crate::work::spend(self.entries)?;
            let theorem = self.theorems.get(name).cloned();
            theorems.push(theorem.ok_or_else(|| text(format!("there is no theorem {name}")))?);
        }
        claim(&self.listing, &scope, &epsilon, pessimistic, &theorems)
            .and_then(|claim| claim.weakened(&lower, &upper))
            .filter(|claim| claim.missed || !missed)
            .map(|mut claim| {
                claim.missed = missed;
                claim
            })
            .ok_or_else(|| Refusal::Inequality("the theorems do not show this claim".to_string()))
    }
}

fn sign(words: &mut Words) -> Result<bool, Refusal> {
    match words.next()? {
        "+" => Ok(true),
        "-" => Ok(false),
        _ => Err(text("a sign is + or -")),
    }
}

fn place(words: &mut Words) -> Result<Place, Refusal> {
    Ok(match words.next()? {
        "all" => Place::All,
        "decision" => Place::Decision(words.index()?),
        "point" => Place::Point(words.all(parse)?),
        "segment" => {
            let from = words.all(parse)?;
            words.expect("to")?;
            Place::Segment { from, to: words.all(parse)? }
        }
        _ => return Err(text("no place")),
    })
}

/// `SIGN EPS PLACE [pattern T,I...]`, then `: POLYNOMIAL`, `: FORM` or `: T,I... ; T,I...`.
fn statement(word: &str, words: &mut Words) -> Result<Statement, Refusal> {
    let (pessimistic, epsilon, place) = (sign(words)?, words.number()?, place(words)?);
    let pattern = match words.takes("pattern") {
        true => Some(words.all(pair)?),
        false => None,
    };
    words.expect(":")?;
    let claimed = match word {
        "equilibria" => Claimed::Bound(polynomial(words.next()?)?),
        "reached" => Claimed::Reached(polynomial(words.next()?)?),
        "below" => Claimed::Below(polynomial(words.next()?)?),
        "form" => Claimed::Form(form(words, Sense::AtLeast)?),
        _ => {
            let mut patterns = vec![words.all(pair)?];
            while words.takes(":") {
                patterns.push(words.all(pair)?);
            }
            Claimed::Patterns(patterns)
        }
    };
    Ok(Statement { claimed, pessimistic, epsilon, place, pattern })
}

/// One step of a proof.
fn step(word: &str, words: &mut Words, proof: &mut Proof) -> Result<(), Refusal> {
    match word {
        "close" => proof.close(&combination(words)?),
        "empty" => proof.close_empty(),
        "within" => proof.within(words.index()?),
        "derive" => {
            let goal = row(words)?;
            words.expect(":")?;
            proof.derive(goal, &combination(words)?)
        }
        "over" => {
            let (site, goal) = (pair(words.next()?)?, row(words)?);
            let mut combinations = Vec::new();
            while words.takes(":") {
                combinations.push(combination(words)?);
            }
            proof.derive_over(site, goal, &combinations)
        }
        "declare" => proof.declare(form(words, Sense::Equal)?).map(|_| ()),
        "masses" => proof.declare_masses(family(words)?).map(|_| ()),
        "unfold" => {
            let mut rows = Vec::new();
            while words.peek().is_some() {
                rows.push(polynomial(words.next()?)?);
            }
            proof.unfold(&rows)
        }
        "substitute" => proof.substitute(variable(words.next()?)?, row_name(words.next()?)?),
        "split" => proof.split(variable(words.next()?)?, words.number()?),
        "divide" => proof.divide(&form(words, Sense::AtLeast)?),
        "grid" => proof.grid(words.index()?, words.number()?),
        "case" => pair(words.next()?).and_then(|(t, i)| proof.case(t, i)),
        "choose" => proof.choose(pair(words.next()?)?),
        "choice" => proof.choice(pair(words.next()?)?),
        "prefer" => {
            let ((t, pair), passed) = (pair(words.next()?)?, words.index()?);
            words.expect(":")?;
            proof.prefer(t, pair, passed, &combination(words)?)
        }
        "regret" | "excess" => {
            let above = word == "excess";
            let triple = |word: &str| {
                let (t, rest) = word.split_once(',').ok_or_else(|| text("no `T,I,ROW`"))?;
                pair(rest).and_then(|(i, row)| Ok((index(t)?, i, row)))
            };
            let rows = words.all(triple)?;
            if above { proof.excess(&rows) } else { proof.regret(&rows) }
        }
        "ceiling" => proof.ceiling(family(words)?),
        "lead-ceiling" => proof.lead_bound(family(words)?, false),
        "lead-floor" => proof.lead_bound(family(words)?, true),
        "floor" => {
            let (values, mut choices) = (family(words)?, Vec::new());
            while words.takes(":") {
                choices.push(words.all(index)?);
            }
            proof.floor(values, &choices)
        }
        "follow" => {
            let leader = family(words)?;
            words.expect(":")?;
            let (earned, mut choices) = (family(words)?, Vec::new());
            while words.takes(":") {
                choices.push(words.all(index)?);
            }
            proof.follow(leader, earned, &choices)
        }
        "play" => proof.play(family(words)?),
        "policy" => proof.play_policy(family(words)?),
        "exists" => proof.exists(),
        "exists-in" => {
            let ends = words.all(|word| {
                let (lower, upper) =
                    word.split_once(',').ok_or_else(|| text("no `LOWER,UPPER`"))?;
                Ok((parse(lower)?, parse(upper)?))
            })?;
            let mut matrix = Vec::new();
            while words.takes(":") {
                matrix.push(words.all(parse)?);
            }
            proof.exists_in(&ends, &matrix)
        }
        "scale" => proof.scale(),
        "simplices" => proof.simplices(),
        "cut" => proof.cut(words.index()?, words.index()?, words.number()?),
        _ => Err(text("there is no such step")),
    }
}

/// `NAME=VALUE`, its two sides.
fn equation(word: &str) -> Result<(&str, &str), Refusal> {
    word.split_once('=').ok_or_else(|| text("no NAME=VALUE"))
}

/// `>` or `=`, then the form that is compared with 0.
fn row(words: &mut Words) -> Result<Row, Refusal> {
    let sense = match words.next()? {
        ">" => Sense::AtLeast,
        "=" => Sense::Equal,
        _ => return Err(text("a row begins with > or =")),
    };
    form(words, sense)
}

/// A polynomial, then `dT,I=`, `vT,S=`, `yT,S=` with polynomials and `loss=`, `reward=` with
/// numbers.
fn form(words: &mut Words, sense: Sense) -> Result<Row, Refusal> {
    let mut row = Row::of(sense, polynomial(words.next()?)?);
    while words.peek().is_some_and(|word| word != ":") {
        let (name, value) = equation(words.next()?)?;
        let side = match name {
            "loss" => {
                row.loss = parse(value)?;
                continue;
            }
            "reward" => {
                row.reward = parse(value)?;
                continue;
            }
            _ => name.split_at_checked(1).unwrap_or_default(),
        };
        let ((t, k), value) = (pair(side.1)?, polynomial(value)?);
        match side.0 {
            "d" => row.mass.push((t, k, value)),
            "v" => row.value.push((Side::Follower, t, k, value)),
            "y" => row.value.push((Side::Dual, t, k, value)),
            "w" => row.value.push((Side::Leader, t, k, value)),
            _ => return Err(text("no part of a form")),
        }
    }
    Ok(row)
}

/// `e`, `o`, `m3`, `k2`, `j1`, `c0`, `r5`; `>x3` and `<x3` for the ends of a coordinate.
fn row_name(word: &str) -> Result<Name, Refusal> {
    match word {
        "e" => return Ok(Name::Budget),
        "o" => return Ok(Name::Objective),
        _ => {}
    }
    match word.split_at_checked(1).unwrap_or_default() {
        ("m", k) => Ok(Name::Mass(index(k)?)),
        ("k", k) => Ok(Name::Link(index(k)?)),
        ("j", k) => Ok(Name::Form(index(k)?)),
        ("c", k) => Ok(Name::Constraint(index(k)?)),
        ("r", k) => Ok(Name::Row(index(k)?)),
        (">", name) => Ok(Name::Lower(variable(name)?)),
        ("<", name) => Ok(Name::Upper(variable(name)?)),
        _ => Err(text("no name of a row")),
    }
}

/// Multipliers of rows `NAME=POLYNOMIAL`, of families `flow T MONOMIAL COLUMN` and the like,
/// `bound K T MONOMIAL COLUMN`, and squares `square WEIGHT ROOT [T,I]`.
fn combination(words: &mut Words) -> Result<Combination, Refusal> {
    let mut result = Combination::default();
    let mut bounds: BTreeMap<u32, Family> = BTreeMap::new();
    while let Some(word) = words.peek().filter(|word| *word != ":") {
        words.next()?;
        match word {
            "flow" => block(words, &mut result.flow)?,
            "bellman" => block(words, &mut result.bellman)?,
            "policy" => block(words, &mut result.policy)?,
            "dual" => block(words, &mut result.dual)?,
            "lead" => block(words, &mut result.lead)?,
            "bound" => {
                let number = words.index()?;
                block(words, bounds.entry(number).or_default())?;
            }
            "square" => {
                let (weight, root) = (polynomial(words.next()?)?, polynomial(words.next()?)?);
                let has_pair = words.peek().is_some_and(|word| word.contains(','));
                let pair = if has_pair { Some(pair(words.next()?)?) } else { None };
                result.squares.push(Square { weight, root, pair });
            }
            _ => {
                let (name, multiplier) = equation(word)?;
                result.rows.push((row_name(name)?, polynomial(multiplier)?));
            }
        }
    }
    result.bounds = bounds.into_iter().collect();
    Ok(result)
}

/// Columns `t T MONOMIAL COLUMN`.
fn family(words: &mut Words) -> Result<Family, Refusal> {
    let mut family = Family::new();
    while words.takes("t") {
        block(words, &mut family)?;
    }
    Ok(family)
}

fn block(words: &mut Words, family: &mut Family) -> Result<(), Refusal> {
    let columns = family.entry(words.index()?).or_default();
    columns.push((monomial(words.next()?)?, Arc::new(words.column()?)));
    Ok(())
}
