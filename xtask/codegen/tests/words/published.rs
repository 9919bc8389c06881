//! A published description with a text in every possible place. Also a module of the package `fuzz`.
//!
//! The rules give the Rust names, so the texts affect these too.

use super::description::filled;

/// Returns the description as JSON. `text` returns one text after another.
pub(crate) fn published(text: impl FnMut() -> String) -> String {
    filled(TEMPLATE, text)
}

const TEMPLATE: &str = r##"{
"openapi": "3.0.3",
"info": { "title": @T, "version": @T, "description": @T, "x-logo": { "url": @T, "altText": @T },
  "contact": { "name": @T, "x-twitter": @T }, "license": { "name": @T, "url": @T } },
"servers": [ { "url": "https://{shop}.x.example/v1", "description": @T, "variables": { "shop": { "default": @T, "description": @T } } } ],
"externalDocs": { "url": @T, "description": @T },
"tags": [ { "name": @T, "description": @T, "x-displayName": @T } ],
"x-tagGroups": [ { "name": @T, "tags": [@T] } ],
"security": [ {}, { @1: [@T] } ],
"paths": {
  "/things/{id}": {
    "summary": @T, "description": @T,
    "parameters": [ { "name": "id", "in": "path", "required": true, "description": @T, "schema": { "type": "string", "format": @T, "example": @T } } ],
    "post": {
      "operationId": @N, "summary": @T, "description": @T, "tags": [@T], "deprecated": true, "x-codeSamples": [ { "lang": @T, "source": @T } ],
      "externalDocs": { "url": @U, "description": @T },
      "parameters": [
        { "name": @N, "in": "query", "explode": false, "description": @T, "x-foreign": @T, "schema": { "type": "array", "items": { "type": "string", "enum": [@N, @N] } } },
        { "name": @N, "in": "query", "style": "deepObject", "schema": { "type": "object", "properties": { @N: { "type": "string", "description": @T } } } },
        { "name": @N, "in": "header", "description": @T, "schema": { "type": "string", "pattern": @T, "minLength": 1 } },
        { "name": @N, "in": "cookie", "schema": { "type": "string" } }
      ],
      "requestBody": { "description": @T, "content": { @M: { "schema": { "$ref": "#/components/schemas/Thing" }, "example": @T, "examples": { @N: { "summary": @T, "value": { "$ref": @T } } } } } },
      "responses": {
        "200": { "description": @T, "headers": { @N: { "description": @T } }, "links": { @N: { "description": @T } }, "content": { @M: { "schema": { "$ref": "#/components/schemas/Thing" } } } },
        "default": { "description": @T, "content": { @N: { "schema": { "type": @T } } } }
      },
      "callbacks": { @N: { @N: { "post": { "description": @T } } } }
    },
    "put": {
      "operationId": @N, "x-idempotent": @T,
      "requestBody": { "content": { "application/x-www-form-urlencoded": {
        "encoding": { @1: { "contentType": @T }, "list": { "style": @T } },
        "schema": { "type": "object", "properties": {
          @1: { "type": "string" },
          "list": { "type": "array", "items": { "type": "string" } },
          @N: { "type": "array", "description": @T, "items": { "type": "string", "title": @T, "maxLength": 3 } },
          @N: { "type": "string", "default": @T, "format": @T, "const": @T } } } } } },
      "responses": { "204": { "description": @T } }
    },
    "patch": {
      "operationId": @N, "requestBody": { "content": { @N: { "schema": { "type": "string" } } } },
      "responses": { "204": { "description": @T } }
    },
    "delete": {
      "operationId": @N, "security": [ { @N: [] } ],
      "responses": { "200": { "description": @T, "content": { @N: { "schema": {} } } } }
    },
    "head": { "responses": { "200": { "description": @T, "content": { @N: {} } } } }
  }
},
"components": {
  "securitySchemes": { @1: { "type": "oauth2", "description": @T, "flows": { @N: { "tokenUrl": @T, "scopes": { @N: @T } } } } },
  "schemas": {
    "Thing": { "type": "object", "title": @T, "description": @T, "xml": { "name": @T }, "required": ["kind"], "x-foreign": { @N: @T },
      "properties": {
        "kind": { "type": "string", "description": @T, "enum": [@1, @2], "x-enum-varnames": [@T, @T] },
        @N: { "type": "number", "description": @T, "maximum": 3.5, "multipleOf": 0.1 },
        @N: { "type": "string", "nullable": true, "format": @T, "pattern": @T, "example": @T, "default": @T },
        @N: { "type": "string", "readOnly": true, "pattern": @X },
        "either": { "description": @T, "oneOf": [ { "$ref": "#/components/schemas/Cat" }, { "$ref": "#/components/schemas/Dog" } ],
          "discriminator": { "propertyName": @N, "mapping": { @N: "#/components/schemas/Cat", @N: @T } } },
        "all": { "allOf": [ { "$ref": "#/components/schemas/Cat" }, { "description": @T, "properties": { @N: { "type": "string", "enum": [@N, @T] } } } ] },
        "map": { "type": "object", "additionalProperties": { "type": "integer", "description": @T, "enum": [1, @T] } },
        "not": { "not": { "const": @T }, "if": { "title": @T }, "title": @T }
      } },
    "Cat": { "type": "object", "description": @T, "properties": { "type": { "type": "string", "enum": [@N] } } },
    "Dog": { "type": "object", "properties": { "type": { "type": "string", "const": @T } }, "additionalProperties": { "title": @T } }
  }
}
}"##;
