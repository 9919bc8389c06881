//! Runs the toolchain's rustfmt once over all files.

use std::{collections::BTreeMap, env, fs, path::Path, process::Command};

use workspace::files::{Scratch, write};

/// The files whose `mod` declarations lead to all others. The last two are files of a new crate, which also needs files
/// outside `generated`.
const ROOTS: [&str; 3] = ["/generated/mod.rs", "/src/lib.rs", "/tests/wire/main.rs"];

/// Formats the files. The keys are paths. The files in [`ROOTS`] declare the others.
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
