//! Second stage: resolves references, and turns the description into the items to emit.

mod body;
mod lower;
mod operations;
mod union;
mod usage;

pub(crate) use lower::lower;
pub(crate) use operations::template;
pub(crate) use union::Tag;

pub(crate) use super::parse::{
    Access, Around, Dynamic, DynamicNames, Format, Idempotency, Integer, LeftOut, Method, Notes,
    Output, Place, Presence, Rule, SecurityScheme, Width,
};

/// A provider crate's generated part.
#[derive(Debug, Default)]
pub(crate) struct Api {
    /// The provider's type at the crate's root.
    pub(crate) service: String,
    /// The description's title.
    pub(crate) title: String,
    pub(crate) access: Access,
    pub(crate) models: Vec<Model>,
    pub(crate) operations: Vec<Operation>,
    /// The operations that the provider has but the description does not contain.
    pub(crate) left_out: Vec<LeftOut>,
}

/// Identifies a model: an index into [`Api::models`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ModelId(pub(crate) usize);

impl Api {
    pub(crate) fn model(&self, id: ModelId) -> Option<&Model> {
        self.models.get(id.0)
    }

    /// Returns the Rust name of a model.
    pub(crate) fn type_name(&self, id: ModelId) -> &str {
        self.model(id).map_or("", |model| &model.rust)
    }
}

#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) at: String,
    /// The text from which the Rust name is made. The documentation uses this text too.
    pub(crate) wire: String,
    pub(crate) rust: String,
    pub(crate) module: String,
    pub(crate) notes: Notes,
    pub(crate) shape: Shape,
    pub(crate) used: Used,
    /// The discriminator that the object writes, if it is an alternative of a union.
    pub(crate) tag: Option<Tag>,
}

/// The places where a model occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) sent: bool,
    pub(crate) received: bool,
    /// Whether an operation without a cargo feature uses the model.
    pub(crate) always: bool,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Record(Vec<Field>),
    Choice(Vec<Variant>),
    /// One of several objects. The value of the discriminator decides which one.
    Union(Vec<Alternative>),
}

#[derive(Debug)]
pub(crate) struct Alternative {
    pub(crate) at: String,
    /// The discriminator, and its value for this alternative.
    pub(crate) tag: Tag,
    pub(crate) rust: String,
    pub(crate) rust_name: Option<String>,
    pub(crate) model: ModelId,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) at: String,
    pub(crate) wire: String,
    pub(crate) rust: String,
    pub(crate) required: bool,
    pub(crate) slot: Slot,
    pub(crate) notes: Notes,
}

impl Field {
    /// Returns the name of the field's setter. If hand-written code sets the field, the generated setter gets the
    /// prefix `set_`, and the hand-written setter gets the plain name.
    pub(crate) fn setter(&self) -> String {
        if self.notes.hand_written {
            format!("set_{}", self.rust.trim_end_matches('_'))
        } else {
            self.rust.clone()
        }
    }
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) at: String,
    pub(crate) wire: String,
    pub(crate) rust: String,
    pub(crate) rust_name: Option<String>,
    pub(crate) description: Option<String>,
}

/// The type of a value, and whether the value may be null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) value: Type,
    pub(crate) nullable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// A type that can't be used. The problem has been reported.
    Broken,
    Text(Rule),
    Timestamp,
    Date,
    Integer(Integer),
    Double,
    Boolean,
    /// A boolean that can only be true.
    Flag,
    /// Any JSON value.
    Free,
    Model(ModelId),
    List(Box<Slot>),
    Map(Box<Slot>),
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) at: String,
    pub(crate) id: String,
    pub(crate) rust: String,
    pub(crate) module: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) summary: Option<String>,
    pub(crate) notes: Notes,
    /// The provider's page: the provenance's source, or else `externalDocs`.
    pub(crate) docs_url: Option<String>,
    pub(crate) idempotency: Idempotency,
    pub(crate) rate_class: Option<String>,
    pub(crate) fresh_connection: bool,
    pub(crate) unauthenticated: bool,
    pub(crate) undocumented: bool,
    /// The type into which hand-written code reads the response.
    pub(crate) output_type: Option<Output>,
    /// Whether the operation's type is private to the crate, because hand-written code makes the request.
    pub(crate) inner: bool,
    /// The parameters: first those of the path, then of the query, then of the header.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// The content of a success. `None` if no success has content.
    pub(crate) output: Option<Slot>,
    /// The media types of a success, if `application/json` is not the only one.
    pub(crate) accept: Option<String>,
}

impl Operation {
    /// Returns whether a 2xx is a success even if its body can't be read.
    pub(crate) fn status_decides(&self) -> bool {
        self.idempotency != Idempotency::Safe
            && self.output.as_ref().is_none_or(|slot| slot.nullable)
    }
}

impl Body {
    /// Returns the media type with which the body is sent.
    pub(crate) fn media_type(&self) -> &str {
        self.content_type
            .as_deref()
            .unwrap_or(self.format.media_type())
    }
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) field: Field,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) format: Format,
    /// The media type, if it is not the format's own.
    pub(crate) content_type: Option<String>,
    pub(crate) fields: Vec<Field>,
    /// Whether the body is the value of its only field, such as a list or a union, and not an object that contains this
    /// field.
    pub(crate) is_value: bool,
    pub(crate) presence: Vec<Presence>,
    pub(crate) dynamic: Vec<Dynamic>,
}
