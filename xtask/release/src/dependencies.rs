//! Checks the dependencies of the packages. Only core depends on the HTTP stack. No package depends on the runner. The
//! published crates need no newer Rust than they promise.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use workspace::{Cargo, Package};

/// The only crate that may depend on the whole HTTP stack.
const CORE: &str = "customer-api-core";

/// Crates for HTTP or TLS, and crates that support these.
const HTTP_STACK: &[&str] = &[
    "axum",
    "curl",
    "h2",
    "h3",
    "http-body",
    "http-body-util",
    "hyper",
    "hyper-rustls",
    "hyper-tls",
    "hyper-util",
    "isahc",
    "native-tls",
    "openssl",
    "quinn",
    "reqwest",
    "rustls",
    "tokio-native-tls",
    "tokio-rustls",
    "tower",
    "tower-http",
    "ureq",
];

/// The store crates. The driver of each leaves TLS to its user.
const STORES: &[&str] = &["customer-api-postgres", "customer-api-redis"];

/// The sandbox may depend on this crate, with which it serves its admin API. No client contains the crate.
const SERVER: (&str, &str) = ("customer-api-sandbox", "axum");

/// The crates of the HTTP stack on which the store crates may depend.
const TLS: &[&str] = &["rustls", "tokio-rustls"];

/// Provider crates must not depend on this crate. They use it through core.
const HTTP_TYPES: &str = "http";

/// The program that runs all other programs. Code that several packages need is in a library beside the runner.
const RUNNER: &str = "xtask";

/// Reports members that depend on the runner, and the runner itself if it has a library.
pub(crate) fn check_runner(members: &[Package]) -> Vec<String> {
    let depending = members.iter().filter(|member| {
        let mut needs = member.dependencies.iter();
        needs.any(|dependency| dependency.name == RUNNER)
    });
    let mut faults: Vec<String> = depending
        .map(|member| {
            format!(
                "{} depends on {RUNNER}: what they share belongs in a library",
                member.name
            )
        })
        .collect();
    if members
        .iter()
        .any(|member| member.name == RUNNER && member.has_library())
    {
        faults.push(format!("{RUNNER} has a library: it must be only a program"));
    }
    faults
}

/// Reports crates other than core that depend directly on a crate of the HTTP stack, except for the permitted pairs.
pub(crate) fn check_stack(packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .filter(|package| package.name != CORE)
        .flat_map(|package| {
            package
                .dependencies
                .iter()
                .filter(|dependency| dependency.is_normal())
                .filter(|dependency| {
                    !STORES.contains(&package.name.as_str())
                        || !TLS.contains(&dependency.name.as_str())
                })
                .filter(|dependency| (&*package.name, &*dependency.name) != SERVER)
                .filter(|dependency| {
                    HTTP_STACK.contains(&dependency.name.as_str())
                        || (package.is_provider && dependency.name == HTTP_TYPES)
                })
                .map(|dependency| {
                    format!(
                        "{} depends on {}: only {CORE} may",
                        package.name, dependency.name
                    )
                })
        })
        .collect()
}

/// Reports each dependency of a published crate that needs a newer Rust than the published crate promises. All features
/// are on.
pub(crate) fn check_rust(cargo: &Cargo, packages: &[Package]) -> Result<Vec<String>, String> {
    let metadata = workspace::resolved(cargo)?;
    let list = |pointer: &str| {
        let list = metadata.pointer(pointer).and_then(Value::as_array);
        list.into_iter().flatten()
    };
    let known: BTreeMap<&str, &Value> = list("/packages")
        .map(|package| Ok((workspace::text(package, "id")?, package)))
        .collect::<Result<_, String>>()?;
    let needs: BTreeMap<&str, &Value> = list("/resolve/nodes")
        .map(|node| Ok((workspace::text(node, "id")?, node)))
        .collect::<Result<_, String>>()?;
    let mut faults = Vec::new();
    for package in packages {
        let promised = package.says("rust_version").and_then(version);
        let mut seen = BTreeSet::new();
        let mut waiting = vec![workspace::text(&package.about, "id")?];
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            waiting.extend(needs.get(id).into_iter().flat_map(|node| needed(node)));
            let Some(needed) = known.get(id) else {
                return Err(format!("cargo metadata: no package {id}"));
            };
            let wanted = needed.get("rust_version").and_then(Value::as_str);
            if wanted.and_then(version) > promised {
                faults.push(format!(
                    "{} promises Rust {}, and needs {} {}, which needs {}",
                    package.name,
                    package.says("rust_version").unwrap_or("?"),
                    workspace::text(needed, "name")?,
                    workspace::text(needed, "version")?,
                    wanted.unwrap_or_default(),
                ));
            }
        }
    }
    Ok(faults)
}

/// Returns the packages that a package needs: all except its dev-dependencies.
fn needed(node: &Value) -> impl Iterator<Item = &str> {
    let needs = node.get("deps").and_then(Value::as_array);
    needs
        .into_iter()
        .flatten()
        .filter(|need| {
            let kinds = need.get("dep_kinds").and_then(Value::as_array);
            kinds
                .into_iter()
                .flatten()
                .any(|kind| kind.get("kind").and_then(Value::as_str) != Some("dev"))
        })
        .filter_map(|need| need.get("pkg").and_then(Value::as_str))
}

/// Parses `1.85` or `1.85.0`, so that versions can be compared.
fn version(text: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    let (major, minor) = (numbers.next()??, numbers.next()??);
    Some((major, minor, numbers.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use workspace::Package;

    use super::{RUNNER, check_runner, check_stack, version};

    fn needing(name: &str, needed: &str, kind: Option<&str>, is_provider: bool) -> Package {
        let mut package = Package::read(&json!({
            "name": name,
            "version": "0.1.0",
            "manifest_path": "Cargo.toml",
            "dependencies": [{"name": needed, "req": "^1", "kind": kind}],
        }))
        .unwrap();
        package.is_provider = is_provider;
        package
    }

    #[test]
    fn only_core_may_need_the_http_stack() {
        let packages = [
            needing("customer-api-core", "reqwest", None, false),
            needing("one", "reqwest", None, true),
            needing("two", "http", None, true),
            needing("three", "hyper", Some("dev"), true),
            needing("sandbox", "http", None, false),
            needing("other", "rustls", None, false),
            needing("customer-api-postgres", "rustls", None, false),
            needing("customer-api-postgres", "hyper", None, false),
            needing("customer-api-redis", "tokio-rustls", None, false),
            needing("customer-api-redis", "reqwest", None, false),
        ];
        assert_eq!(
            check_stack(&packages),
            [
                "one depends on reqwest: only customer-api-core may",
                "two depends on http: only customer-api-core may",
                "other depends on rustls: only customer-api-core may",
                "customer-api-postgres depends on hyper: only customer-api-core may",
                "customer-api-redis depends on reqwest: only customer-api-core may",
            ]
        );
    }

    #[test]
    fn nobody_may_need_the_runner() {
        let mut members = vec![
            needing("bench", RUNNER, None, false),
            needing("fuzz", RUNNER, Some("dev"), false),
            needing(RUNNER, "release", None, false),
        ];
        members[2].about = json!({"targets": [{"kind": ["bin"]}]});
        let expected = [
            "bench depends on xtask: what they share belongs in a library",
            "fuzz depends on xtask: what they share belongs in a library",
        ];
        assert_eq!(check_runner(&members), expected);

        members[2].about = json!({"targets": [{"kind": ["bin"]}, {"kind": ["lib"]}]});
        let faults = check_runner(&members);
        assert_eq!(faults[2], "xtask has a library: it must be only a program");
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("1.100") > version("1.85"));
        assert_eq!(version("1.85"), version("1.85.0"));
        assert!(version("1.85.1") > version("1.85"));
        assert!(version("1.85") > None);
    }
}
