//! What to say about a name that is not known.

use super::error::shown;

/// Names longer than this are compared with nothing.
const LONGEST_COMPARED: usize = 60;
/// Most names listed in a message.
const MOST_LISTED: usize = 6;

/// `; did you mean ...?` with the names nearest to `wanted`, or `; expected one of ...`, or nothing
/// when there are no names.
pub(super) fn hint<'n>(wanted: &str, names: impl Iterator<Item = &'n str> + Clone) -> String {
    if let Some(nearest) = nearest(wanted, names.clone()) {
        return format!("; did you mean `{}`?", shown(nearest));
    }
    let list = listed(names);
    if list.is_empty() { String::new() } else { format!("; expected one of {list}") }
}

/// The first few names, quoted.
pub(super) fn listed<'n>(mut names: impl Iterator<Item = &'n str>) -> String {
    let mut list: Vec<String> =
        names.by_ref().take(MOST_LISTED).map(|name| format!("`{}`", shown(name))).collect();
    if names.next().is_some() {
        list.push("...".into());
    }
    list.join(", ")
}

/// The first of the names with the fewest changes, when there are few enough: one per three
/// characters, and at least one character in common.
pub(super) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted: Vec<char> = wanted.chars().take(LONGEST_COMPARED + 1).collect();
    if wanted.len() > LONGEST_COMPARED {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let other: Vec<char> = name.chars().take(LONGEST_COMPARED + 1).collect();
        let most = (wanted.len().max(other.len()) / 3).max(1);
        if other.len() > LONGEST_COMPARED
            || wanted.len().abs_diff(other.len()) > most
            || wanted.len().min(other.len()) <= 1
        {
            continue;
        }
        let distance = changes(&wanted, &other);
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Least number of insertions, deletions, replacements and exchanges of neighbours that turn `from`
/// into `to`.
fn changes(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let replaced = last[j] + usize::from(a.to_lowercase().ne(b.to_lowercase()));
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from[i - 1] == *b && *a == to[j - 1] {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_changes() {
        for (from, to, count) in [
            ("wage", "wage", 0),
            ("wgae", "wage", 1),
            ("Wage", "wage", 0),
            ("wag", "wage", 1),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
        ] {
            let of = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(changes(&of(from), &of(to)), count, "{from} {to}");
        }
    }

    #[test]
    fn near_and_far() {
        let names = ["wage", "subsidy"];
        assert_eq!(hint("wagee", names.into_iter()), "; did you mean `wage`?");
        assert_eq!(hint("zzz", names.into_iter()), "; expected one of `wage`, `subsidy`");
        assert_eq!(hint("zzz", std::iter::empty()), "");
        assert_eq!(nearest("x", ["y"].into_iter()), None);
    }
}
