//! What the workspace holds, as cargo tells it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Cargo;

/// A package of the workspace.
#[derive(Debug)]
#[non_exhaustive]
pub struct Package {
    /// As others name it.
    pub name: String,
    /// Its own.
    pub version: String,
    /// Its features, without the default set.
    pub features: Vec<String>,
    /// Whether it talks to a provider: then it has a description.
    pub is_provider: bool,
    /// Where its manifest is.
    pub folder: PathBuf,
    /// Once for every kind of dependency.
    pub dependencies: Vec<Dependency>,
    /// Everything else that cargo tells.
    pub about: Value,
}

/// What a package says that it needs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Dependency {
    /// The package that is needed.
    pub name: String,
    /// The versions that will do, as cargo writes them: `^1.2`.
    pub requirement: String,
    /// `dev`, `build`, or nothing: then programs that use the package need it, too.
    pub kind: Option<String>,
}

impl Dependency {
    /// Whether programs that use the package need it, too.
    #[must_use]
    pub fn is_normal(&self) -> bool {
        self.kind.is_none()
    }
}

impl Package {
    /// A package, as cargo's metadata has it.
    ///
    /// # Errors
    ///
    /// If a part of it is missing.
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

    /// What the manifest says under this key, if it says a text.
    #[must_use]
    pub fn says(&self, key: &str) -> Option<&str> {
        self.about.get(key).and_then(Value::as_str)
    }

    /// The texts of a list in the manifest.
    pub fn lists(&self, key: &str) -> impl Iterator<Item = &str> {
        let list = self.about.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }
}

/// The published packages of the workspace.
///
/// # Errors
///
/// If cargo can't tell.
pub fn published(cargo: &Cargo) -> Result<Vec<Package>, String> {
    // `publish = false` is an empty list of registries.
    packages(cargo, |package| {
        package.get("publish").is_some_and(Value::is_null)
    })
}

/// All packages of the workspace.
///
/// # Errors
///
/// If cargo can't tell.
pub fn members(cargo: &Cargo) -> Result<Vec<Package>, String> {
    packages(cargo, |_| true)
}

/// Which of these features the packages have, as cargo takes them: `package/feature,…`.
///
/// # Errors
///
/// If cargo can't tell.
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

/// Where cargo builds.
///
/// # Errors
///
/// If cargo can't tell.
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

/// The whole tree that the lock file resolves to, with all features.
///
/// # Errors
///
/// If cargo can't tell.
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

/// The text under a key of what cargo, or rustdoc, tells.
///
/// # Errors
///
/// If there is none.
pub fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("cargo metadata: no `{key}`"))
}
