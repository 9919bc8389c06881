//! A description in several files becomes one tree.
//!
//! A schema of another file becomes a schema of components. Everything else is written in place. Only what the first
//! file reaches is read, and only from files in its folder.

mod files;
mod follow;
mod kind;
mod names;
mod places;
mod target;
mod walk;

#[cfg(test)]
mod tests;

use std::path::Path;

pub(crate) use self::places::Places;

use self::{target::is_foreign, walk::Walk};
use crate::{problem::Problem, tree::Value};

/// A description in one tree.
pub(crate) struct Whole {
    pub(crate) tree: Value,
    /// Where the parts of the tree come from.
    pub(crate) places: Places,
}

impl Whole {
    /// A description that is in one file already.
    pub(crate) fn alone(tree: Value) -> Self {
        Self {
            tree,
            places: Places::default(),
        }
    }
}

/// Gathers the files of a description. `folder` holds the first file; without a folder, there is no other file.
///
/// A reference that can't be followed stays, and is an error of the operations that need it.
pub(crate) fn gather(
    tree: Value,
    file: &str,
    folder: Option<&Path>,
) -> Result<Whole, Vec<Problem>> {
    if !has_foreign(&tree) {
        return Ok(Whole::alone(tree));
    }
    Walk::new(tree, file, folder).whole()
}

/// Returns whether any reference leads out of the file.
fn has_foreign(value: &Value) -> bool {
    match value {
        Value::Map(members) => members.iter().any(|(key, value)| match value {
            Value::Text(target) => key == "$ref" && is_foreign(target),
            other => has_foreign(other),
        }),
        Value::List(items) => items.iter().any(has_foreign),
        _ => false,
    }
}
