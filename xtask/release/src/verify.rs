//! Builds every package from the very files that would be uploaded.
//!
//! Cargo's own verification (`cargo package` of several packages) can't be used. It offers siblings as packages of a
//! registry below the target directory, and takes what it unpacked from there, and what it compiled from that, for good
//! as long as the version stays: kept between two runs, `CARGO_HOME` and the target directory make it compile the first
//! run's core again and again, and a broken package passes.

use std::path::{Path, PathBuf};

use workspace::{Cargo, Package};

use super::files::{self, display};

/// What every package holds, beside its sources; a provider's its description, too.
const FILES: &[&str] = &["CHANGELOG.md", "LICENSE", "README.md"];
const DESCRIPTION: &str = "openapi.yaml";

/// Packs these packages of a workspace, and checks each of them alone, with its default features.
///
/// Where one of them depends on another, it is compiled against the other's package; whatever else it depends on comes
/// from the registry. Nothing of an earlier run is used but what was compiled of the registry's packages.
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
    // The versions that everything else was tested with. Cargo drops what is not needed here.
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

/// A workspace of packages that were unpacked, and where it is built.
pub(super) struct Place {
    pub(super) root: PathBuf,
    target: PathBuf,
}

impl Place {
    /// Whatever was in the folder is gone. What was compiled stays, for the registry's packages.
    pub(super) fn new(root: PathBuf, target: PathBuf) -> Result<Self, String> {
        files::start_afresh(&root)?;
        Ok(Self { root, target })
    }

    pub(super) fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// Gives the package's own folder.
    pub(super) fn unpack(&self, packed: &Path, package: &Package) -> Result<PathBuf, String> {
        let folder = folder(package);
        files::unpack(&packed.join(format!("{folder}.crate")), &self.root)?;
        Ok(self.root.join(folder))
    }

    /// Drops what was compiled of these packages: cargo compares their files by time alone, so that it may seem current.
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

/// Writes the packages' archives, and gives their folder.
pub(super) fn pack(
    cargo: &Cargo,
    registry: Option<&str>,
    packages: &[&Package],
) -> Result<PathBuf, String> {
    let folder = files::gate(cargo)?.join("packed");
    // Each package's lock file is resolved with a registry that cargo makes in here: nothing of an older one stays.
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

/// The one folder in a package's archive.
pub(super) fn folder(package: &Package) -> String {
    format!("{}-{}", package.name, package.version)
}

/// A workspace of the unpacked packages, in which they stand for the registry's.
fn manifest(packages: &[&Package]) -> String {
    let members: String = packages
        .iter()
        .map(|package| format!("    \"{}\",\n", folder(package)))
        .collect();
    // Those alone that another needs: cargo warns of a patch that nothing uses.
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
