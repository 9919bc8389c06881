//! A server that speaks TLS.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{PermissionsExt as _, chown},
};

use super::{NOBODY, Postgres, is_root};

impl Postgres {
    /// Restarts a server with this certificate and key, on a port. Returns a client's connection string with TLS. The
    /// client expects the name `localhost`.
    #[must_use]
    pub fn begin_with_tls(&self, certificate: &str, key: &str) -> String {
        let (certificate, key) = (
            self.own_file("tls.crt", certificate),
            self.own_file("tls.key", key),
        );
        // The server can't choose a free port itself, so the test chooses one that was free a moment ago.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        self.begin_with(&format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c ssl=on -c ssl_cert_file={certificate} -c ssl_key_file={key}"
        ));
        format!(
            "host=localhost hostaddr=127.0.0.1 port={port} user=postgres dbname=postgres sslmode=require"
        )
    }

    /// Writes a file that only the server may read.
    fn own_file(&self, name: &str, content: &str) -> String {
        let file = self.folder.path().join(name);
        fs::write(&file, content).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        if is_root() {
            chown(&file, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        file.display().to_string()
    }
}
