//! Names: one rule, and an error where the rule yields no name.

use super::*;
use crate::identifiers;

#[track_caller]
fn asks(text: &str, what: &str, hint: &str) {
    let found = problems(text);
    assert!(
        found
            .iter()
            .any(|problem| problem.what.contains(what) && problem.hint.contains(hint)),
        "`{what}` expected, found {found:#?}"
    );
}

fn receiving_a(name: &str, more: &str) -> String {
    with(
        &format!(
            "responses: {{ 2XX: {{ description: It., content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/{name}' }} }} }} }} }}"
        ),
        &format!("schemas: {{ {name}: {{ type: object, properties: {{ a: {{}} }} {more} }} }}"),
    )
}

#[test]
fn names_follow_one_rule() {
    for (wire, ty, field) in [
        ("customerId", "CustomerId", "customer_id"),
        ("customerID", "CustomerId", "customer_id"),
        ("PAYMENT_FRAUD", "PaymentFraud", "payment_fraud"),
        (
            "createCustomerCRUD",
            "CreateCustomerCrud",
            "create_customer_crud",
        ),
        ("HTTPServer", "HttpServer", "http_server"),
        ("address_line_1", "AddressLine1", "address_line_1"),
        ("X-Client-Key", "XClientKey", "x_client_key"),
        ("customer.email", "CustomerEmail", "customer_email"),
        ("line2Text", "Line2Text", "line2_text"),
        ("type", "Type", "type_"),
        ("self", "Self", "self_"),
    ] {
        assert_eq!(identifiers::type_name(wire).as_deref(), Some(ty), "{wire}");
        assert_eq!(
            identifiers::field_name(wire).as_deref(),
            Some(field),
            "{wire}"
        );
    }
    for wire in ["", "3rd_party", "+", "größe", "-"] {
        assert_eq!(identifiers::type_name(wire), None, "{wire}");
    }
}

#[test]
fn a_schema_may_be_called_api_error() {
    assert!(emitted(&receiving_a("ApiError", "")).contains_key("models/api_error.rs"));
}

#[test]
fn reserved_names_are_asked_for() {
    for name in [
        "Result",
        "Client",
        "Option",
        "Error",
        "Operation",
        "Service",
        "String",
        "Vec",
        "Box",
        "Self",
    ] {
        asks(
            &receiving_a(name, ""),
            "a name with another meaning",
            "x-rust-name",
        );
        assert_eq!(
            problems(&receiving_a(name, ", x-rust-name: Other")),
            [],
            "{name}"
        );
    }
}

#[test]
fn a_property_may_be_called_type() {
    let files = emitted(&sending(
        "{ type: object, required: [type], properties: { type: { type: string } } }",
    ));
    let text = &files["operations/act.rs"];
    assert!(
        text.contains("#[serde(rename = \"type\")]\npub(crate) type_: String,"),
        "{text}"
    );
    assert!(
        text.contains("pub fn new(type_: impl Into<String>)"),
        "{text}"
    );
}

#[test]
fn enum_values_without_letters_are_asked_for() {
    let property = |values: &str| sending_property(&format!("{{ type: string, enum: {values} }}"));
    let files = emitted(&property("[\"\", a]"));
    assert!(files["models/act_it.rs"].contains("Self::Empty => \"\""));
    asks(
        &property("[3rd_party]"),
        "`3rd_party` yields no Rust name",
        "x-enum-names",
    );
    asks(
        &property("[a-b, a_b]"),
        "the variant `AB` is taken",
        "x-enum-names",
    );
    asks(&property("[unlisted]"), "`Unlisted`", "x-enum-names");
    let named = sending_property(
        "{ type: string, enum: [3rd_party], x-enum-names: { 3rd_party: ThirdParty } }",
    );
    assert!(emitted(&named)["models/act_it.rs"].contains("Self::ThirdParty => \"3rd_party\""));
}

#[test]
fn collisions_are_asked_for_and_never_numbered() {
    asks(
        &sending("{ type: object, properties: { aB: {}, a_b: {} } }"),
        "the name `a_b` is taken",
        "x-rust-name",
    );
    asks(
        &receiving_a("Act", ""),
        "the type `Act` is taken",
        "x-rust-name",
    );
    asks(
        &receiving_a("Acme", ""),
        "the type `Acme` is taken",
        "x-rust-name",
    );
    asks(
        &sending_property("{ type: string }").replace("it:", "clone:"),
        "`clone` would hide another",
        "x-rust-name",
    );
    let two = with(DONE, "").replace("/things:", "/other: { get: { operationId: act, responses: { 2XX: { description: Done } } } }, /things:");
    asks(&two, "the operationId `act` is taken", "unique");
    let files = with(
        "responses: { 2XX: { description: It., content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } }",
        "schemas: { A: { type: object, x-rust-name: HTTPError, properties: { b: { $ref: '#/components/schemas/B' } } }, B: { type: object, x-rust-name: HttpError, properties: { a: {} } } }",
    );
    asks(&files, "would be the same file", "x-rust-name");
}

/// A name becomes a file name. A name that can't be one must be reported before the system reports it.
#[test]
fn names_that_no_file_can_have_are_asked_for() {
    let long = "a".repeat(300);
    let too_long = "`aaaaaaaaaaaaaaaaaaaa…` yields a Rust name of 300 letters, more than 100";
    let operation = with(DONE, "").replace("operationId: act", &format!("operationId: {long}"));
    asks(&operation, too_long, "x-rust-name");
    asks(&receiving_a(&long, ""), too_long, "x-rust-name");
    let property = sending(&format!(
        "{{ type: object, properties: {{ {long}: {{}} }} }}"
    ));
    asks(&property, too_long, "x-rust-name");
    let value = sending_property(&format!("{{ type: string, enum: [{long}] }}"));
    asks(&value, too_long, "x-enum-names");
    let given = format!(", x-rust-name: {}", "A".repeat(300));
    asks(
        &receiving_a("Thing", &given),
        "can't be the Rust name",
        "like `Customer`",
    );
    let title = with(DONE, "").replace("title: Acme", &format!("title: {long}"));
    asks(&title, "the title yields no name", "x-rust-name");
    for device in ["con", "AUX", "lpt1"] {
        asks(
            &receiving_a(device, ""),
            "Windows reserves for a device",
            "x-rust-name",
        );
    }
    // The longest name makes the longest path.
    let longest = receiving_a("Thing", &format!(", x-rust-name: {}", "Ab".repeat(50)));
    let files = emitted(&longest);
    assert!(files.keys().any(|path| path.len() > 150));
    let scratch = workspace::files::Scratch::new().unwrap();
    for (path, text) in &files {
        workspace::files::write(&scratch.0.join(path), text).unwrap();
    }
}

#[test]
fn a_variant_called_self_is_asked_for() {
    let union = |value: &str, more: &str| {
        let schemas = format!(
            "schemas: {{ A: {{ type: object, required: [t, n], properties: {{ t: {{ const: {value} }}, n: {{ type: string }} }} }}, \
             B: {{ type: object, required: [t], properties: {{ t: {{ const: other }} }} }} }}"
        );
        let one_of = format!(
            "oneOf: [ {{ $ref: '#/components/schemas/A' }}, {{ $ref: '#/components/schemas/B' }} ], discriminator: {{ propertyName: t }} {more}"
        );
        let body = format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {{ {one_of} }} }} }} }}"
        );
        with(&format!("{body}, {DONE}"), &schemas)
    };
    assert_eq!(problems(&union("this", "")), []);
    asks(
        &union("self", ""),
        "the variant `Self` has a name with another meaning",
        "x-enum-names",
    );
    let named = |more: &str| problems(&union("self", more));
    assert_eq!(named(", x-enum-names: { self: Own }"), []);
    let found = named(", x-enum-names: { self: Own, selv: Other }");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].what.contains("`selv`, which no variant has"),
        "{found:?}"
    );
}

#[test]
fn a_deprecated_call_names_its_successor() {
    let text = with(&format!("{DONE}, deprecated: true, x-replacement: actWell"), "")
        .replace("/things:", "/other: { post: { operationId: actWell, responses: { 2XX: { description: Done } } } }, /things:");
    let text = &emitted(&text)["operations/act.rs"];
    assert!(
        text.contains("#[deprecated(note = \"use `ActWell`\")]\npub fn new()"),
        "{text}"
    );
    assert!(text.contains(".with_replacement(\"`ActWell`\")"), "{text}");
}
