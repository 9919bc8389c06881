//! A Redis or Valkey server for one test.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use workspace::servers;

use crate::Folder;

/// A server on a socket in a separate folder. It is stopped when the value is dropped.
#[derive(Debug)]
pub struct Redis {
    program: PathBuf,
    folder: Folder,
    /// Further settings, such as `--requirepass`.
    settings: Vec<String>,
    process: Mutex<Option<Child>>,
}

impl Redis {
    /// Returns whether the program of a server is installed.
    ///
    /// If no server is installed, a test that needs a server passes without checking anything, unless `CI` is set.
    ///
    /// # Panics
    ///
    /// Panics if no server is installed and `CI` is set.
    #[must_use]
    pub fn is_installed() -> bool {
        let is_there = servers::redis().is_some();
        assert!(
            is_there || env::var_os("CI").is_none(),
            "no Redis server is installed"
        );
        is_there
    }

    /// Starts a server that keeps no data after it stops. Returns `None` if no server is installed.
    #[must_use]
    pub fn start(name: &str) -> Option<Self> {
        Self::start_with(name, &[])
    }

    /// Starts a server with these settings, each as `--name value`. Returns `None` if no server is installed.
    #[must_use]
    pub fn start_with(name: &str, settings: &[&str]) -> Option<Self> {
        if !Self::is_installed() {
            return None;
        }
        let server = Self {
            program: servers::redis()?,
            folder: Folder::new(name),
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
            process: Mutex::default(),
        };
        server.begin();
        Some(server)
    }

    /// Returns a client's connection string.
    #[must_use]
    pub fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Returns the folder of the server's files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Kills the server, as a crash does.
    pub fn kill(&self) {
        if let Some(mut process) = self.process().take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts the server. Call it again only after a kill.
    pub fn begin(&self) {
        // The settings are in a file and not in arguments, so that a list of processes does not show a password.
        let file = self.folder.path().join("server.conf");
        let settings: Vec<&str> = self
            .settings
            .iter()
            .map(|line| line.trim_start_matches("--"))
            .collect();
        fs::write(&file, settings.join("\n")).unwrap();
        let mut process = Command::new(&self.program)
            .arg(&file)
            .args(["--port", "0", "--unixsocket"])
            .arg(self.socket())
            // The server writes its data to disk only when a test requests that. The data is not compressed, so that a
            // test can find values in it.
            .args(["--save", "", "--rdbcompression", "no", "--dir"])
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut log = Vec::new();
        loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("the server did not start:\n{}", log.join("\n"));
            };
            let is_ready = line.contains("eady to accept connections");
            log.push(line);
            if is_ready {
                break;
            }
        }
        // A full pipe would stop the server.
        thread::spawn(move || lines.for_each(drop));
        *self.process() = Some(process);
    }

    /// Suspends the server, as a machine with too little memory does. It accepts connections and does not respond.
    pub fn suspend(&self) {
        self.signal("-STOP");
    }

    /// Resumes the suspended server.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Runs a command, and returns the bytes of the reply as the server wrote them.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> String {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        for setting in &self.settings {
            if let Some(password) = setting.strip_prefix("--requirepass ") {
                write!(stream, "AUTH {password}\r\n").unwrap();
                read_line(&mut stream);
            }
        }
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        // The server closes the connection after the reply.
        request.push_str("QUIT\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        let reply = String::from_utf8_lossy(&reply);
        reply.strip_suffix("+OK\r\n").unwrap().to_owned()
    }

    /// Closes the connections of all clients.
    pub fn disconnect_all(&self) {
        let _ = self.command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    }

    /// Returns everything that the server stores, as it writes it to disk.
    #[must_use]
    pub fn dump(&self) -> Vec<u8> {
        assert_eq!(self.command(&["SAVE"]), "+OK\r\n");
        fs::read(self.folder.path().join("dump.rdb")).unwrap()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    fn signal(&self, signal: &str) {
        let process = self.process();
        let id = process.as_ref().unwrap().id().to_string();
        let status = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(status.success());
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_line(stream: &mut UnixStream) {
    let mut byte = [0];
    while byte != *b"\n" {
        stream.read_exact(&mut byte).unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Does not panic: after a failed test, a second panic would hide the test's own failure. A suspended process
        // can be killed too.
        if let Some(mut process) = self.process().take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
