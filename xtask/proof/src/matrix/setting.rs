//! Makes a client for a fault, and directs the client's requests to the fault.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use customer_api_core::{
    Transport, async_trait,
    bytes::Bytes,
    http as wire,
    reqwest::{self, dns},
    transport::{Body, HttpSettings, ReqwestTransport, TransportError},
};

use super::fault::{FaultCase, SetUp};
use crate::Provider;

/// The largest response that the clients of the matrix accept.
const MAX_RESPONSE: usize = 64 * 1024;

/// The request that the fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a call is one or the other")]
pub enum AuthState {
    /// The operation itself: its client already has a credential.
    Ready,
    /// The login that the operation needs before it is sent.
    LoggingIn,
}

/// Returns a client for the fault, and the switch that sends its requests to the fault.
pub(super) fn client<P: Provider>(provider: &P, case: &FaultCase) -> (P::Client, Detour) {
    let mut builder = provider.builder().max_response_bytes(MAX_RESPONSE);
    if let Some(timeout) = case.timeout {
        builder = builder.timeout(timeout);
    }
    if let Some(timeout) = case.attempt_timeout {
        builder = builder.attempt_timeout(timeout);
    }
    let base_url = provider.server().base_url();
    let detour = Detour::default();
    let target = match case.set_up {
        SetUp::Dns => Some((
            "https://provider.invalid".to_owned(),
            nameless as fn() -> reqwest::ClientBuilder,
        )),
        SetUp::Tls(_) => Some((
            base_url.replace("http:", "https:"),
            http as fn() -> reqwest::ClientBuilder,
        )),
        SetUp::Request(_) | SetUp::Connection(_) | SetUp::Refused => None,
    };
    builder = match target {
        Some((url, astray)) => builder.transport(Switch {
            direct: transport(http, base_url),
            astray: transport(astray, &url),
            origin: url,
            detour: detour.clone(),
        }),
        None => builder.http(http),
    };
    (builder.build().unwrap(), detour)
}

/// Returns a builder that trusts no certificate. Reading this machine's root certificates would take longer than
/// everything else, and no fault of the matrix reaches the check of a certificate. The client also ignores this
/// machine's proxies.
fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_certs_only([]).no_proxy()
}

/// Returns a builder for a client that resolves no name.
fn nameless() -> reqwest::ClientBuilder {
    http().dns_resolver(NoNames)
}

fn transport(http: fn() -> reqwest::ClientBuilder, url: &str) -> ReqwestTransport {
    let settings = HttpSettings::new(url.parse().unwrap());
    ReqwestTransport::from_builder(http, &settings).unwrap()
}

/// Whether requests are sent to the other origin.
#[derive(Clone, Debug, Default)]
pub(super) struct Detour(Arc<AtomicBool>);

impl Detour {
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The default transport, which can be redirected to another origin. A client that needs a login must be able to log in
/// before its connections fail.
struct Switch {
    direct: ReqwestTransport,
    astray: ReqwestTransport,
    origin: String,
    detour: Detour,
}

impl fmt::Debug for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Switch")
    }
}

#[async_trait]
impl Transport for Switch {
    async fn send(
        &self,
        mut request: wire::Request<Bytes>,
    ) -> Result<wire::Response<Body>, TransportError> {
        if !self.detour.0.load(Ordering::Relaxed) {
            return self.direct.send(request).await;
        }
        let path = request.uri().path_and_query().unwrap().as_str();
        *request.uri_mut() = format!("{}{path}", self.origin).parse().unwrap();
        self.astray.send(request).await
    }
}

/// Fails to resolve any name, without a query.
#[derive(Debug)]
struct NoNames;

impl dns::Resolve for NoNames {
    fn resolve(&self, _: dns::Name) -> dns::Resolving {
        Box::pin(std::future::ready(Err("there is no such name".into())))
    }
}

/// Waits until all running work is idle.
pub(super) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
