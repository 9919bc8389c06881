use std::fmt;

use crate::redact::redacted::Redacted;

/// A part of a response that is not as documented, and how it was handled. Every change and every omission is reported as one
/// `Unreadable`.
///
/// `Debug` shows the place of the part, but not its contents, which may be personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Unreadable {
    kind: UnreadableKind,
    path: Box<str>,
    /// The length of the part of the path that consists of documented names.
    documented: usize,
    cause: Option<Box<str>>,
    record: Option<usize>,
    raw: Box<str>,
}

/// How a part that is not as documented was handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnreadableKind {
    /// The part was converted to the documented form, for example from a number to a text. There was exactly one way to convert it.
    Coerced,
    /// The part was omitted, as if it had been missing. Its field is `None` or empty.
    ///
    /// The provider still has the part's value. Writing back the object that was read may erase that value at the provider.
    TakenOut,
    /// The part is a record that its list omits, because a required value of the record can't be read.
    Record,
}

impl Unreadable {
    /// Creates a report of a value, from its path and its JSON text. The path must consist of documented names and indices.
    #[must_use]
    pub fn new(kind: UnreadableKind, path: impl Into<Box<str>>, raw: impl Into<Box<str>>) -> Self {
        let path = path.into();
        Self {
            kind,
            documented: path.len(),
            path,
            cause: None,
            record: None,
            raw: raw.into(),
        }
    }

    /// Adds the index of the record that contains the part. The index counts the records in the list of the response.
    #[must_use]
    pub fn in_record(mut self, index: usize) -> Self {
        self.record = Some(index);
        self
    }

    /// Marks the rest of the path as a map's key, which may be personal.
    pub(super) fn documented_up_to(mut self, length: Option<usize>) -> Self {
        self.documented = length.unwrap_or(self.path.len());
        self
    }

    pub(super) fn because_of(mut self, path: &str) -> Self {
        self.cause = (*path != *self.path).then(|| path.into());
        self
    }

    /// Returns how the part was handled.
    #[must_use]
    pub fn kind(&self) -> UnreadableKind {
        self.kind
    }

    /// Returns the part's place, such as `reviews[3].timestamp`. Empty for the whole response. Indices count the elements of the
    /// provider's response.
    ///
    /// The path can contain the key of a map, which may be personal.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// If a record can't be read because of a value inside it, returns that value's place, such as `reviews[3].timestamp`.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// If this part is a record or lies in one, returns the record's index in the list of the provider's response.
    #[must_use]
    pub fn record(&self) -> Option<usize> {
        self.record
    }

    /// If this part is an omitted record, returns the record's index in the list of the provider's response. The caller's list does
    /// not contain this record.
    #[must_use]
    pub fn left_out(&self) -> Option<usize> {
        let is_outermost = self.path.matches('[').count() == 1;
        self.record
            .filter(|_| self.kind == UnreadableKind::Record && is_outermost)
    }

    /// Returns the JSON text as it arrived. The text may contain personal data: think before logging it.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.get(..self.documented).unwrap_or_default();
        let rest = if self.documented < self.path.len() {
            "[redacted]"
        } else {
            ""
        };
        f.debug_struct("Unreadable")
            .field("kind", &self.kind)
            .field("path", &format_args!("{path}{rest}"))
            .field("cause", &self.cause)
            .field("raw", &Redacted(&*self.raw))
            .finish()
    }
}
