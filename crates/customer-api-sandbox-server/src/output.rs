//! The lines that the program prints.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tokio::sync::oneshot;

/// The maximum number of lines that wait for a slow reader. Further lines are dropped and counted.
const WAITING: usize = 10_000;

/// How long the last lines may take when the program ends.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Accepts lines, and never waits for the reader: a pipe without a reader must not stop the servers.
#[derive(Clone)]
pub(crate) struct Lines {
    lines: SyncSender<String>,
    dropped: Arc<AtomicU64>,
}

/// The end of the output: all lines are written, or one can't be written.
pub(crate) struct End(oneshot::Receiver<io::Result<()>>);

/// Starts a thread that writes the lines to the standard output.
pub(crate) fn start(is_json: bool) -> (Lines, End) {
    let (lines, received) = sync_channel(WAITING);
    let (ended, end) = oneshot::channel();
    let dropped = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&dropped);
    thread::spawn(move || {
        // The receiver may be gone if the program is ending.
        let _ = ended.send(write(&received, &counted, is_json));
    });
    (Lines { lines, dropped }, End(end))
}

fn write(lines: &Receiver<String>, dropped: &AtomicU64, is_json: bool) -> io::Result<()> {
    let mut out = io::stdout();
    for line in lines {
        out.write_all(line.as_bytes())?;
        let count = dropped.swap(0, Ordering::Relaxed);
        if count > 0 {
            out.write_all(notice(count, is_json).as_bytes())?;
        }
        out.flush()?;
    }
    Ok(())
}

fn notice(count: u64, is_json: bool) -> String {
    if is_json {
        format!("{}\n", json!({ "event": "dropped", "lines": count }))
    } else {
        format!("{count} lines were dropped, because the output was not read\n")
    }
}

impl Lines {
    /// Hands a line to the thread. Drops the line if too many lines wait.
    pub(crate) fn send(&self, line: String) {
        // If the thread has ended, `End` reports the reason.
        if let Err(TrySendError::Full(_)) = self.lines.try_send(line) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl End {
    /// Waits until a line can't be written.
    pub(crate) async fn failure(&mut self) -> io::Error {
        match (&mut self.0).await {
            Ok(Err(error)) => error,
            // All senders are gone, or the thread ended without a result.
            Ok(Ok(())) | Err(_) => std::future::pending().await,
        }
    }

    /// Waits for the last lines, but not for long.
    pub(crate) async fn last_lines(self) {
        let _ = tokio::time::timeout(LAST_LINES, self.0).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_who_is_too_slow_learns_how_much_was_dropped() {
        assert_eq!(notice(7, true), "{\"event\":\"dropped\",\"lines\":7}\n");
        assert!(notice(7, false).starts_with("7 lines were dropped"));
        let (sender, _received) = sync_channel(2);
        let dropped = Arc::new(AtomicU64::new(0));
        let lines = Lines {
            lines: sender,
            dropped: Arc::clone(&dropped),
        };
        for _ in 0..5 {
            lines.send("line\n".to_owned());
        }
        assert_eq!(dropped.load(Ordering::Relaxed), 3);
    }
}
