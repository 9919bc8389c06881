//! The ledger and the provider agree about every key; and once what is unknown is settled, every
//! key was carried out once.

use std::path::Path;

use customer_api_core::Operation as _;
use customer_api_ledger::{Resolution, State};

use crate::{
    Subject,
    child::{Pace, Sending},
    ledger::{self, key},
    program::{start, was_killed},
    provider::{Provider, keys},
    wait_for,
};

/// What the proofs of one kind of write came to.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) lists: usize,
    pub(crate) keys: usize,
    /// Children, those included that came to their end.
    pub(crate) runs: usize,
    pub(crate) kills: usize,
    /// Kills that left a transaction in the midst of being written.
    pub(crate) cut_off: usize,
    /// The most that one kill left unknown, responses that were lost before it included.
    pub(crate) most_unknown: usize,
    pub(crate) requests: usize,
    unknown: usize,
    /// Of the unknown, those that had been carried out.
    happened: usize,
    refused: usize,
    doubled: usize,
    lost: usize,
}

/// Checks a list of which every key had its turn, settles it, and sends what is left.
pub(crate) fn check<S: Subject>(
    path: &Path,
    provider: &Provider<S>,
    count: usize,
    figures: &mut Figures,
) {
    let keys = keys(count);
    provider.rest();
    let received = provider.received();
    // Before anybody said that something may be sent again.
    for (key, times) in &received.arrived {
        assert!(*times <= 1, "{key} arrived {times} times");
    }
    let times = |key: &str| received.applied.get(key).copied().unwrap_or_default();
    wait_for(async {
        let (_, list) = ledger::open(path, S::Operation::INFO).await.unwrap();
        for text in &keys {
            let (key, times) = (key(text), times(text));
            let entry = list.entry(&key).await.unwrap();
            match entry.map(|entry| entry.state) {
                Some(State::Accepted { .. }) => assert_eq!(times, 1, "{key}"),
                Some(State::Refused { .. }) => {
                    assert_eq!(times, 0, "{key}");
                    figures.refused += 1;
                }
                Some(State::Unknown) => {
                    assert!(times <= 1, "{key}: {times}");
                    figures.unknown += 1;
                    figures.happened += times;
                    let truth = match times {
                        0 => Resolution::NotSent,
                        _ => Resolution::Sent,
                    };
                    list.resolve(&key, truth).await.unwrap();
                }
                state => panic!("{key}: {state:?}"),
            }
        }
        let summary = list.summary().await.unwrap();
        assert_eq!(summary.total(), count as u64, "{summary:?}");
    });

    send_all(path, provider, count);
    figures.runs += 1;
    let received = provider.received();
    let times = |key: &String| received.applied.get(key).copied().unwrap_or_default();
    figures.doubled += keys.iter().filter(|key| times(key) > 1).count();
    figures.lost += keys.iter().filter(|key| times(key) == 0).count();
    assert_eq!((figures.doubled, figures.lost), (0, 0), "{figures:?}");
    assert_eq!(received.applied.len(), count);
    let summary = wait_for(async {
        let (_, list) = ledger::open(path, S::Operation::INFO).await.unwrap();
        list.summary().await.unwrap()
    });
    let accepted = (summary.accepted, summary.total());
    assert_eq!(accepted, (count as u64, count as u64), "{summary:?}");
    figures.lists += 1;
    figures.keys += count;
    figures.requests += received.requests;
}

/// Lets a child send what is left of a list, and come to its end.
pub(crate) fn send_all<S: Subject>(path: &Path, provider: &Provider<S>, count: usize) {
    let sending = sending(provider, count);
    let (signals, _) = tokio::sync::mpsc::unbounded_channel();
    let mut child = start(S::NAME, &sending.arguments(path, None), signals);
    assert!(!was_killed(&mut child));
    provider.rest();
}

/// A list that waits for nothing, sent as fast as can be.
pub(crate) fn sending<S: Subject>(provider: &Provider<S>, keys: usize) -> Sending {
    Sending {
        url: provider.url().to_owned(),
        keys,
        concurrency: crate::child::CONCURRENCY,
        pace: Pace::Quick,
    }
}
