//! Bundles: accepted when every certificate is, refused for the reason of the first that is not.

use crate::corpus::{assert_refused, game, valid};
use smfg::certificate::write_certificate;
use smfg::check::{check, check_bundle};

#[test]
fn the_unedited_bundle_is_valid() {
    let game = game();
    let accepted = check_bundle(&game, valid("valid.bundle", &game).as_bytes()).expect("valid");
    let claims: Vec<String> = accepted
        .iter()
        .map(|a| format!("{:?} {} {}", a.claim.of, a.claim.lower, a.claim.upper))
        .collect();
    assert_eq!(
        claims,
        ["None 1 1", "Some(\"mu[a]@1\") 1 1", "Some(\"2 * fee * (1 - mu[a]@1)\") 0 1"]
    );
    // It is no single certificate, and a certificate is no bundle.
    assert!(check(&game, valid("valid.bundle", &game).as_bytes()).is_err());
    let single = valid("valid.bundle", &game).replacen("smfg-bundle 1\n", "", 1);
    assert!(check_bundle(&game, single.as_bytes()).is_err());
    assert!(
        check(&game, single.as_bytes())
            .expect_err("more follows")
            .to_string()
            .contains("found text after `end`")
    );
}

#[test]
fn every_edit_is_refused_for_its_reason() {
    let game = game();
    assert_refused("bundles.toml", 15, &valid("valid.bundle", &game), |text| {
        crate::proved::assert_bundle(&game, None, text);
        let refused = check_bundle(&game, text).err()?;
        Some((refused.to_string(), refused.accepted.len()))
    });
}

#[test]
fn an_expression_of_two_lines_is_not_written() {
    let game = game();
    let mut claim = check_bundle(&game, valid("valid.bundle", &game).as_bytes())
        .expect("valid")
        .swap_remove(1)
        .claim;
    assert!(write_certificate(Vec::new(), &claim, &[]).is_ok());
    claim.of = Some("fee\nclaim 5 5".into());
    assert!(write_certificate(Vec::new(), &claim, &[]).is_err());
}
