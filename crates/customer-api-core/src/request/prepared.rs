use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Uri, header::CONTENT_TYPE};

use crate::auth::Credential;

/// A request that is ready to be sent any number of times.
pub(crate) struct Prepared {
    pub(super) uri: Uri,
    /// In front of the client's own.
    headers: HeaderMap,
    content_type: Option<HeaderValue>,
    pub(super) body: Bytes,
    /// What the next attempt proves itself with.
    pub(crate) credential: Option<Credential>,
}

impl Prepared {
    pub(super) fn new(
        uri: Uri,
        headers: HeaderMap,
        content_type: Option<HeaderValue>,
        body: Bytes,
    ) -> Self {
        Self {
            uri,
            headers,
            content_type,
            body,
            credential: None,
        }
    }

    /// The request of one attempt. What the call says wins over what the client says, and the credential over both.
    pub(crate) fn attempt(&self, method: Method, client: &HeaderMap) -> http::Request<Bytes> {
        // Of the right size at once: a map that grows is allocated anew.
        let mut headers = HeaderMap::with_capacity(client.len() + self.headers.len() + 2);
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        if let Some(content_type) = &self.content_type {
            headers.insert(CONTENT_TYPE, content_type.clone());
        }
        for (name, value) in client {
            if !headers.contains_key(name) {
                headers.insert(name, value.clone());
            }
        }
        if let Some((name, value)) = self.credential.as_ref().map(Credential::header) {
            headers.insert(name, value.clone());
        }
        let mut attempt = http::Request::new(self.body.clone());
        *attempt.method_mut() = method;
        *attempt.uri_mut() = self.uri.clone();
        *attempt.headers_mut() = headers;
        attempt
    }

    /// The values of headers that must not be printed.
    pub(crate) fn sensitive<'a>(
        &'a self,
        client: &'a HeaderMap,
    ) -> impl Iterator<Item = &'a HeaderValue> {
        let credential = self.credential.as_ref();
        self.headers
            .values()
            .chain(client.values())
            .chain(credential.map(|credential| credential.header().1))
            .filter(|value| value.is_sensitive())
    }
}
