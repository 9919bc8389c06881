pub(crate) mod directory;
pub(crate) mod ledger;
pub(crate) mod provider;

use std::collections::BTreeMap;

use feedback_invitations::{
    InvitationReceipt, Programme, Recipient, SendInvitation,
    ledger::{
        Begun, Key, LedgerList, Outcome, Resend,
        send_all::{self, Run, SentOutcome},
    },
};

pub(crate) use directory::Directory;
pub(crate) use ledger::{FileLedger, LIST};
pub(crate) use provider::{Behaviour, Provider};

pub(crate) fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// The address by which the provider identifies a key.
pub(crate) fn address(key: &str) -> String {
    format!("{key}@person.example")
}

/// An invitation that the provider can recognise by its key.
pub(crate) fn invitation(text: &str) -> (Key, SendInvitation) {
    let programme = Programme::new("client-display-id", "programme-display-id");
    let recipient = Recipient::new("location-display-id").email(address(text));
    (key(text), SendInvitation::new(&programme, recipient))
}

pub(crate) fn invitations(
    keys: &[&str],
) -> send_all::Iter<std::vec::IntoIter<(Key, SendInvitation)>> {
    let list: Vec<_> = keys.iter().map(|key| invitation(key)).collect();
    send_all::iter(list)
}

/// Reads a run to its end, and returns a word for the outcome of every key. Fails if a key comes out twice.
pub(crate) async fn outcomes(run: &mut Run<SendInvitation>) -> BTreeMap<String, &'static str> {
    let mut outcomes = BTreeMap::new();
    while let Some(sent) = run.next().await {
        let word = word(&sent.outcome);
        let known = outcomes.insert(sent.key.to_string(), word);
        assert_eq!(known, None, "{} came out twice", sent.key);
    }
    outcomes
}

pub(crate) fn word(outcome: &SentOutcome<InvitationReceipt>) -> &'static str {
    match outcome {
        SentOutcome::Accepted(_) => "accepted",
        SentOutcome::Refused(_) => "refused",
        SentOutcome::NotSent(_) => "not sent",
        SentOutcome::Unknown(_) => "unknown",
        SentOutcome::Skipped(_) => "skipped",
        SentOutcome::NotBegun(_) => "not begun",
        SentOutcome::KeyReused(_) => "key reused",
        SentOutcome::Lost => "lost",
        other => panic!("{other}"),
    }
}

pub(crate) fn words(pairs: &[(&str, &'static str)]) -> BTreeMap<String, &'static str> {
    pairs
        .iter()
        .map(|(key, word)| ((*key).to_owned(), *word))
        .collect()
}

/// Records a key with this outcome in a list.
pub(crate) async fn record(ledger: &LedgerList, text: &str, outcome: Outcome) {
    match ledger.begin(&key(text), Resend::none()).await.unwrap() {
        Begun::Started(claim) => drop(ledger.finish(&claim, &outcome).await.unwrap()),
        Begun::Known(entry) => panic!("{entry:?}"),
    }
}
