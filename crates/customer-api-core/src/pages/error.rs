use std::{borrow::Cow, error::Error as StdError, fmt};

use serde::{Deserialize, Serialize};

#[cfg(feature = "blocking")]
use crate::blocking::BlockingError;
use crate::{Error, ErrorKind, Timestamp, redact::OneLine};

/// Why a list could not be read to its end, and how much of it was delivered.
///
/// Everything that was delivered before the failure is correct. Only later parts are missing.
pub struct PagesError(Box<Inner>);

struct Inner {
    kind: PagesErrorKind,
    reason: Cow<'static, str>,
    progress: Progress,
    source: Option<Error>,
}

/// The kind of failure of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PagesErrorKind {
    /// A call failed. [`PagesError::call`] returns its error.
    Call,
    /// A follow-up (the request for a further page) failed after the provider may have received it. Therefore its page may be lost.
    /// [`PagesError::call`] returns its error.
    Interrupted,
    /// The list ended with fewer items than the provider reports.
    Incomplete,
    /// The cursor expired before its page could be requested, because the consumer was too slow for the buffer.
    Expired,
    /// The provider's link to the next page leads to another place. The link was not followed.
    ForeignLink,
    /// The provider sent an earlier page again, or went back to a cursor that was used before.
    Repeated,
    /// There are more pages than the caller allows, or far more items than the provider reports.
    TooManyPages,
    /// The response shows that the provider ignored a parameter, such as the start of a period.
    ParameterIgnored,
    /// The list could not be resumed where it broke off without losing or duplicating items.
    ResumeImpossible,
    /// There is no tokio runtime in which pages can be read and calls can be made.
    NoRuntime,
    /// A blocking wait for pages was called inside an async runtime, which the wait would block. [`PagesError::call`] returns the
    /// error.
    InsideRuntime,
    /// The task that reads pages has ended: it panicked, its runtime was shut down, or this process was forked after the task
    /// began.
    Stopped,
}

/// How much of a list was delivered to its consumer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Progress {
    /// The number of pages.
    pub pages: u64,
    /// The number of items.
    pub items: u64,
    /// The number of values and records that are not as documented.
    pub unreadable: u64,
    /// The newest time among the items, if they have times.
    pub newest: Option<Timestamp>,
}

impl PagesError {
    /// Creates a failure of this kind. `reason` must not quote an item.
    #[must_use]
    pub fn new(kind: PagesErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            reason: reason.into(),
            progress: Progress::default(),
            source: None,
        }))
    }

    /// Adds the error of the call behind the failure.
    #[must_use]
    pub fn with_source(mut self, source: Error) -> Self {
        self.0.source = Some(source);
        self
    }

    /// Returns the same failure with another kind and reason. The error of the call stays.
    #[must_use]
    pub fn into_kind(mut self, kind: PagesErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = kind;
        self.0.reason = reason.into();
        self
    }

    pub(super) fn with_progress(mut self, progress: Progress) -> Self {
        self.0.progress = progress;
        self
    }

    /// The kind of the failure.
    #[must_use]
    pub fn kind(&self) -> PagesErrorKind {
        self.0.kind
    }

    /// What was delivered before the failure.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.0.progress
    }

    /// The error of the call that failed, if a call failed.
    #[must_use]
    pub fn call(&self) -> Option<&Error> {
        self.0.source.as_ref()
    }

    /// Whether the cursor expired.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.0.kind == PagesErrorKind::Expired
    }

    /// Whether the list ended with fewer items than the provider reports.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.0.kind == PagesErrorKind::Incomplete
    }

    /// Whether a follow-up was lost.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.0.kind == PagesErrorKind::Interrupted
    }
}

impl From<Error> for PagesError {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::NoRuntime => PagesErrorKind::NoRuntime,
            _ => PagesErrorKind::Call,
        };
        Self::new(kind, "a page could not be read").with_source(error)
    }
}

#[cfg(feature = "blocking")]
impl From<BlockingError> for PagesError {
    fn from(error: BlockingError) -> Self {
        let kind = match &error {
            BlockingError::InsideRuntime => PagesErrorKind::InsideRuntime,
            BlockingError::NoRuntime(_) => PagesErrorKind::NoRuntime,
        };
        Self::new(kind, "a blocking wait for pages is not possible").with_source(error.into())
    }
}

impl fmt::Display for PagesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            reason,
            progress,
            source,
            ..
        } = &*self.0;
        write!(
            f,
            "{} (after {} pages with {} items",
            OneLine(reason),
            progress.pages,
            progress.items
        )?;
        if let Some(newest) = &progress.newest {
            write!(f, ", the newest of {newest}")?;
        }
        if progress.unreadable > 0 {
            write!(f, ", {} unreadable values", progress.unreadable)?;
        }
        f.write_str(")")?;
        source
            .as_ref()
            .map_or(Ok(()), |source| write!(f, ": {source}"))
    }
}

impl fmt::Debug for PagesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind,
            reason,
            progress,
            source,
        } = &*self.0;
        f.debug_struct("PagesError")
            .field("kind", kind)
            .field("reason", reason)
            .field("progress", progress)
            .field("source", source)
            .finish()
    }
}

/// `Display` prints the call's error, so [`source`](StdError::source) does not return it again. See [`call`](PagesError::call).
impl StdError for PagesError {}

#[cfg(all(test, feature = "blocking"))]
mod tests {
    use std::{io, sync::Arc};

    use super::*;

    #[test]
    fn pages_tell_why_they_can_not_be_waited_for() {
        let inside = PagesError::from(BlockingError::InsideRuntime);
        assert_eq!(inside.kind(), PagesErrorKind::InsideRuntime);
        assert_eq!(
            inside.to_string().matches("inside an async").count(),
            1,
            "{inside}"
        );
        assert!(inside.to_string().contains("await it instead"), "{inside}");
        assert!(format!("{inside:?}").starts_with("PagesError {"));
        let error = io::Error::other("no threads left");
        let none = PagesError::from(BlockingError::NoRuntime(Arc::new(error)));
        assert_eq!(none.kind(), PagesErrorKind::NoRuntime);
    }
}
