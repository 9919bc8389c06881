//! Builds descriptions of some of the operations, to find the operations for which code can be generated.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{
    Adapter,
    document::{Access, server},
    edit::{self, Map, set},
    names,
    notes::Notes,
    personal,
    schema::ANY,
    select::Chosen,
    sides,
    source::Source,
    union, with_schemas,
};
use crate::{
    kinds,
    model::Api,
    problem::Problem,
    tree::{Value, join},
};

/// An operation that is left out of a crate, and the problems that are the reason.
#[derive(Clone, Debug)]
pub(crate) struct LeftOut {
    pub(crate) id: String,
    /// Method and path.
    pub(crate) call: String,
    pub(crate) problems: Vec<Problem>,
}

impl LeftOut {
    /// Returns the first three kinds of problems.
    fn reason(&self) -> String {
        let mut kinds: Vec<String> = Vec::new();
        for problem in &self.problems {
            let kind = kinds::kind(&problem.what);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let few: Vec<&str> = kinds.iter().take(3).map(String::as_str).collect();
        few.join("; ")
    }

    /// Returns the entry in the new crate's description.
    pub(super) fn listed(&self) -> Value {
        Value::Map(vec![
            ("call".to_owned(), edit::words(&self.call)),
            ("reason".to_owned(), Value::Text(self.reason())),
        ])
    }
}

impl Ready {
    /// Returns the place of the operation in the strict dialect.
    fn at(&self) -> String {
        join(&join("/paths", &self.path), self.word)
    }

    /// Translates a place inside this operation to its place in the original description. Returns `None` for a place outside the operation.
    fn given_at(&self, at: &str) -> Option<String> {
        let rest = below(at, &self.at())?;
        let parameter = rest.strip_prefix("/parameters/").and_then(|rest| {
            let (index, rest) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
            Some((self.parameters.get(index.parse::<usize>().ok()?)?, rest))
        });
        Some(match parameter {
            Some((place, rest)) => format!("{place}{rest}"),
            None => format!("{}{rest}", self.given),
        })
    }
}

/// Returns the rest of `at` after `place`. Returns `None` unless `at` is `place` or a place inside it.
fn below<'a>(at: &'a str, place: &str) -> Option<&'a str> {
    at.strip_prefix(place)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.call, self.id, self.reason())
    }
}

/// The place of all schemas in components.
const SCHEMAS: &str = "/components/schemas/";

/// An operation in the strict dialect.
struct Ready {
    path: String,
    word: &'static str,
    /// The place of the operation in the original description.
    given: String,
    /// The places of the parameters in the original description.
    parameters: Vec<String>,
    value: Value,
    refused: Vec<Problem>,
}

/// A description whose operations are tried, each alone and all together.
pub(crate) struct Trial<'s, 't> {
    adapter: Adapter<'s, 't>,
    chosen: Vec<Chosen<'t>>,
    ready: Vec<Ready>,
    access: Access,
    origin: Option<String>,
    file: String,
    changes: Notes,
}

impl<'s, 't> Trial<'s, 't> {
    pub(super) fn new(source: &'s Source<'t>, chosen: Vec<Chosen<'t>>, file: &str) -> Self {
        let mut adapter = Adapter::new(source, file);
        let access = adapter.access(&chosen);
        let servers: Vec<(Option<String>, String)> =
            chosen.iter().map(|one| server(source, one)).collect();
        let origin = most_frequent(servers.iter().map(|(origin, _)| origin));
        let mut ready = Vec::new();
        for (one, (own, prefix)) in chosen.iter().zip(servers) {
            let (value, parameters) = adapter.operation(one, &access);
            if own != origin {
                adapter.refuse(
                    &one.found.at(),
                    "this call goes to another server",
                    "leave it out, or make a crate for the calls of this server",
                );
            }
            ready.push(Ready {
                path: format!("{prefix}{}", one.found.path),
                word: one.found.word,
                given: one.found.at(),
                parameters,
                value,
                refused: std::mem::take(&mut adapter.refused),
            });
        }
        Self {
            adapter,
            chosen,
            ready,
            access,
            origin,
            file: file.to_owned(),
            changes: Notes::default(),
        }
    }

    /// Returns the indexes of all operations.
    pub(crate) fn all(&self) -> Vec<usize> {
        (0..self.ready.len()).collect()
    }

    /// Returns the notes of the rules: those about single operations and schemas, and those about the last description that was built.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut lines = self.adapter.notes.lines();
        lines.extend(self.changes.lines());
        lines
    }

    /// Returns the problems of a description that has only this operation. Returns `None` if there are none.
    pub(crate) fn alone(&mut self, index: usize) -> Option<LeftOut> {
        let problems = self.build(&[index]).err()?;
        let problems = self.adapter.source.places.given(problems);
        let chosen = self.chosen.get(index)?;
        let ready = self.ready.get(index)?;
        Some(LeftOut {
            id: chosen.id.clone(),
            call: format!("{} {}", ready.word.to_ascii_uppercase(), chosen.found.path),
            problems,
        })
    }

    /// Returns the operations for which code can be generated, and the others with their problems.
    pub(crate) fn sorted(&mut self) -> (Vec<usize>, Vec<LeftOut>) {
        let mut kept = Vec::new();
        let mut left_out = Vec::new();
        for index in self.all() {
            match self.alone(index) {
                Some(one) => left_out.push(one),
                None => kept.push(index),
            }
        }
        // Operations may exclude each other. Those that the problems name are left out.
        for _ in 0..5 {
            let Err(problems) = self.build(&kept) else {
                break;
            };
            let named: Vec<usize> = kept
                .iter()
                .copied()
                .filter(|index| {
                    problems
                        .iter()
                        .any(|problem| self.is_about(*index, &problem.at))
                })
                .collect();
            for index in named {
                kept.retain(|other| *other != index);
                let (Some(chosen), Some(ready)) = (self.chosen.get(index), self.ready.get(index))
                else {
                    continue;
                };
                let own = problems
                    .iter()
                    .filter(|problem| self.is_about(index, &problem.at))
                    .cloned()
                    .collect();
                left_out.push(LeftOut {
                    id: chosen.id.clone(),
                    call: format!("{} {}", ready.word.to_ascii_uppercase(), chosen.found.path),
                    problems: self.adapter.source.places.given(own),
                });
            }
        }
        (kept, left_out)
    }

    /// Returns whether a problem is in an operation, or in a schema that the operation reaches.
    fn is_about(&self, index: usize, at: &str) -> bool {
        let Some(ready) = self.ready.get(index) else {
            return false;
        };
        let mut places = ready.parameters.iter().chain([&ready.given]);
        if places.any(|place| below(at, place).is_some()) {
            return true;
        }
        let Some(rest) = at.strip_prefix(SCHEMAS) else {
            return false;
        };
        let name = edit::unescaped(rest.split('/').next().unwrap_or_default());
        let original = name.strip_suffix("Input").unwrap_or(&name);
        let reached = self.reached(&[&ready.value]);
        reached.contains(&name) || reached.contains(original)
    }

    /// Returns the names of all schemas that these values reach.
    fn reached(&self, values: &[&Value]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open: Vec<String> = Vec::new();
        for value in values {
            edit::references(value, &mut |name| open.push(name.to_owned()));
        }
        while let Some(name) = open.pop() {
            let value = self.adapter.schemas.get(&name).and_then(Option::as_ref);
            if found.insert(name) {
                if let Some(value) = value {
                    edit::references(value, &mut |name| open.push(name.to_owned()));
                }
            }
        }
        found
    }

    /// Builds the description of these operations, and reads it as the generator does.
    pub(crate) fn build(&mut self, indexes: &[usize]) -> Result<(Value, Api), Vec<Problem>> {
        self.changes = Notes::default();
        let refused: Vec<Problem> = indexes
            .iter()
            .filter_map(|index| self.ready.get(*index))
            .flat_map(|ready| ready.refused.iter().cloned())
            .collect();
        let mut paths = Map::new();
        for ready in indexes.iter().filter_map(|index| self.ready.get(*index)) {
            match edit::get_mut(&mut paths, &ready.path) {
                Some(Value::Map(item)) => set(item, ready.word, ready.value.clone()),
                _ => paths.push((
                    ready.path.clone(),
                    edit::one(ready.word, ready.value.clone()),
                )),
            }
        }
        let mut paths = Value::Map(paths);
        let mut schemas = self.schemas(&paths);
        union::settle(&mut paths, &mut schemas, &mut self.changes);
        sides::split(&mut paths, &mut schemas, &mut self.changes);
        personal::mark(&mut paths, &mut schemas, &mut self.changes);
        let mut document = self.adapter.document(&self.access, self.origin.as_deref());
        set(&mut document, "paths", paths);
        with_schemas(&mut document, schemas.into_iter().collect());
        let mut tree = Value::Map(document);
        unmarked(&mut tree);
        let read = names::resolved(&mut tree, &self.file);
        match read {
            Ok(api) if refused.is_empty() => Ok((tree, api)),
            Ok(_) => Err(refused),
            Err(problems) => {
                let problems = problems.into_iter().map(|problem| self.given(problem));
                Err(refused.into_iter().chain(problems).collect())
            }
        }
    }

    /// Returns a problem of the strict dialect with its place in the original description.
    fn given(&self, problem: Problem) -> Problem {
        let mut ready = self.ready.iter();
        if let Some(at) = ready.find_map(|ready| ready.given_at(&problem.at)) {
            return Problem { at, ..problem };
        }
        let name = problem.at.strip_prefix(SCHEMAS).map(|rest| {
            rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))
                .unwrap_or((rest, ""))
        });
        // If a schema differs between request and response, the request's schema has the original name and the suffix `Input`. If that
        // name is taken, `Body` follows.
        match name {
            Some((name, rest)) if self.adapter.source.schema(&edit::unescaped(name)).is_none() => {
                let original = name.trim_end_matches("Body").strip_suffix("Input");
                match original {
                    Some(original) => Problem {
                        at: format!("{SCHEMAS}{original}{rest}"),
                        ..problem
                    },
                    None => problem,
                }
            }
            _ => problem,
        }
    }

    /// Returns the schemas that the operations reach, in the strict dialect.
    fn schemas(&mut self, paths: &Value) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        let mut open: Vec<String> = Vec::new();
        edit::references(paths, &mut |name| open.push(name.to_owned()));
        while let Some(name) = open.pop() {
            if found.contains_key(&name) {
                continue;
            }
            if let Some(value) = self.adapter.component(&name) {
                edit::references(&value, &mut |name| open.push(name.to_owned()));
                found.insert(name, value);
            }
        }
        found
    }
}

/// Returns the origin of most operations. Among equally frequent origins, returns the first.
fn most_frequent<'a>(origins: impl Iterator<Item = &'a Option<String>>) -> Option<String> {
    let mut tally: Vec<(&Option<String>, usize)> = Vec::new();
    for origin in origins {
        match tally.iter_mut().find(|(other, _)| *other == origin) {
            Some((_, count)) => *count += 1,
            None => tally.push((origin, 1)),
        }
    }
    let most = tally.iter().map(|(_, count)| *count).max();
    let chosen = tally.into_iter().find(|(_, count)| Some(*count) == most);
    chosen.and_then(|(origin, _)| origin.clone())
}

/// Removes the marks that are only for the rules, and the format `binary` outside forms.
fn unmarked(tree: &mut Value) {
    fn walk(value: &mut Value, in_form: bool) {
        match value {
            Value::Map(members) => {
                members.retain(|(key, value)| {
                    key != ANY
                        && (in_form || key != "format" || edit::as_text(value) != Some("binary"))
                });
                for (key, value) in members {
                    walk(value, in_form || key == "multipart/form-data");
                }
            }
            Value::List(items) => {
                for item in items {
                    walk(item, in_form);
                }
            }
            _ => {}
        }
    }
    walk(tree, false);
}
