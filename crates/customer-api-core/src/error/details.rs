use std::fmt;

use crate::redact::redacted::Redacted;

/// The details of a failure, as the provider reports them.
#[derive(Clone, Default)]
pub struct ErrorDetails {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) not_found: bool,
    pub(crate) hint: Option<&'static str>,
}

impl ErrorDetails {
    /// Creates details without contents.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the provider's own error code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Sets the provider's message, in the provider's own words. The request's personal data is removed before a caller sees the message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Sets the id by which the provider's support can find the call.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: impl Into<String>) -> Self {
        self.trace_id = Some(trace_id.into());
        self
    }

    /// States that the provider does not know the object of the call, although the status is not a 404.
    #[must_use]
    pub fn not_found(mut self) -> Self {
        self.not_found = true;
        self
    }

    /// Sets a hint about what the caller should check, in the words of the provider's crate.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// Shows which texts are set, but not the texts: a provider's words can contain anything.
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
