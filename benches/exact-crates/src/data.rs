//! Deterministic data, as machine integers. Every crate gets the same numbers.

pub const STAGES: usize = 10;
pub const STATES: usize = 20;
pub const ACTIONS: usize = 4;
pub const SUCCESSORS: usize = 5;
/// Probabilities are `k / 2^PROBABILITY_BITS`.
pub const PROBABILITY_BITS: usize = 10;
/// Rewards are `n / REWARD_DENOMINATOR`.
pub const REWARD_DENOMINATOR: i64 = 1000;
pub const MATRIX_SIZE: usize = 30;
/// Entries of the matrix are `n / ENTRY_DENOMINATOR`.
pub const ENTRY_DENOMINATOR: i64 = 100;

/// What one action does: its reward and where it leads.
pub struct Move<N> {
    pub reward: N,
    pub successors: [(usize, N); SUCCESSORS],
}

/// A finite-horizon decision process, `[stage][state][action]`.
pub type Process<N> = Vec<Vec<Vec<Move<N>>>>;

pub type Matrix<N> = Vec<Vec<N>>;

/// Knuth's 64-bit linear congruential generator; the high bits are used.
struct Stream(u64);

impl Stream {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % bound
    }
}

/// Rewards in `[-10, 10]` with three decimals, probabilities that sum to one.
pub fn process() -> Process<i64> {
    let mut stream = Stream(1);
    let mut action = || {
        let reward = stream.below(20_001) as i64 - 10_000;
        // Distinct cuts of 0..=1024 give positive weights.
        let mut cuts = vec![0, 1 << PROBABILITY_BITS];
        while cuts.len() < SUCCESSORS + 1 {
            let cut = 1 + stream.below((1 << PROBABILITY_BITS) - 1) as i64;
            if !cuts.contains(&cut) {
                cuts.push(cut);
            }
        }
        cuts.sort_unstable();
        let successors =
            std::array::from_fn(|i| (stream.below(STATES as u64) as usize, cuts[i + 1] - cuts[i]));
        Move { reward, successors }
    };
    (0..STAGES)
        .map(|_| {
            (0..STATES)
                .map(|_| (0..ACTIONS).map(|_| action()).collect())
                .collect()
        })
        .collect()
}

/// Entries in `[-100, 100]` with two decimals.
pub fn matrix() -> Matrix<i64> {
    let mut stream = Stream(2);
    (0..MATRIX_SIZE)
        .map(|_| {
            (0..MATRIX_SIZE)
                .map(|_| stream.below(20_001) as i64 - 10_000)
                .collect()
        })
        .collect()
}

/// The process in another type of number.
pub fn convert<N>(
    process: &Process<i64>,
    reward: impl Fn(i64) -> N,
    weight: impl Fn(i64) -> N,
) -> Process<N> {
    let action = |m: &Move<i64>| Move {
        reward: reward(m.reward),
        successors: std::array::from_fn(|i| (m.successors[i].0, weight(m.successors[i].1))),
    };
    process
        .iter()
        .map(|stage| {
            stage
                .iter()
                .map(|state| state.iter().map(action).collect())
                .collect()
        })
        .collect()
}
