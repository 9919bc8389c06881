//! Revnue's refusals: `detail` as documented, or messages under the names of fields in the words of
//! Revnue's framework (inferred).

use serde_json::{Map, Value, json};

use crate::description::{Problem, Rejection, Violation};
use crate::http1::Response;

pub(super) fn detail(status: u16, detail: &str) -> Response {
    Response::json(status, &json!({ "detail": detail }))
}

pub(super) fn not_found() -> Response {
    detail(404, "Not found.")
}

pub(super) fn company_is_required() -> Response {
    detail(400, "company is required")
}

pub(super) fn throttled(seconds: u64) -> Response {
    let text = format!("Request was throttled. Expected available in {seconds} seconds.");
    detail(429, &text)
}

pub(super) fn wrong_method(methods: &[String]) -> Response {
    detail(405, "Method not allowed.").with_header("allow", &methods.join(", "))
}

pub(super) fn refusal(rejection: &Rejection) -> Response {
    match rejection {
        Rejection::UnknownPath => not_found(),
        Rejection::WrongMethod(methods) => wrong_method(methods),
        Rejection::MalformedPath | Rejection::MalformedQuery => {
            detail(400, "The address can't be read.")
        }
        Rejection::UnsupportedMedia(_) => detail(415, "Unsupported media type in request."),
        Rejection::MalformedBody => detail(400, "JSON parse error"),
        Rejection::Invalid(violations) if lacks_company(violations) => company_is_required(),
        Rejection::Invalid(violations) => Response::json(400, &by_field(violations)),
    }
}

fn lacks_company(violations: &[Violation]) -> bool {
    violations
        .iter()
        .any(|one| one.field == "company" && one.problem == Problem::Missing)
}

/// Formats `{"<field>": ["message", …]}`. Nested names keep their dots.
fn by_field(violations: &[Violation]) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    for violation in violations {
        let name = match violation.field.as_str() {
            "" => "non_field_errors",
            name => name,
        };
        let messages = fields.entry(name).or_insert_with(|| json!([]));
        if let Some(messages) = messages.as_array_mut() {
            messages.push(json!(sentence(&violation.problem)));
        }
    }
    Value::Object(fields)
}

/// Formats one violation, without the value.
fn sentence(problem: &Problem) -> String {
    match problem {
        Problem::UnknownField => "This field is unknown.".to_owned(),
        Problem::Missing => "This field is required.".to_owned(),
        Problem::Repeated => "This field occurs more than once.".to_owned(),
        Problem::WrongType { expected, .. } => format!("This must be: {expected}."),
        Problem::NotOneOf(values) => format!("This must be one of: {}.", values.join(", ")),
        Problem::Pattern(pattern) => format!("This must match {pattern}"),
        Problem::TooShort(limit) => format!("This is shorter than {limit}."),
        Problem::TooLong(limit) => format!("This is longer than {limit}."),
        Problem::Rule(rule) => format!("This breaks the rule: {rule}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_stand_under_their_fields() {
        let violation = |field: &str, problem| Violation {
            field: field.to_owned(),
            problem,
        };
        let response = refusal(&Rejection::Invalid(vec![
            violation("name", Problem::Missing),
            violation("shape", Problem::UnknownField),
        ]));
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(response.status, 400);
        assert_eq!(
            body,
            json!({ "name": ["This field is required."], "shape": ["This field is unknown."] })
        );
        let response = refusal(&Rejection::Invalid(vec![violation(
            "company",
            Problem::Missing,
        )]));
        assert_eq!(response, company_is_required());
    }
}
