//! A pooler in front of a server.

use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use workspace::servers;

use super::{Postgres, as_nobody, owned_folder};
use crate::Folder;

/// PgBouncer, which gives each transaction a connection of its pool. It is stopped when the value is dropped.
#[derive(Debug)]
pub struct Pgbouncer {
    folder: Folder,
    child: Child,
}

impl Pgbouncer {
    /// Starts a pooler with this number of connections to a server. Returns `None` if PgBouncer is not installed.
    ///
    /// # Panics
    ///
    /// Panics if PgBouncer does not start, or if it is not installed and `CI` is set.
    #[must_use]
    pub fn start(server: &Postgres, name: &str, connections: u32) -> Option<Self> {
        Self::start_before(server.folder.path(), name, connections)
    }

    /// Starts a pooler in front of the server that listens on a socket in this folder. Returns `None` if PgBouncer is
    /// not installed.
    ///
    /// # Panics
    ///
    /// Panics if PgBouncer does not start, or if it is not installed and `CI` is set.
    #[must_use]
    pub fn start_before(host: &Path, name: &str, connections: u32) -> Option<Self> {
        let program = servers::pgbouncer();
        assert!(
            program.is_some() || env::var_os("CI").is_none(),
            "no PgBouncer is installed"
        );
        let program = program?;
        let folder = owned_folder(name);
        let (own, socket) = (folder.path().display(), host.display());
        let settings = format!(
            "[databases]\n\
             postgres = host={socket} dbname=postgres user=postgres\n\
             [pgbouncer]\n\
             unix_socket_dir = {own}\n\
             listen_port = 5432\n\
             auth_type = any\n\
             pool_mode = transaction\n\
             default_pool_size = {connections}\n\
             server_login_retry = 0\n"
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, settings).unwrap();
        let mut command = Command::new(program);
        let child = as_nobody(&mut command)
            .arg("--quiet")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pooler = Self { folder, child };
        let socket = pooler.folder.path().join(".s.PGSQL.5432");
        for _ in 0..200 {
            if socket.exists() {
                return Some(pooler);
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("the pooler did not start");
    }

    /// Returns a client's connection string.
    #[must_use]
    pub fn configuration(&self) -> String {
        let host = self.folder.path().display();
        format!("host={host} user=postgres dbname=postgres sslmode=disable")
    }
}

impl Drop for Pgbouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
