//! The common parts of the conformance suites. An implementation of a trait runs the trait's suite in its own tests.

use std::{error::Error as StdError, fmt};

/// A rule of a trait that an implementation breaks.
#[derive(Debug)]
pub struct Violation {
    rule: &'static str,
    found: String,
}

/// The result of checking a rule: `Ok` if the rule is kept.
pub type Checked = Result<(), Violation>;

/// Creates a violation from the rule and what was found instead.
#[must_use]
pub fn violation(rule: &'static str, found: &dyn fmt::Debug) -> Violation {
    Violation {
        rule,
        found: format!("{found:?}"),
    }
}

/// Checks whether a rule is kept.
///
/// # Errors
///
/// The violation, if the rule is not kept.
pub fn holds(rule: &'static str, is_kept: bool, found: &dyn fmt::Debug) -> Checked {
    if is_kept {
        Ok(())
    } else {
        Err(violation(rule, found))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the rule is: {}; found: {}", self.rule, self.found)
    }
}

impl StdError for Violation {}
