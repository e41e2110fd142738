//! Games whose values have closed forms. `d_1` is the mass of the second pair where one stage and
//! state have two.

use crate::game::{Game, list, pair, polytope};
use crate::text::{n, p};
use smfg_kernel::{Decisions, Grid, Rational};

/// The risky decision (1) leaves the followers indifferent; the safe one (0) is worth 1/2.
pub fn tie() -> Game {
    Game::one_site(list(&["0", "1"]), &[("0", "0"), ("0", "u0")], "1/2-1/2*u0")
}

/// A worker shirks or works for a wage; the leader keeps what is left of 5/4.
/// V_eps = (1 - sqrt eps)^2 at wage 1/4 + sqrt eps; not attained at eps = 0.
pub fn moral_hazard() -> Game {
    wages(polytope(&[("0", "5/4")], &[]))
}

/// The same with wages that are multiples of 1/4.
pub fn moral_hazard_on_a_grid() -> Game {
    let grid = Grid::Points { origin: Rational::ZERO, step: n("1/4") };
    let ends = vec![(n("0"), n("5/4"))];
    wages(Decisions::Polytope { ends, grids: vec![grid], rows: Vec::new() })
}

fn wages(decisions: Decisions) -> Game {
    Game::one_site(decisions, &[("0", "0"), ("u0-1/4", "5/4-u0")], "0")
}

/// A firm complies or violates; inspection with probability u0 costs the leader u0.
/// V_eps = -1/2 - sqrt(2 eps) at u0 = (1 + sqrt(2 eps)) / 2 for eps <= 1/8.
pub fn inspection() -> Game {
    Game::one_site(polytope(&[("0", "1")], &[]), &[("0", "0"), ("1-2*u0", "-1")], "-u0")
}

/// Firms adopt a technology whose reward grows with adoption; subsidies 0, 1/2, 13/20.
/// V_0 = 17/20, optimistic 3/2.
pub fn adoption() -> Game {
    adopting(list(&["0", "1/2", "13/20"]))
}

/// The same with any subsidy: sup 1 at eps = 0, 81/100 at eps = 1/10, not attained.
pub fn adoption_continuous() -> Game {
    adopting(polytope(&[("0", "3/2")], &[]))
}

fn adopting(decisions: Decisions) -> Game {
    let pairs = [("0", "0"), ("x0-1/2+u0", "0")];
    Game::one_site(decisions, &pairs, "(3/2-u0)*x0").statistic(0, &[(1, "1")])
}

/// A congestible link (pair 0, latency x, toll u0) and one of latency 1; minus total latency.
/// V_eps = -3/4 - (sqrt(1/4 + 4 eps) / 2 - 1/4)^2 at toll 1/2.
pub fn pigou_latency() -> Game {
    let pairs = [("-x0-u0", "0"), ("-1", "0")];
    Game::one_site(polytope(&[("0", "1")], &[]), &pairs, "-x0^2-1+x0").statistic(0, &[(0, "1")])
}

/// The first action is better by 11/10 - x, `x` the mass of the second; safe is worth -1/2, risky
/// -x. At eps = 1/10 everyone may play the second action.
pub fn corner() -> Game {
    let pairs = [("11/10-x0", "0"), ("0", "0")];
    Game::one_site(list(&["0", "1"]), &pairs, "-1/2*(1-u0)-u0*x0").statistic(0, &[(1, "1")])
}

/// From a start (state 0) to the left (state 1, reward -x) or the right (state 2, -2(1-x)), `x` the
/// mass on the left, which is also the leader's reward. Equilibrium x = 2/3; range over
/// eps-equilibria [(5 - sqrt(1 + 12 eps)) / 6, (1 + sqrt(1 + 3 eps)) / 3].
pub fn left_right() -> Game {
    let stay = |state| pair(state, "0", "0", "0:1");
    let stages = vec![
        vec![pair(0, "0", "0", "1:1"), pair(0, "0", "0", "2:1"), stay(1), stay(2)],
        vec![pair(0, "0", "0", ""), pair(1, "-x0", "0", ""), pair(2, "-2+2*x0", "0", "")],
    ];
    let game = Game {
        states: 3,
        parameters: 0,
        initial: vec![Rational::ONE, Rational::ZERO, Rational::ZERO],
        decisions: list(&[""]),
        statistics: Vec::new(),
        functions: Vec::new(),
        stages,
        payoff: p("x0"),
    };
    game.statistic(0, &[(0, "1")])
}

/// Susceptibles go out (pair 0) or stay at home (pair 1); who goes out is infected with probability
/// 4/5 of the mass outside, `x0`; `x1` is the mass infected. V_0 = 1/5 at tax u0 = 3/5.
pub fn epidemic() -> Game {
    let stages = vec![
        vec![
            pair(0, "1-u0", "4/5", "0:1-4/5*x0 1:4/5*x0"),
            pair(0, "0", "0", "0:1"),
            pair(1, "0", "0", "1:1"),
        ],
        vec![pair(0, "0", "0", ""), pair(1, "-1", "0", "")],
    ];
    let game = Game {
        states: 2,
        parameters: 1,
        initial: vec![Rational::ONE, Rational::ZERO],
        decisions: polytope(&[("0", "1")], &[]),
        statistics: Vec::new(),
        functions: Vec::new(),
        stages,
        payoff: p("-x1"),
    };
    game.statistic(0, &[(0, "1")]).statistic(1, &[(1, "1")])
}

/// Taxpayers of low (state 0) and high income (state 1), half each, are audited with probability
/// u0. Pairs: low truth, low lie, high truth, high under-report.
/// At eps <= 1/26, with s = sqrt(26 eps): 15/8 - s/4 + 3 eps/4 at u0 = (1 + s)/4; sup 15/8 at 0.
pub fn audit() -> Game {
    let stage = vec![
        pair(0, "1", "2", ""),
        pair(0, "2-4*u0", "-2+3*u0", ""),
        pair(1, "2", "2-u0", ""),
        pair(1, "1", "-1", ""),
    ];
    Game {
        states: 2,
        parameters: 1,
        initial: vec![n("1/2"), n("1/2")],
        decisions: polytope(&[("0", "1")], &[]),
        statistics: Vec::new(),
        functions: Vec::new(),
        stages: vec![stage],
        payoff: p("0"),
    }
}

/// The leader invests at a cost of 1 (decision 1); followers then adopt for +1/2, else for -1/2.
/// V_eps = max(0, 3 (1 - 2 eps) - 1).
pub fn leader_state() -> Game {
    let stages = vec![
        vec![pair(0, "0", "0", "0:1")],
        vec![pair(0, "0", "0", ""), pair(0, "u0-1/2", "3*u0", "")],
    ];
    Game {
        states: 1,
        parameters: 1,
        initial: vec![Rational::ONE],
        decisions: list(&["0", "1"]),
        statistics: Vec::new(),
        functions: Vec::new(),
        stages,
        payoff: p("-u0"),
    }
}

/// Two payments in a unit square, of which followers get the sum less 1 when they work; the leader
/// keeps 2 less the sum. Sup 1 at eps = 0, on the line u0 + u1 = 1, not attained.
pub fn two_payments() -> Game {
    let square = polytope(&[("0", "1"), ("0", "1")], &[]);
    Game::one_site(square, &[("0", "0"), ("u0+u1-1", "2-u0-u1")], "0")
}
