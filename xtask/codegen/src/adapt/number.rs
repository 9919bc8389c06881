//! Numbers: widths, and limits that can be checked.

use super::{
    Adapter,
    edit::{self, Map, get, set, text},
    notes::Did,
};
use crate::tree::Value;

/// Whole numbers up to this number are exact as a `double`.
pub(super) const EXACT: i128 = 1 << 53;

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
        let format = match text(members, "format") {
            Some("int32" | "uint64" | "int64") | None => text(members, "format"),
            Some(_) => {
                self.note(
                    Did::ReadPast,
                    "formats of integers that are 64 bits wide here",
                    at,
                );
                None
            }
        };
        let (from, to) = width(format);
        if let Some(format) = format {
            set(out, "format", edit::words(format));
        }
        let mut checked = vec!["format"];
        let mut min = get(members, "minimum").and_then(whole);
        let mut max = get(members, "maximum").and_then(whole);
        // An exclusive limit is a flag in OpenAPI 3.0 and a number in 3.1.
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

/// Returns the least and the greatest number of a format.
fn width(format: Option<&str>) -> (i128, i128) {
    match format {
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("uint64") => (0, u64::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    }
}

/// Returns the least and the greatest number that an integer schema in the strict dialect allows.
pub(super) fn range(integer: &Map) -> (i128, i128) {
    let (from, to) = width(text(integer, "format"));
    let limit = |key: &str| get(integer, key).and_then(whole);
    (
        limit("minimum").unwrap_or(from),
        limit("maximum").unwrap_or(to),
    )
}

/// Returns a limit, if it is a whole number.
fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Signed(number) => Some((*number).into()),
        Value::Unsigned(number) => Some((*number).into()),
        Value::Float(number) if number.fract() == 0.0 => {
            // The number is whole, so its text without a fraction has the same value.
            let number: i128 = format!("{number:.0}").parse().ok()?;
            (-EXACT..=EXACT).contains(&number).then_some(number)
        }
        _ => None,
    }
}

fn integer(limit: i128) -> Option<Value> {
    let signed = i64::try_from(limit).ok().map(Value::Signed);
    signed.or_else(|| u64::try_from(limit).ok().map(Value::Unsigned))
}
