//! Checks that the ledger and the provider agree about every key. Once the unknown keys are settled and the list is
//! sent again, every key must have been executed once.

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
    /// The number of keys with an unknown outcome.
    pub unknown: usize,
    /// The number of unknown keys that were executed.
    pub happened: usize,
    /// The number of keys that the provider refused.
    pub refused: usize,
    /// The number of keys that were not sent.
    pub unsent: usize,
    /// The number of keys that were executed more than once.
    pub doubled: usize,
    /// The number of keys that were never executed.
    pub lost: usize,
}

impl Books {
    /// Compares a list, of which every key was tried, with the provider's books. Resolves unknown keys by these books.
    ///
    /// # Panics
    ///
    /// Panics if the list and the provider's books disagree, or if a key arrived twice.
    pub async fn settle<S: Subject>(
        &mut self,
        list: &LedgerList,
        provider: &Provider<S>,
        keys: &[String],
    ) {
        let received = provider.received();
        // Up to this point, no key was allowed to be sent a second time.
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

    /// Checks a list that was settled and then sent again. Adds the list to the totals.
    ///
    /// # Panics
    ///
    /// Panics unless every key was executed once and the ledger records every key as accepted.
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
