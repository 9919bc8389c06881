//! Builds every package from exactly the files that would be uploaded.
//!
//! Cargo's own verification (`cargo package` of several packages) can't be used. That verification offers siblings as
//! packages of a registry below the target directory. As long as a sibling's version stays the same, cargo keeps using
//! the unpacked and compiled files. If `CARGO_HOME` and the target directory are kept between two runs, the second run
//! builds the packages against the core of the first run, so a broken package passes.

use std::path::{Path, PathBuf};

use workspace::{Cargo, Package};

use super::files::{self, display};

/// The files that every package contains beside its sources. A provider's package also contains its description.
const FILES: &[&str] = &["CHANGELOG.md", "LICENSE", "README.md"];
const DESCRIPTION: &str = "openapi.yaml";

/// Packs these packages of a workspace, and checks each of them alone, with its default features.
///
/// A package that depends on another of them is compiled against the other's unpacked package. All other dependencies
/// come from the registry. The only files reused from an earlier run are the compiled packages of the registry.
pub(crate) fn verify(
    cargo: &Cargo,
    registry: Option<&str>,
    packages: &[&Package],
) -> Result<(), String> {
    let gate = files::gate(cargo)?;
    let packed = pack(cargo, registry, packages)?;
    let place = Place::new(gate.join("workspace"), gate.join("target"))?;
    let mut failures = Vec::new();
    for package in packages {
        let unpacked = place.unpack(&packed, package)?;
        let description = package.is_provider.then_some(&DESCRIPTION);
        let missing = FILES.iter().chain(description);
        failures.extend(
            missing
                .filter(|file| !unpacked.join(file).is_file())
                .map(|file| format!("the package of {} lacks {file}", package.name)),
        );
    }
    files::write(&place.manifest(), &manifest(packages))?;
    // Use the lock file of this workspace, because all other checks used its versions. Cargo drops unneeded entries
    // here.
    let lock = files::read(&cargo.root().join("Cargo.lock"))?;
    files::write(&place.root.join("Cargo.lock"), &lock)?;
    place.forget(cargo, packages)?;
    failures.extend(
        packages
            .iter()
            .filter_map(|package| place.check(cargo, package, &[]).err()),
    );
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n"))
    }
}

/// A workspace of unpacked packages, and its build folder.
pub(super) struct Place {
    pub(super) root: PathBuf,
    target: PathBuf,
}

impl Place {
    /// Empties the folder. The compiled packages of the registry stay.
    pub(super) fn new(root: PathBuf, target: PathBuf) -> Result<Self, String> {
        files::start_afresh(&root)?;
        Ok(Self { root, target })
    }

    pub(super) fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// Unpacks the package. Returns its folder.
    pub(super) fn unpack(&self, packed: &Path, package: &Package) -> Result<PathBuf, String> {
        let folder = folder(package);
        files::unpack(&packed.join(format!("{folder}.crate")), &self.root)?;
        Ok(self.root.join(folder))
    }

    /// Deletes the compiled files of these packages. Cargo compares files only by time, so old output may seem current.
    pub(super) fn forget(&self, cargo: &Cargo, packages: &[&Package]) -> Result<(), String> {
        let names = packages
            .iter()
            .flat_map(|package| ["--package", &package.name])
            .collect::<Vec<_>>();
        self.run(cargo, "clean", &names)
    }

    pub(super) fn check(
        &self,
        cargo: &Cargo,
        package: &Package,
        arguments: &[&str],
    ) -> Result<(), String> {
        let arguments = [&["--package", package.name.as_str()], arguments].concat();
        self.run(cargo, "check", &arguments)
    }

    fn run(&self, cargo: &Cargo, command: &str, arguments: &[&str]) -> Result<(), String> {
        let (manifest, target) = (display(&self.manifest()), display(&self.target));
        let place = [
            "--quiet",
            "--manifest-path",
            &manifest,
            "--target-dir",
            &target,
        ];
        let command = [&[command], &place[..], arguments].concat();
        cargo.capture(&command).map(drop)
    }
}

/// Writes the packages' archives, and returns their folder.
pub(super) fn pack(
    cargo: &Cargo,
    registry: Option<&str>,
    packages: &[&Package],
) -> Result<PathBuf, String> {
    let folder = files::gate(cargo)?.join("packed");
    // Cargo makes a registry in this folder, and resolves each package's lock file with that registry. Therefore no
    // file of an older registry may stay.
    files::start_afresh(&folder)?;
    let target = display(&folder);
    let mut arguments = vec![
        "package",
        "--quiet",
        "--allow-dirty",
        "--no-verify",
        "--target-dir",
        &target,
    ];
    arguments.extend(registry.iter().flat_map(|name| ["--registry", name]));
    arguments.extend(
        packages
            .iter()
            .flat_map(|package| ["--package", &package.name]),
    );
    cargo.capture(&arguments)?;
    Ok(folder.join("package"))
}

/// Returns the name of the single folder in a package's archive.
pub(super) fn folder(package: &Package) -> String {
    format!("{}-{}", package.name, package.version)
}

/// Returns the manifest of a workspace in which the unpacked packages replace the registry's packages.
fn manifest(packages: &[&Package]) -> String {
    let members: String = packages
        .iter()
        .map(|package| format!("    \"{}\",\n", folder(package)))
        .collect();
    // Patch only packages on which another package depends, because cargo warns about an unused patch.
    let patches: String = packages
        .iter()
        .filter(|package| {
            packages
                .iter()
                .flat_map(|other| &other.dependencies)
                .any(|dependency| dependency.name == package.name)
        })
        .map(|package| format!("{} = {{ path = \"{}\" }}\n", package.name, folder(package)))
        .collect();
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n\n[patch.crates-io]\n{patches}"
    )
}
