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

/// A job that runs inside a transaction. The job receives the store. If the job must not run, it receives the reason as an error.
pub(super) type Job = Box<dyn FnOnce(Result<&mut Store<'_>, LedgerError>) -> Done + Send>;

/// The result of a job that has run, before its transaction has ended.
pub(super) struct Done {
    /// The failure that makes the whole transaction fail.
    pub(super) failure: Option<LedgerError>,
    /// Sends the result to the caller. If the transaction failed, sends the transaction's failure instead.
    pub(super) response: Response,
}

type Response = Box<dyn FnOnce(Option<&LedgerError>) + Send>;

/// How to open the file.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) opening: Opening,
    pub(super) power_loss_safe: bool,
}

/// The report of the thread once the file is open.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) is_power_loss_safe: bool,
}

/// The maximum number of jobs in one transaction.
const MAX_JOBS: usize = 1_000;

/// Opens the file, runs jobs until all senders are gone, and closes the file.
pub(super) fn run(
    path: PathBuf,
    how: How,
    opened: oneshot::Sender<Result<Opened, LedgerError>>,
    jobs: &mpsc::Receiver<Job>,
) {
    let mut opened = Some(opened);
    // If the caller stopped waiting, the report is dropped. An error is reported after `keep` has freed the file, so that the caller can
    // open the file again.
    let mut tell = |result| opened.take().map(|opened| opened.send(result).is_ok());
    if let Err(error) = keep(path, how, jobs, |opened| tell(Ok(opened))) {
        tell(Err(error));
    }
}

/// Opens the file, reports that with `tell`, and runs jobs. Every returned error occurred before the report.
fn keep<T>(
    path: PathBuf,
    how: How,
    jobs: &mpsc::Receiver<Job>,
    tell: impl FnOnce(Opened) -> T,
) -> Result<(), LedgerError> {
    let place = location::find(path, how.opening, how.power_loss_safe)?;
    // The guard is dropped last, after the file is closed.
    let guard = Guard::take(place)?;
    let connection = open::connect(&guard)?;
    let (mut store, is_power_loss_safe) = open::check(&connection, &guard, how.power_loss_safe)?;
    tell(Opened {
        path: guard.path().to_owned(),
        is_power_loss_safe,
    });
    if let Some(failure) = serve(&connection, &mut store, jobs) {
        // After this failure, the content of the file is not known. Therefore every later job gets the failure.
        while let Ok(job) = jobs.recv() {
            (job(Err(failure.clone())).response)(None);
        }
    }
    Ok(())
}

/// Runs jobs until all senders are gone or a transaction fails. All waiting jobs share one transaction.
fn serve(
    connection: &Connection,
    store: &mut Store<'_>,
    jobs: &mpsc::Receiver<Job>,
) -> Option<LedgerError> {
    while let Ok(first) = jobs.recv() {
        let mut done = Vec::new();
        let result = transaction(store, first, jobs, &mut done);
        if result.is_err() && !connection.is_autocommit() {
            // If the rollback fails, SQLite rolls back when the file is closed or opened again.
            let _ = connection.execute_batch("ROLLBACK");
        }
        let failure = result.err().map(|failure| store.explain(failure));
        // If a problem with the file was found meanwhile, the callers get this problem as an error: they must neither send nor rely on
        // their records.
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

/// Runs the first job and the waiting jobs, up to [`MAX_JOBS`]. Collects their responses.
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
