//! A mean-field instance as a game file, written in a stream.

use super::super::data::{PROBABILITY_DENOMINATOR, RewardTable};
use super::super::json::write_list;
use super::data::{COEFFICIENT_DENOMINATOR, Window};
use super::{Interaction, MeanFieldFamily};
use std::io::{self, BufWriter, Write};

impl MeanFieldFamily {
    /// Writes the game as a JSON game file (`smfg-game/1`) with `tables`.
    ///
    /// Aggregate k is the table `c<k>` of weights and the definition `m<k>` that averages it over
    /// its window.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        let windows = self.windows();
        self.base.write_head(&mut out, &self.name(), &self.description())?;
        write_definitions(&mut out, &windows)?;
        writeln!(out, "\"tables\": {{")?;
        write_aggregates(&mut out, &windows)?;
        self.base.write_reward_parts(
            &mut out,
            "reward",
            RewardTable::Follower,
            RewardTable::FollowerPrice,
        )?;
        self.write_reward_coefficients(&mut out, &windows)?;
        writeln!(out, "],")?;
        if self.base.transition_stages() > 0 {
            self.base.write_transition_part(&mut out)?;
            self.write_shifts(&mut out, &windows)?;
            writeln!(out, "],")?;
        }
        self.base.write_reward_parts(
            &mut out,
            "leader_reward",
            RewardTable::Leader,
            RewardTable::LeaderPrice,
        )?;
        writeln!(out, "]\n}}\n}}")?;
        out.flush()
    }

    fn write_reward_coefficients(
        &self,
        out: &mut impl Write,
        windows: &[Window],
    ) -> io::Result<()> {
        for (k, window) in windows.iter().enumerate() {
            write!(out, ",\n{{\"times\": \"m{k}\", \"denominator\": {COEFFICIENT_DENOMINATOR}, ")?;
            match self.parameters.interaction {
                Interaction::Monotone => write_strength(out, window, -i64::from(window.strength))?,
                Interaction::Crowd => write_strength(out, window, i64::from(window.strength))?,
                Interaction::General | Interaction::Dynamics => self.write_coefficients(out, k)?,
            }
            write!(out, "}}")?;
        }
        Ok(())
    }

    fn write_coefficients(&self, out: &mut impl Write, k: usize) -> io::Result<()> {
        let base = self.parameters.base;
        write!(out, "\"dense\": ")?;
        write_list(out, ('[', ']'), 0..base.stages, |out, stage| {
            let mut coefficients = self.coefficients(k, stage);
            write_list(out, ('[', ']'), 0..base.states, |out, _| {
                let row = coefficients.by_ref().take(base.actions);
                write_list(out, ('[', ']'), row, |out, value| write!(out, "{value}"))
            })
        })
    }

    /// A part per aggregate that moves any probability.
    fn write_shifts(&self, out: &mut impl Write, windows: &[Window]) -> io::Result<()> {
        let actions = self.parameters.base.actions;
        for k in 0..windows.len() {
            let mut open = false;
            for stage in 0..self.base.transition_stages() {
                for shift in self.shifts(windows, stage).iter().filter(|shift| shift.aggregate == k)
                {
                    if open {
                        write!(out, ",")?;
                    } else {
                        write!(
                            out,
                            ",\n{{\"times\": \"m{k}\", \"denominator\": {PROBABILITY_DENOMINATOR}, \"sparse\": ["
                        )?;
                        open = true;
                    }
                    let (state, action, amount) =
                        (shift.pair / actions, shift.pair % actions, shift.amount);
                    let (from, to) = (shift.from, shift.to);
                    write!(
                        out,
                        "[{stage},{state},{action},{from},-{amount}],[{stage},{state},{action},{to},{amount}]"
                    )?;
                }
            }
            if open {
                write!(out, "]}}")?;
            }
        }
        Ok(())
    }
}

/// `m<k>`: averages of `c<k>` over the stages of its window.
fn write_definitions(out: &mut impl Write, windows: &[Window]) -> io::Result<()> {
    write!(out, "\"define\": ")?;
    write_list(out, ('{', '}'), windows.iter().enumerate(), |out, (k, window)| {
        write!(out, "\"m{k}\": \"(")?;
        for stage in window.stages.clone() {
            let plus = if stage > window.stages.start { " + " } else { "" };
            write!(out, "{plus}c{k}@{stage}")?;
        }
        write!(out, ") / {}\"", window.stages.len())
    })?;
    writeln!(out, ",")
}

/// `c<k>`: the weights of the pairs.
fn write_aggregates(out: &mut impl Write, windows: &[Window]) -> io::Result<()> {
    write!(out, "\"aggregates\": ")?;
    write_list(out, ('[', ']'), windows.iter().enumerate(), |out, (k, window)| {
        write!(out, "{{\"name\": \"c{k}\", \"sparse\": ")?;
        write_list(out, ('[', ']'), pairs(window), |out, (state, action)| {
            write!(out, "[{state},{action},1]")
        })?;
        write!(out, "}}")
    })?;
    writeln!(out, ",")
}

/// The same coefficient for every pair of the window.
fn write_strength(out: &mut impl Write, window: &Window, coefficient: i64) -> io::Result<()> {
    write!(out, "\"sparse\": ")?;
    let entries = window
        .stages
        .clone()
        .flat_map(|stage| pairs(window).map(move |(state, action)| (stage, state, action)));
    write_list(out, ('[', ']'), entries, |out, (stage, state, action)| {
        write!(out, "[{stage},{state},{action},{coefficient}]")
    })
}

fn pairs(window: &Window) -> impl Iterator<Item = (u32, u32)> + '_ {
    window
        .states
        .iter()
        .flat_map(|&state| window.actions.iter().map(move |&action| (state, action)))
}

#[cfg(test)]
mod tests {
    use super::super::MeanFieldParameters;
    use super::*;
    use crate::generate::MdpParameters;
    use sha2::{Digest, Sha256};

    fn text(interaction: Interaction, aggregates: usize, base: MdpParameters) -> String {
        let family = MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates })
            .expect("an instance");
        let mut out = Vec::new();
        family.write_json(&mut out).expect("memory takes everything");
        String::from_utf8(out).expect("ASCII")
    }

    /// The hashes were computed from the descriptions at `MeanFieldFamily` and `MdpFamily` by a
    /// program in another language.
    #[test]
    fn a_seed_means_the_same_on_every_machine() {
        let seed = 20_240_229;
        let cases = [
            (
                text(
                    Interaction::Monotone,
                    2,
                    MdpParameters {
                        stages: 3,
                        states: 5,
                        actions: 2,
                        successors: 3,
                        decisions: 3,
                        seed,
                    },
                ),
                "f9baa75af1702df08700255be494d29057fc901d44ef2741b02f479da8a94f94",
            ),
            (
                text(
                    Interaction::Crowd,
                    3,
                    MdpParameters {
                        stages: 9,
                        states: 6,
                        actions: 3,
                        successors: 2,
                        decisions: 1,
                        seed: 5,
                    },
                ),
                "e8de9e6f8cd0054f06bb7d032be36cf3676585ec6cf07b38f047c5493c3cf29f",
            ),
            (
                text(
                    Interaction::General,
                    2,
                    MdpParameters {
                        stages: 3,
                        states: 5,
                        actions: 4,
                        successors: 3,
                        decisions: 3,
                        seed,
                    },
                ),
                "9993ca40fa495a8bb23e9e3ce9124755f2ca62d7b8ef19debb5ccca5bca24245",
            ),
            (
                text(
                    Interaction::Dynamics,
                    3,
                    MdpParameters {
                        stages: 5,
                        states: 5,
                        actions: 2,
                        successors: 3,
                        decisions: 2,
                        seed,
                    },
                ),
                "b844269c8dd10ed167cf8d7950919c00ab94d41ab713f330438ffeb967af6766",
            ),
        ];
        for (text, expected) in cases {
            let hash: String =
                Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash, expected, "{}", text.lines().nth(2).unwrap_or_default());
        }
    }
}
