//! Builds every published crate with each feature alone, and with none. Also tests the error of a core that was built
//! without TLS.

use std::{path::Path, process::Command};

use workspace::{
    Cargo,
    step::{Outcome, capture},
};

/// The feature whose build needs a system library.
const NATIVE_TLS: &str = "native-tls";

/// Builds every feature of every published crate alone, and each crate without features.
#[must_use]
pub fn check(root: &Path) -> Outcome {
    let mut failures = Vec::new();
    let mut skipped = false;
    let published = match workspace::published(&Cargo::new(root)) {
        Ok(published) => published,
        Err(report) => return Outcome::Failed(report),
    };
    for workspace::Package { name, features, .. } in &published {
        let mut builds = vec![vec!["--no-default-features"]];
        for feature in features {
            if !can_build(feature) {
                skipped = true;
                continue;
            }
            builds.push(vec!["--no-default-features", "--features", feature]);
        }
        for build in &builds {
            let check = [&["check", "--quiet", "--package", name], build.as_slice()].concat();
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

/// Returns whether this system has the libraries that a feature of a published crate needs.
pub(crate) fn can_build(feature: &str) -> bool {
    feature != NATIVE_TLS || cfg!(not(target_os = "linux")) || has_openssl_headers()
}

/// Returns a note for the report of a build with all features. Empty if this system can build all of them.
pub(crate) fn note() -> String {
    if can_build(NATIVE_TLS) {
        String::new()
    } else {
        format!(", without `{NATIVE_TLS}`: this system has no OpenSSL headers")
    }
}

fn has_openssl_headers() -> bool {
    std::env::var_os("OPENSSL_DIR").is_some()
        || Command::new("pkg-config")
            .args(["--exists", "openssl"])
            .status()
            .is_ok_and(|status| status.success())
}
