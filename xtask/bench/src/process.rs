//! Starts processes, and reads their measurements.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde::de::DeserializeOwned;

use crate::Failure;

/// A running server, which ends when this value is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts a server. The program's path is an argument, because a test can't derive the path from that of its own
    /// executable.
    ///
    /// # Errors
    ///
    /// Fails if the process can't be started, or does not print its address.
    pub fn start(program: &Path, delay_ms: u64, reviews: u64) -> Result<Self, Failure> {
        let mut child = Command::new(program)
            .args([
                "serve".to_owned(),
                format!("delay-ms={delay_ms}"),
                format!("reviews={reviews}"),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut url)?;
        }
        let url = url.trim().to_owned();
        let server = Self { child, url };
        if server.url.is_empty() {
            return Err("the server did not start".into());
        }
        Ok(server)
    }

    /// Returns the server's address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server ends when its standard input is closed. Waiting for the process prevents a zombie.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Returns the path of one of this package's programs, which are all in one folder.
pub(crate) fn program(name: &str) -> Result<PathBuf, Failure> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// Starts the server of the program `bench`.
pub(crate) fn server(delay_ms: u64, reviews: u64) -> Result<Server, Failure> {
    Server::start(&program("bench")?, delay_ms, reviews)
}

/// Runs a process to its end and reads the JSON in the last line of its output.
pub(crate) fn measure<T: DeserializeOwned>(command: &mut Command) -> Result<T, Failure> {
    let output = output(command)?;
    let last = output.lines().last().unwrap_or_default();
    Ok(serde_json::from_str(last)?)
}

/// Returns the standard output of a process. If the process fails, the failure contains its standard error.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} can't be started: {error}", name(command)))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let report = String::from_utf8_lossy(&output.stderr);
        // Cargo's warnings come before the important lines.
        let from = report.find("error").unwrap_or_default();
        let report = report.get(from..).unwrap_or_default().trim();
        Err(format!("{} failed: {report}", name(command)).into())
    }
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
