//! Walks a description by the kinds of its parts, and rewrites the references that lead into other files.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
};

use super::{
    Places, Whole,
    files::Files,
    follow::circular,
    kind::Kind,
    names::Names,
    target::{self, Refused, Target},
};
use crate::{
    adapt::NAMED,
    problem::Problem,
    tree::{self, Value, join},
};

/// The maximum length of a chain of references, of which each leads to the next.
pub(super) const LONGEST: usize = 20;

/// The maximum number of values that are written in place of references, in the whole description.
const MOST: usize = 2_000_000;

pub(super) struct Walk {
    pub(super) first: String,
    pub(super) files: Files,
    pub(super) names: Names,
    places: Places,
    /// The schemas of other files that have a name but are not written yet.
    open: VecDeque<(String, Target)>,
    /// The end of each chain of references that was already followed, keyed by the first target of the chain.
    pub(super) ends: BTreeMap<Target, Result<Target, Refused>>,
    /// The problems that are reported whichever operations are wanted.
    problems: Vec<Problem>,
    left: usize,
}

impl Walk {
    pub(super) fn new(tree: Value, file: &str, folder: Option<&Path>) -> Self {
        let first = file.rsplit(['/', std::path::MAIN_SEPARATOR]).next();
        Self {
            first: first.unwrap_or(file).to_owned(),
            files: Files::new(tree, file, folder),
            names: Names::default(),
            places: Places::default(),
            open: VecDeque::new(),
            ends: BTreeMap::new(),
            problems: Vec::new(),
            left: MOST,
        }
    }

    pub(super) fn whole(mut self) -> Result<Whole, Vec<Problem>> {
        let top = Target {
            file: self.first.clone(),
            pointer: String::new(),
        };
        let Ok(tree) = self.files.get(&self.first.clone()) else {
            return Ok(Whole::alone(Value::Null));
        };
        self.reserve(&top);
        let mut whole = self.value(&tree, Kind::Document, &top, "", 0);
        while let Some((name, from)) = self.open.pop_front() {
            let at = join("/components/schemas", &name);
            match self.brought(&from, Kind::Schema, &at, 0) {
                Ok(schema) => add_schema(&mut whole, name, schema),
                Err(refused) => {
                    let problem = self.problem(&from, refused);
                    self.problems.push(problem);
                }
            }
        }
        self.problems.append(&mut self.files.problems);
        if self.problems.is_empty() {
            Ok(Whole {
                tree: whole,
                places: self.places,
            })
        } else {
            Err(self.problems)
        }
    }

    /// Returns a value with its references rewritten. `from` is the value's place in its own file, `at` is its place in the whole.
    fn value(&mut self, value: &Value, kind: Kind, from: &Target, at: &str, depth: usize) -> Value {
        match value {
            _ if kind == Kind::Plain => value.clone(),
            Value::Map(members) => {
                let reference = members.iter().find(|(key, _)| key == "$ref");
                if let Some((_, Value::Text(reference))) = reference {
                    return self.reference(members, reference, kind, from, at, depth);
                }
                self.members(members, kind, from, at, depth)
            }
            Value::List(items) => {
                let mut out = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let key = index.to_string();
                    let (from, at) = (from.below(&key), join(at, &key));
                    out.push(self.value(item, kind.inner(&key), &from, &at, depth));
                }
                Value::List(out)
            }
            other => other.clone(),
        }
    }

    fn members(
        &mut self,
        members: &[(String, Value)],
        kind: Kind,
        from: &Target,
        at: &str,
        depth: usize,
    ) -> Value {
        let mut out = Vec::with_capacity(members.len());
        for (key, value) in members {
            let (inner_from, inner_at) = (from.below(key), join(at, key));
            let value = if kind == Kind::Schema && key == "discriminator" {
                self.discriminator(value, members, from)
            } else {
                self.value(value, kind.inner(key), &inner_from, &inner_at, depth)
            };
            out.push((key.clone(), value));
        }
        Value::Map(out)
    }

    fn reference(
        &mut self,
        members: &[(String, Value)],
        reference: &str,
        kind: Kind,
        from: &Target,
        at: &str,
        depth: usize,
    ) -> Value {
        if from.file == self.first && !target::is_foreign(reference) {
            // The rules of `adapt` handle references within one file.
            return self.beside(members, reference, kind, from, at, depth);
        }
        let target = target::read(reference, &from.file);
        let meaning = match target {
            Ok(target) if kind == Kind::Schema => self.schema(&target, at),
            Ok(target) if target.file == self.first => {
                Ok(Meaning::Reference(format!("#{}", target.pointer)))
            }
            Ok(target) => Ok(Meaning::Here(target)),
            Err(refused) => Err(refused),
        };
        let refused = match meaning {
            Ok(Meaning::Reference(rewritten)) => {
                return self.beside(members, &rewritten, kind, from, at, depth);
            }
            Ok(Meaning::Here(_)) if members.len() > 1 && kind == Kind::PathItem => Refused {
                what: "members beside a reference to another file".to_owned(),
                hint: "write them into that file",
            },
            Ok(Meaning::Here(target)) if depth >= LONGEST => circular(&target),
            Ok(Meaning::Here(target)) => match self.brought(&target, kind, at, depth + 1) {
                Ok(value) => return value,
                Err(refused) => refused,
            },
            Err(refused) => refused,
        };
        let problem = self.problem(&from.below("$ref"), refused);
        // Without the name of its own file, the reference might match a part of the first file.
        let marked = format!("{}#{reference}", from.file);
        if kind.is_needed() {
            self.problems.push(problem);
        } else {
            self.places.broken(at, marked.clone(), problem);
        }
        self.beside(members, &marked, kind, from, at, depth)
    }

    /// Returns the object with `reference` in its `$ref`, and with its other members rewritten.
    fn beside(
        &mut self,
        members: &[(String, Value)],
        reference: &str,
        kind: Kind,
        from: &Target,
        at: &str,
        depth: usize,
    ) -> Value {
        let mut out = self.members(members, kind, from, at, depth);
        if let Value::Map(members) = &mut out {
            for (key, value) in members {
                if key == "$ref" {
                    *value = Value::Text(reference.to_owned());
                }
            }
        }
        out
    }

    /// Returns the replacement of a reference to a schema, at the place `at` of the whole.
    fn schema(&mut self, target: &Target, at: &str) -> Result<Meaning, Refused> {
        let end = self.end(target)?;
        if end.file == self.first {
            return Ok(Meaning::Reference(format!("#{}", end.pointer)));
        }
        let place = |name: &str| join("/components/schemas", name);
        let at_name = match self.names.of(&end) {
            // `at` is the entry in components that gives the schema its name, so the schema itself is written here.
            Some(name) if at == place(name) => return Ok(Meaning::Here(end)),
            Some(name) => place(name),
            None => {
                let name = self.names.add(&end).ok_or_else(|| Refused {
                    what: format!(
                        "`{}#{}` has a name that another schema has",
                        end.file, end.pointer
                    ),
                    hint: "rename one of them",
                })?;
                let at_name = place(&name);
                self.open.push_back((name, end));
                at_name
            }
        };
        Ok(Meaning::Reference(format!("#{at_name}")))
    }

    /// Returns the value at the place `from` of another file, rewritten for the place `at` in the whole.
    fn brought(
        &mut self,
        from: &Target,
        kind: Kind,
        at: &str,
        depth: usize,
    ) -> Result<Value, Refused> {
        let (tree, pointer) = self.found(from)?;
        let nothing = Value::Null;
        let found = tree::at(&tree, &pointer).unwrap_or(&nothing);
        self.left = self.left.checked_sub(count(found)).ok_or_else(|| Refused {
            what: format!("the references stand for more than {MOST} values"),
            hint: "refer to components of the first file",
        })?;
        self.places
            .moved(at, self.files.shown(&from.file), &from.pointer);
        Ok(self.value(found, kind, from, at, depth))
    }

    /// Rewrites the values of `mapping`, which are names of schemas or references to schemas. Without a mapping, the discriminator's value
    /// is the name that the schema has in its own file. A schema from another file may get a new name in the whole, so its original name is
    /// added under [`NAMED`].
    fn discriminator(
        &mut self,
        value: &Value,
        siblings: &[(String, Value)],
        from: &Target,
    ) -> Value {
        let mut out = value.clone();
        let named = self.named(siblings, from);
        let Value::Map(members) = &mut out else {
            return out;
        };
        if !named.is_empty() {
            members.push((NAMED.to_owned(), Value::Map(named)));
        }
        let mapping = members.iter_mut().find(|(key, _)| key == "mapping");
        let Some((_, Value::Map(mapping))) = mapping else {
            return out;
        };
        for (_, value) in mapping {
            let Value::Text(text) = value else { continue };
            let is_name = !text.contains(['/', '#', '.']);
            let reference = if is_name {
                format!("#{}", join("/components/schemas", text))
            } else {
                text.clone()
            };
            if from.file == self.first && !target::is_foreign(&reference) {
                continue;
            }
            let target = target::read(&reference, &from.file);
            let meaning = target.and_then(|target| self.schema(&target, ""));
            if let Ok(Meaning::Reference(reference)) = meaning {
                *text = reference;
            }
        }
        out
    }

    /// Returns the names that the schemas of a union have in their own files, by their names in the whole.
    fn named(&mut self, siblings: &[(String, Value)], from: &Target) -> Vec<(String, Value)> {
        let lists = siblings
            .iter()
            .filter(|(key, _)| matches!(key.as_str(), "oneOf" | "anyOf"));
        let variants = lists.flat_map(|(_, list)| match list {
            Value::List(list) => list.as_slice(),
            _ => &[],
        });
        let mut named = Vec::new();
        for variant in variants {
            let Value::Map(variant) = variant else {
                continue;
            };
            let reference = variant.iter().find(|(key, _)| key == "$ref");
            let Some((_, Value::Text(reference))) = reference else {
                continue;
            };
            if from.file == self.first && !target::is_foreign(reference) {
                continue;
            }
            let Ok(target) = target::read(reference, &from.file) else {
                continue;
            };
            let own = target
                .pointer
                .strip_prefix("/components/schemas/")
                .filter(|name| !name.contains('/'))
                .unwrap_or_default()
                .replace("~1", "/")
                .replace("~0", "~");
            if let Ok(Meaning::Reference(reference)) = self.schema(&target, "") {
                let name = reference.rsplit('/').next().unwrap_or_default();
                named.push((name.to_owned(), Value::Text(own)));
            }
        }
        named
    }

    fn problem(&self, place: &Target, Refused { what, hint }: Refused) -> Problem {
        Problem {
            file: self.files.shown(&place.file),
            at: place.pointer.clone(),
            what,
            hint: hint.to_owned(),
        }
    }
}

/// The replacement of a reference.
enum Meaning {
    /// A reference within the whole.
    Reference(String),
    /// The value at this place of another file.
    Here(Target),
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Map(members) => members.iter().map(|(_, value)| count(value)).sum(),
        Value::List(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

fn add_schema(whole: &mut Value, name: String, schema: Value) {
    let Value::Map(document) = whole else { return };
    let Some(Value::Map(schemas)) =
        member(document, "components").and_then(|components| match components {
            Value::Map(components) => member(components, "schemas"),
            _ => None,
        })
    else {
        return;
    };
    schemas.push((name, schema));
}

/// Returns a member. If it is missing, adds an empty object.
fn member<'v>(map: &'v mut Vec<(String, Value)>, key: &str) -> Option<&'v mut Value> {
    if !map.iter().any(|(name, _)| name == key) {
        map.push((key.to_owned(), Value::Map(Vec::new())));
    }
    map.iter_mut()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}
