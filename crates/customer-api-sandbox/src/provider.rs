//! The interface of a provider to the rest of the crate: admission, refusals in the provider's
//! words, and the operations. A provider has no access to a socket.

use serde_json::Value;

use crate::description::Rejection;
use crate::http1::{Head, Response};
use crate::parameters::Parameters;

/// One imitated provider.
pub(crate) trait Provider: Send + Sync + 'static {
    /// Whether the provider's own responses have a `Date`.
    fn dates(&self) -> bool;

    /// Resets everything except the switches.
    fn reset(&self);

    /// Makes all tokens expire now.
    fn expire_tokens(&self) {}

    /// Ends all open scrolls.
    fn expire_scrolls(&self) {}

    /// Makes the checks that the provider makes before it reads the body, such as the check of the
    /// credential. The error is the provider's response.
    fn admit(&self, head: &Head) -> Result<(), Response>;

    /// Returns the provider's response to a request that its description does not allow.
    fn refuse(&self, rejection: &Rejection) -> Response;

    /// Carries out a valid request.
    fn carry_out(&self, call: &Call<'_>) -> Outcome;
}

/// A valid request to a known operation.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation_id: &'a str,
    pub(crate) path: &'a Parameters,
    pub(crate) query: &'a Parameters,
    /// `Null` for an operation without a body.
    pub(crate) body: &'a Value,
}

/// A valid request, to be carried out now or later.
#[derive(Debug, Clone)]
pub(crate) struct ValidRequest {
    pub(crate) operation_id: String,
    pub(crate) path: Parameters,
    pub(crate) query: Parameters,
    pub(crate) body: Value,
}

impl ValidRequest {
    pub(crate) fn call(&self) -> Call<'_> {
        Call {
            operation_id: &self.operation_id,
            path: &self.path,
            query: &self.query,
            body: &self.body,
        }
    }
}

/// The outcome of carrying out a request.
pub(crate) struct Outcome {
    pub(crate) response: Response,
    /// Whether the request changed the provider's state.
    pub(crate) applied: bool,
    /// Runs immediately before the response is sent. Does not run if no response is sent.
    pub(crate) on_answer: Option<OnResponse>,
}

pub(crate) type OnResponse = Box<dyn FnOnce() + Send>;

impl Outcome {
    pub(crate) fn applied(response: Response) -> Self {
        Self {
            response,
            applied: true,
            on_answer: None,
        }
    }

    pub(crate) fn unchanged(response: Response) -> Self {
        Self {
            response,
            applied: false,
            on_answer: None,
        }
    }
}
