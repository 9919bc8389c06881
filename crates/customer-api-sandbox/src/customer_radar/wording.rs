//! Customer Radar's refusals. Three messages are documented: the missing feedback code, the missing
//! Postmark ID and the wrong password. The others are inferred.

use serde_json::{Value, json};

use super::response_options::{CodeType, ErrorFamily};
use crate::description::{Problem, Rejection, Violation};
use crate::http1::Response;

/// The reason for refusing an invitation that is valid by the provider's description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NoFeedbackCode,
    NoPostmarkId,
    NoEmail,
    NoContact,
    NoRecipient,
    BlankKey,
    DuplicateKey,
}

impl Refusal {
    /// Returns the code and the message. The provider documents no code.
    pub(super) fn code_and_text(self) -> (&'static str, &'static str) {
        let text = match self {
            Self::NoFeedbackCode => {
                return (
                    "99999",
                    "No Feedback code found for this clientDisplayId, locationDisplayId, \
                     pomDisplayId & programmeDisplayId.",
                );
            }
            Self::NoPostmarkId => {
                return (
                    "99998",
                    "To send an email invitation, the programme must set Postmark ID. Provide \
                     correct details & try again.",
                );
            }
            Self::NoEmail => "email is required",
            Self::NoContact => "email or mobile is required",
            Self::NoRecipient => "sendData is empty",
            Self::BlankKey => "a metadata key is blank",
            Self::DuplicateKey => "a metadata key occurs more than once",
        };
        (INVALID, text)
    }
}

/// The code for an invalid request, unless the provider documents a message for the refusal.
const INVALID: &str = "99997";
const THROTTLED: &str = "99996";
/// The provider's sample for a wrong password.
const WRONG_PASSWORD: &str = "2";
const BAD_TOKEN: &str = "3";

/// The switches that apply to every response with a code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) family: ErrorFamily,
    pub(super) codes: CodeType,
}

impl Form {
    pub(super) fn error(self, status: u16, code: &str, text: &str) -> Response {
        Response::json(
            status,
            &match self.family {
                ErrorFamily::Description => {
                    json!({ "code": self.code(code), "description": text })
                }
                ErrorFamily::UserMessage => json!({
                    "code": self.code(code),
                    "userMessage": text,
                    "developerMessage": text,
                }),
            },
        )
    }

    /// Formats a code as a text or an integer.
    pub(super) fn code(self, code: &str) -> Value {
        let integer = match self.codes {
            CodeType::AsDocumented => self.family == ErrorFamily::UserMessage,
            CodeType::Text => false,
            CodeType::Integer => true,
        };
        match code.parse::<u64>() {
            Ok(number) if integer => json!(number),
            _ => json!(code),
        }
    }

    pub(super) fn wrong_password(self, status: u16) -> Response {
        self.error(status, WRONG_PASSWORD, "Wrong password")
    }

    pub(super) fn bad_token(self, status: u16) -> Response {
        self.error(status, BAD_TOKEN, "Token is missing, invalid or expired")
    }

    pub(super) fn throttled(self) -> Response {
        self.error(429, THROTTLED, "Too many requests")
    }

    pub(super) fn refusal(self, refusal: Refusal) -> Response {
        let (code, text) = refusal.code_and_text();
        self.error(400, code, text)
    }

    /// Returns the response to a request that the description does not allow.
    pub(super) fn rejection(self, rejection: &Rejection) -> Response {
        let invalid = |status, text: &str| self.error(status, INVALID, text);
        match rejection {
            Rejection::UnknownPath => invalid(404, "there is no such path"),
            Rejection::WrongMethod(methods) => {
                invalid(405, "the path has other methods").with_header("allow", &methods.join(", "))
            }
            Rejection::MalformedPath | Rejection::MalformedQuery => {
                invalid(400, "the address can't be read")
            }
            Rejection::UnsupportedMedia(expected) => {
                invalid(415, &format!("the Content-Type must be {expected}"))
            }
            Rejection::MalformedBody => invalid(400, "the body is not JSON"),
            Rejection::Invalid(violations) => {
                let sentences: Vec<String> = violations.iter().map(sentence).collect();
                invalid(400, &sentences.join("; "))
            }
        }
    }
}

/// Formats one violation, without the value.
fn sentence(violation: &Violation) -> String {
    let field = match violation.field.as_str() {
        "" => "the body",
        field => field,
    };
    match &violation.problem {
        Problem::UnknownField => format!("{field} is unknown"),
        Problem::Missing => format!("{field} is required"),
        Problem::Repeated => format!("{field} occurs more than once"),
        Problem::WrongType { expected, given } => {
            format!("{field} must be {expected}, not {given}")
        }
        Problem::NotOneOf(values) => format!("{field} must be one of: {}", values.join(", ")),
        Problem::Pattern(pattern) => format!("{field} must match {pattern}"),
        Problem::TooShort(limit) => format!("{field} is shorter than {limit}"),
        Problem::TooLong(limit) => format!("{field} is longer than {limit}"),
        Problem::Rule(rule) => format!("{field} breaks the rule: {rule}"),
    }
}
