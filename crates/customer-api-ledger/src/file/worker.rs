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

/// Something to do inside a transaction, or not to do, because of this.
pub(super) type Job = Box<dyn FnOnce(Result<&mut Store<'_>, LedgerError>) -> Done + Send>;

/// A job that was done, and waits for its transaction to end.
pub(super) struct Done {
    /// What makes the whole transaction fail.
    pub(super) failure: Option<LedgerError>,
    /// Tells whoever asked, with the failure of the transaction.
    pub(super) response: Response,
}

type Response = Box<dyn FnOnce(Option<&LedgerError>) + Send>;

/// How to open the file.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) opening: Opening,
    pub(super) power_loss_safe: bool,
}

/// What the thread tells once the file is open.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) is_power_loss_safe: bool,
}

/// The most jobs in one transaction.
const MAX_JOBS: usize = 1_000;

/// Opens the file, does jobs until nobody can give one any more, and closes it.
pub(super) fn run(
    path: PathBuf,
    how: How,
    opened: oneshot::Sender<Result<Opened, LedgerError>>,
    jobs: &mpsc::Receiver<Job>,
) {
    let mut opened = Some(opened);
    // Whoever opens may be gone. The file is free again when an error is told.
    let mut tell = |result| opened.take().map(|opened| opened.send(result).is_ok());
    if let Err(error) = keep(path, how, jobs, |opened| tell(Ok(opened))) {
        tell(Err(error));
    }
}

/// Fails only before it told that the file is open.
fn keep<T>(
    path: PathBuf,
    how: How,
    jobs: &mpsc::Receiver<Job>,
    tell: impl FnOnce(Opened) -> T,
) -> Result<(), LedgerError> {
    let place = location::find(path, how.opening, how.power_loss_safe)?;
    // Let go of last of all, when the file is closed.
    let guard = Guard::take(place)?;
    let connection = open::connect(&guard)?;
    let (mut store, is_power_loss_safe) = open::check(&connection, &guard, how.power_loss_safe)?;
    tell(Opened {
        path: guard.path().to_owned(),
        is_power_loss_safe,
    });
    if let Some(failure) = serve(&connection, &mut store, jobs) {
        // What the file holds now is not known here, so nothing is said about it any more.
        while let Ok(job) = jobs.recv() {
            (job(Err(failure.clone())).response)(None);
        }
    }
    Ok(())
}

/// Does jobs, all that wait at a time in one transaction, until nobody can give one any more or a transaction fails.
fn serve(
    connection: &Connection,
    store: &mut Store<'_>,
    jobs: &mpsc::Receiver<Job>,
) -> Option<LedgerError> {
    while let Ok(first) = jobs.recv() {
        let mut done = Vec::new();
        let result = transaction(store, first, jobs, &mut done);
        if result.is_err() && !connection.is_autocommit() {
            // If that fails, too, closing the file does it, or opening it the next time.
            let _ = connection.execute_batch("ROLLBACK");
        }
        let failure = result.err().map(|failure| store.explain(failure));
        // Nobody may send, or rely on what was recorded, if the file turned out to be lost meanwhile.
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

/// Does the first job and all that wait behind it, and leaves their responses to be given.
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
