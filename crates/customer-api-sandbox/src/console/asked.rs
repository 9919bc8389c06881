//! Reads the query, the path and the body of a request. A part that can't be read becomes a [`Problem`].

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::form;
use super::problem::{FormError, Problem};

/// The paths that read a query. The other paths refuse a query, except the files of the page, which ignore it.
const WITH_QUERY: [&str; 5] = [
    "/requests",
    "/reset",
    "/state/reset",
    "/outbox",
    "/outbox/latest",
];

/// A query.
pub(super) struct Asked<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(error) => Err(Problem::new(error.status().as_u16(), error.body_text())),
        }
    }
}

/// The variable part of a path.
pub(super) struct Named<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(name)) => Ok(Self(name)),
            Err(error) => Err(Problem::new(error.status().as_u16(), error.body_text())),
        }
    }
}

/// A body.
pub(super) struct Sent(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Bytes::from_request(request, state).await {
            Ok(body) => Ok(Self(body)),
            Err(error) => Err(Problem::new(error.status().as_u16(), error.body_text())),
        }
    }
}

impl Sent {
    /// Refuses a body with content where no content is read, because the caller would believe that the content has an
    /// effect.
    pub(super) fn nothing(&self) -> Result<(), FormError> {
        if self.0.trim_ascii().is_empty() {
            return Ok(());
        }
        match form::read(&self.0)? {
            Value::Null => Ok(()),
            Value::Object(fields) if fields.is_empty() => Ok(()),
            _ => Err(form::failed(
                String::new(),
                "no body is needed; the query can name a provider: `?provider=ravelin`",
            )),
        }
    }
}

/// Refuses a query where no query is read, because the caller would believe that the query narrows the request.
pub(super) async fn known_query(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_page = path == "/" || path.starts_with("/console/");
    let has_query = request.uri().query().is_some_and(|query| !query.is_empty());
    if has_query && !is_page && !WITH_QUERY.contains(&path) {
        return Problem::new(400, format!("{path} has no query; see /openapi.json"))
            .into_response();
    }
    next.run(request).await
}
