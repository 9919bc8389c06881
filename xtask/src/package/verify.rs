//! Builds every package from the very files that would be uploaded.
//!
//! Cargo's own verification (`cargo package` of several packages) can't be used. It offers siblings as packages of a
//! registry below the target directory, and takes what it unpacked from there, and what it compiled from that, for good
//! as long as the version stays: kept between two runs, `CARGO_HOME` and the target directory make it compile the first
//! run's core again and again, and a broken package passes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    cargo::Cargo,
    workspace::{self, Package},
};

/// Packs these packages of a workspace, and checks each of them alone, with its default features.
///
/// Where one of them depends on another, it is compiled against the other's package; whatever else it depends on comes
/// from the registry. Nothing of an earlier run is used but what was compiled of the registry's packages.
pub(crate) fn verify(
    cargo: &Cargo,
    registry: Option<&str>,
    packages: &[&Package],
) -> Result<(), String> {
    let gate = workspace::target_directory(cargo)?.join("package-gate");
    let packed = pack(cargo, registry, packages, &gate.join("packed"))?;
    let unpacked = gate.join("workspace");
    start_afresh(&unpacked)?;
    for package in packages {
        unpack(&packed.join(archive(package)), &unpacked)?;
    }
    write(&unpacked.join("Cargo.toml"), &manifest(packages))?;
    // The versions that everything else was tested with. Cargo drops what is not needed here.
    copy(
        &cargo.root().join("Cargo.lock"),
        &unpacked.join("Cargo.lock"),
    )?;

    let manifest = display(&unpacked.join("Cargo.toml"));
    let target = display(&gate.join("target"));
    let place = [
        "--quiet",
        "--manifest-path",
        &manifest,
        "--target-dir",
        &target,
    ];
    let names: Vec<&str> = packages
        .iter()
        .flat_map(|package| ["--package", &package.name])
        .collect();
    // Files are compared by time alone: what was compiled of these packages before is never current.
    cargo.capture(&[&["clean"], &place[..], &names].concat())?;
    let failures: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let check = [&["check"], &place[..], &["--package", &package.name]].concat();
            cargo.capture(&check).err()
        })
        .collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n"))
    }
}

/// Writes the packages' archives, and gives their folder.
fn pack(
    cargo: &Cargo,
    registry: Option<&str>,
    packages: &[&Package],
    folder: &Path,
) -> Result<PathBuf, String> {
    // Each package's lock file is resolved with a registry that cargo makes in here: nothing of an older one stays.
    start_afresh(folder)?;
    let target = display(folder);
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

fn archive(package: &Package) -> String {
    format!("{}.crate", folder(package))
}

/// The one folder in a package's archive.
fn folder(package: &Package) -> String {
    format!("{}-{}", package.name, package.version)
}

/// Unpacks an archive. The files are as old as the unpacking, and not as cargo dates them, the same in every archive.
fn unpack(archive: &Path, folder: &Path) -> Result<(), String> {
    let output = Command::new("tar")
        .args(["-x", "-z", "-m", "-f"])
        .arg(archive)
        .arg("-C")
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("tar could not be started: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        let reason = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}: {}", archive.display(), reason.trim()))
    }
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
                .any(|other| other.dependencies.contains(&package.name))
        })
        .map(|package| format!("{} = {{ path = \"{}\" }}\n", package.name, folder(package)))
        .collect();
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n\n[patch.crates-io]\n{patches}"
    )
}

fn start_afresh(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| told(folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| told(folder, &error))
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| told(file, &error))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to)
        .map(|_| ())
        .map_err(|error| told(from, &error))
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

fn display(path: &Path) -> String {
    path.display().to_string()
}
