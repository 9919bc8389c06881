//! Every sample is accepted by its provider.
#![cfg(test)]

use std::collections::BTreeSet;

use proof::{CustomerRadar, Omnidesk, Provider, Ravelin, Revnue};

async fn all_succeed<P: Provider>() {
    let provider = P::start().await.unwrap();
    let client = provider.builder().build().unwrap();
    let operations = P::operations();
    for entry in &operations {
        let applied = provider.applied();
        let outcome = entry.call(&client).await;
        assert!(outcome.error.is_none(), "{entry:?}: {outcome:?}");
        assert_eq!(
            provider.applied() - applied,
            usize::from(entry.is_write()),
            "{entry:?}"
        );
        let requests = provider.server().requests();
        let id = Some(entry.info.id);
        // Other calls may be sent too, such as a login.
        let made = requests
            .iter()
            .filter(|request| request.operation_id.as_deref() == id);
        assert_eq!(made.count(), 1, "{entry:?}");
    }
    let ids: BTreeSet<_> = operations.iter().map(|entry| entry.info.id).collect();
    assert_eq!(ids.len(), operations.len());
}

#[tokio::test]
async fn they_succeed_one_after_another_and_count_as_writes_if_they_write() {
    all_succeed::<Ravelin>().await;
    all_succeed::<Omnidesk>().await;
    all_succeed::<Revnue>().await;
    all_succeed::<CustomerRadar>().await;
}
