//! A pooler in front of a server.

use std::{
    env, fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::{Postgres, as_nobody, owned_folder};
use crate::Folder;

/// Debian's package puts it where only the administrator looks.
const PLACES: [&str; 2] = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];

/// PgBouncer, which gives each transaction a connection of its pool. It is stopped when this is dropped.
#[derive(Debug)]
pub struct Pgbouncer {
    folder: Folder,
    child: Child,
}

impl Pgbouncer {
    /// Starts a pooler with so many connections to a server. None if none is installed.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start(server: &Postgres, name: &str, connections: u32) -> Option<Self> {
        let program = find()?;
        let folder = owned_folder(name);
        let (own, socket) = (folder.path().display(), server.folder.path().display());
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

    /// How a client connects.
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

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = env::split_paths(&path).collect();
    places.iter_mut().for_each(|place| place.push("pgbouncer"));
    places.extend(PLACES.iter().map(PathBuf::from));
    places.into_iter().find(|place| place.exists())
}
