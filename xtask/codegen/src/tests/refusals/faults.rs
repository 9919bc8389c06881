//! Descriptions that would once have led to a client that does something else, and errors that led astray.

use super::*;

const TWO: &str = "two parameters have one name and one place";

#[test]
fn one_of_two_parameters_is_not_dropped() {
    let string = "schema: { type: string }";
    for pair in [
        format!(
            "{{ name: a, in: query, {string} }}, {{ name: a, in: query, schema: {{ type: integer }} }}"
        ),
        format!("{{ name: X-A, in: header, {string} }}, {{ name: x-a, in: header, {string} }}"),
    ] {
        refuses(
            &with_parameter(&pair),
            "/paths/~1things/post/parameters/1",
            TWO,
            "keep",
        );
    }
    let shared =
        "components: { parameters: { A: { name: a, in: query, schema: { type: string } } } }";
    let twice = "{ $ref: '#/components/parameters/A' }, { $ref: '#/components/parameters/A' }";
    let text = with_parameter(twice).replace("components: {  }", shared);
    refuses(&text, "/paths/~1things/post/parameters/1", TWO, "keep");
    let of_path = |own: &str| {
        with(DONE, "").replace(
            "/things: {",
            &format!("/things: {{ parameters: [ {{ name: a, in: query, {string} }}{own} ],"),
        )
    };
    refuses(
        &of_path(&format!(", {{ name: a, in: query, {string} }}")),
        "/paths/~1things/parameters/1",
        TWO,
        "keep",
    );
    // A call's own parameter replaces that of its path.
    let replaced = of_path("").replace(
        "operationId: act,",
        "operationId: act, parameters: [ { name: a, in: query, schema: { type: integer } } ],",
    );
    let files = emitted(&replaced);
    assert!(files["operations/act.rs"].contains("a: Option<i64>"));
    // Two places are two parameters.
    let both = format!(
        "{{ name: a, in: query, {string} }}, {{ name: a, in: header, x-rust-name: b, {string} }}"
    );
    assert_eq!(problems(&with_parameter(&both)), []);
}

#[test]
fn a_call_gets_the_credential_that_it_asks_for_or_none() {
    let schemes = "securitySchemes: { key: { type: http, scheme: bearer }, user: { type: http, scheme: basic } }";
    let call = |top: &str, own: &str| {
        let text = with(&format!("security: {own}, {DONE}"), schemes);
        format!("{text}security: {top}\n")
    };
    let at = format!("{OPERATION}/security");
    for (top, own) in [
        ("[ { key: [] } ]", "[ { user: [] } ]"),
        ("[ { key: [] } ]", "[ { key: [], user: [] } ]"),
        ("[ {}, { key: [] } ]", "[ { user: [] } ]"),
        ("[ { key: [] }, { user: [] } ]", "[ { user: [] } ]"),
        ("[]", "[ { key: [] } ]"),
    ] {
        refuses(
            &call(top, own),
            &at,
            "a credential that the client does not have",
            "write the call by hand",
        );
    }
    let is_anonymous =
        |text: &str| emitted(text)["operations/act.rs"].contains("without_credential");
    for (top, own, anonymous) in [
        ("[ { key: [] } ]", "[ { user: [] }, { key: [] } ]", false),
        (
            "[ { user: [], key: [] }, { key: [] } ]",
            "[ { key: [] } ]",
            false,
        ),
        ("[ { key: [] } ]", "[ { user: [] }, {} ]", true),
        ("[ { key: [] } ]", "[]", true),
    ] {
        assert_eq!(is_anonymous(&call(top, own)), anonymous, "{top} {own}");
    }
    // Without `security` at the top, the only scheme is the client's.
    let one = "securitySchemes: { key: { type: http, scheme: bearer } }";
    assert!(!is_anonymous(&with(
        &format!("security: [ {{ key: [] }} ], {DONE}"),
        one
    )));
}

#[test]
fn a_server_after_one_with_a_variable_is_no_default() {
    let servers = "servers: [ { url: 'https://{shop}.acme.example', variables: { shop: { default: a } } }, { url: 'https://sandbox.example' } ]\n";
    let crate_of = |servers: &str| {
        let text = format!("{}{servers}", with(DONE, ""));
        crate::new_crate("acme-things", "acme.yaml", text.as_bytes()).unwrap()
    };
    assert!(!crate_of(servers)["src/service.rs"].contains("default_base_url"));
    let fixed =
        "servers: [ { url: 'https://api.acme.example' }, { url: 'https://sandbox.example' } ]\n";
    assert!(crate_of(fixed)["src/service.rs"].contains("https://api.acme.example"));
}

#[test]
fn further_properties_are_not_lost_silently() {
    let object = "type: object, properties: { a: { type: string } }, additionalProperties:";
    for text in [
        sending(&format!("{{ {object} true }}")),
        receiving(&format!("{{ {object} true }}")),
    ] {
        let found = problems(&text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            found[0].at.ends_with("/schema/additionalProperties"),
            "{found:#?}"
        );
        assert!(found[0].hint.contains("may be lost"), "{found:#?}");
    }
    assert_eq!(problems(&sending(&format!("{{ {object} false }}"))), []);
}

#[test]
fn a_response_of_head_is_not_read() {
    let text = receiving("{ type: string }").replace("post:", "head:");
    refuses(
        &text,
        "/paths/~1things/head/responses/200",
        "HEAD has no content",
        "remove `content`",
    );
    let done = with(DONE, "").replace("post:", "head:");
    assert!(emitted(&done)["operations/act.rs"].contains("type Output = ();"));
}

#[test]
fn a_type_is_not_called_like_its_constructor() {
    let text = with(
        "responses: { '200': { description: It., content: { application/json: { schema: { $ref: '#/components/schemas/New' } } } } }",
        "schemas: { New: { type: object, properties: { a: { type: string } } } }",
    );
    refuses(
        &text,
        "/components/schemas/New",
        "`New` would have a name with another meaning",
        "x-rust-name",
    );
}

/// Without the feature, a crate of undocumented calls has no test that sends anything.
#[test]
fn a_crate_of_undocumented_calls_has_no_dead_code() {
    let main = |more: &str| {
        let text = with(&format!("{more} {DONE}"), "");
        let files = crate::new_crate("acme-things", "acme.yaml", text.as_bytes()).unwrap();
        files["tests/wire/main.rs"].clone()
    };
    let gated = "#[cfg(feature = \"undocumented\")]\nmod support;";
    assert!(main("x-undocumented: true,").contains(gated));
    assert!(!main("").contains(gated));
}

/// One schema may be the body of several calls. What stands inside it is one type.
#[test]
fn bodies_share_what_is_inside_them() {
    let body = "requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }";
    let text = with(
        &format!("{body}, {DONE}"),
        "schemas: { Thing: { type: object, properties: { kind: { type: string, enum: [a] }, owner: { type: object, properties: { b: { \
         type: string } } } } } }",
    )
    .replace("post: {", &format!("put: {{ operationId: actAgain, {body}, {DONE} }}, post: {{"));
    let files = emitted(&text);
    for file in ["operations/act.rs", "operations/act_again.rs"] {
        assert!(
            files[file].contains("kind: Option<ThingKind>"),
            "{}",
            files[file]
        );
    }
    assert_eq!(
        files
            .keys()
            .filter(|path| path.starts_with("models/thing"))
            .count(),
        2
    );
}

/// What a refused schema refers to is used.
#[test]
fn a_fault_is_one_problem() {
    let text = with(
        "requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Outer' } } } }, responses: { 2XX: { \
         description: Done. }, 4XX: { $ref: '#/components/responses/No' } }",
        "schemas: { Outer: { type: object, properties: { a: { allOf: [ { $ref: '#/components/schemas/Inner' } ] } } }, Inner: { type: \
         object, properties: { b: { $ref: '#/components/schemas/Last' } } }, Last: { type: string }, Error: { type: string } }, responses: { \
         No: { description: No., content: { application/json: { schema: { $ref: '#/components/schemas/Error' } } } } }",
    );
    refuses(
        &text,
        "/components/schemas/Outer/properties/a/allOf",
        "`allOf`",
        "one schema",
    );
}

#[test]
fn hints_say_what_is_true() {
    for (header, hint) in [
        ("Authorization", "securitySchemes"),
        ("Content-Type", "media types"),
        ("TE", "never sent"),
        ("Host", "the client sets it"),
    ] {
        refuses(
            &with_parameter(&format!(
                "{{ name: {header}, in: header, schema: {{ type: string }} }}"
            )),
            "/paths/~1things/post/parameters/0",
            "can't be a parameter",
            hint,
        );
    }
    refuses(
        &with_parameter("{ name: 'X A', in: header, schema: { type: string } }"),
        "/paths/~1things/post/parameters/0",
        "`X A` is not the name of a header",
        "no call could be sent",
    );
    for (schema, key, hint) in [
        (
            "{ type: string, format: date, maxLength: 3 }",
            "maxLength",
            "`date-time`",
        ),
        (
            "{ type: string, enum: [a], minLength: 1 }",
            "minLength",
            "without `enum`",
        ),
        (
            "{ type: number, format: double, maximum: 3 }",
            "maximum",
            "state others in `description`",
        ),
        (
            "{ type: string, format: binary }",
            "format",
            "a file can't be sent",
        ),
    ] {
        refuses(
            &sending_property(schema),
            &format!("{PROPERTY}/{key}"),
            key,
            hint,
        );
    }
}
