//! Builds every package with the oldest versions of its dependencies and of Rust that the package allows.

use std::{path::Path, process::Command};

use workspace::{Cargo, Package, step::Outcome};

use super::{features, files, plan::Plan, tools::Tools, verify};

/// Builds each package, all its features on, with the oldest versions of its direct dependencies that its manifest
/// allows.
///
/// Packages of the same release are used as they are, and every other crate comes from the registry. If core is not
/// part of the release, core also comes from the registry, in the oldest version that the manifest allows. The build of
/// a provider crate then fails if the crate needs a newer core than its manifest requires.
pub(crate) fn check_versions(
    cargo: &Cargo,
    plan: &Plan,
    registry: Option<&str>,
) -> Result<String, String> {
    let packages = plan.packages();
    let packed = verify::pack(cargo, registry, &packages)?;
    let failures: Vec<String> = packages
        .iter()
        .filter_map(|package| with_oldest(cargo, package, &packages, &packed).err())
        .collect();
    if failures.is_empty() {
        Ok(format!("{} crates{}", packages.len(), features::note()))
    } else {
        Err(failures.join("\n"))
    }
}

fn with_oldest(
    cargo: &Cargo,
    package: &Package,
    packages: &[&Package],
    packed: &Path,
) -> Result<(), String> {
    let gate = files::gate(cargo)?;
    let root = gate.join("oldest").join(&package.name);
    let place = verify::Place::new(root, gate.join("target"))?;
    let manifest = place.unpack(packed, package)?.join("Cargo.toml");
    // Dev-dependencies would get their oldest versions too, and those versions need not be compatible with each other.
    let text = without_dev_dependencies(&files::read(&manifest)?);
    files::write(&manifest, &text)?;

    let siblings: Vec<&Package> = packages
        .iter()
        .copied()
        .filter(|sibling| {
            let mut needs = package.dependencies.iter();
            needs.any(|needs| needs.is_normal() && needs.name == sibling.name)
        })
        .collect();
    for sibling in &siblings {
        place.unpack(packed, sibling)?;
    }
    files::write(&place.manifest(), &workspace(package, &siblings))?;

    // Only cargo's resolver uses an unstable option. The result is built in the ordinary way.
    let resolver = cargo.clone().with("RUSTC_BOOTSTRAP", "1");
    let manifest = files::display(&place.manifest());
    resolver.capture(&[
        "-Zdirect-minimal-versions",
        "generate-lockfile",
        "--quiet",
        "--manifest-path",
        &manifest,
    ])?;
    let stale: Vec<&Package> = siblings.iter().copied().chain([package]).collect();
    place.forget(cargo, &stale)?;
    place.check(
        cargo,
        package,
        &["--locked", "--features", &features(package)],
    )
}

fn workspace(package: &Package, siblings: &[&Package]) -> String {
    let patches: String = siblings
        .iter()
        .map(|sibling| {
            let folder = verify::folder(sibling);
            format!("{} = {{ path = \"{folder}\" }}\n", sibling.name)
        })
        .collect();
    let folder = verify::folder(package);
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"{folder}\"]\n\n[patch.crates-io]\n{patches}"
    )
}

/// Removes the dev-dependencies from a packed manifest. In such a manifest, each dependency has a separate table.
fn without_dev_dependencies(manifest: &str) -> String {
    let mut is_kept = true;
    manifest
        .lines()
        .filter(|line| {
            if line.starts_with('[') {
                is_kept = !line.contains("dev-dependencies");
            }
            is_kept
        })
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Returns all features that this system can build.
fn features(package: &Package) -> String {
    let features = package.features.iter().map(String::as_str);
    features
        .filter(|feature| features::can_build(feature))
        .collect::<Vec<_>>()
        .join(",")
}

/// Builds the crates, all features on, with the Rust version that they promise, if that version is installed.
pub(crate) fn check_rust(cargo: &Cargo, plan: &Plan, tools: Tools) -> Outcome {
    let target = match files::gate(cargo) {
        Ok(gate) => gate.join("oldest-rust"),
        Err(report) => return Outcome::Failed(report),
    };
    let installed = Command::new("rustup").args(["toolchain", "list"]).output();
    let installed = installed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let installed = installed.unwrap_or_default();
    let mut done = Vec::new();
    for package in plan.packages() {
        let promised = package.says("rust_version").unwrap_or_default();
        let Some(toolchain) = toolchain(&installed, promised) else {
            let install = format!("rustup toolchain install {promised}");
            return tools.missing(&format!("Rust {promised}"), &install);
        };
        if let Err(report) = check_with(cargo, toolchain, package, &target) {
            return Outcome::Failed(report);
        }
        if !done.contains(&promised) {
            done.push(promised);
        }
    }
    Outcome::Noted(format!("with Rust {}{}", done.join(", "), features::note()))
}

/// Returns the name of an installed toolchain of this version: `1.85-…` or `1.85.0-…`.
fn toolchain<'a>(installed: &'a str, version: &str) -> Option<&'a str> {
    installed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .find(|name| {
            let rest = name.strip_prefix(version).unwrap_or_default();
            rest.starts_with('-') || rest.starts_with(".0-")
        })
}

fn check_with(
    cargo: &Cargo,
    toolchain: &str,
    package: &Package,
    target: &Path,
) -> Result<(), String> {
    let output = Command::new("rustup")
        .args([
            "run",
            toolchain,
            "cargo",
            "check",
            "--quiet",
            "--locked",
            "--package",
        ])
        .args([
            &package.name,
            "--features",
            &features(package),
            "--target-dir",
        ])
        .arg(target)
        .current_dir(cargo.root())
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .output()
        .map_err(|error| format!("rustup could not be started: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        let report = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} with {toolchain}:\n{report}", package.name))
    }
}

#[cfg(test)]
mod tests {
    use super::{toolchain, without_dev_dependencies};

    #[test]
    fn a_toolchain_is_found_by_the_version_that_a_crate_promises() {
        let installed = "stable-x86 (active)\n1.8.0-x86\n1.85.1-x86\n1.85.0-x86\n";
        assert_eq!(toolchain(installed, "1.85"), Some("1.85.0-x86"));
        assert_eq!(toolchain(installed, "1.85.1"), Some("1.85.1-x86"));
        assert_eq!(toolchain(installed, "1.86"), None);
    }

    #[test]
    fn only_what_tests_need_is_taken_out_of_a_manifest() {
        let manifest = "[dependencies.a]\nversion = \"1\"\n\n[dev-dependencies.b]\nversion = \"2\"\n\n\
                        [target.'cfg(unix)'.dev-dependencies.c]\nversion = \"3\"\n\n[lints.rust]\nd = \"deny\"\n";
        assert_eq!(
            without_dev_dependencies(manifest),
            "[dependencies.a]\nversion = \"1\"\n\n[lints.rust]\nd = \"deny\"\n"
        );
    }
}
