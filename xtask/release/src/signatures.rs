//! Finds the foreign types that the published crates expose in their public interfaces. A user of such a crate is bound
//! to the crate's version of these types.
//!
//! The data is rustdoc's JSON, which needs an unstable option. The option is allowed only for the crate that is
//! checked. The run also builds the documentation with docs.rs's settings, under which each item shows the features
//! that it needs.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::Value;

use workspace::{Cargo, Package};

use super::{features, files, plan::Plan};

/// Crates whose items may be exposed. Another major version of such a crate is unlikely, or its items are a deliberate
/// part of the interface.
const ALLOWED_CRATES: &[&str] = &[
    "alloc",
    "async_trait",
    "bytes",
    "core",
    "customer_api_core",
    "customer_api_ledger",
    "futures_core",
    "http",
    "secrecy",
    "serde",
    "serde_core",
    "serde_json",
    "std",
];

/// Single items of other crates, each with the crate that may expose it.
const ALLOWED_ITEMS: &[(&str, &str)] = &[
    // With this builder, a program can configure the HTTP library directly. No other item of the HTTP stack is exposed.
    ("customer-api-core", "reqwest::ClientBuilder"),
];

/// Crates that may be re-exported as a whole, so that users of the exposing crate get the right version.
const ALLOWED_REEXPORTS: &[(&str, &str)] = &[("customer-api-core", "reqwest")];

/// Checks that only the allowed foreign items are exposed. Returns a note that lists the exposed crates.
pub(crate) fn check(cargo: &Cargo, plan: &Plan) -> Result<String, String> {
    let mut notes = Vec::new();
    let mut faults = Vec::new();
    for package in plan.packages() {
        // A program has no public interface.
        if !package.has_library() {
            continue;
        }
        let shown = shown(&document(cargo, package)?)?;
        faults.extend(shown.iter().filter_map(|(item, places)| {
            let places = places.iter().map(String::as_str).collect::<Vec<_>>();
            (!is_allowed(&package.name, item))
                .then(|| format!("{} exposes {item}: {}", package.name, places.join(", ")))
        }));
        let crates: BTreeSet<&str> = shown
            .keys()
            .map(|item| crate_of(item))
            .filter(|name| !["alloc", "core", "std"].contains(name))
            .collect();
        let crates: Vec<&str> = crates.into_iter().collect();
        notes.push(format!("{} exposes {}", package.name, crates.join(" ")));
    }
    if faults.is_empty() {
        Ok(notes.join("; "))
    } else {
        Err(faults.join("\n"))
    }
}

fn is_allowed(package: &str, item: &str) -> bool {
    ALLOWED_CRATES.contains(&crate_of(item))
        || ALLOWED_ITEMS.contains(&(package, item))
        || ALLOWED_REEXPORTS.contains(&(package, item))
}

fn crate_of(item: &str) -> &str {
    item.split("::").next().unwrap_or(item)
}

/// Returns rustdoc's data about a crate, with all features that can be built.
fn document(cargo: &Cargo, package: &Package) -> Result<Value, String> {
    let target = files::gate(cargo)?.join("target");
    let library = package.name.replace('-', "_");
    let features: Vec<&str> = package
        .features
        .iter()
        .map(String::as_str)
        .filter(|feature| features::can_build(feature))
        .collect();
    let target = files::display(&target);
    // Output of another checkout would have the same name, and cargo would take it for current.
    cargo.capture(&[
        "clean",
        "--quiet",
        "--package",
        &package.name,
        "--target-dir",
        &target,
    ])?;
    cargo.clone().with("RUSTC_BOOTSTRAP", &*library).capture(&[
        "rustdoc",
        "--quiet",
        "--locked",
        "--lib",
        "--package",
        &package.name,
        "--features",
        &features.join(","),
        "--target-dir",
        &target,
        "--",
        "-Zunstable-options",
        "--output-format=json",
        "--cfg=docsrs",
        "-Dwarnings",
    ])?;
    let file = Path::new(&target)
        .join("doc")
        .join(format!("{library}.json"));
    serde_json::from_str(&files::read(&file)?)
        .map_err(|error| format!("{}: {error}", file.display()))
}

/// Returns the foreign items in a crate's public interface, with the names of the items that expose them.
fn shown(document: &Value) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let table = |key: &str| {
        let table = document.get(key).and_then(Value::as_object);
        table.ok_or_else(|| format!("rustdoc's JSON has no readable `{key}`"))
    };
    let (index, paths, crates) = (table("index")?, table("paths")?, table("external_crates")?);
    let mut shown = BTreeMap::new();
    for item in index.values() {
        let inner = item.get("inner").and_then(Value::as_object);
        let Some((kind, inner)) = inner.and_then(|inner| inner.iter().next()) else {
            return Err("an item in rustdoc's JSON can't be read".to_owned());
        };
        let is_ours = item.get("crate_id").and_then(Value::as_u64) == Some(0);
        if !is_ours || kind == "module" || (kind == "impl" && is_made_up(inner)) {
            continue;
        }
        let place = item.get("name").and_then(Value::as_str).unwrap_or(kind);
        let mut found = BTreeSet::new();
        mentioned(inner, &mut found);
        for id in found {
            let Some(path) = paths.get(&id) else { continue };
            let number = path.get("crate_id").map(Value::to_string);
            let number = number.unwrap_or_default();
            if number == "0" {
                continue;
            }
            let name = crates
                .get(&number)
                .map(|found| workspace::text(found, "name"));
            let name = name.ok_or("rustdoc's JSON names a crate that it does not list")??;
            let path = path.get("path").and_then(Value::as_array);
            let last = path.and_then(|path| path.last()).and_then(Value::as_str);
            let item = match last {
                Some(last) if last != name => format!("{name}::{last}"),
                _ => name.to_owned(),
            };
            shown
                .entry(item)
                .or_insert_with(BTreeSet::new)
                .insert(place.to_owned());
        }
    }
    Ok(shown)
}

/// Returns whether an implementation is automatic. Every type has such implementations.
fn is_made_up(implementation: &Value) -> bool {
    implementation
        .get("blanket_impl")
        .is_some_and(|blanket| !blanket.is_null())
        || implementation.get("is_synthetic") == Some(&Value::Bool(true))
}

/// Collects the ids of all types, traits and re-exported items in a value.
fn mentioned(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| mentioned(value, found)),
        Value::Object(fields) => {
            // A path to a type or a trait has these fields. `use` has them too, with another name for the path.
            if (fields.contains_key("path") && fields.contains_key("args"))
                || (fields.contains_key("source") && fields.contains_key("is_glob"))
            {
                found.extend(fields.get("id").map(Value::to_string));
            }
            fields.values().for_each(|value| mentioned(value, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_allowed, shown};

    #[test]
    fn foreign_types_are_found_wherever_they_stand_in_a_signature() {
        let path = |id: u32| json!({"resolved_path": {"path": "…", "id": id, "args": null}});
        let document = json!({
            "index": {
                "1": {"crate_id": 0, "name": "ours", "inner": {"function": {"sig": {"inputs": [["a", path(20)]], "output": path(10)}}}},
                "2": {"crate_id": 0, "name": null, "inner": {"impl": {
                    "blanket_impl": null, "is_synthetic": false, "for": path(10),
                    "trait": {"path": "From", "id": 21, "args": {"angle_bracketed": {"args": [{"type": path(22)}]}}},
                }}},
                "3": {"crate_id": 0, "name": null, "inner": {"impl": {
                    "blanket_impl": {"generic": "T"}, "is_synthetic": false, "trait": {"path": "Any", "id": 23, "args": null},
                }}},
                "4": {"crate_id": 7, "name": "theirs", "inner": {"function": {"sig": {"inputs": [["a", path(23)]]}}}},
                "5": {"crate_id": 0, "name": null, "inner": {"use": {"source": "stack", "name": "stack", "id": 24, "is_glob": false}}},
            },
            "paths": {
                "10": {"crate_id": 0, "path": ["us", "Ours"]},
                "20": {"crate_id": 7, "path": ["files", "inside", "File"]},
                "21": {"crate_id": 8, "path": ["core", "convert", "From"]},
                "22": {"crate_id": 7, "path": ["files", "Error"]},
                "23": {"crate_id": 8, "path": ["core", "any", "Any"]},
                "24": {"crate_id": 9, "path": ["stack"]},
            },
            "external_crates": {"7": {"name": "files"}, "8": {"name": "core"}, "9": {"name": "stack"}},
        });
        let shown = shown(&document).unwrap();
        let items: Vec<&String> = shown.keys().collect();
        assert_eq!(
            items,
            ["core::From", "files::Error", "files::File", "stack"]
        );
        assert!(shown["files::File"].contains("ours"));
    }

    #[test]
    fn a_format_that_is_not_understood_is_no_success() {
        assert!(shown(&json!({"index": {}, "paths": {}})).is_err());
        let odd = json!({"index": {"1": {"crate_id": 0}}, "paths": {}, "external_crates": {}});
        assert!(shown(&odd).is_err());
    }

    #[test]
    fn the_http_stack_shows_in_core_alone_and_there_in_one_item() {
        assert!(is_allowed("customer-api-core", "reqwest::ClientBuilder"));
        assert!(!is_allowed("customer-api-core", "reqwest::Client"));
        assert!(!is_allowed("ravelin-labels", "reqwest::ClientBuilder"));
        assert!(is_allowed("ravelin-labels", "secrecy::SecretString"));
    }
}
