//! Measures the limiter and the session, which every call uses, with a single caller. Also measures the limiter's queue
//! with many waiters.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    hint::black_box,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use customer_api_core::{
    Auth, Client, RateLimiter as _, async_trait,
    auth::{AuthContext, AuthError, Credential},
    rate_limit::{Feedback, PermitRequest, Quota},
    session::{Login, Session, Token},
    time::Deadline,
    transport::{Body, Transport, TransportError},
};
use http::header::AUTHORIZATION;
use ravelin_labels::{LastReview, Ravelin};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::{per, runtime};
use crate::{Failure, clock, settings::Settings};

/// The results.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Seconds to take and return a permit, if the limit is a number of calls in flight; one value per round.
    pub(crate) in_flight: Vec<f64>,
    /// Seconds to take and return a permit, if the limit is a number of calls per minute; one value per round.
    pub(crate) a_minute: Vec<f64>,
    /// Seconds to read the token of a session; one value per round.
    pub(crate) session: Vec<f64>,
    /// The total number of wake-ups, by the number of waiters.
    pub(crate) wake_ups: BTreeMap<u64, u64>,
}

/// The number of repetitions per round.
const TIMES: u32 = 20_000;

/// The numbers of waiters for ten permits.
pub(crate) const WAITERS: [u64; 3] = [100, 1_000, 10_000];

/// `rounds` is the number of rounds.
pub(crate) fn run(settings: &Settings) -> Result<Limits, Failure> {
    let rounds: u32 = settings.get("rounds")?;
    runtime()?.block_on(async {
        let mut limits = Limits::default();
        // The first round warms up.
        for round in 0..=rounds {
            let in_flight = acquire(&Quota::in_flight(1)).await?;
            let quota = usize::try_from(TIMES)? + 1;
            let a_minute = acquire(&Quota::per_window(quota, Duration::from_secs(60))).await?;
            if round > 0 {
                limits.in_flight.push(in_flight);
                limits.a_minute.push(a_minute);
            }
        }
        limits.session = session(rounds).await?;
        for waiters in WAITERS {
            limits.wake_ups.insert(waiters, wake_ups(waiters).await?);
        }
        Ok(limits)
    })
}

/// Makes a request for a permit with this maximum wait.
fn request(wait: Duration) -> PermitRequest {
    PermitRequest::new("default", Deadline::after(wait), wait)
}

async fn acquire(window: &Quota) -> Result<f64, Failure> {
    let request = request(Duration::from_secs(60));
    let began = clock::now();
    for _ in 0..TIMES {
        let permit = window.acquire(&request).await?;
        black_box(&permit);
        permit.complete(&Feedback::default());
    }
    Ok(per(began.elapsed(), TIMES))
}

/// Reads a session's token as the pipeline does: from inside a call, because only a call can read the token.
async fn session(rounds: u32) -> Result<Vec<f64>, Failure> {
    let seconds = Arc::<Mutex<Vec<f64>>>::default();
    let probe = Probe {
        session: Session::new(Badge),
        rounds,
        seconds: Arc::clone(&seconds),
    };
    let client: Client<Ravelin> = Client::builder(Ravelin::default(), probe)
        .transport(Canned)
        .build()?;
    client.send(LastReview::new("cust-1")).await?;
    let mut seconds = seconds.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *seconds))
}

/// Measures a session: whenever a call asks for the credential, reads the session's token many times.
#[derive(Debug)]
struct Probe {
    session: Session,
    rounds: u32,
    seconds: Arc<Mutex<Vec<f64>>>,
}

#[async_trait]
impl Auth for Probe {
    async fn authorize(&self, context: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        for round in 0..=self.rounds {
            let began = clock::now();
            for _ in 0..TIMES {
                black_box(self.session.authorize(context).await?);
            }
            let seconds = per(began.elapsed(), TIMES);
            // The first round logs in, and warms up.
            if round > 0 {
                self.seconds
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(seconds);
            }
        }
        self.session.authorize(context).await
    }
}

#[derive(Debug)]
struct Badge;

#[async_trait]
impl Login for Badge {
    async fn log_in(&self, _: &AuthContext<'_>) -> Result<Token, AuthError> {
        let credential = Credential::new(AUTHORIZATION, "a-token-of-some-length")?;
        Ok(Token::new(credential).with_lifetime(Duration::from_secs(3_600)))
    }
}

/// Responds without a network.
#[derive(Debug)]
struct Canned;

#[async_trait]
impl Transport for Canned {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        Ok(http::Response::new(Body::new("null")))
    }
}

/// Returns how often the waiters for ten permits were polled after their first poll, until each has had a permit.
async fn wake_ups(waiters: u64) -> Result<u64, Failure> {
    let window = Quota::in_flight(10);
    let polls = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..waiters {
        let (window, polls) = (window.clone(), Arc::clone(&polls));
        tasks.spawn(async move {
            let request = request(Duration::from_secs(60));
            let permit = counted(window.acquire(&request), &polls).await?;
            // Lets the other tasks run while this one has the permit, as a call does.
            tokio::task::yield_now().await;
            permit.complete(&Feedback::default());
            Ok::<_, Failure>(())
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    Ok(polls.load(Ordering::Relaxed) - waiters)
}

async fn counted<F: Future>(future: F, polls: &AtomicU64) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        polls.fetch_add(1, Ordering::Relaxed);
        future.as_mut().poll(context)
    })
    .await
}
