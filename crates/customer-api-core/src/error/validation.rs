use std::{borrow::Cow, fmt};

use crate::redact::OneLine;

/// A field that can't be sent. Contains the field's name and the problem, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    field: Cow<'static, str>,
    problem: Problem,
    others: Vec<Self>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The value must not be empty.
    Empty,
    /// The value has fewer characters than this minimum.
    TooShort(usize),
    /// The value has more characters than this maximum.
    TooLong(usize),
    /// The value does not match the documented pattern.
    Pattern {
        /// The pattern, a regular expression.
        pattern: &'static str,
        /// The first character that the pattern does not allow, counted from 1; `None` if the value breaks the pattern in another way.
        position: Option<usize>,
    },
    /// The number is outside these limits. The limits themselves are allowed.
    OutOfRange {
        /// The smallest allowed number.
        min: Option<i128>,
        /// The greatest allowed number.
        max: Option<i128>,
    },
    /// The value contains control characters.
    ControlCharacter,
    /// The value is `.` or `..`, which would lead to another path in a URL.
    DotSegment,
    /// The value contains characters that are not allowed in a header.
    Header,
    /// Another reason, in words.
    Other(Cow<'static, str>),
}

impl ValidationError {
    /// Creates an error for a field. `field` is the name as the provider writes it.
    #[must_use]
    pub fn new(field: impl Into<Cow<'static, str>>, problem: Problem) -> Self {
        Self {
            field: field.into(),
            problem,
            others: Vec::new(),
        }
    }

    /// Creates an error with a problem in words. `reason` must not quote the value.
    #[must_use]
    pub fn other(
        field: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(field, Problem::Other(reason.into()))
    }

    /// Adds the problems of further fields.
    pub(crate) fn with_others(mut self, others: Vec<Self>) -> Self {
        self.others = others;
        self
    }

    /// The problems of further fields, if several fields can't be sent.
    #[must_use]
    pub fn others(&self) -> &[Self] {
        &self.others
    }

    /// Returns the field, as the provider writes it.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns what is wrong with the field.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_problem(f, self)?;
        for other in &self.others {
            f.write_str("; ")?;
            write_problem(f, other)?;
        }
        Ok(())
    }
}

fn write_problem(f: &mut fmt::Formatter<'_>, error: &ValidationError) -> fmt::Result {
    let field = error.field.escape_debug();
    match &error.problem {
        Problem::Empty => write!(f, "`{field}` must not be empty"),
        Problem::TooShort(min) => write!(f, "`{field}` must have at least {min} characters"),
        Problem::TooLong(max) => write!(f, "`{field}` must have at most {max} characters"),
        Problem::Pattern { pattern, position } => {
            write!(f, "`{field}` must match {pattern}")?;
            if let Some(position) = position {
                write!(f, ", and its character {position} does not")?;
            }
            f.write_str(" (a client with `check_patterns(false)` sends it all the same)")
        }
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
        Problem::ControlCharacter => write!(f, "`{field}` contains a control character"),
        Problem::DotSegment => write!(f, "`{field}` must not be `.` or `..`"),
        Problem::Header => write!(f, "`{field}` contains characters that a header can't hold"),
        Problem::Other(reason) => write!(f, "`{field}` {}", OneLine(reason)),
    }
}

impl std::error::Error for ValidationError {}
