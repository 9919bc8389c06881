//! A new crate as a whole: all files or none.

use std::fs;

use workspace::files::Scratch;

use super::*;

const PLAIN: &str = include_str!("testdata/plain.yaml");

/// A workspace that contains only what a new crate needs from it.
fn workspace() -> Scratch {
    let scratch = Scratch::new().unwrap();
    for (path, text) in [
        ("LICENSE", "the license\n"),
        ("Cargo.lock", "[[package]]\nname = \"serde\"\n"),
        ("plain.yaml", PLAIN),
        ("crates/taken/Cargo.toml", ""),
    ] {
        write_file(&scratch.0.join(path), text).unwrap();
    }
    scratch
}

/// Makes a crate from this description.
fn make_from(scratch: &Scratch, name: &str, text: &str) -> Result<String, String> {
    let spec = scratch.0.join("spec.yaml");
    fs::write(&spec, text).unwrap();
    make(&scratch.0, name, &spec, Wanted::default())
}

/// Returns every file below the workspace's crates and docs.
fn listing(scratch: &Scratch) -> Vec<String> {
    fn walk(folder: &Path, name: &str, found: &mut Vec<String>) {
        for (entry, path) in generated::entries(folder).unwrap() {
            let name = format!("{name}/{entry}");
            if path.is_dir() {
                walk(&path, &name, found);
            } else {
                found.push(name);
            }
        }
    }
    let mut found = Vec::new();
    for top in ["crates", "docs"] {
        walk(&scratch.0.join(top), top, &mut found);
    }
    found
}

fn text_of(scratch: &Scratch, path: &str) -> String {
    fs::read_to_string(scratch.0.join("crates/acme-parcels").join(path)).unwrap()
}

#[test]
fn a_plain_description_makes_a_whole_crate() {
    let scratch = workspace();
    let report = make(
        &scratch.0,
        "acme-parcels",
        &scratch.0.join("plain.yaml"),
        Wanted::default(),
    )
    .unwrap();
    assert!(
        report.starts_with("made crates/acme-parcels: 33 files"),
        "{report}"
    );
    let listing = listing(&scratch);
    for file in [
        "CHANGELOG.md",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "openapi.yaml",
        "src/client.rs",
        "src/generated/calls.md",
        "src/generated/mod.rs",
        "src/generated/models/state.rs",
        "src/generated/operations/create_parcel.rs",
        "src/lib.rs",
        "src/service.rs",
        "tests/wire/calls.rs",
        "tests/wire/environment.rs",
        "tests/wire/main.rs",
        "tests/wire/support.rs",
    ] {
        let path = format!("crates/acme-parcels/{file}");
        assert!(
            listing.contains(&path),
            "{path} is missing from {listing:#?}"
        );
    }
    assert!(listing.contains(&"docs/coverage.md".to_owned()));
    assert!(listing.contains(&"docs/reference.md".to_owned()));
    // The cautious assumptions are written into the description, where the crate's owner can change them.
    let description = text_of(&scratch, "openapi.yaml");
    assert_eq!(description.matches("\"non-idempotent\"").count(), 2);
    assert_eq!(description.matches("\"x-personal\": true").count(), 2);
    assert_eq!(description.matches("\"x-secret\": true").count(), 1);
    for line in [
        "assumed: a write is never repeated by itself (2): ",
        "assumed: personal by its name, and hidden in messages (2): ",
        "properties/street",
    ] {
        assert!(report.contains(line), "{line} is missing from {report}");
    }
    assert_eq!(text_of(&scratch, "LICENSE"), "the license\n");
    // The generated files are those that `codegen` would generate.
    crate::check(&scratch.0).unwrap();
}

#[test]
fn what_people_own_is_formatted_and_allows_nothing() {
    let scratch = workspace();
    make_from(&scratch, "acme-parcels", PLAIN).unwrap();
    for file in listing(&scratch)
        .iter()
        .filter(|file| file.ends_with(".rs"))
    {
        let text = fs::read_to_string(scratch.0.join(file)).unwrap();
        assert!(!text.contains("allow("), "{file}");
    }
    let mut again = BTreeMap::new();
    for file in listing(&scratch)
        .into_iter()
        .filter(|file| file.ends_with(".rs"))
    {
        let text = fs::read_to_string(scratch.0.join(&file)).unwrap();
        again.insert(file, text);
    }
    let before = again.clone();
    format::format(&scratch.0, &mut again).unwrap();
    assert_eq!(again, before);
}

#[test]
fn every_operation_is_tested_for_what_it_sends() {
    let scratch = workspace();
    make_from(&scratch, "acme-parcels", PLAIN).unwrap();
    let tests = text_of(&scratch, "tests/wire/calls.rs");
    assert_eq!(tests.matches("#[tokio::test]").count(), 8);
    for line in [
        "\"GET /v2/parcels?state=announced&state=announced&tag=a%20b&tag=a%20b&limit=5&since=2024-02-29T12%3A00%3A00Z\"",
        "assert_eq!(sent.header(\"x-api-key\"), Some(\"sample-key\"));",
        r##"r#"{"type":"letter","pages":[1,1],"state":"announced","address":{"street":"a b&ü","country":"a ","line 2":"a b&ü"},"comment":"a b&ü"}"#"##,
        "\"user=a+b%26%C3%BC&password=a+b%26%C3%BC&remember=true\"",
        "(\"taken at\", \"2024-02-29T12:00:00Z\")",
        "#[expect(deprecated,",
    ] {
        assert!(tests.contains(line), "{line} is missing from\n{tests}");
    }
    assert!(text_of(&scratch, "tests/wire/support.rs").contains("fn multipart("));
}

/// rustfmt would not finish if samples were nested without a limit.
#[test]
fn samples_do_not_nest_without_end() {
    let mut inner = "{ type: string }".to_owned();
    for _ in 0..40 {
        inner = format!("{{ type: object, properties: {{ deeper: {inner} }} }}");
    }
    let text = PLAIN.replace("meta: {}", &format!("meta: {inner}"));
    let scratch = workspace();
    make_from(&scratch, "acme-parcels", &text).unwrap();
    let tests = text_of(&scratch, "tests/wire/calls.rs");
    let deepest = tests.matches(r#"{"deeper":"#).count();
    assert!((5..20).contains(&deepest), "{deepest}");
}

#[test]
fn the_client_follows_servers_and_security() {
    let made = |text: &str| {
        let scratch = workspace();
        make_from(&scratch, "acme-parcels", text).unwrap();
        (
            text_of(&scratch, "src/client.rs"),
            text_of(&scratch, "src/service.rs"),
            text_of(&scratch, "README.md"),
        )
    };
    let (client, service, readme) = made(PLAIN);
    assert!(client.contains("KeyCredential::header(HeaderName::from_static(\"x-api-key\"), key)"));
    assert!(service.contains("Some(\"https://api.acme.example\")"));
    assert!(readme.contains("Client::builder(key).build()?;"));
    let entry = "acme-parcels = { path = \"../customer-apis/crates/acme-parcels\" }";
    assert!(readme.contains(&format!("[dependencies]\n{entry}\n")));
    assert!(readme.contains("a tokio runtime with I/O and time enabled"));

    let bearer = PLAIN.replace(
        "{ type: apiKey, in: header, name: X-Api-Key }",
        "{ type: http, scheme: bearer }",
    );
    assert!(made(&bearer).0.contains("KeyCredential::bearer(token)"));

    let open = PLAIN.replace("  - apiKey: []\n", "  []\n").replace(
        "https://api.acme.example/",
        "https://{account}.acme.example",
    );
    let (client, service, readme) = made(&open);
    assert!(client.contains("Anonymous") && client.contains("no default base URL"));
    assert!(!service.contains("default_base_url"));
    assert!(readme.contains(".base_url(\"https://account.example\")"));
}

#[test]
fn json_becomes_what_yaml_readers_take() {
    let scratch = workspace();
    let (tree, _) = crate::understand("plain.yaml", PLAIN.as_bytes()).unwrap();
    // Tabs, and a character as a surrogate pair, are possible in JSON and not in YAML.
    let json = tree::to_json(&tree)
        .unwrap()
        .replace("  ", "\t")
        .replace("Lists parcels.", "Lists \\ud83d\\udce6.");
    let spec = scratch.0.join("spec.json");
    fs::write(&spec, json).unwrap();
    make(&scratch.0, "acme-parcels", &spec, Wanted::default()).unwrap();
    assert!(text_of(&scratch, "openapi.yaml").contains("\"summary\": \"Lists 📦.\""));
    crate::check(&scratch.0).unwrap();
}

#[test]
fn extensions_lead_to_what_they_need() {
    let scratch = workspace();
    let text = PLAIN
        .replace(
            "operationId: checkHealth",
            "operationId: checkHealth\n      x-undocumented: true",
        )
        .replace(
            "operationId: getParcel",
            "operationId: getParcel\n      x-output: Option<ParcelState>",
        );
    make_from(&scratch, "acme-parcels", &text).unwrap();
    assert!(text_of(&scratch, "Cargo.toml").contains("undocumented = []"));
    assert!(text_of(&scratch, "src/lib.rs").contains("pub use outputs::ParcelState;"));
    assert!(
        text_of(&scratch, "src/outputs.rs")
            .contains("impl FromBody<crate::GetParcel> for Option<ParcelState> {")
    );
    assert!(text_of(&scratch, "tests/wire/undocumented.rs").contains("sends_check_health"));
    assert!(
        text_of(&scratch, "tests/wire/main.rs")
            .contains("#[cfg(feature = \"undocumented\")]\nmod undocumented;")
    );
}

/// Asserts a refusal with these words, and that nothing is left behind.
#[track_caller]
fn refuses(name: &str, text: &str, words: &[&str]) {
    let scratch = workspace();
    let before = listing(&scratch);
    let report = make_from(&scratch, name, text).unwrap_err();
    for word in words {
        assert!(report.contains(word), "{word} is missing from: {report}");
    }
    assert_eq!(listing(&scratch), before);
}

#[test]
fn names_that_no_crate_can_have() {
    for name in [
        "Acme",
        "acme_parcels",
        "1acme",
        "acme--x",
        "-acme",
        "acme-",
        "",
        "a/b",
        "..",
        "match",
        "größe",
    ] {
        refuses(
            name,
            PLAIN,
            &["can't be the name of a crate", "acme-customers"],
        );
    }
    for name in ["test", "src"] {
        refuses(name, PLAIN, &["another meaning"]);
    }
    for name in ["con", "nul", "aux", "prn", "com1", "com9", "lpt1"] {
        refuses(name, PLAIN, &[&format!("`{name}` is the name of a device")]);
    }
    for name in ["com", "com0", "com10", "console", "con-x"] {
        assert_eq!(name::check(Path::new("nowhere"), name), Ok(()));
    }
    refuses(
        &"a".repeat(300),
        PLAIN,
        &["a crate's name of 300 letters is too long; crates.io allows 64"],
    );
    refuses("taken", PLAIN, &["crates/taken exists"]);
    refuses("serde", PLAIN, &["`serde` is part of the workspace"]);
}

#[test]
fn a_second_run_changes_nothing() {
    let scratch = workspace();
    make_from(&scratch, "acme-parcels", PLAIN).unwrap();
    let before = text_of(&scratch, "src/lib.rs");
    let report = make_from(&scratch, "acme-parcels", PLAIN).unwrap_err();
    assert!(report.contains("crates/acme-parcels exists"), "{report}");
    assert_eq!(text_of(&scratch, "src/lib.rs"), before);
}

#[test]
fn files_that_are_no_description() {
    let scratch = workspace();
    let missing = make(
        &scratch.0,
        "acme",
        &scratch.0.join("missing.yaml"),
        Wanted::default(),
    )
    .unwrap_err();
    assert!(
        missing.contains("missing.yaml: #: the file can't be read: ")
            && missing.contains("; name the provider's description with --spec"),
        "{missing}"
    );
    refuses("acme", "a: [", &["spec.yaml: #: this YAML can't be read"]);
    // One run reports the name and every problem of the description.
    let broken = PLAIN
        .replace(
            "{ description: Healthy. }",
            "{ description: Healthy., content: { text/csv: {} } }",
        )
        .replace(
            "\"204\": { description: Healthy.",
            "\"200\": { description: Healthy.",
        )
        .replace("multipart/form-data:", "text/plain:");
    refuses(
        "Acme",
        &broken,
        &[
            "`Acme` can't be",
            "#/paths/~1health/get",
            "#/paths/~1v2~1parcels~1{parcel_id}~1photo/put",
            "2 in all",
        ],
    );
    refuses(
        "acme",
        &PLAIN.replace("openapi: 3.1.0", "swagger: '2.0'"),
        &["#/openapi: OpenAPI `2.0` is not supported"],
    );
}

#[test]
fn descriptions_that_no_new_crate_can_follow() {
    refuses(
        "acme",
        &PLAIN
            .replace("in: header, name: X-Api-Key", "in: query, name: key")
            .replace("https://api.acme.example/", "http://api.acme.example"),
        &[
            "#/components/securitySchemes/apiKey: ",
            "#/servers: no server",
            "2 in all",
        ],
    );
    refuses(
        "acme",
        &PLAIN.replace("security:\n  - apiKey: []\n", ""),
        &["several security schemes", "add `security`"],
    );
    refuses(
        "acme",
        &PLAIN.replace("deliver_on: {", "deliver_on: { x-hand-written: true,"),
        &["properties/deliver_on: a setter that is hand-written"],
    );
    refuses(
        "acme",
        &PLAIN.replace(
            "      requestBody:\n        required: true\n",
            "      requestBody:\n        required: true\n        x-hand-written: true\n",
        ),
        &["paths/~1v2~1parcels/post: a request that is hand-written"],
    );
}

/// If another provider's description is broken, no half-made provider may stay.
#[test]
fn a_failure_at_the_end_leaves_nothing_behind() {
    let scratch = workspace();
    fs::write(scratch.0.join("crates/taken/openapi.yaml"), "a: [").unwrap();
    let before = listing(&scratch);
    let report = make_from(&scratch, "acme-parcels", PLAIN).unwrap_err();
    assert!(report.contains("crates/taken/openapi.yaml: "), "{report}");
    assert_eq!(listing(&scratch), before);
}

/// The sandbox's description is already written at that point.
#[test]
fn a_failure_while_writing_leaves_nothing_behind() {
    let scratch = workspace();
    make_from(&scratch, "acme-letters", PLAIN).unwrap();
    let coverage = scratch.0.join("docs/coverage.md");
    fs::remove_file(&coverage).unwrap();
    write_file(&coverage.join("in the way"), "").unwrap();
    // A stale file stays stale.
    let stale = "crates/acme-letters/src/generated/mod.rs";
    fs::write(scratch.0.join(stale), "// stale\n").unwrap();
    let before = listing(&scratch);

    let report = make_from(&scratch, "acme-parcels", PLAIN).unwrap_err();
    assert!(report.contains("coverage.md: "), "{report}");
    assert_eq!(listing(&scratch), before);
    assert!(!scratch.0.join("crates/acme-parcels").exists());
    assert_eq!(
        fs::read_to_string(scratch.0.join(stale)).unwrap(),
        "// stale\n"
    );
}
