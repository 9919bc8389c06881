use customer_api_core::{
    Service,
    http::{HeaderMap, StatusCode},
    operation::OperationInfo,
    response::ResponseBody,
    service::{ErrorDetails, Verdict},
};

use crate::{LogIn, SendInvitation, response::Response};

/// How Customer Radar speaks: the feedback service documented at <https://customerradar.zendesk.com>.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct CustomerRadar;

impl Service for CustomerRadar {
    fn name(&self) -> &'static str {
        "customer-radar"
    }

    fn user_agent(&self) -> &'static str {
        concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"))
    }

    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://api.feedback.fyi")
    }

    /// `userMessage` and `developerMessage` are documented for the login, `description` is inferred for invitations: every call
    /// may fail with either.
    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        let text = String::from_utf8_lossy(body);
        Response::read(text.as_bytes())
            .as_ref()
            .map(details)
            .unwrap_or_default()
    }

    /// An invitation is accepted by its code and its status. With another code in a 2xx they contradict each other, as a refused
    /// one has the status 400: nobody can tell. A login is accepted by its token, as the status of a refused one is not
    /// documented; what has a code and no token is a refusal.
    fn classify_success(&self, operation: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
        let (is_invitation, is_login) = (
            operation.id == SendInvitation::INFO.id,
            operation.id == LogIn::INFO.id,
        );
        if !is_invitation && !is_login {
            return Verdict::Accepted;
        }
        let text = body.map(ResponseBody::lossy).unwrap_or_default();
        let Some(response) = Response::read(text.as_bytes()) else {
            return Verdict::Unclear;
        };
        let accepted = if is_login {
            response.has_token()
        } else {
            response.is_success()
        };
        if accepted {
            Verdict::Accepted
        } else if response.reports_failure() {
            let details = details(&response);
            if is_login {
                Verdict::Refused(details)
            } else {
                Verdict::Doubtful(details)
            }
        } else {
            Verdict::Unclear
        }
    }
}

fn details(response: &Response<'_>) -> ErrorDetails {
    let mut details = ErrorDetails::new();
    if let Some(code) = response.code() {
        details = details.with_code(code);
    }
    if let Some(message) = response.message() {
        if let Some((_, hint)) = HINTS.iter().find(|(known, _)| message.contains(known)) {
            details = details.with_hint(hint);
        }
        details = details.with_message(message);
    }
    details
}

/// What two messages that the provider documents usually come from. Nothing but the hint follows from their text.
const HINTS: [(&str, &str); 2] = [
    (
        "No Feedback code found for this",
        "check that clientDisplayId, programmeDisplayId, locationDisplayId and pomDisplayId belong together; \
         a location with two or more points of measure needs pomDisplayId",
    ),
    (
        "the programme must set Postmark ID",
        "the programme can't send e-mail until the provider's support gives it a Postmark id; no change of the request helps",
    ),
];
