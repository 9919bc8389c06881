//! The folders that the gate works in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use workspace::Cargo;

/// Returns the folder in which the gate works.
pub(crate) fn gate(cargo: &Cargo) -> Result<PathBuf, String> {
    Ok(workspace::target_directory(cargo)?.join("package-gate"))
}

/// Makes an empty folder, and deletes earlier content.
pub(crate) fn start_afresh(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| told(folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| told(folder, &error))
}

/// Unpacks an archive. The files get the time of unpacking, because cargo's own dates are the same in every archive.
pub(crate) fn unpack(archive: &Path, folder: &Path) -> Result<(), String> {
    let output = Command::new("tar")
        .args(["-x", "-m", "-f"])
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

pub(crate) fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| told(file, &error))
}

pub(crate) fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| told(file, &error))
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Formats a path as cargo accepts it.
pub(crate) fn display(path: &Path) -> String {
    path.display().to_string()
}
