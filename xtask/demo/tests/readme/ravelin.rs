//! `crates/ravelin-labels/README.md`.

use std::time::Duration;

use customer_api_sandbox::{RavelinOptions, Review, Sandbox};
use ravelin_labels::{
    Bookmark, CallbackToken, Client, Delivery, Label, LabelCustomer, LastReview, Marker,
    PaymentFraudReview, Resume, Settled,
    ledger::{CallExt as _, FileLedger, Key, Once},
};

use crate::{inside::inside, lost};

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.ravelin();
    let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
    let ravelin = ravelin.build().unwrap();
    (sandbox, ravelin)
}

fn review(customer: &str) -> Review {
    Review::new(customer, "FRAUDSTER", "2026-01-23T17:32:58Z")
}

#[tokio::test]
async fn reviews_come_in_pages() -> Outcome {
    let (sandbox, ravelin) = start().await;
    sandbox.ravelin().seed_review(review("cust-1"));

    let since = "2026-01-01T00:00:00Z".parse()?;
    let mut reviews = ravelin.reviews_since(since).resume(Resume::FromStart);
    while let Some(page) = reviews.next_page().await? {
        println!("{} reviews on page {}", page.items.len(), page.number);
    }
    // The last page is empty.
    assert_eq!(sandbox.ravelin().requests().len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_bookmark_is_where_the_next_run_begins() -> Outcome {
    let (sandbox, ravelin) = start().await;
    sandbox.ravelin().seed_review(review("cust-1"));
    let mut first = ravelin.reviews_since("2026-01-01T00:00:00Z".parse()?);
    while first.next_page().await?.is_some() {}
    let stored = &serde_json::to_string(first.bookmark())?;
    sandbox.ravelin().seed_review(review("cust-2"));
    let mut seen = Vec::new();
    let mut store = |reviews: Vec<ravelin_labels::Review>, bookmark: String| {
        seen.extend(reviews.into_iter().map(|review| review.customer_id));
        assert_ne!(&bookmark, stored);
    };

    let bookmark: Bookmark = serde_json::from_str(stored)?;
    let mut reviews = ravelin.reviews_after(bookmark).resume(Resume::FromStart);
    while let Some(page) = reviews.next_page().await? {
        let bookmark = serde_json::to_string(reviews.bookmark())?;
        store(page.items, bookmark); // in one transaction
    }
    assert_eq!(seen, ["cust-2"]);
    Ok(())
}

#[tokio::test]
async fn a_key_makes_a_label_once() -> Outcome {
    let _inside = inside("ravelin-once").await;
    let (sandbox, ravelin) = start().await;

    let ledger = FileLedger::create("labels.ledger").await?; // later runs: `open`
    let list = ledger
        .create_list("march-review", &LabelCustomer::INFO) // later runs: `list`
        .await?;
    let write = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);
    let case = Key::new("case-4711")?;
    match ravelin.call(write).once(&list, case).send().await {
        Ok(Once::Done { .. }) => println!("done now"),
        Ok(Once::Already(_)) => println!("done before"),
        Err(error) => println!("{error} ({})", error.delivery()),
    }
    assert_eq!(list.summary().await?.accepted, 1);
    assert_eq!(sandbox.ravelin().applied_count(), 1);
    Ok(())
}

#[tokio::test]
async fn an_error_says_whether_the_customer_was_labelled() -> Outcome {
    let (sandbox, ravelin) = start().await;
    sandbox.ravelin().fault_on("labelCustomer", lost())?;

    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);
    if let Err(error) = ravelin.send(label).await {
        match error.delivery() {
            Delivery::NotSent => println!("nothing happened: {error}"),
            Delivery::Refused => println!("Ravelin refused it: {error}"),
            // Compare label, reviewer and timestamp. Wait a moment first: whether reads lag behind
            // writes is not documented.
            Delivery::Unknown => {
                let last = ravelin.send(LastReview::new("cust-1")).await?;
                println!("now: {last:?}");
            }
        }
    }
    assert_eq!(sandbox.ravelin().applied_count(), 1);
    assert_eq!(sandbox.ravelin().requests().len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_look_finds_a_marked_label() -> Outcome {
    let (sandbox, ravelin) = start().await;
    sandbox.ravelin().fault_on("labelCustomer", lost())?;

    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster)
        .comment("chargeback confirmed")
        .marked(&Marker::new("case-4711")?); // goes into the comment, where analysts see it
    let Err(error) = ravelin.send(label.clone()).await else {
        return Ok(());
    };
    if let (Delivery::Unknown, Some(trace)) = (error.delivery(), error.trace()) {
        let look = ravelin.settle(&label, trace);
        match look.look_for(Duration::from_secs(120)).await? {
            Settled::Applied(review) => println!("applied at {}", review.timestamp),
            Settled::NotSeen { waited, .. } => {
                println!("not there after {waited:?}; it may still come")
            }
            other => println!("ask a person: {other:?}"),
        }
    }
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(sandbox.ravelin().requests().len(), 2);
    Ok(())
}

/// Handles a callback, and returns the status of the response.
fn on_callback(token: &CallbackToken, authorization: Option<&[u8]>, body: &[u8]) -> u16 {
    match token.read(authorization, body) {
        Ok(callback) => {
            if callback.review.label == Label::Fraudster {
                // Look at the customer's open orders.
            }
            204
        }
        Err(error) => {
            eprintln!("{error}"); // shows no token and nothing of the body
            error.status() // 401 or 400
        }
    }
}

#[tokio::test]
async fn a_callback_is_read() -> Outcome {
    let token = CallbackToken::new("the-token-given-to-ravelin")?;
    // While the token is changed, both are accepted.
    let token = token.also("the-next-token")?;

    // In a test, the sandbox makes the request as Ravelin would send it.
    let options = RavelinOptions::default().callback_token(Some("the-next-token"));
    let sandbox = Sandbox::builder().ravelin(options).start().await?;
    let review = Review::new("cust-1", "FRAUDSTER", "2026-01-23T17:32:58Z");
    sandbox.ravelin().seed_review(review);

    let callback = sandbox.ravelin().review_callback("cust-1");
    let callback = callback.ok_or("no review")?;
    let authorization = callback.header("authorization").map(str::as_bytes);
    assert_eq!(on_callback(&token, authorization, &callback.body), 204);
    assert_eq!(
        on_callback(&token, Some(b"token guessed"), &callback.body),
        401
    );
    assert_eq!(on_callback(&token, None, &callback.body), 401);
    Ok(())
}

#[test]
fn a_program_without_a_runtime_calls_too() -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    let (sandbox, ravelin) = runtime.block_on(start());
    sandbox.ravelin().seed_review(review("cust-1"));

    let last = ravelin.call(LastReview::new("cust-1")).wait()?;
    println!("{last:?}");
    let since = "2026-01-01T00:00:00Z".parse()?;
    for review in ravelin.reviews_since(since).into_items().wait() {
        println!("{}", review?.label);
    }
    assert!(last.is_some());
    assert_eq!(sandbox.ravelin().requests().len(), 3);
    Ok(())
}

#[tokio::test]
async fn the_sandbox_takes_a_label() -> Outcome {
    let sandbox = Sandbox::start().await?;
    let ravelin = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .build()?;

    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine);
    ravelin.send(label).await?;
    let last = ravelin.send(LastReview::new("cust-1")).await?;
    assert_eq!(last.ok_or("no review")?.label, Label::Genuine);
    Ok(())
}
