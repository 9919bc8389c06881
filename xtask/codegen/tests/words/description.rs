//! A description with a text in every possible place. Also a module of the package `fuzz`.

/// Returns the description as JSON. `text` returns one text after another. Where names must differ, a number is
/// appended.
///
/// All Rust names are set, so that the texts can affect only literals and comments.
pub(crate) fn description(text: impl FnMut() -> String) -> String {
    filled(TEMPLATE, text)
}

/// Returns a template with texts in place of its marks.
pub(super) fn filled(template: &str, mut text: impl FnMut() -> String) -> String {
    let mut out = String::new();
    // The values of an enum and of a discriminator occur in several places.
    let (first, second) = (text(), text());
    let mut number = 0;
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('@') {
        out.push_str(before);
        let kind = after.chars().next().unwrap_or_default();
        let text = match kind {
            '1' => first.clone(),
            '2' => second.clone(),
            _ => text(),
        };
        out.push_str(&match kind {
            '1' | '2' => json(&format!("{text}{kind}")),
            // Any text.
            'T' => json(&text),
            // A text that is not blank and is unique.
            'N' => {
                number += 1;
                json(&format!("{text}{number}"))
            }
            // A sentence, because it can't be taken for a name.
            'S' => json(&format!("{text} or nothing")),
            'U' => json(&format!("https://x.example/{}", kept(&text, "<>\"`|\\"))),
            'H' => json(&format!("http://x.example/{}", kept(&text, "<>\"`|\\"))),
            // A media type of JSON.
            'M' => {
                let kept = kept(&text, "\"(),/:;<=>?@[\\]{}");
                json(&format!("application/x{kept}+json"))
            }
            // Path segments.
            'P' => {
                let path = kept(&text, "<>\"`|\\?#{}").replace('/', "-");
                json(&format!("/v1/a{path}"))
            }
            _ => json(&pattern(&text)),
        });
        rest = after.get(1..).unwrap_or_default();
    }
    out + rest
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn kept(text: &str, without: &str) -> String {
    let is_kept = |c: &char| c.is_ascii_graphic() && !without.contains(*c);
    text.chars().filter(is_kept).collect()
}

/// Returns a pattern of exactly this text.
fn pattern(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() && c != '<' && c != '>' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

const TEMPLATE: &str = r##"{
"openapi": "3.1.0",
"info": { "title": @T, "version": @T, "x-rust-name": "Acme", "summary": @T, "description": @T, "termsOfService": @T,
  "contact": { "name": @T, "url": @T, "email": @T }, "license": { "name": @T } },
"servers": [ { "url": "https://x.example", "description": @T } ],
"externalDocs": { "url": @U, "description": @T },
"tags": [ { "name": @T, "description": @T, "externalDocs": { "url": @U, "description": @T } } ],
"security": [ { "key": [] } ],
"paths": {
  @P: { "post": {
    "operationId": @N, "x-rust-name": "SendIt", "summary": @T, "description": @T, "tags": [@T],
    "externalDocs": { "url": @H, "description": @T },
    "deprecated": true, "x-replacement": @S, "x-rate-class": @N, "x-provenance": { "status": "inferred", "source": @U },
    "parameters": [
      { "name": @N, "in": "query", "x-rust-name": "one", "required": true, "description": @T, "example": @T,
        "schema": { "type": "string", "title": @T, "description": @T, "default": @T, "pattern": @X, "maxLength": 9 } },
      { "name": @N, "in": "query", "x-rust-name": "two", "deprecated": true, "x-replacement": @S, "examples": { @N: { "summary": @T, "value": @T } },
        "schema": { "type": "array", "items": { "type": "string", "pattern": @X } } }
    ],
    "requestBody": { "description": @T, "content": { "application/x-www-form-urlencoded": { "example": @T, "schema": {
      "type": "object", "title": @T, "description": @T, "$comment": @T,
      "properties": {
        "first": { "type": "string", "x-rust-name": "first", "title": @T, "default": @T, "x-personal": true },
        "second": { "type": "string", "x-rust-name": "second", "description": @T, "deprecated": true, "x-replacement": @S },
        @N: { "type": "integer", "x-rust-name": "third", "minimum": 1, "description": @T, "default": @T, "x-provenance": { "status": "documented", "source": @H } },
        @N: { "$ref": "#/components/schemas/Kind", "x-rust-name": "fourth", "description": @T }
      },
      "anyOf": [ { "required": ["first"] }, { "required": ["second"] } ],
      "x-dynamic-fields": [
        { "prefix": @N, "rust-name": "extra", "description": @N },
        { "pair": [@N, @N], "rust-name": "pairs", "arguments": ["left", "right"], "description": @N }
      ]
    } } } },
    "responses": { "200": { "description": @T, "headers": { @N: { "description": @T, "schema": { "type": "string" } } },
      "content": { "application/json": { "examples": { @N: { "description": @T, "value": { @N: @T } } }, "schema": { "$ref": "#/components/schemas/Outcome" } } } } }
  } },
  "/v1/union": { "post": {
    "operationId": @N, "x-rust-name": "SendOne", "description": @T,
    "requestBody": { "content": { "application/json": { "schema": {
      "$ref": "#/components/schemas/Either" } } } },
    "responses": { "204": { "description": @T } }
  } }
},
"components": {
  "securitySchemes": { "key": { "type": "http", "scheme": "bearer", "description": @T, "bearerFormat": @T } },
  "examples": { @N: { "summary": @T, "description": @T, "value": @T } },
  "schemas": {
    "Kind": { "type": "string", "title": @T, "description": @T, "x-rust-name": "Kind", "enum": ["one", "two"],
      "x-enum-descriptions": { "one": @T, "two": @T } },
    "Either": { "x-rust-name": "Either", "title": @T, "description": @T, "x-enum-names": { @1: "Aa", @2: "Bb" },
      "oneOf": [ { "$ref": "#/components/schemas/Left" }, { "$ref": "#/components/schemas/Right" } ],
      "discriminator": { "propertyName": @1, "mapping": { @1: "#/components/schemas/Left", @2: "#/components/schemas/Right" } } },
    "Left": { "type": "object", "x-rust-name": "Left", "description": @T, "required": ["only"],
      "properties": { @1: { "type": "string" }, "only": { "type": "string", "description": @T, "x-personal": true } } },
    "Right": { "type": "object", "x-rust-name": "Right", "title": @T, "properties": { @1: { "type": "string" }, "more": { "type": "integer" } } },
    "Outcome": { "type": "object", "x-rust-name": "Outcome", "title": @T, "description": @T, "deprecated": true, "x-replacement": @S,
      "externalDocs": { "url": @U, "description": @T },
      "required": ["of"],
      "properties": {
        @N: { "type": "string", "x-rust-name": "name", "description": @T, "examples": [@T] },
        "either": { "$ref": "#/components/schemas/Either" },
        "of": { "type": "string", "x-rust-name": "of", "description": @T, "enum": [@1, @2], "x-enum-names": { @1: "Aa", @2: "Bb" } }
      } }
  }
}
}"##;
