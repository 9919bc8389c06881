//! Makes responses from the descriptions: from their schema, or from their example if the schema allows anything.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};

/// A response with every described value.
pub(crate) struct Response {
    pub(crate) sample: Value,
    /// The paths of required members, outside of lists.
    required: Vec<String>,
}

impl Response {
    /// Returns whether the response is worthless without the value at a path, or around it.
    pub(crate) fn is_required(&self, path: &str) -> bool {
        self.required
            .iter()
            .any(|required| path.starts_with(required.as_str()))
    }
}

/// Returns the success response of an operation; nothing if none of its fields is described.
pub(crate) fn response(package: &str, operation: &str) -> Option<Response> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../crates/customer-api-sandbox/src/descriptions")
        .join(format!("{package}.json"));
    let description: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let operation = description["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .find(|other| other["operationId"] == operation)
        .unwrap();
    let (_, response) = operation["responses"]
        .as_object()
        .unwrap()
        .iter()
        .find(|(status, _)| status.starts_with('2'))?;
    let media = &resolve(&description, response)["content"]["application/json"];
    let schema = resolve(&description, &media["schema"]);
    let mut required = Vec::new();
    let sample = match sample(&description, schema, "", &mut required) {
        Value::Object(members) if members.is_empty() => media.get("example")?.clone(),
        Value::Null => media.get("example")?.clone(),
        sample => sample,
    };
    // An example of a single record must have its id.
    if required.is_empty() && sample.get("id").is_some() {
        required.push("id".to_owned());
    }
    Some(Response { sample, required })
}

fn resolve<'d>(description: &'d Value, schema: &'d Value) -> &'d Value {
    let mut schema = schema;
    loop {
        if let Some(target) = schema["$ref"].as_str() {
            schema = description.pointer(target.trim_start_matches('#')).unwrap();
        } else if let Some(alternatives) = schema["oneOf"].as_array() {
            schema = alternatives
                .iter()
                .find(|one| one["type"] != "null")
                .unwrap();
        } else {
            return schema;
        }
    }
}

fn sample(description: &Value, schema: &Value, path: &str, required: &mut Vec<String>) -> Value {
    let schema = resolve(description, schema);
    let word = match &schema["type"] {
        Value::Array(words) => words.iter().find(|word| *word != "null").unwrap(),
        word => word,
    };
    match word.as_str() {
        Some("object") => {
            let mut members = Map::new();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let is_required = schema["required"]
                    .as_array()
                    .is_some_and(|names| names.contains(&json!(name)));
                if is_required && !path.contains('[') {
                    required.push(path.clone());
                }
                members.insert(name.clone(), sample(description, property, &path, required));
            }
            Value::Object(members)
        }
        Some("array") => {
            let item = sample(
                description,
                &schema["items"],
                &format!("{path}[0]"),
                required,
            );
            json!([item, item])
        }
        Some("string") if schema["format"] == "date-time" => json!("2020-01-23T16:33:02Z"),
        Some("string") => schema["enum"]
            .get(0)
            .cloned()
            .unwrap_or_else(|| json!("text")),
        Some("integer") => json!(42),
        Some("number") => json!(1.25),
        Some("boolean") => json!(true),
        _ => Value::Null,
    }
}

/// The position of a value in a response.
pub(crate) struct Place {
    pub(crate) path: String,
    steps: Vec<String>,
}

/// Returns every member, and the first element of every list.
pub(crate) fn places(sample: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    collect(sample, &[], &mut places);
    places
}

fn collect(value: &Value, steps: &[String], places: &mut Vec<Place>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .take(1)
            .map(|item| ("0".to_owned(), item))
            .collect(),
        _ => Vec::new(),
    };
    for (step, value) in inner {
        let steps = [steps, &[step]].concat();
        let path = steps
            .iter()
            .fold(String::new(), |path, step| match step.parse::<usize>() {
                Ok(index) => format!("{path}[{index}]"),
                Err(_) if path.is_empty() => step.clone(),
                Err(_) => format!("{path}.{step}"),
            });
        places.push(Place {
            path,
            steps: steps.clone(),
        });
        collect(value, &steps, places);
    }
}

impl Place {
    fn pointer(&self) -> String {
        self.steps.iter().map(|step| format!("/{step}")).collect()
    }

    pub(crate) fn name(&self) -> &str {
        self.steps.last().unwrap()
    }

    pub(crate) fn of<'s>(&self, sample: &'s Value) -> &'s Value {
        sample.pointer(&self.pointer()).unwrap()
    }

    /// Returns whether the last name of the path is one of these. An element belongs to its list.
    pub(crate) fn is_under(&self, names: &[&str]) -> bool {
        names.contains(&self.name())
    }

    pub(crate) fn replaced(&self, sample: &Value, value: &Value) -> Value {
        let mut sample = sample.clone();
        *sample.pointer_mut(&self.pointer()).unwrap() = value.clone();
        sample
    }

    pub(crate) fn removed(&self, sample: &Value) -> Value {
        let mut sample = sample.clone();
        let (name, around) = self.steps.split_last().unwrap();
        let around: String = around.iter().map(|step| format!("/{step}")).collect();
        match sample.pointer_mut(&around).unwrap() {
            Value::Object(members) => {
                members.remove(name);
            }
            Value::Array(items) => {
                items.remove(0);
            }
            _ => {}
        }
        sample
    }
}

/// Returns the value at a path that a report names.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let spaced = path.replace('[', ".[");
    let mut value = value;
    for step in spaced.split('.').filter(|step| !step.is_empty()) {
        value = match step.strip_prefix('[') {
            Some(index) => value.get(index.trim_end_matches(']').parse::<usize>().ok()?)?,
            None => value.get(step)?,
        };
    }
    Some(value)
}

/// Returns the JSON type of a value.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
