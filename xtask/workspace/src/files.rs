//! Writes files, and makes temporary folders.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// Writes a file, and makes the folders above it.
///
/// # Errors
///
/// Fails if the file or a folder can't be written.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    let describe = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(describe)?;
    }
    fs::write(path, text).map_err(describe)
}

/// A folder that is removed when the value is dropped.
#[derive(Debug)]
#[non_exhaustive]
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Makes a new folder in the system's temporary folder.
    ///
    /// # Errors
    ///
    /// Fails if the folder can't be made.
    pub fn new() -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "xtask-{}-{}",
            process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that can't be removed does no harm: the system clears its temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}
