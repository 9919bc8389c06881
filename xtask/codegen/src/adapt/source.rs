//! A published description: its operations, and the targets of its references.

use std::collections::BTreeMap;

use super::edit::{self, Map, as_map, text, unescaped};
use crate::{
    gather::Places,
    parse::Method,
    tree::{Value, join},
};

/// A description that is read and not changed.
pub(super) struct Source<'t> {
    pub(super) tree: &'t Map,
    pub(super) places: &'t Places,
    schemas: BTreeMap<&'t str, &'t Value>,
}

/// One operation, and its path.
#[derive(Clone, Copy)]
pub(super) struct Found<'t> {
    pub(super) path: &'t str,
    pub(super) item: &'t Map,
    pub(super) word: &'static str,
    pub(super) method: Method,
    pub(super) operation: &'t Map,
}

impl Found<'_> {
    /// Returns the place of the operation in the description.
    pub(super) fn at(&self) -> String {
        join(&join("/paths", self.path), self.word)
    }

    pub(super) fn tags(&self) -> Vec<String> {
        edit::texts(edit::list(self.operation, "tags"))
    }
}

impl<'t> Source<'t> {
    pub(super) fn new(tree: &'t Map, places: &'t Places) -> Self {
        let components = edit::get(tree, "components").and_then(as_map);
        let schemas = components.map_or(&[][..], |components| edit::map(components, "schemas"));
        Self {
            tree,
            places,
            schemas: schemas
                .iter()
                .map(|(name, schema)| (name.as_str(), schema))
                .collect(),
        }
    }

    pub(super) fn schema(&self, name: &str) -> Option<&'t Value> {
        self.schemas.get(name).copied()
    }

    /// Returns all schemas of components.
    pub(super) fn schemas(&self) -> impl Iterator<Item = &'t Value> {
        self.schemas.values().copied()
    }

    /// Returns every operation, in the order of the description.
    pub(super) fn operations(&self) -> Vec<Found<'t>> {
        let mut found = Vec::new();
        for (path, item) in edit::map(self.tree, "paths") {
            let Some(item) = as_map(item).filter(|_| path.starts_with('/')) else {
                continue;
            };
            // A path may be a reference, for example to components.
            let item = self.followed(item).unwrap_or(item);
            for (key, operation) in item {
                let method = Method::ALL.iter().find(|(word, _)| word == key);
                if let (Some((word, method)), Some(operation)) = (method, as_map(operation)) {
                    found.push(Found {
                        path,
                        item,
                        word,
                        method: *method,
                        operation,
                    });
                }
            }
        }
        found
    }

    /// Returns the paths whose reference leads nowhere. Their operations are unknown.
    pub(super) fn lost_paths(&self) -> Vec<String> {
        edit::map(self.tree, "paths")
            .iter()
            .filter(|(_, item)| as_map(item).is_some_and(|item| self.followed(item).is_none()))
            .map(|(path, _)| join("/paths", path))
            .collect()
    }

    /// Returns the target of a chain of references; `None` if the chain leaves the file, leads
    /// nowhere or never ends.
    pub(super) fn followed(&self, map: &'t Map) -> Option<&'t Map> {
        let mut map = map;
        for _ in 0..20 {
            match text(map, "$ref") {
                None => return Some(map),
                Some(target) => map = as_map(self.target(target)?)?,
            }
        }
        None
    }

    /// Returns the target of a reference within the file.
    pub(super) fn target(&self, target: &str) -> Option<&'t Value> {
        if let Some(name) = edit::component(target) {
            return self.schema(&name);
        }
        let mut steps = target.strip_prefix("#/")?.split('/');
        let mut place = edit::get(self.tree, &unescaped(steps.next()?))?;
        for step in steps {
            place = match place {
                Value::Map(members) => edit::get(members, &decoded(step))?,
                Value::List(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(place)
    }
}

/// Decodes one step of a reference: the percent-encoded braces, and the escapes of a JSON pointer.
fn decoded(step: &str) -> String {
    let step = step
        .replace("%7B", "{")
        .replace("%7D", "}")
        .replace("%7b", "{")
        .replace("%7d", "}");
    unescaped(&step)
}
