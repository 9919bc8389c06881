//! The response that a fault sends.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Fault;
use crate::http1::Response;

/// The body of a scripted response.
///
/// The JSON form is `{"json": …}`, `{"html": "…"}`, `{"text": "…"}`, `{"not_json": "…"}` or `"empty"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BodyForm", into = "BodyForm")]
pub struct FaultBody {
    /// `None` for a body without a content type.
    media: Option<Media>,
    bytes: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Json,
    Html,
    Text,
}

impl Media {
    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BodyForm {
    Empty,
    Json(Value),
    Html(String),
    Text(String),
    NotJson(String),
}

impl From<BodyForm> for FaultBody {
    fn from(form: BodyForm) -> Self {
        match form {
            BodyForm::Empty => Self::empty(),
            BodyForm::Json(value) => Self::json(&value),
            BodyForm::Html(page) => Self::html(page),
            BodyForm::Text(text) => Self::text(text),
            BodyForm::NotJson(text) => Self::not_json(text),
        }
    }
}

impl From<FaultBody> for BodyForm {
    fn from(body: FaultBody) -> Self {
        let text = || String::from_utf8_lossy(&body.bytes).into_owned();
        match body.media {
            None => Self::Empty,
            Some(Media::Html) => Self::Html(text()),
            Some(Media::Text) => Self::Text(text()),
            Some(Media::Json) => match serde_json::from_slice(&body.bytes) {
                Ok(value) => Self::Json(value),
                Err(_) => Self::NotJson(text()),
            },
        }
    }
}

impl FaultBody {
    /// No body and no content type.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            media: None,
            bytes: Bytes::new(),
        }
    }

    /// JSON, as `application/json`. `Value::Null` gives the body `null`.
    #[must_use]
    pub fn json(value: &Value) -> Self {
        Self::of(Media::Json, value.to_string())
    }

    /// HTML, as `text/html`, like the response of a proxy.
    #[must_use]
    pub fn html(page: impl Into<String>) -> Self {
        Self::of(Media::Html, page.into())
    }

    /// Text, as `text/plain`.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Media::Text, text.into())
    }

    /// Any bytes, labelled as `application/json`: a body that does not match its content type.
    #[must_use]
    pub fn not_json(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(Media::Json, bytes.into())
    }

    fn of(media: Media, bytes: impl Into<Bytes>) -> Self {
        Self {
            media: Some(media),
            bytes: bytes.into(),
        }
    }
}

impl Fault {
    /// Returns the response that the fault sends. `own` is the operation's response if the request
    /// was processed.
    pub(crate) fn response(&self, own: Option<Response>) -> Response {
        let mut response =
            own.unwrap_or_else(|| Response::json(200, &json!({ "processed": false })));
        if let Some(status) = self.status {
            response = Response::empty(status);
        }
        if let Some(body) = &self.body {
            response.body = body.bytes.clone();
            response.remove_header("content-type");
            if let Some(media) = body.media {
                response.set_header("content-type", media.content_type());
            }
        }
        for (name, value) in &self.headers {
            response.set_header(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Response {
        Response::json(200, &json!({ "own": 1 })).with_header("x-own", "1")
    }

    #[test]
    fn no_fault_shows_the_own_response() {
        assert_eq!(Fault::none().response(Some(own())), own());
    }

    #[test]
    fn parts_of_the_own_response_can_be_replaced() {
        let response = Fault::none()
            .header("Content-Type", "text/html")
            .response(Some(own()));
        assert_eq!(response.body, own().body);
        assert_eq!(
            response.headers,
            [
                ("x-own".to_owned(), "1".to_owned()),
                ("Content-Type".to_owned(), "text/html".to_owned())
            ]
        );
        let response = Fault::none()
            .body(FaultBody::json(&Value::Null))
            .response(Some(own()));
        assert_eq!((response.status, &*response.body), (200, &b"null"[..]));
    }

    #[test]
    fn a_status_stands_alone() {
        let response = Fault::status(503)
            .header("retry-after", "soon")
            .processed()
            .response(Some(own()));
        assert_eq!(response.status, 503);
        assert!(response.body.is_empty());
        assert_eq!(
            response.headers,
            [("retry-after".to_owned(), "soon".to_owned())]
        );
    }

    #[test]
    fn what_was_not_processed_shows_nothing_of_the_operation() {
        let response = Fault::truncated().response(None);
        assert_eq!(
            (response.status, &*response.body),
            (200, &br#"{"processed":false}"#[..])
        );
    }
}
