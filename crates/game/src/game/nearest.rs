//! "Did you mean": the known name nearest to an unknown one.

use strsim::osa_distance;

/// Names longer than this are not compared: a distance takes time with the product of the lengths.
const LONGEST: usize = 60;
/// Most names that are compared. A game has at most a few thousand that are worth a suggestion.
const MOST_COMPARED: usize = 5_000;

/// The first of the names with the fewest edits from `wanted`, when there are few enough: one per
/// three letters, and at least one letter in common. Case counts for nothing.
pub(in crate::game) fn nearest<'n>(
    wanted: &str,
    names: impl Iterator<Item = &'n str>,
) -> Option<&'n str> {
    let length = |name: &str| name.chars().take(LONGEST + 1).count();
    let letters = length(wanted);
    if letters > LONGEST {
        return None;
    }
    let wanted = wanted.to_lowercase();
    let near = |name: &&'n str| {
        let (shorter, longer) = (letters.min(length(name)), letters.max(length(name)));
        let most = (longer / 3).max(1);
        if shorter <= 1 || longer > LONGEST || longer - shorter > most {
            return None;
        }
        let edits = osa_distance(&wanted, &name.to_lowercase());
        (edits <= most).then_some(edits)
    };
    let compared = names.take(MOST_COMPARED).filter_map(|name| Some((near(&name)?, name)));
    compared.min_by_key(|(edits, _)| *edits).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_pen() {
        let keys = ["stages", "states", "actions", "reward", "transition"];
        for (wanted, meant) in [
            ("stage", Some("stages")),
            ("rewrad", Some("reward")),
            ("Actions", Some("actions")),
            ("sattes", Some("states")),
            ("transitoins", Some("transition")),
            ("policy", None),
            ("x", None),
            ("", None),
            (&"reward".repeat(20), None),
        ] {
            assert_eq!(nearest(wanted, keys.into_iter()), meant, "{wanted}");
        }
        assert_eq!(nearest("x", ["y"].into_iter()), None);
    }
}
