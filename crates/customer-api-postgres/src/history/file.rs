//! Stores the known state of a database in a file, for the next process.

use std::{
    fmt, fs,
    hash::{BuildHasher as _, RandomState},
    io,
    io::Write as _,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::mark::Known;

const FORMAT: &str = "customer-api-postgres-1";

/// A file with one line: the format, the ledger, the history, the time of its acceptance (in microseconds), and the position.
pub(super) struct Memory {
    path: PathBuf,
    /// Allows one writer at a time.
    writing: Mutex<()>,
}

/// The reason why the file could not be used.
#[derive(Debug)]
pub(crate) enum MemoryError {
    /// The file can't be read or written.
    Io(io::Error),
    /// The file's content is not in the expected format.
    Content,
}

impl Memory {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            writing: Mutex::default(),
        }
    }

    /// Reads the file; `None` if it does not exist.
    pub(super) fn read(&self) -> Result<Option<Known>, MemoryError> {
        match fs::read_to_string(&self.path) {
            Ok(text) => parse(&text).map(Some).ok_or(MemoryError::Content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(MemoryError::Io(error)),
        }
    }

    /// Replaces the content, unless the file already contains the same or a later state. Another program may use the same file.
    pub(super) fn write(&self, known: &Known) -> Result<(), MemoryError> {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let is_older =
            |there: Known| (there.accepted, there.position) >= (known.accepted, known.position);
        if self.read()?.is_some_and(is_older) {
            return Ok(());
        }
        let mut name = self.path.clone().into_os_string();
        // A unique name for this write: in containers, several programs may have the same process id.
        let random = RandomState::new().hash_one(std::process::id());
        name.push(format!(".{random:016x}"));
        let new = PathBuf::from(name);
        let written = (|| {
            let mut file = fs::File::create(&new)?;
            file.write_all(print(known).as_bytes())?;
            // Without the sync, a power failure may keep the name and lose the content.
            file.sync_data()?;
            fs::rename(&new, &self.path)
        })();
        written.map_err(|error| {
            drop(fs::remove_file(&new));
            MemoryError::Io(error)
        })
    }
}

fn print(known: &Known) -> String {
    let accepted = known.accepted.duration_since(UNIX_EPOCH);
    let accepted = accepted.unwrap_or_default().as_micros();
    let Known {
        ledger,
        history,
        position,
        ..
    } = known;
    format!("{FORMAT} {ledger} {history} {accepted} {position}\n")
}

fn parse(text: &str) -> Option<Known> {
    let line = text.strip_suffix('\n')?.strip_prefix(FORMAT)?;
    let mut words = line.strip_prefix(' ')?.split(' ');
    let (ledger, history) = (words.next()?, words.next()?);
    let (accepted, position) = (words.next()?, words.next()?);
    let accepted = Duration::from_micros(accepted.parse().ok()?);
    let known = Known {
        ledger: ledger.to_owned(),
        history: history.to_owned(),
        accepted: SystemTime::UNIX_EPOCH.checked_add(accepted)?,
        position: position.parse().ok()?,
    };
    words.next().is_none().then_some(known)
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Content => f.write_str("the file does not belong to this program, or is damaged"),
        }
    }
}

impl std::error::Error for MemoryError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let known = Known {
            ledger: "ab".to_owned(),
            history: "00000001-16400-7".to_owned(),
            accepted: UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001),
            position: 12_345,
        };
        let text = print(&known);
        assert_eq!(parse(&text), Some(known));
        for cut in 0..text.len() {
            assert_eq!(parse(&text[..cut]), None, "{cut}");
        }
        assert_eq!(parse(&format!("{text}{text}")), None);
    }
}
