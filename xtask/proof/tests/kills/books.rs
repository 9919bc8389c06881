//! The lists of the children, and how they are checked.

use std::path::Path;

use customer_api_core::Operation as _;
use proof::processes::{
    Books, Pace, Provider, Sending, Subject, keys, start, wait_for, was_killed,
};

use crate::{child::variables, ledger};

/// The totals of the proofs of one kind of write.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// The number of children, including those that reached their end.
    pub(crate) runs: usize,
    pub(crate) kills: usize,
    /// Kills that interrupted a transaction while it was written.
    pub(crate) cut_off: usize,
    /// The largest number of keys that one kill left unknown, including responses that were lost before it.
    pub(crate) most_unknown: usize,
    books: Books,
}

/// Checks a list in which every key had its turn, settles it, and sends the rest.
pub(crate) fn check<S: Subject>(
    path: &Path,
    provider: &Provider<S>,
    count: usize,
    figures: &mut Figures,
) {
    let (keys, books) = (keys(count), &mut figures.books);
    provider.rest();
    wait_for(async {
        let (_, list) = ledger::open(path, S::Operation::INFO).await.unwrap();
        books.settle(&list, provider, &keys).await;
        // A single sender skips no key.
        assert_eq!(books.unsent, 0, "{books:?}");
        let summary = list.summary().await.unwrap();
        assert_eq!(summary.total(), count as u64, "{summary:?}");
    });
    send_all(path, provider, count);
    figures.runs += 1;
    wait_for(async {
        let (_, list) = ledger::open(path, S::Operation::INFO).await.unwrap();
        books.close(&list, provider, &keys).await;
    });
}

/// Lets a child send the rest of a list, and reach its end.
pub(crate) fn send_all<S: Subject>(path: &Path, provider: &Provider<S>, count: usize) {
    let variables = variables(path, &sending(provider, count), None);
    let mut child = start(S::NAME, &variables, drop);
    assert!(!was_killed(&mut child));
    provider.rest();
}

/// Returns a list without waits, sent as fast as possible.
pub(crate) fn sending<S: Subject>(provider: &Provider<S>, keys: usize) -> Sending {
    Sending {
        url: provider.url().to_owned(),
        keys,
        first: 0,
        concurrency: crate::child::CONCURRENCY,
        pace: Pace::Quick,
    }
}
