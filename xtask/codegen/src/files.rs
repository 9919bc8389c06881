//! Writes the files that are generated from the descriptions, or compares them with the workspace's files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use workspace::files;

use crate::{emit, emitted, format, report, tree, understand};

const DESCRIPTIONS: &str = "crates/customer-api-sandbox/src/descriptions";
const COVERAGE: &str = "docs/coverage.md";
const REFERENCE: &str = "docs/reference.md";
/// The folder of the generated tables that list the operations for the proofs.
const PROOF: &str = "xtask/proof/src/generated";
/// The manifest of the proofs. The proofs cover the providers that the manifest depends on.
const PROOF_MANIFEST: &str = "xtask/proof/Cargo.toml";
/// The crate whose description belongs to no provider. Its tests check the code that the generator emits.
const GOLDEN: &str = "xtask/golden";

/// Returns all generated files: path from the workspace's root → text.
pub(crate) fn generate(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    let mut problems = Vec::new();
    let mut providers = Vec::new();
    for Source { folder, provider } in sources(root)? {
        let path = format!("{folder}/openapi.yaml");
        let text = fs::read(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        match understand(&path, &text) {
            Err(found) => problems.extend(found),
            Ok((tree, api)) => {
                for (file, text) in emitted(&api, &in_code(&folder))? {
                    files.insert(format!("{folder}/src/generated/{file}"), text);
                }
                if let Some(name) = provider {
                    files.insert(format!("{DESCRIPTIONS}/{name}.json"), tree::to_json(&tree)?);
                    providers.push((name, api));
                }
            }
        }
    }
    if !problems.is_empty() {
        return Err(report(&problems));
    }
    files.insert(COVERAGE.to_owned(), emit::coverage::coverage(&providers));
    files.insert(REFERENCE.to_owned(), emit::reference::reference(&providers));
    // The proofs don't depend on the crate of a new provider, because the provider has no samples yet. Its
    // tables are omitted, so that the proofs still compile.
    let manifest = fs::read_to_string(root.join(PROOF_MANIFEST)).unwrap_or_default();
    providers.retain(|(name, _)| depends_on(&manifest, name));
    for (file, text) in emit::proof::tables(&providers) {
        files.insert(format!("{PROOF}/{file}"), text);
    }
    format::format(root, &mut files)?;
    Ok(files)
}

/// Returns whether a manifest depends on a package: whether one of its lines begins with the package's name.
fn depends_on(manifest: &str, name: &str) -> bool {
    manifest.lines().any(|line| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with('.') || rest.trim_start().starts_with('='))
    })
}

/// Returns the name by which code refers to the crate in a folder.
fn in_code(folder: &str) -> String {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    name.replace('-', "_")
}

/// A crate with a description.
struct Source {
    /// The crate's path below the workspace's root.
    folder: String,
    /// The crate's name, if the crate belongs to a provider.
    provider: Option<String>,
}

/// Returns the crates that have a description.
fn sources(root: &Path) -> Result<Vec<Source>, String> {
    let crates = folders(&root.join("crates"))?
        .into_iter()
        .map(|name| Source {
            folder: format!("crates/{name}"),
            provider: Some(name),
        });
    let golden = Source {
        folder: GOLDEN.to_owned(),
        provider: None,
    };
    Ok(crates
        .chain([golden])
        .filter(|source| root.join(&source.folder).join("openapi.yaml").is_file())
        .collect())
}

pub(crate) fn write(root: &Path, wanted: &BTreeMap<String, String>) -> Result<String, String> {
    let mut report = String::new();
    for (path, text) in wanted {
        let target = root.join(path);
        // An unchanged file is not written again. Otherwise cargo would rebuild its crate.
        if fs::read(&target).is_ok_and(|present| present == text.as_bytes()) {
            continue;
        }
        files::write(&target, text)?;
        let _ = writeln!(report, "wrote {path}");
    }
    for path in orphans(root, wanted)? {
        fs::remove_file(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        let _ = writeln!(report, "removed {path}");
    }
    let _ = write!(report, "{} files are current", wanted.len());
    Ok(report)
}

pub(crate) fn compare(root: &Path, wanted: &BTreeMap<String, String>) -> Result<String, String> {
    let mut report = String::new();
    for (path, text) in wanted {
        match fs::read(root.join(path)) {
            Err(_) => {
                let _ = writeln!(report, "{path}: missing");
            }
            Ok(present) if present == text.as_bytes() => {}
            Ok(present) => {
                let _ = writeln!(
                    report,
                    "{path}: {}",
                    difference(&String::from_utf8_lossy(&present), text)
                );
            }
        }
    }
    for path in orphans(root, wanted)? {
        let _ = writeln!(report, "{path}: no description generates this file");
    }
    if report.is_empty() {
        Ok(format!("{} files are current", wanted.len()))
    } else {
        Err(report + "run `cargo xtask codegen`")
    }
}

/// Returns the first line that differs.
fn difference(present: &str, wanted: &str) -> String {
    let (mut here, mut there) = (present.lines(), wanted.lines());
    for number in 1_usize.. {
        match (here.next(), there.next()) {
            (None, None) => break,
            (one, other) if one == other => {}
            (one, other) => {
                let show = |line: Option<&str>| {
                    line.map_or("the end of the file".to_owned(), |line| format!("`{line}`"))
                };
                return format!("line {number} is {}, not {}", show(one), show(other));
            }
        }
    }
    "its line endings differ".to_owned()
}

/// Returns the files in the folders for generated files that no description generates any more.
fn orphans(root: &Path, wanted: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let mut found = BTreeSet::new();
    let crates = folders(&root.join("crates"))?;
    let crates = crates.into_iter().map(|name| format!("crates/{name}"));
    for folder in crates.chain([GOLDEN.to_owned()]) {
        let generated = format!("{folder}/src/generated");
        files_below(&root.join(&generated), &generated, &mut found)?;
    }
    for folder in [DESCRIPTIONS, PROOF] {
        files_below(&root.join(folder), folder, &mut found)?;
    }
    Ok(found
        .into_iter()
        .filter(|path| !wanted.contains_key(path))
        .collect())
}

fn files_below(folder: &Path, name: &str, found: &mut BTreeSet<String>) -> Result<(), String> {
    for (entry, path) in entries(folder)? {
        let name = format!("{name}/{entry}");
        if path.is_dir() {
            files_below(&path, &name, found)?;
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

fn folders(folder: &Path) -> Result<Vec<String>, String> {
    Ok(entries(folder)?
        .into_iter()
        .filter(|(_, path)| path.is_dir())
        .map(|(name, _)| name)
        .collect())
}

/// Returns the content of a folder, sorted. A missing folder counts as empty.
pub(crate) fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let describe = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(describe)? {
        let entry = entry.map_err(describe)?;
        found.push((
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        ));
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::depends_on;

    #[test]
    fn a_dependency_is_a_whole_name() {
        let manifest =
            "[dependencies]\nacme-parcels.workspace = true\nacme = { path = \"x\" }\n# other = 1\n";
        assert!(depends_on(manifest, "acme-parcels") && depends_on(manifest, "acme"));
        for name in ["acme-par", "acm", "other", "parcels"] {
            assert!(!depends_on(manifest, name), "{name}");
        }
    }
}
