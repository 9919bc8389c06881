//! The callback that Ravelin would send for a review.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop at the first surprise, too"
)]

use customer_api_sandbox::{RavelinOptions, Review, Reviewer, Sandbox};
use serde_json::{Value, json};

async fn sandbox(options: RavelinOptions) -> Sandbox {
    Sandbox::builder().ravelin(options).start().await.unwrap()
}

#[tokio::test]
async fn a_callback_is_as_the_provider_prints_it() {
    let sandbox = sandbox(RavelinOptions::default().callback_token(Some("abcdef123"))).await;
    let server = sandbox.ravelin();
    assert_eq!(server.review_callback("123456789"), None);
    server.seed_review(
        Review::new("123456789", "GENUINE", "2020-01-23T17:32:58Z")
            .with_category("PAYMENT_FRAUD")
            .with_comment("not sent")
            .with_reviewer(Reviewer::new("Bilbo Baggins", "bilbo.b@shiremail.com")),
    );
    let callback = server.review_callback("123456789").unwrap();
    assert_eq!(callback.method, "POST");
    let headers = [
        ("authorization", "token abcdef123"),
        ("content-type", "application/json; charset=utf-8"),
    ];
    assert_eq!(
        callback.headers,
        headers.map(|(name, value)| (name, value.to_owned()))
    );
    assert_eq!(callback.header("Authorization"), Some("token abcdef123"));
    assert_eq!(
        serde_json::from_slice::<Value>(&callback.body).unwrap(),
        json!({
            "timestamp": "2020-01-23T17:32:58Z",
            "customerId": "123456789",
            "label": "GENUINE",
            "reviewer": {"name": "Bilbo Baggins", "email": "bilbo.b@shiremail.com"},
        })
    );

    // Nothing was sent to the sandbox itself.
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_callback_is_about_the_last_review_and_may_have_no_token() {
    let sandbox = sandbox(RavelinOptions::default().callback_token(None)).await;
    let server = sandbox.ravelin();
    for label in ["FRAUDSTER", "REFUND_ABUSE"] {
        server.seed_review(Review::new("c", label, "2020-01-23T17:32:58Z"));
    }
    assert_eq!(server.callback_token(), None);
    let callback = server.review_callback("c").unwrap();
    assert_eq!(callback.header("authorization"), None);
    let body: Value = serde_json::from_slice(&callback.body).unwrap();
    assert_eq!(body["label"], "REFUND_ABUSE");
    assert_eq!(body.get("reviewer"), None);
}
