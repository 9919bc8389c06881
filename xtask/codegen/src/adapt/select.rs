//! Selects the wanted operations, and names them.

use std::collections::{BTreeMap, BTreeSet};

use super::{edit::text, source::Found};
use crate::problem::Problems;

/// An operation with its name.
#[derive(Clone)]
pub(super) struct Chosen<'t> {
    pub(super) found: Found<'t>,
    pub(super) id: String,
    /// Whether the name was made from the method and the path.
    pub(super) is_made: bool,
}

/// Names every operation. A missing or repeated `operationId` is made from the method and the path.
pub(super) fn named<'t>(found: Vec<Found<'t>>) -> Vec<Chosen<'t>> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &found {
        if let Some(id) = text(one.operation, "operationId") {
            *times.entry(id).or_default() += 1;
        }
    }
    found
        .into_iter()
        .map(|found| {
            let given = text(found.operation, "operationId")
                .filter(|id| !id.trim().is_empty() && times.get(id) == Some(&1));
            Chosen {
                id: given.map_or_else(|| made(found.word, found.path), str::to_owned),
                is_made: given.is_none(),
                found,
            }
        })
        .collect()
}

/// Returns a name such as `get_things_by_thing_id`, which becomes `GetThingsByThingId` in Rust.
fn made(word: &str, path: &str) -> String {
    let mut name = word.to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let inner: String = segment
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let by = if segment.starts_with('{') {
            "_by_"
        } else {
            "_"
        };
        name += by;
        name += inner.trim_matches('_');
    }
    name
}

/// Keeps the operations whose tag or `operationId` is one of the words, or all operations if there are no words. A word
/// that matches no operation is a problem.
pub(super) fn only<'t>(
    all: Vec<Chosen<'t>>,
    words: &[String],
    problems: &mut Problems,
) -> Vec<Chosen<'t>> {
    if words.is_empty() {
        return all;
    }
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut kept = Vec::new();
    for one in all {
        let tags = one.found.tags();
        let mut is_wanted = false;
        for word in words {
            if *word == one.id || tags.contains(word) {
                used.insert(word);
                is_wanted = true;
            }
        }
        if is_wanted {
            kept.push(one);
        }
    }
    for word in words.iter().filter(|word| !used.contains(word.as_str())) {
        problems.report(
            "/paths",
            format!("no operation and no tag is called `{word}`"),
            "write it as the description does; `cargo xtask codegen --survey` lists the operations",
        );
    }
    kept
}
