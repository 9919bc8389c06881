//! Faults of a server.

use std::{fs, process::Command, thread, time::Duration};

use super::{Postgres, as_nobody};

/// The number of times that a condition is checked before the test gives up.
const LOOKS: u32 = 600;

/// The pause between two checks of a state that the server does not report.
const PAUSE: Duration = Duration::from_millis(50);

/// A server that is suspended until this value is dropped.
#[derive(Debug)]
pub struct Frozen(Vec<u32>);

impl Postgres {
    /// Kills all processes of the server at the same time, as the system does when it runs out of memory.
    pub fn kill_processes(&self) {
        let processes = self.processes();
        signal("KILL", &processes);
        for _ in 0..LOOKS {
            if !processes.iter().any(|process| is_alive(*process)) {
                break;
            }
            thread::sleep(PAUSE);
        }
        // A killed process keeps its process ID until it is reaped. These lock files name that ID, so a new server
        // would believe that the old server still runs.
        let socket = self.folder.path().join(".s.PGSQL.5432.lock");
        for file in [self.data().join("postmaster.pid"), socket] {
            fs::remove_file(file).unwrap();
        }
    }

    /// Suspends all processes of the server. Connections stay open, and the server does not respond.
    #[must_use]
    pub fn freeze(&self) -> Frozen {
        let mut frozen = Vec::new();
        // The next round finds a process that was started meanwhile.
        loop {
            let processes = self.processes();
            if processes == frozen {
                return Frozen(frozen);
            }
            signal("STOP", &processes);
            frozen = processes;
        }
    }

    /// Restarts the server, with files limited to this number of KiB. The files of its write-ahead log are 1 MiB each.
    pub fn begin_with_file_limit(&self, kibibytes: u32) {
        let blocks = kibibytes * 2;
        let script = format!("ulimit -f {blocks} && exec \"$0\" \"$@\"");
        let program = self.programs.join("pg_ctl");
        self.run("/bin/sh", |command| {
            command.args(["-c", &script]).arg(&program);
            self.begin_arguments(command, "");
        });
    }

    /// Runs a statement again and again until it fails, at most 100,000 times. All runs are in one transaction. Only the failed run is
    /// undone.
    ///
    /// # Panics
    ///
    /// Panics if the statement does not fail in 100,000 runs.
    pub fn fill(&self, statement: &str) {
        let block = format!(
            "DO $$ BEGIN FOR i IN 1..100000 LOOP BEGIN {statement}; EXCEPTION WHEN OTHERS THEN RETURN; END; END LOOP; \
             RAISE 'it never failed'; END $$; SELECT true"
        );
        assert_eq!(self.ask(&block), "t", "it never failed: {statement}");
    }

    /// Waits until a statement returns `t`.
    ///
    /// # Panics
    ///
    /// Panics if the statement does not return `t` within about a minute.
    pub fn wait_for(&self, statement: &str) {
        for _ in 0..LOOKS {
            if self.ask(statement) == "t" {
                return;
            }
            thread::sleep(PAUSE);
        }
        panic!("this did not become true: {statement}");
    }

    /// Returns the result of a statement: one value, as text.
    #[must_use]
    pub fn ask(&self, statement: &str) -> String {
        let mut command = Command::new(self.programs.join("psql"));
        let output = as_nobody(&mut command)
            .current_dir(self.folder.path())
            .args(["--quiet", "--no-align", "--tuples-only"])
            .args(["-d", &self.configuration(), "-c", statement])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Returns the server's first process, and all processes that it has started.
    fn processes(&self) -> Vec<u32> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let first: u32 = file.lines().next().unwrap().trim().parse().unwrap();
        let mut processes = vec![first];
        for folder in fs::read_dir("/proc").unwrap().flatten() {
            let stat = fs::read_to_string(folder.path().join("stat")).unwrap_or_default();
            // The name, in brackets, can contain anything. The state and the parent follow it.
            let parent = stat
                .rsplit_once(')')
                .and_then(|(_, rest)| rest.split(' ').nth(2));
            let name = folder.file_name();
            if parent.is_some_and(|parent| parent == first.to_string()) {
                processes.extend(name.to_string_lossy().parse::<u32>());
            }
        }
        processes.sort_unstable();
        processes
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        signal("CONT", &self.0);
    }
}

/// Returns the state of a process, and its parent.
fn status(process: u32) -> Option<(String, u32)> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, can contain anything.
    let mut words = text.rsplit_once(')')?.1.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
}

/// Returns whether a process runs. An ended process is a zombie until its parent reaps it.
fn is_alive(process: u32) -> bool {
    status(process).is_some_and(|(state, _)| state != "Z")
}

fn signal(name: &str, processes: &[u32]) {
    let processes: Vec<String> = processes.iter().map(u32::to_string).collect();
    // A process that has ended meanwhile does not matter.
    let script = format!("kill -{name} {} 2>&1", processes.join(" "));
    drop(Command::new("sh").args(["-c", &script]).output());
}
