use std::{borrow::Cow, error::Error as StdError, fmt};

#[cfg(feature = "blocking")]
use crate::blocking::BlockingError;
use crate::{Error, ErrorKind, Timestamp, redact::OneLine};

/// Why a list could not be read to its end, and how far it was.
///
/// Whatever was delivered before is right; what is missing comes after it.
pub struct PagesError(Box<Inner>);

struct Inner {
    kind: PagesErrorKind,
    reason: Cow<'static, str>,
    progress: Progress,
    source: Option<Error>,
}

/// In which way a list could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PagesErrorKind {
    /// A call failed; the source is its [`Error`].
    Call,
    /// A follow-up failed after it may have been received, so that its page may be lost; the source is its [`Error`].
    Interrupted,
    /// The list ends short of what the provider says there is.
    Incomplete,
    /// The cursor's life was over before its page could be asked for: the consumer was too slow for the buffer.
    Expired,
    /// The provider's link to the next page leads to another place. It was not followed.
    ForeignLink,
    /// The provider gave a page that came before, or went back to a cursor that was used before.
    Repeated,
    /// There are more pages than the caller allows, or far more items than the provider says there are.
    TooManyPages,
    /// The response shows that the provider ignored a parameter, such as the time since when.
    ParameterIgnored,
    /// The list could not be taken up where it broke off without losing or doubling items.
    ResumeImpossible,
    /// There is no tokio runtime to read pages in, or none that calls can be made in.
    NoRuntime,
    /// Pages were to be waited for inside an async runtime, which that would hold up; the source is an [`Error`].
    InsideRuntime,
    /// The task that reads pages is gone: it panicked, its runtime was shut down, or this process was forked off after it began.
    Stopped,
}

/// How much of a list was delivered to its consumer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Pages.
    pub pages: u64,
    /// Items.
    pub items: u64,
    /// Values and records that are not as documented.
    pub unreadable: u64,
    /// The newest time among the items, where items have one.
    pub newest: Option<Timestamp>,
}

impl PagesError {
    /// A failure of this kind, in words that quote no item.
    #[must_use]
    pub fn new(kind: PagesErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            reason: reason.into(),
            progress: Progress::default(),
            source: None,
        }))
    }

    /// The call behind it.
    #[must_use]
    pub fn with_source(mut self, source: Error) -> Self {
        self.0.source = Some(source);
        self
    }

    /// The same failure, told in another way; the call behind it stays.
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

    /// In which way the list could not be read.
    #[must_use]
    pub fn kind(&self) -> PagesErrorKind {
        self.0.kind
    }

    /// What was delivered before.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.0.progress
    }

    /// The call that failed, if one did.
    #[must_use]
    pub fn call(&self) -> Option<&Error> {
        self.0.source.as_ref()
    }

    /// Whether the cursor's life was over.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.0.kind == PagesErrorKind::Expired
    }

    /// Whether the list ended short of what the provider says there is.
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
        Self::new(kind, "pages can't be waited for").with_source(error.into())
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

impl StdError for PagesError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| source as _)
    }
}

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
