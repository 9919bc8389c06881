//! Takes a published description, OpenAPI 3.0 or 3.1, and rewrites it into the strict dialect that the generator reads.
//!
//! Each rule is a file. A rule either rewrites what has a counterpart in the dialect, and notes what it did, or leaves
//! it as it is. Then the generator refuses it. Nothing is guessed, and the description of the new crate shows what was
//! chosen.

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

/// What a caller wants of a description.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Tags and `operationId`s; everything if there are none.
    pub(crate) only: &'a [String],
    /// Whether operations that don't generate are left out.
    pub(crate) skips: bool,
}

/// A description in the strict dialect.
pub(crate) struct Adapted {
    pub(crate) tree: Value,
    pub(crate) api: Api,
    /// What the rules did, a line for each kind.
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

/// Writes the careful answers into a description that is in the strict dialect: writes are not repeated by themselves,
/// and what looks personal is hidden. Returns what was written, a line for each kind.
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

/// Whether this is a description that the rules can read.
pub(crate) fn is_description(tree: &Value) -> bool {
    as_map(tree).is_some_and(|map| foreign_version(map).is_none())
}

/// Marks properties as strict, by their pointers: an odd value must not be read as none.
pub(crate) fn strict(tree: &mut Value, pointers: &[String]) {
    for pointer in pointers {
        if let Some(Value::Map(property)) = edit::at_mut(tree, pointer) {
            set(property, "x-strict", Value::Bool(true));
        }
    }
}

/// Opens a description for trials of its operations; nothing if it is not OpenAPI 3.0 or 3.1.
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

/// Returns the version if it is not OpenAPI 3.0 or 3.1. A version that is no text is none.
fn foreign_version(map: &Map) -> Option<Option<String>> {
    let version = edit::text(map, "openapi").or(edit::text(map, "swagger"));
    let is_own = |version: &str| version.starts_with("3.0") || version.starts_with("3.1");
    (!version.is_some_and(is_own)).then(|| version.map(str::to_owned))
}

/// The rules' common state.
pub(super) struct Adapter<'s, 't> {
    source: &'s Source<'t>,
    file: String,
    /// The schemas of components in the strict dialect. One that is being rewritten is there without a value.
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

    /// Refuses what no rule takes and the generator can't see.
    fn refuse(&mut self, at: &str, what: &str, hint: &str) {
        self.refused.push(Problem {
            file: self.file.clone(),
            at: at.to_owned(),
            what: what.to_owned(),
            hint: hint.to_owned(),
        });
    }

    /// Returns a schema of components in the strict dialect; nothing while it is being rewritten.
    fn component(&mut self, name: &str) -> Option<Value> {
        if let Some(known) = self.schemas.get(name) {
            return known.clone();
        }
        let given = self.source.schema(name)?;
        self.schemas.insert(name.to_owned(), None);
        let at = join("/components/schemas", name);
        // Where it is referred to does not matter for a component.
        let depth = std::mem::take(&mut self.depth);
        let mut value = self.schema(given, &at, Role::Named);
        // The properties that refer to it have the words.
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
