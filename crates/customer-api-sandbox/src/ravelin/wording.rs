//! Ravelin's refusals: its error body, and its names for schema violations.

use crate::description::{Problem, Rejection, Violation};

/// Returns the status and the message for a request that the description does not allow.
pub(super) fn refusal(rejection: &Rejection) -> (u16, String) {
    match rejection {
        Rejection::UnknownPath => (404, "Not Found".to_owned()),
        Rejection::WrongMethod(_) => (405, "Method Not Allowed".to_owned()),
        Rejection::MalformedPath => (400, "Invalid Request: malformed path".to_owned()),
        Rejection::MalformedQuery => (400, "Invalid Request: malformed query".to_owned()),
        Rejection::UnsupportedMedia(expected) => (
            415,
            format!("Invalid Request: Content-Type must be {expected}"),
        ),
        Rejection::MalformedBody => (400, "Invalid Request: the body is not JSON".to_owned()),
        Rejection::Invalid(violations) => {
            let violations: Vec<String> = violations.iter().map(sentence).collect();
            let all = violations.join("; ");
            (400, format!("JSON validation error - {all}"))
        }
    }
}

/// Formats one violation like the only public sample,
/// `userName: Additional property userName is not allowed`. The sample is the message of a JSON
/// schema validator. The other messages are worded like those of the same validator, if it has a
/// matching message.
fn sentence(violation: &Violation) -> String {
    let field = match violation.field.as_str() {
        "" => "(root)",
        field => field,
    };
    let name = field.rsplit('.').next().unwrap_or(field);
    let what = match &violation.problem {
        Problem::UnknownField => format!("Additional property {name} is not allowed"),
        Problem::Missing => format!("{name} is required"),
        Problem::Repeated => format!("{name} must not be repeated"),
        Problem::WrongType { expected, given } => {
            format!("Invalid type. Expected: {expected}, given: {given}")
        }
        Problem::NotOneOf(values) => {
            let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
            let values = quoted.join(", ");
            format!("{field} must be one of the following: {values}")
        }
        Problem::Pattern(pattern) => format!("Does not match pattern '{pattern}'"),
        Problem::TooShort(limit) => {
            format!("String length must be greater than or equal to {limit}")
        }
        Problem::TooLong(limit) => format!("String length must be less than or equal to {limit}"),
        Problem::Rule(rule) => format!("Must satisfy {rule}"),
    };
    format!("{field}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(violations: &[(&str, Problem)]) -> String {
        let violations = violations.iter().map(|(field, problem)| Violation {
            field: (*field).to_owned(),
            problem: problem.clone(),
        });
        refusal(&Rejection::Invalid(violations.collect())).1
    }

    #[test]
    fn an_unknown_field_is_named_as_the_provider_does() {
        assert_eq!(
            message(&[("userName", Problem::UnknownField)]),
            "JSON validation error - userName: Additional property userName is not allowed"
        );
    }

    #[test]
    fn violations_are_joined() {
        assert_eq!(
            message(&[
                ("reviewer.email", Problem::Missing),
                (
                    "label",
                    Problem::NotOneOf(vec!["A".to_owned(), "B".to_owned()])
                ),
                (
                    "",
                    Problem::WrongType {
                        expected: "object".to_owned(),
                        given: "array"
                    }
                ),
                ("customerId", Problem::TooShort(1)),
            ]),
            "JSON validation error - reviewer.email: email is required; \
             label: label must be one of the following: \"A\", \"B\"; \
             (root): Invalid type. Expected: object, given: array; \
             customerId: String length must be greater than or equal to 1"
        );
    }
}
