//! What a provider is to the rest of the crate: admission, refusals in the vendor's words, and the
//! operations themselves. It never sees a socket.

use serde_json::Value;

use crate::description::Rejection;
use crate::http1::{Answer, Head};
use crate::parameters::Parameters;

/// One imitated vendor.
pub(crate) trait Provider: Send + Sync + 'static {
    /// What the vendor checks before it looks at the body: key and formats.
    fn admit(&self, head: &Head) -> Result<(), Answer>;

    /// The vendor's answer to a request that its description does not allow.
    fn refuse(&self, rejection: &Rejection) -> Answer;

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

/// What carrying out a request came to.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    /// Whether it changed the provider's state.
    pub(crate) applied: bool,
    /// What is to happen when the answer leaves; nothing if it never does.
    pub(crate) on_answer: Option<OnAnswer>,
}

pub(crate) type OnAnswer = Box<dyn FnOnce() + Send>;

impl Outcome {
    pub(crate) fn applied(answer: Answer) -> Self {
        Self {
            answer,
            applied: true,
            on_answer: None,
        }
    }

    pub(crate) fn unchanged(answer: Answer) -> Self {
        Self {
            answer,
            applied: false,
            on_answer: None,
        }
    }
}
