use std::fmt;

use crate::redact::OneLine;

/// Where a response stopped making sense. Holds the place, never a value of the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    category: DecodeCategory,
    path: String,
    line: usize,
    column: usize,
    /// What the body is instead, if that is known. Quotes nothing of it.
    instead: Option<String>,
}

/// In which way a response can't be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeCategory {
    /// There is no body where one is needed.
    Empty,
    /// The body is not JSON.
    Syntax,
    /// The body is JSON that ends too early.
    Truncated,
    /// The body is JSON of another shape than documented.
    Shape,
}

impl DecodeError {
    /// The response has another shape than documented, for reasons that only the caller knows. `path` must be made of
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

    /// The body is not the provider's own words, but this.
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

    /// Keeps the place and the category of an error of `serde_json`, whose text quotes values.
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

    /// In which way the response can't be understood.
    #[must_use]
    pub fn category(&self) -> DecodeCategory {
        self.category
    }

    /// The property where it happened, such as `reviews[3].timestamp`; empty for the whole body. Characters that can't be seen
    /// are written as their escapes, such as `\u{202e}`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The line where it happened, from 1; 0 if unknown.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column where it happened, from 1; 0 if unknown.
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
            DecodeCategory::Shape => "the JSON has another shape than documented",
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
