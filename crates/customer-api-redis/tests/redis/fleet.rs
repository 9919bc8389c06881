//! A provider with a login, and a fleet of machines that use it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use customer_api_core::{
    Client, ClientBuilder, Idempotency, Operation, Transport, async_trait,
    auth::{AuthContext, AuthError, Credential},
    bytes::Bytes,
    error::{DecodeError, ValidationError},
    http::{self, header::AUTHORIZATION},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    secrecy::SecretString,
    session::{Login, Session, SharedSession, Token, TokenKey},
    transport::{Body, TransportError},
};
use customer_api_redis::RedisTokens;
use testkit::{Redis, Shop};
use tokio::task::JoinSet;

use crate::{HOUR, connect, connect_hasty};

#[derive(Clone)]
pub(crate) struct Buy;

impl Operation for Buy {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("buy", Method::Post, "/buy")
        .with_idempotency(Idempotency::NonIdempotent);

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(_: &ResponseBody) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// A provider that issues numbered tokens, and accepts only the last one.
#[derive(Clone)]
pub(crate) struct Doorman(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    logins: usize,
    valid: Option<String>,
    done: usize,
    refuses: bool,
}

impl Doorman {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The number of accepted calls.
    pub(crate) fn done(&self) -> usize {
        self.state().done
    }

    /// Creates a client with its own login.
    pub(crate) fn open(&self) -> ClientBuilder<Client<Shop>> {
        Client::builder(Shop, Session::new(self.clone())).transport(self.clone())
    }

    /// Creates a client that shares its login.
    pub(crate) fn machine(&self, tokens: RedisTokens) -> Client<Shop> {
        let shared = SharedSession::new(tokens, TokenKey::new("2026-11", [7; 32]));
        self.open().shared_session(shared).build().unwrap()
    }
}

#[async_trait]
impl Login for Doorman {
    async fn log_in(&self, _: &AuthContext<'_>) -> Result<Token, AuthError> {
        let value = {
            let mut state = self.state();
            state.logins += 1;
            if state.refuses {
                return Err(AuthError::new("the password is wrong").refused());
            }
            let value = format!("hunter2-{}", state.logins);
            state.valid = Some(value.clone());
            value
        };
        tokio::task::yield_now().await;
        Ok(Token::new(Credential::new(AUTHORIZATION, &value)?).with_lifetime(HOUR))
    }

    fn identity(&self) -> Option<SecretString> {
        Some("ana@shop.example\0hunter2".into())
    }
}

#[async_trait]
impl Transport for Doorman {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let token = request.headers().get(AUTHORIZATION);
        let token = token.map(|token| token.to_str().unwrap().to_owned());
        let mut state = self.state();
        let is_valid = token.is_some() && token == state.valid;
        state.done += usize::from(is_valid);
        let status = if is_valid { 200 } else { 401 };
        let response = http::Response::builder().status(status);
        Ok(response.body(Body::from(Vec::new())).unwrap())
    }
}

impl fmt::Debug for Doorman {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Doorman")
    }
}

/// Makes one call per machine at the same time, and returns the errors.
async fn all(machines: &[Client<Shop>]) -> Vec<customer_api_core::Error> {
    let mut calls = JoinSet::new();
    for machine in machines {
        calls.spawn(machine.send(Buy));
    }
    let outcomes = calls.join_all().await;
    outcomes.into_iter().filter_map(Result::err).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fleet_logs_in_once_and_once_more_after_a_401() {
    let Some(server) = Redis::start("fleet") else {
        return;
    };
    let doorman = Doorman::new();
    let machines: Vec<_> = (0..30)
        .map(|_| doorman.machine(connect(&server).tokens()))
        .collect();
    assert_eq!(all(&machines).await.len(), 0);
    assert_eq!(doorman.state().logins, 1);
    doorman.state().valid = None;
    assert_eq!(all(&machines).await.len(), 0);
    assert_eq!(doorman.state().logins, 2);
    assert_eq!(doorman.done(), 60);
}

#[tokio::test]
async fn a_refused_login_pauses_the_fleet() {
    let Some(server) = Redis::start("refused") else {
        return;
    };
    let doorman = Doorman::new();
    doorman.state().refuses = true;
    let machines: Vec<_> = (0..10)
        .map(|_| doorman.machine(connect(&server).tokens()))
        .collect();
    assert_eq!(all(&machines).await.len(), 10);
    assert_eq!(all(&machines).await.len(), 10);
    assert_eq!(doorman.state().logins, 1);
}

#[tokio::test]
async fn while_the_server_hangs_each_machine_logs_in_alone() {
    let Some(server) = Redis::start("alone") else {
        return;
    };
    server.suspend();
    let doorman = Doorman::new();
    let alone = doorman.machine(connect_hasty(&server).tokens());
    let watch = customer_api_core::time::Deadline::after(HOUR);
    alone.send(Buy).await.unwrap();
    assert!(watch.elapsed() < Duration::from_secs(10));
    assert_eq!(doorman.state().logins, 1);
}

#[tokio::test]
async fn no_token_and_no_password_lies_in_the_server() {
    let Some(server) = Redis::start("sealed") else {
        return;
    };
    let doorman = Doorman::new();
    doorman
        .machine(connect(&server).tokens())
        .send(Buy)
        .await
        .unwrap();
    let dump = server.dump();
    let dump = String::from_utf8_lossy(&dump);
    assert!(dump.contains("customer-api:session:1:") && dump.contains("sealed"));
    assert!(!dump.contains("hunter2") && !dump.contains("ana@"));
}
