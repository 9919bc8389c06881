//! The ledger and the provider agree about every key; and once what is unknown is settled, every
//! key was carried out once.

use customer_api_ledger::{LedgerList, Resolution, State};

use super::{Provider, Subject, key};

/// What the lists of a proof came to.
#[derive(Debug, Default)]
pub struct Books {
    /// How many lists there were.
    pub lists: usize,
    /// How many keys they had.
    pub keys: usize,
    /// How many writes the provider received, those included that came to nothing.
    pub requests: usize,
    /// Keys of which nobody knew what had become of them.
    pub unknown: usize,
    /// Of the unknown, those that had been carried out.
    pub happened: usize,
    /// Keys that the provider had refused.
    pub refused: usize,
    /// Keys that nobody had sent.
    pub unsent: usize,
    /// Keys that were carried out more than once.
    pub doubled: usize,
    /// Keys that were never carried out.
    pub lost: usize,
}

impl Books {
    /// Holds a list of which every key had its turn against what the provider received, and settles what is unknown by that.
    ///
    /// # Panics
    ///
    /// If they don't agree, or a key arrived twice.
    pub async fn settle<S: Subject>(
        &mut self,
        list: &LedgerList,
        provider: &Provider<S>,
        keys: &[String],
    ) {
        let received = provider.received();
        // Before anybody said that something may be sent again.
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

    /// Closes a list that was sent again after it was settled: every key was carried out once, and the ledger has it so.
    ///
    /// # Panics
    ///
    /// If that is not so.
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
