//! Reads operations from OpenAPI 3.1 as JSON.

use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::body::{BodyRules, Content, Media};
use super::form::{Dynamic, FormRules};
use super::parameter::{List, Parameter, Place};
use super::{Description, Operation, segments};

/// Why a description can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// The description is not JSON.
    #[error("the description is not JSON: {0}")]
    Json(serde_json::Error),
    /// The sandbox imitates an operation that the description does not contain.
    #[error("the description has no operation `{0}`")]
    MissingOperation(String),
    /// A part that the sandbox reads is missing or has another form.
    #[error("operation `{operation}`: {what}")]
    Form {
        /// The operation.
        operation: String,
        /// The missing or unexpected part.
        what: &'static str,
    },
    /// A schema does not compile.
    #[error("operation `{operation}`: a schema does not compile: {reason}")]
    Schema {
        /// The operation.
        operation: String,
        /// The reason that the compiler reports.
        reason: String,
    },
}

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

impl Description {
    /// Returns the content of the cell. The first call fills the cell with [`load`](Self::load). The schemas are compiled only once,
    /// because that takes longer than everything else in the start of a server, and programs with tests start many servers.
    pub(crate) fn load_once(
        cell: &OnceLock<Self>,
        json: &str,
        imitated: &[&str],
    ) -> Result<Self, DescriptionError> {
        if let Some(loaded) = cell.get() {
            return Ok(loaded.clone());
        }
        let loaded = Self::load(json, imitated)?;
        Ok(cell.get_or_init(|| loaded).clone())
    }

    /// Reads the operations named by `imitated` and skips all others.
    pub(crate) fn load(json: &str, imitated: &[&str]) -> Result<Self, DescriptionError> {
        let mut document: Value = serde_json::from_str(json).map_err(DescriptionError::Json)?;
        limit_unsigned(&mut document);
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

/// Reads one operation. Contains the whole document, to resolve references.
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
            segments: segments(template),
            parameters: self.parameters(item, operation)?.into(),
            extra_query: Vec::new(),
            refuses_unknown_query: false,
            ignores_patterns: false,
            ignores_short_texts: false,
            body: self.body(operation)?.map(Arc::new),
        })
    }

    /// Reads the parameters. Those of the operation come first and replace those of its path.
    fn parameters(
        &self,
        item: &Value,
        operation: &Value,
    ) -> Result<Vec<Parameter>, DescriptionError> {
        let lists = [operation.get("parameters"), item.get("parameters")];
        let lists = lists.into_iter().flatten().filter_map(Value::as_array);
        let mut parameters: Vec<Parameter> = Vec::new();
        for parameter in lists.flatten() {
            let parameter = self.resolve(parameter)?;
            let place = match parameter.get("in").and_then(Value::as_str) {
                Some("path") => Place::Path,
                Some("query") => Place::Query,
                Some("header") => Place::Header,
                _ => return Err(self.form("a parameter outside path, query and headers")),
            };
            let name = parameter.get("name").and_then(Value::as_str);
            let (Some(name), Some(schema)) = (name, parameter.get("schema")) else {
                return Err(self.form("a parameter without a name or a schema"));
            };
            // OpenAPI ignores parameters with these names, because other parts of a description
            // define these headers.
            let elsewhere = ["accept", "authorization", "content-type"];
            if place == Place::Header && elsewhere.contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            let same = |present: &Parameter| present.place == place && present.name == name;
            if !parameters.iter().any(same) {
                parameters.push(Parameter {
                    name: name.to_owned(),
                    place,
                    required: flag(parameter, "required"),
                    list: self.list(parameter, schema)?,
                    validator: self.compile(schema)?,
                });
            }
        }
        Ok(parameters)
    }

    /// Returns how a list is written. In a query, the name is repeated for each value, unless `explode` is false. In all other cases, the
    /// values are in one comma-separated text.
    fn list(&self, parameter: &Value, schema: &Value) -> Result<List, DescriptionError> {
        let array = self.resolve(schema)?.get("type").and_then(Value::as_str) == Some("array");
        let query = parameter.get("in").and_then(Value::as_str) == Some("query");
        let exploded = parameter.get("explode").and_then(Value::as_bool) != Some(false);
        Ok(match (array, query && exploded) {
            (false, _) => List::No,
            (true, true) => List::Repeated,
            (true, false) => List::Commas,
        })
    }

    fn body(&self, operation: &Value) -> Result<Option<BodyRules>, DescriptionError> {
        let Some(body) = operation.get("requestBody") else {
            return Ok(None);
        };
        let body = self.resolve(body)?;
        let content = body.get("content").and_then(Value::as_object);
        let known = Media::ALL.into_iter().find_map(|media| {
            let schema = content?.get(media.name())?.get("schema")?;
            Some((media, schema))
        });
        let Some((media, schema)) = known else {
            return Err(self.form("a request body of an unknown type, or without a schema"));
        };
        let content = match media {
            Media::Json => Content::Json(self.compile(schema)?),
            Media::Multipart | Media::UrlEncoded => Content::Form(self.form_rules(schema)?),
        };
        Ok(Some(BodyRules {
            required: flag(body, "required"),
            media,
            content,
        }))
    }

    fn form_rules(&self, schema: &Value) -> Result<FormRules, DescriptionError> {
        let object = self.resolve(schema)?;
        let properties = object.get("properties").and_then(Value::as_object);
        let mut fields = Vec::new();
        for (name, property) in properties.into_iter().flatten() {
            fields.push((name.clone(), self.compile(property)?));
        }
        let dynamic = object.get("x-dynamic-fields").and_then(Value::as_array);
        let dynamic = dynamic.into_iter().flatten().map(|rule| {
            Dynamic::read(rule).ok_or_else(|| self.form("a dynamic field of an unknown kind"))
        });
        Ok(FormRules {
            whole: self.compile(schema)?,
            fields,
            dynamic: dynamic.collect::<Result<_, _>>()?,
        })
    }

    /// Follows a `$ref` into this document.
    fn resolve<'v>(&'v self, value: &'v Value) -> Result<&'v Value, DescriptionError> {
        match value.get("$ref").and_then(Value::as_str) {
            None => Ok(value),
            Some(reference) => reference
                .strip_prefix('#')
                .and_then(|pointer| self.document.pointer(pointer))
                .ok_or_else(|| self.form("a reference that does not resolve in this document")),
        }
    }

    /// Compiles a schema together with the document's components, so that the schema's references can be resolved.
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

/// Adds the part of `format: uint64` that JSON Schema can express: the number is not negative.
fn limit_unsigned(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("format").and_then(Value::as_str) == Some("uint64") {
                fields.entry("minimum").or_insert_with(|| Value::from(0));
            }
            fields.values_mut().for_each(limit_unsigned);
        }
        Value::Array(items) => items.iter_mut().for_each(limit_unsigned),
        _ => {}
    }
}

fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
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
            "operation `readThing`: a reference that does not resolve in this document"
        );
        let broken = SMALL.replace("\"minimum\": 1", "\"minimum\": \"one\"");
        let error = Description::load(&broken, &["readThing"]).unwrap_err();
        assert!(matches!(error, DescriptionError::Schema { .. }), "{error}");
        let error = Description::load("{", &[]).unwrap_err();
        assert!(matches!(error, DescriptionError::Json(_)));
    }
}
