//! Checks and writes the dependency lines of the READMEs and the docs pages.
//!
//! A line that names a version works only once the crate is on the registry. Before that, a line names a folder of a
//! clone, or the repository if the manifests have its address. The lines are in marked blocks.

mod block;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use workspace::{Cargo, Package};

pub(crate) use self::block::Block;
use self::block::{BEGIN, END, Place};
use super::{
    changelog, files,
    plan::{self, Plan},
};

/// The facts about a crate that decide its lines in the pages.
struct Known {
    /// The version for an entry, if the crate is on the registry or about to be.
    released: Option<String>,
    /// The crate's place before its release.
    unreleased: Place,
    /// Whether the crate's present version has no tag yet, so that its README can still change.
    is_open: bool,
}

/// Checks that every block shows the present places of the crates.
pub(crate) fn check(cargo: &Cargo, plan: &Plan) -> Result<String, String> {
    let (mut blocks, mut faults) = (0, Vec::new());
    for page in pages(cargo, plan)? {
        blocks += page.blocks;
        if page.is_stale() {
            faults.push(format!(
                "{}: the dependency lines do not match the crates' state: `cargo xtask package --write`",
                page.name()
            ));
        }
        faults.extend(page.faults);
    }
    if faults.is_empty() {
        Ok(format!("{blocks} blocks of dependencies"))
    } else {
        Err(faults.join("\n"))
    }
}

/// Writes every page whose blocks do not show the present places. Returns the names of these pages.
pub(crate) fn write(cargo: &Cargo, plan: &Plan) -> Result<Vec<String>, String> {
    let mut changed = Vec::new();
    for page in pages(cargo, plan)? {
        if !page.faults.is_empty() {
            return Err(page.faults.join("\n"));
        }
        if page.is_stale() {
            files::write(&page.file, &page.wanted)?;
            changed.push(page.name());
        }
    }
    Ok(changed)
}

/// Returns the blocks of a crate's README as they will be when every crate is on the registry.
pub(crate) fn published(package: &Package, packages: &[Package]) -> Result<Vec<Block>, String> {
    let text = files::read(&package.folder.join("README.md"))?;
    let mut blocks = Vec::new();
    for (is_block, part) in parts(&text)? {
        if is_block {
            let mut block = Block::read(part, true)?;
            block.place(|name| {
                let ours = packages.iter().find(|package| package.name == name)?;
                Some(Place::Registry(series(&ours.version)))
            });
            blocks.push(block);
        }
    }
    Ok(blocks)
}

/// A page, with its present text and the wanted text.
struct Page {
    root: PathBuf,
    file: PathBuf,
    text: String,
    wanted: String,
    blocks: usize,
    faults: Vec<String>,
}

impl Page {
    fn name(&self) -> String {
        let file = self.file.strip_prefix(&self.root).unwrap_or(&self.file);
        file.display().to_string()
    }

    fn is_stale(&self) -> bool {
        self.text != self.wanted
    }

    /// Reads a page, and renders its blocks anew. The README of a crate shows versions if this crate is released. A
    /// block of any other page shows versions if all of our crates in the block are released.
    fn read(
        root: &Path,
        file: PathBuf,
        owner: Option<&str>,
        known: &BTreeMap<String, Known>,
    ) -> Result<Self, String> {
        let text = files::read(&file)?;
        let mut page = Self {
            root: root.to_path_buf(),
            wanted: String::new(),
            text,
            file,
            blocks: 0,
            faults: Vec::new(),
        };
        let has_commands = page.file.ends_with("README.md");
        let name = page.name();
        let mut shows_owner = owner.is_none();
        let text = page.text.clone();
        for (is_block, part) in parts(&text).map_err(|fault| format!("{name}: {fault}"))? {
            if !is_block {
                page.wanted.push_str(part);
                page.faults.extend(unmarked(&name, part, known));
                continue;
            }
            page.blocks += 1;
            let mut block =
                Block::read(part, has_commands).map_err(|fault| format!("{name}: {fault}"))?;
            shows_owner |= block
                .names()
                .iter()
                .any(|name| Some(name.as_str()) == owner);
            page.faults.extend(place(&mut block, owner, known));
            page.wanted
                .push_str(&format!("\n{BEGIN}\n{}\n{END}\n", block.render()));
        }
        if !shows_owner {
            page.faults
                .push(format!("{name}: no marked block shows how to depend on it"));
        }
        Ok(page)
    }
}

/// Writes the places of our crates into the block. Returns a fault if the owner of the README is released and another of
/// our crates in the block is not.
fn place(
    block: &mut Block,
    owner: Option<&str>,
    known: &BTreeMap<String, Known>,
) -> Option<String> {
    let names: Vec<String> = block
        .names()
        .into_iter()
        .filter(|name| known.contains_key(name))
        .collect();
    let is_released = |name: &str| {
        known
            .get(name)
            .is_some_and(|known| known.released.is_some())
    };
    let is_wanted = match owner {
        Some(owner) => is_released(owner),
        None => names.iter().all(|name| is_released(name)),
    };
    let missing = names.iter().find(|name| is_wanted && !is_released(name));
    if let (Some(owner), Some(missing)) = (owner, missing) {
        return Some(format!(
            "{owner} is released, and its README names {missing}, which is not: release {missing} first"
        ));
    }
    // A README is part of its crate's package. After the release, it keeps the versions that it shows.
    let is_kept = owner
        .and_then(|owner| known.get(owner))
        .is_some_and(|owner| !owner.is_open);
    let shown: BTreeMap<String, Option<String>> = names
        .iter()
        .map(|name| (name.clone(), block.version(name)))
        .collect();
    block.place(|name| {
        let known = known.get(name)?;
        let shown = shown.get(name).cloned().flatten();
        let version = match shown {
            Some(shown) if is_kept => Some(shown),
            _ => known.released.clone(),
        };
        Some(match version {
            Some(version) if is_wanted => Place::Registry(version),
            _ => known.unreleased.clone(),
        })
    });
    None
}

/// Returns a fault for each line outside of the blocks that shows how to depend on one of our crates.
fn unmarked(page: &str, text: &str, known: &BTreeMap<String, Known>) -> Vec<String> {
    let is_ours = |line: &str| {
        known.keys().any(|name| {
            let entry = line.strip_prefix(name.as_str()).map(str::trim_start);
            entry.is_some_and(|rest| rest.starts_with('='))
                || ((line.contains("cargo add ") || line.contains("cargo install "))
                    && !line.contains("cargo install --path ")
                    && line.contains(name.as_str()))
        })
    };
    text.lines()
        .filter(|line| is_ours(line))
        .map(|line| format!("{page}: `{line}` is outside of the marked blocks ({BEGIN})"))
        .collect()
}

/// Splits a page at its marker lines. Returns each part of the text, and whether it is a block.
fn parts(text: &str) -> Result<Vec<(bool, &str)>, String> {
    let (begin, end) = (format!("\n{BEGIN}\n"), format!("\n{END}\n"));
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&begin) {
        let (block, after) = after
            .split_once(&end)
            .ok_or_else(|| format!("no line `{END}` follows `{BEGIN}`"))?;
        parts.extend([(false, before), (true, block)]);
        rest = after;
    }
    parts.push((false, rest));
    Ok(parts)
}

/// Reads all pages: the READMEs, and the pages below `docs`.
fn pages(cargo: &Cargo, plan: &Plan) -> Result<Vec<Page>, String> {
    let root = cargo.root();
    let packages = workspace::published(cargo)?;
    let known = known(root, &packages, plan)?;
    let mut pages = vec![Page::read(root, root.join("README.md"), None, &known)?];
    for file in documents(&root.join("docs"))? {
        pages.push(Page::read(root, file, None, &known)?);
    }
    for package in &packages {
        let file = package.folder.join("README.md");
        // No crate depends on a program, so the README of a program needs no block.
        let owner = package.has_library().then_some(&*package.name);
        pages.push(Page::read(root, file, owner, &known)?);
    }
    Ok(pages)
}

/// Returns the Markdown files of a folder, in the order of their names.
fn documents(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let describe = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(describe)? {
        let path = entry.map_err(describe)?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn known(
    root: &Path,
    packages: &[Package],
    plan: &Plan,
) -> Result<BTreeMap<String, Known>, String> {
    let mut known = BTreeMap::new();
    for package in packages {
        let is_open = plan.packages().iter().any(|open| open.name == package.name);
        let released = if is_open && plan.is_tagged {
            Some(package.version.clone())
        } else {
            released(root, package)?
        };
        let entry = Known {
            released: released.as_deref().map(series),
            unreleased: unreleased(root, package),
            is_open,
        };
        known.insert(package.name.clone(), entry);
    }
    Ok(known)
}

/// Returns the newest version that is on the registry or about to be: the newest one whose section in the changelog has
/// a date, otherwise the newest one with a tag.
fn released(root: &Path, package: &Package) -> Result<Option<String>, String> {
    if let Some(dated) = changelog::newest_dated(package)? {
        return Ok(Some(dated));
    }
    let tags = plan::tags(root, package)?;
    let newest = tags.first().and_then(|tag| tag.rsplit_once("-v"));
    Ok(newest.map(|(_, version)| version.to_owned()))
}

/// Returns the place of a crate that is not on the registry.
fn unreleased(root: &Path, package: &Package) -> Place {
    if let Some(address) = package.says("repository") {
        return Place::Repository(address.to_owned());
    }
    let folder = package.folder.strip_prefix(root).unwrap_or(&package.folder);
    let parts: Vec<_> = folder
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    Place::Clone(parts.join("/"))
}

/// Returns the part of a version that an entry names: `0.1` of `0.1.3`.
fn series(version: &str) -> String {
    version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}
