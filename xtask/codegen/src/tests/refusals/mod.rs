//! One bad description for every error: its place, its statement, and its hint.

use super::*;

mod bodies;
mod faults;
mod operations;
mod schemas;
mod wholes;

/// Asserts that there is exactly one problem, at this place, with these words in its statement and in its hint.
#[track_caller]
fn refuses(text: &str, at: &str, what: &str, hint: &str) {
    let found = problems(text);
    let [problem] = found.as_slice() else {
        panic!("one problem expected in\n{text}\nfound {found:#?}")
    };
    assert_eq!(problem.at, at, "{problem}");
    assert!(problem.what.contains(what), "{problem}");
    assert!(problem.hint.contains(hint), "{problem}");
}

const OPERATION: &str = "/paths/~1things/post";
const BODY: &str = "/paths/~1things/post/requestBody/content/application~1json/schema";
const PROPERTY: &str =
    "/paths/~1things/post/requestBody/content/application~1json/schema/properties/it";
const PARAMETER: &str = "/paths/~1things/post/parameters/0";
const SUCCESS: &str = "/paths/~1things/post/responses/200/content/application~1json/schema";

#[test]
fn a_description_without_faults_has_no_problems() {
    assert_eq!(problems(&with(DONE, "")), []);
    assert_eq!(problems(NASTY), []);
}

#[test]
fn documents_that_are_not_descriptions() {
    let good = with(DONE, "");
    refuses(
        &good.replace("3.1.0", "3.0.3"),
        "/openapi",
        "`3.0.3`",
        "3.1",
    );
    refuses(
        &good.replace("title: Acme", "title: 1st"),
        "/info",
        "yields no name",
        "x-rust-name",
    );
    refuses(
        &format!("{good}webhooks: {{}}\n"),
        "/webhooks",
        "webhooks",
        "does not serve",
    );
    refuses(
        &format!("{good}x-internal: 1\n"),
        "/x-internal",
        "not an extension",
        "docs/adding-a-provider.md",
    );
    refuses(
        &format!("{good}servers: [ {{ url: 'https://a.example/v1' }} ]\n"),
        "/servers/0/url",
        "`/v1`",
        "every path",
    );
    refuses(
        &format!("{good}jsonSchemaDialect: 'https://x.example'\n"),
        "/jsonSchemaDialect",
        "dialect",
        "remove",
    );
    refuses("a: [", "", "this YAML can't be read", "one document");
    refuses(
        "? [a]\n: b\n",
        "",
        "this YAML can't be read",
        "keys are strings",
    );
    refuses("a: !tag b", "", "this YAML can't be read", "without tags");
    refuses(
        "a: 1\n---\nb: 2\n",
        "",
        "this YAML can't be read",
        "one document",
    );
    refuses("a: .nan", "", "this YAML can't be read", "one document");
}

#[test]
fn a_key_that_stands_twice() {
    let text = with(DONE, "").replace(
        "operationId: act,",
        "operationId: act, summary: a, summary: b,",
    );
    refuses(
        &text,
        &format!("{OPERATION}/summary"),
        "occurs twice here",
        "keep one",
    );
    let json = with(DONE, "").replace("info:", "info: { title: Other, version: '1' }\ninfo:");
    refuses(&json, "/info", "occurs twice here", "keep one");
    // `200` and "200" are the same key.
    let twice = receiving("{ type: string }")
        .replace("responses: {", "responses: { 200: { description: Again. },");
    assert!(
        problems(&twice)
            .iter()
            .any(|problem| problem.at == "/paths/~1things/post/responses/200")
    );
}

#[test]
fn all_problems_come_at_once() {
    let text = with(
        "x-one: 1, requestBody: { content: { application/json: { schema: { type: object, properties: { a: { allOf: [] }, b: { type: number }, Vec: { $ref: '#/components/schemas/Result' } } } } } }, responses: { 2XX: { $ref: '#/components/responses/No' } }",
        "schemas: { Result: { type: string, enum: ['3rd'] }, Lost: { type: integer, multipleOf: 2 } }",
    );
    let found = problems(&text);
    let at: Vec<&str> = found.iter().map(|problem| problem.at.as_str()).collect();
    for wanted in [
        "/paths/~1things/post/x-one",
        "/paths/~1things/post/requestBody/content/application~1json/schema/properties/a/allOf",
        "/paths/~1things/post/requestBody/content/application~1json/schema/properties/b",
        "/paths/~1things/post/responses/2XX",
        "/components/schemas/Lost/multipleOf",
        "/components/schemas/Lost",
        "/components/schemas/Result",
        "/components/schemas/Result/enum/0",
    ] {
        assert!(at.contains(&wanted), "{wanted} is missing from {at:#?}");
    }
    assert!(
        found
            .iter()
            .all(|problem| problem.to_string().starts_with("acme.yaml: #"))
    );
}
