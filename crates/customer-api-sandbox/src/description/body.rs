//! The body of a request: its media type and its content.

use jsonschema::Validator;
use serde_json::Value;

use super::Rejection;
use super::form::FormRules;
use super::multipart;
use super::violation::{self, Violation};
use crate::http1::Head;
use crate::parameters::Parameters;

#[derive(Debug)]
pub(super) struct BodyRules {
    pub(super) required: bool,
    pub(super) media: Media,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Json(Validator),
    Form(FormRules),
}

/// The media types that a description can require. A request must have the required media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Multipart,
    UrlEncoded,
}

impl Media {
    pub(super) const ALL: [Self; 3] = [Self::Json, Self::Multipart, Self::UrlEncoded];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Multipart => "multipart/form-data",
            Self::UrlEncoded => "application/x-www-form-urlencoded",
        }
    }
}

impl BodyRules {
    /// Reads a body as JSON, or a form as an object of its fields, and collects the violations.
    pub(super) fn check(
        &self,
        head: &Head,
        body: &[u8],
    ) -> Result<(Value, Vec<Violation>), Rejection> {
        if body.is_empty() && !self.required {
            return Ok((Value::Null, Vec::new()));
        }
        let content_type =
            content_type(head, self.media).ok_or(Rejection::UnsupportedMedia(self.media.name()))?;
        match &self.content {
            Content::Json(validator) => {
                let value = serde_json::from_slice(body).map_err(|_| Rejection::MalformedBody)?;
                let violations = violation::all(validator, &value, None);
                Ok((value, violations))
            }
            Content::Form(rules) => {
                let fields = if self.media == Media::Multipart {
                    multipart::read(&content_type, body)?
                } else {
                    let text = std::str::from_utf8(body).ok();
                    text.and_then(Parameters::parse_urlencoded)
                        .ok_or(Rejection::MalformedBody)?
                };
                Ok(rules.check(&fields))
            }
        }
    }
}

/// Returns the content type of a request, if the request has exactly one, of this media type, and
/// with no charset other than UTF-8.
fn content_type(head: &Head, media: Media) -> Option<String> {
    let values: Vec<&[u8]> = head.header_values("content-type").collect();
    let [value] = values.as_slice() else {
        return None;
    };
    let value = std::str::from_utf8(value).ok()?;
    let mut parts = value.split(';').map(str::trim);
    let named = parts.next().unwrap_or_default();
    let in_utf8 = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .all(|(_, charset)| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"));
    (named.eq_ignore_ascii_case(media.name()) && in_utf8).then(|| value.to_owned())
}
