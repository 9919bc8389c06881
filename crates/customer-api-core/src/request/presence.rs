//! Rules between fields, and limits of numbers, as stated by a description.

use std::ops::{Bound, RangeBounds};

use super::Encoder;
use crate::error::{Problem, ValidationError};

impl Encoder<'_> {
    /// Checks that at least one of the alternatives is set. An alternative is a name as the provider writes it, and whether it is set.
    ///
    /// An alternative of several fields joins their names with ` and `. It is set if all of them are set.
    ///
    /// # Errors
    ///
    /// If no alternative is set. The error names the first field.
    #[doc(hidden)]
    pub fn require_any(
        &self,
        alternatives: &[(&'static str, bool)],
    ) -> Result<(), ValidationError> {
        if alternatives.iter().any(|(_, is_set)| *is_set) {
            return Ok(());
        }
        let Some(((first, _), others)) = alternatives.split_first() else {
            return Ok(());
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
        Err(ValidationError::other(field, reason + "must be set"))
    }

    /// Checks that all `companions` are set if `field` is set. Each is a name as the provider writes it, and whether it is set.
    ///
    /// # Errors
    ///
    /// If a companion is missing. The error names it.
    #[doc(hidden)]
    pub fn require_with(
        &self,
        field: (&'static str, bool),
        companions: &[(&'static str, bool)],
    ) -> Result<(), ValidationError> {
        let (name, is_set) = field;
        match companions.iter().find(|(_, is_set)| !is_set) {
            Some((missing, _)) if is_set => Err(ValidationError::other(
                *missing,
                format!("must be set along with `{name}`"),
            )),
            _ => Ok(()),
        }
    }

    /// Checks a number against its documented limits. `name` is the provider's name, with dots if it is nested.
    ///
    /// # Errors
    ///
    /// If the number is outside the range.
    #[doc(hidden)]
    pub fn check_range(
        &self,
        name: &'static str,
        value: impl Into<i128>,
        range: impl RangeBounds<i128>,
    ) -> Result<(), ValidationError> {
        if range.contains(&value.into()) {
            return Ok(());
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
        Err(ValidationError::new(name, Problem::OutOfRange { min, max }))
    }
}

/// Separates the names of an alternative of several fields.
const JOIN: &str = " and ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base_url::BaseUrl,
        operation::{Method, OperationInfo},
    };

    static INFO: OperationInfo = OperationInfo::new("op", Method::Post, "/x");

    fn with<T>(work: impl FnOnce(&Encoder<'_>) -> T) -> T {
        let base: BaseUrl = "https://api.example".parse().unwrap();
        work(&Encoder::new(&INFO, &base, true))
    }

    #[test]
    fn one_of_several_is_enough() {
        with(|request| {
            assert_eq!(request.require_any(&[("a", false), ("b", true)]), Ok(()));
            assert_eq!(request.require_any(&[]), Ok(()));
            let error = request
                .require_any(&[("primary_id", false), ("channel", false)])
                .unwrap_err();
            assert_eq!(error.field(), "primary_id");
            assert_eq!(error.to_string(), "`primary_id` or `channel` must be set");
            let error = request
                .require_any(&[("a and b", false), ("c and d", false), ("e", false)])
                .unwrap_err();
            assert_eq!(error.field(), "a");
            assert_eq!(
                error.to_string(),
                "`a` and `b` or `c` and `d` or `e` must be set"
            );
            let error = request.require_any(&[("a", false)]).unwrap_err();
            assert_eq!(error.to_string(), "`a` must be set");
        });
    }

    #[test]
    fn a_field_brings_its_companions() {
        with(|request| {
            for (set, companion) in [(false, false), (false, true), (true, true)] {
                assert_eq!(
                    request.require_with(("channel_id", set), &[("address", companion)]),
                    Ok(())
                );
            }
            let error = request
                .require_with(("channel_id", true), &[("kind", true), ("address", false)])
                .unwrap_err();
            assert_eq!(error.field(), "address");
            assert_eq!(
                error.to_string(),
                "`address` must be set along with `channel_id`"
            );
        });
    }

    #[test]
    fn a_number_is_checked_at_its_limits_and_one_past_them() {
        with(|request| {
            for (value, fits) in [(0, false), (1, true), (99, true), (100, false)] {
                assert_eq!(request.check_range("n", value, 1..=99).is_ok(), fits);
                assert_eq!(request.check_range("n", value, 1..100).is_ok(), fits);
            }
            assert_eq!(request.check_range("n", u64::MAX, 1..), Ok(()));
            assert_eq!(request.check_range("n", i64::MIN, ..=5), Ok(()));
            for (error, text) in [
                (
                    request.check_range("n", 0, 1..=99),
                    "`n` must be from 1 to 99",
                ),
                (
                    request.check_range("n", 0, 1..100),
                    "`n` must be from 1 to 99",
                ),
                (request.check_range("n", 0, 1..), "`n` must be at least 1"),
                (request.check_range("n", 6, ..=5), "`n` must be at most 5"),
            ] {
                assert_eq!(error.unwrap_err().to_string(), text);
            }
        });
    }
}
