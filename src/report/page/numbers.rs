//! Numbers of results as markup.

use super::mathml::{escape, math, number};
use crate::exact::{Rational, parse_rational, to_approx, truncated};
use crate::report::number::{interval, short_fraction};
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

/// A number: short fractions with a bar and their decimals, others enclosed in decimals.
pub(super) fn shown(value: &Rational) -> String {
    match short_fraction(value, LONGEST) {
        None => escape(&interval(value, value)),
        Some(_) if value.denominator().is_one() => math(&number(value)),
        Some(_) => {
            let decimal = truncated(value, DIGITS).replace("...", "…");
            format!(
                "{} <span class=\"decimal\">=&nbsp;{}</span>",
                math(&number(value)),
                escape(&decimal)
            )
        }
    }
}

/// A number, or bounds as an interval of decimals rounded outwards; a dash for nothing.
pub(super) fn markup(value: &Value) -> String {
    match ends(value) {
        None => "–".into(),
        Some((lower, upper)) if lower == upper => shown(&lower),
        Some((lower, upper)) => escape(&interval(&lower, &upper)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_bounds() {
        let half = markup(&json!("1/2"));
        assert_eq!(
            half,
            "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> <span class=\"decimal\">=&nbsp;0.5</span>"
        );
        assert!(markup(&json!("1/3")).contains("=&nbsp;0.3333333333…<"));
        assert_eq!(
            markup(&json!({"lower": "1/3", "upper": "2/3"})),
            "[0.333333333333333, 0.666666666666667]"
        );
        assert_eq!(markup(&json!({"lower": "3", "upper": "3"})), "<math><mn>3</mn></math>");
        assert_eq!(markup(&json!(null)), "–");
        assert_eq!(markup(&json!("<b>")), "–");
    }
}
