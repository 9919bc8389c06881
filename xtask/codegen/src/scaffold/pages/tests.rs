//! Which lists are read in pages, and by which rule.

use crate::{
    identifiers::is_reserved_type,
    scaffold::{Wanted, draft, understand},
};

/// Returns a description with one list: its query parameters and its response.
fn description(parameters: &str, response: &str) -> String {
    format!(
        r##"{{"openapi": "3.1.0", "info": {{"title": "Acme", "version": "1"}}, "paths": {{"/things": {{"get": {{
        "operationId": "listThings", "parameters": [{parameters}], "responses": {{"200": {{"description": "Things.",
        "content": {{"application/json": {{"schema": {response}}}}}}}}}}}}}}},
        "components": {{"schemas": {{"Thing": {{"type": "object", "required": ["id"], "properties": {{
        "id": {{"type": "string"}}}}}}}}}}}}"##
    )
}

fn query(name: &str, schema: &str) -> String {
    format!(r#"{{"name": "{name}", "in": "query", "schema": {schema}}}"#)
}

const TEXT: &str = r#"{"type": "string"}"#;
const NUMBER: &str = r#"{"type": "integer"}"#;
const FIRST: &str = r#"{"type": "integer", "default": 1}"#;
const FLAG: &str = r#"{"type": "boolean"}"#;
const NULLABLE: &str = r#"{"type": ["string", "null"]}"#;
const THINGS: &str = r##"{"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}"##;

fn object(members: &[(&str, &str)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, schema)| format!("\"{name}\": {schema}"))
        .collect();
    format!(
        r#"{{"type": "object", "properties": {{{}}}}}"#,
        members.join(", ")
    )
}

/// Returns the command's lines about lists.
fn report(parameters: &[&str], response: &str) -> String {
    let text = description(&parameters.join(", "), response);
    let (_, provider, _) = understand(
        "acme",
        "acme.json",
        text.as_bytes(),
        None,
        Wanted::default(),
    )
    .unwrap();
    super::find(&provider.api).report()
}

/// Returns the module of the list.
fn source(parameters: &[&str], response: &str) -> String {
    let text = description(&parameters.join(", "), response);
    let files = draft("acme", "acme.json", text.as_bytes(), Wanted::default()).unwrap();
    files["src/pages/list_things.rs"].clone()
}

#[track_caller]
fn reads(parameters: &[&str], response: &str, words: &str) {
    assert_eq!(
        report(parameters, response),
        format!("lists in pages (1): ListThings by {words}\n")
    );
}

#[track_caller]
fn leaves(parameters: &[&str], response: &str) {
    let line =
        "lists whose next page is not certain, which need a `PageSource` by hand (1): ListThings\n";
    assert_eq!(report(parameters, response), line);
}

#[test]
fn a_value_of_the_response_leads_to_the_next_page() {
    let cursor = query("cursor", TEXT);
    let both = object(&[("things", THINGS), ("next_cursor", TEXT)]);
    reads(&[&cursor], &both, "`cursor` from `next_cursor`");
    let inside = object(&[
        ("things", THINGS),
        ("meta", &object(&[("nextCursor", TEXT), ("has_more", FLAG)])),
    ]);
    reads(&[&cursor], &inside, "`cursor` from `meta.nextCursor`");
    let after = object(&[
        ("things", THINGS),
        ("paging", &object(&[("next", &object(&[("after", TEXT)]))])),
    ]);
    reads(
        &[&query("after", TEXT)],
        &after,
        "`after` from `paging.next.after`",
    );
    let number = object(&[("things", THINGS), ("next_page", NUMBER)]);
    reads(
        &[&query("page", NUMBER)],
        &number,
        "`page` from `next_page`",
    );
}

#[test]
fn a_link_leads_to_the_next_page() {
    let next = object(&[("things", THINGS), ("next", NULLABLE)]);
    reads(
        &[&query("page", NUMBER)],
        &next,
        "`page` in the link `next`",
    );
    let links = object(&[("things", THINGS), ("links", &object(&[("next", TEXT)]))]);
    reads(
        &[&query("page[cursor]", TEXT)],
        &links,
        "`page[cursor]` in the link `links.next`",
    );
}

#[test]
fn a_text_that_may_be_a_link_or_a_cursor_is_left_to_people() {
    let next = object(&[("things", THINGS), ("next", NULLABLE)]);
    leaves(&[&query("cursor", TEXT)], &next);
    let page = object(&[("things", THINGS), ("next_page", NULLABLE)]);
    leaves(&[&query("page", TEXT)], &page);
    let url = object(&[("things", THINGS), ("next_url", NULLABLE)]);
    reads(
        &[&query("cursor", TEXT)],
        &url,
        "`cursor` in the link `next_url`",
    );
    let address = r#"{"type": ["string", "null"], "format": "uri"}"#;
    let stated = object(&[("things", THINGS), ("next", address)]);
    reads(
        &[&query("cursor", TEXT)],
        &stated,
        "`cursor` in the link `next`",
    );
}

#[test]
fn the_last_item_leads_to_the_next_page() {
    let more = object(&[("things", THINGS), ("has_more", FLAG)]);
    let words = "`starting_after` from the last item's `id`";
    reads(&[&query("starting_after", TEXT)], &more, words);
    leaves(&[&query("after", TEXT)], &more);
    leaves(
        &[&query("starting_after", TEXT)],
        &object(&[("things", THINGS)]),
    );
}

#[test]
fn pages_and_items_are_counted_if_their_beginning_is_stated() {
    reads(&[&query("page", FIRST)], THINGS, "`page`, counted from 1");
    let zero = r#"{"type": "integer", "default": 0}"#;
    reads(&[&query("page", zero)], THINGS, "`page`, counted from 0");
    leaves(&[&query("page", NUMBER)], THINGS);
    let (offset, limit) = (query("offset", NUMBER), query("limit", NUMBER));
    reads(&[&offset, &limit], THINGS, "`offset`");
    leaves(&[&offset], THINGS);
    leaves(&[&query("offset", FIRST), &limit], THINGS);
    // Nothing states which of them the provider follows.
    leaves(&[&query("page", FIRST), &offset, &limit], THINGS);
}

#[test]
fn what_could_lose_records_is_left_to_people() {
    let cursor = query("cursor", TEXT);
    let two = object(&[
        ("things", THINGS),
        ("included", THINGS),
        ("next_cursor", TEXT),
    ]);
    leaves(&[&cursor], &two);
    let odd = object(&[("things", THINGS), ("extra", "{}"), ("next_cursor", TEXT)]);
    leaves(&[&cursor], &odd);
    let other_kind = object(&[("things", THINGS), ("next_cursor", NUMBER)]);
    leaves(&[&cursor], &other_kind);
    let twice = object(&[
        ("next_cursor", TEXT),
        ("things", THINGS),
        ("meta", &object(&[("next_cursor", TEXT)])),
    ]);
    leaves(&[&cursor], &twice);
}

#[test]
fn objects_beside_the_items_are_left_to_people_wherever_they_are() {
    let cursor = query("next_token", TEXT);
    let of = |name: &str, beside: &str| {
        object(&[
            ("data", THINGS),
            (name, beside),
            ("meta", &object(&[("next_token", TEXT)])),
        ])
    };
    let map = |values: &str| format!(r#"{{"type": "object", "additionalProperties": {values}}}"#);
    leaves(&[&cursor], &of("includes", &object(&[("users", THINGS)])));
    leaves(&[&cursor], &of("linked", &map(THINGS)));
    leaves(&[&cursor], &of("linked", &map("{}")));
    for beside in [
        object(&[(
            "warnings",
            r#"{"type": "array", "items": {"type": "string"}}"#,
        )]),
        object(&[("links", THINGS)]),
        map(TEXT),
    ] {
        reads(
            &[&cursor],
            &of("more_of_it", &beside),
            "`next_token` from `meta.next_token`",
        );
    }
}

#[test]
fn the_last_page_is_a_count_only_if_pages_are_counted_from_one() {
    let list = object(&[("things", THINGS), ("last_page", NUMBER)]);
    let ends = |first: &str| {
        let page = format!(r#"{{"type": "integer", "default": {first}}}"#);
        source(&[&query("page", &page)], &list).contains("last_page")
    };
    assert!(ends("1"));
    assert!(!ends("0"));
}

#[test]
fn the_number_of_pages_is_that_of_the_list() {
    let ends = |around: &str| {
        let list = object(&[("things", THINGS), (around, &object(&[("pages", NUMBER)]))]);
        source(&[&query("page", FIRST)], &list).contains("pages| number")
    };
    assert!(ends("pageInfo"));
    assert!(ends("_meta"));
    assert!(!ends("book"));
}

#[test]
fn a_flag_ends_a_list_with_an_offset() {
    let list = object(&[("things", THINGS), ("has_more", FLAG)]);
    let parameters = [query("offset", NUMBER), query("limit", NUMBER)];
    let text = source(&[&parameters[0], &parameters[1]], &list);
    assert!(
        text.contains("an empty page states that more follow"),
        "{text}"
    );
}

#[test]
fn a_number_must_be_able_to_end_and_to_grow() {
    let always = r#"{"type": "object", "required": ["next_page"], "properties": {"next_page": {"type": "integer"},
                   "names": {"type": "array", "items": {"type": "string"}}}}"#;
    leaves(&[&query("page", NUMBER)], always);
    let one = r#"{"type": "integer", "default": 1, "maximum": 1}"#;
    leaves(&[&query("page", one)], THINGS);
    let short = r#"{"type": "integer", "maximum": 1}"#;
    leaves(&[&query("offset", short), &query("limit", NUMBER)], THINGS);
}

#[test]
fn a_call_without_pages_is_none() {
    assert_eq!(report(&[&query("limit", NUMBER)], THINGS), "");
    assert_eq!(
        report(&[&query("page", FIRST)], &object(&[("id", TEXT)])),
        ""
    );
}

#[test]
fn what_leads_to_the_next_page_is_read_strictly() {
    let meta = object(&[("next_cursor", NULLABLE)]);
    // An envelope is read strictly in any case. A list of texts makes no envelope.
    let texts = r#"{"type": "array", "items": {"type": "string"}}"#;
    for (items, count) in [(THINGS, 1), (texts, 3)] {
        let response = object(&[("things", items), ("meta", &meta)]);
        let text = description(&query("cursor", TEXT), &response);
        let (text, ..) = understand(
            "acme",
            "acme.json",
            text.as_bytes(),
            None,
            Wanted::default(),
        )
        .unwrap();
        assert_eq!(text.matches("\"x-strict\": true").count(), count, "{text}");
    }
}

#[test]
fn no_type_of_the_crate_has_the_name_of_an_import() {
    let kind = |value: &str| {
        let kind = format!(r#"{{"type": "string", "enum": ["{value}"]}}"#);
        let of_it = object(&[("kind", &kind), ("email", TEXT), ("at", NULLABLE)]);
        of_it.replacen('{', r#"{"required": ["kind"], "#, 1)
    };
    let union = format!(r#"{{"oneOf": [{}, {}]}}"#, kind("a"), kind("b"));
    let list = object(&[(
        "things",
        &format!(r#"{{"type": "array", "items": {union}}}"#),
    )]);
    let mut names = Vec::new();
    for parameter in [query("page", FIRST), query("cursor", TEXT)] {
        let response = list.replace(
            "\"things\"",
            "\"next_cursor\": {\"type\": \"string\"}, \"things\"",
        );
        let text = description(&parameter, &response);
        let files = draft("acme", "acme.json", text.as_bytes(), Wanted::default()).unwrap();
        let files = files.iter().filter(|(path, _)| {
            ["src/generated/", "src/pages/list_", "tests/wire/pages.rs"]
                .iter()
                .any(|start| path.starts_with(start))
        });
        for (_, text) in files {
            for import in text.split("use customer_api_core::").skip(1) {
                let import = import.split(';').next().unwrap();
                names.extend(
                    import
                        .split(|c: char| !c.is_alphanumeric() && c != '_')
                        .filter(|word| word.starts_with(char::is_uppercase))
                        .map(str::to_owned),
                );
            }
        }
    }
    for name in ["Alternative", "Fetched", "PagesErrorKind", "UnlistedObject"] {
        assert!(names.iter().any(|one| one == name), "{name}");
    }
    let free: Vec<&String> = names
        .iter()
        .filter(|name| !is_reserved_type(name))
        .collect();
    assert_eq!(free, Vec::<&String>::new());
}

#[test]
fn a_crate_without_such_lists_has_no_part_of_them() {
    let text = description("", THINGS);
    let files = draft("acme", "acme.json", text.as_bytes(), Wanted::default()).unwrap();
    assert!(!files.keys().any(|file| file.contains("pages")));
    assert!(!files.values().any(|text| text.contains("pages")));
}
