//! The closed list of extensions, and hints for unsupported keys.

/// Every extension with the places where it has a meaning.
const EXTENSIONS: &[(&str, &str)] = &[
    ("x-auth", "operations"),
    (
        "x-dynamic-fields",
        "the object of a form or multipart request body",
    ),
    ("x-enum-descriptions", "string schemas with `enum`"),
    ("x-enum-names", "string schemas with `enum`, and unions"),
    ("x-fresh-connection", "operations"),
    ("x-hand-written", "request bodies and properties"),
    ("x-idempotency", "operations"),
    ("x-left-out", "the document"),
    ("x-output", "operations"),
    (
        "x-personal",
        "properties, parameters and string schemas in components",
    ),
    (
        "x-provenance",
        "operations, properties, parameters and schemas in components",
    ),
    ("x-rate-class", "operations"),
    (
        "x-replacement",
        "deprecated operations, properties and parameters",
    ),
    (
        "x-rust-name",
        "info, operations, parameters, properties and schemas that become a type",
    ),
    (
        "x-secret",
        "properties, parameters and string schemas in components",
    ),
    ("x-strict", "properties that are received"),
    ("x-undocumented", "operations"),
];

/// Returns the problem and the hint for a key that was not read.
pub(crate) fn left_over(key: &str, thing: &str) -> (String, String) {
    if let Some((name, places)) = EXTENSIONS.iter().find(|(name, _)| *name == key) {
        return (
            format!("`{name}` has no meaning in {thing}"),
            format!("it belongs on {places}"),
        );
    }
    if key.starts_with("x-") {
        return (
            format!("`{key}` is not an extension that the generator knows"),
            "remove it, or use one of docs/adding-a-provider.md".to_owned(),
        );
    }
    (
        format!("`{key}` is not supported in {thing}"),
        way_out(key).to_owned(),
    )
}

fn way_out(key: &str) -> &'static str {
    match key {
        "allOf" => "write one schema that has all the properties",
        "anyOf" => {
            "use `oneOf` with `{type: \"null\"}` for a value that may be null, `{}` for any JSON value, `type: object` beside lists of what is `required`"
        }
        "dependentRequired" => "it belongs to `type: object`",
        "not" | "if" | "then" | "else" | "dependentSchemas" => {
            "state it in `description`, and check it in hand-written code"
        }
        "minimum" | "maximum" => {
            "limits of numbers belong to `type: integer`: state others in `description`"
        }
        "exclusiveMinimum" | "exclusiveMaximum" => {
            "write `minimum` or `maximum` for `type: integer`: state others in `description`"
        }
        "multipleOf" => "this is not checked: state it in `description`",
        "minItems" | "maxItems" | "uniqueItems" | "contains" | "prefixItems" | "minProperties"
        | "maxProperties" => {
            "limits of arrays and objects are not checked: state it in `description`"
        }
        "minLength" | "maxLength" | "pattern" => {
            "limits of length and pattern belong to `type: string` without `enum`, `const`, `date` and `date-time`"
        }
        "enum" => "only strings can be enumerated: state it in `description`",
        "const" => "only strings and flags can be constant: state it in `description`",
        "nullable" => "write `type: [<type>, \"null\"]`",
        "format" => "`format` belongs to strings, integers and numbers",
        "properties" | "required" | "additionalProperties" => "they belong to `type: object`",
        "items" => "it belongs to `type: array`",
        "discriminator" => "it belongs beside `oneOf` or `anyOf`",
        "patternProperties" | "propertyNames" | "unevaluatedProperties" => {
            "list the properties, or use `additionalProperties` alone for a map"
        }
        "content" => "give the parameter a `schema`",
        "allowReserved" | "allowEmptyValue" => "omit it: values are always percent-encoded",
        "callbacks" | "webhooks" | "links" => "a client does not serve calls: omit it",
        "servers" => "name the servers at the top of the document only",
        "requestBodies" | "headers" | "pathItems" => "write it in place, where it is used",
        "trace" => "use another method",
        "$defs" | "definitions" => "put the schema into components/schemas",
        "<<" => "YAML merge keys are not OpenAPI: write the keys out",
        _ => "remove it, or see the supported subset in docs/adding-a-provider.md",
    }
}

#[cfg(test)]
mod tests {
    use super::EXTENSIONS;

    #[test]
    fn every_extension_is_documented() {
        let text = include_str!("../../../../docs/adding-a-provider.md");
        for (name, _) in EXTENSIONS {
            assert!(text.contains(&format!("`{name}")), "{name}");
        }
    }
}
