//! Schemas, keyword by keyword.

use super::*;

#[test]
fn keywords_of_schemas_that_no_type_can_hold() {
    for (schema, keyword, hint) in [
        ("{ allOf: [ { type: string } ] }", "allOf", "one schema"),
        ("{ anyOf: [ { type: string } ] }", "anyOf", "oneOf"),
        ("{ not: { type: string } }", "not", "description"),
        (
            "{ type: number, format: double, minimum: 1 }",
            "minimum",
            "`type: integer`",
        ),
        (
            "{ type: integer, exclusiveMaximum: 1 }",
            "exclusiveMaximum",
            "`maximum`",
        ),
        (
            "{ type: integer, multipleOf: 2 }",
            "multipleOf",
            "description",
        ),
        ("{ type: integer, const: 2 }", "const", "flags"),
        (
            "{ type: string, dependentRequired: {} }",
            "dependentRequired",
            "`type: object`",
        ),
        (
            "{ type: array, items: {}, minItems: 1 }",
            "minItems",
            "arrays",
        ),
        (
            "{ type: array, items: {}, uniqueItems: true }",
            "uniqueItems",
            "arrays",
        ),
        (
            "{ type: object, maxProperties: 1 }",
            "maxProperties",
            "arrays and objects",
        ),
        (
            "{ type: object, patternProperties: {} }",
            "patternProperties",
            "list the properties",
        ),
        (
            "{ type: integer, minLength: 1 }",
            "minLength",
            "`type: string`",
        ),
        ("{ type: integer, enum: [1] }", "enum", "only strings"),
        (
            "{ type: boolean, format: yes-no }",
            "format",
            "strings, integers and numbers",
        ),
        ("{ type: string, items: {} }", "items", "`type: array`"),
        ("{ type: string, nullable: true }", "nullable", "\"null\""),
        ("{ type: string, xml: {} }", "xml", "supported subset"),
        ("{ type: string, $defs: {} }", "$defs", "components/schemas"),
        (
            "{ type: string, x-order: 1 }",
            "x-order",
            "docs/adding-a-provider.md",
        ),
        (
            "{ type: string, x-idempotency: safe }",
            "x-idempotency",
            "belongs on operations",
        ),
        (
            "{ type: string, x-dynamic-fields: [] }",
            "x-dynamic-fields",
            "form or multipart",
        ),
    ] {
        refuses(
            &sending_property(schema),
            &format!("{PROPERTY}/{keyword}"),
            keyword,
            hint,
        );
    }
}

#[test]
fn types_that_are_not_one_type() {
    for (schema, below, what, hint) in [
        (
            "{ type: [string, integer] }",
            "/type",
            "several types",
            "`{}`",
        ),
        (
            "{ type: 7 }",
            "/type",
            "`type` is an integer",
            "write a type",
        ),
        (
            "{ type: text }",
            "/type",
            "`text` is not a type",
            "write string",
        ),
        (
            "{ type: number }",
            "",
            "number without a format",
            "format: double",
        ),
        (
            "{ type: number, format: float }",
            "/format",
            "`float`",
            "`double`",
        ),
        (
            "{ type: integer, format: int8 }",
            "/format",
            "`int8`",
            "`int32`",
        ),
        (
            "{ type: string, format: base32 }",
            "/format",
            "`base32`",
            "email",
        ),
        ("{ type: array }", "", "without `items`", "add `items`"),
        (
            "{ properties: { a: {} } }",
            "",
            "without `type`",
            "type: object",
        ),
        ("{ enum: [a] }", "", "without `type`", "type: string"),
        ("{ const: a }", "", "`const` is only", "`enum` of one value"),
        ("true", "", "boolean schema", "`{}`"),
        ("[]", "", "this is an array", "an object"),
        (
            "{ oneOf: [ { type: string } ] }",
            "/oneOf",
            "of one schema",
            "null",
        ),
        (
            "{ oneOf: [ { type: string }, { type: integer } ] }",
            "/oneOf",
            "without a discriminator",
            "add `discriminator`",
        ),
        (
            "{ type: object, additionalProperties: false }",
            "",
            "no properties",
            "describe",
        ),
        (
            "{ type: object, properties: { a: {} }, additionalProperties: { type: string } }",
            "/additionalProperties",
            "beside `properties`",
            "a separate property",
        ),
        (
            "{ type: object, properties: { a: {} }, required: [b] }",
            "/required/0",
            "`b` is required",
            "describe it",
        ),
    ] {
        refuses(
            &sending_property(schema),
            &format!("{PROPERTY}{below}"),
            what,
            hint,
        );
    }
}

#[test]
fn strings_whose_rules_make_no_sense() {
    for (schema, below, what, hint) in [
        (
            "{ type: string, minLength: -1 }",
            "/minLength",
            "this is an integer",
            "from 0",
        ),
        (
            "{ type: string, minLength: 3, maxLength: 2 }",
            "",
            "greater",
            "swap",
        ),
        (
            "{ type: string, pattern: '(?=a)' }",
            "/pattern",
            "a group other than",
            "regex-lite",
        ),
        (
            "{ type: string, pattern: '(a)\\1' }",
            "/pattern",
            "the escape `\\1`",
            "regex-lite",
        ),
        (
            "{ type: string, pattern: '\\p{L}' }",
            "/pattern",
            "the escape `\\p`",
            "regex-lite",
        ),
        (
            "{ type: string, pattern: '[a' }",
            "/pattern",
            "`[` without",
            "regex-lite",
        ),
        (
            "{ type: string, pattern: 'a)' }",
            "/pattern",
            "`)` without",
            "regex-lite",
        ),
        (
            "{ type: string, pattern: '*' }",
            "/pattern",
            "nothing to repeat",
            "regex-lite",
        ),
        (
            "{ type: string, pattern: 'a{b}' }",
            "/pattern",
            "does not begin a repetition",
            "regex-lite",
        ),
        ("{ type: string, enum: [] }", "/enum", "no value", "list"),
        (
            "{ type: string, enum: [a, a] }",
            "/enum/1",
            "listed twice",
            "keep one",
        ),
        (
            "{ type: string, enum: [1] }",
            "/enum/0",
            "this is an integer",
            "a string",
        ),
        (
            "{ type: string, enum: [a], x-enum-names: { b: B } }",
            "/x-enum-names/b",
            "does not list",
            "remove",
        ),
        (
            "{ type: string, enum: [a], x-enum-names: { a: b } }",
            "/enum/0",
            "can't be the name",
            "ThirdParty",
        ),
        (
            "{ type: string, enum: [a], x-enum-descriptions: { b: B } }",
            "/x-enum-descriptions/b",
            "does not list",
            "remove",
        ),
    ] {
        refuses(
            &sending_property(schema),
            &format!("{PROPERTY}{below}"),
            what,
            hint,
        );
    }
}

#[test]
fn notes_that_say_nothing_true() {
    for (schema, below, what, hint) in [
        (
            "{ type: string, x-provenance: guessed }",
            "/x-provenance",
            "`guessed`",
            "`documented` or `inferred`",
        ),
        (
            "{ type: string, x-provenance: { status: documented, source: seed } }",
            "/x-provenance",
            "web address",
            "https://",
        ),
        (
            "{ type: string, x-provenance: { status: documented, page: x } }",
            "/x-provenance/page",
            "`page`",
            "supported subset",
        ),
        (
            "{ type: string, x-replacement: other }",
            "/x-replacement",
            "an item that is not deprecated",
            "deprecated: true",
        ),
        (
            "{ type: string, deprecated: true, x-replacement: other }",
            "",
            "not the name of a known neighbour",
            "sentence",
        ),
        (
            "{ type: string, readOnly: true, writeOnly: true }",
            "",
            "exclude each other",
            "keep one",
        ),
        (
            "{ type: string, x-rust-name: It }",
            "/x-rust-name",
            "`It`",
            "customer_id",
        ),
        (
            "{ type: string, x-rust-name: type }",
            "/x-rust-name",
            "`type`",
            "customer_id",
        ),
        (
            "{ type: string, deprecated: maybe }",
            "/deprecated",
            "this is a string",
            "`true`",
        ),
        (
            "{ type: string, enum: [a], x-personal: true }",
            "",
            "x-personal",
            "inner properties",
        ),
        (
            "{ type: string, description: 7 }",
            "/description",
            "this is an integer",
            "a string",
        ),
    ] {
        let text = sending_property(schema);
        if schema.contains("readOnly") {
            assert!(
                problems(&text)
                    .iter()
                    .any(|problem| problem.what.contains(what))
            );
        } else {
            refuses(&text, &format!("{PROPERTY}{below}"), what, hint);
        }
    }
}
