//! A PostgreSQL server for one test.

mod copies;
mod faults;
mod pgbouncer;
mod tls;

use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
};

use workspace::servers;

pub use copies::Files;
pub use faults::Frozen;
pub use pgbouncer::Pgbouncer;

use crate::Folder;

/// `nobody`, on every Unix. The server refuses to run as root.
const NOBODY: u32 = 65_534;

/// A server on a socket in a separate folder. It is stopped when the value is dropped.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: Folder,
    /// Whether an acknowledged commit survives a kill of the server.
    is_durable: bool,
}

impl Postgres {
    /// Returns whether the programs of a server are installed.
    ///
    /// If they are not installed, a test that needs a server passes without proving anything, unless `CI` is set.
    ///
    /// # Panics
    ///
    /// Panics if they are not installed and `CI` is set.
    #[must_use]
    pub fn is_installed() -> bool {
        let is_there = servers::postgres().is_some();
        assert!(
            is_there || env::var_os("CI").is_none(),
            "no PostgreSQL server is installed"
        );
        is_there
    }

    /// Starts a server. Returns `None` if no server is installed.
    #[must_use]
    pub fn start(name: &str) -> Option<Self> {
        Self::start_with(name, false)
    }

    /// Starts a server whose acknowledged commits survive a kill. Returns `None` if no server is installed.
    #[must_use]
    pub fn start_durable(name: &str) -> Option<Self> {
        Self::start_with(name, true)
    }

    fn start_with(name: &str, is_durable: bool) -> Option<Self> {
        if !Self::is_installed() {
            return None;
        }
        let server = Self {
            programs: servers::postgres()?,
            folder: owned_folder(name),
            is_durable,
        };
        let data = server.data();
        server.run("initdb", |command| {
            command.args([
                "--auth=trust",
                "--username=postgres",
                "--no-sync",
                // Small, so that copies are small too.
                "--wal-segsize=1",
                "-D",
            ]);
            command.arg(&data);
        });
        server.begin();
        Some(server)
    }

    /// Returns a client's connection string.
    #[must_use]
    pub fn configuration(&self) -> String {
        let host = self.folder.path().display();
        format!("host={host} user=postgres dbname=postgres sslmode=disable")
    }

    /// Returns the socket on which the server listens.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    /// Kills the server, as a crash does.
    pub fn kill(&self) {
        assert!(self.stop().unwrap().success(), "the server was not killed");
    }

    /// Restarts a server that was killed.
    pub fn begin(&self) {
        self.begin_with("");
    }

    /// Restarts the server, with options of `postgres` such as `-c log_statement=all`.
    pub fn begin_with(&self, options: &str) {
        self.run("pg_ctl", |command| self.begin_arguments(command, options));
    }

    fn begin_arguments(&self, command: &mut Command, options: &str) {
        let socket = self.folder.path().display();
        let fsync = if self.is_durable { "on" } else { "off" };
        let options = format!("-k '{socket}' -c listen_addresses= -c fsync={fsync} {options}");
        command.args(["start", "-w", "-t", "120", "-o", &options, "-l"]);
        command.arg(self.folder.path().join("log"));
        command.arg("-D").arg(self.data());
    }

    /// Runs statements with `psql`, as an administrator does.
    pub fn psql(&self, statements: &str) {
        let file = self.folder.path().join("statements.sql");
        fs::write(&file, statements).unwrap();
        self.run("psql", |command| {
            command.args([
                "--quiet",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &self.configuration(),
                "-f",
            ]);
            command.arg(&file);
        });
    }

    /// Returns the whole database as statements, as `pg_dump` writes it.
    #[must_use]
    pub fn dump(&self) -> String {
        let file = self.folder.path().join("dump.sql");
        self.run("pg_dump", |command| {
            command.args(["-d", &self.configuration(), "-f"]).arg(&file);
        });
        fs::read_to_string(file).unwrap()
    }

    /// Keeps the locks of a statement in an open transaction, until the value is dropped.
    #[must_use]
    pub fn hold(&self, statement: &str) -> Held {
        let mut command = Command::new(self.programs.join("psql"));
        let mut child = command
            .args([
                "--quiet",
                "--no-align",
                "--tuples-only",
                "-d",
                &self.configuration(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "BEGIN; {statement}; SELECT 'held';").unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "held");
        Held { child, stdin }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, arguments: impl FnOnce(&mut Command)) {
        let status = self.try_run(program, arguments).unwrap();
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(status.success(), "{program} failed: {status}\n{log}");
    }

    fn try_run(
        &self,
        program: &str,
        arguments: impl FnOnce(&mut Command),
    ) -> io::Result<ExitStatus> {
        let mut command = Command::new(self.programs.join(program));
        arguments(&mut command);
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        as_nobody(&mut command).status()
    }

    fn stop(&self) -> io::Result<ExitStatus> {
        self.try_run("pg_ctl", |command| {
            command
                .args(["stop", "-m", "immediate", "-D"])
                .arg(self.data());
        })
    }
}

/// An open transaction.
#[derive(Debug)]
pub struct Held {
    child: Child,
    stdin: ChildStdin,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = writeln!(self.stdin, "ROLLBACK;\n\\q");
        let _ = self.child.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A failure to stop the server must not hide the failure of a test.
        let _ = self.stop();
    }
}

/// Returns a folder that belongs to the user who runs the servers.
fn owned_folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    if is_root() {
        std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    folder
}

/// Runs a program as the user who runs the servers.
fn as_nobody(command: &mut Command) -> &mut Command {
    if is_root() {
        use std::os::unix::process::CommandExt as _;
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn is_root() -> bool {
    // `/proc/self` belongs to the user who runs this process.
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
