use std::fmt;

use crate::redact::OneLine;

/// The place where a response can't be understood, and the reason. Never contains a value of the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    category: DecodeCategory,
    path: String,
    line: usize,
    column: usize,
    /// A description of a body that is not the provider's own. Does not quote the body.
    instead: Option<String>,
}

/// The way in which a response can't be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeCategory {
    /// The body is empty, but the operation needs one.
    Empty,
    /// The body is not JSON.
    Syntax,
    /// The body is JSON that ends too early.
    Truncated,
    /// The body is JSON, but not of the documented shape.
    Shape,
}

impl DecodeError {
    /// Creates an error for a response that does not have the documented shape, according to a check of your own. `path` must consist of
    /// property names, not of values.
    #[must_use]
    pub fn shape(path: impl Into<String>) -> Self {
        Self {
            category: DecodeCategory::Shape,
            path: OneLine(&path.into()).to_string(),
            line: 0,
            column: 0,
            instead: None,
        }
    }

    /// Creates an error for a body that is not the provider's own. `what` describes it.
    pub(crate) fn foreign(what: String) -> Self {
        Self {
            category: DecodeCategory::Syntax,
            path: String::new(),
            line: 0,
            column: 0,
            instead: Some(what),
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            category: DecodeCategory::Empty,
            path: String::new(),
            line: 0,
            column: 0,
            instead: None,
        }
    }

    /// Keeps the place and the category of a `serde_json` error. Drops the error's text, because the text quotes values.
    pub(crate) fn json(error: &serde_json::Error, path: &str) -> Self {
        let category = match error.classify() {
            serde_json::error::Category::Data => DecodeCategory::Shape,
            serde_json::error::Category::Eof => DecodeCategory::Truncated,
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                DecodeCategory::Syntax
            }
        };
        Self {
            category,
            path: OneLine(path).to_string(),
            line: error.line(),
            column: error.column(),
            instead: None,
        }
    }

    /// Replaces the path with a more exact one, if the new path is inside the present path.
    pub(crate) fn inside(mut self, path: String) -> Self {
        let rest = path.strip_prefix(&self.path);
        if rest.is_some_and(|rest| self.path.is_empty() || rest.starts_with(['.', '['])) {
            self.path = OneLine(&path).to_string();
        }
        self
    }

    /// Returns the way in which the response can't be understood.
    #[must_use]
    pub fn category(&self) -> DecodeCategory {
        self.category
    }

    /// Returns the property where the error occurred, such as `reviews[3].timestamp`. Empty for the whole body. Invisible characters
    /// are written as their escapes, such as `\u{202e}`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the line where the error occurred, from 1. 0 if unknown.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column where the error occurred, from 1. 0 if unknown.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.category {
            DecodeCategory::Empty => "the body is empty",
            DecodeCategory::Syntax => "the body is not JSON",
            DecodeCategory::Truncated => "the JSON ends too early",
            DecodeCategory::Shape => "the JSON does not have the documented shape",
        })?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        if self.line > 0 {
            write!(f, " (line {}, column {})", self.line, self.column)?;
        }
        if let Some(what) = &self.instead {
            write!(f, ": {what}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeError {}
