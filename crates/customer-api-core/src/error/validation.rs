use std::{borrow::Cow, fmt};

use crate::redact::OneLine;

/// A field that can't be sent. Holds the field's name and what is wrong, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    field: Cow<'static, str>,
    problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The value must not be empty.
    Empty,
    /// The value has fewer characters than this.
    TooShort(usize),
    /// The value has more characters than this.
    TooLong(usize),
    /// The value does not match the documented pattern.
    Pattern(&'static str),
    /// The number is outside these limits, which are allowed themselves.
    OutOfRange {
        /// The smallest number that is allowed.
        min: Option<i128>,
        /// The greatest number that is allowed.
        max: Option<i128>,
    },
    /// The value holds control characters.
    ControlCharacter,
    /// The value is `.` or `..`, which URLs take for a way to another path.
    DotSegment,
    /// The value can't stand in a header.
    Header,
    /// Another reason, in words.
    Other(Cow<'static, str>),
}

impl ValidationError {
    /// A problem with a field, named as the provider writes it.
    #[must_use]
    pub fn new(field: impl Into<Cow<'static, str>>, problem: Problem) -> Self {
        Self {
            field: field.into(),
            problem,
        }
    }

    /// A problem in words. They must not quote the value.
    #[must_use]
    pub fn other(
        field: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(field, Problem::Other(reason.into()))
    }

    /// The field, as the provider writes it.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field.escape_debug();
        match &self.problem {
            Problem::Empty => write!(f, "`{field}` must not be empty"),
            Problem::TooShort(min) => write!(f, "`{field}` must have at least {min} characters"),
            Problem::TooLong(max) => write!(f, "`{field}` must have at most {max} characters"),
            Problem::Pattern(pattern) => write!(f, "`{field}` must match {pattern}"),
            Problem::OutOfRange {
                min: Some(min),
                max: Some(max),
            } => write!(f, "`{field}` must be from {min} to {max}"),
            Problem::OutOfRange { min: Some(min), .. } => {
                write!(f, "`{field}` must be at least {min}")
            }
            Problem::OutOfRange { max: Some(max), .. } => {
                write!(f, "`{field}` must be at most {max}")
            }
            Problem::OutOfRange { .. } => write!(f, "`{field}` is out of range"),
            Problem::ControlCharacter => write!(f, "`{field}` must not hold control characters"),
            Problem::DotSegment => write!(f, "`{field}` must not be `.` or `..`"),
            Problem::Header => write!(f, "`{field}` holds characters that can't stand in a header"),
            Problem::Other(reason) => write!(f, "`{field}` {}", OneLine(reason)),
        }
    }
}

impl std::error::Error for ValidationError {}
