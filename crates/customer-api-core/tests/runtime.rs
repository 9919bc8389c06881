//! Calls where no call can be made: the error states what is missing, and nothing is sent.
#![cfg(test)]

mod shop;

use std::{
    error::Error as StdError,
    future::Future,
    net::TcpListener,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use customer_api_core::{
    Client, ClientBuilder, Delivery, Error, ErrorKind, RateLimiter, Transport,
    auth::{AuthContext, AuthError, KeyCredential},
    error::RuntimeError,
    pages::{Fetched, List, PageSource, PagesError, PagesErrorKind},
    rate_limit::{PermitRequest, Quota},
    retry::{ExponentialBackoff, FailedAttempt, RetryDecision, RetryPolicy, StopReason},
    session::{Login, Session, Token},
    time::Deadline,
    transport::{
        Body, HttpSettings, ReqwestTransport, ScriptedResponse, ScriptedTransport, TransportError,
        TransportErrorKind,
    },
};
use tokio::runtime::{Builder, Runtime};

use crate::shop::{Count, Shop};

/// Polls once, as a program without a runtime can.
fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn at_once<F: Future>(future: F) -> F::Output {
    match poll_once(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for what is not there"),
    }
}

/// Creates runtimes with these drivers enabled: one on the calling thread, one with several threads.
fn runtimes(switch_on: impl Fn(&mut Builder) -> &mut Builder) -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()]
        .map(|mut builder| switch_on(&mut builder).build().unwrap())
}

/// Retries whatever happens.
#[derive(Debug)]
struct Stubborn;

impl RetryPolicy for Stubborn {
    fn decide(&self, _: &FailedAttempt) -> RetryDecision {
        RetryDecision::Retry
    }
}

fn builder(url: &str) -> ClientBuilder<Client<Shop>> {
    Client::builder(Shop, KeyCredential::bearer("key"))
        .base_url(url)
        .retry(Stubborn)
        .backoff(ExponentialBackoff::new().base(Duration::from_millis(1)))
}

/// The default transport inside a custom transport.
#[derive(Debug)]
struct Wrapped(ReqwestTransport);

impl Wrapped {
    fn new(url: &str) -> Self {
        let settings = HttpSettings::new(url.parse().unwrap());
        let http = || reqwest::Client::builder().timeout(Duration::from_secs(9));
        Self(ReqwestTransport::from_builder(http, &settings).unwrap())
    }
}

#[async_trait]
impl Transport for Wrapped {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        self.0.send(request).await
    }
}

/// A server that no client may reach.
struct Unreached(TcpListener);

impl Unreached {
    fn new() -> Self {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        server.set_nonblocking(true).unwrap();
        Self(server)
    }

    fn url(&self, host: &str) -> String {
        format!("http://{host}:{}", self.0.local_addr().unwrap().port())
    }

    /// Checks that any connection was closed without data.
    fn got_nothing(&self) {
        while let Ok((mut stream, _)) = self.0.accept() {
            stream.set_nonblocking(false).unwrap();
            let mut sent = Vec::new();
            std::io::Read::read_to_end(&mut stream, &mut sent).unwrap_or_default();
            assert!(sent.is_empty(), "{sent:?}");
        }
    }
}

/// Checks that the error reports what is missing.
fn misses(error: &Error, what: RuntimeError, attempts: u32) {
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::NoRuntime, Delivery::NotSent, attempts),
        "{error}"
    );
    assert_eq!(error.operation().unwrap().id, "count");
    let mut causes = std::iter::successors(
        error
            .cause()
            .map(|cause| cause as &(dyn StdError + 'static)),
        |&cause| cause.source(),
    );
    assert_eq!(causes.find_map(|cause| cause.downcast_ref()), Some(&what));
    assert!(error.to_string().contains(&what.to_string()), "{error}");
}

#[test]
fn outside_a_runtime_a_call_says_so() {
    let server = Unreached::new();
    let url = server.url("127.0.0.1");
    let scripted = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    for shop in [
        builder(&url),
        builder(&url).transport(Wrapped::new(&url)),
        builder(&url).transport(scripted.clone()),
    ] {
        let shop = shop.build().unwrap();
        misses(
            &at_once(shop.send(Count)).unwrap_err(),
            RuntimeError::Missing,
            0,
        );
        let response = at_once(shop.call(Count).response());
        misses(&response.unwrap_err(), RuntimeError::Missing, 0);
    }
    server.got_nothing();
    assert!(scripted.requests().is_empty());
}

#[test]
fn in_a_runtime_without_time_a_call_says_so() {
    let server = Unreached::new();
    let url = server.url("127.0.0.1");
    let scripted = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    for runtime in runtimes(Builder::enable_io) {
        for shop in [
            builder(&url),
            builder(&url).transport(Wrapped::new(&url)),
            builder(&url).transport(scripted.clone()),
            builder(&url).rate_limiter(Quota::per_window(1, Duration::from_secs(60))),
        ] {
            let shop = shop.build().unwrap();
            misses(
                &runtime.block_on(shop.send(Count)).unwrap_err(),
                RuntimeError::NoTime,
                0,
            );
        }
    }
    server.got_nothing();
    assert!(scripted.requests().is_empty());
}

#[test]
fn in_a_runtime_without_io_a_call_over_sockets_says_so() {
    let server = Unreached::new();
    for runtime in runtimes(Builder::enable_time) {
        for url in ["127.0.0.1", "localhost"].map(|host| server.url(host)) {
            for shop in [builder(&url), builder(&url).transport(Wrapped::new(&url))] {
                let shop = shop.build().unwrap();
                let error = runtime.block_on(shop.send(Count)).unwrap_err();
                misses(&error, RuntimeError::NoIo, 1);
                assert_eq!(error.stop_reason(), Some(StopReason::NotRetryable));
                // The client is not damaged.
                let whole = Builder::new_current_thread().enable_all().build().unwrap();
                let call = shop.call(Count).timeout(Duration::from_millis(20)).send();
                assert!(whole.block_on(call).unwrap_err().is_timeout());
            }
        }
    }
}

#[test]
fn another_transport_needs_no_io() {
    let scripted = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    for runtime in runtimes(Builder::enable_time) {
        scripted.push(ScriptedResponse::status(503));
        scripted.push(ScriptedResponse::status(200).body("7"));
        let shop = builder("https://shop.example")
            .transport(scripted.clone())
            .build()
            .unwrap();
        assert_eq!(runtime.block_on(shop.send(Count)).unwrap(), 7);
    }
}

/// Such as a call that a program makes while it ends.
#[test]
fn in_a_runtime_that_was_shut_down_a_call_says_so() {
    let server = Unreached::new();
    for runtime in runtimes(Builder::enable_all) {
        let handle = runtime.handle().clone();
        drop(runtime);
        let _inside = handle.enter();
        for url in [
            server.url("127.0.0.1"),
            server.url("localhost"),
            "https://shop.invalid".to_owned(),
        ] {
            let shop = builder(&url).build().unwrap();
            let error = at_once(shop.send(Count)).unwrap_err();
            misses(&error, RuntimeError::ShutDown, 1);
        }
    }
    server.got_nothing();
}

/// A custom transport that reports this is believed as well.
#[test]
fn a_transport_without_a_runtime_has_sent_nothing() {
    let kind = TransportErrorKind::NoRuntime;
    assert_eq!(kind.delivery(), Delivery::NotSent);
    let scripted = ScriptedTransport::new().then(ScriptedResponse::failure(kind));
    let shop = builder("https://shop.example")
        .transport(scripted)
        .build()
        .unwrap();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let error = runtime.block_on(shop.send(Count)).unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::NoRuntime, Delivery::NotSent, 1)
    );
}

/// Logs in by a call, and counts the logins.
#[derive(Debug)]
struct ByCall(Arc<AtomicU32>);

#[async_trait]
impl Login for ByCall {
    async fn log_in(&self, context: &AuthContext<'_>) -> Result<Token, AuthError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        context.send(Count).await?;
        panic!("it can't have been made");
    }
}

#[test]
fn a_session_does_not_log_in_where_no_call_can_be_made() {
    let logins = Arc::new(AtomicU32::new(0));
    let shop = || -> Client<Shop> {
        Client::builder(Shop, Session::new(ByCall(Arc::clone(&logins))))
            .base_url("http://127.0.0.1:1")
            .build()
            .unwrap()
    };
    misses(
        &at_once(shop().send(Count)).unwrap_err(),
        RuntimeError::Missing,
        0,
    );
    for runtime in runtimes(Builder::enable_io) {
        let error = runtime.block_on(shop().send(Count)).unwrap_err();
        misses(&error, RuntimeError::NoTime, 0);
    }
    assert_eq!(logins.load(Ordering::SeqCst), 0);
    for runtime in runtimes(Builder::enable_time) {
        let error = runtime.block_on(shop().send(Count)).unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Authentication, Delivery::NotSent)
        );
        assert!(error.to_string().contains("enable_io"), "{error}");
    }
}

/// Requests one count per page.
struct Counts(Client<Shop>);

#[async_trait]
impl PageSource for Counts {
    type Item = u64;
    type Cursor = u64;

    async fn fetch(&mut self, _: Option<&u64>) -> Result<Fetched<u64, u64>, PagesError> {
        Ok(Fetched::page(vec![self.0.send(Count).await?], 1))
    }
}

#[test]
fn pages_say_so_and_can_be_read_elsewhere() {
    let scripted = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let shop = builder("https://shop.example")
        .transport(scripted)
        .build()
        .unwrap();
    let mut pages = List::new(Counts(shop));

    let error = at_once(pages.next_page()).unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::NoRuntime);
    for runtime in runtimes(Builder::enable_io) {
        let error = runtime.block_on(pages.next_page()).unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::NoRuntime);
        assert!(error.to_string().contains("enable_time"), "{error}");
    }
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let page = runtime.block_on(pages.next_page()).unwrap().unwrap();
    assert_eq!(page.items, [7]);
}

#[test]
fn pages_over_sockets_say_that_io_is_missing() {
    for runtime in runtimes(Builder::enable_time) {
        let shop = builder("http://127.0.0.1:1").build().unwrap();
        let mut pages = List::new(Counts(shop));
        let error = runtime.block_on(pages.next_page()).unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::NoRuntime);
        misses(error.call().unwrap(), RuntimeError::NoIo, 1);
    }
}

#[test]
fn a_permit_can_not_be_waited_for_without_time() {
    let window = Quota::per_window(1, Duration::from_secs(60));
    let second = Duration::from_secs(1);
    let request = PermitRequest::new("all", Deadline::after(second), second);
    let error = at_once(window.acquire(&request)).unwrap_err();
    assert!(error.to_string().contains("tokio runtime"), "{error}");
    for runtime in runtimes(Builder::enable_io) {
        let error = runtime.block_on(window.acquire(&request)).unwrap_err();
        assert!(error.to_string().contains("enable_time"), "{error}");
    }
    // None of them has taken the only slot.
    assert!(window.try_acquire(&request).is_some());
}
