//! What the check of a certificate says, for pages.

use super::game::{MOST_ROWS, safe};
use super::numbers::markup;
use minijinja::Value as Shown;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// A certificate and what the checker says of it, now.
#[derive(Debug)]
pub struct Recheck {
    /// Path of the certificate.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size.
    pub bytes: usize,
    /// What `smfg check --format json` prints.
    pub verdict: Value,
}

/// What the template prints of a certificate.
#[derive(Debug, Default, Serialize)]
pub(super) struct CertificateView {
    path: String,
    sha256: String,
    bytes: usize,
    valid: bool,
    reason: Option<String>,
    claims: Vec<ClaimRow>,
    more: usize,
    conclusions: usize,
    /// Numbers of the answer that the certificate does not state.
    missing: Vec<String>,
    /// Numbers of the answer that were looked for in the certificate.
    stated: usize,
}

#[derive(Debug, Serialize)]
struct ClaimRow {
    about: String,
    selection: String,
    epsilon: Shown,
    lower: Shown,
    upper: Shown,
}

impl CertificateView {
    pub(super) fn new(recheck: &Recheck, stated: &[String]) -> Self {
        let verdict = &recheck.verdict;
        let single = verdict["claim"].is_object().then(|| std::slice::from_ref(&verdict["claim"]));
        let claims = verdict["claims"].as_array().map(Vec::as_slice).or(single).unwrap_or_default();
        let mut proved = BTreeSet::new();
        numbers(verdict, &mut proved);
        let missing = |number: &&String| !proved.contains(*number);
        let rows: Vec<ClaimRow> = claims.iter().flat_map(claim_rows).collect();
        CertificateView {
            path: recheck.path.clone(),
            sha256: recheck.sha256.clone(),
            bytes: recheck.bytes,
            valid: verdict["valid"].as_bool() == Some(true),
            reason: verdict["reason"].as_str().map(str::to_string),
            more: rows.len().saturating_sub(MOST_ROWS),
            claims: rows.into_iter().take(MOST_ROWS).collect(),
            conclusions: verdict["conclusions"].as_array().map_or(0, Vec::len),
            missing: stated.iter().filter(missing).take(MOST_ROWS).cloned().collect(),
            stated: stated.len(),
        }
    }

    /// Whether the certificate is valid and states the answer.
    pub(super) fn confirms(&self) -> bool {
        self.valid && self.missing.is_empty()
    }
}

/// A claim, or the points of a claim about a curve.
fn claim_rows(claim: &Value) -> Vec<ClaimRow> {
    let mut about = claim["of"].as_str().unwrap_or("leader's reward").to_string();
    if let Some(name) = claim["scope"]["name"].as_str() {
        about = format!("{about}, at {name}");
    }
    let row = |point: &Value| ClaimRow {
        about: about.clone(),
        selection: claim["selection"].as_str().unwrap_or("–").to_string(),
        epsilon: safe(markup(&point["epsilon"])),
        lower: safe(markup(&point["lower"])),
        upper: safe(markup(&point["upper"])),
    };
    match claim["curve"].as_array() {
        Some(points) => points.iter().map(row).collect(),
        None => vec![row(claim)],
    }
}

/// Every text in `value`; those of a verdict that are numbers are proved.
fn numbers(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(entries) => entries.iter().for_each(|entry| numbers(entry, found)),
        Value::Object(entries) => entries.values().for_each(|entry| numbers(entry, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_that_the_certificate_does_not_state_is_not_confirmed() {
        let verdict =
            json!({"valid": true, "claim": {"lower": "1/2", "upper": "2/3"}, "reason": null});
        let recheck = Recheck { path: "a.cert".into(), sha256: String::new(), bytes: 1, verdict };
        let stated =
            |numbers: &[&str]| -> Vec<String> { numbers.iter().map(ToString::to_string).collect() };
        assert!(CertificateView::new(&recheck, &stated(&["1/2", "2/3"])).confirms());
        let other = CertificateView::new(&recheck, &stated(&["1/2", "3/4"]));
        assert!(!other.confirms() && other.missing == ["3/4"]);
        let refused = Recheck {
            verdict: json!({"valid": false, "claim": null, "reason": "line 1"}),
            ..recheck
        };
        assert!(!CertificateView::new(&refused, &[]).confirms());
    }
}
