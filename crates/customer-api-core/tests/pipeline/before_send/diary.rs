//! The participants of a call, each of which records its turn.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use customer_api_core::{
    Auth, Call, Client, Operation,
    auth::{AuthContext, AuthError, Credential},
    before_send::{BeforeSend, Upcoming, Withheld},
    error::StopReason,
    rate_limit::{Feedback, Permit, PermitRequest, RateLimitError, RateLimiter, Slot},
    retry::{Backoff, FailedAttempt, RetryDecision, RetryPolicy},
    time::Deadline,
    transport::{Body, ScriptedResponse, ScriptedTransport, Transport, TransportError},
};
use http::header::AUTHORIZATION;

use crate::support::Shop;

/// Records the events of a call, with their times.
#[derive(Clone, Debug)]
pub(super) struct Diary {
    pub(super) began: Deadline,
    lines: Arc<Mutex<Vec<String>>>,
    generation: Arc<AtomicU64>,
    transport: ScriptedTransport,
}

/// The duration of a login.
pub(super) const LOGIN: Duration = Duration::from_secs(1);

impl Diary {
    pub(super) fn new(responses: impl IntoIterator<Item = ScriptedResponse>) -> Self {
        let transport = ScriptedTransport::new();
        responses
            .into_iter()
            .for_each(|response| transport.push(response));
        Self {
            began: Deadline::after(Duration::ZERO),
            lines: Arc::default(),
            generation: Arc::default(),
            transport,
        }
    }

    pub(super) fn note(&self, line: impl std::fmt::Display) {
        let seconds = self.began.elapsed().as_secs();
        self.lines.lock().unwrap().push(format!("{seconds} {line}"));
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Creates a client whose parts all write to the diary.
    pub(super) fn client(&self) -> Client<Shop> {
        Client::builder(Shop, self.clone())
            .rate_limiter(self.clone())
            .transport(self.clone())
            .retry(Always(Duration::from_secs(10)))
            .backoff(Always(Duration::from_secs(10)))
            .build()
            .unwrap()
    }

    pub(super) fn call<O: Operation<Service = Shop>>(&self, operation: O) -> Call<O> {
        self.client().call(operation).before_send(Step {
            diary: self.clone(),
            mode: Mode::LetsGo,
        })
    }
}

#[async_trait]
impl Auth for Diary {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        tokio::time::sleep(LOGIN).await;
        self.note("credential");
        let generation = self.generation.load(Ordering::SeqCst);
        let credential = Credential::new(AUTHORIZATION, &format!("token-{generation}"))?;
        Ok(Some(credential.with_generation(generation)))
    }

    fn invalidate(&self, generation: u64) -> bool {
        self.generation.store(generation + 1, Ordering::SeqCst);
        true
    }
}

#[async_trait]
impl RateLimiter for Diary {
    async fn acquire(&self, _: &PermitRequest) -> Result<Permit, RateLimitError> {
        self.note("permit");
        Ok(Permit::new(Held(self.clone(), "lost")))
    }
}

struct Held(Diary, &'static str);

impl Slot for Held {
    fn complete(mut self: Box<Self>, _: &Feedback) {
        self.1 = "completed";
    }

    fn release(mut self: Box<Self>) {
        self.1 = "released";
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.note(format!("permit {}", self.1));
    }
}

#[async_trait]
impl Transport for Diary {
    async fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        self.note("send");
        self.transport.send(request).await
    }
}

/// Always retries everything.
#[derive(Debug)]
pub(super) struct Always(pub(super) Duration);

impl RetryPolicy for Always {
    fn decide(&self, attempt: &FailedAttempt) -> RetryDecision {
        match attempt.number {
            3.. => RetryDecision::Stop(StopReason::AttemptsExhausted),
            _ => RetryDecision::Retry,
        }
    }
}

impl Backoff for Always {
    fn wait(&self, _: &FailedAttempt) -> Duration {
        self.0
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    LetsGo,
    Refuses,
    Hangs,
    HangsInWithdraw,
    Takes(Duration),
}

pub(super) struct Step {
    pub(super) diary: Diary,
    pub(super) mode: Mode,
}

#[async_trait]
impl BeforeSend for Step {
    async fn before_send(&self, attempt: &Upcoming<'_>) -> Result<(), Withheld> {
        let (number, id) = (attempt.number(), attempt.operation().id);
        self.diary.note(format!("before {id} {number}"));
        match self.mode {
            Mode::Refuses => return Err("the key is taken".into()),
            Mode::Hangs => std::future::pending().await,
            Mode::Takes(time) => tokio::time::sleep(time).await,
            Mode::LetsGo | Mode::HangsInWithdraw => {}
        }
        Ok(())
    }

    async fn withdraw(&self) {
        self.diary.note("withdraw");
        if self.mode == Mode::HangsInWithdraw {
            std::future::pending().await
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.diary.note("step dropped");
    }
}
