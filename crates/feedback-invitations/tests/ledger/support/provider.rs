use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use customer_api_core::{
    Transport, async_trait,
    bytes::Bytes,
    http,
    rate_limit::Unlimited,
    retry::NeverRetry,
    transport::{Body, TransportError, TransportErrorKind},
};
use feedback_invitations::Client;
use tokio::sync::{Semaphore, watch};

use super::address;

/// How the provider treats the invitation for one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Accept,
    /// Refuses, and quotes the address in its message.
    Refuse,
    /// Responds with 401, whatever the token.
    Unauthorized,
    /// Can't be reached.
    Away,
    /// Accepts the invitation, but the response is lost.
    LoseResponse,
    /// Accepts once the test opens the gate.
    Wait,
    Panic,
}

/// The provider as a transport, which counts the requests that it received.
#[derive(Clone, Debug)]
pub(crate) struct Provider(Arc<State>);

#[derive(Debug)]
struct State {
    behaviours: Mutex<HashMap<String, Behaviour>>,
    refuses_login: Mutex<bool>,
    received: Mutex<BTreeMap<String, u32>>,
    gate: Semaphore,
    waiting: watch::Sender<usize>,
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self(Arc::new(State {
            behaviours: Mutex::default(),
            refuses_login: Mutex::default(),
            received: Mutex::default(),
            gate: Semaphore::new(0),
            waiting: watch::Sender::new(0),
        }))
    }

    pub(crate) fn with(self, key: &str, behaviour: Behaviour) -> Self {
        self.behave(key, behaviour);
        self
    }

    pub(crate) fn behave(&self, key: &str, behaviour: Behaviour) {
        let mut behaviours = self.0.behaviours.lock().unwrap();
        behaviours.insert(address(key), behaviour);
    }

    pub(crate) fn refuse_login(self) -> Self {
        *self.0.refuses_login.lock().unwrap() = true;
        self
    }

    /// Builds a client of this provider without retries and without a rate limit.
    pub(crate) fn client(&self) -> Client {
        Client::builder("testing", "testing12345")
            .transport(self.clone())
            .retry(NeverRetry)
            .rate_limiter(Unlimited)
            .build()
            .unwrap()
    }

    /// Returns how often the provider received the invitation for a key.
    pub(crate) fn received(&self, key: &str) -> u32 {
        let received = self.0.received.lock().unwrap();
        received.get(&address(key)).copied().unwrap_or_default()
    }

    /// Returns how many invitations the provider received.
    pub(crate) fn total(&self) -> u32 {
        self.0.received.lock().unwrap().values().sum()
    }

    /// Waits until this many invitations wait at the gate.
    pub(crate) async fn waiting(&self, count: usize) {
        let mut waiting = self.0.waiting.subscribe();
        waiting.wait_for(|waiting| *waiting >= count).await.unwrap();
    }

    /// Lets this many invitations through the gate.
    pub(crate) fn open(&self, count: usize) {
        self.0.gate.add_permits(count);
    }

    fn behaviour(&self, address: &str) -> Behaviour {
        let behaviours = self.0.behaviours.lock().unwrap();
        behaviours
            .get(address)
            .copied()
            .unwrap_or(Behaviour::Accept)
    }
}

fn response(status: u16, body: String) -> Result<http::Response<Body>, TransportError> {
    let response = http::Response::builder().status(status);
    Ok(response.body(body.into()).unwrap())
}

#[async_trait]
impl Transport for Provider {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        if request.uri().path() == "/auth/login" {
            return if *self.0.refuses_login.lock().unwrap() {
                response(
                    400,
                    r#"{"code":2,"userMessage":"wrong password"}"#.to_owned(),
                )
            } else {
                response(200, r#"{"token":"a-token","expiration":1}"#.to_owned())
            };
        }
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let address = body["sendData"][0]["email"].as_str().unwrap().to_owned();
        let behaviour = self.behaviour(&address);
        if behaviour == Behaviour::Away {
            return Err(TransportError::new(TransportErrorKind::Connect));
        }
        *self
            .0
            .received
            .lock()
            .unwrap()
            .entry(address.clone())
            .or_default() += 1;
        match behaviour {
            Behaviour::Accept | Behaviour::Away => {}
            Behaviour::Refuse => {
                let body = format!(r#"{{"code":"40012","description":"not {address}"}}"#);
                return response(400, body);
            }
            Behaviour::Unauthorized => {
                return response(401, r#"{"code":"40101","description":"no"}"#.to_owned());
            }
            Behaviour::LoseResponse => {
                return Err(TransportError::new(TransportErrorKind::Interrupted));
            }
            Behaviour::Wait => {
                self.0.waiting.send_modify(|waiting| *waiting += 1);
                self.0.gate.acquire().await.unwrap().forget();
            }
            Behaviour::Panic => panic!("a transport that panics"),
        }
        let key = address.split('@').next().unwrap();
        response(
            200,
            format!(r#"{{"code":"00000","description":"success","data":"receipt-{key}"}}"#),
        )
    }
}
