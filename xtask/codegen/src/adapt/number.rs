//! Numbers: widths, and limits that can be checked.

use super::{
    Adapter,
    edit::{self, Map, get, set, text},
    notes::Did,
};
use crate::tree::Value;

/// Whole numbers up to here are exact in a floating-point number.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Adapter<'_, '_> {
    pub(super) fn number(&mut self, members: &Map, out: &mut Map, at: &str) {
        set(out, "type", edit::words("number"));
        set(out, "format", edit::words("double"));
        match text(members, "format") {
            Some("double" | "float") => {}
            _ => self.note(
                Did::Narrowed,
                "numbers without a precision are read as `double`",
                at,
            ),
        }
        self.limits(members, out, &["format"], at);
    }

    pub(super) fn integer(&mut self, members: &Map, out: &mut Map, at: &str) {
        set(out, "type", edit::words("integer"));
        let (from, to, format) = match text(members, "format") {
            Some("int32") => (i128::from(i32::MIN), i128::from(i32::MAX), Some("int32")),
            Some("uint64") => (0, i128::from(u64::MAX), Some("uint64")),
            Some("int64") => (i128::from(i64::MIN), i128::from(i64::MAX), Some("int64")),
            None => (i128::from(i64::MIN), i128::from(i64::MAX), None),
            Some(_) => {
                self.note(
                    Did::ReadPast,
                    "formats of integers that are 64 bits wide here",
                    at,
                );
                (i128::from(i64::MIN), i128::from(i64::MAX), None)
            }
        };
        if let Some(format) = format {
            set(out, "format", edit::words(format));
        }
        let mut checked = vec!["format"];
        let mut min = get(members, "minimum").and_then(whole);
        let mut max = get(members, "maximum").and_then(whole);
        // A flag in 3.0, a number in 3.1.
        match get(members, "exclusiveMinimum") {
            Some(Value::Bool(true)) => min = min.map(|limit| limit + 1),
            Some(other) => min = min.max(whole(other).map(|limit| limit + 1)),
            None => {}
        }
        match get(members, "exclusiveMaximum") {
            Some(Value::Bool(true)) => max = max.map(|limit| limit - 1),
            Some(other) => {
                let limit = whole(other).map(|limit| limit - 1);
                max = match (max, limit) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
            }
            None => {}
        }
        let fits = |limit: &i128| (from..=to).contains(limit);
        let are_ordered = min.unwrap_or(from) <= max.unwrap_or(to);
        let are_known = min.iter().chain(&max).all(fits);
        if are_ordered && are_known && (min.is_some() || max.is_some()) {
            for (key, limit) in [("minimum", min), ("maximum", max)] {
                if let Some(limit) = limit.and_then(integer) {
                    set(out, key, limit);
                }
            }
            for (key, limit) in [
                ("minimum", min),
                ("exclusiveMinimum", min),
                ("maximum", max),
                ("exclusiveMaximum", max),
            ] {
                if limit.is_some() {
                    checked.push(key);
                }
            }
        }
        self.limits(members, out, &checked, at);
    }
}

/// Returns a limit that is a whole number.
fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Signed(number) => Some((*number).into()),
        Value::Unsigned(number) => Some((*number).into()),
        Value::Float(number) if number.fract() == 0.0 && number.abs() <= EXACT => {
            // It is a whole number that is exact, so its text without a fraction is the number.
            format!("{number:.0}").parse().ok()
        }
        _ => None,
    }
}

fn integer(limit: i128) -> Option<Value> {
    let signed = i64::try_from(limit).ok().map(Value::Signed);
    signed.or_else(|| u64::try_from(limit).ok().map(Value::Unsigned))
}
