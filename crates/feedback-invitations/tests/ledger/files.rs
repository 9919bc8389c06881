//! The file-backed ledger without a client.

use std::{fs, sync::Arc};

use feedback_invitations::ledger::{
    Begun, Claim, Key, KeyError, LedgerErrorKind, Outcome, Resend, Resolution, State,
};
use rusqlite::Connection;

use crate::support::{Directory, FileLedger, LIST, key, record};

async fn state(ledger: &FileLedger, text: &str) -> Option<State> {
    ledger
        .entry(&key(text))
        .await
        .unwrap()
        .map(|entry| entry.state)
}

fn accepted(reference: &str) -> State {
    State::Accepted {
        reference: Some(reference.to_owned()),
    }
}

/// Begins a key that is free to begin.
async fn claim(ledger: &FileLedger, text: &str, resend: Resend) -> Claim {
    match ledger.begin(&key(text), resend).await.unwrap() {
        Begun::Started(claim) => claim,
        Begun::Known(entry) => panic!("{entry:?}"),
    }
}

async fn kind_of_opening(path: impl AsRef<std::path::Path>) -> LedgerErrorKind {
    FileLedger::open_or_create(path).await.unwrap_err().kind()
}

#[test]
fn a_key_is_short_and_printable() {
    assert_eq!(Key::new(""), Err(KeyError::Empty));
    assert_eq!(Key::new("é".repeat(101)), Err(KeyError::TooLong));
    assert_eq!(Key::new("a\nb"), Err(KeyError::ControlCharacter));
    assert_eq!(Key::new("é".repeat(100)).unwrap().as_str().len(), 200);
}

#[tokio::test]
async fn everything_is_there_the_next_time() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    record(
        &ledger,
        "accepted",
        Outcome::accepted(Some("846673197418938368")),
    )
    .await;
    record(&ledger, "no receipt", Outcome::accepted(None)).await;
    record(
        &ledger,
        "refused",
        Outcome::refused(Some(400), Some("40012")),
    )
    .await;
    record(&ledger, "not sent", Outcome::not_sent()).await;
    record(&ledger, "unknown", Outcome::unknown()).await;
    let _on_its_way = claim(&ledger, "sending", Resend::none()).await;
    assert_eq!(state(&ledger, "sending").await, Some(State::Sending));
    assert_eq!(ledger.summary().await.unwrap().sending, 1);
    drop(ledger);
    assert_eq!(directory.names(), ["a.ledger"]);

    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    assert_eq!(
        state(&ledger, "accepted").await,
        Some(accepted("846673197418938368"))
    );
    let no_receipt = State::Accepted { reference: None };
    assert_eq!(state(&ledger, "no receipt").await, Some(no_receipt));
    let refused = State::Refused {
        status: Some(400),
        code: Some("40012".to_owned()),
        not_before: None,
    };
    assert_eq!(state(&ledger, "refused").await, Some(refused));
    assert_eq!(state(&ledger, "not sent").await, Some(State::NotSent));
    assert_eq!(state(&ledger, "unknown").await, Some(State::Unknown));
    // The program that sent it has ended.
    assert_eq!(state(&ledger, "sending").await, Some(State::Unknown));
    assert_eq!(state(&ledger, "never seen").await, None);

    let summary = ledger.summary().await.unwrap();
    let counts = [
        summary.sending,
        summary.accepted,
        summary.refused,
        summary.not_sent,
    ];
    assert_eq!(counts, [0, 2, 1, 1]);
    assert_eq!((summary.unknown, summary.total()), (2, 6));
}

#[tokio::test]
async fn a_key_begins_again_only_where_that_is_allowed() {
    let directory = Directory::new();
    let ledger = FileLedger::open_or_create(directory.file("a.ledger"))
        .await
        .unwrap();
    record(&ledger, "accepted", Outcome::accepted(None)).await;
    record(&ledger, "refused", Outcome::refused(None, None)).await;
    record(&ledger, "not sent", Outcome::not_sent()).await;
    record(&ledger, "unknown", Outcome::unknown()).await;
    let _on_its_way = claim(&ledger, "sending", Resend::none()).await;

    let (none, refused, unknown) = (
        Resend::none(),
        Resend::none().refused(),
        Resend::none().unknown(),
    );
    let both = refused.unknown();
    for (text, allowing) in [
        ("accepted", vec![]),
        ("sending", vec![]),
        ("refused", vec![refused, both]),
        ("unknown", vec![unknown, both]),
        ("not sent", vec![none, refused, unknown, both]),
    ] {
        for resend in [none, refused, unknown, both] {
            let before = state(&ledger, text).await.unwrap();
            match ledger.begin(&key(text), resend).await.unwrap() {
                Begun::Known(entry) => {
                    assert!(!allowing.contains(&resend), "{text}, {resend:?}");
                    assert_eq!(entry.state, before);
                    assert_eq!(state(&ledger, text).await, Some(before));
                }
                Begun::Started(claim) => {
                    assert!(allowing.contains(&resend), "{text}, {resend:?}");
                    let again = match before {
                        State::Refused { .. } => Outcome::refused(None, None),
                        State::NotSent => Outcome::not_sent(),
                        _ => Outcome::unknown(),
                    };
                    ledger.finish(&claim, &again).await.unwrap();
                }
            }
        }
    }
}

#[tokio::test]
async fn only_the_holder_of_the_claim_may_finish() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    let old = claim(&ledger, "a", Resend::none()).await;
    drop(ledger);

    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    let lost = |result: Result<State, feedback_invitations::ledger::LedgerError>| {
        assert_eq!(result.unwrap_err().kind(), LedgerErrorKind::ClaimLost);
    };
    lost(ledger.finish(&old, &Outcome::not_sent()).await);
    let new = claim(&ledger, "a", Resend::none().unknown()).await;
    lost(ledger.finish(&old, &Outcome::not_sent()).await);
    lost(
        ledger
            .finish(&Claim::new(key(LIST), key("a")), &Outcome::not_sent())
            .await,
    );
    lost(
        ledger
            .finish(&Claim::new(key(LIST), key("b")), &Outcome::not_sent())
            .await,
    );
    ledger
        .finish(&new, &Outcome::accepted(Some("1")))
        .await
        .unwrap();
    lost(ledger.finish(&new, &Outcome::not_sent()).await);
    assert_eq!(state(&ledger, "a").await, Some(accepted("1")));
    assert_eq!(state(&ledger, "b").await, None);
}

#[tokio::test]
async fn the_unknown_are_listed_in_pages_and_resolved_one_by_one() {
    let directory = Directory::new();
    let ledger = FileLedger::open_or_create(directory.file("a.ledger"))
        .await
        .unwrap();
    for text in ["d", "b", "e", "a", "c"] {
        record(&ledger, text, Outcome::unknown()).await;
    }
    record(&ledger, "accepted", Outcome::accepted(None)).await;
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = ledger.unknown(after.as_ref(), 2).await.unwrap();
        listed.extend(page.iter().map(Key::to_string));
        after = page.last().cloned();
        if page.len() < 2 {
            break;
        }
    }
    assert_eq!(listed, ["a", "b", "c", "d", "e"]);
    assert_eq!(ledger.unknown(None, usize::MAX).await.unwrap().len(), 5);
    assert!(ledger.unknown(None, 0).await.unwrap().is_empty());

    ledger.resolve(&key("a"), Resolution::Sent).await.unwrap();
    ledger
        .resolve(&key("b"), Resolution::NotSent)
        .await
        .unwrap();
    assert_eq!(
        state(&ledger, "a").await,
        Some(State::Accepted { reference: None })
    );
    assert_eq!(state(&ledger, "b").await, Some(State::NotSent));
    let _begun_again = claim(&ledger, "b", Resend::none()).await;
    for text in ["a", "b", "accepted", "never seen"] {
        let error = ledger
            .resolve(&key(text), Resolution::NotSent)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::NotUnknown, "{text}");
    }
    assert_eq!(
        ledger.unknown(None, 9).await.unwrap(),
        ["c", "d", "e"].map(key)
    );
}

#[tokio::test]
async fn a_second_opener_is_told_that_it_is_in_use() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    record(&ledger, "a", Outcome::unknown()).await;
    let error = FileLedger::open_or_create(&path).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::InUse);
    assert!(error.to_string().contains("in use"), "{error}");

    // The failed opening affected neither the first handle's lock nor its content.
    assert_eq!(kind_of_opening(&path).await, LedgerErrorKind::InUse);
    record(&ledger, "b", Outcome::unknown()).await;
    let clone = ledger.clone();
    drop(ledger);
    assert_eq!(kind_of_opening(&path).await, LedgerErrorKind::InUse);
    drop(clone);
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    assert_eq!(ledger.summary().await.unwrap().unknown, 2);
}

#[tokio::test]
async fn what_is_no_ledger_is_refused_and_left_alone() {
    let directory = Directory::new();
    let text = directory.file("text");
    fs::write(&text, "order-1,ana@person.example\n".repeat(999)).unwrap();
    let short = directory.file("short");
    fs::write(&short, "x").unwrap();
    let empty = directory.file("empty");
    fs::write(&empty, "").unwrap();
    let foreign = directory.file("foreign");
    let connection = Connection::open(&foreign).unwrap();
    connection.execute_batch("CREATE TABLE entry (a)").unwrap();
    drop(connection);
    for path in [text, short, empty, foreign] {
        let before = fs::read(&path).unwrap();
        let error = FileLedger::open_or_create(&path).await.unwrap_err();
        assert_eq!(
            error.kind(),
            LedgerErrorKind::NotALedger,
            "{path:?}: {error}"
        );
        assert_eq!(fs::read(&path).unwrap(), before, "{path:?}");
    }
    assert_eq!(directory.names().len(), 4, "{:?}", directory.names());
    let nowhere = directory.file("nowhere/a.ledger");
    assert_eq!(kind_of_opening(&nowhere).await, LedgerErrorKind::Storage);
    assert_eq!(kind_of_opening("/").await, LedgerErrorKind::NotALedger);
}

#[tokio::test]
async fn a_newer_version_is_named_as_such() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    drop(FileLedger::open_or_create(&path).await.unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 4).unwrap();
    drop(connection);
    assert_eq!(kind_of_opening(&path).await, LedgerErrorKind::NewerVersion);
}

#[tokio::test]
async fn an_older_version_is_named_as_such() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    drop(FileLedger::open_or_create(&path).await.unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    assert_eq!(kind_of_opening(&path).await, LedgerErrorKind::OlderVersion);
}

#[tokio::test]
async fn power_loss_is_survived_on_request() {
    let directory = Directory::new();
    let (fast, safe) = (directory.file("fast"), directory.file("safe"));
    let ledger = FileLedger::open_or_create(&fast).await.unwrap();
    assert!(!ledger.is_power_loss_safe());
    for _ in 0..2 {
        let options = FileLedger::options().power_loss_safe(true);
        let ledger = options.open_or_create(&safe).await.unwrap();
        assert!(ledger.is_power_loss_safe());
        record(&ledger, "a", Outcome::not_sent()).await;
    }
    assert_eq!(ledger.path().file_name().unwrap(), "fast");
}

#[tokio::test]
async fn whoever_asks_at_the_same_time_shares_one_truth() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let ledger = Arc::new(FileLedger::open_or_create(&path).await.unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..640 {
        let ledger = Arc::clone(&ledger);
        // Ten tasks ask for each key.
        tasks.spawn(async move {
            let key = key(&format!("order-{}", number % 64));
            match ledger.begin(&key, Resend::none()).await.unwrap() {
                Begun::Started(claim) => {
                    ledger
                        .finish(&claim, &Outcome::accepted(None))
                        .await
                        .unwrap();
                    1
                }
                Begun::Known(_) => 0,
            }
        });
    }
    let started: u32 = tasks.join_all().await.into_iter().sum();
    assert_eq!(started, 64);
    drop(ledger);
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    assert_eq!(ledger.summary().await.unwrap().accepted, 64);
}

#[tokio::test]
async fn what_was_asked_for_is_done_though_nobody_waits() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    {
        let key = key("a");
        let mut begin = std::pin::pin!(ledger.begin(&key, Resend::none()));
        std::future::poll_fn(|context| {
            // Polls once, and then drops the future, which normally has not completed.
            let _ = begin.as_mut().poll(context);
            std::task::Poll::Ready(())
        })
        .await;
    }
    drop(ledger);
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    assert_eq!(state(&ledger, "a").await, Some(State::Unknown));
}

#[tokio::test]
async fn two_who_create_it_at_once_get_one_ledger() {
    for _ in 0..20 {
        let directory = Directory::new();
        let path = directory.file("a.ledger");
        let opening = || {
            let path = path.clone();
            async move {
                let ledger = FileLedger::open_or_create(path).await?;
                let begun = ledger.begin(&key("a"), Resend::none()).await?;
                Ok(matches!(begun, Begun::Started(_)))
            }
        };
        let (one, two) = tokio::join!(tokio::spawn(opening()), tokio::spawn(opening()));
        let mut started = 0;
        for result in [one.unwrap(), two.unwrap()] {
            match result {
                Ok(began) => started += u32::from(began),
                Err(error) => assert_eq!(
                    feedback_invitations::ledger::LedgerError::kind(&error),
                    LedgerErrorKind::InUse
                ),
            }
        }
        assert!(
            started <= 1,
            "the second one overwrote the first one's ledger"
        );
        assert_eq!(directory.names(), ["a.ledger"]);
    }
}

#[tokio::test]
async fn a_ledger_is_created_only_where_that_is_asked_for() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    for path in [&path, &directory.file("nowhere/a.ledger")] {
        let error = FileLedger::open(path).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::NotFound);
        assert!(error.to_string().contains("first run"), "{error}");
    }
    assert!(directory.names().is_empty());

    let ledger = FileLedger::create(&path).await.unwrap();
    record(&ledger, "a", Outcome::accepted(None)).await;
    drop(ledger);
    let error = FileLedger::create(&path).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::AlreadyExists);
    let ledger = FileLedger::open(&path).await.unwrap();
    assert_eq!(ledger.summary().await.unwrap().accepted, 1);
    // `create` fails whether the existing ledger is open or not.
    let error = FileLedger::create(&path).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::AlreadyExists);
    drop(ledger);
    let ledger = FileLedger::open_or_create(&path).await.unwrap();
    assert_eq!(ledger.summary().await.unwrap().accepted, 1);
    assert_eq!(directory.names(), ["a.ledger", "a.ledger-journal"]);
}

#[tokio::test]
async fn of_many_who_create_it_one_does() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let path = path.clone();
        tasks.spawn(async move { FileLedger::create(path).await });
    }
    let results = tasks.join_all().await;
    let errors = results.iter().filter_map(|result| result.as_ref().err());
    assert!(
        errors
            .clone()
            .all(|error| error.kind() == LedgerErrorKind::AlreadyExists),
        "{results:?}"
    );
    assert_eq!(errors.count(), 19);
}

#[tokio::test]
async fn a_receipt_without_end_is_cut() {
    let directory = Directory::new();
    let ledger = FileLedger::open_or_create(directory.file("a.ledger"))
        .await
        .unwrap();
    record(&ledger, "a", Outcome::accepted(Some(&"é".repeat(1_000)))).await;
    assert_eq!(state(&ledger, "a").await, Some(accepted(&"é".repeat(100))));
}
