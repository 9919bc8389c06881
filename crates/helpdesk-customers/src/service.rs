use std::{borrow::Cow, str};

use customer_api_core::{
    Service,
    http::{HeaderMap, StatusCode},
    operation::{Idempotency, OperationInfo},
    response::ResponseBody,
    service::{ErrorDetails, Verdict},
};
use serde::de::IgnoredAny;

use crate::verdict::{self, Says, Words};

/// The conventions of Omnidesk's API, the help desk documented at <https://docs.omnidesk.io>.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Omnidesk;

impl Service for Omnidesk {
    fn name(&self) -> &'static str {
        "omnidesk"
    }

    fn user_agent(&self) -> &'static str {
        concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"))
    }

    /// Reads `message`, which <https://www.omnidesk.nl/api/docs> documents for another controller. The client concludes nothing from the
    /// text of `message`.
    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        let body = String::from_utf8_lossy(body);
        match First::of(text(&body)).object {
            Some(Ok(words)) => words.details(),
            Some(Err(_)) | None => ErrorDetails::new(),
        }
    }

    /// Judges a 2xx. It is not documented whether errors come with a 2xx. A response that calls itself an error therefore counts as a
    /// refusal, even if a failing back end prints other text around it. A response that reports a failure in undocumented words is not a
    /// success, but does not prove that nothing was done.
    fn classify_success(&self, operation: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
        match body {
            None => Verdict::Unclear,
            Some(body) => match judge(operation, body) {
                // Accepted here, so that the operation decodes the body: the decoding fails with an error that names the place in the body.
                // For a write, `accept_undecodable` decides after that.
                Verdict::Unclear if body.json::<IgnoredAny>().is_err() => Verdict::Accepted,
                verdict => verdict,
            },
        }
    }

    /// Accepts a write whose response can't be read, unless the response may report an error, for example because it was cut off.
    fn accept_undecodable(&self, operation: &OperationInfo, body: &ResponseBody) -> bool {
        matches!(judge(operation, body), Verdict::Accepted)
    }
}

/// Judges a body by the members of its outermost object. Values nested in other members are skipped, not read.
fn judge(operation: &OperationInfo, body: &ResponseBody) -> Verdict {
    let is_read = operation.idempotency == Idempotency::Safe;
    let bytes = body.bytes();
    let body = str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    let body = text(&body);
    // Only an object has members that report an outcome.
    if !body.starts_with('{') && serde_json::from_str::<IgnoredAny>(body).is_ok() {
        let text: Option<String> = serde_json::from_str(body).unwrap_or_default();
        let is_failure = body.trim_end() == "false"
            || text.is_some_and(|text| verdict::begins_with_failure(&text));
        return if is_failure {
            Verdict::Unclear
        } else {
            Verdict::Accepted
        };
    }
    let first = First::of(body);
    let fails = |text: &str| {
        let object = text.find('{').and_then(|start| text.get(start..));
        let words = object.map(Words::begun).unwrap_or_default();
        verdict::mentions_failure(text) || words.says(is_read) != Says::Success
    };
    match first.object {
        Some(Ok(words)) if words.says(is_read) == Says::Refusal => {
            Verdict::Refused(words.details())
        }
        Some(Ok(words)) if words.says(is_read) == Says::Failure => Verdict::Unclear,
        // An object that ends too early may have been about to report an error.
        Some(Err(error)) if error.is_eof() => Verdict::Unclear,
        _ if verdict::begins_with_failure(body) => Verdict::Unclear,
        _ if first.around.iter().any(|text| fails(text)) => Verdict::Unclear,
        _ => Verdict::Accepted,
    }
}

/// Returns a body without the byte order marks and white space that a back end may put in front.
fn text(body: &str) -> &str {
    body.trim_start_matches(|letter: char| letter == '\u{feff}' || letter.is_whitespace())
}

/// The first JSON object of a body, with any text before and after it.
struct First<'a> {
    object: Option<serde_json::Result<Words>>,
    /// The text before and after the object; the whole body if no object was read.
    around: [&'a str; 2],
}

impl<'a> First<'a> {
    fn of(body: &'a str) -> Self {
        let unread = [body, ""];
        let start = body
            .find('{')
            .and_then(|start| body.split_at_checked(start));
        let Some((before, rest)) = start else {
            return Self {
                object: None,
                around: unread,
            };
        };
        // An element of a list does not describe the whole response.
        if before.trim_end().ends_with('[') {
            return Self {
                object: None,
                around: unread,
            };
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        let object = values.next();
        let after = rest.get(values.byte_offset()..).unwrap_or_default();
        let is_read = matches!(object, Some(Ok(_)));
        let around = if is_read { [before, after] } else { unread };
        Self { object, around }
    }
}
