//! Paths, operations, parameters, bodies and responses.

use super::*;

#[test]
fn parameters_that_no_request_can_carry() {
    for (parameter, below, what, hint) in [
        (
            "{ name: a, in: cookie, schema: { type: string } }",
            "/in",
            "`cookie`",
            "path, query or header",
        ),
        (
            "{ name: a, in: query }",
            "",
            "`schema` is missing",
            "add `schema`",
        ),
        (
            "{ in: query, schema: { type: string } }",
            "",
            "`name` is missing",
            "add `name`",
        ),
        (
            "{ name: a, in: query, content: {}, schema: { type: string } }",
            "/content",
            "`content`",
            "a `schema`",
        ),
        (
            "{ name: a, in: query, style: spaceDelimited, schema: { type: string } }",
            "/style",
            "style",
            "`form`",
        ),
        (
            "{ name: a, in: query, explode: false, schema: { type: array, items: { type: string } } }",
            "/explode",
            "serialization",
            "explode: true",
        ),
        (
            "{ name: a, in: query, allowReserved: true, schema: { type: string } }",
            "/allowReserved",
            "allowReserved",
            "percent-encoded",
        ),
        (
            "{ name: Accept, in: header, schema: { type: string } }",
            "",
            "`Accept`",
            "media types",
        ),
        (
            "{ name: a, in: header, schema: { type: array, items: { type: string } } }",
            "",
            "header parameter",
            "query",
        ),
        (
            "{ name: a, in: query, schema: { type: [string, 'null'] } }",
            "",
            "may be null",
            "remove",
        ),
        (
            "{ name: a, in: query, schema: { type: object, properties: { b: {} } } }",
            "",
            "an object as a parameter",
            "flat",
        ),
        (
            "{ name: a, in: path, required: true, schema: { type: string } }",
            "",
            "has no `{a}`",
            "correct",
        ),
    ] {
        refuses(
            &with_parameter(parameter),
            &format!("{PARAMETER}{below}"),
            what,
            hint,
        );
    }
    let optional = with(DONE, "")
        .replace("/things:", "'/things/{a}':")
        .replace(
            "operationId: act",
            "operationId: act, parameters: [ { name: a, in: path, schema: { type: string } } ]",
        );
    refuses(
        &optional,
        "/paths/~1things~1{a}/post/parameters/0",
        "is optional",
        "required: true",
    );
}

#[test]
fn paths_that_are_not_paths() {
    let path = |path: &str| with(DONE, "").replace("/things", path);
    refuses(&path("things"), "/paths/things", "does not begin", "origin");
    refuses(
        &path("/a/.."),
        "/paths/~1a~1..",
        "dot segment",
        "stands for",
    );
    refuses(&path("/a?b=c"), "/paths/~1a?b=c", "characters", "query");
    refuses(
        &path("'/a/{id'"),
        "/paths/~1a~1{id",
        "`{id`",
        "at most one parameter",
    );
    refuses(
        &path("'/{id}'"),
        "/paths/~1{id}/post",
        "no parameter",
        "in: path",
    );
}

#[test]
fn operations_that_say_too_little_or_too_much() {
    let operation = |members: &str| with(members, "");
    refuses(
        &operation("tags: [a]"),
        &format!("{OPERATION}/responses"),
        "no success response",
        "2XX",
    );
    refuses(
        &operation("responses: {}"),
        &format!("{OPERATION}/responses"),
        "no success response",
        "2XX",
    );
    refuses(
        &operation("responses: { 2XX: { description: a }, ok: { description: a } }"),
        &format!("{OPERATION}/responses/ok"),
        "`ok` is not a status",
        "default",
    );
    refuses(
        &operation(&format!("{DONE}, callbacks: {{}}")),
        &format!("{OPERATION}/callbacks"),
        "callbacks",
        "does not serve",
    );
    refuses(
        &operation(&format!("{DONE}, servers: []")),
        &format!("{OPERATION}/servers"),
        "servers",
        "top of the document",
    );
    refuses(
        &operation(&format!("{DONE}, x-idempotency: never")),
        &format!("{OPERATION}/x-idempotency"),
        "`never`",
        "non-idempotent",
    );
    refuses(
        &operation(&format!("{DONE}, x-auth: maybe")),
        &format!("{OPERATION}/x-auth"),
        "x-auth: maybe",
        "`none`",
    );
    refuses(
        &operation(&format!("{DONE}, x-auth: none, security: [ {{ k: [] }} ]")),
        &format!("{OPERATION}/security"),
        "contradicts",
        "remove",
    );
    refuses(
        &operation(&format!("{DONE}, x-rate-class: ' '")),
        &format!("{OPERATION}/x-rate-class"),
        "blank",
        "write",
    );
    refuses(
        &operation(&format!("{DONE}, deprecated: true, x-replacement: nobody")),
        OPERATION,
        "not the name of a known operationId",
        "sentence",
    );
    refuses(
        &operation(&format!("{DONE}, x-secret: true")),
        &format!("{OPERATION}/x-secret"),
        "x-secret",
        "properties",
    );
    refuses(
        &with(DONE, "").replace("operationId: act,", ""),
        OPERATION,
        "without `operationId`",
        "listCustomers",
    );
    refuses(
        &with(DONE, "").replace("post:", "trace:"),
        "/paths/~1things/trace",
        "trace",
        "another method",
    );
    let get = sending_property("{ type: string }").replace("post:", "get:");
    refuses(
        &get,
        "/paths/~1things/get/requestBody",
        "has no body",
        "query",
    );
}

#[test]
fn bodies_that_are_not_flat_or_not_known() {
    let body = |media: &str, schema: &str| {
        with(
            &format!("requestBody: {{ content: {{ {media}: {{ schema: {schema} }} }} }}, {DONE}"),
            "",
        )
    };
    refuses(
        &body("text/plain", "{ type: string }"),
        &format!("{OPERATION}/requestBody/content/text~1plain"),
        "`text/plain`",
        "use JSON",
    );
    for (media, what, hint) in [
        (
            "application/json; charset=latin1",
            "the charset `latin1`",
            "UTF-8",
        ),
        (
            "application/json; charset",
            "`application/json; charset` is not valid",
            "name=value",
        ),
        (
            "application/a+json; a=\"b\"",
            "is not valid",
            "quotation marks",
        ),
        (
            "application/a b+json",
            "`application/a b+json` is not supported",
            "use JSON",
        ),
        (
            "application/json+",
            "`application/json+` is not supported",
            "use JSON",
        ),
        (
            "multipart/form-data; boundary=x",
            "boundary=x` is not supported",
            "use JSON",
        ),
    ] {
        refuses(
            &body(&format!("'{media}'"), "{}"),
            &format!(
                "{OPERATION}/requestBody/content/{}",
                media.replace('/', "~1")
            ),
            what,
            hint,
        );
    }
    let two = with(
        &format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{ a: {{}} }} }} }}, multipart/form-data: {{ schema: {{ type: object, properties: {{ a: {{}} }} }} }} }} }}, {DONE}"
        ),
        "",
    );
    refuses(
        &two,
        &format!("{OPERATION}/requestBody"),
        "several formats",
        "keep",
    );
    for media in ["application/x-www-form-urlencoded", "multipart/form-data"] {
        for schema in [
            "{ type: string }",
            "{ type: object }",
            "{ type: array, items: {} }",
        ] {
            refuses(
                &body(media, schema),
                &format!(
                    "{OPERATION}/requestBody/content/{}",
                    media.replace('/', "~1")
                ),
                "neither an object",
                "describe",
            );
        }
    }
    for media in ["application/x-www-form-urlencoded", "multipart/form-data"] {
        let pointer = format!(
            "{OPERATION}/requestBody/content/{}/schema/properties/it",
            media.replace('/', "~1")
        );
        for inner in [
            "{ type: array, items: { type: array, items: { type: string } } }",
            "{ type: array, items: { type: [string, 'null'] } }",
            "{ type: array, items: {} }",
            "{ type: object }",
            "{ type: [string, 'null'] }",
        ] {
            let schema = format!("{{ type: object, properties: {{ it: {inner} }} }}");
            refuses(
                &body(media, &schema),
                &pointer,
                "not one flat value",
                "use a string",
            );
        }
    }
    let nothing = sending_property("{ type: string, readOnly: true }");
    refuses(&nothing, OPERATION, "nothing to send", "readOnly");
}

#[test]
fn answers_that_have_no_one_type() {
    let responses = |responses: &str| with(&format!("responses: {{ {responses} }}"), "");
    let at = "/paths/~1things/post/responses";
    refuses(
        &responses("'200': { description: A., content: { text/csv: {} } }"),
        &format!("{at}/200/content/text~1csv"),
        "`text/csv`",
        "x-output",
    );
    refuses(
        &responses("'200': { description: A., content: { application/json: {} } }"),
        &format!("{at}/200/content/application~1json"),
        "without `schema`",
        "describe",
    );
    refuses(
        &responses(
            "'200': { description: A., content: { application/json: { schema: { type: string } } } }, '201': { description: A., content: { application/json: { schema: { type: boolean } } } }",
        ),
        &format!("{at}/201"),
        "different bodies",
        "one schema",
    );
    refuses(
        &responses("2XX: { content: {} }"),
        &format!("{at}/2XX"),
        "`description` is missing",
        "add",
    );
    refuses(
        &responses("2XX: { description: A., links: {} }"),
        &format!("{at}/2XX/links"),
        "links",
        "does not serve",
    );
    // Documentation must be well-formed too.
    refuses(
        &responses(
            "2XX: { description: A. }, default: { description: B., content: { application/json: { schema: { type: text } } } }",
        ),
        &format!("{at}/default/content/application~1json/schema/type"),
        "`text`",
        "write string",
    );
}
