//! A ledger in a file.

mod checksum;
mod create;
mod fault;
mod guard;
mod header;
mod ledger;
mod lists;
mod location;
mod open;
mod row;
mod store;
mod worker;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

use customer_api_core::operation::OperationInfo;
use tokio::sync::oneshot;

use self::{
    fault::{Fault, no_access},
    location::Opening,
    store::Store,
    worker::{Done, How, Job},
};
use crate::{LedgerError, LedgerErrorKind, LedgerList};

/// A ledger in a file, for one program at a time.
///
/// ```
/// use customer_api_ledger::{Begun, FileLedger, Key, Outcome, Resend};
/// # use customer_api_core::operation::{Method, OperationInfo};
///
/// # const LABEL: OperationInfo = OperationInfo::new("labelCustomer", Method::Post, "/labels");
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = std::env::temp_dir().join(format!("ledger-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("labels.ledger");
/// let ledger = FileLedger::create(&path).await?;
/// let labels = ledger.create_list("march-review", &LABEL).await?;
/// let key = Key::new("case-4711")?;
/// if let Begun::Started(claim) = labels.begin(&key, Resend::none()).await? {
///     // … send it …
///     labels.finish(&claim, &Outcome::accepted(None)).await?;
/// }
/// drop((ledger, labels));
///
/// // The next day, the file and the list must already exist.
/// let labels = FileLedger::open(&path).await?.list("march-review").await?;
/// assert_eq!(labels.summary().await?.accepted, 1);
/// # drop(labels);
/// # std::fs::remove_dir_all(directory)?;
/// # Ok(())
/// # }
/// ```
///
/// Cheap to clone; clones share the file. The file is a SQLite database. One thread writes it, and combines concurrent changes into
/// one transaction. Every method returns after its change is written.
///
/// # What it survives
///
/// | event | by default | with [`power_loss_safe`](FileLedgerOptions::power_loss_safe) |
/// |---|---|---|
/// | the program ends, panics or is killed at any instant | nothing is lost | nothing is lost |
/// | the power fails, or the operating system crashes | **the last changes may be lost, or the file may be damaged** | nothing is lost, if the disk really stores what it confirms |
///
/// Keys whose writes were under way when the program was killed become [`State::Unknown`](crate::State::Unknown) the next time the file
/// is opened.
///
/// # What belongs together
///
/// The file and its journal belong together. The journal is beside the file, under the same name with `-journal` at its end. The journal
/// exists while the ledger is open, and remains if the program is killed. Opening the ledger recovers the file from the journal. Never
/// delete, rename or copy one of the two alone. Copy both only while no program has the ledger open. To copy an open ledger, use
/// [`backup_to`](FileLedger::backup_to).
///
/// # One program at a time
///
/// If another program, or another handle of this program, has the file open, opening it fails with [`LedgerErrorKind::InUse`], whatever
/// path leads to the file. On Unix, the lock belongs to the ledger's open file: if any program, including this one, opens, reads and closes
/// the file meanwhile, the lock stays in force. Other programs that use SQLite wait or fail. On Windows, SQLite's own lock is used, and
/// Windows prevents renaming and deleting the file.
///
/// On Unix, the ledger checks the following before every intent, and again after the intent is written and before the caller gets the
/// result. If a check fails, the ledger reports [`LedgerErrorKind::Disturbed`] until it is opened again:
///
/// - the given path, and the same path with links resolved, lead to the open file;
/// - the file has no second name (no hard link);
/// - the file's journal is beside the file;
/// - no other program has written into the file, as far as the file's length and modification time show.
///
/// Outcomes of writes that are under way at that moment are still written into the open file, wherever the file is now. If another
/// program has written into the file, these outcomes are not written. Whether or not an outcome is written, its caller gets
/// [`LedgerErrorKind::Disturbed`].
///
/// A network file system is refused if the system reports it as one (Linux with `/proc`, macOS, BSD), because its locks are not
/// reliable. A file that has a second name is refused, too. On Linux, a file that is mounted as a single file is refused, because its
/// journal would be elsewhere.
///
/// The ledger can't detect these cases:
///
/// - A copy is a separate ledger. It does not contain what is sent afterwards with the original. This is also true of a file that was
///   replaced by an older copy while no program had the file open, and of a file in a container image, of which each container has its
///   own copy.
/// - If a program moves the file and its journal away together and puts other files in their place, another sender can open those files.
///   This ledger then begins no further writes, but the other sender can't detect that its files are not the original ones.
/// - A process that forks shares its locks with the child, which can't use the ledger. The file stays in use until both have ended.
///
/// # Damage
///
/// Opening reads the whole file. Every entry has a checksum. The file also contains the number of entries in each state and the sum of
/// their checksums. Missing, truncated or changed content is [`LedgerErrorKind::Damaged`] or [`LedgerErrorKind::NotALedger`], never an
/// empty or a shorter ledger. An empty file is refused, because it may be the remains of a ledger. A row that is longer than any valid
/// row is detected by its length, without reading it.
///
/// Opening also writes to the file. Therefore opening fails if the file or its directory is not writable. Without this write, the first
/// intent would fail instead.
///
/// A failed write, such as on a full disk, ends the ledger: every later operation returns the same error. After removing the cause, drop
/// all clones of the ledger and open it again. Until then the file stays locked, because writes may be under way.
///
/// # Closing
///
/// The file is closed when the last clone is dropped. This drop blocks until the thread has written everything that was requested.
#[derive(Clone)]
pub struct FileLedger {
    thread: Arc<Thread>,
}

/// The settings for opening a [`FileLedger`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing happens until it is opened"]
pub struct FileLedgerOptions {
    power_loss_safe: bool,
}

impl FileLedger {
    /// Creates a ledger at this path. The path's directory must exist.
    ///
    /// Call this only on the first run. If an existing ledger is not found, because of another working directory or a missing disk, a
    /// new ledger would let everything be sent again.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](LedgerErrorKind::AlreadyExists) if anything is at the path, and the errors of [`open`](Self::open).
    pub async fn create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::options().create(path).await
    }

    /// Opens the existing ledger at this path.
    ///
    /// Opening reads all entries, so it takes time in proportion to their number. It does not block the calling thread. A relative path
    /// is resolved once, immediately.
    ///
    /// # Errors
    ///
    /// | kind | because |
    /// |---|---|
    /// | [`NotFound`](LedgerErrorKind::NotFound) | no file exists, or the path is a link that leads nowhere |
    /// | [`InUse`](LedgerErrorKind::InUse) | another program or handle keeps the file open for longer than a quarter of a second |
    /// | [`UnsafePlace`](LedgerErrorKind::UnsafePlace) | the file is in a place where other programs can't be kept out |
    /// | [`NotALedger`](LedgerErrorKind::NotALedger) | the file is empty, or not a ledger |
    /// | [`NewerVersion`](LedgerErrorKind::NewerVersion) | a newer version of this crate wrote the file |
    /// | [`OlderVersion`](LedgerErrorKind::OlderVersion) | an earlier version of this crate wrote the file; that version was never published |
    /// | [`Damaged`](LedgerErrorKind::Damaged) | a part of the file is missing or has changed |
    /// | [`Disturbed`](LedgerErrorKind::Disturbed) | the file was renamed or replaced at this moment |
    /// | [`Storage`](LedgerErrorKind::Storage) | the file, its directory or its disk can't be read or written |
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::options().open(path).await
    }

    /// Opens the ledger at this path, or creates it if nothing is there. The path's directory must exist.
    ///
    /// **If the ledger is lost, or looked for in the wrong place, a new ledger is created and everything is sent again.** Use
    /// [`create`](Self::create) and [`open`](Self::open) if a person can decide which run is the first.
    ///
    /// # Errors
    ///
    /// The same errors as [`open`](Self::open).
    pub async fn open_or_create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::options().open_or_create(path).await
    }

    /// Returns the default settings, to change some before opening.
    pub fn options() -> FileLedgerOptions {
        FileLedgerOptions::default()
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.thread.path
    }

    /// Returns whether every method waits until its change is on the disk, as SQLite confirmed at opening.
    #[must_use]
    pub fn is_power_loss_safe(&self) -> bool {
        self.thread.is_power_loss_safe
    }

    /// Creates a list for the writes of one operation. See [`LedgerList::create`].
    ///
    /// # Errors
    ///
    /// The same errors as [`LedgerList::create`].
    pub async fn create_list(
        &self,
        name: &str,
        operation: &OperationInfo,
    ) -> Result<LedgerList, LedgerError> {
        LedgerList::create(self.clone(), name, operation).await
    }

    /// Opens an existing list. See [`LedgerList::open`].
    ///
    /// # Errors
    ///
    /// The same errors as [`LedgerList::open`].
    pub async fn list(&self, name: &str) -> Result<LedgerList, LedgerError> {
        LedgerList::open(self.clone(), name).await
    }

    /// Copies the ledger's current state to a new file at this path. The ledger stays open and in use.
    ///
    /// The copy is a separate ledger. Writes that are under way become unknown when the copy is opened, and the copy does not contain
    /// what is sent afterwards. Sending with both ledgers sends twice.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](LedgerErrorKind::AlreadyExists) if something is at the path, and [`NotCopied`](LedgerErrorKind::NotCopied) if
    /// the copy can't be written.
    pub async fn backup_to(&self, path: impl AsRef<Path>) -> Result<(), LedgerError> {
        let path = path.as_ref().to_owned();
        self.ask(move |store| store.backup_to(&path)).await
    }

    /// Lets the thread do a job, and waits until the result is written.
    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.post(work)?.await.map_err(|_| stopped())?
    }

    /// Lets the thread do a job. The job is done even if the caller drops the receiver.
    fn post<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, LedgerError>>, LedgerError> {
        let (reply, response) = oneshot::channel();
        let job: Job = Box::new(move |store| {
            let result = store.and_then(|store| Ok(work(store)?));
            let failure = result.as_ref().err();
            Done {
                failure: failure.filter(|error| !error.is_contained()).cloned(),
                response: Box::new(move |failure| {
                    let _ = reply.send(failure.map_or(result, |failure| Err(failure.clone())));
                }),
            }
        });
        let jobs = self.thread.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(job).map_err(|_| stopped())?;
        Ok(response)
    }
}

impl FileLedgerOptions {
    /// Sets whether every change waits until it is on the disk. Off by default.
    ///
    /// Each change then costs two or more flushes of the disk: some milliseconds. Concurrent changes share the flushes. After a power
    /// failure or a crash of the operating system, nothing is lost that a method has confirmed.
    pub fn power_loss_safe(mut self, safe: bool) -> Self {
        self.power_loss_safe = safe;
        self
    }

    /// Creates a ledger at this path. See [`FileLedger::create`].
    ///
    /// # Errors
    ///
    /// The same errors as [`FileLedger::create`].
    pub async fn create(&self, path: impl AsRef<Path>) -> Result<FileLedger, LedgerError> {
        self.start(path.as_ref(), Opening::Create).await
    }

    /// Opens the ledger at this path. See [`FileLedger::open`].
    ///
    /// # Errors
    ///
    /// The same errors as [`FileLedger::open`].
    pub async fn open(&self, path: impl AsRef<Path>) -> Result<FileLedger, LedgerError> {
        self.start(path.as_ref(), Opening::Open).await
    }

    /// Opens the ledger at this path, or creates it if nothing is there. See [`FileLedger::open_or_create`].
    ///
    /// # Errors
    ///
    /// The same errors as [`FileLedger::open_or_create`].
    pub async fn open_or_create(&self, path: impl AsRef<Path>) -> Result<FileLedger, LedgerError> {
        self.start(path.as_ref(), Opening::OpenOrCreate).await
    }

    async fn start(&self, path: &Path, opening: Opening) -> Result<FileLedger, LedgerError> {
        // The path is resolved now, because the working directory may have changed when the thread opens the file.
        let path = std::path::absolute(path).map_err(no_access)?;
        let how = How {
            opening,
            power_loss_safe: self.power_loss_safe,
        };
        let (opened, opening) = oneshot::channel();
        let (jobs, receiver) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || worker::run(path, how, opened, &receiver))
            .map_err(|error| {
                LedgerError::with_source(
                    LedgerErrorKind::Storage,
                    "the ledger's thread could not be started",
                    error,
                )
            })?;
        let opened = opening.await.map_err(|_| stopped())??;
        Ok(FileLedger {
            thread: Arc::new(Thread {
                path: opened.path,
                is_power_loss_safe: opened.is_power_loss_safe,
                jobs: Some(jobs),
                thread: Some(thread),
            }),
        })
    }
}

/// The thread that owns the file.
struct Thread {
    path: PathBuf,
    is_power_loss_safe: bool,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        // The thread ends when the last sender of jobs is dropped.
        drop(self.jobs.take());
        let thread = self.thread.take();
        // The ledger's thread sends a response, which wakes the caller. The wake-up may drop the last handle, so this code may run on the
        // ledger's thread. A thread can't wait for itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id())
        {
            // A thread that panicked has also released the file.
            let _ = thread.join();
        }
    }
}

fn stopped() -> LedgerError {
    LedgerError::new(
        LedgerErrorKind::Stopped,
        "the ledger's thread has ended: it panicked",
    )
}

impl fmt::Debug for FileLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileLedger")
            .field("path", &self.thread.path)
            .field("power_loss_safe", &self.thread.is_power_loss_safe)
            .finish_non_exhaustive()
    }
}
