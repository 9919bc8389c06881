//! The written files: the same every time, current, and compared without git.

use std::fs;

use workspace::{
    checkout,
    files::{Scratch, write as write_file},
};

use super::*;
use crate::{
    files::{compare, generate, write},
    tree,
};

/// A workspace with one provider.
fn scratch_workspace() -> Scratch {
    let scratch = Scratch::new().unwrap();
    write_file(&scratch.0.join("crates/nasty/openapi.yaml"), NASTY).unwrap();
    write(&scratch.0, &generate(&scratch.0).unwrap()).unwrap();
    scratch
}

#[test]
fn what_is_checked_in_is_current() {
    let workspace = checkout::root(env!("CARGO_MANIFEST_DIR"));
    if let Err(report) = compare(&workspace, &generate(&workspace).unwrap()) {
        panic!("{report}");
    }
}

#[test]
fn the_same_description_gives_the_same_bytes() {
    let scratch = scratch_workspace();
    assert_eq!(generate(&scratch.0).unwrap(), generate(&scratch.0).unwrap());
}

#[test]
fn a_second_run_changes_nothing() {
    let scratch = scratch_workspace();
    let wanted = generate(&scratch.0).unwrap();
    let report = write(&scratch.0, &wanted).unwrap();
    assert_eq!(report, format!("{} files are current", wanted.len()));
    assert_eq!(compare(&scratch.0, &wanted).unwrap(), report);
}

#[test]
fn check_finds_an_edited_line() {
    let scratch = scratch_workspace();
    let path = scratch.0.join("crates/nasty/src/generated/models/kind.rs");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("=> \"type\"", "=> \"typo\"")).unwrap();
    let report = compare(&scratch.0, &generate(&scratch.0).unwrap()).unwrap_err();
    assert!(
        report.starts_with("crates/nasty/src/generated/models/kind.rs: line "),
        "{report}"
    );
    assert!(
        report.contains("\"typo\",`, not `            Self::Type => \"type\",`"),
        "{report}"
    );
    assert_eq!(report.lines().count(), 2, "{report}");
}

#[test]
fn check_finds_a_missing_file_and_an_orphan() {
    let scratch = scratch_workspace();
    let generated = scratch.0.join("crates/nasty/src/generated");
    fs::remove_file(generated.join("operations/ping.rs")).unwrap();
    fs::write(generated.join("operations/pong.rs"), "").unwrap();
    write_file(&scratch.0.join("crates/gone/src/generated/mod.rs"), "").unwrap();
    let wanted = generate(&scratch.0).unwrap();
    let report = compare(&scratch.0, &wanted).unwrap_err();
    for line in [
        "crates/nasty/src/generated/operations/ping.rs: missing",
        "crates/nasty/src/generated/operations/pong.rs: no description generates this file",
        "crates/gone/src/generated/mod.rs: no description generates this file",
    ] {
        assert!(report.contains(line), "{report}");
    }
    write(&scratch.0, &wanted).unwrap();
    assert!(compare(&scratch.0, &wanted).is_ok());
    assert!(!generated.join("operations/pong.rs").exists());
}

#[test]
fn a_bad_description_writes_nothing() {
    let scratch = scratch_workspace();
    let path = scratch.0.join("crates/nasty/openapi.yaml");
    fs::write(
        &path,
        NASTY.replace("openapi: 3.1.0", "openapi: 3.0.0\nallOf: []"),
    )
    .unwrap();
    let report = generate(&scratch.0).unwrap_err();
    assert!(
        report.contains("crates/nasty/openapi.yaml: #/openapi: "),
        "{report}"
    );
    assert!(
        report.contains("crates/nasty/openapi.yaml: #/allOf: "),
        "{report}"
    );
    assert!(report.contains("2 in all"), "{report}");
}

#[test]
fn json_is_read_like_yaml() {
    let (tree, _) = understand("acme.yaml", NASTY.as_bytes()).unwrap();
    let json = tree::to_json(&tree).unwrap();
    let (again, api) = understand("acme.json", json.as_bytes()).unwrap();
    assert_eq!(again, tree);
    assert_eq!(emit::emit(&api, "acme"), emitted(NASTY));
    // JSON is YAML too.
    assert_eq!(understand("acme.yaml", json.as_bytes()).unwrap().0, tree);
}

#[test]
fn the_idempotency_is_the_methods_unless_it_is_stated() {
    for (method, word) in [
        ("get", "Safe"),
        ("put", "Idempotent"),
        ("delete", "Idempotent"),
        ("post", "NonIdempotent"),
        ("patch", "NonIdempotent"),
    ] {
        let plain = with(DONE, "").replace("post:", &format!("{method}:"));
        assert!(emitted(&plain)["operations/act.rs"].contains(&format!("Idempotency::{word})")));
        let stated = plain.replace(
            "operationId: act,",
            "operationId: act, x-idempotency: non-idempotent,",
        );
        assert!(emitted(&stated)["operations/act.rs"].contains("Idempotency::NonIdempotent)"));
    }
}

#[test]
fn the_status_decides_where_a_write_answers_nothing_or_perhaps_null() {
    let decides =
        |text: &str| emitted(text)["operations/act.rs"].contains(".with_deciding_status()");
    assert!(decides(&with(DONE, "")));
    assert!(decides(&receiving(
        "{ type: [object, 'null'], properties: { a: {} } }"
    )));
    assert!(!decides(&receiving(
        "{ type: object, properties: { a: {} } }"
    )));
    assert!(!decides(&with(DONE, "").replace("post:", "get:")));
}

#[test]
fn one_schema_or_null_is_written_in_three_ways() {
    let written = |schema: &str| emitted(&sending_property(schema))["operations/act.rs"].clone();
    let text = written("{ type: [string, 'null'] }");
    assert!(text.contains("Option<Nullable<String>>"), "{text}");
    for same in ["oneOf", "anyOf"] {
        let schema = format!("{{ {same}: [ {{ type: string }}, {{ type: 'null' }} ] }}");
        assert_eq!(written(&schema), text);
    }
}

#[test]
fn an_object_of_a_listed_union_is_no_envelope() {
    let answer = |schema: &str| {
        format!(
            "{{ '200': {{ description: It., content: {{ application/json: {{ schema: {schema} }} }} }} }}"
        )
    };
    let one = "{ $ref: '#/components/schemas/Crate' }";
    let union = format!(
        "{{ oneOf: [ {one}, {{ $ref: '#/components/schemas/Bag' }} ], discriminator: {{ propertyName: kind }} }}"
    );
    let components = "schemas: { \
        Crate: { type: object, required: [kind], properties: { kind: { type: string, enum: [box] }, \
            note: { type: string }, parts: { type: array, items: { $ref: '#/components/schemas/Part' } } } }, \
        Bag: { type: object, required: [kind], properties: { kind: { type: string, enum: [bag] }, size: { type: string } } }, \
        Part: { type: object, properties: { name: { type: string } } } }";
    for (other, expected) in [
        (format!("{{ type: array, items: {union} }}"), "optional"),
        (one.to_owned(), "strict"),
    ] {
        let text = format!(
            "openapi: 3.1.0\n\
             info: {{ title: Acme, version: '1' }}\n\
             paths: {{ /box: {{ get: {{ operationId: readCrate, responses: {} }} }}, \
             /all: {{ get: {{ operationId: readAll, responses: {} }} }}, \
             /bag: {{ get: {{ operationId: readBag, responses: {} }} }} }}\n\
             components: {{ {components} }}\n",
            answer(one),
            answer(&other),
            answer("{ $ref: '#/components/schemas/Bag' }"),
        );
        let files = emitted(&text);
        let record = files
            .values()
            .find(|file| file.contains("MEMBERS") && file.contains("\"note\""));
        let record = record.unwrap();
        assert!(
            record.contains(&format!("Member::{expected}(\"note\"")),
            "{record}"
        );
    }
}

#[test]
fn texts_from_descriptions_stay_texts() {
    let hostile = sending_property(
        r##"{ type: string, description: "*/ ]] <script> \u0007 ``` `a [b]: c \u202E", pattern: '"#\\', default: '`' }"##,
    );
    let text = &emitted(&hostile)["operations/act.rs"];
    assert!(
        !text.contains('\u{7}') && !text.contains('\u{202E}'),
        "{text}"
    );
    assert!(
        text.contains("\\<script>") && text.contains("\\]\\]"),
        "{text}"
    );
    assert!(text.contains(r####".pattern(r##""#\\"##)"####), "{text}");
}

#[test]
fn a_client_s_table_has_a_row_per_operation() {
    let table = &emitted(NASTY)["calls.md"];
    for row in [
        "| `client.send(`[`MakeThing::new`](crate::MakeThing::new)`(value))` | `POST /v1/things` | `()` | no |  |",
        // Hand-written code offers the type, and its constructors.
        "| `client.send(`[`PlaceOrder`](crate::PlaceOrder)`::…)` | `POST /v1/orders` | `()` | no | Orders parts. |",
        // Without the feature there is no item to link.
        "| `client.send(RemoveThing::new(thing_id))` (deprecated) (feature `undocumented`) | `DELETE /v1/things/{thing_id}` | `Removal` | yes |  |",
        "| `client.send(`[`ReadOddly::new`](crate::ReadOddly::new)`())` | `OPTIONS /v1/ping` | `Option<`[`Oddity`](crate::Oddity)`>` | yes |  |",
    ] {
        assert!(table.lines().any(|line| line == row), "{row}\n{table}");
    }
}

#[test]
fn an_operation_shows_its_call_last() {
    let files = emitted(NASTY);
    let text = &files["operations/make_thing.rs"];
    assert!(
        text.contains(
            "/// # Call\n///\n/// ```no_run\n/// use acme::MakeThing;\n///\n\
             /// # async fn run(client: &customer_api_core::Client<acme::Nasty>, value: acme::MakeThingBody) -> Result<(), customer_api_core::Error> {\n\
             /// client.send(MakeThing::new(value)).await?;\n/// # Ok(())\n/// # }\n/// ```\n"
        ),
        "{text}"
    );
    assert_eq!(text.matches("```no_run").count(), 1);
    assert!(!files["operations/place_order.rs"].contains("# Call"));
}

#[test]
fn the_reference_has_a_line_per_fact() {
    let (_, api) = understand("acme.yaml", NASTY.as_bytes()).unwrap();
    let page = emit::reference::reference(&[("acme-things".to_owned(), api)]);
    let section = |item: &str| {
        let (_, rest) = page
            .split_once(&format!("### `acme_things::{item}`\n\n"))
            .unwrap();
        rest.split("\n\n").next().unwrap()
    };
    for (item, line) in [
        (
            "MakeThing",
            "- constructor: `MakeThing::new(value: impl Into<MakeThingBody>)`",
        ),
        (
            "MakeThingBody",
            "- variant: `MakeThingBody::Flat(Sheet)` is `shape: flat`",
        ),
        (
            "MakeThingBody",
            "- value: `MakeThingBody::unlisted(value: impl Into<serde_json::Value>)`",
        ),
        ("MakeThing", "- request: `POST /v1/things`, JSON"),
        ("MakeThing", "- retried: only if it can't have happened"),
        ("Ping", "- retried: yes"),
        (
            "PlaceOrder",
            "- constructor: hand-written; the rustdoc of `acme_things::PlaceOrder` shows it",
        ),
        (
            "AddPart",
            "- setter: hand-written for `channel`, `channel_address`; see the rustdoc of `AddPart`",
        ),
        ("ReadOddly", "- output: `Option<Oddity>`"),
    ] {
        assert!(
            section(item).lines().any(|found| found == line),
            "{item}: {line}\n{}",
            section(item)
        );
    }
}
