//! Logs: the lines that `smfg-kernel` reads, one per call of the kernel (docs/kernel.md).
//!
//! [`Recorded`] is a proof that writes each step when the kernel has taken it.

use smfg_kernel::{
    Claim, Combination, Family, Listing, Name, Polynomial, Proof, Rational, Refusal, Row,
    Statement, Theorem, Tube, Variable, text_of,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The line that draws a claim from named theorems.
#[must_use]
pub fn claim(claim: &Claim, names: &[&str]) -> String {
    let sign = text_of(&claim.pessimistic());
    let (epsilon, lower, upper) = (claim.epsilon(), claim.lower(), claim.upper());
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let (scope, names) = (text_of(claim.scope()), text_of(&names));
    let missed = text_of(&claim.missed());
    format!("claim {sign} {epsilon} {lower} {upper} {missed} {scope} {names}")
}

/// Takes the lines of a log.
pub type Sink = Rc<RefCell<dyn FnMut(&str)>>;

/// A proof whose steps are written as lines of a log, where one is asked for.
pub struct Recorded {
    proof: Proof,
    /// The lines so far, and where they go when the theorem is proved.
    journal: Option<(String, Sink)>,
}

impl Recorded {
    /// Begins a proof of a statement whose theorem will have a name in the log.
    ///
    /// # Errors
    /// As [`Proof::open`].
    pub fn open(
        listing: Arc<Listing>,
        name: &str,
        what: Statement,
        sink: Option<Sink>,
    ) -> Result<Self, Refusal> {
        let journal = sink.map(|sink| (format!("prove {name} {}\n", text_of(&what)), sink));
        Ok(Recorded { proof: Proof::open(listing, what)?, journal })
    }

    /// The proof.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    /// As [`Proof::is_empty`].
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.proof.is_empty()
    }

    /// As [`Proof::counts`].
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        self.proof.counts()
    }

    /// The theorem, when no region is open.
    ///
    /// # Errors
    /// As [`Proof::finish`].
    pub fn finish(self) -> Result<Theorem, Refusal> {
        let theorem = self.proof.finish()?;
        if let Some((mut text, sink)) = self.journal {
            text.push_str("end\n");
            (*sink.borrow_mut())(&text);
        }
        Ok(theorem)
    }
}

/// Steps with the names, arguments and errors of those of [`Proof`], then the words of their lines.
macro_rules! steps {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty = $word:literal $($value:expr),*;)*)
    => { $(
        #[allow(missing_docs, clippy::missing_errors_doc)]
        pub fn $name(&mut self, $($argument: $type),*) -> Result<$result, Refusal> {
            let line = self.journal.is_some().then(|| {
                let words: Vec<String> = vec![$word.to_string() $(, text_of(&$value))*];
                words.join(" ") + "\n"
            });
            let result = self.proof.$name($($argument),*)?;
            if let (Some(line), Some((text, _))) = (line, &mut self.journal) {
                text.push_str(&line);
            }
            Ok(result)
        }
    )* };
}

impl Recorded {
    steps! {
        close(items: &Combination) -> () = "close" *items;
        close_empty() -> () = "empty";
        within(pattern: u32) -> () = "within" pattern;
        derive(goal: Row, items: &Combination) -> () = "derive" goal, *items;
        derive_over(site: (u32, u32), goal: Row, items: &[Combination]) -> () =
            "over" site, goal, items.to_vec();
        declare(row: Row) -> Variable = "declare" row;
        declare_masses(masses: Family) -> Variable = "masses" masses;
        unfold(rows: &[Polynomial]) -> () = "unfold" rows.to_vec();
        substitute(variable: Variable, name: Name) -> () = "substitute" variable, name;
        split(variable: Variable, at: Rational) -> () = "split" variable, at;
        divide(row: &Row) -> () = "divide" *row;
        grid(parameter: u32, value: Rational) -> () = "grid" parameter, value;
        case(t: u32, pair: u32) -> () = "case" t, pair;
        choose(site: (u32, u32)) -> () = "choose" site;
        choice(site: (u32, u32)) -> () = "choice" site;
        prefer(t: u32, pair: u32, passed: u32, items: &Combination) -> () =
            "prefer" t, pair, passed, *items;
        regret(rows: &[(u32, u32, u32)]) -> () = "regret" rows.to_vec();
        excess(rows: &[(u32, u32, u32)]) -> () = "excess" rows.to_vec();
        ceiling(values: Family) -> () = "ceiling" values;
        floor(values: Family, choices: &[Vec<u32>]) -> () = "floor" values, choices.to_vec();
        lead_bound(values: Family, floor: bool) -> () = "lead-bound" values, floor;
        follow(leader: Family, earned: Family, choices: &[Vec<u32>]) -> () =
            "follow" leader, earned, choices.to_vec();
        tube(tube: &Tube) -> () = "tube" *tube;
        play(masses: Family) -> () = "play" masses;
        play_policy(policy: Family) -> () = "policy" policy;
        line(k: u32, above: bool, a: &Rational, b: &Rational) -> () = "line" k, above, *a, *b;
        entropy(k: u32, a: &Rational, bound: &Rational) -> () = "entropy" k, *a, *bound;
        exists() -> () = "exists";
        exists_in(ends: &[(Rational, Rational)], matrix: &[Vec<Rational>]) -> () =
            "exists-in" ends.to_vec(), matrix.to_vec();
        scale() -> () = "scale";
        simplices() -> () = "simplices";
        cut(i: u32, j: u32, share: Rational) -> () = "cut" i, j, share;
    }
}
