//! Every feature of every published crate builds alone, and so does none; and core says what it lacks without its TLS.

use std::{path::Path, process::Command};

use super::{
    PUBLISHED,
    step::{Outcome, capture},
};

/// The feature whose build needs a library of the system's own.
const NATIVE_TLS: &str = "native-tls";

pub(crate) fn check(root: &Path) -> Outcome {
    let has_openssl = cfg!(not(target_os = "linux")) || has_openssl_headers();
    let mut failures = Vec::new();
    let mut skipped = false;
    for package in PUBLISHED {
        let features = match features_of(root, package) {
            Ok(features) => features,
            Err(report) => return Outcome::Failed(report),
        };
        let mut builds = vec![vec!["--no-default-features"]];
        for feature in &features {
            if feature == NATIVE_TLS && !has_openssl {
                skipped = true;
                continue;
            }
            builds.push(vec!["--no-default-features", "--features", feature]);
        }
        for build in &builds {
            let check = [
                &["check", "--quiet", "--package", package],
                build.as_slice(),
            ]
            .concat();
            failures.extend(capture(root, &check, &[("RUSTFLAGS", "-D warnings")]).err());
        }
    }
    for build in [
        &["--no-default-features"][..],
        &["--no-default-features", "--features", "rustls-no-provider"],
    ] {
        let test = [
            &[
                "test",
                "--quiet",
                "--package",
                "customer-api-core",
                "--test",
                "tls",
            ],
            build,
        ]
        .concat();
        failures.extend(capture(root, &test, &[]).err());
    }
    if !failures.is_empty() {
        return Outcome::Failed(failures.join("\n"));
    }
    if skipped {
        Outcome::Noted(format!(
            "`{NATIVE_TLS}` not built: this system has no OpenSSL headers"
        ))
    } else {
        Outcome::Passed
    }
}

/// The features of a package, as its manifest names them.
fn features_of(root: &Path, package: &str) -> Result<Vec<String>, String> {
    let metadata = capture(
        root,
        &["metadata", "--no-deps", "--format-version", "1"],
        &[],
    )?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata
        .get("packages")
        .and_then(|packages| packages.as_array());
    let found = packages
        .into_iter()
        .flatten()
        .find(|candidate| candidate.get("name").and_then(|name| name.as_str()) == Some(package))
        .ok_or_else(|| format!("the workspace has no package `{package}`"))?;
    let features = found
        .get("features")
        .and_then(|features| features.as_object());
    Ok(features
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .filter(|name| name != "default")
        .collect())
}

fn has_openssl_headers() -> bool {
    std::env::var_os("OPENSSL_DIR").is_some()
        || Command::new("pkg-config")
            .args(["--exists", "openssl"])
            .status()
            .is_ok_and(|status| status.success())
}
