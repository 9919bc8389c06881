//! Runs cargo.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Cargo in one workspace, with environment variables in addition to this program's.
#[derive(Clone, Debug)]
pub struct Cargo {
    root: PathBuf,
    environment: Vec<(String, OsString)>,
}

impl Cargo {
    /// Returns cargo in the workspace of this folder.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            environment: Vec::new(),
        }
    }

    /// Sets an environment variable for every later command.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Returns cargo with the same settings, in another folder.
    #[must_use]
    pub fn at(mut self, root: &Path) -> Self {
        root.clone_into(&mut self.root);
        self
    }

    /// Returns the folder in which cargo runs.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Runs cargo, and returns its standard output.
    ///
    /// # Errors
    ///
    /// Returns a report of the failure, with the whole output.
    pub fn capture(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self
            .command(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cargo could not be started: {error}"))?;
        let (stdout, stderr) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        if output.status.success() {
            Ok(stdout.into_owned())
        } else {
            Err(format!("$ cargo {}\n{stdout}{stderr}", arguments.join(" ")))
        }
    }

    /// Returns the command, ready to run.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(&self.root)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        // Under `cargo run`, the environment contains xtask's own `CARGO_PKG_` variables. If cargo received them, it
        // would rebuild the crates that read such a variable.
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_"))
        {
            command.env_remove(name);
        }
        command
    }
}

/// Returns the cargo that runs this program.
#[must_use]
pub fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
