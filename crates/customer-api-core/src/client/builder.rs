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
    rate_limit::{RateLimiter, Unlimited},
    request::is_transports,
    retry::{Backoff, ExponentialBackoff, RetryPolicy, RetryTransient},
    runtime::Home,
    service::Service,
    transport::{ClientTransport, HttpSettings, ReqwestTransport, Transport},
};

/// Sets up a client.
///
/// | setting | default |
/// |---|---|
/// | [`base_url`](Self::base_url) | the provider's |
/// | [`connect_timeout`](Self::connect_timeout) | 5 s |
/// | [`attempt_timeout`](Self::attempt_timeout) | 30 s |
/// | [`timeout`](Self::timeout) | 90 s for the whole call |
/// | [`retry`](Self::retry) | [`RetryTransient`], up to 3 attempts |
/// | [`backoff`](Self::backoff) | [`ExponentialBackoff`] |
/// | [`rate_limiter`](Self::rate_limiter) | the provider crate's choice, else none |
/// | `shared_session`, with the feature of this name | none: each client logs in for itself |
/// | [`max_response_bytes`](Self::max_response_bytes) | 16 MiB |
/// | [`check_patterns`](Self::check_patterns) | on |
/// | [`fresh_connections`](Self::fresh_connections) | off |
/// | [`strict_responses`](Self::strict_responses) | off |
/// | [`user_agent`](Self::user_agent) | the provider crate's name and version |
/// | [`header`](Self::header) | none |
/// | [`http`](Self::http), [`transport`](Self::transport) | the default transport, without settings of your own |
#[must_use = "a client is made by `build`"]
pub struct ClientBuilder<C> {
    service: Arc<dyn Service>,
    auth: Arc<dyn Auth>,
    base_url: Option<String>,
    http: Http,
    retry: Arc<dyn RetryPolicy>,
    backoff: Arc<dyn Backoff>,
    rate_limiter: Arc<dyn RateLimiter>,
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

/// How the requests will travel.
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

    /// Where the provider is: an `https` URL, or plain `http` to a loopback address. It may have a path of its own, for
    /// a gateway. The credential goes nowhere else.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// How long connecting may take, DNS and TLS included. Belongs to the default transport.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt may take, from connecting to the end of the response.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How long a whole call may take, with all its attempts and waits.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What is tried again.
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// How long a call waits before it is tried again.
    pub fn backoff(mut self, backoff: impl Backoff) -> Self {
        self.backoff = Arc::new(backoff);
        self
    }

    /// How fast calls are made.
    pub fn rate_limiter(mut self, limiter: impl RateLimiter) -> Self {
        self.rate_limiter = Arc::new(limiter);
        self
    }

    /// Shares the token of a login, and the pause after a refused one, with all machines that use the same store.
    #[cfg(feature = "shared-session")]
    #[cfg_attr(docsrs, doc(cfg(feature = "shared-session")))]
    pub fn shared_session(mut self, shared: SharedSession) -> Self {
        self.shared_session = Some(shared);
        self
    }

    /// Proxies, certificates or DNS settings of your own, in the default transport's HTTP library. The function makes a builder
    /// for each of the HTTP clients behind the transport. The settings that the client's promises rest on are applied last: see
    /// [`ReqwestTransport::from_builder`].
    pub fn http(
        mut self,
        builder: impl Fn() -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http = Http::Builder(Box::new(builder));
        self
    }

    /// Another transport altogether. The last of this and [`http`](Self::http) that is set counts.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.http = Http::Transport(Arc::new(transport));
        self
    }

    /// The largest response that is accepted; a larger one is an error, never cut.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Whether values are checked against the provider's documented patterns before they are sent. Switch it off where a
    /// real name holds a letter that a pattern refuses; lengths and required values are checked all the same.
    pub fn check_patterns(mut self, check: bool) -> Self {
        self.check_patterns = check;
        self
    }

    /// Whether every write goes on a connection of its own.
    ///
    /// A connection that is kept may be closed by the server, or carry a response that nobody asked for, just when a write is on
    /// its way. After the first such fault the client keeps writes off kept connections for ten minutes by itself; switch this on
    /// where not even that first one may happen. It costs a connection, and mostly a TLS handshake, per write.
    pub fn fresh_connections(mut self, fresh: bool) -> Self {
        self.fresh_connections = fresh;
        self
    }

    /// Whether a response is an error as soon as one value of it is not as documented.
    ///
    /// Off, such a value costs no more than itself, and [`Response::unreadable`](crate::Response::unreadable) and the pages of lists
    /// report it. Ids, lists, cursors, totals and outcomes are read strictly in any case. A write whose status says that it was made
    /// stays a success, without its record.
    pub fn strict_responses(mut self, strict: bool) -> Self {
        self.strict_responses = strict;
        self
    }

    /// Puts your product in front of the crate's in `User-Agent`, such as `shop/1.0`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.product = Some(product.into());
        self
    }

    /// Adds a header to every request.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// If the credential, the base URL, a header or a setting can't be used, or TLS is needed and missing. No error shows
    /// the credential.
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
                .map_err(|_| refused("it is no header name"))?;
            if is_transports(&header) {
                return Err(refused("it is the transport's own"));
            }
            let value = HeaderValue::from_str(value)
                .map_err(|_| refused("its value holds what can't stand in a header"))?;
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
