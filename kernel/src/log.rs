//! Logs: the steps of proofs as a text, one line each (docs/kernel.md, section 2).
//!
//! A statement opens a proof, `end` finishes it and keeps its theorem under a name, `claim` draws
//! a conclusion from theorems.

use crate::prelude::*;
use std::io::Read;

/// Operations that each line may take for each byte of the listing.
const WORK_OF_LINE: usize = 1 << 8;

/// Checks a log about a listing, line by line; `accept` is told each claim that it shows. Claims
/// that were accepted before a refusal stay true. What lines cost is at most in proportion to their
/// bytes and to those of the listing, and within [`limit_work`](crate::limit_work).
pub fn check_log(
    listing: &Arc<Listing>,
    mut source: impl Read,
    mut accept: impl FnMut(&Claim),
) -> Result<(), Failure> {
    read_all(&mut source, false, |words| {
        let (mut proof, mut theorems) = (None, BTreeMap::new());
        while words.begin() {
            allow(WORK_OF_LINE.saturating_mul(listing.bytes()));
            let word = words.take()?.to_string();
            words.about.clone_from(&word);
            match (word.as_str(), proof.take()) {
                ("prove", None) => {
                    let (name, statement) = Text::read(words)?;
                    proof = Some((name, Proof::open(Arc::clone(listing), statement)?));
                }
                ("claim", None) => accept(&conclusion(words, listing, &theorems)?),
                ("end", Some((name, proof))) => {
                    let new = theorems.insert(name, proof.finish()?).is_none();
                    require(new, "a second theorem of this name")?;
                }
                (word, Some((name, mut open))) => {
                    step(word, words, &mut open)?;
                    proof = Some((name, open));
                }
                _ => return Err(Refusal::Text("no statement is being proved".to_string())),
            }
            words.finish_line()?;
        }
        require(proof.is_none(), "the log ends within a proof")
    })
}

/// A claim, its numbers first, that theorems of these names show.
fn conclusion(
    words: &mut Words<'_>,
    listing: &Arc<Listing>,
    theorems: &BTreeMap<String, Theorem>,
) -> Done<Claim> {
    let (pessimistic, epsilon): (bool, Rational) = Text::read(words)?;
    let (lower, upper): (Rational, Rational) = Text::read(words)?;
    let (missed, scope, names): (bool, Scope, Vec<String>) = Text::read(words)?;
    charge(names.len().saturating_mul(listing.bytes()))?;
    let known: Vec<Theorem> = names.iter().filter_map(|name| theorems.get(name)).cloned().collect();
    let claim = claim(listing, &scope, &epsilon, pessimistic, &known);
    claim
        .filter(|_| known.len() == names.len())
        .and_then(|claim| claim.weakened(&lower, &upper)?.with_missed(missed))
        .ok_or(Refusal::Inequality("the theorems do not show this claim".to_string()))
}

fn get<T: Text>(words: &mut Words<'_>) -> Done<T> {
    T::read(words)
}

/// One step of a proof: the method of [`Proof`] with its arguments.
fn step(word: &str, w: &mut Words<'_>, proof: &mut Proof) -> Done {
    match word {
        "close" => proof.close(&get(w)?),
        "empty" => proof.close_empty(),
        "within" => proof.within(get(w)?),
        "derive" => proof.derive(get(w)?, &get(w)?),
        "over" => proof.derive_over(get(w)?, get(w)?, &get::<Vec<_>>(w)?),
        "declare" => proof.declare(get(w)?).map(|_| ()),
        "masses" => proof.declare_masses(get(w)?).map(|_| ()),
        "unfold" => proof.unfold(&get::<Vec<_>>(w)?),
        "substitute" => proof.substitute(get(w)?, get(w)?),
        "split" => proof.split(get(w)?, get(w)?),
        "divide" => proof.divide(&get(w)?),
        "grid" => proof.grid(get(w)?, get(w)?),
        "case" => proof.case(get(w)?, get(w)?),
        "choose" => proof.choose(get(w)?),
        "choice" => proof.choice(get(w)?),
        "prefer" => proof.prefer(get(w)?, get(w)?, get(w)?, &get(w)?),
        "regret" => proof.regret(&get::<Vec<_>>(w)?),
        "excess" => proof.excess(&get::<Vec<_>>(w)?),
        "ceiling" => proof.ceiling(get(w)?),
        "floor" => proof.floor(get(w)?, &get::<Vec<_>>(w)?),
        "lead-bound" => proof.lead_bound(get(w)?, get(w)?),
        "follow" => proof.follow(get(w)?, get(w)?, &get::<Vec<_>>(w)?),
        "tube" => proof.tube(&get(w)?),
        "play" => proof.play(get(w)?),
        "line" => proof.line(get(w)?, get(w)?, &get(w)?, &get(w)?),
        "entropy" => proof.entropy(get(w)?, &get(w)?, &get(w)?),
        "policy" => proof.play_policy(get(w)?),
        "exists" => proof.exists(),
        "exists-in" => proof.exists_in(&get::<Vec<_>>(w)?, &get::<Vec<_>>(w)?),
        "scale" => proof.scale(),
        "simplices" => proof.simplices(),
        "cut" => proof.cut(get(w)?, get(w)?, get(w)?),
        _ => Err(Refusal::Text(format!("there is no step `{word:.40}`"))),
    }
}
