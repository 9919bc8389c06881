//! JSON answers that end with a line break, so that they can be read in a shell.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::Problem;

/// A JSON answer.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_string(&self.0) {
            Ok(text) => {
                let media = [(CONTENT_TYPE, "application/json")];
                (media, format!("{text}\n")).into_response()
            }
            Err(error) => Problem::new(500, error.to_string()).into_response(),
        }
    }
}
