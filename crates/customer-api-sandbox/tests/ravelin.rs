//! Ravelin's endpoints and the switches of its server.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests may stop at the first surprise, too"
)]

mod common;

use std::time::Duration;

use common::{Client, LABEL, LABEL_PATH, sample_time, sandbox};
use customer_api_sandbox::{
    LabelResponse, LegacyLabelResponse, NoReview, NoReviews, RavelinOptions, Review, Reviewer,
    Sandbox,
};
use serde_json::{Value, json};

const LEGACY_PATH: &str = "/v2/label/customer";

fn sample_label() -> Value {
    json!({
        "customerId": "trs-AFmNplMLJBJOhXA",
        "label": "FRAUDSTER",
        "comment": "We spoke to this customer on the phone and determined they are not a fraudster.",
        "reviewer": {"name": "Bilbo Baggins", "email": "bilbo.b@shiremail.com"},
    })
}

fn sample_review(label: &str, timestamp: &str) -> Value {
    let mut review = sample_label();
    review["label"] = json!(label);
    review["timestamp"] = json!(timestamp);
    review
}

async fn client(sandbox: &Sandbox) -> Client {
    Client::connect(sandbox.ravelin().base_url()).await
}

#[tokio::test]
async fn legacy_labels_are_read_back_as_the_provider_prints_them() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let mut client = client(&sandbox).await;
    let response = client
        .call("POST", LEGACY_PATH, &sample_label().to_string())
        .await;
    assert_eq!(response.status, Some(200));
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(
        response.json(),
        json!({"status": 200, "timestamp": 1_579_797_182})
    );

    let response = client
        .call("GET", "/v2/label/customer/trs-AFmNplMLJBJOhXA", "")
        .await;
    assert_eq!(response.status, Some(200));
    assert_eq!(
        response.json(),
        sample_review("FRAUDSTER", "2020-01-23T16:33:02Z")
    );

    // A step is one second. The second sample comes an hour less four seconds after that.
    sandbox.advance(Duration::from_secs(3595));
    let mut second = sample_label();
    second["label"] = json!("GENUINE");
    client.call("POST", LEGACY_PATH, &second.to_string()).await;
    let response = client
        .call("GET", "/v2/labels/customer/trs-AFmNplMLJBJOhXA", "")
        .await;
    assert_eq!(
        response.json(),
        json!({"reviews": [
            sample_review("FRAUDSTER", "2020-01-23T16:33:02Z"),
            sample_review("GENUINE", "2020-01-23T17:32:58Z"),
        ]})
    );
    assert_eq!(sandbox.ravelin().applied_count(), 2);
}

#[tokio::test]
async fn labels_have_three_published_responses() {
    let body = json!({
        "category": "REFUND_ABUSE",
        "review": "NOT_REFUND_ABUSE",
        "comment": "c",
        "reviewer": {"name": "Ana", "email": "ana@shop.example"},
    });
    for (version, expected) in [
        (
            LabelResponse::Full,
            json!({
                "timestamp": "2020-01-23T16:33:02.000000000Z",
                "category": "refundAbuse",
                "author": {"name": "Ana", "email": "ana@shop.example"},
                "review": "NOT_REFUND_ABUSE",
                "reviewBand": "sandbox-band",
                "reviewText": "c",
                "entityId": "cust-1",
                "entityType": "customer",
            }),
        ),
        (
            LabelResponse::EventTimeNanos,
            json!({"eventTime": "2020-01-23T16:33:02.000000000Z"}),
        ),
        (
            LabelResponse::EventTimeSeconds,
            json!({"eventTime": "2020-01-23T16:33:02Z"}),
        ),
    ] {
        let sandbox = sandbox(RavelinOptions::default().label_response(version)).await;
        let response = client(&sandbox)
            .await
            .call("POST", LABEL_PATH, &body.to_string())
            .await;
        assert_eq!(response.status, Some(200));
        assert_eq!(response.json(), expected);
        let expected = Review::new("cust-1", "NOT_REFUND_ABUSE", "2020-01-23T16:33:02Z")
            .with_category("REFUND_ABUSE")
            .with_comment("c")
            .with_reviewer(Reviewer::new("Ana", "ana@shop.example"));
        assert_eq!(sandbox.ravelin().reviews("cust-1"), [expected]);
    }
}

#[tokio::test]
async fn the_legacy_response_is_a_switch() {
    for (switch, status, body) in [
        (
            LegacyLabelResponse::StatusAndTimestamp,
            200,
            r#"{"status":200,"timestamp":1579797182}"#,
        ),
        (LegacyLabelResponse::Null, 200, "null"),
        (LegacyLabelResponse::NoContent, 204, ""),
    ] {
        let sandbox = sandbox(RavelinOptions::default().legacy_label_response(switch)).await;
        let response = client(&sandbox)
            .await
            .call("POST", LEGACY_PATH, &sample_label().to_string())
            .await;
        assert_eq!(response.status, Some(status));
        assert_eq!(String::from_utf8(response.body).unwrap(), body);
        assert_eq!(response.head.contains("content-length"), status != 204);
        assert_eq!(sandbox.ravelin().applied_count(), 1);
    }
}

#[tokio::test]
async fn no_review_is_a_switch() {
    for (switch, status, body) in [
        (NoReview::Null, 200, "null"),
        (NoReview::EmptyBody, 200, ""),
        (NoReview::WithoutLabel, 200, r#"{"customerId":"nobody"}"#),
        (NoReview::NotFound, 404, "Not Found"),
        (NoReview::BadRequest, 400, "Customer not found"),
    ] {
        let sandbox = sandbox(RavelinOptions::default().no_review(switch)).await;
        let response = client(&sandbox)
            .await
            .call("GET", "/v2/label/customer/nobody", "")
            .await;
        check_absence(&response, status, body);
    }
}

#[tokio::test]
async fn no_reviews_is_a_switch() {
    for (switch, status, body) in [
        (NoReviews::NullList, 200, r#"{"reviews":null}"#),
        (NoReviews::EmptyList, 200, r#"{"reviews":[]}"#),
        (NoReviews::MissingList, 200, "{}"),
        (NoReviews::Null, 200, "null"),
        (NoReviews::EmptyBody, 200, ""),
        (NoReviews::NotFound, 404, "Not Found"),
        (NoReviews::BadRequest, 400, "Customer not found"),
    ] {
        let sandbox = sandbox(RavelinOptions::default().no_reviews(switch)).await;
        let response = client(&sandbox)
            .await
            .call("GET", "/v2/labels/customer/nobody", "")
            .await;
        check_absence(&response, status, body);
    }
}

fn check_absence(response: &common::Response, status: u16, body: &str) {
    assert_eq!(response.status, Some(status));
    if status == 200 {
        assert_eq!(std::str::from_utf8(&response.body).unwrap(), body);
        return;
    }
    let error = response.json();
    assert_eq!(error["status"], status);
    assert_eq!(error["message"], body);
    assert_eq!(error["timestamp"], 1_579_797_182);
    assert_eq!(error["traceId"].is_string(), status == 400);
}

#[tokio::test]
async fn whether_reads_show_the_successors_labels_is_a_switch() {
    for shown in [true, false] {
        let options = RavelinOptions::default().customer_labels_in_reviews(shown);
        let sandbox = sandbox(options).await;
        let mut client = client(&sandbox).await;
        client.call("POST", LABEL_PATH, LABEL).await;
        let last = client
            .call("GET", "/v2/label/customer/cust-1", "")
            .await
            .json();
        assert_eq!(last["label"] == "FRAUDSTER", shown);
        let all = client
            .call("GET", "/v2/labels/customer/cust-1", "")
            .await
            .json();
        assert_eq!(all["reviews"].is_array(), shown);
        assert_eq!(sandbox.ravelin().reviews("cust-1").len(), 1);
    }
}

#[tokio::test]
async fn potential_labels_are_a_switch() {
    for (enabled, status) in [(true, 200), (false, 400)] {
        let sandbox = sandbox(RavelinOptions::default().potential_labels(enabled)).await;
        let mut client = client(&sandbox).await;
        let successor = json!({"category": "PAYMENT_FRAUD", "review": "POTENTIALLY_GENUINE"});
        let legacy = json!({"customerId": "cust-1", "label": "POTENTIALLY_FRAUDSTER"});
        for (path, body) in [(LABEL_PATH, successor), (LEGACY_PATH, legacy)] {
            let response = client.call("POST", path, &body.to_string()).await;
            assert_eq!(response.status, Some(status));
        }
        let applied = if enabled { 2 } else { 0 };
        assert_eq!(sandbox.ravelin().applied_count(), applied);
    }
}

#[tokio::test]
async fn refund_abuse_is_a_switch() {
    for (taken, status) in [(true, 200), (false, 400)] {
        let sandbox = sandbox(RavelinOptions::default().refund_abuse(taken)).await;
        let body = r#"{"category":"REFUND_ABUSE","review":"UNREVIEWED"}"#;
        let response = client(&sandbox).await.call("POST", LABEL_PATH, body).await;
        assert_eq!(response.status, Some(status));
        assert_eq!(sandbox.ravelin().applied_count(), usize::from(taken));
    }
}

#[tokio::test]
async fn the_limit_of_a_customer_drops_labels_and_says_200() {
    let options = RavelinOptions::default().customer_limit(2, Duration::from_secs(60));
    let sandbox = sandbox(options).await;
    let mut client = client(&sandbox).await;
    client.call("POST", LABEL_PATH, LABEL).await;
    let legacy = json!({"customerId": "cust-1", "label": "GENUINE"}).to_string();
    client.call("POST", LEGACY_PATH, &legacy).await;

    let response = client.call("POST", LABEL_PATH, LABEL).await;
    assert_eq!(response.status, Some(200));
    assert_eq!(
        response.json(),
        json!({
            "status": 200,
            "timestamp": 1_579_797_184,
            "data": {"action": "PREVENT", "source": "RATE_LIMIT"},
        })
    );
    let other = client
        .call("POST", "/v2/customer/other/labels", LABEL)
        .await;
    assert!(other.json()["eventTime"].is_string());
    let applied: Vec<bool> = sandbox
        .ravelin()
        .requests()
        .iter()
        .map(|request| request.applied)
        .collect();
    assert_eq!(applied, [true, true, false, true]);

    sandbox.advance(Duration::from_secs(60));
    client.call("POST", LABEL_PATH, LABEL).await;
    assert_eq!(sandbox.ravelin().reviews("cust-1").len(), 3);
}

#[tokio::test]
async fn unknown_fields_are_in_every_object_and_repeat_with_the_seed() {
    let responses = async |seed| {
        let sandbox = Sandbox::builder()
            .ravelin(RavelinOptions::default().unknown_fields(seed))
            .stepped_clock(sample_time(), Duration::ZERO)
            .start()
            .await
            .unwrap();
        let review = Review::new("cust-1", "GENUINE", "2020-01-01T00:00:00Z")
            .with_reviewer(Reviewer::new("Ana", "ana@shop.example"));
        sandbox.ravelin().seed_review(review);
        let mut client = client(&sandbox).await;
        let all = client
            .call("GET", "/v2/labels/customer/cust-1", "")
            .await
            .json();
        client.send("GET", "/nowhere", &[], "").await;
        let error = client.response().await.json();
        [
            all.clone(),
            all["reviews"][0].clone(),
            all["reviews"][0]["reviewer"].clone(),
            error,
        ]
    };
    let unknown = |value: &Value| {
        let fields = value.as_object().unwrap();
        fields.keys().any(|name| name.starts_with("unknownField"))
    };
    let first = responses(Some(1)).await;
    assert!(first.iter().all(unknown), "{first:?}");
    assert_eq!(first, responses(Some(1)).await);
    assert_ne!(first, responses(Some(2)).await);
    assert!(!responses(None).await.iter().any(unknown));
}

#[tokio::test]
async fn they_are_there_by_default() {
    let sandbox = Sandbox::start().await.unwrap();
    let response = client(&sandbox).await.call("POST", LABEL_PATH, LABEL).await;
    assert!(
        String::from_utf8(response.body)
            .unwrap()
            .contains("unknownField")
    );
}

#[tokio::test]
async fn ids_are_decoded_exactly() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let mut client = client(&sandbox).await;
    for (encoded, id) in [
        ("a%2Fb", "a/b"),
        ("ana+1%40shop.example", "ana+1@shop.example"),
        ("50%25%20%23%3f", "50% #?"),
        ("%C3%A9", "é"),
        ("...", "..."),
    ] {
        let path = format!("/v2/customer/{encoded}/labels");
        let response = client.call("POST", &path, LABEL).await;
        assert_eq!(response.status, Some(200), "{path}");
        assert_eq!(sandbox.ravelin().reviews(id).len(), 1, "{id}");
        let path = format!("/v2/label/customer/{encoded}");
        let last = client.call("GET", &path, "").await.json();
        assert_eq!(last["customerId"], id);
    }
}

#[tokio::test]
async fn seeded_reviews_are_shown_and_not_counted() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    ravelin.seed_review(Review::new("cust-1", "GENUINE", "2019-08-05T11:27:15Z"));
    let mut client = client(&sandbox).await;
    let last = client
        .call("GET", "/v2/label/customer/cust-1", "")
        .await
        .json();
    assert_eq!(
        last,
        json!({"customerId": "cust-1", "label": "GENUINE", "timestamp": "2019-08-05T11:27:15Z"})
    );
    assert_eq!(ravelin.applied_count(), 0);
    assert_eq!(ravelin.reviews("other"), []);
}

#[tokio::test(start_paused = true)]
async fn without_a_stepped_clock_timestamps_follow_tokios() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut client = client(&sandbox).await;
    let mut label = async || {
        let body = json!({"customerId": "c", "label": "GENUINE"}).to_string();
        let response = client.call("POST", LEGACY_PATH, &body).await.json();
        response["timestamp"].as_u64().unwrap()
    };
    let first = label().await;
    tokio::time::advance(Duration::from_secs(600)).await;
    assert_eq!(label().await - first, 600);
}

#[tokio::test]
async fn responses_are_dated_by_the_sandboxs_clock_unless_that_is_switched_off() {
    for dates in [true, false] {
        let sandbox = sandbox(RavelinOptions::default().dates(dates)).await;
        let mut client = client(&sandbox).await;
        sandbox.advance(Duration::from_secs(60));
        let response = client.call("GET", "/v2/labels/customer/c", "").await;
        let expected = dates.then_some("Thu, 23 Jan 2020 16:34:02 GMT");
        assert_eq!(response.header("date"), expected);
    }
}

#[tokio::test]
async fn a_label_may_show_late() {
    let options = RavelinOptions::default().shown_after(Duration::from_secs(30));
    let sandbox = sandbox(options.unknown_fields(None)).await;
    let mut client = client(&sandbox).await;
    let seeded = Review::new("trs-AFmNplMLJBJOhXA", "GENUINE", "2020-01-23T16:33:02Z");
    sandbox.ravelin().seed_review(seeded);
    client
        .call("POST", LEGACY_PATH, &sample_label().to_string())
        .await;
    assert_eq!(sandbox.ravelin().applied_count(), 1);
    for (seconds, shown) in [(0, 1), (28, 1), (2, 2)] {
        sandbox.advance(Duration::from_secs(seconds));
        let response = client
            .call("GET", "/v2/labels/customer/trs-AFmNplMLJBJOhXA", "")
            .await;
        let reviews = response.json()["reviews"].as_array().unwrap().len();
        assert_eq!(reviews, shown, "{seconds}");
    }
}
