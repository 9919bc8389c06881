//! A provider with a server: it issues numbered tokens, and accepts only the last one.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use bytes::Bytes;
use customer_api_core::{
    Client, ClientBuilder, Idempotency, Operation,
    auth::{AuthContext, AuthError, Credential},
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    secrecy::SecretString,
    session::{Login, Session, Token},
    transport::{Body, Transport, TransportError, TransportErrorKind},
};
use http::{HeaderValue, header::AUTHORIZATION};

use crate::support::Shop;

/// How the server responds to a login.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum LoginResponse {
    Opens,
    /// With this status, and perhaps a `Retry-After` in seconds.
    Answers(u16, Option<u64>),
    Hangs,
    /// With 200 and this body.
    Says(&'static str),
    /// With more bytes than the client accepts.
    Rambles,
}

#[derive(Clone)]
pub(super) struct TokenServer(Arc<Mutex<State>>);

impl fmt::Debug for TokenServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenServer")
    }
}

pub(super) struct State {
    pub(super) mood: LoginResponse,
    /// The durations of a login and of any other call.
    pub(super) login_takes: Duration,
    pub(super) call_takes: Duration,
    pub(super) logins: u32,
    pub(super) valid: Option<String>,
    /// The tokens that arrived with calls. The next field is the number of tokens that arrived with logins.
    pub(super) seen: Vec<String>,
    pub(super) at_login: usize,
    pub(super) done: u32,
    /// The time by the server's clock.
    pub(super) date: Option<&'static str>,
    /// Whether it rejects every call, even with the last token.
    pub(super) is_shut: bool,
}

impl TokenServer {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            mood: LoginResponse::Opens,
            login_takes: Duration::from_millis(100),
            call_takes: Duration::from_millis(10),
            logins: 0,
            valid: None,
            seen: Vec::new(),
            at_login: 0,
            done: 0,
            date: None,
            is_shut: false,
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(super) fn set(&self, mood: LoginResponse) {
        self.state().mood = mood;
    }

    pub(super) fn logins(&self) -> u32 {
        self.state().logins
    }

    /// Invalidates the last token.
    pub(super) fn forget(&self) {
        self.state().valid = None;
    }

    pub(super) fn builder(&self, login: KnocksWith) -> ClientBuilder<Client<Shop>> {
        Client::builder(Shop, Session::new(login)).transport(self.clone())
    }

    /// Creates a client whose tokens live for an hour.
    pub(super) fn client(&self) -> Client<Shop> {
        let hour = Duration::from_secs(3600);
        self.builder(KnocksWith::life(hour)).build().unwrap()
    }
}

#[async_trait]
impl Transport for TokenServer {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let token = request.headers().get(AUTHORIZATION);
        let token = token.map(|token| token.to_str().unwrap().to_owned());
        let response = |status: u16, body: String| {
            let response = http::Response::builder().status(status);
            response.body(Body::from(body)).unwrap()
        };
        if request.uri().path() != "/api/login" {
            let takes = self.state().call_takes;
            let is_valid = token == self.state().valid && token.is_some();
            self.state().seen.extend(token);
            tokio::time::sleep(takes).await;
            if !is_valid || self.state().is_shut {
                return Ok(response(401, "who are you?".into()));
            }
            self.state().done += 1;
            return Ok(response(200, "7".into()));
        }
        let (mood, takes) = {
            let mut state = self.state();
            state.logins += 1;
            state.at_login += usize::from(token.is_some());
            (state.mood, state.login_takes)
        };
        tokio::time::sleep(takes).await;
        match mood {
            LoginResponse::Opens => {
                let mut state = self.state();
                let token = format!("\"planted-{}\"", state.logins);
                state.valid = Some(token.trim_matches('"').to_owned());
                let mut response = response(200, token);
                if let Some(date) = state.date {
                    response
                        .headers_mut()
                        .insert("date", HeaderValue::from_static(date));
                }
                Ok(response)
            }
            LoginResponse::Answers(0, _) => Err(TransportError::new(TransportErrorKind::Connect)),
            LoginResponse::Answers(status, wait) => {
                let mut response = response(status, "not you".into());
                if let Some(wait) = wait {
                    response.headers_mut().insert("retry-after", wait.into());
                }
                Ok(response)
            }
            LoginResponse::Hangs => std::future::pending().await,
            LoginResponse::Rambles => Err(TransportError::new(TransportErrorKind::TooLarge)),
            LoginResponse::Says(body) => Ok(response(200, body.into())),
        }
    }
}

/// The lifetime that the login sets.
#[derive(Clone, Debug, Default)]
pub(super) struct KnocksWith {
    pub(super) life: Option<Duration>,
    pub(super) expires_at: Option<SystemTime>,
}

impl KnocksWith {
    pub(super) fn life(life: Duration) -> Self {
        Self {
            life: Some(life),
            expires_at: None,
        }
    }
}

#[async_trait]
impl Login for KnocksWith {
    async fn log_in(&self, context: &AuthContext<'_>) -> Result<Token, AuthError> {
        let response = context.call(Knock).response().await?;
        let mut token = Token::new(Credential::new(AUTHORIZATION, response.value())?);
        if let Some(life) = self.life {
            token = token.with_lifetime(life);
        }
        if let Some(time) = self.expires_at {
            token = token.with_expiry(time, response.headers());
        }
        Ok(token)
    }

    fn identity(&self) -> Option<SecretString> {
        Some("ana, with her password".into())
    }
}

/// The login. It is not marked as an operation without a credential, because a session's requests never carry one.
struct Knock;

impl Operation for Knock {
    type Service = Shop;
    type Output = String;
    const INFO: &'static OperationInfo = &OperationInfo::new("knock", Method::Post, "/login")
        .with_idempotency(Idempotency::Idempotent);

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<String, DecodeError> {
        body.json()
    }
}
