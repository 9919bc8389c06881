//! Errors of the admin API (RFC 9457).

use std::fmt;

use axum::http::{HeaderValue, StatusCode, Uri, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A JSON value that the sandbox can't use: a fault, a record or a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormError {
    /// What is wrong.
    pub detail: String,
    /// The place in the value, as a JSON Pointer. Empty for the value as a whole.
    pub pointer: String,
    /// The values that would be right, if there are only a few.
    pub expected: Vec<String>,
}

impl FormError {
    /// Makes an error for an unknown name at this place.
    pub(super) fn unknown(
        pointer: &str,
        given: &str,
        known: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let mut expected: Vec<String> = known.into_iter().map(Into::into).collect();
        expected.sort_unstable();
        expected.dedup();
        Self {
            detail: format!("`{given}` is unknown; expected {}", expected.join(", ")),
            pointer: pointer.to_owned(),
            expected,
        }
    }

    /// Turns the name of a query parameter into a JSON Pointer into the body.
    pub(super) fn in_body(mut self) -> Self {
        if !self.pointer.is_empty() && !self.pointer.starts_with('/') {
            self.pointer.insert(0, '/');
        }
        self
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.detail)
    }
}

impl std::error::Error for FormError {}

/// A response that reports an error.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expected: Vec<String>,
}

impl Problem {
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        let known = StatusCode::from_u16(status).ok();
        Self {
            title: known
                .and_then(|status| status.canonical_reason())
                .unwrap_or("Error"),
            status,
            detail: detail.into(),
            pointer: None,
            expected: Vec::new(),
        }
    }
}

impl From<FormError> for Problem {
    fn from(error: FormError) -> Self {
        Self {
            pointer: Some(error.pointer),
            expected: error.expected,
            ..Self::new(400, error.detail)
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, format!("{text}\n")).into_response();
        let content_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }
}

pub(super) async fn no_path(uri: Uri) -> Problem {
    Problem::new(
        404,
        format!(
            "{} is not a path of the admin API; see /openapi.json",
            uri.path()
        ),
    )
}

pub(super) async fn no_method() -> Problem {
    Problem::new(405, "the path has no such method; see /openapi.json")
}
