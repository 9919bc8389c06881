//! The toolchain's rustfmt, run once over everything.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
};

/// The files from which `mod` declarations lead to all others. A new crate has more than what is generated in it.
const ROOTS: [&str; 3] = ["/generated/mod.rs", "/src/lib.rs", "/tests/wire/main.rs"];

/// Formats the files; keys are paths, and the roots among them declare the others.
pub(crate) fn format(root: &Path, files: &mut BTreeMap<String, String>) -> Result<(), String> {
    let scratch = Scratch::new()?;
    let mut command = Command::new(env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into()));
    command.args(["--edition", "2024", "--quiet"]);
    let config = root.join(".rustfmt.toml");
    if config.is_file() {
        command.arg("--config-path").arg(config);
    } else {
        command.args(["--config", "style_edition=2024"]);
    }
    let mut any = false;
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let target = scratch.0.join(path);
        write(&target, text)?;
        // rustfmt follows the `mod` declarations from here.
        if ROOTS.iter().any(|root| path.ends_with(root)) {
            command.arg(target);
            any = true;
        }
    }
    if !any {
        return Ok(());
    }
    let output = command.output().map_err(|error| {
        format!("rustfmt can't be run: {error}; install it with `rustup component add rustfmt`")
    })?;
    if !output.status.success() {
        return Err(format!(
            "rustfmt refuses the emitted code: {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    for (path, text) in files.iter_mut().filter(|(path, _)| path.ends_with(".rs")) {
        *text =
            fs::read_to_string(scratch.0.join(path)).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    let describe = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(describe)?;
    }
    fs::write(path, text).map_err(describe)
}

/// A folder that goes away with the value.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new() -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "xtask-codegen-{}-{}",
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
        // Nothing depends on it; the system clears its own temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}
