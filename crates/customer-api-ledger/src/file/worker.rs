//! The thread that owns the file.

use std::{path::PathBuf, sync::mpsc};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    guard::Guard,
    location::{self, Opening},
    open,
    store::Store,
};
use crate::LedgerError;

/// A job inside a transaction. It gets the store, or the error because of which it must not run.
pub(super) type Job = Box<dyn FnOnce(Result<&mut Store<'_>, LedgerError>) -> Done + Send>;

/// A job that was done, and waits for the end of its transaction.
pub(super) struct Done {
    /// The failure that makes the whole transaction fail.
    pub(super) failure: Option<LedgerError>,
    /// Sends the result to the caller, with the failure of the transaction.
    pub(super) response: Response,
}

type Response = Box<dyn FnOnce(Option<&LedgerError>) + Send>;

/// How to open the file.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) opening: Opening,
    pub(super) power_loss_safe: bool,
}

/// What the thread reports when the file is open.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) is_power_loss_safe: bool,
}

/// The maximum number of jobs in one transaction.
const MAX_JOBS: usize = 1_000;

/// Opens the file, does jobs until all senders are gone, and closes it.
pub(super) fn run(
    path: PathBuf,
    how: How,
    opened: oneshot::Sender<Result<Opened, LedgerError>>,
    jobs: &mpsc::Receiver<Job>,
) {
    let mut opened = Some(opened);
    // The caller may have stopped waiting. When an error is reported, the file is already free.
    let mut tell = |result| opened.take().map(|opened| opened.send(result).is_ok());
    if let Err(error) = keep(path, how, jobs, |opened| tell(Ok(opened))) {
        tell(Err(error));
    }
}

/// Fails only before it reported that the file is open.
fn keep<T>(
    path: PathBuf,
    how: How,
    jobs: &mpsc::Receiver<Job>,
    tell: impl FnOnce(Opened) -> T,
) -> Result<(), LedgerError> {
    let place = location::find(path, how.opening, how.power_loss_safe)?;
    // Dropped last, after the file is closed.
    let guard = Guard::take(place)?;
    let connection = open::connect(&guard)?;
    let (mut store, is_power_loss_safe) = open::check(&connection, &guard, how.power_loss_safe)?;
    tell(Opened {
        path: guard.path().to_owned(),
        is_power_loss_safe,
    });
    if let Some(failure) = serve(&connection, &mut store, jobs) {
        // The content of the file is unknown from here on. Therefore every job gets the failure.
        while let Ok(job) = jobs.recv() {
            (job(Err(failure.clone())).response)(None);
        }
    }
    Ok(())
}

/// Does jobs until all senders are gone or a transaction fails. All waiting jobs share one transaction.
fn serve(
    connection: &Connection,
    store: &mut Store<'_>,
    jobs: &mpsc::Receiver<Job>,
) -> Option<LedgerError> {
    while let Ok(first) = jobs.recv() {
        let mut done = Vec::new();
        let result = transaction(store, first, jobs, &mut done);
        if result.is_err() && !connection.is_autocommit() {
            // If the rollback fails, closing or reopening the file does it.
            let _ = connection.execute_batch("ROLLBACK");
        }
        let failure = result.err().map(|failure| store.explain(failure));
        // If the file turned out to be lost meanwhile, the callers must not send, or rely on what was recorded.
        let told = failure.as_ref().or(store.disturbed());
        for response in done {
            response(told);
        }
        if failure.is_some() {
            return failure;
        }
    }
    None
}

/// Does the first job and all jobs that wait behind it. Collects their responses.
fn transaction(
    store: &mut Store<'_>,
    first: Job,
    jobs: &mpsc::Receiver<Job>,
    done: &mut Vec<Response>,
) -> Result<(), LedgerError> {
    let begun = store
        .begin_transaction()
        .map_err(|fault| store.explain(fault.into()));
    let mut next = Some(first);
    while let Some(job) = next {
        let Done { failure, response } = job(begun.clone().map(|()| &mut *store));
        done.push(response);
        if let Some(failure) = failure {
            return Err(failure);
        }
        next = (done.len() < MAX_JOBS)
            .then(|| jobs.try_recv().ok())
            .flatten();
    }
    Ok(store.commit()?)
}
