//! Errors that appear only where several parts meet.

use super::*;

#[test]
fn references_that_lead_nowhere() {
    refuses(
        &sending_property("{ $ref: '#/components/schemas/No' }"),
        PROPERTY,
        "no `No`",
        "correct",
    );
    refuses(
        &sending_property("{ $ref: 'other.yaml#/No' }"),
        &format!("{PROPERTY}/$ref"),
        "not a reference",
        "#/components/schemas/",
    );
    refuses(
        &with_parameter("{ $ref: '#/components/parameters/No' }"),
        PARAMETER,
        "no `No`",
        "correct",
    );
    let response = with(
        "responses: { 2XX: { $ref: '#/components/responses/No' } }",
        "",
    );
    refuses(
        &response,
        "/paths/~1things/post/responses/2XX",
        "no `No`",
        "correct",
    );
    let circle = with(
        &format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/A' }} }} }} }}, {DONE}"
        ),
        "schemas: { A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } }",
    );
    assert!(
        problems(&circle)
            .iter()
            .any(|problem| problem.what.contains("leads to itself"))
    );
}

#[test]
fn components_that_nothing_uses() {
    refuses(
        &with(DONE, "schemas: { Lost: { type: string } }"),
        "/components/schemas/Lost",
        "no operation",
        "remove",
    );
    refuses(
        &with(DONE, "responses: { Lost: { description: Lost } }"),
        "/components/responses/Lost",
        "no operation",
        "remove",
    );
    refuses(
        &with(
            DONE,
            "parameters: { Lost: { name: a, in: query, schema: { type: string } } }",
        ),
        "/components/parameters/Lost",
        "no operation",
        "remove",
    );
    refuses(
        &with(DONE, "headers: {}"),
        "/components/headers",
        "`headers`",
        "in place",
    );
}

#[test]
fn unions_that_no_constructor_can_make() {
    let union = |more: &str, a: &str, b: &str| {
        with(
            &format!(
                "requestBody: {{ content: {{ application/json: {{ schema: {{ oneOf: [ {{ $ref: '#/components/schemas/A' }}, {{ $ref: '#/components/schemas/B' }} ], discriminator: {{ propertyName: kind {more} }} }} }} }} }}, {DONE}"
            ),
            &format!(
                "schemas: {{ A: {{ type: object, required: [kind], properties: {a} }}, B: {{ type: object, required: [kind], properties: {b} }} }}"
            ),
        )
    };
    let (a, b) = ("{ kind: { const: a } }", "{ kind: { const: b } }");
    assert_eq!(problems(&union("", a, b)), []);
    let b_at = "/components/schemas/B";
    refuses(
        &union("", a, "{ kind: { type: string } }"),
        b_at,
        "does not say what its `kind` is",
        "`const`",
    );
    // OpenAPI's own form.
    let mapping = ", mapping: { b: '#/components/schemas/B' }";
    assert_eq!(
        problems(&union(mapping, a, "{ kind: { type: string } }")),
        []
    );
    refuses(
        &union("", a, "{ kind: { const: a } }"),
        b_at,
        "the variant `A` is taken",
        "x-rust-name",
    );
    refuses(
        &union("", a, "{ kind: { const: b }, note: { type: string } }"),
        &format!("{b_at}/properties/note"),
        "not in every variant",
        "every variant",
    );
    let both = union(
        "",
        "{ kind: { const: a }, debug: { type: string } }",
        "{ kind: { const: b }, debug: { type: string } }",
    );
    assert!(
        problems(&both)
            .iter()
            .any(|problem| problem.what.contains("`debug` has a meaning"))
    );
    refuses(
        &union(", mapping: { c: '#/components/schemas/C' }", a, b),
        &format!("{BODY}/discriminator/mapping/c"),
        "not a variant",
        "oneOf",
    );
    refuses(
        &union(", mapping: { x: '#/components/schemas/A' }", a, b),
        &format!("{BODY}/oneOf/0"),
        "`mapping` has `x`",
        "agree",
    );
    let elsewhere = with(
        "responses: { '200': { description: It., content: { application/json: { schema: { oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ], discriminator: { propertyName: kind } } } } } }",
        "schemas: { A: { type: object, properties: { kind: {} } }, B: { type: object, properties: { kind: {} } } }",
    );
    refuses(&elsewhere, SUCCESS, "whole body of a request", "`{}`");
}

#[test]
fn schemas_that_two_sides_read_differently() {
    let both = |properties: &str| {
        with(
            "requestBody: { content: { application/json: { schema: { type: object, properties: { it: { $ref: '#/components/schemas/Both' } } } } } }, responses: { 2XX: { description: It., content: { application/json: { schema: { $ref: '#/components/schemas/Both' } } } } }",
            &format!("schemas: {{ Both: {{ type: object, properties: {properties} }} }}"),
        )
    };
    let at = "/components/schemas/Both/properties/a";
    assert_eq!(problems(&both("{ a: { type: string } }")), []);
    refuses(
        &both("{ a: { type: [string, 'null'] } }"),
        at,
        "may be null",
        "each side",
    );
    refuses(
        &both("{ b: {}, a: { type: string, readOnly: true } }"),
        at,
        "readOnly",
        "each side",
    );
}

#[test]
fn schemas_without_an_end() {
    let sent = with(
        &format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{ it: {{ $ref: '#/components/schemas/A' }} }} }} }} }} }}, {DONE}"
        ),
        "schemas: { A: { type: object, properties: { all: { type: array, items: { $ref: '#/components/schemas/A' } } } } }",
    );
    refuses(
        &sent,
        "/components/schemas/A",
        "is sent and contains itself",
        "inner one",
    );
    let received = with(
        "responses: { 2XX: { description: It., content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } }",
        "schemas: { A: { type: object, properties: { a: { $ref: '#/components/schemas/A' } } } }",
    );
    refuses(
        &received,
        "/components/schemas/A",
        "contains itself",
        "array",
    );
}
