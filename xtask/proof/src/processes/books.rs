//! Checks that the ledger and the provider agree about every key. After unknown keys are settled, every key was
//! executed once.

use customer_api_ledger::{LedgerList, Resolution, State};

use super::{Provider, Subject, key};

/// The totals of the lists of a proof.
#[derive(Debug, Default)]
pub struct Books {
    /// The number of lists.
    pub lists: usize,
    /// The number of keys.
    pub keys: usize,
    /// The number of writes that the provider received, including those that had no effect.
    pub requests: usize,
    /// Keys with an unknown outcome.
    pub unknown: usize,
    /// Of the unknown keys, those that were executed.
    pub happened: usize,
    /// Keys that the provider refused.
    pub refused: usize,
    /// Keys that were not sent.
    pub unsent: usize,
    /// Keys that were executed more than once.
    pub doubled: usize,
    /// Keys that were never executed.
    pub lost: usize,
}

impl Books {
    /// Compares a list, in which every key had its turn, with the provider's books, and settles unknown keys by them.
    ///
    /// # Panics
    ///
    /// Panics if they disagree, or a key arrived twice.
    pub async fn settle<S: Subject>(
        &mut self,
        list: &LedgerList,
        provider: &Provider<S>,
        keys: &[String],
    ) {
        let received = provider.received();
        // This runs before any key was allowed to be sent again.
        for (key, times) in &received.arrived {
            assert!(*times <= 1, "{key} arrived {times} times");
        }
        for text in keys {
            let (key, times) = (key(text), received.times_applied(text));
            let entry = list.entry(&key).await.unwrap();
            match entry.map(|entry| entry.state) {
                Some(State::Accepted { .. }) => assert_eq!(times, 1, "{key}"),
                Some(State::Refused { .. }) => {
                    assert_eq!(times, 0, "{key}");
                    self.refused += 1;
                }
                Some(State::NotSent) | None => {
                    assert_eq!(times, 0, "{key}");
                    self.unsent += 1;
                }
                Some(State::Unknown) => {
                    assert!(times <= 1, "{key}: {times}");
                    self.unknown += 1;
                    self.happened += times;
                    let truth = match times {
                        0 => Resolution::NotSent,
                        _ => Resolution::Sent,
                    };
                    list.resolve(&key, truth).await.unwrap();
                }
                state => panic!("{key}: {state:?}"),
            }
        }
    }

    /// Closes a list that was sent again after it was settled. Every key was executed once, and the ledger records
    /// that.
    ///
    /// # Panics
    ///
    /// Panics otherwise.
    pub async fn close<S: Subject>(
        &mut self,
        list: &LedgerList,
        provider: &Provider<S>,
        keys: &[String],
    ) {
        let received = provider.received();
        let times = |key: &&String| received.times_applied(key);
        self.doubled += keys.iter().filter(|key| times(key) > 1).count();
        self.lost += keys.iter().filter(|key| times(key) == 0).count();
        assert_eq!((self.doubled, self.lost), (0, 0), "{self:?}");
        assert_eq!(received.applied.len(), keys.len());
        let summary = list.summary().await.unwrap();
        let count = keys.len() as u64;
        assert_eq!(
            (summary.accepted, summary.total()),
            (count, count),
            "{summary:?}"
        );
        self.lists += 1;
        self.keys += keys.len();
        self.requests += received.requests;
    }
}
