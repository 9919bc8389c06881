//! What a key stands for.

use std::{sync::Arc, time::Duration};

use customer_api_core::{
    Delivery, Operation as _,
    rate_limit::Quota,
    transport::{ScriptedResponse, TransportErrorKind},
};
use customer_api_ledger::{
    CallExt as _, ClientExt as _, DigestKey, FileLedger, Ledger as _, LedgerErrorKind, LedgerList,
    Once, OnceErrorKind,
    send_all::{self, SentOutcome},
};

use crate::shop::{Cancel, Folder, Order, assert_books, key, order, ordered, script, state};

#[tokio::test]
async fn a_key_that_was_used_for_other_content_sends_nothing() {
    let folder = Folder::new("reused");
    let (client, transport) = script([
        ordered("o-1"),
        ScriptedResponse::failure(TransportErrorKind::Interrupted),
    ]);
    let list = folder.orders().await;
    order(&client, &list, "done", "tea").await.unwrap();
    order(&client, &list, "unknown", "tea").await.unwrap_err();
    for text in ["done", "unknown"] {
        let error = order(&client, &list, text, "coffee").await.unwrap_err();
        assert_eq!(error.kind(), OnceErrorKind::KeyReused);
        assert_eq!(error.delivery(), Delivery::NotSent);
        assert!(error.entry().is_some());
    }
    assert_eq!(transport.requests().len(), 2);
    let mut run = client
        .send_all(&list, send_all::iter([(key("done"), Order("coffee"))]))
        .start();
    let sent = run.next().await.unwrap();
    assert!(matches!(sent.outcome, SentOutcome::KeyReused(_)));
    assert_eq!(run.finish().await.progress.not_sent, 1);
}

#[tokio::test]
async fn under_another_digest_key_contents_are_told_apart_as_well() {
    let folder = Folder::new("digest-key");
    let (client, _) = script([ordered("o-1")]);
    let list = folder.orders().await;
    let list = list.with_digest_key(DigestKey::new([7; 32]));
    order(&client, &list, "case-1", "tea").await.unwrap();
    let again = order(&client, &list, "case-1", "tea").await.unwrap();
    assert!(matches!(again, Once::Already(_)));
    let error = order(&client, &list, "case-1", "coffee").await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::KeyReused);
}

#[tokio::test]
async fn lists_know_nothing_of_each_other_and_are_for_one_operation() {
    let folder = Folder::new("lists");
    let (client, transport) = script([ordered("o-1"), ordered("o-2")]);
    let ledger = FileLedger::create(folder.ledger()).await.unwrap();
    assert_eq!(
        ledger.list("march").await.unwrap_err().kind(),
        LedgerErrorKind::NoSuchList
    );
    let march = ledger.create_list("march", Order::INFO).await.unwrap();
    let april = ledger.create_list("april", Order::INFO).await.unwrap();
    let twice = ledger.create_list("march", Order::INFO).await.unwrap_err();
    assert_eq!(twice.kind(), LedgerErrorKind::AlreadyExists);
    let blank = ledger.create_list("", Order::INFO).await.unwrap_err();
    assert_eq!(blank.kind(), LedgerErrorKind::InvalidName);
    order(&client, &march, "case-1", "tea").await.unwrap();
    order(&client, &april, "case-1", "coffee").await.unwrap();
    assert_eq!(transport.requests().len(), 2);
    assert_books(&march, 1, 0, 0).await;
    drop((march, april, ledger));

    let ledger = FileLedger::open(folder.ledger()).await.unwrap();
    let names: Vec<_> = ledger.lists().await.unwrap();
    let names: Vec<_> = names.iter().map(|list| list.name.as_str()).collect();
    assert_eq!(names, ["march", "april"]);
    let march = ledger.list("march").await.unwrap();
    assert_books(&march, 1, 0, 0).await;
}

#[tokio::test]
async fn known_keys_take_no_permit() {
    let folder = Folder::new("permits");
    let (_, transport) = script((0..2).map(|_| ordered("o-1")));
    let client = customer_api_core::Client::builder(
        crate::shop::Shop,
        customer_api_core::auth::KeyCredential::bearer("key"),
    )
    .transport(transport.clone())
    .rate_limiter(Quota::per_window(1, Duration::from_secs(3600)))
    .timeout(Duration::from_secs(10))
    .build()
    .unwrap();
    let list = folder.orders().await;
    order(&client, &list, "case-1", "tea").await.unwrap();
    for _ in 0..100 {
        let again = order(&client, &list, "case-1", "tea").await.unwrap();
        assert!(matches!(again, Once::Already(_)));
    }
    // A new key waits for the quota, and is not on record meanwhile.
    let error = order(&client, &list, "case-2", "tea").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(state(&list, "case-2").await, None);
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn many_at_once_under_one_key_send_one() {
    let folder = Folder::new("race");
    let (client, transport) = script((0..32).map(|_| ordered("o-1")));
    let list = folder.orders().await;
    let calls = (0..32).map(|_| {
        let call = client.call(Order("tea")).once(&list, key("case-1"));
        tokio::spawn(call.send())
    });
    let calls: Vec<_> = calls.collect();
    let mut done = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(Once::Done { .. }) => done += 1,
            Ok(Once::Already(_)) => {}
            Err(error) => assert_eq!(error.kind(), OnceErrorKind::OnItsWay),
        }
    }
    assert_eq!((done, transport.requests().len()), (1, 1));
    assert_books(&list, 1, 0, 0).await;
}

#[tokio::test]
async fn a_ledger_that_fails_keeps_the_write_from_being_sent() {
    let folder = Folder::new("failing");
    let (client, transport) = script([ordered("o-1")]);
    let list = folder.orders().await;
    let error = client.call(Cancel).once(&list, key("case-1")).send().await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::Ledger);
    assert_eq!(
        error.ledger_error().unwrap().kind(),
        LedgerErrorKind::OtherOperation
    );
    assert!(transport.requests().is_empty());
    assert!(Arc::strong_count(list.ledger()) >= 1);
    assert_eq!(list.ledger().lists().await.unwrap().len(), 1);
    let again = LedgerList::open(Arc::clone(list.ledger()), "orders").await;
    assert_eq!(again.unwrap().operation(), "order");
    assert_eq!(state(&list, "case-1").await, None);
}
