//! Checks the name of a new crate.

use std::{fs, path::Path};

use crate::identifiers;

/// Checks that cargo, crates.io and the workspace accept the name.
pub(super) fn check(root: &Path, name: &str) -> Result<(), String> {
    let is_kebab = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
    if name.len() > LONGEST {
        return Err(format!(
            "a crate's name of {} letters is too long; crates.io allows {LONGEST}",
            name.len()
        ));
    }
    // A keyword is refused: in code it would get an underscore, and would differ from the crate's name.
    if !is_kebab || identifiers::field_name(name).is_none_or(|field| field.ends_with('_')) {
        return Err(format!(
            "`{name}` can't be the name of a crate here; write one like `acme-customers`"
        ));
    }
    if RESERVED.contains(&name) {
        return Err(format!(
            "`{name}` has another meaning to cargo or the compiler; choose another name"
        ));
    }
    if identifiers::is_device(name) {
        return Err(format!(
            "`{name}` is the name of a device on Windows, where no folder can have it; choose another name"
        ));
    }
    if root.join("crates").join(name).exists() {
        return Err(format!("crates/{name} exists; choose another name"));
    }
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    if lock
        .lines()
        .any(|line| line == format!("name = \"{name}\""))
    {
        return Err(format!(
            "a package `{name}` is part of the workspace or of its dependencies; choose another name"
        ));
    }
    Ok(())
}

/// The longest name that crates.io accepts.
const LONGEST: usize = 64;

/// Names that cargo or the compiler reserve.
const RESERVED: &[&str] = &[
    "alloc",
    "build",
    "core",
    "deps",
    "examples",
    "incremental",
    "proc-macro",
    "src",
    "std",
    "test",
];
