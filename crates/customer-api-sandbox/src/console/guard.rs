//! Who may call the admin API, and how.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::visitor;

/// What the console's page may load: only files of its own origin, and no inline code.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Refuses requests from pages of other sites, even if the site's name resolves to this machine. See [`visitor`].
pub(super) async fn local_only(
    here: IpAddr,
    hosts: Arc<[String]>,
    request: Request,
    next: Next,
) -> Response {
    let refusal = {
        let values = |name| {
            let values = request.headers().get_all(name).into_iter();
            values.map(HeaderValue::as_bytes)
        };
        // The target can also name a host. Therefore that host is checked too.
        let authority = request.uri().authority().into_iter();
        let authority = authority.map(|authority| authority.as_str().as_bytes());
        let host = values(header::HOST).chain(authority);
        let origin = values(header::ORIGIN);
        visitor::refuse(host, origin, here, &hosts)
            .or_else(|| visitor::refuse_embedding(request.headers()))
    };
    let mut response = match refusal {
        Some(refusal) => Problem::new(refusal.status, refusal.reason).into_response(),
        None => next.run(request).await,
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Refuses a change that is not declared as JSON, because a form on a web page could send such a request.
pub(super) async fn json_only(request: Request, next: Next) -> Response {
    let is_change = matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH
    );
    let media = request.headers().get(header::CONTENT_TYPE);
    let is_json = media
        .and_then(|media| media.to_str().ok())
        .and_then(|media| media.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"));
    if is_change && !is_json {
        let detail = "send `Content-Type: application/json`, also without a body";
        return Problem::new(415, detail).into_response();
    }
    next.run(request).await
}
