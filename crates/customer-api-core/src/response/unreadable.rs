use std::fmt;

use crate::redact::redacted::Redacted;

/// A part of a response that is not as documented, and what became of it. Nothing of a response is changed or left out without one.
///
/// `Debug` shows where it is, and not what it says: it may hold personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Unreadable {
    kind: UnreadableKind,
    path: Box<str>,
    /// How much of the path is made of the names that are documented.
    documented: usize,
    cause: Option<Box<str>>,
    record: Option<usize>,
    raw: Box<str>,
}

/// What became of a part that is not as documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnreadableKind {
    /// It is read in the documented form, which can be had from it in one way only: a number as a text, say.
    Coerced,
    /// It is left out, as if it had not been there: its field is `None`, or empty.
    ///
    /// The provider still has the value. Writing back what was read may erase it there.
    TakenOut,
    /// A record without which its list goes on: a value that it must have can't be read.
    Record,
}

impl Unreadable {
    /// Says of a value, by its place and its JSON text, what became of it. The path is made of documented names and indices.
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

    /// Names the record that it lies in, by its index in the list that was answered.
    #[must_use]
    pub fn in_record(mut self, index: usize) -> Self {
        self.record = Some(index);
        self
    }

    /// Says that the rest of the path is a key, which may be personal.
    pub(super) fn documented_up_to(mut self, length: Option<usize>) -> Self {
        self.documented = length.unwrap_or(self.path.len());
        self
    }

    pub(super) fn because_of(mut self, path: &str) -> Self {
        self.cause = (*path != *self.path).then(|| path.into());
        self
    }

    /// What became of it.
    #[must_use]
    pub fn kind(&self) -> UnreadableKind {
        self.kind
    }

    /// Where it is, such as `reviews[3].timestamp`; empty for the whole response. Indices count what the provider answered.
    ///
    /// A part of it may be the key of a map, which may be personal.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value for which a record can't be read, such as `reviews[3].timestamp`, if it is another one than the record itself.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The record that it lies in, or that it is, by its index in the list that the provider answered.
    #[must_use]
    pub fn record(&self) -> Option<usize> {
        self.record
    }

    /// The record that it is, by its index in the list that the provider answered: the list is shorter by this one.
    #[must_use]
    pub fn left_out(&self) -> Option<usize> {
        let is_outermost = self.path.matches('[').count() == 1;
        self.record
            .filter(|_| self.kind == UnreadableKind::Record && is_outermost)
    }

    /// The JSON text as it arrived. It may hold personal data: think before logging it.
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
