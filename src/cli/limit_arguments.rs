//! Limits of a whole call, which every command has.

use clap::Args;
use std::time::Duration;

/// How long and with how much memory a call works.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct LimitArguments {
    /// Seconds for the whole call, reading, checks and writing included; what is proved by then is
    /// printed
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, allow_hyphen_values = true)]
    pub(super) time_limit: Option<Duration>,
    /// Memory for the whole call, such as 500M or 8G; what is proved when it is used up is printed
    /// [default: three quarters of the machine's]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub(super) memory_limit: Option<u64>,
}

impl LimitArguments {
    /// These limits, with `seconds` where none are given.
    pub(super) fn or_seconds(self, seconds: u64) -> Self {
        let time_limit = self.time_limit.or(Some(Duration::from_secs(seconds)));
        LimitArguments { time_limit, ..self }
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected seconds, a number at least 0".into())
}

fn parse_bytes(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.trim_end_matches(['B', 'b', 'i']) {
        number if number.ends_with(['k', 'K']) => (&number[..number.len() - 1], 10),
        number if number.ends_with('M') => (&number[..number.len() - 1], 20),
        number if number.ends_with('G') => (&number[..number.len() - 1], 30),
        number if number.ends_with('T') => (&number[..number.len() - 1], 40),
        number => (number, 0),
    };
    let number: Option<u64> = digits.parse().ok();
    number
        .and_then(|number| number.checked_mul(1 << shift))
        .ok_or_else(|| "expected a number of bytes, such as 500M or 8G".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_with_units() {
        assert_eq!(parse_bytes("500M"), Ok(500 << 20));
        assert_eq!(parse_bytes("8GiB"), Ok(8 << 30));
        assert_eq!(parse_bytes("4096"), Ok(4096));
        for wrong in ["", "M", "-1", "1.5G", "99999999999T"] {
            assert!(parse_bytes(wrong).is_err(), "{wrong}");
        }
    }
}
