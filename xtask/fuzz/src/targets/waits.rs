use std::time::Duration;

use customer_api_core::{
    Client, Operation, OperationInfo, Service,
    auth::KeyCredential,
    error::{DecodeError, ValidationError},
    http::StatusCode,
    operation::Method,
    request::Encoder,
    response::ResponseBody,
    transport::ScriptedTransport,
};

use crate::{
    offline,
    response::{LONGEST, Spoken},
};

#[derive(Debug)]
struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }
    fn user_agent(&self) -> &'static str {
        "shop"
    }
    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://shop.example")
    }
}

struct Read;

impl Operation for Read {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("read", Method::Get, "/");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }
    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

/// `Error::retry_after` returns the seconds of a `Retry-After` header unchanged. Other values of the header never cause a
/// panic. No response makes a call longer than the call's timeout.
pub(super) fn run(input: &[u8]) {
    let input = input.get(..LONGEST).unwrap_or(input);
    let mut spoken = Spoken::read(input, StatusCode::SERVICE_UNAVAILABLE);
    if spoken.status.is_success() {
        spoken.status = StatusCode::TOO_MANY_REQUESTS;
    }
    // The scripted response omits values that are not text, so the first value that is text counts.
    let mut stated = spoken.headers.get_all("retry-after").iter();
    let stated = stated.find_map(|value| value.to_str().ok()).map(str::trim);
    let transport = ScriptedTransport::new();
    for _ in 0..4 {
        transport.push(spoken.to_response());
    }
    let client = Client::builder(Shop, KeyCredential::bearer("token-4711"))
        .transport(transport)
        .timeout(Duration::from_secs(90))
        .build();
    let client = client.expect("the settings are right");
    let error = offline::run(async { client.send(Read).await }).expect_err("no success");
    assert!(error.elapsed() <= Duration::from_secs(90), "{error:?}");
    let seconds =
        stated.filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    match (seconds, stated) {
        (Some(digits), _) => {
            let seconds = digits.parse().unwrap_or(u64::MAX);
            assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        }
        (None, None) => assert_eq!(error.retry_after(), None),
        // A date: httpdate's years end with 9999.
        (None, Some(_)) => {
            let longest = Duration::from_secs(10_000 * 366 * 86_400);
            assert!(error.retry_after().unwrap_or_default() <= longest);
        }
    }
}
