//! Takes a published description, OpenAPI 3.0 or 3.1, and rewrites it into the strict dialect that the generator reads.
//!
//! Each rule is a file. A rule rewrites the parts that have a counterpart in the dialect, and adds a note for each. All
//! other parts stay as they are, and the generator refuses them. No rule guesses, and the description of the new crate
//! shows every choice.

mod all_of;
mod body;
mod document;
mod edit;
mod form;
mod names;
mod notes;
mod number;
mod object;
mod one_of;
mod operation;
mod parameter;
mod personal;
mod reference;
mod response;
mod schema;
mod select;
mod sides;
mod source;
mod text;
mod trial;
mod union;

pub(crate) use self::union::NAMED;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub(crate) use trial::Trial;

use self::{
    edit::{Map, as_map, set},
    notes::{Did, Notes},
    schema::Role,
    source::Source,
    trial::LeftOut,
};
use crate::{
    gather::Whole,
    model::Api,
    parse::Method,
    problem::{Problem, Problems},
    tree::{Value, join},
    understand_tree,
};

/// The operations that a caller wants.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// The tags and `operationId`s of the wanted operations. If the list is empty, all operations are wanted.
    pub(crate) only: &'a [String],
    /// Whether operations that can't be generated are left out. Otherwise they are errors.
    pub(crate) skips: bool,
}

/// A description in the strict dialect.
pub(crate) struct Adapted {
    pub(crate) tree: Value,
    pub(crate) api: Api,
    /// The changes that the rules made, a line for each kind.
    pub(crate) notes: Vec<String>,
}

/// Rewrites a description.
pub(crate) fn adapt(
    whole: &Whole,
    file: &str,
    wanted: Wanted<'_>,
) -> Result<Adapted, Vec<Problem>> {
    let mut problems = Problems::new(file);
    let Some(map) = as_map(&whole.tree) else {
        problems.report("", "this is not a description", "name an OpenAPI file");
        return Err(problems.into_list());
    };
    if let Some(version) = foreign_version(map) {
        let (what, hint) = match version {
            Some(version) => (
                format!("OpenAPI `{version}` is not supported"),
                "convert the description to OpenAPI 3.0 or 3.1",
            ),
            None => (
                "this does not state its version as a text".to_owned(),
                "write `openapi: 3.1.0`, or the description's own version",
            ),
        };
        problems.report("/openapi", what, hint);
        return Err(problems.into_list());
    }
    let source = Source::new(map, &whole.places);
    for at in source.lost_paths() {
        problems.report(&at, "a path that leads nowhere", "correct the reference");
    }
    let all = select::named(source.operations());
    let chosen = select::only(all, wanted.only, &mut problems);
    if chosen.is_empty() && problems.is_empty() {
        problems.report(
            "/paths",
            "there is no operation",
            "name a description with operations",
        );
    }
    if !problems.is_empty() {
        return Err(problems.into_list());
    }
    let mut trial = Trial::new(&source, chosen, file);
    let (kept, left_out) = if wanted.skips {
        trial.sorted()
    } else {
        (trial.all(), Vec::new())
    };
    if kept.is_empty() {
        return Err(left_out.into_iter().flat_map(|one| one.problems).collect());
    }
    let built = trial.build(&kept);
    let (mut tree, mut api) = built.map_err(|problems| whole.places.given(problems))?;
    if let (Value::Map(document), false) = (&mut tree, left_out.is_empty()) {
        let listed = left_out.iter().map(LeftOut::listed).collect();
        set(document, "x-left-out", Value::List(listed));
        api = understand_tree(&tree, file)?;
    }
    Ok(Adapted {
        tree,
        api,
        notes: trial.notes(),
    })
}

/// Adds careful assumptions to a description in the strict dialect: writes are not repeated automatically, and values
/// that look personal are hidden. Returns the assumptions, a line for each kind.
pub(crate) fn careful(tree: &mut Value) -> Vec<String> {
    let mut notes = Notes::default();
    let Value::Map(document) = tree else {
        return Vec::new();
    };
    if let Some(Value::Map(paths)) = edit::get_mut(document, "paths") {
        for (path, item) in paths {
            let Value::Map(operations) = item else {
                continue;
            };
            for (word, value) in operations {
                let method = Method::ALL.iter().find(|(name, _)| name == word);
                if let (Some((word, method)), Value::Map(operation)) = (method, value) {
                    let at = join(&join("/paths", path), word);
                    operation::repetition(*method, operation, &at, &mut notes);
                }
            }
        }
    }
    personal::mark_document(document, &mut notes);
    notes.lines()
}

/// Returns whether this is a description that the rules can read.
pub(crate) fn is_description(tree: &Value) -> bool {
    as_map(tree).is_some_and(|map| foreign_version(map).is_none())
}

/// Marks the properties at these pointers as strict: a value that can't be read is then an error, and does not count as
/// missing.
pub(crate) fn strict(tree: &mut Value, pointers: &[String]) {
    for pointer in pointers {
        if let Some(Value::Map(property)) = edit::at_mut(tree, pointer) {
            set(property, "x-strict", Value::Bool(true));
        }
    }
}

/// Opens a description for trials of its operations. `None` if it is not OpenAPI 3.0 or 3.1.
pub(crate) fn survey<T>(
    whole: &Whole,
    file: &str,
    run: impl FnOnce(Trial<'_, '_>) -> T,
) -> Option<T> {
    let map = as_map(&whole.tree).filter(|map| foreign_version(map).is_none())?;
    let source = Source::new(map, &whole.places);
    let chosen = select::named(source.operations());
    Some(run(Trial::new(&source, chosen, file)))
}

/// Returns `None` for OpenAPI 3.0 and 3.1. For any other document, returns its version, if the version is a text.
fn foreign_version(map: &Map) -> Option<Option<String>> {
    let version = edit::text(map, "openapi").or(edit::text(map, "swagger"));
    let is_own = |version: &str| version.starts_with("3.0") || version.starts_with("3.1");
    (!version.is_some_and(is_own)).then(|| version.map(str::to_owned))
}

/// The rules' common state.
pub(super) struct Adapter<'s, 't> {
    source: &'s Source<'t>,
    file: String,
    /// The schemas of components in the strict dialect. A schema that is being rewritten has no value yet.
    schemas: BTreeMap<String, Option<Value>>,
    depth: usize,
    notes: Notes,
    refused: Vec<Problem>,
}

impl<'s, 't> Adapter<'s, 't> {
    fn new(source: &'s Source<'t>, file: &str) -> Self {
        Self {
            source,
            file: file.to_owned(),
            schemas: BTreeMap::new(),
            depth: 0,
            notes: Notes::default(),
            refused: Vec::new(),
        }
    }

    fn note(&mut self, did: Did, what: &'static str, at: &str) {
        self.notes.add(did, what, at);
    }

    /// Reports a problem that no rule solves and that the generator could not find.
    fn refuse(&mut self, at: &str, what: &str, hint: &str) {
        self.refused.push(Problem {
            file: self.file.clone(),
            at: at.to_owned(),
            what: what.to_owned(),
            hint: hint.to_owned(),
        });
    }

    /// Returns a schema of components in the strict dialect. `None` if it is missing, or is being rewritten.
    fn component(&mut self, name: &str) -> Option<Value> {
        if let Some(known) = self.schemas.get(name) {
            return known.clone();
        }
        let given = self.source.schema(name)?;
        self.schemas.insert(name.to_owned(), None);
        let at = join("/components/schemas", name);
        // The depth of the place that refers to a component does not count for the component.
        let depth = std::mem::take(&mut self.depth);
        let mut value = self.schema(given, &at, Role::Named);
        // The properties that refer to the component have these keys instead.
        if let Value::Map(map) = &mut value {
            map.retain(|(key, _)| key != "readOnly" && key != "writeOnly");
        }
        self.depth = depth;
        self.schemas.insert(name.to_owned(), Some(value.clone()));
        Some(value)
    }
}

/// Puts the schemas into the document.
fn with_schemas(document: &mut Map, schemas: Map) {
    if let Some(Value::Map(components)) = edit::get_mut(document, "components") {
        if !schemas.is_empty() {
            set(components, "schemas", Value::Map(schemas));
        }
    }
}
