use std::{error::Error as StdError, fmt, io, time::Duration};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Uri, uri::Authority};
use url::Url;

use super::{Transport, TransportContext, TransportError, TransportErrorKind, tls};
use crate::{base_url::BaseUrl, error::BuildError};

/// How long an idle connection is kept. Servers close theirs after some time; a short life makes it rare that a request
/// meets a connection that is being closed.
const POOL_IDLE: Duration = Duration::from_secs(10);

/// The default transport.
///
/// Connections are pooled and shared by the clones of a client. Redirects are not followed, and nothing is sent twice.
pub struct ReqwestTransport {
    client: reqwest::Client,
    base: Origin,
}

/// What a [`ReqwestTransport`] must know of the client that it serves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpSettings {
    /// Where the client sends its requests.
    pub base_url: BaseUrl,
    /// How long connecting may take, DNS and TLS included.
    pub connect_timeout: Duration,
}

impl HttpSettings {
    /// The settings for a base URL, with a connect time-out of 5 s.
    #[must_use]
    pub fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            connect_timeout: Duration::from_secs(5),
        }
    }
}

impl ReqwestTransport {
    /// The transport without settings of its own. The clients of a process load its root certificates once.
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, BuildError> {
        let builder = reqwest::Client::builder();
        if settings.base_url.is_plain_http() {
            return Self::from_builder(builder, settings);
        }
        Self::from_builder(tls::share(builder), settings)
    }

    /// Finishes a builder that carries your own proxies, certificates or DNS settings.
    ///
    /// The settings that the pipeline's promises rest on are applied last: no redirects, no retries, the connect
    /// time-out, short-lived idle connections, and no proxy to a loopback address. A time-out that the builder carries stays in
    /// force beside the pipeline's own.
    ///
    /// # Errors
    ///
    /// If the base URL needs TLS and the program has none, or the builder can't be finished.
    pub fn from_builder(
        builder: reqwest::ClientBuilder,
        settings: &HttpSettings,
    ) -> Result<Self, BuildError> {
        tls::check(&settings.base_url)?;
        let mut builder = builder
            .redirect(reqwest::redirect::Policy::none())
            // Without a retry in reserve, no copy of the request is kept for it.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .referer(false)
            .pool_idle_timeout(POOL_IDLE)
            .connect_timeout(settings.connect_timeout);
        if settings.base_url.is_loopback() {
            // A proxy could not reach this machine, and would get the credential of a plain call in clear.
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|error| BuildError::Transport(error.without_url().into()))?;
        Ok(Self {
            client,
            base: Origin::new(&settings.base_url)?,
        })
    }

    fn translated(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<reqwest::Request, TransportError> {
        let (parts, body) = request.into_parts();
        let url = self
            .base
            .url(&parts.uri)
            .ok_or_else(|| TransportError::new(TransportErrorKind::InvalidRequest))?;
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        if !body.is_empty() {
            *request.body_mut() = Some(body.into());
        }
        Ok(request)
    }
}

/// Where the requests go, parsed once: of a request's URL, only path and query are still to be read.
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

    fn url(&self, uri: &Uri) -> Option<Url> {
        let is_here = uri.scheme_str() == Some(self.url.scheme())
            && uri.authority().map(Authority::as_str) == Some(self.authority.as_str());
        if !is_here {
            return uri.to_string().parse().ok();
        }
        let mut url = self.url.clone();
        url.set_path(uri.path());
        url.set_query(uri.query());
        Some(url)
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
        context: &TransportContext,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let request = self.translated(request)?;
        let mut response = self.client.execute(request).await.map_err(translate)?;
        context.head_arrived(take_head(&mut response));
        let body = receive(&mut response, context.max_body()).await;
        let head = context.take_head().unwrap_or_default();
        match body {
            Ok(body) => Ok(head.map(|()| body)),
            Err(error) => Err(error.with_head(head)),
        }
    }
}

fn take_head(response: &mut reqwest::Response) -> http::Response<()> {
    let mut head = http::Response::new(());
    *head.status_mut() = response.status();
    *head.headers_mut() = std::mem::take(response.headers_mut());
    head
}

/// Receives a body up to its limit, without trusting the length that the server announces.
async fn receive(
    response: &mut reqwest::Response,
    max_body: usize,
) -> Result<Bytes, TransportError> {
    let too_large = || TransportError::new(TransportErrorKind::TooLarge);
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).map_or(true, |announced| announced > max_body) {
        return Err(too_large());
    }
    let mut body = Received::default();
    while let Some(chunk) = response.chunk().await.map_err(translate)? {
        if chunk.len() > max_body - body.len() {
            return Err(too_large());
        }
        body.push(chunk);
    }
    Ok(body.into_bytes())
}

/// A body so far. Most come in one piece, which is not copied then.
#[derive(Default)]
struct Received {
    first: Bytes,
    /// All of it, once there is more than the first piece.
    whole: BytesMut,
}

impl Received {
    fn len(&self) -> usize {
        self.first.len().max(self.whole.len())
    }

    fn push(&mut self, chunk: Bytes) {
        if self.first.is_empty() {
            self.first = chunk;
            return;
        }
        if self.whole.is_empty() {
            self.whole.extend_from_slice(&self.first);
        }
        self.whole.extend_from_slice(&chunk);
    }

    fn into_bytes(self) -> Bytes {
        if self.whole.is_empty() {
            self.first
        } else {
            self.whole.freeze()
        }
    }
}

/// Strips the URL, which holds a customer's id, and refines what the library knows by looking at the causes.
fn translate(error: reqwest::Error) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::InvalidRequest
    } else if error.is_connect() {
        if error.is_timeout() {
            TransportErrorKind::ConnectTimeout
        } else {
            TransportErrorKind::Connect
        }
    } else if causes(&error).any(is_never_written) {
        TransportErrorKind::NotWritten
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if causes(&error).any(is_broken_off) {
        TransportErrorKind::Interrupted
    } else {
        TransportErrorKind::Other
    };
    TransportError::new(kind).with_source(error.without_url())
}

fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// hyper cancels a request whose connection is gone before it began to write. A stream of HTTP/2 that the server refuses was
/// not processed (RFC 9113, 8.7).
fn is_never_written(cause: &(dyn StdError + 'static)) -> bool {
    #[cfg(feature = "http2")]
    if let Some(error) = cause.downcast_ref::<h2::Error>() {
        return error.is_remote() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    }
    cause
        .downcast_ref::<hyper::Error>()
        .is_some_and(hyper::Error::is_canceled)
}

fn is_broken_off(cause: &(dyn StdError + 'static)) -> bool {
    #[cfg(feature = "http2")]
    if cause.is::<h2::Error>() {
        return true;
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return error.is_incomplete_message() || error.is_closed() || error.is_body_write_aborted();
    }
    cause.downcast_ref::<io::Error>().is_some_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        )
    })
}

#[cfg(test)]
mod tests {
    use hyper_util::rt::TokioIo;
    use proptest::prelude::*;

    use super::*;

    /// hyper's own error for a request whose connection was gone before it could be written.
    #[tokio::test]
    async fn a_request_that_was_never_written_is_known_as_such() {
        let (near, far) = tokio::io::duplex(64);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, String>(TokioIo::new(near))
                .await
                .unwrap();
        let request = sender.send_request(http::Request::new(String::new()));
        drop((connection, far));
        let error = request.await.unwrap_err();
        assert!(is_never_written(&error), "{error:?}");
        assert!(!is_broken_off(&io::Error::from(io::ErrorKind::NotFound)));
    }

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
