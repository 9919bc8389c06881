//! The default transport.

use std::{fmt, future::Future, sync::OnceLock, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Uri,
    header::CONTENT_LENGTH,
    uri::{Authority, PathAndQuery},
};
use url::Url;

use super::{
    Body, ConnectionReuse, Transport, TransportError, TransportErrorKind,
    connection::Trust,
    this_machine::on_this_machine,
    tls,
    translate::{is_broken_connection, translate},
};
use crate::{
    base_url::BaseUrl,
    error::{BuildError, RuntimeError},
    request::Outgoing,
    runtime,
};

/// How long an idle connection is kept. Servers close idle connections after some time. With a short limit, the client rarely sends a
/// request on a connection that the server is closing.
const POOL_IDLE: Duration = Duration::from_secs(10);

/// The default transport.
///
/// Connections are pooled, and the clones of a client share the pool. Some requests use a new connection instead: see
/// [`ConnectionReuse`]. Redirects are not followed, and no request is sent twice.
pub struct ReqwestTransport {
    base: Origin,
    make: Make,
    pooled: reqwest::Client,
    /// The HTTP client that keeps no connection. Created when a request first needs a new connection.
    fresh: OnceLock<reqwest::Client>,
    trust: Trust,
}

/// Makes a builder with the settings that the transport's guarantees depend on.
type Make = Box<dyn Fn() -> reqwest::ClientBuilder + Send + Sync>;

/// The settings of a client that its [`ReqwestTransport`] needs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpSettings {
    /// The address to which the client sends its requests.
    pub base_url: BaseUrl,
    /// The limit of the time to connect, DNS and TLS included.
    pub connect_timeout: Duration,
}

impl HttpSettings {
    /// Creates settings for a base URL, with a connect timeout of 5 s.
    #[must_use]
    pub fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            connect_timeout: Duration::from_secs(5),
        }
    }
}

impl ReqwestTransport {
    /// Creates a transport with default HTTP settings, for example to wrap it in another transport. The root certificates are loaded once
    /// for all clients of a process.
    ///
    /// # Errors
    ///
    /// If the base URL needs TLS, and either the program is built without TLS or the system has no root certificates. Also if the program
    /// has no TLS except rustls, and rustls has no crypto provider.
    pub fn new(settings: &HttpSettings) -> Result<Self, BuildError> {
        if settings.base_url.is_plain_http() {
            return Self::from_builder(reqwest::Client::builder, settings);
        }
        Self::from_builder(|| tls::share(reqwest::Client::builder()), settings)
    }

    /// Creates a transport from builders with your own proxies, certificates or DNS settings. The transport has two HTTP clients: one pools
    /// connections, and one keeps no connection. The transport calls `builder` to create each of them.
    ///
    /// The settings that the client's guarantees depend on are applied last, and override the builder's: no redirects, no retries, the
    /// connect timeout, a short time for idle connections, and no proxy for a loopback address. A timeout of the builder applies in
    /// addition to the client's own.
    ///
    /// For a plain http base URL, no root certificates are needed. In such a URL, `localhost` always means 127.0.0.1
    /// and ::1, regardless of the builder's resolver. `https://localhost` is resolved like any other name, because the server's
    /// certificate proves which server responds.
    ///
    /// # Errors
    ///
    /// If the base URL needs TLS and the program is built without TLS, or if the builder can't be finished. Also if the program has no TLS
    /// except rustls, and rustls has no crypto provider.
    pub fn from_builder(
        builder: impl Fn() -> reqwest::ClientBuilder + Send + Sync + 'static,
        settings: &HttpSettings,
    ) -> Result<Self, BuildError> {
        tls::check(&settings.base_url)?;
        let base_url = settings.base_url.clone();
        let connect_timeout = settings.connect_timeout;
        let make: Make = Box::new(move || {
            let builder = builder()
                .redirect(reqwest::redirect::Policy::none())
                // Without retries, the library keeps no copy of the request.
                .retry(reqwest::retry::never().max_retries_per_request(0))
                .referer(false)
                .pool_idle_timeout(POOL_IDLE)
                .connect_timeout(connect_timeout);
            on_this_machine(builder, &base_url)
        });
        let pooled = make().build().map_err(tls::explain)?;
        Ok(Self {
            base: Origin::new(&settings.base_url)?,
            make,
            pooled,
            fresh: OnceLock::new(),
            trust: Trust::default(),
        })
    }

    /// Sends a request to a path of the client's own server.
    pub(super) fn send_below(
        &self,
        outgoing: Outgoing<'_>,
    ) -> impl Future<Output = Result<http::Response<Body>, TransportError>> + Send + use<'_> {
        let reuse = outgoing.reuse;
        let url = self.base.below(outgoing.path);
        let request = request(outgoing.method, url, outgoing.headers, outgoing.body);
        self.execute(request, reuse)
    }

    /// Executes a request. Nothing is sent before the future is awaited.
    fn execute(
        &self,
        request: reqwest::Request,
        reuse: ConnectionReuse,
    ) -> impl Future<Output = Result<http::Response<Body>, TransportError>> + Send + use<'_> {
        let is_pooled = match reuse {
            ConnectionReuse::Allowed => true,
            ConnectionReuse::WhileTrusted => !self.trust.is_lost(),
            ConnectionReuse::Never => false,
        };
        let client = if is_pooled {
            Ok(&self.pooled)
        } else {
            self.fresh()
        };
        let response = client.map(|client| runtime::with_io(client.execute(request)));
        async move {
            match response?.await.map_err(no_runtime)? {
                Ok(response) => {
                    let is_write = reuse == ConnectionReuse::WhileTrusted;
                    let is_unasked = is_pooled && self.trust.look_at(&response, is_write);
                    Ok(Body::of(response, is_unasked))
                }
                Err(error) => {
                    if is_pooled && is_broken_connection(&error) {
                        self.trust.lose();
                    }
                    Err(translate(error))
                }
            }
        }
    }

    fn fresh(&self) -> Result<&reqwest::Client, TransportError> {
        if let Some(client) = self.fresh.get() {
            return Ok(client);
        }
        let client = (self.make)().pool_max_idle_per_host(0).build();
        let client = client.map_err(|error| {
            TransportError::new(TransportErrorKind::InvalidRequest).with_source(error.without_url())
        })?;
        Ok(self.fresh.get_or_init(|| client))
    }
}

fn no_runtime(error: RuntimeError) -> TransportError {
    TransportError::new(TransportErrorKind::NoRuntime).with_source(error)
}

fn request(method: Method, url: Url, headers: HeaderMap, body: Bytes) -> reqwest::Request {
    let mut request = reqwest::Request::new(method, url);
    let states_length = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    *request.headers_mut() = headers;
    if !body.is_empty() {
        *request.body_mut() = Some(body.into());
    } else if states_length {
        // Without a `Content-Length`, some servers respond to an empty POST, PUT or PATCH with a 411 (RFC 9110, section 8.6).
        let zero = HeaderValue::from_static("0");
        request.headers_mut().insert(CONTENT_LENGTH, zero);
    }
    request
}

/// The server's address, parsed once, so that only the path and query are parsed for each request.
struct Origin {
    url: Url,
    authority: Authority,
}

impl Origin {
    fn new(base_url: &BaseUrl) -> Result<Self, BuildError> {
        let refused = || BuildError::BaseUrl("it is not a valid URI".into());
        Ok(Self {
            url: base_url.as_str().parse().map_err(|_| refused())?,
            authority: base_url.uri().authority().ok_or_else(refused)?.clone(),
        })
    }

    /// Returns the URL of a path of this server.
    fn below(&self, path: &PathAndQuery) -> Url {
        let mut url = self.url.clone();
        url.set_path(path.path());
        if let Some(query) = path.query() {
            url.set_query(Some(query));
        }
        url
    }

    /// Returns the URL of a request to any server.
    fn url(&self, uri: &Uri) -> Option<Url> {
        let is_here = uri.scheme_str() == Some(self.url.scheme())
            && uri.authority().map(Authority::as_str) == Some(self.authority.as_str());
        match uri.path_and_query() {
            Some(path) if is_here => Some(self.below(path)),
            _ => uri.to_string().parse().ok(),
        }
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        // The pipeline checks the runtime before it sends. Other callers of this method do not.
        runtime::check().map_err(no_runtime)?;
        let (parts, body) = request.into_parts();
        let url = self
            .base
            .url(&parts.uri)
            .ok_or_else(|| TransportError::new(TransportErrorKind::InvalidRequest))?;
        let reuse = parts.extensions.get().copied().unwrap_or_default();
        let request = self::request(parts.method, url, parts.headers, body);
        self.execute(request, reuse).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_request_to_elsewhere_goes_elsewhere() {
        let origin = Origin::new(&"https://host.example/v1".parse().unwrap()).unwrap();
        for uri in [
            "https://host.example:444/x",
            "https://elsewhere.example/x?y",
            "http://host.example/x",
        ] {
            let url = origin.url(&uri.parse().unwrap()).unwrap();
            assert_eq!(url.as_str(), uri);
        }
    }

    proptest! {
        #[test]
        fn the_rest_of_a_url_is_read_as_the_whole_would_be(
            path in "(/[!-~]{0,8}|/\\.{1,2}|/%2[eE]){0,4}",
            query in prop::option::of("[!-~]{0,12}"),
        ) {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            let text = format!("https://host.example:8443{path}{query}");
            let Ok(uri) = text.parse::<Uri>() else { return Ok(()) };
            let origin = Origin::new(&"https://host.example:8443/base".parse().unwrap()).unwrap();
            prop_assert_eq!(origin.url(&uri).unwrap(), Url::parse(&uri.to_string()).unwrap());
        }
    }
}
