//! A creation under a key by an upsert, and which entries a found customer settles.

use customer_api_sandbox::{Fault, OmnideskCustomer, OmnideskOptions, Sandbox};
use helpdesk_customers::{
    AddExternalEvent, CreateCustomerCrud, UpdateCustomerByExternalId, Upsert, UpsertErrorKind,
    UpsertedOnce,
    ledger::{
        CallExt as _, FileLedger, Key, LedgerList, Once, OnceErrorKind, State, settle::SettlePolicy,
    },
};
use testkit::Folder;

use crate::support::sandbox_client;

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

async fn state(list: &LedgerList, text: &str) -> Option<State> {
    let entry = list.entry(&key(text)).await.unwrap();
    entry.map(|entry| entry.state)
}

/// Starts a sandbox, and creates a new list for an operation.
async fn start(
    folder: &Folder,
    operation: &customer_api_core::operation::OperationInfo,
) -> (Sandbox, LedgerList) {
    let options = OmnideskOptions::default();
    let sandbox = Sandbox::builder().omnidesk(options).start().await.unwrap();
    let ledger = FileLedger::create(folder.file("a.ledger")).await.unwrap();
    (
        sandbox,
        ledger.create_list("list", operation).await.unwrap(),
    )
}

fn ana() -> Upsert {
    Upsert::new("cust-1", 1, "Ana", "Lopez")
}

const LOST: fn() -> Fault = Fault::reset_before_head;

/// Starts with a creation of unknown outcome under the key `case-1`. `first` is the first name that the customer turns out to have.
/// Whether that customer needs an update makes no difference to the key.
async fn assert_settled_by_its_own_customer_alone(
    first: &str,
    is_expected: fn(&UpsertedOnce) -> bool,
) {
    let folder = Folder::new(&format!("own-{first}"));
    let (sandbox, list) = start(&folder, &CreateCustomerCrud::INFO).await;
    let omnidesk = sandbox_client(&sandbox).build().unwrap();
    let server = sandbox.omnidesk();
    server.fault_on("createCustomerCrud", LOST()).unwrap();
    let policy = SettlePolicy::new();
    let error = omnidesk
        .upsert_once(ana(), &list, key("case-1"), policy)
        .await;
    assert_eq!(error.unwrap_err().kind(), UpsertErrorKind::Call);

    // An existing customer with other content under the same key settles nothing.
    server.seed_customer(OmnideskCustomer::new(1, "cust-2").with_names(first, "Lopez"));
    let other = Upsert::new("cust-2", 1, "Ana", "Lopez");
    let outcome = omnidesk
        .upsert_once(other, &list, key("case-1"), policy)
        .await;
    assert!(is_expected(&outcome.unwrap()));
    assert_eq!(state(&list, "case-1").await, Some(State::Unknown));

    // The key's own customer settles it once the customer exists.
    server.seed_customer(OmnideskCustomer::new(1, "cust-1").with_names(first, "Lopez"));
    let outcome = omnidesk.upsert_once(ana(), &list, key("case-1"), policy);
    assert!(is_expected(&outcome.await.unwrap()));
    let accepted = State::Accepted { reference: None };
    assert_eq!(state(&list, "case-1").await, Some(accepted));
}

#[tokio::test]
async fn an_unknown_creation_is_settled_by_its_own_customer_alone() {
    let is_updated = |outcome: &UpsertedOnce| matches!(outcome, UpsertedOnce::Updated { .. });
    assert_settled_by_its_own_customer_alone("Anna", is_updated).await;
}

#[tokio::test]
async fn an_unchanged_customer_settles_its_unknown_creation_alone() {
    let is_unchanged = |outcome: &UpsertedOnce| matches!(outcome, UpsertedOnce::Unchanged { .. });
    assert_settled_by_its_own_customer_alone("Ana", is_unchanged).await;
}

/// Several upserts at the same time do not disturb each other.
#[tokio::test]
async fn an_unknown_creation_is_settled_by_one_of_several_upserts() {
    let folder = Folder::new("several");
    let (sandbox, list) = start(&folder, &CreateCustomerCrud::INFO).await;
    let omnidesk = sandbox_client(&sandbox).build().unwrap();
    let server = sandbox.omnidesk();
    let policy = SettlePolicy::new();
    server
        .fault_on("createCustomerCrud", LOST().processed())
        .unwrap();
    let lost = omnidesk.upsert_once(ana(), &list, key("case-1"), policy);
    lost.await.unwrap_err();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..4 {
        let (omnidesk, list) = (omnidesk.clone(), list.clone());
        let upsert = if number % 2 == 0 {
            ana().always_write()
        } else {
            ana()
        };
        tasks.spawn(async move {
            let upsert = omnidesk.upsert_once(upsert, &list, key("case-1"), policy);
            (number, upsert.await)
        });
    }
    for (number, outcome) in tasks.join_all().await {
        match outcome.unwrap() {
            UpsertedOnce::Updated { .. } => assert_eq!(number % 2, 0),
            UpsertedOnce::Unchanged { .. } => assert_eq!(number % 2, 1),
            other => panic!("{other:?}"),
        }
    }
    let accepted = State::Accepted { reference: None };
    assert_eq!(state(&list, "case-1").await, Some(accepted));
    assert_eq!(server.customers().len(), 1);
}

/// An existing customer takes no key: the key stays free for a creation after the customer is deleted.
#[tokio::test]
async fn an_unchanged_customer_leaves_its_key_free() {
    let folder = Folder::new("free");
    let (sandbox, list) = start(&folder, &CreateCustomerCrud::INFO).await;
    let omnidesk = sandbox_client(&sandbox).build().unwrap();
    let server = sandbox.omnidesk();
    let id = server.seed_customer(OmnideskCustomer::new(1, "cust-1").with_names("Ana", "Lopez"));
    let once = || omnidesk.upsert_once(ana(), &list, key("case-1"), SettlePolicy::new());
    assert!(matches!(once().await, Ok(UpsertedOnce::Unchanged { .. })));
    assert_eq!(server.applied_count(), 0);
    assert_eq!(state(&list, "case-1").await, None);

    server.remove_customer(id);
    assert!(matches!(
        once().await,
        Ok(UpsertedOnce::Created(Once::Done { .. }))
    ));
    assert!(matches!(once().await, Ok(UpsertedOnce::Unchanged { .. })));
    assert_eq!(server.applied_count(), 1);
}

#[tokio::test]
async fn a_list_for_another_operation_is_an_error_before_anything_is_sent() {
    let folder = Folder::new("other-list");
    let (sandbox, list) = start(&folder, &AddExternalEvent::INFO).await;
    let omnidesk = sandbox_client(&sandbox).build().unwrap();
    let upsert = omnidesk.upsert_once(ana(), &list, key("case-1"), SettlePolicy::new());
    let error = upsert.await.unwrap_err();
    assert_eq!(error.kind(), UpsertErrorKind::Once);
    assert_eq!(error.once_error().unwrap().kind(), OnceErrorKind::Ledger);
    assert!(error.to_string().contains("addExternalEvent"), "{error}");
    assert!(sandbox.omnidesk().requests().is_empty());
}

#[tokio::test]
async fn an_update_of_which_a_part_can_not_be_compared_stays_unknown() {
    let folder = Folder::new("part");
    let (sandbox, list) = start(&folder, &UpdateCustomerByExternalId::INFO).await;
    let server = sandbox.omnidesk();
    server.seed_customer(OmnideskCustomer::new(1, "cust-1").with_names("Ana", "Lopez"));
    let omnidesk = sandbox_client(&sandbox).build().unwrap();
    let update = UpdateCustomerByExternalId::new("cust-1", 1).firstname("Ana");
    for (name, update, is_done) in [
        ("case-1", update.clone(), true),
        ("case-2", update.custom_field("tier", "gold"), false),
    ] {
        server
            .fault_on("updateCustomerByExternalId", LOST())
            .unwrap();
        let call = omnidesk.call(update).once(&list, key(name));
        let outcome = call.settle_unknown(SettlePolicy::new()).send().await;
        assert_eq!(matches!(outcome, Ok(Once::Already(_))), is_done, "{name}");
        let is_unknown = state(&list, name).await == Some(State::Unknown);
        assert_eq!(is_unknown, !is_done, "{name}");
    }
}

/// A text that looks like a marker is not a marker, unless `marked` made it.
#[tokio::test]
async fn a_fragment_of_the_callers_own_is_no_marker() {
    let folder = Folder::new("fragment");
    let (sandbox, list) = start(&folder, &AddExternalEvent::INFO).await;
    let server = sandbox.omnidesk();
    server.seed_customer(OmnideskCustomer::new(1, "cust-1").with_names("Ana", "Lopez"));
    let omnidesk = sandbox_client(&sandbox).build().unwrap();
    let event = |text: &str| {
        AddExternalEvent::new(1, "shop", text, "https://shop.example/#ref=newsletter")
            .external_id("cust-1")
    };
    omnidesk.send(event("order 1")).await.unwrap();
    server.fault_on("addExternalEvent", LOST()).unwrap();
    let call = omnidesk.call(event("order 2")).once(&list, key("order-2"));
    call.settle_unknown(SettlePolicy::new())
        .send()
        .await
        .unwrap_err();
    assert_eq!(state(&list, "order-2").await, Some(State::Unknown));
}
