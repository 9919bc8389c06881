//! Turns schemas into types and models.

use std::collections::BTreeMap;

use super::{
    Alternative, Api, Field, Model, ModelId, Shape, Slot, Tag, Type, Used, Variant, operations,
    union, usage,
};
use crate::{
    parse::{Description, Kind, Notes, Record, Schema, Union},
    problem::Problems,
};

/// Resolves a description.
pub(crate) fn lower(description: &Description, p: &mut Problems) -> Api {
    let mut lowering = Lowering {
        description,
        tags: union::tags(description, p),
        models: Vec::new(),
        named: BTreeMap::new(),
        inline: BTreeMap::new(),
        aliases: Vec::new(),
        depth: 0,
    };
    let operations = description
        .operations
        .iter()
        .map(|operation| operations::operation(&mut lowering, operation, p))
        .collect();
    let mut api = Api {
        service: description.service.clone(),
        title: description.title.clone(),
        access: description.access.clone(),
        models: lowering.models,
        operations,
        left_out: description.left_out.clone(),
    };
    usage::mark(&mut api);
    usage::split_sides(&mut api, p);
    usage::report_unused(description, p);
    api
}

pub(crate) struct Lowering<'d> {
    pub(crate) description: &'d Description,
    /// The discriminators of the components that are alternatives of a union.
    tags: BTreeMap<&'d str, Tag>,
    models: Vec<Model>,
    /// Components that are models.
    named: BTreeMap<&'d str, ModelId>,
    /// Inline models, by their place and their name. Two bodies with one schema share its inline models.
    inline: BTreeMap<(&'d str, String), ModelId>,
    /// Components that are being resolved, to detect a component that refers to itself.
    aliases: Vec<&'d str>,
    /// The number of schemas that are being resolved.
    depth: usize,
}

/// The maximum depth of schemas, by references or inline. The limit protects the stack, because every level is a nested
/// call.
const DEEPEST: usize = 100;

impl<'d> Lowering<'d> {
    pub(crate) fn component(&self, name: &str) -> Option<(&'d str, &'d Schema)> {
        self.description
            .schemas
            .iter()
            .find(|(key, _)| key == name)
            .map(|(key, schema)| (key.as_str(), schema))
    }

    /// Returns the schema at the end of a chain of references, and the name of its component if there was a reference.
    pub(crate) fn resolve(
        &self,
        schema: &'d Schema,
        p: &mut Problems,
    ) -> Option<(&'d Schema, Option<&'d str>)> {
        let (mut schema, mut name) = (schema, None);
        let mut steps = 0;
        while let Kind::Reference(target) = &schema.kind {
            let Some((key, found)) = self.component(target) else {
                dangling(&schema.at, "schemas", target, p);
                return None;
            };
            steps += 1;
            if steps > self.description.schemas.len() {
                p.report(
                    &schema.at,
                    "a reference that leads to itself",
                    "replace one of the references by a schema",
                );
                return None;
            }
            (schema, name) = (found, Some(key));
        }
        Some((schema, name))
    }

    /// Returns the type of a schema. An inline object or enum is named after `stem`.
    pub(crate) fn slot(&mut self, schema: &'d Schema, stem: &str, p: &mut Problems) -> Slot {
        // An `x-rust-name` that begins with a lower-case letter names the field of a property, and not a type.
        let names_type = is_type_name(&schema.notes);
        if names_type && !is_model(&schema.kind) {
            p.report(
                &schema.at,
                "`x-rust-name` on a schema that does not become a separate type",
                "remove it",
            );
        }
        if self.depth == DEEPEST {
            p.report(
                &schema.at,
                format!("schemas are nested more than {DEEPEST} levels deep"),
                "use `{}` for the inner schema",
            );
            return Slot {
                value: Type::Broken,
                nullable: false,
            };
        }
        self.depth += 1;
        let (value, below) = self.value(schema, stem, p);
        self.depth -= 1;
        Slot {
            value,
            nullable: schema.nullable || below,
        }
    }

    /// Returns the type, and whether a component that it refers to may be null.
    fn value(&mut self, schema: &'d Schema, stem: &str, p: &mut Problems) -> (Type, bool) {
        let value = match &schema.kind {
            Kind::Broken => Type::Broken,
            Kind::Text(rule) => Type::Text(rule.clone()),
            Kind::Timestamp => Type::Timestamp,
            Kind::Date => Type::Date,
            Kind::Integer(integer) => Type::Integer(*integer),
            Kind::Flag => Type::Flag,
            Kind::Double => Type::Double,
            Kind::Boolean => Type::Boolean,
            Kind::Free => Type::Free,
            Kind::List(items) | Kind::Map(items) if matches!(items.kind, Kind::Flag) => {
                p.report(&items.at, "a list or map of flags", "remove `const`");
                Type::Broken
            }
            Kind::List(items) => Type::List(Box::new(self.slot(items, &format!("{stem} item"), p))),
            Kind::Map(values) => {
                Type::Map(Box::new(self.slot(values, &format!("{stem} value"), p)))
            }
            Kind::Record(_) | Kind::Choice(_) | Kind::Union(_) => {
                Type::Model(self.model(schema, stem, None, p))
            }
            Kind::Constant(_) => {
                p.report(
                    &schema.at,
                    "`const` is only supported for the discriminator of a union",
                    "write `type: string` and an `enum` of one value",
                );
                Type::Broken
            }
            Kind::Reference(target) => {
                let Some((name, found)) = self.component(target) else {
                    dangling(&schema.at, "schemas", target, p);
                    return (Type::Broken, false);
                };
                if self.tags.get(name).is_some_and(|tag| !tag.is_fixed) {
                    p.report(
                        &schema.at,
                        format!("`{name}` is a variant of a union, but here, outside the union, its discriminator could have another value"),
                        "give its discriminator a `const`, or write another schema for this place",
                    );
                }
                return (self.referred(name, found, &schema.at, p), found.nullable);
            }
        };
        (value, false)
    }

    fn referred(&mut self, name: &'d str, found: &'d Schema, at: &str, p: &mut Problems) -> Type {
        if let Some(id) = self.named.get(name) {
            return Type::Model(*id);
        }
        if is_model(&found.kind) {
            return Type::Model(self.model(found, name, Some(name), p));
        }
        if self.aliases.contains(&name) {
            p.report(
                at,
                "a reference that leads to itself",
                "break the circle with an object",
            );
            return Type::Broken;
        }
        self.aliases.push(name);
        let Slot { value, .. } = self.slot(found, name, p);
        self.aliases.pop();
        value
    }

    fn model(
        &mut self,
        schema: &'d Schema,
        stem: &str,
        key: Option<&'d str>,
        p: &mut Problems,
    ) -> ModelId {
        let id = ModelId(self.models.len());
        if let Some(key) = key {
            self.named.insert(key, id);
        }
        // An `x-rust-name` that begins with a lower-case letter names the field, and not the type of an inline object.
        let own_name = schema
            .notes
            .rust_name
            .as_deref()
            .filter(|name| name.starts_with(char::is_uppercase));
        let stem = own_name.unwrap_or(stem);
        if key.is_none() {
            let place = (schema.at.as_str(), stem.to_owned());
            if let Some(known) = self.inline.get(&place) {
                return *known;
            }
            self.inline.insert(place, id);
        }
        let tag = key.and_then(|key| self.tags.get(key)).cloned();
        self.models.push(Model {
            at: schema.at.clone(),
            wire: stem.to_owned(),
            rust: String::new(),
            module: String::new(),
            notes: Notes {
                rust_name: own_name.map(str::to_owned),
                ..schema.notes.clone()
            },
            shape: Shape::Choice(Vec::new()),
            used: Used::default(),
            tag: tag.clone(),
        });
        if let Kind::Record(record) = &schema.kind {
            only_whole_bodies(record, &schema.at, p);
        }
        let shape = match &schema.kind {
            Kind::Choice(choices) => Shape::Choice(
                choices
                    .iter()
                    .map(|choice| Variant {
                        at: choice.at.clone(),
                        wire: choice.value.clone(),
                        rust: String::new(),
                        rust_name: choice.rust_name.clone(),
                        description: choice.description.clone(),
                    })
                    .collect(),
            ),
            Kind::Record(record) => Shape::Record(
                record
                    .properties
                    .iter()
                    // The object writes its discriminator, so the discriminator is not a field.
                    .filter(|property| tag.as_ref().is_none_or(|tag| tag.name != property.name))
                    .map(|property| {
                        self.field(&property.name, property.required, &property.schema, stem, p)
                    })
                    .collect(),
            ),
            Kind::Union(union) => Shape::Union(self.alternatives(union, &schema.at, p)),
            _ => Shape::Record(Vec::new()),
        };
        // The model was added above without its shape, so that a schema may refer to itself.
        if let Some(model) = self.models.get_mut(id.0) {
            model.shape = shape;
        }
        id
    }

    /// Returns the alternatives of a union whose discriminators are known.
    fn alternatives(&mut self, union: &'d Union, at: &str, p: &mut Problems) -> Vec<Alternative> {
        let mut names = union.names.clone();
        let mut alternatives: Vec<Alternative> = Vec::new();
        for variant in &union.variants {
            let Some((key, found)) = self.component(&variant.schema) else {
                continue;
            };
            let Some(tag) = self.tags.get(key).cloned() else {
                continue;
            };
            // `union::tags` has already reported a second variant with this value.
            if alternatives.iter().any(|one| one.tag.value == tag.value) {
                continue;
            }
            let name = names.iter().position(|(value, _)| *value == tag.value);
            if let Type::Model(model) = self.referred(key, found, &variant.at, p) {
                alternatives.push(Alternative {
                    at: variant.at.clone(),
                    tag,
                    rust: String::new(),
                    rust_name: name.map(|index| names.remove(index).1),
                    model,
                });
            }
        }
        for (value, _) in names {
            p.report(
                at,
                format!("`x-enum-names` has `{value}`, which no variant has"),
                "remove it, or correct the value",
            );
        }
        alternatives
    }

    pub(crate) fn field(
        &mut self,
        name: &str,
        required: bool,
        schema: &'d Schema,
        stem: &str,
        p: &mut Problems,
    ) -> Field {
        let notes = self.notes(schema);
        let inner = format!("{stem} {}", notes.rust_name.as_deref().unwrap_or(name));
        let slot = self.slot(schema, &inner, p);
        let hidable = match &slot.value {
            Type::List(items) => {
                !matches!(items.value, Type::Model(_) | Type::List(_) | Type::Map(_))
            }
            value => !matches!(value, Type::Model(_) | Type::Map(_)),
        };
        if notes.is_sensitive() && !hidable {
            p.report(
                &schema.at,
                "`x-secret` or `x-personal` on an object, a map or an enum",
                "put it on the inner properties that contain the text",
            );
        }
        Field {
            at: schema.at.clone(),
            wire: name.to_owned(),
            rust: String::new(),
            required,
            slot,
            notes,
        }
    }

    /// Returns a schema's notes, completed by the notes of the components that it refers to.
    fn notes(&self, schema: &'d Schema) -> Notes {
        let mut notes = schema.notes.clone();
        let mut at = schema;
        for _ in 0..=self.description.schemas.len() {
            let Kind::Reference(target) = &at.kind else {
                break;
            };
            let Some((_, found)) = self.component(target) else {
                break;
            };
            notes = notes.over(&found.notes);
            at = found;
        }
        notes
    }
}

/// Reports rules that are allowed only in the object that is the whole body of a request.
fn only_whole_bodies(record: &Record, at: &str, p: &mut Problems) {
    if !record.presence.is_empty() || !record.dynamic.is_empty() {
        p.report(
            at,
            "`anyOf`, `dependentRequired` or `x-dynamic-fields` in an object that is not the whole body of a request",
            "state it in `description`, and check it in hand-written code",
        );
    }
}

/// Returns whether a schema becomes a separate type.
fn is_model(kind: &Kind) -> bool {
    matches!(kind, Kind::Record(_) | Kind::Choice(_) | Kind::Union(_))
}

fn is_type_name(notes: &Notes) -> bool {
    notes
        .rust_name
        .as_deref()
        .is_some_and(|name| name.starts_with(char::is_uppercase))
}

pub(crate) fn dangling(at: &str, section: &str, name: &str, p: &mut Problems) {
    p.report(
        at,
        format!("components/{section} has no `{name}`"),
        "correct the reference, or describe it there",
    );
}
