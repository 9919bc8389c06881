use std::{sync::Arc, time::Duration};

use http::HeaderMap;

use crate::{
    auth::Auth,
    base_url::BaseUrl,
    observe::Observer,
    rate_limit::RateLimiter,
    retry::{Backoff, RetryPolicy},
    runtime::Home,
    service::Service,
    transport::ClientTransport,
};

/// Everything that the calls and the clones of a client share.
pub(crate) struct Shared {
    /// The process to which the connections, the session and the quota belong.
    pub(crate) home: Home,
    pub(crate) service: Arc<dyn Service>,
    pub(crate) base_url: BaseUrl,
    pub(crate) transport: ClientTransport,
    pub(crate) auth: Arc<dyn Auth>,
    pub(crate) retry: Arc<dyn RetryPolicy>,
    pub(crate) backoff: Arc<dyn Backoff>,
    pub(crate) rate_limiter: Arc<dyn RateLimiter>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) headers: HeaderMap,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) check_patterns: bool,
    pub(crate) fresh_connections: bool,
    pub(crate) strict_responses: bool,
}
