//! Every feature of every published crate builds alone, and so does none; and core says what it lacks without its TLS.

use std::{path::Path, process::Command};

use super::step::{Outcome, capture};
use crate::{cargo::Cargo, workspace};

/// The feature whose build needs a library of the system's own.
const NATIVE_TLS: &str = "native-tls";

pub(crate) fn check(root: &Path) -> Outcome {
    let has_openssl = cfg!(not(target_os = "linux")) || has_openssl_headers();
    let mut failures = Vec::new();
    let mut skipped = false;
    let published = match workspace::published(&Cargo::new(root)) {
        Ok(published) => published,
        Err(report) => return Outcome::Failed(report),
    };
    for workspace::Package { name, features, .. } in &published {
        let mut builds = vec![vec!["--no-default-features"]];
        for feature in features {
            if feature == NATIVE_TLS && !has_openssl {
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

fn has_openssl_headers() -> bool {
    std::env::var_os("OPENSSL_DIR").is_some()
        || Command::new("pkg-config")
            .args(["--exists", "openssl"])
            .status()
            .is_ok_and(|status| status.success())
}
