//! Runs of consecutive stages at which the same rules apply.

use super::selector::Stages;

/// Most (rule, run) incidences, so that a hostile file cannot fill memory.
const MOST_INCIDENCES: usize = 50_000_000;

/// Stages `first..=last`, at which exactly `rules` (increasing) apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub first: usize,
    pub last: usize,
    pub rules: Vec<u32>,
}

/// The stages `0..count` cut where the set of applying rules changes; `None` when there are too
/// many incidences.
pub(super) fn segments<'s>(
    count: usize,
    rules: impl Iterator<Item = (u32, &'s Stages)>,
) -> Option<Vec<Segment>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let mut ranges: Vec<(usize, usize, u32)> = Vec::new();
    for (rule, stages) in rules {
        ranges.extend(
            stages
                .ranges(count)
                .into_iter()
                .filter(|&(first, _)| first < count)
                .map(|(first, last)| (first, last.min(count - 1), rule)),
        );
    }
    let mut cuts: Vec<usize> =
        ranges.iter().flat_map(|&(first, last, _)| [first, last + 1]).chain([0, count]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut segments: Vec<Segment> = cuts
        .windows(2)
        .filter_map(|cut| {
            Some(Segment { first: *cut.first()?, last: cut.get(1)? - 1, rules: Vec::new() })
        })
        .collect();
    let mut incidences = 0usize;
    for (first, last, rule) in ranges {
        let from = segments.partition_point(|segment| segment.last < first);
        for segment in segments.iter_mut().skip(from).take_while(|segment| segment.first <= last) {
            segment.rules.push(rule);
            incidences += 1;
        }
        if incidences > MOST_INCIDENCES {
            return None;
        }
    }
    Some(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_where_rules_change() {
        let rules =
            [Stages::All, Stages::Ranges(vec![(1, 2), (4, 4)]), Stages::Ranges(vec![(2, 9)])];
        let found = segments(5, (0..).zip(&rules)).expect("few");
        let segment = |first, last, rules: &[u32]| Segment { first, last, rules: rules.to_vec() };
        assert_eq!(
            found,
            [
                segment(0, 0, &[0]),
                segment(1, 1, &[0, 1]),
                segment(2, 2, &[0, 1, 2]),
                segment(3, 3, &[0, 2]),
                segment(4, 4, &[0, 1, 2])
            ]
        );
        assert_eq!(segments(3, std::iter::empty()), Some(vec![segment(0, 2, &[])]));
    }
}
