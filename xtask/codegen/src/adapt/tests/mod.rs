//! Each rule, on a small description with one construct.

mod bodies;

use super::*;
use crate::{
    gather::Whole,
    tree::{parse, to_line},
};

mod unions;

/// Reads a description that has this in `paths` and `components`, in YAML's flow style.
fn tree(version: &str, paths: &str, components: &str) -> Whole {
    let text = format!(
        "openapi: {version}\ninfo: {{ title: Acme, version: 1.0 }}\n\
         servers: [ {{ url: 'https://api.acme.example/v1' }} ]\n\
         paths: {{ {paths} }}\ncomponents: {{ {components} }}\n"
    );
    let mut problems = Problems::new("acme.yaml");
    let tree = parse(&text, "acme.yaml", &mut problems);
    assert!(problems.is_empty(), "{text}\n{problems:#?}");
    Whole::alone(tree.unwrap())
}

fn adapted(tree: &Whole) -> Adapted {
    match adapt(tree, "acme.yaml", Wanted::default()) {
        Ok(adapted) => adapted,
        Err(problems) => panic!("{problems:#?}"),
    }
}

fn refused(tree: &Whole) -> String {
    match adapt(tree, "acme.yaml", Wanted::default()) {
        Ok(adapted) => panic!("{}", to_line(&adapted.tree)),
        Err(problems) => problems
            .iter()
            .map(|problem| format!("{problem}\n"))
            .collect(),
    }
}

/// Returns a description whose only operation receives this schema.
fn receiving(version: &str, schema: &str, schemas: &str) -> Whole {
    tree(
        version,
        &format!(
            "/it: {{ get: {{ operationId: read, responses: {{ '200': {{ description: It., content: {{ \
             application/json: {{ schema: {schema} }} }} }} }} }} }}"
        ),
        &format!("schemas: {{ {schemas} }}"),
    )
}

/// Returns a description whose only operation sends this schema.
fn sending(schema: &str, schemas: &str) -> Whole {
    tree(
        "3.1.0",
        &format!(
            "/it: {{ post: {{ operationId: act, requestBody: {{ content: {{ application/json: {{ schema: \
             {schema} }} }} }}, responses: {{ '204': {{ description: Done. }} }} }} }}"
        ),
        &format!("schemas: {{ {schemas} }}"),
    )
}

/// Returns a description whose only operation has this parameter.
fn with_parameter(parameter: &str) -> Whole {
    tree(
        "3.0.3",
        &format!(
            "/it: {{ get: {{ operationId: read, parameters: [ {parameter} ], responses: {{ '204': {{ \
             description: Done. }} }} }} }}"
        ),
        "",
    )
}

fn at(adapted: &Adapted, pointer: &str) -> String {
    edit::at(&adapted.tree, pointer).map_or_else(|| "nothing".to_owned(), to_line)
}

const RECEIVED: &str =
    "/paths/~1v1~1it/get/responses/200/content/application~1json/schema/properties/it";

/// Returns what becomes of a property that is received.
fn property(version: &str, schema: &str) -> String {
    let object = format!("{{ type: object, properties: {{ it: {schema} }} }}");
    at(&adapted(&receiving(version, &object, "")), RECEIVED)
}

#[test]
fn what_3_0_says_differently() {
    for (given, wanted) in [
        (
            "{ type: string, nullable: true }",
            r#"{"type":["string","null"]}"#,
        ),
        (
            "{ type: integer, minimum: 1, exclusiveMinimum: true, maximum: 9.0, exclusiveMaximum: true }",
            r#"{"type":"integer","minimum":2,"maximum":8}"#,
        ),
        (
            "{ type: string, example: x, x-foreign: 1, xml: {} }",
            r#"{"type":"string"}"#,
        ),
    ] {
        assert_eq!(property("3.0.3", given), wanted);
    }
}

#[test]
fn formats_and_limits() {
    for (given, wanted) in [
        ("{ type: number }", r#"{"type":"number","format":"double"}"#),
        (
            "{ type: number, format: float }",
            r#"{"type":"number","format":"double"}"#,
        ),
        (
            "{ type: string, format: byte }",
            r#"{"type":"string","description":"Not checked before sending: `format: \"byte\"`."}"#,
        ),
        ("{ type: string, format: binary }", r#"{"type":"string"}"#),
        (
            "{ type: string, format: uuid }",
            r#"{"type":"string","format":"uuid"}"#,
        ),
        (
            "{ type: integer, format: unix-time }",
            r#"{"type":"integer"}"#,
        ),
        (
            "{ type: array, items: { type: string }, maxItems: 3 }",
            r#"{"type":"array","items":{"type":"string"},"description":"Not checked before sending: `maxItems: 3`."}"#,
        ),
        (
            "{ type: string, pattern: '(?<=a)b' }",
            r#"{"type":"string","description":"Not checked before sending: `pattern: \"(?<=a)b\"`."}"#,
        ),
        (
            "{ type: integer, enum: [1, 2] }",
            r#"{"type":"integer","description":"Not checked before sending: `enum: [1,2]`."}"#,
        ),
    ] {
        assert_eq!(property("3.1.0", given), wanted);
    }
}

#[test]
fn enums_have_names_by_rule() {
    for (given, wanted) in [
        ("{ enum: [a, b] }", r#"{"type":"string","enum":["a","b"]}"#),
        ("{ const: a }", r#"{"type":"string","enum":["a"]}"#),
        (
            "{ type: string, nullable: true, enum: [a, null] }",
            r#"{"type":["string","null"],"enum":["a"]}"#,
        ),
        (
            "{ type: string, enum: ['+1', '-1'] }",
            r#"{"type":"string","enum":["+1","-1"],"x-enum-names":{"+1":"Plus1","-1":"Minus1"}}"#,
        ),
        (
            "{ type: string, enum: [created, -created] }",
            r#"{"type":"string","enum":["created","-created"],"x-enum-names":{"-created":"MinusCreated"}}"#,
        ),
    ] {
        assert_eq!(property("3.0.3", given), wanted);
    }
}

#[test]
fn values_of_several_shapes() {
    for (given, wanted) in [
        ("{ oneOf: [ { type: string }, { type: integer } ] }", "{}"),
        (
            "{ anyOf: [ { type: object }, { type: array, items: {} } ] }",
            "{}",
        ),
        ("{ type: [string, integer] }", "{}"),
        (
            "{ oneOf: [ { type: string, enum: [a] }, { type: string } ] }",
            r#"{"type":"string","enum":["a"]}"#,
        ),
        (
            "{ anyOf: [ { type: integer }, { type: number } ] }",
            r#"{"type":"number","format":"double"}"#,
        ),
        (
            "{ oneOf: [ { type: integer, format: int32 }, { type: number, format: double } ] }",
            r#"{"type":"number","format":"double"}"#,
        ),
        (
            "{ oneOf: [ { type: integer, format: int64 }, { type: number, format: double } ] }",
            "{}",
        ),
        (
            "{ oneOf: [ { type: integer, format: uint64 }, { type: integer, format: int32 } ] }",
            "{}",
        ),
        (
            "{ oneOf: [ { type: integer, format: uint64 }, { type: integer, format: int32, minimum: 0 } ] }",
            r#"{"type":"integer","format":"uint64"}"#,
        ),
        (
            "{ oneOf: [ { type: integer, format: uint64, maximum: 5 }, { type: integer, format: uint64 } ] }",
            r#"{"type":"integer","format":"uint64"}"#,
        ),
        (
            "{ oneOf: [ { type: integer, format: int64 }, { type: integer, format: int32 } ] }",
            r#"{"type":"integer"}"#,
        ),
        (
            "{ oneOf: [ { type: string, maxLength: 3 }, { type: string, format: uuid } ], minLength: 2 }",
            r#"{"type":"string","description":"Not checked before sending: `minLength: 2`."}"#,
        ),
        (
            "{ allOf: [ { type: string } ], minLength: 2 }",
            r#"{"type":"string","description":"Not checked before sending: `minLength: 2`."}"#,
        ),
        ("{ oneOf: [ { type: boolean } ] }", r#"{"type":"boolean"}"#),
        (
            "{ anyOf: [ { type: boolean }, { type: 'null' } ] }",
            r#"{"type":["boolean","null"]}"#,
        ),
    ] {
        assert_eq!(property("3.1.0", given), wanted);
    }
}

#[test]
fn all_of_is_one_schema_or_an_error() {
    let schemas = "Base: { type: object, required: [id], properties: { id: { type: string } } }";
    let whole = |more: &str| {
        receiving(
            "3.1.0",
            &format!("{{ allOf: [ {{ $ref: '#/components/schemas/Base' }}, {more} ] }}"),
            schemas,
        )
    };
    let schema = "/paths/~1v1~1it/get/responses/200/content/application~1json/schema";
    let merged = adapted(&whole(
        "{ type: object, properties: { more: { type: integer } } }",
    ));
    assert_eq!(
        at(&merged, schema),
        r#"{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"more":{"type":"integer"}}}"#
    );
    // A schema that nothing needs any more is not there.
    assert_eq!(at(&merged, "/components/schemas"), "nothing");
    let only = adapted(&whole("{ description: It. }"));
    assert!(at(&only, schema).contains("#/components/schemas/Base"));
    let conflict = refused(&whole(
        "{ type: object, properties: { id: { type: integer } } }",
    ));
    assert!(conflict.contains("`allOf` is not supported"), "{conflict}");
}

#[test]
fn parameters_put_the_same_on_the_wire() {
    let parameters = "/paths/~1v1~1it/get/parameters";
    for (given, wanted) in [
        (
            "{ name: f, in: query, style: deepObject, schema: { type: object, properties: { a: { type: string }, b: { type: integer } } } }",
            r#"[{"name":"f[a]","in":"query","schema":{"type":"string"}},{"name":"f[b]","in":"query","schema":{"type":"integer"}}]"#,
        ),
        (
            "{ name: ids, in: query, explode: false, schema: { type: array, items: { type: integer } } }",
            r#"[{"name":"ids","in":"query","description":"Several values, with `,` between them.","schema":{"type":"string"}}]"#,
        ),
        (
            "{ name: q, in: query, schema: { type: string, nullable: true } }",
            r#"[{"name":"q","in":"query","schema":{"type":"string"}}]"#,
        ),
        (
            "{ name: q, in: query, schema: { oneOf: [ { type: string }, { type: array, items: { type: string } } ] } }",
            r#"[{"name":"q","in":"query","schema":{"type":"array","items":{"type":"string"}}}]"#,
        ),
        // What is optional and has no flat form is not sent.
        (
            "{ name: q, in: query, schema: { type: array, items: { type: object } } }",
            "nothing",
        ),
        (
            "{ name: q, in: cookie, schema: { type: string } }",
            "nothing",
        ),
        (
            "{ name: Accept, in: header, schema: { type: string } }",
            "nothing",
        ),
    ] {
        assert_eq!(at(&adapted(&with_parameter(given)), parameters), wanted);
    }
    let required =
        "{ name: q, in: query, required: true, schema: { type: array, items: { type: object } } }";
    assert!(refused(&with_parameter(required)).contains("not flat"));
    let twice = "{ name: q, in: query, schema: { type: string } }, { name: q, in: query, schema: { type: integer } }";
    assert!(refused(&with_parameter(twice)).contains("two parameters have one name"));
}

#[test]
fn requests_and_responses_have_their_own_schemas() {
    let both = tree(
        "3.1.0",
        "/it: { put: { operationId: change, requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }, \
         responses: { '200': { description: It., content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } } } } }",
        "schemas: { Thing: { type: object, properties: { id: { type: string, readOnly: true }, note: { type: [string, 'null'] }, \
         inner: { $ref: '#/components/schemas/Thing' } } } }",
    );
    let adapted = adapted(&both);
    let input = at(&adapted, "/components/schemas/ThingInput/properties");
    assert_eq!(input, r#"{"note":{"type":["string","null"]},"inner":{}}"#);
    assert!(at(&adapted, "/components/schemas/Thing/properties").contains("readOnly"));
    // Nobody said that a PUT may be repeated.
    assert_eq!(
        at(&adapted, "/paths/~1v1~1it/put/x-idempotency"),
        r#""non-idempotent""#
    );
}

#[test]
fn bodies_that_are_one_value() {
    for schema in [
        "{ type: array, items: { type: string } }",
        "{}",
        "{ oneOf: [ { type: string }, { type: object } ] }",
    ] {
        let adapted = adapted(&sending(schema, ""));
        let body = adapted
            .api
            .operations
            .first()
            .and_then(|one| one.body.as_ref());
        assert!(body.is_some_and(|body| body.is_value), "{schema}");
    }
}

#[test]
fn responses_that_are_no_success_are_documentation() {
    let text = "/it: { get: { operationId: read, responses: { default: { description: Any., content: { application/json: { schema: { type: object, \
                properties: { a: { type: string } } } } } } } } }, \
                /two: { get: { responses: { '200': { description: One., content: { application/json: { schema: { type: string } }, text/csv: {} } }, \
                '202': { description: Two., content: { application/json: { schema: { type: integer } } } }, \
                '4xx': { description: No., content: { application/json: { schema: { not: {} } } } } } } }";
    let adapted = adapted(&tree("3.0.0", text, ""));
    assert!(at(&adapted, "/paths/~1v1~1it/get/responses/2XX").contains("properties"));
    let two = "/paths/~1v1~1two/get";
    assert_eq!(at(&adapted, &format!("{two}/operationId")), r#""get_two""#);
    for status in ["200", "202"] {
        let schema = format!("{two}/responses/{status}/content/application~1json/schema");
        assert_eq!(at(&adapted, &schema), "{}");
    }
    assert_eq!(
        at(&adapted, &format!("{two}/responses/4XX")),
        r#"{"description":"No."}"#
    );
}

#[test]
fn selection_takes_what_it_needs_and_nothing_else() {
    let description = tree(
        "3.1.0",
        "/a: { get: { operationId: one, tags: [first], responses: { '200': { description: It., content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } } } }, \
         /b: { get: { operationId: two, responses: { '200': { description: It., content: { text/csv: {} } } } } }, \
         /c: { trace: {}, get: { responses: { '204': { description: It. } } } }",
        "schemas: { A: { type: object, properties: { a: { type: string } } }, B: { not: {} } }",
    );
    let chosen = |only: &[&str], skips| {
        let only: Vec<String> = only.iter().map(|word| (*word).to_owned()).collect();
        adapt(&description, "acme.yaml", Wanted { only: &only, skips })
    };
    let paths = |adapted: &Adapted| -> Vec<String> {
        let paths = edit::at(&adapted.tree, "/paths").and_then(as_map);
        paths
            .into_iter()
            .flatten()
            .map(|(path, _)| path.clone())
            .collect()
    };
    let first = chosen(&["first"], false).ok().unwrap();
    assert_eq!(paths(&first), ["/v1/a"]);
    assert!(at(&first, "/components/schemas").starts_with(r#"{"A":"#));
    assert_eq!(
        paths(&chosen(&["get_c", "one"], false).ok().unwrap()),
        ["/v1/a", "/v1/c"]
    );
    let unknown = chosen(&["three"], false).err().unwrap();
    assert!(
        unknown
            .iter()
            .any(|problem| problem.what.contains("`three`"))
    );
    assert!(chosen(&[], false).is_err());
    let skipped = chosen(&[], true).ok().unwrap();
    assert_eq!(paths(&skipped), ["/v1/a", "/v1/c"]);
    assert_eq!(
        at(&skipped, "/x-left-out"),
        r#"[{"call":"GET /b","reason":"a success response of text/csv is not supported"}]"#
    );
    let coverage = crate::emit::coverage::coverage(&[("acme".to_owned(), skipped.api)]);
    assert!(
        coverage.contains("| `GET /b` | a success response of text/csv is not supported |"),
        "{coverage}"
    );
}

#[test]
fn a_call_with_another_credential_is_refused() {
    let paths = "/a: { get: { security: [ { key: [] } ], responses: { '204': { description: It. } } } }, \
                 /b: { get: { security: [ {}, { key: [] } ], responses: { '204': { description: It. } } } }, \
                 /c: { get: { security: [ { key: [], second: [] } ], responses: { '204': { description: It. } } } }, \
                 /d: { get: { security: [ { user: [] } ], responses: { '204': { description: It. } } } }";
    let schemes = "securitySchemes: { key: { type: apiKey, in: header, name: X-Key }, user: { type: http, scheme: basic }, \
                   second: { type: apiKey, in: query, name: app } }";
    let problems = refused(&tree("3.1.0", paths, schemes));
    assert_eq!(problems.lines().count(), 1, "{problems}");
    assert!(
        problems.contains("/paths/~1d/get: this call needs a credential"),
        "{problems}"
    );
    let adapted = adapted(&tree("3.1.0", paths.split(", /d").next().unwrap(), schemes));
    assert_eq!(at(&adapted, "/security"), r#"[{"key":[]}]"#);
    assert_eq!(at(&adapted, "/paths/~1v1~1b/get/security"), "nothing");
    assert!(at(&adapted, "/paths/~1v1~1c/get/parameters/0").contains(r#""x-secret":true"#));
}

#[test]
fn a_response_is_named_after_the_name_that_its_operation_got() {
    let inner = "{ type: object, properties: { id: { type: string } } }";
    let adapted = adapted(&tree(
        "3.0.3",
        &format!(
            "/a: {{ get: {{ operationId: größe, responses: {{ '200': {{ description: It., \
             content: {{ application/json: {{ schema: {inner} }} }} }} }} }} }}"
        ),
        "",
    ));
    let names: Vec<&str> = adapted
        .api
        .models
        .iter()
        .map(|model| &*model.rust)
        .collect();
    let [operation] = adapted.api.operations.as_slice() else {
        panic!("{:#?}", adapted.api.operations);
    };
    assert_eq!(names, [format!("{}Response", operation.rust)]);
}

#[test]
fn a_version_that_is_no_text_is_named_as_such() {
    assert_eq!(
        refused(&tree("3.1", "", "")),
        "acme.yaml: #/openapi: this does not state its version as a text; \
         write `openapi: 3.1.0`, or the description's own version\n"
    );
    assert_eq!(
        refused(&tree("'2.0'", "", "")),
        "acme.yaml: #/openapi: OpenAPI `2.0` is not supported; convert the description to OpenAPI 3.0 or 3.1\n"
    );
}

#[test]
fn two_ways_to_a_token_are_one_and_an_unknown_scheme_is_named() {
    let paths = "/a: { get: { security: [ { user: [], app: [] } ], responses: { '204': { description: It. } } } }";
    let schemes =
        "securitySchemes: { user: { type: oauth2, flows: {} }, app: { type: oauth2, flows: {} } }";
    let adapted = adapted(&tree("3.0.3", paths, schemes));
    assert_eq!(at(&adapted, "/security"), r#"[{"user":[]}]"#);
    let problems = refused(&tree(
        "3.0.3",
        &paths.replace("app: []", "key: []"),
        schemes,
    ));
    assert_eq!(
        problems,
        "acme.yaml: #/paths/~1a/get: the security scheme `key` is not in components/securitySchemes; \
         correct the name, or describe the scheme there\n"
    );
}

#[test]
fn names_are_made_where_none_is_left() {
    let schemas = "Error: { type: object, properties: { id: { type: string }, '@type': { type: string }, new: { type: string } } }, \
                   act: { type: object, properties: { error: { $ref: '#/components/schemas/Error' } } }";
    let adapted = adapted(&sending(
        "{ type: array, items: { $ref: '#/components/schemas/act' } }",
        schemas,
    ));
    let names: Vec<&str> = adapted
        .api
        .models
        .iter()
        .map(|model| model.rust.as_str())
        .collect();
    assert!(
        !names.contains(&"Error") && names.contains(&"AcmeError"),
        "{names:?}"
    );
    assert_eq!(
        adapted.api.operations.first().map(|one| one.rust.as_str()),
        Some("ActOperation")
    );
    assert!(at(&adapted, "/components/schemas/Error/properties/new").contains("new_value"));
}

#[test]
fn the_same_description_gives_the_same_crate() {
    let text = crate::tests::NASTY;
    let mut problems = Problems::new("acme.yaml");
    let whole = Whole::alone(parse(text, "acme.yaml", &mut problems).unwrap());
    let run = || {
        let wanted = Wanted {
            only: &[],
            skips: true,
        };
        let adapted = adapt(&whole, "acme.yaml", wanted).ok().unwrap();
        (to_line(&adapted.tree), adapted.notes)
    };
    assert_eq!(run(), run());
}

/// Damaged descriptions are read to their end, and what is emitted of them passes the audit.
#[test]
fn damage_leads_to_problems_or_to_sound_files() {
    let words: Vec<&str> = crate::tests::NASTY
        .split_inclusive([' ', ',', '\n'])
        .collect();
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..60 {
        let mut words = words.clone();
        for _ in 0..4 {
            let (one, other) = (next(words.len()), next(words.len()));
            words[one] = words[other];
        }
        let text = words.concat();
        let mut problems = Problems::new("acme.yaml");
        let Some(tree) = parse(&text, "acme.yaml", &mut problems) else {
            continue;
        };
        if let Ok(adapted) = adapt(
            &Whole::alone(tree),
            "acme.yaml",
            Wanted {
                only: &[],
                skips: true,
            },
        ) {
            crate::emitted(&adapted.api, "acme").unwrap();
        }
    }
}

/// What a rule writes into a description is text there, whatever a provider wrote. The audit refuses anything else.
#[test]
fn limits_are_text_and_nothing_else() {
    for hostile in [
        "(?<=a)```\\n~~~rust\\nfn main() {}\\n```",
        "(?<=a)*/ #![allow(x)] //",
        "(?<=a)</code><script>[x](file:///etc/passwd)`",
    ] {
        let schema = format!(
            "{{ type: object, properties: {{ it: {{ type: string, format: \"{hostile}\", pattern: \"{hostile}\", description: \"{hostile}\" }}, \
             n: {{ type: integer, enum: [\"{hostile}\"] }}, v: {{ type: string, enum: [\"{hostile}\"] }}, \"{hostile}\": {{ const: \"{hostile}\" }} }} }}"
        );
        let adapted = adapted(&receiving("3.1.0", &schema, ""));
        crate::emitted(&adapted.api, "acme").unwrap();
        let sent = adapt(&sending(&schema, ""), "acme.yaml", Wanted::default())
            .ok()
            .unwrap();
        crate::emitted(&sent.api, "acme").unwrap();
    }
}

#[test]
fn what_is_named_like_a_persons_data_is_hidden() {
    let schema = "{ type: object, properties: { email: { type: string }, to: { oneOf: [ { type: string }, { type: array, items: \
                  { type: string } } ] }, phone: { type: string, x-personal: false }, client_secret: { type: string }, state: { type: string } } }";
    let adapted = adapted(&sending(schema, ""));
    let properties = "/paths/~1v1~1it/post/requestBody/content/application~1json/schema/properties";
    for (name, wanted) in [
        ("email", r#"{"type":"string","x-personal":true}"#),
        ("to", r#"{"x-personal":true}"#),
        ("phone", r#"{"x-personal":false,"type":"string"}"#),
        ("client_secret", r#"{"type":"string","x-secret":true}"#),
        ("state", r#"{"type":"string"}"#),
    ] {
        assert_eq!(at(&adapted, &format!("{properties}/{name}")), wanted);
    }
    let hidden = adapted
        .notes
        .iter()
        .find(|line| line.contains("personal by its name"));
    assert!(hidden.is_some_and(|line| line.contains("(2)") && line.contains("properties/to")));
}
