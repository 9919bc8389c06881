//! A provider's conventions: the form of its errors and the meaning of its responses.

use std::{fmt, time::Duration};

use http::{HeaderMap, StatusCode};

pub use crate::error::ErrorDetails;
use crate::{Delivery, operation::info::OperationInfo, response::ResponseBody};

/// A provider: its address, the form of its errors, and the meaning of its responses.
///
/// Implement this once per provider, by hand. Everything except the name and the user agent has a default, so a small provider
/// takes a few lines. The crate's [front page](crate) shows such a provider. The following provider reports a failure by a word
/// in the body:
///
/// ```
/// use customer_api_core::{
///     Service,
///     operation::OperationInfo,
///     response::ResponseBody,
///     service::{ErrorDetails, Verdict},
/// };
/// use http::{HeaderMap, StatusCode};
///
/// #[derive(Debug)]
/// struct Shop;
///
/// impl Service for Shop {
///     fn name(&self) -> &'static str {
///         "shop"
///     }
///     fn user_agent(&self) -> &'static str {
///         "shop-client/1.0"
///     }
///     fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
///         ErrorDetails::new().with_message(String::from_utf8_lossy(body))
///     }
///     fn classify_success(&self, _: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
///         match body.map(ResponseBody::bytes) {
///             Some(b"FAILED") => Verdict::Refused(ErrorDetails::new().with_code("FAILED")),
///             _ => Verdict::Accepted,
///         }
///     }
/// }
/// ```
pub trait Service: fmt::Debug + Send + Sync + 'static {
    /// Returns the provider's name in errors and spans, in lower case.
    fn name(&self) -> &'static str;

    /// Returns the product for `User-Agent`, as `crate/version`.
    fn user_agent(&self) -> &'static str;

    /// Returns the provider's address, which the caller can override. `None` if every account has a different address.
    fn default_base_url(&self) -> Option<&'static str> {
        None
    }

    /// Reads the body of a failure.
    ///
    /// `body` contains the first 64 KiB of the body that arrived. It can be empty, or the HTML of a proxy. Return the details that can
    /// be read; never fail.
    fn read_error(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ErrorDetails {
        let _ = (status, headers, body);
        ErrorDetails::new()
    }

    /// Decides whether a 2xx is a success, for a provider that also reports failures with a 2xx.
    ///
    /// `body` is `None` if it could not be received whole.
    fn classify_success(&self, operation: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
        let _ = (operation, body);
        Verdict::Accepted
    }

    /// Decides whether a 2xx is a success although the operation could not read its body. Called only for an operation with
    /// [`status_decides`](OperationInfo::status_decides).
    ///
    /// This is called rarely, so it can inspect the body thoroughly. The missing part of a body that was cut off may have reported a
    /// failure. If this returns `false`, the call fails, and it is unknown whether the call happened.
    fn accept_undecodable(&self, operation: &OperationInfo, body: &ResponseBody) -> bool {
        let _ = (operation, body);
        true
    }

    /// Returns what a 429 means for the call. Return [`Delivery::Refused`] only if throttling is known to precede processing.
    fn delivery_when_throttled(&self, operation: &OperationInfo) -> Delivery {
        let _ = operation;
        Delivery::Unknown
    }

    /// Returns how long to wait after a 429 that does not state a wait. `None` leaves the wait to the retry policy.
    fn wait_when_throttled(&self, operation: &OperationInfo) -> Option<Duration> {
        let _ = operation;
        None
    }
}

/// Whether a response with a 2xx status is a success.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The provider did what it was asked to do.
    Accepted,
    /// The provider did nothing and states this in the body.
    Refused(ErrorDetails),
    /// The provider reports a failure, but the status states that it did what it was asked to do. The outcome is unknown.
    Doubtful(ErrorDetails),
    /// The part of the response that states the outcome is missing.
    Unclear,
}
