//! Game files as they are written.

use smfg::game::Outline;

fn text<'a>(outline: &'a Outline, key: &str) -> Option<&'a str> {
    outline.get(key).and_then(Outline::text)
}

#[test]
fn numbers_keep_their_spelling_and_keys_their_order() {
    let outline = Outline::read("models/adoption.toml").expect("a game file");
    assert_eq!(text(&outline, "name"), Some("technology adoption"));
    let decisions = outline.get("leader").and_then(|leader| leader.get("decisions"));
    let subsidies: Vec<_> =
        decisions.expect("a list").entries().iter().map(|row| text(row, "subsidy")).collect();
    assert_eq!(subsidies, [Some("0"), Some("0.5"), Some("13/20")]);
    let Outline::Table(keys) = &outline else { panic!("a table") };
    assert_eq!((keys[0].0.as_str(), keys[1].0.as_str()), ("format", "name"));
    let rules = outline.get("reward").expect("rules").entries();
    assert_eq!(text(&rules[0], "value"), Some("mu[*, adopt] - 1/2 + subsidy"));
    assert!(outline.get("tables").is_none() && rules[0].entries().is_empty());
}

#[test]
fn what_cannot_be_read_is_told() {
    let missing = Outline::read("models/missing.toml").expect_err("no such file");
    assert!(missing.to_string().contains("missing.toml"), "{missing}");
    assert!(Outline::read("tests/malformed/syntax-unclosed-string.toml").is_err());
    assert!(Outline::read("README.md").is_err());
}
