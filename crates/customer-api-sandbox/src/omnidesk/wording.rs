//! Omnidesk's refusals. The messages are the sandbox's own prose, because no client depends on
//! Omnidesk's wording.

use crate::description::{Problem, Rejection, Violation};

/// Returns the status and the message for a request that the description does not allow. The status
/// is `None` if the switch [`ErrorResponse`](super::ErrorResponse) determines it.
pub(super) fn refusal(rejection: &Rejection) -> (Option<u16>, String) {
    match rejection {
        Rejection::UnknownPath => (Some(404), "This page does not exist.".to_owned()),
        Rejection::WrongMethod(_) => (Some(405), "This method is not allowed.".to_owned()),
        Rejection::MalformedPath | Rejection::MalformedQuery => {
            (Some(400), "The address can't be read.".to_owned())
        }
        Rejection::UnsupportedMedia(expected) => {
            (Some(415), format!("The Content-Type must be {expected}."))
        }
        Rejection::MalformedBody => (Some(400), "The body can't be read.".to_owned()),
        Rejection::Invalid(violations) => {
            let sentences: Vec<String> = violations.iter().map(sentence).collect();
            (None, sentences.join(" "))
        }
    }
}

/// Formats one violation, without the value.
fn sentence(violation: &Violation) -> String {
    let field = &violation.field;
    match &violation.problem {
        Problem::UnknownField => format!("The field {field} is unknown."),
        Problem::Missing => format!("The field {field} is required."),
        Problem::Repeated => format!("The field {field} occurs more than once."),
        Problem::WrongType { expected, .. } => format!("The field {field} must be: {expected}."),
        Problem::NotOneOf(values) => {
            format!("The field {field} must be one of: {}.", values.join(", "))
        }
        Problem::Pattern(pattern) => format!("The field {field} must match {pattern}"),
        Problem::TooShort(limit) => format!("The field {field} is shorter than {limit}."),
        Problem::TooLong(limit) => format!("The field {field} is longer than {limit}."),
        Problem::Rule(rule) => format!("The field {field} breaks the rule: {rule}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_are_sentences() {
        let violation = |field: &str, problem| Violation {
            field: field.to_owned(),
            problem,
        };
        let rejection = Rejection::Invalid(vec![
            violation("brand_id", Problem::Missing),
            violation("firstname", Problem::Pattern("^[a-z]+$".to_owned())),
        ]);
        let expected =
            "The field brand_id is required. The field firstname must match ^[a-z]+$".to_owned();
        assert_eq!(refusal(&rejection), (None, expected));
    }
}
