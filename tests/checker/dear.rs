//! Certificates made to be dear are refused before they have cost much: what is counted is how far
//! a checker reads. `benches/attacks.py` measures the time of these and of others.

use smfg::check::check;
use smfg::game::Game;
use std::path::Path;

/// A certificate about `model`: a header, then `part(0)`, `part(1)` and so on.
struct Attack {
    game: Game,
    text: String,
    lines: usize,
}

impl Attack {
    fn on(model: &str, scope: &str, first: &str) -> Attack {
        let game = Game::load(Path::new("models").join(model)).expect("a model");
        let text = format!(
            "smfg-certificate 1\ngame {}\nepsilon 1/10\nselection pessimistic\nscope {scope}\n\
             claim -1000 1000\n{first}",
            game.hash()
        );
        let lines = text.lines().count();
        Attack { game, text, lines }
    }

    fn then(mut self, count: usize, part: impl Fn(usize) -> String) -> Attack {
        (0..count).for_each(|k| self.text.push_str(&part(k)));
        self
    }

    /// It is refused for this reason at most so many lines behind its beginning.
    fn is_refused(&self, reason: &str, within: usize) {
        let refusal = check(&self.game, self.text.as_bytes()).expect_err(reason).to_string();
        let line: usize = refusal
            .strip_prefix("line ")
            .and_then(|rest| rest.split(':').next()?.parse().ok())
            .unwrap_or(0);
        assert!(refusal.contains(reason), "{refusal}");
        assert!(line > self.lines && line <= self.lines + within, "{refusal}");
    }
}

const COVER: &str = "at 1/2\nrange-bound -1000\ncover\n";

/// Each cut adds the digits of its share to those of the vertices, and leaves a piece open.
#[test]
fn vertices_with_ever_longer_numbers() {
    let cut = |_| "cover-cut 0 1 1000000000000000000000001/3000000000000000000000007\n".to_string();
    Attack::on("adoption_continuous.toml", "all", COVER)
        .then(1_000, cut)
        .is_refused("binary digits of the numbers of a vertex", 110);
}

/// Every box has a range of every square.
#[test]
fn squares_without_end() {
    let tree = "decision 0\ntree 0 rounded:60\n";
    Attack::on("opinion_continuous.toml", "point 1", tree)
        .then(5_000, |_| "square 2 0 1 0 0 0 0 0\n".to_string())
        .is_refused("more than 4096 squares", 4_097);
}

#[test]
fn boxes_of_many_squares() {
    let tree = "decision 0\ntree 0 rounded:60\n";
    Attack::on("opinion_continuous.toml", "point 1", tree)
        .then(4_000, |_| "square 2 0 1 0 0 0 0 0\n".to_string())
        .then(5_000, |k| format!("split 0 1/{}\n", k + 2))
        .is_refused("ranges of open boxes", 4_000 + 1_060);
}

/// Fixed point of tens of thousands of bits would take minutes per line.
#[test]
fn arithmetic_of_very_many_bits() {
    let play = "play 0:1/3,1:2/3*2\n".repeat(51);
    let steps = format!("decision 0\nenclosed-witness 1000 rounded:65536\n{play}");
    let attack = Attack::on("susceptible_infected_51.toml", "all", &steps);
    let refusal = check(&attack.game, attack.text.as_bytes()).expect_err("bits").to_string();
    assert!(refusal.contains("at most 4096 bits"), "{refusal}");
}

/// The doubling of exact flows, and numbers whose digits are far apart.
#[test]
fn exact_flows_that_double() {
    let play = "play 0:1/3,1:2/3*2\n".repeat(51);
    let steps = format!("decision 0\npopulation-witness 1000 1\npart 1\n{play}");
    let attack = Attack::on("susceptible_infected_51.toml", "all", &steps);
    let refusal = check(&attack.game, attack.text.as_bytes()).expect_err("doubling").to_string();
    assert!(refusal.contains("fractions too long to compute with"), "{refusal}");
}
