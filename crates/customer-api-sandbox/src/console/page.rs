//! The files of the console.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

const HTML: &str = "text/html; charset=utf-8";

const INDEX: &str = include_str!("page/index.html");

/// A file of the page: its name, its media type and its text.
type File = (&'static str, &'static str, &'static str);

macro_rules! files {
    ($media:expr, [$($name:literal),* $(,)?]) => {
        &[$(($name, $media, include_str!(concat!("page/", $name)))),*]
    };
}

const STYLES: &[File] = files!("text/css; charset=utf-8", ["console.css"]);
const ICONS: &[File] = files!("image/svg+xml", ["icon.svg"]);
const MODULES: &[File] = files!(
    "text/javascript; charset=utf-8",
    [
        "api.js",
        "app.js",
        "body.js",
        "dom.js",
        "faultform.js",
        "faults.js",
        "faultwords.js",
        "format.js",
        "journal.js",
        "json.js",
        "jsondialog.js",
        "live.js",
        "outbox.js",
        "overview.js",
        "panel.js",
        "records.js",
        "requests.js",
        "store.js",
        "switches.js",
        "tables.js",
        "theme.js",
        "ui.js",
        "vlist.js",
    ]
);

pub(super) async fn index() -> Response {
    ([(CONTENT_TYPE, HTML)], INDEX).into_response()
}

pub(super) async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    let mut files = STYLES.iter().chain(ICONS).chain(MODULES);
    let (_, media, text) = files
        .find(|(known, _, _)| *known == name)
        .ok_or_else(|| Problem::new(404, format!("the console has no file `{name}`")))?;
    Ok(([(CONTENT_TYPE, *media)], *text).into_response())
}

pub(super) async fn openapi() -> Response {
    let description = include_str!("openapi.json");
    ([(CONTENT_TYPE, "application/json")], description).into_response()
}
