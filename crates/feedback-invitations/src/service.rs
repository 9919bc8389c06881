use customer_api_core::{
    Service,
    http::{HeaderMap, StatusCode},
    operation::OperationInfo,
    response::ResponseBody,
    service::{ErrorDetails, Verdict},
};

use crate::{LogIn, SendInvitation, response::Response};

/// The conventions of Customer Radar's API, the feedback service documented at <https://customerradar.zendesk.com>.
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

    /// Reads an error in either of the provider's two forms. `userMessage` and `developerMessage` are documented for the login, and
    /// `description` is inferred for invitations. Every call may fail with either form.
    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        let text = String::from_utf8_lossy(body);
        Response::read(text.as_bytes())
            .as_ref()
            .map(details)
            .unwrap_or_default()
    }

    /// Classifies a 2xx. An invitation is accepted if its code is `00000`. Any other code in a 2xx contradicts the status, because a
    /// refused invitation has the status 400. In that case, the outcome is unknown. A login is accepted if it has a token, because the
    /// status of a refused login is not documented. Without a token, a login is refused if it has a code
    /// that is neither blank nor zero.
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

/// The usual causes of two messages that the provider documents. The client concludes nothing else from their text.
const HINTS: [(&str, &str); 2] = [
    (
        "No Feedback code found for this",
        "check that clientDisplayId, programmeDisplayId, locationDisplayId and pomDisplayId belong together; \
         a location with two or more points of measure needs pomDisplayId",
    ),
    (
        "the programme must set Postmark ID",
        "the programme can't send e-mail until the provider's support sets its Postmark id; no change to the request helps",
    ),
];
