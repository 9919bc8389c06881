//! Several machines that share a database.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use customer_api_core::async_trait;
use feedback_invitations::{
    SendInvitation,
    ledger::{
        Claim, ClientExt as _, DigestKey, Entry, Intent, Key, Ledger, LedgerError, LedgerErrorKind,
        LedgerList, LedgerSummary, ListInfo, Outcome, Resolution, State, send_all::Ending,
    },
};

use crate::support::{
    Behaviour::{Refuse, Wait},
    LIST, Provider, invitations,
};

/// Stands in for the tables of a shared database: rows that change under a lock if their state is the expected one.
#[derive(Debug, Default)]
struct Table {
    lists: Mutex<BTreeMap<Key, String>>,
    rows: Mutex<BTreeMap<(Key, Key), Row>>,
}

#[derive(Debug)]
struct Row {
    entry: Entry,
    /// The token of the claim, and the entry before it.
    claim: Option<([u8; 16], Option<Entry>)>,
}

impl Row {
    fn is_held_by(&self, claim: &Claim) -> bool {
        let holder = self.claim.as_ref().map(|(token, _)| token);
        holder == Some(claim.token())
    }
}

fn place(claim: &Claim) -> (Key, Key) {
    (claim.list().clone(), claim.key().clone())
}

impl Table {
    /// Opens a list of the shared table, as every machine does.
    async fn list(self: &Arc<Self>) -> LedgerList {
        LedgerList::open(Arc::clone(self), LIST).await.unwrap()
    }

    /// `… WHERE EXISTS (SELECT 1 FROM list WHERE name = $list)`
    fn check(&self, list: &Key) -> Result<(), LedgerError> {
        if self.lists.lock().unwrap().contains_key(list) {
            return Ok(());
        }
        Err(LedgerError::new(
            LedgerErrorKind::NoSuchList,
            "no such list",
        ))
    }

    /// `UPDATE … SET state = $new WHERE list = $list AND key = $key AND state = $old`
    fn settle(
        &self,
        place: &(Key, Key),
        new: State,
        kind: LedgerErrorKind,
        old: impl Fn(&Row) -> bool,
    ) -> Result<(), LedgerError> {
        match self.rows.lock().unwrap().get_mut(place) {
            Some(row) if old(row) => {
                row.entry = row.entry.clone().became(new);
                row.claim = None;
                Ok(())
            }
            _ => Err(LedgerError::new(kind, "no such row")),
        }
    }

    fn take_back(&self, claim: &Claim) {
        let (mut rows, place) = (self.rows.lock().unwrap(), place(claim));
        if !rows.get(&place).is_some_and(|row| row.is_held_by(claim)) {
            return;
        }
        let before = rows.remove(&place).and_then(|row| row.claim?.1);
        if let Some(entry) = before {
            rows.insert(place, Row { entry, claim: None });
        }
    }

    fn conclude(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        let before = match self.rows.lock().unwrap().get(&place(claim)) {
            Some(row) if row.is_held_by(claim) => row.claim.clone().and_then(|claim| claim.1),
            _ => None,
        };
        let state = outcome.over(before.as_ref().map(|entry| &entry.state));
        let lost = LedgerErrorKind::ClaimLost;
        self.settle(&place(claim), state.clone(), lost, |row| {
            row.is_held_by(claim)
        })?;
        Ok(state)
    }
}

#[async_trait]
impl Ledger for Table {
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError> {
        let mut lists = self.lists.lock().unwrap();
        match lists.insert(list.clone(), operation.to_owned()) {
            None => Ok(()),
            Some(_) => Err(LedgerError::new(LedgerErrorKind::AlreadyExists, "is there")),
        }
    }

    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError> {
        let lists = self.lists.lock().unwrap();
        let infos = lists.iter();
        Ok(infos
            .map(|(name, operation)| ListInfo::new(name.clone(), operation))
            .collect())
    }

    async fn digest_key(&self) -> Result<DigestKey, LedgerError> {
        Ok(DigestKey::new([7; 32]))
    }

    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        self.check(claim.list())?;
        let (mut rows, place) = (self.rows.lock().unwrap(), place(claim));
        let known = match rows.get(&place) {
            Some(row) if row.is_held_by(claim) => return Ok(None),
            Some(row) if !intent.may_begin(&row.entry) => return Ok(Some(row.entry.clone())),
            row => row.map(|row| row.entry.clone()),
        };
        let entry = intent.begun(claim.key().clone(), known.as_ref());
        let claim = Some((*claim.token(), known));
        rows.insert(place, Row { entry, claim });
        Ok(None)
    }

    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        self.take_back(claim);
        Ok(())
    }

    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.conclude(claim, outcome)
    }

    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        match outcome {
            Some(outcome) => drop(self.conclude(claim, outcome)),
            None => self.take_back(claim),
        }
    }

    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError> {
        self.check(list)?;
        let rows = self.rows.lock().unwrap();
        let row = rows.get(&(list.clone(), key.clone()));
        Ok(row.map(|row| row.entry.clone()))
    }

    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError> {
        self.check(list)?;
        let mut summary = LedgerSummary::default();
        for ((of, _), row) in self.rows.lock().unwrap().iter() {
            *summary.count_mut(&row.entry.state) += u64::from(of == list);
        }
        Ok(summary)
    }

    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        self.check(list)?;
        let rows = self.rows.lock().unwrap();
        let unknown = rows
            .iter()
            .filter(|((of, _), row)| of == list && row.entry.state == State::Unknown);
        let keys = unknown.map(|((_, key), _)| key);
        let behind = keys.filter(|key| after.is_none_or(|after| *key > after));
        Ok(behind.take(limit).cloned().collect())
    }

    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        let state = match resolution {
            Resolution::Sent => State::Accepted { reference: None },
            Resolution::NotSent => State::NotSent,
        };
        let place = (list.clone(), known.key.clone());
        let is_still_that = |row: &Row| row.entry == *known && known.state == State::Unknown;
        self.settle(&place, state, LedgerErrorKind::NotUnknown, is_still_that)
    }
}

async fn table() -> Arc<Table> {
    let table = Arc::new(Table::default());
    let operation = &SendInvitation::INFO;
    LedgerList::create(Arc::clone(&table), LIST, operation)
        .await
        .unwrap();
    table
}

#[tokio::test]
async fn the_table_keeps_to_what_every_ledger_must_do() {
    let table = Arc::new(Table::default());
    customer_api_ledger::conformance::check(&table)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn machines_that_share_a_ledger_send_each_key_once() {
    let names: Vec<String> = (0..300).map(|number| format!("order-{number}")).collect();
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    let (provider, table) = (Provider::new(), table().await);
    for name in list.iter().step_by(7) {
        provider.behave(name, Refuse);
    }
    let mut machines = Vec::new();
    for _ in 0..3 {
        let run = provider
            .client()
            .send_all(&table.list().await, invitations(&list))
            .concurrency(4)
            .start();
        machines.push(tokio::spawn(run.finish()));
    }
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
    let summary = table.list().await.summary().await.unwrap();
    assert_eq!(
        (summary.accepted, summary.refused, summary.total()),
        (257, 43, 300)
    );
}

#[tokio::test]
async fn what_one_machine_is_sending_no_other_sends() {
    let (provider, table) = (Provider::new().with("a", Wait), table().await);
    let first = provider
        .client()
        .send_all(&table.list().await, invitations(&["a"]))
        .start();
    let first = tokio::spawn(first.finish());
    provider.waiting(1).await;
    let second = provider
        .client()
        .send_all(&table.list().await, invitations(&["a", "b"]))
        .resend_refused()
        .resend_unknown()
        .start();
    let progress = second.finish().await.progress;
    assert_eq!((progress.skipped_unknown, progress.accepted), (0, 1));
    assert_eq!(
        progress.to_string(),
        "1 accepted, 0 refused, 0 not sent, 0 unknown, 1 skipped (1 of them on their way from another sender)"
    );
    provider.open(1);
    assert_eq!(first.await.unwrap().progress.accepted, 1);
    assert_eq!((provider.received("a"), provider.received("b")), (1, 1));
}
