//! From OpenAPI 3.1 as JSON to operations.

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::{BodyRules, Description, Operation, Segment};

/// Why a description can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// It is no JSON.
    #[error("the description is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The provider imitates an operation that its description lacks.
    #[error("the description has no operation `{0}`")]
    MissingOperation(String),
    /// Something that the sandbox reads is missing or has another form.
    #[error("operation `{operation}`: {what}")]
    Form {
        /// The operation.
        operation: String,
        /// What is missing.
        what: &'static str,
    },
    /// A schema does not compile.
    #[error("operation `{operation}`: a schema does not compile: {reason}")]
    Schema {
        /// The operation.
        operation: String,
        /// What the compiler says.
        reason: String,
    },
}

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

impl Description {
    /// Reads the operations named by `imitated` and leaves out all others.
    pub(crate) fn load(json: &str, imitated: &[&str]) -> Result<Self, DescriptionError> {
        let document: Value = serde_json::from_str(json)?;
        let paths = document.get("paths").and_then(Value::as_object);
        let mut operations = Vec::new();
        for (template, item) in paths.into_iter().flatten() {
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                let id = operation.get("operationId").and_then(Value::as_str);
                if let Some(id) = id.filter(|id| imitated.contains(id)) {
                    let reader = Reader {
                        document: &document,
                        operation: id,
                    };
                    operations.push(reader.read(method, template, item, operation)?);
                }
            }
        }
        let description = Self { operations };
        match imitated
            .iter()
            .find(|id| description.operation(id).is_none())
        {
            Some(missing) => Err(DescriptionError::MissingOperation((*missing).to_owned())),
            None => Ok(description),
        }
    }
}

/// Reads one operation; it knows the whole document, for the references.
struct Reader<'a> {
    document: &'a Value,
    operation: &'a str,
}

impl Reader<'_> {
    fn read(
        &self,
        method: &str,
        template: &str,
        item: &Value,
        operation: &Value,
    ) -> Result<Operation, DescriptionError> {
        Ok(Operation {
            id: self.operation.to_owned(),
            method: method.to_ascii_uppercase(),
            template: template.to_owned(),
            segments: template.split('/').skip(1).map(segment).collect(),
            parameters: self.parameters(item, operation)?,
            body: self.body(operation)?,
        })
    }

    /// The path parameters. Those of the operation come first and replace those of its path.
    fn parameters(
        &self,
        item: &Value,
        operation: &Value,
    ) -> Result<Vec<(String, Validator)>, DescriptionError> {
        let lists = [operation.get("parameters"), item.get("parameters")];
        let lists = lists.into_iter().flatten().filter_map(Value::as_array);
        let mut parameters: Vec<(String, Validator)> = Vec::new();
        for parameter in lists.flatten() {
            let parameter = self.resolve(parameter)?;
            if parameter.get("in").and_then(Value::as_str) != Some("path") {
                continue;
            }
            let name = parameter.get("name").and_then(Value::as_str);
            let (Some(name), Some(schema)) = (name, parameter.get("schema")) else {
                return Err(self.form("a path parameter without a name or a schema"));
            };
            if !parameters.iter().any(|(present, _)| present == name) {
                parameters.push((name.to_owned(), self.compile(schema)?));
            }
        }
        Ok(parameters)
    }

    fn body(&self, operation: &Value) -> Result<Option<BodyRules>, DescriptionError> {
        let Some(body) = operation.get("requestBody") else {
            return Ok(None);
        };
        let body = self.resolve(body)?;
        let schema = body
            .pointer("/content/application~1json/schema")
            .ok_or_else(|| self.form("a request body without a schema for application/json"))?;
        Ok(Some(BodyRules {
            required: body
                .get("required")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            json: self.compile(schema)?,
        }))
    }

    /// Follows a `$ref` into this document.
    fn resolve<'v>(&'v self, value: &'v Value) -> Result<&'v Value, DescriptionError> {
        match value.get("$ref").and_then(Value::as_str) {
            None => Ok(value),
            Some(reference) => reference
                .strip_prefix('#')
                .and_then(|pointer| self.document.pointer(pointer))
                .ok_or_else(|| self.form("a reference that leads nowhere in this document")),
        }
    }

    /// Compiles a schema beside the document's components, where its references lead.
    fn compile(&self, schema: &Value) -> Result<Validator, DescriptionError> {
        let root = json!({ "allOf": [schema], "components": self.document.get("components") });
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .build(&root)
            .map_err(|error| DescriptionError::Schema {
                operation: self.operation.to_owned(),
                reason: error.to_string(),
            })
    }

    fn form(&self, what: &'static str) -> DescriptionError {
        DescriptionError::Form {
            operation: self.operation.to_owned(),
            what,
        }
    }
}

fn segment(text: &str) -> Segment {
    match text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(name) => Segment::Parameter(name.to_owned()),
        None => Segment::Literal(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::tests::SMALL;

    #[test]
    fn what_a_provider_does_not_imitate_is_left_out() {
        let description = Description::load(SMALL, &["readThing"]).unwrap();
        assert!(description.operation("readThing").is_some());
        assert!(description.operation("writeThing").is_none());
    }

    #[test]
    fn what_the_description_lacks_is_an_error() {
        let error = Description::load(SMALL, &["readThing", "ghost"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the description has no operation `ghost`"
        );
    }

    #[test]
    fn broken_descriptions_say_where() {
        let broken = SMALL.replace("#/components/parameters/Id", "#/nowhere");
        let error = Description::load(&broken, &["readThing"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "operation `readThing`: a reference that leads nowhere in this document"
        );
        let broken = SMALL.replace("\"minimum\": 1", "\"minimum\": \"one\"");
        let error = Description::load(&broken, &["readThing"]).unwrap_err();
        assert!(matches!(error, DescriptionError::Schema { .. }), "{error}");
        let error = Description::load("{", &[]).unwrap_err();
        assert!(matches!(error, DescriptionError::Json(_)));
    }
}
