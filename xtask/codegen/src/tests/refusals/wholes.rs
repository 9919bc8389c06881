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
fn unions_whose_objects_can_not_be_told_apart() {
    let refer = "oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ], discriminator: { propertyName: kind";
    let schemas = |a: &str, b: &str, more: &str| {
        format!(
            "schemas: {{ A: {{ type: object, properties: {a} }}, B: {{ type: object, properties: {b} }} {more} }}"
        )
    };
    let union = |more: &str, a: &str, b: &str| {
        let body = format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {{ {refer} {more} }} }} }} }} }}"
        );
        with(&format!("{body}, {DONE}"), &schemas(a, b, ""))
    };
    let (a, b) = (
        "{ kind: { const: a } }",
        "{ kind: { type: string, enum: [b] } }",
    );
    let text = "{ kind: { type: string } }";
    // The value is the object's own, that of `mapping`, or else the schema's name.
    for (more, b) in [
        ("", b),
        ("", text),
        ("", "{ n: { type: integer } }"),
        (", mapping: { b: '#/components/schemas/B' }", text),
        (
            ", mapping: { b: B }",
            "{ kind: { type: string, enum: [b, c] } }",
        ),
    ] {
        assert_eq!(problems(&union(more, a, b)), [], "{more} {b}");
    }
    let variant = format!("{BODY}/oneOf/1");
    refuses(
        &union("", a, a),
        &variant,
        "`a` is the `kind` of two variants",
        "a value of its own",
    );
    refuses(
        &union(", mapping: { x: B, y: B }", a, text),
        &variant,
        "several values of the discriminator lead to `B`",
        "a schema for each value",
    );
    refuses(
        &union(", mapping: { c: '#/components/schemas/C' }", a, b),
        &format!("{BODY}/discriminator/mapping/c"),
        "not a variant",
        "among the variants",
    );
    refuses(
        &union(", mapping: { x: '#/components/schemas/B' }", a, b),
        &variant,
        "`mapping` has `x`",
        "agree",
    );
    refuses(
        &union("", a, "{ kind: { type: string, enum: [b, c] } }"),
        "/components/schemas/B/properties/kind",
        "`kind` can't be `B`",
        "`mapping`",
    );
    refuses(
        &union("", a, "{ kind: { type: integer } }"),
        "/components/schemas/B/properties/kind",
        "`kind` can't be `B`",
        "a text",
    );
    let answer = |schema: &str, a: &str, more: &str| {
        with(
            &format!(
                "responses: {{ '200': {{ description: It., content: {{ application/json: {{ schema: {schema} }} }} }} }}"
            ),
            &schemas(a, b, more),
        )
    };
    let list = format!("{{ type: array, items: {{ {refer} }} }} }}");
    assert_eq!(problems(&answer(&list, a, "")), []);
    let alone = "{ kind: { const: a }, b: { $ref: '#/components/schemas/B' } }";
    assert_eq!(problems(&answer(&list, alone, "")), []);
    refuses(
        &answer(
            &list,
            "{ kind: { const: a }, inner: { $ref: '#/components/schemas/A' } }",
            "",
        ),
        "/components/schemas/A",
        "`A` contains itself",
        "array",
    );
    let through = format!(", U: {{ {refer} }} }}");
    let found = problems(&answer(
        "{ $ref: '#/components/schemas/U' }",
        "{ kind: { const: a }, inner: { $ref: '#/components/schemas/U' } }",
        &through,
    ));
    assert!(
        found.iter().all(|one| one.what.contains("contains itself")) && !found.is_empty(),
        "{found:?}"
    );
    let other = refer.replace("propertyName: kind", "propertyName: sort");
    let found = problems(&answer(&list, a, &format!(", U: {{ {other} }} }}")).replace(
        "responses: {",
        "requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/U' } } } }, responses: {",
    ));
    let what = "`A` has the `kind` `a` here, and the `sort` `A` in another union";
    let at = format!("{SUCCESS}/items/oneOf/0");
    assert!(
        found.iter().any(|one| one.at == at && one.what == what),
        "{found:?}"
    );
}

#[test]
fn objects_of_a_union_elsewhere() {
    let refer = "oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ], discriminator: { propertyName: kind }";
    let text = |operation: &str| {
        with(
            operation,
            &format!(
                "schemas: {{ A: {{ type: object, properties: {{ kind: {{ type: string }} }} }}, B: {{ type: object, properties: {{ kind: {{ const: b }} }} }}, U: {{ {refer} }} }}"
            ),
        )
    };
    let union = "{ $ref: '#/components/schemas/U' }";
    let body = |media: &str, schema: &str| {
        text(&format!(
            "requestBody: {{ content: {{ {media}: {{ schema: {schema} }} }} }}, {DONE}"
        ))
    };
    let of =
        |schema: &str| format!("{{ type: object, properties: {{ u: {union}, it: {schema} }} }}");
    let b = "{ $ref: '#/components/schemas/B' }";
    assert_eq!(problems(&body("application/json", &of(b))), []);
    refuses(
        &body(
            "application/json",
            &of("{ $ref: '#/components/schemas/A' }"),
        ),
        PROPERTY,
        "`A` is a variant of a union, but here, outside the union, its discriminator could have another value",
        "`const`",
    );
    let form = "application/x-www-form-urlencoded";
    refuses(
        &body(form, union),
        "/paths/~1things/post/requestBody/content/application~1x-www-form-urlencoded",
        "a union in a form",
        "application/json",
    );
    refuses(
        &body(
            form,
            &format!("{{ type: object, properties: {{ it: {union} }} }}"),
        ),
        "/paths/~1things/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties/it",
        "not one flat value",
        "a string",
    );
    refuses(
        &text(&format!(
            "parameters: [ {{ name: q, in: query, schema: {union} }} ], {DONE}"
        )),
        PARAMETER,
        "object as a parameter",
        "flat",
    );
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

/// The schemas of errors are documentation, so a union there says nothing about an object elsewhere.
#[test]
fn unions_of_errors_do_not_count() {
    let union = "{ oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ], discriminator: { propertyName: kind } }";
    let schemas = format!(
        "A: {{ type: object, properties: {{ kind: {{ type: string }} }} }}, \
         B: {{ type: object, properties: {{ kind: {{ const: b }} }} }}, U: {union}"
    );
    let response = |schema: &str| {
        format!("{{ description: It., content: {{ application/json: {{ schema: {schema} }} }} }}")
    };
    let description = |components: &str, error: &str, more: &str| {
        let success = response("{ $ref: '#/components/schemas/A' }");
        with(
            &format!("responses: {{ '200': {success}, '400': {error}{more} }}"),
            &format!("schemas: {{ {schemas} }}{components}"),
        )
    };
    let named = format!(
        ", responses: {{ No: {} }}",
        response("{ $ref: '#/components/schemas/U' }")
    );
    let no = "{ $ref: '#/components/responses/No' }";
    assert_eq!(problems(&description(&named, no, "")), []);
    let here = description(&named, &response(union), &format!(", '401': {no}"));
    assert_eq!(problems(&here), []);
    // In a request it counts, wherever else it stands.
    let sent = here.replace(
        "responses: { '200'",
        "requestBody: { content: { application/json: { schema: { type: object, properties: { u: { $ref: '#/components/schemas/U' } } } } } }, responses: { '200'",
    );
    refuses(
        &sent,
        "/paths/~1things/post/responses/200/content/application~1json/schema",
        "its discriminator could have another value",
        "give its discriminator a `const`",
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
