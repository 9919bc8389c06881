//! Checks requests against a provider's OpenAPI description.
//!
//! Paths, methods, parameters, media types and schemas are all read from the description. For each
//! provider, the sandbox lists the operations that it imitates. The rest of the description is
//! ignored.

mod body;
mod form;
mod load;
mod multipart;
mod parameter;
mod route;
mod violation;

use std::sync::Arc;

use serde_json::Value;

use crate::http1::Head;
use crate::parameters::Parameters;
use body::BodyRules;
pub use load::DescriptionError;
use parameter::{Parameter, Place};
pub(crate) use route::Routed;
pub(crate) use violation::{Problem, Violation};

/// The imitated operations of one provider.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    operations: Vec<Operation>,
}

/// One operation and its parameters and body.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) template: String,
    segments: Vec<Segment>,
    parameters: Arc<[Parameter]>,
    /// Query parameters that the provider accepts although the description does not have them.
    extra_query: Vec<String>,
    refuses_unknown_query: bool,
    ignores_patterns: bool,
    ignores_short_texts: bool,
    body: Option<Arc<BodyRules>>,
}

#[derive(Debug, Clone)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// Why a request is refused before its operation is carried out.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// No operation has this path.
    UnknownPath,
    /// The path exists, but only with these methods.
    WrongMethod(Vec<String>),
    /// The path's percent-encoding does not decode to UTF-8.
    MalformedPath,
    /// The query's percent-encoding does not decode to UTF-8.
    MalformedQuery,
    /// The body is not declared as this type, or is not in UTF-8.
    UnsupportedMedia(&'static str),
    /// The body does not match its declared type.
    MalformedBody,
    /// Parameters or body violate the schema.
    Invalid(Vec<Violation>),
}

/// The parameters and the body of a request that violates no rule.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) query: Parameters,
    /// `Null` for an operation without a body.
    pub(crate) body: Value,
}

impl Rejection {
    /// Returns the violated rules, independent of the wording of any provider.
    pub(crate) fn problems(&self) -> Vec<String> {
        vec![match self {
            Self::UnknownPath => "no operation has this path".to_owned(),
            Self::WrongMethod(methods) => {
                format!("the path has no such method, only {}", methods.join(", "))
            }
            Self::MalformedPath => "the path does not decode to UTF-8".to_owned(),
            Self::MalformedQuery => "the query does not decode to UTF-8".to_owned(),
            Self::UnsupportedMedia(expected) => {
                format!("Content-Type must be {expected}, in UTF-8")
            }
            Self::MalformedBody => "the body does not have the form of its type".to_owned(),
            Self::Invalid(violations) => {
                return violations.iter().map(ToString::to_string).collect();
            }
        }]
    }
}

impl Description {
    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    pub(crate) fn operation_ids(&self) -> Vec<String> {
        let ids = self.operations.iter().map(|operation| &operation.id);
        ids.cloned().collect()
    }

    /// Allows an additional query parameter of an operation. The provider checks its value.
    pub(crate) fn add_query(&mut self, id: &str, parameter: &str) {
        let mut operations = self.operations.iter_mut();
        if let Some(operation) = operations.find(|operation| operation.id == id) {
            operation.extra_query.push(parameter.to_owned());
        }
    }

    /// Refuses query parameters that are not described. By default, unknown query parameters are
    /// ignored.
    pub(crate) fn refuse_unknown_query(&mut self) {
        for operation in &mut self.operations {
            operation.refuses_unknown_query = true;
        }
    }

    /// Accepts any text where the description has a pattern.
    pub(crate) fn ignore_patterns(&mut self) {
        for operation in &mut self.operations {
            operation.ignores_patterns = true;
        }
    }

    /// Accepts texts that are shorter than the description requires.
    pub(crate) fn ignore_short_texts(&mut self) {
        for operation in &mut self.operations {
            operation.ignores_short_texts = true;
        }
    }

    /// Moves an operation to another path.
    pub(crate) fn set_path(&mut self, id: &str, template: &str) {
        let mut operations = self.operations.iter_mut();
        if let Some(operation) = operations.find(|operation| operation.id == id) {
            operation.segments = segments(template);
            template.clone_into(&mut operation.template);
        }
    }
}

impl Operation {
    /// Checks parameters, media type and body. Returns the query and the body.
    pub(crate) fn check(
        &self,
        path: &Parameters,
        head: &Head,
        body: &[u8],
    ) -> Result<Checked, Rejection> {
        let query = head.query().unwrap_or_default();
        let query = Parameters::parse_urlencoded(query).ok_or(Rejection::MalformedQuery)?;
        let mut violations = Vec::new();
        for parameter in self.parameters.iter() {
            violations.extend(parameter.check(path, &query, head));
        }
        if self.refuses_unknown_query {
            let unknown = self.unknown_query(&query).into_iter();
            violations.extend(unknown.map(|field| Violation {
                field,
                problem: Problem::UnknownField,
            }));
        }
        self.judge(violations)?;
        let body = match &self.body {
            Some(rules) => {
                let (body, violations) = rules.check(head, body)?;
                self.judge(violations)?;
                body
            }
            None => Value::Null,
        };
        Ok(Checked { query, body })
    }

    fn judge(&self, mut violations: Vec<Violation>) -> Result<(), Rejection> {
        if self.ignores_patterns {
            violations.retain(|violation| !matches!(violation.problem, Problem::Pattern(_)));
        }
        if self.ignores_short_texts {
            violations.retain(|violation| !matches!(violation.problem, Problem::TooShort(_)));
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(Rejection::Invalid(violations))
        }
    }

    /// Returns the names in a query that are neither described nor [added](Description::add_query),
    /// each name once.
    pub(crate) fn unknown_query(&self, query: &Parameters) -> Vec<String> {
        let mut unknown: Vec<String> = Vec::new();
        for (name, _) in query.iter() {
            let described = self
                .parameters
                .iter()
                .any(|known| known.place == Place::Query && known.name == name);
            let known = described || self.extra_query.iter().any(|known| known == name);
            if !known && !unknown.iter().any(|present| present == name) {
                unknown.push(name.to_owned());
            }
        }
        unknown
    }
}

fn segments(template: &str) -> Vec<Segment> {
    template.split('/').skip(1).map(Segment::of).collect()
}

impl Segment {
    fn of(text: &str) -> Self {
        let name = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match name {
            Some(name) => Self::Parameter(name.to_owned()),
            None => Self::Literal(text.to_owned()),
        }
    }
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
        let path = Parameters::of(&[("id", id)]);
        let checked = operation.check(&path, &head(content_type), body.as_bytes())?;
        Ok(checked.body)
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
                matches!(result, Err(Rejection::UnsupportedMedia(_))),
                "{media}"
            );
        }
        for body in ["", "{", "kind=a"] {
            assert!(matches!(
                check("1", "application/json", body),
                Err(Rejection::MalformedBody)
            ));
        }
    }
}
