//! Media types of bodies.

use super::Format;

/// Returns a media type without its parameters.
pub(crate) fn base(name: &str) -> &str {
    name.split(';').next().unwrap_or_default().trim()
}

/// Whether a body of this media type is JSON (RFC 6839, section 3.1).
pub(crate) fn is_json(name: &str) -> bool {
    let base = base(name).to_ascii_lowercase();
    let is_type = |kind: &str| kind.split('/').count() == 2 && kind.split('/').all(is_token);
    is_type(&base)
        && (matches!(&*base, "application/json" | "text/json") || base.ends_with("+json"))
}

/// Returns the format of a body of this media type. Returns `None` if the client can't write such a body.
pub(crate) fn format(name: &str) -> Option<Format> {
    if is_json(name) {
        return Some(Format::Json);
    }
    // The media type of a form has no parameters. The parameter of a multipart body, its boundary, is generated for each request.
    [Format::Form, Format::Multipart]
        .into_iter()
        .find(|format| name.eq_ignore_ascii_case(format.media_type()))
}

/// Returns the reason why a media type can't be sent, and a hint.
pub(crate) fn fault(name: &str) -> Option<(String, &'static str)> {
    for parameter in name.split(';').skip(1) {
        let Some((key, value)) = parameter.trim().split_once('=') else {
            return Some((
                format!("the media type `{name}` is not valid"),
                "write parameters as `name=value`",
            ));
        };
        if key.eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
            return Some((
                format!("a request body in the charset `{value}`"),
                "a body is always sent in UTF-8: correct the charset, or omit it",
            ));
        }
        if !is_token(key) || !is_token(value) {
            return Some((
                format!("the media type `{name}` is not valid"),
                "write parameters as `name=value`, without quotation marks",
            ));
        }
    }
    None
}

/// Whether this is a token of HTTP (RFC 9110, section 5.6.2).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
