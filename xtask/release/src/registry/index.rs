//! A registry in a folder: archives, and an index of them. Cargo uses the registry in place of crates.io.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use workspace::{files::write, text};

/// Makes the registry from all packages that cargo's metadata lists, except the workspace's own members that are not packed.
///
/// The archives of the workspace's own packages, whose `source` is `null` in the metadata, are in the folder `packed`. Cargo
/// keeps all other archives in its cache. Returns the number of packages.
pub(crate) fn make(folder: &Path, metadata: &Value, packed: &Path) -> Result<usize, String> {
    let members = list(metadata, "workspace_members");
    let mut packages = list(metadata, "packages")
        .filter(|package| {
            let id = package.get("id");
            let is_member = members.clone().any(|member| Some(member) == id);
            !is_member || is_packed(package, packed)
        })
        .collect::<Vec<_>>();
    packages.sort_by_key(|package| {
        let text = |key| package.get(key).and_then(Value::as_str).unwrap_or_default();
        (text("name"), text("version"))
    });
    let mut index: Vec<(&str, String)> = Vec::new();
    for package in &packages {
        let (name, version) = (text(package, "name")?, text(package, "version")?);
        let archive = match text(package, "source") {
            Ok(_) => in_the_cache(Path::new(text(package, "manifest_path")?))
                .ok_or_else(|| format!("{name} {version}: no archive in cargo's cache"))?,
            Err(_) => packed.join(format!("{name}-{version}.crate")),
        };
        let describe = |error: std::io::Error| format!("{}: {error}", archive.display());
        let bytes = fs::read(&archive).map_err(describe)?;
        let line = format!("{}\n", entry(package, &bytes));
        fs::write(folder.join(format!("{name}-{version}.crate")), bytes).map_err(describe)?;
        match index.last_mut() {
            Some((last, lines)) if *last == name => lines.push_str(&line),
            _ => index.push((name, line)),
        }
    }
    for (name, lines) in index {
        write(&folder.join("index").join(place(name)), &lines)?;
    }
    Ok(packages.len())
}

fn is_packed(package: &Value, packed: &Path) -> bool {
    let text = |key| package.get(key).and_then(Value::as_str).unwrap_or_default();
    let archive = format!("{}-{}.crate", text("name"), text("version"));
    packed.join(archive).is_file()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + Clone {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// Returns the archive from which cargo unpacked a package: `registry/src/REGISTRY/NAME-VERSION/Cargo.toml` comes from
/// `registry/cache/REGISTRY/NAME-VERSION.crate`.
fn in_the_cache(manifest: &Path) -> Option<PathBuf> {
    let unpacked = manifest.parent()?;
    let registry = unpacked.parent()?;
    let archive = format!("{}.crate", unpacked.file_name()?.to_str()?);
    let cache = registry.parent()?.with_file_name("cache");
    Some(cache.join(registry.file_name()?).join(archive))
}

/// Returns a package's line of the index, in the form of crates.io. The line includes development dependencies, because
/// features may name them.
fn entry(package: &Value, archive: &[u8]) -> Value {
    let dependencies: Vec<Value> = list(package, "dependencies").map(dependency).collect();
    let checksum: String = hmac_sha256::Hash::hash(archive)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    json!({
        "name": package.get("name"),
        "vers": package.get("version"),
        "deps": dependencies,
        "cksum": checksum,
        "features": {},
        "features2": package.get("features"),
        "v": 2,
        "yanked": false,
        "links": package.get("links"),
        "rust_version": package.get("rust_version"),
    })
}

/// Returns a dependency in the form of the index. If the dependency is renamed, the `name` in the index is the new name. In
/// the metadata, the `name` is the old name.
fn dependency(dependency: &Value) -> Value {
    let get = |key| dependency.get(key).filter(|value| !value.is_null());
    let mut entry = Map::new();
    for (key, value) in [
        ("name", get("rename").or(get("name"))),
        ("req", get("req")),
        ("features", get("features")),
        ("optional", get("optional")),
        ("default_features", get("uses_default_features")),
        ("target", get("target")),
        ("package", get("rename").and(get("name"))),
    ] {
        entry.insert(key.to_owned(), value.cloned().unwrap_or(Value::Null));
    }
    let kind = get("kind").cloned().unwrap_or_else(|| json!("normal"));
    entry.insert("kind".to_owned(), kind);
    Value::Object(entry)
}

/// Returns the path of a crate's file in the index: `1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcd`.
fn place(name: &str) -> String {
    let name = name.to_lowercase();
    let part = |from: usize, to: usize| name.get(from..to).unwrap_or_default();
    match name.len() {
        length @ 1..=2 => format!("{length}/{name}"),
        3 => format!("3/{}/{name}", part(0, 1)),
        _ => format!("{}/{}/{name}", part(0, 2), part(2, 4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_what_the_resolver_needs() {
        let package = json!({
            "name": "toy-user",
            "version": "0.1.0",
            "features": {"default": ["sharp"], "sharp": ["dep:core"]},
            "links": null,
            "rust_version": "1.85",
            "dependencies": [
                {"name": "toy-core", "rename": "core", "req": "^0.1", "kind": null, "optional": true,
                 "uses_default_features": false, "features": ["a"], "target": "cfg(unix)"},
            ],
        });
        let entry = entry(&package, b"abc");
        let checksum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(entry["cksum"], checksum);
        assert_eq!(entry["features2"]["sharp"], json!(["dep:core"]));
        assert_eq!(
            entry["deps"],
            json!([{
                "name": "core", "package": "toy-core", "req": "^0.1", "kind": "normal", "optional": true,
                "default_features": false, "features": ["a"], "target": "cfg(unix)",
            }])
        );
    }

    #[test]
    fn files_are_where_cargo_looks_for_them() {
        assert_eq!(
            ["a", "ab", "abc", "Abcd-e"].map(place),
            ["1/a", "2/ab", "3/a/abc", "ab/cd/abcd-e"]
        );
        let manifest = Path::new("home/registry/src/index-1/toy-0.1.0/Cargo.toml");
        let archive = Path::new("home/registry/cache/index-1/toy-0.1.0.crate");
        assert_eq!(in_the_cache(manifest).as_deref(), Some(archive));
    }
}
