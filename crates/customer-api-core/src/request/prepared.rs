use std::mem;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method,
    header::CONTENT_TYPE,
    uri::{InvalidUriParts, PathAndQuery},
};

use super::Content;
use crate::{auth::Credential, base_url::BaseUrl, transport::ConnectionReuse};

/// A request that is ready to be sent any number of times.
pub(crate) struct Prepared {
    pub(super) path: PathAndQuery,
    /// Boxed because these parts are large and most requests do not have them.
    rare: Option<Box<Rare>>,
    content_type: Option<HeaderValue>,
    pub(super) body: Bytes,
    /// The credential of the next attempt.
    pub(crate) credential: Option<Credential>,
    /// The content of the request, if the caller or a step needs it before the request is sent. Boxed because most calls do not need it.
    pub(crate) content: Option<Box<Content>>,
}

/// The parts that most requests do not have.
#[derive(Default)]
struct Rare {
    /// The call's headers, which override the client's headers.
    headers: HeaderMap,
    /// The credentials of earlier attempts. The response to a later attempt may still contain them.
    former: Vec<Credential>,
}

/// The request of one attempt, for the transport.
pub(crate) struct Outgoing<'p> {
    pub(crate) method: Method,
    pub(crate) path: &'p PathAndQuery,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether the request may use a kept connection.
    pub(crate) reuse: ConnectionReuse,
}

impl Prepared {
    pub(super) fn new(
        path: PathAndQuery,
        headers: HeaderMap,
        content_type: Option<HeaderValue>,
        body: Bytes,
        content: Option<Box<Content>>,
    ) -> Self {
        Self {
            path,
            rare: (!headers.is_empty()).then(|| {
                Box::new(Rare {
                    headers,
                    former: Vec::new(),
                })
            }),
            content_type,
            body,
            credential: None,
            content,
        }
    }

    /// Sets the credential of the next attempt.
    pub(crate) fn authorize(&mut self, credential: Option<Credential>) {
        let former = mem::replace(&mut self.credential, credential);
        let current = self.credential.as_ref().map(Credential::header);
        if let Some(former) = former.filter(|former| Some(former.header()) != current) {
            self.rare.get_or_insert_default().former.push(former);
        }
    }

    /// Returns the request of one attempt. The call's headers override the client's, and the credential overrides both.
    pub(crate) fn attempt(
        &self,
        method: Method,
        client: &HeaderMap,
        reuse: ConnectionReuse,
    ) -> Outgoing<'_> {
        let mut headers = client.clone();
        if let Some(rare) = &self.rare {
            put_in_front(&rare.headers, &mut headers);
        }
        if let Some(content_type) = &self.content_type {
            headers.insert(CONTENT_TYPE, content_type.clone());
        }
        if let Some((name, value)) = self.credential.as_ref().map(Credential::header) {
            headers.insert(name, value.clone());
        }
        Outgoing {
            method,
            path: &self.path,
            headers,
            body: self.body.clone(),
            reuse,
        }
    }

    /// Returns the values of headers that must not be printed.
    pub(crate) fn sensitive<'a>(
        &'a self,
        client: &'a HeaderMap,
    ) -> impl Iterator<Item = &'a HeaderValue> {
        let rare = || self.rare.iter();
        let former = rare().flat_map(|rare| &rare.former);
        let credentials = self.credential.iter().chain(former);
        rare()
            .flat_map(|rare| rare.headers.values())
            .chain(client.values())
            .chain(credentials.map(|credential| credential.header().1))
            .filter(|value| value.is_sensitive())
    }
}

/// Puts the headers of `own` into `headers`. The headers of `own` replace headers of the same name. A header with several values is sent
/// several times.
fn put_in_front(own: &HeaderMap, headers: &mut HeaderMap) {
    for name in own.keys() {
        headers.remove(name);
    }
    for (name, value) in own {
        headers.append(name, value.clone());
    }
}

impl Outgoing<'_> {
    /// Converts the request for a custom transport.
    pub(crate) fn into_request(
        self,
        base_url: &BaseUrl,
    ) -> Result<http::Request<Bytes>, InvalidUriParts> {
        let mut request = http::Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = base_url.with_path(self.path.clone())?;
        *request.headers_mut() = self.headers;
        if self.reuse != ConnectionReuse::Allowed {
            request.extensions_mut().insert(self.reuse);
        }
        Ok(request)
    }
}
