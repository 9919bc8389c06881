//! A provider's OpenAPI description as a judge of requests.
//!
//! Everything is read from the description: paths, methods, parameters, media types, schemas. A
//! provider names the operations that it imitates, and the rest of the description is left out.

mod load;
mod route;
mod violation;

use jsonschema::Validator;
use serde_json::Value;

use crate::provider::Head;
pub use load::DescriptionError;
pub(crate) use route::{PathParameters, Routed};
pub(crate) use violation::{Problem, Violation};

/// The imitated operations of one provider.
#[derive(Debug)]
pub(crate) struct Description {
    operations: Vec<Operation>,
}

/// One operation and what it takes.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) template: String,
    segments: Vec<Segment>,
    parameters: Vec<(String, Validator)>,
    body: Option<BodyRules>,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Parameter(String),
}

#[derive(Debug)]
struct BodyRules {
    required: bool,
    json: Validator,
}

/// Why a request is refused before its operation is carried out.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// No operation has this path.
    UnknownPath,
    /// The path is known, with these methods.
    WrongMethod(Vec<String>),
    /// The path's percent-encoding does not decode to UTF-8.
    MalformedPath,
    /// The body is not declared as JSON in UTF-8.
    UnsupportedMedia,
    /// The body is no JSON at all.
    NotJson,
    /// Parameters or body break the schema.
    Invalid(Vec<Violation>),
}

impl Description {
    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

impl Operation {
    /// Checks parameters, media type and body, and gives the parsed body.
    pub(crate) fn check(
        &self,
        path: &PathParameters,
        head: &Head,
        body: &[u8],
    ) -> Result<Value, Rejection> {
        let mut violations = Vec::new();
        for (name, validator) in &self.parameters {
            if let Some(text) = path.get(name) {
                let value = parameter_value(validator, text);
                violations.extend(violation::all(validator, &value, Some(name)));
            }
        }
        if !violations.is_empty() {
            return Err(Rejection::Invalid(violations));
        }
        let Some(rules) = &self.body else {
            return Ok(Value::Null);
        };
        if body.is_empty() && !rules.required {
            return Ok(Value::Null);
        }
        if !is_json_in_utf8(head) {
            return Err(Rejection::UnsupportedMedia);
        }
        let value = serde_json::from_slice(body).map_err(|_| Rejection::NotJson)?;
        let violations = violation::all(&rules.json, &value, None);
        if violations.is_empty() {
            Ok(value)
        } else {
            Err(Rejection::Invalid(violations))
        }
    }
}

/// A path is text: where the schema wants a number or a boolean, the text is read as one.
fn parameter_value(validator: &Validator, text: &str) -> Value {
    let as_text = Value::from(text);
    if validator.is_valid(&as_text) {
        return as_text;
    }
    match serde_json::from_str::<Value>(text) {
        Ok(number @ (Value::Number(_) | Value::Bool(_))) => number,
        _ => as_text,
    }
}

fn is_json_in_utf8(head: &Head) -> bool {
    let values: Vec<&[u8]> = head.header_values("content-type").collect();
    let [value] = values.as_slice() else {
        return false;
    };
    let value = String::from_utf8_lossy(value).to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    parts.next() == Some("application/json")
        && parts
            .filter_map(|part| part.strip_prefix("charset="))
            .all(|charset| charset.trim_matches('"') == "utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One operation of each kind, in the form of the real descriptions.
    pub(super) const SMALL: &str = r##"{
        "openapi": "3.1.0",
        "paths": {
            "/things/{id}": {
                "parameters": [{"$ref": "#/components/parameters/Id"}],
                "get": {"operationId": "readThing"},
                "put": {
                    "operationId": "writeThing",
                    "requestBody": {"$ref": "#/components/requestBodies/Thing"}
                }
            },
            "/things/special": {"get": {"operationId": "special"}},
            "/others": {"get": {"operationId": "notImitated"}}
        },
        "components": {
            "parameters": {
                "Id": {"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/Id"}}
            },
            "requestBodies": {
                "Thing": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
            },
            "schemas": {
                "Id": {"type": "integer", "minimum": 1},
                "Thing": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["kind"],
                    "properties": {"kind": {"enum": ["a", "b"]}, "name": {"type": "string"}}
                }
            }
        }
    }"##;

    pub(super) fn small() -> Description {
        Description::load(SMALL, &["readThing", "writeThing", "special"]).unwrap()
    }

    fn head(content_type: &str) -> Head {
        Head {
            method: "PUT".to_owned(),
            target: "/things/1".to_owned(),
            http_1_0: false,
            headers: vec![("Content-Type".to_owned(), content_type.as_bytes().to_vec())],
        }
    }

    fn check(id: &str, content_type: &str, body: &str) -> Result<Value, Rejection> {
        let description = small();
        let operation = description.operation("writeThing").unwrap();
        let path = PathParameters::of(&[("id", id)]);
        operation.check(&path, &head(content_type), body.as_bytes())
    }

    #[test]
    fn a_valid_request_gives_its_body() {
        let body = check("1", "application/json; charset=UTF-8", r#"{"kind":"a"}"#).unwrap();
        assert_eq!(body["kind"], "a");
    }

    #[test]
    fn what_breaks_the_schema_is_invalid() {
        for (id, body) in [
            ("1", r#"{"kind":"c"}"#),
            ("1", r#"{"kind":"a","more":1}"#),
            ("1", "{}"),
            ("1", "[]"),
            ("0", r#"{"kind":"a"}"#),
            ("x", r#"{"kind":"a"}"#),
        ] {
            let result = check(id, "application/json", body);
            assert!(
                matches!(result, Err(Rejection::Invalid(_))),
                "{id} {body}: {result:?}"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_told_apart() {
        let good = r#"{"kind":"a"}"#;
        for media in [
            "text/plain",
            "application/json; charset=latin1",
            "application/jsonx",
            "",
        ] {
            let result = check("1", media, good);
            assert!(
                matches!(result, Err(Rejection::UnsupportedMedia)),
                "{media}"
            );
        }
        for body in ["", "{", "kind=a"] {
            assert!(matches!(
                check("1", "application/json", body),
                Err(Rejection::NotJson)
            ));
        }
    }
}
