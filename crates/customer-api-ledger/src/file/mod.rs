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
/// // The next day, both must be there.
/// let labels = FileLedger::open(&path).await?.list("march-review").await?;
/// assert_eq!(labels.summary().await?.accepted, 1);
/// # drop(labels);
/// # std::fs::remove_dir_all(directory)?;
/// # Ok(())
/// # }
/// ```
///
/// Cheap to clone; clones share the file. It is a SQLite database, written by a thread of its own, which puts what comes at
/// the same time into one transaction. No method answers before its change is written.
///
/// # What it survives
///
/// | event | by default | with [`power_loss_safe`](FileLedgerOptions::power_loss_safe) |
/// |---|---|---|
/// | the program ends, panics or is killed at any instant | nothing is lost | nothing is lost |
/// | the power fails, or the operating system crashes | **what was written last may be lost, or the file be damaged** | nothing is lost, as far as the disk keeps its word |
///
/// Keys that were on their way when the program was killed become [`State::Unknown`](crate::State::Unknown) the next time
/// that the file is opened.
///
/// # What belongs together
///
/// The file, and beside it its journal: the same name with `-journal` at its end. The journal is there while the ledger is open,
/// and stays after a kill; opening the ledger takes what is needed from it. Never delete, rename or copy one of them alone, and
/// copy them only while no program has the ledger open.
///
/// # One program at a time
///
/// A program that opens the file while another program, or another handle of this one, has it open gets
/// [`LedgerErrorKind::InUse`], whatever path leads there. On Unix, the lock belongs to the open file: programs may read and copy
/// the file meanwhile, this one too, and other programs that use SQLite wait or fail. On Windows it is SQLite's own lock, and
/// Windows itself lets nobody rename or delete the file.
///
/// On Unix, before every intent and after it is written, before anybody is told of it, these are looked at, and whatever is not
/// as it was is [`LedgerErrorKind::Disturbed`], until the ledger is opened again:
///
/// - the path that was given, and the same without links, lead to the open file;
/// - the file has no second name (no hard link);
/// - its journal lies beside it;
/// - nobody else has written into it, as far as its length and the time of its last change tell.
///
/// Outcomes of what is on its way by then are still written into the open file, wherever it is now, and told as that error.
///
/// A network file system is refused where the system tells that it is one (Linux with `/proc`, macOS, BSD): its locks can't be
/// relied on. So are a file that has a second name and, on Linux, one that is mounted as a single file, whose journal would lie
/// elsewhere.
///
/// What can't be told:
///
/// - A copy is a ledger of its own, which knows nothing of what is sent by the other one. So is a file that was replaced by an
///   older copy of itself while no program had it open, and a file of a container's image in each of its containers.
/// - A program that takes the file and its journal away together, and puts others there, lets another sender in: this one then
///   begins nothing more, and the other one goes by what it finds.
/// - A process that forks shares its locks with the child, which can't use the ledger: the file stays in use until both have
///   ended.
///
/// # Damage
///
/// Opening reads everything. Every entry has a checksum, and the file has the number of entries in every state and the sum of
/// their checksums. Whatever is missing, cut off or changed is [`LedgerErrorKind::Damaged`] or
/// [`LedgerErrorKind::NotALedger`], never an empty or a shorter ledger. An empty file is refused, as it may be what is left of a
/// ledger. A row that is longer than any can be is found by its length, without reading it.
///
/// Opening writes, too: a file or a directory that can't be written is an error then, and not at the first intent.
///
/// A write that fails, such as on a full disk, ends the ledger: the same error answers everything from then on. Once the cause
/// is gone, drop all of its clones, and open it again: until then the file stays locked, as something may be on its way.
///
/// # Closing
///
/// The file is closed when the last clone is dropped, which waits for the thread, for as long as it takes to write what it was
/// asked to write.
#[derive(Clone)]
pub struct FileLedger {
    thread: Arc<Thread>,
}

/// How to open a [`FileLedger`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing happens until it is opened"]
pub struct FileLedgerOptions {
    power_loss_safe: bool,
}

impl FileLedger {
    /// Creates a ledger at this path. Its directory must exist.
    ///
    /// Right for the first run, and for no other: where a ledger was and is not, because of another working directory or a disk
    /// that is not there, a new one would let everything be sent again.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](LedgerErrorKind::AlreadyExists) if anything is at the path, and those of [`open`](Self::open).
    pub async fn create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::options().create(path).await
    }

    /// Opens the ledger at this path. It must be there.
    ///
    /// Takes time in proportion to the number of entries, as it reads all of them, and blocks nobody meanwhile. A relative path is
    /// resolved once, now.
    ///
    /// # Errors
    ///
    /// | kind | because |
    /// |---|---|
    /// | [`NotFound`](LedgerErrorKind::NotFound) | there is no file, or the path is a link that leads nowhere |
    /// | [`InUse`](LedgerErrorKind::InUse) | somebody has it open, for longer than a quarter of a second |
    /// | [`UnsafePlace`](LedgerErrorKind::UnsafePlace) | it lies where it can't be kept from others |
    /// | [`NotALedger`](LedgerErrorKind::NotALedger) | the file is empty, or not one of these |
    /// | [`NewerVersion`](LedgerErrorKind::NewerVersion) | a newer version of this crate wrote it |
    /// | [`OlderVersion`](LedgerErrorKind::OlderVersion) | an earlier version of this crate wrote it, which was never published |
    /// | [`Damaged`](LedgerErrorKind::Damaged) | something in it is missing or has changed |
    /// | [`Disturbed`](LedgerErrorKind::Disturbed) | it was renamed or replaced in this moment |
    /// | [`Storage`](LedgerErrorKind::Storage) | it can't be read, or not be written: the file, its directory or its disk |
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::options().open(path).await
    }

    /// Opens the ledger at this path, or creates it if nothing is there. Its directory must exist.
    ///
    /// **A ledger that is lost, or that is looked for in the wrong place, is created anew, and everything is sent again.** Use
    /// [`create`](Self::create) and [`open`](Self::open) where a person can say which run is the first.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub async fn open_or_create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::options().open_or_create(path).await
    }

    /// The settings, to change some before opening.
    pub fn options() -> FileLedgerOptions {
        FileLedgerOptions::default()
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.thread.path
    }

    /// Whether every response waits until the disk has the change, as SQLite confirmed it at opening.
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

    /// Opens a list that is there. See [`LedgerList::open`].
    ///
    /// # Errors
    ///
    /// The same errors as [`LedgerList::open`].
    pub async fn list(&self, name: &str) -> Result<LedgerList, LedgerError> {
        LedgerList::open(self.clone(), name).await
    }

    /// Copies the ledger as it is now to this path, where nothing may be yet. The ledger stays open and in use.
    ///
    /// The copy is a ledger of its own: what is on its way becomes unknown when the copy is opened, and it learns nothing of what is
    /// sent afterwards. Sending from both sends twice.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](LedgerErrorKind::AlreadyExists) if something is at the path, and
    /// [`NotCopied`](LedgerErrorKind::NotCopied) if it can't be written.
    pub async fn backup_to(&self, path: impl AsRef<Path>) -> Result<(), LedgerError> {
        let path = path.as_ref().to_owned();
        self.ask(move |store| store.backup_to(&path)).await
    }

    /// Lets the thread do something, and waits until it is written.
    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.post(work)?.await.map_err(|_| stopped())?
    }

    /// Lets the thread do something. The caller may be gone by then: the work is done all the same.
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
    /// Whether to wait, at every change, until the disk has it. Off by default.
    ///
    /// Costs two or more flushes of the disk for every change: some milliseconds, and changes that come at the same time share
    /// them. The power may fail then, or the operating system crash, and nothing that was answered is lost.
    pub fn power_loss_safe(mut self, safe: bool) -> Self {
        self.power_loss_safe = safe;
        self
    }

    /// Creates a ledger at this path. See [`FileLedger::create`].
    ///
    /// # Errors
    ///
    /// Those of [`FileLedger::create`].
    pub async fn create(&self, path: impl AsRef<Path>) -> Result<FileLedger, LedgerError> {
        self.start(path.as_ref(), Opening::Create).await
    }

    /// Opens the ledger at this path. See [`FileLedger::open`].
    ///
    /// # Errors
    ///
    /// Those of [`FileLedger::open`].
    pub async fn open(&self, path: impl AsRef<Path>) -> Result<FileLedger, LedgerError> {
        self.start(path.as_ref(), Opening::Open).await
    }

    /// Opens the ledger at this path, or creates it if nothing is there. See [`FileLedger::open_or_create`].
    ///
    /// # Errors
    ///
    /// Those of [`FileLedger::open_or_create`].
    pub async fn open_or_create(&self, path: impl AsRef<Path>) -> Result<FileLedger, LedgerError> {
        self.start(path.as_ref(), Opening::OpenOrCreate).await
    }

    async fn start(&self, path: &Path, opening: Opening) -> Result<FileLedger, LedgerError> {
        // Now: the working directory may be another one when the thread looks.
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
        // Without a sender, the thread comes to its end.
        drop(self.jobs.take());
        let thread = self.thread.take();
        // A response may wake, and thereby drop, the holder of the last handle: a thread can't wait for itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id())
        {
            // A thread that panicked has let go of the file, too.
            let _ = thread.join();
        }
    }
}

fn stopped() -> LedgerError {
    LedgerError::new(
        LedgerErrorKind::Stopped,
        "the ledger's thread is gone: it panicked",
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
