//! Where a client stands when it meets a fault, and how it gets there.

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

/// What the fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a call is one or the other")]
pub enum AuthState {
    /// The operation itself: its client has its credential.
    Ready,
    /// The login that the operation needs before it is sent.
    LoggingIn,
}

/// A client for the fault, and the switch that leads it there.
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

/// Trusts nobody, and so needs not read whom this machine trusts, which takes longer than all the rest. No fault of the matrix
/// gets as far as a certificate. Nor does it know the proxies that this machine may have.
fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_certs_only([]).no_proxy()
}

/// Finds nobody.
fn nameless() -> reqwest::ClientBuilder {
    http().dns_resolver(NoNames)
}

fn transport(http: fn() -> reqwest::ClientBuilder, url: &str) -> ReqwestTransport {
    let settings = HttpSettings::new(url.parse().unwrap());
    ReqwestTransport::from_builder(http, &settings).unwrap()
}

/// Whether requests go astray.
#[derive(Clone, Debug, Default)]
pub(super) struct Detour(Arc<AtomicBool>);

impl Detour {
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The default transport, which can be made to meet another origin: a client that wants a login must be able to get one
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

/// Knows no name, without asking anybody.
#[derive(Debug)]
struct NoNames;

impl dns::Resolve for NoNames {
    fn resolve(&self, _: dns::Name) -> dns::Resolving {
        Box::pin(std::future::ready(Err("there is no such name".into())))
    }
}

/// Lets everything that is under way come to rest.
pub(super) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
