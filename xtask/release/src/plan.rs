//! Finds the crates that are to be released: those whose version has no tag yet.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use workspace::{Cargo, Package};

use super::{files, git};

/// The keys of a manifest that end up in the package, in addition to the version.
const IN_THE_PACKAGE: &[&str] = &[
    "authors",
    "categories",
    "dependencies",
    "description",
    "documentation",
    "edition",
    "features",
    "homepage",
    "keywords",
    "license",
    "metadata",
    "repository",
    "rust_version",
];

/// The next release.
pub(crate) struct Plan {
    pub(crate) releases: Vec<Release>,
    /// Crates that changed, but still have the version of their tag.
    pub(crate) unbumped: Vec<Release>,
    /// Whether a tag names the one crate to be released.
    pub(crate) is_tagged: bool,
}

/// A crate, and the tag of its last release.
pub(crate) struct Release {
    pub(crate) package: Package,
    pub(crate) last: Option<String>,
}

impl Plan {
    /// Makes the plan from git's tags.
    ///
    /// With a tag, only the crate that the tag names is to be released. If the tag exists, it must point to this
    /// commit.
    pub(crate) fn new(cargo: &Cargo, tag: Option<&str>) -> Result<Self, String> {
        let root = cargo.root();
        if git::capture(root, &["rev-parse", "--is-shallow-repository"])? == "true" {
            return Err(
                "this clone is shallow: it lacks the tags of earlier releases \
                 (git fetch --unshallow --tags)"
                    .to_owned(),
            );
        }
        let published = workspace::published(cargo)?;
        match tag {
            Some(tag) => Self::of_tag(root, published, tag),
            None => Self::of_changes(cargo, published),
        }
    }

    fn of_tag(root: &Path, published: Vec<Package>, wanted: &str) -> Result<Self, String> {
        let known: Vec<String> = published.iter().map(tag).collect();
        let Some(package) = published.into_iter().find(|package| tag(package) == wanted) else {
            return Err(format!(
                "{wanted} is not the tag of a published crate at its version; the tags are {}",
                known.join(", ")
            ));
        };
        let head = git::capture(root, &["rev-parse", "HEAD"])?;
        if tags(root, &package)?.iter().any(|tag| tag == wanted)
            && git::capture(root, &["rev-parse", &format!("{wanted}^{{commit}}")])? != head
        {
            return Err(format!("{wanted} is another commit's tag"));
        }
        let last = last(root, &package)?;
        Ok(Self {
            releases: vec![Release { package, last }],
            unbumped: Vec::new(),
            is_tagged: true,
        })
    }

    fn of_changes(cargo: &Cargo, published: Vec<Package>) -> Result<Self, String> {
        let root = cargo.root();
        let names: Vec<String> = published
            .iter()
            .map(|package| package.name.clone())
            .collect();
        let mut plan = Self {
            releases: Vec::new(),
            unbumped: Vec::new(),
            is_tagged: false,
        };
        for package in published {
            let tag = tag(&package);
            if !tags(root, &package)?.contains(&tag) {
                let last = last(root, &package)?;
                plan.releases.push(Release { package, last });
            } else if changed(cargo, &package, &tag, &names)? {
                let last = Some(tag);
                plan.unbumped.push(Release { package, last });
            }
        }
        Ok(plan)
    }

    pub(crate) fn packages(&self) -> Vec<&Package> {
        self.releases
            .iter()
            .map(|release| &release.package)
            .collect()
    }

    /// Checks that each changed crate has a new version.
    pub(crate) fn check_versions(&self) -> Result<String, String> {
        if self.unbumped.is_empty() {
            let releases: Vec<String> = self.packages().into_iter().map(tag).collect();
            return Ok(format!("to be released: {}", releases.join(", ")));
        }
        let reports: Vec<String> = self
            .unbumped
            .iter()
            .map(|Release { package, last }| {
                format!(
                    "{} changed since {}, but still has version {}",
                    package.name,
                    last.as_deref().unwrap_or_default(),
                    package.version
                )
            })
            .collect();
        Err(reports.join("\n"))
    }
}

/// Returns the tag of a crate's present version.
fn tag(package: &Package) -> String {
    format!("{}-v{}", package.name, package.version)
}

/// Returns the tag of the crate's last release before the present version.
fn last(root: &Path, package: &Package) -> Result<Option<String>, String> {
    let present = tag(package);
    Ok(tags(root, package)?.into_iter().find(|tag| *tag != present))
}

/// Returns the tags of all releases of a crate, the newest first.
pub(crate) fn tags(root: &Path, package: &Package) -> Result<Vec<String>, String> {
    let pattern = format!("{}-v*", package.name);
    let tags = git::capture(
        root,
        &["tag", "--list", "--sort=-version:refname", &pattern],
    )?;
    Ok(tags.lines().map(str::to_owned).collect())
}

/// Returns whether a crate's package would differ from its package at a tag, because of its own files, or because of
/// values that its manifest inherits from the workspace's manifest.
fn changed(cargo: &Cargo, package: &Package, tag: &str, ours: &[String]) -> Result<bool, String> {
    if git::differs(cargo.root(), tag, &package.folder)? {
        return Ok(true);
    }
    let then = workspace::published(&at(cargo, tag)?)?
        .into_iter()
        .find(|then| then.name == package.name)
        .ok_or_else(|| format!("{tag}: no crate of this name"))?;
    Ok(manifest(package, ours) != manifest(&then, ours))
}

/// Checks out the workspace as it was at a tag.
fn at(cargo: &Cargo, tag: &str) -> Result<Cargo, String> {
    let folder: PathBuf = files::gate(cargo)?.join("tags").join(tag);
    let archive = folder.with_extension("tar");
    files::start_afresh(&folder)?;
    let output = format!("--output={}", archive.display());
    git::capture(cargo.root(), &["archive", "--format=tar", &output, tag])?;
    files::unpack(&archive, &folder)?;
    Ok(cargo.clone().at(&folder))
}

/// Returns the part of a crate's manifest that its package would contain. The required versions of our own crates are
/// left out, because a published crate that requires an older version of a sibling stays valid.
fn manifest(package: &Package, ours: &[String]) -> Map<String, Value> {
    IN_THE_PACKAGE
        .iter()
        .filter_map(|key| {
            let mut value = package.about.get(*key)?.clone();
            for dependency in value.as_array_mut().into_iter().flatten() {
                if let Some(dependency) = dependency.as_object_mut()
                    && dependency
                        .remove("path")
                        .is_some_and(|_| is_ours(dependency, ours))
                {
                    dependency.remove("req");
                }
            }
            Some(((*key).to_owned(), value))
        })
        .collect()
}

fn is_ours(dependency: &Map<String, Value>, ours: &[String]) -> bool {
    let name = dependency.get("name").and_then(Value::as_str);
    ours.iter().any(|ours| Some(ours.as_str()) == name)
}
