//! Media types, and forms.

use super::*;

const BODY: &str = "/paths/~1v1~1it/post/requestBody/content";

/// Returns a description whose only operation has these media types in its request and in its response.
fn with_media(content: &str, response: &str) -> Whole {
    tree(
        "3.0.3",
        &format!(
            "/it: {{ post: {{ operationId: act, requestBody: {{ content: {{ {content} }} }}, responses: {{ '200': {{ \
             description: Done., content: {{ {response} }} }} }} }} }}"
        ),
        "",
    )
}

#[test]
fn json_is_sent_as_it_is_called() {
    for (given, wanted) in [
        (
            "application/vnd.api+json: {}",
            r#"{"application/vnd.api+json":{"schema":{}}}"#,
        ),
        (
            "application/json; charset=utf-8: {}",
            r#"{"application/json; charset=utf-8":{"schema":{}}}"#,
        ),
        ("text/json: {}", r#"{"text/json":{"schema":{}}}"#),
        (
            "application/json-patch+json: { schema: { type: array, items: {} } }",
            r#"{"application/json-patch+json":{"schema":{"type":"array","items":{}}}}"#,
        ),
        // The plain one wins, and then the first.
        (
            "application/merge-patch+json: {}, application/json; v=1: {}, application/json: {}",
            r#"{"application/json":{"schema":{}}}"#,
        ),
        (
            "multipart/form-data: {}, application/merge-patch+json: {}, application/a+json: {}",
            r#"{"application/merge-patch+json":{"schema":{}}}"#,
        ),
        (
            "'*/*': {}, text/plain: {}",
            r#"{"application/json":{"schema":{}}}"#,
        ),
    ] {
        assert_eq!(
            at(&adapted(&with_media(given, "application/json: {}")), BODY),
            wanted
        );
    }
    for given in [
        "text/plain: {}",
        "application/octet-stream: {}",
        "application/json; charset=utf-16: {}",
        "application/jsonl: {}",
    ] {
        let found = refused(&with_media(given, "application/json: {}"));
        assert!(found.contains("a request body "), "{found}");
    }
}

#[test]
fn any_json_of_a_response_is_json() {
    let response = |given: &str| {
        at(
            &adapted(&with_media("application/json: {}", given)),
            "/paths/~1v1~1it/post/responses/200/content",
        )
    };
    for (given, wanted) in [
        (
            "application/hal+json: {}",
            r#"{"application/hal+json":{"schema":{}}}"#,
        ),
        (
            "text/csv: {}, text/json: {}",
            r#"{"text/json":{"schema":{}}}"#,
        ),
        (
            "application/problem+json: {}, application/json: {}",
            r#"{"application/json":{"schema":{}}}"#,
        ),
    ] {
        assert_eq!(response(given), wanted);
    }
    let found = refused(&with_media("application/json: {}", "application/pdf: {}"));
    assert!(
        found.contains("a success response of `application/pdf`"),
        "{found}"
    );
}

#[test]
fn a_form_has_texts_and_lists_of_texts() {
    for media in ["application/x-www-form-urlencoded", "multipart/form-data"] {
        let part = |schema: &str, encoding: &str| {
            let content = format!(
                "{media}: {{ schema: {{ type: object, required: [a], properties: {{ a: {{ type: string }}, it: {schema} }} }}, \
                 encoding: {{ it: {encoding} }} }}"
            );
            let place = format!("{BODY}/{}/schema/properties/it", media.replace('/', "~1"));
            at(
                &adapted(&with_media(&content, "application/json: {}")),
                &place,
            )
        };
        let list = "{ type: array, items: { type: string, nullable: true } }";
        let kept = r#"{"type":"array","items":{"type":"string"}}"#;
        for (schema, encoding, wanted) in [
            (list, "{}", kept),
            (list, "{ style: form, explode: true }", kept),
            (list, "{ contentType: text/plain; charset=utf-8 }", kept),
            (
                list,
                "{ explode: false }",
                r#"{"type":"string","description":"Several values, with `,` between them."}"#,
            ),
            (
                list,
                "{ style: pipeDelimited }",
                r#"{"type":"string","description":"Several values, with `|` between them."}"#,
            ),
            (list, "{ style: deepObject }", "nothing"),
            (list, "{ contentType: application/json }", "nothing"),
            (
                "{ type: string }",
                "{ contentType: application/json }",
                "nothing",
            ),
            ("{ type: string }", "{ headers: {} }", "nothing"),
            ("{ type: string, format: binary }", "{}", "nothing"),
            (
                "{ type: array, items: { type: string, format: binary } }",
                "{}",
                "nothing",
            ),
            ("{ type: array, items: { type: object } }", "{}", "nothing"),
        ] {
            assert_eq!(part(schema, encoding), wanted, "{schema} {encoding}");
        }
    }
}

/// A response of HEAD never has a body.
#[test]
fn head_is_not_read() {
    let text = "/it: { head: { operationId: ask, responses: { '200': { description: It., content: { application/json: { schema: { type: \
                string } } } } } } }";
    let responses = at(
        &adapted(&tree("3.0.3", text, "")),
        "/paths/~1v1~1it/head/responses",
    );
    assert_eq!(responses, r#"{"200":{"description":"It."}}"#);
}

/// A credential that is described as a header of every call would be lost.
#[test]
fn a_header_for_the_credential_is_not_dropped() {
    let with = |required: bool, security: &str| {
        tree(
            "3.0.3",
            &format!(
                "/it: {{ get: {{ operationId: read, parameters: [ {{ name: authorization, in: header, required: {required}, schema: {{ \
                 type: string }} }} ], {security} responses: {{ '204': {{ description: It. }} }} }} }}"
            ),
            "securitySchemes: { key: { type: http, scheme: bearer }, odd: { type: apiKey, in: header, name: Accept } }",
        )
    };
    assert!(refused(&with(true, "")).contains("a credential that the client does not have"));
    adapted(&with(false, ""));
    adapted(&with(true, "security: [ { key: [] } ],"));
    // A header that the client sets itself carries no key.
    assert!(
        refused(&with(false, "security: [ { odd: [] } ],"))
            .contains("a credential that the client does not have")
    );
}

/// What is required is never left out, and never sent in another way.
#[test]
fn a_part_that_is_required_is_refused() {
    for (schema, encoding) in [
        ("{ type: array, items: { type: object } }", "{}"),
        ("{ type: string }", "{ contentType: application/json }"),
        ("{ type: string, format: binary }", "{}"),
        (
            "{ type: array, items: { type: string } }",
            "{ contentType: application/json }",
        ),
        (
            "{ type: array, items: { type: string } }",
            "{ style: deepObject }",
        ),
        (
            "{ type: [array, 'null'], items: { type: integer } }",
            "{ headers: { x: { schema: { type: string } } } }",
        ),
    ] {
        let content = format!(
            "multipart/form-data: {{ schema: {{ type: object, required: [it], properties: {{ it: {schema} }} }}, encoding: {{ it: \
             {encoding} }} }}"
        );
        let found = refused(&with_media(&content, "application/json: {}"));
        assert!(found.contains("/properties/it"), "{found}");
    }
}
