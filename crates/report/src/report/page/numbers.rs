//! Numbers of results as markup.

use super::mathml::{escape, math, number};
use crate::exact::{Rational, Rounding, decimal, parse_rational, to_approx, truncated};
use crate::report::number::short_fraction;
use serde_json::Value;

/// Longest fraction that a page shows, in characters.
const LONGEST: usize = 24;
/// Digits of decimals.
const DIGITS: usize = 10;

/// The exact number that `value` is: a text `"p/q"`, or a JSON number.
pub(super) fn exact(value: &Value) -> Option<Rational> {
    match value {
        Value::String(text) => parse_rational(text).ok(),
        Value::Number(number) => parse_rational(&number.to_string()).ok(),
        _ => None,
    }
}

/// Lower and upper end of a number or of bounds.
pub(super) fn ends(value: &Value) -> Option<(Rational, Rational)> {
    match value {
        Value::Object(_) => Some((exact(&value["lower"])?, exact(&value["upper"])?)),
        one => exact(one).map(|value| (value.clone(), value)),
    }
}

/// The middle of a number or of bounds, and both ends, in binary64.
pub(super) fn ends_approx(value: &Value) -> Option<(f64, f64)> {
    ends(value).map(|(lower, upper)| (to_approx(&lower), to_approx(&upper)))
}

/// `[lower, upper]` in decimals rounded outwards.
fn interval(lower: &Rational, upper: &Rational) -> String {
    let (lower, upper) =
        (decimal(lower, DIGITS, Rounding::Down), decimal(upper, DIGITS, Rounding::Up));
    escape(&format!("[{lower}, {upper}]").replace('-', "−"))
}

/// A number: short fractions with a bar and their decimals, others by their first digits.
pub(super) fn shown(value: &Rational) -> String {
    if value.denominator().is_one() && short_fraction(value, LONGEST).is_some() {
        return math(&number(value));
    }
    let decimal = truncated(value, DIGITS).replace("...", "…").replace('-', "−");
    match short_fraction(value, LONGEST) {
        None => escape(&decimal),
        Some(_) => format!(
            "<span class=\"number\">{} =&nbsp;{}</span>",
            math(&number(value)),
            escape(&decimal)
        ),
    }
}

/// A number, or bounds as an interval of decimals rounded outwards; a dash for nothing.
pub(super) fn markup(value: &Value) -> String {
    match ends(value) {
        None => "–".into(),
        Some((lower, upper)) if lower == upper => shown(&lower),
        Some((lower, upper)) => interval(&lower, &upper),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_bounds() {
        let half = "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>";
        assert_eq!(
            markup(&json!("1/2")),
            format!("<span class=\"number\">{half} =&nbsp;0.5</span>")
        );
        // A long fraction by its first digits.
        let long = format!("{}/{}", "3".repeat(40), "7".repeat(41));
        assert_eq!(markup(&json!(long)), "0.04285714285…");
        assert!(markup(&json!("1/3")).contains("=&nbsp;0.3333333333…<"));
        assert_eq!(
            markup(&json!({"lower": "-2/3", "upper": "2/3"})),
            "[−0.6666666667, 0.6666666667]"
        );
        assert_eq!(markup(&json!({"lower": "3", "upper": "3"})), "<math><mn>3</mn></math>");
        assert_eq!(markup(&json!(null)), "–");
        assert_eq!(markup(&json!("<b>")), "–");
    }
}
