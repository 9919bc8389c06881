//! The parts that a user can replace: credentials that are renewed, and quotas.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::support::{Shop, builder, buy, count};
use async_trait::async_trait;
use customer_api_core::{
    Auth, Client, Delivery, ErrorKind, Idempotency, Transport,
    auth::{AuthContext, AuthError, Credential},
    rate_limit::{Feedback, Permit, PermitRequest, RateLimitError, RateLimiter, Slot},
    transport::{
        Body, ConnectionReuse, PossiblyUnasked, ScriptedResponse, ScriptedTransport, TransportError,
    },
};
use http::header::AUTHORIZATION;

/// Tokens that are numbered by their generation.
#[derive(Clone, Debug, Default)]
struct Tokens {
    generation: Arc<AtomicU64>,
}

#[async_trait]
impl Auth for Tokens {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        let generation = self.generation.load(Ordering::SeqCst);
        let credential = Credential::new(AUTHORIZATION, &format!("token-{generation}"))?;
        Ok(Some(credential.with_generation(generation)))
    }

    fn invalidate(&self, generation: u64) -> bool {
        let _ = self.generation.compare_exchange(
            generation,
            generation + 1,
            Ordering::SeqCst,
            Ordering::SeqCst,
        );
        true
    }
}

fn tokens_of(transport: &ScriptedTransport) -> Vec<String> {
    let token = |request: &http::Request<_>| {
        request.headers()[AUTHORIZATION]
            .to_str()
            .unwrap()
            .to_owned()
    };
    transport.requests().iter().map(token).collect()
}

#[tokio::test]
async fn a_401_renews_the_credential_and_replays_once_even_a_write() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(401))
        .then(ScriptedResponse::status(201).body("9"));
    let shop = Client::builder(Shop, Tokens::default())
        .transport(transport.clone())
        .build()
        .unwrap();
    assert_eq!(shop.send(buy()).await.unwrap(), Some(9));
    assert_eq!(tokens_of(&transport), ["token-0", "token-1"]);
}

#[tokio::test]
async fn a_second_401_is_the_response() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(401))
        .then(ScriptedResponse::status(401));
    let shop = Client::builder(Shop, Tokens::default())
        .transport(transport.clone())
        .build()
        .unwrap();
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(
        (error.status(), error.delivery(), error.attempts()),
        (Some(401), Delivery::Refused, 2)
    );
    assert!(error.is_unauthorized());
}

#[tokio::test]
async fn a_static_key_is_not_replayed() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(401))
        .then(ScriptedResponse::status(200));
    let error = builder(&transport)
        .build()
        .unwrap()
        .send(buy())
        .await
        .unwrap_err();
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Refused, 1));
}

/// A credential that is available for the first attempt only.
#[derive(Debug, Default)]
struct Once(AtomicUsize);

#[async_trait]
impl Auth for Once {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        let is_first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        is_first
            .then(|| Credential::new(AUTHORIZATION, "token-0"))
            .transpose()
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_is_gone_does_not_stay_in_the_request() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(503))
        .then(ScriptedResponse::status(200).body("7"));
    let shop = Client::builder(Shop, Once::default())
        .transport(transport.clone())
        .build()
        .unwrap();
    shop.send(count()).await.unwrap();
    let carried: Vec<_> = transport
        .requests()
        .iter()
        .map(|r| r.headers().contains_key(AUTHORIZATION))
        .collect();
    assert_eq!(carried, [true, false]);
}

/// Records the order of the requests for a credential and for a permit.
#[derive(Clone, Debug, Default)]
struct Order(Arc<Mutex<Vec<&'static str>>>);

#[async_trait]
impl Auth for Order {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        self.0.lock().unwrap().push("credential");
        Ok(None)
    }
}

#[async_trait]
impl RateLimiter for Order {
    async fn acquire(&self, _: &PermitRequest) -> Result<Permit, RateLimitError> {
        self.0.lock().unwrap().push("permit");
        Ok(Permit::free())
    }
}

#[tokio::test]
async fn a_permit_is_taken_after_the_credential() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let order = Order::default();
    let shop = Client::builder(Shop, order.clone())
        .rate_limiter(order.clone())
        .transport(transport)
        .build()
        .unwrap();
    shop.send(count()).await.unwrap();
    assert_eq!(*order.0.lock().unwrap(), ["credential", "permit"]);
}

/// A login that never ends, or fails.
#[derive(Debug)]
struct Login {
    hangs: bool,
}

#[async_trait]
impl Auth for Login {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        if self.hangs {
            std::future::pending().await
        }
        Err(AuthError::new("the login was refused").with_source("wrong password"))
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_credential_nothing_is_sent() {
    for (hangs, kind) in [
        (false, ErrorKind::Authentication),
        (
            true,
            ErrorKind::Timeout(customer_api_core::error::TimeoutPhase::Call),
        ),
    ] {
        let transport = ScriptedTransport::new();
        let shop = Client::builder(Shop, Login { hangs })
            .transport(transport.clone())
            .build()
            .unwrap();
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (kind, Delivery::NotSent, 0)
        );
        assert!(transport.requests().is_empty());
    }
}

/// Grants permits and counts the ones that are given back.
#[derive(Clone, Debug, Default)]
struct Counting {
    held: Arc<AtomicUsize>,
    feedback: Arc<Mutex<Vec<Feedback>>>,
}

struct Held(Counting);

impl Slot for Held {
    fn complete(self: Box<Self>, feedback: &Feedback) {
        self.0.feedback.lock().unwrap().push(*feedback);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.held.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl RateLimiter for Counting {
    async fn acquire(&self, request: &PermitRequest) -> Result<Permit, RateLimitError> {
        assert_eq!(request.class(), "default");
        self.held.fetch_add(1, Ordering::SeqCst);
        Ok(Permit::new(Held(self.clone())))
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_has_a_permit_and_reports_back() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(429).header("retry-after", "3"))
        .then(ScriptedResponse::status(200).body("7"));
    let limiter = Counting::default();
    let shop = builder(&transport)
        .rate_limiter(limiter.clone())
        .build()
        .unwrap();
    shop.send(count()).await.unwrap();
    let feedback = limiter.feedback.lock().unwrap().clone();
    assert_eq!(feedback.len(), 2);
    assert_eq!(
        (feedback[0].status, feedback[0].retry_after),
        (Some(429), Some(Duration::from_secs(3)))
    );
    assert_eq!(
        (feedback[1].status, feedback[1].retry_after),
        (Some(200), None)
    );
    assert_eq!(limiter.held.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_gives_its_permit_back() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::hang());
    let limiter = Counting::default();
    let shop = builder(&transport)
        .rate_limiter(limiter.clone())
        .build()
        .unwrap();
    let call = tokio::time::timeout(Duration::from_secs(1), shop.call(count()).response());
    assert!(call.await.is_err());
    assert_eq!(transport.requests().len(), 1);
    assert_eq!(limiter.held.load(Ordering::SeqCst), 0);
    assert!(limiter.feedback.lock().unwrap().is_empty());
}

/// A limiter whose quota is used up.
#[derive(Debug)]
struct Spent;

#[async_trait]
impl RateLimiter for Spent {
    async fn acquire(&self, _: &PermitRequest) -> Result<Permit, RateLimitError> {
        Err(RateLimitError::new().with_retry_after(Duration::from_secs(300)))
    }
}

#[tokio::test]
async fn without_a_permit_nothing_is_sent() {
    let transport = ScriptedTransport::new();
    let shop = builder(&transport).rate_limiter(Spent).build().unwrap();
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::RateLimit, Delivery::NotSent, 0)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
    assert!(error.is_rate_limited());
    assert!(transport.requests().is_empty());
}

/// A custom transport learns which connection a request can use.
#[tokio::test]
async fn a_transport_is_told_which_connection_a_request_may_go_on() {
    let asked = |request: &http::Request<_>| request.extensions().get().copied();
    for (fresh, write) in [
        (false, ConnectionReuse::WhileTrusted),
        (true, ConnectionReuse::Never),
    ] {
        let transport = ScriptedTransport::new();
        let shop = builder(&transport)
            .fresh_connections(fresh)
            .build()
            .unwrap();
        for _ in 0..3 {
            transport.push(ScriptedResponse::status(200).body("7"));
        }
        shop.send(count()).await.unwrap();
        shop.send(buy()).await.unwrap();
        let harmless = shop.call(buy()).idempotency(Idempotency::Idempotent);
        harmless.send().await.unwrap();
        let reuse: Vec<Option<ConnectionReuse>> = transport.requests().iter().map(asked).collect();
        assert_eq!(reuse, [None, Some(write), None]);
    }
}

/// Marks every response as one that may have been written before its request arrived.
#[derive(Debug)]
struct Unasked(ScriptedTransport);

#[async_trait]
impl Transport for Unasked {
    async fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let mut response = self.0.send(request).await?;
        response.extensions_mut().insert(PossiblyUnasked::default());
        Ok(response)
    }
}

/// Such a response proves nothing about a write, so the write is not resent for it. A read is resent.
#[tokio::test(start_paused = true)]
async fn a_response_that_may_be_no_response_to_it_repeats_no_write() {
    for status in [401, 429] {
        let responses = [
            ScriptedResponse::status(status),
            ScriptedResponse::status(200).body("7"),
        ];
        let transport = responses
            .into_iter()
            .fold(ScriptedTransport::new(), ScriptedTransport::then);
        let tokens = Tokens::default();
        let shop = Client::builder(Shop, tokens.clone())
            .transport(Unasked(transport.clone()))
            .build()
            .unwrap();
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(
            (error.status(), error.delivery(), error.attempts()),
            (Some(status), Delivery::Refused, 1)
        );
        // The token is still discarded, because it may be invalid.
        assert_eq!(
            tokens.generation.load(Ordering::SeqCst),
            u64::from(status == 401)
        );
        assert_eq!(shop.send(count()).await.unwrap(), 7);

        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(status))
            .then(ScriptedResponse::status(200).body("7"));
        let shop = Client::builder(Shop, Tokens::default())
            .transport(Unasked(transport))
            .build()
            .unwrap();
        assert_eq!(shop.send(count()).await.unwrap(), 7);
    }
}
