//! First stage: turns the tree into a [`Description`], and reports everything outside the supported subset.
//!
//! The types here follow the words of OpenAPI. References are not resolved yet.

mod access;
mod document;
mod dynamic;
mod hints;
pub(crate) mod media;
mod mentions;
mod notes;
mod number;
mod object;
mod operation;
mod parameter;
mod presence;
mod record;
mod schema;
mod union;

pub(crate) use access::{Access, SecurityScheme, is_header};
pub(crate) use document::read;
pub(crate) use parameter::OWN_HEADERS;

use std::collections::BTreeSet;

/// A whole description.
#[derive(Debug, Default)]
pub(crate) struct Description {
    pub(crate) title: String,
    /// The provider's type, from `x-rust-name`, or else from the title.
    pub(crate) service: String,
    pub(crate) docs_url: Option<String>,
    pub(crate) access: Access,
    pub(crate) schemas: Vec<(String, Schema)>,
    pub(crate) parameters: Vec<(String, Parameter)>,
    pub(crate) responses: Vec<(String, Response)>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) left_out: Vec<LeftOut>,
    /// The components that are in use, as `schemas/Thing`.
    pub(crate) mentioned: BTreeSet<String>,
}

/// An operation that the provider has but the description does not contain, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Method and path.
    pub(crate) call: String,
    pub(crate) reason: String,
}

/// An inline item, or a `$ref` to a component.
#[derive(Debug)]
pub(crate) enum OrRef<T> {
    Here(T),
    Reference { name: String, at: String },
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) at: String,
    pub(crate) id: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) summary: Option<String>,
    pub(crate) notes: Notes,
    pub(crate) docs_url: Option<String>,
    /// The parameters of the path, then those of the operation.
    pub(crate) parameters: Vec<OrRef<Parameter>>,
    /// The number of parameters that belong to the path.
    pub(crate) shared: usize,
    pub(crate) body: Option<RequestBody>,
    pub(crate) responses: Vec<(String, OrRef<Response>)>,
    pub(crate) idempotency: Idempotency,
    pub(crate) rate_class: Option<String>,
    pub(crate) fresh_connection: bool,
    pub(crate) unauthenticated: bool,
    /// The operation's own `security`, if it has any.
    pub(crate) security: Option<Vec<Vec<String>>>,
    pub(crate) undocumented: bool,
    pub(crate) output: Option<Output>,
}

/// A hand-written type into which a response is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) around: Around,
}

/// The Rust type around the output type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Around {
    Nothing,
    Option,
    Vec,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
}

impl Method {
    pub(crate) const ALL: &[(&str, Self)] = &[
        ("get", Self::Get),
        ("put", Self::Put),
        ("post", Self::Post),
        ("delete", Self::Delete),
        ("options", Self::Options),
        ("head", Self::Head),
        ("patch", Self::Patch),
    ];

    /// Returns the idempotency that RFC 9110 defines for the method.
    pub(crate) fn idempotency(self) -> Idempotency {
        match self {
            Self::Get | Self::Head | Self::Options => Idempotency::Safe,
            Self::Put | Self::Delete => Idempotency::Idempotent,
            Self::Post | Self::Patch => Idempotency::NonIdempotent,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idempotency {
    Safe,
    Idempotent,
    NonIdempotent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

impl Place {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) at: String,
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) notes: Notes,
    pub(crate) schema: Schema,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Form,
    Multipart,
}

impl Format {
    /// Returns the default media type of this format.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Multipart => "multipart/form-data",
        }
    }
}

#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) at: String,
    pub(crate) format: Format,
    /// The media type, if it is not the format's own.
    pub(crate) content_type: Option<String>,
    pub(crate) schema: Schema,
    /// Whether hand-written code offers a better way to make the request.
    pub(crate) hand_written: bool,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) at: String,
    pub(crate) content: Vec<MediaType>,
}

#[derive(Debug)]
pub(crate) struct MediaType {
    pub(crate) at: String,
    pub(crate) name: String,
    pub(crate) schema: Option<Schema>,
}

#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) at: String,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    pub(crate) notes: Notes,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A schema whose problem was already reported. Later stages ignore the schema.
    Broken,
    /// The name of a schema in components.
    Reference(String),
    Text(Rule),
    Timestamp,
    Date,
    Choice(Vec<Choice>),
    Constant(String),
    Integer(Integer),
    Double,
    Boolean,
    /// A boolean that can only be true.
    Flag,
    List(Box<Schema>),
    Record(Record),
    Map(Box<Schema>),
    Free,
    Union(Union),
}

/// A union of objects. The value of a property identifies the variant.
#[derive(Clone, Debug)]
pub(crate) struct Union {
    /// The discriminator.
    pub(crate) property: String,
    pub(crate) variants: Vec<UnionVariant>,
    /// The variants' names, by the discriminator's value.
    pub(crate) names: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub(crate) struct UnionVariant {
    pub(crate) at: String,
    pub(crate) schema: String,
    /// The property's value according to `discriminator.mapping`.
    pub(crate) mapped: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) rust_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) at: String,
}

/// An object with properties, or with dynamic fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) properties: Vec<Property>,
    pub(crate) presence: Vec<Presence>,
    pub(crate) dynamic: Vec<Dynamic>,
}

/// A rule about optional properties: which of them a request must contain. All names are names on the wire.
#[derive(Clone, Debug)]
pub(crate) enum Presence {
    /// The request must contain all properties of at least one of these lists.
    Any {
        at: String,
        alternatives: Vec<Vec<String>>,
    },
    /// If the request contains `field`, it must also contain all `companions`.
    With {
        at: String,
        field: String,
        companions: Vec<String>,
    },
}

/// Form fields whose names are made when a request is built.
#[derive(Clone, Debug)]
pub(crate) struct Dynamic {
    pub(crate) at: String,
    pub(crate) rust: String,
    pub(crate) names: DynamicNames,
    pub(crate) description: Option<String>,
    pub(crate) provenance: Option<Provenance>,
}

#[derive(Clone, Debug)]
pub(crate) enum DynamicNames {
    /// A fixed prefix, followed by a name that the caller chooses.
    Prefix { prefix: String, personal: bool },
    /// Two fields whose names get the same number, such as `type_0` and `value_0`. The value of the second field is
    /// personal.
    Pair {
        names: [String; 2],
        arguments: [String; 2],
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) schema: Schema,
}

/// An integer's width and limits. The limits are inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Integer {
    pub(crate) width: Width,
    pub(crate) minimum: Option<i128>,
    pub(crate) maximum: Option<i128>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Signed32,
    Signed64,
    Unsigned64,
}

impl Width {
    /// The range of the Rust type.
    pub(crate) fn range(self) -> (i128, i128) {
        match self {
            Self::Signed32 => (i32::MIN.into(), i32::MAX.into()),
            Self::Signed64 => (i64::MIN.into(), i64::MAX.into()),
            Self::Unsigned64 => (u64::MIN.into(), u64::MAX.into()),
        }
    }
}

impl Integer {
    /// The limits that the type does not enforce itself.
    pub(crate) fn checked(self) -> (Option<i128>, Option<i128>) {
        let (from, to) = self.width.range();
        (
            self.minimum.filter(|min| *min > from),
            self.maximum.filter(|max| *max < to),
        )
    }
}

/// The rules for a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) min_length: Option<u32>,
    pub(crate) max_length: Option<u32>,
    pub(crate) pattern: Option<String>,
    /// Only for the documentation.
    pub(crate) format: Option<String>,
}

impl Rule {
    /// Returns whether there is anything to check before sending.
    pub(crate) fn is_checked(&self) -> bool {
        self.min_length.is_some_and(|length| length > 0)
            || self.max_length.is_some()
            || self.pattern.is_some()
    }
}

/// The notes about an item: everything except its shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) default: Option<String>,
    pub(crate) provenance: Option<Provenance>,
    pub(crate) deprecated: bool,
    pub(crate) replacement: Option<String>,
    pub(crate) secret: bool,
    pub(crate) personal: bool,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    /// Whether hand-written code offers a better setter.
    pub(crate) hand_written: bool,
    /// Whether the value is never repaired in a response: if the value does not fit its type, its object can't be read.
    pub(crate) strict: bool,
    pub(crate) rust_name: Option<String>,
}

impl Notes {
    pub(crate) fn is_sensitive(&self) -> bool {
        self.secret || self.personal
    }

    /// Returns these notes of a reference, completed by the notes of the item that it refers to.
    pub(crate) fn over(&self, below: &Self) -> Self {
        Self {
            title: self.title.clone().or_else(|| below.title.clone()),
            description: self
                .description
                .clone()
                .or_else(|| below.description.clone()),
            default: self.default.clone().or_else(|| below.default.clone()),
            provenance: self.provenance.clone().or_else(|| below.provenance.clone()),
            deprecated: self.deprecated || below.deprecated,
            replacement: self
                .replacement
                .clone()
                .or_else(|| below.replacement.clone()),
            secret: self.secret || below.secret,
            personal: self.personal || below.personal,
            read_only: self.read_only || below.read_only,
            write_only: self.write_only || below.write_only,
            hand_written: self.hand_written,
            strict: self.strict,
            // A reference does not take over the Rust name of the item that it refers to.
            rust_name: self.rust_name.clone(),
        }
    }
}

/// How certain a statement is, and the page that contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Provenance {
    pub(crate) documented: bool,
    pub(crate) source: Option<String>,
}

impl Provenance {
    pub(crate) fn word(&self) -> &'static str {
        if self.documented {
            "documented"
        } else {
            "inferred"
        }
    }
}
