//! Rules between properties, flags, limits of numbers, dynamic fields.

use super::*;

const OBJECT: &str = "type: object, properties: { a: { type: string }, b: { type: string } }";

/// Returns a description whose only operation sends this schema as a form.
fn posting(schema: &str) -> String {
    sending(schema).replace("application/json", "application/x-www-form-urlencoded")
}

fn form_body() -> String {
    BODY.replace("application~1json", "application~1x-www-form-urlencoded")
}

#[test]
fn rules_that_say_nothing_or_too_much() {
    for (rule, below, what, hint) in [
        (
            "anyOf: [ { required: [a] } ]",
            "/anyOf",
            "fewer than two",
            "`required`",
        ),
        (
            "anyOf: [ { required: [a] }, { required: [c] } ]",
            "/anyOf/1/required/0",
            "`c` is not among",
            "`properties`",
        ),
        (
            "anyOf: [ { required: [a] }, { required: [] } ]",
            "/anyOf/1",
            "requires nothing",
            "name a property",
        ),
        (
            "anyOf: [ { required: [a] }, { required: [b, b] } ]",
            "/anyOf/1/required/1",
            "`b` occurs twice here",
            "one of them",
        ),
        (
            "required: [b], anyOf: [ { required: [a] }, { required: [b] } ]",
            "/anyOf/1/required/0",
            "`b` is required in any case",
            "remove it",
        ),
        (
            "dependentRequired: { c: [a] }",
            "/dependentRequired/c",
            "`c` is not among",
            "`properties`",
        ),
        (
            "dependentRequired: { a: [a] }",
            "/dependentRequired/a",
            "`a` requires no other property",
            "other properties",
        ),
        (
            "dependentRequired: { a: [] }",
            "/dependentRequired/a",
            "`a` requires no other property",
            "other properties",
        ),
    ] {
        let schema = format!("{{ {OBJECT}, {rule} }}");
        refuses(&sending(&schema), &format!("{BODY}{below}"), what, hint);
    }
    let odd = "anyOf: [ { required: [a] }, { required: [b] }, { properties: {} } ]";
    refuses(
        &sending(&format!("{{ {OBJECT}, {odd} }}")),
        &format!("{BODY}/anyOf/2"),
        "more than a `required` list",
        "`{required: [<property>]}`",
    );
}

#[test]
fn rules_of_what_is_no_whole_body() {
    let rule = "dependentRequired: { a: [b] }";
    refuses(
        &sending_property(&format!("{{ {OBJECT}, {rule} }}")),
        PROPERTY,
        "not the whole body",
        "description",
    );
    refuses(
        &receiving(&format!("{{ {OBJECT}, {rule} }}")),
        SUCCESS,
        "not the whole body",
        "description",
    );
    let unsent = OBJECT.replace("b: { type: string }", "b: { type: string, readOnly: true }");
    refuses(
        &sending(&format!("{{ {unsent}, {rule} }}")),
        &format!("{BODY}/dependentRequired/a"),
        "`b` is never sent",
        "readOnly",
    );
    // An empty list leaves no trace in a form, so the rule could not be kept.
    let listed = OBJECT.replace(
        "b: { type: string }",
        "b: { type: array, items: { type: string } }",
    );
    let form = sending(&format!("{{ {listed}, {rule} }}"))
        .replace("application/json", "application/x-www-form-urlencoded");
    refuses(
        &form,
        &format!("{BODY}/dependentRequired/a")
            .replace("application~1json", "application~1x-www-form-urlencoded"),
        "`b` may be empty",
        "description",
    );
}

#[test]
fn flags_and_numbers_that_no_value_fits() {
    for (schema, below, what, hint) in [
        (
            "{ type: boolean, const: false }",
            "/const",
            "constantly false",
            "`const: true`",
        ),
        (
            "{ type: [boolean, 'null'], const: true }",
            "/const",
            "or null",
            "`const: true`",
        ),
        (
            "{ type: boolean, const: 'yes' }",
            "/const",
            "this is a string",
            "`true`",
        ),
        (
            "{ type: array, items: { type: boolean, const: true } }",
            "/items",
            "flags",
            "remove `const`",
        ),
        (
            "{ type: integer, minimum: 2, maximum: 1 }",
            "/maximum",
            "within the limits",
            "correct",
        ),
        (
            "{ type: integer, format: uint64, maximum: -1 }",
            "/maximum",
            "within the limits",
            "`format`",
        ),
        (
            "{ type: integer, format: int32, minimum: 3000000000 }",
            "/minimum",
            "within the limits",
            "`format`",
        ),
        (
            "{ type: integer, minimum: 0.5 }",
            "/minimum",
            "this is a number",
            "an integer",
        ),
        (
            "{ type: integer, format: uint32 }",
            "/format",
            "`uint32`",
            "`uint64`",
        ),
    ] {
        refuses(
            &sending_property(schema),
            &format!("{PROPERTY}{below}"),
            what,
            hint,
        );
    }
    refuses(
        &sending(
            "{ type: object, required: [it], properties: { it: { type: boolean, const: true } } }",
        ),
        PROPERTY,
        "a flag that is required",
        "`required`",
    );
    refuses(
        &with_parameter(
            "{ name: a, in: query, required: true, schema: { type: boolean, const: true } }",
        ),
        PARAMETER,
        "a flag that is required",
        "`required`",
    );
}

#[test]
fn setters_that_cannot_be_hand_written() {
    let hidden = "{ type: string, x-hand-written: true }";
    let object = |required: &str, more: &str| {
        sending(&format!(
            "{{ type: object, {required} properties: {{ it: {hidden} {more} }} }}"
        ))
    };
    assert_eq!(problems(&object("", "")), []);
    refuses(
        &object("required: [it],", ""),
        PROPERTY,
        "no setter to write by hand",
        "`required`",
    );
    refuses(
        &object("", ", set_it: { type: string }"),
        PROPERTY,
        "`set_it` is taken",
        "x-rust-name",
    );
    refuses(
        &receiving(&format!(
            "{{ type: object, properties: {{ it: {hidden} }} }}"
        )),
        &format!("{SUCCESS}/properties/it"),
        "only received",
        "remove it",
    );
    refuses(
        &sending_property("{ type: string, x-strict: true }"),
        PROPERTY,
        "`x-strict` on a property that is only sent",
        "remove it",
    );
    refuses(
        &sending_property("{ type: array, items: { type: string, x-hand-written: true } }"),
        &format!("{PROPERTY}/items/x-hand-written"),
        "no meaning",
        "request bodies and properties",
    );
}

const CUSTOM: &str = "{ prefix: custom_, rust-name: custom_field }";
const PAIR: &str = "{ pair: [kind, value], rust-name: channel, arguments: [kind, value] }";

#[test]
fn dynamic_fields_that_say_too_little() {
    for (field, below, what, hint) in [
        ("{ rust-name: a_field }", "", "either a `prefix`", "one of"),
        (
            "{ prefix: c_, pair: [a, b], rust-name: a_field, arguments: [a, b] }",
            "",
            "either a `prefix`",
            "one of",
        ),
        ("{ prefix: c_ }", "", "`rust-name` is missing", "add"),
        (
            "{ prefix: c_, rust-name: Custom }",
            "/rust-name",
            "`Custom` can't be",
            "`custom_field`",
        ),
        (
            "{ prefix: '', rust-name: custom }",
            "/prefix",
            "`prefix` is blank",
            "write it out",
        ),
        (
            "{ pair: [x], rust-name: channel, arguments: [kind, value] }",
            "/pair",
            "must list exactly two names",
            "write two",
        ),
        (
            "{ pair: [x, x], rust-name: channel, arguments: [kind, value] }",
            "/pair",
            "must differ",
            "correct",
        ),
        (
            "{ pair: [x, y], rust-name: channel }",
            "",
            "`arguments` is missing",
            "add",
        ),
        (
            "{ pair: [x, y], rust-name: channel, arguments: [kind, kind] }",
            "/arguments",
            "must differ",
            "correct",
        ),
        (
            "{ pair: [x, y], rust-name: channel, arguments: [kind, type] }",
            "/arguments/1",
            "`type` can't be",
            "like",
        ),
        (
            "{ prefix: c_, rust-name: custom, arguments: [a, b] }",
            "/arguments",
            "not supported in a dynamic field",
            "remove it",
        ),
    ] {
        refuses(
            &posting(&format!("{{ {OBJECT}, x-dynamic-fields: [ {field} ] }}")),
            &format!("{}/x-dynamic-fields/0{below}", form_body()),
            what,
            hint,
        );
    }
    refuses(
        &posting(&format!("{{ {OBJECT}, x-dynamic-fields: [] }}")),
        &format!("{}/x-dynamic-fields", form_body()),
        "no dynamic field",
        "list them",
    );
}

#[test]
fn dynamic_fields_that_collide() {
    let with_fields = |object: &str, fields: &str| {
        posting(&format!("{{ {object}, x-dynamic-fields: [ {fields} ] }}"))
    };
    assert_eq!(
        problems(&with_fields(OBJECT, &format!("{CUSTOM}, {PAIR}"))),
        []
    );
    let second = format!("{}/x-dynamic-fields/1", form_body());
    refuses(
        &with_fields(
            OBJECT,
            &format!("{CUSTOM}, {{ prefix: other_, rust-name: custom_field }}"),
        ),
        &second,
        "`custom_field` is taken",
        "rust-name",
    );
    refuses(
        &with_fields(
            OBJECT,
            &format!("{CUSTOM}, {{ prefix: custom_own_, rust-name: own }}"),
        ),
        &second,
        "begins with `custom_own_`",
        "merge",
    );
    refuses(
        &with_fields(OBJECT, "{ prefix: custom_, rust-name: a }"),
        &format!("{}/x-dynamic-fields/0", form_body()),
        "`a` is taken",
        "rust-name",
    );
    refuses(
        &with_fields(OBJECT, "{ prefix: custom_, rust-name: into }"),
        &format!("{}/x-dynamic-fields/0", form_body()),
        "`into` would hide",
        "rust-name",
    );
    let fixed = OBJECT.replace("a:", "custom_a:");
    refuses(
        &with_fields(&fixed, CUSTOM),
        &format!("{}/properties/custom_a", form_body()),
        "could also be a dynamic field",
        "one of the two",
    );
    refuses(
        &sending(&format!("{{ {OBJECT}, x-dynamic-fields: [ {CUSTOM} ] }}")),
        &format!("{BODY}/x-dynamic-fields/0"),
        "in a JSON body",
        "additionalProperties",
    );
    refuses(
        &receiving(&format!("{{ {OBJECT}, x-dynamic-fields: [ {CUSTOM} ] }}")),
        SUCCESS,
        "not the whole body",
        "description",
    );
}
