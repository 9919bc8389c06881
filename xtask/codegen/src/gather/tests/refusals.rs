//! References that are refused, and errors in the files of a description.

use super::*;

/// Nothing outside the folder is read, nothing is fetched, and the error names the file that asks for it.
#[test]
fn what_is_not_a_part_of_the_description_is_refused() {
    for (reference, wanted) in [
        (
            "https://evil.example/a.yaml#/A",
            "`https://evil.example/a.yaml` is an address, and no address is fetched",
        ),
        (
            "file:///etc/passwd",
            "`file:///etc/passwd` is an address, and no address is fetched",
        ),
        (
            "//evil.example/a.yaml",
            "`//evil.example/a.yaml` is an address, and no address is fetched",
        ),
        (
            "/etc/passwd",
            "`/etc/passwd` is not a relative path with `/` between its steps",
        ),
        (
            "../../secret.yaml",
            "`../../secret.yaml` leads out of the folder of the description",
        ),
        (
            "%2e%2e/%2E./secret.yaml",
            "`%2e%2e/%2E./secret.yaml` leads out of the folder of the description",
        ),
        (
            "..\\\\..\\\\secret.yaml",
            "`..\\..\\secret.yaml` is not a relative path with `/` between its steps",
        ),
        (
            "link.yaml",
            "`parts/link.yaml` leads out of the folder of the description",
        ),
        ("gone.yaml", "`parts/gone.yaml` can't be read"),
        ("more.yaml#/Gone", "`parts/more.yaml#/Gone` has nothing"),
        ("more.yaml#Gone", "`#Gone` is not a JSON pointer"),
        ("more.yaml#/Circle", "leads to itself"),
    ] {
        let folder = Folder::new(
            "refused",
            &[
                (
                    "api/openapi.yaml",
                    &first(
                        &[
                            receiving("/bad", "bad", "{ $ref: 'parts/it.yaml#/It' }"),
                            receiving("/fine", "fine", "{ type: string }"),
                        ]
                        .join(", "),
                        "",
                    ),
                ),
                (
                    "api/parts/it.yaml",
                    &format!(
                        "It: {{ type: object, properties: {{ it: {{ $ref: \"{reference}\" }} }} }}\n"
                    ),
                ),
                (
                    "api/parts/more.yaml",
                    "Circle: { $ref: '#/Other' }\nOther: { $ref: '#/Circle' }\n",
                ),
                ("secret.yaml", "type: string\n"),
            ],
        );
        #[cfg(unix)]
        std::os::unix::fs::symlink(
            folder.0.join("secret.yaml"),
            folder.0.join("api/parts/link.yaml"),
        )
        .unwrap();
        if cfg!(unix) || reference != "link.yaml" {
            let found = folder.refused(&[]);
            assert_eq!(found.len(), 1, "{found:#?}");
            let start = "api/parts/it.yaml: #/It/properties/it/$ref: ";
            assert!(
                found[0].starts_with(start) && found[0].contains(wanted),
                "{found:#?}"
            );
        }
        // An operation that does not need the file is not affected.
        folder.adapted(&["fine"]).unwrap();
    }
}

#[test]
fn a_path_that_is_not_there_is_missed() {
    let folder = Folder::new(
        "lost",
        &[(
            "api/openapi.yaml",
            &first(
                &format!(
                    "/a: {{ $ref: gone.yaml }}, /b: {{ $ref: '#/components/pathItems/Gone' }}, {}",
                    receiving("/fine", "fine", "{ type: string }")
                ),
                "",
            ),
        )],
    );
    let found = folder.refused(&["fine"]);
    assert!(
        found[0].starts_with("api/openapi.yaml: #/paths/~1a/$ref: `gone.yaml` can't be read"),
        "{found:#?}"
    );
    let folder = Folder::new(
        "lost-inside",
        &[(
            "api/openapi.yaml",
            &first("/b: { $ref: '#/components/pathItems/Gone' }", ""),
        )],
    );
    let found = folder.refused(&[]);
    assert!(
        found[0].starts_with("api/openapi.yaml: #/paths/~1b: a path that leads nowhere"),
        "{found:#?}"
    );
}

#[test]
fn an_error_names_the_file_of_the_fault() {
    let folder = Folder::new(
        "faults",
        &[
            (
                "api/openapi.yaml",
                &first(
                    &format!(
                        "/a: {{ $ref: 'a.yaml#/item' }}, {}",
                        receiving("/b", "readB", "{ $ref: 'b.json' }")
                    ),
                    "",
                ),
            ),
            (
                "api/a.yaml",
                "item: { parameters: [ { $ref: 'more/p.yaml#/One' }, { $ref: 'more/p.yaml#/Two' } ], get: { operationId: readA, \
                 responses: { '200': { description: It., content: { text/rtf: {} } } } } }\n",
            ),
            (
                "api/more/p.yaml",
                "One: { name: one, in: query, schema: { type: string } }\nTwo: { name: two, in: query, required: true, schema: { type: \
                 array, items: { type: array, items: {} } } }\n",
            ),
            (
                "api/b.json",
                r#"{"type": "object", "properties": {"it": {"type": "tuple"}}}"#,
            ),
        ],
    );
    let found = folder.refused(&[]);
    let starts = |start: &str| {
        assert!(
            found.iter().any(|line| line.starts_with(start)),
            "{start}\n{found:#?}"
        )
    };
    starts("api/more/p.yaml: #/Two");
    starts("api/a.yaml: #/item/get/responses/200/content/text~1rtf: ");
    starts("api/b.json: #/properties/it/type: `tuple`");
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[test]
fn broken_files_are_named() {
    let folder = Folder::new(
        "broken",
        &[
            (
                "api/openapi.yaml",
                &first(
                    &[
                        receiving("/a", "readA", "{ $ref: a.yaml }"),
                        receiving("/b", "readB", "{ $ref: b.json }"),
                        receiving("/c", "readC", "{ $ref: c.yaml }"),
                    ]
                    .join(", "),
                    "",
                ),
            ),
            ("api/a.yaml", "type: [\n"),
            ("api/b.json", "type: string"),
            ("api/c.yaml", "type: string\ntype: integer\n"),
        ],
    );
    let found = folder.refused(&[]);
    for (line, start) in found.iter().zip([
        "api/a.yaml: #: this YAML can't be read as a description",
        "api/b.json: #: this JSON can't be read as a description",
        "api/c.yaml: #/type: the key `type` occurs twice here",
    ]) {
        assert!(line.starts_with(start), "{found:#?}");
    }
    assert_eq!(found.len(), 3, "{found:#?}");
}

/// References to a small file can't multiply it without limit.
#[test]
fn what_references_stand_for_is_bounded() {
    let response = format!(
        "description: It.\ncontent: {{ application/json: {{ schema: {{ type: object }}, example: [{}] }} }}\n",
        "0,".repeat(40_000)
    );
    let paths: Vec<String> = (0..60)
        .map(|index| {
            format!("/{index}: {{ get: {{ operationId: read{index}, responses: {{ '200': {{ $ref: r.yaml }} }} }} }}")
        })
        .collect();
    let folder = Folder::new(
        "bounded",
        &[
            ("api/openapi.yaml", &first(&paths.join(", "), "")),
            ("api/r.yaml", &response),
        ],
    );
    let found = folder.refused(&[]);
    assert!(
        found[0].contains("stand for more than 2000000 values"),
        "{found:#?}"
    );
}

#[test]
fn a_text_has_no_other_files() {
    let text = first(&receiving("/a", "readA", "{ $ref: a.yaml }"), "");
    let found = crate::new_crate("acme-things", "openapi.yaml", text.as_bytes()).unwrap_err();
    assert!(
        found[0]
            .contains("`a.yaml` is another file, but this description was not read from a file"),
        "{found:#?}"
    );
}

/// File names are untrusted text, like the rest of a description.
#[cfg(unix)]
#[test]
fn a_file_may_have_any_name() {
    for name in [
        "a`b\n~~~rust\nfn main() {}\n~~~",
        "*/ #![allow(x)] //",
        "a\u{202E}b",
        "<b> [x](y)",
        "%2F",
        "ü",
    ] {
        // A slash would separate two steps of the path, and `%` would begin an escape.
        let name = name.replace('/', "-");
        let reference = format!("{}.yaml#/It", name.replace('%', "%25").replace('#', "%23"));
        let quoted = serde_json::to_string(&reference).unwrap();
        let paths = [
            receiving("/fine", "fine", &format!("{{ $ref: {quoted} }}")),
            receiving(
                "/bad",
                "bad",
                &format!("{{ $ref: {} }}", quoted.replace("#/It", "#/Bad")),
            ),
        ];
        let folder = Folder::new(
            "hostile",
            &[
                ("api/openapi.yaml", &first(&paths.join(", "), "")),
                (
                    &format!("api/{name}.yaml"),
                    "It: { type: object, properties: { a: { type: string } } }\nBad: { type: tuple }\n",
                ),
            ],
        );
        let found = folder.refused(&[]);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            !found[0].contains(char::is_control) && !found[0].contains('\u{202E}'),
            "{found:#?}"
        );
        let only = ["fine".to_owned()];
        let wanted = Wanted {
            only: &only,
            skips: false,
        };
        let adapted = adapt(&folder.gathered().unwrap(), "api/openapi.yaml", wanted);
        crate::emitted(&adapted.ok().unwrap().api, "acme").unwrap();
    }
}
