//! Servers that are copies of other servers, or of earlier states of themselves.

use std::{fs, process::Command};

use super::{Postgres, as_nobody, owned_folder};
use crate::Folder;

/// A copy of a server's files.
#[derive(Debug)]
pub struct Files(Folder);

impl Postgres {
    /// Starts a replica that applies this server's commits as they are committed.
    #[must_use]
    pub fn replica(&self, name: &str) -> Self {
        let replica = Self {
            programs: self.programs.clone(),
            folder: owned_folder(name),
            is_durable: self.is_durable,
        };
        let source = format!("{} application_name={name}", self.configuration());
        self.run("pg_basebackup", |command| {
            command.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]);
            command.arg("-d").arg(&source);
            command.arg("-D").arg(replica.data());
        });
        replica.begin();
        replica
    }

    /// Promotes a replica. The replica then no longer follows its server.
    pub fn promote(&self) {
        self.run("pg_ctl", |command| {
            command.args(["promote", "-w", "-D"]).arg(self.data());
        });
    }

    /// Stops the server cleanly, and copies its files. The server is not started again.
    #[must_use]
    pub fn stop_and_copy(&self, name: &str) -> Files {
        self.end();
        let files = Files(owned_folder(name));
        copy(&self.data(), &files.0.path().join("data"));
        files
    }

    /// Stops the server if it is running, and restores its files from a copy. The server is not started again.
    pub fn set_back(&self, files: &Files) {
        drop(self.stop());
        fs::remove_dir_all(self.data()).unwrap();
        copy(&files.0.path().join("data"), &self.data());
    }

    /// Stops the server cleanly.
    pub fn end(&self) {
        self.run("pg_ctl", |command| {
            command.args(["stop", "-m", "fast", "-D"]).arg(self.data());
        });
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let mut command = Command::new("cp");
    command.arg("-Rp").arg(from).arg(to);
    assert!(as_nobody(&mut command).status().unwrap().success());
}
