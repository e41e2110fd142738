//! What to say about a name that is not known.

use super::error::shown;
use crate::game::nearest::nearest;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_far() {
        let names = ["wage", "subsidy"];
        assert_eq!(hint("wagee", names.into_iter()), "; did you mean `wage`?");
        assert_eq!(hint("zzz", names.into_iter()), "; expected one of `wage`, `subsidy`");
        assert_eq!(hint("zzz", std::iter::empty()), "");
    }
}
