//! "Did you mean": the known name nearest to an unknown one.

/// Names longer than this are not compared.
const LONGEST: usize = 60;

/// The candidate with the fewest edits from `found`, when it is near: at most a third of the
/// letters.
pub(super) fn nearest<'c>(
    found: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<String> {
    let found: Vec<char> = found.chars().take(LONGEST + 1).collect();
    if found.len() > LONGEST {
        return None;
    }
    let allowed = found.len().div_ceil(3).max(1);
    let mut best: Option<(usize, &str)> = None;
    // A game has at most a few thousand names worth a suggestion.
    for candidate in candidates.take(5_000) {
        let letters: Vec<char> = candidate.chars().take(LONGEST + 1).collect();
        if letters.len().abs_diff(found.len()) > allowed {
            continue;
        }
        let edits = distance(&found, &letters);
        if edits <= allowed && best.is_none_or(|(least, _)| edits < least) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, name)| name.to_string())
}

/// Edits (insert, delete, replace, swap neighbours) between two words, case counting for nothing.
fn distance(a: &[char], b: &[char]) -> usize {
    let same = |x: char, y: char| x.to_lowercase().eq(y.to_lowercase());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let mut edits =
                (last[j] + usize::from(!same(x, y))).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && same(x, b[j - 1]) && same(a[i - 1], y) {
                edits = edits.min(before_last[j - 1] + 1);
            }
            row.push(edits);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_pen() {
        let keys = ["stages", "states", "actions", "reward", "transition"];
        let suggest = |found| nearest(found, keys.into_iter());
        assert_eq!(suggest("stage").as_deref(), Some("stages"));
        assert_eq!(suggest("rewrad").as_deref(), Some("reward"));
        assert_eq!(suggest("Actions").as_deref(), Some("actions"));
        assert_eq!(suggest("policy"), None);
        assert_eq!(nearest("", keys.into_iter()), None);
    }
}
