//! How a provider speaks: what its errors look like, and what its responses mean.

use std::{fmt, time::Duration};

use http::{HeaderMap, StatusCode};

pub use crate::error::ErrorDetails;
use crate::{Delivery, operation::info::OperationInfo, response::ResponseBody};

/// A provider: where it is, how it words errors, and how its responses are to be understood.
///
/// Implemented once per provider, by hand. Everything has a default but the name and the user agent, so a small provider
/// takes a few lines; the crate's [front page](crate) shows one. This one has a word of its own for failure:
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
    /// The provider's name in errors and spans, in lower case.
    fn name(&self) -> &'static str;

    /// The product that calls, as `crate/version`.
    fn user_agent(&self) -> &'static str;

    /// Where the provider is, unless the caller says otherwise; `None` where every account has an address of its own.
    fn default_base_url(&self) -> Option<&'static str> {
        None
    }

    /// Reads the body of a failure.
    ///
    /// The body is the first 64 KiB of whatever arrived: perhaps empty, perhaps a proxy's HTML. Take what is there; never
    /// fail.
    fn read_error(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ErrorDetails {
        let _ = (status, headers, body);
        ErrorDetails::new()
    }

    /// Says whether a 2xx is a success, for a provider that reports failures that way too.
    ///
    /// `body` is `None` if it could not be received whole.
    fn classify_success(&self, operation: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
        let _ = (operation, body);
        Verdict::Accepted
    }

    /// Says whether a 2xx is a success although the operation could not read its body, where the status decides.
    ///
    /// Asked so rarely that it may look closely: a body that was cut off may have been about to report a failure. If the
    /// response is `false`, the call fails, and nobody knows whether it happened.
    fn accept_undecodable(&self, operation: &OperationInfo, body: &ResponseBody) -> bool {
        let _ = (operation, body);
        true
    }

    /// What a 429 says about the call: [`Delivery::Refused`] only where throttling is known to precede processing.
    fn delivery_when_throttled(&self, operation: &OperationInfo) -> Delivery {
        let _ = operation;
        Delivery::Unknown
    }

    /// How long to wait after a 429 that does not say; `None` leaves it to the retry policy.
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
    /// The provider did nothing, and says so in the body.
    Refused(ErrorDetails),
    /// The provider reports a failure, and its status says that it did what it was asked to do: nobody can tell.
    Doubtful(ErrorDetails),
    /// The part of the response that would tell is missing.
    Unclear,
}
