//! Reports of errors by the libraries that print all causes: each cause is shown once.
#![cfg(test)]

use std::{error::Error as StdError, sync::Arc, time::Duration};

use customer_api_core::{
    BaseUrl, BuildError, Client, Environment, Error, ErrorKind, RateLimiter, Service, async_trait,
    auth::{ApiKey, Auth, AuthContext, AuthError, Credential, KeyCredential},
    before_send::{BeforeSend, Upcoming, Withheld},
    error::StoreError,
    operation::{Method, OperationInfo, Raw},
    pages::{PagesError, PagesErrorKind},
    rate_limit::{Permit, PermitRequest, RateLimitError},
    transport::{ScriptedResponse, ScriptedTransport, TransportError, TransportErrorKind},
};

#[derive(Debug)]
struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }
    fn user_agent(&self) -> &'static str {
        "shop/1.0"
    }
    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://shop.example")
    }
}

const BUY: OperationInfo = OperationInfo::new("buy", Method::Post, "/orders");
const CAUSE: &str = "the-innermost-cause";

/// A part of the client that fails, with the cause.
#[derive(Debug)]
struct Failing;

#[async_trait]
impl Auth for Failing {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        Err(AuthError::new("no key").with_source(CAUSE))
    }
}

#[async_trait]
impl RateLimiter for Failing {
    fn try_acquire(&self, _: &PermitRequest) -> Option<Permit> {
        None
    }
    async fn acquire(&self, _: &PermitRequest) -> Result<Permit, RateLimitError> {
        Err(RateLimitError::unavailable(StoreError::new(CAUSE)))
    }
}

#[async_trait]
impl BeforeSend for Failing {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        Err(CAUSE.into())
    }
}

#[async_trait]
impl customer_api_core::Transport for Failing {
    async fn send(
        &self,
        _: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<customer_api_core::transport::Body>, TransportError> {
        Err(TransportError::new(TransportErrorKind::Connect).with_source(CAUSE))
    }
}

/// Checks that reports show the words once, in one line at most per error.
fn shows_once(error: impl StdError + Send + Sync + 'static, words: &str) {
    let error = Arc::new(error);
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        assert!(!told.contains(&text), "{told:?} holds {text:?}");
        told.push_str(&text);
        cause = next.source();
    }
    let line = format!("{:#}", anyhow::Error::new(Arc::clone(&error)));
    let story = format!("{:?}", anyhow::Error::new(Arc::clone(&error)));
    let report = format!("{:?}", eyre::Report::new(error));
    for text in [line, story, report] {
        // What is behind the stack of the report is not about the error.
        let text = text.split("Location:").next().unwrap_or_default();
        let text = text.split("Stack backtrace:").next().unwrap_or_default();
        assert_eq!(text.matches(words).count(), 1, "{text}");
    }
}

async fn failed(client: Client<Shop>) -> Error {
    client.send(Raw::new(&BUY)).await.unwrap_err()
}

#[tokio::test]
async fn each_cause_of_a_call_is_shown_once() {
    let key = || KeyCredential::bearer("key");
    let scripted = |response| {
        let transport = ScriptedTransport::new().then(response);
        Client::builder(Shop, key()).transport(transport)
    };
    let ok = || ScriptedResponse::status(200).body("1");

    let auth = Client::builder(Shop, Failing)
        .transport(Failing)
        .build()
        .unwrap();
    let error = failed(auth).await;
    assert_eq!(error.kind(), ErrorKind::Authentication);
    shows_once(error, CAUSE);

    let limited = scripted(ok()).rate_limiter(Failing).build().unwrap();
    let error = failed(limited).await;
    assert_eq!(error.kind(), ErrorKind::RateLimit);
    shows_once(error, CAUSE);

    let withheld = scripted(ok()).build().unwrap();
    let call = withheld.call(Raw::new(&BUY)).before_send(Failing);
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Withheld);
    shows_once(error, CAUSE);

    let offline = Client::builder(Shop, key())
        .transport(Failing)
        .build()
        .unwrap();
    let error = failed(offline).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    let page = PagesError::from(failed_again());
    shows_once(page, "no page");
    shows_once(error, CAUSE);

    let refused = scripted(ScriptedResponse::status(400).body(CAUSE))
        .build()
        .unwrap();
    let error = failed(refused).await;
    assert_eq!(error.kind(), ErrorKind::Status);
    shows_once(error, "400 Bad Request");

    let invalid = scripted(ok()).build().unwrap();
    let call = invalid.call(Raw::new(&BUY)).header("x", "a\nb");
    shows_once(call.send().await.unwrap_err(), "`x`");
}

fn failed_again() -> Error {
    Error::from(BuildError::Credential("no page".into()))
}

#[test]
fn each_cause_of_another_error_is_shown_once() {
    let environment = Environment::from_lookup(|_| Some("ftp://shop.example".into()));
    let url = environment.required_base_url("SHOP_BASE_URL").unwrap_err();
    shows_once(url, "scheme is not https");
    shows_once("x".parse::<BaseUrl>().unwrap_err(), "not an absolute URL");
    let key = KeyCredential::bearer(ApiKey::from(""));
    let build = Client::builder(Shop, key).build().unwrap_err();
    shows_once(build, "it is empty");
    for build in [
        BuildError::NoRootCertificates(CAUSE.into()),
        BuildError::Transport(CAUSE.into()),
    ] {
        let shown = build.to_string();
        shows_once(Error::from(build), &shown);
    }
    shows_once(StoreError::new(CAUSE), CAUSE);
    shows_once(RateLimitError::unavailable(StoreError::new(CAUSE)), CAUSE);
    shows_once(AuthError::new("no key").with_source(CAUSE), CAUSE);
    shows_once(
        TransportError::new(TransportErrorKind::Connect).with_source(CAUSE),
        CAUSE,
    );
    let pages = PagesError::new(PagesErrorKind::Incomplete, "the list ends too early");
    shows_once(pages, "the list ends too early");
    let wait = RateLimitError::new().with_retry_after(Duration::from_secs(1));
    shows_once(wait, "used up");
}
