//! Gathers a description in several files into one tree.
//!
//! A schema from another file is moved into `components`. Any other part of another file is written in place of the
//! reference to it. Only files to which the first file refers, directly or through other files, are read, and only
//! inside the first file's folder.

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

/// Gathers the files of a description. `folder` is the folder of the first file. Without a folder, no reference to another file can be
/// followed.
///
/// A broken reference stays in the tree, and is an error of the operations that need it. A broken reference to a path or to a group of
/// schemas is an error of the whole description.
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
