//! Regions of decisions and multipliers, and what is known of best responses on them.

use super::super::lifted::numbers::Enclosure;
use super::super::verdict::Fault;
use super::model::{Form, Model, add_multiple, minus};

/// How often the facts of a region are looked at one after the other.
pub const ROUNDS: usize = 4;

/// Decisions in a box at which given actions are optimal, and multipliers in an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// The least multiplier.
    pub least: i64,
    /// The greatest multiplier; `None` when there is none.
    pub greatest: Option<i64>,
    /// Per site the pair that is optimal there.
    pub chosen: Vec<Option<usize>>,
    /// Ends of the free parameters.
    pub low: Vec<i64>,
    /// The other ends.
    pub high: Vec<i64>,
}

/// What a region knows of one site: the followers' value `v`, and what the leader earns, `w`, while
/// they follow a best response that plays chosen pairs.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Pairs one of which is optimal everywhere on the region, and played; a single one where it is
    /// chosen or dominates.
    pub active: Vec<usize>,
    /// The pair that stands for all active ones.
    pub reference: usize,
    /// Per active pair how much `v` may exceed what the pair earns.
    pub excess: Vec<i64>,
    /// Per active pair how much `w` may exceed what the leader earns with the pair.
    pub leader_excess: Vec<i64>,
    /// Range of `v`.
    pub value: Enclosure,
    /// Range of `w`.
    pub leader: Enclosure,
}

/// `form + rest`, over the region.
#[derive(Debug, Clone)]
struct Around {
    form: Form,
    rest: Enclosure,
}

impl Region {
    /// All decisions, all multipliers.
    #[must_use]
    pub fn all(model: &Model) -> Self {
        Region {
            least: 0,
            greatest: None,
            chosen: vec![None; model.sites.len()],
            low: model.low.clone(),
            high: model.high.clone(),
        }
    }

    /// What is known of each site.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] when numbers do not fit.
    pub fn sites(&self, model: &Model) -> Result<Vec<Site>, Fault> {
        self.walk(model, &mut |_| ())
    }

    /// The same; `noted` hears what is not negative because chosen pairs are optimal.
    fn walk(&self, model: &Model, noted: &mut dyn FnMut(Around)) -> Result<Vec<Site>, Fault> {
        let mut sites: Vec<Site> = vec![Site::default(); model.sites.len()];
        let mut later: Option<Vec<(Around, Around)>> = None;
        let stages = model.sites.len() / model.states.max(1);
        for stage in (0..stages).rev() {
            let mut own = Vec::with_capacity(model.states);
            for state in 0..model.states {
                let position = stage * model.states + state;
                let (site, value, leader) =
                    self.site(model, position, later.as_deref().unwrap_or(&[]), noted)?;
                sites[position] = site;
                own.push((value, leader));
            }
            later = Some(own);
        }
        Ok(sites)
    }

    fn site(
        &self,
        model: &Model,
        position: usize,
        later: &[(Around, Around)],
        noted: &mut dyn FnMut(Around),
    ) -> Result<(Site, Around, Around), Fault> {
        let pairs = model.sites[position].clone();
        let bits = model.bits;
        let earned: Vec<Around> = pairs
            .clone()
            .map(|pair| {
                around(&model.pairs[pair].reward, &model.pairs[pair].next, later, false, bits)
            })
            .collect::<Result<_, _>>()?;
        let given: Vec<Around> = pairs
            .clone()
            .map(|pair| {
                around(&model.pairs[pair].leader, &model.pairs[pair].next, later, true, bits)
            })
            .collect::<Result<_, _>>()?;
        let first = pairs.start;
        let close = |value: Around,
                     leader: Around,
                     (reference, active): (usize, Vec<usize>),
                     excess: Vec<i64>,
                     leader_excess: Vec<i64>| {
            let range = |around: &Around| {
                model.range(&around.form, &self.low, &self.high)?.plus(around.rest)
            };
            let site = Site {
                active,
                reference: first + reference,
                excess,
                leader_excess,
                value: range(&value)?,
                leader: range(&leader)?,
            };
            Ok((site, value, leader))
        };
        if let Some(pair) = self.chosen[position] {
            let own =
                pair.checked_sub(first).filter(|&own| own < earned.len()).ok_or(Fault::Shape)?;
            for other in (0..earned.len()).filter(|&other| other != own) {
                noted(gap(
                    model,
                    (&earned[own].form, pair),
                    (&earned[other].form, first + other),
                    later,
                    false,
                )?);
            }
            let (value, leader) = (earned[own].clone(), given[own].clone());
            return close(value, leader, (own, vec![pair]), vec![0], vec![0]);
        }
        // The pair that earns most at the middle of the box stands for all.
        let reference =
            (0..earned.len()).max_by_key(|&own| self.middle(model, &earned[own].form)).unwrap_or(0);
        let difference = |a: usize, b: usize, leader: bool| {
            let side = if leader { &given } else { &earned };
            let gap =
                gap(model, (&side[a].form, first + a), (&side[b].form, first + b), later, leader)?;
            model.range(&gap.form, &self.low, &self.high)?.plus(gap.rest)
        };
        let count = earned.len();
        let mut ahead = vec![vec![Enclosure::default(); count]; count];
        for (a, row) in ahead.iter_mut().enumerate() {
            for (b, entry) in row.iter_mut().enumerate().filter(|(b, _)| *b != a) {
                *entry = difference(a, b, false)?;
            }
        }
        // A pair drops out where another one that is left earns as much.
        let mut left = vec![true; count];
        for a in (0..count).rev() {
            left[a] = !(0..count).any(|b| b != a && left[b] && ahead[a][b].high <= 0);
        }
        let active: Vec<usize> = (0..count).filter(|&a| left[a]).collect();
        let reference = if left[reference] {
            reference
        } else {
            active.first().copied().ok_or(Fault::Shape)?
        };
        if let [only] = active.as_slice() {
            return close(
                earned[*only].clone(),
                given[*only].clone(),
                (*only, vec![first + only]),
                vec![0],
                vec![0],
            );
        }
        let mut excess = Vec::with_capacity(active.len());
        let mut leader_excess = Vec::with_capacity(active.len());
        let (mut value, mut leader) = (earned[reference].clone(), given[reference].clone());
        let mut spread = Enclosure::default();
        for &a in &active {
            let (mut most, mut leader_most) = (0, 0);
            for &b in active.iter().filter(|&&b| b != a) {
                most = most.max(ahead[b][a].high);
                let gap = difference(b, a, true)?;
                leader_most = leader_most.max(gap.high);
                if a == reference {
                    spread =
                        Enclosure { low: spread.low.min(gap.low), high: spread.high.max(gap.high) };
                }
            }
            if a == reference {
                value.rest = value.rest.plus(Enclosure { low: 0, high: most })?;
            }
            excess.push(most);
            leader_excess.push(leader_most);
        }
        leader.rest = leader.rest.plus(spread)?;
        let active = active.into_iter().map(|own| first + own).collect();
        close(value, leader, (reference, active), excess, leader_excess)
    }

    /// The form at the middle of the box, near enough to compare pairs by.
    fn middle(&self, model: &Model, form: &[Enclosure]) -> i128 {
        let mut sum = i128::from(form.first().map_or(0, |constant| constant.low));
        for ((coefficient, &low), &high) in form.iter().skip(1).zip(&self.low).zip(&self.high) {
            let middle = (i128::from(low) + i128::from(high)) >> 1;
            sum = sum.saturating_add((i128::from(coefficient.low) * middle) >> model.bits);
        }
        sum
    }

    /// The region with its box narrowed to where the chosen pairs can be optimal and the decisions
    /// are, as far as one fact at a time tells; `None` where there is no such decision.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] when numbers do not fit.
    pub fn narrowed(mut self, model: &Model) -> Result<Option<Self>, Fault> {
        for _ in 0..ROUNDS {
            match self.round(model)? {
                None => return Ok(None),
                Some(true) => {}
                Some(false) => break,
            }
        }
        Ok(Some(self))
    }

    /// Looks at every fact once; whether the box has become smaller, `None` where nothing is left.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] when numbers do not fit.
    pub fn round(&mut self, model: &Model) -> Result<Option<bool>, Fault> {
        let mut facts: Vec<Around> = model
            .sides
            .iter()
            .map(|side| Around { form: side.clone(), rest: Enclosure::default() })
            .collect();
        self.walk(model, &mut |fact| facts.push(fact))?;
        let before = (self.low.clone(), self.high.clone());
        for fact in &facts {
            if !self.narrow(model, fact)? {
                return Ok(None);
            }
        }
        Ok(Some(before != (self.low.clone(), self.high.clone())))
    }

    /// Narrows the box to where `fact` can be at least 0; whether anything is left.
    fn narrow(&mut self, model: &Model, fact: &Around) -> Result<bool, Fault> {
        let terms: Vec<i64> = fact
            .form
            .iter()
            .skip(1)
            .zip(self.low.iter().zip(&self.high))
            .map(|(coefficient, (&low, &high))| {
                Ok(coefficient.times(Enclosure { low, high }, model.bits)?.high)
            })
            .collect::<Result<_, Fault>>()?;
        let constant = fact.form.first().copied().unwrap_or_default().plus(fact.rest)?.high;
        let greatest = terms.iter().fold(i128::from(constant), |sum, &term| sum + i128::from(term));
        if greatest < 0 {
            return Ok(false);
        }
        for (k, (coefficient, &term)) in fact.form.iter().skip(1).zip(&terms).enumerate() {
            // The term has to make up for what the others lack: `coefficient * u >= -others`.
            let others = greatest - i128::from(term);
            let needed = others
                .checked_neg()
                .and_then(|needed| needed.checked_mul(1 << model.bits))
                .ok_or(Fault::TooLarge)?;
            let (Some(low), Some(high)) = (self.low.get_mut(k), self.high.get_mut(k)) else {
                return Err(Fault::Shape);
            };
            if coefficient.low > 0 {
                let divisor =
                    i128::from(if others <= 0 { coefficient.high } else { coefficient.low });
                let least = needed.div_euclid(divisor);
                *low = (*low).max(i64::try_from(least).unwrap_or(*low));
            } else if coefficient.high < 0 {
                let divisor =
                    -i128::from(if others <= 0 { coefficient.low } else { coefficient.high });
                let most = -needed.div_euclid(divisor);
                *high = (*high).min(i64::try_from(most).unwrap_or(*high));
            }
            if low > high {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The two parts with multipliers at most and at least `at`.
    #[must_use]
    pub fn split(&self, at: i64) -> [Region; 2] {
        let at = at.max(self.least);
        let at = self.greatest.map_or(at, |greatest| at.min(greatest));
        [Region { greatest: Some(at), ..self.clone() }, Region { least: at, ..self.clone() }]
    }

    /// The part where `pair` is optimal at `site`.
    #[must_use]
    pub fn with(&self, site: usize, pair: usize) -> Region {
        let mut part = self.clone();
        if let Some(chosen) = part.chosen.get_mut(site) {
            *chosen = Some(pair);
        }
        part
    }

    /// The two parts with a free parameter at most and at least `at`; `None` for an unknown
    /// parameter.
    #[must_use]
    pub fn cut(&self, parameter: usize, at: i64) -> Option<[Region; 2]> {
        let at = at.clamp(
            *self.low.get(parameter)?,
            (*self.high.get(parameter)?).max(*self.low.get(parameter)?),
        );
        let (mut below, mut above) = (self.clone(), self.clone());
        below.high[parameter] = at;
        above.low[parameter] = at;
        Some([below, above])
    }
}

/// What one pair brings more than another one of its site.
fn gap(
    model: &Model,
    (form, pair): (&[Enclosure], usize),
    (other_form, other): (&[Enclosure], usize),
    later: &[(Around, Around)],
    leader: bool,
) -> Result<Around, Fault> {
    let form =
        form.iter().zip(other_form).map(|(a, b)| minus(*a, *b)).collect::<Result<Form, Fault>>()?;
    let mut rest = Enclosure::default();
    for ((p, q), (value, given)) in
        model.pairs[pair].next.iter().zip(&model.pairs[other].next).zip(later)
    {
        rest = rest.plus(
            minus(*p, *q)?.times(if leader { given.rest } else { value.rest }, model.bits)?,
        )?;
    }
    Ok(Around { form, rest })
}

/// What a pair brings, with what follows; `rest` is a sum of products of probabilities and rests.
fn around(
    own: &[Enclosure],
    next: &[Enclosure],
    later: &[(Around, Around)],
    leader: bool,
    bits: u32,
) -> Result<Around, Fault> {
    let mut form = own.to_vec();
    let mut rest = Enclosure::default();
    for (probability, (value, given)) in next.iter().zip(later) {
        let side = if leader { given } else { value };
        add_multiple(&mut form, *probability, &side.form, bits)?;
        rest = rest.plus(probability.times(side.rest, bits)?)?;
    }
    Ok(Around { form, rest })
}
