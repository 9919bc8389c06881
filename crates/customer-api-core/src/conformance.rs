//! What the suites have in common that implementations of the traits run in their own tests.

use std::{error::Error as StdError, fmt};

/// A rule of a trait that an implementation does not keep to.
#[derive(Debug)]
pub struct Violation {
    rule: &'static str,
    found: String,
}

/// Whether a rule is kept.
pub type Checked = Result<(), Violation>;

/// The rule, and what was found instead.
#[must_use]
pub fn violation(rule: &'static str, found: &dyn fmt::Debug) -> Violation {
    Violation {
        rule,
        found: format!("{found:?}"),
    }
}

/// The violation, unless the rule is kept.
///
/// # Errors
///
/// If it is not.
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
