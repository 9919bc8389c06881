//! Two small programs that do the same work, one with a provider crate and one with plain reqwest. They are separate
//! cargo projects, like the programs of a user.

use std::{env, ffi::OsString, fs, path::PathBuf, process::Command};

use crate::{
    Failure, clock, process,
    report::{folder, root},
};

const OURS: &str = include_str!("programs/ours.rs.txt");
const PLAIN: &str = include_str!("programs/plain.rs.txt");

/// The dependency that both programs have besides their client.
const TOKIO: &str = "tokio = { version = \"1\", features = [\"rt\", \"macros\"] }\n";

/// A program.
pub(crate) struct Program {
    name: &'static str,
    folder: PathBuf,
}

impl Program {
    /// Writes both programs. Earlier build output stays.
    pub(crate) fn both() -> Result<[Self; 2], Failure> {
        let crates = root().join("crates/ravelin-labels");
        let ours = format!("ravelin-labels = {{ path = {crates:?} }}\n{TOKIO}");
        let plain = format!(
            "reqwest = {{ version = \"0.13\", default-features = false, features = [\"rustls\", \"json\"] }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\n{TOKIO}"
        );
        Ok([
            Self::write("with-provider", &ours, OURS)?,
            Self::write("with-reqwest", &plain, PLAIN)?,
        ])
    }

    fn write(name: &'static str, dependencies: &str, source: &str) -> Result<Self, Failure> {
        let folder = folder().join("programs").join(name);
        fs::create_dir_all(folder.join("src"))?;
        fs::write(
            folder.join("Cargo.toml"),
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n\
                 [dependencies]\n{dependencies}\n[profile.release]\nstrip = true\n"
            ),
        )?;
        fs::write(folder.join("src/main.rs"), source)?;
        // The programs use the versions of the workspace.
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self { name, folder })
    }

    fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// Deletes the build output.
    pub(crate) fn clean(&self) -> Result<(), Failure> {
        if self.target().exists() {
            fs::remove_dir_all(self.target())?;
        }
        Ok(())
    }

    /// Touches the program's source, as if its author had saved it again.
    pub(crate) fn touch(&self) -> Result<(), Failure> {
        let main = self.folder.join("src/main.rs");
        let source = fs::read(&main)?;
        fs::write(main, source)?;
        Ok(())
    }

    /// Builds the program for release, and returns the time of the build in seconds.
    pub(crate) fn build(&self) -> Result<f64, Failure> {
        let mut cargo = cargo();
        cargo
            .args(["build", "--quiet", "--release", "--jobs=2"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.target());
        let began = clock::now();
        process::output(&mut cargo)?;
        Ok(began.elapsed().as_secs_f64())
    }

    /// Returns the size of the built program in bytes.
    pub(crate) fn size(&self) -> Result<u64, Failure> {
        let program = self.target().join("release").join(self.name);
        Ok(fs::metadata(program)?.len())
    }
}

/// Returns a cargo command without the environment variables that cargo set for this program.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            cargo.env_remove(name);
        }
    }
    cargo
}
