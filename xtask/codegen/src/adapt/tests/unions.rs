//! Which values of several shapes stay unions, and what becomes of their objects.

use super::*;

const SCHEMA: &str = "/paths/~1v1~1it/get/responses/200/content/application~1json/schema";
const BOTH: &str = "[ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ]";
const A: &str = "A: { type: object, required: [kind], properties: { kind: { const: a } } }";
const B: &str =
    "B: { type: object, required: [kind], properties: { kind: { type: string, enum: [b] } } }";

/// Returns what becomes of the only schema that an operation receives.
fn becomes(schema: &str, schemas: &str) -> String {
    at(&adapted(&receiving("3.1.0", schema, schemas)), SCHEMA)
}

/// Returns a union of A and B, with these values of a discriminator.
fn of(tag: &str, a: &str, b: &str) -> String {
    format!(
        "{{\"anyOf\":[{{\"$ref\":\"#/components/schemas/A\"}},{{\"$ref\":\"#/components/schemas/B\"}}],\
         \"discriminator\":{{\"propertyName\":\"{tag}\",\"mapping\":{{\"{a}\":\"#/components/schemas/A\",\
         \"{b}\":\"#/components/schemas/B\"}}}}}}"
    )
}

#[test]
fn objects_that_a_property_tells_apart_stay_a_union() {
    let named = "A: { type: object, properties: { n: { type: integer } } }, B: { type: object, properties: { kind: { type: string } } }";
    let fixed = format!("{A}, {B}");
    let aliased = format!("{named}, Alias: {{ $ref: '#/components/schemas/A' }}");
    let tag = "discriminator: { propertyName: kind }";
    for (schema, schemas, wanted) in [
        (
            format!("{{ oneOf: {BOTH}, {tag} }}"),
            &*fixed,
            of("kind", "a", "b"),
        ),
        (
            format!("{{ type: object, anyOf: {BOTH}, {tag} }}"),
            &fixed,
            of("kind", "a", "b"),
        ),
        // The words `discriminator` are missing, and the objects say the same.
        (format!("{{ oneOf: {BOTH} }}"), &fixed, of("kind", "a", "b")),
        (
            format!("{{ oneOf: {BOTH}, {tag} }}"),
            named,
            of("kind", "A", "B"),
        ),
        (
            format!(
                "{{ oneOf: {BOTH}, discriminator: {{ propertyName: kind, mapping: {{ x: B, y: '#/components/schemas/A' }} }} }}"
            ),
            named,
            of("kind", "y", "x"),
        ),
        // An alias is a component, too: the union and the mapping name it.
        (
            "{ oneOf: [ { $ref: '#/components/schemas/Alias' }, { $ref: '#/components/schemas/B' } ], \
             discriminator: { propertyName: kind, mapping: { x: Alias } } }"
                .to_owned(),
            &aliased,
            of("kind", "x", "B"),
        ),
        // The mapping may name an alias that the union does not name.
        (
            format!(
                "{{ oneOf: {BOTH}, discriminator: {{ propertyName: kind, mapping: {{ x: Alias }} }} }}"
            ),
            &aliased,
            of("kind", "x", "B"),
        ),
        (
            "{ oneOf: [ { $ref: '#/components/schemas/Alias' }, { $ref: '#/components/schemas/B' } ], \
             discriminator: { propertyName: kind } }"
                .to_owned(),
            &aliased,
            of("kind", "Alias", "B"),
        ),
    ] {
        assert_eq!(becomes(&schema, schemas), wanted, "{schema}");
    }
}

#[test]
fn every_other_value_of_several_shapes_is_any_json() {
    let tag = "discriminator: { propertyName: kind }";
    let fixed = format!("{A}, {B}");
    let several = "discriminator: { propertyName: kind, mapping: { x: A, y: A, z: B } }";
    let loose = "A: { type: object, properties: { kind: { type: string } } }, B: { type: object, properties: { kind: { type: string } } }";
    let optional = "A: { type: object, properties: { kind: { const: a } } }, B: { type: object, properties: { kind: { const: b } } }";
    let same = format!(
        "{A}, B: {{ type: object, required: [kind], properties: {{ kind: {{ const: a }} }} }}"
    );
    for (schema, schemas) in [
        // A property that is not required need not be there to tell anything.
        (format!("{{ oneOf: {BOTH} }}"), optional),
        (format!("{{ oneOf: {BOTH} }}"), loose),
        (format!("{{ oneOf: {BOTH}, {tag} }}"), &same),
        (format!("{{ oneOf: {BOTH}, {several} }}"), loose),
        (
            format!("{{ oneOf: {BOTH}, {tag}, properties: {{ more: {{ type: string }} }} }}"),
            &fixed,
        ),
        (
            format!(
                "{{ allOf: [ {{ oneOf: {BOTH}, {tag} }}, {{ type: object, properties: {{ more: {{ type: string }} }} }} ] }}"
            ),
            &fixed,
        ),
        (
            "{ oneOf: [ { $ref: '#/components/schemas/A' }, { type: string } ] }".to_owned(),
            A,
        ),
    ] {
        assert_eq!(becomes(&schema, schemas), "{}", "{schema}");
    }
}

#[test]
fn a_name_is_no_value_if_the_description_may_state_another() {
    let loose = "A: { type: object, properties: { kind: { type: string } } }, B: { type: object, properties: { kind: { type: string } } }";
    let mapped = |mapping: &str| {
        format!(
            "{{ oneOf: {BOTH}, discriminator: {{ propertyName: kind, mapping: {{ {mapping} }} }} }}"
        )
    };
    // A file that is not there, and a schema that is not there.
    for lost in [
        "x: A.json",
        "x: './b.yaml#/B'",
        "y: '#/components/schemas/Nowhere'",
    ] {
        assert_eq!(becomes(&mapped(lost), loose), "{}", "{lost}");
        let all = format!("{lost}, a: A, b: B");
        assert_eq!(becomes(&mapped(&all), loose), of("kind", "a", "b"), "{all}");
    }
    // The parent states the values of its children.
    let parent = |values: &str| {
        let child = "allOf: [ { $ref: '#/components/schemas/P' }, { type: object, properties: { n: { type: integer } } } ]";
        format!(
            "P: {{ type: object, properties: {{ kind: {{ type: string }} }}, discriminator: {{ propertyName: kind, mapping: {{ {values} }} }} }}, \
             A: {{ {child} }}, B: {{ {child} }}"
        )
    };
    let implicit = format!("{{ oneOf: {BOTH}, discriminator: {{ propertyName: kind }} }}");
    assert_eq!(becomes(&implicit, &parent("a: A, b: B")), "{}");
    assert_eq!(becomes(&implicit, &parent("A: A")), of("kind", "A", "B"));
    // The value that a server assumes if the property is absent.
    let default = |value: &str| loose.replacen("string", &format!("string, default: {value}"), 1);
    assert_eq!(becomes(&implicit, &default("a")), "{}");
    assert_eq!(becomes(&implicit, &default("A")), of("kind", "A", "B"));
}

#[test]
fn a_union_that_may_be_null_stays_one() {
    let schemas = format!(
        "{A}, {B}, U: {{ nullable: true, oneOf: {BOTH}, discriminator: {{ propertyName: kind }} }}"
    );
    let text = receiving(
        "3.0.3",
        &format!(
            "{{ type: object, properties: {{ one: {{ $ref: '#/components/schemas/U' }}, two: {{ oneOf: {BOTH}, nullable: true }} }} }}"
        ),
        &schemas.replace("const: a", "type: string, enum: [a]"),
    );
    let adapted = adapted(&text);
    let null = "{\"type\":\"null\"}],\"discriminator\"";
    assert!(at(&adapted, "/components/schemas/U").contains(null));
    let two = at(&adapted, &format!("{SCHEMA}/properties/two"));
    assert!(two.contains(null), "{two}");
}

#[test]
fn an_object_that_is_written_in_place_goes_to_components() {
    let schema = "{ type: object, properties: { pay: { oneOf: [ { type: object, required: [by], properties: { by: { const: card } } }, \
                  { type: object, required: [by], properties: { by: { const: gift-voucher } } } ] } } }";
    let adapted = adapted(&sending(
        "{ $ref: '#/components/schemas/Order' }",
        &format!("Order: {schema}"),
    ));
    for (name, value) in [
        ("OrderPayCard", "card"),
        ("OrderPayGiftVoucher", "gift-voucher"),
    ] {
        assert_eq!(
            at(&adapted, &format!("/components/schemas/{name}")),
            format!(
                "{{\"type\":\"object\",\"properties\":{{\"by\":{{\"type\":\"string\",\"enum\":[\"{value}\"]}}}},\"required\":[\"by\"]}}"
            )
        );
    }
}

#[test]
fn an_object_that_is_used_elsewhere_writes_only_a_fixed_discriminator() {
    let union = format!("{{ oneOf: {BOTH}, discriminator: {{ propertyName: kind }} }}");
    let schema = format!(
        "{{ type: object, properties: {{ one: {union}, b: {{ $ref: '#/components/schemas/B' }} }} }}"
    );
    let one = |schemas: &str| {
        let adapted = adapted(&receiving("3.1.0", &schema, schemas));
        at(&adapted, &format!("{SCHEMA}/properties/one"))
    };
    assert_eq!(one(&format!("{A}, {B}")), of("kind", "a", "b"));
    let loose = format!("{A}, B: {{ type: object, properties: {{ kind: {{ type: string }} }} }}");
    assert_eq!(one(&loose), "{}");
}

#[test]
fn each_side_has_its_own_objects() {
    let union = format!("{{ oneOf: {BOTH}, discriminator: {{ propertyName: kind }} }}");
    let text = tree(
        "3.1.0",
        "/it: { put: { operationId: change, requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/U' } } } }, \
         responses: { '200': { description: It., content: { application/json: { schema: { $ref: '#/components/schemas/U' } } } } } } }",
        &format!(
            "schemas: {{ U: {union}, {A}, B: {{ type: object, properties: {{ kind: {{ const: b }}, id: {{ type: string, readOnly: true }} }} }} }}"
        ),
    );
    let adapted = adapted(&text);
    assert_eq!(at(&adapted, "/components/schemas/U"), of("kind", "a", "b"));
    assert_eq!(
        at(&adapted, "/components/schemas/UInput/discriminator/mapping"),
        "{\"a\":\"#/components/schemas/A\",\"b\":\"#/components/schemas/BInput\"}"
    );
}

#[test]
fn a_union_that_contains_itself_ends_at_any_json() {
    let schemas = format!(
        "{A}, U: {{ oneOf: {BOTH} }}, B: {{ type: object, required: [kind], properties: {{ kind: {{ const: b }}, \
         all: {{ type: array, items: {{ $ref: '#/components/schemas/U' }} }}, inner: {{ $ref: '#/components/schemas/U' }} }} }}"
    );
    let union = "{ $ref: '#/components/schemas/U' }";
    let received = adapted(&receiving("3.1.0", union, &schemas));
    let property = |name: &str| {
        at(
            &received,
            &format!("/components/schemas/B/properties/{name}"),
        )
    };
    // A list may hold what it is in.
    assert!(property("all").contains("schemas/U"));
    assert_eq!(property("inner"), "{}");
    assert_eq!(at(&received, "/components/schemas/U"), of("kind", "a", "b"));
    adapted(&sending(union, &schemas));
}

#[test]
fn a_variant_without_a_name_in_rust_gets_one() {
    let schemas = format!("{A}, {B}").replace("const: a", "const: '+1'");
    assert_eq!(
        at(
            &adapted(&receiving(
                "3.1.0",
                &format!("{{ oneOf: {BOTH} }}"),
                &schemas
            )),
            &format!("{SCHEMA}/x-enum-names")
        ),
        "{\"+1\":\"Plus1\"}"
    );
}

#[test]
fn numbers_have_one_type_only_if_it_holds_them_all() {
    let long = "{ type: integer, format: int64 }";
    let large = "{ type: integer, format: uint64 }";
    for (one, other, wanted) in [
        (
            "{ type: integer }",
            "{ type: integer, format: int32 }",
            "integer",
        ),
        ("{ type: integer }", "{ type: number }", "number"),
        (long, "{ type: number }", ""),
        (large, "{ type: number }", ""),
        (large, long, ""),
        (
            large,
            "{ type: integer, format: uint64, title: It }",
            "integer",
        ),
    ] {
        let value = becomes(&format!("{{ oneOf: [ {one}, {other} ] }}"), "");
        let typed = value.contains(&format!("\"type\":\"{wanted}\""));
        assert_eq!(typed, !wanted.is_empty(), "{one} {other} {value}");
        assert_eq!(
            value.contains("uint64"),
            one == large && wanted == "integer",
            "{value}"
        );
    }
}

#[test]
fn the_name_of_a_property_is_not_a_word() {
    // `enum` holds a union whose variant needs a name in Rust.
    let schemas = format!("{A}, {B}").replace("const: a", "const: '+1'");
    let named = adapted(&receiving(
        "3.1.0",
        &format!("{{ type: object, properties: {{ enum: {{ oneOf: {BOTH} }} }} }}"),
        &schemas,
    ));
    assert_eq!(
        at(&named, &format!("{SCHEMA}/properties/enum/x-enum-names")),
        "{\"+1\":\"Plus1\"}"
    );

    // `mapping` and `$ref` hold what is sent, and the request's schema is another.
    let text = tree(
        "3.1.0",
        "/it: { put: { operationId: change, requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } }, \
         responses: { '200': { description: It., content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } } } } }",
        "schemas: { T: { type: object, properties: { mapping: { type: array, items: { $ref: '#/components/schemas/X' } }, \
         $ref: { type: array, x-rust-name: target, items: { $ref: '#/components/schemas/X' } } } }, \
         X: { type: object, properties: { a: { type: [string, 'null'] } } } }",
    );
    let sides = adapted(&text);
    for property in ["mapping", "$ref"] {
        assert_eq!(
            at(
                &sides,
                &format!("/components/schemas/TInput/properties/{property}/items/$ref")
            ),
            "\"#/components/schemas/XInput\""
        );
    }

    // `discriminator` makes no union: the circle ends where it closes, and the other use of A is seen.
    let circle = "W: { type: object, properties: { discriminator: { type: string }, inner: { $ref: '#/components/schemas/W' } } }";
    let cut = adapted(&receiving(
        "3.1.0",
        "{ $ref: '#/components/schemas/W' }",
        circle,
    ));
    assert_eq!(
        at(&cut, "/components/schemas/W/properties"),
        "{\"discriminator\":{\"type\":\"string\"},\"inner\":{}}"
    );
    // `items` is no list here.
    let direct = circle.replace("discriminator: { type: string }, inner", "items");
    let cut = adapted(&receiving(
        "3.1.0",
        "{ $ref: '#/components/schemas/W' }",
        &direct.replace("W: {", "W: { required: [items],"),
    ));
    assert_eq!(
        at(&cut, "/components/schemas/W/properties"),
        "{\"items\":{}}"
    );
    let used = format!(
        "{{ type: object, properties: {{ discriminator: {{ type: string }}, it: {{ $ref: '#/components/schemas/A' }}, \
         one: {{ oneOf: {BOTH}, discriminator: {{ propertyName: kind }} }} }} }}"
    );
    let loose = format!("A: {{ type: object, properties: {{ kind: {{ type: string }} }} }}, {B}");
    let used = adapted(&receiving("3.1.0", &used, &loose));
    assert_eq!(at(&used, &format!("{SCHEMA}/properties/one")), "{}");
}
