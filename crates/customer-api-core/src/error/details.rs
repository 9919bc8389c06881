use std::fmt;

use crate::redact::redacted::Redacted;

/// What a provider says about a failure.
#[derive(Clone, Default)]
pub struct ErrorDetails {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) not_found: bool,
    pub(crate) hint: Option<&'static str>,
}

impl ErrorDetails {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The provider's own error code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The provider's message, in its own words. Personal data of the request is taken out before a caller sees it.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// What identifies the call to the provider's support.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: impl Into<String>) -> Self {
        self.trace_id = Some(trace_id.into());
        self
    }

    /// The provider does not know what the call was about, though the status is not a 404.
    #[must_use]
    pub fn not_found(mut self) -> Self {
        self.not_found = true;
        self
    }

    /// What the caller should check, in the crate's own words.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// Says what is there, not what it is: a provider's words may hold anything.
impl fmt::Debug for ErrorDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorDetails")
            .field("code", &Redacted(&self.code))
            .field("message", &Redacted(&self.message))
            .field("trace_id", &Redacted(&self.trace_id))
            .field("not_found", &self.not_found)
            .field("hint", &self.hint)
            .finish()
    }
}
