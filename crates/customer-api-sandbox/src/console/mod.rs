//! The admin API and the console of a running sandbox.

mod answer;
mod asked;
mod clock;
mod events;
mod faults;
mod form;
mod guard;
mod journal;
mod managed;
mod outbox;
mod page;
mod problem;
mod records;
mod request;
mod sandbox;
mod switches;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::routing::{delete, get, post};
use axum::serve::IncomingStream;
use serde_json::{Map, Value};
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::error::SandboxError;
use crate::pulse::Pulse;
use crate::server;
pub(crate) use managed::Managed;
pub use problem::FormError;
use problem::Problem;
pub(crate) use request::summary;

/// The largest body of a request to the admin API, such as a seed.
const LONGEST_BODY: usize = 64 * 1024 * 1024;

/// A running sandbox, as the admin API sees it.
pub(crate) struct Managing {
    pub(crate) servers: [Arc<dyn Managed>; 4],
    pub(crate) clock: Arc<Clock>,
    pub(crate) pulse: Arc<Pulse>,
    start: Mutex<Start>,
}

/// The state that a reset restores.
struct Start {
    /// Records by the names of providers.
    records: BTreeMap<String, Map<String, Value>>,
    /// The switches, by the names of providers.
    switches: BTreeMap<String, Value>,
    /// The scripted faults, as `PUT /faults` reads them.
    faults: Vec<Value>,
}

impl Managing {
    pub(crate) fn new(
        servers: [Arc<dyn Managed>; 4],
        clock: Arc<Clock>,
        pulse: Arc<Pulse>,
    ) -> Arc<Self> {
        let named =
            |server: &Arc<dyn Managed>| (server.pipeline().name.to_owned(), server.switches());
        let switches = servers.iter().map(named).collect();
        let records = BTreeMap::new();
        Arc::new(Self {
            servers,
            clock,
            pulse,
            start: Mutex::new(Start {
                records,
                switches,
                faults: Vec::new(),
            }),
        })
    }

    /// Returns the server of a provider.
    fn server(&self, provider: &str) -> Result<&dyn Managed, FormError> {
        let names = || self.servers.iter().map(|server| server.pipeline().name);
        let mut servers = self.servers.iter();
        let server = servers.find(|server| server.pipeline().name == provider);
        server
            .map(|server| &**server)
            .ok_or_else(|| FormError::unknown("provider", provider, names()))
    }

    /// Returns the server of a provider or, without a name, all servers.
    fn chosen(&self, provider: Option<&str>) -> Result<Vec<&dyn Managed>, FormError> {
        match provider {
            Some(provider) => Ok(vec![self.server(provider)?]),
            None => Ok(self.servers.iter().map(|server| &**server).collect()),
        }
    }

    /// Returns the messages of Customer Radar's outbox.
    fn outbox(&self) -> Vec<crate::SentInvitation> {
        self.servers
            .iter()
            .flat_map(|server| server.outbox())
            .collect()
    }

    fn start(&self) -> std::sync::MutexGuard<'_, Start> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that serves the admin API. The task ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) url: String,
    task: tokio::task::AbortHandle,
}

impl Drop for Console {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Console {
    /// Binds the address and serves on the current tokio runtime.
    pub(crate) async fn start(
        address: SocketAddr,
        managing: &Arc<Managing>,
        hosts: Arc<[String]>,
    ) -> Result<Self, SandboxError> {
        let failed = |cause| SandboxError::Bind {
            provider: "console",
            cause,
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let url = server::base_url(address, &hosts);
        // A weak reference, because a browser that listens for events must not keep the sandbox alive.
        let router = router(Arc::downgrade(managing), hosts);
        let service = router.into_make_service_with_connect_info::<Here>();
        let serving = axum::serve(listener, service);
        let task = tokio::spawn(async move {
            // Serving ends only when the task is aborted.
            let _ = serving.await;
        });
        Ok(Self {
            url,
            task: task.abort_handle(),
        })
    }
}

/// The address at which a request arrived. It differs from the listening address if the console listens on all
/// addresses.
#[derive(Clone, Copy)]
struct Here(IpAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Here {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        let here = stream.io().local_addr().map(|address| address.ip());
        Self(here.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)))
    }
}

fn router(managing: Weak<Managing>, hosts: Arc<[String]>) -> Router {
    let api = Router::new()
        .route("/health", get(sandbox::health))
        .route("/reset", post(sandbox::reset))
        .route("/openapi.json", get(page::openapi))
        .route("/requests", get(journal::list).delete(journal::clear))
        .route("/requests/count", post(journal::count))
        .route("/requests/{id}", get(journal::one))
        .route("/events", get(events::stream))
        .route(
            "/faults",
            get(faults::list)
                .put(faults::replace)
                .post(faults::add)
                .delete(faults::clear),
        )
        .route("/faults/{id}", delete(faults::remove))
        .route("/connections", post(faults::connections))
        .route("/state", get(records::all))
        .route("/state/reset", post(records::reset))
        .route("/state/{provider}", get(records::one).put(records::replace))
        .route("/expire", post(records::expire))
        .route("/outbox", get(outbox::list))
        .route("/outbox/latest", get(outbox::latest))
        .route("/clock", get(clock::show))
        .route("/clock/advance", post(clock::advance))
        .route(
            "/options/{provider}",
            get(switches::list)
                .put(switches::replace)
                .patch(switches::change),
        )
        .route("/", get(page::index))
        .route("/console/{file}", get(page::file))
        .fallback(problem::no_path)
        .method_not_allowed_fallback(problem::no_method);
    api.layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(axum::middleware::from_fn(asked::known_query))
        .layer(axum::middleware::from_fn(guard::json_only))
        .layer(axum::middleware::from_fn(
            move |ConnectInfo(Here(here)): ConnectInfo<Here>, request: Request, next: Next| {
                guard::local_only(here, Arc::clone(&hosts), request, next)
            },
        ))
        .with_state(managing)
}

/// The sandbox that a request is for.
struct Admin(Arc<Managing>);

impl FromRequestParts<Weak<Managing>> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, managing: &Weak<Managing>) -> Result<Self, Problem> {
        let managing = managing.upgrade();
        managing
            .map(Self)
            .ok_or_else(|| Problem::new(503, "the sandbox has stopped"))
    }
}
