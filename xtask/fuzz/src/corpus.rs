//! The initial inputs.

use std::{fs, io, path::PathBuf};

use workspace::checkout;

use crate::Target;

/// Returns the workspace's root.
#[must_use]
pub fn root() -> PathBuf {
    checkout::root(env!("CARGO_MANIFEST_DIR"))
}

/// Returns a target's inputs in the order of their paths, each with its path from the root.
///
/// # Errors
///
/// Fails if a folder can't be read.
pub fn seeds(target: &Target) -> io::Result<Vec<(String, Vec<u8>)>> {
    let (root, mut seeds) = (root(), Vec::new());
    for folder in target.seeds {
        let mut files = Vec::new();
        for entry in fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            if path.is_file() {
                files.push(path);
            }
        }
        files.sort();
        for path in files {
            let name = path.strip_prefix(&root).unwrap_or(&path);
            seeds.push((name.display().to_string(), fs::read(&path)?));
        }
    }
    Ok(seeds)
}
