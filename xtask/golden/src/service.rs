use customer_api_core::{
    Service,
    http::{HeaderMap, StatusCode},
    service::ErrorDetails,
};

/// The provider's conventions: a failure's body is its message.
///
/// # Operations
///
#[doc = include_str!("generated/calls.md")]
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Nasty;

impl Service for Nasty {
    fn name(&self) -> &'static str {
        "nasty"
    }

    fn user_agent(&self) -> &'static str {
        concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"))
    }

    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://demo.nasty.example")
    }

    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        ErrorDetails::new().with_message(String::from_utf8_lossy(body))
    }
}
