//! The kinds of parts of a description. The kind decides whether a part can contain references.

use crate::parse::Method;

/// The kind of a value. Examples and texts are `Plain`: a `$ref` inside them is not a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    Components,
    Paths,
    PathItem,
    Operation,
    Parameters,
    Parameter,
    Bodies,
    Body,
    Responses,
    Response,
    Content,
    Media,
    SecuritySchemes,
    SecurityScheme,
    Schemas,
    Schema,
    Plain,
}

impl Kind {
    /// Returns the kind of a member or an item.
    pub(super) fn inner(self, key: &str) -> Self {
        let is_method = || Method::ALL.iter().any(|(word, _)| *word == key);
        match (self, key) {
            (Self::Document, "paths") | (Self::Components, "pathItems") => Self::Paths,
            (Self::Document, "components") => Self::Components,
            (Self::Components, "schemas") => Self::Schemas,
            (Self::Components | Self::PathItem | Self::Operation, "parameters") => Self::Parameters,
            (Self::Components | Self::Operation, "responses") => Self::Responses,
            (Self::Components, "requestBodies") => Self::Bodies,
            (Self::Components, "securitySchemes") => Self::SecuritySchemes,
            (Self::Paths, _) => Self::PathItem,
            (Self::PathItem, _) if is_method() => Self::Operation,
            (Self::Operation, "requestBody") | (Self::Bodies, _) => Self::Body,
            (Self::Parameters, _) => Self::Parameter,
            (Self::Responses, _) => Self::Response,
            (Self::SecuritySchemes, _) => Self::SecurityScheme,
            (Self::Parameter | Self::Body | Self::Response, "content") => Self::Content,
            (Self::Content, _) => Self::Media,
            (Self::Parameter | Self::Media, "schema") | (Self::Schemas, _) => Self::Schema,
            (
                Self::Schema,
                "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions"
                | "allOf" | "anyOf" | "oneOf" | "prefixItems",
            ) => Self::Schemas,
            (
                Self::Schema,
                "items"
                | "additionalProperties"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames"
                | "unevaluatedProperties"
                | "unevaluatedItems",
            ) => Self::Schema,
            _ => Self::Plain,
        }
    }
}

impl Kind {
    /// Whether a broken reference to this kind is always an error. The operations or schemas of the missing part are unknown. Without the
    /// error, they would be left out unnoticed.
    pub(super) fn is_needed(self) -> bool {
        matches!(
            self,
            Self::Document | Self::Components | Self::Paths | Self::PathItem | Self::Schemas
        )
    }
}
