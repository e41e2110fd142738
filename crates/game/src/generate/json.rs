//! An instance as a game file, written in a stream: memory does not grow with the game.

use super::data::{PROBABILITY_DENOMINATOR, REWARD_DENOMINATOR, RewardTable};
use super::mdp::MdpFamily;
use std::io::{self, BufWriter, Write};

impl MdpFamily {
    /// Writes the game as a JSON game file (`smfg-game/1`) with `tables`.
    ///
    /// ```
    /// # use smfg_game::generate::{MdpFamily, MdpParameters};
    /// let parameters = MdpParameters { stages: 1, states: 1, actions: 2, successors: 1, decisions: 2, seed: 7 };
    /// let mut text = Vec::new();
    /// MdpFamily::new(parameters)?.write_json(&mut text)?;
    /// assert!(text.starts_with(b"{\n\"format\": \"smfg-game/1\""));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        self.write_head(&mut out, &self.name(), &self.description())?;
        writeln!(out, "\"tables\": {{")?;
        self.write_reward_parts(
            &mut out,
            "reward",
            RewardTable::Follower,
            RewardTable::FollowerPrice,
        )?;
        writeln!(out, "],")?;
        if self.transition_stages() > 0 {
            self.write_transition_part(&mut out)?;
            writeln!(out, "],")?;
        }
        self.write_reward_parts(
            &mut out,
            "leader_reward",
            RewardTable::Leader,
            RewardTable::LeaderPrice,
        )?;
        writeln!(out, "]\n}}\n}}")?;
        out.flush()
    }

    /// All keys but `tables`.
    pub(super) fn write_head(
        &self,
        out: &mut impl Write,
        name: &str,
        description: &str,
    ) -> io::Result<()> {
        let parameters = self.parameters();
        writeln!(out, "{{")?;
        writeln!(out, "\"format\": \"smfg-game/1\",")?;
        writeln!(out, "\"name\": \"{name}\",")?;
        writeln!(out, "\"description\": \"{description}\",")?;
        writeln!(out, "\"stages\": {},", parameters.stages)?;
        write!(out, "\"states\": ")?;
        write_list(out, ('[', ']'), 0..parameters.states, |out, state| {
            write!(out, "\"s{state}\"")
        })?;
        write!(out, ",\n\"actions\": ")?;
        write_list(out, ('[', ']'), 0..parameters.actions, |out, action| {
            write!(out, "\"a{action}\"")
        })?;
        let (masses, denominator) = self.initial();
        write!(out, ",\n\"initial\": ")?;
        write_list(out, ('{', '}'), masses.iter().enumerate(), |out, (state, mass)| {
            write!(out, "\"s{state}\": \"{mass}/{denominator}\"")
        })?;
        writeln!(out, ",")?;
        if self.priced() {
            let count = parameters.decisions;
            write!(out, "\"leader\": {{\"decisions\": ")?;
            write_list(out, ('[', ']'), 0..count, |out, index| {
                write!(out, "{{\"name\": \"d{index}\", \"price\": \"{index}/{count}\"}}")
            })?;
            writeln!(out, "}},")?;
        }
        Ok(())
    }

    /// The list of reward parts without its closing bracket.
    pub(super) fn write_reward_parts(
        &self,
        out: &mut impl Write,
        key: &str,
        base: RewardTable,
        price: RewardTable,
    ) -> io::Result<()> {
        let mut parts = vec![("", base)];
        if self.priced() {
            parts.push(("\"times\": \"price\", ", price));
        }
        write!(out, "\"{key}\": [")?;
        for (index, (times, table)) in parts.into_iter().enumerate() {
            let separator = if index > 0 { "," } else { "" };
            write!(out, "{separator}{{{times}\"denominator\": {REWARD_DENOMINATOR}, \"dense\": ")?;
            write_list(out, ('[', ']'), 0..self.parameters().stages, |out, stage| {
                let mut rewards = self.rewards(table, stage);
                write_list(out, ('[', ']'), 0..self.parameters().states, |out, _| {
                    let row = rewards.by_ref().take(self.parameters().actions);
                    write_list(out, ('[', ']'), row, |out, k| write!(out, "{k}"))
                })
            })?;
            write!(out, "}}")?;
        }
        Ok(())
    }

    /// The list of transition parts without its closing bracket.
    pub(super) fn write_transition_part(&self, out: &mut impl Write) -> io::Result<()> {
        write!(
            out,
            "\"transition\": [{{\"denominator\": {PROBABILITY_DENOMINATOR}, \"sparse\": ["
        )?;
        let actions = self.parameters().actions;
        let mut separator = "\n";
        for stage in 0..self.transition_stages() {
            let mut transitions = self.transitions(stage);
            for pair in 0..self.pairs_per_stage() {
                let (state, action) = (pair / actions, pair % actions);
                let (successors, numerators) = transitions.next_pair();
                for (next, numerator) in successors.iter().zip(numerators) {
                    write!(out, "{separator}[{stage},{state},{action},{next},{numerator}]")?;
                    separator = ",";
                }
                separator = ",\n";
            }
        }
        write!(out, "]}}")
    }
}

/// Writes `items` between brackets, separated by commas.
pub(super) fn write_list<W: Write, T>(
    out: &mut W,
    (open, close): (char, char),
    items: impl Iterator<Item = T>,
    mut write_item: impl FnMut(&mut W, T) -> io::Result<()>,
) -> io::Result<()> {
    write!(out, "{open}")?;
    for (index, item) in items.enumerate() {
        if index > 0 {
            write!(out, ",")?;
        }
        write_item(out, item)?;
    }
    write!(out, "{close}")
}

#[cfg(test)]
mod tests {
    use super::super::mdp::MdpParameters;
    use super::*;
    use sha2::{Digest, Sha256};

    fn text(parameters: MdpParameters) -> String {
        let mut out = Vec::new();
        MdpFamily::new(parameters)
            .expect("an instance")
            .write_json(&mut out)
            .expect("memory takes everything");
        String::from_utf8(out).expect("ASCII")
    }

    const SMALL: MdpParameters = MdpParameters {
        stages: 3,
        states: 5,
        actions: 2,
        successors: 3,
        decisions: 3,
        seed: 20_240_229,
    };

    /// The hash was computed from the description at [`MdpFamily`] by a program in another
    /// language.
    #[test]
    fn a_seed_means_the_same_on_every_machine() {
        let hash: String =
            Sha256::digest(text(SMALL)).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, "44c0cf94973426b8b3947534a08cc7b2257f83eddc89bcdf97760dfbe250b3b3");
    }

    #[test]
    fn another_seed_is_another_game() {
        assert_eq!(text(SMALL), text(SMALL));
        assert_ne!(text(SMALL), text(MdpParameters { seed: 1, ..SMALL }));
    }

    #[test]
    fn the_text_is_json_of_the_stated_shape() {
        let game: serde_json::Value = serde_json::from_str(&text(SMALL)).expect("JSON");
        assert_eq!(game["states"].as_array().map(Vec::len), Some(5));
        assert_eq!(game["leader"]["decisions"][2]["price"], "2/3");
        let tables = &game["tables"];
        assert_eq!(tables["reward"][1]["times"], "price");
        assert_eq!(tables["leader_reward"][0]["dense"][2][4].as_array().map(Vec::len), Some(2));
        assert_eq!(tables["transition"][0]["sparse"].as_array().map(Vec::len), Some(2 * 5 * 2 * 3));

        let single = MdpParameters { stages: 1, decisions: 1, ..SMALL };
        let game: serde_json::Value = serde_json::from_str(&text(single)).expect("JSON");
        assert!(game.get("leader").is_none() && game["tables"].get("transition").is_none());
        assert_eq!(game["tables"]["reward"].as_array().map(Vec::len), Some(1));
    }
}
