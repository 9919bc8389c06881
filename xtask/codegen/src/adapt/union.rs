//! A union whose objects can be told apart by one property stays a union. Every other union becomes any JSON value.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Adapter,
    edit::{self, Map, as_map, as_text, get, has, set, take, text},
    names,
    notes::{Did, Notes},
    schema::ANY,
};
use crate::tree::{Value, join};

/// An object of a union, in the strict dialect.
struct Object {
    /// The components that lead to the object, from the one that the union names to the object itself. Empty if the object is written in
    /// place.
    components: Vec<String>,
    schema: Map,
}

/// A private member of a discriminator: the names that the components have in their original files. An empty name stands for a schema
/// that is not a component in its file.
pub(crate) const NAMED: &str = "x-named";

impl Adapter<'_, '_> {
    /// Returns the union of these variants, if one property tells them apart. Each variant is a schema in the strict dialect, with the
    /// schema's place in the description. No variant is null.
    pub(super) fn union(&mut self, members: &Map, variants: &[(Value, String)]) -> Option<Value> {
        let objects: Option<Vec<Object>> = variants
            .iter()
            .map(|(variant, _)| self.object_of(variant))
            .collect();
        let objects = objects.filter(|objects| objects.len() > 1)?;
        let discriminator = get(members, "discriminator").and_then(as_map);
        let tag = match discriminator {
            Some(map) => text(map, "propertyName")?.to_owned(),
            None => self.told_apart_by(&objects)?,
        };
        let none = Map::new();
        let discriminator = discriminator.unwrap_or(&none);
        let mut mapping = Map::new();
        let mut list = Vec::new();
        for (object, (_, at)) in objects.into_iter().zip(variants) {
            let value = self.value_of(&object, &tag, discriminator)?;
            let name = match object.components.into_iter().next_back() {
                Some(name) => name,
                None => self.put_into_components(object.schema, &value, at)?,
            };
            let reference = edit::reference(&name);
            if has(&mapping, &value) || list.contains(&reference) {
                return None;
            }
            mapping.push((value, edit::words(target(&reference)?)));
            list.push(reference);
        }
        let discriminator = vec![
            ("propertyName".to_owned(), Value::Text(tag)),
            ("mapping".to_owned(), Value::Map(mapping)),
        ];
        Some(Value::Map(vec![
            ("anyOf".to_owned(), Value::List(list)),
            ("discriminator".to_owned(), Value::Map(discriminator)),
        ]))
    }

    /// Returns a variant as an object, if it is an object with properties.
    fn object_of(&mut self, variant: &Value) -> Option<Object> {
        let mut components = Vec::new();
        let mut schema = as_map(variant)?.clone();
        // A component can consist of a single reference to another component.
        for _ in 0..20 {
            let Some(name) = text(&schema, "$ref").and_then(edit::component) else {
                break;
            };
            schema = as_map(&self.component(&name)?)?.clone();
            components.push(name);
        }
        let is_object = text(&schema, "type") == Some("object") && has(&schema, "properties");
        is_object.then_some(Object { components, schema })
    }

    /// Returns the first property that every object requires and for which every object has a different single value.
    fn told_apart_by(&mut self, objects: &[Object]) -> Option<String> {
        let first = objects.first()?;
        for (name, _) in edit::map(&first.schema, "properties") {
            let mut values: Vec<String> = Vec::new();
            for object in objects {
                let is_required = edit::list(&object.schema, "required")
                    .iter()
                    .any(|one| as_text(one) == Some(name));
                let only = self.only_value(object, name).filter(|_| is_required);
                values.extend(only.filter(|value| !values.contains(value)));
            }
            if values.len() == objects.len() {
                return Some(name.clone());
            }
        }
        None
    }

    fn only_value(&mut self, object: &Object, property: &str) -> Option<String> {
        let schema = get(edit::map_of(&object.schema, "properties")?, property)?;
        let schema = self.in_place(schema.clone())?;
        match edit::list(as_map(&schema)?, "enum") {
            [Value::Text(only)] => Some(only.clone()),
            _ => None,
        }
    }

    fn default_of(&mut self, object: &Object, property: &str) -> Option<String> {
        let schema = get(edit::map_of(&object.schema, "properties")?, property)?;
        let schema = self.in_place(schema.clone())?;
        text(as_map(&schema)?, "default").map(str::to_owned)
    }

    /// Returns the discriminator's value of an object: the only value that the object allows, the value in `mapping`, or else the name of
    /// the component that the union names.
    fn value_of(&mut self, object: &Object, tag: &str, discriminator: &Map) -> Option<String> {
        let only = self.only_value(object, tag);
        let default = self.default_of(object, tag);
        let mapping = edit::map(discriminator, "mapping");
        let implicit = || {
            let name = object.components.first()?;
            let named = text_of(edit::map(discriminator, NAMED), name).unwrap_or(name);
            // A value of `mapping` that leads nowhere may be meant for this object.
            let is_whole = mapping.iter().all(|(_, given)| self.is_known(given));
            let is_certain = is_whole
                && !self.is_named_elsewhere(object, tag, named)
                && default.as_deref().is_none_or(|default| default == named);
            (is_certain && !named.is_empty()).then(|| named.to_owned())
        };
        let mut mapped = mapping
            .iter()
            .filter(|(_, given)| self.leads_to(given, object));
        let value = match (only, mapped.next(), mapped.next()) {
            // If several values lead to the object, no single value is the object's own.
            (_, _, Some(_)) => return None,
            (Some(only), None, None) => only,
            (Some(only), Some((value, _)), None) if only == *value => only,
            (Some(_), Some(_), None) => return None,
            (None, Some((value, _)), None) => value.clone(),
            (None, None, None) => implicit()?,
        };
        let property = get(edit::map_of(&object.schema, "properties")?, tag).cloned();
        let Some(property) = property else {
            return Some(value);
        };
        let property = self.in_place(property)?;
        let property = as_map(&property)?;
        let values = edit::list(property, "enum");
        let may_be = text(property, "type") == Some("string")
            && (values.is_empty() || values.iter().any(|one| as_text(one) == Some(&value)));
        may_be.then_some(value)
    }

    /// Returns whether a value of `mapping` names a component.
    fn is_known(&self, given: &Value) -> bool {
        self.source.schema(&component_of(given)).is_some()
    }

    /// Returns whether the discriminator of a schema, such as the parent of the object, gives the object another value.
    fn is_named_elsewhere(&self, object: &Object, tag: &str, value: &str) -> bool {
        self.source
            .schemas()
            .filter_map(|schema| edit::map_of(as_map(schema)?, "discriminator"))
            .filter(|discriminator| text(discriminator, "propertyName") == Some(tag))
            .flat_map(|discriminator| edit::map(discriminator, "mapping"))
            .any(|(other, given)| other != value && self.leads_to(given, object))
    }

    /// Returns whether a value of `mapping` names the object, or an alias of the object.
    fn leads_to(&self, given: &Value, object: &Object) -> bool {
        let mut name = component_of(given);
        for _ in 0..20 {
            if object.components.contains(&name) {
                return true;
            }
            let alias = self.source.schema(&name).and_then(as_map);
            match alias
                .and_then(|map| text(map, "$ref"))
                .and_then(edit::component)
            {
                Some(next) => name = next,
                None => return false,
            }
        }
        false
    }

    /// Moves an object that is written in place into components, under a name made from its place and its kind.
    fn put_into_components(&mut self, schema: Map, kind: &str, at: &str) -> Option<String> {
        let name = names::of_variant(at, kind);
        let schema = Value::Map(schema);
        if self.source.schema(&name).is_some() {
            return None;
        }
        match self.schemas.get(&name) {
            Some(Some(other)) if *other == schema => {}
            Some(_) => return None,
            None => {
                self.schemas.insert(name.clone(), Some(schema));
            }
        }
        Some(name)
    }
}

fn text_of<'m>(map: &'m [(String, Value)], key: &str) -> Option<&'m str> {
    let (_, value) = map.iter().find(|(name, _)| name == key)?;
    as_text(value)
}

/// Returns the name of the component that a value of `mapping` names.
fn component_of(given: &Value) -> String {
    let given = as_text(given).unwrap_or_default();
    edit::component(given).unwrap_or_else(|| given.to_owned())
}

fn target(reference: &Value) -> Option<&str> {
    text(as_map(reference)?, "$ref")
}

/// Returns whether a schema in the strict dialect is a union.
pub(super) fn is_union(map: &Map) -> bool {
    has(map, "discriminator")
}

/// Turns a union into any JSON value.
pub(super) fn give_up(map: &mut Map) {
    for key in ["anyOf", "discriminator", "x-enum-names"] {
        take(map, key);
    }
    set(map, ANY, Value::Bool(true));
}

/// Replaces a union by any JSON value if the discriminator of one of its objects may have another value elsewhere. This is possible in
/// two cases: the object allows other values and is also used outside unions, or several unions give the object different discriminators
/// or values.
pub(super) fn settle(paths: &mut Value, schemas: &mut BTreeMap<String, Value>, notes: &mut Notes) {
    let mut alone = BTreeSet::new();
    let mut tags: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for value in schemas.values().chain([&*paths]) {
        uses(value, &mut alone, &mut tags);
    }
    let is_unclear = |name: &str, tag: &str, value: &str| {
        let is_fixed = schemas.get(name).and_then(as_map).is_some_and(|map| {
            let property = get(edit::map_of(map, "properties").unwrap_or(&Map::new()), tag)
                .and_then(as_map)
                .map(|property| edit::list(property, "enum").to_vec());
            property.is_some_and(|values| values == [Value::Text(value.to_owned())])
        });
        !is_fixed && alone.contains(name) || tags.get(name).is_some_and(|tags| tags.len() > 1)
    };
    let unclear: BTreeSet<String> = tags
        .iter()
        .filter(|(name, tags)| tags.iter().any(|(tag, value)| is_unclear(name, tag, value)))
        .map(|(name, _)| name.clone())
        .collect();
    if unclear.is_empty() {
        return;
    }
    for (name, schema) in schemas {
        drop_unions(schema, &unclear, &join("/components/schemas", name), notes);
    }
    drop_unions(paths, &unclear, "/paths", notes);
}

/// Calls `visit` for each variant with its component, the discriminator's name and the discriminator's value.
fn each_variant(map: &Map, mut visit: impl FnMut(String, &str, &str)) {
    let discriminator = get(map, "discriminator").and_then(as_map);
    let tag = discriminator.and_then(|map| text(map, "propertyName"));
    let mapping = discriminator.map_or(&[][..], |map| edit::map(map, "mapping"));
    for (value, reference) in mapping {
        let name = as_text(reference).and_then(edit::component);
        if let (Some(name), Some(tag)) = (name, tag) {
            visit(name, tag, value);
        }
    }
}

fn uses(
    value: &Value,
    alone: &mut BTreeSet<String>,
    tags: &mut BTreeMap<String, BTreeSet<(String, String)>>,
) {
    match value {
        Value::Map(map) if is_union(map) => each_variant(map, |name, tag, value| {
            let tag = (tag.to_owned(), value.to_owned());
            tags.entry(name).or_default().insert(tag);
        }),
        Value::Map(map) => {
            alone.extend(text(map, "$ref").and_then(edit::component));
            edit::each(map, &mut |_, value| uses(value, alone, tags));
        }
        Value::List(items) => {
            for item in items {
                uses(item, alone, tags);
            }
        }
        _ => {}
    }
}

fn drop_unions(value: &mut Value, unclear: &BTreeSet<String>, at: &str, notes: &mut Notes) {
    match value {
        Value::Map(map) => {
            let mut is_unclear = false;
            if is_union(map) {
                each_variant(map, |name, _, _| is_unclear |= unclear.contains(&name));
            }
            if is_unclear {
                give_up(map);
                notes.add(
                    Did::Narrowed,
                    "unions of objects with a discriminator that may have other values become any JSON value",
                    at,
                );
            }
            edit::each_mut(map, &mut |steps, value| {
                let at = steps.iter().fold(at.to_owned(), |at, step| join(&at, step));
                drop_unions(value, unclear, &at, notes);
            });
        }
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                drop_unions(item, unclear, &join(at, &index.to_string()), notes);
            }
        }
        _ => {}
    }
}
