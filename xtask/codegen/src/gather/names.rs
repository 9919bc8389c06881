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

    /// Calls a schema as the first file does. The first of several names is its name.
    pub(super) fn call(&mut self, target: Target, name: &str) {
        self.given.entry(target).or_insert_with(|| name.to_owned());
    }

    pub(super) fn of(&self, target: &Target) -> Option<&str> {
        self.given.get(target).map(String::as_str)
    }

    /// Names a schema after its own name, or else after its file too. Nothing if every such name is taken.
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

/// Returns the names in a pointer, without the words of OpenAPI.
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

/// Returns a name of the characters that OpenAPI allows in components.
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
