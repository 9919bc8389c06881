use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, USER_AGENT},
};

use super::{Client, ProviderClient, Shared};
#[cfg(feature = "shared-session")]
use crate::session::SharedSession;
use crate::{
    auth::Auth,
    base_url::BaseUrl,
    error::BuildError,
    observe::Observer,
    rate_limit::{RateLimiter, Unlimited},
    request::is_transports,
    retry::{Backoff, ExponentialBackoff, RetryPolicy, RetryTransient},
    runtime::Home,
    service::Service,
    transport::{ClientTransport, HttpSettings, ReqwestTransport, Transport},
};

/// Builds a client.
///
/// | setting | default |
/// |---|---|
/// | [`base_url`](Self::base_url) | the provider's |
/// | [`connect_timeout`](Self::connect_timeout) | 5 s |
/// | [`attempt_timeout`](Self::attempt_timeout) | 30 s |
/// | [`timeout`](Self::timeout) | 90 s for the whole call |
/// | [`retry`](Self::retry) | [`RetryTransient`], up to 3 attempts |
/// | [`backoff`](Self::backoff) | [`ExponentialBackoff`] |
/// | [`rate_limiter`](Self::rate_limiter) | the provider crate's choice, otherwise none |
/// | [`observer`](Self::observer) | none |
/// | `shared_session`, with the feature `shared-session` | none: each client logs in separately |
/// | [`max_response_bytes`](Self::max_response_bytes) | 16 MiB |
/// | [`check_patterns`](Self::check_patterns) | on |
/// | [`fresh_connections`](Self::fresh_connections) | off |
/// | [`strict_responses`](Self::strict_responses) | off |
/// | [`user_agent`](Self::user_agent) | the provider crate's name and version |
/// | [`header`](Self::header) | none |
/// | [`http`](Self::http), [`transport`](Self::transport) | the default transport with its default settings |
#[must_use = "a client is made by `build`"]
pub struct ClientBuilder<C> {
    service: Arc<dyn Service>,
    auth: Arc<dyn Auth>,
    base_url: Option<String>,
    http: Http,
    retry: Arc<dyn RetryPolicy>,
    backoff: Arc<dyn Backoff>,
    rate_limiter: Arc<dyn RateLimiter>,
    observer: Option<Arc<dyn Observer>>,
    #[cfg(feature = "shared-session")]
    shared_session: Option<SharedSession>,
    headers: Vec<(String, String)>,
    product: Option<String>,
    connect_timeout: Duration,
    attempt_timeout: Duration,
    timeout: Duration,
    max_response_bytes: usize,
    check_patterns: bool,
    fresh_connections: bool,
    strict_responses: bool,
    client: PhantomData<fn() -> C>,
}

/// The transport of the client.
enum Http {
    Default,
    Builder(Box<dyn Fn() -> reqwest::ClientBuilder + Send + Sync>),
    Transport(Arc<dyn Transport>),
}

impl<C: ProviderClient> ClientBuilder<C> {
    /// Starts a client for a provider and a credential.
    pub fn new(service: C::Service, auth: impl Auth) -> Self {
        Self {
            service: Arc::new(service),
            auth: Arc::new(auth),
            base_url: None,
            http: Http::Default,
            retry: Arc::new(RetryTransient::default()),
            backoff: Arc::new(ExponentialBackoff::default()),
            rate_limiter: Arc::new(Unlimited),
            observer: None,
            #[cfg(feature = "shared-session")]
            shared_session: None,
            headers: Vec::new(),
            product: None,
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(90),
            max_response_bytes: 16 * 1024 * 1024,
            check_patterns: true,
            fresh_connections: false,
            strict_responses: false,
            client: PhantomData,
        }
    }

    /// Sets the provider's address: an `https` URL, or plain `http` to a loopback address or `localhost`. The URL can have a path, for a
    /// gateway. The credential is sent only to this address.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Limits the time to connect, DNS and TLS included. Applies to the default transport only.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Limits the time of one attempt, from connecting to the end of the response.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Limits the time of a whole call, with all its attempts and waits.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the policy that decides which failures are retried.
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// Sets the back-off, which determines the wait before a retry.
    pub fn backoff(mut self, backoff: impl Backoff) -> Self {
        self.backoff = Arc::new(backoff);
        self
    }

    /// Sets the rate limiter, which limits how fast calls are made.
    pub fn rate_limiter(mut self, limiter: impl RateLimiter) -> Self {
        self.rate_limiter = Arc::new(limiter);
        self
    }

    /// Sets the observer. The client reports every attempt and every call to the observer when they end. The observer can pass them to a
    /// metrics library, for example.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Shares the token of a login, and the pause after a refused login, with all machines that use the same store.
    #[cfg(feature = "shared-session")]
    #[cfg_attr(docsrs, doc(cfg(feature = "shared-session")))]
    pub fn shared_session(mut self, shared: SharedSession) -> Self {
        self.shared_session = Some(shared);
        self
    }

    /// Sets your own proxies, certificates or DNS settings in the default transport's HTTP library. The function makes a builder for each
    /// of the HTTP clients behind the transport. After your function returns, the transport overrides every setting on which the client's
    /// guarantees depend: see [`ReqwestTransport::from_builder`].
    pub fn http(
        mut self,
        builder: impl Fn() -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http = Http::Builder(Box::new(builder));
        self
    }

    /// Replaces the whole transport. If [`http`](Self::http) is also called, the later of the two calls counts.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.http = Http::Transport(Arc::new(transport));
        self
    }

    /// Limits the size of a response body, in bytes. A larger response is an error; it is never truncated.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Sets whether values are checked against the provider's documented patterns before they are sent. Disable this if a real name
    /// contains a letter that a pattern refuses. Lengths and required values are always checked.
    pub fn check_patterns(mut self, check: bool) -> Self {
        self.check_patterns = check;
        self
    }

    /// Sets whether every write uses a new connection.
    ///
    /// While a write is being sent, the server may close a kept connection, or send an unrequested response on it. After the first such
    /// fault the client automatically uses a new connection for every write for ten minutes. Enable this setting if not even that first
    /// fault is acceptable. The setting costs a connection, and usually a TLS handshake, per write.
    pub fn fresh_connections(mut self, fresh: bool) -> Self {
        self.fresh_connections = fresh;
        self
    }

    /// Sets whether one value that is not as documented makes the whole response an error.
    ///
    /// If this is off, such a value does not make the rest of the response unreadable.
    /// [`Response::unreadable`](crate::Response::unreadable) and the pages of lists report the value. Ids, lists, cursors, totals and
    /// outcomes are always read strictly. If this is on, the error of a write has the delivery [`Unknown`](crate::Delivery::Unknown),
    /// because the provider may have made the write. An operation whose [status decides](crate::OperationInfo::status_decides) still
    /// succeeds, but its output is then that of an empty response body.
    pub fn strict_responses(mut self, strict: bool) -> Self {
        self.strict_responses = strict;
        self
    }

    /// Puts your product, such as `shop/1.0`, in front of the provider crate's name and version in `User-Agent`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.product = Some(product.into());
        self
    }

    /// Adds a header to every request.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Builds the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// If the credential, the base URL, a header or a setting can't be used, or if TLS is needed but missing. No error shows the
    /// credential.
    pub fn build(self) -> Result<C, BuildError> {
        self.auth.check()?;
        let base_url: BaseUrl = self
            .base_url
            .as_deref()
            .or(self.service.default_base_url())
            .ok_or(BuildError::NoBaseUrl)?
            .parse()?;
        let headers = self.default_headers()?;
        #[cfg(feature = "shared-session")]
        if let Some(shared) = self.shared_session {
            self.auth.share(shared, &base_url)?;
        }
        for (name, value) in [
            ("connect_timeout", self.connect_timeout),
            ("attempt_timeout", self.attempt_timeout),
            ("timeout", self.timeout),
        ] {
            if value.is_zero() {
                return Err(BuildError::Setting {
                    name,
                    reason: "it is zero",
                });
            }
        }
        let settings = HttpSettings {
            connect_timeout: self.connect_timeout,
            ..HttpSettings::new(base_url.clone())
        };
        let transport = match self.http {
            Http::Transport(transport) => ClientTransport::Custom(transport),
            Http::Builder(builder) => ClientTransport::Default(Box::new(
                ReqwestTransport::from_builder(builder, &settings)?,
            )),
            Http::Default => ClientTransport::Default(Box::new(ReqwestTransport::new(&settings)?)),
        };
        let shared = Arc::new(Shared {
            home: Home::default(),
            service: self.service,
            base_url,
            transport,
            auth: self.auth,
            retry: self.retry,
            backoff: self.backoff,
            rate_limiter: self.rate_limiter,
            observer: self.observer,
            headers,
            connect_timeout: self.connect_timeout,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            max_response_bytes: self.max_response_bytes,
            check_patterns: self.check_patterns,
            fresh_connections: self.fresh_connections,
            strict_responses: self.strict_responses,
        });
        Ok(C::from_core(Client {
            shared,
            service: PhantomData,
        }))
    }

    fn default_headers(&self) -> Result<HeaderMap, BuildError> {
        let user_agent = match &self.product {
            Some(product) => format!("{product} {}", self.service.user_agent()),
            None => self.service.user_agent().to_owned(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let own = [("user-agent".to_owned(), user_agent)];
        for (name, value) in own.iter().chain(&self.headers) {
            let refused = |reason| BuildError::Header {
                name: name.clone(),
                reason,
            };
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| refused("it is not a header name"))?;
            if is_transports(&header) {
                return Err(refused("it is reserved for the transport"));
            }
            let value = HeaderValue::from_str(value)
                .map_err(|_| refused("its value contains characters not allowed in a header"))?;
            let mut value = value;
            value.set_sensitive(header != USER_AGENT);
            headers.insert(header, value);
        }
        debug_assert!(headers.contains_key(USER_AGENT));
        Ok(headers)
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("service", &self.service.name())
            .finish_non_exhaustive()
    }
}
