//! Logs: the lines that `smfg-kernel` reads, one per call of the kernel (docs/kernel.md).
//!
//! [`Recorded`] is a proof that writes each step before it takes it.

use smfg_kernel::{Claim, Claimed, Listing};
use smfg_kernel::{
    Combination, Family, Name, Place, Polynomial, Proof, Rational, Refusal, Row, Sense, Side,
    Statement, Theorem, Variable, monomial_text, polynomial_text, variable_text, write_column,
};
use std::cell::RefCell;
use std::fmt::{Display, Write};
use std::rc::Rc;
use std::sync::Arc;

/// The words with spaces between them.
fn words<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(" ")
}

fn pairs(values: &[(u32, u32)]) -> String {
    words(values.iter().map(|(t, i)| format!("{t},{i}")))
}

fn place(place: &Place) -> String {
    match place {
        Place::All => "all".to_string(),
        Place::Decision(k) => format!("decision {k}"),
        Place::Point(values) => format!("point {}", words(values)),
        Place::Segment { from, to } => format!("segment {} to {}", words(from), words(to)),
    }
}

/// The line that opens the proof of a statement.
#[must_use]
pub fn statement(name: &str, statement: &Statement) -> String {
    let (word, claimed) = match &statement.claimed {
        Claimed::Bound(value) => ("equilibria", polynomial_text(value)),
        Claimed::Reached(value) => ("reached", polynomial_text(value)),
        Claimed::Form(row) => ("form", form(row)),
        Claimed::Patterns(list) => {
            let texts: Vec<String> = list.iter().map(|pattern| pairs(pattern)).collect();
            ("patterns", texts.join(" : "))
        }
    };
    let sign = if statement.pessimistic { '+' } else { '-' };
    let pattern = match &statement.pattern {
        Some(pattern) => format!(" pattern {}", pairs(pattern)),
        None => String::new(),
    };
    let (epsilon, place) = (&statement.epsilon, place(&statement.place));
    format!("{word} {name} {sign} {epsilon} {place}{pattern} : {claimed}")
}

/// The line that draws a claim from named theorems.
#[must_use]
pub fn claim(claim: &Claim, names: &[&str]) -> String {
    use smfg_kernel::Scope;
    let sign = if claim.pessimistic() { '+' } else { '-' };
    let place = place(&match claim.scope() {
        Scope::All => Place::All,
        Scope::Decision(k) => Place::Decision(*k),
        Scope::Point(values) => Place::Point(values.clone()),
    });
    let (epsilon, lower, upper) = (claim.epsilon(), claim.lower(), claim.upper());
    format!("claim {sign} {epsilon} {lower} {upper} {place} : {}", words(names))
}

/// A row: `>` or `=`, then its form.
#[must_use]
pub fn row(row: &Row) -> String {
    let sense = if row.sense == Sense::Equal { '=' } else { '>' };
    format!("{sense} {}", form(row))
}

/// The left side of a row.
#[must_use]
pub fn form(row: &Row) -> String {
    let mut text = polynomial_text(&row.constant);
    let mut add = |name: String, value: &Polynomial| {
        let _ = write!(text, " {name}={}", polynomial_text(value));
    };
    for (t, pair, value) in &row.mass {
        add(format!("d{t},{pair}"), value);
    }
    for (side, t, state, value) in &row.value {
        let letter = if *side == Side::Follower { 'v' } else { 'y' };
        add(format!("{letter}{t},{state}"), value);
    }
    for (name, value) in [("loss", &row.loss), ("reward", &row.reward)] {
        if !value.is_zero() {
            let _ = write!(text, " {name}={value}");
        }
    }
    text
}

/// The name of a row.
#[must_use]
pub fn row_name(name: Name) -> String {
    match name {
        Name::Budget => "e".to_string(),
        Name::Objective => "o".to_string(),
        Name::Mass(k) => format!("m{k}"),
        Name::Link(k) => format!("k{k}"),
        Name::Form(k) => format!("j{k}"),
        Name::Constraint(k) => format!("c{k}"),
        Name::Row(k) => format!("r{k}"),
        Name::Lower(variable) => format!(">{}", variable_text(variable)),
        Name::Upper(variable) => format!("<{}", variable_text(variable)),
    }
}

/// A family: each column after `word`, its stage and its monomial.
fn blocks(text: &mut String, word: &str, family: &Family) {
    for (t, columns) in family {
        for (monomial, column) in columns {
            let _ = write!(text, "{word} {t} {}", monomial_text(monomial));
            write_column(text, column);
        }
    }
}

/// A combination, with a space before each item.
#[must_use]
pub fn combination(combination: &Combination) -> String {
    let mut text = String::new();
    for (name, multiplier) in &combination.rows {
        let _ = write!(text, " {}={}", row_name(*name), polynomial_text(multiplier));
    }
    blocks(&mut text, " flow", &combination.flow);
    blocks(&mut text, " bellman", &combination.bellman);
    blocks(&mut text, " policy", &combination.policy);
    blocks(&mut text, " dual", &combination.dual);
    for (number, family) in &combination.bounds {
        blocks(&mut text, &format!(" bound {number}"), family);
    }
    for square in &combination.squares {
        let (weight, root) = (polynomial_text(&square.weight), polynomial_text(&square.root));
        let _ = write!(text, " square {weight} {root}");
        if let Some((t, pair)) = square.pair {
            let _ = write!(text, " {t},{pair}");
        }
    }
    text
}

fn combinations(list: &[Combination]) -> String {
    list.iter().map(|item| format!(" :{}", combination(item))).collect()
}

fn family(values: &Family) -> String {
    let mut text = String::new();
    blocks(&mut text, " t", values);
    text
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
        let journal = sink.map(|sink| (format!("{}\n", statement(name, &what)), sink));
        Ok(Recorded { proof: Proof::open(listing, what)?, journal })
    }

    /// The proof.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    /// The line of a step, where lines are written.
    fn line(&self, text: impl FnOnce() -> String) -> Option<String> {
        self.journal.is_some().then(text)
    }

    /// Takes a step, and writes its line when the kernel has taken it.
    fn step<T>(
        &mut self,
        line: Option<String>,
        step: impl FnOnce(&mut Proof) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let result = step(&mut self.proof)?;
        if let (Some(line), Some((text, _))) = (line, &mut self.journal) {
            text.push_str(&line);
            text.push('\n');
        }
        Ok(result)
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

/// The steps of [`Proof`], with the same names, arguments and errors.
#[allow(missing_docs, clippy::missing_errors_doc)]
impl Recorded {
    pub fn close(&mut self, items: &Combination) -> Result<(), Refusal> {
        let line = self.line(|| format!("close{}", combination(items)));
        self.step(line, |proof| proof.close(items))
    }

    pub fn close_empty(&mut self) -> Result<(), Refusal> {
        let line = self.line(|| "empty".to_string());
        self.step(line, Proof::close_empty)
    }

    pub fn within(&mut self, pattern: u32) -> Result<(), Refusal> {
        let line = self.line(|| format!("within {pattern}"));
        self.step(line, |proof| proof.within(pattern))
    }

    pub fn derive(&mut self, goal: Row, items: &Combination) -> Result<(), Refusal> {
        let line = self.line(|| format!("derive {} :{}", row(&goal), combination(items)));
        self.step(line, |proof| proof.derive(goal, items))
    }

    pub fn derive_over(
        &mut self,
        site: (u32, u32),
        goal: Row,
        items: &[Combination],
    ) -> Result<(), Refusal> {
        let line = self
            .line(|| format!("over {},{} {}{}", site.0, site.1, row(&goal), combinations(items)));
        self.step(line, |proof| proof.derive_over(site, goal, items))
    }

    pub fn declare(&mut self, row: Row) -> Result<Variable, Refusal> {
        let line = self.line(|| format!("declare {}", form(&row)));
        self.step(line, |proof| proof.declare(row))
    }

    pub fn declare_masses(&mut self, masses: Family) -> Result<Variable, Refusal> {
        let line = self.line(|| format!("masses{}", family(&masses)));
        self.step(line, |proof| proof.declare_masses(masses))
    }

    pub fn unfold(&mut self, rows: &[Polynomial]) -> Result<(), Refusal> {
        let line = self.line(|| format!("unfold {}", words(rows.iter().map(polynomial_text))));
        self.step(line, |proof| proof.unfold(rows))
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

    pub fn substitute(&mut self, variable: Variable, name: Name) -> Result<(), Refusal> {
        let line =
            self.line(|| format!("substitute {} {}", variable_text(variable), row_name(name)));
        self.step(line, |proof| proof.substitute(variable, name))
    }

    pub fn split(&mut self, variable: Variable, at: Rational) -> Result<(), Refusal> {
        let line = self.line(|| format!("split {} {at}", variable_text(variable)));
        self.step(line, |proof| proof.split(variable, at))
    }

    pub fn divide(&mut self, row: &Row) -> Result<(), Refusal> {
        let line = self.line(|| format!("divide {}", form(row)));
        self.step(line, |proof| proof.divide(row))
    }

    pub fn grid(&mut self, parameter: u32, value: Rational) -> Result<(), Refusal> {
        let line = self.line(|| format!("grid {parameter} {value}"));
        self.step(line, |proof| proof.grid(parameter, value))
    }

    pub fn case(&mut self, t: u32, pair: u32) -> Result<(), Refusal> {
        let line = self.line(|| format!("case {t},{pair}"));
        self.step(line, |proof| proof.case(t, pair))
    }

    pub fn choose(&mut self, site: (u32, u32)) -> Result<(), Refusal> {
        let line = self.line(|| format!("choose {},{}", site.0, site.1));
        self.step(line, |proof| proof.choose(site))
    }

    pub fn choice(&mut self, site: (u32, u32)) -> Result<(), Refusal> {
        let line = self.line(|| format!("choice {},{}", site.0, site.1));
        self.step(line, |proof| proof.choice(site))
    }

    pub fn regret(&mut self, rows: &[(u32, u32, u32)]) -> Result<(), Refusal> {
        let texts = rows.iter().map(|(t, pair, row)| format!(" {t},{pair},{row}"));
        let line = self.line(|| format!("regret{}", texts.collect::<String>()));
        self.step(line, |proof| proof.regret(rows))
    }

    pub fn ceiling(&mut self, values: Family) -> Result<(), Refusal> {
        let line = self.line(|| format!("ceiling{}", family(&values)));
        self.step(line, |proof| proof.ceiling(values))
    }

    pub fn floor(&mut self, values: Family, choices: &[Vec<u32>]) -> Result<(), Refusal> {
        let texts: String = choices.iter().map(|row| format!(" : {}", words(row))).collect();
        let line = self.line(|| format!("floor{}{texts}", family(&values)));
        self.step(line, |proof| proof.floor(values, choices))
    }

    pub fn follow(
        &mut self,
        leader: Family,
        earned: Family,
        choices: &[Vec<u32>],
    ) -> Result<(), Refusal> {
        let texts: String = choices.iter().map(|row| format!(" : {}", words(row))).collect();
        let line = self.line(|| format!("follow{} :{}{texts}", family(&leader), family(&earned)));
        self.step(line, |proof| proof.follow(leader, earned, choices))
    }

    pub fn play(&mut self, masses: Family) -> Result<(), Refusal> {
        let line = self.line(|| format!("play{}", family(&masses)));
        self.step(line, |proof| proof.play(masses))
    }

    pub fn play_policy(&mut self, policy: Family) -> Result<(), Refusal> {
        let line = self.line(|| format!("policy{}", family(&policy)));
        self.step(line, |proof| proof.play_policy(policy))
    }

    pub fn exists(&mut self) -> Result<(), Refusal> {
        let line = self.line(|| "exists".to_string());
        self.step(line, Proof::exists)
    }

    pub fn exists_in(
        &mut self,
        ends: &[(Rational, Rational)],
        matrix: &[Vec<Rational>],
    ) -> Result<(), Refusal> {
        let boxes: String = ends.iter().map(|(lower, upper)| format!(" {lower},{upper}")).collect();
        let rows: String = matrix.iter().map(|row| format!(" : {}", words(row))).collect();
        let line = self.line(|| format!("exists-in{boxes}{rows}"));
        self.step(line, |proof| proof.exists_in(ends, matrix))
    }

    pub fn scale(&mut self) -> Result<(), Refusal> {
        let line = self.line(|| "scale".to_string());
        self.step(line, Proof::scale)
    }

    pub fn simplices(&mut self) -> Result<(), Refusal> {
        let line = self.line(|| "simplices".to_string());
        self.step(line, Proof::simplices)
    }

    pub fn cut(&mut self, i: u32, j: u32, share: Rational) -> Result<(), Refusal> {
        let line = self.line(|| format!("cut {i} {j} {share}"));
        self.step(line, |proof| proof.cut(i, j, share))
    }
}
