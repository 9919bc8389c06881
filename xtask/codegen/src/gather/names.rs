//! The names that schemas of other files get in components.

use std::collections::{BTreeMap, BTreeSet};

use super::target::Target;

/// The names of schemas in components.
#[derive(Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    given: BTreeMap<Target, String>,
}

impl Names {
    /// Reserves a name that the first file uses.
    pub(super) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// Gives a schema the name that the first file uses for it. If the first file uses several names, the schema keeps the first one.
    pub(super) fn call(&mut self, target: Target, name: &str) {
        self.given.entry(target).or_insert_with(|| name.to_owned());
    }

    pub(super) fn of(&self, target: &Target) -> Option<&str> {
        self.given.get(target).map(String::as_str)
    }

    /// Names a schema by its own name or, if that is taken, by its file's name or path, followed by its own name. A schema without a
    /// name of its own gets the file's name or path. Returns `None` if all these names are taken.
    pub(super) fn add(&mut self, target: &Target) -> Option<String> {
        let path = target
            .file
            .rsplit_once('.')
            .map_or(&*target.file, |(path, _)| path);
        let stem = path.rsplit('/').next().unwrap_or(path);
        let own = own(&target.pointer);
        let names = if own.is_empty() {
            vec![stem.to_owned(), path.to_owned()]
        } else {
            vec![
                own.clone(),
                format!("{stem}_{own}"),
                format!("{path}_{own}"),
            ]
        };
        let name = names
            .iter()
            .map(|name| plain(name))
            .find(|name| !name.is_empty() && !self.taken.contains(name))?;
        self.taken.insert(name.clone());
        self.given.insert(target.clone(), name.clone());
        Some(name)
    }
}

/// Returns the names in a pointer, joined by `_`. The keywords of OpenAPI are omitted.
fn own(pointer: &str) -> String {
    let steps: Vec<String> = pointer
        .split('/')
        .filter(|step| {
            !matches!(
                *step,
                "" | "components" | "schemas" | "definitions" | "$defs" | "properties" | "schema"
            )
        })
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    steps.join("_")
}

/// Replaces every character that OpenAPI does not allow in the name of a component.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect()
}
