//! The packages of the workspace, as cargo reports them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Cargo;

/// A package of the workspace.
#[derive(Debug)]
#[non_exhaustive]
pub struct Package {
    /// The name by which other packages depend on this one.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// The package's features, except the one named `default`.
    pub features: Vec<String>,
    /// Whether the package has a description, `openapi.yaml`, beside its manifest. Of the published packages, only the
    /// provider crates have one.
    pub is_provider: bool,
    /// The folder of the package's manifest.
    pub folder: PathBuf,
    /// The package's dependencies. A dependency of several kinds has one entry for each kind.
    pub dependencies: Vec<Dependency>,
    /// All other metadata that cargo reports.
    pub about: Value,
}

/// A dependency of a package.
#[derive(Debug)]
#[non_exhaustive]
pub struct Dependency {
    /// The name of the needed package.
    pub name: String,
    /// The accepted versions, as cargo writes them: `^1.2`.
    pub requirement: String,
    /// `dev` or `build`. `None` for a normal dependency: one that the package's dependents need too.
    pub kind: Option<String>,
}

impl Dependency {
    /// Returns whether this is a normal dependency: one that the package's dependents need too.
    #[must_use]
    pub fn is_normal(&self) -> bool {
        self.kind.is_none()
    }
}

impl Package {
    /// Reads a package from cargo's metadata.
    ///
    /// # Errors
    ///
    /// Fails if the metadata lacks a required value.
    pub fn read(package: &Value) -> Result<Self, String> {
        let features = package
            .get("features")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let dependencies = package
            .get("dependencies")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let manifest = Path::new(text(package, "manifest_path")?);
        Ok(Self {
            name: text(package, "name")?.to_owned(),
            version: text(package, "version")?.to_owned(),
            features: features
                .map(|(name, _)| name.clone())
                .filter(|name| name != "default")
                .collect(),
            is_provider: manifest.with_file_name("openapi.yaml").is_file(),
            folder: manifest.parent().unwrap_or(manifest).to_path_buf(),
            dependencies: dependencies.map(dependency).collect::<Result<_, _>>()?,
            about: package.clone(),
        })
    }

    /// Returns whether other packages can depend on the package. A package that is only a program has no library.
    #[must_use]
    pub fn has_library(&self) -> bool {
        let targets = self.about.get("targets").and_then(Value::as_array);
        let mut targets = targets.into_iter().flatten();
        targets.any(|target| {
            let kinds = target.get("kind").and_then(Value::as_array);
            kinds.into_iter().flatten().any(|kind| kind == "lib")
        })
    }

    /// Returns the text under a key of the manifest, if there is one.
    #[must_use]
    pub fn says(&self, key: &str) -> Option<&str> {
        self.about.get(key).and_then(Value::as_str)
    }

    /// Returns the texts of a list in the manifest.
    pub fn lists(&self, key: &str) -> impl Iterator<Item = &str> {
        let list = self.about.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }
}

/// Returns the published packages of the workspace.
///
/// # Errors
///
/// Fails if cargo fails.
pub fn published(cargo: &Cargo) -> Result<Vec<Package>, String> {
    // `publish = false` is an empty list of registries.
    packages(cargo, |package| {
        package.get("publish").is_some_and(Value::is_null)
    })
}

/// Returns all packages of the workspace.
///
/// # Errors
///
/// Fails if cargo fails.
pub fn members(cargo: &Cargo) -> Result<Vec<Package>, String> {
    packages(cargo, |_| true)
}

/// Returns those of the given features that the workspace's packages have, as cargo accepts them: `package/feature,…`.
///
/// # Errors
///
/// Fails if cargo fails.
pub fn having(cargo: &Cargo, features: &[&str]) -> Result<String, String> {
    let packages = members(cargo)?;
    let found = packages.iter().flat_map(|package| {
        let has = package
            .features
            .iter()
            .filter(|feature| features.contains(&feature.as_str()));
        has.map(|feature| format!("{}/{feature}", package.name))
    });
    Ok(found.collect::<Vec<_>>().join(","))
}

/// Returns cargo's target directory.
///
/// # Errors
///
/// Fails if cargo fails.
pub fn target_directory(cargo: &Cargo) -> Result<PathBuf, String> {
    text(&metadata(cargo)?, "target_directory").map(PathBuf::from)
}

fn packages(cargo: &Cargo, wanted: fn(&Value) -> bool) -> Result<Vec<Package>, String> {
    let metadata = metadata(cargo)?;
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .ok_or("cargo metadata lists no packages")?;
    packages
        .iter()
        .filter(|package| wanted(package))
        .map(Package::read)
        .collect()
}

/// Returns cargo's metadata with the dependency tree of the lock file, with all features on.
///
/// # Errors
///
/// Fails if cargo fails.
pub fn resolved(cargo: &Cargo) -> Result<Value, String> {
    read(cargo, &["--all-features", "--locked"])
}

fn metadata(cargo: &Cargo) -> Result<Value, String> {
    read(cargo, &["--no-deps"])
}

fn read(cargo: &Cargo, arguments: &[&str]) -> Result<Value, String> {
    let command = ["metadata", "--format-version", "1"];
    let metadata = cargo.capture(&[&command, arguments].concat())?;
    serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))
}

fn dependency(dependency: &Value) -> Result<Dependency, String> {
    Ok(Dependency {
        name: text(dependency, "name")?.to_owned(),
        requirement: text(dependency, "req")?.to_owned(),
        kind: text(dependency, "kind").ok().map(str::to_owned),
    })
}

/// Returns the text under a key of cargo's or rustdoc's output.
///
/// # Errors
///
/// Fails if there is no text under the key.
pub fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("cargo metadata: no `{key}`"))
}
