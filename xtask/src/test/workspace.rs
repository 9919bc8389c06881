//! What the workspace holds, as cargo tells it.

use std::path::Path;

use serde_json::Value;

use super::step::capture;

/// A package of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its features, without the default set.
    pub(crate) features: Vec<String>,
    /// Whether it talks to a provider: then it has a description.
    pub(crate) is_provider: bool,
}

/// The published packages of the workspace.
pub(crate) fn published(root: &Path) -> Result<Vec<Package>, String> {
    // `publish = false` is an empty list of registries.
    packages(root, |package| {
        package.get("publish").is_some_and(Value::is_null)
    })
}

/// Which of these features the packages have, as cargo takes them: `package/feature,…`.
pub(crate) fn having(root: &Path, features: &[&str]) -> Result<String, String> {
    let packages = packages(root, |_| true)?;
    let found = packages.iter().flat_map(|package| {
        let has = package
            .features
            .iter()
            .filter(|feature| features.contains(&feature.as_str()));
        has.map(|feature| format!("{}/{feature}", package.name))
    });
    Ok(found.collect::<Vec<_>>().join(","))
}

fn packages(root: &Path, wanted: fn(&Value) -> bool) -> Result<Vec<Package>, String> {
    let metadata = capture(
        root,
        &["metadata", "--no-deps", "--format-version", "1"],
        &[],
    )?;
    let metadata: Value =
        serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .ok_or("cargo metadata lists no packages")?;
    packages
        .iter()
        .filter(|package| wanted(package))
        .map(package)
        .collect()
}

fn package(package: &Value) -> Result<Package, String> {
    let text = |key| {
        package
            .get(key)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("cargo metadata: no `{key}`"))
    };
    let features = package
        .get("features")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let manifest = Path::new(text("manifest_path")?);
    Ok(Package {
        name: text("name")?.to_owned(),
        features: features
            .map(|(name, _)| name.clone())
            .filter(|name| name != "default")
            .collect(),
        is_provider: manifest.with_file_name("openapi.yaml").is_file(),
    })
}
