//! Converts OpenAPI 3.1 to 3.0, which progenitor reads, as far as the project's descriptions need the conversion.

use serde_json::{Map, Value, json};

/// Rewrites a whole description.
pub(super) fn downgrade(mut description: Value) -> Value {
    if let Some(document) = description.as_object_mut() {
        document.insert("openapi".to_owned(), json!("3.0.3"));
        if let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) {
            info.remove("summary");
        }
    }
    walk(&mut description);
    description
}

fn walk(value: &mut Value) {
    match value {
        Value::Object(object) => {
            // Extensions and examples have no meaning for a generator, and may look like schemas.
            object.retain(|key, _| !key.starts_with("x-") && key != "example" && key != "examples");
            object.values_mut().for_each(walk);
            nullable_type(object);
            nullable_reference(object);
            constant(object);
            success(object);
        }
        Value::Array(items) => items.iter_mut().for_each(walk),
        _ => {}
    }
}

/// Rewrites `type: [string, "null"]`.
fn nullable_type(schema: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = schema.get("type") else {
        return;
    };
    let is_null = |value: &&Value| value.as_str() == Some("null");
    let is_nullable = types.iter().any(|value| is_null(&value));
    let others: Vec<Value> = types
        .iter()
        .filter(|value| !is_null(value))
        .cloned()
        .collect();
    if let [only] = others.as_slice() {
        schema.insert("type".to_owned(), only.clone());
    } else {
        // 3.0 has no schema of several types. A schema without a type allows all of them.
        schema.remove("type");
    }
    if is_nullable {
        schema.insert("nullable".to_owned(), json!(true));
    }
}

/// Rewrites `oneOf: [$ref, {type: "null"}]`.
fn nullable_reference(schema: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else {
        return;
    };
    let is_null = |choice: &&Value| choice.get("type").and_then(Value::as_str) == Some("null");
    let others: Vec<Value> = choices
        .iter()
        .filter(|choice| !is_null(choice))
        .cloned()
        .collect();
    if others.len() == choices.len() {
        return;
    }
    schema.insert("nullable".to_owned(), json!(true));
    if others.len() == 1 {
        schema.remove("oneOf");
        schema.insert("allOf".to_owned(), others.into());
    } else {
        schema.insert("oneOf".to_owned(), others.into());
    }
}

/// Rewrites `const: x`.
fn constant(schema: &mut Map<String, Value>) {
    // A property can have the name `const`. Its value is then a schema, and not a string.
    let Some(value) = schema
        .get("const")
        .filter(|value| value.is_string())
        .cloned()
    else {
        return;
    };
    schema.remove("const");
    schema.insert("type".to_owned(), json!("string"));
    schema.insert("enum".to_owned(), json!([value]));
}

/// Replaces the status of the only success by `2XX`, if there is also a `default`. Otherwise, progenitor would treat
/// `default` as a success too, and panics if there are two types of success. If the description has `2XX`, progenitor
/// does not treat `default` as a success.
fn success(responses: &mut Map<String, Value>) {
    let statuses: Vec<String> = responses
        .keys()
        .filter(|status| status.starts_with('2'))
        .cloned()
        .collect();
    if let ([status], true) = (statuses.as_slice(), responses.contains_key("default")) {
        if let Some(response) = responses.remove(status) {
            responses.insert("2XX".to_owned(), response);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_3_1_says_in_its_own_words_is_said_in_those_of_3_0() {
        let description = json!({
            "openapi": "3.1.0",
            "info": { "title": "t", "summary": "s", "x-rust-name": "T" },
            "components": { "schemas": { "A": { "properties": {
                "const": { "type": ["string", "null"], "example": "e" },
                "kind": { "const": "K" },
                "other": { "oneOf": [{ "$ref": "#/B" }, { "type": "null" }] },
                "any": { "type": ["integer", "string"] },
            } } } },
            "responses": { "200": {}, "default": {} },
        });
        assert_eq!(
            downgrade(description),
            json!({
                "openapi": "3.0.3",
                "info": { "title": "t" },
                "components": { "schemas": { "A": { "properties": {
                    "const": { "type": "string", "nullable": true },
                    "kind": { "type": "string", "enum": ["K"] },
                    "other": { "allOf": [{ "$ref": "#/B" }], "nullable": true },
                    "any": {},
                } } } },
                "responses": { "2XX": {}, "default": {} },
            })
        );
    }
}
