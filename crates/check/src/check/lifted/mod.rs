//! Rule (M), a tree of boxes of the population's statistics, for games of any class.
//!
//! A tree shows `sigma J0 >= sigma VALUE` on every eps-equilibrium: boxes are cut in two, tightened
//! and closed, in preorder, and memory holds the boxes that are open. What closes a box is one
//! combination of facts ([`leaf`]).

mod data;
mod leaf;
mod least;
mod monomials;
pub(super) mod numbers;
mod regret;
mod stage_box;

use super::verdict::{Fault, Rejection};
use crate::certificate::{Ends, LiftedStep, MOST_TREE_BITS, Reader, Step};
use crate::exact::Rational;
use crate::game::Reduced;
use data::{BoxGame, Region};
use leaf::{Claimed, Scratch, Target, pairs_of_policy, show};
use numbers::Enclosure;
use regret::{Left, confine};

/// Most policies that one tree may name.
const MOST_POLICIES: usize = 1 << 16;
/// Most ends of statistics that open boxes may have together.
const MOST_OPEN: usize = 1 << 24;

/// A tree that is being checked.
struct Tree {
    game: BoxGame,
    claimed: Claimed,
    policies: Vec<Vec<Vec<usize>>>,
    open: Vec<Region>,
    /// The last open box with the ends shown since it was opened or narrowed.
    narrower: Option<Region>,
    /// Whether the data of the game are those of the last open box.
    current: bool,
    scratch: Scratch,
}

/// Checks the steps of a tree that has just been opened, up to the one that closes its last box.
///
/// `sigma` is true for 1; `value` is `sigma VALUE`.
pub(super) fn check_tree(
    reader: &mut Reader<'_>,
    game: &Reduced,
    epsilon: &Rational,
    sigma: bool,
    value: &Rational,
    bits: u32,
) -> Result<(), Rejection> {
    let opening = reader.line();
    let at_opening = |fault| Rejection::Step { line: opening, rule: "lifted-tree", fault };
    let mut tree = Tree::new(game, epsilon, sigma, value, bits).map_err(at_opening)?;
    while !tree.open.is_empty() {
        let step = reader.step()?;
        let line = reader.line();
        let rule = step.as_ref().map_or("end", Step::rule);
        let fail = |fault| Rejection::Step { line, rule, fault };
        let Some(Step::Lifted(step)) = step else {
            return Err(fail(Fault::OpenTree { open: tree.open.len() }));
        };
        tree.step(&step).map_err(fail)?;
    }
    Ok(())
}

impl Tree {
    fn new(
        game: &Reduced,
        epsilon: &Rational,
        sigma: bool,
        value: &Rational,
        bits: u32,
    ) -> Result<Self, Fault> {
        if bits > MOST_TREE_BITS {
            return Err(Fault::TooLarge);
        }
        let claimed = Claimed {
            sigma,
            value: Enclosure::of(value, bits)?,
            epsilon: Enclosure::of(epsilon, bits)?,
        };
        let game = BoxGame::new(game, bits)?;
        let open = vec![game.root.clone()];
        Ok(Tree {
            game,
            claimed,
            policies: Vec::new(),
            open,
            narrower: None,
            current: false,
            scratch: Scratch::default(),
        })
    }

    fn step(&mut self, step: &LiftedStep) -> Result<(), Fault> {
        match step {
            LiftedStep::Open { .. } => return Err(Fault::OpenTree { open: self.open.len() }),
            LiftedStep::Policy(policy) => {
                if self.policies.len() >= MOST_POLICIES {
                    return Err(Fault::TooLarge);
                }
                self.policies.push(pairs_of_policy(&self.game, policy)?);
            }
            LiftedStep::Split { statistic, point } => {
                let held: usize = self.open.len() * self.game.root.len();
                if held > MOST_OPEN {
                    return Err(Fault::Beyond { what: "ends of open boxes", most: MOST_OPEN });
                }
                let region = self.open.last_mut().ok_or(Fault::OutsideTree)?;
                let count = region.len();
                let end = region.get_mut(*statistic).ok_or(Fault::Unknown {
                    what: "statistic",
                    index: *statistic,
                    count,
                })?;
                let (low, high) = *end;
                let point = (*point).clamp(low, high);
                *end = (point, high);
                let mut lower = region.clone();
                lower[*statistic] = (low, point);
                self.open.push(lower);
                self.changed();
            }
            LiftedStep::Tighten { statistic, upper, bound, multipliers } => {
                self.show(
                    multipliers,
                    Target::End { statistic: *statistic, upper: *upper, bound: *bound },
                )?;
                let region = self.open.last().ok_or(Fault::OutsideTree)?;
                let (low, high) =
                    &mut self.narrower.get_or_insert_with(|| region.clone())[*statistic];
                if *upper {
                    *high = (*high).min(*bound);
                } else {
                    *low = (*low).max(*bound);
                }
            }
            LiftedStep::Narrow => {
                let narrower = self.narrower.take().ok_or(Fault::OutsideTree)?;
                self.open.pop();
                if narrower.iter().all(|(low, high)| low <= high) {
                    self.open.push(narrower);
                }
                self.current = false;
            }
            LiftedStep::Confine(claimed) => {
                let left = self.confine()?;
                let region = self.open.last_mut().ok_or(Fault::OutsideTree)?;
                let count = region.len();
                for &Ends { statistic, low, high } in claimed {
                    let end = region.get_mut(statistic).ok_or(Fault::Unknown {
                        what: "statistic",
                        index: statistic,
                        count,
                    })?;
                    if let Left::Ends(ends) = &left
                        && (low > ends[statistic].0 || high < ends[statistic].1)
                    {
                        return Err(Fault::NotConfined { statistic });
                    }
                    *end = (end.0.max(low), end.1.min(high));
                }
                if region.iter().any(|(low, high)| low > high) {
                    self.open.pop();
                }
                self.changed();
            }
            LiftedStep::Void => {
                if let Left::Ends(_) = self.confine()? {
                    return Err(Fault::NotVoid);
                }
                self.open.pop();
                self.changed();
            }
            LiftedStep::Leaf(multipliers) => {
                self.show(multipliers, Target::Objective)?;
                self.open.pop();
                self.changed();
            }
        }
        Ok(())
    }

    /// Forgets what was known of the last open box, which is another one now.
    fn changed(&mut self) {
        self.narrower = None;
        self.current = false;
    }

    /// Moves the data of the game to the last open box.
    fn here(&mut self) -> Result<(), Fault> {
        let region = self.open.last().ok_or(Fault::OutsideTree)?;
        if !self.current {
            self.game.move_to(region)?;
            self.current = true;
        }
        Ok(())
    }

    fn confine(&mut self) -> Result<Left, Fault> {
        self.here()?;
        confine(&self.game, &self.claimed, self.open.last().ok_or(Fault::OutsideTree)?)
    }

    fn show(
        &mut self,
        multipliers: &crate::certificate::LiftedMultipliers,
        target: Target,
    ) -> Result<(), Fault> {
        self.here()?;
        let region = self.open.last().ok_or(Fault::OutsideTree)?;
        show(
            &mut self.game,
            region,
            &self.claimed,
            &self.policies,
            multipliers,
            target,
            &mut self.scratch,
        )
    }
}
