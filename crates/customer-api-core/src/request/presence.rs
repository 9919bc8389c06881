//! Rules between fields, and limits of numbers, as a description states them.

use std::ops::{Bound, RangeBounds};

use super::Encoder;
use crate::error::{Problem, ValidationError};

/// If a rule is broken, the rest of the request is still encoded, so that the error can name all fields that can't be sent, up to
/// 16. Then the call fails, before anything is sent.
impl Encoder<'_> {
    /// Checks that at least one of the alternatives is set. Each alternative is a pair: a name as the provider
    /// writes it, and whether the alternative is set.
    ///
    /// If an alternative consists of several fields, its name joins their names with ` and `, and it is set if all of these
    /// fields are set. The [field](ValidationError::field) of the error is the first field of the first alternative.
    #[doc(hidden)]
    pub fn require_any(&mut self, alternatives: &[(&'static str, bool)]) {
        if alternatives.iter().any(|(_, is_set)| *is_set) {
            return;
        }
        let Some(((first, _), others)) = alternatives.split_first() else {
            return;
        };
        let mut names = first.split(JOIN);
        let field = names.next().unwrap_or_default();
        let mut reason = String::new();
        for name in names {
            reason.push_str(&format!("and `{name}` "));
        }
        for (names, _) in others {
            reason.push_str(&format!("or `{}` ", names.replace(JOIN, "` and `")));
        }
        self.refuse(ValidationError::other(field, reason + "must be set"));
    }

    /// Checks that all `companions` are set if `field` is set. The field and each companion are a pair: the name as the provider
    /// writes it, and whether it is set. The error names the first companion that is missing.
    #[doc(hidden)]
    pub fn require_with(
        &mut self,
        field: (&'static str, bool),
        companions: &[(&'static str, bool)],
    ) {
        let (name, is_set) = field;
        let missing = companions.iter().find(|(_, is_set)| !is_set);
        if let Some((missing, _)) = missing.filter(|_| is_set) {
            let reason = format!("must be set along with `{name}`");
            self.refuse(ValidationError::other(*missing, reason));
        }
    }

    /// Checks that a floating-point value is finite, because JSON has neither infinity nor NaN. `name` is as in
    /// [`check_range`](Self::check_range).
    #[doc(hidden)]
    pub fn check_finite(&mut self, name: &'static str, value: f64) {
        if !value.is_finite() {
            self.refuse(ValidationError::other(name, "must be a finite number"));
        }
    }

    /// Checks a number against its documented limits. `name` is the provider's name, with dots if it is nested.
    #[doc(hidden)]
    pub fn check_range(
        &mut self,
        name: &'static str,
        value: impl Into<i128>,
        range: impl RangeBounds<i128>,
    ) {
        if range.contains(&value.into()) {
            return;
        }
        let min = match range.start_bound() {
            Bound::Included(min) => Some(*min),
            Bound::Excluded(below) => Some(below.saturating_add(1)),
            Bound::Unbounded => None,
        };
        let max = match range.end_bound() {
            Bound::Included(max) => Some(*max),
            Bound::Excluded(above) => Some(above.saturating_sub(1)),
            Bound::Unbounded => None,
        };
        self.refuse(ValidationError::new(name, Problem::OutOfRange { min, max }));
    }
}

/// Separates the field names of an alternative that consists of several fields.
const JOIN: &str = " and ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base_url::BaseUrl,
        operation::{Method, OperationInfo},
    };

    static INFO: OperationInfo = OperationInfo::new("op", Method::Post, "/x");

    /// Returns the error of a request to which this check is applied.
    fn checked(check: impl FnOnce(&mut Encoder<'_>)) -> Result<(), ValidationError> {
        let base: BaseUrl = "https://api.example".parse().unwrap();
        let mut request = Encoder::new(&INFO, &base, true);
        check(&mut request);
        request.checked(Ok(()))
    }

    fn refused(check: impl FnOnce(&mut Encoder<'_>)) -> ValidationError {
        checked(check).unwrap_err()
    }

    #[test]
    fn one_of_several_is_enough() {
        let any = |alternatives| checked(|request| request.require_any(alternatives));
        assert_eq!(any(&[("a", false), ("b", true)]), Ok(()));
        assert_eq!(any(&[]), Ok(()));
        let error = any(&[("primary_id", false), ("channel", false)]).unwrap_err();
        assert_eq!(error.field(), "primary_id");
        assert_eq!(error.to_string(), "`primary_id` or `channel` must be set");
        let error = any(&[("a and b", false), ("c and d", false), ("e", false)]).unwrap_err();
        assert_eq!(error.field(), "a");
        assert_eq!(
            error.to_string(),
            "`a` and `b` or `c` and `d` or `e` must be set"
        );
        let error = any(&[("a", false)]).unwrap_err();
        assert_eq!(error.to_string(), "`a` must be set");
    }

    #[test]
    fn a_field_brings_its_companions() {
        for (set, companion) in [(false, false), (false, true), (true, true)] {
            let check = |request: &mut Encoder<'_>| {
                request.require_with(("channel_id", set), &[("address", companion)]);
            };
            assert_eq!(checked(check), Ok(()));
        }
        let error = refused(|request| {
            request.require_with(("channel_id", true), &[("kind", true), ("address", false)]);
        });
        assert_eq!(error.field(), "address");
        assert_eq!(
            error.to_string(),
            "`address` must be set along with `channel_id`"
        );
    }

    #[test]
    fn a_number_is_checked_at_its_limits_and_one_past_them() {
        for (value, fits) in [(0, false), (1, true), (99, true), (100, false)] {
            let (closed, open) = (
                checked(|request| request.check_range("n", value, 1..=99)),
                checked(|request| request.check_range("n", value, 1..100)),
            );
            assert_eq!((closed.is_ok(), open.is_ok()), (fits, fits));
        }
        let fit = checked(|request| {
            request.check_range("n", u64::MAX, 1..);
            request.check_range("n", i64::MIN, ..=5);
        });
        assert_eq!(fit, Ok(()));
        let error = refused(|request| {
            request.check_range("n", 0, 1..=99);
            request.check_range("m", 0, 1..100);
            request.check_range("o", 0, 1..);
            request.check_range("p", 6, ..=5);
        });
        assert_eq!(
            error.to_string(),
            "`n` must be from 1 to 99; `m` must be from 1 to 99; `o` must be at least 1; `p` must be at most 5"
        );
        let others = error.others().iter().map(ValidationError::field);
        assert!(others.eq(["m", "o", "p"]));
    }

    #[test]
    fn only_finite_numbers_are_sent() {
        let fit = checked(|request| {
            request.check_finite("n", f64::MIN);
            request.check_finite("n", -0.0);
        });
        assert_eq!(fit, Ok(()));
        let error = refused(|request| {
            for (name, value) in [
                ("a", f64::NAN),
                ("b", f64::INFINITY),
                ("c", f64::NEG_INFINITY),
            ] {
                request.check_finite(name, value);
            }
        });
        assert_eq!(
            error.to_string(),
            "`a` must be a finite number; `b` must be a finite number; `c` must be a finite number"
        );
    }

    #[test]
    fn so_many_fields_are_named_and_no_more() {
        let error = refused(|request| {
            (0..5_000).for_each(|limit| request.check_range("n", -1, limit..));
        });
        assert_eq!(error.others().len(), 15);
        let twice = refused(|request| {
            request.check_range("n", 0, 1..);
            request.check_range("n", 0, 1..);
        });
        assert!(twice.others().is_empty());
    }
}
