//! Several machines that share a database.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use customer_api_core::async_trait;
use feedback_invitations::{
    ledger::{
        Begun, Claim, Entry, Key, Ledger, LedgerError, LedgerErrorKind, LedgerSummary, Outcome,
        Resend, Resolution, State,
    },
    send_all::Ending,
};

use crate::support::{
    Behaviour::{Refuse, Wait},
    Provider, invitations,
};

/// What a table in a shared database would be: rows that change under a lock, if they are as expected.
#[derive(Debug, Default)]
struct Table {
    rows: Mutex<BTreeMap<Key, Row>>,
}

/// The state, and the token of the claim.
type Row = (State, Option<[u8; 16]>);

impl Table {
    /// `UPDATE … SET state = $new WHERE key = $key AND state = $old`
    fn settle(
        &self,
        key: &Key,
        new: State,
        kind: LedgerErrorKind,
        old: impl Fn(&Row) -> bool,
    ) -> Result<(), LedgerError> {
        match self.rows.lock().unwrap().get_mut(key) {
            Some(row) if old(row) => {
                *row = (new, None);
                Ok(())
            }
            _ => Err(LedgerError::new(kind, "no such row")),
        }
    }
}

#[async_trait]
impl Ledger for Table {
    async fn begin(&self, key: &Key, resend: Resend) -> Result<Begun, LedgerError> {
        let mut rows = self.rows.lock().unwrap();
        match rows.get(key) {
            Some((state, _)) if !resend.allows(state) => {
                Ok(Begun::Known(Entry::new(key.clone(), state.clone())))
            }
            _ => {
                let claim = Claim::new(key.clone());
                rows.insert(key.clone(), (State::Sending, Some(*claim.token())));
                Ok(Begun::Started(claim))
            }
        }
    }

    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<(), LedgerError> {
        let holds = |row: &Row| row.1.as_ref() == Some(claim.token());
        self.settle(
            claim.key(),
            outcome.state().clone(),
            LedgerErrorKind::ClaimLost,
            holds,
        )
    }

    async fn entry(&self, key: &Key) -> Result<Option<Entry>, LedgerError> {
        let rows = self.rows.lock().unwrap();
        Ok(rows
            .get(key)
            .map(|(state, _)| Entry::new(key.clone(), state.clone())))
    }

    async fn summary(&self) -> Result<LedgerSummary, LedgerError> {
        let mut summary = LedgerSummary::default();
        for (state, _) in self.rows.lock().unwrap().values() {
            *summary.count_mut(state) += 1;
        }
        Ok(summary)
    }

    async fn unknown(&self, after: Option<&Key>, limit: usize) -> Result<Vec<Key>, LedgerError> {
        let rows = self.rows.lock().unwrap();
        let unknown = rows.iter().filter(|(_, row)| row.0 == State::Unknown);
        let behind = unknown.filter(|(key, _)| after.is_none_or(|after| *key > after));
        Ok(behind.map(|(key, _)| key.clone()).take(limit).collect())
    }

    async fn resolve(&self, key: &Key, resolution: Resolution) -> Result<(), LedgerError> {
        let state = match resolution {
            Resolution::Sent => State::Accepted { reference: None },
            Resolution::NotSent => State::NotSent,
        };
        self.settle(key, state, LedgerErrorKind::NotUnknown, |row| {
            row.0 == State::Unknown
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn machines_that_share_a_ledger_send_each_key_once() {
    let names: Vec<String> = (0..300).map(|number| format!("order-{number}")).collect();
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    let (provider, table) = (Provider::new(), Arc::new(Table::default()));
    for name in list.iter().step_by(7) {
        provider.behave(name, Refuse);
    }
    let machines: Vec<_> = (0..3)
        .map(|_| {
            let run = provider
                .client()
                .send_all(Arc::clone(&table), invitations(&list))
                .concurrency(4)
                .start();
            tokio::spawn(run.finish())
        })
        .collect();
    let (mut sent, mut skipped) = (0, 0);
    for machine in machines {
        let summary = machine.await.unwrap();
        assert!(matches!(summary.ending, Ending::Exhausted), "{summary}");
        assert_eq!(summary.progress.done(), 300);
        sent += summary.progress.accepted + summary.progress.refused;
        skipped += summary.progress.skipped;
    }
    assert_eq!((sent, skipped), (300, 600));
    assert!(list.iter().all(|key| provider.received(key) == 1));
    let summary = table.summary().await.unwrap();
    assert_eq!(
        (summary.accepted, summary.refused, summary.total()),
        (257, 43, 300)
    );
}

#[tokio::test]
async fn what_one_machine_is_sending_no_other_sends() {
    let (provider, table) = (Provider::new().with("a", Wait), Arc::new(Table::default()));
    let first = provider
        .client()
        .send_all(Arc::clone(&table), invitations(&["a"]))
        .start();
    let first = tokio::spawn(first.finish());
    provider.waiting(1).await;
    let second = provider
        .client()
        .send_all(Arc::clone(&table), invitations(&["a", "b"]))
        .resend_refused()
        .resend_unknown()
        .start();
    let progress = second.finish().await.progress;
    assert_eq!((progress.skipped_unknown, progress.accepted), (1, 1));
    provider.open(1);
    assert_eq!(first.await.unwrap().progress.accepted, 1);
    assert_eq!((provider.received("a"), provider.received("b")), (1, 1));
}
